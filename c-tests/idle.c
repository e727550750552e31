/* A runtime that nobody uses takes no time: none of its threads is woken, whatever it was used for before. */
#include "hosts.h"
#include "process.h"

#include <pthread.h>
#include <unistd.h>

enum { MOST_THREADS = 256 };

/* How often a thread of the library was switched, by its own doing or not. */
struct switches {
    char task[24], name[32];
    unsigned long long count;
};

static struct switches seen[MOST_THREADS];
static int seen_count;

static int look(const char *task) {
    if (!is_ours(task) || seen_count == MOST_THREADS) return 0;
    char path[64], line[128];
    struct switches *s = &seen[seen_count];
    memset(s, 0, sizeof *s);
    snprintf(s->task, sizeof s->task, "%s", task);
    snprintf(path, sizeof path, "/proc/self/task/%.20s/status", task);
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0; /* gone already */
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned long long n;
        sscanf(line, "Name: %31s", s->name);
        if (sscanf(line, "voluntary_ctxt_switches: %llu", &n) == 1 || sscanf(line, "nonvoluntary_ctxt_switches: %llu", &n) == 1)
            s->count += n;
    }
    fclose(file);
    seen_count++;
    return 1;
}

/* Looks at all threads; whether all are as they were when looked at last. `loud` says which are not. */
static bool as_before(bool loud) {
    static struct switches before[MOST_THREADS];
    int count = seen_count;
    memcpy(before, seen, sizeof before);
    seen_count = 0;
    count_entries("/proc/self/task", look);
    bool same = count == seen_count;
    if (!same && loud) fprintf(stderr, "there were %d threads and are %d\n", count, seen_count);
    for (int i = 0; i < seen_count && i < count; i++) {
        bool this_one = strcmp(before[i].task, seen[i].task) == 0 && before[i].count == seen[i].count;
        if (!this_one && loud)
            fprintf(stderr, "%s was switched %llu times, and then %llu\n", seen[i].name, before[i].count, seen[i].count);
        same = same && this_one;
    }
    return same;
}

/* Waits until no thread was switched for more than a second, after which the deadline thread parks; then none is for two. */
static void stays_asleep(const char *what) {
    bool parked = false;
    as_before(false);
    for (int i = 0; i < 60 && !parked; i++) {
        usleep(1200000);
        parked = as_before(false);
    }
    if (!CHECK(parked)) fprintf(stderr, "  %s: never at rest\n", what);
    sleep(2);
    if (!CHECK(as_before(true))) fprintf(stderr, "  %s: woken\n", what);
}

/* Whether there is such a thread. One that has just been started gives itself its name. */
static bool has_thread(const char *name) {
    for (int turn = 0; turn < 100000; turn++) {
        seen_count = 0;
        count_entries("/proc/self/task", look);
        for (int i = 0; i < seen_count; i++)
            if (strncmp(seen[i].name, name, strlen(name)) == 0) return true;
        sched_yield();
    }
    return false;
}

static const char SLEEP_WAT[] =
    "(module (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (func (export \"nap\") (result i32)"
    "  (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 1000000))"
    "  (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))))";

static dwcp_function_t *small_stack_function;

/* A thread whose stack is too small for the guest: its call runs on one of the library's. */
static void *call_with_little_stack(void *unused) {
    (void)unused;
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    CHECK_EQ(dwcp_function_call(small_stack_function, args, 2, NULL, &result, 1, NULL, NULL, NULL), DWCP_OK);
    return NULL;
}

int main(void) {
    /* never used: no thread at all */
    dwcp_runtime_t *unused = new_runtime(NULL);
    CHECK_EQ(library_threads(), 0);

    /* modules loaded, nothing called */
    dwcp_runtime_t *loaded = new_runtime(NULL);
    dwcp_module_t *add = load(loaded, ADD_WAT), *counter = load(loaded, COUNTER_WAT);
    CHECK(has_thread("dwcp-compile"));

    /* used in every way: calls that end in time, with short and long deadlines, time-outs, naps, batches, small stacks, tokens */
    dwcp_runtime_t *used = new_runtime(NULL);
    dwcp_module_t *module = load(used, ADD_WAT), *spinner = load(used, SPIN_WAT), *sleeper = load(used, SLEEP_WAT);
    dwcp_function_t *function = function_of(module, "add");
    dwcp_value_t args[8], results[4] = {{0}};
    for (int i = 0; i < 8; i++) args[i] = dwcp_i32(i);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    for (int i = 0; i < 100; i++) {
        options.timeout_ns = i % 2 == 0 ? 45000000 : 0; /* a deadline that is still to come when nobody cares for it any more */
        dwcp_status_t status = dwcp_function_call(function, args, 2, &options, results, 1, NULL, NULL, NULL);
        CHECK(status == DWCP_OK || (i % 2 == 0 && status == DWCP_ERR_TIMEOUT));
    }
    options.timeout_ns = 500000;
    dwcp_status_t ended = call(spinner, "spin", NULL, 0, &options, NULL, 0, NULL);
    CHECK(ended == DWCP_ERR_TIMEOUT || ended == DWCP_ERR_OUT_OF_FUEL);
    CHECK_EQ(call(sleeper, "nap", NULL, 0, NULL, results, 1, NULL), DWCP_OK);
    dwcp_batch_row_t rows[4];
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    for (int i = 0; i < 4; i++) dwcp_batch_row_init(&rows[i]);
    batch.parallelism = 4;
    CHECK_STATUS(dwcp_function_call_batch, OK, (function, args, 2, 4, NULL, &batch, results, 1, rows, NULL, &err));
    pthread_attr_t small;
    pthread_t thread;
    small_stack_function = function;
    REQUIRE(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 256 << 10) == 0);
    REQUIRE(pthread_create(&thread, &small, call_with_little_stack, NULL) == 0);
    pthread_join(thread, NULL);
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    options.timeout_ns = 0;
    options.cancel = cancel;
    CHECK_EQ(call(module, "add", args, 2, &options, results, 1, NULL), DWCP_OK);
    dwcp_cancel_fire(cancel);
    CHECK(has_thread("dwcp-deadline") && has_thread("dwcp-compile") && has_thread("dwcp-stack"));

    /* with an idle session: it would be five minutes until somebody has to look */
    dwcp_runtime_t *holding = new_runtime(NULL);
    dwcp_module_t *held = load(holding, COUNTER_WAT);
    dwcp_function_t *count = function_of(held, "count");
    dwcp_vm_t *vm = NULL;
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (held, NULL, &vm, &err)));
    CHECK_STATUS(dwcp_vm_call, OK, (vm, count, NULL, 0, NULL, results, 2, NULL, NULL, &err));
    CHECK(has_thread("dwcp-sessions"));

    stays_asleep("idle runtimes");

    /* what was parked serves again, its deadlines hold, and it comes to rest again */
    options = (dwcp_call_options_t)DWCP_CALL_OPTIONS_INIT;
    options.timeout_ns = 2000000;
    CHECK_EQ(call(sleeper, "nap", NULL, 0, NULL, results, 1, NULL), DWCP_OK);
    ended = call(spinner, "spin", NULL, 0, &options, NULL, 0, NULL);
    CHECK(ended == DWCP_ERR_TIMEOUT || ended == DWCP_ERR_OUT_OF_FUEL);
    CHECK_STATUS(dwcp_vm_call, OK, (vm, count, NULL, 0, NULL, results, 2, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(results[0]), 2);
    CHECK_EQ(call_i32(sleeper, "nap"), 0);
    dwcp_value_t pair[2] = {dwcp_i32(1), dwcp_i32(2)};
    CHECK_EQ(call(add, "add", pair, 2, NULL, results, 1, NULL), DWCP_OK); /* the first call of the runtime that only had loaded */
    CHECK_STATUS(dwcp_runtime_drain, OK, (used, 1000, &err));
    stays_asleep("idle again");

    dwcp_cancel_free(cancel);
    dwcp_vm_release(vm);
    dwcp_function_free(count);
    dwcp_function_free(function);
    dwcp_module_t *modules[] = {add, counter, module, spinner, sleeper, held};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) dwcp_module_free(modules[i]);
    dwcp_runtime_t *runtimes[] = {unused, loaded, used, holding};
    for (size_t i = 0; i < sizeof runtimes / sizeof *runtimes; i++) dwcp_runtime_free(runtimes[i]);
    CHECK(no_library_thread());
    return report("idle");
}
