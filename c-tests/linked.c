/* Linked modules: what they share, in which order they start, where an import is looked for, and what is refused at load. */
#include "linking.h"

/* Memory, table, globals and functions of one module in the hands of another, and of a third that has them from the second. */
static const char BASE_WAT[] =
    "(module $base (memory (export \"memory\") 2 4) (table (export \"table\") 4 8 funcref)"
    " (global (export \"counter\") (mut i32) (i32.const 5)) (global (export \"limit\") i32 (i32.const 40))"
    " (func $three (export \"three\") (result i32) (i32.const 3)) (elem (i32.const 0) $three)"
    " (data (i32.const 100) \"\\2a\"))";
static const char MIDDLE_WAT[] =
    "(module $middle (memory (import \"base\" \"memory\") 1) (global $c (import \"base\" \"counter\") (mut i32))"
    " (table (import \"base\" \"table\") 2 8 funcref)"
    " (func $seven (result i32) (i32.const 7)) (elem (i32.const 1) $seven)"
    " (export \"memory\" (memory 0)) (export \"again\" (global $c))"
    " (func (export \"bump\") (global.set $c (i32.add (global.get $c) (i32.const 1)))"
    "  (i32.store8 (i32.const 101) (i32.add (i32.load8_u (i32.const 101)) (i32.const 1)))))";
static const char TOP_WAT[] =
    "(module $top (memory (import \"middle\" \"memory\") 1) (global $c (import \"middle\" \"again\") (mut i32))"
    " (global $limit (import \"base\" \"limit\") i32)"
    " (table (import \"base\" \"table\") 4 8 funcref) (type $t (func (result i32)))"
    " (func $three (import \"base\" \"three\") (result i32)) (func $bump (import \"middle\" \"bump\"))"
    " (global $own i32 (global.get $limit))"
    " (func (export \"run\") (result i32 i32 i32 i32 i32 i32)"
    "  (call $bump) (global.set $c (i32.add (global.get $c) (i32.const 10))) (call $bump)"
    "  (global.get $c) (i32.load8_u (i32.const 100)) (i32.load8_u (i32.const 101)) (global.get $own)"
    "  (i32.add (call $three) (call_indirect (type $t) (i32.const 0))) (call_indirect (type $t) (i32.const 1))))";

static void what_is_shared(dwcp_runtime_t *runtime) {
    dwcp_module_t *base = load(runtime, BASE_WAT), *middle = load_linked(runtime, MIDDLE_WAT, NULL, LINKS({"base", base})),
                  *top = load_linked(runtime, TOP_WAT, NULL, LINKS({"base", base}, {"middle", middle}));
    for (int i = 0; i < 3; i++) { /* within one VM only: the next starts anew */
        dwcp_value_t r[6];
        CHECK_EQ(call(top, "run", NULL, 0, NULL, r, 6, NULL), DWCP_OK);
        CHECK_EQ(dwcp_as_i32(r[0]), 17);
        CHECK_EQ(dwcp_as_i32(r[1]), 42);
        CHECK_EQ(dwcp_as_i32(r[2]), 2);
        CHECK_EQ(dwcp_as_i32(r[3]), 40);
        CHECK_EQ(dwcp_as_i32(r[4]), 6);
        CHECK_EQ(dwcp_as_i32(r[5]), 7);
    }
    /* the imports are still those of the bytes */
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (top, &info, &err));
    CHECK_EQ(info.import_count, 6);
    dwcp_module_free(base);
    dwcp_module_free(middle);
    dwcp_module_free(top);
}

/* Each module writes a letter when it starts and one when it is initialised. */
static const char LOG_WAT[] =
    "(module $log (memory (export \"memory\") 1) (global $n (mut i32) (i32.const 0))"
    " (func (export \"log\") (param i32) (i32.store8 (global.get $n) (local.get 0))"
    "  (global.set $n (i32.add (global.get $n) (i32.const 1)))))";
#define LOGGER(start, initialize, more)                                                   \
    "(module (import \"log\" \"log\" (func $log (param i32)))" more                         \
    " (func $begin (call $log (i32.const " start "))) (start $begin)"                     \
    " (func (export \"_initialize\") (call $log (i32.const " initialize "))) (func (export \"f\")))"
static const char A_WAT[] = LOGGER("65", "97", ""), B_WAT[] = LOGGER("66", "98", "");
static const char C_WAT[] = LOGGER("67", "99", "(import \"log\" \"memory\" (memory 1)) (export \"memory\" (memory 0))");

static void logged(const dwcp_module_t *module, const char *expected) {
    dwcp_vm_t *vm = NULL;
    char text[32] = {0};
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err)));
    CHECK_STATUS(dwcp_vm_read, OK, (vm, 0, text, sizeof text - 1, &err));
    CHECK_STR(text, expected);
    dwcp_vm_release(vm);
}

static void order(dwcp_runtime_t *runtime) {
    dwcp_module_t *log = load(runtime, LOG_WAT);
    dwcp_module_t *a = load_linked(runtime, A_WAT, NULL, LINKS({"log", log})),
                  *b = load_linked(runtime, B_WAT, NULL, LINKS({"log", log}, {"a", a})),
                  *c = load_linked(runtime, C_WAT, NULL, LINKS({"log", log}, {"a", a}, {"b", b}));
    logged(c, "AaBbCc");
    dwcp_module_t *turned = load_linked(runtime, C_WAT, NULL, LINKS({"log", log}, {"b", b}, {"a", a}));
    CHECK(turned != NULL); /* b's own "a" is given, and stands after it: b imports nothing from it */
    logged(turned, "BbAaCc");
    /* what b was loaded with comes along before it, once */
    dwcp_module_t *brought = load_linked(runtime, C_WAT, NULL, LINKS({"b", b}));
    logged(brought, "AaBbCc");
    /* the same module under two names is there twice */
    dwcp_module_t *twice = load_linked(runtime, C_WAT, NULL, LINKS({"a", a}, {"again", a}));
    logged(twice, "AaAaCc");
    dwcp_module_t *all[] = {log, a, b, c, turned, brought, twice};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) dwcp_module_free(all[i]);
}

#define NUMBER(n) "(module (func (export \"number\") (result i32) (i32.const " n ")))"
#define PASSES_ON "(module (import \"n\" \"number\" (func $n (result i32))) (func (export \"get\") (result i32) (call $n)))"
static const char SUM_WAT[] =
    "(module (import \"x\" \"get\" (func $x (result i32))) (import \"y\" \"get\" (func $y (result i32)))"
    " (func (export \"sum\") (result i32) (i32.add (call $x) (i32.mul (i32.const 100) (call $y)))))";

/* Links that bring links. */
static void links_of_links(dwcp_runtime_t *runtime) {
    dwcp_module_t *one = load(runtime, NUMBER("1")), *two = load(runtime, NUMBER("2")), *three = load(runtime, NUMBER("3")),
                  *other = load(runtime, "(module (func (export \"else\")))"), *none = NULL,
                  *text = load(runtime, "(module (func (export \"number\") (result f64) (f64.const 1)))");
    dwcp_module_t *x = load_linked(runtime, PASSES_ON, NULL, LINKS({"n", one})),
                  *y = load_linked(runtime, PASSES_ON, NULL, LINKS({"n", one})),
                  *z = load_linked(runtime, PASSES_ON, NULL, LINKS({"n", two}));
    dwcp_module_t *sum = load_linked(runtime, SUM_WAT, NULL, LINKS({"x", x}, {"y", y}));
    CHECK_EQ(call_i32(sum, "sum"), 101); /* the one "n" that both bring */

    /* two that bring different modules under one name: neither may get the other's unasked */
    CHECK_STATUS(try_link, INVALID_ARGUMENT, (runtime, SUM_WAT, NULL, LINKS({"x", x}, {"y", z}), &none, &err));
    CHECK_HAS(message(), "\"n\"");
    /* a name that is given settles it for all that come after it */
    dwcp_module_t *given = load_linked(runtime, SUM_WAT, NULL, LINKS({"n", three}, {"x", x}, {"y", z}));
    CHECK_EQ(call_i32(given, "sum"), 303);
    CHECK_STATUS(try_link, INVALID_ARGUMENT, (runtime, SUM_WAT, NULL, LINKS({"x", x}, {"n", three}, {"y", y}), &none, &err));
    CHECK_HAS(message(), "\"x\"");
    CHECK_HAS(message(), "\"n\".\"number\"");
    CHECK_HAS(message(), "after");
    /* what is given in its place must have what is needed of it */
    CHECK_STATUS(try_link, UNRESOLVED_IMPORT, (runtime, SUM_WAT, NULL, LINKS({"n", other}, {"x", x}, {"y", y}), &none, &err));
    CHECK_HAS(message(), "\"n\".\"number\"");
    CHECK_STATUS(try_link, UNRESOLVED_IMPORT, (runtime, SUM_WAT, NULL, LINKS({"n", text}, {"x", x}, {"y", y}), &none, &err));
    CHECK_HAS(message(), "() -> (f64)");
    CHECK(none == NULL);
    dwcp_module_t *all[] = {one, two, three, other, text, x, y, z, sum, given};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) dwcp_module_free(all[i]);
}

static void malformed(dwcp_runtime_t *runtime) {
    dwcp_runtime_t *stranger = new_runtime(NULL);
    dwcp_module_t *here = load(runtime, NUMBER("1")), *there = load(stranger, NUMBER("1")), *none = NULL;
    const char *wat = "(module (func (export \"f\")))";
    CHECK_STATUS(try_link, INVALID_ARGUMENT, (runtime, wat, NULL, LINKS({"n", here}, {"n", here}), &none, &err));
    CHECK_HAS(message(), "\"n\"");
    CHECK_STATUS(try_link, INVALID_ARGUMENT, (runtime, wat, NULL, LINKS({"", here}), &none, &err));
    CHECK_STATUS(try_link, INVALID_ARGUMENT, (runtime, wat, NULL, LINKS({NULL, here}), &none, &err));
    CHECK_STATUS(try_link, INVALID_ARGUMENT, (runtime, wat, NULL, LINKS({"\xff", here}), &none, &err));
    CHECK_STATUS(try_link, INVALID_ARGUMENT, (runtime, wat, NULL, LINKS({"n", NULL}), &none, &err));
    CHECK_STATUS(try_link, INVALID_ARGUMENT, (runtime, wat, NULL, NULL, 1, &none, &err));
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    const dwcp_link_t foreign = {"n", there};
    options.links = &foreign;
    options.nlinks = 1;
    CHECK_STATUS(dwcp_module_load, WRONG_HANDLE, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &none, &err));
    CHECK_HAS(message(), "\"n\"");
    CHECK_STATUS(try_link, WRONG_HANDLE, (runtime, wat, NULL, LINKS({"n", (const dwcp_module_t *)runtime}), &none, &err));
    CHECK(none == NULL);
    CHECK_STATUS(try_link, OK, (runtime, wat, NULL, NULL, 0, &none, &err));
    dwcp_module_free(none);
    /* a name with anything in it, shown escaped */
    none = NULL;
    CHECK_STATUS(try_link, INVALID_ARGUMENT, (runtime, wat, NULL, LINKS({"\x1b[31m", here}, {"\x1b[31m", here}), &none, &err));
    CHECK(strchr(message(), '\x1b') == NULL);
    dwcp_module_free(here);
    dwcp_module_free(there);
    dwcp_runtime_free(stranger);
}

/* An import of another type than the link's export: the message has both. */
static void wrong_types(dwcp_runtime_t *runtime) {
    static const struct {
        const char *import, *wanted, *found;
    } cases[] = {
        {"(func (import \"base\" \"three\") (param i32) (result i32))", "(i32) -> (i32)", "() -> (i32)"},
        {"(func (import \"base\" \"three\") (result i64))", "() -> (i64)", "() -> (i32)"},
        {"(func (import \"base\" \"memory\"))", "function () -> ()", "memory"},
        {"(memory (import \"base\" \"three\") 1)", "memory", "function () -> (i32)"},
        {"(memory (import \"base\" \"memory\") 3)", "3 pages", "2..=4 pages"},
        {"(memory (import \"base\" \"memory\") 1 3)", "1..=3 pages", "2..=4 pages"},
        {"(table (import \"base\" \"table\") 5 funcref)", "table funcref 5", "table funcref 4..=8"},
        {"(table (import \"base\" \"table\") 1 7 funcref)", "table funcref 1..=7", "table funcref 4..=8"},
        {"(table (import \"base\" \"table\") 1 externref)", "table externref 1", "table funcref 4..=8"},
        {"(global (import \"base\" \"counter\") i32)", "imported as global i32", "mutable global i32"},
        {"(global (import \"base\" \"limit\") (mut i32))", "mutable global i32", "exports it as global i32"},
        {"(global (import \"base\" \"limit\") i64)", "global i64", "global i32"},
        {"(global (import \"base\" \"counter\") (mut f32))", "mutable global f32", "mutable global i32"},
    };
    dwcp_module_t *base = load(runtime, BASE_WAT), *none = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char wat[200];
        snprintf(wat, sizeof wat, "(module %s)", cases[i].import);
        CHECK_STATUS(try_link, UNRESOLVED_IMPORT, (runtime, wat, NULL, LINKS({"base", base}), &none, &err));
        CHECK_HAS(message(), "\"base\".\"");
        CHECK_HAS(message(), cases[i].wanted);
        CHECK_HAS(message(), cases[i].found);
    }
    /* nor is WASI what it is not, with links as without */
    static const char wasi[] = "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func (param i32 i64) (result i32))))";
    CHECK_STATUS(try_link, UNRESOLVED_IMPORT, (runtime, wasi, NULL, LINKS({"base", base}), &none, &err));
    CHECK_HAS(message(), "(i32, i32, i32, i32) -> (i32)");
    CHECK_STATUS(try_link, UNRESOLVED_IMPORT, (runtime, wasi, NULL, NULL, 0, &none, &err));
    CHECK_HAS(message(), "(i32, i64) -> (i32)");
    static const char memory[] = "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (memory 1)))";
    CHECK_STATUS(try_link, UNRESOLVED_IMPORT, (runtime, memory, NULL, LINKS({"base", base}), &none, &err));
    CHECK(none == NULL);
    /* less than there is may be asked for, and no maximum */
    static const char *const fitting[] = {"(memory (import \"base\" \"memory\") 2 4)", "(memory (import \"base\" \"memory\") 0 5)",
                                          "(memory (import \"base\" \"memory\") 1)", "(table (import \"base\" \"table\") 4 8 funcref)",
                                          "(table (import \"base\" \"table\") 0 funcref)"};
    for (size_t i = 0; i < sizeof fitting / sizeof *fitting; i++) {
        char wat[200];
        snprintf(wat, sizeof wat, "(module %s (func (export \"f\") (result i32) (i32.const 1)))", fitting[i]);
        dwcp_module_t *module = load_linked(runtime, wat, NULL, LINKS({"base", base}));
        CHECK_EQ(call_i32(module, "f"), 1);
        dwcp_module_free(module);
    }
    dwcp_module_free(base);
}

static dwcp_status_t give(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    const int32_t *of_call = dwcp_caller_user_data(caller);
    results[0] = dwcp_i32((int32_t)(intptr_t)user + (of_call != NULL ? *of_call : 0));
    (void)args, (void)nargs, (void)nresults;
    return DWCP_OK;
}

static int finalized;

static void finalize(void *user) {
    (void)user;
    finalized++;
}

static dwcp_imports_t *numbers(intptr_t number) {
    dwcp_imports_t *set = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (set, "n", "number", ":i", give, (void *)number, finalize, &err));
    return set;
}

/* A link comes before a host function of its name, a host function before nothing at all. */
static void links_and_host_functions(dwcp_runtime_t *runtime) {
    static const char wat[] =
        "(module (import \"n\" \"number\" (func $n (result i32))) (import \"x\" \"get\" (func $x (result i32)))"
        " (func (export \"sum\") (result i32) (i32.add (call $n) (i32.mul (i32.const 100) (call $x)))))";
    finalized = 0;
    dwcp_imports_t *fives = numbers(5), *sevens = numbers(7);
    dwcp_module_t *one = load(runtime, NUMBER("1")), *other = load(runtime, "(module (func (export \"else\")))"), *none = NULL;
    dwcp_module_t *x = load_with(runtime, PASSES_ON, sevens);
    dwcp_module_t *module = load_linked(runtime, wat, fives, LINKS({"x", x}));
    CHECK_EQ(call_i32(module, "sum"), 705); /* each with its own set */
    int32_t extra = 1;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.user_data = &extra; /* is the call's, whoever asks */
    dwcp_value_t result = {0};
    CHECK_EQ(call(module, "sum", NULL, 0, &options, &result, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(result), 806);
    dwcp_module_free(module);
    module = load_linked(runtime, wat, fives, LINKS({"n", one}, {"x", x})); /* for x too: it comes before it */
    CHECK_EQ(call_i32(module, "sum"), 101);
    dwcp_module_free(module);
    module = load_linked(runtime, wat, fives, LINKS({"x", x}, {"n", one}));
    CHECK_EQ(call_i32(module, "sum"), 701);
    dwcp_module_free(module);
    module = load_linked(runtime, wat, fives, LINKS({"n", other}, {"x", x})); /* it has no such export */
    CHECK_EQ(call_i32(module, "sum"), 705);
    dwcp_module_free(module);
    CHECK_STATUS(try_link, UNRESOLVED_IMPORT, (runtime, wat, NULL, LINKS({"n", other}), &none, &err));
    CHECK_HAS(message(), "2 unresolved imports");
    CHECK_HAS(message(), "\"n\".\"number\" (function () -> (i32))");
    CHECK_HAS(message(), "\"x\".\"get\"");
    CHECK(none == NULL);

    /* freed in any order: the last one keeps what it needs */
    module = load_linked(runtime, wat, fives, LINKS({"x", x}));
    dwcp_function_t *sum = function_of(module, "sum");
    dwcp_imports_free(fives);
    dwcp_imports_free(sevens);
    dwcp_module_free(x);
    dwcp_module_free(one);
    dwcp_module_free(other);
    CHECK_STATUS(dwcp_runtime_cache_clear, OK, (runtime, &err)); /* and the cache no longer has any of them */
    dwcp_module_free(module);
    CHECK_EQ(finalized, 0);
    CHECK_STATUS(dwcp_function_call, OK, (sum, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 705);
    dwcp_function_free(sum);
    CHECK_EQ(finalized, 2);
}

static void disabled(dwcp_runtime_t *runtime) {
    dwcp_module_t *one = load(runtime, NUMBER("1")), *same = load(runtime, NUMBER("1"));
    dwcp_module_t *x = load_linked(runtime, PASSES_ON, NULL, LINKS({"n", one})),
                  *y = load_linked(runtime, PASSES_ON, NULL, LINKS({"n", same}));
    dwcp_function_t *get = function_of(x, "get");
    dwcp_value_t result = {0};
    CHECK_STATUS(dwcp_module_disable, OK, (one, false, &err));
    CHECK_STATUS(dwcp_function_call, DISABLED, (get, NULL, 0, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "linked");
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, DISABLED, (x, NULL, &vm, &err));
    dwcp_batch_row_t row = DWCP_BATCH_ROW_INIT;
    size_t failed = 0;
    CHECK_STATUS(dwcp_function_call_batch, OK, (get, NULL, 0, 1, NULL, NULL, &result, 1, &row, &failed, &err));
    CHECK_EQ(row.status, DWCP_ERR_DISABLED);
    dwcp_batch_rows_clear(&row, 1);
    CHECK_EQ(call_i32(y, "get"), 1); /* the same bytes, another module */
    dwcp_function_free(get);
    dwcp_module_free(one);
    dwcp_module_free(same);
    dwcp_module_free(x);
    dwcp_module_free(y);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    what_is_shared(runtime);
    order(runtime);
    links_of_links(runtime);
    malformed(runtime);
    wrong_types(runtime);
    links_and_host_functions(runtime);
    disabled(runtime);
    dwcp_runtime_free(runtime);
    return report("linked");
}
