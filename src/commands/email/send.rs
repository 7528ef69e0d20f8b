//! Sending an edition: once, and noted before and after.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::config::{EmailConfig, Security};
use crate::console;
use crate::date::Date;
use crate::disk;
use crate::layout;
use crate::ledger::Sent;
use crate::mail::{self, Letter, Server};

/// Where the password comes from: never from a file that is committed.
const PASSWORD: &str = "DIGEST_SMTP_PASSWORD";

/// Keeps other sendings out; two at once would each find that nothing was sent yet.
pub fn alone(root: &Path) -> Result<disk::Lock> {
    match disk::lock(root, "email")? {
        Some(lock) => Ok(lock),
        None => bail!(
            "another `digest email --send` is at work in this site\nhint: wait until it has ended; {} tells what it sent",
            layout::SENT
        ),
    }
}

/// Fails when an issue was sent before, or may have been.
pub fn refuse_twice(sent: &Sent, issue: Date, again: bool) -> Result<()> {
    let Some(last) = sent.last(issue).filter(|_| !again) else {
        return Ok(());
    };
    if last.done {
        bail!(
            "the issue of {issue} was sent before, as {} says\nhint: `--again` sends it once more",
            layout::SENT
        );
    }
    bail!(
        "the sending of the issue of {issue} was begun, and nobody knows how it ended\nhint: look whether the list has it: if so, write `sent` for `sending` in {}, else send it with `--again`",
        layout::SENT
    )
}

/// Hands a message to the mailing list.
///
/// The ledger is written before the server is asked and after it has answered: whatever happens between,
/// the next run knows that the edition may be out.
pub fn hand_over(
    root: &Path,
    email: &EmailConfig,
    letter: &Letter<'_>,
    message: &[u8],
    mut sent: Sent,
) -> Result<()> {
    let Some(to) = letter.to else {
        bail!(
            "nobody is named to send to\nhint: set `to` below `[email]` in site.toml to the address of the mailing list"
        );
    };
    let password = std::env::var(PASSWORD).ok();
    let password = password.as_deref().filter(|word| !word.is_empty());
    let certificate = email.certificate.as_ref();
    let certificate = certificate
        .map(|name| disk::read_input(&root.join(name)))
        .transpose()?;
    let server = server(email, password, certificate.as_deref())?;
    sent.begin(letter.issue, letter.id);
    disk::write_ledger(root, layout::SENT, &sent.write())?;
    let failure = mail::send(&server, letter.from, to, message).err();
    match &failure {
        Some(failure) if failure.in_doubt => {}
        Some(_) => sent.forget(letter.id),
        None => sent.end(letter.id),
    }
    let noted = disk::write_ledger(root, layout::SENT, &sent.write());
    match failure {
        Some(failure) => bail!("{}\nhint: {}", failure.what, failure.hint),
        None => {
            noted.context("the edition was sent, and that could not be noted")?;
            console::say(&format!("sent to {}; commit {}", to.address, layout::SENT));
            Ok(())
        }
    }
}

fn server<'a>(
    email: &'a EmailConfig,
    password: Option<&'a str>,
    certificate: Option<&'a [u8]>,
) -> Result<Server<'a>> {
    let Some(host) = &email.server else {
        bail!(
            "no mail server is named\nhint: set `server` below `[email]` in site.toml: server = \"smtp.example.org\""
        );
    };
    let is_here = matches!(host.as_str(), "localhost" | "127.0.0.1");
    if email.security == Security::Plain && !is_here {
        bail!(
            "`security = \"none\"` is for a server on this machine, and {host} is another\nhint: set `security` to \"tls\" or \"starttls\""
        );
    }
    let user = match (&email.user, password) {
        (Some(user), Some(password)) => Some((user.as_str(), password)),
        (Some(user), None) => bail!(
            "there is no password for {user} at {host}\nhint: put it into the environment: DIGEST_SMTP_PASSWORD=… digest email --send"
        ),
        (None, _) => None,
    };
    Ok(Server {
        host,
        port: email.port.unwrap_or_else(|| email.security.port()),
        security: email.security,
        user,
        certificate,
    })
}
