/* Every limit: hit, named with its value and what was asked, tightened for one call, capped by its ceiling, forgiven where
 * the guest copes. */
#include "guests.h"

/* The error of the last call is about this limit and says how to raise it. */
static void names_limit(const char *name, uint64_t limit, uint64_t asked) {
    uint64_t given_limit = 0, given_asked = 0;
    char setter[128], number[32];
    CHECK_STR(dwcp_error_limit_name(err), name);
    CHECK(dwcp_error_limit(err, &given_limit, &given_asked));
    CHECK_EQ(given_limit, limit);
    if (asked) CHECK_EQ(given_asked, asked);
    snprintf(setter, sizeof setter, "dwcp_config_set_%s", name);
    CHECK_HAS(message(), setter);
    snprintf(number, sizeof number, "%llu", (unsigned long long)limit);
    CHECK_HAS(message(), number);
}

/* The options were refused: above a ceiling, both numbers in the message. */
static void refused(const dwcp_function_t *function, const dwcp_call_options_t *options, const char *asked, const char *ceiling) {
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (function, NULL, 0, options, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), asked);
    CHECK_HAS(message(), ceiling);
}

static void fuel(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, 5000000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, SPIN_WAT), *loop = load(runtime, LOOP_WAT);
    dwcp_function_t *spin = function_of(module, "spin"), *turns = function_of(loop, "turns");
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;

    CHECK_STATUS(dwcp_function_call, OUT_OF_FUEL, (spin, NULL, 0, NULL, NULL, 0, NULL, &stats, &err));
    CHECK_STR(stats.limit_hit, "fuel_limit");
    names_limit("fuel_limit", 1000000, 0);
    CHECK(stats.fuel_exact && stats.fuel_used >= 1000000 && stats.wall_ns > 0);
    options.fuel = 1000;
    CHECK_STATUS(dwcp_function_call, OUT_OF_FUEL, (spin, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
    names_limit("fuel_limit", 1000, 0);
    CHECK(stats.fuel_used >= 1000 && stats.fuel_used < 1100);
    options.fuel = UINT64_MAX;
    CHECK_STATUS(dwcp_function_call, OUT_OF_FUEL, (spin, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
    CHECK(stats.fuel_used >= 5000000);
    options.fuel = 5000001;
    refused(spin, &options, "5000001", "5000000");

    /* the same work costs the same fuel, and more work more */
    dwcp_value_t arg = dwcp_i32(1000), result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (turns, &arg, 1, NULL, &result, 1, NULL, &stats, &err));
    uint64_t once = stats.fuel_used;
    CHECK(stats.fuel_exact && once > 1000);
    CHECK_STATUS(dwcp_function_call, OK, (turns, &arg, 1, NULL, &result, 1, NULL, &stats, &err));
    CHECK_EQ(stats.fuel_used, once);
    options.fuel = once;
    CHECK_STATUS(dwcp_function_call, OK, (turns, &arg, 1, &options, &result, 1, NULL, &stats, &err));
    options.fuel = once / 2;
    CHECK_STATUS(dwcp_function_call, OUT_OF_FUEL, (turns, &arg, 1, &options, &result, 1, NULL, &stats, &err));

    const uint8_t *bytes = (const uint8_t *)SPIN_WAT;
    CHECK_STATUS(dwcp_runtime_execute, OUT_OF_FUEL, (runtime, bytes, strlen(SPIN_WAT), NULL, "spin", NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    options.fuel = 5000001;
    CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, bytes, strlen(SPIN_WAT), NULL, "spin", NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    dwcp_function_free(turns);
    dwcp_function_free(spin);
    dwcp_module_free(loop);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static void deadline(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 60, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, SPIN_WAT);
    dwcp_function_t *spin = function_of(module, "spin");
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    CHECK_STATUS(dwcp_function_call, TIMEOUT, (spin, NULL, 0, NULL, NULL, 0, NULL, &stats, &err));
    CHECK_STR(stats.limit_hit, "max_execution_time_ms");
    names_limit("max_execution_time_ms", 60, 0);
    CHECK(stats.wall_ns >= 60000000 && stats.overrun_ns <= stats.wall_ns - 60000000);
    options.timeout_ns = 2000000; /* shorter than the ticker's own step */
    CHECK_STATUS(dwcp_function_call, TIMEOUT, (spin, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
    CHECK(stats.wall_ns >= 2000000);
    options.timeout_ns = 60000001;
    refused(spin, &options, "61", "60");
    options.timeout_ns = UINT64_MAX;
    CHECK_STATUS(dwcp_function_call, TIMEOUT, (spin, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
    CHECK(stats.wall_ns >= 60000000);
    options.timeout_ns = 0;
    options.fuel = 7;
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (spin, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "enable_fuel_metering");

    /* a guest asleep in poll_oneoff is woken by the deadline */
    options.fuel = 0;
    options.timeout_ns = 5000000;
    dwcp_module_t *sleeper = load(runtime,
                                  "(module (import \"wasi_snapshot_preview1\" \"poll_oneoff\""
                                  "  (func $poll (param i32 i32 i32 i32) (result i32)))"
                                  " (memory (export \"memory\") 1)"
                                  " (func (export \"sleep\") (result i32)"
                                  "  (i32.store (i32.const 16) (i32.const 1))" /* the monotonic clock */
                                  "  (i64.store (i32.const 24) (i64.const 3600000000000))"
                                  "  (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))");
    dwcp_value_t result = {0};
    CHECK_EQ(call(sleeper, "sleep", NULL, 0, &options, &result, 1, &stats), DWCP_ERR_TIMEOUT);
    dwcp_module_free(sleeper);
    dwcp_function_free(spin);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static const char GROW_WAT[] =
    "(module (memory 1) (memory 1)"
    " (func (export \"cope\") (param i32) (result i32) (memory.grow 1 (local.get 0)))"
    " (func (export \"fall\") (param i32)"
    "  (if (i32.eq (memory.grow (local.get 0)) (i32.const -1)) (then unreachable))))";

static void memory(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, 10 * 65536, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes_ceiling, OK, (config, 20 * 65536, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, GROW_WAT), *large = NULL;
    dwcp_function_t *cope = function_of(module, "cope"), *fall = function_of(module, "fall");
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_value_t arg = dwcp_i32(8), result = {0};

    /* two memories of one page each: 8 more make 10, which is the limit of their sum */
    CHECK_STATUS(dwcp_function_call, OK, (cope, &arg, 1, NULL, &result, 1, NULL, &stats, &err));
    CHECK_EQ(dwcp_as_i32(result), 1);
    CHECK_EQ(stats.peak_memory_bytes, 10 * 65536);
    CHECK(stats.limit_hit == NULL);
    arg = dwcp_i32(9);
    CHECK_STATUS(dwcp_function_call, OK, (cope, &arg, 1, NULL, &result, 1, NULL, &stats, &err));
    CHECK_EQ(dwcp_as_i32(result), -1);
    CHECK_STR(stats.limit_hit, "max_memory_bytes");
    CHECK_STATUS(dwcp_function_call, OUT_OF_MEMORY, (fall, &arg, 1, NULL, NULL, 0, NULL, &stats, &err));
    names_limit("max_memory_bytes", 10 * 65536, 11 * 65536);
    CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_UNREACHABLE);
    CHECK(dwcp_error_frame_count(err) >= 1);
    CHECK_STR(stats.limit_hit, "max_memory_bytes");

    options.max_memory_bytes = 3 * 65536;
    arg = dwcp_i32(2);
    CHECK_STATUS(dwcp_function_call, OUT_OF_MEMORY, (fall, &arg, 1, &options, NULL, 0, NULL, NULL, &err));
    names_limit("max_memory_bytes", 3 * 65536, 4 * 65536);
    options.max_memory_bytes = 65536; /* less than the module starts with */
    CHECK_STATUS(dwcp_function_call, OUT_OF_MEMORY, (fall, &arg, 1, &options, NULL, 0, NULL, NULL, &err));
    names_limit("max_memory_bytes", 65536, 2 * 65536);
    options.max_memory_bytes = UINT64_MAX;
    arg = dwcp_i32(18);
    CHECK_STATUS(dwcp_function_call, OK, (cope, &arg, 1, &options, &result, 1, NULL, &stats, &err));
    CHECK_EQ(stats.peak_memory_bytes, 20 * 65536);
    options.max_memory_bytes = 20 * 65536 + 1;
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (cope, &arg, 1, &options, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "1310721");
    CHECK_HAS(message(), "1310720");
    /* what could never start is refused at load */
    CHECK_STATUS(dwcp_module_load, OUT_OF_MEMORY, (runtime, (const uint8_t *)"(module (memory 21))", 20, NULL, NULL, &large, &err));
    names_limit("max_memory_bytes", 20 * 65536, 21 * 65536);
    /* a memory's own maximum is no limit of the host's: the guest copes, nobody is blamed */
    dwcp_module_t *declared = load(runtime, "(module (memory 1 2) (func (export \"grow\") (result i32) (memory.grow (i32.const 5))))");
    CHECK_EQ(call(declared, "grow", NULL, 0, NULL, &result, 1, &stats), DWCP_OK);
    CHECK(dwcp_as_i32(result) == -1 && stats.limit_hit == NULL);
    dwcp_module_free(declared);
    dwcp_function_free(fall);
    dwcp_function_free(cope);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static void table(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_table_elements_ceiling, OK, (config, 2000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime,
                                 "(module (table 500 funcref) (table $second 100 externref)"
                                 " (func (export \"cope\") (param i32) (result i32)"
                                 "  (table.grow $second (ref.null extern) (local.get 0)))"
                                 " (func (export \"fall\") (param i32)"
                                 "  (if (i32.eq (table.grow 0 (ref.null func) (local.get 0)) (i32.const -1)) (then unreachable))))");
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_value_t arg = dwcp_i32(400), result = {0};
    CHECK_EQ(call(module, "cope", &arg, 1, NULL, &result, 1, &stats), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(result), 100);
    arg = dwcp_i32(401);
    CHECK_EQ(call(module, "cope", &arg, 1, NULL, &result, 1, &stats), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(result), -1);
    CHECK_STR(stats.limit_hit, "max_table_elements");
    CHECK_EQ(call(module, "fall", &arg, 1, NULL, NULL, 0, &stats), DWCP_ERR_LIMIT_TABLE);
    names_limit("max_table_elements", 1000, 1001);
    dwcp_function_t *fall = function_of(module, "fall");
    CHECK_STATUS(dwcp_function_call, LIMIT_TABLE, (fall, &arg, 1, NULL, NULL, 0, NULL, NULL, &err));
    options.max_table_elements = 700;
    arg = dwcp_i32(101);
    CHECK_STATUS(dwcp_function_call, LIMIT_TABLE, (fall, &arg, 1, &options, NULL, 0, NULL, NULL, &err));
    names_limit("max_table_elements", 700, 701);
    options.max_table_elements = UINT32_MAX;
    arg = dwcp_i32(1400);
    CHECK_STATUS(dwcp_function_call, OK, (fall, &arg, 1, &options, NULL, 0, NULL, NULL, &err));
    options.max_table_elements = 2001;
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (fall, &arg, 1, &options, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "2001");
    options.max_table_elements = 0;
    options.max_instances = 101;
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (fall, &arg, 1, &options, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "101");
    dwcp_function_free(fall);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);

    runtime = new_runtime(NULL);
    static const char big[] = "(module (table 1001 funcref))";
    CHECK_STATUS(dwcp_module_load, LIMIT_TABLE, (runtime, (const uint8_t *)big, strlen(big), NULL, NULL, &module, &err));
    names_limit("max_table_elements", 1000, 1001);
    CHECK_STATUS(dwcp_runtime_execute, LIMIT_TABLE, (runtime, (const uint8_t *)big, strlen(big), NULL, "f", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    dwcp_runtime_free(runtime);
}

static void functions(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    char *wat = malloc(80000), *at = wat;
    REQUIRE(wat != NULL);
    at += sprintf(at, "(module ");
    for (int i = 0; i < 10001; i++) at += sprintf(at, "(func)");
    sprintf(at, ")");
    dwcp_module_t *module = NULL;
    CHECK_STATUS(dwcp_module_load, LIMIT_FUNCTIONS, (runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, &err));
    names_limit("max_functions", 10000, 10001);
    CHECK_STATUS(dwcp_runtime_execute, LIMIT_FUNCTIONS, (runtime, (const uint8_t *)wat, strlen(wat), NULL, "f", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    /* one less is accepted */
    strcpy(at - 6, ")");
    CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, &err));
    dwcp_module_free(module);
    free(wat);
    dwcp_runtime_free(runtime);
}

static void stack(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime,
                                 "(module (func $f (export \"deep\") (param i32) (result i32)"
                                 " (if (result i32) (local.get 0) (then (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1)))))"
                                 "  (else (i32.const 0)))))");
    dwcp_function_t *deep = function_of(module, "deep");
    dwcp_value_t arg = dwcp_i32(1000), result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (deep, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 1000);
    arg = dwcp_i32(100000000);
    for (int i = 0; i < 20; i++) {
        CHECK_STATUS(dwcp_function_call, STACK_OVERFLOW, (deep, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
        names_limit("max_stack_size_bytes", 1 << 20, 0);
    }
    arg = dwcp_i32(1000);
    CHECK_STATUS(dwcp_function_call, OK, (deep, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    dwcp_function_free(deep);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    fuel();
    deadline();
    memory();
    table();
    functions();
    stack();
    return report("limits");
}
