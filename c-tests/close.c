/* Closing with everything in flight, from several threads, in every order of frees, and from inside callbacks. When it returns no
 * callback runs any more, every finalizer has run once, and no thread and no descriptor of the library is left. */
#include "names.h"
#include "process.h"

static struct gate gate;

/* What the callbacks of a round may still do: nothing, once closing has returned. */
static atomic_int is_closed, callbacks_after;

static dwcp_status_t pass(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    if (atomic_load(&is_closed)) atomic_fetch_add(&callbacks_after, 1);
    sched_yield();
    return DWCP_OK;
}

static const char WORKER_WAT[] =
    "(module (import \"env\" \"pass\" (func $p))"
    " (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1) (global (export \"held\") (mut externref) (ref.null extern))"
    " (func (export \"short\") (call $p))"
    " (func (export \"loop\") (call $p) (loop (br 0)))"
    " (func (export \"sleep\") (call $p)"
    "  (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 3600000000000))"
    "  (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))";

enum kind { SHORT, LOOP, SLEEP, IN_SESSION, LOOP_IN_SESSION, ACQUIRE, LOAD, EXECUTE, BATCH, SET, DISABLE, LOOK, KINDS };

struct flight {
    dwcp_runtime_t *runtime;
    dwcp_module_t *module;
    dwcp_function_t *all[3]; /* short, loop, sleep */
    sem_t begun, closed;
};

struct worker {
    pthread_t thread;
    struct flight *flight;
    enum kind kind;
    dwcp_vm_t *vm;
    dwcp_status_t last;
};

static dwcp_status_t work_once(struct worker *w, unsigned turn) {
    struct flight *f = w->flight;
    dwcp_value_t result = {0};
    dwcp_status_t status = DWCP_OK;
    switch (w->kind) {
    case SHORT:
    case LOOP:
    case SLEEP: return dwcp_function_call(f->all[w->kind], NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
    case IN_SESSION: return dwcp_vm_call(w->vm, f->all[SHORT], NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
    case LOOP_IN_SESSION: return dwcp_vm_call(w->vm, f->all[LOOP], NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
    case ACQUIRE: {
        dwcp_vm_t *vm = NULL;
        status = dwcp_vm_acquire(f->module, NULL, &vm, NULL);
        dwcp_vm_release(vm);
        return status;
    }
    case LOAD:
    case EXECUTE: {
        char wat[128]; /* other bytes each time: they are compiled */
        int len = snprintf(wat, sizeof wat, "(module (func (export \"run\") (result i32) (i32.const %u)))", turn + 1000000 * w->kind);
        dwcp_module_t *module = NULL;
        if (w->kind == LOAD) status = dwcp_module_load(f->runtime, (uint8_t *)wat, (size_t)len, NULL, NULL, &module, NULL);
        else
            status = dwcp_runtime_execute(f->runtime, (uint8_t *)wat, (size_t)len, NULL, "run", NULL, 0, NULL, &result, 1, NULL, NULL,
                                          NULL);
        dwcp_module_free(module);
        return status;
    }
    case BATCH: {
        dwcp_batch_row_t rows[8];
        for (int i = 0; i < 8; i++) rows[i] = (dwcp_batch_row_t)DWCP_BATCH_ROW_INIT;
        dwcp_batch_options_t options = DWCP_BATCH_OPTIONS_INIT;
        options.parallelism = 3;
        status = dwcp_function_call_batch(f->all[SHORT], NULL, 0, 8, NULL, &options, NULL, 0, rows, NULL, NULL);
        dwcp_batch_rows_clear(rows, 8);
        return status;
    }
    case SET: return dwcp_runtime_set_alias(f->runtime, "app", f->module, NULL);
    case DISABLE: {
        dwcp_module_t *module = NULL;
        dwcp_vm_t *vm = NULL;
        static const char wat[] = "(module (func (export \"run\")))";
        status = dwcp_module_load(f->runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, NULL);
        if (status == DWCP_OK) status = dwcp_vm_acquire(module, NULL, &vm, NULL);
        if (status == DWCP_OK) status = dwcp_module_disable(module, true, NULL);
        dwcp_vm_release(vm);
        dwcp_module_free(module);
        return status;
    }
    default: {
        dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
        return dwcp_runtime_metrics(f->runtime, &metrics, NULL);
    }
    }
}

static void *work(void *argument) {
    struct worker *w = argument;
    sem_post(&w->flight->begun);
    for (unsigned turn = 0;; turn++) {
        dwcp_status_t status = work_once(w, turn);
        if (status == DWCP_ERR_CLOSED || status == DWCP_ERR_SHUTTING_DOWN) break;
        bool expected = status == DWCP_OK || status == DWCP_ERR_CANCELLED || (status == DWCP_ERR_VM_DEAD && w->vm != NULL);
        if (!expected) {
            CHECK_STR(dwcp_status_name(status), "OK, CANCELLED, SHUTTING_DOWN, CLOSED");
            break;
        }
    }
    sem_wait(&w->flight->closed); /* nothing else comes any more */
    CHECK_EQ(work_once(w, 0), DWCP_ERR_CLOSED);
    return NULL;
}

struct closer {
    pthread_t thread;
    dwcp_runtime_t *runtime;
    dwcp_function_t *function;
    uint32_t grace_ms;
};

static void *close_it(void *argument) {
    struct closer *c = argument;
    CHECK_STATUS(dwcp_runtime_close, OK, (c->runtime, c->grace_ms, &err));
    atomic_store(&is_closed, 1);
    CHECK_STATUS(dwcp_function_call, CLOSED, (c->function, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK(no_library_thread());
    test_forget();
    return NULL;
}

static void everything_in_flight(unsigned seed) {
    enum { WORKERS = 2 * KINDS, CLOSERS = 3 };
    struct flight flight = {.runtime = patient_runtime(6)}; /* fewer slots than would be used: some wait */
    sem_init(&flight.begun, 0, 0);
    sem_init(&flight.closed, 0, 0);
    dwcp_imports_t *imports = dwcp_imports_new();
    atomic_store(&finalized, 0);
    atomic_store(&is_closed, 0);
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "pass", ":", pass, NULL, count_end, &err));
    flight.module = load_with(flight.runtime, WORKER_WAT, imports);
    dwcp_imports_free(imports);
    static const char *const names[] = {"short", "loop", "sleep"};
    for (int i = 0; i < 3; i++) flight.all[i] = function_of(flight.module, names[i]);
    dwcp_vm_t *idle = acquire(flight.module);
    dwcp_value_t reference = {0};
    CHECK_STATUS(dwcp_vm_externref_new, OK, (idle, &flight, count_end, &reference, &err));
    struct worker workers[WORKERS];
    struct closer closers[CLOSERS];
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){.flight = &flight, .kind = (enum kind)(i % KINDS)};
        bool session = workers[i].kind == IN_SESSION || workers[i].kind == LOOP_IN_SESSION;
        if (session && i < KINDS) workers[i].vm = acquire(flight.module);
        if (session && i >= KINDS) workers[i].kind = LOOK;
    }
    for (int i = 0; i < WORKERS; i++) REQUIRE(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    for (int i = 0; i < WORKERS; i++) sem_wait(&flight.begun);
    for (unsigned i = 0; i < seed % 7 * 3; i++) sched_yield();
    for (int i = 0; i < CLOSERS; i++) {
        closers[i] = (struct closer){.runtime = flight.runtime, .function = flight.all[SHORT], .grace_ms = (seed + (unsigned)i) % 3};
        REQUIRE(pthread_create(&closers[i].thread, NULL, close_it, &closers[i]) == 0);
    }
    for (int i = 0; i < CLOSERS; i++) pthread_join(closers[i].thread, NULL);
    CHECK_EQ(atomic_load(&finalized), 1); /* the idle session's object; the module has handles still */
    for (int i = 0; i < WORKERS; i++) sem_post(&flight.closed);
    for (int i = 0; i < WORKERS; i++) pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < WORKERS; i++) dwcp_vm_release(workers[i].vm);
    dwcp_vm_release(idle);
    for (int i = 0; i < 3; i++) dwcp_function_free(flight.all[i]);
    if (seed % 2 == 0) dwcp_runtime_free(flight.runtime);
    dwcp_module_free(flight.module);
    CHECK_EQ(atomic_load(&finalized), 2);
    if (seed % 2 == 1) dwcp_runtime_free(flight.runtime);
    CHECK_EQ(atomic_load(&callbacks_after), 0);
}

/* A call that ends within the grace is OK, in a session too; the shortest grace of those who close holds. */
static void grace(void) {
    dwcp_runtime_t *runtime = patient_runtime(8);
    dwcp_module_t *module = load_guests(runtime, &gate);
    dwcp_function_t *function = function_of(module, "short");
    dwcp_vm_t *vm = acquire(module);
    struct request one, in_session, loop;
    begin(&one, module, "wait", NULL);
    begin(&in_session, module, "wait", vm);
    begin(&loop, module, "loop", NULL);
    for (int i = 0; i < 3; i++) sem_wait(&gate.arrived);
    struct closer closers[2] = {{.runtime = runtime, .function = function, .grace_ms = 3600000},
                                {.runtime = runtime, .function = function, .grace_ms = 0}};
    REQUIRE(pthread_create(&closers[0].thread, NULL, close_it, &closers[0]) == 0);
    dwcp_value_t result = {0};
    while (dwcp_function_call(function, NULL, 0, NULL, &result, 1, NULL, NULL, NULL) == DWCP_OK) {}
    CHECK_STATUS(dwcp_function_call, SHUTTING_DOWN, (function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    for (int i = 0; i < 2; i++) sem_post(&gate.open);
    CHECK_EQ(end_of(&one), DWCP_OK);
    CHECK_EQ(end_of(&in_session), DWCP_OK);
    REQUIRE(pthread_create(&closers[1].thread, NULL, close_it, &closers[1]) == 0);
    CHECK_EQ(end_of(&loop), DWCP_ERR_CANCELLED);
    for (int i = 0; i < 2; i++) pthread_join(closers[i].thread, NULL);
    dwcp_vm_release(vm);
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* ---- orders of frees ---- */

enum step { CLOSE, DRAIN, RESUME, RUNTIME, IMPORTS, MODULE, FUNCTION, SESSION, CANCEL, ERROR, ALIAS, FOUND, CALL, CALL_SESSION, STEPS };

static unsigned random_state;

static unsigned next_random(void) {
    random_state = random_state * 1664525u + 1013904223u;
    return random_state >> 16;
}

static void in_some_order(unsigned seed, dwcp_config_t *profile) {
    random_state = seed;
    dwcp_runtime_t *runtime = NULL;
    REQUIRE(CHECK_STATUS(dwcp_runtime_new, OK, (profile, &runtime, &err)));
    atomic_store(&finalized, 0);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "who", ":i", who, (void *)7, count_end, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"who\" (func $w (result i32))) (global (export \"held\") (mut externref)"
                                      " (ref.null extern)) (func (export \"who\") (result i32) (call $w)))",
                                      imports),
                  *found = NULL;
    dwcp_function_t *function = function_of(module, "who");
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.cancel = cancel;
    dwcp_vm_t *vm = NULL;
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, &options, &vm, &err)));
    dwcp_value_t reference = {0}, result = {0};
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, &runtime, count_end, &reference, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", module, &err));
    CHECK_STATUS(dwcp_module_find, OK, (runtime, "app", &found, &err));
    dwcp_error_t *error = NULL;
    CHECK_EQ(dwcp_module_get_function(module, "no", NULL, &(dwcp_function_t *){NULL}, &error), DWCP_ERR_NOT_FOUND);

    enum step steps[STEPS];
    for (int i = 0; i < STEPS; i++) steps[i] = (enum step)i;
    for (unsigned i = STEPS - 1; i > 0; i--) {
        unsigned j = next_random() % (i + 1);
        enum step kept = steps[i];
        steps[i] = steps[j], steps[j] = kept;
    }
    bool closed = false, drained = false;
    for (int i = 0; i < STEPS; i++) {
        dwcp_status_t expected = closed ? DWCP_ERR_CLOSED : drained ? DWCP_ERR_SHUTTING_DOWN : DWCP_OK;
        switch (steps[i]) {
        case CLOSE:
            if (runtime == NULL) break;
            CHECK_STATUS(dwcp_runtime_close, OK, (runtime, next_random() % 2, &err));
            closed = true;
            break;
        case DRAIN:
            if (runtime != NULL) CHECK_EQ(dwcp_runtime_drain(runtime, 0, NULL), closed ? DWCP_ERR_CLOSED : DWCP_OK);
            drained = true;
            break;
        case RESUME:
            if (runtime == NULL) break;
            CHECK_EQ(dwcp_runtime_resume(runtime, NULL), closed ? DWCP_ERR_CLOSED : DWCP_OK);
            drained = false;
            break;
        case RUNTIME:
            dwcp_runtime_free(runtime);
            runtime = NULL;
            closed = true;
            break;
        case IMPORTS: dwcp_imports_free(imports); break;
        case MODULE: dwcp_module_free(module); break;
        case FUNCTION:
            dwcp_function_free(function);
            function = NULL;
            break;
        case SESSION:
            dwcp_vm_release(vm);
            vm = NULL;
            break;
        case CANCEL: dwcp_cancel_free(cancel); break;
        case ERROR: dwcp_error_free(error); break;
        case ALIAS:
            if (runtime != NULL) CHECK_EQ(dwcp_runtime_set_alias(runtime, "app", NULL, NULL), expected);
            break;
        case FOUND: dwcp_module_free(found); break;
        case CALL:
            if (function != NULL)
                CHECK_EQ(dwcp_function_call(function, NULL, 0, NULL, &result, 1, NULL, NULL, NULL), expected);
            break;
        default:
            if (function != NULL && vm != NULL)
                CHECK_EQ(dwcp_vm_call(vm, function, NULL, 0, NULL, &result, 1, NULL, NULL, NULL), expected);
            break;
        }
    }
    CHECK_EQ(atomic_load(&finalized), 2); /* the imports' and the session's object's */
}

static void orders_of_free(void) {
    dwcp_config_t *profile = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (profile, 2, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (profile, 4, &err));
    for (unsigned seed = 0; seed < 2000; seed++) {
        int failures = atomic_load(&test_failures);
        in_some_order(seed, profile);
        if (atomic_load(&test_failures) != failures) fprintf(stderr, "the above is of seed %u\n", seed);
    }
    dwcp_config_free(profile);
}

/* ---- finalizers that close ---- */

static dwcp_runtime_t *to_close;
static atomic_int refused;

static void close_in_finalizer(void *user) {
    (void)user;
    test_forget();
    if (CHECK_STATUS(dwcp_runtime_close, BUSY, (to_close, 0, &err)) && CHECK_STATUS(dwcp_runtime_drain, BUSY, (to_close, 0, &err)))
        atomic_fetch_add(&refused, 1);
    test_forget();
}

static dwcp_status_t make_object(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                 size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)nresults;
    return dwcp_caller_externref_new(caller, NULL, close_in_finalizer, &results[0]);
}

static const char OBJECT_WAT[] =
    "(module (import \"env\" \"make\" (func $m (result externref))) (global $g (export \"held\") (mut externref) (ref.null extern))"
    " (func (export \"make\") (global.set $g (call $m)))"
    " (func (export \"drop\") (global.set $g (ref.null extern)))"
    " (func (export \"trap\") unreachable))";

static dwcp_module_t *load_object(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "make", ":r", make_object, NULL, count_end, &err));
    dwcp_module_t *module = load_with(runtime, OBJECT_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

static void call_in(dwcp_vm_t *vm, const dwcp_module_t *module, const char *name, dwcp_status_t expected) {
    dwcp_function_t *function = function_of(module, name);
    CHECK_EQ(dwcp_vm_call(vm, function, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL), expected);
    dwcp_function_free(function);
}

/* The end of a host's object inside a call, a collection, a session that dies, one that is idle, an alias, and closing itself. */
static void not_from_finalizers(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 100, &err));
    to_close = new_runtime(config);
    dwcp_module_t *module = load_object(to_close);
    atomic_store(&refused, 0);
    CHECK_EQ(call(module, "make", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK); /* its VM ends with the call */
    CHECK_EQ(atomic_load(&refused), 1);

    dwcp_vm_t *vm = acquire(module);
    call_in(vm, module, "make", DWCP_OK);
    call_in(vm, module, "drop", DWCP_OK);
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&refused), 2);
    call_in(vm, module, "make", DWCP_OK);
    call_in(vm, module, "trap", DWCP_ERR_TRAP); /* the session ends */
    CHECK_EQ(atomic_load(&refused), 3);
    dwcp_vm_release(vm);

    vm = acquire(module);
    call_in(vm, module, "make", DWCP_OK);
    while (atomic_load(&refused) < 4) sched_yield(); /* idle for too long: on the thread of the sessions */
    dwcp_vm_release(vm);

    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "who", ":i", who, NULL, close_in_finalizer, &err));
    dwcp_module_t *named = load_with(to_close, ONE_WAT, imports);
    dwcp_imports_free(imports);
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (to_close, "app", named, &err));
    dwcp_module_free(named);
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (to_close, "app", module, &err));
    CHECK_EQ(atomic_load(&refused), 5);

    vm = acquire(module);
    call_in(vm, module, "make", DWCP_OK);
    CHECK_STATUS(dwcp_runtime_close, OK, (to_close, 0, &err));
    CHECK_EQ(atomic_load(&refused), 6);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(to_close);
}

/* ---- freed from inside ---- */

static dwcp_status_t free_inside(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                 size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_runtime_free(*(dwcp_runtime_t **)user);
    CHECK(dwcp_caller_is_cancelled(caller));
    return DWCP_OK;
}

/* The last call that returns ends the runtime: its sessions, its aliases, its threads; the handles are still there. */
static void abandoned(bool in_session, bool by_last) {
    dwcp_runtime_t *runtime = patient_runtime(8), *handle = runtime;
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "free", ":", free_inside, &handle, count_end, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"free\" (func $f)) (global (export \"held\") (mut externref)"
                                      " (ref.null extern)) (func (export \"free\") (call $f)) (func (export \"none\")))",
                                      imports),
                  *named = load_who(runtime, ONE_WAT, 1), *guests = load_guests(runtime, &gate);
    dwcp_imports_free(imports);
    dwcp_function_t *function = function_of(module, "free"), *none = function_of(module, "none");
    dwcp_vm_t *vm = acquire(module), *idle = acquire(module);
    dwcp_value_t reference = {0};
    CHECK_STATUS(dwcp_vm_externref_new, OK, (idle, &runtime, count_end, &reference, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", named, &err));
    dwcp_module_free(named);
    atomic_store(&finalized, 0);
    struct request loop, wait;
    begin(&loop, guests, "loop", NULL);
    if (!by_last) begin(&wait, guests, "wait", NULL);
    for (int i = by_last; i < 2; i++) sem_wait(&gate.arrived);

    dwcp_status_t status = in_session ? dwcp_vm_call(vm, function, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL)
                                      : dwcp_function_call(function, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
    CHECK_EQ(status, DWCP_ERR_CANCELLED);
    CHECK_EQ(end_of(&loop), DWCP_ERR_CANCELLED);
    if (!by_last) {
        CHECK_EQ(dwcp_function_call(none, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL), DWCP_ERR_SHUTTING_DOWN);
        sem_post(&gate.open);
        CHECK_EQ(end_of(&wait), DWCP_ERR_CANCELLED);
    }
    CHECK_STATUS(dwcp_function_call, CLOSED, (none, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, CLOSED, (vm, none, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK(no_library_thread());
    CHECK_EQ(atomic_load(&finalized), 2); /* the idle session's object, the aliased module's imports */
    dwcp_vm_release(vm);
    dwcp_vm_release(idle);
    dwcp_function_free(function);
    dwcp_function_free(none);
    dwcp_module_free(module);
    dwcp_module_free(guests);
    CHECK_EQ(atomic_load(&finalized), 5);
}

/* A finalizer on the thread of the sessions frees the runtime, and then the last handle of it. */
struct last {
    dwcp_runtime_t *runtime;
    dwcp_module_t *module;
    dwcp_vm_t *vm;
    sem_t done;
};

static void free_everything(void *user) {
    struct last *last = user;
    dwcp_runtime_free(last->runtime);
    dwcp_module_free(last->module);
    sem_post(&last->done);
}

static void abandoned_by_a_finalizer(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 1, &err));
    struct last last = {.runtime = new_runtime(config)};
    sem_init(&last.done, 0, 0);
    last.module = load_object(last.runtime);
    last.vm = acquire(last.module);
    dwcp_value_t reference = {0};
    /* A millisecond is short: the session may be over already, and the finalizer run for that. */
    (void)dwcp_vm_externref_new(last.vm, &last, free_everything, &reference, NULL);
    sem_wait(&last.done);
    uint64_t size = 0;
    CHECK_STATUS(dwcp_vm_memory_size, CLOSED, (last.vm, &size, &err));
    CHECK(no_library_thread());
    dwcp_vm_release(last.vm);
}

int main(void) {
    gate_init(&gate);
    dwcp_runtime_free(new_runtime(NULL)); /* what is opened once for the process is open now */
    int before = descriptors();
    grace();
    for (unsigned seed = 0; seed < 40; seed++) everything_in_flight(seed);
    orders_of_free();
    not_from_finalizers();
    for (int i = 0; i < 4; i++) abandoned(i % 2 == 1, i / 2 == 1);
    for (int i = 0; i < 20; i++) abandoned_by_a_finalizer();
    CHECK(no_library_thread());
    CHECK_EQ(descriptors(), before);
    return report("close");
}
