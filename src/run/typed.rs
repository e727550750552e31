//! A call whose values are more than numbers: strings and bytes lowered into the guest's memory and lifted out of it, references
//! handed over.

use crate::error::{Error, Status, escape};
use crate::interface::{Interface, Type};
use crate::run::references;
use crate::run::state::VmState;
use crate::run::strings::Heap;
use crate::signature::{Kind, Signature};
use crate::value::{Argument, Output, Value};
use smallvec::{SmallVec, smallvec};
use wasmtime::{AsContextMut, Func, RootScope, Val, ValRaw};

/// Core values as the engine checks them.
pub type Vals = SmallVec<[Val; 8]>;

pub fn to_val(value: Value) -> Val {
    match value {
        Value::I32(v) => Val::I32(v),
        Value::I64(v) => Val::I64(v),
        Value::F32(v) => Val::F32(v),
        Value::F64(v) => Val::F64(v),
        Value::V128(v) => Val::V128(v.into()),
    }
}

/// The numbers among values that the engine gave.
pub fn numbers(vals: &[Val]) -> wasmtime::Result<SmallVec<[Value; 2]>> {
    let number = |val: &Val| match val {
        Val::I32(v) => Ok(Value::I32(*v)),
        Val::I64(v) => Ok(Value::I64(*v)),
        Val::F32(v) => Ok(Value::F32(*v)),
        Val::F64(v) => Ok(Value::F64(*v)),
        Val::V128(v) => Ok(Value::V128(v.as_u128())),
        _ => Err(wasmtime::Error::msg("a reference where a number was expected")),
    };
    vals.iter().map(number).collect()
}

/// The error for a signature that is not the function's: one that was asked for, or the declared one itself. `declared` is what the
/// module declares, if it does.
pub fn mismatch(name: &str, asked: Option<&Interface>, core: &Signature, declared: Option<&str>) -> Error {
    let mut text = format!("function \"{}\" is {core}", escape(name, 200));
    if let Some(asked) = asked {
        text.push_str(&format!(", the signature asked for is {asked}"));
        if !asked.is_numeric() {
            text.push_str(&format!(", which takes {}", asked.core()));
        }
    }
    if let Some(declared) = declared {
        text.push_str(&format!("; the module declares it as \"{}\"", escape(declared, 100)));
    }
    Error::new(Status::WRONG_TYPE, text)
}

/// Puts the arguments where the guest finds them: guest code runs, for strings and bytes.
pub fn lower(
    mut context: impl AsContextMut<Data = VmState>,
    interface: &Interface,
    args: &[Argument<'_>],
    heap: Option<Heap>,
) -> wasmtime::Result<Vals> {
    let mut vals = Vals::new();
    for (ty, arg) in interface.params.iter().zip(args) {
        match (*ty, *arg) {
            (Type::Core(_), Argument::Number(value)) => vals.push(to_val(value)),
            (Type::Core(kind), Argument::Reference(id)) => vals.push(references::to_val(&mut context, kind, id)?),
            (Type::Data { form, .. }, Argument::Data(bytes)) => {
                let heap = heap.ok_or_else(|| wasmtime::Error::msg("strings without a memory"))?;
                vals.extend(heap.put(&mut context, bytes, form)?.into_iter().map(to_val));
            }
            _ => wasmtime::bail!("an argument that is not of its parameter's type"),
        }
    }
    Ok(vals)
}

/// Reads the results: strings and bytes are copied, references held. All of them or none.
pub fn lift(
    mut context: impl AsContextMut<Data = VmState>,
    interface: &Interface,
    vals: &[Val],
    heap: Option<Heap>,
) -> wasmtime::Result<Vec<Output>> {
    let mut outputs = Vec::with_capacity(interface.results.len());
    let lifted = lift_each(&mut context, interface, vals, heap, &mut outputs);
    if lifted.is_err() {
        for output in &outputs {
            if let Output::Reference(_, id) = output {
                context.as_context_mut().data_mut().references().release(*id)?;
            }
        }
    }
    lifted.map(|()| outputs)
}

fn lift_each(
    mut context: impl AsContextMut<Data = VmState>,
    interface: &Interface,
    vals: &[Val],
    heap: Option<Heap>,
    outputs: &mut Vec<Output>,
) -> wasmtime::Result<()> {
    let mut budget = context.as_context().data().max_result_bytes();
    let mut rest = vals;
    for (i, ty) in interface.results.iter().enumerate() {
        let (own, others) = rest.split_at(ty.width().min(rest.len()));
        rest = others;
        outputs.push(match (*ty, own) {
            (Type::Core(kind), [val]) if !kind.is_number() => Output::Reference(kind, references::from_val(&mut context, val)?),
            (Type::Core(_), own) => match *numbers(own)? {
                [value] => Output::Number(value),
                _ => wasmtime::bail!("a result is missing"),
            },
            (Type::Data { content, form }, own) => {
                let heap = heap.ok_or_else(|| wasmtime::Error::msg("strings without a memory"))?;
                Output::Data(content, heap.take(&context, &numbers(own)?, form, content, &mut budget, i)?)
            }
        });
    }
    Ok(())
}

/// Room for the results of a function.
pub fn room(interface: &Interface) -> Vals {
    let zero = |kind: &Kind| match Value::zero(*kind) {
        Some(value) => to_val(value),
        None if *kind == Kind::FuncRef => Val::FuncRef(None),
        None => Val::ExternRef(None),
    };
    interface.core().results.iter().map(zero).collect()
}

/// Calls a function with core values.
pub fn invoke(
    mut context: impl AsContextMut<Data = VmState>,
    function: Func,
    interface: &Interface,
    vals: &[Val],
) -> wasmtime::Result<Vals> {
    let mut results = room(interface);
    if interface.has_references() {
        function.call(&mut context, vals, &mut results)?;
        return Ok(results);
    }
    let core = interface.core();
    let mut raw: SmallVec<[ValRaw; 8]> = smallvec![ValRaw::i64(0); core.params.len().max(core.results.len())];
    for (slot, value) in raw.iter_mut().zip(numbers(vals)?) {
        *slot = value.to_raw();
    }
    // SAFETY: the interface is the function's own (checked when it was bound), numbers only; the buffer has its arguments and
    // room for its results.
    unsafe { function.call_unchecked(&mut context, &mut raw[..])? };
    for ((slot, kind), raw) in results.iter_mut().zip(&core.results).zip(&raw) {
        *slot = Value::from_raw(*kind, raw).map_or(Val::I32(0), to_val);
    }
    Ok(results)
}

/// All of it, for a call from inside a host function.
pub fn call(
    mut context: impl AsContextMut<Data = VmState>,
    function: Func,
    interface: &Interface,
    args: &[Argument<'_>],
    heap: Option<Heap>,
) -> wasmtime::Result<Vec<Output>> {
    let mut scope = RootScope::new(&mut context);
    let vals = lower(&mut scope, interface, args, heap)?;
    let results = invoke(&mut scope, function, interface, &vals)?;
    lift(&mut scope, interface, &results, heap)
}
