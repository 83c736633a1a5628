//! Write an enricher in Zig: `pub fn describe(plugin: Description) void` and `pub fn enrich(lookup: Lookup) !void` in plugin.zig.
//!
//! The first thing that fails is what the whole call answers. So nothing here gives an error.

const shared = @import("shared.zig");

pub const c = shared.c;
pub const Description = shared.Description;
pub const Settings = shared.Settings;
pub const Text = shared.Text;
pub const log = shared.log;
pub const slice = shared.slice;
pub const text = shared.text;

/// Why nothing was found.
pub const Reason = enum(u8) { access_denied, timed_out, not_found = 3, unavailable, invalid };

/// One lookup.
pub const Lookup = struct {
    raw: *c.ns_lookup,

    /// What to look up: an address or a domain name.
    pub fn observable(self: Lookup) []const u8 {
        return slice(self.raw.observable.*.value);
    }

    pub fn isAddress(self: Lookup) bool {
        return self.raw.observable.*.kind == c.NET_SCOUT_PLUGIN_DESCRIPTION_OBSERVABLE_KIND_IP;
    }

    pub fn settings(self: Lookup) Settings {
        return .{ .raw = &self.raw.settings };
    }

    /// The names of an address, the first one first; none where the lookup failed.
    pub fn dnsReverse(self: Lookup, address: []const u8) []const Text {
        const names = c.ns_dns_reverse(self.raw, text(address));
        return if (names.len == 0) &.{} else names.ptr[0..names.len];
    }

    /// Ends the lookup with an error.
    pub fn fail(self: Lookup, reason: Reason, detail: []const u8) void {
        c.ns_fail(self.raw, @intFromEnum(reason), c.ns_copy(text(detail)));
    }

    /// Writes the answer: a struct becomes an object, a slice a list. To be called once.
    pub fn answer(self: Lookup, value: anytype) void {
        const Type = @TypeOf(value);
        switch (@typeInfo(Type)) {
            .null => c.ns_json_null(self.raw),
            .bool => c.ns_json_boolean(self.raw, value),
            .int, .comptime_int => c.ns_json_integer(self.raw, value),
            .optional => if (value) |there| self.answer(there) else c.ns_json_null(self.raw),
            .@"struct" => |fields| if (Type == Text) c.ns_json_text(self.raw, value) else {
                c.ns_json_begin(self.raw, '{');
                inline for (fields.field_names) |name| {
                    c.ns_json_key(self.raw, name);
                    self.answer(@field(value, name));
                }
                c.ns_json_end(self.raw, '}');
            },
            else => if (comptime isText(Type)) c.ns_json_text(self.raw, text(value)) else {
                c.ns_json_begin(self.raw, '[');
                for (value) |element| self.answer(element);
                c.ns_json_end(self.raw, ']');
            },
        }
    }

    /// For the functions of `c` that any plugin may call: `c.ns_state_get(lookup.call(), ...)`.
    pub fn call(self: Lookup) *c.ns_call {
        return &self.raw.call;
    }
};

/// A slice of bytes, or a string that is written out.
fn isText(comptime Type: type) bool {
    const info = @typeInfo(Type).pointer;
    if (info.child == u8) return true;
    return @typeInfo(info.child) == .array and @typeInfo(info.child).array.child == u8;
}
