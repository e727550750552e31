//! Host functions: what a host defines for its guests, and what such a function may do while it runs.

use crate::error::{Error, Result, Status, escape};
use crate::isolate::deadline::Interrupted;
use crate::isolate::wasi;
use crate::run::vm::{UserData, VmState};
use crate::signature::{Kind, Signature};
use crate::value::Value;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::sync::Arc;
use wasmtime::{Caller, Extern, Linker, Memory, ValRaw};

/// A function of the host. `Err` ends the call with `HOST_FUNCTION`.
pub trait HostFunction: Send + Sync {
    fn call(&self, caller: &mut HostCaller<'_>, args: &[Value], results: &mut [Value]) -> Result<()>;
}

/// The definitions that a module is linked with. Cloning shares the functions.
#[derive(Clone, Default)]
pub struct Imports {
    definitions: Vec<Definition>,
}

#[derive(Clone)]
struct Definition {
    module: String,
    /// `*` stands for every import of the module with this signature that has no definition of its own.
    name: String,
    signature: Option<Arc<Signature>>,
    function: Arc<dyn HostFunction>,
}

/// Any name, as the last resort of a lookup.
const ANY: &str = "*";

impl Imports {
    /// Defines or replaces a function; a `*` needs a signature. Gives back what was replaced: dropping that may run a
    /// finalizer, which may come back to this very set, so the caller drops it when it is done with the set.
    pub fn define(
        &mut self,
        module: &str,
        name: &str,
        signature: Option<Signature>,
        function: Arc<dyn HostFunction>,
    ) -> Result<Option<Arc<dyn HostFunction>>> {
        if name == ANY && signature.is_none() {
            return Err(Error::argument("signature", "is NULL, but the name \"*\" needs one"));
        }
        let definition = Definition { module: module.into(), name: name.into(), signature: signature.map(Arc::new), function };
        let same = |d: &&mut Definition| {
            d.module == definition.module && d.name == definition.name && (name != ANY || d.signature == definition.signature)
        };
        match self.definitions.iter_mut().find(same) {
            Some(old) => Ok(Some(std::mem::replace(old, definition).function)),
            None => {
                self.definitions.push(definition);
                Ok(None)
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty()
    }

    /// The function for an import, `None` if there is none, an error if there is one of another signature.
    pub fn resolve(&self, module: &str, name: &str, wanted: &Signature) -> Result<Option<Arc<dyn HostFunction>>> {
        let of_module = || self.definitions.iter().filter(|d| d.module == module);
        if let Some(exact) = of_module().find(|d| d.name == name && name != ANY) {
            return match &exact.signature {
                Some(s) if **s != *wanted => Err(Error::new(
                    Status::UNRESOLVED_IMPORT,
                    format!("\"{}\".\"{}\" is imported as {wanted} and defined as {s}", escape(module, 100), escape(name, 100)),
                )),
                _ => Ok(Some(Arc::clone(&exact.function))),
            };
        }
        let wild = of_module().find(|d| d.name == ANY && d.signature.as_deref() == Some(wanted));
        Ok(wild.map(|d| Arc::clone(&d.function)))
    }
}

/// Puts a host function into a linker under an import's name.
pub fn link(
    linker: &mut Linker<VmState>,
    module: &str,
    name: &str,
    signature: &Arc<Signature>,
    function: Arc<dyn HostFunction>,
) -> wasmtime::Result<()> {
    let ty = signature.to_func_type(linker.engine());
    let signature = Arc::clone(signature);
    // SAFETY: wasmtime passes a buffer that holds the parameters of `ty` and has room for its results; `enter` reads the
    // parameters and writes the results by the same signature, numbers only.
    unsafe {
        linker.func_new_unchecked(module, name, ty, move |caller, raw| enter(caller, raw, &signature, &*function))?;
    }
    Ok(())
}

fn enter(
    caller: Caller<'_, VmState>,
    raw: &mut [MaybeUninit<ValRaw>],
    signature: &Signature,
    function: &dyn HostFunction,
) -> wasmtime::Result<()> {
    let not_a_number = || wasmtime::Error::msg("a reference reached a host function outside a session");
    // SAFETY: wasmtime initialised the first of the buffer with the parameters, of which there are as many as are zipped.
    let read = |(kind, raw): (&Kind, &MaybeUninit<ValRaw>)| {
        Value::from_raw(*kind, unsafe { raw.assume_init_ref() }).ok_or_else(not_a_number)
    };
    let args: SmallVec<[Value; 8]> = signature.params.iter().zip(&*raw).map(read).collect::<wasmtime::Result<_>>()?;
    let zero = |kind: &Kind| Value::zero(*kind).ok_or_else(not_a_number);
    let mut results: SmallVec<[Value; 4]> = signature.results.iter().map(zero).collect::<wasmtime::Result<_>>()?;
    let mut host = HostCaller { caller, memory: None };
    {
        let _nested = Nested::enter(host.caller.data().runtime_id());
        function.call(&mut host, &args, &mut results)?;
    }
    // A callback cannot be interrupted; one that came back too late ends the call here.
    if let Some(why) = host.caller.data().interrupted() {
        return Err(Interrupted(why).into());
    }
    for (slot, value) in raw.iter_mut().zip(&results) {
        slot.write(value.to_raw());
    }
    Ok(())
}

/// The guest that called, for as long as the host function runs.
pub struct HostCaller<'a> {
    caller: Caller<'a, VmState>,
    memory: Option<Memory>,
}

impl HostCaller<'_> {
    pub fn user_data(&self) -> UserData {
        self.caller.data().user_data()
    }

    pub fn call_id(&self) -> u64 {
        self.caller.data().call_id()
    }

    /// Nanoseconds until the call's deadline; `i64::MAX` without one.
    pub fn remaining_ns(&self) -> i64 {
        self.caller.data().remaining_ns().unwrap_or(i64::MAX)
    }

    /// The guest's exported memory at `ptr`, for `len` bytes.
    pub fn memory(&mut self, ptr: u64, len: u64) -> Result<&mut [u8]> {
        let memory = match self.memory {
            Some(memory) => memory,
            None => match self.caller.get_export("memory") {
                Some(Extern::Memory(memory)) => *self.memory.insert(memory),
                _ => return Err(Error::new(Status::NOT_FOUND, "the calling module exports no memory named \"memory\"")),
            },
        };
        let data = memory.data_mut(&mut self.caller);
        let size = data.len();
        let range = usize::try_from(ptr).ok().zip(ptr.checked_add(len).and_then(|end| usize::try_from(end).ok()));
        range
            .and_then(|(start, end)| data.get_mut(start..end))
            .ok_or_else(|| Error::argument("ptr", format!("{len} bytes at {ptr} are outside the guest's memory of {size} bytes")))
    }
}

thread_local! {
    /// The runtimes whose host functions are running on this thread, outermost first.
    static NESTING: RefCell<SmallVec<[u64; 4]>> = const { RefCell::new(SmallVec::new_const()) };
}

/// Marks that a host function of a runtime runs on this thread.
struct Nested;

impl Nested {
    fn enter(runtime_id: u64) -> Nested {
        NESTING.with_borrow_mut(|n| n.push(runtime_id));
        Nested
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        NESTING.with_borrow_mut(|n| n.pop());
    }
}

/// Whether this thread is inside a host function of that runtime.
pub fn is_inside(runtime_id: u64) -> bool {
    NESTING.with_borrow(|n| n.contains(&runtime_id))
}

/// What a call that may go on on another thread takes along.
pub fn nesting() -> SmallVec<[u64; 4]> {
    NESTING.with_borrow(Clone::clone)
}

/// Runs `f` with a nesting that came from another thread.
pub fn with_nesting<T>(nesting: SmallVec<[u64; 4]>, f: impl FnOnce() -> T) -> T {
    struct Restore(SmallVec<[u64; 4]>);
    impl Drop for Restore {
        fn drop(&mut self) {
            NESTING.set(std::mem::take(&mut self.0));
        }
    }
    let _restore = Restore(NESTING.replace(nesting));
    f()
}

/// Whether an import is one that the WASI layer answers.
pub fn is_wasi(module: &str, name: &str) -> bool {
    module == wasi::MODULE && crate::isolate::policy::call_index(name).is_some()
}
