/* cancel - ends calls from outside: a token is given to any number of calls, and whoever fires it ends them all.
 *
 *     cc cancel.c -ldwcp_wasm -lpthread -o cancel && ./cancel
 */
#include <dwcp_wasm.h>

#include <pthread.h>
#include <semaphore.h>
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

static sem_t at_work;

/* Lets this program know that a guest is at work. */
static dwcp_status_t tell(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    sem_post(&at_work);
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

/* A host function that takes long looks now and then whether anybody still wants its answer: it cannot be interrupted. */
static dwcp_status_t search(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                            size_t nresults) {
    sem_post(&at_work);
    while (!dwcp_caller_is_cancelled(caller)) {} /* a piece of the work */
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK; /* the call ends as cancelled, whatever is said here */
}

struct job {
    pthread_t thread;
    const dwcp_function_t *function;
    const dwcp_cancel_t *cancel;
    dwcp_status_t status;
    char message[100];
};

static void *work(void *argument) {
    struct job *job = argument;
    dwcp_error_t *error = NULL;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.cancel = job->cancel;
    job->status = dwcp_function_call(job->function, NULL, 0, &options, NULL, 0, NULL, NULL, &error);
    snprintf(job->message, sizeof job->message, "%s", dwcp_error_message(error));
    dwcp_error_free(error);
    return NULL;
}

int main(void) {
    static const char wat[] =
        "(module (import \"host\" \"tell\" (func $tell)) (import \"host\" \"search\" (func $search))"
        " (func (export \"compute\") (call $tell) (loop $again (br $again)))"
        " (func (export \"search\") (call $search))"
        " (func (export \"short\")))";
    static const char *const names[] = {"compute", "compute", "search", "short"};
    enum { FUNCTIONS = 4, RUNNING = 3 };
    dwcp_error_t *error = NULL;
    dwcp_config_t *config = dwcp_config_new(DWCP_PROFILE_DEFAULT);
    dwcp_imports_t *imports = dwcp_imports_new();
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *functions[FUNCTIONS] = {NULL};
    sem_init(&at_work, 0, 0);
    check(dwcp_config_set_enable_fuel_metering(config, false, &error), &error); /* so that nothing else ends the calls soon */
    check(dwcp_runtime_new(config, &runtime, &error), &error);
    dwcp_config_free(config);
    check(dwcp_imports_define(imports, "host", "tell", ":", tell, NULL, NULL, &error), &error);
    check(dwcp_imports_define(imports, "host", "search", ":", search, NULL, NULL, &error), &error);
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.imports = imports;
    check(dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &error), &error);
    for (int i = 0; i < FUNCTIONS; i++) check(dwcp_module_get_function(module, names[i], NULL, &functions[i], &error), &error);

    /* Three calls on three threads, none of which would come to an end; all of them carry the token. */
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    struct job jobs[RUNNING];
    for (int i = 0; i < RUNNING; i++) {
        jobs[i] = (struct job){.function = functions[i], .cancel = cancel};
        if (pthread_create(&jobs[i].thread, NULL, work, &jobs[i]) != 0) {
            perror("pthread_create");
            return 1;
        }
    }
    for (int i = 0; i < RUNNING; i++) sem_wait(&at_work);
    dwcp_cancel_fire(cancel); /* does not wait for them: that is for those who made the calls */
    for (int i = 0; i < RUNNING; i++) {
        pthread_join(jobs[i].thread, NULL);
        printf("%s: %s: %s\n", names[i], dwcp_status_name(jobs[i].status), jobs[i].message);
    }

    /* Fired, it stays so: what carries it does not begin. */
    struct job late = {.function = functions[3], .cancel = cancel};
    work(&late);
    printf("a short call with the fired token: %s\n", dwcp_status_name(late.status));
    struct job other = {.function = functions[3]};
    work(&other);
    printf("one without: %s\n", dwcp_status_name(other.status));
    dwcp_cancel_reset(cancel);
    work(&late);
    printf("after a reset: %s\n", dwcp_status_name(late.status));

    dwcp_cancel_free(cancel);
    for (int i = 0; i < FUNCTIONS; i++) dwcp_function_free(functions[i]);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
    sem_destroy(&at_work);
    return 0;
}
