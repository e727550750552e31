/* What a guest in C can do to its host, by malice or by mistake. The test knows how each must end. */
#include "dwcp_guest.h"

#if DWCP_GUEST_LIBC
#include <stdio.h>
#endif

DWCP_IMPORT("env", "swallow") void host_swallow(void); /* calls `spin` and does not care how that ends */
DWCP_IMPORT("wasi_snapshot_preview1", "fd_write") int fd_write(int fd, const void *pieces, int count, size_t *written);
DWCP_IMPORT("wasi_snapshot_preview1", "proc_exit") void proc_exit(int code);

static volatile uint32_t sink;
static char *volatile kept; /* what is asked for but never used is no allocation to a compiler */

/* ---- time ---- */

DWCP_EXPORT(spin, ":")
void spin(void) {
    for (;;) sink++;
}

DWCP_EXPORT(spin_with_text, "s:s64")
uint64_t spin_with_text(const char *text, size_t len) {
    for (size_t i = 0;; i = (i + 1) % (len + 1)) sink += i < len ? (uint8_t)text[i] : 1;
}

DWCP_EXPORT(fill, ":")
void fill(void) {
    char *block = (char *)dwcp_alloc(1 << 19);
    for (;;) {
        __builtin_memset(block, (int)sink, 1 << 19);
        sink += (uint8_t)block[sink % (1 << 19)];
    }
}

DWCP_EXPORT(write_all_day, ":")
void write_all_day(void) {
    static const char text[] = "a line of many\n";
    const struct {
        const char *text;
        size_t len;
    } piece = {text, sizeof text - 1};
    size_t written = 0;
    for (;;) sink += (uint32_t)fd_write(1, &piece, 1, &written);
}

DWCP_EXPORT(come_in_again, ":")
void come_in_again(void) {
    for (;;) host_swallow();
}

/* ---- memory and stack ---- */

DWCP_EXPORT(bomb, ":")
void bomb(void) {
    for (;;) {
        kept = (char *)dwcp_alloc(100000);
        __builtin_memset(kept, 1, 100000);
    }
}

DWCP_EXPORT(bomb_that_exits, ":")
void bomb_that_exits(void) {
    while (__builtin_wasm_memory_grow(0, 16) != SIZE_MAX) sink++;
    proc_exit(1);
}

DWCP_EXPORT(bomb_that_copes, ":i")
int32_t bomb_that_copes(void) {
    int32_t grown = 0;
    while (__builtin_wasm_memory_grow(0, 16) != SIZE_MAX) grown++;
    return grown > 0;
}

__attribute__((noinline)) static uint32_t down(uint32_t n) { return sink == 77 ? n : down(n + 1) + sink + 1; }

DWCP_EXPORT(deep, ":i")
int32_t deep(void) { return (int32_t)down(0); }

/* Its locals lie in memory: the guest's own stack there is at its end before the engine's is. */
__attribute__((noinline)) static uint32_t down_with_arrays(uint32_t n) {
    volatile char array[10000];
    array[n % sizeof array] = (char)n;
    return sink == 77 ? n : down_with_arrays(n + 1) + (uint32_t)array[n % 7];
}

DWCP_EXPORT(deep_with_arrays, ":i")
int32_t deep_with_arrays(void) { return (int32_t)down_with_arrays(0); }

/* ---- mistakes ---- */

DWCP_EXPORT(wild_read, ":i")
int32_t wild_read(void) { return *(volatile int32_t *)(uintptr_t)(0xfffffff0u + (sink & 1)); }

DWCP_EXPORT(null_write, ":i")
int32_t null_write(void) {
    *(volatile int32_t *)(uintptr_t)(sink & 1) = 5; /* address 0 is memory like any other */
    return *(volatile int32_t *)(uintptr_t)(sink & 1);
}

DWCP_EXPORT(wild_call, ":")
void wild_call(void) { ((void (*)(void))(uintptr_t)(12345 + (sink & 1)))(); }

DWCP_EXPORT(wrong_call, ":i")
int32_t wrong_call(void) {
    int32_t (*volatile function)(void) = deep;
    return (int32_t)((double (*)(double, double))(uintptr_t)function)(1, 2);
}

DWCP_EXPORT(divide, ":i")
int32_t divide(void) { return (int32_t)(sink + 1) / (int32_t)(sink & 1); }

DWCP_EXPORT(convert, ":i")
int32_t convert(void) {
    int32_t result;
    double huge = 1e30 + sink;
    __asm__("local.get %1\n i32.trunc_f64_s\n local.set %0" : "=r"(result) : "r"(huge));
    return result;
}

DWCP_EXPORT(stop, ":")
void stop(void) { dwcp_panic("no more"); }

DWCP_EXPORT(quit, ":")
void quit(void) { proc_exit(3); }

/* ---- lies ---- */

DWCP_EXPORT(too_long, ":s64")
uint64_t too_long(void) { return dwcp_return("short", UINT32_MAX); }

DWCP_EXPORT(far_away, ":s64")
uint64_t far_away(void) { return dwcp_return((const void *)0xffffff00u, 256); }

DWCP_EXPORT(no_text, ":s64")
uint64_t no_text(void) { return dwcp_return("\xff\xfe", 2); }

/* Destroys what its allocator knows, then has the host ask it for memory. */
DWCP_EXPORT(scribble, "s:i")
int32_t scribble(const char *text, size_t len) {
    __builtin_memset((void *)text, 0xff, len + 64);
    for (int i = 0; i < 100; i++) dwcp_free(dwcp_alloc(len), len);
    return (int32_t)len;
}

#if DWCP_GUEST_LIBC
DWCP_EXPORT(print_all_day, ":")
void print_all_day(void) {
    for (;;) printf("%u %s\n", (unsigned)sink, "a line of many");
}

DWCP_EXPORT(hoard, ":")
void hoard(void) {
    do kept = malloc(10000);
    while (kept != NULL);
    abort();
}

DWCP_EXPORT(leave, ":")
void leave(void) { exit(3); }
#endif
