// What enricher.h of the C SDK declares. Made by translate.sh.
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
    pub const net_scout_plugin_dns_resolve = __root.net_scout_plugin_dns_resolve;
    pub const net_scout_plugin_dns_reverse = __root.net_scout_plugin_dns_reverse;
    pub const net_scout_plugin_exec_run = __root.net_scout_plugin_exec_run;
    pub const net_scout_plugin_files_list = __root.net_scout_plugin_files_list;
    pub const net_scout_plugin_files_open = __root.net_scout_plugin_files_open;
    pub const net_scout_plugin_state_get = __root.net_scout_plugin_state_get;
    pub const net_scout_plugin_state_set = __root.net_scout_plugin_state_set;
    pub const net_scout_plugin_state_remove = __root.net_scout_plugin_state_remove;
    pub const net_scout_plugin_enrichment_json_free = __root.net_scout_plugin_enrichment_json_free;
    pub const plugin_json_free = __root.plugin_json_free;
    pub const plugin_string_set = __root.plugin_string_set;
    pub const plugin_string_dup = __root.plugin_string_dup;
    pub const plugin_string_dup_n = __root.plugin_string_dup_n;
    pub const plugin_string_free = __root.plugin_string_free;
    pub const ns_copy = __root.ns_copy;
    pub const ns_is = __root.ns_is;
    pub const resolve = __root.net_scout_plugin_dns_resolve;
    pub const reverse = __root.net_scout_plugin_dns_reverse;
    pub const run = __root.net_scout_plugin_exec_run;
    pub const list = __root.net_scout_plugin_files_list;
    pub const open = __root.net_scout_plugin_files_open;
    pub const get = __root.net_scout_plugin_state_get;
    pub const set = __root.net_scout_plugin_state_set;
    pub const remove = __root.net_scout_plugin_state_remove;
    pub const free = __root.net_scout_plugin_enrichment_json_free;
    pub const dup = __root.plugin_string_dup;
    pub const n = __root.plugin_string_dup_n;
    pub const copy = __root.ns_copy;
    pub const is = __root.ns_is;
};
pub const plugin_string_t = struct_plugin_string_t;
const union_unnamed_1 = extern union {
    access_denied: plugin_string_t,
    not_found: plugin_string_t,
    timed_out: plugin_string_t,
    invalid: plugin_string_t,
    unavailable: plugin_string_t,
};
pub const struct_net_scout_plugin_dns_dns_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_1 = @import("std").mem.zeroes(union_unnamed_1),
    pub const net_scout_plugin_dns_dns_error_free = __root.net_scout_plugin_dns_dns_error_free;
    pub const free = __root.net_scout_plugin_dns_dns_error_free;
};
pub const net_scout_plugin_dns_dns_error_t = struct_net_scout_plugin_dns_dns_error_t;
pub const net_scout_plugin_dns_record_type_t = u8;
pub const struct_net_scout_plugin_dns_mail_exchanger_t = extern struct {
    preference: u16 = 0,
    exchange: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    pub const net_scout_plugin_dns_mail_exchanger_free = __root.net_scout_plugin_dns_mail_exchanger_free;
    pub const free = __root.net_scout_plugin_dns_mail_exchanger_free;
};
pub const net_scout_plugin_dns_mail_exchanger_t = struct_net_scout_plugin_dns_mail_exchanger_t;
pub const struct_net_scout_plugin_dns_start_of_authority_t = extern struct {
    primary: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    responsible: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    serial: u32 = 0,
    pub const net_scout_plugin_dns_start_of_authority_free = __root.net_scout_plugin_dns_start_of_authority_free;
    pub const free = __root.net_scout_plugin_dns_start_of_authority_free;
};
pub const net_scout_plugin_dns_start_of_authority_t = struct_net_scout_plugin_dns_start_of_authority_t;
const union_unnamed_2 = extern union {
    address: plugin_string_t,
    name: plugin_string_t,
    text: plugin_string_t,
    mail_exchanger: net_scout_plugin_dns_mail_exchanger_t,
    start_of_authority: net_scout_plugin_dns_start_of_authority_t,
};
pub const struct_net_scout_plugin_dns_record_data_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_2 = @import("std").mem.zeroes(union_unnamed_2),
    pub const net_scout_plugin_dns_record_data_free = __root.net_scout_plugin_dns_record_data_free;
    pub const free = __root.net_scout_plugin_dns_record_data_free;
};
pub const net_scout_plugin_dns_record_data_t = struct_net_scout_plugin_dns_record_data_t;
pub const net_scout_plugin_dns_list_record_data_t = extern struct {
    ptr: [*c]net_scout_plugin_dns_record_data_t = null,
    len: usize = 0,
    pub const net_scout_plugin_dns_list_record_data_free = __root.net_scout_plugin_dns_list_record_data_free;
    pub const free = __root.net_scout_plugin_dns_list_record_data_free;
};
const union_unnamed_3 = extern union {
    ok: net_scout_plugin_dns_list_record_data_t,
    err: net_scout_plugin_dns_dns_error_t,
};
pub const net_scout_plugin_dns_result_list_record_data_dns_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_3 = @import("std").mem.zeroes(union_unnamed_3),
    pub const net_scout_plugin_dns_result_list_record_data_dns_error_free = __root.net_scout_plugin_dns_result_list_record_data_dns_error_free;
    pub const free = __root.net_scout_plugin_dns_result_list_record_data_dns_error_free;
};
pub const plugin_list_string_t = extern struct {
    ptr: [*c]plugin_string_t = null,
    len: usize = 0,
    pub const plugin_list_string_free = __root.plugin_list_string_free;
    pub const free = __root.plugin_list_string_free;
};
const union_unnamed_4 = extern union {
    ok: plugin_list_string_t,
    err: net_scout_plugin_dns_dns_error_t,
};
pub const net_scout_plugin_dns_result_list_string_dns_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_4 = @import("std").mem.zeroes(union_unnamed_4),
    pub const net_scout_plugin_dns_result_list_string_dns_error_free = __root.net_scout_plugin_dns_result_list_string_dns_error_free;
    pub const free = __root.net_scout_plugin_dns_result_list_string_dns_error_free;
};
const union_unnamed_5 = extern union {
    access_denied: plugin_string_t,
    unavailable: plugin_string_t,
};
pub const struct_net_scout_plugin_exec_exec_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_5 = @import("std").mem.zeroes(union_unnamed_5),
    pub const net_scout_plugin_exec_exec_error_free = __root.net_scout_plugin_exec_exec_error_free;
    pub const free = __root.net_scout_plugin_exec_exec_error_free;
};
pub const net_scout_plugin_exec_exec_error_t = struct_net_scout_plugin_exec_exec_error_t;
pub const plugin_option_s32_t = extern struct {
    is_some: bool = false,
    val: i32 = 0,
    pub const plugin_option_s32_free = __root.plugin_option_s32_free;
    pub const free = __root.plugin_option_s32_free;
};
pub const struct_net_scout_plugin_exec_output_t = extern struct {
    status: plugin_option_s32_t = @import("std").mem.zeroes(plugin_option_s32_t),
    stdout_: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    stderr_: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    truncated: bool = false,
    timed_out: bool = false,
    pub const net_scout_plugin_exec_output_free = __root.net_scout_plugin_exec_output_free;
    pub const free = __root.net_scout_plugin_exec_output_free;
};
pub const net_scout_plugin_exec_output_t = struct_net_scout_plugin_exec_output_t;
pub const plugin_option_u32_t = extern struct {
    is_some: bool = false,
    val: u32 = 0,
    pub const plugin_option_u32_free = __root.plugin_option_u32_free;
    pub const free = __root.plugin_option_u32_free;
};
const union_unnamed_6 = extern union {
    ok: net_scout_plugin_exec_output_t,
    err: net_scout_plugin_exec_exec_error_t,
};
pub const net_scout_plugin_exec_result_output_exec_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_6 = @import("std").mem.zeroes(union_unnamed_6),
    pub const net_scout_plugin_exec_result_output_exec_error_free = __root.net_scout_plugin_exec_result_output_exec_error_free;
    pub const free = __root.net_scout_plugin_exec_result_output_exec_error_free;
};
const union_unnamed_7 = extern union {
    access_denied: plugin_string_t,
    timed_out: plugin_string_t,
    invalid: plugin_string_t,
    too_large: plugin_string_t,
    unavailable: plugin_string_t,
};
pub const struct_net_scout_plugin_http_http_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_7 = @import("std").mem.zeroes(union_unnamed_7),
    pub const net_scout_plugin_http_http_error_free = __root.net_scout_plugin_http_http_error_free;
    pub const free = __root.net_scout_plugin_http_http_error_free;
};
pub const net_scout_plugin_http_http_error_t = struct_net_scout_plugin_http_http_error_t;
pub const net_scout_plugin_http_method_t = u8;
pub const struct_net_scout_plugin_http_header_t = extern struct {
    name: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    value: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    pub const net_scout_plugin_http_header_free = __root.net_scout_plugin_http_header_free;
    pub const free = __root.net_scout_plugin_http_header_free;
};
pub const net_scout_plugin_http_header_t = struct_net_scout_plugin_http_header_t;
pub const net_scout_plugin_http_list_header_t = extern struct {
    ptr: [*c]net_scout_plugin_http_header_t = null,
    len: usize = 0,
    pub const net_scout_plugin_http_list_header_free = __root.net_scout_plugin_http_list_header_free;
    pub const ns_header = __root.ns_header;
    pub const free = __root.net_scout_plugin_http_list_header_free;
    pub const header = __root.ns_header;
};
pub const plugin_list_u8_t = extern struct {
    ptr: [*c]u8 = null,
    len: usize = 0,
    pub const plugin_list_u8_free = __root.plugin_list_u8_free;
    pub const free = __root.plugin_list_u8_free;
};
pub const struct_net_scout_plugin_http_response_t = extern struct {
    status: u16 = 0,
    headers: net_scout_plugin_http_list_header_t = @import("std").mem.zeroes(net_scout_plugin_http_list_header_t),
    body: plugin_list_u8_t = @import("std").mem.zeroes(plugin_list_u8_t),
    pub const net_scout_plugin_http_response_free = __root.net_scout_plugin_http_response_free;
    pub const free = __root.net_scout_plugin_http_response_free;
};
pub const net_scout_plugin_http_response_t = struct_net_scout_plugin_http_response_t;
pub const plugin_option_list_u8_t = extern struct {
    is_some: bool = false,
    val: plugin_list_u8_t = @import("std").mem.zeroes(plugin_list_u8_t),
    pub const plugin_option_list_u8_free = __root.plugin_option_list_u8_free;
    pub const free = __root.plugin_option_list_u8_free;
};
const union_unnamed_8 = extern union {
    ok: net_scout_plugin_http_response_t,
    err: net_scout_plugin_http_http_error_t,
};
pub const net_scout_plugin_http_result_response_http_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_8 = @import("std").mem.zeroes(union_unnamed_8),
    pub const net_scout_plugin_http_result_response_http_error_free = __root.net_scout_plugin_http_result_response_http_error_free;
    pub const free = __root.net_scout_plugin_http_result_response_http_error_free;
};
const union_unnamed_9 = extern union {
    access_denied: plugin_string_t,
    not_found: plugin_string_t,
    invalid: plugin_string_t,
    too_large: plugin_string_t,
    unavailable: plugin_string_t,
};
pub const struct_net_scout_plugin_files_files_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_9 = @import("std").mem.zeroes(union_unnamed_9),
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
const union_unnamed_10 = extern union {
    ok: plugin_list_u8_t,
    err: net_scout_plugin_files_files_error_t,
};
pub const net_scout_plugin_files_result_list_u8_files_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_10 = @import("std").mem.zeroes(union_unnamed_10),
    pub const net_scout_plugin_files_result_list_u8_files_error_free = __root.net_scout_plugin_files_result_list_u8_files_error_free;
    pub const free = __root.net_scout_plugin_files_result_list_u8_files_error_free;
};
const union_unnamed_11 = extern union {
    ok: plugin_list_string_t,
    err: net_scout_plugin_files_files_error_t,
};
pub const net_scout_plugin_files_result_list_string_files_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_11 = @import("std").mem.zeroes(union_unnamed_11),
    pub const net_scout_plugin_files_result_list_string_files_error_free = __root.net_scout_plugin_files_result_list_string_files_error_free;
    pub const free = __root.net_scout_plugin_files_result_list_string_files_error_free;
};
const union_unnamed_12 = extern union {
    ok: net_scout_plugin_files_own_file_t,
    err: net_scout_plugin_files_files_error_t,
};
pub const net_scout_plugin_files_result_own_file_files_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_12 = @import("std").mem.zeroes(union_unnamed_12),
    pub const net_scout_plugin_files_result_own_file_files_error_free = __root.net_scout_plugin_files_result_own_file_files_error_free;
    pub const free = __root.net_scout_plugin_files_result_own_file_files_error_free;
};
const union_unnamed_13 = extern union {
    access_denied: plugin_string_t,
    too_large: plugin_string_t,
    unavailable: plugin_string_t,
};
pub const struct_net_scout_plugin_state_state_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_13 = @import("std").mem.zeroes(union_unnamed_13),
    pub const net_scout_plugin_state_state_error_free = __root.net_scout_plugin_state_state_error_free;
    pub const free = __root.net_scout_plugin_state_state_error_free;
};
pub const net_scout_plugin_state_state_error_t = struct_net_scout_plugin_state_state_error_t;
const union_unnamed_14 = extern union {
    ok: plugin_option_list_u8_t,
    err: net_scout_plugin_state_state_error_t,
};
pub const net_scout_plugin_state_result_option_list_u8_state_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_14 = @import("std").mem.zeroes(union_unnamed_14),
    pub const net_scout_plugin_state_result_option_list_u8_state_error_free = __root.net_scout_plugin_state_result_option_list_u8_state_error_free;
    pub const free = __root.net_scout_plugin_state_result_option_list_u8_state_error_free;
};
const union_unnamed_15 = extern union {
    err: net_scout_plugin_state_state_error_t,
};
pub const net_scout_plugin_state_result_void_state_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_15 = @import("std").mem.zeroes(union_unnamed_15),
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
const union_unnamed_16 = extern union {
    rule: net_scout_plugin_description_rule_details_t,
    enricher: net_scout_plugin_description_enricher_details_t,
};
pub const struct_net_scout_plugin_description_kind_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_16 = @import("std").mem.zeroes(union_unnamed_16),
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
const union_unnamed_17 = extern union {
    boolean: bool,
    integer: net_scout_plugin_description_integer_range_t,
    real: net_scout_plugin_description_real_range_t,
    choice: net_scout_plugin_description_choice_t,
    line: net_scout_plugin_description_line_t,
};
pub const struct_net_scout_plugin_description_parameter_type_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_17 = @import("std").mem.zeroes(union_unnamed_17),
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
const union_unnamed_18 = extern union {
    table: net_scout_plugin_description_table_request_t,
    dns: net_scout_plugin_description_dns_request_t,
    exec: net_scout_plugin_description_exec_request_t,
    http: net_scout_plugin_description_http_request_t,
    files: plugin_string_t,
    state: u32,
};
pub const struct_net_scout_plugin_description_request_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_18 = @import("std").mem.zeroes(union_unnamed_18),
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
    pub const ns_enricher = __root.ns_enricher;
    pub const ns_observes = __root.ns_observes;
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
    pub const enricher = __root.ns_enricher;
    pub const observes = __root.ns_observes;
};
pub const net_scout_plugin_description_description_t = struct_net_scout_plugin_description_description_t;
pub const net_scout_plugin_types_timestamp_t = i64;
const union_unnamed_19 = extern union {
    boolean: bool,
    integer: i64,
    real: f64,
    text: plugin_string_t,
};
pub const struct_net_scout_plugin_types_value_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_19 = @import("std").mem.zeroes(union_unnamed_19),
    pub const net_scout_plugin_types_value_free = __root.net_scout_plugin_types_value_free;
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
pub const net_scout_plugin_enrichment_observable_kind_t = net_scout_plugin_description_observable_kind_t;
pub const struct_net_scout_plugin_enrichment_observable_t = extern struct {
    kind: net_scout_plugin_enrichment_observable_kind_t = 0,
    value: plugin_string_t = @import("std").mem.zeroes(plugin_string_t),
    pub const exports_plugin_enrich = __root.exports_plugin_enrich;
    pub const net_scout_plugin_enrichment_observable_free = __root.net_scout_plugin_enrichment_observable_free;
    pub const plugin_observable_free = __root.plugin_observable_free;
    pub const free = __root.net_scout_plugin_enrichment_observable_free;
};
pub const net_scout_plugin_enrichment_observable_t = struct_net_scout_plugin_enrichment_observable_t;
pub const net_scout_plugin_enrichment_json_t = plugin_string_t;
const union_unnamed_20 = extern union {
    access_denied: plugin_string_t,
    timed_out: plugin_string_t,
    rate_limited: plugin_option_u32_t,
    not_found: plugin_string_t,
    unavailable: plugin_string_t,
    invalid: plugin_string_t,
};
pub const struct_net_scout_plugin_enrichment_enrich_error_t = extern struct {
    tag: u8 = 0,
    val: union_unnamed_20 = @import("std").mem.zeroes(union_unnamed_20),
    pub const net_scout_plugin_enrichment_enrich_error_free = __root.net_scout_plugin_enrichment_enrich_error_free;
    pub const plugin_enrich_error_free = __root.plugin_enrich_error_free;
    pub const free = __root.net_scout_plugin_enrichment_enrich_error_free;
};
pub const net_scout_plugin_enrichment_enrich_error_t = struct_net_scout_plugin_enrichment_enrich_error_t;
pub const plugin_description_t = net_scout_plugin_description_description_t;
pub const plugin_argument_t = net_scout_plugin_types_argument_t;
pub const plugin_observable_t = net_scout_plugin_enrichment_observable_t;
pub const plugin_json_t = net_scout_plugin_enrichment_json_t;
pub const plugin_enrich_error_t = net_scout_plugin_enrichment_enrich_error_t;
pub const plugin_list_argument_t = extern struct {
    ptr: [*c]plugin_argument_t = null,
    len: usize = 0,
    pub const plugin_list_argument_free = __root.plugin_list_argument_free;
    pub const free = __root.plugin_list_argument_free;
};
const union_unnamed_21 = extern union {
    ok: plugin_json_t,
    err: plugin_enrich_error_t,
};
pub const plugin_result_json_enrich_error_t = extern struct {
    is_err: bool = false,
    val: union_unnamed_21 = @import("std").mem.zeroes(union_unnamed_21),
    pub const plugin_result_json_enrich_error_free = __root.plugin_result_json_enrich_error_free;
    pub const free = __root.plugin_result_json_enrich_error_free;
};
pub extern fn net_scout_plugin_dns_resolve(name: [*c]plugin_string_t, @"type": net_scout_plugin_dns_record_type_t, ret: [*c]net_scout_plugin_dns_list_record_data_t, err: [*c]net_scout_plugin_dns_dns_error_t) bool;
pub extern fn net_scout_plugin_dns_reverse(address: [*c]plugin_string_t, ret: [*c]plugin_list_string_t, err: [*c]net_scout_plugin_dns_dns_error_t) bool;
pub extern fn net_scout_plugin_exec_run(program: [*c]plugin_string_t, arguments: [*c]plugin_list_string_t, maybe_seconds: [*c]u32, ret: [*c]net_scout_plugin_exec_output_t, err: [*c]net_scout_plugin_exec_exec_error_t) bool;
pub extern fn net_scout_plugin_http_send(method: net_scout_plugin_http_method_t, url: [*c]plugin_string_t, headers: [*c]net_scout_plugin_http_list_header_t, maybe_body: [*c]plugin_list_u8_t, ret: [*c]net_scout_plugin_http_response_t, err: [*c]net_scout_plugin_http_http_error_t) bool;
pub extern fn net_scout_plugin_files_method_file_size(self: net_scout_plugin_files_borrow_file_t) u64;
pub extern fn net_scout_plugin_files_method_file_read_at(self: net_scout_plugin_files_borrow_file_t, offset: u64, length: u32, ret: [*c]plugin_list_u8_t, err: [*c]net_scout_plugin_files_files_error_t) bool;
pub extern fn net_scout_plugin_files_list(directory: [*c]plugin_string_t, ret: [*c]plugin_list_string_t, err: [*c]net_scout_plugin_files_files_error_t) bool;
pub extern fn net_scout_plugin_files_open(directory: [*c]plugin_string_t, path: [*c]plugin_string_t, ret: [*c]net_scout_plugin_files_own_file_t, err: [*c]net_scout_plugin_files_files_error_t) bool;
pub extern fn net_scout_plugin_state_get(key: [*c]plugin_string_t, ret: [*c]plugin_option_list_u8_t, err: [*c]net_scout_plugin_state_state_error_t) bool;
pub extern fn net_scout_plugin_state_set(key: [*c]plugin_string_t, value: [*c]plugin_list_u8_t, err: [*c]net_scout_plugin_state_state_error_t) bool;
pub extern fn net_scout_plugin_state_remove(key: [*c]plugin_string_t, err: [*c]net_scout_plugin_state_state_error_t) bool;
pub extern fn net_scout_plugin_log_write(level: net_scout_plugin_log_level_t, message: [*c]plugin_string_t) void;
pub extern fn exports_plugin_describe(ret: [*c]plugin_description_t) void;
pub extern fn exports_plugin_enrich(observable: [*c]plugin_observable_t, arguments: [*c]plugin_list_argument_t, ret: [*c]plugin_json_t, err: [*c]plugin_enrich_error_t) bool;
pub extern fn net_scout_plugin_dns_dns_error_free(ptr: [*c]net_scout_plugin_dns_dns_error_t) void;
pub extern fn net_scout_plugin_dns_mail_exchanger_free(ptr: [*c]net_scout_plugin_dns_mail_exchanger_t) void;
pub extern fn net_scout_plugin_dns_start_of_authority_free(ptr: [*c]net_scout_plugin_dns_start_of_authority_t) void;
pub extern fn net_scout_plugin_dns_record_data_free(ptr: [*c]net_scout_plugin_dns_record_data_t) void;
pub extern fn net_scout_plugin_dns_list_record_data_free(ptr: [*c]net_scout_plugin_dns_list_record_data_t) void;
pub extern fn net_scout_plugin_dns_result_list_record_data_dns_error_free(ptr: [*c]net_scout_plugin_dns_result_list_record_data_dns_error_t) void;
pub extern fn plugin_list_string_free(ptr: [*c]plugin_list_string_t) void;
pub extern fn net_scout_plugin_dns_result_list_string_dns_error_free(ptr: [*c]net_scout_plugin_dns_result_list_string_dns_error_t) void;
pub extern fn net_scout_plugin_exec_exec_error_free(ptr: [*c]net_scout_plugin_exec_exec_error_t) void;
pub extern fn plugin_option_s32_free(ptr: [*c]plugin_option_s32_t) void;
pub extern fn net_scout_plugin_exec_output_free(ptr: [*c]net_scout_plugin_exec_output_t) void;
pub extern fn plugin_option_u32_free(ptr: [*c]plugin_option_u32_t) void;
pub extern fn net_scout_plugin_exec_result_output_exec_error_free(ptr: [*c]net_scout_plugin_exec_result_output_exec_error_t) void;
pub extern fn net_scout_plugin_http_http_error_free(ptr: [*c]net_scout_plugin_http_http_error_t) void;
pub extern fn net_scout_plugin_http_header_free(ptr: [*c]net_scout_plugin_http_header_t) void;
pub extern fn net_scout_plugin_http_list_header_free(ptr: [*c]net_scout_plugin_http_list_header_t) void;
pub extern fn plugin_list_u8_free(ptr: [*c]plugin_list_u8_t) void;
pub extern fn net_scout_plugin_http_response_free(ptr: [*c]net_scout_plugin_http_response_t) void;
pub extern fn plugin_option_list_u8_free(ptr: [*c]plugin_option_list_u8_t) void;
pub extern fn net_scout_plugin_http_result_response_http_error_free(ptr: [*c]net_scout_plugin_http_result_response_http_error_t) void;
pub extern fn net_scout_plugin_files_files_error_free(ptr: [*c]net_scout_plugin_files_files_error_t) void;
pub extern fn net_scout_plugin_files_file_drop_own(handle: net_scout_plugin_files_own_file_t) void;
pub extern fn net_scout_plugin_files_file_drop_borrow(handle: net_scout_plugin_files_borrow_file_t) void;
pub extern fn net_scout_plugin_files_borrow_file(handle: net_scout_plugin_files_own_file_t) net_scout_plugin_files_borrow_file_t;
pub extern fn net_scout_plugin_files_result_list_u8_files_error_free(ptr: [*c]net_scout_plugin_files_result_list_u8_files_error_t) void;
pub extern fn net_scout_plugin_files_result_list_string_files_error_free(ptr: [*c]net_scout_plugin_files_result_list_string_files_error_t) void;
pub extern fn net_scout_plugin_files_result_own_file_files_error_free(ptr: [*c]net_scout_plugin_files_result_own_file_files_error_t) void;
pub extern fn net_scout_plugin_state_state_error_free(ptr: [*c]net_scout_plugin_state_state_error_t) void;
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
pub extern fn net_scout_plugin_types_value_free(ptr: [*c]net_scout_plugin_types_value_t) void;
pub extern fn net_scout_plugin_types_argument_free(ptr: [*c]net_scout_plugin_types_argument_t) void;
pub extern fn net_scout_plugin_enrichment_observable_free(ptr: [*c]net_scout_plugin_enrichment_observable_t) void;
pub extern fn net_scout_plugin_enrichment_json_free(ptr: [*c]net_scout_plugin_enrichment_json_t) void;
pub extern fn net_scout_plugin_enrichment_enrich_error_free(ptr: [*c]net_scout_plugin_enrichment_enrich_error_t) void;
pub extern fn plugin_description_free(ptr: [*c]plugin_description_t) void;
pub extern fn plugin_argument_free(ptr: [*c]plugin_argument_t) void;
pub extern fn plugin_observable_free(ptr: [*c]plugin_observable_t) void;
pub extern fn plugin_json_free(ptr: [*c]plugin_json_t) void;
pub extern fn plugin_enrich_error_free(ptr: [*c]plugin_enrich_error_t) void;
pub extern fn plugin_list_argument_free(ptr: [*c]plugin_list_argument_t) void;
pub extern fn plugin_result_json_enrich_error_free(ptr: [*c]plugin_result_json_enrich_error_t) void;
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
pub const ns_lookup = extern struct {
    call: ns_call = @import("std").mem.zeroes(ns_call),
    observable: [*c]const plugin_observable_t = null,
    settings: ns_settings = @import("std").mem.zeroes(ns_settings),
    json: ns_text = @import("std").mem.zeroes(ns_text),
    @"error": plugin_enrich_error_t = @import("std").mem.zeroes(plugin_enrich_error_t),
    pub const enrich = __root.enrich;
    pub const ns_dns_reverse = __root.ns_dns_reverse;
    pub const ns_dns_resolve = __root.ns_dns_resolve;
    pub const ns_run = __root.ns_run;
    pub const ns_send = __root.ns_send;
    pub const ns_fail = __root.ns_fail;
    pub const ns_json_begin = __root.ns_json_begin;
    pub const ns_json_end = __root.ns_json_end;
    pub const ns_json_key = __root.ns_json_key;
    pub const ns_json_text = __root.ns_json_text;
    pub const ns_json_integer = __root.ns_json_integer;
    pub const ns_json_boolean = __root.ns_json_boolean;
    pub const ns_json_null = __root.ns_json_null;
    pub const reverse = __root.ns_dns_reverse;
    pub const resolve = __root.ns_dns_resolve;
    pub const run = __root.ns_run;
    pub const send = __root.ns_send;
    pub const fail = __root.ns_fail;
    pub const begin = __root.ns_json_begin;
    pub const end = __root.ns_json_end;
    pub const key = __root.ns_json_key;
    pub const text = __root.ns_json_text;
    pub const integer = __root.ns_json_integer;
    pub const boolean = __root.ns_json_boolean;
    pub const @"null" = __root.ns_json_null;
};
pub extern fn enrich(lookup: [*c]ns_lookup) void;
pub extern fn ns_enricher(plugin: [*c]ns_description, name: [*c]const u8, version: [*c]const u8, summary: [*c]const u8) void;
pub extern fn ns_observes(plugin: [*c]ns_description, kind: net_scout_plugin_description_observable_kind_t) void;
pub extern fn ns_dns_reverse(lookup: [*c]ns_lookup, address: ns_text) ns_texts;
pub const ns_records = net_scout_plugin_dns_list_record_data_t;
pub extern fn ns_dns_resolve(lookup: [*c]ns_lookup, name: ns_text, @"type": net_scout_plugin_dns_record_type_t) ns_records;
pub const ns_output = net_scout_plugin_exec_output_t;
pub extern fn ns_run(lookup: [*c]ns_lookup, program: [*c]const u8, arguments: ns_texts, seconds: u32) ns_output;
pub const ns_headers = net_scout_plugin_http_list_header_t;
pub const ns_response = net_scout_plugin_http_response_t;
pub extern fn ns_header(headers: [*c]ns_headers, name: [*c]const u8, value: ns_text) void;
pub extern fn ns_send(lookup: [*c]ns_lookup, method: net_scout_plugin_http_method_t, url: ns_text, headers: ns_headers, body: [*c]ns_bytes) ns_response;
pub extern fn ns_fail(lookup: [*c]ns_lookup, reason: u8, detail: ns_text) void;
pub extern fn ns_json_begin(lookup: [*c]ns_lookup, bracket: u8) void;
pub extern fn ns_json_end(lookup: [*c]ns_lookup, bracket: u8) void;
pub extern fn ns_json_key(lookup: [*c]ns_lookup, key: [*c]const u8) void;
pub extern fn ns_json_text(lookup: [*c]ns_lookup, text: ns_text) void;
pub extern fn ns_json_integer(lookup: [*c]ns_lookup, number: i64) void;
pub extern fn ns_json_boolean(lookup: [*c]ns_lookup, value: bool) void;
pub extern fn ns_json_null(lookup: [*c]ns_lookup) void;

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
pub const NET_SCOUT_PLUGIN_DNS_DNS_ERROR_ACCESS_DENIED = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DNS_DNS_ERROR_NOT_FOUND = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DNS_DNS_ERROR_TIMED_OUT = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_DNS_DNS_ERROR_INVALID = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_DNS_DNS_ERROR_UNAVAILABLE = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_TYPE_A = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_TYPE_AAAA = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_TYPE_PTR = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_TYPE_TXT = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_TYPE_MX = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_TYPE_NS = @as(c_int, 5);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_TYPE_SOA = @as(c_int, 6);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_DATA_ADDRESS = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_DATA_NAME = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_DATA_TEXT = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_DATA_MAIL_EXCHANGER = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_DNS_RECORD_DATA_START_OF_AUTHORITY = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_EXEC_EXEC_ERROR_ACCESS_DENIED = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_EXEC_EXEC_ERROR_UNAVAILABLE = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_ACCESS_DENIED = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_TIMED_OUT = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_INVALID = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_TOO_LARGE = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_HTTP_HTTP_ERROR_UNAVAILABLE = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_HTTP_METHOD_GET = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_HTTP_METHOD_HEAD = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_HTTP_METHOD_POST = @as(c_int, 2);
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
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_NULL = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_BOOLEAN = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_INTEGER = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_REAL = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_TYPES_VALUE_TEXT = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_ACCESS_DENIED = @as(c_int, 0);
pub const NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_TIMED_OUT = @as(c_int, 1);
pub const NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_RATE_LIMITED = @as(c_int, 2);
pub const NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_NOT_FOUND = @as(c_int, 3);
pub const NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_UNAVAILABLE = @as(c_int, 4);
pub const NET_SCOUT_PLUGIN_ENRICHMENT_ENRICH_ERROR_INVALID = @as(c_int, 5);
// 5dc62ecdafe6c84257e3299bc235dc52fe7f66cc3811d34f9c545a4893d6868c
