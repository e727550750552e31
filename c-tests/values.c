/* Values go through unchanged, bit for bit; what is no value is refused. */
#include "guests.h"

static const char IDENTITY_WAT[] =
    "(module"
    " (func (export \"i32\") (param i32) (result i32) (local.get 0))"
    " (func (export \"i64\") (param i64) (result i64) (local.get 0))"
    " (func (export \"f32\") (param f32) (result f32) (local.get 0))"
    " (func (export \"f64\") (param f64) (result f64) (local.get 0))"
    " (func (export \"v128\") (param v128) (result v128) (local.get 0))"
    " (func (export \"all\") (param i32 i64 f32 f64 v128) (result v128 f64 f32 i64 i32)"
    "  (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0))"
    " (func (export \"none\")))";

static void same_bits(const dwcp_module_t *module, const char *name, dwcp_value_t value) {
    dwcp_value_t result = {0};
    CHECK_EQ(call(module, name, &value, 1, NULL, &result, 1, NULL), DWCP_OK);
    CHECK_EQ(result.kind, value.kind);
    CHECK(memcmp(&result.of, &value.of, value.kind == DWCP_KIND_V128 ? 16 : value.kind % 2 ? 4 : 8) == 0);
    dwcp_values_clear(&result, 1);
    CHECK_EQ(result.kind, DWCP_KIND_NONE);
}

static dwcp_value_t f32_bits(uint32_t bits) {
    dwcp_value_t value = {0};
    value.kind = DWCP_KIND_F32;
    memcpy(&value.of.f32, &bits, sizeof bits);
    return value;
}

static dwcp_value_t f64_bits(uint64_t bits) {
    dwcp_value_t value = {0};
    value.kind = DWCP_KIND_F64;
    memcpy(&value.of.f64, &bits, sizeof bits);
    return value;
}

static void every_kind_round_trips(const dwcp_module_t *module) {
    static const int32_t i32s[] = {0, 1, -1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < 5; i++) same_bits(module, "i32", dwcp_i32(i32s[i]));
    static const int64_t i64s[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_C(1) << 32};
    for (size_t i = 0; i < 6; i++) same_bits(module, "i64", dwcp_i64(i64s[i]));
    /* zeroes of both signs, infinities, the smallest subnormal, quiet and signalling NaNs with payloads */
    static const uint32_t f32s[] = {0, 0x80000000, 0x3f800000, 0x7f800000, 0xff800000, 1, 0x7fc00000, 0x7fc12345, 0x7f812345, 0xffa00001};
    for (size_t i = 0; i < sizeof f32s / sizeof *f32s; i++) same_bits(module, "f32", f32_bits(f32s[i]));
    static const uint64_t f64s[] = {0, UINT64_C(1) << 63, 1, UINT64_C(0x7ff0000000000000), UINT64_C(0x7ff8000000000000),
                                    UINT64_C(0x7ff8deadbeef1234), UINT64_C(0x7ff0deadbeef1234), UINT64_C(0xfff4000000000001)};
    for (size_t i = 0; i < sizeof f64s / sizeof *f64s; i++) same_bits(module, "f64", f64_bits(f64s[i]));
    uint8_t bytes[16];
    for (int i = 0; i < 16; i++) bytes[i] = (uint8_t)(i * 17 + 3);
    same_bits(module, "v128", dwcp_v128(bytes));
    memset(bytes, 0xff, sizeof bytes);
    same_bits(module, "v128", dwcp_v128(bytes));
}

static void many_values_at_once(const dwcp_module_t *module) {
    uint8_t bytes[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    dwcp_value_t args[5] = {dwcp_i32(-5), dwcp_i64(INT64_C(1) << 40), dwcp_f32(1.5f), dwcp_f64(-2.25), dwcp_v128(bytes)};
    dwcp_value_t results[7];
    memset(results, 0xab, sizeof results);
    dwcp_function_t *function = function_of(module, "all");
    size_t n = 99;
    CHECK_STATUS(dwcp_function_call, OK, (function, args, 5, NULL, results, 7, &n, NULL, &err));
    CHECK_EQ(n, 5);
    CHECK(results[0].kind == DWCP_KIND_V128 && memcmp(results[0].of.v128, bytes, 16) == 0);
    CHECK(results[1].kind == DWCP_KIND_F64 && dwcp_as_f64(results[1]) == -2.25);
    CHECK(results[2].kind == DWCP_KIND_F32 && dwcp_as_f32(results[2]) == 1.5f);
    CHECK(results[3].kind == DWCP_KIND_I64 && dwcp_as_i64(results[3]) == INT64_C(1) << 40);
    CHECK(results[4].kind == DWCP_KIND_I32 && dwcp_as_i32(results[4]) == -5);
    for (int i = 0; i < 5; i++)
        for (int b = 0; b < 7; b++) CHECK_EQ(results[i].reserved[b], 0);
    CHECK_EQ(results[5].kind, 0xab); /* past the results nothing is written */

    /* each argument in turn with the kind of its neighbour */
    for (size_t i = 0; i < 5; i++) {
        dwcp_value_t kept = args[i];
        args[i] = args[(i + 1) % 5];
        CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (function, args, 5, NULL, results, 5, &n, NULL, &err));
        CHECK_EQ(n, 0);
        args[i] = kept;
    }
    dwcp_function_free(function);
}

static void what_is_no_value_is_refused(const dwcp_module_t *module) {
    dwcp_function_t *function = function_of(module, "i32");
    dwcp_value_t result = {0};
    size_t n;
    for (int kind = 0; kind <= 255; kind++) {
        dwcp_value_t value = dwcp_i32(5);
        value.kind = (uint8_t)kind;
        char number[8];
        snprintf(number, sizeof number, "%d", kind);
        if (kind > DWCP_KIND_BYTES) {
            CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (function, &value, 1, NULL, &result, 1, &n, NULL, &err));
            CHECK_HAS(message(), number);
        } else if (kind != DWCP_KIND_I32) {
            CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (function, &value, 1, NULL, &result, 1, &n, NULL, &err));
            CHECK_HAS(message(), "i32");
        }
    }
    dwcp_function_free(function);

    function = function_of(module, "none");
    dwcp_value_t value = dwcp_i32(5);
    CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, NULL, NULL, 0, &n, NULL, &err));
    CHECK_STATUS(dwcp_function_call, OK, (function, &value, 0, NULL, &result, 1, &n, NULL, &err));
    CHECK_EQ(n, 0);
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (function, &value, 1, NULL, &result, 1, &n, NULL, &err));
    dwcp_function_free(function);
}

static void unknown_enum_values_are_refused(void) {
    static const int32_t odd[] = {-1, 4, 99, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) CHECK(dwcp_config_new(odd[i]) == NULL);
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        CHECK_STATUS(dwcp_config_set_deny_action, INVALID_CONFIG, (config, odd[i], &err));
        CHECK_STATUS(dwcp_config_set_opt_level, INVALID_CONFIG, (config, odd[i], &err));
        CHECK_STATUS(dwcp_wasi_set_output, INVALID_ARGUMENT, (wasi, 1, odd[i], 0, &err));
        CHECK_STATUS(dwcp_wasi_set_output, INVALID_ARGUMENT, (wasi, odd[i], DWCP_OUTPUT_DISCARD, 0, &err));
        CHECK_STR(dwcp_status_name(odd[i]), "UNKNOWN");
        CHECK(!dwcp_status_is_retryable(odd[i]));
    }
    CHECK_STATUS(dwcp_wasi_set_output, INVALID_ARGUMENT, (wasi, 0, DWCP_OUTPUT_DISCARD, 0, &err));
    CHECK_EQ(dwcp_config_get_deny_action(config), DWCP_DENY_ERRNO);
    CHECK_EQ(dwcp_config_get_opt_level(config), DWCP_OPT_SPEED);
    dwcp_wasi_free(wasi);
    dwcp_config_free(config);
}

static void clearing_is_safe(void) {
    dwcp_value_t values[4];
    memset(values, 0, sizeof values);
    dwcp_values_clear(values, 4);
    dwcp_values_clear(NULL, 0);
    dwcp_values_clear(values, 0);
    values[1] = dwcp_i64(7);
    dwcp_values_clear(values, 4);
    dwcp_values_clear(values, 4);
    CHECK_EQ(values[1].kind, DWCP_KIND_NONE);
    CHECK_EQ(sizeof(dwcp_value_t), 24);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load(runtime, IDENTITY_WAT);
    every_kind_round_trips(module);
    many_values_at_once(module);
    what_is_no_value_is_refused(module);
    unknown_enum_values_are_refused();
    clearing_is_safe();
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return report("values");
}
