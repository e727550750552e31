/* No name leads a guest out of its directories: each call that takes a path or a descriptor, with every kind of name that could.
 *
 * Done twice: where the kernel resolves paths beneath a directory (openat2), and in a process that has to do without, where they
 * are walked part by part. */
#define _GNU_SOURCE
#include "escape/guest.h"
#include "escape/process.h"
#include "escape/tree.h"

#include <errno.h>

enum { JAIL = 3, RO = 4 };

static dwcp_runtime_t *runtime;
static dwcp_module_t *module;

static void begin(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, at("jail"), "/", false, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, at("ro"), "/ro", true, &err));
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 0, &err));
    runtime = new_runtime(config);
    module = load_file_guest(runtime);
}

static void end(void) {
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* ---- Names ---- */

static const char *const ENDINGS[] = {"", "/", "/.", "/..", "/../secret", "/inner", "//inner", "/new", "/../f", "/d/f", "/../../secret"};

static const struct name NAMES[] = {
    N(".."), N("../"), N("../."), N("../.."), N("../secret"), N("../outside"), N("../outside/inner"), N("../new"), N("../jail"),
    N("../jail/f"), N("./.."), N("./../"), N("./../secret"), N(".//..//secret"), N("a/../../secret"), N("d/../../secret"), N("d/.."),
    N("d/../.."), N("d/../../new"), N("d/e/../../../secret"), N("d/e/../../../outside/inner"), N("none/../../secret"), N("f/../secret"),
    N("f/../../secret"), N("/"), N("//"), N("/."), N("/.."), N("/f"), N("//f"), N("/secret"), N("/etc/passwd"), N("/proc/self/root/etc/passwd"),
    N("/proc/self/cwd/f"), N("/proc/self/fd/0"), N("/proc/self/fd/3/f"), N("/dev/zero"), N("/tmp"), N("proc/etc/passwd"), N(""), N("."), N("./"),
    N("./."), N("f"), N("f/"), N("f/."), N("f/.."), N("d"), N("d/"), N("d/."), N("d//f"), N("d/./f"), N("d/../f"), N("empty"), N("empty/"),
    N("none"), N("none/"), N("none/none"), N("none/.."), N("\0"), N("f\0"), N("\0/../secret"), N("f\0/../../secret"), N("..\0"), N("\xff\xfe"), N("odd/\xff\xfe"), N("odd"),
    N("d/\xc3\x28"), N("\xff/../../secret"), N("../\xff"), N("\xed\xa0\x80"), N("...") , N(". ."), N("..f"), N("~"), N("*"), N("C:\\f"), N("..\\secret"),
};

static struct name *names;
static size_t nnames;

static void add_name(const char *bytes, size_t length) {
    names = realloc(names, (nnames + 1) * sizeof *names);
    char *copy = malloc(length + 1);
    REQUIRE(names != NULL && copy != NULL);
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    names[nnames++] = (struct name){copy, length};
}

/* `part` again and again, up to a length. */
static void add_long_name(const char *part, size_t length, const char *last) {
    char *bytes = malloc(length + 1);
    REQUIRE(bytes != NULL);
    size_t n = strlen(part), tail = strlen(last);
    for (size_t i = 0; i < length; i++) bytes[i] = part[i % n];
    memcpy(bytes + length - tail, last, tail);
    add_name(bytes, length);
    free(bytes);
}

static void make_names(void) {
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) add_name(NAMES[i].bytes, NAMES[i].length);
    for (size_t i = 0; i < NLINKS; i++) {
        for (size_t j = 0; j < sizeof ENDINGS / sizeof *ENDINGS; j++) {
            char name[64];
            int n = snprintf(name, sizeof name, "%s%s", LINKS[i].name, ENDINGS[j]);
            add_name(name, (size_t)n);
        }
    }
    static const char *const absolute[] = {"secret", "outside/inner", "jail/f", "new", "jail"};
    for (size_t i = 0; i < sizeof absolute / sizeof *absolute; i++) {
        char name[PATH_MAX];
        static const char *const before[] = {"", "/", "/proc/self/root", "/proc/self/root/proc/self/root", "proc", "root", "../../.."};
        for (size_t j = 0; j < sizeof before / sizeof *before; j++) {
            int n = snprintf(name, sizeof name, "%s%s", before[j], at(absolute[i]));
            add_name(name, (size_t)n);
        }
    }
    add_name("hard", 4);
    add_long_name("n", 255, "");
    add_long_name("n", 256, "");
    add_long_name("d/../", 4095, "../secret");
    add_long_name("./", 4096, "/f");
    add_long_name("./", 4097, "/f");
    add_long_name("../", 4096, "/secret");
    add_long_name("a", 4096, "");
    add_long_name("a", 4097, "");
    add_long_name("../", 1 << 20, "/etc/passwd");
    add_long_name("a", 1 << 20, "");
}

/* ---- The judge ---- */

/* A call that was given names may succeed, or say one of these. */
static bool is_sensible(int32_t e) {
    switch (e) {
        case ERRNO_OK: case ERRNO_ACCES: case ERRNO_BADF: case ERRNO_BUSY: case ERRNO_EXIST: case ERRNO_ILSEQ: case ERRNO_INVAL:
        case ERRNO_ISDIR: case ERRNO_LOOP: case ERRNO_NAMETOOLONG: case ERRNO_NOENT: case ERRNO_NOTDIR: case ERRNO_NOTEMPTY:
        case ERRNO_PERM:
            return true;
        default: return false;
    }
}

/* Whether a call has succeeded that changes which names there are: they are then made anew. */
static bool changed;

static void judge(int32_t e, const char *call, struct name name) {
    changed |= e == ERRNO_OK;
    if (is_sensible(e)) return;
    char text[256];
    snprintf(text, sizeof text, "errno %d of %s of \"%.100s\"", (int)e, call, name.bytes);
    test_check(false, __FILE__, __LINE__, "%s", text);
}

/* What the guest's memory holds after a call that may have read something. */
static void look_at_memory(struct guest *guest, const char *call, struct name name) {
    static char memory[BUFFER_LEN];
    get(guest, BUFFER, memory, sizeof memory);
    if (!tells_of_outside(memory, sizeof memory)) return;
    char text[256];
    snprintf(text, sizeof text, "%s of \"%.100s\" shows nothing from outside", call, name.bytes);
    test_check(false, __FILE__, __LINE__, "%s", text);
}

/* What the guest sees of a file: neither its size nor its time are those of something outside. */
static void look_at_stat(struct guest *guest, const char *call, struct name name) {
    uint64_t stat[8];
    get(guest, RESULT, stat, sizeof stat);
    uint64_t size = stat[4], modified = stat[6];
    if (size != SECRET_SIZE && modified != SECRET_TIME * UINT64_C(1000000000)) return;
    char text[256];
    snprintf(text, sizeof text, "%s of \"%.100s\" is of nothing outside", call, name.bytes);
    test_check(false, __FILE__, __LINE__, "%s", text);
}

/* Uses what was opened in every way, and closes it. */
static void use(struct guest *guest, int32_t fd, int64_t rights, struct name name) {
    if (MAKE(guest, fd_filestat_get, fd, RESULT) == ERRNO_OK) look_at_stat(guest, "fd_filestat_get", name);
    if (rights & READ && transfer(guest, C_fd_read, fd, BUFFER_LEN) == ERRNO_OK) look_at_memory(guest, "fd_read", name);
    if (MAKE(guest, fd_readdir, fd, BUFFER, BUFFER_LEN, 0, RESULT) == ERRNO_OK) look_at_memory(guest, "fd_readdir", name);
    if (rights & WRITE) transfer(guest, C_fd_write, fd, 1);
    CHECK_EQ(MAKE(guest, fd_close, fd), ERRNO_OK);
}

/* ---- Every call with every name ---- */

static void opens(struct guest *guest, int32_t dir, struct name name, bool all) {
    static const int64_t rights[] = {READ, READ | WRITE, 0, WRITE};
    for (int32_t lookup = 0; lookup <= FOLLOW; lookup++) {
        for (int32_t oflags = 0; oflags < 16; oflags++) {
            for (int r = 0; r < (all ? 4 : 2); r++) {
                if (!all && oflags != 0 && oflags != CREAT && oflags != DIRECTORY && oflags != (CREAT | TRUNC)) continue;
                int32_t fd = open_name(guest, dir, name, lookup, oflags, rights[r]);
                changed |= fd >= 0 && (oflags & CREAT);
                if (fd < 0) judge(-fd, "path_open", name);
                else use(guest, fd, rights[r], name);
            }
        }
    }
}

/* The calls with one name. */
static void single(struct guest *guest, int32_t dir, struct name name, int which) {
    int64_t length = (int64_t)name.length;
    int32_t e = 0;
    switch (which) {
        case 0:
            for (int32_t lookup = 0; lookup <= FOLLOW; lookup++) {
                e = MAKE(guest, path_filestat_get, dir, lookup, NAME, length, RESULT);
                if (e == ERRNO_OK) look_at_stat(guest, "path_filestat_get", name);
                judge(e, "path_filestat_get", name);
            }
            changed = false;
            break;
        case 1:
            for (int32_t lookup = 0; lookup <= FOLLOW; lookup++)
                judge(MAKE(guest, path_filestat_set_times, dir, lookup, NAME, length, 1000, 1000, 5), "path_filestat_set_times", name);
            changed = false;
            break;
        case 2:
            e = MAKE(guest, path_readlink, dir, NAME, length, BUFFER, BUFFER_LEN, RESULT);
            if (e == ERRNO_OK) {
                char text[PATH_MAX] = "";
                get(guest, BUFFER, text, get_u32(guest, RESULT) < PATH_MAX ? get_u32(guest, RESULT) : PATH_MAX - 1);
                CHECK(text[0] != '/'); /* where the host's files are is nobody's business */
                look_at_memory(guest, "path_readlink", name);
            }
            judge(e, "path_readlink", name);
            changed = false;
            break;
        case 3: judge(MAKE(guest, path_create_directory, dir, NAME, length), "path_create_directory", name); break;
        case 4: judge(MAKE(guest, path_remove_directory, dir, NAME, length), "path_remove_directory", name); break;
        case 5: judge(MAKE(guest, path_unlink_file, dir, NAME, length), "path_unlink_file", name); break;
        case 6: /* a link at that name, and a link to it */
            put(guest, OTHER, "../secret", 9);
            judge(MAKE(guest, path_symlink, OTHER, 9, dir, NAME, length), "path_symlink", name);
            break;
        case 7:
            put(guest, OTHER, "made", 4);
            e = MAKE(guest, path_symlink, NAME, length, JAIL, OTHER, 4);
            judge(e, "path_symlink", name);
            if (e == ERRNO_OK) {
                static const char *const through[] = {"made", "made/", "made/inner", "made/f", "made/../secret"};
                for (int i = 0; i < 5; i++) opens(guest, JAIL, named(through[i]), false);
            }
            break;
        default: abort();
    }
}

/* The calls with two names, of which one is hostile: as what is moved or linked, and as where it goes. */
static void pair(struct guest *guest, int32_t dir, struct name name, int which) {
    static const char *const others[] = {"f", "d", "fresh", "empty", "in", "out_rel"};
    int64_t length = (int64_t)name.length;
    for (int i = 0; i < 6; i++) {
        int64_t n = (int64_t)strlen(others[i]);
        put(guest, OTHER, others[i], (size_t)n);
        switch (which) {
            case 0: judge(MAKE(guest, path_rename, dir, NAME, length, JAIL, OTHER, n), "path_rename", name); break;
            case 1: judge(MAKE(guest, path_rename, JAIL, OTHER, n, dir, NAME, length), "path_rename", name); break;
            case 2:
            case 3:
                for (int32_t lookup = 0; lookup <= FOLLOW; lookup++) {
                    int32_t e = which == 2 ? MAKE(guest, path_link, dir, lookup, NAME, length, JAIL, OTHER, n)
                                           : MAKE(guest, path_link, JAIL, lookup, OTHER, n, dir, NAME, length);
                    judge(e, "path_link", name);
                }
                break;
            default: abort();
        }
        if (which == 0 || which == 2) {
            int32_t fd = open_name(guest, JAIL, named(others[i]), FOLLOW, 0, READ);
            if (fd >= 0) use(guest, fd, READ, name);
            put(guest, NAME, name.bytes, name.length); /* which open_name has written over */
        }
    }
}

enum { OPENS = 1, SINGLES = 8, PAIRS = 4 };

/* Below the directory, below the read-only one, and below one that was opened. */
static void every_call(struct guest *guest, struct name name, int where) {
    for (int which = 0; which < OPENS + SINGLES + PAIRS; which++) {
        int32_t dir = where == 2 ? open_name(guest, JAIL, N("d"), 0, DIRECTORY, READ) : JAIL + where;
        REQUIRE(dir >= 0);
        put(guest, NAME, name.bytes, name.length);
        changed = false;
        if (which < OPENS) opens(guest, dir, name, where == 0);
        else if (which < OPENS + SINGLES) single(guest, dir, name, which - OPENS);
        else pair(guest, dir, name, which - OPENS - SINGLES);
        if (where == 2) MAKE(guest, fd_close, dir);
        if (changed) refill_jail();
    }
    char what[160];
    snprintf(what, sizeof what, "\"%.100s\" below %d", name.bytes, where);
    REQUIRE(outside_is_untouched(what));
}

static void every_call_with_every_name(int places) {
    struct guest guest = visit(module, NULL);
    for (size_t i = 0; i < nnames; i++)
        for (int where = 0; where < places; where++) every_call(&guest, names[i], where);
    leave(&guest);
}

/* ---- What a guest is told ---- */

/* What is tried with each name below, in this order: open and follow, open, create, stat and follow, stat; readlink, make a
 * directory, remove one, unlink; a link at that name, a link to it; rename it, rename "f" to it; link it, link "f" to it. */
enum { TRIED = 15 };

static int32_t told(struct guest *guest, struct name name, int what) {
    int64_t n = (int64_t)name.length;
    int32_t fd = 0;
    bool from_f = what == 12 || what == 14;
    put_names(guest, name, from_f ? N("f") : N("fresh"));
    switch (what) {
        case 0: fd = open_name(guest, JAIL, name, FOLLOW, 0, READ); break;
        case 1: fd = open_name(guest, JAIL, name, 0, 0, READ); break;
        case 2: fd = open_name(guest, JAIL, name, FOLLOW, CREAT, READ | WRITE); break;
        case 3: return MAKE(guest, path_filestat_get, JAIL, FOLLOW, NAME, n, RESULT);
        case 4: return MAKE(guest, path_filestat_get, JAIL, 0, NAME, n, RESULT);
        case 5: return MAKE(guest, path_readlink, JAIL, NAME, n, BUFFER, BUFFER_LEN, RESULT);
        case 6: return MAKE(guest, path_create_directory, JAIL, NAME, n);
        case 7: return MAKE(guest, path_remove_directory, JAIL, NAME, n);
        case 8: return MAKE(guest, path_unlink_file, JAIL, NAME, n);
        case 9: return MAKE(guest, path_symlink, OTHER, 5, JAIL, NAME, n);
        case 10: return MAKE(guest, path_symlink, NAME, n, JAIL, OTHER, 5);
        case 11: return MAKE(guest, path_rename, JAIL, NAME, n, JAIL, OTHER, 5);
        case 12: return MAKE(guest, path_rename, JAIL, OTHER, 1, JAIL, NAME, n);
        case 13: return MAKE(guest, path_link, JAIL, 0, NAME, n, JAIL, OTHER, 5);
        case 14: return MAKE(guest, path_link, JAIL, 0, OTHER, 1, JAIL, NAME, n);
        default: abort();
    }
    if (fd < 0) return -fd;
    MAKE(guest, fd_close, fd);
    return ERRNO_OK;
}

#define OK_ ERRNO_OK
#define EX ERRNO_EXIST
#define IN ERRNO_INVAL
#define DI ERRNO_ISDIR
#define LO ERRNO_LOOP
#define LG ERRNO_NAMETOOLONG
#define NO ERRNO_NOENT
#define ND ERRNO_NOTDIR
#define PE ERRNO_PERM
#define BU ERRNO_BUSY
#define IL ERRNO_ILSEQ

static void what_a_guest_is_told(void) {
    static const struct {
        struct name name;
        uint8_t errnos[TRIED];
    } ROWS[] = {
        {N(".."), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, OK_, PE, PE, PE, PE}},
        {N("../secret"), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, OK_, PE, PE, PE, PE}},
        {N("d/../../new"), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, OK_, PE, PE, PE, PE}},
        {N("/"), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE}},
        {N("/f"), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE}},
        {N("/etc/passwd"), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE}},
        {N("/proc/self/root"), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, PE}},
        {N("out_rel"), {PE, LO, PE, PE, OK_, OK_, EX, ND, OK_, EX, OK_, OK_, OK_, OK_, EX}},
        {N("out_abs"), {PE, LO, PE, PE, OK_, PE, EX, ND, OK_, EX, OK_, OK_, OK_, OK_, EX}},
        {N("new_rel"), {PE, LO, PE, PE, OK_, OK_, EX, ND, OK_, EX, OK_, OK_, OK_, OK_, EX}},
        {N("hard"), {PE, LO, PE, PE, OK_, OK_, EX, ND, OK_, EX, OK_, OK_, OK_, OK_, EX}},
        {N("d/back"), {PE, LO, PE, PE, OK_, OK_, EX, ND, OK_, EX, OK_, OK_, OK_, OK_, EX}},
        {N("outd_rel/"), {PE, PE, PE, PE, PE, PE, EX, PE, PE, PE, OK_, ND, ND, PE, PE}},
        {N("outd_rel/inner"), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, OK_, PE, PE, PE, PE}},
        {N("up/.."), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, OK_, PE, PE, PE, PE}},
        {N("proc/etc/passwd"), {PE, PE, PE, PE, PE, PE, PE, PE, PE, PE, OK_, PE, PE, PE, PE}},
        {N("loop"), {LO, LO, LO, LO, OK_, OK_, EX, ND, OK_, EX, OK_, OK_, OK_, OK_, EX}},
        {N("loop/f"), {LO, LO, LO, LO, LO, LO, LO, LO, LO, LO, OK_, LO, LO, LO, LO}},
        {N("long39"), {LO, LO, LO, LO, OK_, OK_, EX, ND, OK_, EX, OK_, OK_, OK_, OK_, EX}},
        {N("in"), {OK_, LO, OK_, OK_, OK_, OK_, EX, ND, OK_, EX, OK_, OK_, OK_, OK_, EX}},
        {N("in/"), {ND, ND, ND, ND, ND, ND, EX, ND, ND, ND, OK_, ND, ND, ND, ND}},
        {N("ind/f"), {OK_, OK_, OK_, OK_, OK_, IN, EX, ND, OK_, EX, OK_, OK_, OK_, OK_, EX}},
        {N("f/"), {ND, ND, ND, ND, ND, ND, EX, ND, ND, ND, OK_, ND, ND, ND, ND}},
        {N("f/.."), {ND, ND, ND, ND, ND, ND, ND, ND, ND, ND, OK_, ND, ND, ND, ND}},
        {N("."), {OK_, OK_, DI, OK_, OK_, IN, EX, IN, DI, EX, OK_, BU, BU, PE, EX}},
        {N(""), {NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO}},
        {N("none"), {NO, NO, OK_, NO, NO, NO, OK_, NO, NO, OK_, OK_, NO, OK_, NO, OK_}},
        {N("none/f"), {NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, OK_, NO, NO, NO, NO}},
        {N("f\0"), {IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN}},
        {N("f\0/../../secret"), {IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN}},
        {N("\xff\xfe"), {IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL}},
        {N("\xff/../../secret"), {IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL, IL}},
    };
    struct guest guest = visit(module, NULL);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        for (int what = 0; what < TRIED; what++) {
            int32_t e = told(&guest, ROWS[i].name, what);
            if (e != ROWS[i].errnos[what]) fprintf(stderr, "\"%s\", what is tried as number %d:\n", ROWS[i].name.bytes, what);
            CHECK_EQ(e, ROWS[i].errnos[what]);
            if (e == ERRNO_OK) refill_jail();
        }
    }
    /* as long as a name may be, and longer */
    static const struct {
        const char *part;
        size_t length;
        int32_t e;
    } LONG[] = {
        {"n", 255, NO}, {"n", 256, LG}, {"./", 4094, NO}, {"./", 4096, LG}, {"../", 4095, PE}, {"../", 4098, LG}, {"a", 4095, LG},
        {"a", 4097, LG}, {"../", 1 << 20, LG},
    };
    for (size_t i = 0; i < sizeof LONG / sizeof *LONG; i++) {
        add_long_name(LONG[i].part, LONG[i].length, "");
        struct name name = names[--nnames];
        if (LONG[i].part[0] == '.' && LONG[i].part[1] == '/') ((char *)name.bytes)[name.length - 1] = 'n';
        for (int what = 0; what < 2; what++) CHECK_EQ(told(&guest, name, what), LONG[i].e);
        free((char *)name.bytes);
    }
    leave(&guest);
    CHECK(outside_is_untouched("what a guest is told"));
}

#undef OK_
#undef EX
#undef IN
#undef DI
#undef LO
#undef LG
#undef NO
#undef ND
#undef PE
#undef BU
#undef IL

/* ---- Directories that are open while their names change ---- */

/* From a directory that was opened no name leads above it, wherever it is moved meanwhile, and when it is gone. */
static void moved_while_open(void) {
    static const struct name above[] = {N(".."), N("../f"), N("../../secret"), N("../../../secret"), N("e/../../f"), N("../e/../../f")};
    struct guest guest = visit(module, NULL);
    refill_jail();
    int32_t e = open_name(&guest, JAIL, N("d/e"), 0, DIRECTORY, READ);
    REQUIRE(e > RO);
    static const struct {
        const char *from, *to;
    } MOVES[] = {{"d/e", "e"}, {"e", "empty/e"}, {"empty/e", "d/e2"}, {"d", "empty/d"}};
    for (int move = 0; move <= 4; move++) {
        int32_t f = open_name(&guest, e, N("f"), 0, 0, READ);
        CHECK(f > 0);
        if (f > 0) CHECK_EQ(MAKE(&guest, fd_close, f), ERRNO_OK);
        for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
            struct name name = above[i];
            int64_t n = (int64_t)name.length;
            bool through_e = name.bytes[0] == 'e';
            CHECK_EQ(open_name(&guest, e, name, FOLLOW, 0, READ), through_e ? -ERRNO_NOENT : -ERRNO_PERM);
            CHECK_EQ(open_name(&guest, e, name, 0, CREAT, READ | WRITE), through_e ? -ERRNO_NOENT : -ERRNO_PERM);
            CHECK(MAKE(&guest, path_unlink_file, e, NAME, n) != ERRNO_OK);
            put(&guest, OTHER, "f", 1);
            CHECK(MAKE(&guest, path_rename, e, OTHER, 1, e, NAME, n) != ERRNO_OK);
            CHECK(MAKE(&guest, path_link, e, 0, OTHER, 1, e, NAME, n) != ERRNO_OK);
        }
        if (move == 4) break;
        put_names(&guest, named(MOVES[move].from), named(MOVES[move].to));
        CHECK_EQ(MAKE(&guest, path_rename, JAIL, NAME, (int64_t)strlen(MOVES[move].from), JAIL, OTHER, (int64_t)strlen(MOVES[move].to)), ERRNO_OK);
    }
    /* the host takes it out of the guest's reach: the descriptor goes along, as descriptors do, and what is above it stays out */
    REQUIRE(rename(at("jail/empty/d/e2"), at("ro-moved")) == 0);
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) CHECK(open_name(&guest, e, above[i], FOLLOW, 0, READ) < 0);
    REQUIRE(rename(at("ro-moved"), at("jail/e")) == 0);
    set_time(base);
    free(outside_before);
    outside_before = list_outside();

    /* a directory that is gone has no names */
    put_names(&guest, N("f"), N("e"));
    CHECK_EQ(MAKE(&guest, path_unlink_file, e, NAME, 1), ERRNO_OK);
    CHECK_EQ(MAKE(&guest, path_remove_directory, JAIL, OTHER, 1), ERRNO_OK);
    CHECK_EQ(open_name(&guest, e, N("f"), 0, CREAT, READ | WRITE), -ERRNO_NOENT);
    CHECK_EQ(open_name(&guest, e, N(".."), 0, 0, READ), -ERRNO_PERM);
    put(&guest, NAME, "f", 1);
    CHECK_EQ(MAKE(&guest, path_create_directory, e, NAME, 1), ERRNO_NOENT);
    leave(&guest);
    CHECK(outside_is_untouched("a guest whose directory moves"));
    refill_jail();
}

/* ---- Two directories ---- */

/* Whatever a guest opens first, the directories that it is given stay what they are, and what may be done in them. */
static void opened_first(void) {
    static const struct {
        int32_t base;
        const char *name;
    } FIRST[] = {{JAIL, "d"}, {JAIL, "."}, {RO, "d"}, {RO, "."}};
    for (size_t i = 0; i < sizeof FIRST / sizeof *FIRST; i++) {
        struct guest guest = visit(module, NULL);
        int32_t opened = open_name(&guest, FIRST[i].base, named(FIRST[i].name), 0, DIRECTORY, READ);
        CHECK(opened > RO);
        put_names(&guest, N("fresh"), N("d/e"));
        CHECK_EQ(MAKE(&guest, path_create_directory, JAIL, NAME, 5), ERRNO_OK);
        CHECK_EQ(access(at("jail/fresh"), F_OK), 0);
        CHECK_EQ(MAKE(&guest, path_remove_directory, JAIL, NAME, 5), ERRNO_OK);
        CHECK_EQ(MAKE(&guest, path_rename, JAIL, OTHER, 3, JAIL, NAME, 5), ERRNO_OK);
        CHECK_EQ(MAKE(&guest, path_rename, JAIL, NAME, 5, JAIL, OTHER, 3), ERRNO_OK);
        CHECK_EQ(MAKE(&guest, path_create_directory, RO, NAME, 5), ERRNO_PERM);
        CHECK_EQ(MAKE(&guest, path_symlink, OTHER, 3, RO, NAME, 5), ERRNO_PERM);
        if (FIRST[i].base == RO) CHECK_EQ(MAKE(&guest, path_create_directory, opened, NAME, 5), ERRNO_PERM);
        leave(&guest);
        CHECK(outside_is_untouched("a guest that opens a directory first"));
    }
}

/* Nothing goes from a directory to read to one to write or back, and no link of one is followed into the other. */
static void between_two_directories(void) {
    struct guest guest = visit(module, NULL);
    static const char *const inside[] = {"f", "d", "in", "out_rel"}, *const read_only[] = {"f", "d", "ind", "out"};
    for (int i = 0; i < 4; i++) {
        int64_t n = (int64_t)strlen(inside[i]), m = (int64_t)strlen(read_only[i]);
        put_names(&guest, named(inside[i]), N("moved"));
        CHECK_EQ(MAKE(&guest, path_rename, JAIL, NAME, n, RO, OTHER, 5), ERRNO_PERM);
        CHECK_EQ(MAKE(&guest, path_link, JAIL, 0, NAME, n, RO, OTHER, 5), ERRNO_PERM);
        CHECK_EQ(MAKE(&guest, path_symlink, NAME, n, RO, OTHER, 5), ERRNO_PERM);
        put_names(&guest, named(read_only[i]), N("moved"));
        CHECK_EQ(MAKE(&guest, path_rename, RO, NAME, m, JAIL, OTHER, 5), ERRNO_PERM);
        CHECK_EQ(MAKE(&guest, path_link, RO, 0, NAME, m, JAIL, OTHER, 5), ERRNO_PERM);
        CHECK_EQ(MAKE(&guest, path_rename, RO, NAME, m, RO, OTHER, 5), ERRNO_PERM);
        CHECK_EQ(MAKE(&guest, path_link, RO, 0, NAME, m, RO, OTHER, 5), ERRNO_PERM);
        CHECK_EQ(MAKE(&guest, path_unlink_file, RO, NAME, m), ERRNO_PERM);
        CHECK_EQ(MAKE(&guest, path_remove_directory, RO, NAME, m), ERRNO_PERM);
        CHECK_EQ(MAKE(&guest, path_filestat_set_times, RO, 0, NAME, m, 0, 0, 5), ERRNO_PERM);
    }
    /* "ro" in the first directory leads to a file of the second */
    CHECK_EQ(open_name(&guest, JAIL, N("ro"), FOLLOW, 0, READ), -ERRNO_PERM);
    CHECK_EQ(open_name(&guest, RO, N("f"), FOLLOW, 0, READ | WRITE), -ERRNO_PERM);
    CHECK_EQ(open_name(&guest, RO, N("f"), FOLLOW, TRUNC, READ), -ERRNO_PERM);
    int32_t f = open_name(&guest, RO, N("f"), FOLLOW, 0, READ);
    REQUIRE(f > RO);
    CHECK(transfer(&guest, C_fd_write, f, 1) != ERRNO_OK);
    CHECK_EQ(MAKE(&guest, fd_filestat_set_times, f, 0, 0, 5), ERRNO_PERM);
    int32_t d = open_name(&guest, RO, N("d"), 0, DIRECTORY, READ);
    REQUIRE(d > RO);
    static const struct name itself[] = {N("."), N("./"), N("d/.."), N("ind/..")};
    for (size_t i = 0; i < sizeof itself / sizeof *itself; i++) {
        put(&guest, NAME, itself[i].bytes, itself[i].length);
        for (int32_t lookup = 0; lookup <= FOLLOW; lookup++)
            CHECK_EQ(MAKE(&guest, path_filestat_set_times, RO, lookup, NAME, (int64_t)itself[i].length, 0, 0, 5), ERRNO_PERM);
    }
    CHECK_EQ(MAKE(&guest, fd_filestat_set_times, RO, 0, 0, 5), ERRNO_PERM);
    CHECK_EQ(MAKE(&guest, fd_filestat_set_times, d, 0, 0, 5), ERRNO_PERM);
    leave(&guest);
    CHECK(outside_is_untouched("a guest with two directories"));
}

/* A number that comes to stand for another directory has that one's rights, and its names. */
static void renumbered(void) {
    struct guest guest = visit(module, NULL);
    int32_t f = open_name(&guest, JAIL, N("f"), 0, 0, READ | WRITE);
    REQUIRE(f > RO);
    CHECK_EQ(MAKE(&guest, fd_renumber, RO, JAIL), ERRNO_OK); /* 3 is the one to read now */
    CHECK_EQ(MAKE(&guest, fd_prestat_get, RO, RESULT), ERRNO_BADF);
    CHECK_EQ(open_name(&guest, RO, N("f"), 0, 0, READ), -ERRNO_BADF);
    CHECK_EQ(open_name(&guest, JAIL, N("f"), 0, 0, READ | WRITE), -ERRNO_PERM);
    CHECK_EQ(open_name(&guest, JAIL, N("fresh"), 0, CREAT, READ | WRITE), -ERRNO_PERM);
    CHECK_EQ(open_name(&guest, JAIL, N("out"), FOLLOW, 0, READ), -ERRNO_PERM);
    CHECK_EQ(open_name(&guest, JAIL, N("../jail/f"), FOLLOW, 0, READ), -ERRNO_PERM);
    CHECK_EQ(MAKE(&guest, fd_renumber, f, JAIL), ERRNO_OK); /* 3 is a file */
    CHECK_EQ(open_name(&guest, JAIL, N("d"), 0, 0, READ), -ERRNO_NOTDIR);
    CHECK_EQ(open_name(&guest, JAIL, N("../secret"), 0, 0, READ), -ERRNO_NOTDIR);
    CHECK_EQ(MAKE(&guest, fd_renumber, JAIL, 0), ERRNO_OK); /* and then standard input is */
    CHECK_EQ(transfer(&guest, C_fd_write, 0, 1), ERRNO_OK);
    static const int32_t none[] = {JAIL, RO, 9, 1000, -1, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        CHECK_EQ(MAKE(&guest, fd_renumber, none[i], 0), ERRNO_BADF);
        CHECK_EQ(MAKE(&guest, fd_renumber, 0, none[i]), ERRNO_BADF);
    }
    leave(&guest);
    CHECK(outside_is_untouched("a guest that renumbers"));
    refill_jail();
}

/* What a guest opens is closed in every program that the host starts meanwhile. */
static void nothing_is_inherited(void) {
    struct guest guest = visit(module, NULL);
    int flags_before[64];
    for (int fd = 0; fd < 64; fd++) flags_before[fd] = fcntl(fd, F_GETFD);
    CHECK(open_name(&guest, JAIL, N("f"), 0, 0, READ | WRITE) > RO);
    CHECK(open_name(&guest, JAIL, N("fresh"), 0, CREAT, READ | WRITE) > RO);
    CHECK(open_name(&guest, JAIL, N("d"), 0, DIRECTORY, READ) > RO);
    CHECK(open_name(&guest, RO, N("d"), 0, DIRECTORY, READ) > RO);
    CHECK_EQ(MAKE(&guest, fd_readdir, JAIL, BUFFER, BUFFER_LEN, 0, RESULT), ERRNO_OK);
    int opened = 0;
    for (int fd = 0; fd < 64; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags == flags_before[fd]) continue;
        opened++;
        CHECK_EQ(flags, FD_CLOEXEC);
    }
    CHECK(opened >= 4);
    leave(&guest);
    refill_jail();
}

/* A name that is no text cannot be listed, nor a directory that has one to the end; what is beside it can be used. */
static void odd_names(void) {
    struct guest guest = visit(module, NULL);
    int32_t odd = open_name(&guest, JAIL, N("odd"), 0, DIRECTORY, READ);
    CHECK(odd > RO);
    CHECK_EQ(MAKE(&guest, fd_readdir, odd, BUFFER, BUFFER_LEN, 0, RESULT), ERRNO_ILSEQ);
    put(&guest, NAME, "f", 1);
    CHECK_EQ(MAKE(&guest, path_create_directory, odd, NAME, 1), ERRNO_OK);
    CHECK_EQ(MAKE(&guest, fd_readdir, JAIL, BUFFER, BUFFER_LEN, 0, RESULT), ERRNO_OK);
    leave(&guest);
    refill_jail();
}

/* Only a directory has names: no other descriptor is taken for one. */
static void no_directory_at_all(void) {
    struct guest guest = visit(module, NULL);
    int32_t file = open_name(&guest, JAIL, N("f"), 0, 0, READ | WRITE), closed = open_name(&guest, JAIL, N("d"), 0, 0, READ);
    REQUIRE(file > RO && closed > RO && MAKE(&guest, fd_close, closed) == ERRNO_OK);
    const int32_t BASES[] = {0, 1, 2, file, closed, 99, -1, INT32_MIN, INT32_MAX, AT_FDCWD};
    static const struct name tried[] = {N("f"), N("."), N("../secret"), N("/etc/passwd"), N("")};
    for (size_t i = 0; i < sizeof BASES / sizeof *BASES; i++) {
        int32_t fd = BASES[i], e = ERRNO_BADF;
        for (size_t j = 0; j < sizeof tried / sizeof *tried; j++) {
            int64_t n = (int64_t)tried[j].length;
            put_names(&guest, tried[j], N("fresh"));
            CHECK_EQ(open_name(&guest, fd, tried[j], FOLLOW, 0, READ), fd == file ? -ERRNO_NOTDIR : -e);
            CHECK_EQ(open_name(&guest, fd, tried[j], 0, CREAT, WRITE), fd == file ? -ERRNO_NOTDIR : -e);
            CHECK_EQ(MAKE(&guest, path_filestat_get, fd, FOLLOW, NAME, n, RESULT), e);
            CHECK_EQ(MAKE(&guest, path_filestat_set_times, fd, 0, NAME, n, 0, 0, 5), e);
            CHECK_EQ(MAKE(&guest, path_readlink, fd, NAME, n, BUFFER, BUFFER_LEN, RESULT), e);
            CHECK_EQ(MAKE(&guest, path_create_directory, fd, NAME, n), e);
            CHECK_EQ(MAKE(&guest, path_remove_directory, fd, NAME, n), e);
            CHECK_EQ(MAKE(&guest, path_unlink_file, fd, NAME, n), e);
            CHECK_EQ(MAKE(&guest, path_symlink, OTHER, 5, fd, NAME, n), e);
            CHECK_EQ(MAKE(&guest, path_rename, fd, NAME, n, JAIL, OTHER, 5), e);
            CHECK_EQ(MAKE(&guest, path_rename, JAIL, OTHER, 5, fd, NAME, n), e);
            CHECK_EQ(MAKE(&guest, path_link, fd, 0, NAME, n, JAIL, OTHER, 5), e);
            CHECK_EQ(MAKE(&guest, path_link, JAIL, 0, OTHER, 5, fd, NAME, n), e);
        }
        CHECK_EQ(MAKE(&guest, fd_readdir, fd, BUFFER, BUFFER_LEN, 0, RESULT), fd == file ? ERRNO_NOTDIR : e);
    }
    leave(&guest);
    CHECK(outside_is_untouched("a guest without a directory"));
}

/* ---- With the kernel's help and without ---- */

/* One of the three processes. How a name is walked without the kernel's help is the same below every directory, and the same
 * whatever the reason, so that only the first one tries everything everywhere. */
static void tries(int refused) {
    outside_before = list_outside();
    begin();
    every_call_with_every_name(refused == 0 ? 3 : refused == ENOSYS ? 1 : 0);
    what_a_guest_is_told();
    opened_first();
    moved_while_open();
    between_two_directories();
    renumbered();
    no_directory_at_all();
    nothing_is_inherited();
    odd_names();
    end();
}

int main(void) {
    make_tree();
    make_names();
    static const int refusals[] = {0, ENOSYS, EPERM};
    for (int i = 0; i < 3; i++) {
        in_a_process("wasi_escape, one of three", tries, refusals[i]);
        refill_jail();
    }
    empty_directory(base, true);
    return report("wasi_escape");
}
