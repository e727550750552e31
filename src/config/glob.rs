//! Names with `*`: the patterns of the syscall lists and of the import policies.

/// Whether `name` is matched by `pattern`, in which `*` stands for any run of characters, also none.
pub fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    // The leftmost place is the best one for each part between two stars: it leaves the most for the next.
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, name) in [
            ("path_open", "path_open"),
            ("sock_*", "sock_send"),
            ("*", ""),
            ("*", "x"),
            ("a*c*e", "abcde"),
            ("*_get", "env_get"),
            ("a**b", "ab"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("path_open", "path_openx"), ("sock_*", "sock"), ("", "a"), ("ab*ba", "aba"), ("a*b", "ac"), ("*a*", "b")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
