//! The tags that open and close elements.

use std::ops::Range;

use pulldown_cmark::{Tag, TagEnd};

use super::{LinkEnd, Table, Writer};

impl Writer<'_> {
    pub(super) fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        let open = match tag {
            Tag::Paragraph | Tag::HtmlBlock => "<p>",
            Tag::Heading { .. } => return self.start_heading(),
            Tag::BlockQuote(_) => "<blockquote>\n",
            Tag::CodeBlock(kind) => return self.start_code(&kind),
            Tag::List(None) => "<ul>\n",
            Tag::List(Some(1)) => "<ol>\n",
            Tag::List(Some(first)) => {
                let tag = format!("<ol start=\"{first}\">\n");
                self.part.line();
                return self.part.html.push_str(&tag);
            }
            Tag::Item => "<li>",
            Tag::DefinitionList => "<dl>\n",
            Tag::DefinitionListTitle => "<dt>",
            Tag::DefinitionListDefinition => "<dd>",
            Tag::FootnoteDefinition(name) => {
                let outer = std::mem::take(&mut self.part);
                return self.outer.push((outer, name.into_string()));
            }
            Tag::Table(alignments) => {
                self.table = Table {
                    alignments,
                    ..Table::default()
                };
                // A wide table scrolls in a box of its own, which a keyboard must be able to reach.
                "<div class=\"table\" tabindex=\"0\">\n<table>\n"
            }
            Tag::TableHead => {
                self.table.in_head = true;
                self.table.cell = 0;
                "<thead>\n<tr>"
            }
            Tag::TableRow => {
                self.table.cell = 0;
                "<tr>"
            }
            Tag::TableCell => return self.start_cell(),
            Tag::Emphasis => return self.part.html.push_str("<em>"),
            Tag::Strong => return self.part.html.push_str("<strong>"),
            Tag::Strikethrough => return self.part.html.push_str("<del>"),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => {
                let (url, title) = (self.unmasked(&dest_url), self.unmasked(&title));
                return self.start_link(link_type, &url, &title, range);
            }
            // Pictures are read whole in the loop; the others are not asked for.
            Tag::Image { .. } | Tag::MetadataBlock(_) | Tag::Superscript | Tag::Subscript => return,
        };
        self.part.line();
        self.part.plain_line();
        self.part.html.push_str(open);
    }

    pub(super) fn end(&mut self, tag: TagEnd) {
        let close = match tag {
            TagEnd::Paragraph => "</p>\n",
            TagEnd::HtmlBlock => {
                self.part.html.truncate(self.part.html.trim_end().len());
                "</p>\n"
            }
            TagEnd::Heading(level) => return self.end_heading(level as u8),
            TagEnd::BlockQuote(_) => "</blockquote>\n",
            TagEnd::CodeBlock => return self.end_code(),
            TagEnd::List(true) => "</ol>\n",
            TagEnd::List(false) => "</ul>\n",
            TagEnd::Item => "</li>\n",
            TagEnd::DefinitionList => "</dl>\n",
            TagEnd::DefinitionListTitle => "</dt>\n",
            TagEnd::DefinitionListDefinition => "</dd>\n",
            TagEnd::FootnoteDefinition => {
                let (outer, name) = self.outer.pop().expect("a footnote ends after it starts");
                let note = std::mem::replace(&mut self.part, outer);
                return self.notes.define(&name, note);
            }
            TagEnd::Table => "</tbody>\n</table>\n</div>\n",
            TagEnd::TableHead => {
                self.table.in_head = false;
                self.part.plain.truncate(self.part.plain.trim_end().len());
                "</tr>\n</thead>\n<tbody>\n"
            }
            TagEnd::TableRow => {
                self.part.plain.truncate(self.part.plain.trim_end().len());
                "</tr>\n"
            }
            TagEnd::TableCell => {
                self.part.plain.push(' ');
                if self.table.in_head { "</th>" } else { "</td>" }
            }
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            TagEnd::Strikethrough => "</del>",
            TagEnd::Link => match self.links.pop() {
                Some(LinkEnd::Anchor) => "</a>",
                Some(LinkEnd::Bracket) => return self.words(">"),
                Some(LinkEnd::Nothing) | None => "",
            },
            TagEnd::Image | TagEnd::MetadataBlock(_) | TagEnd::Superscript | TagEnd::Subscript => {
                ""
            }
        };
        self.part.html.push_str(close);
    }
}

/// Tells whether an element only wraps others, so that its source can stand for it.
pub(super) fn is_wrapper(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::BlockQuote(_)
            | Tag::List(_)
            | Tag::DefinitionList
            | Tag::FootnoteDefinition(_)
            | Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Link { .. }
    )
}
