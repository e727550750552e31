/* Closing: afterwards every handle answers CLOSED and can be freed; calls under way are ended; not from inside a callback. */
#include "guests.h"

#include <pthread.h>
#include <semaphore.h>

static int finalized;

static void finalize(void *user) {
    (void)user;
    finalized++;
}

static sem_t running;

/* Tells the test that the guest runs now. */
static dwcp_status_t started(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                             size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&running);
    return DWCP_OK;
}

static const char START_AND_SPIN_WAT[] =
    "(module (import \"env\" \"started\" (func $s)) (memory (export \"memory\") 1)"
    " (global (export \"count\") (mut i32) (i32.const 0)) (global (export \"held\") (mut externref) (ref.null extern))"
    " (func (export \"spin\") (call $s) (loop (br 0))) (func (export \"short\") (result i32) (i32.const 5))"
    " (func (export \"_start\") (call $s) (loop (br 0))))";

static dwcp_runtime_t *runtime_without_limits(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 3600000, &err));
    return new_runtime(config);
}

static void everything_answers_closed(void) {
    dwcp_runtime_t *runtime = runtime_without_limits();
    dwcp_imports_t *imports = dwcp_imports_new();
    finalized = 0;
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "started", ":", started, NULL, finalize, &err));
    dwcp_module_t *module = load_with(runtime, START_AND_SPIN_WAT, imports), *other = NULL;
    dwcp_function_t *function = function_of(module, "short"), *bound = NULL;
    char hash[72];
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    memcpy(hash, info.hash, sizeof hash);
    dwcp_imports_free(imports);
    dwcp_vm_t *vm = NULL, *late = NULL;
    dwcp_value_t reference = {0};
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", module, &err));
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err)));
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, &finalized, finalize, &reference, &err));

    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 1000, &err)); /* once more does nothing */
    CHECK_EQ(finalized, 1); /* the session's object */

    const uint8_t *bytes = (const uint8_t *)ADD_WAT;
    size_t len = strlen(ADD_WAT), n = 9;
    dwcp_value_t result = {0};
    int32_t code = 0;
    char *json = NULL;
    dwcp_extern_t type = DWCP_EXTERN_INIT;
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_STATUS(dwcp_module_load, CLOSED, (runtime, bytes, len, NULL, NULL, &other, &err));
    CHECK_STATUS(dwcp_module_load_file, CLOSED, (runtime, WORDCOUNT, NULL, &other, &err));
    CHECK_STATUS(dwcp_runtime_execute, CLOSED, (runtime, bytes, len, NULL, "add", NULL, 0, NULL, &result, 1, &n, &stats, &err));
    CHECK_STATUS(dwcp_runtime_cache_list, CLOSED, (runtime, NULL, 0, &n, &err));
    CHECK_STATUS(dwcp_runtime_cache_evict, CLOSED, (runtime, hash, &err));
    CHECK_STATUS(dwcp_runtime_cache_clear, CLOSED, (runtime, &err));
    CHECK_STATUS(dwcp_runtime_metrics, CLOSED, (runtime, &metrics, &err));
    CHECK_STATUS(dwcp_runtime_pool_metrics, CLOSED, (runtime, &pool, &err));
    CHECK_STATUS(dwcp_runtime_cache_metrics, CLOSED, (runtime, &cache, &err));
    CHECK_STATUS(dwcp_runtime_metrics_json, CLOSED, (runtime, &json, NULL, &err));
    CHECK(json == NULL && other == NULL);
    CHECK_STATUS(dwcp_module_info, CLOSED, (module, &info, &err));
    CHECK_STATUS(dwcp_module_import, CLOSED, (module, 0, &type, &err));
    CHECK_STATUS(dwcp_module_export, CLOSED, (module, 0, &type, &err));
    CHECK_STATUS(dwcp_module_get_function, CLOSED, (module, "short", NULL, &bound, &err));
    CHECK_STATUS(dwcp_module_run, CLOSED, (module, NULL, &code, NULL, &err));
    CHECK_STATUS(dwcp_function_type, CLOSED, (function, &type, &err));
    CHECK_STATUS(dwcp_function_call, CLOSED, (function, NULL, 0, NULL, &result, 1, &n, &stats, &err));
    CHECK(bound == NULL && n == 0);

    uint64_t size = 0;
    void *data = NULL;
    char byte = 0;
    dwcp_batch_row_t row = DWCP_BATCH_ROW_INIT;
    CHECK_STATUS(dwcp_runtime_drain, CLOSED, (runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_resume, CLOSED, (runtime, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, CLOSED, (runtime, "app", module, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, CLOSED, (runtime, "app", NULL, &err));
    CHECK_STATUS(dwcp_module_find, CLOSED, (runtime, "app", &other, &err));
    CHECK_STATUS(dwcp_module_disable, CLOSED, (module, true, &err));
    CHECK_STATUS(dwcp_function_call_batch, CLOSED, (function, NULL, 0, 1, NULL, NULL, &result, 1, &row, &n, &err));
    CHECK_STATUS(dwcp_vm_acquire, CLOSED, (module, NULL, &late, &err));
    CHECK_STATUS(dwcp_vm_call, CLOSED, (vm, function, NULL, 0, NULL, &result, 1, &n, &stats, &err));
    CHECK_STATUS(dwcp_vm_read, CLOSED, (vm, 0, &byte, 1, &err));
    CHECK_STATUS(dwcp_vm_write, CLOSED, (vm, 0, &byte, 1, &err));
    CHECK_STATUS(dwcp_vm_memory_size, CLOSED, (vm, &size, &err));
    CHECK_STATUS(dwcp_vm_global_get, CLOSED, (vm, "count", &result, &err));
    CHECK_STATUS(dwcp_vm_global_set, CLOSED, (vm, "count", &result, &err));
    CHECK_STATUS(dwcp_vm_externref_new, CLOSED, (vm, &finalized, NULL, &result, &err));
    CHECK_STATUS(dwcp_vm_externref_data, CLOSED, (vm, &reference, &data, &err));
    CHECK_STATUS(dwcp_vm_ref_free, CLOSED, (vm, &reference, &err));
    CHECK_STATUS(dwcp_vm_gc, CLOSED, (vm, &err));
    CHECK(other == NULL && late == NULL && data == NULL && row.error == NULL);

    dwcp_runtime_free(runtime);
    CHECK_STATUS(dwcp_function_call, CLOSED, (function, NULL, 0, NULL, &result, 1, &n, NULL, &err));
    dwcp_module_t *retained = dwcp_module_retain(module);
    dwcp_module_free(module);
    dwcp_function_free(function);
    dwcp_vm_release(vm);
    CHECK_EQ(finalized, 1);
    dwcp_module_free(retained);
    CHECK_EQ(finalized, 2);
}

struct spinner {
    pthread_t thread;
    dwcp_module_t *module;
    dwcp_status_t status;
    bool command;
};

static void *spin(void *argument) {
    struct spinner *s = argument;
    int32_t code = 0;
    s->status = s->command ? dwcp_module_run(s->module, NULL, &code, NULL, NULL) : call(s->module, "spin", NULL, 0, NULL, NULL, 0, NULL);
    test_forget();
    return NULL;
}

/* Guests that would run for ever: close ends them and comes back. */
static void calls_under_way(bool by_free) {
    dwcp_runtime_t *runtime = runtime_without_limits();
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "started", ":", started, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, START_AND_SPIN_WAT, imports);
    struct spinner spinners[4];
    for (int i = 0; i < 4; i++) {
        spinners[i] = (struct spinner){.module = module, .command = i % 2 == 1};
        REQUIRE(pthread_create(&spinners[i].thread, NULL, spin, &spinners[i]) == 0);
    }
    for (int i = 0; i < 4; i++) sem_wait(&running);
    if (by_free) dwcp_runtime_free(runtime);
    else CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 10, &err));
    for (int i = 0; i < 4; i++) {
        pthread_join(spinners[i].thread, NULL);
        CHECK_EQ(spinners[i].status, DWCP_ERR_CANCELLED);
    }
    if (!by_free) dwcp_runtime_free(runtime);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
}

struct caller {
    pthread_t thread;
    const dwcp_function_t *function;
    int answered, refused;
};

/* Calls until the runtime says no more. */
static void *call_until_closed(void *argument) {
    struct caller *c = argument;
    for (;;) {
        dwcp_value_t result = {0};
        dwcp_status_t status = dwcp_function_call(c->function, NULL, 0, NULL, &result, 1, NULL, NULL, NULL);
        if (status == DWCP_OK) {
            if (++c->answered == 100) sem_post(&running);
        } else if (status == DWCP_ERR_CLOSED) {
            return NULL;
        } else {
            c->refused++;
            CHECK(status == DWCP_ERR_SHUTTING_DOWN || status == DWCP_ERR_CANCELLED);
        }
    }
}

static void short_calls_from_many_threads(void) {
    dwcp_runtime_t *runtime = runtime_without_limits();
    dwcp_module_t *module = load(runtime, "(module (func (export \"short\") (result i32) (i32.const 5)))");
    struct caller callers[4];
    dwcp_function_t *function = function_of(module, "short");
    for (int i = 0; i < 4; i++) {
        callers[i] = (struct caller){.function = function};
        REQUIRE(pthread_create(&callers[i].thread, NULL, call_until_closed, &callers[i]) == 0);
    }
    for (int i = 0; i < 4; i++) sem_wait(&running);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 1000, &err));
    for (int i = 0; i < 4; i++) {
        pthread_join(callers[i].thread, NULL);
        CHECK(callers[i].answered >= 100);
    }
    dwcp_runtime_free(runtime);
    dwcp_function_free(function);
    dwcp_module_free(module);
}

/* Waits in the host until the test has seen that new work is refused. */
static sem_t released;

static dwcp_status_t held(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&running);
    sem_wait(&released);
    return DWCP_OK;
}

static void *close_it(void *runtime) {
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 3600000, &err)); /* the call is let go long before */
    test_forget();
    return NULL;
}

static void grace(void) {
    dwcp_runtime_t *runtime = runtime_without_limits();
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "started", ":", held, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"started\" (func $s)) (func (export \"spin\") (call $s))"
                                      " (func (export \"short\") (result i32) (i32.const 5)))",
                                      imports);
    struct spinner waiter = {.module = module};
    pthread_t closer;
    REQUIRE(pthread_create(&waiter.thread, NULL, spin, &waiter) == 0);
    sem_wait(&running);
    REQUIRE(pthread_create(&closer, NULL, close_it, runtime) == 0);
    dwcp_value_t result = {0};
    dwcp_status_t status;
    do status = call(module, "short", NULL, 0, NULL, &result, 1, NULL);
    while (status == DWCP_OK);
    CHECK_EQ(status, DWCP_ERR_SHUTTING_DOWN);
    sem_post(&released);
    pthread_join(waiter.thread, NULL);
    pthread_join(closer, NULL);
    CHECK_EQ(waiter.status, DWCP_OK); /* within the grace it ended by itself */
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
}

static dwcp_status_t close_inside(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                  size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    CHECK_STATUS(dwcp_runtime_close, BUSY, (user, 0, &err));
    return DWCP_OK;
}

static void not_from_inside(void) {
    dwcp_runtime_t *runtime = runtime_without_limits();
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "close", ":", close_inside, runtime, NULL, &err));
    dwcp_module_t *module = load_with(runtime, "(module (import \"env\" \"close\" (func $c)) (func (export \"run\") (call $c)))", imports);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
}

int main(void) {
    sem_init(&running, 0, 0);
    sem_init(&released, 0, 0);
    everything_answers_closed();
    calls_under_way(false);
    calls_under_way(true);
    short_calls_from_many_threads();
    grace();
    not_from_inside();
    return report("closed");
}
