/* A rule that fails in the way that its parameter names. */
#include "rule.h"

void describe(ns_description *plugin)
{
    ns_rule(plugin, "failing", "0.1.0", "Fails");
    ns_alert_type(plugin, "failing");
    ns_choice(plugin, "way", NS_LIST("failure", "query", "parameter", "column"), "How it fails");
    ns_reads(plugin, "events", NS_LIST("id"));
}

void evaluate(ns_scan *scan)
{
    ns_text way = ns_text_set(&scan->settings, "way");
    if (ns_is(way, "failure"))
        ns_fail(scan, ns_join("nothing ", "works", NULL));
    if (ns_is(way, "parameter"))
        ns_integer_set(&scan->settings, "no_such");
    if (ns_is(way, "query"))
        ns_query(scan, "SELECT src_ip FROM events", NS_COLUMNS(NS_TEXT), NS_NO_VALUES);
    ns_rows rows = ns_query(scan, "SELECT id FROM events", NS_COLUMNS(NS_INTEGER), NS_NO_VALUES);
    while (ns_next(&rows))
        if (ns_is(way, "column"))
            ns_from(ns_raise(scan, "failing", 1), ns_text_at(&rows, 0));
}
