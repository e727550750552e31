//! The code cache: least recently used out first, bounded in modules and in bytes, one compilation for many askers.

use crate::compile::code::{Code, Hash};
use crate::error::{Error, Result};
use crate::observe::metrics::Metrics;
use crate::observe::nanos;
use lru::LruCache;
use parking_lot::{Condvar, Mutex};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

/// What the cache holds now, for the metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub modules: u64,
    pub bytes: u64,
}

/// Compiled code by hash. The settings of the engine, its metering among them, are no part of the key: a runtime has one engine,
/// whose settings never change, and a cache of its own. Code in use outlives its eviction: the cache only gives its own reference back.
pub struct Cache {
    metrics: Arc<Metrics>,
    state: Mutex<State>,
}

struct State {
    max_modules: usize,
    max_bytes: u64,
    held: LruCache<Hash, Arc<Code>>,
    bytes: u64,
    flights: HashMap<Hash, Arc<Flight>>,
}

/// One compilation under way, and those who wait for it.
#[derive(Default)]
struct Flight {
    done: Mutex<Option<Result<Arc<Code>>>>,
    landed: Condvar,
}

/// How code was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The cache held it.
    Held,
    /// Another caller was compiling it.
    Waited,
    /// This caller compiled it.
    Compiled,
}

/// Code that was found or made, and what else the caller should know.
pub struct Lookup {
    pub code: Arc<Code>,
    pub found: Found,
    /// What had to go to make room.
    pub evicted: Vec<Arc<Code>>,
}

impl Cache {
    pub fn new(max_modules: u32, max_bytes: u64, metrics: Arc<Metrics>) -> Cache {
        let (held, flights) = (LruCache::unbounded(), HashMap::new());
        let state = State { max_modules: max_modules as usize, max_bytes, held, bytes: 0, flights };
        Cache { metrics, state: Mutex::new(state) }
    }

    /// The code of `hash`, compiled by `compile` if it is not held. Of many that ask at once, one compiles and the others wait;
    /// a failure goes to all of them and is not kept.
    pub fn get_or_compile(&self, hash: Hash, compile: impl FnOnce() -> Result<Code>) -> Result<Lookup> {
        let entered = Instant::now();
        let flight = {
            let mut state = self.state.lock();
            if let Some(code) = state.held.get(&hash).cloned() {
                drop(state);
                return Ok(self.hit(code, entered));
            }
            if let Some(flight) = state.flights.get(&hash).cloned() {
                drop(state);
                return self.wait(&flight);
            }
            let flight = Arc::new(Flight::default());
            state.flights.insert(hash, Arc::clone(&flight));
            flight
        };
        // Lands the flight also if the compiler panics: the waiters get an error, the next asker a fresh try.
        let mut landing = Landing { cache: self, hash, flight: &flight, result: None };
        let result = compile().map(Arc::new);
        landing.result = Some(result.clone());
        match result {
            Ok(code) => {
                self.metrics.cache_miss(nanos(entered.elapsed()));
                let evicted = self.insert(&code);
                drop(landing);
                Ok(Lookup { code, found: Found::Compiled, evicted })
            }
            Err(e) => {
                self.metrics.cache_miss(nanos(entered.elapsed()));
                self.metrics.compile_failed();
                Err(e)
            }
        }
    }

    fn hit(&self, code: Arc<Code>, entered: Instant) -> Lookup {
        code.touch();
        self.metrics.cache_hit(nanos(entered.elapsed()));
        Lookup { code, found: Found::Held, evicted: Vec::new() }
    }

    /// Waits for another's compilation: neither a hit nor a miss, whose times it would spoil.
    fn wait(&self, flight: &Flight) -> Result<Lookup> {
        self.metrics.cache_wait();
        let mut done = flight.done.lock();
        loop {
            if let Some(result) = done.as_ref() {
                return result.clone().map(|code| {
                    code.touch();
                    Lookup { code, found: Found::Waited, evicted: Vec::new() }
                });
            }
            flight.landed.wait(&mut done);
        }
    }

    /// The code of `hash` if it is held; counts as a hit and makes it the most recently used.
    pub fn find(&self, hash: Hash) -> Option<Arc<Code>> {
        let entered = Instant::now();
        let code = self.state.lock().held.get(&hash).cloned()?;
        Some(self.hit(code, entered).code)
    }

    fn insert(&self, code: &Arc<Code>) -> Vec<Arc<Code>> {
        code.touch();
        let mut state = self.state.lock();
        if code.code_bytes > state.max_bytes {
            return Vec::new();
        }
        if let Some(old) = state.held.put(code.hash, Arc::clone(code)) {
            state.bytes -= old.code_bytes;
        }
        state.bytes += code.code_bytes;
        self.make_room(&mut state)
    }

    fn make_room(&self, state: &mut State) -> Vec<Arc<Code>> {
        let mut evicted = Vec::new();
        while state.held.len() > state.max_modules || state.bytes > state.max_bytes {
            let Some((_, old)) = state.held.pop_lru() else { break };
            state.bytes -= old.code_bytes;
            evicted.push(old);
        }
        self.metrics.cache_evicted(evicted.len() as u64);
        evicted
    }

    /// Changes how much may be held, and gives what had to go.
    pub fn set_bounds(&self, max_modules: u32, max_bytes: u64) -> Vec<Arc<Code>> {
        let mut state = self.state.lock();
        (state.max_modules, state.max_bytes) = (max_modules as usize, max_bytes);
        self.make_room(&mut state)
    }

    /// Gives the cache's reference back. Handles that use the code keep it.
    pub fn evict(&self, hash: Hash) -> Option<Arc<Code>> {
        let mut state = self.state.lock();
        let code = state.held.pop(&hash)?;
        state.bytes -= code.code_bytes;
        self.metrics.cache_evicted(1);
        Some(code)
    }

    /// Empties the cache.
    pub fn clear(&self) -> Vec<Arc<Code>> {
        let mut state = self.state.lock();
        state.bytes = 0;
        let mut all = Vec::with_capacity(state.held.len());
        while let Some((_, code)) = state.held.pop_lru() {
            all.push(code);
        }
        self.metrics.cache_evicted(all.len() as u64);
        all
    }

    /// All code held, most recently used first.
    pub fn list(&self) -> Vec<Arc<Code>> {
        self.state.lock().held.iter().map(|(_, code)| Arc::clone(code)).collect()
    }

    pub fn contains(&self, hash: Hash) -> bool {
        self.state.lock().held.contains(&hash)
    }

    pub fn held(&self) -> Held {
        let state = self.state.lock();
        Held { modules: state.held.len() as u64, bytes: state.bytes }
    }
}

struct Landing<'a> {
    cache: &'a Cache,
    hash: Hash,
    flight: &'a Flight,
    result: Option<Result<Arc<Code>>>,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        let result = self
            .result
            .take()
            .unwrap_or_else(|| Err(Error::new(crate::error::Status::PANIC, "the compiler panicked on this module")));
        self.cache.state.lock().flights.remove(&self.hash);
        *self.flight.done.lock() = Some(result);
        self.flight.landed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::guard;
    use crate::error::Status;

    fn code(n: u32) -> (Hash, impl Fn() -> Result<Code>) {
        let engine = wasmtime::Engine::default();
        let text = format!("(module (func (export \"f{n}\")))");
        let binary = guard::binary(text.as_bytes()).unwrap().into_owned();
        let hash = Hash::of(&binary);
        (hash, move || Code::compile(&engine, hash, &binary, guard::Needs::default(), binary.len()))
    }

    fn cache(modules: u32, bytes: u64) -> Cache {
        Cache::new(modules, bytes, Arc::new(Metrics::new(true)))
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let cache = cache(2, u64::MAX);
        let (a, b, c) = (code(1), code(2), code(3));
        for (hash, compile) in [(a.0, &a.1 as &dyn Fn() -> Result<Code>), (b.0, &b.1)] {
            assert!(cache.get_or_compile(hash, compile).unwrap().found == Found::Compiled);
        }
        assert!(cache.find(a.0).is_some());
        let evicted = cache.get_or_compile(c.0, &c.1).unwrap().evicted;
        assert_eq!(evicted.iter().map(|e| e.hash).collect::<Vec<_>>(), [b.0]);
        assert_eq!(cache.held().modules, 2);
        assert_eq!(cache.clear().len(), 2);
        assert_eq!(cache.held(), Held::default());
    }

    #[test]
    fn bytes_bound_the_cache_too() {
        let (hash, compile) = code(1);
        let small = cache(10, 1);
        assert!(small.get_or_compile(hash, compile).unwrap().found == Found::Compiled);
        assert_eq!(small.held(), Held::default());
    }

    #[test]
    fn many_askers_one_compilation() {
        let cache = cache(10, u64::MAX);
        let (hash, compile) = code(1);
        let compiled = std::sync::atomic::AtomicU32::new(0);
        let barrier = std::sync::Barrier::new(8);
        std::thread::scope(|s| {
            for _ in 0..8 {
                s.spawn(|| {
                    barrier.wait();
                    let lookup = cache.get_or_compile(hash, || {
                        compiled.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        compile()
                    });
                    assert_eq!(lookup.unwrap().code.hash, hash);
                });
            }
        });
        assert_eq!(compiled.into_inner(), 1);
    }

    #[test]
    fn failures_and_panics_are_not_kept() {
        let cache = cache(10, u64::MAX);
        let (hash, compile) = code(1);
        let failed = cache.get_or_compile(hash, || Err(Error::new(Status::INVALID_MODULE, "no")));
        assert_eq!(failed.err().unwrap().status(), Status::INVALID_MODULE);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = cache.get_or_compile(hash, || std::panic::resume_unwind(Box::new("boom")));
        }));
        assert!(panicked.is_err());
        assert!(cache.get_or_compile(hash, compile).unwrap().found == Found::Compiled);
    }
}
