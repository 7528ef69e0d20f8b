//! The tag index, and the pages of tags.

use std::cmp::Reverse;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::layout;
use crate::site::{TagEntry, Together};
use crate::view::{
    LetterView, LinkView, PageView, PagerLinkView, PagerView, Shared, TagRefView, TagView,
};

use super::render::Proof;
use super::{Page, Renderer, Scope, reuse};

/// Up to how many pages a pager lists all.
const ALL: usize = 20;
/// How many pages before and after its own a pager lists otherwise.
const NEAR: usize = 3;
/// How many related tags a tag's page names.
const RELATED: usize = 8;
/// Among how many tags a reader may choose a second one; a page of a wide tag would name thousands.
const SECOND: usize = 60;

/// These are the pages of a list that grows at its front, and whose pages keep their addresses.
///
/// The page at the list's own address, number 1, holds the newest papers. When it holds half as many
/// again as a page should, its oldest papers leave it, as many as a page holds, and become a page of
/// their own with the next number: 2 first, so 2 holds the oldest. That page never changes after.
pub struct Leaves {
    papers: usize,
    size: usize,
    /// How many pages have left the first one.
    older: usize,
}

impl Leaves {
    /// Parts a list of papers into pages of a size.
    pub fn of(papers: usize, size: usize) -> Leaves {
        let kept = size.div_ceil(2);
        Leaves {
            papers,
            size,
            older: papers.saturating_sub(kept) / size,
        }
    }

    /// Returns how many pages there are.
    pub fn total(&self) -> usize {
        self.older + 1
    }

    /// Returns which papers a page holds, counted from the newest.
    pub fn papers(&self, number: usize) -> Range<usize> {
        match number {
            1 => 0..self.papers - self.older * self.size,
            _ => {
                let end = self.papers - (number - 2) * self.size;
                end - self.size..end
            }
        }
    }

    /// Returns where a page stands, from 1 for the newest; of a place it returns the page.
    fn place(&self, number: usize) -> usize {
        match number {
            1 => 1,
            _ => self.older + 3 - number,
        }
    }
}

impl Renderer<'_> {
    pub(super) fn tags(&self, page: &Page) -> Result<Proof, Diagnostic> {
        let site = self.site();
        let mut by_name: Vec<usize> = (0..site.tags.len()).collect();
        by_name.sort_by_cached_key(|&tag| (site.tags[tag].name.to_lowercase(), tag));
        let asked = self.asked("tags.html");
        let views: Vec<Shared<TagView>> = site
            .tags
            .iter()
            .map(|tag| Shared::new(self.views.tag_over_time(tag, asked), asked))
            .collect();
        let mut by_size = by_name.clone();
        by_size.sort_by_key(|&tag| Reverse(site.tags[tag].papers.len()));
        let mut letters: Vec<LetterView> = Vec::new();
        for tag in by_name {
            let letter = first_letter(&site.tags[tag].name);
            match letters.last_mut() {
                Some(last) if last.letter == letter => last.tags.push(views[tag].clone()),
                _ => letters.push(LetterView {
                    letter,
                    tags: vec![views[tag].clone()],
                }),
            }
        }
        let language = self.views.language;
        let tags = self.counted("tags", site.tags.len());
        let names = [("tags", tags.as_str()), ("site", &site.config.title)];
        let description = language.fill("tags_about", &names);
        let by_size: Vec<_> = by_size.into_iter().map(|tag| views[tag].clone()).collect();
        let mut context = self.context("tags.html");
        context.insert("by_size", by_size);
        context.insert("letters", letters);
        context.insert(
            "page",
            self.page_view(page, "tags", language.word("tags"), &description),
        );
        self.template(page, layout::TAGS, context)
    }

    pub(super) fn tag(
        &self,
        page: &Page,
        index: usize,
        number: usize,
    ) -> Result<Proof, Diagnostic> {
        let site = self.site();
        let language = self.views.language;
        let tag = &site.tags[index];
        let leaves = Leaves::of(tag.papers.len(), site.config.build.papers_per_page);
        let shown = &tag.papers[leaves.papers(number)];
        let pager = self.pager(tag, &leaves, number);
        let papers = self.counted("papers", tag.papers.len());
        let (name, site_name) = (tag.name.as_str(), site.config.title.as_str());
        let about = [
            ("papers", papers.as_str()),
            ("tag", name),
            ("site", site_name),
        ];
        let view = PageView {
            alternates: reuse::alternates(&self.views, Scope::Tag(index)),
            feed_url: Some(self.views.link(&layout::tag_feed(&tag.slug))),
            feed_title: Some(language.fill("feed_title", &about[1..])),
            older: pager.older.clone(),
            newer: pager.newer.clone(),
            title: Some(self.name_of_leaf(tag, &leaves, number)),
            ..self.page_view(page, "tag", name, &language.fill("tag_about", &about))
        };
        let mut context = self.context("tag.html");
        // What is true of the whole tag is told on its first page alone.
        let is_told = number == 1 && (context.wants("related") || context.wants("second"));
        let together = match is_told {
            true => site.together(index),
            false => Vec::new(),
        };
        context.insert_with("tag", || match number {
            1 => self.views.tag_over_time(tag, self.asked("tag.html")),
            _ => self.views.tag(tag),
        });
        context.insert_with("related", || {
            self.tag_refs(&site.related_tags(index, &together, RELATED))
        });
        // One or two papers are seen at a glance.
        let second = match tag.papers.len() {
            ..=2 => &[],
            _ => &together[..together.len().min(SECOND)],
        };
        context.insert_with("second", || self.tag_refs(second));
        context.insert_with("papers", || -> Vec<_> {
            shown
                .iter()
                .map(|&paper| self.views.listed(paper))
                .collect()
        });
        if context.wants("rows") {
            let rows = shown.iter().map(|&paper| self.row(page, paper));
            context.insert("rows", rows.collect::<Result<Vec<_>, _>>()?);
        }
        context.insert("pager", pager);
        context.insert("page", view);
        self.template(page, layout::TAGS, context)
    }

    fn tag_refs(&self, tags: &[Together]) -> Vec<TagRefView> {
        let tags = tags.iter();
        tags.map(|one| {
            self.views
                .tag_ref(&self.site().tags[one.tag], Some(one.papers))
        })
        .collect()
    }

    fn pager(&self, tag: &TagEntry, leaves: &Leaves, number: usize) -> PagerView {
        let (total, place) = (leaves.total(), leaves.place(number));
        let url = |place: usize| {
            self.views
                .link(&layout::tag(&tag.slug, leaves.place(place)))
        };
        let link = |place: usize| LinkView {
            name: self.name_of_leaf(tag, leaves, leaves.place(place)),
            url: url(place),
        };
        PagerView {
            number: place,
            total,
            days: (total > 1).then(|| self.days_of_leaf(tag, leaves, number)),
            older: (place < total).then(|| link(place + 1)),
            newer: (place > 1).then(|| link(place - 1)),
            pages: pages_near(place, total)
                .map(|other| PagerLinkView {
                    number: other,
                    url: url(other),
                    current: other == place,
                })
                .collect(),
        }
    }

    /// The first page is called after the tag, the others after their days, which never change.
    fn name_of_leaf(&self, tag: &TagEntry, leaves: &Leaves, number: usize) -> String {
        match number {
            1 => tag.name.clone(),
            _ => format!("{} ({})", tag.name, self.days_of_leaf(tag, leaves, number)),
        }
    }

    /// From which day to which the papers of a page are.
    fn days_of_leaf(&self, tag: &TagEntry, leaves: &Leaves, number: usize) -> String {
        let language = self.views.language;
        let papers = &tag.papers[leaves.papers(number)];
        let day = |paper: Option<&usize>| {
            paper.map_or_else(String::new, |paper| {
                language.day(self.site().papers[*paper].date)
            })
        };
        let (first, last) = (day(papers.last()), day(papers.first()));
        match first == last {
            true => first,
            false => language.fill("from_to", &[("first", &first), ("last", &last)]),
        }
    }
}

/// The pages that a pager lists: the first, the last, and those around this one.
///
/// A tag of 50,000 papers has 1,000 pages; if each named them all, the output would grow with their
/// square.
fn pages_near(number: usize, total: usize) -> impl Iterator<Item = usize> {
    (1..=total).filter(move |&other| {
        other == 1 || other == total || other.abs_diff(number) <= NEAR || total <= ALL
    })
}

/// The letter under which an index lists a name; all that is no letter stands under `#`.
fn first_letter(name: &str) -> String {
    let first = name.chars().next().filter(|c| c.is_alphabetic());
    first.map_or_else(|| "#".to_owned(), |c| c.to_uppercase().collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The papers of each page, by number; a paper is known by how many are older.
    fn pages(papers: usize, size: usize) -> Vec<Vec<usize>> {
        let leaves = Leaves::of(papers, size);
        let page = |number| {
            let papers = leaves.papers(number).map(|newest| papers - 1 - newest);
            papers.collect()
        };
        (1..=leaves.total()).map(page).collect()
    }

    #[test]
    fn the_newest_page_parts_with_its_oldest_papers_when_it_is_half_over_full() {
        assert_eq!(pages(1, 4), [vec![0]]);
        assert_eq!(pages(5, 4), [vec![4, 3, 2, 1, 0]]);
        assert_eq!(pages(6, 4), [vec![5, 4], vec![3, 2, 1, 0]]);
        assert_eq!(
            pages(10, 4),
            [vec![9, 8], vec![3, 2, 1, 0], vec![7, 6, 5, 4]]
        );
        assert_eq!(pages(3, 1), [vec![2], vec![0], vec![1]]);
    }

    proptest! {
        #[test]
        fn a_new_paper_moves_no_paper_to_another_page_but_the_first(papers in 1..400_usize, size in 1..60_usize) {
            let (before, after) = (pages(papers, size), pages(papers + 1, size));
            prop_assert_eq!(&after[1..before.len()], &before[1..]);
            prop_assert!(after.len() <= before.len() + 1);
            let mut all: Vec<usize> = after.concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..=papers).collect::<Vec<_>>());
            let leaves = Leaves::of(papers, size);
            let places: Vec<usize> = (1..=leaves.total()).map(|place| leaves.papers(leaves.place(place)).start).collect();
            prop_assert!(places.is_sorted(), "places go from new to old");
        }
    }
}
