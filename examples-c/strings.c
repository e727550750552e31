/* strings - give strings and bytes to a guest, and get them back: five items transformed, a greeting, bytes, and what is refused.
 * The guest is guests/strings.c; docs/strings.md says how to write one.
 *
 *     cc strings.c -ldwcp_wasm -o strings && ./strings guests/strings.wasm
 */
#include <dwcp_wasm.h>

#include <stdio.h>
#include <stdlib.h>

/* Ends the program with what went wrong; nothing to do when nothing did. It takes the address of the error because C may read
 * the arguments of check(f(..., &error), error) before it calls f. */
static void check(dwcp_status_t status, dwcp_error_t **error) {
    if (status == DWCP_OK) return;
    fprintf(stderr, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(*error)); /* "" for NULL */
    dwcp_error_free(*error);
    exit(1);
}

/* What a failure looks like, without ending the program. */
static void show(const char *what, dwcp_status_t status, dwcp_error_t *error) {
    printf("%s:\n  %s: %s\n", what, dwcp_status_name(status), dwcp_error_message(error));
    dwcp_error_free(error);
}

/* Binds an export and calls it with one value. `signature` says what the numbers of the export mean; NULL takes what the guest
 * itself declares. */
static dwcp_status_t call(const dwcp_module_t *module, const char *name, const char *signature, dwcp_value_t arg,
                          dwcp_value_t *result, dwcp_error_t **error) {
    dwcp_function_t *function = NULL;
    dwcp_status_t status = dwcp_module_get_function(module, name, signature, &function, error);
    if (status == DWCP_OK) status = dwcp_function_call(function, &arg, 1, NULL, result, 1, NULL, NULL, error);
    dwcp_function_free(function);
    return status;
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "examples-c/guests/strings.wasm";
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    check(dwcp_config_set_max_result_bytes(config, 1000, &error), &error); /* 16 MiB unless set */
    check(dwcp_runtime_new(config, &runtime, &error), &error);
    dwcp_config_free(config);
    check(dwcp_module_load_file(runtime, path, NULL, &module, &error), &error);

    /* A batch of strings. The guest is bound once; each call has a VM of its own. "s:s64": a string in, and a string out whose
     * address and length the guest packs into one i64. This guest says so itself: NULL would do. */
    static const char *const items[] = {"item1", "item2", "item3", "item4", "item5"};
    dwcp_function_t *transform = NULL;
    check(dwcp_module_get_function(module, "transform", "s:s64", &transform, &error), &error);
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        dwcp_value_t arg = dwcp_string(items[i]), result; /* an argument is borrowed: nothing to free */
        check(dwcp_function_call(transform, &arg, 1, NULL, &result, 1, NULL, NULL, &error), &error);
        printf("Transformed: %s\n", dwcp_as_string(result));
        dwcp_values_clear(&result, 1); /* a result is yours until then */
    }
    dwcp_function_free(transform);

    dwcp_value_t result;
    check(call(module, "greet", NULL, dwcp_string("J\xc3\xbcrgen"), &result, &error), &error);
    printf("%s\n", dwcp_as_string(result));
    dwcp_values_clear(&result, 1);

    /* Bytes may be anything, NUL too: they have a length. */
    static const uint8_t data[] = {0x00, 0x01, 0x80, 0xff};
    check(call(module, "reverse", "b:b64", dwcp_bytes(data, sizeof data), &result, &error), &error);
    dwcp_slice_t bytes = dwcp_as_bytes(result);
    printf("%zu bytes:", bytes.len);
    for (size_t i = 0; i < bytes.len; i++) printf(" %02x", bytes.data[i]);
    printf("\n\n");
    dwcp_values_clear(&result, 1);

    /* What is refused, and how it is said. */
    dwcp_status_t status = call(module, "greet", "s:i", dwcp_string("you"), &result, &error);
    show("a signature that the export does not have", status, error);
    status = call(module, "greet", NULL, dwcp_i32(7), &result, &error);
    show("a number for a string", status, error);
    status = call(module, "greet", NULL, dwcp_string("J\xfcrgen"), &result, &error);
    show("an argument that is not UTF-8", status, error);
    status = call(module, "reverse", "s:s64", dwcp_string("\xc3\xbc"), &result, &error);
    show("a result that is not UTF-8", status, error);
    static char name[1001];
    for (size_t i = 0; i < sizeof name - 1; i++) name[i] = 'x';
    status = call(module, "greet", NULL, dwcp_string(name), &result, &error);
    show("a result of more than max_result_bytes", status, error);
    dwcp_function_t *lie = NULL;
    check(dwcp_module_get_function(module, "lie", NULL, &lie, &error), &error);
    status = dwcp_function_call(lie, NULL, 0, NULL, &result, 1, NULL, NULL, &error);
    show("a result outside the guest's memory", status, error);
    dwcp_function_free(lie);

    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
