/* files - a WASI command that works with files like any other program: says hello, counts the lines, words and bytes of INPUT,
 * writes the counts to OUTPUT by way of a file beside it, reads them back, and lists the directory of OUTPUT.
 *
 *     files INPUT OUTPUT
 *
 * Exit code 0, or 1 with a line on standard error that names what failed. The same program in C++, Rust and Go: files.cpp,
 * files.rs, files.go.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *what, const char *path) {
    fprintf(stderr, "files: cannot %s %s: %s\n", what, path, strerror(errno));
    return 1;
}

/* A whole file, with a NUL behind it; NULL with errno where it cannot be had. */
static char *read_all(const char *path, size_t *length) {
    FILE *in = fopen(path, "rb");
    if (in == NULL) return NULL;
    size_t room = 4096;
    char *text = malloc(room + 1);
    *length = 0;
    for (size_t got; text != NULL && (got = fread(text + *length, 1, room - *length, in)) > 0;) {
        *length += got;
        if (*length == room) text = realloc(text, (room *= 2) + 1);
    }
    int error = ferror(in) ? errno : 0;
    fclose(in);
    if (error != 0) {
        free(text);
        errno = error;
        return NULL;
    }
    if (text != NULL) text[*length] = '\0';
    return text;
}

static bool write_all(const char *path, const char *text) {
    FILE *out = fopen(path, "wb");
    if (out == NULL) return false;
    bool good = fputs(text, out) >= 0;
    return fclose(out) == 0 && good; /* what is written may fail only here */
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static bool list(const char *path) {
    char *names[64];
    size_t count = 0;
    DIR *directory = opendir(path);
    if (directory == NULL) return false;
    for (struct dirent *entry; count < 64 && (entry = readdir(directory)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) names[count++] = strdup(entry->d_name);
    closedir(directory);
    qsort(names, count, sizeof *names, by_text);
    printf("files:");
    for (size_t i = 0; i < count; i++) {
        printf(" %s", names[i]);
        free(names[i]);
    }
    printf("\n");
    return true;
}

int main(int argc, char **argv) {
    puts("hello from C");
    if (argc != 3) {
        fprintf(stderr, "usage: files INPUT OUTPUT\n");
        return 1;
    }
    const char *input = argv[1], *output = argv[2];
    size_t length, lines = 0, words = 0;
    char *text = read_all(input, &length);
    if (text == NULL) return fail("read", input);
    bool in_word = false;
    for (size_t i = 0; i < length; i++) {
        bool space = text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r';
        lines += text[i] == '\n';
        words += !space && !in_word;
        in_word = !space;
    }
    free(text);

    /* Whoever reads OUTPUT sees all of it or nothing. */
    char report[128], draft[256];
    snprintf(report, sizeof report, "%zu lines, %zu words, %zu bytes\n", lines, words, length);
    snprintf(draft, sizeof draft, "%s.new", output);
    if (!write_all(draft, report)) return fail("write", draft);
    if (rename(draft, output) != 0) return fail("rename", draft);
    text = read_all(output, &length);
    if (text == NULL) return fail("read", output);
    fputs(text, stdout);
    free(text);

    char directory[256];
    snprintf(directory, sizeof directory, "%s", output);
    char *slash = strrchr(directory, '/');
    if (slash != NULL) *slash = '\0';
    if (!list(slash != NULL ? directory : ".")) return fail("list", directory);
    return 0;
}
