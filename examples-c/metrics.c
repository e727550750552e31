/* metrics - what a runtime knows about its work, as structs for a program and as JSON for everything else.
 *
 *     cc metrics.c -ldwcp_wasm -o metrics && ./metrics
 */
#include <dwcp_wasm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program with what went wrong; nothing to do when nothing did. It takes the address of the error because C may read
 * the arguments of check(f(..., &error), error) before it calls f. */
static void check(dwcp_status_t status, dwcp_error_t **error) {
    if (status == DWCP_OK) return;
    fprintf(stderr, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(*error)); /* "" for NULL */
    dwcp_error_free(*error);
    exit(1);
}

static void count(const char *name, uint64_t value) { printf("%-20s %llu\n", name, (unsigned long long)value); }

int main(int argc, char **argv) {
    static const char wat[] =
        "(module (memory 1) (func (export \"square\") (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))"
        " (func (export \"fail\") unreachable))";
    bool timings = argc > 1 && strcmp(argv[1], "--timings") == 0; /* they differ from run to run */
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL, *again = NULL;
    dwcp_function_t *square = NULL, *fail = NULL;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);

    /* Some work: two loads of the same bytes, a hundred calls that succeed and three that do not. */
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, &error), &error);
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &again, &error), &error);
    check(dwcp_module_get_function(module, "square", "i:i", &square, &error), &error);
    check(dwcp_module_get_function(module, "fail", ":", &fail, &error), &error);
    for (int i = 0; i < 100; i++) {
        dwcp_value_t arg = dwcp_i32(i), result;
        check(dwcp_function_call(square, &arg, 1, NULL, &result, 1, NULL, NULL, &error), &error);
    }
    for (int i = 0; i < 3; i++) (void)dwcp_function_call(fail, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);

    /* One call's own numbers come with the call. */
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t arg = dwcp_i32(7), result;
    check(dwcp_function_call(square, &arg, 1, NULL, &result, 1, NULL, &stats, &error), &error);
    count("fuel_used", stats.fuel_used);
    count("peak_memory_bytes", stats.peak_memory_bytes);
    if (timings) printf("%-20s %.1f us\n", "wall", (double)stats.wall_ns / 1e3);

    dwcp_runtime_metrics_t m = DWCP_RUNTIME_METRICS_INIT;
    check(dwcp_runtime_metrics(runtime, &m, &error), &error);
    count("total_executions", m.total_executions);
    count("failed_executions", m.failed_executions);
    count("cold_starts", m.cold_starts);
    count("warm_starts", m.warm_starts);
    count("active_vms", m.active_vms);
    printf("%-20s %.0f %%\n", "cache_hit_rate", m.cache_hit_rate);
    if (timings) {
        printf("%-20s %.3f ms\n", "avg_cold_start", m.avg_cold_start_ms);
        printf("%-20s p50 %.4f  p95 %.4f  p99 %.4f ms\n", "warm_start", m.p50_warm_start_ms, m.p95_warm_start_ms, m.p99_warm_start_ms);
        printf("%-20s p50 %.4f  p95 %.4f  p99 %.4f ms\n", "execution", m.p50_execution_ms, m.p95_execution_ms, m.p99_execution_ms);
    }

    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    check(dwcp_runtime_pool_metrics(runtime, &pool, &error), &error);
    count("pool_size", pool.pool_size);
    count("hits and misses", pool.pool_hits + pool.pool_misses);

    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    check(dwcp_runtime_cache_metrics(runtime, &cache, &error), &error);
    count("cache modules", cache.modules);
    count("cache hits", cache.hits);
    count("cache misses", cache.misses);

    /* The same as JSON, for hosts without structs. */
    char *json = NULL;
    size_t length = 0;
    check(dwcp_runtime_metrics_json(runtime, &json, &length, &error), &error);
    if (timings) printf("%s\n", json);
    dwcp_string_free(json);

    dwcp_function_free(fail);
    dwcp_function_free(square);
    dwcp_module_free(again);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
