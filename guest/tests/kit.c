/* Strings and bytes in each form that C can give. kit.cpp and kit.rs export the same. */
#include "dwcp_guest.h"

DWCP_EXPORT(greet, "s:s64")
uint64_t greet(const char *name, size_t len) {
    char *text = (char *)dwcp_alloc(len + 8);
    __builtin_memcpy(text, "Hello, ", 7);
    __builtin_memcpy(text + 7, name, len);
    text[len + 7] = '!';
    dwcp_free(name, len);
    return dwcp_return(text, len + 8);
}
DWCP_FREES(greet)

/* In place: the argument is the guest's own, and goes back as the result. */
DWCP_EXPORT(upper, "s:s64")
uint64_t upper(char *text, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (text[i] >= 'a' && text[i] <= 'z') text[i] = (char)(text[i] - 'a' + 'A');
    return dwcp_return(text, len);
}
DWCP_FREES(upper)

DWCP_EXPORT(reverse, "b:b64")
uint64_t reverse(uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len / 2; i++) {
        uint8_t byte = bytes[i];
        bytes[i] = bytes[len - 1 - i];
        bytes[len - 1 - i] = byte;
    }
    return dwcp_return(bytes, len);
}
DWCP_FREES(reverse)

DWCP_EXPORT(sum, "b:I")
uint64_t sum(const uint8_t *bytes, size_t len) {
    uint64_t total = 0;
    for (size_t i = 0; i < len; i++) total += bytes[i];
    dwcp_free(bytes, len);
    return total;
}

DWCP_EXPORT(concat, "ss:s64")
uint64_t concat(const char *a, size_t a_len, const char *b, size_t b_len) {
    char *text = (char *)dwcp_alloc(a_len + b_len);
    __builtin_memcpy(text, a, a_len);
    __builtin_memcpy(text + a_len, b, b_len);
    dwcp_free(a, a_len);
    dwcp_free(b, b_len);
    return dwcp_return(text, a_len + b_len);
}
DWCP_FREES(concat)

/* NUL-terminated in and out; the argument takes length and 1. */
DWCP_EXPORT(skip, "zi:z")
const char *skip(const char *text, int32_t n) {
    while (n-- > 0 && *text) text++;
    return text;
}

/* A result by address: the pair lies in the guest's memory. */
DWCP_EXPORT(word, "s:s*")
const dwcp_str *word(const char *text, size_t len) {
    static dwcp_str first;
    first.ptr = text;
    for (first.len = 0; first.len < len && text[first.len] != ' '; first.len++) {}
    return &first;
}
