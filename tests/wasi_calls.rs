//! Random sequences of the 46 WASI calls, of what the fuzz target in `fuzz/` makes them too: the same seeds give the same ones.
//!
//! `DWCP_WASI_SEQUENCES` sets how many are run, `DWCP_WASI_FIRST_SEED` where they begin.

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

const SEQUENCES: u64 = 1500;

/// A step of SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let words = 4 + next(&mut state) % 120;
    (0..words).flat_map(|_| next(&mut state).to_le_bytes()).collect()
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn random_calls_stay_inside() {
    let mut world = fuzz::World::new();
    let count = from_environment("DWCP_WASI_SEQUENCES").unwrap_or(SEQUENCES);
    let first = from_environment("DWCP_WASI_FIRST_SEED").unwrap_or(0);
    for i in 0..count {
        let seed = first.wrapping_add(i);
        let run = catch_unwind(AssertUnwindSafe(|| {
            world.run(&bytes(seed));
            if i % 1000 == 999 {
                world.check_process();
            }
        }));
        if let Err(panic) = run {
            eprintln!("this is the sequence of seed {seed}");
            resume_unwind(panic);
        }
    }
}
