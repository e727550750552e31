/* Sessions: counting, memory, globals, references, ends; one that all threads use at once. */
#ifndef STRESS_SESSIONS_H
#define STRESS_SESSIONS_H

#include "calls.h"

static dwcp_vm_t *acquire(struct worker *w, const dwcp_module_t *module, enum rule rule, const dwcp_call_options_t *options) {
    dwcp_vm_t *vm = NULL;
    struct step s = begin(w);
    dwcp_status_t status = dwcp_vm_acquire(module, options, &vm, &s.error);
    end(&s, rule, status);
    CHECK((vm != NULL) == (status == DWCP_OK));
    return vm;
}

static bool vm_count(struct worker *w, dwcp_vm_t *vm, const dwcp_function_t *count, enum rule rule, dwcp_value_t *result) {
    size_t n = 0;
    struct step s = begin(w);
    return end_call(&s, rule, dwcp_vm_call(vm, count, NULL, 0, NULL, result, 1, &n, &s.stats, &s.error));
}

/* Starts a session for the bag. It remembers how often it was called. */
static void start_session(struct worker *w) {
    dwcp_function_t *count = NULL;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_cancel_t *token = pick(w, 2) == 0 ? dwcp_cancel_new() : NULL;
    options.cancel = token;
    struct step s = begin(w);
    dwcp_vm_t *vm = NULL;
    if (end(&s, WELL_LOOK, dwcp_module_get_function(w->world->toolbox, "count", NULL, &count, &s.error)))
        vm = acquire(w, w->world->toolbox, CALL_WELL, &options);
    dwcp_cancel_free(token); /* the session has what it needs */
    if (vm != NULL) {
        keep(w, SESSION, vm, 0)->function = count;
    } else {
        dwcp_function_free(count);
    }
}

static void vm_memory(struct worker *w, struct entry *e) {
    char before[16], after[16] = {0};
    uint64_t size = 0;
    uint32_t at = 1024 + pick(w, 1024);
    snprintf(before, sizeof before, "%u", at);
    struct step s = begin(w);
    if (!end(&s, VM_USE, dwcp_vm_write(e->handle, at, before, sizeof before, &s.error))) return;
    s = begin(w);
    if (!end(&s, VM_USE, dwcp_vm_read(e->handle, at, after, sizeof after, &s.error))) return;
    CHECK_STR(after, before);
    s = begin(w);
    if (end(&s, VM_USE, dwcp_vm_memory_size(e->handle, &size, &s.error))) SAME(size, 65536);
}

static void vm_globals(struct worker *w, struct entry *e) {
    dwcp_value_t value = {0};
    struct step s = begin(w);
    if (!end(&s, VM_USE, dwcp_vm_global_get(e->handle, "g", &value, &s.error))) return;
    SAME(dwcp_as_i32(value), e->number);
    value = dwcp_i32((int32_t)pick(w, 1000));
    s = begin(w);
    if (end(&s, VM_USE, dwcp_vm_global_set(e->handle, "g", &value, &s.error))) e->number = value.of.i32;
}

/* Ends a session's VM by a trap and sees that it is dead. */
static void vm_kill(struct worker *w, struct entry *e) {
    dwcp_value_t result = {0};
    size_t n = 0;
    struct step s = begin(w);
    if (end_call(&s, VM_TRAP, dwcp_vm_call(e->handle, w->world->tools[TRAP], NULL, 0, NULL, NULL, 0, &n, &s.stats, &s.error)))
        vm_count(w, e->handle, e->function, VM_DEAD, &result);
    free_entry(e);
}

static void use_session(struct worker *w, struct entry *e) {
    dwcp_value_t result = {0};
    switch (pick(w, 6)) {
    case 0: vm_memory(w, e); break;
    case 1: vm_globals(w, e); break;
    case 2: vm_kill(w, e); break;
    default:
        if (vm_count(w, e->handle, e->function, VM_USE, &result)) SAME(dwcp_as_i32(result), ++e->number);
    }
}

/* The session of all: one thread at a time gets in. */
static void use_shared_session(struct worker *w) {
    dwcp_value_t result = {0};
    if (vm_count(w, w->world->shared, w->world->tools[COUNT], VM_USE_SHARED, &result)) CHECK(dwcp_as_i32(result) > 0);
    char byte;
    struct step s = begin(w);
    end(&s, VM_USE_SHARED, dwcp_vm_read(w->world->shared, 0, &byte, 1, &s.error));
}

static bool vm_call(struct worker *w, dwcp_vm_t *vm, const char *name, const dwcp_value_t *args, size_t nargs, dwcp_value_t *result) {
    dwcp_function_t *function = NULL;
    size_t n = 0;
    struct step s = begin(w);
    if (!end(&s, WELL_LOOK, dwcp_module_get_function(w->world->references, name, NULL, &function, &s.error))) return false;
    s = begin(w);
    bool ok = end_call(&s, VM_USE, dwcp_vm_call(vm, function, args, nargs, NULL, result, result != NULL, &n, &s.stats, &s.error));
    dwcp_function_free(function);
    return ok;
}

static bool vm_step(struct step s, dwcp_status_t status) { return end(&s, VM_USE, status); }

#define VM_STEP(function, ...) (s = begin(w), status = function(__VA_ARGS__, &s.error), vm_step(s, status))

/* An object of the host goes into the guest and comes back; a function of the guest comes out and is called. */
static void use_references(struct worker *w) {
    struct world *world = w->world;
    atomic_uint gone;
    atomic_init(&gone, 0);
    dwcp_vm_t *vm = acquire(w, world->references, CALL_WELL, NULL);
    if (vm == NULL) return;
    struct step s;
    dwcp_status_t status;
    dwcp_value_t object = {0}, back = {0}, adder = {0}, sum = {0}, null = dwcp_externref_null();
    dwcp_value_t args[2] = {dwcp_i32((int32_t)pick(w, 1000)), dwcp_i32(1)};
    void *data = NULL;
    size_t n = 0;
    struct owned *owned = own(world, 0, &gone);
    do {
        if (!VM_STEP(dwcp_vm_externref_new, vm, owned, give_up, &object)) break;
        if (!vm_call(w, vm, "keep", &object, 1, NULL)) break;
        if (!VM_STEP(dwcp_vm_ref_free, vm, &object)) break;
        if (!vm_call(w, vm, "give", NULL, 0, &back)) break;
        if (!VM_STEP(dwcp_vm_externref_data, vm, &back, &data)) break;
        CHECK(data == owned);
        /* unless the VM has ended in the meantime */
        CHECK(atomic_load(&gone) == 0 || world->forgetful || atomic_load(&world->closing));
        if (!vm_call(w, vm, "adder", NULL, 0, &adder)) break;
        s = begin(w);
        if (!end_call(&s, VM_USE, dwcp_vm_call_ref(vm, &adder, args, 2, NULL, &sum, 1, &n, &s.stats, &s.error))) break;
        SAME(dwcp_as_i32(sum), args[0].of.i32 + 1);
        if (!vm_call(w, vm, "round", NULL, 0, &sum)) break;
        SAME(dwcp_as_i32(sum), 22);
        if (pick(w, 2) == 0) break; /* the end of the VM ends the object */
        if (!VM_STEP(dwcp_vm_ref_free, vm, &back) || !VM_STEP(dwcp_vm_global_set, vm, "kept", &null)) break;
        if (VM_STEP(dwcp_vm_gc, vm)) SAME(atomic_load(&gone), 1);
    } while (false);
    dwcp_vm_release(vm);
    /* a VM that was idle for too long, or whose runtime closes, may still be ending on another thread */
    while ((world->forgetful || atomic_load(&world->closing)) && atomic_load(&gone) == 0) sched_yield();
    SAME(atomic_load(&gone), 1);
}

#endif
