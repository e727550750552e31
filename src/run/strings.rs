//! Strings and bytes on their way into a guest's memory and out of it.
//!
//! A guest is not believed: every address and length that it gives is checked against its memory, and whatever its allocator
//! does, the worst is an error of the call.

use crate::buffer::Buffer;
use crate::compile::code::{Code, ExternKind};
use crate::error::{Error, Result, Status};
use crate::interface::{Content, Form};
use crate::run::state::VmState;
use crate::signature::{Kind, Signature};
use crate::value::Value;
use smallvec::{SmallVec, smallvec};
use std::ffi::CStr;
use wasmtime::{AsContext, AsContextMut, Func, Memory, ModuleExport};

/// The name of the memory that hosts see.
pub const MEMORY: &str = "memory";
/// Alignments that an allocator of the canonical ABI is asked for: strings and bytes have that of a byte there, and a guest that
/// frees them says so to its allocator.
const BYTES: i32 = 1;
const PAIR: i32 = 4;
/// Where an empty string is said to be: not null, so that every language can make a slice of it.
const NOWHERE: u32 = 8;

/// The exports by which a guest gives memory, the first that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `cabi_realloc(old, old_size, align, new_size)`, of the canonical ABI.
    Realloc,
    /// `malloc(size)`, of C.
    Malloc,
    /// `alloc(size)`.
    Alloc,
}

impl Protocol {
    pub const ALL: [Protocol; 3] = [Protocol::Realloc, Protocol::Malloc, Protocol::Alloc];

    pub fn name(self) -> &'static str {
        match self {
            Protocol::Realloc => "cabi_realloc",
            Protocol::Malloc => "malloc",
            Protocol::Alloc => "alloc",
        }
    }

    /// Whether a function of this signature is such an allocator.
    pub fn fits(self, signature: &Signature) -> bool {
        *signature.params == *self.params() && *signature.results == [Kind::I32]
    }

    fn params(self) -> &'static [Kind] {
        match self {
            Protocol::Realloc => &[Kind::I32; 4],
            Protocol::Malloc | Protocol::Alloc => &[Kind::I32],
        }
    }
}

/// What a module exports for strings to cross.
#[derive(Clone, Copy, Default)]
pub struct Doors {
    pub memory: Option<ModuleExport>,
    pub allocator: Option<(Protocol, ModuleExport)>,
}

impl Doors {
    pub fn of(code: &Code) -> Doors {
        let memory = code.export(MEMORY).filter(|e| matches!(e.kind, ExternKind::Memory { is_64: false, .. })).map(|e| e.index);
        let fits = |p: Protocol, kind: &ExternKind| matches!(kind, ExternKind::Function(s) if p.fits(s));
        let exported = |p: Protocol| code.export(p.name()).filter(|e| fits(p, &e.kind)).map(|e| (p, e.index));
        Doors { memory, allocator: Protocol::ALL.into_iter().find_map(exported) }
    }

    /// Refuses an interface whose strings could never cross.
    pub fn check(&self, takes_data: bool, gives_data: bool) -> Result<()> {
        if (takes_data || gives_data) && self.memory.is_none() {
            let text = "strings and bytes need the module to export its memory as \"memory\"";
            return Err(Error::new(Status::UNSUPPORTED, text));
        }
        if takes_data && self.allocator.is_none() {
            let text =
                "arguments that are strings or bytes need the module to export an allocator: cabi_realloc, malloc or alloc";
            return Err(Error::new(Status::UNSUPPORTED, text));
        }
        Ok(())
    }
}

/// A guest's memory and its allocator, found in an instance.
#[derive(Clone, Copy)]
pub struct Heap {
    pub memory: Memory,
    pub allocator: Option<(Protocol, Func)>,
}

fn lie(what: String) -> Error {
    Error::new(Status::GUEST_DATA, what)
}

impl Heap {
    /// Memory of the guest's own for bytes, by its allocator: guest code runs.
    pub fn allocate(&self, context: impl AsContextMut<Data = VmState>, len: usize) -> wasmtime::Result<u32> {
        self.allocate_aligned(context, len, BYTES)
    }

    fn allocate_aligned(&self, mut context: impl AsContextMut<Data = VmState>, len: usize, align: i32) -> wasmtime::Result<u32> {
        let Some((protocol, function)) = self.allocator else {
            let text = "the module exports no allocator: cabi_realloc, malloc or alloc";
            return Err(Error::new(Status::UNSUPPORTED, text).into());
        };
        let size = self.size(&context);
        let Some(wanted) = u32::try_from(len).ok().map(u32::cast_signed) else {
            return Err(
                Error::argument("args", format!("{len} bytes cannot be put into the guest's memory of {size} bytes")).into()
            );
        };
        let address = match protocol {
            Protocol::Realloc => {
                let call = function.typed::<(i32, i32, i32, i32), i32>(&context)?;
                call.call(&mut context, (0, 0, align, wanted))?
            }
            Protocol::Malloc | Protocol::Alloc => function.typed::<i32, i32>(&context)?.call(&mut context, wanted)?,
        };
        let address = address.cast_unsigned();
        let name = protocol.name();
        if address == 0 {
            return Err(lie(format!("the guest's {name} gave no memory for {len} bytes")).into());
        }
        let size = self.size(&context);
        if address as usize + len > size {
            let text = format!("the guest's {name} gave {len} bytes at {address}, outside its memory of {size} bytes");
            return Err(lie(text).into());
        }
        Ok(address)
    }

    /// Puts bytes into memory of the guest's own, in the form of a parameter or a result, and gives the values that say where.
    pub fn put(
        &self,
        mut context: impl AsContextMut<Data = VmState>,
        bytes: &[u8],
        form: Form,
    ) -> wasmtime::Result<SmallVec<[Value; 2]>> {
        let terminated = form == Form::Terminated;
        let room = bytes.len() + usize::from(terminated);
        let address = if room == 0 { NOWHERE } else { self.allocate(&mut context, room)? };
        if let Some(to) = self.memory.data_mut(&mut context).get_mut(address as usize..address as usize + room) {
            let (head, tail) = to.split_at_mut(bytes.len());
            head.copy_from_slice(bytes);
            tail.fill(0);
        }
        // `allocate` refused what does not fit 32 bits.
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let number = |n: u32| Value::I32(n.cast_signed());
        Ok(match form {
            Form::Pair => smallvec![number(address), number(len)],
            Form::Terminated => smallvec![number(address)],
            Form::Packed => smallvec![Value::I64((u64::from(address) << 32 | u64::from(len)).cast_signed())],
            Form::Pointer => {
                let pair = self.allocate_aligned(&mut context, 8, PAIR)?;
                let bytes = (u64::from(len) << 32 | u64::from(address)).to_le_bytes();
                self.memory.write(&mut context, pair as usize, &bytes)?;
                smallvec![number(pair)]
            }
        })
    }

    /// The range that core values say, checked against the memory; `what` names the value in errors. `budget` is what may still
    /// cross, and pays for it.
    pub fn range(
        &self,
        context: impl AsContext<Data = VmState>,
        values: &[Value],
        form: Form,
        content: Content,
        budget: &mut u64,
        what: impl Fn() -> String,
    ) -> Result<std::ops::Range<usize>> {
        let memory = self.memory.data(&context);
        let size = memory.len();
        let outside = |address: u64, len: u64| {
            lie(format!("{}: {len} bytes at {address} are outside the guest's memory of {size} bytes", what()))
        };
        let too_much = |len: u64| over_budget(context.as_context().data().max_result_bytes(), *budget, len);
        let number = |i: usize| match values.get(i) {
            Some(Value::I32(n)) => u64::from(n.cast_unsigned()),
            Some(Value::I64(n)) => n.cast_unsigned(),
            _ => 0,
        };
        let split = |packed: u64| (packed >> 32, packed & u64::from(u32::MAX));
        let (address, len) = match form {
            Form::Pair => (number(0), number(1)),
            Form::Packed => split(number(0)),
            Form::Pointer => {
                let at = number(0) as usize;
                let pair = memory.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
                let (len, address) = split(u64::from_le_bytes(pair.ok_or_else(|| outside(at as u64, 8))?));
                (address, len)
            }
            Form::Terminated => {
                let at = number(0);
                let rest = memory.get(at as usize..).ok_or_else(|| outside(at, 1))?;
                // Not looked for where it would be over the limit: one string after the other could make the host read all of
                // the guest's memory.
                let head = usize::try_from(*budget).ok().and_then(|most| rest.get(..=most));
                let end = nul(head.unwrap_or(rest)).ok_or_else(|| match head {
                    Some(head) if head.len() < rest.len() => too_much(head.len() as u64),
                    _ => lie(format!("{}: no NUL ends the string at {at}", what())),
                })?;
                (at, end as u64)
            }
        };
        // Both are of 32 bits, so the sum does not overflow. An empty range lies nowhere.
        let range = if len == 0 { 0..0 } else { address as usize..(address + len) as usize };
        let bytes = memory.get(range.clone()).ok_or_else(|| outside(address, len))?;
        // What is over the limit is not worth reading.
        if len > *budget {
            return Err(too_much(len));
        }
        if content == Content::String {
            check_utf8(bytes, what)?;
        }
        *budget -= len;
        Ok(range)
    }

    /// A copy of the bytes that a result says.
    pub fn take(
        &self,
        context: impl AsContext<Data = VmState>,
        values: &[Value],
        form: Form,
        content: Content,
        budget: &mut u64,
        i: usize,
    ) -> Result<Buffer> {
        let range = self.range(&context, values, form, content, budget, || format!("result {i}"))?;
        let bytes = self.memory.data(&context).get(range).unwrap_or_default();
        let len = bytes.len();
        Buffer::copy(bytes).ok_or_else(|| Error::new(Status::OS, format!("no memory for the {len} bytes of result {i}")))
    }

    fn size(&self, context: impl AsContext) -> usize {
        self.memory.data_size(context)
    }
}

/// The error for `len` bytes where `budget` of the limit is left.
fn over_budget(limit: u64, budget: u64, len: u64) -> Error {
    let asked = (limit - budget).saturating_add(len);
    let text = format!(
        "max_result_bytes: the guest gives {asked} bytes of strings and bytes, the limit is {limit}; raise it with dwcp_config_set_max_result_bytes"
    );
    Error::new(Status::LIMIT_RESULT, text).with_limit(c"max_result_bytes", limit, asked)
}

/// Where the first NUL is. By words: a guest may make its host look through all of its memory.
pub fn nul(bytes: &[u8]) -> Option<usize> {
    CStr::from_bytes_until_nul(bytes).ok().map(CStr::count_bytes)
}

fn check_utf8(bytes: &[u8], what: impl Fn() -> String) -> Result<()> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Ok(()),
        Err(e) => Err(lie(format!("{}: the string is not UTF-8 (bad byte at offset {})", what(), e.valid_up_to()))),
    }
}
