//! Guests of one runtime at the same time.

use super::files::make_fifo;
use super::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// One looks at a file and opens it, the other puts a FIFO in its place again and again.
#[test]
fn no_guest_opens_what_another_has_put_there() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("t"), "").unwrap();
    make_fifo(&tmp.path().join("fifo"));
    let l = limits(&[(tmp.path(), "/", false)]);
    static DONE: AtomicBool = AtomicBool::new(false);
    let swapping = std::thread::spawn({
        let l = l.clone();
        move || {
            let mut g = Guest::open(l);
            g.put(64, b"trfifo");
            let (t, r, fifo) = ([64, 1], [65, 1], [66, 4]);
            while !DONE.load(Ordering::Relaxed) {
                for (from, to) in [(t, r), (fifo, t), (t, fifo), (r, t)] {
                    assert_eq!(g.call("path_rename", &[3, from[0], from[1], 3, to[0], to[1]]), OK);
                }
            }
        }
    });
    let (sender, receiver) = std::sync::mpsc::channel();
    let opening = std::thread::spawn(move || {
        let mut g = Guest::open(l);
        let until = Instant::now() + Duration::from_secs(2);
        let mut opened = 0;
        while Instant::now() < until {
            if let Ok(f) = g.open_path(3, "t", 0, 2, 0) {
                assert_eq!(g.call("fd_close", &[f]), OK);
                opened += 1;
            }
            let [at, len] = g.path("t");
            g.call("path_filestat_set_times", &[3, 1, at, len, 0, 0, 2]);
        }
        sender.send(opened).unwrap();
    });
    let opened = receiver.recv_timeout(Duration::from_secs(20)).expect("a guest waits for the other end of a FIFO");
    DONE.store(true, Ordering::Relaxed);
    assert!(opened > 0);
    opening.join().unwrap();
    swapping.join().unwrap();
}
