/* Processes that come of one with a runtime: forked children that exit in every way there is, their own children, programs that
 * they or a host function start; and the parent, which goes on as if nothing had been. generated/fork_table.c has every call. */
#include "guests.h"
#include "process.h"

#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *program;
static dwcp_runtime_t *runtime;
static dwcp_module_t *module;
static dwcp_function_t *add;

static void make(void) {
    runtime = new_runtime(NULL);
    module = load(runtime, ADD_WAT);
    add = function_of(module, "add");
}

static dwcp_status_t add_one(dwcp_function_t *function) {
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    dwcp_status_t status = dwcp_function_call(function, args, 2, NULL, &result, 1, NULL, NULL, NULL);
    if (status == DWCP_OK) CHECK_EQ(dwcp_as_i32(result), 3);
    return status;
}

static void let_go(void) {
    dwcp_function_free(add);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A child's end, in which a failed check is one for the parent. A sanitizer would take for a leak what freeing leaves alone. */
static void leave(void (*by)(int)) {
    int code = atomic_load(&test_failures) != 0;
    fflush(NULL);
#ifdef __SANITIZE_ADDRESS__
    if (by == exit) by = _exit;
#endif
    by(code);
}

static void succeeded(pid_t child, const char *what) {
    int status = -1;
    CHECK(child > 0);
    CHECK_EQ(waitpid(child, &status, 0), child);
    if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0)) printf("%s: status %#x\n", what, status);
}

static pid_t child_of(void (*run)(void), void (*by)(int)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(120); /* a hang ends here */
        test_failures = 0;
        run();
        leave(by);
    }
    return child;
}

/* ---- what children do ---- */

static void is_forked(void) {
    CHECK_EQ(add_one(add), DWCP_ERR_FORKED);
    CHECK_STATUS(dwcp_runtime_close, FORKED, (runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_new, FORKED, (NULL, &(dwcp_runtime_t *){NULL}, &err));
    CHECK_HAS(message(), "fork");
}

static void frees_all(void) {
    is_forked();
    let_go();
    let_go(); /* which did nothing, so that a host's own clean-up may run twice */
    is_forked();
}

static void registers_exit_handlers(void) {
    CHECK_EQ(atexit(let_go), 0);
    CHECK_EQ(atexit(is_forked), 0);
}

static void *on_a_thread(void *unused) {
    is_forked();
    return unused;
}

/* A child may have threads; they end with the destructors of the library's own thread-local values. */
static void starts_threads(void) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) CHECK_EQ(pthread_create(&threads[i], NULL, on_a_thread, NULL), 0);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}

/* The thread that forked has used the library: its values are destroyed in the child. */
static void ends_its_thread(void) {
    is_forked();
    fflush(NULL);
    if (atomic_load(&test_failures) == 0) pthread_exit(NULL); /* the only thread: the process exits with 0 */
}

static void has_children(void) {
    is_forked();
    succeeded(child_of(frees_all, exit), "grandchild by exit");
    succeeded(child_of(frees_all, _exit), "grandchild by _exit");
}

static void becomes_another(void) {
    char *arguments[] = {program, "works", NULL};
    execv(program, arguments);
    CHECK(false);
}

static void all_of_them(bool inside) {
    static const struct {
        const char *what;
        void (*run)(void), (*by)(int);
    } cases[] = {
        {"exit", is_forked, exit},
        {"_exit", is_forked, _exit},
        {"frees, exit", frees_all, exit},
        {"frees, _exit", frees_all, _exit},
        {"exit handlers", registers_exit_handlers, exit},
        {"quick_exit", is_forked, quick_exit},
        {"threads", starts_threads, exit},
        {"end of its thread", ends_its_thread, _exit},
        {"grandchildren", has_children, exit},
        {"exec", becomes_another, _exit},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (inside && cases[i].run == ends_its_thread) continue; /* a callback must not unwind */
#ifdef __SANITIZE_ADDRESS__
        if (cases[i].run == ends_its_thread) continue; /* it ends by exit, where the sanitizer looks for leaks */
#endif
        succeeded(child_of(cases[i].run, cases[i].by), cases[i].what);
        CHECK_EQ(add_one(add), DWCP_OK);
    }
}

static void *all_of_them_from_here(void *unused) {
    CHECK_EQ(add_one(add), DWCP_OK);
    all_of_them(false);
    return unused;
}

/* ---- from inside a host function ---- */

static void spawns(void) {
    pid_t child = -1;
    char *arguments[] = {program, "works", NULL};
    CHECK_EQ(posix_spawn(&child, program, NULL, NULL, arguments, environ), 0);
    succeeded(child, "posix_spawn");
    child = vfork();
    if (child == 0) {
        execv(program, arguments);
        _exit(9);
    }
    succeeded(child, "vfork and exec");
    child = vfork();
    if (child == 0) _exit(0);
    succeeded(child, "vfork and _exit");
    CHECK_EQ(system("exit 0"), 0);
}

static dwcp_status_t host(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    all_of_them(true);
    spawns();
    CHECK_EQ(add_one(add), DWCP_OK); /* none of that made a child of this process */
    return DWCP_OK;
}

static void *calls_the_host(void *given) {
    dwcp_module_t *inner = given;
    test_check_status(call(inner, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK, "run", __FILE__, __LINE__);
    test_forget();
    return NULL;
}

static void from_a_host_function(void) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "host", ":", host, NULL, NULL, &err));
    dwcp_module_t *inner = load_with(runtime, "(module (import \"env\" \"host\" (func $h)) (func (export \"run\") (call $h)))", imports);
    calls_the_host(inner);
    /* A thread with a small stack: its calls, and so the host function, run on a thread of the library. */
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 << 10);
    REQUIRE(pthread_create(&thread, &attributes, calls_the_host, inner) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    dwcp_module_free(inner);
    dwcp_imports_free(imports);
}

/* ---- before there is a runtime ---- */

static void works(void) {
    make();
    CHECK_EQ(add_one(add), DWCP_OK);
    succeeded(child_of(frees_all, exit), "its own child");
    CHECK_EQ(add_one(add), DWCP_OK);
    let_go();
    CHECK(no_library_thread());
}

static int run_this(char *what) {
    char *arguments[] = {program, what, NULL};
    pid_t child = -1;
    CHECK_EQ(posix_spawn(&child, program, NULL, NULL, arguments, environ), 0);
    succeeded(child, what);
    return 0;
}

int main(int argc, char **argv) {
    program = argv[0];
    if (argc == 2 && strcmp(argv[1], "works") == 0) {
        works();
        return atomic_load(&test_failures) != 0;
    }
    if (argc == 2 && strcmp(argv[1], "returns") == 0) {
        make();
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) is_forked();
        else succeeded(child, "a child that returns from main");
        CHECK_EQ(add_one(add), child == 0 ? DWCP_ERR_FORKED : DWCP_OK);
        if (child != 0) let_go();
#ifdef __SANITIZE_ADDRESS__
        if (child == 0) leave(_exit);
#endif
        test_forget();
        return atomic_load(&test_failures) != 0;
    }
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT); /* no runtime: a child may do everything */
    succeeded(child_of(works, exit), "before any runtime");
    dwcp_config_free(config);
    make();
    int fds = descriptors();
    CHECK_EQ(add_one(add), DWCP_OK);
    all_of_them(false);
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, all_of_them_from_here, NULL) == 0);
    pthread_join(thread, NULL);
    from_a_host_function();
    spawns();
    run_this("returns");
    CHECK_EQ(add_one(add), DWCP_OK);
    CHECK_EQ(descriptors(), fds);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    CHECK(no_library_thread());
    let_go();
    return report("fork");
}
