/* An enricher that calls every capability, and answers with what they gave. */
#include "enricher.h"

void describe(ns_description *plugin)
{
    ns_enricher(plugin, "reaching", "0.1.0", "Calls everything");
    ns_observes(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_OBSERVABLE_KIND_IP);
    ns_asks_dns(plugin, NS_LIST("TXT"), "*");
    ns_runs(plugin, "whois", NS_LIST("{ip}"));
    ns_talks_to(plugin, NS_LIST("POST"), "https://example.net", NULL);
    ns_keeps_state(plugin, 1000);
}

void enrich(ns_lookup *lookup)
{
    ns_bytes kept, body = {(uint8_t *)"sent", 4};
    bool had = ns_state_get(&lookup->call, "key", &kept);
    ns_state_set(&lookup->call, "key", body);
    ns_records records = ns_dns_resolve(lookup, ns_text_of("example.net"), NET_SCOUT_PLUGIN_DNS_RECORD_TYPE_TXT);
    ns_texts words = {(ns_text *)&lookup->observable->value, 1};
    ns_output output = ns_run(lookup, "whois", words, 5);
    ns_headers headers = {0};
    ns_header(&headers, "accept", ns_text_of("text/plain"));
    ns_response response = ns_send(lookup, NET_SCOUT_PLUGIN_HTTP_METHOD_POST, ns_text_of("https://example.net/"), headers, &body);
    ns_log(NET_SCOUT_PLUGIN_LOG_LEVEL_INFO, ns_text_of("done"));
    ns_json_begin(lookup, '{');
    ns_json_key(lookup, "kept");
    ns_json_text(lookup, had ? (ns_text){kept.ptr, kept.len} : ns_text_of("nothing"));
    ns_json_key(lookup, "text");
    ns_json_text(lookup, records.len > 0 ? records.ptr[0].val.text : ns_text_of("nothing"));
    ns_json_key(lookup, "wrote");
    ns_json_text(lookup, output.stdout_);
    ns_json_key(lookup, "status");
    ns_json_integer(lookup, response.status);
    ns_json_key(lookup, "body");
    ns_json_text(lookup, (ns_text){response.body.ptr, response.body.len});
    ns_json_end(lookup, '}');
}
