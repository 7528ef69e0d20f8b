//! Which grammar a text follows, told by what only that grammar has.

use super::lines::Line;
use super::{Format, arxiv_listing, arxiv_mail, bibtex, json_scan, mail, table};

/// Recognises the format of a text; `None` for the text of a page, which `page_text` tells apart.
pub fn recognise(text: &str, lines: &[Line]) -> Option<Format> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if let Some(format) = json(start, lines) {
        return Some(format);
    }
    let feed = ["<feed", "<rss", "<entry", "<rdf:RDF"];
    if start.starts_with('<') && feed.iter().any(|tag| text.contains(tag)) {
        return Some(Format::ArxivAtom);
    }
    let count = |is: fn(&str) -> bool| lines.iter().filter(|line| is(&line.text)).count();
    if count(|text| arxiv_listing::entry_id(text).is_some()) > 0 {
        return Some(Format::ArxivListing);
    }
    let bars = count(|text| text.starts_with("\\\\"));
    if bars > 0 && count(|text| arxiv_mail::entry_id(text).is_some()) > 0 {
        return Some(Format::ArxivMail);
    }
    if lines
        .iter()
        .find(|line| is_telling(&line.text))
        .is_some_and(|line| bibtex::is_start(&line.text))
    {
        return Some(Format::Bibtex);
    }
    if table::delimiter(start.lines().next()?).is_some() {
        return Some(Format::Csv);
    }
    // Votes in brackets stand in a mail only; a mail has no abstracts.
    let votes = count(mail::has_votes);
    (votes > 0 && votes > count(|text| text.chars().count() > 300)).then_some(Format::Mail)
}

/// JSON starts with a bracket, but so does a link in Markdown: what follows decides.
fn json(start: &str, lines: &[Line]) -> Option<Format> {
    let open = start.chars().next().filter(|c| matches!(c, '[' | '{'))?;
    let inside = start[1..].trim_start();
    let starts = if open == '[' {
        ['{', '"', ']', '[']
    } else {
        ['"', '}', '\'', '"']
    };
    if !inside.starts_with(starts)
        || open == '['
            && inside.starts_with('[')
            && !inside[1..].trim_start().starts_with(['{', '"'])
    {
        return None;
    }
    let mut full = lines.iter().filter(|line| !line.text.is_empty());
    let object = |line: &Line| line.text.starts_with('{') && line.text.len() > 1;
    let first = full
        .next()
        .is_some_and(|line| object(line) && line.text.ends_with('}'));
    let others: Vec<bool> = full.take(20).map(object).collect();
    let most = others.iter().filter(|is| **is).count() * 2 >= others.len();
    // One line alone is JSON Lines too, unless it holds the papers in an array.
    let holds = || {
        json_scan::items(start)
            .first()
            .is_none_or(|item| item.span.start > 0)
    };
    let array = others.is_empty() && holds();
    Some(if first && most && !array {
        Format::JsonLines
    } else {
        Format::Json
    })
}

fn is_telling(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(['%', '#'])
}
