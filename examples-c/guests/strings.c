/* strings - a guest that takes and gives strings and bytes, without a libc. With guest/dwcp_guest.h beside it:
 *
 *     clang --target=wasm32 -Os -mbulk-memory -nostdlib -Wl,--no-entry -s -o strings.wasm strings.c
 */
#include "dwcp_guest.h"

/* The guest owns its arguments, so this one makes its change in place and gives the same memory back. */
DWCP_EXPORT(transform, "s:s64")
uint64_t transform(char *text, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (text[i] >= 'a' && text[i] <= 'z') text[i] = (char)(text[i] - 'a' + 'A');
    return dwcp_return(text, len);
}
DWCP_FREES(transform)

DWCP_EXPORT(greet, "s:s64")
uint64_t greet(const char *name, size_t len) {
    char *text = dwcp_alloc(len + 8);
    __builtin_memcpy(text, "Hello, ", 7);
    __builtin_memcpy(text + 7, name, len);
    text[len + 7] = '!';
    dwcp_free(name, len);
    return dwcp_return(text, len + 8);
}
DWCP_FREES(greet)

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

/* The bytes of an address and a length are the host's to check: here a length that goes past the end of memory. */
DWCP_EXPORT(lie, ":b64")
uint64_t lie(void) { return dwcp_return("short", (size_t)1 << 20); }
