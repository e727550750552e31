/* The threads of a process whose guests use WASI: those of the host, and those that the documentation names. Whatever a guest
 * does, waiting included, is done on the thread that called it, and no thread is left behind when the runtime is closed. */
#define _GNU_SOURCE
#include "guests.h"
#include "process.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WASI "wasi_snapshot_preview1"

/* Says that it is about to wait, then waits: for standard input, for a minute, or for whichever comes first. */
static const char WAITS_WAT[] =
    "(module (import \"env\" \"ready\" (func $ready))"
    " (import \"" WASI "\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (data (i32.const 0) \"\\00\\04\\00\\00\\40\\00\\00\\00\")" /* a buffer of 64 bytes at 1024 */
    " (data (i32.const 72) \"\\00\") (data (i32.const 80) \"\\01\")"
    " (func $minute (i64.store (i32.const 88) (i64.const 60000000000)))"
    " (func (export \"read\") (result i32) (call $ready) (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))"
    " (func (export \"sleep\") (result i32) (call $minute) (call $ready)"
    "  (call $poll (i32.const 64) (i32.const 256) (i32.const 1) (i32.const 16)))"
    " (func (export \"poll\") (result i32) (call $minute) (i32.store8 (i32.const 120) (i32.const 1)) (call $ready)"
    "  (call $poll (i32.const 64) (i32.const 256) (i32.const 2) (i32.const 16))))";

/* Asks for all clocks and for random bytes, writes to standard output, opens a directory and lists it, in a loop. */
static const char ASKS_WAT[] =
    "(module"
    " (import \"" WASI "\" \"clock_time_get\" (func $time (param i32 i64 i32) (result i32)))"
    " (import \"" WASI "\" \"clock_res_get\" (func $res (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"random_get\" (func $random (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_readdir\" (func $readdir (param i32 i32 i32 i64 i32) (result i32)))"
    " (import \"" WASI "\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (import \"" WASI "\" \"sched_yield\" (func $yield (result i32)))"
    " (memory (export \"memory\") 1) (data (i32.const 0) \"\\00\\04\\00\\00\\08\\00\\00\\00\") (data (i32.const 80) \"\\01\")"
    " (func $good (param i32) (if (local.get 0) (then unreachable)))"
    " (func (export \"asks\") (local $i i32)"
    "  (loop $again"
    "   (call $good (call $time (i32.const 0) (i64.const 0) (i32.const 32)))"
    "   (call $good (call $time (i32.const 1) (i64.const 0) (i32.const 32)))"
    "   (call $good (call $res (i32.const 0) (i32.const 32)))"
    "   (call $good (call $random (i32.const 1024) (i32.const 8)))"
    "   (call $good (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))"
    "   (call $good (call $readdir (i32.const 3) (i32.const 2048) (i32.const 4096) (i64.const 0) (i32.const 16)))"
    "   (call $good (call $poll (i32.const 64) (i32.const 256) (i32.const 1) (i32.const 16)))"
    "   (call $good (call $yield))"
    "   (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))))";

static char root[] = "/tmp/dwcp-threads-XXXXXX", *names_in_docs;
static size_t seen; /* threads of the library, over all looks */

/* A thread of the host's, of the library by a name that the documentation has, or of nobody. Names are cut at 15 characters. */
static int is_of_the_host(const char *task) {
    char path[64], name[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%.20s/comm", task);
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0; /* gone already */
    bool read_it = fgets(name, sizeof name, file) != NULL;
    fclose(file);
    if (!read_it) return 0;
    name[strcspn(name, "\n")] = '\0';
    if (strncmp(name, "host-", 5) == 0) return 1;
    char quoted[48];
    size_t stem = strlen(name);
    while (stem > 0 && name[stem - 1] >= '0' && name[stem - 1] <= '9') stem--;
    bool numbered = name[stem] != '\0';
    snprintf(quoted, sizeof quoted, "`%.*s%s`", (int)stem, name, numbered ? "N" : "");
    seen++;
    if (!CHECK(strncmp(name, "dwcp-", 5) == 0 && strstr(names_in_docs, quoted) != NULL))
        fprintf(stderr, "  a thread named \"%s\", which docs/architecture.md does not have\n", name);
    return 0;
}

/* A thread that nobody names keeps its maker's name, so those of the host are counted. One that begins has it for a moment, and one
 * that was joined may still be listed. */
static void only_threads_of(int host) {
    int found = -1;
    for (int i = 0; i < 20000 && (found = count_entries("/proc/self/task", is_of_the_host)) != host; i++) sched_yield();
    CHECK_EQ(found, host);
}

static sem_t ready;

static dwcp_status_t is_ready(void *data, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                              size_t nresults) {
    (void)data, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&ready);
    return DWCP_OK;
}

typedef struct {
    const dwcp_module_t *module;
    const char *export;
    const dwcp_wasi_t *wasi;
    const dwcp_cancel_t *cancel;
    _Atomic pid_t task;
    dwcp_status_t status;
} waiter_t;

static void *wait_in_guest(void *data) {
    waiter_t *waiter = data;
    pthread_setname_np(pthread_self(), "host-caller");
    waiter->task = (pid_t)syscall(SYS_gettid);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = waiter->wasi;
    options.cancel = waiter->cancel;
    dwcp_value_t result = {0};
    waiter->status = call(waiter->module, waiter->export, NULL, 0, &options, &result, 1, NULL);
    if (waiter->status == DWCP_OK) CHECK_EQ(dwcp_as_i32(result), 0);
    test_forget();
    return NULL;
}

/* Whether the kernel has put the thread to sleep. */
static bool sleeps(pid_t task) {
    char path[64], line[256] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)task);
    FILE *file = fopen(path, "r");
    if (file == NULL) return false;
    bool read_it = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    const char *after = strrchr(line, ')');
    return read_it && after != NULL && after[1] == ' ' && after[2] == 'S';
}

static void while_a_guest_waits(const dwcp_module_t *module, const char *export) {
    int ends[2], kept = dup(0);
    REQUIRE(kept >= 0 && pipe(ends) == 0 && dup2(ends[0], 0) == 0);
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_inherit_stdin, OK, (wasi, &err));
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    waiter_t waiter = {.module = module, .export = export, .wasi = wasi, .cancel = cancel};
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, wait_in_guest, &waiter) == 0);
    sem_wait(&ready);
    while (!sleeps(waiter.task)) sched_yield();
    for (int i = 0; i < 20; i++) only_threads_of(2);
    bool by_input = strcmp(export, "sleep") != 0;
    if (by_input) CHECK_EQ(write(ends[1], "x", 1), 1);
    else dwcp_cancel_fire(cancel);
    pthread_join(thread, NULL);
    CHECK_EQ(waiter.status, by_input ? DWCP_OK : DWCP_ERR_CANCELLED);
    dup2(kept, 0);
    close(kept);
    close(ends[0]);
    close(ends[1]);
    dwcp_cancel_free(cancel);
    dwcp_wasi_free(wasi);
}

/* The caller is a thread with less stack than the guest may use: `dwcp-stack` helps. */
static void *ask(void *data) {
    pthread_setname_np(pthread_self(), "host-small");
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, 4096, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    CHECK_EQ(call(data, "asks", NULL, 0, &options, NULL, 0, NULL), DWCP_OK);
    only_threads_of(2);
    dwcp_wasi_free(wasi);
    test_forget();
    return NULL;
}

/* A stream that is a function of the host's is served on the thread of the call: inside it there are no others either. */
static void on_line(void *user, int32_t fd, const char *line, size_t len, bool ends) {
    (void)fd, (void)line, (void)len, (void)ends;
    CHECK_EQ((pid_t)syscall(SYS_gettid), *(pid_t *)user);
    only_threads_of(1);
}

static void with_a_line_callback(const dwcp_module_t *module) {
    pid_t task = (pid_t)syscall(SYS_gettid);
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_output_callback, OK, (wasi, 1, on_line, &task, NULL, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    CHECK_EQ(call(module, "asks", NULL, 0, &options, NULL, 0, NULL), DWCP_OK);
    dwcp_wasi_free(wasi);
}

static void programs(dwcp_runtime_t *runtime) {
    static const char *const languages[] = {"c", "cpp", "rust", "tinygo"};
    char path[256];
    snprintf(path, sizeof path, "%s/in.txt", root);
    write_file(path, "a b\n", 4);
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        snprintf(path, sizeof path, DWCP_SOURCE_DIR "/examples-c/guests/files_%s.wasm", languages[i]);
        dwcp_module_t *module = NULL;
        REQUIRE(CHECK_STATUS(dwcp_module_load_file, OK, (runtime, path, NULL, &module, &err)));
        dwcp_wasi_t *wasi = dwcp_wasi_new();
        const char *args[] = {"files", "/data/in.txt", "/data/out.txt"};
        CHECK_STATUS(dwcp_wasi_set_args, OK, (wasi, args, 3, &err));
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.wasi = wasi;
        int32_t code = 1;
        CHECK_STATUS(dwcp_module_run, OK, (module, &options, &code, NULL, &err));
        CHECK_EQ(code, 0);
        only_threads_of(1);
        dwcp_wasi_free(wasi);
        dwcp_module_free(module);
    }
    snprintf(path, sizeof path, "%s/in.txt", root);
    unlink(path);
    snprintf(path, sizeof path, "%s/out.txt", root);
    unlink(path);
}

int main(void) {
    REQUIRE(mkdtemp(root) != NULL && sem_init(&ready, 0, 0) == 0);
    pthread_setname_np(pthread_self(), "host-main");
    size_t length;
    names_in_docs = realloc(read_file(DWCP_SOURCE_DIR "/docs/architecture.md", &length), 1 << 20);
    REQUIRE(names_in_docs != NULL && length < 1 << 20);
    names_in_docs[length] = '\0';
    only_threads_of(1);
    CHECK_EQ(seen, 0);

    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_clear_allowed_directories, OK, (config, &err));
    CHECK_STATUS(dwcp_config_add_allowed_directory, OK, (config, root, "/data", false, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    programs(runtime);
    CHECK(seen > 0); /* those that compile, and the one that minds the time */

    dwcp_module_t *asks = load(runtime, ASKS_WAT);
    CHECK_EQ(call(asks, "asks", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    only_threads_of(1);
    with_a_line_callback(asks);
    pthread_attr_t small;
    pthread_t thread;
    REQUIRE(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 256 * 1024) == 0);
    REQUIRE(pthread_create(&thread, &small, ask, asks) == 0);
    pthread_join(thread, NULL);
    dwcp_module_free(asks);

    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "ready", ":", is_ready, NULL, NULL, &err));
    dwcp_module_t *waits = load_with(runtime, WAITS_WAT, imports);
    static const char *const exports[] = {"read", "sleep", "poll"};
    for (size_t i = 0; i < sizeof exports / sizeof *exports; i++) while_a_guest_waits(waits, exports[i]);
    dwcp_module_free(waits);
    dwcp_imports_free(imports);

    dwcp_runtime_free(runtime);
    CHECK(no_library_thread());
    seen = 0;
    only_threads_of(1);
    CHECK_EQ(seen, 0);
    free(names_in_docs);
    CHECK_EQ(rmdir(root), 0);
    return report("wasi_threads");
}
