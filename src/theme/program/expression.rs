//! Reading expressions: those of Tera that most templates have, with its order of operations.

use std::iter::Peekable;
use std::vec::IntoIter;

use crate::theme::turns::{end_of_quote, is_of_word};
use crate::theme::value::Value;

use super::{Comparison, Expression, Field, Filter, Turn};

/// A word, a sign, or a literal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'c> {
    Word(&'c str),
    Number(i64),
    Text(&'c str),
    Sign(&'static str),
}

/// The signs that are known; of two that begin alike the longer stands first.
const SIGNS: [&str; 20] = [
    "==", "!=", "<=", ">=", "<", ">", "=", "|", ".", ",", ":", "(", ")", "[", "]", "{", "}", "+",
    "-", "/",
];

/// Words that are no names of values.
const RESERVED: [&str; 16] = [
    "true", "True", "false", "False", "loop", "self", "and", "or", "not", "is", "in", "continue",
    "break", "none", "None", "null",
];

/// These are the tokens of some code, one after the other.
pub struct Tokens<'c>(Peekable<IntoIter<Token<'c>>>);

impl<'c> Tokens<'c> {
    /// Takes code apart; `None` where there is anything else in it.
    pub fn of(code: &'c str) -> Option<Tokens<'c>> {
        let (mut tokens, mut at) = (Vec::new(), 0);
        while let Some(c) = code[at..].chars().next() {
            let rest = &code[at..];
            if c.is_ascii_whitespace() {
                at += 1;
            } else if let '"' | '\'' | '`' = c {
                let end = end_of_quote(code, at).filter(|end| *end <= code.len())?;
                let text = &code[at + 1..end - 1];
                // Some signs mean another one behind it.
                (!text.contains('\\')).then(|| tokens.push(Token::Text(text)))?;
                at = end;
            } else if is_of_word(c) {
                let word = &rest[..rest.find(|c| !is_of_word(c)).unwrap_or(rest.len())];
                tokens.push(match c.is_ascii_digit() {
                    true => Token::Number(word.parse().ok()?),
                    false => word.is_ascii().then_some(Token::Word(word))?,
                });
                at += word.len();
            } else {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
                tokens.push(Token::Sign(sign));
                at += sign.len();
            }
        }
        Some(Tokens(tokens.into_iter().peekable()))
    }

    /// Takes the next one.
    pub fn next(&mut self) -> Option<Token<'c>> {
        self.0.next()
    }

    /// Takes a name.
    pub fn name(&mut self) -> Option<&'c str> {
        match self.next()? {
            Token::Word(word) if !RESERVED.contains(&word) && !word.starts_with("__tera") => {
                Some(word)
            }
            _ => None,
        }
    }

    /// Takes this one.
    pub fn expect(&mut self, token: Token<'_>) -> Option<()> {
        (self.next()? == token).then_some(())
    }

    /// Takes this one if it is next.
    pub fn take(&mut self, token: Token<'_>) -> bool {
        let is_next = self.0.peek() == Some(&token);
        if is_next {
            self.0.next();
        }
        is_next
    }

    /// Tells that there is none left.
    pub fn end(&mut self) -> Option<()> {
        self.0.peek().is_none().then_some(())
    }

    /// Reads an expression to its end, with operations that bind more than some power; `path` reads a path to a
    /// value.
    pub fn expression(
        &mut self,
        least: u8,
        path: &mut dyn FnMut(&str, Vec<Field>) -> Option<Expression>,
    ) -> Option<Expression> {
        let mut left = self.operand(path)?;
        loop {
            let Some((power, behind)) = self.0.peek().and_then(powers) else {
                return Some(left);
            };
            if power < least {
                return Some(left);
            }
            left = match self.next()? {
                Token::Sign("|") => {
                    let Token::Word(name) = self.next()? else {
                        return None;
                    };
                    let arguments = self.arguments(path)?;
                    Expression::Filter(Box::new(left), filter(name, arguments)?)
                }
                Token::Word("is") => {
                    let is_not = self.take(Token::Word("not"));
                    let Token::Word(name) = self.next()? else {
                        return None;
                    };
                    let mut arguments = self.arguments(path)?;
                    let both = Box::new([left, only("pat", &mut arguments)?]);
                    let test = match name {
                        "starting_with" => Expression::StartsWith(both),
                        "ending_with" => Expression::EndsWith(both),
                        _ => return None,
                    };
                    match is_not {
                        true => Expression::Not(Box::new(test)),
                        false => test,
                    }
                }
                operation => {
                    let both = Box::new([left, self.expression(behind, path)?]);
                    match operation {
                        Token::Word("and") => Expression::And(both),
                        Token::Word("or") => Expression::Or(both),
                        Token::Sign("+") => Expression::Plus(both),
                        Token::Sign("-") => Expression::Minus(both),
                        Token::Sign(sign) => Expression::Compare(comparison(sign)?, both),
                        _ => return None,
                    }
                }
            };
        }
    }

    fn operand(
        &mut self,
        path: &mut dyn FnMut(&str, Vec<Field>) -> Option<Expression>,
    ) -> Option<Expression> {
        /// How tightly `not` binds.
        const NOT: u8 = 5;
        let literal = |value| Some(Expression::Literal(value));
        match *self.0.peek()? {
            Token::Word(word) => match word {
                "true" | "True" | "false" | "False" => {
                    self.next();
                    literal(Value::Bool(word.eq_ignore_ascii_case("true")))
                }
                "none" | "None" | "null" => {
                    self.next();
                    literal(Value::None)
                }
                "not" => {
                    self.next();
                    self.expression(NOT, path)
                        .map(Box::new)
                        .map(Expression::Not)
                }
                "loop" => {
                    self.next();
                    self.expect(Token::Sign("."))?;
                    let Token::Word(field) = self.next()? else {
                        return None;
                    };
                    turn(field).map(Expression::Turn)
                }
                _ => self.path(path),
            },
            Token::Number(number) => {
                self.next();
                literal(Value::Integer(number))
            }
            Token::Text(text) => {
                self.next();
                literal(Value::Text(text.to_owned()))
            }
            Token::Sign("(") => {
                self.next();
                let inside = self.expression(0, path)?;
                self.expect(Token::Sign(")"))?;
                Some(inside)
            }
            Token::Sign(_) => None,
        }
    }

    /// Reads a path, and which of its items are meant.
    fn path(
        &mut self,
        path: &mut dyn FnMut(&str, Vec<Field>) -> Option<Expression>,
    ) -> Option<Expression> {
        let root = self.name()?;
        let mut fields = Vec::new();
        while self.take(Token::Sign(".")) {
            let Token::Word(field) = self.next()? else {
                return None;
            };
            fields.push(Field::new(field));
        }
        let mut value = path(root, fields)?;
        loop {
            if self.take(Token::Sign("[")) {
                value = self.items(Box::new(value))?;
            } else if self.take(Token::Sign(".")) {
                let Token::Word(field) = self.next()? else {
                    return None;
                };
                value = Expression::Of(Box::new(value), Field::new(field));
            } else {
                // A function has other rules.
                return (self.0.peek() != Some(&Token::Sign("("))).then_some(value);
            }
        }
    }

    /// Reads which items of a list are meant.
    fn items(&mut self, list: Box<Expression>) -> Option<Expression> {
        let number = |tokens: &mut Self| match tokens.0.peek() {
            Some(Token::Number(number)) => {
                let number = *number;
                tokens.next();
                Some(number)
            }
            _ => None,
        };
        let start = number(self);
        let items = match self.take(Token::Sign(":")) {
            true => Expression::Slice(list, start, number(self)),
            false => Expression::Item(list, start?),
        };
        self.expect(Token::Sign("]"))?;
        Some(items)
    }

    /// Reads named arguments in parentheses, if there are any.
    fn arguments(
        &mut self,
        path: &mut dyn FnMut(&str, Vec<Field>) -> Option<Expression>,
    ) -> Option<Vec<(&'c str, Expression)>> {
        let mut arguments = Vec::new();
        if !self.take(Token::Sign("(")) {
            return Some(arguments);
        }
        while !self.take(Token::Sign(")")) {
            if !arguments.is_empty() {
                self.expect(Token::Sign(","))?;
            }
            let Token::Word(name) = self.next()? else {
                return None;
            };
            self.expect(Token::Sign("="))?;
            arguments.push((name, self.expression(0, path)?));
        }
        Some(arguments)
    }
}

/// How tightly an operation binds what is before it, and what is behind it.
fn powers(token: &Token<'_>) -> Option<(u8, u8)> {
    Some(match token {
        Token::Word("or") => (1, 2),
        Token::Word("and") => (3, 4),
        Token::Word("is") => (5, 6),
        Token::Sign("==" | "!=" | "<" | "<=" | ">" | ">=") => (7, 8),
        Token::Sign("+" | "-") => (11, 12),
        Token::Sign("|") => (17, 18),
        _ => return None,
    })
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn turn(field: &str) -> Option<Turn> {
    Some(match field {
        "index" => Turn::Index,
        "index0" => Turn::Index0,
        "first" => Turn::First,
        "last" => Turn::Last,
        "length" => Turn::Length,
        _ => return None,
    })
}

fn filter(name: &str, mut arguments: Vec<(&str, Expression)>) -> Option<Filter> {
    let filter = match name {
        "safe" => Filter::Safe,
        "str" => Filter::Text,
        "trim" => Filter::Trim,
        "length" => Filter::Length,
        "number" => Filter::Number,
        "join" => return only("sep", &mut arguments).map(Box::new).map(Filter::Join),
        "count" => return only("of", &mut arguments).map(Box::new).map(Filter::Count),
        "fill" => {
            let own = |(name, value): (&str, Expression)| (name.into(), value);
            return Some(Filter::Fill(arguments.into_iter().map(own).collect()));
        }
        _ => return None,
    };
    arguments.is_empty().then_some(filter)
}

/// Takes the only argument there is, if it has this name.
fn only(name: &str, arguments: &mut Vec<(&str, Expression)>) -> Option<Expression> {
    let (given, value) = arguments.pop()?;
    (given == name && arguments.is_empty()).then_some(value)
}

/// Finds the words of an expression that may be names of values, or of functions: no fields, filters or tests, and
/// nothing that is given a value. `None` where it may call a component.
pub fn words_of(code: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let (mut at, mut is_test) = (0, false);
    while let Some(c) = code[at..].chars().next() {
        if let '"' | '\'' | '`' = c {
            at = end_of_quote(code, at).map_or(code.len(), |end| end.min(code.len()));
            continue;
        }
        if c == '<' {
            return None;
        }
        if !is_of_word(c) {
            at += c.len_utf8();
            continue;
        }
        let rest = &code[at..];
        let word = &rest[..rest.find(|c| !is_of_word(c)).unwrap_or(rest.len())];
        let before = code[..at].trim_end().chars().next_back();
        let behind = rest[word.len()..].trim_start();
        at += word.len();
        let was_test = is_test;
        is_test = word == "is" || was_test && word == "not";
        let is_given = behind.starts_with('=') && !behind.starts_with("==");
        let is_other = was_test || matches!(before, Some('.' | '|')) || is_given;
        let is_name = !is_other && !c.is_ascii_digit() && !NO_NAMES.contains(&word);
        if is_name && !found.contains(&word) {
            found.push(word);
        }
    }
    Some(found)
}

/// Words that name nothing.
const NO_NAMES: [&str; 14] = [
    "true", "True", "false", "False", "none", "None", "null", "and", "or", "not", "is", "in", "if",
    "else",
];
