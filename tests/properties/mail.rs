//! An issue as a message: its headers say what they should and nothing more, its lines are short, and a
//! reader that knows nothing of ours gets back what was written.
//!
//! A text is `site.toml`, the words of an issue and a paper, parted by lines `%%`.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use paper_digest::address::BaseUrl;
use paper_digest::config::{self, Mailbox};
use paper_digest::diagnostic::Problems;
use paper_digest::document;
use paper_digest::edition::{self, Edition, LIMIT};
use paper_digest::mail::{self, Letter};
use paper_digest::site::{self, Parts, Site};
use paper_digest::source::Source;
use paper_digest::theme::{self, Theme};

use super::{html, parts, problems};

/// The headers that a message has, in any order; the second is whether it must be there.
const HEADERS: [(&str, bool); 11] = [
    ("From", true),
    ("Date", true),
    ("Message-ID", true),
    ("Subject", true),
    ("Archived-At", true),
    ("MIME-Version", true),
    ("Content-Type", true),
    ("To", false),
    ("Reply-To", false),
    ("List-Unsubscribe", false),
    ("Content-Transfer-Encoding", false),
];

/// No line is longer (RFC 5322, section 2.1.1), but for an address that cannot be folded.
const LINE: usize = 78;

/// And none at all is longer than this, without its end.
const LONGEST: usize = 998;

/// Checks the edition of a site, and each line of the text as an address.
pub fn check(text: &str) {
    text.lines()
        .filter_map(Mailbox::parse)
        .for_each(|mailbox| check_mailbox(&mailbox));
    let [settings, words, paper] = parts(text);
    let site = site(settings, words, paper);
    if site.issues.is_empty() {
        return;
    }
    let edition = edition::render(&site, &THEME, 0);
    let edition = edition.unwrap_or_else(|problem| panic!("{problem:?}"));
    check_edition(&edition);
    let me = Mailbox::parse("Daily Papers <digest@example.org>").expect("an address");
    let email = &site.config.email;
    let letter = Letter {
        from: email.from.as_ref().unwrap_or(&me),
        to: email.to.as_ref(),
        reply_to: email.reply_to.as_ref(),
        unsubscribe: &email.unsubscribe,
        ..letter(&site, &edition, &me)
    };
    // A server refuses some addresses that are allowed; the command says which.
    if let Ok(message) = mail::write(&letter) {
        check_message(&message, &letter);
    }
}

static THEME: LazyLock<Theme> = LazyLock::new(|| {
    theme::load(Vec::new(), "en", &mut Problems::new()).expect("the built-in theme")
});

fn site(settings: &str, words: &str, paper: &str) -> Site {
    let mut found = Problems::new();
    let mut config = config::parse(&Source::new("site.toml", settings), &mut found);
    if config.base_url.origin().is_empty() {
        let path = config.base_url.path();
        let base_url = format!("https://u.github.io{path}");
        config.base_url = BaseUrl::parse(&base_url).expect("a host and a path");
    }
    let files = [
        ("content/issues/2025-08-06.md", words),
        ("content/papers/2025-08-06/a-paper.md", paper),
    ];
    let documents = files.iter().filter_map(|(name, text)| {
        let document = document::parse(&Source::new(*name, *text), &mut found);
        document.map(Arc::new)
    });
    let documents = documents.collect();
    let parts = Parts {
        config,
        documents,
        drafts: true,
        ..Parts::default()
    };
    let site = site::link(parts, &mut Problems::new());
    problems::check(&found, [settings, words, paper].concat().as_str());
    site
}

fn letter<'a>(site: &'a Site, edition: &'a Edition, from: &'a Mailbox) -> Letter<'a> {
    static ID: &str = "<2025-08-06@u.github.io>";
    let id = edition::message_id(&site.config.base_url, edition.date, 1);
    let inside = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
    let inside = inside.expect("angle brackets");
    assert!(
        inside
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>\"(),;\\".contains(&b)),
        "{id}"
    );
    Letter {
        from,
        to: None,
        reply_to: None,
        issue: edition.date,
        subject: &edition.subject,
        date: SystemTime::UNIX_EPOCH + Duration::from_secs(1_754_438_400),
        id: ID,
        unsubscribe: &[],
        archived_at: &edition.url,
        text: &edition.text,
        html: &edition.html,
    }
}

fn check_edition(edition: &Edition) {
    assert_eq!(html::check_mail(&edition.html), Ok(()), "{}", edition.html);
    assert!(edition.html.len() <= LIMIT || edition.left_out > 0);
    let is_control = |c: char| c.is_control() && c != '\n' && c != '\t';
    for text in [&edition.html, &edition.text] {
        assert!(!text.contains(is_control), "{text:?}");
    }
    assert!(
        !edition.subject.contains(|c: char| c.is_control()),
        "{:?}",
        edition.subject
    );
}

/// Checks that an address that the settings take is an address to a reader of the header, too.
fn check_mailbox(mailbox: &Mailbox) {
    let letter = Letter {
        from: mailbox,
        to: None,
        reply_to: None,
        issue: paper_digest::date::Date::parse("2025-08-06").expect("a day"),
        subject: "Words",
        date: SystemTime::UNIX_EPOCH,
        id: "<a@b.org>",
        unsubscribe: &[],
        archived_at: "https://u.github.io/",
        text: "Words\n",
        html: "<p>Words</p>\n",
    };
    if let Ok(message) = mail::write(&letter) {
        check_message(&message, &letter);
    }
}

/// Checks a whole message against what it was made of.
fn check_message(message: &[u8], letter: &Letter<'_>) {
    assert!(message.is_ascii());
    let text = std::str::from_utf8(message).expect("ASCII");
    let bare = text.replace("\r\n", "");
    assert!(
        !bare.contains(|c: char| c.is_ascii_control() && c != '\t'),
        "{text:?}"
    );
    for line in text.split("\r\n") {
        assert!(line.len() <= LONGEST, "a line of {} bytes", line.len());
    }
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let fields = fields(head);
    for (name, is_needed) in HEADERS {
        let times = fields.iter().filter(|(other, _)| *other == name).count();
        assert!(
            times <= 1 && (times == 1 || !is_needed),
            "{times} {name}: {head}"
        );
    }
    let known = |name: &str| HEADERS.iter().any(|(known, _)| *known == name);
    assert!(fields.iter().all(|(name, _)| known(name)), "{head}");
    for line in head.split("\r\n") {
        let is_token = line
            .trim_start()
            .split(' ')
            .any(|word| word.len() > LINE - 20);
        assert!(
            line.len() <= LINE || is_token,
            "{} bytes: {line}",
            line.len()
        );
    }

    let value = |name: &str| {
        let field = fields.iter().find(|(other, _)| *other == name);
        decode_words(&field.expect("a field that is there").1)
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&value("Subject")), words(letter.subject), "{head}");
    let from = read_mailbox(&value("From"));
    let expected = (
        letter.from.name.clone().unwrap_or_default(),
        letter.from.address.as_str(),
    );
    assert_eq!(
        (words(&from.0), from.1.as_str()),
        (words(&expected.0), expected.1),
        "{head}"
    );
    assert_eq!(value("Archived-At"), format!("<{}>", letter.archived_at));
    check_body(body, &value("Content-Type"), letter);
}

/// Unfolds a head into its fields.
fn fields(head: &str) -> Vec<(&str, String)> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for line in head.split("\r\n") {
        assert!(!line.trim().is_empty(), "a blank line in a head: {head:?}");
        if line.starts_with([' ', '\t']) {
            let (_, value) = fields.last_mut().expect("a field to go on with");
            value.push_str(line);
            continue;
        }
        let (name, value) = line.split_once(':').expect("a name and a value");
        fields.push((name, value.trim_start().to_owned()));
    }
    fields
}

/// Reads `name <address>`, where the name may be quoted (RFC 5322, section 3.4).
fn read_mailbox(value: &str) -> (String, String) {
    let Some((name, address)) = value
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'))
    else {
        return (String::new(), value.trim().to_owned());
    };
    let name = name.trim();
    let quoted = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    let mut plain = String::new();
    let mut letters = quoted.unwrap_or(name).chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' if quoted.is_some() => plain.extend(letters.next()),
            c => plain.push(c),
        }
    }
    (plain, address.to_owned())
}

/// Decodes the encoded words of a header (RFC 2047); white space between two of them is none.
fn decode_words(value: &str) -> String {
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = value;
    let mut behind_word = false;
    while let Some(at) = rest.find("=?utf-8?b?") {
        let between = &rest[..at];
        if !(behind_word && between.trim().is_empty()) {
            bytes.extend(between.bytes());
        }
        let word = &rest[at + "=?utf-8?b?".len()..];
        let (coded, more) = word.split_once("?=").expect("the end of a word");
        bytes.extend(decode_base64(coded));
        behind_word = true;
        rest = more;
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).expect("words in UTF-8")
}

fn decode_base64(coded: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        c => panic!("{c} is no digit of base 64"),
    };
    let mut bytes = Vec::new();
    let (mut value, mut bits) = (0_u32, 0);
    for c in coded.bytes().filter(|c| *c != b'=') {
        value = value << 6 | u32::from(digit(c));
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(value >> bits & 0xff).expect("eight bits"));
        }
    }
    bytes
}

/// Checks that both parts hold, decoded, what was written.
fn check_body(body: &str, kind: &str, letter: &Letter<'_>) {
    let boundary = kind.split_once("boundary=\"").expect("a boundary").1;
    let boundary = boundary.split('"').next().expect("the end of a boundary");
    let delimiter = format!("--{boundary}");
    let parts: Vec<&str> = body.split(&delimiter).collect();
    assert_eq!(parts.len(), 4, "{body}");
    assert_eq!(parts[3].trim_end(), "--");
    for (part, expected) in [(parts[1], letter.text), (parts[2], letter.html)] {
        let part = part.strip_prefix("\r\n").expect("a line end");
        let (head, coded) = part.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains("quoted-printable"), "{head}");
        assert!(coded.split("\r\n").all(|line| line.len() <= 76), "{coded}");
        let decoded = decode_printable(coded.strip_suffix("\r\n").expect("a line end"));
        let lines = |text: &str| text.replace("\r\n", "\n");
        assert_eq!(lines(&decoded), lines(expected));
    }
}

/// Decodes quoted-printable (RFC 2045, section 6.7).
fn decode_printable(coded: &str) -> String {
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = coded;
    while let Some((plain, more)) = rest.split_once('=') {
        bytes.extend(plain.bytes());
        rest = match more.strip_prefix("\r\n") {
            Some(more) => more,
            None => {
                let (digits, more) = more.split_at(2);
                bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
                more
            }
        };
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).expect("UTF-8")
}
