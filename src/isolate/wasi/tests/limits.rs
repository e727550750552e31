//! Quotas on open files and file sizes.

use super::*;

fn hit(g: &Guest) -> Option<(&str, u64, u64)> {
    g.store.data().wasi.limit_hit().map(|h| (h.name.to_str().unwrap(), h.limit, h.asked))
}

#[test]
fn open_files_are_counted() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::create_dir(tmp.path().join("d")).unwrap();
    let mut g = Guest::open(SandboxLimits { max_open_files: 2, ..limits(&[(tmp.path(), "/", false)]) });
    let a = g.open_path(3, "a", 1, 66, 0).unwrap();
    assert!(g.open_path(3, "missing", 0, 2, 0).is_err());
    let d = g.open_path(3, "d", 2, 2, 0).unwrap();
    assert_eq!(hit(&g), None);
    assert_eq!(g.open_path(3, "b", 1, 66, 0), Err(MFILE));
    assert!(!tmp.path().join("b").exists());
    assert_eq!(hit(&g), Some(("max_open_files", 2, 3)));
    assert_eq!(g.call("fd_close", &[d]), OK);
    assert_eq!(g.call("fd_close", &[d]), BADF);
    let b = g.open_path(3, "b", 1, 66, 0).unwrap();
    assert_eq!(g.open_path(3, "c", 1, 66, 0), Err(MFILE));
    // Two become one, one becomes none: renumbering frees what it replaces, standard streams were never counted.
    assert_eq!(g.call("fd_renumber", &[a, b]), OK);
    assert_eq!(g.call("fd_renumber", &[b, b]), OK);
    let c = g.open_path(3, "c", 1, 66, 0).unwrap();
    assert_eq!(g.call("fd_renumber", &[c, 1]), OK);
    assert_eq!(g.open_path(3, "e", 1, 66, 0), Err(MFILE));
    assert_eq!(g.call("fd_renumber", &[2, 1]), OK);
    assert_eq!(g.call("fd_close", &[0]), OK);
    assert!(g.open_path(3, "e", 1, 66, 0).is_ok());
    assert_eq!(g.open_path(3, "f", 1, 66, 0), Err(MFILE));
}

#[test]
fn no_way_makes_a_file_larger_than_the_limit() {
    let tmp = tempfile::tempdir().unwrap();
    let size = |name: &str| std::fs::metadata(tmp.path().join(name)).unwrap().len();
    let limited = || SandboxLimits { max_file_size: 10, ..limits(&[(tmp.path(), "/", false)]) };
    let mut g = Guest::open(limited());
    let f = g.open_path(3, "f", 1, 66, 0).unwrap();
    assert_eq!(g.write(f, "12345678"), (OK, 8));
    assert_eq!(g.write(f, "90"), (OK, 2));
    assert_eq!(hit(&g), None);
    assert_eq!(g.write(f, "x").0, FBIG);
    assert_eq!(hit(&g), Some(("max_file_size", 10, 11)));
    assert_eq!(g.write(f, ""), (OK, 0));
    assert_eq!(g.call("fd_seek", &[f, 100, 0, 200]), OK);
    assert_eq!((g.write(f, "x").0, g.pwrite(f, 1, 10).0, g.pwrite(f, 1, -1).0), (FBIG, FBIG, FBIG));
    assert_eq!(g.pwrite(f, 10, 0), (OK, 10));
    assert_eq!((g.call("fd_filestat_set_size", &[f, 11]), g.call("fd_filestat_set_size", &[f, 4])), (FBIG, OK));
    assert_eq!((g.call("fd_allocate", &[f, 4, 7]), g.call("fd_allocate", &[f, 0, 7])), (FBIG, 58));
    assert_eq!(size("f"), 4);

    // Appending, asked for when opening or later; an offset means nothing then.
    let a = g.open_path(3, "f", 0, 66, 1).unwrap();
    assert_eq!((g.write(a, "5678"), g.write(a, "90x").0, g.pwrite(a, 3, 0).0), ((OK, 4), FBIG, FBIG));
    assert_eq!(g.call("fd_fdstat_set_flags", &[a, 0]), OK);
    assert_eq!(g.pwrite(a, 3, 0), (OK, 3));
    assert_eq!(g.call("fd_fdstat_set_flags", &[f, 1]), OK);
    assert_eq!((g.write(f, "123").0, g.write(f, "12")), (FBIG, (OK, 2)));
    assert_eq!(size("f"), 10);

    // A file under another number is the same file.
    assert_eq!(g.call("fd_renumber", &[f, 1]), OK);
    assert_eq!(g.write(1, "x").0, FBIG);

    // A file that was larger before may be changed, and may shrink, but not grow.
    std::fs::write(tmp.path().join("big"), [0; 20]).unwrap();
    let b = g.open_path(3, "big", 0, 66, 0).unwrap();
    assert_eq!((g.pwrite(b, 5, 15), g.pwrite(b, 6, 15).0), ((OK, 5), FBIG));
    assert_eq!((g.call("fd_filestat_set_size", &[b, 21]), g.call("fd_filestat_set_size", &[b, 15])), (FBIG, OK));
    assert_eq!(size("big"), 15);
    let d = g.open_path(3, ".", 2, 2, 0).unwrap();
    assert_eq!((g.write(d, "12345678901").0, g.write(3, "12345678901").0), (BADF, BADF));
    let r = g.open_path(3, "f", 0, 2, 0).unwrap();
    assert_eq!(g.write(r, "1").0, BADF);
}

#[test]
fn more_buffers_than_a_call_looks_at_are_refused() {
    let tmp = tempfile::tempdir().unwrap();
    let mut g = Guest::open(SandboxLimits { max_file_size: 10, ..limits(&[(tmp.path(), "/", false)]) });
    let f = g.open_path(3, "f", 1, 66, 0).unwrap();
    // Empty ones lead, so that the first with something in it is not looked at.
    g.put(4096, &[0; 1024 * 8]);
    g.put(4096 + 1024 * 8, &[0, 0, 1, 0, 100, 0, 0, 0]);
    for (call, args) in [
        ("fd_write", &[f, 4096, 1025, 80][..]),
        ("fd_pwrite", &[f, 4096, 1025, 0, 80]),
        ("fd_read", &[f, 4096, 1025, 80]),
        ("fd_pread", &[f, 4096, 1025, 0, 80]),
        ("fd_write", &[f, 4096, -1, 80]),
    ] {
        assert_eq!(g.call(call, args), INVAL, "{call}");
    }
    assert_eq!(std::fs::metadata(tmp.path().join("f")).unwrap().len(), 0);
    g.put(4096 + 1023 * 8, &[0, 0, 1, 0, 10, 0, 0, 0]);
    assert_eq!((g.call("fd_write", &[f, 4096, 1024, 80]), g.u32(80)), (OK, 10));
    assert_eq!(g.call("fd_write", &[f, 4096, 1024, 80]), FBIG);
}

#[test]
fn appending_guests_do_not_pass_the_limit_together() {
    let tmp = tempfile::tempdir().unwrap();
    let l = SandboxLimits { max_file_size: 1 << 20, ..limits(&[(tmp.path(), "/", false)]) };
    for _ in 0..8 {
        std::fs::write(tmp.path().join("f"), "").unwrap();
        let guests: Vec<_> = (0..4)
            .map(|_| {
                let l = l.clone();
                std::thread::spawn(move || {
                    let mut g = Guest::open(l);
                    let f = g.open_path(3, "f", 0, 66, 1).unwrap();
                    while g.transfer("fd_write", f, (1 << 16, 50_000), None).0 == OK {}
                })
            })
            .collect();
        guests.into_iter().for_each(|g| g.join().unwrap());
        assert!(std::fs::metadata(tmp.path().join("f")).unwrap().len() <= 1 << 20);
    }
}

/// While one guest appends, another makes the file longer in other ways: what is appended ends behind that.
#[test]
fn an_append_does_not_pass_the_limit_with_a_write_beside_it() {
    const LIMIT: u64 = 8 << 20;
    let tmp = tempfile::tempdir().unwrap();
    let path = tmp.path().join("f");
    let l = SandboxLimits { max_file_size: LIMIT, ..limits(&[(tmp.path(), "/", false)]) };
    let size = || std::fs::metadata(&path).unwrap().len();
    let mut appends = Guest::open(l.clone());
    let mut writes = Guest::open(l);
    for round in 0..20 {
        std::fs::write(&path, "").unwrap();
        let f = appends.open_path(3, "f", 0, 64, 1).unwrap();
        let g = writes.open_path(3, "f", 0, 64, 0).unwrap();
        std::thread::scope(|s| {
            s.spawn(|| appends.transfer("fd_write", f, (1 << 16, LIMIT as u32), None));
            while size() < 1 << 20 {}
            match round % 2 {
                0 => _ = writes.pwrite(g, 1, LIMIT as i64 - 1),
                _ => _ = writes.call("fd_filestat_set_size", &[g, LIMIT as i64]),
            }
        });
        assert!(size() <= LIMIT, "{}", size());
        assert_eq!((appends.call("fd_close", &[f]), writes.call("fd_close", &[g])), (OK, OK));
    }
}

/// What a guest empties it cannot fill with nothing for free, whichever descriptor it empties it by.
#[test]
fn a_gap_counts_after_the_guest_has_emptied_the_file() {
    let tmp = tempfile::tempdir().unwrap();
    let mut g = Guest::open(SandboxLimits { max_bytes_written: 1000, ..limits(&[(tmp.path(), "/", false)]) });
    let f = g.open_path(3, "f", 1, 66, 0).unwrap();
    let h = g.open_path(3, "f", 0, 66, 0).unwrap();
    assert_eq!(g.pwrite(f, 100, 300), (OK, 100));
    assert_eq!(g.call("fd_filestat_set_size", &[h, 0]), OK);
    assert_eq!(g.pwrite(f, 100, 300), (OK, 100), "800 in all");
    assert_eq!(g.call("fd_filestat_set_size", &[h, 0]), OK);
    assert_eq!(g.pwrite(f, 1, 300).0, DQUOT);
    assert_eq!(hit(&g), Some(("max_bytes_written", 1000, 1101)));
    assert_eq!(g.pwrite(f, 1, 0), (OK, 1));

    let mut g = Guest::open(SandboxLimits { max_bytes_written: 1000, ..limits(&[(tmp.path(), "/", false)]) });
    let f = g.open_path(3, "f", 0, 66, 0).unwrap();
    assert_eq!(g.pwrite(f, 100, 800), (OK, 100));
    assert!(g.open_path(3, "f", 8, 66, 0).is_ok());
    assert_eq!(g.pwrite(f, 1, 800).0, DQUOT);
    assert_eq!(std::fs::metadata(tmp.path().join("f")).unwrap().len(), 0);
}
