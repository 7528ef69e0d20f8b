//! Which texts are titles and which are abstracts.
//!
//! The cheapest reading of a run of texts as records is taken. Length and full stops give the costs:
//! of 9,577 papers that were shown by day, all titles have 6 to 175 characters and no full stop at
//! the end, and all abstracts have 165 to 1,923. A text that fits neither place is left over, and the
//! caller reports it; that costs enough that it happens only where nothing else is sound.

/// This is what a text is in the cheapest reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A title; the next text is its abstract.
    Title,
    /// A title whose abstract is not there.
    LoneTitle,
    /// An abstract; the text before is its title.
    Abstract,
    /// More of the abstract before.
    MoreAbstract,
    /// Neither.
    Stray,
}

/// This is what stands between a text and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Blank lines, or chrome that parts nothing.
    None,
    /// Not even a blank line.
    Adjacent,
    /// Votes, authors, a badge: mostly, but not always, the end of a card.
    Edge,
    /// Another day: no record goes across.
    Day,
}

/// This tells whether a text may be a title that stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lone {
    /// A title without an abstract is left over: it may as well be a banner.
    Stray,
    /// The page marks papers in another way, so a title alone is one.
    Title,
}

const STRAY: f32 = 8.0;
const LONE_TITLE: f32 = 4.0;

/// Tells what each of a run of texts is; `gaps[i]` stands before `texts[i]`, `lone[i]` is its own.
pub fn read(texts: &[&str], gaps: &[Gap], lone: &[Lone]) -> Vec<Part> {
    let features: Vec<Features> = texts.iter().map(|text| Features::of(text)).collect();
    let count = texts.len();
    // From the end, so that each step knows the cheapest reading of what follows.
    let mut best: Vec<(f32, &[Part])> = vec![(0.0, &[]); count + 1];
    for at in (0..count).rev() {
        let after = |used: usize| best[at + used].0;
        let mut choice: (f32, &[Part]) = (STRAY + after(1), &[Part::Stray]);
        let mut offer = |cost: Option<f32>, parts: &'static [Part]| {
            if let Some(cost) = cost.filter(|cost| *cost < choice.0) {
                choice = (cost, parts);
            }
        };
        let title = features[at].as_title();
        // The cost of crossing what stands before a text; an abstract's paragraphs cross nothing.
        let cross = |next: usize| match gaps.get(next) {
            Some(Gap::None | Gap::Adjacent) => Some(0.0),
            Some(Gap::Edge) => Some(2.0),
            Some(Gap::Day) | None => None,
        };
        if lone.get(at) == Some(&Lone::Title) {
            offer(
                title.map(|title| title + LONE_TITLE + after(1)),
                &[Part::LoneTitle],
            );
        }
        // Two texts with a card's edges around them are its title and its summary, however that ends.
        let card = matches!(gaps.get(at + 1), Some(Gap::None | Gap::Adjacent))
            && (gaps.get(at) == Some(&Gap::Edge) && at + 2 >= count
                || gaps.get(at + 2) == Some(&Gap::Edge)
                    && matches!(gaps[at], Gap::Edge | Gap::Day));
        let summary = |next: &Features| (card && next.words >= 5).then_some(4.0);
        let body = features
            .get(at + 1)
            .and_then(|next| next.as_abstract().or_else(|| summary(next)));
        if let (Some(title), Some(body), Some(gap)) = (title, body, cross(at + 1)) {
            let title = title + gap;
            offer(
                Some(title + body + after(2)),
                &[Part::Title, Part::Abstract],
            );
            let more = features
                .get(at + 2)
                .zip(gaps.get(at + 2))
                .and_then(|(next, gap)| next.as_more(&features[at + 1], *gap));
            offer(
                more.map(|more| title + body + more + after(3)),
                &[Part::Title, Part::Abstract, Part::MoreAbstract],
            );
        }
        best[at] = choice;
    }
    let mut parts = Vec::with_capacity(count);
    while parts.len() < count {
        parts.extend_from_slice(best[parts.len()].1);
    }
    parts
}

/// Tells whether a text could be a paper's title by itself.
pub fn could_be_title(text: &str) -> bool {
    let features = Features::of(text);
    features.as_title().is_some_and(|cost| cost < 1.0) && features.words >= 3
}

/// Tells whether a text could only be an abstract.
pub fn is_long(text: &str) -> bool {
    text.chars().count() > 175
}

/// What the costs are made of.
struct Features {
    length: usize,
    words: usize,
    /// The character that ends the text, quotes and brackets aside.
    end: Option<char>,
    /// How often a sentence ends inside.
    breaks: usize,
    continues: bool,
}

impl Features {
    fn of(text: &str) -> Features {
        Features {
            length: text.chars().count(),
            words: text.split(' ').count(),
            end: text.chars().rev().find(|c| !"\"'”’)]}*_`".contains(*c)),
            breaks: sentence_breaks(text),
            continues: is_continuation(text),
        }
    }

    fn stops(&self) -> bool {
        matches!(
            self.end,
            Some('.' | '!' | '?' | '。' | '…' | '！' | '？' | ':' | ';')
        )
    }

    fn as_title(&self) -> Option<f32> {
        if self.length > 320 || self.length < 2 {
            return None;
        }
        let long = match self.length {
            0..=175 => 0.0,
            more => 1.0 + (more - 175) as f32 / 10.0,
        };
        let stop = match self.end {
            Some('.' | '。') if self.length > 120 => 6.0,
            Some('.' | '。') => 3.0,
            _ => 0.0,
        };
        Some(long + stop + 1.5 * self.breaks as f32)
    }

    fn as_abstract(&self) -> Option<f32> {
        if self.length >= 165 {
            return Some(if self.stops() { 0.0 } else { 0.5 });
        }
        // A short text is an abstract only as a sentence.
        let sentence = self.stops() && self.words >= 5 && self.length >= 30;
        let question = self.end == Some('?');
        let cost = 1.0 + (165 - self.length) as f32 / 40.0 + if question { 3.0 } else { 0.0 };
        sentence.then_some(cost)
    }

    /// The cost as a further paragraph of an abstract.
    fn as_more(&self, before: &Features, gap: Gap) -> Option<f32> {
        let goes_on = match gap {
            Gap::Edge | Gap::Day => false,
            Gap::None => self.continues || !before.stops() && self.as_abstract().is_some(),
            Gap::Adjacent => self.continues || self.end == Some('.'),
        };
        goes_on.then_some(0.5)
    }
}

/// A text that starts in the middle of a sentence or a list, or points to code and pages.
fn is_continuation(text: &str) -> bool {
    let start = text.chars().next();
    let lower = text.to_lowercase();
    let list = text.starts_with("- ") || text.starts_with("• ") || text.starts_with("* ");
    let points = [
        "code",
        "project",
        "our code",
        "the code",
        "website",
        "demo",
        "data",
        "github",
        "homepage",
        "source code",
        "page:",
    ]
    .iter()
    .any(|word| lower.starts_with(word))
        && lower.contains("http");
    let small = start.is_some_and(char::is_lowercase)
        && text.split(' ').nth(3).is_some()
        && text.ends_with('.');
    list || points || small
}

/// Counts the places where a sentence ends and another starts.
fn sentence_breaks(text: &str) -> usize {
    let mut count = 0;
    for (at, _) in text
        .match_indices(". ")
        .chain(text.match_indices("? "))
        .chain(text.match_indices("! "))
    {
        let before = text[..at].split(' ').next_back().unwrap_or_default();
        let after = text[at + 2..].chars().next();
        // `vs. `, `e.g. ` and initials end no sentence.
        let word = before.chars().count() >= 4 && !before.contains('.');
        if word && after.is_some_and(char::is_uppercase) {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "Readers of long lists forget how they began. We show that a list which is read twice is \
        forgotten half as often, and that a list which is written by hand is hardly ever forgotten at all.";

    fn check(texts: &[&str], expected: &[Part]) {
        assert_eq!(
            read(
                texts,
                &vec![Gap::None; texts.len()],
                &vec![Lone::Stray; texts.len()]
            ),
            expected
        );
    }

    #[test]
    fn titles_and_abstracts_alternate() {
        use Part::*;
        check(
            &["A Title", LONG, "Why Forget?", LONG],
            &[Title, Abstract, Title, Abstract],
        );
    }

    #[test]
    fn a_short_abstract_is_a_sentence() {
        use Part::*;
        check(
            &[
                "A Title",
                "We show that readers of lists forget.",
                "Other",
                LONG,
            ],
            &[Title, Abstract, Title, Abstract],
        );
    }

    #[test]
    fn a_title_without_abstract_and_an_abstract_without_title_are_left_over() {
        use Part::*;
        check(&["Lost Title", "A Title", LONG], &[Stray, Title, Abstract]);
        check(&["A Title", LONG, LONG], &[Title, Abstract, Stray]);
        check(
            &["What Is Lost?", "Is It a Question?", LONG],
            &[Stray, Title, Abstract],
        );
    }

    #[test]
    fn a_long_title_before_an_abstract_is_a_title() {
        use Part::*;
        let long = "On the Very Long Names of Papers: How They Grow, Why They Are Never Cut, What Readers Think of Them, and Which of Them Are Remembered by Anyone but Their Own Authors After a Year or Two";
        assert!(long.len() > 180);
        check(
            &["A Title", LONG, long, LONG],
            &[Title, Abstract, Title, Abstract],
        );
    }

    #[test]
    fn a_paragraph_that_points_to_code_belongs_to_the_abstract() {
        use Part::*;
        check(
            &["A Title", LONG, "Code: https://example.org/x"],
            &[Title, Abstract, MoreAbstract],
        );
    }
}
