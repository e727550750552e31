/* The compiled guests as files: their signatures arrive in the module, the languages agree, and the committed module is that of
 * its source. Bytes differ from compiler to compiler; exports and signatures do not. */
#include "guests.h"

#define STRINGS DWCP_SOURCE_DIR "/examples-c/guests/strings.wasm"

typedef struct {
    char lines[64][64]; /* sorted */
    size_t n;
} list;

typedef struct {
    list exports, signatures;
    size_t size;
    int sections; /* named dwcp.signatures */
} guest;

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

static void add(list *to, const uint8_t *text, size_t len) {
    REQUIRE(to->n < 64 && len < 64);
    memcpy(to->lines[to->n], text, len);
    to->lines[to->n++][len] = '\0';
}

static bool has(const list *in, const char *line) { return bsearch(line, in->lines, in->n, sizeof in->lines[0], by_text) != NULL; }

static uint32_t leb(const uint8_t **at, const uint8_t *end) {
    uint32_t number = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        REQUIRE(*at < end);
        uint8_t byte = *(*at)++;
        number |= (uint32_t)(byte & 127) << shift;
        if (byte < 128) return number;
    }
    REQUIRE(!"a number that ends");
    return 0;
}

static guest read_guest(const char *path) {
    guest is = {0};
    uint8_t *bytes = read_file(path, &is.size);
    const uint8_t *end = bytes + is.size, *at = bytes + 8;
    REQUIRE(is.size > 8 && memcmp(bytes, "\0asm\1\0\0\0", 8) == 0);
    while (at < end) {
        uint8_t id = *at++;
        uint32_t length = leb(&at, end);
        REQUIRE(length <= (size_t)(end - at));
        const uint8_t *next = at + length;
        if (id == 7) {
            for (uint32_t n = leb(&at, next); n > 0; n--) {
                uint32_t len = leb(&at, next);
                REQUIRE(len < (size_t)(next - at));
                add(&is.exports, at, len);
                at += len + 1; /* the kind */
                leb(&at, next);
            }
        } else if (id == 0) {
            uint32_t len = leb(&at, next);
            REQUIRE(len <= (size_t)(next - at));
            bool ours = len == 15 && memcmp(at, "dwcp.signatures", 15) == 0;
            if (ours) is.sections++;
            for (at += len; ours && at < next;) {
                const uint8_t *line = at;
                while (at < next && *at != '\n') at++;
                add(&is.signatures, line, (size_t)(at - line));
                at++;
            }
        }
        at = next;
    }
    free(bytes);
    qsort(is.exports.lines, is.exports.n, sizeof is.exports.lines[0], by_text);
    qsort(is.signatures.lines, is.signatures.n, sizeof is.signatures.lines[0], by_text);
    return is;
}

static void same(const list *a, const list *b, const char *what) {
    for (size_t i = 0; i < a->n || i < b->n; i++)
        if (!CHECK_STR(i < a->n ? a->lines[i] : "(none)", i < b->n ? b->lines[i] : "(none)")) {
            fprintf(stderr, "  in %s\n", what);
            return;
        }
}

/* What every guest of the kit has: memory, an allocator, and an export for each signature, once. */
static guest sound(const char *path) {
    printf("%s\n", path);
    guest is = read_guest(path);
    CHECK_EQ(is.sections, 1);
    CHECK(is.signatures.n > 0);
    CHECK(has(&is.exports, "memory") && has(&is.exports, "cabi_realloc"));
    for (size_t i = 0; i < is.signatures.n; i++) {
        char name[64], post[80];
        strcpy(name, is.signatures.lines[i]);
        char *space = strchr(name, ' ');
        if (!CHECK(space != NULL && space[1] != '\0')) continue;
        *space = '\0';
        CHECK(has(&is.exports, name));
        CHECK(i == 0 || strcmp(is.signatures.lines[i - 1], is.signatures.lines[i]) != 0);
        /* a packed result here is always memory of its own */
        snprintf(post, sizeof post, "cabi_post_%s", name);
        if (strcmp(name, "lie") != 0) CHECK_EQ(has(&is.exports, post), strstr(space + 1, "64") != NULL);
    }
    return is;
}

int main(void) {
    guest committed = sound(STRINGS);
    CHECK(committed.size < 8192);
    if (DWCP_GUESTS_MISSING[0] != '\0') {
        int code = report("guest_modules, strings.wasm alone");
        if (code == 0) printf("guest_modules: SKIP, %s\n", DWCP_GUESTS_MISSING);
        return code;
    }
    guest rebuilt = sound(DWCP_GUEST_DIR "/strings.wasm");
    same(&committed.signatures, &rebuilt.signatures, "the signatures of strings.wasm: build it anew from strings.c");
    same(&committed.exports, &rebuilt.exports, "the exports of strings.wasm: build it anew from strings.c");

    guest kit = sound(DWCP_GUEST_DIR "/kit.wasm");
    CHECK_EQ(kit.signatures.n, 10);
    static const char *const others[] = {"kit_libc", "kit_cpp", "kit_cpp_libc", "kit_rust"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(others[i], "kit_rust") == 0 && DWCP_RUST_GUESTS_MISSING[0] != '\0') {
            printf("guest_modules: without kit_rust: %s\n", DWCP_RUST_GUESTS_MISSING);
            continue;
        }
        char path[512];
        snprintf(path, sizeof path, DWCP_GUEST_DIR "/%s.wasm", others[i]);
        guest other = sound(path);
        same(&other.signatures, &kit.signatures, others[i]);
    }
    sound(DWCP_GUEST_DIR "/hosted.wasm");
    sound(DWCP_GUEST_DIR "/printf.wasm");
    return report("guest_modules");
}
