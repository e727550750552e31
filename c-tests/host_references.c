/* References in host functions: to functions of the guest and to objects of the host, lent, kept, invented and outlived. */
#include "hosts.h"

static int seen;

static int finalized;

static void finalize(void *data) { finalized += *(int *)data; }

HOST(references) {
    UNUSED;
    static int data = 1;
    dwcp_value_t made = {0}, out[1] = {{0}}, number = dwcp_i32(20), kept = {0};
    void *found = &seen;
    size_t n = 0;
    CHECK(nargs == 3 && nresults == 2);
    CHECK(args[0].kind == DWCP_KIND_FUNCREF && args[1].kind == DWCP_KIND_EXTERNREF && args[2].kind == DWCP_KIND_FUNCREF);
    CHECK(!dwcp_is_null_ref(args[0]) && dwcp_is_null_ref(args[1]) && dwcp_is_null_ref(args[2]));
    CHECK(dwcp_is_null_ref(results[0]) && dwcp_is_null_ref(results[1]));
    CHECK_STATUS(dwcp_caller_call_ref, OK, (caller, &args[0], &number, 1, out, 1, &n, &err));
    CHECK(n == 1 && dwcp_as_i32(out[0]) == 40);
    CHECK_STATUS(dwcp_caller_call_ref, WRONG_TYPE, (caller, &args[0], NULL, 0, out, 1, &n, &err));
    CHECK_STATUS(dwcp_caller_call_ref, BUFFER_TOO_SMALL, (caller, &args[0], &number, 1, NULL, 0, &n, &err));
    CHECK_EQ(n, 1);
    CHECK_STATUS(dwcp_caller_call_ref, WRONG_TYPE, (caller, &args[1], &number, 1, out, 1, &n, &err));
    CHECK_STATUS(dwcp_caller_call_ref, INVALID_ARGUMENT, (caller, &args[2], &number, 1, out, 1, &n, &err)); /* null */
    CHECK_STATUS(dwcp_caller_call_ref, INVALID_ARGUMENT, (caller, NULL, &number, 1, out, 1, &n, &err));
    dwcp_value_t invented = dwcp_funcref_null();
    for (uint64_t wrong = 1; wrong != 0; wrong <<= 7) {
        invented.of.ref = args[0].of.ref ^ wrong << 20;
        if (invented.of.ref != args[0].of.ref && invented.of.ref != 0)
            CHECK_STATUS(dwcp_caller_call_ref, INVALID_ARGUMENT, (caller, &invented, &number, 1, out, 1, &n, &err));
    }
    /* a reference under another kind */
    invented = dwcp_externref_null();
    invented.of.ref = args[0].of.ref;
    CHECK_STATUS(dwcp_caller_externref_data, WRONG_TYPE, (caller, &invented, &found));
    CHECK_STATUS(dwcp_caller_ref_keep, WRONG_TYPE, (caller, &invented, &kept));

    CHECK_STATUS(dwcp_caller_externref_new, OK, (caller, &data, finalize, &made));
    CHECK_STATUS(dwcp_caller_externref_data, OK, (caller, &made, &found));
    CHECK(found == &data);
    CHECK_STATUS(dwcp_caller_externref_data, OK, (caller, &args[1], &found));
    CHECK(found == NULL);
    CHECK_STATUS(dwcp_caller_externref_data, WRONG_TYPE, (caller, &args[0], &found));
    CHECK_STATUS(dwcp_caller_externref_data, INVALID_ARGUMENT, (caller, NULL, &found));
    CHECK_STATUS(dwcp_caller_externref_data, INVALID_ARGUMENT, (caller, &made, NULL));
    CHECK_STATUS(dwcp_caller_externref_new, INVALID_ARGUMENT, (caller, &data, finalize, NULL));
    CHECK_EQ(finalized, 1); /* refused: let go at once */
    CHECK_STATUS(dwcp_caller_externref_new, INVALID_ARGUMENT, (NULL, &data, finalize, &kept));
    CHECK_EQ(finalized, 2);
    CHECK_STATUS(dwcp_caller_ref_keep, OK, (caller, &made, &kept));
    CHECK(kept.kind == DWCP_KIND_EXTERNREF && kept.of.ref != made.of.ref);
    CHECK_STATUS(dwcp_caller_ref_keep, OK, (caller, &args[0], &kept));
    CHECK_EQ(kept.kind, DWCP_KIND_FUNCREF);
    CHECK_STATUS(dwcp_caller_ref_keep, OK, (caller, &args[1], &kept));
    CHECK(dwcp_is_null_ref(kept));
    kept = made;
    CHECK_STATUS(dwcp_caller_ref_keep, OK, (caller, &kept, &kept)); /* in place */
    CHECK(kept.of.ref != made.of.ref);
    kept = dwcp_i32(1);
    CHECK_STATUS(dwcp_caller_ref_keep, WRONG_TYPE, (caller, &kept, &kept));
    CHECK_STATUS(dwcp_caller_ref_keep, INVALID_ARGUMENT, (caller, NULL, &kept));
    /* through an export and back */
    dwcp_value_t back = {0};
    CHECK_STATUS(dwcp_caller_call, OK, (caller, "same", NULL, &made, 1, &back, 1, &n, &err));
    CHECK_STATUS(dwcp_caller_externref_data, OK, (caller, &back, &found));
    CHECK(found == &data);
    results[0] = args[0];
    results[1] = back;
    seen++;
    return DWCP_OK;
}

/* Looks at what the guest kept of an earlier call's reference. */
static dwcp_value_t stale;

HOST(look) {
    UNUSED;
    static int other = 10;
    void *found = NULL;
    dwcp_value_t made = {0};
    CHECK_STATUS(dwcp_caller_externref_data, OK, (caller, &args[0], &found));
    CHECK(found != NULL && *(int *)found == 1);
    stale = args[0];
    CHECK_STATUS(dwcp_caller_externref_new, OK, (caller, &other, finalize, &made)); /* nobody wants it */
    return DWCP_OK;
}

HOST(look_at_stale) {
    UNUSED;
    void *found = &seen;
    CHECK_STATUS(dwcp_caller_externref_data, INVALID_ARGUMENT, (caller, &stale, &found));
    CHECK(found == NULL);
    test_forget(); /* the call that comes back with an error writes to the same place */
    results[0] = stale; /* a result that is none */
    return DWCP_OK;
}

static void by_reference(dwcp_runtime_t *runtime) {
    static const char wat[] =
        "(module (import \"env\" \"f\" (func $f (param funcref externref funcref) (result funcref externref)))"
        " (import \"env\" \"look\" (func $look (param externref))) (import \"env\" \"stale\" (func $stale (result externref)))"
        " (table $t 1 funcref) (type $unary (func (param i32) (result i32))) (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))"
        " (elem declare func $double) (global $kept (mut externref) (ref.null extern))"
        " (func (export \"same\") (param externref) (result externref) (local.get 0))"
        " (func (export \"run\") (result i32) (local funcref)"
        "  (global.set $kept (call $f (ref.func $double) (ref.null extern) (ref.null func))) (local.set 0) (table.set $t (i32.const 0) (local.get 0))"
        "  (call $look (global.get $kept)) (call_indirect $t (type $unary) (i32.const 21) (i32.const 0)))"
        " (func (export \"stale\") (drop (call $stale))))";
    seen = finalized = 0;
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "f", "crc:cr", references, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "look", "r:", look, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "stale", NULL, look_at_stale, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, wat, imports);
    CHECK_EQ(call_i32(module, "run"), 42);
    CHECK(seen == 1 && finalized == 2 + 1 + 10); /* two refused, and both objects ended with the VM */
    CHECK_EQ(call(module, "stale", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_HOST_FUNCTION);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
}

HOST(no_use_for_references) {
    UNUSED;
    static int data = 100;
    dwcp_value_t made = {0};
    CHECK_STATUS(dwcp_caller_externref_new, UNSUPPORTED, (caller, &data, finalize, &made));
    CHECK_EQ(finalized, 100);
    return DWCP_OK;
}

/* Objects for ever, each held by the guest: the limit of its memory ends that. */
HOST(many_references) {
    UNUSED;
    static int data = 1;
    dwcp_value_t made = {0}, list = dwcp_externref_null();
    for (int i = 0; i < 1000000; i++) {
        dwcp_status_t status = dwcp_caller_externref_new(caller, &data, finalize, &made);
        if (status != DWCP_OK) break;
        seen++;
    }
    CHECK_STATUS(dwcp_caller_externref_new, OUT_OF_MEMORY, (caller, &data, finalize, &list));
    return DWCP_OK;
}

static void references_and_limits(dwcp_runtime_t *runtime) {
    finalized = 0;
    run(runtime, "(module (import \"env\" \"f\" (func $f)) (func (export \"run\") (call $f)))", ":", no_use_for_references);
    seen = finalized = 0;
    dwcp_module_t *module = load_defined(runtime, "(module (import \"env\" \"f\" (func $f (param externref))) (func (export \"run\") (call $f (ref.null extern))))", "f", "r:", many_references);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.max_memory_bytes = 1 << 20;
    CHECK_EQ(call(module, "run", NULL, 0, &options, NULL, 0, NULL), DWCP_OK);
    CHECK(seen > 100 && finalized >= seen);
    dwcp_module_free(module);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    by_reference(runtime);
    references_and_limits(runtime);
    dwcp_runtime_free(runtime);
    return report("host_references");
}
