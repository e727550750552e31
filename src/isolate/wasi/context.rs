//! The state of one call's WASI: what it was given, what it has opened, and which limit it met.

use super::clocks::Clocks;
use super::random::Random;
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
    /// wasmtime-wasi's, made by the first call that concerns a file.
    p1: Option<WasiP1Ctx>,
    pub(super) descriptors: Descriptors,
    pub(super) stdin: Input,
    pub(super) outputs: [Target; 2],
    pub(super) clocks: Clocks,
    pub(super) random: Random,
    read_only: bool,
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
        let sinks = sinks(&settings);
        WasiState { settings, limits, sinks, memory: None, one_instance, context: None, limit_hit: None }
    }

    /// A session's next call begins: what it writes is captured anew, and the end of its input may not have been the last.
    pub fn begin_call(&mut self) {
        if self.sinks.iter().flatten().any(|sink| sink.was_used()) {
            self.sinks = sinks(&self.settings);
        } else if self.sinks.iter().any(Option::is_some) {
            // Another call with the same settings may have come in between.
            self.sinks.clone_into(&mut *self.settings.last.lock());
        }
        let Some(context) = &mut self.context else { return };
        context.stdin.begin_call();
        for (target, sink) in context.outputs.iter_mut().zip(&self.sinks) {
            if let (Target::Capture(place), Some(sink)) = (target, sink) {
                *place = Arc::clone(sink);
            }
        }
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
        let failed = |e| Error::new(Status::OS, format!("the standard streams cannot be lent to the guest: {e}"));
        let output = |index: usize, fd| Target::new(&settings.outputs[index], self.sinks[index].as_ref(), fd).map_err(failed);
        Ok(Context {
            p1: None,
            descriptors: Descriptors::new(),
            stdin: Input::new(&settings.stdin).map_err(failed)?,
            outputs: [output(0, libc::STDOUT_FILENO)?, output(1, libc::STDERR_FILENO)?],
            clocks: Clocks::new(settings.clocks.unwrap_or(self.limits.clocks)),
            random: Random::new(settings.random_seed.or(self.limits.random_seed)),
            read_only,
        })
    }

    /// What [`WasiState::prepare`] has built.
    pub(super) fn context(&mut self) -> wasmtime::Result<&mut Context> {
        self.context.as_deref_mut().ok_or_else(no_context)
    }

    /// One of the outputs, if the guest has made a WASI call at all.
    pub(super) fn output(&mut self, index: usize) -> Option<&mut Target> {
        self.context.as_mut()?.outputs.get_mut(index)
    }

    pub(super) fn settings(&self) -> &Arc<WasiSettings> {
        &self.settings
    }

    /// The table of descriptors, with the directories in it.
    pub(super) fn descriptors(&mut self) -> wasmtime::Result<&mut Descriptors> {
        self.p1()?;
        Ok(&mut self.context()?.descriptors)
    }

    /// What a descriptor number stands for. The standard streams are known before any directory is opened.
    pub(super) fn slot(&mut self, fd: i32) -> wasmtime::Result<Slot> {
        let context = self.context()?;
        match context.p1.is_some() || (0..STREAMS).contains(&fd) {
            true => Ok(context.descriptors.get(fd)),
            false => Ok(self.descriptors()?.get(fd)),
        }
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
        let context = self.context.as_deref_mut().ok_or_else(no_context)?;
        let p1 = match &mut context.p1 {
            Some(p1) => p1,
            none => {
                let (p1, preopens) = open(&self.settings, &self.limits, context.read_only)?;
                context.descriptors.add_preopens(preopens);
                none.insert(p1)
            }
        };
        p1.set_hostcall_fuel(fuel);
        Ok(p1)
    }

    /// Whether no further descriptor may be opened; counts as the limit being hit.
    pub(super) fn refuses_open(&mut self) -> wasmtime::Result<bool> {
        let limit = self.limits.max_open_files;
        let opened = self.descriptors()?.opened;
        if opened < limit {
            return Ok(false);
        }
        self.hit(c"max_open_files", limit.into(), u64::from(opened) + 1);
        Ok(true)
    }

    /// Whether what is written to the descriptor may end at another place than looking at the file has told, unless nobody
    /// else appends meanwhile.
    pub(super) fn appends_within_limit(&mut self, fd: i32) -> wasmtime::Result<bool> {
        let slot = self.slot(fd)?;
        Ok(slot == (Slot::Opened { append: true }) && self.limits.max_file_size != u64::MAX)
    }

    /// Whether the change would make a file larger than a file may be. Counts as the limit being hit if it is the runtime's
    /// and not the process's own. What fails for another reason is left for the call itself to report.
    pub(super) fn refuses_growth(&mut self, memory: &mut GuestMemory<'_>, fd: i32, growth: Growth) -> wasmtime::Result<bool> {
        let (own, process) = (self.limits.max_file_size, signals::largest_file());
        let limit = own.min(process);
        let Slot::Opened { append } = self.slot(fd)? else { return Ok(false) };
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

/// What a call's captured outputs go to, empty. The settings know them as those of the last call.
fn sinks(settings: &WasiSettings) -> [Option<Arc<Sink>>; 2] {
    let sinks = [&settings.outputs[0], &settings.outputs[1]].map(|output| match output {
        Output::Capture { cap } => Some(Arc::new(Sink::new(*cap))),
        Output::Discard | Output::Inherit | Output::Lines(_) => None,
    });
    // The default settings are shared by all calls that bring none: they must not meet in a lock.
    if sinks.iter().any(Option::is_some) {
        sinks.clone_into(&mut *settings.last.lock());
    }
    sinks
}

/// The call's directories, opened, and how many there are.
fn open(settings: &WasiSettings, limits: &SandboxLimits, read_only: bool) -> Result<(WasiP1Ctx, usize)> {
    let mut builder = WasiCtxBuilder::new();
    // Before the directories, which copy the setting.
    builder.allow_blocking_current_thread(true);
    let directories = directories::resolve(&settings.directories, limits)?;
    let preopens = directories::open(&directories, &mut builder, read_only)?;
    Ok((builder.build_p1(), preopens))
}

#[cold]
fn no_context() -> wasmtime::Error {
    wasmtime::Error::msg("the WASI context is not built")
}

/// The standard streams come first.
const STREAMS: i32 = 3;

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
    fn new() -> Self {
        Descriptors { slots: vec![Slot::Stdin, Slot::Output(0), Slot::Output(1)], opened: 0 }
    }

    fn add_preopens(&mut self, preopens: usize) {
        self.slots.resize(self.slots.len() + preopens, Slot::Preopen);
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
