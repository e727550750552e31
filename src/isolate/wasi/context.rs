//! The state of one call's WASI: what it was given, what it has opened, and which limit it met.

use super::directories;
use super::settings::{Output, WasiSettings};
use super::stdio::{Input, Sink, Target};
use crate::config::Directory;
use crate::error::{LimitHit, Result};
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

/// What a runtime allows the guests' file calls.
#[derive(Clone, Debug)]
pub struct SandboxLimits {
    pub filesystem_access: bool,
    pub allowed_directories: Vec<Directory>,
    /// The size in bytes past which no file grows.
    pub max_file_size: u64,
    /// Files and directories that a call may have open at once, beside the standard streams and the directories given.
    pub max_open_files: u32,
}

impl Default for SandboxLimits {
    /// File calls allowed, on no directory, without limits.
    fn default() -> Self {
        let allowed_directories = Vec::new();
        SandboxLimits { filesystem_access: true, allowed_directories, max_file_size: u64::MAX, max_open_files: u32::MAX }
    }
}

/// The WASI state of one call in one Store. Nothing is opened before the guest's first WASI call.
pub struct WasiState {
    settings: Arc<WasiSettings>,
    limits: Arc<SandboxLimits>,
    sinks: [Option<Arc<Sink>>; 2],
    /// The instance's memory, found at the first call.
    pub(super) memory: Option<Memory>,
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
    pub fn new(settings: Arc<WasiSettings>, limits: Arc<SandboxLimits>) -> Self {
        let sinks = settings.outputs.map(|output| match output {
            Output::Capture { cap } => Some(Arc::new(Sink::new(cap))),
            Output::Discard | Output::Inherit => None,
        });
        // The default settings are shared by all calls that bring none: they must not meet in a lock.
        if sinks.iter().any(Option::is_some) {
            sinks.clone_into(&mut *settings.last.lock());
        }
        WasiState { settings, limits, sinks, memory: None, context: None, limit_hit: None }
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
        let mut builder = WasiCtxBuilder::new();
        // Before the directories, which copy the setting.
        builder.allow_blocking_current_thread(true).args(&settings.args).envs(&settings.env);
        let mut preopens = 0;
        for directory in directories::resolve(&settings.directories, &self.limits)? {
            preopens += usize::from(directory.open(&mut builder, read_only)?);
        }
        let target = |index: usize, fd| match (settings.outputs[index], &self.sinks[index]) {
            (Output::Inherit, _) => Target::inherit(fd),
            (_, Some(sink)) => Target::Capture(Arc::clone(sink)),
            (_, None) => Target::Discard,
        };
        Ok(Context {
            p1: builder.build_p1(),
            descriptors: Descriptors::new(preopens),
            stdin: Input::new(&settings.stdin),
            outputs: [target(0, libc::STDOUT_FILENO), target(1, libc::STDERR_FILENO)],
        })
    }

    /// What [`WasiState::prepare`] has built.
    pub(super) fn context(&mut self) -> wasmtime::Result<&mut Context> {
        self.context.as_deref_mut().ok_or_else(|| wasmtime::Error::msg("the WASI context is not built"))
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

    /// Whether the change would make a file larger than a file may be; counts as the limit being hit. What fails for another
    /// reason is left for the call itself to report.
    pub(super) fn refuses_growth(&mut self, memory: &mut GuestMemory<'_>, fd: i32, growth: Growth) -> wasmtime::Result<bool> {
        let limit = self.limits.max_file_size;
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
        if end <= limit || end <= stat.size {
            return Ok(false);
        }
        self.hit(c"max_file_size", limit, end);
        Ok(true)
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
