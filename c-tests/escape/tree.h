/* A host's directories: "jail", which guests may write, "ro", which they may read, and around them what they must never reach.
 *
 * What lies outside has a size and a time that nothing else has, contents and names that stand nowhere else: a guest that has any
 * of them in its memory has been there. What a guest changes outside shows in a listing with everything that a change leaves. */
#ifndef ESCAPE_TREE_H
#define ESCAPE_TREE_H

#include "../test.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_TEXT "contents that no guest has read"
#define CANARY "canary-that-no-guest-has-seen"
enum { SECRET_SIZE = 31337, SECRET_TIME = 987654321 };

/* The whole of it; "jail" and "ro" lie in it. */
static char base[32];

/* Paths below the base; a few at a time. */
MAYBE_UNUSED static const char *at(const char *name) {
    static _Thread_local char paths[8][PATH_MAX];
    static _Thread_local unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, PATH_MAX, "%s/%s", base, name);
    return path;
}

static inline void make_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    REQUIRE(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static inline void make_secret(const char *path) {
    make_file(path, SECRET_TEXT);
    REQUIRE(truncate(path, SECRET_SIZE) == 0);
}

static inline void make_link(const char *to, const char *path) { REQUIRE(symlink(to, path) == 0); }

/* Removes a directory with all that is in it, or what is in it but the long chain. Follows no link. */
MAYBE_UNUSED static void empty_directory(const char *path, bool itself) {
    DIR *directory = opendir(path);
    REQUIRE(directory != NULL);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (!itself && strcmp(entry->d_name, "long") == 0) continue;
        char inner[PATH_MAX];
        struct stat s;
        REQUIRE(snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) < PATH_MAX && lstat(inner, &s) == 0);
        if (S_ISDIR(s.st_mode)) empty_directory(inner, true);
        else REQUIRE(unlink(inner) == 0);
    }
    closedir(directory);
    if (itself) REQUIRE(rmdir(path) == 0);
}

/* Links that lead out of "jail", and such as stay; each name is tried with each ending. */
static const struct {
    const char *name, *to; /* a leading '@' stands for the base */
} LINKS[] = {
    {"out_abs", "@/secret"},    {"out_rel", "../secret"},     {"outd_abs", "@/outside"}, {"outd_rel", "../outside"},
    {"up", ".."},               {"d/up2", "../.."},           {"d/out", "../../secret"}, {"dot", "."},
    {"loop", "loop"},           {"loop_a", "loop_b"},         {"loop_b", "loop_a"},      {"in", "f"},
    {"ind", "d"},               {"ind_slash", "d/"},          {"d/back", "../../jail/f"}, {"proc", "/proc/self/root"},
    {"procfd", "/proc/self/fd"}, {"new_rel", "../new"},       {"new_abs", "@/new"},      {"through", "outd_rel/inner"},
    {"in_abs", "@/jail/f"},     {"root", "/"},                {"slash", "../outside/"},  {"chain1", "chain2"},
    {"chain2", "ind/../chain3"}, {"chain3", "d/up2/secret"},  {"ro", "../ro/f"},         {"long39", "long/38"},
};
enum { NLINKS = sizeof LINKS / sizeof *LINKS };

MAYBE_UNUSED static void fill_jail(void) {
    static const char *const directories[] = {"jail/d", "jail/d/e", "jail/empty", "jail/odd"};
    static const char *const files[] = {"jail/f", "jail/d/f", "jail/d/e/f", "jail/odd/\xff\xfe"}; /* no name for a guest */
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) REQUIRE(mkdir(at(directories[i]), 0700) == 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) make_file(at(files[i]), "inside");
    for (size_t i = 0; i < NLINKS; i++) {
        char link[PATH_MAX];
        snprintf(link, sizeof link, "jail/%s", LINKS[i].name);
        make_link(LINKS[i].to[0] == '@' ? at(LINKS[i].to + 2) : LINKS[i].to, at(link));
    }
    REQUIRE(linkat(AT_FDCWD, at("jail/out_rel"), AT_FDCWD, at("jail/hard"), 0) == 0); /* a hard link to a link */
}

MAYBE_UNUSED static void refill_jail(void) {
    empty_directory(at("jail"), false);
    fill_jail();
}

/* Forty links that lead from one to the next, and from the last one out. They are in no guest's way and made once. */
static inline void make_long_chain(void) {
    REQUIRE(mkdir(at("jail/long"), 0700) == 0);
    for (int i = 0; i < 39; i++) {
        char link[32], to[32];
        snprintf(link, sizeof link, "jail/long/%d", i);
        snprintf(to, sizeof to, i ? "%d" : "../out_rel", i - 1);
        make_link(to, at(link));
    }
}

/* Gives everything outside the time that nothing else has. */
static inline void set_time(const char *path) {
    struct timespec times[2] = {{SECRET_TIME, 0}, {SECRET_TIME, 0}};
    REQUIRE(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0);
}

MAYBE_UNUSED static void make_tree(void) {
    /* in memory where there is such a file system: nothing here is about disks */
    strcpy(base, "/dev/shm/dwcp-escape-XXXXXX");
    if (mkdtemp(base) == NULL) {
        strcpy(base, "/tmp/dwcp-escape-XXXXXX");
        REQUIRE(mkdtemp(base) != NULL);
    }
    static const char *const directories[] = {"outside", "outside/empty", "jail", "ro", "ro/d"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) REQUIRE(mkdir(at(directories[i]), 0700) == 0);
    make_secret(at("secret"));
    make_secret(at("outside/inner"));
    make_file(at("outside/" CANARY), SECRET_TEXT);
    make_link("inner", at("outside/link"));
    make_file(at("ro/f"), "read only");
    make_file(at("ro/d/f"), "read only");
    make_link("../secret", at("ro/out"));
    make_link("../outside", at("ro/outd"));
    make_link("d", at("ro/ind"));
    make_long_chain();
    fill_jail();
    static const char *const marked[] = {"secret", "outside/inner", "outside/" CANARY, "outside/link", "outside/empty", "outside", ""};
    for (size_t i = 0; i < sizeof marked / sizeof *marked; i++) set_time(at(marked[i]));
}

static inline void list_into(FILE *out, const char *path, const char *skipped) {
    struct stat s;
    if (lstat(path, &s) != 0) {
        fprintf(out, "%s is not there\n", path);
        return;
    }
    bool skip = skipped != NULL && strcmp(path, skipped) == 0;
    fprintf(out, "%s: %o, inode %llu", path, (unsigned)s.st_mode, (unsigned long long)s.st_ino);
    if (!skip)
        fprintf(out, ", %llu links, %lld bytes, modified %lld.%09ld, changed %lld.%09ld", (unsigned long long)s.st_nlink,
                (long long)s.st_size, (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec, (long long)s.st_ctim.tv_sec, s.st_ctim.tv_nsec);
    if (S_ISLNK(s.st_mode)) {
        char to[PATH_MAX];
        ssize_t n = readlink(path, to, sizeof to);
        fprintf(out, " -> %.*s", (int)n, to);
    }
    fputc('\n', out);
    if (!S_ISDIR(s.st_mode) || skip) return;
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char inner[PATH_MAX];
        bool dots = strcmp(entries[i]->d_name, ".") == 0 || strcmp(entries[i]->d_name, "..") == 0;
        if (!dots && snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name) < PATH_MAX) list_into(out, inner, skipped);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
}

/* All that is below a path, in one text, without what is in `skipped`; that one's own times are not looked at either. */
MAYBE_UNUSED static char *listing(const char *path, const char *skipped) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    REQUIRE(out != NULL);
    list_into(out, path, skipped);
    fclose(out);
    return text;
}

/* The outside, as it was; taken again and compared. */
static char *outside_before;

static inline char *list_outside(void) {
    char jail[PATH_MAX];
    snprintf(jail, sizeof jail, "%s", at("jail"));
    return listing(base, jail);
}

MAYBE_UNUSED static bool outside_is_untouched(const char *after_what) {
    char *now = list_outside();
    bool same = strcmp(now, outside_before) == 0;
    char text[256];
    snprintf(text, sizeof text, "nothing outside was touched by %s", after_what);
    if (!test_check(same, __FILE__, __LINE__, "%s", text)) fprintf(stderr, "---- before\n%s---- after\n%s", outside_before, now);
    free(now);
    return same;
}

/* Whether bytes that a guest holds are of what lies outside. */
MAYBE_UNUSED static bool tells_of_outside(const void *bytes, size_t length) {
    return memmem(bytes, length, SECRET_TEXT, strlen(SECRET_TEXT)) != NULL || memmem(bytes, length, CANARY, strlen(CANARY)) != NULL;
}

#endif
