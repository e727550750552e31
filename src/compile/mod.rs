//! Bytes become code: the engine's settings, the guard before the compiler, the compiled code and its cache.

mod body;
pub mod cache;
mod caps;
pub mod code;
pub mod debug_info;
mod declared;
pub mod engine;
pub mod flights;
pub mod guard;
mod long_names;
pub mod room;
pub mod workers;
