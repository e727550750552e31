/* What the generated table of calls in a forked child needs: handles made before the fork, threads that are in the middle of
 * everything at the moment of it, and what each call must give. */
#ifndef DWCP_FORK_FIXTURE_H
#define DWCP_FORK_FIXTURE_H

#include "null_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>

typedef struct {
    fixture_row_t row;
    bool works;
} fork_row_t;

#define IN_CHILD(function, run, in_call, works) {{#function, "in a child", ANY_RESULT, run, in_call}, works}

/* What needs no runtime works in a child as it does in its parent: constants, errors, memory of the C library. */
#define WORKS_IN_CHILD_dwcp_version
#define WORKS_IN_CHILD_dwcp_abi_version
#define WORKS_IN_CHILD_dwcp_build_info
#define WORKS_IN_CHILD_dwcp_status_name
#define WORKS_IN_CHILD_dwcp_status_is_retryable
#define WORKS_IN_CHILD_dwcp_error_free
#define WORKS_IN_CHILD_dwcp_error_code
#define WORKS_IN_CHILD_dwcp_error_message
#define WORKS_IN_CHILD_dwcp_error_limit_name
#define WORKS_IN_CHILD_dwcp_error_limit
#define WORKS_IN_CHILD_dwcp_error_trap_code
#define WORKS_IN_CHILD_dwcp_error_exit_code
#define WORKS_IN_CHILD_dwcp_error_frame_count
#define WORKS_IN_CHILD_dwcp_error_frame
#define WORKS_IN_CHILD_dwcp_values_clear
#define WORKS_IN_CHILD_dwcp_string_free
#define WORKS_IN_CHILD_dwcp_batch_rows_clear

enum { FORK_MOST_ROWS = 1000 };

/* What the call that just ran gave; in a parent it is kept, in a child compared. */
static unsigned long long fork_last, fork_before[FORK_MOST_ROWS];
static const unsigned long long *fork_expected;

static inline void fork_refused(fixture_t *x, dwcp_status_t got) {
    char text[96];
    snprintf(text, sizeof text, "status %s, not FORKED", dwcp_status_name(got));
    fixture_check(x, got == DWCP_ERR_FORKED, text);
}

static inline void fork_gave(fixture_t *x, unsigned long long got) {
    fork_last = got;
    if (fork_expected != NULL) {
        char text[96];
        snprintf(text, sizeof text, "gave %llx, not %llx", got, *fork_expected);
        fixture_check(x, got == *fork_expected, text);
    }
}

/* ---- threads that work meanwhile: in calls, compiling, asleep in WASI, holding every lock that there is ---- */

enum { FORK_WORKERS = 6 };

typedef struct {
    dwcp_runtime_t *runtime;
    dwcp_module_t *sleeper;
    atomic_bool stop;
    atomic_ulong rounds[FORK_WORKERS];
} fork_world_t;

typedef struct {
    fork_world_t *world;
    int number;
} fork_worker_t;

static const char FORK_SLEEP_WAT[] =
    "(module (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (func (export \"sleep\") (result i32)"
    "  (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 2000000))"
    "  (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))"
    " (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))";

static inline void fork_compile(fork_world_t *world, unsigned long n) {
    char text[128];
    dwcp_module_t *module = NULL;
    snprintf(text, sizeof text, "(module (func (export \"f\") (result i64) (i64.const %lu)))", n);
    fixture_need(dwcp_module_load(world->runtime, (const uint8_t *)text, strlen(text), NULL, NULL, &module, NULL), "compilation");
    dwcp_module_free(module);
}

static inline void fork_call(fork_world_t *world, const char *name, size_t nargs) {
    dwcp_function_t *function = NULL;
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    fixture_need(dwcp_module_get_function(world->sleeper, name, NULL, &function, NULL), "function");
    fixture_need(dwcp_function_call(function, args, nargs, NULL, &result, 1, NULL, NULL, NULL), "call");
    dwcp_function_free(function);
}

static inline void fork_look(fork_world_t *world) {
    char *json = NULL;
    size_t count = 0;
    dwcp_vm_t *vm = NULL;
    fixture_need(dwcp_runtime_metrics_json(world->runtime, &json, NULL, NULL), "metrics");
    dwcp_string_free(json);
    (void)dwcp_runtime_cache_list(world->runtime, NULL, 0, &count, NULL);
    fixture_need(dwcp_runtime_set_alias(world->runtime, "alias", world->sleeper, NULL), "alias");
    fixture_need(dwcp_vm_acquire(world->sleeper, NULL, &vm, NULL), "session");
    dwcp_vm_release(vm);
    dwcp_config_free(dwcp_config_new(DWCP_PROFILE_DEFAULT));
}

static void *fork_work(void *given) {
    fork_worker_t *worker = given;
    fork_world_t *world = worker->world;
    for (unsigned long n = 0; !atomic_load(&world->stop); n++) {
        switch (worker->number % 4) {
        case 0: fork_compile(world, n % 500); break;
        case 1: fork_call(world, "sleep", 0); break;
        case 2: fork_call(world, "add", 2); break;
        default: fork_look(world); break;
        }
        atomic_fetch_add(&world->rounds[worker->number], 1);
    }
    return NULL;
}

/* ---- the run ---- */

static const fork_row_t *fork_rows;
static size_t fork_count;
/* The row that a child is at, where its parent sees it. */
static volatile size_t *fork_at;

/* Everything that the rows use, while it can still be made. */
static inline void fork_prepare(fixture_t *x) {
    (void)fixture_dwcp_error(x); /* first: it comes of a load that leaves no module */
    (void)fixture_dwcp_config(x);
    (void)fixture_dwcp_imports(x);
    (void)fixture_dwcp_function(x);
    (void)fixture_dwcp_wasi(x);
    (void)fixture_dwcp_cancel(x);
    (void)fixture_dwcp_vm(x);
    (void)fixture_path(x);
}

/* Every call of the table, in the child: those that need a caller handle only where there is one. */
static inline int fork_rows_in_child(fixture_t *x) {
    static const unsigned long long nothing = 0;
    for (size_t i = 0; i < fork_count; i++) {
        const fork_row_t *row = &fork_rows[i];
        if (row->row.in_call && x->caller == NULL) continue;
        *fork_at = i;
        x->row = &row->row;
        fork_expected = row->works ? &fork_before[i] : &nothing;
        row->row.run(x);
    }
    return x->failures;
}

/* Forks, and the child makes the calls. A child that hangs is ended by its alarm clock. */
static inline void fork_one(fixture_t *x, bool by_exit) {
    fflush(NULL);
    pid_t child = fork();
    fixture_check(x, child >= 0, "fork");
    if (child == 0) {
        alarm(120);
        x->failures = 0;
        int code = fork_rows_in_child(x) != 0;
        fflush(NULL);
#ifndef __SANITIZE_ADDRESS__ /* what freeing leaves alone in a child, by contract, is no leak */
        if (by_exit) exit(code);
#else
        (void)by_exit;
#endif
        _exit(code);
    }
    int status = -1;
    bool ended = waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!ended) printf("the child's status is %#x; its last call was %s\n", status, fork_rows[*fork_at].row.function);
    fixture_check(x, ended, "the child");
}

/* Run as a row, inside of a host function. */
static void fork_inside(fixture_t *x) { fork_one(x, false); }

static void *fork_beside(void *given) {
    enum { CHILDREN = 12 };
    for (int i = 0; i < CHILDREN; i++) fork_one(given, i % 2 == 0);
    return NULL;
}

static inline void fork_among_threads(fixture_t *x) {
    static fork_world_t world;
    static fork_worker_t workers[FORK_WORKERS];
    pthread_t threads[FORK_WORKERS], forker;
    fixture_need(dwcp_runtime_new(NULL, &world.runtime, NULL), "dwcp_runtime_new");
    fixture_need(dwcp_module_load(world.runtime, (const uint8_t *)FORK_SLEEP_WAT, strlen(FORK_SLEEP_WAT), NULL, NULL,
                                  &world.sleeper, NULL),
                 "dwcp_module_load");
    for (int i = 0; i < FORK_WORKERS; i++) {
        workers[i] = (fork_worker_t){&world, i};
        fixture_check(x, pthread_create(&threads[i], NULL, fork_work, &workers[i]) == 0, "a thread");
    }
    for (int i = 0; i < FORK_WORKERS; i++)
        while (atomic_load(&world.rounds[i]) < 2) usleep(100);
    fixture_check(x, pthread_create(&forker, NULL, fork_beside, x) == 0, "a thread");
    pthread_join(forker, NULL);
    /* and they all go on */
    unsigned long rounds[FORK_WORKERS];
    for (int i = 0; i < FORK_WORKERS; i++) rounds[i] = atomic_load(&world.rounds[i]);
    for (int i = 0; i < FORK_WORKERS; i++)
        while (atomic_load(&world.rounds[i]) < rounds[i] + 2) usleep(100);
    atomic_store(&world.stop, true);
    for (int i = 0; i < FORK_WORKERS; i++) pthread_join(threads[i], NULL);
    dwcp_module_free(world.sleeper);
    dwcp_runtime_free(world.runtime);
}

static inline int fork_run_rows(const fork_row_t *rows, size_t count) {
    static const fixture_row_t outside = {"every function", "in a child", ANY_RESULT, NULL, false},
                               inside = {"every function", "in a child of a host function", ANY_RESULT, fork_inside, true},
                               among = {"every function", "in a child among threads", ANY_RESULT, NULL, false};
    fixture_t x;
    memset(&x, 0, sizeof x);
    if (count > FORK_MOST_ROWS) return 1;
    fork_at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork_at == MAP_FAILED) return 1;
    fork_rows = rows, fork_count = count;
    fork_prepare(&x);
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].works || strcmp(rows[i].row.function, "dwcp_error_free") == 0) continue;
        x.row = &rows[i].row;
        rows[i].row.run(&x);
        fork_before[i] = fork_last;
    }
    x.row = &outside;
    fork_one(&x, true);
    fork_one(&x, false);
    x.row = &inside;
    dwcp_function_t *probe = NULL;
    fixture_need(dwcp_module_get_function(x.module, "probe", NULL, &probe, NULL), "probe");
    fixture_need(dwcp_function_call(probe, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL), "call of the probe");
    fixture_check(&x, x.ran, "the host function was not called");
    dwcp_function_free(probe);
    x.row = &among;
    fork_among_threads(&x);
    /* The parent's handles are what they were. */
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    fixture_need(dwcp_function_call(x.function, args, 2, NULL, &result, 1, NULL, NULL, NULL), "call after the forks");
    fixture_need(dwcp_vm_call(x.vm, x.function, args, 2, NULL, &result, 1, NULL, NULL, NULL), "session after the forks");
    fixture_check(&x, dwcp_as_i32(result) == 3, "the sum");
    fixture_need(dwcp_runtime_close(x.runtime, 1000, NULL), "close after the forks");
    int failures = x.failures;
    fixture_close(&x);
    printf("fork_table: %zu exports, %d failed checks\n", count, failures);
    return failures != 0;
}

#endif
