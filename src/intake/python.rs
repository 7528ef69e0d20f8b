//! Python literals, as a careless tool prints objects instead of writing JSON.
//!
//! Reads dictionaries, lists, tuples, strings, numbers and the three names; nothing is run.

use serde_json::{Map, Value};

/// A real record is some six levels deep.
const DEPTH: usize = 64;

/// Parses a literal that is all of a text.
pub fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader {
        text: text.trim(),
        at: 0,
    };
    let value = reader.value(0)?;
    reader.space();
    (reader.at == reader.text.len()).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        self.space();
        match self.peek()? {
            '{' => self.dictionary(depth),
            '[' => self.list(']', depth),
            '(' => self.list(')', depth),
            '\'' | '"' => self.string().map(Value::String),
            _ => self.word(),
        }
    }

    fn dictionary(&mut self, depth: usize) -> Option<Value> {
        self.eat("{");
        let mut fields = Map::new();
        loop {
            self.space();
            if self.eat("}") {
                return Some(Value::Object(fields));
            }
            let name = self.string()?;
            self.space();
            if !self.eat(":") {
                return None;
            }
            let value = self.value(depth + 1)?;
            fields.insert(name, value);
            self.space();
            if !self.eat(",") && self.peek() != Some('}') {
                return None;
            }
        }
    }

    fn list(&mut self, close: char, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            if self.eat(&close.to_string()) {
                return Some(Value::Array(items));
            }
            items.push(self.value(depth + 1)?);
            self.space();
            if !self.eat(",") && self.peek() != Some(close) {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.peek().filter(|c| matches!(c, '\'' | '"'))?;
        let mut text = String::new();
        let mut rest = self.text[self.at + 1..].char_indices();
        while let Some((at, c)) = rest.next() {
            match c {
                _ if c == quote => {
                    self.at += 1 + at + 1;
                    return Some(text);
                }
                '\\' => escape(&mut rest, &mut text)?,
                _ => text.push(c),
            }
        }
        None
    }

    fn word(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && !"+-._".contains(c))
            .unwrap_or(rest.len());
        self.at += end;
        match &rest[..end] {
            "None" | "null" | "nan" | "NaN" => Some(Value::Null),
            "True" | "true" => Some(Value::Bool(true)),
            "False" | "false" => Some(Value::Bool(false)),
            number => serde_json::from_str(number).ok().filter(Value::is_number),
        }
    }
}

fn escape(rest: &mut std::str::CharIndices<'_>, text: &mut String) -> Option<()> {
    let (_, c) = rest.next()?;
    let length = match c {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    if length > 0 {
        let digits: String = rest.by_ref().take(length).map(|(_, c)| c).collect();
        let code = u32::from_str_radix(&digits, 16).ok()?;
        text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
        return Some(());
    }
    match c {
        'n' => text.push('\n'),
        't' => text.push('\t'),
        'r' => text.push('\r'),
        '\n' => {}
        '\\' | '\'' | '"' => text.push(c),
        // An unknown escape keeps its backslash, as in Python.
        other => text.extend(['\\', other]),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_dictionary_is_read() {
        let value = parse(r#"{'a': "it's", 'b': [1, None, True], 'c': {'d': 'x\'y\n'}, }"#);
        let expected = serde_json::json!({"a": "it's", "b": [1, null, true], "c": {"d": "x'y\n"}});
        assert_eq!(value, Some(expected));
    }

    #[test]
    fn a_cut_or_deep_literal_is_none() {
        assert_eq!(parse("{'a': 'b"), None);
        assert_eq!(parse(&"[".repeat(100_000)), None);
        assert_eq!(parse("os.system('x')"), None);
    }
}
