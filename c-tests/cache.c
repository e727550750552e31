/* The code cache: hits, both bounds, eviction beside modules in use, one compilation for many askers. */
#include "guests.h"

#include <pthread.h>

static dwcp_module_t *load_number(dwcp_runtime_t *runtime, int n) {
    char wat[128];
    snprintf(wat, sizeof wat, "(module (func (export \"n\") (result i32) (i32.const %d)))", n);
    return load(runtime, wat);
}

static dwcp_cache_metrics_t metrics_of(const dwcp_runtime_t *runtime) {
    dwcp_cache_metrics_t metrics = DWCP_CACHE_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtime, &metrics, &err));
    return metrics;
}

static void hash_of(const dwcp_module_t *module, char hash[72]) {
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    memcpy(hash, info.hash, 72);
}

static void hits_and_misses(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *modules[10];
    for (int i = 0; i < 10; i++) modules[i] = load_number(runtime, i % 2);
    dwcp_cache_metrics_t m = metrics_of(runtime);
    CHECK_EQ(m.modules, 2);
    CHECK_EQ(m.max_modules, 1000);
    CHECK_EQ(m.misses, 2);
    CHECK_EQ(m.hits, 8);
    CHECK(m.hit_rate == 80.0 && m.avg_miss_ms > 0 && m.avg_hit_ms > 0 && m.bytes > 0 && m.bytes < m.max_bytes);
    for (int i = 0; i < 10; i++) {
        CHECK_EQ(call_i32(modules[i], "n"), i % 2);
        dwcp_module_free(modules[i]);
    }
    dwcp_runtime_free(runtime);
}

static void evicted_while_in_use(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load_number(runtime, 7);
    dwcp_function_t *function = function_of(module, "n");
    char hash[72];
    hash_of(module, hash);
    CHECK_STATUS(dwcp_runtime_cache_evict, OK, (runtime, hash, &err));
    CHECK_STATUS(dwcp_runtime_cache_evict, NOT_FOUND, (runtime, hash, &err));
    CHECK_EQ(metrics_of(runtime).modules, 0);
    CHECK_EQ(metrics_of(runtime).evictions, 1);
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    CHECK(!info.cached);
    dwcp_value_t result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 7);

    /* loaded again it is compiled again, and cached again */
    dwcp_module_t *again = load_number(runtime, 7);
    CHECK_EQ(metrics_of(runtime).misses, 2);
    CHECK_STATUS(dwcp_runtime_cache_clear, OK, (runtime, &err));
    CHECK_EQ(metrics_of(runtime).modules, 0);
    CHECK_EQ(metrics_of(runtime).bytes, 0);
    CHECK_STATUS(dwcp_runtime_cache_clear, OK, (runtime, &err));
    CHECK_EQ(call_i32(again, "n"), 7);
    CHECK_EQ(call_i32(module, "n"), 7);
    dwcp_module_free(again);
    dwcp_module_free(module);
    CHECK_STATUS(dwcp_function_call, OK, (function, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    dwcp_function_free(function);
    CHECK_STATUS(dwcp_runtime_cache_evict, NOT_FOUND, (runtime, "no such name", &err));
    CHECK_STATUS(dwcp_runtime_cache_evict, INVALID_ARGUMENT, (runtime, "", &err));
    dwcp_runtime_free(runtime);
}

static void bounded_in_modules(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_cache_size, OK, (config, 3, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    char hashes[5][72];
    for (int i = 0; i < 5; i++) {
        dwcp_module_t *module = load_number(runtime, i);
        hash_of(module, hashes[i]);
        dwcp_module_free(module);
        if (i >= 1) dwcp_module_free(load_number(runtime, 0)); /* used between the others, it stays */
    }
    dwcp_cache_metrics_t m = metrics_of(runtime);
    CHECK_EQ(m.modules, 3);
    CHECK_EQ(m.evictions, 2);
    CHECK_EQ(m.misses, 5);

    /* the listing: the most recently used first */
    dwcp_module_info_t list[4];
    for (int i = 0; i < 4; i++) list[i] = (dwcp_module_info_t)DWCP_MODULE_INFO_INIT;
    size_t count = 99;
    CHECK_STATUS(dwcp_runtime_cache_list, BUFFER_TOO_SMALL, (runtime, list, 2, &count, &err));
    CHECK_EQ(count, 3);
    CHECK_STATUS(dwcp_runtime_cache_list, OK, (runtime, list, 4, &count, &err));
    CHECK_EQ(count, 3);
    CHECK_STR(list[0].hash, hashes[0]);
    CHECK_STR(list[1].hash, hashes[4]);
    CHECK_STR(list[2].hash, hashes[3]);
    CHECK(list[0].access_count == 5 && list[0].cached && list[1].size_bytes > 0);
    list[1].struct_size = 3;
    CHECK_STATUS(dwcp_runtime_cache_list, INVALID_ARGUMENT, (runtime, list, 4, &count, &err));
    dwcp_runtime_free(runtime);
}

static void bounded_in_bytes(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_cache_bytes, OK, (config, 1 << 20, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    /* modules with a large data segment each, so that a few of them pass a megabyte */
    size_t size = 300000;
    char *wat = malloc(size + 200);
    REQUIRE(wat != NULL);
    dwcp_module_t *modules[6];
    for (int i = 0; i < 6; i++) {
        int at = snprintf(wat, 200, "(module (memory 8) (func (export \"n\") (result i32) (i32.const %d)) (data (i32.const 0) \"", i);
        memset(wat + at, 'x', size);
        strcpy(wat + at + size, "\"))");
        modules[i] = load(runtime, wat);
        dwcp_cache_metrics_t m = metrics_of(runtime);
        CHECK(m.bytes <= m.max_bytes && m.max_bytes == 1 << 20);
    }
    CHECK(metrics_of(runtime).evictions >= 3);
    for (int i = 0; i < 6; i++) {
        CHECK_EQ(call_i32(modules[i], "n"), i);
        dwcp_module_free(modules[i]);
    }
    free(wat);
    dwcp_runtime_free(runtime);
}

struct asker {
    dwcp_runtime_t *runtime;
    pthread_barrier_t *barrier;
    const uint8_t *bytes;
    size_t length;
    dwcp_status_t expected;
};

static void *ask(void *argument) {
    struct asker *asker = argument;
    dwcp_module_t *module = NULL;
    pthread_barrier_wait(asker->barrier);
    test_forget();
    CHECK_EQ(dwcp_module_load(asker->runtime, asker->bytes, asker->length, NULL, NULL, &module, &err), asker->expected);
    test_forget();
    dwcp_module_free(module);
    return NULL;
}

static void ask_from_eight_threads(dwcp_runtime_t *runtime, const uint8_t *bytes, size_t length, dwcp_status_t expected) {
    pthread_barrier_t barrier;
    pthread_t threads[8];
    pthread_barrier_init(&barrier, NULL, 8);
    struct asker asker = {runtime, &barrier, bytes, length, expected};
    for (int i = 0; i < 8; i++) REQUIRE(pthread_create(&threads[i], NULL, ask, &asker) == 0);
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
}

static void one_compilation_for_all(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    size_t length;
    uint8_t *bytes = read_file(WORDCOUNT, &length);
    ask_from_eight_threads(runtime, bytes, length, DWCP_OK);
    dwcp_cache_metrics_t m = metrics_of(runtime);
    CHECK_EQ(m.misses, 1);
    CHECK_EQ(m.hits + m.single_flight_waits, 7); /* neither is a miss: one compiled */
    CHECK_EQ(m.compile_failures, 0);
    CHECK_EQ(m.modules, 1);

    /* a failure goes to all of them and is not kept */
    static const char broken[] = "(module (func (result i32)))";
    ask_from_eight_threads(runtime, (const uint8_t *)broken, strlen(broken), DWCP_ERR_INVALID_MODULE);
    m = metrics_of(runtime);
    CHECK_EQ(m.modules, 1);
    CHECK(m.compile_failures >= 1 && m.compile_failures <= 8);
    free(bytes);
    dwcp_runtime_free(runtime);
}

int main(void) {
    hits_and_misses();
    evicted_while_in_use();
    bounded_in_modules();
    bounded_in_bytes();
    one_compilation_for_all();
    return report("cache");
}
