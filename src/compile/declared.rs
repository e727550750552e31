//! The custom section in which a guest declares the signatures of its exports, so that its hosts need not know them.

use std::collections::HashMap;
use wasmtime::wasmparser::{Parser, Payload};

/// The section's name.
const SECTION: &str = "dwcp.signatures";
/// What is read of it at most, in bytes and in lines: it is a guest's.
const MAX_BYTES: usize = 1 << 20;
const MAX_SIGNATURES: usize = 10_000;

/// The declarations of a binary: lines of a name, a space and a signature, ended by a line end or a NUL. Of two for one name
/// the first counts. What is no such line is passed over, and so is what is past the limits.
pub fn signatures(binary: &[u8]) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut left = MAX_BYTES;
    for payload in Parser::new(0).parse_all(binary) {
        let Ok(Payload::CustomSection(section)) = payload else { continue };
        if section.name() != SECTION || section.data().len() > left {
            continue;
        }
        left -= section.data().len();
        for line in section.data().split(|b| matches!(b, b'\n' | 0)) {
            let Some((name, signature)) = std::str::from_utf8(line).ok().and_then(|line| line.trim().rsplit_once(' ')) else {
                continue;
            };
            if found.len() < MAX_SIGNATURES && !found.contains_key(name) {
                found.insert(name.to_string(), signature.to_string());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_of_all_sections_and_passes_over_the_rest() {
        let text = r#"(module
            (@custom "dwcp.signatures" "greet s:s64\n\00sum b:i\00")
            (@custom "other" "no s:s\n")
            (@custom "dwcp.signatures" "two words ii:i\nnonsense\n\ff s:s\ngreet i:i\n"))"#;
        let found = signatures(&wat::parse_str(text).unwrap());
        let mut names: Vec<_> = found.iter().map(|(n, s)| format!("{n}={s}")).collect();
        names.sort();
        assert_eq!(names, ["greet=s:s64", "sum=b:i", "two words=ii:i"]);
    }
}
