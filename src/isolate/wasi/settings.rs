//! What one call gives its guest: arguments, environment, standard streams, directories.

use super::clocks::ClockSettings;
use super::directories;
use super::sandbox::SandboxLimits;
use super::stdio::Sink;
use super::strings::Strings;
use crate::config::Directory;
use crate::error::{self, Error, Result};
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;

/// The most bytes that arguments and environment may take together, each string with its terminator.
const MAX_STRING_BYTES: usize = 1 << 20;

/// A host that gives a guest's input when the guest reads.
pub trait Source: Send + Sync {
    /// Puts the next bytes into the buffer, which is not empty. 0 is the end of the input, `None` a failure.
    fn read(&self, buffer: &mut [u8]) -> Option<usize>;
}

/// A host that takes a guest's output line by line.
pub trait Lines: Send + Sync {
    /// A line without its end, or a piece of one: `ends` is false for a piece of a line that is too long, but for its last, and
    /// for what is left when the call ends.
    fn line(&self, fd: i32, bytes: &[u8], ends: bool);
}

/// Where the guest's standard input comes from.
#[derive(Clone, Default)]
pub enum Stdin {
    #[default]
    Empty,
    Bytes(Arc<[u8]>),
    /// The process's own, read without any buffer of ours.
    Inherit,
    Host(Arc<dyn Source>),
}

/// Where an output of the guest goes.
#[derive(Clone, Default)]
pub enum Output {
    #[default]
    Discard,
    /// The process's own, written without any buffer of ours.
    Inherit,
    /// Kept up to `cap` bytes; what is written past them succeeds for the guest and is dropped.
    Capture { cap: usize },
    /// Given to the host, line by line.
    Lines(Arc<dyn Lines>),
}

impl fmt::Debug for Stdin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stdin::Empty => "Empty",
            Stdin::Bytes(_) => "Bytes",
            Stdin::Inherit => "Inherit",
            Stdin::Host(_) => "Host",
        })
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::Discard => f.write_str("Discard"),
            Output::Inherit => f.write_str("Inherit"),
            Output::Capture { cap } => write!(f, "Capture({cap})"),
            Output::Lines(_) => f.write_str("Lines"),
        }
    }
}

/// The outputs captured by the last call, stdout first.
pub(super) type LastOutput = Arc<Mutex<[Option<Arc<Sink>>; 2]>>;

/// The WASI settings of a call. A clone shares the output that was captured last.
#[derive(Clone, Debug, Default)]
pub struct WasiSettings {
    pub(super) args: Strings,
    variables: Vec<(String, String)>,
    /// The variables as the guest gets them.
    pub(super) env: Strings,
    pub(super) stdin: Stdin,
    pub(super) outputs: [Output; 2],
    pub(super) directories: Vec<Directory>,
    /// What the runtime's guests have, where the call says nothing.
    pub(super) clocks: Option<ClockSettings>,
    pub(super) random_seed: Option<u64>,
    pub(super) last: LastOutput,
}

impl WasiSettings {
    /// The arguments, the program's name first.
    pub fn set_args(&mut self, args: &[&str]) -> Result<()> {
        for arg in args {
            no_nul("args", arg)?;
        }
        check_size("args", args.iter().map(|a| a.len() + 1).sum(), self.env.size())?;
        self.args = Strings::default();
        args.iter().for_each(|arg| self.args.push(&[arg]));
        Ok(())
    }

    /// Adds a variable; one of the same name is replaced.
    pub fn add_env(&mut self, name: &str, value: &str) -> Result<()> {
        if name.is_empty() || name.contains('=') {
            return Err(Error::argument("name", format!("\"{}\" is not the name of a variable", error::escape(name, 128))));
        }
        no_nul("name", name)?;
        no_nul("value", value)?;
        let existing = self.variables.iter().position(|(n, _)| n == name);
        let replaced = existing.map_or(0, |i| self.variables[i].1.len() + name.len() + 2);
        check_size("value", self.args.size(), self.env.size() - replaced + name.len() + value.len() + 2)?;
        match existing {
            Some(i) => {
                value.clone_into(&mut self.variables[i].1);
                self.env = Strings::default();
                self.variables.iter().for_each(|(name, value)| self.env.push(&[name, "=", value]));
            }
            None => {
                self.variables.push((name.to_owned(), value.to_owned()));
                self.env.push(&[name, "=", value]);
            }
        }
        Ok(())
    }

    pub fn set_clocks(&mut self, clocks: ClockSettings) {
        self.clocks = Some(clocks);
    }

    pub fn set_random_seed(&mut self, seed: u64) {
        self.random_seed = Some(seed);
    }

    /// Gives what was set before: the end of a host's callback may run its finalizer.
    pub fn set_stdin(&mut self, stdin: Stdin) -> Stdin {
        std::mem::replace(&mut self.stdin, stdin)
    }

    /// Where descriptor 1 or 2 goes. Gives what was set before, as with standard input.
    pub fn set_output(&mut self, fd: i32, output: Output) -> Result<Output> {
        Ok(std::mem::replace(&mut self.outputs[output_index(fd)?], output))
    }

    /// Gives the guest a directory. Whether the runtime allows it is told by [`WasiSettings::check_directories`].
    pub fn add_directory(&mut self, directory: Directory) -> Result<()> {
        for (parameter, path) in [("host", &directory.host), ("guest", &directory.guest)] {
            no_nul(parameter, path)?;
            if path.is_empty() {
                return Err(Error::argument(parameter, "the path is empty"));
            }
        }
        if !directory.host.starts_with('/') {
            return Err(Error::argument("host", format!("the path \"{}\" is not absolute", error::escape(&directory.host, 128))));
        }
        let bare = |guest: &str| guest.trim_end_matches('/').to_string();
        if self.directories.iter().any(|d| bare(&d.guest) == bare(&directory.guest)) {
            let shown = error::escape(&directory.guest, 128);
            return Err(Error::argument("guest", format!("\"{shown}\" is already given to the guest")));
        }
        self.directories.push(directory);
        Ok(())
    }

    /// Whether every directory exists and is one of the runtime's, or below one, and no less strict.
    pub fn check_directories(&self, limits: &SandboxLimits) -> Result<()> {
        directories::resolve(&self.directories, limits).map(drop)
    }

    /// What descriptor 1 or 2 received in the last call made with these settings; `None` if that was not captured.
    pub fn captured(&self, fd: i32) -> Result<Option<Arc<Sink>>> {
        let index = output_index(fd)?;
        match self.outputs[index] {
            Output::Capture { .. } => Ok(self.last.lock()[index].clone()),
            Output::Discard | Output::Inherit | Output::Lines(_) => Ok(None),
        }
    }
}

fn check_size(parameter: &str, args: usize, env: usize) -> Result<()> {
    if args + env > MAX_STRING_BYTES {
        let text = format!("arguments and environment take {} bytes, the limit is {MAX_STRING_BYTES}", args + env);
        return Err(Error::argument(parameter, text));
    }
    Ok(())
}

fn no_nul(parameter: &str, text: &str) -> Result<()> {
    if text.contains('\0') {
        return Err(Error::argument(parameter, format!("\"{}\" contains a NUL", error::escape(text, 128))));
    }
    Ok(())
}

fn output_index(fd: i32) -> Result<usize> {
    match fd {
        1 => Ok(0),
        2 => Ok(1),
        _ => Err(Error::argument("fd", format!("{fd} is neither 1 nor 2"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Status;

    #[test]
    fn strings_are_checked() -> Result<()> {
        let mut s = WasiSettings::default();
        s.set_args(&["prog", ""])?;
        assert!(s.set_args(&["a\0b"]).unwrap_err().message().contains("a\\u{0}b"));
        for (name, value) in [("", "v"), ("A=B", "v"), ("A\0", "v"), ("A", "v\0")] {
            assert_eq!(s.add_env(name, value).unwrap_err().status(), Status::INVALID_ARGUMENT);
        }
        s.add_env("A", "1")?;
        s.add_env("B", "2")?;
        s.add_env("A", "3")?;
        let strings = |all: &[&str]| {
            let mut strings = Strings::default();
            all.iter().for_each(|s| strings.push(&[s]));
            strings
        };
        assert_eq!(s.env, strings(&["A=3", "B=2"]));
        assert_eq!(s.args, strings(&["prog", ""]), "a refused setting changes nothing");
        Ok(())
    }

    #[test]
    fn strings_are_capped_together() -> Result<()> {
        let mut s = WasiSettings::default();
        s.set_args(&[&"x".repeat(MAX_STRING_BYTES - 9)])?;
        s.add_env("NAME", "12")?;
        assert!(s.add_env("NAME", "123").is_err());
        s.add_env("NAME", "1")?;
        assert!(s.set_args(&[&"x".repeat(MAX_STRING_BYTES)]).is_err());
        Ok(())
    }

    #[test]
    fn outputs_and_directories() -> Result<()> {
        let mut s = WasiSettings::default();
        for fd in [0, 3, -1] {
            assert!(s.set_output(fd, Output::Inherit).is_err() && s.captured(fd).is_err());
        }
        s.set_output(2, Output::Capture { cap: 1 })?;
        assert!(s.captured(2)?.is_none());
        let d = |host: &str, guest: &str| Directory { host: host.into(), guest: guest.into(), read_only: false };
        s.add_directory(d("/tmp", "/"))?;
        for bad in [d("/", "/"), d("", "/a"), d("/a", ""), d("/a\0", "/b")] {
            assert!(s.add_directory(bad).is_err());
        }
        Ok(())
    }
}
