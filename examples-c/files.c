/* files - give a WASI command a directory, a policy and quotas, and take what it prints. The guest counts a file's words, writes
 * the counts to another and lists the directory; it is run as it should be, and then against each of the limits.
 *
 *     cc files.c -ldwcp_wasm -o files && ./files guests/files_c.wasm      files_cpp, files_rust and files_tinygo do the same
 */
#include <dwcp_wasm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/dwcp-files-XXXXXX", input[64], output[64], draft[72];

static void clean_up(void) {
    unlink(input);
    unlink(output);
    unlink(draft);
    rmdir(directory);
}

/* Ends the program with what went wrong; nothing to do when nothing did. It takes the address of the error because C may read
 * the arguments of check(f(..., &error), error) before it calls f. */
static void check(dwcp_status_t status, dwcp_error_t **error) {
    if (status == DWCP_OK) return;
    fprintf(stderr, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(*error)); /* "" for NULL */
    dwcp_error_free(*error);
    exit(1);
}

/* What a program with files needs: the standard streams, calls that read and write files, and its own end. Calls that every libc
 * makes before main (@startup) come along. What is denied is so whatever allows it. */
static dwcp_config_t *config_with_files(bool read_only) {
    dwcp_error_t *error = NULL;
    dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    static const char *const allowed[] = {"@stdio", "@fs_read", "@fs_write", "proc_exit"};
    static const char *const denied[] = {"@net", "path_link", "path_symlink"};
    check(dwcp_config_set_allowed_syscalls(config, allowed, 4, &error), &error);
    check(dwcp_config_set_denied_syscalls(config, denied, 3, &error), &error);
    /* /tmp is there by default: this runtime's guests see one directory, under a name of its own, and nothing else. */
    check(dwcp_config_clear_allowed_directories(config, &error), &error);
    check(dwcp_config_add_allowed_directory(config, directory, "/data", read_only, &error), &error);
    check(dwcp_config_set_max_file_size(config, 64 * 1024, &error), &error);
    check(dwcp_config_set_max_open_files(config, 4, &error), &error);
    return config;
}

/* Loads and runs the program in a runtime of this configuration, which it frees; shows how it ended and what it printed. */
static void run(const char *what, dwcp_config_t *config, const char *path, const char *from, const char *to) {
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    check(dwcp_runtime_new(config, &runtime, &error), &error);
    check(dwcp_module_load_file(runtime, path, NULL, &module, &error), &error);

    dwcp_wasi_t *wasi = dwcp_wasi_new();
    const char *const args[] = {"files", from, to};
    check(dwcp_wasi_set_args(wasi, args, 3, &error), &error);
    check(dwcp_wasi_set_output(wasi, 1, DWCP_OUTPUT_CAPTURE, 4096, &error), &error);
    check(dwcp_wasi_set_output(wasi, 2, DWCP_OUTPUT_CAPTURE, 4096, &error), &error);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    int32_t exit_code = 0;
    dwcp_status_t status = dwcp_module_run(module, &options, &exit_code, NULL, &error);
    printf("%s: ", what);
    if (status == DWCP_OK) printf("exit code %d\n", exit_code);
    else printf("%s, %s\n", dwcp_status_name(status), dwcp_error_message(error));
    dwcp_error_free(error);
    for (int32_t fd = 1; fd <= 2; fd++) { /* kept however the run ended */
        dwcp_slice_t printed;
        error = NULL;
        check(dwcp_wasi_output(wasi, fd, &printed, NULL, &error), &error);
        if (printed.len > 0) printf("%.*s", (int)printed.len, (const char *)printed.data);
    }
    printf("\n");

    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    dwcp_config_free(config);
}

int main(int argc, char **argv) {
    const char *path = argc > 1 ? argv[1] : "examples-c/guests/files_c.wasm";
    if (mkdtemp(directory) == NULL || atexit(clean_up) != 0) return 1;
    snprintf(input, sizeof input, "%s/in.txt", directory);
    snprintf(output, sizeof output, "%s/out.txt", directory);
    snprintf(draft, sizeof draft, "%s.new", output); /* what the guest writes before it renames */
    FILE *file = fopen(input, "w");
    if (file == NULL || fputs("the quick brown fox\njumps over the lazy dog\n", file) < 0 || fclose(file) != 0) return 1;

    dwcp_error_t *error = NULL;
    run("with files", config_with_files(false), path, "/data/in.txt", "/data/out.txt");
    run("outside the directory", config_with_files(false), path, "/data/../etc/passwd", "/data/out.txt");
    unlink(output);
    run("read-only", config_with_files(true), path, "/data/in.txt", "/data/out.txt");

    dwcp_config_t *small = config_with_files(false);
    check(dwcp_config_set_max_file_size(small, 10, &error), &error);
    run("10 bytes a file", small, path, "/data/in.txt", "/data/out.txt");

    /* The defaults have no path_open in the policy: a program runs, and is told that it is not capable. */
    run("defaults", NULL, path, "/tmp/in.txt", "/tmp/out.txt");
    return 0;
}
