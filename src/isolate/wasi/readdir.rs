//! `fd_readdir`: a directory is read as far as the guest's buffer reaches, however many entries it has.
//!
//! A cookie is a place in the order in which the file system names the entries, which a guest's 32 bits hold. What the file system
//! calls the places that the guest was told of last is remembered: it goes on there though entries were removed meanwhile, and
//! without passing over all those before.

use super::calls::{SUCCESS, settle, store};
use super::descriptors::Slot;
use super::errno::errno;
use super::lookup::{self, Name};
use super::{WasiHost, check_interrupt, file};
use rustix::fs::{RawDir, SeekFrom, seek};
use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use wasmtime::Result;
use wasmtime_wasi::p1::types::{Dirent, Errno, Filetype};
use wiggle::{GuestError, GuestMemory, GuestPtr, GuestType};

/// How many entries are passed over before the next look at the interrupt.
const ENTRIES_AT_ONCE: u64 = 1024;

/// What is read of a directory at once.
const READ_AT_ONCE: usize = 16 << 10;

/// The cookie after those of `.` and `..`, which are not the file system's.
const FIRST: u64 = 2;

/// The most places that are remembered of one directory.
const PLACES: usize = 1 << 16;

/// Where the entries begin that the guest was told of last.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The cookie of the first.
    cookie: u64,
    offsets: Vec<u64>,
}

impl Clone for Places {
    /// Another descriptor begins anew.
    fn clone(&self) -> Self {
        Places::default()
    }
}

impl Places {
    fn new(cookie: u64, offset: u64) -> Self {
        Places { cookie, offsets: vec![offset] }
    }

    fn find(&self, cookie: u64) -> Option<u64> {
        let index = usize::try_from(cookie.checked_sub(self.cookie)?).ok()?;
        self.offsets.get(index).copied()
    }

    /// The place after the last one; of too many the older half is forgotten.
    fn push(&mut self, offset: u64) {
        if self.offsets.len() == PLACES {
            self.offsets.drain(..PLACES / 2);
            self.cookie += PLACES as u64 / 2;
        }
        self.offsets.push(offset);
    }
}

/// What is left of the guest's buffer.
struct Buffer {
    at: u32,
    left: u32,
}

impl Buffer {
    /// As much of `bytes` as there is room for.
    fn put(&mut self, memory: &mut GuestMemory<'_>, bytes: &[u8]) -> Result<(), GuestError> {
        // No more than `left`, which has 32 bits.
        let len = bytes.len().min(self.left as usize);
        memory.copy_from_slice(&bytes[..len], GuestPtr::<u8>::new(self.at).as_array(len as u32))?;
        // The end of the largest memory has no number; nothing is left then.
        self.at = self.at.wrapping_add(len as u32);
        self.left -= len as u32;
        Ok(())
    }

    fn put_entry(&mut self, memory: &mut GuestMemory<'_>, entry: &Entry<'_>) -> Result<(), GuestError> {
        let mut head = [0; 24];
        debug_assert_eq!(head.len(), Dirent::guest_size() as usize);
        head[0..8].copy_from_slice(&entry.next.to_le_bytes());
        head[8..16].copy_from_slice(&entry.ino.to_le_bytes());
        // The file systems' limit is far below.
        head[16..20].copy_from_slice(&(entry.name.len() as u32).to_le_bytes());
        head[20] = entry.kind as u8;
        self.put(memory, &head)?;
        self.put(memory, entry.name.as_bytes())
    }
}

struct Entry<'a> {
    /// The cookie of the entry after it.
    next: u64,
    ino: u64,
    kind: Filetype,
    name: &'a str,
}

pub(super) fn fd_readdir<T: WasiHost>(
    host: &mut T,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    buffer: i32,
    len: i32,
    cookie: i64,
    result: i32,
) -> Result<i32> {
    let (len, cookie) = (len.cast_unsigned(), cookie.cast_unsigned());
    let mut buffer = Buffer { at: buffer.cast_unsigned(), left: len };
    match read(host, memory, fd, &mut buffer, cookie)? {
        SUCCESS => store(memory, result, len - buffer.left),
        errno => Ok(errno),
    }
}

/// Fills the buffer with the entries after `cookie`.
fn read<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, buffer: &mut Buffer, cookie: u64) -> Result<i32> {
    let (handle, known) = match host.wasi().slot(fd)? {
        Slot::Directory(directory) => (Arc::clone(&directory.handle), directory.listed.find(cookie)),
        Slot::File(_) => return Ok(Errno::Notdir as i32),
        Slot::Free | Slot::Stdin | Slot::Output(_) => return Ok(Errno::Badf as i32),
    };
    let dir = handle.as_raw_fd();
    let ino = match lookup::stat_of(dir) {
        Ok(stat) => file::filestat(&stat).ino,
        Err(e) => return Ok(errno(&e) as i32),
    };
    for (name, next) in [(".", 1), ("..", FIRST)] {
        // The parent may be out of the guest's reach, so both have the directory's own number.
        let entry = Entry { next, ino, kind: Filetype::Directory, name };
        if next > cookie
            && let Err(e) = buffer.put_entry(memory, &entry)
        {
            return settle(e);
        }
    }
    // A place that is not known is counted from the beginning.
    let (start, offset) = known.map_or((FIRST, 0), |offset| (cookie, offset));
    let entries = match begin(dir, offset) {
        Ok(entries) => entries,
        Err(e) => return Ok(errno(&e) as i32),
    };
    let mut places = Places::new(start, offset);
    let listed = list(host, memory, dir, &entries, buffer, cookie, (start, &mut places))?;
    if let Ok(directory) = host.wasi().table(fd)?.directory_mut(fd) {
        directory.listed = places;
    }
    Ok(listed)
}

/// The directory, to be read from that offset of the file system's.
fn begin(dir: RawFd, offset: u64) -> io::Result<OwnedFd> {
    let entries = lookup::reopen(dir)?;
    if offset != 0 {
        seek(&entries, SeekFrom::Start(offset))?;
    }
    Ok(entries)
}

/// Puts the entries after `cookie` into the buffer, and the places that they are at into `places`; `next` is the cookie of the first
/// that is read.
fn list<T: WasiHost>(
    host: &T,
    memory: &mut GuestMemory<'_>,
    dir: RawFd,
    entries: &OwnedFd,
    buffer: &mut Buffer,
    cookie: u64,
    (mut next, places): (u64, &mut Places),
) -> Result<i32> {
    let mut room = [MaybeUninit::uninit(); READ_AT_ONCE];
    let mut entries = RawDir::new(entries, &mut room);
    while buffer.left > 0 {
        let entry = match entries.next() {
            None => break,
            Some(Err(e)) => return Ok(errno(&e.into()) as i32),
            Some(Ok(entry)) => entry,
        };
        if [c".", c".."].contains(&entry.file_name()) {
            continue;
        }
        next += 1;
        places.push(entry.next_entry_cookie());
        if next.is_multiple_of(ENTRIES_AT_ONCE) {
            check_interrupt(host)?;
        }
        if next > cookie {
            match look(dir, entry.file_name()) {
                Ok(None) => {}
                Ok(Some((ino, kind, name))) => {
                    if let Err(e) = buffer.put_entry(memory, &Entry { next, ino, kind, name }) {
                        return settle(e);
                    }
                }
                Err(errno) => return Ok(errno as i32),
            }
        }
    }
    Ok(SUCCESS)
}

/// What the guest is told of an entry; nothing of one that was removed meanwhile.
fn look(dir: RawFd, name: &CStr) -> Result<Option<(u64, Filetype, &str)>, Errno> {
    let name = name.to_str().map_err(|_| Errno::Ilseq)?;
    match lookup::look(dir, &Name::new(name)?, false) {
        Ok(stat) => {
            let seen = file::filestat(&stat);
            Ok(Some((seen.ino, seen.filetype, name)))
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(errno(&e)),
    }
}
