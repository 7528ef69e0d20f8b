//! What edits change, and that they change nothing else.

use proptest::prelude::*;

use super::*;
use crate::slug::Slug;
use crate::tags::Vocabulary;

fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

fn retagged(text: &str, from: &str, to: &str) -> Result<Option<String>, Refusal> {
    let source = Source::new("a.md", text);
    retag(&source, &[slug(from)], &slug(to), Slug::from_name)
}

#[test]
fn a_tag_is_renamed_where_it_stands_and_nothing_else() {
    let text = "---\n# mine\ntags: [ 'vit',  agents ] # vit\ntitle:   \"vit\"\r\n---\nvit \n";
    let expected = "---\n# mine\ntags: [ vision,  agents ] # vit\ntitle:   \"vit\"\r\n---\nvit \n";
    assert_eq!(
        retagged(text, "vit", "vision"),
        Ok(Some(expected.to_owned()))
    );
    assert_eq!(retagged(text, "vi", "vision"), Ok(None));
}

#[test]
fn a_tag_that_would_stand_twice_goes() {
    for (text, expected) in [
        ("tags: [vision, vit, x]", "tags: [vision, x]"),
        ("tags: [vit, vision]", "tags: [vision]"),
        ("tags: [Vision, vit]", "tags: [Vision]"),
        (
            "tags:\n  - vision\n  - vit # why\n  - x",
            "tags:\n  - vision\n  - x",
        ),
        (
            "tags:\n  - vision # good\n  - vit\n  - x",
            "tags:\n  - vision # good\n  - x",
        ),
    ] {
        let file = |front: &str| format!("---\ntitle: \"T\"\n{front}\n---\nBody\n");
        assert_eq!(
            retagged(&file(text), "vit", "vision"),
            Ok(Some(file(expected))),
            "{text}"
        );
    }
}

#[test]
fn what_cannot_be_edited_safely_is_refused() {
    let text = "---\ntitle: T\ntags: [vit, # why\n  x]\n---\n";
    let refusal = Refusal("write the tags of a.md as `tags: [a, b]`".to_owned());
    assert_eq!(retagged(text, "vit", "vision"), Err(refusal));
}

fn tagged(text: &str, tags: &[&str]) -> Result<Option<String>, Refusal> {
    let tags: Vec<Slug> = tags.iter().map(|tag| slug(tag)).collect();
    add_tags(&Source::new("a.md", text), &tags, Slug::from_name)
}

#[test]
fn tags_are_added_where_the_list_is_and_nothing_else_changes() {
    for (front, expected) in [
        (
            "tags: [ agents,  vit ] # why",
            "tags: [ agents,  vision, vit, zoo ] # why",
        ),
        ("tags: [vit, agents]", "tags: [vit, agents, zoo, vision]"),
        ("tags: [Vision, a]", "tags: [Vision, a, zoo]"),
        ("tags: []   # none", "tags: [vision, zoo]   # none"),
        ("tags:   # none", "tags: [vision, zoo]   # none"),
        (
            "tags:\n- vit # good\n# end",
            "tags:\n- vision\n- vit # good\n- zoo\n# end",
        ),
        (
            "tags:\n  -  agents\n  -  yes-men",
            "tags:\n  -  agents\n  -  vision\n  -  yes-men\n  -  zoo",
        ),
        (
            "# mine\n\ndate: 2025-08-06 # d\n# next\nvenue: V",
            "# mine\n\ndate: 2025-08-06 # d\ntags: [vision, zoo]\n# next\nvenue: V",
        ),
        ("venue: V", "tags: [vision, zoo]\nvenue: V"),
    ] {
        let file = |front: &str| format!("---\ntitle: \"T\"\n{front}\n---\nBody [vit]\r\n");
        assert_eq!(
            tagged(&file(front), &["zoo", "vision"]),
            Ok(Some(file(expected))),
            "{front}"
        );
    }
}

#[test]
fn lines_are_added_with_the_ends_that_the_file_has() {
    let text = "---\r\ntitle: >-\r\n  A\r\n  b\r\nvenue: V\r\n---\r\n";
    let expected = "---\r\ntitle: >-\r\n  A\r\n  b\r\ntags: [x]\r\nvenue: V\r\n---\r\n";
    assert_eq!(tagged(text, &["x"]), Ok(Some(expected.to_owned())));
    let text = "---\r\ntitle: A\r\ntags:\r\n- a\r\n---\r\n";
    let expected = "---\r\ntitle: A\r\ntags:\r\n- a\r\n- x\r\n---\r\n";
    assert_eq!(tagged(text, &["x"]), Ok(Some(expected.to_owned())));
}

#[test]
fn tags_that_a_paper_has_are_not_added_and_odd_lists_are_refused() {
    let file = |front: &str| format!("---\ntitle: T\n{front}\n---\n");
    assert_eq!(tagged(&file("tags: [Vision]"), &["vision"]), Ok(None));
    assert_eq!(tagged("no paper", &["vision"]), Ok(None));
    for odd in ["tags: [a, # why\n  b]", "tags: &t [a]", "tags:\n- >-\n  a"] {
        assert!(tagged(&file(odd), &["vision"]).is_err(), "{odd}");
    }
}

#[test]
fn the_starters_tags_are_renamed_and_merged_by_entries_of_the_file() {
    let source = |text: &str| Source::new("content/tags.yaml", text);
    let over = source("starter: true\n\nbelow:\n  broader: attention\n");
    let renamed = rename_tag(&over, &slug("attention"), &slug("looking"));
    let expected =
        "starter: true\n\nbelow:\n  broader: looking\n\nlooking:\n  aliases: [attention]\n";
    assert_eq!(renamed, Ok(Some(expected.to_owned())));

    let entry = source("starter: true\nattention:\n  name: Looking\n");
    let renamed = rename_tag(&entry, &slug("attention"), &slug("looking"));
    let expected = "starter: true\nlooking:\n  aliases: [attention]\n  name: Looking\n";
    assert_eq!(renamed, Ok(Some(expected.to_owned())));

    let merged = merge_tags(&over, &[&slug("linear-attention")], &slug("attention"));
    let merged = merged.expect("an edit").expect("a change");
    let vocabulary = Vocabulary::parse(&source(&merged), &mut Problems::new());
    let attention = vocabulary.lookup("linear-attention").expect("the tag");
    assert_eq!(attention.slug, slug("attention"));
    for word in ["self-attention", "DeltaNet"] {
        assert!(attention.aliases.contains(&word.to_owned()), "{word}");
    }
    assert!(merged.starts_with(&*over.text));
}

#[test]
fn entries_are_added_below_all_else() {
    let source = |text: &str| Source::new("content/tags.yaml", text);
    let new = "birds:\n  name: Birds\n";
    assert_eq!(add_entries(&source(""), new), Ok(new.to_owned()));
    assert_eq!(add_entries(&source("a:"), new), Ok(format!("a:\n\n{new}")));
    assert_eq!(
        add_entries(&source("a:\n# end\n"), new),
        Ok(format!("a:\n# end\n\n{new}"))
    );
    for broken in ["{a: }", "a: [", "birds:\n"] {
        assert!(add_entries(&source(broken), new).is_err(), "{broken}");
    }
}

const VOCABULARY: &str = "\
# All of them.

vision:
  name: Vision # the sense
  aliases: [computer vision]
  description: Broader than broader images.
  broader: perception

# Below.
vit:
  aliases: [vision transformer*]
  broader: vision

perception:
";

#[test]
fn a_tag_of_the_vocabulary_is_renamed_with_those_below_it() {
    let source = Source::new("content/tags.yaml", VOCABULARY);
    let renamed = rename_tag(&source, &slug("vision"), &slug("seeing"));
    let expected = VOCABULARY
        .replace("vision:\n", "seeing:\n")
        .replace("broader: vision", "broader: seeing");
    assert_eq!(renamed, Ok(Some(expected)));
    assert_eq!(rename_tag(&source, &slug("none"), &slug("some")), Ok(None));
}

#[test]
fn a_renamed_tag_is_found_by_its_old_word_and_has_no_word_twice() {
    let check = |text: &str, from: &str, to: &str, expected: &str| {
        let source = Source::new("content/tags.yaml", text);
        let renamed = rename_tag(&source, &slug(from), &slug(to));
        assert_eq!(renamed, Ok(Some(expected.to_owned())), "{text}");
        let renamed = Source::new("content/tags.yaml", expected);
        let vocabulary = Vocabulary::parse(&renamed, &mut Problems::new());
        let tag = vocabulary.lookup(from).expect("the old word leads to it");
        assert_eq!(tag.slug, slug(to));
    };
    check("a:\nb:\n", "a", "c", "c:\n  aliases: [a]\nb:\n");
    check(
        "a:\n  broader: b\nb:\n",
        "a",
        "c",
        "c:\n  aliases: [a]\n  broader: b\nb:\n",
    );
    check(
        "a: {aliases: [x y, c]}\n",
        "a",
        "c",
        "c: {aliases: [x y, a]}\n",
    );
    check(
        "a:\n  aliases: [\"x y\", z]\n",
        "a",
        "x-y",
        "x-y:\n  aliases: [a, z]\n",
    );
    check(
        "a: {broader: b}\nb:\n",
        "a",
        "c",
        "c: {aliases: [a], broader: b}\nb:\n",
    );
    check("a: {name: A}\n", "a", "c", "c: {name: A}\n");
    // An abbreviation finds what its small letters would not.
    check(
        "a:\n  aliases: [RAG]\n",
        "a",
        "rag",
        "rag:\n  aliases: [RAG, a]\n",
    );
}

#[test]
fn merged_tags_leave_their_words_behind() {
    let source = Source::new("content/tags.yaml", VOCABULARY);
    let merged = merge_tags(&source, &[&slug("vit")], &slug("vision"));
    let expected = VOCABULARY
        .replace(
            "[computer vision]",
            "[computer vision, vit, vision transformer*]",
        )
        .replace(
            "vit:\n  aliases: [vision transformer*]\n  broader: vision\n",
            "",
        );
    assert_eq!(merged, Ok(Some(expected)));

    let merged = merge_tags(&source, &[&slug("vit")], &slug("perception"));
    let expected = VOCABULARY
        .replace(
            "vit:\n  aliases: [vision transformer*]\n  broader: vision\n",
            "",
        )
        .replace(
            "perception:\n",
            "perception:\n  aliases: [vit, vision transformer*]\n",
        );
    assert_eq!(merged, Ok(Some(expected)));

    let merged = merge_tags(&source, &[&slug("perception")], &slug("vision"));
    assert!(merged.is_err());
}

#[test]
fn tags_below_a_merged_one_follow_and_comments_between_stay() {
    let text = "memory:\n  name: Memory\nstorage:\n  aliases: [store]\n# What comes back.\nrecall:\n  name: Recall\n  broader: storage\n";
    let source = Source::new("content/tags.yaml", text);
    let merged = merge_tags(&source, &[&slug("storage")], &slug("memory"));
    let expected = "memory:\n  aliases: [storage, store]\n  name: Memory\n# What comes back.\nrecall:\n  name: Recall\n  broader: memory\n";
    assert_eq!(merged, Ok(Some(expected.to_owned())));
}

#[test]
fn a_renamed_tag_keeps_its_old_word_unless_its_name_says_it() {
    let check = |text: &str, expected: &str| {
        let source = Source::new("content/tags.yaml", text);
        let renamed = rename_tag(&source, &slug("vision"), &slug("seeing"));
        assert_eq!(renamed, Ok(Some(expected.to_owned())), "{text}");
    };
    check(
        "vision:\n  name: Sight\n",
        "seeing:\n  aliases: [vision]\n  name: Sight\n",
    );
    check("vision:\n  name: Vision\n", "seeing:\n  name: Vision\n");
    check(
        "vision:\n  description: Vision\n  name: Sight\n",
        "seeing:\n  aliases: [vision]\n  description: Vision\n  name: Sight\n",
    );
}

#[test]
fn a_tag_that_goes_takes_its_blank_line_with_it() {
    let check = |text: &str, expected: &str| {
        let source = Source::new("content/tags.yaml", text);
        let merged = merge_tags(&source, &[&slug("b")], &slug("a"));
        assert_eq!(merged, Ok(Some(expected.to_owned())), "{text}");
    };
    check("a:\n\nb:\n\nc:\n", "a:\n  aliases: [b]\n\nc:\n");
    check("b:\n\na:\n", "a:\n  aliases: [b]\n");
    // It may stand directly below the one that its words go to.
    check("a:\nb:\n\nc:\n", "a:\n  aliases: [b]\n\nc:\n");
    check(
        "a:\nb:\n  aliases: ['on', c*]\n",
        "a:\n  aliases: [b, \"on\", c*]\n",
    );
}

#[test]
fn a_tag_of_the_file_is_renamed_as_ever_where_the_starter_lies_below() {
    let source = Source::new("content/tags.yaml", "starter: true\nmine:\n  name: Mine\n");
    let renamed = rename_tag(&source, &slug("mine"), &slug("ours"));
    let expected = "starter: true\nours:\n  name: Mine\n";
    assert_eq!(renamed, Ok(Some(expected.to_owned())));
}

fn formatted(text: &str) -> Option<String> {
    let mut problems = Problems::new();
    let words = Source::new("content/tags.yaml", VOCABULARY);
    let vocabulary = Vocabulary::parse(&words, &mut problems);
    format(&Source::new("a.md", text), Some(&vocabulary))
}

#[test]
fn keys_and_tags_come_into_order_and_comments_stay_with_their_key() {
    let text = "---\n# Where from\nsource: x:1\ndate: 2025-08-06\n# What\n# it says\ntitle: 'T' # t\ntags: [vit, Computer Vision]\n---\n\nBody\n";
    let expected = "---\n# What\n# it says\ntitle: 'T' # t\ndate: 2025-08-06\ntags: [vision, vit]\n# Where from\nsource: x:1\n---\n\nBody\n";
    assert_eq!(formatted(text).as_deref(), Some(expected));
    assert_eq!(formatted(expected).as_deref(), Some(expected));
}

#[test]
fn what_cannot_be_read_is_not_formatted() {
    assert_eq!(formatted("---\ntitel: x\n---\n"), None);
    assert_eq!(formatted("no front matter\n"), None);
}

/// Front matter as people write it: any order, comments, quotes, lists of both kinds.
fn written() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("\"a: b # c\"".to_owned()),
        Just("'it''s'".to_owned()),
        "[a-z]{1,8}( [a-z]{1,8}){0,2}",
    ];
    let tag = prop_oneof![
        Just("vit"),
        Just("'vision'"),
        Just("Computer Vision"),
        Just("\"x y\""),
        Just("perception"),
    ];
    let flow =
        prop::collection::vec(tag.clone(), 0..4).prop_map(|tags| format!(" [{}]", tags.join(", ")));
    let block = prop::collection::vec((tag, prop_oneof![Just(""), Just(" # why")]), 1..4).prop_map(
        |tags| {
            tags.iter()
                .map(|(tag, comment)| format!("\n  - {tag}{comment}"))
                .collect()
        },
    );
    let tags = prop_oneof![flow, block].prop_map(|tags| format!("tags:{tags}"));
    let line = prop_oneof![
        value.clone().prop_map(|value| format!("note: {value}")),
        value
            .clone()
            .prop_map(|value| format!("venue: {value} # v")),
        value.prop_map(|value| format!("extra:\n  b: {value}\n  a: [1, 2]")),
        Just("authors:\n- A\n# between\n- B".to_owned()),
        Just("date: 2025-08-06".to_owned()),
        Just("draft: true".to_owned()),
        tags,
    ];
    let comment = prop_oneof![Just(""), Just("# about\n"), Just("\n")];
    let body = "[ -~\n]{0,40}";
    (
        prop::collection::vec((comment, line), 0..7),
        any::<usize>(),
        body,
    )
        .prop_map(|(lines, at, body)| {
            let mut seen: Vec<String> = Vec::new();
            let mut parts: Vec<String> = Vec::new();
            for (comment, line) in lines {
                let key = line.split(':').next().unwrap_or("").to_owned();
                if !seen.contains(&key) {
                    seen.push(key);
                    parts.push(format!("{comment}{line}\n"));
                }
            }
            parts.insert(at % (parts.len() + 1), "title: \"T\"\n".to_owned());
            format!("---\n{}---\n{body}", parts.concat())
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn formatting_keeps_the_meaning_the_comments_and_the_body(text in written()) {
        let new = formatted(&text).expect("the text is a paper");
        prop_assert_eq!(formatted(&new), Some(new.clone()), "formatting twice changes nothing");
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().filter(|line| !line.contains("tags:") && !line.starts_with("  - ")).map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        prop_assert_eq!(sorted(&new), sorted(&text), "every line is there");
        let body = |text: &str| {
            let (_, at) = front_matter::find_block(text).expect("front matter");
            text[at..].to_owned()
        };
        prop_assert_eq!(body(&new), body(&text));
    }

    #[test]
    fn renaming_a_tag_there_and_back_changes_only_its_quotes(text in written()) {
        let there = retagged(&text, "vit", "seen").expect("it can be edited");
        let Some(there) = there else {
            return Ok(());
        };
        let rest = |text: &str| text.replace("vit", "").replace("seen", "");
        let once = text.matches("vit").count() == 1;
        prop_assert!(!once || rest(&there) == rest(&text), "{}", there);
        let back = retagged(&there, "seen", "vit").expect("it can be edited");
        prop_assert!(!once || back.as_deref() == Some(text.as_str()));
    }
}
