//! The check after rendering: every address in the output stays under the base and meets a file.
//!
//! Goes by the bytes of the pages: templates may write anything, so what was planned does not prove what was
//! rendered. Most pages were read while they were written (`markup`); the others are read here. Knows the plan
//! and no template.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use memchr::memchr;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::address::{self, BaseUrl, Scheme, decode_path, scheme};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::fingerprint::{Fingerprint, Ink};
use crate::markup::{Found, Mark, Markup, for_each_attribute};
use crate::page::{self, Page, source_of};
use crate::site::Site;
use crate::source::Place;
use crate::theme::{Leads, Notes, Placed};

/// This is what a rendered page leads to, as far as it could not be settled without other pages.
#[derive(Debug, Default)]
pub struct Findings {
    /// Hashes of the ids on the page, in their order.
    ids: Vec<u64>,
    /// Parts of other pages: the index of the page, and the id.
    anchors: Vec<(usize, String)>,
    /// What is wrong already.
    wrong: Vec<(Code, String)>,
    /// Whether an address leads to a file that is called after what is in it.
    is_fleeting: bool,
}

impl Findings {
    /// Tells whether nothing is wrong with the page on any site that has pages at the same paths, unless a
    /// part of another page is gone.
    pub fn are_lasting(&self) -> bool {
        self.wrong.is_empty() && !self.is_fleeting
    }

    /// Takes the fingerprint of the ids on the page.
    pub fn ids(&self) -> Fingerprint {
        let mut ink = Ink::default();
        self.ids.iter().for_each(|id| ink.push_number(*id));
        ink.fingerprint()
    }

    /// Returns the pages to parts of which the page leads.
    pub fn targets(&self) -> impl Iterator<Item = usize> {
        self.anchors.iter().map(|(target, _)| *target)
    }

    fn has_id(&self, id: &str) -> bool {
        self.ids.binary_search(&hash(id.as_bytes())).is_ok()
    }
}

/// What was read of a page.
#[derive(Default)]
struct Read<'b> {
    /// Hashes of the ids.
    ids: Vec<u64>,
    /// The addresses that may lead to a page of the site.
    addresses: Vec<(Glance, &'b [u8])>,
}

/// What an address looks like.
enum Glance {
    /// It leads to no page of the site.
    Elsewhere,
    /// It is below the base, and this is the hash of its path, with whatever is behind that.
    Here(u64),
    /// It wants a closer look.
    Unclear,
}

/// How addresses begin that leave the site, or are the file themselves, as the BibTeX of a paper on its page.
const ELSEWHERE: [&[u8]; 3] = [b"https://", b"http://", b"data:"];

/// This knows every address that the output answers.
pub struct LinkCheck<'a> {
    base_url: &'a BaseUrl,
    pages: &'a [Page],
    /// Made when the first address is met that is not settled, which in some themes is none.
    outputs: OnceLock<Outputs<'a>>,
    /// Hashes of the paths below the base that lead to a page whose name stays, as they stand in addresses:
    /// of pages, and of folders whose index is one. They fit a cache that the paths of a large site do not.
    settled: FxHashSet<u64>,
    /// How many pages have names that do not follow from what is in them; the others stand behind them.
    lasting: usize,
}

/// These are all paths, and the folders that they are in.
struct Outputs<'a> {
    files: FxHashMap<&'a str, usize>,
    folders: FxHashSet<&'a str>,
}

impl<'a> Outputs<'a> {
    fn of(pages: &'a [Page]) -> Outputs<'a> {
        let paths = || pages.iter().map(|page| page.path.as_str());
        let folders = paths().filter_map(|path| path.rsplit_once('/'));
        Outputs {
            files: paths().zip(0..).collect(),
            folders: folders.map(|(folder, _)| folder).collect(),
        }
    }
}

impl<'a> LinkCheck<'a> {
    /// Makes a table of the plan.
    pub fn new(base_url: &'a BaseUrl, pages: &'a [Page]) -> LinkCheck<'a> {
        let lasting = page::count_lasting(pages);
        LinkCheck {
            base_url,
            pages,
            outputs: OnceLock::new(),
            settled: settled(&pages[..lasting]),
            lasting,
        }
    }

    /// Tells what a text leads to that is a part of pages whose names have this ending; `None` where that depends on
    /// what is around it.
    pub fn leads(&self, ending: &str, bytes: &[u8], notes: Notes<'_>) -> Option<Leads> {
        let mut read = Read::default();
        match notes.marks.filter(|_| notes.pieces.is_empty()) {
            Some(marks) => self.read_marks(bytes, marks, &mut read),
            None if self.read(bytes, Markup::of(ending)?, &mut read) => return None,
            None => {}
        }
        let addresses = self.unsettled(read.addresses).into_iter();
        let own = |address: &[u8]| String::from_utf8_lossy(address).into();
        Some(Leads {
            addresses: addresses.map(own).collect(),
            ids: read.ids,
        })
    }

    /// Checks a rendered page; what it takes other pages to know is kept for `finish`. What was noted of it while it
    /// was written is not read again.
    pub fn scan(&self, page: usize, bytes: &[u8], notes: Notes<'_>) -> Findings {
        let path = &self.pages[page].path;
        let mut findings = Findings::default();
        let mut own_anchors = Vec::new();
        let mut seen: FxHashSet<&[u8]> = FxHashSet::default();
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        let Some(markup) = Markup::of(ending) else {
            return findings;
        };
        let (ids, addresses) = self.read_page(bytes, notes, markup);
        findings.ids = ids;
        for address in addresses {
            // A menu repeats its addresses on every page.
            if seen.insert(address) {
                let address = std::str::from_utf8(address).unwrap_or_default();
                self.check(page, address, &mut findings, &mut own_anchors);
            }
        }
        findings.ids.sort_unstable();
        findings.ids.dedup();
        for anchor in own_anchors {
            if !findings.has_id(&anchor) {
                findings.wrong.push((
                    Code::BrokenAnchor,
                    format!("`#{anchor}` is no part of the page"),
                ));
            }
        }
        findings
    }

    /// Returns the ids of a page, and the addresses that want a closer look: those of pieces, and those around them;
    /// all is read where it was not noted what stands around them.
    fn read_page<'b>(
        &self,
        bytes: &'b [u8],
        notes: Notes<'b>,
        markup: Markup,
    ) -> (Vec<u64>, Vec<&'b [u8]>) {
        let mut read = Read::default();
        let mut known: Vec<&[u8]> = Vec::new();
        match notes.marks {
            Some(marks) => {
                let leads = |(_, piece): &'b Placed| piece.leads.as_ref();
                for leads in notes.pieces.iter().filter_map(leads) {
                    known.extend(leads.addresses.iter().map(|address| address.as_bytes()));
                    read.ids.extend(&leads.ids);
                }
                self.read_marks(bytes, marks, &mut read);
            }
            None => {
                self.read(bytes, markup, &mut read);
            }
        }
        known.extend(self.unsettled(read.addresses));
        (read.ids, known)
    }

    /// Reads a text; tells whether something may be open at its end.
    fn read<'b>(&self, bytes: &'b [u8], markup: Markup, read: &mut Read<'b>) -> bool {
        for_each_attribute(bytes, markup, |found| self.note(found, read))
    }

    /// Reads what was noted of a text.
    fn read_marks<'b>(&self, bytes: &'b [u8], marks: &[Mark], read: &mut Read<'b>) {
        read.addresses.reserve(marks.len());
        for mark in marks {
            mark.find(bytes, &mut |found| self.note(found, read));
        }
    }

    fn note<'b>(&self, found: Found<'b>, read: &mut Read<'b>) {
        match found {
            Found::Id(id) => read.ids.push(hash(id)),
            Found::Address(address) => match self.glance(address) {
                Glance::Elsewhere => {}
                glance => read.addresses.push((glance, address)),
            },
        }
    }

    /// Returns the addresses that want a closer look.
    fn unsettled<'b>(&self, addresses: Vec<(Glance, &'b [u8])>) -> Vec<&'b [u8]> {
        // The table of a large site is in no cache that is near, so it is asked for many at once.
        let unsettled = addresses.into_iter().filter(|(glance, _)| match glance {
            Glance::Here(path) => !self.settled.contains(path),
            _ => true,
        });
        unsettled.map(|(_, address)| address).collect()
    }

    /// Reports what is wrong, in the order of the plan.
    ///
    /// A paper's text stands on many pages; a mistake in it is told once, with the page that has a source.
    ///
    /// Returns the pages that something is wrong with.
    pub fn finish(
        &self,
        site: &Site,
        findings: &[Findings],
        problems: &mut Problems,
    ) -> FxHashSet<usize> {
        let mut troubled = FxHashSet::default();
        let mut told: FxHashSet<(Code, String)> = FxHashSet::default();
        let mut copies: Vec<(&Page, Code, String)> = Vec::new();
        for (index, (page, found)) in self.pages.iter().zip(findings).enumerate() {
            let late = found
                .anchors
                .iter()
                .filter(|(target, id)| !findings[*target].has_id(id));
            let late = late.map(|(target, id)| self.no_part(*target, id));
            for (code, message) in found.wrong.iter().cloned().chain(late) {
                troubled.insert(index);
                if source_of(page, site).is_none() {
                    copies.push((page, code, message));
                } else {
                    told.insert((code, message.clone()));
                    let problem = self.describe(site, page, code, message, problems);
                    problems.push(problem);
                }
            }
        }
        for (page, code, message) in copies {
            if told.insert((code, message.clone())) {
                let problem = self.describe(site, page, code, message, problems);
                problems.push(problem);
            }
        }
        troubled
    }

    /// Reports what is wrong with one page; `scan` is asked for it and for the pages whose parts it
    /// leads to.
    pub fn check_one(
        &self,
        site: &Site,
        page: usize,
        scan: impl Fn(usize) -> Findings,
        problems: &mut Problems,
    ) {
        let mut findings: FxHashMap<usize, Findings> = FxHashMap::default();
        let mut found = scan(page);
        for (target, id) in std::mem::take(&mut found.anchors) {
            let there = findings.entry(target).or_insert_with(|| scan(target));
            if !there.has_id(&id) {
                found.wrong.push(self.no_part(target, &id));
            }
        }
        for (code, message) in found.wrong {
            let problem = self.describe(site, &self.pages[page], code, message, problems);
            problems.push(problem);
        }
    }

    fn no_part(&self, target: usize, id: &str) -> (Code, String) {
        let path = &self.pages[target].path;
        (Code::BrokenAnchor, format!("`#{id}` is no part of {path}"))
    }

    /// Tells at a glance what most addresses are: a page's, with nothing behind its path, or another
    /// host's.
    fn glance(&self, address: &[u8]) -> Glance {
        let origin = self.base_url.origin().as_bytes();
        let path = match address.first() {
            Some(b'/') => address,
            _ if !origin.is_empty() && address.starts_with(origin) => &address[origin.len()..],
            _ if ELSEWHERE.iter().any(|start| address.starts_with(start)) => {
                return Glance::Elsewhere;
            }
            _ => return Glance::Unclear,
        };
        let path = path.strip_prefix(self.base_url.path().as_bytes());
        path.map_or(Glance::Unclear, |path| Glance::Here(hash(path)))
    }

    fn check(
        &self,
        page: usize,
        written: &str,
        findings: &mut Findings,
        own_anchors: &mut Vec<String>,
    ) {
        let address = unescape(written);
        let address = address.trim();
        let Some((path, anchor)) = self.own_path(page, address, findings) else {
            return;
        };
        let Some(target) = self.resolve(&path) else {
            findings.wrong.push((
                Code::BrokenLink,
                format!("the link `{address}` leads to no page"),
            ));
            return;
        };
        findings.is_fleeting |= target >= self.lasting;
        match anchor {
            None => {}
            // Browsers take these for the top of the page (HTML, section 7.4.6.4).
            Some(anchor) if anchor.is_empty() || anchor == "top" => {}
            Some(anchor) if target == page => own_anchors.push(anchor),
            Some(anchor) => findings.anchors.push((target, anchor)),
        }
    }

    /// Returns the path below the base that an address means, and the part of the page; `None` for
    /// an address elsewhere.
    fn own_path<'b>(
        &'b self,
        page: usize,
        address: &'b str,
        findings: &mut Findings,
    ) -> Option<(Cow<'b, str>, Option<String>)> {
        let (address, anchor) = match memchr(b'#', address.as_bytes()) {
            Some(at) => (&address[..at], Some(decode_path(&address[at + 1..]))),
            None => (address, None),
        };
        let address = memchr(b'?', address.as_bytes()).map_or(address, |at| &address[..at]);
        if address.is_empty() {
            return Some((Cow::Borrowed(&self.pages[page].path), anchor));
        }
        let origin = self.base_url.origin();
        let path = match scheme(address) {
            Scheme::Relative if address.starts_with('/') => address,
            Scheme::Relative => {
                let path = crate::layout::resolve(&self.pages[page].path, &decode_path(address));
                if path.is_none() {
                    findings.wrong.push((
                        Code::OutsideBase,
                        format!("the link `{address}` leaves the site"),
                    ));
                }
                return path.map(|path| (Cow::Owned(path), anchor));
            }
            Scheme::Web if !origin.is_empty() && address.starts_with(origin) => {
                // Other projects of the same host are other sites; a theme links to them on purpose.
                let path = &address[origin.len()..];
                let own = path.strip_prefix(self.base_url.path());
                return own.map(|path| (decode(path), anchor));
            }
            Scheme::Web | Scheme::Mail | Scheme::Unsafe => return None,
        };
        match path.strip_prefix(self.base_url.path()) {
            Some(path) => Some((decode(path), anchor)),
            None => {
                let base = self.base_url.path();
                findings.wrong.push((
                    Code::OutsideBase,
                    format!("the link `{address}` is not under `{base}`"),
                ));
                None
            }
        }
    }

    /// Finds the page that answers: a file, or a folder's index. An address without its ending is not
    /// taken, for only some hosts answer it.
    fn resolve(&self, path: &str) -> Option<usize> {
        let outputs = self.outputs.get_or_init(|| Outputs::of(self.pages));
        if let Some(index) = outputs.files.get(path) {
            return Some(*index);
        }
        let folder = path.trim_end_matches('/');
        if !path.is_empty() && folder.len() == path.len() && !outputs.folders.contains(folder) {
            return None;
        }
        let index = if folder.is_empty() {
            "index.html".to_owned()
        } else {
            format!("{folder}/index.html")
        };
        outputs.files.get(index.as_str()).copied()
    }

    fn describe(
        &self,
        site: &Site,
        page: &Page,
        code: Code,
        message: String,
        problems: &mut Problems,
    ) -> Diagnostic {
        let source: Option<Arc<str>> = source_of(page, site).map(Into::into);
        let hint = match code {
            Code::OutsideBase => "write addresses of this site relative to the file, or from the site's root in Markdown".to_owned(),
            _ => {
                let wanted = message.split('`').nth(1).unwrap_or("");
                let wanted = wanted.strip_prefix(self.base_url.path()).unwrap_or(wanted);
                let near = problems.guess(wanted, || self.pages.iter().map(|page| page.path.as_str()));
                near.map_or_else(|| "the link is in this file or in a template".to_owned(), |path| format!("did you mean `{path}`?"))
            }
        };
        let message = format!("{message}, in {}", page.path);
        let problem = Diagnostic::new(code, message).hint(hint);
        match source {
            Some(name) => problem.at(Place::file(name)),
            None => problem,
        }
    }
}

/// Returns the hashes of paths that mean nothing else when they stand in an address as they are.
fn settled(pages: &[Page]) -> FxHashSet<u64> {
    let paths = pages.iter().map(|page| page.path.as_str());
    let plain = paths.filter(|path| !path.bytes().any(|byte| b"%&?#".contains(&byte)));
    let mut hashes = FxHashSet::with_capacity_and_hasher(pages.len(), Default::default());
    for path in plain {
        hashes.insert(hash(path.as_bytes()));
        let folder = address::shown(path);
        if folder.len() < path.len() {
            hashes.insert(hash(folder.as_bytes()));
        }
    }
    hashes
}

/// Most addresses hold nothing that is encoded, and are looked up as they stand.
fn decode(path: &str) -> Cow<'_, str> {
    match memchr(b'%', path.as_bytes()) {
        Some(_) => Cow::Owned(decode_path(path)),
        None => Cow::Borrowed(path),
    }
}

fn unescape(value: &str) -> Cow<'_, str> {
    if memchr(b'&', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    let value = value
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&#x2F;", "/")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    Cow::Owned(value)
}

fn hash(id: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(id)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::page::Kind;
    use crate::theme::{Piece, Sheet};

    fn pages() -> [Page; 4] {
        ["index.html", "a.html", "tags/index.html", "x/fig 1.png"].map(|path| Page {
            path: path.to_owned(),
            kind: Kind::Home,
        })
    }

    fn check(base: &str, html: &str, expected: &[&str]) {
        let base_url = BaseUrl::parse(base).expect("a base");
        let pages = pages();
        let check = LinkCheck::new(&base_url, &pages);
        let found = check.scan(1, html.as_bytes(), Notes::default());
        let other = check.scan(0, b"<h1 id=top-of-all>x</h1>", Notes::default());
        let late = found
            .anchors
            .iter()
            .filter(|(page, id)| *page != 0 || !other.has_id(id));
        let late = late.map(|(_, id)| format!("late #{id}"));
        let wrong: Vec<String> = found
            .wrong
            .iter()
            .map(|(_, message)| message.clone())
            .chain(late)
            .collect();
        assert_eq!(wrong, expected, "{html}");
    }

    #[test]
    fn addresses_under_the_base_meet_files() {
        let html = r##"<a href="/r/">x</a><a href='/r/a.html#b'>x</a><p id="b"><a href="tags/">x</a>
            <img src="x/fig%201.png" srcset="/r/x/fig%201.png 2x, x/fig%201.png 1x"><a href="/r/#top-of-all">x</a>
            <link rel=canonical href=https://u.github.io/r/a.html><a href="https://elsewhere.org/x">x</a>
            <a href="mailto:a@b">x</a><a href="#">x</a><!-- <a href="/gone"> --><script>"<a href='/gone'>"</script>"##;
        check("https://u.github.io/r/", html, &[]);
    }

    #[test]
    fn an_address_that_meets_nothing_is_found() {
        check(
            "/",
            r#"<a href="/gone.html">x</a>"#,
            &["the link `/gone.html` leads to no page"],
        );
        check("/", r#"<a href="/tags">x</a>"#, &[]);
        check(
            "/",
            r#"<a href="/a">x</a>"#,
            &["the link `/a` leads to no page"],
        );
        check(
            "/",
            r##"<a href="#gone">x</a>"##,
            &["`#gone` is no part of the page"],
        );
        check("/", r##"<a href="/#gone">x</a>"##, &["late #gone"]);
        check(
            "/r/",
            r#"<a href="/a.html">x</a>"#,
            &["the link `/a.html` is not under `/r/`"],
        );
        check(
            "/r/",
            r#"<a href="../a.html">x</a>"#,
            &["the link `../a.html` leaves the site"],
        );
        check(
            "https://u.io/r/",
            r#"<meta property="og:url" content="https://u.io/r/gone">"#,
            &["the link `https://u.io/r/gone` leads to no page"],
        );
        check(
            "/",
            r#"<meta http-equiv="refresh" content="0; url=/gone">"#,
            &["the link `/gone` leads to no page"],
        );
        check(
            "/",
            r#"<img alt="<a href=x>" src="/a.html?x=1&amp;y=2" srcset="/gone.png 2x">"#,
            &["the link `/gone.png` leads to no page"],
        );
    }

    #[test]
    fn what_was_noted_of_a_page_is_not_read_again() {
        let base_url = BaseUrl::parse("/").expect("a base");
        let pages = pages();
        let check = LinkCheck::new(&base_url, &pages);
        let text =
            "<p id=p><a href=\"/a.html\">x</a> <a href='/gone3#y'>y</a> <a href='#z'>z</a></p>";
        let leads = |ending, text: &str| check.leads(ending, text.as_bytes(), Notes::default());
        let written = |text: &str| {
            let mut sheet = Sheet::blank().read_as(Some(Markup::Html));
            sheet.write_all(text.as_bytes()).expect("there is room");
            sheet
        };
        let sheet = written(text);
        assert_eq!(
            check.leads("html", &sheet, sheet.notes()),
            leads("html", text)
        );
        let leads = leads("html", text).expect("it is closed");
        assert_eq!(leads.addresses, ["/gone3#y".into(), "#z".into()]);
        assert_eq!(leads.ids, [hash(b"p")]);
        for open in ["<p", "<!-- ", "<script>", "<!"] {
            assert!(written(open).notes().marks.is_none(), "{open}");
            let told = check.leads("html", open.as_bytes(), Notes::default());
            assert!(told.is_none(), "{open}");
        }
        let told = check.leads("css", text.as_bytes(), Notes::default());
        assert!(told.is_none());
        let piece = Arc::new(Piece {
            text: text.to_owned(),
            leads: Some(leads),
        });
        for (before, behind, is_noted) in [
            (
                "<p id=i><a href=\"/gone\">z</a>",
                "<b id=j><a href='#j'>z</a>",
                true,
            ),
            (
                "<!-- <a href=\"/gone\">",
                "<a href=\"/gone\">--><i id=k>",
                false,
            ),
            (
                "<script>\"",
                "<a href='/gone'>\"</script><a href='/gone2'>",
                false,
            ),
            ("<b title='", "'><a href='/gone'>", false),
        ] {
            let mut page = written(before);
            page.push_piece(&piece).expect("there is room");
            page.write_all(behind.as_bytes()).expect("there is room");
            page.push_piece(&piece).expect("there is room");
            assert_eq!(page.notes().marks.is_some(), is_noted, "{before}");
            let tell = |notes: Notes<'_>| {
                let mut found = check.scan(0, &page, notes);
                found.wrong.sort_unstable();
                (found.ids, found.wrong, found.anchors)
            };
            assert_eq!(tell(page.notes()), tell(Notes::default()), "{before}");
        }
    }

    #[test]
    fn broken_markup_does_not_stop_the_scan() {
        for html in [
            "<",
            "<a",
            "<a href",
            "<a href=",
            "<a href=\"",
            "<a / =>",
            "<!--",
            "<script>",
            "<é é=é>",
        ] {
            check("/", html, &[]);
        }
    }
}
