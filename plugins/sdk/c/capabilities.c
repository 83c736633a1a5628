#include "capabilities.h"

#include <stdlib.h>
#include <string.h>

static const ns_reason state_reasons[] = {
    [NET_SCOUT_PLUGIN_STATE_STATE_ERROR_ACCESS_DENIED] = NS_ACCESS_DENIED,
    [NET_SCOUT_PLUGIN_STATE_STATE_ERROR_TOO_LARGE] = NS_TOO_LARGE,
    [NET_SCOUT_PLUGIN_STATE_STATE_ERROR_UNAVAILABLE] = NS_UNAVAILABLE,
};

static const ns_reason files_reasons[] = {
    [NET_SCOUT_PLUGIN_FILES_FILES_ERROR_ACCESS_DENIED] = NS_ACCESS_DENIED,
    [NET_SCOUT_PLUGIN_FILES_FILES_ERROR_NOT_FOUND] = NS_NOT_FOUND,
    [NET_SCOUT_PLUGIN_FILES_FILES_ERROR_INVALID] = NS_INVALID,
    [NET_SCOUT_PLUGIN_FILES_FILES_ERROR_TOO_LARGE] = NS_TOO_LARGE,
    [NET_SCOUT_PLUGIN_FILES_FILES_ERROR_UNAVAILABLE] = NS_UNAVAILABLE,
};

bool ns_state_get(ns_call *call, const char *key, ns_bytes *value)
{
    ns_text name = ns_text_of(key);
    plugin_option_list_u8_t found = {0};
    net_scout_plugin_state_state_error_t error;
    if (!call->failed && !net_scout_plugin_state_get(&name, &found, &error))
        call->fail(call, state_reasons[error.tag], error.val.unavailable);
    if (call->failed || !found.is_some)
        return false;
    *value = found.val;
    return true;
}

void ns_state_set(ns_call *call, const char *key, ns_bytes value)
{
    ns_text name = ns_text_of(key);
    net_scout_plugin_state_state_error_t error;
    if (!call->failed && !net_scout_plugin_state_set(&name, &value, &error))
        call->fail(call, state_reasons[error.tag], error.val.unavailable);
}

void ns_state_remove(ns_call *call, const char *key)
{
    ns_text name = ns_text_of(key);
    net_scout_plugin_state_state_error_t error;
    if (!call->failed && !net_scout_plugin_state_remove(&name, &error))
        call->fail(call, state_reasons[error.tag], error.val.unavailable);
}

ns_texts ns_files_list(ns_call *call, const char *directory)
{
    ns_text name = ns_text_of(directory);
    ns_texts names = {0};
    net_scout_plugin_files_files_error_t error;
    if (!call->failed && !net_scout_plugin_files_list(&name, &names, &error)) {
        call->fail(call, files_reasons[error.tag], error.val.unavailable);
        return (ns_texts){0};
    }
    return names;
}

ns_bytes ns_files_read(ns_call *call, const char *directory, ns_text path)
{
    enum { AT_ONCE = 1 << 20 };
    ns_text name = ns_text_of(directory);
    ns_bytes all = {0}, piece = {0};
    net_scout_plugin_files_own_file_t file;
    net_scout_plugin_files_files_error_t error;
    bool fine = !call->failed && net_scout_plugin_files_open(&name, &path, &file, &error);
    if (!fine) {
        if (!call->failed)
            call->fail(call, files_reasons[error.tag], error.val.unavailable);
        return all;
    }
    do {
        fine = net_scout_plugin_files_method_file_read_at(net_scout_plugin_files_borrow_file(file), all.len, AT_ONCE, &piece, &error);
        if (fine) {
            all.ptr = realloc(all.ptr, all.len + piece.len);
            memcpy(all.ptr + all.len, piece.ptr, piece.len);
            all.len += piece.len;
        }
    } while (fine && piece.len > 0);
    net_scout_plugin_files_file_drop_own(file);
    if (fine)
        return all;
    call->fail(call, files_reasons[error.tag], error.val.unavailable);
    return (ns_bytes){0};
}

void ns_log(net_scout_plugin_log_level_t level, ns_text message)
{
    net_scout_plugin_log_write(level, &message);
}
