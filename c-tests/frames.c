/* Frames: function, file, line and column of a trap from a module's own line tables; none where there are none; all escaped. */
#include "guests.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define DWARF4 DWCP_SOURCE_DIR "/examples-c/guests/frames.wasm"
#define DWARF5 DWCP_SOURCE_DIR "/c-tests/guests/frames-dwarf5.wasm"

static dwcp_frame_t frame_of(const dwcp_error_t *error, size_t i) {
    dwcp_frame_t frame = DWCP_FRAME_INIT;
    REQUIRE(dwcp_error_frame(error, i, &frame));
    return frame;
}

/* Divides by nothing in a module of these bytes; the error is in `err`. */
static void trap_in(dwcp_runtime_t *runtime, const uint8_t *bytes, size_t len) {
    dwcp_module_t *module = NULL;
    dwcp_value_t zero = dwcp_i32(0), result;
    REQUIRE(CHECK_STATUS(dwcp_module_load, OK, (runtime, bytes, len, NULL, NULL, &module, &err)));
    CHECK_EQ(call(module, "run", &zero, 1, NULL, &result, 1, NULL), DWCP_ERR_TRAP);
    dwcp_module_free(module);
}

static void trap_in_file(dwcp_runtime_t *runtime, const char *path) {
    size_t len = 0;
    uint8_t *bytes = read_file(path, &len);
    trap_in(runtime, bytes, len);
    free(bytes);
}

static void has_lines(const dwcp_error_t *error) {
    CHECK_EQ(dwcp_error_frame_count(error), 2);
    /* the division was inlined: the function is the one around it, the place that of the division */
    dwcp_frame_t inner = frame_of(error, 0), outer = frame_of(error, 1);
    CHECK_STR(inner.function, "ledger::split");
    CHECK_STR(inner.file, "frames.cpp");
    CHECK_EQ(inner.line, 6);
    CHECK_EQ(inner.column, 18);
    CHECK_STR(outer.function, "run");
    CHECK_STR(outer.file, "frames.cpp");
    CHECK_EQ(outer.line, 19);
    CHECK(outer.column > 0 && outer.offset != UINT64_MAX);
}

static void file_and_line(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    trap_in_file(runtime, DWARF4);
    has_lines(err);
    trap_in_file(runtime, DWARF5);
    has_lines(err);
    /* the strings live as long as the error, which outlives everything else */
    dwcp_error_t *kept = err;
    err = NULL;
    dwcp_runtime_free(runtime);
    const char *file = frame_of(kept, 0).file;
    has_lines(kept);
    CHECK(file == frame_of(kept, 0).file);
    dwcp_error_free(kept);
}

/* Looked at for the first time when runtime, module and cache are gone, and another module may be where that one was. */
static void looked_at_late(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    trap_in_file(runtime, DWARF4);
    dwcp_error_t *kept = err;
    err = NULL;
    CHECK_STATUS(dwcp_runtime_cache_clear, OK, (runtime, &err));
    static const char wat[] = "(module (func (export \"run\") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0))))";
    trap_in(runtime, (const uint8_t *)wat, strlen(wat));
    CHECK(frame_of(err, 0).file == NULL);
    dwcp_runtime_free(runtime);
    has_lines(kept);
    dwcp_error_free(kept);
}

static void none(dwcp_runtime_t *runtime) {
    for (size_t i = 0; i < dwcp_error_frame_count(err); i++) {
        dwcp_frame_t frame = frame_of(err, i);
        CHECK(frame.file == NULL && frame.line == 0 && frame.column == 0);
    }
    CHECK(dwcp_error_frame_count(err) != 0);
    dwcp_runtime_free(runtime);
}

static void without_lines(void) {
    static const char wat[] = "(module (func (export \"run\") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0))))";
    dwcp_runtime_t *runtime = new_runtime(NULL);
    trap_in(runtime, (const uint8_t *)wat, strlen(wat));
    none(runtime);

    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_debug_info_bytes, OK, (config, 0, &err));
    runtime = new_runtime(config);
    trap_in_file(runtime, DWARF4);
    CHECK_STR(frame_of(err, 0).function, "ledger::split");
    none(runtime);

    config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_debug_info_bytes, OK, (config, 100, &err)); /* the module has more */
    runtime = new_runtime(config);
    trap_in_file(runtime, DWARF4);
    none(runtime);

    runtime = new_runtime(new_config(DWCP_PROFILE_SECURE));
    trap_in_file(runtime, DWARF4);
    none(runtime);

    /* what is kept counts as the module's code */
    dwcp_module_info_t with = DWCP_MODULE_INFO_INIT, no = DWCP_MODULE_INFO_INIT;
    dwcp_module_info_t *infos[] = {&no, &with};
    for (int i = 0; i < 2; i++) {
        dwcp_module_t *module = NULL;
        config = new_config(DWCP_PROFILE_DEFAULT);
        CHECK_STATUS(dwcp_config_set_max_debug_info_bytes, OK, (config, i == 0 ? 0 : UINT64_C(1) << 20, &err));
        runtime = new_runtime(config);
        CHECK_STATUS(dwcp_module_load_file, OK, (runtime, DWARF4, NULL, &module, &err));
        CHECK_STATUS(dwcp_module_info, OK, (module, infos[i], &err));
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
    }
    CHECK(with.code_bytes > no.code_bytes);
}

/* Replaces each `from` of the bytes by `to`, of the same length. */
static void replace(uint8_t *bytes, size_t len, const char *from, const char *to) {
    size_t n = strlen(from), found = 0;
    for (size_t i = 0; i + n <= len; i++) {
        if (memcmp(bytes + i, from, n) == 0) memcpy(bytes + i, to, n), found++;
    }
    CHECK(found != 0);
}

/* The names that a module gives are the module's: a terminal must not take them for its own commands. */
static void hostile_text(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    for (int i = 0; i < 2; i++) {
        size_t len = 0;
        uint8_t *bytes = read_file(i == 0 ? DWARF4 : DWARF5, &len);
        replace(bytes, len, "frames.cpp", "\x1b[31m\r\n\"\xff\\");
        replace(bytes, len, "_ZN6ledger5split", "_ZN6led\x1b\ar5s\nl\"t");
        trap_in(runtime, bytes, len);
        dwcp_frame_t frame = frame_of(err, 0);
        CHECK_STR(frame.function, "led\\u{1b}\\u{7}r::s\\nl\\\"t");
        CHECK_STR(frame.file, "\\u{1b}[31m\\r\\n\\\"\\u{fffd}\\\\");
        CHECK_EQ(frame.line, 6);
        free(bytes);
    }
    dwcp_runtime_free(runtime);
}

/* Whatever the bytes of the line tables are, looking at the frames gives something or nothing, and ends. */
static void damaged(void) {
    size_t len = 0, lines = 0;
    uint8_t *bytes = read_file(DWARF4, &len);
    for (size_t i = 0; i + 11 < len; i++) {
        if (memcmp(bytes + i, ".debug_line", 11) == 0) lines = i + 11;
    }
    REQUIRE(lines != 0);
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_cache_size, OK, (config, 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    for (size_t i = lines; i < lines + 120 && i < len; i++) {
        uint8_t before = bytes[i];
        static const uint8_t values[] = {0x00, 0x7f, 0x80, 0xff};
        for (size_t v = 0; v < sizeof values; v++) {
            bytes[i] = values[v];
            trap_in(runtime, bytes, len);
            for (size_t f = 0; f < dwcp_error_frame_count(err); f++) CHECK(frame_of(err, f).function != NULL);
        }
        bytes[i] = before;
    }
    free(bytes);
    dwcp_runtime_free(runtime);
}

/* Each frame has the lines of its own module: one of two in the same VM has none. */
static void of_linked_modules(void) {
    static const char wat[] =
        "(module $main (import \"ledger\" \"run\" (func $run (param i32) (result i32)))"
        " (func $outer (export \"run\") (param i32) (result i32) (call $run (local.get 0))))";
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *ledger = NULL, *module = NULL;
    CHECK_STATUS(dwcp_module_load_file, OK, (runtime, DWARF4, NULL, &ledger, &err));
    dwcp_link_t link = {.name = "ledger", .module = ledger};
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.links = &link;
    options.nlinks = 1;
    CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &err));
    dwcp_value_t zero = dwcp_i32(0), result;
    CHECK_EQ(call(module, "run", &zero, 1, NULL, &result, 1, NULL), DWCP_ERR_TRAP);
    CHECK_EQ(dwcp_error_frame_count(err), 3);
    CHECK_STR(frame_of(err, 0).file, "frames.cpp");
    CHECK_EQ(frame_of(err, 0).line, 6);
    CHECK_EQ(frame_of(err, 1).line, 19);
    CHECK_STR(frame_of(err, 2).function, "outer");
    CHECK(frame_of(err, 2).file == NULL && frame_of(err, 2).line == 0);
    dwcp_module_free(module);

    static const char typo[] = "(module (import \"ledger\" \"rum\" (func (param i32) (result i32))))";
    CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (runtime, (const uint8_t *)typo, strlen(typo), NULL, &options, &module, &err));
    CHECK_HAS(message(), "did you mean \"ledger\".\"run\"?");
    dwcp_module_free(ledger);
    dwcp_runtime_free(runtime);
}

static void *look(void *error) {
    has_lines(error);
    return NULL;
}

static void from_many_threads(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    for (int round = 0; round < 20; round++) {
        trap_in_file(runtime, DWARF4);
        pthread_t threads[8];
        for (int i = 0; i < 8; i++) REQUIRE(pthread_create(&threads[i], NULL, look, err) == 0);
        for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    }
    dwcp_runtime_free(runtime);
}

/* A forked child reads what was looked up before; what was not it reads without file and line. */
static void in_a_forked_child(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    for (int looked = 0; looked < 2; looked++) {
        trap_in_file(runtime, DWARF4);
        if (looked) has_lines(err);
        pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            dwcp_frame_t frame = DWCP_FRAME_INIT;
            bool got = dwcp_error_frame(err, 0, &frame) && strcmp(frame.function, "ledger::split") == 0;
            _exit(got && (frame.file != NULL) == (looked != 0) ? 0 : 1);
        }
        int status = -1;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        has_lines(err);
    }
    dwcp_runtime_free(runtime);
}

static dwcp_status_t nothing(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                             size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

static void unresolved(dwcp_runtime_t *runtime, const dwcp_imports_t *imports, const char *wat) {
    dwcp_module_t *module = NULL;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &err));
}

/* All that is missing, each with its type and, if something like it is defined, what that is. */
static void missing_imports(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "log", "ii:", nothing, NULL, NULL, &err));
    unresolved(runtime, imports,
               "(module (import \"env\" \"lgo\" (func (param i32 i32)))"
               " (import \"wasi_snapshot_preview1\" \"fd_wrote\" (func (result i64)))"
               " (import \"env\" \"table\" (table 2 funcref)))");
    CHECK_HAS(message(), "3 unresolved imports:");
    CHECK_HAS(message(), "\"env\".\"lgo\" (function (i32, i32) -> (); did you mean \"env\".\"log\"?)");
    CHECK_HAS(message(), "did you mean \"wasi_snapshot_preview1\".\"fd_write\"?");
    CHECK_HAS(message(), "\"env\".\"table\" (table funcref 2)");
    char *many = malloc(60000), *at = many;
    REQUIRE(many != NULL);
    at += sprintf(at, "(module");
    for (int i = 0; i < 100; i++) at += sprintf(at, " (import \"m\" \"f%d\" (func))", i);
    sprintf(at, ")");
    unresolved(runtime, imports, many);
    CHECK_HAS(message(), "100 unresolved imports:");
    CHECK_HAS(message(), "\"m\".\"f99\" (function () -> ())");
    free(many);
    unresolved(runtime, imports, "(module (import \"env\" \"a\\1b[31m\\0a\" (func)))");
    CHECK(strchr(message(), 0x1b) == NULL && strchr(message(), '\n') == NULL);
    dwcp_runtime_free(runtime);

    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_wasi, OK, (config, false, &err));
    runtime = new_runtime(config);
    unresolved(runtime, imports, "(module (import \"wasi_snapshot_preview1\" \"sched_yield\" (func (result i32))))");
    CHECK_HAS(message(), "enable_wasi");
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
}

int main(void) {
    file_and_line();
    looked_at_late();
    without_lines();
    hostile_text();
    damaged();
    of_linked_modules();
    from_many_threads();
    in_a_forked_child();
    missing_imports();
    return report("frames");
}
