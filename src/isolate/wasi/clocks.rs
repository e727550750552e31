//! The guest's clocks: the machine's, or ones that tell a time of their own.

use super::WasiHost;
use super::calls::store;
use wasmtime::Result;
use wasmtime_wasi::p1::types::{Clockid, Errno};
use wiggle::GuestMemory;

/// What the monotonic clock of a guest shows first. Not 0, which some guests take for a clock that failed.
const MONOTONIC_START: u64 = 1_000_000_000;

/// What the clocks of a guest tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockSettings {
    /// The machine's time.
    System,
    /// A time of their own, which begins anew with each VM: `step` nanoseconds later at each reading, and later by as much as
    /// the guest meant to sleep, which it does in no time.
    Fixed { realtime: u64, step: u64 },
}

impl ClockSettings {
    /// Of a deterministic runtime: 2001-09-09 01:46:40 UTC and a microsecond for each reading, so that a guest that waits in a
    /// loop for a clock to move does not wait for ever.
    pub const DETERMINISTIC: ClockSettings = ClockSettings::Fixed { realtime: 1_000_000_000_000_000_000, step: 1000 };
}

/// The clocks of one VM, in nanoseconds.
#[derive(Debug)]
pub(super) enum Clocks {
    /// The machine's monotonic clock when the VM first asked for its state: how long the machine runs is not the guest's business.
    System { origin: u64 },
    Fixed {
        realtime: u64,
        step: u64,
        /// How far both have moved.
        passed: u64,
    },
}

impl Clocks {
    pub(super) fn new(settings: ClockSettings) -> Self {
        match settings {
            ClockSettings::System => Clocks::System { origin: system(libc::CLOCK_MONOTONIC) },
            ClockSettings::Fixed { realtime, step } => Clocks::Fixed { realtime, step, passed: 0 },
        }
    }

    /// A reading; an errno if there is no such clock.
    pub(super) fn now(&mut self, id: Clockid) -> Result<u64, Errno> {
        let time = self.peek(id)?;
        if let Clocks::Fixed { step, passed, .. } = self {
            *passed = passed.saturating_add(*step);
        }
        Ok(time)
    }

    /// What the next reading gives.
    pub(super) fn peek(&self, id: Clockid) -> Result<u64, Errno> {
        let monotonic = match id {
            Clockid::Realtime => false,
            Clockid::Monotonic => true,
            Clockid::ProcessCputimeId | Clockid::ThreadCputimeId => return Err(Errno::Badf),
        };
        Ok(match self {
            Clocks::System { origin } if monotonic => {
                system(libc::CLOCK_MONOTONIC).saturating_sub(*origin).saturating_add(MONOTONIC_START)
            }
            Clocks::System { .. } => system(libc::CLOCK_REALTIME),
            Clocks::Fixed { passed, .. } if monotonic => MONOTONIC_START.saturating_add(*passed),
            Clocks::Fixed { realtime, passed, .. } => realtime.saturating_add(*passed),
        })
    }

    /// The least difference between two readings.
    fn resolution(&self) -> u64 {
        match self {
            // What Linux reports for both clocks wherever it has high-resolution timers.
            Clocks::System { .. } => 1,
            Clocks::Fixed { step, .. } => (*step).max(1),
        }
    }

    /// Whether sleeping moves the clocks in place of taking time.
    pub(super) fn are_fixed(&self) -> bool {
        matches!(self, Clocks::Fixed { .. })
    }

    /// The guest has slept for so long.
    pub(super) fn sleep(&mut self, nanos: u64) {
        if let Clocks::Fixed { passed, .. } = self {
            *passed = passed.saturating_add(nanos);
        }
    }
}

fn system(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes where it is pointed to; both clocks exist on every Linux.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    // Before 1970, which only a machine whose clock is wrong can be, is 1970.
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

pub(super) fn clock_time_get<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    id: i32,
    _precision: i64,
    result: i32,
) -> Result<i32> {
    let Ok(id) = Clockid::try_from(id) else { return Ok(Errno::Inval as i32) };
    match host.wasi().context()?.clocks.now(id) {
        Ok(time) => store(memory, result, time),
        Err(errno) => Ok(errno as i32),
    }
}

pub(super) fn clock_res_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, id: i32, result: i32) -> Result<i32> {
    let Ok(id) = Clockid::try_from(id) else { return Ok(Errno::Inval as i32) };
    let clocks = &host.wasi().context()?.clocks;
    match clocks.peek(id) {
        Ok(_) => {
            let resolution = clocks.resolution();
            store(memory, result, resolution)
        }
        Err(errno) => Ok(errno as i32),
    }
}
