/* Proof that the sanitizer is on: two threads call a host function that counts without a lock. */
#include <dwcp_wasm.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static long count;

static dwcp_status_t count_carelessly(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                      dwcp_value_t *results, size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    count++;
    return DWCP_OK;
}

static void *call(void *function) {
    for (int i = 0; i < 20000; i++) dwcp_function_call(function, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
    return NULL;
}

int main(void) {
    static const char text[] = "(module (import \"env\" \"count\" (func $c)) (func (export \"run\") (call $c)))";
    dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    dwcp_config_set_pool_size(config, 4, NULL);
    dwcp_config_set_max_live_vms(config, 4, NULL);
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *function = NULL;
    dwcp_imports_t *imports = dwcp_imports_new();
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    pthread_t threads[2];
    if (dwcp_runtime_new(config, &runtime, NULL) != DWCP_OK ||
        dwcp_imports_define(imports, "env", "count", ":", count_carelessly, NULL, NULL, NULL) != DWCP_OK ||
        dwcp_module_load(runtime, (const uint8_t *)text, strlen(text), NULL, &options, &module, NULL) != DWCP_OK ||
        dwcp_module_get_function(module, "run", NULL, &function, NULL) != DWCP_OK) {
        return 0;
    }
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, call, function);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    printf("counted to %ld and nobody noticed\n", count);
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
    dwcp_config_free(config);
    return 0;
}
