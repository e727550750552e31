//! The state of one call's WASI: what it was given, what it has opened, and which limit it met.

use super::sandbox::SandboxLimits;
use super::settings::{Output, WasiSettings};
use super::stdio::{Input, Sink, Target};
use super::{directories, signals};
use crate::error::{Error, LimitHit, Result, Status};
use std::ffi::CStr;
use std::sync::Arc;
use wasmtime::Memory;
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::types::Fd;
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wiggle::GuestMemory;

/// The bytes that one WASI call may copy into the library's own memory.
pub(super) const HOSTCALL_FUEL: usize = 1 << 20;

/// The WASI state of one call in one Store. Nothing is opened before the guest's first WASI call.
pub struct WasiState {
    settings: Arc<WasiSettings>,
    limits: Arc<SandboxLimits>,
    sinks: [Option<Arc<Sink>>; 2],
    /// The instance's memory, found at the first call, where there is one instance only.
    pub(super) memory: Option<Memory>,
    pub(super) one_instance: bool,
    context: Option<Box<Context>>,
    limit_hit: Option<LimitHit>,
}

/// What exists once a WASI call has been made.
pub(super) struct Context {
    p1: WasiP1Ctx,
    pub(super) descriptors: Descriptors,
    pub(super) stdin: Input,
    pub(super) outputs: [Target; 2],
}

/// A change that may make a file larger.
pub(super) enum Growth {
    /// A write of so many bytes at the descriptor's own position.
    AtCursor(u64),
    At {
        offset: u64,
        len: u64,
    },
    /// A new size.
    To(u64),
}

impl WasiState {
    /// The state for a new call; the outputs it captures are empty.
    pub fn new(settings: Arc<WasiSettings>, limits: Arc<SandboxLimits>, one_instance: bool) -> Self {
        let sinks = settings.outputs.map(|output| match output {
            Output::Capture { cap } => Some(Arc::new(Sink::new(cap))),
            Output::Discard | Output::Inherit => None,
        });
        // The default settings are shared by all calls that bring none: they must not meet in a lock.
        if sinks.iter().any(Option::is_some) {
            sinks.clone_into(&mut *settings.last.lock());
        }
        WasiState { settings, limits, sinks, memory: None, one_instance, context: None, limit_hit: None }
    }

    /// A session's next call starts without the refusals of the last.
    pub fn forget_refusals(&mut self) {
        self.limit_hit = None;
    }

    /// The first limit that refused the guest something.
    pub fn limit_hit(&self) -> Option<LimitHit> {
        self.limit_hit
    }

    /// What descriptor 1 or 2 has received, if it is captured.
    pub fn captured(&self, fd: i32) -> Option<Arc<Sink>> {
        let index = usize::try_from(fd).ok()?.checked_sub(1)?;
        self.sinks.get(index)?.clone()
    }

    /// Whether the guest has made a WASI call that the policy let through.
    pub fn was_used(&self) -> bool {
        self.context.is_some()
    }

    /// Builds what the calls work on, at the first of them.
    pub(super) fn prepare(&mut self, read_only: bool) -> Result<()> {
        if self.context.is_none() {
            self.context = Some(Box::new(self.build(read_only)?));
        }
        Ok(())
    }

    fn build(&self, read_only: bool) -> Result<Context> {
        let settings = &*self.settings;
        let target = |index: usize, fd| match (settings.outputs[index], &self.sinks[index]) {
            (Output::Inherit, _) => Target::inherit(fd),
            (_, Some(sink)) => Ok(Target::Capture(Arc::clone(sink))),
            (_, None) => Ok(Target::Discard),
        };
        let failed = |e| Error::new(Status::OS, format!("the standard streams cannot be lent to the guest: {e}"));
        let stdin = Input::new(&settings.stdin).map_err(failed)?;
        let outputs = [target(0, libc::STDOUT_FILENO).map_err(failed)?, target(1, libc::STDERR_FILENO).map_err(failed)?];
        let mut builder = WasiCtxBuilder::new();
        // Before the directories, which copy the setting.
        builder.allow_blocking_current_thread(true).args(&settings.args).envs(&settings.env);
        let directories = directories::resolve(&settings.directories, &self.limits)?;
        let preopens = directories::open(&directories, &mut builder, read_only)?;
        Ok(Context { p1: builder.build_p1(), descriptors: Descriptors::new(preopens), stdin, outputs })
    }

    /// What [`WasiState::prepare`] has built.
    pub(super) fn context(&mut self) -> wasmtime::Result<&mut Context> {
        self.context.as_deref_mut().ok_or_else(|| wasmtime::Error::msg("the WASI context is not built"))
    }

    /// What the runtime allows, shared: its locks outlast a borrow of the host.
    pub(super) fn sandbox(&self) -> Arc<SandboxLimits> {
        Arc::clone(&self.limits)
    }

    /// wasmtime-wasi's context, its fuel filled up.
    pub(super) fn p1(&mut self) -> wasmtime::Result<&mut WasiP1Ctx> {
        self.p1_with_fuel(HOSTCALL_FUEL)
    }

    /// The same with as much fuel as the call may copy; for calls that copy nothing of ours whatever the guest asks.
    pub(super) fn p1_with_fuel(&mut self, fuel: usize) -> wasmtime::Result<&mut WasiP1Ctx> {
        let p1 = &mut self.context()?.p1;
        p1.set_hostcall_fuel(fuel);
        Ok(p1)
    }

    /// Whether no further descriptor may be opened; counts as the limit being hit.
    pub(super) fn refuses_open(&mut self) -> wasmtime::Result<bool> {
        let limit = self.limits.max_open_files;
        let opened = self.context()?.descriptors.opened;
        if opened < limit {
            return Ok(false);
        }
        self.hit(c"max_open_files", limit.into(), u64::from(opened) + 1);
        Ok(true)
    }

    /// Whether what is written to the descriptor may end at another place than looking at the file has told, unless nobody
    /// else appends meanwhile.
    pub(super) fn appends_within_limit(&mut self, fd: i32) -> wasmtime::Result<bool> {
        let slot = self.context()?.descriptors.get(fd);
        Ok(slot == (Slot::Opened { append: true }) && self.limits.max_file_size != u64::MAX)
    }

    /// Whether the change would make a file larger than a file may be. Counts as the limit being hit if it is the runtime's
    /// and not the process's own. What fails for another reason is left for the call itself to report.
    pub(super) fn refuses_growth(&mut self, memory: &mut GuestMemory<'_>, fd: i32, growth: Growth) -> wasmtime::Result<bool> {
        let (own, process) = (self.limits.max_file_size, signals::largest_file());
        let limit = own.min(process);
        let Slot::Opened { append } = self.context()?.descriptors.get(fd) else { return Ok(false) };
        if limit == u64::MAX {
            return Ok(false);
        }
        let p1 = self.p1()?;
        let descriptor = Fd::from(fd.cast_unsigned());
        let appended = match growth {
            Growth::AtCursor(len) | Growth::At { len, .. } if len == 0 => return Ok(false),
            Growth::AtCursor(len) | Growth::At { len, .. } if append => Some(len),
            _ => None,
        };
        let mut end = match growth {
            Growth::To(size) => size,
            Growth::At { offset, len } => offset.saturating_add(len),
            Growth::AtCursor(len) => match p1.fd_tell(memory, descriptor) {
                Ok(position) => position.saturating_add(len),
                Err(_) => return Ok(false),
            },
        };
        if end <= limit && appended.is_none() {
            return Ok(false);
        }
        let Ok(stat) = super::shims::immediate(p1.fd_filestat_get(memory, descriptor))? else { return Ok(false) };
        if let Some(len) = appended {
            end = stat.size.saturating_add(len);
        }
        // A file that was larger before may be changed.
        let past_own = end > own && end > stat.size;
        if past_own {
            self.hit(c"max_file_size", own, end);
        }
        Ok(past_own || end > process)
    }

    fn hit(&mut self, name: &'static CStr, limit: u64, asked: u64) {
        self.limit_hit.get_or_insert(LimitHit { name, limit, asked });
    }
}

/// What a descriptor number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Free,
    Stdin,
    /// 0 is stdout, 1 is stderr.
    Output(usize),
    Preopen,
    /// Opened by the guest.
    Opened {
        append: bool,
    },
}

/// A shadow of wasmtime-wasi's descriptor table, which it keeps to itself: who is a standard stream and who counts.
pub(super) struct Descriptors {
    slots: Vec<Slot>,
    opened: u32,
}

impl Descriptors {
    fn new(preopens: usize) -> Self {
        let mut slots = vec![Slot::Stdin, Slot::Output(0), Slot::Output(1)];
        slots.resize(3 + preopens, Slot::Preopen);
        Descriptors { slots, opened: 0 }
    }

    pub(super) fn get(&self, fd: i32) -> Slot {
        usize::try_from(fd).ok().and_then(|fd| self.slots.get(fd)).copied().unwrap_or(Slot::Free)
    }

    /// The descriptor now stands for `slot`.
    pub(super) fn set(&mut self, fd: i32, slot: Slot) {
        let Ok(index) = usize::try_from(fd) else { return };
        // wasmtime-wasi numbers densely, so the table is no longer than the descriptors ever open at once.
        if index >= self.slots.len() {
            self.slots.resize(index + 1, Slot::Free);
        }
        let counts = |slot: Slot| u32::from(matches!(slot, Slot::Opened { .. }));
        self.opened = self.opened - counts(self.slots[index]) + counts(slot);
        self.slots[index] = slot;
    }
}
