/* VMs of several modules: limits over all of them, traps in any of them, WASI from any of them, and slots for all of them. */
#include "linking.h"

#include <pthread.h>
#include <semaphore.h>

/* A module with so many pages and elements of its own, which may ask for more. */
#define LIBRARY(pages, elements)                                                                            \
    "(module $library (memory (export \"memory\") " pages ") (table (export \"table\") " elements " funcref)" \
    " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"                        \
    " (func (export \"grow_table\") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"
#define USER(pages, elements)                                                                               \
    "(module $user (import \"l\" \"grow\" (func $g (param i32) (result i32)))"                              \
    " (import \"l\" \"grow_table\" (func $t (param i32) (result i32)))"                                     \
    " (memory " pages ") (table " elements " funcref)"                                                      \
    " (func (export \"grow\") (param i32) (result i32) (call $g (local.get 0)))"                            \
    " (func (export \"grow_table\") (param i32) (result i32) (call $t (local.get 0))))"

static int32_t call_with(const dwcp_module_t *module, const char *name, int32_t number, const dwcp_call_options_t *options,
                         dwcp_call_stats_t *stats) {
    dwcp_value_t arg = dwcp_i32(number), result = {0};
    test_check_status(call(module, name, &arg, 1, options, &result, 1, stats), DWCP_OK, name, __FILE__, __LINE__);
    return dwcp_as_i32(result);
}

/* Memories and tables count together, whichever module they are of. */
static void limits_over_all(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, 5 * 65536, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes_ceiling, OK, (config, 10 * 65536, &err));
    CHECK_STATUS(dwcp_config_set_max_table_elements, OK, (config, 50, &err));
    CHECK_STATUS(dwcp_config_set_max_table_elements_ceiling, OK, (config, 100, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *library = load(runtime, LIBRARY("2", "20")), *none = NULL;
    dwcp_module_t *user = load_linked(runtime, USER("2", "20"), NULL, LINKS({"l", library})),
                  *large = load_linked(runtime, USER("4", "20"), NULL, LINKS({"l", library})),
                  *wide = load_linked(runtime, USER("2", "40"), NULL, LINKS({"l", library}));
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(call_with(user, "grow", 1, NULL, &stats), 2);
    CHECK_EQ(stats.peak_memory_bytes, 5 * 65536);
    CHECK(stats.limit_hit == NULL);
    CHECK_EQ(call_with(user, "grow", 2, NULL, &stats), -1);
    CHECK_EQ(stats.peak_memory_bytes, 4 * 65536);
    CHECK_STR(stats.limit_hit, "max_memory_bytes");
    CHECK_EQ(call_with(user, "grow_table", 10, NULL, &stats), 20);
    CHECK_EQ(call_with(user, "grow_table", 11, NULL, &stats), -1);
    CHECK_STR(stats.limit_hit, "max_table_elements");

    /* what does not fit this call's limits does not start, and the error names them */
    dwcp_function_t *grow = function_of(large, "grow"), *grow_wide = function_of(wide, "grow");
    dwcp_value_t arg = dwcp_i32(0), result = {0};
    CHECK_STATUS(dwcp_function_call, OUT_OF_MEMORY, (grow, &arg, 1, NULL, &result, 1, NULL, &stats, &err));
    uint64_t limit = 0, asked = 0;
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 5 * 65536 && asked == 6 * 65536);
    CHECK_STATUS(dwcp_function_call, LIMIT_TABLE, (grow_wide, &arg, 1, NULL, &result, 1, NULL, &stats, &err));
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 50 && asked == 60);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.max_table_elements = UINT32_MAX;
    options.max_memory_bytes = UINT64_MAX;
    CHECK_EQ(call_with(large, "grow", 4, &options, &stats), 2);
    CHECK_EQ(call_with(wide, "grow_table", 40, &options, &stats), 20);

    /* nor is loaded what no call could start */
    CHECK_STATUS(try_link, OUT_OF_MEMORY, (runtime, USER("9", "1"), NULL, LINKS({"l", library}), &none, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_memory_bytes");
    CHECK_STATUS(try_link, LIMIT_TABLE, (runtime, USER("1", "81"), NULL, LINKS({"l", library}), &none, &err));
    CHECK(none == NULL);
    dwcp_function_free(grow);
    dwcp_function_free(grow_wide);
    dwcp_module_free(library);
    dwcp_module_free(user);
    dwcp_module_free(large);
    dwcp_module_free(wide);
    dwcp_runtime_free(runtime);
}

#define EMPTY "(module (func (export \"f\") (result i32) (i32.const 1)))"

static void instances(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_instances, OK, (config, 2, &err));
    CHECK_STATUS(dwcp_config_set_max_instances_ceiling, OK, (config, 3, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *part = load(runtime, EMPTY), *two = load_linked(runtime, EMPTY, NULL, LINKS({"a", part})),
                  *three = load_linked(runtime, EMPTY, NULL, LINKS({"a", part}, {"b", part})), *none = NULL;
    dwcp_load_options_t load = DWCP_LOAD_OPTIONS_INIT;
    const dwcp_link_t links[] = {{"a", part}, {"b", part}, {"c", part}};
    load.links = links;
    load.nlinks = 3;
    CHECK_STATUS(dwcp_module_load, LIMIT_INSTANCES, (runtime, (const uint8_t *)EMPTY, strlen(EMPTY), NULL, &load, &none, &err));
    uint64_t limit = 0, asked = 0;
    CHECK_STR(dwcp_error_limit_name(err), "max_instances");
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 3 && asked == 4);
    CHECK_EQ(call_i32(two, "f"), 1);
    dwcp_function_t *f = function_of(three, "f");
    dwcp_value_t result = {0};
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_function_call, LIMIT_INSTANCES, (f, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 2 && asked == 3);
    CHECK_STATUS(dwcp_vm_acquire, LIMIT_INSTANCES, (three, NULL, &vm, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.max_instances = 3;
    CHECK_STATUS(dwcp_function_call, OK, (f, NULL, 0, &options, &result, 1, NULL, NULL, &err));
    options.max_instances = 1;
    CHECK_STATUS(dwcp_function_call, LIMIT_INSTANCES, (f, NULL, 0, &options, &result, 1, NULL, NULL, &err));

    /* by its alias, as a command, and from a file */
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "two", two, &err));
    CHECK_STATUS(dwcp_runtime_execute, LIMIT_INSTANCES, (runtime, NULL, 0, "two", "f", NULL, 0, &options, &result, 1, NULL, NULL, &err));
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 1 && asked == 2);
    dwcp_module_t *command = load_linked(runtime, "(module (func (export \"_start\")))", NULL, LINKS({"a", part}, {"b", part}));
    CHECK_STATUS(dwcp_module_run, LIMIT_INSTANCES, (command, NULL, NULL, NULL, &err));
    CHECK_STATUS(dwcp_module_load_file, LIMIT_INSTANCES, (runtime, WORDCOUNT, &load, &none, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_instances");
    dwcp_module_free(command);
    CHECK(none == NULL && vm == NULL);
    dwcp_function_free(f);
    dwcp_module_free(part);
    dwcp_module_free(two);
    dwcp_module_free(three);
    dwcp_runtime_free(runtime);
}

/* The frame of an error, by the names of module and function; NULL matches any. */
static void frame(size_t i, const char *module, const char *function) {
    dwcp_frame_t frame = DWCP_FRAME_INIT;
    if (!CHECK(dwcp_error_frame(err, i, &frame))) return;
    if (module != NULL) CHECK_STR(frame.module, module);
    if (function != NULL) CHECK_STR(frame.function, function);
}

/* What goes wrong in a link goes wrong in the call, and the frames say where. */
static void traps_and_time(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, UINT64_MAX - 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    static const char *const bad[] = {
        "(module $bad (func $begin unreachable) (start $begin) (func (export \"f\")))",
        "(module $bad (func $begin (export \"_initialize\") unreachable) (func (export \"f\")))",
        "(module $bad (func $begin (export \"f\") unreachable))"};
    static const char main_wat[] = "(module $main (import \"bad\" \"f\" (func $f)) (func $run (export \"run\") (call $f)))";
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    for (int i = 0; i < 3; i++) {
        dwcp_module_t *part = load(runtime, bad[i]), *module = load_linked(runtime, main_wat, NULL, LINKS({"bad", part}));
        CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, &stats), DWCP_ERR_TRAP);
        CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_UNREACHABLE);
        frame(0, "bad", "begin");
        if (i == 2) frame(1, "main", "run");
        CHECK_EQ(dwcp_error_frame_count(err), i == 2 ? 2 : 1);
        CHECK_EQ(stats.start_ns > 0, i == 2);
        dwcp_module_free(part);
        dwcp_module_free(module);
    }
    /* time and fuel are the call's, from the first instruction of the first link */
    dwcp_module_t *slow = load(runtime, "(module $slow (func (export \"_initialize\") (loop (br 0))) (func (export \"f\")))"),
                  *module = load_linked(runtime, main_wat, NULL, LINKS({"bad", slow}));
    dwcp_function_t *run = function_of(module, "run");
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.fuel = UINT64_MAX;
    options.timeout_ns = 5000000;
    CHECK_STATUS(dwcp_function_call, TIMEOUT, (run, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
    frame(0, "slow", NULL);
    CHECK(stats.start_ns == 0 && stats.peak_memory_bytes == 0);
    options.fuel = 5000;
    options.timeout_ns = 0;
    CHECK_STATUS(dwcp_function_call, OUT_OF_FUEL, (run, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
    CHECK(stats.fuel_exact && stats.fuel_used == 5000);
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, OUT_OF_FUEL, (module, NULL, &vm, &err));
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK(metrics.active_vms == 0 && metrics.memory_usage_bytes == 0);
    dwcp_function_free(run);
    dwcp_module_free(slow);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* Writes `len` bytes at `at` of its memory to stdout, by an iovec at 0. */
#define WRITE(at, len)                                                                                        \
    "(i32.store (i32.const 0) (i32.const " at ")) (i32.store (i32.const 4) (i32.const " len "))"              \
    " (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))"
#define IMPORT_WRITE "(import \"wasi_snapshot_preview1\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"

static void writes(const dwcp_module_t *module, const char *expected) {
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_slice_t output = {NULL, 0};
    bool cut = false;
    options.wasi = wasi;
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, 1000, &err));
    test_check_status(call(module, "run", NULL, 0, &options, NULL, 0, NULL), DWCP_OK, "run", __FILE__, __LINE__);
    CHECK_STATUS(dwcp_wasi_output, OK, (wasi, 1, &output, &cut, &err));
    char text[100] = {0};
    memcpy(text, output.data, output.len < 99 ? output.len : 99);
    CHECK_STR(text, expected);
    dwcp_wasi_free(wasi);
}

static void wasi(dwcp_runtime_t *runtime) {
    /* a link with a memory of its own, and a main module with another: each writes what is in its own */
    dwcp_module_t *own = load(runtime,
                              "(module " IMPORT_WRITE " (memory (export \"memory\") 1) (data (i32.const 100) \"link \")"
                              " (func (export \"say\") " WRITE("100", "5") "))");
    dwcp_module_t *both = load_linked(runtime,
                                      "(module " IMPORT_WRITE " (import \"l\" \"say\" (func $say))"
                                      " (memory (export \"memory\") 1) (data (i32.const 100) \"main \")"
                                      " (func (export \"run\") " WRITE("100", "5") " (call $say) " WRITE("100", "5") "))",
                                      NULL, LINKS({"l", own}));
    writes(both, "main link main ");
    /* only the link makes WASI calls */
    dwcp_module_t *silent = load_linked(runtime, "(module (import \"l\" \"say\" (func $s)) (func (export \"run\") (call $s)))", NULL,
                                        LINKS({"l", own}));
    writes(silent, "link ");
    /* a memory that is imported and not exported again, whatever its exporter calls it: from start functions on */
    static const char *const names[] = {"memory", "shared"};
    for (int i = 0; i < 2; i++) {
        char wat[1000];
        snprintf(wat, sizeof wat, "(module (memory (export \"%s\") 1) (data (i32.const 100) \"one two three \"))", names[i]);
        dwcp_module_t *memory = load(runtime, wat);
        snprintf(wat, sizeof wat,
                 "(module " IMPORT_WRITE " (import \"m\" \"%s\" (memory 1)) (func $begin " WRITE("100", "4") ") (start $begin)"
                 " (func (export \"_initialize\") " WRITE("104", "4") "))", names[i]);
        dwcp_module_t *speaker = load_linked(runtime, wat, NULL, LINKS({"m", memory}));
        snprintf(wat, sizeof wat,
                 "(module " IMPORT_WRITE " (import \"m\" \"%s\" (memory 1)) (func $begin " WRITE("108", "6") ") (start $begin)"
                 " (func (export \"run\") " WRITE("100", "3") "))", names[i]);
        dwcp_module_t *module = load_linked(runtime, wat, NULL, LINKS({"m", memory}, {"s", speaker}));
        writes(module, "one two three one");
        dwcp_module_free(memory);
        dwcp_module_free(speaker);
        dwcp_module_free(module);
    }
    /* with two memories in the VM nobody knows which one such a module means */
    dwcp_module_t *lost = load_linked(runtime,
                                      "(module " IMPORT_WRITE " (import \"l\" \"memory\" (memory 1)) (memory 1)"
                                      " (func (export \"run\") " WRITE("100", "3") "))", NULL, LINKS({"l", own}));
    CHECK_EQ(call(lost, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_TRAP);
    CHECK_HAS(message(), "memory");
    /* a link in the place of WASI */
    dwcp_module_t *mute = load(runtime, "(module (func (export \"fd_write\") (param i32 i32 i32 i32) (result i32) (i32.const 0)))"),
                  *muted = load_linked(runtime,
                                       "(module " IMPORT_WRITE " (memory (export \"memory\") 1) (func (export \"run\") "
                                       WRITE("100", "3") "))", NULL, LINKS({"wasi_snapshot_preview1", mute}));
    writes(muted, "");
    dwcp_module_t *all[] = {own, both, silent, lost, mute, muted};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) dwcp_module_free(all[i]);
}

/* Reads and writes the memory that its caller sees, and calls it back. */
static dwcp_status_t touch(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                           size_t nresults) {
    uint8_t *bytes = NULL;
    CHECK_EQ(dwcp_caller_memory_size(caller), 65536);
    CHECK_EQ(dwcp_caller_memory(caller, 100, 4, &bytes), DWCP_OK);
    if (bytes != NULL) bytes[0]++;
    dwcp_value_t result = {0};
    size_t n = 0;
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "own", NULL, NULL, 0, &result, 1, &n, &err));
    results[0] = dwcp_i32((bytes != NULL ? bytes[0] : 0) * 100 + dwcp_as_i32(result));
    (void)user, (void)args, (void)nargs, (void)nresults;
    return DWCP_OK;
}

/* The state of all modules lives as long as the session. */
static void sessions_and_callers(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "touch", ":i", touch, NULL, NULL, &err));
    dwcp_module_t *memory = load(runtime, "(module (memory (export \"memory\") 1))");
    dwcp_module_t *library = load_linked(runtime,
                                         "(module (import \"env\" \"touch\" (func $t (result i32))) (import \"m\" \"memory\" (memory 1))"
                                         " (global $n (mut i32) (i32.const 0)) (func (export \"own\") (result i32) (i32.const 7))"
                                         " (func (export \"next\") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1)))"
                                         "  (i32.add (call $t) (i32.mul (global.get $n) (i32.const 10000)))))",
                                         imports, LINKS({"m", memory}));
    dwcp_module_t *module = load_linked(runtime,
                                        "(module (import \"l\" \"next\" (func $next (result i32)))"
                                        " (func (export \"own\") (result i32) (i32.const 9))"
                                        " (func (export \"run\") (result i32) (call $next)))",
                                        NULL, LINKS({"l", library}));
    dwcp_function_t *run = function_of(module, "run"), *next = function_of(library, "next");
    dwcp_value_t result = {0};
    dwcp_vm_t *vm = NULL;
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err)));
    for (int i = 1; i < 4; i++) {
        CHECK_STATUS(dwcp_vm_call, OK, (vm, run, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
        CHECK_EQ(dwcp_as_i32(result), i * 10107 - (i - 1) * 7);
        CHECK_EQ(call_i32(module, "run"), 10107); /* another VM, with nothing in it */
    }
    uint8_t byte = 0;
    uint64_t size = 0;
    CHECK_STATUS(dwcp_vm_read, OK, (vm, 100, &byte, 1, &err)); /* the memory of all of them */
    CHECK_STATUS(dwcp_vm_memory_size, OK, (vm, &size, &err));
    CHECK(byte == 3 && size == 65536);
    CHECK_STATUS(dwcp_vm_call, WRONG_HANDLE, (vm, next, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    dwcp_vm_release(vm);
    dwcp_function_free(run);
    dwcp_function_free(next);
    dwcp_module_free(memory);
    dwcp_module_free(library);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
}

/* Strings go in by the memory and the allocator that a main module has from a link and exports again; an alias stands for the
 * module with its links. */
static void strings_and_aliases(dwcp_runtime_t *runtime) {
    dwcp_module_t *libc = load(runtime,
                               "(module (memory (export \"memory\") 1) (global $free (mut i32) (i32.const 1024))"
                               " (func (export \"malloc\") (param i32) (result i32) (global.get $free)"
                               "  (global.set $free (i32.add (global.get $free) (local.get 0)))))");
    dwcp_module_t *module = load_linked(runtime,
                                        "(module (import \"c\" \"memory\" (memory 1))"
                                        " (func $malloc (import \"c\" \"malloc\") (param i32) (result i32))"
                                        " (export \"memory\" (memory 0)) (export \"malloc\" (func $malloc))"
                                        " (func (export \"shout\") (param i32 i32) (result i32 i32)"
                                        "  (i32.store8 (local.get 0) (i32.const 74)) (local.get 0) (local.get 1)))",
                                        NULL, LINKS({"c", libc}));
    dwcp_function_t *shout = NULL;
    dwcp_value_t arg = dwcp_string("hello"), result = {0};
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "shout", "s:s", &shout, &err));
    CHECK_STATUS(dwcp_function_call, OK, (shout, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STR(dwcp_as_string(result), "Jello");
    dwcp_values_clear(&result, 1);
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "shouter", module, &err));
    dwcp_function_free(shout);
    dwcp_module_free(libc);
    dwcp_module_free(module);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.signature = "s:s";
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, NULL, 0, "shouter", "shout", &arg, 1, &options, &result, 1, NULL, NULL, &err));
    CHECK_STR(dwcp_as_string(result), "Jello");
    dwcp_values_clear(&result, 1);
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "shouter", NULL, &err));
}

static sem_t running;

static dwcp_status_t note(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&running);
    return DWCP_OK;
}

static void *spin(void *function) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.fuel = UINT64_MAX;
    CHECK_STATUS(dwcp_function_call, CANCELLED, (function, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "disabled");
    test_forget();
    return NULL;
}

/* Disabling a link ends the calls and the sessions of what is linked with it, and nobody else's. */
static void disabled(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, UINT64_MAX - 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "note", ":", note, NULL, NULL, &err));
    dwcp_module_t *library = load(runtime, EMPTY), *other = load(runtime, EMPTY);
    static const char wat[] = "(module (import \"env\" \"note\" (func $n)) (import \"l\" \"f\" (func $f (result i32)))"
                              " (func (export \"f\") (result i32) (call $f)) (func (export \"spin\") (call $n) (loop (br 0))))";
    dwcp_module_t *module = load_linked(runtime, wat, imports, LINKS({"l", library})),
                  *twin = load_linked(runtime, wat, imports, LINKS({"l", other}));
    dwcp_function_t *spins = function_of(module, "spin"), *f = function_of(module, "f"), *of_twin = function_of(twin, "f");
    dwcp_vm_t *vm = NULL, *vm_of_twin = NULL;
    dwcp_value_t result = {0};
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err));
    CHECK_STATUS(dwcp_vm_acquire, OK, (twin, NULL, &vm_of_twin, &err));
    pthread_t thread;
    sem_init(&running, 0, 0);
    REQUIRE(pthread_create(&thread, NULL, spin, spins) == 0);
    sem_wait(&running);
    CHECK_STATUS(dwcp_module_disable, OK, (library, true, &err));
    pthread_join(thread, NULL);
    dwcp_status_t status = dwcp_vm_call(vm, f, NULL, 0, NULL, &result, 1, NULL, NULL, NULL);
    CHECK(status == DWCP_ERR_VM_DEAD || status == DWCP_ERR_DISABLED);
    CHECK_STATUS(dwcp_function_call, DISABLED, (f, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, OK, (vm_of_twin, of_twin, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(call_i32(twin, "f"), 1);
    dwcp_vm_release(vm);
    dwcp_vm_release(vm_of_twin);
    dwcp_function_free(spins);
    dwcp_function_free(f);
    dwcp_function_free(of_twin);
    dwcp_module_free(library);
    dwcp_module_free(other);
    dwcp_module_free(module);
    dwcp_module_free(twin);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
    sem_destroy(&running);
}

enum { SLOTS = 4, CALLERS = 4, CALLS = 2500 };

static atomic_int refused;

static void *keep_calling(void *function) {
    for (int i = 0; i < CALLS; i++) {
        dwcp_value_t arg = dwcp_i32(i % 7 == 0 ? -1 : 1), result = {0};
        dwcp_status_t status = dwcp_function_call(function, &arg, 1, NULL, &result, 1, NULL, NULL, NULL);
        if (i % 7 == 0 ? status != DWCP_ERR_TRAP : status != DWCP_OK || dwcp_as_i32(result) != 5) atomic_fetch_add(&refused, 1);
    }
    return NULL;
}

static void parts(dwcp_runtime_t *runtime, const char *wat, size_t count, dwcp_module_t **part, dwcp_link_t *links) {
    static char names[32][24];
    *part = load(runtime, wat);
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "p%zu", i);
        links[i] = (dwcp_link_t){names[i], *part};
    }
}

/* No slot is lost and none is taken twice; what needs more than there can ever be is refused when it is loaded. */
static void slots(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, SLOTS, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, SLOTS, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 3600000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *library = load(runtime,
                                  "(module (memory (export \"memory\") 1) (table 10 funcref) (global $g (mut i32) (i32.const 0))"
                                  " (func (export \"add\") (param i32) (result i32)"
                                  "  (if (i32.lt_s (local.get 0) (i32.const 0)) (then unreachable))"
                                  "  (global.set $g (i32.add (global.get $g) (local.get 0)))"
                                  "  (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (global.get $g))) (global.get $g)))");
    dwcp_module_t *module = load_linked(runtime,
                                        "(module (import \"l\" \"add\" (func $a (param i32) (result i32)))"
                                        " (import \"l\" \"memory\" (memory 1)) (memory $own 1)"
                                        " (func (export \"run\") (param i32) (result i32)"
                                        "  (i32.store $own (i32.const 0) (i32.const 3)) (drop (call $a (local.get 0)))"
                                        "  (i32.add (i32.load $own (i32.const 0)) (i32.add (call $a (i32.const 0)) (i32.const 1)))))",
                                        NULL, LINKS({"l", library}));
    dwcp_function_t *run = function_of(module, "run");
    pthread_t threads[CALLERS];
    for (int i = 0; i < CALLERS; i++) REQUIRE(pthread_create(&threads[i], NULL, keep_calling, run) == 0);
    for (int i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(atomic_load(&refused), 0);
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK_EQ(metrics.total_executions, CALLERS * CALLS);
    CHECK_EQ(metrics.failed_executions, CALLERS * ((CALLS + 6) / 7));
    CHECK(metrics.active_vms == 0 && metrics.memory_usage_bytes == 0);

    /* as much as fits runs, alone; one more is refused */
    dwcp_link_t links[32];
    dwcp_module_t *part = NULL, *none = NULL;
    static const char last[] = "(module (func (export \"f\") (result i32) (i32.const 1)))";
    const struct {
        const char *part;
        size_t most; /* links of it that fit */
    } cases[] = {{"(module)", 2 * SLOTS - 1}, {"(module (memory 1) (memory 1))", 6}, {"(module (table 1 funcref) (table 1 funcref))", 6}};
    for (int i = 0; i < 3; i++) {
        parts(runtime, cases[i].part, cases[i].most + 1, &part, links);
        dwcp_module_t *most = load_linked(runtime, last, NULL, links, cases[i].most);
        for (int n = 0; n < 10; n++) CHECK_EQ(call_i32(most, "f"), 1);
        CHECK_STATUS(try_link, LIMIT_INSTANCES, (runtime, last, NULL, links, cases[i].most + 1, &none, &err));
        CHECK_STR(dwcp_error_limit_name(err), "max_live_vms");
        dwcp_module_free(most);
        dwcp_module_free(part);
    }
    CHECK(none == NULL);
    dwcp_function_free(run);
    dwcp_module_free(library);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    limits_over_all();
    instances();
    traps_and_time();
    wasi(runtime);
    sessions_and_callers(runtime);
    strings_and_aliases(runtime);
    disabled();
    slots();
    dwcp_runtime_free(runtime);
    return report("linked_vm");
}
