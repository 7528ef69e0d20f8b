//! An address of another host, as it is asked for.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// This is an http or https address without its fragment, in the letters that a request may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    url: String,
    /// Where the host's name stands in it, with its port.
    host: (usize, usize),
}

/// This is why an address cannot be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It leads to this machine or to a network of its own. Content may come from anywhere, and what
    /// it names must not be asked in the name of whoever checks it.
    Private,
    /// It is no address that can be read; the reason stands behind a colon.
    Unreadable(&'static str),
}

impl Target {
    /// Parses an address as a browser would take it.
    pub fn parse(written: &str) -> Result<Target, Unfit> {
        let seen: String = written.chars().filter(|c| !c.is_control()).collect();
        let seen = seen.trim();
        let (scheme, rest) = match seen.split_once("//") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http:") => ("http", rest),
            Some((scheme, rest)) if scheme.is_empty() || scheme.eq_ignore_ascii_case("https:") => {
                ("https", rest)
            }
            _ => return Err(Unfit::Unreadable("it is not a web address")),
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let host = host(authority, scheme)?;
        let mut url = format!("{scheme}://");
        let start = url.len();
        url.push_str(&host);
        let host = (start, url.len());
        if !path.starts_with(['/', '\\']) {
            url.push('/');
        }
        push_path(path, &mut url);
        Ok(Target { url, host })
    }

    /// Returns the address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the host, with its port where that is not the usual one.
    pub fn host(&self) -> &str {
        &self.url[self.host.0..self.host.1]
    }

    /// Returns what a `Location` means that came from here (RFC 9110, section 10.2.2).
    pub fn join(&self, location: &str) -> Result<Target, Unfit> {
        let location = location.trim();
        let scheme = &self.url[..self.host.0];
        let end = location.find([':', '/', '?', '#']);
        if end.is_some_and(|at| location[at..].starts_with(':')) || location.starts_with("//") {
            let is_rooted = location.starts_with("//");
            let start = if is_rooted {
                scheme.trim_end_matches("//")
            } else {
                ""
            };
            return Target::parse(&format!("{start}{location}"));
        }
        let base = &self.url[..self.host.1];
        let path = &self.url[self.host.1..];
        let path = &path[..path.find('?').unwrap_or(path.len())];
        let joined = match location.chars().next() {
            Some('/') => location.to_owned(),
            Some('?') => format!("{path}{location}"),
            Some('#') | None => return Ok(self.clone()),
            Some(_) => format!(
                "{}{location}",
                &path[..path.rfind('/').map_or(0, |at| at + 1)]
            ),
        };
        Target::parse(&format!("{base}{}", without_dots(&joined)))
    }
}

impl Ord for Target {
    fn cmp(&self, other: &Target) -> Ordering {
        self.url.cmp(&other.url)
    }
}

impl PartialOrd for Target {
    fn partial_cmp(&self, other: &Target) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Tells whether an address is one of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_4(address),
        IpAddr::V6(address) => match address.to_ipv4() {
            Some(inner) => is_public_4(inner),
            None => is_public_6(address),
        },
    }
}

/// The special-purpose blocks of RFC 6890 and its followers.
fn is_public_4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !special
}

fn is_public_6(address: Ipv6Addr) -> bool {
    // Only 2000::/3 is given out; in it, 6to4 and NAT64 hold addresses of the other kind.
    let [first, second, ..] = address.segments();
    let holds_others = first == 0x2002 || (first == 0x2001 && second < 0x200);
    (0x2000..0x4000).contains(&first) && !holds_others
}

fn host(authority: &str, scheme: &str) -> Result<String, Unfit> {
    if authority.contains('@') {
        return Err(Unfit::Unreadable("there is a user's name in it"));
    }
    let (name, port) = match authority.rfind(':') {
        Some(at) if !authority[at..].contains(']') => (&authority[..at], &authority[at + 1..]),
        _ => (authority, ""),
    };
    let mut name = name.trim_end_matches('.').to_ascii_lowercase();
    let port = match (port, scheme) {
        ("" | "80", "http") | ("" | "443", "https") => None,
        (port, _) => Some(
            port.parse::<u16>()
                .map_err(|_| Unfit::Unreadable("there is no such port"))?,
        ),
    };
    if name.is_empty() {
        return Err(Unfit::Unreadable("it names no host"));
    }
    if !name.is_ascii() {
        return Err(Unfit::Unreadable(
            "its host is not written in ASCII, as `xn--…`",
        ));
    }
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        is_public(address).then_some(()).ok_or(Unfit::Private)?;
    } else if is_private_name(&name) {
        return Err(Unfit::Private);
    } else if !name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    {
        return Err(Unfit::Unreadable("it names no host"));
    }
    if let Some(port) = port {
        let _ = write!(name, ":{port}");
    }
    Ok(name)
}

/// Names that mean another machine in each house (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`).
fn is_private_name(name: &str) -> bool {
    const ENDINGS: [&str; 5] = ["localhost", "local", "internal", "home.arpa", "lan"];
    !name.contains('.')
        || ENDINGS.iter().any(|ending| {
            name.strip_suffix(ending)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

fn push_path(path: &str, url: &mut String) {
    for c in path.chars() {
        match c {
            '\\' => url.push('/'),
            c if c.is_ascii_graphic() && !"\"<>^`{|}".contains(c) => url.push(c),
            c => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(url, "%{byte:02X}");
                }
            }
        }
    }
}

/// Takes `.` and `..` out of a path (RFC 3986, section 5.2.4).
fn without_dots(path: &str) -> String {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let (path, rest) = path.split_at(end);
    let mut parts: Vec<&str> = Vec::new();
    let mut is_folder = true;
    for part in path.split('/').skip(1) {
        is_folder = matches!(part, "." | ".." | "");
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if is_folder && parts.last().is_none_or(|last| !last.is_empty()) {
        parts.push("");
    }
    format!("/{}{rest}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(written: &str) -> String {
        match Target::parse(written) {
            Ok(target) => format!("{} {}", target.host(), target.url()),
            Err(Unfit::Private) => "private".to_owned(),
            Err(Unfit::Unreadable(why)) => why.to_owned(),
        }
    }

    #[test]
    fn an_address_is_written_in_one_way() {
        for (written, expected) in [
            ("https://a.org", "a.org https://a.org/"),
            ("HTTP://A.Org:80/x#y", "a.org http://a.org/x"),
            ("https://a.org:443?q=1#y", "a.org https://a.org/?q=1"),
            ("https://a.org:8080/x", "a.org:8080 https://a.org:8080/x"),
            ("//a.org./x", "a.org https://a.org/x"),
            ("https://a.org/é b", "a.org https://a.org/%C3%A9%20b"),
            ("https://a.org\\x", "a.org https://a.org/x"),
            ("https://a.org/\u{1b}[2J", "a.org https://a.org/[2J"),
            (
                "https://[2606:4700::1]/",
                "[2606:4700::1] https://[2606:4700::1]/",
            ),
            ("ftp://a.org/", "it is not a web address"),
            ("https://", "it names no host"),
            ("https://a b.org/", "it names no host"),
            ("https://me:pass@a.org/", "there is a user's name in it"),
            ("https://a.org:99999/", "there is no such port"),
            (
                "https://münchen.de/",
                "its host is not written in ASCII, as `xn--…`",
            ),
        ] {
            assert_eq!(parsed(written), expected, "{written}");
        }
    }

    #[test]
    fn nobody_is_asked_in_private() {
        for host in [
            "localhost",
            "LOCALHOST.",
            "x.localhost",
            "printer.local",
            "metadata.google.internal",
            "intranet",
            "127.0.0.1",
            "127.0.0.1:8080",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.100",
            "0.0.0.0",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fd00::1]",
            "[::ffff:127.0.0.1]",
            "[::127.0.0.1]",
            "[2002:7f00:1::]",
            "[64:ff9b::7f00:1]",
        ] {
            assert_eq!(parsed(&format!("http://{host}/")), "private", "{host}");
        }
        for host in [
            "1.1.1.1",
            "172.32.0.1",
            "example.org",
            "localhost.example.org",
        ] {
            assert_ne!(parsed(&format!("http://{host}/")), "private", "{host}");
        }
    }

    #[test]
    fn a_location_is_read_where_it_came_from() {
        let base = Target::parse("https://a.org/x/y?q=1").expect("an address");
        for (location, expected) in [
            ("https://b.org/z", "https://b.org/z"),
            ("http://a.org/", "http://a.org/"),
            ("//b.org/z", "https://b.org/z"),
            ("/z?w#f", "https://a.org/z?w"),
            ("z", "https://a.org/x/z"),
            ("../z/./w/..", "https://a.org/z/"),
            ("../../../z", "https://a.org/z"),
            ("?q=2", "https://a.org/x/y?q=2"),
            ("#part", "https://a.org/x/y?q=1"),
            ("", "https://a.org/x/y?q=1"),
            ("/a//b", "https://a.org/a//b"),
        ] {
            let joined = base.join(location).expect("an address");
            assert_eq!(joined.url(), expected, "{location}");
        }
        assert_eq!(base.join("http://127.0.0.1/"), Err(Unfit::Private));
        assert!(base.join("javascript:alert(1)").is_err());
    }
}
