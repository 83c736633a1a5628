//! `horizontal_scan`: one source contacts many destinations, or makes very many connections.

const std = @import("std");
const ns = @import("net_scout");

pub fn describe(plugin: ns.Description) void {
    plugin.rule("horizontal_scan", "0.1.0", "One source contacts many destinations");
    plugin.alertType("horizontal_scan");
    plugin.boolean("counts_everything", true, "It counts whatever a source does: its alerts have a low severity at most, and are left out where the source's role explains them");
    plugin.integer("dst_ip_threshold", 50, 0, 1_000_000_000, "Alert when a source contacts more distinct destinations than this");
    plugin.integer("conn_threshold", 200, 0, 1_000_000_000_000, "Alert when a source has more connections than this");
    plugin.choice("count", &.{ "rows", "hits" }, "Count a connection once a row, or as often as its hit_count says");
    plugin.reads("events", &.{ "src_ip", "dst_ip", "hit_count" });
}

fn sql(comptime connections: []const u8) [:0]const u8 {
    return "SELECT src_ip, COUNT(DISTINCT dst_ip) AS destinations, " ++ connections ++ " AS connections FROM events " ++
        "WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING destinations > ?1 OR connections > ?2";
}

pub fn evaluate(scan: ns.Scan) void {
    const settings = scan.settings();
    const hits = std.mem.eql(u8, settings.string("count"), "hits");
    const thresholds = .{ settings.integer("dst_ip_threshold"), settings.integer("conn_threshold") };
    const since = ns.formatTimestamp(scan.window().since);
    const Row = struct { source: []const u8, destinations: i64, connections: i64 };
    var rows = scan.query(Row, if (hits) sql("SUM(hit_count)") else sql("COUNT(*)"), thresholds);
    while (rows.next()) |row| {
        const alert = scan.raise("horizontal_scan", row.destinations + @divTrunc(row.connections, 10));
        alert.from(row.source);
        alert.evidence("dst_count", row.destinations);
        alert.evidence("conn_count", row.connections);
        alert.evidence("since", since);
        if (hits) alert.evidence("counted", "hit_count");
    }
}
