/* With wasi-libc: standard output, and a result from its formatting. */
#include "dwcp_guest.h"

#include <stdio.h>

DWCP_EXPORT(format, "sF:s64")
uint64_t format(const char *name, size_t len, double number) {
    size_t size = len + 64;
    char *text = dwcp_alloc(size);
    int n = snprintf(text, size, "%.*s is %.3f", (int)len, name, number);
    printf("%s\n", text);
    fflush(stdout);
    dwcp_free(name, len);
    return dwcp_return(text, n < 0 ? 0 : (size_t)n);
}
DWCP_FREES(format)
