//! A request's way: the runtime, its modules, the VM that serves one call, and the host functions it may call.

pub mod batch;
pub mod call;
pub mod cancel;
pub mod closing;
mod compilation;
pub mod events;
pub mod explain;
pub mod host;
pub mod lifecycle;
pub mod link;
mod missing;
pub mod module;
mod names;
mod nesting;
pub mod pool;
pub mod references;
pub mod runtime;
pub mod session;
mod sessions;
pub mod settings;
pub mod sleepers;
pub mod state;
pub mod strings;
mod typed;
pub mod vm;
