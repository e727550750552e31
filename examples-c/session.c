/* session - a guest that remembers: a VM kept from call to call, its memory and a global read from outside, its death, a new one.
 *
 *     cc session.c -ldwcp_wasm -o session && ./session
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

/* What a host gets for a call that did not go well. */
static void tell(const char *what, dwcp_status_t status, dwcp_error_t *error) {
    printf("%s: %s: %s\n", what, dwcp_status_name(status), dwcp_error_message(error));
    dwcp_error_free(error);
}

int main(void) {
    /* A notebook: lines one after another in memory, their number in a global. A line of no length is one too many. */
    static const char wat[] =
        "(module"
        " (memory (export \"memory\") 1)"
        " (global $lines (export \"lines\") (mut i32) (i32.const 0)) (global $end (mut i32) (i32.const 1024))"
        " (func (export \"alloc\") (param i32) (result i32) (i32.const 8))" /* arguments of a call: overwritten by the next */
        " (func (export \"note\") (param $at i32) (param $len i32) (result i32)"
        "  (if (i32.eqz (local.get $len)) (then unreachable))"
        "  (memory.copy (global.get $end) (local.get $at) (local.get $len))"
        "  (i32.store8 (i32.add (global.get $end) (local.get $len)) (i32.const 10))"
        "  (global.set $end (i32.add (global.get $end) (i32.add (local.get $len) (i32.const 1))))"
        "  (global.set $lines (i32.add (global.get $lines) (i32.const 1)))"
        "  (i32.sub (global.get $end) (i32.const 1024))))";
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *note = NULL;
    dwcp_vm_t *vm = NULL;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, &error), &error);
    check(dwcp_module_get_function(module, "note", "s:i", &note, &error), &error);

    /* The session takes a slot of max_live_vms until it is released. Its memory limit is settled here, for all of its calls. */
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.max_memory_bytes = 4 << 20;
    check(dwcp_vm_acquire(module, &options, &vm, &error), &error);

    /* Each call has time and fuel of its own. */
    static const char *const lines[] = {"buy bread", "call home"};
    dwcp_value_t used = {0};
    for (int i = 0; i < 2; i++) {
        dwcp_value_t line = dwcp_string(lines[i]);
        dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
        check(dwcp_vm_call(vm, note, &line, 1, NULL, &used, 1, NULL, &stats, &error), &error);
        printf("call %d: %d bytes used\n", i + 1, dwcp_as_i32(used));
    }

    /* Between calls the host reads and writes what the guest has. */
    char text[64];
    dwcp_value_t count = {0};
    check(dwcp_vm_read(vm, 1024, text, (size_t)dwcp_as_i32(used), &error), &error);
    check(dwcp_vm_global_get(vm, "lines", &count, &error), &error);
    printf("%d lines:\n%.*s", dwcp_as_i32(count), (int)dwcp_as_i32(used), text);
    check(dwcp_vm_write(vm, 1024, "BUY", 3, &error), &error);
    check(dwcp_vm_read(vm, 1024, text, 9, &error), &error);
    printf("changed: %.9s\n", text);

    /* A wrong argument is an error of its own and changes nothing. */
    dwcp_value_t number = dwcp_i32(5);
    dwcp_status_t status = dwcp_vm_call(vm, note, &number, 1, NULL, &used, 1, NULL, NULL, &error);
    tell("a number", status, error);

    /* A trap leaves memory half written: the VM ends with it, and every later call says why. */
    dwcp_value_t empty = dwcp_string(""), more = dwcp_string("sleep");
    status = dwcp_vm_call(vm, note, &empty, 1, NULL, &used, 1, NULL, NULL, &error);
    tell("an empty line", status, error);
    status = dwcp_vm_call(vm, note, &more, 1, NULL, &used, 1, NULL, NULL, &error);
    tell("after that", status, error);

    /* The way on: release it, acquire another, and begin anew. */
    if (status == DWCP_ERR_VM_DEAD) {
        dwcp_vm_release(vm);
        check(dwcp_vm_acquire(module, &options, &vm, &error), &error);
        check(dwcp_vm_call(vm, note, &more, 1, NULL, &used, 1, NULL, NULL, &error), &error);
        check(dwcp_vm_global_get(vm, "lines", &count, &error), &error);
        printf("a new session: %d line\n", dwcp_as_i32(count));
    }
    dwcp_vm_release(vm);
    dwcp_function_free(note);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
