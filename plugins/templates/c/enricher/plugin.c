/* `plugin_name`: the names of an address, by reverse DNS. */
#include "enricher.h"

void describe(ns_description *plugin)
{
    ns_enricher(plugin, "plugin_name", "0.1.0", "The names of an address, by reverse DNS");
    ns_observes(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_OBSERVABLE_KIND_IP);
    ns_asks_dns(plugin, NS_LIST("PTR"), "*.in-addr.arpa");
    ns_asks_dns(plugin, NS_LIST("PTR"), "*.ip6.arpa");
}

void enrich(ns_lookup *lookup)
{
    ns_texts names = ns_dns_reverse(lookup, lookup->observable->value);
    ns_json_begin(lookup, '{');
    ns_json_key(lookup, "name");
    if (names.len > 0)
        ns_json_text(lookup, names.ptr[0]);
    else
        ns_json_null(lookup);
    ns_json_key(lookup, "names");
    ns_json_begin(lookup, '[');
    for (size_t index = 0; index < names.len; index++)
        ns_json_text(lookup, names.ptr[index]);
    ns_json_end(lookup, ']');
    ns_json_end(lookup, '}');
}
