/* command - run a WASI command like a child process: arguments, environment and standard input go in; standard output,
 * standard error and the exit code come out. The guest is wordcount, a C program compiled to WebAssembly.
 *
 *     cc command.c -ldwcp_wasm -o command && ./command guests/wordcount.wasm
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

/* What the guest wrote in its last run: the bytes belong to the settings. */
static void show(const dwcp_wasi_t *wasi, int32_t fd, const char *name) {
    dwcp_error_t *error = NULL;
    dwcp_slice_t output;
    bool truncated = false;
    check(dwcp_wasi_output(wasi, fd, &output, &truncated, &error), &error);
    printf("%s, %zu bytes%s:\n%.*s", name, output.len, truncated ? " (cut at the cap)" : "", (int)output.len,
           (const char *)output.data);
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "examples-c/guests/wordcount.wasm";
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;

    /* The defaults let a guest read its stdin and write its output, and see no file: all that this one needs. */
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);
    check(dwcp_module_load_file(runtime, path, NULL, &module, &error), &error);

    dwcp_wasi_t *wasi = dwcp_wasi_new();
    static const char *const args[] = {"wordcount"};
    static const char input[] = "the quick brown fox\njumps over the lazy dog\n";
    check(dwcp_wasi_set_args(wasi, args, 1, &error), &error);
    check(dwcp_wasi_add_env(wasi, "TOP", "3", &error), &error);
    check(dwcp_wasi_set_stdin(wasi, (const uint8_t *)input, strlen(input), &error), &error);
    check(dwcp_wasi_set_output(wasi, 1, DWCP_OUTPUT_CAPTURE, 64 * 1024, &error), &error);
    check(dwcp_wasi_set_output(wasi, 2, DWCP_OUTPUT_CAPTURE, 64 * 1024, &error), &error);

    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    options.timeout_ns = UINT64_C(5) * 1000 * 1000 * 1000; /* five seconds, then it is ended */
    int32_t exit_code = 0;
    check(dwcp_module_run(module, &options, &exit_code, NULL, &error), &error);
    printf("exit code %d\n", exit_code);
    show(wasi, 1, "stdout");
    show(wasi, 2, "stderr");

    /* A file that the sandbox does not show: an error of the guest's, with an exit code like any other. */
    static const char *const with_file[] = {"wordcount", "/etc/passwd"};
    check(dwcp_wasi_set_args(wasi, with_file, 2, &error), &error);
    check(dwcp_module_run(module, &options, &exit_code, NULL, &error), &error);
    printf("\nexit code %d\n", exit_code);
    show(wasi, 1, "stdout");
    show(wasi, 2, "stderr");

    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
