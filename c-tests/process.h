/* What the process has at the moment: threads of the library, descriptors. Linux only, as the library is. */
#ifndef DWCP_PROCESS_H
#define DWCP_PROCESS_H

#include "test.h"

#include <dirent.h>
#include <sched.h>

/* Calls `look` with each entry of a directory of /proc; gives the sum. */
static inline int count_entries(const char *path, int (*look)(const char *name)) {
    DIR *directory = opendir(path);
    if (directory == NULL) return -1;
    int count = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
        if (entry->d_name[0] != '.') count += look(entry->d_name);
    closedir(directory);
    return count;
}

static inline int one_each(const char *name) {
    (void)name;
    return 1;
}

static inline int is_ours(const char *task) {
    char path[64], name[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%.20s/comm", task);
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0; /* gone already */
    if (fgets(name, sizeof name, file) == NULL) name[0] = '\0';
    fclose(file);
    return strncmp(name, "dwcp-", 5) == 0;
}

/* Threads whose names begin with "dwcp-". */
MAYBE_UNUSED static int library_threads(void) { return count_entries("/proc/self/task", is_ours); }

/* A thread that was joined, or told to end, may still be listed for a moment, until the kernel has taken it down. */
MAYBE_UNUSED static bool library_threads_become(int most) {
    for (int i = 0; i < 1000000; i++) {
        if (library_threads() <= most) return true;
        sched_yield();
    }
    return false;
}

MAYBE_UNUSED static bool no_library_thread(void) { return library_threads_become(0); }

MAYBE_UNUSED static int descriptors(void) { return count_entries("/proc/self/fd", one_each); }

#endif
