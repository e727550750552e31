/* Corners where several parts meet: closing while calls arm, finalizers that come back, VMs that take several slots, callers
 * that wait for another's compilation, arrays of an older header. Each was a defect once. */
#include "guests.h"

#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Calls that are on their way to their first instruction when the runtime is closed end too, also without a deadline. */
static void *spin_until_closed(void *argument) {
    dwcp_status_t status = dwcp_function_call(argument, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
    CHECK(status == DWCP_ERR_CANCELLED || status == DWCP_ERR_CLOSED || status == DWCP_ERR_SHUTTING_DOWN);
    return NULL;
}

static void closing_ends_calls_that_have_just_begun(void) {
    for (int round = 0; round < 20; round++) {
        dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
        CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
        CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 0, &err));
        CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, OK, (config, UINT64_MAX, &err));
        dwcp_runtime_t *runtime = new_runtime(config);
        dwcp_module_t *module = load(runtime, SPIN_WAT);
        dwcp_function_t *spin = function_of(module, "spin");
        pthread_t threads[16];
        for (int i = 0; i < 16; i++) REQUIRE(pthread_create(&threads[i], NULL, spin_until_closed, spin) == 0);
        CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
        for (int i = 0; i < 16; i++) pthread_join(threads[i], NULL);
        dwcp_function_free(spin);
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
    }
}

/* A call whose time is over before it begins does not begin. */
static void no_time_is_no_call(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load(runtime, ADD_WAT);
    dwcp_function_t *add = function_of(module, "add");
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.timeout_ns = 1;
    for (int i = 0; i < 1000; i++) {
        CHECK_STATUS(dwcp_function_call, TIMEOUT, (add, args, 2, &options, &result, 1, NULL, NULL, &err));
    }
    dwcp_function_free(add);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A finalizer may define on the set that is just replacing its function. */
struct chain {
    dwcp_imports_t *imports;
    int finalized;
};

static dwcp_status_t nothing(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                             size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

static void defines_more(void *user) {
    struct chain *chain = user;
    char name[16];
    chain->finalized++;
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "f%d", i);
        CHECK_EQ(dwcp_imports_define(chain->imports, "env", name, ":", nothing, NULL, NULL, NULL), DWCP_OK);
    }
}

static void a_finalizer_may_come_back(void) {
    struct chain chain = {dwcp_imports_new(), 0};
    CHECK_STATUS(dwcp_imports_define, OK, (chain.imports, "env", "f", ":", nothing, &chain, defines_more, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (chain.imports, "env", "f", ":", nothing, NULL, NULL, &err));
    CHECK_EQ(chain.finalized, 1);
    dwcp_imports_free(chain.imports);
}

/* A VM with several memories takes several slots, and where there are fewer than that it runs alone. */
static void large_vms_take_more_slots(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    static const char *const large[] = {
        "(module (memory 1) (memory 1) (memory 1) (func (export \"run\")))",
        "(module (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1)"
        " (table 1 externref) (func (export \"run\")))",
        "(module (table 1 funcref) (table 1 funcref) (table 1 funcref) (func (export \"run\")))",
    };
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        dwcp_module_t *module = load(runtime, large[i]);
        for (int n = 0; n < 10; n++) CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
        dwcp_module_free(module);
    }
    dwcp_runtime_free(runtime);
}

/* Of many that ask for new code at once, one compiles and the others wait: neither hits nor misses, neither cold nor warm. */
struct asker {
    pthread_t thread;
    dwcp_runtime_t *runtime;
    const char *wat;
    pthread_barrier_t *together;
    bool cold;
};

static void *ask(void *argument) {
    struct asker *asker = argument;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    pthread_barrier_wait(asker->together);
    CHECK_EQ(dwcp_runtime_execute(asker->runtime, (const uint8_t *)asker->wat, strlen(asker->wat), NULL, "f0", NULL, 0, NULL,
                                  NULL, 0, NULL, &stats, NULL),
             DWCP_OK);
    asker->cold = stats.cold;
    return NULL;
}

static void waiting_for_a_compilation_is_no_hit(void) {
    enum { ASKERS = 6, FUNCTIONS = 3000 };
    char *wat = malloc(FUNCTIONS * 80 + 100), *end = wat;
    REQUIRE(wat != NULL);
    end += sprintf(end, "(module ");
    for (int i = 0; i < FUNCTIONS; i++) end += sprintf(end, "(func (export \"f%d\") (drop (i32.mul (i32.const %d) (i32.const 3))))", i, i);
    sprintf(end, ")");
    dwcp_runtime_t *runtime = new_runtime(NULL);
    struct asker askers[ASKERS];
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, ASKERS);
    for (int i = 0; i < ASKERS; i++) {
        askers[i] = (struct asker){.runtime = runtime, .wat = wat, .together = &together};
        REQUIRE(pthread_create(&askers[i].thread, NULL, ask, &askers[i]) == 0);
    }
    uint64_t cold = 0;
    for (int i = 0; i < ASKERS; i++) {
        pthread_join(askers[i].thread, NULL);
        cold += askers[i].cold;
    }
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtime, &cache, &err));
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK_EQ(cache.misses, 1);
    CHECK_EQ(cache.hits + cache.single_flight_waits, ASKERS - 1);
    CHECK_EQ(metrics.cold_starts, 1);
    CHECK_EQ(metrics.warm_starts, cache.hits);
    CHECK_EQ(cold, 1 + cache.single_flight_waits);
    pthread_barrier_destroy(&together);
    dwcp_runtime_free(runtime);
    free(wat);
}

/* Code that is too large for the cache is not held, so neither is its alias: the name is free for other bytes. */
static void aliases_live_as_long_as_the_cache_holds_the_code(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_cache_size, OK, (config, 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *first = NULL, *second = NULL;
    const uint8_t *bytes = (const uint8_t *)ADD_WAT;
    CHECK_STATUS(dwcp_module_load, OK, (runtime, bytes, strlen(ADD_WAT), "app", NULL, &first, &err));
    bytes = (const uint8_t *)SPIN_WAT;
    CHECK_STATUS(dwcp_module_load, KEY_MISMATCH, (runtime, bytes, strlen(SPIN_WAT), "app", NULL, &second, &err));
    CHECK_STATUS(dwcp_module_load, OK, (runtime, bytes, strlen(SPIN_WAT), NULL, NULL, &second, &err)); /* evicts the first */
    dwcp_module_free(second);
    CHECK_STATUS(dwcp_module_load, OK, (runtime, bytes, strlen(SPIN_WAT), "app", NULL, &second, &err));
    CHECK_STATUS(dwcp_runtime_cache_evict, OK, (runtime, "app", &err));
    CHECK_STATUS(dwcp_runtime_cache_evict, NOT_FOUND, (runtime, "app", &err));
    dwcp_module_free(first);
    dwcp_module_free(second);
    dwcp_runtime_free(runtime);
}

/* The last call of a runtime that one of its own host functions freed closes it. */
static dwcp_status_t frees_its_runtime(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                       dwcp_value_t *results, size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_runtime_free(user);
    return DWCP_OK;
}

static void a_runtime_freed_from_inside_is_closed(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "f", ":", frees_its_runtime, runtime, NULL, &err));
    dwcp_module_t *module = load_with(runtime, "(module (import \"env\" \"f\" (func $f)) (func (export \"run\") call $f))", imports);
    dwcp_imports_free(imports);
    dwcp_function_t *run = function_of(module, "run"), *bound = NULL;
    CHECK_STATUS(dwcp_function_call, CANCELLED, (run, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call, CLOSED, (run, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_module_get_function, CLOSED, (module, "run", NULL, &bound, &err));
    dwcp_function_free(run);
    dwcp_module_free(module);
}

/* Elements of the size that the host's header knows, however large the library's are. */
static void lists_follow_the_hosts_struct_size(void) {
    unsigned char packed[2 * sizeof(dwcp_module_info_t)] = {0};
    size_t step = offsetof(dwcp_module_info_t, size_bytes), n = 0;
    for (int i = 0; i < 2; i++) memcpy(packed + (size_t)i * step, &step, sizeof step);
    memset(packed + 2 * step, 0xaa, sizeof packed - 2 * step);
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *a = load(runtime, ADD_WAT), *b = load(runtime, SPIN_WAT);
    CHECK_STATUS(dwcp_runtime_cache_list, OK, (runtime, (dwcp_module_info_t *)(void *)packed, 2, &n, &err));
    CHECK_EQ(n, 2);
    CHECK_EQ(strlen((char *)packed + sizeof step), 64);
    CHECK_EQ(strlen((char *)packed + step + sizeof step), 64);
    CHECK_EQ(packed[2 * step], 0xaa);
    dwcp_module_free(a);
    dwcp_module_free(b);
    dwcp_runtime_free(runtime);
}

/* A guest that copes with a refused growth and then fails for another reason is told that reason. */
static void coping_and_then_failing_is_a_trap(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_module_t *module = load(runtime,
                                 "(module (memory 1) (func (export \"divide\") (drop (memory.grow (i32.const 60000)))"
                                 " (drop (i32.div_s (i32.const 1) (i32.const 0))))"
                                 " (func (export \"give_up\") (drop (memory.grow (i32.const 60000))) unreachable))");
    CHECK_EQ(call(module, "divide", NULL, 0, NULL, NULL, 0, &stats), DWCP_ERR_TRAP);
    CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_INTEGER_DIVISION_BY_ZERO);
    CHECK_STR(stats.limit_hit, "max_memory_bytes");
    CHECK_EQ(call(module, "give_up", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_OUT_OF_MEMORY);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A host function that hands on why the guest's memory could not be read tells it without a word of its own. */
static dwcp_status_t reads_too_far(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                   size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    char byte;
    return dwcp_caller_read(caller, 70000, &byte, 1);
}

static void a_refusal_is_told(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "f", ":", reads_too_far, NULL, NULL, &err));
    dwcp_module_t *module = load_with(
        runtime, "(module (import \"env\" \"f\" (func $f)) (memory (export \"memory\") 1) (func (export \"run\") call $f))", imports);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_HOST_FUNCTION);
    CHECK_HAS(message(), "70000");
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
}

/* What is odd about a runtime's settings is in its metrics; what the system refuses is no trap of the guest. */
static void warnings_are_in_the_metrics(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    static const char json[] = "{\"pool_size\": 11, \"max_live_vms\": 10, \"allowed_syscalls\": [\"@stdio\", \"@fs_read\"],"
                               " \"denied_syscalls\": [], \"allowed_directories\": [{\"host\": \"/nonexistent/dir\", \"guest\": \"/d\"}]}";
    CHECK_STATUS(dwcp_config_apply_json, OK, (config, json, strlen(json), &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    char *text = NULL;
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &text, NULL, &err));
    CHECK_HAS(text, "pool_size (11) is above max_live_vms (10)");
    CHECK_HAS(text, "/nonexistent/dir");
    CHECK_HAS(text, "lets no guest write files");
    dwcp_string_free(text);
    dwcp_runtime_free(runtime);
}

#ifndef __SANITIZE_ADDRESS__ /* its shadow does not fit into the limit */
static void refused_address_space_is_no_trap(void) {
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        struct rlimit limit = {(rlim_t)2 << 30, (rlim_t)2 << 30};
        if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(3);
        dwcp_runtime_t *runtime = NULL;
        if (dwcp_runtime_new(NULL, &runtime, NULL) != DWCP_OK) _exit(4);
        dwcp_module_t *module = NULL;
        dwcp_vm_t *held = NULL; /* and never given back */
        static const char large[] = "(module (memory 2000))";
        dwcp_status_t status = dwcp_module_load(runtime, (const uint8_t *)large, strlen(large), NULL, NULL, &module, NULL);
        for (int i = 0; i < 20 && status == DWCP_OK; i++) status = dwcp_vm_acquire(module, NULL, &held, NULL);
        _exit(status == DWCP_ERR_OS && dwcp_status_is_retryable(status) ? 0 : 5);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    CHECK_EQ(WEXITSTATUS(status), 0);
}
#endif

/* A bulk instruction does not look at the clock; a call that ran over by one is over all the same. */
static void a_late_end_is_a_timeout(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, "(module (memory 2048) (func (export \"fill\")"
                                          " (memory.fill (i32.const 0) (i32.const 7) (i32.const 134217728))))");
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    options.timeout_ns = 1000000;
    CHECK_EQ(call(module, "fill", NULL, 0, &options, NULL, 0, &stats), DWCP_ERR_TIMEOUT);
    CHECK(stats.overrun_ns > 0);
    CHECK_STR(stats.limit_hit, "max_execution_time_ms");
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
#ifndef __SANITIZE_ADDRESS__
    refused_address_space_is_no_trap(); /* first: no runtime has been made in this process, so its child may make one */
#endif
    a_late_end_is_a_timeout();
    a_refusal_is_told();
    warnings_are_in_the_metrics();
    closing_ends_calls_that_have_just_begun();
    no_time_is_no_call();
    a_finalizer_may_come_back();
    large_vms_take_more_slots();
    waiting_for_a_compilation_is_no_hit();
    aliases_live_as_long_as_the_cache_holds_the_code();
    a_runtime_freed_from_inside_is_closed();
    lists_follow_the_hosts_struct_size();
    coping_and_then_failing_is_a_trap();
    return report("corners");
}
