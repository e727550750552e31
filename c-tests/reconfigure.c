/* Settings changed while a runtime lives: what may change does for what begins next, what may not is refused by name. */
#include "session_guests.h"

#include <pthread.h>

enum { PAGE = 65536 };

static const char GROW_WAT[] =
    "(module (memory (export \"memory\") 1) (table 1 funcref)"
    " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
    " (func (export \"elements\") (param i32) (result i32) (table.grow (ref.null func) (local.get 0)))"
    " (func (export \"spin\") (loop (br 0)))"
    " (func (export \"f\")))";

static dwcp_config_t *config_of(const dwcp_runtime_t *runtime) {
    dwcp_config_t *config = NULL;
    REQUIRE(CHECK_STATUS(dwcp_runtime_config, OK, (runtime, &config, &err)) && config != NULL);
    return config;
}

/* Changes one field by JSON, as an operator would. */
static dwcp_status_t change(dwcp_runtime_t *runtime, const char *json) {
    dwcp_config_t *config = config_of(runtime);
    CHECK_STATUS(dwcp_config_apply_json, OK, (config, json, strlen(json), &err));
    test_forget();
    dwcp_status_t status = dwcp_runtime_reconfigure(runtime, config, &err);
    dwcp_config_free(config);
    return status;
}

static int32_t with(const dwcp_module_t *module, const char *name, int32_t n) {
    dwcp_value_t arg = dwcp_i32(n), result = {0};
    CHECK_EQ(call(module, name, &arg, 1, NULL, &result, 1, NULL), DWCP_OK);
    return dwcp_as_i32(result);
}

/* Each live limit, before and after. */
static void live(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, 10 * PAGE, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 20, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, GROW_WAT);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;

    CHECK_EQ(with(module, "grow", 9), 1);
    CHECK_EQ(change(runtime, "{\"max_memory_bytes\": 131072}"), DWCP_OK);
    CHECK_EQ(with(module, "grow", 9), -1);
    CHECK_EQ(with(module, "grow", 1), 1);
    CHECK_EQ(with(module, "elements", 900), 1);
    CHECK_EQ(change(runtime, "{\"max_table_elements\": 10}"), DWCP_OK);
    CHECK_EQ(with(module, "elements", 900), -1);

    CHECK_EQ(call(module, "spin", NULL, 0, NULL, NULL, 0, &stats), DWCP_ERR_OUT_OF_FUEL);
    CHECK(stats.fuel_used >= 1000000);
    CHECK_EQ(change(runtime, "{\"fuel_limit\": 5000}"), DWCP_OK);
    CHECK_EQ(call(module, "spin", NULL, 0, NULL, NULL, 0, &stats), DWCP_ERR_OUT_OF_FUEL);
    CHECK(stats.fuel_used < 6000);
    CHECK_EQ(change(runtime, "{\"fuel_limit\": 5000000000000, \"max_execution_time_ms\": 3}"), DWCP_OK);
    CHECK_EQ(call(module, "spin", NULL, 0, NULL, NULL, 0, &stats), DWCP_ERR_TIMEOUT);
    CHECK_HAS(message(), "3 ms");

    /* a session goes on with the memory that was settled; fuel and time are those of the day */
    dwcp_vm_t *vm = acquire(module, NULL);
    CHECK_EQ(change(runtime, "{\"max_memory_bytes\": 65536, \"max_execution_time_ms\": 30000, \"fuel_limit\": 7000}"), DWCP_OK);
    dwcp_value_t one = dwcp_i32(1), before = {0};
    CHECK_EQ(vm_call(vm, module, "grow", NULL, &one, 1, NULL, &before, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(before), 1);
    CHECK_EQ(with(module, "grow", 1), -1);
    CHECK_EQ(vm_call(vm, module, "spin", NULL, NULL, 0, NULL, NULL, 0, &stats), DWCP_ERR_OUT_OF_FUEL);
    CHECK(stats.fuel_used < 8000);
    dwcp_vm_release(vm);

    /* slots and memory: what is in use stays, and holds as it is given back */
    dwcp_vm_t *first = acquire(module, NULL), *second = acquire(module, NULL), *third = NULL;
    CHECK_EQ(change(runtime, "{\"max_live_vms\": 1, \"pool_size\": 100, \"acquire_timeout_ms\": 0}"), DWCP_OK);
    CHECK_STATUS(dwcp_vm_acquire, NO_SLOT, (module, NULL, &third, &err));
    dwcp_vm_release(second);
    CHECK_STATUS(dwcp_vm_acquire, NO_SLOT, (module, NULL, &third, &err));
    dwcp_vm_release(first);
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(change(runtime, "{\"max_live_vms\": 20, \"max_total_memory_bytes\": 131072}"), DWCP_OK);
    first = acquire(module, NULL), second = acquire(module, NULL);
    CHECK_STATUS(dwcp_vm_acquire, NO_MEMORY, (module, NULL, &third, &err));
    CHECK_EQ(change(runtime, "{\"max_total_memory_bytes\": 0}"), DWCP_OK);
    third = acquire(module, NULL);
    dwcp_vm_release(first), dwcp_vm_release(second), dwcp_vm_release(third);

    /* caps of modules, and the cache */
    static const char other[] = "(module (func (export \"g\")))";
    dwcp_module_t *refused = NULL, *small = load(runtime, other);
    CHECK_EQ(change(runtime, "{\"max_functions\": 1, \"cache_size\": 1}"), DWCP_OK);
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtime, &cache, &err));
    CHECK_EQ(cache.max_modules, 1);
    CHECK_EQ(cache.modules, 1);
    static const char many[] = "(module (func) (func))";
    CHECK_STATUS(dwcp_module_load, LIMIT_FUNCTIONS, (runtime, (const uint8_t *)many, strlen(many), NULL, NULL, &refused, &err));
    CHECK_EQ(change(runtime, "{\"max_functions\": 2}"), DWCP_OK);
    refused = load(runtime, many);
    dwcp_module_free(refused);
    dwcp_module_free(small);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A caller that waits for a slot gets it when more are allowed. */
static void *waits(void *module) {
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    return NULL;
}

static void waiter(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 2, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 600000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, GROW_WAT);
    CHECK_EQ(change(runtime, "{\"max_live_vms\": 1}"), DWCP_OK);
    dwcp_vm_t *vm = acquire(module, NULL);
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, waits, module) == 0);
    CHECK_EQ(change(runtime, "{\"max_live_vms\": 2}"), DWCP_OK);
    pthread_join(thread, NULL);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A host function that lowers what calls may give back. */
static dwcp_status_t lowers(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                            size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    CHECK_EQ(change(*(dwcp_runtime_t **)user, "{\"max_result_bytes\": 5}"), DWCP_OK);
    return DWCP_OK;
}

/* A call under way keeps what it began with, the bytes that it may give back among it. */
static void under_way(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "lower", NULL, lowers, &runtime, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
        "(module (import \"env\" \"lower\" (func $lower)) (memory (export \"memory\") 1) (data (i32.const 8) \"12345678\")"
        " (func (export \"give\") (result i32 i32) (call $lower) (i32.const 8) (i32.const 8)))", imports);
    dwcp_imports_free(imports);
    dwcp_function_t *give = NULL;
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "give", ":s", &give, &err));
    dwcp_value_t result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (give, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    dwcp_values_clear(&result, 1);
    CHECK_STATUS(dwcp_function_call, LIMIT_RESULT, (give, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(change(runtime, "{\"max_result_bytes\": 8}"), DWCP_OK);
    dwcp_vm_t *vm = acquire(module, NULL);
    CHECK_STATUS(dwcp_vm_call, OK, (vm, give, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    dwcp_values_clear(&result, 1);
    CHECK_STATUS(dwcp_vm_call, LIMIT_RESULT, (vm, give, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    dwcp_vm_release(vm);
    dwcp_function_free(give);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A VM that alone needs more than is left for all, since less is allowed, is refused at once: no other's end would help it. */
static void hopeless(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, "(module (memory 3) (func (export \"f\")))");
    CHECK_EQ(change(runtime, "{\"max_total_memory_bytes\": 131072, \"max_execution_time_ms\": 600000, \"max_execution_time_ms_ceiling\": 600000}"), DWCP_OK);
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_NO_MEMORY);
    CHECK_HAS(message(), "limit is 131072, and the VM alone needs more");
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* Nothing of a refused change comes into force. */
static void refused(void) {
    static const struct {
        const char *json, *says;
    } changes[] = {
        {"{\"max_stack_size_bytes\": 131072}", "max_stack_size_bytes: is 1048576 for as long as the runtime lives, the new configuration says 131072"},
        {"{\"enable_fuel_metering\": false}", "enable_fuel_metering: is true"},
        {"{\"allowed_syscalls\": [\"fd_read\"]}", "allowed_syscalls: is "},
        {"{\"max_execution_time_ms\": 0}", "metering \"deadline+fuel\", the new configuration needs \"fuel\""},
        {"{\"max_memory_bytes\": 268435456}", "max_memory_bytes: the runtime was made for 134217728, the new configuration asks for 268435456"},
        {"{\"max_memory_bytes_ceiling\": 268435456}", "max_memory_bytes: the runtime was made for 134217728"},
        {"{\"max_table_elements\": 1001}", "max_table_elements: the runtime was made for 1000"},
        {"{\"max_functions\": 10001}", "max_functions: the runtime was made for 10000"},
        {"{\"max_live_vms\": 1001}", "max_live_vms: the runtime was made for 1000"},
        {"{\"fuel_limit_ceiling\": 10}", "fuel_limit (1000000) is above fuel_limit_ceiling (10)"},
    };
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_config_t *before = config_of(runtime), *config = new_config(DWCP_PROFILE_DEFAULT), *after = NULL;
    char *was = NULL, *is = NULL;
    size_t n = 0;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        CHECK_EQ(change(runtime, changes[i].json), DWCP_ERR_INVALID_CONFIG);
        CHECK_HAS(message(), changes[i].says);
    }
    CHECK_STATUS(dwcp_config_set_max_stack_size_bytes, OK, (config, 65536, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit, OK, (config, 5, &err));
    CHECK_STATUS(dwcp_runtime_reconfigure, INVALID_CONFIG, (runtime, config, &err));
    after = config_of(runtime);
    CHECK_STATUS(dwcp_config_to_json, OK, (before, &was, &n, &err));
    CHECK_STATUS(dwcp_config_to_json, OK, (after, &is, &n, &err));
    CHECK_STR(was, is);
    CHECK_STATUS(dwcp_runtime_reconfigure, INVALID_ARGUMENT, (runtime, NULL, &err));
    CHECK_STATUS(dwcp_runtime_config, INVALID_ARGUMENT, (runtime, NULL, &err));
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_reconfigure, CLOSED, (runtime, before, &err));
    dwcp_config_t *none = before;
    CHECK_STATUS(dwcp_runtime_config, CLOSED, (runtime, &none, &err));
    CHECK(none == NULL);
    dwcp_string_free(was);
    dwcp_string_free(is);
    dwcp_config_free(after);
    dwcp_config_free(before);
    dwcp_config_free(config);
    dwcp_runtime_free(runtime);
}

static void *busy(void *module) {
    for (int i = 0; i < 2000; i++) {
        dwcp_value_t n = dwcp_i32(i % 9), result = {0};
        CHECK_EQ(call(module, "grow", &n, 1, NULL, &result, 1, NULL), DWCP_OK);
        CHECK(dwcp_as_i32(result) == 1 || dwcp_as_i32(result) == -1);
    }
    return NULL;
}

/* Changed again and again under calls. */
static void under_load(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load(runtime, GROW_WAT);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) REQUIRE(pthread_create(&threads[i], NULL, busy, module) == 0);
    for (int i = 0; i < 300; i++)
        CHECK_EQ(change(runtime, i % 2 ? "{\"max_memory_bytes\": 327680, \"max_live_vms\": 3}"
                                       : "{\"max_memory_bytes\": 134217728, \"max_live_vms\": 1000}"), DWCP_OK);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    live();
    waiter();
    under_way();
    hopeless();
    refused();
    under_load();
    return report("reconfigure");
}
