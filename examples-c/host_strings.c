/* host_strings - a host function that takes and gives strings, and one that calls back into the guest.
 *
 *     cc host_strings.c -ldwcp_wasm -o host_strings && ./host_strings
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

/* "s:s64": the name of a setting in, its value out. The argument is a checked view into the guest's memory, without a NUL at its
 * end. */
static dwcp_status_t host_setting(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                  size_t nresults) {
    dwcp_slice_t name = dwcp_as_bytes(args[0]);
    (void)user, (void)nargs, (void)nresults;
    if (name.len == 8 && memcmp(name.data, "language", 8) == 0) {
        results[0] = dwcp_string("en"); /* text that outlives the call may be given as it is */
        return DWCP_OK;
    }
    if (name.len == 4 && memcmp(name.data, "user", 4) == 0) {
        char text[64];
        int length = snprintf(text, sizeof text, "user of call %llu", (unsigned long long)dwcp_caller_call_id(caller));
        return dwcp_caller_return(caller, &results[0], text, (size_t)length); /* what does not is copied */
    }
    char why[64];
    int length = snprintf(why, sizeof why, "no setting \"%.*s\"", name.len < 32 ? (int)name.len : 32, (const char *)name.data);
    dwcp_caller_fail(caller, why, (size_t)length);
    return DWCP_ERR_NOT_FOUND;
}

/* "z:i": calls the guest's function `visit` for each line of a text of the host's. The guest runs under what is left of its
 * limits; views into its memory, such as args[0], end with the first call. */
static dwcp_status_t host_each_line(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                    dwcp_value_t *results, size_t nresults) {
    static const char *const lines[] = {"first", "second", "third"};
    int32_t visited = 0;
    (void)user, (void)nargs, (void)nresults;
    printf("each line of %.*s\n", (int)dwcp_as_bytes(args[0]).len, (const char *)dwcp_as_bytes(args[0]).data);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        dwcp_value_t arg = dwcp_string(lines[i]), answer;
        dwcp_error_t *error = NULL;
        dwcp_status_t status = dwcp_caller_call(caller, "visit", "s:s", &arg, 1, &answer, 1, NULL, &error);
        if (status == DWCP_ERR_TRAP) { /* the guest's own failure: this function may go on */
            printf("  %s: %s\n", lines[i], dwcp_error_message(error));
            dwcp_error_free(error);
            continue;
        }
        dwcp_error_free(error);
        if (status != DWCP_OK) return status; /* its time or its fuel is up, say: the whole call ends, whatever is returned */
        printf("  %s: %s\n", lines[i], dwcp_as_string(answer)); /* a copy, as from any call */
        dwcp_values_clear(&answer, 1);
        visited++;
    }
    results[0] = dwcp_i32(visited);
    return DWCP_OK;
}

/* What a compiler would make of a few lines of C with guest/dwcp_guest.h. `malloc` is what the host asks for memory. */
static const char GUEST[] =
    "(module"
    " (import \"host\" \"setting\" (func $setting (param i32 i32) (result i64)))"
    " (import \"host\" \"each_line\" (func $each_line (param i32) (result i32)))"
    " (memory (export \"memory\") 1) (global $top (mut i32) (i32.const 1024))"
    " (func (export \"malloc\") (param i32) (result i32)"
    "  (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 0))))"
    " (func (export \"ask\") (param i32 i32) (result i64) (call $setting (local.get 0) (local.get 1)))"
    " (data (i32.const 16) \"poem.txt\\00\")"
    " (func (export \"read\") (result i32) (call $each_line (i32.const 16)))"
    /* gives the line from its third letter on, and gives up at one that begins with an s */
    " (func (export \"visit\") (param i32 i32) (result i32 i32)"
    "  (if (i32.eq (i32.load8_u (local.get 0)) (i32.const 115)) (then unreachable))"
    "  (i32.add (local.get 0) (i32.const 2)) (i32.sub (local.get 1) (i32.const 2))))";

int main(void) {
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *ask = NULL, *read = NULL;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);

    /* The letters say what the numbers of the import mean: setting is (i32, i32) -> (i64) in the module. */
    dwcp_imports_t *imports = dwcp_imports_new();
    check(dwcp_imports_define(imports, "host", "setting", "s:s64", host_setting, NULL, NULL, &error), &error);
    check(dwcp_imports_define(imports, "host", "each_line", "z:i", host_each_line, NULL, NULL, &error), &error);
    dwcp_load_options_t load = DWCP_LOAD_OPTIONS_INIT;
    load.imports = imports;
    check(dwcp_module_load(runtime, (const uint8_t *)GUEST, strlen(GUEST), NULL, &load, &module, &error), &error);
    dwcp_imports_free(imports);

    check(dwcp_module_get_function(module, "ask", "s:s64", &ask, &error), &error);
    static const char *const names[] = {"language", "user", "password"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        dwcp_value_t arg = dwcp_string(names[i]), result;
        dwcp_status_t status = dwcp_function_call(ask, &arg, 1, NULL, &result, 1, NULL, NULL, &error);
        if (status == DWCP_OK) {
            printf("%s: %s\n", names[i], dwcp_as_string(result));
            dwcp_values_clear(&result, 1);
        } else {
            printf("%s: %s: %s\n", names[i], dwcp_status_name(status), dwcp_error_message(error));
            dwcp_error_free(error);
        }
    }

    dwcp_value_t count;
    check(dwcp_module_get_function(module, "read", ":i", &read, &error), &error);
    check(dwcp_function_call(read, NULL, 0, NULL, &count, 1, NULL, NULL, &error), &error);
    printf("%d lines visited\n", dwcp_as_i32(count));

    dwcp_function_free(ask);
    dwcp_function_free(read);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
