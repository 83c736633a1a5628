//! Write a rule in Zig: `pub fn describe(plugin: Description) void` and `pub fn evaluate(scan: Scan) !void` in plugin.zig.
//!
//! The first thing that fails ends the rows of every query, and is what the whole call answers. So nothing here gives an error.

const shared = @import("shared.zig");

pub const c = shared.c;
pub const Description = shared.Description;
pub const Settings = shared.Settings;
pub const Text = shared.Text;
pub const formatTimestamp = shared.formatTimestamp;
pub const log = shared.log;
pub const slice = shared.slice;
pub const text = shared.text;

/// One evaluation.
pub const Scan = struct {
    raw: *c.ns_scan,

    pub fn window(self: Scan) *const c.plugin_window_t {
        return self.raw.window;
    }

    pub fn settings(self: Scan) Settings {
        return .{ .raw = &self.raw.settings };
    }

    /// Runs one SELECT. `Row` is a struct with a field for each column, in their order. The values, a tuple, are bound to `?1`, `?2`, ...
    pub fn query(self: Scan, comptime Row: type, sql: [:0]const u8, values: anytype) Rows(Row) {
        var bound: [values.len]c.ns_value = undefined;
        inline for (values, 0..) |value, index| bound[index] = shared.lower(value);
        var columns = comptime typesOf(Row);
        return .{ .raw = c.ns_query(
            self.raw,
            sql,
            .{ .ptr = &columns, .len = columns.len },
            .{ .ptr = &bound, .len = bound.len },
        ) };
    }

    /// Raises an alert. The score is brought into 0 to 100, and the severity follows from it.
    pub fn raise(self: Scan, alert_type: [:0]const u8, score: i64) Alert {
        return .{ .raw = c.ns_raise(self.raw, alert_type, score) };
    }

    /// Ends the evaluation with an error.
    pub fn fail(self: Scan, reason: []const u8) void {
        c.ns_fail(self.raw, c.ns_copy(text(reason)));
    }

    pub fn invalidParameter(self: Scan, reason: []const u8) void {
        c.ns_invalid_parameter(self.raw, c.ns_copy(text(reason)));
    }

    /// For the functions of `c` that any plugin may call: `c.ns_state_get(scan.call(), ...)`.
    pub fn call(self: Scan) *c.ns_call {
        return &self.raw.call;
    }
};

/// The rows of one SELECT. Texts and lists hold until the next row. A null is null where the field is optional, else 0 or empty.
pub fn Rows(comptime Row: type) type {
    return struct {
        raw: c.ns_rows,

        pub fn next(self: *@This()) ?Row {
            if (!c.ns_next(&self.raw)) return null;
            const fields = @typeInfo(Row).@"struct";
            var row: Row = undefined;
            inline for (fields.field_names, fields.field_types, 0..) |name, Type, column| {
                @field(row, name) = read(Type, &self.raw, column);
            }
            return row;
        }

        /// Leaves the rest unread.
        pub fn close(self: *@This()) void {
            c.ns_close(&self.raw);
        }
    };
}

fn typesOf(comptime Row: type) [@typeInfo(Row).@"struct".field_types.len]c.ns_column {
    const types = @typeInfo(Row).@"struct".field_types;
    var columns: [types.len]c.ns_column = undefined;
    for (types, 0..) |Type, index| columns[index] = typeOf(Type);
    return columns;
}

fn typeOf(comptime Type: type) c.ns_column {
    if (@typeInfo(Type) == .optional) return typeOf(@typeInfo(Type).optional.child);
    return switch (Type) {
        bool => c.NS_BOOLEAN,
        i64 => c.NS_INTEGER,
        f64 => c.NS_REAL,
        []const u8 => c.NS_TEXT,
        []const bool => c.NS_BOOLEAN_LIST,
        []const i64 => c.NS_INTEGER_LIST,
        []const f64 => c.NS_REAL_LIST,
        []const Text => c.NS_TEXT_LIST,
        else => @compileError("no column has the type " ++ @typeName(Type)),
    };
}

fn read(comptime Type: type, rows: *c.ns_rows, column: usize) Type {
    if (@typeInfo(Type) == .optional) {
        if (c.ns_is_null(rows, column)) return null;
        return read(@typeInfo(Type).optional.child, rows, column);
    }
    return switch (Type) {
        bool => c.ns_boolean_at(rows, column),
        i64 => c.ns_integer_at(rows, column),
        f64 => c.ns_real_at(rows, column),
        []const u8 => slice(c.ns_text_at(rows, column)),
        []const bool => all(bool, c.ns_booleans_at(rows, column)),
        []const i64 => all(i64, c.ns_integers_at(rows, column)),
        []const f64 => all(f64, c.ns_reals_at(rows, column)),
        []const Text => all(Text, c.ns_texts_at(rows, column)),
        else => unreachable,
    };
}

fn all(comptime Element: type, list: anytype) []const Element {
    return if (list.len == 0) &.{} else list.ptr[0..list.len];
}

/// An alert that was raised. What it is given is copied. It holds until the next one is raised.
pub const Alert = struct {
    raw: *c.ns_alert,

    pub fn from(self: Alert, source: []const u8) void {
        c.ns_from(self.raw, text(source));
    }

    pub fn to(self: Alert, destination: []const u8) void {
        c.ns_to(self.raw, text(destination));
    }

    /// Adds a piece of evidence: null, a boolean, a number, a text, a list of `i64` or of `Text`.
    pub fn evidence(self: Alert, key: [:0]const u8, value: anytype) void {
        switch (@TypeOf(value)) {
            []i64, []const i64 => c.ns_evidence_integers(self.raw, key, .{ .ptr = @constCast(value.ptr), .len = value.len }),
            []Text, []const Text => c.ns_evidence_texts(self.raw, key, .{ .ptr = @constCast(value.ptr), .len = value.len }),
            else => c.ns_evidence(self.raw, key, shared.lower(value)),
        }
    }

    /// Says which events the alert is about: an SQL condition over `events`, with what is bound to `?1`, `?2`, ... in it.
    pub fn events(self: Alert, condition: [:0]const u8, values: anytype) void {
        var bound: [values.len]c.ns_value = undefined;
        inline for (values, 0..) |value, index| bound[index] = shared.lower(value);
        c.ns_events(self.raw, condition, .{ .ptr = &bound, .len = bound.len });
    }
};
