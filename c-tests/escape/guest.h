/* A guest that makes any call on files and descriptors with any arguments, in a session, and whose memory the test fills and reads. */
#ifndef ESCAPE_GUEST_H
#define ESCAPE_GUEST_H

#include "../session_guests.h"

/* Each call with the types of its parameters: i of 32 bits, I of 64. */
#define WASI_FILE_CALLS(X)                     \
    X(fd_close, "i")                           \
    X(fd_filestat_get, "ii")                   \
    X(fd_filestat_set_times, "iIIi")           \
    X(fd_prestat_get, "ii")                    \
    X(fd_prestat_dir_name, "iii")              \
    X(fd_read, "iiii")                         \
    X(fd_readdir, "iiiIi")                     \
    X(fd_renumber, "ii")                       \
    X(fd_write, "iiii")                        \
    X(path_create_directory, "iii")            \
    X(path_filestat_get, "iiiii")              \
    X(path_filestat_set_times, "iiiiIIi")      \
    X(path_link, "iiiiiii")                    \
    X(path_open, "iiiiiIIii")                  \
    X(path_readlink, "iiiiii")                 \
    X(path_remove_directory, "iii")            \
    X(path_rename, "iiiiii")                   \
    X(path_symlink, "iiiii")                   \
    X(path_unlink_file, "iii")

#define NAMED(name, types) C_##name,
enum wasi_call { WASI_FILE_CALLS(NAMED) WASI_FILE_CALL_COUNT };
#undef NAMED

static const struct {
    const char *name, *types;
} WASI_CALLS[] = {
#define NAMED(name, types) {#name, types},
    WASI_FILE_CALLS(NAMED)
#undef NAMED
};

enum {
    ERRNO_OK = 0, ERRNO_ACCES = 2, ERRNO_BADF = 8, ERRNO_BUSY = 10, ERRNO_EXIST = 20, ERRNO_FBIG = 22, ERRNO_ILSEQ = 25,
    ERRNO_INVAL = 28, ERRNO_ISDIR = 31, ERRNO_LOOP = 32, ERRNO_MFILE = 33, ERRNO_NAMETOOLONG = 37, ERRNO_NOENT = 44,
    ERRNO_NOTDIR = 54, ERRNO_NOTEMPTY = 55, ERRNO_NOTSUP = 58, ERRNO_PERM = 63
};

enum { FOLLOW = 1, CREAT = 1, DIRECTORY = 2, EXCL = 4, TRUNC = 8, READ = 2, WRITE = 64 };

/* Where things are in the guest's memory: results, two names, and what calls read into. */
enum { RESULT = 0x100, LIST = 0x400, BUFFER = 0x1000, BUFFER_LEN = 0x4000, NAME = 0x10000, OTHER = 0x200000, PAGES = 64 };

struct guest {
    dwcp_module_t *module;
    dwcp_function_t *calls[WASI_FILE_CALL_COUNT];
    dwcp_vm_t *vm;
};

MAYBE_UNUSED static dwcp_module_t *load_file_guest(dwcp_runtime_t *runtime) {
    char *wat;
    size_t size;
    FILE *out = open_memstream(&wat, &size);
    REQUIRE(out != NULL);
    fprintf(out, "(module ");
    for (int exported = 0; exported < 2; exported++) {
        if (exported) fprintf(out, "(memory (export \"memory\") %d)", PAGES);
        for (int i = 0; i < WASI_FILE_CALL_COUNT; i++) {
            const char *name = WASI_CALLS[i].name;
            if (exported) fprintf(out, "(func (export \"%s\")", name);
            else fprintf(out, "(import \"" WASI "\" \"%s\" (func $%s", name, name);
            for (const char *t = WASI_CALLS[i].types; *t; t++) fprintf(out, "(param %s)", *t == 'i' ? "i32" : "i64");
            fprintf(out, "(result i32)");
            if (exported) fprintf(out, "(call $%s", name);
            for (int p = 0; exported && WASI_CALLS[i].types[p]; p++) fprintf(out, "(local.get %d)", p);
            fprintf(out, "))");
        }
    }
    fprintf(out, ")");
    fclose(out);
    dwcp_module_t *module = load(runtime, wat);
    free(wat);
    return module;
}

/* Makes a session; `wasi` may be NULL. */
MAYBE_UNUSED static struct guest visit(const dwcp_module_t *module, const dwcp_wasi_t *wasi) {
    struct guest guest = {0};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    guest.vm = acquire(module, &options);
    for (int i = 0; i < WASI_FILE_CALL_COUNT; i++) guest.calls[i] = function_of(module, WASI_CALLS[i].name);
    return guest;
}

MAYBE_UNUSED static void leave(struct guest *guest) {
    for (int i = 0; i < WASI_FILE_CALL_COUNT; i++) dwcp_function_free(guest->calls[i]);
    dwcp_vm_release(guest->vm);
}

MAYBE_UNUSED static void put(struct guest *guest, uint32_t at, const void *bytes, size_t length) {
    REQUIRE(dwcp_vm_write(guest->vm, at, bytes, length, NULL) == DWCP_OK);
}

MAYBE_UNUSED static void get(struct guest *guest, uint32_t at, void *bytes, size_t length) {
    REQUIRE(dwcp_vm_read(guest->vm, at, bytes, length, NULL) == DWCP_OK);
}

MAYBE_UNUSED static uint32_t get_u32(struct guest *guest, uint32_t at) {
    uint32_t value;
    get(guest, at, &value, sizeof value);
    return value;
}

/* Makes a call; gives its status, and its errno if it did not end the guest. */
MAYBE_UNUSED static dwcp_status_t try_call(struct guest *guest, enum wasi_call which, const int64_t *values, size_t count, int32_t *e) {
    dwcp_value_t args[9], result = {0};
    size_t n = 0;
    const char *types = WASI_CALLS[which].types;
    REQUIRE(count == strlen(types));
    for (size_t i = 0; i < count; i++) args[i] = types[i] == 'i' ? dwcp_i32((int32_t)values[i]) : dwcp_i64(values[i]);
    test_forget();
    dwcp_status_t status = dwcp_vm_call(guest->vm, guest->calls[which], args, count, NULL, &result, 1, &n, NULL, &err);
    *e = dwcp_as_i32(result);
    return status;
}

/* Makes a call that ends no guest; gives its errno. */
MAYBE_UNUSED static int32_t make_call(struct guest *guest, enum wasi_call which, const int64_t *values, size_t count) {
    int32_t e;
    dwcp_status_t status = try_call(guest, which, values, count, &e);
    if (status != DWCP_OK) test_check_status(status, DWCP_OK, WASI_CALLS[which].name, __FILE__, __LINE__);
    REQUIRE(status == DWCP_OK);
    return e;
}

#define MAKE(guest, call, ...) \
    make_call(guest, C_##call, (int64_t[]){__VA_ARGS__}, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

/* A name that is no string of C: it may hold NULs. */
struct name {
    const char *bytes;
    size_t length;
};

#define N(text) ((struct name){text, sizeof text - 1})

MAYBE_UNUSED static struct name named(const char *text) { return (struct name){text, strlen(text)}; }

MAYBE_UNUSED static void put_names(struct guest *guest, struct name name, struct name other) {
    put(guest, NAME, name.bytes, name.length);
    put(guest, OTHER, other.bytes, other.length);
}

/* Opens a name; gives the descriptor, or the errno as a negative number. */
MAYBE_UNUSED static int32_t open_name(struct guest *guest, int32_t base, struct name name, int32_t lookup, int32_t oflags, int64_t rights) {
    put(guest, NAME, name.bytes, name.length);
    int32_t e = MAKE(guest, path_open, base, lookup, NAME, (int64_t)name.length, oflags, rights, 0, 0, RESULT);
    return e ? -e : (int32_t)get_u32(guest, RESULT);
}

/* One buffer of `length` bytes for fd_read and fd_write. */
MAYBE_UNUSED static int32_t transfer(struct guest *guest, enum wasi_call which, int32_t fd, uint32_t length) {
    uint32_t list[2] = {BUFFER, length};
    put(guest, LIST, list, sizeof list);
    return make_call(guest, which, (int64_t[]){fd, LIST, 1, RESULT}, 4);
}

#endif
