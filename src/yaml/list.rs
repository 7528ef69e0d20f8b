//! Where the items of a list are written, so that one can be changed and the others left alone.

use std::ops::Range;

use super::Value;

/// This is a list of texts as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenList {
    /// Whether it stands between brackets; otherwise each item has a line of its own.
    pub flow: bool,
    /// The bytes of each item, quotes and all.
    pub items: Vec<Range<usize>>,
    /// Whether comments stand between the items.
    pub has_comments: bool,
    /// What the items say.
    pub texts: Vec<String>,
}

/// Finds the items of a list of texts in a range of a text: what stands behind the colon of its key.
///
/// `None` for what is no such list, or is written in a way that cannot be taken apart safely.
pub fn written_list(text: &str, range: Range<usize>) -> Option<WrittenList> {
    let inner = &text[range.clone()];
    let start = range.start + inner.len() - inner.trim_start().len();
    let mut list = if text[start..range.end].starts_with('[') {
        flow_items(text, start + 1..range.end)?
    } else {
        block_items(text, range)?
    };
    let texts: Option<Vec<String>> = list
        .items
        .iter()
        .map(|item| parse_scalar(&text[item.clone()]))
        .collect();
    list.texts = texts?;
    Some(list)
}

/// Parses one scalar as text; a number is taken as it is written.
pub fn parse_scalar(written: &str) -> Option<String> {
    // A line that only looks like an item may be anything.
    if super::find_hostile(written).is_some() {
        return None;
    }
    match super::convert(serde_yaml::from_str(written).ok()?) {
        Value::Text(text) => Some(text),
        Value::Number(_) => Some(written.trim().to_owned()),
        _ => None,
    }
}

fn flow_items(text: &str, range: Range<usize>) -> Option<WrittenList> {
    let mut list = WrittenList {
        flow: true,
        items: Vec::new(),
        has_comments: false,
        texts: Vec::new(),
    };
    let mut start = range.start;
    let mut quote: Option<char> = None;
    let mut push = |from: usize, to: usize| {
        let item = text[from..to].trim();
        if !item.is_empty() {
            let lead = text[from..to].len() - text[from..to].trim_start().len();
            list.items.push(from + lead..from + lead + item.len());
        }
    };
    for (at, c) in text[range.clone()].char_indices() {
        let at = range.start + at;
        match (quote, c) {
            (Some('"'), '"') if text[..at].ends_with('\\') => {}
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') if text[start..at].trim().is_empty() => quote = Some(c),
            // A comment inside the brackets would be taken for a part of an item.
            (None, '#') if text[..at].ends_with(char::is_whitespace) => return None,
            (None, '[' | '{' | '}') => return None,
            (None, ',') => {
                push(start, at);
                start = at + 1;
            }
            (None, ']') => {
                push(start, at);
                let behind = text[at + 1..range.end].trim_start();
                return (behind.is_empty() || behind.starts_with('#')).then_some(list);
            }
            _ => {}
        }
    }
    None
}

fn block_items(text: &str, range: Range<usize>) -> Option<WrittenList> {
    let mut list = WrittenList {
        flow: false,
        items: Vec::new(),
        has_comments: false,
        texts: Vec::new(),
    };
    let mut at = range.start;
    let mut comment = false;
    for (number, line) in text[range].split_inclusive('\n').enumerate() {
        let written = super::strip_comment(line);
        let has_comment = written.len() != line.len();
        match written.trim() {
            // A comment behind the last item is about what follows the list.
            "" => comment |= has_comment,
            // The rest of the key's own line holds no item.
            _ if number == 0 => return None,
            bare => {
                let item = bare.strip_prefix("- ")?.trim_start();
                let end = at + written.trim_end().len();
                list.items.push(end - item.len()..end);
                list.has_comments |= comment || has_comment;
            }
        }
        at += line.len();
    }
    Some(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[&str]>) {
        let list = written_list(text, 0..text.len());
        let items = list.as_ref().map(|list| {
            let items = list.items.iter().map(|item| &text[item.clone()]);
            items.collect::<Vec<_>>()
        });
        assert_eq!(items.as_deref(), expected, "{text}");
    }

    #[test]
    fn items_are_found_where_they_are_written() {
        check(
            " [a, 'b, c', \"d\\\"e\"] # f\n",
            Some(&["a", "'b, c'", "\"d\\\"e\""]),
        );
        check(" [\n  a,\n  b-c,\n]\n", Some(&["a", "b-c"]));
        check(
            "\n- a\n  # why\n- \"b # c\" # d\n",
            Some(&["a", "\"b # c\""]),
        );
        check("\n  - -- x\n", Some(&["-- x"]));
        check(" []\n", Some(&[]));
        check("   [a]\n", Some(&["a"]));
    }

    #[test]
    fn what_is_no_simple_list_is_left_alone() {
        for text in [
            " a\n",
            " [a, [b]]\n",
            " [a{b]\n",
            " [a, # b\n c]\n",
            " [a\n",
            "\n- a\n  b\n",
            "\n- {a: b}\n",
            " [true]\n",
            " [a] b\n",
            " - a\n",
            " *tags\n",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn a_comma_and_a_bracket_between_quotes_end_no_item() {
        check(" [\"d\\\", e\", f]\n", Some(&["\"d\\\", e\"", "f"]));
        check(
            " ['a]', \"[b\", c'd, e\"f]\n",
            Some(&["'a]'", "\"[b\"", "c'd", "e\"f"]),
        );
        check(" [a#b, c]\n", Some(&["a#b", "c"]));
        check(" [a, , b,]\n", Some(&["a", "b"]));
    }

    #[test]
    fn a_list_says_how_it_is_written() {
        let list = |text: &str| written_list(text, 0..text.len()).expect("a list");
        for (text, flow, has_comments) in [
            (" [a, b] # c\n", true, false),
            ("\n- a\n- b\n", false, false),
            ("\n- a\n- b\n# of the next key\n", false, false),
            (" # of all\n- a\n- b\n", false, true),
            ("\n- a\n# of b\n- b\n", false, true),
            ("\n- a # why\n- b\n", false, true),
            ("\n- a\n- b # why\n", false, true),
        ] {
            let list = list(text);
            assert_eq!(
                (list.flow, list.has_comments),
                (flow, has_comments),
                "{text}"
            );
            assert_eq!(list.texts, ["a", "b"], "{text}");
        }
        assert_eq!(
            list(" ['it''s', 5.10, \"a\\x21\"]").texts,
            ["it's", "5.10", "a!"]
        );
        let text = "x: [a]\ny:\n  -   b\n";
        let items = |range: Range<usize>| {
            let list = written_list(text, range).expect("a list");
            text[list.items[0].clone()].to_owned()
        };
        assert_eq!(items(2..7), "a");
        assert_eq!(items(9..text.len()), "b");
        assert_eq!(parse_scalar("true"), None);
    }
}
