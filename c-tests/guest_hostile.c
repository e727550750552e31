/* Hostile guests that a compiler made of C, with and without a libc: each ends as it must, and honest ones are served after it. */
#include "hosts.h"

static const struct end {
    const char *name, *limit;
    dwcp_status_t status;
    int trap;
    bool text, libc;
    uint32_t value;
} ENDS[] = {
    {.name = "spin", .status = DWCP_ERR_OUT_OF_FUEL, .limit = "fuel_limit"},
    {.name = "spin_with_text", .status = DWCP_ERR_OUT_OF_FUEL, .limit = "fuel_limit", .text = true},
    {.name = "fill", .status = DWCP_ERR_OUT_OF_FUEL, .limit = "fuel_limit"},
    {.name = "write_all_day", .status = DWCP_ERR_OUT_OF_FUEL, .limit = "fuel_limit"},
    {.name = "come_in_again", .status = DWCP_ERR_OUT_OF_FUEL, .limit = "fuel_limit"},
    {.name = "bomb", .status = DWCP_ERR_OUT_OF_MEMORY, .limit = "max_memory_bytes", .trap = DWCP_TRAP_UNREACHABLE},
    {.name = "bomb_that_exits", .status = DWCP_ERR_OUT_OF_MEMORY, .limit = "max_memory_bytes"},
    {.name = "bomb_that_copes", .status = DWCP_OK, .limit = "max_memory_bytes", .value = 1},
    {.name = "deep", .status = DWCP_ERR_STACK_OVERFLOW, .limit = "max_stack_size_bytes", .trap = DWCP_TRAP_STACK_OVERFLOW},
    {.name = "deep_with_arrays", .status = DWCP_ERR_TRAP, .trap = DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},
    {.name = "wild_read", .status = DWCP_ERR_TRAP, .trap = DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},
    {.name = "null_write", .status = DWCP_OK, .value = 5},
    {.name = "wild_call", .status = DWCP_ERR_TRAP, .trap = DWCP_TRAP_TABLE_OUT_OF_BOUNDS},
    {.name = "wrong_call", .status = DWCP_ERR_TRAP, .trap = DWCP_TRAP_BAD_SIGNATURE},
    {.name = "divide", .status = DWCP_ERR_TRAP, .trap = DWCP_TRAP_INTEGER_DIVISION_BY_ZERO},
    {.name = "convert", .status = DWCP_ERR_TRAP, .trap = DWCP_TRAP_INTEGER_OVERFLOW},
    {.name = "stop", .status = DWCP_ERR_TRAP, .trap = DWCP_TRAP_UNREACHABLE},
    {.name = "quit", .status = DWCP_ERR_EXIT},
    {.name = "too_long", .status = DWCP_ERR_GUEST_DATA},
    {.name = "far_away", .status = DWCP_ERR_GUEST_DATA},
    {.name = "no_text", .status = DWCP_ERR_GUEST_DATA},
    {.name = "print_all_day", .status = DWCP_ERR_OUT_OF_FUEL, .limit = "fuel_limit", .libc = true},
    {.name = "hoard", .status = DWCP_ERR_OUT_OF_MEMORY, .limit = "max_memory_bytes", .libc = true, .trap = DWCP_TRAP_UNREACHABLE},
    {.name = "leave", .status = DWCP_ERR_EXIT, .libc = true},
};

enum { LIMIT = 64 * 65536 };

HOST(swallow) {
    UNUSED;
    dwcp_caller_call(caller, "spin", NULL, NULL, 0, NULL, 0, NULL, NULL);
    return DWCP_OK;
}

/* Calls with this much fuel, or with none metered and a deadline. */
static void ends(const dwcp_module_t *module, const struct end *end, bool fuel) {
    dwcp_function_t *function = function_of(module, end->name);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t arg = dwcp_string("some text"), result = {0};
    dwcp_status_t expected = end->status;
    const char *limit = end->limit;
    size_t n = 0;
    if (fuel) {
        options.fuel = expected == DWCP_ERR_OUT_OF_FUEL ? 700000 : UINT64_MAX;
    } else if (expected == DWCP_ERR_OUT_OF_FUEL) {
        options.timeout_ns = 2000000;
        expected = DWCP_ERR_TIMEOUT;
        limit = "max_execution_time_ms";
    }
    test_forget();
    dwcp_status_t status = dwcp_function_call(function, &arg, end->text, &options, &result, 1, &n, &stats, &err);
    test_check_status(status, expected, end->name, __FILE__, __LINE__);
    CHECK(stats.wall_ns > 0 && stats.peak_memory_bytes <= LIMIT);
    if (limit != NULL) CHECK_STR(stats.limit_hit, limit);
    else CHECK(stats.limit_hit == NULL);
    if (limit != NULL && status != DWCP_OK) CHECK_STR(dwcp_error_limit_name(err), limit);
    if (end->trap != 0 && !CHECK_EQ(dwcp_error_trap_code(err), end->trap)) fprintf(stderr, "    of %s\n", end->name);
    if (status == DWCP_OK) CHECK_EQ(dwcp_as_i32(result), end->value);
    if (status == DWCP_ERR_TRAP) CHECK(dwcp_error_frame_count(err) >= 1);
    dwcp_function_free(function);
}

/* An allocator that its own guest has ruined ends in whatever way, and hurts nobody else. */
static void ruined_allocator(const dwcp_module_t *module) {
    dwcp_function_t *function = function_of(module, "scribble");
    dwcp_value_t arg = dwcp_string("some text"), result = {0};
    dwcp_vm_t *vm = NULL;
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err)));
    for (int i = 0; i < 20; i++) {
        test_forget();
        dwcp_status_t status = dwcp_vm_call(vm, function, &arg, 1, NULL, &result, 1, NULL, NULL, &err);
        CHECK(status == DWCP_OK || status == DWCP_ERR_TRAP || status == DWCP_ERR_GUEST_DATA || status == DWCP_ERR_VM_DEAD ||
              status == DWCP_ERR_OUT_OF_FUEL || status == DWCP_ERR_OUT_OF_MEMORY || status == DWCP_ERR_TIMEOUT);
    }
    dwcp_vm_release(vm);
    dwcp_function_free(function);
}

static void run_guest(const char *name, bool fuel) {
    char path[512];
    snprintf(path, sizeof path, DWCP_GUEST_DIR "/%s.wasm", name);
    printf("%s\n", path);
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, fuel, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, LIMIT, &err));
    if (fuel) CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, UINT64_C(1) << 60, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "swallow", ":", swallow, NULL, NULL, &err));
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    dwcp_module_t *module = NULL, *add = load(runtime, ADD_WAT);
    REQUIRE(CHECK_STATUS(dwcp_module_load_file, OK, (runtime, path, &options, &module, &err)));
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        if (ENDS[i].libc && strcmp(name, "hostile_libc") != 0) continue;
        for (int twice = 0; twice < 2; twice++) ends(module, &ENDS[i], fuel);
        dwcp_value_t args[2] = {dwcp_i32(40), dwcp_i32(2)}, sum = {0};
        CHECK(call(add, "add", args, 2, NULL, &sum, 1, NULL) == DWCP_OK && dwcp_as_i32(sum) == 42);
    }
    ruined_allocator(module);
    dwcp_imports_free(imports);
    dwcp_module_free(add);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    if (DWCP_GUESTS_MISSING[0] != '\0') {
        printf("guest_hostile: SKIP, %s\n", DWCP_GUESTS_MISSING);
        return 0;
    }
    static const char *const guests[] = {"hostile", "hostile_libc"};
    for (int i = 0; i < 4; i++) run_guest(guests[i % 2], i < 2);
    return report("guest_hostile");
}
