// A rule that fails in the way that its parameter names.
#include "rule.hpp"

namespace net_scout {

void describe(Description plugin)
{
    plugin.rule("failing", "0.1.0", "Fails")
        .alert_type("failing")
        .choice("way", {"failure", "query", "parameter"}, "How it fails")
        .reads("events", {"id"});
}

void evaluate(Scan scan)
{
    Text way = scan.settings.text("way");
    if (way == "failure")
        scan.fail(join("nothing ", "works"));
    if (way == "parameter")
        scan.settings.integer("no_such");
    if (way == "query")
        scan.query<Text>("SELECT src_ip FROM events");
    scan.query<int64_t>("SELECT id FROM events").each([&](int64_t) {});
}

} // namespace net_scout
