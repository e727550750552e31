/* batch - many rows of arguments in one call: each row has a VM, a limit and an outcome of its own.
 *
 *     cc batch.c -ldwcp_wasm -o batch && ./batch
 */
#include <dwcp_wasm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program with what went wrong; nothing to do when nothing did. It takes the address of the error because C may read
 * the arguments of check(f(..., &error), error) before it calls f. */
static void check(dwcp_status_t status, dwcp_error_t **error) {
    if (status == DWCP_OK) return;
    fprintf(stderr, "%s: %s\n", dwcp_status_name(status), dwcp_error_message(*error)); /* "" for NULL */
    dwcp_error_free(*error);
    exit(1);
}

/* The price of an order: amount * price, less what the number of orders so far gives as a discount. There are none so far,
 * whichever row asks: the global is new in every VM. A price of 0 is a bug of this guest, a negative amount another. */
static const char GUEST[] =
    "(module (global $orders (mut i32) (i32.const 0))"
    " (func (export \"price\") (param $amount i32) (param $price i32) (result i32 i32)"
    "  (if (i32.eqz (local.get $price)) (then unreachable))"
    "  (if (i32.lt_s (local.get $amount) (i32.const 0)) (then (loop $again (br $again))))"
    "  (global.set $orders (i32.add (global.get $orders) (i32.const 1)))"
    "  (i32.mul (local.get $amount) (local.get $price)) (global.get $orders)))";

enum { ROWS = 6, ARGS = 2, RESULTS = 2 };

/* A row says for itself what became of it. */
static void print(const dwcp_batch_row_t *rows, const dwcp_value_t *results, size_t failed) {
    for (int i = 0; i < ROWS; i++) {
        if (rows[i].status == DWCP_OK)
            printf("  row %d: %d, order %d of its VM\n", i, dwcp_as_i32(results[i * RESULTS]), dwcp_as_i32(results[i * RESULTS + 1]));
        else
            printf("  row %d: %s: %s\n", i, dwcp_status_name(rows[i].status), dwcp_error_message(rows[i].error));
    }
    printf("  %zu of %d failed\n", failed, ROWS);
}

int main(void) {
    dwcp_error_t *error = NULL;
    dwcp_runtime_t *runtime = NULL;
    dwcp_module_t *module = NULL;
    dwcp_function_t *price = NULL;
    check(dwcp_runtime_new(NULL, &runtime, &error), &error);
    check(dwcp_module_load(runtime, (const uint8_t *)GUEST, strlen(GUEST), NULL, NULL, &module, &error), &error);
    check(dwcp_module_get_function(module, "price", "ii:ii", &price, &error), &error);

    /* Row by row, one after the other in memory: row i begins at args[i * ARGS]. */
    static const int32_t orders[ROWS][ARGS] = {{3, 250}, {1, 999}, {7, 0}, {2, 100}, {-1, 5}, {10, 10}};
    dwcp_value_t args[ROWS * ARGS], results[ROWS * RESULTS];
    for (int i = 0; i < ROWS * ARGS; i++) args[i] = dwcp_i32(orders[i / ARGS][i % ARGS]);
    dwcp_batch_row_t rows[ROWS];
    for (int i = 0; i < ROWS; i++) dwcp_batch_row_init(&rows[i]);
    size_t failed = 0;

    /* The call itself succeeds: a row that fails is no failure of the batch. What each row may use is the runtime's default
     * here, and so the endless one ends when its fuel is used up. */
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    batch.parallelism = 2; /* this thread and one of the runtime's */
    check(dwcp_function_call_batch(price, args, ARGS, ROWS, NULL, &batch, results, RESULTS, rows, &failed, &error), &error);
    printf("All rows run:\n");
    print(rows, results, failed);
    dwcp_batch_rows_clear(rows, ROWS); /* frees the errors; the rows can be used again */

    /* One after the other, and not further than the first that fails. */
    batch.parallelism = 1;
    batch.stop_on_error = true;
    check(dwcp_function_call_batch(price, args, ARGS, ROWS, NULL, &batch, results, RESULTS, rows, &failed, &error), &error);
    printf("With stop_on_error:\n");
    print(rows, results, failed);
    dwcp_batch_rows_clear(rows, ROWS);

    dwcp_function_free(price);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    return 0;
}
