//! `plugin_name`: a source that tries Telnet again and again.

const ns = @import("net_scout");

pub fn describe(plugin: ns.Description) void {
    plugin.rule("plugin_name", "0.1.0", "A source that tries Telnet again and again");
    plugin.alertType("telnet");
    plugin.integer("tries_threshold", 3, 0, 1_000_000, "Alert when a source tries more often than this");
    plugin.reads("events", &.{ "src_ip", "dst_port" });
}

pub fn evaluate(scan: ns.Scan) void {
    const sql =
        \\SELECT src_ip, COUNT(*) AS tries FROM events
        \\WHERE dst_port = 23 AND src_ip IS NOT NULL GROUP BY src_ip HAVING tries > ?1
    ;
    const Row = struct { source: []const u8, tries: i64 };
    var rows = scan.query(Row, sql, .{scan.settings().integer("tries_threshold")});
    while (rows.next()) |row| {
        const alert = scan.raise("telnet", row.tries);
        alert.from(row.source);
        alert.evidence("tries", row.tries);
    }
}
