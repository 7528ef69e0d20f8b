use super::*;
use crate::theme;

const OTHERS: [&str; 5] = ["de", "es", "fr", "ja", "zh"];

fn source(name: &str) -> Source {
    let path = format!("languages/{name}.toml");
    let bytes = theme::built_in_file(&path).expect("a built-in table");
    Source::new(path, std::str::from_utf8(bytes).expect("UTF-8"))
}

fn english() -> Table {
    parse_english(&source(FALLBACK), &mut Problems::new())
}

fn language(tag: &str) -> Language {
    let own = |name: &String| parse(&source(name), &english(), &mut Problems::new());
    Language::new(tag, tables_of(tag).iter().map(own))
}

fn date(text: &str) -> Date {
    Date::parse(text).expect("a date")
}

#[test]
fn every_built_in_table_is_whole_and_well_formed() {
    let english = english();
    let mut problems = Problems::new();
    parse(&source(FALLBACK), &english, &mut problems);
    for name in OTHERS {
        let table = parse(&source(name), &english, &mut problems);
        let missing: Vec<&str> = table.lacks(&english).collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?}");
    }
    let told: Vec<String> = problems
        .iter()
        .map(|problem| problem.render(crate::diagnostic::Palette::PLAIN))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    let there = theme::built_in_files().into_iter();
    let there = there.filter(|(path, _)| path.starts_with("languages/"));
    assert_eq!(there.count(), OTHERS.len() + 1, "a table is not tested");
}

#[test]
fn every_form_that_a_language_tells_apart_is_there_and_no_other() {
    for name in OTHERS.into_iter().chain([FALLBACK]) {
        let language = language(name);
        let used: std::collections::BTreeSet<&str> =
            (0..2000).map(|number| language.category(number)).collect();
        let entries: Vec<(&str, &Entry)> = language.entries().collect();
        for (key, entry) in entries {
            if let Entry::Forms(forms) = entry {
                let forms = forms.keys().map(String::as_str);
                assert!(
                    forms.eq(used.iter().copied()),
                    "{name}: {key} wants {used:?}"
                );
            }
        }
    }
}

#[test]
fn numbers_choose_the_form_that_their_language_wants() {
    let forms = |tag: &str, numbers: &[usize]| -> Vec<&'static str> {
        let language = Language::new(tag, [english()]);
        numbers.iter().map(|&n| language.category(n)).collect()
    };
    assert_eq!(forms("en", &[0, 1, 2]), ["other", "one", "other"]);
    assert_eq!(forms("fr", &[0, 1, 2]), ["one", "one", "other"]);
    assert_eq!(forms("ja", &[0, 1, 2]), ["other"; 3]);
    assert_eq!(
        forms("ru", &[1, 3, 5, 11, 21, 22]),
        ["one", "few", "many", "many", "one", "few"]
    );
    assert_eq!(
        forms("ar", &[0, 1, 2, 3, 11, 100]),
        ["zero", "one", "two", "few", "many", "other"]
    );
    assert_eq!(forms("pt-PT", &[0, 1]), ["other", "one"]);
    assert_eq!(forms("pt-BR", &[0, 1]), ["one", "one"]);
}

#[test]
fn dates_are_written_as_readers_of_the_language_expect() {
    let check = |tag: &str, day: &str, expected: [&str; 4]| {
        let (language, date) = (language(tag), date(day));
        let found = [
            language.day(date),
            language.month(date.year(), date.month()),
            language.week(date.week()),
            language.weekday(date).to_owned(),
        ];
        assert_eq!(found, expected, "{tag}");
    };
    let day = "2025-08-06";
    check(
        "en",
        day,
        [
            "6 August 2025",
            "August 2025",
            "Week 32 of 2025",
            "Wednesday",
        ],
    );
    check(
        "de",
        day,
        [
            "6. August 2025",
            "August 2025",
            "Woche 32, 2025",
            "Mittwoch",
        ],
    );
    check(
        "fr",
        day,
        ["6 août 2025", "Août 2025", "Semaine 32 de 2025", "Mercredi"],
    );
    check(
        "fr",
        "2025-05-01",
        ["1er mai 2025", "Mai 2025", "Semaine 18 de 2025", "Jeudi"],
    );
    check(
        "es",
        day,
        [
            "6 de agosto de 2025",
            "Agosto de 2025",
            "Semana 32 de 2025",
            "Miércoles",
        ],
    );
    check(
        "zh",
        day,
        ["2025年8月6日", "2025年8月", "2025年第32周", "星期三"],
    );
    check(
        "ja",
        day,
        ["2025年8月6日", "2025年8月", "2025年第32週", "水曜日"],
    );
}

#[test]
fn thousands_stand_apart_as_the_language_has_it() {
    let number = |tag: &str, number: usize| language(tag).number(number);
    assert_eq!(number("en", 999), "999");
    assert_eq!(number("en", 1_234_567), "1,234,567");
    assert_eq!(number("de", 1234), "1234");
    assert_eq!(number("de", 12345), "12.345");
    assert_eq!(number("fr", 1234), "1\u{202f}234");
}

#[test]
fn a_language_may_have_digits_of_its_own() {
    let text = "[numbers]\ndigits = \"۰۱۲۳۴۵۶۷۸۹\"\ngroup = \"٬\"\nfrom = 4";
    let own = parse(
        &Source::new("fa.toml", text),
        &english(),
        &mut Problems::new(),
    );
    let persian = Language::new("fa", [english(), own]);
    assert_eq!(persian.number(10_245), "۱۰٬۲۴۵");
    assert_eq!(persian.year(2025), "۲۰۲۵");
    assert_eq!(persian.direction(), "rtl");
}

#[test]
fn authors_are_shortened_as_the_language_lists_them() {
    let names = |count: usize| -> Vec<String> {
        let all = ["Ada", "Bob", "Cem", "Dan"];
        all.iter()
            .take(count)
            .map(|name| (*name).to_owned())
            .collect()
    };
    let short = |tag: &str, count: usize| language(tag).authors(&names(count));
    assert_eq!(short("en", 0), None);
    assert_eq!(short("en", 1).as_deref(), Some("Ada"));
    assert_eq!(short("en", 2).as_deref(), Some("Ada and Bob"));
    assert_eq!(short("en", 3).as_deref(), Some("Ada, Bob and Cem"));
    assert_eq!(short("en", 4).as_deref(), Some("Ada and 3 others"));
    assert_eq!(short("de", 4).as_deref(), Some("Ada und 3 weitere"));
    assert_eq!(short("ja", 4).as_deref(), Some("Ada、ほか3名"));
}

#[test]
fn a_variety_is_laid_over_its_language_and_that_over_english() {
    assert_eq!(tables_of("en"), ["en"]);
    assert_eq!(tables_of("de"), ["en", "de"]);
    assert_eq!(tables_of("pt-BR"), ["en", "pt", "pt-br"]);
    let own = parse(
        &Source::new("de.toml", "[words]\nsearch = \"Finden\""),
        &english(),
        &mut Problems::new(),
    );
    let german = Language::new("de", [english(), own]);
    assert_eq!(
        (german.word("search"), german.word("archive")),
        ("Finden", "Archive")
    );
}

#[test]
fn only_known_placeholders_are_filled_and_values_are_not_read_again() {
    assert_eq!(
        fill("{a} of {b}, {c}", &[("a", "{b}"), ("b", "2")]),
        "{b} of 2, {c}"
    );
    assert_eq!(fill("a } { b", &[("a", "1")]), "a } { b");
}
