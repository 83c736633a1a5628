// `plugin_name`: the names of an address, by reverse DNS.
#include "enricher.hpp"

namespace net_scout {

void describe(Description plugin)
{
    plugin.enricher("plugin_name", "0.1.0", "The names of an address, by reverse DNS")
        .observes_addresses()
        .asks_dns({"PTR"}, "*.in-addr.arpa")
        .asks_dns({"PTR"}, "*.ip6.arpa");
}

void enrich(Lookup lookup)
{
    List<ns_text> names = lookup.dns_reverse(lookup.observable);
    Json &answer = lookup.answer;
    answer.object([&] {
        answer.key("name");
        if (names.size > 0)
            answer.text(names[0]);
        else
            answer.null();
        answer.key("names").list([&] {
            for (ns_text name : names)
                answer.text(name);
        });
    });
}

} // namespace net_scout
