/* Calls: wrong counts, kinds and names are explained; each call has a fresh VM; initialisation runs once in it. */
#include "guests.h"

static void wrong_arguments(const dwcp_module_t *module) {
    dwcp_function_t *add = function_of(module, "add"), *function = NULL;
    dwcp_value_t args[3] = {dwcp_i32(1), dwcp_i32(2), dwcp_i32(3)}, result = {0};
    size_t n = 9;
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (add, args, 1, NULL, &result, 1, &n, NULL, &err));
    CHECK_HAS(message(), "2");
    CHECK_HAS(message(), "1");
    CHECK_EQ(n, 0);
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (add, args, 3, NULL, &result, 1, &n, NULL, &err));
    args[1] = dwcp_f64(2);
    CHECK_STATUS(dwcp_function_call, WRONG_TYPE, (add, args, 2, NULL, &result, 1, &n, NULL, &err));
    CHECK_HAS(message(), "i32");
    CHECK_HAS(message(), "f64");
    dwcp_function_free(add);

    CHECK_STATUS(dwcp_module_get_function, NOT_FOUND, (module, "fibonaci", NULL, &function, &err));
    CHECK_HAS(message(), "fibonacci");
    CHECK_STATUS(dwcp_module_get_function, NOT_FOUND, (module, "", NULL, &function, &err));
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "memory", NULL, &function, &err));
    CHECK_HAS(message(), "memory");
    CHECK(function == NULL);
}

static void signatures(const dwcp_module_t *module) {
    dwcp_function_t *function = NULL;
    CHECK_STATUS(dwcp_module_get_function, OK, (module, "add", "ii:i", &function, &err));
    dwcp_extern_t type = DWCP_EXTERN_INIT;
    CHECK_STATUS(dwcp_function_type, OK, (function, &type, &err));
    CHECK_STR(type.name, "add");
    CHECK(type.module == NULL && type.kind == DWCP_EXTERN_FUNCTION && type.nparams == 2 && type.nresults == 1);
    CHECK(type.params[0] == DWCP_KIND_I32 && type.results[0] == DWCP_KIND_I32);
    dwcp_function_free(function);
    function = NULL;
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "add", "iI:i", &function, &err));
    CHECK_HAS(message(), "i64");
    CHECK_STATUS(dwcp_module_get_function, WRONG_TYPE, (module, "add", "ii:", &function, &err));
    CHECK_STATUS(dwcp_module_get_function, INVALID_ARGUMENT, (module, "add", "ii", &function, &err));
    CHECK_STATUS(dwcp_module_get_function, INVALID_ARGUMENT, (module, "add", "iX:i", &function, &err));
    CHECK_HAS(message(), "X");
    CHECK_STATUS(dwcp_module_get_function, INVALID_ARGUMENT, (module, "add", "", &function, &err));
    CHECK(function == NULL);
}

static void references_need_a_session(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, "(module (func (export \"ref\") (param externref) (result externref) (local.get 0)))");
    dwcp_function_t *function = NULL;
    /* References live in sessions: the function can be bound, but not called without one. */
    if (CHECK_STATUS(dwcp_module_get_function, OK, (module, "ref", NULL, &function, &err))) {
        dwcp_value_t null = dwcp_externref_null(), back;
        CHECK_STATUS(dwcp_function_call, UNSUPPORTED, (function, &null, 1, NULL, &back, 1, NULL, NULL, &err));
        CHECK_HAS(message(), "dwcp_vm_call");
        dwcp_function_free(function);
        function = NULL;
    }
    CHECK_HAS(message(), "externref");
    dwcp_module_free(module);
}

static void buffers_too_small(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime,
                                 "(module (func (export \"three\") (result i32 i64 f64)"
                                 " (i32.const 1) (i64.const 2) (f64.const 3)))");
    dwcp_function_t *three = function_of(module, "three");
    dwcp_value_t results[3];
    size_t n = 0;
    for (size_t capacity = 0; capacity < 3; capacity++) {
        memset(results, 0x5a, sizeof results);
        CHECK_STATUS(dwcp_function_call, BUFFER_TOO_SMALL, (three, NULL, 0, NULL, results, capacity, &n, NULL, &err));
        CHECK_EQ(n, 3);
        CHECK_EQ(results[0].kind, 0x5a); /* in full or not at all */
    }
    CHECK_STATUS(dwcp_function_call, OK, (three, NULL, 0, NULL, results, 3, &n, NULL, &err));
    CHECK(n == 3 && dwcp_as_f64(results[2]) == 3);
    dwcp_function_free(three);
    dwcp_module_free(module);
}

static void a_fresh_vm_for_each_call(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, COUNTER_WAT);
    dwcp_function_t *count = function_of(module, "count");
    for (int i = 0; i < 200; i++) {
        dwcp_value_t results[2];
        CHECK_STATUS(dwcp_function_call, OK, (count, NULL, 0, NULL, results, 2, NULL, NULL, &err));
        CHECK_EQ(dwcp_as_i32(results[0]), 1);
        CHECK_EQ(dwcp_as_i32(results[1]), 1);
    }
    dwcp_function_free(count);
    dwcp_module_free(module);

    /* the next VM in a slot finds none of what the one before wrote: memory, globals, table */
    static const char fill[] =
        "(module (memory 64) (global $g (mut i64) (i64.const 0)) (table 100 funcref) (elem declare func $f) (func $f)"
        " (func (export \"fill\") (memory.fill (i32.const 0) (i32.const 255) (i32.const 4194304))"
        "  (global.set $g (i64.const -1)) (table.fill (i32.const 0) (ref.func $f) (i32.const 100)))"
        " (func (export \"look\") (result i32) (local $i i32)"
        "  (loop $next (if (i64.ne (i64.load (local.get $i)) (i64.const 0)) (then (return (i32.const 1))))"
        "   (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 512))) (i32.const 4194304))))"
        "  (if (i64.ne (global.get $g) (i64.const 0)) (then (return (i32.const 2))))"
        "  (if (i32.eqz (ref.is_null (table.get (i32.const 99)))) (then (return (i32.const 3))))"
        "  (i32.const 0)))";
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_enable_fuel_metering, OK, (config, false, &err));
    CHECK_STATUS(dwcp_config_set_pool_size, OK, (config, 1, &err));
    CHECK_STATUS(dwcp_config_set_max_live_vms, OK, (config, 1, &err)); /* one slot: it is the same one each time */
    dwcp_runtime_t *one_slot = new_runtime(config);
    module = load(one_slot, fill);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(call(module, "fill", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
        CHECK_EQ(call_i32(module, "look"), 0);
    }
    dwcp_module_free(module);
    dwcp_runtime_free(one_slot);
}

static void initialisation(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime,
                                 "(module (global $g (mut i32) (i32.const 0)) (start $s)"
                                 " (func $s (global.set $g (i32.add (global.get $g) (i32.const 1))))"
                                 " (func (export \"_initialize\") (global.set $g (i32.add (global.get $g) (i32.const 100))))"
                                 " (func (export \"g\") (result i32) (global.get $g)))");
    for (int i = 0; i < 3; i++) CHECK_EQ(call_i32(module, "g"), 101);
    /* called by name it runs once more than by itself */
    CHECK_EQ(call(module, "_initialize", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);

    module = load(runtime, "(module (start $s) (func $s unreachable) (func (export \"f\")))");
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_TRAP);
    dwcp_module_free(module);
    module = load(runtime, "(module (func (export \"_initialize\") unreachable) (func (export \"f\")))");
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_TRAP);
    dwcp_module_free(module);
    /* an _initialize of another type is an export like any other */
    module = load(runtime, "(module (func (export \"_initialize\") (param i32) unreachable) (func (export \"f\")))");
    CHECK_EQ(call(module, "f", NULL, 0, NULL, NULL, 0, NULL), DWCP_OK);
    dwcp_module_free(module);
}

static void traps(dwcp_runtime_t *runtime) {
    static const struct {
        const char *name;
        int32_t code;
    } cases[] = {{"unreachable", DWCP_TRAP_UNREACHABLE},
                 {"bounds", DWCP_TRAP_MEMORY_OUT_OF_BOUNDS},
                 {"divide", DWCP_TRAP_INTEGER_DIVISION_BY_ZERO},
                 {"overflow", DWCP_TRAP_INTEGER_OVERFLOW},
                 {"convert", DWCP_TRAP_BAD_CONVERSION_TO_INTEGER},
                 {"indirect", DWCP_TRAP_TABLE_OUT_OF_BOUNDS},
                 {"null", DWCP_TRAP_INDIRECT_CALL_TO_NULL},
                 {"signature", DWCP_TRAP_BAD_SIGNATURE}};
    dwcp_module_t *module = load(runtime,
                                 "(module $traps (memory 1) (table 2 funcref) (elem (i32.const 1) $other)"
                                 " (func $other (result i64) (i64.const 1)) (func $inner unreachable)"
                                 " (func (export \"unreachable\") (call $inner))"
                                 " (func (export \"bounds\") (drop (i32.load (i32.const 65536))))"
                                 " (func (export \"divide\") (drop (i32.div_s (i32.const 1) (i32.const 0))))"
                                 " (func (export \"overflow\") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))"
                                 " (func (export \"convert\") (drop (i32.trunc_f64_s (f64.const nan))))"
                                 " (func (export \"indirect\") (call_indirect (i32.const 9)))"
                                 " (func (export \"null\") (call_indirect (i32.const 0)))"
                                 " (func (export \"signature\") (call_indirect (i32.const 1))))");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_EQ(call(module, cases[i].name, NULL, 0, NULL, NULL, 0, NULL), DWCP_ERR_TRAP);
        CHECK_EQ(dwcp_error_trap_code(err), cases[i].code);
        CHECK(dwcp_error_limit_name(err) == NULL && !dwcp_error_limit(err, NULL, NULL) && !dwcp_error_exit_code(err, NULL));
        CHECK(dwcp_error_frame_count(err) >= 1);
    }
    dwcp_function_t *function = function_of(module, "unreachable");
    CHECK_STATUS(dwcp_function_call, TRAP, (function, NULL, 0, NULL, NULL, 0, NULL, NULL, &err));
    CHECK_EQ(dwcp_error_frame_count(err), 2);
    dwcp_frame_t frame = DWCP_FRAME_INIT;
    CHECK(dwcp_error_frame(err, 0, &frame));
    CHECK_STR(frame.function, "inner");
    CHECK_STR(frame.module, "traps");
    CHECK(frame.func_index == 1 && frame.offset != UINT64_MAX);
    CHECK(dwcp_error_frame(err, 1, &frame));
    CHECK_EQ(frame.func_index, 2);
    CHECK(!dwcp_error_frame(err, 2, &frame) && !dwcp_error_frame(err, SIZE_MAX, &frame));
    dwcp_function_free(function);
    dwcp_module_free(module);
}

static void statistics(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime,
                                 "(module (memory 3) (func (export \"grow\") (result i32) (memory.grow (i32.const 2)))"
                                 " (func (export \"trap\") (drop (memory.grow (i32.const 1))) unreachable))");
    dwcp_call_stats_t first = DWCP_CALL_STATS_INIT, second = DWCP_CALL_STATS_INIT;
    dwcp_value_t result = {0};
    CHECK_EQ(call(module, "grow", NULL, 0, NULL, &result, 1, &first), DWCP_OK);
    CHECK_EQ(dwcp_as_i32(result), 3);
    CHECK(first.call_id > 0 && first.fuel_used > 0 && first.fuel_exact);
    CHECK(first.wall_ns > 0 && first.wall_ns >= first.execution_ns && first.wall_ns >= first.start_ns && first.wall_ns >= first.wait_ns);
    CHECK_EQ(first.peak_memory_bytes, 5 * 65536);
    CHECK(first.limit_hit == NULL && !first.pool_hit && first.overrun_ns == 0);
    CHECK_EQ(call(module, "trap", NULL, 0, NULL, NULL, 0, &second), DWCP_ERR_TRAP);
    CHECK(second.call_id > first.call_id && second.wall_ns > 0 && !second.fuel_exact);
    CHECK_EQ(second.peak_memory_bytes, 4 * 65536);
    dwcp_module_free(module);

    /* the first execute of new bytes is cold, the next one is not */
    static const char wat[] = "(module (func (export \"nine\") (result i32) (i32.const 9)))";
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, "nine", NULL, 0, NULL, &result, 1, NULL, &first, &err));
    CHECK(first.cold && dwcp_as_i32(result) == 9);
    CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, (const uint8_t *)wat, strlen(wat), NULL, "nine", NULL, 0, NULL, &result, 1, NULL, &first, &err));
    CHECK(!first.cold);
}

static void execute(dwcp_runtime_t *runtime) {
    const uint8_t *bytes = (const uint8_t *)COUNTER_WAT;
    size_t len = strlen(COUNTER_WAT), n = 0;
    dwcp_value_t results[2];
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(dwcp_runtime_execute, OK, (runtime, bytes, len, NULL, "count", NULL, 0, NULL, results, 2, &n, NULL, &err));
        CHECK(n == 2 && dwcp_as_i32(results[0]) == 1 && dwcp_as_i32(results[1]) == 1);
    }
    dwcp_value_t value = dwcp_i32(1);
    CHECK_STATUS(dwcp_runtime_execute, NOT_FOUND, (runtime, bytes, len, NULL, "cuont", NULL, 0, NULL, results, 2, &n, NULL, &err));
    CHECK_HAS(message(), "count");
    CHECK_STATUS(dwcp_runtime_execute, WRONG_TYPE, (runtime, bytes, len, NULL, "count", &value, 1, NULL, results, 2, &n, NULL, &err));
    CHECK_STATUS(dwcp_runtime_execute, BUFFER_TOO_SMALL, (runtime, bytes, len, NULL, "count", NULL, 0, NULL, results, 1, &n, NULL, &err));
    CHECK_EQ(n, 2);
    CHECK_STATUS(dwcp_runtime_execute, INVALID_MODULE, (runtime, (const uint8_t *)"nonsense", 8, NULL, "f", NULL, 0, NULL, results, 2, &n, NULL, &err));
    static const char trap[] = "(module (func (export \"trap\") unreachable))";
    CHECK_STATUS(dwcp_runtime_execute, TRAP, (runtime, (const uint8_t *)trap, strlen(trap), NULL, "trap", NULL, 0, NULL, NULL, 0, &n, NULL, &err));
    CHECK_EQ(n, 0);
}

static void functions_outlive_their_module(dwcp_runtime_t *runtime) {
    dwcp_module_t *module = load(runtime, ADD_WAT);
    dwcp_function_t *add = function_of(module, "add");
    dwcp_module_free(module);
    dwcp_value_t args[2] = {dwcp_i32(2), dwcp_i32(2)}, result = {0};
    CHECK_STATUS(dwcp_function_call, OK, (add, args, 2, NULL, &result, 1, NULL, NULL, &err));
    CHECK_EQ(dwcp_as_i32(result), 4);
    dwcp_function_free(add);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load(runtime,
                                 "(module (memory (export \"memory\") 1)"
                                 " (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"
                                 " (func (export \"fibonacci\") (param i32) (result i32) (local.get 0)))");
    wrong_arguments(module);
    signatures(module);
    dwcp_module_free(module);
    references_need_a_session(runtime);
    buffers_too_small(runtime);
    a_fresh_vm_for_each_call(runtime);
    initialisation(runtime);
    traps(runtime);
    statistics(runtime);
    execute(runtime);
    functions_outlive_their_module(runtime);
    dwcp_runtime_free(runtime);
    return report("calls");
}
