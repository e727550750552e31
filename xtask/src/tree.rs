//! The files of the repository: where they are, reading them, and writing or comparing generated ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What every command gives: one line for a person, or the reasons it failed.
pub type Outcome = Result<String, String>;

pub struct Tree {
    pub root: PathBuf,
}

impl Tree {
    pub fn new(root: Option<String>) -> Self {
        let root = root.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), PathBuf::from);
        Tree { root: root.canonicalize().unwrap_or(root) }
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub fn read(&self, relative: &str) -> Result<String, String> {
        read(&self.path(relative))
    }

    /// The files below a folder with this extension, sorted.
    pub fn files(&self, relative: &str, extension: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        walk(&self.path(relative), extension, &mut found);
        found.sort();
        found
    }

    /// The path as a person of this repository writes it.
    pub fn name<'a>(&self, path: &'a Path) -> std::borrow::Cow<'a, str> {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy()
    }

    /// Writes a generated file, or with `check` compares it and shows the first lines that differ.
    pub fn settle(&self, relative: &str, fresh: &str, check: bool, command: &str) -> Outcome {
        let path = self.path(relative);
        let lines = fresh.lines().count();
        if !check {
            if fs::read_to_string(&path).is_ok_and(|old| old == fresh) {
                return Ok(format!("{relative}: unchanged, {lines} lines"));
            }
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(|e| format!("{}: {e}", parent.display()))?;
            }
            fs::write(&path, fresh).map_err(|e| format!("{relative}: {e}"))?;
            return Ok(format!("{relative}: written, {lines} lines"));
        }
        let committed =
            fs::read_to_string(&path).map_err(|e| format!("{relative}: {e}; run `cargo run -p xtask -- {command}`"))?;
        match difference(&committed, fresh) {
            None => Ok(format!("{relative}: up to date, {lines} lines")),
            Some(shown) => {
                Err(format!("{relative} is out of date; run `cargo run -p xtask -- {command}` and commit the result\n{shown}"))
            }
        }
    }
}

/// The first lines that differ, with their number; `None` when the texts are equal.
fn difference(committed: &str, fresh: &str) -> Option<String> {
    if committed == fresh {
        return None;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (committed.lines().collect(), fresh.lines().collect());
    let first = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let mut shown = format!("first difference in line {}:\n", first + 1);
    for line in old.iter().skip(first).take(5) {
        shown.push_str(&format!("  committed: {line}\n"));
    }
    for line in new.iter().skip(first).take(5) {
        shown.push_str(&format!("  generated: {line}\n"));
    }
    if first == old.len() && first == new.len() {
        shown.push_str("  only the line ends differ\n");
    }
    Some(shown)
}

pub fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn walk(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            walk(&path, extension, found);
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
}

/// Runs a program and gives its standard output; its failure becomes a message with what it said.
pub fn output(command: &mut Command) -> Result<String, String> {
    let done = command.output().map_err(|e| format!("{}: {e}", command.get_program().to_string_lossy()))?;
    if done.status.success() {
        return String::from_utf8(done.stdout).map_err(|e| e.to_string());
    }
    Err(format!("{command:?} failed: {}\n{}", done.status, String::from_utf8_lossy(&done.stderr)))
}

/// The C compiler that the environment names.
pub fn compiler() -> Command {
    Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
}

/// Joins problems into one message, or gives the summary when there is none.
pub fn verdict(problems: Vec<String>, summary: String) -> Outcome {
    if problems.is_empty() { Ok(summary) } else { Err(format!("{}\n{} problems", problems.join("\n"), problems.len())) }
}
