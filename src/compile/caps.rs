//! What a module may have before the compiler sees it: caps that have a field of the configuration, caps that are fixed, and the
//! errors of both, which name the cap, what the module has and what it may have.

use crate::error::{Error, Result, Status};
use std::ffi::CStr;

/// A cap with a field and a setter of its name.
pub struct Cap {
    pub name: &'static CStr,
    /// What is counted.
    pub unit: &'static str,
    pub status: Status,
}

impl Cap {
    pub const fn new(name: &'static CStr, unit: &'static str) -> Cap {
        Cap { name, unit, status: Status::POLICY_REFUSED }
    }

    /// Refuses a module that has more than the limit.
    pub fn check(&self, has: u64, limit: impl Into<u64>) -> Result<()> {
        self.check_of("module", has, limit)
    }

    /// As [`Cap::check`], for a part of the module.
    pub fn check_of(&self, whose: impl std::fmt::Display, has: u64, limit: impl Into<u64>) -> Result<()> {
        let limit = limit.into();
        if has <= limit {
            return Ok(());
        }
        let (n, unit) = (self.name.to_str().unwrap_or_default(), self.unit);
        let text = format!("{n}: the {whose} has {has} {unit}, the limit is {limit}; raise it with dwcp_config_set_{n}");
        Err(Error::new(self.status, text).with_limit(self.name, limit, has))
    }
}

/// A cap without a field. `has` is exact, or what has been counted so far.
pub fn fixed(name: &'static CStr, unit: &str, whose: impl std::fmt::Display, has: u64, limit: u64) -> Result<()> {
    if has <= limit {
        return Ok(());
    }
    let n = name.to_str().unwrap_or_default();
    let text =
        format!("{n}: the {whose} has {has} {unit} or more, the limit is {limit} and fixed: compiling it would take too long");
    Err(Error::new(Status::POLICY_REFUSED, text).with_limit(name, limit, has))
}

/// What costs the compiler more than the bytes that it takes: a module may have some of it for each of its bytes, and some to begin
/// with, so that small modules may be denser than large ones.
pub struct Budget {
    pub name: &'static CStr,
    pub unit: &'static str,
    pub floor: u64,
    /// For each 64 bytes of the module.
    pub by_64_bytes: u64,
}

impl Budget {
    pub fn check(&self, has: u64, module_bytes: u64) -> Result<()> {
        let limit = self.floor.saturating_add((module_bytes / 64).saturating_mul(self.by_64_bytes));
        if has <= limit {
            return Ok(());
        }
        let (n, unit) = (self.name.to_str().unwrap_or_default(), self.unit);
        let text = format!(
            "{n}: the module has {has} {unit} or more, the limit for its {module_bytes} bytes is {limit} and fixed: compiling it would take too long"
        );
        Err(Error::new(Status::POLICY_REFUSED, text).with_limit(self.name, limit, has))
    }
}
