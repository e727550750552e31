/* streams - a guest's standard streams as functions of the host: stdin as the guest reads it, each line of its output as it is
 * written, with the guest's name before it. Its clock and its random bytes are the host's too, so that the same run gives the same
 * output. The guest is wordcount, a C program compiled to WebAssembly.
 *
 *     cc streams.c -ldwcp_wasm -o streams && ./streams guests/wordcount.wasm
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

/* What is still to be read, a word at a time: a request's body that arrives in pieces. */
typedef struct {
    const char *rest;
    int pieces;
} body_t;

static int64_t read_body(void *user, uint8_t *buffer, size_t capacity) {
    body_t *body = user;
    size_t length = strcspn(body->rest, " ");
    if (body->rest[length] == ' ') length++;
    if (length > capacity) length = capacity;
    memcpy(buffer, body->rest, length);
    body->rest += length;
    if (length > 0) body->pieces++;
    return (int64_t)length; /* 0 is the end */
}

/* One call at a time uses these settings, so the lines of two guests do not meet here. */
static void print_line(void *user, int32_t fd, const char *line, size_t length, bool ends) {
    const char *name = user;
    printf("%s %s| %.*s%s\n", name, fd == 2 ? "stderr" : "stdout", (int)length, line, ends ? "" : " (unended)");
}

static void released(void *user) { printf("%s is not used any more\n", (const char *)user); }

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "examples-c/guests/wordcount.wasm";
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    static char name[] = "tenant-7";

    check(dwcp_runtime_new(NULL, &runtime, &error), &error);
    check(dwcp_module_load_file(runtime, path, NULL, &module, &error), &error);

    body_t body = {"the quick brown fox jumps over the lazy dog", 0};
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    check(dwcp_wasi_set_stdin_callback(wasi, read_body, &body, NULL, &error), &error);
    check(dwcp_wasi_set_output_callback(wasi, 1, print_line, name, released, &error), &error);
    check(dwcp_wasi_set_output_callback(wasi, 2, print_line, name, NULL, &error), &error);
    check(dwcp_wasi_set_clocks(wasi, UINT64_C(1000000000000000000), 1000, &error), &error);
    check(dwcp_wasi_set_random_seed(wasi, 7, &error), &error);

    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    int32_t exit_code = 0;
    check(dwcp_module_run(module, &options, &exit_code, NULL, &error), &error);
    printf("exit code %d, input in %d pieces\n", exit_code, body.pieces);

    dwcp_wasi_free(wasi); /* the callback's `released` runs here */
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
