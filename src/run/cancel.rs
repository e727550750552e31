//! What ends calls from outside: the flags that running guests look at, and the tokens that hosts fire.

use crate::run::state::Environment;
use parking_lot::Mutex;
use smallvec::SmallVec;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};

/// A flag that ends the guests that look at it.
#[derive(Default)]
pub struct Flag(AtomicBool);

impl Flag {
    /// Whether the flag is set, for one who has called [`before_looking`].
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets the flag. Whoever sets it makes the guests look: [`Environment::rouse`].
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    fn clear(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// Pairs with the fence in [`Flag::set`]: a guest that looks because the epoch moved after a flag was set sees the flag, though
/// wasmtime moves the epoch without any ordering. One fence serves all the flags that are looked at after it.
pub fn before_looking() {
    fence(Ordering::SeqCst);
}

/// A token that a host gives to any number of calls and fires to end them. Once fired it ends every call that brings it, until
/// it is reset.
#[derive(Default)]
pub struct CancelToken {
    flag: Flag,
    /// The runtimes in which calls carry it now, with the number of these calls.
    bearers: Mutex<Vec<(Arc<Environment>, usize)>>,
}

impl CancelToken {
    /// As [`Flag::is_set`].
    pub fn is_fired(&self) -> bool {
        self.flag.is_set()
    }

    /// Ends the calls that carry the token, wherever they are.
    pub fn fire(&self) {
        self.flag.set();
        // A call enters itself before it looks at the flag, so one of the two sees the other.
        let bearers: SmallVec<[Arc<Environment>; 4]> = self.bearers.lock().iter().map(|(env, _)| Arc::clone(env)).collect();
        bearers.iter().for_each(|env| env.rouse());
    }

    /// Makes the token as good as new. A call that has not looked at it since it was fired goes on.
    pub fn reset(&self) {
        self.flag.clear();
    }

    fn enter(&self, env: &Arc<Environment>) {
        let mut bearers = self.bearers.lock();
        match bearers.iter_mut().find(|(known, _)| Arc::ptr_eq(known, env)) {
            Some((_, calls)) => *calls += 1,
            None => bearers.push((Arc::clone(env), 1)),
        }
    }

    fn leave(&self, env: &Arc<Environment>) {
        let mut bearers = self.bearers.lock();
        let Some(i) = bearers.iter().position(|(known, _)| Arc::ptr_eq(known, env)) else { return };
        bearers[i].1 -= 1;
        let gone = (bearers[i].1 == 0).then(|| bearers.swap_remove(i));
        drop(bearers);
        drop(gone);
    }
}

/// The tokens of a call: its own, and its session's.
pub type Tokens = SmallVec<[Arc<CancelToken>; 2]>;

/// A call's tokens while it runs: firing one of them reaches it until this is dropped.
pub struct Carried<'a> {
    tokens: &'a [Arc<CancelToken>],
    env: &'a Arc<Environment>,
}

impl<'a> Carried<'a> {
    pub fn new(tokens: &'a [Arc<CancelToken>], env: &'a Arc<Environment>) -> Carried<'a> {
        tokens.iter().for_each(|token| token.enter(env));
        Carried { tokens, env }
    }
}

impl Drop for Carried<'_> {
    fn drop(&mut self) {
        self.tokens.iter().for_each(|token| token.leave(self.env));
    }
}
