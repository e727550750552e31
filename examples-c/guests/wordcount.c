/* wordcount - counts lines, words and bytes, and shows the most frequent words: a WASI command like any other.
 *
 *     wordcount [FILE]...        without FILE: standard input
 *
 * Exit code 0, or 2 when a FILE cannot be read. The environment variable TOP says how many words to show (default 5).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096

struct word {
    struct word *next;
    unsigned long count;
    char text[];
};

static struct word *table[BUCKETS];
static unsigned long lines, words, bytes, distinct;

static void count_word(const char *text, size_t length) {
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    struct word **slot = &table[hash % BUCKETS];
    for (struct word *w = *slot; w; w = w->next) {
        if (strlen(w->text) == length && memcmp(w->text, text, length) == 0) {
            w->count++;
            return;
        }
    }
    struct word *w = malloc(sizeof *w + length + 1);
    if (!w) {
        fprintf(stderr, "wordcount: out of memory\n");
        exit(3);
    }
    memcpy(w->text, text, length);
    w->text[length] = '\0';
    w->count = 1;
    w->next = *slot;
    *slot = w;
    distinct++;
}

static void count_stream(FILE *in) {
    char word[256];
    size_t length = 0;
    int c;
    while ((c = getc(in)) != EOF) {
        bytes++;
        if (c == '\n') lines++;
        if (isalnum(c) || c == '\'') {
            if (length < sizeof word) word[length++] = (char)tolower(c);
        } else if (length > 0) {
            words++;
            count_word(word, length);
            length = 0;
        }
    }
    if (length > 0) {
        words++;
        count_word(word, length);
    }
}

static int by_count(const void *a, const void *b) {
    const struct word *x = *(struct word *const *)a, *y = *(struct word *const *)b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return strcmp(x->text, y->text);
}

static void show_top(unsigned long n) {
    struct word **all = malloc((distinct + 1) * sizeof *all);
    unsigned long k = 0;
    if (!all) return;
    for (int i = 0; i < BUCKETS; i++)
        for (struct word *w = table[i]; w; w = w->next) all[k++] = w;
    qsort(all, k, sizeof *all, by_count);
    for (unsigned long i = 0; i < k && i < n; i++) printf("%8lu  %s\n", all[i]->count, all[i]->text);
    free(all);
}

int main(int argc, char **argv) {
    int exit_code = 0;
    if (argc < 2) count_stream(stdin);
    for (int i = 1; i < argc; i++) {
        FILE *in = fopen(argv[i], "rb");
        if (!in) {
            fprintf(stderr, "wordcount: ");
            perror(argv[i]);
            exit_code = 2;
            continue;
        }
        count_stream(in);
        fclose(in);
    }
    const char *top = getenv("TOP");
    printf("%lu lines, %lu words (%lu distinct), %lu bytes\n", lines, words, distinct, bytes);
    show_top(top ? strtoul(top, NULL, 10) : 5);
    return exit_code;
}
