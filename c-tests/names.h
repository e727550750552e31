/* What the tests of names and of closing share: a guest that asks its host who it is, gates that threads wait at, guests that
 * run, sleep and wait. */
#ifndef DWCP_NAMES_H
#define DWCP_NAMES_H

#include "guests.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>

/* Answers what the host function says; `one` differs from `two` by its bytes and doubles or triples the answer. */
static const char ONE_WAT[] MAYBE_UNUSED =
    "(module (import \"env\" \"who\" (func $w (result i32))) (memory (export \"memory\") 1)"
    " (func (export \"who\") (result i32) (i32.mul (call $w) (i32.const 2))))";
static const char TWO_WAT[] MAYBE_UNUSED =
    "(module (import \"env\" \"who\" (func $w (result i32))) (memory (export \"memory\") 2)"
    " (func (export \"who\") (result i32) (i32.mul (call $w) (i32.const 3))))";

/* `user` is the answer. */
MAYBE_UNUSED static dwcp_status_t who(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                      dwcp_value_t *results, size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)nresults;
    results[0] = dwcp_i32((int32_t)(intptr_t)user);
    return DWCP_OK;
}

MAYBE_UNUSED static atomic_int finalized;

MAYBE_UNUSED static void count_end(void *user) {
    (void)user;
    atomic_fetch_add(&finalized, 1);
}

/* A module whose host function says `answer`; the end of its imports is counted. */
MAYBE_UNUSED static dwcp_module_t *load_who(dwcp_runtime_t *runtime, const char *wat, int answer) {
    dwcp_imports_t *imports = dwcp_imports_new();
    REQUIRE(CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "who", ":i", who, (void *)(intptr_t)answer, count_end, &err)));
    dwcp_module_t *module = load_with(runtime, wat, imports);
    dwcp_imports_free(imports);
    return module;
}

/* Guests that say that they run and then go on for as long as they are let: in a loop, asleep, in a host function, or not at
 * all. `_start` is the loop of a command. */
static const char GUESTS_WAT[] MAYBE_UNUSED =
    "(module (import \"env\" \"started\" (func $s)) (import \"env\" \"gate\" (func $g))"
    " (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1) (global (export \"seen\") (mut i32) (i32.const 7))"
    " (func (export \"loop\") (call $s) (loop (br 0)))"
    " (func (export \"sleep\") (call $s)"
    "  (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 3600000000000))"
    "  (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))"
    " (func (export \"wait\") (call $g))"
    " (func (export \"short\") (result i32) (i32.const 5))"
    " (func (export \"_start\") (call $s) (loop (br 0))))";

/* A place where callbacks wait until they are let through. */
struct gate {
    sem_t arrived, open;
};

MAYBE_UNUSED static void gate_init(struct gate *gate) {
    sem_init(&gate->arrived, 0, 0);
    sem_init(&gate->open, 0, 0);
}

MAYBE_UNUSED static dwcp_status_t say_started(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                              dwcp_value_t *results, size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&((struct gate *)user)->arrived);
    return DWCP_OK;
}

MAYBE_UNUSED static dwcp_status_t wait_at_gate(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                               dwcp_value_t *results, size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    /* Said from here: a guest that has only started may be cancelled before it comes here, and takes no post of the gate. */
    sem_post(&((struct gate *)user)->arrived);
    sem_wait(&((struct gate *)user)->open);
    return DWCP_OK;
}

MAYBE_UNUSED static dwcp_module_t *load_guests(dwcp_runtime_t *runtime, struct gate *gate) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "started", ":", say_started, gate, count_end, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "gate", ":", wait_at_gate, gate, count_end, &err));
    dwcp_module_t *module = load_with(runtime, GUESTS_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

/* A runtime in which guests may run and sleep for an hour. */
MAYBE_UNUSED static dwcp_runtime_t *patient_runtime(uint32_t slots) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 3600000, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, slots, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, slots, &err));
    return new_runtime(config);
}

/* A call on a thread of its own: of a function, in a session, of a command, or a batch. */
struct request {
    pthread_t thread;
    const dwcp_module_t *module;
    const char *function; /* NULL: the command */
    dwcp_vm_t *vm;        /* NULL: a VM of its own */
    dwcp_status_t status;
};

MAYBE_UNUSED static void *make_request(void *argument) {
    struct request *r = argument;
    if (r->function == NULL) {
        int32_t code = 0;
        r->status = dwcp_module_run(r->module, NULL, &code, NULL, NULL);
    } else if (r->vm == NULL) {
        r->status = call(r->module, r->function, NULL, 0, NULL, NULL, 0, NULL);
    } else {
        dwcp_function_t *function = function_of(r->module, r->function);
        r->status = dwcp_vm_call(r->vm, function, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
        dwcp_function_free(function);
    }
    test_forget();
    return NULL;
}

MAYBE_UNUSED static void begin(struct request *r, const dwcp_module_t *module, const char *function, dwcp_vm_t *vm) {
    r->module = module, r->function = function, r->vm = vm, r->status = -1;
    REQUIRE(pthread_create(&r->thread, NULL, make_request, r) == 0);
}

MAYBE_UNUSED static dwcp_status_t end_of(struct request *r) {
    pthread_join(r->thread, NULL);
    return r->status;
}

MAYBE_UNUSED static dwcp_vm_t *acquire(const dwcp_module_t *module) {
    dwcp_vm_t *vm = NULL;
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err)) && vm != NULL);
    return vm;
}

MAYBE_UNUSED static uint64_t active_vms(dwcp_runtime_t *runtime) {
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    return metrics.active_vms;
}

MAYBE_UNUSED static uint64_t guest_memory(dwcp_runtime_t *runtime) {
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    return metrics.memory_usage_bytes;
}

#endif
