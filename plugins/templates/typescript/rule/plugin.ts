// `plugin_name`: a source that tries Telnet again and again.

import { integer, query, reads, rule } from "./sdk/rule.js";

export const { describe, evaluate } = rule({
    name: "plugin_name",
    version: "0.1.0",
    summary: "A source that tries Telnet again and again",
    alertTypes: ["telnet"],
    parameters: [integer("tries_threshold", 3, 0, 1_000_000, "Alert when a source tries more often than this")],
    requests: [reads("events", ["src_ip", "dst_port"])],

    *evaluate(window, settings) {
        const sql = `SELECT src_ip, COUNT(*) AS tries FROM events
                     WHERE dst_port = 23 AND src_ip IS NOT NULL GROUP BY src_ip HAVING tries > ?1`;
        for (const [srcIp, tries] of query(sql, ["text", "integer"], [settings.tries_threshold])) {
            yield { alertType: "telnet", score: tries, srcIp, evidence: { tries } };
        }
    },
});
