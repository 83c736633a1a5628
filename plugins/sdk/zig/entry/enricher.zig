//! What the C SDK calls: the plugin's functions.

const ns = @import("net_scout");
const plugin = @import("plugin");

export fn describe(raw: *ns.c.ns_description) void {
    plugin.describe(.{ .raw = raw });
}

export fn enrich(raw: *ns.c.ns_lookup) void {
    const call = ns.Lookup{ .raw = raw };
    const result = plugin.enrich(call);
    if (@typeInfo(@TypeOf(result)) == .error_union) {
        result catch |err| call.fail(.invalid, @errorName(err));
    }
}
