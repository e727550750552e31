//! A frame of a guest that failed: kept as it was found, and made readable only when somebody asks.

use crate::demangle::demangle;
use crate::error::escape;
use std::fmt;
use std::sync::Arc;

/// Longest name that a frame keeps, in bytes. Names that compilers write are some hundred bytes long; a hostile one may be as
/// long as its module.
const MAX_RAW_NAME: usize = 4096;
/// Most that the frames of one error keep of names, in bytes: a batch may have an error for each of its rows.
const MAX_RAW_NAMES: usize = 64 << 10;
/// Most that is shown of a module's name, of a function's and of a file's, in bytes, escaped.
const MAX_MODULE: usize = 200;
const MAX_FUNCTION: usize = 1000;
const MAX_FILE: usize = 1000;

/// A place in the source of a guest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// As the compiler was told it: absolute, or relative to the directory in which it ran.
    pub file: Option<String>,
    /// From 1; 0 is not known.
    pub line: u32,
    /// From 1; 0 is not known.
    pub column: u32,
}

/// What a module knows about its source.
pub trait SourceMap: Send + Sync {
    /// The place of each instruction, given by its offset in the module's binary. Of an inlined function it is the place in that
    /// function, not where it was inlined.
    fn locate(&self, offsets: &[u64]) -> Vec<Option<Location>>;
}

/// One guest frame of a trap.
#[derive(Clone, Default)]
pub struct Frame {
    module: Option<Arc<str>>,
    function: Option<Arc<str>>,
    pub func_index: u32,
    /// Byte offset of the instruction in the module's binary.
    pub offset: Option<u64>,
    source: Option<Arc<dyn SourceMap>>,
}

/// A frame as a person reads it: demangled, escaped, with its place in the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readable {
    pub module: Option<String>,
    pub function: Option<String>,
    pub func_index: u32,
    pub offset: Option<u64>,
    pub location: Location,
}

impl Frame {
    pub fn new(func_index: u32, offset: Option<u64>) -> Frame {
        Frame { func_index, offset, ..Frame::default() }
    }

    /// The names of module and function as the module has them. Frames of one error share what is the same.
    pub fn with_names(mut self, names: &mut Names, module: Option<&str>, function: Option<&str>) -> Frame {
        self.module = module.and_then(|name| names.keep(name));
        self.function = function.and_then(|name| names.keep(name));
        self
    }

    pub fn with_source(mut self, source: Option<Arc<dyn SourceMap>>) -> Frame {
        self.source = source;
        self
    }

    fn source_address(&self) -> Option<*const ()> {
        self.source.as_ref().map(|s| Arc::as_ptr(s).cast())
    }
}

/// The names that the frames of one error keep.
#[derive(Default)]
pub struct Names {
    known: Vec<Arc<str>>,
    bytes: usize,
}

impl Names {
    /// The name, cut to what is kept of one; `None` once the names of the error have no more room.
    fn keep(&mut self, name: &str) -> Option<Arc<str>> {
        let name = &name[..name.floor_char_boundary(MAX_RAW_NAME)];
        if let Some(known) = self.known.iter().find(|known| ***known == *name) {
            return Some(Arc::clone(known));
        }
        self.bytes += name.len();
        if self.bytes > MAX_RAW_NAMES {
            return None;
        }
        let kept: Arc<str> = name.into();
        self.known.push(Arc::clone(&kept));
        Some(kept)
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Frame) -> bool {
        let facts = |f: &Frame| (f.func_index, f.offset, f.source_address());
        facts(self) == facts(other) && self.module == other.module && self.function == other.function
    }
}

impl Eq for Frame {}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Frame");
        out.field("module", &self.module).field("function", &self.function).field("func_index", &self.func_index);
        out.field("offset", &self.offset).field("has_source", &self.source.is_some()).finish()
    }
}

/// Makes frames readable, all at once: each module is asked for all its places in one go. Without `demangled`, which a thread
/// with little stack cannot afford (see [`crate::demangle`]), functions keep the names that the linker saw; without `located` no frame has
/// a place.
pub fn readable(frames: &[Frame], demangled: bool, located: bool) -> Vec<Readable> {
    let mut readable: Vec<Readable> = frames
        .iter()
        .map(|f| Readable {
            module: f.module.as_deref().map(|n| escape(n, MAX_MODULE)),
            function: f.function.as_deref().map(|n| match demangled {
                true => escape(&demangle(n), MAX_FUNCTION),
                false => escape(n, MAX_FUNCTION),
            }),
            func_index: f.func_index,
            offset: f.offset,
            location: Location::default(),
        })
        .collect();
    let mut asked = Vec::new();
    for frame in frames.iter().filter(|_| located) {
        let Some(source) = frame.source.as_ref().filter(|_| !asked.contains(&frame.source_address())) else { continue };
        asked.push(frame.source_address());
        let of_module = || frames.iter().enumerate().filter(|(_, f)| f.source_address() == frame.source_address());
        let (places, offsets): (Vec<usize>, Vec<u64>) = of_module().filter_map(|(i, f)| f.offset.map(|o| (i, o))).unzip();
        for (place, location) in places.into_iter().zip(source.locate(&offsets)) {
            let Some(mut location) = location else { continue };
            location.file = location.file.map(|f| escape(&f, MAX_FILE));
            readable[place].location = location;
        }
    }
    readable
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Lines(AtomicU32);

    impl SourceMap for Lines {
        fn locate(&self, offsets: &[u64]) -> Vec<Option<Location>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let file = Some("a\n\u{1b}.c".to_string());
            offsets.iter().map(|o| (*o != 9).then(|| Location { file: file.clone(), line: *o as u32, column: 1 })).collect()
        }
    }

    #[test]
    fn each_module_is_asked_once_and_all_text_is_escaped() {
        let maps = [Arc::new(Lines(AtomicU32::new(0))), Arc::new(Lines(AtomicU32::new(0)))];
        let source = |i: usize| Some(Arc::clone(&maps[i]) as Arc<dyn SourceMap>);
        let frames = [
            Frame::new(1, Some(7)).with_names(&mut Names::default(), Some("m\"\u{7}"), Some("f\u{1b}")).with_source(source(0)),
            Frame::new(2, Some(8)).with_source(source(1)),
            Frame::new(3, Some(9)).with_source(source(0)),
            Frame::new(4, None).with_source(source(0)),
            Frame::new(5, Some(6)),
        ];
        let shown = readable(&frames, true, true);
        assert_eq!(shown[0].location, Location { file: Some("a\\n\\u{1b}.c".into()), line: 7, column: 1 });
        assert_eq!((shown[0].module.as_deref(), shown[0].function.as_deref()), (Some("m\\\"\\u{7}"), Some("f\\u{1b}")));
        assert_eq!(shown.iter().map(|f| f.location.line).collect::<Vec<_>>(), [7, 8, 0, 0, 0]);
        assert_eq!(maps.map(|m| m.0.load(Ordering::Relaxed)), [1, 1]);
    }

    #[test]
    fn long_names_are_cut() {
        let long = "é".repeat(5000);
        let frame = Frame::new(0, None).with_names(&mut Names::default(), Some(&long), Some(&long));
        assert!(frame.module.as_ref().is_some_and(|m| m.len() <= MAX_RAW_NAME));
        let shown = readable(&[frame], true, true).remove(0);
        assert!(shown.module.is_some_and(|m| m.len() <= MAX_MODULE + 3 && m.ends_with("...")));
        assert!(shown.function.is_some_and(|f| f.len() <= MAX_FUNCTION + 3 && f.ends_with("...")));
    }

    #[test]
    fn frames_of_one_error_share_their_names() {
        let mut names = Names::default();
        let one = Frame::new(1, None).with_names(&mut names, Some("m"), Some("f"));
        let two = Frame::new(1, None).with_names(&mut names, Some("m"), Some("f"));
        assert!(Arc::ptr_eq(&one.function.unwrap(), &two.function.unwrap()) && names.bytes == 2);
        let named = |i: usize| format!("{i:04}{}", "x".repeat(4000));
        let kept = (0..100).filter(|i| names.keep(&named(*i)).is_some()).count();
        assert!(kept * 4004 <= MAX_RAW_NAMES && kept > 10, "{kept}");
    }
}
