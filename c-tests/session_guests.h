/* What the tests of sessions share: a session in one line, and a guest that knows every way to end. */
#ifndef DWCP_SESSION_GUESTS_H
#define DWCP_SESSION_GUESTS_H

#include "guests.h"

MAYBE_UNUSED static dwcp_vm_t *acquire(const dwcp_module_t *module, const dwcp_call_options_t *options) {
    dwcp_vm_t *vm = NULL;
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, options, &vm, &err)) && vm != NULL);
    return vm;
}

/* Binds, calls in the session and lets go: the status, with the error in `err` of this thread. */
MAYBE_UNUSED static dwcp_status_t vm_call(dwcp_vm_t *vm, const dwcp_module_t *module, const char *name, const char *signature,
                                          const dwcp_value_t *args, size_t nargs, const dwcp_call_options_t *options,
                                          dwcp_value_t *results, size_t capacity, dwcp_call_stats_t *stats) {
    size_t n = 0;
    dwcp_function_t *function = NULL;
    test_forget();
    dwcp_status_t status = dwcp_module_get_function(module, name, signature, &function, &err);
    if (status == DWCP_OK) {
        test_forget();
        status = dwcp_vm_call(vm, function, args, nargs, options, results, capacity, &n, stats, &err);
    }
    dwcp_function_free(function);
    return status;
}

/* A () -> i32 export's answer in a session. */
MAYBE_UNUSED static int32_t vm_call_i32(dwcp_vm_t *vm, const dwcp_module_t *module, const char *name) {
    dwcp_value_t result = {0};
    dwcp_status_t status = vm_call(vm, module, name, NULL, NULL, 0, NULL, &result, 1, NULL);
    test_check_status(status, DWCP_OK, name, __FILE__, __LINE__);
    return dwcp_as_i32(result);
}

MAYBE_UNUSED static dwcp_runtime_metrics_t metrics_of(const dwcp_runtime_t *runtime) {
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    return metrics;
}

#define WASI "wasi_snapshot_preview1"

/* Every way to end, by name; %s is what the module runs when it starts. "fires" ends after its host function has fired a token. */
static const char ENDS_WAT[] MAYBE_UNUSED =
    "(module"
    " (import \"" WASI "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"proc_exit\" (func $exit (param i32)))"
    " (import \"" WASI "\" \"sock_shutdown\" (func $shutdown (param i32 i32) (result i32)))"
    " (import \"env\" \"fail\" (func $fail))"
    " (import \"env\" \"fire\" (func $fire))"
    " (import \"env\" \"text\" (func $text (param i32 i32)))"
    " (memory (export \"memory\") 1) (table 4 funcref) (data (i32.const 64) \"f\")"
    " (func $none)"
    " (func $trap (export \"trap\") unreachable)"
    " (func $exits (export \"exit\") (call $exit (i32.const 3)))"
    " (func $fails (export \"fail\") (call $fail))"
    " (func $denied (export \"denied\") (drop (call $shutdown (i32.const 3) (i32.const 0))))"
    " (func $spin (export \"spin\") (loop (br 0)))"
    " (func $fires (export \"fires\") (call $fire) (loop (br 0)))"
    " (func $lies (export \"lies\") (call $text (i32.const -8) (i32.const 100)))"
    " (func $recurse (result i32) (i32.add (i32.const 1) (call $recurse)))"
    " (func $deep (export \"deep\") (drop (call $recurse)))"
    " (func $table (export \"table\") (if (i32.eq (table.grow (ref.null func) (i32.const 5000)) (i32.const -1)) (then unreachable)))"
    " (func $more (export \"more\") (if (i32.eq (memory.grow (i32.const 5000)) (i32.const -1)) (then unreachable)))"
    " (func $file (export \"open\")"
    "  (if (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 1) (i64.const 2) (i64.const 0)"
    "   (i32.const 0) (i32.const 8)) (then unreachable)))"
    " (func (export \"fine\") (result i32) (i32.const 7))"
    " (start $%s))";

MAYBE_UNUSED static dwcp_status_t fail_it(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                          dwcp_value_t *results, size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_caller_fail(caller, "not today", 9);
    return DWCP_ERR_HOST_FUNCTION;
}

MAYBE_UNUSED static dwcp_status_t fire_it(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                          dwcp_value_t *results, size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_cancel_fire(dwcp_caller_user_data(caller));
    return DWCP_OK;
}

MAYBE_UNUSED static dwcp_status_t do_nothing(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                             dwcp_value_t *results, size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

/* The guest that ends in every way, loaded so that it starts by `start`. */
MAYBE_UNUSED static dwcp_module_t *load_ends(dwcp_runtime_t *runtime, const char *start) {
    char wat[4000];
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fail", ":", fail_it, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fire", ":", fire_it, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "text", "s:", do_nothing, NULL, NULL, &err));
    snprintf(wat, sizeof wat, ENDS_WAT, start);
    dwcp_module_t *module = load_with(runtime, wat, imports);
    dwcp_imports_free(imports);
    return module;
}

/* A configuration in which each of these ends can come about, with the directory as the guest's "/". */
MAYBE_UNUSED static dwcp_config_t *ends_config(const char *directory) {
    static const char *const denied[] = {"sock_*"};
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, denied, 1, &err));
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, directory, "/", false, &err));
    CHECK_STATUS(dwcp_config_set_max_open_files, OK, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, UINT64_C(1) << 60, &err));
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 0, &err));
    return config;
}

#endif
