/* Write an enricher in C: a `describe` and an `enrich` function.
 *
 * No function here gives an error. The first thing that fails is what the whole call answers. */
#pragma once
#include "capabilities.h"

/* One lookup: what to look up, the settings, and what the enricher answers. */
typedef struct {
    ns_call call;
    const plugin_observable_t *observable;
    ns_settings settings;
    ns_text json;
    plugin_enrich_error_t error;
} ns_lookup;

/* Written by the enricher: looks up one observable, and writes one JSON value. */
void enrich(ns_lookup *lookup);

/* Begins the description of an enricher. Its answers are kept for a day and its failures for an hour, and it tells others what it looks up,
 * unless `kind.val.enricher` is told otherwise. */
void ns_enricher(ns_description *plugin, const char *name, const char *version, const char *summary);
/* A kind of observable: NET_SCOUT_PLUGIN_DESCRIPTION_OBSERVABLE_KIND_IP or _DOMAIN. */
void ns_observes(ns_description *plugin, net_scout_plugin_description_observable_kind_t kind);

/* The names of an address, the first one first; none where the lookup failed. */
ns_texts ns_dns_reverse(ns_lookup *lookup, ns_text address);
/* The records of a name: NET_SCOUT_PLUGIN_DNS_RECORD_TYPE_TXT and so on. What each holds depends on its tag. */
typedef net_scout_plugin_dns_list_record_data_t ns_records;
ns_records ns_dns_resolve(ns_lookup *lookup, ns_text name, net_scout_plugin_dns_record_type_t type);

/* What a program wrote, which runs for at most so many seconds, or with 0 as long as the operator's limit allows. The status may be none. */
typedef net_scout_plugin_exec_output_t ns_output;
ns_output ns_run(ns_lookup *lookup, const char *program, ns_texts arguments, uint32_t seconds);

/* What a server answers, whatever its status: NET_SCOUT_PLUGIN_HTTP_METHOD_GET, _HEAD or _POST. Header fields are added with
 * ns_header; `body` may be NULL. */
typedef net_scout_plugin_http_list_header_t ns_headers;
typedef net_scout_plugin_http_response_t ns_response;
void ns_header(ns_headers *headers, const char *name, ns_text value);
ns_response ns_send(ns_lookup *lookup, net_scout_plugin_http_method_t method, ns_text url, ns_headers headers, ns_bytes *body);

/* Ends the lookup with an error. `reason` is one of NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_..., but for _RATE_LIMITED. */
void ns_fail(ns_lookup *lookup, uint8_t reason, ns_text detail);

/* Write the answer, piece by piece. The commas come by themselves: begin('{'), key, value, key, value, end('}'). */
void ns_json_begin(ns_lookup *lookup, char bracket);
void ns_json_end(ns_lookup *lookup, char bracket);
void ns_json_key(ns_lookup *lookup, const char *key);
void ns_json_text(ns_lookup *lookup, ns_text text);
void ns_json_integer(ns_lookup *lookup, int64_t number);
void ns_json_boolean(ns_lookup *lookup, bool value);
void ns_json_null(ns_lookup *lookup);
