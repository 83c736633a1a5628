"""`plugin_name`: a source that tries Telnet again and again."""

from net_scout.rule import Alert, integer, query, reads, rule


def evaluate(window, settings):
    sql = """SELECT src_ip, COUNT(*) AS tries FROM events
             WHERE dst_port = 23 AND src_ip IS NOT NULL GROUP BY src_ip HAVING tries > ?1"""
    for source, tries in query(sql, [str, int], [settings["tries_threshold"]]):
        yield Alert("telnet", tries, src_ip=source, evidence={"tries": tries})


WitWorld = rule(
    name="plugin_name",
    version="0.1.0",
    summary="A source that tries Telnet again and again",
    alert_types=["telnet"],
    parameters=[integer("tries_threshold", 3, 0, 1_000_000, "Alert when a source tries more often than this")],
    requests=[reads("events", ["src_ip", "dst_port"])],
    evaluate=evaluate,
)
