//! The limits of one VM and the limiter that holds them.
//!
//! wasmtime's own limits are per memory and per table; ours are sums over the VM, and a refused growth is remembered so that
//! the trap that follows it can be reported as what it is.

use crate::config::Config;
use crate::error::{Error, LimitHit, Result, Status};
use std::ffi::CStr;
use std::time::{Duration, Instant};

/// What a call may use, as the call options and the configuration settle it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub memory_bytes: u64,
    pub table_elements: u64,
    pub instances: u64,
    /// `None` where fuel is not metered.
    pub fuel: Option<u64>,
    /// `None` for no deadline.
    pub timeout_ns: Option<u64>,
    /// Strings and bytes that it may give back, or a host function be given at once.
    pub result_bytes: u64,
}

/// What a call asks for: 0 inherits the default, the type's maximum asks for the ceiling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub timeout_ns: u64,
    pub fuel: u64,
    pub max_memory_bytes: u64,
    pub max_table_elements: u32,
    pub max_instances: u32,
}

const NS_PER_MS: u64 = 1_000_000;

impl Limits {
    /// Settles what a call gets. `command` is a WASI command's run: its fuel is off unless the options ask for some.
    pub fn settle(config: &Config, asked: &Asked, command: bool) -> Result<Limits> {
        let memory_bytes =
            pick(c"max_memory_bytes", asked.max_memory_bytes, u64::MAX, config.max_memory_bytes, config.memory_ceiling())?;
        let table_elements = pick(
            c"max_table_elements",
            asked.max_table_elements.into(),
            u32::MAX.into(),
            config.max_table_elements.into(),
            config.table_ceiling().into(),
        )?;
        let instances = pick(
            c"max_instances",
            asked.max_instances.into(),
            u32::MAX.into(),
            config.max_instances.into(),
            config.instances_ceiling().into(),
        )?;
        Ok(Limits {
            memory_bytes,
            table_elements,
            instances,
            fuel: fuel(config, asked.fuel, command)?,
            timeout_ns: timeout(config, asked)?,
            result_bytes: config.max_result_bytes,
        })
    }

    /// When a call ends that was entered then; `None` where nothing is set, or the clock does not go so far.
    pub fn deadline(&self, entered: Instant) -> Option<Instant> {
        self.timeout_ns.map(Duration::from_nanos).and_then(|timeout| entered.checked_add(timeout))
    }
}

fn pick(name: &'static CStr, asked: u64, unlimited: u64, default: u64, ceiling: u64) -> Result<u64> {
    match asked {
        0 => Ok(default),
        a if a == unlimited => Ok(ceiling),
        a if a <= ceiling => Ok(a),
        a => Err(above(name, a, ceiling)),
    }
}

fn above(name: &'static CStr, asked: u64, ceiling: u64) -> Error {
    let n = name.to_str().unwrap_or_default();
    let text = format!("{n}: the call asks for {asked}, the ceiling is {ceiling}; raise it with dwcp_config_set_{n}_ceiling");
    Error::new(Status::INVALID_ARGUMENT, text).with_limit(name, ceiling, asked)
}

fn fuel(config: &Config, asked: u64, command: bool) -> Result<Option<u64>> {
    if !config.metering().has_fuel() {
        return match asked {
            0 | u64::MAX => Ok(None),
            a => Err(Error::argument("options.fuel", format!("asks for {a}, but enable_fuel_metering is false"))),
        };
    }
    match asked {
        // A command runs until it exits: its fuel is metered and reported, not limited.
        0 if command => Ok(Some(u64::MAX)),
        a => pick(c"fuel_limit", a, u64::MAX, config.fuel_limit, config.fuel_ceiling()).map(Some),
    }
}

/// Times are asked in nanoseconds and configured in milliseconds.
fn timeout(config: &Config, asked: &Asked) -> Result<Option<u64>> {
    if !config.metering().has_deadline() {
        return match asked.timeout_ns {
            0 | u64::MAX => Ok(None),
            a => Err(Error::argument(
                "options.timeout_ns",
                format!("asks for {a} ns, but max_execution_time_ms and its ceiling are 0: no deadline is compiled in"),
            )),
        };
    }
    let ns = |ms: u64| if ms == 0 || ms == u64::MAX { u64::MAX } else { ms.saturating_mul(NS_PER_MS) };
    let settled = match asked.timeout_ns {
        0 => ns(config.max_execution_time_ms),
        a => {
            let ceiling = ns(config.execution_time_ceiling());
            match a {
                u64::MAX => ceiling,
                a if a <= ceiling => a,
                a => return Err(above(c"max_execution_time_ms", a.div_ceil(NS_PER_MS), ceiling / NS_PER_MS)),
            }
        }
    };
    Ok((settled != u64::MAX).then_some(settled))
}

/// Counts what a VM has taken and refuses what would pass its limits.
#[derive(Debug)]
pub struct Limiter {
    memory_limit: u64,
    table_limit: u64,
    instance_limit: usize,
    memory: u64,
    tables: u64,
    refused: Option<LimitHit>,
    /// The last growth granted, taken back if the allocator then fails it.
    pending_memory: u64,
    pending_tables: u64,
}

impl Limiter {
    pub fn new(limits: &Limits) -> Limiter {
        Limiter {
            memory_limit: limits.memory_bytes,
            table_limit: limits.table_elements,
            instance_limit: usize::try_from(limits.instances).unwrap_or(usize::MAX),
            memory: 0,
            tables: 0,
            refused: None,
            pending_memory: 0,
            pending_tables: 0,
        }
    }

    /// Bytes of all memories of the VM. Memories never shrink, so this is also the peak.
    pub fn memory_bytes(&self) -> u64 {
        self.memory
    }

    /// A session's next call starts without the refusals of the last.
    pub fn forget_refusals(&mut self) {
        self.refused = None;
    }

    /// Takes the growth that was just granted back, because the runtime has no memory for it.
    pub fn take_back(&mut self, hit: LimitHit) {
        self.memory -= std::mem::take(&mut self.pending_memory);
        self.refused = Some(hit);
    }

    /// The last growth that was refused.
    pub fn refused(&self) -> Option<LimitHit> {
        self.refused
    }
}

/// A growth past the memory's or table's own declared maximum fails by itself and is no limit of ours.
fn beyond_declared(desired: usize, maximum: Option<usize>, limit: u64) -> bool {
    maximum.is_some_and(|m| desired > m && (m as u64) < limit)
}

impl wasmtime::ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.pending_memory = 0;
        if beyond_declared(desired, maximum, self.memory_limit) {
            return Ok(true);
        }
        let more = desired.saturating_sub(current) as u64;
        let total = self.memory.saturating_add(more);
        if total > self.memory_limit {
            self.refused = Some(LimitHit { name: c"max_memory_bytes", limit: self.memory_limit, asked: total });
            return Ok(false);
        }
        self.memory = total;
        self.pending_memory = more;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.memory -= std::mem::take(&mut self.pending_memory);
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        self.pending_tables = 0;
        if beyond_declared(desired, maximum, self.table_limit) {
            return Ok(true);
        }
        let more = desired.saturating_sub(current) as u64;
        let total = self.tables.saturating_add(more);
        if total > self.table_limit {
            self.refused = Some(LimitHit { name: c"max_table_elements", limit: self.table_limit, asked: total });
            return Ok(false);
        }
        self.tables = total;
        self.pending_tables = more;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.tables -= std::mem::take(&mut self.pending_tables);
        Ok(())
    }

    fn instances(&self) -> usize {
        self.instance_limit
    }

    fn tables(&self) -> usize {
        usize::MAX
    }

    fn memories(&self) -> usize {
        usize::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;
    use wasmtime::ResourceLimiter;

    #[test]
    fn zero_inherits_and_the_maximum_asks_for_the_ceiling() {
        let mut config = Config::new(Profile::Default);
        config.fuel_limit_ceiling = 5_000_000;
        let settle = |asked: Asked| Limits::settle(&config, &asked, false);
        let limits = settle(Asked::default()).unwrap();
        assert_eq!((limits.fuel, limits.timeout_ns), (Some(1_000_000), Some(30_000_000_000)));
        assert_eq!(settle(Asked { fuel: u64::MAX, ..Asked::default() }).unwrap().fuel, Some(5_000_000));
        let e = settle(Asked { fuel: 5_000_001, ..Asked::default() }).unwrap_err();
        assert!(e.message().contains("5000001") && e.message().contains("5000000"), "{e}");
        let e = settle(Asked { timeout_ns: 30_000_000_001, ..Asked::default() }).unwrap_err();
        assert_eq!(e.limit().unwrap().limit, 30_000);
        assert_eq!(Limits::settle(&config, &Asked::default(), true).unwrap().fuel, Some(u64::MAX));
    }

    #[test]
    fn what_is_not_metered_cannot_be_limited() {
        let mut config = Config::new(Profile::Default);
        config.enable_fuel_metering = false;
        config.max_execution_time_ms = 0;
        assert!(Limits::settle(&config, &Asked { fuel: 7, ..Asked::default() }, false).is_err());
        assert!(Limits::settle(&config, &Asked { timeout_ns: 7, ..Asked::default() }, false).is_err());
        let limits = Limits::settle(&config, &Asked::default(), false).unwrap();
        assert_eq!((limits.fuel, limits.timeout_ns), (None, None));
    }

    #[test]
    fn sums_over_memories_and_takes_failed_growth_back() {
        let limits =
            Limits { memory_bytes: 1000, table_elements: 10, instances: 1, fuel: None, timeout_ns: None, result_bytes: 0 };
        let mut l = Limiter::new(&limits);
        assert!(l.memory_growing(0, 600, None).unwrap());
        assert!(!l.memory_growing(0, 500, None).unwrap(), "a second memory counts too");
        assert_eq!(l.refused().unwrap().asked, 1100);
        assert!(l.memory_growing(600, 900, None).unwrap());
        l.memory_grow_failed(wasmtime::Error::msg("no")).unwrap();
        assert_eq!(l.memory_bytes(), 600);
        assert!(l.table_growing(0, 10, None).unwrap() && !l.table_growing(10, 11, None).unwrap());
    }
}
