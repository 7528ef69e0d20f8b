//! What commands do: `\emph{…}`, `\"u`, `\cite{…}`, and the macros that only their authors know.

use super::address::unescaped;
use super::effect::{Effect, declaration, effect};
use super::formula;
use super::piece::{Piece, Pieces, Style, trimmed};
use super::read::{Damage, Reader};
use super::symbol;

impl<'a> Reader<'a> {
    /// Reads what a backslash begins.
    pub fn command(&mut self) {
        self.at += 1;
        let Some(sign) = self.next_char() else {
            return self.out.char('\\');
        };
        if sign.is_ascii_alphabetic() {
            let name = formula::command_name(self.rest());
            self.at += name.len();
            return self.named(name);
        }
        if let Some(mark) = symbol::sign_accent(sign) {
            return self.accent(sign, mark);
        }
        self.at += sign.len_utf8();
        match sign {
            '(' => self.formula_until("\\)", '(', false),
            '[' => self.formula_until("\\]", '[', true),
            '\\' | ' ' | ',' | ';' | ':' | '>' | '\n' => self.out.char(' '),
            '!' | '/' | '@' => {}
            '|' => self.out.char('‖'),
            '0'..='9' => self.lost_dollar(sign),
            _ if sign.is_ascii_punctuation() => self.out.char(sign),
            _ => {
                self.out.char('\\');
                self.out.char(sign);
            }
        }
    }

    /// Reads the rest of a group that begins with an old declaration: `{\em …}`. Returns false if
    /// the name is no declaration.
    pub fn declared(&mut self, name: &str, rest: &str) -> bool {
        let Some(effect) = declaration(name) else {
            return false;
        };
        match effect {
            Some(effect) => self.apply(effect, rest.trim_start()),
            None => {
                let inner = self.inner(rest.trim_start());
                self.out.all(inner);
            }
        }
        true
    }

    /// Reads a command that lost its backslash: `texttt{D}`.
    pub fn stripped(&mut self, name: &str, argument: &str) {
        match effect(name) {
            Some(Effect::Citation) => self.citation(argument, name),
            Some(effect) => self.apply(effect, argument),
            None => self.out.all(self.inner(argument)),
        }
    }

    /// Reads a formula that is only a style around words, `$\textbf{A}$`. Returns false for others.
    pub fn styled_formula(&mut self, tex: &str) -> bool {
        let Some(command) = tex.strip_prefix('\\') else {
            return false;
        };
        let name = formula::command_name(command);
        let argument = command[name.len()..].trim_start();
        let Some(argument) = argument
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        else {
            return false;
        };
        let balanced = argument.chars().try_fold(0_i32, |depth, c| match c {
            '{' => Some(depth + 1),
            '}' => (depth > 0).then_some(depth - 1),
            _ => Some(depth),
        });
        let is_text = name.starts_with("text")
            || matches!(
                name,
                "emph" | "mbox" | "bf" | "it" | "em" | "tt" | "href" | "url"
            );
        let letters = argument.chars().filter(|c| c.is_alphabetic()).count();
        let touches_word = self.out.last_char().is_some_and(char::is_alphanumeric)
            || self.next_char().is_some_and(char::is_alphabetic);
        let is_word = name.starts_with("math")
            && !matches!(name, "mathcal" | "mathbb" | "mathfrak" | "mathscr")
            && (letters > 1 || touches_word && letters > 0)
            && !argument.contains(['_', '^']);
        if balanced != Some(0) || !(is_text || is_word) {
            return false;
        }
        let inner = self.inner(tex);
        self.out.all(inner);
        true
    }

    fn named(&mut self, name: &'a str) {
        if let Some(text) = symbol::letter(name) {
            self.out.text(text);
            return self.skip_space_of_command();
        }
        if let Some(mark) = symbol::letter_accent(name)
            && self.letter_accent(name, mark)
        {
            return;
        }
        if let Some(text) = symbol::sign(name) {
            let text = if self.next_char() == Some('.') {
                text.strip_suffix('.').unwrap_or(text)
            } else {
                text
            };
            return self.out.text(text);
        }
        if name == "unicode" || name == "ding" {
            return self.numbered_character(name);
        }
        if self.rest().starts_with('*') && effect(name).is_some() {
            self.at += 1;
        }
        if matches!(effect(name), Some(Effect::Formula)) {
            return self.bare_formula(name);
        }
        if let Some(effect) = effect(name) {
            return self.with_arguments(effect, name);
        }
        if let Some(effect) = declaration(name) {
            // `\bf{…}` is wrong TeX but common; without braces the rest of the text is not meant.
            match self.argument() {
                Some(argument) => self.apply(effect.unwrap_or(Effect::Plain), argument),
                None => self.skip_space_of_command(),
            }
            return;
        }
        self.private_macro(name);
    }

    /// A macro of the authors' own: its argument if it has one, otherwise its name, set apart since
    /// it stands for a name: "we propose *method*, …".
    fn private_macro(&mut self, name: &str) {
        match self.argument() {
            Some(argument) if !argument.is_empty() => {
                let inner = self.inner(argument);
                self.out.all(inner);
            }
            _ => self.out.piece(Piece::Styled(
                Style::Emphasis,
                vec![Piece::Text(name.to_owned())],
            )),
        }
    }

    fn with_arguments(&mut self, effect: Effect, name: &str) {
        if let Effect::Nothing(count) = effect {
            self.optional_arguments();
            for _ in 0..count {
                self.argument();
            }
            return self.vanish();
        }
        self.optional_arguments();
        if let Effect::After(count) = effect {
            for _ in 0..count {
                self.argument();
            }
        }
        let Some(argument) = self.argument() else {
            // `\verb|x|`, or an argument whose end the copy lost.
            if self.next_char() == Some('{') {
                self.at += 1;
                if matches!(effect, Effect::Footnote) {
                    let end = self.rest().find('\n').unwrap_or(self.rest().len());
                    let argument = &self.rest()[..end];
                    self.at += end;
                    return self.footnote(argument);
                }
            }
            return self.skip_space_of_command();
        };
        match effect {
            Effect::Link => match self.argument() {
                Some(label) => {
                    let label = self.inner(label);
                    self.link(unescaped(argument), label);
                }
                None => {
                    let label = self.unclosed_label().unwrap_or_default();
                    self.link(unescaped(argument), label);
                }
            },
            Effect::Citation => self.citation(argument, name),
            Effect::Plain if name == "replaced" => {
                self.apply(Effect::Plain, argument);
                self.argument();
            }
            effect => self.apply(effect, argument),
        }
    }

    fn apply(&mut self, effect: Effect, argument: &str) {
        match effect {
            Effect::Styled(style) => {
                let inner = self.inner(argument);
                self.out
                    .piece(Piece::Styled(style, flattened(style, inner)));
            }
            Effect::Code => self.code(argument),
            Effect::Quoted => {
                self.out.char('“');
                self.out.all(self.inner(argument));
                self.out.char('”');
            }
            Effect::Raised => self.script(argument, '^', symbol::raised),
            Effect::Lowered => self.script(argument, '_', symbol::lowered),
            Effect::Address => {
                let url = unescaped(argument);
                // The full stop of a sentence got inside: it goes behind the address.
                let stop = if argument.ends_with('.') { "." } else { "" };
                let label = vec![Piece::Text(format!("{url}{stop}"))];
                self.link(url, label);
            }
            Effect::Footnote => self.footnote(argument),
            _ => self.out.all(self.inner(argument)),
        }
    }

    /// Typewriter text is code, unless it is an address or holds a formula.
    fn code(&mut self, argument: &str) {
        let mut inner = self.inner_with(argument, true);
        let shown = super::write::plain(&inner);
        if let [Piece::Url(_) | Piece::Link { .. }] = inner.as_slice() {
            self.out.piece(inner.remove(0));
        } else if inner.iter().any(|piece| {
            matches!(
                piece,
                Piece::Formula { .. } | Piece::Url(_) | Piece::ParagraphBreak
            )
        }) {
            self.out.all(inner);
        } else if !shown.trim().is_empty() {
            self.out.piece(Piece::Code(shown.trim().to_owned()));
        }
    }

    fn script(&mut self, argument: &str, sign: char, figures: impl Fn(&str) -> Option<String>) {
        let shown = super::write::plain(&self.inner(argument));
        match figures(&shown) {
            Some(text) => self.out.text(&text),
            // `1\textsuperscript{st}` reads well on the line.
            None if matches!(shown.as_str(), "st" | "nd" | "rd" | "th") => self.out.text(&shown),
            None => {
                let tex = format!("{sign}{{\\text{{{}}}}}", formula::tidy(argument));
                self.out.piece(Piece::Formula {
                    tex,
                    display: false,
                });
            }
        }
    }

    /// A footnote stands in brackets where its mark stood.
    fn footnote(&mut self, argument: &str) {
        let inner = trimmed(self.inner(argument.trim().trim_end_matches('.')));
        if inner.is_empty() {
            return;
        }
        self.out.char(' ');
        self.out.char('(');
        self.out.all(inner);
        self.out.char(')');
    }

    /// A citation vanishes, unless the sentence needs it: "an extension of [smith20]".
    fn citation(&mut self, keys: &str, name: &str) {
        let before = self.out.last_text().trim_end();
        let word = before
            .rsplit(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or(before);
        let needed = matches!(name, "citet" | "Citet" | "citeauthor" | "textcite")
            || matches!(
                word.to_ascii_lowercase().as_str(),
                "of" | "by"
                    | "in"
                    | "from"
                    | "to"
                    | "and"
                    | "see"
                    | "with"
                    | "as"
                    | "than"
                    | "on"
                    | "e"
                    | "g"
            );
        if needed {
            self.out.text(&format!("[{keys}]"));
        } else {
            self.vanish();
        }
    }

    /// Takes back the space before a command that leaves nothing, where none is needed any more.
    fn vanish(&mut self) {
        if self
            .next_char()
            .is_none_or(|c| matches!(c, ' ' | '.' | ',' | ';' | ':' | ')' | '\n'))
        {
            self.out.trim_end();
        }
    }

    fn bare_formula(&mut self, name: &str) {
        let start = self.at - name.len() - 1;
        while self.group_text().is_some() {}
        let tex = formula::tidy(&self.text[start..self.at]);
        self.out.piece(Piece::Formula {
            tex,
            display: false,
        });
    }

    fn formula_until(&mut self, closing: &str, opening: char, display: bool) {
        match formula::end_at(self.rest(), closing) {
            Some(end) => {
                let tex = &self.rest()[..end];
                self.at += end + closing.len();
                self.formula(tex, display);
            }
            None => self.out.char(opening),
        }
    }

    /// `\$1 million` arrives as `\1 million`; `\3)` is a number in a list.
    fn lost_dollar(&mut self, digit: char) {
        let rest = self.rest().trim_start_matches(|c: char| c.is_ascii_digit());
        if self.context.damage == Damage::Kept {
            self.out.char('\\');
        } else if !rest.starts_with(')') {
            self.out.char('$');
        }
        self.out.char(digit);
    }

    fn numbered_character(&mut self, name: &str) {
        let argument = self.argument().unwrap_or_default();
        let number = match argument.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => argument.parse().ok(),
        };
        let c = match (name, number) {
            ("unicode", Some(number)) => char::from_u32(number),
            // Numbers of the Zapf Dingbats font.
            ("ding", Some(51 | 52)) => Some('✓'),
            ("ding", Some(55 | 56)) => Some('✗'),
            ("ding", Some(number @ 172..=181)) => char::from_u32('①' as u32 + number - 172),
            ("ding", Some(number @ 182..=191)) => char::from_u32('❶' as u32 + number - 182),
            _ => None,
        };
        if let Some(c) = c.filter(|c| !c.is_control()) {
            self.out.char(c);
        }
    }

    fn skip_space_of_command(&mut self) {
        if self.rest().starts_with(' ') {
            self.at += 1;
        } else if self.rest().starts_with("{}") {
            self.at += 2;
        }
    }

    pub(super) fn argument(&mut self) -> Option<&'a str> {
        self.group_text()
    }

    /// Steps over `[see][p. 1]` where the argument in braces follows.
    fn optional_arguments(&mut self) {
        let start = self.at;
        while let Some(inside) = self.rest().strip_prefix('[') {
            let near = &inside[..inside.floor_char_boundary(200)];
            match near.find([']', '\n']) {
                Some(end) if inside[end..].starts_with(']') => self.at += end + 2,
                _ => break,
            }
        }
        if self.next_char() != Some('{') {
            self.at = start;
        }
    }
}

/// Emphasis within emphasis has no second step.
fn flattened(style: Style, inner: Vec<Piece>) -> Vec<Piece> {
    let mut flat = Pieces::new(false);
    for piece in inner {
        match piece {
            Piece::Styled(same, pieces) if same == style => flat.all(pieces),
            other => flat.piece(other),
        }
    }
    flat.into_vec()
}
