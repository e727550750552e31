/* Host functions that call the guest which called them: by name, what the host survives, what ends the whole call,
 * and how deep it goes. */
#include "hosts.h"

#include <pthread.h>

static int seen;

/* ---- exports by name ---- */

#define GUEST_WAT                                                                                                                 \
    " (memory (export \"memory\") 1 100) (table (export \"table\") 1 funcref) (global $top (mut i32) (i32.const 1024))"           \
    " (func (export \"malloc\") (param i32) (result i32) (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 0))))" \
    " (func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"                                      \
    " (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"                                 \
    " (func (export \"two\") (param i64 f32) (result f32 i64) (local.get 1) (local.get 0))"                                       \
    " (func (export \"lie\") (result i32 i32) (i32.const 65535) (i32.const 2))"                                                   \
    " (func (export \"much\") (result i32 i32) (i32.const 0) (i32.const 65536))"                                                  \
    " (func (export \"trap\") unreachable) (func (export \"deep\") (call $deep)) (func $deep (call $deep))"                       \
    " (func (export \"grow\") (param i32) (if (i32.eq (memory.grow (local.get 0)) (i32.const -1)) (then unreachable)))"           \
    " (func (export \"widen\") (param i32) (if (i32.eq (table.grow 0 (ref.null func) (local.get 0)) (i32.const -1)) (then unreachable)))"

HOST(exports) {
    UNUSED;
    size_t n = 9;
    dwcp_value_t pair[2] = {dwcp_i32(40), dwcp_i32(2)}, out[2] = {{0}}, text = dwcp_string("h\xc3\xa9"), bad = dwcp_string("\xff");
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "add", NULL, pair, 2, out, 2, &n, &err));
    CHECK(n == 1 && dwcp_as_i32(out[0]) == 42);
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "add", "ii:i", pair, 2, out, 1, NULL, NULL));
    dwcp_value_t mixed[2] = {dwcp_i64(-1), dwcp_f32(0.5f)};
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "two", NULL, mixed, 2, out, 2, &n, &err));
    CHECK(n == 2 && dwcp_as_f32(out[0]) == 0.5f && dwcp_as_i64(out[1]) == -1);
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "echo", "s:s", &text, 1, out, 1, &n, &err));
    CHECK_STR(dwcp_as_string(out[0]), "h\xc3\xa9"); /* a copy, the host's own */
    dwcp_values_clear(out, 2);

    CHECK_STATUS(dwcp_caller_call, BUFFER_TOO_SMALL, (caller, "two", NULL, mixed, 2, out, 1, &n, &err));
    CHECK_EQ(n, 2);
    CHECK_STATUS(dwcp_caller_call, NOT_FOUND, (caller, "ad", NULL, pair, 2, out, 1, &n, &err));
    CHECK_HAS(dwcp_error_message(err), "nearest: \"add");
    CHECK_EQ(n, 0);
    CHECK_STATUS(dwcp_caller_call, NOT_FOUND, (caller, "memory", NULL, NULL, 0, NULL, 0, NULL, &err)); /* no function */
    CHECK_STATUS(dwcp_caller_call, WRONG_TYPE, (caller, "add", "i:i", pair, 1, out, 1, NULL, &err));
    CHECK_HAS(message(), "(i32, i32) -> (i32)");
    CHECK_STATUS(dwcp_caller_call, WRONG_TYPE, (caller, "add", NULL, mixed, 2, out, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, WRONG_TYPE, (caller, "add", NULL, pair, 1, out, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, WRONG_TYPE, (caller, "echo", "s:s", pair, 1, out, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, INVALID_ARGUMENT, (caller, "echo", "s:s", &bad, 1, out, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, INVALID_ARGUMENT, (caller, "echo", "s", &text, 1, out, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, INVALID_ARGUMENT, (caller, "echo", "\xff", &text, 1, out, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, INVALID_ARGUMENT, (caller, "\xff", NULL, NULL, 0, NULL, 0, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, INVALID_ARGUMENT, (caller, NULL, NULL, NULL, 0, NULL, 0, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, INVALID_ARGUMENT, (caller, "add", NULL, NULL, 2, out, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, INVALID_ARGUMENT, (caller, "add", NULL, pair, 2, NULL, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, INVALID_ARGUMENT, (NULL, "add", NULL, pair, 2, out, 1, NULL, &err));
    CHECK_EQ(out[0].kind, DWCP_KIND_NONE);

    /* what the guest does wrong comes back, and the host function may go on */
    CHECK_STATUS(dwcp_caller_call, GUEST_DATA, (caller, "lie", ":s", NULL, 0, out, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, LIMIT_RESULT, (caller, "much", ":b", NULL, 0, out, 1, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, TRAP, (caller, "trap", NULL, NULL, 0, NULL, 0, NULL, &err));
    CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_UNREACHABLE);
    CHECK(dwcp_error_frame_count(err) >= 2); /* of the export, and of what called the host */
    CHECK_STATUS(dwcp_caller_call, STACK_OVERFLOW, (caller, "deep", ":", NULL, 0, NULL, 0, NULL, &err));
    dwcp_value_t pages = dwcp_i32(99), elements = dwcp_i32(100000);
    CHECK_STATUS(dwcp_caller_call, OUT_OF_MEMORY, (caller, "grow", NULL, &pages, 1, NULL, 0, NULL, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_memory_bytes");
    CHECK_STATUS(dwcp_caller_call, LIMIT_TABLE, (caller, "widen", NULL, &elements, 1, NULL, 0, NULL, &err));
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "add", NULL, pair, 2, out, 1, NULL, &err));
    CHECK(!dwcp_caller_is_cancelled(caller) && !dwcp_caller_is_cancelled(NULL));
    seen++;
    return DWCP_OK;
}

static void by_name(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_result_bytes, OK, (config, 65535, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, 1 << 20, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    seen = 0;
    run(runtime, "(module (import \"env\" \"f\" (func $f))" GUEST_WAT " (func (export \"run\") (call $f)))", ":", exports);
    CHECK_EQ(seen, 1);
    dwcp_runtime_free(runtime);
}

/* ---- what ends the whole call ---- */

static dwcp_status_t nested_status;
static dwcp_cancel_t *token;

/* Calls "inner" of its caller, ignores what came of it, and calls it again. */
HOST(ignore) {
    UNUSED;
    nested_status = dwcp_caller_call(caller, "inner", NULL, NULL, 0, NULL, 0, NULL, NULL);
    seen++;
    if (nested_status == DWCP_ERR_CANCELLED) dwcp_cancel_reset(token); /* too late */
    return DWCP_OK;
}

HOST(fire) {
    UNUSED;
    CHECK(!dwcp_caller_is_cancelled(caller));
    dwcp_cancel_fire(token);
    CHECK(dwcp_caller_is_cancelled(caller));
    return DWCP_OK;
}

HOST(refuse) {
    UNUSED;
    dwcp_caller_fail(caller, "not today", 9);
    return DWCP_ERR_HOST_FUNCTION;
}

/* Hands on the status of the nested call: the reason stays to be read. */
HOST(hand_on) {
    UNUSED;
    return dwcp_caller_call(caller, "inner", NULL, NULL, 0, NULL, 0, NULL, NULL);
}

static dwcp_imports_t *all_imports(void) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "ignore", ":", ignore, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fire", ":", fire, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "refuse", ":", refuse, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "hand_on", ":", hand_on, NULL, NULL, &err));
    return imports;
}

/* `via` calls inner; after it the guest does nothing that could be interrupted but return 7. */
#define ENDING(inner)                                                                                                             \
    "(module (import \"env\" \"ignore\" (func $ignore)) (import \"env\" \"fire\" (func $fire)) (import \"env\" \"refuse\" (func $refuse))" \
    " (import \"env\" \"hand_on\" (func $hand_on)) (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"    \
    " (import \"wasi_snapshot_preview1\" \"sched_yield\" (func $yield (result i32)))"                                             \
    " (memory (export \"memory\") 1 100) (func (export \"inner\") " inner ")"                                                     \
    " (func (export \"run\") (result i32) (call $ignore) (i32.const 7)) (func (export \"hand\") (result i32) (call $hand_on) (i32.const 7)))"

static void endings(bool metered) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, metered, &err));
    static const char *const denied[] = {"sched_yield"};
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, denied, 1, &err));
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_imports_t *imports = all_imports();
    const struct {
        const char *wat;
        dwcp_status_t nested, whole;
        bool fuel_only, time_only;
    } guests[] = {
        {ENDING(""), DWCP_OK, DWCP_OK, false, false},
        {ENDING("unreachable"), DWCP_ERR_TRAP, DWCP_OK, false, false},
        {ENDING("(drop (call $yield))"), DWCP_ERR_DENIED, DWCP_ERR_DENIED, false, false},
        {ENDING("(call $exit (i32.const 0))"), DWCP_ERR_EXIT, DWCP_ERR_EXIT, false, false},
        {ENDING("(call $exit (i32.const 77))"), DWCP_ERR_EXIT, DWCP_ERR_EXIT, false, false},
        {ENDING("(call $refuse)"), DWCP_ERR_HOST_FUNCTION, DWCP_OK, false, false},
        {ENDING("(call $fire) (loop (br 0))"), DWCP_ERR_CANCELLED, DWCP_ERR_CANCELLED, false, false},
        {ENDING("(loop (br 0))"), DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_FUEL, true, false},
        {ENDING("(loop (br 0))"), DWCP_ERR_TIMEOUT, DWCP_ERR_TIMEOUT, false, true},
        {ENDING("(call $ignore)"), DWCP_ERR_STACK_OVERFLOW, DWCP_OK, false, false}, /* for ever, host and guest in turn */
    };
    for (size_t i = 0; i < sizeof guests / sizeof *guests; i++) {
        if ((guests[i].fuel_only && !metered) || (guests[i].time_only && metered)) continue;
        dwcp_module_t *module = load_with(runtime, guests[i].wat, imports);
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        dwcp_value_t result = {0};
        token = dwcp_cancel_new();
        options.cancel = token;
        if (guests[i].time_only) options.timeout_ns = 20000000;
        seen = 0;
        dwcp_status_t whole = call(module, "run", NULL, 0, &options, &result, 1, &stats);
        if (guests[i].nested != DWCP_ERR_STACK_OVERFLOW) test_check_status(nested_status, guests[i].nested, "dwcp_caller_call", __FILE__, __LINE__);
        if (!test_check_status(whole, guests[i].whole, "dwcp_function_call", __FILE__, __LINE__)) fprintf(stderr, "    with %s\n", guests[i].wat);
        CHECK(seen > 0);
        if (whole == DWCP_OK) CHECK_EQ(dwcp_as_i32(result), 7);
        else CHECK_EQ(result.kind, DWCP_KIND_NONE);
        if (whole == DWCP_ERR_EXIT) CHECK(stats.exit_code == (i == 4 ? 77 : 0));
        if (whole == DWCP_ERR_OUT_OF_FUEL) CHECK_STR(stats.limit_hit, "fuel_limit");
        if (whole == DWCP_ERR_TIMEOUT) CHECK_STR(stats.limit_hit, "max_execution_time_ms");
        /* what the host hands on instead of ignoring it */
        if (guests[i].nested != DWCP_OK && guests[i].nested != DWCP_ERR_STACK_OVERFLOW) {
            dwcp_cancel_reset(token);
            whole = call(module, "hand", NULL, 0, &options, &result, 1, &stats);
            dwcp_status_t expected = guests[i].whole == DWCP_OK ? DWCP_ERR_HOST_FUNCTION : guests[i].whole;
            test_check_status(whole, expected, "dwcp_function_call", __FILE__, __LINE__);
            if (guests[i].nested == DWCP_ERR_TRAP) CHECK_HAS(message(), "unreachable");
            if (guests[i].nested == DWCP_ERR_HOST_FUNCTION) CHECK_HAS(message(), "not today");
        }
        dwcp_cancel_free(token);
        dwcp_module_free(module);
    }
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
}

/* The same codes by name, for a host function that looks. */
HOST(look_at_endings) {
    UNUSED;
    CHECK_STATUS(dwcp_caller_call, HOST_FUNCTION, (caller, "refused", NULL, NULL, 0, NULL, 0, NULL, &err));
    switch (args[0].of.i32) {
    case 0: CHECK_STATUS(dwcp_caller_call, EXIT, (caller, "exit", NULL, NULL, 0, NULL, 0, NULL, &err)); break;
    case 1: CHECK_STATUS(dwcp_caller_call, DENIED, (caller, "denied", NULL, NULL, 0, NULL, 0, NULL, &err)); break;
    case 2: CHECK_STATUS(dwcp_caller_call, OUT_OF_FUEL, (caller, "spin", NULL, NULL, 0, NULL, 0, NULL, &err)); break;
    case 3: CHECK_STATUS(dwcp_caller_call, TIMEOUT, (caller, "spin", NULL, NULL, 0, NULL, 0, NULL, &err)); break;
    case 4:
        dwcp_cancel_fire(token);
        CHECK_STATUS(dwcp_caller_call, CANCELLED, (caller, "spin", NULL, NULL, 0, NULL, 0, NULL, &err));
        break;
    }
    int32_t code = 0;
    CHECK(args[0].of.i32 != 0 || (dwcp_error_exit_code(err, &code) && code == 5));
    /* the guest is still there to be looked at, but the call is over */
    CHECK_EQ(dwcp_caller_memory_size(caller), 65536);
    test_forget();
    return DWCP_OK;
}

static void endings_that_a_host_sees(void) {
    static const char wat[] =
        "(module (import \"env\" \"f\" (func $f (param i32))) (import \"env\" \"refuse\" (func $refuse))"
        " (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"
        " (import \"wasi_snapshot_preview1\" \"sched_yield\" (func $yield (result i32))) (memory (export \"memory\") 1)"
        " (func (export \"refused\") (call $refuse)) (func (export \"exit\") (call $exit (i32.const 5)))"
        " (func (export \"denied\") (drop (call $yield))) (func (export \"spin\") (loop (br 0)))"
        " (func (export \"run\") (param i32) (call $f (local.get 0))))";
    static const dwcp_status_t expected[] = {DWCP_ERR_EXIT, DWCP_ERR_DENIED, DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED};
    for (int i = 0; i < 5; i++) {
        dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
        CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, i == 2, &err));
        static const char *const denied[] = {"sched_yield"};
        CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, denied, 1, &err));
        CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
        dwcp_runtime_t *runtime = new_runtime(config);
        dwcp_imports_t *imports = all_imports();
        CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "f", "i:", look_at_endings, NULL, NULL, &err));
        dwcp_module_t *module = load_with(runtime, wat, imports);
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        dwcp_value_t arg = dwcp_i32(i);
        token = dwcp_cancel_new();
        options.cancel = token;
        if (i == 3) options.timeout_ns = 20000000;
        CHECK_EQ(call(module, "run", &arg, 1, &options, NULL, 0, NULL), expected[i]);
        dwcp_cancel_free(token);
        dwcp_module_free(module);
        dwcp_imports_free(imports);
        dwcp_runtime_free(runtime);
    }
}

/* A file that may not grow further, by a guest that gives up then. */
HOST(write_much) {
    UNUSED;
    CHECK_STATUS(dwcp_caller_call, LIMIT_IO, (caller, "open_until_refused", NULL, NULL, 0, NULL, 0, NULL, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_open_files");
    return DWCP_OK;
}

static void limits_of_files(void) {
    char directory[] = "/tmp/dwcp-host-calls-XXXXXX";
    REQUIRE(mkdtemp(directory) != NULL);
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_open_files, OK, (config, 2, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, directory, "/", true, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    run(runtime,
        "(module (import \"env\" \"f\" (func $f))"
        " (import \"wasi_snapshot_preview1\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
        " (memory (export \"memory\") 1) (data (i32.const 8) \".\")"
        " (func (export \"open_until_refused\")"
        "  (loop (br_if 0 (i32.eqz (call $open (i32.const 3) (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 2) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 16)))))"
        "  unreachable)"
        " (func (export \"run\") (call $f)))",
        ":", write_much);
    dwcp_runtime_free(runtime);
    remove(directory);
}

/* ---- how deep ---- */

HOST(down_by_name) {
    UNUSED;
    seen++;
    return dwcp_caller_call(caller, "down", NULL, NULL, 0, NULL, 0, NULL, NULL);
}

HOST(down_by_reference) {
    UNUSED;
    seen++;
    return dwcp_caller_call_ref(caller, &args[0], args, 1, NULL, 0, NULL, NULL);
}

HOST(down_by_allocation) {
    UNUSED;
    seen++;
    uint64_t address = 0;
    dwcp_status_t status = dwcp_caller_allocate(caller, 1, &address);
    results[0] = dwcp_i32(64);
    return status;
}

HOST(down_by_result) {
    UNUSED;
    seen++;
    return dwcp_caller_return(caller, &results[0], "x", 1);
}

/* Guests that send the host round in circles. In some it is the host function itself that is exported to be called, and no code
 * of a guest comes between: what it then calls by name is nobody's. */
static const struct {
    const char *wat, *name, *signature;
    dwcp_host_fn function;
    const char *ends;
} CIRCLES[] = {
    {"(module (import \"env\" \"f\" (func $f)) (func (export \"down\") (call $f)) (func (export \"run\") (call $f)))", "f", ":",
     down_by_name, "STACK_OVERFLOW"},
    {"(module (import \"env\" \"f\" (func $f)) (export \"down\" (func $f)) (func (export \"run\") (call $f)))", "f", ":",
     down_by_name, "NOT_FOUND"},
    {"(module (import \"env\" \"f\" (func $f (param funcref))) (elem declare func $g) (func $g (param funcref) (call $f (local.get 0)))"
     " (func (export \"run\") (call $f (ref.func $g))))",
     "f", "c:", down_by_reference, "STACK_OVERFLOW"},
    {"(module (import \"env\" \"f\" (func $f (param funcref))) (elem declare func $f) (func (export \"run\") (call $f (ref.func $f))))",
     "f", "c:", down_by_reference, "STACK_OVERFLOW"},
    {"(module (import \"env\" \"f\" (func $f (param i32) (result i32))) (memory (export \"memory\") 1)"
     " (func (export \"malloc\") (param i32) (result i32) (call $f (local.get 0))) (func (export \"run\") (drop (call $f (i32.const 1)))))",
     "f", "i:i", down_by_allocation, "STACK_OVERFLOW"},
    {"(module (import \"env\" \"f\" (func $f (param i32) (result i32))) (memory (export \"memory\") 1) (export \"malloc\" (func $f))"
     " (func (export \"run\") (drop (call $f (i32.const 1)))))",
     "f", "i:i", down_by_allocation, "NOT_FOUND"},
    {"(module (import \"env\" \"f\" (func $f (result i64))) (memory (export \"memory\") 1)"
     " (func (export \"malloc\") (param i32) (result i32) (drop (call $f)) (i32.const 64)) (func (export \"run\") (drop (call $f))))",
     "f", ":s64", down_by_result, "max_stack_size_bytes"},
};

static void circles(dwcp_runtime_t *runtime) {
    for (size_t i = 0; i < sizeof CIRCLES / sizeof *CIRCLES; i++) {
        dwcp_module_t *module = load_defined(runtime, CIRCLES[i].wat, CIRCLES[i].name, CIRCLES[i].signature, CIRCLES[i].function);
        seen = 0;
        /* a host function that hands on what it was refused fails with it; the guest's own end is what it is */
        dwcp_status_t status = call(module, "run", NULL, 0, NULL, NULL, 0, NULL);
        CHECK_EQ(status, CIRCLES[i].function == down_by_result ? DWCP_ERR_STACK_OVERFLOW : DWCP_ERR_HOST_FUNCTION);
        CHECK_HAS(message(), CIRCLES[i].ends);
        CHECK(strlen(message()) < 500);
        CHECK(strcmp(CIRCLES[i].ends, "NOT_FOUND") == 0 ? seen == 2 : seen > 100);
        dwcp_module_free(module);
    }
}

static void *on_a_small_stack(void *runtime) {
    circles(runtime);
    test_forget();
    return NULL;
}

static void deep(dwcp_runtime_t *runtime) {
    circles(runtime);
    static const size_t sizes[] = {128 << 10, 1 << 20, 2 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        pthread_attr_t attributes;
        pthread_t thread;
        pthread_attr_init(&attributes);
        REQUIRE(pthread_attr_setstacksize(&attributes, sizes[i]) == 0);
        REQUIRE(pthread_create(&thread, &attributes, on_a_small_stack, runtime) == 0);
        pthread_join(thread, NULL);
        pthread_attr_destroy(&attributes);
    }
}

/* ---- whose handle ---- */

static dwcp_caller_t *outer;

/* The handle of a host function further out, which waits for the guest, is not this one's to use. */
HOST(uses_the_outer) {
    UNUSED;
    if (outer == NULL) {
        outer = caller;
        dwcp_status_t status = dwcp_caller_call(caller, "run", NULL, NULL, 0, NULL, 0, NULL, NULL);
        uint64_t address = 0;
        CHECK_STATUS(dwcp_caller_allocate, UNSUPPORTED, (caller, 1, &address)); /* free again */
        return status;
    }
    uint8_t byte = 0, *memory = NULL;
    CHECK_STATUS(dwcp_caller_read, WRONG_HANDLE, (outer, 0, &byte, 1));
    CHECK_STATUS(dwcp_caller_memory, WRONG_HANDLE, (outer, 0, 1, &memory));
    CHECK_STATUS(dwcp_caller_call, WRONG_HANDLE, (outer, "run", NULL, NULL, 0, NULL, 0, NULL, &err));
    CHECK_EQ(dwcp_caller_memory_size(outer), 0);
    CHECK_EQ(dwcp_caller_call_id(outer), dwcp_caller_call_id(caller));
    CHECK_STATUS(dwcp_caller_read, OK, (caller, 0, &byte, 1));
    seen++;
    return DWCP_OK;
}

static void whose_handle(dwcp_runtime_t *runtime) {
    seen = 0;
    outer = NULL;
    run(runtime, "(module (import \"env\" \"f\" (func $f)) (memory (export \"memory\") 1) (func (export \"run\") (call $f)))", ":", uses_the_outer);
    CHECK_EQ(seen, 1);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    by_name();
    endings(true);
    endings(false);
    endings_that_a_host_sees();
    limits_of_files();
    deep(runtime);
    whose_handle(runtime);
    dwcp_runtime_free(runtime);
    return report("host_calls");
}
