//! What a module imports and nobody defines: all of it in one message, with types and with the names that were perhaps meant.

use crate::compile::code::Import;
use crate::error::{Error, MAX_MESSAGE_BYTES, Status, escape, nearest};
use crate::isolate::wasi;
use crate::run::host::is_wasi;
use crate::syscalls::CALLS;
use std::fmt::Write as _;

/// Room that the message leaves for the module's name, which comes before it, and for the count of what did not fit.
const RESERVED: usize = 256;
/// Imports for which a near name is looked for: each is compared with every name that is defined.
const HINTS: usize = 8;
/// A type of the module's own making may have a thousand parameters.
const MAX_TYPE: usize = 300;

/// The error for `missing`, given the names that the host defines, each with its module. Without `wasi_enabled` the calls of WASI
/// are among what is missing, and the message says why.
pub fn unresolved<'a>(missing: &[&Import], defined: impl Iterator<Item = (&'a str, &'a str)>, wasi_enabled: bool) -> Error {
    let defined: Vec<(&str, &str)> =
        defined.chain(CALLS.iter().filter(|_| wasi_enabled).map(|call| (wasi::MODULE, *call))).collect();
    let mut text = format!("{} unresolved import{}", missing.len(), if missing.len() == 1 { "" } else { "s" });
    let calls = missing.iter().filter(|i| is_wasi(&i.module, &i.name)).count();
    if !wasi_enabled && calls != 0 {
        let _ = write!(text, ", {calls} of WASI, which enable_wasi = false does not define");
    }
    text.push(':');
    for (i, import) in missing.iter().enumerate() {
        let mut one = format!(" {} ({}", quoted(&import.module, &import.name), escape(&import.kind.to_string(), MAX_TYPE));
        if i < HINTS {
            one.push_str(&hint(import, &defined));
        }
        one.push_str(");");
        if text.len() + one.len() > MAX_MESSAGE_BYTES - RESERVED {
            let _ = write!(text, " and {} more;", missing.len() - i);
            break;
        }
        text.push_str(&one);
    }
    text.pop();
    Error::new(Status::UNRESOLVED_IMPORT, text)
}

/// What may have been meant: the name in another module, or the nearest one.
fn hint(import: &Import, defined: &[(&str, &str)]) -> String {
    let own = (import.module.as_str(), import.name.as_str());
    if defined.contains(&own) {
        return "; what is defined by that name is of another type".to_string();
    }
    let elsewhere = defined.iter().find(|(_, name)| *name == own.1);
    let beside = || {
        let names = defined.iter().filter(|(module, _)| *module == own.0).map(|(_, name)| *name);
        nearest(own.1, names).first().map(|name| (own.0, *name))
    };
    let anywhere = || {
        let others: Vec<(&str, &str)> = defined.iter().copied().filter(|(module, _)| *module != own.0).collect();
        let joined: Vec<String> = others.iter().map(|(module, name)| format!("{module}.{name}")).collect();
        let near = *nearest(&format!("{}.{}", own.0, own.1), joined.iter().map(String::as_str)).first()?;
        joined.iter().position(|j| j == near).and_then(|at| others.get(at).copied())
    };
    match elsewhere.copied().or_else(beside).or_else(anywhere) {
        Some((module, name)) => format!("; did you mean {}?", quoted(module, name)),
        None => String::new(),
    }
}

fn quoted(module: &str, name: &str) -> String {
    format!("\"{}\".\"{}\"", escape(module, 100), escape(name, 100))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::code::ExternKind;
    use crate::signature::Signature;
    use std::sync::Arc;

    fn function(module: &str, name: &str) -> Import {
        let signature = Signature::default();
        Import { module: module.into(), name: name.into(), kind: ExternKind::Function(Arc::new(signature)) }
    }

    fn message(missing: &[Import], defined: &[(&str, &str)], wasi: bool) -> String {
        unresolved(&missing.iter().collect::<Vec<_>>(), defined.iter().copied(), wasi).message().to_string()
    }

    #[test]
    fn near_names_are_those_that_are_defined() {
        let defined = [("env", "log"), ("env", "now"), ("host", "fetch")];
        let said = |module, name, wasi| message(&[function(module, name)], &defined, wasi);
        assert!(said("env", "lgo", true).contains("did you mean \"env\".\"log\"?"), "{}", said("env", "lgo", true));
        assert!(said("environment", "now", true).contains("did you mean \"env\".\"now\"?"));
        assert!(said("hots", "fetchs", true).contains("did you mean \"host\".\"fetch\"?"));
        assert!(!said("a", "completely_different", true).contains("did you mean"));
        assert!(said(wasi::MODULE, "fd_wirte", true).contains("did you mean \"wasi_snapshot_preview1\".\"fd_write\"?"));
        assert!(said("wasi_unstable", "fd_write", true).contains("did you mean \"wasi_snapshot_preview1\".\"fd_write\"?"));
    }

    #[test]
    fn wasi_that_is_off_is_said_to_be() {
        let missing = [function(wasi::MODULE, "fd_write"), function("env", "f")];
        let text = message(&missing, &[], false);
        assert!(text.starts_with("2 unresolved imports, 1 of WASI, which enable_wasi = false does not define:"), "{text}");
        assert!(!text.contains("did you mean"), "{text}");
        assert!(!message(&missing[1..], &[], false).contains("WASI"));
    }

    #[test]
    fn all_that_fit_are_listed_and_the_rest_is_counted() {
        let many = |n: usize| (0..n).map(|i| function("env", &format!("f{i}"))).collect::<Vec<_>>();
        let text = message(&many(60), &[], true);
        assert!(text.contains("\"f59\"") && !text.contains("more"), "{text}");
        let text = message(&many(1000), &[("env", "f")], true);
        let listed = text.matches(" (function").count();
        assert!(text.ends_with(&format!(" and {} more", 1000 - listed)), "{text}");
        assert!(text.len() <= MAX_MESSAGE_BYTES - RESERVED + 20);
        let long = message(&[function(&"\u{1b}".repeat(5000), "x")], &[], true);
        assert!(long.len() < 400 && !long.contains('\u{1b}'), "{long}");
    }

    #[test]
    fn what_is_defined_as_something_else_is_said_to_be() {
        let mut import = function("env", "log");
        import.kind = ExternKind::Memory { min: 1, max: None, is_64: false };
        let text = message(&[import], &[("env", "log")], true);
        assert_eq!(
            text,
            "1 unresolved import: \"env\".\"log\" (memory of 1 pages; what is defined by that name is of another type)"
        );
    }
}
