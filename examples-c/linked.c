/* linked - modules that import from each other: a library with a memory, one that is built on it, and a program on both.
 *
 *     cc linked.c -ldwcp_wasm -o linked && ./linked
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

/* Owns the memory, in which it keeps a list of numbers. `_initialize` runs once in every VM, before anybody imports from it. */
static const char LIST[] =
    "(module (memory (export \"memory\") 1) (global $length (export \"length\") (mut i32) (i32.const 0))"
    " (func $push (export \"push\") (param i32)"
    "  (i32.store (i32.mul (global.get $length) (i32.const 4)) (local.get 0))"
    "  (global.set $length (i32.add (global.get $length) (i32.const 1))))"
    " (func (export \"_initialize\") (call $push (i32.const 100))))";

/* Works on the memory and the global of the other, not on copies. */
static const char SUM[] =
    "(module (memory (import \"list\" \"memory\") 1) (global $length (import \"list\" \"length\") (mut i32))"
    " (func (export \"sum\") (result i32) (local $i i32) (local $sum i32)"
    "  (block $done (loop $next"
    "   (br_if $done (i32.ge_u (local.get $i) (global.get $length)))"
    "   (local.set $sum (i32.add (local.get $sum) (i32.load (i32.mul (local.get $i) (i32.const 4)))))"
    "   (local.set $i (i32.add (local.get $i) (i32.const 1)))"
    "   (br $next)))"
    "  (local.get $sum)))";

static const char PROGRAM[] =
    "(module (import \"list\" \"push\" (func $push (param i32))) (import \"sum\" \"sum\" (func $sum (result i32)))"
    " (func (export \"run\") (param i32) (result i32) (call $push (local.get 0)) (call $push (local.get 0)) (call $sum)))";

static dwcp_runtime_t *runtime;

static dwcp_status_t load(const char *wat, const dwcp_link_t *links, size_t nlinks, dwcp_module_t **out, dwcp_error_t **error) {
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.links = links;
    options.nlinks = nlinks;
    return dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, out, error);
}

int main(void) {
    dwcp_error_t *error = NULL;
    dwcp_module_t *list = NULL, *sum = NULL, *program = NULL, *wrong = NULL;
    dwcp_function_t *run = NULL;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);

    /* The name of a link is the module part of the imports. In a VM of `program` there are three instances, made in this order:
     * list, sum, program. */
    check(load(LIST, NULL, 0, &list, &error), &error);
    const dwcp_link_t of_sum[] = {{"list", list}};
    check(load(SUM, of_sum, 1, &sum, &error), &error);
    const dwcp_link_t of_program[] = {{"list", list}, {"sum", sum}};
    check(load(PROGRAM, of_program, 2, &program, &error), &error);
    dwcp_module_free(list); /* handles may go in any order: the program keeps what it needs */
    dwcp_module_free(sum);

    /* Every call has a VM of its own, list and all: what one call pushes, the next does not find. */
    check(dwcp_module_get_function(program, "run", "i:i", &run, &error), &error);
    for (int32_t number = 1; number <= 3; number++) {
        dwcp_value_t arg = dwcp_i32(number), result;
        check(dwcp_function_call(run, &arg, 1, NULL, &result, 1, NULL, NULL, &error), &error);
        printf("100 + %d + %d = %d\n", number, number, dwcp_as_i32(result));
    }

    /* A link brings its own links along. An import that a link has with another type is refused when the module is loaded, and so
     * is one that nobody has. */
    const dwcp_link_t again[] = {{"program", program}};
    dwcp_status_t status = load("(module (import \"program\" \"run\" (func (param i64))))", again, 1, &wrong, &error);
    printf("%s: %s\n", dwcp_status_name(status), dwcp_error_message(error));
    dwcp_error_free(error);
    status = load("(module (import \"program\" \"stop\" (func (result i32))))", again, 1, &wrong, &error);
    printf("%s: %s\n", dwcp_status_name(status), dwcp_error_message(error));
    dwcp_error_free(error);

    dwcp_function_free(run);
    dwcp_module_free(program);
    dwcp_runtime_free(runtime);
    return 0;
}
