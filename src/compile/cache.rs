//! The code cache: least recently used out first, bounded in modules and in bytes.

use crate::compile::code::{Code, Hash};
use crate::observe::metrics::Metrics;
use crate::observe::nanos;
use lru::LruCache;
use parking_lot::Mutex;
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

impl Cache {
    pub fn new(max_modules: u32, max_bytes: u64, metrics: Arc<Metrics>) -> Cache {
        let state = State { max_modules: max_modules as usize, max_bytes, held: LruCache::unbounded(), bytes: 0 };
        Cache { metrics, state: Mutex::new(state) }
    }

    /// The code of `hash` if it is held; counts as a hit and makes it the most recently used.
    pub fn find(&self, hash: Hash) -> Option<Arc<Code>> {
        let entered = Instant::now();
        let code = self.state.lock().held.get(&hash).cloned()?;
        code.touch();
        self.metrics.cache_hit(nanos(entered.elapsed()));
        Some(code)
    }

    /// Keeps new code, as the most recently used, and gives what had to go to make room.
    pub fn insert(&self, code: &Arc<Code>) -> Vec<Arc<Code>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::guard;

    fn code(n: u32) -> Arc<Code> {
        let text = format!("(module (func (export \"f{n}\")))");
        let binary = guard::binary(text.as_bytes()).unwrap().into_owned();
        let hash = Hash::of(&binary);
        let engine = wasmtime::Engine::default();
        Arc::new(Code::compile(&engine, hash, &binary, guard::Needs::default(), binary.len()).unwrap())
    }

    fn cache(modules: u32, bytes: u64) -> Cache {
        Cache::new(modules, bytes, Arc::new(Metrics::new(true)))
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let cache = cache(2, u64::MAX);
        let (a, b, c) = (code(1), code(2), code(3));
        assert!(cache.insert(&a).is_empty() && cache.insert(&b).is_empty());
        assert!(cache.find(a.hash).is_some());
        let evicted = cache.insert(&c);
        assert_eq!(evicted.iter().map(|e| e.hash).collect::<Vec<_>>(), [b.hash]);
        assert_eq!(cache.held().modules, 2);
        assert_eq!(cache.clear().len(), 2);
        assert_eq!(cache.held(), Held::default());
    }

    #[test]
    fn bytes_bound_the_cache_too() {
        let small = cache(10, 1);
        assert!(small.insert(&code(1)).is_empty());
        assert_eq!(small.held(), Held::default());
    }
}
