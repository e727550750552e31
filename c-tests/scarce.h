/* One scenario in which the system refuses something once, at the N-th time, for N = 1, 2, ... until nothing is refused any more:
 * each part of it ends well or with the library's own error; what was refused once works at the next try; nothing is left over. */
#ifndef DWCP_SCARCE_H
#define DWCP_SCARCE_H

#include "guests.h"
#include "process.h"

#include <pthread.h>

static const char SCARCE_WAT[] =
    "(module (memory (export \"memory\") 1) (memory $other 1) (table $t 4 externref)"
    " (data (i32.const 70) \"\\07\") (global $top (mut i32) (i32.const 1024))"
    " (func (export \"seven\") (result i32) (i32.load8_u (i32.const 70)))"
    " (func (export \"grow\") (result i32) (memory.grow (i32.const 3)))"
    " (func (export \"dirty\") (result i32) (drop (memory.grow (i32.const 3)))"
    "  (memory.fill (i32.const 0) (i32.const 5) (i32.mul (memory.size) (i32.const 65536))) (i32.const 7))"
    " (func $at (param i32) (result i32) (if (result i32)"
    "   (i32.lt_u (local.get 0) (i32.mul (memory.size) (i32.const 65536)))"
    "   (then (i32.load8_u (local.get 0))) (else (i32.const 0))))"
    " (func (export \"clean\") (result i32) (drop (memory.grow (i32.const 3))) (i32.add"
    "  (i32.add (i32.add (call $at (i32.const 70)) (call $at (i32.const 9000))) (call $at (i32.const 65535)))"
    "  (i32.add (i32.add (call $at (i32.const 65536)) (call $at (i32.const 140000))) (call $at (i32.const 262143)))))"
    " (func (export \"trap\") (result i32) (i32.load (i32.const 0x7fffffff)))"
    " (func (export \"twice\") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))"
    " (func (export \"keep\") (param externref) (table.set $t (i32.const 1) (local.get 0)))"
    " (func (export \"malloc\") (param i32) (result i32) (global.get $top)"
    "  (global.set $top (i32.add (global.get $top) (local.get 0))))"
    " (func (export \"echo\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1)))";

/* Other data elsewhere: in a slot of the first, its image has to go. */
static const char OTHER_WAT[] =
    "(module (memory 2) (data (i32.const 70000) \"\\05\") (func (export \"clean\") (result i32) (i32.add (i32.const 2)"
    "  (i32.add (i32.load8_u (i32.const 70)) (i32.load8_u (i32.const 70000)))))"
    " (func (export \"dirty\") (result i32) (memory.fill (i32.const 0) (i32.const 9) (i32.const 131072)) (i32.const 7)))";

/* Whether something may be refused now: then an error of the system is as good as success. */
static bool scarce_now;
static int scarce_refused;

static bool scarce_ok(dwcp_status_t status, const char *what) {
    bool refused = status == DWCP_ERR_OS || status == DWCP_ERR_NO_SLOT;
    if (refused && scarce_now) {
        scarce_refused++;
        return false;
    }
    if (!CHECK(status == DWCP_OK)) fprintf(stderr, "%s: %s\n", what, dwcp_status_name(status));
    return status == DWCP_OK;
}

typedef struct {
    dwcp_module_t *module;
    const char *name;
    dwcp_status_t expected;
    int32_t answer;
} scarce_call_t;

static void scarce_call(scarce_call_t *given) {
    dwcp_function_t *function = NULL;
    dwcp_value_t result = {0};
    dwcp_error_t *error = NULL;
    if (!scarce_ok(dwcp_module_get_function(given->module, given->name, NULL, &function, NULL), "get_function")) return;
    dwcp_status_t status = dwcp_function_call(function, NULL, 0, NULL, &result, 1, NULL, NULL, &error);
    if (given->expected != DWCP_OK && status == given->expected) status = DWCP_OK;
    else if (scarce_ok(status, error ? dwcp_error_message(error) : given->name)) {
        bool told = scarce_now && strcmp(given->name, "grow") == 0 && dwcp_as_i32(result) == -1; /* the guest was told */
        scarce_refused += told;
        if (!told) CHECK_EQ(dwcp_as_i32(result), given->answer);
    }
    dwcp_error_free(error);
    dwcp_function_free(function);
}

static void *scarce_on_thread(void *given) {
    scarce_call(given);
    return NULL;
}

/* The host's own threads are not to be refused: they are started by this. */
static int (*scarce_thread)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = pthread_create;

static void scarce_calls(dwcp_module_t *module, dwcp_module_t *other) {
    scarce_call_t calls[] = {
        {module, "seven", DWCP_OK, 7}, {module, "dirty", DWCP_OK, 7}, {module, "clean", DWCP_OK, 7}, {module, "grow", DWCP_OK, 1},
        {module, "dirty", DWCP_OK, 7}, {other, "clean", DWCP_OK, 7},  {other, "dirty", DWCP_OK, 7},  {module, "clean", DWCP_OK, 7},
        {module, "dirty", DWCP_OK, 7}, {module, "trap", DWCP_ERR_TRAP, 0}, {other, "clean", DWCP_OK, 7}, {module, "clean", DWCP_OK, 7},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (calls[i].module != NULL) scarce_call(&calls[i]);
    /* on a thread that has never called, and on one with a small stack */
    for (int small = 0; small < 2; small++) {
        pthread_attr_t attributes;
        pthread_t thread;
        pthread_attr_init(&attributes);
        if (small) pthread_attr_setstacksize(&attributes, 192 << 10);
        REQUIRE(scarce_thread(&thread, &attributes, scarce_on_thread, &calls[0]) == 0);
        pthread_join(thread, NULL);
        pthread_attr_destroy(&attributes);
    }
}

static void scarce_batch(dwcp_module_t *module) {
    enum { ROWS = 16 };
    dwcp_function_t *twice = NULL;
    dwcp_value_t args[ROWS], results[ROWS];
    dwcp_batch_row_t rows[ROWS];
    dwcp_batch_options_t options = DWCP_BATCH_OPTIONS_INIT;
    size_t failed = 0;
    options.parallelism = 4;
    memset(results, 0, sizeof results);
    for (int i = 0; i < ROWS; i++) {
        args[i] = dwcp_i32(i);
        dwcp_batch_row_init(&rows[i]);
    }
    if (!scarce_ok(dwcp_module_get_function(module, "twice", NULL, &twice, NULL), "get_function")) return;
    dwcp_status_t status = dwcp_function_call_batch(twice, args, 1, ROWS, NULL, &options, results, 1, rows, &failed, NULL);
    if (scarce_ok(status, "batch")) {
        for (int i = 0; i < ROWS; i++)
            if (scarce_ok(rows[i].status, "a row")) CHECK_EQ(dwcp_as_i32(results[i]), 2 * i);
    }
    dwcp_batch_rows_clear(rows, ROWS);
    dwcp_function_free(twice);
}

static void scarce_session(dwcp_module_t *module) {
    dwcp_vm_t *vm = NULL;
    dwcp_function_t *grow = NULL, *keep = NULL;
    dwcp_value_t result = {0}, reference = {0};
    if (!scarce_ok(dwcp_vm_acquire(module, NULL, &vm, NULL), "session")) {
        CHECK(vm == NULL);
        return;
    }
    if (scarce_ok(dwcp_module_get_function(module, "grow", NULL, &grow, NULL), "get_function") &&
        scarce_ok(dwcp_vm_call(vm, grow, NULL, 0, NULL, &result, 1, NULL, NULL, NULL), "session's call"))
        CHECK(dwcp_as_i32(result) == 1 || scarce_now);
    /* a reference needs a heap, which is a memory */
    if (scarce_ok(dwcp_vm_externref_new(vm, NULL, NULL, &reference, NULL), "externref") &&
        scarce_ok(dwcp_module_get_function(module, "keep", NULL, &keep, NULL), "get_function"))
        (void)scarce_ok(dwcp_vm_call(vm, keep, &reference, 1, NULL, NULL, 0, NULL, NULL, NULL), "keep");
    dwcp_function_free(grow);
    dwcp_function_free(keep);
    dwcp_vm_release(vm);
}

static dwcp_module_t *scarce_load(dwcp_runtime_t *runtime, const char *wat) {
    dwcp_module_t *module = NULL;
    dwcp_error_t *error = NULL;
    dwcp_status_t status = dwcp_module_load(runtime, (const uint8_t *)wat, strlen(wat), NULL, NULL, &module, &error);
    CHECK((module != NULL) == scarce_ok(status, error ? dwcp_error_message(error) : "load"));
    dwcp_error_free(error);
    return module;
}

static void scarce_use(dwcp_runtime_t *runtime, dwcp_module_t *module) {
    dwcp_module_t *other = scarce_load(runtime, OTHER_WAT);
    scarce_calls(module, other);
    scarce_batch(module);
    scarce_session(module);
    dwcp_module_free(other);
}

/* The scenario; `arm` and `disarm` begin and end the time in which something is refused. */
static void scarce_scenario(void (*arm)(void), void (*disarm)(void)) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 30, &err));
    CHECK_STATUS(dwcp_config_set_compile_threads, OK, (config, 3, &err));
    test_forget();
    scarce_refused = 0;
    scarce_now = true;
    arm();
    if (scarce_ok(dwcp_runtime_new(config, &runtime, NULL), "runtime")) module = scarce_load(runtime, SCARCE_WAT);
    if (module != NULL) scarce_use(runtime, module);
    disarm();
    scarce_now = false;
    /* Whatever was refused: now it works, in the same runtime if there is one. */
    if (runtime == NULL) CHECK_STATUS(dwcp_runtime_new, OK, (config, &runtime, &err));
    if (module == NULL) module = scarce_load(runtime, SCARCE_WAT);
    REQUIRE(module != NULL);
    scarce_use(runtime, module);
    scarce_use(runtime, module);
    dwcp_module_free(module);
    CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
    dwcp_runtime_free(runtime);
    dwcp_config_free(config);
    test_forget();
    CHECK(no_library_thread());
}

#endif
