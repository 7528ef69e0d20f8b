//! The settings of mails: who sends them, over which server, and where readers subscribe.

use toml::Spanned;
use toml::de::DeValue;

use crate::address::{Scheme, scheme};

use super::{Item, Reader};

/// This is how an edition goes out by mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmailConfig {
    /// Who sends it.
    pub from: Option<Mailbox>,
    /// The mailing list.
    pub to: Option<Mailbox>,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<Mailbox>,
    /// Where readers unsubscribe: addresses of the web, and of the mail.
    pub unsubscribe: Vec<String>,
    /// The name of the mail server.
    pub server: Option<String>,
    /// Its port, when it is not the usual one.
    pub port: Option<u16>,
    /// How the way to the server is kept secret.
    pub security: Security,
    /// The user's name on the server.
    pub user: Option<String>,
    /// A file below the root with the authority that signed the server's certificate.
    pub certificate: Option<String>,
}

/// This is an address of the mail, maybe with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// What people see.
    pub name: Option<String>,
    /// The address itself, without angle brackets.
    pub address: String,
}

/// This is how the way to a mail server is kept secret (RFC 8314).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// TLS once the server was asked for it; nothing is said before.
    StartTls,
    /// None: for a server on this machine alone.
    Plain,
}

/// This is where readers subscribe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsletterConfig {
    /// The page of a list service.
    pub link: Option<String>,
    /// The address to which a form sends a reader's own.
    pub form: Option<String>,
    /// What the list service calls the field of that form.
    pub field: String,
}

/// These are the settings below `[email]`.
pub const EMAIL_KEYS: [&str; 9] = [
    "from",
    "to",
    "reply_to",
    "unsubscribe",
    "server",
    "port",
    "security",
    "user",
    "certificate",
];
/// These are the settings below `[newsletter]`.
pub const NEWSLETTER_KEYS: [&str; 3] = ["link", "form", "field"];
/// These are the names of the ways to a server.
pub const SECURITY: [(&str, Security); 3] = [
    ("tls", Security::Tls),
    ("starttls", Security::StartTls),
    ("none", Security::Plain),
];

impl Security {
    /// Returns the port on which servers answer so (RFC 8314, RFC 6409; 25 for one on this machine).
    pub fn port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::Plain => 25,
        }
    }
}

impl Mailbox {
    /// Parses `digest@example.org` or `Daily Papers <digest@example.org>`.
    pub fn parse(text: &str) -> Option<Mailbox> {
        let (name, address) = match text.trim().strip_suffix('>') {
            Some(rest) => {
                let (name, address) = rest.rsplit_once('<')?;
                (name.trim(), address.trim())
            }
            None => ("", text.trim()),
        };
        let name = match name
            .strip_prefix('"')
            .and_then(|name| name.strip_suffix('"'))
        {
            Some(quoted) => quoted.trim(),
            None => name,
        };
        let (local, host) = address.rsplit_once('@')?;
        let plain = |part: &str| {
            // Letters beyond ASCII would want a server that knows RFC 6531, and one at every reader's.
            let forbidden = |c: char| !c.is_ascii_graphic() || "<>()[]\\,;:\"@".contains(c);
            !part.is_empty() && !part.contains(forbidden)
        };
        let host_ok = !host.starts_with('.') && !host.ends_with('.');
        (plain(local) && plain(host) && host_ok && !name.contains(char::is_control)).then(|| {
            Mailbox {
                name: (!name.is_empty()).then(|| name.to_owned()),
                address: address.to_owned(),
            }
        })
    }
}

impl Reader<'_> {
    pub(super) fn email(&mut self, value: Item<'_, '_>, email: &mut EmailConfig) {
        let Some(table) = value.get_ref().as_table() else {
            return self.bad(
                value,
                "`email` is a table",
                "write `[email]` on a line of its own, and its keys below",
            );
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "from" => self.mailbox(value, &mut email.from),
                "to" => self.mailbox(value, &mut email.to),
                "reply_to" => self.mailbox(value, &mut email.reply_to),
                "unsubscribe" => self.unsubscribe(value, &mut email.unsubscribe),
                "server" => self.server(value, &mut email.server),
                "port" => self.port(value, &mut email.port),
                "security" => self.security(value, &mut email.security),
                "user" => self.optional(value, &mut email.user),
                "certificate" => self.optional(value, &mut email.certificate),
                name => self.unknown(name, key.span(), &EMAIL_KEYS),
            }
        }
    }

    pub(super) fn newsletter(
        &mut self,
        value: Item<'_, '_>,
        target: &mut Option<NewsletterConfig>,
    ) {
        let Some(table) = value.get_ref().as_table() else {
            return self.bad(
                value,
                "`newsletter` is a table",
                "write `[newsletter]` on a line of its own, and `link` or `form` below",
            );
        };
        let mut newsletter = NewsletterConfig {
            link: None,
            form: None,
            field: "email".to_owned(),
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "link" => self.web_address(value, "link", &mut newsletter.link),
                "form" => self.web_address(value, "form", &mut newsletter.form),
                "field" => self.text(value, &mut newsletter.field),
                name => self.unknown(name, key.span(), &NEWSLETTER_KEYS),
            }
        }
        if newsletter.link.is_some() || newsletter.form.is_some() {
            *target = Some(newsletter);
        } else if !table.contains_key("link") && !table.contains_key("form") {
            self.bad(
                value,
                "`newsletter` leads nowhere",
                "write `link` with a page, or `form` with the address of a form",
            );
        }
    }

    fn mailbox(&mut self, value: Item<'_, '_>, target: &mut Option<Mailbox>) {
        let Some(text) = self.string(value) else {
            return;
        };
        *target = Mailbox::parse(text);
        if target.is_none() {
            self.bad(
                value,
                "this setting is an address of the mail",
                "write \"Daily Papers <digest@example.org>\", or the address alone",
            );
        }
    }

    /// One address, or a list of them.
    fn unsubscribe(&mut self, value: Item<'_, '_>, target: &mut Vec<String>) {
        let one: &[Spanned<DeValue<'_>>] = std::slice::from_ref(value);
        let items = match value.get_ref() {
            DeValue::Array(list) => list,
            _ => one,
        };
        for item in items {
            let Some(text) = self.string(item) else {
                continue;
            };
            let known = matches!(scheme(text), Scheme::Web | Scheme::Mail) && text.contains(':');
            if known && text.bytes().all(is_plain) {
                target.push(text.to_owned());
            } else {
                self.bad(
                    item,
                    "`unsubscribe` is an address of the web or of the mail",
                    "write \"https://…\" or \"mailto:leave@lists.example.org\"",
                );
            }
        }
    }

    fn server(&mut self, value: Item<'_, '_>, target: &mut Option<String>) {
        let Some(text) = self.string(value) else {
            return;
        };
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
        if !text.is_empty() && text.bytes().all(is_name) {
            *target = Some(text.to_ascii_lowercase());
        } else {
            self.bad(
                value,
                "`server` is the name of a mail server",
                "write \"smtp.example.org\"; its port is a setting of its own, `port`",
            );
        }
    }

    fn port(&mut self, value: Item<'_, '_>, target: &mut Option<u16>) {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| u16::from_str_radix(number.as_str(), number.radix()).ok());
        match number.filter(|&port| port > 0) {
            Some(port) => *target = Some(port),
            None => self.bad(
                value,
                "`port` is a whole number from 1 to 65535",
                "delete the line: the usual port of `security` is taken then",
            ),
        }
    }

    fn security(&mut self, value: Item<'_, '_>, target: &mut Security) {
        let Some(text) = self.string(value) else {
            return;
        };
        match SECURITY.iter().find(|(name, _)| *name == text) {
            Some((_, security)) => *target = *security,
            None => self.bad(
                value,
                "`security` is \"tls\", \"starttls\" or \"none\"",
                "\"tls\" goes with port 465, \"starttls\" with port 587",
            ),
        }
    }

    fn optional(&mut self, value: Item<'_, '_>, target: &mut Option<String>) {
        if let Some(text) = self.string(value) {
            *target = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        }
    }

    fn web_address(&mut self, value: Item<'_, '_>, name: &str, target: &mut Option<String>) {
        let Some(text) = self.string(value) else {
            return;
        };
        let is_web = text.starts_with("https://") || text.starts_with("http://");
        if is_web && text.len() > 8 && text.bytes().all(is_plain) {
            *target = Some(text.to_owned());
        } else {
            self.bad(
                value,
                &format!("`{name}` is not a web address"),
                "copy it from the list service, with its https://",
            );
        }
    }
}

/// Tells whether a byte may stand in an address as it is.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_an_address_with_or_without_a_name() {
        for (text, expected) in [
            ("a@b.org", Some((None, "a@b.org"))),
            (
                "Ünï, Inc. <a+b@c.org>",
                Some((Some("Ünï, Inc."), "a+b@c.org")),
            ),
            (
                "\"Papers: daily\" <a@b>",
                Some((Some("Papers: daily"), "a@b")),
            ),
            ("a@b@c", None),
            ("a b@c", None),
            ("Name <a@b", None),
            ("Na\nme <a@b>", None),
            ("ä@b.org", None),
            ("a@bücher.org", None),
            ("@b", None),
            ("", None),
        ] {
            let found = Mailbox::parse(text);
            let found = found
                .as_ref()
                .map(|found| (found.name.as_deref(), found.address.as_str()));
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
