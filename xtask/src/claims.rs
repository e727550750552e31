//! What the documents say that a test shows, a test of that name shows.
//!
//! A reference is a file of tests in backticks and, behind it, the functions in it: `c-tests/limits.c` `fuel` `deadline`. The
//! file must exist and define them.

use crate::tree::{self, Tree};
use std::path::PathBuf;

/// Where tests stand.
const FOLDERS: [&str; 3] = ["c-tests/", "src/", "tests/"];

/// The number of functions that are referred to, and what is wrong with any of the references.
pub fn check(tree: &Tree) -> Result<(usize, Vec<String>), String> {
    let mut documents = tree.files("docs", "md");
    documents.push(tree.path("README.md"));
    let (mut count, mut problems) = (0, Vec::new());
    for document in documents {
        let text = tree::read(&document)?;
        for (path, functions) in references(&text) {
            count += functions.len();
            let wrong = |what: String| format!("{}: {what}", tree.name(&document));
            let Ok(source) = tree.read(path) else {
                problems.push(wrong(format!("there is no {path}")));
                continue;
            };
            let missing = functions.iter().filter(|name| !defines(&source, name));
            problems.extend(missing.map(|name| wrong(format!("{path} has no function {name}"))));
        }
        problems.extend(links(&document, &text).map(|link| format!("{}: {link} leads nowhere", tree.name(&document))));
    }
    Ok((count, problems))
}

/// The files of tests that a text names, each with the functions that follow it.
fn references(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut follows = false;
    for (i, part) in text.split('`').enumerate() {
        if i % 2 == 0 {
            // Between two pieces of code that belong together stands next to nothing.
            follows &= part.chars().all(|c| matches!(c, ' ' | ',' | ':' | '\n'));
        } else if is_source(part) {
            found.push((part, Vec::new()));
            follows = true;
        } else if follows && is_name(part) {
            if let Some((_, functions)) = found.last_mut() {
                functions.push(part);
            }
        } else {
            follows = false;
        }
    }
    found
}

fn is_source(text: &str) -> bool {
    FOLDERS.iter().any(|folder| text.starts_with(folder))
        && [".c", ".h", ".rs"].iter().any(|end| text.ends_with(end))
        && !text.contains([' ', '*', '<'])
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a C or Rust source has a function of that name, not only a call of it.
fn defines(source: &str, name: &str) -> bool {
    source.lines().any(|line| {
        let Some((before, _)) = line.split_once(&format!("{name}(")) else { return false };
        let rust = before.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ") == "fn ";
        let c = !line.starts_with([' ', '\t', '#', '/', '*']) && before.ends_with([' ', '*']) && !line.trim_end().ends_with(';');
        rust || c
    })
}

/// Links to files beside the document that do not exist.
fn links<'t>(document: &std::path::Path, text: &'t str) -> impl Iterator<Item = &'t str> {
    let folder: PathBuf = document.parent().map(PathBuf::from).unwrap_or_default();
    text.split("](").skip(1).filter_map(move |rest| {
        let link = rest.split_once(')')?.0;
        let file = link.split('#').next().filter(|f| !f.is_empty() && !f.contains(':'))?;
        (!folder.join(file).exists()).then_some(link)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_follow_their_file() {
        let text = "Shown by `c-tests/a.c` `one`, `two` and `three`; `c-tests/b.c`\n`four`. Not `max_fuel`, nor `src/x/*.rs`.";
        assert_eq!(references(text), [("c-tests/a.c", vec!["one", "two"]), ("c-tests/b.c", vec!["four"])]);
    }

    #[test]
    fn a_call_is_no_definition() {
        let c = "static void one(void) {\n    two();\n}\nthree(1);\nint *four(int a,\n          int b) {\nvoid five(void);\n";
        assert!(defines(c, "one") && defines(c, "four"));
        assert!(!["two", "three", "five", "ne"].iter().any(|name| defines(c, name)));
        assert!(defines("    fn shows() {\n", "shows") && !defines("    shows();\n", "shows"));
    }
}
