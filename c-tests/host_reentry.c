/* Host functions that use the runtime which called them: with one slot in all, closing it, freeing what is being called, from
 * eight threads at once. */
#include "guests.h"

#include <pthread.h>

static dwcp_runtime_t *the_runtime;
static dwcp_function_t *inner_function;
static int visited;

/* There is one slot, and this call has it: another is refused at once, not waited for. */
static dwcp_status_t wants_a_slot(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_value_t pair[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_STATUS(dwcp_function_call, NO_SLOT, (inner_function, pair, 2, NULL, &result, 1, NULL, &stats, &err));
    CHECK_HAS(message(), "host function");
    CHECK_STR(dwcp_error_limit_name(err), "max_live_vms");
    CHECK_STATUS(dwcp_runtime_execute, NO_SLOT, (the_runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, "add", pair, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_close, BUSY, (the_runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_drain, BUSY, (the_runtime, 0, &err));
    CHECK_HAS(message(), "from inside");
    test_forget(); /* this may be a thread of the library */
    visited++;
    return DWCP_OK;
}

/* A finalizer of an object that the guest held runs while its VM ends, in the slot of its call: the same holds there. */
static void finalize_in_the_slot(void *user) { wants_a_slot(user, NULL, NULL, 0, NULL, 0); }

static dwcp_status_t makes_an_object(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)nresults;
    CHECK_STATUS(dwcp_caller_externref_new, OK, (caller, NULL, finalize_in_the_slot, &results[0]));
    return DWCP_OK;
}

static void *call_outer(void *outer) {
    CHECK_EQ(call(outer, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    test_forget();
    return NULL;
}

static void one_slot(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err)); /* waiting would be noticed */
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 3600000, &err));
    the_runtime = new_runtime(config);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "again", ":", wants_a_slot, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "object", ":r", makes_an_object, NULL, NULL, &err));
    dwcp_module_t *add = load(the_runtime, ADD_WAT);
    inner_function = function_of(add, "add");
    dwcp_module_t *outer = load_with(the_runtime, "(module (import \"env\" \"again\" (func $a)) (func (export \"run\") (call $a) (call $a)))", imports);
    dwcp_module_t *holder = load_with(the_runtime, "(module (import \"env\" \"object\" (func $o (result externref)))"
                                                   " (global $g (mut externref) (ref.null extern)) (func (export \"run\") (global.set $g (call $o))))", imports);
    visited = 0;
    CHECK_EQ(call(outer, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(visited, 2);
    /* also where the call goes on on a thread of the library, because the caller's stack is small */
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    REQUIRE(pthread_attr_setstacksize(&attributes, 128 << 10) == 0 && pthread_create(&thread, &attributes, call_outer, outer) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    CHECK_EQ(visited, 4);
    CHECK_EQ(call(holder, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(visited, 5);
    /* the slot was given back each time, and the runtime is open */
    dwcp_value_t pair[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (inner_function, pair, 2, NULL, &result, 1, NULL, NULL, &err));
    dwcp_function_free(inner_function);
    dwcp_module_free(add);
    dwcp_module_free(outer);
    dwcp_module_free(holder);
    dwcp_imports_free(imports);
    dwcp_runtime_free(the_runtime);
}

static atomic_int finalized;

static void count_the_end(void *user) {
    (void)user;
    atomic_fetch_add(&finalized, 1);
}

struct handles {
    dwcp_runtime_t *runtime;
    dwcp_module_t *module;
    dwcp_function_t *function;
    dwcp_imports_t *imports;
    bool free_runtime;
};

/* Frees everything that the call in progress stands on. */
static dwcp_status_t frees_all(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)args, (void)nargs, (void)nresults;
    struct handles *held = user;
    dwcp_imports_free(held->imports);
    dwcp_module_free(held->module);
    dwcp_function_free(held->function);
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "seven", ":i", NULL, 0, &results[0], 1, NULL, &err));
    CHECK(!dwcp_caller_is_cancelled(caller));
    if (held->free_runtime) {
        dwcp_runtime_free(held->runtime); /* ends what runs in it, this call too */
        CHECK(dwcp_caller_is_cancelled(caller));
    }
    CHECK(atomic_load(&finalized) == 0);
    return DWCP_OK;
}

static void freed_while_called(bool free_runtime) {
    static const char wat[] = "(module (import \"env\" \"free\" (func $f (result i32))) (memory (export \"memory\") 1)"
                              " (func (export \"seven\") (result i32) (i32.const 7)) (func (export \"run\") (result i32) (i32.add (call $f) (i32.const 1))))";
    static struct handles held;
    atomic_store(&finalized, 0);
    held = (struct handles){.runtime = new_runtime(NULL), .imports = dwcp_imports_new(), .free_runtime = free_runtime};
    CHECK_STATUS(dwcp_imports_define, OK, (held.imports, "env", "free", ":i", frees_all, &held, count_the_end, &err));
    held.module = load_with(held.runtime, wat, held.imports);
    held.function = function_of(held.module, "run");
    dwcp_value_t result = {0};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    if (free_runtime) {
        CHECK_STATUS(dwcp_function_call, CANCELLED, (held.function, NULL, 0, NULL, &result, 1, NULL, &stats, &err));
    } else {
        CHECK_STATUS(dwcp_function_call, OK, (held.function, NULL, 0, NULL, &result, 1, NULL, &stats, &err));
        CHECK_EQ(dwcp_as_i32(result), 8);
        dwcp_runtime_free(held.runtime);
    }
    CHECK(stats.fuel_used > 0);
    CHECK_EQ(atomic_load(&finalized), 1); /* exactly once, and not before the call had ended */
}

/* ---- many threads ---- */

enum { THREADS = 8, TURNS = 400 };

/* Each thread's own data reach its own calls, whatever the others do. */
static dwcp_status_t busy(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    (void)nargs, (void)nresults;
    atomic_fetch_add((atomic_int *)user, 1);
    int *mine = dwcp_caller_user_data(caller), turn = ++*mine;
    CHECK(args[0].kind == DWCP_KIND_STRING && args[0].of.bytes.len == 5 && memcmp(args[0].of.bytes.data, "guest", 5) == 0);
    if (turn % 4 == 1) { /* refused, and said so */
        char text[32];
        int len = snprintf(text, sizeof text, "turn %d", turn);
        dwcp_caller_fail(caller, text, (size_t)len);
        return DWCP_ERR_HOST_FUNCTION;
    }
    if (turn % 4 == 2) { /* another VM of the same runtime: there may be no slot for it, but nobody waits */
        dwcp_value_t pair[2] = {dwcp_i32(turn), dwcp_i32(1)}, sum = {0};
        dwcp_status_t status = dwcp_function_call(inner_function, pair, 2, NULL, &sum, 1, NULL, NULL, NULL);
        CHECK(status == DWCP_ERR_NO_SLOT || (status == DWCP_OK && dwcp_as_i32(sum) == turn + 1));
    }
    dwcp_value_t arg = dwcp_string("host"), back = {0};
    CHECK(dwcp_caller_call(caller, "echo", "s:s", &arg, 1, &back, 1, NULL, NULL) == DWCP_OK);
    CHECK(strcmp(dwcp_as_string(back), "host") == 0);
    char text[32];
    int len = snprintf(text, sizeof text, "%s %d", dwcp_as_string(back), turn);
    dwcp_values_clear(&back, 1);
    return dwcp_caller_return(caller, &results[0], text, (size_t)len);
}

static void *call_often(void *function) {
    int mine = 0;
    for (int turn = 1; turn <= TURNS; turn++) {
        char expected[32];
        dwcp_value_t result = {0};
        dwcp_error_t *error = NULL;
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.user_data = &mine;
        dwcp_status_t status = dwcp_function_call(function, NULL, 0, &options, &result, 1, NULL, NULL, &error);
        if (turn % 4 == 1) {
            snprintf(expected, sizeof expected, "turn %d", turn);
            CHECK(status == DWCP_ERR_HOST_FUNCTION && strstr(dwcp_error_message(error), expected) != NULL);
        } else {
            snprintf(expected, sizeof expected, "host %d", turn);
            CHECK(status == DWCP_OK && strcmp(dwcp_as_string(result), expected) == 0);
        }
        dwcp_values_clear(&result, 1);
        dwcp_error_free(error);
    }
    CHECK_EQ(mine, TURNS);
    return NULL;
}

static void from_many_threads(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, THREADS + 2, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_imports_t *imports = dwcp_imports_new();
    atomic_int calls = 0;
    atomic_store(&finalized, 0);
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "busy", "s:s64", busy, &calls, NULL, &err));
    dwcp_module_t *add = load(runtime, ADD_WAT);
    inner_function = function_of(add, "add");
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"busy\" (func $b (param i32 i32) (result i64)))"
                                      " (memory (export \"memory\") 1) (data (i32.const 8) \"guest\") (global $top (mut i32) (i32.const 64))"
                                      " (func (export \"malloc\") (param i32) (result i32) (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 0))))"
                                      " (func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"
                                      " (func (export \"run\") (result i64) (call $b (i32.const 8) (i32.const 5)))"
                                      " (@custom \"dwcp.signatures\" \"run :s64\"))",
                                      imports);
    dwcp_imports_free(imports);
    dwcp_function_t *function = function_of(module, "run");
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, call_often, function) == 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    CHECK_EQ(atomic_load(&calls), THREADS * TURNS);
    dwcp_function_free(function);
    dwcp_function_free(inner_function);
    dwcp_module_free(module);
    dwcp_module_free(add);
    dwcp_runtime_free(runtime);
}

int main(void) {
    one_slot();
    freed_while_called(false);
    freed_while_called(true);
    from_many_threads();
    return report("host_reentry");
}
