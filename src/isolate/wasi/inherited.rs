//! The process's own standard streams, lent to a guest and waited for no longer than its call may last.

use super::errno::errno;
use super::{Interrupted, WasiHost, check_interrupt, signals, time_left};
use crate::descriptor;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;
use wasmtime_wasi::p1::types::Errno;

/// The most that is written at once to what may block: a pipe that reports itself writable is sure to take as much
/// (`PIPE_BUF`).
const PIECE: usize = 4096;

/// The most that is moved at once to and from anything: between two pieces the call can end.
const MOST: usize = 1 << 20;

/// The pause before the next attempt at what reports itself ready and then is not: a terminal with little room left does.
const PAUSE: Duration = Duration::from_millis(1);

/// One of the process's own streams, under a descriptor of our own: the host may close or replace its number meanwhile.
#[derive(Debug)]
pub(super) struct Inherited {
    fd: OwnedFd,
    way: Way,
    pub(super) is_terminal: bool,
}

/// How a stream is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A file or block device: it does not keep anybody waiting.
    File,
    /// A pipe or terminal with an open file description of our own, which is non-blocking: the process's is not ours to
    /// change, and what is ready for several readers is taken by the first.
    NonBlocking,
    /// Each transfer is told not to wait.
    Socket,
    /// Anything else: asked whether it is ready, then written in small pieces.
    Asked,
}

impl Inherited {
    /// The stream behind a descriptor of the process; `None` if it is closed.
    pub(super) fn new(fd: RawFd) -> io::Result<Option<Self>> {
        let mut stat = MaybeUninit::<libc::stat>::uninit();
        // SAFETY: `stat` has room for what the call writes, and is read only if the call says that it wrote.
        let stat = unsafe {
            if libc::fstat(fd, stat.as_mut_ptr()) != 0 {
                return Ok(None);
            }
            stat.assume_init()
        };
        // SAFETY: the call takes any number.
        let is_terminal = unsafe { libc::isatty(fd) } == 1;
        let way = match stat.st_mode & libc::S_IFMT {
            libc::S_IFREG | libc::S_IFDIR | libc::S_IFBLK => Way::File,
            libc::S_IFSOCK => Way::Socket,
            libc::S_IFIFO => Way::NonBlocking,
            // The controlling side of a terminal: opening that makes another terminal.
            libc::S_IFCHR if is_terminal && stat.st_rdev != libc::makedev(5, 2) => Way::NonBlocking,
            _ => Way::Asked,
        };
        if way == Way::NonBlocking
            && let Ok(fd) = reopen(fd)
        {
            return Ok(Some(Inherited { fd, way, is_terminal }));
        }
        // A pipe whose other end is gone cannot be opened again, nor one of another user.
        let way = if way == Way::NonBlocking { Way::Asked } else { way };
        Ok(Some(Inherited { fd: descriptor::duplicate(fd)?, way, is_terminal }))
    }

    pub(super) fn fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }

    /// Waits until the descriptor is ready for `events`, or in such a state that a read or write reports why not.
    fn wait<T: WasiHost>(&self, host: &T, events: i16) -> Result<(), Interrupted> {
        loop {
            check_interrupt(host)?;
            let mut entry = [libc::pollfd { fd: self.fd(), events, revents: 0 }];
            if host.poll(&mut entry, time_left(host)) != 0 {
                return Ok(());
            }
        }
    }

    /// Attempts a transfer until it is not told to come again.
    fn transfer<T: WasiHost>(
        &self,
        host: &T,
        events: i16,
        mut attempt: impl FnMut() -> io::Result<usize>,
    ) -> Result<io::Result<usize>, Interrupted> {
        let mut refused = false;
        loop {
            if self.way != Way::File {
                check_interrupt(host)?;
            }
            if refused || self.way == Way::Asked {
                self.wait(host, events)?;
            }
            match attempt() {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => check_interrupt(host)?,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                    if refused {
                        host.wait(PAUSE);
                    }
                    refused = true;
                }
                done => return Ok(done),
            }
        }
    }

    /// Writes all of `bytes`, or as many as go before an error.
    pub(super) fn write<T: WasiHost>(&self, host: &T, bytes: &[u8]) -> Result<Result<usize, Errno>, Interrupted> {
        let mut done = 0;
        while done < bytes.len() {
            let rest = &bytes[done..];
            let piece = &rest[..rest.len().min(if self.way == Way::Asked { PIECE } else { MOST })];
            match self.transfer(host, libc::POLLOUT, || self.write_once(piece))? {
                Ok(n) => done += n,
                Err(_) if done > 0 => break,
                Err(e) => return Ok(Err(errno(&e))),
            }
            if done < bytes.len() {
                check_interrupt(host)?;
            }
        }
        Ok(Ok(done))
    }

    pub(super) fn read<T: WasiHost>(&self, host: &T, buffer: &mut [u8]) -> Result<Result<usize, Errno>, Interrupted> {
        let read = self.transfer(host, libc::POLLIN, || {
            let (at, len) = (buffer.as_mut_ptr().cast(), buffer.len().min(MOST));
            // SAFETY: the pointer is that of a live slice, which has at least that length.
            transferred(unsafe {
                match self.way {
                    Way::Socket => libc::recv(self.fd(), at, len, libc::MSG_DONTWAIT),
                    Way::File | Way::NonBlocking | Way::Asked => libc::read(self.fd(), at, len),
                }
            })
        })?;
        Ok(read.map_err(|e| errno(&e)))
    }

    /// Reports a closed pipe, or a file grown as far as the process may, by its error alone.
    fn write_once(&self, bytes: &[u8]) -> io::Result<usize> {
        let (at, len) = (bytes.as_ptr().cast(), bytes.len());
        if self.way == Way::Socket {
            // SAFETY: the pointer and length are those of a live slice.
            return transferred(unsafe { libc::send(self.fd(), at, len, libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) });
        }
        // SAFETY: as above.
        let write = || transferred(unsafe { libc::write(self.fd(), at, len) });
        signals::unheard(write, |result| match result.as_ref().err()?.raw_os_error()? {
            libc::EPIPE => Some(libc::SIGPIPE),
            libc::EFBIG => Some(libc::SIGXFSZ),
            _ => None,
        })
    }
}

fn transferred(n: isize) -> io::Result<usize> {
    usize::try_from(n).map_err(|_| io::Error::last_os_error())
}

/// Opens what a descriptor stands for once more, non-blocking.
fn reopen(fd: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: the call takes any number.
    let access = unsafe { libc::fcntl(fd, libc::F_GETFL) } & libc::O_ACCMODE;
    let (read, write) = (access != libc::O_WRONLY, access != libc::O_RDONLY);
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC;
    let file = File::options().read(read).write(write).custom_flags(flags).open(format!("/proc/self/fd/{fd}"))?;
    descriptor::lifted(file.into())
}

/// `poll(2)`; how many are ready. A wait that a signal ended has found none; one that fails reports each descriptor, for whoever
/// uses it to find out why.
pub fn poll_fds(entries: &mut [libc::pollfd], timeout: Duration) -> usize {
    let timeout = libc::timespec {
        tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    };
    // SAFETY: the pointer and count are those of a live slice; no mask of signals is given.
    match unsafe { libc::ppoll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, &raw const timeout, std::ptr::null()) } {
        -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => 0,
        -1 => {
            entries.iter_mut().for_each(|entry| entry.revents = libc::POLLERR);
            entries.len()
        }
        // Not negative then.
        ready => ready as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Host, host};
    use super::super::{Interrupt, SandboxLimits, WasiSettings};
    use super::*;
    use std::os::fd::FromRawFd;
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    fn waiting_host(millis: u64) -> Host {
        let mut host = host(WasiSettings::default(), SandboxLimits::default());
        host.deadline = Some(Instant::now() + Duration::from_millis(millis));
        host
    }

    fn inherited(of: &impl AsRawFd) -> Inherited {
        Inherited::new(of.as_raw_fd()).unwrap().unwrap()
    }

    const DEADLINE: Interrupted = Interrupted(Interrupt::Timeout);

    #[test]
    fn a_full_or_empty_pipe_is_waited_for_until_the_deadline() {
        let (reader, writer) = io::pipe().unwrap();
        let (from, to) = (inherited(&reader), inherited(&writer));
        assert!(from.way == Way::NonBlocking && !from.is_terminal && from.fd() > 2 && from.fd() != reader.as_raw_fd());
        assert_eq!(from.read(&waiting_host(20), &mut [0; 8]), Err(DEADLINE));
        let started = Instant::now();
        assert_eq!(to.write(&waiting_host(20), &[1; 1 << 20]), Err(DEADLINE));
        assert!(started.elapsed() < Duration::from_secs(2));
        // SAFETY: the descriptor is open.
        assert_eq!(unsafe { libc::fcntl(reader.as_raw_fd(), libc::F_GETFL) } & libc::O_NONBLOCK, 0, "the process's own");
        let host = waiting_host(10_000);
        assert_eq!(from.read(&host, &mut [0; 8]), Ok(Ok(8)));
        let cancelled = waiting_host(10_000);
        cancelled.cancel.set();
        assert_eq!(from.read(&cancelled, &mut [0; 8]), Err(Interrupted(Interrupt::Cancelled)));

        drop(from);
        let drain = std::thread::spawn(move || io::copy(&mut { reader }, &mut io::sink()).unwrap());
        assert_eq!(to.write(&host, &[2; 1 << 20]), Ok(Ok(1 << 20)));
        drop((to, writer));
        assert!(drain.join().unwrap() > 1 << 20);
    }

    #[test]
    fn what_another_reader_takes_is_waited_for_again() {
        use io::Write;
        let (reader, mut writer) = io::pipe().unwrap();
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let from = inherited(&reader);
                std::thread::spawn(move || from.read(&waiting_host(300), &mut [0; 8]))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(20));
        writer.write_all(b"x").unwrap();
        let ends: Vec<_> = readers.into_iter().map(|r| r.join().unwrap()).collect();
        assert_eq!(ends.iter().filter(|end| **end == Ok(Ok(1))).count(), 1);
        assert_eq!(ends.iter().filter(|end| **end == Err(DEADLINE)).count(), 3);
    }

    #[test]
    fn a_terminal_nobody_reads_is_waited_for() {
        let (mut controlling, mut terminal) = (-1, -1);
        let none = std::ptr::null_mut();
        // SAFETY: the call writes two descriptors, which nobody else owns; the rest is optional.
        let (controlling, terminal) = unsafe {
            assert_eq!(libc::openpty(&mut controlling, &mut terminal, none, none.cast(), none.cast()), 0);
            (OwnedFd::from_raw_fd(controlling), OwnedFd::from_raw_fd(terminal))
        };
        let to = inherited(&terminal);
        assert!(to.is_terminal && to.way == Way::NonBlocking);
        assert_eq!(to.write(&waiting_host(50), &[b'\n'; 1 << 20]), Err(DEADLINE));
        assert_eq!(to.read(&waiting_host(20), &mut [0; 8]), Err(DEADLINE));
        assert_eq!(inherited(&controlling).way, Way::Asked);
    }

    #[test]
    fn a_socket_and_an_event_are_waited_for() {
        let (a, b) = UnixStream::pair().unwrap();
        let (from, to) = (inherited(&a), inherited(&b));
        assert_eq!(from.way, Way::Socket);
        assert_eq!(from.read(&waiting_host(20), &mut [0; 8]), Err(DEADLINE));
        assert_eq!(to.write(&waiting_host(20), &[1; 8 << 20]), Err(DEADLINE));
        assert_eq!(from.read(&waiting_host(1000), &mut [0; 8]), Ok(Ok(8)));
        drop((a, from));
        assert_eq!(to.write(&waiting_host(1000), b"x"), Ok(Err(Errno::Pipe)));

        // SAFETY: a new descriptor, which nobody else owns.
        let event = unsafe { OwnedFd::from_raw_fd(libc::eventfd(0, 0)) };
        let event = inherited(&event);
        assert_eq!(event.way, Way::Asked);
        assert_eq!(event.read(&waiting_host(20), &mut [0; 8]), Err(DEADLINE));
        assert_eq!(event.write(&waiting_host(1000), &1u64.to_ne_bytes()), Ok(Ok(8)));
        assert_eq!(event.read(&waiting_host(1000), &mut [0; 8]), Ok(Ok(8)));
    }

    #[test]
    fn a_closed_pipe_is_an_errno_and_no_signal() {
        static SIGNALS: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn count(_: libc::c_int) {
            SIGNALS.fetch_add(1, Ordering::SeqCst);
        }
        let (reader, writer) = io::pipe().unwrap();
        let before = inherited(&writer);
        drop(reader);
        // SAFETY: the handler only adds to an atomic; the old disposition is put back.
        let old = unsafe { libc::signal(libc::SIGPIPE, count as extern "C" fn(libc::c_int) as libc::sighandler_t) };
        for to in [before, inherited(&writer)] {
            assert_eq!(to.write(&waiting_host(1000), b"x"), Ok(Err(Errno::Pipe)));
            assert_eq!(to.write(&waiting_host(1000), b"x"), Ok(Err(Errno::Pipe)));
        }
        // SAFETY: as above.
        unsafe { libc::signal(libc::SIGPIPE, old) };
        assert_eq!(SIGNALS.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn what_is_moved_to_and_from_a_file_ends_at_the_deadline() {
        let file = tempfile::tempfile().unwrap();
        let stream = inherited(&file);
        let host = waiting_host(0);
        assert_eq!(stream.write(&host, &vec![0; 8 << 20]), Err(DEADLINE));
        assert!(file.metadata().unwrap().len() <= MOST as u64);
        file.set_len(8 << 20).unwrap();
        assert_eq!(stream.write(&waiting_host(10_000), &vec![0; 8 << 20]), Ok(Ok(8 << 20)));
        io::Seek::rewind(&mut &file).unwrap();
        assert_eq!(stream.read(&waiting_host(10_000), &mut vec![0; 8 << 20]), Ok(Ok(MOST)));
        let zero = inherited(&File::open("/dev/zero").unwrap());
        assert_eq!(zero.read(&waiting_host(10_000), &mut vec![0; 8 << 20]), Ok(Ok(MOST)));
    }

    #[test]
    fn a_regular_file_is_not_waited_for_and_a_closed_number_is_none() {
        let file = tempfile::tempfile().unwrap();
        let to = inherited(&file);
        assert_eq!(to.way, Way::File);
        assert_eq!(to.write(&waiting_host(1000), &[0; 100_000]), Ok(Ok(100_000)));
        assert!(Inherited::new(-1).unwrap().is_none());
        let null = inherited(&File::options().read(true).write(true).open("/dev/null").unwrap());
        assert_eq!(null.write(&waiting_host(1000), &[0; 100_000]), Ok(Ok(100_000)));
        assert_eq!(null.read(&waiting_host(1000), &mut [0]), Ok(Ok(0)));
    }
}
