//! Sequences of WASI calls, as libFuzzer finds them.

#![no_main]

use dwcp_wasm_fuzz::World;
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;

/// How many sequences lie between two looks at the whole process.
const BETWEEN: u64 = 5000;

thread_local! {
    static WORLD: RefCell<(World, u64)> = RefCell::new((World::new(), 0));
}

fuzz_target!(|bytes: &[u8]| {
    WORLD.with_borrow_mut(|(world, runs)| {
        world.run(bytes);
        *runs += 1;
        if runs.is_multiple_of(BETWEEN) {
            world.check_process();
        }
    });
});
