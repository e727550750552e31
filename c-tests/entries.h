/* Every kind of entry into the library, as steps of one small life: what a host does on whatever stack it happens to be. Each step
 * leaves the world as the next one needs it; `enter` makes them all, and calls `after` after each. */
#ifndef DWCP_ENTRIES_H
#define DWCP_ENTRIES_H

#include "hosts.h"
#include "small_module.h"

#include <stdint.h>

/* The steps' world. */
struct world {
    dwcp_config_t *config;
    dwcp_runtime_t *runtime;
    dwcp_imports_t *imports;
    dwcp_module_t *module, *command, *lines;
    dwcp_function_t *function;
    dwcp_wasi_t *wasi;
    dwcp_vm_t *vm;
    dwcp_cancel_t *cancel;
    dwcp_error_t *trap;
};

#define ENTRY(name) static void name(struct world *w)

static const char WORLD_WAT[] =
    "(module (import \"env\" \"host\" (func $host (param i32) (result i32)))"
    " (import \"env\" \"greet\" (func $greet (param i32 i32) (result i64)))"
    " (import \"env\" \"object\" (func $object (param externref) (result externref)))"
    " (memory (export \"memory\") 1 8) (table (export \"table\") 4 funcref) (elem (i32.const 0) $add)"
    " (global $top (mut i32) (i32.const 1024)) (global (export \"g\") (mut i64) (i64.const 7))"
    " (func (export \"malloc\") (param i32) (result i32) (global.get $top)"
    "  (global.set $top (i32.add (global.get $top) (local.get 0))))"
    " (func $add (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"
    " (func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"
    " (func (export \"greet\") (param i32 i32) (result i64) (call $greet (local.get 0) (local.get 1)))"
    " (func (export \"host\") (param i32) (result i32) (call $host (local.get 0)))"
    " (func (export \"object\") (param externref) (result externref) (call $object (local.get 0)))"
    " (func (export \"pick\") (result funcref) (ref.func $add))"
    " (func $deep (export \"deep\") (param i32) (result i32)"
    "  (if (i32.eqz (local.get 0)) (then unreachable)) (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))"
    " (func $endless (export \"endless\") (param i32) (result i32) (i32.add (i32.const 1) (call $endless (local.get 0))))"
    " (func (export \"outside\") (param i32) (result i32) (i32.load (local.get 0)))"
    " (func (export \"divide\") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0))))";

/* Reads its arguments, sleeps a moment, writes and ends. */
static const char COMMAND_WAT[] =
    "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"args_sizes_get\" (func $sizes (param i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"args_get\" (func $args (param i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"random_get\" (func $random (param i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"clock_time_get\" (func $clock (param i32 i64 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"
    " (memory (export \"memory\") 1) (data (i32.const 0) \"\\40\\00\\00\\00\\04\\00\\00\\00\") (data (i32.const 64) \"out\\n\")"
    " (func $must (param i32) (if (local.get 0) (then unreachable)))"
    " (func (export \"_start\")"
    "  (call $must (call $sizes (i32.const 100) (i32.const 104))) (call $must (call $args (i32.const 1024) (i32.const 2048)))"
    "  (call $must (call $random (i32.const 200) (i32.const 8))) (call $must (call $clock (i32.const 0) (i64.const 0) (i32.const 208)))"
    "  (i32.store (i32.const 320) (i32.const 1)) (i64.store (i32.const 328) (i64.const 1000))"
    "  (call $must (call $poll (i32.const 304) (i32.const 400) (i32.const 1) (i32.const 500)))"
    "  (call $must (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 32)))"
    "  (call $must (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32))) (call $exit (i32.const 3))))";

/* Calls the guest again, by name, and the runtime once more from the beginning. */
HOST(in_the_host) {
    (void)nargs, (void)nresults;
    struct world *w = user;
    size_t n = 0;
    dwcp_value_t pair[2] = {args[0], dwcp_i32(1)}, text = dwcp_string("inside"), out[2] = {{0}};
    dwcp_error_t *error = NULL;
    CHECK_EQ(dwcp_caller_call(caller, "add", NULL, pair, 2, out, 1, &n, NULL), DWCP_OK);
    results[0] = dwcp_i32(dwcp_as_i32(out[0]));
    CHECK_EQ(dwcp_caller_call(caller, "echo", "s:s", &text, 1, out, 1, &n, NULL), DWCP_OK);
    dwcp_values_clear(out, 1);
    CHECK_EQ(dwcp_caller_call(caller, "divide", NULL, &(dwcp_value_t){.kind = DWCP_KIND_I32}, 1, out, 1, &n, &error), DWCP_ERR_TRAP);
    CHECK(dwcp_error_frame_count(error) > 0);
    dwcp_error_free(error);
    uint64_t ptr = 0;
    CHECK_EQ(dwcp_caller_allocate(caller, 8, &ptr), DWCP_OK);
    CHECK_EQ(dwcp_caller_write(caller, ptr, "12345678", 8), DWCP_OK);
    dwcp_value_t two[2] = {dwcp_i32(20), dwcp_i32(22)};
    CHECK_EQ(dwcp_runtime_execute(w->runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, "add", two, 2, NULL, out, 1, &n, NULL, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(out[0]), 42);
    return DWCP_OK;
}

HOST(greets) {
    (void)user, (void)nargs, (void)nresults;
    char text[64];
    dwcp_slice_t name = dwcp_as_bytes(args[0]);
    int len = snprintf(text, sizeof text, "hello %.*s", (int)name.len, (const char *)name.data);
    return dwcp_caller_return(caller, &results[0], text, (size_t)len);
}

HOST(hands_back) {
    (void)user, (void)caller, (void)nargs, (void)nresults;
    results[0] = args[0];
    return DWCP_OK;
}

ENTRY(configuration) {
    w->config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    static const char json[] = "{\"max_memory_bytes\": 33554432, \"enable_fuel_metering\": false, \"allowed_syscalls\": [\"fd_*\", \"proc_exit\"]}";
    CHECK_STATUS(dwcp_config_apply_json, OK, (w->config, json, strlen(json), &err));
    char nested[2001]; /* deeper than any document of ours */
    memset(nested, '[', 2000);
    nested[2000] = '\0';
    CHECK_STATUS(dwcp_config_apply_json, INVALID_CONFIG, (w->config, nested, 2000, &err));
    CHECK_STATUS(dwcp_config_apply_json, INVALID_CONFIG, (w->config, "{\"no_such\": 1}", 14, &err));
    char *out = NULL;
    CHECK_STATUS(dwcp_config_to_json, OK, (w->config, &out, NULL, &err));
    dwcp_string_free(out);
    dwcp_config_free(dwcp_config_clone(w->config));
}

ENTRY(make) { CHECK_STATUS(dwcp_runtime_new, OK, (w->config, &w->runtime, &err)); }

ENTRY(define) {
    w->imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (w->imports, "env", "host", NULL, in_the_host, w, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (w->imports, "env", "greet", "s:s64", greets, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (w->imports, "env", "object", NULL, hands_back, NULL, NULL, &err));
}

ENTRY(load_text) {
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = w->imports;
    CHECK_STATUS(dwcp_module_load, OK, (w->runtime, (const uint8_t *)WORLD_WAT, strlen(WORLD_WAT), "world", &options, &w->module, &err));
    CHECK_STATUS(dwcp_module_load, OK, (w->runtime, (const uint8_t *)COMMAND_WAT, strlen(COMMAND_WAT), NULL, NULL, &w->command, &err));
}

ENTRY(load_file) { CHECK_STATUS(dwcp_module_load_file, OK, (w->runtime, DWCP_SOURCE_DIR "/examples-c/guests/frames.wasm", NULL, &w->lines, &err)); }

ENTRY(load_refused) {
    dwcp_module_t *none = NULL;
    CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (w->runtime, SMALL_MODULE, sizeof SMALL_MODULE, NULL, NULL, &none, &err));
    CHECK_STATUS(dwcp_module_load, INVALID_MODULE, (w->runtime, (const uint8_t *)"(module (func (wrong)))", 23, NULL, NULL, &none, &err));
    CHECK_STATUS(dwcp_module_load, INVALID_MODULE, (w->runtime, SMALL_MODULE, sizeof SMALL_MODULE - 40, NULL, NULL, &none, &err));
}

ENTRY(look_at_module) {
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (w->module, &info, &err));
    for (size_t i = 0; i < dwcp_module_export_count(w->module); i++) {
        dwcp_extern_t item = DWCP_EXTERN_INIT;
        CHECK_STATUS(dwcp_module_export, OK, (w->module, i, &item, &err));
    }
    for (size_t i = 0; i < dwcp_module_import_count(w->module); i++) {
        dwcp_extern_t item = DWCP_EXTERN_INIT;
        CHECK_STATUS(dwcp_module_import, OK, (w->module, i, &item, &err));
    }
    dwcp_module_free(dwcp_module_retain(w->command));
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (w->runtime, "alias", w->module, &err));
    dwcp_module_t *found = NULL;
    CHECK_STATUS(dwcp_module_find, OK, (w->runtime, "alias", &found, &err));
    dwcp_module_free(found);
    CHECK_STATUS(dwcp_module_find, NOT_FOUND, (w->runtime, "aliaz", &found, &err));
    dwcp_module_info_t cached[8];
    size_t n = 0;
    for (size_t i = 0; i < 8; i++) dwcp_module_info_init(&cached[i]);
    CHECK_STATUS(dwcp_runtime_cache_list, OK, (w->runtime, cached, 8, &n, &err));
}

ENTRY(execute_numbers) {
    size_t n = 0;
    dwcp_value_t pair[2] = {dwcp_i32(40), dwcp_i32(2)}, out[1] = {{0}};
    CHECK_STATUS(dwcp_runtime_execute, OK, (w->runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, "add", pair, 2, NULL, out, 1, &n, NULL, &err));
    CHECK_EQ(dwcp_as_i32(out[0]), 42);
    CHECK_STATUS(dwcp_runtime_execute, NOT_FOUND, (w->runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, "ad", pair, 2, NULL, out, 1, &n, NULL, &err));
}

ENTRY(execute_strings) {
    size_t n = 0;
    dwcp_value_t text = dwcp_string("a string"), out[1] = {{0}};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.signature = "s:s";
    CHECK_STATUS(dwcp_runtime_execute, OK, (w->runtime, NULL, 0, "alias", "echo", &text, 1, &options, out, 1, &n, NULL, &err));
    CHECK_STR(dwcp_as_string(out[0]), "a string");
    dwcp_values_clear(out, 1);
}

ENTRY(call_numbers) {
    dwcp_value_t pair[2] = {dwcp_i32(40), dwcp_i32(2)}, out[1] = {{0}};
    CHECK_EQ(call(w->module, "add", pair, 2, NULL, out, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(out[0]), 42);
}

ENTRY(call_strings) {
    size_t n = 0;
    dwcp_value_t text = dwcp_string("world"), out[1] = {{0}};
    dwcp_function_t *greet = bind(w->module, "greet", "s:s64");
    CHECK_STATUS(dwcp_function_call, OK, (greet, &text, 1, NULL, out, 1, &n, NULL, &err));
    CHECK_STR(dwcp_as_string(out[0]), "hello world");
    dwcp_values_clear(out, 1);
    dwcp_function_free(greet);
}

ENTRY(call_host) {
    dwcp_value_t arg = dwcp_i32(41), out[1] = {{0}};
    CHECK_EQ(call(w->module, "host", &arg, 1, NULL, out, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(out[0]), 42);
}

ENTRY(trap) {
    dwcp_value_t arg = dwcp_i32(0), wide = dwcp_i32(1 << 20), deep = dwcp_i32(90), out[1] = {{0}};
    CHECK_EQ(call(w->module, "divide", &arg, 1, NULL, out, 1, NULL), DWCP_ERR_TRAP);
    CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_INTEGER_DIVISION_BY_ZERO);
    CHECK_EQ(call(w->module, "outside", &wide, 1, NULL, out, 1, NULL), DWCP_ERR_TRAP);
    CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK_EQ(call(w->module, "deep", &deep, 1, NULL, out, 1, NULL), DWCP_ERR_TRAP);
    CHECK_EQ(dwcp_error_frame_count(err), 91);
    CHECK_EQ(call(w->module, "endless", &deep, 1, NULL, out, 1, NULL), DWCP_ERR_STACK_OVERFLOW);
    CHECK_STR(dwcp_error_limit_name(err), "max_stack_size_bytes");
    CHECK_EQ(call(w->lines, "run", &arg, 1, NULL, out, 1, NULL), DWCP_ERR_TRAP);
    w->trap = err;
    err = NULL;
}

/* Looks up names and lines. */
ENTRY(frames) {
    dwcp_frame_t frame = DWCP_FRAME_INIT;
    CHECK_EQ(dwcp_error_frame_count(w->trap), 2);
    CHECK(dwcp_error_frame(w->trap, 0, &frame));
    CHECK_STR(frame.file, "frames.cpp");
    CHECK(strlen(dwcp_error_message(w->trap)) > 0);
    dwcp_error_free(w->trap);
}

ENTRY(acquire_vm) { CHECK_STATUS(dwcp_vm_acquire, OK, (w->module, NULL, &w->vm, &err)); }

ENTRY(session_calls) {
    size_t n = 0;
    dwcp_value_t arg = dwcp_i32(41), text = dwcp_string("world"), out[1] = {{0}};
    dwcp_function_t *host = bind(w->module, "host", NULL), *greet = bind(w->module, "greet", "s:s64"), *pick = bind(w->module, "pick", NULL);
    CHECK_STATUS(dwcp_vm_call, OK, (w->vm, host, &arg, 1, NULL, out, 1, &n, NULL, &err));
    CHECK_EQ(dwcp_as_i32(out[0]), 42);
    CHECK_STATUS(dwcp_vm_call, OK, (w->vm, greet, &text, 1, NULL, out, 1, &n, NULL, &err));
    dwcp_values_clear(out, 1);
    CHECK_STATUS(dwcp_vm_call, OK, (w->vm, pick, NULL, 0, NULL, out, 1, &n, NULL, &err));
    dwcp_value_t pair[2] = {dwcp_i32(40), dwcp_i32(2)}, sum[1] = {{0}};
    CHECK_STATUS(dwcp_vm_call_ref, OK, (w->vm, &out[0], pair, 2, NULL, sum, 1, &n, NULL, &err));
    CHECK_EQ(dwcp_as_i32(sum[0]), 42);
    CHECK_STATUS(dwcp_vm_ref_free, OK, (w->vm, &out[0], &err));
    dwcp_function_free(host);
    dwcp_function_free(greet);
    dwcp_function_free(pick);
}

ENTRY(session_data) {
    char bytes[16] = "0123456789abcde";
    uint64_t size = 0;
    dwcp_value_t value = {0};
    void *data = NULL;
    CHECK_STATUS(dwcp_vm_write, OK, (w->vm, 0, bytes, 16, &err));
    CHECK_STATUS(dwcp_vm_read, OK, (w->vm, 0, bytes, 16, &err));
    CHECK_STATUS(dwcp_vm_memory_size, OK, (w->vm, &size, &err));
    CHECK_STATUS(dwcp_vm_global_get, OK, (w->vm, "g", &value, &err));
    CHECK_STATUS(dwcp_vm_global_set, OK, (w->vm, "g", &value, &err));
    CHECK_STATUS(dwcp_vm_externref_new, OK, (w->vm, &size, NULL, &value, &err));
    CHECK_STATUS(dwcp_vm_externref_data, OK, (w->vm, &value, &data, &err));
    CHECK(data == &size);
    CHECK_STATUS(dwcp_vm_ref_free, OK, (w->vm, &value, &err));
    CHECK_STATUS(dwcp_vm_gc, OK, (w->vm, &err));
}

ENTRY(release_vm) { dwcp_vm_release(w->vm); }

ENTRY(batch) {
    dwcp_function_t *add = function_of(w->module, "add");
    dwcp_value_t args[16], results[8] = {{0}};
    dwcp_batch_row_t rows[8];
    dwcp_batch_options_t options = DWCP_BATCH_OPTIONS_INIT;
    for (int i = 0; i < 8; i++) args[2 * i] = args[2 * i + 1] = dwcp_i32(i), dwcp_batch_row_init(&rows[i]);
    for (uint32_t parallelism = 1; parallelism <= 3; parallelism += 2) {
        options.parallelism = parallelism;
        CHECK_STATUS(dwcp_function_call_batch, OK, (add, args, 2, 8, NULL, &options, results, 1, rows, NULL, &err));
        for (int i = 0; i < 8; i++) CHECK(rows[i].status == DWCP_OK && dwcp_as_i32(results[i]) == 2 * i);
        dwcp_batch_rows_clear(rows, 8);
    }
    dwcp_function_free(add);
}

ENTRY(run_command) {
    int32_t code = 0;
    bool truncated = true;
    dwcp_slice_t out = {NULL, 0};
    const char *argv[] = {"command", "argument"};
    w->wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_args, OK, (w->wasi, argv, 2, &err));
    CHECK_STATUS(dwcp_wasi_add_env, OK, (w->wasi, "KEY", "value", &err));
    CHECK_STATUS(dwcp_wasi_set_stdin, OK, (w->wasi, (const uint8_t *)"in", 2, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (w->wasi, 1, DWCP_OUTPUT_CAPTURE, 100, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = w->wasi;
    CHECK_STATUS(dwcp_module_run, OK, (w->command, &options, &code, NULL, &err));
    CHECK_EQ(code, 3);
    CHECK_STATUS(dwcp_wasi_output, OK, (w->wasi, 1, &out, &truncated, &err));
    CHECK(out.len == 4 && !truncated);
    dwcp_wasi_free(w->wasi);
}

ENTRY(cancel_call) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_value_t arg = dwcp_i32(1), out[1] = {{0}};
    w->cancel = dwcp_cancel_new();
    dwcp_cancel_fire(w->cancel);
    options.cancel = w->cancel;
    CHECK_EQ(call(w->module, "divide", &arg, 1, &options, out, 1, NULL), DWCP_ERR_CANCELLED);
    dwcp_cancel_reset(w->cancel);
    CHECK_EQ(call(w->module, "divide", &arg, 1, &options, out, 1, NULL), DWCP_OK);
    dwcp_cancel_free(w->cancel);
}

ENTRY(measure) {
    dwcp_runtime_metrics_t all = DWCP_RUNTIME_METRICS_INIT;
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (w->runtime, &all, &err));
    CHECK_STATUS(dwcp_runtime_pool_metrics, OK, (w->runtime, &pool, &err));
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (w->runtime, &cache, &err));
    CHECK_EQ(all.panics, 0);
}

ENTRY(measure_json) {
    char *json = NULL;
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (w->runtime, &json, NULL, &err));
    CHECK_HAS(json, "\"warnings\"");
    dwcp_string_free(json);
}

ENTRY(tidy) {
    CHECK_STATUS(dwcp_module_disable, OK, (w->lines, true, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (w->runtime, "alias", NULL, &err));
    CHECK_STATUS(dwcp_runtime_cache_evict, OK, (w->runtime, "world", &err));
    CHECK_STATUS(dwcp_runtime_cache_clear, OK, (w->runtime, &err));
    CHECK_STATUS(dwcp_runtime_drain, OK, (w->runtime, 1000, &err));
    CHECK_STATUS(dwcp_runtime_resume, OK, (w->runtime, &err));
}

ENTRY(close_runtime) { CHECK_STATUS(dwcp_runtime_close, OK, (w->runtime, 1000, &err)); }

ENTRY(let_go) {
    test_forget();
    dwcp_module_free(w->module);
    dwcp_module_free(w->command);
    dwcp_module_free(w->lines);
    dwcp_imports_free(w->imports);
    dwcp_runtime_free(w->runtime);
    dwcp_config_free(w->config);
}

static const struct {
    const char *name;
    void (*make)(struct world *w);
} ENTRIES[] = {
#define STEP(name) {#name, name}
    STEP(configuration), STEP(make), STEP(define), STEP(load_text), STEP(load_file), STEP(load_refused), STEP(look_at_module),
    STEP(execute_numbers), STEP(execute_strings), STEP(call_numbers), STEP(call_strings), STEP(call_host), STEP(trap), STEP(frames),
    STEP(acquire_vm), STEP(session_calls), STEP(session_data), STEP(release_vm), STEP(batch), STEP(run_command), STEP(cancel_call),
    STEP(measure), STEP(measure_json), STEP(tidy), STEP(close_runtime), STEP(let_go),
#undef STEP
};

enum { STEPS = sizeof ENTRIES / sizeof *ENTRIES };

#endif
