/* limits - every limit hit on purpose. Each error names the limit, its value, what was asked, and the setter that raises it;
 * nothing that a guest does ends this program, and the runtime serves the next call as if nothing had happened.
 *
 *     cc limits.c -ldwcp_wasm -o limits && ./limits
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

/* What a program can read from an error, beside the message for a person. */
static void report(const char *what, dwcp_status_t status, dwcp_error_t *error) {
    uint64_t limit = 0, asked = 0;
    const char *name = dwcp_error_limit_name(error);
    printf("%s\n  %s", what, dwcp_status_name(status));
    if (name != NULL && dwcp_error_limit(error, &limit, &asked)) {
        printf(": %s is %llu", name, (unsigned long long)limit);
        if (strcmp(name, "max_execution_time_ms") != 0) printf(", asked %llu", (unsigned long long)asked);
        printf("; raise it with dwcp_config_set_%s", name);
    }
    printf("\n");
    dwcp_error_free(error);
}

static const char GUEST[] =
    "(module (memory 1) (table 10 funcref)"
    " (func (export \"spin\") (loop (br 0)))"
    " (func $deep (export \"deep\") (result i32) (i32.add (i32.const 1) (call $deep)))"
    /* A guest sees a refused growth as -1. This one gives up; the error still names the limit. */
    " (func (export \"grow memory\") (param i32)"
    "  (if (i32.eq (memory.grow (local.get 0)) (i32.const -1)) (then unreachable)))"
    " (func (export \"grow table\") (param i32)"
    "  (if (i32.eq (table.grow (ref.null func) (local.get 0)) (i32.const -1)) (then unreachable)))"
    /* This one copes: the call succeeds, and its statistics tell. */
    " (func (export \"cope\") (param i32) (result i32) (memory.grow (local.get 0))))";

static dwcp_runtime_t *runtime;
static dwcp_module_t *module;

/* Calls an export with at most one number. */
static dwcp_status_t call(const char *name, const int32_t *number, const dwcp_call_options_t *options, dwcp_call_stats_t *stats,
                          dwcp_error_t **error) {
    dwcp_function_t *function = NULL;
    dwcp_value_t arg = dwcp_i32(number ? *number : 0), result;
    dwcp_status_t status = dwcp_module_get_function(module, name, NULL, &function, error);
    if (status == DWCP_OK)
        status = dwcp_function_call(function, &arg, number ? 1 : 0, options, &result, 1, NULL, stats, error);
    dwcp_function_free(function);
    return status;
}

static dwcp_status_t load(const char *wat, dwcp_error_t **error) {
    dwcp_module_t *other = NULL;
    dwcp_status_t status = dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &other, error);
    dwcp_module_free(other);
    return status;
}

int main(void) {
    dwcp_error_t *error = NULL;
    dwcp_status_t status;

    /* The default limits; only of fuel may one call have more than the default, when it asks for it. */
    dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    check(dwcp_config_set_fuel_limit_ceiling(config, UINT64_C(1000000000000), &error), &error);
    check(dwcp_runtime_new(config, &runtime, &error), &error);
    dwcp_config_free(config);
    check(dwcp_module_load(runtime, (const uint8_t *)GUEST, strlen(GUEST), NULL, NULL, &module, &error), &error);

    status = call("spin", NULL, NULL, NULL, &error);
    report("A loop without end, on the default fuel:", status, error);

    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.fuel = UINT64_MAX; /* as much as the ceiling allows */
    options.timeout_ns = 20 * 1000 * 1000;
    status = call("spin", NULL, &options, NULL, &error);
    report("The same with much fuel and 20 ms:", status, error);

    int32_t pages = 2048, elements = 991;
    status = call("grow memory", &pages, NULL, NULL, &error);
    report("2048 more pages of memory:", status, error);
    status = call("grow table", &elements, NULL, NULL, &error);
    report("991 more table elements:", status, error);
    status = call("deep", NULL, NULL, NULL, &error);
    report("A recursion without end:", status, error);

    options = (dwcp_call_options_t)DWCP_CALL_OPTIONS_INIT;
    options.max_memory_bytes = UINT64_C(1) << 30;
    status = call("grow memory", &pages, &options, NULL, &error);
    report("A call that asks for more than its ceiling:", status, error);

    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    status = call("cope", &pages, NULL, &stats, &error);
    printf("The same growth by a guest that copes:\n  %s; stats.limit_hit is %s\n", dwcp_status_name(status),
           stats.limit_hit ? stats.limit_hit : "NULL");
    dwcp_error_free(error);

    /* What could never run is refused at load, before it is compiled. */
    status = load("(module (table 1001 funcref))", &error);
    report("A module with 1001 table elements:", status, error);
    char *many = malloc(100000), *end = many;
    if (many == NULL) {
        perror("malloc");
        return 1;
    }
    end += sprintf(end, "(module ");
    for (int i = 0; i < 10001; i++) end += sprintf(end, "(func)");
    sprintf(end, ")");
    status = load(many, &error);
    report("A module with 10001 functions:", status, error);
    free(many);

    int32_t few = 1;
    check(call("grow memory", &few, NULL, NULL, &error), &error);
    printf("After all that a call within its limits: OK\n");
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
