/* Hostile guests, each of which ends with its own status within its limits, names the limit, and leaves nothing behind: the next
 * call of an honest guest is right, and after many of them the process has the memory, descriptors, threads and maps it had.
 *
 * DWCP_HOSTILE_CALLS sets how many hostile calls the soak makes: a few thousand by default, 100 000 in `ctest -C Stress`. */
#include "hosts.h"
#include "hostile/attacks.h"
#include "linking.h"
#include "process.h"

#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

enum { THREADS = 2, WARM = 1000, SOAK = 6000, TEXT = 100000 };

static struct world {
    dwcp_runtime_t *runtimes[KINDS];
    dwcp_module_t *honest[KINDS];
    dwcp_module_t *bombs[KINDS];
    dwcp_function_t *add[KINDS], *count[KINDS], *bomb[KINDS], *attacks[NATTACKS];
} world;

static char *text;

/* Calls its guest again and does not care how that ends, nor that nothing runs any more after an end of the whole call. */
HOST(swallow) {
    UNUSED;
    for (int i = 0; i < dwcp_as_i32(args[0]); i++) {
        dwcp_value_t result = {0};
        dwcp_caller_call(caller, "deeper", NULL, NULL, 0, &result, 1, NULL, NULL);
    }
    return DWCP_OK;
}

HOST(fire) {
    UNUSED;
    dwcp_cancel_fire(dwcp_caller_user_data(caller));
    return DWCP_OK;
}

static dwcp_runtime_t *make_runtime(enum metering metering) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, metering != TIME, &err));
    if (metering != TIME) CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, UINT64_C(1) << 60, &err));
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    CHECK_STATUS(dwcp_config_set_max_result_bytes, OK, (config, 1 << 20, &err));
    return new_runtime(config);
}

static dwcp_imports_t *make_imports(void) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "swallow", "i:", swallow, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fire", ":", fire, NULL, NULL, &err));
    return imports;
}

static void make_world(void) {
    dwcp_imports_t *imports = make_imports();
    for (int i = 0; i < KINDS; i++) {
        world.runtimes[i] = make_runtime((enum metering)i);
        world.honest[i] = load(world.runtimes[i], COUNTER_WAT);
        world.count[i] = function_of(world.honest[i], "count");
        dwcp_module_t *add = load(world.runtimes[i], ADD_WAT);
        world.add[i] = function_of(add, "add");
        dwcp_module_free(add);
        world.bombs[i] = load(world.runtimes[i], BOMB_WAT);
        world.bomb[i] = function_of(world.bombs[i], "run");
    }
    for (int i = 0; i < NATTACKS; i++) {
        const struct attack *attack = &ATTACKS[i];
        dwcp_runtime_t *runtime = world.runtimes[attack->metering];
        dwcp_module_t *lib = attack->lib != NULL ? load(runtime, attack->lib) : NULL, *module;
        module = lib != NULL ? load_linked(runtime, attack->wat, imports, LINKS({"lib", lib})) : load_with(runtime, attack->wat, imports);
        world.attacks[i] = bind(module, "run", attack->signature);
        dwcp_module_free(lib);
        dwcp_module_free(module);
    }
    dwcp_imports_free(imports);
}

static void free_world(void) {
    for (int i = 0; i < NATTACKS; i++) dwcp_function_free(world.attacks[i]);
    for (int i = 0; i < KINDS; i++) {
        dwcp_function_free(world.add[i]);
        dwcp_function_free(world.count[i]);
        dwcp_function_free(world.bomb[i]);
        dwcp_module_free(world.bombs[i]);
        dwcp_module_free(world.honest[i]);
        dwcp_runtime_free(world.runtimes[i]);
    }
}

/* A guest that does no harm is served as ever. */
static void honest(enum metering metering) {
    dwcp_value_t args[2] = {dwcp_i32(40), dwcp_i32(2)}, result[2] = {{0}};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_STATUS(dwcp_function_call, OK, (world.add[metering], args, 2, NULL, result, 1, NULL, &stats, &err));
    CHECK(dwcp_as_i32(result[0]) == 42 && stats.limit_hit == NULL);
    CHECK_STATUS(dwcp_function_call, OK, (world.count[metering], NULL, 0, NULL, result, 2, NULL, &stats, &err));
    CHECK(dwcp_as_i32(result[0]) == 1 && dwcp_as_i32(result[1]) == 1 && stats.peak_memory_bytes == 65536);
}

/* WASI settings of a thread: more output than is kept, more arguments than the guest has memory for. */
static dwcp_wasi_t *large_wasi(void) {
    static const char *args[500];
    for (size_t i = 0; i < sizeof args / sizeof *args; i++) args[i] = &text[TEXT - 100];
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, args, 500, &err));
    CHECK_STATUS(dwcp_wasi_add_env, OK, (wasi, "LONG", &text[TEXT - 50000], &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, 20000, &err));
    return wasi;
}

/* One hostile call: whether it ended as it must. */
static bool ends(int number, dwcp_wasi_t *wasi) {
    const struct attack *attack = &ATTACKS[number];
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t arg = dwcp_string_n(text, attack->text), results[2] = {{0}};
    dwcp_cancel_t *token = dwcp_cancel_new();
    options.fuel = attack->unlimited_fuel && attack->metering != TIME ? UINT64_MAX : attack->metering != TIME ? attack->fuel : 0;
    options.timeout_ns = attack->timeout_ns;
    options.max_memory_bytes = attack->memory;
    options.max_table_elements = attack->elements;
    options.max_instances = attack->instances;
    options.wasi = attack->output ? wasi : NULL;
    options.cancel = token;
    options.user_data = token;
    int before = atomic_load(&test_failures);
    test_forget();
    size_t nargs = attack->text != 0;
    dwcp_status_t status = dwcp_function_call(world.attacks[number], &arg, nargs, &options, results, 2, NULL, &stats, &err);
    test_check_status(status, attack->status, attack->name, __FILE__, __LINE__);
    dwcp_cancel_free(token);
    uint64_t value = 0, asked = 0;
    if (attack->limit != NULL) {
        char setter[128];
        snprintf(setter, sizeof setter, "dwcp_config_set_%s", attack->limit);
        CHECK_STR(dwcp_error_limit_name(err), attack->limit);
        CHECK(dwcp_error_limit(err, &value, &asked));
        CHECK_EQ(value, attack->value);
        CHECK(asked >= value);
        if (attack->asked != 0) CHECK_EQ(asked, attack->asked);
        CHECK_HAS(message(), attack->limit);
        if (attack->instances == 0) CHECK_HAS(message(), setter);
    } else {
        CHECK(!dwcp_error_limit(err, &value, &asked));
    }
    if (attack->trap != 0) CHECK_EQ(dwcp_error_trap_code(err), attack->trap);
    if (attack->instances == 0) { /* one with too many instances is refused before it begins */
        if (attack->limit != NULL) CHECK_STR(stats.limit_hit, attack->limit);
        CHECK(stats.call_id > 0 && stats.wall_ns > 0 && stats.execution_ns <= stats.wall_ns);
        CHECK(stats.peak_memory_bytes <= (attack->memory != 0 ? attack->memory : 20 * 65536));
        CHECK((stats.fuel_used > 0) == (attack->metering != TIME && (stats.execution_ns > 0 || stats.fuel_used > 0)) || !stats.fuel_exact);
        if (attack->timeout_ns != 0) CHECK(stats.wall_ns >= attack->timeout_ns && stats.overrun_ns == stats.wall_ns - attack->timeout_ns);
        if (attack->status == DWCP_ERR_OUT_OF_FUEL) CHECK(stats.fuel_exact && stats.fuel_used == attack->fuel);
    }
    CHECK(results[0].kind == DWCP_KIND_NONE && results[1].kind == DWCP_KIND_NONE);
    if (atomic_load(&test_failures) == before) return true;
    fprintf(stderr, "    of %s: %s\n", attack->name, message());
    return false;
}

static void one_by_one(void) {
    dwcp_wasi_t *wasi = large_wasi();
    for (int i = 0; i < NATTACKS; i++) {
        for (int twice = 0; twice < 2; twice++) ends(i, wasi);
        honest(ATTACKS[i].metering);
    }
    dwcp_wasi_free(wasi);
}

/* ---- What is refused before it runs ---- */

static const uint8_t LEGACY_CATCH_ALL[] = {
    0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 13, 3, 1, 0, 0, 7, 7, 1, 3, 'r', 'u', 'n', 0, 0,
    /* (try (do (throw 0)) (catch_all)) */
    10, 10, 1, 8, 0, 0x06, 0x40, 0x08, 0, 0x19, 0x0b, 0x0b};

static void refused(const void *bytes, size_t len, dwcp_status_t status, const char *says) {
    dwcp_module_t *module = NULL;
    test_forget();
    dwcp_status_t given = dwcp_module_load(world.runtimes[BOTH], bytes, len, NULL, NULL, &module, &err);
    test_check_status(given, status, "dwcp_module_load", __FILE__, __LINE__);
    CHECK_HAS(message(), says);
    CHECK(module == NULL);
}

/* Guests that could catch their own end do not run: there is no setting that turns exceptions on. */
static void unwinding(void) {
    static const char *const texts[] = {
        "(module (tag $t) (func (export \"run\") (block $caught (try_table (catch_all $caught) (throw $t)))))",
        "(module (tag $t) (func (export \"run\") (loop $again (block $caught (try_table (catch_all $caught) (call 0))) (br $again))))",
        "(module (tag $t (param i32)) (func (export \"run\") (throw $t (i32.const 1))))",
        "(module (import \"env\" \"tag\" (tag)))",
        "(module (func (param exnref)))",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) refused(texts[i], strlen(texts[i]), DWCP_ERR_UNSUPPORTED, "exception");
    refused(LEGACY_CATCH_ALL, sizeof LEGACY_CATCH_ALL, DWCP_ERR_UNSUPPORTED, "exception");
    static const char nine[] = "(module (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1))";
    dwcp_module_t *module = NULL;
    CHECK(dwcp_module_load(world.runtimes[BOTH], (const uint8_t *)nine, strlen(nine), NULL, NULL, &module, NULL) != DWCP_OK && module == NULL);
    honest(BOTH);
}

/* ---- The soak ---- */

enum { PHASES = 2 };

struct worker {
    pthread_t thread;
    uint64_t dice;
};

/* Each phase has so many calls of each thread. The threads stay the same: a thread that is new has its own share of the metrics. */
static uint64_t calls_of[PHASES];
static pthread_barrier_t turn;

static void *besiege(void *argument) {
    struct worker *worker = argument;
    dwcp_wasi_t *wasi = large_wasi();
    for (int phase = 0; phase < PHASES; phase++) {
        pthread_barrier_wait(&turn);
        for (uint64_t i = 0; i < calls_of[phase]; i++) {
            worker->dice = worker->dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            int number = (int)((worker->dice >> 33) % NATTACKS);
            if (!ends(number, wasi)) break;
            honest(ATTACKS[number].metering);
        }
        test_forget();
        pthread_barrier_wait(&turn);
    }
    dwcp_wasi_free(wasi);
    return NULL;
}

static void let_them_run(void) {
    pthread_barrier_wait(&turn);
    pthread_barrier_wait(&turn);
}

struct process {
    long resident_kib;
    int descriptors, threads, maps;
};

/* As many memory bombs at once, in sessions, as slots of the engine stay warm: every slot then holds all that it may keep, which a
 * thousand calls by two threads would not bring about. */
static void level(void) {
    enum { WARM_SLOTS = 130 };
    for (int kind = 0; kind < KINDS; kind++) {
        dwcp_vm_t *vms[WARM_SLOTS];
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.fuel = kind != TIME ? UINT64_MAX : 0;
        options.max_memory_bytes = 16 * 65536;
        for (int i = 0; i < WARM_SLOTS; i++) REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (world.bombs[kind], &options, &vms[i], &err)));
        options.max_memory_bytes = 0;
        for (int i = 0; i < WARM_SLOTS; i++) CHECK_STATUS(dwcp_vm_call, OUT_OF_MEMORY, (vms[i], world.bomb[kind], NULL, 0, &options, NULL, 0, NULL, NULL, &err));
        for (int i = 0; i < WARM_SLOTS; i++) dwcp_vm_release(vms[i]);
        honest((enum metering)kind);
    }
}

static struct process process_now(void) {
    malloc_trim(0); /* what is free is not in use */
    struct process now = {0, descriptors(), library_threads(), 0};
    long size = 0, pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r"), *maps = fopen("/proc/self/maps", "r");
    REQUIRE(statm != NULL && maps != NULL && fscanf(statm, "%ld %ld", &size, &pages) == 2);
    for (int c = getc(maps); c != EOF; c = getc(maps)) now.maps += c == '\n';
    fclose(maps);
    fclose(statm);
    now.resident_kib = pages * (sysconf(_SC_PAGESIZE) / 1024);
    printf("hostile: resident %ld KiB, %d descriptors, %d threads of the library, %d maps\n", now.resident_kib, now.descriptors, now.threads, now.maps);
    return now;
}

/* After so many hostile calls the process is as it was after a thousand. */
static void nothing_stays(uint64_t calls) {
    struct worker workers[THREADS];
    calls_of[0] = WARM / THREADS;
    calls_of[1] = (calls - WARM) / THREADS;
    REQUIRE(pthread_barrier_init(&turn, NULL, THREADS + 1) == 0);
    for (int i = 0; i < THREADS; i++) {
        workers[i].dice = (uint64_t)i + 1;
        REQUIRE(pthread_create(&workers[i].thread, NULL, besiege, &workers[i]) == 0);
    }
    level();
    let_them_run();
    level();
    struct process before = process_now();
    let_them_run();
    printf("hostile: after %llu hostile calls\n", (unsigned long long)calls);
    struct process after = process_now();
    for (int i = 0; i < THREADS; i++) pthread_join(workers[i].thread, NULL);
    pthread_barrier_destroy(&turn);
    CHECK_EQ(after.descriptors, before.descriptors);
    CHECK_EQ(after.threads, before.threads);
#ifndef SANITIZED /* it has maps of its own, and keeps what is freed for a while */
    CHECK(after.maps <= before.maps + 8);
    CHECK(after.resident_kib <= before.resident_kib + 4096);
#endif
}

int main(void) {
    const char *wanted = getenv("DWCP_HOSTILE_CALLS");
    uint64_t calls = wanted != NULL ? strtoull(wanted, NULL, 10) : SOAK;
    REQUIRE(calls > WARM);
    mallopt(M_TRIM_THRESHOLD, 128 << 10); /* and no other one as the program goes on */
    REQUIRE((text = malloc(TEXT + 1)) != NULL);
    memset(text, 'x', TEXT);
    text[TEXT] = '\0';
    make_world();
    one_by_one();
    unwinding();
    if (atomic_load(&test_failures) == 0) nothing_stays(calls);
    test_forget();
    free_world();
    CHECK(no_library_thread());
    free(text);
    return report("hostile");
}
