/* A host that loads the library at run time, uses it on a thread, lets it go and lives on: thread-local destructors of the
 * library run after dlclose, so it must stay mapped. */
#include <dwcp_wasm.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void *library;

static void *use(void *unused) {
    static const char wat[] = "(module (func (export \"one\") (result i32) (i32.const 1)))";
    dwcp_runtime_t *runtime = NULL;
    dwcp_value_t result;
    size_t count = 0;
    dwcp_status_t status;
    dwcp_status_t (*runtime_new)(const dwcp_config_t *, dwcp_runtime_t **, dwcp_error_t **);
    void (*runtime_free)(dwcp_runtime_t *);
    dwcp_status_t (*execute)(dwcp_runtime_t *, const uint8_t *, size_t, const char *, const char *, const dwcp_value_t *, size_t,
                             const dwcp_call_options_t *, dwcp_value_t *, size_t, size_t *, dwcp_call_stats_t *, dwcp_error_t **);
    *(void **)&runtime_new = dlsym(library, "dwcp_runtime_new");
    *(void **)&runtime_free = dlsym(library, "dwcp_runtime_free");
    *(void **)&execute = dlsym(library, "dwcp_runtime_execute");
    status = runtime_new(NULL, &runtime, NULL);
    if (status == DWCP_OK) {
        status = execute(runtime, (const uint8_t *)wat, strlen(wat), NULL, "one", NULL, 0, NULL, &result, 1, &count, NULL, NULL);
    }
    runtime_free(runtime);
    dlclose(library);
    (void)unused;
    return status == DWCP_OK && dwcp_as_i32(result) == 1 ? library : NULL;
}

int main(int argc, char **argv) {
    pthread_t thread;
    void *answer = NULL;
    library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: dlopen LIBRARY");
        return 1;
    }
    if (pthread_create(&thread, NULL, use, NULL) != 0 || pthread_join(thread, &answer) != 0 || answer == NULL) {
        fprintf(stderr, "the call failed\n");
        return 1;
    }
    printf("loaded, called, closed\n");
    return 0;
}
