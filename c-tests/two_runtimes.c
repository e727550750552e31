/* Two runtimes side by side share nothing: limits, caches, metrics, imports; one closes and the other goes on. */
#include "guests.h"

static dwcp_status_t who(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                         size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)nresults;
    results[0] = dwcp_i32(*(int *)user);
    return DWCP_OK;
}

static dwcp_runtime_metrics_t metrics_of(const dwcp_runtime_t *runtime) {
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    return metrics;
}

static dwcp_module_t *load_who(dwcp_runtime_t *runtime, int *number) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "who", ":i", who, number, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"who\" (func $w (result i32)))"
                                      " (func (export \"who\") (result i32) (call $w)))",
                                      imports);
    dwcp_imports_free(imports);
    return module;
}

int main(void) {
    static int one = 1, two = 2;
    dwcp_config_t *config = new_config(DWCP_PROFILE_SECURE);
    CHECK_STATUS(dwcp_config_set_fuel_limit, OK, (config, 1000, &err));
    dwcp_runtime_t *a = new_runtime(config), *b = new_runtime(NULL);
    dwcp_module_t *in_a = load_who(a, &one), *in_b = load_who(b, &two);
    for (int i = 0; i < 10; i++) CHECK_EQ(call_i32(in_a, "who"), 1);
    CHECK_EQ(call_i32(in_b, "who"), 2);

    CHECK_EQ(metrics_of(a).total_executions, 10);
    CHECK_EQ(metrics_of(b).total_executions, 1);
    CHECK_EQ(metrics_of(a).cold_starts, 1);
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_cache_clear, OK, (a, &err));
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (b, &cache, &err));
    CHECK_EQ(cache.modules, 1);

    dwcp_module_t *loop_a = load(a, LOOP_WAT), *loop_b = load(b, LOOP_WAT);
    dwcp_value_t turns = dwcp_i32(1000), result = {0};
    CHECK_EQ(call(loop_a, "turns", &turns, 1, NULL, &result, 1, NULL), DWCP_ERR_OUT_OF_FUEL);
    CHECK_EQ(call(loop_b, "turns", &turns, 1, NULL, &result, 1, NULL), DWCP_OK);

    CHECK_STATUS(dwcp_runtime_close, OK, (a, 0, &err));
    CHECK_EQ(call(in_a, "who", NULL, 0, NULL, &result, 1, NULL), DWCP_ERR_CLOSED);
    CHECK_EQ(call_i32(in_b, "who"), 2);
    dwcp_runtime_free(a);
    CHECK_EQ(call_i32(in_b, "who"), 2);
    dwcp_module_free(in_a);
    dwcp_module_free(loop_a);
    dwcp_module_free(loop_b);
    dwcp_module_free(in_b);
    dwcp_runtime_free(b);
    return report("two_runtimes");
}
