//! What hosts call modules by, beside handles: keys, which come with bytes and are bound to code that the cache holds, and aliases,
//! which are set to modules. Both are names of one kind; a request gives either as its key.

use crate::compile::code::Hash;
use crate::error::{Error, Result, Status, escape, nearest};
use crate::run::module::Linked;
use std::collections::HashMap;
use std::sync::Arc;

/// Longest key or alias, in bytes.
const MAX_KEY_BYTES: usize = 256;
/// Most keys of one module's code: a host that makes a new one for every request finds out.
const MAX_KEYS: usize = 1000;

/// A key that came with a request.
#[derive(Clone, Copy)]
pub enum Key<'a> {
    None,
    /// 64 hexadecimal digits: the bytes must have this hash.
    Claim(Hash),
    /// A name of the host's choice: a key, bound to the first bytes that come with it, or an alias.
    Alias(&'a str),
}

impl<'a> Key<'a> {
    /// Reads a key, which came as `parameter`.
    pub fn parse(parameter: &str, key: Option<&'a str>) -> Result<Key<'a>> {
        match key {
            None => Ok(Key::None),
            Some("") => Err(Error::argument(parameter, "is empty")),
            Some(k) if k.len() > MAX_KEY_BYTES => {
                Err(Error::argument(parameter, format!("has {} bytes, the limit is {MAX_KEY_BYTES}", k.len())))
            }
            Some(k) => Ok(Hash::parse(k).map_or(Key::Alias(k), Key::Claim)),
        }
    }

    /// The key as a message shows it.
    pub fn shown(&self) -> String {
        match self {
            Key::None => "no key".to_string(),
            Key::Claim(hash) => hash.to_string(),
            Key::Alias(alias) => format!("\"{}\"", escape(alias, 100)),
        }
    }
}

/// Most aliases that were set to modules, in a runtime: these keep their modules alive.
const MAX_SET: usize = 10_000;

/// The keys of code that the cache holds, and the aliases that were set to modules.
#[derive(Default)]
pub struct Names {
    names: HashMap<String, Bound>,
    modules: HashMap<Hash, Named>,
    set: usize,
}

/// What a name stands for.
enum Bound {
    /// The code that came with it, for as long as the cache holds it.
    Code(Hash),
    /// The module that it was set to, until it is set anew or removed.
    Module(Arc<Linked>),
}

impl Bound {
    fn hash(&self) -> Hash {
        match self {
            Bound::Code(hash) => *hash,
            Bound::Module(linked) => linked.code.hash,
        }
    }
}

#[derive(Default)]
struct Named {
    keys: Vec<String>,
    /// The module linked without host functions, for `execute`.
    plain: Option<Arc<Linked>>,
}

impl Names {
    /// The hash that a key stands for, if any.
    pub fn resolve(&self, key: &Key<'_>) -> Option<Hash> {
        match key {
            Key::None => None,
            Key::Claim(hash) => Some(*hash),
            Key::Alias(alias) => self.names.get(*alias).map(Bound::hash),
        }
    }

    /// The module that an alias was set to.
    pub fn module(&self, key: &Key<'_>) -> Option<Arc<Linked>> {
        match key {
            Key::Alias(alias) => match self.names.get(*alias)? {
                Bound::Module(linked) => Some(Arc::clone(linked)),
                Bound::Code(_) => None,
            },
            _ => None,
        }
    }

    /// Makes an alias stand for a module, or for nothing. What it kept alive is given back, to be dropped where no lock is held.
    pub fn set(&mut self, alias: &str, linked: Option<Arc<Linked>>) -> Result<Option<Arc<Linked>>> {
        let known = self.names.get(alias);
        if linked.is_none() && known.is_none() {
            let text = format!("alias: there is no alias \"{}\"", escape(alias, 100));
            return Err(self.not_found(text, alias));
        }
        let was_set = matches!(known, Some(Bound::Module(_)));
        if linked.is_some() && !was_set && self.set >= MAX_SET {
            return Err(Error::argument("alias", format!("the runtime has {MAX_SET} aliases set already")));
        }
        let adds = linked.is_some();
        let before = match linked {
            Some(linked) => self.names.insert(alias.to_string(), Bound::Module(linked)),
            None => self.names.remove(alias),
        };
        self.set = self.set + usize::from(adds) - usize::from(was_set);
        Ok(match before {
            Some(Bound::Module(linked)) => Some(linked),
            Some(Bound::Code(hash)) => {
                if let Some(named) = self.modules.get_mut(&hash) {
                    named.keys.retain(|known| known != alias);
                }
                None
            }
            None => None,
        })
    }

    /// `text` with the names that are nearest to one that stands for nothing.
    pub fn not_found(&self, mut text: String, wanted: &str) -> Error {
        let near = nearest(wanted, self.names.keys().map(String::as_str));
        if !near.is_empty() {
            let names: Vec<String> = near.iter().map(|name| format!("\"{}\"", escape(name, 100))).collect();
            text.push_str(&format!("; nearest: {}", names.join(", ")));
        }
        Error::new(Status::NOT_FOUND, text)
    }

    /// Forgets every alias that was set. What they kept alive is given back, to be dropped where no lock is held.
    pub fn forget_set(&mut self) -> Vec<Arc<Linked>> {
        self.set = 0;
        let set = self.names.extract_if(|_, bound| matches!(bound, Bound::Module(_)));
        set.filter_map(|(_, bound)| if let Bound::Module(linked) = bound { Some(linked) } else { None }).collect()
    }

    /// Refuses a key that stands for other bytes than those of `hash`.
    pub fn check(&self, key: &Key<'_>, hash: Hash) -> Result<()> {
        self.resolve(key).map_or(Ok(()), |bound| check(key, bound, hash))
    }

    /// Binds a key that is free or already bound to `hash`.
    pub fn bind(&mut self, key: &Key<'_>, hash: Hash) -> Result<()> {
        self.check(key, hash)?;
        let Key::Alias(alias) = *key else { return Ok(()) };
        if self.names.contains_key(alias) {
            return Ok(());
        }
        let named = self.modules.entry(hash).or_default();
        if named.keys.len() >= MAX_KEYS {
            return Err(Error::argument("key", format!("the module has {MAX_KEYS} keys already")));
        }
        named.keys.push(alias.to_string());
        self.names.insert(alias.to_string(), Bound::Code(hash));
        Ok(())
    }

    pub fn plain(&self, hash: Hash) -> Option<Arc<Linked>> {
        self.modules.get(&hash)?.plain.clone()
    }

    /// Keeps the module without host functions of `hash`, unless one is kept already. Gives the one that is kept.
    pub fn set_plain(&mut self, hash: Hash, linked: Arc<Linked>) -> Arc<Linked> {
        Arc::clone(self.modules.entry(hash).or_default().plain.get_or_insert(linked))
    }

    /// Forgets all names of `hash`. What they held is given back, to be dropped where no lock is held.
    pub fn forget(&mut self, hash: Hash) -> Option<Arc<Linked>> {
        let named = self.modules.remove(&hash)?;
        for key in &named.keys {
            self.names.remove(key);
        }
        named.plain
    }
}

/// Refuses a key that stands for the bytes of `bound` where those of `hash` came with it.
pub fn check(key: &Key<'_>, bound: Hash, hash: Hash) -> Result<()> {
    if bound == hash {
        return Ok(());
    }
    let mut text = format!("key: the bytes have the hash {hash}, which is not that of {} ({bound})", key.shown());
    if let Key::Alias(_) = key {
        text.push_str("; dwcp_runtime_set_alias puts another module under that name");
    }
    Err(Error::new(Status::KEY_MISMATCH, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_bound_once_and_forgotten_with_its_module() {
        let mut names = Names::default();
        let (a, b) = (Hash([1; 32]), Hash([2; 32]));
        let key = Key::parse("key", Some("app")).unwrap();
        names.bind(&key, a).unwrap();
        names.bind(&key, a).unwrap();
        assert_eq!(names.bind(&key, b).unwrap_err().status(), Status::KEY_MISMATCH);
        assert_eq!(names.resolve(&key), Some(a));
        names.forget(a);
        assert_eq!(names.resolve(&key), None);
        names.bind(&key, b).unwrap();
    }

    #[test]
    fn claims_are_checked_against_the_bytes() {
        let names = Names::default();
        let hash = Hash([0xab; 32]);
        let text = "AB".repeat(32);
        let key = Key::parse("key", Some(&text)).unwrap();
        assert!(names.check(&key, hash).is_ok());
        assert_eq!(names.check(&key, Hash([0; 32])).unwrap_err().status(), Status::KEY_MISMATCH);
        assert!(Key::parse("key", Some("")).is_err() && Key::parse("key", Some(&"k".repeat(257))).is_err());
    }
}
