# Writes a module of many different functions, each with loops, branches and memory accesses: something to compile.
BEGIN {
  print "(module\n  (memory (export \"memory\") 1)"
  for (i = 0; i < functions; i++) {
    printf "  (func $f%d (param $a i32) (param $b i32) (result i32) (local $i i32) (local $s i64)\n", i
    for (j = 0; j < 3; j++) {
      printf "    (loop $l%d\n", j
      printf "      (local.set $s (i64.xor (i64.mul (local.get $s) (i64.const %d)) (i64.extend_i32_u (local.get $b))))\n", i * 7919 + j * 31 + 3
      printf "      (i64.store (i32.and (i32.mul (local.get $i) (i32.const %d)) (i32.const 65528)) (local.get $s))\n", 8 * (j + 1)
      printf "      (if (i64.lt_s (local.get $s) (i64.const %d))\n", i * 104729 + j
      printf "        (then (local.set $a (i32.add (local.get $a) (i32.load (i32.and (local.get $a) (i32.const 65532))))))\n"
      printf "        (else (local.set $b (i32.rotl (local.get $b) (i32.const %d)))))\n", (i + j) % 31 + 1
      if (i > 0) printf "      (if (i32.eqz (local.get $a)) (then (local.set $a (call $f%d (local.get $b) (local.get $i)))))\n", i - 1
      printf "      (local.set $i (i32.add (local.get $i) (i32.const 1)))\n"
      printf "      (br_if $l%d (i32.lt_u (local.get $i) (i32.const %d))))\n", j, 16 * (j + 1)
    }
    print "    (i32.add (local.get $a) (i32.wrap_i64 (local.get $s))))"
  }
  printf "  (func (export \"run\") (param i32 i32) (result i32)\n    (call $f%d (local.get 0) (local.get 1))))\n", functions - 1
}
