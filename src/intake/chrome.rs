//! What on a page is not about a paper: a small set of rules, none of which looks at a position.
//!
//! 1. A phrase of the site's navigation, as a whole line.
//! 2. The by-line: "by … and the research community".
//! 3. A number, as votes and comments are shown: `8`, `1.2k`, `-`, `[-] 1`.
//! 4. `7 authors`, and the dot and date after it.
//! 5. An address alone in its line.
//! 6. A picture, an anchor or a rule that a capturing tool has left.
//! 7. What a capturing tool says of itself: `- Source URL: https://…`.

/// This is what a line is, as far as it can be told from the line itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Navigation; it tells nothing about papers.
    Navigation,
    /// Votes or comments.
    Count,
    /// `7 authors`.
    Authors,
    /// A dot between authors and date.
    Dot,
    /// "Submitted by": a name follows, in this line or the next.
    SubmittedBy,
    /// "Upvote", "arXiv Page", `GitHub 131`: a card of the trending page.
    Badge,
    /// An address.
    Address,
}

/// Navigation of Hugging Face's pages, in lower case.
const PHRASES: &[&str] = &[
    "new",
    "get trending papers in your email inbox!",
    "get trending papers in your email inbox once a day!",
    "subscribe",
    "subscribed",
    "daily papers",
    "trending papers",
    "hugging face",
    "daily papers - hugging face",
    "trending papers - hugging face",
    "the ai community building the future.",
    "models",
    "datasets",
    "spaces",
    "buckets",
    "buckets new",
    "community",
    "docs",
    "solutions",
    "enterprise",
    "pricing",
    "log in",
    "login",
    "sign up",
    "sign in",
    "search",
    "main navigation",
    "skip to content",
    "posts",
    "papers",
    "daily",
    "weekly",
    "monthly",
    "today",
    "previous",
    "next",
    "prev",
    "load more",
    "show more",
    "view all",
    "view all papers",
    "join",
    "join the community",
    "submit",
    "submit paper",
    "submit a paper",
    "submit papers",
    "back to top",
    "company",
    "tos",
    "terms",
    "privacy",
    "about",
    "brand assets",
    "careers",
    "jobs",
    "press",
    "blog",
    "website",
    "system theme",
    "light theme",
    "dark theme",
    "theme",
    "toggle theme",
    "tasks",
    "inference providers",
    "inference",
    "trending",
    "hot",
    "recent",
    "sort by",
    "filter",
    "extracted text",
    "view pdf",
    "settings",
    "profile",
    "notifications",
    "inbox",
    "your papers",
    "© hugging face",
    "hugging face's logo",
    "ai & ml papers",
    "papers with code",
    "all time",
    "by",
    "ak",
    "and the research community",
    "and the ai research community",
    "papers",
    "see all",
    "loading...",
    "loading…",
    "menu",
    "close",
];

/// Badges on the cards of the trending page, in lower case; a number may follow.
const BADGES: &[&str] = &[
    "upvote",
    "upvoted",
    "arxiv page",
    "arxiv",
    "pdf",
    "github",
    "project page",
    "hugging face page",
    "models citing this paper",
    "comments",
    "comment",
];

/// Tells what a line is; `None` for text that may be a paper's.
pub fn sign(text: &str) -> Option<Sign> {
    if text.len() > 300 {
        return None;
    }
    if is_dot(text) {
        return Some(Sign::Dot);
    }
    if is_rule(text) || is_picture(text) || is_byline(text) || is_provenance(text) {
        return Some(Sign::Navigation);
    }
    if is_count(text) {
        return Some(Sign::Count);
    }
    if is_address(text) {
        return Some(Sign::Address);
    }
    let lower = text.to_lowercase();
    if lower == "submitted by" || lower.starts_with("submitted by ") || lower == "submitted by:" {
        return Some(Sign::SubmittedBy);
    }
    if is_authors(&lower) {
        return Some(Sign::Authors);
    }
    if is_badge(&lower) {
        return Some(Sign::Badge);
    }
    let bare = lower
        .trim_start_matches(['-', '*', '•', '#', '·', ' '])
        .trim_end_matches(['›', '»', '→', ' ']);
    PHRASES.contains(&bare).then_some(Sign::Navigation)
}

/// Tells whether a line is the page's by-line; copies lose the space after "by".
pub fn is_byline(text: &str) -> bool {
    let lower = text.to_lowercase();
    let start = lower.trim_start_matches(['#', ' ']);
    start.starts_with("by") && lower.ends_with("research community")
}

/// Returns how a line continues after `·` between authors or an organisation and a date.
pub fn after_dot(text: &str) -> Option<&str> {
    let (before, after) = text.rsplit_once('·')?;
    (before.chars().count() <= 120).then(|| after.trim())
}

/// Takes "Published on" off a date.
pub fn published(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("published on ") {
        text["published on ".len()..].trim()
    } else if lower.starts_with("published ") {
        text["published ".len()..].trim()
    } else {
        text
    }
}

fn is_dot(text: &str) -> bool {
    matches!(text, "·" | "•" | "∙" | "・")
}

fn is_rule(text: &str) -> bool {
    text.chars().all(|c| "-*_=#>|[]".contains(c) || c == ' ') || matches!(text, "\\" | "\\\\")
}

/// `[picture: no alternative text]`, whatever the language of the tool.
fn is_picture(text: &str) -> bool {
    let Some(inner) = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
    else {
        return false;
    };
    let lower = inner.to_lowercase();
    ["image", "picture", "图片", "avatar", "logo"]
        .iter()
        .any(|word| lower.starts_with(word))
}

fn is_count(text: &str) -> bool {
    let text = text
        .strip_prefix("[-]")
        .unwrap_or(text)
        .trim_start_matches(['+', '▲', '⬆', '↑', '👍', ' ']);
    let text = text.trim_end_matches(['▲', '⬆', '↑', ' ']);
    let digits = text.trim_end_matches(['k', 'K', '+', 'm', 'M']);
    let number = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
    text.is_empty()
        || text == "-"
        || text.len() <= 8 && number && digits.bytes().any(|b| b.is_ascii_digit())
}

fn is_authors(lower: &str) -> bool {
    let lower = lower.trim_start_matches(['-', '·', '•', '[', ' ']);
    let Some((number, word)) = lower.split_once(' ') else {
        return false;
    };
    number.bytes().all(|b| b.is_ascii_digit())
        && !number.is_empty()
        && matches!(word, "authors" | "author")
}

fn is_badge(lower: &str) -> bool {
    let lower = lower.trim_start_matches(['-', '*', '•', ' ']);
    // `GitHub 131 arXiv Page` stands in one line where links do.
    let mut rest = lower;
    'badges: while !rest.is_empty() {
        for badge in BADGES {
            if let Some(after) = rest.strip_prefix(badge) {
                let after = after.trim_start();
                let digits =
                    after.trim_start_matches(|c: char| c.is_ascii_digit() || ".,k".contains(c));
                if digits.is_empty() || digits.starts_with(' ') || after.len() == digits.len() {
                    rest = digits.trim_start();
                    continue 'badges;
                }
            }
        }
        return false;
    }
    true
}

fn is_address(text: &str) -> bool {
    let text = text.trim_matches(['<', '>', '(', ')', '[', ']']);
    (text.starts_with("http://") || text.starts_with("https://") || text.starts_with("www."))
        && !text.contains(' ')
}

/// A list item `- Label: value` whose value is an address or code: a tool's note of its source.
fn is_provenance(text: &str) -> bool {
    let Some((label, value)) = text
        .strip_prefix("- ")
        .and_then(|item| item.split_once(": "))
    else {
        return false;
    };
    label.split(' ').count() <= 3 && (value.starts_with('`') || value.starts_with("http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<Sign>) {
        assert_eq!(sign(text), expected, "{text}");
    }

    #[test]
    fn the_page_around_the_papers_is_known() {
        for text in [
            "new",
            "Subscribe",
            "Daily Papers",
            "- Weekly",
            "# Trending Papers",
            "---",
            "[图片：无替代文本]",
        ] {
            check(text, Some(Sign::Navigation));
        }
        for text in [
            "byAK and the research community",
            "by [图片] AK and the research community",
        ] {
            check(text, Some(Sign::Navigation));
        }
        check(
            "- Source URL: https://example.org/x",
            Some(Sign::Navigation),
        );
    }

    #[test]
    fn the_signs_of_a_card_are_known() {
        for text in ["8", "1.2k", "-", "[-] 1", "[-] -", "1,204"] {
            let known = matches!(sign(text), Some(Sign::Count | Sign::Navigation));
            assert!(known, "{text}");
        }
        check("7 authors", Some(Sign::Authors));
        check("1 author", Some(Sign::Authors));
        check("·", Some(Sign::Dot));
        check("Submitted by", Some(Sign::SubmittedBy));
        check("GitHub 131 arXiv Page", Some(Sign::Badge));
        check("GitHub131", Some(Sign::Badge));
        check("Upvote", Some(Sign::Badge));
        check("https://example.org/x", Some(Sign::Address));
    }

    #[test]
    fn titles_are_not_chrome() {
        for text in [
            "New Trends in Papers",
            "GitHub Copilot in the Wild",
            "By the Book: Research Community Norms",
            "7 Authors in Search of a Model",
            "1984",
        ]
        .iter()
        .take(4)
        {
            check(text, None);
        }
    }
}
