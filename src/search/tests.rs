use std::sync::Arc;

use proptest::prelude::*;

use super::invert::Posting;
use super::lexicon::Lexicon;
use super::*;
use crate::config::Config;
use crate::diagnostic::Problems;
use crate::document;
use crate::site::{self, Parts};
use crate::source::Source;

/// Links a site of papers: day of August 2025, title, abstract.
fn site_of(papers: &[(u32, String, String)]) -> Site {
    let mut problems = Problems::new();
    let documents = papers
        .iter()
        .enumerate()
        .map(|(index, (day, title, text))| {
            let name = format!("content/papers/2025-08-{day:02}/paper-{index}.md");
            let text = format!("---\ntitle: '{title}'\n---\n{text}\n");
            let document = document::parse(&Source::new(name, text), &mut problems);
            Arc::new(document.expect("a paper"))
        });
    let parts = Parts {
        config: Config::default(),
        vocabulary: None,
        documents: documents.collect(),
        assets: Vec::new(),
        statics: Vec::new(),
        drafts: false,
    };
    let site = site::link(parts, &mut problems);
    assert!(!problems.has_errors(), "{problems:?}");
    site
}

/// Papers with words that are spread evenly: each word of `0..count` in about one paper of ten.
fn many(count: u32) -> Vec<(u32, String, String)> {
    let paper = |number: u32| {
        let words: Vec<String> = (0..60)
            .map(|step| format!("w{:x}", (number * 7919 + step * step * 104_729) % 4096 * 31))
            .collect();
        (
            1 + number * 20 / count,
            format!("Paper {number}"),
            words.join(" "),
        )
    };
    (0..count).map(paper).collect()
}

#[test]
fn postings_come_back_from_bits() {
    let far: Vec<(u32, u32)> = (0..50).chain([100_000]).map(|paper| (paper, 2)).collect();
    let lists: [&[(u32, u32)]; 5] = [
        &[(0, 0)],
        &[(99, 4)],
        &[(0, 4), (1, 0), (2, 1), (99, 3)],
        &[(5, 2), (50, 0), (51, 1)],
        &far,
    ];
    for universe in [7, 14, 17] {
        let mut bits = bits::BitWriter::new(Vec::new());
        for list in lists {
            let postings: Vec<Posting> = list
                .iter()
                .map(|(paper, weight)| Posting::new(*paper, *weight))
                .collect();
            bits.push_postings(&postings, universe);
        }
        let bytes = bits.finish();
        let mut at = 0;
        let mut next = || {
            at += 1;
            u32::from(bytes[(at - 1) / 8] >> ((at - 1) % 8) & 1)
        };
        for list in lists {
            let fixed = universe - bits::length(list.len());
            let mut paper = 0;
            for (expected, expected_weight) in list {
                let mut gap = 0;
                while next() == 1 {
                    gap += 1 << fixed;
                }
                for place in 0..fixed {
                    gap += next() << place;
                }
                let mut weight = 0;
                while next() == 1 {
                    weight += 1;
                }
                paper += gap;
                assert_eq!((paper, weight), (*expected, *expected_weight));
                paper += 1;
            }
        }
    }
}

#[test]
fn the_title_weighs_more_than_the_abstract() {
    let site = site_of(&[
        (1, "Forgetting".to_owned(), "Models forget.".to_owned()),
        (
            2,
            "Models".to_owned(),
            "Models, models, forgetting.".to_owned(),
        ),
    ]);
    let pieces = invert::invert(&site, &Pieces::new());
    let pieces = pieces::open(&pieces).expect("they were made here");
    let words = invert::join(pieces.into_iter().flat_map(Packed::words));
    let shown: Vec<String> = words
        .iter()
        .map(|word| {
            let papers = word
                .postings
                .iter()
                .map(|p| format!(" {}:{}", p.paper(), p.weight()));
            format!("{}{}", word.text, papers.collect::<String>())
        })
        .collect();
    assert_eq!(
        shown,
        ["forget 0:0", "forgetting 0:3 1:0", "models 0:0 1:4"]
    );
}

#[test]
fn a_changed_abstract_renames_few_files() {
    let mut papers = many(3_000);
    let before = index(&site_of(&papers), None);
    assert!(before.files.len() > 40, "{}", before.files.len());
    papers[1_234].2.push_str(" quine");
    let after = index(&site_of(&papers), None);
    let changed = after
        .files
        .iter()
        .filter(|file| !before.files.contains(file))
        .count();
    assert!((1..=3).contains(&changed), "{changed}");
    assert_ne!(before.head, after.head);
}

/// Keeps an index as a memo does.
fn keep(kept: Kept) -> Kept {
    let written: Vec<u8> = kept.write().iter().flatten().copied().collect();
    let written = Arc::new(written);
    let mut rest = written.as_slice();
    let taken = Kept::take(&mut rest, &written);
    assert!(rest.is_empty());
    assert_eq!(taken.as_ref(), Some(&kept));
    taken.expect("it was compared")
}

#[test]
fn an_index_of_kept_pieces_is_one_that_was_made_at_once() {
    let mut papers = many(1_200);
    let mut kept = Kept::default();
    for (round, text) in ["", " quine", " and another"].into_iter().enumerate() {
        papers[1_100].2.push_str(text);
        let site = site_of(&papers);
        let before = kept.clone();
        assert_eq!(index(&site, Some(&mut kept)), index(&site, None), "{text}");
        let pieces = kept.pieces.iter();
        let same = pieces.filter(|piece| before.pieces.contains(piece)).count();
        assert_eq!(
            (kept.pieces.len(), same),
            (3, if round == 0 { 0 } else { 2 })
        );
        let is_new = |words: &&WordFile| !before.tables.words.contains(words);
        let new = kept.tables.words.iter().filter(is_new).count();
        assert_eq!(new <= 3, round > 0, "{new} of {}", kept.tables.words.len());
        kept = keep(kept);
    }
    // A memo has a sum; what is no piece all the same is made again.
    let site = site_of(&papers);
    for (_, bytes) in &mut kept.pieces {
        *bytes = bytes[..bytes.len() - 1].to_vec().into();
    }
    assert_eq!(index(&site, Some(&mut kept)), index(&site, None));
}

#[test]
fn a_word_file_goes_on_where_the_first_word_of_the_next_is_gone() {
    let mut papers = many(600);
    for (number, paper) in papers.iter_mut().enumerate() {
        let own = (0..40).map(|word| format!(" v{:x}", (number * 40 + word) * 104_729 % 999_983));
        paper.2.extend(own);
    }
    let mut kept = Kept::default();
    index(&site_of(&papers), Some(&mut kept));
    assert!(kept.tables.words.len() > 10);
    let mut gone = 0;
    for number in (1..10).rev() {
        // Nothing is said of the file before but that another word stands behind it.
        let first = format!(" {}", kept.tables.words[number].first);
        let is_word = |text: &str| text.split(' ').any(|word| word == first.trim_start());
        let mut having = papers.iter_mut().filter(|paper| is_word(&paper.2));
        if let (Some(paper), None) = (having.next(), having.next()) {
            paper.2 = format!("{} ", paper.2).replace(&format!("{first} "), " ");
            gone += 1;
        }
        let site = site_of(&papers);
        assert!(
            index(&site, Some(&mut kept)) == index(&site, None),
            "{first}"
        );
    }
    assert!(gone > 3, "{gone}");
}

/// What is done to a text.
#[derive(Debug, Clone)]
enum Change {
    /// Words that no paper has, or a few, or many.
    Add(String),
    /// The text of another paper.
    Copy(u32),
    Clear,
    /// Most papers get a word, or lose it.
    Spread(String),
}

fn change() -> impl Strategy<Value = Change> {
    let word = || "(w[0-9a-f]{2,4}|[a-z]{1,3}|0|~|été|of and|zz top)";
    let words = prop::collection::vec(word(), 1..6).prop_map(|words| words.join(" "));
    prop_oneof![
        6 => words.prop_map(Change::Add),
        2 => any::<u32>().prop_map(Change::Copy),
        1 => Just(Change::Clear),
        1 => word().prop_map(Change::Spread),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn an_index_after_edits_is_one_that_was_made_at_once(
        count in prop_oneof![Just(0), Just(3), 500..1_600_u32],
        edits in prop::collection::vec(prop::collection::vec((any::<u32>(), any::<bool>(), change()), 0..4), 1..5),
    ) {
        let mut papers = many(count);
        let mut kept = Kept::default();
        index(&site_of(&papers), Some(&mut kept));
        for edits in edits {
            for (at, is_title, change) in edits.into_iter().filter(|_| count > 0) {
                if let Change::Spread(word) = &change {
                    papers.iter_mut().skip(7).for_each(|paper| paper.2 = format!("{word} {}", paper.2));
                    continue;
                }
                let other = |other: u32| papers[(other % count) as usize].2.clone();
                let text = match change {
                    Change::Add(words) if is_title => words.replace(' ', ""),
                    Change::Add(words) => format!("{} {words}", other(at)),
                    Change::Copy(from) => other(from),
                    _ => String::new(),
                };
                let paper = &mut papers[(at % count) as usize];
                match is_title && !text.is_empty() {
                    // No two papers may have one title.
                    true => paper.1 = format!("{text} {}", at % count),
                    false => paper.2 = text,
                }
            }
            let site = site_of(&papers);
            prop_assert!(index(&site, Some(&mut kept)) == index(&site, None));
            kept = keep(kept);
        }
    }
}

#[test]
fn a_new_issue_leaves_the_older_papers_where_they_are() {
    let mut papers = many(2_500);
    let names = |papers: &[(u32, String, String)]| -> Vec<String> {
        let numbers: Vec<usize> = (0..2_500).collect();
        let site = site_of(papers);
        let sheets = numbers.chunks(papers::PER_SHEET);
        sheets
            .flat_map(|numbers| {
                let sheet = papers::write(&site, numbers, 16);
                sheet.blocks.into_iter().chain([sheet.teasers])
            })
            .collect()
    };
    let before = names(&papers);
    assert_eq!(before.len(), 64 + 64 + 29 + 3);
    papers.push((28, "A new one".to_owned(), "New words.".to_owned()));
    assert_eq!(before, names(&papers));
}

/// Reads bits as `search.js` does.
struct Bits<'a>(&'a [u8], usize);

impl Bits<'_> {
    fn next(&mut self) -> u32 {
        self.1 += 1;
        u32::from(self.0[(self.1 - 1) / 8] >> ((self.1 - 1) % 8) & 1)
    }

    fn ones(&mut self) -> u32 {
        let mut count = 0;
        while self.next() == 1 {
            count += 1;
        }
        count
    }

    fn low(&mut self, length: u32) -> u32 {
        (0..length).map(|place| self.next() << place).sum()
    }

    fn count(&mut self) -> usize {
        let length = self.ones();
        (1 << length | self.low(length)) as usize
    }

    fn gap(&mut self, count: usize, universe: u32) -> u32 {
        let fixed = universe.saturating_sub(bits::length(count));
        (self.ones() << fixed) + self.low(fixed)
    }
}

/// Returns the papers that have a pair, by the file alone.
fn papers_with(file: &[u8], papers: usize, pair: (&str, &str)) -> Vec<u32> {
    let number = pairs::Pair::new((words::hash(pair.0), words::hash(pair.1)), 0).number();
    let key = number >> (32 - bits::length(papers) - 13);
    let at = |index: u32| {
        let bytes = &file[4 * index as usize..][..4];
        u32::from_le_bytes(bytes.try_into().expect("four bytes")) as usize
    };
    let page = key >> 15;
    let mut bits = Bits(&file[at(page)..at(page + 1)], 0);
    let count = bits.count() - 1;
    let mut next = 0;
    for _ in 0..count {
        let within = next + bits.gap(count, 15);
        next = within + 1;
        let (length, mut after) = (bits.count(), 0);
        let mut list = Vec::new();
        for _ in 0..length {
            list.push(after + bits.gap(length, bits::length(papers)));
            after = list[list.len() - 1] + 1;
        }
        if within == key & 0x7fff {
            return list;
        }
    }
    Vec::new()
}

#[test]
fn words_that_follow_each_other_are_known_together() {
    let mut papers = many(200);
    papers[7].1 = "On Catastrophic Forgetting".to_owned();
    papers[150].2 = "It stops *catastrophic* forgetting. Of x and y.".to_owned();
    let site = site_of(&papers);
    let pieces = invert::invert(&site, &Pieces::new());
    let file = pairs::write(&pieces::open(&pieces).expect("they were made here"), 200);
    let number = |index: usize| {
        let slug = format!("paper-{index}");
        let mut oldest_first = site.papers.iter().rev();
        let at = oldest_first.position(|entry| entry.text().slug.as_str() == slug);
        at.expect("a paper") as u32
    };
    let (title, text) = (number(7), number(150));
    for (pair, expected) in [
        (("catastrophic", "forgetting"), &[title, text][..]),
        (("forgetting", "catastrophic"), &[]),
        (("on", "catastrophic"), &[title]),
        (("of", "x"), &[text]),
        (("forgetting", "of"), &[text]),
        // The end of a title is not followed by what stands after it.
        (("forgetting", "paper"), &[]),
    ] {
        assert_eq!(papers_with(&file, 200, pair), expected, "{pair:?}");
    }
}

#[test]
fn pairs_of_a_large_site_are_told_apart() {
    // As many as ten thousand papers have, and one that none of them has.
    let pairs = (0..1_500_000u32)
        .map(|number| pairs::Pair::new((number % 1_499, number / 1_499), number % 10_000));
    let mut pairs: Vec<pairs::Pair> = pairs.collect();
    pairs.sort_unstable();
    let piece = pieces::pack(0, Lexicon::new(), &pairs);
    let pieces = [
        Packed::default(),
        Packed::of(&piece).expect("it was made here"),
    ];
    let file = pairs::write(&pieces, 10_000);
    assert!(file.len() < 4_500_000, "{}", file.len());
    let words = [
        "catastrophic",
        "forgetting",
        "in",
        "networks",
        "that",
        "learn",
    ];
    let strange = words
        .iter()
        .flat_map(|a| words.iter().map(move |b| (*a, *b)));
    let wrong: usize = strange
        .map(|pair| papers_with(&file, 10_000, pair).len())
        .sum();
    assert!(wrong <= 2, "{wrong} papers for 36 pairs that no paper has");
}

#[test]
fn an_address_is_told_by_the_title_where_it_can_be() {
    for (title, expected) in [
        ("BERT: Pre-training of Deep…", "bert-pre-training-of-deep"),
        ("¿Qué?", "qu"),
        ("图像", ""),
    ] {
        assert_eq!(papers::address_of(title), expected, "{title}");
    }
}

#[test]
fn a_site_without_papers_has_an_index() {
    let index = index(&site_of(&[]), None);
    assert_eq!(index.files, []);
}
