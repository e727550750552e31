/* The places where a call can be when its time is over: guests that stay there for ever, and ways to call them. */
#ifndef DWCP_DEADLINES_H
#define DWCP_DEADLINES_H

#include "hosts.h"
#include "linking.h"

#include <semaphore.h>
#include <unistd.h>

/* Posted by guests and host functions as they come to their place. */
static sem_t arrived;

HOST(note) {
    UNUSED;
    sem_post(&arrived);
    return DWCP_OK;
}

/* Calls the guest back: what it gets is what ends the whole call, so it is its own whether it hands that on. */
HOST(call_back) {
    UNUSED;
    dwcp_status_t status = dwcp_caller_call(caller, "spin", NULL, NULL, 0, NULL, 0, NULL, NULL);
    CHECK(status == DWCP_ERR_TIMEOUT || status == DWCP_ERR_CANCELLED);
    return DWCP_OK;
}

HOST(allocate) {
    UNUSED;
    uint64_t address = 0;
    dwcp_status_t status = dwcp_caller_allocate(caller, 8, &address);
    CHECK((status == DWCP_ERR_TIMEOUT || status == DWCP_ERR_CANCELLED) && address == 0);
    return DWCP_OK;
}

HOST(pass_text) {
    UNUSED;
    dwcp_value_t text = dwcp_string("hello");
    dwcp_status_t status = dwcp_caller_call(caller, "text", "s:", &text, 1, NULL, 0, NULL, NULL);
    CHECK(status == DWCP_ERR_TIMEOUT || status == DWCP_ERR_CANCELLED);
    return status;
}

/* Gives a string, for which the guest's allocator makes room after this has returned. */
HOST(give_text) {
    UNUSED;
    return dwcp_caller_return(caller, &results[0], "hello", 5);
}

/* Waits as a host function should: until its call is over. */
HOST(linger) {
    UNUSED;
    sem_post(&arrived);
    while (!dwcp_caller_is_cancelled(caller)) usleep(1000);
    return DWCP_OK;
}

#define IMPORTS                                                                                                                  \
    " (import \"env\" \"note\" (func $note)) (import \"env\" \"call_back\" (func $call_back))"                                   \
    " (import \"env\" \"allocate\" (func $allocate)) (import \"env\" \"pass_text\" (func $pass_text))"                           \
    " (import \"env\" \"give_text\" (func $give_text (result i32 i32))) (import \"env\" \"linger\" (func $linger))"             \
    " (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"                     \
    " (import \"wasi_snapshot_preview1\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))"                         \
    " (import \"wasi_snapshot_preview1\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"                       \
    " (import \"wasi_snapshot_preview1\" \"sched_yield\" (func $yield (result i32)))"

/* A function for each place; the allocator and what follows a result never come back either. */
static const char PLACES_WAT[] =
    "(module" IMPORTS
    " (memory (export \"memory\") 17) (table 1000 funcref) (data $data \"0123456789abcdef\") (elem $elem func $leaf $leaf)"
    " (func $leaf)"
    " (func $spin (export \"spin\") (call $note) (loop (br 0)))"
    " (func (export \"_start\") (call $spin))"
    " (func (export \"branches\") (local i64) (call $note)"
    "  (loop $l (local.set 0 (i64.add (local.get 0) (i64.const 1)))"
    "   (br_if $l (i32.wrap_i64 (i64.and (local.get 0) (i64.const 1)))) (br_table $l $l (i32.wrap_i64 (local.get 0)))))"
    " (func $tail (return_call $tail)) (func (export \"tail_calls\") (call $note) (return_call $tail))"
    " (func $ping (return_call $pong)) (func $pong (return_call $ping)) (func (export \"ping_pong\") (call $note) (return_call $ping))"
    " (func $tree (param i32) (if (local.get 0) (then (call $tree (i32.sub (local.get 0) (i32.const 1)))"
    "  (call $tree (i32.sub (local.get 0) (i32.const 1))))))"
    " (func (export \"recursion\") (call $note) (call $tree (i32.const 1000)))"
    " (func (export \"fill\") (call $note) (loop (memory.fill (i32.const 0) (i32.const 7) (i32.const 1048576)) (br 0)))"
    " (func (export \"copy\") (call $note) (loop (memory.copy (i32.const 0) (i32.const 64) (i32.const 1048576)) (br 0)))"
    " (func (export \"init\") (call $note) (loop (memory.init $data (i32.const 0) (i32.const 0) (i32.const 16)) (br 0)))"
    " (func (export \"tables\") (call $note) (loop (table.fill (i32.const 0) (ref.null func) (i32.const 1000))"
    "  (table.copy (i32.const 0) (i32.const 1) (i32.const 999)) (table.init $elem (i32.const 0) (i32.const 0) (i32.const 2)) (br 0)))"
    " (func (export \"grow\") (call $note) (loop (drop (memory.grow (i32.const 60000))) (br 0)))"
    " (func (export \"host_calls\") (call $note) (loop (call $note) (br 0)))"
    " (func (export \"wasi_calls\") (call $note) (loop (drop (call $yield)) (br 0)))"
    " (func (export \"malloc\") (param i32) (result i32) (call $spin) (i32.const 8))"
    " (func (export \"text\") (param i32 i32))"
    " (func (export \"gives\") (result i32 i32) (i32.const 8) (i32.const 5))"
    " (func (export \"cabi_post_gives\") (param i32 i32) (call $spin))"
    " (func (export \"call_back\") (call $call_back))"
    " (func (export \"allocate\") (call $allocate))"
    " (func (export \"pass_text\") (call $pass_text))"
    " (func (export \"give_text\") (result i32 i32) (call $give_text))"
    " (func (export \"linger\") (call $linger))"
    /* subscriptions at 0 (a clock) and 48 (a descriptor), for an hour */
    " (func $hour (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 3600000000000)))"
    " (func (export \"sleep\") (result i32) (call $hour) (call $note)"
    "  (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512)))"
    " (func (export \"naps\") (result i32) (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 1000))"
    "  (call $note) (loop (drop (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))) (br 0)) (i32.const 0))"
    " (func (export \"poll_stdin\") (result i32) (call $hour) (i32.store8 (i32.const 56) (i32.const 1)) (call $note)"
    "  (call $poll (i32.const 0) (i32.const 256) (i32.const 2) (i32.const 512)))"
    " (func (export \"read_stdin\") (result i32) (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 64))"
    "  (call $note) (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 512)))"
    " (func (export \"write_stdout\") (result i32) (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 1048576))"
    "  (call $note) (loop (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 512))) (br 0)) (i32.const 0)))";

static const char STARTS_WAT[] =
    "(module (import \"env\" \"note\" (func $note)) (func $spin (call $note) (loop (br 0))) (start $spin) (func (export \"f\")))";
static const char INITIALIZES_WAT[] =
    "(module (import \"env\" \"note\" (func $note)) (func (export \"_initialize\") (call $note) (loop (br 0))) (func (export \"f\")))";
static const char STARTS_SLEEPING_WAT[] =
    "(module (import \"env\" \"note\" (func $note))"
    " (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (func $sleep (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 3600000000000)) (call $note)"
    "  (drop (call $poll (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))))"
    " (start $sleep) (func (export \"f\")))";
/* Linked with "lib": calls into it. With one of the above as "lib", it never comes to that. */
static const char USES_WAT[] = "(module (import \"lib\" \"f\" (func $f)) (func (export \"f\") (call $f)))";
static const char LIB_WAT[] =
    "(module (import \"env\" \"note\" (func $note)) (func (export \"f\") (call $note) (loop (br 0))))";

enum how { CALL, SESSION, ACQUIRE, RUN, EXECUTE, BATCH };
enum guest { PLACES, STARTS, INITIALIZES, STARTS_SLEEPING, USES, USES_STARTS, USES_INITIALIZES, GUESTS };

static const struct place {
    const char *name;
    enum guest guest;
    enum how how;
    const char *function, *signature;
    bool takes_text; /* a string, which the guest's allocator makes room for */
    bool reached;    /* the called function itself began */
} PLACE[] = {
    {"compute loop", PLACES, CALL, "spin", ":", false, true},
    {"branches", PLACES, CALL, "branches", ":", false, true},
    {"tail calls", PLACES, CALL, "tail_calls", ":", false, true},
    {"tail calls of two", PLACES, CALL, "ping_pong", ":", false, true},
    {"recursion", PLACES, CALL, "recursion", ":", false, true},
    {"memory.fill", PLACES, CALL, "fill", ":", false, true},
    {"memory.copy", PLACES, CALL, "copy", ":", false, true},
    {"memory.init", PLACES, CALL, "init", ":", false, true},
    {"tables", PLACES, CALL, "tables", ":", false, true},
    {"memory.grow", PLACES, CALL, "grow", ":", false, true},
    {"calls of host functions", PLACES, CALL, "host_calls", ":", false, true},
    {"calls of WASI", PLACES, CALL, "wasi_calls", ":", false, true},
    {"start function", STARTS, CALL, "f", ":", false, false},
    {"_initialize", INITIALIZES, CALL, "f", ":", false, false},
    {"sleep in a start function", STARTS_SLEEPING, CALL, "f", ":", false, false},
    {"allocator for an argument", PLACES, CALL, "text", "s:", true, false},
    {"allocator for a host function", PLACES, CALL, "allocate", ":", false, true},
    {"allocator for a call by a host function", PLACES, CALL, "pass_text", ":", false, true},
    {"allocator for a host function's result", PLACES, CALL, "give_text", ":s", false, true},
    {"call back from a host function", PLACES, CALL, "call_back", ":", false, true},
    {"host function that looks", PLACES, CALL, "linger", ":", false, true},
    {"linked module", USES, CALL, "f", ":", false, true},
    {"start function of a linked module", USES_STARTS, CALL, "f", ":", false, false},
    {"_initialize of a linked module", USES_INITIALIZES, CALL, "f", ":", false, false},
    {"poll_oneoff", PLACES, CALL, "sleep", ":i", false, true},
    {"many short sleeps", PLACES, CALL, "naps", ":i", false, true},
    {"poll_oneoff of stdin", PLACES, CALL, "poll_stdin", ":i", false, true},
    {"stdin", PLACES, CALL, "read_stdin", ":i", false, true},
    {"stdout", PLACES, CALL, "write_stdout", ":i", false, true},
    {"_start", PLACES, RUN, NULL, NULL, false, true},
    {"execute", PLACES, EXECUTE, "spin", NULL, false, true},
    {"start function of what is executed", STARTS, EXECUTE, "f", NULL, false, false},
    {"rows", PLACES, BATCH, "spin", ":", false, true},
    {"rows that sleep", PLACES, BATCH, "sleep", ":i", false, true},
    {"acquire: start function", STARTS, ACQUIRE, NULL, NULL, false, false},
    {"acquire: _initialize", INITIALIZES, ACQUIRE, NULL, NULL, false, false},
    {"acquire: start function of a linked module", USES_STARTS, ACQUIRE, NULL, NULL, false, false},
    {"session", PLACES, SESSION, "spin", ":", false, true},
    {"session: poll_oneoff", PLACES, SESSION, "sleep", ":i", false, true},
    {"session: allocator", PLACES, SESSION, "text", "s:", true, false},
    {"session: call back", PLACES, SESSION, "call_back", ":", false, true},
    {"session: cabi_post_", PLACES, SESSION, "gives", ":s", false, true},
    {"session: linked module", USES, SESSION, "f", ":", false, true},
};
enum { PLACES_IN_ALL = sizeof PLACE / sizeof *PLACE, ROWS = 3 };

/* A runtime with all guests, and a stdin and a stdout on which nothing moves. */
struct world {
    dwcp_runtime_t *runtime;
    dwcp_imports_t *imports;
    dwcp_module_t *modules[GUESTS], *units[3];
    dwcp_wasi_t *wasi;
};

/* What a call in a place came to. */
struct outcome {
    dwcp_status_t status;
    dwcp_call_stats_t stats; /* of the last row of a batch; all 0 of an acquire, which has none */
    dwcp_error_t *error;
    uint64_t calls, failed; /* how many are in the metrics */
};

static dwcp_runtime_t *timed_runtime(uint64_t ms, uint64_t ceiling) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, ms, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms_ceiling, OK, (config, ceiling, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 32, &err)); /* room for a sanitizer */
    CHECK_STATUS(dwcp_config_apply_json, OK, (config, "{\"pool_size\":1,\"allowed_syscalls\":[\"@stdio\"]}", 45, &err)); /* polls stdin */
    return new_runtime(config);
}

static struct world new_world(dwcp_runtime_t *runtime) {
    struct world w = {.runtime = runtime, .imports = dwcp_imports_new(), .wasi = dwcp_wasi_new()};
    static const struct {
        const char *name, *signature;
        dwcp_host_fn function;
    } hosts[] = {{"note", ":", note},           {"call_back", ":", call_back}, {"allocate", ":", allocate},
                 {"pass_text", ":", pass_text}, {"give_text", ":s", give_text}, {"linger", ":", linger}};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        CHECK_STATUS(dwcp_imports_define, OK, (w.imports, "env", hosts[i].name, hosts[i].signature, hosts[i].function, NULL, NULL, &err));
    w.units[0] = load_with(runtime, LIB_WAT, w.imports);
    w.modules[PLACES] = load_with(runtime, PLACES_WAT, w.imports);
    w.modules[STARTS] = load_with(runtime, STARTS_WAT, w.imports);
    w.modules[INITIALIZES] = load_with(runtime, INITIALIZES_WAT, w.imports);
    w.modules[STARTS_SLEEPING] = load_with(runtime, STARTS_SLEEPING_WAT, w.imports);
    w.modules[USES] = load_linked(runtime, USES_WAT, w.imports, LINKS({"lib", w.units[0]}));
    w.modules[USES_STARTS] = load_linked(runtime, USES_WAT, w.imports, LINKS({"lib", w.modules[STARTS]}));
    w.modules[USES_INITIALIZES] = load_linked(runtime, USES_WAT, w.imports, LINKS({"lib", w.modules[INITIALIZES]}));
    CHECK_STATUS(dwcp_wasi_inherit_stdin, OK, (w.wasi, &err));
    CHECK_STATUS(dwcp_wasi_set_output, OK, (w.wasi, 1, DWCP_OUTPUT_INHERIT, 0, &err));
    return w;
}

static void end_world(struct world *w) {
    for (int i = 0; i < GUESTS; i++) dwcp_module_free(w->modules[i]);
    dwcp_module_free(w->units[0]);
    dwcp_imports_free(w->imports);
    dwcp_wasi_free(w->wasi);
    dwcp_runtime_free(w->runtime);
}

/* Makes stdin a pipe into which nobody writes and stdout one from which nobody reads: `kept` gets what they were. */
static void block_streams(int kept[2], int ends[4]) {
    fflush(stdout);
    REQUIRE((kept[0] = dup(0)) >= 0 && (kept[1] = dup(1)) >= 0 && pipe(ends) == 0 && pipe(ends + 2) == 0);
    REQUIRE(dup2(ends[0], 0) == 0 && dup2(ends[3], 1) == 1);
}

static void unblock_streams(const int kept[2], const int ends[4]) {
    dup2(kept[0], 0);
    dup2(kept[1], 1);
    close(kept[0]);
    close(kept[1]);
    for (int i = 0; i < 4; i++) close(ends[i]);
}

static struct outcome call_there(const struct world *w, const struct place *place, const dwcp_call_options_t *asked) {
    struct outcome o = {.stats = DWCP_CALL_STATS_INIT, .calls = 1, .failed = 1};
    dwcp_call_options_t options = *asked;
    if (place->how != BATCH) options.wasi = w->wasi;
    const dwcp_module_t *module = w->modules[place->guest];
    dwcp_function_t *function = NULL;
    dwcp_value_t text = dwcp_string("hello"), result = {0};
    size_t n = 0;
    if (place->function != NULL && place->how != EXECUTE) function = bind(module, place->function, place->signature);
    switch (place->how) {
    case CALL:
        o.status = dwcp_function_call(function, &text, place->takes_text, &options, &result, 1, &n, &o.stats, &o.error);
        break;
    case SESSION: {
        dwcp_vm_t *vm = NULL;
        dwcp_call_options_t its = DWCP_CALL_OPTIONS_INIT;
        its.wasi = options.wasi;
        options.wasi = NULL;
        REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, &its, &vm, &err)));
        o.status = dwcp_vm_call(vm, function, &text, place->takes_text, &options, &result, 1, &n, &o.stats, &o.error);
        dwcp_vm_release(vm);
        break;
    }
    case ACQUIRE: {
        dwcp_vm_t *vm = NULL;
        o.status = dwcp_vm_acquire(module, &options, &vm, &o.error);
        CHECK(vm == NULL);
        o.calls = o.failed = 0;
        break;
    }
    case RUN: {
        int32_t code = 7;
        o.status = dwcp_module_run(module, &options, &code, &o.stats, &o.error);
        CHECK_EQ(code, 0);
        break;
    }
    case EXECUTE: {
        /* the module that the alias is for has the host functions */
        CHECK_STATUS(dwcp_runtime_set_alias, OK, (w->runtime, "executed", module, &err));
        o.status = dwcp_runtime_execute(w->runtime, NULL, 0, "executed", place->function, NULL, 0, &options, NULL, 0, &n, &o.stats, &o.error);
        break;
    }
    case BATCH: {
        dwcp_batch_row_t rows[ROWS];
        dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
        dwcp_value_t results[ROWS] = {{0}};
        size_t failed = 0;
        for (int i = 0; i < ROWS; i++) dwcp_batch_row_init(&rows[i]);
        batch.parallelism = 2;
        CHECK_STATUS(dwcp_function_call_batch, OK, (function, NULL, 0, ROWS, &options, &batch, results, 1, rows, &failed, &err));
        CHECK_EQ(failed, ROWS);
        o.calls = o.failed = ROWS;
        o.status = rows[0].status;
        for (int i = 0; i < ROWS; i++) CHECK_EQ(rows[i].status, o.status);
        o.stats = rows[ROWS - 1].stats;
        o.error = rows[ROWS - 1].error;
        rows[ROWS - 1].error = NULL;
        dwcp_batch_rows_clear(rows, ROWS);
        break;
    }
    }
    CHECK(n == 0 && result.kind == 0);
    dwcp_function_free(function);
    return o;
}

static dwcp_runtime_metrics_t metrics_now(const dwcp_runtime_t *runtime) {
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    return metrics;
}

#endif
