//! What the host is told as it happens: records, and the way to whoever wants them.

use parking_lot::RwLock;
use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How much a record matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Trace = 0,
    Debug = 1,
    Info = 2,
    Warn = 3,
    Error = 4,
    Fatal = 5,
}

/// The most bytes of a message or of a field's value.
const MAX_TEXT: usize = 4096;

/// Something that happened. Names are ours and fixed; texts are one line each, without control characters.
#[derive(Clone, Debug)]
pub struct Record {
    pub level: Level,
    /// The part of the library that speaks.
    pub target: &'static CStr,
    pub event: &'static CStr,
    pub message: String,
    /// The call that it happened in; 0 for none.
    pub call_id: u64,
    pub time_unix_ns: i64,
    pub fields: Vec<(&'static CStr, String)>,
}

impl Record {
    pub fn new(level: Level, target: &'static CStr, event: &'static CStr, message: &str) -> Record {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Record {
            level,
            target,
            event,
            message: line(message),
            call_id: 0,
            time_unix_ns: i64::try_from(now.as_nanos()).unwrap_or(i64::MAX),
            fields: Vec::new(),
        }
    }

    pub fn call(mut self, call_id: u64) -> Record {
        self.call_id = call_id;
        self
    }

    pub fn field(mut self, key: &'static CStr, value: &str) -> Record {
        self.fields.push((key, line(value)));
        self
    }
}

/// A text for one line of a log: a terminal does nothing of it, and nothing looks like the next record.
fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(MAX_TEXT));
    for c in text.chars() {
        let start = out.len();
        match c.is_control() {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
        if out.len() > MAX_TEXT {
            out.truncate(start);
            break;
        }
    }
    out
}

/// Whoever wants the records: the host's callback. It is called on the thread that the record comes from.
pub trait Sink: Send + Sync {
    fn write(&self, record: &Record);
}

/// The log of a runtime. Nothing is made for it while nobody listens.
#[derive(Default)]
pub struct Log {
    /// Read before anything else, so that a runtime without a log pays for a load.
    on: AtomicBool,
    sink: RwLock<Option<Arc<dyn Sink>>>,
}

impl Log {
    pub fn new(sink: Option<Arc<dyn Sink>>) -> Log {
        Log { on: AtomicBool::new(sink.is_some()), sink: RwLock::new(sink) }
    }

    #[inline]
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Hands a record over. No lock is held meanwhile.
    pub fn write(&self, record: &Record) {
        let sink = self.sink.read().clone();
        if let Some(sink) = sink {
            sink.write(record);
        }
    }

    /// Lets go of whoever listens, for good. Its end may run a finalizer, which no lock is held for.
    pub fn end(&self) {
        self.on.store(false, Ordering::Relaxed);
        let sink = self.sink.write().take();
        drop(sink);
    }
}

/// Lets one record through in each second, and counts those that it does not.
pub struct Throttle {
    began: Instant,
    /// When the next one may pass, in nanoseconds since the beginning.
    next: AtomicU64,
    suppressed: AtomicU64,
}

impl Default for Throttle {
    fn default() -> Self {
        Throttle { began: Instant::now(), next: AtomicU64::new(0), suppressed: AtomicU64::new(0) }
    }
}

impl Throttle {
    const INTERVAL: Duration = Duration::from_secs(1);

    /// Whether a record may pass now: the number of those that were held back since the last one.
    pub fn admit(&self) -> Option<u64> {
        self.admit_at(self.began.elapsed())
    }

    fn admit_at(&self, now: Duration) -> Option<u64> {
        let (now, after) = (super::nanos(now), super::nanos(now.saturating_add(Throttle::INTERVAL)));
        let next = self.next.load(Ordering::Relaxed);
        // Of several threads that are due at once one passes.
        match now >= next && self.next.compare_exchange(next, after, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            true => Some(self.suppressed.swap(0, Ordering::Relaxed)),
            false => {
                self.hold_back();
                None
            }
        }
    }

    /// Counts a record that may not pass for another reason.
    pub fn hold_back(&self) {
        self.suppressed.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);

    impl Sink for Kept {
        fn write(&self, record: &Record) {
            self.0.lock().unwrap().push(record.message.clone());
        }
    }

    #[test]
    fn records_reach_the_sink_until_the_end() {
        let kept = Arc::new(Kept::default());
        let log = Log::new(Some(Arc::clone(&kept) as Arc<dyn Sink>));
        let record = Record::new(Level::Warn, c"dwcp.test", c"test.event", "one\n\"ä\"").call(7).field(c"key", "a\u{1b}[m\0");
        assert_eq!((record.call_id, &*record.fields[0].1), (7, "a\\u{1b}[m\\u{0}"));
        assert_eq!(Record::new(Level::Warn, c"t", c"e", &"ä".repeat(3000)).message.len(), MAX_TEXT);
        assert!(log.is_on() && record.time_unix_ns > 1_600_000_000_000_000_000);
        log.write(&record);
        log.end();
        log.write(&record);
        log.end();
        assert!(!log.is_on() && !Log::new(None).is_on());
        assert_eq!((kept.0.lock().unwrap().as_slice(), Arc::strong_count(&kept)), (&["one\\n\"ä\"".to_string()][..], 1));
    }

    #[test]
    fn one_record_a_second_and_the_number_of_the_others() {
        let throttle = Throttle::default();
        let at = |ms: u64| throttle.admit_at(Duration::from_millis(ms));
        assert_eq!((at(0), at(1), at(999), at(1000), at(1001)), (Some(0), None, None, Some(2), None));
        throttle.hold_back();
        assert_eq!((at(10_000), at(10_999), at(11_000)), (Some(2), None, Some(1)));
        let throttle = Throttle::default();
        let passed: usize = std::thread::scope(|s| {
            let one = || (0..100).filter(|_| throttle.admit_at(Duration::from_secs(1)).is_some()).count();
            let threads: Vec<_> = (0..4).map(|_| s.spawn(one)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).sum()
        });
        assert_eq!((passed, throttle.admit_at(Duration::from_secs(2))), (1, Some(399)));
    }
}
