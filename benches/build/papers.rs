//! Papers to build: real ones, and as many varied copies as a size wants.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use flate2::read::GzDecoder;
use serde_json::Value as Json;
use walkdir::WalkDir;

use paper_digest::date::Date;
use paper_digest::diagnostic::Problems;
use paper_digest::front_matter;
use paper_digest::latex;
use paper_digest::paper::{ArxivId, Paper};
use paper_digest::slug::Slug;
use paper_digest::source::Source;

use crate::random::Random;

/// How many papers an issue has.
const PER_DAY: usize = 30;
/// The newest issue; those before it are one a day.
const NEWEST: &str = "2025-08-06";
/// How much rarer each tag is than the one before it, as Zipf's law says.
const EXPONENT: f64 = 1.0;

/// These are the real papers.
pub struct Corpus(Vec<Original>);

/// This is a paper of the generated site.
pub struct Generated {
    /// The file's name without its ending.
    pub slug: Slug,
    /// The front matter.
    pub paper: Paper,
    /// The abstract, as Markdown.
    pub body: String,
}

struct Original {
    title: String,
    body: String,
    authors: Vec<String>,
    published: Option<Date>,
    arxiv: Option<ArxivId>,
}

impl Corpus {
    /// Reads the shared file of 10,000 papers; without it, the repository's own papers.
    pub fn load() -> Result<Corpus> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let shared = repository.join("../shared/data/arxiv-10k.jsonl.gz");
        if !shared.is_file() {
            return Corpus::own();
        }
        Ok(Corpus(read_shared(&shared)?))
    }

    /// Reads the repository's own papers, which are the same wherever it is.
    pub fn own() -> Result<Corpus> {
        let originals = read_own(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content/papers"))?;
        if originals.is_empty() {
            bail!("there are no papers in content/papers");
        }
        Ok(Corpus(originals))
    }

    /// Makes papers, newest issue first; past the real ones they are copies with another title,
    /// another order of sentences and an identifier of their own.
    pub fn generate(&self, size: usize) -> impl Iterator<Item = Generated> {
        let mut random = Random::new(2025);
        let mut day = Date::parse(NEWEST).expect("a date");
        let mut taken: HashSet<Slug> = HashSet::with_capacity(size);
        let weights = weights(pool(size));
        (0..size).map(move |index| {
            if index > 0 && index % PER_DAY == 0 {
                day = day_before(day);
            }
            let original = &self.0[index % self.0.len()];
            let round = index / self.0.len();
            let tags = draw_tags(&mut random, &weights[..pool(index + 1).min(weights.len())]);
            let mut generated = original.vary(index, round);
            generated.paper.date = Some(day);
            generated.paper.tags = tags;
            generated.paper.source = Some(format!("papers.txt:{}", index * 4 + 1));
            let mut number = 2;
            let plain = generated.slug.clone();
            while !taken.insert(generated.slug.clone()) {
                generated.slug = plain.numbered(number);
                number += 1;
            }
            generated
        })
    }
}

impl Original {
    fn vary(&self, index: usize, round: usize) -> Generated {
        let title = match round {
            0 => self.title.clone(),
            round => format!("{}, Part {}", self.title, round + 1),
        };
        let arxiv = match round {
            0 => self.arxiv.clone(),
            _ => ArxivId::parse(&unused_id(index)),
        };
        Generated {
            slug: Slug::from_title(&title)
                .or_else(|| Slug::parse(&format!("paper-{index}")))
                .expect("a number is a slug"),
            body: shift_sentences(&self.body, round),
            paper: Paper {
                title,
                authors: self.authors.clone(),
                published: self.published,
                arxiv,
                ..Paper::default()
            },
        }
    }
}

/// Returns how many tags a site of a size knows; new papers bring new tags, ever fewer.
pub fn pool(size: usize) -> usize {
    40 + 4 * size.isqrt()
}

/// Returns the name of a tag.
pub fn tag_name(index: usize) -> String {
    const WHAT: [&str; 40] = [
        "graph",
        "vision",
        "language",
        "speech",
        "video",
        "robot",
        "protein",
        "climate",
        "code",
        "music",
        "sparse",
        "causal",
        "neural",
        "latent",
        "spatial",
        "temporal",
        "federated",
        "quantum",
        "medical",
        "legal",
        "visual",
        "tabular",
        "bayesian",
        "symbolic",
        "online",
        "offline",
        "deep",
        "convex",
        "discrete",
        "stochastic",
        "semantic",
        "syntactic",
        "social",
        "embodied",
        "adversarial",
        "continual",
        "contrastive",
        "generative",
        "multimodal",
        "retrieval",
    ];
    const OF: [&str; 20] = [
        "learning",
        "models",
        "reasoning",
        "search",
        "planning",
        "alignment",
        "evaluation",
        "generation",
        "segmentation",
        "translation",
        "compression",
        "optimization",
        "inference",
        "memory",
        "control",
        "theory",
        "data sets",
        "agents",
        "attacks",
        "privacy",
    ];
    let (what, of) = (WHAT[index % WHAT.len()], OF[index / WHAT.len() % OF.len()]);
    match index / (WHAT.len() * OF.len()) {
        0 => format!("{what} {of}"),
        more => format!("{what} {of} {more}"),
    }
}

fn read_shared(path: &Path) -> Result<Vec<Original>> {
    let file = std::fs::File::open(path)?;
    let mut text = String::new();
    GzDecoder::new(file)
        .read_to_string(&mut text)
        .with_context(|| format!("cannot unpack {}", path.display()))?;
    text.lines()
        .map(|line| {
            let json: Json = serde_json::from_str(line)?;
            let field = |name: &str| json[name].as_str().unwrap_or_default();
            let authors = json["authors"].as_array().into_iter().flatten();
            Ok(Original {
                title: latex::clean_title(field("title")),
                // One abstract in ten thousand holds a link in Markdown, which leads nowhere.
                body: latex::clean_abstract(field("abstract")).replace("](", "] ("),
                authors: authors
                    .filter_map(|name| name.as_str().map(str::to_owned))
                    .collect(),
                published: Date::parse(field("date")),
                arxiv: ArxivId::parse(field("arxiv_id")),
            })
        })
        .collect()
}

fn read_own(folder: &Path) -> Result<Vec<Original>> {
    let mut originals = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let source = Source::new("paper.md", std::fs::read_to_string(entry.path())?);
        let (paper, body) = front_matter::parse_paper(&source, &mut Problems::new());
        let Some(paper) = paper else { continue };
        originals.push(Original {
            title: paper.title,
            body: source.text[body].trim().to_owned(),
            authors: paper.authors,
            published: paper.published,
            arxiv: paper.arxiv,
        });
    }
    Ok(originals)
}

/// Identifiers of years that have not come, so that no real paper has them.
fn unused_id(index: usize) -> String {
    let (month, number) = (index / 99_999, index % 99_999 + 1);
    format!("{:02}{:02}.{number:05}", 40 + month / 12, month % 12 + 1)
}

fn shift_sentences(body: &str, by: usize) -> String {
    let mut sentences: Vec<&str> = body.split_inclusive(". ").map(str::trim_end).collect();
    let by = by % sentences.len().max(1);
    sentences.rotate_left(by);
    sentences.join(" ")
}

fn day_before(day: Date) -> Date {
    if let Some(before) = Date::new(day.year(), day.month(), day.day() - 1) {
        return before;
    }
    let (year, month) = match day.month() {
        1 => (day.year() - 1, 12),
        month => (day.year(), month - 1),
    };
    (28..=31)
        .rev()
        .find_map(|last| Date::new(year, month, last))
        .expect("every month has 28 days")
}

/// The sums of the weights of the tags up to each.
fn weights(tags: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let weight = |rank: usize| {
        sum += 1.0 / ((rank + 1) as f64).powf(EXPONENT);
        sum
    };
    (0..tags).map(weight).collect()
}

/// Draws three to five different tags.
fn draw_tags(random: &mut Random, weights: &[f64]) -> Vec<String> {
    let wanted = 3 + random.below(3);
    let total = weights.last().copied().unwrap_or_default();
    let mut drawn: Vec<usize> = Vec::with_capacity(wanted);
    while drawn.len() < wanted {
        let at = random.unit() * total;
        let tag = weights.partition_point(|sum| *sum <= at);
        if tag < weights.len() && !drawn.contains(&tag) {
            drawn.push(tag);
        }
    }
    let slug = |tag: usize| Slug::from_name(&tag_name(tag)).expect("words are a slug");
    drawn.into_iter().map(|tag| slug(tag).to_string()).collect()
}
