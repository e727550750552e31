/* Batches among threads: several at once, small stacks, tokens, batches within batches, and a runtime that closes. */
#include "batches.h"

struct work {
    const dwcp_function_t *function;
    const dwcp_cancel_t *cancel;
    void *user_data;
    uint32_t threads;
    int32_t number; /* of every row */
    size_t nrows, failed;
    dwcp_status_t status;
    dwcp_batch_row_t rows[MOST];
    dwcp_value_t results[2 * MOST];
};

static void *run_batch(void *argument) {
    struct work *w = argument;
    dwcp_value_t numbers[MOST];
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    options.cancel = w->cancel;
    options.user_data = w->user_data;
    batch.parallelism = w->threads;
    for (size_t i = 0; i < w->nrows; i++) numbers[i] = dwcp_i32(w->number != 0 ? w->number : (int32_t)i + 1);
    fresh_rows(w->rows, w->nrows);
    w->status = dwcp_function_call_batch(w->function, numbers, 1, w->nrows, &options, &batch, w->results, 2, w->rows, &w->failed, NULL);
    return NULL;
}

static struct work jobs[2];

/* Two at once on one function, and one from a thread with hardly any stack. */
static void threads_of_the_host(const dwcp_function_t *function) {
    pthread_t threads[2];
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 128 << 10);
    for (uint32_t parallel = 1; parallel < 5; parallel += 3) {
        for (int i = 0; i < 2; i++) {
            jobs[i] = (struct work){.function = function, .threads = parallel, .nrows = MOST};
            REQUIRE(pthread_create(&threads[i], i == 0 ? NULL : &small, run_batch, &jobs[i]) == 0);
        }
        for (int i = 0; i < 2; i++) {
            pthread_join(threads[i], NULL);
            CHECK(jobs[i].status == DWCP_OK && jobs[i].failed == 0);
            for (int row = 0; row < MOST; row++)
                CHECK(dwcp_as_i32(jobs[i].results[2 * row]) == 2 * row + 2 && dwcp_as_i32(jobs[i].results[2 * row + 1]) == 1);
        }
    }
    pthread_attr_destroy(&small);
}

/* A token ends the rows under way and those to come. */
static void cancelled(dwcp_runtime_t *runtime, const dwcp_module_t *module, const dwcp_function_t *function) {
    dwcp_cancel_t *cancel = dwcp_cancel_new();
    dwcp_function_t *fires = function_of(module, "fire");
    pthread_t thread;
    counted(runtime, 4 * MOST, 0);
    for (uint32_t parallel = 1; parallel < 5; parallel += 3) {
        jobs[0] = (struct work){.function = function, .cancel = cancel, .threads = parallel, .number = -1, .nrows = MOST};
        REQUIRE(pthread_create(&thread, NULL, run_batch, &jobs[0]) == 0);
        for (uint32_t i = 0; i < parallel; i++) sem_wait(&running);
        dwcp_cancel_fire(cancel);
        pthread_join(thread, NULL);
        CHECK(jobs[0].status == DWCP_OK && jobs[0].failed == MOST);
        for (int i = 0; i < MOST; i++) CHECK_EQ(jobs[0].rows[i].status, DWCP_ERR_CANCELLED);
        CHECK(jobs[0].rows[0].stats.execution_ns > 0 && jobs[0].rows[MOST - 1].stats.execution_ns == 0);
        CHECK(sem_trywait(&running) != 0);
        dwcp_batch_rows_clear(jobs[0].rows, MOST);
        dwcp_cancel_reset(cancel);
        counted(runtime, MOST, MOST);
    }
    /* from inside one of the rows: those before it have ended */
    jobs[0] = (struct work){.function = fires, .cancel = cancel, .user_data = cancel, .threads = 1, .nrows = 10};
    run_batch(&jobs[0]);
    CHECK_EQ(jobs[0].failed, 8);
    for (int i = 0; i < 10; i++) CHECK_EQ(jobs[0].rows[i].status, i < 2 ? DWCP_OK : DWCP_ERR_CANCELLED);
    dwcp_batch_rows_clear(jobs[0].rows, 10);
    dwcp_cancel_reset(cancel);
    jobs[0].threads = 4;
    run_batch(&jobs[0]);
    CHECK_EQ(jobs[0].rows[2].status, DWCP_ERR_CANCELLED);
    dwcp_batch_rows_clear(jobs[0].rows, 10);
    dwcp_cancel_free(cancel);
    dwcp_function_free(fires);
}

/* A batch inside a host function: no row waits for a slot, which may be its caller's. */
static dwcp_status_t inner(void *user, dwcp_caller_t *caller, const dwcp_value_t *outer_args, size_t nargs, dwcp_value_t *outer,
                           size_t nresults) {
    const dwcp_function_t *function = dwcp_caller_user_data(caller);
    dwcp_value_t inner_args[8], inner_results[16];
    dwcp_batch_row_t inner_rows[8];
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    batch.parallelism = (uint32_t)dwcp_as_i32(outer_args[0]);
    for (int i = 0; i < 8; i++) inner_args[i] = dwcp_i32(i + 1);
    fresh_rows(inner_rows, 8);
    size_t failed = 0;
    int32_t served = 0;
    CHECK_STATUS(dwcp_function_call_batch, OK,
                 (function, inner_args, 1, 8, NULL, &batch, inner_results, 2, inner_rows, &failed, &err));
    for (int i = 0; i < 8; i++) {
        CHECK(inner_rows[i].status == DWCP_OK || inner_rows[i].status == DWCP_ERR_NO_SLOT);
        CHECK(inner_rows[i].stats.wait_ns < UINT64_C(1000000000));
        served += inner_rows[i].status == DWCP_OK;
    }
    CHECK_EQ(failed, 8 - served);
    dwcp_batch_rows_clear(inner_rows, 8);
    CHECK_STATUS(dwcp_runtime_close, BUSY, (user, 0, &err)); /* on a thread of the library too */
    test_forget();
    outer[0] = dwcp_i32(served);
    (void)nargs, (void)nresults;
    return DWCP_OK;
}

static void nested(void) {
    for (uint32_t slots = 1; slots < 4; slots++) {
        dwcp_runtime_t *runtime = endless(slots);
        dwcp_imports_t *set = dwcp_imports_new();
        CHECK_STATUS(dwcp_imports_define, OK, (set, "env", "inner", "i:i", inner, runtime, NULL, &err));
        dwcp_module_t *plain = load_with(runtime, GUEST, imports),
                      *module = load_with(runtime,
                                          "(module (import \"env\" \"inner\" (func $i (param i32) (result i32)))"
                                          " (func (export \"f\") (param i32) (result i32) (call $i (local.get 0))))", set);
        dwcp_function_t *work = function_of(plain, "work"), *f = function_of(module, "f");
        for (int32_t threads = 1; threads < 5; threads++) {
            dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
            options.user_data = work;
            dwcp_value_t arg = dwcp_i32(threads), result = {0};
            CHECK_STATUS(dwcp_function_call, OK, (f, &arg, 1, &options, &result, 1, NULL, NULL, &err));
            int32_t served = dwcp_as_i32(result);
            CHECK(slots == 1 ? served == 0 : threads == 1 ? served == 8 : served > 0);
            /* and batches within rows of a batch on several threads */
            jobs[0] = (struct work){.function = f, .user_data = work, .threads = 2, .number = threads, .nrows = 6};
            run_batch(&jobs[0]);
            CHECK(jobs[0].status == DWCP_OK && jobs[0].failed == 0);
        }
        dwcp_function_free(work);
        dwcp_function_free(f);
        dwcp_module_free(plain);
        dwcp_module_free(module);
        dwcp_imports_free(set);
        dwcp_runtime_free(runtime);
    }
}

/* Closing ends a batch: rows under way are cancelled, the others do not begin, and the call returns with all of them. */
static void closing(void) {
    for (uint32_t parallel = 1; parallel < 10; parallel += 4) {
        dwcp_runtime_t *runtime = endless(0);
        dwcp_module_t *module = load_with(runtime, GUEST, imports);
        dwcp_function_t *function = function_of(module, "work");
        pthread_t thread;
        jobs[0] = (struct work){.function = function, .threads = parallel, .number = -1, .nrows = MOST};
        REQUIRE(pthread_create(&thread, NULL, run_batch, &jobs[0]) == 0);
        for (uint32_t i = 0; i < parallel; i++) sem_wait(&running);
        CHECK_STATUS(dwcp_runtime_close, OK, (runtime, 0, &err));
        pthread_join(thread, NULL);
        CHECK(jobs[0].status == DWCP_OK && jobs[0].failed == MOST);
        uint32_t ended = 0;
        for (int i = 0; i < MOST; i++) {
            CHECK(jobs[0].rows[i].status == DWCP_ERR_CANCELLED || jobs[0].rows[i].status == DWCP_ERR_SHUTTING_DOWN);
            ended += jobs[0].rows[i].status == DWCP_ERR_CANCELLED;
        }
        CHECK_EQ(ended, parallel);
        dwcp_batch_rows_clear(jobs[0].rows, MOST);
        dwcp_value_t arg = dwcp_i32(1), pair[2];
        CHECK_STATUS(dwcp_function_call_batch, CLOSED, (function, &arg, 1, 1, NULL, NULL, pair, 2, jobs[0].rows, NULL, &err));
        dwcp_function_free(function);
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
    }
    /* a drained runtime takes none either */
    dwcp_runtime_t *runtime = endless(0);
    dwcp_module_t *module = load_with(runtime, GUEST, imports);
    dwcp_function_t *function = function_of(module, "work");
    CHECK_STATUS(dwcp_runtime_drain, OK, (runtime, 0, &err));
    size_t failed = 9;
    dwcp_value_t arg = dwcp_i32(1), pair[2];
    dwcp_batch_row_t row = DWCP_BATCH_ROW_INIT;
    CHECK_STATUS(dwcp_function_call_batch, SHUTTING_DOWN, (function, &arg, 1, 1, NULL, NULL, pair, 2, &row, &failed, &err));
    CHECK(failed == 0 && row.error == NULL);
    CHECK_STATUS(dwcp_runtime_resume, OK, (runtime, &err));
    CHECK_STATUS(dwcp_function_call_batch, OK, (function, &arg, 1, 1, NULL, NULL, pair, 2, &row, &failed, &err));
    dwcp_function_free(function);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    begin();
    dwcp_runtime_t *runtime = endless(0);
    dwcp_module_t *module = load_with(runtime, GUEST, imports);
    dwcp_function_t *work = function_of(module, "work");
    threads_of_the_host(work);
    cancelled(runtime, module, work);
    nested();
    closing();
    dwcp_function_free(work);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return done("batch_threads");
}
