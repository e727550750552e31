//! What no single field can know: settings that contradict each other.

use super::fields::{Config, FIELDS};
use super::{Metering, UNLIMITED};
use crate::error::{Error, Result, Status, escape};
use std::path::{Path, PathBuf};

/// Where the system shows its own insides.
const SYSTEM: [&str; 3] = ["/proc", "/sys", "/dev"];

/// A read-only directory at or below a writable one, through which guests could write it all the same; with that one.
pub fn writable_around<'a, D, P: AsRef<Path> + 'a>(
    directories: &'a [D],
    facts: impl Fn(&'a D) -> (&'a P, bool),
) -> Option<(&'a D, &'a D)> {
    directories.iter().filter(|d| facts(d).1).find_map(|inner| {
        let lies_in = |outer: &&'a D| !facts(outer).1 && facts(inner).0.as_ref().starts_with(facts(outer).0.as_ref());
        Some((inner, directories.iter().find(lies_in)?))
    })
}

impl Config {
    /// Refuses values out of range and settings that contradict each other, by name and value. Returns what is possible
    /// together but hardly meant.
    pub fn validate(&self) -> Result<Vec<String>> {
        FIELDS.iter().try_for_each(|f| f.check(self))?;
        self.check_ceilings()?;
        if let Some((inner, outer)) = writable_around(&self.allowed_directories, |d| (&d.host, d.read_only)) {
            let (inner, outer) = (escape(&inner.host, 400), escape(&outer.host, 400));
            return Err(contradiction(format!(
                "allowed_directories: \"{inner}\" is read-only, but lies in \"{outer}\", which is writable"
            )));
        }
        Ok(self.warnings())
    }

    fn check_ceilings(&self) -> Result<()> {
        let (time, ceiling) = (self.max_execution_time_ms, self.max_execution_time_ms_ceiling);
        if time == 0 && ceiling != 0 && ceiling != UNLIMITED {
            return Err(contradiction(format!(
                "max_execution_time_ms (0, no deadline) is above max_execution_time_ms_ceiling ({ceiling}); \
                 give calls a default deadline or set the ceiling to {UNLIMITED}"
            )));
        }
        for (name, default, ceiling) in [
            ("max_memory_bytes", self.max_memory_bytes, self.max_memory_bytes_ceiling),
            ("max_table_elements", self.max_table_elements.into(), self.max_table_elements_ceiling.into()),
            ("max_instances", self.max_instances.into(), self.max_instances_ceiling.into()),
            ("max_execution_time_ms", time, ceiling),
            ("fuel_limit", self.fuel_limit, self.fuel_limit_ceiling),
        ] {
            if ceiling != 0 && default > ceiling {
                return Err(contradiction(format!("{name} ({default}) is above {name}_ceiling ({ceiling})")));
            }
        }
        Ok(())
    }

    /// What is possible together but hardly meant.
    pub fn warnings(&self) -> Vec<String> {
        let mut out = Vec::new();
        let mut warn = |when: bool, message: &str| {
            if when {
                out.push(message.to_string());
            }
        };
        let (pool, live) = (self.pool_size, self.max_live_vms);
        warn(pool > live, &format!("pool_size ({pool}) is above max_live_vms ({live}): no more VMs are ready than can live"));
        let (memory, total) = (self.max_memory_bytes, self.max_total_memory_bytes);
        warn(
            total != 0 && memory > total,
            &format!("max_memory_bytes ({memory}) is above max_total_memory_bytes ({total}): no VM gets as much"),
        );
        warn(
            self.filesystem_access && self.allowed_directories.is_empty(),
            "filesystem_access is true, but allowed_directories is empty: no guest sees a directory",
        );
        warn(
            self.filesystem_access && self.max_open_files == 0,
            "filesystem_access is true, but max_open_files is 0: no guest can open a file",
        );
        for d in self.allowed_directories.iter().filter(|_| self.filesystem_access) {
            let path: PathBuf = Path::new(&d.host).components().collect();
            let host = escape(&d.host, 400);
            warn(path == Path::new("/"), &format!("allowed_directories: \"{host}\" is everything that this machine has"));
            warn(
                SYSTEM.iter().any(|system| path.starts_with(system)),
                &format!("allowed_directories: \"{host}\" shows guests the insides of the system and of this process"),
            );
        }
        warn(self.network_access && !self.enable_wasi, "network_access is true, but enable_wasi is false: it has no effect");
        warn(
            !self.enable_fuel_metering && self.fuel_limit_ceiling != 0,
            &format!("fuel_limit_ceiling is {}, but enable_fuel_metering is false: it has no effect", self.fuel_limit_ceiling),
        );
        warn(
            self.metering() == Metering::None,
            "enable_fuel_metering is false, and max_execution_time_ms and its ceiling are 0: nothing ends a guest that loops for ever, not even a cancel",
        );
        warn(
            self.metering() == Metering::Deadline && self.max_execution_time_ms == 0,
            "enable_fuel_metering is false and max_execution_time_ms is 0: nothing but a cancel ends a guest that loops for ever in a call that asks for no deadline",
        );
        warn(
            !self.parallel_compilation && self.compile_threads > 1,
            &format!("compile_threads is {}, but parallel_compilation is false: a module uses one", self.compile_threads),
        );
        warn(
            !self.signals_based_traps,
            "signals_based_traps is false: guests' code checks its bounds without protection against speculation past them (Spectre)",
        );
        out
    }
}

fn contradiction(message: String) -> Error {
    Error::new(Status::INVALID_CONFIG, message)
}

#[cfg(test)]
mod tests {
    use super::super::{Directory, Profile};
    use super::*;

    fn refused(change: impl FnOnce(&mut Config)) -> String {
        let mut c = Config::default();
        change(&mut c);
        let e = c.validate().unwrap_err();
        assert_eq!(e.status(), Status::INVALID_CONFIG);
        e.message().to_string()
    }

    fn warned(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut c = Config::default();
        change(&mut c);
        c.validate().unwrap()
    }

    #[test]
    fn profiles_are_valid() {
        for p in Profile::ALL {
            assert!(Config::new(p).validate().unwrap().is_empty());
        }
        assert_eq!(warned(|_| ()), [""; 0]);
    }

    #[test]
    fn contradictions_name_both_settings_with_their_values() {
        assert_eq!(
            refused(|c| c.max_memory_bytes_ceiling = 65536),
            "max_memory_bytes (134217728) is above max_memory_bytes_ceiling (65536)"
        );
        assert_eq!(
            refused(|c| c.max_table_elements_ceiling = 9),
            "max_table_elements (1000) is above max_table_elements_ceiling (9)"
        );
        assert_eq!(refused(|c| c.max_instances_ceiling = 9), "max_instances (100) is above max_instances_ceiling (9)");
        assert_eq!(refused(|c| c.fuel_limit_ceiling = 9), "fuel_limit (1000000) is above fuel_limit_ceiling (9)");
        assert_eq!(
            refused(|c| c.max_execution_time_ms_ceiling = 9),
            "max_execution_time_ms (30000) is above max_execution_time_ms_ceiling (9)"
        );
        let message = refused(|c| (c.max_execution_time_ms, c.max_execution_time_ms_ceiling) = (0, 9));
        assert!(message.starts_with("max_execution_time_ms (0, no deadline) is above max_execution_time_ms_ceiling (9)"));
        assert!(warned(|c| (c.max_execution_time_ms, c.max_execution_time_ms_ceiling) = (0, UNLIMITED)).is_empty());
    }

    #[test]
    fn plain_fields_are_checked_too() {
        assert_eq!(refused(|c| c.max_live_vms = 0), "max_live_vms: 0 is outside 1..=20000 VMs");
        assert_eq!(
            refused(|c| c.denied_syscalls = vec!["a".into(); 1025]),
            "denied_syscalls: has 1025 entries, the most is 1024"
        );
    }

    #[test]
    fn directories_need_an_absolute_host_path_and_a_guest_path_of_their_own() {
        let with = |dirs: &[(&str, &str)]| {
            let dirs = dirs.iter().map(|(h, g)| Directory { host: (*h).into(), guest: (*g).into(), read_only: false });
            let dirs: Vec<Directory> = dirs.collect();
            refused(|c| c.allowed_directories = dirs)
        };
        let cases: [(&[(&str, &str)], &str); 4] = [
            (&[("/a", "")], "allowed_directories: the guest path of the host directory \"/a\" is empty"),
            (&[("", "/g")], "allowed_directories: the host path \"\" of the guest directory \"/g\" is empty"),
            (&[("a", "/g")], "allowed_directories: the host path \"a\" of the guest directory \"/g\" is not absolute"),
            (
                &[("/a", "/g"), ("/b", "/g/")],
                "allowed_directories: the guest directory \"/g/\" stands for two host directories, \"/a\" and \"/b\"",
            ),
        ];
        for (dirs, message) in cases {
            assert_eq!(with(dirs), message);
        }
    }

    fn directories(list: &[(&str, bool)]) -> Vec<Directory> {
        let directory = |(i, (host, read_only)): (usize, &(&str, bool))| Directory {
            host: (*host).into(),
            guest: format!("/{i}"),
            read_only: *read_only,
        };
        list.iter().enumerate().map(directory).collect()
    }

    #[test]
    fn a_read_only_directory_must_not_be_writable_through_another() {
        for (inner, outer) in [("/a/b", "/a"), ("/a//b/./c/", "/a/b"), ("/a", "/a/"), ("/a", "/")] {
            let message = refused(|c| c.allowed_directories = directories(&[("/x", false), (inner, true), (outer, false)]));
            let expected = format!("allowed_directories: \"{inner}\" is read-only, but lies in \"{outer}\", which is writable");
            assert_eq!(message, expected);
        }
        let fine = [("/a", true), ("/a/b", false), ("/a-not", true), ("/c", true), ("/c/d", true)];
        assert!(warned(|c| c.allowed_directories = directories(&fine)).is_empty());
    }

    #[test]
    fn directories_that_show_the_system_are_warnings() {
        for host in ["/proc", "/proc/self/", "/sys/kernel", "/dev/./shm"] {
            let warnings = warned(|c| c.allowed_directories = directories(&[(host, true)]));
            assert!(warnings.len() == 1 && warnings[0].contains(host) && warnings[0].contains("insides"), "{warnings:?}");
        }
        assert!(warned(|c| c.allowed_directories = directories(&[("//", true)]))[0].contains("everything"));
        assert!(warned(|c| c.allowed_directories = directories(&[("/processes", true), ("/srv/dev", true)])).is_empty());
        let off = |c: &mut Config| (c.filesystem_access, c.allowed_directories) = (false, directories(&[("/", true)]));
        assert!(warned(off).is_empty());
    }

    #[test]
    fn odd_settings_are_warnings() {
        assert!(warned(|c| c.pool_size = 1001)[0].starts_with("pool_size (1001) is above max_live_vms (1000)"));
        assert!(warned(|c| c.allowed_directories.clear())[0].contains("allowed_directories is empty"));
        assert!(warned(|c| c.signals_based_traps = false)[0].contains("Spectre"));
        assert!(warned(|c| c.max_open_files = 0)[0].contains("max_open_files is 0"));
        assert!(warned(|c| (c.enable_wasi, c.network_access) = (false, true))[0].contains("enable_wasi is false"));
        let neither = |c: &mut Config| (c.enable_fuel_metering, c.max_execution_time_ms) = (false, 0);
        assert!(warned(neither)[0].contains("nothing ends a guest"));
        let asked_only = |c: &mut Config| {
            neither(c);
            c.max_execution_time_ms_ceiling = UNLIMITED;
        };
        assert!(warned(asked_only)[0].contains("nothing but a cancel ends a guest"));
        assert!(
            warned(|c| (c.enable_fuel_metering, c.fuel_limit_ceiling) = (false, 2_000_000))[0]
                .starts_with("fuel_limit_ceiling is")
        );
        assert!(warned(|c| (c.parallel_compilation, c.compile_threads) = (false, 4))[0].starts_with("compile_threads is 4"));
    }
}
