//! Log-linear histograms of durations: every power of two is cut into 64 buckets, so a bucket's middle is within 0.8 % of
//! each value in it. Recording is one index and one addition, and never allocates.

use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets of a power of two, as a power of two.
const SUB_BITS: u32 = 6;
const SUB: usize = 1 << SUB_BITS;
/// Values have at most this many bits: 2^42 ns are 73 minutes. Longer ones count as that.
const VALUE_BITS: u32 = 42;
/// The largest duration that is told from a longer one.
pub const MAX_NS: u64 = (1 << VALUE_BITS) - 1;
/// Buckets of one histogram.
pub const BUCKETS: usize = (VALUE_BITS - SUB_BITS + 1) as usize * SUB;

/// A duration as a histogram counts it: 0 as 1, so that a sum of 0 means an empty histogram, and what is too long as [`MAX_NS`].
#[inline]
pub fn clamp(ns: u64) -> u64 {
    ns.clamp(1, MAX_NS)
}

/// The bucket of a clamped value: itself below 128, then the 7 highest bits of the value and their place.
#[inline]
pub fn index(ns: u64) -> usize {
    let shift = (u64::BITS - SUB_BITS - 1).saturating_sub(ns.leading_zeros());
    shift as usize * SUB + (ns >> shift) as usize
}

/// The middle of a bucket's values.
fn middle(index: usize) -> u64 {
    let shift = (index / SUB).saturating_sub(1);
    let low = ((index - shift * SUB) as u64) << shift;
    low + (1u64 << shift) / 2
}

/// Counts of durations, no longer changing: one histogram, or several merged.
#[derive(Clone, Debug)]
pub struct Distribution {
    counts: Box<[u64]>,
    count: u64,
    sum_ns: u64,
}

impl Default for Distribution {
    fn default() -> Self {
        Distribution { counts: vec![0; BUCKETS].into(), count: 0, sum_ns: 0 }
    }
}

impl Distribution {
    /// Adds what `buckets` hold now. Other threads may go on recording: the count is that of the buckets read, so that
    /// percentiles and count agree.
    pub fn merge(&mut self, buckets: &[AtomicU64], sum_ns: u64) {
        for (total, bucket) in self.counts.iter_mut().zip(buckets) {
            let n = bucket.load(Ordering::Relaxed);
            *total += n;
            self.count += n;
        }
        self.sum_ns = self.sum_ns.wrapping_add(sum_ns);
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn sum_ns(&self) -> u64 {
        self.sum_ns
    }

    /// The mean in nanoseconds; 0 without values.
    pub fn mean_ns(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum_ns as f64 / self.count as f64 }
    }

    /// The smallest value, within 0.8 %, that a share of `q` (0 to 1) of all values does not exceed; 0 without values.
    pub fn percentile_ns(&self, q: f64) -> u64 {
        let rank = ((q * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        for (i, n) in self.counts.iter().enumerate() {
            seen += n;
            if seen >= rank {
                return middle(i);
            }
        }
        0
    }

    pub fn mean_ms(&self) -> f64 {
        self.mean_ns() / 1e6
    }

    pub fn percentile_ms(&self, q: f64) -> f64 {
        self.percentile_ns(q) as f64 / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Distribution {
        let buckets: Vec<AtomicU64> = (0..BUCKETS).map(|_| AtomicU64::new(0)).collect();
        let mut sum = 0;
        for v in values {
            let v = clamp(v);
            buckets[index(v)].fetch_add(1, Ordering::Relaxed);
            sum += v;
        }
        let mut d = Distribution::default();
        d.merge(&buckets, sum);
        d
    }

    /// xorshift: the same numbers on every run.
    fn random(seed: u64) -> impl Iterator<Item = u64> {
        std::iter::successors(Some(seed), |x| {
            let x = x ^ (x << 13);
            let x = x ^ (x >> 7);
            Some(x ^ (x << 17))
        })
        .skip(1)
    }

    #[test]
    fn buckets_are_contiguous_and_precise() {
        assert_eq!((index(1), index(127), index(128), index(129), index(130)), (1, 127, 128, 128, 129));
        assert_eq!(index(MAX_NS), BUCKETS - 1);
        assert_eq!((clamp(0), clamp(u64::MAX)), (1, MAX_NS));
        let mut last = 0;
        for v in random(7).take(200_000).map(|x| clamp(x >> (x % 64))) {
            let error = middle(index(v)).abs_diff(v) as f64 / v as f64;
            assert!(error <= 0.008, "{v}: {error}");
            last = last.max(index(v));
        }
        assert!(last < BUCKETS);
        for bits in 1..VALUE_BITS {
            let v = 1u64 << bits;
            assert_eq!(index(v), index(v - 1) + 1, "the buckets of neighbouring powers touch at {v}");
        }
    }

    #[test]
    fn percentiles_agree_with_another_implementation() {
        type Shape = fn(u64) -> u64;
        let shapes: [(&str, Shape); 4] = [
            ("uniform to 1 ms", |x| x % 1_000_000),
            ("log-uniform", |x| 1 << (x % 40)),
            ("two modes", |x| if x % 10 == 0 { 5_000_000 + x % 1000 } else { 60 + x % 20 }),
            ("exponential tail", |x| ((x >> 11) as f64 / (1u64 << 53) as f64).ln().abs().mul_add(2000.0, 1.0) as u64),
        ];
        for (name, shape) in shapes {
            let values: Vec<u64> = random(42).take(100_000).map(|x| clamp(shape(x))).collect();
            let ours = of(values.iter().copied());
            let mut theirs = hdrhistogram::Histogram::<u64>::new_with_bounds(1, MAX_NS, 3).unwrap();
            values.iter().for_each(|v| theirs.record(*v).unwrap());
            for q in [0.001, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0] {
                let (a, b) = (ours.percentile_ns(q) as f64, theirs.value_at_quantile(q) as f64);
                assert!((a - b).abs() <= b * 0.01, "{name}: p{} is {a}, expected {b}", q * 100.0);
            }
            let exact = values.iter().sum::<u64>() as f64 / values.len() as f64;
            assert!((ours.mean_ns() - exact).abs() <= exact * 1e-9, "{name}: the mean is exact");
            assert_eq!(ours.count(), 100_000);
        }
    }

    #[test]
    fn empty_single_and_saturated() {
        let empty = Distribution::default();
        assert_eq!((empty.percentile_ns(0.5), empty.mean_ns(), empty.percentile_ms(0.99)), (0, 0.0, 0.0));
        let one = of([100]);
        assert_eq!((one.percentile_ns(0.0), one.percentile_ns(0.5), one.percentile_ns(1.0)), (100, 100, 100));
        let long = of([u64::MAX]);
        assert!(long.percentile_ns(0.5).abs_diff(MAX_NS) as f64 <= MAX_NS as f64 * 0.008);
    }
}
