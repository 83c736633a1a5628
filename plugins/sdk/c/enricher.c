#include "enricher.h"

#include <stdlib.h>
#include <string.h>

void ns_fail(ns_lookup *lookup, uint8_t reason, ns_text detail)
{
    /* The cases with a text have it at the same place. */
    if (!lookup->call.failed)
        lookup->error = (plugin_enrich_error_t){.tag = reason, .val.invalid = detail};
    lookup->call.failed = true;
}

/* The lookup begins with its call. */
static void capability_failed(ns_call *call, ns_reason reason, ns_text detail)
{
    static const uint8_t errors[] = {
        [NS_ACCESS_DENIED] = NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_ACCESS_DENIED,
        [NS_TIMED_OUT] = NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_TIMED_OUT,
        [NS_NOT_FOUND] = NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_NOT_FOUND,
        [NS_UNAVAILABLE] = NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_UNAVAILABLE,
        [NS_INVALID] = NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_INVALID,
        [NS_TOO_LARGE] = NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_INVALID,
    };
    ns_fail((ns_lookup *)call, errors[reason], detail);
}

bool exports_plugin_enrich(
    plugin_observable_t *observable, plugin_list_argument_t *arguments, plugin_json_t *json, plugin_enrich_error_t *error)
{
    ns_lookup lookup = {.call = {.fail = capability_failed}, .observable = observable, .settings = {.list = arguments}};
    enrich(&lookup);
    if (lookup.settings.missing != NULL) {
        /* Whatever else failed, most likely failed because of it. */
        lookup.call.failed = false;
        ns_fail(&lookup, NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_INVALID, ns_missing(&lookup.settings));
    }
    *json = lookup.json;
    *error = lookup.error;
    return !lookup.call.failed;
}

void ns_enricher(ns_description *plugin, const char *name, const char *version, const char *summary)
{
    ns_name(plugin, name, version, summary);
    plugin->kind.tag = NET_SCOUT_PLUGIN_DESCRIPTION_KIND_ENRICHER;
    plugin->kind.val.enricher =
        (net_scout_plugin_description_enricher_details_t){.fresh_seconds = 86400, .failed_seconds = 3600, .outside = true};
}

void ns_observes(ns_description *plugin, net_scout_plugin_description_observable_kind_t kind)
{
    *NS_ADD(&plugin->kind.val.enricher.observables) = kind;
}

static void dns_failed(ns_lookup *lookup, net_scout_plugin_dns_dns_error_t error)
{
    static const ns_reason reasons[] = {
        [NET_SCOUT_PLUGIN_DNS_DNS_ERROR_ACCESS_DENIED] = NS_ACCESS_DENIED,
        [NET_SCOUT_PLUGIN_DNS_DNS_ERROR_NOT_FOUND] = NS_NOT_FOUND,
        [NET_SCOUT_PLUGIN_DNS_DNS_ERROR_TIMED_OUT] = NS_TIMED_OUT,
        [NET_SCOUT_PLUGIN_DNS_DNS_ERROR_INVALID] = NS_INVALID,
        [NET_SCOUT_PLUGIN_DNS_DNS_ERROR_UNAVAILABLE] = NS_UNAVAILABLE,
    };
    capability_failed(&lookup->call, reasons[error.tag], error.val.invalid);
}

ns_texts ns_dns_reverse(ns_lookup *lookup, ns_text address)
{
    ns_texts names = {0};
    net_scout_plugin_dns_dns_error_t error;
    if (!lookup->call.failed && !net_scout_plugin_dns_reverse(&address, &names, &error)) {
        dns_failed(lookup, error);
        return (ns_texts){0};
    }
    return names;
}

ns_records ns_dns_resolve(ns_lookup *lookup, ns_text name, net_scout_plugin_dns_record_type_t type)
{
    ns_records records = {0};
    net_scout_plugin_dns_dns_error_t error;
    if (!lookup->call.failed && !net_scout_plugin_dns_resolve(&name, type, &records, &error)) {
        dns_failed(lookup, error);
        return (ns_records){0};
    }
    return records;
}

ns_output ns_run(ns_lookup *lookup, const char *program, ns_texts arguments, uint32_t seconds)
{
    ns_text name = ns_text_of(program);
    ns_output output = {0};
    net_scout_plugin_exec_exec_error_t error;
    if (!lookup->call.failed && !net_scout_plugin_exec_run(&name, &arguments, seconds > 0 ? &seconds : NULL, &output, &error)) {
        bool denied = error.tag == NET_SCOUT_PLUGIN_EXEC_EXEC_ERROR_ACCESS_DENIED;
        capability_failed(&lookup->call, denied ? NS_ACCESS_DENIED : NS_UNAVAILABLE, error.val.unavailable);
        return (ns_output){0};
    }
    return output;
}

void ns_header(ns_headers *headers, const char *name, ns_text value)
{
    *NS_ADD(headers) = (net_scout_plugin_http_header_t){ns_text_of(name), value};
}

ns_response ns_send(ns_lookup *lookup, net_scout_plugin_http_method_t method, ns_text url, ns_headers headers, ns_bytes *body)
{
    static const ns_reason reasons[] = {
        [NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_ACCESS_DENIED] = NS_ACCESS_DENIED,
        [NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_TIMED_OUT] = NS_TIMED_OUT,
        [NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_INVALID] = NS_INVALID,
        [NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_TOO_LARGE] = NS_TOO_LARGE,
        [NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_UNAVAILABLE] = NS_UNAVAILABLE,
    };
    ns_response response = {0};
    net_scout_plugin_http_http_error_t error;
    if (!lookup->call.failed && !net_scout_plugin_http_send(method, &url, &headers, body, &response, &error)) {
        capability_failed(&lookup->call, reasons[error.tag], error.val.unavailable);
        return (ns_response){0};
    }
    return response;
}

static void write(ns_lookup *lookup, const void *bytes, size_t size)
{
    lookup->json.ptr = realloc(lookup->json.ptr, lookup->json.len + size);
    memcpy(lookup->json.ptr + lookup->json.len, bytes, size);
    lookup->json.len += size;
}

static void comma(ns_lookup *lookup)
{
    uint8_t last = lookup->json.len == 0 ? '[' : lookup->json.ptr[lookup->json.len - 1];
    if (last != '{' && last != '[' && last != ':')
        write(lookup, ",", 1);
}

/* A word of JSON's. */
static void word(ns_lookup *lookup, ns_text text)
{
    comma(lookup);
    write(lookup, text.ptr, text.len);
}

void ns_json_begin(ns_lookup *lookup, char bracket)
{
    word(lookup, (ns_text){(uint8_t *)&bracket, 1});
}

void ns_json_end(ns_lookup *lookup, char bracket)
{
    write(lookup, &bracket, 1);
}

void ns_json_key(ns_lookup *lookup, const char *key)
{
    ns_json_text(lookup, ns_text_of(key));
    write(lookup, ":", 1);
}

void ns_json_text(ns_lookup *lookup, ns_text text)
{
    comma(lookup);
    write(lookup, "\"", 1);
    for (size_t at = 0; at < text.len; at++) {
        uint8_t byte = text.ptr[at];
        if (byte < 0x20) {
            const char *hex = "0123456789abcdef";
            write(lookup, (char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6);
            continue;
        }
        if (byte == '"' || byte == '\\')
            write(lookup, "\\", 1);
        write(lookup, &byte, 1);
    }
    write(lookup, "\"", 1);
}

void ns_json_integer(ns_lookup *lookup, int64_t number)
{
    word(lookup, ns_format_integer(number));
}

void ns_json_boolean(ns_lookup *lookup, bool value)
{
    word(lookup, ns_text_of(value ? "true" : "false"));
}

void ns_json_null(ns_lookup *lookup)
{
    word(lookup, ns_text_of("null"));
}
