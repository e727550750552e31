//! Host functions: what a host defines for its guests, and what such a function may do while it runs.

use crate::buffer::Buffer;
use crate::compile::code::ExternKind;
use crate::error::{Error, Result, Status, escape};
use crate::interface::{Content, Form, Interface, Type};
use crate::isolate::deadline::Interrupted;
use crate::isolate::wasi::WasiHost;
use crate::isolate::{stack, wasi};
use crate::run::explain::{self, explain};
use crate::run::nesting;
use crate::run::references::{self, HostObject, Tracked};
use crate::run::state::{Ending, UserData, VmState};
use crate::run::strings::{self, Heap, MEMORY, Protocol};
use crate::run::typed;
use crate::signature::{Kind, Signature};
use crate::syscalls::Syscall;
use crate::value::{Argument, Output, Value};
use smallvec::SmallVec;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::Arc;
use wasmtime::{Caller, Extern, Func, Linker, Val, ValRaw};

/// A function of the host. `Err` ends the call with `HOST_FUNCTION`.
pub trait HostFunction: Send + Sync {
    /// `results` holds zeroes of the right kinds; strings and bytes are given by [`HostCaller::give`] instead.
    fn call(&self, caller: &mut HostCaller<'_>, args: &[HostArgument], results: &mut [HostResult]) -> Result<()>;
}

/// What a guest passes to a host function.
#[derive(Clone)]
pub enum HostArgument {
    Number(Value),
    /// Held until the function returns; 0 is null.
    Reference(Kind, u64),
    /// Checked bytes of the guest's memory.
    Data(Content, Range<usize>),
}

/// What a host function gives back.
pub enum HostResult {
    Number(Value),
    Reference(Kind, u64),
    /// Given by [`HostCaller::give`].
    Data(Content, Form),
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
    interface: Option<Arc<Interface>>,
    function: Arc<dyn HostFunction>,
}

/// Any name, as the last resort of a lookup.
const ANY: &str = "*";

/// A host function and how a guest sees it.
pub type Resolved = (Arc<dyn HostFunction>, Arc<Interface>);

impl Imports {
    /// Defines or replaces a function; a `*` needs a signature. Gives back what was replaced: dropping that may run a
    /// finalizer, which may come back to this very set, so the caller drops it when it is done with the set.
    pub fn define(
        &mut self,
        module: &str,
        name: &str,
        interface: Option<Interface>,
        function: Arc<dyn HostFunction>,
    ) -> Result<Option<Arc<dyn HostFunction>>> {
        if name == ANY && interface.is_none() {
            return Err(Error::argument("signature", "is NULL, but the name \"*\" needs one"));
        }
        let definition = Definition { module: module.into(), name: name.into(), interface: interface.map(Arc::new), function };
        let same = |d: &&mut Definition| {
            d.module == definition.module && d.name == definition.name && (name != ANY || d.interface == definition.interface)
        };
        match self.definitions.iter_mut().find(same) {
            Some(old) => Ok(Some(std::mem::replace(old, definition).function)),
            None => {
                self.definitions.push(definition);
                Ok(None)
            }
        }
    }

    /// Module and name of each definition that has a name of its own.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.definitions.iter().filter(|d| d.name != ANY).map(|d| (d.module.as_str(), d.name.as_str()))
    }

    /// The function for an import, `None` if there is none, an error if there is one of another signature.
    pub fn resolve(&self, module: &str, name: &str, wanted: &Arc<Signature>) -> Result<Option<Resolved>> {
        let of_module = || self.definitions.iter().filter(|d| d.module == module);
        if let Some(exact) = of_module().find(|d| d.name == name && name != ANY) {
            return match &exact.interface {
                Some(s) if s.core() != wanted => Err(Error::new(
                    Status::UNRESOLVED_IMPORT,
                    format!(
                        "\"{}\".\"{}\" is imported as {wanted} and defined as {s}, which is {}",
                        escape(module, 100),
                        escape(name, 100),
                        s.core()
                    ),
                )),
                Some(s) => Ok(Some((Arc::clone(&exact.function), Arc::clone(s)))),
                None => Ok(Some((Arc::clone(&exact.function), Arc::new(Interface::plain(wanted))))),
            };
        }
        let wild = of_module().filter(|d| d.name == ANY).find_map(|d| {
            let interface = d.interface.as_ref().filter(|i| i.core() == wanted)?;
            Some((Arc::clone(&d.function), Arc::clone(interface)))
        });
        Ok(wild)
    }
}

/// Puts a host function into a linker under an import's name.
pub fn link(
    linker: &mut Linker<VmState>,
    module: &str,
    name: &str,
    interface: Arc<Interface>,
    function: Arc<dyn HostFunction>,
) -> wasmtime::Result<()> {
    let ty = interface.core().to_func_type(linker.engine());
    let syscall = syscall(module, name);
    if interface.has_references() {
        linker.func_new(module, name, ty, move |mut caller, params, results| {
            count(&mut caller, syscall)?;
            enter_checked(caller, params, results, &interface, &*function)
        })?;
        return Ok(());
    }
    // SAFETY: wasmtime passes a buffer that holds the parameters of `ty` and has room for its results; `enter` reads the
    // parameters and writes the results by the same signature, numbers only.
    unsafe {
        linker.func_new_unchecked(module, name, ty, move |mut caller, raw| {
            count(&mut caller, syscall)?;
            enter(caller, raw, &interface, &*function)
        })?;
    }
    Ok(())
}

/// A host's own version of a WASI call counts as that call. A denied one is not here: it was never replaced.
fn count(caller: &mut Caller<'_, VmState>, syscall: Option<Syscall>) -> wasmtime::Result<()> {
    match syscall {
        Some(call) => caller.data_mut().entering(call),
        None => Ok(()),
    }
}

/// The way in for numbers, strings and bytes.
fn enter(
    caller: Caller<'_, VmState>,
    raw: &mut [MaybeUninit<ValRaw>],
    interface: &Interface,
    function: &dyn HostFunction,
) -> wasmtime::Result<()> {
    let not_a_number = || wasmtime::Error::msg("a reference where a number was expected");
    // SAFETY: wasmtime initialised the first of the buffer with the parameters, of which there are as many as are zipped.
    let read = |(kind, raw): (&Kind, &MaybeUninit<ValRaw>)| {
        Value::from_raw(*kind, unsafe { raw.assume_init_ref() }).ok_or_else(not_a_number)
    };
    let core: SmallVec<[Value; 8]> = interface.core().params.iter().zip(&*raw).map(read).collect::<wasmtime::Result<_>>()?;
    let mut host = HostCaller::new(caller);
    let mut args: SmallVec<[HostArgument; 8]> = SmallVec::new();
    let mut budget = host.caller.data().max_result_bytes();
    let mut rest = &*core;
    for (i, ty) in interface.params.iter().enumerate() {
        let (own, others) = rest.split_at(ty.width().min(rest.len()));
        rest = others;
        args.push(match (*ty, own) {
            (Type::Core(_), [value]) => HostArgument::Number(*value),
            (Type::Data { content, form }, own) => {
                let heap = host.reach_strings()?;
                let what = || format!("argument {i} of the host function");
                let range = heap.range(&host.caller, own, form, content, &mut budget, what)?;
                HostArgument::Data(content, range)
            }
            _ => return Err(not_a_number()),
        });
    }
    let mut slots = raw.iter_mut();
    let mut write = |value: Value| {
        if let Some(slot) = slots.next() {
            slot.write(value.to_raw());
        }
    };
    for (i, result) in host.serve(&args, interface, function)?.iter().enumerate() {
        match result {
            HostResult::Number(value) => write(*value),
            HostResult::Data(..) => host.take_given(i)?.into_iter().for_each(&mut write),
            HostResult::Reference(..) => return Err(not_a_number()),
        }
    }
    Ok(())
}

/// The way in where references cross: by values that the engine has checked.
fn enter_checked(
    caller: Caller<'_, VmState>,
    params: &[Val],
    results: &mut [Val],
    interface: &Interface,
    function: &dyn HostFunction,
) -> wasmtime::Result<()> {
    let mut host = HostCaller::new(caller);
    let mut args: SmallVec<[HostArgument; 8]> = SmallVec::new();
    let mut budget = host.caller.data().max_result_bytes();
    let mut rest = params;
    for (i, ty) in interface.params.iter().enumerate() {
        let (own, others) = rest.split_at(ty.width().min(rest.len()));
        rest = others;
        args.push(match *ty {
            Type::Core(kind) if kind.is_number() => HostArgument::Number(typed::numbers(own)?[0]),
            Type::Core(kind) => HostArgument::Reference(kind, host.lend(&own[0])?),
            Type::Data { content, form } => {
                let heap = host.reach_strings()?;
                let what = || format!("argument {i} of the host function");
                HostArgument::Data(content, heap.range(&host.caller, &typed::numbers(own)?, form, content, &mut budget, what)?)
            }
        });
    }
    let mut slots = results.iter_mut();
    let mut write = |val: Val| {
        if let Some(slot) = slots.next() {
            *slot = val;
        }
    };
    for (i, result) in host.serve(&args, interface, function)?.iter().enumerate() {
        match result {
            HostResult::Number(value) => write(typed::to_val(*value)),
            HostResult::Data(..) => host.take_given(i)?.into_iter().for_each(|value| write(typed::to_val(value))),
            HostResult::Reference(kind, id) => write(host.reference_given(i, *kind, *id)?),
        }
    }
    Ok(())
}

/// The guest that called, for as long as the host function runs.
pub struct HostCaller<'a> {
    caller: Caller<'a, VmState>,
    heap: Option<Heap>,
    /// Whether the allocator was looked for: that takes longer than most host functions, and those that only read need none.
    knows_allocator: bool,
    /// References made or passed during this function: the host's until it returns.
    lent: Vec<u64>,
    /// Strings and bytes that the function gave, put into the guest's memory.
    given: Vec<(usize, SmallVec<[Value; 2]>)>,
}

impl Drop for HostCaller<'_> {
    fn drop(&mut self) {
        for id in self.lent.drain(..) {
            // One that the host released itself is gone already.
            let _ = self.caller.data_mut().references().release(id);
        }
    }
}

impl<'a> HostCaller<'a> {
    fn new(caller: Caller<'a, VmState>) -> HostCaller<'a> {
        HostCaller { caller, heap: None, knows_allocator: false, lent: Vec::new(), given: Vec::new() }
    }

    /// Runs the function, and gives its results.
    fn serve(
        &mut self,
        args: &[HostArgument],
        interface: &Interface,
        function: &dyn HostFunction,
    ) -> wasmtime::Result<SmallVec<[HostResult; 4]>> {
        let zero = |ty: &Type| match *ty {
            Type::Core(kind) => Value::zero(kind).map_or(HostResult::Reference(kind, 0), HostResult::Number),
            Type::Data { content, form } => HostResult::Data(content, form),
        };
        let mut results: SmallVec<[HostResult; 4]> = interface.results.iter().map(zero).collect();
        wasi::check_fuel(&self.caller)?;
        let outcome = {
            let _nested = nesting::function(self.caller.data().runtime_id());
            function.call(self, args, &mut results)
        };
        // What the guest did in a call from inside the function comes before what the function made of it.
        self.caller.data_mut().check_ending()?;
        // A callback cannot be interrupted; one that came back too late ends the call here.
        if let Some(why) = self.caller.data().interrupted() {
            return Err(Interrupted(why).into());
        }
        wasi::check_fuel(&self.caller)?;
        outcome?;
        Ok(results)
    }

    /// The reference that is result `i`.
    fn reference_given(&mut self, i: usize, kind: Kind, id: u64) -> Result<Val> {
        let wrong = |e: Error| {
            let text = format!("the host function gave a wrong result {i}: {}", e.message());
            Error::new(Status::HOST_FUNCTION, text)
        };
        references::to_val(&mut self.caller, kind, id).map_err(wrong)
    }

    /// The values that say where result `i` is.
    fn take_given(&mut self, i: usize) -> Result<SmallVec<[Value; 2]>> {
        let own = self.given.iter().position(|(at, _)| *at == i).map(|at| self.given.swap_remove(at).1);
        own.ok_or_else(|| Error::new(Status::HOST_FUNCTION, format!("the host function did not give result {i}")))
    }

    /// Puts result `i` into the guest's memory: guest code runs.
    pub fn give(&mut self, i: usize, bytes: &[u8], form: Form) -> Result<()> {
        self.reach_strings()?;
        let heap = self.heap()?;
        self.check_stack()?;
        let values = heap.put(&mut self.caller, bytes, form).map_err(|e| self.explain(&e))?;
        self.given.retain(|(at, _)| *at != i);
        self.given.push((i, values));
        Ok(())
    }

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

    /// Whether the call is to end, by its deadline, its token, its module or its runtime.
    pub fn is_over(&self) -> bool {
        self.caller.data().interrupted().is_some()
    }

    /// The guest's memory at `ptr`, for `len` bytes.
    pub fn memory(&mut self, ptr: u64, len: u64) -> Result<&mut [u8]> {
        let memory = self.reach()?.memory;
        let data = memory.data_mut(&mut self.caller);
        let size = data.len();
        let range = usize::try_from(ptr).ok().zip(ptr.checked_add(len).and_then(|end| usize::try_from(end).ok()));
        range
            .and_then(|(start, end)| data.get_mut(start..end))
            .ok_or_else(|| Error::argument("ptr", format!("{len} bytes at {ptr} are outside the guest's memory of {size} bytes")))
    }

    /// Bytes of the guest's memory; 0 without one.
    pub fn memory_size(&mut self) -> u64 {
        self.reach().map_or(0, |heap| heap.memory.data_size(&self.caller) as u64)
    }

    /// The bytes at `ptr` up to a NUL.
    pub fn terminated(&mut self, ptr: u64) -> Result<&[u8]> {
        let memory = self.reach()?.memory;
        let data = memory.data(&self.caller);
        let size = data.len();
        let rest = usize::try_from(ptr).ok().and_then(|start| data.get(start..));
        let outside = || Error::argument("ptr", format!("{ptr} is outside the guest's memory of {size} bytes"));
        let rest = rest.ok_or_else(outside)?;
        let end = strings::nul(rest);
        let unended = || Error::argument("ptr", format!("no NUL ends the string at {ptr}"));
        rest.get(..end.ok_or_else(unended)?).ok_or_else(outside)
    }

    /// Memory of the guest's own, by its allocator: guest code runs.
    pub fn allocate(&mut self, len: u64) -> Result<u64> {
        let len = usize::try_from(len).map_err(|_| Error::argument("len", format!("{len} is more than there can be")))?;
        let heap = self.heap()?;
        self.check_stack()?;
        let allocated = heap.allocate(&mut self.caller, len);
        allocated.map(u64::from).map_err(|e| self.explain(&e))
    }

    /// Calls an export of the guest that called, in the same VM, under what is left of its limits.
    pub fn call(&mut self, name: &str, interface: Option<Interface>, args: Arguments<'_>) -> Result<(Interface, Vec<Output>)> {
        let Some(Extern::Func(function)) = self.caller.get_export(name) else {
            let text = format!("the calling module exports no function \"{}\"", escape(name, 200));
            let linked = self.caller.data().linked();
            // Among linked modules there is no telling which one called.
            return Err(match linked.units().is_empty() {
                true => linked.code.not_found(text, name, "function", |kind| matches!(kind, ExternKind::Function(_))),
                false => Error::new(Status::NOT_FOUND, text),
            });
        };
        self.call_function(function, name, interface, args)
    }

    /// Calls a function that the host has a reference to.
    pub fn call_reference(&mut self, id: u64, args: Arguments<'_>) -> Result<(Interface, Vec<Output>)> {
        let function = references::function(&mut self.caller, id)?;
        self.call_function(function, "a funcref", None, args)
    }

    /// Whether these bytes lie in the guest's memory.
    pub fn holds(&mut self, bytes: &[u8]) -> bool {
        let Ok(heap) = self.reach() else { return false };
        let memory = heap.memory.data(&self.caller).as_ptr_range();
        let range = bytes.as_ptr_range();
        range.start < memory.end && memory.start < range.end
    }

    fn call_function(
        &mut self,
        function: Func,
        name: &str,
        interface: Option<Interface>,
        args: Arguments<'_>,
    ) -> Result<(Interface, Vec<Output>)> {
        let core = Arc::new(Signature::of(&function.ty(&self.caller)));
        let interface = match interface {
            Some(interface) if *interface.core() != core => return Err(typed::mismatch(name, Some(&interface), &core, None)),
            Some(interface) => interface,
            None => Interface::plain(&core),
        };
        let needs_heap = interface.takes_data() || interface.gives_data();
        let heap = if needs_heap { Some(self.heap()?) } else { None };
        let args = args(&interface)?;
        self.check_stack()?;
        // The allocator runs for one argument after the other: what lies in the guest's own memory would be what it makes of it.
        let mut copies: SmallVec<[(usize, Buffer); 2]> = SmallVec::new();
        for (i, arg) in args.iter().enumerate() {
            if let Argument::Data(bytes) = arg
                && self.holds(bytes)
            {
                let no_memory = || Error::new(Status::OS, format!("no memory for the {} bytes of argument {i}", bytes.len()));
                copies.push((i, Buffer::copy(bytes).ok_or_else(no_memory)?));
            }
        }
        let copied = |i: usize| copies.iter().find(|(of, _)| *of == i).map(|(_, copy)| Argument::Data(copy.as_slice()));
        let args: SmallVec<[Argument<'_>; 8]> = args.iter().enumerate().map(|(i, arg)| copied(i).unwrap_or(*arg)).collect();
        let (caller, lent) = (&mut self.caller, &mut self.lent);
        match typed::call(&mut *caller, function, &interface, &args, heap) {
            Ok(outputs) => {
                lent.extend(outputs.iter().filter_map(|o| if let Output::Reference(_, id) = o { Some(*id) } else { None }));
                Ok((interface, outputs))
            }
            Err(e) => Err(self.explain(&e)),
        }
    }

    /// What a nested end means. One that ends the whole call is noted, so that a host function cannot go on after it.
    fn explain(&mut self, error: &wasmtime::Error) -> Error {
        if let Some(wasi::Exit(code)) = error.downcast_ref::<wasi::Exit>() {
            self.caller.data_mut().end_with(Ending::Exit(*code));
        }
        let explained = match explain(error, self.caller.data(), false) {
            Err(e) => e,
            Ok(_) => Error::new(Status::EXIT, "the guest exited"),
        };
        if !explain::keeps_fuel(&explained) {
            self.caller.data_mut().lose_fuel();
        }
        // Also what the guest would find at its next loop only, and a token that the host function takes back.
        let ends_all = [Status::DENIED, Status::OUT_OF_FUEL, Status::TIMEOUT, Status::CANCELLED];
        if ends_all.contains(&explained.status()) {
            self.caller.data_mut().end_with(Ending::Error(explained.clone()));
        }
        explained
    }

    /// Refuses to go deeper where little of the native stack is left. The guest's own code looks by itself, but what it exports
    /// may be a function of the host, which then calls itself without any guest between.
    fn check_stack(&self) -> Result<()> {
        match stack::fits(stack::HOST_RESERVE / 2) {
            true => Ok(()),
            false => Err(explain::stack_overflow(self.caller.data().stack_limit())),
        }
    }

    /// The memory, for strings and bytes of a host function's signature.
    fn reach_strings(&mut self) -> Result<Heap> {
        self.reach().map_err(|_| {
            let text = "a host function that takes or gives strings or bytes needs the calling module to export its memory as \"memory\"";
            Error::new(Status::UNSUPPORTED, text)
        })
    }

    /// Makes a reference to an object of the host, valid until the function returns unless it is kept.
    pub fn new_reference(&mut self, object: HostObject) -> Result<u64> {
        let object = Tracked::new(self.caller.data().runtime_id(), object);
        references::check(self.caller.data().linked())?;
        let id = references::create(&mut self.caller, object)?;
        self.lent.push(id);
        Ok(id)
    }

    /// Calls `look` with the object behind a reference.
    pub fn look_at_reference<R>(
        &mut self,
        id: u64,
        look: impl FnOnce(Option<&(dyn std::any::Any + Send + Sync)>) -> R,
    ) -> Result<R> {
        references::look(&mut self.caller, id, look)
    }

    /// A reference of the host's own, which outlives the function and ends with the VM at the latest.
    pub fn keep_reference(&mut self, kind: Kind, id: u64) -> Result<u64> {
        let val = references::to_val(&mut self.caller, kind, id)?;
        references::from_val(&mut self.caller, &val).map_err(|e| self.explain(&e))
    }

    fn lend(&mut self, val: &Val) -> wasmtime::Result<u64> {
        let id = references::from_val(&mut self.caller, val)?;
        if id != 0 {
            self.lent.push(id);
        }
        Ok(id)
    }

    /// The memory, for what reads and writes it.
    fn reach(&mut self) -> Result<Heap> {
        if let Some(heap) = self.heap {
            return Ok(heap);
        }
        let memory = match self.caller.get_export(MEMORY) {
            Some(Extern::Memory(memory)) => memory,
            _ => self
                .caller
                .data()
                .shared_memory()
                .ok_or_else(|| Error::new(Status::NOT_FOUND, "the calling module exports no memory named \"memory\""))?,
        };
        Ok(*self.heap.insert(Heap { memory, allocator: None }))
    }

    /// The memory with its allocator.
    fn heap(&mut self) -> Result<Heap> {
        let heap = self.reach()?;
        if std::mem::replace(&mut self.knows_allocator, true) {
            return Ok(heap);
        }
        let exported = |caller: &mut Caller<'_, VmState>, p: Protocol| match caller.get_export(p.name()) {
            Some(Extern::Func(f)) if p.fits(&Signature::of(&f.ty(&*caller))) => Some((p, f)),
            _ => None,
        };
        let allocator = Protocol::ALL.into_iter().find_map(|p| exported(&mut self.caller, p));
        Ok(*self.heap.insert(Heap { allocator, ..heap }))
    }
}

/// Makes the arguments of a call when its interface is known.
pub type Arguments<'a> = &'a dyn Fn(&Interface) -> Result<SmallVec<[Argument<'a>; 8]>>;

/// The WASI call that an import stands for.
fn syscall(module: &str, name: &str) -> Option<Syscall> {
    Syscall::named(name).filter(|_| module == wasi::MODULE)
}

/// Whether an import is one that the WASI layer answers.
pub fn is_wasi(module: &str, name: &str) -> bool {
    syscall(module, name).is_some()
}
