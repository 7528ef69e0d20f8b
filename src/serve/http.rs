//! The server: sockets, headers and the stream of notices.
//!
//! The only module that names `axum` and `tokio`. One thread answers; what takes time (rendering,
//! reading) is done beside it. Listens on loopback alone.

use std::convert::Infallible;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::watch;

use crate::address::decode_path;
use crate::disk;

use super::live;
use super::preview::{Notice, Noticing, Opened, Preview, Seen, Step};
use super::request::{self, Part};

/// How many ports behind the wanted one are tried when it is taken.
const NEIGHBOURS: u16 = 100;
/// How much of a file is read at a time.
const CHUNK: u64 = 256 * 1024;
/// After this time of silence a comment is sent, which shows whether the page is still there.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// This is a socket that is ready to answer.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// What requests are answered from.
#[derive(Clone)]
struct App {
    root: Arc<PathBuf>,
    base: Arc<str>,
    preview: Arc<Preview>,
    news: watch::Receiver<u64>,
    /// Tells this run from another, whose versions mean nothing here.
    run: u32,
}

impl Server {
    /// Listens on a port of this machine, or on the next free one; 0 is any.
    pub fn bind(port: u16) -> Result<Server> {
        let last = if port == 0 {
            0
        } else {
            port.saturating_add(NEIGHBOURS)
        };
        let tries = (port..=last).map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)));
        let mut failure = None;
        for attempt in tries {
            match attempt {
                Ok(listener) => {
                    let address = listener.local_addr()?;
                    return Ok(Server { listener, address });
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let failure = failure.expect("at least one port was tried");
        Err(failure).with_context(|| format!("cannot listen on port {port}, nor on one behind it"))
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

/// Answers requests until somebody presses Ctrl-C; then it ends at once, whatever it is doing.
pub fn run(
    server: Server,
    root: PathBuf,
    base: &str,
    preview: Arc<Preview>,
    noticing: Noticing,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(16)
        .build()
        .context("cannot start the server")?;
    let (sender, news) = watch::channel(preview.version());
    preview.on_change(move |version| {
        sender.send_replace(version);
    });
    let following = preview.clone();
    std::thread::spawn(move || following.follow(noticing));
    let app = App {
        root: Arc::new(root),
        base: base.into(),
        preview: preview.clone(),
        news,
        run: std::process::id(),
    };
    let served = runtime.block_on(async {
        server.listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(server.listener)?;
        let router = Router::new().fallback(answer).with_state(app);
        tokio::select! {
            served = axum::serve(listener, router) => served,
            pressed = interrupted() => pressed,
        }
    });
    // Pages that are being rendered are not waited for.
    runtime.shutdown_background();
    preview.stop();
    served.context("the server failed")
}

async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

async fn answer(State(app): State<App>, request: Request) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let headers = request.headers();
    let mut response = match refuse(&method, &uri, headers) {
        Some(refusal) => refusal,
        None => route(app, &uri, headers).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        // What is shown is never older than its sources.
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-resource-policy",
        header::HeaderValue::from_static("same-origin"),
    );
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

/// Only readers, and only those who know this machine by a name of its own.
fn refuse(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = uri
        .authority()
        .map(|authority| authority.as_str().to_owned());
    let host = host.or_else(|| Some(hosts.next()?.to_str().ok()?.to_owned()));
    if hosts.next().is_some() || !host.as_deref().is_some_and(request::is_loopback) {
        let text = "This preview answers only under localhost and 127.0.0.1.\n";
        return Some(plain(StatusCode::FORBIDDEN, text));
    }
    if method != Method::GET && method != Method::HEAD {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "A preview is read only.\n");
        let allow = header::HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(header::ALLOW, allow);
        return Some(response);
    }
    None
}

async fn route(app: App, uri: &Uri, headers: &HeaderMap) -> Response {
    let query = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let Some(address) = uri.path().strip_prefix(app.base.as_ref()) else {
        // The home page is what somebody means who leaves the base out.
        let is_near = uri.path() == "/" || format!("{}/", uri.path()) == app.base.as_ref();
        return if is_near {
            moved(
                StatusCode::TEMPORARY_REDIRECT,
                &format!("{}{query}", app.base),
            )
        } else {
            let text = format!("The site is served under {}\n", app.base);
            plain(StatusCode::NOT_FOUND, &text)
        };
    };
    match address.strip_prefix(live::OWN_FOLDER) {
        Some("live.js") => typed(StatusCode::OK, "live.js", live::SCRIPT.into()),
        Some("events") => events(app, uri.query().unwrap_or("")),
        Some(_) => plain(StatusCode::NOT_FOUND, "not found\n"),
        None => {
            let address = decode_path(address);
            let range = headers
                .get(header::RANGE)
                .and_then(|range| range.to_str().ok());
            // There are no validators, so a condition on one never holds (RFC 9110, section 13.1.5).
            let range = range.filter(|_| !headers.contains_key(header::IF_RANGE));
            let range = range.map(str::to_owned);
            let work = move || page(&app, &address, &query, range.as_deref());
            let response = tokio::task::spawn_blocking(work).await;
            response.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR, "failed\n"))
        }
    }
}

/// Answers with what is at an address; blocks.
fn page(app: &App, address: &str, query: &str, range: Option<&str>) -> Response {
    let (opened, version) = app.preview.open(address);
    match opened {
        Opened::Page(status, path, bytes) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            if path.ends_with(".html") {
                let version = format!("{:x}-{version}", app.run);
                return typed(status, &path, live::inject(&bytes, &app.base, &version));
            }
            ranged(status, &path, range, bytes.len() as u64, |first, length| {
                let first = first as usize;
                Body::from(bytes[first..first + length as usize].to_vec())
            })
        }
        Opened::File(status, path, source) => match disk::open_source(&app.root, &source) {
            Ok(Some((file, length))) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
                ranged(status, &path, range, length, |first, length| {
                    stream_file(file, first, length)
                })
            }
            Ok(None) => plain(StatusCode::NOT_FOUND, "not found\n"),
            Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}\n")),
        },
        Opened::Folder(link) => moved(StatusCode::MOVED_PERMANENTLY, &format!("{link}{query}")),
    }
}

fn plain(status: StatusCode, text: &str) -> Response {
    typed(status, "x.txt", text.as_bytes().to_vec())
}

fn typed(status: StatusCode, path: &str, bytes: Vec<u8>) -> Response {
    let length = bytes.len();
    let headers = [
        (header::CONTENT_TYPE, request::content_type(path).to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    (status, headers, bytes).into_response()
}

fn moved(status: StatusCode, location: &str) -> Response {
    let mut response = plain(status, "moved\n");
    if let Ok(location) = header::HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn ranged(
    status: StatusCode,
    path: &str,
    range: Option<&str>,
    length: u64,
    body: impl FnOnce(u64, u64) -> Body,
) -> Response {
    let part = match status {
        StatusCode::OK => request::part(range, length),
        _ => Part::Whole,
    };
    let (status, first, size) = match &part {
        Part::Whole => (status, 0, length),
        Part::Bytes(bytes) => (
            StatusCode::PARTIAL_CONTENT,
            *bytes.start(),
            bytes.end() - bytes.start() + 1,
        ),
        Part::Outside => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, request::content_type(path))
        .header(header::CONTENT_LENGTH, size)
        .header(header::ACCEPT_RANGES, "bytes");
    response = match part {
        Part::Whole => response,
        Part::Bytes(bytes) => response.header(
            header::CONTENT_RANGE,
            format!("bytes {}-{}/{length}", bytes.start(), bytes.end()),
        ),
        Part::Outside => response.header(header::CONTENT_RANGE, format!("bytes */{length}")),
    };
    let body = if size == 0 {
        Body::empty()
    } else {
        body(first, size)
    };
    response.body(body).expect("every header is well formed")
}

/// A film is sent as it is read: it may be larger than the memory.
fn stream_file(file: File, first: u64, length: u64) -> Body {
    let read = |(mut file, at, left): (File, Option<u64>, u64)| async move {
        if left == 0 {
            return None;
        }
        let work = move || -> std::io::Result<(Vec<u8>, File)> {
            if let Some(at) = at {
                file.seek(SeekFrom::Start(at))?;
            }
            let mut chunk = Vec::new();
            (&mut file).take(left.min(CHUNK)).read_to_end(&mut chunk)?;
            if chunk.is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            Ok((chunk, file))
        };
        let done = tokio::task::spawn_blocking(work).await;
        match done.unwrap_or_else(|error| Err(std::io::Error::other(error))) {
            Ok((chunk, file)) => {
                let left = left - chunk.len() as u64;
                Some((Ok::<_, std::io::Error>(chunk), Some((file, None, left))))
            }
            Err(error) => Some((Err(error), None)),
        }
    };
    let start = Some((file, Some(first), length));
    Body::from_stream(stream::unfold(start, move |state| async move {
        match state {
            Some(state) => read(state).await,
            None => None,
        }
    }))
}

/// Tells a page what changes, for as long as it is open.
fn events(app: App, query: &str) -> Response {
    let Some(seen) = parse_seen(&app, query) else {
        return plain(StatusCode::BAD_REQUEST, "which page?\n");
    };
    app.preview.join();
    let mut news = app.news.clone();
    // The first look is at once: the page may have been loaded before the last change.
    news.mark_changed();
    let state = Reader {
        app,
        news,
        seen,
        troubles: None,
    };
    let notices = stream::unfold(state, |mut state| async move {
        loop {
            state.news.changed().await.ok()?;
            let (app, seen) = (state.app.clone(), state.seen.clone());
            let look = tokio::task::spawn_blocking(move || app.preview.look(&seen));
            let notice = look.await.ok()?;
            let events = state.take_in(notice);
            if !events.is_empty() {
                let events = events.into_iter().map(Ok::<_, Infallible>);
                return Some((stream::iter(events), state));
            }
        }
    });
    let notices = futures_util::StreamExt::flatten(notices);
    Sse::new(notices)
        .keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE))
        .into_response()
}

/// An open page, as far as the server knows it.
struct Reader {
    app: App,
    news: watch::Receiver<u64>,
    seen: Seen,
    troubles: Option<String>,
}

impl Reader {
    fn take_in(&mut self, notice: Notice) -> Vec<Event> {
        let mut events = Vec::new();
        let troubles = live::problems_json(&notice.troubles);
        if self.troubles.as_ref() != Some(&troubles) {
            events.push(Event::default().event("problems").data(&troubles));
            self.troubles = Some(troubles);
        }
        match notice.step {
            Step::Stay => {}
            Step::Styles(links) => {
                let links = serde_json::Value::from(links).to_string();
                events.push(Event::default().event("styles").data(links));
            }
            // A browser drops an event without data.
            Step::Reload => events.push(Event::default().event("reload").data("now")),
        }
        if notice.version != self.seen.version {
            self.seen.version = notice.version;
            let version = format!("{:x}-{}", self.app.run, notice.version);
            events.push(Event::default().event("version").data(version));
        }
        events
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.app.preview.leave();
    }
}

fn parse_seen(app: &App, query: &str) -> Option<Seen> {
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decode_path(value))
    };
    // A browser's address is encoded itself, and was encoded once more for the query.
    let page = decode_path(&value("page")?);
    let (run, version) = value("version")?
        .split_once('-')
        .map(|(run, version)| (u32::from_str_radix(run, 16).ok(), version.parse().ok()))?;
    Some(Seen {
        address: page.strip_prefix(app.base.as_ref())?.to_owned(),
        print: u64::from_str_radix(&value("print")?, 16).ok()?,
        version: match run {
            Some(run) if run == app.run => version?,
            // What another run knew of style sheets is not known any more.
            _ => app.preview.version(),
        },
    })
}
