//! Reads a text into pieces, one method per sign that TeX gives a meaning.

use super::damage;
use super::formula;
use super::piece::{Piece, Pieces};
use super::scan::{length_before, table};

/// Groups nested deeper than this are shown as they are; it keeps the stack small.
const DEEPEST: u8 = 12;

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
    pub(super) fn literal(&mut self, bytes: usize) {
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
