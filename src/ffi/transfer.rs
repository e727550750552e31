//! Arguments in, results out: what every call does with the arrays of its host.

use super::boundary::{require_out, slice, write_out};
use super::value::{Place, argument_from_c, dwcp_value_t, from_c, output_to_c, to_c};
use crate::error::{Error, Result, Status};
use crate::interface::{Interface, Type};
use crate::value::{Argument, Output, Values};
use smallvec::SmallVec;

/// The arrays of a call.
#[derive(Clone, Copy)]
pub(super) struct Arrays {
    pub args: *const dwcp_value_t,
    pub nargs: usize,
    pub results: *mut dwcp_value_t,
    pub capacity: usize,
    pub nresults: *mut usize,
}

/// What crosses, in the form in which the call wants it.
pub(super) enum Cargo<'c, 'a> {
    Numbers(&'c mut Values),
    Typed(&'c [Argument<'a>]),
}

/// Arguments that may be more than numbers.
pub(super) type Typed<'a> = SmallVec<[Argument<'a>; 8]>;

impl Arrays {
    /// Checks the arguments and the room for results, calls, and writes the results. `call` leaves numbers in their buffer, and
    /// gives what is more.
    pub(super) fn carry(&self, interface: &Interface, call: impl FnOnce(Cargo<'_, '_>) -> Result<Vec<Output>>) -> Result<()> {
        slice(self.results.cast_const(), self.capacity, "results")?;
        if !interface.is_numeric() {
            let args = self.typed(interface)?;
            return self.write(call(Cargo::Typed(&args))?);
        }
        let args = self.arguments(interface)?;
        let mut values = Values::new();
        for (i, (value, ty)) in args.iter().zip(&interface.params).enumerate() {
            let Type::Core(kind) = ty else { continue };
            values.push(from_c(value, *kind, &Place { list: "args", i: Some(i), of: Some(interface) })?);
        }
        self.check_room(interface)?;
        call(Cargo::Numbers(&mut values))?;
        for (i, kind) in interface.core().results.iter().enumerate() {
            let value = values.get(i, *kind).ok_or_else(|| Error::new(Status::UNSUPPORTED, "a result is a reference"))?;
            // SAFETY: `check_room` saw that `results` has room for every result of the signature.
            unsafe { self.results.add(i).write(to_c(value)) };
        }
        write_out(self.nresults, || interface.results.len());
        Ok(())
    }

    /// The arguments of a call with more than numbers, checked, and the room for its results.
    pub(super) fn typed<'a>(&self, interface: &Interface) -> Result<Typed<'a>> {
        let args = self.arguments(interface)?;
        let types = args.iter().zip(&interface.params).enumerate();
        let read =
            types.map(|(i, (value, ty))| argument_from_c(value, *ty, &Place { list: "args", i: Some(i), of: Some(interface) }));
        let read = read.collect::<Result<_>>()?;
        self.check_room(interface)?;
        Ok(read)
    }

    fn arguments<'a>(&self, interface: &Interface) -> Result<&'a [dwcp_value_t]> {
        let args = slice(self.args, self.nargs, "args")?;
        let expected = interface.params.len();
        match args.len() == expected {
            true => Ok(args),
            false => Err(Error::new(
                Status::WRONG_TYPE,
                format!("args: {expected} arguments expected, {} given; the function is {interface}", args.len()),
            )),
        }
    }

    /// Checks, before the guest runs, that its results will fit; the needed count is written if they do not.
    fn check_room(&self, interface: &Interface) -> Result<()> {
        let (needed, capacity) = (interface.results.len(), self.capacity);
        if needed > capacity {
            write_out(self.nresults, || needed);
            let text = format!("results: capacity is {capacity}, the function gives {needed} results; it is {interface}");
            return Err(Error::new(Status::BUFFER_TOO_SMALL, text));
        }
        if needed > 0 {
            require_out(self.results, "results")?;
        }
        Ok(())
    }

    /// Writes the results of a call that ended well; the room was checked before it.
    pub(super) fn write(&self, outputs: Vec<Output>) -> Result<()> {
        let count = outputs.len();
        for (i, output) in outputs.into_iter().enumerate() {
            // SAFETY: `check_room` saw that `results` has room for every result of the signature.
            unsafe { self.results.add(i).write(output_to_c(output)) };
        }
        write_out(self.nresults, || count);
        Ok(())
    }
}
