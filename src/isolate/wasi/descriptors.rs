//! What the guest's descriptors stand for.

use super::file::OpenFile;
use super::readdir::Places;
use std::fs::File;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use wasmtime_wasi::p1::types::{Errno, Fd};

/// What a descriptor number stands for.
#[derive(Debug)]
pub(super) enum Slot {
    Free,
    Stdin,
    /// 0 is stdout, 1 is stderr.
    Output(usize),
    Directory(Directory),
    /// Boxed, so that the standard streams and directories take less.
    File(Box<OpenFile>),
}

/// A directory, which wasmtime-wasi has in its table, too.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    pub(super) handle: Arc<File>,
    pub(super) read_only: bool,
    /// Its number for wasmtime-wasi.
    pub(super) inner: Fd,
    /// Opened by the guest, and not given to it.
    pub(super) opened: bool,
    /// How far the guest has listed it.
    pub(super) listed: Places,
}

impl Directory {
    pub(super) fn fd(&self) -> RawFd {
        self.handle.as_raw_fd()
    }
}

impl Slot {
    /// Whether it counts against `max_open_files`.
    fn counts(&self) -> bool {
        match self {
            Slot::Free | Slot::Stdin | Slot::Output(_) => false,
            Slot::Directory(directory) => directory.opened,
            Slot::File(_) => true,
        }
    }
}

/// The guest's descriptors. wasmtime-wasi numbers what it has by itself, and has directories only.
pub(super) struct Descriptors {
    slots: Vec<Slot>,
    /// No lower number is free.
    lowest: usize,
    opened: u32,
}

impl Descriptors {
    /// The standard streams.
    pub(super) fn new() -> Self {
        Descriptors { slots: vec![Slot::Stdin, Slot::Output(0), Slot::Output(1)], lowest: 0, opened: 0 }
    }

    /// The directories that the guest is given come after them, whatever it has closed before it looked for one.
    pub(super) fn give(&mut self, directories: Vec<Directory>) {
        self.slots.extend(directories.into_iter().map(Slot::Directory));
    }

    /// How many the guest has opened.
    pub(super) fn opened(&self) -> u32 {
        self.opened
    }

    pub(super) fn get(&self, fd: i32) -> &Slot {
        usize::try_from(fd).ok().and_then(|fd| self.slots.get(fd)).unwrap_or(&Slot::Free)
    }

    pub(super) fn directory(&self, fd: i32) -> Result<&Directory, Errno> {
        match self.get(fd) {
            Slot::Directory(directory) => Ok(directory),
            _ => Err(Errno::Badf),
        }
    }

    pub(super) fn directory_mut(&mut self, fd: i32) -> Result<&mut Directory, Errno> {
        match usize::try_from(fd).ok().and_then(|fd| self.slots.get_mut(fd)) {
            Some(Slot::Directory(directory)) => Ok(directory),
            _ => Err(Errno::Badf),
        }
    }

    pub(super) fn file(&mut self, fd: i32) -> Result<&mut OpenFile, Errno> {
        match usize::try_from(fd).ok().and_then(|fd| self.slots.get_mut(fd)) {
            Some(Slot::File(file)) => Ok(file),
            _ => Err(Errno::Badf),
        }
    }

    /// A file may have become smaller, perhaps one that is open here: how large each was says nothing any more.
    pub(super) fn forget_sizes(&mut self) {
        for slot in &mut self.slots {
            if let Slot::File(file) = slot {
                file.seen = 0;
            }
        }
    }

    /// Puts `slot` under the lowest number that is free.
    pub(super) fn add(&mut self, slot: Slot) -> i32 {
        let is_free = |slot: &Slot| matches!(slot, Slot::Free);
        let free = self.slots.iter().skip(self.lowest).position(is_free).map_or(self.slots.len(), |i| self.lowest + i);
        if free == self.slots.len() {
            self.slots.push(Slot::Free);
        }
        self.lowest = free + 1;
        self.opened += u32::from(slot.counts());
        self.slots[free] = slot;
        // No more than a call may have open, far below.
        free as i32
    }

    /// Takes out what the number stands for, which is free then.
    pub(super) fn take(&mut self, fd: i32) -> Slot {
        let Some(index) = usize::try_from(fd).ok().filter(|index| *index < self.slots.len()) else { return Slot::Free };
        let taken = std::mem::replace(&mut self.slots[index], Slot::Free);
        self.opened -= u32::from(taken.counts());
        self.lowest = self.lowest.min(index);
        taken
    }

    /// Moves what `from` stands for to `to`, which is in use; gives what was there.
    pub(super) fn renumber(&mut self, from: i32, to: i32) -> Slot {
        let moved = self.take(from);
        let replaced = self.take(to);
        if let Ok(index) = usize::try_from(to)
            && let Some(place) = self.slots.get_mut(index)
        {
            self.opened += u32::from(moved.counts());
            *place = moved;
        }
        replaced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_number_is_the_next() {
        let mut d = Descriptors::new();
        assert_eq!((d.add(Slot::Stdin), d.add(Slot::Stdin), d.add(Slot::Stdin)), (3, 4, 5));
        assert!(matches!((d.take(4), d.take(1), d.take(9), d.take(-1)), (Slot::Stdin, Slot::Output(0), Slot::Free, Slot::Free)));
        assert_eq!((d.add(Slot::Stdin), d.add(Slot::Stdin), d.add(Slot::Stdin)), (1, 4, 6));
        assert!(matches!(d.renumber(5, 2), Slot::Output(1)));
        assert!(matches!((d.get(2), d.get(5)), (Slot::Stdin, Slot::Free)));
        assert_eq!((d.add(Slot::Stdin), d.opened()), (5, 0));
    }
}
