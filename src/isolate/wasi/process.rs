//! What a guest asks for as if it were a process, but for its end.

use super::calls::SUCCESS;
use super::{WasiHost, check_interrupt};
use wasmtime::Result;
use wasmtime_wasi::p1::types::Errno;
use wiggle::GuestMemory;

/// Lets other threads run; whoever yields in a loop waits for something, perhaps longer than the call may last.
pub(super) fn sched_yield<T: WasiHost>(host: &mut T, _memory: &mut GuestMemory<'_>) -> Result<i32> {
    std::thread::yield_now();
    check_interrupt(host)?;
    Ok(SUCCESS)
}

/// Preview 1 has no signals that a guest could raise.
pub(super) fn proc_raise<T: WasiHost>(_host: &mut T, _memory: &mut GuestMemory<'_>, _signal: i32) -> Result<i32> {
    Ok(Errno::Notsup as i32)
}
