/* ---- Values: constructors and getters, also for hosts whose language shows a union as bytes. ---- */

/**
 * A value of a kind with all its bytes zero.
 *
 * Returns: the value.
 * Errors: none; an unknown kind is refused by the function that is given the value.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_value_zero(uint8_t kind) {
    dwcp_value_t value;
    size_t i;
    value.kind = kind;
    for (i = 0; i < sizeof(value.reserved); i++) {
        value.reserved[i] = 0;
    }
    for (i = 0; i < sizeof(value.of.v128); i++) {
        value.of.v128[i] = 0;
    }
    return value;
}

/**
 * An i32.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_i32(int32_t number) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_I32);
    value.of.i32 = number;
    return value;
}

/**
 * An i64.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_i64(int64_t number) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_I64);
    value.of.i64 = number;
    return value;
}

/**
 * An f32.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_f32(float number) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_F32);
    value.of.f32 = number;
    return value;
}

/**
 * An f64.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_f64(double number) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_F64);
    value.of.f64 = number;
    return value;
}

/**
 * A v128 from its 16 bytes, lowest lane first. NULL gives all zeroes.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: the bytes are copied.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_v128(const uint8_t bytes[16]) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_V128);
    size_t i;
    if (bytes != NULL) {
        for (i = 0; i < sizeof(value.of.v128); i++) {
            value.of.v128[i] = bytes[i];
        }
    }
    return value;
}

/**
 * The number in an i32 value.
 *
 * Returns: the number, or 0 when the value is of another kind.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline int32_t dwcp_as_i32(dwcp_value_t value) {
    return value.kind == DWCP_KIND_I32 ? value.of.i32 : 0;
}

/**
 * The number in an i64 value.
 *
 * Returns: the number, or 0 when the value is of another kind.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline int64_t dwcp_as_i64(dwcp_value_t value) {
    return value.kind == DWCP_KIND_I64 ? value.of.i64 : 0;
}

/**
 * The number in an f32 value.
 *
 * Returns: the number, or 0 when the value is of another kind.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline float dwcp_as_f32(dwcp_value_t value) {
    return value.kind == DWCP_KIND_F32 ? value.of.f32 : 0.0f;
}

/**
 * The number in an f64 value.
 *
 * Returns: the number, or 0 when the value is of another kind.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline double dwcp_as_f64(dwcp_value_t value) {
    return value.kind == DWCP_KIND_F64 ? value.of.f64 : 0.0;
}

/**
 * Copies the 16 bytes of a v128 value, lowest lane first.
 *
 * Returns: true, or false with zeroes when the value is of another kind. A NULL `out` is left alone and gives false.
 * Errors: none.
 * Ownership: the bytes are copied.
 * Threads: any.
 * Since: 0.1.0
 */
static inline bool dwcp_as_v128(dwcp_value_t value, uint8_t out[16]) {
    bool is_v128 = value.kind == DWCP_KIND_V128;
    size_t i;
    if (out == NULL) {
        return false;
    }
    for (i = 0; i < sizeof(value.of.v128); i++) {
        out[i] = is_v128 ? value.of.v128[i] : (uint8_t)0;
    }
    return is_v128;
}
