/* The host functions of the stress test: they answer, call back, call the runtime again, fail, try to close, and wait. */
#ifndef STRESS_HOSTS_H
#define STRESS_HOSTS_H

#include "world.h"

#define HOST_FUNCTION(name)                                                                                            \
    static dwcp_status_t name(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, \
                              size_t nresults)
#define UNUSED (void)user, (void)caller, (void)args, (void)nargs, (void)results, (void)nresults

static struct owned *own(struct world *world, int32_t number, atomic_uint *gone) {
    struct owned *owned = malloc(sizeof *owned);
    REQUIRE(owned != NULL);
    owned->world = world;
    owned->number = number;
    owned->gone = gone;
    atomic_fetch_add(&world->defined, 1);
    atomic_init(&owned->uses, 0);
    atomic_fetch_add(&owned->uses, 1);
    return owned;
}

/* The data of a host function that begins; `leave` when it is done with them. */
static struct owned *look_up(void *user) {
    struct owned *owned = user;
    CHECK(atomic_fetch_add(&owned->uses, 1) > 0);
    return owned;
}

static void leave(struct owned *owned) { atomic_fetch_add(&owned->uses, 1); }

static void give_up(void *user) {
    struct owned *owned = user;
    CHECK(atomic_load(&owned->uses) > 0);
    atomic_fetch_add(&owned->world->finalized, 1);
    if (owned->gone != NULL) atomic_store(owned->gone, 1);
    atomic_store(&owned->uses, 0);
    free(owned);
}

HOST_FUNCTION(plus) {
    UNUSED;
    struct owned *owned = look_up(user);
    results[0].of.i32 = (int32_t)((uint32_t)args[0].of.i32 + (uint32_t)args[1].of.i32 + (uint32_t)owned->number);
    leave(owned);
    return DWCP_OK;
}

/* Calls back into the guest: an export that answers, one that traps, one that is not there. */
HOST_FUNCTION(back) {
    UNUSED;
    dwcp_value_t answer[1] = {{0}};
    dwcp_error_t *error = NULL;
    size_t n = 0;
    dwcp_status_t status = dwcp_caller_call(caller, "trap", NULL, NULL, 0, NULL, 0, &n, &error);
    CHECK(status == DWCP_ERR_TRAP || status == DWCP_ERR_CANCELLED);
    SAME(dwcp_error_code(error), status);
    dwcp_error_free(error);
    status = dwcp_caller_call(caller, "nowhere", NULL, NULL, 0, NULL, 0, &n, &error);
    SAME(status, DWCP_ERR_NOT_FOUND);
    dwcp_error_free(error);
    status = dwcp_caller_call(caller, "double", "i:i", args, 1, answer, 1, &n, &error);
    dwcp_error_free(error);
    if (status != DWCP_OK) {
        SAME(status, DWCP_ERR_CANCELLED);
        return status;
    }
    SAME(n, 1);
    results[0] = answer[0];
    return DWCP_OK;
}

/* Calls the runtime again, which has a slot at once or none. */
HOST_FUNCTION(again) {
    UNUSED;
    struct worker *w = dwcp_caller_user_data(caller);
    struct world *world = w->world;
    dwcp_value_t two[2] = {args[0], dwcp_i32(1)}, answer = {0};
    /* not by `begin` and `end`: these are the thread's that called, and this may be another */
    unsigned drains = atomic_load(&world->drains_over);
    dwcp_error_t *error = NULL;
    size_t n = 0;
    CHECK(dwcp_caller_call_id(caller) != 0);
    dwcp_status_t status = dwcp_function_call(world->tools[ADD], two, 2, NULL, &answer, 1, &n, NULL, &error);
    count_call(w, status);
    struct step step = {w, drains, error, DWCP_CALL_STATS_INIT};
    if (!may_end(&step, CALL_WELL, status)) SAME(status, DWCP_OK);
    free_error(w, error);
    results[0] = status == DWCP_OK ? answer : dwcp_i32(-1);
    return DWCP_OK;
}

HOST_FUNCTION(fail) {
    UNUSED;
    static const char text[] = "no more of this";
    dwcp_caller_fail(caller, text, sizeof text - 1);
    return DWCP_ERR_IO;
}

HOST_FUNCTION(close_inside) {
    UNUSED;
    struct owned *owned = look_up(user);
    dwcp_runtime_t *runtime = owned->world->runtime;
    results[0].of.i32 = dwcp_runtime_close(runtime, 0, NULL);
    SAME(dwcp_runtime_drain(runtime, 0, NULL), DWCP_ERR_BUSY);
    leave(owned);
    return DWCP_OK;
}

HOST_FUNCTION(greet) {
    UNUSED;
    char text[64];
    dwcp_slice_t name = dwcp_as_bytes(args[0]);
    int length = snprintf(text, sizeof text, "hello %.*s", (int)name.len, (const char *)name.data);
    return dwcp_caller_return(caller, &results[0], text, (size_t)length);
}

/* Writes and reads the guest's memory in every way, at the address in the first argument. */
HOST_FUNCTION(poke) {
    UNUSED;
    uint64_t at = (uint32_t)args[0].of.i32, more = 0;
    char byte = (char)args[1].of.i32, seen[2] = {0, 0};
    uint8_t *view = NULL;
    dwcp_slice_t text = {0};
    SAME(dwcp_caller_write(caller, at, &byte, 1), DWCP_OK);
    SAME(dwcp_caller_read(caller, at, seen, 1), DWCP_OK);
    SAME(seen[0], byte);
    SAME(dwcp_caller_memory(caller, at, 1, &view), DWCP_OK);
    view[0]++;
    SAME(dwcp_caller_string(caller, at, 1, &text), DWCP_OK);
    SAME(text.data[0], byte + 1);
    SAME(dwcp_caller_c_string(caller, 0, &text), DWCP_OK);
    SAME(dwcp_caller_read(caller, dwcp_caller_memory_size(caller), seen, 1), DWCP_ERR_INVALID_ARGUMENT);
    CHECK(dwcp_caller_remaining_ns(caller) > 0);
    dwcp_status_t status = dwcp_caller_allocate(caller, 100, &more);
    CHECK(status == DWCP_OK ? more != 0 : status == DWCP_ERR_CANCELLED);
    CHECK(!dwcp_caller_is_cancelled(caller) || atomic_load(&look_up(user)->world->closing));
    return DWCP_OK;
}

/* Frees the very handles that are being called. */
HOST_FUNCTION(drop_handles) {
    UNUSED;
    struct worker *w = dwcp_caller_user_data(caller);
    if (atomic_load(&w->dropped)) return DWCP_OK;
    dwcp_function_free(w->drop.function);
    dwcp_module_free(w->drop.module);
    dwcp_vm_release(w->drop.vm);
    atomic_store(&w->dropped, true);
    return DWCP_OK;
}

/* An object of the host, made inside a call, comes back with a function of the guest. */
HOST_FUNCTION(make) {
    UNUSED;
    struct owned *owned = look_up(user), *made = own(owned->world, 17, NULL);
    dwcp_status_t status = dwcp_caller_externref_new(caller, made, give_up, &results[0]);
    leave(owned);
    return status;
}

HOST_FUNCTION(inspect) {
    UNUSED;
    struct owned *owned = look_up(user);
    void *data = NULL;
    dwcp_value_t two[2] = {dwcp_i32(5), dwcp_i32(0)}, sum = {0}, kept = {0};
    size_t n = 0;
    SAME(dwcp_caller_externref_data(caller, &args[0], &data), DWCP_OK);
    struct owned *made = look_up(data);
    two[1].of.i32 = made->number;
    leave(made);
    SAME(dwcp_caller_ref_keep(caller, &args[0], &kept), DWCP_OK);
    dwcp_error_t *error = NULL;
    dwcp_status_t status = dwcp_caller_call_ref(caller, &args[1], two, 2, &sum, 1, &n, &error);
    CHECK(status == DWCP_OK || (status == DWCP_ERR_CANCELLED && atomic_load(&owned->world->closing)));
    dwcp_error_free(error);
    results[0] = dwcp_i32(dwcp_as_i32(sum));
    leave(owned);
    return status;
}

/* Stays until it is told to go. */
HOST_FUNCTION(park) {
    UNUSED;
    struct owned *owned = look_up(user);
    atomic_store(&owned->world->in_park, true);
    while (!atomic_load(&owned->world->leave_park)) sched_yield();
    leave(owned);
    return DWCP_OK;
}

/* The host functions of HOST_WAT, without the last `missing`; plus adds `number`. */
static dwcp_imports_t *host_imports(struct world *world, int32_t number, size_t missing) {
    static const struct {
        const char *name, *signature;
        dwcp_host_fn function;
    } all[] = {{"plus", "ii:i", plus}, {"back", NULL, back},           {"again", "i:i", again},
               {"drop", ":", drop_handles}, {"poke", "ii:i", poke}, {"make", ":r", make}, {"inspect", "rc:i", inspect},
               {"fail", ":", fail},    {"close", ":i", close_inside}, {"greet", "s:s64", greet}};
    dwcp_imports_t *imports = dwcp_imports_new();
    REQUIRE(imports != NULL);
    for (size_t i = 0; i + missing < sizeof all / sizeof *all; i++) {
        struct owned *owned = own(world, number, NULL);
        dwcp_status_t status = dwcp_imports_define(imports, "env", all[i].name, all[i].signature, all[i].function, owned, give_up, NULL);
        SAME(status, DWCP_OK);
    }
    return imports;
}

#endif
