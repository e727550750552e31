/* Many calls at once with different deadlines: each ends at its own and none at another's. */
#include "hosts.h"

#include <pthread.h>
#include <sched.h>

static const uint64_t MS = 1000000;

/* What is done without an end: in steps of 100 000 turns, each of which asks whether it is enough. "spin" does not ask. */
static const char WORK_WAT[] =
    "(module (import \"env\" \"enough\" (func $enough (result i32)))"
    " (func (export \"spin\") (loop (br 0)))"
    " (func (export \"until\") (result i32) (local i32 i32)"
    "  (loop $all (local.set 0 (i32.const 100000))"
    "   (loop $step (br_if $step (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
    "   (local.set 1 (i32.add (local.get 1) (i32.const 1)))"
    "   (br_if $all (i32.eqz (call $enough))))"
    "  (local.get 1)))";

static const char SLEEP_WAT[] =
    "(module (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (func (export \"sleep\") (param i64) (result i32)"
    "  (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (local.get 0))"
    "  (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))))";

static atomic_int short_ones;
static int enough_short_ones;
static dwcp_function_t *spin, *until, *sleeps;

HOST(enough) {
    UNUSED;
    results[0] = dwcp_i32(atomic_load(&short_ones) >= enough_short_ones);
    return DWCP_OK;
}

/* Lasts until the short ones are done: without a deadline, or with one that is far off. */
static void *long_call(void *timeout) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t result = {0};
    options.timeout_ns = *(const uint64_t *)timeout;
    CHECK_STATUS(dwcp_function_call, OK, (until, NULL, 0, &options, &result, 1, NULL, &stats, &err));
    CHECK(dwcp_as_i32(result) > 0 && stats.overrun_ns == 0 && stats.limit_hit == NULL);
    test_forget();
    return NULL;
}

/* One after the other: calls that spin, that sleep, and that end before their time is over. */
static void *short_calls(void *argument) {
    uint32_t random = 12345 + (uint32_t)(uintptr_t)argument;
    static const uint64_t timeouts[] = {1, 1000, 50000, 199000, 200000, 201000, 500000, 1000000, 1500000, 2000000, 3000000};
    while (atomic_fetch_add(&short_ones, 1) < enough_short_ones) {
        random = random * 1664525 + 1013904223;
        uint64_t timeout = timeouts[(random >> 16) % (sizeof timeouts / sizeof *timeouts)];
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        dwcp_value_t hour = dwcp_i64(INT64_C(3600000000000)), result = {0};
        options.timeout_ns = timeout;
        if ((random >> 8) % 8 == 0) {
            CHECK_STATUS(dwcp_function_call, TIMEOUT, (sleeps, &hour, 1, &options, &result, 1, NULL, &stats, &err));
        } else {
            CHECK_STATUS(dwcp_function_call, TIMEOUT, (spin, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
        }
        CHECK(stats.wall_ns >= timeout && stats.overrun_ns == stats.wall_ns - timeout);
        dwcp_value_t moment = dwcp_i64(1000);
        options.timeout_ns = UINT64_MAX;
        if ((random >> 4) % 16 == 0) CHECK_STATUS(dwcp_function_call, OK, (sleeps, &moment, 1, &options, &result, 1, NULL, &stats, &err));
    }
    test_forget();
    return NULL;
}

/* Calls that last through a thousand short ones, which end all around them. */
static void long_and_short(void) {
    static const uint64_t far[] = {UINT64_MAX, UINT64_C(3600000000000), UINT64_MAX - 1};
    pthread_t longs[3], shorts[3];
    enough_short_ones = 1000;
    for (int i = 0; i < 3; i++) REQUIRE(pthread_create(&longs[i], NULL, long_call, (void *)&far[i]) == 0);
    for (uintptr_t i = 0; i < 3; i++) REQUIRE(pthread_create(&shorts[i], NULL, short_calls, (void *)i) == 0);
    for (int i = 0; i < 3; i++) pthread_join(shorts[i], NULL);
    for (int i = 0; i < 3; i++) pthread_join(longs[i], NULL);
}

struct spinner {
    pthread_t thread;
    uint64_t timeout_ns;
    dwcp_call_stats_t stats;
    dwcp_status_t status;
};

static void *spin_out(void *argument) {
    struct spinner *s = argument;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.timeout_ns = s->timeout_ns;
    s->stats = (dwcp_call_stats_t)DWCP_CALL_STATS_INIT;
    s->status = dwcp_function_call(spin, NULL, 0, &options, NULL, 0, NULL, &s->stats, NULL);
    return NULL;
}

/* All at once, from a millisecond to a quarter of a second, on both sides of where short timeouts end (50 ms). */
static void spread(void) {
    static const uint64_t ms[] = {1, 2, 5, 7, 20, 48, 49, 50, 51, 52, 75, 100, 101, 150, 200, 250};
    enum { COUNT = sizeof ms / sizeof *ms };
    struct spinner spinners[COUNT];
    for (int i = 0; i < COUNT; i++) {
        spinners[i].timeout_ns = ms[i] * MS;
        REQUIRE(pthread_create(&spinners[i].thread, NULL, spin_out, &spinners[i]) == 0);
    }
    for (int i = 0; i < COUNT; i++) {
        pthread_join(spinners[i].thread, NULL);
        CHECK_EQ(spinners[i].status, DWCP_ERR_TIMEOUT);
        CHECK(spinners[i].stats.wall_ns >= spinners[i].timeout_ns);
        CHECK_EQ(spinners[i].stats.overrun_ns, spinners[i].stats.wall_ns - spinners[i].timeout_ns);
    }
}

/* A token that is fired again and again ends its calls, and not the one beside them before its time. */
static void tokens(void) {
    struct spinner other = {.timeout_ns = 100 * MS};
    REQUIRE(pthread_create(&other.thread, NULL, spin_out, &other) == 0);
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    dwcp_cancel_fire(cancel);
    for (int i = 0; i < 500; i++) {
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.cancel = cancel;
        CHECK_STATUS(dwcp_function_call, CANCELLED, (spin, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
        dwcp_cancel_fire(cancel); /* and every guest looks once more */
    }
    pthread_join(other.thread, NULL);
    CHECK_EQ(other.status, DWCP_ERR_TIMEOUT);
    CHECK(other.stats.wall_ns >= 100 * MS);
    dwcp_cancel_free(cancel);
}

int main(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, OK, (config, UINT64_MAX, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 32, &err)); /* room for a sanitizer */
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *work = load_defined(runtime, WORK_WAT, "enough", ":i", enough), *sleeper = load(runtime, SLEEP_WAT);
    spin = function_of(work, "spin");
    until = function_of(work, "until");
    sleeps = function_of(sleeper, "sleep");
    long_and_short();
    spread();
    tokens();
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK_EQ(metrics.timeouts, 1000 + 16 + 1);
    CHECK_EQ(metrics.failed_executions, metrics.timeouts + 500);
    CHECK_EQ(metrics.active_vms, 0);
    dwcp_function_free(spin);
    dwcp_function_free(until);
    dwcp_function_free(sleeps);
    dwcp_module_free(work);
    dwcp_module_free(sleeper);
    dwcp_runtime_free(runtime);
    return report("deadline_threads");
}
