/* Handles are freed in any order, and keep what they need alive: every order of six, and a call wherever one is possible. */
#include "guests.h"

enum { CONFIG, RUNTIME, IMPORTS, MODULE, FUNCTION, WASI, HANDLES };

static int finalized;

static void finalize(void *user) {
    (void)user;
    finalized++;
}

static dwcp_status_t seven(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                           size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)nresults;
    results[0] = dwcp_i32(7);
    return DWCP_OK;
}

static void free_in(const int order[HANDLES], dwcp_config_t *profile) {
    dwcp_config_t *config = dwcp_config_clone(profile);
    dwcp_runtime_t *runtime = NULL;
    REQUIRE(CHECK_STATUS(dwcp_runtime_new, OK, (config, &runtime, &err)));
    dwcp_imports_t *imports = dwcp_imports_new();
    REQUIRE(CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "seven", ":i", seven, NULL, finalize, &err)));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"seven\" (func $s (result i32)))"
                                      " (func (export \"run\") (result i32) (call $s)))",
                                      imports);
    dwcp_function_t *function = function_of(module, "run");
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    finalized = 0;

    bool runtime_freed = false, function_freed = false, wasi_freed = false;
    for (int i = 0; i < HANDLES; i++) {
        switch (order[i]) {
        case CONFIG: dwcp_config_free(config); break;
        case RUNTIME:
            dwcp_runtime_free(runtime);
            runtime_freed = true;
            break;
        case IMPORTS: dwcp_imports_free(imports); break;
        case MODULE: dwcp_module_free(module); break;
        case FUNCTION:
            dwcp_function_free(function);
            function_freed = true;
            break;
        default:
            dwcp_wasi_free(wasi);
            wasi_freed = true;
            break;
        }
        if (function_freed) continue;
        dwcp_value_t result = {0};
        const dwcp_call_options_t *with = wasi_freed ? NULL : &options;
        if (runtime_freed) {
            CHECK_STATUS(dwcp_function_call, CLOSED, (function, NULL, 0, with, &result, 1, NULL, NULL, &err));
        } else {
            CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, with, &result, 1, NULL, NULL, &err));
            CHECK_EQ(dwcp_as_i32(result), 7);
        }
    }
    CHECK_EQ(finalized, 1);
}

/* All orders of what is not yet chosen, after the first `n`. */
static int permute(int order[HANDLES], int n, dwcp_config_t *profile) {
    if (n == HANDLES) {
        free_in(order, profile);
        return 1;
    }
    int count = 0;
    for (int i = n; i < HANDLES; i++) {
        int kept = order[n];
        order[n] = order[i];
        order[i] = kept;
        count += permute(order, n + 1, profile);
        kept = order[n];
        order[n] = order[i];
        order[i] = kept;
    }
    return count;
}

int main(void) {
    dwcp_config_t *profile = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (profile, 2, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (profile, 2, &err)); /* small runtimes: 720 of them follow each other */
    int order[HANDLES] = {CONFIG, RUNTIME, IMPORTS, MODULE, FUNCTION, WASI};
    CHECK_EQ(permute(order, 0, profile), 720);
    dwcp_config_free(profile);

    dwcp_config_free(NULL);
    dwcp_runtime_free(NULL);
    dwcp_imports_free(NULL);
    dwcp_module_free(NULL);
    dwcp_function_free(NULL);
    dwcp_wasi_free(NULL);
    dwcp_error_free(NULL);
    dwcp_string_free(NULL);

    /* errors and strings outlive what they came from */
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = NULL;
    dwcp_error_t *error = NULL;
    char *json = NULL;
    size_t length = 0;
    CHECK_EQ(dwcp_module_load(runtime, (const uint8_t *)"x", 1, NULL, NULL, &module, &error), DWCP_ERR_INVALID_MODULE);
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, &length, &err));
    dwcp_runtime_free(runtime);
    CHECK_EQ(dwcp_error_code(error), DWCP_ERR_INVALID_MODULE);
    CHECK(strlen(dwcp_error_message(error)) > 0);
    CHECK_EQ(strlen(json), length);
    dwcp_string_free(json);
    dwcp_error_free(error);
    return report("order_of_free");
}
