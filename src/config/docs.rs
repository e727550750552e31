//! Keeps the table of docs/limits.md equal to the fields. `DWCP_BLESS=1 cargo test` rewrites it.

use super::value::Kind;
use super::{Config, FIELDS, Field, Profile};

const BEGIN: &str = "<!-- fields: begin, written by a test -->\n";
const END: &str = "<!-- fields: end -->";

fn table() -> String {
    let configs = Profile::ALL.map(Config::new);
    let mut out = String::from(
        "| field | meaning | unit | range | default | high traffic | development | secure | per call? | live? | setter |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for f in FIELDS {
        let i = f.info();
        let (about, unit) = (i.about, i.unit);
        let [d, h, v, s] = configs.each_ref().map(|c| default(*f, c));
        let yes = |is: bool| if is { "yes" } else { "no" };
        let (range, per_call, live) = (range(*f), yes(i.per_call), yes(i.live));
        let verb = if f.kind() == Kind::Directories { "add_allowed_directory" } else { &format!("set_{}", i.name) };
        let row = format!(
            "| `{}` | {about} | {unit} | {range} | {d} | {h} | {v} | {s} | {per_call} | {live} | `dwcp_config_{verb}` |\n",
            i.name
        );
        out.push_str(&row.replace("|  |", "| |"));
    }
    out
}

fn range(field: &dyn Field) -> String {
    let i = field.info();
    let number = |n| number(n, i.unit);
    match field.kind() {
        Kind::Integer => {
            let or = i.unlimited.map(|n| format!(", or {}", number(n))).unwrap_or_default();
            format!("{} to {}{or}", number(i.min), number(i.max))
        }
        Kind::Boolean => "`true`, `false`".into(),
        Kind::Choice(words) => words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "),
        Kind::Names => "names and globs, at most 1024".into(),
        Kind::Directories => "at most 1024, each guest path once".into(),
    }
}

fn default(field: &dyn Field, config: &Config) -> String {
    match field.to_json(config) {
        serde_json::Value::Number(n) => number(n.as_u64().unwrap(), field.info().unit),
        serde_json::Value::String(word) => format!("`{word}`"),
        serde_json::Value::Bool(b) => format!("`{b}`"),
        serde_json::Value::Array(items) => {
            let word = |v: &serde_json::Value| match v.as_str() {
                Some(s) => format!("`{s}`"),
                None => format!("`{}` as `{}`", v["host"].as_str().unwrap(), v["guest"].as_str().unwrap()),
            };
            items.iter().map(word).collect::<Vec<_>>().join(" ")
        }
        other => panic!("{other}"),
    }
}

/// Bytes in the largest unit that divides them, the largest numbers by their C names, the rest with thin groups of three.
fn number(n: u64, unit: &str) -> String {
    match n {
        u64::MAX => return "`UINT64_MAX`".into(),
        n if n == u64::MAX - 1 => return "`UINT64_MAX` - 1".into(),
        n if n == i64::MAX as u64 => return "`INT64_MAX`".into(),
        _ => {}
    }
    if unit == "bytes" {
        for (shift, name) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] {
            if n != 0 && n.trailing_zeros() >= shift {
                return format!("{} {name}", n >> shift);
            }
        }
    }
    let digits = n.to_string();
    let grouped: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|c| std::str::from_utf8(c).unwrap()).collect();
    if n < 10_000 { digits } else { grouped.join(" ") }
}

#[test]
fn the_documented_table_is_the_table_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/limits.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (head, rest) = text.split_once(BEGIN).expect("the begin marker");
    let (_, tail) = rest.split_once(END).expect("the end marker");
    let expected = format!("{head}{BEGIN}{}{END}{tail}", table());
    if std::env::var_os("DWCP_BLESS").is_some() {
        std::fs::write(path, expected).unwrap();
    } else {
        assert!(text == expected, "docs/limits.md is not what the fields say; run DWCP_BLESS=1 cargo test");
    }
}
