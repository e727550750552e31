/* Text that is not UTF-8 is refused wherever text is taken, and says where it stops being text. */
#include "guests.h"

static const char BAD[] = "ab\xff\xfe";

static dwcp_status_t nothing(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                             size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

static void says_where(void) { CHECK_HAS(message(), "UTF-8"); }

static void configuration(void) {
    const char *list[2] = {"fd_read", BAD};
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_apply_json, INVALID_ARGUMENT, (config, BAD, strlen(BAD), &err));
    says_where();
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, INVALID_ARGUMENT, (config, list, 2, &err));
    says_where();
    CHECK_STATUS(dwcp_config_set_denied_syscalls, INVALID_ARGUMENT, (config, list, 2, &err));
    says_where();
    CHECK_STATUS(dwcp_config_add_allowed_directory, INVALID_ARGUMENT, (config, BAD, "/g", false, &err));
    says_where();
    CHECK_STATUS(dwcp_config_add_allowed_directory, INVALID_ARGUMENT, (config, "/tmp", BAD, false, &err));
    says_where();
    CHECK_EQ(dwcp_config_get_allowed_directory_count(config), 1);
    dwcp_config_free(config);
}

static void modules_and_calls(dwcp_runtime_t *runtime) {
    const uint8_t *bytes = (const uint8_t *)ADD_WAT;
    size_t len = strlen(ADD_WAT);
    dwcp_module_t *module = NULL;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, bytes, len, BAD, NULL, &module, &err));
    says_where();
    options.name = BAD;
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, bytes, len, NULL, &options, &module, &err));
    says_where();
    options.name = NULL;
    options.policy_json = BAD;
    options.policy_json_len = strlen(BAD);
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, bytes, len, NULL, &options, &module, &err));
    says_where();
    CHECK_STATUS(dwcp_module_load_file, INVALID_ARGUMENT, (runtime, BAD, NULL, &module, &err));
    says_where();
    CHECK_STATUS(dwcp_runtime_cache_evict, INVALID_ARGUMENT, (runtime, BAD, &err));
    says_where();

    module = load(runtime, ADD_WAT);
    dwcp_function_t *function = NULL;
    CHECK_STATUS(dwcp_module_get_function, INVALID_ARGUMENT, (module, BAD, NULL, &function, &err));
    says_where();
    CHECK_STATUS(dwcp_module_get_function, INVALID_ARGUMENT, (module, "add", BAD, &function, &err));
    says_where();
    CHECK(function == NULL);
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, bytes, len, BAD, "add", args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, bytes, len, NULL, BAD, args, 2, NULL, &result, 1, NULL, NULL, &err));
    dwcp_module_free(module);

    /* bytes that are neither binary nor text, and text that stops being UTF-8 in the middle */
    CHECK_STATUS(dwcp_module_load, INVALID_MODULE, (runtime, (const uint8_t *)BAD, strlen(BAD), NULL, NULL, &module, &err));
    static const char broken[] = "(module (func (export \"a\xff\")))";
    CHECK_STATUS(dwcp_module_load, INVALID_MODULE, (runtime, (const uint8_t *)broken, strlen(broken), NULL, NULL, &module, &err));

    /* names that are UTF-8 but not ASCII work */
    module = load(runtime, "(module (func (export \"gr\xc3\xbc\xc3\x9f\") (result i32) (i32.const 5)))");
    CHECK_EQ(call_i32(module, "gr\xc3\xbc\xc3\x9f"), 5);
    dwcp_module_free(module);
}

static void imports_and_wasi(void) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, INVALID_ARGUMENT, (imports, BAD, "f", NULL, nothing, NULL, NULL, &err));
    says_where();
    CHECK_STATUS(dwcp_imports_define, INVALID_ARGUMENT, (imports, "m", BAD, NULL, nothing, NULL, NULL, &err));
    says_where();
    CHECK_STATUS(dwcp_imports_define, INVALID_ARGUMENT, (imports, "m", "f", BAD, nothing, NULL, NULL, &err));
    says_where();
    dwcp_imports_free(imports);

    dwcp_wasi_t *wasi = dwcp_wasi_new();
    const char *args[2] = {"prog", BAD};
    CHECK_STATUS(dwcp_wasi_set_args, INVALID_ARGUMENT, (wasi, args, 2, &err));
    says_where();
    CHECK_STATUS(dwcp_wasi_add_env, INVALID_ARGUMENT, (wasi, BAD, "v", &err));
    says_where();
    CHECK_STATUS(dwcp_wasi_add_env, INVALID_ARGUMENT, (wasi, "K", BAD, &err));
    says_where();
    CHECK_STATUS(dwcp_wasi_add_directory, INVALID_ARGUMENT, (wasi, BAD, "/g", false, &err));
    says_where();
    CHECK_STATUS(dwcp_wasi_add_directory, INVALID_ARGUMENT, (wasi, "/tmp", BAD, false, &err));
    says_where();
    dwcp_wasi_free(wasi);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    configuration();
    modules_and_calls(runtime);
    imports_and_wasi();
    dwcp_runtime_free(runtime);
    return report("utf8");
}
