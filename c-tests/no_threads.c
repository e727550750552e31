/* The system refuses a thread at the N-th time that one is asked for, once or from then on: whoever needed it gets an error of the library, or does
 * without. This program's own pthread_create is the one that the library calls. */
#include "scarce.h"

#include <dlfcn.h>
#include <errno.h>

typedef int create_t(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

static atomic_bool armed;
static atomic_int asked;
static int refused_at;
static bool from_then_on;

static create_t *real(void) {
    static create_t *found;
    if (found == NULL) *(void **)&found = dlsym(RTLD_NEXT, "pthread_create");
    return found;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    if (atomic_load(&armed)) {
        int now = atomic_fetch_add(&asked, 1) + 1;
        if (now == refused_at || (from_then_on && now > refused_at)) return EAGAIN;
    }
    return real()(thread, attributes, run, argument);
}

static void arm(void) {
    atomic_store(&asked, 0);
    atomic_store(&armed, true);
}

static void disarm(void) { atomic_store(&armed, false); }

int main(void) {
    scarce_thread = real();
    refused_at = 0;
    scarce_scenario(arm, disarm);
    int threads = atomic_load(&asked), fds = descriptors();
    CHECK(threads >= 6); /* three that compile, deadlines, sessions, stacks */
    CHECK_EQ(scarce_refused, 0);
    int with_errors = 0;
    for (int further = 0; further < 2; further++) {
        from_then_on = further == 1;
        for (refused_at = 1; refused_at <= threads + 2; refused_at++) {
            scarce_scenario(arm, disarm);
            with_errors += scarce_refused > 0;
            if (refused_at <= 3) CHECK(scarce_refused > 0);
            CHECK_EQ(descriptors(), fds);
        }
    }
    printf("%d threads, each refused, alone and with all after it; %d times something ended with an error\n", threads, with_errors);
    return report("no_threads");
}
