//! Addresses: every URL in the output is made here, from a path of the output and the base URL.
//!
//! Knows which schemes are safe and how a path is encoded. Knows nothing of pages; `page` decides
//! which paths there are.

use std::fmt::Write as _;

/// This is the address at which a site is published: `https://user.github.io/repo/`, or `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    origin: String,
    path: String,
}

/// This tells what a link may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Another page of this site, or a part of the same page.
    Relative,
    /// `http:` or `https:`, or `//host/…`.
    Web,
    /// `mailto:`.
    Mail,
    /// Anything else: a browser might run it.
    Unsafe,
}

impl BaseUrl {
    /// Parses a base URL: an http or https address, or an absolute path; a slash at the end is added.
    pub fn parse(text: &str) -> Option<BaseUrl> {
        let text = text.trim();
        let (origin, path) = match text.split_once("://") {
            Some((scheme, rest)) => {
                let scheme = scheme.to_ascii_lowercase();
                let (host, path) = match rest.find('/') {
                    Some(at) => rest.split_at(at),
                    None => (rest, "/"),
                };
                let host_ok = !host.is_empty()
                    && host
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
                (host_ok && matches!(scheme.as_str(), "http" | "https")).then_some(())?;
                (format!("{scheme}://{}", host.to_ascii_lowercase()), path)
            }
            None => (String::new(), text),
        };
        let clean = path.starts_with('/')
            && !path.contains("//")
            && !path.split('/').any(|part| part == ".." || part == ".")
            && path
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}?#".contains(&b));
        clean.then(|| BaseUrl {
            origin,
            path: format!("{}/", path.trim_end_matches('/')),
        })
    }

    /// Returns the path part, which starts and ends with a slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns `https://host`, or nothing when the base is a path only.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the name of the host, without a port; nothing when the base is a path only.
    pub fn host(&self) -> &str {
        let host = self.origin.split_once("://").map_or("", |(_, host)| host);
        // A port follows the last colon, unless that one is within the brackets of an IPv6 address.
        match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => name,
            _ => host,
        }
    }

    /// Returns the link to an output path, from any page of the site: `/repo/tags/vision.html`.
    ///
    /// A folder's `index.html` is addressed by the folder.
    pub fn link(&self, output: &str) -> String {
        let mut link = String::with_capacity(self.path.len() + output.len());
        self.push_link(output, &mut link);
        link
    }

    /// Returns the absolute address of an output path, for feeds and other readers elsewhere.
    ///
    /// Without an origin in the settings this is the link: a preview has no better one.
    pub fn absolute(&self, output: &str) -> String {
        let length = self.origin.len() + self.path.len() + output.len();
        let mut address = String::with_capacity(length);
        address.push_str(&self.origin);
        self.push_link(output, &mut address);
        address
    }

    fn push_link(&self, output: &str, address: &mut String) {
        address.push_str(&self.path);
        encode_into(shown(output), address);
    }
}

/// Returns what kind of address a text is, as a browser would take it.
///
/// Browsers drop ASCII's control characters and spaces before they look for the scheme, so
/// `java\nscript:` is one; they keep all others, so a DEL before `https:` makes another scheme.
pub fn scheme(url: &str) -> Scheme {
    // What a site's own pages hold by the hundred thousand needs no second look.
    match url.as_bytes() {
        [b'/', second, ..] if second.is_ascii_alphanumeric() => return Scheme::Relative,
        [b'h', b't', b't', b'p', b's', b':', ..] => return Scheme::Web,
        _ => {}
    }
    let seen: String = url.chars().filter(|&c| c > ' ').collect();
    if seen.starts_with("//")
        || seen.starts_with("\\\\")
        || seen.starts_with("/\\")
        || seen.starts_with("\\/")
    {
        return Scheme::Web;
    }
    let end = seen
        .find([':', '/', '?', '#'])
        .filter(|&at| seen[at..].starts_with(':'));
    let Some(end) = end else {
        return Scheme::Relative;
    };
    match seen[..end].to_ascii_lowercase().as_str() {
        "http" | "https" => Scheme::Web,
        "mailto" => Scheme::Mail,
        _ => Scheme::Unsafe,
    }
}

/// Percent-encodes what may not stand in the path of a URL (RFC 3986, section 3.3); slashes stay.
pub fn encode_path(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    encode_into(path, &mut encoded);
    encoded
}

/// Returns an address that holds a text (RFC 2397).
pub fn data_url(media_type: &str, text: &str) -> String {
    let mut url = String::with_capacity(text.len() * 3 / 2 + 48);
    let _ = write!(url, "data:{media_type};charset=utf-8,");
    push_encoded(text, &DATA, &mut url);
    url
}

/// Writes a value of a query: all but the unreserved characters (RFC 3986, section 2.3) are
/// percent-encoded, so that no `+` and no `=` is left to be taken for something else.
pub fn push_value(value: &str, query: &mut String) {
    push_encoded(value, &QUERY, query);
}

/// Decodes percent-encoded bytes; what is not UTF-8 then is left as it is.
pub fn decode_path(path: &str) -> String {
    if !path.contains('%') {
        return path.to_owned();
    }
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex
            .filter(|_| bytes[at] == b'%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}

fn encode_into(path: &str, out: &mut String) {
    push_encoded(path, &PATH, out);
}

/// Which bytes stand for themselves, in a table: addresses are made by the million.
type Plain = [bool; 256];

const PATH: Plain = plain(b"-._~!$&'()*+,;=:@/");
/// The printable bytes of a URL, without those that HTML would have to escape.
const DATA: Plain = plain(b"-._~!$()*,;:@/?=");
const QUERY: Plain = plain(b"-._~");

const fn plain(signs: &[u8]) -> Plain {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < plain.len() {
        plain[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < signs.len() {
        plain[signs[at] as usize] = true;
        at += 1;
    }
    plain
}

/// Returns what an output path is addressed by: that of a folder's `index.html` by the folder, which is what
/// hosts and readers do.
pub fn shown(output: &str) -> &str {
    match output.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        _ => output,
    }
}

fn push_encoded(text: &str, plain: &Plain, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let bytes = text.as_bytes();
    let is_plain = |&byte: &u8| plain[usize::from(byte)];
    // Few addresses hold anything else, and a chunk is looked at as a whole.
    let mut chunks = bytes.chunks(8);
    if chunks.all(|chunk| chunk.iter().fold(true, |all, byte| all & is_plain(byte))) {
        out.push_str(text);
        return;
    }
    let start = bytes.iter().take_while(|byte| is_plain(byte)).count();
    let mut encoded = std::mem::take(out).into_bytes();
    encoded.extend_from_slice(&bytes[..start]);
    for &byte in &bytes[start..] {
        if plain[usize::from(byte)] {
            encoded.push(byte);
        } else {
            let [high, low] = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
            encoded.extend_from_slice(&[b'%', high, low]);
        }
    }
    // A byte that stands for itself is ASCII, and so is an encoded one.
    *out = String::from_utf8(encoded).expect("ASCII behind text is text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_ends_with_a_slash() {
        for (text, origin, path) in [
            ("/", "", "/"),
            ("/repo", "", "/repo/"),
            (
                "https://user.github.io/repo",
                "https://user.github.io",
                "/repo/",
            ),
            ("HTTPS://Example.ORG", "https://example.org", "/"),
            (
                "http://127.0.0.1:8000/a/b/",
                "http://127.0.0.1:8000",
                "/a/b/",
            ),
        ] {
            let base = BaseUrl::parse(text).expect(text);
            assert_eq!((base.origin(), base.path()), (origin, path), "{text}");
        }
        for wrong in [
            "",
            "repo",
            "ftp://x/",
            "https://",
            "/../",
            "/a?b",
            "https://a b/",
            "//x",
        ] {
            assert_eq!(BaseUrl::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn folders_are_addressed_without_their_index() {
        let base = BaseUrl::parse("https://u.github.io/r/").expect("a base");
        assert_eq!(base.link("index.html"), "/r/");
        assert_eq!(base.link("tags/index.html"), "/r/tags/");
        assert_eq!(
            base.link("papers/the-index.html"),
            "/r/papers/the-index.html"
        );
        assert_eq!(base.absolute("feed.xml"), "https://u.github.io/r/feed.xml");
        assert_eq!(base.link("a b/ü.png"), "/r/a%20b/%C3%BC.png");
    }

    #[test]
    fn a_scheme_is_what_a_browser_would_see() {
        for (url, expected) in [
            ("https://x", Scheme::Web),
            ("http://x", Scheme::Web),
            (" HTTPS://x", Scheme::Web),
            ("//x", Scheme::Web),
            ("/\\x", Scheme::Web),
            ("mailto:a@b", Scheme::Mail),
            ("/a:b", Scheme::Relative),
            ("a/b:c", Scheme::Relative),
            ("#a:b", Scheme::Relative),
            ("", Scheme::Relative),
            ("JavaScript:alert(1)", Scheme::Unsafe),
            ("java\nscript:alert(1)", Scheme::Unsafe),
            ("\u{1} javascript:alert(1)", Scheme::Unsafe),
            ("data:text/html,x", Scheme::Unsafe),
            ("vbscript:x", Scheme::Unsafe),
            ("\u{7f}https://x", Scheme::Unsafe),
            ("\u{a0}//x", Scheme::Relative),
        ] {
            assert_eq!(scheme(url), expected, "{url:?}");
        }
        assert_eq!(scheme(&format!("{}:x", "a".repeat(100))), Scheme::Unsafe);
    }

    #[test]
    fn encoding_and_decoding_are_inverse() {
        for path in ["a b", "ü/图.png", "100%", "%41"] {
            assert_eq!(decode_path(&encode_path(path)), path);
        }
        assert_eq!(decode_path("%zz%F"), "%zz%F");
        assert_eq!(decode_path("%FF"), "%FF");
    }

    #[test]
    fn a_data_url_holds_the_text() {
        let url = data_url("text/plain", "a \"b\"\n#ü%&");
        let expected = "data:text/plain;charset=utf-8,a%20%22b%22%0A%23%C3%BC%25%26";
        assert_eq!(url, expected);
    }

    #[test]
    fn a_base_url_knows_its_host() {
        for (text, host) in [
            ("/repo/", ""),
            ("https://user.github.io/repo", "user.github.io"),
            ("http://127.0.0.1:8000/", "127.0.0.1"),
            ("http://[::1]/", "[::1]"),
            ("http://[::1]:8000/", "[::1]"),
        ] {
            let base = BaseUrl::parse(text).expect(text);
            assert_eq!(base.host(), host, "{text}");
        }
    }

    #[test]
    fn a_base_url_cannot_end_an_attribute_or_climb() {
        for wrong in [
            "https:///x",
            "https://u@h/",
            "https://h%20/",
            "/a//b",
            "/.",
            "/a/./b",
            "/a/..",
            "/a b",
            "/ü",
            "/a\"b",
            "/a<b",
            "/a>b",
            "/a\\b",
            "/a^b",
            "/a`b",
            "/a{b",
            "/a|b",
            "/a}b",
            "/a#b",
            "javascript://x/",
        ] {
            assert_eq!(BaseUrl::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn each_place_of_an_address_has_its_own_signs() {
        let plain = "azAZ09-._~";
        let all: String = (' '..='~').filter(|c| !c.is_ascii_alphanumeric()).collect();
        assert_eq!(encode_path(plain), plain);
        assert_eq!(
            encode_path(&all),
            "%20!%22%23$%25&'()*+,-./:;%3C=%3E%3F@%5B%5C%5D%5E_%60%7B%7C%7D~"
        );
        assert_eq!(
            data_url("text/plain", &all),
            "data:text/plain;charset=utf-8,%20!%22%23$%25%26%27()*%2B,-./:;%3C=%3E?@%5B%5C%5D%5E_%60%7B%7C%7D~"
        );
        let mut query = String::from("q=");
        push_value(&format!("{plain}{all}\u{7f}é"), &mut query);
        assert_eq!(
            query,
            "q=azAZ09-._~%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D~%7F%C3%A9"
        );
    }
}
