/* Guests that work together, or with what the host lends them, against what bounds each of them: sizes of files, bytes of a call,
 * deadlines, directories of a call. */
#define _GNU_SOURCE
#include "file_guest.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <threads.h>
#include <unistd.h>

static dwcp_runtime_t *runtime;
static dwcp_module_t *module;

static void begin(uint64_t max_file_size, uint64_t max_bytes_written) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, root, "/", false, &err));
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_file_size, OK, (config, max_file_size, &err));
    CHECK_STATUS(dwcp_config_set_max_bytes_written, OK, (config, max_bytes_written, &err));
    runtime = new_runtime(config);
    module = load_every_call(runtime);
}

static void end(void) {
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* ---- A file that one guest appends to while another writes where it likes ---- */

enum { LIMIT = 6 << 20, HALF = 3 << 20 };

static atomic_bool appended;

/* Writes the last byte that a file may have, and cuts it off again. */
static int write_at_the_end(void *data) {
    (void)data;
    struct guest *guest = enter(module, NULL);
    plan_open(guest, D, "f", CREAT, RW, 0);
    CHECK_EQ(run(guest, false, 0), DWCP_OK);
    while (!atomic_load(&appended)) {
        for (int i = 0; i < 100; i++) {
            plan_pwrite(guest, 4, 1, LIMIT - 1);
            PLAN(guest, fd_filestat_set_size, 4, 0);
        }
        CHECK_EQ(run(guest, false, 0), DWCP_OK);
    }
    leave(guest);
    test_forget();
    return 0;
}

static void appended_to_and_written(void) {
    begin(LIMIT, INT64_MAX);
    atomic_store(&appended, false);
    thrd_t other;
    REQUIRE(thrd_create(&other, write_at_the_end, NULL) == thrd_success);
    struct guest *guest = enter(module, NULL);
    plan_open(guest, D, "f", CREAT, RW, APPEND);
    CHECK_EQ(run(guest, false, 0), DWCP_OK);
    long long largest = 0;
    for (int i = 0; i < 300; i++) {
        plan_write(guest, 4, HALF);
        PLAN(guest, fd_filestat_get, 4, RESULT);
        CHECK_EQ(run(guest, false, 0), DWCP_OK);
        uint64_t size;
        REQUIRE(dwcp_vm_read(guest->vm, RESULT + 32, &size, sizeof size, NULL) == DWCP_OK);
        if ((long long)size > largest) largest = (long long)size;
        PLAN(guest, fd_filestat_set_size, 4, 0);
        CHECK_EQ(run(guest, false, 0), DWCP_OK);
    }
    CHECK(largest > 0);
    CHECK(largest <= LIMIT);
    atomic_store(&appended, true);
    thrd_join(other, NULL);
    leave(guest);
    unlink(at("f"));
    end();
}

/* ---- A file made small through one descriptor and large through another ---- */

static void made_small_elsewhere(void) {
    begin(1000, 1500);
    for (int by_opening = 0; by_opening < 2; by_opening++) {
        struct guest *guest = enter(module, NULL);
        plan_open(guest, D, "f", CREAT, RW, 0);
        plan_open(guest, D, "f", 0, RW, 0);
        PLAN(guest, fd_filestat_set_size, 4, 1000);
        plan_pwrite(guest, 4, 1, 999);
        if (by_opening) plan_open(guest, D, "f", TRUNC, RW, 0);
        else PLAN(guest, fd_filestat_set_size, 5, 0);
        plan_pwrite(guest, 4, 1, 999);
        EXPECT(guest, E_OK, E_OK, E_OK, E_OK, E_OK, E_DQUOT);
        CHECK_EQ(size_of("f"), 0);
        leave(guest);
        unlink(at("f"));
    }
    end();
}

/* ---- Files of the process, lent as streams ---- */

/* Reads or writes as much as its memory holds, a GiB, at once. */
static const char BIG_WAT[] =
    "(module (import \"" WASI "\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 16400)"
    " (func $list (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 0x40000000)))"
    " (func (export \"read\") (call $list)"
    "  (loop (br_if 0 (i32.eqz (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))))) unreachable)"
    " (func (export \"write\") (call $list)"
    "  (loop (br_if 0 (i32.eqz (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))) unreachable))";

static void lent_files(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, 2ull << 30, &err));
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    dwcp_runtime_t *big = new_runtime(config);
    dwcp_module_t *guest = load(big, BIG_WAT);
    static const char *const ways[] = {"read", "write"};
    for (int way = 0; way < 4; way++) {
        int fd = open(way < 2 ? at("lent") : way == 2 ? "/dev/zero" : "/dev/null", O_RDWR | O_CREAT, 0600);
        REQUIRE(fd >= 0);
        if (way == 0) REQUIRE(ftruncate(fd, 16ll << 30) == 0);
        int kept = dup(way % 2);
        REQUIRE(dup2(fd, way % 2) >= 0);
        dwcp_wasi_t *wasi = dwcp_wasi_new();
        if (way % 2 == 0) CHECK_STATUS(dwcp_wasi_inherit_stdin, OK, (wasi, &err));
        else CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_INHERIT, 0, &err));
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.wasi = wasi;
        options.timeout_ns = 20000000;
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        dwcp_function_t *function = function_of(guest, ways[way % 2]);
        dwcp_status_t status = dwcp_function_call(function, NULL, 0, &options, NULL, 0, NULL, &stats, &err);
        dup2(kept, way % 2);
        close(kept);
        close(fd);
        CHECK_EQ(status, DWCP_ERR_TIMEOUT);
        CHECK(stats.overrun_ns <= 150000000ull);
        dwcp_function_free(function);
        dwcp_wasi_free(wasi);
        test_forget();
        unlink(at("lent"));
    }
    dwcp_module_free(guest);
    dwcp_runtime_free(big);
}

/* ---- A link where the host gives a guest a directory ---- */

static void a_link_to_a_neighbour(void) {
    begin(1000, 1000);
    for (int i = 0; i < 2; i++) REQUIRE(mkdir(at(i ? "b" : "a"), 0700) == 0);
    REQUIRE(mkdir(at("a/work"), 0700) == 0);
    write_file(at("b/secret"), "secret", 6);
    dwcp_wasi_t *all = dwcp_wasi_new(), *work = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_add_directory, OK, (all, at("a"), "/", false, &err));
    CHECK_STATUS(dwcp_wasi_add_directory, OK, (work, at("a/work"), "/", false, &err));

    struct guest *guest = enter(module, work);
    plan_open(guest, D, "secret", 0, READ, 0);
    EXPECT(guest, E_NOENT);
    leave(guest);

    guest = enter(module, all);
    PLAN(guest, path_rename, D, PATH(guest, "work"), D, PATH(guest, "old"));
    PLAN(guest, path_symlink, PATH(guest, "../b"), D, PATH(guest, "work"));
    EXPECT(guest, E_OK, E_OK);
    leave(guest);

    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = work;
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, IO, (module, &options, &vm, &err));
    CHECK(vm == NULL);
    dwcp_vm_release(vm);
    CHECK_HAS(message(), "link");
    dwcp_wasi_free(all);
    dwcp_wasi_free(work);
    unlink(at("a/work"));
    unlink(at("b/secret"));
    rmdir(at("a/old"));
    rmdir(at("a"));
    rmdir(at("b"));
    end();
}

/* ---- The last bytes of the largest memory ---- */

static void the_last_bytes(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, 4ull << 30, &err));
    dwcp_runtime_t *large = new_runtime(config);
    dwcp_module_t *guest = load(large,
        "(module (import \"" WASI "\" \"fd_readdir\" (func $list (param i32 i32 i32 i64 i32) (result i32)))"
        " (memory (export \"memory\") 65536)"
        " (func (export \"f\") (result i32)"
        "  (call $list (i32.const 3) (i32.const -30) (i32.const 30) (i64.const 0) (i32.const 64))))");
    dwcp_vm_t *vm = acquire(guest, NULL);
    CHECK_EQ(vm_call_i32(vm, guest, "f"), E_OK);
    uint32_t used;
    CHECK_STATUS(dwcp_vm_read, OK, (vm, 64, &used, sizeof used, &err));
    CHECK_EQ(used, 30);
    dwcp_vm_release(vm);
    dwcp_module_free(guest);
    dwcp_runtime_free(large);
}

int main(void) {
    REQUIRE(mkdtemp(root) != NULL);
    appended_to_and_written();
    made_small_elsewhere();
    lent_files();
    a_link_to_a_neighbour();
    the_last_bytes();
    CHECK_EQ(rmdir(root), 0);
    return report("wasi_attacks");
}
