//! A site in a folder of its own, a running preview of it, and a small client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub use crate::folder::{Folder, paper};

/// No promise takes this long, on however busy a machine.
pub const LIMIT: Duration = Duration::from_secs(30);

/// This is a running `digest serve`.
pub struct Preview {
    pub child: Child,
    pub port: u16,
    log: Arc<Mutex<String>>,
}

impl Preview {
    pub fn start(folder: &Folder) -> Preview {
        Preview::start_with(folder, &["--port", "0"])
    }

    pub fn start_with(folder: &Folder, arguments: &[&str]) -> Preview {
        Preview::start_in(folder, arguments, &[])
    }

    pub fn start_in(
        folder: &Folder,
        arguments: &[&str],
        environment: &[(&str, &std::ffi::OsStr)],
    ) -> Preview {
        let mut child = Command::new(env!("CARGO_BIN_EXE_digest"))
            .arg("serve")
            .arg("--root")
            .arg(folder.root())
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the preview starts");
        let stderr = child.stderr.take().expect("a pipe");
        let log = Arc::new(Mutex::new(String::new()));
        let copy = log.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut log = copy.lock().expect("a log");
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut preview = Preview {
            child,
            port: 0,
            log,
        };
        preview.wait_for_log("the site is at ");
        let log = preview.log();
        let rest = log.split("http://127.0.0.1:").nth(1).expect("an address");
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        preview.port = digits.parse().expect("a port");
        preview
    }

    /// What was written to the terminal so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("a log").clone()
    }

    pub fn wait_for_log(&self, text: &str) {
        wait_until(&format!("`{text}` in the terminal"), || {
            self.log().contains(text)
        });
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    /// The text of a page, without what the preview adds.
    pub fn page(&self, path: &str) -> String {
        without_script(&self.get(path).text())
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[&str]) -> Answer {
        let host = format!("Host: 127.0.0.1:{}", self.port);
        let named = headers.iter().any(|header| header.starts_with("Host:"));
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        for line in headers
            .iter()
            .copied()
            .chain((!named).then_some(host.as_str()))
        {
            request.push_str(line);
            request.push_str("\r\n");
        }
        self.send(&format!("{request}\r\n"))
    }

    /// Sends bytes as they are and reads to the end.
    pub fn send(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("sent");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        Answer::parse(&bytes)
    }

    /// Opens the stream of notices as the script of a page does.
    pub fn listen(&self, path: &str) -> Notices {
        let page = self.get(path).text();
        // The theme may have scripts of its own; that of the preview is the last.
        let page = &page[page.rfind("<script src=").expect("a script")..];
        let value = |name: &str| {
            let rest = page.split(&format!("{name}=\"")).nth(1).expect("a script");
            rest.split('"').next().expect("a value").to_owned()
        };
        let (print, version) = (value("data-page"), value("data-version"));
        let base = value("src").replace("live.js", "events");
        self.listen_at(&format!(
            "{base}?page={path}&print={print}&version={version}"
        ))
    }

    pub fn listen_at(&self, address: &str) -> Notices {
        let mut stream = self.connect();
        let request = format!(
            "GET {address} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes()).expect("sent");
        Notices(BufReader::new(stream))
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        stream
    }

    /// Presses Ctrl-C; returns the exit code, and how long it took.
    #[cfg(unix)]
    pub fn interrupt(&mut self) -> (Option<i32>, Duration) {
        let start = Instant::now();
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("a signal").success());
        let status = self.child.wait().expect("an end");
        (status.code(), start.elapsed())
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This is an answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Answer {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = bytes[end + 4..].to_vec();
        let is_chunked = headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        Answer {
            status: status
                .and_then(|status| status.parse().ok())
                .expect("a status"),
            body: if is_chunked { unchunk(&body) } else { body },
            headers,
        }
    }

    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// This is the stream of notices of an open page.
pub struct Notices(BufReader<TcpStream>);

impl Notices {
    /// Waits for the next notice: its name and its data.
    pub fn next(&mut self) -> (String, String) {
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).expect("a line in time");
            assert!(!line.is_empty(), "the stream has ended");
            let line = line.trim_end();
            if let Some(value) = line.strip_prefix("event: ") {
                name = value.to_owned();
            } else if let Some(value) = line.strip_prefix("data: ") {
                data = value.to_owned();
            } else if line.is_empty() {
                // As a browser does (HTML, section 9.2.6).
                if !data.is_empty() {
                    return (name, data);
                }
                name.clear();
            }
        }
    }

    /// Waits for a notice of this name; returns its data, and the names of those before it.
    pub fn wait_for(&mut self, wanted: &str) -> (String, Vec<String>) {
        let mut before = Vec::new();
        loop {
            let (name, data) = self.next();
            if name == wanted {
                return (data, before);
            }
            before.push(name);
        }
    }
}

pub fn without_script(page: &str) -> String {
    let Some(start) = page.rfind("<script src=\"/") else {
        return page.to_owned();
    };
    let end = start + page[start..].find("</script>").expect("an end") + "</script>".len();
    assert!(
        page[start..end].contains("/.digest/live.js\""),
        "{}",
        &page[start..end]
    );
    format!("{}{}", &page[..start], &page[end..])
}

pub fn wait_until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LIMIT, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 4 + size..];
    }
    whole
}
