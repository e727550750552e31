/* A guest that makes a list of WASI calls in one call of a session: any of them, with any arguments, one after another. */
#ifndef DWCP_FILE_GUEST_H
#define DWCP_FILE_GUEST_H

#include "session_guests.h"

#include <stdarg.h>
#include <sys/stat.h>

enum { D = 3 }; /* the guest's first directory; what it opens is 4, 5 and so on */

/* That directory on the host, once mkdtemp has made it. */
static char root[] = "/tmp/dwcp-files-XXXXXX";

MAYBE_UNUSED static const char *at(const char *name) {
    static _Thread_local char paths[4][128];
    static _Thread_local int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof *paths, "%s/%s", root, name);
    return path;
}

MAYBE_UNUSED static long long size_of(const char *name) {
    struct stat s;
    return stat(at(name), &s) == 0 ? (long long)s.st_size : -1;
}

/* Each call with its parameters: i of 32 bits, I of 64, p a pointer that is followed. */
#define WASI_EVERY_CALL(X)                                                                                                    \
    X(args_get, "pp") X(args_sizes_get, "pp") X(environ_get, "pp") X(environ_sizes_get, "pp") X(clock_res_get, "ip")             \
    X(clock_time_get, "iIp") X(fd_advise, "iIIi") X(fd_allocate, "iII") X(fd_close, "i") X(fd_datasync, "i")                     \
    X(fd_fdstat_get, "ip") X(fd_fdstat_set_flags, "ii") X(fd_fdstat_set_rights, "iII") X(fd_filestat_get, "ip")                  \
    X(fd_filestat_set_size, "iI") X(fd_filestat_set_times, "iIIi") X(fd_pread, "ipiIp") X(fd_prestat_get, "ip")                  \
    X(fd_prestat_dir_name, "ipi") X(fd_pwrite, "ipiIp") X(fd_read, "ipip") X(fd_readdir, "ipiIp") X(fd_renumber, "ii")           \
    X(fd_seek, "iIip") X(fd_sync, "i") X(fd_tell, "ip") X(fd_write, "ipip") X(path_create_directory, "ipi")                      \
    X(path_filestat_get, "iipip") X(path_filestat_set_times, "iipiIIi") X(path_link, "iipiipi") X(path_open, "iipiiIIip")        \
    X(path_readlink, "ipipip") X(path_remove_directory, "ipi") X(path_rename, "ipiipi") X(path_symlink, "piipi")                 \
    X(path_unlink_file, "ipi") X(poll_oneoff, "ppip") X(random_get, "pi") X(sched_yield, "") X(sock_accept, "iii")               \
    X(sock_recv, "iiiiii") X(sock_send, "iiiii") X(sock_shutdown, "ii")

#define NAMED(name, types) W_##name,
enum wasi_call { WASI_EVERY_CALL(NAMED) WASI_CALL_COUNT };
#undef NAMED

static const struct {
    const char *name, *types;
} WASI_CALL[] = {
#define NAMED(name, types) {#name, types},
    WASI_EVERY_CALL(NAMED)
#undef NAMED
};

enum {
    E_OK = 0, E_ACCES = 2, E_BADF = 8, E_DQUOT = 19, E_EXIST = 20, E_FBIG = 22, E_INVAL = 28, E_ISDIR = 31, E_LOOP = 32, E_MFILE = 33,
    E_NOENT = 44, E_NOTDIR = 54, E_NOTSUP = 58, E_PERM = 63, E_NOTCAPABLE = 76
};

enum { FOLLOW = 1, CREAT = 1, DIRECTORY = 2, EXCL = 4, TRUNC = 8, READ = 2, WRITE = 64, RW = 66, APPEND = 1 };

/* Every right that preview 1 knows. */
enum { ALL_RIGHTS = (1 << 30) - 1 };

/* Where things are in the guest's memory. A record is a call, its arguments and then its errno, each in 8 bytes. */
enum { RESULT = 0x100, LIST = 0x200, RECORDS = 0x1000, RECORD = 96, MOST = 400, TEXT = 0x20000, BUFFER = 0x40000, GUEST_PAGES = 64 };
enum { BYTES = (GUEST_PAGES << 16) - BUFFER };

MAYBE_UNUSED static dwcp_module_t *load_every_call(dwcp_runtime_t *runtime) {
    char *wat;
    size_t size;
    FILE *out = open_memstream(&wat, &size);
    REQUIRE(out != NULL);
    fprintf(out, "(module ");
    for (int i = 0; i < WASI_CALL_COUNT; i++) {
        fprintf(out, "(import \"" WASI "\" \"%s\" (func $%s", WASI_CALL[i].name, WASI_CALL[i].name);
        for (const char *t = WASI_CALL[i].types; *t; t++) fprintf(out, "(param %s)", *t == 'I' ? "i64" : "i32");
        fprintf(out, "(result i32)))");
    }
    fprintf(out, "(memory (export \"memory\") %d) (table %d funcref) (elem (i32.const 0)", GUEST_PAGES, WASI_CALL_COUNT);
    for (int i = 0; i < WASI_CALL_COUNT; i++) fprintf(out, " $r_%s", WASI_CALL[i].name);
    fprintf(out, ")(type $record (func (param i32) (result i32)))");
    for (int i = 0; i < WASI_CALL_COUNT; i++) {
        fprintf(out, "(func $r_%s (param i32) (result i32) (call $%s", WASI_CALL[i].name, WASI_CALL[i].name);
        for (int p = 0; WASI_CALL[i].types[p]; p++)
            fprintf(out, "(%s offset=%d (local.get 0))", WASI_CALL[i].types[p] == 'I' ? "i64.load" : "i32.load", 8 + 8 * p);
        fprintf(out, "))");
    }
    fprintf(out,
            "(func (export \"run\") (param $n i32) (param $traps i32) (local $at i32) (local.set $at (i32.const %d))"
            " (loop $next (if (local.get $n) (then"
            "  (i32.store offset=%d (local.get $at) (call_indirect (type $record) (local.get $at) (i32.load (local.get $at))))"
            "  (local.set $at (i32.add (local.get $at) (i32.const %d)))"
            "  (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br $next))))"
            " (if (local.get $traps) (then unreachable))))",
            RECORDS, RECORD - 8, RECORD);
    fclose(out);
    dwcp_module_t *module = load(runtime, wat);
    free(wat);
    return module;
}

struct guest {
    dwcp_function_t *run;
    dwcp_vm_t *vm;
    uint64_t records[MOST][RECORD / 8];
    uint32_t count, text;
    dwcp_call_stats_t stats;
};

MAYBE_UNUSED static struct guest *enter(const dwcp_module_t *module, const dwcp_wasi_t *wasi) {
    struct guest *guest = calloc(1, sizeof *guest);
    REQUIRE(guest != NULL);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    guest->vm = acquire(module, &options);
    guest->run = function_of(module, "run");
    guest->text = TEXT;
    return guest;
}

MAYBE_UNUSED static void leave(struct guest *guest) {
    dwcp_function_free(guest->run);
    dwcp_vm_release(guest->vm);
    free(guest);
}

MAYBE_UNUSED static void put(struct guest *guest, uint32_t at, const void *bytes, size_t length) {
    REQUIRE(dwcp_vm_write(guest->vm, at, bytes, length, NULL) == DWCP_OK);
}

MAYBE_UNUSED static uint32_t get_u32(struct guest *guest, uint32_t at) {
    uint32_t value;
    REQUIRE(dwcp_vm_read(guest->vm, at, &value, sizeof value, NULL) == DWCP_OK);
    return value;
}

/* Adds a call to those of the next run. */
MAYBE_UNUSED static void plan_values(struct guest *guest, enum wasi_call which, const int64_t *values, size_t count) {
    REQUIRE(guest->count < MOST && count == strlen(WASI_CALL[which].types));
    uint64_t *record = guest->records[guest->count++];
    record[0] = which;
    for (size_t i = 0; i < count; i++) record[i + 1] = (uint64_t)values[i];
}

#define PLAN(guest, call, ...) \
    plan_values(guest, W_##call, (int64_t[]){__VA_ARGS__}, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

/* A name in the guest's memory. */
MAYBE_UNUSED static uint32_t name_of(struct guest *guest, const char *name) {
    uint32_t at = guest->text;
    put(guest, at, name, strlen(name));
    guest->text += (uint32_t)strlen(name);
    REQUIRE(guest->text < BUFFER);
    return at;
}

#define PATH(guest, name) name_of(guest, name), (int64_t)strlen(name)

MAYBE_UNUSED static void plan_open(struct guest *guest, int32_t base, const char *name, int32_t oflags, int64_t rights, int32_t flags) {
    PLAN(guest, path_open, base, FOLLOW, PATH(guest, name), oflags, rights, ALL_RIGHTS, flags, RESULT);
}

/* One buffer of so many bytes, or the same one `times` times. */
MAYBE_UNUSED static uint32_t list_of(struct guest *guest, uint32_t length, uint32_t times) {
    uint32_t list[2] = {BUFFER, length}, at = (guest->text + 7) & ~7u;
    guest->text = at + 8 * times;
    REQUIRE(guest->text < BUFFER && length <= BYTES);
    for (uint32_t i = 0; i < times; i++) put(guest, at + 8 * i, list, sizeof list);
    return at;
}

MAYBE_UNUSED static void plan_write(struct guest *guest, int32_t fd, uint32_t length) {
    PLAN(guest, fd_write, fd, list_of(guest, length, 1), 1, RESULT);
}

MAYBE_UNUSED static void plan_pwrite(struct guest *guest, int32_t fd, uint32_t length, int64_t offset) {
    PLAN(guest, fd_pwrite, fd, list_of(guest, length, 1), 1, offset, RESULT);
}

/* Makes the calls that were planned, in one call of the session. With `traps` the guest then traps. */
MAYBE_UNUSED static dwcp_status_t run(struct guest *guest, bool traps, uint64_t timeout_ns) {
    put(guest, RECORDS, guest->records, guest->count * RECORD);
    dwcp_value_t args[2] = {dwcp_i32((int32_t)guest->count), dwcp_i32(traps)};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.timeout_ns = timeout_ns;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    guest->stats = stats;
    test_forget();
    dwcp_status_t status = dwcp_vm_call(guest->vm, guest->run, args, 2, &options, NULL, 0, NULL, &guest->stats, &err);
    if (status == DWCP_OK)
        REQUIRE(dwcp_vm_read(guest->vm, RECORDS, guest->records, guest->count * RECORD, NULL) == DWCP_OK);
    guest->count = 0;
    guest->text = TEXT;
    return status;
}

/* Makes them and compares their errnos. */
#define EXPECT(guest, ...) \
    expect(guest, (int32_t[]){__VA_ARGS__}, sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t), __FILE__, __LINE__)

MAYBE_UNUSED static void expect(struct guest *guest, const int32_t *errnos, size_t count, const char *file, int line) {
    size_t planned = guest->count;
    if (!test_check_eq((long long)planned, (long long)count, "calls", file, line)) exit(1);
    dwcp_status_t status = run(guest, false, 0);
    if (!test_check_status(status, DWCP_OK, "dwcp_vm_call", file, line)) exit(1);
    for (size_t i = 0; i < count; i++) {
        char what[64];
        snprintf(what, sizeof what, "call %zu, %s,", i, WASI_CALL[guest->records[i][0]].name);
        test_check_eq((int32_t)guest->records[i][RECORD / 8 - 1], errnos[i], what, file, line);
    }
}

#endif
