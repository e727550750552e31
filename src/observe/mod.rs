//! What happened: counters and histograms that cost the request path a few relaxed additions, and the views of them.

pub mod histogram;
pub mod log;
pub mod metrics;
pub mod panic;
pub mod snapshot;
pub mod tally;

/// A duration as it is recorded; one of more than five centuries is cut.
pub fn nanos(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
