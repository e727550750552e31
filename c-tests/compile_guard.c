/* Generated modules against the caps that are looked at before the compiler: at each cap a module is accepted, one past it it is
 * refused by name, value and limit, and the setter of that name lets it in. Whatever comes after the place where a cap is passed
 * is malformed in a second round: the compiler validates a module as a whole before it compiles anything, so a refusal by the cap
 * shows that the compiler never saw the module. Then: a call whose module compiles for longer than it has time. */
#include "guests.h"
#include "process.h"

#include <pthread.h>
#include <unistd.h>

/* ---- a module under construction ---- */

typedef struct {
    uint8_t *bytes;
    size_t length, room;
} blob;

static void put(blob *b, const void *bytes, size_t length) {
    if (length == 0) return;
    if (b->length + length > b->room) {
        b->room = (b->length + length) * 2;
        b->bytes = realloc(b->bytes, b->room);
        REQUIRE(b->bytes != NULL);
    }
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

static void byte(blob *b, uint8_t value) { put(b, &value, 1); }

static void number(blob *b, uint64_t n) {
    for (; n >= 128; n >>= 7) byte(b, (uint8_t)(n | 128));
    byte(b, (uint8_t)n);
}

static void repeat(blob *b, const char *bytes, size_t length, size_t times) {
    for (size_t i = 0; i < times; i++) put(b, bytes, length);
}

#define REPEAT(b, literal, times) repeat((b), (literal), sizeof(literal) - 1, (times))
#define PUT(b, literal) put((b), (literal), sizeof(literal) - 1)

/* Appends `part`, which is freed, behind an optional number of a section and its length. */
static void framed(blob *b, int section, blob *part) {
    if (section >= 0) byte(b, (uint8_t)section);
    number(b, part->length);
    put(b, part->bytes, part->length);
    free(part->bytes);
    *part = (blob){0};
}

static blob begin(void) {
    blob b = {0};
    PUT(&b, "\0asm\1\0\0\0");
    return b;
}

/* A section of `count` equal items. */
static void section(blob *b, int id, uint64_t count, const char *item, size_t length) {
    blob part = {0};
    number(&part, count);
    repeat(&part, item, length, count);
    framed(b, id, &part);
}

#define SECTION(b, id, count, item) section((b), (id), (count), (item), sizeof(item) - 1)

/* A module of one function () -> () with these groups of locals and this code, its end not included. `code` is freed. */
static blob one_function(uint64_t locals, blob *code) {
    blob b = begin(), body = {0}, all = {0};
    SECTION(&b, 1, 1, "\x60\0\0");
    SECTION(&b, 3, 1, "\0");
    number(&body, locals > 0);
    if (locals > 0) {
        number(&body, locals);
        byte(&body, 0x7f);
    }
    put(&body, code->bytes, code->length);
    byte(&body, 0x0b);
    free(code->bytes);
    *code = (blob){0};
    number(&all, 1);
    framed(&all, -1, &body);
    framed(&b, 10, &all);
    return b;
}

static void a_function(blob *b) {
    SECTION(b, 1, 1, "\x60\0\0");
    SECTION(b, 3, 1, "\0");
}

static void its_body(blob *b) { SECTION(b, 10, 1, "\2\0\x0b"); }

/* ---- one module for each cap: with n of what it counts ---- */

static blob with_types(uint64_t n) {
    blob b = begin();
    SECTION(&b, 1, n, "\x60\0\0");
    return b;
}

static blob with_imports(uint64_t n) {
    blob b = begin(), part = {0};
    SECTION(&b, 1, 1, "\x60\0\1\x7f");
    number(&part, n);
    /* a WASI function, so that the module links */
    for (uint64_t i = 0; i < n; i++) PUT(&part, "\x16wasi_snapshot_preview1\x0bsched_yield\0\0");
    framed(&b, 2, &part);
    return b;
}

static blob with_exports(uint64_t n) {
    blob b = begin(), part = {0};
    a_function(&b);
    number(&part, n);
    for (uint64_t i = 0; i < n; i++) {
        char name[16];
        int length = snprintf(name, sizeof name, "%06u", (unsigned)i);
        number(&part, (uint64_t)length);
        put(&part, name, (size_t)length);
        PUT(&part, "\0\0");
    }
    framed(&b, 7, &part);
    its_body(&b);
    return b;
}

/* An export whose name has n bytes. */
static blob with_name(uint64_t n) {
    blob b = begin(), part = {0};
    a_function(&b);
    number(&part, 1);
    number(&part, n);
    REPEAT(&part, "n", n);
    PUT(&part, "\0\0");
    framed(&b, 7, &part);
    its_body(&b);
    return b;
}

static blob with_globals(uint64_t n) {
    blob b = begin();
    SECTION(&b, 6, n, "\x7f\0\x41\0\x0b");
    return b;
}

static blob with_data(uint64_t n) {
    blob b = begin();
    SECTION(&b, 5, 1, "\0\1");
    SECTION(&b, 11, n, "\0\x41\0\x0b\1x");
    return b;
}

static blob with_elements(uint64_t n) {
    blob b = begin();
    a_function(&b);
    SECTION(&b, 4, 1, "\x70\0\1");
    SECTION(&b, 9, n, "\0\x41\0\x0b\1\0");
    its_body(&b);
    return b;
}

static blob with_functions(uint64_t n) {
    blob b = begin();
    SECTION(&b, 1, 1, "\x60\0\0");
    SECTION(&b, 3, n, "\0");
    SECTION(&b, 10, n, "\2\0\x0b");
    return b;
}

/* A body of n bytes: the count of locals, nops, the end. */
static blob with_body(uint64_t n) {
    blob code = {0};
    REPEAT(&code, "\1", n - 2);
    return one_function(0, &code);
}

static blob with_locals(uint64_t n) {
    blob code = {0};
    return one_function(n, &code);
}

static blob with_nesting(uint64_t n) {
    blob code = {0};
    REPEAT(&code, "\2\x40", n);
    REPEAT(&code, "\x0b", n);
    return one_function(0, &code);
}

static blob with_memory(uint64_t n) {
    blob b = begin(), part = {0};
    number(&part, 1);
    byte(&part, 0);
    number(&part, n / 65536);
    framed(&b, 5, &part);
    return b;
}

static blob with_table(uint64_t n) {
    blob b = begin(), part = {0};
    number(&part, 1);
    PUT(&part, "\x70\0");
    number(&part, n);
    framed(&b, 4, &part);
    return b;
}

/* A module of n bytes: a custom section fills it. */
static blob with_bytes(uint64_t n) {
    blob b = begin(), part = {0};
    PUT(&part, "\1x");
    REPEAT(&part, "y", n - 8 - 1 - 2 - 2);
    framed(&b, 0, &part);
    REQUIRE(b.length == n);
    return b;
}

/* Those without a field. */
static blob with_depth(uint64_t n) {
    blob code = {0};
    REPEAT(&code, "\x41\0", n);
    REPEAT(&code, "\x1a", n);
    return one_function(0, &code);
}

static blob with_loops_and_locals(uint64_t n) {
    blob code = {0};
    REPEAT(&code, "\3\x40\x0b", 250);
    return one_function(n / 250, &code);
}

static blob with_block_values(uint64_t n) {
    blob code = {0};
    REPEAT(&code, "\2\x40\x0b", 3199);
    return one_function(n / 3200, &code);
}

static blob with_const(uint64_t n) {
    blob b = begin(), part = {0};
    PUT(&part, "\1\x7f\0\x41\1");
    REPEAT(&part, "\x41\1\x6a", (n - 1) / 2);
    if (n % 2 == 0) PUT(&part, "\x41\1"); /* not valid, and refused before that is seen */
    PUT(&part, "\x0b");
    framed(&b, 6, &part);
    return b;
}

static blob with_costly(uint64_t n) {
    blob b = begin(), part = {0};
    a_function(&b);
    /* a passive segment of functions; the segment counts for one */
    PUT(&part, "\1\1\0");
    number(&part, n - 1);
    REPEAT(&part, "\0", n - 1);
    framed(&b, 9, &part);
    its_body(&b);
    return b;
}

typedef struct {
    const char *name;
    blob (*make)(uint64_t n);
    /* The limit to test at, by the setter where there is one; `step` past it is too much. */
    uint64_t limit, step;
    dwcp_status_t status;
    dwcp_status_t (*set32)(dwcp_config_t *, uint32_t, dwcp_error_t **);
    dwcp_status_t (*set64)(dwcp_config_t *, uint64_t, dwcp_error_t **);
} cap;

#define REFUSED DWCP_ERR_POLICY_REFUSED
static const cap CAPS[] = {
    {"max_module_bytes", with_bytes, 5000, 1, REFUSED, NULL, dwcp_config_set_max_module_bytes},
    {"max_functions", with_functions, 300, 1, DWCP_ERR_LIMIT_FUNCTIONS, dwcp_config_set_max_functions, NULL},
    {"max_types", with_types, 300, 1, REFUSED, dwcp_config_set_max_types, NULL},
    {"max_imports", with_imports, 20, 1, REFUSED, dwcp_config_set_max_imports, NULL},
    {"max_exports", with_exports, 300, 1, REFUSED, dwcp_config_set_max_exports, NULL},
    {"max_name_bytes", with_name, 3000, 1, REFUSED, NULL, dwcp_config_set_max_name_bytes},
    {"max_globals", with_globals, 300, 1, REFUSED, dwcp_config_set_max_globals, NULL},
    {"max_data_segments", with_data, 300, 1, REFUSED, dwcp_config_set_max_data_segments, NULL},
    {"max_element_segments", with_elements, 300, 1, REFUSED, dwcp_config_set_max_element_segments, NULL},
    {"max_function_bytes", with_body, 3000, 1, REFUSED, NULL, dwcp_config_set_max_function_bytes},
    {"max_locals", with_locals, 300, 1, REFUSED, dwcp_config_set_max_locals, NULL},
    {"max_nesting_depth", with_nesting, 300, 1, REFUSED, dwcp_config_set_max_nesting_depth, NULL},
    {"max_memory_bytes", with_memory, 4 * 65536, 65536, DWCP_ERR_OUT_OF_MEMORY, NULL, dwcp_config_set_max_memory_bytes},
    {"max_table_elements", with_table, 300, 1, DWCP_ERR_LIMIT_TABLE, dwcp_config_set_max_table_elements, NULL},
    {"max_operand_depth", with_depth, 10000, 1, REFUSED, NULL, NULL},
    {"max_loops_by_locals", with_loops_and_locals, 250000, 250, REFUSED, NULL, NULL},
    {"max_block_values", with_block_values, 16000000, 3200, REFUSED, NULL, NULL},
    {"max_const_operators", with_const, 99, 2, REFUSED, NULL, NULL},
    {"max_costly_elements", with_costly, 10000, 1, REFUSED, NULL, NULL},
};

static dwcp_runtime_t *runtime_with(const cap *c, uint64_t limit) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    dwcp_status_t status = DWCP_OK;
    test_forget();
    if (c->set32 != NULL) status = c->set32(config, (uint32_t)limit, &err);
    if (c->set64 != NULL) status = c->set64(config, limit, &err);
    test_check_status(status, DWCP_OK, c->name, __FILE__, __LINE__);
    return new_runtime(config);
}

static dwcp_status_t load_blob(dwcp_runtime_t *runtime, const blob *b) {
    dwcp_module_t *module = NULL;
    test_forget();
    dwcp_status_t status = dwcp_module_load(runtime, b->bytes, b->length, NULL, NULL, &module, &err);
    CHECK_EQ(module != NULL, status == DWCP_OK);
    dwcp_module_free(module);
    return status;
}

static bool has_setter(const cap *c) { return c->set32 != NULL || c->set64 != NULL; }

static void refused(const cap *c, const blob *b, uint64_t asked, dwcp_runtime_t *runtime) {
    test_check_status(load_blob(runtime, b), c->status, c->name, __FILE__, __LINE__);
    REQUIRE(err != NULL);
    CHECK_STR(dwcp_error_limit_name(err), c->name);
    uint64_t limit = 0, had = 0;
    dwcp_error_limit(err, &limit, &had);
    if (strcmp(c->name, "max_const_operators") != 0) CHECK_EQ(limit, c->limit);
    CHECK(had > limit && had <= asked);
    char text[64];
    snprintf(text, sizeof text, has_setter(c) ? "dwcp_config_set_%s" : "%s", c->name);
    CHECK_HAS(message(), text);
    CHECK_HAS(message(), has_setter(c) ? "raise it" : "fixed");
}

static void caps(void) {
    for (size_t i = 0; i < sizeof CAPS / sizeof CAPS[0]; i++) {
        const cap *c = &CAPS[i];
        dwcp_runtime_t *runtime = runtime_with(c, c->limit), *raised = runtime_with(c, c->limit + c->step);
        blob at = c->make(c->limit), past = c->make(c->limit + c->step);
        test_check_status(load_blob(runtime, &at), DWCP_OK, c->name, __FILE__, __LINE__);
        refused(c, &past, c->limit + c->step, runtime);
        if (has_setter(c)) test_check_status(load_blob(raised, &past), DWCP_OK, c->name, __FILE__, __LINE__);
        /* What follows is no section, but the cap is found before it; without the cap it is. */
        PUT(&past, "\x77\xff\xff\xff\xff\xff");
        if (c->make != with_bytes) refused(c, &past, c->limit + c->step, runtime);
        if (has_setter(c)) {
            dwcp_status_t status = load_blob(raised, &past);
            CHECK(status == DWCP_ERR_INVALID_MODULE || (c->make == with_bytes && status == REFUSED));
        }
        free(at.bytes);
        free(past.bytes);
        dwcp_runtime_free(raised);
        dwcp_runtime_free(runtime);
    }
    /* A count that the bytes do not bear out is refused by the count, not believed. */
    dwcp_runtime_t *runtime = new_runtime(NULL);
    static const uint8_t lying[] = "\0asm\1\0\0\0\1\x5\xff\xff\xff\xff\x0f";
    dwcp_module_t *module = NULL;
    CHECK_STATUS(dwcp_module_load, POLICY_REFUSED, (runtime, lying, sizeof lying - 1, NULL, NULL, &module, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_types");
    dwcp_runtime_free(runtime);
}

/* Shapes that keep a compiler busy for seconds to hours: refused by budgets that a module's size sets. */
static void shapes(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    blob code = {0}, b;
    /* many branches, each of which is a block below the one before */
    REPEAT(&code, "\x41\0\x0d\0", 60000);
    b = one_function(0, &code);
    CHECK_EQ(load_blob(runtime, &b), DWCP_ERR_POLICY_REFUSED);
    CHECK_STR(dwcp_error_limit_name(err), "max_block_operators");
    free(b.bytes);
    /* loops in loops */
    REPEAT(&code, "\3\x40", 1000);
    REPEAT(&code, "\x0b", 1000);
    b = one_function(0, &code);
    CHECK_EQ(load_blob(runtime, &b), DWCP_ERR_POLICY_REFUSED);
    CHECK_STR(dwcp_error_limit_name(err), "max_loops");
    free(b.bytes);
    /* a thousand operands into a call and out of it, for two bytes */
    b = begin();
    blob part = {0}, body = {0};
    PUT(&part, "\2\x60\0\0\x60");
    for (int i = 0; i < 2; i++) {
        number(&part, 1000);
        REPEAT(&part, "\x7f", 1000);
    }
    framed(&b, 1, &part);
    SECTION(&b, 3, 2, "\1");
    number(&part, 2);
    PUT(&body, "\0");
    for (uint64_t i = 0; i < 1000; i++) {
        byte(&body, 0x20);
        number(&body, i);
    }
    REPEAT(&body, "\x10\1", 1000);
    byte(&body, 0x0b);
    framed(&part, -1, &body);
    PUT(&body, "\0\0\x0b");
    framed(&part, -1, &body);
    framed(&b, 10, &part);
    CHECK_EQ(load_blob(runtime, &b), DWCP_ERR_POLICY_REFUSED);
    CHECK_STR(dwcp_error_limit_name(err), "max_wide_operands");
    free(b.bytes);
    /* half a million times memory.grow in one function: two bytes each, of which each takes the compiler 20 KB */
    b = begin();
    PUT(&b, "\1\5\1\x60\0\1\x7f\3\2\1\0\5\3\1\0\1");
    PUT(&part, "\1");
    PUT(&body, "\0\x41\0");
    REPEAT(&body, "\x40\0", 500000);
    byte(&body, 0x0b);
    framed(&part, -1, &body);
    framed(&b, 10, &part);
    CHECK_EQ(load_blob(runtime, &b), DWCP_ERR_POLICY_REFUSED);
    CHECK_STR(dwcp_error_limit_name(err), "max_bulk_operators");
    free(b.bytes);
    /* text */
    size_t length = (4u << 20) + 1;
    char *text = malloc(length);
    REQUIRE(text != NULL);
    memset(text, ' ', length);
    memcpy(text, "(module", 7);
    text[length - 1] = ')';
    dwcp_module_t *module = NULL;
    CHECK_STATUS(dwcp_module_load, POLICY_REFUSED, (runtime, (const uint8_t *)text, length, NULL, NULL, &module, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_text_bytes");
    free(text);
    dwcp_runtime_free(runtime);
}

/* ---- calls that have less time than the compiler needs ---- */

/* Takes the compiler half a second or more by construction: fifty thousand additions that it folds one into the other. */
static blob slow(int salt) {
    blob b = begin(), body = {0}, all = {0};
    SECTION(&b, 1, 1, "\x60\1\x7f\1\x7f");
    SECTION(&b, 3, 1, "\0");
    SECTION(&b, 7, 1, "\1f\0\0");
    PUT(&body, "\0\x20\0\x41");
    byte(&body, (uint8_t)(salt & 31));
    PUT(&body, "\x6a");
    REPEAT(&body, "\x41\7\x6a", 50000);
    byte(&body, 0x0b);
    number(&all, 1);
    framed(&all, -1, &body);
    framed(&b, 10, &all);
    return b;
}

typedef struct {
    dwcp_runtime_t *runtime;
    const blob *b;
    dwcp_cancel_t *token;
    dwcp_status_t status;
} asker;

static dwcp_status_t execute(dwcp_runtime_t *runtime, const blob *b, const dwcp_call_options_t *options, dwcp_call_stats_t *stats) {
    dwcp_value_t arg = dwcp_i32(1), result = {0};
    test_forget();
    return dwcp_runtime_execute(runtime, b->bytes, b->length, NULL, "f", &arg, 1, options, &result, 1, NULL, stats, &err);
}

static dwcp_cache_metrics_t cache_of(dwcp_runtime_t *runtime) {
    dwcp_cache_metrics_t cache = DWCP_CACHE_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_cache_metrics, OK, (runtime, &cache, &err));
    return cache;
}

static dwcp_runtime_t *compiling_one_by_one(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_concurrent_compiles, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit, OK, (config, 100000000, &err));
    return new_runtime(config);
}

/* The call ends at its deadline and is counted as any; the compilation goes on, and the next one finds its code. */
static void deadline(void) {
    dwcp_runtime_t *runtime = compiling_one_by_one();
    blob b = slow(0), others[2] = {slow(1), slow(2)};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    options.timeout_ns = 20000000;
    CHECK_EQ(execute(runtime, &b, &options, &stats), DWCP_ERR_TIMEOUT);
    CHECK_STR(dwcp_error_limit_name(err), "max_execution_time_ms");
    CHECK_STR(stats.limit_hit, "max_execution_time_ms");
    CHECK_HAS(message(), "compiled");
    CHECK(stats.call_id == 1 && stats.cold && stats.start_ns == 0 && stats.execution_ns == 0 && stats.fuel_used == 0);
    CHECK(stats.wall_ns >= options.timeout_ns && stats.overrun_ns <= stats.wall_ns - options.timeout_ns);

    /* Those behind it do not begin before their callers leave, and then they never do. */
    for (int i = 0; i < 2; i++) CHECK_EQ(execute(runtime, &others[i], &options, &stats), DWCP_ERR_TIMEOUT);
    CHECK_EQ(stats.call_id, 3);

    options.timeout_ns = UINT64_MAX;
    CHECK_EQ(load_blob(runtime, &b), DWCP_OK);
    CHECK_EQ(execute(runtime, &b, NULL, &stats), DWCP_OK);
    CHECK(!stats.cold && stats.call_id == 4);
    dwcp_cache_metrics_t cache = cache_of(runtime);
    CHECK(cache.misses == 1 && cache.modules == 1 && cache.compile_failures == 0);
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK(metrics.timeouts == 3 && metrics.failed_executions == 3 && metrics.total_executions == 4);
    /* An option above its ceiling is refused before anything is compiled. */
    options.timeout_ns = UINT64_MAX - 1;
    CHECK_EQ(execute(runtime, &others[0], &options, &stats), DWCP_ERR_INVALID_ARGUMENT);
    CHECK_EQ(cache_of(runtime).misses, 1);
    dwcp_runtime_free(runtime);

    /* Closed while a compilation goes on that nobody waits for any more: its thread is waited for. */
    runtime = compiling_one_by_one();
    options.timeout_ns = 1000000;
    CHECK_EQ(execute(runtime, &others[0], &options, NULL), DWCP_ERR_TIMEOUT);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK(no_library_thread());
    dwcp_runtime_free(runtime);
    free(b.bytes);
    free(others[0].bytes);
    free(others[1].bytes);
}

static void *execute_with_token(void *argument) {
    asker *a = argument;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.cancel = a->token;
    a->status = execute(a->runtime, a->b, &options, NULL);
    CHECK_HAS(message(), "compiled");
    test_forget();
    return NULL;
}

static void *load_it(void *argument) {
    asker *a = argument;
    a->status = load_blob(a->runtime, a->b);
    test_forget();
    return NULL;
}

/* Of two that wait for one compilation, a token ends the one that carries it. */
static void token(void) {
    dwcp_runtime_t *runtime = compiling_one_by_one();
    blob b = slow(3);
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    asker with = {runtime, &b, cancel, DWCP_OK}, without = {runtime, &b, NULL, DWCP_ERR_PANIC};
    pthread_t threads[2];
    REQUIRE(pthread_create(&threads[0], NULL, execute_with_token, &with) == 0);
    REQUIRE(pthread_create(&threads[1], NULL, load_it, &without) == 0);
    while (cache_of(runtime).single_flight_waits == 0) sched_yield();
    dwcp_cancel_fire(cancel);
    REQUIRE(pthread_join(threads[0], NULL) == 0);
    CHECK_EQ(with.status, DWCP_ERR_CANCELLED);
    REQUIRE(pthread_join(threads[1], NULL) == 0);
    CHECK_EQ(without.status, DWCP_OK);
    dwcp_cancel_free(cancel);
    dwcp_runtime_free(runtime);
    free(b.bytes);
}

static void *load_until_closed(void *argument) {
    asker *a = argument;
    dwcp_module_t *module = NULL;
    CHECK_STATUS(dwcp_module_load, CANCELLED, (a->runtime, a->b->bytes, a->b->length, NULL, NULL, &module, &err));
    CHECK(module == NULL);
    CHECK_HAS(message(), "closed");
    test_forget();
    return NULL;
}

static char path[] = "/tmp/dwcp-compile-guard-XXXXXX";

static void *load_file_until_closed(void *argument) {
    asker *a = argument;
    dwcp_module_t *module = NULL;
    CHECK_STATUS(dwcp_module_load_file, CANCELLED, (a->runtime, path, NULL, &module, &err));
    CHECK(module == NULL);
    test_forget();
    return NULL;
}

/* Loads that wait for the compiler end when the runtime is closed; closing then waits for the compiler. */
static void closing(void) {
    blob b = slow(4);
    int file = mkstemp(path);
    REQUIRE(file >= 0);
    close(file);
    write_file(path, b.bytes, b.length);
    dwcp_runtime_t *runtime = compiling_one_by_one();
    asker a = {runtime, &b, NULL, DWCP_OK};
    pthread_t threads[2];
    REQUIRE(pthread_create(&threads[0], NULL, load_until_closed, &a) == 0);
    REQUIRE(pthread_create(&threads[1], NULL, load_file_until_closed, &a) == 0);
    /* One compiles and the other waits for it: both are inside. */
    while (cache_of(runtime).single_flight_waits == 0) sched_yield();
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    for (int i = 0; i < 2; i++) REQUIRE(pthread_join(threads[i], NULL) == 0);
    CHECK(no_library_thread());
    dwcp_runtime_free(runtime);
    unlink(path);
    free(b.bytes);
}

int main(void) {
    caps();
    shapes();
    deadline();
    token();
    closing();
    return report("compile_guard");
}
