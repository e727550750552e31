/* Eight threads, ten thousand calls each, on shared handles: every answer right, every call counted once. Then more callers
 * than slots: never more VMs than max_live_vms, and every caller gets its turn. */
#include "guests.h"

#include <pthread.h>
#include <sched.h>

enum { THREADS = 8, CALLS = 10000 };

struct worker {
    pthread_t thread;
    int number;
    const dwcp_function_t *add, *count, *trap;
    uint64_t calls, failed;
};

static void *work(void *argument) {
    struct worker *w = argument;
    for (int i = 0; i < CALLS; i++) {
        dwcp_value_t args[2] = {dwcp_i32(w->number), dwcp_i32(i)}, results[2] = {{0}, {0}};
        dwcp_error_t *error = NULL;
        size_t n = 0;
        dwcp_status_t status;
        switch (i % 10) {
        case 0: /* memory: fresh for each */
            status = dwcp_function_call(w->count, NULL, 0, NULL, results, 2, &n, NULL, &error);
            if (status != DWCP_OK || n != 2 || results[0].of.i32 != 1 || results[1].of.i32 != 1) CHECK_EQ(status, -1);
            break;
        case 1:
            status = dwcp_function_call(w->trap, NULL, 0, NULL, NULL, 0, &n, NULL, &error);
            if (status != DWCP_ERR_TRAP || dwcp_error_code(error) != DWCP_ERR_TRAP) CHECK_EQ(status, DWCP_ERR_TRAP);
            w->failed++;
            break;
        default:
            status = dwcp_function_call(w->add, args, 2, NULL, results, 2, &n, NULL, &error);
            if (status != DWCP_OK || n != 1 || results[0].of.i32 != w->number + i) CHECK_EQ(status, -1);
            break;
        }
        dwcp_error_free(error);
        w->calls++;
    }
    return NULL;
}

static void many_calls(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *adder = load(runtime, ADD_WAT), *counter = load(runtime, COUNTER_WAT),
                  *trapper = load(runtime, "(module (func (export \"trap\") unreachable))");
    struct worker workers[THREADS];
    memset(workers, 0, sizeof workers);
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i * 1000000;
        workers[i].add = function_of(adder, "add"); /* the function's own handle, and one more reader of the module */
        workers[i].count = function_of(counter, "count");
        workers[i].trap = function_of(trapper, "trap");
    }
    dwcp_module_free(trapper);
    for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    /* the metrics are read while the calls run: never more failures than calls */
    for (int i = 0; i < 50; i++) {
        dwcp_runtime_metrics_t live = DWCP_RUNTIME_METRICS_INIT;
        CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &live, &err));
        CHECK(live.failed_executions <= live.total_executions && live.active_vms <= 1000);
    }
    uint64_t calls = 0, failed = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        calls += workers[i].calls;
        failed += workers[i].failed;
        dwcp_function_free((dwcp_function_t *)workers[i].add);
        dwcp_function_free((dwcp_function_t *)workers[i].count);
        dwcp_function_free((dwcp_function_t *)workers[i].trap);
    }
    CHECK_EQ(calls, THREADS * CALLS);
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK_STATUS(dwcp_runtime_pool_metrics, OK, (runtime, &pool, &err));
    CHECK_EQ(metrics.total_executions, calls);
    CHECK_EQ(metrics.failed_executions, failed);
    CHECK_EQ(metrics.warm_starts, calls);
    CHECK_EQ(pool.pool_hits + pool.pool_misses, calls);
    CHECK_EQ(metrics.active_vms, 0);
    CHECK_EQ(metrics.memory_usage_bytes, 0);
    dwcp_module_free(adder);
    dwcp_module_free(counter);
    dwcp_runtime_free(runtime);
}

enum { SLOTS = 2 };

static atomic_int inside, most_inside;

static dwcp_status_t meet(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    int now = atomic_fetch_add(&inside, 1) + 1, most = atomic_load(&most_inside);
    while (now > most && !atomic_compare_exchange_weak(&most_inside, &most, now)) {}
    sched_yield(); /* let the others come */
    atomic_fetch_sub(&inside, 1);
    return DWCP_OK;
}

static void *call_for_a_slot(void *function) {
    int failed = 0;
    for (int i = 0; i < 500; i++) failed += dwcp_function_call(function, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL) != DWCP_OK;
    CHECK_EQ(failed, 0);
    return NULL;
}

static void more_callers_than_slots(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, SLOTS, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, SLOTS, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err)); /* they wait as long as it takes */
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 3600000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "meet", ":", meet, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, "(module (import \"env\" \"meet\" (func $m)) (func (export \"run\") (call $m)))", imports);
    dwcp_function_t *function = function_of(module, "run");
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, call_for_a_slot, function) == 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    int most = atomic_load(&most_inside);
    CHECK(most >= 1 && most <= SLOTS);
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK_EQ(metrics.total_executions, THREADS * 500);
    CHECK_EQ(metrics.failed_executions, 0);
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
}

int main(void) {
    many_calls();
    more_callers_than_slots();
    return report("threads");
}
