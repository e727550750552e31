//! Every field of the configuration, declared once: what it means, its unit, its range, its default in each profile.

use super::json::Json;
use super::value::{DenyAction, Directory, Kind, OptLevel, Value};
use super::{Profile, UNLIMITED};
use crate::error::Result;

/// What is known of a field beyond its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// The field's name: the key in JSON, and the word after `dwcp_config_set_`.
    pub name: &'static str,
    /// What the field does, in a sentence or two.
    pub about: &'static str,
    /// Unit of a number; empty for the rest.
    pub unit: &'static str,
    /// Range of a number, both ends included; 0 and 0 for the rest.
    pub min: u64,
    pub max: u64,
    /// One more value outside of the range that stands for "no limit".
    pub unlimited: Option<u64>,
    /// Whether one call can ask for another value through its options.
    pub per_call: bool,
    /// Whether it can change while a runtime lives.
    pub live: bool,
}

/// A field with its type: reads, checks and writes it.
pub struct Setting<T: 'static> {
    info: Info,
    get: fn(&Config) -> &T,
    slot: fn(&mut Config) -> &mut T,
}

impl<T: Value> Setting<T> {
    pub fn get<'a>(&self, config: &'a Config) -> &'a T {
        (self.get)(config)
    }

    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Writes the field, or refuses by name and value and leaves it as it was.
    pub fn set(&self, config: &mut Config, value: T) -> Result<()> {
        value.check(&self.info)?;
        *(self.slot)(config) = value;
        Ok(())
    }
}

/// A [`Setting`] of any type, for what treats all fields alike.
pub trait Field: Sync {
    fn info(&self) -> &Info;
    fn kind(&self) -> Kind;
    /// Whether the field's own value is possible.
    fn check(&self, config: &Config) -> Result<()>;
    fn set_json(&self, config: &mut Config, json: &Json) -> Result<()>;
    fn to_json(&self, config: &Config) -> serde_json::Value;
}

impl<T: Value> Field for Setting<T> {
    fn info(&self) -> &Info {
        self.info()
    }
    fn kind(&self) -> Kind {
        T::KIND
    }
    fn check(&self, config: &Config) -> Result<()> {
        self.get(config).check(&self.info)
    }
    fn set_json(&self, config: &mut Config, json: &Json) -> Result<()> {
        self.set(config, T::from_json(&self.info, json)?)
    }
    fn to_json(&self, config: &Config) -> serde_json::Value {
        self.get(config).to_json()
    }
}

/// `name: type, unit, range (or a value for no limit), per call or not, live or fixed; default | high traffic | development | secure; meaning`.
/// One default stands for all profiles.
macro_rules! fields {
    ($( $name:ident: $type:ty, $unit:literal, $min:expr => $max:expr $(; or $unlimited:expr)?, $call:ident $live:ident;
        $default:expr $(, $high:expr, $development:expr, $secure:expr)?; $about:literal; )*) => {
        /// The settings of a runtime. The fields are plain: [`Config::validate`] checks them when a runtime is made.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Config {
            $( #[doc = $about] pub $name: $type, )*
        }

        impl Config {
            /// The defaults of `profile`.
            pub fn new(profile: Profile) -> Config {
                Config { $( $name: fields!(@pick profile, $default $(, $high, $development, $secure)?), )* }
            }
        }

        /// The fields one by one, with their types.
        #[allow(non_upper_case_globals)]
        pub mod field {
            use super::*;
            $( pub static $name: Setting<$type> = Setting {
                info: Info {
                    name: stringify!($name), about: $about, unit: $unit, min: $min, max: $max,
                    unlimited: fields!(@optional $($unlimited)?), per_call: fields!(@call $call),
                    live: fields!(@live $live),
                },
                get: |c| &c.$name,
                slot: |c| &mut c.$name,
            }; )*
        }

        /// Every field, in the order of the documentation.
        pub static FIELDS: &[&dyn Field] = &[$( &field::$name ),*];
    };
    (@pick $profile:ident, $all:expr) => { $all };
    (@pick $profile:ident, $default:expr, $high:expr, $development:expr, $secure:expr) => {
        match $profile {
            Profile::Default => $default,
            Profile::HighTraffic => $high,
            Profile::Development => $development,
            Profile::Secure => $secure,
        }
    };
    (@optional) => { None };
    (@optional $value:expr) => { Some($value) };
    (@call per_call) => { true };
    (@call per_runtime) => { false };
    (@live live) => { true };
    (@live fixed) => { false };
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const YEAR_MS: u64 = 365 * 24 * 3600 * 1000;
/// `UINT64_MAX` fuel in a call's options asks for the ceiling, so no amount of fuel has that number.
const MAX_FUEL: u64 = u64::MAX - 1;
/// File offsets are signed 64-bit numbers.
const MAX_FILE: u64 = i64::MAX as u64;

fields! {
    // ---- VMs ----
    pool_size: u32, "VMs", 0 => 20_000, per_runtime fixed; 100, 500, 10, 100;
        "Ready VMs over all modules. Takes effect when ready VMs arrive; 0.1 makes every VM on the spot, so the value is only carried and reported.";
    max_live_vms: u32, "VMs", 1 => 20_000, per_runtime live; 1000, 2000, 100, 1000;
        "VMs that may exist at once: the bound on calls that run at the same time.";
    max_total_memory_bytes: u64, "bytes", 0 => 64 << 40, per_runtime live; 16 * GIB, 64 * GIB, 4 * GIB, 8 * GIB;
        "Linear memory of all VMs of the runtime together; 0 is no bound but the machine's.";
    acquire_timeout_ms: u64, "ms", 0 => 3_600_000, per_runtime live; 1000;
        "How long a call waits for a slot when all are in use, or for room under max_total_memory_bytes; 0 does not wait.";
    strict_capacity: bool, "", 0 => 0, per_runtime fixed; false;
        "Whether a runtime is refused where the machine has no room for max_live_vms; without, it is made with fewer slots and a warning.";
    signals_based_traps: bool, "", 0 => 0, per_runtime fixed; true;
        "Whether guests' faults are caught by signal handlers. Without, compiled code checks every access itself, which is slower and not protected against speculation past the bounds, and the process keeps its own handlers.";

    // ---- modules ----
    cache_size: u32, "modules", 1 => 1_000_000, per_runtime live; 1000, 5000, 100, 1000;
        "Compiled modules that the cache keeps; the least recently used goes first.";
    cache_bytes: u64, "bytes", MIB => u64::MAX, per_runtime live; GIB;
        "Compiled code that the cache keeps, in bytes.";
    max_module_bytes: u64, "bytes", 8 => GIB, per_runtime live; 64 * MIB;
        "Largest module that is accepted, checked before it is compiled.";
    max_functions: u32, "functions", 1 => 1_000_000, per_runtime live; 10_000;
        "Most functions in a module, checked before it is compiled.";
    // The caps below against what was found in programs in C, C++, Rust and Go, a compiler of 69 MB among them: 289 types, 26 imports,
    // 11 exports, 389 globals, 38 data segments, 1 element segment, 223 045 bytes in a function, 666 locals with parameters, 4101
    // blocks within blocks, 918 bytes of names.
    max_types: u32, "types", 1 => 1_000_000, per_runtime live; 20_000;
        "Types of a module. They are compared with each other when it is compiled.";
    max_imports: u32, "imports", 0 => 1_000_000, per_runtime live; 10_000;
        "Imports of a module, of every kind.";
    max_exports: u32, "exports", 0 => 1_000_000, per_runtime live; 20_000;
        "Exports of a module, of every kind.";
    max_globals: u32, "globals", 0 => 1_000_000, per_runtime live; 10_000;
        "Globals that a module defines.";
    max_data_segments: u32, "segments", 0 => 100_000, per_runtime live; 10_000;
        "Data segments of a module.";
    max_element_segments: u32, "segments", 0 => 100_000, per_runtime live; 10_000;
        "Element segments of a module, each of which costs compiled code.";
    max_function_bytes: u64, "bytes", 16 => 7_654_321, per_runtime live; MIB;
        "Body of one function of a module.";
    max_locals: u32, "locals", 0 => 50_000, per_runtime live; 10_000;
        "Locals of one function of a module, its parameters not counted.";
    max_nesting_depth: u32, "blocks", 1 => 100_000, per_runtime live; 10_000;
        "Blocks within blocks of one function. The compiler's time grows with the square of the depth.";
    max_name_bytes: u64, "bytes", 0 => 64 * MIB, per_runtime live; 4 * MIB;
        "Names of a module's imports and exports, summed.";
    max_debug_info_bytes: u64, "bytes", 0 => 256 * MIB, per_runtime live; 16 * MIB, 16 * MIB, 16 * MIB, 0;
        "Line tables (DWARF) kept of a module, for file and line in the frames of its errors; of a module with more, none are kept.";
    opt_level: OptLevel, "", 0 => 0, per_runtime fixed; OptLevel::Speed;
        "How hard the compiler works: none compiles fastest, speed runs fastest, speed_and_size also makes code smaller.";
    parallel_compilation: bool, "", 0 => 0, per_runtime fixed; true;
        "Whether the functions of one module are compiled on several threads.";
    compile_threads: u32, "threads", 0 => 256, per_runtime fixed; 0;
        "Threads of the compiler; 0 is one for each core.";
    max_concurrent_compiles: u32, "modules", 0 => 256, per_runtime fixed; 0;
        "Modules that are compiled at once; more wait their turn. 0 is as many as the compiler has threads.";

    // ---- limits of a call ----
    max_memory_bytes: u64, "bytes", 64 * KIB => 4 * GIB, per_call live; 128 * MIB, 128 * MIB, 128 * MIB, 64 * MIB;
        "Linear memory of a VM, summed over its memories.";
    max_memory_bytes_ceiling: u64, "bytes", 0 => 4 * GIB, per_runtime live; 0;
        "Most memory that a call may ask for; 0 is the same as max_memory_bytes.";
    max_table_elements: u32, "elements", 0 => 10_000_000, per_call live; 1000;
        "Elements of a VM's tables, summed over its tables.";
    max_table_elements_ceiling: u32, "elements", 0 => 10_000_000, per_runtime live; 0;
        "Most table elements that a call may ask for; 0 is the same as max_table_elements.";
    max_instances: u32, "instances", 1 => 10_000, per_call live; 100;
        "Instances that one VM may hold.";
    max_instances_ceiling: u32, "instances", 0 => 10_000, per_runtime live; 0;
        "Most instances that a call may ask for; 0 is the same as max_instances.";
    max_execution_time_ms: u64, "ms", 0 => YEAR_MS, per_call live; 30_000, 30_000, 300_000, 10_000;
        "Time of a call from entry to return, waiting for a slot included; 0 is no deadline.";
    max_execution_time_ms_ceiling: u64, "ms", 0 => YEAR_MS; or UNLIMITED, per_runtime live; 0;
        "Most time that a call may ask for; 0 is the same as max_execution_time_ms, UINT64_MAX is any time.";
    max_stack_size_bytes: u64, "bytes", 64 * KIB => 256 * MIB, per_runtime fixed; MIB;
        "Native stack that a guest may use.";
    enable_fuel_metering: bool, "", 0 => 0, per_runtime fixed; true;
        "Whether guest instructions are counted and fuel_limit is enforced.";
    fuel_limit: u64, "fuel", 1 => MAX_FUEL, per_call live; 1_000_000;
        "Fuel of a call, about one unit for each instruction; 1 000 000 is about a millisecond of guest.";
    fuel_limit_ceiling: u64, "fuel", 0 => MAX_FUEL, per_runtime live; 0;
        "Most fuel that a call may ask for; 0 is the same as fuel_limit.";
    max_result_bytes: u64, "bytes", 0 => 4 * GIB, per_runtime live; 16 * MIB, 16 * MIB, 16 * MIB, MIB;
        "Strings and bytes that one call may give back, or that a host function may be given at once.";
    session_idle_timeout_ms: u64, "ms", 0 => YEAR_MS, per_runtime fixed; 300_000, 300_000, 0, 60_000;
        "Time without a call after which a session loses its VM; 0 is never.";

    // ---- reach of a guest ----
    enable_wasi: bool, "", 0 => 0, per_runtime fixed; true;
        "Whether modules may import WASI preview 1.";
    allowed_syscalls: Vec<String>, "", 0 => 0, per_runtime fixed; strings(&["fd_read", "fd_write", "proc_exit"]);
        "WASI functions that a guest may call: names, globs and groups. An empty list allows all that is not denied.";
    denied_syscalls: Vec<String>, "", 0 => 0, per_runtime fixed; strings(&["sock_*", "path_open"]);
        "WASI functions that a guest may not call; deny beats allow.";
    deny_action: DenyAction, "", 0 => 0, per_runtime fixed; DenyAction::Errno;
        "What a denied call does: errno tells the guest that it is not capable, trap ends the call.";
    network_access: bool, "", 0 => 0, per_runtime fixed; false;
        "Whether a guest may call the sock_... functions. WASI preview 1 opens no socket, and the library gives guests none.";
    filesystem_access: bool, "", 0 => 0, per_runtime fixed; true, true, true, false;
        "Whether a guest sees allowed_directories at all.";
    allowed_directories: Vec<Directory>, "", 0 => 0, per_runtime fixed;
        vec![Directory { host: "/tmp".into(), guest: "/tmp".into(), read_only: false }];
        "Host directories that guests see, each under its guest path. That a host directory exists is checked by the call that uses it.";
    max_file_size: u64, "bytes", 0 => MAX_FILE, per_runtime fixed; 10 * MIB;
        "Size to which a guest may grow a file.";
    max_open_files: u32, "files", 0 => 65_536, per_runtime fixed; 10;
        "Files and directories that a guest may hold open at once, beside stdio and the allowed directories.";
    max_bytes_written: u64, "bytes", 0 => MAX_FILE, per_runtime fixed; 100 * MIB;
        "Bytes that one call's guest may write to files, and by which it may make them larger, in all.";
    max_files_created: u32, "names", 0 => 10_000_000, per_runtime fixed; 10_000;
        "Files, directories and links that one call's guest may create, also if it removes them again.";
    deterministic: bool, "", 0 => 0, per_runtime fixed; false;
        "Whether the same call gives the same bytes: NaNs are canonical, random bytes come from random_seed, clocks tell no real time.";
    random_seed: u64, "number", 0 => u64::MAX, per_runtime fixed; 0;
        "What the random bytes of a deterministic runtime's guests follow from. Each call begins with it anew.";

    // ---- observation ----
    enable_metrics: bool, "", 0 => 0, per_runtime fixed; true;
        "Whether the runtime counts and times what it does; without, every metric is 0.";
    enable_tracing: bool, "", 0 => 0, per_runtime fixed; false, false, true, false;
        "Whether the log gets the detail of calls: what guests write to streams that are discarded, line by line. It has no trace events yet.";
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Status;

    #[test]
    fn ranges_are_checked_by_name_and_value() {
        let mut c = Config::default();
        field::pool_size.set(&mut c, 20_000).unwrap();
        let e = field::pool_size.set(&mut c, 20_001).unwrap_err();
        assert_eq!((e.status(), e.message()), (Status::INVALID_CONFIG, "pool_size: 20001 is outside 0..=20000 VMs"));
        assert_eq!(c.pool_size, 20_000, "a refused value changes nothing");
        let e = field::max_memory_bytes.set(&mut c, 1).unwrap_err();
        assert_eq!(e.message(), "max_memory_bytes: 1 is outside 65536..=4294967296 bytes");
    }

    #[test]
    fn unknown_numbers_of_enums_are_refused_by_name_and_value() {
        assert_eq!(DenyAction::from_code(field::deny_action.info(), 1).unwrap(), DenyAction::Trap);
        let e = OptLevel::from_code(field::opt_level.info(), 7).unwrap_err();
        assert_eq!(e.status(), Status::INVALID_CONFIG);
        assert_eq!(e.message(), "opt_level: 7 is not one of 0 (none), 1 (speed), 2 (speed_and_size)");
    }

    #[test]
    fn no_limit_is_allowed_beside_the_range() {
        let mut c = Config::default();
        field::max_execution_time_ms_ceiling.set(&mut c, UNLIMITED).unwrap();
        let e = field::max_execution_time_ms_ceiling.set(&mut c, UNLIMITED - 1).unwrap_err();
        assert!(e.message().contains("outside 0..=31536000000 ms") && e.message().contains("18446744073709551615"), "{e}");
        assert!(field::max_execution_time_ms.set(&mut c, UNLIMITED).is_err());
    }

    #[test]
    fn every_default_is_in_its_range_and_every_name_is_unique() {
        for profile in Profile::ALL {
            let c = Config::new(profile);
            for f in FIELDS {
                f.check(&c).unwrap();
            }
        }
        let names: std::collections::BTreeSet<_> = FIELDS.iter().map(|f| f.info().name).collect();
        assert_eq!(names.len(), FIELDS.len());
        assert!(FIELDS.iter().all(|f| (f.kind() == Kind::Integer) != f.info().unit.is_empty()));
    }
}
