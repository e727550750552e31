/* One deadline ends a call wherever it is, and so does its cancel token: in each of the places of deadlines.h, and for timeouts
 * from a nanosecond to none. */
#include "deadlines.h"

#include <pthread.h>

static const uint64_t MS = 1000000;

/* A call that its deadline ended: its status, its error, its statistics. */
static void ended_by_time(const struct place *place, const struct outcome *o, uint64_t timeout_ns) {
    int before = atomic_load(&test_failures);
    uint64_t limit = 0, asked = 0, ms = (timeout_ns + MS - 1) / MS;
    CHECK_EQ(o->status, DWCP_ERR_TIMEOUT);
    if (CHECK(o->error != NULL)) {
        CHECK_EQ(dwcp_error_code(o->error), DWCP_ERR_TIMEOUT);
        CHECK_STR(dwcp_error_limit_name(o->error), "max_execution_time_ms");
        CHECK_HAS(dwcp_error_message(o->error), "max_execution_time_ms");
        CHECK(dwcp_error_limit(o->error, &limit, &asked));
        CHECK_EQ(limit, ms);
        CHECK(asked >= limit);
    }
    if (place == NULL || place->how != ACQUIRE) {
        CHECK(o->stats.wall_ns >= timeout_ns);
        CHECK_EQ(o->stats.overrun_ns, o->stats.wall_ns - timeout_ns);
        CHECK(o->stats.execution_ns <= o->stats.wall_ns && o->stats.start_ns <= o->stats.wall_ns);
        CHECK_STR(o->stats.limit_hit, "max_execution_time_ms");
        CHECK(!o->stats.fuel_exact && o->stats.call_id > 0);
    }
    if (before != atomic_load(&test_failures))
        fprintf(stderr, "  in \"%s\" with %llu ns\n", place ? place->name : "slot", (unsigned long long)timeout_ns);
}

/* Every place, with each of these timeouts; 0 is the runtime's own of `own_ms`. */
static void places(dwcp_runtime_t *runtime, uint64_t own_ms, const uint64_t *timeouts, size_t ntimeouts) {
    struct world w = new_world(runtime);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    uint64_t calls = 0;
    for (size_t t = 0; t < ntimeouts; t++)
        for (size_t i = 0; i < PLACES_IN_ALL; i++) {
            const struct place *place = &PLACE[i];
            int kept[2], ends[4];
            block_streams(kept, ends);
            options.timeout_ns = timeouts[t];
            struct outcome o = call_there(&w, place, &options);
            unblock_streams(kept, ends);
            uint64_t timeout = timeouts[t] == 0 ? own_ms * MS : timeouts[t];
            ended_by_time(place, &o, timeout);
            /* in a place that takes long to come to, the start is not sure to be reached */
            if (timeout >= 20 * MS && !place->reached) CHECK_EQ(o.stats.start_ns, 0);
            dwcp_error_free(o.error);
            calls += o.calls;
        }
    dwcp_runtime_metrics_t metrics = metrics_now(w.runtime);
    CHECK_EQ(metrics.timeouts, calls);
    CHECK_EQ(metrics.failed_executions, calls);
    CHECK_EQ(metrics.total_executions, calls);
    CHECK(metrics.active_vms == 0 && metrics.memory_usage_bytes == 0);
    end_world(&w);
}

struct job {
    pthread_t thread;
    const struct world *world;
    const struct place *place;
    dwcp_call_options_t options;
    struct outcome outcome;
};

static void *do_job(void *argument) {
    struct job *job = argument;
    job->outcome = call_there(job->world, job->place, &job->options);
    test_forget();
    return NULL;
}

static void forget_arrivals(void) {
    while (sem_trywait(&arrived) == 0) {}
}

static void ended_by_cancel(const struct place *place, const struct outcome *o) {
    int before = atomic_load(&test_failures);
    CHECK_EQ(o->status, DWCP_ERR_CANCELLED);
    if (CHECK(o->error != NULL)) CHECK_HAS(dwcp_error_message(o->error), place->how == BATCH ? "cancel" : "the host cancelled the call");
    CHECK_EQ(o->stats.overrun_ns, 0);
    /* one that asked for memory all the time was refused it */
    if (o->stats.limit_hit != NULL) CHECK(strcmp(place->name, "memory.grow") == 0 && strcmp(o->stats.limit_hit, "max_memory_bytes") == 0);
    if (before != atomic_load(&test_failures)) fprintf(stderr, "  in \"%s\"\n", place->name);
}

/* Every place, and a token that was fired before the call, and one that is fired when the guest is there. With a deadline far off,
 * and with none at all. */
static void cancelled(uint64_t timeout_ns) {
    struct world w = new_world(timed_runtime(0, UINT64_MAX));
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    uint64_t calls = 0;
    for (size_t i = 0; i < PLACES_IN_ALL; i++) {
        struct job job = {.world = &w, .place = &PLACE[i], .options = DWCP_CALL_OPTIONS_INIT};
        int kept[2], ends[4];
        block_streams(kept, ends);
        job.options.cancel = cancel;
        job.options.timeout_ns = timeout_ns;
        dwcp_cancel_fire(cancel);
        job.outcome = call_there(&w, &PLACE[i], &job.options);
        ended_by_cancel(&PLACE[i], &job.outcome);
        CHECK(job.outcome.stats.start_ns == 0 && sem_trywait(&arrived) != 0); /* no guest has run */
        calls += job.outcome.calls;
        dwcp_error_free(job.outcome.error);
        dwcp_cancel_reset(cancel);

        REQUIRE(pthread_create(&job.thread, NULL, do_job, &job) == 0);
        sem_wait(&arrived);
        dwcp_cancel_fire(cancel);
        pthread_join(job.thread, NULL);
        unblock_streams(kept, ends);
        ended_by_cancel(&PLACE[i], &job.outcome);
        calls += job.outcome.calls;
        dwcp_error_free(job.outcome.error);
        dwcp_cancel_reset(cancel);
        forget_arrivals();
    }
    dwcp_runtime_metrics_t metrics = metrics_now(w.runtime);
    CHECK(metrics.timeouts == 0 && metrics.total_executions == calls && metrics.failed_executions == calls && metrics.active_vms == 0);
    dwcp_cancel_free(cancel);
    end_world(&w);
}

struct waiter {
    pthread_t thread;
    dwcp_function_t *function;
    dwcp_call_options_t options;
    struct outcome outcome;
};

static void *wait_for_slot(void *argument) {
    struct waiter *waiter = argument;
    struct outcome *o = &waiter->outcome;
    o->stats = (dwcp_call_stats_t)DWCP_CALL_STATS_INIT;
    sem_post(&arrived);
    o->status = dwcp_function_call(waiter->function, NULL, 0, &waiter->options, NULL, 0, NULL, &o->stats, &o->error);
    return NULL;
}

/* The only slot is a session's: calls wait for it until their deadline or their token. */
static void slots(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 30, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, OK, (config, UINT64_MAX, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, SPIN_WAT);
    dwcp_function_t *spin = function_of(module, "spin");
    dwcp_vm_t *holder = NULL, *none = NULL;
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &holder, &err)));
    static const uint64_t timeouts[] = {0, 1, 1000, 2 * 1000000, 60 * 1000000};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
        struct outcome o = {.stats = DWCP_CALL_STATS_INIT};
        uint64_t timeout = timeouts[i] == 0 ? 30 * MS : timeouts[i];
        options.timeout_ns = timeouts[i];
        o.status = dwcp_function_call(spin, NULL, 0, &options, NULL, 0, NULL, &o.stats, &o.error);
        ended_by_time(NULL, &o, timeout);
        CHECK(o.stats.wait_ns > 0 && o.stats.wait_ns <= o.stats.wall_ns && o.stats.start_ns == 0 && o.stats.execution_ns == 0);
        CHECK_HAS(dwcp_error_message(o.error), "slot");
        dwcp_error_free(o.error);
        CHECK_STATUS(dwcp_vm_acquire, TIMEOUT, (module, &options, &none, &err));
        CHECK_STR(dwcp_error_limit_name(err), "max_execution_time_ms");
        CHECK_STATUS(dwcp_runtime_execute, TIMEOUT, (runtime, (const uint8_t *)SPIN_WAT, strlen(SPIN_WAT), NULL, "spin", NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    }
    CHECK_EQ(metrics_now(runtime).timeouts, 2 * sizeof timeouts / sizeof *timeouts);

    dwcp_cancel_t *cancel = dwcp_cancel_new();
    forget_arrivals();
    for (int i = 0; i < 20; i++) {
        struct waiter waiter = {.function = spin, .options = DWCP_CALL_OPTIONS_INIT};
        waiter.options.timeout_ns = UINT64_MAX;
        waiter.options.cancel = cancel;
        REQUIRE(pthread_create(&waiter.thread, NULL, wait_for_slot, &waiter) == 0);
        sem_wait(&arrived);
        if (i % 2) usleep(500); /* before and during */
        dwcp_cancel_fire(cancel);
        pthread_join(waiter.thread, NULL);
        CHECK_EQ(waiter.outcome.status, DWCP_ERR_CANCELLED);
        CHECK(waiter.outcome.stats.start_ns == 0 && waiter.outcome.stats.overrun_ns == 0);
        dwcp_error_free(waiter.outcome.error);
        dwcp_cancel_reset(cancel);
    }
    dwcp_cancel_free(cancel);
    dwcp_vm_release(holder);
    dwcp_function_free(spin);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* Stays past the deadline. */
HOST(overstay) {
    UNUSED;
    int64_t left = dwcp_caller_remaining_ns(caller);
    if (left > 0) usleep((useconds_t)(left / 1000 + 1));
    usleep(30000);
    CHECK(dwcp_caller_remaining_ns(caller) < -20000000 && dwcp_caller_is_cancelled(caller));
    if (dwcp_as_i32(args[0]) == 1) return DWCP_ERR_HOST_FUNCTION;
    /* what it calls now ends at once */
    if (dwcp_as_i32(args[0]) == 2) CHECK_EQ(dwcp_caller_call(caller, "spin", NULL, NULL, 0, NULL, 0, NULL, NULL), DWCP_ERR_TIMEOUT);
    return DWCP_OK;
}

/* Calls another module with what is left of the time, as docs/contract.md has it, until nothing is. */
static dwcp_function_t *inner_spin;

HOST(hand_on) {
    UNUSED;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    int64_t left = dwcp_caller_remaining_ns(caller);
    if (left <= 0) return DWCP_ERR_TIMEOUT;
    options.timeout_ns = (uint64_t)left;
    CHECK_EQ(dwcp_function_call(inner_spin, NULL, 0, &options, NULL, 0, NULL, &stats, NULL), DWCP_ERR_TIMEOUT);
    CHECK(stats.wall_ns >= (uint64_t)left && dwcp_caller_remaining_ns(caller) <= 0 && dwcp_caller_is_cancelled(caller));
    return DWCP_ERR_TIMEOUT;
}

static void handed_on(void) {
    dwcp_runtime_t *runtime = timed_runtime(3600000, 0);
    dwcp_module_t *inner = load(runtime, SPIN_WAT);
    dwcp_module_t *outer = load_defined(runtime, "(module (import \"env\" \"hand_on\" (func $f)) (func (export \"run\") (call $f)))",
                                        "hand_on", ":", hand_on);
    inner_spin = function_of(inner, "spin");
    dwcp_function_t *run_it = function_of(outer, "run");
    static const uint64_t timeouts[] = {1, 200000, 5000000, 60000000};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
        struct outcome o = {.stats = DWCP_CALL_STATS_INIT};
        options.timeout_ns = timeouts[i];
        o.status = dwcp_function_call(run_it, NULL, 0, &options, NULL, 0, NULL, &o.stats, &o.error);
        ended_by_time(NULL, &o, timeouts[i]);
        dwcp_error_free(o.error);
    }
    dwcp_function_free(run_it);
    dwcp_function_free(inner_spin);
    dwcp_module_free(outer);
    dwcp_module_free(inner);
    dwcp_runtime_free(runtime);
}

/* A call whose module is compiled past its deadline ends before its guest begins; the code comes to the cache all the same. */
static void compiling(void) {
    dwcp_runtime_t *runtime = timed_runtime(1, UINT64_MAX);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_value_t results[2] = {{0}, {0}};
    struct outcome o = {.stats = DWCP_CALL_STATS_INIT};
    options.timeout_ns = 1000;
    o.status = dwcp_runtime_execute(runtime, (const uint8_t *)COUNTER_WAT, strlen(COUNTER_WAT), "counter", "count", NULL, 0, &options, results, 2, NULL, &o.stats, &o.error);
    ended_by_time(NULL, &o, 1000);
    CHECK(o.stats.cold && o.stats.start_ns == 0 && o.stats.execution_ns == 0 && o.stats.peak_memory_bytes == 0);
    dwcp_error_free(o.error);
    options.timeout_ns = UINT64_MAX;
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, (const uint8_t *)COUNTER_WAT, strlen(COUNTER_WAT), "counter", "count", NULL, 0, &options, results, 2, NULL, NULL, &err));
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtime, &cache, &err));
    CHECK(cache.modules == 1 && cache.evictions == 0);
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, NULL, 0, "counter", "count", NULL, 0, &options, results, 2, NULL, &o.stats, &err));
    CHECK(!o.stats.cold && dwcp_as_i32(results[0]) == 1);
    dwcp_runtime_free(runtime);
}

static void host_functions(void) {
    dwcp_runtime_t *runtime = timed_runtime(5, 0);
    dwcp_module_t *module = load_defined(runtime,
                                         "(module (import \"env\" \"overstay\" (func $f (param i32)))"
                                         " (func (export \"spin\") (loop (br 0)))"
                                         " (func (export \"run\") (param i32) (call $f (local.get 0))))",
                                         "overstay", "i:", overstay);
    dwcp_function_t *run_it = function_of(module, "run");
    for (int32_t i = 0; i < 3; i++) {
        struct outcome o = {.stats = DWCP_CALL_STATS_INIT};
        dwcp_value_t arg = dwcp_i32(i);
        o.status = dwcp_function_call(run_it, &arg, 1, NULL, NULL, 0, NULL, &o.stats, &o.error);
        ended_by_time(NULL, &o, 5 * MS);
        CHECK(o.stats.overrun_ns >= 30 * MS);
        dwcp_error_free(o.error);
    }
    dwcp_function_free(run_it);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* What a bulk instruction does after the deadline has no look at it: the call is over all the same, wherever that was. */
static void bulk(void) {
    dwcp_runtime_t *runtime = timed_runtime(1, UINT64_MAX);
    dwcp_call_options_t patient = DWCP_CALL_OPTIONS_INIT;
    patient.timeout_ns = UINT64_MAX;
    static const char fill[] = "(memory.fill (i32.const 0) (i32.const 7) (i32.const 134217728))";
    static const struct {
        const char *where, *wat, *signature;
    } late[] = {
        {"function", "(module (memory (export \"memory\") 2048) (func (export \"f\") %s))", ":"},
        {"start", "(module (memory (export \"memory\") 2048) (func (export \"f\")) (func $s %s) (start $s))", ":"},
        {"_initialize", "(module (memory (export \"memory\") 2048) (func (export \"f\")) (func (export \"_initialize\") %s))", ":"},
        {"allocator", "(module (memory (export \"memory\") 2048) (func (export \"f\") (param i32 i32)) (func (export \"malloc\") (param i32) (result i32) %s (i32.const 8)))", "s:"},
        {"cabi_post_", "(module (memory (export \"memory\") 2048) (func (export \"f\") (result i32 i32) (i32.const 8) (i32.const 0)) (func (export \"cabi_post_f\") (param i32 i32) %s))", ":s"},
    };
    for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
        int before = atomic_load(&test_failures);
        char wat[600];
        snprintf(wat, sizeof wat, late[i].wat, fill);
        dwcp_module_t *module = load(runtime, wat);
        dwcp_function_t *function = bind(module, "f", late[i].signature);
        dwcp_value_t text = dwcp_string("hello"), result = {0};
        struct outcome o = {.stats = DWCP_CALL_STATS_INIT};
        size_t nargs = late[i].signature[0] == 's';
        dwcp_vm_t *vm = NULL;
        if (i != 4) { /* what comes after a result is for sessions only: another VM ends with its call */
            o.status = dwcp_function_call(function, &text, nargs, NULL, &result, 1, NULL, &o.stats, &o.error);
            ended_by_time(NULL, &o, MS);
            CHECK(o.stats.overrun_ns > 0 && result.kind == 0);
            dwcp_error_free(o.error);
        }
        if (i == 1 || i == 2) {
            CHECK_STATUS(dwcp_vm_acquire, TIMEOUT, (module, NULL, &vm, &err));
        } else {
            REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, &patient, &vm, &err)));
            CHECK_STATUS(dwcp_vm_call, TIMEOUT, (vm, function, &text, nargs, NULL, &result, 1, NULL, NULL, &err));
            CHECK_EQ(result.kind, 0);
        }
        dwcp_vm_release(vm);
        dwcp_function_free(function);
        dwcp_module_free(module);
        if (before != atomic_load(&test_failures)) fprintf(stderr, "  in %s\n", late[i].where);
    }
    dwcp_runtime_free(runtime);
}

/* Gives the time that its call has left. */
HOST(time_left) {
    UNUSED;
    results[0] = dwcp_i64(dwcp_caller_remaining_ns(caller));
    return DWCP_OK;
}

static const char LEFT_WAT[] =
    "(module (import \"env\" \"left\" (func $left (result i64))) (func (export \"left\") (result i64) (call $left))"
    " (func (export \"spin\") (loop (br 0))))";

/* What a call may ask for, from a nanosecond to no deadline at all. */
static void ranges(void) {
    /* with a ceiling: UINT64_MAX is the ceiling, and a nanosecond above it is refused */
    dwcp_runtime_t *runtime = timed_runtime(40, 80);
    dwcp_module_t *module = load_defined(runtime, LEFT_WAT, "left", ":I", time_left);
    dwcp_function_t *spin = function_of(module, "spin"), *left = function_of(module, "left");
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    static const uint64_t within[] = {1, 1000, 199000, 200000, 1000000, 49000000, 50000000, 51000000, 80000000, UINT64_MAX, 0};
    for (size_t i = 0; i < sizeof within / sizeof *within; i++) {
        struct outcome o = {.stats = DWCP_CALL_STATS_INIT};
        options.timeout_ns = within[i];
        o.status = dwcp_function_call(spin, NULL, 0, &options, NULL, 0, NULL, &o.stats, &o.error);
        ended_by_time(NULL, &o, within[i] == 0 ? 40 * MS : within[i] == UINT64_MAX ? 80 * MS : within[i]);
        dwcp_error_free(o.error);
    }
    static const uint64_t above[] = {80000001, UINT64_C(1) << 63, UINT64_MAX - 1};
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        options.timeout_ns = above[i];
        CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (spin, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
        CHECK_STR(dwcp_error_limit_name(err), "max_execution_time_ms");
    }
    dwcp_value_t result = {0};
    options.timeout_ns = 60000000;
    CHECK_STATUS(dwcp_function_call, OK, (left, NULL, 0, &options, &result, 1, NULL, NULL, &err));
    CHECK(dwcp_as_i64(result) > 0 && dwcp_as_i64(result) <= 60000000);
    dwcp_function_free(spin);
    dwcp_function_free(left);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);

    /* without one: as good as for ever, or for ever; a token ends it */
    runtime = timed_runtime(0, UINT64_MAX);
    module = load_defined(runtime, LEFT_WAT, "left", ":I", time_left);
    left = function_of(module, "left");
    static const uint64_t huge[] = {0, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 999999, (UINT64_C(1) << 63) + 1, UINT64_C(1) << 63, INT64_MAX};
    for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        options.timeout_ns = huge[i];
        CHECK_STATUS(dwcp_function_call, OK, (left, NULL, 0, &options, &result, 1, NULL, &stats, &err));
        CHECK(dwcp_as_i64(result) > INT64_MAX - INT64_C(3600000000000) && stats.overrun_ns == 0);
        if (huge[i] == 0 || huge[i] == UINT64_MAX) CHECK_EQ(dwcp_as_i64(result), INT64_MAX);
        dwcp_vm_t *vm = NULL;
        CHECK_STATUS(dwcp_vm_acquire, OK, (module, &options, &vm, &err));
        CHECK_STATUS(dwcp_vm_call, OK, (vm, left, NULL, 0, &options, &result, 1, NULL, NULL, &err));
        dwcp_vm_release(vm);
    }
    options.timeout_ns = 2000000; /* a default of none, and a call that asks for one */
    spin = function_of(module, "spin");
    struct outcome o = {.stats = DWCP_CALL_STATS_INIT};
    o.status = dwcp_function_call(spin, NULL, 0, &options, NULL, 0, NULL, &o.stats, &o.error);
    ended_by_time(NULL, &o, 2 * MS);
    dwcp_error_free(o.error);
    dwcp_function_free(spin);
    dwcp_function_free(left);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    sem_init(&arrived, 0, 0);
    places(timed_runtime(0, UINT64_MAX), 0, (const uint64_t[]){1, 3 * 1000000, 55 * 1000000}, 3);
    places(timed_runtime(20, 0), 20, (const uint64_t[]){0}, 1);
    forget_arrivals();
    cancelled(0);
    cancelled(UINT64_C(3600000000000));
    slots();
    host_functions();
    handed_on();
    compiling();
    bulk();
    ranges();
    sem_destroy(&arrived);
    return report("deadlines");
}
