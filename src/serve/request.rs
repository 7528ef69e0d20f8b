//! What a request asks for: whose name it uses, which part of a file, which type an answer has.
//!
//! Knows neither sockets nor sites.

use std::ops::RangeInclusive;

/// This is the part of a file that a request wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// These bytes.
    Bytes(RangeInclusive<u64>),
    /// Bytes that the file does not have.
    Outside,
}

/// Tells whether a `Host` is a name of this machine alone.
///
/// A page elsewhere can let its own name lead to 127.0.0.1 and then read answers as its own (DNS
/// rebinding), but it cannot make a browser send another name than its own. The port is free, for a
/// tunnel may lead here from another.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, "")) => name,
            Some((name, port)) if is_port(port.strip_prefix(':')) => name,
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) if is_port(Some(port)) => name,
            Some(_) => return false,
            None => host,
        },
    };
    // RFC 6761, section 6.3: names below `localhost` are loopback names too.
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_address = name
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    is_address || name == "localhost" || name.ends_with(".localhost")
}

/// Parses a `Range` for a file of so many bytes (RFC 9110, section 14). Several ranges at once, or a
/// header that cannot be read, are answered with the whole, as the RFC allows.
pub fn part(range: Option<&str>, length: u64) -> Part {
    let Some((first, last)) = range.and_then(|range| {
        let (unit, range) = range.split_once('=')?;
        let (first, last) = range.trim().split_once('-')?;
        unit.trim()
            .eq_ignore_ascii_case("bytes")
            .then_some((first.trim(), last.trim()))
    }) else {
        return Part::Whole;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if last < first => Part::Whole,
        (Some(first), _) if first >= length => Part::Outside,
        (Some(first), Some(last)) => Part::Bytes(first..=last.min(length - 1)),
        (Some(first), None) if last.is_empty() => Part::Bytes(first..=length - 1),
        (None, Some(suffix)) if first.is_empty() => match suffix.min(length) {
            0 => Part::Outside,
            suffix => Part::Bytes(length - suffix..=length - 1),
        },
        _ => Part::Whole,
    }
}

/// Returns the type of a file of the output, by its ending, as hosts of static files give it.
pub fn content_type(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json; charset=utf-8",
        "xml" => "application/xml; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "bib" => "application/x-bibtex; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "webmanifest" => "application/manifest+json; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "pdf" => "application/pdf",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "gz" => "application/gzip",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

fn is_port(port: Option<&str>) -> bool {
    port.is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_hosts() {
        for host in [
            "localhost",
            "LOCALHOST:8000",
            "localhost.:1",
            "127.0.0.1:8000",
            "127.1.2.3",
            "[::1]:8000",
            "[::1]",
            "digest.localhost:80",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:8000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "notlocalhost",
            "10.0.0.1",
            "0.0.0.0:8000",
            "[::2]",
            "[::1]evil",
            "::1",
            "localhost:x",
            "localhost:80:80",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_range_is_cut_to_the_file() {
        for (range, length, expected) in [
            (None, 10, Part::Whole),
            (Some("bytes=0-3"), 10, Part::Bytes(0..=3)),
            (Some("bytes=4-"), 10, Part::Bytes(4..=9)),
            (Some("bytes=-3"), 10, Part::Bytes(7..=9)),
            (Some("bytes=-30"), 10, Part::Bytes(0..=9)),
            (Some("Bytes = 2-99"), 10, Part::Bytes(2..=9)),
            (Some("bytes=10-"), 10, Part::Outside),
            (Some("bytes=-0"), 10, Part::Outside),
            (Some("bytes=0-"), 0, Part::Outside),
            (Some("bytes=-5"), 0, Part::Outside),
            (Some("bytes=5-2"), 10, Part::Whole),
            (Some("bytes=0-1,3-4"), 10, Part::Whole),
            (Some("bytes=a-b"), 10, Part::Whole),
            (Some("bytes=-"), 10, Part::Whole),
            (Some("pages=1-2"), 10, Part::Whole),
            (Some("bytes=99999999999999999999-"), 10, Part::Outside),
        ] {
            assert_eq!(part(range, length), expected, "{range:?}");
        }
    }

    #[test]
    fn the_ending_tells_the_type() {
        assert_eq!(content_type("a/b.html"), "text/html; charset=utf-8");
        assert_eq!(content_type("Fig.PNG"), "image/png");
        assert_eq!(content_type("CNAME"), "application/octet-stream");
    }
}
