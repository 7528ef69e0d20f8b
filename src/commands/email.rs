//! `digest email`: writes an issue as an edition for the mail, and sends it.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Result, bail};
use clap::Args;

use crate::address::BaseUrl;
use crate::compile::Options;
use crate::config::{EmailConfig, Mailbox};
use crate::console;
use crate::date::Date;
use crate::disk;
use crate::edition::{self, Edition};
use crate::layout;
use crate::ledger::Sent;
use crate::mail::{self, Letter};
use crate::site::Site;

#[cfg(feature = "mail")]
mod send;

use super::build::parse_base_url;
use super::import::parse_date;
use super::pipeline::{self, Materials, Prepared};
use super::{Outcome, find_root};

/// Write an issue as an edition for the mail, and send it
///
/// Makes DATE.eml, a message that every mail program opens, and DATE.html, the same for a list
/// service, in the folder `outbox`. Abstracts become shorter until the mail fits into every mailbox.
/// `[email]` in site.toml says who sends it and to whom.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  digest email                               (the newest issue)
  digest email 2025-08-06 --base-url https://user.github.io/repo/
  DIGEST_SMTP_PASSWORD=… digest email --send")]
pub struct Email {
    /// The day of the issue [default: the newest]
    #[arg(value_name = "ISSUE", value_parser = parse_date)]
    pub issue: Option<Date>,
    /// The folder to write, instead of `outbox` in the site's root
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Where the site is published, instead of `base_url` in site.toml
    #[arg(long, value_name = "URL", value_parser = parse_base_url)]
    pub base_url: Option<BaseUrl>,
    /// Hand the edition to the mailing list; the password is read from DIGEST_SMTP_PASSWORD
    #[cfg(feature = "mail")]
    #[arg(long)]
    pub send: bool,
    /// Send an issue that was sent before
    #[cfg(feature = "mail")]
    #[arg(long, requires = "send")]
    pub again: bool,
}

impl Email {
    /// Runs the command.
    pub fn run(&self, root: Option<&PathBuf>) -> Result<Outcome> {
        let root = find_root(root)?;
        let options = Options {
            base_url: self.base_url.clone(),
            drafts: false,
        };
        let prepared = pipeline::prepare(Materials::read(&root, &options)?, &options, None);
        if prepared.problems.has_errors() {
            return Ok(reject(prepared));
        }
        let site = &prepared.site;
        let theme = prepared.theme.as_ref().expect("a theme without errors");
        let issue = find_issue(site, self.issue)?;
        let from = check_settings(site)?;
        let edition = match edition::render(site, theme, issue) {
            Ok(edition) => edition,
            Err(problem) => {
                let mut prepared = prepared;
                prepared.problems.push(problem);
                return Ok(reject(prepared));
            }
        };
        #[cfg(feature = "mail")]
        let _alone = self.send.then(|| send::alone(&root)).transpose()?;
        let sent = read_sent(&root)?;
        let base_url = &site.config.base_url;
        let id = edition::message_id(base_url, edition.date, sent.count(edition.date));
        // What is only written is the same each time it is written.
        let date = midnight(edition.date);
        #[cfg(feature = "mail")]
        let date = if self.send {
            send::refuse_twice(&sent, edition.date, self.again)?;
            SystemTime::now()
        } else {
            date
        };
        let letter = letter(&site.config.email, from, &edition, date, &id);
        let message = mail::write(&letter).map_err(anyhow::Error::msg)?;
        let folder = self.output.clone();
        let folder = folder.unwrap_or_else(|| root.join(layout::OUTBOX));
        write_files(&folder, &edition, &message)?;
        #[cfg(feature = "mail")]
        if self.send {
            send::hand_over(&root, &site.config.email, &letter, &message, sent)?;
        }
        Ok(Outcome::Done)
    }
}

fn reject(prepared: Prepared) -> Outcome {
    let problems = prepared.problems.sorted();
    console::show_problems(&problems);
    console::say(&format!(
        "{}; nothing was written",
        console::count_problems(&problems)
    ));
    if prepared.bad_settings {
        Outcome::Unusable
    } else {
        Outcome::Rejected
    }
}

fn find_issue(site: &Site, named: Option<Date>) -> Result<usize> {
    let Some(newest) = site.issues.first() else {
        bail!("there is no issue yet\nhint: `digest import` or `digest new` makes papers");
    };
    let Some(date) = named else { return Ok(0) };
    match site.issues.iter().position(|issue| issue.date == date) {
        Some(index) => Ok(index),
        None => bail!(
            "there is no issue of {date}\nhint: the newest is that of {}",
            newest.date
        ),
    }
}

/// Links in a mail lead nowhere without a host, and a message without a sender is none.
fn check_settings(site: &Site) -> Result<&Mailbox> {
    if site.config.base_url.origin().is_empty() {
        bail!(
            "links in a mail need a host, and `base_url` is {}\nhint: set `base_url` in site.toml to the address of the site, or give it with --base-url",
            site.config.base_url.path()
        );
    }
    match &site.config.email.from {
        Some(from) => Ok(from),
        None => bail!(
            "nobody is named as the sender\nhint: set `from` below `[email]` in site.toml: from = \"{} <you@example.org>\"",
            site.config.title
        ),
    }
}

fn letter<'a>(
    email: &'a EmailConfig,
    from: &'a Mailbox,
    edition: &'a Edition,
    date: SystemTime,
    id: &'a str,
) -> Letter<'a> {
    Letter {
        from,
        to: email.to.as_ref(),
        issue: edition.date,
        reply_to: email.reply_to.as_ref(),
        subject: &edition.subject,
        date,
        id,
        unsubscribe: &email.unsubscribe,
        archived_at: &edition.url,
        text: &edition.text,
        html: &edition.html,
    }
}

fn write_files(folder: &Path, edition: &Edition, message: &[u8]) -> Result<()> {
    for (ending, bytes) in [("eml", message), ("html", edition.html.as_bytes())] {
        let path = folder.join(format!("{}.{ending}", edition.date));
        disk::write_output(&path, bytes)?;
        console::print(&format!("{}\n", path.display()));
    }
    let size = console::bytes(edition.html.len() as u64);
    let left_out = match edition.left_out {
        0 => String::new(),
        more => format!("; there was no room for {}", console::plural(more, "paper")),
    };
    console::say(&format!("{}: {size} of HTML{left_out}", edition.subject));
    Ok(())
}

fn read_sent(root: &Path) -> Result<Sent> {
    let Some(text) = disk::read_ledger(root, layout::SENT)? else {
        return Ok(Sent::default());
    };
    match Sent::parse(&text) {
        Ok(sent) => Ok(sent),
        // To guess here could send an edition twice.
        Err(line) => bail!(
            "line {line} of {} cannot be read\nhint: a line is such as `2025-08-06 sent <id@host>`",
            layout::SENT
        ),
    }
}

fn midnight(date: Date) -> SystemTime {
    let epoch = Date::new(1970, 1, 1).expect("a day of the calendar");
    let days = u64::try_from(date.days_since(epoch)).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400)
}
