use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::invert::Posting;
use super::lexicon::Lexicon;
use super::*;
use crate::config::Config;
use crate::diagnostic::Problems;
use crate::document;
use crate::layout;
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

/// Makes the pieces of a site.
fn pieces_of(site: &Site) -> Vec<Vec<u8>> {
    invert::invert(site, &invert::outlines(site), &Kept::default())
}

fn open(pieces: &[Vec<u8>]) -> Vec<Packed<'_>> {
    let pieces = pieces.iter().map(|piece| Packed::of(piece));
    pieces
        .map(|piece| piece.expect("it was made here"))
        .collect()
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
        let mut reader = bits::BitReader::new(&bytes);
        for list in lists {
            let read = reader.take_postings(list.len(), universe);
            let read = read.expect("they were written").into_iter();
            let read = read.map(|posting| (posting.paper(), posting.weight()));
            assert_eq!(read.collect::<Vec<_>>(), list);
        }
        assert!(
            reader.take_postings(9, universe).is_none(),
            "nothing is left"
        );
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
    let pieces = pieces_of(&site);
    let words = invert::join(open(&pieces).into_iter().flat_map(Packed::words));
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

/// A shelf in memory, which counts what was asked of it.
#[derive(Default)]
struct Board {
    pieces: Mutex<HashMap<Fingerprint, Vec<u8>>>,
    taken: AtomicUsize,
    put: AtomicUsize,
}

impl Board {
    /// Returns how many pieces were taken and put since it was asked last.
    fn count(&self) -> (usize, usize) {
        let of = |number: &AtomicUsize| number.swap(0, Ordering::Relaxed);
        (of(&self.taken), of(&self.put))
    }
}

impl Shelf for Board {
    fn take(&self, piece: Fingerprint) -> Option<Vec<u8>> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        let pieces = self.pieces.lock().expect("nobody panics");
        pieces.get(&piece).cloned()
    }

    fn put(&self, piece: Fingerprint, bytes: &[u8]) {
        self.put.fetch_add(1, Ordering::Relaxed);
        let mut pieces = self.pieces.lock().expect("nobody panics");
        pieces.insert(piece, bytes.to_vec());
    }
}

/// Nothing was kept but a place for pieces.
fn kept_on(board: &Arc<Board>) -> Kept {
    let mut kept = Kept::default();
    kept.put_on(board.clone());
    kept
}

/// Keeps an index as a memo does, and its files as a site does that was published.
fn keep(kept: &Kept, index: &Index, board: &Arc<Board>) -> Kept {
    let taken = keep_some(kept, index, board, |_| true);
    assert_eq!(&taken, kept);
    taken
}

fn keep_some(
    kept: &Kept,
    index: &Index,
    board: &Arc<Board>,
    is_there: impl Fn(&str) -> bool,
) -> Kept {
    let mut written = Vec::new();
    kept.write(&mut written);
    let mut rest = written.as_slice();
    let read = |path: &str| {
        let mut files = index.files.iter();
        let file = files.find(|file| layout::search_file(&file.name) == path)?;
        is_there(path).then(|| file.bytes.to_vec())
    };
    let mut taken = Kept::take_from(&mut rest, read).expect("it was written here");
    assert!(rest.is_empty());
    taken.put_on(board.clone());
    taken
}

#[test]
fn an_index_of_kept_pieces_is_one_that_was_made_at_once() {
    let mut papers = many(1_200);
    let board = Arc::new(Board::default());
    let mut kept = kept_on(&board);
    for (round, text) in ["", " quine", " and another"].into_iter().enumerate() {
        papers[1_100].2.push_str(text);
        let site = site_of(&papers);
        let before = kept.clone();
        let made = index(&site, Some(&mut kept));
        assert!(made == index(&site, None), "{text}");
        let pieces = kept.pieces.iter();
        let same = pieces.filter(|piece| before.pieces.contains(piece)).count();
        assert_eq!(
            (kept.pieces.len(), same),
            (3, if round == 0 { 0 } else { 2 })
        );
        // Of those that did not change nothing is asked.
        assert_eq!(board.count(), if round == 0 { (0, 3) } else { (1, 1) });
        let is_new = |words: &&WordFile| !before.tables.words.contains(words);
        let new = kept.tables.words.iter().filter(is_new).count();
        assert_eq!(new <= 3, round > 0, "{new} of {}", kept.tables.words.len());
        kept = keep(&kept, &made, &board);
    }
}

#[test]
fn what_was_not_kept_is_made_again() {
    let mut papers = many(1_200);
    let board = Arc::new(Board::default());
    let mut kept = kept_on(&board);
    let mut made = index(&site_of(&papers), Some(&mut kept));
    let pairs = |kept: &Kept| kept.tables.pairs.clone().expect("there are papers").name;
    let titles = |kept: &Kept| kept.sheets[0].titles.name.clone();
    for harm in 0..7 {
        papers[1_100].2.push_str(&format!(" harm{harm}"));
        let names = [
            pairs(&kept),
            titles(&kept),
            kept.tables.words[3].file.name.clone(),
        ];
        let is_there = |path: &str| {
            names
                .get(harm)
                .is_none_or(|name| !path.contains(name.as_str()))
        };
        kept = keep_some(&kept, &made, &board, is_there);
        let mut pieces = board.pieces.lock().expect("nobody panicked");
        match harm {
            3 => pieces.clear(),
            // What is no piece all the same, though who keeps it should see that.
            4 => pieces
                .values_mut()
                .for_each(|piece| piece.truncate(piece.len() - 1)),
            5 => pieces.values_mut().for_each(|piece| piece[8] += 1),
            6 => kept.pieces.truncate(2),
            _ => {}
        }
        drop(pieces);
        let site = site_of(&papers);
        made = index(&site, Some(&mut kept));
        assert!(made == index(&site, None), "{harm}");
        kept = keep(&kept, &made, &board);
    }
}

/// A word becomes so common that its file has fewer papers, and so rare again that it must have more.
#[test]
fn papers_that_a_file_has_not_are_sought_in_all_pieces() {
    let mut papers = many(1_200);
    let board = Arc::new(Board::default());
    let mut kept = kept_on(&board);
    for paper in papers.iter_mut().skip(600).take(FEW) {
        paper.2.push_str(" quine");
    }
    index(&site_of(&papers), Some(&mut kept));
    board.count();
    for (text, expected) in [
        // One more is another list; one less is the first again, of which no file has all papers.
        ("quine", (1, 1)),
        ("quine quine", (1, 1)),
        ("", (3, 2)),
    ] {
        papers[1_100].2 = text.to_owned();
        let site = site_of(&papers);
        assert!(
            index(&site, Some(&mut kept)) == index(&site, None),
            "{text}"
        );
        assert_eq!(board.count(), expected, "{text}");
    }
}

#[test]
fn a_word_file_goes_on_where_the_first_word_of_the_next_is_gone() {
    let mut papers = many(600);
    for (number, paper) in papers.iter_mut().enumerate() {
        let own = (0..40).map(|word| format!(" v{:x}", (number * 40 + word) * 104_729 % 999_983));
        paper.2.extend(own);
    }
    let mut kept = kept_on(&Arc::default());
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
        let board = Arc::new(Board::default());
        let mut kept = kept_on(&board);
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
            let made = index(&site, Some(&mut kept));
            prop_assert!(made == index(&site, None));
            // A piece that was patched is the one that is made at once.
            for (piece, outline) in pieces_of(&site).iter().zip(invert::outlines(&site)) {
                let pieces = board.pieces.lock().expect("nobody panicked");
                prop_assert!(pieces.get(&outline.fingerprint()) == Some(piece));
            }
            kept = keep(&kept, &made, &board);
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
    let file = pairs::write(&open(&pieces_of(&site)), 200);
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
    pairs.sort_by_key(|pair| pair.paper());
    let outline = Outline {
        first: 0,
        page_digits: pairs::page_digits(10_000),
        papers: Vec::new(),
    };
    let piece = pieces::pack(&outline, Lexicon::new(), &pairs);
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
