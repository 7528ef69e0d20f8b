//! What is asked and what is filled in when the API answers as it should.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::server::Server;
use crate::support::{Ran, Sandbox};
use crate::{answer_ids, command, enrich, entry, feed, lacking, path, titled, without_proxies};

#[test]
fn a_paper_is_found_by_its_title_and_gains_lines_and_nothing_else() {
    let journal = "<arxiv:journal_ref>J. Tests 1 (2023) 2</arxiv:journal_ref>\n    \
        <arxiv:doi>10.1000/J.1</arxiv:doi>";
    let server = Server::saying(&feed(&[
        entry("2201.00009", "On Memory: Learning to Forget Again", ""),
        entry("2201.00001", "On memory -- learning to\n  forget", journal),
    ]));
    let sandbox = Sandbox::new();
    let before = "---\n# mine\ntitle: 'On Memory: Learning to Forget'\ndate:   2025-01-01  # day\n\
        tags: []\nnote: \"A $note$\"\n---\nText.\n";
    sandbox.write(&path("p"), &before.replace('\n', "\r\n"));
    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let after = "---\n# mine\ntitle: 'On Memory: Learning to Forget'\ndate:   2025-01-01  # day\n\
        tags: []\nauthors: [Ada One, Bo Two]\npublished: 2022-01-31\narxiv: \"2201.00001\"\n\
        doi: 10.1000/J.1\nvenue: \"J. Tests 1 (2023) 2\"\nnote: \"A $note$\"\n---\nText.\n";
    assert_eq!(sandbox.read(&path("p")).replace("\r\n", "\n"), after);
    assert_eq!(
        sandbox.read(&path("p")).matches('\r').count(),
        after.matches('\n').count()
    );
    let targets: Vec<String> = server
        .asked()
        .into_iter()
        .map(|asked| asked.target)
        .collect();
    let search = "ti:%22on+memory+learning+to+forget%22&start=0&max_results=25";
    assert_eq!(targets, [format!("/api/query?search_query={search}")]);
}

#[test]
fn a_paper_that_was_found_by_its_title_is_not_asked_for_by_its_identifier() {
    let server = Server::saying(&feed(&[entry("2201.00001", "One Title", "")]));
    let sandbox = titled(&["One Title"]);
    assert_eq!(enrich(&sandbox, &server, &[]).code, 0);
    let again = enrich(&sandbox, &server, &[]);
    let said = "1 paper asked about: 0 requests, 1 from kept answers\nnothing to write\n";
    assert_eq!((again.code, again.stderr.as_str()), (0, said));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn papers_with_identifiers_are_asked_for_together() {
    let server = Server::start(Vec::new(), answer_ids);
    let sandbox = lacking(&["2201.00001", "2201.00002", "2201.00003v1"]);
    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.ends_with("changed 3 files\n"), "{}", ran.stderr);
    let targets: Vec<String> = server
        .asked()
        .into_iter()
        .map(|asked| asked.target)
        .collect();
    let ids = "2201.00001,2201.00002,2201.00003&start=0&max_results=3";
    assert_eq!(targets, [format!("/api/query?id_list={ids}")]);
    let expected = "---\ntitle: \"Some Title\"\nauthors: [Ada One, Bo Two]\n\
        published: 2022-01-31\narxiv: \"2201.00003v1\"\n---\nText.\n";
    assert_eq!(sandbox.read(&path("2201-00003v1")), expected);
}

/// Checks what is said about a paper whose title was searched for in vain.
fn check_left(front: &str, entries: &[String], said: &str) {
    let server = Server::saying(&feed(entries));
    let sandbox = Sandbox::new();
    sandbox.write(
        &path("p"),
        &format!("---\ntitle: \"A Known Title\"\n{front}---\nText.\n"),
    );
    let before = sandbox.tree("content");
    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains(&format!("{}: {said}\n", path("p"))),
        "{}",
        ran.stderr
    );
    assert_eq!(sandbox.tree("content"), before);
}

#[test]
fn a_paper_of_another_title_is_not_taken() {
    let wrong = entry("2201.00001", "A Known Title, Revisited", "");
    check_left("", &[wrong], "no paper on arXiv has this title");
    check_left("", &[], "no paper on arXiv has this title");
}

#[test]
fn none_of_several_papers_of_the_same_title_is_taken() {
    let both = ["2201.00001", "2201.00002"].map(|id| entry(id, "A Known Title", ""));
    check_left(
        "",
        &both,
        "several papers on arXiv have this title: 2201.00001, 2201.00002; add the right one as `arxiv`",
    );
}

#[test]
fn a_paper_of_the_same_title_by_others_is_not_taken() {
    check_left(
        "authors: [\"Cy Three\"]\n",
        &[entry("2201.00001", "A Known Title", "")],
        "arXiv 2201.00001 has this title and other authors; it was not taken",
    );
}

#[test]
fn an_entry_without_an_identifier_is_not_taken() {
    let nameless = entry("x", "A Known Title", "").replace("arxiv.org/abs/xv2", "example.org/");
    check_left("", &[nameless], "no paper on arXiv has this title");
}

#[test]
fn a_paper_that_is_another_file_already_is_not_taken_twice() {
    let server = Server::saying(&feed(&[entry("2201.00001", "One Title", "")]));
    let sandbox = titled(&["One Title", "one title"]);
    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = format!(
        "{}: arXiv 2201.00001 has this title and is {} already",
        path("p1"),
        path("p0")
    );
    assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    assert_eq!(server.asked().len(), 1);
    assert!(!sandbox.read(&path("p1")).contains("2201.00001"));
}

#[test]
fn what_a_file_says_stays_and_the_difference_is_told() {
    let server = Server::start(Vec::new(), answer_ids);
    let sandbox = Sandbox::new();
    let text = "---\ntitle: \"Mine\"\nauthors: [\"Ada Eins\"]\narxiv: \"2201.00001\"\n---\n";
    sandbox.write(&path("p"), text);
    let ran = enrich(&sandbox, &server, &["--verbose"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let expected = text.replace("arxiv:", "published: 2022-01-31\narxiv:");
    assert_eq!(sandbox.read(&path("p")), expected);
    for said in [
        "`authors` is Ada Eins, arXiv 2201.00001 says Ada One, Bo Two; left as it is",
        "arXiv 2201.00001 is called \"Some Title\"",
    ] {
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn a_dry_run_changes_no_paper_and_its_answers_are_kept() {
    let server = Server::start(Vec::new(), answer_ids);
    let sandbox = lacking(&["2201.00001"]);
    let before = sandbox.tree("content");
    let dry = enrich(&sandbox, &server, &["--dry-run"]);
    assert_eq!(
        (dry.code, dry.stdout),
        (0, format!("{}\n", path("2201-00001")))
    );
    assert_eq!(sandbox.tree("content"), before);
    let ran = enrich(&sandbox, &server, &[]);
    assert!(ran.stderr.ends_with("changed 1 file\n"), "{}", ran.stderr);
    assert_eq!(server.asked().len(), 1, "the second run asks nobody");
    assert_eq!(sandbox.read(".digest-cache/.gitignore"), "*\n");

    let again = enrich(&sandbox, &server, &["--refresh"]);
    assert!(
        again.stderr.ends_with("nothing to write\n"),
        "{}",
        again.stderr
    );
    assert_eq!(server.asked().len(), 2, "a refresh asks again");
}

#[test]
fn only_the_papers_that_are_named_are_asked_about() {
    let server = Server::start(Vec::new(), answer_ids);
    let sandbox = lacking(&["2201.00001", "2201.00002"]);
    let ran = enrich(&sandbox, &server, &[&path("2201-00002")]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(server.asked()[0].target.contains("id_list=2201.00002&"));
    assert!(!sandbox.read(&path("2201-00001")).contains("authors"));
    assert_eq!(enrich(&sandbox, &server, &["content/papers"]).code, 0);
    assert!(sandbox.read(&path("2201-00001")).contains("authors"));
    assert_eq!(enrich(&sandbox, &server, &["site.toml"]).code, 2);
    assert_eq!(enrich(&sandbox, &server, &["content/none.md"]).code, 2);
}

#[test]
fn the_endpoint_is_a_setting() {
    let server = Server::start(Vec::new(), answer_ids);
    let sandbox = lacking(&["2201.00001"]);
    let settings = format!("[enrich]\nendpoint = \"{}\"\n", server.endpoint());
    sandbox.write("site.toml", &settings);
    let mut command = without_proxies(sandbox.command(&["enrich", "--pause", "0"]));
    let ran = Ran::of(&command.output().expect("the command runs"));
    assert_eq!((ran.code, server.asked().len()), (0, 1), "{}", ran.stderr);
    sandbox.write("site.toml", "[enrich]\nendpoint = \"arxiv\"\n");
    let ran = sandbox.digest(&["enrich"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("`endpoint` is not the address of an API"),
        "{}",
        ran.stderr
    );
}

#[test]
fn requests_stand_apart_by_the_pause_and_share_a_connection() {
    let server = Server::saying(&feed(&[]));
    let sandbox = titled(&["First Title", "Second Title", "Third Title"]);
    assert_eq!(enrich(&sandbox, &server, &["--pause", "0.3"]).code, 0);
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    for pair in asked.windows(2) {
        assert!(pair[1].at - pair[0].at >= Duration::from_millis(300));
    }
    assert!(asked.iter().all(|one| one.connection == 1));
}

#[test]
fn arxiv_itself_is_never_asked_faster_than_it_wants() {
    let sandbox = titled(&["First Title"]);
    let endpoint = "https://export.arxiv.org/api/query";
    let output = command(&sandbox, endpoint, &["--pause", "2.9"]).output();
    let ran = Ran::of(&output.expect("the command runs"));
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("arXiv wants a pause of 3 seconds"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_report_is_written_for_programs_too() {
    let server = Server::saying(&feed(&[]));
    let sandbox = titled(&["First Title"]);
    let ran = enrich(&sandbox, &server, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let expected = serde_json::json!({
        "asked": {"papers": 1, "requests": 1, "kept": 0},
        "update": {"filled": [], "differs": [], "left": []},
        "findings": [{"path": path("p0"), "finding": "not-found"}],
    });
    assert_eq!(report, expected);
}

/// Reads an answer of the real API from the shared folder.
fn real_answer(name: &str) -> Option<String> {
    let file = Path::new("/work/shared/data/inputs").join(name);
    let text = fs::read_to_string(&file).ok();
    if text.is_none() {
        eprintln!("skipped: {} is not here", file.display());
    }
    text
}

#[test]
fn a_real_answer_to_a_search_is_read() {
    let Some(answer) = real_answer("arxiv_atom_query.xml") else {
        return;
    };
    let server = Server::saying(&answer);
    let sandbox = titled(&["Electron Cloud Observations at the ISIS Proton Synchrotron"]);
    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let expected = "---\ntitle: \"Electron Cloud Observations at the ISIS Proton Synchrotron\"\n\
        authors: [A. Pertica, S. J. Payne]\npublished: 2013-09-18\narxiv: \"1309.4668\"\n\
        doi: 10.5170/CERN-2013-002.237\nvenue: \"CERN Yellow Report CERN-2013-002, pp.237-240\"\n\
        ---\nText.\n";
    assert_eq!(sandbox.read(&path("p0")), expected);
}

#[test]
fn a_real_answer_that_lacks_identifiers_is_told() {
    let Some(answer) = real_answer("arxiv_atom_query_missing_id.xml") else {
        return;
    };
    let server = Server::saying(&answer);
    let sandbox = lacking(&["2201.13452", "2201.13453", "2201.13454", "2201.13455"]);
    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        sandbox
            .read(&path("2201-13452"))
            .contains("authors: [Hong-Ming Yin, Jun Zou]")
    );
    for id in ["2201.13453", "2201.13454", "2201.13455"] {
        let said = format!(
            "{}: the answer of arXiv has no paper {id}\n",
            path(&id.replace('.', "-"))
        );
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    }
}
