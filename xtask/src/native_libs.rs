//! The system libraries that a program linking the static library needs, as rustc names them: CMake and pkg-config read the
//! committed list, and this command compares it with the compiler's.

use crate::tree::{Outcome, Tree};
use std::process::Command;

const FILE: &str = "cmake/native-static-libs.txt";

pub fn run(tree: &Tree, check: bool) -> Outcome {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(&tree.root)
        .args(["rustc", "--release", "--locked", "--lib", "--crate-type", "staticlib", "--color", "never", "--"])
        .args(["--print", "native-static-libs"]);
    let done = command.output().map_err(|e| format!("cargo rustc: {e}"))?;
    let said = String::from_utf8_lossy(&done.stderr);
    let list = said
        .lines()
        .find_map(|l| l.split_once("native-static-libs:"))
        .map(|(_, list)| list.trim())
        .ok_or_else(|| format!("rustc named no native-static-libs:\n{said}"))?;
    // rustc repeats libraries once for each crate that asks; one mention is enough for shared ones.
    let mut unique: Vec<&str> = Vec::new();
    for library in list.split_whitespace() {
        if !unique.contains(&library) {
            unique.push(library);
        }
    }
    tree.settle(FILE, &(unique.join("\n") + "\n"), check, "native-libs")
}
