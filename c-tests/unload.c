/* The library opened at run time: used, closed and opened again a hundred times, closed while a runtime lives and threads work,
 * and twice in one process under two names. A copy is opened, because the library itself is linked to every test. */
#include "guests.h"
#include "maps.h"
#include "process.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
enum { SLACK = 8, DEEP = 0 }; /* the sanitizer ends a program that binds deeply */
#else
enum { SLACK = 8, DEEP = RTLD_DEEPBIND };
#endif

static char first[64], second[64];

/* The functions that a host would look up. */
#define FUNCTIONS(f)                                                                                                          \
    f(dwcp_runtime_new) f(dwcp_runtime_close) f(dwcp_runtime_free) f(dwcp_module_load) f(dwcp_module_free)                    \
    f(dwcp_module_get_function) f(dwcp_function_call) f(dwcp_function_free) f(dwcp_module_run) f(dwcp_vm_acquire)             \
    f(dwcp_vm_call) f(dwcp_vm_release) f(dwcp_values_clear) f(dwcp_error_free) f(dwcp_error_message) f(dwcp_version)

typedef struct {
    void *library;
#define MEMBER(name) __typeof__(name) *name;
    FUNCTIONS(MEMBER)
} api_t;

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    REQUIRE(found != NULL);
    return found;
}

static api_t open_library(const char *path, int flags) {
    api_t api = {.library = dlopen(path, flags)};
    if (api.library == NULL) fprintf(stderr, "%s\n", dlerror());
    REQUIRE(api.library != NULL);
#define LOOK_UP(name) *(void **)&api.name = symbol(api.library, #name);
    FUNCTIONS(LOOK_UP)
    return api;
}

static const char GUEST[] =
    "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1) (data (i32.const 16) \"hello\\n\") (global $top (mut i32) (i32.const 1024))"
    " (func (export \"_start\") (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 6))"
    "  (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"
    " (func (export \"malloc\") (param i32) (result i32) (global.get $top)"
    "  (global.set $top (i32.add (global.get $top) (local.get 0))))"
    " (func (export \"free\") (param i32))"
    " (func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"
    " (func (export \"seven\") (result i32) (i32.const 7))"
    " (func (export \"segv\") (result i32) (i32.load (i32.const 65536)))"
    " (func (export \"ill\") (result i32) unreachable)"
    " (func (export \"fpe\") (result i32) (i32.div_u (i32.const 1) (i32.load (i32.const 512)))))";

typedef struct {
    api_t api;
    dwcp_runtime_t *runtime;
    dwcp_module_t *module;
} host_t;

static host_t start(const char *path, int flags) {
    host_t host = {.api = open_library(path, flags)};
    CHECK_STR(host.api.dwcp_version(), dwcp_version());
    CHECK_EQ(host.api.dwcp_runtime_new(NULL, &host.runtime, NULL), DWCP_OK);
    CHECK_EQ(host.api.dwcp_module_load(host.runtime, (const uint8_t *)GUEST, strlen(GUEST), NULL, NULL, &host.module, NULL), DWCP_OK);
    return host;
}

static void expect(host_t *host, const char *name, dwcp_status_t expected) {
    dwcp_function_t *function = NULL;
    dwcp_value_t result = {0};
    dwcp_error_t *error = NULL;
    CHECK_EQ(host->api.dwcp_module_get_function(host->module, name, NULL, &function, NULL), DWCP_OK);
    CHECK_EQ(host->api.dwcp_function_call(function, NULL, 0, NULL, &result, 1, NULL, NULL, &error), expected);
    CHECK((error == NULL) == (expected == DWCP_OK));
    if (error != NULL) CHECK(host->api.dwcp_error_message(error)[0] != '\0');
    host->api.dwcp_error_free(error);
    host->api.dwcp_function_free(function);
}

/* A bit of everything: numbers, traps by each signal, WASI, strings, a session. */
static void use(host_t *host) {
    int32_t code = 9;
    dwcp_function_t *echo = NULL, *seven = NULL;
    dwcp_value_t argument = dwcp_string("a string"), result = {0};
    dwcp_vm_t *vm = NULL;
    expect(host, "seven", DWCP_OK);
    expect(host, "segv", DWCP_ERR_TRAP);
    expect(host, "ill", DWCP_ERR_TRAP);
    expect(host, "fpe", DWCP_ERR_TRAP);
    CHECK_EQ(host->api.dwcp_module_run(host->module, NULL, &code, NULL, NULL), DWCP_OK);
    CHECK_EQ(code, 0);
    CHECK_EQ(host->api.dwcp_module_get_function(host->module, "echo", "s:s", &echo, NULL), DWCP_OK);
    CHECK_EQ(host->api.dwcp_function_call(echo, &argument, 1, NULL, &result, 1, NULL, NULL, NULL), DWCP_OK);
    CHECK(dwcp_as_bytes(result).len == 8 && memcmp(dwcp_as_bytes(result).data, "a string", 8) == 0);
    host->api.dwcp_values_clear(&result, 1);
    CHECK_EQ(host->api.dwcp_module_get_function(host->module, "seven", NULL, &seven, NULL), DWCP_OK);
    CHECK_EQ(host->api.dwcp_vm_acquire(host->module, NULL, &vm, NULL), DWCP_OK);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(host->api.dwcp_vm_call(vm, seven, NULL, 0, NULL, &result, 1, NULL, NULL, NULL), DWCP_OK);
        CHECK_EQ(dwcp_as_i32(result), 7);
    }
    host->api.dwcp_vm_release(vm);
    host->api.dwcp_function_free(echo);
    host->api.dwcp_function_free(seven);
}

static void finish(host_t *host) {
    host->api.dwcp_module_free(host->module);
    CHECK_EQ(host->api.dwcp_runtime_close(host->runtime, 0, NULL), DWCP_OK);
    host->api.dwcp_runtime_free(host->runtime);
    CHECK(no_library_thread());
    CHECK_EQ(dlclose(host->api.library), 0);
}

/* ---- again and again ---- */

typedef struct {
    host_t *host;
    pthread_barrier_t used, closed;
} lingerer_t;

static void *uses_it(void *host) {
    use(host);
    return NULL;
}

/* Ends after the library was closed: its thread-local values are destroyed by code that must still be there. */
static void *lingers(void *given) {
    lingerer_t *lingerer = given;
    use(lingerer->host);
    pthread_barrier_wait(&lingerer->used);
    pthread_barrier_wait(&lingerer->closed);
    return NULL;
}

static void once(int flags) {
    host_t host = start(first, flags);
    lingerer_t lingerer = {.host = &host};
    pthread_t early, late;
    pthread_barrier_init(&lingerer.used, NULL, 2);
    pthread_barrier_init(&lingerer.closed, NULL, 2);
    use(&host);
    REQUIRE(pthread_create(&late, NULL, lingers, &lingerer) == 0);
    pthread_barrier_wait(&lingerer.used);
    REQUIRE(pthread_create(&early, NULL, uses_it, &host) == 0);
    pthread_join(early, NULL);
    finish(&host);
    pthread_barrier_wait(&lingerer.closed);
    pthread_join(late, NULL);
    pthread_barrier_destroy(&lingerer.used);
    pthread_barrier_destroy(&lingerer.closed);
}

static void a_hundred_times(void) {
    static const int flags[] = {RTLD_NOW | RTLD_LOCAL, RTLD_LAZY | RTLD_LOCAL, RTLD_NOW | RTLD_LOCAL | DEEP, RTLD_NOW | RTLD_GLOBAL};
    int fds = 0;
    long maps = 0;
    for (int i = 0; i < 110; i++) {
        if (i == 10) { /* what is mapped once, and the C library's store of stacks */
            fds = descriptors();
            maps = lasting_maps();
        }
        once(flags[i % 4]);
    }
    CHECK_EQ(descriptors(), fds);
    long now = lasting_maps();
    if (!CHECK(now <= maps + SLACK)) printf("%ld maps, then %ld\n", maps, now);
}

static void *opens(void *host) {
    *(host_t *)host = start(first, RTLD_NOW | RTLD_LOCAL);
    use(host);
    return NULL;
}

static void *closes(void *host) {
    use(host);
    finish(host);
    return NULL;
}

/* Opened and closed by threads that are gone. */
static void by_other_threads(void) {
    for (int i = 0; i < 5; i++) {
        host_t host;
        pthread_t thread;
        REQUIRE(pthread_create(&thread, NULL, opens, &host) == 0);
        pthread_join(thread, NULL);
        REQUIRE(pthread_create(&thread, NULL, closes, &host) == 0);
        pthread_join(thread, NULL);
    }
}

/* ---- closed too early ---- */

static void *spins(void *given) {
    host_t *host = given;
    static const char wat[] = "(module (func (export \"spin\") (loop (br 0))))";
    dwcp_module_t *module = NULL;
    dwcp_function_t *spin = NULL;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.fuel = 0;
    CHECK_EQ(host->api.dwcp_module_load(host->runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, NULL), DWCP_OK);
    CHECK_EQ(host->api.dwcp_module_get_function(module, "spin", NULL, &spin, NULL), DWCP_OK);
    for (;;) (void)host->api.dwcp_function_call(spin, NULL, 0, &options, NULL, 0, NULL, NULL, NULL);
    return NULL;
}

/* The runtime is leaked, with its threads, a session, and calls that go on: the process ends as it should. */
static void left_alone(void) {
    static host_t host;
    static dwcp_vm_t *vm;
    pthread_t thread;
    host = start(first, RTLD_NOW | RTLD_LOCAL);
    use(&host);
    CHECK_EQ(host.api.dwcp_vm_acquire(host.module, NULL, &vm, NULL), DWCP_OK);
    CHECK(library_threads() > 0);
    for (int i = 0; i < 2; i++) REQUIRE(pthread_create(&thread, NULL, spins, &host) == 0);
    CHECK_EQ(dlclose(host.api.library), 0);
    for (int i = 0; i < 20; i++) use(&host);
}

/* ---- twice ---- */

static void *uses_both(void *given) {
    host_t *hosts = given;
    for (int i = 0; i < 20; i++) {
        use(&hosts[i % 2]);
        use(&hosts[1 - i % 2]);
    }
    return NULL;
}

/* Two copies are two libraries: each has its engine and its signal handlers, and the one that was first is asked by the other
 * about signals that it does not know. */
static void two_copies(int flags) {
    host_t hosts[2] = {start(first, flags), start(second, flags)};
    pthread_t threads[3];
    CHECK(hosts[0].api.dwcp_runtime_new != hosts[1].api.dwcp_runtime_new);
    for (int i = 0; i < 3; i++) REQUIRE(pthread_create(&threads[i], NULL, uses_both, hosts) == 0);
    uses_both(hosts);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    /* and one of them goes on when the other is closed */
    hosts[0].api.dwcp_module_free(hosts[0].module);
    hosts[0].api.dwcp_runtime_free(hosts[0].runtime);
    CHECK_EQ(dlclose(hosts[0].api.library), 0);
    use(&hosts[1]);
    hosts[0] = start(first, flags);
    uses_both(hosts);
    CHECK_EQ(hosts[0].api.dwcp_runtime_close(hosts[0].runtime, 0, NULL), DWCP_OK);
    use(&hosts[1]);
    hosts[1].api.dwcp_module_free(hosts[1].module);
    hosts[1].api.dwcp_runtime_free(hosts[1].runtime);
    CHECK_EQ(dlclose(hosts[1].api.library), 0);
    finish(&hosts[0]);
}

static void two_copies_locally(void) { two_copies(RTLD_NOW | RTLD_LOCAL); }
static void two_copies_globally(void) { two_copies(RTLD_NOW | RTLD_GLOBAL); }
static void two_copies_deeply(void) { two_copies(RTLD_NOW | RTLD_LOCAL | DEEP); }

/* ---- the run ---- */

static void copy_library(char *path) {
    struct stat status;
    strcpy(path, "./libdwcp_copy_XXXXXX");
    int from = open(DWCP_LIBRARY_PATH, O_RDONLY | O_CLOEXEC), to = mkstemp(path);
    REQUIRE(from >= 0 && to >= 0 && fstat(from, &status) == 0);
    for (off_t done = 0; done < status.st_size;) REQUIRE(sendfile(to, from, &done, (size_t)(status.st_size - done)) > 0);
    close(from);
    close(to);
}

/* Each in a process in which nothing of the library is loaded but what is linked, and that was never used. */
static void in_a_child(const char *what, void (*run)(void), bool leaks) {
    fflush(NULL);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        alarm(240);
        test_checks = test_failures = 0;
        run();
        int code = report(what);
        fflush(NULL);
#ifdef __SANITIZE_ADDRESS__
        if (leaks) _exit(code); /* on purpose */
#else
        (void)leaks;
#endif
        exit(code);
    }
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0)) printf("%s: status %#x\n", what, status);
}

int main(void) {
    copy_library(first);
    copy_library(second);
    in_a_child("a hundred times", a_hundred_times, false);
    in_a_child("by other threads", by_other_threads, false);
    for (int i = 0; i < 5; i++) in_a_child("left alone", left_alone, true);
    in_a_child("two copies", two_copies_locally, false);
    in_a_child("two copies for all", two_copies_globally, false);
    if (DEEP != 0) in_a_child("two copies, bound deeply", two_copies_deeply, false);
    unlink(first);
    unlink(second);
    return report("unload");
}
