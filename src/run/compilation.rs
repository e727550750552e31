//! A compilation: begun by whoever asks first, waited for by all who ask, ended by none of them.
//!
//! The compiler cannot be interrupted. So it works on threads of the runtime, on a copy of the bytes, and leaves what it made in
//! the cache; those who asked wait for it as long as they have time.

use crate::compile::cache::Found;
use crate::compile::code::{Code, Hash};
use crate::compile::debug_info::DebugInfo;
use crate::compile::flights::{Boarding, Landing};
use crate::compile::guard;
use crate::compile::workers::Job;
use crate::config::Config;
use crate::error::{Error, Result, Status};
use crate::isolate::deadline::{Interrupt, Interrupted};
use crate::isolate::limits::Limits;
use crate::observe::{nanos, panic};
use crate::run::call::{CallOptions, CallStats};
use crate::run::cancel::{Carried, Tokens, before_looking};
use crate::run::explain;
use crate::run::runtime::Runtime;
use crate::run::state::Environment;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

/// What ends the wait for a compilation, beside the end of the runtime: nothing for a load, and for a call what ends it elsewhere.
#[derive(Clone, Copy)]
pub(super) enum Patience<'a> {
    Load,
    Call { options: &'a CallOptions, entered: Instant },
}

/// [`Patience`], looked at closely.
struct Wait<'a> {
    env: &'a Environment,
    tokens: &'a Tokens,
    limits: Option<Limits>,
    entered: Instant,
    deadline: Option<Instant>,
}

impl Wait<'_> {
    /// The error to end with, if it is time.
    fn over(&self) -> Option<Error> {
        before_looking();
        let why = if self.env.closing.is_set() {
            Interrupt::Closed
        } else if self.tokens.iter().any(|token| token.is_fired()) {
            Interrupt::Cancelled
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            let text =
                "max_execution_time_ms: the deadline passed while the module was compiled; once that is done, the cache has it";
            let error = Error::new(Status::TIMEOUT, text);
            return Some(match &self.limits {
                Some(limits) => explain::with_time(error, limits, self.entered),
                None => error,
            });
        } else {
            return None;
        };
        Some(Error::new(Status::CANCELLED, format!("{} while its module was compiled", Interrupted(why))))
    }
}

impl Runtime {
    /// The code of bytes with this hash, compiled if need be.
    pub(super) fn code(&self, bytes: &[u8], hash: Hash, patience: Patience<'_>) -> Result<(Arc<Code>, Found)> {
        let entered = Instant::now();
        if let Some(code) = self.cache().find(hash) {
            return Ok((code, Found::Held));
        }
        let none = Tokens::new();
        let wait = match patience {
            Patience::Load => Wait { env: self.environment(), tokens: &none, limits: None, entered, deadline: None },
            Patience::Call { options, entered } => {
                let limits = Limits::settle(&self.settings().look(), &options.asked, false)?;
                let deadline = limits.deadline(entered);
                Wait { env: self.environment(), tokens: &options.tokens, limits: Some(limits), entered, deadline }
            }
        };
        let _carried = Carried::new(wait.tokens, self.environment());
        if let Some(error) = wait.over() {
            return Err(error);
        }
        self.workers().start()?;
        let (asker, found) = match wait.env.flights.board(self.workers(), hash, || self.cache().find(hash)) {
            Boarding::Held(code) => return Ok((code, Found::Held)),
            Boarding::Joined(asker) => {
                // Neither a hit nor a miss, whose times it would spoil.
                self.metrics().cache_wait();
                (asker, Found::Waited)
            }
            Boarding::Begun(asker, landing) => {
                match copy(bytes) {
                    Ok(bytes) => asker.submitted(self.workers().submit(self.job(bytes, hash, landing, entered))),
                    Err(e) => landing.land(Err(e)),
                }
                (asker, Found::Compiled)
            }
        };
        let code = asker.wait(wait.deadline, || wait.over())?;
        if found == Found::Waited {
            code.touch();
        }
        Ok((code, found))
    }

    fn job(&self, bytes: Vec<u8>, hash: Hash, landing: Landing, entered: Instant) -> Job {
        let (config, env) = (self.settings().copy(), Arc::clone(self.environment()));
        let (cache, names) = (Arc::clone(self.cache()), Arc::clone(self.names()));
        Box::new(move || {
            if env.closing.is_set() {
                // Nobody waits for it, and who closes the runtime would have to.
                return;
            }
            let made = catch_unwind(AssertUnwindSafe(|| compile(&config, &env, &bytes, hash)))
                .unwrap_or_else(|payload| Err(panic::caught(payload)))
                .map(Arc::new);
            drop(bytes);
            env.metrics.cache_miss(nanos(entered.elapsed()));
            match &made {
                Ok(code) => {
                    for old in cache.insert(code) {
                        // Its end may take other locks.
                        let linked = names.lock().forget(old.hash);
                        drop(linked);
                    }
                }
                Err(_) => env.metrics.compile_failed(),
            }
            landing.land(made);
        })
    }

    /// Counts a call that ended while it waited for the compilation of its module.
    pub(super) fn ended_early(&self, error: Error, patience: Patience<'_>, stats: &mut CallStats) -> Error {
        let Patience::Call { options, entered } = patience else { return error };
        let counted: Result<()> = self.account(entered, stats, |stats| {
            stats.cold = true;
            let deadline =
                Limits::settle(&self.settings().look(), &options.asked, false).ok().and_then(|limits| limits.deadline(entered));
            stats.end(entered, deadline, Instant::now());
            Err(error)
        });
        match counted {
            Err(error) => error,
            Ok(()) => Error::new(Status::TIMEOUT, "the call ended early"),
        }
    }
}

fn compile(config: &Config, env: &Environment, bytes: &[u8], hash: Hash) -> Result<Code> {
    let binary = guard::binary(bytes)?;
    let needs = guard::inspect(config, &binary)?;
    let code = Code::compile(&env.engine, hash, &binary, needs, bytes.len())?;
    let code = code.with_debug_info(DebugInfo::of(&binary, config.max_debug_info_bytes));
    env.sources.note(&code);
    Ok(code)
}

fn copy(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())
        .map_err(|_| Error::new(Status::OS, format!("bytes: no memory for a copy of {} bytes", bytes.len())))?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}
