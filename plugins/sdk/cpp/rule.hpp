// Write a rule in C++: `void describe(Description)` and `void evaluate(Scan)`, both in the namespace `net_scout`.
//
// No function here gives an error. The first thing that fails ends the rows of every query, and is what the whole call answers.
#pragma once
#include "net_scout.hpp"

extern "C" {
#include "rule.h"
}

namespace net_scout {

/// What a rule is.
struct Description : DescriptionOf<Description> {
    using DescriptionOf::DescriptionOf;

    Description &rule(const char *name, const char *version, const char *summary)
    {
        ns_rule(plugin, name, version, summary);
        return *this;
    }

    /// Names alerts that it may raise.
    Description &alert_type(const char *alert_type)
    {
        ns_alert_type(plugin, alert_type);
        return *this;
    }

    /// For how many seconds before the end of the window the rule needs events; see `events_since` of the window.
    Description &history(uint32_t seconds)
    {
        ns_history(plugin, seconds);
        return *this;
    }
};

/// A value that is bound to `?1`, `?2`, ..., or a piece of evidence.
struct Value : ns_value {
    Value(decltype(nullptr)) : ns_value(ns_null_value()) {}
    Value(bool value) : ns_value(ns_boolean_value(value)) {}
    Value(int value) : ns_value(ns_integer_value(value)) {}
    Value(int64_t value) : ns_value(ns_integer_value(value)) {}
    Value(double value) : ns_value(ns_real_value(value)) {}
    Value(const char *value) : ns_value(ns_text_value(ns_text_of(value))) {}
    Value(Text value) : ns_value(ns_text_value(value)) {}
};

/// How a value of a row is read, for each type that a column may have. `List` is what `json_group_array` gives.
template <typename Type> struct Column;
template <> struct Column<bool> {
    static constexpr ns_column type = NS_BOOLEAN;
    static bool read(ns_rows *rows, size_t column) { return ns_boolean_at(rows, column); }
};
template <> struct Column<int64_t> {
    static constexpr ns_column type = NS_INTEGER;
    static int64_t read(ns_rows *rows, size_t column) { return ns_integer_at(rows, column); }
};
template <> struct Column<double> {
    static constexpr ns_column type = NS_REAL;
    static double read(ns_rows *rows, size_t column) { return ns_real_at(rows, column); }
};
template <> struct Column<Text> {
    static constexpr ns_column type = NS_TEXT;
    static Text read(ns_rows *rows, size_t column) { return ns_text_at(rows, column); }
};
template <> struct Column<List<int64_t>> {
    static constexpr ns_column type = NS_INTEGER_LIST;
    static List<int64_t> read(ns_rows *rows, size_t column)
    {
        plugin_list_s64_t found = ns_integers_at(rows, column);
        return {found.ptr, found.len};
    }
};
template <> struct Column<List<double>> {
    static constexpr ns_column type = NS_REAL_LIST;
    static List<double> read(ns_rows *rows, size_t column)
    {
        plugin_list_f64_t found = ns_reals_at(rows, column);
        return {found.ptr, found.len};
    }
};
template <> struct Column<List<ns_text>> {
    static constexpr ns_column type = NS_TEXT_LIST;
    static List<ns_text> read(ns_rows *rows, size_t column) { return list(ns_texts_at(rows, column)); }
};

/// The rows of one SELECT. A null is 0, or empty.
template <typename... Types> class Rows {
    ns_rows rows;

    template <typename Integer, Integer... numbers> struct Numbers {};

    template <typename Function, size_t... numbers> void each(Function function, Numbers<size_t, numbers...>)
    {
        while (ns_next(&rows))
            function(Column<Types>::read(&rows, numbers)...);
    }

public:
    explicit Rows(ns_rows rows) : rows(rows) {}

    /// Calls a function with the values of each row. They hold until it returns.
    template <typename Function> void each(Function function) { each(function, __make_integer_seq<Numbers, size_t, sizeof...(Types)>{}); }

    /// Whether a value of the row is null, by the number of the column from 0.
    bool is_null(size_t column) { return ns_is_null(&rows, column); }

    /// Leaves the rest unread.
    void close() { ns_close(&rows); }
};

/// An alert that was raised. What it is given is copied. It holds until the next one is raised.
class Alert {
    ns_alert *alert;

public:
    explicit Alert(ns_alert *alert) : alert(alert) {}

    Alert &from(Text source)
    {
        ns_from(alert, source);
        return *this;
    }

    Alert &to(Text destination)
    {
        ns_to(alert, destination);
        return *this;
    }

    Alert &evidence(const char *key, Value value)
    {
        ns_evidence(alert, key, value);
        return *this;
    }

    Alert &evidence(const char *key, List<int64_t> values)
    {
        ns_evidence_integers(alert, key, {const_cast<int64_t *>(values.data), values.size});
        return *this;
    }

    Alert &evidence(const char *key, List<ns_text> values)
    {
        ns_evidence_texts(alert, key, {const_cast<ns_text *>(values.data), values.size});
        return *this;
    }

    /// Says which events the alert is about: an SQL condition over `events`, with what is bound to `?1`, `?2`, ... in it.
    template <typename... Values> Alert &events(const char *condition, Values... values)
    {
        ns_value bound[] = {Value(values)..., ns_null_value()};
        ns_events(alert, condition, {bound, sizeof...(values)});
        return *this;
    }

    /// A technique of MITRE ATT&CK that the alert shows, such as T1046. To be called once.
    template <size_t count> Alert &techniques(const char *const (&techniques)[count])
    {
        ns_text texts[count];
        for (size_t index = 0; index < count; index++)
            texts[index] = ns_text_of(techniques[index]);
        ns_evidence_texts(alert, "techniques", {texts, count});
        return *this;
    }
};

/// One evaluation.
class Scan {
    ns_scan *scan;

public:
    const plugin_window_t &window;
    const Settings settings;

    explicit Scan(ns_scan *scan) : scan(scan), window(*scan->window), settings(&scan->settings) {}

    /// Runs one SELECT. The types are those of its columns: `query<Text, int64_t>(...)`. The values are bound to `?1`, `?2`, ...
    template <typename... Types, typename... Values> Rows<Types...> query(const char *sql, Values... values)
    {
        ns_column columns[] = {Column<Types>::type...};
        ns_value bound[] = {Value(values)..., ns_null_value()};
        return Rows<Types...>(ns_query(scan, sql, {columns, sizeof...(Types)}, {bound, sizeof...(values)}));
    }

    /// Raises an alert. The score is brought into 0 to 100, and the severity follows from it.
    Alert raise(const char *alert_type, int64_t score) { return Alert(ns_raise(scan, alert_type, score)); }

    /// For the functions of capabilities.h: `ns_state_get(scan.call(), "key", &value)`.
    ns_call *call() const { return &scan->call; }

    /// Ends the evaluation with an error.
    void fail(Text reason) { ns_fail(scan, ns_copy(reason)); }
    void invalid_parameter(Text reason) { ns_invalid_parameter(scan, ns_copy(reason)); }
};

/// Written by the rule.
void describe(Description plugin);
void evaluate(Scan scan);

} // namespace net_scout

extern "C" inline __attribute__((used)) void describe(ns_description *plugin) { net_scout::describe(net_scout::Description(plugin)); }
extern "C" inline __attribute__((used)) void evaluate(ns_scan *scan) { net_scout::evaluate(net_scout::Scan(scan)); }
