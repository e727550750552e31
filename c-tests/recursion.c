/* What goes deep: guests that call themselves in every way, guests and hosts that call each other, frames and signatures as large as
 * they may be, and modules that nest deep when they are compiled. Each ends with a result or an error that names its limit. */
#include "hosts.h"
#include "process.h"

#include <pthread.h>
#include <stdarg.h>
#include <unistd.h>

enum { KIB = 1 << 10, MIB = 1 << 20 };

/* Text that grows. */
struct text {
    char *bytes;
    size_t len, room;
};

static void add(struct text *text, const char *format, ...) {
    for (;;) {
        va_list list;
        va_start(list, format);
        int n = vsnprintf(text->bytes + text->len, text->room - text->len, format, list);
        va_end(list);
        if (n < 0) abort();
        if (text->len + (size_t)n < text->room) {
            text->len += (size_t)n;
            return;
        }
        text->room = 2 * text->room + (size_t)n + 1;
        text->bytes = realloc(text->bytes, text->room);
        if (text->bytes == NULL) abort();
    }
}

static void repeat(struct text *text, const char *what, int times) {
    for (int i = 0; i < times; i++) add(text, "%s", what);
}

/* Runs `work` on a thread with this much stack; on the main thread for 0. */
static void on_stack_of(size_t size, void *(*work)(void *), void *argument) {
    if (size == 0) {
        work(argument);
        return;
    }
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    REQUIRE(pthread_attr_setstacksize(&attributes, size) == 0 && pthread_create(&thread, &attributes, work, argument) == 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
}

#if defined(__SANITIZE_ADDRESS__)
static const size_t CALLERS[] = {0, 256 * KIB, 4 * MIB};
#else
static const size_t CALLERS[] = {0, 64 * KIB, MIB, 4 * MIB};
#endif
enum { NCALLERS = sizeof CALLERS / sizeof *CALLERS };

static dwcp_runtime_t *runtime_with_stack(uint64_t bytes, bool signals) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_stack_size_bytes, OK, (config, bytes, &err));
    CHECK_STATUS(dwcp_config_set_signals_based_traps, OK, (config, signals, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 200, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 0, &err));
    return new_runtime(config);
}

static void is_stack_overflow(dwcp_status_t status, uint64_t bytes) {
    uint64_t limit = 0, asked = 0;
    CHECK_EQ(status, DWCP_ERR_STACK_OVERFLOW);
    CHECK_STR(dwcp_error_limit_name(err), "max_stack_size_bytes");
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == bytes && asked > limit);
    CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_STACK_OVERFLOW);
    CHECK(dwcp_error_frame_count(err) > 0);
}

/* ---- guests that call themselves ---- */

/* Those that export "down" (i32) -> i32, and never come back from it. */
static const char *const DOWN[] = {
    /* directly */
    "(module (func $f (export \"down\") (param i32) (result i32) (i32.add (i32.const 1) (call $f (local.get 0)))))",
    /* through a table */
    "(module (table 1 funcref) (elem (i32.const 0) $f) (type $t (func (param i32) (result i32)))"
    " (func $f (export \"down\") (type $t) (i32.add (i32.const 1) (call_indirect (type $t) (local.get 0) (i32.const 0)))))",
    /* each other */
    "(module (func $f (export \"down\") (param i32) (result i32) (i32.add (i32.const 1) (call $g (local.get 0) (i64.const 2))))"
    " (func $g (param i32 i64) (result i32) (i32.add (i32.const 1) (call $f (local.get 0)))))",
    /* with a tail call between: the frames that stay are those of the others */
    "(module (func $f (export \"down\") (param i32) (result i32) (i32.add (i32.const 1) (call $g (local.get 0))))"
    " (func $g (param i32) (result i32) (return_call $f (local.get 0))))",
};

/* Those that never come to be called: their start or their `_initialize` goes down. */
static const char *const DOWN_AT_THE_START[] = {
    "(module (func $f (param i32) (result i32) (i32.add (i32.const 1) (call $f (local.get 0))))"
    " (func $s (drop (call $f (i32.const 1)))) (start $s) (func (export \"down\") (param i32) (result i32) (local.get 0)))",
    "(module (func $f (param i32) (result i32) (i32.add (i32.const 1) (call $f (local.get 0))))"
    " (func (export \"_initialize\") (drop (call $f (i32.const 1)))) (func (export \"down\") (param i32) (result i32) (local.get 0)))",
};

/* Whose allocator goes down. */
static const char DOWN_TO_ALLOCATE[] =
    "(module (memory (export \"memory\") 1) (func $m (export \"malloc\") (param i32) (result i32)"
    "  (i32.add (i32.const 1) (call $m (local.get 0)))) (func (export \"take\") (param i32 i32)))";

struct depth {
    uint64_t bytes;
    dwcp_runtime_t *runtime;
};

static void *go_down(void *argument) {
    const struct depth *depth = argument;
    dwcp_value_t arg = dwcp_i32(1), result[1] = {{0}}, text = dwcp_string("text");
    const char *const *groups[] = {DOWN, DOWN_AT_THE_START};
    const size_t sizes[] = {sizeof DOWN / sizeof *DOWN, sizeof DOWN_AT_THE_START / sizeof *DOWN_AT_THE_START};
    for (size_t group = 0; group < 2; group++)
        for (size_t i = 0; i < sizes[group]; i++) {
            if (depth->bytes > MIB && i + group != 0) continue; /* they take long enough */
            dwcp_module_t *module = load(depth->runtime, groups[group][i]);
            is_stack_overflow(call(module, "down", &arg, 1, NULL, result, 1, NULL), depth->bytes);
            /* in a session, whose VM goes with its guest */
            dwcp_vm_t *vm = NULL;
            test_forget();
            dwcp_status_t status = dwcp_vm_acquire(module, NULL, &vm, &err);
            if (group == 1) {
                is_stack_overflow(status, depth->bytes);
            } else if (CHECK_EQ(status, DWCP_OK)) {
                size_t n = 0;
                dwcp_function_t *down = function_of(module, "down");
                test_forget();
                is_stack_overflow(dwcp_vm_call(vm, down, &arg, 1, NULL, result, 1, &n, NULL, &err), depth->bytes);
                CHECK_STATUS(dwcp_vm_call, VM_DEAD, (vm, down, &arg, 1, NULL, result, 1, &n, NULL, &err));
                dwcp_function_free(down);
            }
            dwcp_vm_release(vm);
            dwcp_module_free(module);
        }
    dwcp_module_t *module = load(depth->runtime, DOWN_TO_ALLOCATE);
    dwcp_function_t *take = bind(module, "take", "s:");
    test_forget();
    is_stack_overflow(dwcp_function_call(take, &text, 1, NULL, NULL, 0, NULL, NULL, &err), depth->bytes);
    dwcp_function_free(take);
    dwcp_module_free(module);

    /* on the threads of a batch */
    module = load(depth->runtime, DOWN[0]);
    dwcp_function_t *down = function_of(module, "down");
    dwcp_batch_options_t options = DWCP_BATCH_OPTIONS_INIT;
    dwcp_batch_row_t rows[4];
    dwcp_value_t args[4], results[4] = {{0}};
    options.parallelism = 3;
    for (int i = 0; i < 4; i++) args[i] = arg, dwcp_batch_row_init(&rows[i]);
    size_t failed = 0;
    CHECK_STATUS(dwcp_function_call_batch, OK, (down, args, 1, 4, NULL, &options, results, 1, rows, &failed, &err));
    CHECK_EQ(failed, 4);
    for (int i = 0; i < 4; i++) CHECK_EQ(rows[i].status, DWCP_ERR_STACK_OVERFLOW);
    dwcp_batch_rows_clear(rows, 4);
    dwcp_function_free(down);
    dwcp_module_free(module);
    test_forget();
    return NULL;
}

MAYBE_UNUSED static long resident_kib(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    REQUIRE(file != NULL && fscanf(file, "%*s %ld", &pages) == 1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* What a large stack once took is given back by the threads that wait for work, each when it has done its own. */
MAYBE_UNUSED static bool resident_becomes(long most) {
    for (int i = 0; i < 1000000; i++) {
        if (resident_kib() <= most) return true;
        sched_yield();
    }
    return false;
}

static void guests_that_call_themselves(void) {
    static const uint64_t sizes[] = {64 * KIB, 100000, MIB, 16 * MIB, 256 * MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int signals = sizes[i] > 16 * MIB; signals < 2; signals++) {
            struct depth depth = {sizes[i], runtime_with_stack(sizes[i], signals)};
            long before = resident_kib();
            for (size_t j = 0; j < (sizes[i] > 16 * MIB ? 1 : sizes[i] > MIB ? 2 : NCALLERS); j++) on_stack_of(CALLERS[j], go_down, &depth);
#if !defined(__SANITIZE_ADDRESS__)
            if (!CHECK(resident_becomes(before + 100 * KIB))) fprintf(stderr, "    from %ld KiB to %ld KiB\n", before, resident_kib());
#else
            (void)before;
#endif
            dwcp_runtime_free(depth.runtime);
            CHECK(no_library_thread());
        }
}

/* ---- guests and hosts that call each other ---- */

static dwcp_runtime_t *ring;
static dwcp_module_t *ring_module;
static int turns;

HOST(calls_by_name) {
    (void)user, (void)args, (void)nargs, (void)nresults;
    turns++;
    dwcp_value_t arg = dwcp_i32(1);
    return dwcp_caller_call(caller, "go", NULL, &arg, 1, results, 1, NULL, NULL);
}

HOST(calls_with_text) {
    (void)user, (void)args, (void)nargs, (void)nresults;
    turns++;
    dwcp_value_t text = dwcp_string("text");
    return dwcp_caller_call(caller, "text", "s:i", &text, 1, results, 1, NULL, NULL);
}

/* The runtime from the beginning: each turn is a call of its own with a VM of its own. */
HOST(executes) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)nresults;
    turns++;
    dwcp_value_t arg = dwcp_i32(1);
    size_t n = 0;
    return dwcp_runtime_execute(ring, NULL, 0, "ring", "go", &arg, 1, NULL, results, 1, &n, NULL, NULL);
}

HOST(makes_sessions) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)nresults;
    turns++;
    dwcp_value_t arg = dwcp_i32(1);
    size_t n = 0;
    dwcp_vm_t *vm = NULL;
    dwcp_status_t status = dwcp_vm_acquire(ring_module, NULL, &vm, NULL);
    if (status != DWCP_OK) return status;
    dwcp_function_t *go = NULL;
    status = dwcp_module_get_function(ring_module, "go", NULL, &go, NULL);
    if (status == DWCP_OK) status = dwcp_vm_call(vm, go, &arg, 1, NULL, results, 1, &n, NULL, NULL);
    dwcp_function_free(go);
    dwcp_vm_release(vm);
    return status;
}

static const char RING_WAT[] =
    "(module (import \"env\" \"f\" (func $f (param i32) (result i32))) (memory (export \"memory\") 1)"
    " (func (export \"malloc\") (param i32) (result i32) (i32.const 64))"
    " (func (export \"go\") (param i32) (result i32) (call $f (local.get 0)))"
    " (func (export \"text\") (param i32 i32) (result i32) (call $f (local.get 0))))";

static const struct {
    dwcp_host_fn function;
    int at_least;
} RINGS[] = {{calls_by_name, 5}, {calls_with_text, 5}, {executes, 150}, {makes_sessions, 150}};

static void *go_round(void *unused) {
    for (size_t i = 0; i < sizeof RINGS / sizeof *RINGS; i++) {
        dwcp_value_t arg = dwcp_i32(1), result[1] = {{0}};
        ring_module = load_defined(ring, RING_WAT, "f", NULL, RINGS[i].function);
        CHECK_STATUS(dwcp_runtime_set_alias, OK, (ring, "ring", ring_module, &err));
        turns = 0;
        /* The innermost was refused its stack or its slot, and every host function failed with that. */
        CHECK_EQ(call(ring_module, "go", &arg, 1, NULL, result, 1, NULL), DWCP_ERR_HOST_FUNCTION);
        if (!CHECK(turns >= RINGS[i].at_least)) fprintf(stderr, "    ring %zu: %d turns\n", i, turns);
        dwcp_module_free(ring_module);
    }
    test_forget();
    return unused;
}

static void guests_and_hosts(void) {
    static const uint64_t sizes[] = {64 * KIB, MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int signals = 0; signals < 2; signals++) {
            ring = runtime_with_stack(sizes[i], signals);
            for (size_t j = 0; j < NCALLERS; j++) on_stack_of(CALLERS[j], go_round, NULL);
            dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
            CHECK_STATUS(dwcp_runtime_metrics, OK, (ring, &metrics, &err));
            CHECK_EQ(metrics.panics, 0);
            CHECK_EQ(metrics.active_vms, 0);
            dwcp_runtime_free(ring);
            CHECK(no_library_thread());
        }
}

/* ---- large frames and large signatures ---- */

enum { MANY = 1000 };

HOST(adds_one_to_each) {
    (void)user, (void)caller;
    CHECK_EQ(nargs, MANY);
    CHECK_EQ(nresults, MANY);
    for (int i = 0; i < MANY; i++) results[i] = dwcp_i64(args[i].of.i64 + 1);
    return DWCP_OK;
}

static dwcp_module_t *wide_module, *frames_module;

static void *large(void *argument) {
    uint64_t bytes = *(uint64_t *)argument;
    static _Thread_local dwcp_value_t args[MANY], results[MANY];
    size_t n = 0;
    for (int i = 0; i < MANY; i++) args[i] = dwcp_i64(i);
    /* out of the host, into it, and back twice */
    CHECK_EQ(call(wide_module, "wide", args, MANY, NULL, results, MANY, NULL), DWCP_OK);
    CHECK(dwcp_as_i64(results[0]) == 1 && dwcp_as_i64(results[MANY - 1]) == MANY);
    dwcp_function_t *vectors = function_of(wide_module, "vectors");
    for (int i = 0; i < MANY; i++) args[i] = dwcp_value_zero(DWCP_KIND_V128);
    CHECK_STATUS(dwcp_function_call, OK, (vectors, args, MANY, NULL, results, MANY, &n, NULL, &err));
    dwcp_function_free(vectors);
    /* the same where the guest has almost used its stack up: at some depth the call does not fit any more */
    for (int i = 0; i < MANY; i++) args[i] = dwcp_i64(i);
    is_stack_overflow(call(wide_module, "down", args, MANY, NULL, results, MANY, NULL), bytes);
    is_stack_overflow(call(wide_module, "tail", args, 1, NULL, results, 1, NULL), bytes);
    /* a frame of 5000 vectors is 80 000 bytes: more than a small stack has */
    dwcp_value_t vector = dwcp_value_zero(DWCP_KIND_V128), out = {0};
    dwcp_status_t status = call(frames_module, "frame", &vector, 1, NULL, &out, 1, NULL);
    if (bytes < 80000) is_stack_overflow(status, bytes);
    else CHECK_EQ(status, DWCP_OK);
    is_stack_overflow(call(frames_module, "frames", &vector, 1, NULL, &out, 1, NULL), bytes);
    test_forget();
    return NULL;
}

static void types(struct text *text, const char *type) {
    add(text, "(param");
    for (int i = 0; i < MANY; i++) add(text, " %s", type);
    add(text, ") (result");
    for (int i = 0; i < MANY; i++) add(text, " %s", type);
    add(text, ")");
}

static void all_locals(struct text *text) {
    for (int i = 0; i < MANY; i++) add(text, " (local.get %d)", i);
}

static void large_frames(void) {
    struct text wide = {0}, frames = {0};
    add(&wide, "(module (import \"env\" \"f\" (func $f ");
    types(&wide, "i64");
    add(&wide, ")) (func (export \"wide\") ");
    types(&wide, "i64");
    add(&wide, " (call $f");
    all_locals(&wide);
    add(&wide, ")) (func (export \"vectors\") ");
    types(&wide, "v128");
    all_locals(&wide);
    add(&wide, ") (func $d (export \"down\") ");
    types(&wide, "i64");
    add(&wide, " (call $f (call $d");
    all_locals(&wide);
    /* a tail call to what takes more than its caller did: the arguments need room that the caller's frame has not */
    add(&wide, "))) (func $t (export \"tail\") (param i64) (result i64) (return_call $u");
    repeat(&wide, " (local.get 0)", MANY);
    add(&wide, ")) (func $u (param");
    repeat(&wide, " i64", MANY);
    add(&wide, ") (result i64) (i64.add (local.get 999) (call $t (local.get 0)))))");

    /* 5000 vectors that live across a call */
    enum { LOCALS = 5000 };
    add(&frames, "(module (func $one (param v128) (result v128) (i8x16.add (local.get 0) (local.get 0)))");
    for (int again = 0; again < 2; again++) {
        add(&frames, " (func $%s (export \"%s\") (param v128) (result v128) (local", again ? "frames" : "frame", again ? "frames" : "frame");
        repeat(&frames, " v128", LOCALS);
        add(&frames, ")");
        for (int i = 1; i <= LOCALS; i++) add(&frames, " (local.set %d (call $one (local.get %d)))", i, i - 1);
        add(&frames, " (local.set 0 (call $%s (local.get %d)))", again ? "frames" : "one", LOCALS);
        for (int i = 1; i <= LOCALS; i++) add(&frames, " (local.set 0 (i8x16.add (local.get 0) (local.get %d)))", i);
        add(&frames, " (local.get 0))");
    }
    add(&frames, ")");

    static const uint64_t sizes[] = {64 * KIB, MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int signals = 0; signals < 2; signals++) {
            uint64_t bytes = sizes[i];
            dwcp_runtime_t *runtime = runtime_with_stack(bytes, signals);
            wide_module = load_defined(runtime, wide.bytes, "f", NULL, adds_one_to_each);
            frames_module = load(runtime, frames.bytes);
            for (size_t j = 0; j < NCALLERS; j++) on_stack_of(CALLERS[j], large, &bytes);
            dwcp_module_free(wide_module);
            dwcp_module_free(frames_module);
            dwcp_runtime_free(runtime);
        }
    free(wide.bytes);
    free(frames.bytes);
}

/* ---- what nests deep when it is compiled ---- */

static dwcp_runtime_t *compiling;

struct input {
    const char *name;
    struct text text;
};

static void *compile(void *argument) {
    struct input *input = argument;
    dwcp_module_t *module = NULL;
    test_forget();
    dwcp_status_t status = dwcp_module_load(compiling, (const uint8_t *)input->text.bytes, input->text.len, NULL, NULL, &module, &err);
    bool answered = status == DWCP_OK || status == DWCP_ERR_INVALID_MODULE || status == DWCP_ERR_POLICY_REFUSED;
    if (!CHECK(answered && (status == DWCP_OK) == (module != NULL)))
        fprintf(stderr, "    %s: %s: %s\n", input->name, dwcp_status_name(status), message());
    if (getenv("DWCP_TEST_VERBOSE")) printf("%s: %s: %.100s\n", input->name, dwcp_status_name(status), message());
    dwcp_module_free(module);
    test_forget();
    return NULL;
}

static void leb(struct text *text, size_t n) {
    char byte;
    do {
        byte = (char)((n & 0x7f) | (n > 0x7f ? 0x80 : 0));
        if (text->len + 2 > text->room) add(text, "%16s", ""), text->len -= 16;
        text->bytes[text->len++] = byte;
    } while ((n >>= 7) != 0);
}

static void bytes(struct text *text, const char *data, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (text->len + 2 > text->room) add(text, "%16s", ""), text->len -= 16;
        text->bytes[text->len++] = data[i];
    }
}

/* A binary whose one function is `n` times `open` and then as many ends. */
static struct text nested_binary(const char *open, size_t len, const char *between, size_t between_len, int n) {
    struct text body = {0}, all = {0};
    leb(&body, 0);
    for (int i = 0; i < n; i++) bytes(&body, open, len);
    bytes(&body, between, between_len);
    for (int i = 0; i < n; i++) bytes(&body, "\x0b", 1);
    bytes(&body, "\x0b", 1);
    bytes(&all, "\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a", 19);
    struct text size = {0};
    leb(&size, body.len);
    leb(&all, 1 + size.len + body.len);
    leb(&all, 1);
    bytes(&all, size.bytes, size.len);
    bytes(&all, body.bytes, body.len);
    free(size.bytes);
    free(body.bytes);
    return all;
}

static struct text nested_text(const char *before, const char *open, const char *middle, const char *close, const char *after, int n) {
    struct text text = {0};
    add(&text, "%s", before);
    repeat(&text, open, n);
    add(&text, "%s", middle);
    repeat(&text, close, n);
    add(&text, "%s", after);
    return text;
}

static void deep_modules(void) {
    static const int depths[] = {50, 900, 9000, 200000};
    compiling = runtime_with_stack(MIB, true);
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        int n = depths[i];
        struct input inputs[] = {
            {"blocks", nested_text("(module (func ", "block ", "", "end ", "))", n)},
            {"ifs", nested_text("(module (func ", "i32.const 1 if ", "", "end ", "))", n)},
            {"folded blocks", nested_text("(module (func ", "(block ", "", ")", "))", n)},
            {"folded sums", nested_text("(module (func (result i32) ", "(i32.add (i32.const 1) ", "(i32.const 1)", ")", "))", n)},
            {"sums", nested_text("(module (func (result i32) ", "i32.const 1 ", "i32.const 1 ", "i32.add ", "))", n)},
            {"constant sums", nested_text("(module (global i32 ", "(i32.add (i32.const 1) ", "(i32.const 1)", ")", "))", n)},
            {"parentheses", nested_text("", "(", "module", ")", "", n)},
            {"unknown fields", nested_text("(module ", "(what ", "", ")", ")", n)},
            {"comments", nested_text("(module ", "(; ", "", " ;)", ")", n)},
            {"annotations", nested_text("(module ", "(@a ", "", ")", ")", n)},
            {"binary blocks", nested_binary("\x02\x40", 2, "", 0, n)},
            {"binary loops", nested_binary("\x03\x40", 2, "", 0, n < 4000 ? n : 4000)},
            {"binary ifs", nested_binary("\x41\x01\x04\x40", 4, "", 0, n)},
            {"binary blocks of which one leaves all", nested_binary("\x02\x40", 2, "\x0c\x00", 2, n)},
        };
        for (size_t j = 0; j < sizeof inputs / sizeof *inputs; j++) {
            on_stack_of(CALLERS[1], compile, &inputs[j]);
            free(inputs[j].text.bytes);
        }
    }
    dwcp_runtime_free(compiling);
}

int main(void) {
    guests_that_call_themselves();
    guests_and_hosts();
    large_frames();
    deep_modules();
    return report("recursion");
}
