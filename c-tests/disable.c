/* dwcp_module_disable: what is refused from then on, what goes on, and what is ended. */
#include "names.h"

static struct gate gate;

static void refused(const dwcp_module_t *module, dwcp_runtime_t *runtime) {
    dwcp_function_t *function = function_of(module, "short"); /* binding and describing still work */
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    dwcp_extern_t type = DWCP_EXTERN_INIT;
    dwcp_value_t results[2] = {{0}, {0}};
    dwcp_batch_row_t rows[2] = {DWCP_BATCH_ROW_INIT, DWCP_BATCH_ROW_INIT};
    dwcp_vm_t *vm = NULL;
    size_t failed = 0;
    int32_t code = 0;
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    CHECK_STATUS(dwcp_function_type, OK, (function, &type, &err));
    CHECK_STATUS(dwcp_function_call, DISABLED, (function, NULL, 0, NULL, results, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "disabled");
    CHECK_STATUS(dwcp_module_run, DISABLED, (module, NULL, &code, NULL, &err));
    CHECK_STATUS(dwcp_vm_acquire, DISABLED, (module, NULL, &vm, &err));
    CHECK(vm == NULL);
    CHECK_STATUS(dwcp_function_call_batch, OK, (function, NULL, 0, 2, NULL, NULL, results, 1, rows, &failed, &err));
    CHECK_EQ(failed, 2);
    CHECK_EQ(rows[0].status, DWCP_ERR_DISABLED);
    CHECK_EQ(rows[1].status, DWCP_ERR_DISABLED);
    dwcp_batch_rows_clear(rows, 2);
    CHECK_STATUS(dwcp_runtime_set_alias, DISABLED, (runtime, "other", module, &err));
    CHECK_STATUS(dwcp_runtime_execute, DISABLED, (runtime, NULL, 0, "app", "short", NULL, 0, NULL, results, 1, NULL, NULL, &err));
    dwcp_function_free(function);
}

/* By any of its handles and by its alias; what else was loaded from the same bytes goes on. */
static void new_work(void) {
    dwcp_runtime_t *runtime = patient_runtime(10);
    dwcp_module_t *module = load_guests(runtime, &gate), *other = load_guests(runtime, &gate), *again = NULL;
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", module, &err));
    dwcp_vm_t *session = acquire(module), *live = acquire(other);
    dwcp_function_t *function = function_of(module, "short"), *theirs = function_of(other, "short");
    dwcp_value_t result = {0};
    uint64_t bytes = 0;
    CHECK_STATUS(dwcp_vm_call, OK, (session, function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_module_find, OK, (runtime, "app", &again, &err));

    CHECK_STATUS(dwcp_module_disable, OK, (again, false, &err));
    refused(module, runtime);
    CHECK_STATUS(dwcp_vm_call, DISABLED, (session, function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_memory_size, OK, (session, &bytes, &err)); /* its state can be saved */
    CHECK_EQ(bytes, 65536);
    CHECK_STATUS(dwcp_module_disable, OK, (module, false, &err)); /* twice is no more */
    CHECK_EQ(active_vms(runtime), 2);

    CHECK_STATUS(dwcp_module_disable, OK, (module, true, &err)); /* more is: the session loses its VM */
    CHECK_EQ(active_vms(runtime), 1);
    CHECK_STATUS(dwcp_vm_memory_size, VM_DEAD, (session, &bytes, &err));
    CHECK_HAS(message(), "disabled");
    CHECK_STATUS(dwcp_module_disable, OK, (module, true, &err));
    refused(again, runtime);

    CHECK_STATUS(dwcp_vm_call, OK, (live, theirs, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(call_i32(other, "short"), 5);
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", other, &err)); /* the name can go to another */
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, NULL, 0, "app", "short", NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    dwcp_vm_release(session);
    dwcp_vm_release(live);
    dwcp_function_free(function);
    dwcp_function_free(theirs);
    dwcp_module_free(module);
    dwcp_module_free(again);
    dwcp_module_free(other);
    dwcp_runtime_free(runtime);
}

/* A module that needs the disabled one. */
static void of_a_link(void) {
    dwcp_runtime_t *runtime = patient_runtime(10);
    dwcp_module_t *base = load(runtime, "(module (func (export \"six\") (result i32) (i32.const 6)))"), *main = NULL;
    static const char wat[] = "(module (import \"base\" \"six\" (func $s (result i32))) (memory (export \"memory\") 1)"
                              " (func (export \"run\") (result i32) (call $s)))";
    dwcp_link_t link = {.name = "base", .module = base};
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.links = &link, options.nlinks = 1;
    REQUIRE(CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &main, &err)));
    dwcp_vm_t *session = acquire(main);
    dwcp_function_t *run = function_of(main, "run");
    dwcp_value_t result = {0};
    uint64_t bytes = 0;
    CHECK_STATUS(dwcp_module_disable, OK, (base, true, &err));
    CHECK_STATUS(dwcp_function_call, DISABLED, (run, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "linked");
    CHECK_STATUS(dwcp_vm_memory_size, VM_DEAD, (session, &bytes, &err));
    dwcp_vm_release(session);
    dwcp_function_free(run);
    dwcp_module_free(main);
    dwcp_module_free(base);
    dwcp_runtime_free(runtime);
}

/* A module found by its hash is the one that the runtime itself keeps: its handles and dwcp_runtime_execute share it. */
static void of_the_runtime(void) {
    static const char wat[] = "(module (func (export \"run\") (result i32) (i32.const 7)))";
    dwcp_runtime_t *runtime = patient_runtime(10);
    dwcp_module_t *loaded = NULL, *found = NULL;
    dwcp_value_t result = {0};
    REQUIRE(CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), "seven", NULL, &loaded, &err)));
    REQUIRE(CHECK_STATUS(dwcp_module_find, OK, (runtime, "seven", &found, &err)));
    CHECK_STATUS(dwcp_module_disable, OK, (found, true, &err));
    CHECK_STATUS(dwcp_runtime_execute, DISABLED,
                 (runtime, (const uint8_t *)wat, strlen(wat), NULL, "run", NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(call_i32(loaded, "run"), 7);
    CHECK_STATUS(dwcp_runtime_cache_evict, OK, (runtime, "seven", &err)); /* until the cache lets go of it */
    CHECK_STATUS(dwcp_runtime_execute, OK,
                 (runtime, (const uint8_t *)wat, strlen(wat), NULL, "run", NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    dwcp_module_free(loaded);
    dwcp_module_free(found);
    dwcp_runtime_free(runtime);
}

/* Guests that run, sleep and wait in a host function, each in a VM of its own and in a session, and one that waits for a slot. */
static void under_way(bool cancel) {
    enum { SLOTS = 7 };
    dwcp_runtime_t *runtime = patient_runtime(SLOTS);
    dwcp_module_t *module = load_guests(runtime, &gate), *other = load_guests(runtime, &gate);
    dwcp_vm_t *looping = acquire(module), *waiting = acquire(module), *idle = acquire(module);
    struct request loop, sleep, wait, command, in_loop, in_wait, theirs, queued;
    begin(&wait, module, "wait", NULL);
    begin(&in_wait, module, "wait", waiting);
    if (cancel) {
        begin(&loop, module, "loop", NULL);
        begin(&sleep, module, "sleep", NULL);
        begin(&in_loop, module, "loop", looping);
        for (int i = 0; i < 5; i++) sem_wait(&gate.arrived);
        begin(&command, other, "sleep", NULL); /* takes the last slot */
        sem_wait(&gate.arrived);
        begin(&queued, module, "loop", NULL); /* none is left */
        CHECK_STATUS(dwcp_module_disable, OK, (module, true, &err));
        CHECK_EQ(end_of(&loop), DWCP_ERR_CANCELLED);
        CHECK_EQ(end_of(&sleep), DWCP_ERR_CANCELLED);
        CHECK_EQ(end_of(&in_loop), DWCP_ERR_CANCELLED);
        dwcp_status_t status = end_of(&queued); /* it may have come too late to wait */
        CHECK(status == DWCP_ERR_CANCELLED || status == DWCP_ERR_DISABLED);
    } else {
        for (int i = 0; i < 2; i++) sem_wait(&gate.arrived);
        CHECK_STATUS(dwcp_module_disable, OK, (module, false, &err));
    }
    begin(&theirs, other, "wait", NULL);
    sem_wait(&gate.arrived);
    for (int i = 0; i < 3; i++) sem_post(&gate.open);
    CHECK_EQ(end_of(&wait), cancel ? DWCP_ERR_CANCELLED : DWCP_OK);
    CHECK_EQ(end_of(&in_wait), cancel ? DWCP_ERR_CANCELLED : DWCP_OK);
    CHECK_EQ(end_of(&theirs), DWCP_OK); /* the other load of the same bytes is another module */
    CHECK_EQ(active_vms(runtime), cancel ? 1 : 3);
    uint64_t bytes = 0;
    dwcp_vm_t *all[] = {looping, waiting, idle};
    for (int i = 0; i < 3; i++) {
        if (cancel) CHECK_STATUS(dwcp_vm_memory_size, VM_DEAD, (all[i], &bytes, &err));
        else CHECK_STATUS(dwcp_vm_memory_size, OK, (all[i], &bytes, &err));
        dwcp_vm_release(all[i]);
    }
    if (cancel) {
        CHECK_STATUS(dwcp_module_disable, OK, (other, true, &err));
        CHECK_EQ(end_of(&command), DWCP_ERR_CANCELLED);
    }
    CHECK_EQ(active_vms(runtime), 0);
    CHECK_EQ(guest_memory(runtime), 0);
    dwcp_module_free(module);
    dwcp_module_free(other);
    dwcp_runtime_free(runtime);
}

/* From inside the module's own host function: the call that it serves ends, when it returns. */
struct suicide {
    dwcp_module_t *module;
    bool cancel;
};

static dwcp_status_t disable_inside(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                    dwcp_value_t *results, size_t nresults) {
    (void)args, (void)nargs, (void)results, (void)nresults;
    struct suicide *s = user;
    CHECK(!dwcp_caller_is_cancelled(caller));
    CHECK_STATUS(dwcp_module_disable, OK, (s->module, s->cancel, &err));
    CHECK_EQ(dwcp_caller_is_cancelled(caller), s->cancel);
    CHECK_EQ(call(s->module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_DISABLED);
    return DWCP_OK;
}

static void from_inside(bool cancel, bool in_session) {
    dwcp_runtime_t *runtime = patient_runtime(4);
    dwcp_imports_t *imports = dwcp_imports_new();
    struct suicide suicide = {.cancel = cancel};
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "end", ":", disable_inside, &suicide, NULL, &err));
    suicide.module = load_with(runtime,
                               "(module (import \"env\" \"end\" (func $e)) (memory (export \"memory\") 1)"
                               " (func (export \"run\") (call $e)))",
                               imports);
    dwcp_imports_free(imports);
    dwcp_function_t *run = function_of(suicide.module, "run");
    dwcp_vm_t *vm = in_session ? acquire(suicide.module) : NULL;
    dwcp_status_t status = in_session ? dwcp_vm_call(vm, run, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL)
                                      : dwcp_function_call(run, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
    CHECK_EQ(status, cancel ? DWCP_ERR_CANCELLED : DWCP_OK);
    CHECK_EQ(active_vms(runtime), in_session && !cancel ? 1 : 0);
    dwcp_vm_release(vm);
    dwcp_function_free(run);
    dwcp_module_free(suicide.module);
    dwcp_runtime_free(runtime);
}

/* Sessions that are used, acquired and released while their module is stopped: none keeps a VM. */
struct user {
    pthread_t thread;
    dwcp_module_t *module;
    sem_t *ready, *stopped;
};

static void *use_sessions(void *argument) {
    struct user *u = argument;
    dwcp_function_t *function = function_of(u->module, "short");
    dwcp_vm_t *kept = acquire(u->module);
    sem_post(u->ready);
    for (;;) {
        dwcp_value_t result = {0};
        dwcp_vm_t *vm = NULL;
        dwcp_status_t status = dwcp_vm_acquire(u->module, NULL, &vm, NULL);
        if (status == DWCP_OK) status = dwcp_vm_call(kept, function, NULL, 0, NULL, &result, 1, NULL, NULL, NULL);
        dwcp_vm_release(vm);
        if (status == DWCP_OK) continue;
        bool ended = status == DWCP_ERR_DISABLED || status == DWCP_ERR_CANCELLED || status == DWCP_ERR_VM_DEAD;
        if (!ended) CHECK_EQ(status, DWCP_ERR_DISABLED);
        break;
    }
    uint64_t bytes = 0;
    sem_wait(u->stopped); /* dwcp_module_disable has returned */
    CHECK_STATUS(dwcp_vm_memory_size, VM_DEAD, (kept, &bytes, &err));
    dwcp_vm_release(kept);
    dwcp_function_free(function);
    test_forget();
    return NULL;
}

static void sessions_in_use(void) {
    enum { USERS = 4, ROUNDS = 50 };
    dwcp_runtime_t *runtime = patient_runtime(64);
    sem_t ready, stopped;
    sem_init(&ready, 0, 0);
    sem_init(&stopped, 0, 0);
    for (int round = 0; round < ROUNDS; round++) {
        dwcp_module_t *module = load_guests(runtime, &gate);
        struct user users[USERS];
        for (int i = 0; i < USERS; i++) {
            users[i] = (struct user){.module = module, .ready = &ready, .stopped = &stopped};
            REQUIRE(pthread_create(&users[i].thread, NULL, use_sessions, &users[i]) == 0);
        }
        for (int i = 0; i < USERS; i++) sem_wait(&ready);
        CHECK_STATUS(dwcp_module_disable, OK, (module, true, &err));
        for (int i = 0; i < USERS; i++) sem_post(&stopped);
        for (int i = 0; i < USERS; i++) pthread_join(users[i].thread, NULL);
        CHECK_EQ(active_vms(runtime), 0);
        dwcp_module_free(module);
    }
    dwcp_runtime_free(runtime);
}

int main(void) {
    gate_init(&gate);
    new_work();
    of_a_link();
    of_the_runtime();
    under_way(false);
    under_way(true);
    for (int i = 0; i < 4; i++) from_inside(i % 2 == 1, i / 2 == 1);
    sessions_in_use();
    return report("disable");
}
