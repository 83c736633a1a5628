//! What rules and enrichers share: texts, values, descriptions, settings, and what both may be given. It wraps the C SDK; `c` is its header
//! as `zig translate-c` sees it, and can be used too.

pub const c = @import("c");

/// Bytes of UTF-8 in a list of the C SDK. `slice` makes a slice of one.
pub const Text = c.ns_text;

/// The bytes of a text.
pub fn slice(from: Text) []const u8 {
    return if (from.len == 0) "" else from.ptr[0..from.len];
}

/// A text as the C SDK takes it.
pub fn text(bytes: []const u8) Text {
    return .{ .ptr = @constCast(bytes.ptr), .len = bytes.len };
}

/// Words with a null pointer behind the last.
fn ended(comptime words: []const [:0]const u8) [*c]const [*c]const u8 {
    const list = comptime all: {
        var list: [words.len + 1][*c]const u8 = undefined;
        for (words, 0..) |word, index| list[index] = word.ptr;
        list[words.len] = null;
        break :all list;
    };
    return &list;
}

/// A scalar as the C SDK takes it: null, a boolean, a number or a text.
pub fn lower(value: anytype) c.ns_value {
    return switch (@typeInfo(@TypeOf(value))) {
        .null => c.ns_null_value(),
        .bool => c.ns_boolean_value(value),
        .int, .comptime_int => c.ns_integer_value(value),
        .float, .comptime_float => c.ns_real_value(value),
        .optional => if (value) |there| lower(there) else c.ns_null_value(),
        .@"struct" => c.ns_text_value(value),
        else => c.ns_text_value(text(value)),
    };
}

/// An instant in microseconds as RFC 3339 in UTC, with six decimals where it has a fraction of a second.
pub fn formatTimestamp(microseconds: i64) []const u8 {
    return slice(c.ns_format_timestamp(microseconds));
}

/// Writes to the host's log.
pub fn log(level: enum(u8) { debug, info, warn, err }, message: []const u8) void {
    c.ns_log(@intFromEnum(level), text(message));
}

/// What a plugin is.
pub const Description = struct {
    raw: *c.ns_description,

    pub fn rule(self: Description, name: [:0]const u8, version: [:0]const u8, summary: [:0]const u8) void {
        c.ns_rule(self.raw, name, version, summary);
    }

    /// Names alerts that the rule may raise.
    pub fn alertType(self: Description, name: [:0]const u8) void {
        c.ns_alert_type(self.raw, name);
    }

    /// For how many seconds before the end of the window the rule needs events.
    pub fn history(self: Description, seconds: u32) void {
        c.ns_history(self.raw, seconds);
    }

    pub fn enricher(self: Description, name: [:0]const u8, version: [:0]const u8, summary: [:0]const u8) void {
        c.ns_enricher(self.raw, name, version, summary);
    }

    /// A kind of observable that the enricher looks up.
    pub fn observes(self: Description, kind: enum(u8) { ip, domain }) void {
        c.ns_observes(self.raw, @intFromEnum(kind));
    }

    pub fn boolean(self: Description, name: [:0]const u8, value: bool, meaning: [:0]const u8) void {
        c.ns_boolean(self.raw, name, value, meaning);
    }

    pub fn integer(self: Description, name: [:0]const u8, value: i64, minimum: i64, maximum: i64, meaning: [:0]const u8) void {
        c.ns_integer(self.raw, name, value, minimum, maximum, meaning);
    }

    pub fn real(self: Description, name: [:0]const u8, value: f64, minimum: f64, maximum: f64, meaning: [:0]const u8) void {
        c.ns_real(self.raw, name, value, minimum, maximum, meaning);
    }

    /// One of a few words; the first is the default.
    pub fn choice(self: Description, name: [:0]const u8, comptime words: []const [:0]const u8, meaning: [:0]const u8) void {
        c.ns_choice(self.raw, name, ended(words), meaning);
    }

    pub fn line(self: Description, name: [:0]const u8, value: [:0]const u8, maximum: u32, meaning: [:0]const u8) void {
        c.ns_line(self.raw, name, value, maximum, meaning);
    }

    /// Requests to read columns of `events` or `alerts`.
    pub fn reads(self: Description, table: [:0]const u8, comptime columns: []const [:0]const u8) void {
        c.ns_reads(self.raw, table, ended(columns));
    }

    /// Requests questions to DNS: record types, and a name, `*.` and a name, or `*`.
    pub fn asksDns(self: Description, comptime types: []const [:0]const u8, names: [:0]const u8) void {
        c.ns_asks_dns(self.raw, ended(types), names);
    }

    /// Requests to run a program with arguments of this template.
    pub fn runs(self: Description, program: [:0]const u8, comptime arguments: []const [:0]const u8) void {
        c.ns_runs(self.raw, program, ended(arguments));
    }

    /// Requests a server, perhaps with a secret that the host adds.
    pub fn talksTo(self: Description, comptime methods: []const [:0]const u8, server: [:0]const u8, secret: ?[:0]const u8) void {
        c.ns_talks_to(self.raw, ended(methods), server, if (secret) |name| name.ptr else null);
    }

    /// Requests to read the files of a named directory.
    pub fn readsFiles(self: Description, directory: [:0]const u8) void {
        c.ns_reads_files(self.raw, directory);
    }

    /// Requests a store of its own of so many bytes.
    pub fn keepsState(self: Description, bytes: u32) void {
        c.ns_keeps_state(self.raw, bytes);
    }
};

/// The values of the parameters. One that was not described is 0 or empty, and makes the call fail in the end.
pub const Settings = struct {
    raw: *c.ns_settings,

    pub fn boolean(self: Settings, name: [:0]const u8) bool {
        return c.ns_boolean_set(self.raw, name);
    }

    pub fn integer(self: Settings, name: [:0]const u8) i64 {
        return c.ns_integer_set(self.raw, name);
    }

    pub fn real(self: Settings, name: [:0]const u8) f64 {
        return c.ns_real_set(self.raw, name);
    }

    pub fn string(self: Settings, name: [:0]const u8) []const u8 {
        return slice(c.ns_text_set(self.raw, name));
    }
};
