#include "net_scout.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void exports_plugin_describe(plugin_description_t *plugin)
{
    memset(plugin, 0, sizeof *plugin);
    describe(plugin);
}

ns_text ns_text_of(const char *string)
{
    return (ns_text){(uint8_t *)string, strlen(string)};
}

ns_text ns_copy(ns_text text)
{
    uint8_t *copy = malloc(text.len);
    memcpy(copy, text.ptr, text.len);
    return (ns_text){copy, text.len};
}

bool ns_is(ns_text text, const char *word)
{
    return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

ns_text ns_join(const char *first, ...)
{
    ns_text joined = {0};
    va_list words;
    va_start(words, first);
    for (const char *word = first; word != NULL; word = va_arg(words, const char *)) {
        size_t length = strlen(word);
        joined.ptr = realloc(joined.ptr, joined.len + length);
        memcpy(joined.ptr + joined.len, word, length);
        joined.len += length;
    }
    va_end(words);
    return joined;
}

/* Writes the digits of a number with leading zeros, and gives the place behind them. */
static uint8_t *digits(uint8_t *to, uint64_t number, int width)
{
    for (int place = width - 1; place >= 0; place--, number /= 10)
        to[place] = '0' + number % 10;
    return to + width;
}

ns_text ns_format_integer(int64_t number)
{
    uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;
    int width = 1;
    for (uint64_t rest = size / 10; rest > 0; rest /= 10)
        width++;
    uint8_t *text = malloc(width + 1), *to = text;
    if (number < 0)
        *to++ = '-';
    to = digits(to, size, width);
    return (ns_text){text, to - text};
}

static int64_t floor_divide(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

/* The date by Howard Hinnant, "chrono-compatible low-level date algorithms". */
ns_text ns_format_timestamp(int64_t microseconds)
{
    int64_t seconds = floor_divide(microseconds, 1000000), fraction = microseconds - seconds * 1000000;
    int64_t days = floor_divide(seconds, 86400), second = seconds - days * 86400;
    int64_t shifted = days + 719468, era = floor_divide(shifted, 146097), day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);

    const struct { int64_t number; int width; char behind; } parts[] = {
        {year, 4, '-'}, {month, 2, '-'}, {day, 2, 'T'}, {second / 3600, 2, ':'}, {second / 60 % 60, 2, ':'}, {second % 60, 2, '.'},
    };
    uint8_t *text = malloc(32), *to = text;
    for (size_t part = 0; part < NS_COUNT(parts); part++) {
        to = digits(to, parts[part].number, parts[part].width);
        *to++ = parts[part].behind;
    }
    if (fraction > 0)
        to = digits(to, fraction, 6) + 1;
    to[-1] = 'Z';
    return (ns_text){text, to - text};
}

void *ns_add(void *list, size_t size)
{
    /* All lists of the bindings begin alike. A block of memory has room to spare, so that this seldom copies. */
    struct { uint8_t *ptr; size_t len; } *any = list;
    any->ptr = realloc(any->ptr, (any->len + 1) * size);
    return memset(any->ptr + any->len++ * size, 0, size);
}

ns_texts ns_texts_of(const char *const *words)
{
    ns_texts texts = {0};
    for (; *words != NULL; words++)
        *NS_ADD(&texts) = ns_text_of(*words);
    return texts;
}

void ns_name(ns_description *plugin, const char *name, const char *version, const char *summary)
{
    plugin->name = ns_text_of(name);
    plugin->version = ns_text_of(version);
    plugin->summary = ns_text_of(summary);
}

static net_scout_plugin_description_parameter_type_t *parameter(
    ns_description *plugin, const char *name, uint8_t type, const char *meaning)
{
    net_scout_plugin_description_parameter_t *added = NS_ADD(&plugin->parameters);
    added->name = ns_text_of(name);
    added->meaning = ns_text_of(meaning);
    added->type.tag = type;
    return &added->type;
}

void ns_boolean(ns_description *plugin, const char *name, bool value, const char *meaning)
{
    parameter(plugin, name, NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_BOOLEAN, meaning)->val.boolean = value;
}

void ns_integer(ns_description *plugin, const char *name, int64_t value, int64_t minimum, int64_t maximum, const char *meaning)
{
    parameter(plugin, name, NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_INTEGER, meaning)->val.integer =
        (net_scout_plugin_description_integer_range_t){value, minimum, maximum};
}

void ns_real(ns_description *plugin, const char *name, double value, double minimum, double maximum, const char *meaning)
{
    parameter(plugin, name, NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_REAL, meaning)->val.real =
        (net_scout_plugin_description_real_range_t){value, minimum, maximum};
}

void ns_choice(ns_description *plugin, const char *name, const char *const *options, const char *meaning)
{
    parameter(plugin, name, NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_CHOICE, meaning)->val.choice =
        (net_scout_plugin_description_choice_t){ns_text_of(options[0]), ns_texts_of(options)};
}

void ns_line(ns_description *plugin, const char *name, const char *value, uint32_t maximum, const char *meaning)
{
    parameter(plugin, name, NET_SCOUT_PLUGIN_DESCRIPTION_PARAMETER_TYPE_LINE, meaning)->val.line =
        (net_scout_plugin_description_line_t){ns_text_of(value), maximum};
}

static net_scout_plugin_description_request_t *request(ns_description *plugin, uint8_t tag)
{
    net_scout_plugin_description_request_t *added = NS_ADD(&plugin->requests);
    added->tag = tag;
    return added;
}

void ns_reads(ns_description *plugin, const char *table, const char *const *columns)
{
    request(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_TABLE)->val.table =
        (net_scout_plugin_description_table_request_t){ns_text_of(table), ns_texts_of(columns)};
}

void ns_asks_dns(ns_description *plugin, const char *const *types, const char *names)
{
    request(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_DNS)->val.dns =
        (net_scout_plugin_description_dns_request_t){ns_texts_of(types), ns_text_of(names)};
}

void ns_runs(ns_description *plugin, const char *program, const char *const *arguments)
{
    request(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_EXEC)->val.exec =
        (net_scout_plugin_description_exec_request_t){ns_text_of(program), ns_texts_of(arguments)};
}

void ns_talks_to(ns_description *plugin, const char *const *methods, const char *server, const char *secret)
{
    net_scout_plugin_description_http_request_t http = {.methods = ns_texts_of(methods), .server = ns_text_of(server)};
    if (secret != NULL)
        http.secret = (plugin_option_string_t){true, ns_text_of(secret)};
    request(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_HTTP)->val.http = http;
}

void ns_reads_files(ns_description *plugin, const char *directory)
{
    request(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_FILES)->val.files = ns_text_of(directory);
}

void ns_keeps_state(ns_description *plugin, uint32_t bytes)
{
    request(plugin, NET_SCOUT_PLUGIN_DESCRIPTION_REQUEST_STATE)->val.state = bytes;
}

/* All bytes zero where there is no such parameter of this type: false, 0, or an empty text. */
static net_scout_plugin_types_value_t setting(ns_settings *settings, const char *name, uint8_t type)
{
    for (size_t index = 0; index < settings->list->len; index++) {
        plugin_argument_t *argument = &settings->list->ptr[index];
        if (ns_is(argument->name, name) && argument->value.tag == type)
            return argument->value;
    }
    if (settings->missing == NULL)
        settings->missing = name;
    return (net_scout_plugin_types_value_t){0};
}

bool ns_boolean_set(ns_settings *settings, const char *name)
{
    return setting(settings, name, NET_SCOUT_PLUGIN_TYPES_VALUE_BOOLEAN).val.boolean;
}

int64_t ns_integer_set(ns_settings *settings, const char *name)
{
    return setting(settings, name, NET_SCOUT_PLUGIN_TYPES_VALUE_INTEGER).val.integer;
}

double ns_real_set(ns_settings *settings, const char *name)
{
    return setting(settings, name, NET_SCOUT_PLUGIN_TYPES_VALUE_REAL).val.real;
}

ns_text ns_text_set(ns_settings *settings, const char *name)
{
    return setting(settings, name, NET_SCOUT_PLUGIN_TYPES_VALUE_TEXT).val.text;
}

ns_text ns_missing(const ns_settings *settings)
{
    return ns_join("parameter `", settings->missing, "` is not described, or is of another type", NULL);
}
