//! The elements that are more than a tag at either end: formulas, code, headings, cells, notes.

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Tag};

use super::{CodeBlock, LinkEnd, Writer, push_bad_formula};
use crate::diagnostic::Code;
use crate::highlight;
use crate::html::{push_address, push_attribute, push_text};
use crate::markdown::dollars;
use crate::math::{self, Display};
use crate::slug::Slug;

impl Writer<'_> {
    pub(super) fn formula(&mut self, tex: &str, display: Display, range: Range<usize>) {
        let source = self.text[range.clone()].to_owned();
        let follows_digit = self.text[range.end..].starts_with(|c: char| c.is_ascii_digit());
        // Where code and dollars overlap, the parser may take for a formula what `dollars` did not.
        let is_money =
            display == Display::Inline && dollars::is_money(tex.as_bytes(), follows_digit);
        if is_money || tex.trim().is_empty() {
            return self.words(&source);
        }
        let tex = self.unmasked(tex).into_owned();
        self.has_math = true;
        self.part.plain.push_str(&math::plain(&tex));
        match math::render(&tex, display) {
            // A wide formula scrolls in a box of its own. The box is a span, for a paragraph holds no `div`.
            Ok(mathml) if display == Display::Block => {
                self.part
                    .html
                    .push_str("<span class=\"math\" tabindex=\"0\">");
                self.part.html.push_str(&mathml);
                self.part.html.push_str("</span>");
            }
            Ok(mathml) => self.part.html.push_str(&mathml),
            Err(reason) => {
                push_bad_formula(&source, &mut self.part.html);
                let message = format!("the formula cannot be typeset: {reason}");
                let hint = "it is shown as it is written; a dollar sign that is none of math is written `\\$`";
                self.report(Code::BadFormula, message, hint, range);
            }
        }
    }

    /// Reports the dollars of a piece of text that were meant to open a formula.
    pub(super) fn report_strays(&mut self, range: Range<usize>) {
        while let Some(stray) = self.strays.next_if(|stray| stray.range.start < range.end) {
            // What was passed over stands in code or in an address, where a dollar is only that.
            if stray.range.start < range.start {
                continue;
            }
            let (message, hint) = if stray.spaced {
                (
                    "a space follows the dollar sign, so it opens no formula",
                    "write the formula next to its dollar signs, or the sign as `\\$`",
                )
            } else {
                (
                    "nothing closes the formula that this dollar sign opens",
                    "close it with `$` in the same paragraph, braces balanced, or write `\\$`",
                )
            };
            self.report(Code::StrayDollar, message.to_owned(), hint, stray.range);
        }
    }

    /// Shows an element as it is written, for it is nested too deeply.
    pub(super) fn as_written(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        let source = self.text[range.clone()].trim_end().to_owned();
        let is_block = !matches!(
            tag,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. }
        );
        if is_block {
            self.part.line();
            self.part.plain_line();
            self.part.html.push_str("<p>");
        }
        self.words(&source);
        if is_block {
            self.part.html.push_str("</p>\n");
        }
        if !self.too_deep {
            self.too_deep = true;
            let message = format!("the text is nested deeper than {} levels", super::MAX_DEPTH);
            let hint = "what is deeper is shown as it is written";
            self.report(Code::TooDeep, message, hint, range);
        }
    }

    pub(super) fn code_span(&mut self, text: &str) {
        self.part.html.push_str("<code>");
        self.words(&self.unmasked(text));
        self.part.html.push_str("</code>");
    }

    pub(super) fn start_code(&mut self, kind: &CodeBlockKind<'_>) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info
                .split([' ', '\t', ',', '{'])
                .next()
                .map(|word| self.unmasked(word).into_owned())
                .unwrap_or_default(),
            CodeBlockKind::Indented => String::new(),
        };
        self.code = Some(CodeBlock {
            language,
            text: String::new(),
        });
    }

    pub(super) fn end_code(&mut self) {
        let Some(CodeBlock { language, text }) = self.code.take() else {
            return;
        };
        let text = self.unmasked(&text).into_owned();
        self.part.line();
        self.part.plain_line();
        // Long lines scroll in the block, which a keyboard must be able to reach.
        self.part.html.push_str("<pre tabindex=\"0\"><code");
        if !language.is_empty() {
            self.part.html.push_str(" class=\"language-");
            push_attribute(&language, &mut self.part.html);
            self.part.html.push('"');
        }
        self.part.html.push('>');
        match highlight::render(&text, &language) {
            Some(html) => {
                self.has_code = true;
                self.part.html.push_str(&html);
            }
            None => push_text(&text, &mut self.part.html),
        }
        self.part.html.push_str("</code></pre>\n");
        self.part.plain.push_str(&text);
    }

    /// Notes where a heading starts: its tag is written when its text, and so its id, is known.
    pub(super) fn start_heading(&mut self) {
        self.part.line();
        self.part.plain_line();
        self.heading = (self.part.html.len(), self.part.plain.len());
    }

    pub(super) fn end_heading(&mut self, level: u8) {
        let (from, plain_from) = self.heading;
        let text = &self.part.plain[plain_from.min(self.part.plain.len())..];
        let slug = Slug::from_title(text)
            .map_or_else(|| "section".to_owned(), |slug| slug.as_str().to_owned());
        let id = self.unique(&slug);
        let id = format!("{}{id}", self.frame.id_prefix);
        self.part.close_heading(from, level, &id);
    }

    /// Returns an id that no heading has, and takes it.
    fn unique(&mut self, slug: &str) -> String {
        let mut number = self.ids.get(slug).map_or(1, |uses| uses + 1);
        let mut id = slug.to_owned();
        // A heading that is called `a 2` may have come before the second one that is called `a`.
        while self.ids.contains_key(&id) {
            id = format!("{slug}-{number}");
            number += 1;
        }
        self.ids.insert(id.clone(), 1);
        self.ids.insert(slug.to_owned(), number.max(2) - 1);
        id
    }

    pub(super) fn start_cell(&mut self) {
        let class = match self.table.alignments.get(self.table.cell) {
            Some(Alignment::Left) => " class=\"left\"",
            Some(Alignment::Center) => " class=\"center\"",
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::None) | None => "",
        };
        self.table.cell += 1;
        let name = if self.table.in_head { "<th" } else { "<td" };
        self.part.html.push_str(name);
        self.part.html.push_str(class);
        self.part.html.push('>');
    }

    pub(super) fn reference(&mut self, name: &str) {
        let (number, time) = self.notes.refer(name);
        self.part.html.push_str("<sup>");
        let inside = self.links.contains(&LinkEnd::Anchor);
        if !inside {
            self.open_anchor("#");
            push_address(self.frame.id_prefix, &mut self.part.html);
            self.part.html.push_str(&format!("fn-{number}"));
            if time == 1 {
                self.part.html.push_str("\" id=\"");
                push_attribute(self.frame.id_prefix, &mut self.part.html);
                self.part.html.push_str(&format!("fnref-{number}"));
            }
            self.part.html.push_str("\">");
        }
        self.part.html.push_str(&number.to_string());
        self.part
            .html
            .push_str(if inside { "</sup>" } else { "</a></sup>" });
    }

    pub(super) fn task(&mut self, done: bool) {
        self.part.html.push_str(if done {
            "<input type=\"checkbox\" disabled checked aria-label=\"done\"> "
        } else {
            "<input type=\"checkbox\" disabled aria-label=\"to do\"> "
        });
    }
}
