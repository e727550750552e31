/* Room for VMs is shared by all runtimes of the process and never taken for granted: where the machine has too little of it, a
 * runtime has fewer slots, or maps its VMs on demand, or is refused if it must be exact. Each case is a process of its own. */
#include "guests.h"
#include "maps.h"
#include "process.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
enum { SLACK = 8, SLOTS_SLACK = 800 }; /* the sanitizer maps as it goes, which takes room from slots */
#else
#define SANITIZED false
enum { SLACK = 8, SLOTS_SLACK = 16 };
#endif
#define SLOT ((4ull << 30) + (32ull << 20))

static dwcp_config_t *config_for(uint32_t vms, bool strict) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, vms, &err));
    CHECK_STATUS(dwcp_config_set_strict_capacity, OK, (config, strict, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 0, &err));
    return config;
}

static dwcp_pool_metrics_t pool_of(const dwcp_runtime_t *runtime) {
    dwcp_pool_metrics_t pool = DWCP_POOL_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_pool_metrics, OK, (runtime, &pool, &err));
    return pool;
}

/* What the metrics say: the number of slots, and a warning that holds `part`; without one, no warning of max_live_vms at all. */
static void check_slots(const dwcp_runtime_t *runtime, uint32_t slots, bool reserved, const char *part) {
    char *json = NULL, expected[64];
    dwcp_pool_metrics_t pool = pool_of(runtime);
    CHECK_EQ(pool.slots, slots);
    CHECK_EQ(pool.reserved_slots, reserved);
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, NULL, &err));
    snprintf(expected, sizeof expected, "\"slots\":%u,", slots);
    CHECK_HAS(json, expected);
    CHECK_HAS(json, reserved ? "\"reserved_slots\":true" : "\"reserved_slots\":false");
    const char *warning = strstr(json, "max_live_vms is ");
    if (part != NULL) CHECK_HAS(warning, part);
    if (part == NULL) CHECK(warning == NULL);
    dwcp_string_free(json);
}

/* A strict runtime is refused, and the error says what was asked and what there is. */
static void check_refused(uint32_t asked, uint32_t allowed) {
    char number[16];
    uint64_t limit = 77, wanted = 77;
    dwcp_config_t *config = config_for(asked, true);
    dwcp_runtime_t *none = (dwcp_runtime_t *)(void *)config;
    CHECK_STATUS(dwcp_runtime_new, OS, (config, &none, &err));
    CHECK(none == NULL);
    CHECK_STR(dwcp_error_limit_name(err), "max_live_vms");
    CHECK(dwcp_error_limit(err, &limit, &wanted));
    CHECK_EQ(limit, allowed);
    CHECK_EQ(wanted, asked);
    CHECK_HAS(message(), "max_live_vms");
    CHECK_HAS(message(), "strict_capacity");
    snprintf(number, sizeof number, "%u", asked);
    CHECK_HAS(message(), number);
    dwcp_config_free(config);
}

static void check_works(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, "(module (memory (export \"memory\") 1) (data (i32.const 9) \"\\07\")"
                                          " (func (export \"seven\") (result i32) (i32.load8_u (i32.const 9)))"
                                          " (func (export \"trap\") (drop (i32.load (i32.const 65536)))))");
    CHECK_EQ(call_i32(module, "seven"), 7);
    test_check_status(call(module, "trap", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_TRAP, "trap", __FILE__, __LINE__);
    CHECK_EQ(call_i32(module, "seven"), 7);
    dwcp_module_free(module);
}

/* ---- the process's ledger ---- */

static void a_grant_comes_back(void) {
    check_works(new_runtime(config_for(1, false))); /* never freed: what it was granted stays granted */
    dwcp_runtime_t *runtime = new_runtime(config_for(20000, false));
    uint32_t all = pool_of(runtime).slots;
    CHECK(all < 20000);
    check_slots(runtime, all, true, "allows");
    check_refused(20000, pool_of(runtime).slots == 0 ? 1 : 8); /* the rest: a few */
    dwcp_module_t *module = load(runtime, ADD_WAT);
    dwcp_runtime_free(runtime);
    runtime = new_runtime(config_for(20000, false));
    CHECK_EQ(pool_of(runtime).slots, 8); /* the module keeps the old engine with its reservation */
    check_works(runtime);
    dwcp_runtime_free(runtime);
    dwcp_module_free(module);

    long before = lasting_maps();
    int fds = descriptors();
    for (int i = 0; i < 200; i++) {
        runtime = new_runtime(config_for(20000, false));
        uint32_t now = pool_of(runtime).slots;
        CHECK(now + SLOTS_SLACK >= all && now <= all + SLOTS_SLACK);
        if (i % 50 == 0) check_works(runtime);
        dwcp_runtime_free(runtime);
    }
    CHECK(lasting_maps() <= before + SLACK);
    CHECK_EQ(descriptors(), fds);
    /* exactly what there is room for is not refused */
    runtime = new_runtime(config_for(all - SLOTS_SLACK, true));
    check_slots(runtime, all - SLOTS_SLACK, true, NULL);
    dwcp_runtime_free(runtime);
}

enum { RUNTIMES = 50 };

static void fifty(long before) {
    dwcp_runtime_t *runtimes[RUNTIMES];
    uint64_t slots = 0;
    for (int i = 0; i < RUNTIMES; i++) {
        runtimes[i] = new_runtime(config_for(1000, false));
        uint32_t own = pool_of(runtimes[i]).slots;
        check_slots(runtimes[i], own, true, own < 1000 ? "vm.max_map_count" : NULL);
        CHECK(own >= 8);
        if (i < 10) CHECK_EQ(own, 1000);
        slots += own;
    }
    printf("fifty runtimes of 1000 VMs: %llu slots\n", (unsigned long long)slots);
    if (maps_allowed() <= 65530) CHECK((long)slots * 4 <= (maps_allowed() - before) * 9 / 10);
    for (int i = 0; i < RUNTIMES; i++) check_works(runtimes[i]);
    for (int i = 0; i < RUNTIMES; i++) dwcp_runtime_free(runtimes[i]);
    CHECK(no_library_thread());
}

static void fifty_default_runtimes(void) {
    fifty(maps_now());
    long before = lasting_maps(); /* the C library keeps the stacks of some threads that ended */
    fifty(before);
    CHECK(lasting_maps() <= before + SLACK);
    dwcp_runtime_t *runtime = new_runtime(config_for(10000, true));
    dwcp_runtime_free(runtime);
}

static void *make_one(void *slots) {
    dwcp_runtime_t *runtime = new_runtime(config_for(6000, false));
    *(dwcp_runtime_t **)slots = runtime;
    return NULL;
}

/* Made at the same moment, they do not get the same room. */
static void at_the_same_moment(void) {
    pthread_t threads[8];
    dwcp_runtime_t *runtimes[8];
    uint64_t slots = 0;
    for (int i = 0; i < 8; i++) REQUIRE(pthread_create(&threads[i], NULL, make_one, &runtimes[i]) == 0);
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 8; i++) slots += pool_of(runtimes[i]).slots;
    if (maps_allowed() <= 65530) CHECK(slots * 4 <= (uint64_t)maps_allowed() * 9 / 10);
    for (int i = 0; i < 8; i++) dwcp_runtime_free(runtimes[i]);
}

/* ---- limits of the process ---- */

static void limit_address_space(uint64_t bytes) {
    uint64_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    REQUIRE(file != NULL && fscanf(file, "%lu", (unsigned long *)&pages) == 1);
    fclose(file);
    struct rlimit limit = {0};
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = pages * (uint64_t)sysconf(_SC_PAGESIZE) + bytes;
    REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
}

static void room_for_fifty(void) {
    limit_address_space(75 * SLOT); /* a fifth of it stays the heap's */
    dwcp_runtime_t *runtime = new_runtime(config_for(1000, false));
    uint32_t slots = pool_of(runtime).slots;
    CHECK(slots >= 45 && slots <= 52);
    check_slots(runtime, slots, true, "RLIMIT_AS");
    check_works(runtime);
    dwcp_runtime_t *second = new_runtime(config_for(1000, false)); /* of the fifteen that are left */
    CHECK(pool_of(second).slots >= 1);
    check_works(second);
    check_works(runtime);
    dwcp_runtime_free(second);
    dwcp_runtime_free(runtime);
    check_refused(1000, slots);
    dwcp_runtime_free(new_runtime(config_for(slots, true)));
}

/* The limits of a VM and the number of VMs hold without reserved slots as they do with them. */
static void check_limits_on_demand(dwcp_runtime_t *runtime, uint32_t slots) {
    static const char GUEST[] =
        "(module (memory (export \"memory\") 1) (memory $second 1) (table $t 10 funcref) (data (i32.const 9) \"\\07\")"
        " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
        " (func (export \"grow2\") (param i32) (result i32) (memory.grow $second (local.get 0)))"
        " (func (export \"table\") (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0)))"
        " (func (export \"get\") (param i32) (result i32) (i32.load8_u (local.get 0)))"
        " (func (export \"set\") (param i32) (i32.store8 (local.get 0) (i32.const 5))))";
    static const char *const names[] = {"grow", "grow2", "table", "get", "set"};
    dwcp_module_t *module = load(runtime, GUEST);
    dwcp_function_t *functions[5];
    for (int i = 0; i < 5; i++) functions[i] = function_of(module, names[i]);
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err));
    struct {
        int function, argument, expected;
    } steps[] = {
        {0, 1000, 1},  {4, 65536000, 0}, {3, 9, 7},     {3, 65536000, 5}, {1, 1000, 1}, {0, 47, -1}, {0, 46, 1001},
        {1, 1, -1},    {3, 65536000, 5}, {2, 990, 10},  {2, 1, -1},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        dwcp_value_t argument = dwcp_i32(steps[i].argument), result = {0};
        size_t n = 0;
        CHECK_STATUS(dwcp_vm_call, OK, (vm, functions[steps[i].function], &argument, 1, NULL, &result, 1, &n, NULL, &err));
        if (n == 1) CHECK_EQ(dwcp_as_i32(result), steps[i].expected);
    }
    dwcp_value_t beyond = dwcp_i32(0x7fffffff);
    CHECK_STATUS(dwcp_vm_call, TRAP, (vm, functions[3], &beyond, 1, NULL, &(dwcp_value_t){0}, 1, NULL, NULL, &err));
    dwcp_vm_release(vm);
    for (int i = 0; i < 5; i++) dwcp_function_free(functions[i]);
    dwcp_module_free(module);

    /* What a slot has no room for is no module here either. */
    char many[400] = "(module";
    for (int i = 0; i < 9; i++) strcat(many, " (memory 1)");
    strcat(many, ")");
    CHECK_STATUS(dwcp_module_load, UNSUPPORTED, (runtime, (const uint8_t *)many, strlen(many), NULL, NULL, &module, &err));
    CHECK_HAS(message(), "8 are possible");

    dwcp_vm_t **held = calloc(slots, sizeof *held);
    module = load(runtime, "(module (memory 1) (data (i32.const 9) \"x\"))");
    for (uint32_t i = 0; i < slots; i++) CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &held[i], &err));
    CHECK_STATUS(dwcp_vm_acquire, NO_SLOT, (module, NULL, &vm, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_live_vms");
    for (uint32_t i = 0; i < slots; i++) dwcp_vm_release(held[i]);
    free(held);
    dwcp_module_free(module);
}

static void no_room_for_slots(void) {
    limit_address_space(2ull << 30);
    dwcp_runtime_t *runtime = new_runtime(config_for(50, false));
    check_slots(runtime, 50, false, "RLIMIT_AS");
    check_works(runtime);
    check_limits_on_demand(runtime, 50);
    /* More memory than there is address space, within every limit: an error of its own or a guest that is told so. */
    dwcp_module_t *module = load(runtime, "(module (memory 1) (func (export \"grow\") (result i32) (memory.grow (i32.const 2000))))");
    dwcp_vm_t *held[40];
    dwcp_function_t *grow = function_of(module, "grow");
    int told = 0, refused = 0;
    for (int i = 0; i < 40; i++) {
        held[i] = NULL;
        dwcp_value_t result = {0};
        dwcp_status_t status = dwcp_vm_acquire(module, NULL, &held[i], NULL);
        if (status == DWCP_OK) status = dwcp_vm_call(held[i], grow, NULL, 0, NULL, &result, 1, NULL, NULL, NULL);
        CHECK(status == DWCP_OK || status == DWCP_ERR_OS);
        told += status == DWCP_OK && dwcp_as_i32(result) == -1;
        refused += status == DWCP_ERR_OS;
    }
    printf("of 40 VMs that want 125 MiB of 2 GiB, %d are told that there is none and %d are not made\n", told, refused);
    CHECK(told + refused > 0);
    for (int i = 0; i < 40; i++) dwcp_vm_release(held[i]);
    check_works(runtime);
    dwcp_function_free(grow);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    check_refused(50, 0);
}

/* From very little to enough, each step in a process of its own: a runtime or an error, and never a crash. */
static void small_steps(void) {
    for (int mib = 48; mib <= 96 * 1024; mib = mib * 3 / 2) {
        fflush(NULL);
        pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            test_checks = test_failures = 0;
            limit_address_space((uint64_t)mib << 20);
            dwcp_runtime_t *runtime = NULL;
            dwcp_config_t *config = config_for(1000, false);
            dwcp_config_set_compile_threads(config, 1, NULL);
            dwcp_status_t status = dwcp_runtime_new(config, &runtime, &err);
            CHECK(status == DWCP_OK || status == DWCP_ERR_OS);
            dwcp_module_t *module = NULL;
            if (status == DWCP_OK) {
                CHECK(pool_of(runtime).slots >= 1);
                status = dwcp_module_load(runtime, (const uint8_t *)COUNTER_WAT, strlen(COUNTER_WAT), NULL, NULL, &module, NULL);
                CHECK(status == DWCP_OK || status == DWCP_ERR_OS);
            }
            if (status == DWCP_OK) {
                dwcp_value_t results[2];
                status = call(module, "count", NULL, 0, NULL, results, 2, NULL);
                CHECK(status == DWCP_OK || status == DWCP_ERR_OS);
            }
            if (mib > 512) CHECK_EQ(status, DWCP_OK);
            dwcp_module_free(module);
            dwcp_runtime_free(runtime);
            dwcp_config_free(config);
            _exit(report("a step"));
        }
        int status = -1;
        CHECK_EQ(waitpid(child, &status, 0), child);
        if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0)) printf("with %d MiB: status %#x\n", mib, status);
    }
}

/* ---- a system that refuses ---- */

/* Refuses every mapping of `gib` GiB or more, as a container's policy or strict overcommit would. */
static void refuse_mappings(uint32_t gib) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]) + 4), /* the upper half of the length */
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, gib / 4, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOMEM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        printf("SKIP: no system call filters here: %s\n", strerror(errno));
        exit(0);
    }
}

static void fewer_than_asked(void) {
    refuse_mappings(1200);
    dwcp_runtime_t *runtime = new_runtime(config_for(1000, false));
    check_slots(runtime, 250, true, "refused to reserve more");
    check_works(runtime);
    dwcp_runtime_free(runtime);
    check_refused(1000, 250);
    dwcp_runtime_free(new_runtime(config_for(250, true)));
}

static void none_reserved(void) {
    refuse_mappings(4);
    dwcp_runtime_t *runtime = new_runtime(config_for(30, false));
    check_slots(runtime, 30, false, "on demand");
    check_works(runtime);
    check_limits_on_demand(runtime, 30);
    dwcp_runtime_free(runtime);
    check_refused(30, 0);
}

/* ---- a process that is full already ---- */

/* Takes maps until `left` of them are left: every other page of a region is protected. */
static void *crowd(long left, size_t *size) {
    long page = sysconf(_SC_PAGESIZE), wanted = maps_allowed() - maps_now() - left;
    *size = (size_t)(wanted > 2 ? wanted : 2) * (size_t)page;
    char *region = mmap(NULL, *size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(region != MAP_FAILED);
    for (size_t at = 0; at + (size_t)page < *size; at += 2 * (size_t)page) REQUIRE(mprotect(region + at, (size_t)page, PROT_NONE) == 0);
    return region;
}

static dwcp_status_t load_numbered(dwcp_runtime_t *runtime, int n) {
    char text[100];
    dwcp_module_t *module = NULL;
    snprintf(text, sizeof text, "(module (func (export \"f\") (result i32) (i32.const %d)))", n);
    test_forget();
    dwcp_status_t status = dwcp_module_load(runtime, (const uint8_t *)text, strlen(text), NULL, NULL, &module, &err);
    dwcp_module_free(module);
    return status;
}

static void a_crowded_process(void) {
    dwcp_runtime_t *runtime = new_runtime(config_for(100, false));
    check_works(runtime);
    size_t size = 0;
    void *region = crowd(maps_allowed() / 20 + 200, &size);
    /* More code is refused before it is the last straw; what is there works. */
    int loaded = 0;
    dwcp_status_t status = DWCP_OK;
    while (loaded < 1000 && (status = load_numbered(runtime, loaded)) == DWCP_OK) loaded++;
    CHECK_EQ(status, DWCP_ERR_OS);
    CHECK_HAS(message(), "vm.max_map_count");
    CHECK_EQ(load_numbered(runtime, loaded), DWCP_ERR_OS);
    CHECK(loaded >= 1 && loaded <= 200);
    dwcp_module_t *module = load(runtime, "(module (func (export \"f\") (result i32) (i32.const 1)))"); /* in the cache */
    CHECK_EQ(call_i32(module, "f"), 1);
    dwcp_module_free(module);
    munmap(region, size);
    CHECK_EQ(load_numbered(runtime, loaded), DWCP_OK);
    /* There is no room for another runtime, strict or not. */
    region = crowd(300, &size);
    for (int strict = 0; strict < 2; strict++) {
        dwcp_config_t *config = config_for(1, strict == 1);
        dwcp_runtime_t *another = NULL;
        CHECK_STATUS(dwcp_runtime_new, OS, (config, &another, &err));
        CHECK_HAS(message(), "vm.max_map_count");
        CHECK_STR(dwcp_error_limit_name(err), "max_live_vms");
        CHECK(another == NULL);
        dwcp_config_free(config);
    }
    munmap(region, size);
    dwcp_runtime_free(new_runtime(config_for(1, true)));
    /* Of what is left, beside what the first runtime was promised, a fifth is the host's. */
    region = crowd(1000, &size);
    dwcp_runtime_t *small = new_runtime(config_for(100, false));
    uint32_t slots = pool_of(small).slots;
    CHECK(slots >= 1 && slots < 60);
    check_slots(small, slots, true, "vm.max_map_count");
    check_works(small);
    dwcp_runtime_free(small);
    munmap(region, size);
    dwcp_runtime_free(runtime);
}

/* ---- each in its process ---- */

static void in_a_child(const char *name, void (*run)(void)) {
    fflush(NULL);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        test_checks = test_failures = 0;
        run();
        int code = report(name);
        fflush(NULL);
        _exit(code);
    }
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0)) printf("%s: status %#x\n", name, status);
}

int main(void) {
    in_a_child("a grant comes back", a_grant_comes_back);
    in_a_child("fifty default runtimes", fifty_default_runtimes);
    in_a_child("at the same moment", at_the_same_moment);
    in_a_child("a crowded process", a_crowded_process);
    in_a_child("fewer than asked", fewer_than_asked);
    in_a_child("none reserved", none_reserved);
    if (SANITIZED) {
        printf("the sanitizer's shadow is far beyond any limit of address space: those cases are not run\n");
    } else {
        in_a_child("room for fifty", room_for_fifty);
        in_a_child("no room for slots", no_room_for_slots);
        in_a_child("small steps", small_steps);
    }
    return report("capacity");
}
