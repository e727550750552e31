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

/**
 * A string that a NUL ends.
 *
 * Returns: the value; it borrows `text`, which may not be NULL.
 * Errors: none; text that is not UTF-8 is refused by the function that is given the value.
 * Ownership: nothing is allocated: `text` must live as long as the value is used.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_string(const char *text) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_STRING);
    size_t len = 0;
    while (text[len] != '\0') {
        len++;
    }
    value.of.bytes.data = (const uint8_t *)text;
    value.of.bytes.len = len;
    return value;
}

/**
 * A string of `len` bytes.
 *
 * Returns: the value; it borrows `text`.
 * Errors: none; text that is not UTF-8 is refused by the function that is given the value.
 * Ownership: nothing is allocated: `text` must live as long as the value is used.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_string_n(const char *text, size_t len) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_STRING);
    value.of.bytes.data = (const uint8_t *)text;
    value.of.bytes.len = len;
    return value;
}

/**
 * Bytes.
 *
 * Returns: the value; it borrows `data`.
 * Errors: none.
 * Ownership: nothing is allocated: `data` must live as long as the value is used.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_bytes(const void *data, size_t len) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_BYTES);
    value.of.bytes.data = (const uint8_t *)data;
    value.of.bytes.len = len;
    return value;
}

/**
 * The bytes of a string or of bytes.
 *
 * Returns: the bytes; NULL and 0 for a value of another kind.
 * Errors: none.
 * Ownership: those of the value.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_slice_t dwcp_as_bytes(dwcp_value_t value) {
    dwcp_slice_t none;
    none.data = NULL;
    none.len = 0;
    return value.kind == DWCP_KIND_STRING || value.kind == DWCP_KIND_BYTES ? value.of.bytes : none;
}

/**
 * The text of a string that a call gave: a NUL stands behind it.
 *
 * Returns: the text, which may hold NULs of its own; "" for a value of another kind, and for an empty one.
 * Errors: none.
 * Ownership: those of the value. Not for the arguments of a host function, behind which no NUL stands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline const char *dwcp_as_string(dwcp_value_t value) {
    return value.kind == DWCP_KIND_STRING && value.of.bytes.len > 0 ? (const char *)value.of.bytes.data : "";
}

/**
 * A null reference to an object of the host.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_externref_null(void) {
    return dwcp_value_zero(DWCP_KIND_EXTERNREF);
}

/**
 * A null reference to a function.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_funcref_null(void) {
    return dwcp_value_zero(DWCP_KIND_FUNCREF);
}

/**
 * Whether a value is a null reference.
 *
 * Returns: true for one of either kind; false for any other value.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline bool dwcp_is_null_ref(dwcp_value_t value) {
    return (value.kind == DWCP_KIND_EXTERNREF || value.kind == DWCP_KIND_FUNCREF) && value.of.ref == 0;
}
