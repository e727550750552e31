/* Every pointer with a length: NULL with 0 is empty, NULL with more is refused, and so is a length that cannot be. */
#include "guests.h"

#define ADD ((const uint8_t *)ADD_WAT), strlen(ADD_WAT)

static void module_bytes(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = (dwcp_module_t *)runtime;
    CHECK_STATUS(dwcp_module_load, INVALID_MODULE, (runtime, NULL, 0, NULL, NULL, &module, &err));
    CHECK(module == NULL);
    CHECK_STATUS(dwcp_module_load, INVALID_MODULE, (runtime, (const uint8_t *)"", 0, NULL, NULL, &module, &err));
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, NULL, 5, NULL, NULL, &module, &err));
    CHECK_HAS(message(), "bytes");
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, NULL, SIZE_MAX, NULL, NULL, &module, &err));
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, (const uint8_t *)ADD_WAT, SIZE_MAX, NULL, NULL, &module, &err));

    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.policy_json_len = 5;
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, ADD, NULL, &options, &module, &err));
    options.policy_json = "{}";
    options.policy_json_len = SIZE_MAX;
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, ADD, NULL, &options, &module, &err));
    options.policy_json = NULL;
    options.policy_json_len = 0;
    CHECK_STATUS(dwcp_module_load, OK, (runtime, ADD, NULL, &options, &module, &err));
    dwcp_module_free(module);
}

static void values_of_a_call(const dwcp_function_t *add) {
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    size_t n = 77;
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (add, NULL, 0, NULL, &result, 1, &n, NULL, &err));
    CHECK_EQ(n, 0);
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (add, NULL, 2, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (add, args, SIZE_MAX, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (add, args, 2, NULL, NULL, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (add, args, 2, NULL, &result, SIZE_MAX, &n, NULL, &err));
    CHECK_STATUS(dwcp_function_call, BUFFER_TOO_SMALL, (add, args, 2, NULL, NULL, 0, &n, NULL, &err));
    CHECK_EQ(n, 1);
    CHECK_STATUS(dwcp_function_call, OK, (add, args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 3);
}

static void bytes_of_an_execute(dwcp_runtime_t *runtime) {
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    size_t n = 0;
    const uint8_t *bytes = (const uint8_t *)ADD_WAT;
    size_t len = strlen(ADD_WAT);
    CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, NULL, 3, NULL, "add", args, 2, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, bytes, SIZE_MAX, NULL, "add", args, 2, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, bytes, len, NULL, "add", NULL, 2, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, bytes, len, NULL, "add", args, SIZE_MAX, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, BUFFER_TOO_SMALL, (runtime, bytes, len, NULL, "add", args, 2, NULL, NULL, 0, &n, NULL, &err));
    CHECK_EQ(n, 1);
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, bytes, len, NULL, "add", args, 2, NULL, &result, 1, &n, NULL, &err));
}

static void text_and_lists(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_apply_json, INVALID_ARGUMENT, (config, NULL, 2, &err));
    CHECK_STATUS(dwcp_config_apply_json, INVALID_ARGUMENT, (config, "{}", SIZE_MAX, &err));
    CHECK_STATUS(dwcp_config_apply_json, INVALID_CONFIG, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_apply_json, OK, (config, "{}trailing", 2, &err));
    const char *names[2] = {"fd_read", NULL};
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, INVALID_ARGUMENT, (config, NULL, 1, &err));
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, INVALID_ARGUMENT, (config, names, SIZE_MAX, &err));
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, INVALID_ARGUMENT, (config, names, 2, &err));
    CHECK_EQ(dwcp_config_get_allowed_syscall_count(config), 3);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_EQ(dwcp_config_get_allowed_syscall_count(config), 0);
    CHECK_STATUS(dwcp_config_set_denied_syscalls, INVALID_ARGUMENT, (config, NULL, 1, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, INVALID_ARGUMENT, (config, names, SIZE_MAX, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, INVALID_ARGUMENT, (config, names, 2, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, names, 1, &err));
    CHECK_EQ(dwcp_config_get_denied_syscall_count(config), 1);
    dwcp_config_free(config);

    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_args, INVALID_ARGUMENT, (wasi, NULL, 1, &err));
    CHECK_STATUS(dwcp_wasi_set_args, INVALID_ARGUMENT, (wasi, names, SIZE_MAX, &err));
    CHECK_STATUS(dwcp_wasi_set_args, INVALID_ARGUMENT, (wasi, names, 2, &err));
    CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, NULL, 0, &err));
    CHECK_STATUS(dwcp_wasi_set_stdin, INVALID_ARGUMENT, (wasi, NULL, 1, &err));
    CHECK_STATUS(dwcp_wasi_set_stdin, INVALID_ARGUMENT, (wasi, (const uint8_t *)"x", SIZE_MAX, &err));
    CHECK_STATUS(dwcp_wasi_set_stdin, OK, (wasi, NULL, 0, &err));
    dwcp_wasi_free(wasi);
}

static void listing(dwcp_runtime_t *runtime) {
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    size_t count = 0;
    CHECK_STATUS(dwcp_runtime_cache_list, INVALID_ARGUMENT, (runtime, NULL, 1, &count, &err));
    CHECK_STATUS(dwcp_runtime_cache_list, INVALID_ARGUMENT, (runtime, &info, SIZE_MAX, &count, &err));
    CHECK_STATUS(dwcp_runtime_cache_list, OK, (runtime, NULL, 0, &count, &err));
    CHECK_EQ(count, 1);
    CHECK_STATUS(dwcp_runtime_cache_list, OK, (runtime, &info, 1, &count, &err));
    CHECK_EQ(count, 1);
}

/* A host function that pokes the guest's memory with every length; the checks count in this thread's `err`-free way. */
static dwcp_status_t poke(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    const uint64_t size = 65536;
    uint8_t byte = 0, *p = NULL;
    CHECK_STATUS(dwcp_caller_memory, OK, (caller, 0, size, &p));
    CHECK(p != NULL);
    CHECK_STATUS(dwcp_caller_memory, OK, (caller, size, 0, &p));
    CHECK_STATUS(dwcp_caller_memory, INVALID_ARGUMENT, (caller, size, 1, &p));
    CHECK(p == NULL);
    CHECK_STATUS(dwcp_caller_memory, INVALID_ARGUMENT, (caller, size + 1, 0, &p));
    CHECK_STATUS(dwcp_caller_memory, INVALID_ARGUMENT, (caller, UINT64_MAX, 1, &p));
    CHECK_STATUS(dwcp_caller_memory, INVALID_ARGUMENT, (caller, 1, UINT64_MAX, &p));
    CHECK_STATUS(dwcp_caller_read, OK, (caller, size - 1, &byte, 1));
    CHECK_STATUS(dwcp_caller_read, OK, (caller, 0, NULL, 0));
    CHECK_STATUS(dwcp_caller_read, INVALID_ARGUMENT, (caller, 0, NULL, 1));
    CHECK_STATUS(dwcp_caller_read, INVALID_ARGUMENT, (caller, size, &byte, 1));
    CHECK_STATUS(dwcp_caller_read, INVALID_ARGUMENT, (caller, 0, &byte, SIZE_MAX));
    CHECK_STATUS(dwcp_caller_write, OK, (caller, size - 1, &byte, 1));
    CHECK_STATUS(dwcp_caller_write, OK, (caller, 0, NULL, 0));
    CHECK_STATUS(dwcp_caller_write, INVALID_ARGUMENT, (caller, 0, NULL, 1));
    CHECK_STATUS(dwcp_caller_write, INVALID_ARGUMENT, (caller, size, &byte, 1));
    CHECK_STATUS(dwcp_caller_write, INVALID_ARGUMENT, (caller, UINT64_MAX, &byte, 1));
    CHECK_STATUS(dwcp_caller_write, INVALID_ARGUMENT, (caller, 0, &byte, SIZE_MAX));
    dwcp_caller_fail(caller, NULL, 0);
    dwcp_caller_fail(caller, NULL, 9);
    dwcp_caller_fail(caller, "x", SIZE_MAX);
    return DWCP_OK;
}

static void inside_a_host_function(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    REQUIRE(CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "poke", ":", poke, NULL, NULL, &err)));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"poke\" (func $p)) (memory (export \"memory\") 1)"
                                      " (func (export \"run\") (call $p)))",
                                      imports);
    call(module, "run", NULL, 0, NULL, NULL, 0, NULL);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    module_bytes(runtime);
    dwcp_module_t *module = load(runtime, ADD_WAT);
    dwcp_function_t *add = function_of(module, "add");
    listing(runtime);
    values_of_a_call(add);
    bytes_of_an_execute(runtime);
    text_and_lists();
    inside_a_host_function(runtime);
    dwcp_function_free(add);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return report("lengths");
}
