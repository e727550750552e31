/* Numbers as text: command-line arguments into values of a signature, and results back into lines. Used by dwcp-run. */
#ifndef NUMBERS_H
#define NUMBERS_H

#include <dwcp_wasm.h>

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *kind_name(uint8_t kind) {
    switch (kind) {
    case DWCP_KIND_I32: return "i32";
    case DWCP_KIND_I64: return "i64";
    case DWCP_KIND_F32: return "f32";
    case DWCP_KIND_F64: return "f64";
    case DWCP_KIND_V128: return "v128";
    case DWCP_KIND_STRING: return "string";
    case DWCP_KIND_BYTES: return "bytes";
    default: return "reference";
    }
}

/* Decimal or 0x hexadecimal, signed or unsigned, of at most `bits` bits. */
static bool parse_integer(const char *text, unsigned bits, uint64_t *out) {
    bool negative = *text == '-';
    const char *digits = text + (negative || *text == '+');
    bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    if (hex) digits += 2;
    if (hex ? !isxdigit((unsigned char)*digits) : !isdigit((unsigned char)*digits)) return false;
    char *end;
    errno = 0;
    unsigned long long magnitude = strtoull(digits, &end, hex ? 16 : 10);
    if (errno != 0 || *end != '\0') return false;
    uint64_t most = negative ? UINT64_C(1) << (bits - 1) : UINT64_MAX >> (64 - bits);
    if (magnitude > most) return false;
    *out = negative ? UINT64_C(0) - magnitude : magnitude;
    return true;
}

/* What strtod takes, and "nan:0xPAYLOAD" as in the text format; a finite number that does not fit is refused. */
static bool parse_float(const char *text, bool single, dwcp_value_t *out) {
    const char *unsigned_text = text + (*text == '-' || *text == '+');
    if (strncmp(unsigned_text, "nan:0x", 6) == 0) {
        uint64_t payload, sign = *text == '-';
        uint64_t most = single ? 0x7fffff : UINT64_C(0xfffffffffffff);
        if (!parse_integer(unsigned_text + 4, 64, &payload) || payload == 0 || payload > most) return false;
        uint32_t bits32 = (uint32_t)(sign << 31 | UINT32_C(0x7f800000) | payload);
        uint64_t bits64 = sign << 63 | UINT64_C(0x7ff0000000000000) | payload;
        if (single) memcpy(&out->of.f32, &bits32, sizeof bits32);
        else memcpy(&out->of.f64, &bits64, sizeof bits64);
        return true;
    }
    if (*text == '\0' || isspace((unsigned char)*text)) return false;
    char *end;
    errno = 0;
    double value = 0;
    if (single) value = out->of.f32 = strtof(text, &end);
    else value = out->of.f64 = strtod(text, &end);
    return *end == '\0' && !(errno == ERANGE && isinf(value));
}

/* 0x and 32 hexadecimal digits, the most significant first: byte 15 of the vector, down to byte 0. */
static bool parse_v128(const char *text, uint8_t out[16]) {
    if (text[0] != '0' || text[1] != 'x' || strlen(text) != 34) return false;
    for (int i = 0; i < 16; i++) {
        char pair[3] = {text[2 + 2 * i], text[3 + 2 * i], '\0'};
        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1])) return false;
        out[15 - i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

static bool parse_value(const char *text, uint8_t kind, dwcp_value_t *out) {
    uint64_t bits;
    memset(out, 0, sizeof *out);
    out->kind = kind;
    switch (kind) {
    case DWCP_KIND_I32:
        if (!parse_integer(text, 32, &bits)) return false;
        *out = dwcp_i32((int32_t)(uint32_t)bits);
        return true;
    case DWCP_KIND_I64:
        if (!parse_integer(text, 64, &bits)) return false;
        *out = dwcp_i64((int64_t)bits);
        return true;
    case DWCP_KIND_F32: return parse_float(text, true, out);
    case DWCP_KIND_F64: return parse_float(text, false, out);
    case DWCP_KIND_V128: return parse_v128(text, out->of.v128);
    default: return false;
    }
}

/* The fewest digits that read back as the same number. */
static void print_float(const dwcp_value_t *value) {
    bool single = value->kind == DWCP_KIND_F32;
    char text[64];
    if (single ? isnan(value->of.f32) : isnan(value->of.f64)) {
        uint32_t bits32;
        uint64_t bits64;
        memcpy(&bits32, &value->of.f32, sizeof bits32);
        memcpy(&bits64, &value->of.f64, sizeof bits64);
        bool negative = single ? bits32 >> 31 : bits64 >> 63;
        unsigned long long payload = single ? bits32 & 0x7fffff : bits64 & UINT64_C(0xfffffffffffff);
        bool canonical = payload == (single ? UINT64_C(1) << 22 : UINT64_C(1) << 51);
        printf("%snan", negative ? "-" : "");
        if (!canonical) printf(":0x%llx", payload);
        putchar('\n');
        return;
    }
    for (int digits = 1; digits <= (single ? 9 : 17); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, single ? (double)value->of.f32 : value->of.f64);
        if (single ? strtof(text, NULL) == value->of.f32 : strtod(text, NULL) == value->of.f64) break;
    }
    puts(text);
}

static void print_value(const dwcp_value_t *value) {
    switch (value->kind) {
    case DWCP_KIND_I32: printf("%ld\n", (long)value->of.i32); break;
    case DWCP_KIND_I64: printf("%lld\n", (long long)value->of.i64); break;
    case DWCP_KIND_F32:
    case DWCP_KIND_F64: print_float(value); break;
    case DWCP_KIND_V128:
        printf("0x");
        for (int i = 15; i >= 0; i--) printf("%02x", value->of.v128[i]);
        putchar('\n');
        break;
    default: printf("a value of kind %u\n", (unsigned)value->kind); break;
    }
}

#endif
