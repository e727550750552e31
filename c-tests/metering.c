/* What code counts and looks at follows from the limits of its runtime: what each metering ends, what it does not, and that no code
 * of one runs under another. */
#include "hosts.h"

#include <pthread.h>
#include <semaphore.h>

static sem_t asleep;

/* Fires the token in the call's user data. */
HOST(fire) {
    UNUSED;
    dwcp_cancel_fire(dwcp_caller_user_data(caller));
    return DWCP_OK;
}

HOST(note) {
    UNUSED;
    sem_post(&asleep);
    return DWCP_OK;
}

static const char GUEST_WAT[] =
    "(module (import \"env\" \"fire\" (func $fire)) (import \"env\" \"note\" (func $note))"
    " (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (func (export \"compute\") (param i32) (result i32)"
    "  (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 7))"
    " (func (export \"spin\") (loop (br 0)))"
    " (func (export \"fire\") (call $fire))"
    " (func (export \"sleep\") (result i32) (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 3600000000000))"
    "  (call $note) (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))))";

struct kind {
    const char *name;
    bool fuel;
    uint64_t ms, ceiling;
    bool deadline;
};

static void *fire_when_asleep(void *argument) {
    sem_wait(&asleep);
    dwcp_cancel_fire(argument);
    return NULL;
}

static dwcp_runtime_t *metered(const struct kind *kind) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, kind->fuel, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit, OK, (config, 100000000, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, kind->ms, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, OK, (config, kind->ceiling, &err));
    return new_runtime(config);
}

static void each(const struct kind *kind) {
    int before = atomic_load(&test_failures);
    dwcp_runtime_t *runtime = metered(kind);
    char *json = NULL, wanted[64];
    snprintf(wanted, sizeof wanted, "\"metering\":\"%s\"", kind->name);
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, NULL, &err));
    CHECK_HAS(json, wanted);
    /* what nothing ends is said when the runtime is made */
    CHECK_EQ(strstr(json, "nothing ends a guest") != NULL, !kind->fuel && !kind->deadline);
    CHECK_EQ(strstr(json, "nothing but a cancel ends a guest") != NULL, !kind->fuel && kind->deadline && kind->ms == 0);
    dwcp_string_free(json);

    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fire", ":", fire, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "note", ":", note, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, GUEST_WAT, imports);
    dwcp_function_t *compute = function_of(module, "compute"), *spin = function_of(module, "spin"), *self = function_of(module, "fire"),
                    *sleeps = function_of(module, "sleep");
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t turns = dwcp_i32(1000000), result = {0};

    /* counted or not */
    CHECK_STATUS(dwcp_function_call, OK, (compute, &turns, 1, NULL, &result, 1, NULL, &stats, &err));
    CHECK(dwcp_as_i32(result) == 7 && stats.overrun_ns == 0);
    CHECK_EQ(stats.fuel_used > 1000000, kind->fuel);
    CHECK_EQ(stats.fuel_exact, kind->fuel);
    options.fuel = 1000;
    if (kind->fuel) {
        CHECK_STATUS(dwcp_function_call, OUT_OF_FUEL, (compute, &turns, 1, &options, &result, 1, NULL, &stats, &err));
    } else {
        CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (compute, &turns, 1, &options, &result, 1, NULL, &stats, &err));
        CHECK_HAS(message(), "enable_fuel_metering");
    }
    options.fuel = 0;

    /* timed or not */
    options.timeout_ns = 1000000;
    if (kind->deadline) {
        if (kind->fuel) options.fuel = UINT64_MAX;
        CHECK_STATUS(dwcp_function_call, TIMEOUT, (spin, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
    } else {
        CHECK_STATUS(dwcp_function_call, INVALID_ARGUMENT, (spin, NULL, 0, &options, NULL, 0, NULL, &stats, &err));
        CHECK_HAS(message(), "no deadline is compiled in");
        if (kind->fuel) CHECK_STATUS(dwcp_function_call, OUT_OF_FUEL, (spin, NULL, 0, NULL, NULL, 0, NULL, &stats, &err));
    }
    options.fuel = 0;
    options.timeout_ns = 0;

    /* cancelled: where a guest need not compute to see it, every one of them does */
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    options.cancel = cancel;
    options.user_data = cancel;
    if (kind->fuel) options.fuel = UINT64_MAX;
    dwcp_cancel_fire(cancel);
    CHECK_STATUS(dwcp_function_call, CANCELLED, (compute, &turns, 1, &options, &result, 1, NULL, &stats, &err)); /* before */
    dwcp_cancel_reset(cancel);
    CHECK_STATUS(dwcp_function_call, CANCELLED, (self, NULL, 0, &options, NULL, 0, NULL, &stats, &err)); /* in a host function */
    dwcp_cancel_reset(cancel);
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, fire_when_asleep, cancel) == 0);
    CHECK_STATUS(dwcp_function_call, CANCELLED, (sleeps, NULL, 0, &options, &result, 1, NULL, &stats, &err)); /* asleep */
    pthread_join(thread, NULL);
    dwcp_cancel_reset(cancel);

    dwcp_cancel_free(cancel);
    dwcp_function_free(compute);
    dwcp_function_free(spin);
    dwcp_function_free(self);
    dwcp_function_free(sleeps);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
    if (before != atomic_load(&test_failures)) fprintf(stderr, "  with metering %s\n", kind->name);
}

/* A guest that was called before its token was fired, and computes from then on without a look at anything but its own loop. */
static const char COMPUTES_WAT[] =
    "(module (import \"env\" \"note\" (func $note))"
    " (func (export \"compute\") (param i32) (result i32) (call $note)"
    "  (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 7)))";

/* Whether a token ends a guest that computes: with deadline checks it does, without it goes on to its end. */
static void computing(const struct kind *kind) {
    dwcp_runtime_t *runtime = metered(kind);
    dwcp_module_t *module = load_defined(runtime, COMPUTES_WAT, "note", ":", note);
    dwcp_function_t *compute = function_of(module, "compute");
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_value_t result = {0};
    options.cancel = cancel;
    options.timeout_ns = kind->deadline ? UINT64_MAX : 0;
    /* As many turns as there are where a token ends it. Else few, for they are waited for, and again until the token came in
     * the middle: not before the host function had returned, which sees it, nor after the guest. */
    bool endless = kind->deadline && !kind->fuel, shown = false;
    dwcp_value_t turns = dwcp_i32(endless ? -1 : 10000000);
    for (int i = 0; i < 1000 && !shown; i++) {
        pthread_t thread;
        dwcp_cancel_reset(cancel);
        REQUIRE(pthread_create(&thread, NULL, fire_when_asleep, cancel) == 0);
        dwcp_status_t status = dwcp_function_call(compute, &turns, 1, &options, &result, 1, NULL, NULL, NULL);
        bool fired = dwcp_cancel_is_fired(cancel);
        pthread_join(thread, NULL);
        CHECK(status == DWCP_ERR_CANCELLED || (status == DWCP_OK && dwcp_as_i32(result) == 7 && !endless));
        shown = fired && status == (kind->deadline ? DWCP_ERR_CANCELLED : DWCP_OK);
    }
    CHECK(shown);
    dwcp_cancel_free(cancel);
    dwcp_function_free(compute);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* The same bytes in runtimes of each metering: each compiles its own code. */
static void code_is_not_shared(const struct kind *kinds, size_t count) {
    dwcp_runtime_t *runtimes[8];
    dwcp_module_t *modules[8];
    for (size_t i = 0; i < count; i++) {
        dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
        dwcp_value_t turns = dwcp_i32(1000), result = {0};
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        runtimes[i] = metered(&kinds[i]);
        modules[i] = load(runtimes[i], LOOP_WAT);
        CHECK_EQ(call(modules[i], "turns", &turns, 1, NULL, &result, 1, &stats), DWCP_OK);
        CHECK_EQ(stats.fuel_used > 0, kinds[i].fuel);
        CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtimes[i], &cache, &err));
        CHECK(cache.misses == 1 && cache.hits == 0 && cache.modules == 1);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) { /* and no handle of one is taken by another */
            dwcp_link_t link = {"lib", modules[i]};
            dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
            dwcp_module_t *module = NULL;
            options.links = &link;
            options.nlinks = 1;
            static const char uses[] = "(module (import \"lib\" \"turns\" (func (param i32) (result i32))))";
            if (i == j) continue;
            CHECK_STATUS(dwcp_module_load, WRONG_HANDLE, (runtimes[j], (const uint8_t *)uses, strlen(uses), NULL, &options, &module, &err));
            CHECK_STATUS(dwcp_runtime_set_alias, WRONG_HANDLE, (runtimes[j], "theirs", modules[i], &err));
        }
    for (size_t i = 0; i < count; i++) {
        dwcp_module_free(modules[i]);
        dwcp_runtime_free(runtimes[i]);
    }
}

/* A live runtime takes new limits where its code can hold them, and no others: its code stays as it is. */
static void limits_change_and_code_does_not(const struct kind *kinds, size_t count) {
    for (size_t i = 0; i < count; i++) {
        dwcp_runtime_t *runtime = metered(&kinds[i]);
        dwcp_module_t *module = load(runtime, SPIN_WAT);
        for (size_t j = 0; j < count; j++) {
            dwcp_config_t *config = NULL;
            REQUIRE(CHECK_STATUS(dwcp_runtime_config, OK, (runtime, &config, &err)));
            CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, kinds[j].ms, &err));
            CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, OK, (config, kinds[j].ceiling, &err));
            CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, kinds[j].fuel, &err));
            if (strcmp(kinds[i].name, kinds[j].name) == 0) {
                CHECK_STATUS(dwcp_runtime_reconfigure, OK, (runtime, config, &err));
            } else {
                CHECK_STATUS(dwcp_runtime_reconfigure, INVALID_CONFIG, (runtime, config, &err));
            }
            dwcp_config_free(config);
        }
        if (kinds[i].deadline) {
            dwcp_config_t *config = NULL;
            dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
            REQUIRE(CHECK_STATUS(dwcp_runtime_config, OK, (runtime, &config, &err)));
            CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 2, &err));
            CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, OK, (config, 0, &err));
            CHECK_STATUS(dwcp_config_set_fuel_limit, OK, (config, UINT64_MAX - 1, &err));
            CHECK_STATUS(dwcp_runtime_reconfigure, OK, (runtime, config, &err));
            CHECK_EQ(call(module, "spin", NULL, 0, NULL, NULL, 0, &stats), DWCP_ERR_TIMEOUT);
            CHECK(stats.wall_ns >= 2000000);
            dwcp_config_free(config);
        }
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
    }
}

int main(void) {
    static const struct kind kinds[] = {
        {"none", false, 0, 0, false},
        {"deadline", false, 3600000, 0, true},
        {"deadline", false, 0, UINT64_MAX, true}, /* no default, but a call may ask for one */
        {"fuel", true, 0, 0, false},
        {"deadline+fuel", true, 3600000, 0, true},
    };
    enum { COUNT = sizeof kinds / sizeof *kinds };
    sem_init(&asleep, 0, 0);
    for (int i = 0; i < COUNT; i++) {
        each(&kinds[i]);
        computing(&kinds[i]);
    }
    code_is_not_shared(kinds, COUNT);
    limits_change_and_code_does_not(kinds, COUNT);
    sem_destroy(&asleep);
    return report("metering");
}
