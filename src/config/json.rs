//! The configuration as one flat JSON object: a key for each field, and `"profile"` to start from.

use super::Profile;
use super::fields::{Config, FIELDS};
use super::value::refuse;
use crate::error::{self, Error, Result, Status};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use std::collections::HashSet;
use std::fmt;

/// Largest JSON that is read.
pub const MAX_JSON_BYTES: usize = 1 << 20;

/// Arrays and objects within each other: the fields need three, and a caller with a small stack can afford to have these parsed.
const MAX_DEPTH: usize = 16;

/// The key that resets everything to a profile before the other keys are applied.
const PROFILE: &str = "profile";

/// A JSON value that knows a duplicate key from a last one, and an integer from a float.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Unsigned(u64),
    Negative(i64),
    Float(f64),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Config {
    /// Applies the keys of a flat JSON object. A refused JSON changes nothing.
    ///
    /// `"profile"`, wherever it stands, resets everything to that profile before the other keys are applied.
    pub fn apply_json(&mut self, json: &str) -> Result<()> {
        if json.len() > MAX_JSON_BYTES {
            return Err(Error::argument("json", format_args!("has {} bytes, the most is {MAX_JSON_BYTES}", json.len())));
        }
        check_depth(json)?;
        let parsed: Json = serde_json::from_str(json).map_err(|e| refuse("json", e))?;
        let Json::Object(members) = &parsed else {
            return Err(refuse("json", format_args!("{parsed} is not an object")));
        };
        let mut config = match members.iter().find(|(key, _)| key == PROFILE) {
            None => self.clone(),
            Some((_, value)) => Config::new(profile(value)?),
        };
        for (key, value) in members.iter().filter(|(key, _)| key != PROFILE) {
            match FIELDS.iter().find(|f| f.info().name == key) {
                Some(field) => field.set_json(&mut config, value)?,
                None => {
                    let names = FIELDS.iter().map(|f| f.info().name).chain([PROFILE]);
                    return Err(Error::new(Status::INVALID_CONFIG, unknown_key(key, names)));
                }
            }
        }
        *self = config;
        Ok(())
    }

    /// Every field as a flat JSON object, in the order of the documentation; [`Config::apply_json`] takes it back.
    pub fn to_json(&self) -> String {
        let mut out = Vec::new();
        let mut serializer = serde_json::Serializer::pretty(&mut out);
        let written = serializer.serialize_map(Some(FIELDS.len())).and_then(|mut map| {
            FIELDS.iter().try_for_each(|f| map.serialize_entry(f.info().name, &f.to_json(self)))?;
            map.end()
        });
        debug_assert!(written.is_ok(), "writing to memory cannot fail, and the keys are strings");
        String::from_utf8(out).unwrap_or_default()
    }
}

/// Refuses what the parser would go too deep for. It calls itself for each array and object, and this only counts them.
fn check_depth(json: &str) -> Result<()> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(refuse("json", format_args!("more than {MAX_DEPTH} arrays and objects within each other at byte {at}")));
        }
    }
    Ok(())
}

fn profile(value: &Json) -> Result<Profile> {
    let found = if let Json::String(name) = value { Profile::from_name(name) } else { None };
    found.ok_or_else(|| refuse(PROFILE, format_args!("{value} is not one of {}", Profile::ALL.map(Profile::name).join(", "))))
}

/// `unknown key "pool_sise", did you mean pool_size?`
pub(super) fn unknown_key(key: &str, known: impl Iterator<Item = &'static str>) -> String {
    let near = error::nearest(key, known);
    let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
    format!("unknown key \"{}\"{hint}", error::escape(key, 64))
}

/// For messages: a scalar in full (a string cut after 64 bytes), a list or an object by its kind and size.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(b) => b.fmt(f),
            Json::Unsigned(n) => n.fmt(f),
            Json::Negative(n) => n.fmt(f),
            Json::Float(n) => write!(f, "{n:?}"),
            Json::String(s) => write!(f, "\"{}\"", error::escape(s, 64)),
            Json::Array(items) => write!(f, "an array of {}", items.len()),
            Json::Object(members) => {
                let keys: Vec<String> = members.iter().take(4).map(|(k, _)| error::escape(k, 32)).collect();
                write!(f, "an object with {} keys ({})", members.len(), keys.join(", "))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Json;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Null)
            }
            fn visit_bool<E>(self, b: bool) -> Result<Json, E> {
                Ok(Json::Bool(b))
            }
            fn visit_u64<E>(self, n: u64) -> Result<Json, E> {
                Ok(Json::Unsigned(n))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Json, E> {
                Ok(u64::try_from(n).map_or(Json::Negative(n), Json::Unsigned))
            }
            fn visit_f64<E>(self, n: f64) -> Result<Json, E> {
                Ok(Json::Float(n))
            }
            fn visit_str<E>(self, s: &str) -> Result<Json, E> {
                Ok(Json::String(s.to_string()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
                let mut out = Vec::new();
                while let Some(item) = items.next_element()? {
                    out.push(item);
                }
                Ok(Json::Array(out))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
                let mut seen = HashSet::new();
                let mut out = Vec::new();
                while let Some(key) = members.next_key::<String>()? {
                    if !seen.insert(key.clone()) {
                        return Err(de::Error::custom(format_args!("the key \"{}\" stands twice", error::escape(&key, 64))));
                    }
                    out.push((key, members.next_value()?));
                }
                Ok(Json::Object(out))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> String {
        let mut c = Config::default();
        let e = c.apply_json(json).unwrap_err();
        assert_eq!(e.status(), Status::INVALID_CONFIG, "{e}");
        assert_eq!(c, Config::default(), "a refused JSON changes nothing: {json}");
        e.message().to_string()
    }

    #[test]
    fn every_field_round_trips_in_every_profile() {
        for profile in Profile::ALL {
            let mut original = Config::new(profile);
            original.max_execution_time_ms_ceiling = u64::MAX;
            original.fuel_limit = u64::MAX - 1;
            let mut copy = Config::new(Profile::Development);
            copy.apply_json(&original.to_json()).unwrap();
            assert_eq!(copy, original);
        }
    }

    #[test]
    fn keys_come_in_the_order_of_the_table() {
        let json = Config::default().to_json();
        let at: Vec<usize> = FIELDS.iter().map(|f| json.find(&format!("\"{}\":", f.info().name)).unwrap()).collect();
        assert!(at.is_sorted());
    }

    #[test]
    fn sets_what_it_names_and_nothing_else() {
        let mut c = Config::default();
        c.apply_json(
            r#"{ "pool_size": 7, "deny_action": "trap", "opt_level": "none", "enable_wasi": false, "allowed_syscalls": ["fd_*"],
                "allowed_directories": [{"host": "/srv", "guest": "/data", "read_only": true}, {"host": "/var", "guest": "."}] }"#,
        )
        .unwrap();
        let mut expected = Config { pool_size: 7, enable_wasi: false, ..Config::default() };
        expected.deny_action = crate::config::DenyAction::Trap;
        expected.opt_level = crate::config::OptLevel::None;
        expected.allowed_syscalls = vec!["fd_*".into()];
        let dir =
            |host: &str, guest: &str, read_only| crate::config::Directory { host: host.into(), guest: guest.into(), read_only };
        expected.allowed_directories = vec![dir("/srv", "/data", true), dir("/var", ".", false)];
        assert_eq!(c, expected);
        c.apply_json("{}").unwrap();
        assert_eq!(c, expected);
    }

    #[test]
    fn profile_resets_before_the_other_keys_wherever_it_stands() {
        let mut c = Config { cache_size: 3, ..Config::default() };
        c.apply_json(r#"{"pool_size": 9, "profile": "secure"}"#).unwrap();
        assert_eq!(c, Config { pool_size: 9, ..Config::new(Profile::Secure) });
        assert_eq!(
            refused(r#"{"profile": "fast"}"#),
            r#"profile: "fast" is not one of default, high_traffic, development, secure"#
        );
        assert!(refused(r#"{"profile": 1}"#).starts_with("profile: 1 is not one of"));
    }

    #[test]
    fn unknown_and_duplicate_keys_are_refused_by_name() {
        assert_eq!(refused(r#"{"pool_sise": 1}"#), r#"unknown key "pool_sise"; did you mean pool_size, profile?"#);
        assert_eq!(refused(r#"{"zzzzzzzzzzzz": 1}"#), r#"unknown key "zzzzzzzzzzzz""#);
        assert!(
            refused("{\"pool_size\": 1,\n \"pool_size\": 2}").starts_with("json: the key \"pool_size\" stands twice at line 2")
        );
        let nested = r#"{"allowed_directories": [{"host": "/a", "guest": "/b", "host": "/c"}]}"#;
        assert!(refused(nested).contains("\"host\" stands twice"));
        let unknown = r#"{"allowed_directories": [{"host": "/a", "guest": "/b", "readonly": true}]}"#;
        assert_eq!(refused(unknown), "allowed_directories: unknown key \"readonly\"; did you mean read_only?");
    }

    #[test]
    fn wrong_types_are_refused_by_name_and_value() {
        for (json, message) in [
            (r#"{"pool_size": "ten"}"#, r#"pool_size: "ten" is not an integer"#),
            (r#"{"pool_size": null}"#, "pool_size: null is not an integer"),
            (r#"{"pool_size": 1.5}"#, "pool_size: 1.5 is not an integer"),
            (r#"{"pool_size": 1.0}"#, "pool_size: 1.0 is not an integer"),
            (r#"{"pool_size": [1]}"#, "pool_size: an array of 1 is not an integer"),
            (r#"{"enable_wasi": 1}"#, "enable_wasi: 1 is not true or false"),
            (r#"{"deny_action": "kill"}"#, r#"deny_action: "kill" is not one of errno, trap"#),
            (r#"{"opt_level": 2}"#, "opt_level: 2 is not one of none, speed, speed_and_size"),
            (r#"{"allowed_syscalls": "fd_read"}"#, r#"allowed_syscalls: "fd_read" is not an array of strings"#),
            (r#"{"allowed_syscalls": [3]}"#, "allowed_syscalls: 3 is not a string"),
            (r#"{"allowed_syscalls": ["a\u0000b"]}"#, r#"allowed_syscalls: "a\u{0}b" holds a NUL"#),
            (
                r#"{"allowed_directories": ["/tmp"]}"#,
                r#"allowed_directories: "/tmp" is not an object with host, guest and read_only"#,
            ),
            (r#"{"allowed_directories": [{"host": "/tmp"}]}"#, "allowed_directories: an object with 1 keys (host) has no guest"),
            (r#"{"allowed_directories": [{"host": 1, "guest": "/"}]}"#, "allowed_directories: host 1 is not a string"),
            (
                r#"{"allowed_directories": [{"host": "/", "guest": "/", "read_only": 1}]}"#,
                "allowed_directories: read_only 1 is not true or false",
            ),
            ("[]", "json: an array of 0 is not an object"),
        ] {
            assert_eq!(refused(json), message);
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused_by_name_and_value() {
        for (json, message) in [
            (r#"{"pool_size": -1}"#, "pool_size: -1 is outside 0..=20000 VMs"),
            (r#"{"pool_size": 5000000000}"#, "pool_size: 5000000000 is outside 0..=20000 VMs"),
            (r#"{"max_module_bytes": 7}"#, "max_module_bytes: 7 is outside 8..=1073741824 bytes"),
        ] {
            assert_eq!(refused(json), message);
        }
        assert!(
            refused(r#"{"fuel_limit": 18446744073709551616}"#).starts_with("fuel_limit: 1.8446744073709552e19 is outside 1..=")
        );
        assert!(refused(r#"{"fuel_limit": 0}"#).starts_with("fuel_limit: 0 is outside 1..="));
    }

    #[test]
    fn malformed_json_is_refused_with_its_place() {
        assert_eq!(refused("{\n  \"pool_size\": }"), "json: expected value at line 2 column 16");
        assert!(refused("").contains("at line 1 column 0"));
        assert!(refused("{} {}").contains("trailing characters at line 1 column 4"));
    }

    #[test]
    fn deeply_nested_json_is_refused_before_it_is_parsed() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(refused(&nested(16)), "json: an array of 1 is not an object");
        let message = "json: more than 16 arrays and objects within each other at byte ";
        assert_eq!(refused(&nested(17)), format!("{message}16"));
        assert_eq!(refused(&"{\"a\":".repeat(50_000)), format!("{message}80"));
        // Brackets in strings are text, whatever quotes and backslashes are among them.
        let text = format!(r#"{{"pool_sise": "\"\\{}"}}"#, "[".repeat(100));
        assert!(refused(&text).starts_with("unknown key"), "{}", refused(&text));
    }

    #[test]
    fn too_much_json_is_not_read() {
        let mut c = Config::default();
        let e = c.apply_json(&" ".repeat(MAX_JSON_BYTES + 1)).unwrap_err();
        assert_eq!((e.status(), e.message()), (Status::INVALID_ARGUMENT, "json: has 1048577 bytes, the most is 1048576"));
        assert!(c.apply_json(&format!("{}{{}}", " ".repeat(MAX_JSON_BYTES - 2))).is_ok());
    }
}
