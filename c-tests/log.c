/* The log: which records there are and what stands in them, how many of them, what a callback may do, and when it is over. */
#include "session_guests.h"
#include "wasi_calls.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

/* ---- a host that keeps what it is told ---- */

enum { KEPT = 64 };

struct kept {
    dwcp_log_level_t level;
    uint64_t call_id;
    int64_t time;
    char target[32], event[32], message[512], call[32], action[16], module[64], hash[80];
    uint64_t suppressed;
    size_t fields;
    int fd;
    pthread_t thread;
};

struct host {
    pthread_mutex_t lock;
    struct kept kept[KEPT];
    size_t count, finalized;
    void (*inside)(struct host *); /* done in the callback, if it is there */
    void *data;
};

static void no_control_characters(const char *text, size_t length) {
    CHECK_EQ(strlen(text), length);
    for (size_t i = 0; i < length; i++) CHECK((unsigned char)text[i] >= ' ' && text[i] != 127);
}

static void keep(void *user, const dwcp_log_record_t *record) {
    struct host *host = user;
    struct kept kept = {.level = record->level, .call_id = record->call_id, .time = record->time_unix_ns,
                        .fields = record->field_count, .thread = pthread_self()};
    CHECK(record->struct_size == sizeof *record && record->reserved == 0);
    CHECK((record->fields == NULL) == (record->field_count == 0));
    no_control_characters(record->target, record->target_len);
    no_control_characters(record->event, record->event_len);
    no_control_characters(record->message, record->message_len);
    snprintf(kept.target, sizeof kept.target, "%s", record->target);
    snprintf(kept.event, sizeof kept.event, "%s", record->event);
    snprintf(kept.message, sizeof kept.message, "%s", record->message);
    for (size_t i = 0; i < record->field_count; i++) {
        const dwcp_log_field_t *field = &record->fields[i];
        no_control_characters(field->key, field->key_len);
        no_control_characters(field->value, field->value_len);
        if (strcmp(field->key, "call") == 0) snprintf(kept.call, sizeof kept.call, "%s", field->value);
        else if (strcmp(field->key, "action") == 0) snprintf(kept.action, sizeof kept.action, "%s", field->value);
        else if (strcmp(field->key, "module") == 0) snprintf(kept.module, sizeof kept.module, "%s", field->value);
        else if (strcmp(field->key, "module_hash") == 0) snprintf(kept.hash, sizeof kept.hash, "%s", field->value);
        else if (strcmp(field->key, "fd") == 0) kept.fd = atoi(field->value);
        else if (strcmp(field->key, "suppressed") == 0) kept.suppressed = strtoull(field->value, NULL, 10);
        else CHECK(!"a field that nobody knows");
    }
    pthread_mutex_lock(&host->lock);
    if (host->count < KEPT) host->kept[host->count] = kept;
    host->count++;
    pthread_mutex_unlock(&host->lock);
    if (host->inside != NULL) host->inside(host);
}

static void finalize(void *user) { ((struct host *)user)->finalized++; }

static struct host new_host(void) { return (struct host){.lock = PTHREAD_MUTEX_INITIALIZER}; }

/* A runtime without a warning that denies path_open and random_get. */
static const char *const DENIED[] = {"path_open", "random_get", "proc_exit", NULL};

static dwcp_config_t *logged(struct host *host, const char *const *denied) {
    dwcp_config_t *config = config_with(NO_NAMES, denied);
    CHECK_STATUS(dwcp_config_set_filesystem_access, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_log, OK, (config, keep, host, finalize, &err));
    return config;
}

static dwcp_module_t *load_denied(dwcp_runtime_t *runtime) {
    return load_forwarder(runtime, calls_of("path_open random_get proc_exit sched_yield"), "(memory (export \"memory\") 1)", NULL);
}

static dwcp_status_t make(const dwcp_module_t *module, const char *name, dwcp_call_stats_t *stats) {
    int32_t given;
    return forward(module, call_number(name), 0, 0, &given, stats);
}

/* ---- records ---- */

static void warnings(void) {
    struct host host = new_host();
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_log, OK, (config, keep, &host, finalize, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 2000, &err));
    dwcp_runtime_t *runtime = NULL;
    CHECK_STATUS(dwcp_runtime_new, OK, (config, &runtime, &err));
    REQUIRE(host.count >= 2); /* a machine with little room has more to say */
    CHECK_HAS(host.kept[0].message, "pool_size (2000) is above max_live_vms (1000)");
    CHECK_HAS(host.kept[1].message, "path_open");
    for (size_t i = 0; i < host.count; i++) {
        struct kept *kept = &host.kept[i];
        CHECK_EQ(kept->level, DWCP_LOG_WARN);
        CHECK_STR(kept->target, "dwcp.config");
        CHECK_STR(kept->event, "config.warning");
        CHECK(kept->call_id == 0 && kept->fields == 0 && pthread_equal(kept->thread, pthread_self()));
        CHECK(kept->time / 1000000000 - (int64_t)time(NULL) <= 1 && kept->time / 1000000000 - (int64_t)time(NULL) >= -600);
    }
    /* what a change of the settings adds, once */
    size_t before = host.count;
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, OK, (config, 1 << 20, &err));
        CHECK_STATUS(dwcp_runtime_reconfigure, OK, (runtime, config, &err));
        CHECK_EQ(host.count, before + 1);
        CHECK_HAS(host.kept[before].message, "above max_total_memory_bytes");
    }
    CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, OK, (config, 0, &err));
    CHECK_STATUS(dwcp_runtime_reconfigure, OK, (runtime, config, &err));
    CHECK_EQ(host.count, before + 1);
    CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, OK, (config, 1 << 20, &err));
    CHECK_STATUS(dwcp_runtime_reconfigure, OK, (runtime, config, &err));
    CHECK_EQ(host.count, before + 2);
    dwcp_config_free(config);
    dwcp_runtime_free(runtime);
    CHECK_EQ(host.finalized, 1);
}

static void denials(void) {
    struct host host = new_host();
    dwcp_runtime_t *runtime = new_runtime(logged(&host, DENIED));
    CHECK_EQ(host.count, 0);
    dwcp_module_t *module = load_denied(runtime);
    dwcp_module_info_t info = DWCP_MODULE_INFO_INIT;
    CHECK_STATUS(dwcp_module_info, OK, (module, &info, &err));
    char hash[80];
    snprintf(hash, sizeof hash, "%s", info.hash);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(make(module, "sched_yield", &stats), DWCP_OK);
    CHECK_EQ(host.count, 0);
    static const char *const names[] = {"path_open", "random_get", "proc_exit"};
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(make(module, names[i], &stats), i == 2 ? DWCP_ERR_DENIED : DWCP_OK);
        REQUIRE(host.count == i + 1);
        struct kept *kept = &host.kept[i];
        CHECK_EQ(kept->level, DWCP_LOG_WARN);
        CHECK_STR(kept->target, "dwcp.wasi");
        CHECK_STR(kept->event, "syscall.denied");
        CHECK_HAS(kept->message, names[i]);
        CHECK_STR(kept->call, names[i]);
        CHECK_STR(kept->action, i == 2 ? "trap" : "errno");
        CHECK_STR(kept->hash, hash);
        CHECK_STR(kept->module, "");
        CHECK(kept->suppressed == 0 && kept->fields == 4 && pthread_equal(kept->thread, pthread_self()));
        CHECK_EQ(kept->call_id, stats.call_id);
    }

    /* one a second: the next one has the number of those between, and the metrics have all */
    uint64_t made = 1;
    for (int i = 0; i < 20000 && host.count < 4; i++, made++) {
        CHECK_EQ(make(module, "path_open", NULL), DWCP_OK);
        usleep(1000);
    }
    REQUIRE(host.count == 4);
    CHECK_STR(host.kept[3].call, "path_open");
    CHECK_EQ(host.kept[3].suppressed, made - 2);
    CHECK(host.kept[3].time - host.kept[0].time > 900000000);
    CHECK_COUNTED(runtime, "path_open", made, made);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    CHECK_EQ(host.finalized, 1);
}

/* The host's own name of a module stands in its records, on one line whatever it is. */
static void names(void) {
    struct host host = new_host();
    dwcp_config_t *config = logged(&host, DENIED);
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = NULL;
    dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
    options.name = "t\xc3\xa4st\x1b[31m\n2026 FATAL";
    static const char wat[] = "(module (import \"" WASI "\" \"random_get\" (func $r (param i32 i32) (result i32)))"
                              " (func $start (drop (call $r (i32.const 0) (i32.const 0)))) (start $start) (func (export \"f\")))";
    CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &module, &err));
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, &stats), DWCP_ERR_DENIED);
    REQUIRE(host.count == 1);
    CHECK_STR(host.kept[0].module, "t\xc3\xa4st\\u{1b}[31m\\n2026 FATAL");
    CHECK_STR(host.kept[0].action, "trap");
    CHECK_EQ(host.kept[0].call_id, stats.call_id);
    CHECK_EQ(host.kept[0].fields, 5);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* ---- what a callback may do ---- */

struct inside {
    dwcp_runtime_t *runtime;
    dwcp_module_t *module;
    dwcp_vm_t *vm;
    dwcp_config_t *config;
    int runs;
    bool frees;
};

static void uses_the_runtime(struct host *host) {
    struct inside *inside = host->data;
    inside->runs++;
    CHECK_STATUS(dwcp_runtime_close, BUSY, (inside->runtime, 0, &err));
    CHECK_STATUS(dwcp_runtime_drain, BUSY, (inside->runtime, 0, &err));
    char *json = NULL;
    CHECK_STATUS(dwcp_runtime_metrics_json, OK, (inside->runtime, &json, NULL, &err));
    dwcp_string_free(json);
    size_t n = 0;
    CHECK_STATUS(dwcp_runtime_cache_list, OK, (inside->runtime, NULL, 0, &n, &err));
    CHECK_STATUS(dwcp_runtime_set_alias, OK, (inside->runtime, "inside", inside->module, &err));
    dwcp_module_t *other = load(inside->runtime, ADD_WAT);
    dwcp_value_t pair[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    /* the only slot is the outer call's: it is not waited for */
    dwcp_function_t *add = function_of(other, "add");
    CHECK_STATUS(dwcp_function_call, NO_SLOT, (add, pair, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_runtime_reconfigure, OK, (inside->runtime, inside->config, &err));
    /* with a second one there is room for a call, and what is denied in it is no record inside of a record */
    CHECK_STATUS(dwcp_function_call, OK, (add, pair, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(make(inside->module, "random_get", NULL), DWCP_OK);
    CHECK_EQ(make(inside->module, "path_open", NULL), DWCP_OK);
    dwcp_function_free(add);
    dwcp_module_free(other);
    if (inside->vm != NULL) {
        CHECK_EQ(vm_call(inside->vm, inside->module, "sched_yield", NULL, NULL, 0, NULL, &result, 1, NULL), DWCP_ERR_BUSY);
    }
    if (inside->frees) {
        dwcp_module_free(inside->module);
        dwcp_runtime_free(inside->runtime);
        CHECK_EQ(host->finalized, 0);
    }
    test_forget(); /* this may be a thread of the library */
}

static void *make_denied(void *module) {
    (void)make(module, "path_open", NULL);
    test_forget();
    return NULL;
}

static void from_inside(bool session, bool small_stack, bool frees) {
    struct host host = new_host();
    struct inside inside = {.frees = frees};
    dwcp_config_t *config = logged(&host, DENIED);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 2, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err)); /* waiting would be noticed */
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 3600000, &err));
    inside.runtime = new_runtime(config);
    CHECK_STATUS(dwcp_runtime_config, OK, (inside.runtime, &inside.config, &err));
    dwcp_config_t *one = dwcp_config_clone(inside.config);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (one, 1, &err));
    CHECK_STATUS(dwcp_runtime_reconfigure, OK, (inside.runtime, one, &err));
    /* adds a warning, too, which is not logged inside */
    CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, OK, (inside.config, 64 << 20, &err));
    CHECK_STATUS(dwcp_config_set_max_total_memory_bytes, OK, (one, 0, &err));
    dwcp_config_free(one);
    inside.module = load_denied(inside.runtime);
    host.inside = uses_the_runtime;
    host.data = &inside;
    if (session) {
        inside.vm = acquire(inside.module, NULL);
        dwcp_value_t args[9], result = {0};
        const char *params = WASI_CALLS[call_number("path_open")].params;
        for (size_t i = 0; i < 9; i++) args[i] = params[i] == 'i' ? dwcp_i32(0) : dwcp_i64(0);
        dwcp_function_t *function = function_of(inside.module, "path_open");
        size_t n = 0;
        dwcp_status_t status = dwcp_vm_call(inside.vm, function, args, 9, NULL, &result, 1, &n, NULL, NULL);
        CHECK_EQ(status, DWCP_OK);
        dwcp_function_free(function);
        dwcp_vm_release(inside.vm);
    } else if (small_stack) {
        pthread_attr_t attributes;
        pthread_t thread;
        pthread_attr_init(&attributes);
        REQUIRE(pthread_attr_setstacksize(&attributes, 256 << 10) == 0 &&
                pthread_create(&thread, &attributes, make_denied, inside.module) == 0);
        pthread_join(thread, NULL);
        pthread_attr_destroy(&attributes);
    } else {
        (void)make(inside.module, "path_open", NULL);
        test_forget();
    }
    CHECK_EQ(inside.runs, 1);
    CHECK_EQ(host.count, 1);
    if (!frees) {
        CHECK_COUNTED(inside.runtime, "random_get", 1, 1);
        CHECK_COUNTED(inside.runtime, "path_open", 2, 2);
        /* the warning was missed, and nothing else: another change is logged */
        host.inside = NULL;
        CHECK_STATUS(dwcp_config_set_pool_size, OK, (inside.config, 1, &err));
        dwcp_module_free(inside.module);
        dwcp_runtime_free(inside.runtime);
    }
    dwcp_config_free(inside.config);
    CHECK_EQ(host.finalized, 1);
}

/* ---- its life ---- */

static void lives(void) {
    struct host host = new_host(), other = new_host();
    CHECK_STATUS(dwcp_config_set_log, INVALID_ARGUMENT, (NULL, keep, &host, finalize, &err));
    CHECK_EQ(host.finalized, 1);
    dwcp_config_t *config = logged(&host, DENIED), *copy = dwcp_config_clone(config);
    dwcp_runtime_t *first = NULL, *second = NULL;
    CHECK_STATUS(dwcp_runtime_new, OK, (config, &first, &err));
    CHECK_STATUS(dwcp_runtime_new, OK, (copy, &second, &err));
    CHECK_STATUS(dwcp_config_set_log, OK, (config, keep, &other, finalize, &err)); /* the runtimes keep theirs */
    dwcp_config_free(copy);
    dwcp_module_t *modules[2] = {load_denied(first), load_denied(second)};
    CHECK_EQ(make(modules[0], "path_open", NULL), DWCP_OK);
    CHECK_EQ(make(modules[1], "path_open", NULL), DWCP_OK);
    CHECK(host.count == 2 && other.count == 0);
    /* settings that were read back have no log of their own */
    dwcp_config_t *read = NULL;
    CHECK_STATUS(dwcp_runtime_config, OK, (first, &read, &err));
    dwcp_runtime_t *third = new_runtime(read);
    dwcp_module_t *module = load_denied(third);
    CHECK_EQ(make(module, "path_open", NULL), DWCP_OK);
    dwcp_module_free(module);
    dwcp_runtime_free(third);
    CHECK(host.count == 2 && host.finalized == 1);
    CHECK_STATUS(dwcp_runtime_close, OK, (first, 0, &err));
    CHECK_EQ(host.finalized, 1);
    CHECK_STATUS(dwcp_runtime_close, OK, (second, 0, &err));
    CHECK_EQ(host.finalized, 2); /* when it is closed, and not when the last handle goes */
    for (int i = 0; i < 2; i++) dwcp_module_free(modules[i]);
    dwcp_runtime_free(first);
    dwcp_runtime_free(second);
    CHECK_EQ(host.finalized, 2);

    CHECK_STATUS(dwcp_config_set_log, OK, (config, keep, &host, finalize, &err));
    CHECK_EQ(other.finalized, 1);
    CHECK_STATUS(dwcp_config_set_log, OK, (config, NULL, &other, finalize, &err)); /* none from now on, and nothing to keep for it */
    CHECK(host.finalized == 3 && other.finalized == 2);
    CHECK_STATUS(dwcp_config_set_log, OK, (config, keep, &host, NULL, &err));
    CHECK_STATUS(dwcp_config_apply_json, OK, (config, "{\"profile\": \"default\"}", 22, &err)); /* it is no field */
    dwcp_runtime_t *runtime = new_runtime(config);
    CHECK(host.count > 2);
    dwcp_runtime_free(runtime);
    CHECK_EQ(host.finalized, 3);
    /* a runtime that cannot be made lets go of it */
    config = logged(&host, DENIED);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, (const char *const[]){"nothing"}, 1, &err));
    CHECK_STATUS(dwcp_runtime_new, INVALID_CONFIG, (config, &runtime, &err));
    dwcp_config_free(config);
    CHECK_EQ(host.finalized, 4);
}

/* After close has returned nothing is called, whatever was under way. */
static atomic_bool is_closed;
static atomic_int late, early, gone;

static void look_whether_late(void *user, const dwcp_log_record_t *record) {
    (void)user, (void)record;
    atomic_fetch_add(atomic_load(&is_closed) ? &late : &early, 1);
}

static void count_the_end(void *user) {
    (void)user;
    atomic_fetch_add(&gone, 1);
}

static void *make_all(void *module) {
    for (int i = 0; i < CALLS; i++) {
        int32_t given;
        dwcp_status_t status = forward(module, i, 0, 0, &given, NULL);
        CHECK(status == DWCP_OK || status == DWCP_ERR_DENIED || status == DWCP_ERR_CANCELLED || status == DWCP_ERR_SHUTTING_DOWN ||
              status == DWCP_ERR_CLOSED);
    }
    test_forget();
    return NULL;
}

static void close_is_the_end(void) {
    static const char *const nothing[] = {"*", NULL};
    enum { ROUNDS = 30, THREADS = 3 };
    for (int round = 0; round < ROUNDS; round++) {
        atomic_store(&is_closed, false);
        atomic_store(&early, 0);
        atomic_store(&gone, 0);
        dwcp_config_t *config = config_with(NO_NAMES, nothing);
        CHECK_STATUS(dwcp_config_set_log, OK, (config, look_whether_late, NULL, count_the_end, &err));
        dwcp_runtime_t *runtime = new_runtime(config);
        dwcp_module_t *module = load_forwarder(runtime, ALL_CALLS, "", NULL);
        int warned = atomic_load(&early);
        CHECK_EQ(warned, 1);
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, make_all, module) == 0);
        while (atomic_load(&early) < warned + round) sched_yield();
        CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
        atomic_store(&is_closed, true);
        CHECK_EQ(atomic_load(&gone), 1);
        for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
        CHECK(atomic_load(&early) <= warned + CALLS + 3 * CALLS); /* one a second and function, on a machine that is held up too */
    }
    CHECK_EQ(atomic_load(&late), 0);
}

/* Without a log nobody is told: nothing is written to the process's own streams. */
static void silent_unasked(void) {
    char path[] = "/tmp/dwcp-log-XXXXXX";
    int file = mkstemp(path), kept[2] = {dup(1), dup(2)};
    REQUIRE(file >= 0 && kept[0] >= 0 && kept[1] >= 0);
    fflush(NULL);
    dup2(file, 1), dup2(file, 2);
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load_denied(runtime);
    dwcp_status_t status = make(module, "path_open", NULL);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    fflush(NULL);
    dup2(kept[0], 1), dup2(kept[1], 2);
    CHECK_EQ(status, DWCP_OK);
    CHECK_EQ(lseek(file, 0, SEEK_END), 0);
    close(file), close(kept[0]), close(kept[1]);
    unlink(path);
}

/* With tracing what a guest writes to nobody is logged, and only that. */
static void discarded_output(void) {
    static const char wat[] =
        "(module (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
        " (memory (export \"memory\") 1) (data (i32.const 0) \"\\40\\00\\00\\00\\0b\\00\\00\\00\\4b\\00\\00\\00\\05\\00\\00\\00\")"
        " (data (i32.const 64) \"one\\n\\1b[1m two\\ffthree\")"
        " (func (export \"run\")"
        "  (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))"
        "  (drop (call $write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 32)))))";
    for (int tracing = 0; tracing < 2; tracing++) {
        for (int mode = DWCP_OUTPUT_DISCARD; mode <= DWCP_OUTPUT_CAPTURE; mode += 2) {
            struct host host = new_host();
            dwcp_config_t *config = logged(&host, DENIED);
            CHECK_STATUS(dwcp_config_set_enable_tracing, OK, (config, tracing, &err));
            dwcp_runtime_t *runtime = new_runtime(config);
            dwcp_module_t *module = load(runtime, wat);
            dwcp_wasi_t *wasi = dwcp_wasi_new();
            CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, mode, 100, &err));
            CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 2, mode, 100, &err));
            dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
            options.wasi = wasi;
            dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
            CHECK_EQ(call(module, "run", NULL, 0, &options, NULL, 0, &stats), DWCP_OK);
            static const char *const lines[] = {"one", "\\u{1b}[1m tw", "o\xef\xbf\xbdthr"};
            size_t expected = tracing && mode == DWCP_OUTPUT_DISCARD ? 3 : 0;
            CHECK_EQ(host.count, expected);
            for (size_t i = 0; i < expected; i++) {
                struct kept *kept = &host.kept[i];
                CHECK_EQ(kept->level, DWCP_LOG_INFO);
                CHECK_STR(kept->target, "dwcp.guest");
                CHECK_STR(kept->event, "guest.output");
                CHECK_STR(kept->message, lines[i]);
                CHECK_EQ(kept->fd, i == 2 ? 2 : 1);
                CHECK(kept->fields == 2 && strlen(kept->hash) == 64);
                CHECK_EQ(kept->call_id, stats.call_id);
            }
            dwcp_wasi_free(wasi);
            dwcp_module_free(module);
            dwcp_runtime_free(runtime);
        }
    }
}

int main(void) {
    warnings();
    discarded_output();
    denials();
    names();
    for (int frees = 0; frees < 2; frees++) {
        from_inside(false, false, frees);
        from_inside(false, true, frees);
    }
    from_inside(true, false, false);
    lives();
    close_is_the_end();
    silent_unasked();
    return report("log");
}
