//! The counters and histograms of a runtime, in shards so that two cores never write the same cache line.
//!
//! A thread keeps one shard for its life. Every addition is relaxed: a snapshot is a sum over the shards, and a call that is
//! counted while it is taken may be in one of its numbers and not yet in another.

use super::histogram::{self, BUCKETS, Distribution};
use super::snapshot::{Gauges, Snapshot};
use super::tally::{Count, Tally};
use crate::syscalls::{COUNT, Syscall};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// More shards than this do not pay for the snapshot's sum over them.
const MAX_SHARDS: usize = 16;

/// What is counted. The last two go up and down; a shard's own share of them may be negative.
#[derive(Clone, Copy)]
pub(super) enum Counter {
    Executions,
    Failed,
    Timeouts,
    PoolHits,
    PoolMisses,
    CacheEvictions,
    CacheWaits,
    CompileFailures,
    ActiveVms,
    MemoryBytes,
}
const COUNTERS: usize = Counter::MemoryBytes as usize + 1;

/// What is timed. Cold and warm starts and cache hits and misses are counted by their histograms.
#[derive(Clone, Copy)]
pub(super) enum Timer {
    ColdStart,
    WarmStart,
    Execution,
    Wait,
    CacheHit,
    CacheMiss,
}
const TIMERS: usize = Timer::CacheMiss as usize + 1;

/// Two cache lines apart from the next: adjacent lines are fetched in pairs.
#[repr(align(128))]
struct Shard {
    counters: [AtomicU64; COUNTERS],
    sums: [AtomicU64; TIMERS],
}

/// The metrics of one runtime. Every method may be called from any thread; a disabled one returns at once.
pub struct Metrics {
    /// Empty if disabled; else a power of two.
    shards: Box<[Shard]>,
    /// The histograms of all shards: `TIMERS` times `BUCKETS` for each. Pages that no thread writes stay untouched.
    buckets: Box<[AtomicU64]>,
    /// Two counters for each WASI call in each shard: calls, and those denied.
    syscalls: Box<[[AtomicU64; 2]]>,
    started_unix_ns: i64,
}

/// The next thread's number; threads take shards in turn.
static NEXT_THREAD: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// This thread's number, or `usize::MAX` before its first use. Const and without a destructor: one load.
    static THREAD: Cell<usize> = const { Cell::new(usize::MAX) };
}

#[inline]
fn thread_number() -> usize {
    THREAD.with(|t| {
        let n = t.get();
        if n != usize::MAX {
            return n;
        }
        // The highest bit is cut off so that no thread's number is the one that stands for none.
        let n = NEXT_THREAD.fetch_add(1, Ordering::Relaxed) & (usize::MAX >> 1);
        t.set(n);
        n
    })
}

impl Metrics {
    pub fn new(enabled: bool) -> Self {
        let cores = crate::thread::cores();
        Metrics::with_shards(if enabled { cores.next_power_of_two().min(MAX_SHARDS) } else { 0 })
    }

    fn with_shards(count: usize) -> Self {
        let zeros = || AtomicU64::new(0);
        let shard = |_| Shard { counters: std::array::from_fn(|_| zeros()), sums: std::array::from_fn(|_| zeros()) };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Metrics {
            shards: (0..count).map(shard).collect(),
            buckets: zeroed(count * TIMERS * BUCKETS),
            syscalls: (0..count * COUNT).map(|_| [zeros(), zeros()]).collect(),
            started_unix_ns: i64::try_from(now.as_nanos()).unwrap_or(i64::MAX),
        }
    }

    pub fn is_enabled(&self) -> bool {
        !self.shards.is_empty()
    }

    pub fn started_unix_ns(&self) -> i64 {
        self.started_unix_ns
    }

    /// The calling thread's shard and its number.
    #[inline]
    fn shard(&self) -> Option<(usize, &Shard)> {
        let i = thread_number() & self.shards.len().wrapping_sub(1);
        self.shards.get(i).map(|shard| (i, shard))
    }

    #[inline]
    fn add(&self, counter: Counter, n: u64) {
        if let Some((_, shard)) = self.shard() {
            shard.counters[counter as usize].fetch_add(n, Ordering::Relaxed);
        }
    }

    #[inline]
    fn record(&self, timer: Timer, ns: u64) {
        if let Some((i, shard)) = self.shard() {
            let ns = histogram::clamp(ns);
            self.histogram(i, timer)[histogram::index(ns)].fetch_add(1, Ordering::Relaxed);
            shard.sums[timer as usize].fetch_add(ns, Ordering::Relaxed);
        }
    }

    #[inline]
    fn histogram(&self, shard: usize, timer: Timer) -> &[AtomicU64] {
        let start = (shard * TIMERS + timer as usize) * BUCKETS;
        &self.buckets[start..start + BUCKETS]
    }

    /// A load or an execute that compiled: from entry until a VM could run.
    pub fn cold_start(&self, ns: u64) {
        self.record(Timer::ColdStart, ns);
    }

    /// A call on compiled code: from entry to the guest's first instruction.
    pub fn warm_start(&self, ns: u64) {
        self.record(Timer::WarmStart, ns);
    }

    /// Time in the guest and in the host functions it called.
    pub fn execution(&self, ns: u64) {
        self.record(Timer::Execution, ns);
    }

    /// Time that a call waited for a slot.
    pub fn wait(&self, ns: u64) {
        self.record(Timer::Wait, ns);
    }

    /// A call ended.
    pub fn call_done(&self, ok: bool, timeout: bool) {
        self.add(Counter::Executions, 1);
        if !ok {
            self.add(Counter::Failed, 1);
        }
        if timeout {
            self.add(Counter::Timeouts, 1);
        }
    }

    /// A call found a ready VM.
    pub fn pool_hit(&self) {
        self.add(Counter::PoolHits, 1);
    }

    /// A call made its VM on the spot.
    pub fn pool_miss(&self) {
        self.add(Counter::PoolMisses, 1);
    }

    pub fn vm_started(&self) {
        self.add(Counter::ActiveVms, 1);
    }

    pub fn vm_ended(&self) {
        self.add(Counter::ActiveVms, 1u64.wrapping_neg());
    }

    /// Guest memory grew or went.
    pub fn memory(&self, delta: i64) {
        self.add(Counter::MemoryBytes, delta.cast_unsigned());
    }

    /// A load found its code in the cache.
    pub fn cache_hit(&self, ns: u64) {
        self.record(Timer::CacheHit, ns);
    }

    /// A load did not find its code and compiled it.
    pub fn cache_miss(&self, ns: u64) {
        self.record(Timer::CacheMiss, ns);
    }

    pub fn cache_evicted(&self, n: u64) {
        self.add(Counter::CacheEvictions, n);
    }

    /// A load waited for another thread that was compiling the same bytes.
    pub fn cache_wait(&self) {
        self.add(Counter::CacheWaits, 1);
    }

    pub fn compile_failed(&self) {
        self.add(Counter::CompileFailures, 1);
    }

    /// Takes over what a VM has counted.
    pub fn take(&self, tally: &mut Tally) {
        let shard = self.shard();
        tally.drain(|call, count| {
            let Some((i, _)) = shard else { return };
            let [calls, denied] = &self.syscalls[i * COUNT + call.index()];
            calls.fetch_add(count.calls, Ordering::Relaxed);
            if count.denied != 0 {
                denied.fetch_add(count.denied, Ordering::Relaxed);
            }
        });
    }

    /// How often a WASI call was made, by calls that have ended.
    pub fn syscall(&self, call: Syscall) -> Count {
        let all = self.syscalls.iter().skip(call.index()).step_by(COUNT);
        let read = |sum: Count, [calls, denied]: &[AtomicU64; 2]| Count {
            calls: sum.calls + calls.load(Ordering::Relaxed),
            denied: sum.denied + denied.load(Ordering::Relaxed),
        };
        let count = all.fold(Count::default(), read);
        // Calls end while the shards are read.
        Count { denied: count.denied.min(count.calls), ..count }
    }

    /// Everything at this moment; all zero if disabled.
    pub fn snapshot(&self, gauges: Gauges) -> Snapshot {
        if self.is_enabled() { Snapshot::of(self, gauges) } else { Snapshot::default() }
    }

    /// The sum of a counter over the shards.
    pub(super) fn total(&self, counter: Counter) -> u64 {
        self.shards.iter().fold(0, |sum, s| sum.wrapping_add(s.counters[counter as usize].load(Ordering::Relaxed)))
    }

    /// [`Metrics::total`] of a counter that goes up and down: a snapshot may see an end before its beginning, never a
    /// negative number.
    pub(super) fn level(&self, counter: Counter) -> u64 {
        u64::try_from(self.total(counter).cast_signed()).unwrap_or(0)
    }

    /// The histogram of a timer over the shards.
    pub(super) fn distribution(&self, timer: Timer) -> Distribution {
        let mut all = Distribution::default();
        for (i, shard) in self.shards.iter().enumerate() {
            // A recorded value is at least 1, so a sum of 0 means that there is nothing to read.
            let sum = shard.sums[timer as usize].load(Ordering::Relaxed);
            if sum != 0 {
                all.merge(self.histogram(i, timer), sum);
            }
        }
        all
    }
}

/// `len` zeros from zeroed pages of the allocator, which are not touched until they are written.
fn zeroed(len: usize) -> Box<[AtomicU64]> {
    let zeros = Box::into_raw(vec![0u64; len].into_boxed_slice());
    // SAFETY: the box was just taken apart; an AtomicU64 has the size and the bits of a u64, its alignment is asserted below.
    unsafe { Box::from_raw(zeros as *mut [AtomicU64]) }
}

const _: () = assert!(align_of::<AtomicU64>() == align_of::<u64>());

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts a panic that the boundary caught. For the process, as a panic may strike where no runtime is known.
pub fn count_panic() {
    PANICS.fetch_add(1, Ordering::Relaxed);
}

/// Panics that the boundary caught in this process.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disabled_metrics_stay_zero() {
        let m = Metrics::new(false);
        m.cold_start(5);
        m.vm_started();
        m.memory(10);
        m.call_done(false, true);
        assert!(!m.is_enabled() && m.shards.is_empty() && m.buckets.is_empty());
        assert_eq!(m.snapshot(Gauges { pool_size: 3, ..Gauges::default() }), Snapshot::default());
    }

    #[test]
    fn shards_are_a_power_of_two_and_far_apart() {
        let m = Metrics::new(true);
        assert!(m.shards.len().is_power_of_two() && m.shards.len() <= MAX_SHARDS);
        assert_eq!(size_of::<Shard>() % 128, 0);
    }

    #[test]
    fn threads_take_different_shards() {
        let m = Metrics::with_shards(16);
        std::thread::scope(|s| {
            for _ in 0..8 {
                s.spawn(|| (0..1000).for_each(|_| m.pool_hit()));
            }
        });
        let used = m.shards.iter().filter(|s| s.counters[Counter::PoolHits as usize].load(Ordering::Relaxed) != 0).count();
        assert!(used > 1, "{used} shards used by 8 threads");
        assert_eq!(m.total(Counter::PoolHits), 8000);
    }

    #[test]
    fn levels_add_up_over_shards_and_are_never_negative() {
        let m = Metrics::with_shards(4);
        m.vm_started();
        m.memory(100);
        // Another thread, and so another shard, ends what this one began.
        std::thread::scope(|s| {
            s.spawn(|| {
                m.vm_ended();
                m.memory(-40);
            });
        });
        assert_eq!((m.level(Counter::ActiveVms), m.level(Counter::MemoryBytes)), (0, 60));
        m.vm_ended();
        m.memory(-100);
        assert_eq!((m.level(Counter::ActiveVms), m.level(Counter::MemoryBytes)), (0, 0));
    }

    #[test]
    fn distributions_merge_the_shards() {
        let m = Metrics::with_shards(4);
        std::thread::scope(|s| {
            for t in 1..=4u64 {
                let m = &m;
                s.spawn(move || (0..100).for_each(|_| m.warm_start(t * 1000)));
            }
        });
        let d = m.distribution(Timer::WarmStart);
        assert_eq!((d.count(), d.sum_ns(), d.mean_ns()), (400, 1_000_000, 2500.0));
        assert!(d.percentile_ns(1.0).abs_diff(4000) <= 40 && d.percentile_ns(0.25).abs_diff(1000) <= 10);
        assert_eq!(m.distribution(Timer::ColdStart).count(), 0);
    }

    #[test]
    fn syscalls_add_up_over_shards() {
        const WRITE: Syscall = Syscall::of("fd_write");
        let m = Metrics::with_shards(4);
        std::thread::scope(|s| {
            for _ in 0..5 {
                s.spawn(|| {
                    let mut tally = Tally::default();
                    (0..7).for_each(|_| tally.enter(WRITE));
                    (0..2).for_each(|_| tally.deny(WRITE));
                    m.take(&mut tally);
                    m.take(&mut tally);
                });
            }
        });
        assert_eq!(m.syscall(WRITE), Count { calls: 35, denied: 10 });
        assert_eq!(m.syscall(Syscall::of("sock_shutdown")), Count::default());
        let off = Metrics::new(false);
        let mut tally = Tally::default();
        tally.deny(WRITE);
        off.take(&mut tally);
        assert_eq!((off.syscall(WRITE), tally.denials()), (Count::default(), 0));
    }

    #[test]
    fn panics_are_counted_for_the_process() {
        let before = panics();
        count_panic();
        assert!(panics() > before);
    }
}
