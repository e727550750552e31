//! Names with wildcards: the patterns of the syscall lists and of the import policies.

/// Whether `name` matches `pattern`, where `*` stands for any run of characters and `?` for one.
///
/// Keeps only the last `*` to go back to, so the work is bounded by the product of the two lengths whatever the input.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (p, n) = (pattern.as_bytes(), name.as_bytes());
    let (mut pi, mut ni) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while ni < n.len() {
        match p.get(pi) {
            Some(b'*') => {
                star = Some((pi + 1, ni));
                pi += 1;
            }
            Some(b'?') => {
                pi += 1;
                ni += char_len(name, ni);
            }
            Some(byte) if *byte == n[ni] => {
                pi += 1;
                ni += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    let next = from + char_len(name, from);
                    star = Some((after, next));
                    (pi, ni) = (after, next);
                }
                None => return false,
            },
        }
    }
    p[pi..].iter().all(|byte| *byte == b'*')
}

/// Bytes to the next character boundary after `at`.
fn char_len(text: &str, at: usize) -> usize {
    (at + 1..=text.len()).find(|end| text.is_char_boundary(*end)).map_or(1, |end| end - at)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn globs() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("sock_*", "sock_accept", true),
            ("sock_*", "fd_read", false),
            ("*_get", "fd_filestat_get", true),
            ("*_get", "fd_filestat_gets", false),
            ("fd_?ead", "fd_read", true),
            ("fd_?ead", "fd_ead", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("**a", "xa", true),
            ("?", "é", true),
            ("??", "é", false),
            ("*é?", "ééx", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
        // Patterns that take exponential time where a matcher goes back to more than the last star.
        assert!(!matches(&"*a".repeat(50), &"a".repeat(49)));
        assert!(!matches(&format!("{}b", "*a".repeat(30)), &"a".repeat(50_000)));
    }
}
