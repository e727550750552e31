/* Callers with little stack, or with a stack of their own making: every kind of entry into the library, and how much of the caller's
 * stack each of them takes. */
#include "entries.h"
#include "process.h"

#include <pthread.h>
#include <sys/mman.h>
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

static void enter_all(void) {
    struct world world = {0};
    for (int i = 0; i < STEPS; i++) ENTRIES[i].make(&world);
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
        if (!CHECK(taken < 40 * KIB)) fprintf(stderr, "    %s takes %zu bytes of the caller's stack\n", ENTRIES[i].name, taken);
    }
    return NULL;
}

static void what_each_takes(void) {
    enum { SIZE = 512 * KIB };
    painted = new_stack(SIZE);
    on_thread_with(painted, SIZE, measure_all, NULL);
    drop_stack(painted, SIZE);
}

int main(void) {
    if (!SANITIZED) what_each_takes();
    return report("stacks");
}
