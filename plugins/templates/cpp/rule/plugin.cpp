// `plugin_name`: a source that tries Telnet again and again.
#include "rule.hpp"

namespace net_scout {

void describe(Description plugin)
{
    plugin.rule("plugin_name", "0.1.0", "A source that tries Telnet again and again")
        .alert_type("telnet")
        .integer("tries_threshold", 3, 0, 1000000, "Alert when a source tries more often than this")
        .reads("events", {"src_ip", "dst_port"});
}

void evaluate(Scan scan)
{
    const char *sql = "SELECT src_ip, COUNT(*) AS tries FROM events "
                      "WHERE dst_port = 23 AND src_ip IS NOT NULL GROUP BY src_ip HAVING tries > ?1";
    int64_t threshold = scan.settings.integer("tries_threshold");
    scan.query<Text, int64_t>(sql, threshold).each([&](Text source, int64_t tries) {
        scan.raise("telnet", tries).from(source).evidence("tries", tries);
    });
}

} // namespace net_scout
