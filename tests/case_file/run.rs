//! Running a case: its files on disk, its commands, and what is found afterwards.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{Case, Mark, Section, Step, hosts};

/// What stands in a case for the folder in which it ran.
const ROOT: &str = "/site";

/// Behind a text whose last line does not end.
const NO_NEWLINE: &str = "\\ no newline at the end\n";

/// Runs a case in a temporary folder.
pub fn run(case: &Case, digest: &Path) -> Result<Case, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let root = folder
        .path()
        .canonicalize()
        .map_err(|error| error.to_string())?;
    let first = &case.steps[0].before;
    if !first.iter().any(|section| section.name == "site.toml") {
        write(&root.join("site.toml"), b"")?;
    }
    let mut ran = case.clone();
    for step in &mut ran.steps {
        let mut proxy = None;
        for section in &step.before {
            if section.name == hosts::SECTION {
                proxy = Some(hosts::start(&section.body)?);
            } else {
                change(&root, section)?;
            }
        }
        let output = execute(&root, digest, &step.command, proxy.as_deref())?;
        record(&root, step, &output)?;
    }
    Ok(ran)
}

fn change(root: &Path, section: &Section) -> Result<(), String> {
    let path = root.join(&section.name);
    match section.mark {
        Mark::Plain | Mark::Edited => write(&path, section.body.as_bytes()),
        Mark::Escaped => write(&path, &unescape(&section.body)?),
        Mark::Absent => Ok(()),
        Mark::Deleted => {
            fs::remove_file(&path).map_err(|error| format!("{}: {error}", section.name))
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().expect("a file of the site has a folder");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Runs a line such as `EDITOR=cat digest import - < list.txt`.
fn execute(root: &Path, digest: &Path, line: &str, proxy: Option<&str>) -> Result<Output, String> {
    let mut words = split(line)?.into_iter().peekable();
    let mut command = Command::new(digest);
    command.current_dir(root).stdin(Stdio::null());
    command.env("NO_COLOR", "1").env("COLUMNS", "100");
    if let Some(proxy) = proxy {
        command.env("ALL_PROXY", proxy).env_remove("NO_PROXY");
    }
    while let Some(word) = words.next_if(|word| word.contains('=')) {
        let (name, value) = word.split_once('=').expect("the word holds one");
        command.env(name, value);
    }
    if words.next().as_deref() != Some("digest") {
        return Err(format!("`{line}` does not run digest"));
    }
    while let Some(word) = words.next() {
        if word != "<" {
            command.arg(word);
            continue;
        }
        let name = words.next().unwrap_or_default();
        let file = fs::File::open(root.join(&name)).map_err(|error| format!("{name}: {error}"))?;
        command.stdin(file);
    }
    command.output().map_err(|error| error.to_string())
}

/// Puts what was found in the place of what was expected.
fn record(root: &Path, step: &mut Step, output: &Output) -> Result<(), String> {
    step.exit = output.status.code().unwrap_or(-1);
    let mut found = Vec::new();
    for (name, bytes) in [("stderr", &output.stderr), ("stdout", &output.stdout)] {
        if !bytes.is_empty() {
            found.push(Section {
                name: name.to_owned(),
                mark: Mark::Plain,
                body: normalise(&String::from_utf8_lossy(bytes), root),
            });
        }
    }
    let files = step.after.iter().filter(|section| {
        // The streams are written anew: they are there exactly when something was said.
        section.name != "stderr" && section.name != "stdout"
    });
    for section in files {
        let path = root.join(&section.name);
        let body = match (section.mark, fs::read_to_string(&path)) {
            (Mark::Absent, _) if path.exists() => {
                return Err(format!("{} is there", section.name));
            }
            (Mark::Absent, _) => String::new(),
            (_, Ok(text)) => shown(&path, &text),
            (_, Err(error)) => return Err(format!("{}: {error}", section.name)),
        };
        found.push(Section {
            body: normalise(&body, root),
            ..section.clone()
        });
    }
    step.after = found;
    Ok(())
}

/// A page is what stands inside `<main>`: its frame is for other tests.
fn shown(path: &Path, text: &str) -> String {
    let is_page = path.extension().is_some_and(|ending| ending == "html");
    let main = text
        .split_once("<main")
        .and_then(|(_, rest)| rest.split_once('>'))
        .and_then(|(_, rest)| rest.split_once("</main>"));
    match main {
        Some((main, _)) if is_page => format!("{}\n", main.trim()),
        _ => text.to_owned(),
    }
}

/// Takes out what differs from run to run, or with every change of a theme.
fn normalise(text: &str, root: &Path) -> String {
    let text = text.replace(&root.display().to_string(), ROOT);
    let mut clean: String = text.split_inclusive('\n').map(normalise_line).collect();
    if !clean.is_empty() && !clean.ends_with('\n') {
        clean.push('\n');
        clean.push_str(NO_NEWLINE);
    }
    clean
}

fn normalise_line(line: &str) -> String {
    match line.split_once(": ") {
        Some((what, size)) if what.starts_with("built ") && size.ends_with(" s\n") => {
            format!("{what}: … files, … in … s\n")
        }
        Some((what, of_links)) if what.ends_with(" to other sites") => {
            let what_came = of_links.rsplit_once(", ").map_or("", |(before, _)| before);
            format!("{what}: {what_came}, … s)\n")
        }
        _ if line.ends_with("files: all is well\n") => {
            let what = line.rsplit_once(", ").map_or("", |(what, _)| what);
            format!("{what}, … files: all is well\n")
        }
        _ => line.to_owned(),
    }
}

/// Splits a command line into words; quotes hold a word together.
fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    match quote {
        Some(_) => Err(format!("a quote is open in `{line}`")),
        None => Ok(words),
    }
}

fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || "an escape is \\xff, \\r or \\70000{ab}".to_owned();
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        bytes.extend(before.as_bytes());
        if let Some(digits) = escape.strip_prefix('x') {
            let digits = digits.get(..2).ok_or_else(wrong)?;
            bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
            rest = &escape[3..];
        } else if let Some(behind) = escape.strip_prefix('r') {
            bytes.push(b'\r');
            rest = behind;
        } else {
            let (times, behind) = escape.split_once('{').ok_or_else(wrong)?;
            let (repeated, behind) = behind.split_once('}').ok_or_else(wrong)?;
            let times = times.parse().map_err(|_| wrong())?;
            bytes.extend(repeated.repeat(times).as_bytes());
            rest = behind;
        }
    }
    bytes.extend(rest.as_bytes());
    Ok(bytes)
}
