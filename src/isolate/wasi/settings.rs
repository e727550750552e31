//! What one call gives its guest: arguments, environment, standard streams, directories.

use super::directories;
use super::sandbox::SandboxLimits;
use super::stdio::Sink;
use crate::config::Directory;
use crate::error::{self, Error, Result};
use parking_lot::Mutex;
use std::sync::Arc;

/// The most bytes that arguments and environment may take together, each string with its terminator.
const MAX_STRING_BYTES: usize = 1 << 20;

/// Where the guest's standard input comes from.
#[derive(Clone, Debug, Default)]
pub enum Stdin {
    #[default]
    Empty,
    Bytes(Arc<[u8]>),
    /// The process's own, read without any buffer of ours.
    Inherit,
}

/// Where an output of the guest goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    #[default]
    Discard,
    /// The process's own, written without any buffer of ours.
    Inherit,
    /// Kept up to `cap` bytes; what is written past them succeeds for the guest and is dropped.
    Capture { cap: usize },
}

/// The outputs captured by the last call, stdout first.
pub(super) type LastOutput = Arc<Mutex<[Option<Arc<Sink>>; 2]>>;

/// The WASI settings of a call. A clone shares the output that was captured last.
#[derive(Clone, Debug, Default)]
pub struct WasiSettings {
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    pub(super) stdin: Stdin,
    pub(super) outputs: [Output; 2],
    pub(super) directories: Vec<Directory>,
    pub(super) last: LastOutput,
}

impl WasiSettings {
    /// The arguments, the program's name first.
    pub fn set_args(&mut self, args: Vec<String>) -> Result<()> {
        for arg in &args {
            no_nul("args", arg)?;
        }
        self.check_size("args", args_size(&args), env_size(&self.env))?;
        self.args = args;
        Ok(())
    }

    /// Adds a variable; one of the same name is replaced.
    pub fn add_env(&mut self, name: &str, value: &str) -> Result<()> {
        if name.is_empty() || name.contains('=') {
            return Err(Error::argument("name", format!("\"{}\" is not the name of a variable", error::escape(name, 128))));
        }
        no_nul("name", name)?;
        no_nul("value", value)?;
        let existing = self.env.iter().position(|(n, _)| n == name);
        let replaced = existing.map_or(0, |i| env_size(&self.env[i..=i]));
        let size = env_size(&self.env) - replaced + name.len() + value.len() + 2;
        self.check_size("value", args_size(&self.args), size)?;
        match existing {
            Some(i) => value.clone_into(&mut self.env[i].1),
            None => self.env.push((name.to_owned(), value.to_owned())),
        }
        Ok(())
    }

    pub fn set_stdin(&mut self, stdin: Stdin) {
        self.stdin = stdin;
    }

    /// Where descriptor 1 or 2 goes.
    pub fn set_output(&mut self, fd: i32, output: Output) -> Result<()> {
        self.outputs[output_index(fd)?] = output;
        Ok(())
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
            Output::Discard | Output::Inherit => Ok(None),
        }
    }

    fn check_size(&self, parameter: &str, args: usize, env: usize) -> Result<()> {
        if args + env > MAX_STRING_BYTES {
            let text = format!("arguments and environment take {} bytes, the limit is {MAX_STRING_BYTES}", args + env);
            return Err(Error::argument(parameter, text));
        }
        Ok(())
    }
}

fn args_size(args: &[String]) -> usize {
    args.iter().map(|a| a.len() + 1).sum()
}

fn env_size(env: &[(String, String)]) -> usize {
    env.iter().map(|(n, v)| n.len() + v.len() + 2).sum()
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
        s.set_args(vec!["prog".into(), String::new()])?;
        assert!(s.set_args(vec!["a\0b".into()]).unwrap_err().message().contains("a\\u{0}b"));
        for (name, value) in [("", "v"), ("A=B", "v"), ("A\0", "v"), ("A", "v\0")] {
            assert_eq!(s.add_env(name, value).unwrap_err().status(), Status::INVALID_ARGUMENT);
        }
        s.add_env("A", "1")?;
        s.add_env("B", "2")?;
        s.add_env("A", "3")?;
        assert_eq!(s.env, [("A".into(), "3".into()), ("B".into(), "2".into())]);
        assert_eq!(s.args, ["prog", ""], "a refused setting changes nothing");
        Ok(())
    }

    #[test]
    fn strings_are_capped_together() -> Result<()> {
        let mut s = WasiSettings::default();
        s.set_args(vec!["x".repeat(MAX_STRING_BYTES - 9)])?;
        s.add_env("NAME", "12")?;
        assert!(s.add_env("NAME", "123").is_err());
        s.add_env("NAME", "1")?;
        assert!(s.set_args(vec!["x".repeat(MAX_STRING_BYTES)]).is_err());
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
