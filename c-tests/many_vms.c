/* As many live VMs as a process can hold: what one takes of its memory maps, thirteen thousand at once, and what is left then. */
#include "guests.h"
#include "maps.h"

#include <pthread.h>
#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
enum { MANY = 1500, OTHERS = 1000 }; /* the sanitizer's own maps and its shadow take their part */
#else
enum { MANY = 13000, OTHERS = 100 };
#endif
enum { SLACK = 8 };

/* Data in the middle of the memory: three maps and what is reserved behind them. */
#define DATA "(memory (export \"memory\") 3) (data (i32.const 70000) \"hello\")"
#define COUNT                                                                                                    \
    "(func (export \"count\") (result i32)"                                                                      \
    " (i32.store (i32.const 70008) (i32.add (i32.load (i32.const 70008)) (i32.const 1)))"                        \
    " (i32.add (i32.load8_u (i32.const 70000)) (i32.load (i32.const 70008))))"

static dwcp_runtime_t *runtime_for(uint32_t vms) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, vms, &err));
    CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, OK, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 0, &err));
    return new_runtime(config);
}

static uint32_t slots_of(const dwcp_runtime_t *runtime) {
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_pool_metrics, OK, (runtime, &pool, &err));
    return pool.slots;
}

static dwcp_vm_t *acquire(dwcp_module_t *module) {
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err));
    return vm;
}

/* The formula counts four maps a VM, for each of its memories: here is where that comes from. */
static void what_a_vm_takes(void) {
    static const struct {
        const char *what, *wat;
        int most, memories;
    } kinds[] = {
        {"no memory", "(module (func (export \"count\") (result i32) (i32.const 1)))", 0, 1},
        {"a memory", "(module (memory 1) (func (export \"count\") (result i32) (i32.const 1)))", 2, 1},
        {"a memory with data at its start", "(module (memory 3) (data (i32.const 0) \"x\"))", 3, 1},
        {"a memory with data in its middle", "(module " DATA ")", 4, 1},
        {"three memories with data", "(module (memory 3) (memory 3) (memory 3) (data (memory 0) (i32.const 70000) \"x\")"
                                     " (data (memory 1) (i32.const 70000) \"x\") (data (memory 2) (i32.const 70000) \"x\"))", 12, 3},
        {"a table and no memory", "(module (table 100 funcref))", 0, 1},
    };
    enum { HELD = 40 };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        dwcp_runtime_t *runtime = runtime_for(HELD * 3);
        dwcp_module_t *module = load(runtime, kinds[k].wat);
        dwcp_vm_t *held[HELD];
        dwcp_vm_release(acquire(module)); /* what comes with the first one only */
        long before = maps_now();
        for (int i = 0; i < HELD; i++) held[i] = acquire(module);
        long taken = maps_now() - before;
        printf("%s: %.2f maps a VM\n", kinds[k].what, (double)taken / HELD);
        CHECK(taken <= (long)kinds[k].most * HELD + 8); /* and a few of malloc's */
        for (int i = 0; i < HELD; i++) dwcp_vm_release(held[i]);
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
    }
}

static void *answer(void *given) { return given; }

/* The process goes on living: its own allocations and threads are what the fifth that is not granted is for. */
static void the_host_still_works(void) {
    enum { PIECES = 200 };
    void *pieces[PIECES];
    for (int i = 0; i < PIECES; i++) CHECK((pieces[i] = malloc(1 << 20)) != NULL);
    for (int i = 0; i < PIECES; i++) free(pieces[i]);
    void *mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mapped != MAP_FAILED && mprotect(mapped, 4096, PROT_NONE) == 0);
    munmap(mapped, 1 << 20);
    pthread_t threads[32];
    for (int i = 0; i < 32; i++) CHECK_EQ(pthread_create(&threads[i], NULL, answer, threads + 32), 0);
    for (int i = 0; i < 32; i++) {
        void *got = NULL;
        CHECK(pthread_join(threads[i], &got) == 0 && got == (void *)(threads + 32));
    }
}

static void as_many_as_there_is_room_for(void) {
    static dwcp_vm_t *held[20000];
    long before = maps_now(), lasting = lasting_maps();
    dwcp_runtime_t *runtime = runtime_for(20000);
    uint32_t cap = slots_of(runtime), many = cap < MANY ? cap : MANY;
    long by_formula = (maps_allowed() - before) * 4 / 5 / 4;
    printf("%u slots on a machine with %ld maps, %ld in use\n", cap, maps_allowed(), before);
    /* The threads that are counted beside the VMs take less than a hundredth on machines of up to some hundred cores. */
    CHECK(cap <= by_formula && (cap >= by_formula * 95 / 100 || cap >= 19000));
#ifndef __SANITIZE_ADDRESS__
    if (maps_allowed() >= 65530) CHECK(cap >= 12500);
#endif
    dwcp_runtime_free(runtime);
    CHECK(lasting_maps() <= lasting + SLACK); /* what was granted and never used was never mapped */

    runtime = runtime_for(many);
    CHECK_EQ(slots_of(runtime), many);
    dwcp_module_t *module = load(runtime, "(module " DATA COUNT ")");
    dwcp_function_t *function = function_of(module, "count");
    for (uint32_t i = 0; i < many; i++) held[i] = acquire(module);
    long full = maps_now();
    printf("%u live VMs: %ld maps\n", many, full);
    CHECK(full <= before + 4L * many + OTHERS && full <= maps_allowed() * 9 / 10);
    for (int round = 1; round <= 2; round++) {
        for (uint32_t i = 0; i < many; i++) {
            dwcp_value_t result = {0};
            CHECK_STATUS(dwcp_vm_call, OK, (held[i], function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
            CHECK_EQ(dwcp_as_i32(result), 'h' + round); /* its own memory, each of them */
        }
    }
    dwcp_vm_t *next = NULL;
    CHECK_STATUS(dwcp_vm_acquire, NO_SLOT, (module, NULL, &next, &err));
    CHECK(next == NULL);
    CHECK_STR(dwcp_error_limit_name(err), "max_live_vms");
    uint64_t limit = 0, asked = 0;
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == many && asked == many + 1u);
    CHECK_STATUS(dwcp_function_call, NO_SLOT, (function, NULL, 0, NULL, &(dwcp_value_t){0}, 1, NULL, NULL, &err));
    the_host_still_works();
    for (uint32_t i = 0; i < many; i++) dwcp_vm_release(held[i]);
    dwcp_vm_release(acquire(module));
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    CHECK(lasting_maps() <= lasting + SLACK);
}

int main(void) {
    dwcp_runtime_free(runtime_for(1)); /* what comes with the first runtime only */
    what_a_vm_takes();
    as_many_as_there_is_room_for();
    return report("many_vms");
}
