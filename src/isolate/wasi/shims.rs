//! The entry to every preview 1 call: policy, memory, state, and then the call itself on the calling thread.

use super::{
    BadPointer, Exit, MissingMemory, SandboxDenied, WasiHost, calls, check_fuel, clocks, paths, poll, process, random, readdir,
    strings,
};
use crate::config::DenyAction;
use crate::isolate::policy::SyscallPolicy;
use crate::signature::{Kind, Signature};
use crate::syscalls::Syscall;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use wasmtime::{Caller, Extern, Linker, Memory};
use wasmtime_wasi::p1::types::Errno;
use wasmtime_wasi::p1::wasi_snapshot_preview1 as p1;
use wiggle::{GuestError, GuestMemory, Region};

/// The module that preview 1 calls are imported from.
pub const MODULE: &str = "wasi_snapshot_preview1";

/// What the policy says about one call, known when it is linked.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    syscall: Syscall,
    pub(super) call: &'static str,
    allowed: bool,
    traps: bool,
    read_only: bool,
    pub(super) clocks_only: bool,
}

impl Rule {
    fn new(policy: &SyscallPolicy, syscall: Syscall) -> Self {
        Rule {
            syscall,
            call: syscall.name(),
            allowed: policy.permits(syscall),
            traps: policy.deny_action() == DenyAction::Trap,
            read_only: policy.is_read_only(),
            clocks_only: policy.polls_clocks_only(),
        }
    }

    /// Denies the call: counted, then an errno or the end of the guest.
    pub(super) fn deny<T: WasiHost>(&self, host: &mut T) -> wasmtime::Result<i32> {
        host.denied(self.syscall);
        if self.traps { Err(SandboxDenied { call: self.call }.into()) } else { Ok(Errno::Notcapable as i32) }
    }
}

/// The calling instance's memory: looked up once where a Store has one instance, as growing does not change the handle. An
/// instance that imports its memory and does not export it again has the one that all share.
fn memory_of<T: WasiHost>(caller: &mut Caller<'_, T>, call: &'static str) -> wasmtime::Result<Memory> {
    if let Some(memory) = caller.data_mut().wasi().memory {
        return Ok(memory);
    }
    let memory = match caller.get_export("memory") {
        Some(Extern::Memory(memory)) => memory,
        _ => caller.data().shared_memory().ok_or(MissingMemory { call })?,
    };
    let wasi = caller.data_mut().wasi();
    if wasi.one_instance {
        wasi.memory = Some(memory);
    }
    Ok(memory)
}

/// The result of a future that never waits. wasmtime-wasi's calls are async for hosts that want file work elsewhere; ours
/// do it on the calling thread, and whatever can wait is not left to them.
pub(super) fn immediate<F: Future>(future: F) -> wasmtime::Result<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(wasmtime::Error::msg("a WASI call waited that never does")),
    }
}

/// The calls with the types of their parameters. `sync` and `look` go straight to wasmtime-wasi, those with the name of a module
/// to our function in it, `poll` to ours with the rule, `sock` to one for all. Those with paths name the lengths of these in
/// brackets.
macro_rules! for_each_call {
    ($apply:ident) => {
        $apply! {
            strings args_get(argv: i32, buffer: i32);
            strings args_sizes_get(count: i32, size: i32);
            strings environ_get(environ: i32, buffer: i32);
            strings environ_sizes_get(count: i32, size: i32);
            clocks clock_res_get(clock: i32, result: i32);
            clocks clock_time_get(clock: i32, precision: i64, result: i32);
            calls fd_advise(fd: i32, offset: i64, len: i64, advice: i32);
            calls fd_allocate(fd: i32, offset: i64, len: i64);
            calls fd_close(fd: i32);
            calls fd_datasync(fd: i32);
            calls fd_fdstat_get(fd: i32, result: i32);
            calls fd_fdstat_set_flags(fd: i32, flags: i32);
            calls fd_fdstat_set_rights(fd: i32, base: i64, inheriting: i64);
            calls fd_filestat_get(fd: i32, result: i32);
            calls fd_filestat_set_size(fd: i32, size: i64);
            calls fd_filestat_set_times(fd: i32, atim: i64, mtim: i64, flags: i32);
            calls fd_pread(fd: i32, iovs: i32, count: i32, offset: i64, result: i32);
            sync fd_prestat_get(fd: i32, result: i32);
            sync fd_prestat_dir_name(fd: i32, path: i32, len: i32);
            calls fd_pwrite(fd: i32, iovs: i32, count: i32, offset: i64, result: i32);
            calls fd_read(fd: i32, iovs: i32, count: i32, result: i32);
            readdir fd_readdir(fd: i32, buffer: i32, len: i32, cookie: i64, result: i32);
            calls fd_renumber(from: i32, to: i32);
            calls fd_seek(fd: i32, offset: i64, whence: i32, result: i32);
            calls fd_sync(fd: i32);
            calls fd_tell(fd: i32, result: i32);
            calls fd_write(fd: i32, iovs: i32, count: i32, result: i32);
            paths path_create_directory[len](fd: i32, path: i32, len: i32);
            paths path_filestat_get[len](fd: i32, flags: i32, path: i32, len: i32, result: i32);
            paths path_filestat_set_times[len](fd: i32, flags: i32, path: i32, len: i32, atim: i64, mtim: i64, set: i32);
            paths path_link[old_len, new_len](old_fd: i32, flags: i32, old: i32, old_len: i32, new_fd: i32, new: i32, new_len: i32);
            paths path_open[len](
                fd: i32, lookup: i32, path: i32, len: i32, oflags: i32, base: i64, inheriting: i64, flags: i32, result: i32);
            look path_readlink[len](fd: i32, path: i32, len: i32, buffer: i32, buffer_len: i32, result: i32);
            look path_remove_directory[len](fd: i32, path: i32, len: i32);
            look path_rename[old_len, new_len](old_fd: i32, old: i32, old_len: i32, new_fd: i32, new: i32, new_len: i32);
            paths path_symlink[old_len, new_len](old: i32, old_len: i32, fd: i32, new: i32, new_len: i32);
            look path_unlink_file[len](fd: i32, path: i32, len: i32);
            poll poll_oneoff(subscriptions: i32, events: i32, count: i32, result: i32);
            process proc_raise(signal: i32);
            process sched_yield();
            random random_get(buffer: i32, len: i32);
            sock sock_accept(fd: i32, flags: i32, result: i32);
            sock sock_recv(fd: i32, iovs: i32, count: i32, flags: i32, size: i32, result: i32);
            sock sock_send(fd: i32, iovs: i32, count: i32, flags: i32, result: i32);
            sock sock_shutdown(fd: i32, how: i32);
        }
    };
}

/// A parameter as wasmtime-wasi takes it, which numbers the directories by itself.
macro_rules! inner {
    ($host:ident $arg:ident fd) => {
        $host.wasi().inner($arg)?
    };
    ($host:ident $arg:ident old_fd) => {
        $host.wasi().inner($arg)?
    };
    ($host:ident $arg:ident new_fd) => {
        $host.wasi().inner($arg)?
    };
    ($host:ident $arg:ident $other:ident) => {
        $arg
    };
}

macro_rules! invoke {
    (sync $name:ident $rule:ident $host:ident $memory:ident ($($arg:ident),*)) => {{
        $(let $arg = inner!($host $arg $arg);)*
        p1::$name($host.wasi().p1()?, &mut $memory, $($arg),*)
    }};
    (look $name:ident $rule:ident $host:ident $memory:ident ($($arg:ident),*)) => {{
        $(let $arg = inner!($host $arg $arg);)*
        immediate(p1::$name($host.wasi().p1()?, &mut $memory, $($arg),*))?
    }};
    (sock $name:ident $rule:ident $host:ident $memory:ident ($fd:ident $(, $arg:ident)*)) => {{
        let _ = (&mut $memory, $($arg),*);
        calls::no_socket($host, $fd)
    }};
    (poll $name:ident $rule:ident $host:ident $memory:ident ($($arg:ident),*)) => {
        poll::$name($host, &mut $memory, &$rule, $($arg),*)
    };
    ($module:ident $name:ident $rule:ident $host:ident $memory:ident ($($arg:ident),*)) => {
        $module::$name($host, &mut $memory, $($arg),*)
    };
}

/// Does the work of a call, whose errors then have its name.
fn naming(call: &'static str, work: impl FnOnce() -> wasmtime::Result<i32>) -> wasmtime::Result<i32> {
    work().map_err(|e| named(e, call))
}

/// An error that ends the guest; a pointer that cannot be followed with the name of the call that was given it.
#[cold]
fn named(error: wasmtime::Error, call: &'static str) -> wasmtime::Error {
    let mut bad = error.downcast_ref::<GuestError>();
    while let Some(GuestError::InFunc { err, .. }) = bad {
        bad = Some(err);
    }
    let (region, misaligned) = match bad {
        Some(GuestError::PtrOutOfBounds(region)) => (*region, false),
        Some(GuestError::PtrNotAligned(region, _)) => (*region, true),
        // It is so far behind the end that there is no number for it.
        Some(GuestError::PtrOverflow) => (Region { start: u32::MAX, len: u32::MAX }, false),
        _ => return error,
    };
    BadPointer { call, at: region.start, len: region.len, misaligned }.into()
}

/// The signature of the call of that name.
pub fn signature(name: &str) -> Option<Signature> {
    macro_rules! find {
        ($( $kind:ident $call:ident$([$($len:ident),*])?($($arg:ident: $ty:ty),*); )*) => {
            match name {
                $(stringify!($call) => Some(Signature { params: Box::new([$(kind::<$ty>()),*]), results: Box::new([Kind::I32]) }),)*
                "proc_exit" => Some(Signature { params: Box::new([Kind::I32]), results: Box::new([]) }),
                _ => None,
            }
        };
    }
    for_each_call!(find)
}

/// The kind of a parameter: they are integers of 32 and of 64 bits.
const fn kind<T>() -> Kind {
    if size_of::<T>() == size_of::<i64>() { Kind::I64 } else { Kind::I32 }
}

/// Defines the 46 calls under the policy.
pub fn add_to_linker<T: WasiHost>(linker: &mut Linker<T>, policy: &Arc<SyscallPolicy>) -> wasmtime::Result<()> {
    macro_rules! define {
        ($( $kind:ident $name:ident$([$($len:ident),*])?($($arg:ident: $ty:ty),*); )*) => {
            $({
                let rule = Rule::new(policy, const { Syscall::of(stringify!($name)) });
                linker.func_wrap(MODULE, rule.call, move |mut caller: Caller<'_, T>, $($arg: $ty),*| -> wasmtime::Result<i32> {
                    check_fuel(&caller)?;
                    caller.data_mut().entering(rule.syscall)?;
                    if !rule.allowed {
                        return rule.deny(caller.data_mut());
                    }
                    $(if paths::too_long(&[$($len),*]) {
                        return Ok(Errno::Nametoolong as i32);
                    })?
                    let memory = memory_of(&mut caller, rule.call)?;
                    let (bytes, host) = memory.data_and_store_mut(&mut caller);
                    host.wasi().prepare(rule.read_only)?;
                    #[allow(unused_mut, reason = "not every kind of call borrows it mutably")]
                    let mut memory = GuestMemory::Unshared(bytes);
                    naming(rule.call, || invoke!($kind $name rule host memory ($($arg),*)))
                })?;
            })*
        };
    }
    for_each_call!(define);

    let rule = Rule::new(policy, const { Syscall::of("proc_exit") });
    linker.func_wrap(MODULE, rule.call, move |mut caller: Caller<'_, T>, status: i32| -> wasmtime::Result<()> {
        check_fuel(&caller)?;
        caller.data_mut().entering(rule.syscall)?;
        if rule.allowed {
            return Err(Exit(status).into());
        }
        // It has no result to carry an errno, and its caller counts on it not to return.
        caller.data_mut().denied(rule.syscall);
        Err(SandboxDenied { call: rule.call }.into())
    })?;
    Ok(())
}
