/* Guests made by dwcp_guest.h or its Rust twin in sessions, where their memory outlives the calls: what a call allocated is freed,
 * by the guest its arguments, by cabi_post_NAME its result. */
#include "guests.h"

/* Calls by the declared signature; true and the result, or a failed check. */
static bool ask(dwcp_vm_t *vm, const dwcp_module_t *module, const char *name, const dwcp_value_t *args, size_t nargs, dwcp_value_t *result) {
    size_t n = 0;
    dwcp_function_t *function = function_of(module, name);
    bool ok = CHECK_STATUS(dwcp_vm_call, OK, (vm, function, args, nargs, NULL, result, 1, &n, NULL, &err));
    dwcp_function_free(function);
    return ok && CHECK_EQ(n, 1);
}

static uint64_t memory_size(dwcp_vm_t *vm) {
    uint64_t bytes = 0;
    CHECK_STATUS(dwcp_vm_memory_size, OK, (vm, &bytes, &err));
    return bytes;
}

static void session(const dwcp_module_t *module) {
    static uint8_t data[50000];
    static const char *const echoes[] = {"reverse", "upper", "concat", "greet"};
    dwcp_vm_t *vm = NULL;
    dwcp_value_t result = {0};
    uint64_t warm = 0;
    memset(data, 'x', sizeof data);
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err)));
    for (int round = 0; round < 1000; round++) {
        size_t len = (size_t)round * 7919 % sizeof data;
        for (size_t e = 0; e < sizeof echoes / sizeof echoes[0]; e++) {
            dwcp_value_t args[2] = {dwcp_string_n((const char *)data, len), dwcp_string("x")};
            if (e == 0) args[0] = dwcp_bytes(data, len);
            if (!ask(vm, module, echoes[e], args, e == 2 ? 2 : 1, &result)) return;
            CHECK_EQ(dwcp_as_bytes(result).len, len + (e == 3 ? 8 : e == 2));
            dwcp_values_clear(&result, 1);
        }
        if (round == 200) warm = memory_size(vm);
    }
    /* Blocks of two sizes may meet in another order later: a little more than at the start, not the 200 MB that went through. */
    CHECK(warm > 0 && memory_size(vm) <= warm + (256 << 10));
    for (int i = 1; i <= 3; i++)
        if (ask(vm, module, "count", NULL, 0, &result)) CHECK_EQ(dwcp_as_i32(result), i);
    dwcp_vm_release(vm);
}

int main(void) {
    if (DWCP_GUESTS_MISSING[0] != '\0') {
        printf("guest_sessions: SKIP, %s\n", DWCP_GUESTS_MISSING);
        return 0;
    }
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    static const char *const kits[] = {"kit", "kit_libc", "kit_cpp", "kit_cpp_libc", "kit_rust"};
    for (size_t i = 0; i < sizeof kits / sizeof kits[0]; i++) {
        char path[512];
        dwcp_module_t *module = NULL;
        if (strcmp(kits[i], "kit_rust") == 0 && DWCP_RUST_GUESTS_MISSING[0] != '\0') continue;
        snprintf(path, sizeof path, DWCP_GUEST_DIR "/%s.wasm", kits[i]);
        printf("%s\n", path);
        REQUIRE(CHECK_STATUS(dwcp_module_load_file, OK, (runtime, path, NULL, &module, &err)));
        session(module);
        dwcp_module_free(module);
    }
    dwcp_runtime_free(runtime);
    return report("guest_sessions");
}
