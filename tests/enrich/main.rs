//! `digest enrich` against a server on loopback that answers well, and one that does not.
#![cfg(feature = "network")]

mod bad_days;
mod good_days;
mod server;
#[path = "../support/mod.rs"]
mod support;

use std::process::Command;

use server::Server;
use support::{Ran, Sandbox};

/// The path of a paper in the tests.
fn path(name: &str) -> String {
    format!("content/papers/2025-01-01/{name}.md")
}

/// Prepares the command: no pauses unless the arguments ask for them.
fn command(sandbox: &Sandbox, endpoint: &str, arguments: &[&str]) -> Command {
    let mut command = without_proxies(sandbox.command(&["enrich", "--endpoint", endpoint]));
    if !arguments.contains(&"--pause") {
        command.args(["--pause", "0"]);
    }
    command.args(arguments);
    command
}

/// A proxy of this machine would stand between the command and the server.
fn without_proxies(mut command: Command) -> Command {
    for proxy in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"] {
        command.env_remove(proxy).env_remove(proxy.to_lowercase());
    }
    command
}

fn enrich(sandbox: &Sandbox, server: &Server, arguments: &[&str]) -> Ran {
    let output = command(sandbox, &server.endpoint(), arguments).output();
    Ran::of(&output.expect("the command runs"))
}

/// An entry as arXiv writes it today: links without `rel` and `title`.
fn entry(id: &str, title: &str, more: &str) -> String {
    format!(
        "  <entry>\n    <id>http://arxiv.org/abs/{id}v2</id>\n    <title>{title}</title>\n\
         \x20   <link href=\"https://arxiv.org/abs/{id}v2\"/>\n    <summary>Words.</summary>\n\
         \x20   <published>2022-01-31T18:59:34Z</published>\n    {more}\n\
         \x20   <author><name>Ada One</name></author>\n    <author><name>Bo Two</name></author>\n\
         \x20 </entry>\n"
    )
}

/// An answer with entries.
fn feed(entries: &[String]) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\">\n{}</feed>\n",
        entries.concat()
    )
}

/// The identifiers that a request asks for.
fn asked_ids(target: &str) -> Vec<String> {
    let Some((_, rest)) = target.split_once("id_list=") else {
        return Vec::new();
    };
    let list = rest.split('&').next().unwrap_or_default();
    list.split(',').map(str::to_owned).collect()
}

/// Answers each identifier with a paper of the title that `lacking` gives it.
fn answer_ids(target: &str) -> String {
    let entries = asked_ids(target).into_iter();
    let entries: Vec<String> = entries.map(|id| entry(&id, "Some Title", "")).collect();
    feed(&entries)
}

/// A site with a paper of each identifier, which lack all else.
fn lacking(ids: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    for id in ids {
        let text = format!("---\ntitle: \"Some Title\"\narxiv: \"{id}\"\n---\nText.\n");
        sandbox.write(&path(&id.replace('.', "-")), &text);
    }
    sandbox
}

/// A site with a paper of each title, which lack all else.
fn titled(titles: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    for (number, title) in titles.iter().enumerate() {
        let text = format!("---\ntitle: \"{title}\"\n---\nText.\n");
        sandbox.write(&path(&format!("p{number}")), &text);
    }
    sandbox
}
