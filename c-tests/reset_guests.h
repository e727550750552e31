/* The guest of the reset test: it looks whether everything in its VM is as its module says, tells the host, then dirties all of
 * it and ends as it is told. What it finds dirty, an earlier guest left. */
#ifndef DWCP_RESET_GUESTS_H
#define DWCP_RESET_GUESTS_H

#include "guests.h"

enum end { END_WELL, END_TRAP, END_TIMEOUT, END_CANCEL, END_EXIT, END_HOST, END_FUEL, END_STACK, END_MEMORY, ENDS };

/* What a guest reports, with where it is. */
enum found { CLEAN, SIZE, MEMORY, DATA, SECOND, TABLE_SIZE, ELEMENT, REFERENCE, GLOBAL, PASSIVE, GROWN, GROWN_SECOND };

/* Memory `m` from one address to another, both multiples of 64: -1, or the address of the first byte that is not zero. */
#define SCAN(m)                                                                                                                  \
    "(func $scan" m " (param $at i32) (param $end i32) (result i32)"                                                             \
    " (block $dirty (loop $next"                                                                                                 \
    "  (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const -1))))"                                          \
    "  (br_if $dirty (v128.any_true (v128.or"                                                                                    \
    "   (v128.or (v128.load " m " (local.get $at)) (v128.load " m " offset=16 (local.get $at)))"                                 \
    "   (v128.or (v128.load " m " offset=32 (local.get $at)) (v128.load " m " offset=48 (local.get $at))))))"                    \
    "  (local.set $at (i32.add (local.get $at) (i32.const 64))) (br $next)))"                                                    \
    " (loop $byte (if (i32.load8_u " m " (local.get $at)) (then (return (local.get $at))))"                                      \
    "  (local.set $at (i32.add (local.get $at) (i32.const 1))) (br $byte)) unreachable)"

#define REPORT(kind, where) "(then (call $found (i32.const " kind ") (i64.extend_i32_u " where ")))"

/* Where memory 0, the table, the functions in it and a global stand: in the module itself, or in one that it is linked with. */
#define OWN                                                                                                                      \
    "(memory $m (export \"memory\") %3$u) (table $t (export \"table\") 6 funcref) (global $g32 (export \"g32\") (mut i32) (i32.const 7))"
#define LINKED                                                                                                                   \
    "(memory $m (export \"memory\") (import \"lib\" \"memory\") 1) (import \"lib\" \"table\" (table $t 1 funcref)) (import \"lib\" \"g32\" (global $g32 (mut i32)))"
static const char LIB_WAT[] MAYBE_UNUSED =
    "(module (memory (export \"memory\") %1$u) (table (export \"table\") 6 funcref) (global (export \"g32\") (mut i32) (i32.const 7)))";

/* Printed with: 1 address of the active data, 2 a hexadecimal digit of theirs, 3 pages. `place` is OWN or LINKED. */
#define RESET_WAT(place)                                                                                                         \
    "(module"                                                                                                                    \
    " (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"                                                \
    " (import \"env\" \"found\" (func $found (param i32 i64)))"                                                                  \
    " (import \"env\" \"object\" (func $object (result externref)))"                                                             \
    " (import \"env\" \"fail\" (func $fail))"                                                                                    \
    " (import \"env\" \"fire\" (func $fire)) " place                                                                             \
    " (memory $n 1) (table $x (export \"objects\") 5 externref)"                                                                 \
    " (global $g64 (mut i64) (i64.const -9)) (global $gf (mut f64) (f64.const 2.5))"                                             \
    " (global $gv (mut v128) (v128.const i64x2 1 2)) (global $gr (mut funcref) (ref.func $two)) (global $gx (mut externref) (ref.null extern))" \
    " (type $number (func (result i32)))"                                                                                        \
    " (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2)) (func $three (result i32) (i32.const 3))"    \
    " (elem (table $t) (i32.const 0) func $one $two) (elem $e func $two $one) (elem declare func $three)"                        \
    " (data (memory $m) (i32.const %1$u) \"\\%2$x%2$x\\%2$x%2$x\\%2$x%2$x\\%2$x%2$x\\%2$x%2$x\\%2$x%2$x\\%2$x%2$x\\%2$x%2$x\")"   \
    " (data (memory $n) (i32.const 128) \"neighbour\") (data $p \"passives\")" SCAN("$m") SCAN("$n")                             \
    " (func $look (local $end i32) (local $i i32)"                                                                               \
    "  (local.set $end (i32.mul (memory.size $m) (i32.const 65536)))"                                                            \
    "  (if (i32.ne (memory.size $m) (i32.const %3$u)) " REPORT("1", "(memory.size $m)") ")"                                      \
    "  (if (i32.ne (local.tee $i (call $scan$m (i32.const 0) (i32.const %1$u))) (i32.const -1)) " REPORT("2", "(local.get $i)") ")" \
    "  (if (i64.ne (i64.load $m (i32.const %1$u)) (i64.const 0x%2$x%2$x%2$x%2$x%2$x%2$x%2$x%2$x%2$x%2$x%2$x%2$x%2$x%2$x%2$x%2$x))" REPORT("3", "(i32.const %1$u)") ")" \
    /* the rest of the data's line, by words */                                                                                  \
    "  (local.set $i (i32.const 8))"                                                                                             \
    "  (loop $word (if (i64.ne (i64.load $m offset=%1$u (local.get $i)) (i64.const 0)) " REPORT("2", "(local.get $i)") ")"       \
    "   (br_if $word (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 64))))"                          \
    "  (if (i32.ne (local.tee $i (call $scan$m (i32.add (i32.const %1$u) (i32.const 64)) (local.get $end))) (i32.const -1)) " REPORT("2", "(local.get $i)") ")" \
    "  (if (i32.ne (memory.size $n) (i32.const 1)) " REPORT("1", "(memory.size $n)") ")"                                         \
    "  (if (i64.ne (i64.load $n (i32.const 128)) (i64.const 0x756f62686769656e)) " REPORT("4", "(i32.const 128)") ")"            \
    "  (if (i32.ne (local.tee $i (call $scan$n (i32.const 0) (i32.const 128))) (i32.const -1)) " REPORT("4", "(local.get $i)") ")" \
    "  (if (i32.ne (local.tee $i (call $scan$n (i32.const 192) (i32.const 65536))) (i32.const -1)) " REPORT("4", "(local.get $i)") ")" \
    "  (if (i32.ne (table.size $t) (i32.const 6)) " REPORT("5", "(table.size $t)") ")"                                           \
    "  (if (i32.ne (table.size $x) (i32.const 5)) " REPORT("5", "(table.size $x)") ")"                                           \
    "  (if (i32.ne (call_indirect $t (type $number) (i32.const 0)) (i32.const 1)) " REPORT("6", "(i32.const 0)") ")"             \
    "  (if (i32.ne (call_indirect $t (type $number) (i32.const 1)) (i32.const 2)) " REPORT("6", "(i32.const 1)") ")"             \
    "  (local.set $i (i32.const 2))"                                                                                             \
    "  (loop $null (if (i32.eqz (ref.is_null (table.get $t (local.get $i)))) " REPORT("6", "(local.get $i)") ")"                 \
    "   (br_if $null (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 6))))"                           \
    "  (local.set $i (i32.const 0))"                                                                                             \
    "  (loop $none (if (i32.eqz (ref.is_null (table.get $x (local.get $i)))) " REPORT("7", "(local.get $i)") ")"                 \
    "   (br_if $none (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5))))"                           \
    "  (if (i32.ne (global.get $g32) (i32.const 7)) " REPORT("8", "(i32.const 32)") ")"                                          \
    "  (if (i64.ne (global.get $g64) (i64.const -9)) " REPORT("8", "(i32.const 64)") ")"                                         \
    "  (if (f64.ne (global.get $gf) (f64.const 2.5)) " REPORT("8", "(i32.const 65)") ")"                                         \
    "  (if (i64.ne (i64x2.extract_lane 1 (global.get $gv)) (i64.const 2)) " REPORT("8", "(i32.const 128)") ")"                   \
    "  (if (i32.eqz (ref.is_null (global.get $gx))) " REPORT("8", "(i32.const 1)") ")"                                           \
    "  (table.set $t (i32.const 4) (global.get $gr))"                                                                            \
    "  (if (i32.ne (call_indirect $t (type $number) (i32.const 4)) (i32.const 2)) " REPORT("8", "(i32.const 2)") ")"             \
    /* a segment that an earlier guest dropped would trap here */                                                                \
    "  (memory.init $m $p (i32.const 0) (i32.const 0) (i32.const 8))"                                                            \
    "  (if (i64.ne (i64.load $m (i32.const 0)) (i64.const 0x7365766973736170)) " REPORT("9", "(i32.const 0)") ")"                \
    "  (table.init $t $e (i32.const 2) (i32.const 0) (i32.const 2))"                                                             \
    "  (if (i32.ne (call_indirect $t (type $number) (i32.const 3)) (i32.const 1)) " REPORT("9", "(i32.const 3)") "))"            \
    /* what is grown is zero too, wherever a guest before had grown to */                                                        \
    " (func $grow (param $pages i32) (local $old i32) (local $i i32)"                                                            \
    "  (local.set $old (i32.mul (memory.grow $m (local.get $pages)) (i32.const 65536)))"                                         \
    "  (if (i32.ne (local.tee $i (call $scan$m (local.get $old) (i32.mul (memory.size $m) (i32.const 65536)))) (i32.const -1)) " REPORT("10", "(local.get $i)") ")" \
    "  (local.set $old (i32.mul (memory.grow $n (i32.const 2)) (i32.const 65536)))"                                              \
    "  (if (i32.ne (local.tee $i (call $scan$n (local.get $old) (i32.mul (memory.size $n) (i32.const 65536)))) (i32.const -1)) " REPORT("11", "(local.get $i)") "))" \
    " (func $dirty"                                                                                                              \
    "  (memory.fill $m (i32.const 0) (i32.const 0xa5) (i32.mul (memory.size $m) (i32.const 65536)))"                             \
    "  (memory.fill $n (i32.const 0) (i32.const 0x5a) (i32.mul (memory.size $n) (i32.const 65536)))"                             \
    "  (drop (table.grow $t (ref.func $three) (i32.const 9))) (table.fill $t (i32.const 0) (ref.func $three) (table.size $t))"   \
    "  (drop (table.grow $x (call $object) (i32.const 9))) (table.fill $x (i32.const 0) (call $object) (table.size $x))"         \
    "  (global.set $g32 (i32.const -1)) (global.set $g64 (i64.const -1)) (global.set $gf (f64.const -1))"                        \
    "  (global.set $gv (v128.const i64x2 -1 -1)) (global.set $gr (ref.func $three)) (global.set $gx (call $object))"             \
    "  (data.drop $p) (elem.drop $e))"                                                                                           \
    " (func $deep (result i32) (i32.add (i32.const 1) (call $deep)))"                                                            \
    " (func (export \"round\") (param $end i32) (param $pages i32)"                                                              \
    "  (call $look) (call $grow (local.get $pages)) (call $found (i32.const 0) (i64.const 0)) (call $dirty)"                     \
    "  (if (i32.eq (local.get $end) (i32.const 1)) (then unreachable))"                                                          \
    "  (if (i32.eq (local.get $end) (i32.const 2)) (then (loop (br 0))))"                                                        \
    "  (if (i32.eq (local.get $end) (i32.const 3)) (then (call $fire) (loop (br 0))))"                                           \
    "  (if (i32.eq (local.get $end) (i32.const 4)) (then (call $exit (i32.const 3))))"                                           \
    "  (if (i32.eq (local.get $end) (i32.const 5)) (then (call $fail)))"                                                         \
    "  (if (i32.eq (local.get $end) (i32.const 6)) (then (loop (memory.fill $m (i32.const 0) (i32.const 1) (i32.const 65536)) (br 0))))" \
    "  (if (i32.eq (local.get $end) (i32.const 7)) (then (drop (call $deep))))"                                                  \
    "  (if (i32.eq (local.get $end) (i32.const 8)) (then (if (i32.eq (memory.grow $m (i32.const 30000)) (i32.const -1)) (then unreachable)))))" \
    ")"

static const dwcp_status_t END_STATUS[ENDS] MAYBE_UNUSED = {DWCP_OK,       DWCP_ERR_TRAP,          DWCP_ERR_TIMEOUT,     DWCP_ERR_CANCELLED,
                                                            DWCP_ERR_EXIT, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_STACK_OVERFLOW,
                                                            DWCP_ERR_OUT_OF_MEMORY};

#endif
