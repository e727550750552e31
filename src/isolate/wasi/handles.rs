//! The directories in wasmtime-wasi's table, which it keeps to itself.

use super::descriptors::Directory;
use super::readdir::Places;
use super::shims::immediate;
use crate::descriptor;
use std::fs::File;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use wasmtime_wasi::WasiView;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p1::types::{Errno, Fd, Fdflags, Lookupflags, Oflags, Rights};
use wasmtime_wasi::p1::wasi_snapshot_preview1::WasiSnapshotPreview1;
use wasmtime_wasi::p2::bindings::filesystem::preopens::Host;
use wiggle::{GuestMemory, GuestPtr};

/// The files and directories in wasmtime-wasi's table.
fn handles(p1: &mut WasiP1Ctx) -> impl Iterator<Item = &mut Arc<File>> {
    let table = p1.ctx().table;
    table.iter_mut().filter_map(|entry| match entry.downcast_mut::<Descriptor>()? {
        Descriptor::File(file) => Some(&mut file.file),
        Descriptor::Dir(dir) => Some(&mut dir.dir),
    })
}

/// The directories that the guest is given, in their order.
pub(super) fn given(p1: &mut WasiP1Ctx) -> wasmtime::Result<Vec<Directory>> {
    let mut given = Vec::new();
    let resources = p1.filesystem().get_directories()?;
    for (inner, (resource, _)) in (descriptor::FIRST.cast_unsigned()..).zip(resources) {
        if let Descriptor::Dir(dir) = p1.ctx().table.delete(resource)? {
            let read_only = dir.perms.write_not_permitted();
            given.push(Directory {
                handle: dir.dir,
                read_only,
                inner: Fd::from(inner),
                opened: false,
                listed: Places::default(),
            });
        }
    }
    Ok(given)
}

/// Gives wasmtime-wasi a directory that was opened beneath `parent`; its number there.
pub(super) fn adopt(p1: &mut WasiP1Ctx, parent: Fd, directory: &Arc<File>) -> wasmtime::Result<Result<Fd, Errno>> {
    let (name, mut none) = (GuestPtr::<str>::new((0, 1)), *b".");
    let mut memory = GuestMemory::Unshared(&mut none);
    let (lookup, rights) = (Lookupflags::empty(), Rights::FD_READ);
    // Its first call fills its table, and is not to be the one that is looked for in it. It fails for a directory that was not given.
    let _ = p1.fd_prestat_get(&mut memory, parent);
    // It opens a name only. What that stands for is found among its handles, and replaced: nothing else is opened meanwhile.
    let known: Vec<RawFd> = handles(p1).map(|handle| handle.as_raw_fd()).collect();
    let opened = p1.path_open(&mut memory, parent, lookup, name, Oflags::DIRECTORY, rights, Rights::empty(), Fdflags::empty());
    let opened = match immediate(opened)? {
        Ok(opened) => opened,
        Err(e) => return e.downcast().map(Err),
    };
    match handles(p1).find(|handle| !known.contains(&handle.as_raw_fd())) {
        Some(handle) => *handle = Arc::clone(directory),
        None => wasmtime::bail!("a directory that was opened is not in the table"),
    }
    Ok(Ok(opened))
}
