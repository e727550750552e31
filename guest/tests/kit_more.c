/* A second file of the same guest: both include the header, and the guest has one allocator and all signatures. */
#include "dwcp_guest.h"

static int32_t calls;

/* 1 in every fresh VM; counts in a session. */
DWCP_EXPORT(count, ":i")
int32_t count(void) { return ++calls; }

DWCP_EXPORT(fill, "ii:b64")
uint64_t fill(int32_t byte, int32_t len) {
    char *bytes = (char *)dwcp_alloc((size_t)len);
    __builtin_memset(bytes, byte, (size_t)len);
    return dwcp_return(bytes, (size_t)len);
}
DWCP_FREES(fill)

DWCP_EXPORT(refuse, "s:")
void refuse(const char *text, size_t len) {
    dwcp_free(text, len);
    dwcp_panic("kit: this guest gives up");
}
