/* The guests of the stress test. */
#ifndef STRESS_GUESTS_H
#define STRESS_GUESTS_H

/* An allocator that never frees: a VM lives for one call, or for a session of a few. */
#define ALLOC                                                                                                     \
    " (global $top (mut i32) (i32.const 4096))"                                                                   \
    " (func (export \"alloc\") (param i32) (result i32) (global.get $top) (global.set $top (i32.and (i32.const -8)" \
    "  (i32.add (global.get $top) (i32.add (local.get 0) (i32.const 7))))))"

/* Packs the address and the length of a string that it was given: "s:s64". */
#define ECHO                                                                                                  \
    " (func (export \"echo\") (param i32 i32) (result i64) (i64.or (i64.shl (i64.extend_i32_u (local.get 0))" \
    "  (i64.const 32)) (i64.extend_i32_u (local.get 1))))"

/* Every way in which a call may end. */
static const char TOOLBOX_WAT[] =
    "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"
    " (memory (export \"memory\") 1 64) (global $g (export \"g\") (mut i32) (i32.const 0))" ALLOC ECHO
    " (func (export \"add\") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"
    " (func (export \"count\") (result i32) (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g))"
    " (func (export \"trap\") unreachable)"
    " (func (export \"div\") (param i32) (result i32) (i32.div_u (i32.const 1000) (local.get 0)))"
    " (func (export \"spin\") (loop (br 0)))"
    " (func (export \"leave\") (param i32) (call $exit (local.get 0)))"
    " (func (export \"hog\") (loop (br_if 0 (i32.ne (memory.grow (i32.const 8)) (i32.const -1)))) unreachable)"
    " (func $down (export \"down\") (param i32) (result i32) (i32.add (call $down (local.get 0)) (i32.const 1))))";

/* What host functions can do. Each load of these bytes has host functions of its own. */
static const char HOST_WAT[] =
    "(module (import \"env\" \"plus\" (func $plus (param i32 i32) (result i32)))"
    " (import \"env\" \"back\" (func $back (param i32) (result i32)))"
    " (import \"env\" \"again\" (func $again (param i32) (result i32)))"
    " (import \"env\" \"fail\" (func $fail)) (import \"env\" \"close\" (func $close (result i32)))"
    " (import \"env\" \"drop\" (func $drop)) (import \"env\" \"poke\" (func $poke (param i32 i32) (result i32)))"
    " (import \"env\" \"greet\" (func $greet (param i32 i32) (result i64)))"
    " (memory (export \"memory\") 1)" ALLOC
    " (func (export \"plus\") (param i32 i32) (result i32) (call $plus (local.get 0) (local.get 1)))"
    " (func (export \"back\") (param i32) (result i32) (call $back (local.get 0)))"
    " (func (export \"double\") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))"
    " (func (export \"again\") (param i32) (result i32) (call $again (local.get 0)))"
    " (func (export \"drop\") (call $drop))"
    " (func (export \"poke\") (param i32 i32) (result i32) (drop (call $poke (local.get 0) (local.get 1)))"
    "  (i32.load8_u (local.get 0)))"
    " (func (export \"fail\") (call $fail)) (func (export \"close\") (result i32) (call $close))"
    " (func (export \"trap\") unreachable)"
    " (func (export \"greet\") (param i32 i32) (result i64) (call $greet (local.get 0) (local.get 1))))";

static const char PARK_WAT[] = "(module (import \"env\" \"park\" (func $p)) (func (export \"park\") (call $p)))";

/* Two modules for an alias that goes to and fro. */
static const char ONE_WAT[] = "(module (func (export \"which\") (result i32) (i32.const 1)))";
static const char TWO_WAT[] = "(module (func (export \"which\") (result i32) (i32.const 2)))";

static const char LIB_WAT[] =
    "(module (memory (export \"memory\") 1) (func (export \"_initialize\") (i32.store (i32.const 0) (i32.const 40)))"
    " (func (export \"bump\") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))";
static const char LINKED_WAT[] =
    "(module (import \"lib\" \"memory\" (memory 1)) (import \"lib\" \"bump\" (func $bump (param i32) (result i32)))"
    " (func (export \"answer\") (result i32) (call $bump (call $bump (i32.load (i32.const 0))))))";

static const char REFERENCES_WAT[] =
    "(module (import \"env\" \"make\" (func $make (result externref)))"
    " (import \"env\" \"inspect\" (func $inspect (param externref funcref) (result i32))) (global $kept (export \"kept\") (mut externref) (ref.null extern)) (elem declare func $add)"
    " (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"
    " (func (export \"keep\") (param externref) (global.set $kept (local.get 0)))"
    " (func (export \"give\") (result externref) (global.get $kept))"
    " (func (export \"round\") (result i32) (call $inspect (call $make) (ref.func $add)))"
    " (func (export \"adder\") (result funcref) (ref.func $add)))";

/* A WASI command that says something and exits with 7, and one that sleeps for an hour. */
static const char HELLO_WAT[] =
    "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32))) (memory (export \"memory\") 1)"
    " (data (i32.const 0) \"\\10\\00\\00\\00\\05\\00\\00\\00\") (data (i32.const 16) \"hello\")"
    " (func (export \"_start\") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))"
    "  (call $exit (i32.const 7))))";
static const char SLEEP_WAT[] =
    "(module (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1) (func (export \"_start\") (i32.store (i32.const 16) (i32.const 1))"
    "  (i64.store (i32.const 24) (i64.const 3600000000000))"
    "  (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))";

/* One of a few modules that differ, for the compiler to have work. */
static const char VARIANT_WAT[] = "(module (func (export \"variant\") (result i32) (i32.const %d)))";

#endif
