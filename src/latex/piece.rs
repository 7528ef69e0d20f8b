//! What a text consists of, whatever syntax it is written in.

/// This is a part of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Text(String),
    Styled(Style, Vec<Piece>),
    Code(String),
    Formula {
        tex: String,
        display: bool,
    },
    Link {
        url: String,
        label: Vec<Piece>,
    },
    /// An address that is its own label.
    Url(String),
    ParagraphBreak,
}

/// This is how a part of a text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Emphasis,
    Strong,
}

/// This is a list of pieces that grows at its end and keeps itself tidy: neighbouring texts are one
/// piece, and no two spaces follow each other.
#[derive(Debug)]
pub struct Pieces {
    pieces: Vec<Piece>,
    /// Whether this is a whole text, which has no spaces at its ends.
    whole: bool,
}

/// Returns the pieces without white space at their ends.
pub fn trimmed(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut trimmed = Pieces::new(true);
    trimmed.all(pieces);
    trimmed.into_vec()
}

impl Pieces {
    pub fn new(whole: bool) -> Pieces {
        Pieces {
            pieces: Vec::new(),
            whole,
        }
    }

    pub fn into_vec(mut self) -> Vec<Piece> {
        if self.whole {
            self.trim_end();
            while let Some(Piece::ParagraphBreak) = self.pieces.last() {
                self.pieces.pop();
                self.trim_end();
            }
        }
        self.pieces
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub fn char(&mut self, c: char) {
        if c != ' ' {
            self.text_at_end().push(c);
        } else if !self.ends_in_space() {
            self.text_at_end().push(' ');
        }
    }

    pub fn text(&mut self, text: &str) {
        let text = match text.strip_prefix(' ') {
            Some(rest) if self.ends_in_space() => rest,
            _ => text,
        };
        if !text.is_empty() {
            self.text_at_end().push_str(text);
        }
    }

    pub fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) => self.text(&text),
            Piece::Styled(style, inner) => self.styled(style, inner),
            Piece::Formula { tex, display } => self.formula(tex, display),
            Piece::ParagraphBreak => {
                self.trim_end();
                let opens = self.whole && self.pieces.is_empty();
                if !opens && self.pieces.last() != Some(&Piece::ParagraphBreak) {
                    self.pieces.push(Piece::ParagraphBreak);
                }
            }
            Piece::Link { url, label } if label.contains(&Piece::ParagraphBreak) => {
                self.pieces.push(Piece::Url(url));
                self.char(' ');
                self.all(label);
            }
            other => self.pieces.push(other),
        }
    }

    pub fn all(&mut self, pieces: Vec<Piece>) {
        pieces.into_iter().for_each(|piece| self.piece(piece));
    }

    /// Returns the last character if it is one of text.
    pub fn last_char(&self) -> Option<char> {
        match self.pieces.last()? {
            Piece::Text(text) => text.chars().next_back(),
            _ => None,
        }
    }

    /// Returns the text since the last piece that is none.
    pub fn last_text(&self) -> &str {
        match self.pieces.last() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// Removes this many bytes from the text at the end; the caller has seen them in `last_text`.
    pub fn take_back(&mut self, bytes: usize) {
        if let Some(Piece::Text(text)) = self.pieces.last_mut() {
            text.truncate(text.len() - bytes);
            if text.is_empty() {
                self.pieces.pop();
            }
        }
    }

    /// Removes and returns an address at the very end.
    pub fn take_back_url(&mut self) -> Option<String> {
        match self.pieces.pop()? {
            Piece::Url(url) => Some(url),
            other => {
                self.pieces.push(other);
                None
            }
        }
    }

    pub fn trim_end(&mut self) {
        let spaces = self.last_text().len() - self.last_text().trim_end().len();
        self.take_back(spaces);
    }

    fn ends_in_space(&self) -> bool {
        match self.pieces.last() {
            None => self.whole,
            Some(Piece::ParagraphBreak) => true,
            Some(Piece::Text(text)) => text.ends_with(' '),
            Some(_) => false,
        }
    }

    fn text_at_end(&mut self) -> &mut String {
        if !matches!(self.pieces.last(), Some(Piece::Text(_))) {
            self.pieces.push(Piece::Text(String::new()));
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(text)) => text,
            _ => unreachable!("a text was pushed above"),
        }
    }

    /// Adds styled pieces; spaces at their edges go outside, as Markdown wants it.
    fn styled(&mut self, style: Style, mut inner: Vec<Piece>) {
        if let Some(Piece::Text(text)) = inner.first_mut()
            && text.starts_with(' ')
        {
            *text = text.trim_start().to_owned();
            self.char(' ');
        }
        let mut space_after = false;
        if let Some(Piece::Text(text)) = inner.last_mut() {
            space_after = text.ends_with(' ');
            text.truncate(text.trim_end().len());
        }
        inner.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        if inner.contains(&Piece::ParagraphBreak) {
            self.all(inner);
        } else if let Some(Piece::Styled(before, pieces)) = self.pieces.last_mut()
            && *before == style
        {
            pieces.append(&mut inner);
        } else if !inner.is_empty() {
            self.pieces.push(Piece::Styled(style, inner));
        }
        if space_after {
            self.char(' ');
        }
    }

    /// Adds a formula; two neighbours become one, because `$a$$b$` would read as `$$`.
    fn formula(&mut self, tex: String, display: bool) {
        if let Some(Piece::Formula { tex: before, .. }) = self.pieces.last_mut() {
            before.push(' ');
            before.push_str(&tex);
        } else {
            self.pieces.push(Piece::Formula { tex, display });
        }
    }
}
