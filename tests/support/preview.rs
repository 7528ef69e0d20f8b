//! A running preview of a site, and what a browser would ask it for.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use super::Sandbox;

/// This is a running `digest serve`, which ends with the test.
pub struct Preview {
    child: Child,
    /// The host and the port.
    pub address: String,
}

impl Preview {
    /// Starts a preview and waits until it says where it is.
    pub fn start(site: &Sandbox) -> Preview {
        let mut command = site.command(&["serve", "--port", "0"]);
        let child = command.stderr(Stdio::piped()).spawn();
        let mut child = child.expect("the command runs");
        let said = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut lines = said.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let (_, rest) = line.split_once("the site is at http://")?;
            Some(rest.split('/').next()?.to_owned())
        });
        // Somebody must read on, or the program waits for room in the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Preview {
            child,
            address: address.expect("an address"),
        }
    }

    /// Asks for a path; returns the answer, headers and all.
    pub fn ask(&self, path: &str) -> String {
        let address = &self.address;
        let mut stream = TcpStream::connect(address).expect("a connection");
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Returns the number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
