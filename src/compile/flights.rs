//! Compilations under way: one for many askers, each of whom may leave before it has landed.

use crate::compile::code::{Code, Hash};
use crate::compile::workers::{Ticket, Workers};
use crate::error::{Error, Result, Status};
use parking_lot::{Condvar, Mutex};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// The compilations of a runtime that have not landed, and where their askers wait.
#[derive(Default)]
pub struct Flights {
    under_way: Mutex<HashMap<Hash, Arc<Flight>>>,
    waiting: Mutex<()>,
    changed: Condvar,
}

#[derive(Default)]
struct Flight {
    result: OnceLock<Result<Arc<Code>>>,
    /// Changed under the lock of [`Flights::under_way`].
    askers: AtomicUsize,
    ticket: OnceLock<Ticket>,
}

/// What became of one who asked.
pub enum Boarding<'a> {
    /// The code came to be held while he asked.
    Held(Arc<Code>),
    /// Another one's compilation is under way.
    Joined(Asker<'a>),
    /// Nobody is compiling these bytes: he is to submit a job that lands the flight, and to say so by [`Asker::submitted`].
    Begun(Asker<'a>, Landing),
}

impl Flights {
    /// Joins the compilation of `hash`, or begins one. `held` looks into the cache, where code is before its flight has landed.
    pub fn board<'a>(
        self: &'a Arc<Self>,
        workers: &'a Workers,
        hash: Hash,
        held: impl FnOnce() -> Option<Arc<Code>>,
    ) -> Boarding<'a> {
        let mut under_way = self.under_way.lock();
        let asker = |flight: &Arc<Flight>| {
            flight.askers.fetch_add(1, Ordering::Relaxed);
            Asker { flights: self, workers, hash, flight: Arc::clone(flight) }
        };
        match under_way.entry(hash) {
            Entry::Occupied(flight) => Boarding::Joined(asker(flight.get())),
            Entry::Vacant(vacant) => match held() {
                Some(code) => Boarding::Held(code),
                None => {
                    let flight = Arc::clone(vacant.insert(Arc::default()));
                    Boarding::Begun(asker(&flight), Landing { flights: Arc::clone(self), hash, flight, landed: false })
                }
            },
        }
    }

    /// Makes every asker look whether he still wants to wait.
    pub fn wake_all(&self) {
        drop(self.waiting.lock());
        self.changed.notify_all();
    }
}

/// One who waits for a compilation. A job that has not begun goes with the last of them; one that has goes on without.
pub struct Asker<'a> {
    flights: &'a Flights,
    workers: &'a Workers,
    hash: Hash,
    flight: Arc<Flight>,
}

impl Asker<'_> {
    /// The job of the compilation that this one began is in the queue.
    pub fn submitted(&self, ticket: Ticket) {
        // Set once, by the one who began it.
        let _ = self.flight.ticket.set(ticket);
    }

    /// Waits for the code until `over` has an error to end with. It is asked at `until`, and when [`Flights::wake_all`] is called.
    pub fn wait(self, until: Option<Instant>, over: impl Fn() -> Option<Error>) -> Result<Arc<Code>> {
        let mut guard = self.flights.waiting.lock();
        loop {
            if let Some(result) = self.flight.result.get() {
                return result.clone();
            }
            if let Some(error) = over() {
                return Err(error);
            }
            match until {
                Some(at) => drop(self.flights.changed.wait_until(&mut guard, at)),
                None => self.flights.changed.wait(&mut guard),
            }
        }
    }
}

impl Drop for Asker<'_> {
    fn drop(&mut self) {
        let mut under_way = self.flights.under_way.lock();
        if self.flight.askers.fetch_sub(1, Ordering::Relaxed) > 1 || self.flight.result.get().is_some() {
            return;
        }
        let unwanted = self.flight.ticket.get().and_then(|ticket| self.workers.withdraw(*ticket));
        if unwanted.is_some() {
            under_way.remove(&self.hash);
        }
        drop(under_way);
        // With it goes its landing, and the copy of the bytes.
        drop(unwanted);
    }
}

/// The duty to land a flight: dropped without, because its job was given up, it lands with an error.
pub struct Landing {
    flights: Arc<Flights>,
    hash: Hash,
    flight: Arc<Flight>,
    landed: bool,
}

impl Landing {
    /// Gives the result to all who wait. Code that the cache is to hold is there already.
    pub fn land(mut self, result: Result<Arc<Code>>) {
        self.end(result);
    }

    fn end(&mut self, result: Result<Arc<Code>>) {
        self.landed = true;
        // Nobody else sets it.
        let _ = self.flight.result.set(result);
        let mut under_way = self.flights.under_way.lock();
        // One that was withdrawn may have made room for another.
        if under_way.get(&self.hash).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            under_way.remove(&self.hash);
        }
        drop(under_way);
        self.flights.wake_all();
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        if !self.landed {
            let error = match std::thread::panicking() {
                true => Error::new(Status::PANIC, "the compiler panicked on this module"),
                false => Error::new(Status::CANCELLED, "the runtime closed before it compiled the module"),
            };
            self.end(Err(error));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::guard::{self, Needs};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Duration;

    fn code(n: u32) -> Arc<Code> {
        let binary = guard::binary(format!("(module (func (export \"f{n}\")))").as_bytes()).unwrap().into_owned();
        let code = Code::compile(&wasmtime::Engine::default(), hash(n), &binary, Needs::default(), binary.len());
        Arc::new(code.unwrap())
    }

    fn hash(n: u32) -> Hash {
        Hash::of(&n.to_le_bytes())
    }

    fn workers(threads: u32) -> Workers {
        let workers = Workers::new(threads, 0);
        workers.start().unwrap();
        workers
    }

    fn begin<'a>(flights: &'a Arc<Flights>, workers: &'a Workers, n: u32) -> (Asker<'a>, Landing) {
        match flights.board(workers, hash(n), || None) {
            Boarding::Begun(asker, landing) => (asker, landing),
            _ => panic!("it is under way or held"),
        }
    }

    fn join<'a>(flights: &'a Arc<Flights>, workers: &'a Workers, n: u32) -> Asker<'a> {
        match flights.board(workers, hash(n), || None) {
            Boarding::Joined(asker) => asker,
            _ => panic!("it is not under way"),
        }
    }

    /// Submits a compilation that is done when the sender is gone; what is received says that it has begun.
    fn submit(workers: &Workers, asker: &Asker<'_>, landing: Landing, n: u32) -> (Sender<()>, Receiver<()>) {
        let ((go, gate), (began, begins)) = (channel::<()>(), channel());
        let code = code(n);
        asker.submitted(workers.submit(Box::new(move || {
            let _ = began.send(());
            let _ = gate.recv();
            landing.land(Ok(code));
        })));
        (go, begins)
    }

    /// Askers may have the result a moment before the flight is off the list.
    fn all_landed(flights: &Flights) {
        while !flights.under_way.lock().is_empty() {
            std::thread::yield_now();
        }
    }

    fn late() -> Option<Error> {
        Some(Error::new(Status::TIMEOUT, "late"))
    }

    #[test]
    fn many_askers_have_one_compilation() {
        let (flights, workers) = (Arc::new(Flights::default()), workers(1));
        let (first, landing) = begin(&flights, &workers, 1);
        let others: Vec<_> = (0..8).map(|_| join(&flights, &workers, 1)).collect();
        let go = submit(&workers, &first, landing, 1);
        std::thread::scope(|s| {
            let waiting: Vec<_> =
                others.into_iter().chain([first]).map(|asker| s.spawn(move || asker.wait(None, || None))).collect();
            drop(go);
            for thread in waiting {
                assert_eq!(thread.join().unwrap().unwrap().hash, hash(1));
            }
        });
        all_landed(&flights);
        let Boarding::Held(_) = flights.board(&workers, hash(1), || Some(code(1))) else { panic!("the cache has it") };
    }

    #[test]
    fn a_compilation_that_has_begun_goes_on_without_its_askers() {
        let (flights, workers) = (Arc::new(Flights::default()), workers(1));
        let (asker, landing) = begin(&flights, &workers, 1);
        let (go, begins) = submit(&workers, &asker, landing, 1);
        begins.recv().unwrap();
        assert_eq!(asker.wait(None, late).err().unwrap().status(), Status::TIMEOUT);
        // Another one may still join.
        let second = join(&flights, &workers, 1);
        drop(go);
        assert_eq!(second.wait(None, || None).unwrap().hash, hash(1));
    }

    #[test]
    fn one_that_has_not_begun_goes_with_the_last_asker() {
        let (flights, workers) = (Arc::new(Flights::default()), workers(1));
        let (blocker, landing) = begin(&flights, &workers, 0);
        let go = submit(&workers, &blocker, landing, 0);
        let (first, landing) = begin(&flights, &workers, 1);
        let bytes = Arc::new(vec![0u8; 100]);
        let copy = Arc::clone(&bytes);
        first.submitted(workers.submit(Box::new(move || {
            let _copy = copy;
            landing.land(Err(Error::new(Status::PANIC, "it must not run")));
        })));
        let second = join(&flights, &workers, 1);
        assert_eq!(first.wait(None, late).err().unwrap().status(), Status::TIMEOUT);
        assert_eq!(Arc::strong_count(&bytes), 2, "one still waits for it");
        let until = Instant::now() + Duration::from_millis(1);
        let passed = || (Instant::now() >= until).then(late).flatten();
        assert_eq!(second.wait(Some(until), passed).err().unwrap().status(), Status::TIMEOUT);
        assert_eq!(Arc::strong_count(&bytes), 1, "nobody wants it: its bytes are gone");
        // The next one begins anew.
        let (again, landing) = begin(&flights, &workers, 1);
        let went = submit(&workers, &again, landing, 1);
        drop((go, went));
        assert!(again.wait(None, || None).is_ok() && blocker.wait(None, || None).is_ok());
        all_landed(&flights);
    }

    #[test]
    fn an_asker_that_is_woken_looks_whether_it_is_over() {
        let (flights, workers) = (Arc::new(Flights::default()), workers(1));
        let (asker, landing) = begin(&flights, &workers, 1);
        let go = submit(&workers, &asker, landing, 1);
        let cancelled = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|s| {
            let over = || cancelled.load(Ordering::SeqCst).then(|| Error::new(Status::CANCELLED, "cancelled"));
            let waiting = s.spawn(move || asker.wait(None, over));
            cancelled.store(true, Ordering::SeqCst);
            flights.wake_all();
            assert_eq!(waiting.join().unwrap().err().unwrap().status(), Status::CANCELLED);
        });
        drop(go);
    }

    #[test]
    fn panics_and_what_is_given_up_land_too() {
        let (flights, workers) = (Arc::new(Flights::default()), workers(1));
        let (asker, landing) = begin(&flights, &workers, 1);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _landing = landing;
            std::panic::resume_unwind(Box::new("boom"))
        }));
        assert!(panicked.is_err());
        assert_eq!(asker.wait(None, || None).err().unwrap().status(), Status::PANIC);
        let (blocker, landing) = begin(&flights, &workers, 2);
        let (go, begins) = submit(&workers, &blocker, landing, 2);
        begins.recv().unwrap();
        let (asker, landing) = begin(&flights, &workers, 3);
        let went = submit(&workers, &asker, landing, 3);
        std::thread::scope(|s| {
            let stopping = s.spawn(|| workers.stop());
            assert_eq!(asker.wait(None, || None).err().unwrap().status(), Status::CANCELLED);
            drop((go, went));
            stopping.join().unwrap();
        });
        assert!(blocker.wait(None, || None).is_ok(), "what was under way is waited for");
        all_landed(&flights);
    }
}
