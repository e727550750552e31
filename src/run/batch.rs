//! Batches: many calls in one crossing of the boundary, each a request of its own.

use crate::error::Result;
use crate::run::nesting;
use crate::run::runtime::Runtime;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Most threads of one batch.
pub const MAX_PARALLELISM: u32 = 64;

impl Runtime {
    /// Runs `row` for every number below `rows`, on the caller's thread and up to `parallelism - 1` threads of the runtime's.
    /// `row` says whether it went well: with `stop_on_error`, no further row begins after one that did not, and `left_out` hears
    /// of each that did not begin.
    pub fn batch(
        &self,
        rows: usize,
        parallelism: u32,
        stop_on_error: bool,
        row: &(dyn Fn(usize) -> bool + Sync),
        left_out: &dyn Fn(usize),
    ) -> Result<()> {
        // The threads are there until the last row ends, and a batch that was let in is let go on: its rows are no new work.
        let _inside = self.enter()?;
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = || {
            while !stopped.load(Ordering::Relaxed) {
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= rows {
                    return;
                }
                if !row(i) && stop_on_error {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
        };
        let helpers = (parallelism.clamp(1, MAX_PARALLELISM) as usize).min(rows).saturating_sub(1);
        match helpers {
            0 => work(),
            _ => {
                let trail = nesting::trail();
                self.stacks().share(helpers, &work, &|| nesting::with_trail(trail.clone(), work));
            }
        }
        // Numbers are handed out in order, so these were not.
        (next.into_inner().min(rows)..rows).for_each(left_out);
        Ok(())
    }
}
