//! What a runtime writes into its log: which events there are, with which fields.
//!
//! The host's callback runs where the event is, on the thread and the stack of a host function, and may do what one may. What
//! comes about in a callback, by a call that it makes, is counted but not logged: a log does not feed itself.

use crate::config::DenyAction;
use crate::observe::log::{Level, Log, Record, Sink, Throttle};
use crate::run::module::Linked;
use crate::run::nesting;
use crate::syscalls::{COUNT, Syscall};
use std::sync::Arc;

/// A runtime's log with what it needs to keep it short.
pub struct Events {
    log: Log,
    runtime_id: u64,
    deny_action: DenyAction,
    /// One for each WASI call, as a guest may be denied millions of them in a second; none without a log.
    denials: Box<[Throttle]>,
}

impl Events {
    pub fn new(sink: Option<Arc<dyn Sink>>, runtime_id: u64, deny_action: DenyAction) -> Events {
        let throttles = if sink.is_some() { COUNT } else { 0 };
        let denials = (0..throttles).map(|_| Throttle::default()).collect();
        Events { log: Log::new(sink), runtime_id, deny_action, denials }
    }

    /// The policy has denied a WASI call.
    #[inline]
    pub fn denied(&self, call: Syscall, linked: &Linked, call_id: u64) {
        if self.log.is_on() {
            self.log_denial(call, linked, call_id);
        }
    }

    #[cold]
    fn log_denial(&self, call: Syscall, linked: &Linked, call_id: u64) {
        let Some(throttle) = self.denials.get(call.index()) else { return };
        if nesting::is_in_log(self.runtime_id) {
            return throttle.hold_back();
        }
        let Some(suppressed) = throttle.admit() else { return };
        let (call, hash) = (call.name(), linked.code.hash.to_string());
        // That has no result to carry an errno.
        let action = if call == "proc_exit" { DenyAction::Trap } else { self.deny_action }.name();
        let text = format!("the syscall policy denies {call} to module \"{}\"", linked.name.as_deref().unwrap_or(&hash));
        let record = Record::new(Level::Warn, c"dwcp.wasi", c"syscall.denied", &text)
            .call(call_id)
            .field(c"call", call)
            .field(c"action", action);
        self.write(&of_module(record, linked).field(c"suppressed", &suppressed.to_string()));
    }

    /// A guest has written a line, or a piece of one, that nobody else wants.
    pub fn output(&self, fd: i32, bytes: &[u8], linked: &Linked, call_id: u64) {
        if !self.log.is_on() || nesting::is_in_log(self.runtime_id) {
            return;
        }
        let record = Record::new(Level::Info, c"dwcp.guest", c"guest.output", &String::from_utf8_lossy(bytes)).call(call_id);
        self.write(&of_module(record.field(c"fd", &fd.to_string()), linked));
    }

    /// Settings that are possible together but hardly meant, or that the machine has no room for.
    pub fn warn<'a>(&self, warnings: impl Iterator<Item = &'a String>) {
        if !self.log.is_on() || nesting::is_in_log(self.runtime_id) {
            return;
        }
        for text in warnings {
            self.write(&Record::new(Level::Warn, c"dwcp.config", c"config.warning", text));
        }
    }

    fn write(&self, record: &Record) {
        // A call that the callback makes waits for no slot, which may be the one of the call that it stands in.
        let _function = nesting::function(self.runtime_id);
        let _log = nesting::log(self.runtime_id);
        self.log.write(record);
    }

    /// Lets go of the callback: none begins from now on.
    pub fn end(&self) {
        self.log.end();
    }
}

/// The record with what names the module of its call.
fn of_module(record: Record, linked: &Linked) -> Record {
    let record = match linked.name.as_deref() {
        Some(name) => record.field(c"module", name),
        None => record,
    };
    record.field(c"module_hash", &linked.code.hash.to_string())
}
