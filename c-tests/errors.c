/* The codes that the other tests do not come by, each from each function that promises it; names; the error object. */
#include "guests.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/stat.h>
#include <unistd.h>

#define WASI "wasi_snapshot_preview1"

static void names(void) {
    static const struct {
        dwcp_status_t code;
        const char *name;
        bool retryable;
    } all[] = {{DWCP_OK, "OK", false},
               {DWCP_ERR_INVALID_ARGUMENT, "INVALID_ARGUMENT", false},
               {DWCP_ERR_INVALID_CONFIG, "INVALID_CONFIG", false},
               {DWCP_ERR_WRONG_HANDLE, "WRONG_HANDLE", false},
               {DWCP_ERR_CLOSED, "CLOSED", false},
               {DWCP_ERR_FORKED, "FORKED", false},
               {DWCP_ERR_BUSY, "BUSY", true},
               {DWCP_ERR_NOT_FOUND, "NOT_FOUND", false},
               {DWCP_ERR_WRONG_TYPE, "WRONG_TYPE", false},
               {DWCP_ERR_BUFFER_TOO_SMALL, "BUFFER_TOO_SMALL", false},
               {DWCP_ERR_KEY_MISMATCH, "KEY_MISMATCH", false},
               {DWCP_ERR_VM_DEAD, "VM_DEAD", false},
               {DWCP_ERR_INVALID_MODULE, "INVALID_MODULE", false},
               {DWCP_ERR_UNSUPPORTED, "UNSUPPORTED", false},
               {DWCP_ERR_UNRESOLVED_IMPORT, "UNRESOLVED_IMPORT", false},
               {DWCP_ERR_POLICY_REFUSED, "POLICY_REFUSED", false},
               {DWCP_ERR_ARTIFACT, "ARTIFACT", false},
               {DWCP_ERR_TRAP, "TRAP", false},
               {DWCP_ERR_EXIT, "EXIT", false},
               {DWCP_ERR_HOST_FUNCTION, "HOST_FUNCTION", false},
               {DWCP_ERR_DENIED, "DENIED", false},
               {DWCP_ERR_TIMEOUT, "TIMEOUT", true},
               {DWCP_ERR_CANCELLED, "CANCELLED", false},
               {DWCP_ERR_OUT_OF_FUEL, "OUT_OF_FUEL", false},
               {DWCP_ERR_OUT_OF_MEMORY, "OUT_OF_MEMORY", false},
               {DWCP_ERR_STACK_OVERFLOW, "STACK_OVERFLOW", false},
               {DWCP_ERR_LIMIT_TABLE, "LIMIT_TABLE", false},
               {DWCP_ERR_LIMIT_INSTANCES, "LIMIT_INSTANCES", false},
               {DWCP_ERR_LIMIT_FUNCTIONS, "LIMIT_FUNCTIONS", false},
               {DWCP_ERR_LIMIT_IO, "LIMIT_IO", false},
               {DWCP_ERR_NO_SLOT, "NO_SLOT", true},
               {DWCP_ERR_QUEUE_FULL, "QUEUE_FULL", true},
               {DWCP_ERR_QUOTA, "QUOTA", true},
               {DWCP_ERR_NO_MEMORY, "NO_MEMORY", true},
               {DWCP_ERR_SHUTTING_DOWN, "SHUTTING_DOWN", false},
               {DWCP_ERR_IO, "IO", false},
               {DWCP_ERR_OS, "OS", true},
               {DWCP_ERR_PANIC, "PANIC", false}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        CHECK_STR(dwcp_status_name(all[i].code), all[i].name);
        CHECK_EQ(dwcp_status_is_retryable(all[i].code), all[i].retryable);
    }
}

static void nothing_in_no_error(void) {
    uint64_t limit = 5, asked = 5;
    int32_t code = 5;
    dwcp_frame_t frame = DWCP_FRAME_INIT;
    CHECK_EQ(dwcp_error_code(NULL), DWCP_OK);
    CHECK_STR(dwcp_error_message(NULL), "");
    CHECK(dwcp_error_limit_name(NULL) == NULL && !dwcp_error_limit(NULL, &limit, &asked));
    CHECK_EQ(dwcp_error_trap_code(NULL), DWCP_TRAP_NONE);
    CHECK(!dwcp_error_exit_code(NULL, &code) && dwcp_error_frame_count(NULL) == 0 && !dwcp_error_frame(NULL, 0, &frame));
}

/* A handle of another kind is told apart by what it points to. */
static void wrong_handles(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, ADD_WAT), *out = NULL;
    dwcp_function_t *function = NULL;
    CHECK_STATUS(dwcp_module_load, WRONG_HANDLE, ((dwcp_runtime_t *)module, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, NULL, &out, &err));
    CHECK_STATUS(dwcp_module_get_function, WRONG_HANDLE, ((dwcp_module_t *)runtime, "add", NULL, &function, &err));
    CHECK_STATUS(dwcp_runtime_new, WRONG_HANDLE, ((dwcp_config_t *)module, &runtime, &err));
    CHECK(out == NULL && function == NULL && runtime == NULL);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = (dwcp_wasi_t *)module;
    int32_t code = 0;
    CHECK_STATUS(dwcp_module_run, WRONG_HANDLE, (module, &options, &code, NULL, &err));
    dwcp_function_free((dwcp_function_t *)module); /* not what it is: nothing happens */
    CHECK_EQ(call(module, "nothing", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_NOT_FOUND);
    dwcp_module_free(module);
}

/* A guest's name cannot make a message unreadable or endless. */
static void long_and_odd_text(dwcp_runtime_t *runtime) {
    dwcp_function_t *function = NULL;
    dwcp_module_t *module = load(runtime, ADD_WAT), *named = NULL;
    char *name = malloc(1 << 20);
    REQUIRE(name != NULL);
    memset(name, 'x', (1 << 20) - 1);
    name[(1 << 20) - 1] = '\0';
    memcpy(name, "\x1b[31m\n", 6);
    CHECK_STATUS(dwcp_module_get_function, NOT_FOUND, (module, name, NULL, &function, &err));
    CHECK(strlen(message()) < 4200 && strchr(message(), 0x1b) == NULL && strchr(message(), '\n') == NULL);
    free(name);
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.name = "the plugin";
    CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, &options, &named, &err));
    CHECK_STATUS(dwcp_module_get_function, NOT_FOUND, (named, "sub", NULL, &function, &err));
    CHECK_HAS(message(), "the plugin");
    dwcp_module_free(named);
    dwcp_module_free(module);
}

static void files_that_are_refused(dwcp_runtime_t *runtime) {
    char path[] = "/tmp/dwcp-errors-XXXXXX";
    int fd = mkstemp(path);
    REQUIRE(fd >= 0);
    close(fd);
    dwcp_module_t *module = NULL;
    char *many = malloc(70000), *at = many;
    REQUIRE(many != NULL);
    at += sprintf(at, "(module ");
    for (int i = 0; i < 10001; i++) at += sprintf(at, "(func)");
    sprintf(at, ")");
    write_file(path, many, strlen(many));
    CHECK_STATUS(dwcp_module_load_file, LIMIT_FUNCTIONS, (runtime, path, NULL, &module, &err));
    free(many);
    write_file(path, "(module (table 1001 funcref))", 29);
    CHECK_STATUS(dwcp_module_load_file, LIMIT_TABLE, (runtime, path, NULL, &module, &err));
    write_file(path, "(module (memory 9999))", 22);
    CHECK_STATUS(dwcp_module_load_file, OUT_OF_MEMORY, (runtime, path, NULL, &module, &err));
    write_file(path, "(module (import \"a\" \"b\" (func)))", 32);
    CHECK_STATUS(dwcp_module_load_file, UNRESOLVED_IMPORT, (runtime, path, NULL, &module, &err));
    write_file(path, "(component)", 11);
    CHECK_STATUS(dwcp_module_load_file, UNSUPPORTED, (runtime, path, NULL, &module, &err));
    unlink(path);
}

/* One guest with every way to fail, by export and, as the gaps say, as a command; the file it opens is "f" in descriptor 3. */
static const char FAILS_WAT[] =
    "(module"
    " (import \"" WASI "\" \"path_open\" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"proc_exit\" (func $exit (param i32)))"
    " (memory (export \"memory\") 1) (table 10 funcref) (data (i32.const 64) \"f\")"
    " (func $deep (export \"deep\") (result i32) (i32.add (i32.const 1) (call $deep)))"
    " (func $grow (export \"grow\") (if (i32.eq (table.grow (ref.null func) (i32.const 5000)) (i32.const -1)) (then unreachable)))"
    " (func $more (export \"more\") (if (i32.eq (memory.grow (i32.const 5000)) (i32.const -1)) (then unreachable)))"
    " (func $exits (export \"exit\") (call $exit (i32.const 3)))"
    " (func $spin (export \"spin\") (loop (br 0)))"
    " (func $file (export \"open\")"
    "  (if (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0)"
    "   (i32.const 0) (i32.const 8)) (then unreachable)))"
    " (func (export \"_start\") (call $%s) %s))";

static char *failing(const char *how) {
    static char wat[2000];
    snprintf(wat, sizeof wat, FAILS_WAT, how, strcmp(how, "deep") == 0 ? "drop" : "");
    return wat;
}

static void ways_to_fail(void) {
    char root[] = "/tmp/dwcp-errors-XXXXXX", path[64];
    REQUIRE(mkdtemp(root) != NULL);
    snprintf(path, sizeof path, "%s/f", root);
    write_file(path, "text", 4);
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, root, "/", false, &err));
    CHECK_STATUS(dwcp_config_set_max_open_files, OK, (config, 0, &err));
    CHECK_STATUS(dwcp_config_set_max_module_bytes, OK, (config, 3000, &err));
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);

    /* bytes are executed without a handle; each code of a call comes back from there too */
    dwcp_value_t results[1];
    const char *wat = failing("spin");
    const uint8_t *bytes = (const uint8_t *)wat;
    size_t len = strlen(wat);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.timeout_ns = 10000000;
    CHECK_STATUS(dwcp_runtime_execute, TIMEOUT, (runtime, bytes, len, NULL, "spin", NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, EXIT, (runtime, bytes, len, NULL, "exit", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, OUT_OF_MEMORY, (runtime, bytes, len, NULL, "more", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, STACK_OVERFLOW, (runtime, bytes, len, NULL, "deep", NULL, 0, NULL, results, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, LIMIT_IO, (runtime, bytes, len, NULL, "open", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_open_files");
    CHECK_STATUS(dwcp_runtime_execute, UNSUPPORTED, (runtime, (const uint8_t *)"(component)", 11, NULL, "f", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    char large[3001];
    memset(large, ' ', sizeof large);
    CHECK_STATUS(dwcp_runtime_execute, POLICY_REFUSED, (runtime, (uint8_t *)large, sizeof large, NULL, "f", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));

    dwcp_module_t *module = load(runtime, wat), *command = NULL;
    dwcp_function_t *open_file = function_of(module, "open");
    int32_t code = 0;
    CHECK_STATUS(dwcp_function_call, LIMIT_IO, (open_file, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    command = load(runtime, failing("file"));
    CHECK_STATUS(dwcp_module_run, LIMIT_IO, (command, NULL, &code, NULL, &err));
    dwcp_module_free(command);
    command = load(runtime, failing("grow"));
    CHECK_STATUS(dwcp_module_run, LIMIT_TABLE, (command, NULL, &code, NULL, &err));
    dwcp_module_free(command);
    command = load(runtime, failing("deep"));
    CHECK_STATUS(dwcp_module_run, STACK_OVERFLOW, (command, NULL, &code, NULL, &err));

    /* a directory of the call that is not there */
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_add_directory, OK, (wasi, "/nonexistent/directory", "/x", true, &err));
    options = (dwcp_call_options_t)DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    CHECK_STATUS(dwcp_module_run, IO, (command, &options, &code, NULL, &err));
    CHECK_STATUS(dwcp_function_call, IO, (open_file, NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    wat = failing("spin"); /* in the place of the last one */
    len = strlen(wat);
    CHECK_STATUS(dwcp_runtime_execute, IO, (runtime, bytes, len, NULL, "open", NULL, 0, &options, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "/nonexistent/directory");
    dwcp_wasi_free(wasi);
    dwcp_function_free(open_file);
    dwcp_module_free(command);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    unlink(path);
    rmdir(root);

    config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    runtime = new_runtime(config);
    wat = failing("file");
    CHECK_STATUS(dwcp_runtime_execute, DENIED, (runtime, (const uint8_t *)wat, strlen(wat), NULL, "open", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    command = load(runtime, wat);
    CHECK_STATUS(dwcp_module_run, DENIED, (command, NULL, &code, NULL, &err));
    dwcp_module_free(command);
    dwcp_runtime_free(runtime);
}

struct nested {
    dwcp_runtime_t *runtime;
    dwcp_module_t *module;
    dwcp_function_t *function;
};

/* The only slot is the one of the call that this host function serves. */
static dwcp_status_t call_again(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                size_t nresults) {
    (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    struct nested *n = user;
    static const char wat[] = "(module (func (export \"_start\")))";
    int32_t code = 0;
    CHECK_STATUS(dwcp_function_call, NO_SLOT, (n->function, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_live_vms");
    CHECK_STATUS(dwcp_module_run, NO_SLOT, (n->module, NULL, &code, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, NO_SLOT, (n->runtime, (const uint8_t *)wat, strlen(wat), NULL, "_start", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK(dwcp_status_is_retryable(dwcp_error_code(err)));
    return DWCP_OK;
}

static void no_slot(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err));
    struct nested n = {new_runtime(config), NULL, NULL};
    n.module = load(n.runtime, "(module (func (export \"_start\")))");
    n.function = function_of(n.module, "_start");
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "again", ":", call_again, &n, NULL, &err));
    dwcp_module_t *outer = load_with(n.runtime, "(module (import \"env\" \"again\" (func $a)) (func (export \"run\") (call $a)))", imports);
    /* what was refused took nothing: the slot is there for the next call, and is still the only one */
    for (int i = 0; i < 3; i++) CHECK_EQ(call(outer, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(outer);
    dwcp_imports_free(imports);
    dwcp_function_free(n.function);
    dwcp_module_free(n.module);
    dwcp_runtime_free(n.runtime);
}

static const char START_SPINS_WAT[] = "(module (func (export \"_start\") (loop (br 0))))";

struct work {
    pthread_t thread;
    dwcp_runtime_t *runtime;
    dwcp_module_t *module;
    dwcp_function_t *function;
    int kind;
};

/* A call that only the closing of its runtime ends. */
static void *until_cancelled(void *argument) {
    struct work *w = argument;
    int32_t code = 0;
    switch (w->kind) {
    case 0: CHECK_STATUS(dwcp_function_call, CANCELLED, (w->function, NULL, 0, NULL, NULL, 0, NULL, NULL, &err)); break;
    case 1: CHECK_STATUS(dwcp_module_run, CANCELLED, (w->module, NULL, &code, NULL, &err)); break;
    default:
        CHECK_STATUS(dwcp_runtime_execute, CANCELLED, (w->runtime, (const uint8_t *)START_SPINS_WAT, strlen(START_SPINS_WAT), NULL,
                                                       "_start", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
        break;
    }
    test_forget();
    return NULL;
}

static void cancelled(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 3600000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, START_SPINS_WAT);
    dwcp_function_t *function = function_of(module, "_start");
    struct work work[3];
    for (int i = 0; i < 3; i++) {
        work[i] = (struct work){.runtime = runtime, .module = module, .function = function, .kind = i};
        REQUIRE(pthread_create(&work[i].thread, NULL, until_cancelled, &work[i]) == 0);
    }
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    do { /* until the guests run */
        sched_yield();
        REQUIRE(dwcp_runtime_metrics(runtime, &metrics, NULL) == DWCP_OK);
    } while (metrics.active_vms < 3);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    for (int i = 0; i < 3; i++) pthread_join(work[i].thread, NULL);
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static sem_t entered, leave;

static dwcp_status_t wait_inside(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                 size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&entered);
    sem_wait(&leave);
    return DWCP_OK;
}

static void *call_run(void *module) {
    CHECK_EQ(call(module, "run", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    test_forget();
    return NULL;
}

static void *close_with_grace(void *runtime) {
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 3600000, &err)); /* the call is let go long before */
    test_forget();
    return NULL;
}

/* While a runtime closes and waits for a call, new work is refused. */
static void shutting_down(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "wait", ":", wait_inside, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime,
                                      "(module (import \"env\" \"wait\" (func $w)) (func (export \"run\") (call $w)) (func (export \"_start\")))",
                                      imports),
                  *out = NULL;
    dwcp_function_t *function = function_of(module, "_start"), *bound = NULL;
    pthread_t caller, closer;
    REQUIRE(pthread_create(&caller, NULL, call_run, module) == 0);
    sem_wait(&entered);
    REQUIRE(pthread_create(&closer, NULL, close_with_grace, runtime) == 0);
    dwcp_status_t status;
    do { /* until the door is shut */
        sched_yield();
        status = dwcp_function_call(function, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL);
    } while (status == DWCP_OK);

    const uint8_t *bytes = (const uint8_t *)ADD_WAT;
    size_t len = strlen(ADD_WAT);
    int32_t code = 0;
    CHECK_STATUS(dwcp_function_call, SHUTTING_DOWN, (function, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_module_run, SHUTTING_DOWN, (module, NULL, &code, NULL, &err));
    CHECK_STATUS(dwcp_module_load, SHUTTING_DOWN, (runtime, bytes, len, NULL, NULL, &out, &err));
    CHECK_STATUS(dwcp_module_load_file, SHUTTING_DOWN, (runtime, WORDCOUNT, NULL, &out, &err));
    CHECK_STATUS(dwcp_runtime_execute, SHUTTING_DOWN, (runtime, bytes, len, NULL, "add", NULL, 0, NULL, NULL, 0, NULL, NULL, &err));

    /* what only looks goes on: an operator reads the metrics of a runtime that drains */
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    CHECK_EQ(metrics.active_vms, 1);
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "run", NULL, &bound, &err));
    dwcp_function_free(bound);
    sem_post(&leave);
    pthread_join(caller, NULL);
    pthread_join(closer, NULL);
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
}

int main(void) {
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    names();
    nothing_in_no_error();
    dwcp_runtime_t *runtime = new_runtime(NULL);
    wrong_handles(runtime);
    long_and_odd_text(runtime);
    files_that_are_refused(runtime);
    dwcp_runtime_free(runtime);
    ways_to_fail();
    no_slot();
    cancelled();
    shutting_down();
    return report("errors");
}
