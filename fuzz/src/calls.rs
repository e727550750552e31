//! The 46 calls, and arguments for them: mostly such as a program would give, sometimes any.

use super::input::Input;
use super::tree::Tree;

/// Each call with its parameters, a letter for each thing that it is told: `d` a descriptor, `p` a path with its length, `v`
/// buffers with their number, `b` a buffer with its length, `o` where to put a result, `s` subscriptions, events and their
/// number; `l` lookup flags, `g` open flags, `f` descriptor flags, `t` flags of times, `w` whence, `h` advice, `c` a clock,
/// `a` any number; and of 64 bits `z` a size, `r` rights, `m` a time.
pub const CALLS: [(&str, &str); 46] = [
    ("args_get", "oo"),
    ("args_sizes_get", "oo"),
    ("environ_get", "oo"),
    ("environ_sizes_get", "oo"),
    ("clock_res_get", "co"),
    ("clock_time_get", "cmo"),
    ("fd_advise", "dzzh"),
    ("fd_allocate", "dzz"),
    ("fd_close", "d"),
    ("fd_datasync", "d"),
    ("fd_fdstat_get", "do"),
    ("fd_fdstat_set_flags", "df"),
    ("fd_fdstat_set_rights", "drr"),
    ("fd_filestat_get", "do"),
    ("fd_filestat_set_size", "dz"),
    ("fd_filestat_set_times", "dmmt"),
    ("fd_pread", "dvzo"),
    ("fd_prestat_get", "do"),
    ("fd_prestat_dir_name", "db"),
    ("fd_pwrite", "dvzo"),
    ("fd_read", "dvo"),
    ("fd_readdir", "dbzo"),
    ("fd_renumber", "dd"),
    ("fd_seek", "dzwo"),
    ("fd_sync", "d"),
    ("fd_tell", "do"),
    ("fd_write", "dvo"),
    ("path_create_directory", "dp"),
    ("path_filestat_get", "dlpo"),
    ("path_filestat_set_times", "dlpmmt"),
    ("path_link", "dlpdp"),
    ("path_open", "dlpgrrfo"),
    ("path_readlink", "dpbo"),
    ("path_remove_directory", "dp"),
    ("path_rename", "dpdp"),
    ("path_symlink", "pdp"),
    ("path_unlink_file", "dp"),
    ("poll_oneoff", "so"),
    ("proc_exit", "a"),
    ("proc_raise", "a"),
    ("random_get", "b"),
    ("sched_yield", ""),
    ("sock_accept", "dfo"),
    ("sock_recv", "dvaoo"),
    ("sock_send", "dvao"),
    ("sock_shutdown", "da"),
];

/// Calls without which a sequence gets nowhere, chosen as often as all of the others.
const COMMON: [&str; 12] = [
    "path_open",
    "path_open",
    "path_open",
    "fd_write",
    "fd_read",
    "fd_readdir",
    "path_symlink",
    "path_rename",
    "path_link",
    "path_filestat_get",
    "fd_renumber",
    "path_create_directory",
];

/// Pages of the guest's memory, and what lies where in it.
pub const PAGES: usize = 4;
pub const RESULTS: u32 = 0x100;
/// Where what is prepared for a call begins: lists, then paths.
pub const PREPARED: u32 = 0x1000;
/// What calls read into and write from.
pub const BUFFERS: u32 = 0x1_0000;
pub const BUFFERS_LEN: u32 = 0x2000;

/// One call as it is made.
pub struct Call {
    pub index: usize,
    pub args: Vec<Argument>,
    /// What is at [`PREPARED`] then.
    pub prepared: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    I32(u32),
    I64(u64),
}

/// Whether the values of a letter have 64 bits, and how many values it stands for.
pub fn shape(letter: char) -> (bool, usize) {
    match letter {
        'z' | 'r' | 'm' => (true, 1),
        'p' | 'v' | 'b' => (false, 2),
        's' => (false, 3),
        _ => (false, 1),
    }
}

impl Call {
    /// A call of a guest that has opened these descriptors.
    pub fn choose(input: &mut Input<'_>, tree: &Tree, opened: &[u32]) -> Call {
        let index = match input.byte() {
            n if n < 92 => usize::from(n) % CALLS.len(),
            n => {
                let name = if opened.is_empty() { "path_open" } else { COMMON[usize::from(n) % COMMON.len()] };
                CALLS.iter().position(|(call, _)| *call == name).unwrap_or_default()
            }
        };
        let mut call = Call { index, args: Vec::new(), prepared: Vec::new() };
        let mut results = 0;
        for letter in CALLS[index].1.chars() {
            match letter {
                'd' => call.i32(descriptor(input, call.name(), opened)),
                's' => call.subscriptions(input, opened),
                letter => call.argument(letter, &mut results, input, tree),
            }
        }
        if input.one_in(100) && !call.args.is_empty() {
            let at = input.below(call.args.len());
            let any = any(input);
            call.args[at] = match call.args[at] {
                Argument::I32(_) => Argument::I32(any as u32),
                Argument::I64(_) => Argument::I64(any),
            };
        }
        call
    }

    pub fn name(&self) -> &'static str {
        CALLS[self.index].0
    }

    fn argument(&mut self, letter: char, results: &mut u32, input: &mut Input<'_>, tree: &Tree) {
        match letter {
            'p' => {
                let path = path(input, tree);
                let at = self.prepare(&path);
                self.i32(at);
                self.i32(path.len() as u32);
            }
            'v' => self.buffers(input),
            'b' => {
                let len = input.pick(&[64, 0, 1, 24, 100, 4096, BUFFERS_LEN]);
                self.i32(BUFFERS + u32::from(input.byte()));
                self.i32(len);
            }
            'o' => {
                self.i32(RESULTS + 128 * *results);
                *results += 1;
            }
            'l' => self.flags(input, &[1, 0], 2),
            'g' => self.flags(input, &[0, 1, 1, 2, 2, 5, 8, 9, 0], 16),
            'f' => self.flags(input, &[0, 0, 1, 4, 5], 32),
            't' => self.flags(input, &[1, 2, 4, 5, 8, 10], 16),
            'w' => self.flags(input, &[0, 1, 2], 3),
            'h' => self.flags(input, &[0, 1, 2, 3, 4, 5], 6),
            'c' => self.flags(input, &[0, 1, 2, 3], 4),
            'a' => self.flags(input, &[0, 1, 2, 6], 255),
            'z' => self.i64(size(input)),
            'r' => self.i64(input.pick(&[66, 2, 66, 64, 0, 2, 66, 0x1fff_ffff])),
            'm' => self.i64(match input.below(4) {
                0 => 0,
                1 => 1_000_000_000_000_000_000,
                2 => u64::MAX,
                _ => any(input),
            }),
            other => unreachable!("no parameter is a {other}"),
        }
    }

    fn i32(&mut self, value: u32) {
        self.args.push(Argument::I32(value));
    }

    /// One of those that make sense, or any up to the first that does not exist.
    fn flags(&mut self, input: &mut Input<'_>, sensible: &[u32], most: usize) {
        self.i32(match input.byte() {
            n if n < 245 => sensible[usize::from(n) % sensible.len()],
            _ => input.below(most + 1) as u32,
        });
    }

    fn i64(&mut self, value: u64) {
        self.args.push(Argument::I64(value));
    }

    /// Has the bytes in the guest's memory before the call; gives their address.
    fn prepare(&mut self, bytes: &[u8]) -> u32 {
        self.prepared.resize(self.prepared.len().next_multiple_of(8), 0);
        let at = PREPARED + self.prepared.len() as u32;
        self.prepared.extend(bytes);
        at
    }

    fn buffers(&mut self, input: &mut Input<'_>) {
        let mut list = Vec::new();
        let count = input.below(5) as u32;
        for _ in 0..count {
            let at = BUFFERS + 16 * u32::from(input.byte());
            let (at, len) = match input.below(128) {
                0 => (any(input) as u32, any(input) as u32),
                n => (at, [0, 1, 6, 100, 1000, 4096][n % 6]),
            };
            list.extend([at, len].iter().flat_map(|n| n.to_le_bytes()));
        }
        let at = self.prepare(&list);
        self.i32(at);
        self.i32(if input.one_in(40) { any(input) as u32 } else { count });
    }

    fn subscriptions(&mut self, input: &mut Input<'_>, opened: &[u32]) {
        let mut list = Vec::new();
        let count = input.below(4) as u32;
        for n in 0..count {
            let mut subscription = [0; 48];
            subscription[0] = n as u8;
            subscription[8] = input.pick(&[0, 1, 2, 0, 1, 2, 3]);
            match subscription[8] {
                0 => {
                    subscription[16] = input.below(4) as u8;
                    let nanos = input.pick(&[0, 1, 1_000_000, 0, u64::MAX, 1 << 60]);
                    subscription[24..32].copy_from_slice(&nanos.to_le_bytes());
                    subscription[40] = input.below(3) as u8;
                }
                _ => subscription[16..20].copy_from_slice(&descriptor(input, "poll_oneoff", opened).to_le_bytes()),
            }
            list.extend(subscription);
        }
        let at = self.prepare(&list);
        self.i32(at);
        self.i32(BUFFERS);
        self.i32(if input.one_in(40) { any(input) as u32 } else { count });
    }
}

/// A descriptor that the call could be meant for, and sometimes any.
fn descriptor(input: &mut Input<'_>, call: &str, opened: &[u32]) -> u32 {
    let kind = input.byte();
    let one_opened = |input: &mut Input<'_>| if opened.is_empty() { 3 } else { opened[input.below(opened.len())] };
    match kind {
        // Without the directories that it was given a guest does not get far.
        0..=229 if ["fd_close", "fd_renumber"].contains(&call) => one_opened(input),
        0..=229 if call.starts_with("path_") || ["fd_readdir", "fd_prestat_get"].contains(&call) => match kind % 16 {
            0..=10 => 3,
            11 | 12 => 4,
            _ => one_opened(input),
        },
        0..=199 => one_opened(input),
        200..=229 => input.pick(&[0, 1, 2, 3, 4]),
        230..=251 => u32::from(input.byte()) % 20,
        252 => u32::MAX,
        253 => i32::MAX as u32,
        _ => any(input) as u32,
    }
}

/// Numbers at which arithmetic goes wrong, and any.
fn any(input: &mut Input<'_>) -> u64 {
    match input.below(12) {
        0 => 0,
        1 => u64::MAX,
        2 => i64::MAX as u64,
        3 => i64::MIN as u64,
        4 => u64::from(u32::MAX),
        5 => i32::MAX as u64,
        6 => (PAGES << 16) as u64 - u64::from(input.byte()),
        7 => u64::from(input.byte()),
        _ => input.number(),
    }
}

fn size(input: &mut Input<'_>) -> u64 {
    match input.below(8) {
        0 | 1 => u64::from(input.byte()),
        2 => 1 << input.below(64),
        3 => u64::MAX - u64::from(input.byte()),
        4 => 10 << 20,
        5 => 4096,
        6 => 0,
        _ => any(input),
    }
}

/// A name from the dictionary, several in a row, or any bytes.
fn path(input: &mut Input<'_>, tree: &Tree) -> Vec<u8> {
    let names = tree.names();
    match input.byte() {
        // Names that are there, and such as are free.
        0..=69 => names[input.below(10)].clone(),
        70..=99 => names[input.below(24)].clone(),
        100..=159 => names[input.below(names.len())].clone(),
        160..=229 => {
            let parts: Vec<Vec<u8>> = (0..2 + input.below(3)).map(|_| names[input.below(names.len())].clone()).collect();
            parts.join(&b'/')
        }
        230..=244 => {
            let len = input.below(24);
            input.take(len).to_vec()
        }
        245..=248 => vec![b'n'; input.pick(&[255, 256, 1000, 4095, 4096, 4097, 5000])],
        249..=251 => b"d/../".repeat(input.pick(&[10, 100, 819, 820])),
        _ => b"../".repeat(input.pick(&[1, 10, 100, 1365])),
    }
}
