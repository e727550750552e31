//! The generators and checks of the repository, in Rust so that nothing but cargo and a C compiler is needed to run them.

mod c;
mod claims;
mod docs;
mod fork_table;
mod header;
mod layers;
mod layout;
mod native_libs;
mod null_table;
mod symbols;
mod tree;

use std::process::ExitCode;
use tree::Tree;

const USAGE: &str = "usage: cargo run -p xtask -- [--root DIR] COMMAND
  header [--check]       write include/dwcp_wasm.h from src/ffi, or compare it with what would be written
  null-table [--check]   write c-tests/generated/null_table.c from the header, or compare it
  fork-table [--check]   write c-tests/generated/fork_table.c from the header, or compare it
  layout [--check]       write c-tests/layout.txt (sizes and offsets the C compiler gives the header's structs), or compare it
  doc-check              every declaration is documented, every error code named is provoked by a C test, every test named in docs/ exists
  symbols LIB [--check]  write c-tests/symbols.txt from the exports of the shared library LIB, or compare it; both agree with the header
  layers                 no layer of src/ uses one above it
  native-libs [--check]  write cmake/native-static-libs.txt, what the static library needs of the system, or compare it";

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut root = None;
    if args.first().is_some_and(|a| a == "--root") && args.len() >= 2 {
        root = Some(args.remove(1));
        args.remove(0);
    }
    let check = match args.iter().position(|a| a == "--check") {
        Some(i) => {
            args.remove(i);
            true
        }
        None => false,
    };
    let tree = Tree::new(root);
    let result = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["header"] => header::run(&tree, check),
        ["fork-table"] => fork_table::run(&tree, check),
        ["null-table"] => null_table::run(&tree, check),
        ["layout"] => layout::run(&tree, check),
        ["doc-check"] => docs::run(&tree),
        ["symbols", library] => symbols::run(&tree, library, check),
        ["layers"] => layers::run(&tree),
        ["native-libs"] => native_libs::run(&tree, check),
        _ => Err(USAGE.to_string()),
    };
    match result {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
