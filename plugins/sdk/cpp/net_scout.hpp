// What rules and enrichers in C++ share: texts, descriptions and settings. Include rule.hpp or enricher.hpp, which include this.
//
// It wraps the C SDK, adds no code of its own at run time, and needs no library: no exceptions, no <string>, no <vector>. Whatever the
// header files for C offer can be called too.
#pragma once
#include <stddef.h>
#include <stdint.h>

extern "C" {
#include "net_scout.h"
}

namespace net_scout {

/// Some values of one type, which belong to somebody else.
template <typename Element> struct List {
    const Element *data;
    size_t size;

    const Element *begin() const { return data; }
    const Element *end() const { return data + size; }
    const Element &operator[](size_t index) const { return data[index]; }
};

/// Bytes of UTF-8 with their number. It is not copied, and there is no zero byte at its end.
struct Text : ns_text {
    Text() : ns_text{} {}
    Text(ns_text text) : ns_text(text) {}
    Text(const char *string) : ns_text(ns_text_of(string)) {}

    bool operator==(const char *word) const { return ns_is(*this, word); }
    bool operator!=(const char *word) const { return !ns_is(*this, word); }
};

/// Several texts.
inline List<ns_text> list(ns_texts texts) { return {texts.ptr, texts.len}; }

/// C strings one after another.
template <typename... Words> Text join(Words... words) { return ns_join(words..., static_cast<const char *>(nullptr)); }

/// An instant in microseconds as RFC 3339 in UTC, with six decimals where it has a fraction of a second.
inline Text format_timestamp(int64_t microseconds) { return ns_format_timestamp(microseconds); }

/// The values of the parameters. One that was not described is 0 or empty, and makes the call fail in the end.
class Settings {
    ns_settings *settings;

public:
    explicit Settings(ns_settings *settings) : settings(settings) {}

    bool boolean(const char *name) const { return ns_boolean_set(settings, name); }
    int64_t integer(const char *name) const { return ns_integer_set(settings, name); }
    double real(const char *name) const { return ns_real_set(settings, name); }
    Text text(const char *name) const { return ns_text_set(settings, name); }
};

/// What a plugin is. Each function returns it, so that they can be written one behind another.
template <typename Self> class DescriptionOf {
protected:
    ns_description *plugin;

    Self &self() { return static_cast<Self &>(*this); }

public:
    explicit DescriptionOf(ns_description *plugin) : plugin(plugin) {}

    Self &boolean(const char *name, bool value, const char *meaning)
    {
        ns_boolean(plugin, name, value, meaning);
        return self();
    }

    Self &integer(const char *name, int64_t value, int64_t minimum, int64_t maximum, const char *meaning)
    {
        ns_integer(plugin, name, value, minimum, maximum, meaning);
        return self();
    }

    Self &real(const char *name, double value, double minimum, double maximum, const char *meaning)
    {
        ns_real(plugin, name, value, minimum, maximum, meaning);
        return self();
    }

    /// One of a few words; the first is the default.
    template <size_t count> Self &choice(const char *name, const char *const (&words)[count], const char *meaning)
    {
        ns_choice(plugin, name, Ended<count>(words).words, meaning);
        return self();
    }

    Self &line(const char *name, const char *value, uint32_t maximum, const char *meaning)
    {
        ns_line(plugin, name, value, maximum, meaning);
        return self();
    }

    /// Requests to read columns of `events` or `alerts`.
    template <size_t count> Self &reads(const char *table, const char *const (&columns)[count])
    {
        ns_reads(plugin, table, Ended<count>(columns).words);
        return self();
    }

    /// Requests to read the files of a named directory.
    Self &reads_files(const char *directory)
    {
        ns_reads_files(plugin, directory);
        return self();
    }

    /// Requests a store of its own of so many bytes.
    Self &keeps_state(uint32_t bytes)
    {
        ns_keeps_state(plugin, bytes);
        return self();
    }

protected:
    /// Words as the C SDK takes them: with a null pointer behind the last.
    template <size_t count> struct Ended {
        const char *words[count + 1];

        explicit Ended(const char *const (&list)[count])
        {
            for (size_t index = 0; index < count; index++)
                words[index] = list[index];
            words[count] = nullptr;
        }
    };
};

} // namespace net_scout
