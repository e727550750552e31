/* Names: modules found by hash and by alias, aliases set, replaced and removed, also while eight threads call by them. */
#include "names.h"

static dwcp_status_t execute(dwcp_runtime_t *runtime, const char *wat, const char *key, const char *function, int32_t *answer) {
    dwcp_value_t result = {0};
    test_forget();
    dwcp_status_t status = dwcp_runtime_execute(runtime, (const uint8_t *)wat, wat ? strlen(wat) : 0, key, function, NULL, 0,
                                                NULL, &result, 1, NULL, NULL, &err);
    if (status == DWCP_OK) *answer = dwcp_as_i32(result);
    return status;
}

static dwcp_module_t *find(dwcp_runtime_t *runtime, const char *key) {
    dwcp_module_t *module = NULL;
    REQUIRE(CHECK_STATUS(dwcp_module_find, OK, (runtime, key, &module, &err)) && module != NULL);
    return module;
}

static dwcp_module_t *load_as(dwcp_runtime_t *runtime, const char *wat, const char *key) {
    dwcp_module_t *module = NULL;
    REQUIRE(CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), key, NULL, &module, &err)));
    return module;
}

static void hash_of(const dwcp_module_t *module, char hash[72]) {
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    memcpy(hash, info.hash, sizeof info.hash);
}

static const char SEVEN_WAT[] = "(module (func (export \"run\") (result i32) (i32.const 7)))";
static const char EIGHT_WAT[] = "(module (func (export \"run\") (result i32) (i32.const 8)))";

static void found(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *none = NULL, *loaded = load_as(runtime, SEVEN_WAT, "seven"), *by_alias = find(runtime, "seven"), *by_hash;
    char hash[72], upper[72];
    hash_of(loaded, hash);
    for (size_t i = 0; i < sizeof hash; i++) upper[i] = hash[i] >= 'a' && hash[i] <= 'f' ? (char)(hash[i] - 32) : hash[i];
    by_hash = find(runtime, upper);
    CHECK_EQ(call_i32(by_alias, "run"), 7);
    CHECK_EQ(call_i32(by_hash, "run"), 7);

    /* what is found outlives its name; what was evicted is not found */
    CHECK_STATUS(dwcp_runtime_cache_evict, OK, (runtime, "seven", &err));
    CHECK_EQ(call_i32(by_alias, "run"), 7);
    CHECK_STATUS(dwcp_module_find, NOT_FOUND, (runtime, "seven", &none, &err));
    CHECK_STATUS(dwcp_module_find, NOT_FOUND, (runtime, hash, &none, &err));
    CHECK_HAS(message(), hash);
    CHECK(none == NULL);
    dwcp_module_free(loaded);
    dwcp_module_free(by_alias);
    dwcp_module_free(by_hash);

    /* the nearest names, and the name itself, escaped */
    dwcp_module_t *a = load_as(runtime, SEVEN_WAT, "invoices"), *b = load_as(runtime, EIGHT_WAT, "shipping");
    CHECK_STATUS(dwcp_module_find, NOT_FOUND, (runtime, "invioces", &none, &err));
    CHECK_HAS(message(), "no module \"invioces\"");
    CHECK_HAS(message(), "nearest: \"invoices\"");
    CHECK(strstr(message(), "shipping") == NULL);
    CHECK_STATUS(dwcp_module_find, NOT_FOUND, (runtime, "a\nb", &none, &err));
    CHECK_HAS(message(), "a\\nb");

    char name[300];
    memset(name, 'n', sizeof name);
    name[257] = '\0';
    CHECK_STATUS(dwcp_module_find, INVALID_ARGUMENT, (runtime, "", &none, &err));
    CHECK_HAS(message(), "key");
    CHECK_STATUS(dwcp_module_find, INVALID_ARGUMENT, (runtime, name, &none, &err));
    CHECK_HAS(message(), "256");
    CHECK_STATUS(dwcp_module_find, INVALID_ARGUMENT, (runtime, "\xff", &none, &err));
    name[256] = '\0';
    CHECK_STATUS(dwcp_module_find, NOT_FOUND, (runtime, name, &none, &err));
    dwcp_module_free(a);
    dwcp_module_free(b);

    /* a hash and an alias that came with bytes stand for the code with the WASI functions only */
    dwcp_module_t *one = load_who(runtime, ONE_WAT, 1);
    hash_of(one, hash);
    CHECK_STATUS(dwcp_module_find, UNRESOLVED_IMPORT, (runtime, hash, &none, &err));
    CHECK_HAS(message(), "\"env\".\"who\"");
    dwcp_module_free(one);
    dwcp_runtime_free(runtime);
}

static void aliases(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL), *other = new_runtime(NULL);
    dwcp_module_t *one = load_who(runtime, ONE_WAT, 1), *two = load_who(runtime, TWO_WAT, 2), *foreign = load(other, ADD_WAT);
    int32_t answer = 0;
    atomic_store(&finalized, 0);

    /* set: that very module, with its host function */
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", one, &err));
    CHECK_EQ(execute(runtime, NULL, "app", "who", &answer), DWCP_OK);
    CHECK_EQ(answer, 2);
    CHECK_EQ(execute(runtime, ONE_WAT, "app", "who", &answer), DWCP_OK); /* with its bytes */
    CHECK_EQ(answer, 2);
    CHECK_EQ(execute(runtime, TWO_WAT, "app", "who", &answer), DWCP_ERR_KEY_MISMATCH); /* with others */
    CHECK_HAS(message(), "app");
    CHECK_EQ(execute(runtime, ONE_WAT, NULL, "who", &answer), DWCP_ERR_UNRESOLVED_IMPORT); /* without the name: WASI only */
    dwcp_module_t *again = find(runtime, "app"), *loaded = NULL;
    CHECK_EQ(call_i32(again, "who"), 2);
    dwcp_module_free(again);

    /* loading under that name: the same bytes only, and the alias stays what it is */
    CHECK_STATUS(dwcp_module_load, KEY_MISMATCH,
                 (runtime, (const uint8_t *)SEVEN_WAT, strlen(SEVEN_WAT), "app", NULL, &loaded, &err));
    CHECK_HAS(message(), "dwcp_runtime_set_alias puts another module under that name");
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "who", ":i", who, (void *)50, NULL, &err));
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)ONE_WAT, strlen(ONE_WAT), "app", &options, &loaded, &err));
    CHECK_EQ(call_i32(loaded, "who"), 100);
    CHECK_EQ(execute(runtime, NULL, "app", "who", &answer), DWCP_OK);
    CHECK_EQ(answer, 2);
    dwcp_imports_free(imports);
    dwcp_module_free(loaded);

    /* replaced */
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", two, &err));
    CHECK_EQ(execute(runtime, NULL, "app", "who", &answer), DWCP_OK);
    CHECK_EQ(answer, 6);
    CHECK_EQ(execute(runtime, ONE_WAT, "app", "who", &answer), DWCP_ERR_KEY_MISMATCH);

    /* the alias keeps the module when every handle is gone and the cache has let go of the code */
    dwcp_module_free(two);
    CHECK_STATUS(dwcp_runtime_cache_clear, OK, (runtime, &err));
    CHECK_EQ(atomic_load(&finalized), 0);
    CHECK_EQ(execute(runtime, NULL, "app", "who", &answer), DWCP_OK);
    CHECK_EQ(answer, 6);
    again = find(runtime, "app");
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (again, &info, &err));
    CHECK(!info.cached);
    dwcp_module_free(again);
    CHECK_STATUS(dwcp_runtime_cache_evict, NOT_FOUND, (runtime, "app", &err)); /* nothing to evict, and nothing forgotten */
    CHECK_EQ(execute(runtime, NULL, "app", "who", &answer), DWCP_OK);

    /* removed: the module goes, the name is free for whatever comes with it */
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", NULL, &err));
    CHECK_EQ(atomic_load(&finalized), 1);
    CHECK_EQ(execute(runtime, NULL, "app", "who", &answer), DWCP_ERR_NOT_FOUND);
    CHECK_STATUS(dwcp_runtime_set_alias, NOT_FOUND, (runtime, "app", NULL, &err));
    CHECK_EQ(execute(runtime, SEVEN_WAT, "app", "run", &answer), DWCP_OK);
    CHECK_EQ(answer, 7);
    CHECK_STATUS(dwcp_runtime_set_alias, NOT_FOUND, (runtime, "ap", NULL, &err));
    CHECK_HAS(message(), "\"app\"");

    /* an alias that came with bytes is taken over, and is a set one from then on; removing it removes both */
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", one, &err));
    CHECK_STATUS(dwcp_runtime_cache_clear, OK, (runtime, &err));
    CHECK_EQ(execute(runtime, NULL, "app", "who", &answer), DWCP_OK);
    CHECK_EQ(answer, 2);
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", one, &err)); /* once more is no change */
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "app", NULL, &err));
    CHECK_EQ(execute(runtime, NULL, "app", "who", &answer), DWCP_ERR_NOT_FOUND);

    /* what cannot be an alias, and what cannot be named */
    char name[300];
    memset(name, 'n', sizeof name);
    name[257] = '\0';
    CHECK_STATUS(dwcp_runtime_set_alias, INVALID_ARGUMENT, (runtime, "", one, &err));
    CHECK_HAS(message(), "alias");
    CHECK_STATUS(dwcp_runtime_set_alias, INVALID_ARGUMENT, (runtime, name, one, &err));
    CHECK_HAS(message(), "alias: has 257 bytes, the limit is 256");
    CHECK_STATUS(dwcp_runtime_set_alias, INVALID_ARGUMENT, (runtime, "\xc3\x28", one, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, INVALID_ARGUMENT, (runtime, NULL, one, &err));
    char hash[72];
    hash_of(one, hash);
    CHECK_STATUS(dwcp_runtime_set_alias, INVALID_ARGUMENT, (runtime, hash, one, &err));
    CHECK_HAS(message(), "64 hexadecimal digits");
    CHECK_STATUS(dwcp_runtime_set_alias, WRONG_HANDLE, (runtime, "app", foreign, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, WRONG_HANDLE, (runtime, "app", (const dwcp_module_t *)runtime, &err));
    name[256] = '\0';
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, name, one, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "name with spaces \xc3\xa9", one, &err));
    CHECK_EQ(execute(runtime, NULL, "name with spaces \xc3\xa9", "who", &answer), DWCP_OK);

    /* closing lets go of what the aliases hold */
    dwcp_module_free(one);
    dwcp_module_free(foreign);
    CHECK_EQ(atomic_load(&finalized), 1);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK_EQ(atomic_load(&finalized), 2);
    dwcp_runtime_free(runtime);
    dwcp_runtime_free(other);
}

/* The names that a set alias brings along: the links of its module. */
static void linked(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *base = load(runtime, "(module (func (export \"six\") (result i32) (i32.const 6)))"), *main = NULL;
    static const char wat[] =
        "(module (import \"base\" \"six\" (func $s (result i32))) (func (export \"run\") (result i32) (i32.mul (call $s) (i32.const 7))))";
    dwcp_link_t link = {.name = "base", .module = base};
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.links = &link, options.nlinks = 1;
    REQUIRE(CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &main, &err)));
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "answer", main, &err));
    dwcp_module_free(main);
    dwcp_module_free(base);
    int32_t answer = 0;
    CHECK_EQ(execute(runtime, NULL, "answer", "run", &answer), DWCP_OK);
    CHECK_EQ(answer, 42);
    main = find(runtime, "answer");
    CHECK_EQ(call_i32(main, "run"), 42);
    dwcp_module_free(main);
    dwcp_runtime_free(runtime);
}

enum { MOST = 10000 };

static void as_many_as_there_may_be(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *one = load_who(runtime, ONE_WAT, 1), *two = load_who(runtime, TWO_WAT, 2);
    char name[32];
    int refused = 0;
    for (int i = 0; i < MOST; i++) {
        snprintf(name, sizeof name, "tenant-%d", i);
        refused += dwcp_runtime_set_alias(runtime, name, one, NULL) != DWCP_OK;
    }
    CHECK_EQ(refused, 0);
    CHECK_STATUS(dwcp_runtime_set_alias, INVALID_ARGUMENT, (runtime, "one-more", one, &err));
    CHECK_HAS(message(), "10000");
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "tenant-17", two, &err)); /* replacing makes none more */
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "tenant-18", NULL, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (runtime, "one-more", one, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, INVALID_ARGUMENT, (runtime, "tenant-18", one, &err));
    /* an alias that came with bytes does not count, until it is set */
    dwcp_module_t *seven = load_as(runtime, SEVEN_WAT, "seven");
    CHECK_STATUS(dwcp_runtime_set_alias, INVALID_ARGUMENT, (runtime, "seven", one, &err));
    int32_t answer = 0;
    CHECK_EQ(execute(runtime, NULL, "seven", "run", &answer), DWCP_OK);
    CHECK_EQ(execute(runtime, NULL, "tenant-9999", "who", &answer), DWCP_OK);
    CHECK_EQ(answer, 2);
    CHECK_EQ(execute(runtime, NULL, "tenant-17", "who", &answer), DWCP_OK);
    CHECK_EQ(answer, 6);
    atomic_store(&finalized, 0);
    dwcp_module_free(seven);
    dwcp_module_free(one);
    dwcp_module_free(two);
    CHECK_EQ(atomic_load(&finalized), 0);
    dwcp_runtime_free(runtime);
    CHECK_EQ(atomic_load(&finalized), 2);
}

enum { CALLERS = 8, TURNS = 2000 };

/* The alias stands for module `begun` or, until that one is set, for the one before; each module's host function answers with
 * its number, odd and even ones have other bytes. */
static struct {
    dwcp_runtime_t *runtime;
    atomic_int begun, done, over, calls;
    atomic_int ended[TURNS + 1];
} change;

static void end_of_turn(void *user) { atomic_fetch_add(&change.ended[(intptr_t)user], 1); }

static void *call_by_name(void *by_handle) {
    dwcp_error_t *error = NULL;
    while (!atomic_load(&change.over)) {
        int earliest = atomic_load(&change.done), failed = 0;
        dwcp_value_t result = {0};
        if (by_handle != NULL) {
            dwcp_module_t *module = NULL;
            dwcp_function_t *function = NULL;
            failed += dwcp_module_find(change.runtime, "app", &module, &error) != DWCP_OK;
            failed += failed == 0 && dwcp_module_get_function(module, "who", ":i", &function, &error) != DWCP_OK;
            dwcp_module_free(module); /* the function keeps it */
            failed += failed == 0 && dwcp_function_call(function, NULL, 0, NULL, &result, 1, NULL, NULL, &error) != DWCP_OK;
            dwcp_function_free(function);
        } else {
            failed += dwcp_runtime_execute(change.runtime, NULL, 0, "app", "who", NULL, 0, NULL, &result, 1, NULL, NULL, &error) !=
                      DWCP_OK;
        }
        int latest = atomic_load(&change.begun), answer = dwcp_as_i32(result);
        if (failed != 0) {
            CHECK_STR(dwcp_error_message(error), "no failed call");
            dwcp_error_free(error);
            error = NULL;
            continue;
        }
        /* 2n or 3n, of the right bytes, of a module that the alias stood for during this call */
        int turn = answer % 2 == 0 && (answer / 2) % 2 == 0 ? answer / 2 : answer / 3;
        bool right = (turn % 2 == 0 ? 2 : 3) * turn == answer && turn >= earliest && turn <= latest;
        if (!right) {
            fprintf(stderr, "the answer %d is of turn %d, which is not in %d..=%d\n", answer, turn, earliest, latest);
            CHECK(right);
        }
        atomic_fetch_add(&change.calls, 1);
    }
    return NULL;
}

static dwcp_module_t *load_turn(int turn) {
    dwcp_imports_t *imports = dwcp_imports_new();
    void *user = (void *)(intptr_t)turn;
    REQUIRE(CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "who", ":i", who, user, end_of_turn, &err)));
    dwcp_module_t *module = load_with(change.runtime, turn % 2 == 0 ? ONE_WAT : TWO_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

/* With `disabling`, the module that was replaced is disabled as well: calls by alias never see that, whoever holds a handle does. */
static void replaced_under_load(bool disabling) {
    memset(&change, 0, sizeof change);
    change.runtime = new_runtime(NULL);
    dwcp_module_t *module = load_turn(0), *before_it = NULL;
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (change.runtime, "app", module, &err));
    pthread_t threads[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        REQUIRE(pthread_create(&threads[i], NULL, call_by_name, disabling || i % 2 == 0 ? NULL : change.runtime) == 0);
    for (int turn = 1; turn <= TURNS; turn++) {
        before_it = module;
        module = load_turn(turn);
        atomic_store(&change.begun, turn);
        CHECK_STATUS(dwcp_runtime_set_alias, OK, (change.runtime, "app", module, &err));
        atomic_store(&change.done, turn);
        if (disabling) CHECK_STATUS(dwcp_module_disable, OK, (before_it, false, &err));
        dwcp_module_free(before_it);
    }
    dwcp_module_free(module);
    /* the last one serves on */
    int before = atomic_load(&change.calls);
    while (atomic_load(&change.calls) < before + 100) sched_yield();
    atomic_store(&change.over, 1);
    for (int i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
    int once = 0;
    for (int turn = 0; turn < TURNS; turn++) once += atomic_load(&change.ended[turn]) == 1;
    CHECK_EQ(once, TURNS); /* every module that was replaced is gone */
    CHECK_EQ(atomic_load(&change.ended[TURNS]), 0);
    CHECK_EQ(active_vms(change.runtime), 0);
    CHECK_EQ(guest_memory(change.runtime), 0);
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (change.runtime, &metrics, &err));
    CHECK_EQ(metrics.total_executions, atomic_load(&change.calls));
    CHECK_EQ(metrics.failed_executions, 0);
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (change.runtime, &cache, &err));
    CHECK_EQ(cache.modules, 2); /* code is shared, whatever it is linked with */
    dwcp_runtime_free(change.runtime);
    CHECK_EQ(atomic_load(&change.ended[TURNS]), 1);
}

/* Set and removed, and given with bytes: each call gets the module whose bytes it gave, or is refused; never another. */
static atomic_int rival_over;

static void *rival(void *runtime) {
    int wrong = 0;
    while (!atomic_load(&rival_over)) {
        dwcp_value_t result = {0};
        dwcp_status_t status = dwcp_runtime_execute(runtime, (const uint8_t *)SEVEN_WAT, strlen(SEVEN_WAT), "app", "run", NULL, 0,
                                                    NULL, &result, 1, NULL, NULL, NULL);
        wrong += !(status == DWCP_OK && dwcp_as_i32(result) == 7) && status != DWCP_ERR_KEY_MISMATCH;
    }
    CHECK_EQ(wrong, 0);
    return NULL;
}

static void bytes_and_names_at_once(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *seven = load(runtime, SEVEN_WAT), *eight = load(runtime, EIGHT_WAT);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) REQUIRE(pthread_create(&threads[i], NULL, rival, runtime) == 0);
    int failed = 0;
    for (int i = 0; i < 4000; i++) failed += dwcp_runtime_set_alias(runtime, "app", i % 2 == 0 ? eight : seven, NULL) != DWCP_OK;
    CHECK_EQ(failed, 0);
    atomic_store(&rival_over, 1);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    dwcp_module_free(seven);
    dwcp_module_free(eight);
    dwcp_runtime_free(runtime);
}

int main(void) {
    found();
    aliases();
    linked();
    as_many_as_there_may_be();
    replaced_under_load(false);
    replaced_under_load(true);
    bytes_and_names_at_once();
    return report("names");
}
