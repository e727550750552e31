/* aliases - replaces a module while it serves: callers know a name, and the name changes hands between two calls. In the end it
 * disables a module that somebody still has a handle of.
 *
 *     cc aliases.c -ldwcp_wasm -lpthread -o aliases && ./aliases
 */
#include <dwcp_wasm.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4 };

/* Ends the program with what went wrong; nothing to do when nothing did. It takes the address of the error because C may read
 * the arguments of check(f(..., &error), error) before it calls f. */
static void check(dwcp_status_t status, dwcp_error_t **error) {
    if (status == DWCP_OK) return;
    fprintf(stderr, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(*error)); /* "" for NULL */
    dwcp_error_free(*error);
    exit(1);
}

/* Each version has a host function of its own: an alias stands for the module with everything that it was loaded with. */
static dwcp_status_t rate(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    results[0] = dwcp_i32(*(const int32_t *)user);
    (void)caller, (void)args, (void)nargs, (void)nresults;
    return DWCP_OK;
}

static atomic_bool old_is_gone;

/* Runs when no alias, no handle and no call has the old version any more: the place to give back what it used. */
static void gone(void *user) {
    (void)user;
    atomic_store(&old_is_gone, true);
}

static dwcp_module_t *load(dwcp_runtime_t *runtime, const char *wat, int32_t *user, dwcp_finalizer_fn finalizer) {
    dwcp_error_t *error = NULL;
    dwcp_module_t *module = NULL;
    dwcp_imports_t *imports = dwcp_imports_new();
    check(dwcp_imports_define(imports, "host", "rate", ":i", rate, user, finalizer, &error), &error);
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &error), &error);
    dwcp_imports_free(imports);
    return module;
}

struct server {
    pthread_t thread;
    dwcp_runtime_t *runtime;
    atomic_int from_old, from_new; /* answers */
    int back;                      /* answers of the old version after one of the new */
};

static atomic_bool stop;

static void *serve(void *argument) {
    struct server *server = argument;
    while (!atomic_load(&stop)) {
        dwcp_error_t *error = NULL;
        dwcp_value_t amount = dwcp_i32(100), result;
        check(dwcp_runtime_execute(server->runtime, NULL, 0, "price", "price", &amount, 1, NULL, &result, 1, NULL, NULL, &error),
              &error);
        if (dwcp_as_i32(result) == 107) {
            atomic_fetch_add(&server->from_old, 1);
            server->back += atomic_load(&server->from_new) > 0;
        } else if (dwcp_as_i32(result) == 119) {
            atomic_fetch_add(&server->from_new, 1);
        } else {
            fprintf(stderr, "%d is the answer of neither version\n", dwcp_as_i32(result));
            exit(1);
        }
    }
    return NULL;
}

int main(void) {
    static const char old_version[] =
        "(module (import \"host\" \"rate\" (func $rate (result i32)))"
        " (func (export \"price\") (param $amount i32) (result i32) (i32.add (local.get $amount) (call $rate))))";
    static const char new_version[] =
        "(module (import \"host\" \"rate\" (func $rate (result i32)))"
        " (func (export \"price\") (param $amount i32) (result i32)"
        "  (i32.div_s (i32.mul (local.get $amount) (i32.add (i32.const 100) (call $rate))) (i32.const 100))))";
    static int32_t seven = 7, nineteen = 19;
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);

    dwcp_module_t *module = load(runtime, old_version, &seven, gone);
    check(dwcp_runtime_set_alias(runtime, "price", module, &error), &error);
    dwcp_module_free(module); /* the alias keeps it */

    static struct server servers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        servers[i].runtime = runtime;
        if (pthread_create(&servers[i].thread, NULL, serve, &servers[i]) != 0) {
            perror("pthread_create");
            return 1;
        }
    }
    for (int i = 0; i < THREADS; i++)
        while (atomic_load(&servers[i].from_old) < 10) sched_yield();
    printf("the old version serves\n");

    /* Compiled and linked before anybody is sent there; the change itself is one step. A call gets the old version or the new
     * one, never neither, and what is under way ends where it began. */
    module = load(runtime, new_version, &nineteen, NULL);
    check(dwcp_runtime_set_alias(runtime, "price", module, &error), &error);
    for (int i = 0; i < THREADS; i++)
        while (atomic_load(&servers[i].from_new) < 10) sched_yield();
    printf("the new version serves\n");

    atomic_store(&stop, true);
    int back = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(servers[i].thread, NULL);
        back += servers[i].back;
    }
    printf("answers of the old version after one of the new: %d\n", back);
    printf("the old version is gone: %s\n", atomic_load(&old_is_gone) ? "yes" : "no");

    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    check(dwcp_runtime_metrics(runtime, &metrics, &error), &error);
    printf("failed calls: %llu\n", (unsigned long long)metrics.failed_executions);

    /* Replaced once more. This version has a handle left, and a function bound to it, by which it can still be called. */
    dwcp_function_t *price = NULL;
    check(dwcp_module_get_function(module, "price", NULL, &price, &error), &error);
    static int32_t twenty = 20;
    dwcp_module_t *next = load(runtime, new_version, &twenty, NULL);
    check(dwcp_runtime_set_alias(runtime, "price", next, &error), &error);
    dwcp_module_free(next);
    dwcp_value_t amount = dwcp_i32(100), result;
    check(dwcp_function_call(price, &amount, 1, NULL, &result, 1, NULL, NULL, &error), &error);
    printf("by its handle, the replaced version says %d\n", dwcp_as_i32(result));

    /* Disabling ends that: for this module, whoever has it, and not for the other one of the same bytes. With true it would also
     * end the calls that it is in the middle of. */
    check(dwcp_module_disable(module, false, &error), &error);
    dwcp_status_t status = dwcp_function_call(price, &amount, 1, NULL, &result, 1, NULL, NULL, &error);
    printf("disabled: %s: %s\n", dwcp_status_name(status), dwcp_error_message(error));
    dwcp_error_free(error);
    check(dwcp_runtime_execute(runtime, NULL, 0, "price", "price", &amount, 1, NULL, &result, 1, NULL, NULL, &error), &error);
    printf("by name: %d\n", dwcp_as_i32(result));
    dwcp_function_free(price);
    dwcp_module_free(module);

    /* Without a module the name is removed, and the module with it if nobody else has it. */
    check(dwcp_runtime_set_alias(runtime, "price", NULL, &error), &error);
    dwcp_module_t *none = NULL;
    status = dwcp_module_find(runtime, "price", &none, &error);
    printf("afterwards: %s: %s\n", dwcp_status_name(status), dwcp_error_message(error));
    dwcp_error_free(error);
    dwcp_runtime_free(runtime);
    return 0;
}
