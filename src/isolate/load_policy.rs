//! What a module must import and export to be loaded, and what it must not.

use crate::error::{self, Error, Result, Status};
use crate::glob;
use serde::Deserialize;

/// What a module must look like to be loaded. The default lets every module through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoadPolicy {
    /// Globs over `module.name`; absent: every import is allowed, empty: none is.
    pub allowed_imports: Option<Vec<String>>,
    /// Names that have to be exported.
    pub required_exports: Vec<String>,
    /// Whether a module without any export is refused.
    pub require_exports: bool,
}

impl LoadPolicy {
    /// Reads `{"allowed_imports": [...], "required_exports": [...], "require_exports": true}`; each key may be absent, any
    /// other is refused.
    pub fn from_json(json: &str) -> Result<Self> {
        // serde would take an array for the fields in order.
        if !json.trim_start().starts_with('{') {
            return Err(Error::argument("policy_json", "is not a JSON object"));
        }
        serde_json::from_str(json).map_err(|e| Error::argument("policy_json", e))
    }

    /// Refuses a module with all that is wrong with it in one message.
    pub fn check<'a>(
        &self,
        imports: impl Iterator<Item = (&'a str, &'a str)>,
        exports: impl Iterator<Item = &'a str>,
    ) -> Result<()> {
        let mut faults = Vec::new();
        if let Some(globs) = &self.allowed_imports {
            let refused: Vec<String> = imports
                .map(|(module, name)| format!("{module}.{name}"))
                .filter(|import| !globs.iter().any(|glob| glob::matches(glob, import)))
                .map(|import| error::escape(&import, 128))
                .collect();
            if !refused.is_empty() {
                faults.push(format!("imports that are not allowed: {}", refused.join(", ")));
            }
        }
        let exports: std::collections::HashSet<&str> = exports.collect();
        if self.require_exports && exports.is_empty() {
            faults.push("it exports nothing".to_owned());
        }
        let missing: Vec<String> = self
            .required_exports
            .iter()
            .filter(|name| !exports.contains(name.as_str()))
            .map(|name| error::escape(name, 128))
            .collect();
        if !missing.is_empty() {
            faults.push(format!("exports that are missing: {}", missing.join(", ")));
        }
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::new(Status::POLICY_REFUSED, format!("the load policy refuses the module: {}", faults.join("; "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_policies() -> Result<()> {
        let p = LoadPolicy::from_json(
            r#"{"allowed_imports":["env.*","wasi_snapshot_preview1.fd_*"],"required_exports":["run","go"],"require_exports":true}"#,
        )?;
        let ok = [("env", "log"), ("wasi_snapshot_preview1", "fd_write")];
        p.check(ok.into_iter(), ["go", "run", "memory"].into_iter())?;
        let bad = [("env", "log"), ("host", "secret\n"), ("wasi_snapshot_preview1", "path_open")];
        let e = p.check(bad.into_iter(), ["go"].into_iter()).unwrap_err();
        assert_eq!(e.status(), Status::POLICY_REFUSED);
        for part in ["host.secret\\n", "wasi_snapshot_preview1.path_open", "missing: run"] {
            assert!(e.message().contains(part), "{e}");
        }
        assert!(!e.message().contains("env.log"));
        assert!(p.check([].into_iter(), [].into_iter()).unwrap_err().message().contains("exports nothing"));
        LoadPolicy::from_json("{}")?.check(bad.into_iter(), [].into_iter())?;
        assert!(LoadPolicy::from_json(r#"{"allowed_imports":[]}"#)?.check(ok.into_iter(), [].into_iter()).is_err());
        for json in [r#"{"allowed":[]}"#, "", "[]x", r#"{"require_exports":1}"#] {
            assert_eq!(LoadPolicy::from_json(json).unwrap_err().status(), Status::INVALID_ARGUMENT, "{json}");
        }
        Ok(())
    }
}
