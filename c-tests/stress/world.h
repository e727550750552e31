/* What the threads of the stress test share in one round, what each counts, and which ends each operation may have. */
#ifndef STRESS_WORLD_H
#define STRESS_WORLD_H

#include "../guests.h"
#include "guests.h"

#include <pthread.h>
#include <sched.h>

enum { MOST_THREADS = 64, TOKENS = 8, BAG = 24 };

/* ---- The dice: splitmix64, one for each thread, so that a seed gives each thread the same operations again. ---- */

static inline uint64_t roll(uint64_t *dice) {
    uint64_t z = *dice += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* CHECK_EQ for what is checked a million times: words are made only when it fails. */
#define SAME(given, expected) same((long long)(given), (long long)(expected), #given, __FILE__, __LINE__)

static inline void same(long long given, long long expected, const char *what, const char *file, int line) {
    atomic_fetch_add(&test_checks, given == expected);
    if (given != expected) test_check_eq(given, expected, what, file, line);
}

/* ---- The world ---- */

enum tool { ADD, COUNT, TRAP, DIV, SPIN, LEAVE, HOG, DOWN, ECHO_TEXT, TOOLS };

static const struct {
    const char *name, *signature;
} TOOL[TOOLS] = {[ADD] = {"add", NULL},     [COUNT] = {"count", NULL}, [TRAP] = {"trap", NULL},
                 [DIV] = {"div", NULL},     [SPIN] = {"spin", NULL},   [LEAVE] = {"leave", NULL},
                 [HOG] = {"hog", NULL},     [DOWN] = {"down", NULL},   [ECHO_TEXT] = {"echo", "s:s64"}};

/* Host data with a finalizer. `uses` orders, for a tool that sees this program only and not the library, what is done with the
 * data on one thread before what is done on another: making them and each use end with an atomic, each use and the finalizer
 * begin with one. */
struct owned {
    struct world *world;
    int32_t number;
    atomic_uint uses;
    atomic_uint *gone; /* set by the finalizer, unless NULL */
};

struct world {
    dwcp_runtime_t *runtime;
    dwcp_module_t *toolbox, *host, *lib, *linked, *references, *hello, *sleeper, *one, *two, *park;
    dwcp_function_t *tools[TOOLS], *plus, *again, *parked;
    dwcp_vm_t *shared;  /* a session that every thread calls: BUSY is among the answers */
    dwcp_vm_t *kept[2]; /* sessions that live until the runtime is closed */
    dwcp_cancel_t *tokens[TOKENS];
    const char *path; /* of a file with TWO_WAT */
    char toolbox_hash[72];
    bool scarce;    /* fewer slots than the threads could use */
    bool forgetful; /* sessions end when they are idle for a moment */

    pthread_mutex_t lock;
    dwcp_module_t *victim; /* a module that may be disabled while others call it; under the lock */

    atomic_bool closing;                 /* set before dwcp_runtime_close is called */
    atomic_bool stop;                    /* the threads are to come to an end */
    atomic_uint drains_begun, drains_over;
    atomic_ullong operations;
    atomic_ullong defined, finalized;    /* host functions and objects given to the library, and given back */
    atomic_bool in_park, leave_park;
};

/* What a handle in a thread's bag is. */
enum thing { NOTHING, MODULE, FUNCTION, IMPORTS, TOKEN, SESSION };

struct entry {
    enum thing thing;
    void *handle;
    dwcp_function_t *function; /* of a session: its function "count" */
    int32_t number;            /* of a function or a module: what its "plus" adds; of a session: its calls so far */
};

struct worker {
    struct world *world;
    pthread_t thread;
    unsigned number;
    uint64_t dice, quota; /* operations to do; 0: until the world stops */
    struct entry bag[BAG];
    /* Calls that began, calls that failed, calls that timed out. Host functions that call the runtime again count here too, and
     * may do so on another thread. */
    atomic_ullong executions, failed, timeouts;
    atomic_ullong errors, errors_freed;
    struct {
        dwcp_module_t *module;
        dwcp_function_t *function;
        dwcp_vm_t *vm;
    } drop; /* what the host function `drop` frees */
    atomic_bool dropped;
    uint64_t refused; /* operations that a closing runtime did not carry out */
};

static inline uint32_t pick(struct worker *w, uint32_t n) { return (uint32_t)(roll(&w->dice) % n); }

/* ---- Which ends an operation may have ---- */

enum { ENTERS = 1, MAKES_VM = 2, RUNS = 4 };

enum rule {
    WELL,          /* cannot fail by itself */
    WELL_LOOK,     /* as WELL, for what works while the runtime is drained or closing */
    CALL_WELL,
    CALL_TRAP,
    CALL_TIMEOUT,
    CALL_FUEL,
    CALL_EXIT,
    CALL_MEMORY,
    CALL_STACK,
    CALL_HOST,
    CALL_CANCELLED,
    CALL_CANCELLABLE,
    CALL_SPIN_CANCELLABLE,
    CALL_WRONG_TYPE,
    CALL_SMALL,
    CALL_KEY,
    CALL_VICTIM,
    LOAD_WELL,
    LOAD_MISSING,
    LOAD_INVALID,
    FIND,
    EVICT,
    VICTIM_SESSION,
    VM_USE,
    VM_USE_SHARED,
    VM_TRAP,
    VM_DEAD,
    DRAIN,
    RULES
};

/* The ends that an operation may have by itself, and what may come from its surroundings: a refusal of a runtime that drains or
 * closes (ENTERS), the want of a slot (MAKES_VM), an end from a runtime that closes (RUNS). */
static const struct {
    const char *name;
    unsigned how;
    size_t n;
    dwcp_status_t may[6];
} RULE[RULES] = {
#define ENDS(...) sizeof((dwcp_status_t[]){__VA_ARGS__}) / sizeof(dwcp_status_t), {__VA_ARGS__}
    [WELL] = {"what cannot fail", ENTERS, ENDS(DWCP_OK)},
    [WELL_LOOK] = {"a look", 0, ENDS(DWCP_OK)},
    [CALL_WELL] = {"a call that ends well", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_OK)},
    [CALL_TRAP] = {"a call that traps", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_ERR_TRAP)},
    [CALL_TIMEOUT] = {"a call without end", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_ERR_TIMEOUT)},
    [CALL_FUEL] = {"a call with little fuel", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_ERR_OUT_OF_FUEL)},
    [CALL_EXIT] = {"a call that exits", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_ERR_EXIT)},
    [CALL_MEMORY] = {"a call that wants memory", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_ERR_OUT_OF_MEMORY)},
    [CALL_STACK] = {"a call that goes deep", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_ERR_STACK_OVERFLOW)},
    [CALL_HOST] = {"a call whose host function fails", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_ERR_HOST_FUNCTION)},
    [CALL_CANCELLED] = {"a call with a fired token", ENTERS | RUNS, ENDS(DWCP_ERR_CANCELLED)},
    [CALL_CANCELLABLE] = {"a call with a token of all", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_OK, DWCP_ERR_CANCELLED)},
    [CALL_SPIN_CANCELLABLE] = {"a call without end with a token of all", ENTERS | MAKES_VM | RUNS,
                               ENDS(DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED)},
    [CALL_WRONG_TYPE] = {"a call with wrong arguments", 0, ENDS(DWCP_ERR_WRONG_TYPE)},
    [CALL_SMALL] = {"a call without room for its results", 0, ENDS(DWCP_ERR_BUFFER_TOO_SMALL)},
    [CALL_KEY] = {"a call by a name that may be gone", ENTERS | MAKES_VM | RUNS, ENDS(DWCP_OK, DWCP_ERR_NOT_FOUND)},
    [CALL_VICTIM] = {"a call of what may be disabled", ENTERS | MAKES_VM | RUNS,
                     ENDS(DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED, DWCP_ERR_DISABLED)},
    [LOAD_WELL] = {"a load", ENTERS | RUNS, ENDS(DWCP_OK)},
    [LOAD_MISSING] = {"a load without a host function", ENTERS | RUNS, ENDS(DWCP_ERR_UNRESOLVED_IMPORT)},
    [LOAD_INVALID] = {"a load of what is no module", ENTERS | RUNS, ENDS(DWCP_ERR_INVALID_MODULE)},
    [FIND] = {"a search", ENTERS, ENDS(DWCP_OK, DWCP_ERR_NOT_FOUND)},
    [EVICT] = {"an eviction", 0, ENDS(DWCP_OK, DWCP_ERR_NOT_FOUND)},
    [VICTIM_SESSION] = {"a session of what may be disabled", ENTERS | MAKES_VM | RUNS,
                        ENDS(DWCP_OK, DWCP_ERR_DISABLED, DWCP_ERR_CANCELLED)},
    [VM_USE] = {"a session of one's own", ENTERS | RUNS, ENDS(DWCP_OK)},
    [VM_USE_SHARED] = {"a session of all", ENTERS | RUNS, ENDS(DWCP_OK, DWCP_ERR_BUSY)},
    [VM_TRAP] = {"a trap in a session", ENTERS | RUNS, ENDS(DWCP_ERR_TRAP)},
    [VM_DEAD] = {"a session without a VM", ENTERS, ENDS(DWCP_ERR_VM_DEAD)},
    [DRAIN] = {"a drain", 0, ENDS(DWCP_OK, DWCP_ERR_TIMEOUT)},
#undef ENDS
};

/* One operation of the library on its way: made by `begin`, judged by `end`. */
struct step {
    struct worker *w;
    unsigned drains_over;
    dwcp_error_t *error;
    dwcp_call_stats_t stats;
};

static inline struct step begin(struct worker *w) {
    return (struct step){w, atomic_load(&w->world->drains_over), NULL, DWCP_CALL_STATS_INIT};
}

static inline bool may_end(const struct step *s, enum rule rule, dwcp_status_t status) {
    const struct world *world = s->w->world;
    for (size_t i = 0; i < RULE[rule].n; i++)
        if (RULE[rule].may[i] == status) return true;
    unsigned how = RULE[rule].how;
    bool closing = atomic_load(&world->closing), drained = atomic_load(&world->drains_begun) != s->drains_over;
    switch (status) {
    case DWCP_ERR_CLOSED: return closing;
    case DWCP_ERR_SHUTTING_DOWN: return (how & ENTERS) && (closing || drained);
    case DWCP_ERR_CANCELLED: return (how & RUNS) && closing;
    case DWCP_ERR_NO_SLOT: return (how & MAKES_VM) && world->scarce;
    case DWCP_ERR_VM_DEAD: return (how & RUNS) && world->forgetful && (rule == VM_USE || rule == VM_USE_SHARED || rule == VM_TRAP);
    default: return false;
    }
}

/* Whether a call that ended so counts among the executions: all do, but those that were refused before they began. */
static inline bool counts(dwcp_status_t status) {
    switch (status) {
    case DWCP_ERR_INVALID_ARGUMENT:
    case DWCP_ERR_WRONG_HANDLE:
    case DWCP_ERR_CLOSED:
    case DWCP_ERR_SHUTTING_DOWN:
    case DWCP_ERR_BUSY:
    case DWCP_ERR_VM_DEAD:
    case DWCP_ERR_NOT_FOUND:
    case DWCP_ERR_WRONG_TYPE:
    case DWCP_ERR_BUFFER_TOO_SMALL:
    case DWCP_ERR_DISABLED:
    case DWCP_ERR_KEY_MISMATCH: return false;
    default: return true;
    }
}

static inline void count_call(struct worker *w, dwcp_status_t status) {
    if (!counts(status)) return;
    atomic_fetch_add(&w->executions, 1);
    if (status != DWCP_OK) atomic_fetch_add(&w->failed, 1);
    if (status == DWCP_ERR_TIMEOUT) atomic_fetch_add(&w->timeouts, 1);
}

static inline void free_error(struct worker *w, dwcp_error_t *error) {
    if (error == NULL) return;
    atomic_fetch_add(&w->errors, 1);
    CHECK(dwcp_error_message(error)[0] != '\0');
    dwcp_frame_t frame = DWCP_FRAME_INIT;
    for (size_t i = 0, n = dwcp_error_frame_count(error); i < n && i < 3; i++) CHECK(dwcp_error_frame(error, i, &frame));
    dwcp_error_free(error);
    atomic_fetch_add(&w->errors_freed, 1);
}

/* Looks at what came of a step. Gives true if it ended with the status that the rule names first. */
static inline bool end(struct step *s, enum rule rule, dwcp_status_t status) {
    if (!may_end(s, rule, status)) {
        char text[600];
        snprintf(text, sizeof text, "%s ended with %s: %s", RULE[rule].name, dwcp_status_name(status), dwcp_error_message(s->error));
        test_check(false, __FILE__, __LINE__, "%s", text);
    }
    SAME(dwcp_error_code(s->error), status);
    CHECK((s->error == NULL) == (status == DWCP_OK));
    s->w->refused += status != DWCP_OK && atomic_load(&s->w->world->closing);
    free_error(s->w, s->error);
    s->error = NULL;
    return status == RULE[rule].may[0];
}

/* As `end` for calls, which are counted. */
static inline bool end_call(struct step *s, enum rule rule, dwcp_status_t status) {
    count_call(s->w, status);
    if ((s->stats.call_id != 0) != counts(status)) {
        char text[200];
        snprintf(text, sizeof text, "%s ended with %s and has the number %llu", RULE[rule].name, dwcp_status_name(status),
                 (unsigned long long)s->stats.call_id);
        test_check(false, __FILE__, __LINE__, "%s", text);
    }
    return end(s, rule, status);
}

/* ---- The bag: handles that a thread keeps for a while and frees in no order ---- */

static inline void free_entry(struct entry *e) {
    dwcp_function_free(e->function);
    switch (e->thing) {
    case MODULE: dwcp_module_free(e->handle); break;
    case FUNCTION: dwcp_function_free(e->handle); break;
    case IMPORTS: dwcp_imports_free(e->handle); break;
    case TOKEN: dwcp_cancel_free(e->handle); break;
    case SESSION: dwcp_vm_release(e->handle); break;
    case NOTHING: break;
    }
    memset(e, 0, sizeof *e);
}

/* Keeps a handle in a place of chance; what was there goes. */
static inline struct entry *keep(struct worker *w, enum thing thing, void *handle, int32_t number) {
    struct entry *e = &w->bag[pick(w, BAG)];
    free_entry(e);
    *e = (struct entry){thing, handle, NULL, number};
    return e;
}

#endif
