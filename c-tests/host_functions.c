/* Host functions: what reaches them, what they may do, how they fail, and when their finalizer runs. */
#include "guests.h"

static atomic_int finalized;

static void finalize(void *user) {
    atomic_fetch_add(&finalized, 1);
    if (user) ++*(int *)user;
}

/* Adds what it got, and looks at everything that the caller can tell. */
static dwcp_status_t sum(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    CHECK(user != NULL && *(const char *)user == 'u');
    CHECK_EQ(nargs, 5);
    CHECK_EQ(nresults, 1);
    CHECK_EQ(results[0].kind, DWCP_KIND_F64);
    CHECK(dwcp_as_f64(results[0]) == 0);
    CHECK(args[0].kind == DWCP_KIND_I32 && args[1].kind == DWCP_KIND_I64 && args[2].kind == DWCP_KIND_F32 &&
          args[3].kind == DWCP_KIND_F64 && args[4].kind == DWCP_KIND_V128);
    const char *data = dwcp_caller_user_data(caller);
    CHECK(data != NULL && *data == 'd');
    CHECK(dwcp_caller_call_id(caller) > 0);
    CHECK(dwcp_caller_remaining_ns(caller) > 0 && dwcp_caller_remaining_ns(caller) <= INT64_C(30000000000));
    results[0] = dwcp_f64(args[0].of.i32 + (double)args[1].of.i64 + args[2].of.f32 + args[3].of.f64 + args[4].of.v128[15]);
    return DWCP_OK;
}

static void what_reaches_them(dwcp_runtime_t *runtime) {
    static char user = 'u', data = 'd';
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "sum", "iIfFv:F", sum, &user, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"sum\" (func $sum (param i32 i64 f32 f64 v128) (result f64)))"
                                      " (func (export \"run\") (result f64) (call $sum (i32.const -1) (i64.const 1000) (f32.const 0.5)"
                                      "  (f64.const 0.25) (v128.const i32x4 0 0 0 0x07000000))))",
                                      imports);
    dwcp_imports_free(imports); /* the module keeps what it needs */
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.user_data = &data;
    dwcp_value_t result = {0};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(call(module, "run", NULL, 0, &options, &result, 1, &stats), DWCP_OK);
    CHECK(dwcp_as_f64(result) == 1006.75);
    dwcp_module_free(module);
}

/* Upper-cases the guest's bytes, once by copies and once in place. */
static dwcp_status_t shout(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)user, (void)nargs, (void)results, (void)nresults;
    uint64_t at = (uint32_t)args[0].of.i32;
    char text[5];
    CHECK_STATUS(dwcp_caller_read, OK, (caller, at, text, sizeof text));
    for (size_t i = 0; i < sizeof text; i++) text[i] = (char)(text[i] - 32);
    CHECK_STATUS(dwcp_caller_write, OK, (caller, at, text, sizeof text));
    uint8_t *memory = NULL;
    CHECK_STATUS(dwcp_caller_memory, OK, (caller, at, sizeof text, &memory));
    CHECK(memory != NULL && memcmp(memory, text, sizeof text) == 0);
    memory[0] = '!';
    return DWCP_OK;
}

static dwcp_status_t no_memory(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    uint8_t *memory = NULL, byte = 0;
    CHECK_STATUS(dwcp_caller_memory, NOT_FOUND, (caller, 0, 1, &memory));
    CHECK_STATUS(dwcp_caller_read, NOT_FOUND, (caller, 0, &byte, 1));
    CHECK_STATUS(dwcp_caller_write, NOT_FOUND, (caller, 0, &byte, 1));
    return DWCP_OK;
}

static void guest_memory(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "shout", "i:", shout, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "blind", ":", no_memory, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"shout\" (func $shout (param i32))) (memory (export \"memory\") 1)"
                                      " (data (i32.const 65531) \"hello\")"
                                      " (func (export \"run\") (result i64) (call $shout (i32.const 65531)) (i64.load (i32.const 65528))))",
                                      imports);
    dwcp_value_t result = {0};
    CHECK_EQ(call(module, "run", NULL, 0, NULL, &result, 1, NULL), DWCP_OK);
    int64_t bytes = dwcp_as_i64(result);
    CHECK(memcmp((char *)&bytes + 3, "!ELLO", 5) == 0);
    dwcp_module_free(module);
    module = load_with(runtime, "(module (import \"env\" \"blind\" (func $b)) (memory 1) (func (export \"run\") (call $b)))", imports);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
}

static dwcp_status_t fails(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)user, (void)nargs, (void)results, (void)nresults;
    if (args[0].of.i32 == 1) dwcp_caller_fail(caller, "the disk is full", 16);
    if (args[0].of.i32 == 2) dwcp_caller_fail(caller, "a\0b\x1b[31m\xff", 9); /* odd bytes are shown, not passed on */
    return args[0].of.i32 == 3 ? 12345 : DWCP_ERR_IO;
}

static dwcp_status_t wrong_kind(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)nresults;
    results[0] = dwcp_i64(1);
    return DWCP_OK;
}

static void failing(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fails", "i:", fails, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "wrong", ":i", wrong_kind, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"fails\" (func $f (param i32))) (import \"env\" \"wrong\" (func $w (result i32)))"
                                      " (func (export \"fail\") (param i32) (call $f (local.get 0)))"
                                      " (func (export \"wrong\") (result i32) (call $w)) (func (export \"fine\")))",
                                      imports);
    dwcp_function_t *fail = function_of(module, "fail"), *wrong = function_of(module, "wrong");
    dwcp_value_t arg = dwcp_i32(1), result = {0};
    CHECK_STATUS(dwcp_function_call, HOST_FUNCTION, (fail, &arg, 1, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "the disk is full");
    arg = dwcp_i32(0); /* a status without a message */
    CHECK_STATUS(dwcp_function_call, HOST_FUNCTION, (fail, &arg, 1, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "IO");
    arg = dwcp_i32(2);
    CHECK_STATUS(dwcp_function_call, HOST_FUNCTION, (fail, &arg, 1, NULL, NULL, 0, NULL, NULL, &err));
    CHECK(strchr(message(), 0x1b) == NULL);
    arg = dwcp_i32(3); /* a number that is no status of ours is a failure too */
    CHECK_STATUS(dwcp_function_call, HOST_FUNCTION, (fail, &arg, 1, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call, HOST_FUNCTION, (wrong, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "i32");
    CHECK_EQ(call(module, "fine", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    static const char wat[] = "(module (import \"env\" \"fails\" (func $f (param i32))) (func (export \"_start\") (call $f (i32.const 1))))";
    dwcp_module_t *command = load_with(runtime, wat, imports);
    int32_t code = 0;
    CHECK_STATUS(dwcp_module_run, HOST_FUNCTION, (command, NULL, &code, NULL, &err));
    dwcp_module_free(command);
    dwcp_function_free(fail);
    dwcp_function_free(wrong);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
}

static dwcp_status_t number(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)caller, (void)args, (void)nargs;
    if (nresults == 1) results[0].of.i32 = *(int *)user;
    return DWCP_OK;
}

static void wildcards_and_redefinition(dwcp_runtime_t *runtime) {
    static int any = 10, exact = 20, newer = 30;
    dwcp_imports_t *imports = dwcp_imports_new();
    dwcp_module_t *module = NULL;
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "*", ":i", number, &any, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "b", ":i", number, &exact, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, INVALID_ARGUMENT, (imports, "env", "*", NULL, number, &any, NULL, &err));
    static const char wat[] =
        "(module (import \"env\" \"a\" (func $a (result i32))) (import \"env\" \"b\" (func $b (result i32)))"
        " (func (export \"a\") (result i32) (call $a)) (func (export \"b\") (result i32) (call $b)))";
    module = load_with(runtime, wat, imports);
    CHECK_EQ(call_i32(module, "a"), 10);
    CHECK_EQ(call_i32(module, "b"), 20);
    /* a definition given again holds for modules loaded from then on */
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "b", ":i", number, &newer, NULL, &err));
    CHECK_EQ(call_i32(module, "b"), 20);
    dwcp_module_t *later = load_with(runtime, wat, imports);
    CHECK_EQ(call_i32(later, "b"), 30);
    dwcp_module_free(later);
    dwcp_module_free(module);
    /* a wildcard of another signature answers for nothing */
    static const char other[] = "(module (import \"env\" \"c\" (func (param i32))))";
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (runtime, (const uint8_t *)other, strlen(other), NULL, &options, &module, &err));
    dwcp_imports_free(imports);
}

static void finalizers_run_once(dwcp_runtime_t *runtime) {
    int a = 0, b = 0, c = 0, bad = 0;
    atomic_store(&finalized, 0);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "a", ":", number, &a, finalize, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "b", ":", number, &b, finalize, &err));
    /* a definition that is refused is let go at once */
    CHECK_STATUS(dwcp_imports_define, INVALID_ARGUMENT, (imports, "env", "bad", "?", number, &bad, finalize, &err));
    CHECK_EQ(bad, 1);
    CHECK_STATUS(dwcp_imports_define, INVALID_ARGUMENT, (imports, NULL, "bad", ":", number, &bad, finalize, &err));
    CHECK_EQ(bad, 2);
    CHECK_STATUS(dwcp_imports_define, INVALID_ARGUMENT, (imports, "env", "bad", ":", NULL, &bad, finalize, &err));
    CHECK_EQ(bad, 3);
    CHECK_STATUS(dwcp_imports_define, INVALID_ARGUMENT, (NULL, "env", "bad", ":", number, &bad, finalize, &err));
    CHECK_EQ(bad, 4);

    static const char wat[] = "(module (import \"env\" \"a\" (func $a)) (func (export \"run\") (call $a)))";
    dwcp_module_t *module = load_with(runtime, wat, imports), *second = load_with(runtime, wat, imports);
    dwcp_function_t *function = function_of(module, "run");
    dwcp_imports_free(imports);
    CHECK_EQ(b, 1); /* no module uses it */
    CHECK_EQ(a, 0);
    dwcp_module_free(module);
    CHECK_EQ(a, 0);
    CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    dwcp_function_free(function);
    CHECK_EQ(a, 0);
    dwcp_module_free(second);
    CHECK_EQ(a, 1);

    /* replaced while a module uses it: let go when that module goes */
    imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "a", ":", number, &a, finalize, &err));
    module = load_with(runtime, wat, imports);
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "a", ":", number, &c, finalize, &err));
    CHECK_EQ(a, 1);
    dwcp_module_free(module);
    CHECK_EQ(a, 2);
    CHECK_EQ(c, 0);
    dwcp_imports_free(imports);
    CHECK_EQ(c, 1);
    dwcp_imports_free(NULL);
    CHECK_EQ(atomic_load(&finalized), 8);
}

static dwcp_runtime_t *the_runtime;
static dwcp_module_t *inner;

/* Calls another module of the same runtime from inside a host function. */
static dwcp_status_t nested(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)user, (void)nargs, (void)nresults;
    uint64_t mine = dwcp_caller_call_id(caller);
    dwcp_value_t pair[2] = {args[0], dwcp_i32(1)};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(call(inner, "add", pair, 2, NULL, results, 1, &stats), DWCP_OK);
    CHECK(stats.call_id > mine && dwcp_caller_call_id(caller) == mine);
    return DWCP_OK;
}

static void calls_within_calls(void) {
    inner = load(the_runtime, ADD_WAT);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "next", "i:i", nested, NULL, NULL, &err));
    dwcp_module_t *module = load_with(the_runtime,
                                      "(module (import \"env\" \"next\" (func $n (param i32) (result i32)))"
                                      " (func (export \"run\") (result i32) (call $n (call $n (i32.const 40)))))",
                                      imports);
    CHECK_EQ(call_i32(module, "run"), 42);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_module_free(inner);
}

/* ---- equal bytes share code and nothing else ---- */

static dwcp_status_t secret(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)nresults;
    results[0] = dwcp_i32(*(int *)user);
    return DWCP_OK;
}

static void equal_bytes(dwcp_runtime_t *runtime) {
    static const char wat[] =
        "(module (import \"env\" \"secret\" (func $s (result i32))) (import \"env\" \"other\" (func (param i64)))"
        " (memory (export \"memory\") 1) (func (export \"run\") (result i32)"
        "  (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))) (i32.add (call $s) (i32.load (i32.const 0)))))";
    static int ours = 1000, theirs = 2000;
    dwcp_module_t *modules[2] = {NULL, NULL}, *without = NULL;
    for (int i = 0; i < 2; i++) {
        dwcp_imports_t *imports = dwcp_imports_new();
        CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "secret", ":i", secret, i == 0 ? &ours : &theirs, NULL, &err));
        CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "other", "I:", secret, NULL, NULL, &err));
        modules[i] = load_with(runtime, wat, imports);
        dwcp_imports_free(imports);
    }
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtime, &cache, &err));
    uint64_t misses = cache.misses;
    for (int turn = 0; turn < 2; turn++) {
        CHECK_EQ(call_i32(modules[0], "run"), 1001);
        CHECK_EQ(call_i32(modules[1], "run"), 2001);
    }
    /* the code is there, and gives nobody what another was linked with */
    const uint8_t *bytes = (const uint8_t *)wat;
    CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (runtime, bytes, strlen(wat), NULL, NULL, &without, &err));
    CHECK(without == NULL);
    CHECK_HAS(message(), "2 unresolved imports");
    CHECK_HAS(message(), "\"env\".\"secret\" (");
    CHECK_HAS(message(), "() -> (i32)");
    CHECK_HAS(message(), "\"env\".\"other\" (");
    CHECK_HAS(message(), "(i64) -> ()");
    dwcp_value_t result = {0};
    CHECK_STATUS(dwcp_runtime_execute, UNRESOLVED_IMPORT, (runtime, bytes, strlen(wat), NULL, "run", NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    char hash[72];
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (modules[0], &info, &err));
    memcpy(hash, info.hash, sizeof hash);
    CHECK_STATUS(dwcp_runtime_execute, UNRESOLVED_IMPORT, (runtime, NULL, 0, hash, "run", NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtime, &cache, &err));
    CHECK_EQ(cache.misses, misses); /* compiled once for all of these */
    /* one goes, the other stays */
    dwcp_module_free(modules[0]);
    CHECK_EQ(call_i32(modules[1], "run"), 2001);
    dwcp_module_free(modules[1]);
}

/* ---- WASI functions of the host's own ---- */

static dwcp_status_t noon(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)user, (void)nargs, (void)nresults;
    uint64_t time = UINT64_C(43200000000000);
    CHECK_STATUS(dwcp_caller_write, OK, (caller, (uint32_t)dwcp_as_i32(args[2]), &time, sizeof time));
    results[0] = dwcp_i32(0);
    return DWCP_OK;
}

static void wasi_functions(void) {
    static const char wat[] =
        "(module (import \"wasi_snapshot_preview1\" \"clock_time_get\" (func $clock (param i32 i64 i32) (result i32)))"
        " (memory (export \"memory\") 1)"
        " (func (export \"run\") (result i32) (drop (call $clock (i32.const 0) (i64.const 0) (i32.const 8)))"
        "  (i64.eq (i64.load (i32.const 8)) (i64.const 43200000000000)))"
        " (func (export \"errno\") (result i32) (call $clock (i32.const 0) (i64.const 0) (i32.const 8))))";
    for (int denied = 0; denied < 2; denied++) {
        dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
        static const char *const names[] = {"clock_time_get"};
        CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
        CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, names, (size_t)denied, &err));
        dwcp_runtime_t *runtime = new_runtime(config);
        dwcp_imports_t *imports = dwcp_imports_new();
        CHECK_STATUS(dwcp_imports_define, OK, (imports, "wasi_snapshot_preview1", "clock_time_get", "iIi:i", noon, NULL, NULL, &err));
        dwcp_module_t *ours = load_with(runtime, wat, imports), *plain = load(runtime, wat);
        CHECK_EQ(call_i32(ours, "run"), denied ? 0 : 1);
        CHECK_EQ(call_i32(plain, "run"), 0);
        CHECK_EQ(call_i32(ours, "errno"), denied ? 76 : 0); /* notcapable */
        CHECK_EQ(call_i32(plain, "errno"), denied ? 76 : 0);
        dwcp_module_free(ours);
        dwcp_module_free(plain);
        dwcp_imports_free(imports);
        dwcp_runtime_free(runtime);
    }
}

/* dwcp_runtime_execute links with WASI only, but an alias of a module brings that module's functions. */
static void by_alias(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fails", "i:", fails, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, "(module (import \"env\" \"fails\" (func $f (param i32))) (func (export \"run\") (call $f (i32.const 1))))", imports);
    dwcp_imports_free(imports);
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "failing", module, &err));
    CHECK_STATUS(dwcp_runtime_execute, HOST_FUNCTION, (runtime, NULL, 0, "failing", "run", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "the disk is full");
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "failing", NULL, &err));
    dwcp_module_free(module);
}

int main(void) {
    the_runtime = new_runtime(NULL);
    what_reaches_them(the_runtime);
    guest_memory(the_runtime);
    failing(the_runtime);
    wildcards_and_redefinition(the_runtime);
    finalizers_run_once(the_runtime);
    calls_within_calls();
    equal_bytes(the_runtime);
    wasi_functions();
    by_alias(the_runtime);
    dwcp_runtime_free(the_runtime);
    return report("host_functions");
}
