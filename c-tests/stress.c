/* Everything at once: threads that call, load, cancel, disable, drain and free by chance, on one runtime after another, of which
 * most are closed while the threads are still at it. Every end must be one that the operation may have, every result right, and
 * afterwards nothing may be left: the metrics count what the threads counted, every finalizer ran once, every error was freed, no
 * thread and no descriptor stays.
 *
 * stress [--seconds N] [--threads N] [--seed S] [--slots N]: without seconds a fixed number of operations. With slots never more
 * VMs than that. */
#include "stress/modules.h"

#include <dirent.h>
#include <time.h>
#include <unistd.h>

enum { QUOTA = 600, ROUNDS = 6, LAST_WORDS = 60, SMALL_STACK = 512 << 10 };

static uint64_t seed = 1, seconds;
static unsigned threads = 8;
static uint32_t slots;

static uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static size_t entries(const char *path) {
    size_t n = 0;
    DIR *directory = opendir(path);
    REQUIRE(directory != NULL);
    while (readdir(directory) != NULL) n++;
    closedir(directory);
    return n;
}

/* A thread that was joined may stay on the kernel's list for a moment. */
static void check_threads(size_t expected) {
    for (uint64_t until = now_ms() + 20000; entries("/proc/self/task") != expected && now_ms() < until;) sched_yield();
    CHECK_EQ(entries("/proc/self/task"), expected);
}

/* ---- Begin and end of a world ---- */

static dwcp_runtime_t *make_runtime(struct world *world, uint64_t *dice) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    world->scarce = slots != 0 || roll(dice) % 3 == 0;
    world->forgetful = roll(dice) % 3 == 0;
    /* many are more than all threads together can use: eight, four rows each, that call again */
    uint32_t live = slots != 0 ? slots : world->scarce ? 8 : 4 * threads * 6;
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, live < 16 ? live : 16, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, live, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, world->scarce ? 5 : 600000, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 600000, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, UINT64_MAX - 1, &err));
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, world->forgetful ? 3 : 0, &err));
    CHECK_STATUS(dwcp_config_set_cache_size, OK, (config, 16, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, 4 << 20, &err));
    return new_runtime(config);
}

static char path[64];

static struct world *make_world(uint64_t *dice) {
    struct world *world = calloc(1, sizeof *world);
    REQUIRE(world != NULL);
    pthread_mutex_init(&world->lock, NULL);
    world->path = path;
    dwcp_runtime_t *runtime = world->runtime = make_runtime(world, dice);
    dwcp_imports_t *imports = host_imports(world, 7, 0);
    struct owned *owned = own(world, 0, NULL);
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "park", ":", park, owned, give_up, &err));
    world->host = load_with(runtime, HOST_WAT, imports);
    world->park = load_with(runtime, PARK_WAT, imports);
    world->references = load_with(runtime, REFERENCES_WAT, imports);
    dwcp_imports_free(imports);
    world->toolbox = load(runtime, TOOLBOX_WAT);
    world->victim = load(runtime, TOOLBOX_WAT);
    world->hello = load(runtime, HELLO_WAT);
    world->sleeper = load(runtime, SLEEP_WAT);
    world->one = load(runtime, ONE_WAT);
    world->two = load(runtime, TWO_WAT);
    world->lib = load(runtime, LIB_WAT);
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    dwcp_link_t link = {"lib", world->lib};
    options.links = &link;
    options.nlinks = 1;
    CHECK_STATUS(dwcp_module_load, OK,
                 (runtime, (const uint8_t *)LINKED_WAT, strlen(LINKED_WAT), NULL, &options, &world->linked, &err));
    for (int i = 0; i < TOOLS; i++)
        REQUIRE(CHECK_STATUS(dwcp_module_get_function, OK, (world->toolbox, TOOL[i].name, TOOL[i].signature, &world->tools[i], &err)));
    world->plus = function_of(world->host, "plus");
    world->again = function_of(world->host, "again");
    world->parked = function_of(world->park, "park");
    for (int i = 0; i < TOKENS; i++) world->tokens[i] = dwcp_cancel_new();
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (world->toolbox, &info, &err));
    memcpy(world->toolbox_hash, info.hash, sizeof world->toolbox_hash);
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "tool", world->toolbox, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "swap", world->one, &err));
    CHECK_STATUS(dwcp_vm_acquire, OK, (world->toolbox, NULL, &world->shared, &err));
    for (int i = 0; i < 2; i++) CHECK_STATUS(dwcp_vm_acquire, OK, (world->toolbox, NULL, &world->kept[i], &err));
    return world;
}

/* Every handle there is: the world's and what is left in the bags, in an order of chance. */
static void free_all(struct world *world, struct worker *workers, uint64_t *dice) {
    enum { FIXED = 64 };
    size_t n = 0, room = FIXED + threads * BAG;
    struct entry *all = calloc(room, sizeof *all);
    REQUIRE(all != NULL);
    dwcp_module_t *modules[] = {world->toolbox, world->host,    world->lib, world->linked, world->references, world->hello,
                                world->sleeper, world->one,     world->two, world->park,   world->victim};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) all[n++] = (struct entry){MODULE, modules[i], NULL, 0};
    for (size_t i = 0; i < TOOLS; i++) all[n++] = (struct entry){FUNCTION, world->tools[i], NULL, 0};
    dwcp_function_t *functions[] = {world->plus, world->again, world->parked};
    for (size_t i = 0; i < 3; i++) all[n++] = (struct entry){FUNCTION, functions[i], NULL, 0};
    for (size_t i = 0; i < TOKENS; i++) all[n++] = (struct entry){TOKEN, world->tokens[i], NULL, 0};
    dwcp_vm_t *sessions[] = {world->shared, world->kept[0], world->kept[1]};
    for (size_t i = 0; i < 3; i++) all[n++] = (struct entry){SESSION, sessions[i], NULL, 0};
    size_t runtime = n++; /* the runtime's place */
    REQUIRE(n <= FIXED);
    for (unsigned i = 0; i < threads; i++)
        for (size_t k = 0; k < BAG; k++) all[n++] = workers[i].bag[k];
    for (size_t i = n; i > 1; i--) {
        size_t other = (size_t)(roll(dice) % i);
        struct entry e = all[i - 1];
        all[i - 1] = all[other];
        all[other] = e;
        runtime = runtime == i - 1 ? other : runtime == other ? i - 1 : runtime;
    }
    for (size_t i = 0; i < n; i++) {
        if (i == runtime) dwcp_runtime_free(world->runtime);
        free_entry(&all[i]);
    }
    free(all);
}

/* ---- The threads ---- */

static void *work(void *argument) {
    struct worker *w = argument;
    struct world *world = w->world;
    /* on a closing runtime a few more operations, which find it so */
    for (uint64_t i = 0; (w->quota == 0 || i < w->quota || atomic_load(&world->closing)) && w->refused < LAST_WORDS; i++) {
        if (atomic_load(&world->stop) && !atomic_load(&world->closing)) break;
        operate(w);
        atomic_fetch_add(&world->operations, 1);
    }
    /* what is alive at the end is counted */
    for (size_t i = 0; i < BAG; i++)
        if (w->bag[i].thing == SESSION) free_entry(&w->bag[i]);
    return NULL;
}

/* Inside a host function until the books are checked: as long as it is, a closing runtime is not closed. */
static void *stay(void *argument) {
    struct worker *w = argument;
    size_t n = 0;
    struct step s = begin(w);
    dwcp_status_t status = dwcp_function_call(w->world->parked, NULL, 0, NULL, NULL, 0, &n, &s.stats, &s.error);
    end_call(&s, CALL_WELL, status);
    return NULL;
}

struct closer {
    struct world *world;
    uint32_t grace_ms;
    pthread_t thread;
};

static void *close_runtime(void *argument) {
    struct closer *closer = argument;
    CHECK_EQ(dwcp_runtime_close(closer->world->runtime, closer->grace_ms, NULL), DWCP_OK);
    return NULL;
}

/* The runtime counted what the threads counted; `staying` VMs are left, of which `with_memory` have a page. */
static void check_books(struct world *world, struct worker *workers, uint64_t staying, uint64_t with_memory) {
    uint64_t executions = 0, failed = 0, timeouts = 0;
    for (unsigned i = 0; i < threads; i++) {
        executions += atomic_load(&workers[i].executions);
        failed += atomic_load(&workers[i].failed);
        timeouts += atomic_load(&workers[i].timeouts);
    }
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (world->runtime, &metrics, &err));
    /* sessions that nobody uses go by themselves, some time; while a runtime is drained or closes they may stay to its end */
    bool may_go = world->forgetful, will_go = may_go && !atomic_load(&world->closing);
    while (will_go && (metrics.active_vms > staying - with_memory || metrics.memory_usage_bytes != 0)) {
        sched_yield();
        CHECK_STATUS(dwcp_runtime_metrics, OK, (world->runtime, &metrics, &err));
    }
    CHECK_STATUS(dwcp_runtime_pool_metrics, OK, (world->runtime, &pool, &err));
    CHECK_EQ(metrics.total_executions, executions);
    CHECK_EQ(metrics.failed_executions, failed);
    CHECK_EQ(metrics.timeouts, timeouts);
    CHECK(metrics.active_vms <= staying && metrics.active_vms >= staying - (may_go ? with_memory : 0));
    CHECK(pool.active_vms <= metrics.active_vms);
    CHECK(metrics.memory_usage_bytes <= with_memory * 65536);
    if (!may_go) CHECK_EQ(metrics.memory_usage_bytes, with_memory * 65536);
    CHECK_EQ(metrics.panics, 0);
}

/* One runtime from its beginning to its end. */
static void round_of(uint64_t *dice, uint64_t milliseconds) {
    size_t threads_before = entries("/proc/self/task");
    struct world *world = make_world(dice);
    struct worker *workers = calloc(threads + 1, sizeof *workers), *witness = &workers[threads];
    struct closer closers[2] = {{world, (uint32_t)(roll(dice) % 40), 0}, {world, (uint32_t)(roll(dice) % 2000), 0}};
    REQUIRE(workers != NULL);
    bool under_load = roll(dice) % 4 != 0;
    /* before the first thread: threads of the library look at them too */
    for (unsigned i = 0; i <= threads; i++)
        workers[i] = (struct worker){.world = world, .number = i, .dice = roll(dice), .quota = milliseconds == 0 ? QUOTA : 0};
    if (under_load) {
        REQUIRE(pthread_create(&witness->thread, NULL, stay, witness) == 0);
        while (!atomic_load(&world->in_park)) sched_yield();
    }
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, SMALL_STACK); /* too small for a guest: its calls go to threads of the library */
    for (unsigned i = 0; i < threads; i++)
        REQUIRE(pthread_create(&workers[i].thread, i % 4 == 3 ? &small : NULL, work, &workers[i]) == 0);
    pthread_attr_destroy(&small);
    if (milliseconds != 0) {
        struct timespec wait = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
        nanosleep(&wait, NULL);
    } else if (under_load) { /* in the middle */
        while (atomic_load(&world->operations) < threads * QUOTA / 2) sched_yield();
    }
    if (under_load) {
        atomic_store(&world->closing, true);
        for (int i = 0; i < 2; i++) REQUIRE(pthread_create(&closers[i].thread, NULL, close_runtime, &closers[i]) == 0);
    }
    if (milliseconds != 0) atomic_store(&world->stop, true);
    for (unsigned i = 0; i < threads; i++) pthread_join(workers[i].thread, NULL);
    check_books(world, workers, 3 + under_load, 3);
    if (under_load) {
        atomic_store(&world->leave_park, true);
        pthread_join(witness->thread, NULL);
        for (int i = 0; i < 2; i++) pthread_join(closers[i].thread, NULL);
        check_threads(threads_before);
        dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
        CHECK_STATUS(dwcp_runtime_metrics, CLOSED, (world->runtime, &metrics, &err));
    }
    free_all(world, workers, dice);
    uint64_t errors = 0, freed = 0;
    for (unsigned i = 0; i <= threads; i++) {
        errors += atomic_load(&workers[i].errors);
        freed += atomic_load(&workers[i].errors_freed);
    }
    CHECK_EQ(freed, errors);
    CHECK_EQ(atomic_load(&world->finalized), atomic_load(&world->defined));
    check_threads(threads_before);
    pthread_mutex_destroy(&world->lock);
    free(workers);
    free(world);
}

static void *nothing(void *argument) { return argument; }

static uint64_t number(const char *text) {
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text == '\0' || *end != '\0') {
        fprintf(stderr, "\"%s\" is not a number\n", text);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--seconds") == 0) {
            seconds = number(value);
        } else if (strcmp(argv[i], "--threads") == 0) {
            threads = (unsigned)number(value);
        } else if (strcmp(argv[i], "--seed") == 0) {
            seed = number(value);
        } else if (strcmp(argv[i], "--slots") == 0) {
            slots = (uint32_t)number(value);
        } else {
            fprintf(stderr, "usage: stress [--seconds N] [--threads 1..%d] [--seed S] [--slots N]\n", MOST_THREADS);
            return 2;
        }
    }
    REQUIRE(threads >= 1 && threads <= MOST_THREADS);
    snprintf(path, sizeof path, "stress-%ld.wat", (long)getpid());
    write_file(path, TWO_WAT, sizeof TWO_WAT - 1);
    pthread_t first; /* a sanitizer starts a thread of its own with the program's first */
    REQUIRE(pthread_create(&first, NULL, nothing, NULL) == 0);
    pthread_join(first, NULL);
    size_t descriptors = entries("/proc/self/fd");
    uint64_t dice = seed, until = now_ms() + seconds * 1000;
    unsigned rounds = 0;
    while (seconds != 0 ? now_ms() < until : rounds < ROUNDS) {
        uint64_t left = until - now_ms(), wanted = 300 + roll(&dice) % 2500;
        round_of(&dice, seconds == 0 ? 0 : wanted < left ? wanted : left);
        rounds++;
        if (atomic_load(&test_failures) != 0) {
            fprintf(stderr, "seed %llu, round %u\n", (unsigned long long)seed, rounds);
            break;
        }
    }
    CHECK_EQ(entries("/proc/self/fd"), descriptors);
    remove(path);
    printf("stress: %u rounds of %u threads from seed %llu\n", rounds, threads, (unsigned long long)seed);
    return report("stress");
}
