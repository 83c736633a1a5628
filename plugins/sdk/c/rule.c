#include "rule.h"

#include <stdlib.h>
#include <string.h>

static void fail(ns_scan *scan, plugin_rule_error_t error)
{
    if (!scan->call.failed)
        scan->error = error;
    scan->call.failed = true;
}

void ns_fail(ns_scan *scan, ns_text reason)
{
    fail(scan, (plugin_rule_error_t){.tag = NET_SCOUT_PLUGIN_DETECTION_RULE_ERROR_FAILED, .val.failed = reason});
}

void ns_invalid_parameter(ns_scan *scan, ns_text reason)
{
    fail(scan,
         (plugin_rule_error_t){.tag = NET_SCOUT_PLUGIN_DETECTION_RULE_ERROR_INVALID_PARAMETER, .val.invalid_parameter = reason});
}

/* The scan begins with its call. A rule's error does not say which kind it is; the text does. */
static void capability_failed(ns_call *call, ns_reason reason, ns_text detail)
{
    (void)reason;
    ns_fail((ns_scan *)call, detail);
}

bool exports_plugin_evaluate(
    plugin_window_t *window, plugin_list_argument_t *arguments, plugin_list_alert_t *alerts, plugin_rule_error_t *error)
{
    ns_scan scan = {.call = {.fail = capability_failed}, .window = window, .settings = {.list = arguments}};
    evaluate(&scan);
    if (scan.settings.missing != NULL) {
        /* Whatever else failed, most likely failed because of it. */
        scan.call.failed = false;
        ns_invalid_parameter(&scan, ns_missing(&scan.settings));
    }
    *alerts = scan.alerts;
    *error = scan.error;
    return !scan.call.failed;
}

void ns_rule(ns_description *plugin, const char *name, const char *version, const char *summary)
{
    ns_name(plugin, name, version, summary);
    plugin->kind.tag = NET_SCOUT_PLUGIN_DESCRIPTION_KIND_RULE;
}

void ns_alert_type(ns_description *plugin, const char *alert_type)
{
    *NS_ADD(&plugin->kind.val.rule.alert_types) = ns_text_of(alert_type);
}

void ns_history(ns_description *plugin, uint32_t seconds)
{
    plugin->kind.val.rule.history_seconds = seconds;
}

static void query_failed(ns_scan *scan, net_scout_plugin_query_query_error_t error)
{
    fail(scan, (plugin_rule_error_t){.tag = NET_SCOUT_PLUGIN_DETECTION_RULE_ERROR_QUERY, .val.query = error});
}

ns_value ns_null_value(void)
{
    return (ns_value){.tag = NET_SCOUT_PLUGIN_TYPES_VALUE_NULL};
}

ns_value ns_boolean_value(bool value)
{
    return (ns_value){.tag = NET_SCOUT_PLUGIN_TYPES_VALUE_BOOLEAN, .val.boolean = value};
}

ns_value ns_integer_value(int64_t value)
{
    return (ns_value){.tag = NET_SCOUT_PLUGIN_TYPES_VALUE_INTEGER, .val.integer = value};
}

ns_value ns_real_value(double value)
{
    return (ns_value){.tag = NET_SCOUT_PLUGIN_TYPES_VALUE_REAL, .val.real = value};
}

ns_value ns_text_value(ns_text value)
{
    return (ns_value){.tag = NET_SCOUT_PLUGIN_TYPES_VALUE_TEXT, .val.text = value};
}

ns_rows ns_query(
    ns_scan *scan, const char *sql, net_scout_plugin_query_list_column_type_t columns, net_scout_plugin_query_list_value_t values)
{
    ns_rows rows = {.scan = scan};
    ns_text text = ns_text_of(sql);
    net_scout_plugin_query_query_error_t error;
    rows.open = !scan->call.failed && net_scout_plugin_query_open(&text, &values, &columns, &rows.source, &error);
    if (!rows.open && !scan->call.failed)
        query_failed(scan, error);
    return rows;
}

bool ns_next(ns_rows *rows)
{
    if (!rows->open)
        return false;
    if (!rows->scan->call.failed) {
        if (++rows->row < rows->batch.row_count)
            return true;
        net_scout_plugin_query_option_batch_t next;
        net_scout_plugin_query_query_error_t error;
        net_scout_plugin_query_batch_free(&rows->batch);
        rows->batch = (net_scout_plugin_query_batch_t){0};
        rows->row = 0;
        if (!net_scout_plugin_query_method_rows_next(net_scout_plugin_query_borrow_rows(rows->source), &next, &error)) {
            query_failed(rows->scan, error);
        } else if (next.is_some) {
            rows->batch = next.val;
            return true;
        }
    }
    ns_close(rows);
    return false;
}

void ns_close(ns_rows *rows)
{
    if (rows->open)
        net_scout_plugin_query_rows_drop_own(rows->source);
    rows->open = false;
}

static bool is_null(const ns_rows *rows, const net_scout_plugin_query_column_t *column)
{
    /* The rows that are null are in ascending order. */
    size_t from = 0, to = column->nulls.len;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (column->nulls.ptr[middle] == rows->row)
            return true;
        if (column->nulls.ptr[middle] < rows->row)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

/* NULL where the rule asks for what the query did not say. */
static const net_scout_plugin_query_column_values_t *values(ns_rows *rows, size_t column, uint8_t type)
{
    if (column < rows->batch.columns.len && rows->batch.columns.ptr[column].values.tag == type)
        return &rows->batch.columns.ptr[column].values;
    ns_fail(rows->scan, ns_text_of("a column of the result is not there, or not of the type asked for"));
    return NULL;
}

bool ns_is_null(ns_rows *rows, size_t column)
{
    return column < rows->batch.columns.len && is_null(rows, &rows->batch.columns.ptr[column]);
}

bool ns_boolean_at(ns_rows *rows, size_t column)
{
    const net_scout_plugin_query_column_values_t *found = values(rows, column, NS_BOOLEAN);
    return found != NULL && found->val.booleans.ptr[rows->row];
}

int64_t ns_integer_at(ns_rows *rows, size_t column)
{
    const net_scout_plugin_query_column_values_t *found = values(rows, column, NS_INTEGER);
    return found == NULL ? 0 : found->val.integers.ptr[rows->row];
}

double ns_real_at(ns_rows *rows, size_t column)
{
    const net_scout_plugin_query_column_values_t *found = values(rows, column, NS_REAL);
    return found == NULL ? 0 : found->val.reals.ptr[rows->row];
}

ns_text ns_text_at(ns_rows *rows, size_t column)
{
    const net_scout_plugin_query_column_values_t *found = values(rows, column, NS_TEXT);
    if (found == NULL || ns_is_null(rows, column))
        return (ns_text){0};
    return found->val.texts.dictionary.ptr[found->val.texts.codes.ptr[rows->row]];
}

/* Where the list of the row begins. */
static size_t start(const ns_rows *rows, const plugin_list_u32_t *ends)
{
    return rows->row == 0 ? 0 : ends->ptr[rows->row - 1];
}

/* The part of all lists that is the row's. */
#define SLICE(type, lists, tag)                                                                                                             \
    const net_scout_plugin_query_column_values_t *found = values(rows, column, tag);                                                        \
    if (found == NULL)                                                                                                                      \
        return (type){0};                                                                                                                   \
    size_t from = start(rows, &found->val.lists.ends);                                                                                      \
    return (type){found->val.lists.values.ptr + from, found->val.lists.ends.ptr[rows->row] - from}

plugin_list_bool_t ns_booleans_at(ns_rows *rows, size_t column)
{
    SLICE(plugin_list_bool_t, boolean_lists, NS_BOOLEAN_LIST);
}

plugin_list_s64_t ns_integers_at(ns_rows *rows, size_t column)
{
    SLICE(plugin_list_s64_t, integer_lists, NS_INTEGER_LIST);
}

plugin_list_f64_t ns_reals_at(ns_rows *rows, size_t column)
{
    SLICE(plugin_list_f64_t, real_lists, NS_REAL_LIST);
}

ns_texts ns_texts_at(ns_rows *rows, size_t column)
{
    ns_texts texts = {0};
    const net_scout_plugin_query_column_values_t *found = values(rows, column, NS_TEXT_LIST);
    if (found == NULL)
        return texts;
    const net_scout_plugin_query_text_lists_t *lists = &found->val.text_lists;
    for (size_t at = start(rows, &lists->ends); at < lists->ends.ptr[rows->row]; at++)
        *NS_ADD(&texts) = lists->values.dictionary.ptr[lists->values.codes.ptr[at]];
    return texts;
}

/* The severity that a score stands for. The same in every language. */
static uint8_t severity_of(uint32_t score)
{
    static const uint8_t from[] = {20, 40, 70, 90};
    uint8_t severity = NET_SCOUT_PLUGIN_DETECTION_SEVERITY_INFORMATIONAL;
    for (size_t level = 0; level < NS_COUNT(from); level++)
        severity += score >= from[level];
    return severity;
}

ns_alert *ns_raise(ns_scan *scan, const char *alert_type, int64_t score)
{
    ns_alert *alert = NS_ADD(&scan->alerts);
    alert->alert_type = ns_text_of(alert_type);
    alert->score = score < 0 ? 0 : score > 100 ? 100 : (uint32_t)score;
    alert->severity = severity_of(alert->score);
    return alert;
}

static plugin_option_string_t address(ns_text text)
{
    return (plugin_option_string_t){text.len > 0, ns_copy(text)};
}

void ns_from(ns_alert *alert, ns_text source)
{
    alert->src_ip = address(source);
}

void ns_to(ns_alert *alert, ns_text destination)
{
    alert->dst_ip = address(destination);
}

static net_scout_plugin_detection_evidence_value_t *evidence(ns_alert *alert, const char *key, uint8_t tag)
{
    net_scout_plugin_detection_evidence_entry_t *entry = NS_ADD(&alert->evidence);
    entry->key = ns_text_of(key);
    entry->value.tag = tag;
    return &entry->value;
}

void ns_evidence(ns_alert *alert, const char *key, ns_value value)
{
    if (value.tag == NET_SCOUT_PLUGIN_TYPES_VALUE_TEXT)
        value.val.text = ns_copy(value.val.text);
    evidence(alert, key, NET_SCOUT_PLUGIN_DETECTION_EVIDENCE_VALUE_SCALAR)->val.scalar = value;
}

void ns_evidence_integers(ns_alert *alert, const char *key, plugin_list_s64_t values)
{
    plugin_list_s64_t *copies = &evidence(alert, key, NET_SCOUT_PLUGIN_DETECTION_EVIDENCE_VALUE_INTEGERS)->val.integers;
    for (size_t index = 0; index < values.len; index++)
        *NS_ADD(copies) = values.ptr[index];
}

void ns_evidence_texts(ns_alert *alert, const char *key, ns_texts values)
{
    ns_texts *copies = &evidence(alert, key, NET_SCOUT_PLUGIN_DETECTION_EVIDENCE_VALUE_TEXTS)->val.texts;
    for (size_t index = 0; index < values.len; index++)
        *NS_ADD(copies) = ns_copy(values.ptr[index]);
}

void ns_events(ns_alert *alert, const char *condition, net_scout_plugin_query_list_value_t values)
{
    alert->events.is_some = true;
    alert->events.val.condition = ns_text_of(condition);
    for (size_t index = 0; index < values.len; index++) {
        ns_value *copy = NS_ADD(&alert->events.val.parameters);
        *copy = values.ptr[index];
        if (copy->tag == NET_SCOUT_PLUGIN_TYPES_VALUE_TEXT)
            copy->val.text = ns_copy(copy->val.text);
    }
}

void ns_techniques(ns_alert *alert, const char *const *techniques)
{
    ns_evidence_texts(alert, "techniques", ns_texts_of(techniques));
}
