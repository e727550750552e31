//! The C ABI. One file per noun of the header; each export is a shell over the layers above, inside one panic boundary.

pub mod batch;
mod boundary;
pub mod call;
pub mod caller;
pub mod cancel;
pub mod config;
pub mod config_compile;
pub mod config_limits;
pub mod config_lists;
pub mod config_reach;
pub mod config_runtime;
pub mod error;
pub mod function;
pub mod imports;
pub mod log;
pub mod metrics;
pub mod module;
pub mod runtime;
pub mod session;
pub mod session_data;
pub mod status;
mod transfer;
pub mod value;
pub mod version;
pub mod wasi;
