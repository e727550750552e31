//! References of a VM that its host holds: numbers outside, roots inside.

use crate::error::{Error, Result, Status};
use crate::run::explain::over_limit;
use crate::run::module::Linked;
use crate::run::nesting;
use crate::run::state::VmState;
use crate::signature::Kind;
use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};
use wasmtime::{AsContext, AsContextMut, ExternRef, Func, OwnedRooted, PoolConcurrencyLimitError, Val};

/// An object of the host, for guests to hold and hand back. Its drop tells the host that no guest and no host has it any more.
pub type HostObject = Box<dyn Any + Send + Sync>;

/// An object with the runtime whose VM it is in: its end is host code, which must not wait for the call that it may be part of.
pub struct Tracked {
    runtime_id: u64,
    /// `None` only while it is dropped.
    object: Option<HostObject>,
}

impl Tracked {
    pub fn new(runtime_id: u64, object: HostObject) -> Tracked {
        Tracked { runtime_id, object: Some(object) }
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        let _nested = nesting::function(self.runtime_id);
        self.object = None;
    }
}

/// References to one VM that its host may hold at a time: a guest that registers a function in a loop, with a host function that
/// keeps each, does not fill the host's memory.
const MOST_HELD: usize = 1 << 20;

/// The host's references to one VM. A number holds the VM's serial number and a place, so that a reference of another VM is
/// recognised; a place that was freed may be used again.
pub struct References {
    serial: u32,
    held: Vec<Option<Held>>,
    free: Vec<u32>,
}

enum Held {
    Extern(OwnedRooted<ExternRef>),
    Func(Func),
}

impl Default for References {
    fn default() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        References { serial: NEXT.fetch_add(1, Ordering::Relaxed), held: Vec::new(), free: Vec::new() }
    }
}

impl References {
    fn hold(&mut self, held: Held) -> Result<u64> {
        let place = match self.free.pop() {
            Some(place) => {
                self.held[place as usize] = Some(held);
                place
            }
            None => {
                let place = self.held.len();
                if place >= MOST_HELD {
                    let text =
                        format!("the host holds {MOST_HELD} references in this VM already; free those that it needs no more");
                    return Err(Error::new(Status::OUT_OF_MEMORY, text));
                }
                self.held.push(Some(held));
                u32::try_from(place).unwrap_or(u32::MAX)
            }
        };
        Ok(u64::from(self.serial) << 32 | (u64::from(place) + 1))
    }

    fn place(&self, id: u64) -> Option<usize> {
        let place = (id & u64::from(u32::MAX)).checked_sub(1)?;
        (id >> 32 == u64::from(self.serial)).then_some(usize::try_from(place).ok()?)
    }

    fn get(&self, id: u64) -> Result<&Held> {
        let held = self.place(id).and_then(|place| self.held.get(place)?.as_ref());
        held.ok_or_else(|| Error::argument("reference", format!("{id:#x} is not a reference that the host holds in this VM")))
    }

    /// Ends the host's hold; what the guest has, it keeps. Null is nothing to end.
    pub fn release(&mut self, id: u64) -> Result<()> {
        if id == 0 {
            return Ok(());
        }
        self.get(id)?;
        if let Some(place) = self.place(id) {
            self.held[place] = None;
            self.free.push(u32::try_from(place).unwrap_or(u32::MAX));
        }
        Ok(())
    }
}

/// The engine's value for a reference of the host.
pub fn to_val(mut store: impl AsContextMut<Data = VmState>, kind: Kind, id: u64) -> Result<Val> {
    let mut context = store.as_context_mut();
    if id == 0 {
        return Ok(if kind == Kind::FuncRef { Val::FuncRef(None) } else { Val::ExternRef(None) });
    }
    let rooted = match (context.data_mut().references().get(id)?, kind) {
        (Held::Func(f), Kind::FuncRef) => return Ok(Val::FuncRef(Some(*f))),
        (Held::Extern(owned), Kind::ExternRef) => owned.clone(),
        (Held::Func(_), _) => return Err(mixed("a funcref", kind)),
        (Held::Extern(_), _) => return Err(mixed("an externref", kind)),
    };
    Ok(Val::ExternRef(Some(rooted.to_rooted(&mut context))))
}

fn mixed(given: &str, kind: Kind) -> Error {
    Error::new(Status::WRONG_TYPE, format!("the reference is {given}, expected as {}", kind.name()))
}

/// The host's number for a reference of the engine; 0 is null.
pub fn from_val(mut store: impl AsContextMut<Data = VmState>, val: &Val) -> wasmtime::Result<u64> {
    let mut context = store.as_context_mut();
    let held = match val {
        Val::FuncRef(Some(f)) => Held::Func(*f),
        Val::ExternRef(Some(r)) => Held::Extern(r.to_owned_rooted(&mut context)?),
        Val::FuncRef(None) | Val::ExternRef(None) => return Ok(0),
        _ => wasmtime::bail!("a value that is no reference of a kind that hosts know"),
    };
    Ok(context.data_mut().references().hold(held)?)
}

/// Refuses references to host objects in a VM of modules that know none: they would take a slot that was not counted.
pub fn check(linked: &Linked) -> Result<()> {
    match linked.references {
        true => Ok(()),
        false => Err(Error::new(Status::UNSUPPORTED, "the module has no use for an externref: no type of it holds one")),
    }
}

/// Makes a reference to an object of the host. It takes room in the heap of references, which counts as memory of the guest.
pub fn create(mut store: impl AsContextMut<Data = VmState>, object: Tracked) -> Result<u64> {
    let mut context = store.as_context_mut();
    let mut scope = wasmtime::RootScope::new(&mut context);
    let made = match ExternRef::new(&mut scope, object) {
        Ok(made) => made,
        Err(e) => return Err(no_room(&e, scope.as_context().data())),
    };
    from_val(&mut scope, &Val::ExternRef(Some(made))).map_err(own)
}

/// An error of ours that came through the engine's hands.
pub fn own(error: wasmtime::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|other| Error::new(Status::OS, format!("{other:#}")))
}

fn no_room(error: &wasmtime::Error, state: &VmState) -> Error {
    if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
        return Error::new(Status::NO_SLOT, format!("the slots for heaps of references are all in use: {error:#}"));
    }
    match state.limit_hit() {
        Some(hit) if hit.name == c"max_memory_bytes" => {
            let text = format!(
                "max_memory_bytes: the heap of references to host objects, which counts as the guest's memory, needs {} bytes in all, the limit is {}; raise it with dwcp_config_set_max_memory_bytes, or free references",
                hit.asked, hit.limit
            );
            Error::new(Status::OUT_OF_MEMORY, text).with_limit(hit.name, hit.limit, hit.asked)
        }
        Some(hit) if hit.name == c"max_total_memory_bytes" => {
            over_limit(hit, "there is no room for a reference to a host object")
        }
        // No limit refused it.
        _ => Error::new(Status::OS, format!("the system has no memory for a reference to a host object: {error:#}")),
    }
}

/// Calls `look` with the object behind a reference; `None` stands for a null or for one that no host made.
pub fn look<R>(
    mut store: impl AsContextMut<Data = VmState>,
    id: u64,
    look: impl FnOnce(Option<&(dyn Any + Send + Sync)>) -> R,
) -> Result<R> {
    let mut context = store.as_context_mut();
    let mut scope = wasmtime::RootScope::new(&mut context);
    let val = to_val(&mut scope, Kind::ExternRef, id)?;
    let Val::ExternRef(Some(rooted)) = val else { return Ok(look(None)) };
    let data = rooted.data(&scope).map_err(|e| Error::new(Status::OS, format!("the reference cannot be read: {e:#}")))?;
    Ok(look(data.and_then(|any| any.downcast_ref::<Tracked>()?.object.as_deref())))
}

/// The function behind a reference.
pub fn function(mut store: impl AsContextMut<Data = VmState>, id: u64) -> Result<Func> {
    match to_val(&mut store, Kind::FuncRef, id)? {
        Val::FuncRef(Some(f)) => Ok(f),
        _ => Err(Error::argument("funcref", "is null")),
    }
}
