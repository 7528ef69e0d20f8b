//! What is asked, as the API wants it written.

use std::fmt;

use crate::paper::ArxivId;

/// How many identifiers a request holds: the address stays well below 2,000 bytes, which any server
/// takes.
pub const BATCH: usize = 100;

/// How many papers a search for a title may bring. A phrase of a title is seldom in more; the paper
/// itself comes first.
const FOUND: usize = 25;

/// Fewer words than this find too many papers.
const ENOUGH: usize = 3;

/// This is what one request asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// For these papers, by identifiers without versions.
    Ids(Vec<String>),
    /// For papers whose title holds some phrases: `ti:"attention is all you need"`.
    Title(String),
}

impl Query {
    /// Writes the parameters as they stand behind the question mark.
    pub fn parameters(&self) -> String {
        match self {
            // The API lists 10 papers unless it is told how many.
            Query::Ids(ids) => format!(
                "id_list={}&start=0&max_results={}",
                ids.iter()
                    .map(|id| encode(id))
                    .collect::<Vec<_>>()
                    .join(","),
                ids.len()
            ),
            Query::Title(search) => format!(
                "search_query={}&start=0&max_results={FOUND}",
                encode(search)
            ),
        }
    }

    /// Parses what `Display` writes.
    pub fn parse(text: &str) -> Option<Query> {
        if let Some(ids) = text.strip_prefix("ids ") {
            let ids: Vec<String> = ids.split(',').map(str::to_owned).collect();
            return Some(Query::Ids(ids));
        }
        Some(Query::Title(text.strip_prefix("title ")?.to_owned()))
    }

    /// Cuts a list of identifiers into halves; what asks for one thing cannot be cut.
    pub fn halves(&self) -> Option<[Query; 2]> {
        match self {
            Query::Ids(ids) if ids.len() > 1 => {
                let (one, other) = ids.split_at(ids.len() / 2);
                Some([Query::Ids(one.to_vec()), Query::Ids(other.to_vec())])
            }
            _ => None,
        }
    }

    /// Counts what is asked for.
    pub fn size(&self) -> usize {
        match self {
            Query::Ids(ids) => ids.len(),
            Query::Title(_) => 1,
        }
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::Ids(ids) => write!(f, "ids {}", ids.join(",")),
            Query::Title(search) => write!(f, "title {search}"),
        }
    }
}

/// Returns an identifier as arXiv itself writes it: no version, and no class in one of before 2007.
pub fn canonical(id: &ArxivId) -> String {
    match id.id().split_once('/') {
        Some((archive, number)) => {
            let archive = archive.split('.').next().unwrap_or(archive);
            format!("{archive}/{number}")
        }
        None => id.id().to_owned(),
    }
}

/// Makes the search for a title; `None` when there is nothing in it to search for.
///
/// arXiv may write a formula, an accent or an apostrophe otherwise than the file does, so a word
/// that holds one parts the title into phrases and is left out, unless too little would be left.
/// Lower case means the same to the API, so that titles which differ in case are one question.
pub fn of_title(title: &str) -> Option<Query> {
    let phrases = phrases(title);
    let words = title.split(|c: char| !c.is_alphanumeric());
    let whole: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    // A phrase such as `of` would say nothing, and the search drops such words.
    let telling = |phrase: &&Vec<&str>| phrase.iter().any(|word| word.len() > 3);
    let mut kept: Vec<&Vec<&str>> = phrases.iter().filter(telling).collect();
    if kept.iter().map(|phrase| phrase.len()).sum::<usize>() < ENOUGH {
        kept = vec![&whole];
    }
    let parts: Vec<String> = kept
        .iter()
        .map(|words| format!("ti:\"{}\"", words.join(" ").to_lowercase()))
        .collect();
    (!whole.is_empty()).then(|| Query::Title(parts.join(" AND ")))
}

/// The runs of words that are spelt alike everywhere.
fn phrases(title: &str) -> Vec<Vec<&str>> {
    let mut phrases: Vec<Vec<&str>> = vec![Vec::new()];
    for (position, part) in title.split('$').enumerate() {
        if position > 0 {
            phrases.push(Vec::new());
        }
        let formula = position % 2 == 1;
        for token in part.split_whitespace().filter(|_| !formula) {
            if !is_plain(token) {
                phrases.push(Vec::new());
                continue;
            }
            let open = phrases.last_mut().expect("there is always an open phrase");
            let words = token.split(|c: char| !c.is_alphanumeric());
            open.extend(words.filter(|word| !word.is_empty()));
        }
    }
    phrases
}

/// Tells whether a word is written alike everywhere: ASCII letters and digits, dashes and quotes.
///
/// The API takes `GPT-4` and `Qwen2.5` for one word each, but `Test-Time` for two, as the classic
/// tokenizer of Lucene does: a word with a digit is not cut.
fn is_plain(token: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "-–—:,.;!?()[]/\"“”&+*#".contains(c);
    let core = token.trim_matches(|c: char| !c.is_alphanumeric());
    let product = core.contains(|c: char| c.is_ascii_digit())
        && core.contains(|c: char| !c.is_alphanumeric());
    token.chars().all(known) && !product
}

/// Percent-encodes a value of a query; a space is a plus, as the API's manual writes it.
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b if b.is_ascii_alphanumeric() || b"-._~/:".contains(&b) => encoded.push(b.into()),
            b => encoded += &format!("%{b:02X}"),
        }
    }
    encoded
}
