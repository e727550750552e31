/* WASI commands: what goes in (argv, environment, stdin, directories) and what comes out (output, exit code), under a policy. */
#include "guests.h"

#include <sys/stat.h>
#include <unistd.h>

#define WASI "wasi_snapshot_preview1"

/* Writes its arguments, its environment and its standard input to standard output, as they lie in memory. */
static const char ECHO_WAT[] =
    "(module"
    " (import \"" WASI "\" \"args_sizes_get\" (func $asz (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"args_get\" (func $args (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"environ_sizes_get\" (func $esz (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"environ_get\" (func $env (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 4)"
    " (func $out (param $p i32) (param $n i32)"
    "  (i32.store (i32.const 16) (local.get $p)) (i32.store (i32.const 20) (local.get $n))"
    "  (if (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)) (then unreachable)))"
    " (func (export \"_start\")"
    "  (drop (call $asz (i32.const 0) (i32.const 4))) (drop (call $args (i32.const 1024) (i32.const 4096)))"
    "  (call $out (i32.const 4096) (i32.load (i32.const 4)))"
    "  (drop (call $esz (i32.const 0) (i32.const 4))) (drop (call $env (i32.const 1024) (i32.const 4096)))"
    "  (call $out (i32.const 4096) (i32.load (i32.const 4)))"
    "  (loop $more"
    "   (i32.store (i32.const 16) (i32.const 65536)) (i32.store (i32.const 20) (i32.const 100))"
    "   (if (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)) (then unreachable))"
    "   (if (i32.load (i32.const 24)) (then"
    "    (call $out (i32.const 65536) (i32.load (i32.const 24))) (br $more))))))";

/* Writes "out\n" and "err\n", then ends as its only export says. */
#define ENDING(body)                                                                                    \
    "(module (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"     \
    " (import \"" WASI "\" \"proc_exit\" (func $exit (param i32)))"                                     \
    " (memory (export \"memory\") 1) (data (i32.const 64) \"out\\n\") (data (i32.const 72) \"err\\n\")" \
    " (data (i32.const 0) \"\\40\\00\\00\\00\\04\\00\\00\\00\\48\\00\\00\\00\\04\\00\\00\\00\")"        \
    " (func (export \"_start\")"                                                                        \
    "  (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))"                   \
    "  (drop (call $write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 32))) " body "))"

static dwcp_wasi_t *capturing(size_t cap) {
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    REQUIRE(wasi != NULL);
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, cap, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 2, DWCP_OUTPUT_CAPTURE, cap, &err));
    return wasi;
}

/* The captured bytes are these. */
static void captured(const dwcp_wasi_t *wasi, int32_t fd, const char *bytes, size_t length, bool cut) {
    dwcp_slice_t slice = {NULL, 99};
    bool truncated = !cut;
    CHECK_STATUS(dwcp_wasi_output, OK, (wasi, fd, &slice, &truncated, &err));
    CHECK_EQ(truncated, cut);
    if (!CHECK_EQ(slice.len, length) || !CHECK(length == 0 || memcmp(slice.data, bytes, length) == 0))
        fprintf(stderr, "    captured \"%.*s\"\n", (int)slice.len, (const char *)slice.data);
}

static dwcp_status_t run(const dwcp_module_t *module, const dwcp_wasi_t *wasi, int32_t *exit_code, dwcp_call_stats_t *stats) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    test_forget();
    return dwcp_module_run(module, &options, exit_code, stats, &err);
}

static void what_goes_in(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, ECHO_WAT);
    dwcp_wasi_t *wasi = capturing(1 << 20);
    int32_t code = 77;
    CHECK_EQ(run(module, wasi, &code, NULL), DWCP_OK);
    CHECK_EQ(code, 0);
    captured(wasi, 1, "", 0, false); /* nothing given, nothing there: not the host's environment either */

    const char *args[3] = {"prog", "", "two words"};
    CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, args, 3, &err));
    CHECK_STATUS(dwcp_wasi_add_env, OK, (wasi, "A", "1", &err));
    CHECK_STATUS(dwcp_wasi_add_env, OK, (wasi, "EMPTY", "", &err));
    char input[1000];
    for (size_t i = 0; i < sizeof input; i++) input[i] = (char)i;
    CHECK_STATUS(dwcp_wasi_set_stdin, OK, (wasi, (uint8_t *)input, sizeof input, &err));
    char expected[2000];
    static const char head[] = "prog\0\0two words\0A=1\0EMPTY="; /* the NUL of the last string is the literal's own */
    memcpy(expected, head, sizeof head);
    memcpy(expected + sizeof head, input, sizeof input);
    memset(input, 0, sizeof input); /* the library has its own copy */
    for (int i = 0; i < 3; i++) { /* the same handle serves call after call, and each reads all of stdin */
        CHECK_EQ(run(module, wasi, &code, NULL), DWCP_OK);
        captured(wasi, 1, expected, sizeof head + sizeof input, false);
        captured(wasi, 2, "", 0, false);
    }
    CHECK_STATUS(dwcp_wasi_add_env, INVALID_ARGUMENT, (wasi, "", "v", &err));
    CHECK_STATUS(dwcp_wasi_add_env, INVALID_ARGUMENT, (wasi, "A=B", "v", &err));
    dwcp_wasi_free(wasi);

    /* nothing captured, nothing kept; without any settings the command runs all the same */
    wasi = dwcp_wasi_new();
    dwcp_slice_t slice;
    bool truncated;
    CHECK_EQ(run(module, wasi, &code, NULL), DWCP_OK);
    captured(wasi, 1, "", 0, false);
    CHECK_STATUS(dwcp_wasi_output, INVALID_ARGUMENT, (wasi, 0, &slice, &truncated, &err));
    CHECK_STATUS(dwcp_wasi_output, INVALID_ARGUMENT, (wasi, 3, &slice, &truncated, &err));
    CHECK_STATUS(dwcp_module_run, OK, (module, NULL, &code, NULL, &err));
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
}

/* Inherited descriptors are the process's own: read back through a pipe and a file. */
static void inherited(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, ECHO_WAT);
    char path[] = "/tmp/dwcp-wasi-out-XXXXXX";
    int out = mkstemp(path), pipe_ends[2], kept_in = dup(0), kept_out = dup(1);
    REQUIRE(out >= 0 && pipe(pipe_ends) == 0 && kept_in >= 0 && kept_out >= 0);
    REQUIRE(write(pipe_ends[1], "from the pipe", 13) == 13);
    close(pipe_ends[1]);
    fflush(stdout);
    dup2(pipe_ends[0], 0);
    dup2(out, 1);
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_inherit_stdin, OK, (wasi, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_INHERIT, 0, &err));
    int32_t code = 1;
    dwcp_status_t status = run(module, wasi, &code, NULL);
    dup2(kept_in, 0);
    dup2(kept_out, 1);
    CHECK_EQ(status, DWCP_OK);
    char text[64] = {0};
    CHECK_EQ(pread(out, text, sizeof text - 1, 0), 13);
    CHECK_STR(text, "from the pipe");
    close(kept_in);
    close(kept_out);
    close(pipe_ends[0]);
    close(out);
    unlink(path);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
}

static void how_it_ends(dwcp_runtime_t *runtime) {
    static const int32_t codes[] = {0, 1, 42, 255, 256, -1, INT32_MAX};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char wat[1200];
        snprintf(wat, sizeof wat, ENDING("(call $exit (i32.const %d))"), (int)codes[i]);
        dwcp_module_t *module = load(runtime, wat);
        dwcp_wasi_t *wasi = capturing(100);
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        int32_t code = 77;
        CHECK_EQ(run(module, wasi, &code, &stats), DWCP_OK);
        CHECK_EQ(code, codes[i]);
        CHECK_EQ(stats.exit_code, codes[i]);
        captured(wasi, 1, "out\n", 4, false);
        captured(wasi, 2, "err\n", 4, false);

        /* the same exit in a function call is an error that carries the code */
        dwcp_function_t *start = function_of(module, "_start");
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.wasi = wasi;
        CHECK_STATUS(dwcp_function_call, EXIT, (start, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
        CHECK(dwcp_error_exit_code(err, &code) && code == codes[i]);
        captured(wasi, 1, "out\n", 4, false);
        dwcp_function_free(start);
        dwcp_wasi_free(wasi);
        dwcp_module_free(module);
    }

    dwcp_module_t *module = load(runtime, ENDING("unreachable"));
    dwcp_wasi_t *wasi = capturing(100);
    int32_t code = 77;
    CHECK_EQ(run(module, wasi, &code, NULL), DWCP_ERR_TRAP);
    captured(wasi, 1, "out\n", 4, false); /* what it said before is kept */
    captured(wasi, 2, "err\n", 4, false);
    CHECK_STATUS(dwcp_module_run, TRAP, (module, NULL, &code, NULL, &err));
    dwcp_module_free(module);

    /* a refused growth behind a failing exit code is that limit */
    module = load(runtime, ENDING("(drop (memory.grow (i32.const 5000))) (call $exit (i32.const 1))"));
    CHECK_STATUS(dwcp_module_run, OUT_OF_MEMORY, (module, NULL, &code, NULL, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_memory_bytes");
    CHECK(dwcp_error_exit_code(err, &code) && code == 1);
    dwcp_module_free(module);
    module = load(runtime, ENDING("(drop (memory.grow (i32.const 5000))) (call $exit (i32.const 0))"));
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(run(module, wasi, &code, &stats), DWCP_OK);
    CHECK_STR(stats.limit_hit, "max_memory_bytes");
    dwcp_module_free(module);
    dwcp_wasi_free(wasi);

    module = load(runtime, ADD_WAT);
    CHECK_STATUS(dwcp_module_run, NOT_FOUND, (module, NULL, &code, NULL, &err));
    CHECK_HAS(message(), "_start");
    dwcp_module_free(module);
}

static void caps(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, ENDING(""));
    for (size_t cap = 0; cap <= 5; cap++) {
        dwcp_wasi_t *wasi = capturing(cap);
        int32_t code = 0;
        CHECK_EQ(run(module, wasi, &code, NULL), DWCP_OK);
        captured(wasi, 1, "out\n", cap < 4 ? cap : 4, cap < 4);
        dwcp_wasi_free(wasi);
    }
    dwcp_module_free(module);
}

/* A command runs without fuel and deadline of the runtime's, and with those of its call. */
static void limits_of_a_command(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime,
                                 "(module (memory (export \"memory\") 1) (func (export \"_start\") (local i32) (local.set 0 (i32.const 3000000))"
                                 " (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))");
    int32_t code = 1;
    CHECK_STATUS(dwcp_module_run, OK, (module, NULL, &code, NULL, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.fuel = 1000;
    CHECK_STATUS(dwcp_module_run, OUT_OF_FUEL, (module, &options, &code, NULL, &err));
    options.fuel = 1000001;
    CHECK_STATUS(dwcp_module_run, INVALID_ARGUMENT, (module, &options, &code, NULL, &err));
    dwcp_module_free(module);
    module = load(runtime, "(module (memory (export \"memory\") 1) (func (export \"_start\") (loop (br 0))))");
    options.fuel = 0;
    options.timeout_ns = 20000000;
    CHECK_STATUS(dwcp_module_run, TIMEOUT, (module, &options, &code, NULL, &err));
    dwcp_module_free(module);

    /* without a time of its own a command has the runtime's */
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 20, &err));
    dwcp_runtime_t *hasty = new_runtime(config);
    module = load(hasty, "(module (memory (export \"memory\") 1) (func (export \"_start\") (loop (br 0))))");
    CHECK_STATUS(dwcp_module_run, TIMEOUT, (module, NULL, &code, NULL, &err));
    dwcp_module_free(module);
    dwcp_runtime_free(hasty);
}

/* Opens the path at 256 relative to the first preopen (descriptor 3), with creation when `flags` say so; gives the errno. */
static const char OPEN_WAT[] =
    "(module"
    " (import \"" WASI "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1) (data (i32.const 256) \"hello.txt\") (data (i32.const 300) \"new.txt\") (data (i32.const 350) \"../hello.txt\")"
    " (func (export \"read\") (result i32)"
    "  (call $open (i32.const 3) (i32.const 0) (i32.const 256) (i32.const 9) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)))"
    " (func (export \"create\") (result i32)"
    "  (call $open (i32.const 3) (i32.const 0) (i32.const 300) (i32.const 7) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 8)))"
    " (func (export \"escape\") (result i32)"
    "  (call $open (i32.const 3) (i32.const 0) (i32.const 350) (i32.const 12) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)))"
    " (func (export \"second\") (result i32)"
    "  (call $open (i32.const 4) (i32.const 0) (i32.const 256) (i32.const 9) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8))))";

enum { ERRNO_OK = 0, ERRNO_BADF = 8, ERRNO_NOTCAPABLE = 76 };

static int32_t errno_of(const dwcp_module_t *module, const char *name, const dwcp_wasi_t *wasi) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    dwcp_value_t result = {0};
    CHECK_EQ(call(module, name, NULL, 0, &options, &result, 1, NULL), DWCP_OK);
    return dwcp_as_i32(result);
}

static void default_policy(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, OPEN_WAT);
    char *json = NULL;
    CHECK_EQ(errno_of(module, "read", NULL), ERRNO_NOTCAPABLE);
    CHECK_EQ(errno_of(module, "create", NULL), ERRNO_NOTCAPABLE);
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, NULL, &err));
    CHECK_HAS(json, "\"denials\":2");
    dwcp_string_free(json);
    dwcp_module_free(module);

    /* the same as a trap */
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    dwcp_runtime_t *trapping = new_runtime(config);
    module = load(trapping, OPEN_WAT);
    dwcp_function_t *read = function_of(module, "read");
    dwcp_value_t result = {0};
    CHECK_STATUS(dwcp_function_call, DENIED, (read, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "path_open");
    dwcp_function_free(read);
    dwcp_module_free(module);
    dwcp_runtime_free(trapping);

    config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_wasi, OK, (config, false, &err));
    dwcp_runtime_t *off = new_runtime(config);
    static const char wat[] = "(module (import \"" WASI "\" \"sched_yield\" (func (result i32))))";
    CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (off, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, &err));
    CHECK_HAS(message(), "sched_yield");
    dwcp_runtime_free(off);
}

static void directories(void) {
    char root[] = "/tmp/dwcp-wasi-XXXXXX", path[128], inner[64];
    REQUIRE(mkdtemp(root) != NULL);
    snprintf(path, sizeof path, "%s/hello.txt", root);
    write_file(path, "hello\n", 6);
    snprintf(inner, sizeof inner, "%s/inner", root);
    REQUIRE(mkdir(inner, 0700) == 0);
    snprintf(path, sizeof path, "%s/inner/hello.txt", root);
    write_file(path, "inner\n", 6);

    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, root, "/data", false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, OPEN_WAT);
    CHECK_EQ(errno_of(module, "read", NULL), ERRNO_OK);
    CHECK_EQ(errno_of(module, "second", NULL), ERRNO_BADF);
    CHECK(errno_of(module, "escape", NULL) != ERRNO_OK);

    /* a call's own: part of the runtime's, read-only */
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_add_directory, OK, (wasi, inner, "/in", true, &err));
    CHECK_EQ(errno_of(module, "read", wasi), ERRNO_OK);
    CHECK(errno_of(module, "escape", wasi) != ERRNO_OK);
    CHECK(errno_of(module, "create", wasi) != ERRNO_OK);
    snprintf(path, sizeof path, "%s/inner/new.txt", root);
    CHECK(access(path, F_OK) != 0);
    CHECK_STATUS(dwcp_wasi_add_directory, OK, (wasi, root, "/all", false, &err));
    CHECK_EQ(errno_of(module, "second", wasi), ERRNO_OK);
    dwcp_wasi_free(wasi);

    /* what the runtime does not allow, no call can add: neither beside it nor above nor by dots nor by a link */
    char above[128], link[128];
    snprintf(above, sizeof above, "%s/inner/../..", root);
    snprintf(link, sizeof link, "%s/link", root);
    REQUIRE(symlink("/usr", link) == 0);
    const char *const outside[] = {"/usr", "/tmp", above, link};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        wasi = dwcp_wasi_new();
        test_forget();
        dwcp_status_t status = dwcp_wasi_add_directory(wasi, outside[i], "/x", false, &err);
        if (status == DWCP_OK) { /* only the call knows the runtime */
            dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
            options.wasi = wasi;
            dwcp_value_t result = {0};
            status = call(module, "read", NULL, 0, &options, &result, 1, NULL);
        }
        /* a link where guests may write is not followed at all */
        CHECK_EQ(status, outside[i] == link ? DWCP_ERR_IO : DWCP_ERR_INVALID_ARGUMENT);
        dwcp_wasi_free(wasi);
    }
    unlink(link);

    CHECK_EQ(errno_of(module, "create", NULL), ERRNO_OK);
    snprintf(path, sizeof path, "%s/new.txt", root);
    CHECK(access(path, F_OK) == 0);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);

    /* a runtime's read-only directory stays so for every call */
    config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, root, "/data", true, &err));
    runtime = new_runtime(config);
    module = load(runtime, OPEN_WAT);
    unlink(path);
    CHECK_EQ(errno_of(module, "read", NULL), ERRNO_OK);
    CHECK(errno_of(module, "create", NULL) != ERRNO_OK);
    CHECK(access(path, F_OK) != 0);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);

    snprintf(path, sizeof path, "%s/inner/hello.txt", root);
    unlink(path);
    rmdir(inner);
    snprintf(path, sizeof path, "%s/hello.txt", root);
    unlink(path);
    CHECK_EQ(rmdir(root), 0);
}

/* A program as a compiler makes it. */
static void a_real_program(void) {
    char root[] = "/tmp/dwcp-real-XXXXXX", path[128];
    REQUIRE(mkdtemp(root) != NULL);
    snprintf(path, sizeof path, "%s/poem.txt", root);
    write_file(path, "one two two\nthree three three\n", 30);
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    const char *allowed[] = {"@stdio", "@fs_read", "proc_exit"}, *denied[] = {"@net"};
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, allowed, 3, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, denied, 1, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, root, ".", true, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = NULL;
    REQUIRE(CHECK_STATUS(dwcp_module_load_file, OK, (runtime, WORDCOUNT, NULL, &module, &err)));
    dwcp_wasi_t *wasi = capturing(4096);
    const char *args[3] = {"wordcount", "poem.txt", "missing.txt"};
    CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, args, 2, &err));
    CHECK_STATUS(dwcp_wasi_add_env, OK, (wasi, "TOP", "2", &err));
    int32_t code = 9;
    CHECK_EQ(run(module, wasi, &code, NULL), DWCP_OK);
    CHECK_EQ(code, 0);
    static const char expected[] = "2 lines, 6 words (3 distinct), 30 bytes\n       3  three\n       2  two\n";
    captured(wasi, 1, expected, strlen(expected), false);
    CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, args, 3, &err));
    CHECK_EQ(run(module, wasi, &code, NULL), DWCP_OK);
    CHECK_EQ(code, 2);
    captured(wasi, 1, expected, strlen(expected), false);
    dwcp_slice_t complaint;
    CHECK_STATUS(dwcp_wasi_output, OK, (wasi, 2, &complaint, NULL, &err));
    char text[256];
    snprintf(text, sizeof text, "%.*s", (int)complaint.len, (const char *)complaint.data);
    CHECK_HAS(text, "missing.txt");
    CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, args, 1, &err));
    CHECK_STATUS(dwcp_wasi_set_stdin, OK, (wasi, (const uint8_t *)"a b", 3, &err));
    CHECK_EQ(run(module, wasi, &code, NULL), DWCP_OK);
    static const char from_stdin[] = "0 lines, 2 words (2 distinct), 3 bytes\n       1  a\n       1  b\n";
    captured(wasi, 1, from_stdin, strlen(from_stdin), false);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    unlink(path);
    CHECK_EQ(rmdir(root), 0);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    default_policy(runtime);
    what_goes_in(runtime);
    inherited(runtime);
    how_it_ends(runtime);
    caps(runtime);
    limits_of_a_command(runtime);
    directories();
    a_real_program();
    dwcp_runtime_free(runtime);
    return report("wasi");
}
