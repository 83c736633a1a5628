/* Write an enricher in C: a `describe` and an `enrich` function.
 *
 * No function here gives an error. The first thing that fails is what the whole call answers. */
#pragma once
#include "net_scout.h"

/* One lookup: what to look up, the settings, and what the enricher answers. */
typedef struct {
    const plugin_observable_t *observable;
    ns_settings settings;
    ns_text json;
    bool failed;
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
