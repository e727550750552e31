/* What the generated table of NULL calls needs: valid handles and values, made on demand, and the checks after a call. */
#ifndef DWCP_NULL_FIXTURE_H
#define DWCP_NULL_FIXTURE_H

#include <dwcp_wasm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct fixture fixture_t;

typedef struct {
    const char *function, *parameter;
    enum { MUST_REFUSE, MAY_ACCEPT, ANY_RESULT } expected;
    void (*run)(fixture_t *);
    bool in_call;
} fixture_row_t;

/* A required pointer of a function with a status, an optional one, a pointer of a function without, a function without any. */
#define REFUSES_NULL(function, parameter, run, in_call) { #function, #parameter, MUST_REFUSE, run, in_call }
#define ALLOWS_NULL(function, parameter, run, in_call) { #function, #parameter, MAY_ACCEPT, run, in_call }
#define SURVIVES_NULL(function, parameter, run, in_call) { #function, #parameter, ANY_RESULT, run, in_call }
#define CALLS(function, parameter, run, in_call) { #function, #parameter, ANY_RESULT, run, in_call }

struct fixture {
    const fixture_row_t *row;
    int failures;
    bool ran;
    dwcp_config_t *config;
    dwcp_runtime_t *runtime;
    dwcp_imports_t *imports, *module_imports;
    dwcp_module_t *module;
    dwcp_function_t *function;
    dwcp_wasi_t *wasi;
    dwcp_cancel_t *cancel;
    dwcp_vm_t *vm;
    dwcp_error_t *error;
    dwcp_caller_t *caller;
    dwcp_value_t args[2], results[4], value;
    dwcp_batch_row_t rows[2];
    dwcp_module_info_t infos[2];
    uint8_t buffer[64];
    char path[64];
};

static const char FIXTURE_WAT[] =
    "(module (memory (export \"memory\") 1) (func (export \"_start\"))"
    " (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))";

/* The module of the fixture's own handle: its probe calls the host, where a caller handle is valid. */
static const char FIXTURE_PROBE_WAT[] =
    "(module (import \"env\" \"probe\" (func $probe)) (memory (export \"memory\") 1) (func (export \"_start\"))"
    " (func (export \"probe\") (call $probe)) (global (export \"global\") (mut i32) (i32.const 0))"
    " (func (export \"keep\") (param externref))"
    " (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))";

/* An address that a call which sets its out-parameters first does not leave there. */
static char fixture_poison;
#define FIXTURE_POISON(type) ((type *)(void *)&fixture_poison)

static inline void fixture_check(fixture_t *x, bool ok, const char *what) {
    if (!ok) {
        x->failures++;
        printf("FAILED %s(%s = NULL): %s\n", x->row->function, x->row->parameter, what);
    }
}

/* The fixture's own calls must work, or the table tests nothing. */
static inline void fixture_need(dwcp_status_t status, const char *what) {
    if (status != DWCP_OK) {
        printf("FAILED the fixture's %s: %s\n", what, dwcp_status_name(status));
        fflush(stdout);
        abort();
    }
}

static inline void fixture_status(fixture_t *x, dwcp_status_t got) {
    char text[96];
    bool argument = got >= 100 && got < 200;
    bool ok = x->row->expected == MUST_REFUSE  ? got == DWCP_ERR_INVALID_ARGUMENT
              : x->row->expected == MAY_ACCEPT ? got == DWCP_OK || argument
                                               : true;
    snprintf(text, sizeof text, "status %s is not what the table expects", dwcp_status_name(got));
    fixture_check(x, ok, text);
}

static inline void fixture_error_matches(fixture_t *x, dwcp_status_t got, dwcp_error_t *error) {
    if (got == DWCP_OK) {
        fixture_check(x, error == NULL, "success left an error");
        return;
    }
    bool set = error != NULL && error != FIXTURE_POISON(dwcp_error_t);
    fixture_check(x, set, "failure left no error object");
    if (set) {
        fixture_check(x, dwcp_error_code(error) == got, "the error object has another code");
        dwcp_error_free(error);
    }
}

/* ---- handles, made when a row first asks ---- */

static inline dwcp_config_t *fixture_dwcp_config(fixture_t *x) {
    if (x->config == NULL) x->config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    return x->config;
}

static inline dwcp_runtime_t *fixture_dwcp_runtime(fixture_t *x) {
    if (x->runtime == NULL) fixture_need(dwcp_runtime_new(NULL, &x->runtime, NULL), "dwcp_runtime_new");
    return x->runtime;
}

static inline dwcp_imports_t *fixture_dwcp_imports(fixture_t *x) {
    if (x->imports == NULL) x->imports = dwcp_imports_new();
    return x->imports;
}

/* Runs the row's call inside a guest's call, where alone a caller handle is valid. */
static dwcp_status_t fixture_probe(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                   dwcp_value_t *results, size_t nresults) {
    fixture_t *x = user;
    (void)args, (void)nargs, (void)results, (void)nresults;
    x->caller = caller;
    if (x->row->in_call) {
        x->row->run(x);
        x->ran = true;
    }
    x->caller = NULL;
    return DWCP_OK;
}

static inline void fixture_finalizer(void *user) { (void)user; }
static inline void fixture_log(void *user, const dwcp_log_record_t *record) { (void)user, (void)record; }

static inline int64_t fixture_read(void *user, uint8_t *buffer, size_t capacity) {
    (void)user, (void)buffer, (void)capacity;
    return 0;
}

static inline void fixture_line(void *user, int32_t fd, const char *line, size_t len, bool ends) {
    (void)user, (void)fd, (void)line, (void)len, (void)ends;
}

static inline dwcp_module_t *fixture_dwcp_module(fixture_t *x) {
    if (x->module == NULL) {
        dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
        x->module_imports = dwcp_imports_new();
        fixture_need(dwcp_imports_define(x->module_imports, "env", "probe", NULL, fixture_probe, x, NULL, NULL),
                     "dwcp_imports_define");
        options.imports = x->module_imports;
        fixture_need(dwcp_module_load(fixture_dwcp_runtime(x), (const uint8_t *)FIXTURE_PROBE_WAT, strlen(FIXTURE_PROBE_WAT), NULL,
                                      &options, &x->module, NULL),
                     "dwcp_module_load");
    }
    return x->module;
}

static inline dwcp_function_t *fixture_dwcp_function(fixture_t *x) {
    if (x->function == NULL) {
        fixture_need(dwcp_module_get_function(fixture_dwcp_module(x), "add", NULL, &x->function, NULL), "dwcp_module_get_function");
    }
    return x->function;
}

static inline dwcp_wasi_t *fixture_dwcp_wasi(fixture_t *x) {
    if (x->wasi == NULL) x->wasi = dwcp_wasi_new();
    return x->wasi;
}

static inline dwcp_cancel_t *fixture_dwcp_cancel(fixture_t *x) {
    if (x->cancel == NULL) x->cancel = dwcp_cancel_new();
    return x->cancel;
}

static inline dwcp_vm_t *fixture_dwcp_vm(fixture_t *x) {
    if (x->vm == NULL) fixture_need(dwcp_vm_acquire(fixture_dwcp_module(x), NULL, &x->vm, NULL), "dwcp_vm_acquire");
    return x->vm;
}

static inline dwcp_error_t *fixture_dwcp_error(fixture_t *x) {
    if (x->error == NULL) (void)dwcp_module_load(fixture_dwcp_runtime(x), (const uint8_t *)"no", 2, NULL, NULL, &x->module, &x->error);
    return x->error;
}

static inline dwcp_caller_t *fixture_dwcp_caller(fixture_t *x) { return x->caller; }

/* ---- values ---- */

static inline const dwcp_value_t *fixture_args(fixture_t *x) {
    x->args[0] = dwcp_i32(1);
    x->args[1] = dwcp_i32(2);
    return x->args;
}

static inline const dwcp_value_t *fixture_value(fixture_t *x, dwcp_value_t value) {
    x->value = value;
    return &x->value;
}

static inline dwcp_batch_row_t *fixture_rows(fixture_t *x) {
    dwcp_batch_row_init(&x->rows[0]);
    dwcp_batch_row_init(&x->rows[1]);
    return x->rows;
}

static inline dwcp_value_t *fixture_string_result(fixture_t *x) {
    x->value = dwcp_string("");
    return &x->value;
}

static inline const char *fixture_path(fixture_t *x) {
    if (x->path[0] == '\0') {
        strcpy(x->path, "null_table_XXXXXX");
        int file = mkstemp(x->path);
        ssize_t written = file < 0 ? -1 : write(file, FIXTURE_WAT, strlen(FIXTURE_WAT));
        fixture_need(written == (ssize_t)strlen(FIXTURE_WAT) && close(file) == 0 ? DWCP_OK : DWCP_ERR_IO, "temporary file");
    }
    return x->path;
}

static const char *const FIXTURE_NAMES[] = {"one", "two"};
static const char *const FIXTURE_CALLS[] = {"fd_read", "fd_write"};

static inline dwcp_module_info_t *fixture_infos(fixture_t *x) {
    dwcp_module_info_init(&x->infos[0]);
    dwcp_module_info_init(&x->infos[1]);
    return x->infos;
}

enum { FIXTURE_SYSCALLS = 46 };

static inline dwcp_syscall_metrics_t *fixture_syscalls(fixture_t *x) {
    static dwcp_syscall_metrics_t syscalls[FIXTURE_SYSCALLS];
    (void)x;
    for (int i = 0; i < FIXTURE_SYSCALLS; i++) dwcp_syscall_metrics_init(&syscalls[i]);
    return syscalls;
}

/* By the parameter's name, or by function and name; `x` is the fixture. */
#define VALID_args(x) fixture_args(x)
#define VALID_nargs(x) 2
#define VALID_results(x) (x)->results
#define VALID_capacity(x) 2
#define VALID_values(x) (x)->results
#define VALID_count(x) 2
#define VALID_bytes(x) (const uint8_t *)FIXTURE_WAT
#define VALID_len(x) strlen(FIXTURE_WAT)
#define VALID_path(x) fixture_path(x)
#define VALID_key(x) "a name"
#define VALID_function(x) "add"
#define VALID_name(x) "add"
#define VALID_module(x) "env"
#define VALID_signature(x) "ii:i"
#define VALID_index(x) 0
#define VALID_i(x) 0
#define VALID_n(x) 2
#define VALID_names(x) FIXTURE_NAMES
#define VALID_host(x) "/tmp"
#define VALID_guest(x) "/tmp"
#define VALID_dwcp_wasi_add_env__value(x) "value"
#define VALID_cap(x) 64
#define VALID_ptr(x) 0
#define VALID_dst(x) (x)->buffer
#define VALID_src(x) (x)->buffer
#define VALID_user(x) (x)
#define VALID_finalizer(x) fixture_finalizer
#define VALID_message(x) "a message"
#define VALID_json(x) "{}"
#define VALID_string(x) NULL
#define VALID_dwcp_config_apply_json__len(x) 2
#define VALID_dwcp_config_set_allowed_syscalls__names(x) FIXTURE_CALLS
#define VALID_dwcp_config_set_denied_syscalls__names(x) FIXTURE_CALLS
#define VALID_dwcp_caller_read__len(x) sizeof((x)->buffer)
#define VALID_dwcp_caller_write__len(x) sizeof((x)->buffer)
#define VALID_dwcp_caller_memory__len(x) sizeof((x)->buffer)
#define VALID_dwcp_caller_fail__len(x) 9
#define VALID_dwcp_imports_define__function(x) fixture_probe
#define VALID_dwcp_runtime_cache_list__out(x) fixture_infos(x)
#define VALID_dwcp_runtime_syscall_metrics__out(x) fixture_syscalls(x)
#define VALID_dwcp_runtime_syscall_metrics__capacity(x) FIXTURE_SYSCALLS
#define VALID_callback(x) fixture_log
#define VALID_dwcp_wasi_set_args__args(x) FIXTURE_NAMES
#define VALID_dwcp_wasi_set_output__fd(x) 1
#define VALID_dwcp_wasi_output__fd(x) 1
#define VALID_dwcp_wasi_set_output_callback__fd(x) 1
#define VALID_dwcp_wasi_set_output_callback__callback(x) fixture_line
#define VALID_dwcp_wasi_set_stdin_callback__callback(x) fixture_read

#define VALID_alias(x) "an alias"
#define VALID_nrows(x) 2
#define VALID_rows(x) fixture_rows(x)
#define VALID_dwcp_function_call_batch__nargs(x) 2
#define VALID_dwcp_function_call_batch__nrows(x) 1
#define VALID_result(x) fixture_string_result(x)
#define VALID_funcref(x) fixture_value(x, dwcp_funcref_null())
#define VALID_data(x) (x)
#define VALID_dwcp_caller_return__data(x) "text"
#define VALID_dwcp_caller_return__len(x) 4
#define VALID_dwcp_caller_externref_data__value(x) fixture_value(x, dwcp_externref_null())
#define VALID_dwcp_caller_ref_keep__value(x) fixture_value(x, dwcp_externref_null())
#define VALID_dwcp_vm_externref_data__value(x) fixture_value(x, dwcp_externref_null())
#define VALID_dwcp_vm_ref_free__value(x) fixture_value(x, dwcp_externref_null())
#define VALID_dwcp_vm_global_set__value(x) fixture_value(x, dwcp_i32(1))
#define VALID_dwcp_vm_global_set__name(x) "global"
#define VALID_dwcp_vm_global_get__name(x) "global"
#define VALID_dwcp_vm_global_get__out(x) &(x)->value
#define VALID_dwcp_caller_externref_new__out(x) &(x)->value
#define VALID_dwcp_caller_ref_keep__out(x) &(x)->value
#define VALID_dwcp_vm_externref_new__out(x) &(x)->value
#define VALID_dwcp_vm_read__len(x) sizeof((x)->buffer)
#define VALID_dwcp_vm_write__len(x) sizeof((x)->buffer)
#define VALID_dwcp_caller_string__len(x) 4

/* Pointers that the header allows to be NULL. */
#define OPTIONAL_dwcp_runtime_set_alias__module
#define OPTIONAL_data
#define OPTIONAL_batch
#define OPTIONAL_nfailed
#define OPTIONAL_error
#define OPTIONAL_options
#define OPTIONAL_stats
#define OPTIONAL_user
#define OPTIONAL_callback
#define OPTIONAL_finalizer
#define OPTIONAL_key
#define OPTIONAL_signature
#define OPTIONAL_nresults
#define OPTIONAL_exit_code
#define OPTIONAL_truncated
#define OPTIONAL_dwcp_runtime_new__config
#define OPTIONAL_dwcp_runtime_metrics_json__len
#define OPTIONAL_dwcp_config_to_json__len

/* ---- the run ---- */

static inline void fixture_close(fixture_t *x) {
    dwcp_vm_release(x->vm);
    dwcp_cancel_free(x->cancel);
    dwcp_function_free(x->function);
    dwcp_module_free(x->module);
    dwcp_imports_free(x->imports);
    dwcp_imports_free(x->module_imports);
    dwcp_runtime_free(x->runtime);
    dwcp_config_free(x->config);
    dwcp_wasi_free(x->wasi);
    dwcp_error_free(x->error);
    if (x->path[0] != '\0') unlink(x->path);
}

static inline int fixture_run_rows(const fixture_row_t *rows, size_t count) {
    int failures = 0;
    for (size_t i = 0; i < count; i++) {
        fixture_t x;
        memset(&x, 0, sizeof x);
        x.row = &rows[i];
        /* Said before the call: after a crash the last line names the culprit. */
        printf("%s(%s = NULL)\n", rows[i].function, rows[i].parameter);
        fflush(stdout);
        if (rows[i].in_call) {
            dwcp_function_t *probe = NULL;
            size_t results = 0;
            fixture_need(dwcp_module_get_function(fixture_dwcp_module(&x), "probe", NULL, &probe, NULL), "probe");
            (void)dwcp_function_call(probe, NULL, 0, NULL, NULL, 0, &results, NULL, NULL);
            fixture_check(&x, x.ran, "the host function was not called");
            dwcp_function_free(probe);
        } else {
            rows[i].run(&x);
        }
        failures += x.failures;
        fixture_close(&x);
    }
    printf("null_table: %zu calls, %d failed checks\n", count, failures);
    return failures != 0;
}

#endif
