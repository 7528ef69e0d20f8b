use std::sync::Arc;

use super::invert::Posting;
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
    let lists: [&[(u32, u32)]; 4] = [
        &[(0, 0)],
        &[(99, 4)],
        &[(0, 4), (1, 0), (2, 1), (99, 3)],
        &[(5, 2), (50, 0), (51, 1)],
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
    let words = invert::invert(&site);
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
    let before = index(&site_of(&papers));
    assert!(before.files.len() > 70, "{}", before.files.len());
    papers[1_234].2.push_str(" quine");
    let after = index(&site_of(&papers));
    let changed = after
        .files
        .iter()
        .filter(|file| !before.files.contains(file))
        .count();
    assert!((1..=3).contains(&changed), "{changed}");
    assert_ne!(before.head, after.head);
}

#[test]
fn a_new_issue_leaves_the_older_papers_where_they_are() {
    let mut papers = many(480);
    let site = site_of(&papers);
    let names = |site: &Site| -> Vec<String> {
        let numbers: Vec<usize> = (0..480).collect();
        numbers
            .chunks(48)
            .map(|numbers| papers::write(site, numbers))
            .collect()
    };
    let before = names(&site);
    papers.push((28, "A new one".to_owned(), "New words.".to_owned()));
    assert_eq!(before, names(&site_of(&papers)));
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
    let index = index(&site_of(&[]));
    assert_eq!(index.files, []);
}
