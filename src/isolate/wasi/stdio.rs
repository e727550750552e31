//! The guest's standard streams: buffers of a call, or the process's own.

use super::WasiHost;
use super::inherited::Inherited;
use super::settings::Stdin;
use parking_lot::Mutex;
use std::io;
use std::os::fd::RawFd;
use std::sync::{Arc, OnceLock};
use wasmtime_wasi::p1::types::Errno;

/// What an output has received.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Captured {
    pub bytes: Vec<u8>,
    /// Whether more was written than the cap lets through.
    pub truncated: bool,
}

/// Where a captured output goes. Shared by the call that writes and the host that reads.
#[derive(Debug)]
pub struct Sink {
    cap: usize,
    open: Mutex<Captured>,
    done: OnceLock<Captured>,
}

impl Sink {
    pub(super) fn new(cap: usize) -> Self {
        Sink { cap, open: Mutex::default(), done: OnceLock::new() }
    }

    /// What was captured. Ends the capture, so that the bytes stay where they are as long as the sink lives.
    pub fn captured(&self) -> &Captured {
        self.done.get_or_init(|| std::mem::take(&mut *self.open.lock()))
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Errno> {
        let mut open = self.open.lock();
        let left = if self.done.get().is_some() { 0 } else { self.cap.saturating_sub(open.bytes.len()) };
        let kept = &bytes[..bytes.len().min(left)];
        open.truncated |= kept.len() < bytes.len();
        // The guest decides how much this is, up to the cap: running out of memory is its error.
        open.bytes.try_reserve(kept.len()).map_err(|_| Errno::Nomem)?;
        open.bytes.extend_from_slice(kept);
        Ok(())
    }
}

/// One of the process's own streams; `None` if the process has closed it.
type Lent = Option<Arc<Inherited>>;

fn lend(fd: RawFd) -> io::Result<Lent> {
    Ok(Inherited::new(fd)?.map(Arc::new))
}

/// The guest's standard input.
#[derive(Debug)]
pub(super) enum Input {
    Bytes { bytes: Arc<[u8]>, position: usize },
    Inherit(Lent),
}

impl Input {
    pub(super) fn new(stdin: &Stdin) -> io::Result<Self> {
        Ok(match stdin {
            Stdin::Empty => Input::Bytes { bytes: Arc::default(), position: 0 },
            Stdin::Bytes(bytes) => Input::Bytes { bytes: Arc::clone(bytes), position: 0 },
            Stdin::Inherit => Input::Inherit(lend(libc::STDIN_FILENO)?),
        })
    }

    /// The process's own stream, if that is what is read; an errno if it is closed.
    pub(super) fn inherited(&self) -> Result<Option<&Arc<Inherited>>, Errno> {
        match self {
            Input::Inherit(lent) => lent.as_ref().map(Some).ok_or(Errno::Badf),
            Input::Bytes { .. } => Ok(None),
        }
    }
}

/// One of the guest's outputs.
#[derive(Debug)]
pub(super) enum Target {
    Discard,
    Capture(Arc<Sink>),
    Inherit(Lent),
}

impl Target {
    pub(super) fn inherit(fd: RawFd) -> io::Result<Self> {
        lend(fd).map(Target::Inherit)
    }

    /// The process's own stream, if that is what is written; an errno if it is closed.
    pub(super) fn inherited(&self) -> Result<Option<&Arc<Inherited>>, Errno> {
        match self {
            Target::Inherit(lent) => lent.as_ref().map(Some).ok_or(Errno::Badf),
            Target::Discard | Target::Capture(_) => Ok(None),
        }
    }
}

/// Reads from standard input into `buffer`.
pub(super) fn read<T: WasiHost>(host: &mut T, buffer: &mut [u8]) -> wasmtime::Result<Result<usize, Errno>> {
    match &mut host.wasi().context()?.stdin {
        Input::Bytes { bytes, position } => {
            let rest = bytes.get(*position..).unwrap_or_default();
            let n = rest.len().min(buffer.len());
            buffer[..n].copy_from_slice(&rest[..n]);
            *position += n;
            Ok(Ok(n))
        }
        Input::Inherit(None) => Ok(Err(Errno::Badf)),
        Input::Inherit(Some(inherited)) => {
            let inherited = Arc::clone(inherited);
            Ok(inherited.read(host, buffer)?)
        }
    }
}

/// Writes `bytes` to output 0 or 1; fewer than all of them only if one of the process's own took no more.
pub(super) fn write<T: WasiHost>(host: &mut T, output: usize, bytes: &[u8]) -> wasmtime::Result<Result<usize, Errno>> {
    match host.wasi().context()?.outputs.get(output) {
        Some(Target::Capture(sink)) => Ok(sink.write(bytes).map(|()| bytes.len())),
        Some(Target::Inherit(None)) => Ok(Err(Errno::Badf)),
        Some(Target::Inherit(Some(inherited))) => {
            let inherited = Arc::clone(inherited);
            Ok(inherited.write(host, bytes)?)
        }
        Some(Target::Discard) | None => Ok(Ok(bytes.len())),
    }
}
