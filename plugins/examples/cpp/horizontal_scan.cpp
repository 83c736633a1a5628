// `horizontal_scan`: one source contacts many destinations, or makes very many connections.
#include "rule.hpp"

#define SQL(connections)                                                                                                                    \
    "SELECT src_ip, COUNT(DISTINCT dst_ip) AS destinations, " connections " AS connections FROM events "                                    \
    "WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING destinations > ?1 OR connections > ?2"

namespace net_scout {

void describe(Description plugin)
{
    plugin.rule("horizontal_scan", "0.1.0", "One source contacts many destinations")
        .alert_type("horizontal_scan")
        .boolean("counts_everything", true,
                 "It counts whatever a source does: its alerts have a low severity at most, "
                 "and are left out where the source's role explains them")
        .integer("dst_ip_threshold", 50, 0, 1000000000,
                 "Alert when a source contacts more distinct destinations than this")
        .integer("conn_threshold", 200, 0, 1000000000000, "Alert when a source has more connections than this")
        .choice("count", {"rows", "hits"}, "Count a connection once a row, or as often as its hit_count says")
        .reads("events", {"src_ip", "dst_ip", "hit_count"});
}

void evaluate(Scan scan)
{
    bool hits = scan.settings.text("count") == "hits";
    const char *sql = hits ? SQL("SUM(hit_count)") : SQL("COUNT(*)");
    Text since = format_timestamp(scan.window.since);
    auto rows = scan.query<Text, int64_t, int64_t>(
        sql, scan.settings.integer("dst_ip_threshold"), scan.settings.integer("conn_threshold"));
    rows.each([&](Text source, int64_t destinations, int64_t connections) {
        Alert alert = scan.raise("horizontal_scan", destinations + connections / 10);
        alert.from(source).evidence("dst_count", destinations).evidence("conn_count", connections).evidence("since", since);
        if (hits)
            alert.evidence("counted", "hit_count");
    });
}

} // namespace net_scout
