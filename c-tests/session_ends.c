/* How sessions end, and what does not end them: a guest that is torn down takes its VM with it, a wrong argument does not. */
#include "hosts.h"
#include "session_guests.h"

#include <unistd.h>

static char root[] = "/tmp/dwcp-ends-XXXXXX";

/* The session is dead and says why; its slot and its memory are free. */
static void is_dead(const dwcp_runtime_t *runtime, dwcp_vm_t *vm, const dwcp_module_t *module, const char *why) {
    char byte;
    uint64_t size;
    dwcp_value_t value = dwcp_i32(1);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_function_t *fine = function_of(module, "fine");
    CHECK_STATUS(dwcp_vm_call, VM_DEAD, (vm, fine, NULL, 0, NULL, &value, 1, NULL, &stats, &err));
    CHECK_HAS(message(), why);
    CHECK_EQ(stats.call_id, 0);
    CHECK_STATUS(dwcp_vm_read, VM_DEAD, (vm, 0, &byte, 1, &err));
    CHECK_HAS(message(), why);
    CHECK_STATUS(dwcp_vm_write, VM_DEAD, (vm, 0, "x", 1, &err));
    CHECK_STATUS(dwcp_vm_memory_size, VM_DEAD, (vm, &size, &err));
    CHECK_STATUS(dwcp_vm_global_get, VM_DEAD, (vm, "g", &value, &err));
    value = dwcp_i32(1);
    CHECK_STATUS(dwcp_vm_global_set, VM_DEAD, (vm, "g", &value, &err));
    dwcp_function_free(fine);
    CHECK_EQ(metrics_of(runtime).active_vms, 0);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);
    dwcp_vm_release(vm);
}

/* An export; it is here until the next one. */
static dwcp_function_t *ending(const dwcp_module_t *module, const char *name) {
    static dwcp_function_t *function;
    dwcp_function_free(function);
    function = name ? function_of(module, name) : NULL;
    return function;
}

/* A session that was good for a call. */
static dwcp_vm_t *used(dwcp_vm_t **vm, const dwcp_module_t *module) {
    *vm = acquire(module, NULL);
    CHECK_EQ(vm_call_i32(*vm, module, "fine"), 7);
    test_forget();
    return *vm;
}

static void ends(void) {
    dwcp_runtime_t *runtime = new_runtime(ends_config(root));
    dwcp_module_t *module = load_ends(runtime, "none");
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_call, TRAP, (used(&vm, module), ending(module, "trap"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "unreachable");
    CHECK_STATUS(dwcp_vm_call, EXIT, (used(&vm, module), ending(module, "exit"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "proc_exit(3)");
    CHECK_STATUS(dwcp_vm_call, HOST_FUNCTION, (used(&vm, module), ending(module, "fail"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "not today");
    CHECK_STATUS(dwcp_vm_call, DENIED, (used(&vm, module), ending(module, "denied"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "sock_shutdown");
    CHECK_STATUS(dwcp_vm_call, OUT_OF_FUEL, (used(&vm, module), ending(module, "spin"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "fuel_limit");
    CHECK_STATUS(dwcp_vm_call, STACK_OVERFLOW, (used(&vm, module), ending(module, "deep"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "max_stack_size_bytes");
    CHECK_STATUS(dwcp_vm_call, LIMIT_TABLE, (used(&vm, module), ending(module, "table"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "max_table_elements");
    CHECK_STATUS(dwcp_vm_call, OUT_OF_MEMORY, (used(&vm, module), ending(module, "more"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "max_memory_bytes");
    CHECK_STATUS(dwcp_vm_call, LIMIT_IO, (used(&vm, module), ending(module, "open"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "max_open_files");
    CHECK_STATUS(dwcp_vm_call, GUEST_DATA, (used(&vm, module), ending(module, "lies"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "outside the guest's memory");
    dwcp_cancel_t *token = dwcp_cancel_new();
    options.cancel = token;
    options.user_data = token;
    options.fuel = UINT64_MAX;
    CHECK_STATUS(dwcp_vm_call, CANCELLED, (used(&vm, module), ending(module, "fires"), NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "cancelled");
    dwcp_cancel_free(token);
    options.cancel = NULL;
    options.timeout_ns = 3000000;
    /* a call whose time is over before it begins leaves the VM as it is: on a busy machine it takes another */
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_function_t *spin = ending(module, "spin");
    used(&vm, module);
    do CHECK_STATUS(dwcp_vm_call, TIMEOUT, (vm, spin, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
    while (stats.start_ns == 0);
    is_dead(runtime, vm, module, "max_execution_time_ms");

    /* a directory of the session that is gone when the guest first looks */
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_add_directory, OK, (wasi, root, "/x", true, &err));
    options = (dwcp_call_options_t)DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    vm = acquire(module, &options);
    dwcp_wasi_free(wasi); /* the session keeps what it needs */
    char moved[80];
    snprintf(moved, sizeof moved, "%s-moved", root);
    REQUIRE(rename(root, moved) == 0);
    CHECK_STATUS(dwcp_vm_call, IO, (vm, ending(module, "open"), NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    is_dead(runtime, vm, module, "No such file");
    REQUIRE(rename(moved, root) == 0);
    ending(module, NULL);

    /* a new session goes on */
    vm = acquire(module, NULL);
    CHECK_EQ(vm_call_i32(vm, module, "fine"), 7);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* What is wrong before the guest runs, or with what it gave, leaves the VM as it is. */
static void goes_on(void) {
    dwcp_config_t *config = ends_config(root);
    CHECK_STATUS(dwcp_config_set_max_result_bytes, OK, (config, 1000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime,
                                 "(module (memory (export \"memory\") 1) (global $g (export \"g\") (mut i32) (i32.const 5))"
                                 " (func (export \"next\") (param i32) (result i32)"
                                 "  (global.set $g (i32.add (global.get $g) (local.get 0))) (global.get $g))"
                                 " (func (export \"liar\") (result i32 i32) (i32.const -8) (i32.const 100))"
                                 " (func (export \"large\") (result i32 i32) (i32.const 0) (i32.const 1001)))"),
                  *other = load(runtime, ADD_WAT);
    dwcp_function_t *next = function_of(module, "next"), *add = function_of(other, "add"), *liar = NULL, *large = NULL;
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "liar", ":b", &liar, &err));
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "large", ":b", &large, &err));
    dwcp_cancel_t *own = dwcp_cancel_new(), *token = dwcp_cancel_new();
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.cancel = own;
    dwcp_vm_t *vm = acquire(module, &options);
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(1)}, result = {0}, wrong = dwcp_i64(1);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    size_t n = 0;
    CHECK_STATUS(dwcp_vm_call, WRONG_TYPE, (vm, next, args, 2, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, WRONG_TYPE, (vm, next, &wrong, 1, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, BUFFER_TOO_SMALL, (vm, next, args, 1, NULL, &result, 0, &n, NULL, &err));
    CHECK_EQ(n, 1);
    CHECK_STATUS(dwcp_vm_call, INVALID_ARGUMENT, (vm, next, NULL, 1, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, WRONG_HANDLE, (vm, add, args, 2, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, GUEST_DATA, (vm, liar, NULL, 0, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, LIMIT_RESULT, (vm, large, NULL, 0, NULL, &result, 1, &n, &stats, &err));
    CHECK_STR(stats.limit_hit, "max_result_bytes");
    CHECK_EQ(n, 0);

    /* what was settled when the VM was made */
    static const char *const settled[] = {"options.max_memory_bytes", "options.max_table_elements", "options.max_instances", "options.wasi"};
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    for (int i = 0; i < 4; i++) {
        options = (dwcp_call_options_t)DWCP_CALL_OPTIONS_INIT;
        options.max_memory_bytes = i == 0 ? 65536 : 0;
        options.max_table_elements = i == 1 ? UINT32_MAX : 0;
        options.max_instances = i == 2;
        options.wasi = i == 3 ? wasi : NULL;
        CHECK_STATUS(dwcp_vm_call, INVALID_ARGUMENT, (vm, next, args, 1, &options, &result, 1, &n, NULL, &err));
        CHECK_HAS(message(), settled[i]);
    }
    dwcp_wasi_free(wasi);
    options = (dwcp_call_options_t)DWCP_CALL_OPTIONS_INIT;
    options.timeout_ns = UINT64_C(1) << 60;
    CHECK_STATUS(dwcp_vm_call, INVALID_ARGUMENT, (vm, next, args, 1, &options, &result, 1, &n, NULL, &err));

    /* a token that was fired before, the call's or the session's */
    options.timeout_ns = 0;
    options.cancel = token;
    dwcp_cancel_fire(token);
    CHECK_STATUS(dwcp_vm_call, CANCELLED, (vm, next, args, 1, &options, &result, 1, &n, NULL, &err));
    dwcp_cancel_fire(own);
    CHECK_STATUS(dwcp_vm_call, CANCELLED, (vm, next, args, 1, NULL, &result, 1, &n, NULL, &err));
    dwcp_cancel_reset(own);
    dwcp_cancel_reset(token);
    CHECK_STATUS(dwcp_vm_call, OK, (vm, next, args, 1, &options, &result, 1, &n, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 6); /* the guest ran this once */

    /* a session of a drained runtime waits, one of a disabled module is still there to be read */
    uint64_t size = 0;
    char byte;
    dwcp_value_t value = dwcp_i32(1);
    CHECK_STATUS(dwcp_runtime_drain, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_vm_call, SHUTTING_DOWN, (vm, next, args, 1, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_read, SHUTTING_DOWN, (vm, 0, &byte, 1, &err));
    CHECK_STATUS(dwcp_vm_write, SHUTTING_DOWN, (vm, 0, "x", 1, &err));
    CHECK_STATUS(dwcp_vm_memory_size, SHUTTING_DOWN, (vm, &size, &err));
    CHECK_STATUS(dwcp_vm_global_get, SHUTTING_DOWN, (vm, "g", &result, &err));
    CHECK_STATUS(dwcp_vm_global_set, SHUTTING_DOWN, (vm, "g", &value, &err));
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err));
    CHECK_STATUS(dwcp_module_disable, OK, (module, false, &err));
    CHECK_STATUS(dwcp_vm_call, DISABLED, (vm, next, args, 1, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_memory_size, OK, (vm, &size, &err));
    CHECK_EQ(size, 65536);
    CHECK_EQ(metrics_of(runtime).active_vms, 1);
    CHECK_STATUS(dwcp_module_disable, OK, (module, true, &err));
    CHECK_EQ(metrics_of(runtime).active_vms, 0);
    CHECK_STATUS(dwcp_vm_memory_size, VM_DEAD, (vm, &size, &err));
    CHECK_HAS(message(), "disabled");
    CHECK_STATUS(dwcp_vm_call, DISABLED, (vm, next, args, 1, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_vm_call, CLOSED, (vm, next, args, 1, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_read, CLOSED, (vm, 0, &byte, 1, &err));
    CHECK_STATUS(dwcp_vm_write, CLOSED, (vm, 0, "x", 1, &err));
    CHECK_STATUS(dwcp_vm_memory_size, CLOSED, (vm, &size, &err));
    CHECK_STATUS(dwcp_vm_global_get, CLOSED, (vm, "g", &result, &err));
    CHECK_STATUS(dwcp_vm_global_set, CLOSED, (vm, "g", &value, &err));
    dwcp_runtime_free(runtime);
    dwcp_cancel_free(own);
    dwcp_cancel_free(token);
    dwcp_function_free(next);
    dwcp_function_free(add);
    dwcp_function_free(liar);
    dwcp_function_free(large);
    dwcp_module_free(other);
    dwcp_module_free(module);
    dwcp_vm_release(vm); /* after the runtime */
}

/* The session calls a host function that the module exports, and that one a guest which does not come to its end. */
HOST(calls_back) {
    UNUSED;
    /* Without an error object: the call that this function serves has the one of this thread. */
    CHECK_STATUS(dwcp_caller_call_ref, OUT_OF_FUEL, (caller, &args[0], NULL, 0, NULL, 0, NULL, NULL));
    return DWCP_OK;
}

static void ends_behind_a_host_function(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load_defined(
        runtime,
        "(module (import \"env\" \"f\" (func $f (param funcref))) (export \"f\" (func $f)) (elem declare func $spin)"
        " (func $spin (loop (br 0))) (func (export \"spin\") (result funcref) (ref.func $spin)) (func (export \"ok\")))",
        "f", "c:", calls_back);
    dwcp_function_t *f = bind(module, "f", NULL), *spin = bind(module, "spin", NULL), *ok = bind(module, "ok", NULL);
    dwcp_vm_t *vm = NULL;
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err)));
    dwcp_value_t reference = {0};
    CHECK_STATUS(dwcp_vm_call, OK, (vm, spin, NULL, 0, NULL, &reference, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, OUT_OF_FUEL, (vm, f, &reference, 1, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, VM_DEAD, (vm, ok, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    dwcp_vm_release(vm);
    dwcp_function_free(f);
    dwcp_function_free(spin);
    dwcp_function_free(ok);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    REQUIRE(mkdtemp(root) != NULL);
    ends();
    goes_on();
    ends_behind_a_host_function();
    rmdir(root);
    return report("session_ends");
}
