//! Pooled, sandboxed, limited, measured WebAssembly for hosts that speak C.
//!
//! The layers, each knowing only those above it:
//!
//! * [`error`], [`frame`], `demangle`, [`config`], [`value`], [`buffer`], [`signature`], [`interface`], [`glob`],
//!   [`syscalls`], `fork`, `thread`: the vocabulary;
//! * [`observe`]: what happened;
//! * [`compile`]: bytes become code, checked, cached, compiled once;
//! * [`isolate`]: what keeps a VM in: limits, deadline, stack, policy, WASI;
//! * [`run`]: a request's way: runtime, module, host functions, VM, call;
//! * `ffi`: the C ABI, shells around the layers above. Nothing above knows it.
//!
//! The life of a request: a module's bytes are hashed; the code cache finds its code or compiles it; the code is linked once
//! with the host's imports into a [`run::module::Module`]. A call checks its arguments against the signature, takes a slot,
//! makes a VM (one wasmtime store with its instance and memories), arms fuel, deadline, memory, tables and stack, runs the
//! function, and destroys the VM. No byte of one call is ever seen by another.

pub mod buffer;
pub mod compile;
pub mod config;
mod demangle;
mod descriptor;
pub mod error;
#[allow(non_camel_case_types, clippy::missing_safety_doc)]
#[deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
pub mod ffi;
mod fork;
pub mod frame;
pub mod glob;
pub mod interface;
pub mod isolate;
pub mod observe;
pub mod run;
pub mod signature;
pub mod syscalls;
mod thread;
pub mod value;
