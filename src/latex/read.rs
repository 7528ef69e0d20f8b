//! Reads a text into pieces, one method per sign that TeX gives a meaning.

use super::damage::{self, Glue};
use super::formula;
use super::piece::{Piece, Pieces};
use super::scan::{length_before, table};

/// Groups nested deeper than this are shown as they are; it keeps the stack small.
const DEEPEST: u8 = 12;

/// What stands in TeX's single quotes is a phrase; the bound keeps stray backticks cheap.
const LONGEST_QUOTE: usize = 120;

/// This says whether damage is repaired; the tests compare both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    Repaired,
    #[cfg_attr(not(test), allow(dead_code))]
    Kept,
}

/// Reads a text whose white space is collapsed.
pub fn read(text: &str, damage: Damage) -> Vec<Piece> {
    let mut pieces = Reader::read(
        text,
        Context {
            damage,
            verbatim: false,
            depth: 0,
        },
    );
    if damage == Damage::Repaired {
        restore(&mut pieces);
    }
    pieces
}

fn restore(pieces: &mut [Piece]) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => *text = damage::restore(text),
            Piece::Styled(_, inner) | Piece::Link { label: inner, .. } => restore(inner),
            Piece::Code(_) | Piece::Formula { .. } | Piece::Url(_) | Piece::ParagraphBreak => {}
        }
    }
}

/// This is where a text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub damage: Damage,
    /// Whether dashes and quotes are left alone, as in `\texttt`.
    pub verbatim: bool,
    depth: u8,
}

/// This is a text with the place up to which it has been read.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub at: usize,
    pub context: Context,
    pub out: Pieces,
    /// For every `{` in the text, where its `}` is; in the order of the text.
    closing: Vec<(usize, usize)>,
}

impl<'a> Reader<'a> {
    fn read(text: &'a str, context: Context) -> Vec<Piece> {
        let mut reader = Reader {
            text,
            at: 0,
            context,
            out: Pieces::new(context.depth == 0),
            closing: braces(text),
        };
        while reader.at < text.len() {
            reader.step();
        }
        reader.out.into_vec()
    }

    /// Reads a part of the text, such as the argument of a command.
    pub fn inner(&self, text: &str) -> Vec<Piece> {
        self.inner_with(text, self.context.verbatim)
    }

    pub fn inner_with(&self, text: &str, verbatim: bool) -> Vec<Piece> {
        if self.context.depth == DEEPEST {
            return vec![Piece::Text(text.to_owned())];
        }
        let depth = self.context.depth + 1;
        Reader::read(
            text,
            Context {
                depth,
                verbatim,
                ..self.context
            },
        )
    }

    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn next_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes a group in braces that begins right here, and returns what is in it.
    pub fn group_text(&mut self) -> Option<&'a str> {
        let index = self
            .closing
            .binary_search_by_key(&self.at, |&(open, _)| open)
            .ok()?;
        let (open, close) = self.closing[index];
        self.at = close + 1;
        Some(&self.text[open + 1..close])
    }

    /// Adds text as it is and steps over `bytes`.
    fn literal(&mut self, bytes: usize) {
        self.out.text(&self.text[self.at..self.at + bytes]);
        self.at += bytes;
    }

    fn step(&mut self) {
        let rest = self.rest();
        let plain = length_before(rest, &SPECIAL);
        if plain > 0 {
            return self.literal(plain);
        }
        match rest.as_bytes()[0] {
            b'\\' => self.command(),
            b'{' => self.group(),
            b'$' => self.dollar(),
            b'~' => self.tie(),
            b'[' => self.bracket(),
            b':' => self.colon(),
            b'\n' => {
                self.at += 1;
                self.out.piece(Piece::ParagraphBreak);
            }
            _ if self.context.verbatim => self.literal(1),
            b'-' => self.dashes(),
            _ => self.quotes(),
        }
    }

    fn group(&mut self) {
        let before = self.out.last_char();
        let Some(group) = self.group_text() else {
            return self.literal(1);
        };
        // Authors forget backslashes too, so this is no question of damage.
        if let Some(name) = damage::bare_command(self.out.last_text()) {
            self.out.take_back(name.len());
            return self.stripped(name, group);
        }
        if self.context.damage == Damage::Repaired {
            if self.follows_url() {
                return self.damaged_link(group);
            }
            if let Some(address) = damage::bare_address(self.out.last_text()) {
                let url = address.to_owned();
                self.out.take_back(url.len());
                let label = self.inner(group);
                return self.link(url, label);
            }
        }
        let declaration = group
            .strip_prefix('\\')
            .map(|inner| {
                let name = formula::command_name(inner);
                (name, &inner[name.len()..])
            })
            .or_else(|| {
                damage::stripped_declaration(group)
                    .filter(|_| self.context.damage == Damage::Repaired)
            });
        if let Some((name, rest)) = declaration
            && self.declared(name, rest)
        {
            return;
        }
        let shown = match before {
            Some('^' | '_') if group.len() > 1 && !is_word(group) => Some(['(', ')']),
            _ if is_set(before, group) => Some(['{', '}']),
            _ => None,
        };
        if before.is_some_and(char::is_alphanumeric) && group.contains(' ') && shown.is_none() {
            // `introduces{A New Thing}`: the command between them is lost, and words are words.
            self.out.char(' ');
        }
        let inner = self.inner(group);
        match shown {
            Some([open, close]) => {
                self.out.char(open);
                self.out.all(inner);
                self.out.char(close);
            }
            None => self.out.all(inner),
        }
    }

    fn follows_url(&mut self) -> bool {
        match self.out.take_back_url() {
            Some(url) => {
                self.out.piece(Piece::Url(url));
                true
            }
            None => false,
        }
    }

    /// `https://…{here}` was `\href{https://…}{here}`.
    fn damaged_link(&mut self, group: &str) {
        let label = self.inner(group);
        if let Some(url) = self.out.take_back_url() {
            self.link(url, label);
        }
    }

    /// Adds a link, or a bare address where the label says nothing else.
    pub fn link(&mut self, url: String, label: Vec<Piece>) {
        let Some(url) = with_scheme(url) else {
            return self.out.all(label);
        };
        let shown = super::write::plain(&label);
        let bare = |address: &str| {
            let address = address.trim_end_matches(['/', '.']);
            address
                .split_once("://")
                .map_or(address, |(_, rest)| rest)
                .to_owned()
        };
        if shown.is_empty() || bare(&shown) == bare(&url) {
            self.out.piece(Piece::Url(url));
            if shown.ends_with('.') && !self.rest().starts_with('.') {
                self.out.char('.');
            }
        } else {
            self.out.piece(Piece::Link { url, label });
        }
    }

    fn dollar(&mut self) {
        let rest = self.rest();
        let display = rest.starts_with("$$");
        let closing = if display { "$$" } else { "$" };
        let inside = &rest[closing.len()..];
        let end = if display {
            formula::end_at(inside, "$$")
        } else {
            formula::end_at_dollar(inside)
        };
        let tex = end.map(|end| (&inside[..end], &inside[end + closing.len()..]));
        match tex {
            Some((tex, after)) if formula::is_formula(tex, after.chars().next()) => {
                self.at = self.text.len() - after.len();
                self.formula(tex, display);
            }
            _ => self.literal(1),
        }
    }

    /// Adds a formula as text where it is text, and as a formula otherwise.
    pub fn formula(&mut self, tex: &str, display: bool) {
        let tex = tex.trim();
        if let Some(text) = formula::as_text(tex) {
            return self.out.text(&text);
        }
        if self.styled_formula(tex) {
            return;
        }
        if !display && tex.contains('$') && !tex.contains("\\$") {
            // Dollars within dollars: what they hold is text with formulas in it.
            let inner = self.inner(tex);
            return self.out.all(inner);
        }
        let mut tex = formula::tidy(tex);
        if tex.is_empty() {
            return;
        }
        // A digit behind the closing dollar would make it money by Pandoc's rule.
        let rest = self.rest();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 {
            if formula::command_name(&tex[tex.rfind('\\').map_or(tex.len(), |at| at + 1)..])
                .is_empty()
            {
                tex.push(' ');
            }
            tex.push_str(&rest[..digits]);
            self.at += digits;
        }
        self.out.piece(Piece::Formula { tex, display });
    }

    /// `word~word` is a tie, `~50` means "about", and `5~10` is a range.
    fn tie(&mut self) {
        self.at += 1;
        if self.context.damage == Damage::Repaired
            && let Some(key) = damage::citation_key(self.rest())
        {
            self.at += key.len();
            return;
        }
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let before = self.out.last_char();
        let last_word = self
            .out
            .last_text()
            .rsplit([' ', '('])
            .next()
            .unwrap_or_default();
        let in_range =
            last_word.starts_with(|c: char| c.is_ascii_digit()) && digit(self.next_char());
        let about = match before {
            None => self.out.is_empty(),
            _ if in_range => true,
            Some(c) => c == ' ' || matches!(c, '(' | '[' | '<' | '>' | '=' | '/'),
        };
        let stands_alone = self.next_char().is_none_or(|c| c == ' ');
        let about = about
            && !stands_alone
            && self.next_char() != Some('\\')
            && !self.rest().starts_with("http");
        self.out.char(if about || self.context.verbatim {
            '~'
        } else {
            ' '
        });
    }

    fn dashes(&mut self) {
        let rest = self.rest();
        let count = rest.len() - rest.trim_start_matches('-').len();
        match count {
            2 => self.out.char('–'),
            3 => self.out.char('—'),
            _ => self.out.text(&rest[..count]),
        }
        self.at += count;
    }

    fn quotes(&mut self) {
        let rest = self.rest();
        let after = |bytes: usize| rest[bytes..].chars().next();
        let spaced = |c: Option<char>| c.is_none_or(|c| c == ' ' || c == '\n' || c == '\u{200a}');
        let opens = self.out.last_char().is_none_or(|c| {
            c.is_whitespace() || matches!(c, '(' | '[' | '–' | '—' | '‘' | '“' | '/' | '-')
        });
        if rest.starts_with("``") || rest.starts_with("''") {
            // Some write two backticks on both sides, some two apostrophes.
            let opening = if rest.starts_with('`') {
                opens || !spaced(after(2))
            } else {
                opens && !spaced(after(2))
            };
            self.at += 2;
            self.out.char(match opening {
                true => '“',
                false if self.straight_quote_is_open() => '"',
                false => '”',
            });
        } else if let Some(quoted) = single_quoted(rest).filter(|_| opens) {
            self.out.char('‘');
            let inner = self.inner(quoted);
            self.out.all(inner);
            self.out.char('’');
            self.at += quoted.len() + 2;
        } else {
            self.literal(1);
        }
    }

    /// `"forgotten''`: who opens with a straight quote gets one back.
    fn straight_quote_is_open(&self) -> bool {
        let text = self.out.last_text();
        let quote = text.rfind(['"', '“', '”']);
        quote.is_some_and(|at| {
            text[at..].starts_with('"') && !text[at + 1..].starts_with(char::is_whitespace)
        })
    }

    /// `[label](https://…)`: some authors write Markdown.
    fn bracket(&mut self) {
        if let Some((label, url, length)) = markdown_link(self.rest()) {
            let label = self.inner(label);
            self.at += length;
            self.link(url.to_owned(), label);
        } else {
            self.literal(1);
        }
    }

    /// An address is recognised at its `://`; the scheme stands already in the text before.
    fn colon(&mut self) {
        let scheme = ["https", "http", "ftp"].into_iter().find(|scheme| {
            let text = self.out.last_text();
            text.len() >= scheme.len()
                && text.is_char_boundary(text.len() - scheme.len())
                && text[text.len() - scheme.len()..].eq_ignore_ascii_case(scheme)
        });
        let (Some(scheme), true) = (scheme, self.rest().starts_with("://")) else {
            return self.literal(1);
        };
        let (address, length) = address_at(&self.rest()[3..]);
        if address.is_empty() {
            return self.literal(1);
        }
        self.out.take_back(scheme.len());
        self.at += 3 + length;
        self.address(format!("{scheme}://{address}"));
    }

    /// Takes the label of a link whose last brace is missing: up to the next space.
    pub fn unclosed_label(&mut self) -> Option<Vec<Piece>> {
        let label = self.rest().strip_prefix('{')?;
        let label = &label[..label.find([' ', '\n']).unwrap_or(label.len())];
        self.at += 1 + label.len();
        Some(self.inner(label))
    }

    /// Adds a bare address. Where it touches the word before, something was lost between them.
    fn address(&mut self, url: String) {
        if self.rest().starts_with('}') {
            // A brace that nothing opened: the rest of a lost `\url{`.
            self.at += 1;
            if let Some(label) = self.unclosed_label() {
                return self.link(url, label);
            }
        } else if self.rest().starts_with('>') && self.out.last_char() == Some('<') {
            self.out.take_back(1);
            self.at += 1;
            return self.out.piece(Piece::Url(url));
        }
        let text = self.out.last_text();
        let word = text.len() - text.trim_end_matches(char::is_alphanumeric).len();
        let word = text[text.len() - word..].to_owned();
        // `urlhttps` is found in undamaged text as well: there somebody forgot the backslash.
        let touches = !word.is_empty() || text.ends_with(')');
        if !touches || self.context.damage == Damage::Kept && word != "url" {
            return self.out.piece(Piece::Url(url));
        }
        match damage::before_glued_url(&word) {
            Glue::Replace => self.out.take_back(word.len()),
            Glue::Space => self.out.char(' '),
            Glue::Footnote => {
                self.out.text(" (");
                self.out.piece(Piece::Url(url));
                return self.out.char(')');
            }
        }
        self.out.piece(Piece::Url(url));
    }
}

/// Signs that a method of the reader takes.
const SPECIAL: [bool; 256] = table(b"\\{$~-`'[:\n");

const BRACES: [bool; 256] = table(b"\\{}");

fn braces(text: &str) -> Vec<(usize, usize)> {
    let mut open = Vec::new();
    let mut pairs = Vec::new();
    let mut at = length_before(text, &BRACES);
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'{' => open.push(at),
            b'}' => pairs.extend(open.pop().map(|start| (start, at))),
            // What a backslash escapes is no brace; it may be the first byte of several.
            _ => at += text[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
        at += 1;
        at += length_before(&text[at..], &BRACES);
    }
    pairs.sort_unstable();
    pairs
}

/// Whether an exponent or an index needs no brackets on the line: `10^{-3}`, `x_{max}`.
fn is_word(group: &str) -> bool {
    let rest = group.trim_start_matches(['+', '-', '−']);
    rest.is_empty()
        || rest.starts_with('\\')
        || matches!(rest, "*" | "circ")
        || rest.chars().all(|c| c.is_alphanumeric() || c == '.')
}

/// A list of short items in braces is a set, `{-1, 0, 1}`; any other braces only group.
fn is_set(before: Option<char>, group: &str) -> bool {
    let stands_apart = before.is_none_or(|c| matches!(c, ' ' | '(' | '='));
    let mut items = group.split(',').map(str::trim);
    stands_apart
        && group.contains(',')
        && items.all(|item| !item.is_empty() && item.split(' ').count() < 3)
}

/// Returns what stands between `` ` `` and `'`, if it is short and has no other quote in it.
fn single_quoted(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('`')?;
    let inside = &inside[..inside.floor_char_boundary(LONGEST_QUOTE)];
    let mut from = 0;
    loop {
        let end = from + inside[from..].find(['`', '\'', '\n'])?;
        let after = inside[end + 1..].chars().next();
        let closes = inside[end..].starts_with('\'') && !after.is_some_and(char::is_alphanumeric);
        if closes {
            return Some(&inside[..end])
                .filter(|quoted| !quoted.is_empty() && !quoted.starts_with(' '));
        }
        if !inside[end..].starts_with('\'') {
            return None;
        }
        from = end + 1;
    }
}

/// Returns an address that can be followed, or none where there is only a word.
fn with_scheme(url: String) -> Option<String> {
    if url.contains("://") || url.starts_with("mailto:") {
        Some(url)
    } else {
        let host = url.split('/').next().unwrap_or_default();
        (host.contains('.') && !host.ends_with('.')).then(|| format!("https://{url}"))
    }
}

/// Returns the label, the address and the length of a Markdown link at the start of the text.
fn markdown_link(text: &str) -> Option<(&str, &str, usize)> {
    let inside = text.strip_prefix('[')?;
    let (label, rest) = inside.split_at(inside.find(['[', ']', '\n'])?);
    let rest = rest.strip_prefix("](")?;
    let end = rest.find([')', ' '])?;
    let url = &rest[..end];
    let is_link = rest[end..].starts_with(')')
        && (url.starts_with("http") || damage::bare_address(url) == Some(url));
    is_link.then_some((label, url, 1 + label.len() + 2 + end + 1))
}

/// Returns the rest of an address, without TeX's escapes and the punctuation behind it, and how
/// many bytes of the text it takes.
fn address_at(text: &str) -> (String, usize) {
    let mut address = String::new();
    let mut taken = 0;
    let mut kept = (0, 0);
    while let Some(c) = text[taken..].chars().next() {
        let tail = &text[taken..];
        let escaped = [
            "\\allowbreak ",
            "\\allowbreak",
            "\\_",
            "\\#",
            "\\%",
            "\\&",
            "\\~",
            "\\-",
            "\\/",
            "{\\_}",
        ]
        .into_iter()
        .find(|escape| tail.starts_with(escape));
        if let Some(escape) = escaped {
            let sign = escape.trim_matches(['{', '}', '\\']);
            if sign.len() == 1 {
                address.push_str(sign);
            }
            taken += escape.len();
        } else if c.is_ascii_graphic()
            && !matches!(
                c,
                '<' | '>' | '"' | '{' | '}' | '\\' | '^' | '`' | '|' | '$'
            )
            && !(c == '~' && !address.ends_with('/'))
            && !tail.starts_with("''")
            && !tail.starts_with("](")
        {
            address.push(c);
            taken += 1;
        } else {
            break;
        }
        if is_end(&address) {
            kept = (address.len(), taken);
        }
    }
    address.truncate(kept.0);
    (address, kept.1)
}

/// Whether an address can end here: not with the punctuation of the sentence around it.
fn is_end(address: &str) -> bool {
    match address.as_bytes().last() {
        Some(b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'(' | b'[' | b'*' | b'~') => false,
        Some(b')') => address.matches('(').count() >= address.matches(')').count(),
        Some(b']') => address.matches('[').count() >= address.matches(']').count(),
        last => last.is_some(),
    }
}
