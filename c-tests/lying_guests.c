/* Guests that lie about their strings: addresses, lengths and ends that are not so, allocators that do what they please. Each
 * gets an error, and the runtime goes on. */
#include "hosts.h"

/* Results as the host dictates them, so that every lie is one line here. One page: its last byte is 65535. */
static const char SAY_WAT[] =
    "(module (memory (export \"memory\") 1) (data (i32.const 100) \"fine\\00\") (data (i32.const 65532) \"last\") (data (i32.const 200) \"\\c3\\28x\")"
    " (func (export \"pair\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"
    " (func (export \"packed\") (param i32 i32) (result i64)"
    "  (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))"
    " (func (export \"at\") (param i32 i32) (result i32)"
    "  (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))"
    " (func (export \"z\") (param i32) (result i32) (local.get 0)))";

static void results(dwcp_runtime_t *runtime) {
    static const struct {
        uint32_t address, len;
        const char *text; /* NULL: a lie */
    } said[] = {{100, 4, "fine"},
                {65532, 4, "last"},
                {65535, 1, "t"},
                {0, 0, ""},
                {65536, 0, ""},
                {UINT32_MAX, 0, ""}, /* an empty string is nowhere */
                {65532, 5, NULL},
                {65536, 1, NULL},
                {65535, 2, NULL},
                {0, 65537, NULL},
                {100, UINT32_MAX, NULL},
                {UINT32_MAX, 1, NULL},
                {UINT32_MAX, 2, NULL}, /* the sum is over 32 bits */
                {UINT32_MAX, UINT32_MAX, NULL},
                {0x80000000u, 0x80000000u, NULL}};
    static const struct {
        const char *name, *text, *bytes;
    } forms[] = {{"pair", "ii:s", "ii:b"}, {"packed", "ii:s64", "ii:b64"}, {"at", "ii:s*", "ii:b*"}};
    dwcp_module_t *module = load(runtime, SAY_WAT);
    dwcp_value_t result = {0};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        dwcp_function_t *both[2] = {bind(module, forms[f].name, forms[f].text), bind(module, forms[f].name, forms[f].bytes)};
        for (size_t i = 0; i < 2 * (sizeof said / sizeof *said); i++) {
            dwcp_value_t args[2] = {dwcp_i32((int32_t)said[i / 2].address), dwcp_i32((int32_t)said[i / 2].len)};
            const char *text = said[i / 2].text;
            if (text != NULL) {
                CHECK_STATUS(dwcp_function_call, OK, (both[i % 2], args, 2, NULL, &result, 1, NULL, NULL, &err));
                CHECK(dwcp_as_bytes(result).len == strlen(text) && memcmp(dwcp_as_bytes(result).data, text, strlen(text)) == 0);
                dwcp_values_clear(&result, 1);
                continue;
            }
            CHECK_STATUS(dwcp_function_call, GUEST_DATA, (both[i % 2], args, 2, NULL, &result, 1, NULL, NULL, &err));
            CHECK_HAS(message(), "result 0");
            CHECK_HAS(message(), "outside the guest's memory of 65536 bytes");
            CHECK_EQ(result.kind, DWCP_KIND_NONE);
        }
        dwcp_value_t broken[2] = {dwcp_i32(200), dwcp_i32(3)};
        CHECK_STATUS(dwcp_function_call, GUEST_DATA, (both[0], broken, 2, NULL, &result, 1, NULL, NULL, &err));
        CHECK_HAS(message(), "not UTF-8 (bad byte at offset 0)");
        CHECK_STATUS(dwcp_function_call, OK, (both[1], broken, 2, NULL, &result, 1, NULL, NULL, &err));
        dwcp_values_clear(&result, 1);
        dwcp_function_free(both[0]);
        dwcp_function_free(both[1]);
    }

    /* the address of a pair that is not wholly inside; the pair may overlap anything */
    dwcp_function_t *pair = bind(module, "z", "i:s*"), *bytes = bind(module, "z", "i:b*"), *z = bind(module, "z", "i:z");
    static const uint32_t outside[] = {65529, 65535, 65536, UINT32_MAX - 7, UINT32_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        dwcp_value_t arg = dwcp_i32((int32_t)outside[i]);
        CHECK_STATUS(dwcp_function_call, GUEST_DATA, (pair, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
        CHECK_HAS(message(), "outside the guest's memory");
        CHECK_STATUS(dwcp_function_call, GUEST_DATA, (bytes, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    }
    dwcp_value_t end = dwcp_i32(65528); /* (0, "last") is a pair, and a lie */
    CHECK_STATUS(dwcp_function_call, GUEST_DATA, (pair, &end, 1, NULL, &result, 1, NULL, NULL, &err));

    /* strings that a NUL should end */
    dwcp_value_t fine = dwcp_i32(100), nul = dwcp_i32(104), last = dwcp_i32(65532), past = dwcp_i32(65536), far = dwcp_i32(-1), bad = dwcp_i32(200);
    CHECK_STATUS(dwcp_function_call, OK, (z, &fine, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STR(dwcp_as_string(result), "fine");
    dwcp_values_clear(&result, 1);
    CHECK_STATUS(dwcp_function_call, OK, (z, &nul, 1, NULL, &result, 1, NULL, NULL, &err));
    dwcp_values_clear(&result, 1);
    CHECK_STATUS(dwcp_function_call, GUEST_DATA, (z, &last, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "no NUL ends the string at 65532");
    CHECK_STATUS(dwcp_function_call, GUEST_DATA, (z, &past, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call, GUEST_DATA, (z, &far, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call, GUEST_DATA, (z, &bad, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "not UTF-8");
    dwcp_function_free(pair);
    dwcp_function_free(bytes);
    dwcp_function_free(z);
    dwcp_module_free(module);

    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.signature = "i:z";
    CHECK_STATUS(dwcp_runtime_execute, GUEST_DATA, (runtime, (const uint8_t *)SAY_WAT, strlen(SAY_WAT), NULL, "z", &far, 1, &options, &result, 1, NULL, NULL, &err));
}

/* One of several results is a lie: nothing is given, and what was copied before is freed (which the leak checker sees). */
static void all_or_nothing(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, "(module (memory (export \"memory\") 1) (func (export \"f\") (result i32 i32 i32 i32)"
                                          " (i32.const 0) (i32.const 60000) (i32.const -1) (i32.const -1)))");
    dwcp_function_t *function = bind(module, "f", ":bs");
    dwcp_value_t pair[2] = {{0}};
    CHECK_STATUS(dwcp_function_call, GUEST_DATA, (function, NULL, 0, NULL, pair, 2, NULL, NULL, &err));
    CHECK_HAS(message(), "result 1");
    CHECK(pair[0].kind == DWCP_KIND_NONE && pair[1].kind == DWCP_KIND_NONE);
    dwcp_function_free(function);
    dwcp_module_free(module);
}

/* A guest whose allocator is `body`, and which takes a string and says how long it was told it is. */
#define GUEST(allocator, locals, body)                                                                                            \
    "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32))) (import \"env\" \"back\" (func $back))"   \
    " (memory (export \"memory\") 1 100)"                                                                                         \
    " (func (export \"" allocator "\") (param " locals ") (result i32) " body ")"                                                 \
    " (func (export \"len\") (param i32 i32) (result i32) (local.get 1)) (func (export \"z\") (param i32) (result i32) (local.get 0))" \
    " (func (export \"take\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1)))"
#define MALLOC(body) GUEST("malloc", "i32", body)
#define ALLOC(body) GUEST("alloc", "i32", body)
#define REALLOC(body) GUEST("cabi_realloc", "i32 i32 i32 i32", body)

static int backs;
static const dwcp_function_t *again;

/* Called by an allocator: calls the very function whose argument is being placed, in another VM and in this one. */
HOST(back) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    if (++backs > 3) return DWCP_OK;
    dwcp_value_t arg = dwcp_string("inner"), result = {0};
    dwcp_status_t status = dwcp_function_call(again, &arg, 1, NULL, &result, 1, NULL, NULL, NULL);
    CHECK(status == DWCP_OK && dwcp_as_i32(result) == 5);
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "len", "s:i", &arg, 1, &result, 1, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 5);
    uint64_t address = 0;
    CHECK_STATUS(dwcp_caller_allocate, OK, (caller, 3, &address));
    CHECK_EQ(address, 64);
    return DWCP_OK;
}

static void allocators(dwcp_runtime_t *runtime, const dwcp_imports_t *imports) {
    static const struct {
        const char *wat, *says;
        dwcp_status_t status;
    } guests[] = {
        {MALLOC("(i32.const 64)"), NULL, DWCP_OK},
        {MALLOC("(i32.const 65531)"), NULL, DWCP_OK}, /* five bytes at the very end */
        {MALLOC("(i32.const 65532)"), "malloc gave 5 bytes at 65532, outside its memory of 65536 bytes", DWCP_ERR_GUEST_DATA},
        {MALLOC("(i32.const 0)"), "malloc gave no memory for 5 bytes", DWCP_ERR_GUEST_DATA},
        {ALLOC("(i32.const 0)"), "alloc gave no memory for 5 bytes", DWCP_ERR_GUEST_DATA},
        {REALLOC("(i32.const 0)"), "cabi_realloc gave no memory for 5 bytes", DWCP_ERR_GUEST_DATA},
        {ALLOC("(i32.const 65536)"), "outside", DWCP_ERR_GUEST_DATA},
        {REALLOC("(i32.const -1)"), "outside", DWCP_ERR_GUEST_DATA},
        {MALLOC("(i32.const -5)"), "outside", DWCP_ERR_GUEST_DATA}, /* the sum is 2^32 */
        {MALLOC("(i32.const -4)"), "outside", DWCP_ERR_GUEST_DATA},
        /* the canonical ABI's allocator is asked for (0, 0, alignment of bytes, size) */
        {REALLOC("(if (i32.or (i32.or (local.get 0) (local.get 1)) (i32.ne (local.get 2) (i32.const 1))) (then unreachable))"
                 " (if (i32.gt_u (local.get 3) (i32.const 5)) (then unreachable)) (i32.const 64)"), NULL, DWCP_OK},
        /* memory that was not there before the call */
        {MALLOC("(i32.shl (memory.grow (i32.const 50)) (i32.const 16))"), NULL, DWCP_OK},
        {MALLOC("(drop (memory.grow (i32.const 1))) (i32.const 131067)"), NULL, DWCP_OK},
        {MALLOC("(drop (memory.grow (i32.const 1))) (i32.const 131068)"), "outside its memory of 131072 bytes", DWCP_ERR_GUEST_DATA},
        /* ends of their own */
        {MALLOC("unreachable"), "unreachable", DWCP_ERR_TRAP},
        {MALLOC("(i32.load (i32.const -1))"), NULL, DWCP_ERR_TRAP},
        {ALLOC("(call $exit (i32.const 3)) (i32.const 64)"), "proc_exit(3)", DWCP_ERR_EXIT},
        {REALLOC("(loop (br 0)) unreachable"), "fuel_limit", DWCP_ERR_OUT_OF_FUEL},
        {MALLOC("(call 2 (local.get 0))"), "max_stack_size_bytes", DWCP_ERR_STACK_OVERFLOW},
        /* the host is called back from where it waits for memory */
        {MALLOC("(call $back) (i32.const 64)"), NULL, DWCP_OK},
    };
    for (size_t i = 0; i < sizeof guests / sizeof *guests; i++) {
        dwcp_module_t *module = load_with(runtime, guests[i].wat, imports);
        dwcp_function_t *function = bind(module, "len", "s:i");
        dwcp_value_t arg = dwcp_string("hello"), empty = dwcp_string(""), result = {0};
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        again = function;
        backs = 0;
        test_forget();
        dwcp_status_t status = dwcp_function_call(function, &arg, 1, NULL, &result, 1, NULL, &stats, &err);
        if (!test_check_status(status, guests[i].status, "dwcp_function_call", __FILE__, __LINE__)) fprintf(stderr, "    with %s\n", guests[i].wat);
        if (guests[i].says != NULL) CHECK_HAS(message(), guests[i].says);
        if (status == DWCP_OK) CHECK_EQ(dwcp_as_i32(result), 5);
        if (status == DWCP_ERR_EXIT) CHECK_EQ(stats.exit_code, 3);
        if (status == DWCP_ERR_TRAP) CHECK(dwcp_error_frame_count(err) == 1);
        CHECK(stats.call_id > 0 && stats.wall_ns > 0);
        /* without a need for memory nobody asks it */
        CHECK_STATUS(dwcp_function_call, OK, (function, &empty, 1, NULL, &result, 1, NULL, NULL, &err));
        dwcp_function_free(function);
        /* one byte for the NUL */
        function = bind(module, "z", "z:i");
        test_forget();
        status = dwcp_function_call(function, &empty, 1, NULL, &result, 1, NULL, NULL, &err);
        CHECK(guests[i].status != DWCP_OK || status == DWCP_OK);
        dwcp_function_free(function);
        dwcp_module_free(module);
    }
    CHECK(backs > 0);
}

/* An allocator that gives the same place twice hurts nobody but its guest. */
static void overlapping(dwcp_runtime_t *runtime, const dwcp_imports_t *imports) {
    dwcp_module_t *module = load_with(runtime,
                                      "(module (memory (export \"memory\") 1) (func (export \"malloc\") (param i32) (result i32) (i32.const 64))"
                                      " (func (export \"two\") (param i32 i32 i32 i32) (result i32 i32 i32 i32)"
                                      "  (local.get 0) (local.get 1) (local.get 2) (local.get 3)))",
                                      imports);
    dwcp_function_t *function = bind(module, "two", "ss:ss");
    dwcp_value_t args[2] = {dwcp_string("first"), dwcp_string("second")}, out[2] = {{0}};
    CHECK_STATUS(dwcp_function_call, OK, (function, args, 2, NULL, out, 2, NULL, NULL, &err));
    CHECK_STR(dwcp_as_string(out[0]), "secon");
    CHECK_STR(dwcp_as_string(out[1]), "second");
    dwcp_values_clear(out, 2);
    dwcp_function_free(function);
    dwcp_module_free(module);
}

/* The limit that refused the allocator its memory is the reason, whatever the allocator then does. */
static void refused_memory(dwcp_runtime_t *runtime, const dwcp_imports_t *imports) {
    static const char *const guests[] = {
        MALLOC("(select (i32.const 0) (i32.const 64) (i32.eq (memory.grow (i32.const 90)) (i32.const -1)))"), /* gives nothing */
        MALLOC("(if (i32.eq (memory.grow (i32.const 90)) (i32.const -1)) (then unreachable)) (i32.const 64)"),
        MALLOC("(drop (memory.grow (i32.const 90))) (i32.const 65536)"), /* gives what it did not get */
        MALLOC("(i32.shl (memory.grow (i32.const 90)) (i32.const 16))"),
        MALLOC("(if (i32.eq (memory.grow (i32.const 90)) (i32.const -1)) (then (call $exit (i32.const 9)))) (i32.const 64)")};
    for (size_t i = 0; i < sizeof guests / sizeof *guests; i++) {
        dwcp_module_t *module = load_with(runtime, guests[i], imports);
        dwcp_function_t *function = bind(module, "len", "s:i");
        dwcp_value_t arg = dwcp_string("hello"), result = {0};
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        options.max_memory_bytes = 1 << 20;
        CHECK_STATUS(dwcp_function_call, OUT_OF_MEMORY, (function, &arg, 1, &options, &result, 1, NULL, &stats, &err));
        uint64_t limit = 0, asked = 0;
        CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 1 << 20 && asked == 91 * 65536);
        CHECK_STR(dwcp_error_limit_name(err), "max_memory_bytes");
        CHECK_STR(stats.limit_hit, "max_memory_bytes");
        dwcp_function_free(function);
        dwcp_module_free(module);
    }
}

static void deadline(const dwcp_imports_t *imports) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load_with(runtime, MALLOC("(loop (br 0)) unreachable"), imports);
    dwcp_function_t *function = bind(module, "len", "s:i");
    dwcp_value_t arg = dwcp_string("hello"), result = {0};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    options.timeout_ns = 20000000;
    CHECK_STATUS(dwcp_function_call, TIMEOUT, (function, &arg, 1, &options, &result, 1, NULL, &stats, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_execution_time_ms");
    CHECK_EQ(stats.start_ns, 0); /* the called function was not reached */
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "back", ":", back, NULL, NULL, &err));
    results(runtime);
    all_or_nothing(runtime);
    allocators(runtime, imports);
    overlapping(runtime, imports);
    refused_memory(runtime, imports);
    deadline(imports);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
    return report("lying_guests");
}
