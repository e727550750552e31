//! How a runtime is entered, drained, closed and abandoned.

use crate::error::{Error, Result, Status};
use crate::run::nesting::{self, Mark};
use crate::run::runtime::Runtime;
use std::time::Duration;

/// How often an ending runtime makes its guests look at the cancel flag.
const CANCEL_TICK: Duration = Duration::from_millis(5);

/// Someone inside a runtime, on this thread; dropping it leaves.
pub struct Inside<'a> {
    runtime: &'a Runtime,
    mark: Option<Mark>,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.mark = None;
        // A child forked by a host function comes by here too: the threads that are to be joined are not in it.
        if self.runtime.lifecycle().leave() && !crate::fork::in_child() {
            self.runtime.finish();
        }
    }
}

impl Runtime {
    /// Enters with new work, or says why not. Work of a thread that is inside already is no new work: a batch goes on with its
    /// rows, and what a host function asks for belongs to the call that it serves.
    pub(crate) fn enter(&self) -> Result<Inside<'_>> {
        self.enter_as(nesting::is_at_work(self.id()))
    }

    /// Enters to end something, which a drained runtime and a closing one allow.
    pub(crate) fn enter_to_end(&self) -> Result<Inside<'_>> {
        self.enter_as(true)
    }

    /// Enters whatever the state, for an end that closing waits for: its finalizers are not to run after it.
    pub(crate) fn enter_anyway(&self) -> Inside<'_> {
        self.lifecycle().arrive();
        Inside { runtime: self, mark: Some(nesting::work(self.id())) }
    }

    fn enter_as(&self, under_way: bool) -> Result<Inside<'_>> {
        // Looking first keeps those who are refused from being counted, which who waits for an empty runtime would take for work.
        self.lifecycle().admits(under_way)?;
        let inside = self.enter_anyway();
        self.lifecycle().admits(under_way)?;
        Ok(inside)
    }

    /// Refuses new work, waits up to `grace` for what is under way, ends the rest, and waits for that too: host functions
    /// and compilations cannot be interrupted. Afterwards no thread of the runtime is left. Closing again waits for the first to
    /// finish.
    pub fn close(&self, grace: Duration) -> Result<()> {
        self.refuse_from_inside("closed")?;
        self.lifecycle().shut();
        let idle = self.lifecycle().wait_empty(Some(grace));
        self.lifecycle().end();
        if !idle {
            self.cancel();
        }
        // A call that armed its epoch after that has not seen it: the epoch moves until all have left.
        while !self.lifecycle().wait_empty(Some(CANCEL_TICK)) {
            self.ticker().bump();
        }
        if self.lifecycle().claim() {
            self.finish();
        }
        Ok(())
    }

    /// Ends what is under way without waiting for it: what is left of closing when a callback frees its own runtime. The last
    /// one to leave ends the runtime as closing would.
    pub fn abandon(&self) {
        let _inside = self.enter_anyway();
        self.lifecycle().abandon();
        self.cancel();
    }

    /// The end, when all have left. Callbacks run in it: finalizers of what the runtime held.
    fn finish(&self) {
        struct Closed<'a>(&'a Runtime);
        impl Drop for Closed<'_> {
            fn drop(&mut self) {
                self.0.lifecycle().closed();
            }
        }
        // Also if something below panics: others wait for it.
        let _closed = Closed(self);
        let _work = nesting::work(self.id());
        self.sessions().stop();
        // A session that was being released when the list was emptied.
        self.lifecycle().wait_empty(None);
        self.stop_threads();
        self.let_go();
    }

    /// Refuses new work until [`Runtime::resume`] and waits up to `patience` for what is under way.
    pub fn drain(&self, patience: Duration) -> Result<()> {
        self.refuse_from_inside("drained")?;
        // No session may be used while the runtime is drained: none is idle by its own fault.
        self.sessions().pause(true, || self.lifecycle().drain())?;
        self.lifecycle().wait_drained(patience)
    }

    /// Takes new work again after [`Runtime::drain`].
    pub fn resume(&self) -> Result<()> {
        self.sessions().pause(false, || self.lifecycle().resume())
    }

    /// A callback that waited for its own call to end would wait for ever.
    fn refuse_from_inside(&self, what: &str) -> Result<()> {
        match nesting::is_at_work(self.id()) {
            true => Err(Error::new(
                Status::BUSY,
                format!("a runtime cannot be {what} from inside one of its own host functions or finalizers"),
            )),
            false => Ok(()),
        }
    }
}
