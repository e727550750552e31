/* Fuel to the unit: what a call needs is enough, one less is not, also in code without loops, where nothing looks at it. */
#include "session_guests.h"

enum { LINE = 20000 };

static int calls_of_host;

static dwcp_status_t count(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                           size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    calls_of_host++;
    return DWCP_OK;
}

/* "line": one host call after the other; "random": the same of WASI; "sum": numbers only; "turns": a loop; "late": the loop, then a line. */
static char *line_guest(void) {
    static char text[LINE * 80 + 2000];
    size_t n = 0;
    n += (size_t)sprintf(text + n,
                         "(module (import \"env\" \"count\" (func $count))"
                         " (import \"" WASI "\" \"sched_yield\" (func $yield (result i32))) (memory (export \"memory\") 1)"
                         " (func $turns (export \"turns\") (param i32)"
                         "  (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"
                         " (func (export \"line\")");
    for (int i = 0; i < LINE; i++) n += (size_t)sprintf(text + n, "(call $count)");
    n += (size_t)sprintf(text + n, ") (func (export \"yield\")");
    for (int i = 0; i < LINE; i++) n += (size_t)sprintf(text + n, "(drop (call $yield))");
    n += (size_t)sprintf(text + n, ") (func (export \"sum\") (param i32) (result i32) (local.get 0)");
    for (int i = 0; i < LINE; i++) n += (size_t)sprintf(text + n, "(i32.const 1)(i32.add)");
    sprintf(text + n, ") (func (export \"late\") (call $turns (i32.const 100)) (call $count)))");
    return text;
}

static dwcp_status_t with_fuel(const dwcp_module_t *module, dwcp_vm_t *vm, const char *name, const int32_t *arg, uint64_t fuel,
                               dwcp_call_stats_t *stats) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.fuel = fuel;
    dwcp_value_t value = dwcp_i32(arg ? *arg : 0), result = {0};
    size_t nargs = arg != NULL, room = strcmp(name, "sum") == 0;
    calls_of_host = 0;
    if (vm != NULL) return vm_call(vm, module, name, NULL, &value, nargs, &options, &result, room, stats);
    return call(module, name, &value, nargs, &options, &result, room, stats);
}

static void to_the_unit(const dwcp_module_t *module, dwcp_vm_t *vm, const char *name, int32_t number, bool has_arg) {
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    const int32_t *arg = has_arg ? &number : NULL;
    CHECK_EQ(with_fuel(module, vm, name, arg, 10000000, &stats), DWCP_OK);
    uint64_t needs = stats.fuel_used;
    CHECK(stats.fuel_exact && needs > 50);
    int calls_made = calls_of_host;
    CHECK_EQ(with_fuel(module, vm, name, arg, needs, &stats), DWCP_OK);
    CHECK_EQ(stats.fuel_used, needs);
    CHECK(stats.fuel_exact && stats.limit_hit == NULL && calls_of_host == calls_made);
    static const uint64_t parts[] = {1, 2, 5};
    for (size_t i = 0; i < 3; i++) {
        uint64_t less = i == 0 ? needs - 1 : needs / parts[i];
        CHECK_EQ(with_fuel(module, vm, name, arg, less, &stats), DWCP_ERR_OUT_OF_FUEL);
        CHECK_EQ(stats.fuel_used, less);
        CHECK(stats.fuel_exact);
        CHECK_STR(stats.limit_hit, "fuel_limit");
        CHECK_EQ(dwcp_error_trap_code(err), DWCP_TRAP_OUT_OF_FUEL);
        CHECK(calls_of_host <= calls_made);
    }
    CHECK_EQ(with_fuel(module, vm, name, arg, 2, &stats), DWCP_ERR_OUT_OF_FUEL);
    CHECK(calls_of_host <= 2);
}

int main(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_fuel_limit, OK, (config, 10000000, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_imports_t *imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "count", ":", count, NULL, NULL, &err));
    dwcp_module_t *module = load_with(runtime, line_guest(), imports);
    to_the_unit(module, NULL, "turns", 1000, true);
    to_the_unit(module, NULL, "sum", 1, true);
    to_the_unit(module, NULL, "line", 0, false);
    to_the_unit(module, NULL, "yield", 0, false);
    to_the_unit(module, NULL, "late", 0, false);

    /* a session goes on where the guest came to its end */
    dwcp_vm_t *vm = acquire(module, NULL);
    dwcp_call_stats_t stats = DWCP_CALL_STATS_INIT;
    int32_t one = 1;
    CHECK_EQ(with_fuel(module, vm, "sum", &one, 100, &stats), DWCP_ERR_OUT_OF_FUEL);
    CHECK_EQ(with_fuel(module, vm, "sum", &one, 0, &stats), DWCP_OK);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_imports_free(imports);
    dwcp_runtime_free(runtime);
    return report("fuel");
}
