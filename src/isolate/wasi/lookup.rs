//! Names looked up beneath a directory: no name, no link and no `..` leads out of it.
//!
//! wasmtime-wasi looks names up in the same way for its own calls. Opening is done here, because it must not wait for the other
//! end of a FIFO, which wasmtime-wasi cannot be told, and because what was opened is looked at, not what has its name.

use crate::descriptor;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use wasmtime_wasi::p1::types::Errno;

/// Symbolic links that one name may lead through, as many as Linux follows.
pub(super) const MAX_LINKS: u32 = 40;

/// How often the kernel is asked again that was disturbed by a rename.
const ATTEMPTS: u32 = 4;

/// Handles that a walk holds at once, so that no path of a guest takes up the process's descriptors.
const MAX_HELD: usize = 64;

/// What is created may be read and written by whom the process's mask lets.
const NEW_FILE: libc::mode_t = 0o666;

/// A path as the system takes it.
pub(super) struct Name(SmallVec<[u8; 128]>);

impl Name {
    pub(super) fn new(path: &str) -> Result<Self, Errno> {
        if path.as_bytes().contains(&0) {
            return Err(Errno::Inval);
        }
        let mut bytes = SmallVec::with_capacity(path.len() + 1);
        bytes.extend_from_slice(path.as_bytes());
        bytes.push(0);
        Ok(Name(bytes))
    }

    fn c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.0).unwrap_or_default()
    }

    /// Whether it names an entry of the directory itself.
    fn is_single(&self) -> bool {
        let name = self.c_str().to_bytes();
        !matches!(name, b"" | b"." | b"..") && !name.contains(&b'/')
    }
}

/// Opens what the name stands for beneath `dir`, with `O_CLOEXEC` and under no number of a standard stream. It is not followed
/// if it is a link and `flags` has `O_NOFOLLOW`.
pub(super) fn open(dir: RawFd, name: &Name, flags: i32) -> io::Result<OwnedFd> {
    let opened = match openat2(dir, name.c_str(), flags | libc::O_CLOEXEC) {
        Err(e) if is_unavailable(&e) => walk(dir, name.c_str().to_bytes(), flags | libc::O_CLOEXEC),
        done => done,
    };
    descriptor::lifted(opened?)
}

/// Opens the directory itself once more, to be read: its handle may be a name only.
pub(super) fn reopen(dir: RawFd) -> io::Result<OwnedFd> {
    descriptor::lifted(openat(dir, c".", libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC)?)
}

/// What the name stands for beneath `dir`, without opening it.
pub(super) fn look(dir: RawFd, name: &Name, follow: bool) -> io::Result<libc::stat> {
    if name.is_single() {
        // Nothing is followed, so nothing leads elsewhere.
        let seen = stat(|at| {
            // SAFETY: the name is NUL-terminated and `at` has room for what the call writes.
            unsafe { libc::fstatat(dir, name.c_str().as_ptr(), at, libc::AT_SYMLINK_NOFOLLOW) }
        })?;
        if !follow || kind(&seen) != libc::S_IFLNK {
            return Ok(seen);
        }
    }
    let handle = open(dir, name, libc::O_PATH | if follow { 0 } else { libc::O_NOFOLLOW })?;
    stat_of(handle.as_raw_fd())
}

pub(super) fn stat_of(fd: RawFd) -> io::Result<libc::stat> {
    // SAFETY: the call takes any number; `at` has room for what it writes.
    stat(|at| unsafe { libc::fstat(fd, at) })
}

fn stat(call: impl FnOnce(*mut libc::stat) -> i32) -> io::Result<libc::stat> {
    let mut stat = MaybeUninit::uninit();
    if call(stat.as_mut_ptr()) != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call says that it has written.
    Ok(unsafe { stat.assume_init() })
}

/// The kind of what was looked at: one of `S_IFREG` and so on.
pub(super) fn kind(stat: &libc::stat) -> libc::mode_t {
    stat.st_mode & libc::S_IFMT
}

/// Whether the kernel cannot say, and the name has to be walked: it does not know the call, a filter of system calls forbids
/// it, or renames disturbed it again and again. A name that is refused with the same number is refused again by the walk.
fn is_unavailable(e: &io::Error) -> bool {
    matches!(e.raw_os_error(), Some(libc::ENOSYS | libc::EPERM | libc::EAGAIN))
}

fn openat2(dir: RawFd, path: &CStr, flags: i32) -> io::Result<OwnedFd> {
    static MISSING: AtomicBool = AtomicBool::new(false);
    #[repr(C)]
    struct How {
        flags: u64,
        mode: u64,
        resolve: u64,
    }
    if MISSING.load(Ordering::Relaxed) {
        return Err(io::Error::from_raw_os_error(libc::ENOSYS));
    }
    let mode = if flags & libc::O_CREAT == 0 { 0 } else { NEW_FILE };
    let resolve = libc::RESOLVE_BENEATH | libc::RESOLVE_NO_MAGICLINKS;
    let how = How { flags: u64::from(flags.cast_unsigned()), mode: mode.into(), resolve };
    for _ in 0..ATTEMPTS {
        // SAFETY: the path is NUL-terminated, and `how` is what the call takes, with its size.
        let opened = unsafe { libc::syscall(libc::SYS_openat2, dir, path.as_ptr(), &raw const how, size_of::<How>()) };
        match owned(opened as RawFd) {
            Err(e) if matches!(e.raw_os_error(), Some(libc::EAGAIN | libc::EINTR)) => {}
            Err(e) => {
                MISSING.fetch_or(e.raw_os_error() == Some(libc::ENOSYS), Ordering::Relaxed);
                return Err(e);
            }
            opened => return opened,
        }
    }
    Err(io::Error::from_raw_os_error(libc::EAGAIN))
}

fn openat(dir: RawFd, name: &CStr, flags: i32) -> io::Result<OwnedFd> {
    // SAFETY: the name is NUL-terminated; the mode is read if something is created only.
    owned(unsafe { libc::openat(dir, name.as_ptr(), flags, NEW_FILE) })
}

fn owned(fd: RawFd) -> io::Result<OwnedFd> {
    match fd {
        -1 => Err(io::Error::last_os_error()),
        // SAFETY: it was opened just now and is owned by nobody else.
        fd => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
    }
}

/// Opens a name part by part, where the kernel does not look it up beneath a directory by itself. A handle is held of each
/// directory on the way, and `..` goes back to the one before it: whatever is renamed meanwhile, no part is looked up above
/// `root`, and no part is a link that the kernel follows. Only so many handles are held: a name that goes back further is too long.
fn walk(root: RawFd, path: &[u8], flags: i32) -> io::Result<OwnedFd> {
    let fails = |code| Err(io::Error::from_raw_os_error(code));
    let follows = flags & libc::O_NOFOLLOW == 0 && flags & (libc::O_CREAT | libc::O_EXCL) != libc::O_CREAT | libc::O_EXCL;
    let (mut parts, mut links) = (Vec::new(), 0);
    let (mut way, mut let_go) = (VecDeque::new(), false);
    if path.is_empty() {
        return fails(libc::ENOENT);
    }
    let mut ends_in_directory = push(&mut parts, path)?;
    while let Some(part) = parts.pop() {
        let top = way.back().map_or(root, OwnedFd::as_raw_fd);
        match part.to_bytes() {
            b"." => continue,
            b".." if let_go && way.len() == 1 => return fails(libc::ENAMETOOLONG),
            b".." if way.pop_back().is_none() => return fails(libc::EXDEV),
            b".." => continue,
            _ => {}
        }
        let is_last = parts.is_empty() && !ends_in_directory;
        let wanted = if is_last { flags } else { libc::O_PATH | libc::O_CLOEXEC };
        let (found, is_wanted) = match openat(top, &part, wanted | libc::O_NOFOLLOW) {
            Ok(found) => (found, true),
            // A link, which is followed.
            Err(e) if is_last && follows && e.raw_os_error() == Some(libc::ELOOP) => {
                (openat(top, &part, libc::O_PATH | libc::O_NOFOLLOW | libc::O_CLOEXEC)?, false)
            }
            Err(e) => return Err(e),
        };
        match kind(&stat_of(found.as_raw_fd())?) {
            libc::S_IFLNK if is_last && !follows => return Ok(found),
            link if link == libc::S_IFLNK || !is_wanted => {
                links += 1;
                if links > MAX_LINKS {
                    return fails(libc::ELOOP);
                }
                if link == libc::S_IFLNK {
                    let leads = push(&mut parts, &read_link(&found)?)?;
                    ends_in_directory |= is_last && leads;
                } else {
                    // Something else has taken the place of the link.
                    parts.push(part);
                }
            }
            _ if is_last => return Ok(found),
            libc::S_IFDIR => {
                way.push_back(found);
                if way.len() > MAX_HELD {
                    drop(way.pop_front());
                    let_go = true;
                }
            }
            _ => return fails(libc::ENOTDIR),
        }
    }
    openat(way.back().map_or(root, OwnedFd::as_raw_fd), c".", flags & !libc::O_NOFOLLOW)
}

/// Puts the parts of a path on top of those to come, the first one last; whether it can only end in a directory.
fn push(parts: &mut Vec<CString>, path: &[u8]) -> io::Result<bool> {
    if path.starts_with(b"/") {
        return Err(io::Error::from_raw_os_error(libc::EXDEV));
    }
    for part in path.split(|byte| *byte == b'/').rev().filter(|part| !part.is_empty()) {
        parts.push(CString::new(part)?);
    }
    Ok(path.ends_with(b"/"))
}

fn read_link(link: &OwnedFd) -> io::Result<Vec<u8>> {
    let mut target = vec![0; libc::PATH_MAX as usize];
    // SAFETY: the empty name stands for the link itself; the pointer and length are those of a live buffer.
    let len = unsafe { libc::readlinkat(link.as_raw_fd(), c"".as_ptr(), target.as_mut_ptr().cast(), target.len()) };
    target.truncate(usize::try_from(len).map_err(|_| io::Error::last_os_error())?);
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_walk_holds_few_handles() -> io::Result<()> {
        let tmp = tempfile::tempdir()?;
        let deep = |n: usize| "d/".repeat(n);
        std::fs::create_dir_all(tmp.path().join(deep(MAX_HELD * 4)))?;
        std::fs::write(tmp.path().join("f"), "")?;
        let dir = File::open(tmp.path())?;
        let walked = |name: String| walk(dir.as_raw_fd(), name.as_bytes(), libc::O_RDONLY).map_err(|e| e.raw_os_error());
        let lowest = || File::open("/").map(|file| file.as_raw_fd());
        let before = lowest()?;
        assert!(walked(deep(MAX_HELD * 4)).is_ok_and(|fd| fd.as_raw_fd() < before + MAX_HELD as i32 * 2));
        assert!(walked(deep(MAX_HELD) + &"../".repeat(MAX_HELD) + "f").is_ok());
        assert!(walked(deep(MAX_HELD * 4) + &"../".repeat(MAX_HELD - 1) + "d").is_ok());
        assert_eq!(walked(deep(MAX_HELD) + &"../".repeat(MAX_HELD + 1) + "f").err(), Some(Some(libc::EXDEV)));
        for back in [MAX_HELD, MAX_HELD * 4, MAX_HELD * 4 + 1] {
            assert_eq!(walked(deep(MAX_HELD * 4) + &"../".repeat(back) + "f").err(), Some(Some(libc::ENAMETOOLONG)));
        }
        Ok(())
    }

    /// What the kernel says of a name, and what a walk does.
    #[test]
    fn a_walk_ends_where_the_kernel_does() -> io::Result<()> {
        let tmp = tempfile::tempdir()?;
        let root = tmp.path().join("root");
        std::fs::create_dir_all(root.join("d/e"))?;
        for file in ["f", "d/f", "d/e/f", "../secret"] {
            std::fs::write(root.join(file), "")?;
        }
        for (to, link) in [
            ("f", "to_f"),
            ("d", "to_d"),
            ("d/", "to_d_slash"),
            ("to_d/e/../f", "around"),
            ("loop", "loop"),
            ("../secret", "out"),
            ("/etc/passwd", "absolute"),
            ("none", "dangling"),
            ("../d/../../secret", "d/out"),
        ] {
            symlink(to, root.join(link))?;
        }
        let dir = File::open(&root)?;
        let identity = |opened: io::Result<OwnedFd>| match opened.and_then(|fd| stat_of(fd.as_raw_fd())) {
            Ok(stat) => Ok((stat.st_dev, stat.st_ino)),
            Err(e) => Err(e.raw_os_error()),
        };
        const STARTS: [&str; 13] =
            ["f", "d", "to_f", "to_d", "to_d_slash", "around", "loop", "out", "absolute", "dangling", "d/out", "none", "."];
        const ENDS: [&str; 9] = ["", "/", "/.", "/..", "/../f", "/f", "//f", "/e/../f", "/../../secret"];
        let mut compared = 0;
        for name in
            STARTS.iter().flat_map(|start| ENDS.iter().map(move |end| format!("{start}{end}"))).chain(["".into(), "/f".into()])
        {
            let name = Name::new(&name).unwrap();
            for flags in
                [libc::O_PATH, libc::O_PATH | libc::O_NOFOLLOW, libc::O_RDONLY, libc::O_RDONLY | libc::O_NOFOLLOW, libc::O_RDWR]
            {
                let flags = flags | libc::O_CLOEXEC;
                let kernel = openat2(dir.as_raw_fd(), name.c_str(), flags);
                if kernel.as_ref().is_err_and(|e| e.raw_os_error() == Some(libc::ENOSYS)) {
                    return Ok(());
                }
                let walked = walk(dir.as_raw_fd(), name.c_str().to_bytes(), flags);
                assert_eq!(identity(kernel), identity(walked), "{:?} {flags:#o}", name.c_str());
                compared += 1;
            }
        }
        assert!(compared > 500);
        Ok(())
    }
}
