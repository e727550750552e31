/* Structs of another size: an older host's is filled as far as it goes and not a byte further, a newer host's must be zero
 * where this library knows nothing, and a size that cannot be is refused. */
#include "guests.h"

enum { CANARY = 0xC5, ROOM = 512 };

/* A struct at the start of a buffer whose rest must stay as it is. */
typedef struct {
    _Alignas(16) unsigned char bytes[ROOM];
} buffer_t;

static buffer_t with_size(size_t size) {
    buffer_t buffer;
    memset(&buffer, CANARY, sizeof buffer);
    memcpy(buffer.bytes, &size, sizeof size);
    return buffer;
}

/* Nothing after `size` was written, and the size itself stayed. */
static bool untouched_after(const buffer_t *buffer, size_t size) {
    size_t kept;
    memcpy(&kept, buffer->bytes, sizeof kept);
    if (kept != size) return false;
    for (size_t i = size > sizeof kept ? size : sizeof kept; i < ROOM; i++)
        if (buffer->bytes[i] != CANARY) return false;
    return true;
}

static bool zero_between(const buffer_t *buffer, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (buffer->bytes[i] != 0) return false;
    return true;
}

static dwcp_runtime_t *runtime;
static dwcp_module_t *module;
static dwcp_function_t *add;
static dwcp_error_t *trap;

/* Every function that writes a struct, behind one shape. */
static dwcp_status_t write_info(void *p) { return dwcp_module_info(module, p, &err); }
static dwcp_status_t write_import(void *p) { return dwcp_module_import(module, 0, p, &err); }
static dwcp_status_t write_export(void *p) { return dwcp_module_export(module, 0, p, &err); }
static dwcp_status_t write_type(void *p) { return dwcp_function_type(add, p, &err); }
static dwcp_status_t write_runtime_metrics(void *p) { return dwcp_runtime_metrics(runtime, p, &err); }
static dwcp_status_t write_pool_metrics(void *p) { return dwcp_runtime_pool_metrics(runtime, p, &err); }
static dwcp_status_t write_cache_metrics(void *p) { return dwcp_runtime_cache_metrics(runtime, p, &err); }
static dwcp_status_t write_frame(void *p) { return dwcp_error_frame(trap, 0, p) ? DWCP_OK : DWCP_ERR_INVALID_ARGUMENT; }
static dwcp_status_t write_stats(void *p) {
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    return dwcp_function_call(add, args, 2, NULL, &result, 1, NULL, p, &err);
}

static const struct {
    const char *name;
    size_t size;
    dwcp_status_t (*write)(void *);
} outputs[] = {{"dwcp_module_info_t", sizeof(dwcp_module_info_t), write_info},
               {"dwcp_extern_t of an import", sizeof(dwcp_extern_t), write_import},
               {"dwcp_extern_t of an export", sizeof(dwcp_extern_t), write_export},
               {"dwcp_extern_t of a function", sizeof(dwcp_extern_t), write_type},
               {"dwcp_runtime_metrics_t", sizeof(dwcp_runtime_metrics_t), write_runtime_metrics},
               {"dwcp_pool_metrics_t", sizeof(dwcp_pool_metrics_t), write_pool_metrics},
               {"dwcp_cache_metrics_t", sizeof(dwcp_cache_metrics_t), write_cache_metrics},
               {"dwcp_frame_t", sizeof(dwcp_frame_t), write_frame},
               {"dwcp_call_stats_t", sizeof(dwcp_call_stats_t), write_stats}};

static void written_structs(void) {
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        size_t whole = outputs[i].size;
        buffer_t full = with_size(whole);
        test_forget();
        if (!CHECK_EQ(outputs[i].write(full.bytes), DWCP_OK)) fprintf(stderr, "    %s: %s\n", outputs[i].name, message());
        CHECK(untouched_after(&full, whole));
        for (size_t size = sizeof(size_t); size < whole; size += 4) { /* older hosts */
            buffer_t older = with_size(size);
            test_forget();
            CHECK_EQ(outputs[i].write(older.bytes), DWCP_OK);
            if (!CHECK(untouched_after(&older, size))) fprintf(stderr, "    %s of %zu bytes\n", outputs[i].name, size);
        }
        buffer_t newer = with_size(whole + 64);
        test_forget();
        CHECK_EQ(outputs[i].write(newer.bytes), DWCP_OK);
        CHECK(untouched_after(&newer, whole + 64) && zero_between(&newer, whole, whole + 64));
        static const size_t impossible[] = {0, 1, sizeof(size_t) - 1, SIZE_MAX, SIZE_MAX / 2, (size_t)1 << 31};
        for (size_t k = 0; k < sizeof impossible / sizeof *impossible; k++) {
            buffer_t wrong = with_size(impossible[k]);
            test_forget();
            if (!CHECK_EQ(outputs[i].write(wrong.bytes), DWCP_ERR_INVALID_ARGUMENT))
                fprintf(stderr, "    %s of %zu bytes\n", outputs[i].name, impossible[k]);
            buffer_t before = with_size(impossible[k]);
            CHECK(memcmp(&wrong, &before, sizeof wrong) == 0);
        }
    }
}

static void read_structs(void) {
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    struct {
        dwcp_call_options_t known;
        uint64_t later;
    } call_options = {DWCP_CALL_OPTIONS_INIT, 0};
    call_options.known.struct_size = sizeof call_options;
    dwcp_call_options_t *options = &call_options.known;
    CHECK_STATUS(dwcp_function_call, OK, (add, args, 2, options, &result, 1, NULL, NULL, &err));
    call_options.later = 1; /* asks for something that this library does not know */
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (add, args, 2, options, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "struct_size");
    /* an older host's options end before `fuel`: what lies there is not looked at */
    options->struct_size = offsetof(dwcp_call_options_t, fuel);
    options->fuel = 1;
    CHECK_STATUS(dwcp_function_call, OK, (add, args, 2, options, &result, 1, NULL, NULL, &err));
    static const size_t impossible[] = {0, 7, SIZE_MAX};
    for (size_t i = 0; i < 3; i++) {
        options->struct_size = impossible[i];
        CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (add, args, 2, options, &result, 1, NULL, NULL, &err));
        CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, "add", args, 2,
                                                              options, &result, 1, NULL, NULL, &err));
        int32_t code = 0;
        CHECK_STATUS(dwcp_module_run, INVALID_ARGUMENT, (module, options, &code, NULL, &err));
    }

    struct {
        dwcp_load_options_t known;
        void *later;
    } load_options = {DWCP_LOAD_OPTIONS_INIT, NULL};
    load_options.known.struct_size = sizeof load_options;
    dwcp_module_t *other = NULL;
    CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, &load_options.known, &other, &err));
    dwcp_module_free(other);
    load_options.later = &load_options;
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, &load_options.known, &other, &err));
    load_options.known.struct_size = 0;
    CHECK_STATUS(dwcp_module_load, INVALID_ARGUMENT, (runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, &load_options.known, &other, &err));
    CHECK_STATUS(dwcp_module_load_file, INVALID_ARGUMENT, (runtime, WORDCOUNT, &load_options.known, &other, &err));
    CHECK(other == NULL);
}

static void listings(void) {
    dwcp_module_t *second = load(runtime, COUNTER_WAT);
    size_t count = 0;
    CHECK_STATUS(dwcp_runtime_cache_list, OK, (runtime, NULL, 0, &count, &err));
    CHECK(count >= 2);
    dwcp_module_info_t *list = malloc(count * sizeof *list);
    REQUIRE(list != NULL);
    memset(list, CANARY, count * sizeof *list);
    for (size_t i = 0; i < count; i++) list[i].struct_size = sizeof *list;
    CHECK_STATUS(dwcp_runtime_cache_list, OK, (runtime, list, count, &count, &err));
    for (size_t i = 0; i < count; i++) CHECK(list[i].struct_size == sizeof *list && strlen(list[i].hash) == 64 && list[i].size_bytes > 0);
    free(list);
    dwcp_module_free(second);
}

static void versions(void) {
    char expected[64];
    snprintf(expected, sizeof expected, "%d.%d.%d", DWCP_VERSION_MAJOR, DWCP_VERSION_MINOR, DWCP_VERSION_PATCH);
    CHECK_STR(dwcp_version(), expected);
    CHECK_EQ(dwcp_abi_version(), DWCP_ABI_VERSION);
    const char *info = dwcp_build_info();
    CHECK(info[0] == '{' && info[strlen(info) - 1] == '}');
    CHECK_HAS(info, "wasmtime");
    CHECK(info == dwcp_build_info());
}

int main(void) {
    runtime = new_runtime(NULL);
    dwcp_imports_t *imports = dwcp_imports_new();
    module = load_with(runtime,
                       "(module (import \"wasi_snapshot_preview1\" \"sched_yield\" (func (result i32)))"
                       " (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"
                       " (func (export \"trap\") unreachable) (func (export \"_start\")))",
                       imports);
    add = function_of(module, "add");
    test_forget();
    dwcp_function_t *trapping = function_of(module, "trap");
    CHECK_EQ(dwcp_function_call(trapping, NULL, 0, NULL, NULL, 0, NULL, NULL, &trap), DWCP_ERR_TRAP);
    written_structs();
    read_structs();
    listings();
    versions();
    dwcp_error_free(trap);
    dwcp_function_free(trapping);
    dwcp_function_free(add);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
    return report("abi");
}
