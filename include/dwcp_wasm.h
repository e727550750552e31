/*
 * dwcp_wasm.h - pooled, sandboxed, limited and measured WebAssembly for C hosts.
 *
 * THE CONTRACT. It holds for every function below; a function's own comment says what is particular to it.
 *
 *  Status      Functions that can fail return dwcp_status_t: DWCP_OK (0), or a code whose hundreds give its class:
 *              1xx the caller, 2xx the module, 3xx the guest, 4xx a limit, 5xx capacity, 9xx the library or the system.
 *              Any of them may also return DWCP_ERR_WRONG_HANDLE, DWCP_ERR_FORKED, DWCP_ERR_OS and DWCP_ERR_PANIC without
 *              naming it.
 *  Errors      The last parameter, dwcp_error_t **error, may be NULL. Otherwise it is set to NULL on entry and, on failure,
 *              to an immutable error object that you free with dwcp_error_free. No error is kept in the thread. Do not write
 *              check(f(..., &error), error): C may read `error` before the call. Keep the status in a variable, or pass &error.
 *  Results     Single out-parameters are set to NULL, zero or false on entry. Arrays (`results`, `out` of a list) are written
 *              in full on success and left as they were otherwise. The error, call statistics and a needed count are written
 *              on failure too.
 *  NULL        A NULL pointer is never dereferenced: where one is not allowed, the answer is DWCP_ERR_INVALID_ARGUMENT with
 *              the parameter's name. NULL with a length of 0 is empty. Every *_free(NULL) does nothing.
 *  Strings     const char * is NUL-terminated UTF-8, unless a length follows it. Bytes, names and strings are copied.
 *  Structs     Structs that begin with struct_size are initialised by their DWCP_..._INIT macro or dwcp_..._init function.
 *              A smaller struct_size (an older header) means defaults for the tail; a larger one needs a tail of zeroes.
 *  Handles     Opaque; _new, _load, _get and _retain give one that you own, _free gives it back, in any order: a handle keeps
 *              what it needs alive. A handle of another runtime, of a closed one or of another kind gets an error.
 *  Values      Arguments borrow the strings and bytes that they point at for the call. Results own theirs, with a NUL behind them:
 *              give them back with dwcp_values_clear, which is safe on every value. References are numbers that mean something
 *              in their own VM only.
 *  Threads     Handles may be used from any number of threads, except a config, an imports set and WASI settings: one thread
 *              at a time. A session (dwcp_vm_t) answers DWCP_ERR_BUSY to a second thread. A caller handle is valid only inside
 *              its callback, on its thread, and not from a callback further in, which has its own.
 *  Callbacks   Run on the native stack of an OS thread, with no lock of the library held. They must return: no longjmp, no
 *              exception. A finalizer runs exactly once, after the last call that could use its user data. A call made from
 *              inside one has limits of its own: give it dwcp_caller_remaining_ns as its timeout_ns, and a share of the fuel.
 *  Process     Nothing starts when the library is loaded. Its signal handlers chain to those that were there. In a child
 *              forked after a runtime was made every function answers DWCP_ERR_FORKED: exec, or fork first.
 *              A child forked inside a callback must not return from it.
 *  Not covered Use after free, freeing twice, a buffer shorter than the length given with it, and the process running out of
 *              memory: these are undefined, as in C. What can be recognised gets DWCP_ERR_WRONG_HANDLE.
 */

#ifndef DWCP_WASM_H
#define DWCP_WASM_H

/* Generated from src/ffi by `make header`: do not edit. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Version of this header, first number: 0 until the API is frozen. */
#define DWCP_VERSION_MAJOR 0
/** Second number: while the first is 0, a change may break source compatibility. */
#define DWCP_VERSION_MINOR 1
/** Third number: repairs only. */
#define DWCP_VERSION_PATCH 0
/** The binary interface of this header. A library that answers another dwcp_abi_version() must not be used with it. */
#define DWCP_ABI_VERSION 1u

/* Marks what the shared library exports; a host that hides its own symbols by default still sees these. */
#if defined(__GNUC__)
#define DWCP_API __attribute__((visibility("default")))
#else
#define DWCP_API
#endif

/* Stops the compiler when a struct's layout is not the library's; in C99 by an array type of negative size. */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define DWCP_ASSERT_LAYOUT(condition, name) static_assert(condition, #name)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define DWCP_ASSERT_LAYOUT(condition, name) _Static_assert(condition, #name)
#else
#define DWCP_ASSERT_LAYOUT(condition, name) typedef char dwcp_assert_##name[(condition) ? 1 : -1]
#endif

/** No trap. */
#define DWCP_TRAP_NONE (-1)
/** The guest's calls are nested too deep. */
#define DWCP_TRAP_STACK_OVERFLOW 1
/** An access outside a memory. */
#define DWCP_TRAP_MEMORY_OUT_OF_BOUNDS 2
/** An atomic access that is not aligned. */
#define DWCP_TRAP_HEAP_MISALIGNED 3
/** An access outside a table. */
#define DWCP_TRAP_TABLE_OUT_OF_BOUNDS 4
/** An indirect call of an empty table element. */
#define DWCP_TRAP_INDIRECT_CALL_TO_NULL 5
/** An indirect call of a function of another type. */
#define DWCP_TRAP_BAD_SIGNATURE 6
/** An integer operation whose result does not fit. */
#define DWCP_TRAP_INTEGER_OVERFLOW 7
/** An integer division by zero. */
#define DWCP_TRAP_INTEGER_DIVISION_BY_ZERO 8
/** A float that has no integer of the wanted type. */
#define DWCP_TRAP_BAD_CONVERSION_TO_INTEGER 9
/** The `unreachable` instruction: how most languages end a panic or an abort. */
#define DWCP_TRAP_UNREACHABLE 10
/** The guest was interrupted. */
#define DWCP_TRAP_INTERRUPT 11
/** The fuel is used up. */
#define DWCP_TRAP_OUT_OF_FUEL 12
/** An atomic wait on a memory that is not shared. */
#define DWCP_TRAP_ATOMIC_WAIT_NON_SHARED_MEMORY 13
/** A null reference was used. */
#define DWCP_TRAP_NULL_REFERENCE 14
/** Another trap; the message names it. */
#define DWCP_TRAP_OTHER 99
/** No value: what a zeroed dwcp_value_t is. */
#define DWCP_KIND_NONE 0
/** A 32-bit integer, `of.i32`; signed or unsigned is the guest's choice. */
#define DWCP_KIND_I32 1
/** A 64-bit integer, `of.i64`. */
#define DWCP_KIND_I64 2
/** A 32-bit float, `of.f32`; NaN payloads survive. */
#define DWCP_KIND_F32 3
/** A 64-bit float, `of.f64`; NaN payloads survive. */
#define DWCP_KIND_F64 4
/** A 128-bit vector, `of.v128`, in little-endian byte order. */
#define DWCP_KIND_V128 5
/** A reference to a function of a VM, `of.ref`; 0 is null. Lives in sessions and in host functions. */
#define DWCP_KIND_FUNCREF 6
/** A reference to an object of the host, `of.ref`; 0 is null. Lives in sessions and in host functions. */
#define DWCP_KIND_EXTERNREF 7
/** A string, `of.bytes`: UTF-8. A result has a NUL behind it that `len` does not count. */
#define DWCP_KIND_STRING 8
/** Bytes, `of.bytes`. A result has a NUL behind them that `len` does not count. */
#define DWCP_KIND_BYTES 9
/** A function. */
#define DWCP_EXTERN_FUNCTION 1
/** A global. */
#define DWCP_EXTERN_GLOBAL 2
/** A table. */
#define DWCP_EXTERN_TABLE 3
/** A memory. */
#define DWCP_EXTERN_MEMORY 4
/** An exception tag. */
#define DWCP_EXTERN_TAG 5

/** The guest that called a host function. Valid only inside that function, on its thread. */
typedef struct dwcp_caller dwcp_caller_t;

/**
 * A cancel token. Given to any number of calls, sessions and batches in their options, of any number of runtimes; firing it
 * ends them all. Safe from any number of threads.
 */
typedef struct dwcp_cancel dwcp_cancel_t;

/**
 * The settings of runtimes yet to be made. Made by dwcp_config_new, changed by its setters and by JSON, copied by dwcp_runtime_new,
 * freed by dwcp_config_free. One thread at a time uses a config.
 */
typedef struct dwcp_config dwcp_config_t;

/**
 * What went wrong, in full. Written by a function that fails if its `error` parameter is not NULL; freed by dwcp_error_free.
 * Immutable: any number of threads may read it.
 */
typedef struct dwcp_error dwcp_error_t;

/** An exported function of a module, bound: its name and its signature are resolved once. Safe from any number of threads. */
typedef struct dwcp_function dwcp_function_t;

/**
 * A set of host functions, given to a module when it is loaded. One thread at a time defines; a loaded module keeps what it was
 * loaded with, so the set may be changed, used for other loads, or freed afterwards.
 */
typedef struct dwcp_imports dwcp_imports_t;

/** A module of a runtime: compiled code, linked with its imports. Safe from any number of threads. */
typedef struct dwcp_module dwcp_module_t;

/** A runtime: one engine, its code cache, its VMs and its metrics. Safe from any number of threads. */
typedef struct dwcp_runtime dwcp_runtime_t;

/**
 * A session: a VM that keeps its memory, its globals and its references from one call to the next, until it is released, a call
 * in it traps, or nobody has used it for session_idle_timeout_ms. It takes a slot of max_live_vms as long as it lives. One
 * thread at a time, which need not be the same.
 */
typedef struct dwcp_vm dwcp_vm_t;

/**
 * The WASI settings of a call: arguments, environment, stdio, directories, clocks, random bytes. One thread at a time; one handle
 * serves any number of calls, one after another.
 */
typedef struct dwcp_wasi dwcp_wasi_t;

/**
 * What a function returns: DWCP_OK, or one of the codes below. The hundreds give the class: 1xx the caller, 2xx the module,
 * 3xx the guest, 4xx a limit, 5xx capacity, 9xx the library or the operating system. Numbers are never reused or changed.
 */
typedef int32_t dwcp_status_t;

/** One frame of a trapped guest. Begin with DWCP_FRAME_INIT. */
typedef struct dwcp_frame_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** The module's own name, escaped; NULL if it has none. Lives as long as the error. */
    const char *module;
    /**
     * The function's name from the name section, escaped, at most some 1000 bytes; NULL if it has none. Mangled names of Rust are
     * demangled; of C++ the path is shown, "space::Type<...>::method". Lives as long as the error.
     */
    const char *function;
    /** The function's index in the module. */
    uint32_t func_index;
    /** Zero. */
    uint32_t reserved;
    /** Offset of the instruction in the module's binary, in bytes; UINT64_MAX if unknown. */
    uint64_t offset;
    /**
     * The file of the source, as the compiler was told it, escaped; NULL if the module has no line tables or they do not know.
     * Where a function was inlined, it is the file of that one. Lives as long as the error.
     */
    const char *file;
    /** The line in `file`, from 1; 0 if unknown. */
    uint32_t line;
    /** The column in the line, from 1; 0 if unknown. */
    uint32_t column;
} dwcp_frame_t;

/** Bytes that somebody else owns; the function that gives them says for how long they live. */
typedef struct dwcp_slice_t {
    /** The first byte; may be NULL if `len` is 0. */
    const uint8_t *data;
    /** Length in bytes. */
    size_t len;
} dwcp_slice_t;

/** The payload of a value; `kind` of dwcp_value_t says which member counts. */
typedef union dwcp_payload_t {
    /** For DWCP_KIND_I32. */
    int32_t i32;
    /** For DWCP_KIND_I64. */
    int64_t i64;
    /** For DWCP_KIND_F32. */
    float f32;
    /** For DWCP_KIND_F64. */
    double f64;
    /** For DWCP_KIND_V128, little-endian. */
    uint8_t v128[16];
    /** For DWCP_KIND_FUNCREF and DWCP_KIND_EXTERNREF: the number of the reference in its VM; 0 is null. */
    uint64_t ref;
    /** For DWCP_KIND_STRING and DWCP_KIND_BYTES. */
    dwcp_slice_t bytes;
} dwcp_payload_t;

/**
 * A value with its kind. A zeroed one holds nothing. The inline functions dwcp_i32() and its kin make values, dwcp_as_i32() and
 * its kin read them.
 */
typedef struct dwcp_value_t {
    /** One of DWCP_KIND_.... */
    uint8_t kind;
    /** Zero; in a string or bytes that a call gave, the mark by which dwcp_values_clear knows what to free. */
    uint8_t reserved[7];
    /** The payload. */
    dwcp_payload_t of;
} dwcp_value_t;

/** A set of defaults that a config begins with: one of DWCP_PROFILE_.... */
typedef int32_t dwcp_profile_t;

/** What a denied WASI call does: one of DWCP_DENY_.... */
typedef int32_t dwcp_deny_action_t;

/** How hard the compiler works: one of DWCP_OPT_.... */
typedef int32_t dwcp_opt_level_t;

/** What is known of a module. Begin with DWCP_MODULE_INFO_INIT. */
typedef struct dwcp_module_info_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** SHA-256 of the bytes as given: 64 hexadecimal digits and a NUL. */
    char hash[72];
    /** Size of the bytes as given. */
    uint64_t size_bytes;
    /** Size of the compiled code, its metadata and the line tables kept of it, in bytes. */
    uint64_t code_bytes;
    /** When it was compiled, in nanoseconds since 1970-01-01 UTC. */
    int64_t created_at_unix_ns;
    /** When it was last loaded or executed, in nanoseconds since 1970-01-01 UTC. */
    int64_t last_access_unix_ns;
    /** How often it was loaded or executed by bytes or key. */
    uint64_t access_count;
    /** Number of imports. */
    uint32_t import_count;
    /** Number of exports. */
    uint32_t export_count;
    /** Whether the cache holds the code now. */
    bool cached;
    /** Whether it is a WASI command: exports _start. */
    bool is_command;
    /** Whether it is a WASI reactor: exports _initialize. */
    bool is_reactor;
    /** Zero. */
    uint8_t reserved[5];
} dwcp_module_info_t;

/**
 * A host function. Reads `args`, writes `results`, whose kinds are set on entry and must stay, and returns DWCP_OK; any other
 * value ends the call with DWCP_ERR_HOST_FUNCTION. Strings and bytes in `args` are views into the guest's memory, valid until
 * the function returns or calls the guest; a result that is a string or bytes either points at data that outlives the return,
 * or is set by dwcp_caller_return. References in `args` are the function's until it returns. It runs on the thread that made
 * the call, or on a thread of the library that has enough stack while that one waits; never on a switched stack. It may call
 * the library, but must not unwind or longjmp out. dwcp_runtime_close and dwcp_runtime_drain of its own runtime would wait for it
 * and answer DWCP_ERR_BUSY; dwcp_runtime_free is allowed, cancels what is under way, and the last call that returns ends the
 * runtime.
 */
typedef dwcp_status_t (*dwcp_host_fn)(void *user,
                                      dwcp_caller_t *caller,
                                      const dwcp_value_t *args,
                                      size_t nargs,
                                      dwcp_value_t *results,
                                      size_t nresults);

/**
 * Called once with the pointer it was registered with, when nothing of the library can use that pointer any more. It may run on
 * any thread that frees the last owner; that of an externref also while a guest of its VM runs. It may call the library, as a
 * host function may, and like one it cannot close the runtime of its VM: that is DWCP_ERR_BUSY.
 */
typedef void (*dwcp_finalizer_fn)(void *user);

/** A module and the name under which another imports from it. */
typedef struct dwcp_link_t {
    /** The module part of the imports' names. */
    const char *name;
    /** A module of the same runtime. */
    const dwcp_module_t *module;
} dwcp_link_t;

/** How a module is loaded, beside its bytes. Begin with DWCP_LOAD_OPTIONS_INIT; every field may stay zero. */
typedef struct dwcp_load_options_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** A name for people: it stands before the messages of the module's errors. Copied; NULL for none. */
    const char *name;
    /** The host functions that the module may import. Borrowed for the call; NULL for none. */
    const dwcp_imports_t *imports;
    /**
     * What the module must look like, as JSON: {"allowed_imports": ["env.*"], "required_exports": ["run"], "require_exports":
     * true}. Globs in allowed_imports match "module.name"; without the key every import is allowed. Borrowed; NULL for none.
     */
    const char *policy_json;
    /** Length of `policy_json` in bytes. */
    size_t policy_json_len;
    /**
     * Modules that this one may import from. Each is instantiated, started and `_initialize`d before this one, in this order, in
     * every VM of this module: memories, tables, globals and functions are shared within the VM. What a linked module imports
     * comes from the links before it, else from what it was itself loaded with; its own links come along before it, unless one
     * of that name is given here. Two links that bring different modules of one name are refused until one is given here. An
     * import fits an export by their declared types: a memory must declare the minimum that is asked for, whatever it grows to.
     * A WASI call or a host function works on the memory that its caller exports as "memory"; a caller that exports none works
     * on the VM's memory, if the VM has just one. Borrowed for the call; the modules are kept.
     */
    const dwcp_link_t *links;
    /** Number of `links`. */
    size_t nlinks;
} dwcp_load_options_t;

/**
 * An import or an export with its type. Begin with DWCP_EXTERN_INIT. The pointers live as long as the handle they came from.
 */
typedef struct dwcp_extern_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** The module part of an import's name; NULL for an export. */
    const char *module;
    /** The name. One with a NUL inside is shown escaped. */
    const char *name;
    /** One of DWCP_EXTERN_.... */
    uint8_t kind;
    /** For a global: whether it can change. */
    bool is_mutable;
    /** For a memory or a table: whether `max` counts. */
    bool has_max;
    /** For a memory or a table: whether it is indexed by 64 bits. */
    bool is_64;
    /** For a global or a table: DWCP_KIND_... of what it holds. */
    uint8_t content_kind;
    /** Zero. */
    uint8_t reserved[3];
    /** For a function: DWCP_KIND_... of each parameter. */
    const uint8_t *params;
    /** For a function: the number of parameters. */
    size_t nparams;
    /** For a function: DWCP_KIND_... of each result. */
    const uint8_t *results;
    /** For a function: the number of results. */
    size_t nresults;
    /** For a memory its least size in pages of 64 KiB, for a table in elements. */
    uint64_t min;
    /** Its greatest size, if `has_max`. */
    uint64_t max;
} dwcp_extern_t;

/**
 * What one call may use. Begin with DWCP_CALL_OPTIONS_INIT: 0 in a limit inherits the runtime's default, the greatest value of
 * the field's type asks for the runtime's ceiling, and more than the ceiling is DWCP_ERR_INVALID_ARGUMENT.
 */
typedef struct dwcp_call_options_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** Time from entry to return, in nanoseconds. Default and ceiling: max_execution_time_ms, in milliseconds. */
    uint64_t timeout_ns;
    /** Fuel, about one unit per WebAssembly instruction. Default and ceiling: fuel_limit. dwcp_module_run with 0: no limit. */
    uint64_t fuel;
    /** Bytes of all memories of the VM. Default and ceiling: max_memory_bytes. */
    uint64_t max_memory_bytes;
    /** Elements of all tables of the VM. Default and ceiling: max_table_elements. */
    uint32_t max_table_elements;
    /** Instances in the VM. Default and ceiling: max_instances. */
    uint32_t max_instances;
    /** For host functions: dwcp_caller_user_data gives it back. Never looked at. */
    void *user_data;
    /**
     * WASI settings. Borrowed for the call; NULL: no arguments, no environment, empty stdin, output discarded, the runtime's
     * directories.
     */
    const dwcp_wasi_t *wasi;
    /**
     * A token that ends the call when it is fired. Borrowed for the call, or by dwcp_vm_acquire for the session; NULL for none.
     */
    const dwcp_cancel_t *cancel;
    /** For dwcp_runtime_execute only, NULL elsewhere: the signature of the function, as for dwcp_module_get_function. */
    const char *signature;
} dwcp_call_options_t;

/**
 * What one call took. Begin with DWCP_CALL_STATS_INIT. Written when the call succeeds and when it fails; all 0 where it failed
 * before it began.
 */
typedef struct dwcp_call_stats_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** The call's number in its runtime, from 1. */
    uint64_t call_id;
    /** Fuel used, making the VM included, and not more than the call had. 0 where fuel is not metered. */
    uint64_t fuel_used;
    /** From entry to return, in nanoseconds. */
    uint64_t wall_ns;
    /** Waiting for a slot, or for room under max_total_memory_bytes, in nanoseconds. */
    uint64_t wait_ns;
    /** From entry to the first instruction of the called function, in nanoseconds; 0 if it was not reached. */
    uint64_t start_ns;
    /** In the called function, in nanoseconds. */
    uint64_t execution_ns;
    /** How long past its deadline the call returned, in nanoseconds. */
    uint64_t overrun_ns;
    /** Most bytes that the VM's memories had. */
    uint64_t peak_memory_bytes;
    /**
     * The limit that ended the call, or one that refused the guest something, also where the guest coped: a static string such as
     * "max_memory_bytes", or NULL. Where several refused something it is one of them, not always the last.
     */
    const char *limit_hit;
    /** The code that a WASI command passed to proc_exit; 0 otherwise. */
    int32_t exit_code;
    /** Whether the VM was ready before the call. Always false in this version, which makes every VM on the spot. */
    bool pool_hit;
    /** Whether the module was compiled for this call, by it or by another that it waited for. */
    bool cold;
    /**
     * Whether `fuel_used` is exact; after a trap or a timeout, also of a call from inside a host function that then went on, it is a
     * lower bound, and without metering it says nothing.
     */
    bool fuel_exact;
    /** Zero. */
    uint8_t reserved;
    /** WASI calls that the policy denied, also where deny_action is errno and the guest went on. */
    uint64_t denials;
    /** The first of them, a static string such as "path_open", or NULL. */
    const char *first_denied;
} dwcp_call_stats_t;

/** What happens to what a guest writes to stdout or stderr: one of DWCP_OUTPUT_.... */
typedef int32_t dwcp_output_mode_t;

/**
 * Gives a guest its input when it reads stdin: puts up to `capacity` bytes (at least 1) into `buffer` and returns how many.
 * 0 is the end of the input, after which it is not called again in this call; a negative number is an error (the guest gets errno
 * EIO) and the next read calls it again; more than `capacity` counts as `capacity`. `buffer` is the guest's memory itself: write only. Where and how it runs, and what it may
 * not do, is the same as for a dwcp_host_fn; it cannot be interrupted: a deadline that passes in it ends the call when it returns.
 */
typedef int64_t (*dwcp_read_fn)(void *user, uint8_t *buffer, size_t capacity);

/**
 * Takes a guest's output line by line as the guest writes it; `fd` is 1 or 2. `line` has no NUL at its end and may hold any bytes,
 * UTF-8 or not; it is valid during the call only. `ends` is true if the guest ended the line (its '\n' is not part of `line`).
 * It is false for the pieces of 64 KiB that a longer line comes in, but for the last of them, which may be empty, and for what is
 * left unended when the call ends, however it ends. Where and how it runs, and what it may not do, is the same as for a
 * dwcp_host_fn; it cannot be interrupted: a deadline that passes in it ends the call when it returns.
 */
typedef void (*dwcp_line_fn)(void *user, int32_t fd, const char *line, size_t len, bool ends);

/**
 * What a runtime counts and times. A cold start is a load or an execute that compiled, from entry until a VM could run; one that
 * waited for a compilation that another began is neither. A warm start is a call on compiled code, from entry to the guest's first
 * instruction; execution is from there to the end of the guest. Percentiles are over the runtime's life and within 1 %. Begin with
 * DWCP_RUNTIME_METRICS_INIT.
 */
typedef struct dwcp_runtime_metrics_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** Loads and executes that compiled. */
    uint64_t cold_starts;
    /** Calls on compiled code. */
    uint64_t warm_starts;
    /** Mean cold start in milliseconds; 0 if there was none. */
    double avg_cold_start_ms;
    /** Mean warm start in milliseconds; 0 if there was none. */
    double avg_warm_start_ms;
    /** Median cold start in milliseconds. */
    double p50_cold_start_ms;
    /** Cold start that 95 % do not exceed, in milliseconds. */
    double p95_cold_start_ms;
    /** Cold start that 99 % do not exceed, in milliseconds. */
    double p99_cold_start_ms;
    /** Median warm start in milliseconds. */
    double p50_warm_start_ms;
    /** Warm start that 95 % do not exceed, in milliseconds. */
    double p95_warm_start_ms;
    /** Warm start that 99 % do not exceed, in milliseconds. */
    double p99_warm_start_ms;
    /** VMs that serve a call now. */
    uint64_t active_vms;
    /**
     * Calls that ended, in whatever way. One that was refused, for its arguments, its options, a disabled module or a runtime
     * that closes, did not begin and is not among them.
     */
    uint64_t total_executions;
    /** Calls that ended with another status than DWCP_OK. */
    uint64_t failed_executions;
    /** Share of loads that found their code in the cache, in percent, 0 to 100; 0 without loads. */
    double cache_hit_rate;
    /** Guest memory of the live VMs, in bytes. */
    uint64_t memory_usage_bytes;
    /** When the runtime was made, in nanoseconds since 1970-01-01 UTC. */
    int64_t start_time_unix_ns;
    /** Calls that ended with DWCP_ERR_TIMEOUT; they are among failed_executions. */
    uint64_t timeouts;
    /** Median execution in milliseconds. */
    double p50_execution_ms;
    /** Execution that 95 % do not exceed, in milliseconds. */
    double p95_execution_ms;
    /** Execution that 99 % do not exceed, in milliseconds. */
    double p99_execution_ms;
    /** Mean execution in milliseconds; 0 if there was none. */
    double avg_execution_ms;
    /** Panics of the library that were caught, over all runtimes of the process. Each is a defect worth a report. */
    uint64_t panics;
    /**
     * WASI calls that the policy denied, counted when the call that made them ends; dwcp_runtime_syscall_metrics has them by name.
     */
    uint64_t denials;
    /** Whether enable_metrics is on; if not, every other field is 0. */
    bool enabled;
    /** Zero. */
    uint8_t reserved[7];
} dwcp_runtime_metrics_t;

/** The VMs of a runtime. Begin with DWCP_POOL_METRICS_INIT. All 0 if enable_metrics is off. */
typedef struct dwcp_pool_metrics_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** The configured pool_size. */
    uint32_t pool_size;
    /** VMs that can live at once: max_live_vms, or fewer where the machine has no room for as many. */
    uint32_t slots;
    /** VMs that serve a call now. */
    uint64_t active_vms;
    /** Ready VMs that wait for a call. */
    uint64_t idle_vms;
    /** Calls that took a ready VM. */
    uint64_t pool_hits;
    /** Calls that made their VM on the spot. */
    uint64_t pool_misses;
    /** Mean time that a call waited for a slot, in milliseconds; 0 if there was no call. */
    double avg_wait_time_ms;
    /**
     * Whether address space is reserved for the slots. Where the machine has too little of it, each VM maps its memories when it is
     * made, and its code checks bounds, which is slower.
     */
    bool reserved_slots;
    /** Zero. */
    uint8_t reserved[7];
} dwcp_pool_metrics_t;

/** The cache of compiled modules. Begin with DWCP_CACHE_METRICS_INIT. All 0 if enable_metrics is off. */
typedef struct dwcp_cache_metrics_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** Modules in the cache now. */
    uint64_t modules;
    /** The configured cache_size. */
    uint64_t max_modules;
    /** Compiled code in the cache now, in bytes. */
    uint64_t bytes;
    /** The configured cache_bytes. */
    uint64_t max_bytes;
    /** Loads that found their code. */
    uint64_t hits;
    /** Loads that did not find it, and compiled it or were refused. */
    uint64_t misses;
    /** Modules that left the cache for others, by eviction or by clearing. */
    uint64_t evictions;
    /** Loads that waited for another thread that was compiling the same bytes. */
    uint64_t single_flight_waits;
    /** Modules that were refused, by the compiler or before it; they are among the misses. */
    uint64_t compile_failures;
    /** hits over hits and misses, in percent, 0 to 100; 0 without loads. */
    double hit_rate;
    /** Mean time of a load that found its code, in milliseconds; 0 if there was none. */
    double avg_hit_ms;
    /** Mean time of a load that compiled, in milliseconds; 0 if there was none. */
    double avg_miss_ms;
} dwcp_cache_metrics_t;

/** One of the 46 calls of WASI preview 1 in dwcp_runtime_syscall_metrics. Begin with DWCP_SYSCALL_METRICS_INIT. */
typedef struct dwcp_syscall_metrics_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** The call's name, such as "fd_write": a static string. */
    const char *name;
    /**
     * How often guests made the call, in calls of theirs that have ended. A host function of this name in
     * "wasi_snapshot_preview1" counts too. 0 if enable_metrics is off.
     */
    uint64_t calls;
    /** Those of them that the policy denied. They are among the denials of dwcp_runtime_metrics. */
    uint64_t denied;
    /**
     * Whether the policy allows the call, whatever enable_metrics says. poll_oneoff may be allowed for clocks only, and then have denials.
     */
    bool allowed;
    /** Zero. */
    uint8_t reserved[7];
} dwcp_syscall_metrics_t;

/** How a batch is run. Begin with DWCP_BATCH_OPTIONS_INIT; every field may stay zero. */
typedef struct dwcp_batch_options_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /**
     * Rows that run at once: 0 and 1 run them one after the other on the caller's thread, more also on threads of the runtime.
     * At most 64; fewer threads help where no more can be had.
     */
    uint32_t parallelism;
    /** Whether no further row begins after one that failed. Rows under way end on their own. */
    bool stop_on_error;
    /** Zero. */
    uint8_t reserved[3];
} dwcp_batch_options_t;

/** What became of one row. Begin each with DWCP_BATCH_ROW_INIT. */
typedef struct dwcp_batch_row_t {
    /** Size of the struct in bytes, set by the INIT macro. */
    size_t struct_size;
    /** What dwcp_function_call would have returned. DWCP_ERR_CANCELLED for a row that did not begin. */
    dwcp_status_t status;
    /** Number of results; the needed number with DWCP_ERR_BUFFER_TOO_SMALL. */
    uint32_t nresults;
    /** The error of a row that failed; NULL otherwise. Yours, to be freed by dwcp_batch_rows_clear or dwcp_error_free. */
    dwcp_error_t *error;
    /** What the call took. Its struct_size is set by the library. */
    dwcp_call_stats_t stats;
} dwcp_batch_row_t;

/** How much a log record matters: one of DWCP_LOG_...; a greater number matters more. */
typedef int32_t dwcp_log_level_t;

/** A fact of a log record. Both strings are UTF-8, NUL-terminated, and have no NUL before. */
typedef struct dwcp_log_field_t {
    /** The fact's name, a static string. */
    const char *key;
    /** Its length in bytes. */
    size_t key_len;
    /** The fact; numbers in decimal digits. */
    const char *value;
    /** Its length in bytes, at most 4096. */
    size_t value_len;
} dwcp_log_field_t;

/**
 * One thing that happened, as the log callback is given it. All strings are UTF-8 without control characters, NUL-terminated,
 * and have no NUL before. The events of this version, with their target, level and fields:
 *
 * `syscall.denied`, target `dwcp.wasi`, DWCP_LOG_WARN: the policy denied a WASI call of a guest. For each function of WASI at most
 * one record a second is made, while the metrics count all. Fields: `call`, the function; `action`, "errno" or "trap"; `module`, the
 * name that the module of the call was loaded with, if it has one; `module_hash`; `suppressed`, how many denials of this function
 * there were since its last record that have none.
 *
 * `config.warning`, target `dwcp.config`, DWCP_LOG_WARN: settings that are possible together but hardly meant, or a machine that has
 * too little room. dwcp_runtime_new makes one for each line of `warnings` in dwcp_runtime_metrics_json, dwcp_runtime_reconfigure for
 * those that were not there before.
 *
 * `guest.output`, target `dwcp.guest`, DWCP_LOG_INFO: a line that a guest wrote to a stream that is discarded (or the first 4 KiB of
 * it), where enable_tracing is set; the line is the message. Fields: `fd`, 1 or 2; `module` and `module_hash` as above.
 *
 * Later versions add events, and fields to these; they take none away.
 */
typedef struct dwcp_log_record_t {
    /** Bytes of this struct that the library has written: of an older library it may be less than the header's. */
    size_t struct_size;
    /** When it happened, in nanoseconds since 1970-01-01 UTC. */
    int64_t time_unix_ns;
    /** The call that it happened in, as in dwcp_call_stats_t; 0 outside of calls. */
    uint64_t call_id;
    /** One of DWCP_LOG_.... */
    dwcp_log_level_t level;
    /** Zero. */
    uint32_t reserved;
    /** The part of the library that speaks, a static string. */
    const char *target;
    /** Its length in bytes. */
    size_t target_len;
    /** What happened, a static string: its name stays the same from version to version. */
    const char *event;
    /** Its length in bytes. */
    size_t event_len;
    /** A sentence for people, whose wording may change. */
    const char *message;
    /** Its length in bytes, at most 4096. */
    size_t message_len;
    /** The facts, `field_count` of them; NULL where there are none. */
    const dwcp_log_field_t *fields;
    /** Their number. */
    size_t field_count;
} dwcp_log_record_t;

/**
 * Called with each log record, which is valid until it returns. It runs where the event is: in the middle of the call or of the
 * function of the library that brought it about, on the same thread as a host function of that call would, on a native stack and
 * with no lock of the library held; on several threads at once, where several make calls. The time that it takes is the call's.
 *
 * It may call the library, as a host function may, and like one it cannot close or drain the runtime that the record is of: that
 * is DWCP_ERR_BUSY; dwcp_runtime_free is allowed. While dwcp_runtime_new or dwcp_runtime_reconfigure runs it, it must not use the
 * config that these were given. What comes about inside the callback, by its own calls of the same runtime, is counted and not
 * logged. It must not unwind or longjmp out.
 */
typedef void (*dwcp_log_fn)(void *user, const dwcp_log_record_t *record);

/** Success. */
#define DWCP_OK 0
/** A parameter is NULL, out of range, not UTF-8, or of an impossible length; the message names it. */
#define DWCP_ERR_INVALID_ARGUMENT 101
/** A setting is out of range, unknown, or contradicts another one; the message names it and its value. */
#define DWCP_ERR_INVALID_CONFIG 102
/** A pointer is not a handle of the kind that the parameter wants, or its object belongs to another runtime or module. */
#define DWCP_ERR_WRONG_HANDLE 103
/** The runtime is closed. */
#define DWCP_ERR_CLOSED 104
/** The process was forked after a runtime was made. */
#define DWCP_ERR_FORKED 105
/** Not here and now: a runtime is not closed or drained from inside one of its callbacks, and a session is in use already. */
#define DWCP_ERR_BUSY 106
/** No export, import, key, alias, module, memory or global by that name or number; the message has the nearest names. */
#define DWCP_ERR_NOT_FOUND 107
/** The count or the kinds of the arguments, the signature asked for, or the kind of the export are other ones. */
#define DWCP_ERR_WRONG_TYPE 108
/** The buffer has no room for all results; the needed count is written. */
#define DWCP_ERR_BUFFER_TOO_SMALL 109
/** The bytes are not those that the key claims or is bound to. */
#define DWCP_ERR_KEY_MISMATCH 110

/**
 * The session has no VM any more: a call in it ended in the middle, its module was disabled with its calls, or nobody used it
 * for too long.
 */
#define DWCP_ERR_VM_DEAD 111
/** The module, or one that it is linked with, was disabled by dwcp_module_disable. */
#define DWCP_ERR_DISABLED 112
/** The bytes are not a valid WebAssembly module. */
#define DWCP_ERR_INVALID_MODULE 201

/**
 * Not offered: a component, a proposal that is off, a shared memory, references outside a session; or the module exports no
 * memory or no allocator for strings.
 */
#define DWCP_ERR_UNSUPPORTED 202
/** The module imports what nobody defines, or under another type; the message lists all of it. */
#define DWCP_ERR_UNRESOLVED_IMPORT 203

/**
 * The module is refused before it is compiled or linked: too large, too deeply nested, a disallowed import, a missing export.
 */
#define DWCP_ERR_POLICY_REFUSED 204
/** A precompiled artifact cannot be used. Reserved: no function of this version returns it. */
#define DWCP_ERR_ARTIFACT 205
/** The guest trapped; see dwcp_error_trap_code and the frames. */
#define DWCP_ERR_TRAP 301
/** The guest called proc_exit in a function call; see dwcp_error_exit_code. */
#define DWCP_ERR_EXIT 302
/** A host function failed; the message is the one it gave. */
#define DWCP_ERR_HOST_FUNCTION 303
/** The syscall policy denied a WASI call and deny_action is DWCP_DENY_TRAP. */
#define DWCP_ERR_DENIED 304
/** A string or bytes that the guest gave lie outside its memory or are not UTF-8, or its allocator gave nothing. */
#define DWCP_ERR_GUEST_DATA 305
/** The call's deadline passed: while it waited, while its VM was made, or while it ran. */
#define DWCP_ERR_TIMEOUT 401

/**
 * Ended from outside: by a cancel token, by dwcp_module_disable with its calls, or by closing. Also a row of a batch that did
 * not run, and a drain that dwcp_runtime_resume ended.
 */
#define DWCP_ERR_CANCELLED 402
/** The call used all its fuel. */
#define DWCP_ERR_OUT_OF_FUEL 403
/** The guest or the module needs more memory than the limit allows. */
#define DWCP_ERR_OUT_OF_MEMORY 404
/** The guest's calls are nested deeper than its stack allows. */
#define DWCP_ERR_STACK_OVERFLOW 405
/** The guest or the module needs more table elements than the limit allows. */
#define DWCP_ERR_LIMIT_TABLE 406

/**
 * The VM needs more instances, one for the module and one for each that it is linked with, or more slots than there may be.
 */
#define DWCP_ERR_LIMIT_INSTANCES 407
/** The module has more functions than the limit allows. */
#define DWCP_ERR_LIMIT_FUNCTIONS 408
/** A file or descriptor limit refused the guest something, and it then failed. */
#define DWCP_ERR_LIMIT_IO 409
/** The strings and bytes of a call, or those that a host function takes at once, are more than max_result_bytes. */
#define DWCP_ERR_LIMIT_RESULT 410
/** All slots are in use, and none came free within acquire_timeout_ms; from inside a host function, none is free now. */
#define DWCP_ERR_NO_SLOT 501
/** A queue is full. Reserved: no function of this version returns it. */
#define DWCP_ERR_QUEUE_FULL 502
/** A tenant's quota is used up. Reserved: no function of this version returns it. */
#define DWCP_ERR_QUOTA 503
/** The runtime is closing, or drained: what is under way may end, nothing new begins. */
#define DWCP_ERR_SHUTTING_DOWN 504

/**
 * The VMs of the runtime hold all of max_total_memory_bytes: a call found no room within acquire_timeout_ms, or a guest was refused
 * a growth that its own limit allows, and then failed.
 */
#define DWCP_ERR_NO_MEMORY 505
/** A file or directory of the host cannot be used; the message has its path and the system's reason. */
#define DWCP_ERR_IO 901
/** The operating system refused memory, a mapping or a thread. */
#define DWCP_ERR_OS 902
/** A defect of the library, stopped at its boundary. The runtime lives on; please report it. */
#define DWCP_ERR_PANIC 999
/** For most hosts. */
#define DWCP_PROFILE_DEFAULT 0
/** More ready VMs, more live VMs and a larger cache. */
#define DWCP_PROFILE_HIGH_TRAFFIC 1
/** Few VMs, a small cache, tracing on, and five minutes for a call. */
#define DWCP_PROFILE_DEVELOPMENT 2
/** For untrusted modules: no files, 64 MiB of memory, ten seconds for a call. */
#define DWCP_PROFILE_SECURE 3
/** The guest gets the errno `notcapable` and goes on. */
#define DWCP_DENY_ERRNO 0
/** The call ends with DWCP_ERR_DENIED. */
#define DWCP_DENY_TRAP 1
/** Compiles fastest. */
#define DWCP_OPT_NONE 0
/** Runs fastest. */
#define DWCP_OPT_SPEED 1
/** Runs fast, with smaller code. */
#define DWCP_OPT_SPEED_AND_SIZE 2
/** It is thrown away; the guest's writes succeed. */
#define DWCP_OUTPUT_DISCARD 0
/** It goes to the same descriptor of the host process. */
#define DWCP_OUTPUT_INHERIT 1
/** It is kept, up to a cap, for dwcp_wasi_output. */
#define DWCP_OUTPUT_CAPTURE 2
/** Each step of a call. */
#define DWCP_LOG_TRACE 0
/** For who looks for a fault. */
#define DWCP_LOG_DEBUG 1
/** What happens when all is well. */
#define DWCP_LOG_INFO 2
/** Somebody should look at it when there is time. */
#define DWCP_LOG_WARN 3
/** Something failed. */
#define DWCP_LOG_ERROR 4
/** The runtime cannot go on. */
#define DWCP_LOG_FATAL 5

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Gives the version of the loaded library, "0.1.0".
 *
 * Returns: a static string. Never NULL.
 * Errors: none
 * Ownership: the string is static.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API const char *dwcp_version(void);

/**
 * Gives the version of the ABI of the loaded library. It works with a host whose DWCP_ABI_VERSION is the same number.
 *
 * Returns: the number, 1 in this version.
 * Errors: none
 * Ownership: nothing to own.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_abi_version(void);

/**
 * Describes how the library was built, as a JSON object: its version, the engine and its version, target, compiler strategies,
 * and the WebAssembly proposals that are on.
 *
 * Returns: a static JSON string. Never NULL. In a child forked after a runtime was made, `{}` unless it was asked for before.
 * Errors: none
 * Ownership: the string is static.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
const char *dwcp_build_info(void);

/**
 * Gives the short name of a status, "TIMEOUT" for DWCP_ERR_TIMEOUT.
 *
 * Returns: a static string; "UNKNOWN" for a number that is no status. Never NULL.
 * Errors: none
 * Ownership: the string is static.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API const char *dwcp_status_name(dwcp_status_t status);

/**
 * Tells whether the same call may succeed later without any change: no slot, a deadline, a session
 * or a runtime that is busy.
 *
 * Returns: true for BUSY, TIMEOUT, NO_SLOT, QUEUE_FULL, QUOTA, NO_MEMORY and OS; false for everything else, unknown numbers included.
 * Errors: none
 * Ownership: nothing to own.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
bool dwcp_status_is_retryable(dwcp_status_t status);

/**
 * Frees an error.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: takes the error; NULL is allowed and does nothing.
 * Threads: any; nobody may be reading it.
 * Since: 0.1.0
 */
DWCP_API void dwcp_error_free(dwcp_error_t *error);

/**
 * Gives the status that the failing function returned.
 *
 * Returns: the status; DWCP_OK for NULL.
 * Errors: none
 * Ownership: borrows the error.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API dwcp_status_t dwcp_error_code(const dwcp_error_t *error);

/**
 * Gives the message: what happened, naming the thing, the value and the limit. Text that came from a guest is escaped. At most
 * 4096 bytes.
 *
 * Returns: UTF-8, NUL-terminated; "" for NULL. Never NULL.
 * Errors: none
 * Ownership: the string lives as long as the error.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
const char *dwcp_error_message(const dwcp_error_t *error);

/**
 * Gives the name of the limit that was hit, "max_memory_bytes": the same word as in its setter and in JSON.
 *
 * Returns: a static string; NULL if the error is about no limit, and for NULL.
 * Errors: none
 * Ownership: the string is static.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API const char *dwcp_error_limit_name(const dwcp_error_t *error);

/**
 * Gives the value of the limit that was hit and what was asked for, in the unit of its setter. Where the need is not known, as
 * for fuel and stack, `asked` is one more than the limit.
 *
 * Returns: true if the error is about a limit; otherwise false, and both are set to 0. Either pointer may be NULL.
 * Errors: none
 * Ownership: borrows the error.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
bool dwcp_error_limit(const dwcp_error_t *error,
                      uint64_t *limit,
                      uint64_t *asked);

/**
 * Gives the trap that ended the guest, one of DWCP_TRAP_..., also where a limit is the cause of the trap.
 *
 * Returns: the trap; DWCP_TRAP_NONE if there was none, and for NULL.
 * Errors: none
 * Ownership: borrows the error.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API int32_t dwcp_error_trap_code(const dwcp_error_t *error);

/**
 * Gives the code that the guest passed to proc_exit.
 *
 * Returns: true if the guest exited; otherwise false, and `out` is set to 0. `out` may be NULL.
 * Errors: none
 * Ownership: borrows the error.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_error_exit_code(const dwcp_error_t *error, int32_t *out);

/**
 * Gives the number of guest frames, innermost first; at most 100 are kept.
 *
 * Returns: the number; 0 if there are none, and for NULL.
 * Errors: none
 * Ownership: borrows the error.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API size_t dwcp_error_frame_count(const dwcp_error_t *error);

/**
 * Gives frame `i`, 0 being the innermost. The first frame of an error that is asked for has the names and the lines of all of
 * them looked up, which takes some hundred microseconds, and once for each module some milliseconds for each MiB of its line
 * tables. A call that fails pays nothing of that. A forked child gets file and line only where the frames were looked at before
 * the fork.
 *
 * Returns: true if there is such a frame and `io` could be written; otherwise false, and `io` is as it was.
 * Errors: none
 * Ownership: the strings in `io` live as long as the error.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
bool dwcp_error_frame(const dwcp_error_t *error,
                      size_t i,
                      dwcp_frame_t *io);

/**
 * Frees the strings and bytes that results own and sets each value to zero. Safe on any zeroed array, on arguments, which own
 * nothing, and a second time. A copy of a value owns nothing of its own: clear one of the two.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: the array stays the caller's; `values` may be NULL if `count` is 0.
 * Threads: any; one at a time for one array.
 * Since: 0.1.0
 */
DWCP_API
void dwcp_values_clear(dwcp_value_t *values,
                       size_t count);

/**
 * Frees a string that a function of this library gave to the caller, such as the JSON of dwcp_runtime_metrics_json.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: takes the string; NULL is allowed and does nothing.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API void dwcp_string_free(char *string);

/**
 * A new config with the defaults of a profile.
 * Returns: the config; NULL for a number that is no profile.
 * Errors: none
 * Ownership: yours, until dwcp_config_free.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API dwcp_config_t *dwcp_config_new(dwcp_profile_t profile);

/**
 * A copy of a config, with its log; a change of one does not reach the other.
 * Returns: the copy; NULL if `config` is NULL or no config.
 * Errors: none
 * Ownership: the copy is yours, until dwcp_config_free.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API dwcp_config_t *dwcp_config_clone(const dwcp_config_t *config);

/**
 * Frees a config. Runtimes made from it keep their copies; strings that its getters lent out are gone.
 * Returns: nothing; NULL is ignored.
 * Errors: none
 * Ownership: takes the config.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API void dwcp_config_free(dwcp_config_t *config);

/**
 * Applies a flat JSON object of `len` bytes of UTF-8, at most 1 MiB. Each key is the name of a field, the word after
 * dwcp_config_set_, or `allowed_directories`. Numbers are integers; lists are arrays of strings; `deny_action` is "errno" or "trap";
 * `opt_level` is "none", "speed" or "speed_and_size"; `allowed_directories` is an array of objects with `host`, `guest` and, if not
 * false, `read_only`. The key `profile` ("default", "high_traffic", "development", "secure"), wherever it stands, resets
 * everything to that profile before the other keys are applied. What is refused changes nothing, and the message names the
 * key and the value, or the line and the column.
 * Returns: DWCP_OK, or the status of the error.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL, `json` is NULL with a length, not UTF-8 or too long; DWCP_ERR_INVALID_CONFIG if it is malformed or a key or a value is refused.
 * Ownership: `json` is read during the call. `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_apply_json(dwcp_config_t *config,
                                     const char *json,
                                     size_t len,
                                     dwcp_error_t **error);

/**
 * Writes every field as a flat JSON object, which dwcp_config_apply_json takes back.
 * Returns: DWCP_OK with `*out` set to NUL-terminated UTF-8 and, if `len` is not NULL, `*len` to its length in bytes; else the status of the error, with NULL and 0.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` or `out` is NULL.
 * Ownership: `*out` is yours, until dwcp_string_free. `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_to_json(const dwcp_config_t *config,
                                  char **out,
                                  size_t *len,
                                  dwcp_error_t **error);

/**
 * Sets max_types. Types of a module. They are compared with each other when it is compiled.
 * Range: 1 to 1 000 000 types. Default: 20 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_types(dwcp_config_t *config,
                                        uint32_t value,
                                        dwcp_error_t **error);

/**
 * The value of max_types.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_types(const dwcp_config_t *config);

/**
 * Sets max_imports. Imports of a module, of every kind.
 * Range: 0 to 1 000 000 imports. Default: 10 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_imports(dwcp_config_t *config,
                                          uint32_t value,
                                          dwcp_error_t **error);

/**
 * The value of max_imports.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_imports(const dwcp_config_t *config);

/**
 * Sets max_exports. Exports of a module, of every kind.
 * Range: 0 to 1 000 000 exports. Default: 20 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_exports(dwcp_config_t *config,
                                          uint32_t value,
                                          dwcp_error_t **error);

/**
 * The value of max_exports.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_exports(const dwcp_config_t *config);

/**
 * Sets max_globals. Globals that a module defines.
 * Range: 0 to 1 000 000 globals. Default: 10 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_globals(dwcp_config_t *config,
                                          uint32_t value,
                                          dwcp_error_t **error);

/**
 * The value of max_globals.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_globals(const dwcp_config_t *config);

/**
 * Sets max_data_segments. Data segments of a module.
 * Range: 0 to 100 000 segments. Default: 10 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_data_segments(dwcp_config_t *config,
                                                uint32_t value,
                                                dwcp_error_t **error);

/**
 * The value of max_data_segments.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_data_segments(const dwcp_config_t *config);

/**
 * Sets max_element_segments. Element segments of a module, each of which costs compiled code.
 * Range: 0 to 100 000 segments. Default: 10 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_element_segments(dwcp_config_t *config,
                                                   uint32_t value,
                                                   dwcp_error_t **error);

/**
 * The value of max_element_segments.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_element_segments(const dwcp_config_t *config);

/**
 * Sets max_function_bytes. Body of one function of a module.
 * Range: 16 to 7 654 321. Unit: bytes. Default: 1 MiB in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_function_bytes(dwcp_config_t *config,
                                                 uint64_t value,
                                                 dwcp_error_t **error);

/**
 * The value of max_function_bytes, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_function_bytes(const dwcp_config_t *config);

/**
 * Sets max_locals. Locals of one function of a module, its parameters not counted.
 * Range: 0 to 50 000 locals. Default: 10 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_locals(dwcp_config_t *config,
                                         uint32_t value,
                                         dwcp_error_t **error);

/**
 * The value of max_locals.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_locals(const dwcp_config_t *config);

/**
 * Sets max_nesting_depth. Blocks within blocks of one function. The compiler's time grows with the square of the depth.
 * Range: 1 to 100 000 blocks. Default: 10 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_nesting_depth(dwcp_config_t *config,
                                                uint32_t value,
                                                dwcp_error_t **error);

/**
 * The value of max_nesting_depth.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_nesting_depth(const dwcp_config_t *config);

/**
 * Sets max_name_bytes. Names of a module's imports and exports, summed.
 * Range: 0 to 64 MiB. Unit: bytes. Default: 4 MiB in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_name_bytes(dwcp_config_t *config,
                                             uint64_t value,
                                             dwcp_error_t **error);

/**
 * The value of max_name_bytes, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_name_bytes(const dwcp_config_t *config);

/**
 * Sets max_concurrent_compiles. Modules that are compiled at once; more wait their turn. 0 is as many as the compiler has
 * threads.
 * Range: 0 to 256 modules. Default: 0 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_concurrent_compiles(dwcp_config_t *config,
                                                      uint32_t value,
                                                      dwcp_error_t **error);

/**
 * The value of max_concurrent_compiles.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_concurrent_compiles(const dwcp_config_t *config);

/**
 * Sets max_memory_bytes. Linear memory of a VM, summed over its memories.
 * Range: 64 KiB to 4 GiB. Unit: bytes. Default: 128 MiB; 64 MiB in the secure profile. Per call: `max_memory_bytes` in the
 * options of a call asks for another value, up to max_memory_bytes_ceiling.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_memory_bytes(dwcp_config_t *config,
                                               uint64_t value,
                                               dwcp_error_t **error);

/**
 * The value of max_memory_bytes, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_memory_bytes(const dwcp_config_t *config);

/**
 * Sets max_memory_bytes_ceiling. Most memory that a call may ask for; 0 is the same as max_memory_bytes.
 * Range: 0 to 4 GiB. Unit: bytes. Default: 0 in every profile. Per runtime: it bounds what the options of a call ask for.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_memory_bytes_ceiling(dwcp_config_t *config,
                                                       uint64_t value,
                                                       dwcp_error_t **error);

/**
 * The value of max_memory_bytes_ceiling, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_memory_bytes_ceiling(const dwcp_config_t *config);

/**
 * Sets max_table_elements. Elements of a VM's tables, summed over its tables.
 * Range: 0 to 10 000 000 elements. Default: 1000 in every profile. Per call: `max_table_elements` in the options of a call
 * asks for another value, up to max_table_elements_ceiling.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_table_elements(dwcp_config_t *config,
                                                 uint32_t value,
                                                 dwcp_error_t **error);

/**
 * The value of max_table_elements.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_table_elements(const dwcp_config_t *config);

/**
 * Sets max_table_elements_ceiling. Most table elements that a call may ask for; 0 is the same as max_table_elements.
 * Range: 0 to 10 000 000 elements. Default: 0 in every profile. Per runtime: it bounds what the options of a call ask for.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_table_elements_ceiling(dwcp_config_t *config,
                                                         uint32_t value,
                                                         dwcp_error_t **error);

/**
 * The value of max_table_elements_ceiling.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_table_elements_ceiling(const dwcp_config_t *config);

/**
 * Sets max_instances. Instances that one VM may hold.
 * Range: 1 to 10 000 instances. Default: 100 in every profile. Per call: `max_instances` in the options of a call asks for
 * another value, up to max_instances_ceiling.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_instances(dwcp_config_t *config,
                                            uint32_t value,
                                            dwcp_error_t **error);

/**
 * The value of max_instances.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_instances(const dwcp_config_t *config);

/**
 * Sets max_instances_ceiling. Most instances that a call may ask for; 0 is the same as max_instances.
 * Range: 0 to 10 000 instances. Default: 0 in every profile. Per runtime: it bounds what the options of a call ask for.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_instances_ceiling(dwcp_config_t *config,
                                                    uint32_t value,
                                                    dwcp_error_t **error);

/**
 * The value of max_instances_ceiling.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_instances_ceiling(const dwcp_config_t *config);

/**
 * Sets max_execution_time_ms. Time of a call from entry to return, waiting for a slot included; 0 is no deadline.
 * Where max_execution_time_ms_ceiling is 0 too, no call can have a deadline and code is compiled without looking for one: then
 * only its fuel ends a guest that computes, and no cancel, no dwcp_module_disable and no dwcp_runtime_close does.
 * Range: 0 to 31 536 000 000 ms. Default: 30 000; 300 000 in the development profile, 10 000 in the secure profile. Per call:
 * `timeout_ns` in the options of a call asks for another value, up to max_execution_time_ms_ceiling.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_execution_time_ms(dwcp_config_t *config,
                                                    uint64_t value,
                                                    dwcp_error_t **error);

/**
 * The value of max_execution_time_ms, in ms.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_execution_time_ms(const dwcp_config_t *config);

/**
 * Sets max_execution_time_ms_ceiling. Most time that a call may ask for; 0 is the same as max_execution_time_ms, UINT64_MAX is
 * any time.
 * Range: 0 to 31 536 000 000, or UINT64_MAX. Unit: ms. Default: 0 in every profile. Per runtime: it bounds what the options of
 * a call ask for.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_execution_time_ms_ceiling(dwcp_config_t *config,
                                                            uint64_t value,
                                                            dwcp_error_t **error);

/**
 * The value of max_execution_time_ms_ceiling, in ms.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_execution_time_ms_ceiling(const dwcp_config_t *config);

/**
 * Sets max_stack_size_bytes. Native stack that a guest may use.
 * Range: 64 KiB to 256 MiB. Unit: bytes. Default: 1 MiB in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_stack_size_bytes(dwcp_config_t *config,
                                                   uint64_t value,
                                                   dwcp_error_t **error);

/**
 * The value of max_stack_size_bytes, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_stack_size_bytes(const dwcp_config_t *config);

/**
 * Sets enable_fuel_metering. Whether guest instructions are counted and fuel_limit is enforced.
 * Without it, and without a deadline (max_execution_time_ms and its ceiling 0), nothing ends a guest that computes for ever.
 * Default: true in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_enable_fuel_metering(dwcp_config_t *config,
                                                   bool value,
                                                   dwcp_error_t **error);

/**
 * The value of enable_fuel_metering.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_enable_fuel_metering(const dwcp_config_t *config);

/**
 * Sets fuel_limit. Fuel of a call, about one unit for each instruction; 1 000 000 is about a millisecond of guest.
 * Range: 1 to UINT64_MAX - 1. Unit: fuel. Default: 1 000 000 in every profile. Per call: `fuel` in the options of a call asks
 * for another value, up to fuel_limit_ceiling.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_fuel_limit(dwcp_config_t *config,
                                         uint64_t value,
                                         dwcp_error_t **error);

/**
 * The value of fuel_limit.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_fuel_limit(const dwcp_config_t *config);

/**
 * Sets fuel_limit_ceiling. Most fuel that a call may ask for; 0 is the same as fuel_limit.
 * Range: 0 to UINT64_MAX - 1. Unit: fuel. Default: 0 in every profile. Per runtime: it bounds what the options of a call ask
 * for.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_fuel_limit_ceiling(dwcp_config_t *config,
                                                 uint64_t value,
                                                 dwcp_error_t **error);

/**
 * The value of fuel_limit_ceiling.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_fuel_limit_ceiling(const dwcp_config_t *config);

/**
 * Sets max_result_bytes. Strings and bytes that one call may give back, or that a host function may be given at once.
 * Range: 0 to 4 GiB. Unit: bytes. Default: 16 MiB; secure 1 MiB. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_result_bytes(dwcp_config_t *config,
                                               uint64_t value,
                                               dwcp_error_t **error);

/**
 * The value of max_result_bytes, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_result_bytes(const dwcp_config_t *config);

/**
 * Sets session_idle_timeout_ms. Time without a call after which a session loses its VM; 0 is never.
 * Range: 0 to a year. Unit: milliseconds. Default: 300 000; development 0, secure 60 000. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_session_idle_timeout_ms(dwcp_config_t *config,
                                                      uint64_t value,
                                                      dwcp_error_t **error);

/**
 * The value of session_idle_timeout_ms, in milliseconds.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_session_idle_timeout_ms(const dwcp_config_t *config);

/**
 * Sets max_total_memory_bytes. Linear memory of all VMs of the runtime together; 0 is no bound but the machine's.
 * Range: 0 to 64 TiB. Unit: bytes. Default: 16 GiB; 64 GiB in the high traffic profile, 4 GiB in the development profile, 8
 * GiB in the secure profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_total_memory_bytes(dwcp_config_t *config,
                                                     uint64_t value,
                                                     dwcp_error_t **error);

/**
 * The value of max_total_memory_bytes, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_total_memory_bytes(const dwcp_config_t *config);

/**
 * Replaces allowed_syscalls, the WASI functions that a guest may call, by an array of `count` NUL-terminated UTF-8 strings.
 * Each is a name ("fd_read"), a glob ("fd_*", where * stands for any characters and ? for one) or a group; whether it names a WASI
 * function is checked when a runtime is made. NULL with 0 is the empty list, which allows all that is not denied. At most 1024
 * entries. The groups are:
 *
 * @startup: args_get args_sizes_get environ_get environ_sizes_get clock_res_get clock_time_get random_get fd_fdstat_get
 * fd_filestat_get fd_prestat_get fd_prestat_dir_name fd_close fd_seek fd_tell poll_oneoff sched_yield. It is in every list that is
 * not empty: what C libraries call before main. denied_syscalls takes it away, or part of it.
 *
 * @clock: clock_res_get clock_time_get poll_oneoff. Where only @startup and @clock allow it, poll_oneoff waits for clocks.
 *
 * @stdio: fd_read fd_write fd_fdstat_get fd_fdstat_set_flags poll_oneoff. fd_read and fd_write are for files too.
 *
 * @fs_read: fd_advise fd_close fd_fdstat_get fd_filestat_get fd_pread fd_prestat_dir_name fd_prestat_get fd_readdir fd_renumber
 * fd_seek fd_tell path_filestat_get path_open path_readlink.
 *
 * @fs_write: fd_allocate fd_datasync fd_fdstat_set_rights fd_filestat_set_size fd_filestat_set_times fd_pwrite fd_sync
 * path_create_directory path_filestat_set_times path_link path_remove_directory path_rename path_symlink path_unlink_file.
 *
 * @net: sock_accept sock_recv sock_send sock_shutdown.
 *
 * In no group: proc_exit, by which most programs end, and proc_raise.
 * Default: fd_read, fd_write, proc_exit in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the list is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL, `names` is NULL with a count, or a string is NULL or not UTF-8; DWCP_ERR_INVALID_CONFIG if there are more than 1024.
 * Ownership: the strings are copied. `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_allowed_syscalls(dwcp_config_t *config,
                                               const char *const *names,
                                               size_t count,
                                               dwcp_error_t **error);

/**
 * The number of entries of allowed_syscalls.
 * Returns: the number; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API size_t dwcp_config_get_allowed_syscall_count(const dwcp_config_t *config);

/**
 * One entry of allowed_syscalls.
 * Returns: NUL-terminated UTF-8; NULL past the end, or if `config` is NULL or no config.
 * Errors: none
 * Ownership: the string is the config's, valid until the config changes or is freed.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API const char *dwcp_config_get_allowed_syscall(const dwcp_config_t *config, size_t index);

/**
 * Replaces denied_syscalls, the WASI functions that a guest may not call, by an array of `count` NUL-terminated UTF-8 strings:
 * names, globs and groups as in dwcp_config_set_allowed_syscalls, over which they win. A denied function is denied before anything
 * else is looked at, its arguments and the guest's memory too; a host function of its name (dwcp_imports_define) is not called.
 * What is denied is the errno `notcapable` (76) for the guest, or the end of its call (deny_action); proc_exit, which has no result,
 * ends the call in any case. NULL with 0 is the empty list. At most 1024 entries.
 * Default: sock_*, path_open in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the list is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL, `names` is NULL with a count, or a string is NULL or not UTF-8; DWCP_ERR_INVALID_CONFIG if there are more than 1024.
 * Ownership: the strings are copied. `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_denied_syscalls(dwcp_config_t *config,
                                              const char *const *names,
                                              size_t count,
                                              dwcp_error_t **error);

/**
 * The number of entries of denied_syscalls.
 * Returns: the number; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API size_t dwcp_config_get_denied_syscall_count(const dwcp_config_t *config);

/**
 * One entry of denied_syscalls.
 * Returns: NUL-terminated UTF-8; NULL past the end, or if `config` is NULL or no config.
 * Errors: none
 * Ownership: the string is the config's, valid until the config changes or is freed.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API const char *dwcp_config_get_denied_syscall(const dwcp_config_t *config, size_t index);

/**
 * Adds a directory to allowed_directories: guests see the directory `host` of this machine as `guest`, if filesystem_access is
 * on. `host` is an absolute path; that it exists is checked by the call that uses it. `guest` is not empty, and each guest path
 * stands once ("/data" and "/data/" are the same). At most 1024 entries.
 * Where symbolic links in `host` lead is settled once, by dwcp_runtime_new, and no later change of them is followed. It refuses a
 * read-only directory that is, or lies in, a writable one, through which guests would write it. Directories are read-only
 * whatever is said here where the syscall policy lets a guest make no call of @fs_write that changes files.
 * A directory is best given to one runtime alone: it keeps its guests from slipping a FIFO or device under a name that another
 * is about to open, but not other runtimes and processes, and who opens a FIFO may wait past its deadline.
 * Default: /tmp as /tmp, writable, in every profile; dwcp_config_clear_allowed_directories takes it away. Per runtime: a call can
 * use fewer directories and fewer rights.
 * Returns: DWCP_OK, or the status of the error; the list is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config`, `host` or `guest` is NULL or a path is not UTF-8; DWCP_ERR_INVALID_CONFIG if `host` is not absolute, `guest` is empty or taken, or the list is full.
 * Ownership: the paths are copied. `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_add_allowed_directory(dwcp_config_t *config,
                                                const char *host,
                                                const char *guest,
                                                bool read_only,
                                                dwcp_error_t **error);

/**
 * Empties allowed_directories: guests see no directory until one is added.
 * Returns: DWCP_OK, or the status of the error.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API dwcp_status_t dwcp_config_clear_allowed_directories(dwcp_config_t *config, dwcp_error_t **error);

/**
 * The number of entries of allowed_directories.
 * Returns: the number; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API size_t dwcp_config_get_allowed_directory_count(const dwcp_config_t *config);

/**
 * One entry of allowed_directories. Any out-parameter may be NULL.
 * Returns: true with the entry written; false past the end, or if `config` is NULL or no config, with NULL and false written.
 * Errors: none
 * Ownership: the paths are the config's, NUL-terminated UTF-8, valid until the config changes or is freed.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
bool dwcp_config_get_allowed_directory(const dwcp_config_t *config,
                                       size_t index,
                                       const char **host,
                                       const char **guest,
                                       bool *read_only);

/**
 * Sets enable_wasi. Whether modules may import WASI preview 1. Without, a module that imports a function of it is not loaded, unless
 * the host defines that function: it is then the host's alone, and no list applies to it.
 * Default: true in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_enable_wasi(dwcp_config_t *config,
                                          bool value,
                                          dwcp_error_t **error);

/**
 * The value of enable_wasi.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_enable_wasi(const dwcp_config_t *config);

/**
 * Sets deny_action. What a denied call does: errno tells the guest that it is not capable, trap ends the call.
 * One of DWCP_DENY_ERRNO, DWCP_DENY_TRAP. Default: DWCP_DENY_ERRNO in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is none of these.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_deny_action(dwcp_config_t *config,
                                          dwcp_deny_action_t value,
                                          dwcp_error_t **error);

/**
 * The value of deny_action.
 * Returns: the value; DWCP_DENY_ERRNO (0) if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API dwcp_deny_action_t dwcp_config_get_deny_action(const dwcp_config_t *config);

/**
 * Sets network_access. Whether a guest may call the sock_... functions; without, they are denied. WASI preview 1 has no function
 * that makes or connects a socket, and the library gives guests none: where they are allowed too, they answer that a descriptor is
 * no socket. A host that wants its guests to reach the network gives them host functions.
 * Default: false in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_network_access(dwcp_config_t *config,
                                             bool value,
                                             dwcp_error_t **error);

/**
 * The value of network_access.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_network_access(const dwcp_config_t *config);

/**
 * Sets filesystem_access. Whether a guest sees allowed_directories at all; without, it has no directory, the path_... functions are
 * denied, and a call that brings directories of its own is refused.
 * Default: true; false in the secure profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_filesystem_access(dwcp_config_t *config,
                                                bool value,
                                                dwcp_error_t **error);

/**
 * The value of filesystem_access.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_filesystem_access(const dwcp_config_t *config);

/**
 * Sets max_file_size. Size to which a guest may grow a file.
 * Range: 0 to INT64_MAX. Unit: bytes. Default: 10 MiB in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_file_size(dwcp_config_t *config,
                                            uint64_t value,
                                            dwcp_error_t **error);

/**
 * The value of max_file_size, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_file_size(const dwcp_config_t *config);

/**
 * Sets max_open_files. Files and directories that a guest may hold open at once, beside stdio and the allowed directories.
 * Range: 0 to 65 536 files. Default: 10 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_open_files(dwcp_config_t *config,
                                             uint32_t value,
                                             dwcp_error_t **error);

/**
 * The value of max_open_files.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_open_files(const dwcp_config_t *config);

/**
 * Sets max_bytes_written. Bytes that one call's guest may write to files, and by which it may make them larger, in all.
 * What would pass it is refused as a whole, with EDQUOT. Standard streams do not count. Each call of a session begins anew.
 * Range: 0 to INT64_MAX. Unit: bytes. Default: 100 MiB in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_bytes_written(dwcp_config_t *config,
                                                uint64_t value,
                                                dwcp_error_t **error);

/**
 * The value of max_bytes_written, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_bytes_written(const dwcp_config_t *config);

/**
 * Sets max_files_created. Files, directories and links that one call's guest may create, also if it removes them again.
 * One more is refused with EDQUOT. Each call of a session begins anew.
 * Range: 0 to 10 000 000 names. Default: 10 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_files_created(dwcp_config_t *config,
                                                uint32_t value,
                                                dwcp_error_t **error);

/**
 * The value of max_files_created.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_files_created(const dwcp_config_t *config);

/**
 * Sets deterministic. Whether the same call gives the same bytes: NaNs are canonical, random bytes come from random_seed, clocks
 * tell no real time.
 * Range: true or false. Default: false in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_deterministic(dwcp_config_t *config,
                                            bool value,
                                            dwcp_error_t **error);

/**
 * The value of deterministic.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_deterministic(const dwcp_config_t *config);

/**
 * Sets random_seed. What the random bytes of a deterministic runtime's guests follow from. Each call begins with it anew.
 * Range: any. Default: 0 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_random_seed(dwcp_config_t *config,
                                          uint64_t value,
                                          dwcp_error_t **error);

/**
 * The value of random_seed.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_random_seed(const dwcp_config_t *config);

/**
 * Sets pool_size. Ready VMs over all modules. Takes effect when ready VMs arrive; 0.1 makes every VM on the spot, so the value
 * is only carried and reported.
 * Range: 0 to 20 000 VMs. Default: 100; 500 in the high traffic profile, 10 in the development profile. Per runtime: a call
 * cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_pool_size(dwcp_config_t *config,
                                        uint32_t value,
                                        dwcp_error_t **error);

/**
 * The value of pool_size.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_pool_size(const dwcp_config_t *config);

/**
 * Sets max_live_vms. VMs that may exist at once: the bound on calls that run at the same time.
 * Range: 1 to 20 000 VMs. Default: 1000; 2000 in the high traffic profile, 100 in the development profile. Per runtime: a call
 * cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_live_vms(dwcp_config_t *config,
                                           uint32_t value,
                                           dwcp_error_t **error);

/**
 * The value of max_live_vms.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_live_vms(const dwcp_config_t *config);

/**
 * Sets acquire_timeout_ms. How long a call waits for a slot when all are in use, or for room under max_total_memory_bytes; 0 does
 * not wait.
 * Range: 0 to 3 600 000 ms. Default: 1000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_acquire_timeout_ms(dwcp_config_t *config,
                                                 uint64_t value,
                                                 dwcp_error_t **error);

/**
 * The value of acquire_timeout_ms, in ms.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_acquire_timeout_ms(const dwcp_config_t *config);

/**
 * Sets cache_size. Compiled modules that the cache keeps; the least recently used goes first.
 * Range: 1 to 1 000 000 modules. Default: 1000; 5000 in the high traffic profile, 100 in the development profile. Per runtime:
 * a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_cache_size(dwcp_config_t *config,
                                         uint32_t value,
                                         dwcp_error_t **error);

/**
 * The value of cache_size.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_cache_size(const dwcp_config_t *config);

/**
 * Sets cache_bytes. Compiled code that the cache keeps, in bytes.
 * Range: 1 MiB to UINT64_MAX. Unit: bytes. Default: 1 GiB in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_cache_bytes(dwcp_config_t *config,
                                          uint64_t value,
                                          dwcp_error_t **error);

/**
 * The value of cache_bytes, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_cache_bytes(const dwcp_config_t *config);

/**
 * Sets max_module_bytes. Largest module that is accepted, checked before it is compiled.
 * Range: 8 to 1 GiB. Unit: bytes. Default: 64 MiB in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_module_bytes(dwcp_config_t *config,
                                               uint64_t value,
                                               dwcp_error_t **error);

/**
 * The value of max_module_bytes, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_module_bytes(const dwcp_config_t *config);

/**
 * Sets max_functions. Most functions in a module, checked before it is compiled.
 * Range: 1 to 1 000 000 functions. Default: 10 000 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_functions(dwcp_config_t *config,
                                            uint32_t value,
                                            dwcp_error_t **error);

/**
 * The value of max_functions.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_max_functions(const dwcp_config_t *config);

/**
 * Sets max_debug_info_bytes. Line tables (DWARF) kept of a module, for file and line in the frames of its errors; of a module
 * with more, none are kept.
 * Range: 0 to 256 MiB; 0 keeps none. Unit: bytes. Default: 16 MiB; 0 in the secure profile. Per runtime: a call cannot change
 * it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_max_debug_info_bytes(dwcp_config_t *config,
                                                   uint64_t value,
                                                   dwcp_error_t **error);

/**
 * The value of max_debug_info_bytes, in bytes.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_config_get_max_debug_info_bytes(const dwcp_config_t *config);

/**
 * Sets opt_level. How hard the compiler works: none compiles fastest, speed runs fastest, speed_and_size also makes code
 * smaller.
 * One of DWCP_OPT_NONE, DWCP_OPT_SPEED, DWCP_OPT_SPEED_AND_SIZE. Default: DWCP_OPT_SPEED in every profile. Per runtime: a call
 * cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is none of these.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_opt_level(dwcp_config_t *config,
                                        dwcp_opt_level_t value,
                                        dwcp_error_t **error);

/**
 * The value of opt_level.
 * Returns: the value; DWCP_OPT_NONE (0) if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API dwcp_opt_level_t dwcp_config_get_opt_level(const dwcp_config_t *config);

/**
 * Sets parallel_compilation. Whether the functions of one module are compiled on several threads.
 * Default: true in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_parallel_compilation(dwcp_config_t *config,
                                                   bool value,
                                                   dwcp_error_t **error);

/**
 * The value of parallel_compilation.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_parallel_compilation(const dwcp_config_t *config);

/**
 * Sets compile_threads. Threads of the compiler; 0 is one for each core.
 * Range: 0 to 256 threads. Default: 0 in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL; DWCP_ERR_INVALID_CONFIG if `value` is out of range.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_compile_threads(dwcp_config_t *config,
                                              uint32_t value,
                                              dwcp_error_t **error);

/**
 * The value of compile_threads.
 * Returns: the value; 0 if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API uint32_t dwcp_config_get_compile_threads(const dwcp_config_t *config);

/**
 * Sets enable_metrics. Whether the runtime counts and times what it does; without, every metric is 0.
 * Default: true in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_enable_metrics(dwcp_config_t *config,
                                             bool value,
                                             dwcp_error_t **error);

/**
 * The value of enable_metrics.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_enable_metrics(const dwcp_config_t *config);

/**
 * Sets enable_tracing. Whether the log gets the detail of calls: what guests write to streams that are discarded, line by line. It
 * has no trace events yet.
 * Default: false; true in the development profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_enable_tracing(dwcp_config_t *config,
                                             bool value,
                                             dwcp_error_t **error);

/**
 * The value of enable_tracing.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_enable_tracing(const dwcp_config_t *config);

/**
 * Sets strict_capacity. Whether a runtime is refused where the machine has no room for max_live_vms; without, it is made
 * with fewer slots and a warning.
 * Default: false in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_strict_capacity(dwcp_config_t *config,
                                              bool value,
                                              dwcp_error_t **error);

/**
 * The value of strict_capacity.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_strict_capacity(const dwcp_config_t *config);

/**
 * Sets signals_based_traps. Whether guests' faults are caught by signal handlers. Without, compiled code checks every access
 * itself, which is slower and not protected against speculation past the bounds, and the process keeps its own handlers.
 * An engine that cannot do what is asked for makes dwcp_runtime_new refuse it with DWCP_ERR_INVALID_CONFIG; those of the platforms
 * that this library is built for can do both.
 * Default: true in every profile. Per runtime: a call cannot change it.
 * Returns: DWCP_OK, or the status of the error; the field is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_signals_based_traps(dwcp_config_t *config,
                                                  bool value,
                                                  dwcp_error_t **error);

/**
 * The value of signals_based_traps.
 * Returns: the value; false if `config` is NULL or no config.
 * Errors: none
 * Ownership: nothing changes hands.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_config_get_signals_based_traps(const dwcp_config_t *config);

/**
 * Makes a runtime. `config` is copied and may be freed or changed afterwards; NULL stands for DWCP_PROFILE_DEFAULT. Address
 * space for the VMs' memories is reserved; no thread starts before there is work for it. Where the machine has no room for
 * max_live_vms, beside what the process's other runtimes were granted, the runtime has fewer slots, or none that are reserved:
 * dwcp_runtime_pool_metrics has their number, and the warnings of dwcp_runtime_metrics_json say what did not allow more. With
 * strict_capacity such a runtime is refused instead.
 *
 * Returns: DWCP_OK and a runtime in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`out` is NULL), DWCP_ERR_INVALID_CONFIG (settings that contradict each other, an unknown
 * name in a list of WASI calls), DWCP_ERR_OS (the machine has room for none, or with strict_capacity for fewer than max_live_vms:
 * dwcp_error_limit names that field, what there is room for and what was asked).
 * Ownership: the runtime is the caller's, to be given back by dwcp_runtime_free.
 * Threads: any; nobody may be changing `config`.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_new(const dwcp_config_t *config,
                               dwcp_runtime_t **out,
                               dwcp_error_t **error);

/**
 * Closes a runtime: new work is refused with DWCP_ERR_SHUTTING_DOWN, what is under way gets `grace_ms` milliseconds to end, and
 * with it the rows of a batch and the calls that its host functions make; the rest is ended with DWCP_ERR_CANCELLED. Host
 * functions and compilations cannot be interrupted and are waited for; compilations that have not begun are given up. Then sessions
 * lose their VMs, the runtime's threads are joined, the cache and the aliases let go of their modules. Afterwards no callback runs
 * but the finalizers of host functions whose modules are freed later, inside dwcp_module_free or what else gives back the last
 * hold on them. Every function given one of its handles answers DWCP_ERR_CLOSED; the handles can and must still be freed. A guest
 * without deadline checks (max_execution_time_ms and its ceiling both 0) cannot be ended and is waited for. Closing again, or from
 * several threads, waits for the end and returns DWCP_OK; the shortest grace holds.
 *
 * Returns: DWCP_OK when the runtime is closed.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` is NULL), DWCP_ERR_BUSY (called from a host function of it, or from a finalizer
 * that one of its calls, its closing or its session thread runs).
 * Ownership: borrows the runtime, which must still be freed.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_close(dwcp_runtime_t *runtime,
                                 uint32_t grace_ms,
                                 dwcp_error_t **error);

/**
 * Makes the runtime refuse new work with DWCP_ERR_SHUTTING_DOWN until dwcp_runtime_resume, and waits up to `timeout_ms`
 * milliseconds for what is under way: a batch goes on to its last row, and a host function may go on calling the runtime. Calls
 * in a session are new work too; as none can be made, session_idle_timeout_ms begins anew with dwcp_runtime_resume. Nothing is
 * cancelled and nothing is freed: modules, sessions and metrics stay as they are. Draining what is drained waits again.
 *
 * Returns: DWCP_OK when nothing runs.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` is NULL), DWCP_ERR_TIMEOUT (calls still run; the runtime stays drained),
 * DWCP_ERR_CANCELLED (it was resumed meanwhile), DWCP_ERR_BUSY (called from a host function of it, or from a finalizer that one
 * of its calls, its closing or its session thread runs), DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN (it is being closed).
 * Ownership: borrows the runtime.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_drain(dwcp_runtime_t *runtime,
                                 uint32_t timeout_ms,
                                 dwcp_error_t **error);

/**
 * Takes new work again after dwcp_runtime_drain.
 *
 * Returns: DWCP_OK, also when it was not drained.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` is NULL), DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN (it is being closed).
 * Ownership: borrows the runtime.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API dwcp_status_t dwcp_runtime_resume(dwcp_runtime_t *runtime, dwcp_error_t **error);

/**
 * Puts the settings of `config` in force for what begins from now on: a limit changed in an incident, without a restart. Calls under
 * way keep what they began with, sessions what was settled when they were acquired. Fields that docs/limits.md calls live may
 * differ from those in force; they are the limits of calls with their ceilings, max_result_bytes, max_live_vms,
 * max_total_memory_bytes, acquire_timeout_ms, cache_size, cache_bytes and the caps of modules. All others must be as they are. The
 * caps of modules hold for what is compiled from now on; code that the cache holds has passed those of its time. The runtime was
 * built for the largest VM that a call could ask for when it was made: memory, table elements, functions and live VMs cannot be
 * raised beyond that, so a host that means to raise them later sets their ceilings, or max_live_vms, first and lowers them
 * afterwards. Where less is allowed than is in use, nothing is taken away; it holds as room comes free.
 *
 * Returns: DWCP_OK, and the settings are in force.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `config` is NULL), DWCP_ERR_INVALID_CONFIG (settings that contradict each other,
 * a field that cannot change or not so far; nothing has changed then), DWCP_ERR_CLOSED.
 * Ownership: borrows both; the config is copied.
 * Threads: any; nobody may be changing `config`.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_reconfigure(dwcp_runtime_t *runtime,
                                       const dwcp_config_t *config,
                                       dwcp_error_t **error);

/**
 * Copies the settings that are in force, to be looked at, or changed and given to dwcp_runtime_reconfigure.
 *
 * Returns: DWCP_OK and a config in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `out` is NULL), DWCP_ERR_CLOSED.
 * Ownership: the config is the caller's, to be given back by dwcp_config_free.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_config(const dwcp_runtime_t *runtime,
                                  dwcp_config_t **out,
                                  dwcp_error_t **error);

/**
 * Makes an alias stand for a module from now on, whatever it stood for before, also as a key that came with bytes: in one step, so that of calls made by alias at
 * the same time each runs either the old module or the new one. What is under way ends on the old module. The alias keeps the
 * module alive until it is set anew or removed, or the runtime closes. With `module` NULL the alias is removed. At most 10 000
 * aliases are set at once.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `alias` is NULL, `alias` is empty, longer than 256 bytes, not UTF-8 or 64
 * hexadecimal digits, there are too many), DWCP_ERR_NOT_FOUND (`module` is NULL and there is no such alias),
 * DWCP_ERR_WRONG_HANDLE (the module is of another runtime), DWCP_ERR_DISABLED (the module is), DWCP_ERR_CLOSED,
 * DWCP_ERR_SHUTTING_DOWN.
 * Ownership: `alias` is copied, the module retained.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_set_alias(dwcp_runtime_t *runtime,
                                     const char *alias,
                                     const dwcp_module_t *module,
                                     dwcp_error_t **error);

/**
 * Closes the runtime with no grace, as dwcp_runtime_close(runtime, 0) does, and gives the handle back. Modules and functions of
 * it stay valid handles until they are freed; they answer DWCP_ERR_CLOSED. From inside one of the runtime's own callbacks it does
 * not wait: what is under way is cancelled and ends on its own, and the last call that returns ends the runtime.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: takes the handle; NULL is allowed and does nothing.
 * Threads: any; nobody may be using this handle.
 * Since: 0.1.0
 */
DWCP_API
void dwcp_runtime_free(dwcp_runtime_t *runtime);

/**
 * Lists the code that the cache holds, most recently used first. Each element of `out` up to `capacity` must have its
 * struct_size set (DWCP_MODULE_INFO_INIT). With `out` NULL and `capacity` 0 only the count is written.
 *
 * Returns: DWCP_OK, the elements in `out` and their number in `count`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `count` is NULL, `out` is NULL with a capacity, a struct_size is not set),
 * DWCP_ERR_BUFFER_TOO_SMALL (the needed number is in `count`; nothing else is written), DWCP_ERR_CLOSED.
 * Ownership: the array is the caller's.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_cache_list(dwcp_runtime_t *runtime,
                                      dwcp_module_info_t *out,
                                      size_t capacity,
                                      size_t *count,
                                      dwcp_error_t **error);

/**
 * Drops one module's code from the cache. Handles of the module go on working; their code is freed with the last of them. The
 * keys that came with its bytes are forgotten; aliases keep their modules.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `key` is NULL, `key` is empty, too long or not UTF-8), DWCP_ERR_NOT_FOUND (the
 * cache holds no such module), DWCP_ERR_CLOSED.
 * Ownership: `key`, a hash of 64 hexadecimal digits, a key that came with the bytes or an alias, is borrowed.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_cache_evict(dwcp_runtime_t *runtime,
                                       const char *key,
                                       dwcp_error_t **error);

/**
 * Drops all code from the cache. Handles of modules go on working.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` is NULL), DWCP_ERR_CLOSED.
 * Ownership: borrows the runtime.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API dwcp_status_t dwcp_runtime_cache_clear(dwcp_runtime_t *runtime, dwcp_error_t **error);

/**
 * Makes an empty set of host functions.
 *
 * Returns: the set; NULL only in a forked child.
 * Errors: none
 * Ownership: the set is the caller's, to be freed by dwcp_imports_free.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API dwcp_imports_t *dwcp_imports_new(void);

/**
 * Frees a set. Modules loaded with it keep their functions; finalizers run when the last of these is gone.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: takes the set; NULL is allowed and does nothing.
 * Threads: any; nobody may be using it.
 * Since: 0.1.0
 */
DWCP_API void dwcp_imports_free(dwcp_imports_t *imports);

/**
 * Defines a host function under an import's two names, or replaces an earlier definition. `signature` is letters for the
 * parameters, a colon, letters for the results, as for dwcp_module_get_function: "si:s64" takes a string and an i32 and gives a
 * string, and is imported as (i32, i32, i32) -> (i64). Strings and bytes that the function takes are checked against the guest's
 * memory; those that it gives are put there by the guest's allocator. NULL takes the signature as the module imports it. The
 * name "*" stands for every function that is imported from `module` with this signature and has no definition of its own. A
 * WASI function may be replaced, where the policy allows it.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`imports`, `module`, `name` or `function` is NULL, a string is not UTF-8, the signature has
 * another letter or no colon, or is NULL with the name "*").
 * Ownership: strings are copied. `user` belongs to the library from now on, also when the call fails: `finalizer`, unless NULL,
 * is called with it exactly once, when no module and no set can call the function any more.
 * Threads: one at a time for one set.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_imports_define(dwcp_imports_t *imports,
                                  const char *module,
                                  const char *name,
                                  const char *signature,
                                  dwcp_host_fn function,
                                  void *user,
                                  dwcp_finalizer_fn finalizer,
                                  dwcp_error_t **error);

/**
 * Loads a module: WebAssembly binary or text. The bytes are hashed (SHA-256); code that the cache holds is not compiled again,
 * and bytes that many threads load at the same time are compiled once. It waits for the compiler, which nothing interrupts, until
 * the runtime is closed and its grace is over; dwcp_runtime_execute has a deadline there. The module is linked with the options' host functions. `key` may
 * be NULL; 64 hexadecimal digits claim the hash of the bytes; any other name, of at most 256 bytes, is from then on a key of these
 * bytes, and of no others, for dwcp_runtime_execute and dwcp_module_find, as long as the cache holds their code. A name that is to
 * stand for another module one day, or to keep one alive, is an alias: see dwcp_runtime_set_alias.
 *
 * Returns: DWCP_OK and a module in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime` or `out` is NULL, `bytes` is NULL with a length, `key` is empty, too long or not
 * UTF-8, an option is malformed), DWCP_ERR_KEY_MISMATCH (the bytes are not those that `key` claims or is bound to),
 * DWCP_ERR_INVALID_MODULE, DWCP_ERR_UNSUPPORTED, DWCP_ERR_UNRESOLVED_IMPORT (all missing ones are listed),
 * DWCP_ERR_POLICY_REFUSED (over a cap that is looked at before the compiler, or against the policy), DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_LIMIT_TABLE,
 * DWCP_ERR_LIMIT_FUNCTIONS, DWCP_ERR_LIMIT_INSTANCES (the module and its links need more than a limit allows before they run),
 * DWCP_ERR_WRONG_HANDLE (the module of a link is of another runtime), DWCP_ERR_CANCELLED (the runtime was closed while the module
 * was compiled), DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: bytes, key and options are borrowed for the call; the module is the caller's, freed by dwcp_module_free.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_module_load(dwcp_runtime_t *runtime,
                               const uint8_t *bytes,
                               size_t len,
                               const char *key,
                               const dwcp_load_options_t *options,
                               dwcp_module_t **out,
                               dwcp_error_t **error);

/**
 * Loads a module from a file: WebAssembly binary or text. Pipes and devices are refused.
 *
 * Returns: DWCP_OK and a module in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime`, `path` or `out` is NULL, `path` is not UTF-8, an option is malformed),
 * DWCP_ERR_IO (the file cannot be read or is no regular file), DWCP_ERR_INVALID_MODULE, DWCP_ERR_UNSUPPORTED,
 * DWCP_ERR_UNRESOLVED_IMPORT, DWCP_ERR_POLICY_REFUSED, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_FUNCTIONS,
 * DWCP_ERR_LIMIT_INSTANCES, DWCP_ERR_CANCELLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN; all as for dwcp_module_load.
 * Ownership: path and options are borrowed for the call; the module is the caller's, freed by dwcp_module_free.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_module_load_file(dwcp_runtime_t *runtime,
                                    const char *path,
                                    const dwcp_load_options_t *options,
                                    dwcp_module_t **out,
                                    dwcp_error_t **error);

/**
 * Finds a module by an alias, by its hash or by a key. An alias, which dwcp_runtime_set_alias set, gives that very module, with its
 * host functions and its links; a hash, or a key that came with dwcp_module_load or dwcp_runtime_execute, gives the cache's code
 * linked with the WASI functions only, the module that dwcp_runtime_execute uses too.
 *
 * Returns: DWCP_OK and a module in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`runtime`, `key` or `out` is NULL, `key` is empty, too long or not UTF-8),
 * DWCP_ERR_NOT_FOUND (nothing of that name; the message has the nearest keys and aliases), DWCP_ERR_UNRESOLVED_IMPORT (the code imports
 * more than the WASI functions), DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: `key` is borrowed; the module is the caller's, freed by dwcp_module_free.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_module_find(dwcp_runtime_t *runtime,
                               const char *key,
                               dwcp_module_t **out,
                               dwcp_error_t **error);

/**
 * Disables a module for good: from now on calls, sessions and batches of it, and of modules linked with it, are refused with
 * DWCP_ERR_DISABLED. With `cancel_running` those under way end with DWCP_ERR_CANCELLED and its sessions lose their VMs;
 * otherwise calls under way end on their own, and sessions are refused further calls. All handles and aliases of this module
 * are meant; another load of the same bytes is another module and goes on. Does not wait, and works in a drained runtime too.
 *
 * Returns: DWCP_OK, also when it was disabled before.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`module` is NULL), DWCP_ERR_CLOSED.
 * Ownership: borrows the module, which must still be freed.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_module_disable(const dwcp_module_t *module,
                                  bool cancel_running,
                                  dwcp_error_t **error);

/**
 * Takes one more reference to a module, for a second owner.
 *
 * Returns: the same handle; NULL for NULL.
 * Errors: none
 * Ownership: the new reference is the caller's, freed by dwcp_module_free.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API dwcp_module_t *dwcp_module_retain(const dwcp_module_t *module);

/**
 * Gives a reference to a module back. Functions bound to it keep what they need, and calls under way go on.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: takes the reference; NULL is allowed and does nothing.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API void dwcp_module_free(dwcp_module_t *module);

/**
 * Describes a module: its hash, sizes, times and counts.
 *
 * Returns: DWCP_OK and the description in `io`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`module` or `io` is NULL, its struct_size is not set), DWCP_ERR_CLOSED.
 * Ownership: `io` is the caller's.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_module_info(const dwcp_module_t *module,
                               dwcp_module_info_t *io,
                               dwcp_error_t **error);

/**
 * Gives the number of imports.
 *
 * Returns: the number; 0 for NULL.
 * Errors: none
 * Ownership: nothing to own.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API size_t dwcp_module_import_count(const dwcp_module_t *module);

/**
 * Describes import `i`, in the module's order.
 *
 * Returns: DWCP_OK and the description in `io`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`module` or `io` is NULL, its struct_size is not set), DWCP_ERR_NOT_FOUND (there is no
 * import `i`), DWCP_ERR_CLOSED.
 * Ownership: the pointers in `io` live as long as the module handle.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_module_import(const dwcp_module_t *module,
                                 size_t i,
                                 dwcp_extern_t *io,
                                 dwcp_error_t **error);

/**
 * Gives the number of exports.
 *
 * Returns: the number; 0 for NULL.
 * Errors: none
 * Ownership: nothing to own.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API size_t dwcp_module_export_count(const dwcp_module_t *module);

/**
 * Describes export `i`, in the module's order.
 *
 * Returns: DWCP_OK and the description in `io`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`module` or `io` is NULL, its struct_size is not set), DWCP_ERR_NOT_FOUND (there is no
 * export `i`), DWCP_ERR_CLOSED.
 * Ownership: the pointers in `io` live as long as the module handle.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_module_export(const dwcp_module_t *module,
                                 size_t i,
                                 dwcp_extern_t *io,
                                 dwcp_error_t **error);

/**
 * Binds an exported function. An i32 does not say whether it is a number or an address, so `signature` says what crosses: letters
 * for the parameters, a colon, letters for the results. i I f F v are i32, i64, f32, f64, v128; r is an externref and c a
 * funcref, for sessions; s is a UTF-8 string, b bytes, z a UTF-8 string that a NUL ends. In the module an s or b parameter is
 * two i32, address and length, and a z one i32, the address. A result says its form: s and b two i32, address and length; s64
 * and b64 one i64 with the address in the high and the length in the low 32 bits; s* and b* one i32, the address of a pair of
 * i32, address and length; z one i32. "ss:s64" takes two strings and gives one, and is (i32, i32, i32, i32) -> (i64).
 * With NULL the signature is the one that the module declares in its custom section "dwcp.signatures" (lines of a name, a space
 * and a signature), if it declares one, and otherwise the function's own, numbers and references only.
 *
 * The memory for an argument comes from the first of the guest's exports cabi_realloc(0, 0, 1, size), malloc(size) and
 * alloc(size), and is the guest's from then on; an empty one has the address 8 and takes no memory. Results are copied out of
 * the guest; in a session the guest's cabi_post_NAME, if it is exported and takes the function's results, is called afterwards.
 *
 * Returns: DWCP_OK and a function in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`module`, `name` or `out` is NULL, a string is not UTF-8, the signature cannot be read),
 * DWCP_ERR_NOT_FOUND (no such export; the message has the nearest names), DWCP_ERR_WRONG_TYPE (the export is no function, its
 * signature is another one, or the one that the module declares cannot be read), DWCP_ERR_UNSUPPORTED (strings or bytes, but the module exports no memory named "memory" or none
 * of the allocators), DWCP_ERR_CLOSED.
 * Ownership: strings are borrowed for the call; the function is the caller's, freed by dwcp_function_free, and keeps the module
 * alive.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_module_get_function(const dwcp_module_t *module,
                                       const char *name,
                                       const char *signature,
                                       dwcp_function_t **out,
                                       dwcp_error_t **error);

/**
 * Frees a function. Calls under way go on.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: takes the function; NULL is allowed and does nothing.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API void dwcp_function_free(dwcp_function_t *function);

/**
 * Describes a function: its name, its parameters and its results, by the signature that it was bound with.
 *
 * Returns: DWCP_OK and the description in `io`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`function` or `io` is NULL, its struct_size is not set), DWCP_ERR_CLOSED.
 * Ownership: the pointers in `io` live as long as the function handle.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_function_type(const dwcp_function_t *function,
                                 dwcp_extern_t *io,
                                 dwcp_error_t **error);

/**
 * Calls a function, in a VM of its own that is made for the call and destroyed after it: no call sees what another left. The
 * arguments are checked against the signature it was bound with, and the room for results, before the guest runs.
 *
 * Returns: DWCP_OK, the results in `results` and their number in `nresults`. `stats` is written in any case.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`function` is NULL, `args` or `results` is NULL where values are due, an unknown kind, a
 * struct_size is not set, a limit above its ceiling), DWCP_ERR_WRONG_TYPE (count or kinds of the arguments),
 * DWCP_ERR_BUFFER_TOO_SMALL (`nresults` has the needed number; the guest did not run), DWCP_ERR_TRAP, DWCP_ERR_EXIT (the guest
 * called proc_exit), DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_GUEST_DATA (a string or bytes of the guest's lie outside
 * its memory or are not UTF-8, or its allocator gave nothing), DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED (options.cancel was fired,
 * or the runtime closed), DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE,
 * DWCP_ERR_LIMIT_INSTANCES, DWCP_ERR_LIMIT_IO, DWCP_ERR_LIMIT_RESULT (over max_result_bytes), DWCP_ERR_NO_SLOT, DWCP_ERR_NO_MEMORY, DWCP_ERR_IO (a
 * directory of `options.wasi` cannot be opened), DWCP_ERR_UNSUPPORTED (the function takes or gives references: those live in
 * sessions; or a host function's strings need a memory or an allocator that the module does not export), DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: args and options are borrowed for the call; `results`, `nresults` and `stats` are the caller's. Strings and bytes in
 * `results` are freed by dwcp_values_clear. `options`, `nresults` and `stats` may be NULL; `results` may be NULL if the function
 * gives none.
 * Threads: any number at once with the same function; each with its own `options.wasi`.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_function_call(const dwcp_function_t *function,
                                 const dwcp_value_t *args,
                                 size_t nargs,
                                 const dwcp_call_options_t *options,
                                 dwcp_value_t *results,
                                 size_t capacity,
                                 size_t *nresults,
                                 dwcp_call_stats_t *stats,
                                 dwcp_error_t **error);

/**
 * Loads a module or finds it in the cache, binds one of its functions and calls it, in one step. The module is linked with the
 * WASI functions only. With `bytes`, they are hashed on every call (about half a millisecond per MB) and compiled if the cache
 * does not hold them; the call ends at its deadline or by its token also while they are compiled, which goes on for the next call.
 * `key` is as for dwcp_module_load. With `bytes` NULL and `len` 0, `key` alone names a module that the
 * cache holds, and nothing is hashed. As `key`, an alias, which dwcp_runtime_set_alias set, stands for its module, host functions
 * and links included.
 * The function is bound with options.signature, as by dwcp_module_get_function. Hosts that call often use that function and
 * dwcp_function_call.
 *
 * Returns: DWCP_OK, the results in `results` and their number in `nresults`. `stats` is written in any case; its `cold` tells
 * whether the module was compiled.
 * Errors: those of dwcp_module_load and dwcp_function_call: DWCP_ERR_INVALID_ARGUMENT, DWCP_ERR_NOT_FOUND (no such function, or
 * no module under `key`), DWCP_ERR_KEY_MISMATCH, DWCP_ERR_INVALID_MODULE, DWCP_ERR_UNSUPPORTED, DWCP_ERR_UNRESOLVED_IMPORT,
 * DWCP_ERR_POLICY_REFUSED, DWCP_ERR_LIMIT_FUNCTIONS, DWCP_ERR_WRONG_TYPE, DWCP_ERR_BUFFER_TOO_SMALL, DWCP_ERR_TRAP,
 * DWCP_ERR_EXIT, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_GUEST_DATA, DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED,
 * DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_INSTANCES,
 * DWCP_ERR_LIMIT_IO, DWCP_ERR_LIMIT_RESULT, DWCP_ERR_NO_SLOT, DWCP_ERR_NO_MEMORY, DWCP_ERR_IO, DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: as for dwcp_function_call; bytes, key and function are borrowed for the call.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_execute(dwcp_runtime_t *runtime,
                                   const uint8_t *bytes,
                                   size_t len,
                                   const char *key,
                                   const char *function,
                                   const dwcp_value_t *args,
                                   size_t nargs,
                                   const dwcp_call_options_t *options,
                                   dwcp_value_t *results,
                                   size_t capacity,
                                   size_t *nresults,
                                   dwcp_call_stats_t *stats,
                                   dwcp_error_t **error);

/**
 * Runs a WASI command: a module that exports _start. Arguments, environment, stdin, output and directories come from
 * `options.wasi`. Fuel is metered but not limited unless the options ask for a limit; the runtime's max_execution_time_ms
 * holds unless the options ask for another time.
 *
 * Returns: DWCP_OK and the command's exit code in `exit_code`, whatever the code; returning from _start is 0. `stats` is
 * written in any case. A command that a limit has refused something, and that exits with another code than 0, is that limit's error:
 * `exit_code` is 0 then, and the stats and dwcp_error_exit_code have the code.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`module` is NULL, a struct_size is not set, a limit above its ceiling, a directory of
 * `options.wasi` that allowed_directories does not allow),
 * DWCP_ERR_NOT_FOUND (the module exports no _start), DWCP_ERR_TRAP, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_TIMEOUT,
 * DWCP_ERR_CANCELLED, DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY (also when the guest exits with another code than 0 after a
 * growth was refused), DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_INSTANCES, DWCP_ERR_LIMIT_IO, DWCP_ERR_NO_SLOT, DWCP_ERR_NO_MEMORY, DWCP_ERR_IO (a
 * directory of `options.wasi` cannot be opened), DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: options are borrowed for the call; `exit_code` and `stats` are the caller's. `options`, `exit_code` and `stats`
 * may be NULL.
 * Threads: any number at once with the same module; each with its own `options.wasi`.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_module_run(const dwcp_module_t *module,
                              const dwcp_call_options_t *options,
                              int32_t *exit_code,
                              dwcp_call_stats_t *stats,
                              dwcp_error_t **error);

/**
 * Makes WASI settings: no arguments, no environment, empty stdin, output discarded, the runtime's directories.
 *
 * Returns: the settings; NULL only in a forked child.
 * Errors: none
 * Ownership: the settings are the caller's, freed by dwcp_wasi_free.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API dwcp_wasi_t *dwcp_wasi_new(void);

/**
 * Frees WASI settings and the output captured with them.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: takes the settings; NULL is allowed and does nothing.
 * Threads: any; nobody may be using them.
 * Since: 0.1.0
 */
DWCP_API void dwcp_wasi_free(dwcp_wasi_t *wasi);

/**
 * Sets the arguments, args[0] being the program's name. Replaces earlier ones. Arguments and environment together have at most
 * 1 MiB.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL, `args` is NULL with a count, an argument is NULL or not UTF-8, too large).
 * Ownership: the strings are copied.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_set_args(dwcp_wasi_t *wasi,
                                 const char *const *args,
                                 size_t n,
                                 dwcp_error_t **error);

/**
 * Adds an environment variable, or replaces the one of that name.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi`, `name` or `value` is NULL or not UTF-8, the name is empty or has a '=', too large).
 * Ownership: the strings are copied.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_add_env(dwcp_wasi_t *wasi,
                                const char *name,
                                const char *value,
                                dwcp_error_t **error);

/**
 * Gives the guest these bytes as its stdin, and then the end of the file.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL, `bytes` is NULL with a length).
 * Ownership: the bytes are copied.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_set_stdin(dwcp_wasi_t *wasi,
                                  const uint8_t *bytes,
                                  size_t len,
                                  dwcp_error_t **error);

/**
 * Lets the guest read the host process's own stdin, as it is at the guest's first WASI call. Reads end with the call's deadline,
 * also where several guests read the same pipe or terminal; a stream that is closed then is a bad descriptor for the guest.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL).
 * Ownership: borrows the settings.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_inherit_stdin(dwcp_wasi_t *wasi,
                                      dwcp_error_t **error);

/**
 * Says what happens to what the guest writes to stdout (`fd` 1) or stderr (`fd` 2). `cap` counts for DWCP_OUTPUT_CAPTURE only:
 * bytes past it are dropped, the guest's writes succeed, and dwcp_wasi_output tells.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL, `fd` is neither 1 nor 2, an unknown mode).
 * Ownership: borrows the settings.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_set_output(dwcp_wasi_t *wasi,
                                   int32_t fd,
                                   dwcp_output_mode_t mode,
                                   size_t cap,
                                   dwcp_error_t **error);

/**
 * Lets a callback of the host give the guest its stdin, when the guest reads it.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` or `callback` is NULL).
 * Ownership: `user` belongs to the library from now on, also when this fails: `finalizer`, unless NULL, is called with it once,
 * when the settings say something else or are freed and no call uses them any more.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_set_stdin_callback(dwcp_wasi_t *wasi,
                                           dwcp_read_fn callback,
                                           void *user,
                                           dwcp_finalizer_fn finalizer,
                                           dwcp_error_t **error);

/**
 * Lets a callback of the host take what the guest writes to stdout (`fd` 1) or stderr (`fd` 2), line by line.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` or `callback` is NULL, `fd` is neither 1 nor 2).
 * Ownership: `user` belongs to the library from now on, also when this fails: `finalizer`, unless NULL, is called with it once,
 * when the settings say something else or are freed and no call uses them any more.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_set_output_callback(dwcp_wasi_t *wasi,
                                            int32_t fd,
                                            dwcp_line_fn callback,
                                            void *user,
                                            dwcp_finalizer_fn finalizer,
                                            dwcp_error_t **error);

/**
 * Gives the guest clocks that tell a time of their own, for tests and for results that do not depend on the time. The realtime
 * clock begins at `realtime_ns` nanoseconds after 1970, the monotonic one at 1 s, both anew with each VM; each reading of either
 * is followed by one that is `step_ns` later (0: they stand still); at UINT64_MAX they stop. A guest that sleeps wakes at once,
 * and its clocks have moved on by as long as it meant to sleep. Deadlines are kept in real time; files have the file system's
 * times.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL).
 * Ownership: borrows the settings.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_set_clocks(dwcp_wasi_t *wasi,
                                   uint64_t realtime_ns,
                                   uint64_t step_ns,
                                   dwcp_error_t **error);

/**
 * Lets the guest's random bytes follow from `seed`: the same ones in each VM, by any version of the library. They are the key stream
 * of ChaCha with 12 rounds, 64-bit counter and nonce 0, whose key is the seed in 8 bytes, the lowest first, and 24 zeros; each
 * random_get takes whole words of 4 bytes. Without a seed the same generator is keyed by the operating system.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` is NULL).
 * Ownership: borrows the settings.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_set_random_seed(dwcp_wasi_t *wasi,
                                        uint64_t seed,
                                        dwcp_error_t **error);

/**
 * Adds a directory of the host that the guest sees under the path `guest`. It must be one of the runtime's
 * allowed_directories or lie below one, and cannot be writable where that one, or one inside it, is read-only; this is checked
 * when a call begins, which otherwise fails with DWCP_ERR_INVALID_ARGUMENT. A call whose directory is missing, is none, or has been
 * replaced by a symbolic link fails with DWCP_ERR_IO, also if its guest opens no file. With no directory added, a call sees all of
 * the runtime's.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi`, `host` or `guest` is NULL, empty or not UTF-8, `host` is not
 * absolute, or `guest` was added before).
 * Ownership: the strings are copied.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_add_directory(dwcp_wasi_t *wasi,
                                      const char *host,
                                      const char *guest,
                                      bool read_only,
                                      dwcp_error_t **error);

/**
 * Gives what the last call with these settings, each call of a session being one, wrote to stdout (`fd` 1) or stderr (`fd` 2), also
 * when that call failed. Empty unless the mode is DWCP_OUTPUT_CAPTURE.
 *
 * Returns: DWCP_OK, the bytes in `out`, and in `truncated` whether the guest wrote more than the cap.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`wasi` or `out` is NULL, `fd` is neither 1 nor 2).
 * Ownership: the bytes belong to the settings; they are valid until the next dwcp_wasi_output for this `fd` after another call,
 * or dwcp_wasi_free. `truncated` may be NULL.
 * Threads: one at a time for the same settings.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_wasi_output(const dwcp_wasi_t *wasi,
                               int32_t fd,
                               dwcp_slice_t *out,
                               bool *truncated,
                               dwcp_error_t **error);

/**
 * Reads the metrics of a runtime: starts, executions, failures, memory.
 * Returns: DWCP_OK with `*io` written up to its struct_size; else the status of the error, with `*io` unchanged.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `io` is NULL or its struct_size is impossible; DWCP_ERR_CLOSED after dwcp_runtime_close.
 * Ownership: `*io` is yours throughout. `*error` is yours to free on failure.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_metrics(const dwcp_runtime_t *runtime,
                                   dwcp_runtime_metrics_t *io,
                                   dwcp_error_t **error);

/**
 * Reads the metrics of a runtime's VMs: ready, active, hits and misses, waiting.
 * Returns: DWCP_OK with `*io` written up to its struct_size; else the status of the error, with `*io` unchanged.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `io` is NULL or its struct_size is impossible; DWCP_ERR_CLOSED after dwcp_runtime_close.
 * Ownership: `*io` is yours throughout. `*error` is yours to free on failure.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_pool_metrics(const dwcp_runtime_t *runtime,
                                        dwcp_pool_metrics_t *io,
                                        dwcp_error_t **error);

/**
 * Reads the metrics of a runtime's code cache: modules, bytes, hits and misses, evictions.
 * Returns: DWCP_OK with `*io` written up to its struct_size; else the status of the error, with `*io` unchanged.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `io` is NULL or its struct_size is impossible; DWCP_ERR_CLOSED after dwcp_runtime_close.
 * Ownership: `*io` is yours throughout. `*error` is yours to free on failure.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_cache_metrics(const dwcp_runtime_t *runtime,
                                         dwcp_cache_metrics_t *io,
                                         dwcp_error_t **error);

/**
 * Lists the 46 calls of WASI preview 1: how often guests made each, how often the policy denied it, and whether it allows it. The order
 * is always the same. Each element of `out` up to `capacity` must have its struct_size set (DWCP_SYSCALL_METRICS_INIT). With `out` NULL
 * and `capacity` 0 only the count is written.
 * Returns: DWCP_OK, the elements in `out` and their number in `count`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `count` is NULL, `out` is NULL with a capacity, or a struct_size is not set; DWCP_ERR_BUFFER_TOO_SMALL with the needed number in `count` and nothing else written; DWCP_ERR_CLOSED after dwcp_runtime_close.
 * Ownership: the array is yours throughout. `*error` is yours to free on failure.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_syscall_metrics(const dwcp_runtime_t *runtime,
                                           dwcp_syscall_metrics_t *out,
                                           size_t capacity,
                                           size_t *count,
                                           dwcp_error_t **error);

/**
 * Writes all metrics of a runtime as JSON, `{"runtime":{...},"pool":{...},"cache":{...},"syscalls":{"fd_write":{"calls":1,
 * "denied":0},...},"metering":"...","warnings":[...]}`, with the field names of the structs. The syscalls are the WASI calls that were
 * made at all. The metering says what the runtime's code counts or looks at as it runs: "deadline+fuel",
 * "deadline", "fuel", or "none", where nothing ends a guest that computes, not even a cancel. The warnings say what is odd about
 * the settings in force, or was about the machine when the runtime was made: settings that take each other away, fewer slots than
 * max_live_vms. They also name each signal by which guests' faults come and whose handler is another one now than the runtime's.
 * Returns: DWCP_OK with `*out` set to NUL-terminated UTF-8 and, if `len` is not NULL, `*len` to its length in bytes; else the status of the error, with NULL and 0.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `runtime` or `out` is NULL; DWCP_ERR_CLOSED after dwcp_runtime_close.
 * Ownership: `*out` is yours, until dwcp_string_free. `*error` is yours to free on failure.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_runtime_metrics_json(const dwcp_runtime_t *runtime,
                                        char **out,
                                        size_t *len,
                                        dwcp_error_t **error);

/**
 * Calls a function once for each row of arguments, in one crossing of the boundary. Every row is a call as by
 * dwcp_function_call: it has a VM of its own, its own deadline and limits from `options`, and its own outcome; the rows share
 * nothing. Row i takes `nargs` values from `args` at i * nargs, and gives up to `capacity` results to `results` at i * capacity.
 * All rows run, whatever becomes of the others, unless `batch` says otherwise. A token in `options` ends the batch: rows under
 * way and rows to come are DWCP_ERR_CANCELLED.
 *
 * Returns: DWCP_OK when the batch was carried out, whatever its rows gave: their outcomes are in `rows`, the number of those
 * that failed in `nfailed`. A row that did not run is among them, with DWCP_ERR_CANCELLED.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`function` or `rows` is NULL, `args` or `results` is NULL where values are due, a
 * struct_size is not set, parallelism is over 64, `options.wasi` with a parallelism above 1, a number of values that does not fit the address space), DWCP_ERR_CLOSED,
 * DWCP_ERR_SHUTTING_DOWN. No row has run then.
 * Ownership: args and options are borrowed for the call; `results`, `rows` and `nfailed` are the caller's, the errors in `rows`
 * too: free them with dwcp_batch_rows_clear. `options`, `batch` and `nfailed` may be NULL.
 * Threads: any number at once. Host functions are called on the caller's thread and on threads of the runtime. `options.wasi`
 * must be NULL with a parallelism above 1: its settings serve one call at a time, and what they capture is the last row's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_function_call_batch(const dwcp_function_t *function,
                                       const dwcp_value_t *args,
                                       size_t nargs,
                                       size_t nrows,
                                       const dwcp_call_options_t *options,
                                       const dwcp_batch_options_t *batch,
                                       dwcp_value_t *results,
                                       size_t capacity,
                                       dwcp_batch_row_t *rows,
                                       size_t *nfailed,
                                       dwcp_error_t **error);

/**
 * Frees the errors of a batch's rows and zeroes the rows but for their struct_size, which makes them ready for another batch.
 * Safe on rows that no batch has written yet, and a second time.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: the array stays the caller's; `rows` may be NULL if `nrows` is 0.
 * Threads: any; one at a time for one array.
 * Since: 0.1.0
 */
DWCP_API
void dwcp_batch_rows_clear(dwcp_batch_row_t *rows,
                           size_t nrows);

/**
 * Gives the user pointer of the call that is running, from its options.
 *
 * Returns: the pointer; NULL if the options had none, and for NULL.
 * Errors: none
 * Ownership: the pointer is the host's own.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API void *dwcp_caller_user_data(const dwcp_caller_t *caller);

/**
 * Gives the number of the call that is running, the same as in its stats.
 *
 * Returns: the number, from 1; 0 for NULL.
 * Errors: none
 * Ownership: nothing to own.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_caller_call_id(const dwcp_caller_t *caller);

/**
 * Gives the time that the call has left, in nanoseconds. A host function cannot be interrupted: one that takes long should look
 * and return in time.
 *
 * Returns: nanoseconds; 0 or less when the deadline has passed, INT64_MAX without a deadline, 0 for NULL.
 * Errors: none
 * Ownership: nothing to own.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
int64_t dwcp_caller_remaining_ns(const dwcp_caller_t *caller);

/**
 * Gives a pointer into the guest's memory, without a copy. The memory is the one that the calling module exports as "memory", or
 * the one that it shares with the modules it is linked with.
 *
 * Returns: DWCP_OK and the address of `len` bytes at guest address `ptr` in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `out` is NULL, or the range is not wholly inside the memory),
 * DWCP_ERR_NOT_FOUND (the module exports no memory of that name).
 * Ownership: the bytes are the guest's; the pointer is valid until the host function returns or calls the guest.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_memory(dwcp_caller_t *caller,
                                 uint64_t ptr,
                                 uint64_t len,
                                 uint8_t **out);

/**
 * Copies bytes out of the guest's memory.
 *
 * Returns: DWCP_OK, and `len` bytes from guest address `ptr` in `dst`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` is NULL, `dst` is NULL with a length, or the range is not wholly inside the
 * memory), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory").
 * Ownership: `dst` is the caller's.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_read(dwcp_caller_t *caller,
                               uint64_t ptr,
                               void *dst,
                               size_t len);

/**
 * Copies bytes into the guest's memory.
 *
 * Returns: DWCP_OK, and `len` bytes from `src` at guest address `ptr`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` is NULL, `src` is NULL with a length, or the range is not wholly inside the
 * memory), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory").
 * Ownership: `src` is borrowed.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_write(dwcp_caller_t *caller,
                                uint64_t ptr,
                                const void *src,
                                size_t len);

/**
 * Sets the message with which the call will fail. Return any status but DWCP_OK afterwards: the call then ends with
 * DWCP_ERR_HOST_FUNCTION and this message.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: `len` bytes of UTF-8 at `message` are copied, at most 4096; what is not UTF-8 is replaced, and control
 * characters but line ends and tabs are escaped.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API void dwcp_caller_fail(dwcp_caller_t *caller, const char *message, size_t len);

/**
 * Gives the size of the guest's memory.
 *
 * Returns: bytes; 0 without a memory, and for NULL.
 * Errors: none
 * Ownership: nothing to own.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API uint64_t dwcp_caller_memory_size(dwcp_caller_t *caller);

/**
 * Gives a string of the guest's, given by address and length, without a copy.
 *
 * Returns: DWCP_OK and the checked string in `out`; it has no NUL behind it.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `out` is NULL, the range is not wholly inside the memory, the bytes are not
 * UTF-8), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory").
 * Ownership: the bytes are the guest's; valid until the host function returns or calls the guest.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_string(dwcp_caller_t *caller,
                                 uint64_t ptr,
                                 uint64_t len,
                                 dwcp_slice_t *out);

/**
 * Gives a string of the guest's that a NUL ends, without a copy.
 *
 * Returns: DWCP_OK and the checked string, without its NUL, in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `out` is NULL, the address is outside the memory, no NUL follows, the bytes are
 * not UTF-8), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory").
 * Ownership: the bytes are the guest's; valid until the host function returns or calls the guest.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_c_string(dwcp_caller_t *caller,
                                   uint64_t ptr,
                                   dwcp_slice_t *out);

/**
 * Takes memory of the guest's own by its exported allocator: cabi_realloc, malloc or alloc. Guest code runs, under what is left
 * of the call's limits, and may call host functions; pointers from dwcp_caller_memory end here.
 *
 * Returns: DWCP_OK and the address of `len` bytes in `ptr`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `ptr` is NULL, `len` does not fit 32 bits), DWCP_ERR_NOT_FOUND (the module
 * exports no memory named "memory"), DWCP_ERR_UNSUPPORTED (it exports no allocator), DWCP_ERR_GUEST_DATA (the allocator gave
 * nothing, or memory outside the guest's), and what ends a guest, as for dwcp_caller_call.
 * Ownership: the memory is the guest's.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_allocate(dwcp_caller_t *caller,
                                   uint64_t len,
                                   uint64_t *ptr);

/**
 * Sets a result of the host function that is a string or bytes to a copy of `data`, which may end when the function returns.
 *
 * Returns: DWCP_OK and the copy in `result`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `result` is NULL, `data` is NULL with a length), DWCP_ERR_WRONG_TYPE (the
 * result is neither a string nor bytes).
 * Ownership: `data` is borrowed; the copy is the library's. Do not clear it.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_return(dwcp_caller_t *caller,
                                 dwcp_value_t *result,
                                 const void *data,
                                 size_t len);

/**
 * Calls an exported function of the guest that called, in the same VM and under what is left of the call's limits. `signature`
 * is as for dwcp_module_get_function; NULL means the function's own, numbers and references only. A trap comes back as an error
 * and the host function may go on; what ends the whole call (an exit, a deadline, a cancel, fuel, a denial) ends it when the
 * host function returns, whatever that returns. Pointers from dwcp_caller_memory end here.
 *
 * Returns: DWCP_OK, the results in `results` and their number in `nresults`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `function` is NULL, a string is not UTF-8, the signature cannot be read, `args`
 * or `results` is NULL where values are due), DWCP_ERR_NOT_FOUND (no such function, no memory named "memory"),
 * DWCP_ERR_WRONG_TYPE (the signature or the arguments do not fit), DWCP_ERR_BUFFER_TOO_SMALL (`nresults` has the needed number),
 * DWCP_ERR_UNSUPPORTED (a string, but no allocator), DWCP_ERR_TRAP, DWCP_ERR_EXIT, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED,
 * DWCP_ERR_GUEST_DATA, DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED, DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY,
 * DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_IO, DWCP_ERR_LIMIT_RESULT, DWCP_ERR_NO_MEMORY.
 * Ownership: as for dwcp_function_call; references in `results` are the host function's until it returns.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_call(dwcp_caller_t *caller,
                               const char *function,
                               const char *signature,
                               const dwcp_value_t *args,
                               size_t nargs,
                               dwcp_value_t *results,
                               size_t capacity,
                               size_t *nresults,
                               dwcp_error_t **error);

/**
 * Calls the function behind a funcref, as dwcp_caller_call does with an export.
 *
 * Returns: DWCP_OK, the results in `results` and their number in `nresults`.
 * Errors: those of dwcp_caller_call: DWCP_ERR_INVALID_ARGUMENT (also: the reference is null or none that the host holds),
 * DWCP_ERR_WRONG_TYPE (also: `funcref` is no funcref), DWCP_ERR_BUFFER_TOO_SMALL, and what ends a guest.
 * Ownership: as for dwcp_caller_call.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_call_ref(dwcp_caller_t *caller,
                                   const dwcp_value_t *funcref,
                                   const dwcp_value_t *args,
                                   size_t nargs,
                                   dwcp_value_t *results,
                                   size_t capacity,
                                   size_t *nresults,
                                   dwcp_error_t **error);

/**
 * Makes a reference to an object of the host, an externref, to be given to the guest. It is the host function's until that
 * returns; the guest may keep it for as long as its VM lives. It takes room as one of dwcp_vm_externref_new does.
 *
 * Returns: DWCP_OK and the reference in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`caller` or `out` is NULL), DWCP_ERR_UNSUPPORTED (no type of the module holds an externref),
 * DWCP_ERR_OUT_OF_MEMORY (no room under max_memory_bytes), DWCP_ERR_NO_MEMORY (none under max_total_memory_bytes).
 * Ownership: `data` belongs to the library from now on, also when the call fails: `finalizer`, unless NULL, is called with it
 * exactly once, when neither guest nor host has the reference any more and the garbage was collected, or the VM has ended.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_externref_new(dwcp_caller_t *caller,
                                        void *data,
                                        dwcp_finalizer_fn finalizer,
                                        dwcp_value_t *out);

/**
 * Gives the object behind an externref.
 *
 * Returns: DWCP_OK and the pointer in `out`; NULL for a null reference and for one that this library's host did not make.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (a parameter is NULL, or the host holds no such reference), DWCP_ERR_WRONG_TYPE (`value` is
 * no externref).
 * Ownership: the pointer is the host's own.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_externref_data(dwcp_caller_t *caller,
                                         const dwcp_value_t *value,
                                         void **out);

/**
 * Makes a second reference of the host's own, which outlives the host function: for a session to call or to look at later. Freed
 * by dwcp_vm_ref_free, or with the VM.
 *
 * Returns: DWCP_OK and the reference in `out`; null stays null.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (a parameter is NULL, or the host holds no such reference), DWCP_ERR_WRONG_TYPE (`value` is
 * no reference), DWCP_ERR_OUT_OF_MEMORY (the host holds 1048576 references in this VM, which is the most).
 * Ownership: the new reference is the host's.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_caller_ref_keep(dwcp_caller_t *caller,
                                   const dwcp_value_t *value,
                                   dwcp_value_t *out);

/**
 * Tells whether the call is to end: its deadline passed, its token was fired, its module was stopped, or its runtime closes. A
 * host function that takes long looks here and returns.
 *
 * Returns: true if so; false for NULL.
 * Errors: none
 * Ownership: nothing to own.
 * Threads: the host function's.
 * Since: 0.1.0
 */
DWCP_API
bool dwcp_caller_is_cancelled(const dwcp_caller_t *caller);

/**
 * Makes a cancel token.
 *
 * Returns: the token; NULL only in a forked child.
 * Errors: none
 * Ownership: the token is the caller's, freed by dwcp_cancel_free.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API dwcp_cancel_t *dwcp_cancel_new(void);

/**
 * Fires a token: calls that were given it end with DWCP_ERR_CANCELLED, whether they wait for a slot, run or sleep, and calls
 * that are given it from now on do not begin, until dwcp_cancel_reset. A host function that is running is waited for; it can
 * look with dwcp_caller_is_cancelled. A guest without deadline checks (max_execution_time_ms and its ceiling both 0) that
 * computes is not ended. Does not wait for the calls.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: borrows the token; NULL is allowed and does nothing.
 * Threads: any, also a host function's. It takes locks: not from a signal handler.
 * Since: 0.1.0
 */
DWCP_API
void dwcp_cancel_fire(const dwcp_cancel_t *cancel);

/**
 * Makes a token as good as new. A call that carries it and has not yet looked at it since it was fired goes on: wait for the
 * calls to return first.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: borrows the token; NULL is allowed and does nothing.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
void dwcp_cancel_reset(const dwcp_cancel_t *cancel);

/**
 * Tells whether a token was fired and not reset.
 *
 * Returns: true if so; false for NULL.
 * Errors: none
 * Ownership: borrows the token.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API bool dwcp_cancel_is_fired(const dwcp_cancel_t *cancel);

/**
 * Frees a token. Calls and sessions that were given it go on; nothing can cancel them any more.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: takes the token; NULL is allowed and does nothing.
 * Threads: any; nobody may be using this handle.
 * Since: 0.1.0
 */
DWCP_API void dwcp_cancel_free(dwcp_cancel_t *cancel);

/**
 * Sets the log: what the runtimes that are made from this config tell their host as it happens. Without one nothing is logged:
 * the library never writes to the standard streams by itself. The callback and `user` may serve several runtimes at once; a host
 * that wants to tell them apart gives each a config with a `user` of its own. A runtime keeps the log that it was made with: the
 * log is no field, dwcp_runtime_reconfigure does not change it, and neither JSON nor the config that dwcp_runtime_config gives has it.
 * dwcp_config_clone copies it. With `callback` NULL there is none from now on, and `user` is given back at once.
 *
 * No callback begins when dwcp_runtime_close has returned.
 *
 * Returns: DWCP_OK, or the status of the error; the log is unchanged then.
 * Errors: DWCP_ERR_INVALID_ARGUMENT if `config` is NULL.
 * Ownership: `user` belongs to the library from now on, also when the call fails: `finalizer`, unless NULL, is called with it
 * exactly once, when no config has the log any more and each runtime made with it is closed. `*error` is yours to free on failure.
 * Threads: one thread at a time for one config.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_config_set_log(dwcp_config_t *config,
                                  dwcp_log_fn callback,
                                  void *user,
                                  dwcp_finalizer_fn finalizer,
                                  dwcp_error_t **error);

/**
 * Makes a VM of a module and keeps it: instantiation, start function and `_initialize` happen now, within the time and the fuel
 * of the options. Limits of memory, tables and instances, WASI settings and the cancel token of the options hold for the whole
 * session; its `user_data` is for the making only.
 *
 * Returns: DWCP_OK and the session in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`module` or `out` is NULL, a struct_size is not set, a limit above its ceiling),
 * DWCP_ERR_TRAP, DWCP_ERR_EXIT, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_GUEST_DATA, DWCP_ERR_TIMEOUT,
 * DWCP_ERR_CANCELLED, DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE,
 * DWCP_ERR_LIMIT_INSTANCES, DWCP_ERR_LIMIT_IO (the module or one it is linked with, when it starts), DWCP_ERR_NO_SLOT, DWCP_ERR_NO_MEMORY,
 * DWCP_ERR_IO (a directory of `options.wasi` cannot be opened), DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: options are borrowed for the call, what they point at is kept; the session is the caller's, given back by
 * dwcp_vm_release, and keeps the module alive.
 * Threads: any.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_acquire(const dwcp_module_t *module,
                              const dwcp_call_options_t *options,
                              dwcp_vm_t **out,
                              dwcp_error_t **error);

/**
 * Gives a session back and ends its VM. Inside a call of the session it ends when that call returns.
 *
 * Returns: nothing.
 * Errors: none
 * Ownership: takes the session; NULL is allowed and does nothing.
 * Threads: any; nobody else may be using it.
 * Since: 0.1.0
 */
DWCP_API void dwcp_vm_release(dwcp_vm_t *vm);

/**
 * Calls a function in a session's VM. `function` is of the module that the session was acquired from. Of the options, time,
 * fuel, user data and token count; both this token and the session's end the call. A call that ends in the middle of the guest
 * (a trap, an exit, a limit, a failing host function) ends the VM: every later call is DWCP_ERR_VM_DEAD, with the reason in its
 * message. Wrong arguments, a token that was fired before, and results that are refused leave the VM as it is.
 *
 * Returns: DWCP_OK, the results in `results` and their number in `nresults`. `stats` is written in any case.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` or `function` is NULL, an option that is settled for the session is set, and as for
 * dwcp_function_call), DWCP_ERR_WRONG_HANDLE (the function is of another module), DWCP_ERR_BUSY (the session is in use by another
 * thread, or by the caller further up), DWCP_ERR_VM_DEAD, DWCP_ERR_WRONG_TYPE, DWCP_ERR_BUFFER_TOO_SMALL, DWCP_ERR_TRAP,
 * DWCP_ERR_EXIT, DWCP_ERR_HOST_FUNCTION, DWCP_ERR_DENIED, DWCP_ERR_GUEST_DATA, DWCP_ERR_TIMEOUT, DWCP_ERR_CANCELLED,
 * DWCP_ERR_OUT_OF_FUEL, DWCP_ERR_OUT_OF_MEMORY, DWCP_ERR_STACK_OVERFLOW, DWCP_ERR_LIMIT_TABLE, DWCP_ERR_LIMIT_IO,
 * DWCP_ERR_LIMIT_RESULT, DWCP_ERR_NO_MEMORY, DWCP_ERR_IO, DWCP_ERR_DISABLED, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: as for dwcp_function_call. References in `results` are the host's until dwcp_vm_ref_free or the session's end.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_call(dwcp_vm_t *vm,
                           const dwcp_function_t *function,
                           const dwcp_value_t *args,
                           size_t nargs,
                           const dwcp_call_options_t *options,
                           dwcp_value_t *results,
                           size_t capacity,
                           size_t *nresults,
                           dwcp_call_stats_t *stats,
                           dwcp_error_t **error);

/**
 * Calls the function behind a funcref of the session, as dwcp_vm_call does with a bound one; numbers and references cross.
 *
 * Returns: DWCP_OK, the results in `results` and their number in `nresults`. `stats` is written in any case.
 * Errors: those of dwcp_vm_call: DWCP_ERR_INVALID_ARGUMENT (also: the reference is null or none that the host holds),
 * DWCP_ERR_WRONG_TYPE (also: `funcref` is no funcref), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_BUFFER_TOO_SMALL, and what ends
 * a guest.
 * Ownership: as for dwcp_vm_call.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_call_ref(dwcp_vm_t *vm,
                               const dwcp_value_t *funcref,
                               const dwcp_value_t *args,
                               size_t nargs,
                               const dwcp_call_options_t *options,
                               dwcp_value_t *results,
                               size_t capacity,
                               size_t *nresults,
                               dwcp_call_stats_t *stats,
                               dwcp_error_t **error);

/**
 * Copies bytes out of the memory of a session's VM: the one that the module exports as "memory".
 *
 * Returns: DWCP_OK, and `len` bytes from guest address `ptr` in `dst`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` is NULL, `dst` is NULL with a length, the range is not wholly inside the memory),
 * DWCP_ERR_NOT_FOUND (the module exports no memory named "memory"), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED,
 * DWCP_ERR_SHUTTING_DOWN.
 * Ownership: `dst` is the caller's.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_read(dwcp_vm_t *vm,
                           uint64_t ptr,
                           void *dst,
                           size_t len,
                           dwcp_error_t **error);

/**
 * Copies bytes into the memory of a session's VM.
 *
 * Returns: DWCP_OK, and `len` bytes from `src` at guest address `ptr`.
 * Errors: as for dwcp_vm_read: DWCP_ERR_INVALID_ARGUMENT, DWCP_ERR_NOT_FOUND, DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED,
 * DWCP_ERR_SHUTTING_DOWN.
 * Ownership: `src` is borrowed.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_write(dwcp_vm_t *vm,
                            uint64_t ptr,
                            const void *src,
                            size_t len,
                            dwcp_error_t **error);

/**
 * Gives the size of the memory of a session's VM.
 *
 * Returns: DWCP_OK, and the size in `bytes`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` or `bytes` is NULL), DWCP_ERR_NOT_FOUND (the module exports no memory named "memory"),
 * DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: `bytes` is the caller's.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_memory_size(dwcp_vm_t *vm,
                                  uint64_t *bytes,
                                  dwcp_error_t **error);

/**
 * Reads an exported global of a session's VM.
 *
 * Returns: DWCP_OK, and the value in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`vm`, `name` or `out` is NULL, `name` is not UTF-8), DWCP_ERR_NOT_FOUND (no such export),
 * DWCP_ERR_WRONG_TYPE (the export is no global), DWCP_ERR_OUT_OF_MEMORY (it is a reference, and the host holds 1048576 in this VM,
 * which is the most), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: a reference in `out` is the host's until dwcp_vm_ref_free or the session's end.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_global_get(dwcp_vm_t *vm,
                                 const char *name,
                                 dwcp_value_t *out,
                                 dwcp_error_t **error);

/**
 * Writes an exported global of a session's VM.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`vm`, `name` or `value` is NULL, `name` is not UTF-8, the global is constant, the host holds
 * no such reference), DWCP_ERR_NOT_FOUND (no such export), DWCP_ERR_WRONG_TYPE (the export is no global, or the value is of
 * another kind), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: `value` is borrowed.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_global_set(dwcp_vm_t *vm,
                                 const char *name,
                                 const dwcp_value_t *value,
                                 dwcp_error_t **error);

/**
 * Makes a reference to an object of the host, an externref, for the guest of a session to hold and hand back. References live in
 * a heap of their VM that counts as the guest's memory: it is made with the first object, which takes some 32 bytes of it as each
 * does, and is doubled from 64 KiB on when a collection makes no room. An object that finds none under max_memory_bytes is
 * refused, and the session goes on. The library itself needs about 200 bytes more for each.
 *
 * Returns: DWCP_OK, and the reference in `out`.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` or `out` is NULL), DWCP_ERR_UNSUPPORTED (no type of the module holds an externref),
 * DWCP_ERR_OUT_OF_MEMORY (no room under max_memory_bytes, or the host holds 1048576 references in this VM), DWCP_ERR_NO_MEMORY (no room under
 * max_total_memory_bytes), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED,
 * DWCP_ERR_SHUTTING_DOWN.
 * Ownership: `data` belongs to the library from now on, also when the call fails: `finalizer`, unless NULL, is called with it
 * exactly once, when neither guest nor host has the reference any more and the garbage was collected, or the VM has ended.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_externref_new(dwcp_vm_t *vm,
                                    void *data,
                                    dwcp_finalizer_fn finalizer,
                                    dwcp_value_t *out,
                                    dwcp_error_t **error);

/**
 * Gives the object behind an externref of a session.
 *
 * Returns: DWCP_OK, and the pointer in `out`; NULL for a null reference.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (a parameter is NULL, or the host holds no such reference in this VM), DWCP_ERR_WRONG_TYPE
 * (`value` is no externref), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: the pointer is the host's own.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_externref_data(dwcp_vm_t *vm,
                                     const dwcp_value_t *value,
                                     void **out,
                                     dwcp_error_t **error);

/**
 * Ends the host's hold on a reference of a session; what the guest has, it keeps. Null is nothing to end.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` or `value` is NULL, or the host holds no such reference in this VM),
 * DWCP_ERR_WRONG_TYPE (`value` is no reference), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: the reference is the library's again.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_ref_free(dwcp_vm_t *vm,
                               const dwcp_value_t *value,
                               dwcp_error_t **error);

/**
 * Collects the garbage of a session: objects of the host that neither guest nor host can reach any more are finalized now rather
 * than when the guest makes room or the VM ends.
 *
 * Returns: DWCP_OK.
 * Errors: DWCP_ERR_INVALID_ARGUMENT (`vm` is NULL), DWCP_ERR_BUSY, DWCP_ERR_VM_DEAD, DWCP_ERR_CLOSED, DWCP_ERR_SHUTTING_DOWN.
 * Ownership: borrows the session.
 * Threads: any, one at a time for one session.
 * Since: 0.1.0
 */
DWCP_API
dwcp_status_t dwcp_vm_gc(dwcp_vm_t *vm,
                         dwcp_error_t **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#ifdef __cplusplus
extern "C" {
#endif  // __cplusplus

/* ---- Layout: a compiler that lays a struct out differently stops here. ---- */

DWCP_ASSERT_LAYOUT(sizeof(dwcp_frame_t) == 56, dwcp_frame_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_slice_t) == 16, dwcp_slice_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_payload_t) == 16, dwcp_payload_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_value_t) == 24, dwcp_value_t_size);
DWCP_ASSERT_LAYOUT(offsetof(dwcp_value_t, kind) == 0, dwcp_value_t_kind);
DWCP_ASSERT_LAYOUT(offsetof(dwcp_value_t, reserved) == 1, dwcp_value_t_reserved);
DWCP_ASSERT_LAYOUT(offsetof(dwcp_value_t, of) == 8, dwcp_value_t_of);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_module_info_t) == 136, dwcp_module_info_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_link_t) == 16, dwcp_link_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_load_options_t) == 56, dwcp_load_options_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_extern_t) == 80, dwcp_extern_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_call_options_t) == 72, dwcp_call_options_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_call_stats_t) == 104, dwcp_call_stats_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_runtime_metrics_t) == 200, dwcp_runtime_metrics_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_pool_metrics_t) == 64, dwcp_pool_metrics_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_cache_metrics_t) == 104, dwcp_cache_metrics_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_syscall_metrics_t) == 40, dwcp_syscall_metrics_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_batch_options_t) == 16, dwcp_batch_options_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_batch_row_t) == 128, dwcp_batch_row_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_log_field_t) == 32, dwcp_log_field_t_size);
DWCP_ASSERT_LAYOUT(sizeof(dwcp_log_record_t) == 96, dwcp_log_record_t_size);

/* ---- Initialisers of the structs that begin with struct_size: macro and function do the same. ---- */

/** Initialises a dwcp_frame_t: its size, and zero for everything else. */
#define DWCP_FRAME_INIT { sizeof(dwcp_frame_t), NULL, NULL, 0, 0, 0, NULL, 0, 0 }

/**
 * Does what DWCP_FRAME_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_frame_init(dwcp_frame_t *out) {
    static const dwcp_frame_t fresh = DWCP_FRAME_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_module_info_t: its size, and zero for everything else. */
#define DWCP_MODULE_INFO_INIT { sizeof(dwcp_module_info_t), { 0 }, 0, 0, 0, 0, 0, 0, 0, false, false, false, { 0 } }

/**
 * Does what DWCP_MODULE_INFO_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_module_info_init(dwcp_module_info_t *out) {
    static const dwcp_module_info_t fresh = DWCP_MODULE_INFO_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_load_options_t: its size, and zero for everything else. */
#define DWCP_LOAD_OPTIONS_INIT { sizeof(dwcp_load_options_t), NULL, NULL, NULL, 0, NULL, 0 }

/**
 * Does what DWCP_LOAD_OPTIONS_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_load_options_init(dwcp_load_options_t *out) {
    static const dwcp_load_options_t fresh = DWCP_LOAD_OPTIONS_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_extern_t: its size, and zero for everything else. */
#define DWCP_EXTERN_INIT { sizeof(dwcp_extern_t), NULL, NULL, 0, false, false, false, 0, { 0 }, NULL, 0, NULL, 0, 0, 0 }

/**
 * Does what DWCP_EXTERN_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_extern_init(dwcp_extern_t *out) {
    static const dwcp_extern_t fresh = DWCP_EXTERN_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_call_options_t: its size, and zero for everything else. */
#define DWCP_CALL_OPTIONS_INIT { sizeof(dwcp_call_options_t), 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL }

/**
 * Does what DWCP_CALL_OPTIONS_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_call_options_init(dwcp_call_options_t *out) {
    static const dwcp_call_options_t fresh = DWCP_CALL_OPTIONS_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_call_stats_t: its size, and zero for everything else. */
#define DWCP_CALL_STATS_INIT { sizeof(dwcp_call_stats_t), 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, false, false, false, 0, 0, NULL }

/**
 * Does what DWCP_CALL_STATS_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_call_stats_init(dwcp_call_stats_t *out) {
    static const dwcp_call_stats_t fresh = DWCP_CALL_STATS_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_runtime_metrics_t: its size, and zero for everything else. */
#define DWCP_RUNTIME_METRICS_INIT { sizeof(dwcp_runtime_metrics_t), 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0, 0.0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, 0, false, { 0 } }

/**
 * Does what DWCP_RUNTIME_METRICS_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_runtime_metrics_init(dwcp_runtime_metrics_t *out) {
    static const dwcp_runtime_metrics_t fresh = DWCP_RUNTIME_METRICS_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_pool_metrics_t: its size, and zero for everything else. */
#define DWCP_POOL_METRICS_INIT { sizeof(dwcp_pool_metrics_t), 0, 0, 0, 0, 0, 0, 0.0, false, { 0 } }

/**
 * Does what DWCP_POOL_METRICS_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_pool_metrics_init(dwcp_pool_metrics_t *out) {
    static const dwcp_pool_metrics_t fresh = DWCP_POOL_METRICS_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_cache_metrics_t: its size, and zero for everything else. */
#define DWCP_CACHE_METRICS_INIT { sizeof(dwcp_cache_metrics_t), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0 }

/**
 * Does what DWCP_CACHE_METRICS_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_cache_metrics_init(dwcp_cache_metrics_t *out) {
    static const dwcp_cache_metrics_t fresh = DWCP_CACHE_METRICS_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_syscall_metrics_t: its size, and zero for everything else. */
#define DWCP_SYSCALL_METRICS_INIT { sizeof(dwcp_syscall_metrics_t), NULL, 0, 0, false, { 0 } }

/**
 * Does what DWCP_SYSCALL_METRICS_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_syscall_metrics_init(dwcp_syscall_metrics_t *out) {
    static const dwcp_syscall_metrics_t fresh = DWCP_SYSCALL_METRICS_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_batch_options_t: its size, and zero for everything else. */
#define DWCP_BATCH_OPTIONS_INIT { sizeof(dwcp_batch_options_t), 0, false, { 0 } }

/**
 * Does what DWCP_BATCH_OPTIONS_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_batch_options_init(dwcp_batch_options_t *out) {
    static const dwcp_batch_options_t fresh = DWCP_BATCH_OPTIONS_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_batch_row_t: its size, and zero for everything else. */
#define DWCP_BATCH_ROW_INIT { sizeof(dwcp_batch_row_t), 0, 0, NULL, DWCP_CALL_STATS_INIT }

/**
 * Does what DWCP_BATCH_ROW_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_batch_row_init(dwcp_batch_row_t *out) {
    static const dwcp_batch_row_t fresh = DWCP_BATCH_ROW_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/** Initialises a dwcp_log_record_t: its size, and zero for everything else. */
#define DWCP_LOG_RECORD_INIT { sizeof(dwcp_log_record_t), 0, 0, 0, 0, NULL, 0, NULL, 0, NULL, 0, NULL, 0 }

/**
 * Does what DWCP_LOG_RECORD_INIT does, for a struct that exists already. NULL is left alone.
 *
 * Returns: nothing.
 * Errors: none.
 * Ownership: nothing is allocated and nothing is freed.
 * Threads: any, one at a time for a struct.
 * Since: 0.1.0
 */
static inline void dwcp_log_record_init(dwcp_log_record_t *out) {
    static const dwcp_log_record_t fresh = DWCP_LOG_RECORD_INIT;
    if (out != NULL) {
        *out = fresh;
    }
}

/* ---- Values: constructors and getters, also for hosts whose language shows a union as bytes. ---- */

/**
 * A value of a kind with all its bytes zero.
 *
 * Returns: the value.
 * Errors: none; an unknown kind is refused by the function that is given the value.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_value_zero(uint8_t kind) {
    dwcp_value_t value;
    size_t i;
    value.kind = kind;
    for (i = 0; i < sizeof(value.reserved); i++) {
        value.reserved[i] = 0;
    }
    for (i = 0; i < sizeof(value.of.v128); i++) {
        value.of.v128[i] = 0;
    }
    return value;
}

/**
 * An i32.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_i32(int32_t number) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_I32);
    value.of.i32 = number;
    return value;
}

/**
 * An i64.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_i64(int64_t number) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_I64);
    value.of.i64 = number;
    return value;
}

/**
 * An f32.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_f32(float number) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_F32);
    value.of.f32 = number;
    return value;
}

/**
 * An f64.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_f64(double number) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_F64);
    value.of.f64 = number;
    return value;
}

/**
 * A v128 from its 16 bytes, lowest lane first. NULL gives all zeroes.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: the bytes are copied.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_v128(const uint8_t bytes[16]) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_V128);
    size_t i;
    if (bytes != NULL) {
        for (i = 0; i < sizeof(value.of.v128); i++) {
            value.of.v128[i] = bytes[i];
        }
    }
    return value;
}

/**
 * The number in an i32 value.
 *
 * Returns: the number, or 0 when the value is of another kind.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline int32_t dwcp_as_i32(dwcp_value_t value) {
    return value.kind == DWCP_KIND_I32 ? value.of.i32 : 0;
}

/**
 * The number in an i64 value.
 *
 * Returns: the number, or 0 when the value is of another kind.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline int64_t dwcp_as_i64(dwcp_value_t value) {
    return value.kind == DWCP_KIND_I64 ? value.of.i64 : 0;
}

/**
 * The number in an f32 value.
 *
 * Returns: the number, or 0 when the value is of another kind.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline float dwcp_as_f32(dwcp_value_t value) {
    return value.kind == DWCP_KIND_F32 ? value.of.f32 : 0.0f;
}

/**
 * The number in an f64 value.
 *
 * Returns: the number, or 0 when the value is of another kind.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline double dwcp_as_f64(dwcp_value_t value) {
    return value.kind == DWCP_KIND_F64 ? value.of.f64 : 0.0;
}

/**
 * Copies the 16 bytes of a v128 value, lowest lane first.
 *
 * Returns: true, or false with zeroes when the value is of another kind. A NULL `out` is left alone and gives false.
 * Errors: none.
 * Ownership: the bytes are copied.
 * Threads: any.
 * Since: 0.1.0
 */
static inline bool dwcp_as_v128(dwcp_value_t value, uint8_t out[16]) {
    bool is_v128 = value.kind == DWCP_KIND_V128;
    size_t i;
    if (out == NULL) {
        return false;
    }
    for (i = 0; i < sizeof(value.of.v128); i++) {
        out[i] = is_v128 ? value.of.v128[i] : (uint8_t)0;
    }
    return is_v128;
}

/**
 * A string that a NUL ends.
 *
 * Returns: the value; it borrows `text`, which may not be NULL.
 * Errors: none; text that is not UTF-8 is refused by the function that is given the value.
 * Ownership: nothing is allocated: `text` must live as long as the value is used.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_string(const char *text) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_STRING);
    size_t len = 0;
    while (text[len] != '\0') {
        len++;
    }
    value.of.bytes.data = (const uint8_t *)text;
    value.of.bytes.len = len;
    return value;
}

/**
 * A string of `len` bytes.
 *
 * Returns: the value; it borrows `text`.
 * Errors: none; text that is not UTF-8 is refused by the function that is given the value.
 * Ownership: nothing is allocated: `text` must live as long as the value is used.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_string_n(const char *text, size_t len) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_STRING);
    value.of.bytes.data = (const uint8_t *)text;
    value.of.bytes.len = len;
    return value;
}

/**
 * Bytes.
 *
 * Returns: the value; it borrows `data`.
 * Errors: none.
 * Ownership: nothing is allocated: `data` must live as long as the value is used.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_bytes(const void *data, size_t len) {
    dwcp_value_t value = dwcp_value_zero(DWCP_KIND_BYTES);
    value.of.bytes.data = (const uint8_t *)data;
    value.of.bytes.len = len;
    return value;
}

/**
 * The bytes of a string or of bytes.
 *
 * Returns: the bytes; NULL and 0 for a value of another kind.
 * Errors: none.
 * Ownership: those of the value.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_slice_t dwcp_as_bytes(dwcp_value_t value) {
    dwcp_slice_t none;
    none.data = NULL;
    none.len = 0;
    return value.kind == DWCP_KIND_STRING || value.kind == DWCP_KIND_BYTES ? value.of.bytes : none;
}

/**
 * The text of a string that a call gave: a NUL stands behind it.
 *
 * Returns: the text, which may hold NULs of its own; "" for a value of another kind, and for an empty one.
 * Errors: none.
 * Ownership: those of the value. Not for the arguments of a host function, behind which no NUL stands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline const char *dwcp_as_string(dwcp_value_t value) {
    return value.kind == DWCP_KIND_STRING && value.of.bytes.len > 0 ? (const char *)value.of.bytes.data : "";
}

/**
 * A null reference to an object of the host.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_externref_null(void) {
    return dwcp_value_zero(DWCP_KIND_EXTERNREF);
}

/**
 * A null reference to a function.
 *
 * Returns: the value.
 * Errors: none.
 * Ownership: nothing is allocated.
 * Threads: any.
 * Since: 0.1.0
 */
static inline dwcp_value_t dwcp_funcref_null(void) {
    return dwcp_value_zero(DWCP_KIND_FUNCREF);
}

/**
 * Whether a value is a null reference.
 *
 * Returns: true for one of either kind; false for any other value.
 * Errors: none.
 * Ownership: nothing changes hands.
 * Threads: any.
 * Since: 0.1.0
 */
static inline bool dwcp_is_null_ref(dwcp_value_t value) {
    return (value.kind == DWCP_KIND_EXTERNREF || value.kind == DWCP_KIND_FUNCREF) && value.of.ref == 0;
}

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* DWCP_WASM_H */
