//! Messages: an edition as MIME (RFC 5322, 2045 to 2047), and its way to a mail server.
//!
//! The only module that knows `lettre`. Writing a message is a pure function of what it is given, the
//! date too; sending one talks to another host. What an edition says is `edition`'s.

use std::time::SystemTime;

use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox as Sender, MultiPart, SinglePart};
use xxhash_rust::xxh3::xxh3_64;

use crate::config::Mailbox;
use crate::date::Date;

#[cfg(feature = "mail")]
mod post;

#[cfg(feature = "mail")]
pub use post::{Failure, Server, send};

/// This is what a message is made of.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// Who sends it.
    pub from: &'a Mailbox,
    /// The mailing list.
    pub to: Option<&'a Mailbox>,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<&'a Mailbox>,
    /// The day of the issue.
    pub issue: Date,
    /// What it is called.
    pub subject: &'a str,
    /// When it was written.
    pub date: SystemTime,
    /// What it is known by, between angle brackets.
    pub id: &'a str,
    /// Where readers unsubscribe (RFC 2369).
    pub unsubscribe: &'a [String],
    /// Where it can be read on the web (RFC 5064).
    pub archived_at: &'a str,
    /// What it says, as text.
    pub text: &'a str,
    /// What it says, as HTML.
    pub html: &'a str,
}

/// Writes a message as a file or a server takes it: lines end with CRLF, all bytes are ASCII.
///
/// `Err` says which address cannot be one.
pub fn write(letter: &Letter<'_>) -> Result<Vec<u8>, String> {
    let from = sender(letter.from)?;
    let to = letter.to.map(sender).transpose()?;
    // A message for nobody in particular is a draft; its file needs no recipient, but the crate does.
    let recipient = to.as_ref().unwrap_or(&from).email.clone();
    let envelope = Envelope::new(Some(from.email.clone()), vec![recipient])
        .map_err(|error| error.to_string())?;
    let mut message = Message::builder()
        .envelope(envelope)
        .from(from)
        .date(letter.date)
        .message_id(Some(letter.id.to_owned()))
        .subject(letter.subject);
    if let Some(to) = to {
        message = message.to(to);
    }
    if let Some(reply_to) = letter.reply_to {
        message = message.reply_to(sender(reply_to)?);
    }
    if !letter.unsubscribe.is_empty() {
        let list = letter.unsubscribe.iter().map(|url| format!("<{url}>"));
        let list = list.collect::<Vec<_>>().join(",\r\n ");
        message = message.raw_header(addresses("List-Unsubscribe", list));
    }
    let archived_at = format!("<{}>", letter.archived_at);
    message = message.raw_header(addresses("Archived-At", archived_at));

    let part = |kind: ContentType, text: &str| {
        SinglePart::builder()
            .header(kind)
            .header(ContentTransferEncoding::QuotedPrintable)
            .body(text.to_owned())
    };
    // Quoted-printable never writes `=_`, so no line of a body can look like the boundary; it is made of
    // the content, for a message of the same content has the same bytes.
    let hash = xxh3_64(format!("{}\0{}", letter.text, letter.html).as_bytes());
    let body = MultiPart::alternative()
        .boundary(format!("=_{hash:016x}"))
        .singlepart(part(ContentType::TEXT_PLAIN, letter.text))
        .singlepart(part(ContentType::TEXT_HTML, letter.html));
    let message = message.multipart(body).map_err(|error| error.to_string())?;
    Ok(message.formatted())
}

/// A header of addresses of the web: they are ASCII, and the only fold is between two of them.
fn addresses(name: &'static str, list: String) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, list.replace("\r\n ", ""), list)
}

fn sender(mailbox: &Mailbox) -> Result<Sender, String> {
    let address = mailbox
        .address
        .parse()
        .map_err(|_| format!("`{}` cannot be an address", mailbox.address))?;
    Ok(Sender::new(mailbox.name.clone(), address))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn letter<'a>(from: &'a Mailbox, to: &'a Mailbox, unsubscribe: &'a [String]) -> Letter<'a> {
        Letter {
            from,
            to: Some(to),
            reply_to: None,
            issue: Date::parse("2025-08-06").expect("a date"),
            subject: "Größe, “quotes” and 図表: a subject that goes on for so long that it must be folded twice",
            date: SystemTime::UNIX_EPOCH + Duration::from_secs(1_754_438_400),
            id: "<2025-08-06.repo@u.github.io>",
            unsubscribe,
            archived_at: "https://u.github.io/repo/2025/08/06.html",
            text: "Words, and a line\n.\nof a dot; “quotes”, a=b.\n",
            html: "<p>Words, “quotes”</p>\n",
        }
    }

    #[test]
    fn a_message_is_ascii_and_its_lines_are_short() {
        let from = Mailbox::parse("Ünï, Inc. <a@b.org>").expect("an address");
        let to = Mailbox::parse("list@lists.org").expect("an address");
        let unsubscribe = [
            "https://lists.org/leave?x=1".to_owned(),
            "mailto:leave@lists.org".to_owned(),
        ];
        let bytes = write(&letter(&from, &to, &unsubscribe)).expect("a message");
        assert!(bytes.is_ascii());
        let text = String::from_utf8(bytes.clone()).expect("ASCII");
        assert!(text.lines().all(|line| line.len() <= 78), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        for line in [
            "Date: Wed, 06 Aug 2025 00:00:00 +0000",
            "Message-ID: <2025-08-06.repo@u.github.io>",
            "To: list@lists.org",
            "List-Unsubscribe: <https://lists.org/leave?x=1>,\r\n <mailto:leave@lists.org>",
            "Archived-At: <https://u.github.io/repo/2025/08/06.html>",
            "MIME-Version: 1.0",
        ] {
            assert!(head.contains(line), "{line}\n{head}");
        }
        assert!(
            body.contains("Content-Transfer-Encoding: quoted-printable"),
            "{body}"
        );
        assert!(body.contains("=E2=80=9Cquotes=E2=80=9D, a=3Db."), "{body}");
        assert_eq!(write(&letter(&from, &to, &unsubscribe)), Ok(bytes));
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let from = Mailbox::parse("a@b.org").expect("an address");
        let mut letter = letter(&from, &from, &[]);
        letter.subject = "One\r\nBcc: x@y.org\r\n\r\nTwo";
        let text = String::from_utf8(write(&letter).expect("a message")).expect("ASCII");
        assert!(!text.contains("\nBcc:"), "{text}");
    }
}
