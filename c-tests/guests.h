/* What nearly every test needs: a runtime, a module from text, a call in one line. Whatever fails here ends the program. */
#ifndef DWCP_GUESTS_H
#define DWCP_GUESTS_H

#include "test.h"

static const char ADD_WAT[] MAYBE_UNUSED =
    "(module (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))";

/* Counts its own calls in a global and in memory: in a fresh VM both are 1. */
static const char COUNTER_WAT[] MAYBE_UNUSED =
    "(module (memory (export \"memory\") 1) (global $g (mut i32) (i32.const 0))"
    " (func (export \"count\") (result i32 i32)"
    "  (global.set $g (i32.add (global.get $g) (i32.const 1)))"
    "  (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))"
    "  (global.get $g) (i32.load (i32.const 8))))";

static const char SPIN_WAT[] MAYBE_UNUSED = "(module (func (export \"spin\") (loop (br 0))))";

/* Uses as much time as its argument says, then answers. */
static const char LOOP_WAT[] MAYBE_UNUSED =
    "(module (func (export \"turns\") (param i32) (result i32)"
    " (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 7)))";

MAYBE_UNUSED static dwcp_config_t *new_config(dwcp_profile_t profile) {
    dwcp_config_t *config = dwcp_config_new(profile);
    REQUIRE(config != NULL);
    return config;
}

/* A runtime with this configuration, which it frees; NULL for the defaults. */
MAYBE_UNUSED static dwcp_runtime_t *new_runtime(dwcp_config_t *config) {
    dwcp_runtime_t *runtime = NULL;
    REQUIRE(CHECK_STATUS(dwcp_runtime_new, OK, (config, &runtime, &err)) && runtime != NULL);
    dwcp_config_free(config);
    return runtime;
}

MAYBE_UNUSED static dwcp_module_t *load_with(dwcp_runtime_t *runtime, const char *wat, const dwcp_imports_t *imports) {
    dwcp_module_t *module = NULL;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    REQUIRE(CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &err)));
    REQUIRE(module != NULL);
    return module;
}

MAYBE_UNUSED static dwcp_module_t *load(dwcp_runtime_t *runtime, const char *wat) { return load_with(runtime, wat, NULL); }

MAYBE_UNUSED static dwcp_function_t *function_of(const dwcp_module_t *module, const char *name) {
    dwcp_function_t *function = NULL;
    REQUIRE(CHECK_STATUS(dwcp_module_get_function, OK, (module, name, NULL, &function, &err)) && function != NULL);
    return function;
}

/* Binds, calls and lets go: the status, with the error in `err` of this thread. */
MAYBE_UNUSED static dwcp_status_t call(const dwcp_module_t *module, const char *name, const dwcp_value_t *args, size_t nargs,
                                       const dwcp_call_options_t *options, dwcp_value_t *results, size_t capacity,
                                       dwcp_call_stats_t *stats) {
    size_t n = 0;
    dwcp_function_t *function = NULL;
    test_forget();
    dwcp_status_t status = dwcp_module_get_function(module, name, NULL, &function, &err);
    if (status == DWCP_OK) {
        test_forget();
        status = dwcp_function_call(function, args, nargs, options, results, capacity, &n, stats, &err);
    }
    dwcp_function_free(function);
    return status;
}

/* A () -> i32 export's answer. */
MAYBE_UNUSED static int32_t call_i32(const dwcp_module_t *module, const char *name) {
    dwcp_value_t result = {0};
    dwcp_status_t status = call(module, name, NULL, 0, NULL, &result, 1, NULL);
    test_check_status(status, DWCP_OK, name, __FILE__, __LINE__);
    CHECK_EQ(result.kind, DWCP_KIND_I32);
    return dwcp_as_i32(result);
}

MAYBE_UNUSED static uint8_t *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    REQUIRE(file != NULL);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    REQUIRE(size > 0);
    rewind(file);
    uint8_t *bytes = malloc((size_t)size);
    REQUIRE(bytes != NULL && fread(bytes, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    *length = (size_t)size;
    return bytes;
}

MAYBE_UNUSED static void write_file(const char *path, const void *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    REQUIRE(file != NULL && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
}

/* A real program of this repository; the build says where that is. */
#ifndef DWCP_SOURCE_DIR
#define DWCP_SOURCE_DIR ".."
#endif
#define WORDCOUNT DWCP_SOURCE_DIR "/examples-c/guests/wordcount.wasm"

#endif
