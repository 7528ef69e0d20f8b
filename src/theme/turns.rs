//! Loops that come to an end: the turns of a site's own templates are counted.
//!
//! Tera cannot be stopped from outside, and a loop within loops can turn for years, in a build as in a
//! preview's thread. So each loop of a template that a site lays over the theme calls a function of ours
//! on each turn, and the numbers of `range` count as turns too. The built-in templates are read as they
//! are: they loop over what there is. A count is the same on every machine; a time would not be.

use std::cell::Cell;
use std::ops::Range;

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

/// How many turns all loops of a page may take together: some seconds' worth, fewer where a test waits for them.
const MOST: u64 = if cfg!(test) { 200_000 } else { 10_000_000 };

/// The function that a loop calls; no template of a person has such a name.
const CALL: &str = "{{ _digest_turn() }}";
const CALL_AND_TRIM: &str = "{{ _digest_turn() -}}";

thread_local! {
    /// How many turns are left; a page is rendered by one thread from its beginning to its end.
    static LEFT: Cell<u64> = const { Cell::new(MOST) };
}

/// This is a template whose loops count their turns.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// What Tera is given.
    pub text: String,
    /// The calls in it: their bytes, and those of the loop's tag in the template as it was written.
    calls: Vec<(Range<usize>, Range<usize>)>,
}

impl Counted {
    /// Puts a call into each loop of a template.
    pub fn new(template: &str) -> Counted {
        let mut counted = Counted::default();
        let mut done = 0;
        for tag in loops(template) {
            counted.text.push_str(&template[done..tag.end]);
            done = tag.end;
            let start = counted.text.len();
            // White space that the tag cuts away is behind the call now.
            let trims = template[tag.clone()].ends_with("-%}");
            counted
                .text
                .push_str(if trims { CALL_AND_TRIM } else { CALL });
            counted.calls.push((start..counted.text.len(), tag));
        }
        counted.text.push_str(&template[done..]);
        counted
    }

    /// Returns the bytes of the template as it was written that bytes of the text come from; a call
    /// comes from the tag of its loop.
    pub fn written(&self, range: Range<usize>) -> Range<usize> {
        let mut inserted = 0;
        for (call, tag) in &self.calls {
            if call.contains(&range.start) {
                return tag.clone();
            }
            if call.start < range.start {
                inserted += call.len();
            }
        }
        range.start - inserted..range.end.max(range.start) - inserted
    }
}

/// Gives templates the function that counts, and a `range` that does.
pub(super) fn count(tera: &mut Tera) {
    let turn = |_: Kwargs, _: &State| take(1).map(|()| Value::safe_string(""));
    tera.register_function("_digest_turn", turn);
    tera.register_function("range", range);
}

/// Begins a page.
pub(super) fn start() {
    LEFT.set(MOST);
}

pub(super) fn take(turns: u64) -> TeraResult<()> {
    let Some(left) = LEFT.get().checked_sub(turns) else {
        return Err(Error::message(format!(
            "the loops of the page take more than {} million turns",
            MOST / 1_000_000
        )));
    };
    LEFT.set(left);
    Ok(())
}

/// Numbers from `start` (0) to before `end`, by `step_by` (1), as Tera's own function makes them.
fn range(kwargs: Kwargs, _: &State) -> TeraResult<Vec<i64>> {
    let start = kwargs.get::<i64>("start")?.unwrap_or_default();
    let end = kwargs.must_get::<i64>("end")?;
    let step = kwargs.get::<i64>("step_by")?.unwrap_or(1);
    if step == 0 || (step > 0 && start > end) {
        return Err(Error::message(format!(
            "`range` cannot go from {start} to {end} by {step}"
        )));
    }
    let numbers = start.abs_diff(end).div_ceil(step.unsigned_abs());
    let numbers = if step < 0 && start <= end { 0 } else { numbers };
    take(numbers)?;
    // So many numbers stay between the two ends.
    Ok((0..numbers as i64)
        .map(|number| start + number * step)
        .collect())
}

/// Finds the tags that open a loop, in order.
fn loops(template: &str) -> Vec<Range<usize>> {
    let mut found = code(template);
    found.retain(|code| tag_name(&template[code.clone()]) == Some("for"));
    found
}

/// Finds the code of a template: what it prints and its tags, in order.
pub(super) fn code(template: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = template[at..].find('{').map(|open| at + open) {
        let end = match template.as_bytes().get(open + 1) {
            Some(b'#') => template[open..].find("#}").map(|end| open + end + 2),
            Some(b'{') => end_of_code(template, open + 2, "}}"),
            Some(b'%') => end_of_code(template, open + 2, "%}"),
            _ => Some(open + 1),
        };
        // What does not end is for Tera to report.
        let Some(end) = end else { break };
        at = end;
        if template[open..].starts_with("{{") || template[open..].starts_with("{%") {
            found.push(open..end);
        }
        if tag_name(&template[open..end]) == Some("raw") {
            at = end_of_raw(template, end);
        }
    }
    found
}

/// Returns the code of a template, as it stands there.
pub(super) fn codes(template: &str) -> impl Iterator<Item = &str> {
    let ranges = code(template).into_iter();
    ranges.map(|range| &template[range])
}

/// Tells whether a character may stand in a name.
pub(super) fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the name of a tag: of `{%- for x in y %}` it is `for`.
pub(super) fn tag_name(tag: &str) -> Option<&str> {
    let inside = tag.strip_prefix("{%")?;
    let inside = inside.strip_prefix('-').unwrap_or(inside).trim_start();
    inside.split(|c: char| !c.is_ascii_alphanumeric()).next()
}

/// Returns the byte behind the sign that ends code; what stands between quotation marks does not end it.
fn end_of_code(template: &str, start: usize, sign: &str) -> Option<usize> {
    let bytes = template.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            _ if bytes[at..].starts_with(sign.as_bytes()) => return Some(at + sign.len()),
            b'"' | b'\'' | b'`' => at = end_of_quote(template, at)?,
            _ => at += 1,
        }
    }
    None
}

/// Returns the byte behind the quotation mark that ends what the one at `start` begins.
pub(super) fn end_of_quote(template: &str, start: usize) -> Option<usize> {
    let bytes = template.as_bytes();
    let mut at = start + 1;
    while *bytes.get(at)? != bytes[start] {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    Some(at + 1)
}

/// Returns the byte behind the tag that ends a part which is no template.
fn end_of_raw(template: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(open) = template[at..].find("{%").map(|open| at + open) {
        let Some(end) = template[open..].find("%}").map(|end| open + end + 2) else {
            break;
        };
        if tag_name(&template[open..end]) == Some("endraw") {
            return end;
        }
        at = open + 2;
    }
    template.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tera::Context;

    use super::*;

    fn render(template: &str) -> Result<String, String> {
        let mut tera = Tera::default();
        count(&mut tera);
        start();
        tera.add_raw_template("a.html", template)
            .and_then(|()| tera.render("a.html", &Context::new()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn calls_stand_in_loops_and_nowhere_else() {
        let check = |template: &str, expected: &str| {
            let counted = Counted::new(template);
            let expected = expected.replace('@', CALL).replace('&', CALL_AND_TRIM);
            assert_eq!(counted.text, expected);
            // What stands behind the last call is found where it was written.
            let end = counted.text.len()..counted.text.len();
            assert_eq!(counted.written(end), template.len()..template.len());
        };
        check(
            "{% for a in b %}x{% endfor %}",
            "{% for a in b %}@x{% endfor %}",
        );
        check(
            "{%- for a in b -%} x{% else %}{% endfor %}",
            "{%- for a in b -%}& x{% else %}{% endfor %}",
        );
        check(
            "{% for a in '%}' %}{%for c in \"\\\"%}\"%}",
            "{% for a in '%}' %}@{%for c in \"\\\"%}\"%}@",
        );
        for same in [
            "{# {% for a in b %} #}",
            "{% raw %}{% for a in b %}{% endraw %}",
            "{{ '{% for a in b %}' }}",
            "{% format %}{% if for %}{ % for a in b % }",
            "{% for a in b",
            "{% for a in 'b %}",
        ] {
            check(same, same);
        }
    }

    #[test]
    fn a_call_is_told_as_its_loop() {
        let counted = Counted::new("é{% for a in b %}x{{ y }}{% endfor %}");
        let call = counted.text.find("_digest").expect("a call");
        assert_eq!(counted.written(call..call + 5), 2..18);
        let y = counted.text.find('y').expect("a name");
        assert_eq!(counted.written(y..y + 1), 22..23);
    }

    #[test]
    fn a_range_is_that_of_tera() {
        let template = |(start, end, step): (i64, i64, i64)| {
            format!("{{{{ range(start={start}, end={end}, step_by={step}) }}}}")
        };
        let theirs = Tera::default();
        for start in -3..3 {
            for end in -3..3 {
                for step in [-5, -2, -1, 0, 1, 2, 7] {
                    let template = template((start, end, step));
                    let expected = theirs.render_str(&template, &Context::new(), true);
                    assert_eq!(render(&template).ok(), expected.ok(), "{template}");
                }
            }
        }
        assert!(render("{% for a in range(end=100000) %}{% endfor %}").is_ok());
        assert!(render("{{ range(end=9223372036854775807) }}").is_err());
        assert!(
            render("{{ range(start=-9223372036854775807, end=9223372036854775807) }}").is_err()
        );
    }

    proptest! {
        #[test]
        fn a_counted_template_renders_as_it_would(
            parts in prop::collection::vec(prop::sample::select(vec![
                "{% for a in [1, 2] %}", "{% for a in 'x%}y' -%}", "{%- for k, v in {'a': 1} %}",
                "{% endfor %}", "{%- endfor -%}", "{% else %}", " ", "\n", "x", "{{ a }}",
                "{# {% for #}", "{% raw %}", "{% endraw %}", "{{ '{%' }}", "{%", "'",
            ]), 0..12)
        ) {
            let template: String = parts.concat();
            let mut tera = Tera::default();
            count(&mut tera);
            start();
            let plain = tera.render_str(&template, &Context::new(), true).ok();
            let counted = tera.render_str(&Counted::new(&template).text, &Context::new(), true).ok();
            prop_assert_eq!(counted, plain);
        }
    }
}
