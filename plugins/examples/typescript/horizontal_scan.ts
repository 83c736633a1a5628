// `horizontal_scan`: one source contacts many destinations, or makes very many connections.

import { boolean, choice, formatTimestamp, integer, query, reads, rule } from "../../sdk/javascript/rule.js";

export const { describe, evaluate } = rule({
    name: "horizontal_scan",
    version: "0.1.0",
    summary: "One source contacts many destinations",
    alertTypes: ["horizontal_scan"],
    parameters: [
        boolean("counts_everything", true, "It counts whatever a source does: its alerts have a low severity at most, and are left out where the source's role explains them"),
        integer("dst_ip_threshold", 50, 0, 1e9, "Alert when a source contacts more distinct destinations than this"),
        integer("conn_threshold", 200, 0, 1e12, "Alert when a source has more connections than this"),
        choice("count", ["rows", "hits"], "Count a connection once a row, or as often as its hit_count says"),
    ],
    requests: [reads("events", ["src_ip", "dst_ip", "hit_count"])],

    *evaluate(window, settings) {
        const hits = settings.count === "hits";
        const connections = hits ? "SUM(hit_count)" : "COUNT(*)";
        const sql = `SELECT src_ip, COUNT(DISTINCT dst_ip) AS destinations, ${connections} AS connections FROM events
                     WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING destinations > ?1 OR connections > ?2`;
        const thresholds = [settings.dst_ip_threshold, settings.conn_threshold];
        for (const [srcIp, destinations, connections] of query(sql, ["text", "integer", "integer"], thresholds)) {
            yield {
                alertType: "horizontal_scan",
                srcIp,
                score: destinations + connections / 10,
                evidence: {
                    dst_count: destinations,
                    conn_count: connections,
                    since: formatTimestamp(window.since),
                    ...(hits && { counted: "hit_count" }),
                },
            };
        }
    },
});
