//! Directories that are listed.

use super::*;
use std::collections::BTreeMap;

/// The entries that one call gives: cookie of the next, kind and name; and what was left of the last, cut.
fn list(g: &mut Guest, fd: i64, len: u32, cookie: u64) -> Vec<(u64, u8, String)> {
    assert_eq!(g.call("fd_readdir", &[fd, 1 << 16, len.into(), cookie.cast_signed(), 200]), OK);
    let used = g.u32(200) as usize;
    assert!(used <= len as usize);
    let (mut at, end) = (1 << 16, (1 << 16) + used);
    let mut found = Vec::new();
    while at + 24 <= end {
        let (next, name_len, kind) = (g.u64(at), g.u32(at + 16) as usize, g.get(at + 20, 1)[0]);
        if at + 24 + name_len > end {
            break;
        }
        assert_ne!(g.u64(at + 8), 0);
        found.push((next, kind, String::from_utf8(g.get(at + 24, name_len).to_vec()).unwrap()));
        at += 24 + name_len;
    }
    found
}

#[test]
fn every_entry_once_whatever_the_buffer() {
    let tmp = tempfile::tempdir().unwrap();
    let mut expected = BTreeMap::from([(".".to_owned(), 3), ("..".to_owned(), 3), ("d".to_owned(), 3), ("l".to_owned(), 7)]);
    std::fs::create_dir(tmp.path().join("d")).unwrap();
    std::os::unix::fs::symlink("f1", tmp.path().join("l")).unwrap();
    for i in 0..300 {
        std::fs::write(tmp.path().join(format!("f{i}")), "").unwrap();
        expected.insert(format!("f{i}"), 4);
    }
    let mut g = Guest::open(SandboxLimits { max_open_files: 1, ..limits(&[(tmp.path(), "/", true)]) });
    let own = g.open_path(3, ".", 2, 2, 0).unwrap();
    for (fd, len) in [(3, 1 << 20), (3, 100), (own, 4096)] {
        let (mut cookie, mut found) = (0, BTreeMap::new());
        loop {
            let entries = list(&mut g, fd, len, cookie);
            let Some((next, ..)) = entries.last() else { break };
            cookie = *next;
            for (_, kind, name) in entries {
                assert!(found.insert(name, kind).is_none());
            }
        }
        assert_eq!(found, expected);
    }
    assert_eq!(list(&mut g, 3, 26, 0).len(), 1);
    assert_eq!(g.u32(200), 26);
    assert_eq!((g.call("fd_readdir", &[3, 1 << 16, 10, 0, 200]), g.u32(200)), (OK, 10), "cut");
    assert_eq!((g.call("fd_readdir", &[3, 1 << 16, 100, -1, 200]), g.u32(200)), (OK, 0));
    // The numbers are those that the other calls give.
    let found = list(&mut g, 3, 1 << 20, 2);
    let (mut at, ino) = (1 << 16, |g: &mut Guest, name: &str| {
        let [path, len] = g.path(name);
        assert_eq!(g.call("path_filestat_get", &[3, 0, path, len, 304]), OK);
        g.u64(312)
    });
    for (_, _, name) in &found[..10] {
        assert_eq!(ino(&mut g, name), g.u64(at + 8), "{name}");
        at += 24 + name.len();
    }
}

#[test]
fn what_is_no_directory_is_not_listed() {
    let tmp = tempfile::tempdir().unwrap();
    let mut g = Guest::open(limits(&[(tmp.path(), "/", false)]));
    let f = g.open_path(3, "f", 1, 66, 0).unwrap();
    for (fd, errno) in [(f, 54), (0, BADF), (9, BADF)] {
        assert_eq!(g.call("fd_readdir", &[fd, 1 << 16, 100, 0, 200]), errno, "{fd}");
    }
    assert!(g.try_call("fd_readdir", &[3, 200 << 16, 100, 0, 200]).is_err());
    assert!(g.try_call("fd_readdir", &[3, 1 << 16, 100, 0, 200 << 16]).is_err());
    assert_eq!(g.open_path(3, "f", 0, 2, 0).unwrap(), f + 1, "listing uses up no number");
}

#[test]
fn a_large_directory_ends_at_the_deadline() {
    let tmp = tempfile::tempdir().unwrap();
    for i in 0..3000 {
        std::fs::write(tmp.path().join(i.to_string()), "").unwrap();
    }
    let mut g = Guest::open(limits(&[(tmp.path(), "/", false)]));
    assert_eq!(list(&mut g, 3, 1 << 20, 0).len(), 3002);
    g.store.data_mut().deadline = Some(Instant::now());
    assert_eq!(list(&mut g, 3, 4096, 0).len() / 100, 1, "what fits before the next look is given");
    let late = g.try_call("fd_readdir", &[3, 1 << 16, 4096, 2900, 200]);
    assert_eq!(error::<Interrupted>(late), Interrupted(Interrupt::Timeout));
}

#[test]
fn what_is_removed_meanwhile_moves_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    for i in 0..3000 {
        std::fs::write(tmp.path().join(i.to_string()), "").unwrap();
    }
    let mut g = Guest::open(limits(&[(tmp.path(), "/", false)]));
    for len in [60, 700, 4096] {
        let before = std::fs::read_dir(tmp.path()).unwrap().count();
        let (mut cookie, mut removed) = (0, 0);
        loop {
            let entries = list(&mut g, 3, len, cookie);
            let Some((next, ..)) = entries.last() else { break };
            cookie = *next;
            for (_, _, name) in entries.iter().filter(|(_, kind, _)| *kind == 4) {
                let [path, len] = g.path(name);
                assert_eq!(g.call("path_unlink_file", &[3, path, len]), OK);
                removed += 1;
                // The larger buffers leave some for the next, the largest none.
                if len < 4096 && removed == 1000 {
                    break;
                }
            }
            if len < 4096 && removed == 1000 {
                break;
            }
        }
        let left = std::fs::read_dir(tmp.path()).unwrap().count();
        assert_eq!(left, if len < 4096 { before - 1000 } else { 0 });
    }
}

#[test]
fn a_place_that_is_long_past_is_counted_anew() {
    let tmp = tempfile::tempdir().unwrap();
    for i in 0..100 {
        std::fs::write(tmp.path().join(i.to_string()), "").unwrap();
    }
    let mut g = Guest::open(limits(&[(tmp.path(), "/", false)]));
    let all = list(&mut g, 3, 1 << 20, 0);
    for start in [90, 10, 3, 50] {
        assert_eq!(list(&mut g, 3, 1 << 20, start), all[start as usize..], "from {start}");
        let few = list(&mut g, 3, 100, start);
        assert_eq!(few[..], all[start as usize..start as usize + few.len()]);
    }
}
