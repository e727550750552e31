/* demo - runs a real program, compiled from C to WebAssembly, again and again, each time in a fresh VM, and shows what it said
 * and what it took.
 *
 *     demo [MODULE.wasm [RUNS]]          default: examples-c/guests/wordcount.wasm, 200 runs
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

/* Something to count: a text that repeats itself, with a new number in each line. */
static char *make_text(size_t lines, size_t *length) {
    static const char *const words[] = {"pool", "module", "guest", "limit", "fuel", "memory", "module", "call", "guest", "module"};
    char *text = malloc(lines * 64);
    if (text == NULL) return NULL;
    *length = 0;
    for (size_t i = 0; i < lines; i++)
        *length += (size_t)sprintf(text + *length, "%s %s %s number %zu\n", words[i % 10], words[i * 7 % 10], words[i * 3 % 10], i);
    return text;
}

static void percentiles(const char *name, double p50, double p95, double p99) {
    printf("  %-24s p50 %9.4f ms   p95 %9.4f ms   p99 %9.4f ms\n", name, p50, p95, p99);
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "examples-c/guests/wordcount.wasm";
    int runs = argc > 2 ? atoi(argv[2]) : 200;
    if (runs < 1) {
        fprintf(stderr, "%s: the number of runs is 1 or more\n", argv[2]);
        return 2;
    }
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;

    check(dwcp_runtime_new(NULL, &runtime, &error), &error);
    check(dwcp_module_load_file(runtime, path, NULL, &module, &error), &error);
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    check(dwcp_module_info(module, &info, &error), &error);
    printf("module   %s\n", path);
    printf("  sha256 %s\n", info.hash);
    printf("  %llu bytes of WebAssembly, %llu bytes of machine code, %u imports, %u exports\n\n",
           (unsigned long long)info.size_bytes, (unsigned long long)info.code_bytes, (unsigned)info.import_count,
           (unsigned)info.export_count);

    size_t length = 0;
    char *text = make_text(200, &length);
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    if (text == NULL || wasi == NULL) {
        fprintf(stderr, "no memory for the text or the settings\n");
        return 1;
    }
    static const char *const args[] = {"wordcount"};
    check(dwcp_wasi_set_args(wasi, args, 1, &error), &error);
    check(dwcp_wasi_set_stdin(wasi, (const uint8_t *)text, length, &error), &error);
    check(dwcp_wasi_set_output(wasi, 1, DWCP_OUTPUT_CAPTURE, 64 * 1024, &error), &error);
    check(dwcp_wasi_set_output(wasi, 2, DWCP_OUTPUT_INHERIT, 0, &error), &error);

    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    int32_t exit_code = 0;
    options.wasi = wasi;
    for (int i = 0; i < runs; i++) check(dwcp_module_run(module, &options, &exit_code, &stats, &error), &error);

    dwcp_slice_t output;
    check(dwcp_wasi_output(wasi, 1, &output, NULL, &error), &error);
    printf("output of the last of %d runs, exit code %d\n%.*s\n", runs, exit_code, (int)output.len, (const char *)output.data);
    printf("that run, in a VM of its own\n");
    printf("  %-24s %.1f us, %.1f us of it before the guest's first instruction\n", "wall time", (double)stats.wall_ns / 1e3,
           (double)stats.start_ns / 1e3);
    printf("  %-24s %llu\n", "fuel", (unsigned long long)stats.fuel_used);
    printf("  %-24s %llu KiB\n\n", "peak memory", (unsigned long long)stats.peak_memory_bytes / 1024);

    dwcp_runtime_metrics_t m = DWCP_RUNTIME_METRICS_INIT;
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    check(dwcp_runtime_metrics(runtime, &m, &error), &error);
    check(dwcp_runtime_cache_metrics(runtime, &cache, &error), &error);
    printf("the runtime's metrics\n");
    printf("  %-24s %llu, %llu failed\n", "executions", (unsigned long long)m.total_executions, (unsigned long long)m.failed_executions);
    percentiles("cold start (compiles)", m.p50_cold_start_ms, m.p95_cold_start_ms, m.p99_cold_start_ms);
    percentiles("warm start", m.p50_warm_start_ms, m.p95_warm_start_ms, m.p99_warm_start_ms);
    percentiles("execution", m.p50_execution_ms, m.p95_execution_ms, m.p99_execution_ms);
    printf("  %-24s %llu modules, %llu bytes of code\n", "cache", (unsigned long long)cache.modules, (unsigned long long)cache.bytes);
    printf("  %-24s %llu VMs alive, %llu bytes of guest memory\n", "now", (unsigned long long)m.active_vms,
           (unsigned long long)m.memory_usage_bytes);

    free(text);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
