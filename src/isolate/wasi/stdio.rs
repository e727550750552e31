//! The guest's standard streams: buffers of a call, or the process's own descriptors, waited for no longer than the call
//! may last.

use super::settings::Stdin;
use super::{Interrupted, WasiHost, check_interrupt};
use parking_lot::Mutex;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::RawFd;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use wasmtime_wasi::p1::types::Errno;

/// How long a wait for one of the process's own descriptors lasts before it looks for a cancel.
pub(super) const POLL_SLICE: Duration = Duration::from_millis(50);

/// The most that a pipe which reports itself writable is sure to take without blocking (`PIPE_BUF`).
const PIPE_CHUNK: usize = 4096;

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

/// One of the process's own descriptors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inherited {
    pub(super) fd: RawFd,
    /// Whether a read or write of it can block: neither a regular file nor a device like `/dev/null`.
    waits: bool,
    pub(super) is_terminal: bool,
}

impl Inherited {
    fn new(fd: RawFd) -> Self {
        // SAFETY: the call takes any number.
        let is_terminal = unsafe { libc::isatty(fd) } == 1;
        let mut stat = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: `stat` has room for what the call writes, and is read only if the call says that it wrote.
        let mode = unsafe { if libc::fstat(fd, stat.as_mut_ptr()) == 0 { stat.assume_init().st_mode } else { 0 } };
        let waits = is_terminal || matches!(mode & libc::S_IFMT, libc::S_IFIFO | libc::S_IFSOCK);
        Inherited { fd, waits, is_terminal }
    }

    /// Waits until the descriptor is ready for `events`, or in such a state that a read or write reports why not.
    fn wait<T: WasiHost>(self, host: &T, events: i16) -> Result<(), Interrupted> {
        loop {
            check_interrupt(host)?;
            let left = host.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let mut entry = [libc::pollfd { fd: self.fd, events, revents: 0 }];
            if poll_fds(&mut entry, left.unwrap_or(POLL_SLICE).min(POLL_SLICE)) != 0 {
                return Ok(());
            }
        }
    }

    /// Writes all of `bytes`, or as many as go before an error.
    fn write<T: WasiHost>(self, host: &T, bytes: &[u8]) -> Result<Result<usize, Errno>, Interrupted> {
        let mut done = 0;
        let mut waits = self.waits;
        while done < bytes.len() {
            let rest = &bytes[done..];
            if waits {
                self.wait(host, libc::POLLOUT)?;
            }
            let chunk = if waits { &rest[..rest.len().min(PIPE_CHUNK)] } else { rest };
            match write_without_sigpipe(self.fd, chunk) {
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => waits = true,
                Err(_) if done > 0 => break,
                Err(e) => return Ok(Err(errno(&e))),
            }
        }
        Ok(Ok(done))
    }

    fn read<T: WasiHost>(self, host: &T, buffer: &mut [u8]) -> Result<Result<usize, Errno>, Interrupted> {
        let mut waits = self.waits;
        loop {
            if waits {
                self.wait(host, libc::POLLIN)?;
            }
            // SAFETY: the pointer and length are those of a live slice.
            let n = unsafe { libc::read(self.fd, buffer.as_mut_ptr().cast(), buffer.len()) };
            if let Ok(n) = usize::try_from(n) {
                return Ok(Ok(n));
            }
            let e = io::Error::last_os_error();
            match e.kind() {
                io::ErrorKind::Interrupted => check_interrupt(host)?,
                io::ErrorKind::WouldBlock => waits = true,
                _ => return Ok(Err(errno(&e))),
            }
        }
    }
}

/// `poll(2)`; 0 if none is ready in time. An interrupted wait counts as none, any other failure as ready.
pub(super) fn poll_fds(entries: &mut [libc::pollfd], timeout: Duration) -> i32 {
    // Rounded up: a wait of less than a millisecond must not become a spin.
    let millis = i32::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX);
    // SAFETY: the pointer and count are those of a live slice.
    let ready = unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, millis) };
    match ready {
        -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => 0,
        ready => ready,
    }
}

/// `write(2)` that reports a closed pipe by its error alone: the signal that comes with it would end a host process which
/// has not asked to ignore it.
fn write_without_sigpipe(fd: RawFd, bytes: &[u8]) -> io::Result<usize> {
    // SAFETY: the sets are initialised by `sigemptyset` before anything reads them; the pointer and length are those of a
    // live slice; the mask of this thread is put back before returning.
    unsafe {
        let mut sigpipe = MaybeUninit::<libc::sigset_t>::uninit();
        let mut old = MaybeUninit::<libc::sigset_t>::uninit();
        libc::sigemptyset(sigpipe.as_mut_ptr());
        libc::sigaddset(sigpipe.as_mut_ptr(), libc::SIGPIPE);
        libc::sigemptyset(old.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, sigpipe.as_ptr(), old.as_mut_ptr());
        let was_blocked = libc::sigismember(old.as_ptr(), libc::SIGPIPE) == 1;
        // One that waited before is the host's and stays.
        let was_pending = was_blocked && {
            let mut pending = MaybeUninit::<libc::sigset_t>::uninit();
            libc::sigemptyset(pending.as_mut_ptr());
            libc::sigpending(pending.as_mut_ptr());
            libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1
        };
        let written = libc::write(fd, bytes.as_ptr().cast(), bytes.len());
        let result = usize::try_from(written).map_err(|_| io::Error::last_os_error());
        if result.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::BrokenPipe) && !was_pending {
            let now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            while libc::sigtimedwait(sigpipe.as_ptr(), std::ptr::null_mut(), &now) == -1
                && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
            {}
        }
        if !was_blocked {
            libc::pthread_sigmask(libc::SIG_SETMASK, old.as_ptr(), std::ptr::null_mut());
        }
        result
    }
}

fn errno(e: &io::Error) -> Errno {
    match e.raw_os_error() {
        Some(libc::EPIPE) => Errno::Pipe,
        Some(libc::EBADF) => Errno::Badf,
        Some(libc::ENOSPC) => Errno::Nospc,
        Some(libc::EFBIG) => Errno::Fbig,
        Some(libc::EINVAL) => Errno::Inval,
        Some(libc::EACCES) => Errno::Acces,
        Some(libc::EPERM) => Errno::Perm,
        Some(libc::EISDIR) => Errno::Isdir,
        Some(libc::EDQUOT) => Errno::Dquot,
        Some(libc::ENOMEM) => Errno::Nomem,
        _ => Errno::Io,
    }
}

/// The guest's standard input.
#[derive(Debug)]
pub(super) enum Input {
    Bytes { bytes: Arc<[u8]>, position: usize },
    Inherit(Inherited),
}

impl Input {
    pub(super) fn new(stdin: &Stdin) -> Self {
        match stdin {
            Stdin::Empty => Input::Bytes { bytes: Arc::default(), position: 0 },
            Stdin::Bytes(bytes) => Input::Bytes { bytes: Arc::clone(bytes), position: 0 },
            Stdin::Inherit => Input::Inherit(Inherited::new(libc::STDIN_FILENO)),
        }
    }

    /// The process's own descriptor, if that is what is read.
    pub(super) fn inherited(&self) -> Option<Inherited> {
        match self {
            Input::Inherit(inherited) => Some(*inherited),
            Input::Bytes { .. } => None,
        }
    }
}

/// One of the guest's outputs.
#[derive(Debug)]
pub(super) enum Target {
    Discard,
    Capture(Arc<Sink>),
    Inherit(Inherited),
}

impl Target {
    pub(super) fn inherit(fd: RawFd) -> Self {
        Target::Inherit(Inherited::new(fd))
    }

    pub(super) fn inherited(&self) -> Option<Inherited> {
        match self {
            Target::Inherit(inherited) => Some(*inherited),
            Target::Discard | Target::Capture(_) => None,
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
        Input::Inherit(inherited) => {
            let inherited = *inherited;
            Ok(inherited.read(host, buffer)?)
        }
    }
}

/// Writes `bytes` to output 0 or 1; fewer than all of them only if one of the process's own took no more.
pub(super) fn write<T: WasiHost>(host: &mut T, output: usize, bytes: &[u8]) -> wasmtime::Result<Result<usize, Errno>> {
    match host.wasi().context()?.outputs.get(output) {
        Some(Target::Capture(sink)) => Ok(sink.write(bytes).map(|()| bytes.len())),
        Some(Target::Inherit(inherited)) => {
            let inherited = *inherited;
            Ok(inherited.write(host, bytes)?)
        }
        Some(Target::Discard) | None => Ok(Ok(bytes.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Host, host};
    use super::super::{Interrupt, SandboxLimits, WasiSettings};
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn waiting_host(millis: u64) -> Host {
        let mut host = host(WasiSettings::default(), SandboxLimits::default());
        host.deadline = Some(Instant::now() + Duration::from_millis(millis));
        host
    }

    #[test]
    fn a_full_or_empty_pipe_is_waited_for_until_the_deadline() {
        use std::os::fd::AsRawFd;
        let (reader, writer) = io::pipe().unwrap();
        let (from, to) = (Inherited::new(reader.as_raw_fd()), Inherited::new(writer.as_raw_fd()));
        assert!(from.waits && !from.is_terminal);
        let deadline = Interrupted(Interrupt::Deadline);
        assert_eq!(from.read(&waiting_host(20), &mut [0; 8]), Err(deadline));
        let started = Instant::now();
        assert_eq!(to.write(&waiting_host(20), &[1; 1 << 20]), Err(deadline));
        assert!(started.elapsed() < Duration::from_secs(2));
        let host = waiting_host(10_000);
        assert_eq!(from.read(&host, &mut [0; 8]), Ok(Ok(8)));
        let cancelled = waiting_host(10_000);
        cancelled.cancel.set();
        assert_eq!(from.read(&cancelled, &mut [0; 8]), Err(Interrupted(Interrupt::Cancelled)));

        let drain = std::thread::spawn(move || io::copy(&mut { reader }, &mut io::sink()).unwrap());
        assert_eq!(to.write(&host, &[2; 1 << 20]), Ok(Ok(1 << 20)));
        drop(writer);
        assert!(drain.join().unwrap() > 1 << 20);
    }

    #[test]
    fn a_nonblocking_pipe_is_waited_for_too() {
        use std::os::fd::AsRawFd;
        let (reader, writer) = io::pipe().unwrap();
        for fd in [reader.as_raw_fd(), writer.as_raw_fd()] {
            // SAFETY: the descriptor is open.
            unsafe { libc::fcntl(fd, libc::F_SETFL, libc::O_NONBLOCK) };
        }
        let (mut from, mut to) = (Inherited::new(reader.as_raw_fd()), Inherited::new(writer.as_raw_fd()));
        (from.waits, to.waits) = (false, false);
        assert!(from.read(&waiting_host(20), &mut [0; 8]).is_err());
        assert!(to.write(&waiting_host(20), &[1; 1 << 20]).is_err());
        assert_eq!(from.read(&waiting_host(20), &mut [0; 8]), Ok(Ok(8)));
    }

    #[test]
    fn a_closed_pipe_is_an_errno_and_no_signal() {
        use std::os::fd::AsRawFd;
        static SIGNALS: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn count(_: libc::c_int) {
            SIGNALS.fetch_add(1, Ordering::SeqCst);
        }
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let to = Inherited::new(writer.as_raw_fd());
        // SAFETY: the handler only adds to an atomic; the old disposition is put back.
        let old = unsafe { libc::signal(libc::SIGPIPE, count as extern "C" fn(libc::c_int) as libc::sighandler_t) };
        assert_eq!(to.write(&waiting_host(1000), b"x"), Ok(Err(Errno::Pipe)));
        assert_eq!(to.write(&waiting_host(1000), b"x"), Ok(Err(Errno::Pipe)));
        // SAFETY: as above.
        unsafe { libc::signal(libc::SIGPIPE, old) };
        assert_eq!(SIGNALS.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_regular_file_and_a_bad_descriptor_are_not_waited_for() {
        use std::os::fd::AsRawFd;
        let file = tempfile::tempfile().unwrap();
        let to = Inherited::new(file.as_raw_fd());
        assert!(!to.waits);
        assert_eq!(to.write(&waiting_host(1000), &[0; 100_000]), Ok(Ok(100_000)));
        assert_eq!(Inherited::new(-1).write(&waiting_host(1000), b"x"), Ok(Err(Errno::Badf)));
        assert_eq!(Inherited::new(-1).read(&waiting_host(1000), &mut [0]), Ok(Err(Errno::Badf)));
    }
}
