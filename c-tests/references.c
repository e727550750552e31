/* References: functions of a guest in the hands of the host, objects of the host in the hands of a guest, and when they end. */
#include "session_guests.h"

#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>

/* An object of the host. */
struct object {
    int number, ends;
};

static atomic_int alive, ended;
static dwcp_value_t registered;

static struct object *new_object(int number) {
    struct object *object = malloc(sizeof *object);
    REQUIRE(object != NULL);
    *object = (struct object){number, 0};
    atomic_fetch_add(&alive, 1);
    return object;
}

static void end_object(void *data) {
    struct object *object = data;
    CHECK_EQ(++object->ends, 1);
    atomic_fetch_add(&ended, 1);
    atomic_fetch_sub(&alive, 1);
    free(object);
}

static dwcp_status_t make(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)nargs, (void)nresults;
    CHECK(results[0].kind == DWCP_KIND_EXTERNREF && dwcp_is_null_ref(results[0]));
    return dwcp_caller_externref_new(caller, new_object(args[0].of.i32), end_object, &results[0]);
}

static dwcp_status_t look(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)nargs, (void)nresults;
    void *data = NULL;
    CHECK_STATUS(dwcp_caller_externref_data, OK, (caller, &args[0], &data));
    results[0] = dwcp_i32(data ? ((struct object *)data)->number : -1);
    return DWCP_OK;
}

/* Calls what it is given, keeps it for later, and looks at what it must not do. */
static dwcp_status_t register_it(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                 size_t nresults) {
    (void)user, (void)nargs, (void)results, (void)nresults;
    dwcp_value_t arg = dwcp_i32(4), result = {0}, null = dwcp_funcref_null(), none = dwcp_externref_null(), wrong = dwcp_i32(1);
    void *data = NULL;
    size_t n = 0;
    CHECK_STATUS(dwcp_caller_call_ref, OK, (caller, &args[0], &arg, 1, &result, 1, &n, &err));
    CHECK_EQ(dwcp_as_i32(result), 8);
    CHECK_STATUS(dwcp_caller_call_ref, BUFFER_TOO_SMALL, (caller, &args[0], &arg, 1, &result, 0, &n, &err));
    CHECK_EQ(n, 1);
    CHECK_STATUS(dwcp_caller_call_ref, WRONG_TYPE, (caller, &none, &arg, 1, &result, 1, &n, &err));
    CHECK_STATUS(dwcp_caller_call_ref, WRONG_TYPE, (caller, &args[0], &none, 1, &result, 1, &n, &err));
    CHECK_STATUS(dwcp_caller_call_ref, INVALID_ARGUMENT, (caller, &null, &arg, 1, &result, 1, &n, &err));
    CHECK_STATUS(dwcp_caller_externref_data, WRONG_TYPE, (caller, &args[0], &data));
    CHECK_STATUS(dwcp_caller_externref_data, OK, (caller, &none, &data));
    CHECK(data == NULL);
    CHECK_STATUS(dwcp_caller_ref_keep, WRONG_TYPE, (caller, &wrong, &result));
    CHECK_STATUS(dwcp_caller_ref_keep, OK, (caller, &null, &result));
    CHECK(result.kind == DWCP_KIND_FUNCREF && dwcp_is_null_ref(result));
    null.of.ref = args[0].of.ref + 1000;
    CHECK_STATUS(dwcp_caller_ref_keep, INVALID_ARGUMENT, (caller, &null, &result));
    registered = args[0]; /* the function's only until it returns: kept in place */
    CHECK_STATUS(dwcp_caller_ref_keep, OK, (caller, &registered, &registered));
    CHECK(registered.kind == DWCP_KIND_FUNCREF && registered.of.ref != args[0].of.ref);
    test_forget();
    return DWCP_OK;
}

/* Numbers and references together, and back in another order. */
static dwcp_status_t mix(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                         size_t nresults) {
    (void)user, (void)caller;
    CHECK(nargs == 3 && nresults == 3 && args[0].of.i32 == 5);
    results[0] = args[2];
    results[1] = args[1];
    results[2] = dwcp_i64(args[0].of.i32 + 1);
    return DWCP_OK;
}

/* A reference of nobody. */
static dwcp_status_t forge(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                           size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)nresults;
    results[0].of.ref = UINT64_C(0x123400000001);
    return DWCP_OK;
}

/* In a guest that knows no references. */
static dwcp_status_t useless(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                             size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_value_t made;
    CHECK_STATUS(dwcp_caller_externref_new, UNSUPPORTED, (caller, new_object(1), end_object, &made));
    return DWCP_OK;
}

/* Makes objects until it is refused. */
static dwcp_status_t flood(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                           size_t nresults) {
    (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_value_t made;
    dwcp_status_t status;
    int count = 0;
    do {
        status = dwcp_caller_externref_new(caller, new_object(count), end_object, &made);
    } while (status == DWCP_OK && ++count < 10000000);
    *(int *)user = count;
    CHECK_STATUS(dwcp_caller_externref_new, OUT_OF_MEMORY, (caller, new_object(0), end_object, &made));
    CHECK(made.kind == DWCP_KIND_NONE);
    return status;
}

static const char REFERENCES_WAT[] =
    "(module"
    " (import \"env\" \"make\" (func $make (param i32) (result externref)))"
    " (import \"env\" \"look\" (func $look (param externref) (result i32)))"
    " (import \"env\" \"register\" (func $register (param funcref)))"
    " (import \"env\" \"mix\" (func $mix (param i32 externref funcref) (result funcref externref i64)))"
    " (import \"env\" \"forge\" (func $forge (result externref)))"
    " (import \"env\" \"flood\" (func $flood))"
    " (memory (export \"memory\") 1) (table $t 8 externref) (table $f 2 funcref)"
    " (global $e (export \"e\") (mut externref) (ref.null extern)) (global $fn (export \"fn\") (mut funcref) (ref.null func))"
    " (type $unary (func (param i32) (result i32)))"
    " (func $double (export \"double\") (type $unary) (i32.mul (local.get 0) (i32.const 2)))"
    " (func $trap (unreachable))"
    " (func $three (result externref i32 externref) (table.get $t (i32.const 0)) (i32.const 3) (ref.null extern))"
    " (elem declare func $double $trap $three $make)"
    " (func (export \"same\") (param externref) (result externref) (local.get 0))"
    " (func (export \"same_function\") (param funcref) (result funcref) (local.get 0))"
    " (func (export \"put\") (param i32 externref) (table.set $t (local.get 0) (local.get 1)))"
    " (func (export \"get\") (param i32) (result externref) (table.get $t (local.get 0)))"
    " (func (export \"is_null\") (param externref) (result i32) (ref.is_null (local.get 0)))"
    " (func (export \"numbers\") (param externref) (result i32) (call $look (local.get 0)))"
    " (func (export \"give\") (param i32) (result funcref)"
    "  (if (result funcref) (i32.eqz (local.get 0)) (then (ref.func $double)) (else (if (result funcref) (i32.eq (local.get 0) (i32.const 1))"
    "   (then (ref.func $trap)) (else (if (result funcref) (i32.eq (local.get 0) (i32.const 2)) (then (ref.func $three)) (else (ref.func $make))))))))"
    " (func (export \"use\") (param funcref i32) (result i32)"
    "  (table.set $f (i32.const 1) (local.get 0)) (call_indirect $f (type $unary) (local.get 1) (i32.const 1)))"
    " (func (export \"register\") (call $register (ref.func $double)))"
    " (func (export \"mix\") (param externref) (result i32) (local $n i64) (local $x externref)"
    "  (call $mix (i32.const 5) (local.get 0) (ref.func $double)) (local.set $n) (local.set $x) (drop)"
    "  (i32.add (i32.wrap_i64 (local.get $n)) (call $look (local.get $x))))"
    " (func (export \"forge\") (result i32) (ref.is_null (call $forge)))"
    " (func (export \"flood\") (call $flood))"
    /* only numbers cross: these may be called without a session */
    " (func (export \"within\") (param i32) (result i32)"
    "  (global.set $e (call $make (local.get 0))) (table.set $t (i32.const 3) (global.get $e)) (global.set $e (ref.null extern))"
    "  (call $look (table.get $t (i32.const 3))))"
    " (func (export \"within_null\") (result i32) (call $look (global.get $e)))"
    " (func (export \"churn\") (param i32)"
    "  (loop (drop (call $look (call $make (local.get 0)))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))";

static int flooded;

static dwcp_module_t *load_references(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "make", NULL, make, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "look", NULL, look, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "register", NULL, register_it, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "mix", NULL, mix, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "forge", NULL, forge, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "flood", NULL, flood, &flooded, NULL, &err));
    dwcp_module_t *module = load_with(runtime, REFERENCES_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

static dwcp_runtime_t *runtime_with(uint64_t memory) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 0, &err));
    if (memory) CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, memory, &err));
    return new_runtime(config);
}

/* Calls with one reference, and gives the result. */
static dwcp_value_t ask(dwcp_vm_t *vm, const dwcp_module_t *module, const char *name, dwcp_value_t arg) {
    dwcp_value_t result = {0};
    dwcp_status_t status = vm_call(vm, module, name, NULL, &arg, 1, NULL, &result, 1, NULL);
    test_check_status(status, DWCP_OK, name, __FILE__, __LINE__);
    return result;
}

static int number_of(dwcp_vm_t *vm, dwcp_value_t value) {
    void *data = NULL;
    CHECK_STATUS(dwcp_vm_externref_data, OK, (vm, &value, &data, &err));
    return data ? ((struct object *)data)->number : -1;
}

static void objects(void) {
    dwcp_runtime_t *runtime = runtime_with(0);
    dwcp_module_t *module = load_references(runtime);
    dwcp_vm_t *vm = acquire(module, NULL);
    dwcp_value_t mine = {0}, null = dwcp_externref_null(), got;
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, new_object(7), end_object, &mine, &err));
    CHECK(mine.kind == DWCP_KIND_EXTERNREF && !dwcp_is_null_ref(mine));
    CHECK_EQ(number_of(vm, mine), 7);
    got = ask(vm, module, "same", mine);
    CHECK(got.kind == DWCP_KIND_EXTERNREF && got.of.ref != mine.of.ref); /* another hold on the same object */
    CHECK_EQ(number_of(vm, got), 7);
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &got, &err));
    CHECK_EQ(dwcp_as_i32(ask(vm, module, "numbers", mine)), 7);
    CHECK_EQ(dwcp_as_i32(ask(vm, module, "mix", mine)), 13);
    CHECK_EQ(dwcp_as_i32(ask(vm, module, "is_null", mine)), 0);
    /* null is null on both sides, and nothing to free */
    CHECK_EQ(dwcp_as_i32(ask(vm, module, "is_null", null)), 1);
    CHECK_EQ(dwcp_as_i32(ask(vm, module, "numbers", null)), -1);
    CHECK(dwcp_is_null_ref(ask(vm, module, "same", null)));
    CHECK_EQ(number_of(vm, null), -1);
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &null, &err));

    /* in a table of the guest, from call to call, when the host has let go */
    dwcp_value_t args[2] = {dwcp_i32(2), mine};
    CHECK_EQ(vm_call(vm, module, "put", NULL, args, 2, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &mine, &err));
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 1);
    got = ask(vm, module, "get", dwcp_i32(2));
    CHECK_EQ(number_of(vm, got), 7);
    CHECK_STATUS(dwcp_vm_global_set, OK, (vm, "e", &got, &err));
    args[1] = null;
    CHECK_EQ(vm_call(vm, module, "put", NULL, args, 2, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &got, &err));
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 1);
    CHECK_EQ(vm_call_i32(vm, module, "within_null"), 7);
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "e", &got, &err));
    CHECK_EQ(number_of(vm, got), 7);
    CHECK_STATUS(dwcp_vm_global_set, OK, (vm, "e", &null, &err));
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 1); /* the host has it */
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &got, &err));
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 0); /* nobody has */

    /* what is not held, or not here */
    void *data = &data;
    dwcp_value_t wrong = dwcp_i32(1), function = dwcp_funcref_null();
    CHECK_STATUS(dwcp_vm_externref_data, INVALID_ARGUMENT, (vm, &got, &data, &err));
    CHECK(data == NULL);
    CHECK_STATUS(dwcp_vm_ref_free, INVALID_ARGUMENT, (vm, &got, &err));
    dwcp_function_t *same = function_of(module, "same");
    CHECK_STATUS(dwcp_vm_call, INVALID_ARGUMENT, (vm, same, &got, 1, NULL, &mine, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, WRONG_TYPE, (vm, same, &function, 1, NULL, &mine, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_externref_data, WRONG_TYPE, (vm, &function, &data, &err));
    CHECK_STATUS(dwcp_vm_ref_free, WRONG_TYPE, (vm, &wrong, &err));
    CHECK_STATUS(dwcp_vm_global_set, WRONG_TYPE, (vm, "e", &function, &err));
    CHECK_STATUS(dwcp_vm_global_set, INVALID_ARGUMENT, (vm, "e", &got, &err));
    dwcp_vm_t *other = acquire(module, NULL);
    CHECK_STATUS(dwcp_vm_externref_new, OK, (other, new_object(8), end_object, &mine, &err));
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, new_object(9), end_object, &got, &err));
    CHECK_STATUS(dwcp_vm_externref_data, INVALID_ARGUMENT, (vm, &mine, &data, &err));
    CHECK_STATUS(dwcp_vm_call, INVALID_ARGUMENT, (vm, same, &mine, 1, NULL, &wrong, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_global_set, INVALID_ARGUMENT, (vm, "e", &mine, &err));
    CHECK_STATUS(dwcp_function_call, UNSUPPORTED, (same, &mine, 1, NULL, &wrong, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "dwcp_vm_call");
    dwcp_function_free(same);

    /* a funcref where an externref is meant: refused, whatever its kind says */
    function = ask(vm, module, "give", dwcp_i32(0));
    function.kind = DWCP_KIND_EXTERNREF;
    CHECK_STATUS(dwcp_vm_externref_data, WRONG_TYPE, (vm, &function, &data, &err));
    /* a host function that gives what nobody has */
    dwcp_function_t *forging = function_of(module, "forge");
    CHECK_STATUS(dwcp_vm_call, HOST_FUNCTION, (vm, forging, NULL, 0, NULL, &wrong, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "wrong result 0");
    CHECK_EQ(atomic_load(&alive), 1); /* the VM ended, and with it what the host held */
    CHECK_STATUS(dwcp_vm_externref_data, VM_DEAD, (vm, &got, &data, &err));
    CHECK_STATUS(dwcp_vm_ref_free, VM_DEAD, (vm, &got, &err));
    function.kind = DWCP_KIND_FUNCREF;
    CHECK_STATUS(dwcp_vm_externref_new, VM_DEAD, (vm, new_object(1), end_object, &mine, &err));
    CHECK_STATUS(dwcp_vm_call_ref, VM_DEAD, (vm, &function, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_gc, VM_DEAD, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 1);
    dwcp_function_free(forging);
    dwcp_vm_release(vm);
    dwcp_vm_release(other);
    CHECK_EQ(atomic_load(&alive), 0);

    /* a module without a use for them */
    dwcp_module_t *bare = load(runtime, ADD_WAT);
    int before = atomic_load(&ended);
    vm = acquire(bare, NULL);
    CHECK_STATUS(dwcp_vm_externref_new, UNSUPPORTED, (vm, new_object(1), end_object, &mine, &err));
    CHECK_STATUS(dwcp_vm_externref_new, INVALID_ARGUMENT, (vm, new_object(1), end_object, NULL, &err));
    CHECK_STATUS(dwcp_vm_externref_new, INVALID_ARGUMENT, (NULL, new_object(1), end_object, &mine, &err));
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err)); /* nothing to collect */
    CHECK_EQ(atomic_load(&ended) - before, 3);
    dwcp_vm_release(vm);
    dwcp_module_free(bare);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "f", ":", useless, NULL, NULL, &err));
    bare = load_with(runtime, "(module (import \"env\" \"f\" (func $f)) (func (export \"run\") (call $f)))", imports);
    CHECK_EQ(call(bare, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(atomic_load(&ended) - before, 4);
    dwcp_imports_free(imports);
    dwcp_module_free(bare);

    vm = acquire(module, NULL);
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, NULL, NULL, &mine, &err)); /* without data and finalizer */
    CHECK_EQ(number_of(vm, mine), -1);
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, new_object(1), end_object, &mine, &err));
    CHECK_STATUS(dwcp_runtime_drain, OK, (runtime, 0, &err));
    CHECK_STATUS(dwcp_vm_externref_new, SHUTTING_DOWN, (vm, new_object(1), end_object, &got, &err));
    CHECK_STATUS(dwcp_vm_externref_data, SHUTTING_DOWN, (vm, &mine, &data, &err));
    CHECK_STATUS(dwcp_vm_ref_free, SHUTTING_DOWN, (vm, &mine, &err));
    CHECK_STATUS(dwcp_vm_gc, SHUTTING_DOWN, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 1);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK_EQ(atomic_load(&alive), 0); /* closing ends the VMs */
    CHECK_STATUS(dwcp_vm_externref_new, CLOSED, (vm, new_object(1), end_object, &got, &err));
    CHECK_STATUS(dwcp_vm_externref_data, CLOSED, (vm, &mine, &data, &err));
    CHECK_STATUS(dwcp_vm_ref_free, CLOSED, (vm, &mine, &err));
    CHECK_STATUS(dwcp_vm_gc, CLOSED, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static void functions(void) {
    dwcp_runtime_t *runtime = runtime_with(0);
    dwcp_module_t *module = load_references(runtime);
    dwcp_vm_t *vm = acquire(module, NULL), *other = acquire(module, NULL);
    dwcp_value_t twice = ask(vm, module, "give", dwcp_i32(0)), arg = dwcp_i32(21), results[3] = {{0}, {0}, {0}}, null = dwcp_funcref_null();
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    size_t n = 0;
    CHECK(twice.kind == DWCP_KIND_FUNCREF && !dwcp_is_null_ref(twice));
    CHECK_STATUS(dwcp_vm_call_ref, OK, (vm, &twice, &arg, 1, NULL, results, 1, &n, &stats, &err));
    CHECK(n == 1 && dwcp_as_i32(results[0]) == 42 && stats.call_id > 0);
    CHECK_STATUS(dwcp_vm_call_ref, BUFFER_TOO_SMALL, (vm, &twice, &arg, 1, NULL, results, 0, &n, NULL, &err));
    CHECK_EQ(n, 1);
    CHECK_STATUS(dwcp_vm_call_ref, WRONG_TYPE, (vm, &twice, &arg, 0, NULL, results, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_call_ref, WRONG_TYPE, (vm, &arg, &arg, 1, NULL, results, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_call_ref, INVALID_ARGUMENT, (vm, &null, &arg, 1, NULL, results, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_call_ref, INVALID_ARGUMENT, (vm, NULL, &arg, 1, NULL, results, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_call_ref, INVALID_ARGUMENT, (other, &twice, &arg, 1, NULL, results, 1, &n, NULL, &err));
    CHECK_STATUS(dwcp_vm_global_set, OK, (vm, "fn", &twice, &err));
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "fn", &results[0], &err));
    dwcp_value_t args[2] = {ask(vm, module, "same_function", results[0]), dwcp_i32(8)};
    CHECK_EQ(vm_call(vm, module, "use", NULL, args, 2, NULL, results, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(results[0]), 16);
    CHECK(dwcp_is_null_ref(ask(vm, module, "same_function", null)));

    /* three results of which two are references; a host function behind a funcref */
    dwcp_value_t three = ask(vm, module, "give", dwcp_i32(2)), making = ask(vm, module, "give", dwcp_i32(3));
    dwcp_value_t put[2] = {dwcp_i32(0), {0}};
    CHECK_STATUS(dwcp_vm_call_ref, OK, (vm, &making, &arg, 1, NULL, &put[1], 1, &n, NULL, &err));
    CHECK_EQ(number_of(vm, put[1]), 21);
    CHECK_EQ(vm_call(vm, module, "put", NULL, put, 2, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_STATUS(dwcp_vm_call_ref, OK, (vm, &three, NULL, 0, NULL, results, 3, &n, NULL, &err));
    CHECK(n == 3 && number_of(vm, results[0]) == 21 && dwcp_as_i32(results[1]) == 3 && dwcp_is_null_ref(results[2]));

    /* a callback that the guest registered: the host calls it later */
    CHECK_EQ(vm_call(vm, module, "register", NULL, NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    for (int i = 1; i <= 3; i++) {
        arg = dwcp_i32(i);
        CHECK_STATUS(dwcp_vm_call_ref, OK, (vm, &registered, &arg, 1, NULL, results, 1, &n, NULL, &err));
        CHECK_EQ(dwcp_as_i32(results[0]), 2 * i);
    }
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &registered, &err));
    CHECK_STATUS(dwcp_vm_call_ref, INVALID_ARGUMENT, (vm, &registered, &arg, 1, NULL, results, 1, &n, NULL, &err));
    CHECK_HAS(message(), "reference");

    dwcp_value_t trap = ask(vm, module, "give", dwcp_i32(1));
    CHECK_STATUS(dwcp_vm_call_ref, TRAP, (vm, &trap, NULL, 0, NULL, NULL, 0, &n, &stats, &err));
    CHECK_STATUS(dwcp_vm_call_ref, VM_DEAD, (vm, &twice, &arg, 1, NULL, results, 1, &n, NULL, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    dwcp_vm_release(other);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A call in a VM of its own may pass references between its guest and its host functions, as long as numbers cross only. */
static void without_a_session(void) {
    dwcp_runtime_t *runtime = runtime_with(0);
    dwcp_module_t *module = load_references(runtime);
    dwcp_value_t arg = dwcp_i32(33), result = {0};
    CHECK_EQ(call(module, "within", &arg, 1, NULL, &result, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(result), 33);
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_EQ(call_i32(module, "within_null"), -1);
    CHECK_EQ(call(module, "register", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK); /* kept until the VM ends */
    arg = dwcp_i32(1000);
    CHECK_EQ(call(module, "churn", &arg, 1, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static size_t heap_bytes(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    return mallinfo2().uordblks;
#else
    return 0;
#endif
}

/* What a callback was lent it gives back when it returns; what the host frees is gone. */
static void nothing_grows(void) {
    dwcp_runtime_t *runtime = runtime_with(0);
    dwcp_module_t *module = load_references(runtime);
    dwcp_vm_t *vm = acquire(module, NULL);
    dwcp_function_t *churn = function_of(module, "churn"), *same = function_of(module, "same");
    dwcp_value_t turns = dwcp_i32(100000), mine = {0}, got = {0};
    int most = 0;
    CHECK_STATUS(dwcp_vm_call, OK, (vm, churn, &turns, 1, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    uint64_t guest = metrics_of(runtime).memory_usage_bytes;
    size_t host = heap_bytes();
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(dwcp_vm_call, OK, (vm, churn, &turns, 1, NULL, NULL, 0, NULL, NULL, &err));
        if (atomic_load(&alive) > most) most = atomic_load(&alive);
    }
    CHECK(most < 10000); /* garbage is collected while the guest runs */
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, new_object(1), end_object, &mine, &err));
    for (int i = 0; i < 100000; i++) {
        dwcp_status_t status = dwcp_vm_call(vm, same, &mine, 1, NULL, &got, 1, NULL, NULL, NULL);
        if (status != DWCP_OK || dwcp_vm_ref_free(vm, &got, NULL) != DWCP_OK) CHECK_EQ(status, DWCP_OK);
    }
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &mine, &err));
    for (int i = 0; i < 100000; i++) {
        dwcp_status_t status = dwcp_vm_externref_new(vm, new_object(i), end_object, &mine, NULL);
        if (status != DWCP_OK || dwcp_vm_ref_free(vm, &mine, NULL) != DWCP_OK) CHECK_EQ(status, DWCP_OK);
    }
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, guest);
    CHECK(heap_bytes() < host + (256 << 10));
    dwcp_vm_release(vm);
    dwcp_function_free(same);
    dwcp_function_free(churn);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* The heap of references is memory of the guest: objects without end end in an error, and room comes back. */
static void a_full_heap(void) {
    enum { MEMORY = 1 << 20 };
    dwcp_runtime_t *runtime = runtime_with(MEMORY);
    dwcp_module_t *module = load_references(runtime);
    dwcp_vm_t *vm = acquire(module, NULL);
    static dwcp_value_t made[100000];
    int count = 0;
    dwcp_status_t status = DWCP_OK;
    while (count < 100000 && status == DWCP_OK) {
        status = dwcp_vm_externref_new(vm, new_object(count), end_object, &made[count], NULL);
        count += status == DWCP_OK;
    }
    CHECK_EQ(status, DWCP_ERR_OUT_OF_MEMORY);
    CHECK(count > 5000 && count < MEMORY / 16);
    CHECK_EQ(atomic_load(&alive), count);
    CHECK(metrics_of(runtime).memory_usage_bytes <= MEMORY);
    CHECK_STATUS(dwcp_vm_externref_new, OUT_OF_MEMORY, (vm, new_object(1), end_object, &made[count], &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_memory_bytes");
    uint64_t limit = 0, asked = 0;
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == MEMORY && asked > MEMORY);
    CHECK_EQ(number_of(vm, made[count - 1]), count - 1); /* nothing is lost */
    CHECK_EQ(dwcp_as_i32(ask(vm, module, "numbers", made[0])), 0);
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &made[0], &err));
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, new_object(1), end_object, &made[0], &err)); /* collects by itself */
    for (int i = 0; i < count; i++) {
        if (dwcp_vm_ref_free(vm, &made[i], NULL) != DWCP_OK) CHECK_EQ(i, -1);
    }
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, new_object(1), end_object, &made[0], &err));

    dwcp_function_t *flooding = function_of(module, "flood");
    CHECK_STATUS(dwcp_vm_call, HOST_FUNCTION, (vm, flooding, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "max_memory_bytes");
    CHECK(flooded > 5000 && flooded < MEMORY / 16);
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_STATUS(dwcp_function_call, HOST_FUNCTION, (flooding, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);
    dwcp_function_free(flooding);
    dwcp_vm_release(vm);

    /* no room for a heap at all: it is made with the first object */
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.max_memory_bytes = 65536;
    vm = acquire(module, &options);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 65536);
    CHECK_STATUS(dwcp_vm_externref_new, OUT_OF_MEMORY, (vm, new_object(1), end_object, &made[0], &err));
    CHECK_EQ(atomic_load(&alive), 0);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A heap of references takes a slot as a memory does. */
static void slots(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 3, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 3, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *two = load_references(runtime), *one = load(runtime, "(module (func (export \"f\") (param externref)))");
    dwcp_vm_t *first = acquire(two, NULL), *second = NULL;
    dwcp_value_t made = {0};
    CHECK_STATUS(dwcp_vm_acquire, NO_SLOT, (two, NULL, &second, &err));
    second = acquire(one, NULL);
    CHECK_STATUS(dwcp_vm_externref_new, OK, (first, new_object(1), end_object, &made, &err));
    CHECK_STATUS(dwcp_vm_externref_new, OK, (second, new_object(1), end_object, &made, &err));
    dwcp_vm_release(first);
    first = acquire(two, NULL);
    dwcp_vm_release(second);
    dwcp_vm_release(first);
    CHECK_EQ(atomic_load(&alive), 0);
    dwcp_module_free(two);
    dwcp_module_free(one);
    dwcp_runtime_free(runtime);
}

/* Finalizers may call the library, also in the middle of a call; they cannot close the runtime that waits for them. */
struct meddler {
    dwcp_runtime_t *runtime;
    dwcp_module_t *adder, *own;
    dwcp_vm_t *vm;
    bool frees;
    sem_t done;
};

static void meddle(void *data) {
    struct meddler *m = data;
    if (m->frees) {
        dwcp_module_free(m->own);
        dwcp_module_free(m->adder);
        dwcp_runtime_free(m->runtime);
        if (m->vm) dwcp_vm_release(m->vm);
    } else {
        dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
        CHECK_EQ(dwcp_runtime_close(m->runtime, 0, NULL), DWCP_ERR_BUSY);
        dwcp_status_t status = call(m->adder, "add", args, 2, NULL, &result, 1, NULL);
        CHECK((status == DWCP_OK && dwcp_as_i32(result) == 3) || status == DWCP_ERR_SHUTTING_DOWN);
        if (m->vm) {
            status = dwcp_vm_gc(m->vm, NULL);
            CHECK(status == DWCP_ERR_BUSY || status == DWCP_ERR_VM_DEAD || status == DWCP_ERR_SHUTTING_DOWN);
        }
    }
    test_forget();
    sem_post(&m->done);
}

static void meddling(void) {
    enum { COLLECT, REFUSED, TRAP, RELEASE, IDLE, CLOSE, WAYS };
    for (int way = 0; way < 2 * WAYS; way++) {
        struct meddler *m = malloc(sizeof *m);
        REQUIRE(m != NULL);
        dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
        CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, way % WAYS == IDLE ? 1 : 0, &err));
        m->runtime = new_runtime(config);
        m->adder = load(m->runtime, ADD_WAT);
        m->own = load(m->runtime,
                      "(module (global (export \"e\") (mut externref) (ref.null extern)) (func (export \"trap\") unreachable)"
                      " (func (export \"take\") (param externref) (global.set 0 (local.get 0))))");
        m->frees = way >= WAYS;
        sem_init(&m->done, 0, 0);
        dwcp_vm_t *vm = acquire(m->own, NULL);
        dwcp_function_t *trap = function_of(m->own, "trap");
        dwcp_value_t made = {0};
        m->vm = way % WAYS == RELEASE || way % WAYS == REFUSED || (m->frees && way % WAYS != IDLE) ? NULL : vm;
        switch (way % WAYS) {
        case COLLECT:
            CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, m, meddle, &made, &err));
            CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &made, &err));
            test_forget();
            CHECK_EQ(dwcp_vm_gc(vm, NULL), DWCP_OK);
            break;
        case REFUSED:
            dwcp_vm_release(vm);
            vm = acquire(m->adder, NULL);
            test_forget();
            CHECK_EQ(dwcp_vm_externref_new(vm, m, meddle, &made, NULL), DWCP_ERR_UNSUPPORTED);
            break;
        case TRAP:
            CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, m, meddle, &made, &err));
            test_forget();
            CHECK_EQ(dwcp_vm_call(vm, trap, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL), DWCP_ERR_TRAP);
            break;
        case RELEASE:
            CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, m, meddle, &made, &err));
            dwcp_vm_release(vm);
            break;
        case IDLE: /* on a thread of the library, of which it may be the last */
            dwcp_function_free(trap);
            trap = NULL;
            CHECK(dwcp_vm_externref_new(vm, m, meddle, &made, NULL) != DWCP_ERR_INVALID_ARGUMENT);
            break;
        default:
            CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, m, meddle, &made, &err));
            if (m->frees) m->frees = false; /* what closes has the handle still */
            CHECK_EQ(dwcp_runtime_close(m->runtime, 0, NULL), DWCP_OK);
            break;
        }
        while (sem_wait(&m->done) != 0) {}
        CHECK_EQ(sem_trywait(&m->done), -1); /* once */
        if (way % WAYS != RELEASE && !(m->frees && way % WAYS == IDLE)) dwcp_vm_release(vm);
        dwcp_function_free(trap);
        if (!m->frees) {
            dwcp_module_free(m->own);
            dwcp_module_free(m->adder);
            dwcp_runtime_free(m->runtime);
        }
        sem_destroy(&m->done);
        free(m);
    }
}

int main(void) {
    objects();
    functions();
    without_a_session();
    nothing_grows();
    a_full_heap();
    slots();
    meddling();
    CHECK_EQ(atomic_load(&alive), 0);
    return report("references");
}
