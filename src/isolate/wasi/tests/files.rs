//! Directories: what is read-only, what is out of reach, what is not opened.

use super::*;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

#[test]
fn a_read_only_directory_changes_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("f"), "kept").unwrap();
    std::fs::create_dir(tmp.path().join("d")).unwrap();
    for by_policy in [false, true] {
        let denied: &[&str] = if by_policy { &["@fs_write"] } else { &[] };
        let p = policy(&[], denied, DenyAction::Errno);
        let mut g = Guest::new(host(WasiSettings::default(), limits(&[(tmp.path(), "/", !by_policy)])), p);
        let f = g.open_path(3, "f", 0, 2, 0).unwrap();
        assert_eq!(g.read(f, 10), (OK, b"kept".to_vec()));
        assert_eq!(g.write(f, "x").0, BADF);
        for (oflags, rights) in [(1, 2), (8, 2), (0, 64), (0, 66), (5, 64)] {
            assert_eq!(g.open_path(3, "f", oflags, rights, 0), Err(PERM), "{oflags} {rights}");
        }
        assert_eq!(g.open_path(3, "new", 1, 66, 0), Err(PERM));
        let [at, len] = g.path("f");
        g.put(64, b"dnew");
        for (call, args) in [
            ("fd_filestat_set_size", &[f, 0][..]),
            ("fd_filestat_set_times", &[f, 0, 0, 2]),
            ("path_filestat_set_times", &[3, 0, at, len, 0, 0, 2]),
            ("path_unlink_file", &[3, at, len]),
            ("path_rename", &[3, at, len, 3, 65, 3]),
            ("path_link", &[3, 0, at, len, 3, 65, 3]),
            ("path_symlink", &[at, len, 3, 65, 3]),
            ("path_create_directory", &[3, 65, 3]),
            ("path_remove_directory", &[3, 64, 1]),
        ] {
            let errno = g.call(call, args);
            let denied = by_policy && policy(&[], &["@fs_write"], DenyAction::Errno).allows(call);
            assert!(!denied && errno == if by_policy { NOTCAPABLE } else { PERM }, "{call}: {errno}");
        }
    }
    assert_eq!(std::fs::read(tmp.path().join("f")).unwrap(), b"kept");
    assert_eq!(std::fs::read_dir(tmp.path()).unwrap().count(), 2);
}

#[test]
fn nothing_outside_is_reached() {
    let tmp = tempfile::tempdir().unwrap();
    let inside = tmp.path().join("inside");
    std::fs::create_dir_all(inside.join("sub")).unwrap();
    std::fs::write(tmp.path().join("secret"), "s").unwrap();
    symlink("../secret", inside.join("relative")).unwrap();
    symlink(tmp.path().join("secret"), inside.join("absolute")).unwrap();
    symlink("..", inside.join("up")).unwrap();
    symlink("sub", inside.join("fine")).unwrap();
    let mut g = Guest::open(limits(&[(&inside, "/", false)]));
    for path in ["../secret", "/etc/passwd", "sub/../../secret", "relative", "absolute", "up/secret", "fine/../../secret", ".."] {
        assert!(g.open_path(3, path, 0, 2, 0).is_err(), "{path}");
        assert!(g.open_path(3, path, 1, 66, 0).is_err(), "{path}");
        let [at, len] = g.path(path);
        assert_ne!(g.call("path_filestat_get", &[3, 1, at, len, 200]), OK, "{path}");
    }
    // A guest's own links lead nowhere either.
    g.put(4096, b"/etc../.. l");
    assert_ne!(g.call("path_symlink", &[4096, 4, 3, 4106, 1]), OK);
    assert_eq!(g.call("path_symlink", &[4100, 5, 3, 4106, 1]), OK);
    assert!(g.open_path(3, "l/secret", 0, 2, 0).is_err());
    assert!(g.open_path(3, "fine", 2, 2, 0).is_ok() && g.open_path(3, "sub/../sub", 2, 2, 0).is_ok());
    assert_eq!(std::fs::read(tmp.path().join("secret")).unwrap(), b"s");
}

pub fn make_fifo(path: &Path) {
    let path = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: the path is NUL-terminated.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
}

#[test]
fn what_is_no_file_is_not_opened() {
    let tmp = tempfile::tempdir().unwrap();
    make_fifo(&tmp.path().join("fifo"));
    let _listener = UnixListener::bind(tmp.path().join("socket")).unwrap();
    symlink("fifo", tmp.path().join("link")).unwrap();
    let mut g = Guest::open(limits(&[(tmp.path(), "/", false), (Path::new("/dev"), "/dev", false)]));
    for (dir, path) in [(3, "fifo"), (3, "link"), (3, "socket"), (4, "null"), (4, "urandom"), (4, "tty")] {
        for (oflags, rights) in [(0, 2), (0, 64), (2, 2), (1, 66), (8, 66)] {
            if path != "tty" || Path::new("/dev/tty").exists() {
                assert_eq!(g.open_path(dir, path, oflags, rights, 0), Err(ACCES), "{path}");
            }
        }
    }
    // They can be seen, and end no guest that looks.
    assert_eq!(g.call("fd_readdir", &[3, 4096, 4096, 0, 200]), OK);
    let [at, len] = g.path("socket");
    assert_eq!(g.call("path_filestat_get", &[3, 0, at, len, 200]), OK);
    assert!(g.try_call("path_filestat_get", &[3, 0, 200 << 16, 4, 200]).is_err());
    assert!(g.try_call("path_open", &[3, 0, 200 << 16, 4, 0, 2, 0, 0, 200]).is_err());
}

#[test]
fn the_times_of_what_is_no_file_are_set_without_opening_it() {
    let tmp = tempfile::tempdir().unwrap();
    make_fifo(&tmp.path().join("fifo"));
    symlink("fifo", tmp.path().join("link")).unwrap();
    std::fs::write(tmp.path().join("f"), "").unwrap();
    symlink("f", tmp.path().join("to_f")).unwrap();
    let mut g = Guest::open(limits(&[(tmp.path(), "/", false)]));
    for (path, follow, expected) in
        [("fifo", 1, ACCES), ("link", 1, ACCES), ("fifo", 0, OK), ("link", 0, OK), ("f", 1, OK), ("to_f", 1, OK), ("no", 1, 44)]
    {
        let [at, len] = g.path(path);
        assert_eq!(g.call("path_filestat_set_times", &[3, follow, at, len, 0, 0, 2 | 8]), expected, "{path}");
    }
}

#[test]
fn paths_have_a_length() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("f"), "").unwrap();
    let mut g = Guest::open(limits(&[(tmp.path(), "/", false)]));
    let long = "./".repeat(2049);
    let [at, len] = g.path(&long);
    g.put(64, b"g");
    for (call, args) in [
        ("path_create_directory", &[3, at, len][..]),
        ("path_filestat_get", &[3, 0, at, len, 200]),
        ("path_filestat_set_times", &[3, 0, at, len, 0, 0, 2]),
        ("path_link", &[3, 0, at, len, 3, 64, 1]),
        ("path_link", &[3, 0, 64, 1, 3, at, len]),
        ("path_open", &[3, 0, at, len, 0, 2, 0, 0, 200]),
        ("path_readlink", &[3, at, len, 200, 10, 220]),
        ("path_remove_directory", &[3, at, len]),
        ("path_rename", &[3, at, len, 3, 64, 1]),
        ("path_rename", &[3, 64, 1, 3, at, len]),
        ("path_symlink", &[at, len, 3, 64, 1]),
        ("path_symlink", &[64, 1, 3, at, len]),
        ("path_unlink_file", &[3, at, len]),
        ("path_unlink_file", &[3, 0, -1]),
    ] {
        assert_eq!(g.call(call, args), NAMETOOLONG, "{call}");
    }
    let fits = format!("{}f", "./".repeat(2047));
    assert!(g.open_path(3, &fits, 0, 2, 0).is_ok());
}

#[test]
fn what_cannot_be_looked_at_is_not_opened() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("f"), "").unwrap();
    symlink("loop", tmp.path().join("loop")).unwrap();
    let mut g = Guest::open(limits(&[(tmp.path(), "/", false)]));
    for (path, errno) in [("f/x", 54), ("loop", 32), ("\0", INVAL)] {
        assert_eq!(g.open_path(3, path, 1, 66, 0), Err(errno), "{path}");
    }
    assert!(g.open_path(3, "new", 1, 66, 0).is_ok());
}

#[test]
fn a_policy_without_changing_calls_opens_nothing_to_write() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("f"), "kept").unwrap();
    let p = policy(&["@stdio", "@fs_read"], &[], DenyAction::Errno);
    let mut g = Guest::new(host(WasiSettings::default(), limits(&[(tmp.path(), "/", false)])), p);
    assert_eq!(g.open_path(3, "new", 1, 66, 0), Err(PERM));
    assert_eq!(g.open_path(3, "f", 8, 2, 0), Err(PERM));
    let f = g.open_path(3, "f", 0, 2, 0).unwrap();
    assert_eq!(g.read(f, 10), (OK, b"kept".to_vec()));
}

#[test]
fn a_directory_moved_away_leads_no_later_call_elsewhere() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(tmp.path().join("outer/inner")).unwrap();
    std::fs::create_dir(tmp.path().join("secret")).unwrap();
    std::fs::write(tmp.path().join("secret/s"), "secret").unwrap();
    let l = limits(&[(&tmp.path().join("outer"), "/o", false), (&tmp.path().join("outer/inner"), "/i", false)]);
    let mut g = Guest::open(l.clone());
    g.put(64, b"innerold../secret");
    assert_eq!(g.call("path_rename", &[3, 64, 5, 3, 69, 3]), OK);
    assert_eq!(g.call("path_symlink", &[72, 9, 3, 64, 5]), OK);
    for explicit in [false, true] {
        let mut s = WasiSettings::default();
        if explicit {
            let host = tmp.path().join("outer/inner").to_str().unwrap().to_owned();
            s.add_directory(Directory { host, guest: "/e".into(), read_only: false }).unwrap();
        }
        let mut g = Guest::new(host(s, l.clone()), SyscallPolicy::allow_all());
        assert!(g.try_call("fd_prestat_get", &[3, 200]).is_err());
    }
}

#[test]
fn directories_of_the_runtime_and_of_the_call() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::create_dir(tmp.path().join("sub")).unwrap();
    std::fs::write(tmp.path().join("sub/f"), "in sub").unwrap();
    let missing = tmp.path().join("missing");
    let l = limits(&[(&missing, "/m", false), (tmp.path(), "/t", false)]);
    let name = |g: &mut Guest| {
        assert_eq!(g.call("fd_prestat_get", &[3, 200]), OK);
        let len = g.u32(204);
        assert_eq!(g.call("fd_prestat_dir_name", &[3, 210, len.into()]), OK);
        String::from_utf8(g.get(210, len as usize).to_vec()).unwrap()
    };
    let mut g = Guest::open(l.clone());
    assert_eq!((name(&mut g), g.call("fd_prestat_get", &[4, 200])), ("/t".into(), BADF));

    let mut s = WasiSettings::default();
    let sub = tmp.path().join("sub").to_str().unwrap().to_owned();
    s.add_directory(Directory { host: sub, guest: "/call".into(), read_only: true }).unwrap();
    s.check_directories(&l).unwrap();
    let mut g = Guest::new(host(s.clone(), l), SyscallPolicy::allow_all());
    assert_eq!((name(&mut g), g.call("fd_prestat_get", &[4, 200])), ("/call".into(), BADF));
    let f = g.open_path(3, "f", 0, 2, 0).unwrap();
    assert_eq!(g.read(f, 100).1, b"in sub");
    assert_eq!(g.open_path(3, "f", 0, 64, 0), Err(PERM));

    let off = SandboxLimits { filesystem_access: false, ..limits(&[(tmp.path(), "/t", false)]) };
    let mut g = Guest::open(off.clone());
    assert_eq!(g.call("fd_prestat_get", &[3, 200]), BADF);
    let mut g = Guest::new(host(s, off), SyscallPolicy::allow_all());
    let e = g.try_call("fd_prestat_get", &[3, 200]).unwrap_err();
    assert_eq!(e.downcast_ref::<crate::error::Error>().unwrap().status(), crate::error::Status::INVALID_ARGUMENT);
}

#[test]
fn a_large_file_is_read_in_one_call() {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::write(tmp.path().join("f"), vec![7; 6 << 20]).unwrap();
    let mut g = Guest::open(limits(&[(tmp.path(), "/", false)]));
    let f = g.open_path(3, "f", 0, 66, 0).unwrap();
    assert_eq!(g.read(f, 7 << 20).1.len(), 6 << 20);
    assert_eq!(g.pwrite(f, 7 << 20, 0), (OK, 7 << 20));
}
