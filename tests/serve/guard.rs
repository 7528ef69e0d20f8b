//! What is served, under which names, and nothing else.

use crate::client::{Folder, Preview, paper};

const ORCA: &str = "content/papers/2025-08-06/orca.md";

fn site() -> Folder {
    Folder::with(&[
        ("site.toml", "title = 'S'\n"),
        (ORCA, &paper("Orca", "vision", "A *whale*.")),
        ("static/film.mp4", "0123456789"),
        ("static/CNAME", "example.org"),
        ("static/a b/ü.txt", "text"),
        ("secret.txt", "secret"),
        ("content/papers/2025-08-06/fig.png", "png"),
    ])
}

#[test]
fn addresses_answer_as_on_the_host() {
    let folder = site();
    let preview = Preview::start(&folder);
    for (path, status, kind) in [
        ("/", 200, "text/html; charset=utf-8"),
        ("/index.html", 200, "text/html; charset=utf-8"),
        ("/papers/orca.html", 200, "text/html; charset=utf-8"),
        ("/papers/orca", 200, "text/html; charset=utf-8"),
        ("/papers/orca?x=1", 200, "text/html; charset=utf-8"),
        ("/tags/", 200, "text/html; charset=utf-8"),
        ("/2025/08/", 200, "text/html; charset=utf-8"),
        ("/feed.xml", 200, "application/xml; charset=utf-8"),
        ("/theme/style.css", 200, "text/css; charset=utf-8"),
        ("/robots.txt", 200, "text/plain; charset=utf-8"),
        ("/papers/2025-08-06/fig.png", 200, "image/png"),
        ("/film.mp4", 200, "video/mp4"),
        ("/CNAME", 200, "application/octet-stream"),
        ("/a%20b/%C3%BC.txt", 200, "text/plain; charset=utf-8"),
        ("/papers/orca/", 404, "text/html; charset=utf-8"),
        ("/no/such/page", 404, "text/html; charset=utf-8"),
        ("/Papers/orca.html", 404, "text/html; charset=utf-8"),
    ] {
        let answer = preview.get(path);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, kind),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(
            answer.header("content-length"),
            answer.body.len().to_string(),
            "{path}"
        );
    }
    let missing = preview.page("/no/such/page");
    assert_eq!(missing, preview.page("/404.html"));
    let folder_address = preview.get("/2025/08?x=1");
    assert_eq!(
        (folder_address.status, folder_address.header("location")),
        (301, "/2025/08/?x=1")
    );
}

#[test]
fn nothing_outside_the_site_is_served() {
    let folder = site();
    #[cfg(unix)]
    {
        let outside = tempfile::tempdir().expect("a folder");
        std::fs::write(outside.path().join("passwd"), "secret").expect("a file");
        let link = |name: &str, to: &std::path::Path| {
            std::os::unix::fs::symlink(to, folder.root().join(name)).expect("a link");
        };
        link("static/passwd", &outside.path().join("passwd"));
        link("static/etc", outside.path());
        link("static/inside.txt", &folder.root().join("static/CNAME"));
        // The folder must outlive the preview.
        std::mem::forget(outside);
    }
    let preview = Preview::start(&folder);
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/static/../../secret.txt",
        "/papers/../../secret.txt",
        "/..%5csecret.txt",
        "/a%20b/..%2f..%2fsecret.txt",
        "/secret.txt",
        "/site.toml",
        "/content/papers/2025-08-06/orca.md",
        "//secret.txt",
        "//etc/passwd",
        "/passwd",
        "/etc/passwd",
        "/.digest/../secret.txt",
        "/%00",
        "/%ff%fe",
    ] {
        let answer = preview.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("secret"), "{path}");
    }
    if cfg!(unix) {
        assert_eq!(preview.get("/inside.txt").text(), "example.org");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_becomes_a_link_outside_is_gone() {
    let folder = site();
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("secret"), "secret").expect("a file");
    let preview = Preview::start(&folder);
    assert_eq!(preview.get("/film.mp4").text(), "0123456789");
    folder.delete("static/film.mp4");
    let link = folder.root().join("static/film.mp4");
    std::os::unix::fs::symlink(outside.path().join("secret"), link).expect("a link");
    assert_eq!(preview.get("/film.mp4").status, 404);
}

#[test]
fn another_hosts_name_is_turned_away() {
    let folder = site();
    let preview = Preview::start(&folder);
    for host in ["localhost", "127.0.0.1:1", "[::1]:8000", "digest.localhost"] {
        let answer = preview.ask("GET", "/", &[&format!("Host: {host}")]);
        assert_eq!(answer.status, 200, "{host}");
    }
    for request in [
        "GET / HTTP/1.1\r\nConnection: close\r\nHost: evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1.evil.example:8000\r\n\r\n",
        "GET / HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\n\r\n",
        "GET /.digest/events?page=/ HTTP/1.1\r\nConnection: close\r\nHost: evil.example\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
    ] {
        let answer = preview.send(request);
        assert_eq!(answer.status, 403, "{request}");
        assert!(!answer.text().contains("Orca"), "{request}");
    }
}

#[test]
fn a_preview_is_only_read() {
    let folder = site();
    let preview = Preview::start(&folder);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let answer = preview.ask(method, "/", &["Content-Length: 0"]);
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, "GET, HEAD"),
            "{method}"
        );
    }
}

#[test]
fn a_head_is_the_answer_without_its_body() {
    let folder = site();
    let preview = Preview::start(&folder);
    for path in [
        "/",
        "/papers/orca.html",
        "/film.mp4",
        "/no",
        "/feed.xml",
        "/.digest/live.js",
    ] {
        let (get, head) = (preview.get(path), preview.ask("HEAD", path, &[]));
        assert_eq!(head.body, b"", "{path}");
        assert_eq!(head.status, get.status, "{path}");
        for name in ["content-length", "content-type"] {
            assert_eq!(head.header(name), get.header(name), "{path}");
        }
    }
}

#[test]
fn a_part_of_a_film_can_be_had() {
    let folder = site();
    let large: Vec<u8> = (0..1_000_000_u32).map(|n| n as u8).collect();
    folder.write("static/large.mp4", &large);
    let preview = Preview::start(&folder);
    let ask = |path: &str, range: &str| preview.ask("GET", path, &[&format!("Range: {range}")]);
    for (range, status, about, body) in [
        ("bytes=2-4", 206, "bytes 2-4/10", "234"),
        ("bytes=7-", 206, "bytes 7-9/10", "789"),
        ("bytes=-2", 206, "bytes 8-9/10", "89"),
        ("bytes=5-99", 206, "bytes 5-9/10", "56789"),
        ("bytes=10-", 416, "bytes */10", ""),
        ("bytes=0-1,3-4", 200, "", "0123456789"),
        ("nonsense", 200, "", "0123456789"),
    ] {
        let answer = ask("/film.mp4", range);
        let found = (answer.status, answer.header("content-range"), answer.text());
        assert_eq!(found, (status, about, body.to_owned()), "{range}");
        assert_eq!(answer.header("accept-ranges"), "bytes", "{range}");
    }
    assert_eq!(preview.get("/large.mp4").body, large);
    assert_eq!(
        ask("/large.mp4", "bytes=300000-899999").body,
        large[300_000..900_000]
    );
    let conditional = ["Range: bytes=2-4", "If-Range: \"x\""];
    assert_eq!(preview.ask("GET", "/film.mp4", &conditional).status, 200);
}

#[test]
fn a_site_is_served_under_the_path_where_it_will_stand() {
    let folder = site();
    let preview = Preview::start_with(&folder, &["--port", "0", "--base-path", "/repo"]);
    assert!(preview.log().contains("/repo/ (press"), "{}", preview.log());
    let home = preview.get("/repo/");
    assert!(
        home.text().contains("href=\"/repo/papers/orca.html\""),
        "{}",
        home.text()
    );
    assert!(home.text().contains("src=\"/repo/.digest/live.js\""));
    assert_eq!(preview.get("/repo/papers/orca").status, 200);
    assert_eq!(preview.get("/papers/orca.html").status, 404);
    for near in ["/", "/repo"] {
        let answer = preview.get(near);
        assert_eq!(
            (answer.status, answer.header("location")),
            (307, "/repo/"),
            "{near}"
        );
    }
    let (problems, _) = preview
        .listen("/repo/papers/orca.html")
        .wait_for("problems");
    assert!(problems.contains("\"errors\":0"), "{problems}");
}

#[test]
fn the_next_free_port_is_taken_and_said() {
    let folder = site();
    // The socket is held, and some port behind it is free.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let preview = Preview::start_with(&folder, &["--port", &port.to_string()]);
    assert!(
        preview.log().contains(&format!("port {port} is taken\n")),
        "{}",
        preview.log()
    );
    assert!(preview.port > port);
    assert_eq!(preview.get("/").status, 200);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_preview_at_once_and_leaves_nothing() {
    let folder = site();
    let own = tempfile::tempdir().expect("a folder");
    let environment = [("TMPDIR", own.path().as_os_str())];
    let mut preview = Preview::start_in(&folder, &["--port", "0"], &environment);
    let mut open = preview.listen("/");
    open.wait_for("problems");
    let (code, time) = preview.interrupt();
    assert_eq!(code, Some(0));
    assert!(time < std::time::Duration::from_secs(2), "{time:?}");
    let left: Vec<_> = std::fs::read_dir(own.path()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(unix)]
#[test]
fn the_site_is_opened_in_a_browser() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = site();
    let seen = folder.root().join("seen");
    let script = format!(
        "#!/bin/sh\necho \"$1\" > {0}.new && mv {0}.new {0}\n",
        seen.display()
    );
    folder.write("browser", script);
    let browser = folder.root().join("browser");
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).expect("set");
    let environment = [("BROWSER", browser.as_os_str())];
    let preview = Preview::start_in(&folder, &["--port", "0", "--open"], &environment);
    crate::client::wait_until("the browser", || seen.exists());
    let address = std::fs::read_to_string(&seen).expect("an address");
    assert_eq!(
        address.trim(),
        format!("http://127.0.0.1:{}/", preview.port)
    );
}
