/* What rules and enrichers may both be given: a store of their own, files, and the host's log. rule.h and enricher.h include this. */
#pragma once
#include "net_scout.h"

typedef plugin_list_u8_t ns_bytes;

/* Why something failed. */
typedef enum { NS_ACCESS_DENIED, NS_TIMED_OUT, NS_NOT_FOUND, NS_UNAVAILABLE, NS_INVALID, NS_TOO_LARGE } ns_reason;

/* What every call begins with: &scan->call, &lookup->call. What fails first is what the call answers, and all that follows does nothing. */
typedef struct ns_call {
    bool failed;
    void (*fail)(struct ns_call *call, ns_reason reason, ns_text detail);
} ns_call;

/* The value of a key in the plugin's own store; false where there is none. */
bool ns_state_get(ns_call *call, const char *key, ns_bytes *value);
void ns_state_set(ns_call *call, const char *key, ns_bytes value);
void ns_state_remove(ns_call *call, const char *key);

/* The names of the files in a named directory. */
ns_texts ns_files_list(ns_call *call, const char *directory);
/* A whole file. */
ns_bytes ns_files_read(ns_call *call, const char *directory, ns_text path);

/* Writes to the host's log: NET_SCOUT_PLUGIN_LOG_LEVEL_DEBUG, _INFO, _WARN or _ERROR. */
void ns_log(net_scout_plugin_log_level_t level, ns_text message);
