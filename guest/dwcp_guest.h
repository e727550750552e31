/* dwcp_guest.h - strings and bytes for a WebAssembly guest of dwcp_wasm, written in C or C++. Copy it beside your source.
 *
 *     #include "dwcp_guest.h"
 *
 *     DWCP_EXPORT(greet, "s:s64")
 *     uint64_t greet(const char *name, size_t len) {
 *         char *text = (char *)dwcp_alloc(len + 7);
 *         __builtin_memcpy(text, "Hello, ", 7);
 *         __builtin_memcpy(text + 7, name, len);
 *         dwcp_free(name, len);
 *         return dwcp_return(text, len + 7);
 *     }
 *     DWCP_FREES(greet)
 *
 *     clang --target=wasm32 -O2 -s -mbulk-memory -nostdlib -Wl,--no-entry -Wl,--stack-first -o greet.wasm greet.c
 *     clang --target=wasm32-wasi -O2 -s -mexec-model=reactor -Wl,--stack-first -o greet.wasm greet.c     with wasi-libc
 *     python3 -m ziglang cc --target=wasm32-wasi -O2 -s -mexec-model=reactor -o greet.wasm greet.c       with Zig's
 *
 * A string or bytes parameter is two parameters, (const char *, size_t), without a NUL at the end; an empty one is no memory:
 * address 8, length 0. The guest owns it: give it to dwcp_free, keep it, or leave it where each call has a VM of its own.
 * Without a libc there is no memcpy, memset, memcmp or strlen, and a compiler may make calls of them from a plain loop: with
 * -mbulk-memory __builtin_memcpy, __builtin_memmove and __builtin_memset are instructions, the others are yours to write.
 * Several files of one guest may include this header, C and C++ mixed: what it defines is weak, and the linker keeps one of each.
 */
#ifndef DWCP_GUEST_H
#define DWCP_GUEST_H

#ifndef __wasm32__
#error "dwcp_guest.h is for code that is compiled to 32-bit WebAssembly; a host includes dwcp_wasm.h"
#endif

#include <stddef.h>
#include <stdint.h>

/* 1: memory comes from malloc. 0: there is no libc, and this header brings a small allocator. */
#ifndef DWCP_GUEST_LIBC
#if defined(__wasi__) || defined(__EMSCRIPTEN__)
#define DWCP_GUEST_LIBC 1
#else
#define DWCP_GUEST_LIBC 0
#endif
#endif

#if DWCP_GUEST_LIBC
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#endif

#ifdef __cplusplus
#define DWCP_EXTERN_C extern "C"
#define DWCP_NOEXCEPT noexcept
#else
#define DWCP_EXTERN_C
#define DWCP_NOEXCEPT
#endif
#define DWCP_WEAK DWCP_EXTERN_C __attribute__((weak))
#define DWCP_EXPORTED(name) __attribute__((used, visibility("default"), export_name(name)))

/* DWCP_EXPORT(greet, "s:s64") before a function: exports it by this name, and says in the custom section dwcp.signatures what it
 * takes and gives, so that a host need not know. In C++ the function gets C linkage. */
#define DWCP_EXPORT(name, signature)  \
    DWCP_SIGNATURE(#name, signature); \
    DWCP_EXTERN_C DWCP_EXPORTED(#name)

/* The signature alone, of a function that is exported in another way. */
#define DWCP_SIGNATURE(name, signature) \
    __asm__(".section .custom_section.dwcp.signatures,\"\",@\n.ascii \"" name " " signature "\\n\"\n.text\n")

/* DWCP_IMPORT("env", "log") void host_log(const char *text, size_t len); declares a function of the host. */
#define DWCP_IMPORT(module, name) DWCP_EXTERN_C __attribute__((import_module(module), import_name(name)))

/* DWCP_FREES(greet) after a function that gives dwcp_return of memory from dwcp_alloc: a session, whose VM outlives the call, has
 * that memory freed once it has copied the result. */
#define DWCP_FREES(name)                                                                                   \
    DWCP_EXTERN_C DWCP_EXPORTED("cabi_post_" #name) void dwcp_post_##name(uint64_t result) DWCP_NOEXCEPT { \
        dwcp_free(dwcp_unpack(result).ptr, dwcp_unpack(result).len);                                       \
    }

/* A string or bytes in memory. An s* or b* result is the address of one. */
typedef struct dwcp_str {
    const char *ptr;
    size_t len;
} dwcp_str;

/* An s64 or b64 result: the address in the high half, the length in the low. */
static inline uint64_t dwcp_return(const void *ptr, size_t len) DWCP_NOEXCEPT { return (uint64_t)(uintptr_t)ptr << 32 | len; }

/* The same backwards, for what an imported function gave. */
static inline dwcp_str dwcp_unpack(uint64_t packed) DWCP_NOEXCEPT {
    dwcp_str text = {(const char *)(uintptr_t)(packed >> 32), (size_t)(uint32_t)packed};
    return text;
}

/* Ends the call. The host sees a trap or, where memory was refused, the limit that refused it. */
__attribute__((noreturn)) static inline void dwcp_abort(void) DWCP_NOEXCEPT { __builtin_trap(); }

/* The same with a message, on standard error; without a libc there is none, and the message is dropped. */
__attribute__((noreturn)) static inline void dwcp_panic(const char *message) DWCP_NOEXCEPT {
#if DWCP_GUEST_LIBC
    if (write(2, message, strlen(message)) >= 0) (void)!write(2, "\n", 1);
#endif
    (void)message;
    dwcp_abort();
}

/* Memory. dwcp_alloc is never NULL: the call ends where there is none. 0 bytes are no memory. */
#if DWCP_GUEST_LIBC
static inline void *dwcp_alloc(size_t size) DWCP_NOEXCEPT {
    void *block = size == 0 ? (void *)8 : malloc(size);
    if (block == NULL) dwcp_abort();
    return block;
}
/* `size` is what dwcp_alloc was asked for; the length, of an argument; the length and 1, of a z. */
static inline void dwcp_free(const void *block, size_t size) DWCP_NOEXCEPT {
    if (size != 0) free((void *)block);
}
#else
/* Blocks are powers of two from 16 bytes to 1 GiB. New ones come from the end of memory, freed ones wait in a list for each size. */
typedef struct dwcp_heap_t {
    void *freed[31];
    uintptr_t end;
} dwcp_heap_t;
#ifdef __cplusplus
extern "C" {
#endif
extern unsigned char __heap_base; /* the linker's */
extern dwcp_heap_t dwcp_heap;
void __wasm_call_ctors(void); /* also the linker's: C++ constructors of globals */
#ifdef __cplusplus
}
#endif
__attribute__((weak)) dwcp_heap_t dwcp_heap = {{NULL}, 0};

static inline unsigned dwcp_heap_class(size_t size) DWCP_NOEXCEPT { return size <= 16 ? 4 : 32 - (unsigned)__builtin_clzl(size - 1); }

DWCP_WEAK void *dwcp_alloc(size_t size) DWCP_NOEXCEPT {
    unsigned k = dwcp_heap_class(size);
    if (size == 0) return (void *)8;
    if (k > 30) dwcp_abort();
    void *block = dwcp_heap.freed[k];
    if (block != NULL) {
        dwcp_heap.freed[k] = *(void **)block;
        return block;
    }
    uint64_t start = dwcp_heap.end ? dwcp_heap.end : ((uintptr_t)&__heap_base + 15) / 16 * 16, end = start + (UINT64_C(1) << k);
    uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) << 16;
    if (end >> 32 || (end > have && __builtin_wasm_memory_grow(0, (size_t)((end - have + 0xffff) >> 16)) == (size_t)-1)) dwcp_abort();
    dwcp_heap.end = (uintptr_t)end;
    return (void *)(uintptr_t)start;
}
/* `size` is what dwcp_alloc was asked for; the length, of an argument; the length and 1, of a z. */
DWCP_WEAK void dwcp_free(const void *block, size_t size) DWCP_NOEXCEPT {
    if (size == 0) return;
    *(void **)block = dwcp_heap.freed[dwcp_heap_class(size)];
    dwcp_heap.freed[dwcp_heap_class(size)] = (void *)block;
}

/* Called once in a new VM, before anything else; in the other case the libc has it. */
DWCP_WEAK DWCP_EXPORTED("_initialize") void _initialize(void) DWCP_NOEXCEPT { __wasm_call_ctors(); }
#endif

/* The host puts arguments into memory from here. */
DWCP_WEAK DWCP_EXPORTED("cabi_realloc")
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t new_size) DWCP_NOEXCEPT {
    if (align > 16) dwcp_abort();
    volatile char *block = (volatile char *)dwcp_alloc(new_size); /* volatile: the loop is not made a call of memcpy */
    for (size_t i = 0; i < old_size && i < new_size; i++) block[i] = ((const char *)old)[i];
    dwcp_free(old, old_size);
    return (void *)block;
}

#endif
