/* What a guest cannot do to its host, where the host's own process takes part: its descriptors, signals and limits. Each part
 * runs in a process of its own, since it changes what belongs to all of one. */
#include "guests.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#define WASI "wasi_snapshot_preview1"

/* All work on the file "f" of the first directory, made anew if it is not there; what is written is zeros from 1024 on. */
static const char FILE_WAT[] =
    "(module"
    " (import \"" WASI "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_pwrite\" (func $pwrite (param i32 i32 i32 i64 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_filestat_set_size\" (func $resize (param i32 i64) (result i32)))"
    " (memory (export \"memory\") 2) (data (i32.const 256) \"f\")"
    " (func $f (result i32)"
    "  (drop (call $open (i32.const 3) (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 1) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 8)))"
    "  (i32.load (i32.const 8)))"
    " (func $buffer (param i32) (i32.store (i32.const 16) (i32.const 1024)) (i32.store (i32.const 20) (local.get 0)))"
    " (func (export \"pwrite\") (param $n i32) (param $at i64) (result i32)"
    "  (call $buffer (local.get $n)) (call $pwrite (call $f) (i32.const 16) (i32.const 1) (local.get $at) (i32.const 24)))"
    " (func (export \"resize\") (param $size i64) (result i32) (call $resize (call $f) (local.get $size)))"
    /* opens the file and writes to a standard stream while it is open */
    " (func (export \"print\") (param $fd i32) (param $n i32) (result i32) (drop (call $f))"
    "  (call $buffer (local.get $n)) (call $write (local.get $fd) (i32.const 16) (i32.const 1) (i32.const 24)))"
    " (func (export \"input\") (result i32) (call $buffer (i32.const 8)) (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))"
    /* is refused the file, goes on, and then names a buffer outside its memory */
    " (func (export \"err\") (drop (call $f)) (drop (call $write (i32.const 1) (i32.const -8) (i32.const 1) (i32.const 24)))))";

enum { ERRNO_OK = 0, ERRNO_BADF = 8, ERRNO_FBIG = 22 };

static char root[] = "/tmp/dwcp-sandbox-XXXXXX", file[64];

static dwcp_config_t *with_files(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, root, "/", false, &err));
    return config;
}

static int32_t errno_of(const dwcp_module_t *module, const char *name, const dwcp_value_t *args, size_t nargs,
                        const dwcp_wasi_t *wasi) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    dwcp_value_t result = {0};
    CHECK_EQ(call(module, name, args, nargs, &options, &result, 1, NULL), DWCP_OK);
    return dwcp_as_i32(result);
}

static int32_t pwrite_at(const dwcp_module_t *module, int32_t n, int64_t at) {
    dwcp_value_t args[2] = {dwcp_i32(n), dwcp_i64(at)};
    return errno_of(module, "pwrite", args, 2, NULL);
}

static int32_t print(const dwcp_module_t *module, int32_t fd, int32_t n, const dwcp_wasi_t *wasi) {
    dwcp_value_t args[2] = {dwcp_i32(fd), dwcp_i32(n)};
    return errno_of(module, "print", args, 2, wasi);
}

static off_t size_of(const char *path) {
    struct stat s;
    return stat(path, &s) == 0 ? s.st_size : -1;
}

static dwcp_wasi_t *inheriting(void) {
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    REQUIRE(wasi != NULL);
    CHECK_STATUS(dwcp_wasi_inherit_stdin, OK, (wasi, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_INHERIT, 0, &err));
    return wasi;
}

/* A file as large as the process may write is the end of it for the guest, not for the process. */
static void the_process_has_a_file_limit(void) {
    dwcp_runtime_t *runtime = new_runtime(with_files());
    dwcp_module_t *module = load(runtime, FILE_WAT);
    CHECK_EQ(pwrite_at(module, 1, 4999), ERRNO_OK); /* the first call also makes what the engine keeps of the module */
    struct rlimit limit = {1000, RLIM_INFINITY};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK_EQ(pwrite_at(module, 1000, 0), ERRNO_OK);
    CHECK_EQ(pwrite_at(module, 1001, 0), ERRNO_FBIG);
    CHECK_EQ(pwrite_at(module, 1, 4000), ERRNO_FBIG);
    dwcp_value_t size = dwcp_i64(1001);
    CHECK_EQ(errno_of(module, "resize", &size, 1, NULL), ERRNO_FBIG);
    size = dwcp_i64(900);
    CHECK_EQ(errno_of(module, "resize", &size, 1, NULL), ERRNO_OK);

    /* the same of what it inherits */
    char path[80];
    snprintf(path, sizeof path, "%s/out", root);
    int out = open(path, O_CREAT | O_WRONLY, 0600), kept = dup(1);
    REQUIRE(out >= 0 && kept >= 0);
    fflush(stdout);
    dup2(out, 1);
    dwcp_wasi_t *wasi = inheriting();
    int32_t first = print(module, 1, 1000, wasi), second = print(module, 1, 1, wasi);
    dup2(kept, 1);
    CHECK_EQ(first, ERRNO_OK);
    CHECK_EQ(second, ERRNO_FBIG);
    CHECK_EQ(size_of(path), 1000);
    limit.rlim_cur = RLIM_INFINITY; /* the report may go to a long file */
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    unlink(path);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

enum { MIB = 1 << 20, APPENDED = 4 * MIB };

static const char APPEND_WAT[] =
    "(module"
    " (import \"" WASI "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 80) (data (i32.const 256) \"f\")"
    " (func (export \"append\") (param $n i32) (result i32)"
    "  (drop (call $open (i32.const 3) (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 1) (i64.const 66) (i64.const 0) (i32.const 1) (i32.const 8)))"
    "  (i32.store (i32.const 16) (i32.const 1024)) (i32.store (i32.const 20) (local.get $n))"
    "  (drop (call $write (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 24))) (i32.load (i32.const 24))))";

/* Makes the file as large as the process may as soon as the guest has begun to append to it. */
static int fill(void *data) {
    int fd = *(int *)data;
    struct stat s;
    while (fstat(fd, &s) == 0 && s.st_size < MIB) {}
    return ftruncate(fd, APPENDED);
}

/* The same where the file is filled by another while the guest writes: what it has written is all that it is told. */
static void a_file_is_filled_meanwhile(void) {
    dwcp_runtime_t *runtime = new_runtime(with_files());
    dwcp_module_t *module = load(runtime, APPEND_WAT);
    dwcp_value_t n = dwcp_i32(1);
    CHECK_EQ(errno_of(module, "append", &n, 1, NULL), 1);
    struct rlimit limit = {APPENDED, RLIM_INFINITY};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    int fd = open(file, O_RDWR | O_CLOEXEC), cut = 0;
    REQUIRE(fd >= 0);
    for (int round = 0; round < 1000 && cut < 3; round++) {
        REQUIRE(ftruncate(fd, 0) == 0);
        thrd_t filler;
        REQUIRE(thrd_create(&filler, fill, &fd) == thrd_success);
        n = dwcp_i32(APPENDED);
        int32_t written = errno_of(module, "append", &n, 1, NULL);
        thrd_join(filler, NULL);
        CHECK(written >= MIB && written <= APPENDED);
        CHECK_EQ(size_of(file), APPENDED);
        cut += written < APPENDED;
    }
    CHECK(cut > 0);
    close(fd);
    unlink(file);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A number that the host has closed is closed for the guest, and stays free of the guest's files. */
static void the_process_has_closed_its_streams(void) {
    dwcp_runtime_t *runtime = new_runtime(with_files());
    dwcp_wasi_t *wasi = inheriting();
    int kept[2] = {fcntl(0, F_DUPFD, 10), fcntl(1, F_DUPFD, 10)};
    fflush(stdout);
    close(0);
    close(1);
    /* with its data, which the engine keeps in a file in memory */
    dwcp_module_t *module = load(runtime, FILE_WAT);
    bool loaded = fcntl(0, F_GETFD) == -1 && fcntl(1, F_GETFD) == -1;
    int32_t printed = print(module, 1, 5, wasi), read = errno_of(module, "input", NULL, 0, wasi);
    bool free_again = fcntl(0, F_GETFD) == -1 && fcntl(1, F_GETFD) == -1;
    dup2(kept[0], 0);
    dup2(kept[1], 1);
    CHECK(loaded);
    CHECK_EQ(printed, ERRNO_BADF);
    CHECK_EQ(read, ERRNO_BADF);
    CHECK(free_again);
    CHECK_EQ(pwrite_at(module, 0, 0), ERRNO_OK);
    CHECK_EQ(size_of(file), 0);
    unlink(file);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* While a guest of it runs, the host looks at its own numbers: none is one of the guest's. */
static dwcp_status_t look(void *data, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    for (int fd = 0; fd <= 2; fd++) *(bool *)data |= fcntl(fd, F_GETFD) != -1;
    return DWCP_OK;
}

static void no_file_of_a_guest_is_a_stream(void) {
    dwcp_runtime_t *runtime = new_runtime(with_files());
    bool taken = false;
    unlink(file);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "look", ":", look, &taken, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"look\" (func $look))"
                                      " (import \"" WASI "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
                                      " (memory (export \"memory\") 1) (data (i32.const 256) \"f\")"
                                      " (func (export \"open\") (result i32)"
                                      "  (call $open (i32.const 3) (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 1) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 8))"
                                      "  (call $look)))",
                                      imports);
    CHECK_EQ(errno_of(module, "open", NULL, 0, NULL), ERRNO_OK);
    int kept[3];
    taken = false;
    fflush(NULL);
    for (int fd = 0; fd <= 2; fd++) {
        kept[fd] = fcntl(fd, F_DUPFD, 10);
        close(fd);
    }
    int32_t opened = errno_of(module, "open", NULL, 0, NULL);
    for (int fd = 0; fd <= 2; fd++) dup2(kept[fd], fd);
    CHECK_EQ(opened, ERRNO_OK);
    CHECK(!taken);
    dwcp_imports_free(imports);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* Looks whether standard output, which is closed, is still that while a guest waits for its input. */
static int look_meanwhile(void *data) {
    thrd_sleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    *(bool *)data = fcntl(1, F_GETFD) != -1;
    return 0;
}

static void nothing_of_a_wait_is_a_stream(void) {
    dwcp_runtime_t *runtime = new_runtime(with_files());
    dwcp_module_t *module = load(runtime, FILE_WAT);
    dwcp_wasi_t *wasi = inheriting();
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    options.timeout_ns = 200000000;
    bool taken = true;
    int ends[2], kept = fcntl(1, F_DUPFD, 10);
    REQUIRE(pipe(ends) == 0 && dup2(ends[0], 0) == 0);
    fflush(stdout);
    close(1);
    thrd_t looker;
    REQUIRE(thrd_create(&looker, look_meanwhile, &taken) == thrd_success);
    dwcp_value_t result;
    dwcp_status_t status = call(module, "input", NULL, 0, &options, &result, 1, NULL);
    thrd_join(looker, NULL);
    dup2(kept, 1);
    CHECK_EQ(status, DWCP_ERR_TIMEOUT);
    CHECK(!taken);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

struct reader {
    const dwcp_module_t *module;
    const dwcp_wasi_t *wasi;
    dwcp_status_t status;
    uint64_t overrun_ns;
};

static int read_input(void *data) {
    struct reader *reader = data;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = reader->wasi;
    options.timeout_ns = 200000000;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t result = {0};
    reader->status = call(reader->module, "input", NULL, 0, &options, &result, 1, &stats);
    reader->overrun_ns = stats.overrun_ns;
    test_forget();
    return 0;
}

/* Several guests read what comes for one of them: the others end at their deadlines. */
static void one_input_for_many(void) {
    dwcp_runtime_t *runtime = new_runtime(with_files());
    dwcp_module_t *module = load(runtime, FILE_WAT);
    dwcp_wasi_t *wasi = inheriting();
    enum { READERS = 4 };
    for (int round = 0; round < 5; round++) {
        int ends[2];
        REQUIRE(pipe(ends) == 0 && dup2(ends[0], 0) == 0);
        struct reader readers[READERS];
        thrd_t threads[READERS];
        for (int i = 0; i < READERS; i++) {
            readers[i] = (struct reader){module, wasi, DWCP_OK, 0};
            REQUIRE(thrd_create(&threads[i], read_input, &readers[i]) == thrd_success);
        }
        usleep(30000);
        CHECK_EQ(write(ends[1], "x", 1), 1);
        int served = 0;
        for (int i = 0; i < READERS; i++) {
            thrd_join(threads[i], NULL);
            served += readers[i].status == DWCP_OK;
            CHECK(readers[i].status == DWCP_OK || readers[i].status == DWCP_ERR_TIMEOUT);
            CHECK(readers[i].overrun_ns < 2000000000);
        }
        CHECK_EQ(served, 1);
        CHECK_EQ(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0); /* the host's own pipe is as it was */
        close(ends[0]);
        close(ends[1]);
    }
    int event = eventfd(0, 0);
    REQUIRE(event >= 0 && dup2(event, 0) == 0);
    struct reader reader = {module, wasi, DWCP_OK, 0};
    read_input(&reader);
    CHECK_EQ(reader.status, DWCP_ERR_TIMEOUT);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A limit that the guest has coped with does not explain its later mistake. */
static void a_limit_coped_with(void) {
    dwcp_config_t *config = with_files();
    CHECK_STATUS(dwcp_config_set_max_open_files, OK, (config, 0, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, FILE_WAT);
    dwcp_function_t *mistake = function_of(module, "err");
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_STATUS(dwcp_function_call, TRAP, (mistake, NULL, 0, NULL, NULL, 0, NULL, &stats, &err));
    CHECK(strstr(message(), "cannot start") == NULL);
    CHECK_STR(stats.limit_hit, "max_open_files");
    dwcp_function_free(mistake);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A read-only directory is not writable through another, also where only a link shows that it lies there. */
static void read_only_below_writable(void) {
    char inner[80], link[80];
    snprintf(inner, sizeof inner, "%s/inner", root);
    snprintf(link, sizeof link, "%s.link", root);
    REQUIRE(mkdir(inner, 0700) == 0 && symlink(inner, link) == 0);
    const char *const hosts[] = {inner, link};
    for (int i = 0; i < 2; i++) {
        dwcp_config_t *config = with_files();
        CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, hosts[i], "/inner", true, &err));
        dwcp_runtime_t *runtime = NULL;
        CHECK_STATUS(dwcp_runtime_new, INVALID_CONFIG, (config, &runtime, &err));
        CHECK_HAS(message(), inner);
        CHECK_HAS(message(), "writable");
        dwcp_config_free(config);
    }
    unlink(link);
    rmdir(inner);
}

static int alone(const char *name, void (*part)(void)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        atomic_store(&test_checks, 0);
        atomic_store(&test_failures, 0);
        alarm(60);
        part();
        exit(report(name));
    }
    int status = -1;
    REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
    return CHECK_EQ(status, 0);
}

int main(void) {
    REQUIRE(mkdtemp(root) != NULL);
    snprintf(file, sizeof file, "%s/f", root);
    alone("the process has a file limit", the_process_has_a_file_limit);
    alone("a file is filled meanwhile", a_file_is_filled_meanwhile);
    alone("the process has closed its streams", the_process_has_closed_its_streams);
    alone("no file of a guest is a stream", no_file_of_a_guest_is_a_stream);
    alone("nothing of a wait is a stream", nothing_of_a_wait_is_a_stream);
    alone("one input for many", one_input_for_many);
    alone("a limit coped with", a_limit_coped_with);
    alone("read-only below writable", read_only_below_writable);
    unlink(file);
    CHECK_EQ(rmdir(root), 0);
    return report("sandbox");
}
