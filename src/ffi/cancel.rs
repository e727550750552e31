//! `dwcp_cancel_t`: what ends calls from another thread.

use super::boundary::{Handle, free, handle, into_handle, value};
use crate::run::cancel::CancelToken;
use std::sync::Arc;

/// A cancel token. Given to any number of calls, sessions and batches in their options, of any number of runtimes; firing it
/// ends them all. Safe from any number of threads.
pub struct dwcp_cancel {
    _private: [u8; 0],
}

impl Handle for dwcp_cancel {
    type Value = Arc<CancelToken>;
    const MAGIC: u64 = u64::from_le_bytes(*b"DWCPcanc");
    const NAME: &'static str = "dwcp_cancel_t";
}

/// Makes a cancel token.
///
/// Returns: the token; NULL only in a forked child.
/// Errors: none
/// Ownership: the token is the caller's, freed by dwcp_cancel_free.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn dwcp_cancel_new() -> *mut dwcp_cancel {
    value(std::ptr::null_mut(), || Some(into_handle::<dwcp_cancel>(Arc::default())))
}

/// Fires a token: calls that were given it end with DWCP_ERR_CANCELLED, whether they wait for a slot, run or sleep, and calls
/// that are given it from now on do not begin, until dwcp_cancel_reset. A host function that is running is waited for; it can
/// look with dwcp_caller_is_cancelled. A guest without deadline checks (max_execution_time_ms and its ceiling both 0) that
/// computes is not ended. Does not wait for the calls.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: borrows the token; NULL is allowed and does nothing.
/// Threads: any, also a host function's. It takes locks: not from a signal handler.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_cancel_fire(cancel: *const dwcp_cancel) {
    value((), || {
        handle(cancel, "cancel").ok()?.fire();
        Some(())
    });
}

/// Makes a token as good as new. A call that carries it and has not yet looked at it since it was fired goes on: wait for the
/// calls to return first.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: borrows the token; NULL is allowed and does nothing.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_cancel_reset(cancel: *const dwcp_cancel) {
    value((), || {
        handle(cancel, "cancel").ok()?.reset();
        Some(())
    });
}

/// Tells whether a token was fired and not reset.
///
/// Returns: true if so; false for NULL.
/// Errors: none
/// Ownership: borrows the token.
/// Threads: any.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_cancel_is_fired(cancel: *const dwcp_cancel) -> bool {
    value(false, || Some(handle(cancel, "cancel").ok()?.is_fired()))
}

/// Frees a token. Calls and sessions that were given it go on; nothing can cancel them any more.
///
/// Returns: nothing.
/// Errors: none
/// Ownership: takes the token; NULL is allowed and does nothing.
/// Threads: any; nobody may be using this handle.
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dwcp_cancel_free(cancel: *mut dwcp_cancel) {
    free(cancel);
}
