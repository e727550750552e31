//! What one call's guest may add to the host's disk: how large a file, how many bytes, how many names.

use super::context::WasiState;
use super::signals;
use crate::error::LimitHit;
use std::ffi::CStr;
use wasmtime_wasi::p1::types::Errno;

/// What a call has used so far of what it may.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    /// Bytes written to files, and bytes by which files have grown without being written.
    bytes: u64,
    /// Names created.
    names: u32,
}

/// A change that may make a file larger.
#[derive(Clone, Copy)]
pub(super) enum Growth {
    /// A write of so many bytes, at the descriptor's own position if it names none.
    Write { offset: Option<u64>, len: u64 },
    /// A new size.
    To(u64),
}

/// Where a change that nothing forbids begins, and what it adds.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Where the write begins.
    pub(super) start: u64,
    /// How many bytes the file grows by before the first one is written, or in all if none is.
    pub(super) gap: u64,
    /// The process itself may write no file without an end, and is told of it by a signal.
    pub(super) may_signal: bool,
}

impl WasiState {
    /// Whether no further descriptor may be opened; counts as the limit being hit.
    pub(super) fn refuses_open(&mut self) -> wasmtime::Result<bool> {
        let limit = self.limits.max_open_files;
        let opened = self.table(-1)?.opened();
        if opened < limit {
            return Ok(false);
        }
        self.hit(c"max_open_files", limit.into(), u64::from(opened) + 1);
        Ok(true)
    }

    /// Whether no further name may be created.
    pub(super) fn has_names_left(&self) -> bool {
        self.spent.names < self.limits.max_files_created
    }

    /// A name was to be created although none is left.
    pub(super) fn refuse_name(&mut self) -> Errno {
        let limit = self.limits.max_files_created;
        self.hit(c"max_files_created", limit.into(), u64::from(self.spent.names) + 1);
        Errno::Dquot
    }

    pub(super) fn count_name(&mut self) {
        self.spent.names += 1;
    }

    /// The identity of a file that may not grow past a limit, and whether a change ends at another place than looking at the file
    /// has told, unless nobody else makes it larger meanwhile.
    pub(super) fn grows_within_limit(&mut self, fd: i32, growth: Growth) -> wasmtime::Result<Option<(u64, bool)>> {
        let limited = self.limits.max_file_size != u64::MAX;
        let file = self.table(fd)?.file(fd).ok().filter(|file| limited && file.writable);
        Ok(file.map(|file| (file.identity, file.append && matches!(growth, Growth::Write { .. }))))
    }

    /// Whether the change to the file may be made as a whole. Only what the runtime forbids counts as a limit being hit, not
    /// what the process may not do itself.
    pub(super) fn allows(&mut self, fd: i32, growth: Growth) -> wasmtime::Result<Result<Room, Errno>> {
        let (own, process) = (self.limits.max_file_size, signals::largest_file());
        let file = match self.table(fd)?.file(fd) {
            Ok(file) => file,
            Err(errno) => return Ok(Err(errno)),
        };
        let (start, len) = match growth {
            Growth::Write { .. } if !file.writable => return Ok(Err(Errno::Badf)),
            Growth::To(_) if file.read_only => return Ok(Err(Errno::Perm)),
            Growth::Write { len, .. } if file.append => {
                let Ok(size) = file.size() else { return Ok(Err(Errno::Io)) };
                (size, len)
            }
            Growth::Write { offset, len } => (offset.unwrap_or(file.position), len),
            Growth::To(size) => (size, 0),
        };
        let end = start.saturating_add(len);
        let mut size = file.seen;
        if len == 0 && matches!(growth, Growth::Write { .. }) {
            return Ok(Ok(Room { start, gap: 0, may_signal: false }));
        }
        // A file that is as large as it was, or larger, neither grows past a limit nor has a gap.
        if matches!(growth, Growth::To(_)) || start > size || end > own.min(process) {
            size = match file.size() {
                Ok(size) => size,
                Err(_) => return Ok(Err(Errno::Io)),
            };
        }
        // A file that was larger before may be changed.
        if end > own && end > size {
            self.hit(c"max_file_size", own, end);
            return Ok(Err(Errno::Fbig));
        }
        if end > process {
            return Ok(Err(Errno::Fbig));
        }
        let gap = start.saturating_sub(size);
        let asked = self.spent.bytes.saturating_add(gap).saturating_add(len);
        if asked > self.limits.max_bytes_written && gap.saturating_add(len) > 0 {
            self.hit(c"max_bytes_written", self.limits.max_bytes_written, asked);
            return Ok(Err(Errno::Dquot));
        }
        Ok(Ok(Room { start, gap, may_signal: process != u64::MAX }))
    }

    /// So many bytes were written, or added to a file.
    pub(super) fn count_bytes(&mut self, bytes: u64) {
        self.spent.bytes = self.spent.bytes.saturating_add(bytes);
    }

    fn hit(&mut self, name: &'static CStr, limit: u64, asked: u64) {
        self.limit_hit.get_or_insert(LimitHit { name, limit, asked });
    }
}
