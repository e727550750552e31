//! What keeps a VM in: limits, the deadline, the stack, signals, the policy and the WASI sandbox.

pub mod deadline;
pub mod limits;
pub mod load_policy;
pub mod policy;
pub mod signals;
pub mod stack;
pub mod wasi;
mod wheel;
