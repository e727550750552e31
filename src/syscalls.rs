//! The calls of WASI preview 1, by name and by number.

use std::ffi::CStr;

/// How many calls preview 1 has.
pub const COUNT: usize = 46;

macro_rules! calls {
    ($($name:literal)*) => {
        /// The names of the calls. A call's place in this list is its number.
        pub const CALLS: [&str; COUNT] = [$($name),*];
        const TERMINATED: [&str; COUNT] = [$(concat!($name, "\0")),*];
    };
}

calls! {
    "args_get"
    "args_sizes_get"
    "environ_get"
    "environ_sizes_get"
    "clock_res_get"
    "clock_time_get"
    "fd_advise"
    "fd_allocate"
    "fd_close"
    "fd_datasync"
    "fd_fdstat_get"
    "fd_fdstat_set_flags"
    "fd_fdstat_set_rights"
    "fd_filestat_get"
    "fd_filestat_set_size"
    "fd_filestat_set_times"
    "fd_pread"
    "fd_prestat_get"
    "fd_prestat_dir_name"
    "fd_pwrite"
    "fd_read"
    "fd_readdir"
    "fd_renumber"
    "fd_seek"
    "fd_sync"
    "fd_tell"
    "fd_write"
    "path_create_directory"
    "path_filestat_get"
    "path_filestat_set_times"
    "path_link"
    "path_open"
    "path_readlink"
    "path_remove_directory"
    "path_rename"
    "path_symlink"
    "path_unlink_file"
    "poll_oneoff"
    "proc_exit"
    "proc_raise"
    "sched_yield"
    "random_get"
    "sock_accept"
    "sock_recv"
    "sock_send"
    "sock_shutdown"
}

/// One of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syscall(u8);

impl Syscall {
    /// The call of that name, if it is one.
    pub fn named(name: &str) -> Option<Syscall> {
        Syscall::all().find(|call| call.name() == name)
    }

    /// The call of a name that is one, for constants: another name does not compile.
    pub const fn of(name: &str) -> Syscall {
        let mut number = 0;
        while !same(CALLS[number].as_bytes(), name.as_bytes()) {
            number += 1;
        }
        Syscall(number as u8)
    }

    /// All calls, by their numbers.
    pub fn all() -> impl Iterator<Item = Syscall> {
        (0..COUNT as u8).map(Syscall)
    }

    /// The call's number, less than [`COUNT`].
    #[inline]
    pub fn index(self) -> usize {
        self.0.into()
    }

    pub fn name(self) -> &'static str {
        CALLS[self.index()]
    }

    /// The name for C.
    pub fn c_name(self) -> &'static CStr {
        CStr::from_bytes_with_nul(TERMINATED[self.index()].as_bytes()).unwrap_or_default()
    }
}

/// Slices cannot be compared in constants otherwise.
const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    a.len() == b.len() && i == a.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_its_name_and_no_other() {
        for (i, call) in Syscall::all().enumerate() {
            assert_eq!((call.index(), Syscall::named(CALLS[i])), (i, Some(call)));
            assert_eq!(call.c_name().to_str(), Ok(call.name()));
        }
        const WRITE: Syscall = Syscall::of("fd_write");
        const LAST: Syscall = Syscall::of("sock_shutdown");
        assert_eq!((WRITE.name(), LAST.name(), LAST.index()), ("fd_write", "sock_shutdown", 45));
        assert_eq!((Syscall::all().count(), Syscall::named("fd_reed"), Syscall::named("")), (COUNT, None, None));
    }
}
