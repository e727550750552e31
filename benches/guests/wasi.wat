;; Each export makes one kind of WASI call n times and answers with the bits of all errnos: 0 where every call succeeded. The
;; directory with the file is the first preopened descriptor, 3.
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_get" (func $filestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 256) "default.input")
  ;; A buffer at 1024 whose length is stored before use; what a call reports goes to 16.
  (data (i32.const 0) "\00\04\00\00")
  ;; A subscription at 64: the monotonic clock, 0 ns from now.
  (data (i32.const 80) "\01")

  (func (export "clock_time_get") (param $n i32) (result i32) (local $e i32)
    (loop $l
      (local.set $e (i32.or (local.get $e) (call $clock (i32.const 1) (i64.const 1) (i32.const 16))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $e))
  (func $randoms (param $n i32) (param $len i32) (result i32) (local $e i32)
    (loop $l
      (local.set $e (i32.or (local.get $e) (call $random (i32.const 1024) (local.get $len))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $e))
  (func (export "random_get_8") (param i32) (result i32) (call $randoms (local.get 0) (i32.const 8)))
  (func (export "random_get_256") (param i32) (result i32) (call $randoms (local.get 0) (i32.const 256)))
  (func $writes (param $n i32) (param $len i32) (result i32) (local $e i32)
    (i32.store (i32.const 4) (local.get $len))
    (loop $l
      (local.set $e (i32.or (local.get $e) (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $e))
  (func (export "fd_write_5") (param i32) (result i32) (call $writes (local.get 0) (i32.const 5)))
  (func (export "fd_write_64") (param i32) (result i32) (call $writes (local.get 0) (i32.const 64)))
  (func (export "args") (param $n i32) (result i32) (local $e i32)
    (loop $l
      (local.set $e (i32.or (local.get $e) (call $args_sizes (i32.const 16) (i32.const 20))))
      (local.set $e (i32.or (local.get $e) (call $args (i32.const 1024) (i32.const 2048))))
      (local.set $e (i32.or (local.get $e) (call $environ_sizes (i32.const 16) (i32.const 20))))
      (local.set $e (i32.or (local.get $e) (call $environ (i32.const 1024) (i32.const 2048))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $e))
  (func $opened (result i32) ;; gives the errno; the descriptor is at 32
    (call $open (i32.const 3) (i32.const 1) (i32.const 256) (i32.const 13) (i32.const 0) (i64.const 0x200006) (i64.const 0)
      (i32.const 0) (i32.const 32)))
  (func (export "open_read_close") (param $n i32) (result i32) (local $e i32)
    (i32.store (i32.const 4) (i32.const 4096))
    (loop $l
      (local.set $e (i32.or (local.get $e) (call $opened)))
      (local.set $e (i32.or (local.get $e) (call $read (i32.load (i32.const 32)) (i32.const 0) (i32.const 1) (i32.const 16))))
      (local.set $e (i32.or (local.get $e) (i32.xor (i32.load (i32.const 16)) (i32.const 2048))))
      (local.set $e (i32.or (local.get $e) (call $close (i32.load (i32.const 32)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $e))
  (func (export "fd_filestat_get") (param $n i32) (result i32) (local $e i32)
    (local.set $e (call $opened))
    (loop $l
      (local.set $e (i32.or (local.get $e) (call $filestat (i32.load (i32.const 32)) (i32.const 1024))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.or (local.get $e) (call $close (i32.load (i32.const 32)))))
  (func (export "poll_oneoff") (param $n i32) (result i32) (local $e i32)
    (loop $l
      (local.set $e (i32.or (local.get $e) (call $poll (i32.const 64) (i32.const 256) (i32.const 1) (i32.const 16))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $e)))
