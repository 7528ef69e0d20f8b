//! What a digest gives to other programs is read back by their rules: BibTeX, CSL-JSON, JSON, and
//! what reference managers find in pages.
//!
//! The tests with `bibtex`, `biber` and Python are skipped with a printed reason where these are
//! missing.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use support::Sandbox;

const BASE: &str = "https://user.github.io/repo/";

/// Papers with everything that a citation can hold, and much that it should not.
const RICH: [(&str, &str); 3] = [
    (
        "tulu",
        r#"title: 'TÜLU 3 & C++: 100% of $\mathcal{O}(n_1^2)$ {at} #1_a~b^c \ </script><!--'
date: 2025-08-05
tags: [alignment, fine-tuning]
authors: [Nathan Lambert, "Núñez, José", Jan van der Berg, "Sammy Davis Jr.", Qwen Team, OpenAI, "Tom and Jerry", "A} {B", et al.]
published: 2024-11-22
arxiv: "2411.15124"
doi: 10.48550/arXiv.2411.15124
venue: NeurIPS 2024
links: {code: "https://example.org/code?a=1&b=2"}
note: "The *first* recipe & more."
featured: true
aliases: [/old/tulu/]
extra: {anything: [1, {goes: "</script>"}]}"#,
    ),
    (
        "nature",
        "title: \"Sets $\\\\{ x$ and \\\"quotes\\\"\"
date: 2025-08-05
tags: [alignment]
authors: [Ada Lovelace]
doi: \"10.1000/a(b)%2F{c}_d#e\"
venue: \"Nature, 2020\"",
    ),
    (
        "bare",
        "title: \"Only a title\"
date: 2025-08-04",
    ),
];

/// A style of BibTeX that writes keys, authors and titles.
const STYLE: &str = r#"
ENTRY { address author booktitle eprint howpublished journal key month note title url year } {} { label }
INTEGERS { at }
FUNCTION {names} {
  author empty$ { "" } {
    "" #1 'at :=
    { at author num.names$ > { #0 } { #1 } if$ }
    { author at "{f.~}{vv~}{ll}{, jj}" format.name$ ", " * * at #1 + 'at := }
    while$
  } if$
}
FUNCTION {show} {
  "\bibitem{" cite$ * "} " * names * title empty$ { "" } { title "t" change.case$ } if$ * write$ newline$
}
FUNCTION {article} { show }
FUNCTION {inproceedings} { show }
FUNCTION {misc} { show }
FUNCTION {default.type} { misc }
MACRO {jan} {"1"} MACRO {feb} {"2"} MACRO {mar} {"3"} MACRO {apr} {"4"} MACRO {may} {"5"} MACRO {jun} {"6"}
MACRO {jul} {"7"} MACRO {aug} {"8"} MACRO {sep} {"9"} MACRO {oct} {"10"} MACRO {nov} {"11"} MACRO {dec} {"12"}
READ
ITERATE {call.type$}
"#;

#[test]
fn every_bibliography_is_read_back_whole() {
    let site = built();
    let files = site.tree("public");
    let all = keys(&files["papers.bib"]);
    assert_eq!(all.len(), 61);
    let papers: BTreeSet<String> = files
        .keys()
        .filter_map(|name| name.strip_prefix("papers/")?.strip_suffix(".html"))
        .map(str::to_owned)
        .collect();
    assert_eq!(all, papers, "a key is a slug");
    let of = |start: &str| {
        let found = files
            .iter()
            .filter(|(name, _)| name.starts_with(start) && name.ends_with(".bib"));
        found
            .flat_map(|(_, bytes)| keys(bytes))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(of("2025/"), all, "each paper is in the file of its issue");
    assert_eq!(
        keys(&files["2025/08/05.bib"]),
        ["nature", "tulu"].map(str::to_owned).into()
    );
    assert!(keys(&files["tags/fine-tuning.bib"]).contains("tulu"));
    assert!(of("tags/").len() >= 59);
}

#[test]
fn an_entry_says_what_the_front_matter_says() {
    let site = built();
    let expected = r"@inproceedings{tulu,
  title = {{TÜLU 3 \& C++: 100\% of $\mathcal{O}(n_1^2)$ \textbraceleft{}at\textbraceright{} \#1\_a\textasciitilde{}b\textasciicircum{}c \textbackslash{} </script><!--}},
  author = {Lambert, Nathan and Núñez, José and van der Berg, Jan and Davis, Jr., Sammy and {Qwen Team} and {OpenAI} and {Tom and Jerry} and \textbraceleft{}B, A\textbraceright{} and others},
  year = {2024},
  month = nov,
  booktitle = {NeurIPS 2024},
  eprint = {2411.15124},
  archivePrefix = {arXiv},
  eprinttype = {arxiv},
  doi = {10.48550/arXiv.2411.15124},
  url = {https://arxiv.org/abs/2411.15124},
}
";
    let issue = site.read("public/2025/08/05.bib");
    assert!(issue.starts_with(expected), "{issue}");
    let page = site.read("public/papers/tulu.html");
    assert_eq!(
        unescape(between(&page, "<pre>", "</pre>")),
        expected.trim_end()
    );
    let data = between(
        &page,
        "href=\"data:application/x-bibtex;charset=utf-8,",
        "\"",
    );
    assert_eq!(decode(data), expected);
}

#[test]
fn bibtex_and_biber_take_every_entry() {
    let site = built();
    let folder = site.path().join("public");
    let run = |tool: &str, arguments: &[&str]| {
        let ran = Command::new(tool)
            .args(arguments)
            .current_dir(&folder)
            .envs([("BIBINPUTS", "."), ("BSTINPUTS", ".")])
            .output();
        match ran {
            Ok(output) => Some(support::Ran::of(&output)),
            Err(_) => {
                support::missing(&format!("there is no {tool}"));
                None
            }
        }
    };
    // A style of our own, for the usual ones come with a whole TeX: it asks for what `plain` asks.
    site.write("public/all.bst", STYLE);
    let wanted = "\\relax\n\\citation{*}\n\\bibstyle{all}\n\\bibdata{papers}\n";
    site.write("public/all.aux", wanted);
    if let Some(ran) = run("bibtex", &["all"]) {
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        assert!(!ran.stdout.contains("Warning"), "{}", ran.stdout);
        let list = String::from_utf8_lossy(&site.tree("public")["all.bbl"]).into_owned();
        assert_eq!(list.matches("\\bibitem").count(), 61);
        let list = list.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            list.contains("J.~van~der Berg, S.~Davis, Jr., {Qwen Team}"),
            "{list}"
        );
    }
    if let Some(ran) = run("biber", &["--tool", "--nolog", "papers.bib"]) {
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, 0, "{said}");
        // An eprint is named in two ways on purpose, and biber says which it takes.
        let other = said
            .lines()
            .filter(|line| line.starts_with("WARN") || line.starts_with("ERROR"));
        let other: Vec<&str> = other
            .filter(|line| !line.contains("archiveprefix") && !line.starts_with("WARNINGS"))
            .collect();
        assert!(other.is_empty(), "{said}");
    }
}

#[test]
fn citation_processors_get_the_same_papers() {
    let site = built();
    let items = json(&site, "papers.csl.json");
    let items = items.as_array().expect("an array");
    assert_eq!(items.len(), 61);
    let item = items
        .iter()
        .find(|item| item["id"] == "tulu")
        .expect("the paper");
    assert_eq!(item["type"], "paper-conference");
    assert_eq!(
        item["author"][1],
        serde_json::json!({"family": "Núñez", "given": "José"})
    );
    assert_eq!(
        item["author"][4],
        serde_json::json!({"literal": "Qwen Team"})
    );
    assert_eq!(
        item["issued"]["date-parts"],
        serde_json::json!([[2024, 11, 22]])
    );
    assert_eq!(
        json(&site, "2025/08/05.csl.json").as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn the_json_of_papers_follows_its_schema_and_leads_to_pages() {
    let site = built();
    let schema = json(&site, "schema/papers.json");
    assert_eq!(schema["$id"], format!("{BASE}schema/papers.json"));
    let known = schema["$defs"]["paper"]["properties"]
        .as_object()
        .expect("properties");
    let mut used = BTreeSet::new();
    for name in ["papers.json", "2025/08/05.json", "2025/08/06.json"] {
        let file = json(&site, name);
        assert_eq!(file["$schema"], schema["$id"]);
        for paper in file["papers"].as_array().expect("papers") {
            used.extend(paper.as_object().expect("a paper").keys().cloned());
            for field in ["url", "issue_url"] {
                let url = paper[field].as_str().expect("an address");
                let path = url.strip_prefix(BASE).expect("an address of the site");
                assert!(site.path().join("public").join(path).is_file(), "{url}");
            }
        }
    }
    let never = ["draft", "image", "links"];
    let unknown: Vec<_> = used
        .iter()
        .filter(|name| !known.contains_key(*name))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let unused: Vec<_> = known.keys().filter(|name| !used.contains(*name)).collect();
    assert!(
        unused.iter().all(|name| never.contains(&name.as_str())),
        "{unused:?}"
    );

    assert_valid_by_the_schema(
        &site,
        &["papers.json", "2025/08/05.json", "2025/08/06.json"],
    );
}

#[test]
fn a_large_site_parts_its_json_by_year() {
    let site = Sandbox::new();
    let note = "x".repeat(60_000);
    for (number, day) in ["2023-05-01", "2024-05-01", "2024-05-02"]
        .iter()
        .cycle()
        .take(90)
        .enumerate()
    {
        let text = format!(
            "---\ntitle: Large {number}\ndate: {day}\ntags: []\nnote: {note}\n---\nText.\n"
        );
        site.write(&format!("content/papers/{day}/large-{number}.md"), &text);
    }
    let ran = site.digest(&["build", "--base-url", BASE]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let all = json(&site, "papers.json");
    assert_eq!(all["papers"], serde_json::json!([]));
    let parts = [
        format!("{BASE}2024/papers.json"),
        format!("{BASE}2023/papers.json"),
    ];
    assert_eq!(all["parts"], serde_json::json!(parts));
    for (name, count) in [("2024/papers.json", 60), ("2023/papers.json", 30)] {
        let papers = json(&site, name)["papers"].as_array().map(Vec::len);
        assert_eq!(papers, Some(count), "{name}");
    }
    let files = ["papers.json", "2024/papers.json", "2023/papers.json"];
    assert_valid_by_the_schema(&site, &files);
}

/// The rules are those of Zotero's reader of OpenURL: pairs are parted at `&`, a key at `=`, and a
/// `+` in a value, however it is written, is a space.
#[test]
fn reference_managers_find_every_paper_of_a_list() {
    let site = built();
    let issue = coins(&site.read("public/2025/08/06.html"));
    assert_eq!(issue.len(), 58);
    for item in &issue {
        assert_eq!(item["rft_val_fmt"], ["info:ofi/fmt:kev:mtx:dc"]);
        assert_eq!(item["rft.type"], ["preprint"]);
        assert!(
            item["rft.identifier"][0].starts_with("https://"),
            "{item:?}"
        );
    }
    assert_eq!(coins(&site.read("public/index.html")).len(), 58);
    let tag = coins(&site.read("public/tags/fine-tuning.html"));
    let item = tag
        .iter()
        .find(|item| item["rft.title"][0].starts_with("TÜLU"))
        .expect("the paper");
    let title = "TÜLU 3 & C  : 100% of O(n_1^2) {at} #1_a~b^c \\ </script><!--";
    assert_eq!(item["rft.title"], [title], "{item:?}");
    // In the order of the paper; a group is one name, and a particle belongs to the family.
    let people = [
        ("Lambert", "Nathan"),
        ("Núñez", "José"),
        ("van der Berg", "Jan"),
        ("Davis", "Sammy Jr"),
        ("Qwen Team", ""),
        ("OpenAI", ""),
        ("Tom and Jerry", ""),
        ("{B", "A}"),
    ];
    assert_eq!(zotero::of_openurl(item), pairs(&people));
    assert_eq!(item["rft_id"], ["info:doi/10.48550/arXiv.2411.15124"]);
    assert_eq!(item["rft.date"], ["2024-11-22"]);
}

#[test]
fn a_papers_page_says_what_catalogues_read() {
    let site = built();
    let page = site.read("public/papers/tulu.html");
    let tags: Vec<(String, String)> = page
        .match_indices("<meta name=\"citation_")
        .map(|(at, _)| &page[at..])
        .map(|tag| {
            (
                between(tag, "name=\"", "\"").to_owned(),
                unescape(between(tag, "content=\"", "\"")),
            )
        })
        .collect();
    let of = |name: &str| -> Vec<&str> {
        tags.iter()
            .filter(|(found, _)| found == name)
            .map(|(_, content)| content.as_str())
            .collect()
    };
    assert_eq!(of("citation_author").len(), 8);
    assert_eq!(of("citation_author")[1], "José Núñez");
    let people = [
        ("Lambert", "Nathan"),
        ("Núñez", "José"),
        ("van der Berg", "Jan"),
        ("Davis", "Sammy Jr"),
        ("Team", "Qwen"),
        ("OpenAI", ""),
        ("Jerry", "Tom and"),
        ("{B", "A}"),
    ];
    assert_eq!(zotero::of_tags(&of("citation_author")), pairs(&people));
    assert_eq!(zotero::kind(&page), "conferencePaper");
    assert_eq!(
        zotero::kind(&site.read("public/papers/nature.html")),
        "journalArticle"
    );
    assert_eq!(
        zotero::kind(&site.read("public/papers/bare.html")),
        "preprint"
    );
    // A reader asks for COinS before it looks at the head, which says more.
    assert!(!page.contains("Z3988"));
    assert_eq!(of("citation_publication_date"), ["2024/11/22"]);
    assert_eq!(of("citation_conference_title"), ["NeurIPS 2024"]);
    assert_eq!(of("citation_pdf_url"), ["https://arxiv.org/pdf/2411.15124"]);
    assert_eq!(
        of("citation_abstract_html_url"),
        [format!("{BASE}papers/tulu.html")]
    );

    let script = between(&page, "<script type=\"application/ld+json\">", "</script>");
    let article: Value = serde_json::from_str(script).expect("JSON");
    assert_eq!(article["@type"], "ScholarlyArticle");
    assert_eq!(article["headline"], of("citation_title")[0]);
    assert_eq!(
        article["author"][4],
        serde_json::json!({"@type": "Organization", "name": "Qwen Team"})
    );
    assert_eq!(article["url"], format!("{BASE}papers/tulu.html"));
}

#[test]
fn pages_stay_light() {
    let site = built();
    let files = site.tree("public");
    let style = compressed(&files["theme/style.css"]);
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("papers/")) {
        let weight = compressed(bytes) + style;
        assert!(
            weight <= 15_000,
            "{name} weighs {weight} bytes with its style"
        );
    }
    let issue = compressed(&files["2025/08/06.html"]) + style;
    assert!(
        issue <= 60_000,
        "an issue of 58 papers weighs {issue} bytes with its style"
    );
}

/// The real site and the rich papers, built under a path.
fn built() -> Sandbox {
    let site = Sandbox::with_real_papers();
    for (slug, front) in RICH {
        let day = front
            .split("date: ")
            .nth(1)
            .and_then(|rest| rest.get(..10))
            .expect("a date");
        site.write(
            &format!("content/papers/{day}/{slug}.md"),
            &format!("---\n{front}\n---\nText.\n"),
        );
    }
    let ran = site.digest(&["build", "--base-url", BASE]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    site
}

fn keys(bytes: &[u8]) -> BTreeSet<String> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let read =
        biblatex::Bibliography::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let keys: BTreeSet<String> = read.iter().map(|entry| entry.key.clone()).collect();
    assert_eq!(keys.len(), text.matches("\n@").count() + 1, "{text}");
    keys
}

fn assert_valid_by_the_schema(site: &Sandbox, files: &[&str]) {
    let program = format!(
        "import json, jsonschema
schema = json.load(open('schema/papers.json'))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for name in {files:?}:
    validator.validate(json.load(open(name)))
assert not validator.is_valid({{}}) and not validator.is_valid({{**json.load(open(name)), 'title': 5}})"
    );
    support::python(&site.path().join("public"), "jsonschema", &program);
}

fn json(site: &Sandbox, name: &str) -> Value {
    serde_json::from_str(&site.read(&format!("public/{name}")))
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn coins(page: &str) -> Vec<BTreeMap<String, Vec<String>>> {
    let spans = page.split("<span class=\"Z3988\" title=\"").skip(1);
    let read = |span: &str| {
        let mut item: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let value = unescape(span.split('"').next().unwrap_or(""));
        for pair in value.split('&') {
            let (key, value) = pair.split_once('=').expect("a key and a value");
            assert!(!value.contains(['=', '+']), "{pair}");
            let value = decode(&value.replace("%2B", " "));
            if key.starts_with("rft.au") {
                let order = item.entry("order".to_owned()).or_default();
                order.push(format!("{key}={value}"));
            }
            item.entry(key.to_owned()).or_default().push(value);
        }
        item
    };
    spans.map(read).collect()
}

/// The rules by which Zotero reads a page, as its translators (COinS, Embedded Metadata) and its
/// utilities have them.
mod zotero {
    use std::collections::BTreeMap;

    /// A creator: the family's name, or that of a group, and the given names.
    pub type Creator = (String, String);

    /// The creators of a list's paper: plain ones, and those with a family's name alone put back where
    /// they stood among them.
    pub fn of_openurl(item: &BTreeMap<String, Vec<String>>) -> Vec<Creator> {
        assert!(
            !item.contains_key("rft.aucorp"),
            "it would come before all others"
        );
        let order = item["order"].iter();
        order
            .map(|pair| match pair.split_once('=').expect("a pair") {
                ("rft.aulast", family) => (family.to_owned(), String::new()),
                (_, name) => clean(name, name.contains(',')),
            })
            .collect()
    }

    /// The creators of a page's tags: a semicolon parts people, and so does a comma between two names
    /// of several words each.
    pub fn of_tags(contents: &[&str]) -> Vec<Creator> {
        let mut creators = Vec::new();
        for content in contents {
            let mut people: Vec<&str> = content.split(';').map(str::trim).collect();
            if let [one] = people[..] {
                let parts: Vec<&str> = one.split(',').map(str::trim).collect();
                if parts.len() > 1 && parts[0].contains(' ') && parts[1].contains(' ') {
                    people = parts;
                }
            }
            creators.extend(
                people
                    .iter()
                    .map(|person| clean(person, person.contains(','))),
            );
        }
        creators
    }

    /// The kind of a page's paper: Zotero's own name for it, then what Highwire's tags tell.
    pub fn kind(page: &str) -> String {
        let own = page.split("<meta name=\"z:itemType\" content=\"").nth(1);
        let told = |tag: &str| page.contains(&format!("<meta name=\"{tag}\""));
        let highwire = if told("citation_journal_title") {
            Some("journalArticle")
        } else if told("citation_conference_title") {
            Some("conferencePaper")
        } else {
            None
        };
        let own = own.and_then(|rest| rest.split('"').next()).expect("a kind");
        assert!(
            ["preprint", "journalArticle", "conferencePaper"].contains(&own),
            "{own}"
        );
        // What is told in both ways is told alike.
        assert!(highwire.is_none_or(|highwire| highwire == own), "{own}");
        own.to_owned()
    }

    fn clean(name: &str, inverted: bool) -> Creator {
        let junk = |c: char| c.is_whitespace() || ".,/[]:".contains(c);
        let name = name.trim_matches(junk);
        let parted = match inverted {
            true => name
                .split_once(',')
                .map(|(family, given)| (family, given.trim())),
            false => name.rsplit_once(' ').map(|(given, family)| (family, given)),
        };
        let (family, given) = parted.unwrap_or((name, ""));
        (family.to_owned(), given.to_owned())
    }
}

fn pairs(people: &[(&str, &str)]) -> Vec<zotero::Creator> {
    let owned = |&(family, given): &(&str, &str)| (family.to_owned(), given.to_owned());
    people.iter().map(owned).collect()
}

fn decode(text: &str) -> String {
    paper_digest::address::decode_path(text)
}

fn unescape(text: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start}"))
        .1;
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

fn compressed(bytes: &[u8]) -> usize {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory").len()
}
