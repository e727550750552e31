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
