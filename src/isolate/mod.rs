//! What keeps a VM in: limits, the deadline, the stack, the policy and the WASI sandbox.

pub mod deadline;
pub mod limits;
pub mod policy;
pub mod stack;
pub mod wasi;
mod wheel;
