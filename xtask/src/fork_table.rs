//! Writes a C test that calls every export once, with everything valid, in a child that was forked after a runtime was made.
//!
//! There a function with a status answers FORKED and resets its out-parameters, every other one gives its fallback, and what
//! frees does nothing. `WORKS_IN_CHILD_<function>` in c-tests/fork_fixture.h marks those that need no runtime: they give what
//! they gave in the parent. Values come from c-tests/null_fixture.h, so that a new export cannot be forgotten here either.

use crate::c::{Function, Header};
use crate::header;
use crate::null_table::{Call, Fixture};
use crate::tree::{self, Outcome, Tree};
use std::fmt::Write as _;

const FILE: &str = "c-tests/generated/fork_table.c";
const FIXTURE: &str = "c-tests/fork_fixture.h";

pub fn run(tree: &Tree, check: bool) -> Outcome {
    let header = header::committed(tree)?;
    let fixture = Fixture::new(&header, tree)?;
    let marks = tree.read(FIXTURE)?;
    let works = |name: &str| marks.lines().any(|line| line.trim_end() == format!("#define WORKS_IN_CHILD_{name}"));
    let (mut cases, mut rows, mut last, mut problems) = (String::new(), String::new(), String::new(), Vec::new());
    let mut count = 0;
    for function in header.exports() {
        let works = works(&function.name);
        match fixture.call(function, None) {
            Ok(call) => {
                count += 1;
                cases.push_str(&case(function, &call, works, count));
                let row = format!("    IN_CHILD({}, case_{count}, {}, {works}),\n", function.name, call.in_call);
                // What gives back plain memory does so in a child too: nothing may use it afterwards.
                let frees = works && function.result == "void";
                if frees { &mut last } else { &mut rows }.push_str(&row);
            }
            Err(problem) => problems.push(format!("{}: {problem}", function.name)),
        }
    }
    problems.extend(unknown(&marks, &header));
    if !problems.is_empty() {
        return tree::verdict(problems, String::new());
    }
    let text = format!(
        "/* Generated from include/dwcp_wasm.h by `cargo run -p xtask -- fork-table`: do not edit. */
#include \"../fork_fixture.h\"

{cases}
static const fork_row_t rows[] = {{
{rows}{last}}};

int main(void) {{
    return fork_run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}}
"
    );
    tree.settle(FILE, &text, check, "fork-table").map(|s| format!("{s}, {count} exports"))
}

/// Marks for functions that do not exist.
fn unknown(marks: &str, header: &Header) -> Vec<String> {
    marks
        .lines()
        .filter_map(|line| line.strip_prefix("#define WORKS_IN_CHILD_"))
        .filter(|name| !header.exports().any(|f| f.name == name.trim_end()))
        .map(|name| format!("{FIXTURE}: WORKS_IN_CHILD_{name} is of no export"))
        .collect()
}

fn case(function: &Function, call: &Call, works: bool, number: usize) -> String {
    let mut body = call.before.clone();
    let expression = format!("{}({})", function.name, call.arguments.join(", "));
    match function.result.as_str() {
        "void" => {
            let _ = writeln!(body, "    {expression};");
        }
        "dwcp_status_t" if !works => {
            let _ = writeln!(body, "    dwcp_status_t got = {expression};\n    fork_refused(x, got);");
            if call.has_error {
                body.push_str("    fixture_error_matches(x, got, error);\n");
            }
            body.push_str(&unindented(&call.after_failure));
        }
        result => {
            let cast = if result.ends_with('*') { "(uintptr_t)" } else { "" };
            let _ = writeln!(body, "    fork_gave(x, (unsigned long long){cast}{expression});");
            if !works {
                body.push_str(&unindented(&call.after_failure));
            }
        }
    }
    format!("static void case_{number}(fixture_t *x) {{\n    (void)x;\n{body}}}\n\n")
}

fn unindented(checks: &str) -> String {
    checks.replace("        fixture_check", "    fixture_check")
}
