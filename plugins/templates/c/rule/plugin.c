/* `plugin_name`: a source that tries Telnet again and again. */
#include "rule.h"

void describe(ns_description *plugin)
{
    ns_rule(plugin, "plugin_name", "0.1.0", "A source that tries Telnet again and again");
    ns_alert_type(plugin, "telnet");
    ns_integer(plugin, "tries_threshold", 3, 0, 1000000, "Alert when a source tries more often than this");
    ns_reads(plugin, "events", NS_LIST("src_ip", "dst_port"));
}

void evaluate(ns_scan *scan)
{
    const char *sql = "SELECT src_ip, COUNT(*) AS tries FROM events "
                      "WHERE dst_port = 23 AND src_ip IS NOT NULL GROUP BY src_ip HAVING tries > ?1";
    int64_t threshold = ns_integer_set(&scan->settings, "tries_threshold");
    ns_rows rows = ns_query(scan, sql, NS_COLUMNS(NS_TEXT, NS_INTEGER), NS_VALUES(ns_integer_value(threshold)));
    while (ns_next(&rows)) {
        int64_t tries = ns_integer_at(&rows, 1);
        ns_alert *alert = ns_raise(scan, "telnet", tries);
        ns_from(alert, ns_text_at(&rows, 0));
        ns_evidence(alert, "tries", ns_integer_value(tries));
    }
}
