//! The makers of charts: the days of a year, and the most used tags over time.

use crate::chart::{self, Day};
use crate::date::Date;
use crate::layout;
use crate::site::{Period, TagEntry};
use crate::theme::Asked;

use super::{Html, TagView, TrendView, TrendsView, Views};

/// How many tags are shown over time.
const TAGS: usize = 12;
/// How many bars a picture has at most, as far as years allow.
const BARS: i32 = 40;
/// Fewer bars tell of no time.
const FEWEST: i32 = 3;

/// How long the time of a bar is.
#[derive(Debug, Clone, Copy)]
enum Span {
    Week,
    Month,
    Quarter,
    Year,
}

impl Views<'_> {
    /// Returns the picture of a year: its days, and how many papers they have.
    pub fn calendar(&self, year: &Period<i16>) -> Html {
        let issues = &self.site.issues;
        // Colours mean the same in every year.
        let counts: Vec<usize> = issues.iter().map(|issue| issue.papers.len()).collect();
        let strengths = chart::strengths(&counts);
        // Issues are in order, newest first; a year is read from its start.
        let days = year.issues.clone().rev().map(|index| {
            let date = issues[index].date;
            let papers = self
                .language
                .count("papers", counts[index])
                .unwrap_or_default();
            let name = self.language.day(date);
            Day {
                date,
                strength: strengths[index],
                url: self.link(&layout::issue(date)),
                label: self
                    .language
                    .fill("day_and_count", &[("day", &name), ("papers", &papers)]),
            }
        });
        let name = self
            .language
            .fill("calendar", &[("year", &self.language.year(year.key))]);
        let months = std::array::from_fn(|month| self.language.month(year.key, month as i8 + 1));
        Html::from(chart::calendar(
            &name,
            year.key,
            &months,
            &days.collect::<Vec<_>>(),
        ))
    }

    /// Returns the most used tags over time; `None` where the site is too young to show any.
    pub fn trends(&self) -> Option<TrendsView> {
        let timeline = self.timeline()?;
        let mut tags: Vec<&TagEntry> = self.site.tags.iter().collect();
        // Tags stand by slug, and sorting keeps that order among equals.
        tags.sort_by_key(|tag| std::cmp::Reverse(tag.papers.len()));
        tags.truncate(TAGS);
        let counts: Vec<Vec<usize>> = tags.iter().map(|tag| self.counts(tag, timeline)).collect();
        let most = counts.iter().flatten().copied().max().unwrap_or(0);
        let trend = |(tag, counts): (&&TagEntry, &Vec<usize>)| TrendView {
            tag: self.tag_ref(tag, Some(tag.papers.len())),
            peak: self.peak(tag, counts, timeline),
            bars_html: Html::from(chart::bars(counts, most)),
        };
        let (first, last) = (timeline.first.as_str(), timeline.last.as_str());
        let values = [("first", first), ("last", last)];
        Some(TrendsView {
            about: self.language.fill(timeline.span.word(), &values),
            tags: tags.iter().zip(&counts).map(trend).collect(),
        })
    }

    /// Returns a tag with its papers over time, where the site is old enough to show any and templates ask
    /// for it; the scale is the tag's own.
    pub fn tag_over_time(&self, tag: &TagEntry, asked: &Asked) -> TagView {
        let view = self.tag(tag);
        if !["bars_html", "peak", "time"]
            .iter()
            .any(|name| asked.has(name))
        {
            return view;
        }
        let Some(timeline) = self.timeline() else {
            return view;
        };
        let counts = self.counts(tag, timeline);
        let most = counts.iter().copied().max().unwrap_or(0);
        let values = [
            ("first", timeline.first.as_str()),
            ("last", timeline.last.as_str()),
        ];
        TagView {
            bars_html: Some(Html::from(chart::bars(&counts, most))),
            peak: Some(self.peak(tag, &counts, timeline)),
            time: Some(self.language.fill("from_to", &values)),
            ..view
        }
    }

    fn timeline(&self) -> Option<&Timeline> {
        self.timeline.get_or_init(|| self.make_timeline()).as_ref()
    }

    fn make_timeline(&self) -> Option<Timeline> {
        let issues = &self.site.issues;
        let (newest, oldest) = (issues.first()?.date, issues.last()?.date);
        let count = |span: &Span| span.number(newest) - span.number(oldest) + 1;
        let spans = [Span::Week, Span::Month, Span::Quarter];
        let span = spans
            .into_iter()
            .find(|span| count(span) <= BARS)
            .unwrap_or(Span::Year);
        (count(&span) >= FEWEST).then(|| Timeline {
            span,
            places: issues
                .iter()
                .map(|issue| span.since(oldest, issue.date))
                .collect(),
            first: span.name(oldest, self.language),
            last: span.name(newest, self.language),
        })
    }

    /// How many papers of a tag are in each span, oldest first.
    fn counts(&self, tag: &TagEntry, timeline: &Timeline) -> Vec<usize> {
        // Issues are in order, newest first.
        let mut counts = vec![0; timeline.places.first().map_or(0, |last| last + 1)];
        for &paper in &tag.papers {
            counts[timeline.places[self.site.papers[paper].issue]] += 1;
        }
        counts
    }

    /// When a tag was used most, and how often then; of several times the last.
    fn peak(&self, tag: &TagEntry, counts: &[usize], timeline: &Timeline) -> String {
        let language = self.language;
        let peak = counts.iter().copied().max().unwrap_or(0);
        let mut papers = tag.papers.iter().map(|&paper| &self.site.papers[paper]);
        let when = papers
            .find(|paper| counts[timeline.places[paper.issue]] == peak)
            .map(|paper| timeline.span.name(paper.date, language))
            .unwrap_or_default();
        language.fill("peak", &[("n", &language.number(peak)), ("when", &when)])
    }
}

/// The time of a site, cut into spans.
pub(super) struct Timeline {
    span: Span,
    /// For each issue, in which span it is, from the oldest.
    places: Vec<usize>,
    /// The names of the oldest span and of the newest.
    first: String,
    last: String,
}

impl Span {
    /// The number of the span that a day is in; the next has the next number.
    fn number(self, date: Date) -> i32 {
        let month = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
        match self {
            // The first day of the calendar is a Monday.
            Span::Week => Date::new(1, 1, 1).map_or(0, |first| date.days_since(first) / 7),
            Span::Month => month,
            Span::Quarter => month / 3,
            Span::Year => month / 12,
        }
    }

    /// How many spans a day is after the oldest one.
    fn since(self, oldest: Date, date: Date) -> usize {
        usize::try_from(self.number(date) - self.number(oldest)).unwrap_or(0)
    }

    fn name(self, date: Date, language: &crate::language::Language) -> String {
        match self {
            Span::Week => language.week(date.week()),
            Span::Month => language.month(date.year(), date.month()),
            Span::Quarter => {
                let quarter = ((date.month() - 1) / 3 + 1).to_string();
                language.fill(
                    "quarter",
                    &[("quarter", &quarter), ("year", &date.year().to_string())],
                )
            }
            Span::Year => language.year(date.year()),
        }
    }

    /// The sentence that says what bars of this span show.
    fn word(self) -> &'static str {
        match self {
            Span::Week => "over_weeks",
            Span::Month => "over_months",
            Span::Quarter => "over_quarters",
            Span::Year => "over_years",
        }
    }
}
