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
