//! Addresses in a text: where they are, and what a reader will find there.
//!
//! Knows no Markdown beyond what surrounds an address; `markdown` makes links of the same spans.

use std::collections::BTreeMap;
use std::ops::Range;

use linkify::{LinkFinder, LinkKind};

use crate::paper::Link;

/// Finds the addresses in a cleaned abstract, and labels them by what is there: `code`, `data`,
/// `model`, `demo`, `video` or `project`.
///
/// Each address comes once, in the order of the text; a second one with the same label is
/// `code-2`, since labels are keys. Addresses of the paper itself (arXiv, DOI) are left out.
pub fn find(text: &str) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    let mut context_start = 0;
    for (span, url) in spans(text) {
        let context = sentence_before(&text[context_start..span.start]);
        context_start = span.end;
        let host = host(&url);
        if is_identifier(host, &url) || links.iter().any(|link| bare(&link.url) == bare(&url)) {
            continue;
        }
        let label = label(host, &url, &context);
        let uses = uses.entry(label).or_default();
        *uses += 1;
        let label = match *uses {
            1 => label.to_owned(),
            again => format!("{label}-{again}"),
        };
        links.push(Link { label, url });
    }
    links
}

/// Finds the web addresses in a text: the bytes they take, and the address with its scheme.
///
/// An address has a scheme, or begins with one of a few hosts that authors write without one: of
/// other dotted words most are sentences that lost a space ("accuracy.Beyond").
pub fn spans(text: &str) -> Vec<(Range<usize>, String)> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(false);
    finder
        .links(text)
        .filter_map(|link| {
            let found = link.as_str();
            let end = found.find(['{', '}', '\\']).unwrap_or(found.len());
            let found =
                found[..end].trim_end_matches(['.', ',', ';', ':', '\'', '’', '”', '*', '`']);
            let span = link.start()..link.start() + found.len();
            let lower = found.get(..8).unwrap_or(found).to_ascii_lowercase();
            if lower.starts_with("http://") || lower.starts_with("https://") {
                let rest = found.split_once("://")?.1;
                return (!rest.is_empty()).then(|| (span, found.to_owned()));
            }
            // An address with another scheme, or a word of an address that was cut.
            let is_apart = !text[..span.start].ends_with(['/', '@', '.', ':']);
            (is_apart && is_known_without_scheme(found)).then(|| (span, format!("https://{found}")))
        })
        .collect()
}

fn is_known_without_scheme(address: &str) -> bool {
    const WITH_PATH: [&str; 5] = [
        "github.com",
        "gitlab.com",
        "huggingface.co",
        "hf.co",
        "anonymous.4open.science",
    ];
    let address = address.strip_prefix("www.").unwrap_or(address);
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let host = host.to_ascii_lowercase();
    !path.is_empty() && WITH_PATH.contains(&host.as_str())
        || host
            .strip_suffix(".github.io")
            .is_some_and(|user| !user.is_empty())
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = &rest[..rest.find(['/', '?', '#', ':']).unwrap_or(rest.len())];
    host.strip_prefix("www.").unwrap_or(host)
}

/// Returns what makes two addresses the same page.
fn bare(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest
        .strip_prefix("www.")
        .unwrap_or(rest)
        .trim_end_matches('/');
    rest.strip_suffix(".git")
        .unwrap_or(rest)
        .to_ascii_lowercase()
}

/// Whether the address only says which paper it is.
fn is_identifier(host: &str, url: &str) -> bool {
    let host = host.to_ascii_lowercase();
    ["arxiv.org", "doi.org", "alphaxiv.org"]
        .iter()
        .any(|known| {
            host == *known
                || host
                    .strip_suffix(known)
                    .is_some_and(|sub| sub.ends_with('.'))
        })
        || url.contains("huggingface.co/papers/")
        || url.contains("hf.co/papers/")
}

fn label(host: &str, url: &str, context: &Context) -> &'static str {
    let host = host.to_ascii_lowercase();
    let is = |known: &[&str]| {
        known.iter().any(|known| {
            host == *known
                || host
                    .strip_suffix(known)
                    .is_some_and(|sub| sub.ends_with('.'))
        })
    };
    let path = url.split_once("://").map_or("", |(_, rest)| {
        rest.split_once('/').map_or("", |(_, path)| path)
    });
    if is(&["github.io", "gitlab.io"]) {
        "project"
    } else if is(&[
        "github.com",
        "gitlab.com",
        "bitbucket.org",
        "codeberg.org",
        "anonymous.4open.science",
        "gitee.com",
        "sr.ht",
        "sourceforge.net",
    ]) {
        if context.only(Kind::Data) {
            "data"
        } else {
            "code"
        }
    } else if is(&["huggingface.co", "hf.co", "modelscope.cn", "modelscope.ai"]) {
        match path.split('/').next().unwrap_or_default() {
            "datasets" => "data",
            "spaces" | "studios" => "demo",
            "blog" | "docs" => "project",
            _ if context.only(Kind::Data) => "data",
            _ if context.only(Kind::Demo) => "demo",
            _ => "model",
        }
    } else if is(&["hf.space", "colab.research.google.com", "replicate.com"]) {
        "demo"
    } else if is(&[
        "kaggle.com",
        "zenodo.org",
        "figshare.com",
        "osf.io",
        "physionet.org",
        "ieee-dataport.org",
    ]) {
        "data"
    } else if is(&["youtube.com", "youtu.be", "vimeo.com", "bilibili.com"]) {
        "video"
    } else {
        context.label()
    }
}

/// This is what the words before an address promise.
struct Context(Vec<Kind>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Project,
    Code,
    Data,
    Model,
    Demo,
}

impl Context {
    fn only(&self, kind: Kind) -> bool {
        self.0.first().is_some_and(|first| *first == kind)
            && self.0.iter().all(|&other| other == kind)
    }

    /// What an unknown page is: several things, or none that is named, make it the project's page.
    fn label(&self) -> &'static str {
        match self.0.first() {
            Some(Kind::Code) if self.only(Kind::Code) => "code",
            Some(Kind::Data) if self.only(Kind::Data) => "data",
            Some(Kind::Model) if self.only(Kind::Model) => "model",
            Some(Kind::Demo) if self.only(Kind::Demo) => "demo",
            _ => "project",
        }
    }
}

/// Reads the words of the sentence that leads to an address.
fn sentence_before(text: &str) -> Context {
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let start = text
        .rfind(". ")
        .map_or(0, |end| end + 2)
        .max(text.floor_char_boundary(text.len().saturating_sub(120)));
    let kinds = text[start..]
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(|word| {
            Some(match word.to_ascii_lowercase().as_str() {
                "project" | "website" | "webpage" | "homepage" | "page" | "site" | "web" => {
                    Kind::Project
                }
                "code" | "codes" | "codebase" | "implementation" | "repository" | "repo"
                | "source" | "library" | "toolkit" | "github" => Kind::Code,
                "data" | "dataset" | "datasets" | "corpus" | "benchmark" | "benchmarks" => {
                    Kind::Data
                }
                "model" | "models" | "weights" | "checkpoint" | "checkpoints" => Kind::Model,
                "demo" | "demos" => Kind::Demo,
                _ => return None,
            })
        })
        .collect();
    Context(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let links = find(text);
        let found: Vec<_> = links
            .iter()
            .map(|link| (link.label.as_str(), link.url.as_str()))
            .collect();
        assert_eq!(found, expected, "in {text:?}");
    }

    #[test]
    fn a_full_stop_a_bracket_or_a_quote_behind_an_address_is_not_part_of_it() {
        let code = [("code", "https://github.com/a/b")];
        check("Code is at https://github.com/a/b.", &code);
        check("Code (https://github.com/a/b), too", &code);
        check("“https://github.com/a/b”", &code);
        check("'https://github.com/a/b'", &code);
        check("<https://github.com/a/b>", &code);
        check("[code](https://github.com/a/b).", &code);
    }

    #[test]
    fn hosts_say_what_is_there() {
        check(
            "https://huggingface.co/datasets/a/b",
            &[("data", "https://huggingface.co/datasets/a/b")],
        );
        check(
            "https://huggingface.co/spaces/a/b",
            &[("demo", "https://huggingface.co/spaces/a/b")],
        );
        check(
            "https://huggingface.co/a/b",
            &[("model", "https://huggingface.co/a/b")],
        );
        check(
            "https://a.github.io/b/",
            &[("project", "https://a.github.io/b/")],
        );
        check("https://youtu.be/x", &[("video", "https://youtu.be/x")]);
        check(
            "https://anonymous.4open.science/r/x",
            &[("code", "https://anonymous.4open.science/r/x")],
        );
    }

    #[test]
    fn words_say_what_is_there_on_other_hosts() {
        check(
            "We release the datasets at https://inversescaling.com/data to",
            &[("data", "https://inversescaling.com/data")],
        );
        check(
            "Project page: https://x.ai.",
            &[("project", "https://x.ai")],
        );
        check(
            "Code is here: https://x.org/c",
            &[("code", "https://x.org/c")],
        );
        check(
            "Code, checkpoints and data are at https://icrt.dev/",
            &[("project", "https://icrt.dev/")],
        );
    }

    #[test]
    fn known_hosts_need_no_scheme_and_sentences_are_no_hosts() {
        check(
            "evaluations: muse-bench.github.io",
            &[("project", "https://muse-bench.github.io")],
        );
        check("at github.com/a/b.", &[("code", "https://github.com/a/b")]);
        check("higher accuracy.Beyond that, GitHub.com is", &[]);
    }

    #[test]
    fn labels_are_unique_and_addresses_come_once() {
        check(
            "https://github.com/a/b and https://github.com/a/c and http://github.com/a/b/",
            &[
                ("code", "https://github.com/a/b"),
                ("code-2", "https://github.com/a/c"),
            ],
        );
    }

    #[test]
    fn identifiers_are_no_links() {
        check(
            "https://arxiv.org/abs/2401.00001 https://doi.org/10.1/x https://huggingface.co/papers/2401.00001",
            &[],
        );
    }
}
