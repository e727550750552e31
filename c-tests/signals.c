/* Guests' faults are signals, and the host has signals of its own: each gets its own. Every scenario runs in a process of its own,
 * because handlers are the process's. */
#include "entries.h"
#include "process.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const int FAULTS[] = {SIGSEGV, SIGILL, SIGFPE, SIGBUS};
enum { NFAULTS = sizeof FAULTS / sizeof *FAULTS };

/* ---- guests ---- */

/* Each way in which a guest traps by itself. */
static const char TRAPS_WAT[] =
    "(module (memory (export \"memory\") 1 2) (table $t 2 funcref) (type $f (func)) (data $d \"data\") (elem $e func $nop)"
    " (elem (table $t) (i32.const 1) func $other) (func $nop) (func $other (param i64))"
    " (func (export \"load\") (drop (i32.load (i32.const 65536)))) (func (export \"far\") (drop (i64.load offset=4294967288 (i32.const -1))))"
    " (func (export \"store\") (i64.store (i32.const 65529) (i64.const 1)))"
    " (func (export \"vector\") (drop (v128.load (i32.const 65521))))"
    " (func (export \"fill\") (memory.fill (i32.const 65530) (i32.const 0) (i32.const 7)))"
    " (func (export \"copy\") (memory.copy (i32.const 0) (i32.const 65530) (i32.const 7)))"
    " (func (export \"init\") (memory.init $d (i32.const 0) (i32.const 1) (i32.const 4)))"
    " (func (export \"atomic\") (drop (i32.atomic.load (i32.const 2))))"
    " (func (export \"get\") (drop (table.get $t (i32.const 2)))) (func (export \"set\") (table.set $t (i32.const 2) (ref.null func)))"
    " (func (export \"widen\") (table.fill $t (i32.const 1) (ref.null func) (i32.const 2)))"
    " (func (export \"place\") (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 2)))"
    " (func (export \"null\") (call_indirect $t (type $f) (i32.const 0)))"
    " (func (export \"another\") (call_indirect $t (type $f) (i32.const 1)))"
    " (func (export \"beyond\") (call_indirect $t (type $f) (i32.const 2)))"
    " (func (export \"divide\") (drop (i32.div_u (i32.const 1) (i32.const 0))))"
    " (func (export \"modulo\") (drop (i64.rem_s (i64.const 1) (i64.const 0))))"
    " (func (export \"overflow\") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))"
    " (func (export \"nan\") (drop (i32.trunc_f32_s (f32.const nan)))) (func (export \"large\") (drop (i64.trunc_f64_u (f64.const 1e30))))"
    " (func (export \"unreachable\") unreachable) (func $down (export \"down\") (call $down) (call $nop))"
    " (func (export \"grow\") (drop (memory.grow (i32.const 1))) (i32.store (i32.const 65536) (i32.const 1)) (drop (i32.load (i32.const 131072)))))";

static const struct {
    const char *name;
    dwcp_status_t status;
    int32_t code;
} TRAPS[] = {
    {"load", DWCP_ERR_TRAP, DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},    {"far", DWCP_ERR_TRAP, DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},
    {"store", DWCP_ERR_TRAP, DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},   {"vector", DWCP_ERR_TRAP, DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},
    {"fill", DWCP_ERR_TRAP, DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},    {"copy", DWCP_ERR_TRAP, DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},
    {"init", DWCP_ERR_TRAP, DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},    {"atomic", DWCP_ERR_TRAP, DWCP_TRAP_HEAP_MISALIGNED},
    {"get", DWCP_ERR_TRAP, DWCP_TRAP_TABLE_OUT_OF_BOUNDS},      {"set", DWCP_ERR_TRAP, DWCP_TRAP_TABLE_OUT_OF_BOUNDS},
    {"widen", DWCP_ERR_TRAP, DWCP_TRAP_TABLE_OUT_OF_BOUNDS},    {"place", DWCP_ERR_TRAP, DWCP_TRAP_TABLE_OUT_OF_BOUNDS},
    {"null", DWCP_ERR_TRAP, DWCP_TRAP_INDIRECT_CALL_TO_NULL},   {"another", DWCP_ERR_TRAP, DWCP_TRAP_BAD_SIGNATURE},
    {"beyond", DWCP_ERR_TRAP, DWCP_TRAP_TABLE_OUT_OF_BOUNDS},   {"divide", DWCP_ERR_TRAP, DWCP_TRAP_INTEGER_DIVISION_BY_ZERO},
    {"modulo", DWCP_ERR_TRAP, DWCP_TRAP_INTEGER_DIVISION_BY_ZERO}, {"overflow", DWCP_ERR_TRAP, DWCP_TRAP_INTEGER_OVERFLOW},
    {"nan", DWCP_ERR_TRAP, DWCP_TRAP_BAD_CONVERSION_TO_INTEGER}, {"large", DWCP_ERR_TRAP, DWCP_TRAP_INTEGER_OVERFLOW},
    {"unreachable", DWCP_ERR_TRAP, DWCP_TRAP_UNREACHABLE},      {"grow", DWCP_ERR_TRAP, DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},
    {"down", DWCP_ERR_STACK_OVERFLOW, DWCP_TRAP_STACK_OVERFLOW},
};
enum { NTRAPS = sizeof TRAPS / sizeof *TRAPS };

static dwcp_runtime_t *runtime_that(bool signals) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_signals_based_traps, OK, (config, signals, &err));
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 50, &err));
    return new_runtime(config);
}

struct place {
    uint32_t function;
    uint64_t offset;
    size_t frames;
};

/* Every trap, with its status, its code and where it was. `places` are written where they are 0 and compared where they are not. */
static void all_traps(dwcp_runtime_t *runtime, struct place *places) {
    dwcp_module_t *module = load(runtime, TRAPS_WAT);
    for (int i = 0; i < NTRAPS; i++) {
        if (!CHECK_EQ(call(module, TRAPS[i].name, NULL, 0, NULL, NULL, 0, NULL), TRAPS[i].status) ||
            !CHECK_EQ(dwcp_error_trap_code(err), TRAPS[i].code))
            fprintf(stderr, "    in \"%s\": %s\n", TRAPS[i].name, message());
        dwcp_frame_t frame = DWCP_FRAME_INIT;
        if (!CHECK(dwcp_error_frame(err, 0, &frame))) continue;
        if (TRAPS[i].status == DWCP_ERR_STACK_OVERFLOW) continue; /* what looks at the stack has no place in the module */
        if (!CHECK(frame.offset != UINT64_MAX)) fprintf(stderr, "    in \"%s\"\n", TRAPS[i].name);
        if (places == NULL) continue;
        struct place *place = &places[i];
        if (place->offset == 0) *place = (struct place){frame.func_index, frame.offset, dwcp_error_frame_count(err)};
        /* without signals it may be the end of the instruction */
        if (!CHECK(frame.func_index == place->function && frame.offset >= place->offset && frame.offset <= place->offset + 10) ||
            !CHECK_EQ(dwcp_error_frame_count(err), place->frames))
            fprintf(stderr, "    in \"%s\": %llu and %llu\n", TRAPS[i].name, (unsigned long long)place->offset, (unsigned long long)frame.offset);
    }
    dwcp_module_free(module);
}

/* How many warnings of the runtime say this. */
static bool warns(dwcp_runtime_t *runtime, const char *text) {
    char *json = NULL;
    REQUIRE(CHECK_STATUS(dwcp_runtime_metrics_json, OK, (runtime, &json, NULL, &err)));
    bool found = strstr(strstr(json, "\"warnings\""), text) != NULL;
    dwcp_string_free(json);
    return found;
}

/* ---- faults of the host ---- */

static volatile sig_atomic_t seen_signal, seen_count;
static void *volatile seen_address;
static volatile bool on_alternate;
static char *forbidden, *alternate_low;
enum { ALTERNATE = 64 << 10 };

static void note(int signal) {
    char here;
    seen_signal = signal;
    seen_count++;
    on_alternate = alternate_low != NULL && &here >= alternate_low && &here < alternate_low + ALTERNATE;
    /* so that the access succeeds when it is tried again */
    mprotect(forbidden, 4096, PROT_READ | PROT_WRITE);
}

static void note_info(int signal, siginfo_t *info, void *context) {
    (void)context;
    seen_address = info->si_addr;
    note(signal);
}

/* The host touches what it must not: its handler makes that allowed. */
static void fault(void) {
    REQUIRE(mprotect(forbidden, 4096, PROT_NONE) == 0);
    seen_signal = 0, seen_address = NULL;
    *(volatile char *)(forbidden + 123) = 1;
}

static void install(int signal, int flags, bool info) {
    struct sigaction action = {.sa_flags = flags | (info ? SA_SIGINFO : 0)};
    if (info) action.sa_sigaction = note_info;
    else action.sa_handler = note;
    REQUIRE(sigaction(signal, &action, NULL) == 0);
}

static void use_alternate_of(size_t size) {
    alternate_low = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t stack = {.ss_sp = alternate_low, .ss_size = size};
    REQUIRE(alternate_low != MAP_FAILED && sigaltstack(&stack, NULL) == 0);
}

static void use_alternate(void) { use_alternate_of(ALTERNATE); }

HOST(faults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)nresults;
    fault();
    results[0] = dwcp_i32(seen_signal);
    return DWCP_OK;
}

/* A fault in a host function that a guest has called is the host's, not a trap. */
static void fault_in_a_host_function(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load_defined(runtime, "(module (import \"env\" \"f\" (func $f (result i32))) (func (export \"run\") (result i32) (call $f)))", "f", NULL, faults);
    CHECK_EQ(call_i32(module, "run"), SIGSEGV);
    CHECK(seen_address == NULL || seen_address == forbidden + 123);
    dwcp_module_free(module);
}

/* ---- scenarios ---- */

/* Handlers that were there before the first runtime. */
static void before_with(int flags, bool info, bool alternate) {
    if (alternate) use_alternate();
    for (int i = 0; i < NFAULTS; i++) install(FAULTS[i], flags, info);
    for (int runtimes = 0; runtimes < 2; runtimes++) { /* the handlers stay when the runtime has gone */
        dwcp_runtime_t *runtime = runtime_that(true);
        fault();
        CHECK_EQ(seen_signal, SIGSEGV);
        CHECK(!info || seen_address == forbidden + 123);
        int count = seen_count;
        all_traps(runtime, NULL);
        CHECK_EQ(seen_count, count); /* the guest's faults are none of the host's */
        fault();
        CHECK_EQ(seen_signal, SIGSEGV);
        CHECK_EQ(on_alternate, alternate);
        fault_in_a_host_function(runtime);
        /* those that somebody sends */
        for (int i = 0; i < NFAULTS; i++) {
            seen_signal = 0;
            raise(FAULTS[i]);
            CHECK_EQ(seen_signal, FAULTS[i]);
        }
        all_traps(runtime, NULL);
        CHECK(!warns(runtime, "handler"));
        dwcp_runtime_free(runtime);
    }
    fault();
    CHECK_EQ(seen_signal, SIGSEGV);
}

static void before_plain(void) { before_with(0, false, false); }
static void before_info(void) { before_with(SA_SIGINFO, true, false); }
static void before_on_stack(void) { before_with(SA_ONSTACK, true, true); }
/* The kernel comes to the library's handler, which runs on the alternate stack if there is one; so does what it passes on to. */
static void before_off_stack(void) { before_with(0, true, true); }

static struct sigaction next[NSIG];

/* A handler that knows a fault of the host's and passes on every other. */
static void chain(int signal, siginfo_t *info, void *context) {
    if (signal == SIGSEGV && (char *)info->si_addr >= forbidden && (char *)info->si_addr < forbidden + 4096) {
        note_info(signal, info, context);
    } else if (next[signal].sa_flags & SA_SIGINFO) {
        next[signal].sa_sigaction(signal, info, context);
    } else if (next[signal].sa_handler != SIG_DFL && next[signal].sa_handler != SIG_IGN) {
        next[signal].sa_handler(signal);
    } else {
        _exit(99);
    }
}

static void after_chaining(void) {
    for (int on_stack = 0; on_stack < 2; on_stack++) {
        dwcp_runtime_t *runtime = runtime_that(true);
        if (on_stack == 0) all_traps(runtime, NULL);
        for (int i = 0; i < 3; i++) {
            struct sigaction action = {.sa_sigaction = chain, .sa_flags = SA_SIGINFO | (on_stack ? SA_ONSTACK : 0)};
            REQUIRE(sigaction(FAULTS[i], &action, on_stack == 0 ? &next[FAULTS[i]] : NULL) == 0);
        }
        all_traps(runtime, NULL);
        fault();
        CHECK_EQ(seen_signal, SIGSEGV);
        fault_in_a_host_function(runtime);
        all_traps(runtime, NULL);
        /* whether it chains cannot be seen from outside */
        CHECK(warns(runtime, "SIGSEGV has another handler") && warns(runtime, "SIGILL has another") && warns(runtime, "set signals_based_traps to false"));
        dwcp_runtime_free(runtime);
    }
}

/* What does not chain is found; a runtime without signals is not concerned. */
static void after_not_chaining(void) {
    dwcp_runtime_t *runtime = runtime_that(true), *without = runtime_that(false);
    CHECK(!warns(runtime, "handler"));
    install(SIGSEGV, 0, true);
    CHECK(warns(runtime, "SIGSEGV has another handler") && !warns(runtime, "SIGILL"));
    CHECK(!warns(without, "SIGSEGV"));
    all_traps(without, NULL);
    signal(SIGILL, SIG_DFL);
    CHECK(warns(runtime, "SIGILL was set back to its default action"));
    signal(SIGFPE, SIG_IGN);
    CHECK(warns(runtime, "SIGFPE is ignored"));
    all_traps(without, NULL);
    dwcp_runtime_t *late = runtime_that(true); /* the handlers are installed once */
    CHECK(warns(late, "SIGSEGV has another handler"));
    fault();
    CHECK_EQ(seen_signal, SIGSEGV);
    /* a guest that does not fault is served; its stack's limit is a check in its code that ends in a fault */
    size_t n = 0;
    dwcp_value_t pair[2] = {dwcp_i32(40), dwcp_i32(2)}, out[1] = {{0}};
    CHECK_STATUS(dwcp_runtime_execute, OK, (late, (const uint8_t *)ADD_WAT, strlen(ADD_WAT), NULL, "add", pair, 2, NULL, out, 1, &n, NULL, &err));
    dwcp_runtime_free(late);
    dwcp_runtime_free(runtime);
    dwcp_runtime_free(without);
}

/* A runtime that was refused has installed the handlers all the same: one of the host's that comes then is after them. */
static void after_a_refusal(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 20000, &err)); /* some slots are every runtime's own */
    CHECK_STATUS(dwcp_config_set_strict_capacity, OK, (config, true, &err));
    dwcp_runtime_t *runtime = NULL;
    CHECK_STATUS(dwcp_runtime_new, OS, (config, &runtime, &err));
    dwcp_config_free(config);
    install(SIGSEGV, 0, true);
    runtime = runtime_that(true);
    CHECK(warns(runtime, "SIGSEGV has another handler") && !warns(runtime, "SIGILL"));
    dwcp_runtime_free(runtime);
}

/* SIG_DFL and SIG_IGN before: a fault of the host's ends the process as it would without the library. */
static void ends_by(int signal, void (*disposition)(int)) {
    fflush(NULL);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        for (int i = 0; i < NFAULTS; i++) sigaction(FAULTS[i], &(struct sigaction){.sa_handler = disposition}, NULL);
        dwcp_runtime_t *runtime = runtime_that(true);
        all_traps(runtime, NULL);
        if (atomic_load(&test_failures) != 0) _exit(1);
        if (signal == SIGSEGV) fault();
        /* The first that is sent gives the signal its old disposition back, the second has it. */
        raise(signal);
        raise(signal);
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    bool survives = disposition == SIG_IGN && signal != SIGSEGV;
    if (!CHECK(survives ? WIFEXITED(status) && WEXITSTATUS(status) == 0 : WIFSIGNALED(status) && WTERMSIG(status) == signal))
        fprintf(stderr, "    signal %d: status %#x\n", signal, status);
}

static void dispositions(void) {
    ends_by(SIGSEGV, SIG_DFL);
    ends_by(SIGFPE, SIG_DFL);
    ends_by(SIGILL, SIG_DFL);
    ends_by(SIGSEGV, SIG_IGN);
    ends_by(SIGFPE, SIG_IGN);
}

/* A signal that somebody sends and that was ignored before takes the engine's handler away: that is found as well. */
static void sent_and_ignored(void) {
    signal(SIGFPE, SIG_IGN);
    dwcp_runtime_t *runtime = runtime_that(true);
    CHECK(!warns(runtime, "SIGFPE"));
    raise(SIGFPE);
    CHECK(warns(runtime, "SIGFPE is ignored"));
    dwcp_runtime_free(runtime);
}

static void none_is_installed(void) {
    struct sigaction before[NSIG], after[NSIG];
    memset(before, 0, sizeof before);
    memset(after, 0, sizeof after);
    stack_t stack_before, stack_after;
    for (int i = 1; i < NSIG; i++) sigaction(i, NULL, &before[i]);
    REQUIRE(sigaltstack(NULL, &stack_before) == 0);
    dwcp_runtime_t *runtime = runtime_that(false);
    CHECK(warns(runtime, "signals_based_traps is false") && warns(runtime, "Spectre"));
    all_traps(runtime, NULL);
    for (int i = 1; i < NSIG; i++) {
        sigaction(i, NULL, &after[i]);
        if (!CHECK(before[i].sa_handler == after[i].sa_handler && before[i].sa_flags == after[i].sa_flags)) fprintf(stderr, "    signal %d\n", i);
    }
    REQUIRE(sigaltstack(NULL, &stack_after) == 0);
    CHECK(stack_before.ss_sp == stack_after.ss_sp && stack_before.ss_flags == stack_after.ss_flags);
    dwcp_runtime_free(runtime);
    /* and every kind of entry, with linked modules and sessions among them */
    for (int i = 1; i < NSIG; i++) {
        sigaction(i, NULL, &after[i]);
        CHECK(before[i].sa_handler == after[i].sa_handler);
    }
}

static bool makes_without;

static void *enter_all(void *unused) {
    struct world world = {0};
    for (int i = 0; i < STEPS; i++) {
        ENTRIES[i].make(&world);
        if (i == 0 && makes_without) CHECK_STATUS(dwcp_config_set_signals_based_traps, OK, (world.config, false, &err));
    }
    test_forget();
    return unused;
}

/* The same guests end in the same way in the same place; both kinds of runtime side by side. */
static void with_and_without(void) {
    struct place places[NTRAPS] = {{0}};
    dwcp_runtime_t *with = runtime_that(true), *without = runtime_that(false);
    all_traps(with, places);
    all_traps(without, places);
    all_traps(with, places);
    dwcp_runtime_free(with);
    dwcp_runtime_free(without);
    for (int i = 0; i < 2; i++) {
        makes_without = i == 1;
        enter_all(NULL);
    }
}

/* Linked modules: a guest's fault in another guest's code. */
static void linked_modules(void) {
    for (int signals = 0; signals < 2; signals++) {
        dwcp_runtime_t *runtime = runtime_that(signals);
        dwcp_module_t *library = load(runtime, TRAPS_WAT), *program = NULL;
        static const char wat[] =
            "(module (import \"lib\" \"load\" (func $load)) (import \"lib\" \"divide\" (func $divide)) (import \"lib\" \"memory\" (memory 1))"
            " (func (export \"load\") (call $load)) (func (export \"divide\") (call $divide))"
            " (func (export \"own\") (drop (i32.load (i32.const 65533)))))";
        dwcp_link_t links[1] = {{.name = "lib", .module = library}};
        dwcp_load_options_t options = DWCP_LOAD_OPTIONS_INIT;
        options.links = links;
        options.nlinks = 1;
        CHECK_STATUS(dwcp_module_load, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, &options, &program, &err));
        const char *const names[] = {"load", "divide", "own"};
        const int32_t codes[] = {DWCP_TRAP_MEMORY_OUT_OF_BOUNDS, DWCP_TRAP_INTEGER_DIVISION_BY_ZERO, DWCP_TRAP_MEMORY_OUT_OF_BOUNDS};
        for (int i = 0; i < 3; i++) {
            CHECK_EQ(call(program, names[i], NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_TRAP);
            CHECK_EQ(dwcp_error_trap_code(err), codes[i]);
            CHECK_EQ(dwcp_error_frame_count(err), i == 2 ? 1 : 2);
        }
        dwcp_module_free(program);
        dwcp_module_free(library);
        dwcp_runtime_free(runtime);
    }
}

/* ---- the thread's stack for handlers ---- */

static dwcp_module_t *trapping;
static pthread_key_t at_the_end;
static atomic_int ended;

/* Runs when the thread's own values have gone: its stack for handlers is still the one that it had. */
static void check_at_the_end(void *low) {
    stack_t now;
    CHECK(sigaltstack(NULL, &now) == 0);
    if (low == (void *)1) CHECK(now.ss_flags & SS_DISABLE);
    else CHECK(now.ss_sp == low && !(now.ss_flags & SS_DISABLE));
    atomic_fetch_add(&ended, 1);
}

static void *with_own_stack(void *size) {
    size_t bytes = (size_t)size;
    char *low = NULL;
    if (bytes != 0) {
        low = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        stack_t own = {.ss_sp = low, .ss_size = bytes};
        REQUIRE(low != MAP_FAILED && sigaltstack(&own, NULL) == 0);
    }
    pthread_setspecific(at_the_end, low ? low : (void *)1);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(call(trapping, "load", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_TRAP);
        CHECK_EQ(call(trapping, "down", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_STACK_OVERFLOW);
        stack_t now;
        CHECK(sigaltstack(NULL, &now) == 0);
        CHECK(low ? now.ss_sp == low && now.ss_size == bytes && now.ss_flags == 0 : (now.ss_flags & SS_DISABLE) != 0);
        if (i == 1 && low != NULL) { /* another one, set after the first calls */
            low = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            stack_t other = {.ss_sp = low, .ss_size = bytes};
            REQUIRE(low != MAP_FAILED && sigaltstack(&other, NULL) == 0);
            pthread_setspecific(at_the_end, low);
        }
    }
    test_forget();
    return NULL;
}

static void own_signal_stacks(void) {
    static const size_t sizes[] = {0, 2048, 4096, 8192, 32 << 10, 256 << 10, 1 << 20};
    dwcp_runtime_t *runtime = runtime_that(true);
    trapping = load(runtime, TRAPS_WAT);
    REQUIRE(pthread_key_create(&at_the_end, check_at_the_end) == 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, 4 << 20);
        REQUIRE(pthread_create(&thread, &attributes, with_own_stack, (void *)sizes[i]) == 0);
        pthread_join(thread, NULL);
        CHECK_EQ(atomic_load(&ended), i + 1);
    }
    dwcp_module_free(trapping);
    dwcp_runtime_free(runtime);
}

/* ---- signals all the time ---- */

static atomic_long ticks;

static void tick(int signal) {
    (void)signal;
    int kept = errno;
    atomic_fetch_add(&ticks, 1);
    errno = EINVAL; /* as a careless handler does */
    errno = kept;
}

static pthread_t stormed;
static atomic_bool over;

/* Sends the signals to the thread under test as fast as it may. */
static void *storm(void *unused) {
    static const int SENT[] = {SIGPROF, SIGALRM, SIGCHLD, SIGUSR1, SIGIO};
    for (unsigned i = 0; !atomic_load(&over); i++) {
        pthread_kill(stormed, SENT[i % (sizeof SENT / sizeof *SENT)]);
        nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    }
    return unused;
}

/* A guest that sleeps for this many nanoseconds, then reads its input to the end, which comes late, through a pipe. */
static void waiting(dwcp_runtime_t *runtime) {
    static const char wat[] =
        "(module (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
        " (memory (export \"memory\") 1)"
        " (func (export \"_start\") (i32.store (i32.const 320) (i32.const 1)) (i64.store (i32.const 328) (i64.const 20000000))"
        "  (if (call $poll (i32.const 304) (i32.const 400) (i32.const 1) (i32.const 500)) (then unreachable))"
        "  (if (i32.ne (i32.load (i32.const 500)) (i32.const 1)) (then unreachable))"
        "  (if (i32.load16_u (i32.const 408)) (then unreachable))))";
    dwcp_module_t *module = load(runtime, wat);
    int32_t code = 1;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_STATUS(dwcp_module_run, OK, (module, NULL, &code, &stats, &err));
    CHECK_EQ(code, 0);
    CHECK(stats.wall_ns >= 20000000); /* no signal wakes it early */
    dwcp_module_free(module);
}

static const char READ_WAT[] =
    "(module (import \"wasi_snapshot_preview1\" \"fd_read\" (func $read (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1) (data (i32.const 0) \"\\40\\00\\00\\00\\10\\00\\00\\00\")"
    " (func (export \"_start\") (loop $more"
    "  (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 32)) (then unreachable))"
    "  (br_if $more (i32.load (i32.const 32))))))";

static void *write_late(void *fd) {
    for (int i = 0; i < 20; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        if (write((int)(intptr_t)fd, "bytes", 5) != 5) return fd;
    }
    close((int)(intptr_t)fd);
    return NULL;
}

static void reading(dwcp_runtime_t *runtime) {
    int ends[2], own = dup(0);
    REQUIRE(pipe(ends) == 0 && own >= 0 && dup2(ends[0], 0) == 0);
    dwcp_module_t *module = load(runtime, READ_WAT);
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_inherit_stdin, OK, (wasi, &err));
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    pthread_t writer;
    REQUIRE(pthread_create(&writer, NULL, write_late, (void *)(intptr_t)ends[1]) == 0);
    int32_t code = 1;
    CHECK_STATUS(dwcp_module_run, OK, (module, &options, &code, NULL, &err));
    CHECK_EQ(code, 0);
    void *failed = NULL;
    pthread_join(writer, &failed);
    CHECK(failed == NULL);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dup2(own, 0);
    close(own);
    close(ends[0]);
}

/* Waits for a slot in vain, under its own timeout. */
static void slot_wait(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 30, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, ADD_WAT);
    dwcp_vm_t *holder = NULL, *second = NULL;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &holder, &err));
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    CHECK_STATUS(dwcp_vm_acquire, NO_SLOT, (module, NULL, &second, &err));
    clock_gettime(CLOCK_MONOTONIC, &after);
    CHECK((after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec >= 30000000L);
    dwcp_vm_release(holder);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static void stormy(int flags, size_t alternate) {
    const char *asked = getenv("DWCP_TEST_ROUNDS");
    int rounds = asked != NULL ? atoi(asked) : 3;
    static const int CAUGHT[] = {SIGPROF, SIGALRM, SIGCHLD, SIGUSR1, SIGIO};
    struct sigaction action = {.sa_handler = tick, .sa_flags = flags};
    sigfillset(&action.sa_mask); /* one at a time, but in the middle of a fault's handler */
    for (int i = 0; i < NFAULTS; i++) sigdelset(&action.sa_mask, FAULTS[i]);
    if (alternate != 0) use_alternate_of(alternate);
    for (size_t i = 0; i < sizeof CAUGHT / sizeof *CAUGHT; i++)
        REQUIRE(sigaction(CAUGHT[i], &action, NULL) == 0);
    pthread_t sender;
    stormed = pthread_self();
    atomic_store(&over, false);
    REQUIRE(pthread_create(&sender, NULL, storm, NULL) == 0);
    long before = atomic_load(&ticks);
    timer_t timer; /* and a profiler's own, at 1 kHz of this thread's time */
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF};
    REQUIRE(timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer) == 0);
    REQUIRE(timer_settime(timer, 0, &(struct itimerspec){{0, 1000000}, {0, 1000000}}, NULL) == 0);
    for (int round = 0; round < rounds; round++)
        for (int signals = 0; signals < 2; signals++) {
            makes_without = signals == 0;
            dwcp_runtime_t *runtime = runtime_that(signals);
            enter_all(NULL);
            all_traps(runtime, NULL);
            waiting(runtime);
            reading(runtime);
            /* a guest that computes for a while */
            dwcp_module_t *module = load(runtime, LOOP_WAT);
            dwcp_value_t turns = dwcp_i32(20000000), result[1] = {{0}};
            CHECK_EQ(call(module, "turns", &turns, 1, NULL, result, 1, NULL), DWCP_OK);
            CHECK_EQ(dwcp_as_i32(result[0]), 7);
            dwcp_module_free(module);
            slot_wait();
            dwcp_runtime_free(runtime);
        }
    timer_delete(timer);
    atomic_store(&over, true);
    pthread_join(sender, NULL);
    CHECK(atomic_load(&ticks) - before > 100);
}

static void storms_off_stack(void) { stormy(0, 0); }
static void storms_on_stack(void) { stormy(SA_ONSTACK, ALTERNATE); }
static void storms_on_small_stack(void) { stormy(SA_ONSTACK, 8 << 10); }
static void storms_restarting(void) { stormy(SA_RESTART | SA_ONSTACK, 0); }

/* ---- masks ---- */

/* The calling thread blocks all that can be blocked: traps are faults of its own, which the kernel delivers unless they are blocked;
 * those four must stay open. */
static void blocked(void) {
    sigset_t all, before;
    sigfillset(&all);
    for (int i = 0; i < NFAULTS; i++) sigdelset(&all, FAULTS[i]);
    REQUIRE(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    dwcp_runtime_t *runtime = runtime_that(true);
    all_traps(runtime, NULL);
    makes_without = false;
    enter_all(NULL);
    sigset_t now;
    REQUIRE(pthread_sigmask(SIG_SETMASK, NULL, &now) == 0);
    for (int i = 1; i < NSIG; i++) CHECK(i == SIGKILL || i == SIGSTOP || i == 32 || i == 33 || sigismember(&now, i) == sigismember(&all, i)); /* the kernel's, and glibc's */
    dwcp_runtime_free(runtime);
    /* without signals the faults may be blocked as well */
    sigfillset(&all);
    REQUIRE(pthread_sigmask(SIG_SETMASK, &all, NULL) == 0);
    runtime = runtime_that(false);
    all_traps(runtime, NULL);
    dwcp_runtime_free(runtime);
    REQUIRE(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

/* Checks the mask of a thread of the library; counts it. */
static int is_deaf(const char *task) {
    if (!is_ours(task)) return 0;
    char path[64], line[128];
    unsigned long long mask = 0;
    snprintf(path, sizeof path, "/proc/self/task/%.20s/status", task);
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0;
    while (fgets(line, sizeof line, file) != NULL) sscanf(line, "SigBlk: %llx", &mask);
    fclose(file);
    for (int signal = 1; signal < 65; signal++) {
        bool open = signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE || signal == SIGTRAP ||
                    signal == SIGABRT || signal == SIGKILL || signal == SIGSTOP || signal == 32 || signal == 33; /* the kernel's and glibc's own */
        if (!CHECK_EQ((mask >> (signal - 1)) & 1, !open)) fprintf(stderr, "    signal %d in thread %s\n", signal, task);
    }
    return 1;
}

static void *call_from_little(void *module) {
    CHECK_EQ(call_i32(module, "f"), 7);
    return NULL;
}

static void own_threads_are_deaf(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 60000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load(runtime, "(module (func (export \"f\") (result i32) (i32.const 7)))");
    dwcp_vm_t *vm = NULL;
    CHECK_STATUS(dwcp_vm_acquire, OK, (module, NULL, &vm, &err));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 << 10);
    pthread_t thread;
    REQUIRE(pthread_create(&thread, &attributes, call_from_little, module) == 0);
    pthread_join(thread, NULL);
    /* dwcp-compile, dwcp-deadline, dwcp-sessions, dwcp-stack */
    CHECK(count_entries("/proc/self/task", is_deaf) >= 4);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* ---- cancellation ---- */

static dwcp_runtime_t *waiting_runtime;
static atomic_int began, done;

/* A thread that may be cancelled must not be so in the middle of a call. */
static void *is_cancelled(void *unused) {
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    atomic_store(&began, 1);
    waiting(waiting_runtime);
    test_forget();
    atomic_store(&done, 1);
    pthread_setcancelstate(state, NULL);
    for (;;) pthread_testcancel();
    return unused;
}

static void cancelled_threads(void) {
    waiting_runtime = runtime_that(true);
    pthread_t thread;
    void *result = NULL;
    REQUIRE(pthread_create(&thread, NULL, is_cancelled, NULL) == 0);
    while (!atomic_load(&began)) sched_yield();
    REQUIRE(pthread_cancel(thread) == 0 && pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED && atomic_load(&done) == 1);
    dwcp_runtime_free(waiting_runtime);
    CHECK(no_library_thread());
}

int main(void) {
    static const struct {
        const char *name;
        void (*play)(void);
        bool faults; /* or something else of the host that a sanitizer keeps its own record of */
    } scenarios[] = {
#define PLAY(name, faults) {#name, name, faults}
        PLAY(before_plain, true), PLAY(before_info, true), PLAY(before_on_stack, true), PLAY(before_off_stack, true),
        PLAY(after_chaining, true), PLAY(after_not_chaining, true), PLAY(after_a_refusal, true), PLAY(dispositions, true), PLAY(sent_and_ignored, true),
        PLAY(none_is_installed, false), PLAY(with_and_without, false), PLAY(linked_modules, false), PLAY(own_signal_stacks, true),
        PLAY(storms_off_stack, false), PLAY(storms_on_stack, true), PLAY(storms_on_small_stack, true), PLAY(storms_restarting, false), PLAY(blocked, false),
        PLAY(own_threads_are_deaf, false), PLAY(cancelled_threads, true),
#undef PLAY
    };
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    bool sanitized = true;
#else
    bool sanitized = false;
#endif
    forbidden = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(forbidden != MAP_FAILED);
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        if (sanitized && scenarios[i].faults) continue;
        fflush(NULL);
        pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            atomic_store(&test_failures, 0);
            scenarios[i].play();
            exit(report(scenarios[i].name));
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0)) fprintf(stderr, "    %s: status %#x\n", scenarios[i].name, status);
    }
    return report("signals");
}
