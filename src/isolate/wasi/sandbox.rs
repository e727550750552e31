//! What a runtime allows the WASI calls of its guests, and the order that it keeps among them.

use super::clocks::ClockSettings;
use super::{Interrupted, WasiHost, check_interrupt, until_next_look};
use crate::config::{Config, Directory, writable_around};
use crate::error::{Error, Result, Status};
use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a runtime allows its guests' WASI calls, and what they are given where a call says nothing of it.
#[derive(Clone, Debug)]
pub struct SandboxLimits {
    pub filesystem_access: bool,
    pub(super) allowed: Vec<Allowed>,
    /// The size in bytes past which no file grows.
    pub max_file_size: u64,
    /// Files and directories that a call may have open at once, beside the standard streams and the directories given.
    pub max_open_files: u32,
    /// Bytes that a call may write to files, or add to them.
    pub max_bytes_written: u64,
    /// Names that a call may create.
    pub max_files_created: u32,
    /// Whether output that nobody wants is logged.
    pub log_output: bool,
    pub clocks: ClockSettings,
    /// None for random bytes that follow from nothing.
    pub random_seed: Option<u64>,
}

/// A directory of the host that guests may see.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    /// Without a symbolic link, as of the making of the runtime.
    pub(super) host: PathBuf,
    pub(super) guest: String,
    pub(super) read_only: bool,
}

/// What guests, of whichever runtime, must not do at the same time to the same file. Each stands for some files: held while the size
/// of one is looked at and the file then appended to, shared while it is changed in another way that may make it larger.
static ORDER: [RwLock<()>; 256] = [const { RwLock::new(()) }; 256];

fn order(file: u64) -> &'static RwLock<()> {
    &ORDER[file as usize % ORDER.len()]
}

/// While the guard lives, no other guest makes the file larger. `file` is its identity.
pub(super) fn grows_alone<T: WasiHost>(host: &T, file: u64) -> Result<RwLockWriteGuard<'static, ()>, Interrupted> {
    patiently(host, |time| order(file).try_write_for(time))
}

/// While the guard lives, no other guest appends to the file.
pub(super) fn grows_beside_others<T: WasiHost>(host: &T, file: u64) -> Result<RwLockReadGuard<'static, ()>, Interrupted> {
    let order = order(file);
    order.try_read().map_or_else(|| patiently(host, |time| order.try_read_for(time)), Ok)
}

impl Default for SandboxLimits {
    /// File calls allowed, on no directory, without limits.
    fn default() -> Self {
        SandboxLimits {
            filesystem_access: true,
            allowed: Vec::new(),
            max_file_size: u64::MAX,
            max_open_files: u32::MAX,
            max_bytes_written: u64::MAX,
            max_files_created: u32::MAX,
            log_output: false,
            clocks: ClockSettings::System,
            random_seed: None,
        }
    }
}

impl SandboxLimits {
    /// What the configuration allows.
    pub fn from_config(config: &Config) -> Result<Self> {
        let mut limits = SandboxLimits::new(config.filesystem_access, &config.allowed_directories)?;
        (limits.max_file_size, limits.max_open_files) = (config.max_file_size, config.max_open_files);
        (limits.max_bytes_written, limits.max_files_created) = (config.max_bytes_written, config.max_files_created);
        if config.deterministic {
            (limits.clocks, limits.random_seed) = (ClockSettings::DETERMINISTIC, Some(config.random_seed));
        }
        Ok(limits)
    }

    /// No limits, and the directories. Settles where they are. A symbolic link on the way to one is followed now and never again: what a guest
    /// or the host puts there later leads no call elsewhere.
    pub fn new(filesystem_access: bool, directories: &[Directory]) -> Result<Self> {
        let allowed: Vec<Allowed> = match filesystem_access {
            true => directories.iter().map(Allowed::new).collect(),
            false => Vec::new(),
        };
        if let Some((inner, outer)) = writable_around(&allowed, |d| (&d.host, d.read_only)) {
            let text = format!(
                "allowed_directories: \"{}\" is read-only, but lies in \"{}\", which is writable",
                inner.host.display(),
                outer.host.display()
            );
            return Err(Error::new(Status::INVALID_CONFIG, text));
        }
        Ok(SandboxLimits { filesystem_access, allowed, ..SandboxLimits::default() })
    }

    /// The directories that are not there: guests will not see them, which the host may not have meant.
    pub fn missing(&self) -> Vec<String> {
        let absent = self.allowed.iter().filter(|d| !d.host.is_dir());
        absent.map(|d| format!("allowed_directories: \"{}\" is no directory: guests do not see it", d.host.display())).collect()
    }
}

/// Waits for a lock no longer than the call may last: its holder's disk may be slow.
fn patiently<T: WasiHost, G>(host: &T, attempt: impl Fn(Duration) -> Option<G>) -> Result<G, Interrupted> {
    loop {
        if let Some(guard) = attempt(until_next_look(host)) {
            return Ok(guard);
        }
        check_interrupt(host)?;
    }
}

impl Allowed {
    fn new(d: &Directory) -> Self {
        Allowed { host: settled(Path::new(&d.host)), guest: d.guest.clone(), read_only: d.read_only }
    }
}

/// The path without symbolic links, as far as it exists.
fn settled(path: &Path) -> PathBuf {
    if let Ok(real) = std::fs::canonicalize(path) {
        return real;
    }
    let Some(parent) = path.parent() else { return path.to_owned() };
    let mut real = settled(parent);
    match path.file_name() {
        Some(name) => real.push(name),
        // The path ends in "..".
        None => drop(real.pop()),
    }
    real
}

#[cfg(test)]
mod tests {
    use super::super::WasiSettings;
    use super::super::tests::{host, limits};
    use super::*;
    use std::io;
    use std::os::unix::fs::symlink;
    use std::time::Instant;

    #[test]
    fn links_are_followed_once() -> io::Result<()> {
        let tmp = tempfile::tempdir()?;
        let root = std::fs::canonicalize(tmp.path())?;
        std::fs::create_dir_all(root.join("real/deep"))?;
        symlink("real", root.join("link"))?;
        for (given, real) in [
            ("real", "real"),
            ("link", "real"),
            ("link/deep/..", "real"),
            ("link/./missing/x", "real/missing/x"),
            ("link/missing/../y", "real/y"),
            ("none", "none"),
        ] {
            let found = limits(&[(&root.join(given), "/", false)]).allowed;
            assert_eq!(found[0].host, root.join(real), "{given}");
        }
        Ok(())
    }

    #[test]
    fn read_only_is_not_writable_through_another() -> io::Result<()> {
        let tmp = tempfile::tempdir()?;
        std::fs::create_dir_all(tmp.path().join("open/strict"))?;
        std::fs::create_dir_all(tmp.path().join("open-not"))?;
        symlink("open/strict", tmp.path().join("link"))?;
        let dir = |name: &str, read_only| {
            let host = tmp.path().join(name).to_str().unwrap_or_default().to_owned();
            Directory { host, guest: name.into(), read_only }
        };
        let made = |access, dirs: &[Directory]| SandboxLimits::new(access, dirs).map(drop);
        let e = made(true, &[dir("link", true), dir("open", false)]).unwrap_err();
        assert_eq!(e.status(), Status::INVALID_CONFIG);
        assert!(e.message().contains("open/strict\" is read-only") && e.message().contains("open\", which is writable"), "{e}");
        assert_eq!(made(false, &[dir("link", true), dir("open", false)]), Ok(()));
        assert_eq!(made(true, &[dir("link", false), dir("open", true), dir("open-not", true)]), Ok(()));
        Ok(())
    }

    #[test]
    fn a_lock_is_waited_for_until_the_deadline() {
        let mut host = host(WasiSettings::default(), SandboxLimits::default());
        let held = grows_alone(&host, 7).unwrap();
        assert!(grows_alone(&host, 8).is_ok() && grows_beside_others(&host, 8).is_ok());
        let started = Instant::now();
        host.deadline = Some(started + Duration::from_millis(20));
        assert!(grows_alone(&host, 7).is_err());
        assert!(started.elapsed() >= Duration::from_millis(20));
        assert!(grows_beside_others(&host, 7).is_err());
        drop(held);
        let beside = grows_beside_others(&host, 7).unwrap();
        assert!(grows_beside_others(&host, 7).is_ok() && grows_alone(&host, 7).is_err());
        drop(beside);
        host.deadline = None;
        assert!(grows_alone(&host, 7).is_ok());
    }
}
