/* Draining: new work is refused, what is under way goes on, nothing is lost, and the runtime takes work again. */
#include "names.h"

static struct gate gate;

/* Counts, holds references, and calls the host. */
static const char KEEPER_WAT[] =
    "(module (import \"env\" \"gate\" (func $g)) (memory (export \"memory\") 1)"
    " (global (export \"count\") (mut i32) (i32.const 0)) (global (export \"held\") (mut externref) (ref.null extern))"
    " (func (export \"next\") (result i32)"
    "  (global.set 0 (i32.add (global.get 0) (i32.const 1))) (global.get 0))"
    " (func (export \"wait\") (call $g)))";

static dwcp_module_t *load_keeper(dwcp_runtime_t *runtime, dwcp_host_fn at_the_gate, void *user) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "gate", ":", at_the_gate, user, count_end, &err));
    dwcp_module_t *module = load_with(runtime, KEEPER_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

static void refused_and_answered(void) {
    dwcp_runtime_t *runtime = patient_runtime(8);
    dwcp_module_t *module = load_keeper(runtime, wait_at_gate, &gate), *none = NULL;
    dwcp_function_t *function = function_of(module, "next"), *bound = NULL;
    dwcp_vm_t *vm = acquire(module), *other = NULL;
    dwcp_value_t result = {0}, reference = {0};
    static const char wat[] = "(module (func (export \"run\") (result i32) (i32.const 7)))";
    const uint8_t *bytes = (const uint8_t *)wat;
    size_t n = 0;
    uint64_t size = 0;
    void *data = NULL;
    int32_t code = 0;
    char *json = NULL, byte = 0;
    int object = 0;
    atomic_store(&finalized, 0);
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", module, &err));
    CHECK_STATUS(dwcp_vm_call, OK, (vm, function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, &object, count_end, &reference, &err));
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err)); /* nothing to resume is no error */
    CHECK_STATUS(dwcp_runtime_drain, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_drain, OK, (runtime, 1000, &err));

    /* new work */
    dwcp_batch_row_t row = DWCP_BATCH_ROW_INIT;
    CHECK_STATUS(dwcp_module_load, SHUTTING_DOWN, (runtime, bytes, strlen(wat), NULL, NULL, &none, &err));
    CHECK_HAS(message(), "drained");
    CHECK_STATUS(dwcp_module_load_file, SHUTTING_DOWN, (runtime, WORDCOUNT, NULL, &none, &err));
    CHECK_STATUS(dwcp_module_find, SHUTTING_DOWN, (runtime, "app", &none, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, SHUTTING_DOWN, (runtime, "app", NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, SHUTTING_DOWN,
                 (runtime, NULL, 0, "app", "next", NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call, SHUTTING_DOWN, (function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call_batch, SHUTTING_DOWN, (function, NULL, 0, 1, NULL, NULL, &result, 1, &row, &n, &err));
    CHECK(row.error == NULL);
    CHECK_STATUS(dwcp_vm_acquire, SHUTTING_DOWN, (module, NULL, &other, &err));
    CHECK_STATUS(dwcp_vm_call, SHUTTING_DOWN, (vm, function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_read, SHUTTING_DOWN, (vm, 0, &byte, 1, &err));
    CHECK_STATUS(dwcp_vm_write, SHUTTING_DOWN, (vm, 0, &byte, 1, &err));
    CHECK_STATUS(dwcp_vm_memory_size, SHUTTING_DOWN, (vm, &size, &err));
    CHECK_STATUS(dwcp_vm_global_get, SHUTTING_DOWN, (vm, "count", &result, &err));
    CHECK_STATUS(dwcp_vm_global_set, SHUTTING_DOWN, (vm, "count", &result, &err));
    CHECK_STATUS(dwcp_vm_externref_new, SHUTTING_DOWN, (vm, &object, NULL, &result, &err));
    CHECK_STATUS(dwcp_vm_externref_data, SHUTTING_DOWN, (vm, &reference, &data, &err));
    CHECK_STATUS(dwcp_vm_ref_free, SHUTTING_DOWN, (vm, &reference, &err));
    CHECK_STATUS(dwcp_vm_gc, SHUTTING_DOWN, (vm, &err));
    CHECK(none == NULL && other == NULL);

    /* what only looks, and what an operator needs */
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    dwcp_extern_t type = DWCP_EXTERN_INIT;
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    CHECK_EQ(active_vms(runtime), 1);
    CHECK_STATUS(dwcp_runtime_pool_metrics, OK, (runtime, &pool, &err));
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtime, &cache, &err));
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, NULL, &err));
    dwcp_string_free(json);
    CHECK_STATUS(dwcp_runtime_cache_list, OK, (runtime, NULL, 0, &n, &err));
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    CHECK_STATUS(dwcp_module_import, OK, (module, 0, &type, &err));
    CHECK_STATUS(dwcp_module_export, OK, (module, 0, &type, &err));
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "wait", NULL, &bound, &err));
    CHECK_STATUS(dwcp_function_type, OK, (bound, &type, &err));
    CHECK_STATUS(dwcp_runtime_cache_evict, OK, (runtime, info.hash, &err));
    CHECK_STATUS(dwcp_runtime_cache_clear, OK, (runtime, &err));
    dwcp_function_free(bound);

    /* and on: the session is where it was, the alias is there, the reference too */
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err));
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err));
    CHECK_STATUS(dwcp_vm_call, OK, (vm, function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 2);
    CHECK_STATUS(dwcp_vm_externref_data, OK, (vm, &reference, &data, &err));
    CHECK(data == &object);
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, NULL, 0, "app", "next", NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(atomic_load(&finalized), 0);

    /* a module can be disabled while the runtime is drained; a drained runtime can be closed */
    CHECK_STATUS(dwcp_runtime_drain, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_module_disable, OK, (module, true, &err));
    CHECK_EQ(active_vms(runtime), 0);
    CHECK_EQ(atomic_load(&finalized), 1);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_drain, CLOSED, (runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_resume, CLOSED, (runtime, &err));
    CHECK_STATUS(dwcp_module_run, CLOSED, (module, NULL, &code, NULL, &err));
    dwcp_vm_release(vm);
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    CHECK_EQ(atomic_load(&finalized), 2);
}

struct drainer {
    pthread_t thread;
    dwcp_runtime_t *runtime;
    dwcp_status_t status;
};

static void *drain_it(void *argument) {
    struct drainer *d = argument;
    d->status = dwcp_runtime_drain(d->runtime, 3600000, NULL);
    return NULL;
}

static void begin_drain(struct drainer *d, dwcp_runtime_t *runtime) {
    d->runtime = runtime;
    REQUIRE(pthread_create(&d->thread, NULL, drain_it, d) == 0);
}

/* Returns when new work is refused. */
static void until_refused(const dwcp_module_t *module) {
    dwcp_value_t result = {0};
    dwcp_status_t status;
    do status = call(module, "next", NULL, 0, NULL, &result, 1, NULL);
    while (status == DWCP_OK);
    CHECK_EQ(status, DWCP_ERR_SHUTTING_DOWN);
}

static void under_way(void) {
    dwcp_runtime_t *runtime = patient_runtime(8);
    dwcp_module_t *module = load_keeper(runtime, wait_at_gate, &gate);
    dwcp_vm_t *vm = acquire(module);
    struct request one, in_session;
    struct drainer drainers[4];
    begin(&one, module, "wait", NULL);
    begin(&in_session, module, "wait", vm);
    for (int i = 0; i < 2; i++) sem_wait(&gate.arrived);
    CHECK_STATUS(dwcp_runtime_drain, TIMEOUT, (runtime, 0, &err));
    CHECK_HAS(message(), "timeout_ms");
    CHECK_STATUS(dwcp_runtime_drain, TIMEOUT, (runtime, 1, &err));
    CHECK_EQ(call(module, "wait", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_SHUTTING_DOWN); /* it stays drained */

    /* resumed: who drains is told, and work is taken at once though the old calls still wait */
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err));
    begin_drain(&drainers[0], runtime);
    until_refused(module);
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err));
    dwcp_value_t result = {0};
    CHECK_EQ(call(module, "next", NULL, 0, NULL, &result, 1, NULL), DWCP_OK);
    pthread_join(drainers[0].thread, NULL);
    CHECK_EQ(drainers[0].status, DWCP_ERR_CANCELLED);

    /* many that drain: all are told when the last call has ended */
    CHECK_STATUS(dwcp_runtime_drain, TIMEOUT, (runtime, 0, &err));
    for (int i = 0; i < 4; i++) begin_drain(&drainers[i], runtime);
    for (int i = 0; i < 2; i++) sem_post(&gate.open);
    CHECK_EQ(end_of(&one), DWCP_OK);
    CHECK_EQ(end_of(&in_session), DWCP_OK);
    for (int i = 0; i < 4; i++) {
        pthread_join(drainers[i].thread, NULL);
        CHECK_EQ(drainers[i].status, DWCP_OK);
    }
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err));
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

struct resumer {
    pthread_t thread;
    dwcp_runtime_t *runtime;
    const dwcp_module_t *module;
};

static void *resume_when_drained(void *argument) {
    struct resumer *r = argument;
    until_refused(r->module);
    CHECK_STATUS(dwcp_runtime_resume, OK, (r->runtime, &err));
    test_forget();
    return NULL;
}

static void resumed_meanwhile(void) {
    dwcp_runtime_t *runtime = patient_runtime(8);
    dwcp_module_t *module = load_keeper(runtime, wait_at_gate, &gate);
    struct request one;
    struct resumer resumer = {.runtime = runtime, .module = module};
    begin(&one, module, "wait", NULL);
    sem_wait(&gate.arrived);
    REQUIRE(pthread_create(&resumer.thread, NULL, resume_when_drained, &resumer) == 0);
    CHECK_STATUS(dwcp_runtime_drain, CANCELLED, (runtime, 3600000, &err));
    CHECK_HAS(message(), "resumed");
    pthread_join(resumer.thread, NULL);
    sem_post(&gate.open);
    CHECK_EQ(end_of(&one), DWCP_OK);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A host function that calls the runtime again belongs to a call that was let in, and so do the rows of a batch. */
struct nested {
    dwcp_runtime_t *runtime;
    dwcp_module_t *module;
    dwcp_function_t *next;
    atomic_int rows;
};

static dwcp_status_t call_again(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    struct nested *n = user;
    sem_post(&gate.arrived);
    sem_wait(&gate.open);
    atomic_fetch_add(&n->rows, 1);
    dwcp_value_t result = {0};
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_function_call, OK, (n->next, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, OK,
                 (n->runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, "add", (dwcp_value_t[]){dwcp_i32(1), dwcp_i32(2)}, 2,
                  NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_acquire, OK, (n->module, NULL, &vm, &err));
    CHECK_STATUS(dwcp_vm_call, OK, (vm, n->next, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    dwcp_vm_release(vm);
    CHECK_STATUS(dwcp_runtime_drain, BUSY, (n->runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_close, BUSY, (n->runtime, 0, &err));
    test_forget();
    return DWCP_OK;
}

enum { ROWS = 12 };

struct batch {
    pthread_t thread;
    dwcp_function_t *function;
    uint32_t parallelism;
    dwcp_status_t status;
    size_t failed;
};

static void *run_batch(void *argument) {
    struct batch *b = argument;
    dwcp_batch_row_t rows[ROWS];
    for (int i = 0; i < ROWS; i++) rows[i] = (dwcp_batch_row_t)DWCP_BATCH_ROW_INIT;
    dwcp_batch_options_t options = DWCP_BATCH_OPTIONS_INIT;
    options.parallelism = b->parallelism;
    b->status = dwcp_function_call_batch(b->function, NULL, 0, ROWS, NULL, &options, NULL, 0, rows, &b->failed, NULL);
    for (int i = 0; i < ROWS; i++) CHECK_EQ(rows[i].status, DWCP_OK);
    dwcp_batch_rows_clear(rows, ROWS);
    return NULL;
}

static void *close_it(void *runtime) {
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 3600000, &err)); /* the gate is opened long before */
    test_forget();
    return NULL;
}

/* By draining, and by closing with a grace. */
static void what_was_let_in(uint32_t parallelism, bool by_close) {
    struct nested nested = {.runtime = patient_runtime(40)};
    nested.module = load_keeper(nested.runtime, call_again, &nested);
    nested.next = function_of(nested.module, "next");
    struct batch batch = {.function = function_of(nested.module, "wait"), .parallelism = parallelism};
    struct drainer drainer = {.runtime = nested.runtime};
    pthread_t closer;
    REQUIRE(pthread_create(&batch.thread, NULL, run_batch, &batch) == 0);
    sem_wait(&gate.arrived);
    if (by_close) REQUIRE(pthread_create(&closer, NULL, close_it, nested.runtime) == 0);
    else begin_drain(&drainer, nested.runtime);
    until_refused(nested.module);
    if (by_close) {
        CHECK_STATUS(dwcp_runtime_drain, SHUTTING_DOWN, (nested.runtime, 0, &err));
        CHECK_STATUS(dwcp_runtime_resume, SHUTTING_DOWN, (nested.runtime, &err));
    }
    for (int i = 0; i < ROWS; i++) sem_post(&gate.open);
    pthread_join(batch.thread, NULL);
    CHECK_EQ(batch.status, DWCP_OK);
    CHECK_EQ(batch.failed, 0);
    CHECK_EQ(atomic_load(&nested.rows), ROWS);
    if (by_close) {
        pthread_join(closer, NULL);
    } else {
        pthread_join(drainer.thread, NULL);
        CHECK_EQ(drainer.status, DWCP_OK);
    }
    for (int i = 1; i < ROWS; i++) sem_wait(&gate.arrived);
    dwcp_function_free(batch.function);
    dwcp_function_free(nested.next);
    dwcp_module_free(nested.module);
    dwcp_runtime_free(nested.runtime);
}

/* Closing ends what a drain waits for. */
static void closed_meanwhile(void) {
    dwcp_runtime_t *runtime = patient_runtime(8);
    dwcp_module_t *module = load_guests(runtime, &gate), *keeper = load_keeper(runtime, wait_at_gate, &gate);
    struct request loop;
    struct drainer drainer;
    begin(&loop, module, "loop", NULL);
    sem_wait(&gate.arrived);
    begin_drain(&drainer, runtime);
    until_refused(keeper);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK_EQ(end_of(&loop), DWCP_ERR_CANCELLED);
    pthread_join(drainer.thread, NULL);
    CHECK_EQ(drainer.status, DWCP_OK); /* nothing runs */
    dwcp_module_free(module);
    dwcp_module_free(keeper);
    dwcp_runtime_free(runtime);
}

static dwcp_runtime_t *runtime_with_idle_timeout(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 200, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 4, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 4, &err));
    return new_runtime(config);
}

/* Nobody can use a session of a drained runtime, so none is idle by its own fault. */
static void idle_time_stands_still(void) {
    dwcp_runtime_t *drained = runtime_with_idle_timeout(), *open = runtime_with_idle_timeout();
    dwcp_module_t *module = load(drained, COUNTER_WAT), *other = load(open, COUNTER_WAT);
    dwcp_vm_t *kept = acquire(module);
    CHECK_STATUS(dwcp_runtime_drain, OK, (drained, 3600000, &err));
    uint64_t alive = active_vms(drained); /* 0 only where draining took longer than the timeout */
    for (int i = 0; i < 2; i++) {
        dwcp_vm_t *idle = acquire(other);
        while (active_vms(open) != 0) sched_yield();
        uint64_t size = 0;
        CHECK_STATUS(dwcp_vm_memory_size, VM_DEAD, (idle, &size, &err));
        CHECK_HAS(message(), "session_idle_timeout_ms");
        dwcp_vm_release(idle);
        CHECK_EQ(active_vms(drained), alive);
    }
    CHECK_STATUS(dwcp_runtime_resume, OK, (drained, &err));
    while (active_vms(drained) != 0) sched_yield(); /* and then it goes on */
    dwcp_vm_release(kept);
    dwcp_module_free(module);
    dwcp_module_free(other);
    dwcp_runtime_free(drained);
    dwcp_runtime_free(open);
}

/* Doors that are opened and shut at once: what is closed stays closed, and no call fails in another way. */
static void *open_and_shut(void *runtime) {
    for (int i = 0;; i++) {
        dwcp_status_t status = i % 2 == 0 ? dwcp_runtime_drain(runtime, 3600000, NULL) : dwcp_runtime_resume(runtime, NULL);
        if (status == DWCP_ERR_CLOSED || status == DWCP_ERR_SHUTTING_DOWN) return NULL;
        if (status != DWCP_OK) CHECK_EQ(status, DWCP_ERR_CANCELLED);
    }
}

struct caller {
    pthread_t thread;
    const dwcp_function_t *function;
    atomic_int calls;
};

static void *call_on(void *argument) {
    struct caller *c = argument;
    for (;;) {
        dwcp_value_t result = {0};
        dwcp_status_t status = dwcp_function_call(c->function, NULL, 0, NULL, &result, 1, NULL, NULL, NULL);
        atomic_fetch_add(&c->calls, 1);
        if (status == DWCP_ERR_CLOSED) return NULL;
        if (status != DWCP_OK && status != DWCP_ERR_SHUTTING_DOWN && status != DWCP_ERR_CANCELLED) CHECK_EQ(status, DWCP_OK);
    }
}

static void opened_and_shut(void) {
    for (int round = 0; round < 100; round++) {
        dwcp_runtime_t *runtime = patient_runtime(8);
        dwcp_module_t *module = load(runtime, "(module (func (export \"run\") (result i32) (i32.const 7)))");
        dwcp_function_t *function = function_of(module, "run");
        pthread_t doors[2];
        struct caller callers[2];
        for (int i = 0; i < 2; i++) {
            callers[i].function = function;
            atomic_init(&callers[i].calls, 0);
            REQUIRE(pthread_create(&callers[i].thread, NULL, call_on, &callers[i]) == 0);
            REQUIRE(pthread_create(&doors[i], NULL, open_and_shut, runtime) == 0);
        }
        while (atomic_load(&callers[0].calls) < 20) sched_yield();
        CHECK_STATUS(dwcp_runtime_close, OK, (runtime, (uint32_t)(round % 3), &err));
        dwcp_value_t result = {0};
        CHECK_STATUS(dwcp_function_call, CLOSED, (function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
        for (int i = 0; i < 2; i++) {
            pthread_join(doors[i], NULL);
            pthread_join(callers[i].thread, NULL);
        }
        dwcp_function_free(function);
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
    }
}

int main(void) {
    gate_init(&gate);
    refused_and_answered();
    under_way();
    resumed_meanwhile();
    for (int i = 0; i < 4; i++) what_was_let_in(i % 2 == 0 ? 1 : 4, i / 2 == 1);
    closed_meanwhile();
    idle_time_stands_still();
    opened_and_shut();
    return report("drain");
}
