/* What references cost and when they end: calls without a session, the heap that they live in, slots, finalizers. */
#include "reference_guests.h"

#include <malloc.h>
#include <semaphore.h>

static int flooded;

/* Makes objects until it is refused. */
static dwcp_status_t flood(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                           size_t nresults) {
    (void)user, (void)args, (void)nargs, (void)results, (void)nresults;
    dwcp_value_t made;
    dwcp_status_t status;
    int count = 0;
    do {
        status = dwcp_caller_externref_new(caller, new_object(count), end_object, &made);
    } while (status == DWCP_OK && ++count < 10000000);
    flooded = count;
    CHECK_STATUS(dwcp_caller_externref_new, OUT_OF_MEMORY, (caller, new_object(0), end_object, &made));
    CHECK(made.kind == DWCP_KIND_NONE);
    return status;
}

static int kept_most;

/* Keeps what it is given as often as it can. */
static dwcp_status_t keep(void *user, dwcp_caller_t *caller, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results,
                          size_t nresults) {
    (void)user, (void)nargs, (void)results, (void)nresults;
    dwcp_value_t kept = {0};
    int count = 0;
    while (dwcp_caller_ref_keep(caller, &args[0], &kept) == DWCP_OK) count++;
    CHECK_STATUS(dwcp_caller_ref_keep, OUT_OF_MEMORY, (caller, &args[0], &kept));
    kept_most = count;
    return DWCP_OK;
}

static const dwcp_host_fn registering = keep, flooding = flood;

/* A call in a VM of its own may pass references between its guest and its host functions, as long as numbers cross only. */
static void without_a_session(void) {
    dwcp_runtime_t *runtime = runtime_with(0);
    dwcp_module_t *module = load_references(runtime);
    dwcp_value_t arg = dwcp_i32(33), result = {0};
    CHECK_EQ(call(module, "within", &arg, 1, NULL, &result, 1, NULL), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(result), 33);
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_EQ(call_i32(module, "within_null"), -1);
    CHECK_EQ(call(module, "register", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK); /* kept until the VM ends */
    CHECK(kept_most > 1000000 && kept_most < 1 << 20);
    arg = dwcp_i32(1000);
    CHECK_EQ(call(module, "churn", &arg, 1, NULL, NULL, 0, NULL), DWCP_OK);
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

static size_t heap_bytes(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    return mallinfo2().uordblks;
#else
    return 0;
#endif
}

/* What a callback was lent it gives back when it returns; what the host frees is gone. */
static void nothing_grows(void) {
    dwcp_runtime_t *runtime = runtime_with(0);
    dwcp_module_t *module = load_references(runtime);
    dwcp_vm_t *vm = acquire(module, NULL);
    dwcp_function_t *churn = function_of(module, "churn"), *same = function_of(module, "same");
    dwcp_value_t turns = dwcp_i32(100000), mine = {0}, got = {0};
    int most = 0;
    CHECK_STATUS(dwcp_vm_call, OK, (vm, churn, &turns, 1, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    uint64_t guest = metrics_of(runtime).memory_usage_bytes;
    size_t host = heap_bytes();
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(dwcp_vm_call, OK, (vm, churn, &turns, 1, NULL, NULL, 0, NULL, NULL, &err));
        if (atomic_load(&alive) > most) most = atomic_load(&alive);
    }
    CHECK(most < 10000); /* garbage is collected while the guest runs */
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, new_object(1), end_object, &mine, &err));
    for (int i = 0; i < 100000; i++) {
        dwcp_status_t status = dwcp_vm_call(vm, same, &mine, 1, NULL, &got, 1, NULL, NULL, NULL);
        if (status != DWCP_OK || dwcp_vm_ref_free(vm, &got, NULL) != DWCP_OK) CHECK_EQ(status, DWCP_OK);
    }
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &mine, &err));
    for (int i = 0; i < 100000; i++) {
        dwcp_status_t status = dwcp_vm_externref_new(vm, new_object(i), end_object, &mine, NULL);
        if (status != DWCP_OK || dwcp_vm_ref_free(vm, &mine, NULL) != DWCP_OK) CHECK_EQ(status, DWCP_OK);
    }
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, guest);
    CHECK(heap_bytes() < host + (256 << 10));
    dwcp_vm_release(vm);
    dwcp_function_free(same);
    dwcp_function_free(churn);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* The heap of references is memory of the guest: objects without end end in an error, and room comes back. */
static void a_full_heap(void) {
    enum { MEMORY = 1 << 20 };
    dwcp_runtime_t *runtime = runtime_with(MEMORY);
    dwcp_module_t *module = load_references(runtime);
    dwcp_vm_t *vm = acquire(module, NULL);
    static dwcp_value_t made[100000];
    int count = 0;
    dwcp_status_t status = DWCP_OK;
    while (count < 100000 && status == DWCP_OK) {
        status = dwcp_vm_externref_new(vm, new_object(count), end_object, &made[count], NULL);
        count += status == DWCP_OK;
    }
    CHECK_EQ(status, DWCP_ERR_OUT_OF_MEMORY);
    CHECK(count > 5000 && count < MEMORY / 16);
    CHECK_EQ(atomic_load(&alive), count);
    CHECK(metrics_of(runtime).memory_usage_bytes <= MEMORY);
    CHECK_STATUS(dwcp_vm_externref_new, OUT_OF_MEMORY, (vm, new_object(1), end_object, &made[count], &err));
    CHECK_STR(dwcp_error_limit_name(err), "max_memory_bytes");
    uint64_t limit = 0, asked = 0;
    CHECK(dwcp_error_limit(err, &limit, &asked) && limit == MEMORY && asked > MEMORY);
    CHECK_EQ(number_of(vm, made[count - 1]), count - 1); /* nothing is lost */
    CHECK_EQ(dwcp_as_i32(ask(vm, module, "numbers", made[0])), 0);
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &made[0], &err));
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, new_object(1), end_object, &made[0], &err)); /* collects by itself */
    for (int i = 0; i < count; i++) {
        if (dwcp_vm_ref_free(vm, &made[i], NULL) != DWCP_OK) CHECK_EQ(i, -1);
    }
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, new_object(1), end_object, &made[0], &err));

    dwcp_function_t *full = function_of(module, "flood");
    CHECK_STATUS(dwcp_vm_call, HOST_FUNCTION, (vm, full, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_HAS(message(), "max_memory_bytes");
    CHECK(flooded > 5000 && flooded < MEMORY / 16);
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_STATUS(dwcp_function_call, HOST_FUNCTION, (full, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 0);
    dwcp_function_free(full);
    dwcp_vm_release(vm);

    /* no room for a heap at all: it is made with the first object */
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.max_memory_bytes = 65536;
    vm = acquire(module, &options);
    CHECK_EQ(metrics_of(runtime).memory_usage_bytes, 65536);
    CHECK_STATUS(dwcp_vm_externref_new, OUT_OF_MEMORY, (vm, new_object(1), end_object, &made[0], &err));
    CHECK_EQ(atomic_load(&alive), 0);
    dwcp_vm_release(vm);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* What a host holds has an end, whatever guests make it keep. */
static void too_many(void) {
    dwcp_runtime_t *runtime = runtime_with(0);
    dwcp_module_t *module = load_references(runtime);
    dwcp_vm_t *vm = acquire(module, NULL);
    dwcp_function_t *give = function_of(module, "give");
    dwcp_value_t which = dwcp_i32(0), mine = {0}, result = {0};
    CHECK_STATUS(dwcp_vm_call, OK, (vm, give, &which, 1, NULL, &mine, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_global_set, OK, (vm, "fn", &mine, &err));
    CHECK_EQ(vm_call(vm, module, "register", NULL, NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    /* what the host function was lent has come back: there is room for one */
    CHECK_STATUS(dwcp_vm_call, OK, (vm, give, &which, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_STATUS(dwcp_vm_call, OUT_OF_MEMORY, (vm, give, &which, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_HAS(message(), "1048576");
    CHECK_STATUS(dwcp_vm_global_get, OUT_OF_MEMORY, (vm, "fn", &result, &err));
    CHECK_STATUS(dwcp_vm_externref_new, OUT_OF_MEMORY, (vm, new_object(1), end_object, &result, &err));
    CHECK_STATUS(dwcp_vm_gc, OK, (vm, &err));
    CHECK_EQ(atomic_load(&alive), 0);
    CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &mine, &err));
    CHECK_STATUS(dwcp_vm_global_get, OK, (vm, "fn", &mine, &err));
    which = dwcp_i32(21);
    CHECK_STATUS(dwcp_vm_call_ref, OK, (vm, &mine, &which, 1, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 42);
    dwcp_vm_release(vm);
    dwcp_function_free(give);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

/* A heap of references takes a slot as a memory does. */
static void slots(void) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 3, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 3, &err));
    CHECK_STATUS(dwcp_config_set_acquire_timeout_ms, OK, (config, 1, &err));
    dwcp_runtime_t *runtime = new_runtime(config);
    dwcp_module_t *two = load_references(runtime), *one = load(runtime, "(module (func (export \"f\") (param externref)))");
    dwcp_vm_t *first = acquire(two, NULL), *second = NULL;
    dwcp_value_t made = {0};
    CHECK_STATUS(dwcp_vm_acquire, NO_SLOT, (two, NULL, &second, &err));
    second = acquire(one, NULL);
    CHECK_STATUS(dwcp_vm_externref_new, OK, (first, new_object(1), end_object, &made, &err));
    CHECK_STATUS(dwcp_vm_externref_new, OK, (second, new_object(1), end_object, &made, &err));
    dwcp_vm_release(first);
    first = acquire(two, NULL);
    dwcp_vm_release(second);
    dwcp_vm_release(first);
    CHECK_EQ(atomic_load(&alive), 0);
    dwcp_module_free(two);
    dwcp_module_free(one);
    dwcp_runtime_free(runtime);
}

/* Finalizers may call the library, also in the middle of a call; they cannot close the runtime that waits for them. */
struct meddler {
    dwcp_runtime_t *runtime;
    dwcp_module_t *adder, *own;
    dwcp_vm_t *vm;
    bool frees;
    sem_t done;
};

static void meddle(void *data) {
    struct meddler *m = data;
    if (m->frees) {
        dwcp_module_free(m->own);
        dwcp_module_free(m->adder);
        dwcp_runtime_free(m->runtime);
        if (m->vm) dwcp_vm_release(m->vm);
    } else {
        dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i32(2)}, result = {0};
        CHECK_EQ(dwcp_runtime_close(m->runtime, 0, NULL), DWCP_ERR_BUSY);
        dwcp_status_t status = call(m->adder, "add", args, 2, NULL, &result, 1, NULL);
        CHECK((status == DWCP_OK && dwcp_as_i32(result) == 3) || status == DWCP_ERR_SHUTTING_DOWN);
        if (m->vm) {
            status = dwcp_vm_gc(m->vm, NULL);
            CHECK(status == DWCP_ERR_BUSY || status == DWCP_ERR_VM_DEAD || status == DWCP_ERR_SHUTTING_DOWN);
        }
    }
    test_forget();
    sem_post(&m->done);
}

static void meddling(void) {
    enum { COLLECT, REFUSED, TRAP, RELEASE, IDLE, CLOSE, WAYS };
    for (int way = 0; way < 2 * WAYS; way++) {
        struct meddler *m = malloc(sizeof *m);
        REQUIRE(m != NULL);
        dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
        CHECK_STATUS(dwcp_config_set_session_idle_timeout_ms, OK, (config, way % WAYS == IDLE ? 1 : 0, &err));
        m->runtime = new_runtime(config);
        m->adder = load(m->runtime, ADD_WAT);
        m->own = load(m->runtime,
                      "(module (global (export \"e\") (mut externref) (ref.null extern)) (func (export \"trap\") unreachable)"
                      " (func (export \"take\") (param externref) (global.set 0 (local.get 0))))");
        m->frees = way >= WAYS;
        sem_init(&m->done, 0, 0);
        dwcp_vm_t *vm = acquire(m->own, NULL);
        dwcp_function_t *trap = function_of(m->own, "trap");
        dwcp_value_t made = {0};
        m->vm = way % WAYS == RELEASE || way % WAYS == REFUSED || (m->frees && way % WAYS != IDLE) ? NULL : vm;
        switch (way % WAYS) {
        case COLLECT:
            CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, m, meddle, &made, &err));
            CHECK_STATUS(dwcp_vm_ref_free, OK, (vm, &made, &err));
            test_forget();
            CHECK_EQ(dwcp_vm_gc(vm, NULL), DWCP_OK);
            break;
        case REFUSED:
            dwcp_vm_release(vm);
            vm = acquire(m->adder, NULL);
            test_forget();
            CHECK_EQ(dwcp_vm_externref_new(vm, m, meddle, &made, NULL), DWCP_ERR_UNSUPPORTED);
            break;
        case TRAP:
            CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, m, meddle, &made, &err));
            test_forget();
            CHECK_EQ(dwcp_vm_call(vm, trap, NULL, 0, NULL, NULL, 0, NULL, NULL, NULL), DWCP_ERR_TRAP);
            break;
        case RELEASE:
            CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, m, meddle, &made, &err));
            dwcp_vm_release(vm);
            break;
        case IDLE: /* on a thread of the library, of which it may be the last */
            dwcp_function_free(trap);
            trap = NULL;
            CHECK(dwcp_vm_externref_new(vm, m, meddle, &made, NULL) != DWCP_ERR_INVALID_ARGUMENT);
            break;
        default:
            CHECK_STATUS(dwcp_vm_externref_new, OK, (vm, m, meddle, &made, &err));
            if (m->frees) m->frees = false; /* what closes has the handle still */
            CHECK_EQ(dwcp_runtime_close(m->runtime, 0, NULL), DWCP_OK);
            break;
        }
        while (sem_wait(&m->done) != 0) {}
        CHECK_EQ(sem_trywait(&m->done), -1); /* once */
        if (way % WAYS != RELEASE && !(m->frees && way % WAYS == IDLE)) dwcp_vm_release(vm);
        dwcp_function_free(trap);
        if (!m->frees) {
            dwcp_module_free(m->own);
            dwcp_module_free(m->adder);
            dwcp_runtime_free(m->runtime);
        }
        sem_destroy(&m->done);
        free(m);
    }
}

int main(void) {
    without_a_session();
    nothing_grows();
    a_full_heap();
    too_many();
    slots();
    meddling();
    CHECK_EQ(atomic_load(&alive), 0);
    return report("reference_room");
}
