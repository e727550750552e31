//! Linked modules: those that are instantiated in a VM before the main one, and where each import comes from.

use crate::compile::code::{ExternKind, Import};
use crate::error::{Error, Result, Status, escape};
use crate::run::module::{Linked, Module};
use std::sync::Arc;
use wasmtime::ModuleExport;

/// A module that another imports from, under a name.
#[derive(Clone)]
pub struct Link {
    pub name: String,
    pub module: Module,
}

/// Where an import comes from.
#[derive(Clone, Copy)]
pub enum Source {
    /// An export of the unit with this number.
    Unit(usize, ModuleExport),
    /// The host, or WASI.
    Host,
}

/// A module that is instantiated before the main one.
#[derive(Clone)]
pub struct Unit {
    pub name: String,
    pub linked: Arc<Linked>,
    /// One for each import, in the module's order.
    pub sources: Vec<Source>,
}

/// The units of a module in the order in which they are instantiated. What a linked module was itself loaded with comes along
/// before it, unless a link of the same name is given.
pub fn units(links: &[Link]) -> Result<Vec<Unit>> {
    for (i, link) in links.iter().enumerate() {
        if link.name.is_empty() {
            return Err(Error::argument("options.links", format!("the name of link {i} is empty")));
        }
        if links.iter().take(i).any(|earlier| earlier.name == link.name) {
            let name = escape(&link.name, 100);
            return Err(Error::argument("options.links", format!("two links have the name \"{name}\"")));
        }
    }
    let given = |name: &str| links.iter().any(|link| link.name == name);
    let mut units: Vec<Unit> = Vec::new();
    for link in links {
        let linked = &link.module.linked;
        let brought = linked.units().iter().map(|unit| (&unit.name, &unit.linked, false));
        for (name, linked, own) in brought.chain([(&link.name, linked, true)]) {
            if !own {
                match units.iter().find(|unit| unit.name == *name) {
                    _ if given(name) => continue,
                    Some(unit) if Arc::ptr_eq(&unit.linked, linked) => continue,
                    Some(_) => return Err(ambiguous(&link.name, name)),
                    None => {}
                }
            }
            let sources = sources_of(name, linked, &units, &given)?;
            units.push(Unit { name: name.clone(), linked: Arc::clone(linked), sources });
        }
    }
    Ok(units)
}

/// Two links bring different modules under one name: neither is to get what is the other's.
fn ambiguous(link: &str, name: &str) -> Error {
    let (link, name) = (escape(link, 100), escape(name, 100));
    let text = format!(
        "link \"{link}\" brings a module \"{name}\" along, and a link before it brings another one of that name; give one of them as a link"
    );
    Error::argument("options.links", text)
}

/// Where the imports of the linked module `name` come from: from the units before it, else from the host as when it was loaded.
fn sources_of(name: &str, linked: &Linked, units: &[Unit], given: &dyn Fn(&str) -> bool) -> Result<Vec<Source>> {
    let link = || escape(name, 100);
    let source = |(import, before): (&Import, &Source)| {
        let found = find(import, units).map_err(|e| e.context(format_args!("link \"{}\"", link())))?;
        match (found, before) {
            (Some(source), _) => Ok(source),
            (None, Source::Host) => Ok(Source::Host),
            (None, Source::Unit(..)) => {
                let wanted = format!("\"{}\".\"{}\"", escape(&import.module, 100), escape(&import.name, 100));
                // What it had when it was loaded is not there: a link that is given stands in its place.
                Err(match given(&import.module) && !units.iter().any(|unit| unit.name == import.module) {
                    true => {
                        let text = format!("link \"{}\" imports {wanted} from a link that comes after it", link());
                        Error::argument("options.links", text)
                    }
                    false => {
                        let text = format!(
                            "link \"{}\" imports {wanted} ({}), which is not exported",
                            link(),
                            escape(&import.kind.to_string(), 300)
                        );
                        Error::new(Status::UNRESOLVED_IMPORT, text)
                    }
                })
            }
        }
    };
    linked.code.imports.iter().zip(linked.sources()).map(source).collect()
}

/// The unit that exports an import; an error where it exports something else under that name.
pub fn find(import: &Import, units: &[Unit]) -> Result<Option<Source>> {
    let Some((i, unit)) = units.iter().enumerate().find(|(_, unit)| unit.name == import.module) else { return Ok(None) };
    let Some(export) = unit.linked.code.export(&import.name) else { return Ok(None) };
    if !fits(&export.kind, &import.kind) {
        let (module, name) = (escape(&import.module, 100), escape(&import.name, 100));
        let text = format!(
            "\"{module}\".\"{name}\" is imported as {}, and the linked module \"{module}\" exports it as {}",
            escape(&import.kind.to_string(), 300),
            escape(&export.kind.to_string(), 300)
        );
        return Err(Error::new(Status::UNRESOLVED_IMPORT, text));
    }
    Ok(Some(Source::Unit(i, export.index)))
}

/// Whether an export can be what an import asks for, by their declared types.
fn fits(export: &ExternKind, import: &ExternKind) -> bool {
    let within = |min: u64, max: Option<u64>, wanted_min: u64, wanted_max: Option<u64>| {
        min >= wanted_min && wanted_max.is_none_or(|wanted| max.is_some_and(|max| max <= wanted))
    };
    match (export, import) {
        (ExternKind::Memory { min, max, is_64 }, ExternKind::Memory { min: least, max: most, is_64: wide }) => {
            is_64 == wide && within(*min, *max, *least, *most)
        }
        (
            ExternKind::Table { content, min, max, is_64 },
            ExternKind::Table { content: wanted, min: least, max: most, is_64: wide },
        ) => content == wanted && is_64 == wide && within(*min, *max, *least, *most),
        (export, import) => export == import,
    }
}
