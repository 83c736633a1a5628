// What rule.h of the C SDK declares. Made by translate.sh.
const __root = @This();
pub const __builtin = @import("std").zig.c_translation.builtins;
pub const __helpers = @import("std").zig.c_translation.helpers;
pub const intmax_t = c_longlong;
pub const uintmax_t = c_ulonglong;
pub const int_least64_t = c_longlong;
pub const int_least32_t = c_int;
pub const int_least16_t = c_short;
pub const int_least8_t = i8;
pub const uint_least64_t = c_ulonglong;
pub const uint_least32_t = c_uint;
pub const uint_least16_t = c_ushort;
pub const uint_least8_t = u8;
pub const int_fast64_t = c_longlong;
pub const int_fast32_t = c_int;
pub const int_fast16_t = c_short;
pub const int_fast8_t = i8;
pub const uint_fast64_t = c_ulonglong;
pub const uint_fast32_t = c_uint;
pub const uint_fast16_t = c_ushort;
pub const uint_fast8_t = u8;
pub const int128_t = i128;
pub const uint128_t = u128;
pub const int_fast128_t = i128;
pub const uint_fast128_t = u128;
pub const int_least128_t = i128;
pub const uint_least128_t = u128;
pub const ptrdiff_t = c_long;
pub const wchar_t = c_int;
pub const max_align_t = extern struct {
    __aro_max_align_ll: c_longlong = 0,
    __aro_max_align_ld: c_longdouble = 0,
};
pub const struct_plugin_string_t = extern struct {
    ptr: [*c]u8 = null,
    len: usize = 0,
    pub const net_scout_plugin_query_open = __root.net_scout_plugin_query_open;
    pub const net_scout_plugin_files_list = __root.net_scout_plugin_files_list;
    pub const net_scout_plugin_files_open = __root.net_scout_plugin_files_open;
    pub const net_scout_plugin_state_get = __root.net_scout_plugin_state_get;
    pub const net_scout_plugin_state_set = __root.net_scout_plugin_state_set;
    pub const net_scout_plugin_state_remove = __root.net_scout_plugin_state_remove;
    pub const plugin_string_set = __root.plugin_string_set;
    pub const plugin_string_dup = __root.plugin_string_dup;
    pub const plugin_string_dup_n = __root.plugin_string_dup_n;
    pub const plugin_string_free = __root.plugin_string_free;
    pub const ns_copy = __root.ns_copy;
    pub const ns_is = __root.ns_is;
    pub const ns_text_value = __root.ns_text_value;
    pub const open = __root.net_scout_plugin_query_open;
    pub const list = __root.net_scout_plugin_files_list;
    pub const get = __root.net_scout_plugin_state_get;
    pub const set = __root.net_scout_plugin_state_set;
    pub const remove = __root.net_scout_plugin_state_remove;
    pub const dup = __root.plugin_string_dup;
    pub const n = __root.plugin_string_dup_n;
    pub const free = __root.plugin_string_free;
    pub const copy = __root.ns_copy;
    pub const is = __root.ns_is;
    pub const value = __root.ns_text_value;
};
pub const plugin_string_t = struct_plugin_string_t;
pub const net_scout_plugin_types_timestamp_t = i64;
const union_unnamed_1 = extern union {
    boolean: bool,
    integer: i64,
    real: f64,
    text: plugin_string_t,
};
pub const struct_net_scout_plugin_types_value_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_1 = @import("std").mem.zeroes(union_unnamed_1),
    pub const net_scout_plugin_types_value_free = __root.net_scout_plugin_types_value_free;
    pub const net_scout_plugin_query_value_free = __root.net_scout_plugin_query_value_free;
    pub const net_scout_plugin_detection_value_free = __root.net_scout_plugin_detection_value_free;
    pub const free = __root.net_scout_plugin_types_value_free;
};
pub const net_scout_plugin_types_value_t = struct_net_scout_plugin_types_value_t;
pub const struct_net_scout_plugin_types_argument_t = extern struct {
    name: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    value: net_scout_plugin_types_value_t = @import("std").mem.zeroes(net_scout_plugin_types_value_t),
    pub const net_scout_plugin_types_argument_free = __root.net_scout_plugin_types_argument_free;
    pub const plugin_argument_free = __root.plugin_argument_free;
    pub const free = __root.net_scout_plugin_types_argument_free;
};
pub const net_scout_plugin_types_argument_t = struct_net_scout_plugin_types_argument_t;
pub const net_scout_plugin_query_value_t = net_scout_plugin_types_value_t;
const union_unnamed_2 = extern union {
    access_denied: plugin_string_t,
    invalid: plugin_string_t,
    type_mismatch: plugin_string_t,
    timed_out: plugin_string_t,
    too_large: plugin_string_t,
    unavailable: plugin_string_t,
};
pub const struct_net_scout_plugin_query_query_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_2 = @import("std").mem.zeroes(union_unnamed_2),
    pub const net_scout_plugin_query_query_error_free = __root.net_scout_plugin_query_query_error_free;
    pub const net_scout_plugin_detection_query_error_free = __root.net_scout_plugin_detection_query_error_free;
    pub const free = __root.net_scout_plugin_query_query_error_free;
};
pub const net_scout_plugin_query_query_error_t = struct_net_scout_plugin_query_query_error_t;
pub const net_scout_plugin_query_column_type_t = u8;
pub const plugin_list_string_t = extern struct {
    ptr: [*c]plugin_string_t = null,
    len: usize = 0,
    pub const plugin_list_string_free = __root.plugin_list_string_free;
    pub const free = __root.plugin_list_string_free;
};
pub const plugin_list_u32_t = extern struct {
    ptr: [*c]u32 = null,
    len: usize = 0,
    pub const plugin_list_u32_free = __root.plugin_list_u32_free;
    pub const free = __root.plugin_list_u32_free;
};
pub const struct_net_scout_plugin_query_text_column_t = extern struct {
    dictionary: plugin_list_string_t = @import("std").mem.zeroes(plugin_list_string_t),
    codes: plugin_list_u32_t = @import("std").mem.zeroes(plugin_list_u32_t),
    pub const net_scout_plugin_query_text_column_free = __root.net_scout_plugin_query_text_column_free;
    pub const free = __root.net_scout_plugin_query_text_column_free;
};
pub const net_scout_plugin_query_text_column_t = struct_net_scout_plugin_query_text_column_t;
pub const plugin_list_bool_t = extern struct {
    ptr: [*c]bool = null,
    len: usize = 0,
    pub const plugin_list_bool_free = __root.plugin_list_bool_free;
    pub const free = __root.plugin_list_bool_free;
};
pub const struct_net_scout_plugin_query_boolean_lists_t = extern struct {
    values: plugin_list_bool_t = @import("std").mem.zeroes(plugin_list_bool_t),
    ends: plugin_list_u32_t = @import("std").mem.zeroes(plugin_list_u32_t),
    pub const net_scout_plugin_query_boolean_lists_free = __root.net_scout_plugin_query_boolean_lists_free;
    pub const free = __root.net_scout_plugin_query_boolean_lists_free;
};
pub const net_scout_plugin_query_boolean_lists_t = struct_net_scout_plugin_query_boolean_lists_t;
pub const plugin_list_s64_t = extern struct {
    ptr: [*c]i64 = null,
    len: usize = 0,
    pub const plugin_list_s64_free = __root.plugin_list_s64_free;
    pub const free = __root.plugin_list_s64_free;
};
pub const struct_net_scout_plugin_query_integer_lists_t = extern struct {
    values: plugin_list_s64_t = @import("std").mem.zeroes(plugin_list_s64_t),
    ends: plugin_list_u32_t = @import("std").mem.zeroes(plugin_list_u32_t),
    pub const net_scout_plugin_query_integer_lists_free = __root.net_scout_plugin_query_integer_lists_free;
    pub const free = __root.net_scout_plugin_query_integer_lists_free;
};
pub const net_scout_plugin_query_integer_lists_t = struct_net_scout_plugin_query_integer_lists_t;
pub const plugin_list_f64_t = extern struct {
    ptr: [*c]f64 = null,
    len: usize = 0,
    pub const plugin_list_f64_free = __root.plugin_list_f64_free;
    pub const free = __root.plugin_list_f64_free;
};
pub const struct_net_scout_plugin_query_real_lists_t = extern struct {
    values: plugin_list_f64_t = @import("std").mem.zeroes(plugin_list_f64_t),
    ends: plugin_list_u32_t = @import("std").mem.zeroes(plugin_list_u32_t),
    pub const net_scout_plugin_query_real_lists_free = __root.net_scout_plugin_query_real_lists_free;
    pub const free = __root.net_scout_plugin_query_real_lists_free;
};
pub const net_scout_plugin_query_real_lists_t = struct_net_scout_plugin_query_real_lists_t;
pub const struct_net_scout_plugin_query_text_lists_t = extern struct {
    values: net_scout_plugin_query_text_column_t = @import("std").mem.zeroes(net_scout_plugin_query_text_column_t),
    ends: plugin_list_u32_t = @import("std").mem.zeroes(plugin_list_u32_t),
    pub const net_scout_plugin_query_text_lists_free = __root.net_scout_plugin_query_text_lists_free;
    pub const free = __root.net_scout_plugin_query_text_lists_free;
};
pub const net_scout_plugin_query_text_lists_t = struct_net_scout_plugin_query_text_lists_t;
const union_unnamed_3 = extern union {
    booleans: plugin_list_bool_t,
    integers: plugin_list_s64_t,
    reals: plugin_list_f64_t,
    texts: net_scout_plugin_query_text_column_t,
    boolean_lists: net_scout_plugin_query_boolean_lists_t,
    integer_lists: net_scout_plugin_query_integer_lists_t,
    real_lists: net_scout_plugin_query_real_lists_t,
    text_lists: net_scout_plugin_query_text_lists_t,
};
pub const struct_net_scout_plugin_query_column_values_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_3 = @import("std").mem.zeroes(union_unnamed_3),
    pub const net_scout_plugin_query_column_values_free = __root.net_scout_plugin_query_column_values_free;
    pub const free = __root.net_scout_plugin_query_column_values_free;
};
pub const net_scout_plugin_query_column_values_t = struct_net_scout_plugin_query_column_values_t;
pub const struct_net_scout_plugin_query_column_t = extern struct {
    values: net_scout_plugin_query_column_values_t = @import("std").mem.zeroes(net_scout_plugin_query_column_values_t),
    nulls: plugin_list_u32_t = @import("std").mem.zeroes(plugin_list_u32_t),
    pub const net_scout_plugin_query_column_free = __root.net_scout_plugin_query_column_free;
    pub const free = __root.net_scout_plugin_query_column_free;
};
pub const net_scout_plugin_query_column_t = struct_net_scout_plugin_query_column_t;
pub const net_scout_plugin_query_list_column_t = extern struct {
    ptr: [*c]net_scout_plugin_query_column_t = null,
    len: usize = 0,
    pub const net_scout_plugin_query_list_column_free = __root.net_scout_plugin_query_list_column_free;
    pub const free = __root.net_scout_plugin_query_list_column_free;
};
pub const struct_net_scout_plugin_query_batch_t = extern struct {
    row_count: u32 = 0,
    columns: net_scout_plugin_query_list_column_t = @import("std").mem.zeroes(net_scout_plugin_query_list_column_t),
    pub const net_scout_plugin_query_batch_free = __root.net_scout_plugin_query_batch_free;
    pub const free = __root.net_scout_plugin_query_batch_free;
};
pub const net_scout_plugin_query_batch_t = struct_net_scout_plugin_query_batch_t;
pub const struct_net_scout_plugin_query_own_rows_t = extern struct {
    __handle: i32 = 0,
    pub const net_scout_plugin_query_rows_drop_own = __root.net_scout_plugin_query_rows_drop_own;
    pub const net_scout_plugin_query_borrow_rows = __root.net_scout_plugin_query_borrow_rows;
    pub const own = __root.net_scout_plugin_query_rows_drop_own;
    pub const rows = __root.net_scout_plugin_query_borrow_rows;
};
pub const net_scout_plugin_query_own_rows_t = struct_net_scout_plugin_query_own_rows_t;
pub const struct_net_scout_plugin_query_borrow_rows_t = extern struct {
    __handle: i32 = 0,
    pub const net_scout_plugin_query_method_rows_next = __root.net_scout_plugin_query_method_rows_next;
    pub const net_scout_plugin_query_rows_drop_borrow = __root.net_scout_plugin_query_rows_drop_borrow;
    pub const next = __root.net_scout_plugin_query_method_rows_next;
    pub const borrow = __root.net_scout_plugin_query_rows_drop_borrow;
};
pub const net_scout_plugin_query_borrow_rows_t = struct_net_scout_plugin_query_borrow_rows_t;
pub const net_scout_plugin_query_option_batch_t = extern struct {
    is_some: bool = false,
    val: net_scout_plugin_query_batch_t = @import("std").mem.zeroes(net_scout_plugin_query_batch_t),
    pub const net_scout_plugin_query_option_batch_free = __root.net_scout_plugin_query_option_batch_free;
    pub const free = __root.net_scout_plugin_query_option_batch_free;
};
const union_unnamed_4 = extern union {
    ok: net_scout_plugin_query_option_batch_t,
    err: net_scout_plugin_query_query_error_t,
};
pub const net_scout_plugin_query_result_option_batch_query_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_4 = @import("std").mem.zeroes(union_unnamed_4),
    pub const net_scout_plugin_query_result_option_batch_query_error_free = __root.net_scout_plugin_query_result_option_batch_query_error_free;
    pub const free = __root.net_scout_plugin_query_result_option_batch_query_error_free;
};
pub const net_scout_plugin_query_list_value_t = extern struct {
    ptr: [*c]net_scout_plugin_query_value_t = null,
    len: usize = 0,
    pub const net_scout_plugin_query_list_value_free = __root.net_scout_plugin_query_list_value_free;
    pub const free = __root.net_scout_plugin_query_list_value_free;
};
pub const net_scout_plugin_query_list_column_type_t = extern struct {
    ptr: [*c]net_scout_plugin_query_column_type_t = null,
    len: usize = 0,
    pub const net_scout_plugin_query_list_column_type_free = __root.net_scout_plugin_query_list_column_type_free;
    pub const free = __root.net_scout_plugin_query_list_column_type_free;
};
const union_unnamed_5 = extern union {
    ok: net_scout_plugin_query_own_rows_t,
    err: net_scout_plugin_query_query_error_t,
};
pub const net_scout_plugin_query_result_own_rows_query_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_5 = @import("std").mem.zeroes(union_unnamed_5),
    pub const net_scout_plugin_query_result_own_rows_query_error_free = __root.net_scout_plugin_query_result_own_rows_query_error_free;
    pub const free = __root.net_scout_plugin_query_result_own_rows_query_error_free;
};
const union_unnamed_6 = extern union {
    access_denied: plugin_string_t,
    not_found: plugin_string_t,
    invalid: plugin_string_t,
    too_large: plugin_string_t,
    unavailable: plugin_string_t,
};
pub const struct_net_scout_plugin_files_files_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_6 = @import("std").mem.zeroes(union_unnamed_6),
    pub const net_scout_plugin_files_files_error_free = __root.net_scout_plugin_files_files_error_free;
    pub const free = __root.net_scout_plugin_files_files_error_free;
};
pub const net_scout_plugin_files_files_error_t = struct_net_scout_plugin_files_files_error_t;
pub const struct_net_scout_plugin_files_own_file_t = extern struct {
    __handle: i32 = 0,
    pub const net_scout_plugin_files_file_drop_own = __root.net_scout_plugin_files_file_drop_own;
    pub const net_scout_plugin_files_borrow_file = __root.net_scout_plugin_files_borrow_file;
    pub const own = __root.net_scout_plugin_files_file_drop_own;
    pub const file = __root.net_scout_plugin_files_borrow_file;
};
pub const net_scout_plugin_files_own_file_t = struct_net_scout_plugin_files_own_file_t;
pub const struct_net_scout_plugin_files_borrow_file_t = extern struct {
    __handle: i32 = 0,
    pub const net_scout_plugin_files_method_file_size = __root.net_scout_plugin_files_method_file_size;
    pub const net_scout_plugin_files_method_file_read_at = __root.net_scout_plugin_files_method_file_read_at;
    pub const net_scout_plugin_files_file_drop_borrow = __root.net_scout_plugin_files_file_drop_borrow;
    pub const size = __root.net_scout_plugin_files_method_file_size;
    pub const at = __root.net_scout_plugin_files_method_file_read_at;
    pub const borrow = __root.net_scout_plugin_files_file_drop_borrow;
};
pub const net_scout_plugin_files_borrow_file_t = struct_net_scout_plugin_files_borrow_file_t;
pub const plugin_list_u8_t = extern struct {
    ptr: [*c]u8 = null,
    len: usize = 0,
    pub const plugin_list_u8_free = __root.plugin_list_u8_free;
    pub const free = __root.plugin_list_u8_free;
};
const union_unnamed_7 = extern union {
    ok: plugin_list_u8_t,
    err: net_scout_plugin_files_files_error_t,
};
pub const net_scout_plugin_files_result_list_u8_files_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_7 = @import("std").mem.zeroes(union_unnamed_7),
    pub const net_scout_plugin_files_result_list_u8_files_error_free = __root.net_scout_plugin_files_result_list_u8_files_error_free;
    pub const free = __root.net_scout_plugin_files_result_list_u8_files_error_free;
};
const union_unnamed_8 = extern union {
    ok: plugin_list_string_t,
    err: net_scout_plugin_files_files_error_t,
};
pub const net_scout_plugin_files_result_list_string_files_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_8 = @import("std").mem.zeroes(union_unnamed_8),
    pub const net_scout_plugin_files_result_list_string_files_error_free = __root.net_scout_plugin_files_result_list_string_files_error_free;
    pub const free = __root.net_scout_plugin_files_result_list_string_files_error_free;
};
const union_unnamed_9 = extern union {
    ok: net_scout_plugin_files_own_file_t,
    err: net_scout_plugin_files_files_error_t,
};
pub const net_scout_plugin_files_result_own_file_files_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_9 = @import("std").mem.zeroes(union_unnamed_9),
    pub const net_scout_plugin_files_result_own_file_files_error_free = __root.net_scout_plugin_files_result_own_file_files_error_free;
    pub const free = __root.net_scout_plugin_files_result_own_file_files_error_free;
};
const union_unnamed_10 = extern union {
    access_denied: plugin_string_t,
    too_large: plugin_string_t,
    unavailable: plugin_string_t,
};
pub const struct_net_scout_plugin_state_state_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_10 = @import("std").mem.zeroes(union_unnamed_10),
    pub const net_scout_plugin_state_state_error_free = __root.net_scout_plugin_state_state_error_free;
    pub const free = __root.net_scout_plugin_state_state_error_free;
};
pub const net_scout_plugin_state_state_error_t = struct_net_scout_plugin_state_state_error_t;
pub const plugin_option_list_u8_t = extern struct {
    is_some: bool = false,
    val: plugin_list_u8_t = @import("std").mem.zeroes(plugin_list_u8_t),
    pub const plugin_option_list_u8_free = __root.plugin_option_list_u8_free;
    pub const free = __root.plugin_option_list_u8_free;
};
const union_unnamed_11 = extern union {
    ok: plugin_option_list_u8_t,
    err: net_scout_plugin_state_state_error_t,
};
pub const net_scout_plugin_state_result_option_list_u8_state_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_11 = @import("std").mem.zeroes(union_unnamed_11),
    pub const net_scout_plugin_state_result_option_list_u8_state_error_free = __root.net_scout_plugin_state_result_option_list_u8_state_error_free;
    pub const free = __root.net_scout_plugin_state_result_option_list_u8_state_error_free;
};
const union_unnamed_12 = extern union {
    err: net_scout_plugin_state_state_error_t,
};
pub const net_scout_plugin_state_result_void_state_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_12 = @import("std").mem.zeroes(union_unnamed_12),
    pub const net_scout_plugin_state_result_void_state_error_free = __root.net_scout_plugin_state_result_void_state_error_free;
    pub const free = __root.net_scout_plugin_state_result_void_state_error_free;
};
pub const net_scout_plugin_log_level_t = u8;
pub const net_scout_plugin_description_observable_kind_t = u8;
pub const struct_net_scout_plugin_description_rule_details_t = extern struct {
    alert_types: plugin_list_string_t = @import("std").mem.zeroes(plugin_list_string_t),
    history_seconds: u32 = 0,
    pub const net_scout_plugin_description_rule_details_free = __root.net_scout_plugin_description_rule_details_free;
    pub const free = __root.net_scout_plugin_description_rule_details_free;
};
pub const net_scout_plugin_description_rule_details_t = struct_net_scout_plugin_description_rule_details_t;
pub const net_scout_plugin_description_list_observable_kind_t = extern struct {
    ptr: [*c]net_scout_plugin_description_observable_kind_t = null,
    len: usize = 0,
    pub const net_scout_plugin_description_list_observable_kind_free = __root.net_scout_plugin_description_list_observable_kind_free;
    pub const free = __root.net_scout_plugin_description_list_observable_kind_free;
};
pub const struct_net_scout_plugin_description_enricher_details_t = extern struct {
    observables: net_scout_plugin_description_list_observable_kind_t = @import("std").mem.zeroes(net_scout_plugin_description_list_observable_kind_t),
    fresh_seconds: u32 = 0,
    failed_seconds: u32 = 0,
    outside: bool = false,
    pub const net_scout_plugin_description_enricher_details_free = __root.net_scout_plugin_description_enricher_details_free;
    pub const free = __root.net_scout_plugin_description_enricher_details_free;
};
pub const net_scout_plugin_description_enricher_details_t = struct_net_scout_plugin_description_enricher_details_t;
const union_unnamed_13 = extern union {
    rule: net_scout_plugin_description_rule_details_t,
    enricher: net_scout_plugin_description_enricher_details_t,
};
pub const struct_net_scout_plugin_description_kind_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_13 = @import("std").mem.zeroes(union_unnamed_13),
    pub const net_scout_plugin_description_kind_free = __root.net_scout_plugin_description_kind_free;
    pub const free = __root.net_scout_plugin_description_kind_free;
};
pub const net_scout_plugin_description_kind_t = struct_net_scout_plugin_description_kind_t;
pub const struct_net_scout_plugin_description_integer_range_t = extern struct {
    default_: i64 = 0,
    minimum: i64 = 0,
    maximum: i64 = 0,
};
pub const net_scout_plugin_description_integer_range_t = struct_net_scout_plugin_description_integer_range_t;
pub const struct_net_scout_plugin_description_real_range_t = extern struct {
    default_: f64 = 0,
    minimum: f64 = 0,
    maximum: f64 = 0,
};
pub const net_scout_plugin_description_real_range_t = struct_net_scout_plugin_description_real_range_t;
pub const struct_net_scout_plugin_description_choice_t = extern struct {
    default_: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    options: plugin_list_string_t = @import("std").mem.zeroes(plugin_list_string_t),
    pub const net_scout_plugin_description_choice_free = __root.net_scout_plugin_description_choice_free;
    pub const free = __root.net_scout_plugin_description_choice_free;
};
pub const net_scout_plugin_description_choice_t = struct_net_scout_plugin_description_choice_t;
pub const struct_net_scout_plugin_description_line_t = extern struct {
    default_: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    maximum: u32 = 0,
    pub const net_scout_plugin_description_line_free = __root.net_scout_plugin_description_line_free;
    pub const free = __root.net_scout_plugin_description_line_free;
};
pub const net_scout_plugin_description_line_t = struct_net_scout_plugin_description_line_t;
const union_unnamed_14 = extern union {
    boolean: bool,
    integer: net_scout_plugin_description_integer_range_t,
    real: net_scout_plugin_description_real_range_t,
    choice: net_scout_plugin_description_choice_t,
    line: net_scout_plugin_description_line_t,
};
pub const struct_net_scout_plugin_description_parameter_type_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_14 = @import("std").mem.zeroes(union_unnamed_14),
    pub const net_scout_plugin_description_parameter_type_free = __root.net_scout_plugin_description_parameter_type_free;
    pub const free = __root.net_scout_plugin_description_parameter_type_free;
};
pub const net_scout_plugin_description_parameter_type_t = struct_net_scout_plugin_description_parameter_type_t;
pub const struct_net_scout_plugin_description_parameter_t = extern struct {
    name: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    type: net_scout_plugin_description_parameter_type_t = @import("std").mem.zeroes(net_scout_plugin_description_parameter_type_t),
    meaning: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    pub const net_scout_plugin_description_parameter_free = __root.net_scout_plugin_description_parameter_free;
    pub const free = __root.net_scout_plugin_description_parameter_free;
};
pub const net_scout_plugin_description_parameter_t = struct_net_scout_plugin_description_parameter_t;
pub const struct_net_scout_plugin_description_table_request_t = extern struct {
    table: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    columns: plugin_list_string_t = @import("std").mem.zeroes(plugin_list_string_t),
    pub const net_scout_plugin_description_table_request_free = __root.net_scout_plugin_description_table_request_free;
    pub const free = __root.net_scout_plugin_description_table_request_free;
};
pub const net_scout_plugin_description_table_request_t = struct_net_scout_plugin_description_table_request_t;
pub const struct_net_scout_plugin_description_dns_request_t = extern struct {
    types: plugin_list_string_t = @import("std").mem.zeroes(plugin_list_string_t),
    names: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    pub const net_scout_plugin_description_dns_request_free = __root.net_scout_plugin_description_dns_request_free;
    pub const free = __root.net_scout_plugin_description_dns_request_free;
};
pub const net_scout_plugin_description_dns_request_t = struct_net_scout_plugin_description_dns_request_t;
pub const struct_net_scout_plugin_description_exec_request_t = extern struct {
    program: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    arguments: plugin_list_string_t = @import("std").mem.zeroes(plugin_list_string_t),
    pub const net_scout_plugin_description_exec_request_free = __root.net_scout_plugin_description_exec_request_free;
    pub const free = __root.net_scout_plugin_description_exec_request_free;
};
pub const net_scout_plugin_description_exec_request_t = struct_net_scout_plugin_description_exec_request_t;
pub const plugin_option_string_t = extern struct {
    is_some: bool = false,
    val: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    pub const plugin_option_string_free = __root.plugin_option_string_free;
    pub const free = __root.plugin_option_string_free;
};
pub const struct_net_scout_plugin_description_http_request_t = extern struct {
    methods: plugin_list_string_t = @import("std").mem.zeroes(plugin_list_string_t),
    server: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    secret: plugin_option_string_t = @import("std").mem.zeroes(plugin_option_string_t),
    pub const net_scout_plugin_description_http_request_free = __root.net_scout_plugin_description_http_request_free;
    pub const free = __root.net_scout_plugin_description_http_request_free;
};
pub const net_scout_plugin_description_http_request_t = struct_net_scout_plugin_description_http_request_t;
const union_unnamed_15 = extern union {
    table: net_scout_plugin_description_table_request_t,
    dns: net_scout_plugin_description_dns_request_t,
    exec: net_scout_plugin_description_exec_request_t,
    http: net_scout_plugin_description_http_request_t,
    files: plugin_string_t,
    state: u32,
};
pub const struct_net_scout_plugin_description_request_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_15 = @import("std").mem.zeroes(union_unnamed_15),
    pub const net_scout_plugin_description_request_free = __root.net_scout_plugin_description_request_free;
    pub const free = __root.net_scout_plugin_description_request_free;
};
pub const net_scout_plugin_description_request_t = struct_net_scout_plugin_description_request_t;
pub const net_scout_plugin_description_list_parameter_t = extern struct {
    ptr: [*c]net_scout_plugin_description_parameter_t = null,
    len: usize = 0,
    pub const net_scout_plugin_description_list_parameter_free = __root.net_scout_plugin_description_list_parameter_free;
    pub const free = __root.net_scout_plugin_description_list_parameter_free;
};
pub const net_scout_plugin_description_list_request_t = extern struct {
    ptr: [*c]net_scout_plugin_description_request_t = null,
    len: usize = 0,
    pub const net_scout_plugin_description_list_request_free = __root.net_scout_plugin_description_list_request_free;
    pub const free = __root.net_scout_plugin_description_list_request_free;
};
pub const struct_net_scout_plugin_description_description_t = extern struct {
    name: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    version: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    kind: net_scout_plugin_description_kind_t = @import("std").mem.zeroes(net_scout_plugin_description_kind_t),
    summary: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    parameters: net_scout_plugin_description_list_parameter_t = @import("std").mem.zeroes(net_scout_plugin_description_list_parameter_t),
    requests: net_scout_plugin_description_list_request_t = @import("std").mem.zeroes(net_scout_plugin_description_list_request_t),
    pub const exports_plugin_describe = __root.exports_plugin_describe;
    pub const net_scout_plugin_description_description_free = __root.net_scout_plugin_description_description_free;
    pub const plugin_description_free = __root.plugin_description_free;
    pub const ns_boolean = __root.ns_boolean;
    pub const ns_integer = __root.ns_integer;
    pub const ns_real = __root.ns_real;
    pub const ns_choice = __root.ns_choice;
    pub const ns_line = __root.ns_line;
    pub const ns_reads = __root.ns_reads;
    pub const ns_asks_dns = __root.ns_asks_dns;
    pub const ns_runs = __root.ns_runs;
    pub const ns_talks_to = __root.ns_talks_to;
    pub const ns_reads_files = __root.ns_reads_files;
    pub const ns_keeps_state = __root.ns_keeps_state;
    pub const describe = __root.describe;
    pub const ns_name = __root.ns_name;
    pub const ns_rule = __root.ns_rule;
    pub const ns_alert_type = __root.ns_alert_type;
    pub const ns_history = __root.ns_history;
    pub const free = __root.net_scout_plugin_description_description_free;
    pub const boolean = __root.ns_boolean;
    pub const integer = __root.ns_integer;
    pub const real = __root.ns_real;
    pub const choice = __root.ns_choice;
    pub const line = __root.ns_line;
    pub const reads = __root.ns_reads;
    pub const dns = __root.ns_asks_dns;
    pub const runs = __root.ns_runs;
    pub const to = __root.ns_talks_to;
    pub const files = __root.ns_reads_files;
    pub const state = __root.ns_keeps_state;
    pub const rule = __root.ns_rule;
    pub const @"type" = __root.ns_alert_type;
    pub const history = __root.ns_history;
};
pub const net_scout_plugin_description_description_t = struct_net_scout_plugin_description_description_t;
pub const net_scout_plugin_detection_timestamp_t = net_scout_plugin_types_timestamp_t;
pub const net_scout_plugin_detection_value_t = net_scout_plugin_types_value_t;
pub const net_scout_plugin_detection_query_error_t = net_scout_plugin_query_query_error_t;
pub const net_scout_plugin_detection_option_timestamp_t = extern struct {
    is_some: bool = false,
    val: net_scout_plugin_detection_timestamp_t = 0,
    pub const net_scout_plugin_detection_option_timestamp_free = __root.net_scout_plugin_detection_option_timestamp_free;
    pub const free = __root.net_scout_plugin_detection_option_timestamp_free;
};
pub const struct_net_scout_plugin_detection_window_t = extern struct {
    since: net_scout_plugin_detection_timestamp_t = 0,
    until: net_scout_plugin_detection_option_timestamp_t = @import("std").mem.zeroes(net_scout_plugin_detection_option_timestamp_t),
    now: net_scout_plugin_detection_timestamp_t = 0,
    events_since: net_scout_plugin_detection_timestamp_t = 0,
    local_networks: plugin_list_string_t = @import("std").mem.zeroes(plugin_list_string_t),
    pub const exports_plugin_evaluate = __root.exports_plugin_evaluate;
    pub const net_scout_plugin_detection_window_free = __root.net_scout_plugin_detection_window_free;
    pub const plugin_window_free = __root.plugin_window_free;
    pub const free = __root.net_scout_plugin_detection_window_free;
};
pub const net_scout_plugin_detection_window_t = struct_net_scout_plugin_detection_window_t;
pub const net_scout_plugin_detection_severity_t = u8;
const union_unnamed_16 = extern union {
    scalar: net_scout_plugin_detection_value_t,
    integers: plugin_list_s64_t,
    texts: plugin_list_string_t,
};
pub const struct_net_scout_plugin_detection_evidence_value_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_16 = @import("std").mem.zeroes(union_unnamed_16),
    pub const net_scout_plugin_detection_evidence_value_free = __root.net_scout_plugin_detection_evidence_value_free;
    pub const free = __root.net_scout_plugin_detection_evidence_value_free;
};
pub const net_scout_plugin_detection_evidence_value_t = struct_net_scout_plugin_detection_evidence_value_t;
pub const struct_net_scout_plugin_detection_evidence_entry_t = extern struct {
    key: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    value: net_scout_plugin_detection_evidence_value_t = @import("std").mem.zeroes(net_scout_plugin_detection_evidence_value_t),
    pub const net_scout_plugin_detection_evidence_entry_free = __root.net_scout_plugin_detection_evidence_entry_free;
    pub const free = __root.net_scout_plugin_detection_evidence_entry_free;
};
pub const net_scout_plugin_detection_evidence_entry_t = struct_net_scout_plugin_detection_evidence_entry_t;
pub const net_scout_plugin_detection_list_value_t = extern struct {
    ptr: [*c]net_scout_plugin_detection_value_t = null,
    len: usize = 0,
    pub const net_scout_plugin_detection_list_value_free = __root.net_scout_plugin_detection_list_value_free;
    pub const free = __root.net_scout_plugin_detection_list_value_free;
};
pub const struct_net_scout_plugin_detection_selection_t = extern struct {
    condition: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    parameters: net_scout_plugin_detection_list_value_t = @import("std").mem.zeroes(net_scout_plugin_detection_list_value_t),
    pub const net_scout_plugin_detection_selection_free = __root.net_scout_plugin_detection_selection_free;
    pub const free = __root.net_scout_plugin_detection_selection_free;
};
pub const net_scout_plugin_detection_selection_t = struct_net_scout_plugin_detection_selection_t;
pub const net_scout_plugin_detection_list_evidence_entry_t = extern struct {
    ptr: [*c]net_scout_plugin_detection_evidence_entry_t = null,
    len: usize = 0,
    pub const net_scout_plugin_detection_list_evidence_entry_free = __root.net_scout_plugin_detection_list_evidence_entry_free;
    pub const free = __root.net_scout_plugin_detection_list_evidence_entry_free;
};
pub const net_scout_plugin_detection_option_selection_t = extern struct {
    is_some: bool = false,
    val: net_scout_plugin_detection_selection_t = @import("std").mem.zeroes(net_scout_plugin_detection_selection_t),
    pub const net_scout_plugin_detection_option_selection_free = __root.net_scout_plugin_detection_option_selection_free;
    pub const free = __root.net_scout_plugin_detection_option_selection_free;
};
pub const struct_net_scout_plugin_detection_alert_t = extern struct {
    alert_type: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    src_ip: plugin_option_string_t = @import("std").mem.zeroes(plugin_option_string_t),
    dst_ip: plugin_option_string_t = @import("std").mem.zeroes(plugin_option_string_t),
    score: u32 = 0,
    severity: net_scout_plugin_detection_severity_t = 0,
    evidence: net_scout_plugin_detection_list_evidence_entry_t = @import("std").mem.zeroes(net_scout_plugin_detection_list_evidence_entry_t),
    events: net_scout_plugin_detection_option_selection_t = @import("std").mem.zeroes(net_scout_plugin_detection_option_selection_t),
    pub const net_scout_plugin_detection_alert_free = __root.net_scout_plugin_detection_alert_free;
    pub const plugin_alert_free = __root.plugin_alert_free;
    pub const ns_from = __root.ns_from;
    pub const ns_to = __root.ns_to;
    pub const ns_evidence = __root.ns_evidence;
    pub const ns_evidence_integers = __root.ns_evidence_integers;
    pub const ns_evidence_texts = __root.ns_evidence_texts;
    pub const ns_events = __root.ns_events;
    pub const ns_techniques = __root.ns_techniques;
    pub const free = __root.net_scout_plugin_detection_alert_free;
    pub const from = __root.ns_from;
    pub const to = __root.ns_to;
    pub const integers = __root.ns_evidence_integers;
    pub const texts = __root.ns_evidence_texts;
    pub const techniques = __root.ns_techniques;
};
pub const net_scout_plugin_detection_alert_t = struct_net_scout_plugin_detection_alert_t;
const union_unnamed_17 = extern union {
    query: net_scout_plugin_detection_query_error_t,
    invalid_parameter: plugin_string_t,
    failed: plugin_string_t,
};
pub const struct_net_scout_plugin_detection_rule_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_17 = @import("std").mem.zeroes(union_unnamed_17),
    pub const net_scout_plugin_detection_rule_error_free = __root.net_scout_plugin_detection_rule_error_free;
    pub const plugin_rule_error_free = __root.plugin_rule_error_free;
    pub const free = __root.net_scout_plugin_detection_rule_error_free;
};
pub const net_scout_plugin_detection_rule_error_t = struct_net_scout_plugin_detection_rule_error_t;
pub const plugin_description_t = net_scout_plugin_description_description_t;
pub const plugin_argument_t = net_scout_plugin_types_argument_t;
pub const plugin_window_t = net_scout_plugin_detection_window_t;
pub const plugin_alert_t = net_scout_plugin_detection_alert_t;
pub const plugin_rule_error_t = net_scout_plugin_detection_rule_error_t;
pub const plugin_list_argument_t = extern struct {
    ptr: [*c]plugin_argument_t = null,
    len: usize = 0,
    pub const plugin_list_argument_free = __root.plugin_list_argument_free;
    pub const free = __root.plugin_list_argument_free;
};
pub const plugin_list_alert_t = extern struct {
    ptr: [*c]plugin_alert_t = null,
    len: usize = 0,
    pub const plugin_list_alert_free = __root.plugin_list_alert_free;
    pub const free = __root.plugin_list_alert_free;
};
const union_unnamed_18 = extern union {
    ok: plugin_list_alert_t,
    err: plugin_rule_error_t,
};
pub const plugin_result_list_alert_rule_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_18 = @import("std").mem.zeroes(union_unnamed_18),
    pub const plugin_result_list_alert_rule_error_free = __root.plugin_result_list_alert_rule_error_free;
    pub const free = __root.plugin_result_list_alert_rule_error_free;
};
pub extern fn net_scout_plugin_query_method_rows_next(self: net_scout_plugin_query_borrow_rows_t, ret: [*c]net_scout_plugin_query_option_batch_t, err: [*c]net_scout_plugin_query_query_error_t) bool;
pub extern fn net_scout_plugin_query_open(sql: [*c]plugin_string_t, parameters: [*c]net_scout_plugin_query_list_value_t, columns: [*c]net_scout_plugin_query_list_column_type_t, ret: [*c]net_scout_plugin_query_own_rows_t, err: [*c]net_scout_plugin_query_query_error_t) bool;
pub extern fn net_scout_plugin_files_method_file_size(self: net_scout_plugin_files_borrow_file_t) u64;
pub extern fn net_scout_plugin_files_method_file_read_at(self: net_scout_plugin_files_borrow_file_t, offset: u64, length: u32, ret: [*c]plugin_list_u8_t, err: [*c]net_scout_plugin_files_files_error_t) bool;
pub extern fn net_scout_plugin_files_list(directory: [*c]plugin_string_t, ret: [*c]plugin_list_string_t, err: [*c]net_scout_plugin_files_files_error_t) bool;
pub extern fn net_scout_plugin_files_open(directory: [*c]plugin_string_t, path: [*c]plugin_string_t, ret: [*c]net_scout_plugin_files_own_file_t, err: [*c]net_scout_plugin_files_files_error_t) bool;
pub extern fn net_scout_plugin_state_get(key: [*c]plugin_string_t, ret: [*c]plugin_option_list_u8_t, err: [*c]net_scout_plugin_state_state_error_t) bool;
pub extern fn net_scout_plugin_state_set(key: [*c]plugin_string_t, value: [*c]plugin_list_u8_t, err: [*c]net_scout_plugin_state_state_error_t) bool;
pub extern fn net_scout_plugin_state_remove(key: [*c]plugin_string_t, err: [*c]net_scout_plugin_state_state_error_t) bool;
pub extern fn net_scout_plugin_log_write(level: net_scout_plugin_log_level_t, message: [*c]plugin_string_t) void;
pub extern fn exports_plugin_describe(ret: [*c]plugin_description_t) void;
pub extern fn exports_plugin_evaluate(window: [*c]plugin_window_t, arguments: [*c]plugin_list_argument_t, ret: [*c]plugin_list_alert_t, err: [*c]plugin_rule_error_t) bool;
pub extern fn net_scout_plugin_types_value_free(ptr: [*c]net_scout_plugin_types_value_t) void;
pub extern fn net_scout_plugin_types_argument_free(ptr: [*c]net_scout_plugin_types_argument_t) void;
pub extern fn net_scout_plugin_query_value_free(ptr: [*c]net_scout_plugin_query_value_t) void;
pub extern fn net_scout_plugin_query_query_error_free(ptr: [*c]net_scout_plugin_query_query_error_t) void;
pub extern fn plugin_list_string_free(ptr: [*c]plugin_list_string_t) void;
pub extern fn plugin_list_u32_free(ptr: [*c]plugin_list_u32_t) void;
pub extern fn net_scout_plugin_query_text_column_free(ptr: [*c]net_scout_plugin_query_text_column_t) void;
pub extern fn plugin_list_bool_free(ptr: [*c]plugin_list_bool_t) void;
pub extern fn net_scout_plugin_query_boolean_lists_free(ptr: [*c]net_scout_plugin_query_boolean_lists_t) void;
pub extern fn plugin_list_s64_free(ptr: [*c]plugin_list_s64_t) void;
pub extern fn net_scout_plugin_query_integer_lists_free(ptr: [*c]net_scout_plugin_query_integer_lists_t) void;
pub extern fn plugin_list_f64_free(ptr: [*c]plugin_list_f64_t) void;
pub extern fn net_scout_plugin_query_real_lists_free(ptr: [*c]net_scout_plugin_query_real_lists_t) void;
pub extern fn net_scout_plugin_query_text_lists_free(ptr: [*c]net_scout_plugin_query_text_lists_t) void;
pub extern fn net_scout_plugin_query_column_values_free(ptr: [*c]net_scout_plugin_query_column_values_t) void;
pub extern fn net_scout_plugin_query_column_free(ptr: [*c]net_scout_plugin_query_column_t) void;
pub extern fn net_scout_plugin_query_list_column_free(ptr: [*c]net_scout_plugin_query_list_column_t) void;
pub extern fn net_scout_plugin_query_batch_free(ptr: [*c]net_scout_plugin_query_batch_t) void;
pub extern fn net_scout_plugin_query_rows_drop_own(handle: net_scout_plugin_query_own_rows_t) void;
pub extern fn net_scout_plugin_query_rows_drop_borrow(handle: net_scout_plugin_query_borrow_rows_t) void;
pub extern fn net_scout_plugin_query_borrow_rows(handle: net_scout_plugin_query_own_rows_t) net_scout_plugin_query_borrow_rows_t;
pub extern fn net_scout_plugin_query_option_batch_free(ptr: [*c]net_scout_plugin_query_option_batch_t) void;
pub extern fn net_scout_plugin_query_result_option_batch_query_error_free(ptr: [*c]net_scout_plugin_query_result_option_batch_query_error_t) void;
pub extern fn net_scout_plugin_query_list_value_free(ptr: [*c]net_scout_plugin_query_list_value_t) void;
pub extern fn net_scout_plugin_query_list_column_type_free(ptr: [*c]net_scout_plugin_query_list_column_type_t) void;
pub extern fn net_scout_plugin_query_result_own_rows_query_error_free(ptr: [*c]net_scout_plugin_query_result_own_rows_query_error_t) void;
pub extern fn net_scout_plugin_files_files_error_free(ptr: [*c]net_scout_plugin_files_files_error_t) void;
pub extern fn net_scout_plugin_files_file_drop_own(handle: net_scout_plugin_files_own_file_t) void;
pub extern fn net_scout_plugin_files_file_drop_borrow(handle: net_scout_plugin_files_borrow_file_t) void;
pub extern fn net_scout_plugin_files_borrow_file(handle: net_scout_plugin_files_own_file_t) net_scout_plugin_files_borrow_file_t;
pub extern fn plugin_list_u8_free(ptr: [*c]plugin_list_u8_t) void;
pub extern fn net_scout_plugin_files_result_list_u8_files_error_free(ptr: [*c]net_scout_plugin_files_result_list_u8_files_error_t) void;
pub extern fn net_scout_plugin_files_result_list_string_files_error_free(ptr: [*c]net_scout_plugin_files_result_list_string_files_error_t) void;
pub extern fn net_scout_plugin_files_result_own_file_files_error_free(ptr: [*c]net_scout_plugin_files_result_own_file_files_error_t) void;
pub extern fn net_scout_plugin_state_state_error_free(ptr: [*c]net_scout_plugin_state_state_error_t) void;
pub extern fn plugin_option_list_u8_free(ptr: [*c]plugin_option_list_u8_t) void;
pub extern fn net_scout_plugin_state_result_option_list_u8_state_error_free(ptr: [*c]net_scout_plugin_state_result_option_list_u8_state_error_t) void;
pub extern fn net_scout_plugin_state_result_void_state_error_free(ptr: [*c]net_scout_plugin_state_result_void_state_error_t) void;
pub extern fn net_scout_plugin_description_rule_details_free(ptr: [*c]net_scout_plugin_description_rule_details_t) void;
pub extern fn net_scout_plugin_description_list_observable_kind_free(ptr: [*c]net_scout_plugin_description_list_observable_kind_t) void;
pub extern fn net_scout_plugin_description_enricher_details_free(ptr: [*c]net_scout_plugin_description_enricher_details_t) void;
pub extern fn net_scout_plugin_description_kind_free(ptr: [*c]net_scout_plugin_description_kind_t) void;
pub extern fn net_scout_plugin_description_choice_free(ptr: [*c]net_scout_plugin_description_choice_t) void;
pub extern fn net_scout_plugin_description_line_free(ptr: [*c]net_scout_plugin_description_line_t) void;
pub extern fn net_scout_plugin_description_parameter_type_free(ptr: [*c]net_scout_plugin_description_parameter_type_t) void;
pub extern fn net_scout_plugin_description_parameter_free(ptr: [*c]net_scout_plugin_description_parameter_t) void;
pub extern fn net_scout_plugin_description_table_request_free(ptr: [*c]net_scout_plugin_description_table_request_t) void;
pub extern fn net_scout_plugin_description_dns_request_free(ptr: [*c]net_scout_plugin_description_dns_request_t) void;
pub extern fn net_scout_plugin_description_exec_request_free(ptr: [*c]net_scout_plugin_description_exec_request_t) void;
pub extern fn plugin_option_string_free(ptr: [*c]plugin_option_string_t) void;
pub extern fn net_scout_plugin_description_http_request_free(ptr: [*c]net_scout_plugin_description_http_request_t) void;
pub extern fn net_scout_plugin_description_request_free(ptr: [*c]net_scout_plugin_description_request_t) void;
pub extern fn net_scout_plugin_description_list_parameter_free(ptr: [*c]net_scout_plugin_description_list_parameter_t) void;
pub extern fn net_scout_plugin_description_list_request_free(ptr: [*c]net_scout_plugin_description_list_request_t) void;
pub extern fn net_scout_plugin_description_description_free(ptr: [*c]net_scout_plugin_description_description_t) void;
pub extern fn net_scout_plugin_detection_value_free(ptr: [*c]net_scout_plugin_detection_value_t) void;
pub extern fn net_scout_plugin_detection_query_error_free(ptr: [*c]net_scout_plugin_detection_query_error_t) void;
pub extern fn net_scout_plugin_detection_option_timestamp_free(ptr: [*c]net_scout_plugin_detection_option_timestamp_t) void;
pub extern fn net_scout_plugin_detection_window_free(ptr: [*c]net_scout_plugin_detection_window_t) void;
pub extern fn net_scout_plugin_detection_evidence_value_free(ptr: [*c]net_scout_plugin_detection_evidence_value_t) void;
pub extern fn net_scout_plugin_detection_evidence_entry_free(ptr: [*c]net_scout_plugin_detection_evidence_entry_t) void;
pub extern fn net_scout_plugin_detection_list_value_free(ptr: [*c]net_scout_plugin_detection_list_value_t) void;
pub extern fn net_scout_plugin_detection_selection_free(ptr: [*c]net_scout_plugin_detection_selection_t) void;
pub extern fn net_scout_plugin_detection_list_evidence_entry_free(ptr: [*c]net_scout_plugin_detection_list_evidence_entry_t) void;
pub extern fn net_scout_plugin_detection_option_selection_free(ptr: [*c]net_scout_plugin_detection_option_selection_t) void;
pub extern fn net_scout_plugin_detection_alert_free(ptr: [*c]net_scout_plugin_detection_alert_t) void;
pub extern fn net_scout_plugin_detection_rule_error_free(ptr: [*c]net_scout_plugin_detection_rule_error_t) void;
pub extern fn plugin_description_free(ptr: [*c]plugin_description_t) void;
pub extern fn plugin_argument_free(ptr: [*c]plugin_argument_t) void;
pub extern fn plugin_window_free(ptr: [*c]plugin_window_t) void;
pub extern fn plugin_alert_free(ptr: [*c]plugin_alert_t) void;
pub extern fn plugin_rule_error_free(ptr: [*c]plugin_rule_error_t) void;
pub extern fn plugin_list_argument_free(ptr: [*c]plugin_list_argument_t) void;
pub extern fn plugin_list_alert_free(ptr: [*c]plugin_list_alert_t) void;
pub extern fn plugin_result_list_alert_rule_error_free(ptr: [*c]plugin_result_list_alert_rule_error_t) void;
pub extern fn plugin_string_set(ret: [*c]plugin_string_t, s: [*c]const u8) void;
pub extern fn plugin_string_dup(ret: [*c]plugin_string_t, s: [*c]const u8) void;
pub extern fn plugin_string_dup_n(ret: [*c]plugin_string_t, s: [*c]const u8, len: usize) void;
pub extern fn plugin_string_free(ret: [*c]plugin_string_t) void;
pub const ns_text = plugin_string_t;
pub const ns_texts = plugin_list_string_t;
pub const ns_description = plugin_description_t;
pub extern fn ns_text_of(string: [*c]const u8) ns_text;
pub extern fn ns_copy(text: ns_text) ns_text;
pub extern fn ns_is(text: ns_text, word: [*c]const u8) bool;
pub extern fn ns_join(first: [*c]const u8, ...) ns_text;
pub extern fn ns_format_timestamp(microseconds: i64) ns_text;
pub extern fn ns_format_integer(number: i64) ns_text;
pub extern fn ns_boolean(plugin: [*c]ns_description, name: [*c]const u8, value: bool, meaning: [*c]const u8) void;
pub extern fn ns_integer(plugin: [*c]ns_description, name: [*c]const u8, value: i64, minimum: i64, maximum: i64, meaning: [*c]const u8) void;
pub extern fn ns_real(plugin: [*c]ns_description, name: [*c]const u8, value: f64, minimum: f64, maximum: f64, meaning: [*c]const u8) void;
pub extern fn ns_choice(plugin: [*c]ns_description, name: [*c]const u8, options: [*c]const [*c]const u8, meaning: [*c]const u8) void;
pub extern fn ns_line(plugin: [*c]ns_description, name: [*c]const u8, value: [*c]const u8, maximum: u32, meaning: [*c]const u8) void;
pub extern fn ns_reads(plugin: [*c]ns_description, table: [*c]const u8, columns: [*c]const [*c]const u8) void;
pub extern fn ns_asks_dns(plugin: [*c]ns_description, types: [*c]const [*c]const u8, names: [*c]const u8) void;
pub extern fn ns_runs(plugin: [*c]ns_description, program: [*c]const u8, arguments: [*c]const [*c]const u8) void;
pub extern fn ns_talks_to(plugin: [*c]ns_description, methods: [*c]const [*c]const u8, server: [*c]const u8, secret: [*c]const u8) void;
pub extern fn ns_reads_files(plugin: [*c]ns_description, directory: [*c]const u8) void;
pub extern fn ns_keeps_state(plugin: [*c]ns_description, bytes: u32) void;
pub const ns_settings = extern struct {
    list: [*c]const plugin_list_argument_t = null,
    missing: [*c]const u8 = null,
    pub const ns_boolean_set = __root.ns_boolean_set;
    pub const ns_integer_set = __root.ns_integer_set;
    pub const ns_real_set = __root.ns_real_set;
    pub const ns_text_set = __root.ns_text_set;
    pub const ns_missing = __root.ns_missing;
    pub const set = __root.ns_boolean_set;
};
pub extern fn ns_boolean_set(settings: [*c]ns_settings, name: [*c]const u8) bool;
pub extern fn ns_integer_set(settings: [*c]ns_settings, name: [*c]const u8) i64;
pub extern fn ns_real_set(settings: [*c]ns_settings, name: [*c]const u8) f64;
pub extern fn ns_text_set(settings: [*c]ns_settings, name: [*c]const u8) ns_text;
pub extern fn ns_missing(settings: [*c]const ns_settings) ns_text;
pub extern fn describe(plugin: [*c]ns_description) void;
pub extern fn ns_add(list: ?*anyopaque, size: usize) ?*anyopaque;
pub extern fn ns_texts_of(words: [*c]const [*c]const u8) ns_texts;
pub extern fn ns_name(plugin: [*c]ns_description, name: [*c]const u8, version: [*c]const u8, summary: [*c]const u8) void;
pub const ns_bytes = plugin_list_u8_t;
pub const NS_ACCESS_DENIED: c_int = 0;
pub const NS_TIMED_OUT: c_int = 1;
pub const NS_NOT_FOUND: c_int = 2;
pub const NS_UNAVAILABLE: c_int = 3;
pub const NS_INVALID: c_int = 4;
pub const NS_TOO_LARGE: c_int = 5;
pub const ns_reason = c_uint;
pub const struct_ns_call = extern struct {
    failed: bool = false,
    fail: ?*const fn (call: [*c]struct_ns_call, reason: ns_reason, detail: ns_text) callconv(.c) void = null,
    pub const ns_state_get = __root.ns_state_get;
    pub const ns_state_set = __root.ns_state_set;
    pub const ns_state_remove = __root.ns_state_remove;
    pub const ns_files_list = __root.ns_files_list;
    pub const ns_files_read = __root.ns_files_read;
    pub const get = __root.ns_state_get;
    pub const set = __root.ns_state_set;
    pub const remove = __root.ns_state_remove;
    pub const list = __root.ns_files_list;
    pub const read = __root.ns_files_read;
};
pub const ns_call = struct_ns_call;
pub extern fn ns_state_get(call: [*c]ns_call, key: [*c]const u8, value: [*c]ns_bytes) bool;
pub extern fn ns_state_set(call: [*c]ns_call, key: [*c]const u8, value: ns_bytes) void;
pub extern fn ns_state_remove(call: [*c]ns_call, key: [*c]const u8) void;
pub extern fn ns_files_list(call: [*c]ns_call, directory: [*c]const u8) ns_texts;
pub extern fn ns_files_read(call: [*c]ns_call, directory: [*c]const u8, path: ns_text) ns_bytes;
pub extern fn ns_log(level: net_scout_plugin_log_level_t, message: ns_text) void;
pub const ns_alert = plugin_alert_t;
pub const ns_value = net_scout_plugin_query_value_t;
pub const ns_scan = extern struct {
    call: ns_call = @import("std").mem.zeroes(ns_call),
    window: [*c]const plugin_window_t = null,
    settings: ns_settings = @import("std").mem.zeroes(ns_settings),
    alerts: plugin_list_alert_t = @import("std").mem.zeroes(plugin_list_alert_t),
    @"error": plugin_rule_error_t = @import("std").mem.zeroes(plugin_rule_error_t),
    pub const evaluate = __root.evaluate;
    pub const ns_query = __root.ns_query;
    pub const ns_raise = __root.ns_raise;
    pub const ns_fail = __root.ns_fail;
    pub const ns_invalid_parameter = __root.ns_invalid_parameter;
    pub const query = __root.ns_query;
    pub const raise = __root.ns_raise;
    pub const fail = __root.ns_fail;
    pub const parameter = __root.ns_invalid_parameter;
};
pub extern fn evaluate(scan: [*c]ns_scan) void;
pub extern fn ns_rule(plugin: [*c]ns_description, name: [*c]const u8, version: [*c]const u8, summary: [*c]const u8) void;
pub extern fn ns_alert_type(plugin: [*c]ns_description, alert_type: [*c]const u8) void;
pub extern fn ns_history(plugin: [*c]ns_description, seconds: u32) void;
pub const ns_column = net_scout_plugin_query_column_type_t;
pub const NS_BOOLEAN: c_int = 0;
pub const NS_INTEGER: c_int = 1;
pub const NS_REAL: c_int = 2;
pub const NS_TEXT: c_int = 3;
pub const NS_BOOLEAN_LIST: c_int = 4;
pub const NS_INTEGER_LIST: c_int = 5;
pub const NS_REAL_LIST: c_int = 6;
pub const NS_TEXT_LIST: c_int = 7;
const enum_unnamed_19 = c_uint;
pub extern fn ns_null_value() ns_value;
pub extern fn ns_boolean_value(value: bool) ns_value;
pub extern fn ns_integer_value(value: i64) ns_value;
pub extern fn ns_real_value(value: f64) ns_value;
pub extern fn ns_text_value(value: ns_text) ns_value;
pub const ns_rows = extern struct {
    scan: [*c]ns_scan = null,
    source: net_scout_plugin_query_own_rows_t = @import("std").mem.zeroes(net_scout_plugin_query_own_rows_t),
    batch: net_scout_plugin_query_batch_t = @import("std").mem.zeroes(net_scout_plugin_query_batch_t),
    row: u32 = 0,
    open: bool = false,
    pub const ns_next = __root.ns_next;
    pub const ns_close = __root.ns_close;
    pub const ns_is_null = __root.ns_is_null;
    pub const ns_boolean_at = __root.ns_boolean_at;
    pub const ns_integer_at = __root.ns_integer_at;
    pub const ns_real_at = __root.ns_real_at;
    pub const ns_text_at = __root.ns_text_at;
    pub const ns_booleans_at = __root.ns_booleans_at;
    pub const ns_integers_at = __root.ns_integers_at;
    pub const ns_reals_at = __root.ns_reals_at;
    pub const ns_texts_at = __root.ns_texts_at;
    pub const next = __root.ns_next;
    pub const close = __root.ns_close;
    pub const @"null" = __root.ns_is_null;
    pub const at = __root.ns_boolean_at;
};
pub extern fn ns_query(scan: [*c]ns_scan, sql: [*c]const u8, columns: net_scout_plugin_query_list_column_type_t, values: net_scout_plugin_query_list_value_t) ns_rows;
pub extern fn ns_next(rows: [*c]ns_rows) bool;
pub extern fn ns_close(rows: [*c]ns_rows) void;
pub extern fn ns_is_null(rows: [*c]ns_rows, column: usize) bool;
pub extern fn ns_boolean_at(rows: [*c]ns_rows, column: usize) bool;
pub extern fn ns_integer_at(rows: [*c]ns_rows, column: usize) i64;
pub extern fn ns_real_at(rows: [*c]ns_rows, column: usize) f64;
pub extern fn ns_text_at(rows: [*c]ns_rows, column: usize) ns_text;
pub extern fn ns_booleans_at(rows: [*c]ns_rows, column: usize) plugin_list_bool_t;
pub extern fn ns_integers_at(rows: [*c]ns_rows, column: usize) plugin_list_s64_t;
pub extern fn ns_reals_at(rows: [*c]ns_rows, column: usize) plugin_list_f64_t;
pub extern fn ns_texts_at(rows: [*c]ns_rows, column: usize) ns_texts;
pub extern fn ns_raise(scan: [*c]ns_scan, alert_type: [*c]const u8, score: i64) [*c]ns_alert;
pub extern fn ns_from(alert: [*c]ns_alert, source: ns_text) void;
pub extern fn ns_to(alert: [*c]ns_alert, destination: ns_text) void;
pub extern fn ns_evidence(alert: [*c]ns_alert, key: [*c]const u8, value: ns_value) void;
pub extern fn ns_evidence_integers(alert: [*c]ns_alert, key: [*c]const u8, values: plugin_list_s64_t) void;
pub extern fn ns_evidence_texts(alert: [*c]ns_alert, key: [*c]const u8, values: ns_texts) void;
pub extern fn ns_events(alert: [*c]ns_alert, condition: [*c]const u8, values: net_scout_plugin_query_list_value_t) void;
pub extern fn ns_techniques(alert: [*c]ns_alert, techniques: [*c]const [*c]const u8) void;
pub extern fn ns_fail(scan: [*c]ns_scan, reason: ns_text) void;
pub extern fn ns_invalid_parameter(scan: [*c]ns_scan, reason: ns_text) void;

pub const __wasm = @as(c_int, 1);
pub const __wasm__ = @as(c_int, 1);
pub const __wasm32 = @as(c_int, 1);
pub const __wasm32__ = @as(c_int, 1);
pub const __wasm_bulk_memory_opt__ = @as(c_int, 1);
pub const __wasm_call_indirect_overlong__ = @as(c_int, 1);
pub const __wasm_extended_const__ = @as(c_int, 1);
pub const __wasm_multivalue__ = @as(c_int, 1);
pub const __wasm_mutable_globals__ = @as(c_int, 1);
pub const __wasm_nontrapping_fptoint__ = @as(c_int, 1);
pub const __wasm_sign_ext__ = @as(c_int, 1);
pub const _ILP32 = @as(c_int, 1);
pub const __stdint_int_c_cat = @compileError("unable to translate C expr: unexpected token '##'");
pub const __stdint_uint_c = @compileError("unable to translate macro: undefined identifier `U`");
pub const _INTPTR_T = "";
pub const _UINTPTR_T = "";
pub const @"bool" = bool;
pub const @"true" = @as(c_int, 1);
pub const @"false" = @as(c_int, 0);
pub const __bool_true_false_are_defined = @as(c_int, 1);
pub const offsetof = @compileError("unable to translate macro: undefined identifier `__builtin_offsetof`");
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_NULL = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_BOOLEAN = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_INTEGER = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_REAL = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_TEXT = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_QUERY_QUERY_ERROR_ACCESS_DENIED = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_QUERY_QUERY_ERROR_INVALID = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_QUERY_QUERY_ERROR_TYPE_MISMATCH = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_QUERY_QUERY_ERROR_TIMED_OUT = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_QUERY_QUERY_ERROR_TOO_LARGE = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_QUERY_QUERY_ERROR_UNAVAILABLE = @as(c_int, 5);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_TYPE_BOOLEAN = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_TYPE_INTEGER = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_TYPE_REAL = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_TYPE_TEXT = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_TYPE_BOOLEAN_LIST = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_TYPE_INTEGER_LIST = @as(c_int, 5);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_TYPE_REAL_LIST = @as(c_int, 6);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_TYPE_TEXT_LIST = @as(c_int, 7);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_VALUES_BOOLEANS = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_VALUES_INTEGERS = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_VALUES_REALS = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_VALUES_TEXTS = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_VALUES_BOOLEAN_LISTS = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_VALUES_INTEGER_LISTS = @as(c_int, 5);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_VALUES_REAL_LISTS = @as(c_int, 6);
pub const NET_SCOUT_PLUGIN_QUERY_COLUMN_VALUES_TEXT_LISTS = @as(c_int, 7);
pub const NET_SCOUT_PLUGIN_FILES_FILES_ERROR_ACCESS_DENIED = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_FILES_FILES_ERROR_NOT_FOUND = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_FILES_FILES_ERROR_INVALID = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_FILES_FILES_ERROR_TOO_LARGE = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_FILES_FILES_ERROR_UNAVAILABLE = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_STATE_STATE_ERROR_ACCESS_DENIED = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_STATE_STATE_ERROR_TOO_LARGE = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_STATE_STATE_ERROR_UNAVAILABLE = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_LOG_LEVEL_DEBUG = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_LOG_LEVEL_INFO = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_LOG_LEVEL_WARN = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_LOG_LEVEL_ERROR = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_OBSERVABLE_KIND_IP = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_OBSERVABLE_KIND_DOMAIN = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_KIND_RULE = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_KIND_ENRICHER = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_BOOLEAN = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_INTEGER = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_REAL = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_CHOICE = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_LINE = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_TABLE = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_DNS = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_EXEC = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_HTTP = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_FILES = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_STATE = @as(c_int, 5);
pub const NET_SCOUT_PLUGIN_DETECTION_SEVERITY_INFORMATIONAL = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DETECTION_SEVERITY_LOW = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DETECTION_SEVERITY_MEDIUM = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_DETECTION_SEVERITY_HIGH = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_DETECTION_SEVERITY_CRITICAL = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_DETECTION_EVIDENCE_VALUE_SCALAR = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DETECTION_EVIDENCE_VALUE_INTEGERS = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DETECTION_EVIDENCE_VALUE_TEXTS = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_DETECTION_RULE_ERROR_QUERY = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DETECTION_RULE_ERROR_INVALID_PARAMETER = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DETECTION_RULE_ERROR_FAILED = @as(c_int, 2);
pub const NS_NO_VALUES = @import("std").mem.zeroInit(net_scout_plugin_query_list_value_t, .{@as(c_int, 0)});
// 8765424925d24f43fbd0ac0e146b9d7c7396f04e52727bad402adfb5b32ecaa7
