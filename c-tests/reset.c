/* What a guest leaves behind is gone before the next one comes: memories, tables, globals and segments of one VM in the next VM
 * of the same slot, after every end that a guest can have, ten thousand times; and what the host gave a call is not the next one's.
 *
 * Each guest looks for what is not its own, says so, and then dirties all that it can reach. DWCP_RESET_ROUNDS sets how often. */
#include "linking.h"
#include "reset_guests.h"
#include "session_guests.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

enum { MOST_PLACES = 64 };

static uint64_t rounds = 10000;
static bool expected; /* that something is found */

/* One round: who runs it, what it told, and where its memory is. */
static struct {
    size_t module;
    unsigned clean, dirty;
    const uint8_t *base;
} now;

/* Where memories were, and whose the last one was. */
static struct {
    const uint8_t *base;
    size_t last;
} places[MOST_PLACES];
static size_t nplaces, handed, kept;

static atomic_int objects, ended;

#define HOST(name)                                                                                                              \
    static dwcp_status_t name(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, \
                              size_t nresults)
#define UNUSED (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults

static void note_place(void) {
    size_t i = 0;
    while (i < nplaces && places[i].base != now.base) i++;
    if (i == nplaces) {
        REQUIRE(nplaces < MOST_PLACES);
        places[nplaces++].base = now.base;
    } else if (places[i].last == now.module) {
        kept++;
    } else {
        handed++;
    }
    places[i].last = now.module;
}

HOST(found) {
    UNUSED;
    static const char *const KINDS[] = {"",       "size", "memory", "data",  "second memory", "table size",          "element",
                                        "object", "global", "passive segment", "grown memory", "grown second memory"};
    uint8_t *base = NULL;
    int32_t kind = dwcp_as_i32(args[0]);
    if (kind != CLEAN) {
        if (now.dirty++ == 0 && !expected) fprintf(stderr, "not reset: %s at %lld\n", KINDS[kind], (long long)dwcp_as_i64(args[1]));
        return DWCP_OK;
    }
    CHECK(dwcp_caller_memory(caller, 0, 1, &base) == DWCP_OK);
    now.clean++;
    now.base = base;
    return DWCP_OK;
}

static void end_object(void *data) {
    (void)data;
    atomic_fetch_add(&ended, 1);
}

HOST(object) {
    UNUSED;
    atomic_fetch_add(&objects, 1);
    return dwcp_caller_externref_new(caller, &objects, end_object, &results[0]);
}

static dwcp_module_t *load_reset(dwcp_runtime_t *runtime, const char *format, unsigned data, unsigned digit, unsigned pages, const dwcp_module_t *lib) {
    static char wat[24000];
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "found", "iI:", found, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "object", NULL, object, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fail", ":", fail_it, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fire", ":", fire_it, NULL, NULL, &err));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    REQUIRE(snprintf(wat, sizeof wat, format, data, digit, pages) < (int)sizeof wat);
#pragma GCC diagnostic pop
    dwcp_module_t *module = lib != NULL ? load_linked(runtime, wat, imports, LINKS({"lib", lib})) : load_with(runtime, wat, imports);
    dwcp_imports_free(imports);
    return module;
}

static dwcp_config_t *one_slot(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, UINT64_C(1) << 60, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 600000, &err));
    return config;
}

/* One guest from its first look to its end. True if everything was as its module says. */
static bool round_of(const dwcp_function_t *function, size_t module, enum end end, uint32_t pages, dwcp_vm_t *vm) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t args[2] = {dwcp_i32((int32_t)end), dwcp_i32((int32_t)pages)};
    dwcp_cancel_t *token = dwcp_cancel_new();
    dwcp_status_t status;
    now.module = module;
    now.dirty = 0;
    options.cancel = token;
    options.user_data = token;
    /* the look and the dirt cost less than 8 million and two for each byte; what is left is spent in a moment */
    options.fuel = end == END_FUEL ? 3000000 + 4 * 65536 * (uint64_t)(pages + 8) : UINT64_C(1) << 40;
    options.timeout_ns = end == END_TIMEOUT ? 400000 + 100000 * (uint64_t)pages : 0;
    for (;;) {
        now.clean = 0;
        test_forget();
        status = vm != NULL ? dwcp_vm_call(vm, function, args, 2, &options, NULL, 0, NULL, &stats, &err)
                            : dwcp_function_call(function, args, 2, &options, NULL, 0, NULL, &stats, &err);
        /* on a busy machine the time may be over before the guest has looked */
        if (now.clean == 1 || status != DWCP_ERR_TIMEOUT || vm != NULL) break;
        options.timeout_ns *= 2;
    }
    dwcp_cancel_free(token);
    if (now.clean == 1) note_place();
    return test_check_status(status, END_STATUS[end], "a round", __FILE__, __LINE__) && CHECK_EQ(now.dirty, 0) && CHECK_EQ(now.clean, 1);
}

/* Beyond what is cleared by hand now and then, and many times that at times. */
static uint32_t pages_of(uint64_t round) { return round % 101 == 50 ? 200 : (uint32_t)(round % 5); }

static void forget_places(void) { nplaces = handed = kept = 0; }

/* So many guests, of these modules in turn, in each end in turn. */
static void run_rounds(const dwcp_function_t *const *functions, size_t n, uint64_t times) {
    forget_places();
    for (uint64_t round = 0; round < times; round++)
        if (!round_of(functions[round % n], round % n, (enum end)((round / n) % ENDS), pages_of(round), NULL)) {
            fprintf(stderr, "in round %llu\n", (unsigned long long)round);
            return;
        }
}

/* One module in one slot: each guest finds what its forerunner left, which must be nothing. */
static void same_slot(dwcp_runtime_t *runtime, uint64_t times, bool pooled) {
    dwcp_module_t *module = load_reset(runtime, RESET_WAT(OWN), 8192, 0xd, 2, NULL);
    dwcp_function_t *function = function_of(module, "round");
    run_rounds((const dwcp_function_t *const[]){function}, 1, times);
    if (pooled) CHECK_EQ(nplaces, 1); /* all of them in the same place */
    dwcp_function_free(function);
    dwcp_module_free(module);
}

/* Modules of several tenants, larger and smaller, with data in other places, more than there are slots for memories. */
static void other_tenants(dwcp_runtime_t *runtime, uint64_t times, bool pooled) {
    enum { TENANTS = 13 };
    dwcp_module_t *modules[TENANTS];
    const dwcp_function_t *functions[TENANTS];
    for (unsigned i = 0; i < TENANTS; i++) {
        unsigned pages = 1 + i * i % 9; /* up to half a MiB, data anywhere within */
        modules[i] = load_reset(runtime, RESET_WAT(OWN), 4096 + i * 9973 % (pages * 65536 / 64 - 128) * 64, 1 + i, pages, NULL);
        functions[i] = function_of(modules[i], "round");
    }
    run_rounds(functions, TENANTS, times);
    if (pooled) {
        CHECK(nplaces < MOST_PLACES);
        CHECK(handed > times / 4); /* slots did change hands */
    }
    for (unsigned i = 0; i < TENANTS; i++) {
        dwcp_function_free((dwcp_function_t *)functions[i]);
        dwcp_module_free(modules[i]);
    }
}

/* Memory, table and a global of a module that it is linked with. */
static void linked(dwcp_runtime_t *runtime, uint64_t times) {
    char wat[512];
    snprintf(wat, sizeof wat, LIB_WAT, 3);
    dwcp_module_t *lib = load(runtime, wat), *module = load_reset(runtime, RESET_WAT(LINKED), 65536, 0x3, 3, lib);
    dwcp_module_t *own = load_reset(runtime, RESET_WAT(OWN), 8192, 0xd, 2, NULL);
    const dwcp_function_t *functions[2] = {function_of(module, "round"), function_of(own, "round")};
    run_rounds(functions, 2, times);
    for (int i = 0; i < 2; i++) dwcp_function_free((dwcp_function_t *)functions[i]);
    dwcp_module_free(own);
    dwcp_module_free(module);
    dwcp_module_free(lib);
}

/* The guest does see what is left: in one VM, which is not reset between two calls, the second finds the first one's. */
static void sees_what_is_left(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load_reset(runtime, RESET_WAT(OWN), 8192, 0xd, 2, NULL);
    dwcp_function_t *function = function_of(module, "round");
    dwcp_vm_t *vm = acquire(module, NULL);
    CHECK(round_of(function, 0, END_WELL, 1, vm));
    dwcp_value_t args[2] = {dwcp_i32(END_WELL), dwcp_i32(0)};
    expected = true;
    dwcp_vm_call(vm, function, args, 2, NULL, NULL, 0, NULL, NULL, NULL);
    expected = false;
    CHECK(now.dirty >= 3);
    dwcp_vm_release(vm);
    dwcp_function_free(function);
    dwcp_module_free(module);
}

/* A session has the slot, fills its table with objects of the host, and goes; a fresh call has it next. */
static void sessions(dwcp_runtime_t *runtime, uint64_t times) {
    dwcp_module_t *module = load_reset(runtime, RESET_WAT(OWN), 8192, 0xd, 2, NULL);
    dwcp_function_t *function = function_of(module, "round");
    forget_places();
    for (uint64_t round = 0; round < times; round++) {
        dwcp_vm_t *vm = acquire(module, NULL);
        dwcp_value_t mine = {0};
        CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, &objects, end_object, &mine, &err));
        atomic_fetch_add(&objects, 1);
        enum end end = round % ENDS == END_TIMEOUT ? END_WELL : (enum end)(round % ENDS);
        bool fine = round_of(function, 0, end, pages_of(round), vm);
        uint8_t written[4] = {1, 2, 3, 4};
        dwcp_status_t status = dwcp_vm_write(vm, 65536, written, sizeof written, NULL);
        CHECK(status == DWCP_OK || status == DWCP_ERR_VM_DEAD);
        dwcp_vm_release(vm);
        CHECK_EQ(atomic_load(&ended), atomic_load(&objects));
        if (!fine || !round_of(function, 0, END_WELL, 1, NULL)) break;
    }
    CHECK_EQ(nplaces, 1);
    dwcp_function_free(function);
    dwcp_module_free(module);
}

/* ---- What the host gave ---- */

static const char STATE_WAT[] =
    "(module"
    " (import \"" WASI "\" \"args_sizes_get\" (func $args (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"environ_sizes_get\" (func $environ (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_prestat_get\" (func $prestat (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_fdstat_get\" (func $fdstat (param i32 i32) (result i32)))"
    " (import \"env\" \"user\" (func $user (result i32)))"
    " (memory (export \"memory\") 1) (data (i32.const 64) \"reset.file\") (data (i32.const 16) \"\\40\\00\\00\\00\\05\\00\\00\\00\")"
    " (data (i32.const 24) \"\\80\\00\\00\\00\\08\\00\\00\\00\")"
    " (func (export \"numbers\") (result i32 i32 i32 i32 i32 i32 i32 i32)"
    "  (drop (call $args (i32.const 0) (i32.const 4))) (i32.load (i32.const 0))"
    "  (drop (call $environ (i32.const 0) (i32.const 4))) (i32.load (i32.const 0))"
    "  (call $prestat (i32.const 4) (i32.const 32))" /* the second directory, which one call had */
    "  (call $fdstat (i32.const 5) (i32.const 200))" /* a file that an earlier call left open */
    "  (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 10) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8))"
    "  (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 12))"
    "  (drop (call $read (i32.const 0) (i32.const 24) (i32.const 1) (i32.const 12))) (i32.load (i32.const 12))"
    "  (call $user)))";

HOST(user) {
    UNUSED;
    results[0] = dwcp_i32(dwcp_caller_user_data(caller) != NULL);
    return DWCP_OK;
}

/* Arguments, environment, directories, open files, input, output, user data, fuel, memory and time of one call. */
static void what_the_host_gave(void) {
    enum { ARGS, ENVIRON, DIRECTORY, FILE_LEFT, OPENED, WRITTEN, READ, USER, NUMBERS };
    static const char *const args[] = {"program", "secret"}, *const denied[] = {"sock_*"};
    char directory[] = "/tmp/dwcp-reset-XXXXXX", path[64];
    REQUIRE(mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/reset.file", directory);
    write_file(path, "x", 1);
    dwcp_config_t *config = one_slot();
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, denied, 1, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, directory, "/", false, &err));
    CHECK_STATUS(dwcp_config_set_max_open_files, OK, (config, 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "user", ":i", user, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, STATE_WAT, imports);
    dwcp_function_t *numbers = function_of(module, "numbers");
    for (int round = 0; round < 300; round++) {
        dwcp_wasi_t *wasi = dwcp_wasi_new();
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        dwcp_value_t seen[NUMBERS] = {{0}};
        dwcp_slice_t output = {0};
        CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, args, 2, &err));
        CHECK_STATUS(dwcp_wasi_add_env, OK, (wasi, "SECRET", "value", &err));
        CHECK_STATUS(dwcp_wasi_set_stdin, OK, (wasi, (const uint8_t *)"secret in", 9, &err));
        CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, 1 << 16, &err));
        options.wasi = wasi;
        options.user_data = &options;
        options.fuel = 12345;
        options.max_memory_bytes = 65536;
        options.timeout_ns = UINT64_C(500000000000);
        CHECK_STATUS(dwcp_function_call, OK, (numbers, NULL, 0, &options, seen, NUMBERS, NULL, &stats, &err));
        CHECK(dwcp_as_i32(seen[ARGS]) == 2 && dwcp_as_i32(seen[ENVIRON]) == 1 && dwcp_as_i32(seen[READ]) == 8);
        CHECK(dwcp_as_i32(seen[OPENED]) == 0 && dwcp_as_i32(seen[WRITTEN]) == 0 && dwcp_as_i32(seen[USER]) == 1);
        CHECK(dwcp_wasi_output(wasi, 1, &output, NULL, &err) == DWCP_OK && output.len == 5);
        /* without any of it */
        CHECK_STATUS(dwcp_function_call, OK, (numbers, NULL, 0, NULL, seen, NUMBERS, NULL, &stats, &err));
        CHECK(dwcp_as_i32(seen[ARGS]) == 0 && dwcp_as_i32(seen[ENVIRON]) == 0 && dwcp_as_i32(seen[READ]) == 0);
        CHECK(dwcp_as_i32(seen[FILE_LEFT]) == 8 && dwcp_as_i32(seen[OPENED]) == 0); /* badf, and again one file may be open */
        CHECK_EQ(dwcp_as_i32(seen[USER]), 0);
        CHECK(dwcp_wasi_output(wasi, 1, &output, NULL, &err) == DWCP_OK && output.len == 5);
        dwcp_wasi_free(wasi);
    }
    dwcp_function_free(numbers);
    dwcp_module_free(module);

    /* limits of one call are not the next one's */
    dwcp_module_t *grow = load(runtime, "(module (memory 1) (table 1 funcref) (func (export \"grow\") (result i32 i32)"
                                        " (memory.grow (i32.const 9)) (table.grow (ref.null func) (i32.const 9))))");
    dwcp_function_t *function = function_of(grow, "grow");
    for (int round = 0; round < 300; round++) {
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        dwcp_value_t grown[2] = {{0}};
        options.max_memory_bytes = 65536;
        options.max_table_elements = 5;
        CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, &options, grown, 2, NULL, &stats, &err));
        CHECK(dwcp_as_i32(grown[0]) == -1 && dwcp_as_i32(grown[1]) == -1 && stats.limit_hit != NULL);
        CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, NULL, grown, 2, NULL, &stats, &err));
        CHECK(dwcp_as_i32(grown[0]) == 1 && dwcp_as_i32(grown[1]) == 1 && stats.limit_hit == NULL);
        CHECK_EQ(stats.peak_memory_bytes, 10 * 65536);
        options = (dwcp_call_options_t)DWCP_CALL_OPTIONS_INIT;
        options.fuel = 1;
        CHECK_STATUS(dwcp_function_call, OUT_OF_FUEL, (function, NULL, 0, &options, grown, 2, NULL, &stats, &err));
    }
    dwcp_function_free(function);
    dwcp_module_free(grow);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
    remove(path);
    rmdir(directory);
}

/* ---- Without slots ---- */

/* Where the address space does not allow slots, VMs are mapped on demand: there is no slot to reset, and still nothing to see. */
static void on_demand(void) {
#ifdef SANITIZED
    printf("reset: not without slots: a sanitizer needs the address space\n");
#else
    struct rlimit before, tight;
    getrlimit(RLIMIT_AS, &before);
    tight = before;
    tight.rlim_cur = UINT64_C(30) << 30;
    if (before.rlim_cur < tight.rlim_cur || setrlimit(RLIMIT_AS, &tight) != 0) return;
    dwcp_runtime_t *runtime = new_runtime(one_slot());
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_pool_metrics, OK, (runtime, &pool, &err));
    CHECK(!pool.reserved_slots);
    same_slot(runtime, rounds / 10, false);
    other_tenants(runtime, rounds / 10, false);
    linked(runtime, rounds / 10);
    dwcp_runtime_free(runtime);
    setrlimit(RLIMIT_AS, &before);
#endif
}

int main(void) {
    const char *wanted = getenv("DWCP_RESET_ROUNDS");
    if (wanted != NULL) rounds = strtoull(wanted, NULL, 10);
    dwcp_runtime_t *runtime = new_runtime(one_slot());
    sees_what_is_left(runtime);
    same_slot(runtime, rounds, true);
    other_tenants(runtime, rounds / 4, true);
    linked(runtime, rounds / 5);
    sessions(runtime, rounds / 10);
    CHECK_EQ(atomic_load(&ended), atomic_load(&objects));
    dwcp_runtime_free(runtime);
    what_the_host_gave();
    on_demand();
    return report("reset");
}
