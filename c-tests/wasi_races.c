/* No race leads a guest out of its directories: while one makes, moves and removes files below a directory, another, or the host,
 * puts a link to the outside in the place of that directory, of a file in it, or of the very directory that guests are given.
 *
 * DWCP_RACE_ROUNDS sets how often each of the others tries everything: some hundred times by default, more in `ctest -C Stress`. */
#define _GNU_SOURCE
#include "escape/guest.h"
#include "escape/process.h"
#include "escape/tree.h"

#include <linux/fs.h>
#include <pthread.h>

enum { JAIL = 3, SUB = 4, VICTIMS = 2, ROUNDS = 150 };

/* What is swapped for a link, and by whom. */
enum swapped { A_DIRECTORY, A_FILE, THE_PREOPEN, SWAPPED };
enum swapper { A_GUEST, A_GUEST_OF_ANOTHER_RUNTIME, THE_HOST, SWAPPERS };

static const struct {
    const char *name, *aside, *to;
} SWAPS[SWAPPED] = {
    [A_DIRECTORY] = {"d", "d.aside", "../outside"},
    [A_FILE] = {"f", "f.aside", "../secret"},
    [THE_PREOPEN] = {"sub", "sub.aside", "../outside"},
};

static struct race {
    dwcp_runtime_t *runtimes[2];
    dwcp_module_t *modules[2];
    enum swapped swapped;
    enum swapper swapper;
    long rounds;
    atomic_int at_work;          /* victims that are not done */
    atomic_ulong met, not_met;   /* how often the link was there when a victim came, and how often it was not */
} race;

static void begin(void) {
    for (int i = 0; i < 2; i++) {
        dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
        CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
        CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
        CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
        CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, at("jail"), "/", false, &err));
        CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, at("jail/sub"), "/sub", false, &err));
        CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
        CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 0, &err));
        race.runtimes[i] = new_runtime(config);
        race.modules[i] = load_file_guest(race.runtimes[i]);
    }
}

static void end(void) {
    for (int i = 0; i < 2; i++) {
        dwcp_module_free(race.modules[i]);
        dwcp_runtime_free(race.runtimes[i]);
    }
}

/* ---- Who swaps ---- */

static void swap_as_guest(struct guest *guest) {
    const char *name = SWAPS[race.swapped].name, *aside = SWAPS[race.swapped].aside, *to = SWAPS[race.swapped].to;
    int64_t n = (int64_t)strlen(name), m = (int64_t)strlen(aside), t = (int64_t)strlen(to);
    put_names(guest, named(name), named(aside));
    put(guest, BUFFER, to, (size_t)t);
    MAKE(guest, path_rename, JAIL, NAME, n, JAIL, OTHER, m);
    MAKE(guest, path_symlink, BUFFER, t, JAIL, NAME, n);
    sched_yield();
    MAKE(guest, path_unlink_file, JAIL, NAME, n);
    MAKE(guest, path_rename, JAIL, OTHER, m, JAIL, NAME, n);
}

static void *swapper(void *data) {
    (void)data;
    char name[PATH_MAX], aside[PATH_MAX];
    snprintf(name, sizeof name, "%s/%s", at("jail"), SWAPS[race.swapped].name);
    snprintf(aside, sizeof aside, "%s/%s", at("jail"), SWAPS[race.swapped].aside);
    if (race.swapper == THE_HOST) {
        make_link(SWAPS[race.swapped].to, aside);
        while (atomic_load(&race.at_work) > 0) syscall(SYS_renameat2, AT_FDCWD, name, AT_FDCWD, aside, RENAME_EXCHANGE);
        return NULL;
    }
    struct guest guest = visit(race.modules[race.swapper == A_GUEST_OF_ANOTHER_RUNTIME], NULL);
    while (atomic_load(&race.at_work) > 0) swap_as_guest(&guest);
    leave(&guest);
    test_forget();
    return NULL;
}

/* ---- Who is to be led out ---- */

static void nothing_from_outside(struct guest *guest, const char *name) {
    static _Thread_local char memory[BUFFER_LEN];
    get(guest, BUFFER, memory, sizeof memory);
    if (tells_of_outside(memory, sizeof memory)) test_check(false, __FILE__, __LINE__, "%s shows nothing from outside", name);
}

static void stat_of_nothing_outside(struct guest *guest, const char *name) {
    uint64_t stat[8];
    get(guest, RESULT, stat, sizeof stat);
    if (stat[4] == SECRET_SIZE || stat[6] == SECRET_TIME * UINT64_C(1000000000))
        test_check(false, __FILE__, __LINE__, "%s is of nothing outside", name);
}

static void open_and_use(struct guest *guest, int32_t dir, const char *name, int32_t lookup, int32_t oflags, int64_t rights) {
    int32_t fd = open_name(guest, dir, named(name), lookup, oflags, rights);
    if (fd < 0) {
        atomic_fetch_add(-fd == ERRNO_PERM || -fd == ERRNO_LOOP ? &race.met : &race.not_met, 1);
        return;
    }
    atomic_fetch_add(&race.not_met, 1);
    if (MAKE(guest, fd_filestat_get, fd, RESULT) == ERRNO_OK) stat_of_nothing_outside(guest, name);
    if (rights & READ && transfer(guest, C_fd_read, fd, BUFFER_LEN) == ERRNO_OK) nothing_from_outside(guest, name);
    if (rights & WRITE) transfer(guest, C_fd_write, fd, 1);
    if (MAKE(guest, fd_readdir, fd, BUFFER, BUFFER_LEN, 0, RESULT) == ERRNO_OK) nothing_from_outside(guest, name);
    /* from inside a directory that was opened before the swap, or in the middle of it */
    int32_t inner = open_name(guest, fd, N("inner"), FOLLOW, 0, READ);
    if (inner >= 0) {
        if (transfer(guest, C_fd_read, inner, BUFFER_LEN) == ERRNO_OK) nothing_from_outside(guest, "inner");
        MAKE(guest, fd_close, inner);
    }
    CHECK(open_name(guest, fd, N("../secret"), FOLLOW, 0, READ) < 0);
    MAKE(guest, fd_close, fd);
}

/* Everything that a guest can do below a name, once. */
static void everything_below(struct guest *guest, int32_t dir, const char *name) {
    static const char *const inner[] = {"inner", "f", "link", "empty", "made"};
    open_and_use(guest, dir, name, 0, 0, READ);
    open_and_use(guest, dir, name, FOLLOW, 0, READ);
    open_and_use(guest, dir, name, FOLLOW, CREAT | TRUNC, READ | WRITE);
    for (int i = 0; i < 5; i++) {
        char path[128];
        int64_t n = snprintf(path, sizeof path, "%s/%s", name, inner[i]);
        open_and_use(guest, dir, path, FOLLOW, 0, READ);
        open_and_use(guest, dir, path, 0, CREAT, READ | WRITE);
        open_and_use(guest, dir, path, FOLLOW, CREAT | TRUNC, WRITE);
        put_names(guest, named(path), N("victim"));
        for (int32_t lookup = 0; lookup <= FOLLOW; lookup++) {
            if (MAKE(guest, path_filestat_get, dir, lookup, NAME, n, RESULT) == ERRNO_OK) stat_of_nothing_outside(guest, path);
            MAKE(guest, path_filestat_set_times, dir, lookup, NAME, n, 1000, 1000, 5);
        }
        if (MAKE(guest, path_readlink, dir, NAME, n, BUFFER, BUFFER_LEN, RESULT) == ERRNO_OK) nothing_from_outside(guest, path);
        MAKE(guest, path_link, dir, 0, NAME, n, dir, OTHER, 6);
        MAKE(guest, path_unlink_file, dir, OTHER, 6);
        MAKE(guest, path_rename, dir, NAME, n, dir, OTHER, 6);
        if (MAKE(guest, path_filestat_get, dir, 0, OTHER, 6, RESULT) == ERRNO_OK) stat_of_nothing_outside(guest, "victim");
        MAKE(guest, path_rename, dir, OTHER, 6, dir, NAME, n);
        MAKE(guest, path_symlink, OTHER, 6, dir, NAME, n);
        MAKE(guest, path_unlink_file, dir, NAME, n);
        MAKE(guest, path_create_directory, dir, NAME, n);
        MAKE(guest, path_remove_directory, dir, NAME, n);
    }
}

/* A guest for each round, since the directories of a guest are opened by its first call. */
static void in_a_directory_given(void) {
    struct guest guest = visit(race.modules[0], NULL);
    int32_t e;
    dwcp_status_t status = try_call(&guest, C_fd_prestat_get, (int64_t[]){SUB, RESULT}, 2, &e);
    if (status == DWCP_OK && e == ERRNO_OK) {
        atomic_fetch_add(&race.not_met, 1);
        static const char *const inner[] = {"inner", "f"};
        if (MAKE(&guest, fd_readdir, SUB, BUFFER, BUFFER_LEN, 0, RESULT) == ERRNO_OK) nothing_from_outside(&guest, "sub");
        for (int i = 0; i < 2; i++) {
            int64_t n = (int64_t)strlen(inner[i]);
            open_and_use(&guest, SUB, inner[i], FOLLOW, 0, READ);
            open_and_use(&guest, SUB, inner[i], 0, CREAT | TRUNC, WRITE);
            put(&guest, NAME, inner[i], (size_t)n);
            MAKE(&guest, path_unlink_file, SUB, NAME, n);
        }
        everything_below(&guest, SUB, ".");
    } else {
        /* it was a link: an error that says so; or nothing at all, between the two */
        atomic_fetch_add(&race.met, 1);
        if (status != DWCP_OK) {
            CHECK_EQ(status, DWCP_ERR_IO);
            CHECK_HAS(message(), "jail/sub");
        }
    }
    leave(&guest);
}

/* Goes on, if need be, until it has come both before and after a swap. */
static void *victim(void *data) {
    (void)data;
    struct guest guest = visit(race.modules[0], NULL);
    for (long round = 0; round < race.rounds || atomic_load(&race.met) == 0 || atomic_load(&race.not_met) == 0; round++) {
        if (race.swapped == THE_PREOPEN) in_a_directory_given();
        else everything_below(&guest, JAIL, SWAPS[race.swapped].name);
    }
    leave(&guest);
    atomic_fetch_sub(&race.at_work, 1);
    test_forget();
    return NULL;
}

static void run(enum swapped swapped, enum swapper who) {
    race.swapped = swapped;
    race.swapper = who;
    atomic_store(&race.at_work, VICTIMS);
    atomic_store(&race.met, 0);
    atomic_store(&race.not_met, 0);
    refill_jail();
    REQUIRE(mkdir(at("jail/sub"), 0700) == 0);
    make_file(at("jail/sub/f"), "inside");
    pthread_t threads[VICTIMS + 1];
    REQUIRE(pthread_create(&threads[VICTIMS], NULL, swapper, NULL) == 0);
    for (int i = 0; i < VICTIMS; i++) REQUIRE(pthread_create(&threads[i], NULL, victim, NULL) == 0);
    for (int i = 0; i <= VICTIMS; i++) REQUIRE(pthread_join(threads[i], NULL) == 0);
    char what[64];
    snprintf(what, sizeof what, "race %d of %d", swapped, who);
    CHECK(outside_is_untouched(what));
}

static void races(int refused) {
    (void)refused;
    const char *rounds = getenv("DWCP_RACE_ROUNDS");
    race.rounds = rounds != NULL ? atol(rounds) : ROUNDS;
    outside_before = list_outside();
    refill_jail();
    REQUIRE(mkdir(at("jail/sub"), 0700) == 0);
    begin();
    for (int swapped = 0; swapped < SWAPPED; swapped++)
        for (int who = 0; who < SWAPPERS; who++) run((enum swapped)swapped, (enum swapper)who);
    end();
}

int main(void) {
    make_tree();
    in_a_process("wasi_races", races, 0);
    in_a_process("wasi_races, without openat2", races, ENOSYS);
    empty_directory(base, true);
    return report("wasi_races");
}
