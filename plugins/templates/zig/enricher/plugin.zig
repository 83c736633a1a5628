//! `plugin_name`: the names of an address, by reverse DNS.

const ns = @import("net_scout");

pub fn describe(plugin: ns.Description) void {
    plugin.enricher("plugin_name", "0.1.0", "The names of an address, by reverse DNS");
    plugin.observes(.ip);
    plugin.asksDns(&.{"PTR"}, "*.in-addr.arpa");
    plugin.asksDns(&.{"PTR"}, "*.ip6.arpa");
}

pub fn enrich(lookup: ns.Lookup) void {
    const names = lookup.dnsReverse(lookup.observable());
    const first: ?ns.Text = if (names.len > 0) names[0] else null;
    lookup.answer(.{ .name = first, .names = names });
}
