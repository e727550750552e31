//! What compiled code counts or looks at as it runs, settled once for a runtime.

use super::Config;
use serde::Serialize;

/// The metering of a runtime's code. Each kind costs time in every loop and function, so code has what its runtime's limits
/// need and no more. It is a setting of the engine, and a runtime has one engine: all code of a runtime has the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Metering {
    /// Neither: nothing ends a guest that computes, and only its host functions and WASI calls see that a call is cancelled.
    #[default]
    None,
    /// Loops and function entries look whether the call's time is over or the call is cancelled.
    Deadline,
    /// Instructions are counted.
    Fuel,
    #[serde(rename = "deadline+fuel")]
    Both,
}

impl Metering {
    /// What the limits of a configuration need. A deadline is needed where any call can have one, by default or by its options.
    pub fn of(config: &Config) -> Metering {
        let deadline = config.max_execution_time_ms != 0 || config.execution_time_ceiling() != 0;
        match (deadline, config.enable_fuel_metering) {
            (false, false) => Metering::None,
            (true, false) => Metering::Deadline,
            (false, true) => Metering::Fuel,
            (true, true) => Metering::Both,
        }
    }

    /// As metrics and errors name it.
    pub fn name(self) -> &'static str {
        match self {
            Metering::None => "none",
            Metering::Deadline => "deadline",
            Metering::Fuel => "fuel",
            Metering::Both => "deadline+fuel",
        }
    }

    /// Whether guests look at their deadline and at what cancels them.
    pub fn has_deadline(self) -> bool {
        matches!(self, Metering::Deadline | Metering::Both)
    }

    /// Whether guests count what they run.
    pub fn has_fuel(self) -> bool {
        matches!(self, Metering::Fuel | Metering::Both)
    }
}

#[cfg(test)]
mod tests {
    use super::super::UNLIMITED;
    use super::*;

    fn of(time: u64, ceiling: u64, fuel: bool) -> Metering {
        let mut c = Config::default();
        (c.max_execution_time_ms, c.max_execution_time_ms_ceiling, c.enable_fuel_metering) = (time, ceiling, fuel);
        Metering::of(&c)
    }

    #[test]
    fn code_has_what_the_limits_need() {
        assert_eq!(Metering::of(&Config::default()), Metering::Both);
        assert_eq!((of(1, 0, false), of(1, 0, true)), (Metering::Deadline, Metering::Both));
        assert_eq!((of(0, 0, false), of(0, 0, true)), (Metering::None, Metering::Fuel));
        // No default, but a call may ask for one.
        assert_eq!((of(0, UNLIMITED, false), of(0, UNLIMITED, true)), (Metering::Deadline, Metering::Both));
    }

    #[test]
    fn names_and_parts_agree() {
        for (metering, name, deadline, fuel) in [
            (Metering::None, "\"none\"", false, false),
            (Metering::Deadline, "\"deadline\"", true, false),
            (Metering::Fuel, "\"fuel\"", false, true),
            (Metering::Both, "\"deadline+fuel\"", true, true),
        ] {
            assert_eq!(serde_json::to_string(&metering).unwrap(), name);
            assert_eq!(format!("\"{}\"", metering.name()), name);
            assert_eq!((metering.has_deadline(), metering.has_fuel()), (deadline, fuel));
        }
    }
}
