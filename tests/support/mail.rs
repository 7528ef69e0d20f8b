//! A mail server on loopback, and a site that sends editions over it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Sandbox;

/// Who sends, and to whom.
pub const SETTINGS: &str = "
[email]
from = \"Ünï Papers <digest@example.org>\"
to = \"Daily, the list <papers@lists.example.org>\"
unsubscribe = [\"https://lists.example.org/leave\", \"mailto:leave@lists.example.org\"]
";

/// The 58 papers, on a host, with more settings.
pub fn real_site(settings: &str) -> Sandbox {
    let site = Sandbox::with_real_papers();
    let own = site.read("site.toml").replace(
        "base_url = \"/\"",
        "base_url = \"https://u.github.io/repo/\"",
    );
    site.write("site.toml", &format!("{own}\n{settings}"));
    site
}

/// This is a mail server; it ends with the test.
pub struct Server {
    process: Child,
    port: String,
    folder: tempfile::TempDir,
}

impl Server {
    pub fn start(mode: &str) -> Option<Server> {
        if !super::python_has("aiosmtpd") {
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut process = Command::new(super::python_path())
            .arg(super::repository().join("tests/mail/server.py"))
            .args([folder.path().as_os_str(), mode.as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let mut port = String::new();
        let output = process.stdout.take().expect("a pipe");
        BufReader::new(output).read_line(&mut port).expect("a line");
        assert!(!port.is_empty(), "the server did not start");
        Some(Server {
            process,
            port: port.trim().to_owned(),
            folder,
        })
    }

    /// A site that sends over this server.
    pub fn site(&self, more: &str) -> Sandbox {
        real_site(&self.settings(more))
    }

    /// The settings with which a site sends over this server.
    pub fn settings(&self, more: &str) -> String {
        let authority: PathBuf = self.folder.path().join("authority.pem");
        format!(
            "{SETTINGS}server = \"localhost\"\nport = {}\ncertificate = \"{}\"\n{more}\n",
            self.port,
            authority.display()
        )
    }

    /// The folder in which the messages are that it took.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn taken(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).expect("a message was taken")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
