/* Calls: by function, by bytes, by key and by alias, with every end; batches; WASI commands. */
#ifndef STRESS_CALLS_H
#define STRESS_CALLS_H

#include "hosts.h"

enum { MS = 1000000 };

/* Calls a tool in one of the ways there are. By key it may be that the cache has forgotten it. */
static bool use_tool(struct worker *w, enum tool tool, enum rule rule, const dwcp_value_t *args, size_t nargs,
                     dwcp_call_options_t options, dwcp_value_t *result, int32_t *exit_code) {
    struct world *world = w->world;
    struct step s = begin(w);
    dwcp_status_t status;
    size_t n = 0;
    const uint8_t *bytes = (const uint8_t *)TOOLBOX_WAT;
    size_t len = sizeof TOOLBOX_WAT - 1, capacity = result != NULL;
    const char *name = TOOL[tool].name;
    options.signature = NULL;
    switch (pick(w, 8)) {
    case 0:
        options.signature = TOOL[tool].signature;
        status = dwcp_runtime_execute(world->runtime, bytes, len, NULL, name, args, nargs, &options, result, capacity, &n, &s.stats,
                                      &s.error);
        break;
    case 1: /* the alias was set to the module, and stays whatever the cache forgets */
        options.signature = TOOL[tool].signature;
        status = dwcp_runtime_execute(world->runtime, NULL, 0, "tool", name, args, nargs, &options, result, capacity, &n, &s.stats,
                                      &s.error);
        break;
    case 2: {
        options.signature = TOOL[tool].signature;
        status = dwcp_runtime_execute(world->runtime, NULL, 0, world->toolbox_hash, name, args, nargs, &options, result, capacity, &n,
                                      &s.stats, &s.error);
        if (status == DWCP_ERR_NOT_FOUND) {
            end_call(&s, CALL_KEY, status);
            return false;
        }
        break;
    }
    case 3: { /* bound for this call, and freed before the results are looked at */
        dwcp_function_t *function = NULL;
        struct step bind = begin(w);
        if (!end(&bind, WELL_LOOK, dwcp_module_get_function(world->toolbox, name, TOOL[tool].signature, &function, &bind.error)))
            return false;
        status = dwcp_function_call(function, args, nargs, &options, result, capacity, &n, &s.stats, &s.error);
        dwcp_function_free(function);
        break;
    }
    default: status = dwcp_function_call(world->tools[tool], args, nargs, &options, result, capacity, &n, &s.stats, &s.error); break;
    }
    if (exit_code != NULL && !dwcp_error_exit_code(s.error, exit_code)) *exit_code = -1;
    bool ok = end_call(&s, rule, status);
    if (status == DWCP_OK) SAME(n, capacity);
    return ok;
}

static void call_tool(struct worker *w) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_value_t args[2] = {dwcp_i32((int32_t)pick(w, 1000000)), dwcp_i32((int32_t)pick(w, 1000000))}, result = {0};
    int32_t sum = args[0].of.i32 + args[1].of.i32, code = 0;
    char text[64];
    options.user_data = w;
    switch (pick(w, 12)) {
    case 0: /* a fresh VM: it has not counted before */
        if (use_tool(w, COUNT, CALL_WELL, NULL, 0, options, &result, NULL)) SAME(dwcp_as_i32(result), 1);
        break;
    case 1: use_tool(w, TRAP, CALL_TRAP, NULL, 0, options, NULL, NULL); break;
    case 2:
        args[0] = dwcp_i32(0);
        use_tool(w, DIV, CALL_TRAP, args, 1, options, &result, NULL);
        break;
    case 3:
        options.timeout_ns = (1 + pick(w, 4)) * MS;
        options.fuel = UINT64_MAX;
        use_tool(w, SPIN, CALL_TIMEOUT, NULL, 0, options, NULL, NULL);
        break;
    case 4:
        options.fuel = 1000 + pick(w, 10000);
        use_tool(w, SPIN, CALL_FUEL, NULL, 0, options, NULL, NULL);
        break;
    case 5:
        args[0] = dwcp_i32((int32_t)pick(w, 100));
        if (use_tool(w, LEAVE, CALL_EXIT, args, 1, options, NULL, &code)) SAME(code, args[0].of.i32);
        break;
    case 6:
        options.max_memory_bytes = 1 << 20;
        use_tool(w, HOG, CALL_MEMORY, NULL, 0, options, NULL, NULL);
        break;
    case 7:
        options.fuel = UINT64_MAX;
        use_tool(w, DOWN, CALL_STACK, args, 1, options, &result, NULL);
        break;
    case 8:
    case 9: {
        int length = snprintf(text, sizeof text, "%u says %d", w->number, sum);
        args[0] = dwcp_string(text);
        if (use_tool(w, ECHO_TEXT, CALL_WELL, args, 1, options, &result, NULL)) {
            CHECK_STR(dwcp_as_string(result), text);
            SAME(dwcp_as_bytes(result).len, length);
        }
        dwcp_values_clear(&result, 1);
        break;
    }
    default:
        if (use_tool(w, ADD, CALL_WELL, args, 2, options, &result, NULL)) SAME(dwcp_as_i32(result), sum);
    }
}

/* Calls that are refused before they begin. */
static void call_wrongly(struct worker *w) {
    dwcp_value_t args[2] = {dwcp_i32(1), dwcp_i64(2)}, result = {0};
    size_t n = 0;
    struct step s = begin(w);
    if (pick(w, 2) == 0) {
        end_call(&s, CALL_WRONG_TYPE,
                 dwcp_function_call(w->world->tools[ADD], args, 2, NULL, &result, 1, &n, &s.stats, &s.error));
    } else {
        args[1] = dwcp_i32(2);
        bool small = end_call(&s, CALL_SMALL, dwcp_function_call(w->world->tools[ADD], args, 2, NULL, NULL, 0, &n, &s.stats, &s.error));
        if (small) SAME(n, 1);
    }
}

/* Calls of the host's functions, of a module whose plus adds `number`. */
static void call_host(struct worker *w, const dwcp_module_t *module, int32_t number) {
    static const struct {
        const char *name, *signature;
        enum rule rule;
    } all[] = {{"plus", NULL, CALL_WELL}, {"back", NULL, CALL_WELL},  {"again", NULL, CALL_WELL},
               {"fail", NULL, CALL_HOST}, {"close", NULL, CALL_WELL}, {"greet", "s:s64", CALL_WELL},
               {"poke", NULL, CALL_WELL}};
    uint32_t which = pick(w, sizeof all / sizeof *all);
    dwcp_function_t *function = NULL;
    struct step s = begin(w);
    if (!end(&s, WELL_LOOK, dwcp_module_get_function(module, all[which].name, all[which].signature, &function, &s.error))) return;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.user_data = w;
    dwcp_value_t args[2] = {dwcp_i32((int32_t)pick(w, 1000)), dwcp_i32((int32_t)pick(w, 1000))}, result = {0};
    int32_t a = args[0].of.i32, b = args[1].of.i32;
    if (which == 5) args[0] = dwcp_string("you");
    if (which == 6) args[1] = dwcp_i32('a' + b % 20);
    size_t nargs = which == 0 || which == 6 ? 2 : which == 3 || which == 4 ? 0 : 1, n = 0;
    s = begin(w);
    dwcp_status_t status = dwcp_function_call(function, args, nargs, &options, &result, which != 3, &n, &s.stats, &s.error);
    if (status == DWCP_ERR_HOST_FUNCTION && which == 3) CHECK_HAS(dwcp_error_message(s.error), "no more of this");
    if (end_call(&s, all[which].rule, status)) switch (which) {
        case 0: SAME(dwcp_as_i32(result), a + b + number); break;
        case 1: SAME(dwcp_as_i32(result), 2 * a); break;
        case 2: CHECK(dwcp_as_i32(result) == a + 1 || dwcp_as_i32(result) == -1); break;
        case 4: SAME(dwcp_as_i32(result), DWCP_ERR_BUSY); break;
        case 5: CHECK_STR(dwcp_as_string(result), "hello you"); break;
        case 6: SAME(dwcp_as_i32(result), args[1].of.i32 + 1); break;
        default: break;
        }
    dwcp_values_clear(&result, 1);
    dwcp_function_free(function);
}

/* A host function frees the module, the function and the session that it is called by. */
static void call_and_drop(struct worker *w) {
    dwcp_module_t *module = dwcp_module_retain(w->world->host);
    dwcp_function_t *function = NULL;
    dwcp_vm_t *vm = NULL;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t n = 0;
    options.user_data = w;
    struct step s = begin(w);
    if (!end(&s, WELL_LOOK, dwcp_module_get_function(module, "drop", NULL, &function, &s.error))) {
        dwcp_module_free(module);
        return;
    }
    if (pick(w, 2) == 0) {
        s = begin(w);
        end(&s, CALL_WELL, dwcp_vm_acquire(module, NULL, &vm, &s.error));
    }
    w->drop.module = module, w->drop.function = function, w->drop.vm = vm;
    atomic_store(&w->dropped, false);
    s = begin(w);
    if (vm != NULL) {
        end_call(&s, VM_USE, dwcp_vm_call(vm, function, NULL, 0, &options, NULL, 0, &n, &s.stats, &s.error));
    } else {
        end_call(&s, CALL_WELL, dwcp_function_call(function, NULL, 0, &options, NULL, 0, &n, &s.stats, &s.error));
    }
    if (!atomic_exchange(&w->dropped, true)) { /* it was refused before it began */
        dwcp_vm_release(vm);
        dwcp_function_free(function);
        dwcp_module_free(module);
    }
}

static void call_host_of_all(struct worker *w) { call_host(w, w->world->host, 7); }

static void call_linked(struct worker *w) {
    dwcp_function_t *function = NULL;
    dwcp_value_t result = {0};
    size_t n = 0;
    struct step s = begin(w);
    if (!end(&s, WELL_LOOK, dwcp_module_get_function(w->world->linked, "answer", NULL, &function, &s.error))) return;
    s = begin(w);
    if (end_call(&s, CALL_WELL, dwcp_function_call(function, NULL, 0, NULL, &result, 1, &n, &s.stats, &s.error)))
        SAME(dwcp_as_i32(result), 42);
    dwcp_function_free(function);
}

/* Tokens: one's own, fired before, after and not at all; and those of all, which others fire and reset at any time. */
static void call_with_token(struct worker *w) {
    struct world *world = w->world;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_value_t args[2] = {dwcp_i32(20), dwcp_i32(22)}, result = {0};
    switch (pick(w, 4)) {
    case 0: {
        dwcp_cancel_t *token = dwcp_cancel_new();
        options.cancel = token;
        if (use_tool(w, ADD, CALL_WELL, args, 2, options, &result, NULL)) SAME(dwcp_as_i32(result), 42);
        dwcp_cancel_fire(token);
        CHECK(dwcp_cancel_is_fired(token));
        size_t n = 0;
        struct step s = begin(w);
        end_call(&s, CALL_CANCELLED,
                 dwcp_function_call(world->tools[SPIN], NULL, 0, &options, NULL, 0, &n, &s.stats, &s.error));
        dwcp_cancel_reset(token);
        if (use_tool(w, ADD, CALL_WELL, args, 2, options, &result, NULL)) SAME(dwcp_as_i32(result), 42);
        keep(w, TOKEN, token, 0);
        break;
    }
    case 1:
        options.cancel = world->tokens[pick(w, TOKENS)];
        use_tool(w, ADD, CALL_CANCELLABLE, args, 2, options, &result, NULL);
        break;
    default:
        options.cancel = world->tokens[pick(w, TOKENS)];
        options.timeout_ns = 10 * MS;
        options.fuel = UINT64_MAX;
        use_tool(w, SPIN, CALL_SPIN_CANCELLABLE, NULL, 0, options, NULL, NULL);
    }
}

static void turn_token(struct worker *w) {
    const dwcp_cancel_t *token = w->world->tokens[pick(w, TOKENS)];
    if (pick(w, 3) != 0) dwcp_cancel_fire(token);
    dwcp_cancel_reset(token);
}

/* A batch of divisions, some of which are by zero. Every row has an end of its own. */
static void run_batch(struct worker *w) {
    enum { MOST = 24 };
    struct world *world = w->world;
    dwcp_value_t args[MOST], results[MOST] = {{0}};
    dwcp_batch_row_t rows[MOST];
    dwcp_batch_options_t batch = DWCP_BATCH_OPTIONS_INIT;
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    size_t nrows = pick(w, MOST + 1), nfailed = 0, failed = 0;
    uint32_t zero_of = 1 + pick(w, 8), kind = pick(w, 3);
    bool with_token = pick(w, 3) == 0;
    batch.parallelism = pick(w, 5);
    batch.stop_on_error = pick(w, 2);
    options.user_data = w;
    if (with_token) options.cancel = world->tokens[pick(w, TOKENS)];
    for (size_t i = 0; i < nrows; i++) {
        dwcp_batch_row_init(&rows[i]);
        args[i] = kind == 2 ? dwcp_string("row") : dwcp_i32((int32_t)pick(w, zero_of));
    }
    const dwcp_function_t *function = kind == 0 ? world->tools[DIV] : kind == 1 ? world->again : world->tools[ECHO_TEXT];
    struct step s = begin(w);
    dwcp_status_t status = dwcp_function_call_batch(function, args, 1, nrows, &options, &batch, results, 1, rows, &nfailed, &s.error);
    if (end(&s, WELL, status)) {
        bool after_failure = false;
        for (size_t i = 0; i < nrows; i++) {
            bool began = rows[i].stats.call_id != 0;
            enum rule rule = with_token ? CALL_CANCELLABLE : CALL_WELL;
            if (kind == 0 && args[i].of.i32 == 0 && rows[i].status != DWCP_ERR_CANCELLED) rule = CALL_TRAP;
            CHECK((rows[i].error == NULL) == (rows[i].status == DWCP_OK));
            failed += rows[i].status != DWCP_OK;
            if (rows[i].status != DWCP_OK) atomic_fetch_add(&w->errors, 1);
            if (!began && rows[i].status == DWCP_ERR_CANCELLED) { /* left out */
                CHECK(batch.stop_on_error && (after_failure || batch.parallelism > 1));
                continue;
            }
            struct step row = {w, s.drains_over, NULL, rows[i].stats};
            count_call(w, rows[i].status);
            SAME(began, counts(rows[i].status));
            if (!may_end(&row, rule, rows[i].status)) {
                SAME(rows[i].status, RULE[rule].may[0]);
                fprintf(stderr, "row %zu of a batch: %s\n", i, dwcp_error_message(rows[i].error));
            }
            after_failure = after_failure || rows[i].status != DWCP_OK;
            if (rows[i].status != DWCP_OK) continue;
            if (kind == 0) SAME(dwcp_as_i32(results[i]), 1000 / args[i].of.i32);
            if (kind == 1) CHECK(dwcp_as_i32(results[i]) == args[i].of.i32 + 1 || dwcp_as_i32(results[i]) == -1);
            if (kind == 2) CHECK_STR(dwcp_as_string(results[i]), "row");
        }
        SAME(nfailed, failed);
        atomic_fetch_add(&w->errors_freed, failed);
    }
    dwcp_batch_rows_clear(rows, nrows);
    dwcp_values_clear(results, nrows);
}

/* A command that speaks and exits, or one that sleeps until its time is over. */
static void run_command(struct worker *w) {
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    dwcp_slice_t output = {0};
    bool truncated = false;
    size_t cap = pick(w, 8);
    int32_t code = -1;
    static const char *const arguments[] = {"stress", "hello"};
    SAME(dwcp_wasi_set_output(wasi, 1, DWCP_OUTPUT_CAPTURE, cap, NULL), DWCP_OK);
    SAME(dwcp_wasi_set_args(wasi, arguments, 2, NULL), DWCP_OK);
    SAME(dwcp_wasi_add_env(wasi, "HOME", "/tmp", NULL), DWCP_OK);
    SAME(dwcp_wasi_set_stdin(wasi, (const uint8_t *)"abc", 3, NULL), DWCP_OK);
    options.wasi = wasi;
    struct step s = begin(w);
    if (pick(w, 4) == 0) {
        options.timeout_ns = (1 + pick(w, 5)) * MS;
        options.cancel = w->world->tokens[pick(w, TOKENS)];
        end_call(&s, CALL_SPIN_CANCELLABLE, dwcp_module_run(w->world->sleeper, &options, &code, &s.stats, &s.error));
    } else if (end_call(&s, CALL_WELL, dwcp_module_run(w->world->hello, &options, &code, &s.stats, &s.error))) {
        SAME(code, 7);
        SAME(dwcp_wasi_output(wasi, 1, &output, &truncated, NULL), DWCP_OK);
        SAME(output.len, cap < 5 ? cap : 5);
        CHECK(output.len == 0 || memcmp(output.data, "hello", output.len) == 0);
        SAME(truncated, cap < 5);
    }
    dwcp_wasi_free(wasi);
}

#endif
