/* hello - load a module, call its export, print the result.
 *
 *     cc hello.c -ldwcp_wasm -o hello && ./hello
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

int main(void) {
    /* Modules come as bytes: the binary format, or text like this. */
    static const char wat[] =
        "(module (func (export \"add\") (param i32 i32) (result i32)"
        "  (i32.add (local.get 0) (local.get 1))))";
    dwcp_error_t *error = NULL;

    /* One runtime for the whole program. NULL: the default configuration. */
    dwcp_runtime_t *runtime = NULL;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);

    /* Compiled once; loading the same bytes again finds the code in the cache. */
    dwcp_module_t *module = NULL;
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, &error), &error);

    /* Name and signature are resolved once: two i32 in, one i32 out. */
    dwcp_function_t *add = NULL;
    check(dwcp_module_get_function(module, "add", "ii:i", &add, &error), &error);

    /* Each call runs in a VM of its own, under the limits of the configuration. */
    dwcp_value_t args[2] = {dwcp_i32(2), dwcp_i32(3)}, result;
    size_t count = 0;
    check(dwcp_function_call(add, args, 2, NULL, &result, 1, &count, NULL, &error), &error);
    printf("2 + 3 = %d\n", dwcp_as_i32(result));

    dwcp_function_free(add);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
