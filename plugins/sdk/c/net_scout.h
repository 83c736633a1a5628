/* What rules and enrichers share: texts, descriptions and settings. Include rule.h or enricher.h, which include this.
 *
 * Nothing has to be freed: the host throws the whole memory of a plugin away after each call. */
#pragma once
#include "plugin.h"

/* Bytes of UTF-8 with their number, and no zero byte at the end. */
typedef plugin_string_t ns_text;
typedef plugin_list_string_t ns_texts;
typedef plugin_description_t ns_description;

/* A list of words for the functions below: NS_LIST("rows", "hits"). */
#define NS_LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
/* How much room a list that is written out in the source has. */
#define NS_COUNT(list) (sizeof(list) / sizeof((list)[0]))
/* Adds an element to a list of the bindings, all bytes zero, and gives its address, which holds until the next one. */
#define NS_ADD(list) ((__typeof__((list)->ptr))ns_add((list), sizeof(*(list)->ptr)))

/* The text of a C string, which is not copied. */
ns_text ns_text_of(const char *string);
/* A copy. */
ns_text ns_copy(ns_text text);
/* Whether the text is this word. */
bool ns_is(ns_text text, const char *word);
/* C strings one after another, up to NULL: ns_join("a", name, NULL). */
ns_text ns_join(const char *first, ...);
/* An instant in microseconds as RFC 3339 in UTC, with six decimals where it has a fraction of a second. */
ns_text ns_format_timestamp(int64_t microseconds);
/* A number in decimal digits. */
ns_text ns_format_integer(int64_t number);

/* What can be tuned. `ns_choice` takes the first word as the default. */
void ns_boolean(ns_description *plugin, const char *name, bool value, const char *meaning);
void ns_integer(ns_description *plugin, const char *name, int64_t value, int64_t minimum, int64_t maximum, const char *meaning);
void ns_real(ns_description *plugin, const char *name, double value, double minimum, double maximum, const char *meaning);
void ns_choice(ns_description *plugin, const char *name, const char *const *options, const char *meaning);
void ns_line(ns_description *plugin, const char *name, const char *value, uint32_t maximum, const char *meaning);

/* What the plugin asks to be given; see description.wit. `secret` may be NULL. */
void ns_reads(ns_description *plugin, const char *table, const char *const *columns);
void ns_asks_dns(ns_description *plugin, const char *const *types, const char *names);
void ns_runs(ns_description *plugin, const char *program, const char *const *arguments);
void ns_talks_to(ns_description *plugin, const char *const *methods, const char *server, const char *secret);
void ns_reads_files(ns_description *plugin, const char *directory);
void ns_keeps_state(ns_description *plugin, uint32_t bytes);

/* The values of the parameters. One that was not described is 0 or empty, and makes the call fail in the end. */
typedef struct {
    const plugin_list_argument_t *list;
    const char *missing;
} ns_settings;

bool ns_boolean_set(ns_settings *settings, const char *name);
int64_t ns_integer_set(ns_settings *settings, const char *name);
double ns_real_set(ns_settings *settings, const char *name);
ns_text ns_text_set(ns_settings *settings, const char *name);

/* What the call fails with when a setting is missing. */
ns_text ns_missing(const ns_settings *settings);

/* Written by the plugin: says what it is. */
void describe(ns_description *plugin);

/* For NS_ADD and the other files here. */
void *ns_add(void *list, size_t size);
ns_texts ns_texts_of(const char *const *words);
void ns_name(ns_description *plugin, const char *name, const char *version, const char *summary);
