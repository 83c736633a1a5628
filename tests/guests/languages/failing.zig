//! A rule that fails in the way that its parameter names.

const std = @import("std");
const ns = @import("net_scout");

pub fn describe(plugin: ns.Description) void {
    plugin.rule("failing", "0.1.0", "Fails");
    plugin.alertType("failing");
    plugin.choice("way", &.{ "error", "failure", "query", "parameter" }, "How it fails");
    plugin.reads("events", &.{"id"});
}

pub fn evaluate(scan: ns.Scan) !void {
    const way = scan.settings().string("way");
    if (std.mem.eql(u8, way, "error")) return error.NothingWorks;
    if (std.mem.eql(u8, way, "failure")) scan.fail("nothing works");
    if (std.mem.eql(u8, way, "parameter")) _ = scan.settings().integer("no_such");
    if (std.mem.eql(u8, way, "query")) _ = scan.query(struct { source: []const u8 }, "SELECT src_ip FROM events", .{});
    var rows = scan.query(struct { id: ?i64 }, "SELECT id FROM events", .{});
    while (rows.next()) |_| {}
}
