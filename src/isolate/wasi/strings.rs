//! Arguments and environment: lists of strings that the guest asks the size of, then has copied into its memory.

use super::WasiHost;
use super::calls::{SUCCESS, settle, store};
use super::settings::WasiSettings;
use std::sync::Arc;
use wasmtime::Result;
use wiggle::{GuestError, GuestMemory, GuestPtr};

/// One of the two lists.
type List = fn(&WasiSettings) -> &Strings;

/// Strings as a guest gets them, one behind the other, each with its terminator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Strings {
    bytes: Vec<u8>,
    /// Where each begins. There is at most 1 MiB of bytes.
    starts: Vec<u32>,
}

impl Strings {
    pub(super) fn push(&mut self, parts: &[&str]) {
        self.starts.push(self.bytes.len() as u32);
        for part in parts {
            self.bytes.extend_from_slice(part.as_bytes());
        }
        self.bytes.push(0);
    }

    /// What they take, each with its terminator.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    fn sizes(&self) -> (u32, u32) {
        (self.starts.len() as u32, self.bytes.len() as u32)
    }

    /// Writes the strings to `buffer`, and where each of them is to `pointers`.
    fn copy(&self, memory: &mut GuestMemory<'_>, pointers: u32, buffer: u32) -> Result<(), GuestError> {
        memory.copy_from_slice(&self.bytes, GuestPtr::<u8>::new(buffer).as_array(self.bytes.len() as u32))?;
        let pointers = GuestPtr::<u32>::new(pointers);
        for (i, start) in (0..).zip(&self.starts) {
            // Within the buffer, so within 32 bits.
            memory.write(pointers.add(i)?, buffer + start)?;
        }
        Ok(())
    }
}

fn sizes<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, list: List, count: i32, size: i32) -> Result<i32> {
    let (n, bytes) = list(host.wasi().settings()).sizes();
    match store(memory, count, n)? {
        SUCCESS => store(memory, size, bytes),
        errno => Ok(errno),
    }
}

fn get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, list: List, pointers: i32, buffer: i32) -> Result<i32> {
    let settings = Arc::clone(host.wasi().settings());
    match list(&settings).copy(memory, pointers.cast_unsigned(), buffer.cast_unsigned()) {
        Ok(()) => Ok(SUCCESS),
        Err(e) => settle(e),
    }
}

pub(super) fn args_sizes_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, count: i32, size: i32) -> Result<i32> {
    sizes(host, memory, |settings| &settings.args, count, size)
}

pub(super) fn args_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, argv: i32, buffer: i32) -> Result<i32> {
    get(host, memory, |settings| &settings.args, argv, buffer)
}

pub(super) fn environ_sizes_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, count: i32, size: i32) -> Result<i32> {
    sizes(host, memory, |settings| &settings.env, count, size)
}

pub(super) fn environ_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, environ: i32, buffer: i32) -> Result<i32> {
    get(host, memory, |settings| &settings.env, environ, buffer)
}
