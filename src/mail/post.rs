//! Handing a message to a mail server (RFC 5321), step by step, so that a refusal says of what.
#![allow(clippy::disallowed_methods)]

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use crate::config::{Mailbox, Security};

/// How long a server may take for an answer; RFC 5321 (section 4.5.3.2) gives it minutes.
const PATIENCE: Duration = Duration::from_secs(120);

/// This is a mail server and how it is talked to.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// Its name.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// How the way to it is kept secret.
    pub security: Security,
    /// The user's name there, and the password.
    pub user: Option<(&'a str, &'a str)>,
    /// The authority that signed the server's certificate (PEM), besides the usual ones.
    pub certificate: Option<&'a [u8]>,
}

/// This is why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened, in a sentence without its end.
    pub what: String,
    /// What to do about it.
    pub hint: &'static str,
    /// Whether the message may have been taken all the same: the connection ended before the answer.
    pub in_doubt: bool,
}

/// Hands a message over; it was taken when this returns nothing.
pub fn send(
    server: &Server<'_>,
    from: &Mailbox,
    to: &Mailbox,
    message: &[u8],
) -> Result<(), Failure> {
    let from_address = address(from)?;
    let to_address = address(to)?;
    let mut connection = connect(server)?;
    let taken = hand_over(&mut connection, server, from_address, to_address, message);
    // Whether the server minds the farewell changes nothing.
    let _ = match &taken {
        Ok(()) => connection.quit().map(drop),
        Err(_) => {
            connection.abort();
            Ok(())
        }
    };
    taken
}

fn connect(server: &Server<'_>) -> Result<SmtpConnection, Failure> {
    let host_and_port = (server.host, server.port);
    let hello = ClientId::default();
    let to_server = |error: &Error| unreachable(server, error);
    let tls = match server.security {
        Security::Plain => None,
        Security::Tls | Security::StartTls => Some(tls(server)?),
    };
    match (server.security, &tls) {
        (Security::StartTls, Some(tls)) => {
            let mut connection =
                SmtpConnection::connect(host_and_port, Some(PATIENCE), &hello, None, None)
                    .map_err(|error| to_server(&error))?;
            if !connection.can_starttls() {
                connection.abort();
                return Err(failure(
                    format!(
                        "{} does not offer STARTTLS, so nothing was said to it",
                        server.host
                    ),
                    "set `security = \"tls\"` below `[email]`, or ask who runs the server",
                ));
            }
            connection
                .starttls(tls, &hello)
                .map_err(|error| to_server(&error))?;
            Ok(connection)
        }
        _ => SmtpConnection::connect(host_and_port, Some(PATIENCE), &hello, tls.as_ref(), None)
            .map_err(|error| to_server(&error)),
    }
}

fn hand_over(
    connection: &mut SmtpConnection,
    server: &Server<'_>,
    from: Address,
    to: Address,
    message: &[u8],
) -> Result<(), Failure> {
    if let Some((name, password)) = server.user {
        let credentials = Credentials::new(name.to_owned(), password.to_owned());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        connection.auth(&mechanisms, &credentials).map_err(|error| {
            refused("the user or the password", &error, "check `user` and DIGEST_SMTP_PASSWORD; some services want a password made for programs")
        })?;
    }
    let sender = format!("the sender, {from}");
    connection
        .command(Mail::new(Some(from), Vec::new()))
        .map_err(|error| {
            refused(
                &sender,
                &error,
                "set `from` below `[email]` to an address that the server may send for",
            )
        })?;
    let recipient = format!("the recipient, {to}");
    connection
        .command(Rcpt::new(to, Vec::new()))
        .map_err(|error| {
            refused(
                &recipient,
                &error,
                "check `to` below `[email]`, and whether the list takes mail from this sender",
            )
        })?;
    connection
        .command(Data)
        .map_err(|error| refused("the message before it was sent", &error, LATER))?;
    match connection.message(message) {
        Ok(_) => Ok(()),
        Err(error) if error.status().is_some() => Err(refused(
            "the message",
            &error,
            "what the server says tells why; change that and send again",
        )),
        Err(error) => Err(Failure {
            what: format!(
                "the connection ended before the server said whether it took the message: {}",
                cause(&error)
            ),
            hint: "look whether the list has it; `--again` sends it once more",
            in_doubt: true,
        }),
    }
}

const LATER: &str = "nothing was sent; try again later";

fn tls(server: &Server<'_>) -> Result<TlsParameters, Failure> {
    let wrong = |error: &Error| {
        failure(
            format!(
                "the certificate that `certificate` names cannot be used: {}",
                cause(error)
            ),
            "name a file in the PEM format: -----BEGIN CERTIFICATE-----",
        )
    };
    let mut builder = TlsParameters::builder(server.host.to_owned());
    if let Some(pem) = server.certificate {
        builder = builder
            .add_root_certificate(Certificate::from_pem(pem).map_err(|error| wrong(&error))?);
    }
    builder.build().map_err(|error| wrong(&error))
}

fn address(mailbox: &Mailbox) -> Result<Address, Failure> {
    mailbox.address.parse().map_err(|_| {
        failure(
            format!("`{}` cannot be an address", mailbox.address),
            "correct it below `[email]` in site.toml",
        )
    })
}

fn unreachable(server: &Server<'_>, error: &Error) -> Failure {
    let (host, port) = (server.host, server.port);
    let why = cause(error);
    if error.status().is_some() {
        failure(format!("{host} does not talk to us: {why}"), LATER)
    } else if why.contains("certificate") {
        failure(
            format!("the certificate of {host} cannot be trusted: {why}"),
            "nothing was said to the server; `certificate` below `[email]` names an authority of your own",
        )
    } else {
        failure(
            format!("there is no connection to {host}, port {port}: {why}"),
            "check `server`, `port` and `security` below `[email]`; nothing was sent",
        )
    }
}

fn refused(what: &str, error: &Error, hint: &'static str) -> Failure {
    let why = cause(error);
    if error.status().is_none() {
        return failure(format!("the connection ended at {what}: {why}"), LATER);
    }
    let hint = if error.is_transient() { LATER } else { hint };
    failure(format!("the server refused {what}: {why}"), hint)
}

fn failure(what: String, hint: &'static str) -> Failure {
    Failure {
        what,
        hint,
        in_doubt: false,
    }
}

/// What the server said with its number, or what the machine says, without the crate's own words.
fn cause(error: &Error) -> String {
    if is_late(error) {
        return format!("there was no answer within {} s", PATIENCE.as_secs());
    }
    let said = error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    match error.status() {
        Some(code) => format!("{code} {said}"),
        None if said == "incomplete response" => "it was closed".to_owned(),
        None => said,
    }
}

/// A read that waits too long is told in two ways, by system.
fn is_late(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(error) = inner.downcast_ref::<std::io::Error>() {
            return matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock);
        }
        source = inner.source();
    }
    false
}
