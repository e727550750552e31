//! The types that a field can have: how each is checked, read from JSON and written to it.

use super::fields::Info;
use super::json::Json;
use crate::error::{Error, Result, Status};
use serde_json::json;
use std::fmt::Display;

/// Most entries of a list: far above any use, and a bound on what a wrong length can make the library read.
pub const MAX_LIST: usize = 1024;

/// What kind of value a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Boolean,
    Integer,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of names and globs.
    Names,
    Directories,
}

/// A type that a field can have.
pub trait Value: Clone + PartialEq + 'static {
    const KIND: Kind;
    /// Whether this value is possible for the field.
    fn check(&self, info: &Info) -> Result<()>;
    /// Reads the value; a wrong type is refused by name and value.
    fn from_json(info: &Info, json: &Json) -> Result<Self>;
    fn to_json(&self) -> serde_json::Value;
}

/// An `INVALID_CONFIG` that names the field.
pub(super) fn refuse(name: &str, what: impl Display) -> Error {
    Error::new(Status::INVALID_CONFIG, format!("{name}: {what}"))
}

fn wrong_type(info: &Info, json: &Json, wanted: &str) -> Error {
    refuse(info.name, format_args!("{json} is not {wanted}"))
}

fn outside(info: &Info, value: impl Display) -> Error {
    let Info { name, unit, min, max, .. } = info;
    match info.unlimited {
        None => refuse(name, format_args!("{value} is outside {min}..={max} {unit}")),
        Some(n) => refuse(name, format_args!("{value} is outside {min}..={max} {unit}, and is not {n} for no limit")),
    }
}

fn check_range(info: &Info, value: u64) -> Result<()> {
    if (info.min..=info.max).contains(&value) || info.unlimited == Some(value) { Ok(()) } else { Err(outside(info, value)) }
}

fn integer(info: &Info, json: &Json) -> Result<u64> {
    match json {
        Json::Unsigned(n) => Ok(*n),
        Json::Negative(n) => Err(outside(info, n)),
        // A number too large for 64 bits arrives as a float; so does 1.0, and only the first is an integer gone too far.
        Json::Float(n) if n.abs() >= 9.2e18 => Err(outside(info, json)),
        other => Err(wrong_type(info, other, "an integer")),
    }
}

impl Value for u64 {
    const KIND: Kind = Kind::Integer;
    fn check(&self, info: &Info) -> Result<()> {
        check_range(info, *self)
    }
    fn from_json(info: &Info, json: &Json) -> Result<Self> {
        integer(info, json)
    }
    fn to_json(&self) -> serde_json::Value {
        json!(self)
    }
}

impl Value for u32 {
    const KIND: Kind = Kind::Integer;
    fn check(&self, info: &Info) -> Result<()> {
        check_range(info, u64::from(*self))
    }
    fn from_json(info: &Info, json: &Json) -> Result<Self> {
        let n = integer(info, json)?;
        u32::try_from(n).map_err(|_| outside(info, n))
    }
    fn to_json(&self) -> serde_json::Value {
        json!(self)
    }
}

impl Value for bool {
    const KIND: Kind = Kind::Boolean;
    fn check(&self, _: &Info) -> Result<()> {
        Ok(())
    }
    fn from_json(info: &Info, json: &Json) -> Result<Self> {
        match json {
            Json::Bool(b) => Ok(*b),
            other => Err(wrong_type(info, other, "true or false")),
        }
    }
    fn to_json(&self) -> serde_json::Value {
        json!(self)
    }
}

/// An enum whose variants have a word in JSON and a number in C.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $code:literal $word:literal, )* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( $(#[$variant_doc])* $variant = $code, )* }

        impl $name {
            const WORDS: &'static [&'static str] = &[$( $word ),*];

            /// The word that JSON uses.
            pub fn name(self) -> &'static str { match self { $( $name::$variant => $word, )* } }

            /// The variant of a number of the C API; another number is refused by the field's name and its value.
            pub fn from_code(info: &Info, code: i32) -> Result<Self> {
                match code {
                    $( $code => Ok($name::$variant), )*
                    _ => Err(refuse(info.name, format_args!("{code} is not one of {}", [$( concat!($code, " (", $word, ")") ),*].join(", ")))),
                }
            }
        }

        impl Value for $name {
            const KIND: Kind = Kind::Choice($name::WORDS);
            fn check(&self, _: &Info) -> Result<()> { Ok(()) }
            fn from_json(info: &Info, json: &Json) -> Result<Self> {
                match json {
                    $( Json::String(s) if s == $word => Ok($name::$variant), )*
                    other => Err(wrong_type(info, other, &format!("one of {}", Self::WORDS.join(", ")))),
                }
            }
            fn to_json(&self) -> serde_json::Value { json!(self.name()) }
        }
    };
}

choice! {
    /// What a denied WASI call does.
    DenyAction {
        /// The guest gets the errno `notcapable` and goes on.
        Errno = 0 "errno",
        /// The call ends with `DENIED`.
        Trap = 1 "trap",
    }
}

choice! {
    /// How hard the compiler works.
    OptLevel {
        /// Compiles fastest.
        None = 0 "none",
        /// Runs fastest.
        Speed = 1 "speed",
        /// Runs fast, with smaller code.
        SpeedAndSize = 2 "speed_and_size",
    }
}

/// Whether a list of `len` entries is short enough.
pub fn check_length(info: &Info, len: usize) -> Result<()> {
    if len > MAX_LIST { Err(refuse(info.name, format_args!("has {len} entries, the most is {MAX_LIST}"))) } else { Ok(()) }
}

/// Strings go to C and to the operating system, where a NUL would end them early.
fn check_no_nul(field: &str, text: &str) -> Result<()> {
    if text.contains('\0') { Err(refuse(field, format_args!("{} holds a NUL", Json::String(text.into())))) } else { Ok(()) }
}

fn array<'a>(info: &Info, json: &'a Json, of: &str) -> Result<&'a [Json]> {
    match json {
        Json::Array(items) => Ok(items),
        other => Err(wrong_type(info, other, &format!("an array of {of}"))),
    }
}

impl Value for Vec<String> {
    const KIND: Kind = Kind::Names;
    fn check(&self, info: &Info) -> Result<()> {
        check_length(info, self.len())?;
        self.iter().try_for_each(|s| check_no_nul(info.name, s))
    }
    fn from_json(info: &Info, json: &Json) -> Result<Self> {
        let read = |item: &Json| match item {
            Json::String(s) => Ok(s.clone()),
            other => Err(wrong_type(info, other, "a string")),
        };
        array(info, json, "strings")?.iter().map(read).collect()
    }
    fn to_json(&self) -> serde_json::Value {
        json!(self)
    }
}

/// A directory of the host that guests see under another path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Absolute path on the host.
    pub host: String,
    /// The path that the guest sees; not empty, and unique in a list.
    pub guest: String,
    /// Whether the guest may only read.
    pub read_only: bool,
}

impl Directory {
    const KEYS: [&'static str; 3] = ["host", "guest", "read_only"];

    /// The guest path without trailing slashes: `/data` and `/data/` are the same to a guest.
    fn guest_key(&self) -> &str {
        match self.guest.trim_end_matches('/') {
            "" => "/",
            path => path,
        }
    }

    fn check(&self, field: &str) -> Result<()> {
        check_no_nul(field, &self.host)?;
        check_no_nul(field, &self.guest)?;
        let (host, guest) = (Json::String(self.host.clone()), Json::String(self.guest.clone()));
        if self.guest.is_empty() {
            return Err(refuse(field, format_args!("the guest path of the host directory {host} is empty")));
        }
        if !self.host.starts_with('/') {
            let what = if self.host.is_empty() { "is empty" } else { "is not absolute" };
            return Err(refuse(field, format_args!("the host path {host} of the guest directory {guest} {what}")));
        }
        Ok(())
    }

    fn from_json(info: &Info, json: &Json) -> Result<Self> {
        let Json::Object(members) = json else {
            return Err(wrong_type(info, json, "an object with host, guest and read_only"));
        };
        if let Some((key, _)) = members.iter().find(|(k, _)| !Self::KEYS.contains(&k.as_str())) {
            return Err(refuse(info.name, super::json::unknown_key(key, Self::KEYS.into_iter())));
        }
        let member = |key: &str| members.iter().find(|(k, _)| k == key).map(|(_, v)| v);
        let path = |key: &str| match member(key) {
            Some(Json::String(s)) => Ok(s.clone()),
            Some(other) => Err(refuse(info.name, format_args!("{key} {other} is not a string"))),
            None => Err(refuse(info.name, format_args!("{json} has no {key}"))),
        };
        let read_only = match member("read_only") {
            None => false,
            Some(Json::Bool(b)) => *b,
            Some(other) => return Err(refuse(info.name, format_args!("read_only {other} is not true or false"))),
        };
        Ok(Directory { host: path("host")?, guest: path("guest")?, read_only })
    }
}

impl Value for Vec<Directory> {
    const KIND: Kind = Kind::Directories;
    fn check(&self, info: &Info) -> Result<()> {
        check_length(info, self.len())?;
        let mut seen = std::collections::BTreeMap::new();
        for d in self {
            d.check(info.name)?;
            if let Some(first) = seen.insert(d.guest_key(), d) {
                let [a, b, guest] = [&first.host, &d.host, &d.guest].map(|s| Json::String(s.clone()));
                let what = format_args!("the guest directory {guest} stands for two host directories, {a} and {b}");
                return Err(refuse(info.name, what));
            }
        }
        Ok(())
    }
    fn from_json(info: &Info, json: &Json) -> Result<Self> {
        array(info, json, "objects")?.iter().map(|item| Directory::from_json(info, item)).collect()
    }
    fn to_json(&self) -> serde_json::Value {
        self.iter().map(|d| json!({ "host": d.host, "guest": d.guest, "read_only": d.read_only })).collect()
    }
}
