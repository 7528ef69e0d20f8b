use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::diagnostic::Problems;
use crate::language::Language;
use crate::markup::{self, Found, Markup};
use crate::source::Source;
use crate::theme::value::Shape;
use crate::theme::{self, Asked, Context, Theme, ThemeFile, Value, turns, words};
use crate::view;

static SITE: Shape = Shape::new(&["title", "part", "nav", "nothing"]);
static PAPER: Shape = Shape::new(&[
    "title", "url", "html", "tags", "names", "count", "none", "unasked", "yes",
]);
static TAG: Shape = Shape::new(&["url", "name"]);
static EMPTY: Shape = Shape::new(&["unasked"]);

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn list<const N: usize>(values: [Value; N]) -> Value {
    Value::List(values.into())
}

fn record<const N: usize>(shape: &'static Shape, values: [Value; N]) -> Value {
    Value::Record(theme::Record::new(shape, values))
}

fn sites() -> [Value; 2] {
    ["tags", "archive"].map(|part| {
        let nav = list([text("a"), text("<b>")]);
        record(&SITE, [text("<S>"), text(part), nav, Value::None])
    })
}

/// The values that templates are given here.
fn values() -> Vec<(&'static str, Value)> {
    let tag = |name: &str| record(&TAG, [text("/t?a&b"), text(name)]);
    let fields = [
        text(" T & \"U\" "),
        text("/p"),
        Value::html(" <i>h</i>\n"),
        list([tag("one"), tag("<two>"), tag("")]),
        list([text("Ada <L>"), text("Bo")]),
        Value::Integer(12345),
        Value::None,
        Value::Absent,
        Value::Bool(true),
    ];
    let json = serde_json::json!({"a": "b"});
    let json = json.as_object().expect("a map");
    vec![
        ("paper", record(&PAPER, fields)),
        ("empty", list([])),
        ("hollow", record(&EMPTY, [Value::Absent])),
        ("zero", Value::Integer(0)),
        ("word", text("w")),
        (
            "mixed",
            list([text("<x>"), Value::html("<y>"), Value::None]),
        ),
        (
            "extra",
            theme::Show::show(theme::Json::new(json), &Asked::all()),
        ),
        (
            "both",
            list([
                tag("t"),
                record(&SITE, [text("T"), text("p"), Value::None, text("n")]),
            ]),
        ),
        ("site", sites()[1].clone()),
    ]
}

fn theme(files: &[(&str, &str)]) -> Option<Theme> {
    let files = files.iter().map(|(path, text)| ThemeFile {
        path: format!("templates/{path}"),
        name: (*path).to_owned(),
        bytes: text.as_bytes().to_vec(),
    });
    theme::load(files.collect(), "en", &mut Problems::new())
}

/// Reads templates without those of the built-in theme.
fn bare(files: &[(&str, &str)]) -> Option<Theme> {
    static ENGLISH: OnceLock<Arc<Language>> = OnceLock::new();
    let english = || words::read("en", &[], &mut Problems::new()).into();
    let language = ENGLISH.get_or_init(english).clone();
    let mut bare = Theme {
        tera: theme::engine(&language),
        language,
        sources: BTreeMap::new(),
        counted: BTreeMap::new(),
        statics: BTreeMap::new(),
    };
    for (name, text) in files {
        let name = (*name).to_owned();
        let counted = turns::Counted::new(text);
        bare.tera.add_raw_template(&name, &counted.text).ok()?;
        bare.counted.insert(name.clone(), counted);
        bare.sources.insert(name.clone(), Source::new(name, *text));
    }
    Some(bare)
}

/// What a program makes of `home.html`, and what Tera does.
fn both(theme: &Theme) -> (Option<String>, Option<String>) {
    let asked = Asked::all();
    let theirs = theme.render(&context(&asked), String::new).ok();
    let text = |sheet: theme::Sheet| sheet.as_str().to_owned();
    (ours(theme).map(text), theirs.map(text))
}

/// What a program makes of `home.html`.
fn ours(theme: &Theme) -> Option<theme::Sheet> {
    let programs = theme.programs(["home.html"].into_iter(), sites().into_iter());
    let page = programs.render(&context(&Asked::all()))?;
    check_notes(&page);
    Some(page)
}

fn context(asked: &Asked) -> Context<'_> {
    Context {
        values: Some(values()),
        ..Context::new("home.html", asked)
    }
}

/// What was noted of a page while it was written is what is on it.
fn check_notes(page: &theme::Sheet) {
    if let Some(marks) = page.notes().marks {
        let (mut noted, mut found) = (Vec::new(), Vec::new());
        for mark in marks {
            mark.find(page, &mut |one| noted.push(one));
        }
        let is_open = markup::for_each_attribute(page, Markup::Html, |one| found.push(one));
        assert_eq!((noted, false), (found, is_open), "{}", page.as_str());
    }
}

const PARTS: [(&str, &str); 3] = [
    (
        "own.html",
        "{% component row(x, n = 5, @words, @site) -%}\n<{{ x }}{{ n }}{{ words.search }}{{ site.part }}>\n{%- endcomponent row %}
         {% component tags(tags: array, kind: string = \"k\") %}{% for tag in tags %}{{ tag.name }}{{ kind }}{{ <row x={tag.url} /> }}{% else %}no{% endfor %}{% endcomponent tags %}",
    ),
    ("part.html", "[{{ word }}{% set word = \"set\" %}{{ word }}]"),
    (
        "frame.html",
        "a{% set word = \"frame\" %}{% block one %}b{{ word }}{% endblock %}c{% block two %}d{% block three %}e{% endblock %}f{% endblock two %}g{{ word }}",
    ),
];

fn page(text: &str) -> Option<(Option<String>, Option<String>)> {
    page_theme(text).as_ref().map(both)
}

/// A theme with a page and what it may use.
fn page_theme(text: &str) -> Option<Theme> {
    let mut files = PARTS.to_vec();
    files.push(("home.html", text));
    bare(&files)
}

#[test]
fn what_a_program_writes_is_read_while_it_is_written() {
    for (template, expected) in [
        (
            "<a href=\"{{ paper.url }}\">{{ paper.title }}</a><p id='{{ word }}'>{{ paper.html }}</p>",
            Some(vec!["/p", "w"]),
        ),
        (
            "{% for tag in paper.tags %}<a{% if loop.first %} id=\"i\"{% endif %} href=\"/t/{{ tag.name }}\">{% endfor %}",
            Some(vec!["i", "/t/one", "/t/&lt;two&gt;", "/t/"]),
        ),
        (
            "<script>{{ paper.title }}{{ paper.html }}</script><img src=\"{{ word | upper }}{{ 1 }}\">",
            Some(vec!["W1"]),
        ),
        ("<a href={{ paper.url }}>", None),
        ("<{{ word }} href=\"/p\">", None),
        ("<!-- {{ paper.html }} -->", None),
    ] {
        let theme = page_theme(template).expect("it is one");
        let page = ours(&theme).expect("it is written");
        let mut found = Vec::new();
        let marks = page.notes().marks.map(|marks| {
            let mut tell = |one: Found<'_>| {
                let (Found::Id(value) | Found::Address(value)) = one;
                found.push(String::from_utf8_lossy(value).into_owned());
            };
            marks.iter().for_each(|mark| mark.find(&page, &mut tell));
        });
        let expected = expected.map(|values| values.into_iter().map(str::to_owned).collect());
        assert_eq!(marks.map(|()| found), expected, "{template}");
    }
}

#[test]
fn a_program_writes_what_tera_writes() {
    for template in [
        "a {{- word -}} b {# c #} {#- d -#} e",
        "{{ paper.title }}{{ paper.html }}{{ paper.count }}{{ paper.none }}{{ paper.yes }}{{ 'x\"<' }}{{ 7 }}{{ true }}{{ none }}",
        "{{ paper.html | safe }}{{ paper.title | safe }}{{ paper.count | safe }}{{ paper.html | str }}{{ paper.title | str }}",
        "{{ paper.html | trim }}|{{ paper.html | trim | safe }}|{{ paper.title | trim }}|{{ word | trim }}",
        "{{ paper.names | join(sep=\", \") }}{{ paper.names | join(sep=\"<\") | safe }}{{ empty | join(sep=\"x\") }}",
        "{{ paper.names | length }}{{ paper.count | number }}{{ zero | count(of=\"papers\") }}",
        "{{ words.page_of | fill(number=paper.count, total=word) }}{{ words.search }}{{ words.links.code }}",
        "{{ \"{a} {b} {c}\" | fill(a=paper.html, b=\"<\") }}",
        "{% if paper.title %}1{% elif paper.count %}2{% endif %}{% if paper.none %}3{% else %}4{% endif %}{% if nothing %}5{% elif paper.nothing %}6{% elif paper.count > 12344 %}7{% endif %}",
        "{% if hollow %}1{% else %}2{% endif %}{% if paper %}3{% endif %}{% if empty %}4{% endif %}{% if zero %}5{% endif %}{% if not mixed %}6{% endif %}",
        "{{ paper.none or word }}{{ nothing or paper.nothing or 3 }}{{ word and paper.count }}{{ paper.none and word }}{{ (nothing or word) | str }}",
        "{% if word == \"w\" and paper.count != 5 or nothing.x %}1{% endif %}{% if not word == \"x\" %}2{% endif %}{% if nothing == paper.unasked %}3{% endif %}{% if paper.none == nothing %}4{% endif %}",
        "{% if paper.count >= 12345 %}1{% endif %}{% if paper.count <= 1 %}2{% endif %}{% if word < \"x\" %}3{% endif %}{% if paper.yes == true %}4{% endif %}{% if word == 1 %}5{% endif %}",
        "{{ paper.count - 45 + 2 - 1 }}{% set more = paper.names | length - 8 %}{{ more }}{% if more == 0 - 6 %}y{% endif %}",
        "{% if paper.url is starting_with(pat=\"/\") %}1{% endif %}{% if word is not ending_with(pat=\"w\") %}2{% endif %}{% if not (word and word is ending_with(pat=\"w\")) %}3{% endif %}",
        "{% for tag in paper.tags %}{{ loop.index }}{{ loop.index0 }}{{ loop.length }}{% if loop.first %}f{% endif %}{% if not loop.last %},{% endif %}{{ tag.name }}{% endfor %}{{ tag or \"gone\" }}",
        "{% for tag in paper.tags[1:] %}{{ tag.name }}{% endfor %}{% for tag in paper.tags[:2] %}{{ tag.name }}{% else %}no{% endfor %}{% for tag in paper.tags[:0] %}x{% else %}no{% endfor %}{{ paper.names[1] }}{{ paper.names[9] or \"none\" }}{{ paper.tags[0].url }}{{ (paper.tags[2:1] | length) }}",
        "{% for word in paper.names %}{{ word }}{% set word = \"x\" %}{{ word }}{% set other = word %}{% endfor %}{{ word }}{{ other or \"none\" }}",
        "{% for a in paper.tags %}{% for b in paper.names %}{{ a.name }}{{ b }}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",
        "{% set tags = paper.tags %}{% for tag in tags %}{{ tag.url }}{% endfor %}{% set all = paper.none or paper %}{{ all.title }}{{ all.nothing or 1 }}{% set cut = paper.tags[1:] %}{% for t in cut %}{{ t.name }}{% endfor %}",
        "{{ <row x={word} /> }}{{ <row n={paper.count} x=\"<\" /> -}} {{ <tags tags={paper.tags} /> }}{{ <tags tags={empty} kind={paper.html} /> }}",
        "{% include \"part.html\" %}{{ word }}{% for word in paper.names %}{% include \"part.html\" %}{{ word }}{% endfor %}",
        "{% extends \"frame.html\" %}{% block one %}1{{ super() }}2{% endblock %}{% block three %}3{{ word }}{% set word = \"w3\" %}{% endblock %}",
        "{% extends \"frame.html\" %}{% block two %}{{ super() }}{{ site.title }}{% block four %}4{% endblock four %}{% endblock %}",
        "{% set word = nothing %}{% include \"part.html\" %}{% for word in paper.names %}{% set word = nothing %}{% include \"part.html\" %}{% endfor %}",
        "{% if word or nothing and zero %}1{% endif %}{% if not word or word %}2{% endif %}{% for one in both %}{{ one.name or one.part }}{{ one.url or one.nothing }}{% endfor %}",
        "{{ word | upper }}{{ paper.names | first | replace(from=\"A\", to=\"<\") }}{{ paper.names | join }}{{ zero * 1 + 1.5 }}{{ -1 }}",
        "{{ 'a\\'b' }}{{ word ~ \"<\" ~ paper.count }}{{ word if paper.yes else nothing }}{{ [word, 1] | length }}{{ paper[word] or paper[\"title\"] }}{{ paper?.title }}",
        "{% for a in paper.tags %}{{ a.name | default(value=\"x\") | upper }}{{ site.title | lower }}{{ words.search | upper }}{{ words.links | json }}{% set b = a.url %}{{ b | reverse }}{% endfor %}",
        "{% if word is defined and paper.title is containing(pat=\"T\") %}1{% elif word %}2{% endif %}{% if nothing is undefined %}3{% endif %}{% if word in paper.names %}4{% else %}5{% endif %}{% if site.title | length > 2 %}{{ word }}{% endif %}",
        "{% component c(x, @site) %}{{ x | upper }}{{ site.title | upper }}{% endcomponent c %}{{ <c x={word} /> }}{% for n in paper.names %}{{ <c x={n} /> }}{% endfor %}",
        "{{ site.title }}{{ site.part }}{% if site.nothing %}x{% else %}y{{ word }}{% endif %}{% for item in site.nav %}{{ item }}{% if site.part == \"tags\" %}{{ loop.index }}{% endif %}{% endfor %}",
        "{% if site.title == \"<S>\" %}{{ word }}{% else %}{{ nothing }}{% endif %}{% if site.part == \"tags\" %}{{ word }}{% elif site.title %}z{% endif %}",
    ] {
        let (ours, theirs) = page(template).unwrap_or_else(|| panic!("{template}"));
        assert!(
            theirs.is_some() && ours == theirs,
            "{template}\n{ours:?}\n{theirs:?}"
        );
    }
}

#[test]
fn what_is_not_certain_is_left_to_tera() {
    for (why, template) in [
        ("nothing", "{{ nothing }}"),
        ("a field of nothing", "{% if nothing.x %}{% endif %}"),
        ("a field that is not there", "{{ paper.nothing }}"),
        (
            "a field of a field that is not there",
            "{% if paper.a.b %}{% endif %}",
        ),
        ("a field of a text", "{{ word.x }}"),
        ("a list in the place of a text", "{{ paper.names }}"),
        ("texts among HTML", "{{ mixed | join(sep=\", \") }}"),
        ("a record in the place of a text", "{{ paper }}"),
        (
            "a loop over a text",
            "{% for c in word %}{{ c }}{% endfor %}",
        ),
        (
            "a loop over a record",
            "{% for c in paper %}{{ c }}{% endfor %}",
        ),
        (
            "a loop over pairs",
            "{% for k, v in paper %}{{ k }}{% endfor %}",
        ),
        ("a number of a text", "{{ word | number }}"),
        (
            "the length of a text of other letters",
            "{{ \"é\" | length }}",
        ),
        ("a count of nothing", "{{ zero | count(of=\"nothing\") }}"),
        ("words that are not there", "{{ words.nothing }}"),
        ("what is foreign", "{{ extra.a }}"),
        ("whether it is there", "{% if extra %}{% endif %}"),
        ("numbers and texts", "{% if word < 1 %}{% endif %}"),
        ("a sum of texts", "{{ word + 1 }}"),
        ("a map", "{% set m = {a: 1} %}"),
        ("all values", "{{ __tera_context }}"),
        (
            "a function",
            "{% for n in range(end=2) %}{{ n }}{% endfor %}",
        ),
        (
            "another name for the site",
            "{% set site = paper %}{{ site.title }}",
        ),
        (
            "another name for the words",
            "{% for words in paper.names %}{{ words }}{% endfor %}",
        ),
        ("raw text", "{% raw %}{{ x }}{% endraw %}"),
        ("an unknown filter of nothing", "{{ nothing | upper }}"),
        (
            "the turn of a loop, in another filter",
            "{% for n in paper.names %}{{ loop.index | abs }}{% endfor %}",
        ),
        ("a block that is set", "{% set a %}b{% endset %}"),
        ("a global name", "{% set_global a = 1 %}"),
        (
            "a way out",
            "{% for a in paper.names %}{% break %}{% endfor %}",
        ),
        ("a filtered part", "{% filter upper %}a{% endfilter %}"),
        ("a missing argument", "{{ <row /> }}"),
        ("an unknown argument", "{{ <row x={word} z={word} /> }}"),
        ("an argument of another type", "{{ <tags tags={word} /> }}"),
        (
            "an argument of another type than without it",
            "{{ <row x={word} n={word} /> }}",
        ),
        ("a shorthand", "{{ <row x={word} n /> }}"),
        (
            "a call within an expression",
            "{{ <row x={word} /> | safe }}",
        ),
        ("a body", "{% <row x={word}> %}a{% </row> %}"),
        (
            "a component that calls itself",
            "{% component me(x) %}{% if x %}{{ <me x={x.y} /> }}{% endif %}{% endcomponent me %}{{ <me x={paper} /> }}",
        ),
        (
            "words out of sight",
            "{% component c() %}{{ words.search }}{% endcomponent c %}{{ <c /> }}",
        ),
        (
            "a site out of sight",
            "{% component c() %}{{ site.title }}{% endcomponent c %}{{ <c /> }}",
        ),
        (
            "what a component includes",
            "{% component c() %}{% include \"part.html\" %}{% endcomponent c %}{{ <c /> }}",
        ),
        (
            "the turn of a loop that is around",
            "{% component c() %}{{ loop.index }}{% endcomponent c %}{% for a in paper.names %}{{ <c /> }}{% endfor %}",
        ),
    ] {
        // Some of them Tera does not read either, or not all of them: then no program is asked.
        if let Some((ours, _)) = page(template) {
            assert_eq!(ours, None, "{why}: {template}");
        }
    }
}

#[test]
fn a_name_of_the_caller_s_surroundings_is_sought_there() {
    let component =
        "{% component c(@word, @a) %}{{ word }}{% if a %}{{ a }}{% endif %}{% endcomponent c %}";
    for page in [
        "{% for a in paper.names %}{{ <c /> }}{% endfor %}",
        "{% set a = 1 %}{% set word = paper.nothing %}{% if word %}{% endif %}{{ <c /> }}",
        "{{ <c /> }}",
    ] {
        let files = [("own.html", component), ("home.html", page)];
        let (ours, theirs) = both(&bare(&files).expect("Tera reads it"));
        assert_eq!(ours.is_some(), theirs.is_some(), "{page}");
        assert_eq!(ours, theirs);
    }
}

#[test]
fn a_block_knows_no_loop_around_what_extends_it() {
    let files = [
        (
            "frame.html",
            "{% block one %}{{ loop.index }}{% endblock %}",
        ),
        (
            "home.html",
            "{% extends \"frame.html\" %}{% block one %}{% for a in paper.names %}{{ super() }}{% endfor %}{% endblock %}",
        ),
    ];
    assert_eq!(both(&bare(&files).expect("Tera reads it")), (None, None));
}

#[test]
fn a_site_s_templates_go_before_built_in_ones() {
    let files = [
        (
            "home.html",
            "{{ <formats alternates={empty} /> }}{% include \"parts/footer.html\" %}{{ <tag_list tags={paper.tags} /> }}",
        ),
        (
            "own.html",
            "{% component formats(alternates) %}own{% endcomponent formats %}",
        ),
        ("parts/footer.html", "foot"),
    ];
    let (ours, theirs) = both(&theme(&files).expect("Tera reads it"));
    assert!(
        ours.as_deref()
            .is_some_and(|text| text.starts_with("ownfoot"))
    );
    assert_eq!(ours, theirs);
}

#[test]
fn turns_of_a_site_s_loops_are_counted() {
    let nested = "{% for a in site.nav %}".repeat(30) + &"{% endfor %}".repeat(30);
    let page =
        format!("{{{{ word }}}}{{% for x in paper.names %}}{nested}{{{{ x }}}}{{% endfor %}}");
    let theme = theme(&[("home.html", &page)]).expect("Tera reads it");
    assert_eq!(both(&theme), (None, None));
}

/// Declares templates of the theme with which builds are measured.
macro_rules! plain {
    ($($name:literal)*) => {
        [$((
            $name,
            include_str!(concat!("../../../benches/build/plain/templates/", $name)),
        ),)*]
    };
}

const PLAIN: [(&str, &str); 13] = plain!(
    "base.html" "list.html" "home.html" "issue.html" "paper.html" "period.html" "archive.html" "tag.html" "tags.html"
    "404.html" "feed.xml" "pieces/row.html" "pieces/entry.xml"
);

#[test]
fn nearly_all_templates_are_programs() {
    for theme in [theme(&[]), theme(&PLAIN)] {
        let theme = theme.expect("Tera reads it");
        let names = || view::TEMPLATES.iter().map(|template| template.name);
        let programs = theme.programs(names(), std::iter::empty());
        let left: Vec<&str> = names()
            .filter(|name| !programs.templates.contains_key(name))
            .collect();
        // What is no markup is not escaped.
        assert_eq!(left, ["robots.txt", "email.txt"]);
    }
}

/// Expressions; most have a value that can be written.
fn expression() -> impl Strategy<Value = &'static str> {
    let written = vec![
        "word",
        "word",
        "paper.title",
        "paper.html",
        "paper.count",
        "paper.none",
        "paper.yes",
        "zero",
        "site.title",
        "site.part",
        "site.nothing",
        "words.search",
        "paper.names[1]",
        "\"<q>\"",
        "5",
        "true",
        "none",
        "not word",
        "not x",
        "word or nothing",
        "paper.none or word",
        "x and word",
        "word == \"w\"",
        "x == word",
        "paper.count > 5",
        "zero - 3",
        "paper.html | trim | safe",
        "paper.title | trim",
        "paper.names | join(sep=\"&\")",
        "paper.tags | length",
        "paper.html | str",
        "word | safe",
        "zero | count(of=\"papers\")",
        "paper.tags[0].name",
        "words.page_of | fill(number=word, total=3)",
        "paper.count | number",
        "word is starting_with(pat=\"w\")",
        "word is not ending_with(pat=\"e\")",
        "nothing or zero == 0 and not paper.none",
        "word | upper",
        "word ~ paper.count",
        "x if x else 5",
        "[word, zero] | length",
        "paper?.title",
        "word is defined",
        "paper.names | first",
        "word in paper.names",
    ];
    let others = vec![
        "paper.unasked",
        "nothing",
        "hollow",
        "empty",
        "x",
        "x.name",
        "x.url",
        "paper.names",
        "paper.tags",
        "paper.tags[0]",
        "paper.tags[:2]",
        "mixed",
        "loop.index",
        "loop.last",
        "paper.none or x",
        "x | safe",
        "extra",
        "extra.a",
        "word | upper",
        "x is ending_with(pat=\"e\")",
    ];
    prop_oneof![
        9 => prop::sample::select(written),
        1 => prop::sample::select(others),
    ]
}

/// Lists, and what is none.
fn several() -> impl Strategy<Value = &'static str> {
    let lists = vec![
        "paper.tags",
        "paper.names",
        "empty",
        "mixed",
        "site.nav",
        "paper.tags[1:]",
        "paper.names[:1]",
        "word",
        "nothing",
    ];
    prop::sample::select(lists)
}

/// A part of a template.
fn part(is_page: bool) -> impl Strategy<Value = String> {
    let space = prop::sample::select(vec!["", "-"]);
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "a",
            " ",
            "\n",
            "{",
            "}",
            "%",
            "{# c #}",
            "{#- c -#}",
            "é",
            "<b>",
            "<a href=\"",
            "\">",
            "</a>",
            "<p id='",
            "'>",
            "<script>",
            "</script>",
            "<!-- ",
            " -->",
        ])
        .prop_map(str::to_owned),
        (expression(), space.clone(), space.clone())
            .prop_map(|(e, a, b)| format!("{{{{{a} {e} {b}}}}}")),
        expression().prop_map(|e| format!("{{% set x = {e} %}}")),
        expression().prop_map(|e| format!("{{% set word = {e} -%}}")),
        prop::sample::select(match is_page {
            true => vec!["{% include \"part.html\" %}", "{{ super() }}"],
            false => vec!["{{ site.part }}"],
        })
        .prop_map(str::to_owned),
        expression().prop_map(|e| format!("{{{{ <row x={{{e}}} /> }}}}")),
        (expression(), expression())
            .prop_map(|(e, f)| format!("{{{{ <tags tags={{{e}}} kind={{{f}}} /> }}}}")),
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let some = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        prop_oneof![
            (expression(), some.clone(), some.clone(), space.clone()).prop_map(|(e, a, b, s)| {
                format!("{{% if {e} {s}%}}{a}{{%{s} else %}}{b}{{% endif %}}")
            }),
            (expression(), expression(), some.clone(), some.clone()).prop_map(|(e, f, a, b)| {
                format!("{{% if {e} %}}{a}{{% elif {f} %}}{b}{{% endif -%}}")
            }),
            (several(), some.clone(), space.clone()).prop_map(|(e, a, s)| {
                format!("{{% for x in {e} {s}%}}{a}{{{{ loop.index }}}}{{% endfor {s}%}}")
            }),
            (some.clone(), some.clone()).prop_map(|(a, b)| {
                format!("{{% for x in paper.tags %}}{a}{{% else %}}{b}{{% endfor %}}")
            }),
            (some.clone(), some).prop_map(|(a, b)| {
                format!("{{% for word in paper.names %}}{a}{{{{ word }}}}{{% endfor %}}{b}")
            }),
        ]
    })
}

fn parts(is_page: bool) -> impl Strategy<Value = String> {
    prop::collection::vec(part(is_page), 1..4).prop_map(|parts| parts.concat())
}

#[test]
fn whatever_a_program_writes_tera_writes_too() {
    const CASES: u32 = 2_000;
    let (read, written) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let cases = (parts(true), parts(true), parts(false), parts(true));
    let outcome = runner.run(&cases, |(page, block, component, part)| {
        let page = format!("{{% extends \"frame.html\" %}}{{% block one %}}{page}{{% endblock %}}");
        let frame = format!("a{{% block one %}}{block}{{% endblock %}}{{{{ word }}}}");
        let own = format!(
            "{{% component row(x, word = \"w\", @words, @site) %}}{component}{{% endcomponent row %}}
             {{% component tags(tags: array, kind = none) %}}{{% for x in tags %}}{{{{ x.name }}}}{{{{ kind or \"\" }}}}{{% endfor %}}{{% endcomponent tags %}}"
        );
        let own = own.replace("super()", "site.title");
        let part = part.replace("{% include \"part.html\" %}", "").replace("super()", "word");
        let frame = frame.replace("super()", "word");
        // Tera wants to know what others name.
        let files = [
            ("own.html", &*own),
            ("part.html", &part),
            ("frame.html", &frame),
            ("home.html", &page),
        ];
        let Some((ours, theirs)) = bare(&files).as_ref().map(both) else {
            return Ok(());
        };
        read.set(read.get() + 1);
        if ours.is_some() {
            written.set(written.get() + 1);
            prop_assert_eq!(ours, theirs, "{:#?}", files);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let (read, written) = (read.get(), written.get());
    assert!(
        read * 2 > CASES && written * 10 > read,
        "{written} of {read}"
    );
}
