//! Editions by mail: what is written is read back by Python's own reader of messages and by a browser,
//! and a real server on loopback takes it, or refuses it in every way that a server can.
//!
//! The tests with the server are skipped with a printed reason where Python has no `aiosmtpd`.

mod support;

use std::process::Stdio;
use std::time::{Duration, Instant};

use support::mail::{SETTINGS, Server, real_site};
use support::{Ran, Sandbox};

/// Gmail shows so many bytes of a message and hides the rest.
const GMAIL: usize = 102 * 1024;

#[test]
fn fifty_eight_papers_fit_into_every_mailbox() {
    let site = real_site(SETTINGS);
    let ran = site.digest(&["email"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let html = site.read("outbox/2025-08-06.html");
    assert_eq!(html.matches("<h2 ").count(), 58);
    assert!(html.len() < GMAIL, "{} bytes", html.len());
    let message = site.read("outbox/2025-08-06.eml");
    let part = message
        .rsplit("Content-Type: text/html")
        .next()
        .expect("a part");
    assert!(part.len() < GMAIL, "{} bytes as they are sent", part.len());
    assert!(message.lines().all(|line| line.len() <= 78));
    for link in html.split("href=\"").skip(1) {
        let url = link.split('"').next().expect("an end");
        assert!(url.starts_with("https://"), "{url}");
    }
    let again = site.digest(&["email"]);
    assert_eq!(again.code, 0);
    assert_eq!(
        site.read("outbox/2025-08-06.eml"),
        message,
        "the same bytes each time"
    );
}

#[test]
fn an_issue_that_is_too_large_is_shortened_and_says_so() {
    let site = Sandbox::new();
    site.write(
        "site.toml",
        &format!("base_url = \"https://u.github.io/repo/\"\n{SETTINGS}"),
    );
    for number in 0..500 {
        let text = format!(
            "---\ntitle: \"A paper whose title is about as long as titles are, number {number}\"\n---\n{}\n",
            "Words of an abstract. ".repeat(30)
        );
        site.write(
            &format!("content/papers/2025-08-06/paper-{number}.md"),
            &text,
        );
    }
    let ran = site.digest(&["email"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("there was no room for"),
        "{}",
        ran.stderr
    );
    let html = site.read("outbox/2025-08-06.html");
    let shown = html.matches("<h2 ").count();
    assert!(
        html.len() < GMAIL && html.len() > GMAIL / 2,
        "{} bytes",
        html.len()
    );
    assert!(
        html.contains(&format!("{} more papers on the site", 500 - shown)),
        "{shown}"
    );
}

#[test]
fn a_message_is_read_back_whole() {
    let site = real_site(SETTINGS);
    site.write(
        "content/issues/2025-08-06.md",
        "---\ntitle: “Größe” und 図表, a headline that is long enough to be folded in a header\n---\nWords.\n",
    );
    let ran = site.digest(&["email"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let program = "import email, email.policy, datetime
message = email.message_from_binary_file(open('2025-08-06.eml', 'rb'), policy=email.policy.default)
assert not message.defects, message.defects
assert message.get_content_type() == 'multipart/alternative'
text, html = message.iter_parts()
for part, kind in [(text, 'text/plain'), (html, 'text/html')]:
    assert not part.defects and part.get_content_type() == kind
    assert part['Content-Transfer-Encoding'] == 'quoted-printable' and part.get_content_charset() == 'utf-8'
assert html.get_content() == open('2025-08-06.html').read()
assert '1. ' in text.get_content() and '58. ' in text.get_content()
print(message['From'], message['To'], message['Subject'], message['Date'].datetime.isoformat(), sep='\\n')
print(message['Message-ID'], message['List-Unsubscribe'], message['Archived-At'], sep='\\n')";
    let expected = "Ünï Papers <digest@example.org>
\"Daily, the list\" <papers@lists.example.org>
“Größe” und 図表, a headline that is long enough to be folded in a header (6 August 2025)
2025-08-06T00:00:00+00:00
<2025-08-06.repo@u.github.io>
<https://lists.example.org/leave>, <mailto:leave@lists.example.org>
<https://u.github.io/repo/2025/08/06.html>
";
    if let Some(said) = support::python(&site.path().join("outbox"), "email", program) {
        assert_eq!(said, expected);
    }
}

#[test]
fn an_edition_is_sent_once() {
    let Some(server) = Server::start("tls") else {
        return;
    };
    let site = server.site("");
    let ran = send(&site, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = "sent to papers@lists.example.org; commit content/sent.txt";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert_eq!(
        server.taken("0.json"),
        "[\"digest@example.org\", [\"papers@lists.example.org\"]]"
    );
    let message = server.taken("0.eml");
    assert_eq!(
        message.trim_end(),
        site.read("outbox/2025-08-06.eml").trim_end()
    );
    assert!(sent(&site).ends_with("\n2025-08-06 sent <2025-08-06.repo@u.github.io>\n"));

    let ran = send(&site, &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("was sent before"), "{}", ran.stderr);
    let ran = send(&site, &["--again"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        server
            .taken("1.eml")
            .contains("Message-ID: <2025-08-06.2.repo@u.github.io>")
    );
    assert!(sent(&site).ends_with(" sent <2025-08-06.2.repo@u.github.io>\n"));
    // The ledger is no part of the site and no stray file in it.
    let told = site.digest(&["check", "--format", "json"]);
    assert!(!told.stdout.contains("sent.txt"), "{}", told.stdout);
}

#[test]
fn a_refusal_says_of_what_and_sends_nothing() {
    for (mode, said) in [
        (
            "sender",
            "the server refused the sender, digest@example.org: 550 5.7.1 this sender may not post here",
        ),
        (
            "recipient",
            "the server refused the recipient, papers@lists.example.org: 550 5.1.1 no such list",
        ),
        (
            "later",
            "the server refused the recipient, papers@lists.example.org: 451 4.7.1 come back in five minutes\nhint: nothing was sent; try again later",
        ),
        (
            "message",
            "the server refused the message: 554 5.6.0 the message is too large",
        ),
        (
            "hang-up",
            "the connection ended at the recipient, papers@lists.example.org",
        ),
    ] {
        let Some(server) = Server::start(mode) else {
            return;
        };
        let site = server.site("");
        let ran = send(&site, &[]);
        assert_eq!(ran.code, 2, "{mode}");
        assert!(ran.stderr.contains(said), "{mode}: {}", ran.stderr);
        assert!(
            !sent(&site).contains("2025-08-06"),
            "{mode}: it may be sent when all is well"
        );
        assert!(!server.folder().join("0.eml").exists(), "{mode}");
    }
}

#[test]
fn a_connection_that_ends_before_the_answer_leaves_a_doubt() {
    let Some(server) = Server::start("in-doubt") else {
        return;
    };
    let site = server.site("");
    let ran = send(&site, &[]);
    assert_eq!(ran.code, 2);
    let said = "the connection ended before the server said whether it took the message";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert!(sent(&site).ends_with("\n2025-08-06 sending <2025-08-06.repo@u.github.io>\n"));
    let ran = send(&site, &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("nobody knows how it ended"),
        "{}",
        ran.stderr
    );
    assert!(
        server.folder().join("0.eml").exists(),
        "and in truth it was taken"
    );
    assert!(!server.folder().join("1.eml").exists());
}

#[test]
fn a_program_that_is_killed_while_it_sends_leaves_a_doubt() {
    let Some(server) = Server::start("silent") else {
        return;
    };
    let site = server.site("");
    let mut running = site
        .command(&["email", "--send"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !server.folder().join("0.json").exists() {
        assert!(Instant::now() < deadline, "the server took nothing");
        std::thread::sleep(Duration::from_millis(20));
    }
    // Another one that sends meanwhile would not know of the first.
    let ran = send(&site, &["--again"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("another `digest email --send` is at work"),
        "{}",
        ran.stderr
    );
    assert!(!server.folder().join("1.json").exists());
    running.kill().expect("it still waits for the answer");
    running.wait().expect("it ended");
    assert!(sent(&site).ends_with("\n2025-08-06 sending <2025-08-06.repo@u.github.io>\n"));
    let ran = send(&site, &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("nobody knows how it ended"),
        "{}",
        ran.stderr
    );
}

#[test]
fn nothing_is_said_to_a_server_that_cannot_be_trusted() {
    let Some(server) = Server::start("tls") else {
        return;
    };
    // The authority is not named, so it is nobody's.
    let site = server.site("");
    let settings = site
        .read("site.toml")
        .replace("certificate = ", "# certificate = ");
    site.write("site.toml", &settings);
    let ran = send(&site, &[]);
    assert_eq!(ran.code, 2);
    let said = "the certificate of localhost cannot be trusted";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);

    let other = Server::start("other-name").expect("it started before");
    let ran = send(&other.site(""), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(said), "{}", ran.stderr);

    let plain = Server::start("plain").expect("it started before");
    let ran = send(&plain.site("security = \"starttls\""), &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("localhost does not offer STARTTLS"),
        "{}",
        ran.stderr
    );
    for server in [&server, &other, &plain] {
        assert!(!server.folder().join("0.eml").exists());
    }
}

#[test]
fn a_user_is_known_by_the_password_in_the_environment() {
    let Some(server) = Server::start("user") else {
        return;
    };
    let site = server.site("security = \"starttls\"\nuser = \"ada\"");
    let ran = Ran::of(
        &site
            .command(&["email", "--send"])
            .env_remove("DIGEST_SMTP_PASSWORD")
            .output()
            .expect("it runs"),
    );
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("there is no password for ada at localhost"),
        "{}",
        ran.stderr
    );
    let with = |password: &str| {
        let mut command = site.command(&["email", "--send"]);
        Ran::of(
            &command
                .env("DIGEST_SMTP_PASSWORD", password)
                .output()
                .expect("it runs"),
        )
    };
    let ran = with("wrong");
    assert_eq!(ran.code, 2);
    let said = "the server refused the user or the password: 535";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert!(!ran.stderr.contains("wrong"), "{}", ran.stderr);
    let ran = with("right");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(server.folder().join("0.eml").exists());
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let site = real_site(&format!("{SETTINGS}server = \"localhost\"\nport = 1\n"));
    let ran = send(&site, &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("there is no connection to localhost, port 1"),
        "{}",
        ran.stderr
    );
    assert!(!sent(&site).contains("2025-08-06"));
}

#[test]
fn a_theme_may_write_its_own_mail() {
    let site = real_site(SETTINGS);
    let settings = site.read("site.toml");
    site.write(
        "site.toml",
        &format!(
            "theme = \"mine\"\n{}",
            settings.replace("theme = ", "# theme = ")
        ),
    );
    site.write(
        "themes/mine/templates/email.txt",
        "{{ email.count }} papers & more at {{ email.url }}\n",
    );
    let ran = site.digest(&["email"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let message = site.read("outbox/2025-08-06.eml");
    let text = "58 papers & more at https://u.github.io/repo/2025/08/06.html";
    assert!(message.contains(text), "{message}");
}

fn send(site: &Sandbox, more: &[&str]) -> Ran {
    site.digest(&[&["email", "--send"], more].concat())
}

fn sent(site: &Sandbox) -> String {
    site.read("content/sent.txt")
}
