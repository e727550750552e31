//! Which WASI calls a guest may make.

use crate::config::{Config, DenyAction};
use crate::error::{self, Error, Result, Status};
use crate::glob;
use crate::syscalls::{CALLS, Syscall};

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

fn bit(name: &str) -> u64 {
    Syscall::named(name).map_or(0, |call| 1 << call.index())
}

fn bits(matches: impl Fn(&str) -> bool) -> u64 {
    CALLS.iter().filter(|call| matches(call)).map(|call| bit(call)).sum()
}

/// The calls that `network_access` stands for.
fn sockets() -> u64 {
    bits(|call| call.starts_with("sock_"))
}

/// The calls that `filesystem_access` stands for: those that find a file by its name.
fn files() -> u64 {
    bits(|call| call.starts_with("path_"))
}

/// Settings that say which WASI calls a guest may make where there are none.
fn without_wasi(config: &Config) -> Vec<String> {
    let default = Config::default();
    let idle = [
        ("allowed_syscalls", config.allowed_syscalls != default.allowed_syscalls),
        ("denied_syscalls", config.denied_syscalls != default.denied_syscalls),
        ("deny_action", config.deny_action != default.deny_action),
    ];
    let warn = |name: &str| format!("{name} is set, but enable_wasi is false: it has no effect");
    idle.iter().filter(|(_, set)| *set).map(|(name, _)| warn(name)).collect()
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
            deny |= sockets();
        }
        if !filesystem_access {
            deny |= files();
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

    /// Whether a guest may make the call.
    pub fn permits(&self, call: Syscall) -> bool {
        self.allowed & (1 << call.index()) != 0
    }

    /// Whether a function of this name may be called; a name that is no preview 1 call is none of the policy's business.
    pub fn allows(&self, name: &str) -> bool {
        Syscall::named(name).is_none_or(|call| self.permits(call))
    }

    pub fn deny_action(&self) -> DenyAction {
        self.action
    }

    /// What the settings promise and this policy, which was made of them, takes away: hardly meant, so the host is told.
    pub fn contradictions(&self, config: &Config) -> Vec<String> {
        if !config.enable_wasi {
            return without_wasi(config);
        }
        if self.allowed == 0 {
            return vec![
                "the syscall policy denies every WASI call; with enable_wasi false modules that import one are not loaded".into(),
            ];
        }
        let files = config.filesystem_access;
        let opens = files && self.allows("path_open");
        let writable = opens && config.allowed_directories.iter().any(|d| !d.read_only);
        let denies = |call: &str| !self.allows(call);
        let network = "network_access is true, but the syscall policy denies sock_send: no guest can use a socket";
        let promises = [
            (files && !opens, "filesystem_access is true, but the syscall policy denies path_open: no guest can open a file"),
            (config.network_access && denies("sock_send"), network),
            (
                opens && denies("fd_read") && denies("fd_write"),
                "filesystem_access is true, but the syscall policy denies fd_read and fd_write: guests open files in vain",
            ),
            (
                writable && self.read_only,
                "allowed_directories has a writable one, but the syscall policy lets no guest write files",
            ),
            (
                writable && !self.read_only && denies("fd_write") && denies("fd_pwrite"),
                "allowed_directories has a writable one, but the syscall policy denies fd_write and fd_pwrite: no guest can write to a file",
            ),
        ];
        let broken = promises.into_iter().filter(|(broken, _)| *broken).map(|(_, text)| text.to_string());
        self.denied_entries(config).chain(broken).collect()
    }

    /// The entries of the allow list of which nothing is left, each with what denies it.
    fn denied_entries<'a>(&'a self, config: &'a Config) -> impl Iterator<Item = String> + 'a {
        let by_list = config.denied_syscalls.iter().filter_map(|entry| entry_bits("denied_syscalls", entry).ok());
        let by_list = by_list.fold(0, |all, bits| all | bits);
        let causes = [
            ("denied_syscalls", by_list),
            ("filesystem_access = false", if config.filesystem_access { 0 } else { files() }),
            ("network_access = false", if config.network_access { 0 } else { sockets() }),
        ];
        config.allowed_syscalls.iter().filter_map(move |entry| {
            let bits = entry_bits("allowed_syscalls", entry).ok().filter(|bits| bits & self.allowed == 0)?;
            let causes: Vec<&str> = causes.iter().filter(|(_, denied)| denied & bits != 0).map(|(name, _)| *name).collect();
            let (entry, causes) = (error::escape(entry, 128), causes.join(" and "));
            Some(format!("{entry} is in allowed_syscalls, but denied by {causes}"))
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(allowed: &[&str], denied: &[&str], net: bool, fs: bool) -> Result<SyscallPolicy> {
        let owned = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
        SyscallPolicy::from_config(true, &owned(allowed), &owned(denied), net, fs, DenyAction::Errno)
    }

    fn warnings(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut c = Config { network_access: true, ..Config::default() };
        (c.allowed_syscalls, c.denied_syscalls) = (Vec::new(), Vec::new());
        change(&mut c);
        let (allowed, denied) = (&c.allowed_syscalls, &c.denied_syscalls);
        let policy =
            SyscallPolicy::from_config(c.enable_wasi, allowed, denied, c.network_access, c.filesystem_access, c.deny_action);
        policy.unwrap().contradictions(&c)
    }

    fn lists(allowed: &[&str], denied: &[&str]) -> (Vec<String>, Vec<String>) {
        let owned = |list: &[&str]| list.iter().map(|s| s.to_string()).collect();
        (owned(allowed), owned(denied))
    }

    #[test]
    fn promises_that_the_policy_takes_away() {
        let with =
            |allowed: &[&str], denied: &[&str]| warnings(|c| (c.allowed_syscalls, c.denied_syscalls) = lists(allowed, denied));
        assert_eq!(with(&[], &[]), [""; 0]);
        for (allowed, denied, parts) in [
            (&[][..], &["path_open"][..], &["no guest can open a file"][..]),
            (&[], &["path_*"], &["no guest can open a file"]),
            (&[], &["@fs_read"], &["no guest can open a file"]),
            (&[], &["@net"], &["no guest can use a socket"]),
            (&[], &["sock_s*"], &["no guest can use a socket"]),
            (&[], &["@fs_write"], &["lets no guest write files"]),
            (&[], &["fd_read", "fd_write", "fd_pwrite"], &["in vain", "fd_write and fd_pwrite"]),
            (&[], &["fd_write", "fd_pwrite"], &["fd_write and fd_pwrite"]),
            (&["*"], &["fd_pwrite", "fd_read", "random_get"], &[]),
            (&["*"], &["*"], &["denies every WASI call"]),
            (&[], &["fd_*", "path_*", "sock_*", "@startup", "proc_*"], &["denies every WASI call"]),
            (&["*", "random_get"], &["random_get"], &["random_get is in allowed_syscalls, but denied by denied_syscalls"]),
            (&["*", "clock_*", "@clock"], &["clock_*"], &["clock_* is in allowed_syscalls, but denied by denied_syscalls"]),
            (&["*", "@clock"], &["@startup"], &["@clock is in allowed_syscalls, but denied by denied_syscalls"]),
        ] {
            let found = with(allowed, denied);
            assert!(found.len() == parts.len(), "{allowed:?} {denied:?}: {found:?}");
            assert!(found.iter().zip(parts).all(|(text, part)| text.contains(part)), "{found:?}");
        }
        let off = |allowed: &[&str], denied: &[&str]| {
            warnings(|c| {
                (c.allowed_syscalls, c.denied_syscalls) = lists(allowed, denied);
                (c.filesystem_access, c.network_access) = (false, false);
            })
        };
        assert_eq!(off(&[], &[]), [""; 0]);
        assert_eq!(off(&["path_*", "@fs_read"], &[]), ["path_* is in allowed_syscalls, but denied by filesystem_access = false"]);
        assert_eq!(off(&["@net"], &[]), ["@net is in allowed_syscalls, but denied by network_access = false"]);
        assert_eq!(
            off(&["@net"], &["sock_send"]),
            ["@net is in allowed_syscalls, but denied by denied_syscalls and network_access = false"]
        );
        let read_only = |c: &mut Config| {
            c.denied_syscalls = vec!["@fs_write".into()];
            c.allowed_directories[0].read_only = true;
        };
        assert_eq!(warnings(read_only), [""; 0]);
    }

    #[test]
    fn lists_without_wasi_have_no_effect() {
        let plain = Config { enable_wasi: false, ..Config::default() };
        assert_eq!(warnings(|c| *c = plain.clone()), [""; 0]);
        let changed =
            |c: &mut Config| *c = Config { deny_action: DenyAction::Trap, allowed_syscalls: Vec::new(), ..plain.clone() };
        let expected =
            ["allowed_syscalls", "deny_action"].map(|n| format!("{n} is set, but enable_wasi is false: it has no effect"));
        assert_eq!(warnings(changed), expected);
    }

    /// The header, which says what the groups stand for, says what they do.
    #[test]
    fn groups_are_those_of_the_header_and_of_the_documentation() {
        let header = include_str!("../../include/dwcp_wasm.h").replace("\n * ", " ");
        let page = include_str!("../../docs/configuration.md");
        for (group, calls) in GROUPS {
            assert!(header.contains(&format!(" {group}: {}.", calls.join(" "))), "{group} {}", calls.join(" "));
            let cells: Vec<String> = calls.iter().map(|call| format!("`{call}`")).collect();
            assert!(page.contains(&format!("| `{group}` | {} |", cells.join(" "))), "{group}");
        }
    }

    #[test]
    fn every_group_names_calls() {
        for (group, calls) in GROUPS {
            assert!(calls.iter().all(|call| Syscall::named(call).is_some()), "{group}");
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
}
