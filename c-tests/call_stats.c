/* What a call says that it took, whatever its end: time, fuel, memory and the limit that was in the way. Fuel that is called
 * exact is compared with what the same work costs when it runs to its end. */
#include "hosts.h"
#include "linking.h"
#include "session_guests.h"

#include <pthread.h>

/* Work of a known price, with every end behind it. */
static const char WORK_WAT[] =
    "(module"
    " (import \"" WASI "\" \"proc_exit\" (func $exit (param i32)))"
    " (import \"" WASI "\" \"sock_shutdown\" (func $shutdown (param i32 i32) (result i32)))"
    " (import \"env\" \"fail\" (func $fail)) (import \"env\" \"fire\" (func $fire)) (import \"env\" \"again\" (func $again (param i32 i32)))"
    " (memory (export \"memory\") 1 100)"
    " (func $work (export \"work\") (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
    " (func (export \"done\") (param i32) (call $work (local.get 0)))"
    " (func (export \"exit\") (param i32) (call $work (local.get 0)) (call $exit (i32.const 3)))"
    " (func (export \"fail\") (param i32) (call $work (local.get 0)) (call $fail))"
    " (func (export \"trap\") (param i32) (call $work (local.get 0)) unreachable)"
    " (func (export \"far\") (param i32) (call $work (local.get 0)) (drop (i32.load (i32.const -9))))"
    " (func (export \"denied\") (param i32) (call $work (local.get 0)) (drop (call $shutdown (i32.const 0) (i32.const 0))))"
    " (func (export \"spin\") (param i32) (call $work (local.get 0)) (loop (br 0)))"
    " (func (export \"fires\") (param i32) (call $work (local.get 0)) (call $fire) (loop (br 0)))"
    " (func $deep (result i32) (i32.add (i32.const 1) (call $deep)))"
    " (func (export \"deep\") (param i32) (call $work (local.get 0)) (drop (call $deep)))"
    " (func (export \"more\") (param i32) (call $work (local.get 0)) (drop (memory.grow (i32.const 9)))"
    "  (if (i32.eq (memory.grow (i32.const 30)) (i32.const -1)) (then unreachable)))"
    " (func (export \"cope\") (param i32) (call $work (local.get 0)) (drop (memory.grow (i32.const 9))) (drop (memory.grow (i32.const 30))))"
    /* works in a call that goes through the host, and traps in the middle of it */
    " (func (export \"loses\") (param i32) (local $i i32)"
    "  (loop (drop (i32.load (i32.add (i32.const 65500) (local.tee $i (i32.add (local.get $i) (i32.const 1))))))"
    "   (br_if 0 (i32.lt_u (local.get $i) (local.get 0)))))"
    " (func (export \"nested\") (param i32) (call $again (local.get 0) (i32.const 0)))"
    " (func (export \"nested_exit\") (param i32) (call $again (local.get 0) (i32.const 0)) (call $exit (i32.const 3)))"
    " (func (export \"nested_fail\") (param i32) (call $again (local.get 0) (i32.const 1)))"
    " (func (export \"nested_spin\") (param i32) (call $again (local.get 0) (i32.const 0)) (loop (br 0))))";

/* Calls the guest that called and does not care for what comes of it; fails itself if it is told to. */
HOST(again) {
    UNUSED;
    dwcp_status_t status = dwcp_caller_call(caller, "loses", "i:", args, 1, NULL, 0, NULL, NULL);
    CHECK(status == DWCP_OK || status == DWCP_ERR_TRAP);
    return dwcp_as_i32(args[1]) ? DWCP_ERR_HOST_FUNCTION : DWCP_OK;
}

enum { FUEL = 1, DEADLINE = 2, LIMIT = 50 * 65536 };

static dwcp_runtime_t *metered(int metering) {
    static const char *const denied[] = {"sock_*"};
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_allowed_syscalls, OK, (config, NULL, 0, &err));
    CHECK_STATUS(dwcp_config_set_denied_syscalls, OK, (config, denied, 1, &err));
    CHECK_STATUS(dwcp_config_set_deny_action, OK, (config, DWCP_DENY_TRAP, &err));
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, (metering & FUEL) != 0, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit, OK, (config, 50000000, &err));
    CHECK_STATUS(dwcp_config_set_fuel_limit_ceiling, OK, (config, UINT64_MAX - 1, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, (metering & DEADLINE) ? 600000 : 0, &err));
    CHECK_STATUS(dwcp_config_set_max_memory_bytes, OK, (config, LIMIT, &err));
    CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, 0, &err));
    return new_runtime(config);
}

static dwcp_module_t *load_work(dwcp_runtime_t *runtime) {
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fail", ":", fail_it, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fire", ":", fire_it, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "again", "ii:", again, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, WORK_WAT, imports);
    dwcp_imports_free(imports);
    return module;
}

struct end {
    const char *name, *limit;
    dwcp_status_t status;
    uint64_t fuel, timeout_ns, peak;
    bool exact;
    int exit_code, metering; /* what has to be metered for this end */
};

static const struct end ENDS[] = {
    {.name = "done", .status = DWCP_OK, .exact = true},
    {.name = "exit", .status = DWCP_ERR_EXIT, .exact = true, .exit_code = 3},
    {.name = "fail", .status = DWCP_ERR_HOST_FUNCTION, .exact = true},
    {.name = "trap", .status = DWCP_ERR_TRAP},
    {.name = "far", .status = DWCP_ERR_TRAP},
    {.name = "denied", .status = DWCP_ERR_DENIED, .exact = true},
    {.name = "spin", .status = DWCP_ERR_TIMEOUT, .limit = "max_execution_time_ms", .timeout_ns = 3000000, .metering = DEADLINE},
    {.name = "spin", .status = DWCP_ERR_OUT_OF_FUEL, .limit = "fuel_limit", .fuel = 200000, .exact = true, .metering = FUEL},
    {.name = "fires", .status = DWCP_ERR_CANCELLED, .metering = DEADLINE},
    {.name = "deep", .status = DWCP_ERR_STACK_OVERFLOW, .limit = "max_stack_size_bytes"},
    {.name = "more", .status = DWCP_ERR_OUT_OF_MEMORY, .limit = "max_memory_bytes", .peak = 10 * 65536},
    {.name = "cope", .status = DWCP_OK, .limit = "max_memory_bytes", .peak = 10 * 65536, .exact = true},
    {.name = "nested", .status = DWCP_OK},
    {.name = "nested_exit", .status = DWCP_ERR_EXIT, .exit_code = 3},
    {.name = "nested_fail", .status = DWCP_ERR_HOST_FUNCTION},
    {.name = "nested_spin", .status = DWCP_ERR_OUT_OF_FUEL, .limit = "fuel_limit", .fuel = 200000, .metering = FUEL},
};

/* One call with the statistics that belong to its end. */
static dwcp_call_stats_t ends(const dwcp_module_t *module, const struct end *end, int32_t work, int metering, dwcp_vm_t *vm) {
    dwcp_function_t *function = function_of(module, end->name);
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_cancel_t *token = dwcp_cancel_new();
    dwcp_value_t arg = dwcp_i32(work);
    options.fuel = end->status == DWCP_ERR_TIMEOUT && (metering & FUEL) ? UINT64_MAX : end->fuel;
    options.timeout_ns = end->timeout_ns;
    options.max_memory_bytes = end->limit && vm == NULL && strcmp(end->limit, "max_memory_bytes") == 0 ? 20 * 65536 : 0;
    options.cancel = token;
    options.user_data = token;
    dwcp_status_t status;
    for (;; options.timeout_ns *= 2) {
        test_forget();
        status = vm != NULL ? dwcp_vm_call(vm, function, &arg, 1, &options, NULL, 0, NULL, &stats, &err)
                            : dwcp_function_call(function, &arg, 1, &options, NULL, 0, NULL, &stats, &err);
        /* a machine that is busy with other things may let the time pass before the guest has begun */
        if (status != DWCP_ERR_TIMEOUT || stats.start_ns > 0) break;
    }
    test_check_status(status, end->status, end->name, __FILE__, __LINE__);
    CHECK(stats.call_id > 0 && stats.wall_ns > 0 && stats.execution_ns > 0 && stats.start_ns > 0);
    CHECK(stats.execution_ns <= stats.wall_ns && stats.start_ns <= stats.wall_ns && stats.wait_ns == 0);
    if (vm == NULL) CHECK(stats.start_ns + stats.execution_ns <= stats.wall_ns);
    CHECK_EQ(stats.exit_code, end->exit_code);
    CHECK_EQ(stats.peak_memory_bytes, end->peak ? end->peak : 65536);
    if (!CHECK_EQ(stats.fuel_exact, end->exact && (metering & FUEL))) fprintf(stderr, "    of %s\n", end->name);
    if (end->limit == NULL) CHECK(stats.limit_hit == NULL);
    else CHECK_STR(stats.limit_hit, end->limit);
    if (options.timeout_ns != 0)
        CHECK(stats.wall_ns >= options.timeout_ns && stats.wall_ns == options.timeout_ns + stats.overrun_ns);
    else CHECK_EQ(stats.overrun_ns, 0);
    if (!(metering & FUEL)) CHECK_EQ(stats.fuel_used, 0);
    dwcp_cancel_free(token);
    dwcp_function_free(function);
    return stats;
}

static void every_end(int metering) {
    dwcp_runtime_t *runtime = metered(metering);
    dwcp_module_t *module = load_work(runtime);
    static const struct end work = {.name = "work", .status = DWCP_OK, .exact = true};
    uint64_t little = ends(module, &work, 1000, metering, NULL).fuel_used, much = ends(module, &work, 11000, metering, NULL).fuel_used;
    uint64_t turn = (much - little) / 10000;
    if (metering & FUEL) CHECK(turn >= 3 && little + 10000 * turn == much);
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        const struct end *end = &ENDS[i];
        if ((end->metering & metering) != end->metering) continue;
        for (int round = 0; round < 3; round++) {
            uint64_t a = ends(module, end, 1000, metering, NULL).fuel_used, b = ends(module, end, 11000, metering, NULL).fuel_used;
            if (!(metering & FUEL)) continue;
            if (end->status == DWCP_ERR_OUT_OF_FUEL) CHECK(a == end->fuel && b == end->fuel);
            /* exact: ten thousand turns more cost what ten thousand turns cost, to the unit */
            else if (end->exact) CHECK_EQ(b - a, 10000 * turn);
            else CHECK(b <= little + 50000000);
        }
        CHECK_EQ(ends(module, &work, 1000, metering, NULL).fuel_used, little);
        /* the same in sessions, of which each end but those that leave the guest whole takes one */
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.max_memory_bytes = 20 * 65536;
        dwcp_vm_t *vm = acquire(module, &options);
        CHECK_EQ(ends(module, &work, 1000, metering, vm).fuel_used, little);
        ends(module, end, 1000, metering, vm);
        static const struct end grown = {.name = "work", .status = DWCP_OK, .exact = true, .peak = 10 * 65536};
        if (end->status == DWCP_OK) CHECK_EQ(ends(module, end->peak ? &grown : &work, 1000, metering, vm).fuel_used, little);
        dwcp_vm_release(vm);
    }
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* The work of a call within the call that trapped cannot be counted, and nobody says that it was. */
static void lost_fuel(void) {
    dwcp_runtime_t *runtime = metered(FUEL | DEADLINE);
    dwcp_module_t *module = load_work(runtime);
    dwcp_function_t *nested = function_of(module, "nested");
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    /* 30 turns stay inside the memory */
    dwcp_value_t few = dwcp_i32(30), many = dwcp_i32(1000);
    CHECK_STATUS(dwcp_function_call, OK, (nested, &few, 1, NULL, NULL, 0, NULL, &stats, &err));
    CHECK(stats.fuel_exact && stats.fuel_used > 30 * 5);
    uint64_t whole = stats.fuel_used;
    CHECK_STATUS(dwcp_function_call, OK, (nested, &many, 1, NULL, NULL, 0, NULL, &stats, &err));
    CHECK(!stats.fuel_exact && stats.fuel_used < whole);
    dwcp_vm_t *vm = acquire(module, NULL);
    CHECK_STATUS(dwcp_vm_call, OK, (vm, nested, &many, 1, NULL, NULL, 0, NULL, &stats, &err));
    CHECK(!stats.fuel_exact);
    CHECK_STATUS(dwcp_vm_call, OK, (vm, nested, &few, 1, NULL, NULL, 0, NULL, &stats, &err));
    CHECK(stats.fuel_exact && stats.fuel_used == whole);
    dwcp_vm_release(vm);
    dwcp_function_free(nested);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* What the host does for a guest is no instruction of it: a byte from WASI costs the fuel of a mebibyte. */
static void the_hosts_work_is_free(void) {
    dwcp_runtime_t *runtime = metered(FUEL | DEADLINE);
    dwcp_module_t *module = load(runtime,
                                 "(module (import \"" WASI "\" \"random_get\" (func $random (param i32 i32) (result i32)))"
                                 " (memory (export \"memory\") 17) (func (export \"random\") (param i32) (drop (call $random (i32.const 0) (local.get 0)))))");
    dwcp_function_t *random = function_of(module, "random");
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_value_t little = dwcp_i32(1), much = dwcp_i32(1 << 20);
    CHECK_STATUS(dwcp_function_call, OK, (random, &little, 1, NULL, NULL, 0, NULL, &stats, &err));
    uint64_t fuel = stats.fuel_used;
    CHECK_STATUS(dwcp_function_call, OK, (random, &much, 1, NULL, NULL, 0, NULL, &stats, &err));
    CHECK(stats.fuel_exact && stats.fuel_used == fuel && fuel < 20);
    dwcp_function_free(random);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* Making the VM is part of the call: start functions, `_initialize`, linked modules. */
static void making_counts(void) {
    static const char plain[] = "(module (func $w (local i32) (local.set 0 (i32.const 5000)) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
                                " (func (export \"work\") (call $w)) (func (export \"f\")))";
    dwcp_runtime_t *runtime = metered(FUEL | DEADLINE);
    dwcp_module_t *module = load(runtime, plain);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_EQ(call(module, "work", NULL, 0, NULL, NULL, 0, &stats), DWCP_OK);
    uint64_t price = stats.fuel_used;
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, &stats), DWCP_OK);
    price -= stats.fuel_used;
    dwcp_module_free(module);
    CHECK(price > 3 * 5000);
#define BODY "(func $w (local i32) (local.set 0 (i32.const 5000)) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
    dwcp_module_t *lib = load(runtime, "(module " BODY " (func (export \"g\")) (start $w))");
    dwcp_module_t *makers[] = {
        load(runtime, "(module " BODY " (func (export \"f\")) (start $w))"),
        load(runtime, "(module " BODY " (export \"_initialize\" (func $w)) (func (export \"f\")))"),
        load_linked(runtime, "(module (import \"lib\" \"g\" (func)) (func (export \"f\")))", NULL, LINKS({"lib", lib})),
        load_linked(runtime, "(module (import \"lib\" \"g\" (func)) " BODY " (start $w) (export \"_initialize\" (func $w)) (func (export \"f\")))", NULL, LINKS({"lib", lib}))};
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        uint64_t times = i == 3 ? 3 : 1;
        CHECK_EQ(call(makers[i], "f", NULL, 0, NULL, NULL, 0, &stats), DWCP_OK);
        CHECK(stats.fuel_exact && stats.fuel_used >= times * price - 10 && stats.fuel_used <= times * price + 10);
        /* it ends for want of fuel before its function is reached */
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        options.fuel = times * price - 1000;
        CHECK_EQ(call(makers[i], "f", NULL, 0, &options, NULL, 0, &stats), DWCP_ERR_OUT_OF_FUEL);
        CHECK(stats.fuel_exact && stats.fuel_used == options.fuel && stats.start_ns == 0 && stats.execution_ns == 0 && stats.wall_ns > 0);
        CHECK_STR(stats.limit_hit, "fuel_limit");
        dwcp_module_free(makers[i]);
    }
    dwcp_module_free(lib);
    dwcp_runtime_free(runtime);
}

/* Strings: the allocator's fuel, and that of what takes the results back, is the call's. */
static void strings_count(void) {
    static const char wat[] =
        "(module (memory (export \"memory\") 1)"
        " (func $w (param i32) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
        " (func (export \"malloc\") (param i32) (result i32) (call $w (i32.const 5000)) (i32.const 1024))"
        " (func (export \"echo\") (param i32 i32) (result i64) (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))"
        " (func (export \"cabi_post_echo\") (param i64) (call $w (i32.const 3000)))"
        " (func (export \"lie\") (param i32 i32) (result i64) (i64.const -1)))";
    dwcp_runtime_t *runtime = metered(FUEL | DEADLINE);
    dwcp_module_t *module = load(runtime, wat);
    dwcp_function_t *echo = bind(module, "echo", "s:s64"), *lie = bind(module, "lie", "s:s64");
    dwcp_value_t text = dwcp_string("text"), empty = dwcp_string(""), result = {0};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    CHECK_STATUS(dwcp_function_call, OK, (echo, &empty, 1, NULL, &result, 1, NULL, &stats, &err));
    uint64_t without = stats.fuel_used;
    dwcp_values_clear(&result, 1);
    CHECK_STATUS(dwcp_function_call, OK, (echo, &text, 1, NULL, &result, 1, NULL, &stats, &err));
    CHECK(stats.fuel_exact && stats.fuel_used > without + 3 * 5000);
    uint64_t fresh = stats.fuel_used;
    dwcp_values_clear(&result, 1);
    dwcp_vm_t *vm = acquire(module, NULL); /* where memory lives on it is taken back */
    CHECK_STATUS(dwcp_vm_call, OK, (vm, echo, &text, 1, NULL, &result, 1, NULL, &stats, &err));
    CHECK(stats.fuel_exact && stats.fuel_used > fresh + 3 * 3000);
    dwcp_values_clear(&result, 1);
    dwcp_vm_release(vm);
    CHECK_STATUS(dwcp_function_call, GUEST_DATA, (lie, &text, 1, NULL, &result, 1, NULL, &stats, &err));
    CHECK(stats.fuel_exact && stats.fuel_used > 3 * 5000);
    dwcp_function_free(echo);
    dwcp_function_free(lie);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static atomic_bool inside, leave;

HOST(park) {
    UNUSED;
    atomic_store(&inside, true);
    while (!atomic_load(&leave)) sched_yield();
    return DWCP_OK;
}

static void *call_park(void *module) {
    CHECK_EQ(call(module, "park", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    return NULL;
}

/* A call that found no slot says for which limit. */
static void without_a_slot(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 5, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *module = load_defined(runtime, "(module (import \"env\" \"park\" (func $p)) (func (export \"park\") (call $p)))", "park", ":", park);
    dwcp_module_t *add = load(runtime, ADD_WAT);
    pthread_t thread;
    atomic_store(&inside, false), atomic_store(&leave, false);
    REQUIRE(pthread_create(&thread, NULL, call_park, module) == 0);
    while (!atomic_load(&inside)) sched_yield();
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    CHECK_EQ(call(add, "add", args, 2, NULL, &result, 1, &stats), DWCP_ERR_NO_SLOT);
    CHECK_STR(stats.limit_hit, "max_live_vms");
    CHECK(stats.wait_ns >= 5000000 && stats.wall_ns >= stats.wait_ns && stats.start_ns == 0 && stats.fuel_used == 0 && stats.overrun_ns == 0);
    options.timeout_ns = 1000000;
    CHECK_EQ(call(add, "add", args, 2, &options, &result, 1, &stats), DWCP_ERR_TIMEOUT);
    CHECK_STR(stats.limit_hit, "max_execution_time_ms");
    CHECK(stats.wait_ns > 0 && stats.wall_ns >= 1000000 && stats.overrun_ns == stats.wall_ns - 1000000);
    atomic_store(&leave, true);
    pthread_join(thread, NULL);
    options.timeout_ns = 0; /* a busy machine may let a millisecond pass before the guest begins */
    CHECK_EQ(call(add, "add", args, 2, &options, &result, 1, &stats), DWCP_OK);
    CHECK(stats.limit_hit == NULL && stats.wait_ns == 0);
    dwcp_module_free(add);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    for (int metering = 0; metering <= (FUEL | DEADLINE); metering++) every_end(metering);
    lost_fuel();
    the_hosts_work_is_free();
    making_counts();
    strings_count();
    without_a_slot();
    return report("call_stats");
}
