//! What happened: counters and histograms that cost the request path a few relaxed additions, and the views of them.

pub mod histogram;
pub mod metrics;
pub mod snapshot;
