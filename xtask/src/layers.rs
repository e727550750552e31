//! The order of the layers in `src/`: each file may use its own layer and those below it.

use crate::tree::{self, Outcome, Tree};

/// From the bottom up. Modules over the runtime stand beside `ffi`'s supplier, below `ffi`.
const LAYERS: [(&str, &[&str]); 7] = [
    (
        "vocabulary",
        &[
            "error",
            "frame",
            "demangle",
            "config",
            "value",
            "signature",
            "interface",
            "buffer",
            "glob",
            "syscalls",
            "fork",
            "descriptor",
            "thread",
        ],
    ),
    ("observe", &["observe"]),
    ("compile", &["compile"]),
    ("isolate", &["isolate"]),
    ("run", &["run"]),
    ("over the runtime", &["benchmark", "validation"]),
    ("ffi", &["ffi"]),
];

pub fn run(tree: &Tree) -> Outcome {
    let (mut problems, mut files) = (Vec::new(), 0);
    for path in tree.files("src", "rs") {
        let name = tree.name(&path).into_owned();
        let module = name.trim_start_matches("src/").trim_end_matches(".rs").split('/').next().unwrap_or("").to_string();
        if module == "lib" {
            continue;
        }
        files += 1;
        let Some(own) = rank(&module) else {
            problems.push(format!("{name}: `{module}` is in no layer; name it in xtask/src/layers.rs"));
            continue;
        };
        for (number, line) in tree::read(&path)?.lines().enumerate() {
            for used in uses(line) {
                match rank(&used) {
                    Some(theirs) if theirs > own => problems.push(format!(
                        "{name}:{}: layer `{}` uses `crate::{used}` of the layer `{}` above it",
                        number + 1,
                        LAYERS[own].0,
                        LAYERS[theirs].0
                    )),
                    _ => {}
                }
            }
        }
    }
    tree::verdict(problems, format!("layers: {files} files, none uses a layer above its own"))
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, modules)| modules.contains(&module))
}

/// The top-level modules that a line of code reaches through `crate::`, also in `crate::{a::X, b::Y}` on one line.
fn uses(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or("");
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` is a macro of this crate; another crate's name never ends in `crate`.
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (i, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && !c.is_whitespace() => {
                            found.push(word(&group[i..]));
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
            None => found.push(word(rest)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_groups_are_seen_and_comments_are_not() {
        assert_eq!(uses("use crate::run::vm::Vm; // crate::ffi"), ["run"]);
        assert_eq!(uses("use crate::{error::{Error, Status}, run::Runtime};"), ["error", "run"]);
        assert_eq!(uses("    crate::observe::metrics::count_panic();"), ["observe"]);
        assert!(rank("run") > rank("isolate") && rank("ffi") > rank("run") && rank("error") < rank("observe"));
    }
}
