//! A request's way: the runtime, its modules, the VM that serves one call, and the host functions it may call.

pub mod call;
pub mod explain;
pub mod host;
pub mod lifecycle;
pub mod module;
mod names;
pub mod pool;
pub mod runtime;
pub mod vm;
