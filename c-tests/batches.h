/* What the tests of batches share: a guest, a runtime in which nothing ends by itself, rows. */
#ifndef DWCP_BATCHES_H
#define DWCP_BATCHES_H

#include "guests.h"

#include <pthread.h>
#include <semaphore.h>

enum { MOST = 200 };

static sem_t running;

static dwcp_status_t note(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults;
    sem_post(&running);
    return DWCP_OK;
}

/* Fires the token in the call's user data when the guest passes 3. */
static dwcp_status_t fire_at_three(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                                   size_t nresults) {
    if (dwcp_as_i32(args[0]) == 3) dwcp_cancel_fire(dwcp_caller_user_data(caller));
    (void)user, (void)nargs, (void)results, (void)nresults;
    return DWCP_OK;
}

/* "work": a negative number loops for ever, zero divides by it, any other is doubled; the second result counts this VM's calls. */
static const char GUEST[] =
    "(module (import \"env\" \"note\" (func $note)) (import \"env\" \"fire\" (func $fire (param i32)))"
    " (memory (export \"memory\") 1) (global $free (mut i32) (i32.const 1024))"
    " (func (export \"work\") (param i32) (result i32 i32)"
    "  (if (i32.lt_s (local.get 0) (i32.const 0)) (then (call $note) (loop (br 0))))"
    "  (if (i32.eqz (local.get 0)) (then (drop (i32.div_s (i32.const 1) (local.get 0)))))"
    "  (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))"
    "  (i32.mul (local.get 0) (i32.const 2)) (i32.load (i32.const 0)))"
    " (func (export \"fire\") (param i32) (result i32) (call $fire (local.get 0)) (local.get 0))"
    " (func (export \"malloc\") (param i32) (result i32) (global.get $free)"
    "  (global.set $free (i32.add (global.get $free) (local.get 0))))"
    " (func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1)))";

static dwcp_imports_t *imports;

static dwcp_runtime_t *endless(uint32_t slots) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_max_execution_time_ms, OK, (config, 3600000, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 3600000, &err));
    if (slots != 0) {
        CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
        CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, slots, &err));
    }
    return new_runtime(config);
}

/* The sets that all of them use; freed by done(). */
static void begin(void) {
    sem_init(&running, 0, 0);
    imports = dwcp_imports_new();
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "note", ":", note, NULL, NULL, &err));
    CHECK_STATUS(dwcp_imports_define, OK, (imports, "env", "fire", "i:", fire_at_three, NULL, NULL, &err));
}

static int done(const char *name) {
    dwcp_imports_free(imports);
    sem_destroy(&running);
    return report(name);
}

static void fresh_rows(dwcp_batch_row_t *them, size_t count) {
    for (size_t i = 0; i < count; i++) dwcp_batch_row_init(&them[i]);
}

/* The executions of a runtime, counted and failed, since the last time. */
static void counted(dwcp_runtime_t *runtime, uint64_t all, uint64_t failed) {
    static uint64_t all_before, failed_before;
    static dwcp_runtime_t *before;
    dwcp_runtime_metrics_t metrics = DWCP_RUNTIME_METRICS_INIT;
    CHECK_STATUS(dwcp_runtime_metrics, OK, (runtime, &metrics, &err));
    if (before != runtime) all_before = failed_before = 0;
    CHECK_EQ(metrics.total_executions - all_before, all);
    CHECK_EQ(metrics.failed_executions - failed_before, failed);
    CHECK(metrics.active_vms == 0 && metrics.memory_usage_bytes == 0);
    all_before = metrics.total_executions;
    failed_before = metrics.failed_executions;
    before = runtime;
}

#endif
