//! A panic that was caught: counted, and made an error.

use crate::error::{Error, Status};
use crate::observe::metrics;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Counts the panic and makes an error of it. The payload's own drop may panic, so it is dropped behind a second boundary.
pub fn caught(payload: Box<dyn Any + Send>) -> Error {
    metrics::count_panic();
    let text = payload
        .downcast_ref::<&str>()
        .map(|s| (*s).to_string())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_string());
    if let Err(second) = catch_unwind(AssertUnwindSafe(move || drop(payload))) {
        std::mem::forget(second);
    }
    Error::new(Status::PANIC, format!("internal panic: {text}"))
}
