/* concurrent - one module, ten threads, no lock of yours: handles may be used from any number of threads.
 *
 *     cc concurrent.c -ldwcp_wasm -lpthread -o concurrent && ./concurrent
 */
#include <dwcp_wasm.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 10 };

/* Ends the program with what went wrong; nothing to do when nothing did. It takes the address of the error because C may read
 * the arguments of check(f(..., &error), error) before it calls f. */
static void check(dwcp_status_t status, dwcp_error_t **error) {
    if (status == DWCP_OK) return;
    fprintf(stderr, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(*error)); /* "" for NULL */
    dwcp_error_free(*error);
    exit(1);
}

struct job {
    pthread_t thread;
    const dwcp_function_t *fibonacci;
    int32_t n, answer;
};

static void *work(void *argument) {
    struct job *job = argument;
    dwcp_error_t *error = NULL; /* errors come from the call itself: nothing is kept in the thread */
    dwcp_value_t arg = dwcp_i32(job->n), result;
    check(dwcp_function_call(job->fibonacci, &arg, 1, NULL, &result, 1, NULL, NULL, &error), &error);
    job->answer = dwcp_as_i32(result);
    return NULL;
}

int main(void) {
    static const char wat[] =
        "(module (func $f (export \"fibonacci\") (param $n i32) (result i32)"
        "  (if (result i32) (i32.lt_s (local.get $n) (i32.const 2))"
        "    (then (local.get $n))"
        "    (else (i32.add (call $f (i32.sub (local.get $n) (i32.const 1)))"
        "                   (call $f (i32.sub (local.get $n) (i32.const 2))))))))";
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *fibonacci = NULL;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, &error), &error);
    check(dwcp_module_get_function(module, "fibonacci", "i:i", &fibonacci, &error), &error);

    struct job jobs[THREADS];
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){.fibonacci = fibonacci, .n = i};
        if (pthread_create(&jobs[i].thread, NULL, work, &jobs[i]) != 0) {
            perror("pthread_create");
            return 1;
        }
    }
    for (int i = 0; i < THREADS; i++) pthread_join(jobs[i].thread, NULL);
    for (int i = 0; i < THREADS; i++) printf("fibonacci(%d) = %d\n", jobs[i].n, jobs[i].answer);

    /* What it took: see metrics.c for all of them. */
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    check(dwcp_runtime_metrics(runtime, &metrics, &error), &error);
    printf("calls: %llu, failed: %llu, cold starts: %llu, warm starts: %llu\n", (unsigned long long)metrics.total_executions,
           (unsigned long long)metrics.failed_executions, (unsigned long long)metrics.cold_starts,
           (unsigned long long)metrics.warm_starts);

    dwcp_function_free(fibonacci);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
