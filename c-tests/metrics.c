/* The metrics count the work that was done, in the structs and in the JSON alike. */
#include "guests.h"

static void after_some_work(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, UINT64_MAX - 1, &err)); /* the deadline comes first */
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_runtime_metrics_t m = DWCP_RUNTIME_METRICS_INIT;
    dwcp_pool_metrics_t p = DWCP_POOL_METRICS_INIT;
    dwcp_cache_metrics_t c = DWCP_CACHE_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &m, &err));
    CHECK_EQ(m.total_executions + m.cold_starts + m.warm_starts + m.failed_executions + m.timeouts + m.active_vms, 0);
    CHECK(m.cache_hit_rate == 0 && m.p99_cold_start_ms == 0 && m.start_time_unix_ns > INT64_C(1600000000000000000));

    dwcp_module_t *add = load(runtime, ADD_WAT), *again = load(runtime, ADD_WAT), *spin = load(runtime, SPIN_WAT),
                  *trap = load(runtime, "(module (memory 2) (func (export \"trap\") unreachable))");
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    for (int i = 0; i < 20; i++) CHECK_EQ(call(add, "add", args, 2, NULL, &result, 1, NULL), DWCP_OK);
    for (int i = 0; i < 3; i++) CHECK_EQ(call(trap, "trap", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_TRAP);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.timeout_ns = 1;
    options.fuel = UINT64_MAX;
    for (int i = 0; i < 2; i++) CHECK_EQ(call(spin, "spin", NULL, 0, &options, NULL, 0, NULL), DWCP_ERR_TIMEOUT);
    static const char fresh[] = "(module (func (export \"f\")))";
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, (const uint8_t *)fresh, strlen(fresh), NULL, "f", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, (const uint8_t *)fresh, strlen(fresh), NULL, "f", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    dwcp_module_t *none = NULL;
    CHECK_STATUS(dwcp_module_load, INVALID_MODULE, (runtime, (const uint8_t *)"no", 2, NULL, NULL, &none, &err));
    CHECK_STATUS(dwcp_module_load, KEY_MISMATCH, (runtime, (const uint8_t *)fresh, strlen(fresh),
                                                  "0000000000000000000000000000000000000000000000000000000000000000", NULL, &none, &err));

    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &m, &err));
    CHECK_EQ(m.total_executions, 20 + 3 + 2 + 2);
    CHECK_EQ(m.failed_executions, 5);
    CHECK_EQ(m.timeouts, 2);
    CHECK_EQ(m.cold_starts, 4); /* three loads and one execute compiled */
    CHECK(m.warm_starts >= 20 + 3 + 1 && m.warm_starts <= 20 + 3 + 2 + 1); /* a timeout may come before the first instruction */
    CHECK_EQ(m.active_vms, 0);
    CHECK_EQ(m.memory_usage_bytes, 0);
    CHECK_EQ(m.panics, 0);
    CHECK(m.avg_cold_start_ms > 0 && m.p50_cold_start_ms > 0);
    CHECK(m.p50_cold_start_ms <= m.p95_cold_start_ms && m.p95_cold_start_ms <= m.p99_cold_start_ms);
    CHECK(m.avg_warm_start_ms > 0 && m.p50_warm_start_ms > 0);
    CHECK(m.p50_warm_start_ms <= m.p95_warm_start_ms && m.p95_warm_start_ms <= m.p99_warm_start_ms);
    CHECK(m.p50_execution_ms <= m.p95_execution_ms && m.p95_execution_ms <= m.p99_execution_ms && m.p99_execution_ms > 0);

    CHECK_STATUS(dwcp_runtime_pool_metrics, OK, (runtime, &p, &err));
    CHECK_EQ(p.pool_size, 100);
    CHECK_EQ(p.pool_hits + p.pool_misses, 27);
    CHECK_EQ(p.active_vms, 0);
    CHECK(p.avg_wait_time_ms >= 0);

    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtime, &c, &err));
    CHECK_EQ(c.modules, 4);
    CHECK_EQ(c.max_modules, 1000);
    CHECK_EQ(c.hits, 2);
    CHECK_EQ(c.misses, 5); /* four that compiled and one that did not */
    CHECK_EQ(c.compile_failures, 1);
    CHECK_EQ(c.evictions, 0);
    CHECK(c.hit_rate == m.cache_hit_rate && c.hit_rate > 28.5 && c.hit_rate < 28.6);

    char *json = NULL, number[64];
    size_t length = 0;
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, &length, &err));
    CHECK_EQ(strlen(json), length);
    static const char *const keys[] = {
        "\"runtime\":{", "\"pool\":{", "\"cache\":{", "\"cold_starts\":4", "\"total_executions\":27", "\"failed_executions\":5",
        "\"timeouts\":2", "\"avg_cold_start_ms\":", "\"avg_warm_start_ms\":", "\"p50_cold_start_ms\":", "\"p95_cold_start_ms\":",
        "\"p99_cold_start_ms\":", "\"p50_warm_start_ms\":", "\"p99_warm_start_ms\":", "\"p50_execution_ms\":", "\"p95_execution_ms\":",
        "\"p99_execution_ms\":", "\"active_vms\":0", "\"cache_hit_rate\":28.5", "\"memory_usage_bytes\":0", "\"panics\":0",
        "\"pool_size\":100", "\"idle_vms\":", "\"pool_hits\":", "\"pool_misses\":", "\"avg_wait_time_ms\":", "\"modules\":4",
        "\"max_modules\":1000", "\"metering\":\"deadline+fuel\"", "\"hits\":2", "\"misses\":5", "\"evictions\":0", "\"single_flight_waits\":0",
        "\"compile_failures\":1", "\"hit_rate\":28.5", "\"avg_hit_ms\":", "\"avg_miss_ms\":"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) CHECK_HAS(json, keys[i]);
    snprintf(number, sizeof number, "\"start_time_unix_ns\":%lld", (long long)m.start_time_unix_ns);
    CHECK_HAS(json, number);
    CHECK(json[0] == '{' && json[length - 1] == '}');
    CHECK(strstr(json, "null") == NULL && strstr(json, "NaN") == NULL && strstr(json, "inf") == NULL);
    dwcp_string_free(json);
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, NULL, &err)); /* the length may be of no interest */
    dwcp_string_free(json);

    dwcp_module_free(add);
    dwcp_module_free(again);
    dwcp_module_free(spin);
    dwcp_module_free(trap);
    dwcp_runtime_free(runtime);
}

/* A call that is refused did not begin: it has no number and is not counted. */
static void refused_calls_do_not_count(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load(runtime, ADD_WAT);
    dwcp_function_t *add = function_of(module, "add");
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err));
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_call_options_t much = DWCP_CALL_OPTIONS_INIT;
    size_t n = 0;
    uint64_t numbers = 0;
    much.fuel = 1000000000;
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (add, args, 1, NULL, &result, 1, &n, &stats, &err));
    numbers += stats.call_id;
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (add, args, 2, &much, &result, 1, &n, &stats, &err));
    numbers += stats.call_id;
    CHECK_STATUS(dwcp_vm_call, INVALID_ARGUMENT, (vm, add, args, 2, &much, &result, 1, &n, &stats, &err));
    numbers += stats.call_id;
    CHECK_STATUS(dwcp_runtime_drain, OK, (runtime, 1000, &err));
    CHECK_STATUS(dwcp_function_call, SHUTTING_DOWN, (add, args, 2, NULL, &result, 1, &n, &stats, &err));
    numbers += stats.call_id;
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err));
    CHECK_STATUS(dwcp_module_disable, OK, (module, false, &err));
    CHECK_STATUS(dwcp_function_call, DISABLED, (add, args, 2, NULL, &result, 1, &n, &stats, &err));
    numbers += stats.call_id;
    CHECK_STATUS(dwcp_vm_call, DISABLED, (vm, add, args, 2, NULL, &result, 1, &n, &stats, &err));
    numbers += stats.call_id;
    CHECK_EQ(numbers, 0);
    dwcp_runtime_metrics_t m = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &m, &err));
    CHECK_EQ(m.total_executions + m.failed_executions, 0);
    dwcp_vm_release(vm);
    dwcp_function_free(add);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* What is alive now, seen from inside a call. */
static dwcp_status_t look(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_runtime_metrics_t m = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (user, &m, &err));
    CHECK_EQ(m.active_vms, 1);
    CHECK_EQ(m.memory_usage_bytes, 3 * 65536);
    CHECK_EQ(m.total_executions, 0);
    return DWCP_OK;
}

static void during_a_call(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "look", ":", look, runtime, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"look\" (func $l)) (memory 1)"
                                      " (func (export \"run\") (drop (memory.grow (i32.const 2))) (call $l)))",
                                      imports);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
}

static void switched_off(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_metrics, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, COUNTER_WAT);
    dwcp_value_t results[2];
    CHECK_EQ(call(module, "count", NULL, 0, NULL, results, 2, NULL), DWCP_OK);
    dwcp_runtime_metrics_t m = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &m, &err));
    CHECK_EQ(m.total_executions, 0);
    CHECK_EQ(m.cold_starts, 0);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    after_some_work();
    refused_calls_do_not_count();
    during_a_call();
    switched_off();
    return report("metrics");
}
