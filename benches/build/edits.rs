//! From a save to the page that shows it: `digest serve` beside `hugo server`, on the same papers.
//!
//! Both run at once and idle while the other is measured. An edit is saved, and the page that must
//! show it is asked for until it does; `digest` answers the first request with the new page, Hugo is
//! asked every few milliseconds. Hugo renders as it does by default: what was visited lately.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use paper_digest::date::Date;
use paper_digest::layout;
use paper_digest::slug::Slug;

use crate::hugo::Hugo;
use crate::measure::median;
use crate::papers;

/// How often a page is asked for that does not show an edit yet.
const EVERY: Duration = Duration::from_millis(2);

/// An edit that is not shown by then is given up, and not made again on that side.
const LIMIT: Duration = Duration::from_secs(120);

/// How often each edit is made before it counts: the first one warms caches.
const WARM: usize = 1;

/// This is a kind of edit: its name, and how it is made on a side.
const KINDS: [(&str, Make); 5] = [
    ("a paper's body", body),
    ("a paper's title", title),
    ("a paper's tags", tag),
    ("a template", template),
    ("the style sheet", style),
];

type Make = fn(&Side, usize) -> Result<Edit>;

/// This is an edit that is ready to be saved.
struct Edit {
    file: PathBuf,
    text: String,
    /// The page that shows it, and what that page holds then.
    page: String,
    sign: String,
}

/// This is a server with its site.
struct Side {
    name: String,
    root: PathBuf,
    is_hugo: bool,
    port: u16,
    child: Child,
}

/// Makes edits in turns; prints a table for a size.
pub fn run(
    digest: &Path,
    hugo: Option<&Hugo>,
    root: &Path,
    size: usize,
    runs: usize,
) -> Result<()> {
    let mut sides = vec![Side::digest(digest, &root.join("digest"))?];
    sides.extend(
        hugo.map(|hugo| Side::hugo(hugo, &root.join("hugo")))
            .transpose()?,
    );
    for side in &sides {
        let start = Instant::now();
        while !side.wait_for("/", "<footer>") {
            eprintln!("waiting for {}", side.name);
        }
        eprintln!(
            "{} is there after {:.1} s",
            side.name,
            start.elapsed().as_secs_f64()
        );
    }
    let mut before: BTreeMap<PathBuf, String> = BTreeMap::new();
    let measured = measure(&sides, runs, &mut before);
    for (file, text) in &before {
        fs::write(file, text)?;
    }
    println!("{}", table(size, &sides, &measured?));
    Ok(())
}

/// The milliseconds of each kind, side and round.
type Times = Vec<Vec<Vec<f64>>>;

fn measure(sides: &[Side], runs: usize, before: &mut BTreeMap<PathBuf, String>) -> Result<Times> {
    let mut times = vec![vec![Vec::new(); sides.len()]; KINDS.len()];
    for round in 0..runs + WARM {
        for (kind, (name, make)) in KINDS.iter().enumerate() {
            for (at, side) in sides.iter().enumerate() {
                if times[kind][at]
                    .last()
                    .is_some_and(|time: &f64| time.is_infinite())
                {
                    continue;
                }
                let edit = make(side, round)?;
                let old = fs::read_to_string(&edit.file)?;
                before.entry(edit.file.clone()).or_insert(old);
                // Visited pages are those that somebody looks at.
                side.get(&edit.page)?;
                std::thread::sleep(Duration::from_millis(300));
                let start = Instant::now();
                fs::write(&edit.file, &edit.text)?;
                let time = match side.wait_for(&edit.page, &edit.sign) {
                    true => start.elapsed().as_secs_f64() * 1e3,
                    false => f64::INFINITY,
                };
                eprintln!("{round}/{runs} {name}, {}: {time:.1} ms", side.name);
                if round >= WARM || time.is_infinite() {
                    times[kind][at].push(time);
                }
            }
        }
    }
    Ok(times)
}

fn table(size: usize, sides: &[Side], times: &Times) -> String {
    let mut text = format!("**{size} papers, from a save to the page that shows it**\n\n|");
    for side in sides {
        text += &format!(" | {}", side.name);
    }
    text += if sides.len() > 1 {
        " | ratio |\n"
    } else {
        " |\n"
    };
    text += "|---";
    text += &"|---:".repeat(sides.len() + usize::from(sides.len() > 1));
    text += "|\n";
    for ((name, _), of_kind) in KINDS.iter().zip(times) {
        text += &format!("| {name}");
        let medians: Vec<f64> = of_kind
            .iter()
            .map(|times| median(times.iter().copied()))
            .collect();
        for (median, times) in medians.iter().zip(of_kind) {
            let most = times.iter().copied().fold(0.0, f64::max);
            text += &match median.is_finite() {
                true => format!(" | {median:.0} ms (at most {most:.0})"),
                false => format!(" | not within {} s", LIMIT.as_secs()),
            };
        }
        if let [ours, theirs] = medians[..] {
            text += &match theirs.is_finite() {
                true => format!(" | {:.0} ×", theirs / ours),
                false => " | ".to_owned(),
            };
        }
        text += " |\n";
    }
    text
}

impl Side {
    fn digest(program: &Path, root: &Path) -> Result<Side> {
        let port = free_port()?;
        let mut command = Command::new(program);
        command
            .args(["serve", "--port", &port.to_string(), "--root"])
            .arg(root);
        Side::start("digest".to_owned(), root, false, port, &mut command)
    }

    fn hugo(hugo: &Hugo, root: &Path) -> Result<Side> {
        let port = free_port()?;
        let mut command = Command::new(&hugo.path);
        command
            .args([
                "server",
                "--quiet",
                "--bind",
                "127.0.0.1",
                "--port",
                &port.to_string(),
            ])
            .args([
                "--baseURL",
                &format!("http://127.0.0.1:{port}/"),
                "--appendPort=false",
            ])
            .arg("--source")
            .arg(root);
        Side::start(
            format!("Hugo {}", hugo.version),
            root,
            true,
            port,
            &mut command,
        )
    }

    fn start(
        name: String,
        root: &Path,
        is_hugo: bool,
        port: u16,
        command: &mut Command,
    ) -> Result<Side> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot run {name}"))?;
        Ok(Side {
            name,
            root: root.to_owned(),
            is_hugo,
            port,
            child,
        })
    }

    /// Asks for a page until it holds a sign; tells whether it does.
    fn wait_for(&self, page: &str, sign: &str) -> bool {
        let start = Instant::now();
        while start.elapsed() < LIMIT {
            if self.get(page).is_ok_and(|text| text.contains(sign)) {
                return true;
            }
            std::thread::sleep(EVERY);
        }
        false
    }

    fn get(&self, page: &str) -> Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(LIMIT))?;
        let request = format!(
            "GET {page} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Returns a paper of the newest issue: its file, and the file's name without the ending.
    fn paper(&self, number: usize) -> Result<(PathBuf, String)> {
        let mut folder = self.root.join("content/papers");
        // A day is one folder of ours, and three of Hugo's.
        for _ in 0..if self.is_hugo { 3 } else { 1 } {
            let folders = entries(&folder)?.into_iter().filter(|path| path.is_dir());
            folder = folders.max().context("there are papers")?;
        }
        let is_paper = |path: &PathBuf| !path.ends_with("_index.md");
        let papers: Vec<PathBuf> = entries(&folder)?.into_iter().filter(is_paper).collect();
        let file = papers[number % papers.len()].clone();
        let stem = file.file_stem().context("a paper's file has a name")?;
        let stem = stem.to_string_lossy().into_owned();
        Ok((file, stem))
    }

    /// Returns the page of the issue in which a paper is.
    fn issue(&self, file: &Path) -> Result<String> {
        let folder = file.strip_prefix(self.root.join("content/papers"))?;
        let day = folder.parent().context("a paper is in an issue")?;
        let day = Date::parse(&day.to_string_lossy().replace('/', "-"));
        let day = day.context("the folder of an issue is a day")?;
        Ok(format!("/{}", layout::issue(day)))
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn body(side: &Side, round: usize) -> Result<Edit> {
    let (file, slug) = side.paper(round)?;
    let sign = format!("edit number {round} of the body");
    let text = format!("{}\nThis is {sign}.\n", fs::read_to_string(&file)?);
    Ok(Edit {
        file,
        text,
        page: format!("/papers/{slug}.html"),
        sign,
    })
}

fn title(side: &Side, round: usize) -> Result<Edit> {
    let (file, _) = side.paper(round)?;
    let sign = format!("Title number {round} of the edits");
    let text = change_line(&file, "title:", |_| format!("title: \"{sign}\""))?;
    let page = side.issue(&file)?;
    Ok(Edit {
        file,
        text,
        page,
        sign,
    })
}

fn tag(side: &Side, round: usize) -> Result<Edit> {
    let (file, slug) = side.paper(round)?;
    let old = fs::read_to_string(&file)?;
    let tags = (20..).map(|index| Slug::from_name(&papers::tag_name(index)));
    let tag = tags
        .map(|tag| tag.expect("words are a slug"))
        .find(|tag| !old.contains(tag.as_str()))
        .expect("no paper has all tags");
    let text = change_line(&file, "tags:", |line| {
        line.replacen(']', &format!(", {tag}]"), 1)
    })?;
    Ok(Edit {
        file,
        text,
        // Of the pages that Hugo renders anew by default, the tag's own is none.
        page: format!("/papers/{slug}.html"),
        sign: format!("/tags/{tag}.html"),
    })
}

fn template(side: &Side, round: usize) -> Result<Edit> {
    let file = match side.is_hugo {
        true => side.root.join("layouts/baseof.html"),
        false => side.root.join("themes/plain/templates/base.html"),
    };
    let sign = format!("template number {round}");
    let text = change_line(&file, "<footer>", |line| {
        line.replacen("<footer>", &format!("<footer>{sign} "), 1)
    })?;
    Ok(Edit {
        file,
        text,
        page: "/".to_owned(),
        sign,
    })
}

fn style(side: &Side, round: usize) -> Result<Edit> {
    let (file, page) = match side.is_hugo {
        true => ("static/style.css", "/style.css"),
        false => ("themes/plain/static/style.css", "/theme/style.css"),
    };
    let file = side.root.join(file);
    let sign = format!("/* edit {round} */");
    let text = format!("{}{sign}\n", fs::read_to_string(&file)?);
    Ok(Edit {
        file,
        text,
        page: page.to_owned(),
        sign,
    })
}

fn change_line(file: &Path, start: &str, change: impl Fn(&str) -> String) -> Result<String> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find(|line| line.starts_with(start));
    let line = line.with_context(|| format!("{} has no line `{start}`", file.display()))?;
    Ok(text.replacen(line, &change(line), 1))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    paths.sort();
    Ok(paths)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
