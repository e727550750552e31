/* Host functions that take and give strings and bytes, and the helpers by which a host function reads and makes them itself. */
#include "hosts.h"

#define HEAP_WAT                                                                                                                  \
    " (memory (export \"memory\") 1) (global $top (mut i32) (i32.const 1024)) (global $asked (mut i32) (i32.const 0))"            \
    " (func $malloc (export \"malloc\") (param i32) (result i32)"                                                                 \
    "  (global.set $asked (i32.add (global.get $asked) (i32.const 1)))"                                                           \
    "  (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 0))))"                                            \
    " (data (i32.const 100) \"h\\c3\\a9llo\\00\") (data (i32.const 200) \"bad\\ff\\00\") (data (i32.const 65532) \"last\")"

/* ---- what a host function is given ---- */

static size_t seen;

HOST(take) {
    UNUSED;
    CHECK_EQ(nargs, 5);
    CHECK(args[0].kind == DWCP_KIND_STRING && args[1].kind == DWCP_KIND_I32 && args[2].kind == DWCP_KIND_BYTES &&
          args[3].kind == DWCP_KIND_STRING && args[4].kind == DWCP_KIND_F64);
    CHECK(args[0].of.bytes.len == 6 && memcmp(args[0].of.bytes.data, "h\xc3\xa9llo", 6) == 0);
    CHECK_EQ(dwcp_as_i32(args[1]), -5);
    CHECK(args[2].of.bytes.len == 4 && memcmp(args[2].of.bytes.data, "bad\xff", 4) == 0);
    CHECK(args[3].of.bytes.len == 6 && memcmp(args[3].of.bytes.data, "h\xc3\xa9llo", 6) == 0);
    CHECK(dwcp_as_f64(args[4]) == 0.5);
    /* views, not copies */
    uint8_t *memory = NULL;
    CHECK_STATUS(dwcp_caller_memory, OK, (caller, 100, 6, &memory));
    CHECK(memory == args[0].of.bytes.data && memory == args[3].of.bytes.data);
    seen++;
    return DWCP_OK;
}

static void arguments(dwcp_runtime_t *runtime) {
    static const char wat[] =
        "(module (import \"env\" \"take\" (func $take (param i32 i32 i32 i32 i32 i32 f64)))" HEAP_WAT
        " (func (export \"run\") (call $take (i32.const 100) (i32.const 6) (i32.const -5) (i32.const 200) (i32.const 4) (i32.const 100) (f64.const 0.5))))";
    dwcp_module_t *module = load_defined(runtime, wat, "take", "sibzF:", take);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(seen, 1);
    dwcp_module_free(module);
}

HOST(unreached) {
    UNUSED;
    CHECK(!"a host function is not called with what is no string");
    return DWCP_OK;
}

HOST(lengths) {
    UNUSED;
    results[0] = dwcp_i32((int32_t)args[0].of.bytes.len);
    return DWCP_OK;
}

/* The guest says what it likes; the host function sees only what is so. */
static void arguments_that_lie(dwcp_runtime_t *runtime) {
    static const char pair[] = "(module (import \"env\" \"f\" (func $f (param i32 i32) (result i32)))" HEAP_WAT
                               " (func (export \"run\") (param i32 i32) (result i32) (call $f (local.get 0) (local.get 1))))";
    static const char z[] = "(module (import \"env\" \"f\" (func $f (param i32) (result i32)))" HEAP_WAT
                            " (func (export \"run\") (param i32) (result i32) (call $f (local.get 0))))";
    static const struct {
        uint32_t address, len;
        bool lie, lie_of_text;
    } said[] = {{100, 6, false, false},  {65532, 4, false, false}, {65536, 0, false, false},      {UINT32_MAX, 0, false, false},
                {65532, 5, true, true},  {65536, 1, true, true},   {UINT32_MAX, 2, true, true},   {0, 65537, true, true},
                {0, UINT32_MAX, true, true}, {200, 4, false, true}, {101, 1, false, true}};
    dwcp_module_t *bytes_module = load_defined(runtime, pair, "f", "b:i", lengths);
    dwcp_module_t *text_module = load_defined(runtime, pair, "f", "s:i", lengths);
    dwcp_function_t *bytes = bind(bytes_module, "run", NULL), *text = bind(text_module, "run", NULL);
    dwcp_value_t result = {0};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        dwcp_value_t args[2] = {dwcp_i32((int32_t)said[i].address), dwcp_i32((int32_t)said[i].len)};
        if (said[i].lie) CHECK_STATUS(dwcp_function_call, GUEST_DATA, (bytes, args, 2, NULL, &result, 1, NULL, NULL, &err));
        else CHECK_STATUS(dwcp_function_call, OK, (bytes, args, 2, NULL, &result, 1, NULL, NULL, &err));
        CHECK(said[i].lie || dwcp_as_i32(result) == (int32_t)said[i].len);
        if (said[i].lie_of_text) {
            CHECK_STATUS(dwcp_function_call, GUEST_DATA, (text, args, 2, NULL, &result, 1, NULL, NULL, &err));
            CHECK_HAS(message(), "argument 0 of the host function");
            CHECK(dwcp_error_frame_count(err) == 1);
        } else {
            CHECK_STATUS(dwcp_function_call, OK, (text, args, 2, NULL, &result, 1, NULL, NULL, &err));
        }
    }
    dwcp_function_free(bytes);
    dwcp_function_free(text);
    dwcp_module_free(bytes_module);
    dwcp_module_free(text_module);

    static const struct {
        uint32_t address;
        int32_t len; /* -1: a lie */
    } terminated[] = {{100, 6}, {106, 0}, {0, 0}, {65532, -1}, {65536, -1}, {UINT32_MAX, -1}, {200, -1}, {101, 5 - 6}};
    dwcp_module_t *module = load_defined(runtime, z, "f", "z:i", lengths);
    dwcp_function_t *function = bind(module, "run", NULL);
    for (size_t i = 0; i < sizeof terminated / sizeof *terminated; i++) {
        dwcp_value_t arg = dwcp_i32((int32_t)terminated[i].address);
        if (terminated[i].address == 101) arg = dwcp_i32(102); /* inside a character */
        if (terminated[i].len < 0) CHECK_STATUS(dwcp_function_call, GUEST_DATA, (function, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
        else CHECK_STATUS(dwcp_function_call, OK, (function, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
        CHECK(terminated[i].len < 0 || dwcp_as_i32(result) == terminated[i].len);
    }
    dwcp_function_free(function);
    dwcp_module_free(module);

    /* a guest that has no memory for others to look at */
    module = load_defined(runtime, "(module (import \"env\" \"f\" (func $f (param i32))) (func (export \"run\") (call $f (i32.const 0))))", "f", "z:", unreached);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_UNSUPPORTED);
    CHECK_HAS(message(), "memory");
    dwcp_module_free(module);
}

/* What it is given at once is limited like what a call gives back. */
static void arguments_over_the_limit(void) {
    static const char wat[] = "(module (import \"env\" \"f\" (func $f (param i32 i32 i32) (result i32)))"
                              " (memory (export \"memory\") 1) (data (i32.const 100) \"0123456789\\00\") (data (i32.const 65530) \"012345\")"
                              " (func (export \"run\") (param i32 i32) (result i32) (call $f (i32.const 100) (local.get 0) (local.get 1))))";
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_result_bytes, OK, (config, 10, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load_defined(runtime, wat, "f", "bz:i", lengths);
    dwcp_function_t *function = bind(module, "run", NULL);
    static const struct {
        int32_t len, z;
        dwcp_status_t status;
    } said[] = {{10, 110, DWCP_OK}, {5, 105, DWCP_OK}, {0, 100, DWCP_OK}, {11, 110, DWCP_ERR_LIMIT_RESULT}, {5, 104, DWCP_ERR_LIMIT_RESULT},
                {10, 109, DWCP_ERR_LIMIT_RESULT}, {4, 65530, DWCP_ERR_GUEST_DATA}, {65536, 110, DWCP_ERR_GUEST_DATA}, {5, 65530, DWCP_ERR_GUEST_DATA}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        dwcp_value_t args[2] = {dwcp_i32(said[i].len), dwcp_i32(said[i].z)}, result = {0};
        test_forget();
        dwcp_status_t status = dwcp_function_call(function, args, 2, NULL, &result, 1, NULL, NULL, &err);
        test_check_status(status, said[i].status, "dwcp_function_call", __FILE__, __LINE__);
        uint64_t limit = 0, asked = 0;
        if (status == DWCP_ERR_LIMIT_RESULT) CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 10 && asked == 11);
    }
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* ---- what a host function gives ---- */

static enum way { STATIC, COPIED, ARGUMENT, INSIDE, UNSET, EMPTY, TWICE } way;

/* One string in, one out, by each of the ways. */
HOST(give) {
    UNUSED;
    static const char text[] = "given";
    uint8_t *memory = NULL;
    char local[] = "local";
    uint8_t kind = results[0].kind;
    CHECK(kind == DWCP_KIND_STRING || kind == DWCP_KIND_BYTES);
    CHECK(results[0].of.bytes.data == NULL && results[0].of.bytes.len == 0);
    switch (way) {
    case STATIC: results[0] = kind == DWCP_KIND_STRING ? dwcp_string(text) : dwcp_bytes(text, 5); break;
    case COPIED:
        CHECK_STATUS(dwcp_caller_return, OK, (caller, &results[0], local, 5));
        memset(local, 'x', 5);
        break;
    case ARGUMENT: results[0].of.bytes = args[0].of.bytes; break;
    case INSIDE:
        CHECK_STATUS(dwcp_caller_memory, OK, (caller, 65532, 4, &memory));
        results[0].of.bytes.data = memory;
        results[0].of.bytes.len = 4;
        break;
    case UNSET: break;
    case EMPTY: CHECK_STATUS(dwcp_caller_return, OK, (caller, &results[0], NULL, 0)); break;
    case TWICE:
        CHECK_STATUS(dwcp_caller_return, OK, (caller, &results[0], "once", 4));
        CHECK_STATUS(dwcp_caller_return, OK, (caller, &results[0], "twice", 5));
        break;
    }
    CHECK_EQ(results[0].kind, kind);
    return DWCP_OK;
}

static void results_of_each_form(dwcp_runtime_t *runtime) {
    static const char *const expected[] = {"given", "local", "h\xc3\xa9llo", "last", "", "", "twice"};
    static const struct {
        const char *signature, *results, *outer;
    } forms[] = {{"s:s", "i32 i32", ":s"}, {"s:s64", "i64", ":s64"}, {"s:s*", "i32", ":s*"}, {"s:z", "i32", ":z"},
                 {"s:b", "i32 i32", ":b"}, {"s:b64", "i64", ":b64"}, {"s:b*", "i32", ":b*"}};
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        char wat[2048];
        snprintf(wat, sizeof wat,
                 "(module (import \"env\" \"give\" (func $give (param i32 i32) (result %s)))" HEAP_WAT
                 " (func (export \"run\") (result %s) (call $give (i32.const 100) (i32.const 6))))",
                 forms[f].results, forms[f].results);
        dwcp_module_t *module = load_defined(runtime, wat, "give", forms[f].signature, give);
        dwcp_function_t *function = bind(module, "run", forms[f].outer);
        for (way = STATIC; way <= TWICE; way++) {
            dwcp_value_t result = {0};
            CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
            dwcp_slice_t bytes = dwcp_as_bytes(result);
            if (CHECK_EQ(bytes.len, strlen(expected[way]))) CHECK(memcmp(bytes.data, expected[way], bytes.len) == 0);
            dwcp_values_clear(&result, 1);
        }
        dwcp_function_free(function);
        dwcp_module_free(module);
    }
}

/* Several results of which some lie in the guest's memory, under an allocator that overwrites all of it: the host function's
 * strings are read before the guest runs. */
HOST(give_three) {
    UNUSED;
    uint8_t *memory = NULL;
    CHECK_STATUS(dwcp_caller_memory, OK, (caller, 65532, 4, &memory));
    results[0].of.bytes.data = memory, results[0].of.bytes.len = 4;
    CHECK_STATUS(dwcp_caller_return, OK, (caller, &results[1], "middle", 6));
    results[2] = dwcp_i64(-1);
    results[3].of.bytes.data = memory, results[3].of.bytes.len = 4;
    return DWCP_OK;
}

static void results_before_the_guest_runs(dwcp_runtime_t *runtime) {
    static const char wat[] =
        "(module (import \"env\" \"give\" (func $give (result i32 i32 i64 i64 i32)))"
        " (memory (export \"memory\") 1) (data (i32.const 65532) \"last\") (global $top (mut i32) (i32.const 1024))"
        " (func $malloc (export \"malloc\") (param i32) (result i32) (memory.fill (i32.const 65532) (i32.const 120) (i32.const 4))"
        "  (drop (memory.grow (i32.const 1))) (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 0))))"
        " (func (export \"run\") (result i32 i32 i64 i64 i32) (call $give)))";
    dwcp_module_t *module = load_defined(runtime, wat, "give", ":ss64Iz", give_three);
    dwcp_function_t *function = bind(module, "run", ":ss64Iz");
    dwcp_value_t results[4] = {{0}};
    CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, NULL, results, 4, NULL, NULL, &err));
    CHECK_STR(dwcp_as_string(results[0]), "last");
    CHECK_STR(dwcp_as_string(results[1]), "middle");
    CHECK_EQ(dwcp_as_i64(results[2]), -1);
    CHECK_STR(dwcp_as_string(results[3]), "last");
    dwcp_values_clear(results, 4);
    dwcp_function_free(function);
    dwcp_module_free(module);
}

static enum wrong { KIND, OTHER_KIND, NO_KIND, UNKNOWN_KIND, NULL_DATA, NOT_UTF8, NUL_INSIDE, HUGE_LENGTH } wrong;

HOST(give_wrong) {
    UNUSED;
    switch (wrong) {
    case KIND: results[0] = dwcp_i32(1); break;
    case OTHER_KIND: results[0] = dwcp_bytes("x", 1); break;
    case NO_KIND: results[0] = dwcp_value_zero(DWCP_KIND_NONE); break;
    case UNKNOWN_KIND: results[0].kind = 200; break;
    case NULL_DATA: results[0] = dwcp_string_n(NULL, 1); break;
    case NOT_UTF8: CHECK_STATUS(dwcp_caller_return, OK, (caller, &results[0], "\xff", 1)); break;
    case NUL_INSIDE: CHECK_STATUS(dwcp_caller_return, OK, (caller, &results[0], "a\0b", 3)); break;
    case HUGE_LENGTH: results[0] = dwcp_string_n("x", SIZE_MAX); break;
    }
    return DWCP_OK;
}

static void wrong_results(dwcp_runtime_t *runtime) {
    static const char wat[] = "(module (import \"env\" \"give\" (func $give (result i32)))" HEAP_WAT
                              " (func (export \"run\") (result i32) (call $give)))";
    static const char *const says[] = {"given as i32",  "given as bytes", "no value (kind 0)", "unknown kind 200", "NULL with a length of 1",
                                       "not UTF-8", "NUL inside", "impossible length"};
    dwcp_module_t *module = load_defined(runtime, wat, "give", ":z", give_wrong);
    dwcp_function_t *function = bind(module, "run", NULL);
    for (wrong = KIND; wrong <= HUGE_LENGTH; wrong++) {
        dwcp_value_t result = {0};
        CHECK_STATUS(dwcp_function_call, HOST_FUNCTION, (function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
        CHECK_HAS(message(), "result 0");
        CHECK_HAS(message(), says[wrong]);
    }
    dwcp_function_free(function);
    dwcp_module_free(module);
}

/* What the allocator does to a result is the guest's doing, and is said so. */
HOST(give_hello) {
    UNUSED;
    CHECK_STATUS(dwcp_caller_return, OK, (caller, &results[0], "hello", 5));
    return DWCP_OK;
}

static void allocators_under_results(dwcp_runtime_t *runtime) {
#define GUEST(malloc)                                                                                                             \
    "(module (import \"env\" \"give\" (func $give (result i64))) (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))" \
    " (memory (export \"memory\") 1 100) " malloc " (func (export \"run\") (result i64) (call $give)))"
#define MALLOC(body) GUEST("(func (export \"malloc\") (param i32) (result i32) " body ")")
    static const struct {
        const char *wat, *says;
        dwcp_status_t status;
    } guests[] = {
        {MALLOC("(i32.const 64)"), NULL, DWCP_OK},
        {MALLOC("(i32.const 0)"), "malloc gave no memory for 5 bytes", DWCP_ERR_GUEST_DATA},
        {MALLOC("(i32.const 65532)"), "outside its memory", DWCP_ERR_GUEST_DATA},
        {MALLOC("unreachable"), "unreachable", DWCP_ERR_TRAP},
        {MALLOC("(loop (br 0)) unreachable"), "fuel_limit", DWCP_ERR_OUT_OF_FUEL},
        {MALLOC("(call $exit (i32.const 4)) unreachable"), "proc_exit(4)", DWCP_ERR_EXIT},
        {MALLOC("(call 2 (local.get 0))"), "max_stack_size_bytes", DWCP_ERR_STACK_OVERFLOW},
        {MALLOC("(drop (memory.grow (i32.const 90))) (i32.const 0)"), "max_memory_bytes", DWCP_ERR_OUT_OF_MEMORY},
        {MALLOC("(drop (call $give)) (i32.const 64)"), "max_stack_size_bytes", DWCP_ERR_STACK_OVERFLOW}, /* for ever */
        {GUEST(""), "allocator", DWCP_ERR_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof guests / sizeof *guests; i++) {
        dwcp_module_t *module = load_defined(runtime, guests[i].wat, "give", ":s64", give_hello);
        dwcp_function_t *function = bind(module, "run", ":s64");
        dwcp_value_t result = {0};
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.max_memory_bytes = 1 << 20;
        test_forget();
        dwcp_status_t status = dwcp_function_call(function, NULL, 0, &options, &result, 1, NULL, NULL, &err);
        if (!test_check_status(status, guests[i].status, "dwcp_function_call", __FILE__, __LINE__)) fprintf(stderr, "    with %s\n", guests[i].wat);
        if (status == DWCP_OK) CHECK_STR(dwcp_as_string(result), "hello");
        if (guests[i].says) CHECK_HAS(message(), guests[i].says);
        dwcp_values_clear(&result, 1);
        dwcp_function_free(function);
        dwcp_module_free(module);
    }
#undef GUEST
#undef MALLOC
}

/* ---- the helpers ---- */

HOST(helpers) {
    UNUSED;
    dwcp_slice_t text = {(const uint8_t *)"", 9};
    uint64_t address = 9;
    CHECK_EQ(dwcp_caller_memory_size(caller), 65536);
    CHECK_STATUS(dwcp_caller_string, OK, (caller, 100, 6, &text));
    CHECK(text.len == 6 && memcmp(text.data, "h\xc3\xa9llo", 6) == 0);
    CHECK_STATUS(dwcp_caller_string, OK, (caller, 65536, 0, &text));
    CHECK_EQ(text.len, 0);
    CHECK_STATUS(dwcp_caller_string, OK, (caller, 65532, 4, &text));
    static const uint64_t outside[][2] = {{65532, 5}, {65536, 1}, {65537, 0}, {UINT64_MAX, 1}, {1, UINT64_MAX}, {UINT64_C(1) << 32, 4}};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        CHECK_STATUS(dwcp_caller_string, INVALID_ARGUMENT, (caller, outside[i][0], outside[i][1], &text));
        CHECK(text.data == NULL && text.len == 0);
    }
    CHECK_STATUS(dwcp_caller_string, INVALID_ARGUMENT, (caller, 200, 4, &text));
    CHECK_STATUS(dwcp_caller_string, INVALID_ARGUMENT, (caller, 100, 2, &text)); /* ends inside a character */
    CHECK_STATUS(dwcp_caller_string, INVALID_ARGUMENT, (caller, 100, 6, NULL));
    CHECK_STATUS(dwcp_caller_string, INVALID_ARGUMENT, (NULL, 100, 6, &text));
    CHECK_STATUS(dwcp_caller_c_string, OK, (caller, 100, &text));
    CHECK(text.len == 6 && memcmp(text.data, "h\xc3\xa9llo", 6) == 0);
    CHECK_STATUS(dwcp_caller_c_string, OK, (caller, 0, &text));
    CHECK_EQ(text.len, 0);
    CHECK_STATUS(dwcp_caller_c_string, INVALID_ARGUMENT, (caller, 65532, &text)); /* no NUL before the end */
    CHECK_STATUS(dwcp_caller_c_string, INVALID_ARGUMENT, (caller, 65536, &text));
    CHECK_STATUS(dwcp_caller_c_string, INVALID_ARGUMENT, (caller, UINT64_MAX, &text));
    CHECK_STATUS(dwcp_caller_c_string, INVALID_ARGUMENT, (caller, 200, &text));
    CHECK(text.data == NULL);
    CHECK_STATUS(dwcp_caller_allocate, OK, (caller, 10, &address));
    CHECK_EQ(address, 1024);
    CHECK_STATUS(dwcp_caller_allocate, OK, (caller, 1, &address));
    CHECK_EQ(address, 1034);
    CHECK_STATUS(dwcp_caller_write, OK, (caller, address, "!", 1));
    CHECK_STATUS(dwcp_caller_allocate, GUEST_DATA, (caller, 100000, &address)); /* this allocator does not grow */
    CHECK_EQ(address, 0);
    CHECK_STATUS(dwcp_caller_allocate, INVALID_ARGUMENT, (caller, UINT64_C(1) << 32, &address));
    CHECK_STATUS(dwcp_caller_allocate, INVALID_ARGUMENT, (caller, 1, NULL));
    CHECK_STATUS(dwcp_caller_allocate, INVALID_ARGUMENT, (NULL, 1, &address));
    dwcp_value_t number = dwcp_i32(0), bytes = dwcp_bytes(NULL, 0);
    CHECK_STATUS(dwcp_caller_return, WRONG_TYPE, (caller, &number, "x", 1));
    CHECK_STATUS(dwcp_caller_return, INVALID_ARGUMENT, (caller, &bytes, NULL, 1));
    CHECK_STATUS(dwcp_caller_return, INVALID_ARGUMENT, (caller, NULL, "x", 1));
    CHECK_STATUS(dwcp_caller_return, INVALID_ARGUMENT, (NULL, &bytes, "x", 1));
    dwcp_value_t at = dwcp_i32(1);
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "grow", "i:i", &at, 1, &number, 1, NULL, &err));
    CHECK_EQ(dwcp_caller_memory_size(caller), 2 * 65536);
    CHECK_EQ(dwcp_caller_memory_size(NULL), 0);
    seen++;
    return DWCP_OK;
}

HOST(helpers_without) {
    UNUSED;
    dwcp_slice_t text;
    uint64_t address;
    dwcp_value_t arg = dwcp_string("x"), result = {0};
    CHECK_EQ(dwcp_caller_memory_size(caller), 0);
    CHECK_STATUS(dwcp_caller_string, NOT_FOUND, (caller, 0, 0, &text));
    CHECK_STATUS(dwcp_caller_c_string, NOT_FOUND, (caller, 0, &text));
    CHECK_STATUS(dwcp_caller_allocate, NOT_FOUND, (caller, 1, &address));
    CHECK_STATUS(dwcp_caller_call, NOT_FOUND, (caller, "two", "s:i", &arg, 1, &result, 1, NULL, &err));
    CHECK_HAS(message(), "memory");
    seen++;
    return DWCP_OK;
}

HOST(helpers_without_allocator) {
    UNUSED;
    uint64_t address;
    dwcp_value_t arg = dwcp_string("x"), empty = dwcp_string(""), result = {0};
    CHECK_STATUS(dwcp_caller_allocate, UNSUPPORTED, (caller, 1, &address));
    CHECK_STATUS(dwcp_caller_call, UNSUPPORTED, (caller, "two", "s:i", &arg, 1, &result, 1, NULL, &err));
    CHECK_HAS(message(), "allocator");
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "two", "s:i", &empty, 1, &result, 1, NULL, &err));
    seen++;
    return DWCP_OK;
}

static void the_helpers(dwcp_runtime_t *runtime) {
    seen = 0;
    dwcp_module_t *module = load_defined(runtime,
                                         "(module (import \"env\" \"f\" (func $f))" HEAP_WAT " (func (export \"run\") (call $f))"
                                         " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0))))",
                                         "f", ":", helpers);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);
#define TWO " (func (export \"two\") (param i32 i32) (result i32) (local.get 1)) (func (export \"run\") (call $f))"
    module = load_defined(runtime, "(module (import \"env\" \"f\" (func $f))" TWO ")", "f", ":", helpers_without);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);
    module = load_defined(runtime, "(module (import \"env\" \"f\" (func $f)) (memory (export \"memory\") 1)" TWO ")", "f", ":", helpers_without_allocator);
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);
    CHECK_EQ(seen, 3);
}

/* The signature is part of the import: what the module imports is what the letters come to. */
static void signatures(dwcp_runtime_t *runtime) {
    static const char wat[] = "(module (import \"env\" \"f\" (func (param i32 i32) (result i64))))";
    static const struct {
        const char *signature;
        bool fits;
    } said[] = {{"s:s64", true}, {"b:b64", true}, {"ii:I", true}, {"zz:s64", true}, {NULL, true}, {"s:s", false}, {"z:s64", false}, {"s:s*", false}, {":", false}, {"rr:I", false}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        dwcp_imports_t *imports = dwcp_imports_new();
        dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
        dwcp_module_t *module = NULL;
        options.imports = imports;
        CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "f", said[i].signature, unreached, NULL, NULL, &err));
        if (said[i].fits) CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &err));
        else CHECK_STATUS(dwcp_module_load, UNRESOLVED_IMPORT, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &err));
        if (!said[i].fits) CHECK_HAS(message(), "(i32, i32) -> (i64)");
        dwcp_module_free(module);
        dwcp_imports_free(imports);
    }
}

/* What a host function was given lies where the guest's allocator may write: it is handed on as it was. */
HOST(hands_on) {
    UNUSED;
    dwcp_value_t both[2] = {dwcp_string("XXXX"), args[0]}, result = {0};
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "second", "ss:i", both, 2, &result, 1, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 'v');
    return DWCP_OK;
}

static void arguments_handed_on(dwcp_runtime_t *runtime) {
    run(runtime,
        "(module (import \"env\" \"f\" (func $f (param i32 i32)))" HEAP_WAT " (data (i32.const 1024) \"view\")"
        " (func (export \"second\") (param i32 i32 i32 i32) (result i32) (i32.load8_u (local.get 2)))"
        " (func (export \"run\") (call $f (i32.const 1024) (i32.const 4))))",
        "s:", hands_on);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    arguments(runtime);
    arguments_that_lie(runtime);
    arguments_over_the_limit();
    results_of_each_form(runtime);
    results_before_the_guest_runs(runtime);
    wrong_results(runtime);
    allocators_under_results(runtime);
    the_helpers(runtime);
    arguments_handed_on(runtime);
    signatures(runtime);
    dwcp_runtime_free(runtime);
    return report("host_strings");
}
