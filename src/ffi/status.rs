//! Status codes: explicit numbers, never renumbered, no C enum in the ABI.

use crate::error::Status;
use std::ffi::c_char;

/// What a function returns: DWCP_OK, or one of the codes below. The hundreds give the class: 1xx the caller, 2xx the module,
/// 3xx the guest, 4xx a limit, 5xx capacity, 9xx the library or the operating system. Numbers are never reused or changed.
pub type dwcp_status_t = i32;

/// Success.
pub const DWCP_OK: dwcp_status_t = 0;
/// A parameter is NULL, out of range, not UTF-8, or of an impossible length; the message names it.
pub const DWCP_ERR_INVALID_ARGUMENT: dwcp_status_t = 101;
/// A setting is out of range, unknown, or contradicts another one; the message names it and its value.
pub const DWCP_ERR_INVALID_CONFIG: dwcp_status_t = 102;
/// A pointer is not a handle of the kind that the parameter wants, or its object belongs to another runtime or module.
pub const DWCP_ERR_WRONG_HANDLE: dwcp_status_t = 103;
/// The runtime is closed.
pub const DWCP_ERR_CLOSED: dwcp_status_t = 104;
/// The process was forked after a runtime was made.
pub const DWCP_ERR_FORKED: dwcp_status_t = 105;
/// Not here and now: a runtime is not closed or drained from inside one of its callbacks, and a session is in use already.
pub const DWCP_ERR_BUSY: dwcp_status_t = 106;
/// No export, import, key, alias, module, memory or global by that name or number; the message has the nearest names.
pub const DWCP_ERR_NOT_FOUND: dwcp_status_t = 107;
/// The count or the kinds of the arguments, the signature asked for, or the kind of the export are other ones.
pub const DWCP_ERR_WRONG_TYPE: dwcp_status_t = 108;
/// The buffer has no room for all results; the needed count is written.
pub const DWCP_ERR_BUFFER_TOO_SMALL: dwcp_status_t = 109;
/// The bytes are not those that the key claims or is bound to.
pub const DWCP_ERR_KEY_MISMATCH: dwcp_status_t = 110;
/// The session has no VM any more: a call in it ended in the middle, its module was disabled with its calls, or nobody used it
/// for too long.
pub const DWCP_ERR_VM_DEAD: dwcp_status_t = 111;
/// The module, or one that it is linked with, was disabled by dwcp_module_disable.
pub const DWCP_ERR_DISABLED: dwcp_status_t = 112;
/// The bytes are not a valid WebAssembly module.
pub const DWCP_ERR_INVALID_MODULE: dwcp_status_t = 201;
/// Not offered: a component, a proposal that is off, a shared memory, references outside a session; or the module exports no
/// memory or no allocator for strings.
pub const DWCP_ERR_UNSUPPORTED: dwcp_status_t = 202;
/// The module imports what nobody defines, or under another type; the message lists all of it.
pub const DWCP_ERR_UNRESOLVED_IMPORT: dwcp_status_t = 203;
/// The module is refused before it is compiled or linked: too large, too deeply nested, a disallowed import, a missing export.
pub const DWCP_ERR_POLICY_REFUSED: dwcp_status_t = 204;
/// A precompiled artifact cannot be used. Reserved: no function of this version returns it.
pub const DWCP_ERR_ARTIFACT: dwcp_status_t = 205;
/// The guest trapped; see dwcp_error_trap_code and the frames.
pub const DWCP_ERR_TRAP: dwcp_status_t = 301;
/// The guest called proc_exit in a function call; see dwcp_error_exit_code.
pub const DWCP_ERR_EXIT: dwcp_status_t = 302;
/// A host function failed; the message is the one it gave.
pub const DWCP_ERR_HOST_FUNCTION: dwcp_status_t = 303;
/// The syscall policy denied a WASI call and deny_action is DWCP_DENY_TRAP.
pub const DWCP_ERR_DENIED: dwcp_status_t = 304;
/// A string or bytes that the guest gave lie outside its memory or are not UTF-8, or its allocator gave nothing.
pub const DWCP_ERR_GUEST_DATA: dwcp_status_t = 305;
/// The call's deadline passed: while it waited, while its VM was made, or while it ran.
pub const DWCP_ERR_TIMEOUT: dwcp_status_t = 401;
/// Ended from outside: by a cancel token, by dwcp_module_disable with its calls, or by closing. Also a row of a batch that did
/// not run, and a drain that dwcp_runtime_resume ended.
pub const DWCP_ERR_CANCELLED: dwcp_status_t = 402;
/// The call used all its fuel.
pub const DWCP_ERR_OUT_OF_FUEL: dwcp_status_t = 403;
/// The guest or the module needs more memory than the limit allows.
pub const DWCP_ERR_OUT_OF_MEMORY: dwcp_status_t = 404;
/// The guest's calls are nested deeper than its stack allows.
pub const DWCP_ERR_STACK_OVERFLOW: dwcp_status_t = 405;
/// The guest or the module needs more table elements than the limit allows.
pub const DWCP_ERR_LIMIT_TABLE: dwcp_status_t = 406;
/// The VM needs more instances, one for the module and one for each that it is linked with, or more slots than there may be.
pub const DWCP_ERR_LIMIT_INSTANCES: dwcp_status_t = 407;
/// The module has more functions than the limit allows.
pub const DWCP_ERR_LIMIT_FUNCTIONS: dwcp_status_t = 408;
/// A file or descriptor limit refused the guest something, and it then failed.
pub const DWCP_ERR_LIMIT_IO: dwcp_status_t = 409;
/// The strings and bytes of a call, or those that a host function takes at once, are more than max_result_bytes.
pub const DWCP_ERR_LIMIT_RESULT: dwcp_status_t = 410;
/// All slots are in use, and none came free within acquire_timeout_ms; from inside a host function, none is free now.
pub const DWCP_ERR_NO_SLOT: dwcp_status_t = 501;
/// A queue is full. Reserved: no function of this version returns it.
pub const DWCP_ERR_QUEUE_FULL: dwcp_status_t = 502;
/// A tenant's quota is used up. Reserved: no function of this version returns it.
pub const DWCP_ERR_QUOTA: dwcp_status_t = 503;
/// The runtime is closing, or drained: what is under way may end, nothing new begins.
pub const DWCP_ERR_SHUTTING_DOWN: dwcp_status_t = 504;
/// The VMs of the runtime hold all of max_total_memory_bytes: a call found no room within acquire_timeout_ms, or a guest was refused
/// a growth that its own limit allows, and then failed.
pub const DWCP_ERR_NO_MEMORY: dwcp_status_t = 505;
/// A file or directory of the host cannot be used; the message has its path and the system's reason.
pub const DWCP_ERR_IO: dwcp_status_t = 901;
/// The operating system refused memory, a mapping or a thread.
pub const DWCP_ERR_OS: dwcp_status_t = 902;
/// A defect of the library, stopped at its boundary. The runtime lives on; please report it.
pub const DWCP_ERR_PANIC: dwcp_status_t = 999;

/// Gives the short name of a status, "TIMEOUT" for DWCP_ERR_TIMEOUT.
///
/// Returns: a static string; "UNKNOWN" for a number that is no status. Never NULL.
/// Errors: none
/// Ownership: the string is static.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dwcp_status_name(status: dwcp_status_t) -> *const c_char {
    Status(status).c_name().as_ptr()
}

/// Tells whether the same call may succeed later without any change: no slot, a deadline, a session
/// or a runtime that is busy.
///
/// Returns: true for BUSY, TIMEOUT, NO_SLOT, QUEUE_FULL, QUOTA, NO_MEMORY and OS; false for everything else, unknown numbers included.
/// Errors: none
/// Ownership: nothing to own.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dwcp_status_is_retryable(status: dwcp_status_t) -> bool {
    Status(status).is_retryable()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_and_the_core_agree() {
        let (text, _) = include_str!("status.rs").split_once("#[cfg(test)]").unwrap_or_default();
        for status in Status::ALL.iter().filter(|s| **s != Status::OK) {
            let line = format!("pub const DWCP_ERR_{}: dwcp_status_t = {};", status.name(), status.0);
            assert!(text.contains(&line), "missing: {line}");
        }
        assert_eq!(text.matches("pub const DWCP_ERR_").count(), Status::ALL.len() - 1);
        assert_eq!(DWCP_OK, Status::OK.0);
    }
}
