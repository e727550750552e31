/* Real programs, as compilers of C, C++, Rust and TinyGo make them, under policies that a host would write: what they print, which
 * files they read and write, and what they are told where they may not.
 *
 *     wasi_programs                     the committed modules
 *     wasi_programs DIRECTORY NAME...   the same of the modules in DIRECTORY, which were built anew; and of Go's own, if named */
#include "guests.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct language {
    const char *name, *greeting;
    bool large; /* more than the default limits of a module allow */
} LANGUAGES[] = {
    {"c", "hello from C\n", false},         {"cpp", "hello from C++\n", false}, {"rust", "hello from Rust\n", false},
    {"tinygo", "hello from TinyGo\n", false}, {"go", "hello from Go\n", true},
};
enum { COUNT = sizeof LANGUAGES / sizeof *LANGUAGES };

static const char INPUT[] = "the quick brown fox\njumps  over\tthe lazy dog\n";
static const char REPORT[] = "2 lines, 9 words, 45 bytes\n";

static char root[] = "/tmp/dwcp-programs-XXXXXX", below[64], input[64], output[64], draft[72];

/* What a run said and how it ended. */
typedef struct {
    dwcp_status_t status;
    int32_t code;
    char out[512], err[512];
} run_t;

static const char *text_of(const dwcp_wasi_t *wasi, int32_t fd, char *text, size_t size) {
    dwcp_slice_t slice;
    bool truncated = true;
    CHECK_STATUS(dwcp_wasi_output, OK, (wasi, fd, &slice, &truncated, &err));
    CHECK(!truncated);
    snprintf(text, size, "%.*s", (int)slice.len, (const char *)slice.data);
    return text;
}

static run_t run(const dwcp_module_t *module, const char *from, const char *to) {
    run_t is = {.code = 77};
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    const char *args[] = {"files", from, to};
    CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, args, 3, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, sizeof is.out - 1, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 2, DWCP_OUTPUT_CAPTURE, sizeof is.err - 1, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    dwcp_error_t *error = NULL;
    is.status = dwcp_module_run(module, &options, &is.code, NULL, &error);
    text_of(wasi, 1, is.out, sizeof is.out);
    text_of(wasi, 2, is.err, sizeof is.err);
    test_forget();
    err = error; /* for those who look at it next */
    dwcp_wasi_free(wasi);
    return is;
}

/* The program said hello, complained about this on standard error, and exited with 1. */
static void refused(const run_t *is, const struct language *language, const char *complaint) {
    CHECK_EQ(is->status, DWCP_OK);
    CHECK_EQ(is->code, 1);
    CHECK_STR(is->out, language->greeting);
    CHECK_HAS(is->err, complaint);
}

static dwcp_config_t *config_for(const struct language *language) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    if (language->large) {
        CHECK_STATUS(dwcp_config_set_max_data_segments, OK, (config, 100000, &err));
        CHECK_STATUS(dwcp_config_set_max_table_elements, OK, (config, 20000, &err));
    }
    return config;
}

/* The policy that docs and examples give for a program with files: streams, files, and the end; no links, no network. */
static dwcp_config_t *with_files(const struct language *language, bool read_only) {
    dwcp_config_t *config = config_for(language);
    const char *allowed[] = {"@stdio", "@fs_read", "@fs_write", "proc_exit"}, *denied[] = {"@net", "path_link", "path_symlink"};
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, allowed, 4, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, denied, 3, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, root, "/data", read_only, &err));
    CHECK_STATUS(dwcp_config_set_max_open_files, OK, (config, 1, &err)); /* one at a time is all they need */
    return config;
}

static dwcp_module_t *load_program(dwcp_runtime_t *runtime, const char *path) {
    dwcp_module_t *module = NULL;
    REQUIRE(CHECK_STATUS(dwcp_module_load_file, OK, (runtime, path, NULL, &module, &err)));
    return module;
}

static void end(dwcp_runtime_t *runtime, dwcp_module_t *module) {
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    test_forget();
}

/* How many WASI calls the runtime's policy has denied. */
static long denials(const dwcp_runtime_t *runtime) {
    char *json = NULL;
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, NULL, &err));
    const char *at = strstr(json, "\"denials\":");
    long count = at != NULL ? strtol(at + strlen("\"denials\":"), NULL, 10) : -1;
    dwcp_string_free(json);
    return count;
}

static bool is_there(const char *path) { return access(path, F_OK) == 0; }

static void reads_and_writes(const struct language *language, const char *path) {
    dwcp_runtime_t *runtime = new_runtime(with_files(language, false));
    dwcp_module_t *module = load_program(runtime, path);
    char expected[256], listed[128];
    snprintf(expected, sizeof expected, "%s%sfiles: in.txt link out.txt sub\n", language->greeting, REPORT);
    for (int i = 0; i < 2; i++) { /* the second finds what the first has written */
        run_t is = run(module, "/data/in.txt", "/data/out.txt");
        CHECK_EQ(is.status, DWCP_OK);
        CHECK_EQ(is.code, 0);
        CHECK_STR(is.out, expected);
        CHECK_STR(is.err, "");
        size_t length;
        char *written = (char *)read_file(output, &length);
        CHECK_EQ(length, sizeof REPORT - 1);
        CHECK(memcmp(written, REPORT, sizeof REPORT - 1) == 0);
        free(written);
        CHECK(!is_there(draft));
    }
    CHECK_EQ(denials(runtime), 0);
    unlink(output);

    /* what it is not shown is not there, whichever way it is named */
    static const char *const outside[] = {"/data/../etc/passwd", "/etc/passwd", "/data/link/passwd", "/data/sub/../../etc/passwd"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        run_t is = run(module, outside[i], "/data/out.txt");
        snprintf(listed, sizeof listed, "files: cannot read %s: ", outside[i]);
        refused(&is, language, listed);
        is = run(module, "/data/in.txt", outside[i]);
        snprintf(listed, sizeof listed, "files: cannot write %s.new: ", outside[i]);
        refused(&is, language, listed);
    }
    end(runtime, module);
}

/* The defaults: /tmp is there, path_open is denied. */
static void default_policy(const struct language *language, const char *path) {
    dwcp_runtime_t *runtime = new_runtime(config_for(language));
    dwcp_module_t *module = load_program(runtime, path);
    run_t is = run(module, input, output);
    char complaint[128];
    snprintf(complaint, sizeof complaint, "files: cannot read %s: ", input);
    refused(&is, language, complaint);
    CHECK(denials(runtime) > 0);
    CHECK(!is_there(output) && !is_there(draft));
    end(runtime, module);
}

/* The same where a denial is the end of the call. */
static void denial_that_ends_it(const struct language *language, const char *path) {
    dwcp_config_t *config = config_for(language);
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load_program(runtime, path);
    run_t is = run(module, input, output);
    CHECK_EQ(is.status, DWCP_ERR_DENIED);
    CHECK_HAS(message(), "path_open");
    /* C keeps a line for later where nobody watches; what was written is kept */
    CHECK(strcmp(is.out, language->greeting) == 0 || strcmp(is.out, "") == 0);
    end(runtime, module);
}

static void read_only(const struct language *language, const char *path) {
    dwcp_runtime_t *runtime = new_runtime(with_files(language, true));
    dwcp_module_t *module = load_program(runtime, path);
    run_t is = run(module, "/data/in.txt", "/data/out.txt");
    refused(&is, language, "files: cannot write /data/out.txt.new: ");
    CHECK(!is_there(output) && !is_there(draft));
    end(runtime, module);
}

/* A quota is an errno for the program and, when it fails for it, that limit for the host. */
static void quotas(const struct language *language, const char *path) {
    dwcp_config_t *config = with_files(language, false);
    CHECK_STATUS(dwcp_config_set_max_file_size, OK, (config, sizeof REPORT - 2, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load_program(runtime, path);
    run_t is = run(module, "/data/in.txt", "/data/out.txt");
    CHECK_EQ(is.status, DWCP_ERR_LIMIT_IO);
    CHECK_STR(dwcp_error_limit_name(err), "max_file_size");
    int32_t code = 0;
    CHECK(dwcp_error_exit_code(err, &code) && code == 1);
    CHECK_STR(is.out, language->greeting);
    CHECK_HAS(is.err, "files: cannot write /data/out.txt.new: ");
    CHECK(!is_there(output));
    struct stat s;
    CHECK(stat(draft, &s) != 0 || s.st_size < (off_t)sizeof REPORT - 1);
    unlink(draft);
    end(runtime, module);
}

static void program(const struct language *language, const char *path) {
    int failures = atomic_load(&test_failures);
    reads_and_writes(language, path);
    default_policy(language, path);
    if (!language->large) { /* it takes seconds to compile, each time */
        denial_that_ends_it(language, path);
        read_only(language, path);
        quotas(language, path);
    }
    if (atomic_load(&test_failures) != failures) fprintf(stderr, "  above: %s\n", path);
}

int main(int argc, char **argv) {
    REQUIRE(mkdtemp(root) != NULL);
    char link[64];
    snprintf(below, sizeof below, "%s/sub", root);
    snprintf(link, sizeof link, "%s/link", root);
    snprintf(input, sizeof input, "%s/in.txt", root);
    snprintf(output, sizeof output, "%s/out.txt", root);
    snprintf(draft, sizeof draft, "%s/out.txt.new", root);
    REQUIRE(mkdir(below, 0700) == 0 && symlink("/etc", link) == 0);
    write_file(input, INPUT, sizeof INPUT - 1);

    char path[4096];
    for (size_t i = 0; i < COUNT; i++) {
        const struct language *language = &LANGUAGES[i];
        if (argc < 2) {
            if (language->large) continue;
            snprintf(path, sizeof path, DWCP_SOURCE_DIR "/examples-c/guests/files_%s.wasm", language->name);
        } else {
            int named = 2;
            while (named < argc && strcmp(argv[named], language->name) != 0) named++;
            if (named == argc) continue;
            snprintf(path, sizeof path, "%s/files_%s.wasm", argv[1], language->name);
        }
        printf("%s\n", path);
        program(language, path);
    }
    unlink(input);
    unlink(link);
    CHECK_EQ(rmdir(below), 0);
    CHECK_EQ(rmdir(root), 0);
    return report("wasi_programs");
}
