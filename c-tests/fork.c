/* In a forked child every function with a status answers FORKED at once, the others their fallback, and freeing does nothing. */
#include "guests.h"

#include <sys/wait.h>
#include <unistd.h>

static dwcp_runtime_t *runtime;
static dwcp_module_t *module;
static dwcp_function_t *function;
static dwcp_config_t *config;
static dwcp_imports_t *imports;
static dwcp_wasi_t *wasi;

static dwcp_status_t nothing(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                             size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

static void configuration_in_the_child(void) {
    const char *names[1] = {"fd_read"};
    char *json = NULL;
    size_t n = 0;
    CHECK_STATUS(dwcp_config_apply_json, FORKED, (config, "{}", 2, &err));
    CHECK_HAS(message(), "fork");
    CHECK_STATUS(dwcp_config_to_json, FORKED, (config, &json, &n, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, FORKED, (config, 5, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, FORKED, (config, 1 << 20, &err));
    CHECK_STATUS(dwcp_config_set_enable_wasi, FORKED, (config, true, &err));
    CHECK_STATUS(dwcp_config_set_opt_level, FORKED, (config, DWCP_OPT_NONE, &err));
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, FORKED, (config, names, 1, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, FORKED, (config, names, 1, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, FORKED, (config, "/tmp", "/x", true, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, FORKED, (config, &err));
    CHECK(dwcp_config_new(DWCP_PROFILE_DEFAULT) == NULL && dwcp_config_clone(config) == NULL);
    CHECK(dwcp_imports_new() == NULL && dwcp_wasi_new() == NULL);
    CHECK_STATUS(dwcp_imports_define, FORKED, (imports, "env", "f", ":", nothing, NULL, NULL, &err));
    CHECK_STATUS(dwcp_wasi_set_args, FORKED, (wasi, names, 1, &err));
    CHECK_STATUS(dwcp_wasi_add_env, FORKED, (wasi, "K", "V", &err));
    CHECK_STATUS(dwcp_wasi_set_stdin, FORKED, (wasi, NULL, 0, &err));
    CHECK_STATUS(dwcp_wasi_inherit_stdin, FORKED, (wasi, &err));
    CHECK_STATUS(dwcp_wasi_set_output, FORKED, (wasi, 1, DWCP_OUTPUT_DISCARD, 0, &err));
    CHECK_STATUS(dwcp_wasi_add_directory, FORKED, (wasi, "/tmp", "/tmp", true, &err));
    dwcp_slice_t slice;
    bool truncated;
    CHECK_STATUS(dwcp_wasi_output, FORKED, (wasi, 1, &slice, &truncated, &err));
}

static void work_in_the_child(void) {
    const uint8_t *bytes = (const uint8_t *)ADD_WAT;
    size_t len = strlen(ADD_WAT), n = 9;
    dwcp_runtime_t *another = runtime;
    dwcp_module_t *other = module;
    dwcp_function_t *bound = function;
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    dwcp_extern_t type = DWCP_EXTERN_INIT;
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    char *json = NULL;
    int32_t code = 0;
    CHECK_STATUS(dwcp_runtime_new, FORKED, (NULL, &another, &err));
    CHECK(another == NULL);
    CHECK_STATUS(dwcp_runtime_close, FORKED, (runtime, 0, &err));
    CHECK_STATUS(dwcp_module_load, FORKED, (runtime, bytes, len, NULL, NULL, &other, &err));
    CHECK_STATUS(dwcp_module_load_file, FORKED, (runtime, "/nowhere", NULL, &other, &err));
    CHECK_STATUS(dwcp_module_info, FORKED, (module, &info, &err));
    CHECK_STATUS(dwcp_module_import, FORKED, (module, 0, &type, &err));
    CHECK_STATUS(dwcp_module_export, FORKED, (module, 0, &type, &err));
    CHECK_STATUS(dwcp_module_get_function, FORKED, (module, "add", NULL, &bound, &err));
    CHECK_STATUS(dwcp_function_type, FORKED, (function, &type, &err));
    CHECK_STATUS(dwcp_function_call, FORKED, (function, args, 2, NULL, &result, 1, &n, NULL, &err));
    CHECK_EQ(n, 0);
    CHECK_STATUS(dwcp_runtime_execute, FORKED, (runtime, bytes, len, NULL, "add", args, 2, NULL, &result, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_module_run, FORKED, (module, NULL, &code, NULL, &err));
    CHECK_STATUS(dwcp_runtime_cache_list, FORKED, (runtime, NULL, 0, &n, &err));
    CHECK_STATUS(dwcp_runtime_cache_evict, FORKED, (runtime, "x", &err));
    CHECK_STATUS(dwcp_runtime_cache_clear, FORKED, (runtime, &err));
    CHECK_STATUS(dwcp_runtime_metrics, FORKED, (runtime, &metrics, &err));
    CHECK_STATUS(dwcp_runtime_pool_metrics, FORKED, (runtime, &pool, &err));
    CHECK_STATUS(dwcp_runtime_cache_metrics, FORKED, (runtime, &cache, &err));
    CHECK_STATUS(dwcp_runtime_metrics_json, FORKED, (runtime, &json, NULL, &err));
    CHECK(dwcp_module_retain(module) == NULL);
    CHECK_EQ(dwcp_module_export_count(module), 0);
    /* names are constants: a child may still print what it got */
    CHECK_STR(dwcp_status_name(DWCP_ERR_FORKED), "FORKED");
    CHECK(dwcp_version()[0] != '\0');
}

static void free_all(void) {
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_wasi_free(wasi);
    dwcp_config_free(config);
    dwcp_runtime_free(runtime);
}

int main(void) {
    config = new_config(DWCP_PROFILE_DEFAULT);
    imports = dwcp_imports_new();
    wasi = dwcp_wasi_new();
    runtime = new_runtime(NULL);
    module = load(runtime, ADD_WAT);
    function = function_of(module, "add");
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (function, args, 2, NULL, &result, 1, NULL, NULL, &err));
    dwcp_error_t *before = NULL; /* made by the parent, readable in the child or not: it must not crash */
    CHECK_EQ(dwcp_module_get_function(module, "nothing", NULL, &(dwcp_function_t *){NULL}, &before), DWCP_ERR_NOT_FOUND);

    fflush(NULL);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        configuration_in_the_child();
        work_in_the_child();
        (void)dwcp_error_message(before);
        dwcp_error_free(before);
        free_all();
        int code = report("fork: the child");
#ifdef __SANITIZE_ADDRESS__
        fflush(NULL); /* what freeing leaves alone in a child, by contract, is no leak */
        _exit(code);
#endif
        exit(code); /* with every exit handler */
    }
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);

    /* the parent goes on as if nothing had been */
    CHECK_STATUS(dwcp_function_call, OK, (function, args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 3);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    dwcp_error_free(before);
    free_all();
    return report("fork");
}
