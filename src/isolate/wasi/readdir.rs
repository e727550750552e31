//! `fd_readdir`: a directory is read as far as the guest's buffer reaches, however many entries it has.

use super::calls::{SUCCESS, settle, store};
use super::descriptors::Slot;
use super::errno::errno;
use super::lookup::{self, Name};
use super::{WasiHost, check_interrupt, file};
use std::io;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use wasmtime::Result;
use wasmtime_wasi::p1::types::{Dirent, Errno, Filetype};
use wiggle::{GuestError, GuestMemory, GuestPtr, GuestType};

/// How many entries are passed over before the next look at the interrupt.
const ENTRIES_AT_ONCE: u64 = 1024;

/// What is left of the guest's buffer.
struct Buffer {
    at: GuestPtr<u8>,
    left: u32,
}

impl Buffer {
    /// As much of `bytes` as there is room for.
    fn put(&mut self, memory: &mut GuestMemory<'_>, bytes: &[u8]) -> Result<(), GuestError> {
        // No more than `left`, which has 32 bits.
        let len = bytes.len().min(self.left as usize);
        memory.copy_from_slice(&bytes[..len], self.at.as_array(len as u32))?;
        self.at = self.at.add(len as u32)?;
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
    /// The cookie of the entry after it: its place in the order in which the file system names them.
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
    let mut buffer = Buffer { at: GuestPtr::new(buffer.cast_unsigned()), left: len };
    match read(host, memory, fd, &mut buffer, cookie)? {
        SUCCESS => store(memory, result, len - buffer.left),
        errno => Ok(errno),
    }
}

/// Fills the buffer with the entries after `cookie`.
fn read<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, fd: i32, buffer: &mut Buffer, cookie: u64) -> Result<i32> {
    let handle = match host.wasi().slot(fd)? {
        Slot::Directory(directory) => Arc::clone(&directory.handle),
        Slot::File(_) => return Ok(Errno::Notdir as i32),
        Slot::Free | Slot::Stdin | Slot::Output(_) => return Ok(Errno::Badf as i32),
    };
    let ino = match lookup::stat_of(handle.as_raw_fd()) {
        Ok(stat) => file::filestat(&stat).ino,
        Err(e) => return Ok(errno(&e) as i32),
    };
    let Ok(entries) = std::fs::read_dir(format!("/proc/self/fd/{}", handle.as_raw_fd())) else { return Ok(Errno::Io as i32) };
    let mut next = 0;
    for name in [".", ".."] {
        next += 1;
        // The parent may be out of the guest's reach, so both have the directory's own number.
        let entry = Entry { next, ino, kind: Filetype::Directory, name };
        if next > cookie
            && let Err(e) = buffer.put_entry(memory, &entry)
        {
            return settle(e);
        }
    }
    for entry in entries {
        if buffer.left == 0 {
            break;
        }
        next += 1;
        if next.is_multiple_of(ENTRIES_AT_ONCE) {
            check_interrupt(host)?;
        }
        if next <= cookie {
            continue;
        }
        let Ok(entry) = entry else { return Ok(Errno::Io as i32) };
        let Ok(name) = entry.file_name().into_string() else { return Ok(Errno::Ilseq as i32) };
        let seen = match Name::new(&name).map(|name| lookup::look(handle.as_raw_fd(), &name, false)) {
            Ok(Ok(stat)) => file::filestat(&stat),
            // Removed meanwhile.
            Ok(Err(e)) if e.kind() == io::ErrorKind::NotFound => continue,
            Ok(Err(e)) => return Ok(errno(&e) as i32),
            Err(errno) => return Ok(errno as i32),
        };
        let (ino, kind) = (seen.ino, seen.filetype);
        if let Err(e) = buffer.put_entry(memory, &Entry { next, ino, kind, name: &name }) {
            return settle(e);
        }
    }
    Ok(SUCCESS)
}
