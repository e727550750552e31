/* Callers with little stack, or with a stack of their own making: every kind of entry into the library, and how much of the caller's
 * stack each of them takes. */
#include "entries.h"
#include "process.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

enum { KIB = 1 << 10, MIB = 1 << 20, PAINT = 0xa5 };

static void *enter_all(void *unused) {
    struct world world = {0};
    for (int i = 0; i < STEPS; i++) ENTRIES[i].make(&world);
    test_forget();
    return unused;
}

/* ---- how much each entry takes ---- */

/* A stack of our own, below a page that nobody may touch. */
static char *new_stack(size_t size) {
    char *low = mmap(NULL, size + 4 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(low != MAP_FAILED && mprotect(low, 4 * KIB, PROT_NONE) == 0);
    return low + 4 * KIB;
}

static void drop_stack(char *low, size_t size) { munmap(low - 4 * KIB, size + 4 * KIB); }

static void on_thread(const pthread_attr_t *attributes, void *(*work)(void *), void *argument) {
    pthread_t thread;
    REQUIRE(pthread_create(&thread, attributes, work, argument) == 0);
    pthread_join(thread, NULL);
}

/* Runs `work` on a thread with this stack. */
static void on_thread_with(char *low, size_t size, void *(*work)(void *), void *argument) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    REQUIRE(pthread_attr_setstack(&attributes, low, size) == 0);
    on_thread(&attributes, work, argument);
    pthread_attr_destroy(&attributes);
}

static char *painted;
static size_t most;

static void *measure_all(void *unused) {
    (void)unused;
    struct world world = {0};
    for (int i = 0; i < STEPS; i++) {
        volatile char *here = __builtin_frame_address(0);
        for (volatile char *p = painted; p < here - 256; p++) *p = (char)PAINT;
        ENTRIES[i].make(&world);
        volatile char *deepest = painted;
        while (*deepest == (char)PAINT) deepest++;
        size_t taken = (size_t)(here - deepest);
        if (getenv("DWCP_TEST_VERBOSE")) printf("%8zu bytes: %s\n", taken, ENTRIES[i].name);
        if (taken > most) most = taken;
        if (!CHECK(taken < 32 * KIB)) fprintf(stderr, "    %s takes %zu bytes of the caller's stack\n", ENTRIES[i].name, taken);
    }
    return NULL;
}

static void what_each_takes(void) {
    enum { SIZE = 512 * KIB };
    painted = new_stack(SIZE);
    on_thread_with(painted, SIZE, measure_all, NULL);
    drop_stack(painted, SIZE);
}

/* ---- threads with little stack ---- */

static void on_small_threads(void) {
    static const size_t sizes[] = {64 * KIB, 128 * KIB, MIB, 2 * MIB};
    for (size_t i = SANITIZED ? 1 : 0; i < sizeof sizes / sizeof *sizes; i++) {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        REQUIRE(pthread_attr_setstacksize(&attributes, sizes[i]) == 0);
        on_thread(&attributes, enter_all, NULL);
        pthread_attr_destroy(&attributes);
    }
    CHECK(no_library_thread());
}

/* ---- contexts with stacks of the host's making ---- */

static ucontext_t scheduler, task;
static void *(*task_work)(void *);

static void run_task(void) { task_work(NULL); }

/* Runs `work` in a context with this stack, as coroutine libraries do. */
static void in_context(char *low, size_t size, void *(*work)(void *)) {
    REQUIRE(getcontext(&task) == 0);
    task.uc_stack.ss_sp = low;
    task.uc_stack.ss_size = size;
    task.uc_link = &scheduler;
    task_work = work;
    makecontext(&task, run_task, 0);
    REQUIRE(swapcontext(&scheduler, &task) == 0);
}

enum { CONTEXT = 64 * KIB };

/* Three regions side by side: a context's stack, this thread's, another context's. */
static void *between_contexts(void *low) {
    in_context((char *)low - CONTEXT - 4 * KIB, CONTEXT, enter_all);
    in_context((char *)low + MIB, CONTEXT, enter_all);
    return NULL;
}

static void in_contexts(void) {
    /* of the main thread, where the heap has grown since the thread's first call */
    enum { BLOCKS = 200 };
    char *blocks[BLOCKS], *mapped = new_stack(CONTEXT);
    enter_all(NULL);
    for (int i = 0; i < BLOCKS; i++) REQUIRE((blocks[i] = malloc(CONTEXT)) != NULL);
    in_context(blocks[BLOCKS - 1], CONTEXT, enter_all);
    in_context(mapped, CONTEXT, enter_all);
    enter_all(NULL);
    drop_stack(mapped, CONTEXT);
    for (int i = 0; i < BLOCKS; i++) free(blocks[i]);
    /* right below a thread's stack and right above it */
    enum { AROUND = CONTEXT + 4 * KIB + MIB + CONTEXT };
    char *regions = new_stack(AROUND), *low = regions + CONTEXT + 4 * KIB;
    REQUIRE(mprotect(low - 4 * KIB, 4 * KIB, PROT_NONE) == 0);
    on_thread_with(low, MIB, between_contexts, low);
    drop_stack(regions, AROUND);
}

/* A host function that lets another context run before it returns: one that calls the library itself, to the end. */
HOST(lets_another_run) {
    (void)user, (void)caller, (void)nargs, (void)nresults;
    char *low = new_stack(CONTEXT);
    in_context(low, CONTEXT, enter_all);
    drop_stack(low, CONTEXT);
    results[0] = args[0];
    return DWCP_OK;
}

static void switch_in_host_functions(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load_defined(
        runtime, "(module (import \"env\" \"f\" (func $f (param i32) (result i32))) (func (export \"run\") (result i32) (call $f (i32.const 7))))", "f", NULL,
        lets_another_run);
    CHECK_EQ(call_i32(module, "run"), 7);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static dwcp_module_t *cautious;

static void *overflow(void *unused) {
    dwcp_value_t arg = dwcp_i32(1), result[1] = {{0}};
    CHECK_EQ(call(cautious, "down", &arg, 1, NULL, result, 1, NULL), DWCP_ERR_STACK_OVERFLOW);
    CHECK_STR(dwcp_error_limit_name(err), "max_stack_size_bytes");
    test_forget();
    return unused;
}

/* A context whose stack is a part of the thread's own looks like the thread itself. A guest's stack that is as large as the thread's
 * fits on neither, so every call goes to a thread of the library. (A thread that was only asked for by its size may have got more.) */
static void *within_the_own_stack(void *unused) {
    struct {
        char before[16 * KIB], stack[CONTEXT];
    } array;
    memset(array.before, PAINT, sizeof array.before);
    in_context(array.stack, sizeof array.stack, overflow);
    size_t kept = 0;
    while (kept < sizeof array.before && array.before[kept] == (char)PAINT) kept++;
    CHECK_EQ(kept, sizeof array.before);
    return unused;
}

static void in_contexts_within(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_stack_size_bytes, OK, (config, MIB, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    cautious = load(runtime, "(module (func $down (export \"down\") (param i32) (result i32) (i32.add (call $down (local.get 0)) (i32.const 1))))");
    char *low = new_stack(MIB);
    on_thread_with(low, MIB, within_the_own_stack, NULL);
    drop_stack(low, MIB);
    dwcp_module_free(cautious);
    dwcp_runtime_free(runtime);
}

/* ---- many threads ---- */

static dwcp_module_t *shared;

static void *call_once(void *unused) {
    dwcp_value_t pair[2] = {dwcp_i32(40), dwcp_i32(2)}, result[1] = {{0}};
    CHECK_EQ(call(shared, "add", pair, 2, NULL, result, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(result[0]), 42);
    return unused;
}

static long resident_kib(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    REQUIRE(file != NULL && fscanf(file, "%*s %ld", &pages) == 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Half of them have room for a guest and half have not. */
static void many_threads(void) {
    enum { TOGETHER = 20 };
    const char *asked = getenv("DWCP_TEST_THREADS");
    int rounds = (asked != NULL ? atoi(asked) : 2000) / TOGETHER;
    dwcp_runtime_t *runtime = new_runtime(NULL);
    shared = load(runtime, ADD_WAT);
    long before = 0;
    for (int round = 0; round < rounds; round++) {
        pthread_t threads[TOGETHER];
        for (int i = 0; i < TOGETHER; i++) {
            pthread_attr_t attributes;
            pthread_attr_init(&attributes);
            REQUIRE(pthread_attr_setstacksize(&attributes, i % 2 == 0 ? (SANITIZED ? 128 : 64) * KIB : 2 * MIB) == 0);
            REQUIRE(pthread_create(&threads[i], &attributes, call_once, NULL) == 0);
            pthread_attr_destroy(&attributes);
        }
        for (int i = 0; i < TOGETHER; i++) pthread_join(threads[i], NULL);
        if (round == rounds / 4) before = resident_kib();
    }
    long after = resident_kib();
    if (!SANITIZED && !CHECK(after - before < 4 * KIB)) fprintf(stderr, "    from %ld KiB to %ld KiB\n", before, after);
    /* those that compile, the one with the deadlines, and those kept for callers with little stack */
    CHECK(library_threads_become(2 * (int)sysconf(_SC_NPROCESSORS_ONLN) + 1));
    dwcp_module_free(shared);
    dwcp_runtime_free(runtime);
    CHECK(no_library_thread());
}

/* ---- limits of the process ---- */

static int limited(const char *what) {
    struct rlimit limit;
    REQUIRE(getrlimit(RLIMIT_STACK, &limit) == 0);
    if (strcmp(what, "changed") == 0) { /* after the program has begun */
        limit.rlim_cur = 256 * KIB;
        REQUIRE(setrlimit(RLIMIT_STACK, &limit) == 0);
    }
    in_contexts();
    return report(what);
}

static void with_limits(const char *self) {
    static const struct {
        const char *name;
        rlim_t limit;
    } cases[] = {{"64 KiB", 64 * KIB}, {"128 KiB", 128 * KIB}, {"256 KiB", 256 * KIB}, {"changed", 8 * MIB}, {"8 GiB", (rlim_t)8 << 30}, {"unlimited", RLIM_INFINITY}, {"unlimited, above everything else", RLIM_INFINITY}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rlimit limit;
        REQUIRE(getrlimit(RLIMIT_STACK, &limit) == 0);
        limit.rlim_cur = cases[i].limit;
        fflush(NULL);
        pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            char path[4096 + 32];
            const char *libraries = getenv("LD_LIBRARY_PATH");
            snprintf(path, sizeof path, "LD_LIBRARY_PATH=%s", libraries ? libraries : "");
            char *const environment[] = {path, NULL};
            if (strstr(cases[i].name, "above") != NULL) personality(ADDR_COMPAT_LAYOUT);
            if (setrlimit(RLIMIT_STACK, &limit) != 0) _exit(77); /* the hard limit is lower */
            execle(self, self, cases[i].name, (char *)NULL, environment);
            _exit(78);
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77) continue;
        if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0)) fprintf(stderr, "    with a stack of %s: status %#x\n", cases[i].name, status);
    }
}

int main(int argc, char **argv) {
    if (argc > 1) return limited(argv[1]);
    if (!SANITIZED) what_each_takes();
    on_small_threads();
    if (!SANITIZED) in_contexts(); /* the sanitizer would have to be told of each switch */
    if (!SANITIZED) in_contexts_within();
    if (!SANITIZED) switch_in_host_functions();
    many_threads();
    if (!SANITIZED) with_limits("/proc/self/exe");
    return report("stacks");
}
