//! The state of one call's WASI: what it was given, what it has opened, and which limit it met.

use super::clocks::Clocks;
use super::descriptors::{Descriptors, Directory, Slot};
use super::quota::Spent;
use super::random::Random;
use super::sandbox::SandboxLimits;
use super::settings::{Output, WasiSettings};
use super::stdio::{Input, Sink, Target};
use super::{directories, handles};
use crate::error::{Error, LimitHit, Result, Status};
use std::sync::Arc;
use wasmtime::Memory;
use wasmtime_wasi::WasiCtxBuilder;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;

/// The bytes that one WASI call may copy into the library's own memory.
pub(super) const HOSTCALL_FUEL: usize = 1 << 20;

/// The WASI state of one call in one Store. Nothing is opened before the guest's first WASI call.
pub struct WasiState {
    settings: Arc<WasiSettings>,
    pub(super) limits: Arc<SandboxLimits>,
    sinks: [Option<Arc<Sink>>; 2],
    /// The instance's memory, found at the first call, where there is one instance only.
    pub(super) memory: Option<Memory>,
    pub(super) one_instance: bool,
    context: Option<Box<Context>>,
    pub(super) limit_hit: Option<LimitHit>,
    pub(super) spent: Spent,
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

impl WasiState {
    /// The state for a new call; the outputs it captures are empty.
    pub fn new(settings: Arc<WasiSettings>, limits: Arc<SandboxLimits>, one_instance: bool) -> Self {
        let sinks = sinks(&settings);
        WasiState { settings, limits, sinks, memory: None, one_instance, context: None, limit_hit: None, spent: Spent::default() }
    }

    /// A session's next call begins: what it writes is captured anew, the end of its input may not have been the last, and others
    /// may have changed its files.
    pub fn begin_call(&mut self) {
        if self.sinks.iter().flatten().any(|sink| sink.was_used()) {
            self.sinks = sinks(&self.settings);
        } else if self.sinks.iter().any(Option::is_some) {
            // Another call with the same settings may have come in between.
            self.sinks.clone_into(&mut *self.settings.last.lock());
        }
        let Some(context) = &mut self.context else { return };
        context.stdin.begin_call();
        context.descriptors.forget_sizes();
        for (target, sink) in context.outputs.iter_mut().zip(&self.sinks) {
            if let (Target::Capture(place), Some(sink)) = (target, sink) {
                *place = Arc::clone(sink);
            }
        }
    }

    /// A session's next call starts without the refusals of the last, and may write and create as much as that could.
    pub fn forget_refusals(&mut self) {
        (self.limit_hit, self.spent) = (None, Spent::default());
    }

    /// The first limit that refused the guest something.
    pub fn limit_hit(&self) -> Option<LimitHit> {
        self.limit_hit
    }

    /// What descriptor 1 or 2 has received, if it is captured.
    #[cfg(test)]
    pub fn captured(&self, fd: i32) -> Option<Arc<Sink>> {
        let index = usize::try_from(fd).ok()?.checked_sub(1)?;
        self.sinks.get(index)?.clone()
    }

    /// Whether the guest has made a WASI call that the policy let through.
    #[cfg(test)]
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
        let output = |index: usize, fd| {
            Target::new(&settings.outputs[index], self.sinks[index].as_ref(), fd, self.limits.log_output).map_err(failed)
        };
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

    /// The table of descriptors, in which the directories are if `fd` may be one: opening them is left for as long as it can be.
    pub(super) fn table(&mut self, fd: i32) -> wasmtime::Result<&mut Descriptors> {
        if !(0..STREAMS).contains(&fd) {
            self.p1()?;
        }
        Ok(&mut self.context()?.descriptors)
    }

    /// What a descriptor number stands for.
    pub(super) fn slot(&mut self, fd: i32) -> wasmtime::Result<&Slot> {
        Ok(self.table(fd)?.get(fd))
    }

    /// The number that wasmtime-wasi knows the guest's directory by; for anything else one that it does not know.
    pub(super) fn inner(&mut self, fd: i32) -> wasmtime::Result<i32> {
        let directory = self.table(fd)?.directory(fd);
        Ok(directory.map_or(-1, |directory| u32::from(directory.inner).cast_signed()))
    }

    /// wasmtime-wasi's context, with as much fuel as a call may copy.
    pub(super) fn p1(&mut self) -> wasmtime::Result<&mut WasiP1Ctx> {
        let context = self.context.as_deref_mut().ok_or_else(no_context)?;
        let p1 = match &mut context.p1 {
            Some(p1) => p1,
            none => {
                let (p1, given) = open(&self.settings, &self.limits, context.read_only)?;
                context.descriptors.give(given);
                none.insert(p1)
            }
        };
        p1.set_hostcall_fuel(HOSTCALL_FUEL);
        Ok(p1)
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

/// The call's directories, opened.
fn open(settings: &WasiSettings, limits: &SandboxLimits, read_only: bool) -> wasmtime::Result<(WasiP1Ctx, Vec<Directory>)> {
    let mut builder = WasiCtxBuilder::new();
    // Before the directories, which copy the setting.
    builder.allow_blocking_current_thread(true);
    let directories = directories::resolve(&settings.directories, limits)?;
    directories::open(&directories, &mut builder, read_only)?;
    let mut p1 = builder.build_p1();
    let given = handles::given(&mut p1)?;
    Ok((p1, given))
}

#[cold]
fn no_context() -> wasmtime::Error {
    wasmtime::Error::msg("the WASI context is not built")
}

/// The standard streams come first.
const STREAMS: i32 = 3;
