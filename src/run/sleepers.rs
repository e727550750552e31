//! The guests of a runtime that wait, each on the thread of its call: for a time, or for descriptors of the process.

use crate::descriptor;
use crate::isolate::wasi::{POLL_SLICE, poll_fds};
use parking_lot::{Condvar, Mutex};
use smallvec::SmallVec;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// Where they wait, so that whoever ends their calls can wake them.
#[derive(Default)]
pub struct Sleepers {
    lock: Mutex<()>,
    wake: Condvar,
    /// One for each that waits for descriptors.
    events: Mutex<Vec<RawFd>>,
}

impl Sleepers {
    /// Sleeps for `duration` or less, and not at all if it is over already.
    pub fn wait(&self, duration: Duration, over: impl FnOnce() -> bool) {
        let mut guard = self.lock.lock();
        if !over() {
            self.wake.wait_for(&mut guard, duration);
        }
    }

    /// Waits for `duration` or less until one of the descriptors is ready; the number of those that are. It does not wait if it is
    /// over already.
    pub fn poll(&self, entries: &mut [libc::pollfd], duration: Duration, over: impl FnOnce() -> bool) -> usize {
        // A process that has no descriptor left waits in slices.
        let Ok(event) = self.event() else { return poll_fds(entries, duration.min(POLL_SLICE)) };
        // It is registered first: whoever sets a flag after this look wakes it.
        if over() {
            return 0;
        }
        let mut all: SmallVec<[libc::pollfd; 4]> = SmallVec::from_slice(entries);
        all.push(libc::pollfd { fd: event.fd.as_raw_fd(), events: libc::POLLIN, revents: 0 });
        poll_fds(&mut all, duration);
        entries.copy_from_slice(&all[..entries.len()]);
        entries.iter().filter(|entry| entry.revents != 0).count()
    }

    /// Makes all who wait look at their flags.
    pub fn wake(&self) {
        drop(self.lock.lock());
        self.wake.notify_all();
        for fd in self.events.lock().iter() {
            let one = 1u64.to_ne_bytes();
            // SAFETY: the descriptor stays open while it is in the list; the bytes live across the call, which never waits.
            unsafe { libc::write(*fd, one.as_ptr().cast(), one.len()) };
        }
    }

    fn event(&self) -> io::Result<Event<'_>> {
        // SAFETY: the call takes any numbers; what it returns is new and owned by nobody else.
        let fd = unsafe {
            match libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) {
                -1 => return Err(io::Error::last_os_error()),
                fd => descriptor::lifted(OwnedFd::from_raw_fd(fd))?,
            }
        };
        self.events.lock().push(fd.as_raw_fd());
        Ok(Event { fd, sleepers: self })
    }
}

/// What wakes one that waits for descriptors.
struct Event<'a> {
    fd: OwnedFd,
    sleepers: &'a Sleepers,
}

impl Drop for Event<'_> {
    /// Out of the list before it is closed.
    fn drop(&mut self) {
        self.sleepers.events.lock().retain(|fd| *fd != self.fd.as_raw_fd());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::atomic::{AtomicBool, Ordering};

    const LONG: Duration = Duration::from_secs(3600);

    fn entry(fd: &impl AsRawFd) -> [libc::pollfd; 1] {
        [libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 }]
    }

    #[test]
    fn a_wake_ends_every_wait() {
        let (sleepers, over) = (Sleepers::default(), AtomicBool::new(false));
        let (reader, _writer) = io::pipe().unwrap();
        std::thread::scope(|s| {
            let asleep = s.spawn(|| sleepers.wait(LONG, || over.load(Ordering::SeqCst)));
            let polls: Vec<_> =
                (0..3).map(|_| s.spawn(|| sleepers.poll(&mut entry(&reader), LONG, || over.load(Ordering::SeqCst)))).collect();
            over.store(true, Ordering::SeqCst);
            sleepers.wake();
            asleep.join().unwrap();
            polls.into_iter().for_each(|p| assert_eq!(p.join().unwrap(), 0));
        });
        assert!(sleepers.events.lock().is_empty());
    }

    #[test]
    fn what_is_ready_is_told() {
        let sleepers = Sleepers::default();
        let (reader, mut writer) = io::pipe().unwrap();
        assert_eq!(sleepers.poll(&mut entry(&reader), Duration::from_millis(1), || false), 0);
        writer.write_all(b"x").unwrap();
        let mut entries = entry(&reader);
        assert_eq!(sleepers.poll(&mut entries, LONG, || false), 1);
        assert_eq!(entries[0].revents, libc::POLLIN);
        assert_eq!(sleepers.poll(&mut entries, LONG, || true), 0, "it is over");
    }
}
