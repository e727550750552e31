//! What can go wrong: the status codes of the library and the error object that explains one.
//!
//! A code, once released, never changes its number. The hundreds give the class: 1xx the caller, 2xx the module,
//! 3xx the guest, 4xx a limit, 5xx capacity, 9xx the library or the operating system.

use crate::frame::Frame;
use std::fmt;

/// Longest message that an error carries, in bytes. Guest text is escaped before it is counted.
pub const MAX_MESSAGE_BYTES: usize = 4096;

/// A status code, the same number in Rust and in C.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(pub i32);

macro_rules! statuses {
    ($( $name:ident = $code:literal, $retryable:literal; )*) => {
        impl Status {
            $( pub const $name: Status = Status($code); )*
            /// Every status the library knows, in the order of the numbers.
            pub const ALL: &'static [Status] = &[$( Status($code) ),*];

            /// The field's name for the code, `"TIMEOUT"`; `"UNKNOWN"` for a number that is not ours.
            pub fn name(self) -> &'static str { self.c_name().to_str().unwrap_or("UNKNOWN") }

            /// [`Status::name`] as a C string.
            pub fn c_name(self) -> &'static std::ffi::CStr {
                match self.0 {
                    $( $code => {
                        const NAME: &std::ffi::CStr = match std::ffi::CStr::from_bytes_with_nul(
                            concat!(stringify!($name), "\0").as_bytes()) { Ok(n) => n, Err(_) => c"" };
                        NAME
                    } )*
                    _ => c"UNKNOWN",
                }
            }

            /// Whether the same call may succeed later without any change: capacity, deadlines and cancels.
            pub fn is_retryable(self) -> bool {
                match self.0 { $( $code => $retryable, )* _ => false }
            }
        }
    };
}

statuses! {
    OK = 0, false;
    INVALID_ARGUMENT = 101, false;
    INVALID_CONFIG = 102, false;
    WRONG_HANDLE = 103, false;
    CLOSED = 104, false;
    FORKED = 105, false;
    BUSY = 106, true;
    NOT_FOUND = 107, false;
    WRONG_TYPE = 108, false;
    BUFFER_TOO_SMALL = 109, false;
    KEY_MISMATCH = 110, false;
    VM_DEAD = 111, false;
    DISABLED = 112, false;
    INVALID_MODULE = 201, false;
    UNSUPPORTED = 202, false;
    UNRESOLVED_IMPORT = 203, false;
    POLICY_REFUSED = 204, false;
    ARTIFACT = 205, false;
    TRAP = 301, false;
    EXIT = 302, false;
    HOST_FUNCTION = 303, false;
    DENIED = 304, false;
    GUEST_DATA = 305, false;
    TIMEOUT = 401, true;
    CANCELLED = 402, false;
    OUT_OF_FUEL = 403, false;
    OUT_OF_MEMORY = 404, false;
    STACK_OVERFLOW = 405, false;
    LIMIT_TABLE = 406, false;
    LIMIT_INSTANCES = 407, false;
    LIMIT_FUNCTIONS = 408, false;
    LIMIT_IO = 409, false;
    LIMIT_RESULT = 410, false;
    NO_SLOT = 501, true;
    QUEUE_FULL = 502, true;
    QUOTA = 503, true;
    SHUTTING_DOWN = 504, false;
    NO_MEMORY = 505, true;
    IO = 901, false;
    OS = 902, true;
    PANIC = 999, false;
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name(), self.0)
    }
}

/// The limit that an error is about: its configuration name, its value and what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitHit {
    pub name: &'static std::ffi::CStr,
    pub limit: u64,
    pub asked: u64,
}

/// An error: a status, a message for a person, and the facts a program may want.
///
/// Boxed so that a `Result` on the request path stays one word.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Detail>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Detail {
    status: Status,
    message: String,
    limit: Option<LimitHit>,
    trap_code: Option<i32>,
    exit_code: Option<i32>,
    frames: Vec<Frame>,
}

/// The library's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with a message; the message is cut at [`MAX_MESSAGE_BYTES`].
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        let mut message = message.into();
        truncate(&mut message);
        Error(Box::new(Detail { status, message, limit: None, trap_code: None, exit_code: None, frames: Vec::new() }))
    }

    /// An `INVALID_ARGUMENT` that names the parameter.
    pub fn argument(parameter: &str, what: impl fmt::Display) -> Self {
        Error::new(Status::INVALID_ARGUMENT, format!("{parameter}: {what}"))
    }

    pub fn with_limit(mut self, name: &'static std::ffi::CStr, limit: u64, asked: u64) -> Self {
        self.0.limit = Some(LimitHit { name, limit, asked });
        self
    }

    pub fn with_trap_code(mut self, code: i32) -> Self {
        self.0.trap_code = Some(code);
        self
    }

    pub fn with_exit_code(mut self, code: i32) -> Self {
        self.0.exit_code = Some(code);
        self
    }

    pub fn with_frames(mut self, frames: Vec<Frame>) -> Self {
        self.0.frames = frames;
        self
    }

    /// Puts `context` and a colon before the message.
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        truncate(&mut self.0.message);
        self
    }

    pub fn status(&self) -> Status {
        self.0.status
    }
    pub fn message(&self) -> &str {
        &self.0.message
    }
    pub fn limit(&self) -> Option<LimitHit> {
        self.0.limit
    }
    pub fn trap_code(&self) -> Option<i32> {
        self.0.trap_code
    }
    pub fn exit_code(&self) -> Option<i32> {
        self.0.exit_code
    }
    /// The guest's frames, innermost first.
    pub fn frames(&self) -> &[Frame] {
        &self.0.frames
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.status.name(), self.0.message)
    }
}

impl std::error::Error for Error {}

fn truncate(message: &mut String) {
    const MARK: &str = " [cut]";
    if message.len() > MAX_MESSAGE_BYTES {
        let end = message.floor_char_boundary(MAX_MESSAGE_BYTES - MARK.len());
        message.truncate(end);
        message.push_str(MARK);
    }
}

/// Guest-controlled text made safe for a terminal and a log: control characters, quotes and backslashes are escaped, and
/// what is longer than `max` bytes is cut with an ellipsis.
pub fn escape(text: &str, max: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let start = out.len();
        match c {
            ' '..='~' if c != '\\' && c != '"' => out.push(c),
            c => out.extend(c.escape_default()),
        }
        if out.len() > max {
            out.truncate(start);
            out.push_str("...");
            break;
        }
    }
    out
}

/// Text for people that may carry a guest's: control characters are escaped, but line ends and tabs stay.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// The names among `candidates` that are nearest to `wanted`, best first, at most three: what a "not found" suggests.
pub fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    const SCANNED: usize = 2000;
    const NAME: usize = 64;
    let mut scored: Vec<(usize, &str)> = candidates
        .take(SCANNED)
        .filter(|c| c.len() <= NAME)
        .map(|c| (edit_distance(wanted, c), c))
        .filter(|(d, c)| *d <= wanted.chars().count().max(c.chars().count()).div_ceil(2))
        .collect();
    scored.sort();
    scored.truncate(3);
    scored.into_iter().map(|(_, c)| c).collect()
}

/// Levenshtein distance by two rows; `a` is cut at 64 characters, `b` is short by the caller's filter.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_classes() {
        assert_eq!(Status::TIMEOUT.name(), "TIMEOUT");
        assert_eq!(Status(77).name(), "UNKNOWN");
        assert!(Status::NO_SLOT.is_retryable() && !Status::TRAP.is_retryable());
        assert!(Status::ALL.windows(2).all(|w| w[0].0 < w[1].0), "sorted and unique");
    }

    #[test]
    fn messages_are_capped_on_a_character_boundary() {
        let e = Error::new(Status::TRAP, "é".repeat(5000));
        assert!(e.message().len() <= MAX_MESSAGE_BYTES && e.message().ends_with("[cut]"));
        assert!(e.clone().context("more").message().len() <= MAX_MESSAGE_BYTES);
    }

    #[test]
    fn guest_text_is_escaped_and_cut() {
        assert_eq!(escape("a\"\n\u{1b}[31m", 100), "a\\\"\\n\\u{1b}[31m");
        assert_eq!(escape("abcdef", 3), "abc...");
        assert_eq!(printable("é\t\u{1b}[31m\n\0"), "é\t\\u{1b}[31m\n\\u{0}");
    }

    #[test]
    fn nearest_suggests_the_typo_first() {
        let names = ["memory", "fibonacci", "fib", "add"];
        assert_eq!(nearest("fibonaci", names.into_iter()), ["fibonacci"]);
        assert_eq!(nearest("ad", names.into_iter()).first(), Some(&"add"));
        assert!(nearest("zzzzzzzzz", names.into_iter()).is_empty());
    }
}
