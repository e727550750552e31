;; 64 KiB of data, of which a call overwrites one 4 KiB page. run.sh replaces the text of the data
;; segment by 65 536 bytes; the file is a valid module as it stands, too.
;; Returns the first parameter plus the second, so that every guest here has one answer to check.
(module
  (memory (export "memory") 2)
  (data (i32.const 0) "SIXTY_FOUR_KIB")
  (func (export "run") (param i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.const 16384))
    (loop $next
      (i64.store (local.get $at) (i64.extend_i32_u (i32.add (local.get $at) (local.get 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 20480))))
    ;; What was stored last, minus its address, is the first parameter again.
    (i32.add
      (i32.sub (i32.wrap_i64 (i64.load (i32.const 20472))) (i32.const 20472))
      (local.get 1))))
