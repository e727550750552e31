//! A host with a few runtimes and one tree of files; runs sequences of calls and judges what they did.

use super::calls::{BUFFERS, BUFFERS_LEN, Call, PREPARED, RESULTS};
use super::guest::{Guest, Session};
use super::input::Input;
use super::tree::{Contents, SECRET, Tree};
use super::watchdog::Watchdog;
use dwcp_wasm::ffi::status::{
    DWCP_ERR_DENIED, DWCP_ERR_EXIT, DWCP_ERR_LIMIT_IO, DWCP_ERR_TIMEOUT, DWCP_ERR_TRAP, DWCP_ERR_VM_DEAD, DWCP_OK,
};
use std::fmt::Write;
use std::fs;

/// The most calls of one sequence.
const MOST: usize = 64;

/// What a session may have at most, and what each of its calls may add.
struct Limits {
    file_size: u64,
    open_files: usize,
    bytes_written: u64,
    files_created: usize,
    /// What else a runtime is told, and what it denies.
    deterministic: bool,
    denied: &'static str,
}

const LIMITS: [Limits; 3] = [
    Limits {
        file_size: 10 << 20,
        open_files: 10,
        bytes_written: 100 << 20,
        files_created: 10_000,
        deterministic: false,
        denied: "",
    },
    Limits {
        file_size: 5000,
        open_files: 3,
        bytes_written: 200,
        files_created: 0,
        deterministic: true,
        denied: r#""path_link", "sock_*""#,
    },
    Limits { file_size: 1 << 16, open_files: 100, bytes_written: 20_000, files_created: 1, deterministic: false, denied: "" },
];

/// The errnos are numbered from 0 to this.
const LAST_ERRNO: i32 = 76;

/// More than what a process keeps of one sequence after another, by any of its allocators.
const ROOM: u64 = 64 << 20;

pub struct World {
    guests: Vec<Guest>,
    tree: Tree,
    watchdog: Watchdog,
    /// The process as it was once it had run a few.
    settled: Option<Process>,
    buffer: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Process {
    descriptors: usize,
    threads: usize,
    resident: u64,
}

impl World {
    pub fn new() -> World {
        let tree = Tree::new().expect("the tree is made");
        let (writable, read_only) = (tree.writable(), tree.read_only());
        let guest = |limits: &Limits| {
            let Limits { file_size, open_files, bytes_written, files_created, deterministic, denied } = limits;
            Guest::new(&format!(
                r#"{{"allowed_syscalls": [], "denied_syscalls": [{denied}], "network_access": true, "filesystem_access": true,
                "allowed_directories": [{{"host": {writable:?}, "guest": "/", "read_only": false}},
                {{"host": {read_only:?}, "guest": "/r", "read_only": true}}], "deterministic": {deterministic},
                "max_file_size": {file_size}, "max_open_files": {open_files}, "max_bytes_written": {bytes_written},
                "max_files_created": {files_created}, "max_live_vms": 4, "session_idle_timeout_ms": 0,
                "enable_fuel_metering": false}}"#
            ))
        };
        let guests = LIMITS.iter().map(guest).collect();
        let buffer = vec![0; BUFFERS_LEN as usize];
        World { guests, tree, watchdog: Watchdog::new(), settled: None, buffer }
    }

    /// Runs the sequence that the bytes stand for. Panics where it did what no guest may do.
    pub fn run(&mut self, bytes: &[u8]) {
        let mut input = Input::new(bytes);
        let which = input.below(self.guests.len());
        let limits = &LIMITS[which];
        let before = entries("/proc/self/fd");
        let mut log = String::new();
        let session = self.guests[which].session();
        let (mut opened, mut calls) = (Vec::new(), 0);
        while calls < MOST && !input.is_over() {
            calls += 1;
            let call = Call::choose(&mut input, &self.tree, &opened);
            let Some(errno) = make(&session, &call, &self.watchdog, &mut self.buffer, &mut log) else { break };
            if call.name() == "path_open" && errno == 0 {
                let mut descriptor = [0; 4];
                session.read(RESULTS, &mut descriptor);
                opened.push(u32::from_le_bytes(descriptor));
            }
        }
        let open = entries("/proc/self/fd") - before;
        // The two directories that it was given are open too.
        let most = limits.open_files + 2;
        assert!(open <= most, "{open} descriptors for a guest that may have {most}\n{log}");
        drop(session);
        let after = entries("/proc/self/fd");
        assert!(after == before, "{before} descriptors became {after}\n{log}");
        if let Some(change) = self.tree.change().expect("the tree can be looked at") {
            panic!("out of the guest's reach was changed:\n{change}{log}");
        }
        let began = self.tree.beginning();
        let Contents { largest, bytes, names } = self.tree.reset().expect("the tree is made anew");
        assert!(largest <= limits.file_size, "a file of {largest} bytes where {} are allowed\n{log}", limits.file_size);
        let most = began.bytes + calls as u64 * limits.bytes_written;
        assert!(bytes <= most, "{bytes} bytes where {most} are allowed\n{log}");
        let most = began.names + calls * limits.files_created;
        assert!(names <= most, "{names} names where {most} are allowed\n{log}");
    }

    /// Panics where the process has more of anything than it had when this was called first.
    pub fn check_process(&mut self) {
        let now = Process {
            descriptors: entries("/proc/self/fd"),
            threads: entries("/proc/self/task"),
            resident: resident().expect("the process's status can be read"),
        };
        let settled = *self.settled.get_or_insert(now);
        assert!(
            now.descriptors <= settled.descriptors && now.threads <= settled.threads && now.resident <= settled.resident + ROOM,
            "the process was {settled:?} and is {now:?}"
        );
    }
}

impl Default for World {
    fn default() -> Self {
        World::new()
    }
}

/// Makes one call and judges how it ended; gives the errno, or `None` where it ended the guest.
fn make(session: &Session<'_>, call: &Call, watchdog: &Watchdog, buffer: &mut [u8], log: &mut String) -> Option<i32> {
    session.write(PREPARED, &call.prepared);
    writeln!(log, "{} {:?} with {}", call.name(), call.args, call.prepared.escape_ascii()).expect("a string takes all");
    watchdog.begins(call.name());
    let (status, message, errno) = session.call(call.index, &call.args);
    watchdog.ends();
    let expected = match call.name() {
        "proc_exit" => status == DWCP_ERR_EXIT,
        // Waiting is what it is for; the others may be late on a loaded machine, as any call may.
        _ => [DWCP_OK, DWCP_ERR_TRAP, DWCP_ERR_LIMIT_IO, DWCP_ERR_TIMEOUT, DWCP_ERR_DENIED].contains(&status),
    };
    assert!(expected, "status {status}: {message}\n{log}");
    assert!(status != DWCP_OK || (0..=LAST_ERRNO).contains(&errno), "errno {errno}\n{log}");
    writeln!(log, "  status {status}, errno {errno} {message}").expect("a string takes all");
    if status != DWCP_OK {
        let (again, _, _) = session.call(call.index, &call.args);
        assert!(again == DWCP_ERR_VM_DEAD, "status {again} after the end\n{log}");
        return None;
    }
    session.read(BUFFERS, buffer);
    assert!(!buffer.windows(SECRET.len()).any(|part| part == SECRET), "a guest has read what is out of its reach\n{log}");
    Some(errno)
}

fn entries(dir: &str) -> usize {
    fs::read_dir(dir).map_or(0, Iterator::count)
}

/// Bytes of the process that are in memory.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = status.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
