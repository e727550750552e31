/* host_function - functions of yours that a guest may call: a log line read from its memory, a counter, and a refusal.
 *
 *     cc host_function.c -ldwcp_wasm -o host_function && ./host_function
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

/* (pointer, length): every byte is checked to lie in the guest's memory before it is handed out. */
static dwcp_status_t host_log(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                              size_t nresults) {
    uint8_t *text = NULL;
    uint64_t length = (uint32_t)dwcp_as_i32(args[1]);
    dwcp_status_t status = dwcp_caller_memory(caller, (uint32_t)dwcp_as_i32(args[0]), length, &text);
    if (status != DWCP_OK) return status; /* the guest's call ends there */
    const char *tenant = dwcp_caller_user_data(caller);
    printf("[%s] %.*s\n", tenant, (int)length, (const char *)text);
    (void)user, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

/* `user` is what the definition was given; several threads may be in here at once. */
static dwcp_status_t host_next(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                               size_t nresults) {
    int *counter = user;
    if (*counter >= 3) {
        static const char why[] = "the counter is used up";
        dwcp_caller_fail(caller, why, strlen(why));
        return DWCP_ERR_HOST_FUNCTION;
    }
    results[0] = dwcp_i32(++*counter);
    (void)args, (void)nargs, (void)nresults;
    return DWCP_OK;
}

/* Runs exactly once, when no call can use the counter any more. */
static void forget(void *user) { printf("the counter stopped at %d\n", *(int *)user); }

int main(void) {
    static const char wat[] =
        "(module"
        " (import \"host\" \"log\" (func $log (param i32 i32)))"
        " (import \"host\" \"next\" (func $next (result i32)))"
        " (memory (export \"memory\") 1) (data (i32.const 100) \"hello from the guest\")"
        " (func (export \"run\") (result i32) (call $log (i32.const 100) (i32.const 20)) (call $next)))";
    static int counter;
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *run = NULL;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);

    /* Imports are given at load: a module without them could not be loaded, and the error would list all that is missing. */
    dwcp_imports_t *imports = dwcp_imports_new();
    check(dwcp_imports_define(imports, "host", "log", "ii:", host_log, NULL, NULL, &error), &error);
    check(dwcp_imports_define(imports, "host", "next", ":i", host_next, &counter, forget, &error), &error);
    dwcp_load_options_t load = DWCP_LOAD_OPTIONS_INIT;
    load.imports = imports;
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, &load, &module, &error), &error);
    dwcp_imports_free(imports); /* the module keeps what it needs */
    check(dwcp_module_get_function(module, "run", ":i", &run, &error), &error);

    static char tenants[2][8] = {"red", "blue"};
    for (int i = 0; i < 4; i++) {
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.user_data = tenants[i % 2];
        dwcp_value_t result;
        dwcp_status_t status = dwcp_function_call(run, NULL, 0, &options, &result, 1, NULL, NULL, &error);
        if (status == DWCP_OK) {
            printf("call %d: %d\n", i + 1, dwcp_as_i32(result));
        } else {
            printf("call %d: %s: %s\n", i + 1, dwcp_status_name(status), dwcp_error_message(error));
            dwcp_error_free(error);
        }
    }
    dwcp_function_free(run);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
