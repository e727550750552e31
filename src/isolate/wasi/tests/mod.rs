//! Guests that make single calls, driven from here: every call is exported under its own name.

mod files;
mod limits;
mod listing;
mod races;
mod streams;

use super::*;
use crate::config::{DenyAction, Directory};
use crate::isolate::policy::SyscallPolicy;
use crate::signature::{Kind, Signature};
use crate::syscalls::{CALLS, Syscall};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use wasmtime::{Engine, ExternType, Instance, Linker, Memory, Module, Store, Val, ValType};

pub const OK: i32 = 0;
pub const ACCES: i32 = 2;
pub const BADF: i32 = 8;
pub const DQUOT: i32 = 19;
pub const FBIG: i32 = 22;
pub const INVAL: i32 = 28;
pub const MFILE: i32 = 33;
pub const NAMETOOLONG: i32 = 37;
pub const NOMEM: i32 = 48;
pub const PERM: i32 = 63;
pub const NOTCAPABLE: i32 = 76;

/// A cancel flag that wakes its waiter.
#[derive(Default)]
pub struct Cancel(Mutex<bool>, Condvar);

impl Cancel {
    pub fn set(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }
}

pub struct Host {
    pub wasi: WasiState,
    pub deadline: Option<Instant>,
    pub cancel: Arc<Cancel>,
    pub denied: Vec<&'static str>,
    pub entered: usize,
}

impl WasiHost for Host {
    fn wasi(&mut self) -> &mut WasiState {
        &mut self.wasi
    }
    fn deadline(&self) -> Option<Instant> {
        self.deadline
    }
    fn interrupt(&self) -> Option<Interrupt> {
        self.cancel.0.lock().unwrap().then_some(Interrupt::Cancelled)
    }
    fn wait(&self, duration: Duration) {
        let held = self.cancel.0.lock().unwrap();
        drop(self.cancel.1.wait_timeout_while(held, duration, |set| !*set).unwrap());
    }
    fn denied(&mut self, call: Syscall) {
        self.denied.push(call.name());
    }
    fn entering(&mut self, _call: Syscall) -> wasmtime::Result<()> {
        self.entered += 1;
        Ok(())
    }
}

pub fn host(settings: WasiSettings, limits: SandboxLimits) -> Host {
    let wasi = WasiState::new(Arc::new(settings), Arc::new(limits), true);
    Host { wasi, deadline: None, cancel: Arc::default(), denied: Vec::new(), entered: 0 }
}

pub fn policy(allowed: &[&str], denied: &[&str], action: DenyAction) -> SyscallPolicy {
    let owned = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    SyscallPolicy::from_config(true, &owned(allowed), &owned(denied), true, true, action).unwrap()
}

pub fn limits(dirs: &[(&Path, &str, bool)]) -> SandboxLimits {
    let directory = |(host, guest, read_only): &(&Path, &str, bool)| Directory {
        host: host.to_str().unwrap().into(),
        guest: (*guest).into(),
        read_only: *read_only,
    };
    let directories: Vec<_> = dirs.iter().map(directory).collect();
    SandboxLimits::new(true, &directories).unwrap()
}

fn types_of<T: 'static>(linker: &Linker<T>, store: &mut Store<T>) -> Vec<(String, Vec<ValType>, Vec<ValType>)> {
    CALLS
        .iter()
        .map(|name| {
            let found = linker.get(&mut *store, MODULE, name).unwrap();
            let ExternType::Func(f) = found.ty(&*store) else { panic!("{name} is no function") };
            (name.to_string(), f.params().collect(), f.results().collect())
        })
        .collect()
}

/// A module with a function for each call that makes it.
fn wat<T: 'static>(linker: &Linker<T>, store: &mut Store<T>, memory: &str) -> String {
    let (mut imports, mut functions) = (String::new(), String::new());
    for (name, params, results) in types_of(linker, store) {
        let list = |kind: &str, types: &[ValType]| types.iter().map(|t| format!("({kind} {t}) ")).collect::<String>();
        let signature = list("param", &params) + &list("result", &results);
        let arguments: String = (0..params.len()).map(|i| format!("local.get {i} ")).collect();
        imports += &format!("(import \"{MODULE}\" \"{name}\" (func ${name} {signature}))\n");
        functions += &format!("(func (export \"{name}\") {signature} {arguments} call ${name})\n");
    }
    format!("(module {imports} (memory {memory} 200) {functions})")
}

pub struct Guest {
    pub store: Store<Host>,
    instance: Instance,
    memory: Memory,
}

impl Guest {
    pub fn new(host: Host, policy: SyscallPolicy) -> Self {
        let engine = Engine::default();
        let mut store = Store::new(&engine, host);
        let mut linker = Linker::new(&engine);
        add_to_linker(&mut linker, &Arc::new(policy)).unwrap();
        let text = wat(&linker, &mut store, "(export \"memory\")");
        let instance = linker.instantiate(&mut store, &Module::new(&engine, ::wat::parse_str(text).unwrap()).unwrap()).unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        Guest { store, instance, memory }
    }

    pub fn open(limits: SandboxLimits) -> Self {
        Guest::new(host(WasiSettings::default(), limits), SyscallPolicy::allow_all())
    }

    /// Makes one call; each argument is given the type that its parameter has.
    pub fn try_call(&mut self, name: &str, args: &[i64]) -> wasmtime::Result<i32> {
        let f = self.instance.get_func(&mut self.store, name).unwrap();
        let ty = f.ty(&self.store);
        assert_eq!(ty.params().len(), args.len(), "{name}");
        let args: Vec<Val> = ty
            .params()
            .zip(args)
            .map(|(ty, value)| if matches!(ty, ValType::I64) { Val::I64(*value) } else { Val::I32(*value as i32) })
            .collect();
        let mut results = vec![Val::I32(0); ty.results().len()];
        f.call(&mut self.store, &args, &mut results)?;
        Ok(results.first().map_or(0, |v| v.unwrap_i32()))
    }

    pub fn call(&mut self, name: &str, args: &[i64]) -> i32 {
        self.try_call(name, args).unwrap()
    }

    pub fn put(&mut self, at: usize, bytes: &[u8]) {
        self.memory.data_mut(&mut self.store)[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub fn get(&self, at: usize, len: usize) -> &[u8] {
        &self.memory.data(&self.store)[at..at + len]
    }

    pub fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.get(at, 4).try_into().unwrap())
    }

    pub fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.get(at, 8).try_into().unwrap())
    }

    /// One buffer at address 64; returns the errno, and the count that arrived at address 80.
    fn transfer(&mut self, call: &str, fd: i64, buffer: (u32, u32), offset: Option<i64>) -> (i32, u32) {
        self.put(64, &buffer.0.to_le_bytes());
        self.put(68, &buffer.1.to_le_bytes());
        let mut args = vec![fd, 64, 1];
        args.extend(offset);
        args.push(80);
        (self.call(call, &args), self.u32(80))
    }

    pub fn write(&mut self, fd: i64, text: &str) -> (i32, u32) {
        self.put(1 << 16, text.as_bytes());
        self.transfer("fd_write", fd, (1 << 16, text.len() as u32), None)
    }

    pub fn pwrite(&mut self, fd: i64, len: u32, offset: i64) -> (i32, u32) {
        self.transfer("fd_pwrite", fd, (1 << 16, len), Some(offset))
    }

    pub fn read(&mut self, fd: i64, len: u32) -> (i32, Vec<u8>) {
        let (errno, n) = self.transfer("fd_read", fd, (1 << 16, len), None);
        (errno, self.get(1 << 16, if errno == OK { n as usize } else { 0 }).to_vec())
    }

    pub fn path(&mut self, path: &str) -> [i64; 2] {
        self.put(1024, path.as_bytes());
        [1024, path.len() as i64]
    }

    /// Opens with `oflags` (1 create, 2 directory, 4 exclusive, 8 truncate), rights (2 read, 64 write) and `flags`
    /// (1 append).
    pub fn open_path(&mut self, dir: i64, path: &str, oflags: i64, rights: i64, flags: i64) -> Result<i64, i32> {
        let [at, len] = self.path(path);
        match self.call("path_open", &[dir, 1, at, len, oflags, rights, 0, flags, 96]) {
            OK => Ok(self.u32(96).into()),
            errno => Err(errno),
        }
    }
}

pub fn error<E: Copy + std::error::Error + Send + Sync + 'static>(result: wasmtime::Result<i32>) -> E {
    let error = result.unwrap_err();
    *error.downcast_ref::<E>().unwrap_or_else(|| panic!("{error:?}"))
}

#[test]
fn the_calls_are_those_of_wasmtime_with_the_same_types() {
    let engine = Engine::default();
    let mut ours = Linker::<Host>::new(&engine);
    add_to_linker(&mut ours, &Arc::new(SyscallPolicy::allow_all())).unwrap();
    let mut theirs = Linker::<wasmtime_wasi::p1::WasiP1Ctx>::new(&engine);
    wasmtime_wasi::p1::add_to_linker_sync(&mut theirs, |ctx| ctx).unwrap();
    let mut our_store = Store::new(&engine, host(WasiSettings::default(), SandboxLimits::default()));
    let mut their_store = Store::new(&engine, wasmtime_wasi::WasiCtxBuilder::new().build_p1());
    let (a, b) = (types_of(&ours, &mut our_store), types_of(&theirs, &mut their_store));
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
    for (name, params, results) in a {
        let kinds = |types: Vec<ValType>| types.iter().map(Kind::of).collect();
        assert_eq!(signature(&name), Some(Signature { params: kinds(params), results: kinds(results) }), "{name}");
    }
    let names = |linker: &Linker<Host>, store: &mut Store<Host>| linker.iter(store).count();
    assert_eq!(names(&ours, &mut our_store), CALLS.len());
    assert_eq!(theirs.iter(&mut their_store).count(), CALLS.len());
}

#[test]
fn a_denied_call_gets_an_errno_and_is_counted() {
    let mut g = Guest::new(host(WasiSettings::default(), limits(&[(Path::new("/tmp"), "/", false)])), {
        policy(&["fd_read", "fd_write", "proc_exit"], &["sock_*", "path_open"], DenyAction::Errno)
    });
    assert_eq!(g.open_path(3, "x", 1, 64, 0), Err(NOTCAPABLE));
    assert_eq!(g.call("sock_shutdown", &[1, 1]), NOTCAPABLE);
    assert!(!g.store.data().wasi.was_used(), "a denied call builds nothing");
    assert_eq!(g.call("fd_prestat_get", &[3, 96]), OK);
    assert_eq!(g.store.data().denied, ["path_open", "sock_shutdown"]);
    assert_eq!(g.store.data().entered, 3);
    assert_eq!(error::<Exit>(g.try_call("proc_exit", &[300])), Exit(300));
    assert_eq!(g.store.data().denied.len(), 2);
}

#[test]
fn a_denied_call_can_end_the_guest() {
    let p = policy(&[], &["fd_write"], DenyAction::Trap);
    let mut g = Guest::new(host(WasiSettings::default(), limits(&[])), p);
    assert_eq!(error::<SandboxDenied>(g.try_call("fd_write", &[1, 0, 0, 0])), SandboxDenied { call: "fd_write" });
    assert_eq!(g.call("sched_yield", &[]), OK);
    let p = policy(&["fd_write"], &[], DenyAction::Errno);
    let mut g = Guest::new(host(WasiSettings::default(), limits(&[])), p);
    assert_eq!(error::<SandboxDenied>(g.try_call("proc_exit", &[0])), SandboxDenied { call: "proc_exit" });
    assert_eq!(g.store.data().denied, ["proc_exit"]);
}

#[test]
fn a_module_without_memory_is_told_so() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, host(WasiSettings::default(), limits(&[])));
    let mut linker = Linker::new(&engine);
    add_to_linker(&mut linker, &Arc::new(SyscallPolicy::allow_all())).unwrap();
    let text = wat(&linker, &mut store, "");
    let instance = linker.instantiate(&mut store, &Module::new(&engine, ::wat::parse_str(text).unwrap()).unwrap()).unwrap();
    let f = instance.get_typed_func::<(), i32>(&mut store, "sched_yield").unwrap();
    assert_eq!(error::<MissingMemory>(f.call(&mut store, ())), MissingMemory { call: "sched_yield" });
    let f = instance.get_typed_func::<i32, ()>(&mut store, "proc_exit").unwrap();
    assert_eq!(error::<Exit>(f.call(&mut store, 7).map(|()| 0)), Exit(7));
}

#[test]
fn arguments_and_environment() {
    let mut s = WasiSettings::default();
    s.set_args(&["prog", "ärg"]).unwrap();
    s.add_env("K", "v=1").unwrap();
    let mut g = Guest::new(host(s, limits(&[])), SyscallPolicy::allow_all());
    assert_eq!((g.call("args_sizes_get", &[0, 4]), g.u32(0), g.u32(4)), (OK, 2, 10));
    assert_eq!((g.call("args_get", &[0, 100]), g.get(100, 10)), (OK, "prog\0ärg\0".as_bytes()));
    assert_eq!((g.u32(0), g.u32(4)), (100, 105));
    assert_eq!((g.call("environ_sizes_get", &[0, 4]), g.u32(0), g.u32(4)), (OK, 1, 6));
    assert_eq!((g.call("environ_get", &[0, 100]), g.get(100, 6)), (OK, &b"K=v=1\0"[..]));
}

#[test]
fn random_bytes_and_clocks() {
    let mut g = Guest::open(limits(&[]));
    assert_eq!(g.call("random_get", &[0, 200_000]), OK);
    assert!(g.get(0, 200_000).chunks(1000).all(|c| c.iter().any(|b| *b != 0)));
    assert_eq!(g.get(200_000, 8), [0; 8]);
    assert!(g.try_call("random_get", &[200 << 16, 1]).is_err() && g.try_call("random_get", &[8, -1]).is_err());
    assert_eq!(g.call("random_get", &[0, 0]), OK);
    assert_eq!(g.call("clock_time_get", &[0, 0, 8]), OK);
    assert!(g.u64(8) > 1_600_000_000_000_000_000);
    assert_eq!(g.call("clock_time_get", &[2, 0, 8]), BADF);
    assert_eq!(g.call("proc_raise", &[6]), 58);
    assert_eq!(g.call("sock_accept", &[1, 0, 8]), 57);
}

#[test]
fn no_call_starts_a_thread_of_tokio() {
    let tmp = tempfile::tempdir().unwrap();
    let mut s = WasiSettings::default();
    s.set_output(1, Output::Inherit).unwrap();
    s.set_stdin(Stdin::Inherit);
    let mut g = Guest::new(host(s, limits(&[(tmp.path(), "/", false)])), SyscallPolicy::allow_all());
    assert_eq!(g.write(1, ""), (OK, 0));
    assert_eq!(g.call("fd_fdstat_get", &[0, 200]), OK);
    let f = g.open_path(3, "f", 1, 66, 0).unwrap();
    assert_eq!(g.write(f, "hello"), (OK, 5));
    assert_eq!(g.pwrite(f, 3, 7), (OK, 3));
    for (call, args) in [
        ("fd_seek", &[f, 0, 0, 200][..]),
        ("fd_advise", &[f, 0, 0, 0]),
        ("fd_sync", &[f]),
        ("fd_datasync", &[f]),
        ("fd_filestat_set_size", &[f, 20]),
        ("fd_filestat_set_times", &[f, 0, 0, 2]),
        ("fd_filestat_get", &[f, 200]),
        ("fd_fdstat_get", &[f, 200]),
        ("fd_readdir", &[3, 4096, 4096, 0, 200]),
    ] {
        assert_eq!(g.call(call, args), OK, "{call}");
    }
    assert_eq!(g.read(f, 5), (OK, b"hello".to_vec()));
    assert_eq!(g.transfer("fd_pread", f, (1 << 16, 3), Some(7)), (OK, 3));
    let [at, len] = g.path("f");
    for (call, args) in [
        ("path_filestat_get", &[3, 0, at, len, 200][..]),
        ("path_filestat_set_times", &[3, 0, at, len, 0, 0, 2]),
        ("path_link", &[3, 0, at, len, 3, 64, 1]),
        ("path_rename", &[3, 64, 1, 3, 65, 1]),
        ("path_symlink", &[at, len, 3, 66, 1]),
        ("path_readlink", &[3, 66, 1, 200, 10, 220]),
        ("path_unlink_file", &[3, 65, 1]),
        ("path_create_directory", &[3, 67, 1]),
        ("path_remove_directory", &[3, 67, 1]),
        ("fd_close", &[f]),
        ("random_get", &[0, 100]),
        ("sched_yield", &[]),
    ] {
        g.put(64, b"ghij");
        assert_eq!(g.call(call, args), OK, "{call}");
    }
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let name = std::fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default();
        assert!(!name.contains("tokio"), "{name}");
    }
}
