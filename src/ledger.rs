//! Ledgers: what went out and cannot be taken back, in files that are committed with the site.
//!
//! A ledger is a text of lines, so that `git` merges it and people read it. Knows no disk.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::date::Date;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::page::{Kind, Page, source_of};
use crate::site::Site;
use crate::source::Source;

/// The head of the list of editions.
const SENT_HEAD: &str =
    "# The editions that went out by mail. `digest email --send` keeps this list; commit it.\n";
/// The head of the list of addresses.
const ADDRESSES_HEAD: &str =
    "# The addresses that were published. `digest build --ledger` keeps this list; commit it.\n";

/// This is the list of editions that went out by mail, in the order in which they did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent(Vec<Sending>);

/// This is one edition on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The issue.
    pub issue: Date,
    /// Whether the server took it; a sending that was begun and not ended may have arrived.
    pub done: bool,
    /// What the message is known by.
    pub id: String,
}

impl Sent {
    /// Parses a list; `Err` is the number of the line that cannot be read.
    pub fn parse(text: &str) -> Result<Sent, usize> {
        let mut list = Vec::new();
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            list.push(parse_sending(line).ok_or(at + 1)?);
        }
        Ok(Sent(list))
    }

    /// Writes the list; parsing it gives the same list.
    pub fn write(&self) -> String {
        let mut text = SENT_HEAD.to_owned();
        for Sending { issue, done, id } in &self.0 {
            let state = if *done { "sent" } else { "sending" };
            let _ = writeln!(text, "{issue} {state} {id}");
        }
        text
    }

    /// Returns the last sending of an issue.
    pub fn last(&self, issue: Date) -> Option<&Sending> {
        self.0.iter().rev().find(|sending| sending.issue == issue)
    }

    /// Returns how often an issue was sent.
    pub fn count(&self, issue: Date) -> usize {
        self.0
            .iter()
            .filter(|sending| sending.issue == issue)
            .count()
    }

    /// Notes that a sending begins.
    pub fn begin(&mut self, issue: Date, id: &str) {
        self.0.push(Sending {
            issue,
            done: false,
            id: id.to_owned(),
        });
    }

    /// Notes that the server took a message.
    pub fn end(&mut self, id: &str) {
        for sending in self.0.iter_mut().filter(|sending| sending.id == id) {
            sending.done = true;
        }
    }

    /// Forgets a sending that came to nothing.
    pub fn forget(&mut self, id: &str) {
        self.0.retain(|sending| sending.id != id || sending.done);
    }
}

fn parse_sending(line: &str) -> Option<Sending> {
    let mut words = line.split_whitespace();
    let issue = Date::parse(words.next()?)?;
    let done = match words.next()? {
        "sent" => true,
        "sending" => false,
        _ => return None,
    };
    let id = words.next()?.to_owned();
    words
        .next()
        .is_none()
        .then_some(Sending { issue, done, id })
}

/// This is the list of addresses that were published: output paths, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses(BTreeSet<String>);

impl Addresses {
    /// Parses a list.
    pub fn parse(text: &str) -> Addresses {
        let lines = text.lines().map(str::trim);
        let paths = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        Addresses(paths.map(str::to_owned).collect())
    }

    /// Writes the list; parsing it gives the same list.
    pub fn write(&self) -> String {
        let mut text = ADDRESSES_HEAD.to_owned();
        for path in &self.0 {
            let _ = writeln!(text, "{path}");
        }
        text
    }

    /// Adds addresses; tells how many are new.
    pub fn extend(&mut self, paths: impl Iterator<Item = String>) -> usize {
        let before = self.0.len();
        self.0.extend(paths);
        self.0.len() - before
    }
}

/// Returns the output paths of the pages that others link and that can be renamed.
pub fn addresses(plan: &[Page]) -> impl Iterator<Item = &Page> {
    plan.iter().filter(|page| {
        matches!(
            page.kind,
            Kind::Paper(_) | Kind::Issue(_) | Kind::Text(_) | Kind::Tag(_, 1)
        )
    })
}

/// Reports the addresses of a list that nothing answers at; the hint names the page that may be it.
pub fn review(ledger: &Source, site: &Site, plan: &[Page], problems: &mut Problems) {
    let known: BTreeSet<&str> = plan.iter().map(|page| page.path.as_str()).collect();
    let listed = Addresses::parse(&ledger.text);
    let unlisted: Vec<&Page> = addresses(plan)
        .filter(|page| !listed.0.contains(&page.path))
        .collect();
    let mut at = 0;
    for line in ledger.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let path = line.trim();
        if path.is_empty() || path.starts_with('#') || known.contains(path) {
            continue;
        }
        let place = ledger.place(start..start + path.len());
        let message = format!("nothing is published at /{path} any more");
        let heir = unlisted.iter().copied().filter_map(|page| {
            let likeness = likeness(path, &page.path);
            (likeness >= ALIKE).then_some((likeness, page))
        });
        let heir = heir.max_by(|one, two| one.0.total_cmp(&two.0));
        let hint = match heir.and_then(|(_, page)| source_of(page, site)) {
            Some(source) => format!("if {source} is it now, write `aliases: [/{path}]` there"),
            None => {
                "write the address into `aliases` of the file that it is now, or delete this line"
                    .to_owned()
            }
        };
        problems.push(
            Diagnostic::new(Code::AddressGone, message)
                .at(place)
                .hint(hint),
        );
    }
}

/// From which likeness on a page may be a renamed one.
const ALIKE: f64 = 0.4;

/// How much of their words two addresses in one folder share, from 0 to 1.
fn likeness(one: &str, two: &str) -> f64 {
    let (folder, one) = one.rsplit_once('/').unwrap_or(("", one));
    let (other, two) = two.rsplit_once('/').unwrap_or(("", two));
    let words = |name: &str| -> BTreeSet<String> {
        let stem = name.split('.').next().unwrap_or_default();
        stem.split('-').map(str::to_owned).collect()
    };
    let (one, two) = (words(one), words(two));
    if folder != other {
        return 0.0;
    }
    one.intersection(&two).count() as f64 / one.union(&two).count().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sending_is_begun_and_ended_or_forgotten() {
        let issue = Date::parse("2025-08-06").expect("a date");
        let mut sent = Sent::default();
        sent.begin(issue, "<1@x>");
        assert!(!sent.last(issue).expect("a sending").done);
        sent.forget("<1@x>");
        assert_eq!(sent, Sent::default());
        sent.begin(issue, "<1@x>");
        sent.end("<1@x>");
        sent.begin(issue, "<2@x>");
        let text = sent.write();
        assert_eq!(
            text,
            format!("{SENT_HEAD}2025-08-06 sent <1@x>\n2025-08-06 sending <2@x>\n")
        );
        assert_eq!(Sent::parse(&text), Ok(sent.clone()));
        sent.forget("<2@x>");
        assert_eq!(sent.count(issue), 1);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        for wrong in [
            "2025-08-06",
            "2025-08-06 gone <1@x>",
            "2025-13-06 sent <1@x>",
            "x sent y z",
        ] {
            assert_eq!(
                Sent::parse(&format!("# list\n\n{wrong}\n")),
                Err(3),
                "{wrong}"
            );
        }
    }

    #[test]
    fn addresses_are_in_order_and_once() {
        let mut addresses =
            Addresses::parse("# head\npapers/b.html\npapers/a.html\n\npapers/b.html\n");
        let added = addresses.extend(
            ["papers/a.html", "papers/c.html"]
                .map(str::to_owned)
                .into_iter(),
        );
        assert_eq!(added, 1);
        let text = addresses.write();
        assert_eq!(
            text,
            format!("{ADDRESSES_HEAD}papers/a.html\npapers/b.html\npapers/c.html\n")
        );
        assert_eq!(Addresses::parse(&text), addresses);
    }
}
