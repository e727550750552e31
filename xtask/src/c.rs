//! Reads the generated header: its functions, structs, constants and typedefs, each with the comment before it.
//!
//! It knows the C that cbindgen writes and our own parts contain, not C: anything else is an error, not a guess.

use std::collections::BTreeMap;

/// A parameter or a field: `const char *` + `name`, with the array's length if it is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub doc: String,
    /// The type as C writes it, without spaces around stars: `const char*const*`.
    pub kind: String,
    pub name: String,
    pub array: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    pub doc: String,
    pub result: String,
    pub name: String,
    pub parameters: Vec<Variable>,
    /// `static inline`: part of the header, not an export.
    pub inline: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Struct {
    pub doc: String,
    pub name: String,
    pub is_union: bool,
    pub fields: Vec<Variable>,
}

/// A `#define` with a value, an opaque typedef, an alias or a function pointer type.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub doc: String,
    pub name: String,
    /// The value, the aliased type, `struct dwcp_x` or the function pointer's text.
    pub text: String,
}

#[derive(Debug, Default)]
pub struct Header {
    pub functions: Vec<Function>,
    pub structs: Vec<Struct>,
    pub constants: Vec<Named>,
    pub opaque: Vec<Named>,
    pub aliases: Vec<Named>,
    pub callbacks: Vec<Named>,
}

impl Header {
    pub fn exports(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().filter(|f| !f.inline)
    }

    pub fn structure(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|s| s.name == name)
    }

    /// The structs that hosts allocate and whose first field gives their size.
    pub fn sized_structs(&self) -> impl Iterator<Item = &Struct> {
        self.structs.iter().filter(|s| s.fields.first().is_some_and(|f| f.name == "struct_size"))
    }

    pub fn is_opaque(&self, name: &str) -> bool {
        self.opaque.iter().any(|o| o.name == name)
    }

    pub fn is_callback(&self, name: &str) -> bool {
        self.callbacks.iter().any(|o| o.name == name)
    }

    /// The type behind an alias: `int32_t` for `dwcp_status_t`.
    pub fn resolve<'a>(&'a self, name: &'a str) -> &'a str {
        self.aliases.iter().find(|a| a.name == name).map_or(name, |a| &a.text)
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Comment(String),
    Directive(String),
    Word(String),
    Mark(char),
    Text(String),
}

/// Parses a header's text.
pub fn parse(text: &str) -> Result<Header, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let mut header = Header::default();
    let mut doc = String::new();
    while let Some(token) = parser.next() {
        match token {
            Token::Comment(comment) => doc = comment,
            Token::Directive(line) => {
                define(&line, std::mem::take(&mut doc), &mut header);
            }
            Token::Word(word) if word == "extern" => {
                parser.expect_text("C")?;
                parser.expect('{')?;
                doc.clear();
            }
            Token::Mark('}' | ';') => doc.clear(),
            Token::Word(word) if word == "typedef" => parser.typedef(std::mem::take(&mut doc), &mut header)?,
            Token::Word(word) if word.starts_with("DWCP_ASSERT") => {
                parser.until(';')?;
                doc.clear();
            }
            Token::Word(word) => {
                parser.at -= 1;
                let function = parser.function(std::mem::take(&mut doc)).map_err(|e| format!("near `{word}`: {e}"))?;
                header.functions.push(function);
            }
            other => return Err(format!("unexpected {other:?}")),
        }
    }
    Ok(header)
}

fn define(line: &str, doc: String, header: &mut Header) {
    let Some(rest) = line.strip_prefix("#define ") else { return };
    let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    // Function-like macros and attributes are for the header's own use; the include guard has no value.
    if !name.contains('(') && !value.trim().is_empty() && !value.contains("__attribute__") {
        header.constants.push(Named { doc, name: name.to_string(), text: value.trim().to_string() });
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn expect(&mut self, mark: char) -> Result<(), String> {
        match self.next() {
            Some(Token::Mark(m)) if m == mark => Ok(()),
            other => Err(format!("expected `{mark}`, found {other:?}")),
        }
    }

    fn expect_text(&mut self, text: &str) -> Result<(), String> {
        match self.next() {
            Some(Token::Text(t)) if t == text => Ok(()),
            other => Err(format!("expected \"{text}\", found {other:?}")),
        }
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            other => Err(format!("expected a name, found {other:?}")),
        }
    }

    /// The tokens before `end` at this depth of brackets; `end` is consumed.
    fn until(&mut self, end: char) -> Result<Vec<Token>, String> {
        let (mut depth, mut found) = (0usize, Vec::new());
        while let Some(token) = self.next() {
            match &token {
                Token::Mark(m) if *m == end && depth == 0 => return Ok(found),
                Token::Mark('(' | '{' | '[') => depth += 1,
                Token::Mark(')' | '}' | ']') => depth = depth.saturating_sub(1),
                _ => {}
            }
            found.push(token);
        }
        Err(format!("no `{end}` before the end of the file"))
    }

    fn typedef(&mut self, doc: String, header: &mut Header) -> Result<(), String> {
        let start = self.at;
        let tag = self.word()?;
        if tag == "struct" || tag == "union" {
            let name = self.word()?;
            if self.peek() == Some(&Token::Mark('{')) {
                self.expect('{')?;
                let body = self.until('}')?;
                let name = self.word()?;
                self.expect(';')?;
                let fields = fields(body, &name)?;
                header.structs.push(Struct { doc, name, is_union: tag == "union", fields });
                return Ok(());
            }
            if let Some(Token::Word(_)) = self.peek() {
                let alias = self.word()?;
                self.expect(';')?;
                header.opaque.push(Named { doc, name: alias, text: format!("{tag} {name}") });
                return Ok(());
            }
        }
        self.at = start;
        let tokens = self.until(';')?;
        let pointer = tokens.windows(3).find_map(|w| match w {
            [Token::Mark('('), Token::Mark('*'), Token::Word(name)] => Some(name.clone()),
            _ => None,
        });
        if let Some(name) = pointer {
            header.callbacks.push(Named { doc, name, text: spell(&tokens) });
        } else {
            let alias = variable(&tokens, String::new())?;
            header.aliases.push(Named { doc, name: alias.name, text: alias.kind });
        }
        Ok(())
    }

    fn function(&mut self, doc: String) -> Result<Function, String> {
        let head = self.until('(')?;
        let inline = head.contains(&Token::Word("inline".into()));
        let head: Vec<Token> = head
            .into_iter()
            .filter(|t| !matches!(t, Token::Word(w) if w == "DWCP_API" || w == "static" || w == "inline"))
            .collect();
        let head = variable(&head, String::new())?;
        let inside = self.until(')')?;
        let mut parameters = Vec::new();
        if inside != [Token::Word("void".into())] {
            for part in split(&inside, ',') {
                parameters.push(variable(&part, String::new()).map_err(|e| format!("{}: {e}", head.name))?);
            }
        }
        match self.next() {
            Some(Token::Mark('{')) if inline => {
                self.until('}')?;
            }
            Some(Token::Mark(';')) => {}
            other => return Err(format!("{}: expected the end of the declaration, found {other:?}", head.name)),
        }
        Ok(Function { doc, result: head.kind, name: head.name, parameters, inline })
    }
}

/// The fields of a struct or union. An anonymous union inside would have no name to be documented under: refused.
fn fields(body: Vec<Token>, owner: &str) -> Result<Vec<Variable>, String> {
    let mut found = Vec::new();
    for part in split(&body, ';') {
        let doc = part.iter().find_map(|t| if let Token::Comment(c) = t { Some(c.clone()) } else { None }).unwrap_or_default();
        let plain: Vec<Token> = part.into_iter().filter(|t| !matches!(t, Token::Comment(_) | Token::Directive(_))).collect();
        if plain.is_empty() {
            continue;
        }
        found.push(variable(&plain, doc).map_err(|e| format!("{owner}: {e}"))?);
    }
    Ok(found)
}

fn split(tokens: &[Token], mark: char) -> Vec<Vec<Token>> {
    let mut parts = vec![Vec::new()];
    let mut depth = 0usize;
    for token in tokens {
        match token {
            Token::Mark('(' | '{' | '[') => depth += 1,
            Token::Mark(')' | '}' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && *token == Token::Mark(mark) {
            parts.push(Vec::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(token.clone());
        }
    }
    parts.retain(|p| !p.is_empty());
    parts
}

/// `const char *const *names`, `uint8_t reserved[7]`.
fn variable(tokens: &[Token], doc: String) -> Result<Variable, String> {
    let (tokens, array) = match tokens.iter().position(|t| *t == Token::Mark('[')) {
        Some(open) => (&tokens[..open], Some(spell(&tokens[open + 1..tokens.len() - 1]))),
        None => (tokens, None),
    };
    match tokens.split_last() {
        Some((Token::Word(name), kind)) if !kind.is_empty() => Ok(Variable { doc, kind: spell(kind), name: name.clone(), array }),
        _ => Err(format!("`{}` is not a declaration with a name", spell(tokens))),
    }
}

/// Tokens as C, with a space only between words.
fn spell(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Word(word) => {
                if text.chars().last().is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    text.push(' ');
                }
                // `struct x` and `x` are the same name here.
                if word != "struct" && word != "union" {
                    text.push_str(word);
                }
            }
            Token::Mark(mark) => text.push(*mark),
            Token::Text(quoted) => text.push_str(quoted),
            Token::Comment(_) | Token::Directive(_) => {}
        }
    }
    text.trim().to_string()
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
        } else if let Some(after) = rest.strip_prefix("/*") {
            let end = after.find("*/").ok_or("a comment does not end")?;
            found.push(Token::Comment(clean(&after[..end])));
            rest = &after[end + 2..];
        } else if let Some(after) = rest.strip_prefix("//") {
            rest = &after[after.find('\n').unwrap_or(after.len())..];
        } else if first == '#' {
            let (line, after) = directive(rest);
            found.push(Token::Directive(line));
            rest = after;
        } else if let Some(after) = rest.strip_prefix('"') {
            let end = after.find('"').ok_or("a string does not end")?;
            found.push(Token::Text(after[..end].to_string()));
            rest = &after[end + 1..];
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            found.push(Token::Word(rest[..end].to_string()));
            rest = &rest[end..];
        } else {
            found.push(Token::Mark(first));
            rest = &rest[first.len_utf8()..];
        }
    }
    Ok(found)
}

/// A preprocessor line with its continuations, without a comment that follows on it.
fn directive(text: &str) -> (String, &str) {
    let (mut line, mut rest) = (String::new(), text);
    loop {
        let end = rest.find('\n').unwrap_or(rest.len());
        let part = rest[..end].trim_end();
        rest = rest.get(end + 1..).unwrap_or("");
        match part.strip_suffix('\\') {
            Some(continued) => line.push_str(continued),
            None => {
                line.push_str(part);
                break;
            }
        }
    }
    let cut = line.find("/*").unwrap_or(line.len());
    (line[..cut].trim_end().to_string(), rest)
}

/// A comment's lines without its stars.
fn clean(comment: &str) -> String {
    let lines: Vec<&str> =
        comment.lines().map(|l| l.trim().trim_start_matches('*')).map(|l| l.strip_prefix(' ').unwrap_or(l)).collect();
    lines.join("\n").trim().to_string()
}

/// The lines `Label: text` of a comment, each with the lines that continue it.
pub fn labels(doc: &str) -> BTreeMap<String, String> {
    const LABELS: [&str; 5] = ["Returns", "Errors", "Ownership", "Threads", "Since"];
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut current = None;
    for line in doc.lines().map(str::trim) {
        if let Some((label, rest)) = line.split_once(':').filter(|(l, _)| LABELS.contains(l)) {
            found.insert(label.to_string(), rest.trim().to_string());
            current = Some(label.to_string());
        } else if line.is_empty() {
            current = None;
        } else if let Some(text) = current.as_ref().and_then(|c| found.get_mut(c)) {
            text.push(' ');
            text.push_str(line);
        }
    }
    found
}

/// What a comment says before its first label.
pub fn description(doc: &str) -> &str {
    let end = ["Returns:", "Errors:", "Ownership:", "Threads:", "Since:"].iter().filter_map(|l| doc.find(l)).min();
    doc[..end.unwrap_or(doc.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"
/** A code. */
typedef int32_t dwcp_status_t;
/** Fine. */
#define DWCP_OK 0
/** A thing. */
typedef struct dwcp_thing dwcp_thing_t;
/** A value. */
typedef struct dwcp_value_t {
  /** Its kind. */
  uint8_t kind;
  /** Zero. */
  uint8_t reserved[7];
} dwcp_value_t;
/** A callback. */
typedef dwcp_status_t (*dwcp_host_fn)(void *user, const dwcp_value_t *args);
#ifdef __cplusplus
extern "C" {
#endif
/**
 * Makes it.
 *
 * Returns: OK.
 * Errors: DWCP_ERR_A,
 *   DWCP_ERR_B.
 */
DWCP_API
dwcp_status_t dwcp_make(const char *const *names, size_t n, dwcp_thing_t **out);
/** One. */
static inline int32_t dwcp_one(void) { if (1) { return 1; } return 0; }
#ifdef __cplusplus
}
#endif
"#;

    #[test]
    fn every_kind_of_declaration_is_read() {
        let header = parse(SAMPLE).expect("sample");
        assert_eq!(header.constants.len(), 1);
        assert_eq!(header.opaque[0].text, "struct dwcp_thing");
        assert_eq!(header.aliases[0].text, "int32_t");
        assert_eq!(header.callbacks[0].name, "dwcp_host_fn");
        assert_eq!(header.structs[0].fields[1].array.as_deref(), Some("7"));
        let make = header.exports().next().expect("one export");
        assert_eq!(make.result, "dwcp_status_t");
        assert_eq!(make.parameters[0].kind, "const char*const*");
        assert_eq!(make.parameters[2].kind, "dwcp_thing_t**");
        assert_eq!(labels(&make.doc)["Errors"], "DWCP_ERR_A, DWCP_ERR_B.");
        assert_eq!(description(&make.doc), "Makes it.");
        assert!(header.functions[1].inline);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(parse("typedef int32_t;").is_err());
        assert!(parse("int f(char *);").is_err());
    }
}
