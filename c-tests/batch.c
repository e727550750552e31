/* Batches: every row a call of its own, on one thread and on many; what ends the batch, and what is refused whole. */
#include "batches.h"

static dwcp_value_t args[MOST], results[2 * MOST];
static dwcp_batch_row_t rows[MOST];

/* One row in ten traps, one has the wrong kind, one never ends: the others do not notice. */
static void rows_are_calls(dwcp_runtime_t *runtime, const dwcp_function_t *work) {
    static const uint32_t threads[] = {0, 1, 2, 8, 64};
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
        dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
        batch.parallelism = threads[t];
        options.timeout_ns = UINT64_C(500000000);
        for (int i = 0; i < MOST; i++) args[i] = dwcp_i32(i % 10);
        args[33] = dwcp_i32(-1);
        args[77] = dwcp_f32(1);
        fresh_rows(rows, MOST);
        memset(results, 0, sizeof results);
        size_t failed = 99;
        CHECK_STATUS(dwcp_function_call_batch, OK, (work, args, 1, MOST, &options, &batch, results, 2, rows, &failed, &err));
        CHECK_EQ(failed, 22);
        sem_wait(&running);
        for (int i = 0; i < MOST; i++) {
            dwcp_status_t expected = i == 33 ? DWCP_ERR_TIMEOUT : i == 77 ? DWCP_ERR_WRONG_TYPE : i % 10 == 0 ? DWCP_ERR_TRAP : DWCP_OK;
            const dwcp_call_stats_t *stats = &rows[i].stats;
            CHECK_EQ(rows[i].status, expected);
            CHECK_EQ(dwcp_error_code(rows[i].error), expected);
            CHECK_EQ(rows[i].struct_size, sizeof rows[i]);
            CHECK_EQ(stats->struct_size, sizeof *stats);
            CHECK_EQ(rows[i].nresults, expected == DWCP_OK ? 2 : 0);
            CHECK_EQ(stats->call_id != 0, i != 77);
            CHECK_EQ(stats->peak_memory_bytes, i == 77 ? 0 : 65536);
            CHECK(stats->wall_ns >= stats->execution_ns);
            if (expected == DWCP_OK) {
                CHECK_EQ(dwcp_as_i32(results[2 * i]), i % 10 * 2);
                CHECK_EQ(dwcp_as_i32(results[2 * i + 1]), 1); /* the first call of its VM */
            } else {
                CHECK(results[2 * i].kind == 0 && results[2 * i + 1].kind == 0);
            }
        }
        CHECK_EQ(dwcp_error_trap_code(rows[10].error), DWCP_TRAP_INTEGER_DIVISION_BY_ZERO);
        CHECK_HAS(dwcp_error_message(rows[77].error), "args");
        CHECK_STR(dwcp_error_limit_name(rows[33].error), "max_execution_time_ms");
        for (int i = 1; i < MOST; i++) CHECK(i == 77 || i == 78 || rows[i].stats.call_id != rows[i - 1].stats.call_id);
        counted(runtime, MOST - 1, 21); /* all but the one that was refused before it was a call */
        dwcp_batch_rows_clear(rows, MOST);
        dwcp_batch_rows_clear(rows, MOST);
        for (int i = 0; i < MOST; i++)
            CHECK(rows[i].struct_size == sizeof rows[i] && rows[i].error == NULL && rows[i].status == DWCP_OK && rows[i].nresults == 0);
    }
}

static void stop_on_error(dwcp_runtime_t *runtime, const dwcp_function_t *work) {
    for (uint32_t threads = 1; threads < 6; threads++) {
        dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
        batch.parallelism = threads;
        batch.stop_on_error = true;
        for (int i = 0; i < MOST; i++) args[i] = dwcp_i32(i == 50 ? 0 : i + 1);
        fresh_rows(rows, MOST);
        size_t failed = 0, ran = 0;
        CHECK_STATUS(dwcp_function_call_batch, OK, (work, args, 1, MOST, NULL, &batch, results, 2, rows, &failed, &err));
        for (int i = 0; i < MOST; i++) { /* what did not run stands at the end, and nothing else failed */
            if (rows[i].status == DWCP_ERR_CANCELLED) {
                char number[32];
                snprintf(number, sizeof number, "row %d did not run", i);
                CHECK_HAS(dwcp_error_message(rows[i].error), number);
                CHECK(rows[i].stats.call_id == 0 && rows[i].stats.wall_ns == 0 && rows[i].nresults == 0);
            } else {
                CHECK_EQ(ran, i);
                CHECK_EQ(rows[i].status, i == 50 ? DWCP_ERR_TRAP : DWCP_OK);
                ran++;
            }
        }
        CHECK_EQ(failed, MOST - ran + 1);
        if (threads == 1) CHECK_EQ(ran, 51);
        CHECK(ran >= 51);
        counted(runtime, ran, 1);
        dwcp_batch_rows_clear(rows, MOST);
    }
    /* the last row fails: there is nothing left to be stopped */
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    batch.stop_on_error = true;
    args[2] = dwcp_i32(0);
    size_t failed = 0;
    CHECK_STATUS(dwcp_function_call_batch, OK, (work, args, 1, 3, NULL, &batch, results, 2, rows, &failed, &err));
    CHECK_EQ(failed, 1);
    CHECK_EQ(rows[2].status, DWCP_ERR_TRAP);
    dwcp_batch_rows_clear(rows, 3);
}

static void what_is_refused(dwcp_runtime_t *runtime, const dwcp_module_t *module, const dwcp_function_t *work) {
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_function_t *f = NULL;
    size_t failed = 9;
    args[0] = args[1] = dwcp_i32(1);
    fresh_rows(rows, 2);
    counted(runtime, 3, 1);
    CHECK_STATUS(dwcp_function_call_batch, OK, (work, NULL, 0, 0, NULL, NULL, NULL, 0, NULL, &failed, &err));
    CHECK_EQ(failed, 0);
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, NULL, 1, 2, NULL, NULL, results, 2, rows, &failed, &err));
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 2, NULL, NULL, NULL, 2, rows, &failed, &err));
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 2, NULL, NULL, results, 2, NULL, &failed, &err));
    CHECK_HAS(message(), "rows");
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (NULL, args, 1, 2, NULL, NULL, results, 2, rows, &failed, &err));
    CHECK_STATUS(dwcp_function_call_batch, WRONG_HANDLE,
                 ((const dwcp_function_t *)module, args, 1, 2, NULL, NULL, results, 2, rows, &failed, &err));
    batch.parallelism = 65;
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 2, NULL, &batch, results, 2, rows, &failed, &err));
    CHECK_HAS(message(), "65");
    CHECK_HAS(message(), "64");
    batch.parallelism = 2;
    batch.struct_size = 0;
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 2, NULL, &batch, results, 2, rows, &failed, &err));
    batch.struct_size = sizeof batch;
    options.signature = "i:ii";
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 2, &options, NULL, results, 2, rows, &failed, &err));
    options.signature = NULL;
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    options.wasi = wasi;
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 2, &options, &batch, results, 2, rows, &failed, &err));
    CHECK_HAS(message(), "options.wasi");
    batch.parallelism = 1;
    CHECK_STATUS(dwcp_function_call_batch, OK, (work, args, 1, 2, &options, &batch, results, 2, rows, &failed, &err));
    CHECK_EQ(failed, 0);
    dwcp_wasi_free(wasi);
    options.wasi = NULL;

    /* products and sizes that no address space has */
    const size_t half = SIZE_MAX / 2 + 1;
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, half, 2, NULL, NULL, results, 2, rows, &failed, &err));
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, half, NULL, NULL, results, 2, rows, &failed, &err));
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 2, NULL, NULL, results, half, rows, &failed, &err));
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, NULL, 0, SIZE_MAX, NULL, NULL, NULL, 0, rows, &failed, &err));
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, half / 24, 2, NULL, NULL, NULL, 0, rows, &failed, &err));
    counted(runtime, 2, 0);

    /* what is wrong with every row is said of every row */
    CHECK_STATUS(dwcp_function_call_batch, OK, (work, NULL, 0, 2, NULL, NULL, results, 2, rows, &failed, &err));
    CHECK(failed == 2 && rows[0].status == DWCP_ERR_WRONG_TYPE && rows[1].status == DWCP_ERR_WRONG_TYPE);
    dwcp_batch_rows_clear(rows, 2);
    for (size_t capacity = 0; capacity < 2; capacity++) {
        CHECK_STATUS(dwcp_function_call_batch, OK, (work, args, 1, 2, NULL, NULL, results, capacity, rows, &failed, &err));
        CHECK(failed == 2 && rows[0].status == DWCP_ERR_BUFFER_TOO_SMALL && rows[1].status == DWCP_ERR_BUFFER_TOO_SMALL);
        CHECK(rows[0].nresults == 2 && rows[1].nresults == 2);
        dwcp_batch_rows_clear(rows, 2);
    }
    options.max_memory_bytes = 1;
    CHECK_STATUS(dwcp_function_call_batch, OK, (work, args, 1, 2, &options, NULL, results, 2, rows, NULL, NULL));
    CHECK(rows[0].status == DWCP_ERR_OUT_OF_MEMORY && rows[1].status == DWCP_ERR_OUT_OF_MEMORY);
    dwcp_batch_rows_clear(rows, 2);
    dwcp_module_t *refs = load(runtime, "(module (func (export \"f\") (param externref)))");
    f = function_of(refs, "f");
    args[0] = args[1] = dwcp_externref_null();
    CHECK_STATUS(dwcp_function_call_batch, OK, (f, args, 1, 2, NULL, NULL, NULL, 0, rows, &failed, &err));
    CHECK(failed == 2 && rows[0].status == DWCP_ERR_UNSUPPORTED);
    dwcp_batch_rows_clear(rows, 2);
    dwcp_function_free(f);
    dwcp_module_free(refs);
}

/* Rows as another header lays them out: without the stats, or with fields that this library does not know. */
static void other_headers(const dwcp_function_t *work) {
    struct old_row {
        size_t struct_size;
        dwcp_status_t status;
        uint32_t nresults;
        dwcp_error_t *error;
    } old[3];
    struct new_row {
        dwcp_batch_row_t known;
        uint64_t unknown[3];
    } new[3];
    for (int i = 0; i < 3; i++) {
        args[i] = dwcp_i32(i);
        memset(&old[i], 0, sizeof old[i]);
        memset(&new[i], 0, sizeof new[i]);
        old[i].struct_size = sizeof old[i];
        new[i].known.struct_size = sizeof new[i];
    }
    size_t failed = 0;
    CHECK_STATUS(dwcp_function_call_batch, OK, (work, args, 1, 3, NULL, NULL, results, 2, (dwcp_batch_row_t *)old, &failed, &err));
    CHECK(failed == 1 && old[0].status == DWCP_ERR_TRAP && old[0].error != NULL && old[1].nresults == 2 && old[2].error == NULL);
    dwcp_batch_rows_clear((dwcp_batch_row_t *)old, 3);
    CHECK(old[0].error == NULL && old[0].struct_size == sizeof old[0] && old[2].nresults == 0);
    CHECK_STATUS(dwcp_function_call_batch, OK, (work, args, 1, 3, NULL, NULL, results, 2, &new[0].known, &failed, &err));
    CHECK(failed == 1 && new[0].known.status == DWCP_ERR_TRAP && new[2].known.stats.call_id == new[1].known.stats.call_id + 1);
    CHECK(new[1].unknown[0] == 0 && new[2].unknown[2] == 0);
    dwcp_batch_rows_clear(&new[0].known, 3);

    /* unset, mixed, too small and crooked */
    fresh_rows(rows, 3);
    rows[0].struct_size = 0;
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 3, NULL, NULL, results, 2, rows, &failed, &err));
    dwcp_batch_rows_clear(rows, 3);
    fresh_rows(rows, 3);
    rows[2].struct_size = 0;
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 3, NULL, NULL, results, 2, rows, &failed, &err));
    rows[2].struct_size = sizeof rows[2] + 8;
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 3, NULL, NULL, results, 2, rows, &failed, &err));
    CHECK_HAS(message(), "row 2");
    dwcp_batch_rows_clear(NULL, 0);
    dwcp_batch_rows_clear(NULL, 3);
    dwcp_batch_rows_clear(rows, 0);
    for (int i = 0; i < 3; i++) rows[i].struct_size = 16;
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 1, NULL, NULL, results, 2, rows, &failed, &err));
    CHECK_HAS(message(), "16");
    rows[0].struct_size = 33;
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 3, NULL, NULL, results, 2, rows, &failed, &err));
    CHECK_STATUS(dwcp_function_call_batch, INVALID_ARGUMENT, (work, args, 1, 1, NULL, NULL, results, 2, rows, &failed, &err));
    dwcp_batch_rows_clear(rows, 3);
    fresh_rows(rows, 3);
}

static void strings(const dwcp_module_t *module) {
    dwcp_function_t *echo = NULL;
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "echo", "s:s", &echo, &err));
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    for (uint32_t threads = 1; threads < 5; threads += 3) {
        dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
        batch.parallelism = threads;
        for (size_t i = 0; i < 27; i++) args[i] = dwcp_string_n(letters, i);
        args[9] = dwcp_i32(1);
        args[11] = dwcp_string_n("\xc3(", 2);
        fresh_rows(rows, 27);
        memset(results, 0, sizeof results);
        size_t failed = 0;
        CHECK_STATUS(dwcp_function_call_batch, OK, (echo, args, 1, 27, NULL, &batch, results, 1, rows, &failed, &err));
        CHECK_EQ(failed, 2);
        for (size_t i = 0; i < 27; i++) {
            if (i == 9 || i == 11) {
                CHECK(rows[i].status != DWCP_OK && results[i].kind == 0);
                continue;
            }
            dwcp_slice_t text = dwcp_as_bytes(results[i]);
            CHECK(rows[i].nresults == 1 && text.len == i && memcmp(text.data, letters, i) == 0 && text.data[i] == '\0');
        }
        dwcp_values_clear(results, 27);
        dwcp_batch_rows_clear(rows, 27);
    }
    dwcp_function_free(echo);
}

int main(void) {
    begin();
    dwcp_runtime_t *runtime = endless(0);
    dwcp_module_t *module = load_with(runtime, GUEST, imports);
    dwcp_function_t *work = function_of(module, "work");
    rows_are_calls(runtime, work);
    stop_on_error(runtime, work);
    what_is_refused(runtime, module, work);
    other_headers(work);
    strings(module);
    dwcp_function_free(work);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return done("batch");
}
