/* What a guest may do to files, through every call that could: how large, how many bytes, how many names, how many open, nothing in
 * a directory that is read-only, and nothing at all with what is no file. */
#define _GNU_SOURCE
#include "file_guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

static void touch(const char *name, size_t size) {
    char *bytes = calloc(1, size + 1);
    REQUIRE(bytes != NULL);
    write_file(at(name), bytes, size);
    free(bytes);
}

static void remove_below(const char *path) {
    DIR *dir = opendir(path);
    REQUIRE(dir != NULL);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        char inner[512];
        struct stat s;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        REQUIRE(lstat(inner, &s) == 0);
        if (S_ISDIR(s.st_mode)) remove_below(inner);
        CHECK_EQ(S_ISDIR(s.st_mode) ? rmdir(inner) : unlink(inner), 0);
    }
    closedir(dir);
}

static dwcp_runtime_t *runtime;
static dwcp_module_t *module;

static dwcp_config_t *with_root(bool read_only) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, root, "/", read_only, &err));
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    return config;
}

static void begin(dwcp_config_t *config) {
    runtime = new_runtime(config);
    module = load_every_call(runtime);
}

static void end(void) {
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    remove_below(root);
}

/* ---- The size of a file ---- */

enum { SIZE = 100 };

enum step { S_END, S_OPEN, S_APPEND, S_WRITE, S_PWRITE, S_RESIZE, S_ALLOCATE, S_SEEK, S_FLAGS, S_RENUMBER, S_TWICE };

/* What is done to the new file "f", with two numbers, and the errno expected. An open file is 4, the next one 5. */
struct growth {
    const char *what;
    struct {
        enum step step;
        int64_t a, b;
        int32_t errno_;
    } steps[8];
    long long size, asked; /* in the end; asked is 0 where no limit is met */
};

static const struct growth GROWTHS[] = {
    {"write", {{S_OPEN, 0, 0, E_OK}, {S_WRITE, 4, 99, E_OK}, {S_WRITE, 4, 1, E_OK}, {S_WRITE, 4, 1, E_FBIG}, {S_WRITE, 4, 0, E_OK}}, 100, 101},
    {"write at once", {{S_OPEN, 0, 0, E_OK}, {S_WRITE, 4, 101, E_FBIG}, {S_WRITE, 4, 100, E_OK}}, 100, 101},
    {"write much", {{S_OPEN, 0, 0, E_OK}, {S_WRITE, 4, BYTES, E_FBIG}}, 0, BYTES},
    {"two buffers", {{S_OPEN, 0, 0, E_OK}, {S_TWICE, 4, 50, E_OK}, {S_TWICE, 4, 1, E_FBIG}}, 100, 102},
    {"two buffers at once", {{S_OPEN, 0, 0, E_OK}, {S_TWICE, 4, 51, E_FBIG}}, 0, 102},
    {"pwrite", {{S_OPEN, 0, 0, E_OK}, {S_PWRITE, 1, 99, E_OK}, {S_PWRITE, 1, 100, E_FBIG}, {S_PWRITE, 2, 99, E_FBIG}}, 100, 101},
    {"pwrite far away", {{S_OPEN, 0, 0, E_OK}, {S_PWRITE, 1, INT64_MAX, E_FBIG}, {S_PWRITE, 1, -1, E_FBIG}, {S_PWRITE, 0, 1000, E_OK}}, 0, -1},
    {"seek and write", {{S_OPEN, 0, 0, E_OK}, {S_SEEK, 100, 0, E_OK}, {S_WRITE, 4, 1, E_FBIG}, {S_SEEK, 99, 0, E_OK}, {S_WRITE, 4, 1, E_OK}, {S_WRITE, 4, 1, E_FBIG}}, 100, 101},
    {"seek from the end", {{S_OPEN, 0, 0, E_OK}, {S_WRITE, 4, 50, E_OK}, {S_SEEK, 50, 2, E_OK}, {S_WRITE, 4, 1, E_FBIG}, {S_SEEK, -1, 1, E_OK}, {S_WRITE, 4, 1, E_OK}}, 100, 101},
    {"seek far away", {{S_OPEN, 0, 0, E_OK}, {S_SEEK, INT64_MAX, 0, E_OK}, {S_WRITE, 4, 1, E_FBIG}}, 0, -1},
    {"resize", {{S_OPEN, 0, 0, E_OK}, {S_RESIZE, 101, 0, E_FBIG}, {S_RESIZE, 100, 0, E_OK}, {S_RESIZE, -1, 0, E_FBIG}, {S_RESIZE, 3, 0, E_OK}}, 3, 101},
    {"allocate", {{S_OPEN, 0, 0, E_OK}, {S_ALLOCATE, 0, 101, E_FBIG}, {S_ALLOCATE, 0, 100, E_NOTSUP}, {S_ALLOCATE, 100, 1, E_FBIG}, {S_ALLOCATE, -1, -1, E_FBIG}}, 0, 101},
    {"append", {{S_APPEND, 0, 0, E_OK}, {S_WRITE, 4, 60, E_OK}, {S_WRITE, 4, 41, E_FBIG}, {S_PWRITE, 41, 0, E_FBIG}, {S_TWICE, 4, 21, E_FBIG}, {S_WRITE, 4, 40, E_OK}, {S_WRITE, 4, 1, E_FBIG}}, 100, 101},
    {"append after a seek back", {{S_APPEND, 0, 0, E_OK}, {S_WRITE, 4, 100, E_OK}, {S_SEEK, 0, 0, E_OK}, {S_WRITE, 4, 1, E_FBIG}}, 100, 101},
    {"append from now on", {{S_OPEN, 0, 0, E_OK}, {S_WRITE, 4, 100, E_OK}, {S_SEEK, 0, 0, E_OK}, {S_FLAGS, 4, APPEND, E_OK}, {S_WRITE, 4, 1, E_FBIG}, {S_FLAGS, 4, 0, E_OK}, {S_PWRITE, 1, 0, E_OK}}, 100, 101},
    {"two descriptors", {{S_OPEN, 0, 0, E_OK}, {S_OPEN, 0, 0, E_OK}, {S_WRITE, 4, 60, E_OK}, {S_WRITE, 5, 100, E_OK}, {S_WRITE, 4, 41, E_FBIG}, {S_WRITE, 5, 1, E_FBIG}}, 100, 101},
    {"two that append", {{S_APPEND, 0, 0, E_OK}, {S_APPEND, 0, 0, E_OK}, {S_WRITE, 4, 60, E_OK}, {S_WRITE, 5, 41, E_FBIG}, {S_WRITE, 5, 40, E_OK}, {S_WRITE, 4, 1, E_FBIG}}, 100, 101},
    {"another number", {{S_OPEN, 0, 0, E_OK}, {S_OPEN, 0, 0, E_OK}, {S_RENUMBER, 4, 1, E_OK}, {S_RENUMBER, 5, 0, E_OK}, {S_WRITE, 1, 101, E_FBIG}, {S_WRITE, 0, 101, E_FBIG}, {S_WRITE, 1, 100, E_OK}}, 100, 101},
};

static void plan_step(struct guest *guest, enum step step, int64_t a, int64_t b) {
    switch (step) {
        case S_OPEN: plan_open(guest, D, "f", CREAT, RW, 0); break;
        case S_APPEND: plan_open(guest, D, "f", CREAT, RW, APPEND); break;
        case S_WRITE: plan_write(guest, (int32_t)a, (uint32_t)b); break;
        case S_PWRITE: plan_pwrite(guest, 4, (uint32_t)a, b); break;
        case S_TWICE: PLAN(guest, fd_write, a, list_of(guest, (uint32_t)b, 2), 2, RESULT); break;
        case S_RESIZE: PLAN(guest, fd_filestat_set_size, 4, a); break;
        case S_ALLOCATE: PLAN(guest, fd_allocate, 4, a, b); break;
        case S_SEEK: PLAN(guest, fd_seek, 4, a, b, RESULT); break;
        case S_FLAGS: PLAN(guest, fd_fdstat_set_flags, a, b); break;
        case S_RENUMBER: PLAN(guest, fd_renumber, a, b); break;
        case S_END: break;
    }
}

static void every_way_to_grow(void) {
    dwcp_config_t *config = with_root(false);
    CHECK_STATUS(dwcp_config_set_max_file_size, OK, (config, SIZE, &err));
    begin(config);
    for (size_t i = 0; i < sizeof GROWTHS / sizeof *GROWTHS; i++) {
        const struct growth *g = &GROWTHS[i];
        int before = atomic_load(&test_failures);
        int32_t errnos[8];
        size_t n = 0;
        struct guest *guest = enter(module, NULL);
        for (; n < 8 && g->steps[n].step != S_END; n++) {
            plan_step(guest, g->steps[n].step, g->steps[n].a, g->steps[n].b);
            errnos[n] = g->steps[n].errno_;
        }
        expect(guest, errnos, n, __FILE__, __LINE__);
        CHECK_EQ(size_of("f"), g->size);
        CHECK_STR(guest->stats.limit_hit, "max_file_size");
        leave(guest);
        remove_below(root);

        /* the same as an error, with the numbers of the first refusal */
        guest = enter(module, NULL);
        for (size_t s = 0; s < n; s++) plan_step(guest, g->steps[s].step, g->steps[s].a, g->steps[s].b);
        CHECK_EQ(run(guest, true, 0), DWCP_ERR_LIMIT_IO);
        CHECK_STR(dwcp_error_limit_name(err), "max_file_size");
        uint64_t limit = 0, asked = 0;
        CHECK(dwcp_error_limit(err, &limit, &asked));
        CHECK_EQ(limit, SIZE);
        CHECK(g->asked < 0 ? asked > SIZE : asked == (uint64_t)g->asked);
        leave(guest);
        remove_below(root);
        if (atomic_load(&test_failures) != before) fprintf(stderr, "    growing by: %s\n", g->what);
    }

    /* a file that was larger before may be changed and made smaller, and not grow */
    touch("big", 200);
    struct guest *guest = enter(module, NULL);
    plan_open(guest, D, "big", 0, RW, 0);
    plan_pwrite(guest, 4, 50, 150);
    plan_pwrite(guest, 4, 51, 150);
    PLAN(guest, fd_filestat_set_size, 4, 201);
    PLAN(guest, fd_filestat_set_size, 4, 150);
    plan_pwrite(guest, 4, 51, 100);
    EXPECT(guest, E_OK, E_OK, E_FBIG, E_FBIG, E_OK, E_FBIG);
    CHECK_EQ(size_of("big"), 150);
    leave(guest);
    end();
}

/* Two VMs at once: one appends, one extends, and so do both. */
static int grow_on(void *data) {
    struct guest *guest = enter(module, NULL);
    plan_open(guest, D, "f", CREAT, RW, *(int *)data ? APPEND : 0);
    for (int i = 1; i < 150; i++) plan_write(guest, 4, 7);
    for (int i = 1; i < 100; i++) PLAN(guest, fd_filestat_set_size, 4, i * 13);
    CHECK_EQ(run(guest, false, 0), DWCP_OK);
    leave(guest);
    test_forget();
    return 0;
}

static void two_at_once(void) {
    dwcp_config_t *config = with_root(false);
    CHECK_STATUS(dwcp_config_set_max_file_size, OK, (config, 1000, &err));
    begin(config);
    for (int round = 0; round < 30; round++) {
        int append[2] = {1, round % 3};
        thrd_t threads[2];
        for (int i = 0; i < 2; i++) REQUIRE(thrd_create(&threads[i], grow_on, &append[i]) == thrd_success);
        for (int i = 0; i < 2; i++) thrd_join(threads[i], NULL);
        CHECK(size_of("f") <= 1000);
        unlink(at("f"));
    }
    end();
}

/* ---- Bytes and names of a call ---- */

static void bytes_of_a_call(void) {
    dwcp_config_t *config = with_root(false);
    CHECK_STATUS(dwcp_config_set_max_bytes_written, OK, (config, 100, &err));
    begin(config);
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, 10000, &err));
    struct guest *guest = enter(module, wasi);
    plan_open(guest, D, "f", CREAT, RW, 0);       /* 4 */
    plan_open(guest, D, "g", CREAT, RW, APPEND);  /* 5 */
    plan_open(guest, D, "f", 0, READ, 0);         /* 6: written to in vain, which costs nothing */
    plan_write(guest, 6, 90);
    plan_write(guest, 1, 1000); /* has a cap of its own */
    plan_write(guest, 4, 60);
    plan_write(guest, 5, 30);
    plan_write(guest, 5, 11); /* refused as a whole */
    PLAN(guest, fd_write, 5, list_of(guest, 6, 2), 2, RESULT);
    plan_pwrite(guest, 4, 10, 0); /* written is written, also over other bytes */
    plan_write(guest, 4, 1);
    plan_write(guest, 4, 0);
    plan_pwrite(guest, 4, 1, 0);
    PLAN(guest, fd_filestat_set_size, 4, 61);
    PLAN(guest, fd_filestat_set_size, 4, 60);
    PLAN(guest, fd_filestat_set_size, 4, 10); /* gives nothing back */
    PLAN(guest, fd_filestat_set_size, 4, 11);
    PLAN(guest, fd_allocate, 4, 0, 11);
    EXPECT(guest, E_OK, E_OK, E_OK, E_BADF, E_OK, E_OK, E_OK, E_DQUOT, E_DQUOT, E_OK, E_DQUOT, E_OK, E_DQUOT, E_DQUOT, E_OK, E_OK, E_DQUOT, E_DQUOT);
    CHECK_STR(guest->stats.limit_hit, "max_bytes_written");
    CHECK_EQ(size_of("f"), 10);
    CHECK_EQ(size_of("g"), 30);

    /* the session's next call begins anew; a gap counts like what fills it */
    plan_pwrite(guest, 4, 1, 109); /* 99 bytes of nothing and one */
    plan_pwrite(guest, 4, 1, 0);
    EXPECT(guest, E_OK, E_DQUOT);
    PLAN(guest, fd_filestat_set_size, 4, 211);
    PLAN(guest, fd_filestat_set_size, 4, 210);
    plan_write(guest, 5, 1);
    EXPECT(guest, E_DQUOT, E_OK, E_DQUOT);
    PLAN(guest, fd_seek, 4, 1000, 0, RESULT);
    plan_write(guest, 4, 1);
    plan_write(guest, 5, 100);
    EXPECT(guest, E_OK, E_DQUOT, E_OK);
    CHECK_EQ(size_of("f"), 210);
    CHECK_EQ(size_of("g"), 130);

    /* as an error */
    plan_write(guest, 5, 40);
    plan_write(guest, 5, 70);
    CHECK_EQ(run(guest, true, 0), DWCP_ERR_LIMIT_IO);
    CHECK_STR(dwcp_error_limit_name(err), "max_bytes_written");
    CHECK_HAS(message(), "dwcp_config_set_max_bytes_written");
    uint64_t limit = 0, asked = 0;
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 100 && asked == 110);
    leave(guest);
    dwcp_wasi_free(wasi);
    end();

    /* none at all: files can be made, read and emptied */
    config = with_root(false);
    CHECK_STATUS(dwcp_config_set_max_bytes_written, OK, (config, 0, &err));
    begin(config);
    touch("old", 10);
    guest = enter(module, NULL);
    plan_open(guest, D, "old", 0, RW, 0);
    plan_write(guest, 4, 1);
    plan_write(guest, 4, 0);
    PLAN(guest, fd_filestat_set_size, 4, 11);
    PLAN(guest, fd_filestat_set_size, 4, 0);
    plan_open(guest, D, "new", CREAT, RW, 0);
    EXPECT(guest, E_OK, E_DQUOT, E_OK, E_DQUOT, E_OK, E_OK);
    leave(guest);
    end();
}

static void names_of_a_call(void) {
    dwcp_config_t *config = with_root(false);
    CHECK_STATUS(dwcp_config_set_max_files_created, OK, (config, 4, &err));
    begin(config);
    touch("old", 3);
    REQUIRE(symlink("nowhere", at("dangling")) == 0);
    struct guest *guest = enter(module, NULL);
    plan_open(guest, D, "old", CREAT, RW, 0); /* is there */
    plan_open(guest, D, "old", CREAT | EXCL, RW, 0);
    plan_open(guest, D, "no/new", CREAT, RW, 0);
    PLAN(guest, path_create_directory, D, PATH(guest, "old"));
    PLAN(guest, path_symlink, PATH(guest, "old"), D, PATH(guest, "old"));
    PLAN(guest, path_link, D, 0, PATH(guest, "old"), D, PATH(guest, "old"));
    PLAN(guest, path_link, D, 0, PATH(guest, "none"), D, PATH(guest, "l"));
    EXPECT(guest, E_OK, E_EXIST, E_NOENT, E_EXIST, E_EXIST, E_EXIST, E_NOENT);
    CHECK(guest->stats.limit_hit == NULL);

    plan_open(guest, D, "f", CREAT, RW, 0);
    PLAN(guest, path_create_directory, D, PATH(guest, "d"));
    PLAN(guest, path_symlink, PATH(guest, "f"), D, PATH(guest, "s"));
    PLAN(guest, path_link, D, 0, PATH(guest, "f"), D, PATH(guest, "l"));
    /* no name is left, in whatever way; what fails anyway fails for its own reason */
    plan_open(guest, D, "g", CREAT, RW, 0);
    plan_open(guest, D, "g", CREAT | EXCL, RW, 0);
    plan_open(guest, D, "dangling", CREAT, RW, 0);
    plan_open(guest, D, "d/g", CREAT, RW, 0);
    PLAN(guest, path_create_directory, D, PATH(guest, "e"));
    PLAN(guest, path_symlink, PATH(guest, "f"), D, PATH(guest, "t"));
    PLAN(guest, path_link, D, 0, PATH(guest, "f"), D, PATH(guest, "m"));
    plan_open(guest, D, "f", CREAT | EXCL, RW, 0);
    PLAN(guest, path_create_directory, D, PATH(guest, "d"));
    plan_open(guest, D, "f", CREAT, RW, 0);
    plan_open(guest, D, "s", CREAT, RW, 0);
    /* a rename makes no new name, and a name removed is not given back */
    PLAN(guest, path_rename, D, PATH(guest, "l"), D, PATH(guest, "renamed"));
    PLAN(guest, path_unlink_file, D, PATH(guest, "renamed"));
    plan_open(guest, D, "g", CREAT, RW, 0);
    EXPECT(guest, E_OK, E_OK, E_OK, E_OK, E_DQUOT, E_DQUOT, E_DQUOT, E_DQUOT, E_DQUOT, E_DQUOT, E_DQUOT, E_EXIST, E_EXIST, E_OK, E_OK, E_OK,
           E_OK, E_DQUOT);
    CHECK_STR(guest->stats.limit_hit, "max_files_created");
    static const char *const absent[] = {"g", "nowhere", "d/g", "e", "t", "m"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) CHECK_EQ(size_of(absent[i]), -1);

    /* the next call may again */
    plan_open(guest, D, "dangling", CREAT, RW, 0);
    EXPECT(guest, E_OK);
    CHECK_EQ(size_of("nowhere"), 0);
    for (int i = 0; i < 4; i++) PLAN(guest, path_create_directory, D, PATH(guest, ((char[]){'n', (char)('0' + i), 0})));
    plan_open(guest, D, "over", CREAT, RW, 0);
    CHECK_EQ(run(guest, true, 0), DWCP_ERR_LIMIT_IO);
    CHECK_STR(dwcp_error_limit_name(err), "max_files_created");
    uint64_t limit = 0, asked = 0;
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == 4 && asked == 5);
    leave(guest);
    end();
}

/* ---- Open files ---- */

static void open_files(void) {
    dwcp_config_t *config = with_root(false);
    CHECK_STATUS(dwcp_config_set_max_open_files, OK, (config, 3, &err));
    begin(config);
    touch("f", 1);
    REQUIRE(mkdir(at("d"), 0700) == 0 && symlink("f", at("s")) == 0 && mkfifo(at("fifo"), 0600) == 0);
    struct guest *guest = enter(module, NULL);
    /* what fails does not count: ten times more than may be open */
    for (int i = 0; i < 5; i++) {
        plan_open(guest, D, "none", 0, READ, 0);
        plan_open(guest, D, "d", 0, RW, 0);
        plan_open(guest, D, "f", DIRECTORY, READ, 0);
        plan_open(guest, D, "f", CREAT | EXCL, RW, 0);
        plan_open(guest, D, "fifo", 0, READ, 0);
        PLAN(guest, path_open, D, 0, PATH(guest, "s"), 0, RW, 0, 0, RESULT);
    }
    EXPECT(guest, E_NOENT, E_ISDIR, E_NOTDIR, E_EXIST, E_ACCES, E_LOOP, E_NOENT, E_ISDIR, E_NOTDIR, E_EXIST, E_ACCES, E_LOOP, E_NOENT,
           E_ISDIR, E_NOTDIR, E_EXIST, E_ACCES, E_LOOP, E_NOENT, E_ISDIR, E_NOTDIR, E_EXIST, E_ACCES, E_LOOP, E_NOENT, E_ISDIR, E_NOTDIR,
           E_EXIST, E_ACCES, E_LOOP);
    /* files and directories, one below the other */
    plan_open(guest, D, "f", 0, RW, 0);            /* 4 */
    plan_open(guest, D, "d", DIRECTORY, READ, 0);  /* 5 */
    plan_open(guest, 5, "new", CREAT, RW, 0);      /* 6 */
    plan_open(guest, D, "f", 0, RW, 0);
    plan_open(guest, 5, "other", CREAT, RW, 0);
    EXPECT(guest, E_OK, E_OK, E_OK, E_MFILE, E_MFILE);
    CHECK_STR(guest->stats.limit_hit, "max_open_files");
    CHECK_EQ(size_of("d/other"), -1);
    /* a number of its own is not another, and a number taken is one less */
    PLAN(guest, fd_renumber, 4, 4);
    plan_open(guest, D, "f", 0, RW, 0);
    PLAN(guest, fd_renumber, 4, 1); /* standard streams never counted */
    plan_open(guest, D, "f", 0, RW, 0);
    PLAN(guest, fd_renumber, 1, 6); /* two become one */
    plan_open(guest, D, "f", 0, RW, 0); /* 1: the lowest number that is free */
    plan_open(guest, D, "f", 0, RW, 0);
    PLAN(guest, fd_renumber, 99, 5);
    PLAN(guest, fd_renumber, 5, 99);
    plan_open(guest, D, "f", 0, RW, 0);
    PLAN(guest, fd_close, 1);
    PLAN(guest, fd_close, 1);
    PLAN(guest, fd_close, 5);
    plan_open(guest, D, "d", DIRECTORY, READ, 0);
    plan_open(guest, D, "d", DIRECTORY, READ, 0);
    plan_open(guest, D, "d", DIRECTORY, READ, 0);
    PLAN(guest, fd_renumber, 6, D); /* in place of what was given to it: still open */
    plan_open(guest, D, "f", 0, READ, 0);
    EXPECT(guest, E_OK, E_MFILE, E_OK, E_MFILE, E_OK, E_OK, E_MFILE, E_BADF, E_BADF, E_MFILE, E_OK, E_BADF, E_OK, E_OK, E_OK, E_MFILE, E_OK,
           E_NOTDIR);
    leave(guest);
    end();
}

/* ---- Directories that are read-only ---- */

static void list_into(FILE *out, const char *path) {
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);
    REQUIRE(n >= 0);
    for (int i = 0; i < n; i++) {
        char inner[512], bytes[256] = {0};
        struct stat s;
        snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
        bool itself = strcmp(entries[i]->d_name, ".") == 0, skipped = strcmp(entries[i]->d_name, "..") == 0;
        free(entries[i]);
        if (skipped) continue;
        REQUIRE(lstat(inner, &s) == 0);
        /* not the time of access: a read may set it */
        fprintf(out, "%s %o %llu %llu %lld %lld.%09ld %lld.%09ld\n", inner, s.st_mode, (unsigned long long)s.st_ino,
                (unsigned long long)s.st_nlink, (long long)s.st_size, (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec,
                (long long)s.st_ctim.tv_sec, s.st_ctim.tv_nsec);
        if (S_ISREG(s.st_mode)) {
            FILE *file = fopen(inner, "rb");
            REQUIRE(file != NULL);
            size_t length = fread(bytes, 1, sizeof bytes - 1, file);
            fclose(file);
            for (size_t b = 0; b < length; b++) fprintf(out, "%02x", (unsigned char)bytes[b]);
        } else if (S_ISLNK(s.st_mode)) {
            REQUIRE(readlink(inner, bytes, sizeof bytes - 1) > 0);
            fprintf(out, "%s", bytes);
        } else if (!itself) {
            list_into(out, inner);
        }
        fputc('\n', out);
    }
    free(entries);
}

static char *listing(const char *path) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    REQUIRE(out != NULL);
    list_into(out, path);
    fclose(out);
    return text;
}

/* Makes the calls that were planned, none of which may succeed. */
static void all_fail(struct guest *guest, const char *where) {
    size_t n = guest->count;
    REQUIRE(CHECK_EQ(run(guest, false, 0), DWCP_OK));
    for (size_t i = 0; i < n; i++) {
        if (guest->records[i][RECORD / 8 - 1] != E_OK) {
            atomic_fetch_add(&test_checks, 1);
            continue;
        }
        char text[128];
        snprintf(text, sizeof text, "%s %zu succeeds in %s", WASI_CALL[guest->records[i][0]].name, i, where);
        test_check(false, __FILE__, __LINE__, "%s", text);
    }
}

/* Everything that could change something in the directory `r`, alone and together with `w`, in which changes are allowed. */
static void change_all(struct guest *guest, int32_t r, int32_t w, const char *where) {
    static const char *const names[] = {"f", "d", "d/f", "s", "new", "d/new", "d/../f"};
    enum { NAMES = sizeof names / sizeof *names };
    for (size_t i = 0; i < NAMES; i++) {
        for (int oflags = 0; oflags < 16; oflags++) {
            plan_open(guest, r, names[i], oflags, WRITE, 0);
            plan_open(guest, r, names[i], oflags, ALL_RIGHTS, APPEND);
            if (oflags & (CREAT | TRUNC)) plan_open(guest, r, names[i], oflags, READ, 0);
        }
    }
    all_fail(guest, where);
    for (size_t i = 0; i < NAMES; i++) {
        for (int follow = 0; follow < 2; follow++) PLAN(guest, path_filestat_set_times, r, follow, PATH(guest, names[i]), 7, 7, 5);
        PLAN(guest, path_filestat_set_times, r, 0, PATH(guest, names[i]), 0, 0, 10);
        PLAN(guest, path_create_directory, r, PATH(guest, names[i]));
        PLAN(guest, path_remove_directory, r, PATH(guest, names[i]));
        PLAN(guest, path_unlink_file, r, PATH(guest, names[i]));
        PLAN(guest, path_symlink, PATH(guest, "f"), r, PATH(guest, names[i]));
        for (size_t j = 0; j < NAMES; j++) {
            PLAN(guest, path_rename, r, PATH(guest, names[i]), r, PATH(guest, names[j]));
            PLAN(guest, path_link, r, 0, PATH(guest, names[i]), r, PATH(guest, names[j]));
        }
    }
    all_fail(guest, where);
    for (size_t i = 0; i < NAMES; i++) {
        for (int j = 0; j < 2; j++) {
            const char *other = j ? "wf" : "wnew";
            PLAN(guest, path_rename, r, PATH(guest, names[i]), w, PATH(guest, other));
            PLAN(guest, path_rename, w, PATH(guest, other), r, PATH(guest, names[i]));
            PLAN(guest, path_link, r, 0, PATH(guest, names[i]), w, PATH(guest, other));
            PLAN(guest, path_link, w, 0, PATH(guest, other), r, PATH(guest, names[i]));
        }
    }
    all_fail(guest, where);
}

/* By a descriptor: of a file that is open, and of the directory. */
static void change_open(struct guest *guest, int32_t r, int32_t f, const char *where) {
    plan_write(guest, f, 1);
    plan_write(guest, f, 0x1000);
    plan_pwrite(guest, f, 1, 0);
    for (int64_t size = 0; size < 10; size++) PLAN(guest, fd_filestat_set_size, f, size);
    PLAN(guest, fd_allocate, f, 0, 100);
    PLAN(guest, fd_allocate, f, 0, 1);
    PLAN(guest, fd_filestat_set_times, f, 7, 7, 5);
    PLAN(guest, fd_filestat_set_times, f, 0, 0, 10);
    PLAN(guest, fd_filestat_set_times, r, 7, 7, 5);
    PLAN(guest, fd_filestat_set_times, r, 0, 0, 10);
    PLAN(guest, fd_fdstat_set_rights, f, ALL_RIGHTS, ALL_RIGHTS);
    PLAN(guest, fd_fdstat_set_rights, r, ALL_RIGHTS, ALL_RIGHTS);
    all_fail(guest, where);
    PLAN(guest, fd_fdstat_set_flags, f, APPEND);
    CHECK_EQ(run(guest, false, 0), DWCP_OK);
    plan_write(guest, f, 1);
    plan_pwrite(guest, f, 1, 0);
    all_fail(guest, where);
}

enum { BY_RUNTIME, BY_CALL, BY_POLICY, WAYS };

static void read_only(void) {
    static const char *const ways[] = {"the runtime's directory", "the call's directory", "a directory by policy"};
    for (int way = 0; way < WAYS; way++) {
        REQUIRE(mkdir(at("r"), 0700) == 0 && mkdir(at("r/d"), 0700) == 0 && mkdir(at("w"), 0700) == 0);
        touch("r/f", 5);
        touch("r/d/f", 5);
        touch("w/wf", 5);
        REQUIRE(symlink("f", at("r/s")) == 0);
        char *before = listing(at("r"));
        dwcp_config_t *config = with_root(false);
        CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
        CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, at("r"), "/r", way == BY_RUNTIME, &err));
        CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, at("w"), "/w", false, &err));
        const char *denied[] = {"@fs_write"};
        if (way == BY_POLICY) CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, denied, 1, &err));
        CHECK_STATUS(dwcp_config_set_max_open_files, OK, (config, 8, &err));
        begin(config);
        dwcp_wasi_t *wasi = dwcp_wasi_new();
        if (way == BY_CALL) {
            CHECK_STATUS(dwcp_wasi_add_directory, OK, (wasi, at("r"), "/r", true, &err));
            CHECK_STATUS(dwcp_wasi_add_directory, OK, (wasi, at("w"), "/w", false, &err));
        }
        struct guest *guest = enter(module, wasi);
        change_all(guest, 3, 4, ways[way]);
        change_all(guest, 3, 3, ways[way]);
        /* a directory below it, asked for with every right, and through "..": r/d/.. is r */
        plan_open(guest, 3, "d", DIRECTORY, READ | (1 << 14), 0); /* 5 */
        plan_open(guest, 3, "f", 0, READ, 0);                     /* 6 */
        plan_open(guest, 5, "f", 0, READ, 0);                     /* 7 */
        plan_open(guest, 3, "d/..", DIRECTORY, READ, 0);          /* 8 */
        PLAN(guest, fd_read, 6, list_of(guest, 10, 1), 1, RESULT);
        EXPECT(guest, E_OK, E_OK, E_OK, E_OK, E_OK);
        change_all(guest, 5, 4, ways[way]);
        change_all(guest, 8, 4, ways[way]);
        change_open(guest, 3, 6, ways[way]);
        change_open(guest, 5, 7, ways[way]);
        /* and by other numbers */
        PLAN(guest, fd_renumber, 5, 4);
        PLAN(guest, fd_renumber, 7, 2);
        EXPECT(guest, E_OK, E_OK);
        change_open(guest, 4, 2, ways[way]);
        leave(guest);
        dwcp_wasi_free(wasi);
        char *after = listing(at("r"));
        CHECK_STR(after, before);
        CHECK_EQ(size_of("w/wnew"), -1);
        CHECK_EQ(size_of("w/wf"), 5);
        free(before);
        free(after);
        end();
    }
}

/* ---- What is no file ---- */

static void no_files(void) {
    static const char *const names[] = {"fifo", "socket", "device", "to_fifo", "to_socket", "to_device", "d/fifo", "d/../fifo", "d/to_fifo"};
    REQUIRE(mkfifo(at("fifo"), 0600) == 0 && mkdir(at("d"), 0700) == 0 && mkfifo(at("d/fifo"), 0600) == 0);
    REQUIRE(symlink("fifo", at("to_fifo")) == 0 && symlink("socket", at("to_socket")) == 0 && symlink("device", at("to_device")) == 0);
    REQUIRE(symlink("../fifo", at("d/to_fifo")) == 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", at("socket"));
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 1) == 0);
    /* /dev/full, where the test may make one */
    bool has_device = mknod(at("device"), S_IFCHR | 0600, makedev(1, 7)) == 0;
    /* somebody reads the FIFO: who opens it to write would not wait, and be noticed */
    struct pollfd reader = {.fd = open(at("fifo"), O_RDONLY | O_NONBLOCK), .events = POLLIN};
    REQUIRE(reader.fd >= 0);
    dwcp_config_t *config = with_root(false);
    begin(config);
    struct guest *guest = enter(module, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strstr(names[i], "device") && !has_device) continue;
        for (int oflags = 0; oflags < 16; oflags++) {
            plan_open(guest, D, names[i], oflags, READ, 0);
            plan_open(guest, D, names[i], oflags, WRITE, 4); /* and told not to wait */
            PLAN(guest, path_open, D, 0, PATH(guest, names[i]), oflags, RW, 0, 0, RESULT);
        }
        all_fail(guest, names[i]);
        PLAN(guest, path_filestat_set_times, D, FOLLOW, PATH(guest, names[i]), 0, 0, 10);
        plan_open(guest, D, names[i], 0, READ, 0);
        EXPECT(guest, E_ACCES, E_ACCES);
        CHECK(poll(&reader, 1, 0) == 0);
    }
    /* they can be seen, renamed and removed */
    PLAN(guest, path_filestat_get, D, 0, PATH(guest, "fifo"), RESULT);
    PLAN(guest, path_filestat_set_times, D, 0, PATH(guest, "fifo"), 0, 0, 10);
    PLAN(guest, path_rename, D, PATH(guest, "fifo"), D, PATH(guest, "moved"));
    PLAN(guest, path_unlink_file, D, PATH(guest, "moved"));
    EXPECT(guest, E_OK, E_OK, E_OK, E_OK);
    close(reader.fd);
    close(listener);
    leave(guest);
    end();
}

/* Another process puts a FIFO and a file in each other's place while a guest opens the name. */
static void swapped_meanwhile(void) {
    touch("t", 1);
    REQUIRE(mkfifo(at("fifo"), 0600) == 0);
    pid_t swapper = fork();
    if (swapper == 0) {
        for (;;) renameat2(AT_FDCWD, at("t"), AT_FDCWD, at("fifo"), 2 /* RENAME_EXCHANGE */);
    }
    REQUIRE(swapper > 0);
    begin(with_root(false));
    struct guest *guest = enter(module, NULL);
    static const int64_t rights[] = {READ, WRITE, RW};
    int opened = 0;
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 100; i++) {
            plan_open(guest, D, "t", i & (CREAT | TRUNC), rights[i % 3], 0);
            PLAN(guest, fd_close, 4);
            PLAN(guest, path_filestat_set_times, D, FOLLOW, PATH(guest, "t"), 0, 0, 10);
        }
        REQUIRE(CHECK_EQ(run(guest, false, 0), DWCP_OK));
        for (int i = 0; i < 300; i += 3) {
            uint64_t e = guest->records[i][RECORD / 8 - 1];
            opened += e == E_OK;
            if (e != E_OK) CHECK_EQ(e, E_ACCES);
        }
    }
    CHECK(opened > 0);
    kill(swapper, SIGKILL);
    waitpid(swapper, NULL, 0);
    leave(guest);
    end();
}

/* ---- Time ---- */

/* As many bytes as take seconds, in one WASI call: the call ends in between. */
static void long_transfers(void) {
    dwcp_config_t *config = with_root(false);
    CHECK_STATUS(dwcp_config_set_max_file_size, OK, (config, INT64_MAX, &err));
    CHECK_STATUS(dwcp_config_set_max_bytes_written, OK, (config, INT64_MAX, &err));
    begin(config);
    enum { TIMES = 1023 };
    const int64_t all = (int64_t)TIMES * BYTES; /* some 4 GB */
    struct guest *guest = enter(module, NULL);
    plan_open(guest, D, "f", CREAT, RW, 0);
    EXPECT(guest, E_OK);
    PLAN(guest, fd_write, 4, list_of(guest, BYTES, TIMES), TIMES, RESULT);
    CHECK_EQ(run(guest, false, 20000000), DWCP_ERR_TIMEOUT);
    CHECK(size_of("f") > 0 && size_of("f") < all);
    leave(guest);

    REQUIRE(truncate(at("f"), all) == 0);
    guest = enter(module, NULL);
    plan_open(guest, D, "f", 0, READ, 0);
    PLAN(guest, fd_pread, 4, list_of(guest, BYTES, TIMES), TIMES, 0, RESULT);
    CHECK_EQ(run(guest, false, 20000000), DWCP_ERR_TIMEOUT);
    leave(guest);
    end();
}

/* ---- Pointers ---- */

/* Each pointer of each call that follows it, behind the end of the memory. */
static void bad_pointers(void) {
    touch("f", 10);
    begin(with_root(false));
    int followed = 0;
    for (int which = 0; which < WASI_CALL_COUNT; which++) {
        const char *types = WASI_CALL[which].types;
        for (int bad = 0; types[bad]; bad++) {
            if (types[bad] != 'p') continue;
            dwcp_wasi_t *wasi = dwcp_wasi_new();
            const char *args[] = {"program"};
            CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, args, 1, &err));
            CHECK_STATUS(dwcp_wasi_add_env, OK, (wasi, "K", "v", &err));
            struct guest *guest = enter(module, wasi);
            plan_open(guest, D, "f", 0, RW, 0);
            EXPECT(guest, E_OK);
            bool on_file = strncmp(WASI_CALL[which].name, "fd_", 3) == 0 && which != W_fd_readdir && which != W_fd_prestat_get &&
                           which != W_fd_prestat_dir_name;
            bool on_link = which == W_path_readlink;
            int64_t values[9] = {0};
            uint32_t list = list_of(guest, 4, 1), name = name_of(guest, on_link ? "s" : "f");
            if (on_link) REQUIRE(symlink("f", at("s")) == 0);
            for (int i = 0; types[i]; i++) {
                values[i] = types[i] == 'p' ? RESULT + 64 * i : 1;
                bool is_name = types[i] == 'p' && types[i + 1] == 'i' && strncmp(WASI_CALL[which].name, "path_", 5) == 0;
                bool is_list = types[i] == 'p' && types[i + 1] == 'i' && strncmp(WASI_CALL[which].name, "fd_", 3) == 0 && on_file;
                if (is_name && !(on_link && i == 3)) values[i] = name;
                if (is_list) values[i] = list;
            }
            if (types[0] == 'i') values[0] = on_file ? 4 : D;
            if (which == W_path_symlink) values[2] = D;
            if (which == W_path_link || which == W_path_rename) values[which == W_path_link ? 4 : 3] = D;
            if (which == W_path_link) values[1] = 0;
            if (which == W_path_open) values[4] = 0, values[5] = READ, values[7] = 0;
            if (which == W_fd_readdir) values[2] = 1000, values[3] = 0;
            if (which == W_fd_seek) values[2] = 0;
            if (which == W_clock_res_get || which == W_clock_time_get) values[0] = 0;
            values[bad] = (GUEST_PAGES << 16) - (types[bad + 1] == 'i' ? 0 : 2);
            plan_values(guest, (enum wasi_call)which, values, strlen(types));
            dwcp_status_t status = run(guest, false, 0);
            int32_t code = dwcp_error_trap_code(err);
            bool ok = CHECK_EQ(status, DWCP_ERR_TRAP) &&
                      CHECK(code == DWCP_TRAP_MEMORY_OUT_OF_BOUNDS || code == DWCP_TRAP_HEAP_MISALIGNED);
            char quoted[64];
            snprintf(quoted, sizeof quoted, "\"%s\"", WASI_CALL[which].name);
            if (!ok || !CHECK_HAS(message(), quoted)) fprintf(stderr, "    parameter %d of %s: errno %d\n", bad, WASI_CALL[which].name, (int)guest->records[0][RECORD / 8 - 1]);
            followed++;
            leave(guest);
            dwcp_wasi_free(wasi);
            if (on_link) unlink(at("s"));
        }
    }
    CHECK(followed > 40);
    CHECK_EQ(size_of("f"), 10);
    end();
}

int main(void) {
    alarm(300); /* nothing here waits for anybody */
    REQUIRE(mkdtemp(root) != NULL);
    every_way_to_grow();
    two_at_once();
    bytes_of_a_call();
    names_of_a_call();
    open_files();
    read_only();
    no_files();
    swapped_meanwhile();
    long_transfers();
    bad_pointers();
    CHECK_EQ(rmdir(root), 0);
    return report("wasi_files");
}
