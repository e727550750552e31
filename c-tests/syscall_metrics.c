/* How often each WASI call was made and denied: the list, and that nothing is lost whatever the end of a call is. */
#include "session_guests.h"
#include "wasi_calls.h"

#include <pthread.h>

/* Makes `turns` calls of sched_yield, each followed by one of random_get, and then ends as its name says. */
static const char WORK_WAT[] =
    "(module (import \"" WASI "\" \"sched_yield\" (func $yield (result i32)))"
    " (import \"" WASI "\" \"random_get\" (func $random (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"proc_exit\" (func $exit (param i32)))"
    " (import \"env\" \"host\" (func $host))"
    " (memory (export \"memory\") 1)"
    " (func $work (export \"ok\") (param $turns i32)"
    "  (loop (drop (call $yield)) (drop (call $random (i32.const 0) (i32.const 8)))"
    "   (br_if 0 (local.tee $turns (i32.sub (local.get $turns) (i32.const 1))))))"
    " (func (export \"trap\") (param i32) (call $work (local.get 0)) unreachable)"
    " (func (export \"exit\") (param i32) (call $work (local.get 0)) (call $exit (i32.const 3)))"
    " (func (export \"fuel\") (param i32) (call $work (local.get 0)) (loop (br 0)))"
    " (func (export \"stack\") (param i32) (call $work (local.get 0)) (call $deep))"
    " (func $deep (call $deep))"
    " (func (export \"host\") (param i32) (call $work (local.get 0)) (call $host))"
    " (func (export \"_start\") (call $work (i32.const 2)) (call $exit (i32.const 0))))";

static dwcp_status_t refuse(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_value_t turns = dwcp_i32(4);
    size_t n = 0;
    CHECK_EQ(dwcp_caller_call(caller, "ok", NULL, &turns, 1, NULL, 0, &n, NULL), DWCP_OK);
    return *(bool *)user ? DWCP_ERR_HOST_FUNCTION : DWCP_OK;
}

static dwcp_module_t *load_worker(dwcp_runtime_t *runtime, bool *refuses) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "host", ":", refuse, refuses, NULL, &err));
    dwcp_module_t *module = load_with(runtime, WORK_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

static const char *const NO_RANDOM[] = {"random_get", NULL};

static void every_end(void) {
    dwcp_runtime_t *runtime = new_runtime(config_with(NO_NAMES, NO_RANDOM));
    bool refuses = false;
    dwcp_module_t *module = load_worker(runtime, &refuses);
    const struct {
        const char *name;
        dwcp_status_t status;
        bool refuses;
        uint64_t more;
    } rows[] = {{"ok", DWCP_OK, false, 0},          {"trap", DWCP_ERR_TRAP, false, 0},           {"exit", DWCP_ERR_EXIT, false, 0},
                {"fuel", DWCP_ERR_OUT_OF_FUEL, false, 0}, {"stack", DWCP_ERR_STACK_OVERFLOW, false, 0}, {"host", DWCP_OK, false, 4},
                {"host", DWCP_ERR_HOST_FUNCTION, true, 4}};
    uint64_t made = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int session = 0; session < 2; session++) {
            dwcp_value_t turns = dwcp_i32(10);
            dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
            refuses = rows[i].refuses;
            dwcp_vm_t *vm = session ? acquire(module, NULL) : NULL;
            dwcp_status_t status = session ? vm_call(vm, module, rows[i].name, NULL, &turns, 1, NULL, NULL, 0, &stats)
                                           : call(module, rows[i].name, &turns, 1, NULL, NULL, 0, &stats);
            CHECK_EQ(status, rows[i].status);
            made += 10 + rows[i].more;
            CHECK_EQ(stats.denials, 10 + rows[i].more);
            CHECK_STR(stats.first_denied, "random_get");
            CHECK_COUNTED(runtime, "sched_yield", made, 0);
            CHECK_COUNTED(runtime, "random_get", made, made);
            dwcp_vm_release(vm);
            CHECK_COUNTED(runtime, "sched_yield", made, 0);
        }
    }
    CHECK_COUNTED(runtime, "proc_exit", 2, 0);

    /* a deadline, and a command */
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.timeout_ns = 20000000;
    dwcp_value_t turns = dwcp_i32(0); /* 2^32 of them */
    dwcp_config_t *config = config_with(NO_NAMES, NO_RANDOM);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    dwcp_runtime_t *timed = new_runtime(config);
    dwcp_module_t *endless = load_worker(timed, &refuses);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(call(endless, "ok", &turns, 1, &options, NULL, 0, &stats), DWCP_ERR_TIMEOUT);
    CHECK(stats.denials > 0);
    CHECK_COUNTED(timed, "random_get", stats.denials, stats.denials);
    uint64_t yields = counted(timed, "sched_yield").calls;
    CHECK(yields == stats.denials || yields == stats.denials + 1);
    dwcp_module_free(endless);
    dwcp_runtime_free(timed);
    int32_t code = -1;
    CHECK_STATUS(dwcp_module_run, OK, (module, NULL, &code, &stats, &err));
    CHECK(code == 0 && stats.denials == 2);
    CHECK_COUNTED(runtime, "sched_yield", made + 2, 0);
    CHECK_COUNTED(runtime, "proc_exit", 3, 0);

    /* the same in JSON, with what was called only, and the sum in the struct */
    char *json = NULL, expected[256];
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, NULL, &err));
    snprintf(expected, sizeof expected,
             "\"syscalls\":{\"proc_exit\":{\"calls\":3,\"denied\":0},\"random_get\":{\"calls\":%llu,\"denied\":%llu},\"sched_yield\":"
             "{\"calls\":%llu,\"denied\":0}}",
             (unsigned long long)made + 2, (unsigned long long)made + 2, (unsigned long long)made + 2);
    CHECK_HAS(json, expected);
    dwcp_string_free(json);
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK_EQ(metrics.denials, made + 2);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* The WASI calls of a start function count with the call, or the session, that it was made for. */
static void start_functions(void) {
    dwcp_runtime_t *runtime = new_runtime(config_with(NO_NAMES, NO_NAMES));
    static const char wat[] = "(module (import \"" WASI "\" \"sched_yield\" (func $yield (result i32)))"
                              " (memory (export \"memory\") 1) (func $start (drop (call $yield))) (start $start)"
                              " (func (export \"_initialize\") (drop (call $yield))) (func (export \"f\")))";
    dwcp_module_t *module = load(runtime, wat);
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_COUNTED(runtime, "sched_yield", 2, 0);
    dwcp_vm_t *vm = acquire(module, NULL);
    CHECK_COUNTED(runtime, "sched_yield", 4, 0);
    CHECK_EQ(vm_call(vm, module, "f", NULL, NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_vm_release(vm);
    CHECK_COUNTED(runtime, "sched_yield", 4, 0);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

enum { THREADS = 4, ROUNDS = 50, TURNS = 20 };

static void *call_often(void *module) {
    for (int i = 0; i < ROUNDS; i++) {
        dwcp_value_t turns = dwcp_i32(TURNS);
        dwcp_status_t status = call(module, i % 2 ? "ok" : "trap", &turns, 1, NULL, NULL, 0, NULL);
        CHECK_EQ(status, i % 2 ? DWCP_OK : DWCP_ERR_TRAP);
    }
    test_forget();
    return NULL;
}

static void many_threads(bool enabled) {
    dwcp_config_t *config = config_with(NO_NAMES, NO_RANDOM);
    CHECK_STATUS(dwcp_config_set_enable_metrics, OK, (config, enabled, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    bool refuses = false;
    dwcp_module_t *module = load_worker(runtime, &refuses);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, call_often, module) == 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    uint64_t made = enabled ? THREADS * ROUNDS * TURNS : 0;
    CHECK_COUNTED(runtime, "sched_yield", made, 0);
    CHECK_COUNTED(runtime, "random_get", made, made);
    CHECK(counted(runtime, "sched_yield").allowed && !counted(runtime, "random_get").allowed);
    /* what a call has of its own does not depend on the metrics */
    dwcp_value_t turns = dwcp_i32(3);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(call(module, "ok", &turns, 1, NULL, NULL, 0, &stats), DWCP_OK);
    CHECK_EQ(stats.denials, 3);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static void the_list(void) {
    dwcp_runtime_t *runtime = new_runtime(config_with(NO_NAMES, NO_RANDOM));
    dwcp_syscall_metrics_t list[CALLS + 2];
    size_t n = 7;
    for (int i = 0; i < CALLS + 2; i++) dwcp_syscall_metrics_init(&list[i]);
    CHECK_STATUS(dwcp_runtime_syscall_metrics, OK, (runtime, NULL, 0, &n, &err));
    CHECK_EQ(n, CALLS);
    CHECK_STATUS(dwcp_runtime_syscall_metrics, OK, (runtime, list, CALLS + 2, &n, &err));
    CHECK_EQ(n, CALLS);
    for (int i = 0; i < CALLS; i++) {
        CHECK_STR(list[i].name, WASI_CALLS[i].name);
        CHECK(list[i].struct_size == sizeof *list && list[i].calls == 0 && list[i].denied == 0);
        CHECK_EQ(list[i].allowed, i != call_number("random_get"));
    }
    CHECK(list[CALLS].name == NULL);
    CHECK_STATUS(dwcp_runtime_syscall_metrics, BUFFER_TOO_SMALL, (runtime, list, CALLS - 1, &n, &err));
    CHECK_EQ(n, CALLS);
    CHECK_STATUS(dwcp_runtime_syscall_metrics, INVALID_ARGUMENT, (runtime, NULL, CALLS, &n, &err));
    CHECK_STATUS(dwcp_runtime_syscall_metrics, INVALID_ARGUMENT, (runtime, list, CALLS, NULL, &err));
    CHECK_STATUS(dwcp_runtime_syscall_metrics, INVALID_ARGUMENT, (NULL, list, CALLS, &n, &err));

    /* one wrong size: nothing is written */
    memset(list, 0, sizeof list);
    for (int i = 0; i < CALLS; i++) dwcp_syscall_metrics_init(&list[i]);
    list[CALLS - 1].struct_size = 16;
    CHECK_STATUS(dwcp_runtime_syscall_metrics, INVALID_ARGUMENT, (runtime, list, CALLS, &n, &err));
    CHECK(n == 0 && list[0].name == NULL);
    list[0].struct_size = 0;
    CHECK_STATUS(dwcp_runtime_syscall_metrics, INVALID_ARGUMENT, (runtime, list, CALLS, &n, &err));

    /* an older header's elements are smaller, a newer one's larger */
    struct {
        size_t struct_size;
        const char *name;
    } small[CALLS];
    struct {
        dwcp_syscall_metrics_t known;
        uint64_t unknown;
    } large[CALLS];
    memset(large, 0xff, sizeof large);
    for (int i = 0; i < CALLS; i++) small[i].struct_size = sizeof *small, large[i].known.struct_size = sizeof *large;
    CHECK_STATUS(dwcp_runtime_syscall_metrics, OK, (runtime, (dwcp_syscall_metrics_t *)small, CALLS, &n, &err));
    CHECK_STATUS(dwcp_runtime_syscall_metrics, OK, (runtime, &large[0].known, CALLS, &n, &err));
    for (int i = 0; i < CALLS; i++) {
        CHECK_STR(small[i].name, WASI_CALLS[i].name);
        CHECK_STR(large[i].known.name, WASI_CALLS[i].name);
        CHECK(small[i].struct_size == sizeof *small && large[i].unknown == 0);
    }
    for (int i = 0; i < CALLS; i++) dwcp_syscall_metrics_init(&list[i]);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_syscall_metrics, CLOSED, (runtime, list, CALLS, &n, &err));
    dwcp_runtime_free(runtime);
}

int main(void) {
    the_list();
    every_end();
    start_functions();
    many_threads(true);
    many_threads(false);
    return report("syscall_metrics");
}
