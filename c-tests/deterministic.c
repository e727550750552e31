/* Clocks that tell a time of their own, random bytes that follow from a seed, and runtimes whose calls give the same bytes. */
#include "guests.h"

#define WASI "wasi_snapshot_preview1"

/* Each export returns the errno; what the call gave is at 16. */
static const char TIMES_WAT[] =
    "(module"
    " (import \"" WASI "\" \"clock_time_get\" (func $now (param i32 i64 i32) (result i32)))"
    " (import \"" WASI "\" \"clock_res_get\" (func $res (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"random_get\" (func $random (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"poll_oneoff\" (func $poll (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 3)"
    " (func (export \"now\") (param i32) (result i32 i64)"
    "  (call $now (local.get 0) (i64.const 0) (i32.const 16)) (i64.load (i32.const 16)))"
    " (func (export \"resolution\") (param i32) (result i32 i64)"
    "  (call $res (local.get 0) (i32.const 16)) (i64.load (i32.const 16)))"
    " (func (export \"random\") (param i32 i32) (result i32) (call $random (local.get 0) (local.get 1)))"
    /* a sleep on clock 0 until then, and one on clock 1 for so long: the events' number, the userdata of the first */
    " (func (export \"sleep\") (param $id i32) (param $nanos i64) (param $flags i32) (param $other i64) (result i32 i32 i64)"
    "  (i64.store (i32.const 64) (i64.const 11)) (i32.store (i32.const 80) (local.get $id))"
    "  (i64.store (i32.const 88) (local.get $nanos)) (i32.store16 (i32.const 104) (local.get $flags))"
    "  (i64.store (i32.const 112) (i64.const 22)) (i32.store (i32.const 128) (i32.const 1))"
    "  (i64.store (i32.const 136) (local.get $other))"
    "  (call $poll (i32.const 64) (i32.const 256) (i32.const 2) (i32.const 16))"
    "  (i32.load (i32.const 16)) (i64.load (i32.const 256)))"
    /* the bits of a NaN that the machine makes */
    " (func (export \"nan\") (param f32 f64) (result i32 i64)"
    "  (i32.reinterpret_f32 (f32.div (local.get 0) (local.get 0))) (i64.reinterpret_f64 (f64.div (local.get 1) (local.get 1)))))";

enum { BADF = 8, INVAL = 28 };
#define SECOND UINT64_C(1000000000)

typedef struct {
    dwcp_vm_t *vm;
    dwcp_module_t *module;
} guest_t;

static guest_t guest(const dwcp_module_t *module, const dwcp_wasi_t *wasi) {
    guest_t guest = {NULL, NULL};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    REQUIRE(CHECK_STATUS(dwcp_vm_acquire, OK, (module, &options, &guest.vm, &err)));
    REQUIRE((guest.module = dwcp_module_retain(module)) != NULL);
    return guest;
}

static void leave(guest_t guest) {
    dwcp_vm_release(guest.vm);
    dwcp_module_free(guest.module);
}

static void call_in(guest_t guest, const char *name, const dwcp_value_t *args, size_t nargs, dwcp_value_t *results, size_t nresults) {
    dwcp_function_t *function = function_of(guest.module, name);
    size_t n = 0;
    CHECK_STATUS(dwcp_vm_call, OK, (guest.vm, function, args, nargs, NULL, results, nresults, &n, NULL, &err));
    CHECK_EQ(n, nresults);
    dwcp_function_free(function);
}

/* A reading of that clock, which succeeds. */
static uint64_t reading(guest_t guest, const char *what, int32_t clock, int32_t errno_expected) {
    dwcp_value_t id = dwcp_i32(clock), results[2] = {{0}};
    call_in(guest, what, &id, 1, results, 2);
    CHECK_EQ(dwcp_as_i32(results[0]), errno_expected);
    return (uint64_t)dwcp_as_i64(results[1]);
}

static uint64_t now(guest_t guest, int32_t clock) { return reading(guest, "now", clock, 0); }

static void clocks(const dwcp_module_t *module) {
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_clocks, OK, (wasi, 5 * SECOND, 7, &err));
    CHECK_STATUS(dwcp_wasi_set_clocks, INVALID_ARGUMENT, (NULL, 0, 0, &err));
    for (int i = 0; i < 2; i++) { /* each VM begins anew */
        guest_t own = guest(module, wasi);
        CHECK_EQ(now(own, 0), 5 * SECOND);
        CHECK_EQ(now(own, 0), 5 * SECOND + 7);
        CHECK_EQ(now(own, 1), SECOND + 14); /* both move with each reading */
        CHECK_EQ(now(own, 0), 5 * SECOND + 21);
        CHECK_EQ(reading(own, "resolution", 0, 0), 7);
        CHECK_EQ(reading(own, "resolution", 1, 0), 7);
        reading(own, "now", 2, BADF); /* no processor time */
        reading(own, "resolution", 3, BADF);
        reading(own, "now", 9, INVAL);
        leave(own);
    }
    /* they stand still; a guest that sleeps moves them, in no time */
    CHECK_STATUS(dwcp_wasi_set_clocks, OK, (wasi, 0, 0, &err));
    guest_t still = guest(module, wasi);
    CHECK_EQ(now(still, 0), 0);
    CHECK_EQ(now(still, 1), SECOND);
    CHECK_EQ(now(still, 1), SECOND);
    CHECK_EQ(reading(still, "resolution", 0, 0), 1);
    const uint64_t hour = 3600 * SECOND, year = 365 * 24 * hour;
    const struct {
        int32_t clock;
        uint64_t nanos;
        int32_t flags; /* 1: a time, not a span */
        uint64_t other;
        int32_t count;
        uint64_t first, after;
    } sleeps[] = {
        {1, hour, 0, year, 1, 11, hour},
        {0, 2 * hour, 1, year, 1, 11, 2 * hour},
        {0, hour, 1, year, 1, 11, 2 * hour}, /* past already */
        {0, year, 0, hour, 1, 22, 3 * hour},
        {0, hour, 0, hour, 2, 11, 4 * hour},
        {1, SECOND + 5 * hour, 1, UINT64_MAX, 1, 11, 5 * hour},
    };
    for (size_t i = 0; i < sizeof sleeps / sizeof *sleeps; i++) {
        dwcp_value_t args[] = {dwcp_i32(sleeps[i].clock), dwcp_i64((int64_t)sleeps[i].nanos), dwcp_i32(sleeps[i].flags),
                               dwcp_i64((int64_t)sleeps[i].other)};
        dwcp_value_t results[3] = {{0}};
        call_in(still, "sleep", args, 4, results, 3);
        CHECK_EQ(dwcp_as_i32(results[0]), 0);
        CHECK_EQ(dwcp_as_i32(results[1]), sleeps[i].count);
        CHECK_EQ(dwcp_as_i64(results[2]), sleeps[i].first);
        CHECK_EQ(now(still, 0), sleeps[i].after);
        CHECK_EQ(now(still, 1), SECOND + sleeps[i].after);
    }
    leave(still);
    /* at the end of time they stop */
    CHECK_STATUS(dwcp_wasi_set_clocks, OK, (wasi, UINT64_MAX - 1, UINT64_MAX, &err));
    guest_t last = guest(module, wasi);
    CHECK_EQ(now(last, 0), UINT64_MAX - 1);
    CHECK_EQ(now(last, 0), UINT64_MAX);
    CHECK_EQ(now(last, 1), UINT64_MAX);
    leave(last);
    /* the machine's: not before this test was written, and never back */
    guest_t real = guest(module, NULL);
    CHECK(now(real, 0) > 1700000000 * SECOND);
    uint64_t before = now(real, 1);
    CHECK(before >= SECOND && now(real, 1) >= before);
    CHECK_EQ(reading(real, "resolution", 0, 0), 1);
    leave(real);
    dwcp_wasi_free(wasi);
}

static void random_bytes(guest_t guest, uint32_t at, uint32_t length, uint8_t *out) {
    dwcp_value_t args[] = {dwcp_i32((int32_t)at), dwcp_i32((int32_t)length)}, result = {0};
    call_in(guest, "random", args, 2, &result, 1);
    CHECK_EQ(dwcp_as_i32(result), 0);
    CHECK_STATUS(dwcp_vm_read, OK, (guest.vm, at, out, length, &err));
}

enum { MANY = 100000 };
static uint8_t one[MANY], two[MANY];

static void seeds(const dwcp_module_t *module) {
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_random_seed, OK, (wasi, 42, &err));
    CHECK_STATUS(dwcp_wasi_set_random_seed, INVALID_ARGUMENT, (NULL, 0, &err));
    guest_t first = guest(module, wasi), second = guest(module, wasi);
    random_bytes(first, 1000, MANY, one), random_bytes(second, 1000, MANY, two);
    CHECK(memcmp(one, two, MANY) == 0);
    random_bytes(first, 1000, 32, two);
    CHECK(memcmp(one, two, 32) != 0); /* it goes on */
    leave(first), leave(second);
    /* the key stream that the header names, made by another implementation */
    static const uint8_t known[] = {0x6d, 0x71, 0xac, 0xbc, 0x50, 0x82, 0x99, 0x6e, 0x94, 0xe9, 0xc0, 0x91, 0xbf, 0x69, 0x3c, 0x29};
    if (!CHECK(memcmp(one, known, sizeof known) == 0))
        for (size_t i = 0; i < sizeof known; i++) printf("0x%02x, ", one[i]);
    CHECK_STATUS(dwcp_wasi_set_random_seed, OK, (wasi, 43, &err));
    first = guest(module, wasi), second = guest(module, NULL);
    random_bytes(first, 1000, 32, two);
    CHECK(memcmp(one, two, 32) != 0);
    /* without a seed: nobody has seen them before */
    random_bytes(second, 1000, MANY, one), random_bytes(second, 1000, MANY, two);
    CHECK(memcmp(one, two, MANY) != 0);
    int counts[256] = {0};
    for (size_t i = 0; i < MANY; i++) counts[one[i]]++;
    for (int i = 0; i < 256; i++) CHECK(counts[i] > MANY / 512 && counts[i] < MANY / 128);
    leave(first), leave(second);
    dwcp_wasi_free(wasi);
}

static dwcp_runtime_t *deterministic(uint64_t seed) {
    dwcp_config_t *config = new_config(DWCP_PROFILE_DEFAULT);
    CHECK_STATUS(dwcp_config_set_deterministic, OK, (config, true, &err));
    CHECK_STATUS(dwcp_config_set_random_seed, OK, (config, seed, &err));
    return new_runtime(config);
}

/* All that may differ between two calls, in one. */
static const char MIXED_WAT[] =
    "(module"
    " (import \"" WASI "\" \"clock_time_get\" (func $now (param i32 i64 i32) (result i32)))"
    " (import \"" WASI "\" \"random_get\" (func $random (param i32 i32) (result i32)))"
    " (import \"" WASI "\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))"
    " (memory (export \"memory\") 1)"
    " (data (i32.const 0) \"\\40\\00\\00\\00\\40\\00\\00\\00\")"
    " (func (export \"_start\") (local $i i32)"
    "  (loop"
    "   (drop (call $now (i32.const 0) (i64.const 0) (i32.const 64))) (drop (call $now (i32.const 1) (i64.const 0) (i32.const 72)))"
    "   (drop (call $random (i32.const 80) (i32.const 21)))"
    "   (f64.store (i32.const 112) (f64.sqrt (f64.sub (f64.const 0) (f64.convert_i32_u (i32.load (i32.const 80))))))"
    "   (f32.store (i32.const 120) (f32.demote_f64 (f64.load (i32.const 112))))"
    "   (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))"
    "   (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 500))))))";

/* What the program writes; to be freed. */
static uint8_t *written(dwcp_runtime_t *runtime, const dwcp_module_t *module, size_t *length) {
    (void)runtime;
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    dwcp_slice_t slice = {NULL, 0};
    dwcp_call_options_t options = DWCP_CALL_OPTIONS_INIT;
    options.wasi = wasi;
    CHECK_STATUS(dwcp_wasi_set_output, OK, (wasi, 1, DWCP_OUTPUT_CAPTURE, 1 << 20, &err));
    CHECK_STATUS(dwcp_module_run, OK, (module, &options, &(int32_t){0}, NULL, &err));
    CHECK_STATUS(dwcp_wasi_output, OK, (wasi, 1, &slice, NULL, &err));
    uint8_t *bytes = malloc(slice.len + 1);
    REQUIRE(bytes != NULL);
    memcpy(bytes, slice.data, *length = slice.len);
    dwcp_wasi_free(wasi);
    return bytes;
}

static void the_same_call_gives_the_same_bytes(void) {
    dwcp_runtime_t *runtimes[] = {deterministic(1), deterministic(1), deterministic(2), new_runtime(NULL)};
    size_t length = 0, other = 0;
    uint8_t *expected = NULL;
    for (int i = 0; i < 4; i++) {
        dwcp_module_t *module = load(runtimes[i], MIXED_WAT);
        uint8_t *first = written(runtimes[i], module, &length), *second = written(runtimes[i], module, &other);
        CHECK_EQ(length, 500 * 64);
        CHECK(length == other && (memcmp(first, second, length) == 0) == (i < 3));
        if (expected == NULL) expected = first, first = NULL;
        else CHECK((memcmp(expected, second, length) == 0) == (i == 1));
        free(first), free(second);
        dwcp_module_free(module);
    }
    free(expected);
    for (int i = 0; i < 4; i++) dwcp_runtime_free(runtimes[i]);
}

static void nans_are_canonical(void) {
    for (int i = 0; i < 2; i++) {
        dwcp_runtime_t *runtime = i == 0 ? deterministic(0) : new_runtime(NULL);
        dwcp_module_t *module = load(runtime, TIMES_WAT);
        dwcp_value_t args[] = {dwcp_f32(0), dwcp_f64(0)}, results[2] = {{0}};
        test_check_status(call(module, "nan", args, 2, NULL, results, 2, NULL), DWCP_OK, "nan", __FILE__, __LINE__);
        uint32_t narrow = (uint32_t)dwcp_as_i32(results[0]);
        uint64_t wide = (uint64_t)dwcp_as_i64(results[1]);
        if (i == 0) CHECK(narrow == 0x7fc00000 && wide == 0x7ff8000000000000);
#ifdef __x86_64__
        else CHECK(narrow == 0xffc00000 && wide == 0xfff8000000000000); /* what the processor makes */
#endif
        dwcp_module_free(module);
        dwcp_runtime_free(runtime);
    }
}

static void a_call_may_say_otherwise(void) {
    dwcp_runtime_t *runtime = deterministic(42);
    dwcp_module_t *module = load(runtime, TIMES_WAT);
    dwcp_wasi_t *wasi = dwcp_wasi_new();
    CHECK_STATUS(dwcp_wasi_set_random_seed, OK, (wasi, 43, &err));
    guest_t plain = guest(module, NULL), seeded = guest(module, wasi);
    CHECK_EQ(now(plain, 0), SECOND * SECOND); /* 2001-09-09 01:46:40 UTC */
    CHECK_EQ(now(plain, 0), SECOND * SECOND + 1000);
    CHECK_EQ(now(seeded, 1), SECOND);
    random_bytes(plain, 1000, 32, one), random_bytes(seeded, 1000, 32, two);
    CHECK(memcmp(one, two, 32) != 0);
    leave(plain), leave(seeded);
    CHECK_STATUS(dwcp_wasi_set_random_seed, OK, (wasi, 42, &err));
    CHECK_STATUS(dwcp_wasi_set_clocks, OK, (wasi, 3, 0, &err));
    seeded = guest(module, wasi);
    random_bytes(seeded, 1000, 32, two);
    CHECK(memcmp(one, two, 32) == 0);
    CHECK_EQ(now(seeded, 0), 3);
    leave(seeded);
    dwcp_wasi_free(wasi);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
}

int main(void) {
    dwcp_runtime_t *runtime = new_runtime(NULL);
    dwcp_module_t *module = load(runtime, TIMES_WAT);
    clocks(module);
    seeds(module);
    dwcp_module_free(module);
    dwcp_runtime_free(runtime);
    the_same_call_gives_the_same_bytes();
    nans_are_canonical();
    a_call_may_say_otherwise();
    return report("deterministic");
}
