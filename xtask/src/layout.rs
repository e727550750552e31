//! Sizes and offsets as the C compiler sees them, in a committed file: a change of layout shows in review.

use crate::header;
use crate::tree::{self, Outcome, Tree};
use std::fmt::Write as _;
use std::fs;

const FILE: &str = "c-tests/layout.txt";

pub fn run(tree: &Tree, check: bool) -> Outcome {
    let header = header::committed(tree)?;
    let mut program = String::from("#include <stdio.h>\n#include \"dwcp_wasm.h\"\nint main(void) {\n");
    for structure in &header.structs {
        let name = &structure.name;
        let _ = writeln!(program, "  printf(\"{name} size %zu\\n\", sizeof({name}));");
        for field in &structure.fields {
            let _ = writeln!(
                program,
                "  printf(\"{name} .{0} offset %zu size %zu\\n\", offsetof({name}, {0}), sizeof((({name} *)0)->{0}));",
                field.name
            );
        }
    }
    program.push_str("  return 0;\n}\n");

    let folder = tree.path("target/xtask");
    fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let (source, binary) = (folder.join("layout.c"), folder.join("layout"));
    fs::write(&source, program).map_err(|e| e.to_string())?;
    tree::output(tree::compiler().arg("-std=c11").arg("-I").arg(tree.path("include")).arg(&source).arg("-o").arg(&binary))?;
    let printed = tree::output(&mut std::process::Command::new(&binary))?;
    tree.settle(FILE, &printed, check, "layout")
}
