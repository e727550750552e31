//! The guest's standard streams: buffers of a call, callbacks of the host, or the process's own.

use super::inherited::Inherited;
use super::settings::{Lines, Output, Source, Stdin};
use super::{WasiHost, check_interrupt};
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

    /// Whether the guest has written or the host has looked.
    pub(super) fn was_used(&self) -> bool {
        self.done.get().is_some() || *self.open.lock() != Captured::default()
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

/// The longest line that is given to the host in one piece.
const MAX_LINE: usize = 64 << 10;

/// One of the process's own streams; `None` if the process has closed it.
type Lent = Option<Arc<Inherited>>;

fn lend(fd: RawFd) -> io::Result<Lent> {
    Ok(Inherited::new(fd)?.map(Arc::new))
}

/// The guest's standard input.
pub(super) enum Input {
    Bytes {
        bytes: Arc<[u8]>,
        position: usize,
    },
    Inherit(Lent),
    Host {
        source: Arc<dyn Source>,
        /// Whether the host has said that there is no more: it is not asked again.
        ended: bool,
    },
}

impl Input {
    pub(super) fn new(stdin: &Stdin) -> io::Result<Self> {
        Ok(match stdin {
            Stdin::Empty => Input::Bytes { bytes: Arc::default(), position: 0 },
            Stdin::Bytes(bytes) => Input::Bytes { bytes: Arc::clone(bytes), position: 0 },
            Stdin::Inherit => Input::Inherit(lend(libc::STDIN_FILENO)?),
            Stdin::Host(source) => Input::Host { source: Arc::clone(source), ended: false },
        })
    }

    /// A host that said that there is no more is asked again by the next call.
    pub(super) fn begin_call(&mut self) {
        if let Input::Host { ended, .. } = self {
            *ended = false;
        }
    }

    /// The process's own stream, if that is what is read; an errno if it is closed.
    pub(super) fn inherited(&self) -> Result<Option<&Arc<Inherited>>, Errno> {
        match self {
            Input::Inherit(lent) => lent.as_ref().map(Some).ok_or(Errno::Badf),
            Input::Bytes { .. } | Input::Host { .. } => Ok(None),
        }
    }
}

/// Who is given the lines of an output.
#[derive(Clone)]
pub(super) enum LinesTo {
    Host(Arc<dyn Lines>),
    Log,
}

impl LinesTo {
    fn give<T: WasiHost>(&self, host: &T, fd: i32, bytes: &[u8], ends: bool) {
        match self {
            LinesTo::Host(lines) => host.call_out(|| lines.line(fd, bytes, ends)),
            LinesTo::Log => host.log_output(fd, bytes),
        }
    }
}

/// One of the guest's outputs.
pub(super) enum Target {
    Discard,
    Capture(Arc<Sink>),
    Inherit(Lent),
    Lines {
        to: LinesTo,
        /// The beginning of a line whose end the guest has not written yet.
        begun: Vec<u8>,
    },
}

impl Target {
    /// What `output` asks for; `sink` is where it goes if it is captured, `fd` the process's own stream. With `log` what would be
    /// thrown away is logged.
    pub(super) fn new(output: &Output, sink: Option<&Arc<Sink>>, fd: RawFd, log: bool) -> io::Result<Self> {
        Ok(match (output, sink) {
            (Output::Inherit, _) => Target::Inherit(lend(fd)?),
            (Output::Lines(host), _) => Target::Lines { to: LinesTo::Host(Arc::clone(host)), begun: Vec::new() },
            (Output::Discard, _) if log => Target::Lines { to: LinesTo::Log, begun: Vec::new() },
            (Output::Capture { .. }, Some(sink)) => Target::Capture(Arc::clone(sink)),
            (Output::Discard | Output::Capture { .. }, _) => Target::Discard,
        })
    }

    /// The process's own stream, if that is what is written; an errno if it is closed.
    pub(super) fn inherited(&self) -> Result<Option<&Arc<Inherited>>, Errno> {
        match self {
            Target::Inherit(lent) => lent.as_ref().map(Some).ok_or(Errno::Badf),
            Target::Discard | Target::Capture(_) | Target::Lines { .. } => Ok(None),
        }
    }
}

/// Reads from standard input into `buffer`, which is not empty.
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
        Input::Host { ended: true, .. } => Ok(Ok(0)),
        Input::Host { source, .. } => {
            let source = Arc::clone(source);
            check_interrupt(host)?;
            let read = host.call_out(|| source.read(buffer));
            if read == Some(0)
                && let Input::Host { ended, .. } = &mut host.wasi().context()?.stdin
            {
                *ended = true;
            }
            check_interrupt(host)?;
            Ok(read.map(|n| n.min(buffer.len())).ok_or(Errno::Io))
        }
    }
}

/// Writes `bytes` to output 0 or 1; fewer than all of them only if one of the process's own took no more.
pub(super) fn write<T: WasiHost>(host: &mut T, output: usize, bytes: &[u8]) -> wasmtime::Result<Result<usize, Errno>> {
    match host.wasi().context()?.outputs.get_mut(output) {
        Some(Target::Capture(sink)) => Ok(sink.write(bytes).map(|()| bytes.len())),
        Some(Target::Inherit(None)) => Ok(Err(Errno::Badf)),
        Some(Target::Inherit(Some(inherited))) => {
            let inherited = Arc::clone(inherited);
            Ok(inherited.write(host, bytes)?)
        }
        Some(Target::Lines { to, begun }) => {
            let (to, mut begun) = (to.clone(), std::mem::take(begun));
            let written = write_lines(host, output, &to, &mut begun, bytes);
            if let Some(Target::Lines { begun: place, .. }) = host.wasi().context()?.outputs.get_mut(output) {
                *place = begun;
            }
            written
        }
        Some(Target::Discard) | None => Ok(Ok(bytes.len())),
    }
}

/// Gives the host the lines that `bytes` end, and keeps the beginning of the next.
fn write_lines<T: WasiHost>(
    host: &mut T,
    output: usize,
    to: &LinesTo,
    begun: &mut Vec<u8>,
    bytes: &[u8],
) -> wasmtime::Result<Result<usize, Errno>> {
    let fd = descriptor(output);
    let mut rest = bytes;
    while !rest.is_empty() {
        let room = MAX_LINE - begun.len();
        let end = rest.iter().take(room).position(|byte| *byte == b'\n');
        let Some(len) = end.or_else(|| (rest.len() >= room).then_some(room)) else {
            if begun.try_reserve(rest.len()).is_err() {
                return Ok(Err(Errno::Nomem));
            }
            begun.extend_from_slice(rest);
            break;
        };
        let (piece, after) = rest.split_at(len);
        check_interrupt(host)?;
        if begun.is_empty() {
            to.give(host, fd, piece, end.is_some());
        } else {
            let mut line = std::mem::take(begun);
            line.extend_from_slice(piece);
            to.give(host, fd, &line, end.is_some());
            line.clear();
            *begun = line;
        }
        rest = &after[usize::from(end.is_some())..];
    }
    Ok(Ok(bytes.len()))
}

/// Gives the host the lines that the guest has begun and not ended: its call is over.
pub fn finish<T: WasiHost>(host: &mut T) {
    for output in 0..2 {
        let Some(Target::Lines { to, begun }) = host.wasi().output(output) else { continue };
        if !begun.is_empty() {
            let (to, begun) = (to.clone(), std::mem::take(begun));
            to.give(host, descriptor(output), &begun, false);
        }
    }
}

/// The guest's descriptor of output 0 or 1.
fn descriptor(output: usize) -> i32 {
    if output == 0 { libc::STDOUT_FILENO } else { libc::STDERR_FILENO }
}
