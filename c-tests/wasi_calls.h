/* The 46 calls of WASI preview 1: their types, guests that make each of them, and what a runtime has counted. */
#ifndef DWCP_WASI_CALLS_H
#define DWCP_WASI_CALLS_H

#include "guests.h"

#include <stdarg.h>

#define WASI "wasi_snapshot_preview1"

enum { CALLS = 46, ERRNO_BADF = 8, ERRNO_NOTSOCK = 57, ERRNO_NOTCAPABLE = 76 };

/* In the order of the library's list. A parameter is an i (32 bits) or an I (64). */
static const struct {
    const char *name, *params;
} WASI_CALLS[CALLS] = {
    {"args_get", "ii"},
    {"args_sizes_get", "ii"},
    {"environ_get", "ii"},
    {"environ_sizes_get", "ii"},
    {"clock_res_get", "ii"},
    {"clock_time_get", "iIi"},
    {"fd_advise", "iIIi"},
    {"fd_allocate", "iII"},
    {"fd_close", "i"},
    {"fd_datasync", "i"},
    {"fd_fdstat_get", "ii"},
    {"fd_fdstat_set_flags", "ii"},
    {"fd_fdstat_set_rights", "iII"},
    {"fd_filestat_get", "ii"},
    {"fd_filestat_set_size", "iI"},
    {"fd_filestat_set_times", "iIIi"},
    {"fd_pread", "iiiIi"},
    {"fd_prestat_get", "ii"},
    {"fd_prestat_dir_name", "iii"},
    {"fd_pwrite", "iiiIi"},
    {"fd_read", "iiii"},
    {"fd_readdir", "iiiIi"},
    {"fd_renumber", "ii"},
    {"fd_seek", "iIii"},
    {"fd_sync", "i"},
    {"fd_tell", "ii"},
    {"fd_write", "iiii"},
    {"path_create_directory", "iii"},
    {"path_filestat_get", "iiiii"},
    {"path_filestat_set_times", "iiiiIIi"},
    {"path_link", "iiiiiii"},
    {"path_open", "iiiiiIIii"},
    {"path_readlink", "iiiiii"},
    {"path_remove_directory", "iii"},
    {"path_rename", "iiiiii"},
    {"path_symlink", "iiiii"},
    {"path_unlink_file", "iii"},
    {"poll_oneoff", "iiii"},
    {"proc_exit", "i"},
    {"proc_raise", "i"},
    {"sched_yield", ""},
    {"random_get", "ii"},
    {"sock_accept", "iii"},
    {"sock_recv", "iiiiii"},
    {"sock_send", "iiiii"},
    {"sock_shutdown", "ii"},
};

/* A set of calls is a number with a bit for each. */
typedef uint64_t calls_t;
#define ALL_CALLS ((((calls_t)1) << CALLS) - 1)

MAYBE_UNUSED static int call_number(const char *name) {
    for (int i = 0; i < CALLS; i++)
        if (strcmp(WASI_CALLS[i].name, name) == 0) return i;
    fprintf(stderr, "no WASI call \"%s\"\n", name);
    exit(1);
}

/* The calls whose names these are, with spaces between. */
MAYBE_UNUSED static calls_t calls_of(const char *names) {
    calls_t found = 0;
    char copy[512];
    snprintf(copy, sizeof copy, "%s", names);
    for (char *name = strtok(copy, " "); name != NULL; name = strtok(NULL, " ")) found |= (calls_t)1 << call_number(name);
    return found;
}

MAYBE_UNUSED static calls_t calls_with(const char *prefix) {
    calls_t found = 0;
    for (int i = 0; i < CALLS; i++)
        if (strncmp(WASI_CALLS[i].name, prefix, strlen(prefix)) == 0) found |= (calls_t)1 << i;
    return found;
}

/* Appends to a text that is large enough. */
MAYBE_UNUSED static void append(char *text, size_t size, const char *format, ...) {
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text + length, size - length, format, arguments);
    va_end(arguments);
    REQUIRE(n >= 0 && (size_t)n < size - length);
}

/* The import of a call as $name. */
MAYBE_UNUSED static void append_import(char *text, size_t size, int number) {
    const char *name = WASI_CALLS[number].name;
    append(text, size, " (import \"" WASI "\" \"%s\" (func $%s", name, name);
    for (const char *p = WASI_CALLS[number].params; *p; p++) append(text, size, " (param %s)", *p == 'i' ? "i32" : "i64");
    append(text, size, "%s))", strcmp(name, "proc_exit") == 0 ? "" : " (result i32)");
}

/* A guest that exports each of the calls under its name, as a function that makes it with the arguments that it is given; `memory`
 * is the text of its memory. */
MAYBE_UNUSED static dwcp_module_t *load_forwarder(dwcp_runtime_t *runtime, calls_t calls, const char *memory,
                                                  const dwcp_imports_t *imports) {
    static _Thread_local char text[32768];
    snprintf(text, sizeof text, "(module");
    for (int i = 0; i < CALLS; i++)
        if (calls >> i & 1) append_import(text, sizeof text, i);
    append(text, sizeof text, " %s", memory);
    for (int i = 0; i < CALLS; i++) {
        if (!(calls >> i & 1)) continue;
        const char *name = WASI_CALLS[i].name, *params = WASI_CALLS[i].params;
        append(text, sizeof text, " (func (export \"%s\")", name);
        for (const char *p = params; *p; p++) append(text, sizeof text, " (param %s)", *p == 'i' ? "i32" : "i64");
        append(text, sizeof text, "%s (call $%s", strcmp(name, "proc_exit") == 0 ? "" : " (result i32)", name);
        for (size_t p = 0; p < strlen(params); p++) append(text, sizeof text, " (local.get %zu)", p);
        append(text, sizeof text, "))");
    }
    append(text, sizeof text, ")");
    return load_with(runtime, text, imports);
}

/* Makes one call with the first argument `first` and all others `rest`. Its errno, or -1 where it has none. */
MAYBE_UNUSED static dwcp_status_t forward(const dwcp_module_t *module, int number, int64_t first, int64_t rest, int32_t *errno_given,
                                          dwcp_call_stats_t *stats) {
    dwcp_value_t args[9], result = {0};
    const char *params = WASI_CALLS[number].params;
    size_t n = strlen(params);
    for (size_t i = 0; i < n; i++) {
        int64_t value = i == 0 ? first : rest;
        args[i] = params[i] == 'i' ? dwcp_i32((int32_t)value) : dwcp_i64(value);
    }
    dwcp_status_t status = call(module, WASI_CALLS[number].name, args, n, NULL, &result, 1, stats);
    *errno_given = status == DWCP_OK ? dwcp_as_i32(result) : -1;
    return status;
}

/* What the runtime has counted of one call. */
MAYBE_UNUSED static dwcp_syscall_metrics_t counted(const dwcp_runtime_t *runtime, const char *name) {
    dwcp_syscall_metrics_t list[CALLS];
    for (int i = 0; i < CALLS; i++) dwcp_syscall_metrics_init(&list[i]);
    size_t n = 0;
    REQUIRE(CHECK_STATUS(dwcp_runtime_syscall_metrics, OK, (runtime, list, CALLS, &n, &err)) && n == CALLS);
    return list[call_number(name)];
}

#define CHECK_COUNTED(runtime, name, expected_calls, expected_denied) \
    do {                                                              \
        dwcp_syscall_metrics_t given_ = counted(runtime, name);       \
        CHECK_EQ(given_.calls, expected_calls);                       \
        CHECK_EQ(given_.denied, expected_denied);                     \
    } while (0)

MAYBE_UNUSED static size_t list_length(const char *const *list) {
    size_t n = 0;
    while (list[n] != NULL) n++;
    return n;
}

/* A small config with these lists, files in /tmp and the network allowed. */
MAYBE_UNUSED static dwcp_config_t *config_with(const char *const *allowed, const char *const *denied) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 8, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_network_access, OK, (config, true, &err));
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, allowed, list_length(allowed), &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, denied, list_length(denied), &err));
    return config;
}

static const char *const NO_NAMES[] MAYBE_UNUSED = {NULL};

#endif
