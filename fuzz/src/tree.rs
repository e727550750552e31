//! The host's directories: one that guests may change, one that they may look at, and what they must never reach.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What the files outside say. It must come into the memory of no guest.
pub const SECRET: &[u8] = b"no guest has ever read this";

/// What the writable directory has in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Contents {
    /// The size of the largest file.
    pub largest: u64,
    /// Those of all files together, however many names they have.
    pub bytes: u64,
    /// Files, directories and links.
    pub names: usize,
}

pub struct Tree {
    root: TempDir,
    names: Vec<Vec<u8>>,
    beginning: Contents,
    /// All that guests must not change, as it was.
    outside: String,
}

impl Tree {
    pub fn new() -> io::Result<Tree> {
        let root = TempDir::with_prefix("dwcp-wasi-calls-")?;
        let at = |name: &str| root.path().join(name);
        for dir in ["out", "out/deep", "w", "r", "r/d"] {
            fs::create_dir(at(dir))?;
        }
        for file in ["secret", "out/secret", "out/deep/f"] {
            fs::write(at(file), SECRET)?;
        }
        for file in ["r/f", "r/d/f"] {
            fs::write(at(file), "inside")?;
        }
        symlink("../secret", at("r/out"))?;
        symlink("d", at("r/ind"))?;
        let names = names(root.path());
        let mut tree = Tree { root, names, beginning: Contents::default(), outside: String::new() };
        tree.fill()?;
        tree.beginning = tree.reset()?;
        tree.outside = tree.look()?;
        Ok(tree)
    }

    pub fn writable(&self) -> PathBuf {
        self.root.path().join("w")
    }

    pub fn read_only(&self) -> PathBuf {
        self.root.path().join("r")
    }

    /// Names by which guests try to get out, and some by which they stay.
    pub fn names(&self) -> &[Vec<u8>] {
        &self.names
    }

    /// What has changed that must not.
    pub fn change(&self) -> io::Result<Option<String>> {
        let now = self.look()?;
        if now == self.outside {
            return Ok(None);
        }
        let gone = self.outside.lines().filter(|line| !now.lines().any(|l| l == *line)).map(|line| format!("- {line}\n"));
        let new = now.lines().filter(|line| !self.outside.lines().any(|l| l == *line)).map(|line| format!("+ {line}\n"));
        Ok(Some(gone.chain(new).collect()))
    }

    /// Everything but what is in the writable directory, with what changes when anybody touches it. Reading is not among that.
    fn look(&self) -> io::Result<String> {
        let mut seen = String::new();
        self.look_at(self.root.path(), &mut seen)?;
        Ok(seen)
    }

    fn look_at(&self, path: &Path, seen: &mut String) -> io::Result<()> {
        let meta = fs::symlink_metadata(path)?;
        let writable = path == self.writable();
        let changes = match writable {
            // Its own times and links are those of what is in it.
            true => String::new(),
            false => format!(
                "{} links, {} bytes, modified {}.{:09}, changed {}.{:09}",
                meta.nlink(),
                meta.size(),
                meta.mtime(),
                meta.mtime_nsec(),
                meta.ctime(),
                meta.ctime_nsec()
            ),
        };
        *seen += &format!("{}: mode {:o}, inode {}, {changes}\n", path.display(), meta.mode(), meta.ino());
        if meta.is_dir() && !writable {
            let mut entries = fs::read_dir(path)?.map(|e| Ok(e?.path())).collect::<io::Result<Vec<_>>>()?;
            entries.sort();
            for entry in entries {
                self.look_at(&entry, seen)?;
            }
        }
        Ok(())
    }

    /// What the writable directory has each time before a guest comes.
    pub fn beginning(&self) -> Contents {
        self.beginning
    }

    /// Makes the writable directory what it was in the beginning; gives what was there.
    pub fn reset(&self) -> io::Result<Contents> {
        let mut found = Contents::default();
        empty(&self.writable(), &mut found)?;
        self.fill()?;
        Ok(found)
    }

    fn fill(&self) -> io::Result<()> {
        let at = |name: &str| self.writable().join(name);
        for dir in ["d", "d/e", "empty"] {
            fs::create_dir(at(dir))?;
        }
        for file in ["f", "d/f", "d/e/f"] {
            fs::write(at(file), "inside")?;
        }
        let root = self.root.path();
        for (to, name) in [
            (root.join("secret"), "abs"),
            (root.join("out"), "absd"),
            ("../secret".into(), "rel"),
            ("../out".into(), "reld"),
            ("../new".into(), "new"),
            ("..".into(), "up"),
            ("../..".into(), "d/up"),
            ("../f".into(), "d/back"),
            (".".into(), "dot"),
            ("loop".into(), "loop"),
            ("rel".into(), "chain"),
            ("f".into(), "in"),
            ("d".into(), "ind"),
            ("/proc/self/root".into(), "proc"),
        ] {
            symlink(to, at(name))?;
        }
        let fifo = CString::new(at("fifo").as_os_str().as_bytes())?;
        // SAFETY: the name is a string of C.
        match unsafe { libc::mkfifo(fifo.as_ptr(), 0o600) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

fn names(root: &Path) -> Vec<Vec<u8>> {
    const NAMES: &[&str] = &[
        "f",
        "d",
        "d/f",
        "d/e",
        "d/e/f",
        "e",
        "a",
        "b",
        "c",
        "empty",
        "abs",
        "absd",
        "rel",
        "reld",
        "new",
        "up",
        "d/up",
        "d/back",
        "dot",
        "loop",
        "chain",
        "in",
        "ind",
        "proc",
        "fifo",
        "out",
        "secret",
        ".",
        "..",
        "/",
        "//",
        "",
        "./",
        "../",
        "./..",
        "../secret",
        "../out/secret",
        "../../secret",
        "../w/f",
        "../new",
        "d/../f",
        "d/../../secret",
        "d/../../new",
        "ind/../f",
        "ind/..",
        "up/secret",
        "up/new",
        "d/up/secret",
        "reld/secret",
        "absd/secret",
        "reld/deep/f",
        "chain/",
        "f/",
        "d/",
        "rel/",
        "up/",
        "reld/",
        "reld/.",
        "reld/..",
        "f/..",
        "f/../f",
        "new/",
        "/etc/passwd",
        "/proc/self/root/etc/passwd",
        "proc/etc/passwd",
        "/proc/self/fd/0",
        "/dev/zero",
        "dot/dot/dot/f",
        "\0",
        "f\0",
        "f\0/../../secret",
        "d//e///f",
        "none",
        "none/f",
        "none/../f",
        "\u{fffd}",
        "ä",
        "d/e/../../../secret",
    ];
    let mut names: Vec<Vec<u8>> = NAMES.iter().map(|name| name.as_bytes().to_vec()).collect();
    names.push(b"\xff\xfe".to_vec());
    for name in ["secret", "out/secret", "new", "w/f"] {
        let whole = root.join(name);
        names.push(whole.as_os_str().as_bytes().to_vec());
        names.push([b"/proc/self/root", whole.as_os_str().as_bytes()].concat());
        names.push([b"proc", whole.as_os_str().as_bytes()].concat());
    }
    names
}

/// Removes what is in a directory, and follows no link.
fn empty(dir: &Path, found: &mut Contents) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let meta = fs::symlink_metadata(&path)?;
        found.names += 1;
        if meta.is_dir() {
            empty(&path, found)?;
            fs::remove_dir(&path)?;
            continue;
        }
        if meta.is_file() {
            found.largest = found.largest.max(meta.len());
            // A file counts with the last of its names.
            found.bytes += if meta.nlink() == 1 { meta.len() } else { 0 };
        }
        fs::remove_file(&path)?;
    }
    Ok(())
}
