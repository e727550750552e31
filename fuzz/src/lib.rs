//! Random sequences of WASI calls in a sandbox, and the judge of what they did. Used by the fuzz target and, with seeds instead of
//! a fuzzer, by a test of the library: `tests/wasi_calls.rs`.

mod calls;
mod guest;
mod input;
mod tree;
mod watchdog;
mod world;

pub use world::World;
