/* What the process has mapped: the number of its memory maps, and how many the kernel allows. */
#ifndef DWCP_MAPS_H
#define DWCP_MAPS_H

#include "test.h"

/* Lines of /proc/self/maps, read without a buffer on the heap: that could be a map more. */
MAYBE_UNUSED static long maps_now(void) {
    static char buffer[1 << 16];
    FILE *file = fopen("/proc/self/maps", "r");
    REQUIRE(file != NULL);
    setvbuf(file, NULL, _IONBF, 0);
    long lines = 0;
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;)
        for (size_t i = 0; i < n; i++) lines += buffer[i] == '\n';
    fclose(file);
    return lines;
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
