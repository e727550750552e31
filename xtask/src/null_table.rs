//! Writes a C test that calls every export once for each of its pointers, with that pointer NULL and everything else valid.
//!
//! What is valid comes from c-tests/null_fixture.h: a handle `dwcp_x_t *` from `fixture_dwcp_x(x)`, any other value from the macro
//! `VALID_<function>__<parameter>` or `VALID_<parameter>`. `OPTIONAL_<function>__<parameter>` or `OPTIONAL_<parameter>` marks a
//! pointer that may be NULL; all others must be refused. What the fixture does not know is an error here, so that a new export
//! cannot be forgotten.

use crate::c::{Function, Header, Variable};
use crate::header;
use crate::tree::{self, Outcome, Tree};
use std::fmt::Write as _;

const FILE: &str = "c-tests/generated/null_table.c";
const FIXTURE: &str = "c-tests/null_fixture.h";

pub fn run(tree: &Tree, check: bool) -> Outcome {
    let header = header::committed(tree)?;
    let fixture = Fixture::new(&header, tree)?;
    let (mut cases, mut rows, mut problems) = (String::new(), String::new(), Vec::new());
    let mut number = 0;
    for function in header.exports() {
        let pointers: Vec<usize> =
            (0..function.parameters.len()).filter(|i| is_pointer(&header, &function.parameters[*i])).collect();
        // A function without pointers is called once as it is, so that every export has a row.
        let holes: Vec<Option<usize>> = if pointers.is_empty() { vec![None] } else { pointers.into_iter().map(Some).collect() };
        for hole in holes {
            number += 1;
            match fixture.case(function, hole, number) {
                Ok((case, row)) => {
                    cases.push_str(&case);
                    rows.push_str(&row);
                }
                Err(problem) => problems.push(format!("{}: {problem}", function.name)),
            }
        }
    }
    problems.dedup();
    if !problems.is_empty() {
        return tree::verdict(problems, String::new());
    }
    let text = format!(
        "/* Generated from include/dwcp_wasm.h by `cargo run -p xtask -- null-table`: do not edit. */
#include \"../null_fixture.h\"

{cases}
static const fixture_row_t rows[] = {{
{rows}}};

int main(void) {{
    return fixture_run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}}
"
    );
    tree.settle(FILE, &text, check, "null-table").map(|s| format!("{s}, {number} calls"))
}

fn is_pointer(header: &Header, parameter: &Variable) -> bool {
    parameter.kind.ends_with('*') || parameter.array.is_some() || header.is_callback(&parameter.kind)
}

/// What a parameter is to the test.
enum Role {
    /// An expression of the fixture.
    Value(String),
    /// Set by the call: the C type of what is pointed to, how it is given back on success.
    OutPointer {
        kind: String,
        release: Option<String>,
    },
    OutScalar {
        kind: String,
    },
    OutSlice,
    /// A struct with struct_size, read or written by the call.
    Sized {
        name: String,
    },
}

/// The values that c-tests/null_fixture.h has for the parameters of exports.
pub struct Fixture<'a> {
    header: &'a Header,
    text: String,
}

/// A call with everything valid, but for one pointer perhaps.
#[derive(Default)]
pub struct Call {
    /// Declarations of its out-parameters, with what a call must not leave there.
    pub before: String,
    /// Checks that a failed call has reset them.
    pub after_failure: String,
    /// Gives back what a call that succeeded has made.
    pub after_success: String,
    pub arguments: Vec<String>,
    /// Whether it needs a caller handle, which is valid inside a host function only.
    pub in_call: bool,
    pub has_error: bool,
}

impl<'a> Fixture<'a> {
    pub fn new(header: &'a Header, tree: &Tree) -> Result<Fixture<'a>, String> {
        Ok(Fixture { header, text: tree.read(FIXTURE)? })
    }

    fn defines(&self, name: &str) -> bool {
        let line = format!("#define {name}");
        self.text.lines().any(|l| l.strip_prefix(&line).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '('])))
    }

    /// The macro for a function's parameter, or for every parameter of that name.
    fn lookup(&self, prefix: &str, function: &Function, parameter: &str) -> Option<String> {
        [format!("{prefix}_{}__{parameter}", function.name), format!("{prefix}_{parameter}")]
            .into_iter()
            .find(|name| self.defines(name))
    }

    fn role(&self, function: &Function, parameter: &Variable) -> Result<Role, String> {
        let (name, kind) = (parameter.name.as_str(), parameter.kind.as_str());
        let exact = format!("VALID_{}__{name}", function.name);
        if self.defines(&exact) {
            return Ok(Role::Value(format!("{exact}(x)")));
        }
        if let Some(pointee) = kind.strip_suffix("**").filter(|k| !k.ends_with("const")) {
            let release = match pointee {
                "char" => Some("dwcp_string_free".to_string()),
                // A session is not freed but given back.
                "dwcp_vm_t" => Some("dwcp_vm_release".to_string()),
                handle if self.header.is_opaque(handle) => Some(format!("{}_free", handle.trim_end_matches("_t"))),
                _ => None,
            };
            return Ok(Role::OutPointer { kind: format!("{pointee} *"), release });
        }
        if let Some(pointee) = kind.strip_suffix('*') {
            let constant = pointee.starts_with("const ");
            let plain = pointee.trim_start_matches("const ");
            if self.header.is_opaque(plain) {
                return Ok(Role::Value(format!("fixture_{}(x)", plain.trim_end_matches("_t"))));
            }
            if self.header.sized_structs().any(|s| s.name == plain) && self.lookup("VALID", function, name).is_none() {
                return Ok(Role::Sized { name: plain.to_string() });
            }
            if !constant && plain == "dwcp_slice_t" {
                return Ok(Role::OutSlice);
            }
            if !constant && matches!(plain, "size_t" | "uint64_t" | "int64_t" | "uint32_t" | "int32_t" | "bool" | "double") {
                return Ok(Role::OutScalar { kind: plain.to_string() });
            }
        }
        if let Some(value) = self.lookup("VALID", function, name) {
            return Ok(Role::Value(format!("{value}(x)")));
        }
        match self.header.resolve(kind) {
            "uint8_t" | "uint32_t" | "uint64_t" | "int64_t" => Ok(Role::Value("1".into())),
            "int32_t" => Ok(Role::Value("0".into())),
            "bool" => Ok(Role::Value("true".into())),
            "double" | "float" => Ok(Role::Value("1.0".into())),
            _ => Err(format!(
                "no valid value for `{kind} {name}`: define VALID_{}__{name}(x) or VALID_{name}(x) in {FIXTURE}",
                function.name
            )),
        }
    }

    /// A call of the function with NULL for the parameter `hole`.
    pub fn call(&self, function: &Function, hole: Option<usize>) -> Result<Call, String> {
        let Call { mut before, mut after_failure, mut after_success, mut arguments, mut in_call, mut has_error } =
            Call::default();
        for (i, parameter) in function.parameters.iter().enumerate() {
            let name = &parameter.name;
            in_call |= parameter.kind.contains("dwcp_caller_t");
            if hole == Some(i) {
                arguments.push("NULL".to_string());
                // The fixture must know it all the same: this is where a new type is noticed.
                self.role(function, parameter)?;
                continue;
            }
            match self.role(function, parameter)? {
                Role::Value(value) => arguments.push(value),
                Role::OutPointer { kind, .. } if kind == "dwcp_error_t *" => {
                    has_error = true;
                    let _ = writeln!(before, "    dwcp_error_t *{name} = FIXTURE_POISON(dwcp_error_t);");
                    arguments.push(format!("&{name}"));
                }
                Role::OutPointer { kind, release } => {
                    let _ = writeln!(before, "    {kind}{name} = FIXTURE_POISON({});", kind.trim_end_matches(" *"));
                    let _ = writeln!(after_failure, "        fixture_check(x, {name} == NULL, \"{name} is not NULL\");");
                    if let Some(release) = release {
                        let _ = writeln!(after_success, "        {release}({name});");
                    }
                    arguments.push(format!("&{name}"));
                }
                Role::OutScalar { kind } => {
                    let poison = if kind == "bool" { "true" } else { "77" };
                    let _ = writeln!(before, "    {kind} {name} = {poison};");
                    let _ = writeln!(after_failure, "        fixture_check(x, {name} == 0, \"{name} is not 0\");");
                    arguments.push(format!("&{name}"));
                }
                Role::OutSlice => {
                    let _ = writeln!(before, "    dwcp_slice_t {name} = {{ FIXTURE_POISON(uint8_t), 77 }};");
                    let _ = writeln!(
                        after_failure,
                        "        fixture_check(x, {name}.data == NULL && {name}.len == 0, \"{name} is not empty\");"
                    );
                    arguments.push(format!("&{name}"));
                }
                Role::Sized { name: structure } => {
                    let stem = structure.trim_end_matches("_t");
                    let _ = writeln!(before, "    {structure} {name} = {}_INIT;", stem.to_uppercase());
                    let _ = writeln!(
                        after_failure,
                        "        fixture_check(x, {name}.struct_size == sizeof({name}), \"{name}.struct_size changed\");"
                    );
                    arguments.push(format!("&{name}"));
                }
            }
        }
        Ok(Call { before, after_failure, after_success, arguments, in_call, has_error })
    }

    /// The C function of one call and its row.
    fn case(&self, function: &Function, hole: Option<usize>, number: usize) -> Result<(String, String), String> {
        let Call { before, after_failure, after_success, arguments, in_call, has_error } = self.call(function, hole)?;
        let call = format!("{}({})", function.name, arguments.join(", "));
        let is_status = function.result == "dwcp_status_t" && hole.is_some();
        let hole_name = hole.map_or("", |i| function.parameters[i].name.as_str());
        let optional = hole.is_none() || self.lookup("OPTIONAL", function, hole_name).is_some();
        let mut body = before;
        body.push_str(&self.call_and_check(function, &call, is_status, has_error, &after_failure, &after_success));
        let case = format!("static void case_{number}(fixture_t *x) {{\n    (void)x;\n{body}}}\n\n");
        let verb = match (is_status, optional, hole) {
            (true, false, _) => format!("REFUSES_NULL({}, {hole_name}", function.name),
            (true, true, _) => format!("ALLOWS_NULL({}, {hole_name}", function.name),
            (false, _, Some(_)) => format!("SURVIVES_NULL({}, {hole_name}", function.name),
            (false, _, None) => format!("CALLS({}, none", function.name),
        };
        Ok((case, format!("    {verb}, case_{number}, {in_call}),\n")))
    }

    fn call_and_check(
        &self,
        function: &Function,
        call: &str,
        is_status: bool,
        has_error: bool,
        after_failure: &str,
        after_success: &str,
    ) -> String {
        let branch = |condition: &str, body: &str| {
            if body.is_empty() { String::new() } else { format!("    if ({condition}) {{\n{body}    }}\n") }
        };
        if is_status {
            let error = if has_error { "fixture_error_matches(x, got, error);" } else { "" };
            let mut text = format!("    dwcp_status_t got = {call};\n    fixture_status(x, got);\n");
            if !error.is_empty() {
                let _ = writeln!(text, "    {error}");
            }
            text.push_str(&branch("got != DWCP_OK", after_failure));
            text.push_str(&branch("got == DWCP_OK", after_success));
            return text;
        }
        match function.result.as_str() {
            "void" => format!("    {call};\n"),
            "bool" => format!("    bool got = {call};\n{}    (void)got;\n", branch("!got", after_failure)),
            owned if owned.strip_suffix('*').is_some_and(|t| self.header.is_opaque(t)) => {
                let handle = owned.trim_end_matches('*');
                format!("    {handle} *got = {call};\n    {}_free(got);\n", handle.trim_end_matches("_t"))
            }
            _ => format!("    (void){call};\n"),
        }
    }
}
