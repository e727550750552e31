//! What a module may ask for: which WASI calls it may make, and which imports and exports it must or may have.

use crate::config::DenyAction;
use crate::error::{self, Error, Result, Status};
use crate::glob;
use serde::Deserialize;

/// The 46 calls of WASI preview 1. A call's place in this list is its index in a [`SyscallPolicy`].
pub const CALLS: [&str; 46] = [
    "args_get",
    "args_sizes_get",
    "environ_get",
    "environ_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_get",
    "fd_prestat_dir_name",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "sched_yield",
    "random_get",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

/// The groups that may stand in a list for their calls.
///
/// `fd_read` and `fd_write` move the bytes of files too but belong to `@stdio` alone: a list that denies `@fs_write`
/// must not silence stdout. `poll_oneoff` that is granted by `@startup` or `@clock` and by nothing else may wait for
/// clocks only.
pub const GROUPS: &[(&str, &[&str])] = &[
    (
        "@startup",
        &[
            "args_get",
            "args_sizes_get",
            "environ_get",
            "environ_sizes_get",
            "clock_res_get",
            "clock_time_get",
            "random_get",
            "fd_fdstat_get",
            "fd_filestat_get",
            "fd_prestat_get",
            "fd_prestat_dir_name",
            "fd_close",
            "fd_seek",
            "fd_tell",
            "poll_oneoff",
            "sched_yield",
        ],
    ),
    ("@clock", &["clock_res_get", "clock_time_get", "poll_oneoff"]),
    ("@stdio", &["fd_read", "fd_write", "fd_fdstat_get", "fd_fdstat_set_flags", "poll_oneoff"]),
    (
        "@fs_read",
        &[
            "fd_advise",
            "fd_close",
            "fd_fdstat_get",
            "fd_filestat_get",
            "fd_pread",
            "fd_prestat_dir_name",
            "fd_prestat_get",
            "fd_readdir",
            "fd_renumber",
            "fd_seek",
            "fd_tell",
            "path_filestat_get",
            "path_open",
            "path_readlink",
        ],
    ),
    (
        "@fs_write",
        &[
            "fd_allocate",
            "fd_datasync",
            "fd_fdstat_set_rights",
            "fd_filestat_set_size",
            "fd_filestat_set_times",
            "fd_pwrite",
            "fd_sync",
            "path_create_directory",
            "path_filestat_set_times",
            "path_link",
            "path_remove_directory",
            "path_rename",
            "path_symlink",
            "path_unlink_file",
        ],
    ),
    ("@net", &["sock_accept", "sock_recv", "sock_send", "sock_shutdown"]),
];

const STARTUP: &str = "@startup";
const CHANGING: &str = "@fs_write";
/// The calls of `@fs_write` that change nothing themselves.
const UNCHANGING: [&str; 3] = ["fd_datasync", "fd_fdstat_set_rights", "fd_sync"];
/// Groups that grant `poll_oneoff` for clocks only.
const CLOCKS_ONLY: [&str; 2] = [STARTUP, "@clock"];
const ALL: u64 = (1 << CALLS.len()) - 1;

/// The index of a preview 1 call.
pub fn call_index(name: &str) -> Option<usize> {
    CALLS.iter().position(|call| *call == name)
}

fn bit(name: &str) -> u64 {
    call_index(name).map_or(0, |index| 1 << index)
}

fn bits(matches: impl Fn(&str) -> bool) -> u64 {
    CALLS.iter().filter(|call| matches(call)).map(|call| bit(call)).sum()
}

/// What the policy says about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Deny,
}

/// Which WASI calls a guest may make, decided once from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyscallPolicy {
    allowed: u64,
    clocks_only: bool,
    read_only: bool,
    action: DenyAction,
}

impl SyscallPolicy {
    /// The policy that the configuration describes. Deny beats allow; an empty allow list allows what is not denied; a list
    /// that is not empty contains `@startup`, which libcs need to reach `main`. Where none of the calls is left that change
    /// files, or the group `@fs_write` is denied by its name, every directory is read-only too, because opening a file can
    /// create and empty it.
    pub fn from_config(
        enable_wasi: bool,
        allowed: &[String],
        denied: &[String],
        network_access: bool,
        filesystem_access: bool,
        deny_action: DenyAction,
    ) -> Result<Self> {
        let mut allow = if allowed.is_empty() { ALL } else { entry_bits("allowed_syscalls", STARTUP)? };
        for entry in allowed {
            allow |= entry_bits("allowed_syscalls", entry)?;
        }
        let mut deny = 0;
        for entry in denied {
            deny |= entry_bits("denied_syscalls", entry)?;
        }
        if !network_access {
            deny |= entry_bits("denied_syscalls", "@net")?;
        }
        if !filesystem_access {
            deny |= bits(|call| call.starts_with("path_"));
        }
        if !enable_wasi {
            deny = ALL;
        }
        let poll = bit("poll_oneoff");
        let grants_poll = |entry: &String| {
            !CLOCKS_ONLY.contains(&entry.as_str()) && entry_bits("allowed_syscalls", entry).is_ok_and(|bits| bits & poll != 0)
        };
        // Whoever names path_open means all that it can do; a group of reading calls does not mean writing.
        let open = bit("path_open");
        let names_open =
            |entry: &String| !entry.starts_with('@') && entry_bits("allowed_syscalls", entry).is_ok_and(|bits| bits & open != 0);
        let changing = entry_bits("denied_syscalls", CHANGING)? & !bits(|call| UNCHANGING.contains(&call));
        Ok(SyscallPolicy {
            allowed: allow & !deny,
            clocks_only: !allowed.is_empty() && !allowed.iter().any(grants_poll),
            read_only: denied.iter().any(|entry| entry == CHANGING)
                || (allow & !deny & changing == 0 && !allowed.iter().any(names_open)),
            action: deny_action,
        })
    }

    /// The policy that denies nothing.
    pub fn allow_all() -> Self {
        let action = DenyAction::Errno;
        SyscallPolicy { allowed: ALL, clocks_only: false, read_only: false, action }
    }

    /// What to do with the call at `call_index` of [`CALLS`]; a number that is no call is denied.
    pub fn decision(&self, call_index: usize) -> Decision {
        let bit = u32::try_from(call_index).ok().and_then(|index| 1u64.checked_shl(index)).unwrap_or(0);
        if self.allowed & bit != 0 { Decision::Allow } else { Decision::Deny }
    }

    /// Whether a function of this name may be called; a name that is no preview 1 call is none of the policy's business.
    pub fn allows(&self, name: &str) -> bool {
        call_index(name).is_none_or(|index| self.decision(index) == Decision::Allow)
    }

    pub fn deny_action(&self) -> DenyAction {
        self.action
    }

    /// What the other settings promise and this policy takes away: hardly meant, so the host is told.
    pub fn contradictions(&self, filesystem_access: bool, network_access: bool, writable: bool) -> Vec<String> {
        let denied = |promise: &str, call: &str, what: &str| {
            format!("{promise} is true, but the syscall policy denies {call}: no guest can {what}")
        };
        let file =
            (filesystem_access && !self.allows("path_open")).then(|| denied("filesystem_access", "path_open", "open a file"));
        let socket = (network_access && !self.allows("sock_send")).then(|| denied("network_access", "sock_send", "use a socket"));
        let written = (filesystem_access && writable && self.allows("path_open") && self.read_only)
            .then(|| "allowed_directories has a writable one, but the syscall policy lets no guest write files".to_string());
        file.into_iter().chain(socket).chain(written).collect()
    }

    /// Whether `poll_oneoff` may wait for clocks but not for descriptors.
    pub fn polls_clocks_only(&self) -> bool {
        self.clocks_only
    }

    /// Whether every directory is to be opened read-only, whatever its own setting.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }
}

/// The calls that one entry of a list stands for.
fn entry_bits(list: &str, entry: &str) -> Result<u64> {
    if let Some((_, calls)) = GROUPS.iter().find(|(name, _)| *name == entry) {
        return Ok(calls.iter().map(|call| bit(call)).sum());
    }
    let found = if entry.starts_with('@') { 0 } else { bits(|call| glob::matches(entry, call)) };
    if found != 0 {
        return Ok(found);
    }
    let names = GROUPS.iter().map(|(name, _)| *name).filter(|_| entry.starts_with('@'));
    let near = error::nearest(entry, names.chain(CALLS.into_iter().filter(|_| !entry.starts_with('@'))));
    let hint = if near.is_empty() { String::new() } else { format!("; near to it: {}", near.join(", ")) };
    let shown = error::escape(entry, 128);
    Err(Error::new(Status::INVALID_CONFIG, format!("{list}: \"{shown}\" matches no WASI preview 1 call and no group{hint}")))
}

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

    fn policy(allowed: &[&str], denied: &[&str], net: bool, fs: bool) -> Result<SyscallPolicy> {
        let owned = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
        SyscallPolicy::from_config(true, &owned(allowed), &owned(denied), net, fs, DenyAction::Errno)
    }

    #[test]
    fn promises_that_the_policy_takes_away() {
        let policy =
            |denied: &str| SyscallPolicy::from_config(true, &[], &[denied.to_string()], true, true, DenyAction::Errno).unwrap();
        for denied in ["path_open", "path_*", "@fs_read", "@net", "sock_*"] {
            assert_eq!(policy(denied).contradictions(true, true, false).len(), 1, "{denied}");
            assert!(policy(denied).contradictions(false, false, false).is_empty());
        }
        assert!(SyscallPolicy::allow_all().contradictions(true, true, true).is_empty());
        assert_eq!(policy("@fs_write").contradictions(true, true, true).len(), 1);
    }

    #[test]
    fn every_group_names_calls() {
        for (group, calls) in GROUPS {
            assert!(calls.iter().all(|call| call_index(call).is_some()), "{group}");
        }
        let grouped: std::collections::HashSet<_> = GROUPS.iter().flat_map(|(_, calls)| calls.iter().copied()).collect();
        let alone: Vec<_> = CALLS.into_iter().filter(|call| !grouped.contains(call)).collect();
        assert_eq!(alone, ["proc_exit", "proc_raise"]);
    }

    #[test]
    fn defaults_of_the_guide() -> Result<()> {
        let p = policy(&["fd_read", "fd_write", "proc_exit"], &["sock_*", "path_open"], false, true)?;
        for (call, allowed) in [
            ("fd_read", true),
            ("fd_write", true),
            ("proc_exit", true),
            ("args_get", true),
            ("poll_oneoff", true),
            ("fd_prestat_get", true),
            ("random_get", true),
            ("path_open", false),
            ("path_filestat_get", false),
            ("sock_accept", false),
            ("fd_pwrite", false),
            ("proc_raise", false),
        ] {
            assert_eq!(p.allows(call), allowed, "{call}");
        }
        assert!(p.polls_clocks_only());
        assert!(p.allows("something_else"));
        Ok(())
    }

    #[test]
    fn deny_beats_allow_and_empty_means_all() -> Result<()> {
        let p = policy(&[], &["fd_write"], true, true)?;
        assert_eq!(CALLS.into_iter().filter(|call| !p.allows(call)).collect::<Vec<_>>(), ["fd_write"]);
        assert!(!p.polls_clocks_only());
        let p = policy(&["fd_*", "random_get"], &["fd_write", "random_get", "args_*"], true, true)?;
        assert!(p.allows("fd_pwrite") && !p.allows("fd_write") && !p.allows("random_get") && !p.allows("args_get"));
        assert_eq!(p.decision(46), Decision::Deny);
        assert_eq!(p.decision(usize::MAX), Decision::Deny);
        Ok(())
    }

    #[test]
    fn groups_and_switches() -> Result<()> {
        let p = policy(&["@stdio", "@fs_read"], &["@clock"], true, true)?;
        assert!(p.allows("path_open") && p.allows("fd_read") && !p.allows("clock_time_get") && !p.allows("poll_oneoff"));
        assert!(!p.allows("path_rename") && !p.allows("sock_send"));
        assert!(!policy(&["@stdio"], &[], true, true)?.polls_clocks_only());
        assert!(policy(&["@clock", "@startup"], &[], true, true)?.polls_clocks_only());
        assert!(policy(&[], &["@fs_write"], true, true)?.is_read_only());
        let p = policy(&[], &[], false, false)?;
        assert!(CALLS.into_iter().all(|call| p.allows(call) != (call.starts_with("path_") || call.starts_with("sock_"))));
        let off = SyscallPolicy::from_config(false, &[], &[], true, true, DenyAction::Trap)?;
        assert!(CALLS.into_iter().all(|call| !off.allows(call)));
        Ok(())
    }

    #[test]
    fn without_a_changing_call_directories_are_read_only() -> Result<()> {
        let changing = GROUPS.iter().find(|(name, _)| *name == CHANGING).map_or(&[][..], |(_, calls)| calls);
        for (allowed, read_only) in [
            (&["@stdio", "@fs_read"][..], true),
            (&["fd_*", "path_open"], false),
            (&["path_open", "fd_write", "fd_sync"], false),
            (&["path_open"], false),
        ] {
            assert_eq!(policy(allowed, &[], true, true)?.is_read_only(), read_only, "{allowed:?}");
        }
        assert!(policy(&["path_open", "fd_write"], &["@fs_write"], true, true)?.is_read_only());
        for call in changing.iter().filter(|call| !UNCHANGING.contains(call)) {
            assert!(!policy(&["@stdio", "@fs_read", call], &[], true, true)?.is_read_only(), "{call}");
            assert!(policy(&["@stdio", "@fs_read", call], &[call], true, true)?.is_read_only(), "{call}");
        }
        assert!(policy(&[], changing, true, true)?.is_read_only());
        assert!(policy(&[], &changing[1..], true, true).is_ok_and(|p| !p.is_read_only()));
        let globs = ["fd_allocate", "fd_filestat_*", "fd_pwrite", "path_*"];
        assert!(policy(&[], &globs, true, true)?.is_read_only());
        assert!(policy(&["fd_read", "fd_write", "proc_exit"], &["sock_*", "path_open"], false, true)?.is_read_only());
        assert!(!policy(&[], &[], true, true)?.is_read_only());
        Ok(())
    }

    #[test]
    fn unknown_entries_are_refused_by_name() {
        for (entry, near) in [("fd_reed", "fd_read"), ("@stdoi", "@stdio"), ("sok_*", ""), ("", ""), ("@sock*", "@")] {
            let e = policy(&[], &[entry], true, true).unwrap_err();
            assert_eq!(e.status(), Status::INVALID_CONFIG);
            assert!(e.message().contains(&format!("denied_syscalls: \"{entry}\"")) && e.message().contains(near), "{e}");
        }
        assert!(policy(&["nothing"], &[], true, true).unwrap_err().message().contains("allowed_syscalls"));
    }

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
