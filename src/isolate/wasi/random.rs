//! The guest's random bytes: unpredictable ones, or those that follow from a seed.

use super::calls::{SUCCESS, settle};
use super::{WasiHost, check_interrupt};
use rand::rngs::ChaCha12Rng;
use rand::{Rng, SeedableRng};
use wasmtime::Result;
use wasmtime_wasi::p1::types::Errno;
use wiggle::{GuestMemory, GuestPtr};

/// What is made before the next look at the deadline: some 50 us of work.
const CHUNK: usize = 64 << 10;

/// Where a VM's random bytes come from.
#[derive(Debug)]
pub(super) enum Random {
    /// A generator of the thread's, keyed and keyed again by the operating system.
    System,
    /// The same bytes for the same seed.
    Seeded(Box<ChaCha12Rng>),
}

impl Random {
    pub(super) fn new(seed: Option<u64>) -> Self {
        let Some(seed) = seed else { return Random::System };
        // The key is spelled out: how a generator makes one of a number may change with its version.
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Random::Seeded(Box::new(ChaCha12Rng::from_seed(key)))
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        match self {
            Random::System => rand::rng().fill_bytes(bytes),
            Random::Seeded(generator) => generator.fill_bytes(bytes),
        }
    }
}

pub(super) fn random_get<T: WasiHost>(host: &mut T, memory: &mut GuestMemory<'_>, buffer: i32, len: i32) -> Result<i32> {
    let whole = GuestPtr::<u8>::new(buffer.cast_unsigned()).as_array(len.cast_unsigned());
    let bytes = match memory.as_slice_mut(whole) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(Errno::Notsup as i32),
        Err(e) => return settle(e),
    };
    let mut pieces = bytes.chunks_mut(CHUNK).peekable();
    while let Some(piece) = pieces.next() {
        host.wasi().context()?.random.fill(piece);
        if pieces.peek().is_some() {
            check_interrupt(host)?;
        }
    }
    Ok(SUCCESS)
}
