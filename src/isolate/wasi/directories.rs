//! Which host directories a guest sees, and how they are opened without being led elsewhere.

use super::lookup::MAX_LINKS;
use super::sandbox::{Allowed, SandboxLimits};
use crate::config::Directory;
use crate::descriptor;
use crate::error::{Error, Result, Status};
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// A directory that the guest will find opened.
#[derive(Debug)]
pub(super) struct Preopen {
    /// Without a symbolic link.
    host: PathBuf,
    guest: String,
    read_only: bool,
    /// Given for this call, so it has to be there; else one of the runtime's, which may be missing.
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
        let preopen =
            |d: &Allowed| Preopen { host: d.host.clone(), guest: d.guest.clone(), read_only: d.read_only, explicit: false };
        return Ok(limits.allowed.iter().map(preopen).collect());
    }
    given.iter().map(|d| check(d, &limits.allowed)).collect()
}

fn check(given: &Directory, allowed: &[Allowed]) -> Result<Preopen> {
    let host = settle(given, allowed)?;
    if !host.is_dir() {
        return Err(failed(&given.host, &io::Error::from(io::ErrorKind::NotADirectory)));
    }
    let Some(innermost) = innermost(&host, allowed) else {
        return Err(refused(given, "it is not within allowed_directories"));
    };
    if !given.read_only {
        if innermost.read_only {
            return Err(refused(given, "allowed_directories has it read-only"));
        }
        if let Some(inner) = allowed.iter().find(|d| d.read_only && d.host.starts_with(&host)) {
            let why = format!("allowed_directories has \"{}\" in it read-only", inner.host.display());
            return Err(refused(given, &why));
        }
    }
    Ok(Preopen { host, guest: given.guest.clone(), read_only: given.read_only, explicit: true })
}

/// The path without symbolic links. Those on the way are the host's, but for what lies where guests may write: there one of them
/// may have put a link to a directory that was given to another.
fn settle(given: &Directory, allowed: &[Allowed]) -> Result<PathBuf> {
    let failed = |e: &io::Error| failed(&given.host, e);
    let mut parts: Vec<OsString> = Vec::new();
    let put = |parts: &mut Vec<OsString>, path: &Path| {
        parts.extend(path.components().rev().map(|part| part.as_os_str().to_owned()));
    };
    put(&mut parts, Path::new(&given.host));
    let (mut host, mut links) = (PathBuf::new(), 0);
    while let Some(part) = parts.pop() {
        if part == ".." {
            host.pop();
            continue;
        }
        // A path that begins at the root replaces what there was.
        let next = host.join(&part);
        if !std::fs::symlink_metadata(&next).map_err(|e| failed(&e))?.is_symlink() {
            host = next;
            continue;
        }
        if innermost(&host, allowed).is_some_and(|d| !d.read_only) {
            return Err(failed(&io::Error::other("a symbolic link lies on the way to it, where guests may write")));
        }
        links += 1;
        if links > MAX_LINKS {
            return Err(failed(&io::Error::from_raw_os_error(libc::ELOOP)));
        }
        put(&mut parts, &std::fs::read_link(&next).map_err(|e| failed(&e))?);
    }
    Ok(host)
}

/// The innermost of the runtime's directories that contain `host` speaks for it: a writable one inside a read-only one is writable.
fn innermost<'a>(host: &Path, allowed: &'a [Allowed]) -> Option<&'a Allowed> {
    let containing = allowed.iter().filter(|d| host.starts_with(&d.host));
    containing.max_by_key(|d| d.host.components().count())
}

fn refused(d: &Directory, why: &str) -> Error {
    Error::argument("directory", format!("\"{}\": {why}", d.host))
}

fn failed(host: &str, e: &io::Error) -> Error {
    Error::new(Status::IO, format!("directory \"{host}\": {e}"))
}

/// Opens the directories into `builder`; says how many there were to open.
pub(super) fn open(preopens: &[Preopen], builder: &mut WasiCtxBuilder, force_read_only: bool) -> Result<usize> {
    if preopens.is_empty() {
        return Ok(0);
    }
    descriptor::above_standard(|| {
        preopens.iter().try_fold(0, |opened, preopen| Ok(opened + usize::from(preopen.open(builder, force_read_only)?)))
    })
}

impl Preopen {
    /// Opens the directory into `builder`; `Ok(false)` if it is not there and need not be.
    fn open(&self, builder: &mut WasiCtxBuilder, force_read_only: bool) -> Result<bool> {
        let perms = if self.read_only || force_read_only { FsPerms::ReadOnly } else { FsPerms::ReadWrite };
        let failed = |e: &io::Error| failed(&self.host.to_string_lossy(), e);
        let handle = match self.pin() {
            Ok(handle) => handle,
            Err(e) if !self.explicit && matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(false);
            }
            Err(e) => return Err(failed(&e)),
        };
        match builder.preopened_dir(format!("/proc/self/fd/{}", handle.as_raw_fd()), &self.guest, perms) {
            Ok(_) => Ok(true),
            Err(e) => Err(failed(&e.downcast::<io::Error>().unwrap_or_else(|other| io::Error::other(other.to_string())))),
        }
    }

    /// Holds the directory that was meant. A guest that may write above it could since have put a symbolic link in its
    /// place, so none is followed. A kernel without `openat2`, or a host that forbids it, is asked for the name of what was
    /// opened instead, which takes longer.
    fn pin(&self) -> io::Result<File> {
        let swapped = || io::Error::other("another directory has taken its place");
        match open_without_links(&self.host) {
            Err(e) if matches!(e.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)) => {}
            Err(e) if e.raw_os_error() == Some(libc::ELOOP) => return Err(swapped()),
            opened => return opened,
        }
        let file = File::options().read(true).custom_flags(PINNED).open(&self.host)?;
        let real = std::fs::read_link(Path::new("/proc/self/fd").join(file.as_raw_fd().to_string()))?;
        if real != self.host { Err(swapped()) } else { Ok(file) }
    }
}

const PINNED: i32 = libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC;

/// Opens a directory by a path without any symbolic link in it.
fn open_without_links(path: &Path) -> io::Result<File> {
    let path = std::ffi::CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: all of the struct is integers, for which zero is a value.
    let mut how: libc::open_how = unsafe { std::mem::zeroed() };
    how.flags = u64::from(PINNED.cast_unsigned());
    how.resolve = libc::RESOLVE_NO_SYMLINKS;
    // SAFETY: the path ends with a NUL, the struct is as large as is said, and a descriptor that comes back is new.
    unsafe {
        match libc::syscall(libc::SYS_openat2, libc::AT_FDCWD, path.as_ptr(), &raw const how, size_of::<libc::open_how>()) {
            -1 => Err(io::Error::last_os_error()),
            fd => Ok(File::from_raw_fd(fd as i32)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::limits;
    use super::*;

    fn dir(host: &Path, read_only: bool) -> Directory {
        Directory { host: host.to_str().unwrap_or_default().to_owned(), guest: "/".into(), read_only }
    }

    #[test]
    fn only_within_the_runtimes_and_no_less_strict() -> io::Result<()> {
        let tmp = tempfile::tempdir()?;
        let (strict, open) = (tmp.path().join("strict"), tmp.path().join("strict/open"));
        std::fs::create_dir_all(open.join("deep"))?;
        std::fs::create_dir_all(tmp.path().join("strict-not"))?;
        std::fs::write(open.join("file"), "")?;
        for (to, link) in
            [("../../strict-not", "open/link"), ("deep", "open/near"), ("../strict-not", "out"), ("open/deep", "near")]
        {
            std::os::unix::fs::symlink(to, strict.join(link))?;
        }
        let l = limits(&[(&strict, "/s", true), (&open, "/o", false), (&tmp.path().join("missing"), "/m", false)]);
        let status = |d: Directory| resolve(&[d], &l).map(drop).map_err(|e| e.status());
        assert_eq!(status(dir(&open, false)), Ok(()));
        assert_eq!(status(dir(&open.join("./deep/.."), true)), Ok(()));
        assert_eq!(status(dir(&open.join("deep"), false)), Ok(()));
        assert_eq!(status(dir(&strict, true)), Ok(()));
        assert_eq!(status(dir(&strict, false)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(&open.join(".."), false)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(&tmp.path().join("strict-not"), true)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(&strict.join("out"), true)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(&strict.join("near"), false)), Ok(()));
        // Where guests may write, one of them may have made the link.
        for link in ["link", "near", "near/."] {
            assert_eq!(status(dir(&open.join(link), true)), Err(Status::IO));
        }
        assert_eq!(status(dir(tmp.path(), true)), Err(Status::INVALID_ARGUMENT));
        assert_eq!(status(dir(&open.join("none"), true)), Err(Status::IO));
        assert_eq!(status(dir(&open.join("file"), true)), Err(Status::IO));
        assert_eq!(resolve(&[], &l).map(|p| p.len()).ok(), Some(3), "a missing one is skipped when it is opened");
        let e = resolve(&[dir(tmp.path(), true)], &l).unwrap_err();
        assert!(e.message().contains(&tmp.path().display().to_string()), "{e}");
        let off = SandboxLimits { filesystem_access: false, ..limits(&[(&open, "/", false)]) };
        assert!(resolve(&[], &off).is_ok_and(|p| p.is_empty()));
        assert!(resolve(&[dir(&open, true)], &off).unwrap_err().message().contains("filesystem_access"));
        Ok(())
    }

    #[test]
    fn a_directory_swapped_for_a_link_is_not_opened() -> io::Result<()> {
        let tmp = tempfile::tempdir()?;
        let (root, inner) = (tmp.path().join("root"), tmp.path().join("root/inner"));
        std::fs::create_dir_all(&inner)?;
        let of_call = resolve(&[dir(&inner, false)], &limits(&[(&root, "/", false)])).unwrap();
        let of_runtime = resolve(&[], &limits(&[(&inner, "/", false)])).unwrap();
        let opened = |preopens: &[Preopen]| open(preopens, &mut WasiCtxBuilder::new(), false);
        assert_eq!((opened(&of_call), opened(&of_runtime)), (Ok(1), Ok(1)));
        std::fs::remove_dir(&inner)?;
        assert_eq!((opened(&of_call).map_err(|e| e.status()), opened(&of_runtime)), (Err(Status::IO), Ok(0)));
        std::os::unix::fs::symlink("../..", &inner)?;
        for preopens in [of_call, of_runtime] {
            let e = opened(&preopens).unwrap_err();
            assert!(e.status() == Status::IO && e.message().contains("taken its place"), "{e}");
        }
        Ok(())
    }
}
