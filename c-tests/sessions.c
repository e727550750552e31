/* Sessions: how they begin, what is kept from call to call and what is not, memory and globals, strings. */
#include "session_guests.h"

#include <unistd.h>

static const char KEEPER_WAT[] =
    "(module"
    " (import \"" WASI "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1) (data (i32.const 64) \"f\") (data (i32.const 128) \"abc\")"
    " (global $g (export \"g\") (mut i32) (i32.const 0)) (table $t 2 funcref)"
    " (type $answer (func (result i32))) (elem declare func $one)"
    " (func $one (result i32) (i32.const 41))"
    " (func (export \"count\") (result i32 i32)"
    "  (global.set $g (i32.add (global.get $g) (i32.const 1)))"
    "  (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))"
    "  (global.get $g) (i32.load (i32.const 8)))"
    " (func (export \"put\") (table.set $t (i32.const 1) (ref.func $one)))"
    " (func (export \"use\") (result i32) (call_indirect $t (type $answer) (i32.const 1)))"
    " (func (export \"open\") (result i32)"
    "  (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 1) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 16)))"
    " (func (export \"write\") (result i32)"
    "  (i32.store (i32.const 32) (i32.const 128)) (i32.store (i32.const 36) (i32.const 3))"
    "  (call $write (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 24)))"
    " (func (export \"turns\") (param i32) (result i32)"
    "  (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 7))"
    " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0))))";

static char root[] = "/tmp/dwcp-sessions-XXXXXX", file[64];

static void state_is_kept(void) {
    dwcp_config_t *config = ends_config(root);
    CHECK_STATUS(dwcp_config_set_max_open_files, OK, (config, 4, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, KEEPER_WAT);
    dwcp_vm_t *vm = acquire(module, NULL), *other = acquire(module, NULL);
    dwcp_value_t results[2] = {{0}, {0}};
    for (int i = 1; i <= 5; i++) {
        CHECK_EQ(vm_call(vm, module, "count", NULL, NULL, 0, NULL, results, 2, NULL), DWCP_OK);
        CHECK(dwcp_as_i32(results[0]) == i && dwcp_as_i32(results[1]) == i);
    }
    CHECK_EQ(vm_call(other, module, "count", NULL, NULL, 0, NULL, results, 2, NULL), DWCP_OK);
    CHECK(dwcp_as_i32(results[0]) == 1 && dwcp_as_i32(results[1]) == 1);
    CHECK_EQ(vm_call(vm, module, "put", NULL, NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(vm_call_i32(vm, module, "use"), 41);
    CHECK_EQ(vm_call_i32(vm, module, "open"), 0);
    CHECK_EQ(vm_call_i32(vm, module, "write"), 0);
    CHECK_EQ(vm_call_i32(vm, module, "write"), 0);
    size_t length = 0;
    uint8_t *bytes = read_file(file, &length);
    CHECK(length == 6 && memcmp(bytes, "abcabc", 6) == 0); /* one descriptor, with its place in the file */
    free(bytes);
    dwcp_vm_release(other);
    dwcp_vm_release(vm);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);

    /* each call has its own fuel and its own time; 150 000 turns are more than half of the default fuel */
    dwcp_value_t turns = dwcp_i32(150000), result = {0};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    uint64_t fuel = 0, id = 0;
    vm = acquire(module, NULL);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(vm_call(vm, module, "turns", NULL, &turns, 1, NULL, &result, 1, &stats), DWCP_OK);
        CHECK(stats.fuel_used > 500000 && (i == 0 || stats.fuel_used == fuel) && stats.fuel_exact);
        CHECK(stats.call_id > id && stats.wall_ns > 0 && stats.execution_ns > 0 && stats.wall_ns >= stats.execution_ns);
        CHECK_EQ(stats.peak_memory_bytes, 65536);
        fuel = stats.fuel_used, id = stats.call_id;
    }
    options.fuel = fuel / 2;
    CHECK_EQ(vm_call(vm, module, "turns", NULL, &turns, 1, &options, &result, 1, &stats), DWCP_ERR_OUT_OF_FUEL);
    dwcp_vm_release(vm);

    /* memory is settled for the session: what one call took, the next one has less */
    options = (dwcp_call_options_t)DWCP_CALL_OPTIONS_INIT;
    options.max_memory_bytes = 3 * 65536;
    vm = acquire(module, &options);
    dwcp_value_t one = dwcp_i32(1);
    for (int pages = 1; pages <= 4; pages++) {
        CHECK_EQ(vm_call(vm, module, "grow", NULL, &one, 1, NULL, &result, 1, &stats), DWCP_OK);
        CHECK_EQ(dwcp_as_i32(result), pages < 3 ? pages : -1);
        if (pages < 3) CHECK(stats.limit_hit == NULL);
        if (pages >= 3) CHECK_STR(stats.limit_hit, "max_memory_bytes");
    }
    CHECK_EQ(vm_call(vm, module, "count", NULL, NULL, 0, NULL, results, 2, &stats), DWCP_OK);
    CHECK(stats.limit_hit == NULL && stats.peak_memory_bytes == 3 * 65536); /* the refusals were others' */
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 3 * 65536);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* The guest that ends in every way, started so; it is here until the next one. */
static dwcp_module_t *starting(dwcp_runtime_t *runtime, const char *how) {
    static dwcp_module_t *module;
    dwcp_module_free(module);
    module = runtime ? load_ends(runtime, how) : NULL;
    return module;
}

/* The start function runs at acquire, and so does a reactor's `_initialize`, once. */
static void beginning(void) {
    dwcp_runtime_t *runtime = new_runtime(ends_config(root));
    dwcp_module_t *module = load(runtime,
                                 "(module (global $g (mut i32) (i32.const 0)) (func $s (global.set $g (i32.const 10))) (start $s)"
                                 " (func (export \"_initialize\") (global.set $g (i32.add (global.get $g) (i32.const 1))))"
                                 " (func (export \"get\") (result i32) (global.get $g)))");
    dwcp_vm_t *vm = acquire(module, NULL);
    CHECK_EQ(vm_call_i32(vm, module, "get"), 11);
    CHECK_EQ(vm_call_i32(vm, module, "get"), 11);
    dwcp_vm_release(vm);
    dwcp_module_free(module);

    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    CHECK_STATUS(dwcp_vm_acquire, TRAP, (starting(runtime, "trap"), &options, &vm, &err));
    CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_UNREACHABLE);
    CHECK_STATUS(dwcp_vm_acquire, EXIT, (starting(runtime, "exits"), &options, &vm, &err));
    CHECK_STATUS(dwcp_vm_acquire, HOST_FUNCTION, (starting(runtime, "fails"), &options, &vm, &err));
    CHECK_HAS(message(), "not today");
    CHECK_STATUS(dwcp_vm_acquire, DENIED, (starting(runtime, "denied"), &options, &vm, &err));
    CHECK_STATUS(dwcp_vm_acquire, OUT_OF_FUEL, (starting(runtime, "spin"), &options, &vm, &err));
    CHECK_STATUS(dwcp_vm_acquire, STACK_OVERFLOW, (starting(runtime, "deep"), &options, &vm, &err));
    CHECK_STATUS(dwcp_vm_acquire, LIMIT_TABLE, (starting(runtime, "table"), &options, &vm, &err));
    CHECK_STATUS(dwcp_vm_acquire, OUT_OF_MEMORY, (starting(runtime, "more"), &options, &vm, &err));
    CHECK_STATUS(dwcp_vm_acquire, LIMIT_IO, (starting(runtime, "file"), &options, &vm, &err));
    CHECK_STATUS(dwcp_vm_acquire, GUEST_DATA, (starting(runtime, "lies"), &options, &vm, &err));
    dwcp_cancel_t *token = dwcp_cancel_new();
    options.cancel = token;
    options.user_data = token;
    options.fuel = UINT64_MAX;
    CHECK_STATUS(dwcp_vm_acquire, CANCELLED, (starting(runtime, "fires"), &options, &vm, &err));
    options.cancel = NULL;
    options.timeout_ns = 3000000;
    CHECK_STATUS(dwcp_vm_acquire, TIMEOUT, (starting(runtime, "spin"), &options, &vm, &err));
    CHECK(vm == NULL);
    dwcp_cancel_free(token);

    options = (dwcp_call_options_t)DWCP_CALL_OPTIONS_INIT;
    module = starting(runtime, "none");
    options.max_memory_bytes = 1;
    CHECK_STATUS(dwcp_vm_acquire, OUT_OF_MEMORY, (module, &options, &vm, &err));
    options.max_memory_bytes = 0;
    options.max_table_elements = 3;
    CHECK_STATUS(dwcp_vm_acquire, LIMIT_TABLE, (module, &options, &vm, &err));
    options.max_table_elements = 1001;
    CHECK_STATUS(dwcp_vm_acquire, INVALID_ARGUMENT, (module, &options, &vm, &err));
    CHECK_HAS(message(), "1001");
    options.max_table_elements = 0;
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_add_directory, OK, (wasi, "/nonexistent/directory", "/x", true, &err));
    options.wasi = wasi;
    CHECK_STATUS(dwcp_vm_acquire, IO, (module, &options, &vm, &err));
    dwcp_wasi_free(wasi);
    options.wasi = NULL;
    CHECK_EQ(metrics_of(runtime).active_vms, 0);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);

    CHECK_STATUS(dwcp_runtime_drain, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_vm_acquire, SHUTTING_DOWN, (module, NULL, &vm, &err));
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err));
    CHECK_STATUS(dwcp_module_disable, OK, (module, false, &err));
    CHECK_STATUS(dwcp_vm_acquire, DISABLED, (module, NULL, &vm, &err));
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_vm_acquire, CLOSED, (module, NULL, &vm, &err));
    starting(NULL, NULL);
    dwcp_runtime_free(runtime);
}

/* Instances are settled when the VM is made: a session of two lives in a runtime whose calls get one. */
static void linked(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_instances, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_max_instances_ceiling, OK, (config, 2, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *unit = load(runtime, "(module (global (export \"base\") (mut i32) (i32.const 5)))"), *main_module = NULL;
    dwcp_link_t link = {"unit", unit};
    dwcp_load_options_t load_options = DWCP_LOAD_OPTIONS_INIT;
    load_options.links = &link;
    load_options.nlinks = 1;
    static const char wat[] =
        "(module (import \"unit\" \"base\" (global $b (mut i32)))"
        " (func (export \"next\") (result i32) (global.set $b (i32.add (global.get $b) (i32.const 1))) (global.get $b)))";
    CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &load_options, &main_module, &err));
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, LIMIT_INSTANCES, (main_module, NULL, &vm, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.max_instances = 2;
    vm = acquire(main_module, &options);
    CHECK_EQ(vm_call_i32(vm, main_module, "next"), 6);
    CHECK_EQ(vm_call_i32(vm, main_module, "next"), 7);
    dwcp_vm_release(vm);
    dwcp_module_free(main_module);
    dwcp_module_free(unit);
    dwcp_runtime_free(runtime);
}

static void memory_and_globals(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load(runtime,
                                 "(module (memory (export \"memory\") 1 2) (data (i32.const 65534) \"yz\")"
                                 " (global (export \"i\") (mut i32) (i32.const -1)) (global (export \"I\") (mut i64) (i64.const 2))"
                                 " (global (export \"f\") (mut f32) (f32.const 0.5)) (global (export \"F\") (mut f64) (f64.const 0.25))"
                                 " (global (export \"v\") (mut v128) (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15))"
                                 " (global (export \"c\") i32 (i32.const 9)) (global (export \"counter\") i32 (i32.const 1))"
                                 " (func (export \"i_now\") (result i32) (global.get 0))"
                                 " (func (export \"grow\") (result i32) (memory.grow (i32.const 1))))"),
                  *bare = load(runtime, ADD_WAT);
    dwcp_vm_t *vm = acquire(module, NULL), *small = acquire(bare, NULL);
    char bytes[8] = "";
    uint64_t size = 0;
    CHECK_STATUS(dwcp_vm_memory_size, OK, (vm, &size, &err));
    CHECK_EQ(size, 65536);
    CHECK_STATUS(dwcp_vm_read, OK, (vm, 65534, bytes, 2, &err));
    CHECK(memcmp(bytes, "yz", 2) == 0);
    CHECK_STATUS(dwcp_vm_write, OK, (vm, 65535, "Z", 1, &err));
    CHECK_STATUS(dwcp_vm_read, OK, (vm, 65534, bytes, 2, &err));
    CHECK(memcmp(bytes, "yZ", 2) == 0);
    CHECK_STATUS(dwcp_vm_read, OK, (vm, 65536, NULL, 0, &err));
    CHECK_STATUS(dwcp_vm_write, OK, (vm, 65536, NULL, 0, &err));
    CHECK_STATUS(dwcp_vm_read, OK, (vm, 0, bytes, 0, &err));
    static const struct { uint64_t ptr; size_t len; } outside[] = {
        {65535, 2}, {65536, 1}, {65537, 0}, {UINT64_MAX, 0}, {UINT64_MAX, 1}, {UINT64_MAX, SIZE_MAX}, {1, SIZE_MAX}, {UINT32_MAX, 8}};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        CHECK_STATUS(dwcp_vm_read, INVALID_ARGUMENT, (vm, outside[i].ptr, bytes, outside[i].len, &err));
        CHECK_STATUS(dwcp_vm_write, INVALID_ARGUMENT, (vm, outside[i].ptr, bytes, outside[i].len, &err));
    }
    CHECK_STATUS(dwcp_vm_read, INVALID_ARGUMENT, (vm, 65535, bytes, 2, &err));
    CHECK_HAS(message(), "2 bytes at 65535");
    CHECK_HAS(message(), "65536 bytes");
    CHECK_STATUS(dwcp_vm_read, INVALID_ARGUMENT, (vm, 0, NULL, 1, &err));
    CHECK_STATUS(dwcp_vm_write, INVALID_ARGUMENT, (vm, 0, NULL, 1, &err));
    CHECK_EQ(vm_call_i32(vm, module, "grow"), 1);
    CHECK_STATUS(dwcp_vm_write, OK, (vm, 65535, "ab", 2, &err));
    CHECK_STATUS(dwcp_vm_memory_size, OK, (vm, &size, &err));
    CHECK_EQ(size, 131072);
    CHECK_STATUS(dwcp_vm_read, NOT_FOUND, (small, 0, bytes, 0, &err));
    CHECK_STATUS(dwcp_vm_write, NOT_FOUND, (small, 0, bytes, 0, &err));
    CHECK_STATUS(dwcp_vm_memory_size, NOT_FOUND, (small, &size, &err));
    CHECK_EQ(size, 0);

    dwcp_value_t value = {0};
    uint8_t vector[16];
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "i", &value, &err));
    CHECK(value.kind == DWCP_KIND_I32 && dwcp_as_i32(value) == -1);
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "I", &value, &err));
    CHECK(value.kind == DWCP_KIND_I64 && dwcp_as_i64(value) == 2);
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "f", &value, &err));
    CHECK(dwcp_as_f32(value) == 0.5f);
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "F", &value, &err));
    CHECK(dwcp_as_f64(value) == 0.25);
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "v", &value, &err));
    CHECK(dwcp_as_v128(value, vector) && vector[0] == 0 && vector[15] == 15);
    vector[15] = 99;
    value = dwcp_v128(vector);
    CHECK_STATUS(dwcp_vm_global_set, OK, (vm, "v", &value, &err));
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "v", &value, &err));
    CHECK(dwcp_as_v128(value, vector) && vector[15] == 99);
    value = dwcp_i32(77);
    CHECK_STATUS(dwcp_vm_global_set, OK, (vm, "i", &value, &err));
    CHECK_EQ(vm_call_i32(vm, module, "i_now"), 77);
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "c", &value, &err));
    CHECK_EQ(dwcp_as_i32(value), 9);
    CHECK_STATUS(dwcp_vm_global_set, INVALID_ARGUMENT, (vm, "c", &value, &err));
    CHECK_HAS(message(), "constant");
    CHECK_STATUS(dwcp_vm_global_set, WRONG_TYPE, (vm, "I", &value, &err));
    CHECK_STR(message(), "value: is expected as i64, given as i32"); /* a single value has no number */
    CHECK_STATUS(dwcp_vm_global_get, WRONG_TYPE, (vm, "memory", &value, &err));
    CHECK_EQ(value.kind, DWCP_KIND_NONE);
    CHECK_STATUS(dwcp_vm_global_set, WRONG_TYPE, (vm, "memory", &value, &err));
    CHECK_STATUS(dwcp_vm_global_get, NOT_FOUND, (vm, "no\n", &value, &err));
    CHECK_HAS(message(), "no\\n");
    CHECK_STATUS(dwcp_vm_global_set, NOT_FOUND, (vm, "none", &value, &err));
    CHECK_STATUS(dwcp_vm_global_get, NOT_FOUND, (vm, "count", &value, &err));
    CHECK_STR(message(), "global \"count\" is not exported; nearest: \"counter\"");
    CHECK_STATUS(dwcp_vm_global_get, INVALID_ARGUMENT, (vm, "\xff", &value, &err));
    CHECK_STATUS(dwcp_vm_global_set, INVALID_ARGUMENT, (vm, "i", NULL, &err));
    dwcp_vm_release(small);
    dwcp_vm_release(vm);
    dwcp_module_free(bare);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static atomic_int posts;

static dwcp_status_t count_post(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                size_t nresults) {
    (void)user, (void)caller, (void)nargs, (void)results, (void)nresults;
    CHECK(args[0].of.i32 != 0);
    atomic_fetch_add(&posts, 1);
    return DWCP_OK;
}

/* Strings in a session: the guest is told by cabi_post_NAME when its results were copied, also where they were refused. */
static void strings(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_result_bytes, OK, (config, 100, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "post", "ii:", count_post, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"post\" (func $post (param i32 i32)))"
                                      " (memory (export \"memory\") 1) (global $next (mut i32) (i32.const 1024))"
                                      " (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (local $at i32)"
                                      "  (local.set $at (global.get $next))"
                                      "  (global.set $next (i32.and (i32.add (i32.add (local.get $at) (local.get 3)) (i32.const 15)) (i32.const -8)))"
                                      "  (local.get $at))"
                                      " (func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"
                                      " (func (export \"cabi_post_echo\") (param i32 i32) (call $post (local.get 0) (local.get 1))"
                                      "  (global.set $next (i32.const 1024)))"
                                      " (func (export \"used\") (result i32) (i32.sub (global.get $next) (i32.const 1024)))"
                                      " (func (export \"bad\") (result i32 i32) (i32.const 8) (i32.const 8))"
                                      " (func (export \"cabi_post_bad\") (param i32 i32) unreachable))",
                                      imports);
    dwcp_imports_free(imports);
    dwcp_function_t *echo = NULL, *bad = NULL;
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "echo", "s:s", &echo, &err));
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "bad", ":b", &bad, &err));
    dwcp_vm_t *vm = acquire(module, NULL);
    dwcp_value_t arg = dwcp_string("gr\xc3\xbc\xc3\x9f dich"), result = {0};
    for (int i = 1; i <= 3; i++) {
        CHECK_STATUS(dwcp_vm_call, OK, (vm, echo, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
        CHECK_STR(dwcp_as_string(result), "gr\xc3\xbc\xc3\x9f dich");
        dwcp_values_clear(&result, 1);
        CHECK_EQ(atomic_load(&posts), i);
        CHECK_EQ(vm_call_i32(vm, module, "used"), 0);
    }
    char large[102];
    memset(large, 'x', sizeof large);
    arg = dwcp_string_n(large, 101);
    CHECK_STATUS(dwcp_vm_call, LIMIT_RESULT, (vm, echo, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(atomic_load(&posts), 4);
    CHECK_EQ(vm_call_i32(vm, module, "used"), 0);
    arg = dwcp_string("x");
    CHECK_STATUS(dwcp_function_call, OK, (echo, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    dwcp_values_clear(&result, 1);
    CHECK_EQ(atomic_load(&posts), 4); /* a VM that ends has nothing to tidy */
    CHECK_STATUS(dwcp_vm_call, TRAP, (vm, bad, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, VM_DEAD, (vm, echo, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    dwcp_vm_release(vm);
    dwcp_function_free(bad);
    dwcp_function_free(echo);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    REQUIRE(mkdtemp(root) != NULL);
    snprintf(file, sizeof file, "%s/f", root);
    state_is_kept();
    beginning();
    linked();
    memory_and_globals();
    strings();
    unlink(file);
    rmdir(root);
    return report("sessions");
}
