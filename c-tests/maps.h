/* What the process has mapped: the number of its memory maps, and how many the kernel allows. */
#ifndef DWCP_MAPS_H
#define DWCP_MAPS_H

#include "test.h"

/* Lines of /proc/self/maps, read without a buffer on the heap: that could be a map more. */
static inline long maps_but(const char *kind) {
    static char buffer[1 << 16];
    FILE *file = fopen("/proc/self/maps", "r");
    REQUIRE(file != NULL);
    setvbuf(file, NULL, _IONBF, 0);
    long maps = 0;
    char line[256];
    size_t length = 0;
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;) {
        for (size_t i = 0; i < n; i++) {
            if (buffer[i] != '\n') {
                if (length < sizeof line - 1) line[length++] = buffer[i];
                continue;
            }
            line[length] = '\0';
            length = 0;
            maps += kind == NULL || strstr(line, kind) == NULL;
        }
    }
    fclose(file);
    return maps;
}

MAYBE_UNUSED static long maps_now(void) { return maps_but(NULL); }

/* The maps a leak shows in. AddressSanitizer's allocator keeps what was freed in hundreds of maps of its own, all of them
 * writable; a leaked runtime, module, thread or library leaves others too: what is reserved, code, guard pages. */
MAYBE_UNUSED static long lasting_maps(void) {
#ifdef __SANITIZE_ADDRESS__
    return maps_but(" rw-p ");
#else
    return maps_but(NULL);
#endif
}

MAYBE_UNUSED static long maps_allowed(void) {
    long maximum = 65530;
    FILE *file = fopen("/proc/sys/vm/max_map_count", "r");
    if (file == NULL) return maximum;
    if (fscanf(file, "%ld", &maximum) != 1) maximum = 65530;
    fclose(file);
    return maximum;
}

#endif
