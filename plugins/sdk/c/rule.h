/* Write a rule in C: a `describe` and an `evaluate` function.
 *
 * No function here gives an error. The first thing that fails ends the rows of every query, and is what the whole call answers. */
#pragma once
#include "capabilities.h"

typedef plugin_alert_t ns_alert;
typedef net_scout_plugin_query_value_t ns_value;

/* One judgement: the window, the settings, and what the rule answers. */
typedef struct {
    ns_call call;
    const plugin_window_t *window;
    ns_settings settings;
    plugin_list_alert_t alerts;
    plugin_rule_error_t error;
} ns_scan;

/* Written by the rule: judges the window. */
void evaluate(ns_scan *scan);

/* Begins the description of a rule, and names the alerts that it may raise. */
void ns_rule(ns_description *plugin, const char *name, const char *version, const char *summary);
void ns_alert_type(ns_description *plugin, const char *alert_type);
/* For how many seconds before the end of the window the rule needs events; see `events_since` of the window. */
void ns_history(ns_description *plugin, uint32_t seconds);

/* The type of a column: NS_INTEGER_LIST is what json_group_array gives. */
typedef net_scout_plugin_query_column_type_t ns_column;
enum { NS_BOOLEAN, NS_INTEGER, NS_REAL, NS_TEXT, NS_BOOLEAN_LIST, NS_INTEGER_LIST, NS_REAL_LIST, NS_TEXT_LIST };
#define NS_COLUMNS(...)                                                                                                                     \
    ((net_scout_plugin_query_list_column_type_t){(ns_column[]){__VA_ARGS__}, NS_COUNT(((ns_column[]){__VA_ARGS__}))})

/* What is bound to ?1, ?2, ... */
#define NS_VALUES(...) ((net_scout_plugin_query_list_value_t){(ns_value[]){__VA_ARGS__}, NS_COUNT(((ns_value[]){__VA_ARGS__}))})
#define NS_NO_VALUES ((net_scout_plugin_query_list_value_t){0})
ns_value ns_null_value(void);
ns_value ns_boolean_value(bool value);
ns_value ns_integer_value(int64_t value);
ns_value ns_real_value(double value);
ns_value ns_text_value(ns_text value);

/* The rows of one SELECT, one after another. */
typedef struct {
    ns_scan *scan;
    net_scout_plugin_query_own_rows_t source;
    net_scout_plugin_query_batch_t batch;
    uint32_t row;
    bool open;
} ns_rows;

ns_rows ns_query(
    ns_scan *scan, const char *sql, net_scout_plugin_query_list_column_type_t columns, net_scout_plugin_query_list_value_t values);
/* Goes to the next row; false behind the last one. */
bool ns_next(ns_rows *rows);
/* Leaves the rest unread. Only for a rule that stops early and asks more: few queries may be open at once. */
void ns_close(ns_rows *rows);

/* The values of the row, by the number of the column from 0. A null is 0, or empty. Texts and lists hold until the next row. A column that
 * is not there, or of another type, makes the call fail. */
bool ns_is_null(ns_rows *rows, size_t column);
bool ns_boolean_at(ns_rows *rows, size_t column);
int64_t ns_integer_at(ns_rows *rows, size_t column);
double ns_real_at(ns_rows *rows, size_t column);
ns_text ns_text_at(ns_rows *rows, size_t column);
plugin_list_bool_t ns_booleans_at(ns_rows *rows, size_t column);
plugin_list_s64_t ns_integers_at(ns_rows *rows, size_t column);
plugin_list_f64_t ns_reals_at(ns_rows *rows, size_t column);
ns_texts ns_texts_at(ns_rows *rows, size_t column);

/* Raises an alert. The score is brought into 0 to 100, and the severity follows from it. What is given to an alert is copied; the address
 * of an alert holds until the next one. */
ns_alert *ns_raise(ns_scan *scan, const char *alert_type, int64_t score);
void ns_from(ns_alert *alert, ns_text source);
void ns_to(ns_alert *alert, ns_text destination);
void ns_evidence(ns_alert *alert, const char *key, ns_value value);
void ns_evidence_integers(ns_alert *alert, const char *key, plugin_list_s64_t values);
void ns_evidence_texts(ns_alert *alert, const char *key, ns_texts values);
/* Says which events the alert is about: an SQL condition over `events`, with what is bound to ?1, ?2, ... in it. */
void ns_events(ns_alert *alert, const char *condition, net_scout_plugin_query_list_value_t values);
/* The techniques of MITRE ATT&CK that the alert shows: ns_techniques(alert, NS_LIST("T1046")). */
void ns_techniques(ns_alert *alert, const char *const *techniques);

/* Ends the judgement with an error. */
void ns_fail(ns_scan *scan, ns_text reason);
void ns_invalid_parameter(ns_scan *scan, ns_text reason);
