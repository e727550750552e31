//! The metrics at one moment, in the words of the C structs: the same names in JSON.

use super::metrics::{self, Counter, Metrics, Timer};
use super::tally::Count;
use crate::config::Metering;
use crate::syscalls::Syscall;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a snapshot shows but the metrics do not count: the runtime fills it in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    pub pool_size: u32,
    pub slots: u32,
    pub reserved_slots: bool,
    pub idle_vms: u64,
    pub cache_modules: u64,
    pub cache_max_modules: u64,
    pub cache_bytes: u64,
    pub cache_max_bytes: u64,
}

/// Everything that a runtime counts and times.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Snapshot {
    pub runtime: RuntimeSnapshot,
    pub pool: PoolSnapshot,
    pub cache: CacheSnapshot,
    /// The WASI calls that were made, by name.
    pub syscalls: BTreeMap<&'static str, Count>,
    /// What compiled code counts or looks at. In JSON only.
    pub metering: Metering,
    /// What was odd about the settings or the machine when the runtime was made: settings that take each other away, fewer
    /// slots than asked for. And whose handlers guests' faults come to now, if not the engine's. In JSON only.
    pub warnings: Vec<String>,
}

/// The fields of `dwcp_runtime_metrics_t`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RuntimeSnapshot {
    pub cold_starts: u64,
    pub warm_starts: u64,
    pub avg_cold_start_ms: f64,
    pub avg_warm_start_ms: f64,
    pub p50_cold_start_ms: f64,
    pub p95_cold_start_ms: f64,
    pub p99_cold_start_ms: f64,
    pub p50_warm_start_ms: f64,
    pub p95_warm_start_ms: f64,
    pub p99_warm_start_ms: f64,
    pub active_vms: u64,
    pub total_executions: u64,
    pub failed_executions: u64,
    /// Percent, 0 to 100.
    pub cache_hit_rate: f64,
    pub memory_usage_bytes: u64,
    pub start_time_unix_ns: i64,
    pub timeouts: u64,
    pub p50_execution_ms: f64,
    pub p95_execution_ms: f64,
    pub p99_execution_ms: f64,
    pub avg_execution_ms: f64,
    pub panics: u64,
    pub denials: u64,
    pub enabled: bool,
}

/// The fields of `dwcp_pool_metrics_t`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct PoolSnapshot {
    pub pool_size: u32,
    /// VMs that can live at once.
    pub slots: u32,
    pub active_vms: u64,
    pub idle_vms: u64,
    pub pool_hits: u64,
    pub pool_misses: u64,
    pub avg_wait_time_ms: f64,
    /// Whether the slots have address space of their own.
    pub reserved_slots: bool,
}

/// The fields of `dwcp_cache_metrics_t`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct CacheSnapshot {
    pub modules: u64,
    pub max_modules: u64,
    pub bytes: u64,
    pub max_bytes: u64,
    pub hits: u64,
    pub misses: u64,
    pub evictions: u64,
    pub single_flight_waits: u64,
    pub compile_failures: u64,
    /// Percent, 0 to 100.
    pub hit_rate: f64,
    pub avg_hit_ms: f64,
    pub avg_miss_ms: f64,
}

impl Snapshot {
    pub(super) fn of(metrics: &Metrics, gauges: Gauges) -> Snapshot {
        // Calls end while the shards are read; the parts must not exceed the whole for that.
        let total_executions = metrics.total(Counter::Executions);
        let failed_executions = metrics.total(Counter::Failed).min(total_executions);
        let timeouts = metrics.total(Counter::Timeouts).min(failed_executions);
        let [cold, warm, execution, wait, hit, miss] =
            [Timer::ColdStart, Timer::WarmStart, Timer::Execution, Timer::Wait, Timer::CacheHit, Timer::CacheMiss]
                .map(|t| metrics.distribution(t));
        let active_vms = metrics.level(Counter::ActiveVms);
        let hit_rate = percent(hit.count(), miss.count());
        let syscalls: BTreeMap<_, _> = Syscall::all()
            .map(|call| (call.name(), metrics.syscall(call)))
            .filter(|(_, count)| *count != Count::default())
            .collect();
        Snapshot {
            runtime: RuntimeSnapshot {
                cold_starts: cold.count(),
                warm_starts: warm.count(),
                avg_cold_start_ms: cold.mean_ms(),
                avg_warm_start_ms: warm.mean_ms(),
                p50_cold_start_ms: cold.percentile_ms(0.50),
                p95_cold_start_ms: cold.percentile_ms(0.95),
                p99_cold_start_ms: cold.percentile_ms(0.99),
                p50_warm_start_ms: warm.percentile_ms(0.50),
                p95_warm_start_ms: warm.percentile_ms(0.95),
                p99_warm_start_ms: warm.percentile_ms(0.99),
                active_vms,
                total_executions,
                failed_executions,
                cache_hit_rate: hit_rate,
                memory_usage_bytes: metrics.level(Counter::MemoryBytes),
                start_time_unix_ns: metrics.started_unix_ns(),
                timeouts,
                p50_execution_ms: execution.percentile_ms(0.50),
                p95_execution_ms: execution.percentile_ms(0.95),
                p99_execution_ms: execution.percentile_ms(0.99),
                avg_execution_ms: execution.mean_ms(),
                panics: metrics::panics(),
                denials: syscalls.values().map(|count| count.denied).sum(),
                enabled: true,
            },
            pool: PoolSnapshot {
                pool_size: gauges.pool_size,
                slots: gauges.slots,
                active_vms,
                idle_vms: gauges.idle_vms,
                pool_hits: metrics.total(Counter::PoolHits),
                pool_misses: metrics.total(Counter::PoolMisses),
                avg_wait_time_ms: wait.mean_ms(),
                reserved_slots: gauges.reserved_slots,
            },
            cache: CacheSnapshot {
                modules: gauges.cache_modules,
                max_modules: gauges.cache_max_modules,
                bytes: gauges.cache_bytes,
                max_bytes: gauges.cache_max_bytes,
                hits: hit.count(),
                misses: miss.count(),
                evictions: metrics.total(Counter::CacheEvictions),
                single_flight_waits: metrics.total(Counter::CacheWaits),
                compile_failures: metrics.total(Counter::CompileFailures),
                hit_rate,
                avg_hit_ms: hit.mean_ms(),
                avg_miss_ms: miss.mean_ms(),
            },
            syscalls,
            metering: Metering::default(),
            warnings: Vec::new(),
        }
    }

    /// `{"runtime": {...}, "pool": {...}, "cache": {...}, "syscalls": {...}, "metering": "...", "warnings": [...]}` with the field names of the C structs.
    pub fn to_json(&self) -> String {
        // Numbers, bools and fixed names: nothing that serde_json could refuse.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The share of hits in percent; 0 without lookups.
fn percent(hits: u64, misses: u64) -> f64 {
    if hits == 0 { 0.0 } else { hits as f64 / (hits + misses) as f64 * 100.0 }
}

#[cfg(test)]
mod tests {
    use super::super::tally::Tally;
    use super::*;

    #[test]
    fn a_snapshot_says_what_was_recorded() {
        let m = Metrics::new(true);
        m.cold_start(8_000_000);
        (0..4).for_each(|_| m.warm_start(2_000));
        (0..3).for_each(|_| m.execution(1_000_000));
        (0..3).for_each(|_| m.call_done(true, false));
        m.call_done(false, true);
        m.wait(500_000);
        m.pool_hit();
        (0..2).for_each(|_| m.pool_miss());
        m.vm_started();
        m.memory(65_536);
        (0..3).for_each(|_| m.cache_hit(1_000));
        m.cache_miss(8_000_000);
        m.cache_evicted(2);
        m.cache_wait();
        m.compile_failed();
        let mut tally = Tally::default();
        tally.enter(Syscall::of("path_open"));
        tally.deny(Syscall::of("path_open"));
        tally.enter(Syscall::of("fd_read"));
        m.take(&mut tally);
        let s = m.snapshot(Gauges {
            pool_size: 100,
            slots: 1000,
            reserved_slots: true,
            idle_vms: 7,
            cache_modules: 1,
            cache_max_modules: 1000,
            cache_bytes: 4096,
            cache_max_bytes: 1 << 30,
        });
        let r = s.runtime;
        assert_eq!((r.cold_starts, r.warm_starts, r.total_executions, r.failed_executions, r.timeouts), (1, 4, 4, 1, 1));
        assert_eq!((r.active_vms, r.memory_usage_bytes, r.denials, r.enabled), (1, 65_536, 1, true));
        assert_eq!((r.avg_cold_start_ms, r.avg_warm_start_ms, r.avg_execution_ms, r.cache_hit_rate), (8.0, 0.002, 1.0, 75.0));
        for (value, expected) in
            [(r.p50_cold_start_ms, 8.0), (r.p99_warm_start_ms, 0.002), (r.p50_execution_ms, 1.0), (r.p95_execution_ms, 1.0)]
        {
            assert!((value - expected).abs() <= expected * 0.01, "{value} {expected}");
        }
        assert!(r.start_time_unix_ns > 1_600_000_000_000_000_000);
        let p = PoolSnapshot {
            pool_size: 100,
            slots: 1000,
            active_vms: 1,
            idle_vms: 7,
            pool_hits: 1,
            pool_misses: 2,
            avg_wait_time_ms: 0.5,
            reserved_slots: true,
        };
        assert_eq!(s.pool, p);
        let c = s.cache;
        assert_eq!((c.modules, c.max_modules, c.bytes, c.max_bytes), (1, 1000, 4096, 1 << 30));
        assert_eq!((c.hits, c.misses, c.evictions, c.single_flight_waits, c.compile_failures), (3, 1, 2, 1, 1));
        assert_eq!((c.hit_rate, c.avg_hit_ms, c.avg_miss_ms), (75.0, 0.001, 8.0));
        let counted = "\"syscalls\":{\"fd_read\":{\"calls\":1,\"denied\":0},\"path_open\":{\"calls\":1,\"denied\":1}}";
        assert!(s.to_json().contains(counted), "{}", s.to_json());
    }

    #[test]
    fn nothing_recorded_is_all_numbers_and_no_nan() {
        let json = Metrics::new(true).snapshot(Gauges::default()).to_json();
        assert!(!json.contains("null") && json.contains("\"cache_hit_rate\":0.0") && json.contains("\"enabled\":true"), "{json}");
        let json = Snapshot::default().to_json();
        assert!(json.starts_with("{\"runtime\":{\"cold_starts\":0,") && json.contains("\"enabled\":false"), "{json}");
        assert!(json.contains("\"pool\":{\"pool_size\":0,") && json.contains("\"cache\":{\"modules\":0,"), "{json}");
    }
}
