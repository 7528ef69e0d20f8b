//! A second reader of the search index, beside the theme's `search.js`: from a query to papers.
//!
//! It ranks by the same rules, so the quality of a search can be measured without a browser; the
//! browser's test compares the two.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::Read as _;
use std::ops::Range;

/// What a weight is worth: a mention, several, an author or tag, the title, both.
const WORTH: [f64; 5] = [1.0, 1.5, 2.5, 4.0, 5.0];
/// Papers of a site whose words cost so little that many results are shown at first.
const SMALL: u64 = 3000;

/// Words with the papers that have them: number and weight.
type Words = Vec<(String, Vec<(u32, u32)>)>;

/// This is the index of a published site.
pub struct Reader {
    files: BTreeMap<String, Vec<u8>>,
    head: serde_json::Value,
    fetched: RefCell<BTreeSet<String>>,
    /// Which parts of other files were fetched.
    parts: RefCell<HashSet<(String, Range<usize>)>>,
    unpacked: RefCell<HashMap<String, Words>>,
    common: BTreeSet<String>,
}

/// This is a paper that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub number: u32,
    pub title: String,
    pub slug: String,
    pub teaser: String,
}

/// The papers that a word of a query leads to.
struct Matches {
    papers: HashMap<u32, f64>,
    rarity: f64,
    required: bool,
}

impl Reader {
    /// Returns how many results of a query are shown at first: where there are many papers the fewer,
    /// the more its words have cost.
    pub fn shown(&self, query: &str) -> usize {
        match self.head["papers"].as_u64() {
            Some(0..=SMALL) => 10,
            _ => 6usize.saturating_sub(words_of(query).len()).max(3),
        }
    }

    /// Opens the index among the files of a built site.
    pub fn open(site: &BTreeMap<String, Vec<u8>>) -> Reader {
        let page = String::from_utf8_lossy(&site["search/index.html"]).into_owned();
        let head = page.split("data-index=\"").nth(1).expect("an index");
        let head = head.split('"').next().expect("an address");
        let head = head.rsplit('/').next().expect("a name").to_owned();
        let mut reader = Reader {
            files: site
                .iter()
                .filter_map(|(name, bytes)| {
                    Some((name.strip_prefix("search/")?.to_owned(), bytes.clone()))
                })
                .collect(),
            head: serde_json::Value::Null,
            fetched: RefCell::default(),
            parts: RefCell::default(),
            unpacked: RefCell::default(),
            common: BTreeSet::new(),
        };
        reader.head = serde_json::from_slice(&unpack(&reader.files[&head])).expect("a head");
        let common = reader.head["common"].as_array().expect("a list");
        reader.common = common
            .iter()
            .filter_map(|word| Some(word.as_str()?.to_owned()))
            .collect();
        reader.fetched.borrow_mut().insert(head);
        reader
    }

    /// Returns how many bytes were fetched since the index was opened or this was asked, and files.
    pub fn fetched(&self) -> (usize, usize) {
        let mut fetched = self.fetched.borrow_mut();
        let mut parts = self.parts.borrow_mut();
        let whole: usize = fetched.iter().map(|name| self.files[name].len()).sum();
        let sum = (
            whole + parts.iter().map(|(_, part)| part.len()).sum::<usize>(),
            fetched.len() + parts.len(),
        );
        fetched.clear();
        parts.clear();
        sum
    }

    /// Returns the numbers of the papers found, best first.
    pub fn search(&self, query: &str) -> Vec<u32> {
        let words = words_of(query);
        let last = words.len().saturating_sub(1);
        let matches: Vec<Matches> = words
            .iter()
            .enumerate()
            .map(|(index, word)| self.look_up(word, index == last))
            .collect();
        let total: f64 = matches.iter().map(|found| found.rarity).sum();
        let mut scores: BTreeMap<u32, (f64, f64, bool)> = BTreeMap::new();
        for found in &matches {
            for (&paper, worth) in &found.papers {
                let score = scores.entry(paper).or_insert((0.0, 0.0, true));
                score.0 += worth * found.rarity;
                score.1 += found.rarity;
            }
        }
        for (paper, score) in &mut scores {
            let has = |found: &Matches| !found.required || found.papers.contains_key(paper);
            score.2 = matches.iter().all(has);
            score.0 *= (score.1 / total).powi(2);
        }
        let whole = scores.values().filter(|score| score.2).count();
        let mut ranked: Vec<(u32, f64, bool)> = scores
            .into_iter()
            .filter(|(_, score)| score.2 || whole < 10)
            .map(|(paper, score)| (paper, score.0, score.2))
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
        ranked.truncate(whole.max(10));
        ranked.into_iter().map(|(paper, _, _)| paper).collect()
    }

    /// Returns what the results show.
    pub fn show(&self, numbers: &[u32]) -> Vec<Hit> {
        let number_of = |key: &str| self.head[key].as_u64().expect("a number") as usize;
        let (per_sheet, per_block) = (number_of("sheet"), number_of("block"));
        let lengths: Vec<usize> =
            serde_json::from_value(self.head["lengths"].clone()).expect("lengths");
        let hit = |&number: &u32| {
            let (sheet, block) = (number as usize / per_sheet, number as usize / per_block);
            let name = |index: usize| self.head["sheets"][sheet][index].as_str().expect("a file");
            let start: usize = lengths[sheet * per_sheet / per_block..block].iter().sum();
            let packed = self.part(name(0), start..start + lengths[block]);
            let text = String::from_utf8(unpack(packed)).expect("papers are UTF-8");
            let field = |line: &str, index: usize| -> usize {
                let field = line.split('\t').nth(index).expect("a field");
                field.parse().expect("a number")
            };
            let index = number as usize % per_block;
            let line = text.lines().nth(index).expect("a paper");
            let before = text.lines().take(index).map(|line| field(line, 3));
            let first = text.lines().next().expect("a paper");
            let from = field(first, 4) + before.sum::<usize>();
            let teaser = match field(line, 3) {
                0 => "",
                length => std::str::from_utf8(self.part(name(1), from..from + length))
                    .expect("a teaser is UTF-8"),
            };
            let teaser = teaser.to_owned();
            let mut fields = line.split('\t');
            let title = fields.next().expect("a title").to_owned();
            let told = slug_of(&title);
            let slug = match fields.next().expect("an address") {
                "" => told,
                slug if slug.starts_with('=') => slug[1..].to_owned(),
                length => told[..length.parse().expect("a length")].to_owned(),
            };
            Hit {
                number,
                title,
                slug,
                teaser,
            }
        };
        numbers.iter().map(hit).collect()
    }

    fn fetch(&self, name: &str) -> &[u8] {
        let name = format!("{name}.bin");
        self.fetched.borrow_mut().insert(name.clone());
        &self.files[&name]
    }

    /// Fetches a part of a file.
    fn part(&self, name: &str, bytes: Range<usize>) -> &[u8] {
        let part = (name.to_owned(), bytes.clone());
        self.parts.borrow_mut().insert(part);
        &self.files[&format!("{name}.bin")][bytes]
    }

    fn look_up(&self, word: &str, open: bool) -> Matches {
        let mut papers: HashMap<u32, f64> = HashMap::new();
        let mut own = BTreeSet::new();
        let first = self.file_of(word);
        let last = self.file_of(&format!("{word}\u{ffff}")).min(first + 1);
        let root = root_of(word);
        for file in first..=last {
            self.each(file, |term, postings| {
                let factor = if term == word {
                    1.0
                } else if root_of(term) == root {
                    0.8
                } else if term.starts_with(word) && word.chars().count() >= if open { 2 } else { 4 }
                {
                    0.5
                } else {
                    return;
                };
                add(&mut papers, postings, factor);
                if factor > 0.5 {
                    own.extend(postings.iter().map(|(paper, _)| *paper));
                }
            });
        }
        if papers.len() < 3 && word.chars().count() > 3 {
            let mut files = vec![first];
            let letters: Vec<char> = word.chars().collect();
            let swapped: String = [letters[1], letters[0]]
                .iter()
                .chain(&letters[2..])
                .collect();
            let shorter: String = letters[1..].iter().collect();
            for other in [None, Some(swapped), Some(shorter)] {
                if let Some(other) = other {
                    let file = self.file_of(&other);
                    if !papers.is_empty() || files.contains(&file) {
                        continue;
                    }
                    files.push(file);
                }
                let file = *files.last().expect("a file");
                self.each(file, |term, postings| {
                    if near(&letters, term) {
                        add(&mut papers, postings, 0.6);
                    }
                });
            }
        }
        let total = self.head["papers"].as_f64().expect("a number");
        let count = if own.is_empty() {
            papers.len()
        } else {
            own.len()
        };
        Matches {
            rarity: (1.0 + total / (count as f64 + 1.0)).ln(),
            required: !self.common.contains(word),
            papers,
        }
    }

    fn file_of(&self, word: &str) -> usize {
        let words = self.head["words"].as_array().expect("a list");
        words
            .partition_point(|file| file[0].as_str().expect("a word") <= word)
            .max(1)
            - 1
    }

    fn each(&self, file: usize, mut call: impl FnMut(&str, &[(u32, u32)])) {
        let Some(name) = self.head["words"][file][1].as_str() else {
            return;
        };
        let bytes = self.fetch(name);
        let universe = usize::BITS
            - (self.head["papers"].as_u64().expect("a number") as usize).leading_zeros();
        let mut unpacked = self.unpacked.borrow_mut();
        let words = unpacked
            .entry(name.to_owned())
            .or_insert_with(|| read_words(&unpack(bytes), universe));
        for (term, postings) in words {
            call(term, postings);
        }
    }
}

fn add(papers: &mut HashMap<u32, f64>, postings: &[(u32, u32)], factor: f64) {
    for (paper, weight) in postings {
        let worth = papers.entry(*paper).or_default();
        *worth = worth.max(factor * WORTH[*weight as usize]);
    }
}

/// The words of a query of ASCII letters.
fn words_of(query: &str) -> Vec<String> {
    let folded = query.to_lowercase();
    let mut words: Vec<String> = Vec::new();
    for word in folded.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() && !words.iter().any(|other| other == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// What is left of a word without the ending of a plural or a verb.
fn root_of(word: &str) -> &str {
    for ending in ["ies", "ing", "ed", "es", "e", "s", "y"] {
        if let Some(root) = word.strip_suffix(ending)
            && root.chars().count() > 2
        {
            return root;
        }
    }
    word
}

/// Whether one letter more, less or other, or two changed about, make the words equal.
fn near(word: &[char], term: &str) -> bool {
    let term: Vec<char> = term.chars().collect();
    let (a, b) = (word, term.as_slice());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Less => a == &b[1..],
        std::cmp::Ordering::Greater => &a[1..] == b,
        std::cmp::Ordering::Equal => {
            a.len() < 2 || a[1..] == b[1..] || (a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..])
        }
    }
}

fn slug_of(title: &str) -> String {
    let parts = title.split(|c: char| !c.is_ascii_alphanumeric());
    let parts: Vec<String> = parts
        .filter(|part| !part.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    parts.join("-")
}

fn unpack(bytes: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    flate2::read::ZlibDecoder::new(bytes)
        .read_to_end(&mut unpacked)
        .expect("a file that was not cut off");
    unpacked
}

fn read_words(bytes: &[u8], universe: u32) -> Words {
    let read = |place: &mut usize| {
        let (mut value, mut shift) = (0usize, 0);
        loop {
            let byte = bytes[*place];
            *place += 1;
            value |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    };
    let mut place = 0;
    let count = read(&mut place);
    let mut words: Vec<(Vec<u8>, usize)> = Vec::with_capacity(count);
    let mut text: Vec<u8> = Vec::new();
    for _ in 0..count {
        let shared = read(&mut place);
        let added = read(&mut place);
        text.truncate(shared);
        text.extend_from_slice(&bytes[place..place + added]);
        place += added;
        words.push((text.clone(), read(&mut place)));
    }
    let mut bit = place * 8;
    let mut next = || {
        let set = bytes[bit / 8] >> (bit % 8) & 1;
        bit += 1;
        u32::from(set)
    };
    let mut unpacked = Vec::with_capacity(count);
    for (text, count) in words {
        let fixed = universe.saturating_sub(usize::BITS - count.leading_zeros());
        let mut paper = 0;
        let mut postings = Vec::with_capacity(count);
        for _ in 0..count {
            let mut gap = 0;
            while next() == 1 {
                gap += 1;
            }
            gap <<= fixed;
            for place in 0..fixed {
                gap |= next() << place;
            }
            paper += gap;
            let mut weight = 0;
            while next() == 1 {
                weight += 1;
            }
            postings.push((paper, weight));
            paper += 1;
        }
        unpacked.push((String::from_utf8(text).expect("a word is UTF-8"), postings));
    }
    unpacked
}
