/* references - an object of yours that a guest holds but cannot look into, and a function of the guest that you call back.
 *
 *     cc references.c -ldwcp_wasm -o references && ./references
 */
#include <dwcp_wasm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program with what went wrong; nothing to do when nothing did. It takes the address of the error because C may read
 * the arguments of check(f(..., &error), error) before it calls f. */
static void check(dwcp_status_t status, dwcp_error_t **error) {
    if (status == DWCP_OK) return;
    fprintf(stderr, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(*error)); /* "" for NULL */
    dwcp_error_free(*error);
    exit(1);
}

/* What the guest holds: an account. It sees an externref, which it can keep and hand back, and nothing else. */
struct account {
    const char *owner;
    int balance;
};

/* Runs exactly once, when neither you nor the guest have the reference any more. */
static void close_account(void *data) {
    struct account *account = data;
    printf("the account of %s ends with %d\n", account->owner, account->balance);
    free(account);
}

/* The guest hands an account back together with a sum. */
static dwcp_status_t host_pay(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                              size_t nresults) {
    void *data = NULL;
    dwcp_status_t status = dwcp_caller_externref_data(caller, &args[0], &data);
    if (status != DWCP_OK) return status;
    struct account *account = data; /* NULL if the guest passed a null reference */
    if (account) account->balance += dwcp_as_i32(args[1]);
    (void)user, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

/* The guest registers a function of its own. References that a host function is passed are its own until it returns; one that is
 * kept lives as long as the VM, or until dwcp_vm_ref_free. */
static dwcp_status_t host_on_interest(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs,
                                      dwcp_value_t *results, size_t nresults) {
    (void)nargs, (void)results, (void)nresults;
    return dwcp_caller_ref_keep(caller, &args[0], user);
}

int main(void) {
    static const char wat[] =
        "(module"
        " (import \"bank\" \"pay\" (func $pay (param externref i32)))"
        " (import \"bank\" \"on_interest\" (func $on_interest (param funcref)))"
        " (table $accounts 4 externref) (global $count (mut i32) (i32.const 0))"
        " (func (export \"_initialize\") (call $on_interest (ref.func $interest)))"
        " (func (export \"open\") (param externref) (result i32)"
        "  (table.set $accounts (global.get $count) (local.get 0))"
        "  (global.set $count (i32.add (global.get $count) (i32.const 1)))"
        "  (i32.sub (global.get $count) (i32.const 1)))"
        " (func (export \"close\") (param i32) (table.set $accounts (local.get 0) (ref.null extern)))"
        " (func $interest (param $each i32) (result i32) (local $i i32)" /* pays all, and says how many that were */
        "  (loop (call $pay (table.get $accounts (local.get $i)) (local.get $each))"
        "   (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (global.get $count))))"
        "  (global.get $count))"
        " (elem declare func $interest))";
    static const char *const owners[] = {"Ada", "Grace"};
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *open_account = NULL, *end_account = NULL;
    dwcp_vm_t *vm = NULL;
    dwcp_value_t interest = {0}, result = {0};
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);
    dwcp_imports_t *imports = dwcp_imports_new();
    check(dwcp_imports_define(imports, "bank", "pay", NULL, host_pay, NULL, NULL, &error), &error);
    check(dwcp_imports_define(imports, "bank", "on_interest", NULL, host_on_interest, &interest, NULL, &error), &error);
    dwcp_load_options_t load = DWCP_LOAD_OPTIONS_INIT;
    load.imports = imports;
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, &load, &module, &error), &error);
    dwcp_imports_free(imports);
    check(dwcp_module_get_function(module, "open", NULL, &open_account, &error), &error);
    check(dwcp_module_get_function(module, "close", NULL, &end_account, &error), &error);

    /* References live in sessions. This one's _initialize registers the callback. */
    check(dwcp_vm_acquire(module, NULL, &vm, &error), &error);
    for (int i = 0; i < 2; i++) {
        struct account *account = malloc(sizeof *account);
        if (!account) return 1;
        *account = (struct account){owners[i], 100};
        dwcp_value_t reference = {0};
        check(dwcp_vm_externref_new(vm, account, close_account, &reference, &error), &error);
        check(dwcp_vm_call(vm, open_account, &reference, 1, NULL, &result, 1, NULL, NULL, &error), &error);
        printf("%s has account %d\n", owners[i], dwcp_as_i32(result));
        check(dwcp_vm_ref_free(vm, &reference, &error), &error); /* from now on only the guest has it */
    }

    /* Later the host calls what was registered. */
    for (int i = 0; i < 2; i++) {
        dwcp_value_t each = dwcp_i32(5);
        check(dwcp_vm_call_ref(vm, &interest, &each, 1, NULL, &result, 1, NULL, NULL, &error), &error);
        printf("interest for %d accounts\n", dwcp_as_i32(result));
    }

    /* The guest lets go of one: a collection finds that nobody has it. */
    dwcp_value_t first = dwcp_i32(0);
    check(dwcp_vm_call(vm, end_account, &first, 1, NULL, NULL, 0, NULL, NULL, &error), &error);
    check(dwcp_vm_gc(vm, &error), &error);

    /* The other one ends with the VM, and so does the callback. */
    printf("the session ends\n");
    dwcp_vm_release(vm);
    dwcp_function_free(open_account);
    dwcp_function_free(end_account);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
