//! From a save to the page that shows it: `digest serve` beside `hugo server`, on the same papers.
//!
//! Both run at once and idle while the other is measured. An edit is saved, and the page that must
//! show it is asked for until it does; `digest` answers the first request with the new page, Hugo is
//! asked every few milliseconds. Hugo renders as it does by default, what was visited lately; but of a
//! template it shows nothing new then, so it is started again with `--disableFastRender` for that.

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
const LIMIT: Duration = Duration::from_secs(300);

/// A server that is not there by then, or not again after an edit that was given up, is not waited for.
const PATIENCE: Duration = Duration::from_secs(1200);

/// How often each edit is made before it counts: the first one warms caches.
const WARM: usize = 1;

/// This is a kind of edit: its name, and how it is made on a side.
type Kind = (&'static str, Make);

const KINDS: [Kind; 5] = [
    ("a paper's body", body),
    ("a paper's title", title),
    ("a paper's tags", tag),
    ("the style sheet", style),
    ("a template", template),
];

/// How many of them Hugo shows when it renders what was visited lately.
const OF_VISITED: usize = 4;

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
    /// The folder of the theme, below the root.
    theme: &'static str,
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
    theme: &str,
) -> Result<()> {
    let site = root.join("digest");
    let theme = match theme {
        "default" => eject(digest, &site)?,
        _ => "themes/plain",
    };
    let mut before: BTreeMap<PathBuf, String> = BTreeMap::new();
    let done = compare(digest, hugo, root, theme, runs, &mut before);
    for (file, text) in &before {
        fs::write(file, text)?;
    }
    let (names, times) = done?;
    println!("{}", table(size, &names, &times));
    Ok(())
}

/// Copies what is edited of the built-in theme to where a site overrides it.
fn eject(digest: &Path, site: &Path) -> Result<&'static str> {
    const THEME: &str = "themes/default";
    if site.join(THEME).exists() {
        fs::remove_dir_all(site.join(THEME))?;
    }
    let mut command = Command::new(digest);
    command.args(["theme", "eject", "parts/footer.html", "style.css", "--root"]);
    let ran = command.arg(site).output()?;
    let said = String::from_utf8_lossy(&ran.stderr);
    anyhow::ensure!(ran.status.success(), "the theme was not copied: {said}");
    Ok(THEME)
}

/// The milliseconds of each kind, side and round.
type Times = Vec<Vec<Vec<f64>>>;

fn compare(
    digest: &Path,
    hugo: Option<&Hugo>,
    root: &Path,
    theme: &'static str,
    runs: usize,
    before: &mut BTreeMap<PathBuf, String>,
) -> Result<(Vec<String>, Times)> {
    let ours = Side::digest(digest, &root.join("digest"), theme)?;
    let theirs = |options: &[&str]| {
        hugo.map(|hugo| Side::hugo(hugo, &root.join("hugo"), options))
            .transpose()
    };
    let mut sides = vec![ours];
    sides.extend(theirs(&[])?);
    sides.iter().try_for_each(Side::greet)?;
    let (visited, others) = KINDS.split_at(OF_VISITED);
    let mut times = measure(&sides, visited, runs, before)?;
    if sides.len() > 1 {
        // The first one goes before the second comes: each takes gigabytes.
        sides.truncate(1);
        sides.extend(theirs(&["--disableFastRender"])?);
        sides.iter().try_for_each(Side::greet)?;
    }
    times.extend(measure(&sides, others, runs, before)?);
    let names = sides.iter().map(|side| side.name.clone()).collect();
    Ok((names, times))
}

fn measure(
    sides: &[Side],
    kinds: &[Kind],
    runs: usize,
    before: &mut BTreeMap<PathBuf, String>,
) -> Result<Times> {
    let mut times = vec![vec![Vec::new(); sides.len()]; kinds.len()];
    for round in 0..runs + WARM {
        for (kind, (name, make)) in kinds.iter().enumerate() {
            for (at, side) in sides.iter().enumerate() {
                let last = times[kind][at].last();
                if last.is_some_and(|time: &f64| time.is_infinite()) {
                    continue;
                }
                let edit = make(side, round)?;
                let old = fs::read_to_string(&edit.file)?;
                before.entry(edit.file.clone()).or_insert(old);
                // Visited pages are those that somebody looks at.
                side.visit(&edit.page)?;
                std::thread::sleep(Duration::from_millis(300));
                let start = Instant::now();
                fs::write(&edit.file, &edit.text)?;
                let time = match side.wait_for(&edit.page, &edit.sign, LIMIT) {
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

fn table(size: usize, names: &[String], times: &Times) -> String {
    let mut text = format!("**{size} papers, from a save to the page that shows it**\n\n|");
    for name in names {
        text += &format!(" | {name}");
    }
    text += if names.len() > 1 {
        " | ratio |\n"
    } else {
        " |\n"
    };
    text += "|---";
    text += &"|---:".repeat(names.len() + usize::from(names.len() > 1));
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
    fn digest(program: &Path, root: &Path, theme: &'static str) -> Result<Side> {
        let port = free_port()?;
        let mut command = Command::new(program);
        command
            .args(["serve", "--port", &port.to_string(), "--root"])
            .arg(root);
        let child = start(&mut command)?;
        Ok(Side {
            name: "digest".to_owned(),
            root: root.to_owned(),
            is_hugo: false,
            theme,
            port,
            child,
        })
    }

    fn hugo(hugo: &Hugo, root: &Path, options: &[&str]) -> Result<Side> {
        let port = free_port()?;
        let mut command = Command::new(&hugo.path);
        command
            .args([
                "server",
                "--quiet",
                // Which is faster than by way of the disk.
                "--renderToMemory",
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
            .args(options)
            .arg("--source")
            .arg(root);
        let child = start(&mut command)?;
        Ok(Side {
            name: format!("Hugo {}", hugo.version),
            root: root.to_owned(),
            is_hugo: true,
            theme: "",
            port,
            child,
        })
    }

    /// Waits until the server is there.
    fn greet(&self) -> Result<()> {
        let start = Instant::now();
        self.visit("/")?;
        let seconds = start.elapsed().as_secs_f64();
        eprintln!("{} is there after {seconds:.1} s", self.name);
        Ok(())
    }

    /// Looks at a page as a browser does, however busy the server is.
    fn visit(&self, page: &str) -> Result<()> {
        let is_there = self.wait_for(page, "", PATIENCE);
        anyhow::ensure!(is_there, "{} does not answer for {page}", self.name);
        Ok(())
    }

    /// Asks for a page until it holds a sign; tells whether it does.
    fn wait_for(&self, page: &str, sign: &str, limit: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < limit {
            let rest = limit.saturating_sub(start.elapsed()).max(EVERY);
            if self.get(page, rest).is_ok_and(|text| text.contains(sign)) {
                return true;
            }
            std::thread::sleep(EVERY);
        }
        false
    }

    fn get(&self, page: &str, limit: Duration) -> Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(limit))?;
        // By the last header Hugo knows a page that somebody looks at.
        let request = format!(
            "GET {page} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Accept: text/html,*/*\r\nSec-Fetch-Mode: navigate\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        anyhow::ensure!(answer.starts_with("HTTP/1.1 200"), "not there");
        Ok(answer)
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

fn start(command: &mut Command) -> Result<Child> {
    let silent = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let name = silent.get_program().to_owned();
    silent
        .spawn()
        .with_context(|| format!("cannot run {}", name.display()))
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
        // The page of the tag itself Hugo does not render anew, not even with `--disableFastRender`.
        page: format!("/papers/{slug}.html"),
        sign: format!("/tags/{tag}.html"),
    })
}

fn template(side: &Side, round: usize) -> Result<Edit> {
    let file = match side.is_hugo {
        true => side.root.join("layouts/baseof.html"),
        false if side.theme == "themes/plain" => {
            side.root.join(side.theme).join("templates/base.html")
        }
        false => side
            .root
            .join(side.theme)
            .join("templates/parts/footer.html"),
    };
    let sign = format!("template number {round}");
    let text = change_line(&file, "<footer", |line| {
        line.replacen('>', &format!(">{sign} "), 1)
    })?;
    Ok(Edit {
        file,
        text,
        page: "/".to_owned(),
        sign,
    })
}

fn style(side: &Side, round: usize) -> Result<Edit> {
    let (folder, page) = match side.is_hugo {
        true => ("", "/style.css"),
        false => (side.theme, "/theme/style.css"),
    };
    let file = side.root.join(folder).join("static/style.css");
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
