/* Guests in C, C++ and Rust that use guest/dwcp_guest.h or its Rust twin, called with strings and bytes. The same calls for each:
 * a host cannot tell in which language, by which compiler and with which allocator a guest was made. */
#include "guests.h"

static dwcp_value_t result; /* of the last ask */

/* Binds with this signature, NULL for the one that the guest declares, and calls; what came back is in `result`. */
static dwcp_status_t ask_with(const dwcp_module_t *module, const char *name, const char *signature, const dwcp_value_t *args,
                              size_t nargs, const dwcp_call_options_t *options) {
    dwcp_function_t *function = NULL;
    size_t n = 0;
    dwcp_values_clear(&result, 1);
    memset(&result, 0, sizeof result);
    test_forget();
    dwcp_status_t status = dwcp_module_get_function(module, name, signature, &function, &err);
    if (status == DWCP_OK) {
        test_forget();
        status = dwcp_function_call(function, args, nargs, options, &result, 1, &n, NULL, &err);
    }
    dwcp_function_free(function);
    return status;
}

static dwcp_status_t ask(const dwcp_module_t *module, const char *name, const dwcp_value_t *args, size_t nargs) {
    return ask_with(module, name, NULL, args, nargs, NULL);
}

/* `result` is of this kind and these bytes, and has a NUL behind them. */
static void gave(uint8_t kind, const void *bytes, size_t len, int line) {
    dwcp_slice_t slice = dwcp_as_bytes(result);
    bool ok = result.kind == kind && slice.len == len && slice.data != NULL && memcmp(slice.data, bytes, len) == 0 && slice.data[len] == 0;
    if (!test_check(ok, __FILE__, line, "%s", "the result is not what was expected"))
        fprintf(stderr, "  kind %d, %zu bytes: %.60s; message: %s\n", result.kind, slice.len, slice.data ? (const char *)slice.data : "", message());
}
#define GAVE_STRING(text) gave(DWCP_KIND_STRING, text, sizeof text - 1, __LINE__)
#define GAVE_BYTES(bytes, len) gave(DWCP_KIND_BYTES, bytes, len, __LINE__)

static void strings(const dwcp_module_t *module) {
    dwcp_value_t arg = dwcp_string("World"), two[2];
    CHECK_EQ(ask(module, "greet", &arg, 1), DWCP_OK);
    GAVE_STRING("Hello, World!");
    CHECK_EQ(ask_with(module, "greet", "s:s64", &arg, 1, NULL), DWCP_OK);
    GAVE_STRING("Hello, World!");
    arg = dwcp_string("");
    CHECK_EQ(ask(module, "greet", &arg, 1), DWCP_OK);
    GAVE_STRING("Hello, !");
    arg = dwcp_string_n("W\0rld...", 5); /* a NUL is a character like any other */
    CHECK_EQ(ask(module, "greet", &arg, 1), DWCP_OK);
    GAVE_STRING("Hello, W\0rld!");
    arg = dwcp_string("gr\xc3\xbc\xc3\x9f dich, \xe4\xb8\x96\xe7\x95\x8c \xf0\x9f\x8c\x8d");
    CHECK_EQ(ask(module, "upper", &arg, 1), DWCP_OK);
    GAVE_STRING("GR\xc3\xbc\xc3\x9f DICH, \xe4\xb8\x96\xe7\x95\x8c \xf0\x9f\x8c\x8d");
    arg = dwcp_string("");
    CHECK_EQ(ask(module, "upper", &arg, 1), DWCP_OK);
    GAVE_STRING("");

    two[0] = dwcp_string("left, "), two[1] = dwcp_string("right");
    CHECK_EQ(ask(module, "concat", two, 2), DWCP_OK);
    GAVE_STRING("left, right");
    two[1] = dwcp_string("");
    CHECK_EQ(ask(module, "concat", two, 2), DWCP_OK);
    GAVE_STRING("left, ");
    two[0] = dwcp_string("");
    CHECK_EQ(ask(module, "concat", two, 2), DWCP_OK);
    GAVE_STRING("");

    two[0] = dwcp_string("hello"), two[1] = dwcp_i32(2);
    CHECK_EQ(ask(module, "skip", two, 2), DWCP_OK); /* z in, z out */
    GAVE_STRING("llo");
    two[1] = dwcp_i32(9);
    CHECK_EQ(ask(module, "skip", two, 2), DWCP_OK);
    GAVE_STRING("");
    arg = dwcp_string("first second");
    CHECK_EQ(ask(module, "word", &arg, 1), DWCP_OK); /* s* */
    GAVE_STRING("first");
    arg = dwcp_string("");
    CHECK_EQ(ask(module, "word", &arg, 1), DWCP_OK);
    GAVE_STRING("");
}

static void bytes(const dwcp_module_t *module) {
    static uint8_t large[1 << 20], backwards[sizeof large];
    uint64_t total = 0;
    for (size_t i = 0; i < sizeof large; i++) {
        large[i] = (uint8_t)(i * 7 + i / 1000);
        backwards[sizeof large - 1 - i] = large[i];
        total += large[i];
    }
    for (size_t len = 0; len <= sizeof large; len = len < 40 ? len + 1 : len * 4 - 3) {
        dwcp_value_t arg = dwcp_bytes(large, len);
        CHECK_EQ(ask(module, "reverse", &arg, 1), DWCP_OK);
        GAVE_BYTES(backwards + (sizeof large - len), len);
    }
    dwcp_value_t arg = dwcp_bytes(large, sizeof large), pair[2] = {dwcp_i32(0xab), dwcp_i32(300000)};
    CHECK_EQ(ask(module, "reverse", &arg, 1), DWCP_OK);
    GAVE_BYTES(backwards, sizeof backwards);
    CHECK_EQ(ask(module, "sum", &arg, 1), DWCP_OK);
    CHECK_EQ(dwcp_as_i64(result), total);
    CHECK_EQ(ask(module, "fill", pair, 2), DWCP_OK);
    CHECK_EQ(dwcp_as_bytes(result).len, 300000);
    CHECK(dwcp_as_bytes(result).data[299999] == 0xab);
    /* the bytes of a string */
    arg = dwcp_string("abc");
    CHECK_EQ(ask_with(module, "reverse", "s:s64", &arg, 1, NULL), DWCP_OK);
    GAVE_STRING("cba");
}

/* Each call had a VM of its own: whatever a guest keeps is gone. */
static void fresh(const dwcp_module_t *module) {
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(ask(module, "count", NULL, 0), DWCP_OK);
        CHECK_EQ(dwcp_as_i32(result), 1);
    }
}

static void errors(const dwcp_module_t *module) {
    dwcp_function_t *function = NULL;
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "greet", "s:i", &function, &err));
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "greet", "ss:s64", &function, &err));
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "word", "s:s64", &function, &err));

    /* half of a character, from a guest that was told that its bytes are a string */
    dwcp_value_t arg = dwcp_string("\xc3\xa9");
    CHECK_EQ(ask_with(module, "reverse", "s:s64", &arg, 1, NULL), DWCP_ERR_GUEST_DATA);
    CHECK_EQ(ask_with(module, "reverse", "s:b64", &arg, 1, NULL), DWCP_OK);
    GAVE_BYTES("\xa9\xc3", 2);

    /* an abort in the guest */
    CHECK_EQ(ask(module, "refuse", &arg, 1), DWCP_ERR_TRAP);
    CHECK_EQ(err ? dwcp_error_trap_code(err) : 0, DWCP_TRAP_UNREACHABLE);

    /* its result is more than a call may give, or more than its memory */
    dwcp_value_t pair[2] = {dwcp_i32('x'), dwcp_i32((16 << 20) + 1)};
    CHECK_EQ(ask(module, "fill", pair, 2), DWCP_ERR_LIMIT_RESULT);
    CHECK_STR(err ? dwcp_error_limit_name(err) : NULL, "max_result_bytes");
    pair[1] = dwcp_i32(200 << 20);
    CHECK_EQ(ask(module, "fill", pair, 2), DWCP_ERR_OUT_OF_MEMORY);
    CHECK_STR(err ? dwcp_error_limit_name(err) : NULL, "max_memory_bytes");

    /* and so is an argument: its allocator was refused the memory, and gave up */
    uint8_t *huge = calloc(1, 200 << 20);
    REQUIRE(huge != NULL);
    arg = dwcp_bytes(huge, 200 << 20);
    CHECK_EQ(ask(module, "sum", &arg, 1), DWCP_ERR_OUT_OF_MEMORY);
    CHECK_STR(err ? dwcp_error_limit_name(err) : NULL, "max_memory_bytes");
    free(huge);
}

/* What the guest said before it ended is on its standard error, where there is a libc. */
static void panic_message(const dwcp_module_t *module) {
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 2, DWCP_OUTPUT_CAPTURE, 1024, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    dwcp_value_t arg = dwcp_string("no");
    CHECK_EQ(ask_with(module, "refuse", NULL, &arg, 1, &options), DWCP_ERR_TRAP);
    dwcp_slice_t said = {0};
    CHECK_STATUS(dwcp_wasi_output, OK, (wasi, 2, &said, NULL, &err));
    static const char expected[] = "kit: this guest gives up\n";
    CHECK(said.len == sizeof expected - 1 && memcmp(said.data, expected, said.len) == 0);
    dwcp_wasi_free(wasi);
}

static dwcp_module_t *load_guest(dwcp_runtime_t *runtime, const char *name, const dwcp_imports_t *imports) {
    char path[512];
    dwcp_module_t *module = NULL;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    snprintf(path, sizeof path, DWCP_GUEST_DIR "/%s.wasm", name);
    printf("%s\n", path);
    REQUIRE(CHECK_STATUS(dwcp_module_load_file, OK, (runtime, path, &options, &module, &err)));
    return module;
}

static char logged[64];

static dwcp_status_t host_log(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)user, (void)caller, (void)nargs, (void)results, (void)nresults;
    dwcp_slice_t text = dwcp_as_bytes(args[0]);
    CHECK_EQ(args[0].kind, DWCP_KIND_STRING);
    snprintf(logged, sizeof logged, "%.*s", (int)text.len, (const char *)text.data);
    return DWCP_OK;
}

static dwcp_status_t host_lookup(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)caller, (void)nargs, (void)nresults;
    dwcp_slice_t key = dwcp_as_bytes(args[0]);
    results[0] = key.len == 6 && memcmp(key.data, "colour", 6) == 0 ? dwcp_string((const char *)user) : dwcp_string("");
    return DWCP_OK;
}

static void hosted(dwcp_runtime_t *runtime) {
    static char green[] = "gr\xc3\xbcn";
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "log", "s:", host_log, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "lookup", "s:s64", host_lookup, green, NULL, &err));
    dwcp_module_t *module = load_guest(runtime, "hosted", imports);
    dwcp_imports_free(imports);
    dwcp_value_t arg = dwcp_string("colour");
    CHECK_EQ(ask(module, "describe", &arg, 1), DWCP_OK);
    GAVE_STRING("colour = gr\xc3\xbcn");
    CHECK_STR(logged, "colour");
    arg = dwcp_string("shape");
    CHECK_EQ(ask(module, "describe", &arg, 1), DWCP_OK);
    GAVE_STRING("shape = ");
    CHECK_STR(logged, "shape");
    arg = dwcp_string("");
    CHECK_EQ(ask(module, "describe", &arg, 1), DWCP_OK);
    GAVE_STRING(" = ");
    CHECK_STR(logged, "");
    dwcp_module_free(module);
}

static void libc(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load_guest(runtime, "printf", NULL);
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, 1024, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    dwcp_value_t args[2] = {dwcp_string("pi"), dwcp_f64(3.14159)};
    CHECK_EQ(ask_with(module, "format", NULL, args, 2, &options), DWCP_OK);
    GAVE_STRING("pi is 3.142");
    dwcp_slice_t printed = {0};
    CHECK_STATUS(dwcp_wasi_output, OK, (wasi, 1, &printed, NULL, &err));
    CHECK(printed.len == 12 && memcmp(printed.data, "pi is 3.142\n", 12) == 0);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
}

int main(void) {
    if (DWCP_GUESTS_MISSING[0] != '\0') {
        printf("guest_kit: SKIP, %s\n", DWCP_GUESTS_MISSING);
        return 0;
    }
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err)); /* a megabyte takes more than a million */
    dwcp_runtime_t *runtime = new_runtime(config);
    static const char *const kits[] = {"kit", "kit_libc", "kit_cpp", "kit_cpp_libc", "kit_rust"};
    for (size_t i = 0; i < sizeof kits / sizeof kits[0]; i++) {
        if (strcmp(kits[i], "kit_rust") == 0 && DWCP_RUST_GUESTS_MISSING[0] != '\0') {
            printf("guest_kit: without kit_rust: %s\n", DWCP_RUST_GUESTS_MISSING);
            continue;
        }
        dwcp_module_t *module = load_guest(runtime, kits[i], NULL);
        strings(module);
        bytes(module);
        fresh(module);
        errors(module);
        if (strstr(kits[i], "libc") != NULL) panic_message(module);
        dwcp_module_free(module);
    }
    hosted(runtime);
    libc(runtime);
    dwcp_values_clear(&result, 1);
    dwcp_runtime_free(runtime);
    return report("guest_kit");
}
