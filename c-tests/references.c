/* References: functions of a guest in the hands of the host, objects of the host in the hands of a guest. */
#include "reference_guests.h"

static dwcp_value_t registered;

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

static const dwcp_host_fn registering = register_it, flooding = do_nothing;

/* In a guest that knows no references. */
static dwcp_status_t useless(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                             size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_value_t made;
    CHECK_STATUS(dwcp_caller_externref_new, UNSUPPORTED, (caller, new_object(1), end_object, &made));
    return DWCP_OK;
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

int main(void) {
    objects();
    functions();
    CHECK_EQ(atomic_load(&alive), 0);
    return report("references");
}
