//! Standard streams and waiting.

use super::*;
use wasmtime_wasi::p1::types::Errno;

fn capture(cap: usize) -> WasiSettings {
    let mut s = WasiSettings::default();
    s.set_output(1, Output::Capture { cap }).unwrap();
    s
}

#[test]
fn captured_output_is_cut_at_its_cap() {
    let settings = capture(8);
    let mut g = Guest::new(host(settings.clone(), limits(&[])), SyscallPolicy::allow_all());
    assert_eq!(g.write(1, "hello"), (OK, 5));
    assert_eq!(g.write(1, " world"), (OK, 6));
    assert_eq!(g.write(2, "discarded"), (OK, 9));
    let sink = settings.captured(1).unwrap().unwrap();
    assert_eq!((&sink.captured().bytes[..], sink.captured().truncated), (&b"hello wo"[..], true));
    assert!(settings.captured(2).unwrap().is_none());
    assert!(g.store.data().wasi.captured(1).is_some() && g.store.data().wasi.captured(0).is_none());
    assert_eq!(g.write(1, "late"), (OK, 4), "after the host has looked it is dropped");
    assert_eq!(sink.captured().bytes.len(), 8);
    drop(host(settings.clone(), limits(&[])));
    assert_eq!(*settings.captured(1).unwrap().unwrap().captured(), Captured::default(), "a new call starts empty");
    assert_eq!(sink.captured().bytes.len(), 8, "what the host holds stays");
}

#[test]
fn all_buffers_of_a_write_in_order() {
    let settings = capture(1 << 30);
    let mut g = Guest::new(host(settings.clone(), limits(&[])), SyscallPolicy::allow_all());
    g.put(1000, b"abcdef");
    for (i, (at, len)) in [(1000u32, 2u32), (0, 0), (1002, 4)].into_iter().enumerate() {
        g.put(64 + i * 8, &at.to_le_bytes());
        g.put(68 + i * 8, &len.to_le_bytes());
    }
    assert_eq!((g.call("fd_write", &[1, 64, 3, 80]), g.u32(80)), (OK, 6));
    // The same megabyte named many times is not written as often, but a single large buffer is written whole.
    for i in 0..2000 {
        g.put(4096 + i * 8, &(1u32 << 20).to_le_bytes());
        g.put(4100 + i * 8, &(1u32 << 20).to_le_bytes());
    }
    assert_eq!((g.call("fd_write", &[1, 4096, 2000, 80]), g.u32(80)), (OK, 1 << 20));
    assert_eq!(g.transfer("fd_write", 1, (1 << 20, 5 << 20), None), (OK, 5 << 20));
    let sink = settings.captured(1).unwrap().unwrap();
    assert_eq!((sink.captured().bytes.len(), &sink.captured().bytes[..6]), (6 + (6 << 20), &b"abcdef"[..]));
    assert!(g.try_call("fd_write", &[1, -8, 1, 80]).is_err(), "a pointer out of bounds ends the guest");
}

#[test]
fn input_from_bytes() {
    let mut s = WasiSettings::default();
    s.set_stdin(Stdin::Bytes(Arc::from(&b"hello"[..])));
    let mut g = Guest::new(host(s, limits(&[])), SyscallPolicy::allow_all());
    assert_eq!(g.read(0, 3), (OK, b"hel".to_vec()));
    assert_eq!(g.read(0, 3), (OK, b"lo".to_vec()));
    assert_eq!(g.read(0, 3), (OK, vec![]));
    assert_eq!(g.read(1, 3).0, BADF);
    assert_eq!(g.write(0, "x").0, BADF);
    assert_eq!(g.transfer("fd_pread", 0, (0, 1), Some(0)).0, 70);
    assert_eq!((g.call("fd_fdstat_get", &[0, 200]), g.get(200, 1)[0], g.u64(208)), (OK, 0, 2));
    assert_eq!((g.call("fd_filestat_get", &[1, 200]), g.get(216, 1)[0]), (OK, 0));
}

#[test]
fn streams_cannot_be_sought() {
    let mut g = Guest::new(host(WasiSettings::default(), limits(&[])), SyscallPolicy::allow_all());
    for fd in 0..3 {
        assert_eq!(g.call("fd_seek", &[fd, 0, 0, 200]), Errno::Spipe as i32);
        assert_eq!(g.call("fd_tell", &[fd, 200]), Errno::Spipe as i32);
        assert_eq!(g.call("fd_close", &[fd]), OK);
        assert_eq!(g.call("fd_seek", &[fd, 0, 0, 200]), Errno::Badf as i32);
    }
    assert_eq!(g.call("sched_yield", &[]), OK);
    assert_eq!(g.call("proc_raise", &[6]), Errno::Notsup as i32);
}

#[test]
fn descriptors_can_change_places() {
    let tmp = tempfile::tempdir().unwrap();
    let settings = capture(100);
    let mut g = Guest::new(host(settings.clone(), limits(&[(tmp.path(), "/", false)])), SyscallPolicy::allow_all());
    let f = g.open_path(3, "f", 1, 66, 0).unwrap();
    assert_eq!(g.call("fd_renumber", &[f, 1]), OK);
    assert_eq!(g.write(1, "to the file"), (OK, 11));
    assert_eq!(g.write(f, "x").0, BADF);
    assert_eq!(g.call("fd_renumber", &[2, 1]), OK);
    assert_eq!((g.write(1, "to stderr"), g.write(2, "x").0), ((OK, 9), BADF));
    assert_eq!(g.call("fd_close", &[1]), OK);
    assert_eq!((g.write(1, "x").0, g.call("fd_close", &[1]), g.call("fd_fdstat_get", &[1, 200])), (BADF, BADF, BADF));
    assert_eq!(std::fs::read(tmp.path().join("f")).unwrap(), b"to the file");
    assert!(settings.captured(1).unwrap().unwrap().captured().bytes.is_empty());
}

/// A subscription: clock (id, timeout, absolute) or a descriptor to read or write.
#[derive(Clone, Copy)]
enum Sub {
    Clock(u32, u64, bool),
    Read(u32),
    Write(u32),
}

fn poll(g: &mut Guest, subs: &[Sub]) -> wasmtime::Result<i32> {
    for (i, sub) in subs.iter().enumerate() {
        let mut bytes = [0u8; 48];
        bytes[0..8].copy_from_slice(&(i as u64 + 100).to_le_bytes());
        match *sub {
            Sub::Clock(id, timeout, absolute) => {
                bytes[16..20].copy_from_slice(&id.to_le_bytes());
                bytes[24..32].copy_from_slice(&timeout.to_le_bytes());
                bytes[40] = absolute.into();
            }
            Sub::Read(fd) | Sub::Write(fd) => {
                bytes[8] = if matches!(sub, Sub::Read(_)) { 1 } else { 2 };
                bytes[16..20].copy_from_slice(&fd.to_le_bytes());
            }
        }
        g.put(1024 + i * 48, &bytes);
    }
    g.try_call("poll_oneoff", &[1024, 8192, subs.len() as i64, 80])
}

fn ready(g: &Guest) -> Vec<u64> {
    (0..g.u32(80) as usize).map(|i| g.u64(8192 + i * 32)).collect()
}

const SECOND: u64 = 1_000_000_000;

#[test]
fn a_sleep_ends_at_the_deadline_and_by_cancel() {
    for sub in [Sub::Clock(1, 10 * SECOND, false), Sub::Clock(0, u64::MAX, true), Sub::Clock(1, u64::MAX, false)] {
        let mut g = Guest::open(limits(&[]));
        let started = Instant::now();
        g.store.data_mut().deadline = Some(started + Duration::from_millis(20));
        assert_eq!(error::<Interrupted>(poll(&mut g, &[sub])), Interrupted(Interrupt::Timeout));
        assert!((Duration::from_millis(20)..Duration::from_secs(2)).contains(&started.elapsed()));

        let mut g = Guest::open(limits(&[]));
        let cancel = g.store.data().cancel.clone();
        let canceller = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            cancel.set();
        });
        assert_eq!(error::<Interrupted>(poll(&mut g, &[sub])), Interrupted(Interrupt::Cancelled));
        canceller.join().unwrap();
        assert!(started.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn clocks_relative_and_absolute() {
    let mut g = Guest::open(limits(&[]));
    g.store.data_mut().deadline = Some(Instant::now() + Duration::from_secs(60));
    for clock in [0, 1] {
        let started = Instant::now();
        assert_eq!(poll(&mut g, &[Sub::Clock(clock, SECOND / 50, false)]).unwrap(), OK);
        assert!(started.elapsed() >= Duration::from_millis(20));
        assert_eq!(g.call("clock_time_get", &[clock.into(), 0, 8]), OK);
        let now = g.u64(8);
        assert_eq!(poll(&mut g, &[Sub::Clock(clock, now, true)]).unwrap(), OK);
        let started = Instant::now();
        assert_eq!(
            poll(&mut g, &[Sub::Clock(clock, now + 9 * SECOND, true), Sub::Clock(clock, now + SECOND / 20, true)]).unwrap(),
            OK
        );
        assert!((Duration::from_millis(20)..Duration::from_secs(5)).contains(&started.elapsed()));
        assert_eq!(ready(&g), [101]);
    }
    assert_eq!(poll(&mut g, &[Sub::Clock(2, 0, false)]).unwrap(), INVAL);
    assert_eq!(poll(&mut g, &[]).unwrap(), INVAL);
    assert_eq!(g.call("poll_oneoff", &[1024, 8192, -1, 80]), NOMEM);
    assert!(g.try_call("poll_oneoff", &[200 << 16, 8192, 1, 80]).is_err());
}

#[test]
fn descriptors_that_need_no_wait() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("f"), "abc").unwrap();
    let mut g = Guest::new(host(capture(10), limits(&[(tmp.path(), "/", false)])), SyscallPolicy::allow_all());
    let f = g.open_path(3, "f", 0, 66, 0).unwrap() as u32;
    let subs = [Sub::Clock(1, 60 * SECOND, false), Sub::Read(0), Sub::Write(1), Sub::Read(f), Sub::Write(f), Sub::Write(2)];
    assert_eq!(poll(&mut g, &subs).unwrap(), OK);
    assert_eq!(ready(&g), [101, 102, 103, 104, 105]);
    assert_eq!(g.get(8192 + 10, 1)[0], 1, "the kind of the first event");
    assert_eq!(g.read(f.into(), 10).1.len(), 3);
    assert_eq!(poll(&mut g, &[Sub::Read(f)]).unwrap(), OK);
    assert_eq!(g.get(8192 + 24, 1)[0], 1, "hang-up at the end of the file");
    for bad in [Sub::Read(3), Sub::Read(1), Sub::Write(0), Sub::Write(99)] {
        assert_eq!(poll(&mut g, &[Sub::Clock(1, 60 * SECOND, false), bad]).unwrap(), OK);
        assert_eq!(ready(&g), [101]);
        assert_eq!(g.get(8192 + 8, 1)[0], BADF as u8, "told by its own event");
    }
}

#[test]
fn startup_alone_polls_clocks_and_nothing_else() {
    let p = policy(&["fd_write"], &[], DenyAction::Errno);
    let mut g = Guest::new(host(WasiSettings::default(), limits(&[])), p);
    assert_eq!(poll(&mut g, &[Sub::Clock(1, 1, false)]).unwrap(), OK);
    assert_eq!(poll(&mut g, &[Sub::Clock(1, 1, false), Sub::Write(1)]).unwrap(), NOTCAPABLE);
    assert_eq!(g.store.data().denied, ["poll_oneoff"]);
}
