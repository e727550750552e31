//! What the shared library exports: nothing but the header's functions, and all of them.

use crate::header;
use crate::tree::{self, Outcome, Tree};
use std::collections::BTreeSet;
use std::process::Command;

const FILE: &str = "c-tests/symbols.txt";

pub fn run(tree: &Tree, library: &str, check: bool) -> Outcome {
    let listing = tree::output(Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(library))?;
    let exported: BTreeSet<&str> = listing.lines().filter_map(|l| l.split_whitespace().next()).collect();
    let header = header::committed(tree)?;
    let declared: BTreeSet<&str> = header.exports().map(|f| f.name.as_str()).collect();

    let mut problems: Vec<String> =
        declared.difference(&exported).map(|s| format!("{s} is declared in the header but not exported by {library}")).collect();
    problems
        .extend(exported.difference(&declared).map(|s| format!("{s} is exported by {library} but not declared in the header")));
    if !problems.is_empty() {
        return tree::verdict(problems, String::new());
    }
    let list: String = exported.iter().map(|s| format!("{s}\n")).collect();
    tree.settle(FILE, &list, check, &format!("symbols {library}"))
}
