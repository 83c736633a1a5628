"""`horizontal_scan`: one source contacts many destinations, or makes very many connections."""

from net_scout.rule import Alert, boolean, choice, format_timestamp, integer, query, reads, rule


def evaluate(window, settings):
    hits = settings["count"] == "hits"
    sql = f"""SELECT src_ip, COUNT(DISTINCT dst_ip) AS destinations, {"SUM(hit_count)" if hits else "COUNT(*)"} AS connections FROM events
              WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING destinations > ?1 OR connections > ?2"""
    thresholds = [settings["dst_ip_threshold"], settings["conn_threshold"]]
    for source, destinations, connections in query(sql, [str, int, int], thresholds):
        evidence = {"dst_count": destinations, "conn_count": connections, "since": format_timestamp(window.since)}
        if hits:
            evidence["counted"] = "hit_count"
        yield Alert("horizontal_scan", destinations + connections // 10, src_ip=source, evidence=evidence)


WitWorld = rule(
    name="horizontal_scan",
    version="0.1.0",
    summary="One source contacts many destinations",
    alert_types=["horizontal_scan"],
    parameters=[
        boolean(
            "counts_everything",
            True,
            "It counts whatever a source does: its alerts have a low severity at most, and are left out where the source's role explains them",
        ),
        integer("dst_ip_threshold", 50, 0, 1_000_000_000, "Alert when a source contacts more distinct destinations than this"),
        integer("conn_threshold", 200, 0, 1_000_000_000_000, "Alert when a source has more connections than this"),
        choice("count", ["rows", "hits"], "Count a connection once a row, or as often as its hit_count says"),
    ],
    requests=[reads("events", ["src_ip", "dst_ip", "hit_count"])],
    evaluate=evaluate,
)
