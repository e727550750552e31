/* Sessions in use: by two threads, from inside themselves, by too many, by nobody for too long, and while their runtime ends. */
#include "session_guests.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

static sem_t entered, go_on;

/* Tells the test that the guest is here and waits until it may go on. */
static dwcp_status_t meet(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&entered);
    while (sem_wait(&go_on) != 0) {}
    return DWCP_OK;
}

/* Does what the call's user data says. */
struct inner {
    void (*act)(struct inner *);
    dwcp_runtime_t *runtime;
    dwcp_vm_t *vm;
    const dwcp_function_t *function;
};

static dwcp_status_t act(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                         size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    struct inner *inner = dwcp_caller_user_data(caller);
    inner->act(inner);
    return DWCP_OK;
}

static const char MEET_WAT[] =
    "(module (import \"env\" \"meet\" (func $meet)) (import \"env\" \"act\" (func $act))"
    " (memory (export \"memory\") 1) (global $g (export \"g\") (mut i32) (i32.const 0))"
    " (func (export \"meet\") (call $meet)) (func (export \"act\") (call $act))"
    " (func (export \"spin\") (call $meet) (loop (br 0)))"
    " (func (export \"next\") (result i32) (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))";

static dwcp_module_t *load_meet(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "meet", ":", meet, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "act", ":", act, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, MEET_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

static dwcp_config_t *patient(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 3600000, &err));
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    return config;
}

struct caller {
    pthread_t thread;
    dwcp_vm_t *vm;
    const dwcp_function_t *function;
    dwcp_status_t status;
};

static void *call_it(void *argument) {
    struct caller *c = argument;
    c->status = dwcp_vm_call(c->vm, c->function, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
    return NULL;
}

static void start(struct caller *c, dwcp_vm_t *vm, const dwcp_function_t *function) {
    *c = (struct caller){.vm = vm, .function = function, .status = -1};
    REQUIRE(pthread_create(&c->thread, NULL, call_it, c) == 0);
    while (sem_wait(&entered) != 0) {}
}

/* Everything but releasing it is refused while the session is in a call, and nothing is harmed. */
static void all_busy(struct inner *inner) {
    dwcp_vm_t *vm = inner->vm;
    dwcp_value_t value = dwcp_i32(1), reference = dwcp_externref_null(), function = dwcp_funcref_null();
    uint64_t size;
    char byte;
    void *data;
    CHECK_STATUS(dwcp_vm_call, BUSY, (vm, inner->function, NULL, 0, NULL, &value, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_call_ref, BUSY, (vm, &function, NULL, 0, NULL, &value, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_read, BUSY, (vm, 0, &byte, 1, &err));
    CHECK_STATUS(dwcp_vm_write, BUSY, (vm, 0, "x", 1, &err));
    CHECK_STATUS(dwcp_vm_memory_size, BUSY, (vm, &size, &err));
    CHECK_STATUS(dwcp_vm_global_get, BUSY, (vm, "g", &value, &err));
    value = dwcp_i32(1);
    CHECK_STATUS(dwcp_vm_global_set, BUSY, (vm, "g", &value, &err));
    CHECK_STATUS(dwcp_vm_externref_new, BUSY, (vm, NULL, NULL, &value, &err));
    CHECK_STATUS(dwcp_vm_externref_data, BUSY, (vm, &reference, &data, &err));
    CHECK_STATUS(dwcp_vm_ref_free, BUSY, (vm, &reference, &err));
    CHECK_STATUS(dwcp_vm_gc, BUSY, (vm, &err));
}

static void busy(void) {
    dwcp_runtime_t *runtime = new_runtime(patient());
    dwcp_module_t *module = load_meet(runtime);
    dwcp_function_t *meeting = function_of(module, "meet"), *next = function_of(module, "next");
    dwcp_vm_t *vm = acquire(module, NULL), *other = acquire(module, NULL);
    struct inner inner = {.act = all_busy, .runtime = runtime, .vm = vm, .function = next};
    struct caller caller;
    start(&caller, vm, meeting);
    all_busy(&inner);
    CHECK_EQ(vm_call_i32(other, module, "next"), 1); /* another session of the module is not in use */
    sem_post(&go_on);
    pthread_join(caller.thread, NULL);
    CHECK_EQ(caller.status, DWCP_OK);
    CHECK_EQ(vm_call_i32(vm, module, "next"), 1);

    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.user_data = &inner;
    CHECK_EQ(vm_call(vm, module, "act", NULL, NULL, 0, &options, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(vm_call_i32(vm, module, "next"), 2);
    dwcp_vm_release(other);
    dwcp_vm_release(vm);
    CHECK_EQ(metrics_of(runtime).active_vms, 0);
    dwcp_function_free(next);
    dwcp_function_free(meeting);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static void release_it(struct inner *inner) {
    dwcp_vm_release(inner->vm);
    CHECK_EQ(metrics_of(inner->runtime).active_vms, 1); /* it ends with the call */
}

static void call_the_other(struct inner *inner) {
    dwcp_value_t value = {0};
    CHECK_STATUS(dwcp_vm_call, OK, (inner->vm, inner->function, NULL, 0, NULL, &value, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(value), 1);
}

static void close_it(struct inner *inner) {
    CHECK_STATUS(dwcp_runtime_close, BUSY, (inner->runtime, 0, &err));
    test_forget(); /* the call around this one begins with none */
}

static void free_runtime(struct inner *inner) { dwcp_runtime_free(inner->runtime); }

static void from_inside(void) {
    dwcp_runtime_t *runtime = new_runtime(patient());
    dwcp_module_t *module = load_meet(runtime);
    dwcp_function_t *next = function_of(module, "next"), *acting = function_of(module, "act");
    dwcp_vm_t *vm = acquire(module, NULL), *other = acquire(module, NULL), *third = NULL;
    struct inner inner = {.act = call_the_other, .runtime = runtime, .vm = other, .function = next};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.user_data = &inner;
    CHECK_STATUS(dwcp_vm_call, OK, (vm, acting, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    inner.act = close_it;
    CHECK_STATUS(dwcp_vm_call, OK, (vm, acting, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    dwcp_vm_release(other);
    inner.act = release_it;
    inner.vm = vm;
    CHECK_STATUS(dwcp_vm_call, OK, (vm, acting, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    CHECK_EQ(metrics_of(runtime).active_vms, 0);

    /* the runtime goes while a guest of it is up the stack: its sessions go at once, the one in use with its call */
    vm = acquire(module, NULL), third = acquire(module, NULL);
    inner.act = free_runtime;
    CHECK_STATUS(dwcp_vm_call, CANCELLED, (vm, acting, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_gc, CLOSED, (vm, &err));
    CHECK_STATUS(dwcp_vm_gc, CLOSED, (third, &err));
    dwcp_vm_release(third);
    dwcp_vm_release(vm);
    dwcp_function_free(acting);
    dwcp_function_free(next);
    dwcp_module_free(module);
}

/* A session has a slot as long as it has a VM. */
static void slots(void) {
    dwcp_config_t *config = patient();
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 2, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 2, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 0, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load_ends(runtime, "none");
    dwcp_function_t *fine = function_of(module, "fine"), *trap = function_of(module, "trap");
    dwcp_value_t result = {0};
    dwcp_vm_t *first = acquire(module, NULL), *second = acquire(module, NULL), *third = NULL;
    for (int way = 0; way < 3; way++) {
        CHECK_EQ(metrics_of(runtime).active_vms, 2);
        CHECK_STATUS(dwcp_vm_acquire, NO_SLOT, (module, NULL, &third, &err));
        CHECK_HAS(message(), "max_live_vms");
        CHECK_STATUS(dwcp_function_call, NO_SLOT, (fine, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
        CHECK_STATUS(dwcp_vm_call, OK, (first, fine, NULL, 0, NULL, &result, 1, NULL, NULL, &err)); /* it has its own */
        switch (way) {
        case 0: dwcp_vm_release(second); break;
        case 1: CHECK_STATUS(dwcp_vm_call, TRAP, (second, trap, NULL, 0, NULL, NULL, 0, NULL, NULL, &err)); break;
        default: CHECK_STATUS(dwcp_module_disable, OK, (module, true, &err)); break;
        }
        CHECK_EQ(metrics_of(runtime).active_vms, way < 2);
        if (way == 2) break;
        CHECK_STATUS(dwcp_function_call, OK, (fine, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
        if (way == 1) dwcp_vm_release(second);
        second = acquire(module, NULL);
    }
    dwcp_vm_release(second);
    dwcp_vm_release(first);
    dwcp_function_free(trap);
    dwcp_function_free(fine);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void idle(void) {
    dwcp_config_t *config = patient();
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 20, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load_meet(runtime);
    dwcp_function_t *meeting = function_of(module, "meet"), *next = function_of(module, "next");
    dwcp_vm_t *used = acquire(module, NULL), *unused[3];
    struct caller caller;
    dwcp_value_t result = {0};
    start(&caller, used, meeting);
    for (int i = 0; i < 3; i++) unused[i] = acquire(module, NULL);
    for (double until = now() + 60; metrics_of(runtime).active_vms > 1 && now() < until;) sched_yield();
    CHECK_EQ(metrics_of(runtime).active_vms, 1); /* the one in use, though that took longer */
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 65536);
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(dwcp_vm_call, VM_DEAD, (unused[i], next, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
        CHECK_HAS(message(), "session_idle_timeout_ms");
        CHECK_HAS(message(), "20 ms");
        dwcp_vm_release(unused[i]);
    }
    sem_post(&go_on);
    pthread_join(caller.thread, NULL);
    CHECK_EQ(caller.status, DWCP_OK);
    for (double until = now() + 60; metrics_of(runtime).active_vms > 0 && now() < until;) sched_yield();
    CHECK_STATUS(dwcp_vm_call, VM_DEAD, (used, next, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    dwcp_vm_release(used);

    /* the thread of one session is not busy with another: one that is always in use lives on beside the idle ones */
    used = acquire(module, NULL);
    for (int i = 0; i < 3; i++) unused[i] = acquire(module, NULL);
    int32_t calls = 0;
    bool refused = false;
    for (double until = now() + 60; metrics_of(runtime).active_vms > 1 && !refused && now() < until; calls++) {
        /* a session that rested for 20 ms because the machine did may be gone; one that is in nobody's hands is never BUSY */
        dwcp_status_t status = dwcp_vm_call(used, next, NULL, 0, NULL, &result, 1, NULL, NULL, NULL);
        CHECK(status == DWCP_OK || status == DWCP_ERR_VM_DEAD);
        refused = status != DWCP_OK;
        if (!refused) CHECK_EQ(dwcp_as_i32(result), calls + 1);
    }
    for (int i = 0; i < 3; i++) dwcp_vm_release(unused[i]);
    dwcp_vm_release(used);
    dwcp_function_free(next);
    dwcp_function_free(meeting);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static void *close_runtime(void *runtime) {
    CHECK_EQ(dwcp_runtime_close(runtime, 0, NULL), DWCP_OK);
    return NULL;
}

/* Closing ends the sessions, those that rest and those in a call, whoever closes and however many. */
static void closing(void) {
    for (int round = 0; round < 20; round++) {
        dwcp_runtime_t *runtime = new_runtime(patient());
        dwcp_module_t *module = load_meet(runtime);
        dwcp_function_t *spin = function_of(module, "spin"), *next = function_of(module, "next");
        dwcp_vm_t *resting[3], *used = acquire(module, NULL);
        for (int i = 0; i < 3; i++) resting[i] = acquire(module, NULL);
        struct caller caller;
        start(&caller, used, spin);
        sem_post(&go_on);
        pthread_t closers[3];
        for (int i = 0; i < 3; i++) REQUIRE(pthread_create(&closers[i], NULL, close_runtime, runtime) == 0);
        if (round % 2) dwcp_vm_release(resting[0]); /* at the same time */
        for (int i = 0; i < 3; i++) pthread_join(closers[i], NULL);
        pthread_join(caller.thread, NULL);
        CHECK_EQ(caller.status, DWCP_ERR_CANCELLED);
        dwcp_value_t result = {0};
        CHECK_STATUS(dwcp_vm_call, CLOSED, (used, next, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
        CHECK_STATUS(dwcp_vm_call, CLOSED, (resting[1], next, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
        if (round < 10) dwcp_runtime_free(runtime);
        for (int i = round % 2; i < 3; i++) dwcp_vm_release(resting[i]);
        dwcp_vm_release(used);
        dwcp_function_free(next);
        dwcp_function_free(spin);
        dwcp_module_free(module);
        if (round >= 10) dwcp_runtime_free(runtime);
    }
}

enum { THREADS = 4, SESSIONS = 300 };

static void *come_and_go(void *module) {
    for (int i = 0; i < SESSIONS; i++) {
        dwcp_vm_t *vm = acquire(module, NULL);
        CHECK_EQ(vm_call_i32(vm, module, "next"), 1);
        CHECK_EQ(vm_call_i32(vm, module, "next"), 2);
        dwcp_vm_release(vm);
    }
    test_forget();
    return NULL;
}

/* More sessions than fit the list at once come and go on several threads: none is left. */
static void many(void) {
    dwcp_config_t *config = patient();
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 0, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load_meet(runtime);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, come_and_go, module) == 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    dwcp_runtime_metrics_t metrics = metrics_of(runtime);
    CHECK_EQ(metrics.active_vms, 0);
    CHECK_EQ(metrics.memory_usage_bytes, 0);
    CHECK_EQ(metrics.total_executions, 2 * THREADS * SESSIONS);
    CHECK_EQ(metrics.failed_executions, 0);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    sem_init(&entered, 0, 0);
    sem_init(&go_on, 0, 0);
    busy();
    from_inside();
    slots();
    idle();
    closing();
    many();
    return report("sessions_in_use");
}
