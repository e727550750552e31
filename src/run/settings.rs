//! The settings in force: read by every call, replaced in one step while calls run.

use crate::config::{Config, FIELDS};
use crate::error::{Error, Result, Status};
use arc_swap::{ArcSwap, Guard};
use parking_lot::Mutex;
use std::sync::Arc;

/// The configuration of a runtime, of which some fields may change while it lives.
pub struct Settings {
    current: ArcSwap<Config>,
    /// What the runtime was made with: the engine was built for it.
    built: Config,
    /// Two changes do not mix.
    changing: Mutex<()>,
}

impl Settings {
    pub fn new(config: &Config) -> Settings {
        Settings { current: ArcSwap::from_pointee(config.clone()), built: config.clone(), changing: Mutex::new(()) }
    }

    /// The settings of this moment, for a look. A call looks once and goes by what it saw.
    #[inline]
    pub fn look(&self) -> Guard<Arc<Config>> {
        self.current.load()
    }

    /// The settings of this moment, to keep.
    pub fn copy(&self) -> Arc<Config> {
        self.current.load_full()
    }

    /// Puts `new` in force and lets `apply`, which gets the old ones too, tell those who keep a setting of their own. Refused as a whole, by name and values, where
    /// it cannot be.
    pub fn replace(&self, new: &Config, apply: impl FnOnce(&Config, &Config)) -> Result<()> {
        new.validate()?;
        let _one_at_a_time = self.changing.lock();
        self.check(new)?;
        let before = self.current.swap(Arc::new(new.clone()));
        apply(&before, new);
        Ok(())
    }

    fn check(&self, new: &Config) -> Result<()> {
        let before = self.look();
        for field in FIELDS.iter().filter(|f| !f.info().live) {
            let (is, asked) = (field.to_json(&before), field.to_json(new));
            if is != asked {
                let name = field.info().name;
                let text = format!("{name}: is {is} for as long as the runtime lives, the new configuration says {asked}");
                return Err(Error::new(Status::INVALID_CONFIG, text));
            }
        }
        let (built, metering) = (&self.built, self.built.metering());
        if new.metering() != metering {
            let text = format!(
                "max_execution_time_ms and its ceiling: code is compiled with metering \"{}\", the new configuration needs \"{}\"; a ceiling of UINT64_MAX keeps the deadline where there is no time by default",
                metering.name(),
                new.metering().name()
            );
            return Err(Error::new(Status::INVALID_CONFIG, text));
        }
        // Slots are as large as the largest VM that a call could ask for when they were made.
        for (name, most, asked) in [
            (c"max_memory_bytes", built.memory_ceiling(), new.memory_ceiling()),
            (c"max_table_elements", built.table_ceiling().into(), new.table_ceiling().into()),
            (c"max_functions", built.max_functions.into(), new.max_functions.into()),
            (c"max_live_vms", built.max_live_vms.into(), new.max_live_vms.into()),
        ] {
            if asked > most {
                let n = name.to_str().unwrap_or_default();
                let by = if n == "max_memory_bytes" || n == "max_table_elements" { " (or its ceiling)" } else { "" };
                let text = format!(
                    "{n}{by}: the runtime was made for {most}, the new configuration asks for {asked}; to raise it later, make the runtime with more"
                );
                return Err(Error::new(Status::INVALID_CONFIG, text).with_limit(name, most, asked));
            }
        }
        Ok(())
    }
}
