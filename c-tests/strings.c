/* Strings and bytes across the boundary: letters and forms, what is checked on the way in and out, who owns what, and the limit.
 * Guests that lie are in lying_guests.c. */
#include "hosts.h"

/* Gives memory from 1024 on, counts its calls, and hands back what it is given in every form. */
#define HEAP_WAT                                                                                                                  \
    " (memory (export \"memory\") 1 400) (global $top (mut i32) (i32.const 1024)) (global $asked (mut i32) (i32.const 0))"        \
    " (func (export \"malloc\") (param i32) (result i32) (local i32)"                                                             \
    "  (global.set $asked (i32.add (global.get $asked) (i32.const 1)))"                                                           \
    "  (local.set 1 (global.get $top)) (global.set $top (i32.add (global.get $top) (local.get 0)))"                               \
    "  (if (i32.gt_u (global.get $top) (i32.shl (memory.size) (i32.const 16)))"                                                   \
    "   (then (drop (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get 0) (i32.const 16)))))))"                            \
    "  (local.get 1))"
#define ECHO_WAT                                                                                                                  \
    " (func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"                                      \
    " (func (export \"echo64\") (param i32 i32) (result i64)"                                                                     \
    "  (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))"                      \
    " (func (export \"echo_pair\") (param i32 i32) (result i32)"                                                                  \
    "  (i32.store (i32.const 16) (local.get 0)) (i32.store (i32.const 20) (local.get 1)) (i32.const 16))"                         \
    " (func (export \"echo_z\") (param i32) (result i32) (local.get 0))"                                                          \
    " (func (export \"asked\") (param i32 i32) (result i32 i32 i32) (local.get 0) (local.get 1) (global.get $asked))"             \
    " (func (export \"asked_z\") (param i32) (result i32 i32) (i32.load8_u (local.get 0)) (global.get $asked))"                   \
    " (func (export \"mixed\") (param i32 i32 i32 i64 f32 i32 f64 v128 i32 i32)"                                                  \
    "  (result i32 i64 v128 f64 i32 i32 i32 f32 i32)"                                                                             \
    "  (i32.store (i32.const 16) (local.get 8)) (i32.store (i32.const 20) (local.get 9))"                                         \
    "  (local.get 0) (i64.or (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32)) (i64.extend_i32_u (local.get 2)))"         \
    "  (local.get 7) (local.get 6) (i32.const 16) (i32.wrap_i64 (local.get 3)) (i32.const 3) (local.get 4) (local.get 5))"

static void check_data(dwcp_value_t value, uint8_t kind, const void *data, size_t len) {
    CHECK_EQ(value.kind, kind);
    dwcp_slice_t bytes = dwcp_as_bytes(value);
    if (!CHECK_EQ(bytes.len, len)) return;
    CHECK(len == 0 || memcmp(bytes.data, data, len) == 0);
    CHECK(bytes.data != NULL && bytes.data[len] == 0); /* for those who want a C string */
}

/* The limit that the last error is about; gives what was asked for. */
static uint64_t asked_of(const char *name, uint64_t limit) {
    uint64_t given = 0, asked = 0;
    CHECK_STR(dwcp_error_limit_name(err), name);
    CHECK(dwcp_error_limit(err, &given, &asked));
    CHECK_EQ(given, limit);
    return asked;
}

/* UTF-8 of one to four bytes a character, the empty string, and a NUL where it may be. */
static const struct {
    const char *text;
    size_t len;
} TEXTS[] = {{"", 0}, {"a", 1}, {"hello", 5}, {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9}, {"\xef\xbf\xbf\xf4\x8f\xbf\xbf", 7}, {"a\0b", 3}};

static void each_form(const dwcp_module_t *module) {
    static const struct {
        const char *function, *signature;
    } ways[] = {{"echo", "s:s"}, {"echo64", "s:s64"}, {"echo_pair", "s:s*"}, {"echo_z", "z:z"},
                {"echo", "b:b"}, {"echo64", "b:b64"}, {"echo_pair", "b:b*"}};
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        dwcp_function_t *function = bind(module, ways[w].function, ways[w].signature);
        bool bytes = ways[w].signature[0] == 'b', terminated = ways[w].signature[0] == 'z';
        uint8_t kind = bytes ? DWCP_KIND_BYTES : DWCP_KIND_STRING;
        dwcp_extern_t type = DWCP_EXTERN_INIT;
        CHECK_STATUS(dwcp_function_type, OK, (function, &type, &err));
        CHECK(type.nparams == 1 && type.nresults == 1 && type.params[0] == kind && type.results[0] == kind);
        for (size_t t = 0; t < sizeof TEXTS / sizeof *TEXTS; t++) {
            const char *text = TEXTS[t].text;
            size_t len = TEXTS[t].len, n = 0;
            if (terminated && strlen(text) != len) continue;
            dwcp_value_t arg = bytes ? dwcp_bytes(text, len) : dwcp_string_n(text, len), result = {0};
            if (CHECK_STATUS(dwcp_function_call, OK, (function, &arg, 1, NULL, &result, 1, &n, NULL, &err))) {
                CHECK_EQ(n, 1);
                check_data(result, kind, text, len);
            }
            dwcp_values_clear(&result, 1);
        }
        /* all bytes, also those that are no text */
        uint8_t all[256];
        for (size_t i = 0; i < sizeof all; i++) all[i] = (uint8_t)i;
        if (bytes) {
            dwcp_value_t arg = dwcp_bytes(all, sizeof all), result = {0};
            CHECK_STATUS(dwcp_function_call, OK, (function, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
            check_data(result, kind, all, sizeof all);
            dwcp_values_clear(&result, 1);
            dwcp_value_t none = dwcp_bytes(NULL, 0);
            CHECK_STATUS(dwcp_function_call, OK, (function, &none, 1, NULL, &result, 1, NULL, NULL, &err));
            check_data(result, kind, "", 0);
            dwcp_values_clear(&result, 1);
        }
        dwcp_function_free(function);
    }
}

static void empties_take_no_memory(const dwcp_module_t *module) {
    dwcp_function_t *asked = bind(module, "asked", "s:iii"), *asked_z = bind(module, "asked_z", "z:ii");
    dwcp_value_t empty = dwcp_string(""), one = dwcp_string("x"), results[3] = {{0}};
    CHECK_STATUS(dwcp_function_call, OK, (asked, &empty, 1, NULL, results, 3, NULL, NULL, &err));
    CHECK(dwcp_as_i32(results[0]) == 8 && dwcp_as_i32(results[1]) == 0 && dwcp_as_i32(results[2]) == 0);
    CHECK_STATUS(dwcp_function_call, OK, (asked, &one, 1, NULL, results, 3, NULL, NULL, &err));
    CHECK(dwcp_as_i32(results[0]) == 1024 && dwcp_as_i32(results[1]) == 1 && dwcp_as_i32(results[2]) == 1);
    CHECK_STATUS(dwcp_function_call, OK, (asked_z, &empty, 1, NULL, results, 3, NULL, NULL, &err));
    CHECK(dwcp_as_i32(results[0]) == 0 && dwcp_as_i32(results[1]) == 1); /* the NUL needs a place */
    dwcp_function_free(asked);
    dwcp_function_free(asked_z);
}

static void mixed(const dwcp_module_t *module) {
    dwcp_function_t *function = bind(module, "mixed", "isIfzFvb:is64vFb*sfz");
    static const uint8_t lanes[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, raw[3] = {0xff, 0, 0xfe};
    uint8_t vector[16];
    dwcp_value_t args[8] = {dwcp_i32(-7),      dwcp_string("zwei"), dwcp_i64(1024), dwcp_f32(0.5f),
                            dwcp_string("vier"), dwcp_f64(0.25),      dwcp_v128(lanes), dwcp_bytes(raw, 3)};
    dwcp_value_t results[9] = {{0}};
    size_t n = 0;
    CHECK_STATUS(dwcp_function_call, BUFFER_TOO_SMALL, (function, args, 8, NULL, results, 7, &n, NULL, &err));
    CHECK_EQ(n, 8);
    REQUIRE(CHECK_STATUS(dwcp_function_call, OK, (function, args, 8, NULL, results, 9, &n, NULL, &err)));
    CHECK_EQ(n, 8);
    CHECK_EQ(dwcp_as_i32(results[0]), -7);
    CHECK_STR(dwcp_as_string(results[1]), "zwei");
    CHECK(dwcp_as_v128(results[2], vector) && memcmp(vector, lanes, 16) == 0);
    CHECK(dwcp_as_f64(results[3]) == 0.25);
    check_data(results[4], DWCP_KIND_BYTES, raw, 3);
    CHECK_STR(dwcp_as_string(results[5]), "zwe"); /* address 1024, which is where the first string is */
    CHECK(dwcp_as_f32(results[6]) == 0.5f);
    CHECK_STR(dwcp_as_string(results[7]), "vier");
    CHECK_EQ(results[8].kind, DWCP_KIND_NONE);
    dwcp_values_clear(results, 9);
    for (size_t i = 0; i < 9; i++) CHECK_EQ(results[i].kind, DWCP_KIND_NONE);
    dwcp_function_free(function);
}

static void what_the_host_gives_is_checked(const dwcp_module_t *module) {
    static const char *const not_utf8[] = {"\x80", "a\xff", "\xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80", "\xc0\x80", "\xf4\x90\x80\x80"};
    dwcp_function_t *s = bind(module, "echo", "s:s"), *z = bind(module, "echo_z", "z:z"), *b = bind(module, "echo", "b:b");
    dwcp_value_t result = {0};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    for (size_t i = 0; i < sizeof not_utf8 / sizeof *not_utf8; i++) {
        dwcp_value_t arg = dwcp_string(not_utf8[i]);
        CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (s, &arg, 1, NULL, &result, 1, NULL, &stats, &err));
        CHECK_HAS(message(), "args[0]: is not UTF-8");
        CHECK_EQ(stats.call_id, 0); /* the guest was not reached */
        CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (z, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    }
    dwcp_value_t arg = dwcp_string_n("ab\0c", 4);
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (z, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "NUL inside, at offset 2");
    arg = dwcp_string_n(NULL, 3);
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (s, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "args[0]: is NULL with a length of 3");
    arg = dwcp_bytes("x", SIZE_MAX);
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (b, &arg, 1, NULL, &result, 1, NULL, NULL, &err));

    /* kinds: bytes are no string, and a string is neither bytes nor a number */
    arg = dwcp_bytes("x", 1);
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (s, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "args[0]: is expected as string, given as bytes");
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (z, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    arg = dwcp_string("x");
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (b, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    arg = dwcp_i32(1);
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (s, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    arg.kind = 77;
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (s, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    memset(&arg, 0, sizeof arg);
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (s, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (s, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (s, NULL, 1, NULL, &result, 1, NULL, NULL, &err));
    arg = dwcp_string("x");
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (s, &arg, 1, NULL, NULL, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call, BUFFER_TOO_SMALL, (s, &arg, 1, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_EQ(result.kind, DWCP_KIND_NONE);

    /* without a signature the same function is one of numbers */
    dwcp_function_t *plain = bind(module, "echo", NULL);
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (plain, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    dwcp_value_t pair[2] = {arg, dwcp_i32(1)}, out[2] = {{0}};
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (plain, pair, 2, NULL, out, 2, NULL, NULL, &err));
    CHECK_HAS(message(), "given as string");
    dwcp_function_free(plain);
    dwcp_function_free(s);
    dwcp_function_free(z);
    dwcp_function_free(b);
}

static void signatures(const dwcp_module_t *module) {
    dwcp_function_t *function = NULL;
    static const char *const unreadable[] = {"",   "s",    "s:s:s", "q:",  ":q",   "s64:", "b*:s", "z*:", ":z64", ":s6",
                                             ":s65", ":i*", ":64",   "s :s", "\xc3\xa9:", ":s64*", "S:"};
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++) {
        if (!CHECK_STATUS(dwcp_module_get_function, INVALID_ARGUMENT, (module, "echo", unreadable[i], &function, &err)))
            fprintf(stderr, "    with \"%s\"\n", unreadable[i]);
        CHECK(function == NULL);
        CHECK_HAS(message(), "signature");
    }
    CHECK_STATUS(dwcp_module_get_function, INVALID_ARGUMENT, (module, "echo", "\xff:", &function, &err));
    char longest[5001];
    memset(longest, 's', 5000);
    longest[5000] = '\0';
    CHECK_STATUS(dwcp_module_get_function, INVALID_ARGUMENT, (module, "echo", longest, &function, &err));
    static const char *const others[] = {"s:", ":s", "s:s64", "s:s*", "z:s", "ss:s", "i:s", "s:i", "s:si", "rr:s", "I:I"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "echo", others[i], &function, &err));
        CHECK_HAS(message(), "(i32, i32) -> (i32, i32)");
        CHECK(function == NULL);
    }
    CHECK_STATUS(dwcp_module_get_function, NOT_FOUND, (module, "ech", "s:s", &function, &err));
    CHECK_HAS(message(), "echo");
}

static void declared(dwcp_runtime_t *runtime) {
    static const char wat[] =
        "(module" HEAP_WAT ECHO_WAT
        " (@custom \"dwcp.signatures\" \"echo s:s\\necho64 b:b64\\00echo_z z:z\\n\\n  nonsense\\n\\ff\\ff s:s\\nmissing s:s\\nmemory s:s\\n"
        "echo i:i\\necho_pair s:s64\\nasked s:q\\nasked_z s\")"
        " (func (export \"\\22\\1b\") (param i32 i32)) (@custom \"dwcp.signatures\" \"\\22\\1b q:q\"))";
    dwcp_module_t *module = load(runtime, wat);
    dwcp_function_t *function = NULL;
    dwcp_value_t arg = dwcp_string("declared"), result = {0};
    CHECK_EQ(call(module, "echo", &arg, 1, NULL, &result, 1, NULL), DWCP_OK); /* the first of two counts */
    CHECK_STR(dwcp_as_string(result), "declared");
    dwcp_values_clear(&result, 1);
    CHECK_EQ(call(module, "echo_z", &arg, 1, NULL, &result, 1, NULL), DWCP_OK);
    CHECK_STR(dwcp_as_string(result), "declared");
    dwcp_values_clear(&result, 1);
    arg = dwcp_bytes("\xff", 1);
    CHECK_EQ(call(module, "echo64", &arg, 1, NULL, &result, 1, NULL), DWCP_OK);
    check_data(result, DWCP_KIND_BYTES, "\xff", 1);
    dwcp_values_clear(&result, 1);
    /* the host's own signature comes before the guest's */
    function = bind(module, "echo", "ii:ii");
    dwcp_value_t pair[2] = {dwcp_i32(1), dwcp_i32(2)}, out[2] = {{0}};
    CHECK_STATUS(dwcp_function_call, OK, (function, pair, 2, NULL, out, 2, NULL, NULL, &err));
    dwcp_function_free(function);
    /* declared wrongly: an error where it is bound without a signature, and nowhere else */
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "echo_pair", NULL, &function, &err));
    CHECK_STR(message(), "function \"echo_pair\" is (i32, i32) -> (i32); the module declares it as \"s:s64\"");
    /* asked for wrongly: what the module declares may be what was meant */
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "echo64", "b:b", &function, &err));
    CHECK_HAS(message(), "the signature asked for is (bytes) -> (bytes), which takes (i32, i32) -> (i32, i32)");
    CHECK_HAS(message(), "the module declares it as \"b:b64\"");
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "mixed", ":", &function, &err));
    CHECK(strstr(message(), "declares") == NULL);
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "asked", NULL, &function, &err));
    CHECK_HAS(message(), "declares a signature for \"asked\" that cannot be read");
    CHECK_HAS(message(), "unknown letter 'q'");
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "asked_z", NULL, &function, &err));
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "\"\x1b", NULL, &function, &err));
    CHECK(strchr(message(), 0x1b) == NULL);
    CHECK_STATUS(dwcp_module_get_function, NOT_FOUND, (module, "missing", NULL, &function, &err));
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "memory", NULL, &function, &err));
    dwcp_function_free(bind(module, "asked", "s:iii"));
    dwcp_function_free(bind(module, "mixed", NULL));
    dwcp_module_free(module);
}

static void by_execute(dwcp_runtime_t *runtime) {
    static const char wat[] = "(module" HEAP_WAT ECHO_WAT " (@custom \"dwcp.signatures\" \"echo_z z:z\"))";
    const uint8_t *bytes = (const uint8_t *)wat;
    size_t len = strlen(wat), n = 0;
    dwcp_value_t arg = dwcp_string("h\xc3\xa9"), result = {0};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    options.signature = "s:s";
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, bytes, len, NULL, "echo", &arg, 1, &options, &result, 1, &n, &stats, &err));
    CHECK(n == 1 && stats.call_id > 0 && stats.fuel_used > 0 && stats.peak_memory_bytes == 65536);
    CHECK_STR(dwcp_as_string(result), "h\xc3\xa9");
    dwcp_values_clear(&result, 1);
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, bytes, len, NULL, "echo_z", &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STR(dwcp_as_string(result), "h\xc3\xa9");
    dwcp_values_clear(&result, 1);
    CHECK_STATUS(dwcp_runtime_execute, WRONG_TYPE, (runtime, bytes, len, NULL, "echo", &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    options.signature = "s";
    CHECK_STATUS(dwcp_runtime_execute, INVALID_ARGUMENT, (runtime, bytes, len, NULL, "echo", &arg, 1, &options, &result, 1, NULL, NULL, &err));
    options.signature = "s:s64";
    CHECK_STATUS(dwcp_runtime_execute, WRONG_TYPE, (runtime, bytes, len, NULL, "echo", &arg, 1, &options, &result, 1, NULL, NULL, &err));
    options.signature = "s:s";
    static const char bare[] = "(module (func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1)))";
    CHECK_STATUS(dwcp_runtime_execute, UNSUPPORTED, (runtime, (const uint8_t *)bare, strlen(bare), NULL, "echo", &arg, 1, &options, &result, 1, NULL, NULL, &err));
    /* elsewhere the function is bound already, and a signature would be overlooked */
    dwcp_module_t *module = load(runtime, wat);
    dwcp_function_t *function = bind(module, "echo", "s:s");
    CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (function, &arg, 1, &options, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "signature");
    dwcp_function_free(function);
    dwcp_module_free(module);
}

/* References live in sessions, with strings or without. */
static void references_are_for_sessions(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, "(module" HEAP_WAT " (func (export \"f\") (param externref i32 i32 funcref)))");
    dwcp_function_t *function = bind(module, "f", "rsc:");
    dwcp_value_t args[3] = {dwcp_externref_null(), dwcp_string("x"), dwcp_funcref_null()};
    CHECK_STATUS(dwcp_function_call, UNSUPPORTED, (function, args, 3, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "dwcp_vm_call");
    CHECK(dwcp_is_null_ref(args[0]) && dwcp_is_null_ref(args[2]) && !dwcp_is_null_ref(args[1]));
    args[0] = dwcp_funcref_null();
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (function, args, 3, NULL, NULL, 0, NULL, NULL, &err));
    dwcp_function_free(function);
    dwcp_module_free(module);
}

static void clearing(const dwcp_module_t *module) {
    dwcp_function_t *function = bind(module, "echo", "s:s");
    char text[] = "mine";
    dwcp_value_t values[3] = {dwcp_string(text), {0}, dwcp_i32(7)};
    CHECK_STATUS(dwcp_function_call, OK, (function, values, 1, NULL, &values[1], 1, NULL, NULL, &err));
    dwcp_values_clear(values, 3); /* frees the result, and only zeroes what borrows */
    dwcp_values_clear(values, 3);
    CHECK_STR(text, "mine");
    for (size_t i = 0; i < 3; i++) CHECK(values[i].kind == DWCP_KIND_NONE && dwcp_as_bytes(values[i]).data == NULL);
    dwcp_values_clear(NULL, 0);
    dwcp_values_clear(NULL, 3);
    /* a result may stand where an argument stood, and a result may be an argument */
    values[0] = dwcp_string("again");
    CHECK_STATUS(dwcp_function_call, OK, (function, values, 1, NULL, values, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_function_call, OK, (function, values, 1, NULL, &values[1], 1, NULL, NULL, &err));
    CHECK_STR(dwcp_as_string(values[1]), "again");
    dwcp_values_clear(values, 2);
    /* getters of other kinds */
    CHECK_STR(dwcp_as_string(dwcp_i32(1)), "");
    CHECK_STR(dwcp_as_string(dwcp_bytes("x", 1)), "");
    CHECK(dwcp_as_bytes(dwcp_i64(-1)).data == NULL && dwcp_as_bytes(dwcp_i64(-1)).len == 0);
    dwcp_function_free(function);
}

static void result_limit(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_EQ(dwcp_config_get_max_result_bytes(config), 16 << 20);
    CHECK_STATUS(dwcp_config_set_max_result_bytes, INVALID_CONFIG, (config, (UINT64_C(4) << 30) + 1, &err));
    CHECK_STATUS(dwcp_config_set_max_result_bytes, OK, (config, 10, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, "(module" HEAP_WAT ECHO_WAT
                                          " (func (export \"twice\") (param i32 i32) (result i32 i32 i32 i32)"
                                          "  (local.get 0) (local.get 1) (local.get 0) (local.get 1))"
                                          " (func (export \"all\") (result i32) (memory.fill (i32.const 0) (i32.const 97) (i32.const 65535)) (i32.const 0)))");
    dwcp_function_t *s = bind(module, "echo", "s:s"), *z = bind(module, "echo_z", "z:z"), *twice = bind(module, "twice", "b:bb");
    dwcp_function_t *all = bind(module, "all", ":z");
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t ten = dwcp_string("0123456789"), eleven = dwcp_string("0123456789a"), results[2] = {{0}};
    dwcp_function_t *both[2] = {s, z};
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(dwcp_function_call, OK, (both[i], &ten, 1, NULL, results, 1, NULL, &stats, &err));
        dwcp_values_clear(results, 1);
        CHECK_STATUS(dwcp_function_call, LIMIT_RESULT, (both[i], &eleven, 1, NULL, results, 1, NULL, &stats, &err));
        CHECK_EQ(asked_of("max_result_bytes", 10), 11);
        CHECK_STR(stats.limit_hit, "max_result_bytes");
        CHECK(stats.fuel_exact);
        CHECK_EQ(results[0].kind, DWCP_KIND_NONE);
    }
    /* a string that a NUL ends somewhere far is not read further than need be to refuse it */
    CHECK_STATUS(dwcp_function_call, LIMIT_RESULT, (all, NULL, 0, NULL, results, 1, NULL, NULL, &err));
    CHECK(asked_of("max_result_bytes", 10) > 10);
    dwcp_value_t five = dwcp_bytes("01234", 5), six = dwcp_bytes("012345", 6);
    CHECK_STATUS(dwcp_function_call, OK, (twice, &five, 1, NULL, results, 2, NULL, NULL, &err));
    dwcp_values_clear(results, 2);
    CHECK_STATUS(dwcp_function_call, LIMIT_RESULT, (twice, &six, 1, NULL, results, 2, NULL, NULL, &err));
    CHECK_EQ(asked_of("max_result_bytes", 10), 12);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.signature = ":z";
    static const char wat[] = "(module (memory (export \"memory\") 1) (data (i32.const 8) \"0123456789a\") (func (export \"f\") (result i32) (i32.const 8)))";
    CHECK_STATUS(dwcp_runtime_execute, LIMIT_RESULT, (runtime, (const uint8_t *)wat, strlen(wat), NULL, "f", NULL, 0, &options, results, 1, NULL, NULL, &err));
    dwcp_function_free(s);
    dwcp_function_free(z);
    dwcp_function_free(twice);
    dwcp_function_free(all);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);

    /* 0 lets nothing but empty ones through */
    config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_result_bytes, OK, (config, 0, &err));
    runtime = new_runtime(config);
    module = load(runtime, "(module" HEAP_WAT ECHO_WAT ")");
    s = bind(module, "echo", "s:s");
    dwcp_value_t empty = dwcp_string(""), one = dwcp_string("1");
    CHECK_STATUS(dwcp_function_call, OK, (s, &empty, 1, NULL, results, 1, NULL, NULL, &err));
    CHECK_STR(dwcp_as_string(results[0]), "");
    dwcp_values_clear(results, 1);
    CHECK_STATUS(dwcp_function_call, LIMIT_RESULT, (s, &one, 1, NULL, results, 1, NULL, NULL, &err));
    dwcp_function_free(s);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* What is too large for the guest is refused by its allocator's own limit, and large ones that fit cross whole. */
static void large_ones(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, "(module" HEAP_WAT ECHO_WAT ")");
    dwcp_function_t *function = bind(module, "echo", "b:b");
    size_t len = 16 << 20;
    uint8_t *data = malloc(len + 1);
    REQUIRE(data != NULL);
    for (size_t i = 0; i <= len; i++) data[i] = (uint8_t)(i * 31 >> 3);
    dwcp_value_t arg = dwcp_bytes(data, len), result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (function, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    check_data(result, DWCP_KIND_BYTES, data, len);
    dwcp_values_clear(&result, 1);
    arg = dwcp_bytes(data, len + 1);
    CHECK_STATUS(dwcp_function_call, LIMIT_RESULT, (function, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.max_memory_bytes = 1 << 20;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_STATUS(dwcp_function_call, OUT_OF_MEMORY, (function, &arg, 1, &options, &result, 1, NULL, &stats, &err));
    CHECK(asked_of("max_memory_bytes", 1 << 20) > len);
    CHECK_STR(stats.limit_hit, "max_memory_bytes");
    free(data);
    dwcp_function_free(function);
    dwcp_module_free(module);
}

#define ALLOCATOR(name, params, fill)                                                                                            \
    " (func (export \"" name "\") (param " params ") (result i32) (global.set $who (i32.const " fill ")) (i32.const 64))"

/* The first of the three that is there and is one; what only has its name is passed over. */
static void allocators(dwcp_runtime_t *runtime) {
#define GUEST(allocators)                                                                                                         \
    "(module (memory (export \"memory\") 1) (global $who (mut i32) (i32.const 0))" allocators                                     \
    " (func (export \"who\") (param i32 i32) (result i32) (global.get $who)))"
    static const struct {
        const char *wat;
        int32_t who; /* 0: none of them */
    } guests[] = {
        {GUEST(ALLOCATOR("cabi_realloc", "i32 i32 i32 i32", "1")), 1},
        {GUEST(ALLOCATOR("malloc", "i32", "2")), 2},
        {GUEST(ALLOCATOR("alloc", "i32", "3")), 3},
        {GUEST(ALLOCATOR("alloc", "i32", "3") ALLOCATOR("malloc", "i32", "2") ALLOCATOR("cabi_realloc", "i32 i32 i32 i32", "1")), 1},
        {GUEST(ALLOCATOR("alloc", "i32", "3") ALLOCATOR("malloc", "i32", "2")), 2},
        {GUEST(ALLOCATOR("cabi_realloc", "i32", "1") ALLOCATOR("malloc", "i32 i32", "2") ALLOCATOR("alloc", "i32", "3")), 3},
        {GUEST(" (func (export \"malloc\") (param i32) (result i64) (i64.const 64))"), 0},
        {GUEST(" (global (export \"malloc\") i32 (i32.const 64))"), 0},
        {GUEST(""), 0},
    };
    dwcp_function_t *function = NULL;
    for (size_t i = 0; i < sizeof guests / sizeof *guests; i++) {
        dwcp_module_t *module = load(runtime, guests[i].wat);
        dwcp_value_t arg = dwcp_string("x"), result = {0};
        if (guests[i].who == 0) {
            CHECK_STATUS(dwcp_module_get_function, UNSUPPORTED, (module, "who", "s:i", &function, &err));
            CHECK_HAS(message(), "cabi_realloc, malloc or alloc");
            CHECK_HAS(message(), "who");
        } else {
            function = bind(module, "who", "s:i");
            CHECK_STATUS(dwcp_function_call, OK, (function, &arg, 1, NULL, &result, 1, NULL, NULL, &err));
            CHECK_EQ(dwcp_as_i32(result), guests[i].who);
            dwcp_function_free(function);
        }
        dwcp_module_free(module);
    }
    /* results need no allocator, and everything needs the memory under its name */
    dwcp_module_t *module = load(runtime, "(module (memory (export \"memory\") 1) (data (i32.const 8) \"constant\\00\")"
                                          " (func (export \"z\") (result i32) (i32.const 8)))");
    function = bind(module, "z", ":z");
    dwcp_value_t result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STR(dwcp_as_string(result), "constant");
    dwcp_values_clear(&result, 1);
    dwcp_function_free(function);
    dwcp_module_free(module);
    static const char *const no_memory[] = {
        "(module (func (export \"malloc\") (param i32) (result i32) (i32.const 8)) (func (export \"z\") (param i32) (result i32) (local.get 0)))",
        "(module (memory (export \"mem\") 1) (func (export \"malloc\") (param i32) (result i32) (i32.const 8)) (func (export \"z\") (param i32) (result i32) (local.get 0)))",
        "(module (global (export \"memory\") i32 (i32.const 0)) (func (export \"malloc\") (param i32) (result i32) (i32.const 8)) (func (export \"z\") (param i32) (result i32) (local.get 0)))"};
    for (size_t i = 0; i < sizeof no_memory / sizeof *no_memory; i++) {
        module = load(runtime, no_memory[i]);
        CHECK_STATUS(dwcp_module_get_function, UNSUPPORTED, (module, "z", "z:i", &function, &err));
        CHECK_HAS(message(), "memory");
        CHECK_STATUS(dwcp_module_get_function, UNSUPPORTED, (module, "z", "i:z", &function, &err));
        dwcp_module_free(module);
    }
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load(runtime, "(module" HEAP_WAT ECHO_WAT ")");
    each_form(module);
    empties_take_no_memory(module);
    mixed(module);
    what_the_host_gives_is_checked(module);
    signatures(module);
    clearing(module);
    dwcp_module_free(module);
    declared(runtime);
    by_execute(runtime);
    references_are_for_sessions(runtime);
    result_limit();
    large_ones(runtime);
    allocators(runtime);
    dwcp_runtime_free(runtime);
    return report("strings");
}
