//! Addresses and links: bare, in `\href`, in Markdown, and what is left of them in damaged text.

use super::damage::{self, Glue};
use super::piece::Piece;
use super::read::{Damage, Reader};

impl<'a> Reader<'a> {
    pub(super) fn follows_url(&mut self) -> bool {
        match self.out.take_back_url() {
            Some(url) => {
                self.out.piece(Piece::Url(url));
                true
            }
            None => false,
        }
    }

    /// `https://…{here}` was `\href{https://…}{here}`.
    pub(super) fn damaged_link(&mut self, group: &str) {
        let label = self.inner(group);
        if let Some(url) = self.out.take_back_url() {
            self.link(url, label);
        }
    }

    /// Adds a link, or a bare address where the label says nothing else.
    pub(super) fn link(&mut self, url: String, label: Vec<Piece>) {
        let Some(url) = with_scheme(url) else {
            return self.out.all(label);
        };
        let label = super::piece::trimmed(label);
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

    /// `[label](https://…)`: some authors write Markdown.
    pub(super) fn bracket(&mut self) {
        if let Some((label, url, length)) = markdown_link(self.rest()) {
            let label = self.inner(label);
            self.at += length;
            self.link(url.to_owned(), label);
        } else {
            self.literal(1);
        }
    }

    /// An address is recognised at its `://`; the scheme stands already in the text before.
    pub(super) fn colon(&mut self) {
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
    pub(super) fn unclosed_label(&mut self) -> Option<Vec<Piece>> {
        let label = self.rest().strip_prefix('{')?;
        let label = &label[..label.find([' ', '\n']).unwrap_or(label.len())];
        self.at += 1 + label.len();
        Some(self.inner(label))
    }

    /// Adds a bare address. Where it touches the word before, something was lost between them.
    pub(super) fn address(&mut self, url: String) {
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

/// Returns an address that can be followed, or none where there is only a word.
fn with_scheme(url: String) -> Option<String> {
    const SCHEMES: [&str; 4] = ["https://", "http://", "ftp://", "mailto:"];
    if SCHEMES
        .iter()
        .any(|scheme| url.starts_with(scheme) && url.len() > scheme.len())
    {
        return Some(url);
    }
    let host = url.split('/').next().unwrap_or_default();
    let is_host = host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    is_host.then(|| format!("https://{url}"))
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
            && (c != '~' || address.ends_with('/'))
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

pub fn unescaped(address: &str) -> String {
    let mut unescaped = String::with_capacity(address.len());
    let mut chars = address.trim().chars().peekable();
    while let Some(c) = chars.next() {
        let is_escape = c == '\\' && chars.peek().is_some_and(char::is_ascii_punctuation);
        if !is_escape && !matches!(c, ' ' | '\n' | '{' | '}' | '\\' | '<' | '>') {
            unescaped.push(c);
        }
    }
    unescaped.truncate(unescaped.trim_end_matches(['.', ',']).len());
    unescaped
}
