//! What is proposed for small fields of our own making.

use super::*;

const WANTED: Wanted = Wanted {
    tags: 10,
    papers: 3,
};

/// Papers on two topics of biology, among words that any paper has.
fn papers() -> Vec<(String, String)> {
    let songs = (0..6).map(|n| {
        let title = format!("Bird song in season {n}");
        let text = format!("We study how bird songs change. In spring, bird song is loud, and we propose a measure of it. Site {n} differs.");
        (title, text)
    });
    let genes = (0..5).map(|n| {
        let title = format!("Gene regulatory networks under stress {n}");
        let text = format!("A gene regulatory network (GRN) tells cells what to do. We study how gene regulatory networks (GRNs) adapt; a GRN is measured, and the measure is loud at site {n}.");
        (title, text)
    });
    let others = (0..9).map(|n| {
        (format!("Note {n}"), format!("We study something else, propose a measure, and see what is loud in spring. Site {n} differs."))
    });
    songs.chain(genes).chain(others).collect()
}

fn discovered(cover: impl Fn(&str) -> Cover) -> Vec<Discovery> {
    let papers = papers();
    let papers: Vec<(&str, &str)> = papers
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    discover(&papers, &vec![0; papers.len()], cover, WANTED)
}

#[test]
fn topics_are_found_by_their_counts_and_plain_words_are_not() {
    let found = discovered(|_| Cover::None);
    let shown: Vec<_> = found
        .iter()
        .map(|one| {
            (
                one.slug.as_str(),
                one.name.as_str(),
                one.aliases.join(" "),
                one.papers.len(),
            )
        })
        .collect();
    let expected = [
        ("bird-song", "Bird song", String::new(), 6),
        (
            "gene-regulatory-network",
            "Gene regulatory network",
            "GRN".to_owned(),
            5,
        ),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn what_a_tag_covers_is_not_proposed_and_an_end_leads_to_it() {
    let networks = Slug::parse("networks").expect("a slug");
    let found = discovered(|phrase| match phrase {
        phrase if phrase.contains("song") => Cover::Whole,
        phrase if phrase.ends_with("network") => Cover::End(networks.clone()),
        _ => Cover::None,
    });
    let shown: Vec<_> = found
        .iter()
        .map(|one| (one.slug.as_str(), one.broader.clone()))
        .collect();
    assert_eq!(shown, [("gene-regulatory-network", Some(networks))]);
}

#[test]
fn no_papers_have_no_tags() {
    assert_eq!(discover(&[], &[], |_| Cover::None, WANTED), []);
    assert_eq!(discover(&[("", "$$$")], &[0], |_| Cover::None, WANTED), []);
}
