/* `horizontal_scan`: one source contacts many destinations, or makes very many connections. */
#include "rule.h"

#define SQL(connections)                                                                                                                    \
    "SELECT src_ip, COUNT(DISTINCT dst_ip) AS destinations, " connections " AS connections FROM events "                                    \
    "WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING destinations > ?1 OR connections > ?2"

void describe(ns_description *plugin)
{
    ns_rule(plugin, "horizontal_scan", "0.1.0", "One source contacts many destinations");
    ns_alert_type(plugin, "horizontal_scan");
    ns_boolean(plugin, "counts_everything", true,
               "It counts whatever a source does: its alerts have a low severity at most, "
               "and are left out where the source's role explains them");
    ns_integer(plugin, "dst_ip_threshold", 50, 0, 1000000000,
               "Alert when a source contacts more distinct destinations than this");
    ns_integer(plugin, "conn_threshold", 200, 0, 1000000000000, "Alert when a source has more connections than this");
    ns_choice(plugin, "count", NS_LIST("rows", "hits"), "Count a connection once a row, or as often as its hit_count says");
    ns_reads(plugin, "events", NS_LIST("src_ip", "dst_ip", "hit_count"));
}

void evaluate(ns_scan *scan)
{
    bool hits = ns_is(ns_text_set(&scan->settings, "count"), "hits");
    ns_rows rows = ns_query(
        scan, hits ? SQL("SUM(hit_count)") : SQL("COUNT(*)"), NS_COLUMNS(NS_TEXT, NS_INTEGER, NS_INTEGER),
        NS_VALUES(ns_integer_value(ns_integer_set(&scan->settings, "dst_ip_threshold")),
                  ns_integer_value(ns_integer_set(&scan->settings, "conn_threshold"))));
    ns_value since = ns_text_value(ns_format_timestamp(scan->window->since));
    while (ns_next(&rows)) {
        int64_t destinations = ns_integer_at(&rows, 1), connections = ns_integer_at(&rows, 2);
        ns_alert *alert = ns_raise(scan, "horizontal_scan", destinations + connections / 10);
        ns_from(alert, ns_text_at(&rows, 0));
        ns_evidence(alert, "dst_count", ns_integer_value(destinations));
        ns_evidence(alert, "conn_count", ns_integer_value(connections));
        ns_evidence(alert, "since", since);
        if (hits)
            ns_evidence(alert, "counted", ns_text_value(ns_text_of("hit_count")));
    }
}
