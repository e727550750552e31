/* Guests that try to take more than they are given, each with the end that it must come to: its status, the limit that is named
 * with its value, the trap. Used one by one and in the soak. */
#ifndef DWCP_HOSTILE_ATTACKS_H
#define DWCP_HOSTILE_ATTACKS_H

#include "guests.h"

#define WASI "wasi_snapshot_preview1"
#define HEAD "(import \"" WASI "\" \"proc_exit\" (func $exit (param i32)))" \
             " (import \"" WASI "\" \"sock_shutdown\" (func $shutdown (param i32 i32) (result i32)))" \
             " (import \"env\" \"swallow\" (func $swallow (param i32))) (import \"env\" \"fire\" (func $fire))"
#define RUN "(func (export \"run\")"
#define FOREVER(body) "(loop " body " (br 0))"
#define MEMORY1 "(memory (export \"memory\") 1)"
/* A guest that gives text by its allocator's and its own word. */
#define ECHO "(func (export \"run\") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))"

/* By what the code is metered. */
enum metering { BOTH, TIME, KINDS };

struct attack {
    const char *name, *wat;
    const char *lib;       /* a module that it is linked with, as "lib" */
    const char *signature; /* NULL: numbers only */
    dwcp_status_t status;
    const char *limit; /* the limit's name, its value in `value` */
    uint64_t value, asked;
    int trap; /* 0: none is looked for */
    /* what the call is given */
    uint64_t fuel, timeout_ns, memory, text;
    uint32_t elements, instances;
    enum metering metering;
    bool unlimited_fuel, output;
};

#define FUEL_OF(n) .status = DWCP_ERR_OUT_OF_FUEL, .limit = "fuel_limit", .value = (n), .asked = (n) + 1, .fuel = (n)
#define OUT_OF_FUEL FUEL_OF(20000)
#define TIMED .status = DWCP_ERR_TIMEOUT, .limit = "max_execution_time_ms", .value = 1, .timeout_ns = 600000, .unlimited_fuel = true
/* The same guest twice: it ends by its fuel, and where fuel is not metered by its deadline. */
#define SPINS(called, ...) SPINS_ON(20000, called, __VA_ARGS__)
#define SPINS_ON(units, called, ...) \
    {.name = called, FUEL_OF(units), __VA_ARGS__}, {.name = called " without fuel", TIMED, .metering = TIME, __VA_ARGS__}, \
    {.name = called " with fuel to spare", TIMED, __VA_ARGS__}
#define TRAPS(called, number, ...) {.name = called, .status = DWCP_ERR_TRAP, .trap = (number), __VA_ARGS__}
#define MEMORY_LIMIT(pages, more) \
    .status = DWCP_ERR_OUT_OF_MEMORY, .limit = "max_memory_bytes", .value = (pages) * 65536u, .asked = ((pages) + (more)) * 65536u, .memory = (pages) * 65536u, .unlimited_fuel = true
#define TABLE_LIMIT(n, more) \
    .status = DWCP_ERR_LIMIT_TABLE, .limit = "max_table_elements", .value = (n), .asked = (n) + (more), .elements = (n), .unlimited_fuel = true
#define LIES .status = DWCP_ERR_GUEST_DATA, .unlimited_fuel = true

/* Grows until it is refused, uses all of it, and then what it did not get. */
#define BOMB_WAT                                                                                                                 \
    "(module (memory 1) " RUN "(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))"                             \
    " (memory.fill (i32.const 0) (i32.const 1) (i32.mul (memory.size) (i32.const 65536)))"                                       \
    " (i32.store (i32.mul (memory.size) (i32.const 65536)) (i32.const 1))))"

static const struct attack ATTACKS[] = {
    /* ---- time ---- */
    SPINS("spinner", .wat = "(module " RUN FOREVER("") "))"),
    SPINS("spinner without a loop", .wat = "(module (func $f (export \"run\") (return_call $f)))"),
    SPINS("start function", .wat = "(module (func $s " FOREVER("") ") (start $s) " RUN "))"),
    SPINS("initialize", .wat = "(module (func (export \"_initialize\") " FOREVER("") ") " RUN "))"),
    SPINS("linked module", .lib = "(module (func (export \"f\") " FOREVER("") "))", .wat = "(module (import \"lib\" \"f\" (func $f)) " RUN " (call $f)))"),
    SPINS("start of a linked module", .lib = "(module (func $s " FOREVER("") ") (start $s) (func (export \"f\")))",
          .wat = "(module (import \"lib\" \"f\" (func $f)) " RUN " (call $f)))"),
    SPINS("allocator", .signature = "s:s", .text = 10,
          .wat = "(module " MEMORY1 ECHO " (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) " FOREVER("") " unreachable))"),
    SPINS("branch tables", .wat = "(module " RUN " (local i32) (loop $a (loop $b (loop $c"
                                  " (local.set 0 (i32.add (local.get 0) (i32.const 7))) (br_table $a $b $c $a $c $b (i32.rem_u (local.get 0) (i32.const 6))))))))"),
    SPINS("indirect calls", .wat = "(module (table 3 funcref) (elem (i32.const 0) $a $b $a) (type $t (func (param i32) (result i32)))"
                                   " (func $a (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))) (func $b (param i32) (result i32) (i32.const 5))"
                                   RUN " (local i32) " FOREVER("(local.set 0 (call_indirect (type $t) (local.get 0) (i32.rem_u (local.get 0) (i32.const 3))))") "))"),
    SPINS("refused memory", .memory = 65536, .wat = "(module " MEMORY1 RUN FOREVER("(drop (memory.grow (i32.const 65535)))") "))"),
    SPINS("refused elements", .elements = 10, .wat = "(module (table 1 funcref) " RUN FOREVER("(drop (table.grow (ref.null func) (i32.const -1)))") "))"),
    /* ---- bulk instructions ---- */
    SPINS("memory.fill", .memory = 16 * 65536, .wat = "(module (memory 16) " RUN FOREVER("(memory.fill (i32.const 0) (i32.const 1) (i32.const 1048576))") "))"),
    SPINS("memory.copy", .memory = 16 * 65536, .wat = "(module (memory 16) " RUN FOREVER("(memory.copy (i32.const 1) (i32.const 0) (i32.const 1048575))") "))"),
    SPINS("memory.init", .wat = "(module (memory 1) (data $d \"0123456789abcdef0123456789abcdef\") " RUN FOREVER("(memory.init $d (i32.const 9) (i32.const 0) (i32.const 32))") "))"),
    SPINS("table.fill", .wat = "(module (table 900 funcref) " RUN FOREVER("(table.fill (i32.const 0) (ref.null func) (i32.const 900))") "))"),
    SPINS("table.copy", .wat = "(module (table 900 funcref) " RUN FOREVER("(table.copy (i32.const 1) (i32.const 0) (i32.const 899))") "))"),
    SPINS("table.init", .wat = "(module (table 9 funcref) (func $f) (elem $e func $f $f $f $f) " RUN FOREVER("(table.init $e (i32.const 3) (i32.const 0) (i32.const 4))") "))"),
    SPINS("nothing, in bulk", .wat = "(module (memory 1) (table 1 funcref) " RUN
                                     FOREVER("(memory.fill (i32.const 0) (i32.const 0) (i32.const 0)) (table.fill (i32.const 0) (ref.null func) (i32.const 0))"
                                             "(drop (memory.grow (i32.const 0))) (drop (table.grow (ref.null func) (i32.const 0)))") "))"),
    /* more than there is costs its fuel before it is looked at */
    {.name = "memory.fill of 4 GiB", OUT_OF_FUEL, .wat = "(module (memory 1) " RUN "(memory.fill (i32.const 0) (i32.const 1) (i32.const -1))))"},
    {.name = "memory.fill of 4 GiB without fuel", .status = DWCP_ERR_TRAP, .trap = DWCP_TRAP_MEMORY_OUT_OF_BOUNDS, .metering = TIME,
     .wat = "(module (memory 1) " RUN "(memory.fill (i32.const 0) (i32.const 1) (i32.const -1))))"},
    {.name = "table.copy of 4 Gi elements", OUT_OF_FUEL, .wat = "(module (table 1 funcref) " RUN "(table.copy (i32.const 0) (i32.const 0) (i32.const -1))))"},
    {.name = "table.copy of 4 Gi elements without fuel", .status = DWCP_ERR_TRAP, .trap = DWCP_TRAP_TABLE_OUT_OF_BOUNDS, .metering = TIME,
     .wat = "(module (table 1 funcref) " RUN "(table.copy (i32.const 0) (i32.const 0) (i32.const -1))))"},
    /* ---- memory ---- */
    {.name = "memory bomb", MEMORY_LIMIT(16, 1), .wat = BOMB_WAT},
    {.name = "memory bomb that gives up", MEMORY_LIMIT(16, 16), .metering = TIME,
     .wat = "(module (memory 1) " RUN "(loop (br_if 0 (i32.ne (memory.grow (memory.size)) (i32.const -1)))) unreachable))"},
    {.name = "memory bomb that exits", MEMORY_LIMIT(16, 60000),
     .wat = "(module " HEAD " (memory 16) " RUN "(drop (memory.grow (i32.const 60000))) (call $exit (i32.const 1))))"},
    {.name = "many memories", MEMORY_LIMIT(16, 1),
     .wat = "(module (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) (memory 1) " RUN
            "(loop (drop (memory.grow 1 (i32.const 1))) (drop (memory.grow 3 (i32.const 1))) (br_if 0 (i32.ne (memory.grow 7 (i32.const 1)) (i32.const -1)))) unreachable))"},
    {.name = "memory that it begins with", MEMORY_LIMIT(3, 1), .wat = "(module (memory 4) " RUN "))"},
    {.name = "memories that they begin with", MEMORY_LIMIT(3, 1), .lib = "(module (memory 2) (func (export \"f\")))",
     .wat = "(module (import \"lib\" \"f\" (func $f)) (memory 2) " RUN "))"},
    {.name = "memory of a linked module", MEMORY_LIMIT(16, 1),
     .lib = "(module (memory 1) (func (export \"f\") (result i32) (memory.grow (i32.const 1))))",
     .wat = "(module (import \"lib\" \"f\" (func $f (result i32))) (memory 1) " RUN "(loop (br_if 0 (i32.ne (call $f) (i32.const -1)))) unreachable))"},
    /* ---- tables ---- */
    {.name = "table bomb", TABLE_LIMIT(900, 1),
     .wat = "(module (table 1 funcref) " RUN "(loop (br_if 0 (i32.ne (table.grow (ref.null func) (i32.const 1)) (i32.const -1)))) (drop (table.get (table.size)))))"},
    {.name = "table bomb that gives up", TABLE_LIMIT(900, 1000000), .metering = TIME,
     .wat = "(module (table 900 funcref) " RUN "(if (i32.eq (table.grow (ref.null func) (i32.const 1000000)) (i32.const -1)) (then unreachable))))"},
    {.name = "many tables", TABLE_LIMIT(900, 1),
     .wat = "(module (table $a 1 funcref) (table $b 1 externref) (table $c 1 funcref) " RUN "(loop (drop (table.grow $a (ref.null func) (i32.const 1)))"
            " (br_if 0 (i32.ne (table.grow $b (ref.null extern) (i32.const 1)) (i32.const -1)))) (drop (table.get $b (i32.const 10000)))))"},
    /* ---- stack ---- */
#define STACK_LIMIT .status = DWCP_ERR_STACK_OVERFLOW, .limit = "max_stack_size_bytes", .value = 1 << 20, .trap = DWCP_TRAP_STACK_OVERFLOW, .unlimited_fuel = true
    {.name = "stack bomb", STACK_LIMIT, .wat = "(module (func $f (result i32) (i32.add (i32.const 1) (call $f))) " RUN "(drop (call $f))))"},
    {.name = "stack bomb by a table", STACK_LIMIT, .metering = TIME,
     .wat = "(module (table 1 funcref) (elem (i32.const 0) $f) (type $t (func (result i32))) (func $f (result i32) (i32.add (i32.const 1) (call_indirect (type $t) (i32.const 0)))) " RUN "(drop (call $f))))"},
    {.name = "stack bomb in a start function", STACK_LIMIT, .wat = "(module (func $f (call $f) (call $f)) (start $f) " RUN "))"},
    /* each overflow is swallowed and tried again: more calls than there is time for */
    {.name = "stack bomb through the host", TIMED,
     .wat = "(module " HEAD MEMORY1 "(func (export \"deeper\") (result i32) (call $swallow (i32.const 2)) (i32.const 0)) " RUN "(call $swallow (i32.const 1))))"},
    /* ---- traps ---- */
    TRAPS("unreachable", DWCP_TRAP_UNREACHABLE, .wat = "(module " RUN "unreachable))"),
    TRAPS("load", DWCP_TRAP_MEMORY_OUT_OF_BOUNDS, .wat = "(module (memory 1) " RUN "(drop (i32.load (i32.const -1)))))"),
    TRAPS("store", DWCP_TRAP_MEMORY_OUT_OF_BOUNDS, .metering = TIME, .wat = "(module (memory 1) " RUN "(i64.store offset=4294967295 (i32.const -1) (i64.const 1))))"),
    TRAPS("misaligned", DWCP_TRAP_HEAP_MISALIGNED, .wat = "(module (memory 1) " RUN "(drop (i32.atomic.load (i32.const 1)))))"),
    TRAPS("table", DWCP_TRAP_TABLE_OUT_OF_BOUNDS, .wat = "(module (table 1 funcref) " RUN "(drop (table.get (i32.const 1)))))"),
    TRAPS("null", DWCP_TRAP_INDIRECT_CALL_TO_NULL, .wat = "(module (table 1 funcref) " RUN "(call_indirect (i32.const 0))))"),
    TRAPS("signature", DWCP_TRAP_BAD_SIGNATURE, .wat = "(module (table 1 funcref) (elem (i32.const 0) $f) (func $f (param i32)) " RUN "(call_indirect (i32.const 0))))"),
    TRAPS("overflow", DWCP_TRAP_INTEGER_OVERFLOW, .wat = "(module (global $g (mut i32) (i32.const -1)) " RUN "(drop (i32.div_s (i32.const 0x80000000) (global.get $g)))))"),
    TRAPS("zero", DWCP_TRAP_INTEGER_DIVISION_BY_ZERO, .wat = "(module (global $g (mut i64) (i64.const 0)) " RUN "(drop (i64.rem_u (i64.const 1) (global.get $g)))))"),
    TRAPS("conversion", DWCP_TRAP_BAD_CONVERSION_TO_INTEGER, .wat = "(module (global $g (mut f64) (f64.const nan)) " RUN "(drop (i32.trunc_f64_s (global.get $g)))))"),
    TRAPS("wait", DWCP_TRAP_ATOMIC_WAIT_NON_SHARED_MEMORY, .wat = "(module (memory 1) " RUN "(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))"),
    TRAPS("dropped data", DWCP_TRAP_MEMORY_OUT_OF_BOUNDS, .wat = "(module (memory 1) (data $d \"1\") " RUN "(data.drop $d) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1))))"),
    TRAPS("data outside", DWCP_TRAP_MEMORY_OUT_OF_BOUNDS, .wat = "(module (memory 1) (data (i32.const 65535) \"12\") " RUN "))"),
    TRAPS("elements outside", DWCP_TRAP_TABLE_OUT_OF_BOUNDS, .wat = "(module (table 1 funcref) (elem (i32.const 1) $f) (func $f) " RUN "))"),
    /* ---- guests that come in again through a host function which does not care how that ended ---- */
#define REENTERS(what) "(module " HEAD MEMORY1 "(func (export \"deeper\") (result i32) " what " (i32.const 0)) " RUN "(call $swallow (i32.const 1)) " FOREVER("") "))"
    {.name = "swallowed fuel", OUT_OF_FUEL, .wat = REENTERS(FOREVER(""))},
    {.name = "swallowed deadline", TIMED, .wat = REENTERS(FOREVER(""))},
    {.name = "swallowed deadline without fuel", TIMED, .metering = TIME, .wat = REENTERS(FOREVER(""))},
    {.name = "swallowed exit", .status = DWCP_ERR_EXIT, .wat = REENTERS("(call $exit (i32.const 3))")},
    {.name = "swallowed exit 0", .status = DWCP_ERR_EXIT, .metering = TIME, .wat = REENTERS("(call $exit (i32.const 0))")},
    {.name = "swallowed denial", .status = DWCP_ERR_DENIED, .wat = REENTERS("(drop (call $shutdown (i32.const 0) (i32.const 0)))")},
    {.name = "swallowed cancel", .status = DWCP_ERR_CANCELLED, .unlimited_fuel = true, .wat = REENTERS("(call $fire) " FOREVER(""))},
    /* fuel that a trap takes along is not counted: this one would run for ever by its fuel alone */
    {.name = "swallowed traps", TIMED,
     .wat = "(module " HEAD MEMORY1 "(func (export \"deeper\") (result i32) (local i32) (loop (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 5000)))) (i32.load (i32.const -1)))"
            RUN FOREVER("(call $swallow (i32.const 1))") "))"},
    {.name = "cancelled by its host", .status = DWCP_ERR_CANCELLED, .wat = "(module " HEAD RUN "(call $fire) " FOREVER("") "))", .unlimited_fuel = true},
    {.name = "cancelled by its host without fuel", .status = DWCP_ERR_CANCELLED, .metering = TIME, .wat = "(module " HEAD RUN "(call $fire) " FOREVER("") "))"},
    /* ---- strings ---- */
#define SAYS(address, length) "(module (memory (export \"memory\") 20) (data (i32.const 100) \"\\ff\\fe\\80\") (func (export \"run\") (result i32 i32) (i32.const " address ") (i32.const " length ")))"
    {.name = "4 GiB of text", LIES, .signature = ":s", .wat = SAYS("0", "-1")},
    {.name = "text over the end", LIES, .signature = ":s", .wat = SAYS("1310719", "2")},
    {.name = "text over 2^32", LIES, .signature = ":b", .wat = SAYS("-1", "-1")},
    {.name = "text that is none", LIES, .signature = ":s", .wat = SAYS("100", "3")},
    {.name = "too much text", .status = DWCP_ERR_LIMIT_RESULT, .limit = "max_result_bytes", .value = 1 << 20, .asked = 1310720, .signature = ":b", .wat = SAYS("0", "1310720"), .unlimited_fuel = true},
    {.name = "too much text twice", .status = DWCP_ERR_LIMIT_RESULT, .limit = "max_result_bytes", .value = 1 << 20, .asked = 1200000, .signature = ":bb", .unlimited_fuel = true,
     .wat = "(module (memory (export \"memory\") 20) (func (export \"run\") (result i32 i32 i32 i32) (i32.const 0) (i32.const 600000) (i32.const 0) (i32.const 600000)))"},
#define ALLOCATOR(body) "(module " MEMORY1 ECHO " (func (export \"malloc\") (param i32) (result i32) " body "))"
    {.name = "allocator that gives nothing", LIES, .signature = "s:s", .text = 100000, .wat = ALLOCATOR("(i32.const 0)")},
    {.name = "allocator that gives too little", LIES, .signature = "s:s", .text = 100000, .wat = ALLOCATOR("(i32.const 64)")},
    {.name = "allocator that gives the end", LIES, .signature = "s:s", .text = 100000, .wat = ALLOCATOR("(i32.const -1)")},
    {.name = "allocator without memory", MEMORY_LIMIT(16, 5), .signature = "s:s", .text = 100000,
     .wat = ALLOCATOR("(loop (br_if 0 (i32.ne (memory.grow (i32.const 5)) (i32.const -1)))) (i32.const 0)")},
    TRAPS("allocator that traps", DWCP_TRAP_UNREACHABLE, .signature = "s:s", .text = 100000, .wat = ALLOCATOR("unreachable")),
    /* ---- system calls: fuel does not count what they do, so a little of it is a lot of time ---- */
#define WRITES "(import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    SPINS_ON(500, "flood of output", .output = true, .wat = "(module " WRITES " (memory (export \"memory\") 1) (data (i32.const 0) \"\\00\\01\\00\\00\\00\\40\\00\\00\") " RUN
                                                    FOREVER("(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))") "))"),
    SPINS_ON(500, "flood of pieces", .wat = "(module " WRITES " (memory (export \"memory\") 1) " RUN FOREVER("(drop (call $write (i32.const 1) (i32.const 0) (i32.const 8000) (i32.const 65000)))") "))"),
    TRAPS("pieces outside", 0, .wat = "(module " WRITES " (memory (export \"memory\") 1) " RUN "(drop (call $write (i32.const 1) (i32.const 65528) (i32.const -1) (i32.const -4)))))"),
    {.name = "sleeper", TIMED, .wat = "(module (import \"" WASI "\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32))) (memory (export \"memory\") 1) " RUN
                                      "(i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const -1)) " FOREVER("(drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))") "))"},
    SPINS_ON(500, "short sleeps", .wat = "(module (import \"" WASI "\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32))) (memory (export \"memory\") 1) " RUN
                                 "(i32.store (i32.const 16) (i32.const 1)) " FOREVER("(drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))") "))"),
    SPINS_ON(500, "many to wait for", .wat = "(module (import \"" WASI "\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32))) (memory (export \"memory\") 1) " RUN
                                     FOREVER("(drop (call $poll (i32.const 0) (i32.const 32768) (i32.const 600) (i32.const 65000)))"
                                             "(drop (call $poll (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0)))") "))"),
    SPINS_ON(500, "random bytes", .wat = "(module (import \"" WASI "\" \"random_get\" (func $get (param i32 i32) (result i32))) (memory (export \"memory\") 1) " RUN
                                 FOREVER("(drop (call $get (i32.const 0) (i32.const 65536)))") "))"),
    SPINS_ON(500, "clocks and yields", .wat = "(module (import \"" WASI "\" \"clock_time_get\" (func $now (param i32 i64 i32) (result i32))) (import \"" WASI "\" \"sched_yield\" (func $yield (result i32)))"
                                      " (memory (export \"memory\") 1) " RUN FOREVER("(drop (call $now (i32.const 1) (i64.const 0) (i32.const 64))) (drop (call $yield))") "))"),
    SPINS_ON(500, "arguments and environment", .output = true,
          .wat = "(module (import \"" WASI "\" \"args_get\" (func $args (param i32 i32) (result i32))) (import \"" WASI "\" \"environ_get\" (func $environ (param i32 i32) (result i32)))"
                 " (memory (export \"memory\") 1) " RUN FOREVER("(drop (call $args (i32.const 0) (i32.const 2100))) (drop (call $environ (i32.const 0) (i32.const 8)))") "))"),
    {.name = "arguments outside", .status = DWCP_ERR_TRAP, .output = true,
     .wat = "(module (import \"" WASI "\" \"args_get\" (func $args (param i32 i32) (result i32))) (memory (export \"memory\") 1) " RUN "(drop (call $args (i32.const 0) (i32.const 65000)))))"},
    /* ---- instances ---- */
    {.name = "instances", .status = DWCP_ERR_LIMIT_INSTANCES, .limit = "max_instances", .value = 1, .asked = 2, .instances = 1,
     .lib = "(module (func (export \"f\")))", .wat = "(module (import \"lib\" \"f\" (func)) " RUN "))"},
};
enum { NATTACKS = sizeof ATTACKS / sizeof *ATTACKS };

#endif
