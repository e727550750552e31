//! Which host directories a guest sees, and how they are opened without being led elsewhere.

use super::context::SandboxLimits;
use crate::config::Directory;
use crate::error::{Error, Result, Status};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// A directory that the guest will find opened.
#[derive(Debug)]
pub(super) struct Preopen {
    host: PathBuf,
    guest: String,
    read_only: bool,
    /// Given for this call, so `host` is canonical and has to be there; else one of the runtime's, which may be missing.
    explicit: bool,
}

/// The directories of a call: those given for it, checked against the runtime's, or all of the runtime's.
pub(super) fn resolve(given: &[Directory], limits: &SandboxLimits) -> Result<Vec<Preopen>> {
    if !limits.filesystem_access {
        return match given.first() {
            None => Ok(Vec::new()),
            Some(d) => Err(refused(d, "filesystem_access is off")),
        };
    }
    if given.is_empty() {
        let all = limits.allowed_directories.iter();
        return Ok(all.map(|d| preopen(PathBuf::from(&d.host), d, false)).collect());
    }
    let allowed: Vec<(PathBuf, bool)> =
        limits.allowed_directories.iter().filter_map(|d| Some((std::fs::canonicalize(&d.host).ok()?, d.read_only))).collect();
    given.iter().map(|d| check(d, &allowed)).collect()
}

fn check(given: &Directory, allowed: &[(PathBuf, bool)]) -> Result<Preopen> {
    let host = std::fs::canonicalize(&given.host).map_err(|e| failed(&given.host, &e))?;
    if !host.is_dir() {
        return Err(failed(&given.host, &io::Error::from(io::ErrorKind::NotADirectory)));
    }
    // The innermost of the runtime's directories speaks: a read-only one inside a writable one stays read-only.
    let containing = || allowed.iter().filter(|(root, _)| host.starts_with(root));
    let Some(depth) = containing().map(|(root, _)| root.components().count()).max() else {
        return Err(refused(given, "it is not within allowed_directories"));
    };
    let writable = containing().any(|(root, read_only)| root.components().count() == depth && !read_only);
    if !given.read_only && !writable {
        return Err(refused(given, "allowed_directories has it read-only"));
    }
    Ok(preopen(host, given, true))
}

fn preopen(host: PathBuf, d: &Directory, explicit: bool) -> Preopen {
    Preopen { host, guest: d.guest.clone(), read_only: d.read_only, explicit }
}

fn refused(d: &Directory, why: &str) -> Error {
    Error::argument("directory", format!("\"{}\": {why}", d.host))
}

fn failed(host: &str, e: &io::Error) -> Error {
    Error::new(Status::IO, format!("directory \"{host}\": {e}"))
}

impl Preopen {
    /// Opens the directory into `builder`; `Ok(false)` if it is not there and need not be.
    pub(super) fn open(&self, builder: &mut WasiCtxBuilder, force_read_only: bool) -> Result<bool> {
        let perms = if self.read_only || force_read_only { FsPerms::ReadOnly } else { FsPerms::ReadWrite };
        let opened = if self.explicit {
            let handle = self.pin()?;
            builder.preopened_dir(format!("/proc/self/fd/{}", handle.as_raw_fd()), &self.guest, perms).map(drop)
        } else {
            builder.preopened_dir(&self.host, &self.guest, perms).map(drop)
        };
        let Err(e) = opened else { return Ok(true) };
        let io = match e.downcast::<io::Error>() {
            Ok(io) => io,
            Err(other) => io::Error::other(other.to_string()),
        };
        if !self.explicit && matches!(io.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
            return Ok(false);
        }
        Err(failed(&self.host.to_string_lossy(), &io))
    }

    /// Holds the directory that was checked. A guest that may write above it could since have put a symbolic link in its
    /// place, so what was opened has to carry the same name still.
    fn pin(&self) -> Result<File> {
        let name = self.host.to_string_lossy();
        let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC;
        let file = File::options().read(true).custom_flags(flags).open(&self.host).map_err(|e| failed(&name, &e))?;
        let link = Path::new("/proc/self/fd").join(file.as_raw_fd().to_string());
        let real = std::fs::read_link(link).map_err(|e| failed(&name, &e))?;
        if real != self.host {
            return Err(failed(&name, &io::Error::other("it was replaced while it was opened")));
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir(host: &Path, read_only: bool) -> Directory {
        Directory { host: host.to_str().unwrap_or_default().to_owned(), guest: "/".into(), read_only }
    }

    fn limits(allowed: Vec<Directory>) -> SandboxLimits {
        SandboxLimits { allowed_directories: allowed, ..SandboxLimits::default() }
    }

    #[test]
    fn only_within_the_runtimes_and_no_less_strict() -> io::Result<()> {
        let tmp = tempfile::tempdir()?;
        let (open, strict) = (tmp.path().join("open"), tmp.path().join("open/strict"));
        std::fs::create_dir_all(strict.join("deep"))?;
        std::fs::create_dir_all(tmp.path().join("open-not"))?;
        std::fs::write(open.join("file"), "")?;
        std::os::unix::fs::symlink("../open-not", open.join("link"))?;
        let l = limits(vec![dir(&open, false), dir(&strict, true), dir(&tmp.path().join("missing"), false)]);
        let status = |d: Directory| resolve(&[d], &l).map(drop).map_err(|e| e.status());
        assert_eq!(status(dir(&open, false)), Ok(()));
        assert_eq!(status(dir(&open.join("./strict/.."), true)), Ok(()));
        assert_eq!(status(dir(&strict.join("deep"), true)), Ok(()));
        assert_eq!(status(dir(&strict, false)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(&strict.join("deep"), false)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(&tmp.path().join("open-not"), true)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(&open.join("link"), true)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(tmp.path(), true)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(&open.join("none"), true)), Err(Status::IO));
        assert_eq!(status(dir(&open.join("file"), true)), Err(Status::IO));
        assert_eq!(resolve(&[], &l).map(|p| p.len()).ok(), Some(3), "a missing one is skipped when it is opened");
        let e = resolve(&[dir(tmp.path(), true)], &l).unwrap_err();
        assert!(e.message().contains(&tmp.path().display().to_string()), "{e}");
        let off = SandboxLimits { filesystem_access: false, ..limits(vec![dir(&open, false)]) };
        assert!(resolve(&[], &off).is_ok_and(|p| p.is_empty()));
        assert!(resolve(&[dir(&open, true)], &off).unwrap_err().message().contains("filesystem_access"));
        Ok(())
    }

    #[test]
    fn a_directory_swapped_after_its_check_is_not_opened() -> io::Result<()> {
        let tmp = tempfile::tempdir()?;
        let (root, inner) = (tmp.path().join("root"), tmp.path().join("root/inner"));
        std::fs::create_dir_all(&inner)?;
        let preopens = resolve(&[dir(&inner, false)], &limits(vec![dir(&root, false)])).unwrap();
        assert_eq!(preopens[0].open(&mut WasiCtxBuilder::new(), false), Ok(true));
        std::fs::remove_dir(&inner)?;
        std::os::unix::fs::symlink("../..", &inner)?;
        let e = preopens[0].open(&mut WasiCtxBuilder::new(), false).unwrap_err();
        assert!(e.status() == Status::IO && e.message().contains("replaced"), "{e}");
        Ok(())
    }
}
