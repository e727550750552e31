/* shutdown - a server that SIGTERM ends in good order: no new requests, a grace for those that run, then close, and exit status 0.
 * A second signal, or a request that is still not done when the grace is over, ends it at once with exit status 1.
 *
 *     cc shutdown.c -ldwcp_wasm -lpthread -o shutdown && ./shutdown & sleep 1; kill $!
 *
 * usage: shutdown [GRACE_MS [stuck]]    with "stuck" one request waits in a host function for ever
 */
#include <dwcp_wasm.h>

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, STEP_MS = 50 };

/* Ends the program with what went wrong; nothing to do when nothing did. It takes the address of the error because C may read
 * the arguments of check(f(..., &error), error) before it calls f. */
static void check(dwcp_status_t status, dwcp_error_t **error) {
    if (status == DWCP_OK) return;
    fprintf(stderr, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(*error)); /* "" for NULL */
    dwcp_error_free(*error);
    exit(1);
}

static void say(const char *text) {
    puts(text);
    fflush(stdout);
}

static atomic_uint begun, answered, failed;
static sem_t hanging;

/* A request reads from a database, say. */
static dwcp_status_t host_read(void *stuck, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                               size_t nresults) {
    if (stuck != NULL) {
        sem_post(&hanging);
        for (;;) pause(); /* the database does not answer, and nobody can interrupt a host function */
    }
    results[0] = dwcp_i32(21);
    (void)caller, (void)args, (void)nargs, (void)nresults;
    return DWCP_OK;
}

/* Takes one request after the other, until there are no more. */
static void *serve(void *function) {
    for (;;) {
        dwcp_value_t result;
        atomic_fetch_add(&begun, 1);
        dwcp_status_t status = dwcp_function_call(function, NULL, 0, NULL, &result, 1, NULL, NULL, NULL);
        if (status == DWCP_ERR_SHUTTING_DOWN || status == DWCP_ERR_CLOSED) {
            atomic_fetch_sub(&begun, 1); /* refused before anything ran: the client may try elsewhere */
            return NULL;
        }
        if (status == DWCP_OK) atomic_fetch_add(&answered, 1);
        else atomic_fetch_add(&failed, 1);
    }
}

static dwcp_function_t *load(dwcp_runtime_t *runtime, void *user) {
    static const char wat[] =
        "(module (import \"host\" \"read\" (func $read (result i32)))"
        " (func (export \"handle\") (result i32) (i32.mul (call $read) (i32.const 2))))";
    dwcp_error_t *error = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *handle = NULL;
    dwcp_imports_t *imports = dwcp_imports_new();
    check(dwcp_imports_define(imports, "host", "read", ":i", host_read, user, NULL, &error), &error);
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &error), &error);
    check(dwcp_module_get_function(module, "handle", ":i", &handle, &error), &error);
    dwcp_imports_free(imports);
    dwcp_module_free(module); /* the function keeps it */
    return handle;
}

/* Whether everything that runs has ended before the grace is over and before a second signal. */
static bool drain(dwcp_runtime_t *runtime, const sigset_t *signals, unsigned grace_ms) {
    for (unsigned waited = 0;; waited += STEP_MS) {
        dwcp_error_t *error = NULL;
        dwcp_status_t status = dwcp_runtime_drain(runtime, STEP_MS, &error);
        if (status != DWCP_ERR_TIMEOUT) check(status, &error);
        dwcp_error_free(error);
        if (status == DWCP_OK) return true;
        if (waited >= grace_ms) {
            say("a request is not done: the grace is over");
            return false;
        }
        if (sigtimedwait(signals, NULL, &(struct timespec){0}) > 0) {
            say("a second signal");
            return false;
        }
    }
}

int main(int argc, char **argv) {
    unsigned grace_ms = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 10000;
    bool stuck = argc > 2 && strcmp(argv[2], "stuck") == 0;

    /* Blocked before any thread is made, so that it is blocked in all of them: the signals wait until main takes them. No handler
     * runs in the middle of anything. The library's own threads take no signals in any case. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    sem_init(&hanging, 0, 0);
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);
    dwcp_function_t *handle = load(runtime, NULL), *hang = stuck ? load(runtime, &hanging) : NULL;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, serve, stuck && i == 0 ? hang : handle) != 0) {
            perror("pthread_create");
            return 1;
        }
    }
    if (stuck) sem_wait(&hanging);
    say("ready");

    int signal_number = 0;
    sigwait(&signals, &signal_number);
    say(signal_number == SIGTERM ? "SIGTERM: no new requests" : "SIGINT: no new requests");
    if (!drain(runtime, &signals, grace_ms)) {
        /* Closing would cancel the guests that still run, but wait for the host function. Nothing more is to be waited for. */
        _exit(1);
    }
    say("drained");
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    printf("requests that began and have no answer: %u, that failed: %u\n",
           atomic_load(&begun) - atomic_load(&answered) - atomic_load(&failed), atomic_load(&failed));

    /* Nothing runs any more: closing joins the threads of the runtime. The handles may be freed in any order. */
    check(dwcp_runtime_close(runtime, 0, &error), &error);
    dwcp_function_free(handle);
    dwcp_function_free(hang);
    dwcp_runtime_free(runtime);
    say("closed");
    return 0;
}
