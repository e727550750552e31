/* Cancel tokens: fired before, during and after calls, wherever a call may be; for sessions, several runtimes and many threads;
 * and never a call that misses its token. */
#include "guests.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

static sem_t running, go_on;

/* Tells the test that the guest is here, and returns. */
static dwcp_status_t note(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&running);
    return DWCP_OK;
}

/* Stays until its call is to end, and then says that all went well. */
static dwcp_status_t linger(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                            size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    CHECK(!dwcp_caller_is_cancelled(caller));
    sem_post(&running);
    while (!dwcp_caller_is_cancelled(caller)) sched_yield();
    return DWCP_OK;
}

/* Stays until the test lets it go on. */
static dwcp_status_t hold(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&running);
    sem_wait(&go_on);
    return DWCP_OK;
}

/* Fires the token that it finds in the call's user data. */
static dwcp_status_t fire(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_cancel_fire(dwcp_caller_user_data(caller));
    CHECK(dwcp_caller_is_cancelled(caller));
    return DWCP_OK;
}

/* What a guest can be busy with; "note" tells that it is. */
static const char GUEST[] =
    "(module"
    " (import \"env\" \"note\" (func $note)) (import \"env\" \"linger\" (func $linger))"
    " (import \"env\" \"hold\" (func $hold)) (import \"env\" \"fire\" (func $fire))"
    " (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1) (global $count (mut i32) (i32.const 0))"
    " (func (export \"count\") (result i32) (global.set $count (i32.add (global.get $count) (i32.const 1))) (global.get $count))"
    " (func (export \"spin\") (call $note) (loop (br 0)))"
    " (func (export \"sleep\") (result i32)"
    "  (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 3600000000000))"
    "  (call $note) (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))"
    " (func (export \"linger\") (call $linger))"
    " (func (export \"hold\") (call $hold))"
    " (func (export \"fire\") (call $fire) (loop (br 0)))"
    " (func (export \"malloc\") (param i32) (result i32) (call $note) (loop (br 0)) (i32.const 8))"
    " (func (export \"text\") (param i32 i32))"
    " (func (export \"_start\") (call $note) (loop (br 0))))";

static const char STARTS_WAT[] =
    "(module (import \"env\" \"note\" (func $note)) (func $begin (call $note) (loop (br 0))) (start $begin) (func (export \"f\")))";
static const char INITIALIZES_WAT[] =
    "(module (import \"env\" \"note\" (func $note))"
    " (func (export \"_initialize\") (call $note) (loop (br 0))) (func (export \"f\")))";

static dwcp_imports_t *imports;

static dwcp_imports_t *host_functions(void) {
    dwcp_imports_t *set = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (set, "env", "note", ":", note, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (set, "env", "linger", ":", linger, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (set, "env", "hold", ":", hold, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (set, "env", "fire", ":", fire, NULL, NULL, &err));
    return set;
}

/* No fuel and an hour of time: only a token ends a call. Without a default deadline if `timed` is false. */
static dwcp_config_t *endless(bool timed) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, timed ? 3600000 : 0, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, OK, (config, timed ? 3600000 : UINT64_MAX, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err));
    return config;
}

struct job {
    pthread_t thread;
    const dwcp_function_t *function;
    const dwcp_cancel_t *cancel;
    dwcp_value_t arg;
    size_t nargs;
    dwcp_call_stats_t stats;
    dwcp_status_t status;
    char said[200];
};

static void *call_job(void *argument) {
    struct job *job = argument;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.cancel = job->cancel;
    dwcp_value_t result = {0};
    dwcp_error_t *error = NULL;
    job->stats = (dwcp_call_stats_t)DWCP_CALL_STATS_INIT;
    job->status = dwcp_function_call(job->function, &job->arg, job->nargs, &options, &result, 1, NULL, &job->stats, &error);
    snprintf(job->said, sizeof job->said, "%s", dwcp_error_message(error));
    dwcp_error_free(error);
    return NULL;
}

static void start(struct job *job, const dwcp_function_t *function, const dwcp_cancel_t *cancel) {
    memset(job, 0, sizeof *job);
    job->function = function;
    job->cancel = cancel;
    REQUIRE(pthread_create(&job->thread, NULL, call_job, job) == 0);
}

static uint64_t metric(dwcp_runtime_t *runtime, bool failed) {
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK_EQ(metrics.timeouts, 0);
    return failed ? metrics.failed_executions : metrics.total_executions;
}

static void before_and_after(void) {
    dwcp_runtime_t *runtime = new_runtime(endless(true));
    dwcp_module_t *module = load_with(runtime, GUEST, imports);
    dwcp_function_t *count = function_of(module, "count"), *spin = function_of(module, "spin");
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.cancel = cancel;
    dwcp_value_t result = {0}, both[2] = {{0}, {0}};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    size_t n = 0;

    /* after: what has ended is not touched, and fired once or twice is the same */
    CHECK(!dwcp_cancel_is_fired(cancel) && !dwcp_cancel_is_fired(NULL));
    CHECK_STATUS(dwcp_function_call, OK, (count, NULL, 0, &options, &result, 1, &n, &stats, &err));
    CHECK(stats.start_ns > 0);
    dwcp_cancel_fire(cancel);
    dwcp_cancel_fire(cancel);
    CHECK(dwcp_cancel_is_fired(cancel) && dwcp_as_i32(result) == 1);

    /* before: refused until it is reset, and no guest runs */
    result = dwcp_i64(77);
    n = 9;
    CHECK_STATUS(dwcp_function_call, CANCELLED, (count, NULL, 0, &options, &result, 1, &n, &stats, &err));
    CHECK_HAS(message(), "cancelled");
    CHECK(n == 0 && result.kind == DWCP_KIND_I64 && dwcp_as_i64(result) == 77);
    CHECK(stats.call_id == 2 && stats.start_ns == 0 && stats.execution_ns == 0 && stats.wall_ns > 0 && stats.overrun_ns == 0);
    CHECK(stats.limit_hit == NULL && stats.fuel_used == 0);
    CHECK_STATUS(dwcp_function_call, CANCELLED, (spin, NULL, 0, &options, NULL, 0, &n, NULL, &err));
    CHECK(sem_trywait(&running) != 0);
    int32_t code = 5;
    CHECK_STATUS(dwcp_module_run, CANCELLED, (module, &options, &code, &stats, &err));
    CHECK_EQ(code, 0);
    CHECK_STATUS(dwcp_runtime_execute, CANCELLED, (runtime, (const uint8_t *)COUNTER_WAT, strlen(COUNTER_WAT), NULL, "count", NULL,
                                                   0, &options, both, 2, &n, &stats, &err));
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, CANCELLED, (module, &options, &vm, &err));
    CHECK(vm == NULL);
    CHECK_EQ(metric(runtime, false), 5);
    CHECK_EQ(metric(runtime, true), 4);

    dwcp_cancel_reset(cancel);
    dwcp_cancel_reset(cancel);
    CHECK(!dwcp_cancel_is_fired(cancel));
    for (int i = 0; i < 100; i++) { /* one token for many calls */
        CHECK_STATUS(dwcp_function_call, OK, (count, NULL, 0, &options, &result, 1, &n, &stats, &err));
        dwcp_cancel_fire(cancel);
        CHECK_STATUS(dwcp_function_call, CANCELLED, (count, NULL, 0, &options, &result, 1, &n, &stats, &err));
        dwcp_cancel_reset(cancel);
    }

    /* a handle of another kind */
    options.cancel = (const dwcp_cancel_t *)count;
    CHECK_STATUS(dwcp_function_call, WRONG_HANDLE, (count, NULL, 0, &options, &result, 1, &n, &stats, &err));
    dwcp_cancel_fire((const dwcp_cancel_t *)count);
    dwcp_cancel_fire(NULL);
    dwcp_cancel_reset(NULL);
    dwcp_cancel_free(NULL);

    dwcp_cancel_free(cancel);
    dwcp_function_free(count);
    dwcp_function_free(spin);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* Wherever a call is, its token finds it. */
static void during(bool timed) {
    dwcp_runtime_t *runtime = new_runtime(endless(timed));
    dwcp_module_t *module = load_with(runtime, GUEST, imports), *starts = load_with(runtime, STARTS_WAT, imports),
                  *initializes = load_with(runtime, INITIALIZES_WAT, imports);
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    struct {
        dwcp_function_t *function;
        bool reached; /* the called function itself began */
    } cases[6] = {{function_of(module, "spin"), true}, {function_of(module, "sleep"), true},   {function_of(module, "linger"), true},
                  {function_of(starts, "f"), false},   {function_of(initializes, "f"), false}, {NULL, false}};
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "text", "s:", &cases[5].function, &err)); /* in malloc */
    for (size_t i = 0; i < 6; i++) {
        struct job job;
        memset(&job, 0, sizeof job);
        job.function = cases[i].function;
        job.cancel = cancel;
        job.arg = dwcp_string("hello");
        job.nargs = i == 5;
        REQUIRE(pthread_create(&job.thread, NULL, call_job, &job) == 0);
        sem_wait(&running);
        dwcp_cancel_fire(cancel);
        pthread_join(job.thread, NULL);
        CHECK_EQ(job.status, DWCP_ERR_CANCELLED);
        CHECK_HAS(job.said, "cancelled");
        CHECK_EQ(job.stats.start_ns > 0, cases[i].reached);
        CHECK_EQ(job.stats.execution_ns > 0, cases[i].reached);
        CHECK(job.stats.wall_ns >= job.stats.execution_ns && !job.stats.fuel_exact && job.stats.limit_hit == NULL);
        CHECK_EQ(job.stats.peak_memory_bytes, i == 3 || i == 4 ? 0 : 65536);
        dwcp_cancel_reset(cancel);
        dwcp_function_free(cases[i].function);
    }
    CHECK_EQ(metric(runtime, false), 6);
    CHECK_EQ(metric(runtime, true), 6);
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK(metrics.active_vms == 0 && metrics.memory_usage_bytes == 0);

    /* from inside a host function of the very call, in a session too, whose VM it ends */
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.cancel = cancel;
    options.user_data = cancel;
    dwcp_function_t *self = function_of(module, "fire");
    CHECK_STATUS(dwcp_function_call, CANCELLED, (self, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    dwcp_cancel_reset(cancel);
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err));
    CHECK_STATUS(dwcp_vm_call, CANCELLED, (vm, self, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    dwcp_cancel_reset(cancel);
    CHECK_STATUS(dwcp_vm_call, VM_DEAD, (vm, self, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    dwcp_vm_release(vm);
    dwcp_function_free(self);

    dwcp_cancel_free(cancel);
    dwcp_module_free(module);
    dwcp_module_free(starts);
    dwcp_module_free(initializes);
    dwcp_runtime_free(runtime);
}

/* Three wait for the only slot: one is cancelled, two get it. */
static void waiting_for_a_slot(void) {
    dwcp_config_t *config = endless(true);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load_with(runtime, GUEST, imports);
    dwcp_function_t *holds = function_of(module, "hold"), *count = function_of(module, "count");
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    struct job holder, waiters[3];
    start(&holder, holds, NULL);
    sem_wait(&running);
    for (int i = 0; i < 3; i++) start(&waiters[i], count, i == 1 ? cancel : NULL);
    dwcp_cancel_fire(cancel);
    pthread_join(waiters[1].thread, NULL);
    CHECK_EQ(waiters[1].status, DWCP_ERR_CANCELLED);
    CHECK_HAS(waiters[1].said, "slot");
    CHECK(waiters[1].stats.wait_ns > 0 && waiters[1].stats.start_ns == 0 && waiters[1].stats.peak_memory_bytes == 0);
    sem_post(&go_on);
    pthread_join(holder.thread, NULL);
    for (int i = 0; i < 3; i += 2) {
        pthread_join(waiters[i].thread, NULL);
        CHECK_EQ(waiters[i].status, DWCP_OK);
    }
    CHECK_EQ(holder.status, DWCP_OK);
    dwcp_cancel_free(cancel);
    dwcp_function_free(holds);
    dwcp_function_free(count);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* One token, two runtimes, eight threads; then a token that is freed while calls run, which nothing ends but the runtime. */
static void many_calls_of_one_token(void) {
    dwcp_runtime_t *runtimes[2] = {new_runtime(endless(true)), new_runtime(endless(false))};
    dwcp_module_t *modules[2];
    dwcp_function_t *spins[2];
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    for (int i = 0; i < 2; i++) {
        modules[i] = load_with(runtimes[i], GUEST, imports);
        spins[i] = function_of(modules[i], "spin");
    }
    struct job jobs[8];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 8; i++) start(&jobs[i], spins[i % 2], cancel);
        for (int i = 0; i < 8; i++) sem_wait(&running);
        dwcp_cancel_fire(cancel);
        for (int i = 0; i < 8; i++) {
            pthread_join(jobs[i].thread, NULL);
            CHECK_EQ(jobs[i].status, DWCP_ERR_CANCELLED);
        }
        dwcp_cancel_reset(cancel);
    }
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(metric(runtimes[i], false), 12);
        CHECK_EQ(metric(runtimes[i], true), 12);
    }
    start(&jobs[0], spins[0], cancel);
    start(&jobs[1], spins[1], cancel);
    sem_wait(&running);
    sem_wait(&running);
    dwcp_cancel_free(cancel);
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(dwcp_runtime_close, OK, (runtimes[i], 0, &err));
        pthread_join(jobs[i].thread, NULL);
        CHECK_EQ(jobs[i].status, DWCP_ERR_CANCELLED);
        CHECK_HAS(jobs[i].said, "closed");
        dwcp_function_free(spins[i]);
        dwcp_module_free(modules[i]);
        dwcp_runtime_free(runtimes[i]);
    }
}

struct session_call {
    dwcp_vm_t *vm;
    const dwcp_function_t *function;
    const dwcp_cancel_t *cancel;
};

static void *call_in_session(void *argument) {
    const struct session_call *c = argument;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.cancel = c->cancel;
    CHECK_STATUS(dwcp_vm_call, CANCELLED, (c->vm, c->function, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    test_forget();
    return NULL;
}

/* The token of the acquisition holds for every call, and a call may bring one more. */
static void sessions(void) {
    dwcp_runtime_t *runtime = new_runtime(endless(true));
    dwcp_module_t *module = load_with(runtime, GUEST, imports);
    dwcp_function_t *count = function_of(module, "count"), *spin = function_of(module, "spin");
    dwcp_cancel_t *whole = dwcp_cancel_new(), *own = dwcp_cancel_new();
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT, each = DWCP_CALL_OPTIONS_INIT;
    options.cancel = whole;
    each.cancel = own;
    for (int which = 0; which < 2; which++) {
        dwcp_cancel_t *token = which == 0 ? whole : own;
        dwcp_vm_t *vm = NULL;
        dwcp_value_t result = {0};
        CHECK_STATUS(dwcp_vm_acquire, OK, (module, &options, &vm, &err));
        CHECK_STATUS(dwcp_vm_call, OK, (vm, count, NULL, 0, &each, &result, 1, NULL, NULL, &err));
        /* fired between calls: the next does not begin, and the VM is as it was */
        dwcp_cancel_fire(token);
        CHECK_STATUS(dwcp_vm_call, CANCELLED, (vm, count, NULL, 0, &each, &result, 1, NULL, NULL, &err));
        dwcp_cancel_reset(token);
        CHECK_STATUS(dwcp_vm_call, OK, (vm, count, NULL, 0, &each, &result, 1, NULL, NULL, &err));
        CHECK_EQ(dwcp_as_i32(result), 2);
        /* fired during a call: the guest is torn down, and the VM with it */
        struct session_call c = {vm, spin, own};
        pthread_t thread;
        REQUIRE(pthread_create(&thread, NULL, call_in_session, &c) == 0);
        sem_wait(&running);
        dwcp_cancel_fire(token);
        pthread_join(thread, NULL);
        dwcp_cancel_reset(token);
        CHECK_STATUS(dwcp_vm_call, VM_DEAD, (vm, count, NULL, 0, &each, &result, 1, NULL, NULL, &err));
        CHECK_HAS(message(), "cancelled");
        dwcp_vm_release(vm);
    }
    /* the same token twice, and the handle freed before the session */
    dwcp_vm_t *vm = NULL;
    dwcp_value_t result = {0};
    each.cancel = whole;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, &options, &vm, &err));
    CHECK_STATUS(dwcp_vm_call, OK, (vm, count, NULL, 0, &each, &result, 1, NULL, NULL, &err));
    dwcp_cancel_free(whole);
    CHECK_STATUS(dwcp_vm_call, OK, (vm, count, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 2);
    dwcp_vm_release(vm);
    dwcp_cancel_free(own);
    dwcp_function_free(count);
    dwcp_function_free(spin);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static atomic_bool stop;

static void *call_without_token(void *function) {
    uint64_t calls = 0;
    do {
        dwcp_value_t arg = dwcp_i32(20000), result = {0};
        if (dwcp_function_call(function, &arg, 1, NULL, &result, 1, NULL, NULL, NULL) != DWCP_OK || dwcp_as_i32(result) != 7)
            CHECK(!"a call without the token was disturbed");
        calls++;
    } while (!atomic_load(&stop));
    CHECK(calls > 0);
    return NULL;
}

/* A token that is fired a thousand times ends nobody else's call. */
static void others_go_on(void) {
    dwcp_runtime_t *runtime = new_runtime(endless(true));
    dwcp_module_t *module = load_with(runtime, GUEST, imports), *looper = load(runtime, LOOP_WAT);
    dwcp_function_t *spin = function_of(module, "spin"), *turns = function_of(looper, "turns");
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    pthread_t others[2];
    for (int i = 0; i < 2; i++) REQUIRE(pthread_create(&others[i], NULL, call_without_token, turns) == 0);
    for (int i = 0; i < 1000; i++) {
        struct job job;
        if (i % 10 == 0) { /* with a call that carries it, or with none */
            start(&job, spin, cancel);
            sem_wait(&running);
        }
        dwcp_cancel_fire(cancel);
        if (i % 10 == 0) {
            pthread_join(job.thread, NULL);
            CHECK_EQ(job.status, DWCP_ERR_CANCELLED);
        }
        dwcp_cancel_reset(cancel);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++) pthread_join(others[i], NULL);
    CHECK_EQ(metric(runtime, true), 100);
    dwcp_cancel_free(cancel);
    dwcp_function_free(spin);
    dwcp_function_free(turns);
    dwcp_module_free(module);
    dwcp_module_free(looper);
    dwcp_runtime_free(runtime);
}

enum { PAIRS = 2, ROUNDS = 10000 };

/* A caller and who cancels it, at moments that drift over the whole call. */
struct pair {
    pthread_t caller, firer;
    const dwcp_function_t *function;
    dwcp_cancel_t *cancel, *noise;
    sem_t ready, done;
    uint32_t random;
};

static void *keep_calling(void *argument) {
    struct pair *p = argument;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.cancel = p->cancel;
    int wrong = 0;
    for (int i = 0; i < ROUNDS; i++) {
        sem_post(&p->ready);
        wrong += dwcp_function_call(p->function, NULL, 0, &options, NULL, 0, NULL, NULL, NULL) != DWCP_ERR_CANCELLED;
        sem_post(&p->done);
        while (dwcp_cancel_is_fired(p->cancel)) sched_yield(); /* the other resets it */
    }
    CHECK_EQ(wrong, 0);
    return NULL;
}

static void *keep_firing(void *argument) {
    struct pair *p = argument;
    for (int i = 0; i < ROUNDS; i++) {
        sem_wait(&p->ready);
        p->random = p->random * 1664525u + 1013904223u;
        for (volatile uint32_t turns = p->random >> 18; turns > 0; turns--) {}
        /* Another token makes the guest look, and this one comes while it does. */
        dwcp_cancel_fire(p->noise);
        for (volatile uint32_t turns = p->random >> 8 & 127; turns > 0; turns--) {}
        dwcp_cancel_fire(p->cancel);
        sem_wait(&p->done);
        dwcp_cancel_reset(p->cancel);
    }
    return NULL;
}

/* Calls without a deadline: but for its token nothing would ever make such a guest look up again, so one that misses it hangs. */
static void never_missed(void) {
    dwcp_runtime_t *runtime = new_runtime(endless(false));
    dwcp_module_t *module = load(runtime, SPIN_WAT), *holder = load_with(runtime, GUEST, imports);
    dwcp_function_t *spin = function_of(module, "spin"), *holds = function_of(holder, "hold");
    dwcp_cancel_t *noise = dwcp_cancel_new();
    struct job held; /* carries the other token all the time */
    start(&held, holds, noise);
    sem_wait(&running);
    struct pair pairs[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        struct pair *p = &pairs[i];
        p->function = spin;
        p->cancel = dwcp_cancel_new();
        p->noise = noise;
        p->random = (uint32_t)i + 1;
        sem_init(&p->ready, 0, 0);
        sem_init(&p->done, 0, 0);
        REQUIRE(pthread_create(&p->caller, NULL, keep_calling, p) == 0 && pthread_create(&p->firer, NULL, keep_firing, p) == 0);
    }
    for (int i = 0; i < PAIRS; i++) {
        pthread_join(pairs[i].caller, NULL);
        pthread_join(pairs[i].firer, NULL);
        dwcp_cancel_free(pairs[i].cancel);
        sem_destroy(&pairs[i].ready);
        sem_destroy(&pairs[i].done);
    }
    CHECK_EQ(metric(runtime, true), PAIRS * ROUNDS);
    sem_post(&go_on);
    pthread_join(held.thread, NULL);
    CHECK_EQ(held.status, DWCP_ERR_CANCELLED); /* it finds out when it comes back from the host */
    dwcp_cancel_free(noise);
    dwcp_function_free(spin);
    dwcp_function_free(holds);
    dwcp_module_free(module);
    dwcp_module_free(holder);
    dwcp_runtime_free(runtime);
}

int main(void) {
    sem_init(&running, 0, 0);
    sem_init(&go_on, 0, 0);
    imports = host_functions();
    before_and_after();
    during(true);
    during(false);
    waiting_for_a_slot();
    many_calls_of_one_token();
    sessions();
    others_go_on();
    never_missed();
    dwcp_imports_free(imports);
    sem_destroy(&running);
    sem_destroy(&go_on);
    return report("cancel");
}
