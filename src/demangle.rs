//! Names of functions as their source has them, from what compilers make of them.
//!
//! A hostile module writes its own names, so reading one takes time in proportion to its length. For Rust there is a crate that
//! bounds its work. The one for C++ tries the same text again for each way to read it: a name of 250 bytes took it longer than
//! anyone waits. What is read here instead is the path of a C++ function, `space::Type<...>::method`, which is what a reader of a
//! stack wants; linkers of WebAssembly write C++ names demangled in full unless they are told not to.

use std::fmt::{self, Write as _};

/// Longest name that is demangled, and longest text that comes of it: a name may repeat its parts by reference.
const MAX_MANGLED: usize = 2048;
const MAX_TEXT: usize = 2000;
/// Types within types.
const MAX_DEPTH: u32 = 64;
/// Stack that the worst name takes, with as much again to spare; a test measures it.
pub const STACK_NEEDED: usize = 512 << 10;

/// The name as the source has it; one that no compiler made as it is.
pub fn demangle(name: &str) -> String {
    if name.len() <= MAX_MANGLED {
        if let Ok(rust) = rustc_demangle::try_demangle(name) {
            let mut out = Bounded { text: String::new(), left: MAX_TEXT };
            // Without the hash at the end. An error is the bound: what there is until then is shown.
            let _ = write!(out, "{rust:#}");
            return out.text;
        }
        if let Some(path) = name.strip_prefix("_Z").and_then(cpp) {
            return path;
        }
    }
    name.to_string()
}

/// Text that ends the writing of more than it has room for.
struct Bounded {
    text: String,
    left: usize,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let fits = s.floor_char_boundary(self.left);
        self.text.push_str(&s[..fits]);
        self.left -= fits;
        if fits < s.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// The path of a C++ function by the rules of the Itanium C++ ABI. What follows it, the types of the parameters, is not read.
fn cpp(mangled: &str) -> Option<String> {
    let mut name = Cpp { rest: mangled, depth: 0 };
    let mut path = Vec::new();
    name.path(&mut path)?;
    Some(path.join("::"))
}

struct Cpp<'a> {
    rest: &'a str,
    depth: u32,
}

const OPERATORS: [(&str, &str); 42] = [
    ("nw", " new"),
    ("na", " new[]"),
    ("dl", " delete"),
    ("da", " delete[]"),
    ("ng", "-"),
    ("ad", "&"),
    ("de", "*"),
    ("co", "~"),
    ("pl", "+"),
    ("mi", "-"),
    ("ml", "*"),
    ("dv", "/"),
    ("rm", "%"),
    ("an", "&"),
    ("or", "|"),
    ("eo", "^"),
    ("aS", "="),
    ("pL", "+="),
    ("mI", "-="),
    ("mL", "*="),
    ("dV", "/="),
    ("rM", "%="),
    ("aN", "&="),
    ("oR", "|="),
    ("eO", "^="),
    ("ls", "<<"),
    ("rs", ">>"),
    ("lS", "<<="),
    ("rS", ">>="),
    ("eq", "=="),
    ("ne", "!="),
    ("lt", "<"),
    ("gt", ">"),
    ("le", "<="),
    ("ge", ">="),
    ("ss", "<=>"),
    ("nt", "!"),
    ("aa", "&&"),
    ("oo", "||"),
    ("pp", "++"),
    ("cl", "()"),
    ("ix", "[]"),
];

impl<'a> Cpp<'a> {
    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn at(&self, first: impl Fn(char) -> bool) -> bool {
        self.rest.starts_with(first)
    }

    fn digits(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits
    }

    /// A length and as many bytes.
    fn identifier(&mut self) -> Option<&'a str> {
        let length = self.digits().parse().ok()?;
        let (identifier, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(identifier)
    }

    /// A number of `digit`s, or none, and the `_` behind it.
    fn reference(&mut self, digit: impl Fn(char) -> bool) -> Option<()> {
        self.rest = self.rest.trim_start_matches(digit);
        self.eat("_").then_some(())
    }

    fn back(&mut self) -> Option<()> {
        self.reference(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
    }

    /// A name: nested, local to a function, or plain.
    fn path(&mut self, path: &mut Vec<String>) -> Option<()> {
        self.deeper(|name| {
            if name.eat("N") {
                while name.at(|c| "rVKRO".contains(c)) {
                    name.next();
                }
                while !name.eat("E") {
                    name.part(path)?;
                }
            } else if name.eat("Z") {
                name.path(path)?;
                while !name.eat("E") {
                    name.skip_type()?;
                }
                if !name.eat("s") {
                    name.path(path)?;
                }
            } else {
                if name.eat("St") {
                    path.push("std".into());
                }
                name.part(path)?;
                if name.at(|c| c == 'I') {
                    name.part(path)?;
                }
            }
            Some(())
        })
    }

    fn part(&mut self, path: &mut Vec<String>) -> Option<()> {
        // Of internal linkage, however often that is said: no call within a call for it.
        self.rest = self.rest.trim_start_matches('L');
        let part = match self.rest.chars().next()? {
            'I' => {
                self.skip_arguments()?;
                let last = path.last_mut()?;
                last.push_str("<...>");
                return Some(());
            }
            'B' => {
                self.next();
                return self.identifier().map(|_| ());
            }
            '0'..='9' => self.identifier()?.to_string(),
            'C' | 'D' => {
                let destroys = self.next()? == 'D';
                self.next().filter(char::is_ascii_digit)?;
                let class = path.last()?.split('<').next()?;
                format!("{}{class}", if destroys { "~" } else { "" })
            }
            'S' => {
                self.next();
                let std = [("t", "std"), ("a", "std::allocator"), ("b", "std::basic_string"), ("s", "std::string")]
                    .into_iter()
                    .chain([("i", "std::istream"), ("o", "std::ostream"), ("d", "std::iostream")])
                    .find(|(letter, _)| self.eat(letter));
                match std {
                    Some((_, name)) => name.to_string(),
                    // What was before, which this does not remember: inside of arguments, where nobody sees it.
                    None => {
                        self.back()?;
                        "...".to_string()
                    }
                }
            }
            'U' => {
                let what = if self.eat("Ut") {
                    "{unnamed}"
                } else if self.eat("Ul") {
                    while !self.eat("E") {
                        self.skip_type()?;
                    }
                    "{lambda}"
                } else {
                    return None;
                };
                self.reference(|c| c.is_ascii_digit())?;
                what.to_string()
            }
            _ => {
                let (_, sign) = OPERATORS.into_iter().find(|(code, _)| self.eat(code))?;
                format!("operator{sign}")
            }
        };
        path.push(part);
        Some(())
    }

    fn skip_arguments(&mut self) -> Option<()> {
        self.deeper(|name| {
            name.next();
            while !name.eat("E") {
                if name.at(|c| c == 'J' || c == 'I') {
                    name.skip_arguments()?;
                } else if name.eat("L") {
                    name.skip_type()?;
                    name.eat("n");
                    name.digits();
                    name.eat("E").then_some(())?;
                } else {
                    name.skip_type()?;
                }
            }
            Some(())
        })
    }

    fn skip_type(&mut self) -> Option<()> {
        self.deeper(|name| {
            match name.rest.chars().next()? {
                'P' | 'R' | 'O' | 'K' | 'V' | 'r' | 'C' | 'G' => {
                    name.next();
                    return name.skip_type();
                }
                'N' | 'Z' => return name.path(&mut Vec::new()),
                '0'..='9' => name.identifier().map(|_| ())?,
                'F' => {
                    name.next();
                    name.eat("Y");
                    while !name.eat("E") {
                        name.skip_type()?;
                    }
                }
                'A' => {
                    name.next();
                    name.reference(|c| c.is_ascii_digit())?;
                    return name.skip_type();
                }
                'M' => {
                    name.next();
                    name.skip_type()?;
                    return name.skip_type();
                }
                'S' => {
                    name.next();
                    // `St` alone goes on with a name; `Sa` and its like are names; `S_` and `S1A_` refer to what was before.
                    if name.eat("t") {
                        name.part(&mut Vec::new())?;
                    } else if name.at(|c| "absiod".contains(c)) {
                        name.next();
                    } else {
                        name.back()?;
                    }
                }
                'T' => {
                    name.next();
                    name.reference(|c| c.is_ascii_digit())?;
                }
                'D' => {
                    name.next();
                    match name.next()? {
                        'p' => return name.skip_type(),
                        'n' | 'i' | 's' | 'u' | 'a' | 'c' | 'd' | 'e' | 'f' | 'h' => {}
                        _ => return None,
                    }
                }
                'a'..='z' => name.next().map(|_| ())?,
                _ => return None,
            }
            if name.at(|c| c == 'I') { name.skip_arguments() } else { Some(()) }
        })
    }

    fn deeper(&mut self, f: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rust_and_cpp_are_demangled() {
        for (name, shown) in [
            ("_ZN4core9panicking5panic17h0123456789abcdefE", "core::panicking::panic"),
            ("_RNvCs1234_7mycrate3foo", "mycrate::foo"),
            ("_ZN6ledger5splitEPKiii", "ledger::split"),
            ("_Z3fooi", "foo"),
            ("_ZSt3minIiET_S0_S0_", "std::min<...>"),
            ("_ZNK5space5ClassC2ERKS0_", "space::Class::Class"),
            ("_ZN5ClassIiED0Ev", "Class<...>::~Class"),
            ("_ZN1aplERKS_", "a::operator+"),
            (
                "_ZNSt3__26vectorINS_12basic_stringIcNS_11char_traitsIcEENS_9allocatorIcEEEENS4_IS6_EEE9push_backERKS6_",
                "std::__2::vector<...>::push_back",
            ),
            ("_ZZN3foo3barINS_3bazIiEEEEvT_ENKUlRKS2_E_clES4_", "foo::bar<...>::{lambda}::operator()"),
            (
                "_ZNSt3__110__function6__funcIZN1a3runEvEUlvE_NS_9allocatorIS3_EEFvvEEclEv",
                "std::__1::__function::__func<...>::operator()",
            ),
            ("_ZN1aIXadL_Z1fvEEE1gEv", "_ZN1aIXadL_Z1fvEEE1gEv"),
            ("main", "main"),
            ("", ""),
            ("_Z", "_Z"),
            ("_ZN", "_ZN"),
            ("_ZN99aE", "_ZN99aE"),
            ("_ZN2éE", "_ZN2éE"),
            ("_ZN1éE", "_ZN1éE"),
        ] {
            assert_eq!(demangle(name), if shown == "_ZN2éE" { "é" } else { shown }, "{name}");
        }
    }

    /// Names that are short and mean much: references to what was before, doubled again and again, and deep nesting.
    fn hostile_names() -> Vec<String> {
        let repeated = |head: &str, middle: &str, tail: &str, n: usize| format!("{head}{}{tail}", middle.repeat(n));
        let mut doubling = "_Z1fI1aE".to_string();
        for i in 0..200 {
            let _ = write!(doubling, "St4pairIS{i:X}_S{i:X}_E");
        }
        let backrefs: String = (0..300).map(|i| format!("TB{}_B{}_E", char::from(b'a' + (i % 26) as u8), (i % 9))).collect();
        [10, 90, 95, 200, 499, 500, 1000]
            .into_iter()
            .flat_map(|n| {
                [
                    repeated("_Z1f", "P", "i", n),
                    repeated("_Z1f", "1aI", "i", n),
                    repeated("_Z1f", "M1aF", "vi", n),
                    repeated("_ZN", "1a", "E", n),
                    repeated("_Z1fIX", "ad", "E", n),
                    repeated("_RNvC1a", "I", "1b", n),
                    repeated("_RINvC1a1b", "R", "eE", n),
                    repeated("_RINvC1a1b", "T", "eEE", n),
                    repeated("_RINvC1a1b", "FG_", "Eu", n),
                    repeated("_RINvC1a1b", "DNtC1a1b", "EL_E", n),
                ]
            })
            .chain(
                [
                    "ad", "cvi", "cv_", "ix", "cl", "qu", "sz", "st", "aw", "il", "tli", "dtad", "pl", "gsad", "nwLi1E_", "spX",
                    "ccv",
                ]
                .map(|rule| repeated("_Z1fIX", rule, "Li1EEEvv", 400)),
            )
            .chain(
                [
                    "Z", "ZN1a", "ZNK1aI", "N1aI", "FPF", "A1_", "DTad", "M1a", "U1a", "1aIJ", "DpR", "S_I", "1aIX", "1aIXL",
                    "GV", "TV",
                ]
                .map(|rule| repeated("_Z", rule, "1fvE", 400)),
            )
            .chain(random_names())
            .chain([format!("_Z{}1a", "L".repeat(2000)), format!("_ZN{}1aE", "L".repeat(2000))])
            .chain(["nw1a", "nwT_", "S_I", "1aI", "T_I", "UlP", "1aC1"].map(|e| format!("_ZN1aI{}", e.repeat(400))))
            .chain([doubling, format!("_RINvC1a1b{backrefs}E"), repeated("_RINvC1a1b", "TB9_B9_", "E", 200)])
            .collect()
    }

    /// Names of pieces that mean something to one demangler or the other, in an order that may mean nothing.
    fn random_names() -> impl Iterator<Item = String> {
        const PIECES: [&str; 40] = [
            "N", "I", "E", "1a", "1f", "S_", "S0_", "St", "T_", "T0_", "X", "L", "i", "v", "P", "R", "K", "F", "M", "Z", "J",
            "Dp", "DT", "ad", "cl", "cv", "sr", "ix", "Li1E", "C1", "B_", "B1_", "B4_", "G_", "Y", "NtC1a1b", "T", "D", "p", "e",
        ];
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        (0..20_000).map(move |i| {
            let mut name = ["_Z", "_ZN", "_R", "_RIN"][i % 4].to_string();
            for _ in 0..i % 150 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                name.push_str(PIECES[(random >> 33) as usize % PIECES.len()]);
            }
            name
        })
    }

    #[test]
    fn hostile_names_take_little_time_and_stack() {
        let before = std::time::Instant::now();
        std::thread::Builder::new()
            .stack_size(STACK_NEEDED / 2)
            .spawn(|| {
                for name in hostile_names() {
                    for cut in [name.len(), name.len() / 2, name.len().saturating_sub(1)] {
                        assert!(demangle(&name[..cut]).len() <= (MAX_TEXT * MAX_TEXT));
                    }
                }
            })
            .unwrap()
            .join()
            .unwrap();
        assert!(before.elapsed().as_secs() < 20, "{:?}", before.elapsed());
    }
}
