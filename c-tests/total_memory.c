/* The memory of all VMs together: counted to the page, refused by name, waited for as slots are, given back by every end. */
#include "session_guests.h"

#include <pthread.h>

enum { PAGE = 65536, ALL = 64, EACH = 32 };

/* "grow" copes with a refusal, "must" does not. The host function does what the test is about. */
static const char GROW_WAT[] =
    "(module (import \"env\" \"host\" (func $host (param externref) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (func (export \"_start\"))"
    " (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0)))"
    " (func $must (export \"must\") (param i32) (if (i32.eq (memory.grow (local.get 0)) (i32.const -1)) (then unreachable)))"
    " (func (export \"pages\") (result i32) (memory.size))"
    " (func (export \"out\") (result i32) (call $host (ref.null extern))))";
static const char PLAIN_WAT[] = "(module (memory 1) (func (export \"f\")))";

static dwcp_runtime_t *host_runtime;

/* Within the guest of a session while others hold the rest: nothing waits here. */
static dwcp_status_t host(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)nresults;
    dwcp_value_t pages = dwcp_i32(8), made = {0};
    CHECK_STATUS(dwcp_caller_call, NO_MEMORY, (caller, "must", NULL, &pages, 1, NULL, 0, NULL, &err));
    CHECK_STATUS(dwcp_caller_externref_new, NO_MEMORY, (caller, NULL, NULL, &made));
    CHECK_STATUS(dwcp_runtime_execute, NO_MEMORY,
                 (host_runtime, (const uint8_t *)PLAIN_WAT, strlen(PLAIN_WAT), NULL, "f", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "inside a host function");
    test_forget();
    results[0] = dwcp_i32(5);
    return DWCP_OK;
}

static dwcp_runtime_t *small_runtime(uint64_t acquire_timeout_ms) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, OK, (config, ALL * PAGE + 77, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, EACH * PAGE, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, acquire_timeout_ms, &err));
    return new_runtime(config);
}

static dwcp_module_t *load_growing(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "host", NULL, host, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, GROW_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

static dwcp_vm_t *acquire_grown(const dwcp_module_t *module, int pages) {
    dwcp_vm_t *vm = acquire(module, NULL);
    dwcp_value_t more = dwcp_i32(pages - 1), before = {0};
    CHECK_EQ(vm_call(vm, module, "grow", NULL, &more, 1, NULL, &before, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(before), 1);
    return vm;
}

static void names_it(void) {
    uint64_t limit = 0, asked = 0;
    CHECK_STR(dwcp_error_limit_name(err), "max_total_memory_bytes");
    CHECK(dwcp_error_limit(err, &limit, &asked));
    CHECK_EQ(limit, ALL * PAGE);
    CHECK(asked > limit);
    CHECK_HAS(message(), "max_total_memory_bytes");
    CHECK(dwcp_status_is_retryable(dwcp_error_code(err)));
}

/* All of it is held: every way to a VM is refused, and works again when there is room. */
static void full(void) {
    dwcp_runtime_t *runtime = small_runtime(0);
    dwcp_module_t *growing = load_growing(runtime), *small = load(runtime, PLAIN_WAT);
    dwcp_function_t *f = function_of(small, "f");
    dwcp_vm_t *one = acquire_grown(growing, EACH), *two = acquire_grown(growing, ALL - EACH - 1), *three = NULL;
    CHECK_STATUS(dwcp_function_call, OK, (f, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    three = acquire(small, NULL);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, ALL * PAGE);

    CHECK_STATUS(dwcp_function_call, NO_MEMORY, (f, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    names_it();
    CHECK_STATUS(dwcp_runtime_execute, NO_MEMORY,
                 (runtime, (const uint8_t *)PLAIN_WAT, strlen(PLAIN_WAT), NULL, "f", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    names_it();
    CHECK_STATUS(dwcp_module_run, NO_MEMORY, (growing, NULL, NULL, NULL, &err));
    names_it();
    dwcp_vm_t *four = NULL;
    CHECK_STATUS(dwcp_vm_acquire, NO_MEMORY, (small, NULL, &four, &err));
    names_it();
    CHECK(four == NULL);

    /* what has no memory still runs */
    dwcp_module_t *none = load(runtime, ADD_WAT);
    dwcp_value_t args[2] = {dwcp_i32(2), dwcp_i32(3)}, sum = {0};
    CHECK_EQ(call(none, "add", args, 2, NULL, &sum, 1, NULL), DWCP_OK);

    dwcp_vm_release(three);
    CHECK_STATUS(dwcp_function_call, OK, (f, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    dwcp_vm_release(two);
    dwcp_vm_release(one);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);
    one = acquire_grown(growing, EACH);
    two = acquire_grown(growing, ALL - EACH);
    dwcp_vm_release(one);
    dwcp_vm_release(two);
    dwcp_module_free(none);
    dwcp_function_free(f);
    dwcp_module_free(small);
    dwcp_module_free(growing);
    dwcp_runtime_free(runtime);
}

/* A growth that the guest's own limit allows and the runtime's does not: it copes, or ends with NO_MEMORY. */
static void growth(void) {
    dwcp_runtime_t *runtime = small_runtime(0);
    dwcp_module_t *growing = load_growing(runtime);
    dwcp_vm_t *one = acquire_grown(growing, EACH), *two = acquire_grown(growing, EACH - 4), *three = acquire(growing, NULL);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t more = dwcp_i32(4), before = {0};
    CHECK_EQ(vm_call(three, growing, "grow", NULL, &more, 1, NULL, &before, 1, &stats), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(before), -1);
    CHECK_STR(stats.limit_hit, "max_total_memory_bytes");
    CHECK_EQ(vm_call(three, growing, "must", NULL, &more, 1, NULL, NULL, 0, &stats), DWCP_ERR_NO_MEMORY);
    names_it();
    CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_UNREACHABLE);
    dwcp_vm_release(three);

    /* in a fresh VM, and for more than its own limit too, where that is the one that is named */
    CHECK_EQ(call(growing, "must", &more, 1, NULL, NULL, 0, &stats), DWCP_ERR_NO_MEMORY);
    names_it();
    CHECK_EQ(stats.peak_memory_bytes, PAGE);
    more = dwcp_i32(EACH);
    CHECK_EQ(call(growing, "must", &more, 1, NULL, NULL, 0, &stats), DWCP_ERR_OUT_OF_MEMORY);
    CHECK_STR(dwcp_error_limit_name(err), "max_memory_bytes");

    /* through a session's own functions and from inside a host function */
    three = acquire_grown(growing, 4);
    dwcp_function_t *must = function_of(growing, "must");
    more = dwcp_i32(1);
    dwcp_value_t made = {0};
    CHECK_STATUS(dwcp_vm_externref_new, NO_MEMORY, (three, NULL, NULL, &made, &err));
    names_it();
    host_runtime = runtime;
    CHECK_EQ(vm_call_i32(three, growing, "out"), 5);
    CHECK_STATUS(dwcp_vm_call, NO_MEMORY, (three, must, &more, 1, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, VM_DEAD, (three, must, &more, 1, NULL, NULL, 0, NULL, NULL, &err));
    dwcp_vm_release(three);
    dwcp_function_free(must);
    dwcp_vm_release(two);
    dwcp_vm_release(one);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);
    dwcp_module_free(growing);
    dwcp_runtime_free(runtime);
}

/* What could never start is refused when it is loaded; 0 bounds nothing. */
static void at_load(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, OK, (config, 2 * PAGE, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    static const char large[] = "(module (memory 3) (func (export \"f\")))";
    dwcp_module_t *module = NULL;
    CHECK_STATUS(dwcp_module_load, OUT_OF_MEMORY, (runtime, (const uint8_t *)large, strlen(large), NULL, NULL, &module, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_total_memory_bytes");
    char *json = NULL;
    size_t n = 0;
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, &n, &err));
    CHECK_HAS(json, "max_memory_bytes (134217728) is above max_total_memory_bytes (131072)");
    dwcp_string_free(json);
    dwcp_runtime_free(runtime);

    config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, OK, (config, 0, &err));
    runtime = new_runtime(config);
    module = load(runtime, large);
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static void *wait_for_memory(void *module) {
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    return NULL;
}

/* Callers wait for memory as they wait for slots: several for what one VM gives back, and past one that needs more. */
static void waiting(void) {
    dwcp_runtime_t *runtime = small_runtime(600000);
    dwcp_module_t *growing = load_growing(runtime), *small = load(runtime, PLAIN_WAT);
    dwcp_module_t *large = load(runtime, "(module (memory 30) (func (export \"f\")))");
    dwcp_vm_t *one = acquire_grown(growing, EACH), *two = acquire_grown(growing, EACH);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.timeout_ns = 1000000;
    CHECK_EQ(call(small, "f", NULL, 0, &options, NULL, 0, NULL), DWCP_ERR_TIMEOUT);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) REQUIRE(pthread_create(&threads[i], NULL, wait_for_memory, i % 2 ? small : large) == 0);
    dwcp_vm_release(one);
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    dwcp_vm_release(two);
    dwcp_module_free(large);
    dwcp_module_free(small);
    dwcp_module_free(growing);
    dwcp_runtime_free(runtime);
}

static void *churn(void *module) {
    unsigned dice = (unsigned)(uintptr_t)&dice;
    for (int i = 0; i < 3000; i++) {
        dice = dice * 1103515245 + 12345;
        dwcp_value_t more = dwcp_i32((int32_t)(dice >> 16) % EACH);
        dwcp_status_t status = call(module, "must", &more, 1, NULL, NULL, 0, NULL);
        CHECK(status == DWCP_OK || status == DWCP_ERR_NO_MEMORY);
    }
    return NULL;
}

/* Whatever happens beside each other, at the end all of it is free. */
static void together(void) {
    dwcp_runtime_t *runtime = small_runtime(600000);
    dwcp_module_t *growing = load_growing(runtime);
    pthread_t threads[6];
    for (int i = 0; i < 6; i++) REQUIRE(pthread_create(&threads[i], NULL, churn, growing) == 0);
    for (int i = 0; i < 6; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);
    dwcp_vm_t *one = acquire_grown(growing, EACH), *two = acquire_grown(growing, EACH);
    dwcp_vm_release(one);
    dwcp_vm_release(two);
    dwcp_module_free(growing);
    dwcp_runtime_free(runtime);
}

int main(void) {
    full();
    growth();
    at_load();
    waiting();
    together();
    return report("total_memory");
}
