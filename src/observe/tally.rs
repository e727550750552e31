//! How often a guest made each WASI call: kept by its VM, without atomics, until the call in progress ends.

use crate::syscalls::{COUNT, Syscall};
use serde::Serialize;

/// How often one call was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub calls: u64,
    /// Those of them that the policy denied.
    pub denied: u64,
}

/// The counts of a VM since they were last taken.
#[derive(Debug)]
pub struct Tally {
    counts: [Count; COUNT],
    /// A bit for each call that was made: who takes the counts looks at no others.
    made: u64,
    denials: u64,
    first_denied: Option<Syscall>,
}

const _: () = assert!(COUNT <= u64::BITS as usize);

impl Default for Tally {
    fn default() -> Self {
        Tally { counts: [Count::default(); COUNT], made: 0, denials: 0, first_denied: None }
    }
}

impl Tally {
    /// The guest makes a call, which may be denied.
    #[inline]
    pub fn enter(&mut self, call: Syscall) {
        self.made |= 1 << call.index();
        self.counts[call.index()].calls += 1;
    }

    /// The call that the guest makes is denied.
    #[inline]
    pub fn deny(&mut self, call: Syscall) {
        self.made |= 1 << call.index();
        self.counts[call.index()].denied += 1;
        self.denials += 1;
        self.first_denied.get_or_insert(call);
    }

    /// Calls that were denied.
    pub fn denials(&self) -> u64 {
        self.denials
    }

    /// The first of them.
    pub fn first_denied(&self) -> Option<Syscall> {
        self.first_denied
    }

    /// Gives what was counted to `each`, and begins anew.
    pub fn drain(&mut self, mut each: impl FnMut(Syscall, Count)) {
        if self.made == 0 {
            return;
        }
        for call in Syscall::all().filter(|call| self.made & (1 << call.index()) != 0) {
            each(call, std::mem::take(&mut self.counts[call.index()]));
        }
        (self.made, self.denials, self.first_denied) = (0, 0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_is_not_counted_again() {
        const OPEN: Syscall = Syscall::of("path_open");
        const LAST: Syscall = Syscall::of("sock_shutdown");
        let mut tally = Tally::default();
        (0..3).for_each(|_| tally.enter(OPEN));
        tally.deny(OPEN);
        tally.enter(LAST);
        tally.deny(LAST);
        assert_eq!((tally.denials(), tally.first_denied()), (2, Some(OPEN)));
        let mut taken = Vec::new();
        tally.drain(|call, count| taken.push((call, count)));
        assert_eq!(taken, [(OPEN, Count { calls: 3, denied: 1 }), (LAST, Count { calls: 1, denied: 1 })]);
        tally.drain(|call, _| panic!("{call:?}"));
        assert_eq!((tally.denials(), tally.first_denied()), (0, None));
        tally.enter(LAST);
        tally.drain(|call, count| assert_eq!((call, count), (LAST, Count { calls: 1, denied: 0 })));
    }
}
