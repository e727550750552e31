//! The settings of a runtime: every field with its unit, range and default, in one table.
//!
//! [`Config`] is plain data. [`fields`] declares each field once; ranges, JSON, the documentation's table and the setters of
//! the C API all come from that declaration. [`Config::validate`] finds what no single field can: settings that contradict
//! each other.

pub mod fields;
pub mod json;
mod metering;
mod validate;
mod value;

#[cfg(test)]
mod docs;

pub use fields::{Config, FIELDS, Field, Info, Setting, field};
pub use metering::Metering;
pub use validate::writable_around;
pub use value::{DenyAction, Directory, MAX_LIST, OptLevel, Value, check_length};

/// `max_execution_time_ms_ceiling` for "a call may ask for any time, and for none at all".
pub const UNLIMITED: u64 = u64::MAX;

/// A set of defaults to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// For most hosts.
    Default = 0,
    /// More ready VMs, more live VMs and a larger cache.
    HighTraffic = 1,
    /// Small and talkative, with five minutes for a call.
    Development = 2,
    /// For untrusted modules: no files, half the memory, a third of the time.
    Secure = 3,
}

impl Profile {
    pub const ALL: [Profile; 4] = [Profile::Default, Profile::HighTraffic, Profile::Development, Profile::Secure];

    /// The name that JSON and the command line use.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Default => "default",
            Profile::HighTraffic => "high_traffic",
            Profile::Development => "development",
            Profile::Secure => "secure",
        }
    }

    pub fn from_name(name: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|p| p.name() == name)
    }

    /// The profile of a number of the C API.
    pub fn from_code(code: i32) -> Option<Profile> {
        Profile::ALL.into_iter().find(|p| *p as i32 == code)
    }
}

impl Default for Config {
    fn default() -> Self {
        Config::new(Profile::Default)
    }
}

/// What a call may ask for at most: the ceiling, or the default where the ceiling is 0.
impl Config {
    pub fn memory_ceiling(&self) -> u64 {
        or_default(self.max_memory_bytes_ceiling, self.max_memory_bytes)
    }

    pub fn table_ceiling(&self) -> u32 {
        or_default(self.max_table_elements_ceiling, self.max_table_elements)
    }

    pub fn instances_ceiling(&self) -> u32 {
        or_default(self.max_instances_ceiling, self.max_instances)
    }

    /// Milliseconds; 0 where no call has a deadline, [`UNLIMITED`] where a call may ask for any.
    pub fn execution_time_ceiling(&self) -> u64 {
        or_default(self.max_execution_time_ms_ceiling, self.max_execution_time_ms)
    }

    pub fn fuel_ceiling(&self) -> u64 {
        or_default(self.fuel_limit_ceiling, self.fuel_limit)
    }

    /// What compiled code must count or look at for these limits.
    pub fn metering(&self) -> Metering {
        Metering::of(self)
    }
}

fn or_default<T: Default + PartialEq>(ceiling: T, default: T) -> T {
    if ceiling == T::default() { default } else { ceiling }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_those_of_the_guide() {
        let [d, h, v, s] = Profile::ALL.map(Config::new);
        assert_eq!((d.pool_size, h.pool_size, v.pool_size, s.pool_size), (100, 500, 10, 100));
        assert_eq!((d.cache_size, h.cache_size, v.cache_size, s.cache_size), (1000, 5000, 100, 1000));
        assert_eq!((d.max_memory_bytes, s.max_memory_bytes), (128 << 20, 64 << 20));
        assert_eq!((d.max_execution_time_ms, v.max_execution_time_ms, s.max_execution_time_ms), (30_000, 300_000, 10_000));
        assert!(d.filesystem_access && !s.filesystem_access && !s.network_access && s.enable_fuel_metering);
        assert!(v.enable_tracing && !d.enable_tracing && !h.enable_tracing);
        assert_eq!(d.allowed_syscalls, ["fd_read", "fd_write", "proc_exit"]);
        assert_eq!(d.denied_syscalls, ["sock_*", "path_open"]);
        assert_eq!(d.allowed_directories, [Directory { host: "/tmp".into(), guest: "/tmp".into(), read_only: false }]);
        assert_eq!((d.max_file_size, d.max_open_files, d.max_stack_size_bytes), (10 << 20, 10, 1 << 20));
        assert_eq!((d.max_table_elements, d.max_instances, d.max_functions, d.fuel_limit), (1000, 100, 10_000, 1_000_000));
        assert_eq!(Config::default(), d);
    }

    #[test]
    fn profile_names_and_codes_round_trip() {
        for p in Profile::ALL {
            assert_eq!(Profile::from_name(p.name()), Some(p));
            assert_eq!(Profile::from_code(p as i32), Some(p));
        }
        assert_eq!(Profile::from_code(4).or(Profile::from_code(-1)).or(Profile::from_name("Secure")), None);
    }

    #[test]
    fn a_ceiling_of_zero_is_the_default() {
        let mut c = Config::default();
        assert_eq!(c.memory_ceiling(), c.max_memory_bytes);
        assert_eq!((c.table_ceiling(), c.instances_ceiling()), (1000, 100));
        assert_eq!((c.execution_time_ceiling(), c.fuel_ceiling()), (30_000, 1_000_000));
        c.max_memory_bytes_ceiling = 1 << 30;
        c.fuel_limit_ceiling = 5_000_000;
        assert_eq!((c.memory_ceiling(), c.fuel_ceiling()), (1 << 30, 5_000_000));
    }
}
