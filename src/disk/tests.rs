//! What is read of a site, and that what is written is written whole or not at all.

use super::*;

fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    root
}

fn new(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = files.iter();
    owned
        .map(|(name, text)| (name.to_string(), text.to_string()))
        .collect()
}

fn changed(files: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    let owned = files.iter();
    owned
        .map(|(name, old, new)| (name.to_string(), old.to_string(), new.to_string()))
        .collect()
}

/// All names below a folder, those of folders with a slash behind them.
fn names(root: &Path) -> Vec<String> {
    let entries = WalkDir::new(root).min_depth(1).sort_by_file_name();
    let name = |entry: walkdir::Result<walkdir::DirEntry>| {
        let entry = entry.expect("an entry");
        let name = entry.path().strip_prefix(root).expect("below").display();
        let end = if entry.file_type().is_dir() { "/" } else { "" };
        format!("{name}{end}")
    };
    entries.into_iter().map(name).collect()
}

fn text(root: &Path, name: &str) -> String {
    fs::read_to_string(root.join(name)).expect("a text")
}

#[test]
fn a_root_is_found_from_any_folder_below_it() {
    let site = root(&[("site.toml", ""), ("content/papers/a/x.md", "")]);
    let below = site.path().join("content/papers/a");
    assert_eq!(find_root(&below).as_deref(), Some(site.path()));
    let none = root(&[("content/x.md", "")]);
    assert_eq!(find_root(none.path()), None);
}

#[test]
fn the_sources_of_a_site_are_read_and_nothing_else() {
    let site = root(&[
        ("site.toml", "title = \"T\""),
        ("content/tags.yaml", "a:\n"),
        ("content/papers/b/x.md", "x"),
        ("content/papers/a/fig.png", "fig"),
        ("content/papers/a/.hidden.md", ""),
        ("content/papers/a/y.md~", ""),
        ("content/.git/z.md", ""),
        ("content/a.md", "a"),
        ("static/robots.txt", ""),
        ("static/.nojekyll", ""),
        ("static/.well-known/security.txt", ""),
        ("static/.env", ""),
        ("themes/own/static/style.css", "body {}"),
        ("themes/other/static/style.css", ""),
        ("notes.md", ""),
    ]);
    let sources = read_sources(site.path()).expect("read");
    let file = |file: &File| (file.name.to_string(), String::from_utf8(file.bytes.clone()));
    let documents: Vec<_> = sources.documents.iter().map(file).collect();
    let expected = [("content/a.md", "a"), ("content/papers/b/x.md", "x")];
    assert_eq!(
        documents,
        expected.map(|(name, text)| (name.to_owned(), Ok(text.to_owned())))
    );
    assert_eq!(sources.settings.expect("settings").bytes, b"title = \"T\"");
    assert_eq!(sources.vocabulary.expect("a vocabulary").bytes, b"a:\n");
    assert_eq!(sources.assets, ["content/papers/a/fig.png".into()]);
    let statics: [Arc<str>; 3] = [
        ".nojekyll".into(),
        ".well-known/security.txt".into(),
        "robots.txt".into(),
    ];
    assert_eq!(sources.statics, statics);

    let theme = read_theme(site.path(), "own").expect("read");
    let theme: Vec<_> = theme
        .iter()
        .map(|file| (file.path.as_str(), file.name.as_str(), &*file.bytes))
        .collect();
    let style = "themes/own/static/style.css";
    assert_eq!(theme, [("static/style.css", style, &b"body {}"[..])]);
    assert!(read_theme(site.path(), "none").expect("read").is_empty());
    let empty = read_sources(root(&[]).path()).expect("read");
    assert!(empty.settings.is_none() && empty.documents.is_empty());
}

#[test]
fn a_file_is_read_whole_and_one_that_is_not_there_is_named() {
    let long = "long ".repeat(LIKELY);
    let site = root(&[("long.md", &long), ("short.md", "short")]);
    let mut buffer = Vec::new();
    for (name, expected) in [("long.md", long.as_str()), ("short.md", "short")] {
        read_into(site.path(), name, &mut buffer).expect("read");
        assert!(buffer == expected.as_bytes(), "{name}");
        let read = read_input(&site.path().join(name)).expect("read");
        assert!(read == expected.as_bytes(), "{name}");
    }
    let path = site.path().join("gone.md");
    let expected = format!("cannot read {}", path.display());
    let error = read_into(site.path(), "gone.md", &mut buffer).expect_err("it is not there");
    assert_eq!(error.to_string(), expected);
    let error = read_input(&path).expect_err("it is not there");
    assert_eq!(error.to_string(), expected);
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_a_site() {
    use std::os::unix::fs::symlink;
    let outside = root(&[("secret.md", "secret"), ("folder/x.md", "secret")]);
    let site = root(&[("content/a.md", "a")]);
    let content = site.path().join("content");
    symlink(outside.path().join("secret.md"), content.join("b.md")).expect("a link");
    symlink(outside.path().join("folder"), content.join("c")).expect("a link");
    symlink("a.md", content.join("d.md")).expect("a link");
    symlink("nowhere.md", content.join("e.md")).expect("a link");
    symlink(".", content.join("f.md")).expect("a link");
    let (_, documents) = list_sources(site.path()).expect("listed");
    assert_eq!(documents, ["content/a.md".into(), "content/d.md".into()]);

    // Whoever makes a folder of the root a link says where the content is.
    let linked = root(&[]);
    symlink(&content, linked.path().join("content")).expect("a link");
    let (_, documents) = list_sources(linked.path()).expect("listed");
    assert!(documents.contains(&"content/a.md".into()), "{documents:?}");
}

#[test]
fn a_file_in_the_place_of_a_folder_holds_nothing() {
    let site = root(&[("content", "x"), ("themes/own", "a file")]);
    let (_, documents) = list_sources(site.path()).expect("listed");
    assert!(documents.is_empty(), "{documents:?}");
    assert!(read_theme(site.path(), "none").expect("read").is_empty());
}

#[test]
fn what_a_killed_run_left_in_the_content_is_named() {
    let site = root(&[
        ("content/papers/b/.digest-1.tmp", "saved"),
        ("content/papers/a/.digest-2.tmp", "saved"),
        ("content/papers/a/x.md", ""),
        ("content/papers/a/.digest-3", ""),
        ("content/papers/a/4.tmp", ""),
        (".digest-5.tmp", ""),
    ]);
    assert_eq!(
        left_behind(site.path()),
        [
            "content/papers/a/.digest-2.tmp",
            "content/papers/b/.digest-1.tmp"
        ]
    );
    assert!(left_behind(root(&[]).path()).is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt as _;
    let site = root(&[("content/a.md", "a")]);
    let name = std::ffi::OsStr::from_bytes(b"\xff.md");
    fs::write(site.path().join("content").join(name), "").expect("a file");
    let said = list_sources(site.path())
        .expect_err("a refusal")
        .to_string();
    assert!(said.ends_with("is not UTF-8; rename the file"), "{said}");
}

#[test]
fn new_files_are_written_all_or_none() {
    let site = root(&[("content/papers/old/x.md", "mine")]);
    let files = new(&[
        ("content/papers/2025-08-06/a.md", "a"),
        ("content/papers/2025-08-06/b.md", "b"),
    ]);
    write_new(site.path(), &files).expect("written");
    assert_eq!(text(site.path(), "content/papers/2025-08-06/b.md"), "b");

    let before = names(site.path());
    let files = new(&[
        ("content/papers/2025-08-07/c.md", "c"),
        ("content/papers/new/deep/d.md", "d"),
        ("content/papers/old/x.md", "another"),
    ]);
    let said = format!(
        "{:#}",
        write_new(site.path(), &files).expect_err("a refusal")
    );
    assert!(said.contains("x.md; nothing was written"), "{said}");
    assert_eq!(names(site.path()), before, "no file, no folder is left");
    assert_eq!(text(site.path(), "content/papers/old/x.md"), "mine");
}

#[test]
fn changed_files_are_written_all_or_none() {
    let site = root(&[("a.md", "a"), ("b.md", "b"), ("c.md", "c")]);
    let files = changed(&[("a.md", "a", "A"), ("b.md", "b", "B"), ("c.md", "c", "C")]);
    write_changed(site.path(), &files).expect("written");
    let texts = || ["a.md", "b.md", "c.md"].map(|name| text(site.path(), name));
    assert_eq!(texts(), ["A", "B", "C"]);

    // Somebody saved one of them; nobody knew.
    let files = changed(&[("a.md", "A", "1"), ("b.md", "B", "2"), ("c.md", "c", "3")]);
    let said = write_changed(site.path(), &files).expect_err("a refusal");
    assert_eq!(
        said.to_string(),
        "c.md was changed meanwhile; nothing was written"
    );
    assert_eq!(texts(), ["A", "B", "C"]);

    let files = changed(&[("a.md", "A", "1"), ("none.md", "", "2")]);
    let said = write_changed(site.path(), &files).expect_err("a refusal");
    assert_eq!(
        said.to_string(),
        "cannot write none.md; nothing was changed"
    );
    assert_eq!(texts(), ["A", "B", "C"]);
    assert_eq!(names(site.path()), ["a.md", "b.md", "c.md"]);
}

#[test]
fn a_ledger_and_an_output_are_written_whole_wherever_they_stand() {
    let site = root(&[]);
    assert_eq!(
        read_ledger(site.path(), "content/sent.txt").expect("read"),
        None
    );
    for lines in ["one\n", "one\ntwo\n"] {
        write_ledger(site.path(), "content/sent.txt", lines).expect("written");
        let read = read_ledger(site.path(), "content/sent.txt").expect("read");
        assert_eq!(read.as_deref(), Some(lines));
    }
    fs::write(site.path().join("content/sent.txt"), [0xff]).expect("a file");
    let said = read_ledger(site.path(), "content/sent.txt").expect_err("a refusal");
    assert_eq!(said.to_string(), "content/sent.txt is not UTF-8 text");

    let path = site.path().join("new/folder/man.1");
    for bytes in [b"one".as_slice(), b"two"] {
        write_output(&path, bytes).expect("written");
        assert_eq!(read_input(&path).expect("read"), bytes);
    }
    assert_eq!(names(&site.path().join("new")), ["folder/", "folder/man.1"]);
    let said = read_input(&site.path().join("none")).expect_err("an error");
    assert!(said.to_string().starts_with("cannot read "), "{said}");
}

#[cfg(unix)]
#[test]
fn a_new_file_can_be_read_by_whom_an_editor_would_let() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = root(&[("like.md", "")]);
    write_new(site.path(), &new(&[("a.md", "a")])).expect("written");
    let mode = |name: &str| {
        let metadata = fs::metadata(site.path().join(name)).expect("metadata");
        metadata.permissions().mode()
    };
    assert_eq!(mode("a.md"), mode("like.md"));
}
