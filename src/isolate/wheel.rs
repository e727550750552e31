//! A timer wheel without locks: which moments of the next tenth of a second have a deadline.
//!
//! Time is cut into grains. A moment with a deadline has its bit set; many deadlines in one moment share it, and a deadline that is not
//! needed any more is not taken out: its moment costs one more look. A bit that is passed over because the thread which looks was late
//! by more than half of what the wheel holds costs precision only: the coarse tick comes at the latest.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The length of a moment.
pub const GRAIN: Duration = Duration::from_micros(200);
const WORDS: usize = 8;
/// Moments that the wheel tells apart.
const MOMENTS: u64 = WORDS as u64 * 64;

pub struct Wheel {
    start: Instant,
    /// One bit for each moment, by its number modulo the wheel's.
    due: [AtomicU64; WORDS],
}

fn place(moment: u64) -> (usize, u64) {
    let i = moment % MOMENTS;
    ((i / 64) as usize, 1 << (i % 64))
}

impl Wheel {
    pub fn new(start: Instant) -> Wheel {
        Wheel { start, due: std::array::from_fn(|_| AtomicU64::new(0)) }
    }

    /// The number of the moment in which `at` lies; it began at or before `at`.
    pub fn moment(&self, at: Instant) -> u64 {
        let grains = at.saturating_duration_since(self.start).as_nanos() / GRAIN.as_nanos();
        u64::try_from(grains).unwrap_or(u64::MAX)
    }

    /// When a moment begins.
    pub fn instant(&self, moment: u64) -> Instant {
        let since = GRAIN.as_nanos().saturating_mul(moment.into());
        self.start + Duration::from_nanos(u64::try_from(since).unwrap_or(u64::MAX))
    }

    /// Notes a deadline that is less than half a turn of the wheel away. Gives the first moment that begins after it.
    pub fn add(&self, deadline: Instant) -> u64 {
        let moment = self.moment(deadline) + 1;
        let (word, bit) = place(moment);
        // Many calls in the same moment write once. SeqCst: see the ticker, which looks after it has said until when it sleeps.
        if self.due[word].load(Ordering::SeqCst) & bit == 0 {
            self.due[word].fetch_or(bit, Ordering::SeqCst);
        }
        moment
    }

    /// Whether a moment after `seen` and up to `now` has a deadline; they have none afterwards.
    pub fn take(&self, seen: u64, now: u64) -> bool {
        // Not more than half a turn: the places of older moments are those of moments to come.
        let late = now.saturating_sub(seen).min(MOMENTS / 2);
        (now - late + 1..=now).fold(false, |any, moment| {
            let (word, bit) = place(moment);
            let set = self.due[word].load(Ordering::SeqCst) & bit != 0;
            if set {
                self.due[word].fetch_and(!bit, Ordering::SeqCst);
            }
            any | set
        })
    }

    /// The first moment after `seen` that has a deadline, or `until` if that is earlier.
    pub fn first(&self, seen: u64, until: u64) -> u64 {
        let has_deadline = |moment: &u64| {
            let (word, bit) = place(*moment);
            self.due[word].load(Ordering::SeqCst) & bit != 0
        };
        (seen + 1..until.min(seen + MOMENTS)).find(has_deadline).unwrap_or(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_due_once_and_not_before_it_has_passed() {
        let start = Instant::now();
        let wheel = Wheel::new(start);
        let deadline = start + Duration::from_millis(7) + Duration::from_nanos(1);
        let moment = wheel.add(deadline);
        assert!(wheel.instant(moment) > deadline && wheel.instant(moment) <= deadline + GRAIN);
        assert_eq!(wheel.moment(wheel.instant(moment)), moment);
        assert_eq!(wheel.add(deadline + Duration::from_nanos(5)), moment);
        assert_eq!((wheel.first(0, 25), wheel.first(0, 100), wheel.first(moment, 100)), (25, moment, 100));
        assert!(!wheel.take(0, moment - 1));
        assert!(wheel.take(moment - 1, moment + 3));
        assert!(!wheel.take(moment - 1, moment + 3) && !wheel.take(0, 0));
    }

    #[test]
    fn a_looker_who_is_late_sees_what_is_due_and_leaves_what_is_to_come() {
        let wheel = Wheel::new(Instant::now());
        let now = 5 * MOMENTS;
        let [due, next, last] = [now - 7, now + 3, now + 249].map(|moment| wheel.add(wheel.instant(moment)));
        assert!(wheel.take(0, now));
        assert!(!wheel.take(0, now), "{due} was seen");
        assert_eq!((wheel.first(now, u64::MAX), wheel.first(next, u64::MAX)), (next, last));
        assert!(wheel.take(now, last) && wheel.first(now, u64::MAX) == u64::MAX);
    }
}
