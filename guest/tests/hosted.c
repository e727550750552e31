/* Calls functions of the host that take and give strings. */
#include "dwcp_guest.h"

DWCP_IMPORT("env", "log") void host_log(const char *text, size_t len);       /* "s:" */
DWCP_IMPORT("env", "lookup") uint64_t host_lookup(const char *key, size_t len); /* "s:s64" */

DWCP_EXPORT(describe, "s:s64")
uint64_t describe(const char *key, size_t len) {
    host_log(key, len);
    dwcp_str found = dwcp_unpack(host_lookup(key, len)); /* in memory from this guest's allocator: its own */
    char *text = (char *)dwcp_alloc(len + 3 + found.len);
    __builtin_memcpy(text, key, len);
    __builtin_memcpy(text + len, " = ", 3);
    __builtin_memcpy(text + len + 3, found.ptr, found.len);
    dwcp_free(found.ptr, found.len);
    dwcp_free(key, len);
    return dwcp_return(text, len + 3 + found.len);
}
DWCP_FREES(describe)
