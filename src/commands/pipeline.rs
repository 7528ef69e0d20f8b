//! From a folder to rendered pages: what `build` and `check` have in common.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::compile::{self, File, Options, Sources};
use crate::config::Config;
use crate::console::Progress;
use crate::diagnostic::{Diagnostic, Problems};
use crate::disk::{self, Written};
use crate::document::{Document, Recollections};
use crate::fingerprint::{Fingerprint, Ink, Inked as _};
use crate::layout;
use crate::ledger;
use crate::link_check::{Findings, LinkCheck};
use crate::memo::{self, Leaf, Memo};
use crate::page::{self, Cloth, Output, Page, Quilts, Renderer};
use crate::parallel;
use crate::related::Neighbours;
use crate::site::Site;
use crate::source::Source;
use crate::tags::Vocabulary;
use crate::theme::{self, Notes, Theme, ThemeFile};

use super::earlier::Earlier;

/// This is a site that is ready to render.
pub struct Prepared {
    /// The site.
    pub site: Site,
    /// The theme; none when a template cannot be read.
    pub theme: Option<Theme>,
    /// All pages.
    pub plan: Vec<Page>,
    /// Which papers are related to which.
    pub neighbours: Neighbours,
    /// What is wrong so far.
    pub problems: Problems,
    /// Whether the settings are wrong.
    pub bad_settings: bool,
    /// What all pages depend on besides what they are made of: settings, theme, and all paths.
    pub basis: Fingerprint,
    /// What the files that were rendered leave for the next build.
    pub quilts: Quilts,
    /// How long listing, reading with parsing, and linking took.
    pub timings: Vec<(&'static str, Duration)>,
}

/// This is what rendering a page came to.
#[derive(Debug, Default)]
pub struct Rendered {
    /// What it takes other pages to know.
    pub findings: Findings,
    /// Most pages have none, so it takes no room in the list of all.
    problem: Option<Box<Diagnostic>>,
    /// What the next build needs to know.
    pub leaf: Leaf,
    /// Whether it was taken over from an earlier build.
    pub is_kept: bool,
    /// How many bytes were written.
    pub bytes: u64,
    /// How long rendering and checking took.
    pub render: Duration,
    /// How long writing took.
    pub write: Duration,
}

/// This is all that a site is made of, read and not linked yet.
pub struct Materials {
    head: Head,
    body: Body,
}

impl Materials {
    /// Reads them.
    pub fn read(root: &Path, options: &Options) -> Result<Materials> {
        Materials::read_knowing(&Recollections::default(), root, options)
    }

    /// Reads them; of papers that are known the abstract is rendered when it is asked for.
    pub fn read_knowing(
        known: &Recollections,
        root: &Path,
        options: &Options,
    ) -> Result<Materials> {
        // What the settings lead to needs no document, and is read beside them.
        let head = || Head::read(root, options);
        let (head, body) = parallel::join(head, || Body::read(root, known));
        Ok(Materials {
            head: head?,
            body: body?,
        })
    }
}

/// Links what was read to a site and plans its pages; a memo tells the terms and words of papers that it knows,
/// and gets the words of those that are there now.
pub fn prepare(materials: Materials, options: &Options, memo: Option<&mut Memo>) -> Prepared {
    let Head {
        settings,
        config,
        theme,
        mut problems,
        bad_settings,
        mut basis,
    } = materials.head;
    let Body {
        sources,
        vocabulary,
        documents,
        problems: of_body,
        mut clock,
    } = materials.body;
    let sources = Sources {
        settings,
        ..sources
    };
    problems.append(of_body);

    let site = compile::link(
        config,
        vocabulary,
        &sources,
        documents,
        options,
        &mut problems,
    );
    let mut plan = match &theme {
        Some(theme) => page::plan(&site, theme, &mut problems),
        None => Vec::new(),
    };
    clock.lap("link");

    let mut neighbours = Neighbours::Sought;
    if !problems.has_errors() {
        let (search, mut related) = match memo {
            Some(memo) => (
                Some(&mut memo.search),
                Some((&mut memo.related, &mut memo.terms)),
            ),
            None => (None, None),
        };
        // Neither needs the other, and each has moments in which one thread works alone.
        let index = || {
            plan.iter().for_each(|page| page.path.ink(&mut basis));
            page::plan_index(&site, &mut plan, search);
        };
        let find = || {
            if let Some((_, terms)) = &mut related {
                memo::recall_terms(terms, &site);
            }
            Neighbours::find(&site, related.map(|(kept, terms)| (kept, &*terms)))
        };
        ((), neighbours) = parallel::join(index, find);
        clock.lap("index");
    }
    Prepared {
        site,
        theme,
        plan,
        neighbours,
        problems,
        bad_settings,
        basis: basis.fingerprint(),
        quilts: Quilts::default(),
        timings: clock.laps,
    }
}

/// This is what the settings lead to.
struct Head {
    settings: Option<File>,
    config: Config,
    theme: Option<Theme>,
    problems: Problems,
    bad_settings: bool,
    /// What all pages depend on, so far.
    basis: Ink,
}

impl Head {
    fn read(root: &Path, options: &Options) -> Result<Head> {
        let mut problems = Problems::new();
        let settings = disk::read_settings(root)?;
        let config = compile::settings(settings.as_ref(), &mut problems);
        let files = disk::read_theme(root, &config.theme)?;
        compile::check_theme(&config, settings.as_ref(), &files, &mut problems);
        let bad_settings = problems.has_errors();
        let mut basis = Ink::default();
        ink_settings(settings.as_ref(), options, &files, &mut basis);
        Ok(Head {
            theme: theme::load(files, &config.language, &mut problems),
            settings,
            config,
            problems,
            bad_settings,
            basis,
        })
    }
}

/// This is what is below `content/` and `static/`.
struct Body {
    sources: Sources,
    vocabulary: Option<Arc<Vocabulary>>,
    documents: Vec<Arc<Document>>,
    problems: Problems,
    clock: Clock,
}

impl Body {
    fn read(root: &Path, known: &Recollections) -> Result<Body> {
        let mut clock = Clock::start();
        let (sources, names) = disk::list_content(root)?;
        clock.lap("list");
        let (mut problems, mut of_documents) = (Problems::new(), Problems::new());
        let read = |name: &str, buffer: &mut Vec<u8>| disk::read_into(root, name, buffer);
        let (vocabulary, documents) = parallel::join(
            || compile::vocabulary(&sources, &mut problems),
            || compile::parse_each(&names, known, read, &mut of_documents),
        );
        let documents = documents?;
        problems.append(of_documents);
        clock.lap("parse");
        Ok(Body {
            sources,
            vocabulary,
            documents,
            problems,
            clock,
        })
    }
}

/// Adds what all pages depend on.
fn ink_settings(settings: Option<&File>, options: &Options, theme: &[ThemeFile], ink: &mut Ink) {
    ink.push(settings.map_or(b"", |file| &file.bytes));
    let base_url = options.base_url.as_ref();
    base_url.map(|url| url.absolute("")).ink(ink);
    options.drafts.ink(ink);
    for file in theme {
        file.path.ink(ink);
        ink.push(&file.bytes);
    }
}

/// Reports addresses that were published before and are gone, where the site keeps a list of them.
pub fn review_addresses(root: &Path, prepared: &mut Prepared) -> Result<()> {
    if let Some(text) = disk::read_ledger(root, layout::ADDRESSES)? {
        let source = Source::new(layout::ADDRESSES, text);
        ledger::review(
            &source,
            &prepared.site,
            &prepared.plan,
            &mut prepared.problems,
        );
    }
    Ok(())
}

/// Renders every page in parallel and hands it to `write`, unless an earlier build has it; the link check
/// looks at each on its way. Something else that needs the site is done beside.
///
/// An error of the machine ends it; what is wrong with pages is added to the problems.
pub fn render(
    prepared: &mut Prepared,
    verb: &'static str,
    earlier: Option<&Earlier>,
    write: impl Fn(&Page, &Output) -> Result<Written> + Sync,
    beside: impl FnOnce(&Site) + Send,
) -> Result<Vec<Rendered>> {
    let Prepared {
        site,
        theme: Some(theme),
        plan,
        neighbours,
        problems,
        quilts,
        ..
    } = prepared
    else {
        return Ok(Vec::new());
    };
    let read = |path: &str| earlier.and_then(|earlier| earlier.publication.read_old(path));
    let make = || {
        let renderer = Renderer::new(site, theme, plan)
            .with_neighbours(neighbours)
            .for_many();
        match earlier {
            None => renderer,
            Some(earlier) => {
                let cloth = Cloth {
                    quilts: &earlier.memo.quilts,
                    read: &read,
                };
                renderer.with_cloth(cloth)
            }
        }
    };
    let (renderer, (known, check, order)) = parallel::join(make, || {
        let known = earlier.map(|earlier| {
            let proofs = Renderer::of_fingerprints(site, theme, plan);
            (earlier, proofs.with_neighbours(neighbours))
        });
        let check = || LinkCheck::new(&site.config.base_url, plan);
        let (check, order) = parallel::join(check, || page::order(site, plan));
        (known, check, order)
    });
    let guide =
        |ending: &str, text: &str, notes: Notes<'_>| check.leads(ending, text.as_bytes(), notes);
    let renderer = renderer.with_guide(&guide);
    let progress = Progress::new(verb, plan.len());
    let one = |index: usize| -> Result<Rendered> {
        let page = &plan[index];
        let mut rendered = Rendered::default();
        let mut clock = Clock::start();
        let mut expected = None;
        if let Some((earlier, proofs)) = &known {
            expected = proofs.print(page).ok().map(|(_, fingerprint)| fingerprint);
            rendered.render = clock.lap("render");
            if let Some(leaf) = expected.and_then(|made_of| earlier.take(page, made_of)) {
                rendered.take(leaf);
                progress.step();
                return Ok(rendered);
            }
        }
        match renderer.print(page) {
            Ok((output, fingerprint)) => {
                debug_assert!(
                    expected.is_none_or(|expected| expected == fingerprint),
                    "{} was made of something else than was told",
                    page.path
                );
                if let Output::Bytes(bytes) = &output {
                    rendered.findings = check.scan(index, bytes, bytes.notes());
                }
                rendered.render += clock.lap("render");
                let written = write(page, &output)?;
                rendered.write = clock.lap("write");
                rendered.note(fingerprint, written);
            }
            Err(problem) => rendered.problem = Some(Box::new(problem)),
        }
        progress.step();
        Ok(rendered)
    };
    let mut rendered: Vec<Rendered> = Vec::new();
    rendered.resize_with(plan.len(), Rendered::default);
    let rendered = Mutex::new(rendered);
    // Threads take the next part when they are done with one. Were the pages split among them at once, each
    // would have papers of its own at hand, and the caches of what is made of papers would do for none.
    let work = |part: Vec<usize>| -> Result<()> {
        let done = part.iter().map(|&index| one(index));
        let done = done.collect::<Result<Vec<Rendered>>>()?;
        let mut rendered = rendered.lock().expect("nothing panics while it is held");
        for (index, page) in part.into_iter().zip(done) {
            rendered[index] = page;
        }
        Ok(())
    };
    let (done, ()) = parallel::join(|| parallel::try_in_turn(order, work), || beside(site));
    progress.finish();
    *quilts = renderer.take_quilts();
    // Its values are many small pieces, and the process ends soon; the kernel takes back its memory at
    // once.
    std::mem::forget((renderer, known));
    done?;
    let mut rendered = rendered.into_inner().expect("nothing panicked");

    if let Some(earlier) = earlier {
        earlier.scan(&check, plan, &mut rendered)?;
    }
    let findings: Vec<Findings> = rendered
        .iter_mut()
        .map(|page| std::mem::take(&mut page.findings))
        .collect();
    let failed: Vec<Diagnostic> = rendered
        .iter_mut()
        .filter_map(|page| page.problem.take())
        .map(|problem| *problem)
        .collect();
    if failed.is_empty() {
        for page in check.finish(site, &findings, problems) {
            rendered[page].leaf.seal = None;
        }
    }
    report_failures(failed, problems);
    Ok(rendered)
}

impl Rendered {
    /// Notes a page that was rendered and written.
    fn note(&mut self, fingerprint: Fingerprint, written: Written) {
        self.bytes = written.bytes;
        self.leaf = Leaf {
            fingerprint,
            ids: self.findings.ids(),
            seal: written.seal.filter(|_| self.findings.are_lasting()),
        };
    }

    /// Notes a page that an earlier build wrote.
    fn take(&mut self, leaf: Leaf) {
        self.is_kept = true;
        self.bytes = leaf.seal.map_or(0, |seal| seal.length);
        self.leaf = leaf;
    }
}

/// One mistake in a template breaks every page that uses it; it is shown once, with how often.
fn report_failures(failed: Vec<Diagnostic>, problems: &mut Problems) {
    let cause = |problem: &Diagnostic| {
        let message = problem
            .message
            .split(", while rendering")
            .next()
            .unwrap_or_default()
            .to_owned();
        (problem.place.clone(), message)
    };
    let mut shown: Vec<(Diagnostic, usize)> = Vec::new();
    for problem in failed {
        match shown
            .iter_mut()
            .find(|(first, _)| cause(first) == cause(&problem))
        {
            Some((_, others)) => *others += 1,
            None => shown.push((problem, 0)),
        }
    }
    for (problem, others) in shown {
        problems.push(match others {
            0 => problem,
            others => problem.hint(format!(
                "the same happens on {}",
                crate::console::plural(others, "other page")
            )),
        });
    }
}

/// Measures stages, one after the other.
struct Clock {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Clock {
    fn start() -> Clock {
        Clock {
            last: Instant::now(),
            laps: Vec::new(),
        }
    }

    fn lap(&mut self, name: &'static str) -> Duration {
        let lap = self.last.elapsed();
        self.last = Instant::now();
        self.laps.push((name, lap));
        lap
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::{Markup, for_each_attribute};

    #[test]
    fn pages_of_the_built_in_theme_are_read_while_they_are_written() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let options = Options::default();
        let materials = Materials::read(root, &options).expect("our own site can be read");
        let mut prepared = prepare(materials, &options, None);
        let noted = Mutex::new(0);
        let read = |page: &Page, output: &Output| {
            let Output::Bytes(text) = output else {
                return Ok(Written::default());
            };
            // What templates write; lists of addresses are written without one.
            if !page.path.ends_with(".html") {
                return Ok(Written::default());
            }
            let notes = text.notes();
            let marks = notes.marks.unwrap_or_else(|| panic!("{}", page.path));
            let mut found = 0;
            for mark in marks {
                mark.find(text, &mut |_| found += 1);
            }
            for (range, _) in notes.pieces {
                for_each_attribute(&text[range.clone()], Markup::Html, |_| found += 1);
            }
            let mut expected = 0;
            for_each_attribute(text, Markup::Html, |_| expected += 1);
            assert_eq!(found, expected, "{}", page.path);
            *noted.lock().expect("nothing panicked") += 1;
            Ok(Written::default())
        };
        let rendered = render(&mut prepared, "reading", None, read, |_| ());
        let pages = rendered.expect("it can be rendered").len();
        let noted = *noted.lock().expect("nothing panicked");
        assert!(
            prepared.problems.is_empty() && noted > 100,
            "{noted} of {pages}"
        );
    }
}
