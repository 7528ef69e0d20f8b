//! What happens when the API is slow, busy, broken, or not there.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::server::{Act, Server};
use crate::support::{Ran, Sandbox};
use crate::{answer_ids, asked_ids, command, enrich, entry, feed, lacking, path, titled};

const PAGE: &str = "<!DOCTYPE html>\n<html><body>Sorry</body></html>\n";

/// Checks that after a bad first answer a second one is asked for and taken.
fn check_asked_again(bad: Act, arguments: &[&str], said: &str) -> Duration {
    let server = Server::start(vec![bad], answer_ids);
    let sandbox = lacking(&["2201.00001"]);
    let ran = enrich(&sandbox, &server, arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert!(sandbox.read(&path("2201-00001")).contains("authors"));
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    asked[1].at - asked[0].at
}

/// Checks that nothing but kept answers is written, and that the command ends with 2.
fn check_nothing_changed(sandbox: &Sandbox, endpoint: &str, arguments: &[&str], said: &str) {
    let before = sandbox.tree("content");
    let output = command(sandbox, endpoint, arguments).output();
    let ran = Ran::of(&output.expect("the command runs"));
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert_eq!(sandbox.tree("content"), before);
}

#[test]
fn a_slow_answer_is_asked_for_again() {
    let slow = Act::Stall(Duration::from_secs(20));
    let arguments = ["--timeout", "2"];
    let waited = check_asked_again(slow, &arguments, "it takes too long; asking again");
    assert!(waited < Duration::from_secs(20), "{waited:?}");
}

#[test]
fn a_busy_host_is_left_alone_for_as_long_as_it_says() {
    let busy = Act::Say(429, "retry-after: 1\r\n", "Rate exceeded.".to_owned());
    let waited = check_asked_again(busy, &[], "it answers 429; asking again in 1.00 s");
    assert!(waited >= Duration::from_secs(1), "{waited:?}");
    let busy = Act::Say(503, "", PAGE.to_owned());
    let waited = check_asked_again(busy, &["--pause", "0.2"], "it answers 503; asking again");
    assert!(waited >= Duration::from_millis(400), "{waited:?}");
}

#[test]
fn what_is_no_whole_answer_is_asked_for_again() {
    let whole = feed(&[entry("2201.00001", "Some Title", "")]);
    let half = whole[..whole.len() / 2].to_owned();
    let between = whole.replace("</feed>", "");
    let counted = "<feed><totalResults>1</totalResults></feed>".to_owned();
    for (bad, said) in [
        (
            Act::Say(200, "", half.clone()),
            "the answer is cut off; asking again",
        ),
        (
            Act::Say(200, "", between),
            "the answer is cut off; asking again",
        ),
        (
            Act::Say(200, "", PAGE.to_owned()),
            "the answer is a web page, not Atom; asking again",
        ),
        (
            Act::Say(200, "", String::new()),
            "the answer is empty; asking again",
        ),
        (
            Act::Say(200, "", counted),
            "the answer counts papers and lists none; asking again",
        ),
        (
            Act::Say(500, "", PAGE.to_owned()),
            "it answers 500; asking again",
        ),
        (Act::CutShort(half), "the connection broke: "),
        (Act::HangUp, "the connection broke: "),
    ] {
        check_asked_again(bad, &[], said);
    }
}

#[test]
fn a_connection_that_was_closed_between_two_questions_is_made_again() {
    let answer = feed(&[entry("2201.00001", "Title One", "")]);
    let server = Server::start(vec![Act::SayAndHangUp(answer)], |_| feed(&[]));
    let sandbox = titled(&["Title One", "Title Two"]);
    let ran = enrich(&sandbox, &server, &["--pause", "0.1"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.ends_with("changed 1 file\n"), "{}", ran.stderr);
}

#[test]
fn a_host_that_stays_busy_ends_the_run() {
    let busy = Act::Say(429, "", String::new());
    let server = Server::start(vec![busy; 9], answer_ids);
    let sandbox = lacking(&["2201.00001"]);
    check_nothing_changed(
        &sandbox,
        &server.endpoint(),
        &[],
        "it answers 429; no file was changed",
    );
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn a_host_that_wants_a_long_rest_is_not_waited_for() {
    let busy = Act::Say(503, "retry-after: 86400\r\n", String::new());
    let server = Server::start(vec![busy], answer_ids);
    let said = "it answers 503 and wants to be left alone for 86400 s; no file was changed";
    check_nothing_changed(&lacking(&["2201.00001"]), &server.endpoint(), &[], said);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_host_that_is_not_an_api_ends_the_run() {
    let page = Server::saying(PAGE);
    let said = "the answer is a web page, not Atom; no file was changed\nhint: check the network";
    check_nothing_changed(&titled(&["One Title"]), &page.endpoint(), &[], said);
    assert_eq!(page.asked().len(), 4);

    let several = titled(&["Title One", "Title Two", "Title Three", "Title Four"]);
    check_nothing_changed(&several, &page.endpoint(), &[], said);
    assert_eq!(page.asked().len(), 4 + 3 * 4, "the fourth is not asked for");

    let missing = Server::start(vec![Act::Say(404, "", PAGE.to_owned())], answer_ids);
    let said = "it answers 404; no file was changed";
    check_nothing_changed(&lacking(&["2201.00001"]), &missing.endpoint(), &[], said);
}

#[test]
fn without_a_network_nothing_changes_and_nobody_waits() {
    let start = Instant::now();
    // Nobody listens at the first port: a free one could be taken by the server of another test.
    let endpoint = "http://127.0.0.1:1/api/query";
    let said = "it cannot be reached: ";
    check_nothing_changed(
        &lacking(&["2201.00001"]),
        endpoint,
        &["--pause", "60"],
        said,
    );
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn one_question_without_an_answer_does_not_hold_up_the_others() {
    let server = Server::start(Vec::new(), |target| {
        if target.contains("poison") {
            return PAGE.to_owned();
        }
        feed(&[entry("2201.00001", "A Good Title", "")])
    });
    let sandbox = titled(&["A Poison Title", "A Good Title"]);
    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(sandbox.read(&path("p1")).contains("2201.00001"));
    let said = format!(
        "{}: not answered: the answer is a web page, not Atom\n",
        path("p0")
    );
    assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("changed 1 file\n"), "{}", ran.stderr);
}

#[test]
fn an_identifier_that_is_refused_does_not_spoil_the_others() {
    let server = Server::start(Vec::new(), |target| {
        if asked_ids(target).iter().any(|id| id == "2201.00003") {
            let error =
                entry("x", "Error", "").replace("abs/xv2", "api/errors#incorrect_id_format");
            return feed(&[error.replace("Words.", "incorrect id format")]);
        }
        answer_ids(target)
    });
    let ids = [
        "2201.00001",
        "2201.00002",
        "2201.00003",
        "2201.00004",
        "2201.00005",
    ];
    let sandbox = lacking(&ids);
    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = format!(
        "{}: arXiv does not take the question: the answer is an error: incorrect id format\n",
        path("2201-00003")
    );
    assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("changed 4 files\n"), "{}", ran.stderr);
}

#[test]
fn a_host_that_refuses_everything_is_not_asked_for_ever() {
    let refusal = Act::Say(400, "", PAGE.to_owned());
    let server = Server::start(vec![refusal; 60], answer_ids);
    let ids: Vec<String> = (1..=40).map(|number| format!("2201.{number:05}")).collect();
    let sandbox = lacking(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let said = "it answers 400; no file was changed";
    check_nothing_changed(&sandbox, &server.endpoint(), &[], said);
    assert_eq!(server.asked().len(), 20);
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let script = vec![
        Act::Say(200, "", feed(&[entry("2201.00001", "Title One", "")])),
        Act::Stall(Duration::from_secs(30)),
    ];
    let server = Server::start(script, |_| feed(&[entry("2201.00002", "Title Two", "")]));
    let sandbox = titled(&["Title One", "Title Two"]);
    let mut command = command(&sandbox, &server.endpoint(), &[]);
    let mut child = command
        .stderr(Stdio::null())
        .spawn()
        .expect("the command runs");
    let start = Instant::now();
    while server.asked().len() < 2 && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().and_then(|()| child.wait()).expect("killed");
    assert!(
        !sandbox.read(&path("p0")).contains("arxiv"),
        "papers are written at the end"
    );

    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let targets: Vec<String> = server
        .asked()
        .into_iter()
        .map(|asked| asked.target)
        .collect();
    assert_eq!(targets.len(), 3, "{targets:?}");
    assert!(targets[2].contains("title+two"), "{targets:?}");
    for name in ["p0", "p1"] {
        assert!(sandbox.read(&path(name)).contains("authors"));
    }
}

#[test]
fn a_damaged_kept_answer_is_asked_for_again() {
    let server = Server::start(Vec::new(), answer_ids);
    let sandbox = lacking(&["2201.00001"]);
    enrich(&sandbox, &server, &["--dry-run"]);
    for name in sandbox.tree(".digest-cache/arxiv").keys() {
        let name = format!(".digest-cache/arxiv/{name}");
        let text = sandbox.read(&name);
        sandbox.write(&name, &text[..text.len() - 20]);
    }
    let ran = enrich(&sandbox, &server, &[]);
    assert_eq!((ran.code, server.asked().len()), (0, 2), "{}", ran.stderr);
}
