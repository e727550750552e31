//! `poll_oneoff`: sleeping and waiting for descriptors, never past the end of the call.

use super::calls::settle;
use super::context::HOSTCALL_FUEL;
use super::descriptors::Slot;
use super::errno::errno;
use super::file::size_of_file;
use super::inherited::poll_fds;
use super::shims::Rule;
use super::{WasiHost, check_interrupt, time_left};
use std::os::fd::RawFd;
use std::time::{Duration, Instant};
use wasmtime::Result;
use wasmtime_wasi::p1::types::{
    self, Clockid, Errno, Event, EventFdReadwrite, Eventrwflags, Eventtype, Fd, Subclockflags, Subscription, SubscriptionU,
};
use wiggle::{GuestMemory, GuestPtr, GuestType};

/// One thing waited for.
struct Waiting {
    userdata: u64,
    kind: Eventtype,
    until: Until,
}

enum Until {
    /// A moment; none if it is too far away to be one.
    Time(Option<Instant>),
    /// So many nanoseconds of a clock that does not tell the machine's time.
    Fixed(u64),
    /// It need not wait.
    Now(Eventrwflags),
    /// It cannot be waited for, which is told at once.
    Never(Errno),
    /// One of the process's own descriptors is ready.
    Ready { fd: RawFd, events: i16 },
}

pub(super) fn poll_oneoff<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    rule: &Rule,
    subscriptions: i32,
    events: i32,
    count: i32,
    result: i32,
) -> Result<i32> {
    let count = count.cast_unsigned();
    if count == 0 {
        return Ok(Errno::Inval as i32);
    }
    if count as usize > HOSTCALL_FUEL / (Subscription::guest_size() + Event::guest_size()) as usize {
        return Ok(Errno::Nomem as i32);
    }
    let subscriptions = GuestPtr::<Subscription>::new(subscriptions.cast_unsigned());
    let mut all = Vec::with_capacity(count as usize);
    for i in 0..count {
        let subscription = match subscriptions.add(i).and_then(|at| memory.read(at)) {
            Ok(subscription) => subscription,
            Err(e) => return settle(e),
        };
        if rule.clocks_only && !matches!(subscription.u, SubscriptionU::Clock(_)) {
            return rule.deny(host);
        }
        match waiting(host, &subscription)? {
            Ok(waiting) => all.push(waiting),
            Err(errno) => return Ok(errno as i32),
        }
    }
    let ready = wait(host, &all)?;
    let events = GuestPtr::<Event>::new(events.cast_unsigned());
    for (i, event) in (0..).zip(&ready) {
        if let Err(e) = events.add(i).and_then(|at| memory.write(at, event.clone())) {
            return settle(e);
        }
    }
    // No more than `count`, which has 32 bits.
    match memory.write(GuestPtr::new(result.cast_unsigned()), ready.len() as u32) {
        Ok(()) => Ok(Errno::Success as i32),
        Err(e) => settle(e),
    }
}

fn waiting<T: WasiHost>(host: &mut T, s: &Subscription) -> Result<Result<Waiting, Errno>> {
    let (kind, until) = match &s.u {
        SubscriptionU::Clock(clock) => {
            let absolute = clock.flags.contains(Subclockflags::SUBSCRIPTION_CLOCK_ABSTIME);
            (Eventtype::Clock, time(host, clock.id, clock.timeout, absolute)?)
        }
        SubscriptionU::FdRead(read) => (Eventtype::FdRead, readable(host, read.file_descriptor)?),
        SubscriptionU::FdWrite(write) => (Eventtype::FdWrite, writable(host, write.file_descriptor)?),
    };
    // A descriptor that is none is told of by its own event, as `poll` does; a clock that is none ends the call.
    let until = match until {
        Err(errno) if kind != Eventtype::Clock => Ok(Until::Never(errno)),
        until => until,
    };
    Ok(until.map(|until| Waiting { userdata: s.userdata, kind, until }))
}

/// When a clock reaches `timeout`, which for an absolute one is a time of that clock.
fn time<T: WasiHost>(host: &mut T, id: Clockid, timeout: u64, absolute: bool) -> Result<Result<Until, Errno>> {
    let clocks = &host.wasi().context()?.clocks;
    let Ok(now) = clocks.peek(id) else { return Ok(Err(Errno::Inval)) };
    let nanos = if absolute { timeout.saturating_sub(now) } else { timeout };
    Ok(Ok(match clocks.are_fixed() {
        true => Until::Fixed(nanos),
        false => Until::Time(Instant::now().checked_add(Duration::from_nanos(nanos))),
    }))
}

fn readable<T: WasiHost>(host: &mut T, fd: Fd) -> Result<Result<Until, Errno>> {
    let fd = u32::from(fd).cast_signed();
    host.wasi().table(fd)?;
    let context = host.wasi().context()?;
    Ok(match context.descriptors.get(fd) {
        Slot::Stdin => context.stdin.inherited().map(|inherited| match inherited {
            Some(inherited) => Until::Ready { fd: inherited.fd(), events: libc::POLLIN },
            None => Until::Now(Eventrwflags::empty()),
        }),
        Slot::File(file) => match file.stat() {
            Ok(stat) if size_of_file(&stat) <= file.position => Ok(Until::Now(Eventrwflags::FD_READWRITE_HANGUP)),
            Ok(_) => Ok(Until::Now(Eventrwflags::empty())),
            Err(e) => Err(errno(&e)),
        },
        Slot::Free | Slot::Output(_) | Slot::Directory(_) => Err(Errno::Badf),
    })
}

fn writable<T: WasiHost>(host: &mut T, fd: Fd) -> Result<Result<Until, Errno>> {
    let fd = u32::from(fd).cast_signed();
    host.wasi().table(fd)?;
    let context = host.wasi().context()?;
    Ok(match *context.descriptors.get(fd) {
        Slot::Output(index) => context.outputs[index].inherited().map(|inherited| match inherited {
            Some(inherited) => Until::Ready { fd: inherited.fd(), events: libc::POLLOUT },
            None => Until::Now(Eventrwflags::empty()),
        }),
        Slot::File(_) => Ok(Until::Now(Eventrwflags::empty())),
        Slot::Free | Slot::Stdin | Slot::Directory(_) => Err(Errno::Badf),
    })
}

/// Waits for the first of `all`; returns the events of those that are ready then, in their order.
fn wait<T: WasiHost>(host: &mut T, all: &[Waiting]) -> Result<Vec<Event>> {
    // One entry for each descriptor, however often the guest names it: `poll(2)` refuses more than may be open.
    let mut entries: Vec<libc::pollfd> = Vec::new();
    for w in all {
        let Until::Ready { fd, events } = w.until else { continue };
        match entries.iter_mut().find(|entry| entry.fd == fd) {
            Some(entry) => entry.events |= events,
            None => entries.push(libc::pollfd { fd, events, revents: 0 }),
        }
    }
    // Looked at without waiting first: what is ready already is reported even if a wait is no longer allowed.
    let mut pause = Duration::ZERO;
    loop {
        match (entries.is_empty(), pause.is_zero()) {
            (true, true) => {}
            (true, false) => host.wait(pause),
            (false, true) => _ = poll_fds(&mut entries, pause),
            (false, false) => _ = host.poll(&mut entries, pause),
        }
        let now = Instant::now();
        let ready = events(all, &entries, now, None);
        if !ready.is_empty() {
            return Ok(ready);
        }
        check_interrupt(host)?;
        // The first that such a clock reaches; it moves there at once.
        let fixed = all.iter().filter_map(|w| if let Until::Fixed(nanos) = w.until { Some(nanos) } else { None });
        if let Some(nanos) = fixed.min() {
            host.wasi().context()?.clocks.sleep(nanos);
            return Ok(events(all, &entries, now, Some(nanos)));
        }
        let times = all.iter().filter_map(|w| if let Until::Time(at) = w.until { at } else { None });
        pause = times.map(|at| at.saturating_duration_since(now)).fold(time_left(host), Duration::min);
    }
}

/// The events of those that are ready: `slept` is how far a clock has moved that does not tell the machine's time.
fn events(all: &[Waiting], entries: &[libc::pollfd], now: Instant, slept: Option<u64>) -> Vec<Event> {
    let mut ready = Vec::new();
    for w in all {
        let flags = match w.until {
            Until::Time(at) => at.is_some_and(|at| at <= now).then(Eventrwflags::empty),
            Until::Fixed(nanos) => slept.is_some_and(|slept| nanos <= slept).then(Eventrwflags::empty),
            Until::Now(flags) => Some(flags),
            Until::Never(_) => Some(Eventrwflags::empty()),
            Until::Ready { fd, events } => {
                // An error or a hang-up is for the read or write to report.
                let wanted = events | libc::POLLERR | libc::POLLHUP | libc::POLLNVAL;
                let is_ready = entries.iter().any(|entry| entry.fd == fd && entry.revents & wanted != 0);
                is_ready.then(Eventrwflags::empty)
            }
        };
        let Some(flags) = flags else { continue };
        // How much can be moved is not known; anything but nothing is what wasmtime reports too.
        let nbytes = types::Filesize::from(w.kind != Eventtype::Clock);
        let fd_readwrite = EventFdReadwrite { nbytes, flags };
        let error = if let Until::Never(errno) = w.until { errno } else { Errno::Success };
        ready.push(Event { userdata: w.userdata, error, type_: w.kind, fd_readwrite });
    }
    ready
}
