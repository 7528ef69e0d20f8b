//! What Tera has of its own and pages ask for by the thousand, to the same effect with less copying.

use std::io::{self, Write};

use crate::html;
use tera::{Kwargs, State, StringInput, Tera, TeraResult, Value};

/// Puts it in the place of Tera's.
pub(super) fn replace(tera: &mut Tera) {
    tera.set_escape_fn(escape);
    tera.register_filter("safe", safe);
    tera.register_filter("trim", trim);
    tera.register_filter("join", join);
    tera.register_filter("str", text);
}

/// Escapes text for HTML and XML.
fn escape(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let bytes = text.as_bytes();
    let (mut done, mut at) = (0, 0);
    while at < bytes.len() {
        at += html::plain_length(&bytes[at..]);
        let end = (at + 32).min(bytes.len());
        for (at, &byte) in bytes[..end].iter().enumerate().skip(at) {
            let sign = SIGNS[usize::from(byte)];
            if !sign.is_empty() {
                out.write_all(&bytes[done..at])?;
                out.write_all(sign.as_bytes())?;
                done = at + 1;
            }
        }
        at = end;
    }
    out.write_all(&bytes[done..])
}

/// What stands for a byte; nothing for one that stands for itself.
static SIGNS: [&str; 256] = {
    let mut signs = [""; 256];
    // Control characters may stand in no page, and stop readers of feeds.
    let mut control = 0;
    while control < b' ' {
        if !matches!(control, b'\t' | b'\n' | b'\r') {
            signs[control as usize] = "\u{fffd}";
        }
        control += 1;
    }
    signs[0x7f] = "\u{fffd}";
    signs[b'&' as usize] = "&amp;";
    signs[b'<' as usize] = "&lt;";
    signs[b'>' as usize] = "&gt;";
    signs[b'"' as usize] = "&quot;";
    signs[b'\'' as usize] = "&#39;";
    signs
};

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
