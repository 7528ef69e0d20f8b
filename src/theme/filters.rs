//! What Tera has of its own: that which pages ask for by the thousand, to the same effect with less copying,
//! and groups, which come in another order with each run of Tera's.

use std::io::{self, Write};

use crate::html;
use tera::value::{Key, ValueKind};
use tera::{Error, Kwargs, Map, State, StringInput, Tera, TeraResult, Value};

/// Puts it in the place of Tera's.
pub(super) fn replace(tera: &mut Tera) {
    tera.set_escape_fn(escape);
    tera.register_filter("safe", safe);
    tera.register_filter("trim", trim);
    tera.register_filter("join", join);
    tera.register_filter("str", text);
    tera.register_filter("group_by", group_by);
}

/// Escapes text for HTML and XML.
fn escape(text: &str, out: &mut dyn Write) -> io::Result<()> {
    html::escape(text, b"", |piece| out.write_all(piece.as_bytes()))
}

/// Makes text of a value; of one that is marked as safe, it is escaped again.
fn text(value: &Value, _: Kwargs, _: &State) -> Value {
    match value.as_str() {
        Some(text) => Value::normal_string(text),
        None => Value::from(value.to_string()),
    }
}

/// Marks a text as one that is not escaped; all values that end in `_html` are marked already.
fn safe(value: &Value, _: Kwargs, _: &State) -> Value {
    match value.as_str() {
        Some(_) => value.clone().mark_safe(),
        None => Value::safe_string(&value.to_string()),
    }
}

/// Cuts white space, or another text, from both ends; what has none there stays what it is.
fn trim(value: StringInput, kwargs: Kwargs, _: &State) -> TeraResult<Value> {
    let text = value.as_str();
    let trimmed = match kwargs.get::<&str>("pat")? {
        Some(end) => text.trim_start_matches(end).trim_end_matches(end),
        None => text.trim(),
    };
    Ok(match trimmed.len() == text.len() {
        true => value.into_value(),
        false => value.inherit_safety(trimmed.to_owned()),
    })
}

/// Joins values with a text between them. If one of them is marked as safe, so is the whole, and the
/// others are escaped.
fn join(values: &[Value], kwargs: Kwargs, state: &State) -> TeraResult<Value> {
    let between = kwargs.get::<StringInput>("sep")?;
    let is_safe = state.autoescaping_enabled()
        && (values
            .iter()
            .any(|value| value.is_string() && value.is_safe())
            || between.as_ref().is_some_and(StringInput::is_safe));
    let sign = match &between {
        Some(between) if is_safe => between.rendered(state)?.into_owned(),
        Some(between) => between.as_str().to_owned(),
        None => String::new(),
    };
    let mut joined = String::with_capacity(24 * values.len());
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            joined.push_str(&sign);
        }
        match value.as_str() {
            _ if value.is_undefined() => {}
            _ if is_safe => joined.push_str(&state.escape_if_needed(value)?),
            Some(text) => joined.push_str(text),
            None => joined.push_str(&value.to_string()),
        }
    }
    Ok(match is_safe {
        true => Value::safe_string(&joined),
        false => Value::from(joined),
    })
}

/// Groups values by what they have at a path; groups come in the order in which they are met.
fn group_by(values: &[Value], kwargs: Kwargs, _: &State) -> TeraResult<Map> {
    if values.is_empty() {
        return Ok(Map::new());
    }
    let path = kwargs.must_get::<&str>("attribute")?;
    // Values share what they hold, so a group is kept as a list until it is whole.
    let mut groups: Map = Map::new();
    let mut members: Vec<Vec<Value>> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let found = value.get_from_path(path).ok_or_else(|| {
            Error::message(format!(
                "Value at index {index} (a {}) does not have an attribute at path: {path}",
                value.name()
            ))
        })?;
        if found.is_none() {
            continue;
        }
        let key = key(found).ok_or_else(|| Error::message("Not a valid key type"))?;
        let (place, _) = groups.insert_full(key, Value::none());
        match members.get_mut(place) {
            Some(group) => group.push(value.clone()),
            None => members.push(vec![value.clone()]),
        }
    }
    for (group, members) in groups.values_mut().zip(members) {
        *group = Value::from(members);
    }
    Ok(groups)
}

/// What a group is called.
fn key(value: &Value) -> Option<Key<'static>> {
    match value.kind() {
        ValueKind::Bool => value.as_bool().map(Key::Bool),
        ValueKind::U64 => value.as_u64().map(Key::U64),
        ValueKind::I64 => value.as_i64().map(Key::I64),
        ValueKind::U128 => value.as_u128().map(Key::U128),
        ValueKind::I128 => value.as_i128().map(Key::I128),
        ValueKind::String => value.as_str().map(|text| Key::String(text.into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tera::Context;

    use super::*;

    proptest! {
        #[test]
        fn text_is_escaped_as_by_tera_but_for_controls(text in "([a-z é\n\t]|[<>&\"'/\u{1}\u{1b}\u{7f}]){0,100}") {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            escape(&text, &mut ours).expect("written");
            tera::escape_html(&text, &mut theirs).expect("written");
            let theirs = String::from_utf8(theirs).expect("UTF-8");
            let is_forbidden = |c: char| c.is_ascii_control() && c != '\n' && c != '\t';
            assert_eq!(String::from_utf8(ours), Ok(theirs.replace(is_forbidden, "\u{fffd}")));
        }
    }

    /// Makes records of a kind and a number.
    fn records(records: &[(Value, usize)]) -> Value {
        let record = |(kind, number): &(Value, usize)| {
            let mut map = Map::new();
            map.insert("kind".into(), kind.clone());
            map.insert("number".into(), Value::from(*number));
            Value::from(map)
        };
        Value::from(records.iter().map(record).collect::<Vec<_>>())
    }

    fn render(tera: &mut Tera, template: &str, context: &Context) -> Result<String, String> {
        tera.add_raw_template("a.html", template)
            .and_then(|()| tera.render("a.html", context))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn groups_come_in_the_order_in_which_they_are_met() {
        let kinds = (0..40).map(|n| (Value::from(format!("k{}", n * 7 % 20)), n));
        let kinds: Vec<_> = kinds.collect();
        let mut context = Context::new();
        context.insert_value("records", records(&kinds));
        let template = "{% for kind, group in records | group_by(attribute='kind') %}\
                        {{ kind }}:{% for one in group %}{{ one.number }},{% endfor %} {% endfor %}";
        let mut ours = Tera::default();
        replace(&mut ours);
        let expected: String = (0..20)
            .map(|n| format!("k{}:{n},{}, ", n * 7 % 20, n + 20))
            .collect();
        assert_eq!(render(&mut ours, template, &context), Ok(expected));
    }

    #[test]
    fn groups_are_those_of_tera() {
        let some = [
            (Value::from("a"), 1),
            (Value::none(), 2),
            (Value::from(3_u64), 3),
            (Value::from(true), 4),
            (Value::from(-3), 5),
            (Value::from("a"), 6),
            (Value::from(3), 7),
        ];
        let broken = [(Value::from("a"), 1), (Value::from(vec!["a"]), 2)];
        for (records, attribute) in [
            (records(&some), "kind"),
            (records(&some), "number"),
            (records(&some), "nothing"),
            (records(&broken), "kind"),
            (Value::from(vec![1]), "kind"),
            (Value::from(Vec::<Value>::new()), "kind"),
        ] {
            let mut context = Context::new();
            context.insert_value("records", records);
            let template = format!(
                "{{% set groups = records | group_by(attribute='{attribute}') %}}\
                 {{{{ groups | keys | sort }}}} {{{{ groups | get(key='a', default=0) }}}} {{{{ groups | length }}}}"
            );
            let mut ours = Tera::default();
            replace(&mut ours);
            let theirs = render(&mut Tera::default(), &template, &context);
            assert_eq!(render(&mut ours, &template, &context), theirs, "{template}");
        }
    }

    #[test]
    fn they_do_what_those_of_tera_do() {
        let mut context = Context::new();
        context.insert_value("html", Value::safe_string(" <b>x</b> "));
        context.insert_value("text", Value::from("<i> & y\n"));
        context.insert_value("number", Value::from(7));
        context.insert_value("texts", Value::from(vec!["a", "<b>", ""]));
        let mixed = vec![
            Value::from("<a>"),
            Value::safe_string("<b>"),
            Value::from(1),
            Value::none(),
        ];
        context.insert_value("mixed", Value::from(mixed));
        context.insert_value("nothing", Value::from(Vec::<Value>::new()));
        for expression in [
            "html | safe",
            "text | safe",
            "number | safe",
            "texts | safe",
            "html | trim",
            "html | trim | safe",
            "text | trim",
            "text | trim(pat=\"<\")",
            "html | str",
            "text | str",
            "number | str",
            "texts | str",
            "texts | join(sep=\", \")",
            "texts | join",
            "texts | join(sep=\" & \")",
            "mixed | join(sep=\" & \")",
            "mixed | join(sep=html)",
            "nothing | join(sep=\",\")",
            "texts | join(sep=html)",
        ] {
            for escape in [true, false] {
                let template = format!("[{{{{ {expression} }}}}]");
                let name = if escape { "a.html" } else { "a.txt" };
                let mut theirs = Tera::default();
                theirs.add_raw_template(name, &template).expect(expression);
                let mut ours = Tera::default();
                replace(&mut ours);
                ours.add_raw_template(name, &template).expect(expression);
                let [theirs, ours] = [theirs, ours].map(|tera| tera.render(name, &context).ok());
                assert!(theirs.is_some(), "{expression}");
                assert_eq!(ours, theirs, "{expression}");
            }
        }
    }
}
