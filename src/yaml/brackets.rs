//! How deep the brackets of a YAML text are nested, without reading it.
//!
//! Libyaml looks at each open bracket again for each token that follows. Where a bracket is one, and where it is
//! part of a text, depends on quotes, comments, block scalars and indentation, so this follows the tokens of
//! libyaml's scanner; it knows nothing of what they mean together. Where the scanner would stop at a mistake,
//! this may go on, so that it never finds less than libyaml does.

use std::str::Chars;

/// Finds the bracket that opens more levels than a limit, by its byte.
pub fn find_too_deep(text: &str, limit: usize) -> Option<usize> {
    let mut scanner = Scanner::new(text);
    while let Some(()) = scanner.take_token() {
        if scanner.depth > limit {
            return Some(text.len() - scanner.rest.as_str().len() - 1);
        }
    }
    None
}

/// How far from its begin a key may end, in characters.
const KEY_LENGTH: usize = 1024;

/// This is what libyaml's scanner keeps between two tokens, as far as brackets depend on it.
struct Scanner<'a> {
    rest: Chars<'a>,
    /// How many characters, and how many line breaks, are behind.
    index: usize,
    line: usize,
    /// How many characters of the line are behind.
    column: usize,
    /// How many brackets are open.
    depth: usize,
    /// The column of the innermost block collection, and those of the ones around it; outside of all it is -1.
    indent: isize,
    indents: Vec<isize>,
    /// The token outside of brackets that is a key if a colon follows it.
    key: Option<Key>,
    /// Whether a token here may be a key.
    key_allowed: bool,
}

#[derive(Clone, Copy)]
struct Key {
    index: usize,
    line: usize,
    column: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Scanner<'a> {
        Scanner {
            rest: text.chars(),
            index: 0,
            line: 0,
            column: 0,
            depth: 0,
            indent: -1,
            indents: Vec::new(),
            key: None,
            key_allowed: true,
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.clone().nth(ahead)
    }

    fn skip(&mut self) {
        let Some(c) = self.rest.next() else { return };
        self.index += 1;
        self.column += 1;
        if is_break(c) {
            self.line += 1;
            self.column = 0;
        }
    }

    fn skip_while(&mut self, holds: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&holds) {
            self.skip();
        }
    }

    /// Takes the next token; `None` at the end, or where libyaml finds none.
    fn take_token(&mut self) -> Option<()> {
        self.skip_to_token();
        let first = self.peek(0)?;
        self.unroll(self.column as isize);
        let before_blank = self.peek(1).is_none_or(is_blank);
        match first {
            '%' if self.column == 0 => self.take_directive(),
            _ if self.is_at_document() => self.take_document(),
            '[' | '{' => self.take_opening(),
            ']' | '}' => self.take_closing(),
            ',' => self.take_indicator(true),
            '-' if before_blank => {
                let column = self.column;
                self.roll(column)?;
                self.take_indicator(true);
            }
            '?' if self.depth > 0 || before_blank => {
                let column = self.column;
                self.roll(column)?;
                self.take_indicator(self.depth == 0);
            }
            ':' if self.depth > 0 || before_blank => self.take_colon()?,
            '*' | '&' => self.take_name(),
            '!' => self.take_tag(),
            '|' | '>' if self.depth == 0 => self.take_block_scalar(),
            '\'' | '"' => self.take_quoted(first),
            '#' | '|' | '>' | '%' | '@' | '`' | '\t' => return None,
            _ => self.take_plain(),
        }
        Some(())
    }

    fn skip_to_token(&mut self) {
        loop {
            if self.column == 0 && self.peek(0) == Some(BYTE_ORDER_MARK) {
                self.skip();
            }
            let takes_tabs = self.depth > 0 || !self.key_allowed;
            self.skip_while(|c| c == ' ' || takes_tabs && c == '\t');
            if self.peek(0) == Some('#') {
                self.skip_while(|c| !is_break(c));
            }
            if !self.peek(0).is_some_and(is_break) {
                return;
            }
            self.skip();
            self.key_allowed |= self.depth == 0;
        }
    }

    /// Ends the block collections that are indented further than a column.
    fn unroll(&mut self, column: isize) {
        while self.depth == 0 && self.indent > column {
            let around = self.indents.pop();
            self.indent = around.expect("whatever is further than a column was begun");
        }
    }

    /// Begins a block collection where one may begin; between brackets there are none.
    fn roll(&mut self, column: usize) -> Option<()> {
        if self.depth == 0 {
            if !self.key_allowed {
                return None;
            }
            self.indent_to(column);
        }
        Some(())
    }

    fn indent_to(&mut self, column: usize) {
        let column = column as isize;
        if self.indent < column {
            self.indents.push(self.indent);
            self.indent = column;
        }
    }

    fn is_at_document(&self) -> bool {
        let text = self.rest.as_str();
        let mark = text.strip_prefix("---").or(text.strip_prefix("..."));
        self.column == 0 && mark.is_some_and(|rest| rest.chars().next().is_none_or(is_blank))
    }

    fn take_document(&mut self) {
        self.leave_all();
        (0..3).for_each(|_| self.skip());
    }

    fn take_directive(&mut self) {
        self.leave_all();
        self.skip_while(|c| !is_break(c));
        self.skip();
    }

    fn leave_all(&mut self) {
        self.unroll(-1);
        self.forget_key();
        self.key_allowed = false;
    }

    fn take_opening(&mut self) {
        self.remember_key();
        self.depth += 1;
        self.key_allowed = true;
        self.skip();
    }

    fn take_closing(&mut self) {
        self.forget_key();
        self.depth = self.depth.saturating_sub(1);
        self.key_allowed = false;
        self.skip();
    }

    /// Takes a mark that is no part of a key.
    fn take_indicator(&mut self, key_allowed: bool) {
        self.forget_key();
        self.key_allowed = key_allowed;
        self.skip();
    }

    fn take_colon(&mut self) -> Option<()> {
        let key = self.key.take_if(|_| self.depth == 0);
        let here = (self.index, self.line);
        let is_near = |key: &Key| key.line == here.1 && key.index + KEY_LENGTH >= here.0;
        match key.filter(is_near) {
            Some(key) => {
                self.indent_to(key.column);
                self.key_allowed = false;
            }
            None => {
                let column = self.column;
                self.roll(column)?;
                self.key_allowed = self.depth == 0;
            }
        }
        self.skip();
        Some(())
    }

    /// Keeps where a token begins, if a colon behind it would make it a key.
    fn remember_key(&mut self) {
        if self.depth == 0 && self.key_allowed {
            self.key = Some(Key {
                index: self.index,
                line: self.line,
                column: self.column,
            });
        }
    }

    fn forget_key(&mut self) {
        if self.depth == 0 {
            self.key = None;
        }
    }

    fn take_name(&mut self) {
        self.remember_key();
        self.key_allowed = false;
        self.skip();
        self.skip_while(is_of_name);
    }

    fn take_tag(&mut self) {
        self.remember_key();
        self.key_allowed = false;
        self.skip();
        if self.peek(0) == Some('<') {
            self.skip();
            self.skip_while(|c| is_of_tag(c) || matches!(c, ',' | '[' | ']'));
        } else {
            self.skip_while(is_of_tag);
        }
        if self.peek(0) == Some('>') {
            self.skip();
        }
    }

    fn take_block_scalar(&mut self) {
        self.forget_key();
        self.key_allowed = true;
        self.skip();
        let mut indent = 0;
        for _ in 0..2 {
            match self.peek(0) {
                Some('+' | '-') => {}
                Some(c @ '1'..='9') => indent = self.indent.max(0) + (c as isize - '0' as isize),
                _ => break,
            }
            self.skip();
        }
        self.skip_while(|c| matches!(c, ' ' | '\t'));
        if self.peek(0) == Some('#') {
            self.skip_while(|c| !is_break(c));
        }
        if !self.peek(0).is_none_or(is_break) {
            return;
        }
        self.skip();
        let mut indent = self.skip_indentation(indent);
        while self.column as isize == indent && self.peek(0).is_some() {
            self.skip_while(|c| !is_break(c));
            self.skip();
            indent = self.skip_indentation(indent);
        }
    }

    /// Skips a block scalar's empty lines and the indentation behind them; 0 is not known yet, and is told.
    fn skip_indentation(&mut self, indent: isize) -> isize {
        let mut deepest = 0;
        loop {
            while (indent == 0 || (self.column as isize) < indent) && self.peek(0) == Some(' ') {
                self.skip();
            }
            deepest = deepest.max(self.column as isize);
            if !self.peek(0).is_some_and(is_break) {
                break;
            }
            self.skip();
        }
        match indent {
            0 => deepest.max(self.indent + 1).max(1),
            known => known,
        }
    }

    fn take_quoted(&mut self, quote: char) {
        self.remember_key();
        self.key_allowed = false;
        self.skip();
        while let Some(c) = self.peek(0) {
            self.skip();
            match c {
                '\\' if quote == '"' => self.skip(),
                // A doubled mark ends a text and begins one, which comes to the same.
                c if c == quote => return,
                _ => {}
            }
        }
    }

    fn take_plain(&mut self) {
        self.remember_key();
        self.key_allowed = false;
        while !self.is_at_document() && self.peek(0) != Some('#') {
            let begin = self.index;
            while self.peek(0).is_some_and(|c| !is_blank(c)) && !self.ends_plain() {
                self.skip();
            }
            // What follows is a key only on a line of its own.
            self.key_allowed &= self.index == begin;
            if !self.peek(0).is_some_and(is_blank) {
                return;
            }
            let line = self.line;
            self.skip_while(is_blank);
            self.key_allowed |= self.line > line;
            if self.depth == 0 && self.column as isize <= self.indent {
                return;
            }
        }
    }

    fn ends_plain(&self) -> bool {
        match self.peek(0) {
            Some(':') => self.peek(1).is_none_or(is_blank),
            Some(',' | '[' | ']' | '{' | '}') => self.depth > 0,
            _ => false,
        }
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t') || is_break(c)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_of_tag(c: char) -> bool {
    is_of_name(c) || ";/?:@&=+$.%!~*'()".contains(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How many brackets are open at most.
    fn depth(text: &str) -> usize {
        let most = text.chars().filter(|c| matches!(c, '[' | '{')).count();
        let depth = (0..most).find(|&limit| find_too_deep(text, limit).is_none());
        depth.unwrap_or(most)
    }

    fn check(cases: &[(&str, usize)]) {
        for (text, expected) in cases {
            assert_eq!(depth(text), *expected, "{text:?}");
        }
    }

    #[test]
    fn brackets_count_where_a_value_may_begin() {
        check(&[
            ("[[a], [{b: c}]]", 3),
            ("[a[b]]", 2),
            ("[a, b]]]]] [[", 2),
            ("a: [b]\nc: [[\n]\n]\n", 2),
            ("{a: [{b: c}], d: [[e]]}", 3),
            ("a: - [[", 0),
            ("- - a\n- - [[", 2),
            ("? [[\n", 2),
            (": [[", 2),
            ("&a [[", 2),
            ("*a : [[", 2),
            ("!t [[", 2),
            ("a: !!seq [[", 2),
            ("!<a[[> [", 1),
            ("%TAG ! [[ \n--- [", 1),
            ("%TAG ! [[ \n---\t[", 1),
            ("a\n--- [[", 2),
            ("a\n... # [[\n[", 1),
            ("a: b\n---a\n [[", 0),
            ("a: b\n---\nc\n[[", 0),
            ("%[[ \n--- [", 1),
            ("!<a>\n [[", 2),
            ("? - [[", 2),
            (": - [[", 2),
            ("a\n: [[", 2),
            ("[a, b]: [[", 2),
            ("[?'[']", 1),
            ("[:'[']", 1),
            ("[\t[", 2),
            ("\u{feff}[[", 2),
            ("[-, -a, - []]", 2),
            ("[?, [?a]]", 2),
            ("[a: [b]]", 2),
        ]);
    }

    #[test]
    fn a_bracket_is_found_where_it_stands() {
        assert_eq!(find_too_deep("é: [a, [b]]", 1), Some(8));
        assert_eq!(find_too_deep("é: [a, [b]]", 2), None);
        assert_eq!(find_too_deep("a: [\n{", 1), Some(5));
    }

    #[test]
    fn a_bracket_between_quotes_is_none() {
        check(&[
            ("'[['", 0),
            ("'it''s [': {", 1),
            ("\"[\\\"[\"", 0),
            ("\"\\\\\": [[", 2),
            ("['\"', [\"'\", []]]", 3),
            ("[':': []]", 2),
            ("['\\', []]", 2),
            ("a: 'b\n [['", 0),
            ("a: \"b\\\n [[\"", 0),
            ("[a'b, [c\"d]]", 2),
            ("{a: ['[', \"[\"]}", 2),
        ]);
    }

    #[test]
    fn a_bracket_in_a_comment_is_none() {
        check(&[
            ("# [[", 0),
            ("a # [[", 0),
            ("a: # [[\n  [b]", 1),
            ("[a#b, []]", 2),
            ("[#]\n[]]", 2),
            ("'a'#[\n", 0),
            ("[a # ]\n, [b]]", 2),
        ]);
    }

    #[test]
    fn a_bracket_within_words_is_none() {
        check(&[
            ("a [[b", 0),
            ("a#[[", 0),
            ("a\t[[", 0),
            ("a:[[", 0),
            ("a: -[[", 0),
            ("?[[", 0),
            ("-[[", 0),
            (":[[", 0),
            ("a\u{85}[[", 0),
            ("a: b\n [[", 0),
            ("a: b\r\n\r\n [[", 0),
            ("a:\n  b: c\n   [[", 0),
            ("a:\n  b: c\na: d\n [[", 0),
            ("- a\n [[", 0),
            ("- - a\n [[", 2),
            ("? a\n [[", 0),
            ("? a\n: b\n [[", 0),
            ("'a': b\n [[", 0),
            ("&a b: c\n [[", 0),
            ("[a]: b\n [[", 1),
            ("a\n b: c\n[[", 0),
        ]);
    }

    #[test]
    fn a_bracket_in_a_block_scalar_is_none() {
        check(&[
            ("a: |\n  [[\n", 0),
            ("a: |\n [[\n\n [[\nb: [", 1),
            ("a: |\n [[\n[{[", 3),
            ("a: |2\n   [[\n [[", 2),
            ("a: |2-\n  [[\n [[", 2),
            ("a: |-2\n  [[\n [[", 2),
            ("a: >-  # [\n  [\n", 0),
            ("a: >\t#[\n  [\n", 0),
            ("a: |+1\n [\n", 0),
            ("- |1-\n  [\n - [", 0),
            ("- a: |\n   [[\n  b: [", 1),
            ("|\n\n   \n  [\n [[", 3),
            ("|\n\n  \n  [\n [[", 2),
            ("|\n a\n  [[\n", 0),
            ("a: |\n\n\n[[", 2),
            ("a: |\n# [[\n", 0),
            ("a: |x\n  [[", 0),
            ("- a: |\n  [[", 2),
            ("- a: |1\n   [[\n  [[", 2),
            ("[|\n[[", 1),
        ]);
    }

    #[test]
    fn what_ends_no_text_may_be_more_than_the_parser_reads() {
        check(&[("a: b\nc\n[[", 2), ("a: |\n [[\n[[", 2)]);
    }

    #[test]
    fn nothing_counts_behind_what_is_no_yaml() {
        check(&[
            ("@[[", 0),
            ("`[[", 0),
            ("a: @\n- [[", 0),
            ("a: %\n- [[", 0),
            ("a: %\n[[", 0),
            ("a: b : [[", 0),
            ("- \t[[", 0),
            ("a: b: [[", 0),
            ("'a\n b': [[", 0),
            ("'a']: [[", 0),
            (&format!("{}: [[", "a".repeat(KEY_LENGTH)), 2),
            (&format!("{}: [[", "a".repeat(KEY_LENGTH + 1)), 0),
        ]);
    }

    /// How deep a value is, as the library reads it, at least and at most: `[a: b]` is a mapping without
    /// brackets of its own in a list.
    fn nested(value: &serde_yaml::Value) -> (usize, usize) {
        let deepest = |values: Vec<(usize, usize)>| {
            let (least, most): (Vec<usize>, Vec<usize>) = values.into_iter().unzip();
            let most_of = |depths: Vec<usize>| 1 + depths.into_iter().max().unwrap_or(0);
            (most_of(least), most_of(most))
        };
        match value {
            serde_yaml::Value::Sequence(items) => {
                let item = |item: &serde_yaml::Value| match (item, nested(item)) {
                    (serde_yaml::Value::Mapping(pair), (least, most)) if pair.len() == 1 => {
                        (least - 1, most)
                    }
                    (_, depths) => depths,
                };
                deepest(items.iter().map(item).collect())
            }
            serde_yaml::Value::Mapping(entries) => deepest(
                entries
                    .iter()
                    .flat_map(|(key, value)| [nested(key), nested(value)])
                    .collect(),
            ),
            serde_yaml::Value::Tagged(tagged) => nested(&tagged.value),
            _ => (0, 0),
        }
    }

    fn check_nested(text: &str) {
        if let Ok(value) = serde_yaml::from_str::<serde_yaml::Value>(text) {
            // A mapping needs no brackets around all.
            let (least, most) = nested(&value);
            let least = least - usize::from(value.is_mapping() && least > 0);
            assert!((least..=most).contains(&depth(text)), "{text:?}");
        }
    }

    /// Texts that may stand between brackets.
    const FLOW_TEXTS: &[&str] = &[
        "a",
        "'[ ''{'",
        "\"}\\\"[\"",
        "'a]\n  ] b'",
        "a\n  b",
        "# [[{ ' \"\n  a",
        "a#b",
        "\"\\\\\"",
        "-a",
        "a'b",
        "!t a",
        "&a a",
        "null",
        "a:b",
    ];

    /// Texts that may be the value of a key.
    const BLOCK_TEXTS: &[&str] = &[
        "a [b] {c",
        "'[ ''{'",
        "\"[\\\"{\"",
        "|\n    [[[\n   \n    {",
        ">-\n    [ a",
        "|1\n   [[",
        "a\n  [[ b\n\n  {c # [[",
        "# [[\n  a",
        "!t a [",
        "&a b[",
        "a#[",
        "a:[",
        "\n  - '['\n  - -[",
        "\n  - a\n   [\n  - b",
        "'a\n  # [ b'",
    ];

    /// What stands between brackets, and how deep it is.
    fn flow() -> impl Strategy<Value = (String, usize)> {
        let scalar = prop::sample::select(FLOW_TEXTS).prop_map(|text| (text.to_owned(), 0));
        scalar.prop_recursive(5, 24, 3, |inner| {
            let items = prop::collection::vec(inner, 0..3);
            (items, prop::bool::ANY).prop_map(|(items, is_list)| {
                let depth = 1 + items.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
                let texts: Vec<String> = items.into_iter().map(|(text, _)| text).collect();
                let text = match is_list {
                    true => format!("[{}]", texts.join(" ,")),
                    false => {
                        let entry = |(number, text)| format!("k{number}: {text}");
                        let entries: Vec<String> = texts.iter().enumerate().map(entry).collect();
                        format!("{{{}}}", entries.join(", "))
                    }
                };
                (text, depth)
            })
        })
    }

    /// A value of a block mapping, and how deep its brackets are.
    fn block() -> impl Strategy<Value = (String, usize)> {
        let scalar = prop::sample::select(BLOCK_TEXTS).prop_map(|text| (text.to_owned(), 0));
        prop_oneof![scalar, flow()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn brackets_are_counted_as_the_library_nests_them(
            pieces in prop::collection::vec(
                prop::sample::select(&["[", "]", "{", "}", "[a", "]", "'", "\"", "\\", "#", " #", "\n", "\n ", ", ", ",", ": ", "a", "b: ", "-", "- ", "|", ">", "?", "!t ", "%", "é", "\t", "'['", "\"]\""][..]),
                0..16,
            ),
            open in prop::sample::select(&["[", "{", "[[", "[{a: "][..]),
        ) {
            let text = open.to_owned() + &pieces.concat();
            check_nested(&text);
            let close = |c: char| match c {
                '[' => "]",
                '{' => "}",
                _ => "",
            };
            check_nested(&(text + &open.chars().rev().map(close).collect::<String>()));
        }

        #[test]
        fn brackets_of_a_mapping_are_told_from_those_in_its_texts(values in prop::collection::vec(block(), 1..5)) {
            let entry = |(number, (text, _)): (usize, &(String, usize))| format!("k{number}: {text}\n");
            let text: String = values.iter().enumerate().map(entry).collect();
            let read = serde_yaml::from_str::<serde_yaml::Value>(&text);
            prop_assert!(read.is_ok(), "{:?} in {:?}", read, text);
            let deepest = values.iter().map(|(_, depth)| *depth).max();
            prop_assert_eq!(depth(&text), deepest.unwrap_or(0), "{:?}", text);
        }
    }
}
