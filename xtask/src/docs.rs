//! Nothing in the header is undocumented, and no promised error code is untested, and no document names a test that is not there.

use crate::c::{self, Header, Variable};
use crate::claims;
use crate::header;
use crate::tree::{self, Outcome, Tree};
use std::collections::BTreeSet;

const LABELS: [&str; 5] = ["Returns", "Errors", "Ownership", "Threads", "Since"];

pub fn run(tree: &Tree) -> Outcome {
    let header = header::committed(tree)?;
    let mut problems = comments(&header);
    let (promised, mut untested) = codes(tree, &header)?;
    problems.append(&mut untested);
    let (claimed, mut unshown) = claims::check(tree)?;
    problems.append(&mut unshown);
    tree::verdict(
        problems,
        format!(
            "doc-check: {} functions, {} structs, {} constants and {} types documented; {promised} error codes provoked by tests, {claimed} tests named by documents",
            header.functions.len(),
            header.structs.len(),
            header.constants.len(),
            header.aliases.len() + header.callbacks.len() + header.opaque.len()
        ),
    )
}

fn comments(header: &Header) -> Vec<String> {
    let mut problems = Vec::new();
    for function in &header.functions {
        if c::description(&function.doc).is_empty() {
            problems.push(format!("{}: no description", function.name));
        }
        let found = c::labels(&function.doc);
        for label in LABELS {
            if found.get(label).is_none_or(|text| text.is_empty()) {
                problems.push(format!("{}: no line `{label}:`", function.name));
            }
        }
    }
    for structure in &header.structs {
        if structure.doc.is_empty() {
            problems.push(format!("{}: no comment", structure.name));
        }
        let bare = |f: &&Variable| f.doc.is_empty();
        problems.extend(structure.fields.iter().filter(bare).map(|f| format!("{}.{}: no comment", structure.name, f.name)));
    }
    let named = [&header.constants, &header.opaque, &header.aliases, &header.callbacks];
    problems.extend(named.into_iter().flatten().filter(|n| n.doc.is_empty()).map(|n| format!("{}: no comment", n.name)));
    problems
}

/// Each code on an `Errors:` line must stand in a test as `CHECK_STATUS(function, CODE, ...)`, with or without `DWCP_ERR_`; the generated NULL table provokes
/// `DWCP_ERR_INVALID_ARGUMENT` where it says `REFUSES_NULL(function, parameter, ...)`.
fn codes(tree: &Tree, header: &Header) -> Result<(usize, Vec<String>), String> {
    let known: BTreeSet<&str> =
        header.constants.iter().map(|n| n.name.as_str()).filter(|n| n.starts_with("DWCP_ERR_") || *n == "DWCP_OK").collect();
    let mut provoked = BTreeSet::new();
    for path in tree.files("c-tests", "c") {
        let text = tree::read(&path)?;
        for (function, code) in calls(&text, "CHECK_STATUS(") {
            provoked.insert((function, format!("DWCP_ERR_{}", code.trim_start_matches("DWCP_ERR_"))));
        }
        for (function, _) in calls(&text, "REFUSES_NULL(") {
            provoked.insert((function, "DWCP_ERR_INVALID_ARGUMENT".to_string()));
        }
    }
    let (mut promised, mut problems) = (0, Vec::new());
    for function in header.exports() {
        let labels = c::labels(&function.doc);
        for code in words(labels.get("Errors").map_or("", String::as_str)) {
            if !code.starts_with("DWCP_ERR_") {
                // A short name would not be found by somebody who searches for the constant.
                if known.contains(format!("DWCP_ERR_{code}").as_str()) {
                    problems.push(format!("{}: write DWCP_ERR_{code} in full", function.name));
                }
                continue;
            }
            promised += 1;
            if !known.contains(code) {
                problems.push(format!("{}: {code} is not a status of the header", function.name));
            } else if !provoked.contains(&(function.name.clone(), code.to_string())) {
                problems.push(format!(
                    "{}: {code} is provoked by no test: CHECK_STATUS({}, {}, (...))",
                    function.name,
                    function.name,
                    code.trim_start_matches("DWCP_ERR_")
                ));
            }
        }
    }
    Ok((promised, problems))
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())).filter(|w| w.len() > 1).collect()
}

/// The first two arguments of each use of a macro, over line ends.
fn calls(text: &str, opening: &str) -> Vec<(String, String)> {
    let name = |s: &str| s.trim().to_string();
    text.match_indices(opening)
        .filter_map(|(at, _)| {
            let mut parts = text[at + opening.len()..].splitn(3, [',', ')']);
            Some((name(parts.next()?), name(parts.next()?)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_tests_are_found_over_lines() {
        let found = calls("  CHECK_STATUS(dwcp_a,\n     DWCP_ERR_B, (x, y));", "CHECK_STATUS(");
        assert_eq!(found, [("dwcp_a".to_string(), "DWCP_ERR_B".to_string())]);
    }

    #[test]
    fn missing_comments_are_named() {
        let header =
            c::parse("/** Does.\n * Returns: x.\n */\nvoid dwcp_f(int32_t a);\ntypedef int32_t dwcp_t;\n").expect("parses");
        let problems = comments(&header);
        assert!(problems.contains(&"dwcp_f: no line `Since:`".to_string()));
        assert!(problems.contains(&"dwcp_t: no comment".to_string()));
        assert!(!problems.iter().any(|p| p.contains("Returns")));
    }
}
