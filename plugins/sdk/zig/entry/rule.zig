//! What the C SDK calls: the plugin's functions.

const ns = @import("net_scout");
const plugin = @import("plugin");

export fn describe(raw: *ns.c.ns_description) void {
    plugin.describe(.{ .raw = raw });
}

export fn evaluate(raw: *ns.c.ns_scan) void {
    const call = ns.Scan{ .raw = raw };
    const result = plugin.evaluate(call);
    if (@typeInfo(@TypeOf(result)) == .error_union) {
        result catch |err| call.fail(@errorName(err));
    }
}
