/* What the tests of references share: objects of the host that are counted, and a guest that does everything with references. */
#ifndef DWCP_REFERENCE_GUESTS_H
#define DWCP_REFERENCE_GUESTS_H

#include "session_guests.h"

/* The host functions "register" and "flood" of this program. */
static const dwcp_host_fn registering, flooding;

/* An object of the host. */
struct object {
    int number, ends;
};

static atomic_int alive, ended;

MAYBE_UNUSED static struct object *new_object(int number) {
    struct object *object = malloc(sizeof *object);
    REQUIRE(object != NULL);
    *object = (struct object){number, 0};
    atomic_fetch_add(&alive, 1);
    return object;
}

MAYBE_UNUSED static void end_object(void *data) {
    struct object *object = data;
    CHECK_EQ(++object->ends, 1);
    atomic_fetch_add(&ended, 1);
    atomic_fetch_sub(&alive, 1);
    free(object);
}

MAYBE_UNUSED static dwcp_status_t make(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                       size_t nresults) {
    (void)user, (void)nargs, (void)nresults;
    CHECK(results[0].kind == DWCP_KIND_EXTERNREF && dwcp_is_null_ref(results[0]));
    return dwcp_caller_externref_new(caller, new_object(args[0].of.i32), end_object, &results[0]);
}

MAYBE_UNUSED static dwcp_status_t look(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                       size_t nresults) {
    (void)user, (void)nargs, (void)nresults;
    void *data = NULL;
    CHECK_STATUS(dwcp_caller_externref_data, OK, (caller, &args[0], &data));
    results[0] = dwcp_i32(data ? ((struct object *)data)->number : -1);
    return DWCP_OK;
}

/* Numbers and references together, and back in another order. */
MAYBE_UNUSED static dwcp_status_t mix(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                      size_t nresults) {
    (void)user, (void)caller;
    CHECK(nargs == 3 && nresults == 3 && args[0].of.i32 == 5);
    results[0] = args[2];
    results[1] = args[1];
    results[2] = dwcp_i64(args[0].of.i32 + 1);
    return DWCP_OK;
}

/* A reference of nobody. */
MAYBE_UNUSED static dwcp_status_t forge(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                        size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)nresults;
    results[0].of.ref = UINT64_C(0x123400000001);
    return DWCP_OK;
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

MAYBE_UNUSED static dwcp_module_t *load_references(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "make", NULL, make, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "look", NULL, look, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "register", NULL, registering, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "mix", NULL, mix, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "forge", NULL, forge, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "flood", NULL, flooding, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, REFERENCES_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

MAYBE_UNUSED static dwcp_runtime_t *runtime_with(uint64_t memory) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 0, &err));
    if (memory) CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, memory, &err));
    return new_runtime(config);
}

/* Calls with one reference, and gives the result. */
MAYBE_UNUSED static dwcp_value_t ask(dwcp_vm_t *vm, const dwcp_module_t *module, const char *name, dwcp_value_t arg) {
    dwcp_value_t result = {0};
    dwcp_status_t status = vm_call(vm, module, name, NULL, &arg, 1, NULL, &result, 1, NULL);
    test_check_status(status, DWCP_OK, name, __FILE__, __LINE__);
    return result;
}

MAYBE_UNUSED static int number_of(dwcp_vm_t *vm, dwcp_value_t value) {
    void *data = NULL;
    CHECK_STATUS(dwcp_vm_externref_data, OK, (vm, &value, &data, &err));
    return data ? ((struct object *)data)->number : -1;
}

#endif
