//! A press: it renders the pages of one edition, on a thread of its own.
//!
//! What pages share (the values of papers, the tables of addresses) borrows from the edition and is
//! made once; a thread can own both. The press stops when nobody holds it any more.

use std::cell::OnceCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Sender, SyncSender, channel, sync_channel};
use std::time::Duration;

use crate::address::BaseUrl;
use crate::diagnostic::{Diagnostic, Problems};
use crate::layout;
use crate::link_check::LinkCheck;
use crate::page::{self, Output, Page, Renderer};
use crate::site::Site;
use crate::theme::Theme;

/// After this time who works ahead begins: by then the page is there that somebody waits for.
const BREATH: Duration = Duration::from_millis(300);

/// This is what an address of the site leads to.
#[derive(Debug)]
pub enum Answer {
    /// A page, with its output path.
    Page(String, Output),
    /// A folder that was asked for without its slash.
    Folder,
    /// Nothing; the page that says so, where there is one.
    Missing(Option<Output>),
    /// A page that cannot be rendered.
    Failed(Box<Diagnostic>),
    /// A mistake of this program.
    Broken,
}

/// This renders an edition.
#[derive(Debug)]
pub struct Press {
    orders: Sender<Order>,
    base_url: BaseUrl,
    /// Who works ahead stops when this is gone.
    _alive: Arc<()>,
}

enum Order {
    Render(String, SyncSender<Answer>),
    Check(String, SyncSender<Problems>),
}

impl Press {
    /// Starts a press.
    pub fn start(site: Arc<Site>, theme: Arc<Theme>, plan: Arc<Vec<Page>>) -> Press {
        let base_url = site.config.base_url.clone();
        let alive = Arc::new(());
        work_ahead(&site, &alive);
        let (orders, inbox) = channel();
        std::thread::spawn(move || {
            let searched = OnceCell::new();
            let desk = Desk::new(&site, &theme, &plan, &searched);
            for order in inbox {
                match order {
                    Order::Render(address, reply) => {
                        let answer = catch_unwind(AssertUnwindSafe(|| desk.render(&address)));
                        // Who asked may have gone away.
                        let _ = reply.send(answer.unwrap_or(Answer::Broken));
                    }
                    Order::Check(address, reply) => {
                        let problems = catch_unwind(AssertUnwindSafe(|| desk.check(&address)));
                        let _ = reply.send(problems.unwrap_or_default());
                    }
                }
            }
        });
        Press {
            orders,
            base_url,
            _alive: alive,
        }
    }

    /// Returns where the site is published.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base_url
    }

    /// Renders what is at an address below the base.
    pub fn render(&self, address: &str) -> Answer {
        let (reply, answer) = sync_channel(1);
        let sent = self.orders.send(Order::Render(address.to_owned(), reply));
        let answer = sent.ok().and_then(|()| answer.recv().ok());
        answer.unwrap_or(Answer::Broken)
    }

    /// Checks the links of the page at an address.
    pub fn check(&self, address: &str) -> Problems {
        let (reply, answer) = sync_channel(1);
        let sent = self.orders.send(Order::Check(address.to_owned(), reply));
        let problems = sent.ok().and_then(|()| answer.recv().ok());
        problems.unwrap_or_default()
    }
}

/// Finds the terms of all papers before a reader asks for a page that shows related ones.
///
/// One paper after the other, so that a request finds a processor free. Documents keep their terms: an
/// edition that follows goes on where this one stopped.
fn work_ahead(site: &Arc<Site>, alive: &Arc<()>) {
    if site.config.build.related == 0 {
        return;
    }
    let (site, alive) = (site.clone(), Arc::downgrade(alive));
    std::thread::spawn(move || {
        std::thread::sleep(BREATH);
        for entry in &site.papers {
            if alive.strong_count() == 0 {
                return;
            }
            // A mistake of this program is told to the reader whom it concerns.
            let _ = catch_unwind(AssertUnwindSafe(|| entry.text().terms()));
        }
    });
}

/// What is made once per edition.
struct Desk<'a> {
    site: &'a Site,
    theme: &'a Theme,
    plan: &'a [Page],
    renderer: Renderer<'a>,
    links: OnceCell<LinkCheck<'a>>,
    /// The plan with the search index, and who renders it: made when a reader searches, for the index
    /// takes the words of all papers.
    searched: &'a OnceCell<Vec<Page>>,
    searcher: OnceCell<Renderer<'a>>,
}

enum Found {
    Page(usize),
    Folder,
    Nothing,
}

impl<'a> Desk<'a> {
    fn new(
        site: &'a Site,
        theme: &'a Theme,
        plan: &'a [Page],
        searched: &'a OnceCell<Vec<Page>>,
    ) -> Desk<'a> {
        Desk {
            site,
            theme,
            plan,
            renderer: Renderer::new(site, theme, plan),
            links: OnceCell::new(),
            searched,
            searcher: OnceCell::new(),
        }
    }

    /// Returns the pages among which an address is sought, and who renders them.
    fn counter(&self, address: &str) -> (&'a [Page], &Renderer<'a>) {
        let folder = layout::SEARCH.trim_end_matches(layout::HOME);
        if !address.starts_with(folder) {
            return (self.plan, &self.renderer);
        }
        let pages = self.searched.get_or_init(|| {
            let mut pages = self.plan.to_vec();
            page::plan_index(self.site, &mut pages, None);
            pages
        });
        let searcher = || Renderer::new(self.site, self.theme, pages);
        (pages, self.searcher.get_or_init(searcher))
    }

    /// Finds what GitHub Pages would answer: the file, the page without its ending, the folder's
    /// index. Only what is planned can be found, so no address leads out of the site.
    fn find(plan: &[Page], address: &str) -> Found {
        // A table of all pages takes longer to make than some pages take to find.
        let page = |path: &str| plan.iter().position(|page| page.path == path);
        if address.is_empty() || address.ends_with('/') {
            let index = page(&format!("{address}{}", layout::HOME));
            return index.map_or(Found::Nothing, Found::Page);
        }
        if let Some(index) = page(address).or_else(|| page(&format!("{address}.html"))) {
            return Found::Page(index);
        }
        match page(&format!("{address}/{}", layout::HOME)) {
            Some(_) => Found::Folder,
            None => Found::Nothing,
        }
    }

    fn render(&self, address: &str) -> Answer {
        let (plan, renderer) = self.counter(address);
        match Self::find(plan, address) {
            Found::Page(index) => {
                let page = &plan[index];
                match renderer.render(page) {
                    Ok(output) => Answer::Page(page.path.clone(), output),
                    Err(problem) => Answer::Failed(Box::new(problem)),
                }
            }
            Found::Folder => Answer::Folder,
            Found::Nothing => {
                let is_told = |page: &&Page| page.path == layout::NOT_FOUND;
                let page = self.plan.iter().find(is_told);
                match page.map(|page| self.renderer.render(page)).transpose() {
                    Ok(output) => Answer::Missing(output),
                    Err(problem) => Answer::Failed(Box::new(problem)),
                }
            }
        }
    }

    fn check(&self, address: &str) -> Problems {
        let mut problems = Problems::new();
        let Found::Page(index) = Self::find(self.plan, address) else {
            return problems;
        };
        let base_url = &self.site.config.base_url;
        let links = self
            .links
            .get_or_init(|| LinkCheck::new(base_url, self.plan));
        let scan = |page: usize| match self.renderer.render(&self.plan[page]) {
            Ok(Output::Bytes(bytes)) => links.scan(page, &bytes, bytes.notes()),
            // A page that cannot be rendered is a problem already.
            Ok(Output::Copy(_)) | Err(_) => Default::default(),
        };
        links.check_one(self.site, index, scan, &mut problems);
        problems
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::config::Config;
    use crate::document;
    use crate::site::{self, Parts};
    use crate::source::Source;
    use crate::theme;

    #[test]
    fn terms_are_found_before_a_reader_asks() {
        let mut problems = Problems::new();
        let documents = (0..50).map(|number| {
            let text = format!("---\ntitle: Paper {number}\n---\nGraphs forget.\n");
            let source = Source::new(format!("content/papers/2025-08-06/{number}.md"), text);
            Arc::new(document::parse(&source, &mut Problems::new()).expect("a paper"))
        });
        let parts = Parts {
            config: Config::default(),
            vocabulary: None,
            documents: documents.collect(),
            assets: Vec::new(),
            statics: Vec::new(),
            drafts: false,
        };
        let site = Arc::new(site::link(parts, &mut problems));
        let theme = theme::load(Default::default(), "en", &mut problems).expect("a theme");
        let plan = page::plan(&site, &theme, &mut problems);
        let press = Press::start(site.clone(), Arc::new(theme), Arc::new(plan));
        let start = Instant::now();
        let is_ready = || site.papers.iter().all(|entry| entry.text().has_terms());
        while !is_ready() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "nobody works ahead"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        drop(press);
    }
}
