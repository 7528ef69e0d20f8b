//! Changes: what a request sees, what an open page is told, and what a mistake does.

use std::process::Command;

use crate::client::{Folder, Preview, paper, wait_until};

const ORCA: &str = "content/papers/2025-08-06/orca.md";
const VIT: &str = "content/papers/2025-08-06/vit.md";

fn site() -> Folder {
    Folder::with(&[
        ("site.toml", "title = 'S'\n"),
        (ORCA, &paper("Orca", "vision", "A *whale*.")),
        (VIT, &paper("ViT", "vision", "An image.")),
    ])
}

#[test]
fn a_request_sees_every_save_before_it() {
    let folder = site();
    let preview = Preview::start(&folder);
    for number in 0..50 {
        folder.write(ORCA, paper("Orca", "vision", &format!("State {number}.")));
        let page = preview.page("/papers/orca.html");
        assert!(
            page.contains(&format!("State {number}.")),
            "{number}: {}",
            preview.log()
        );
    }
    // As many editors save: beside it, then by rename.
    for number in 0..50 {
        folder.write(
            "content/papers/2025-08-06/.orca.swp",
            paper("Orca", "", &format!("Kept {number}.")),
        );
        folder.rename("content/papers/2025-08-06/.orca.swp", ORCA);
        let page = preview.page("/papers/orca.html");
        assert!(
            page.contains(&format!("Kept {number}.")),
            "{number}: {}",
            preview.log()
        );
    }
}

#[test]
fn what_an_edit_changes_elsewhere_is_right_at_the_next_request() {
    let folder = site();
    let preview = Preview::start(&folder);
    folder.write(ORCA, paper("Killer Whale", "sea", "A *whale*."));
    for path in [
        "/",
        "/2025/08/06.html",
        "/tags/",
        "/tags/sea.html",
        "/feed.xml",
        "/papers/vit.html",
    ] {
        assert!(
            preview.page(path).contains("Killer Whale") || path == "/tags/",
            "{path}"
        );
    }
    assert!(preview.page("/tags/").contains("/tags/sea.html"));
    folder.delete(ORCA);
    assert_eq!(preview.get("/papers/orca.html").status, 404);
    assert!(!preview.page("/").contains("Killer Whale"));
    assert_eq!(preview.get("/tags/sea.html").status, 404);
}

#[test]
fn a_tag_is_called_as_its_first_paper_writes_it() {
    let folder = site();
    folder.write(ORCA, paper("Orca", "agents, sea", "A *whale*."));
    folder.write(VIT, paper("ViT", "agents, sea", "An image."));
    let preview = Preview::start(&folder);
    // A Cyrillic letter: the address is that of a tag which the starter vocabulary knows by another name.
    let agents = "\u{410}gents";
    let assert_names = |names: [&str; 2]| {
        let page = preview.page("/tags/");
        for name in names {
            assert!(page.contains(&format!("<bdi>{name}</bdi>")), "{page}");
        }
    };
    assert_names(["Agents", "sea"]);
    folder.write(ORCA, paper("Orca", &format!("{agents}, Sea"), "A *whale*."));
    assert_names([agents, "Sea"]);
    folder.write(ORCA, paper("Orca", "sea", "A *whale*."));
    assert_names(["Agents", "sea"]);
    folder.write(ORCA, paper("Orca", &format!("{agents}, sea"), "A *whale*."));
    assert_names([agents, "sea"]);
    folder.write(VIT, paper("ViT", "agents, SEA", "An image."));
    assert_names([agents, "sea"]);
}

#[test]
fn settings_templates_and_static_files_are_seen_at_once() {
    let folder = site();
    let preview = Preview::start(&folder);
    folder.write("site.toml", "title = 'Another Name'\n");
    assert!(preview.page("/").contains("Another Name"));
    // The folder is new, and so is everything in it.
    folder.write(
        "themes/default/templates/parts/footer.html",
        "<footer>one</footer>\n",
    );
    assert!(preview.page("/").contains("<footer>one</footer>"));
    folder.write(
        "themes/default/templates/parts/footer.html",
        "<footer>two</footer>\n",
    );
    assert!(preview.page("/").contains("<footer>two</footer>"));
    folder.delete("themes");
    assert!(!preview.page("/").contains("<footer>two</footer>"));
    folder.write("static/a/robots.txt", "a");
    assert_eq!(preview.get("/a/robots.txt").text(), "a");
    folder.write("static/a/robots.txt", "b");
    assert_eq!(preview.get("/a/robots.txt").text(), "b");
}

#[test]
fn a_checkout_of_many_files_is_taken_in_whole() {
    let folder = site();
    let preview = Preview::start(&folder);
    for number in 0..500 {
        let day = format!(
            "content/papers/2024-{:02}-{:02}",
            number % 12 + 1,
            number % 28 + 1
        );
        folder.write(
            &format!("{day}/p-{number}.md"),
            paper(&format!("P {number}"), "bulk", "x"),
        );
    }
    for number in [0, 250, 499] {
        assert!(
            preview
                .page(&format!("/papers/p-{number}.html"))
                .contains(&format!("P {number}"))
        );
    }
    folder.rename("content/papers", "content/old");
    assert_eq!(preview.get("/papers/p-7.html").status, 404);
    folder.rename("content/old", "content/papers");
    assert_eq!(preview.get("/papers/p-7.html").status, 200);
    folder.rename("content", "elsewhere");
    assert_eq!(preview.get("/papers/p-7.html").status, 404);
    folder.rename("elsewhere", "content");
    assert_eq!(preview.get("/papers/p-7.html").status, 200);
    folder.write(
        "content/papers/2024-01-01/p-0.md",
        paper("Changed", "bulk", "x"),
    );
    assert!(preview.page("/papers/p-0.html").contains("Changed"));
}

#[test]
fn changes_are_found_without_events_too() {
    let folder = site();
    let preview = Preview::start_with(&folder, &["--port", "0", "--poll"]);
    let mut open = preview.listen("/papers/orca.html");
    folder.write(ORCA, paper("Orca", "vision", "Found."));
    open.wait_for("reload");
    assert!(preview.page("/papers/orca.html").contains("Found."));
    folder.delete(VIT);
    wait_until("the deleted paper", || {
        preview.get("/papers/vit.html").status == 404
    });
}

#[test]
fn drafts_are_shown_when_asked_for() {
    let folder = site();
    folder.write(ORCA, "---\ntitle: Orca\ndraft: true\n---\nx\n");
    let without = Preview::start(&folder);
    assert_eq!(without.get("/papers/orca.html").status, 404);
    let with = Preview::start_with(&folder, &["--port", "0", "--drafts"]);
    assert_eq!(with.get("/papers/orca.html").status, 200);
}

#[test]
fn an_open_page_loads_again_when_it_changes_and_only_then() {
    let folder = site();
    folder.write("content/pages/about.md", "---\ntitle: About\n---\nUs.\n");
    let preview = Preview::start(&folder);
    let mut orca = preview.listen("/papers/orca.html");
    let mut about = preview.listen("/about.html");
    folder.write(ORCA, paper("Orca", "vision", "Changed."));
    orca.wait_for("reload");
    let (_, before) = about.wait_for("version");
    assert_eq!(before, ["problems"]);
    folder.write("content/pages/about.md", "---\ntitle: About\n---\nThem.\n");
    about.wait_for("reload");
}

#[test]
fn a_page_that_missed_a_change_is_told_when_it_asks() {
    let folder = site();
    let preview = Preview::start(&folder);
    let page = preview.get("/papers/orca.html").text();
    let print = page
        .split("data-page=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let print = print.expect("a print");
    let address = format!("/.digest/events?page=/papers/orca.html&print={print}&version=ffff-7");
    folder.write(ORCA, paper("Orca", "vision", "Changed."));
    preview.page("/");
    // As after a new start of the preview, whose versions mean nothing here.
    preview.listen_at(&address).wait_for("reload");
    folder.write(ORCA, paper("Orca", "vision", "A *whale*."));
    preview.page("/");
    let mut same = preview.listen_at(&address);
    same.wait_for("problems");
    folder.write(ORCA, paper("Orca", "vision", "Changed."));
    same.wait_for("reload");
}

#[test]
fn a_style_sheet_is_swapped_without_loading_the_page_again() {
    let folder = site();
    folder.write("themes/default/static/style.css", "body { color: red }\n");
    folder.write("static/own.css", "p { color: red }\n");
    let preview = Preview::start(&folder);
    let mut open = preview.listen("/");
    folder.write("themes/default/static/style.css", "body { color: blue }\n");
    let (links, before) = open.wait_for("styles");
    assert_eq!(
        (links.as_str(), before),
        ("[\"/theme/style.css\"]", vec!["problems".to_owned()])
    );
    assert_eq!(
        preview.get("/theme/style.css").text(),
        "body { color: blue }\n"
    );
    folder.write("static/own.css", "p { color: blue }\n");
    let (links, before) = open.wait_for("styles");
    assert_eq!(
        (links.as_str(), before),
        ("[\"/own.css\"]", vec!["version".to_owned()])
    );
}

#[test]
fn a_page_loads_again_when_a_picture_in_it_changes() {
    let folder = site();
    folder.write("content/papers/2025-08-06/fig.png", "one");
    folder.write(VIT, paper("ViT", "vision", "![f](fig.png)"));
    let preview = Preview::start(&folder);
    let mut vit = preview.listen("/papers/vit.html");
    let mut orca = preview.listen("/papers/orca.html");
    folder.write("content/papers/2025-08-06/fig.png", "two");
    vit.wait_for("reload");
    assert_eq!(orca.wait_for("version").1, ["problems"]);
}

#[test]
fn a_mistake_is_shown_over_the_last_good_page_and_goes_with_its_cause() {
    let folder = site();
    let preview = Preview::start(&folder);
    let good = preview.page("/papers/orca.html");
    let mut open = preview.listen("/papers/orca.html");
    assert_eq!(open.next().1, "{\"errors\":0,\"html\":\"\",\"warnings\":0}");

    folder.write(
        ORCA,
        "---\ntitle: Orca\ntagz: [<script>alert(1)</script>]\n---\nBroken.\n",
    );
    let problems = open.wait_for("problems").0;
    assert!(problems.contains("\"errors\":1"), "{problems}");
    assert!(problems.contains("error[unknown-key]"), "{problems}");
    assert!(problems.contains("orca.md:3:1"), "{problems}");
    assert!(problems.contains("did you mean `tags`?"), "{problems}");
    assert!(
        problems.contains("&lt;script&gt;") && !problems.contains("<script>"),
        "{problems}"
    );
    assert_eq!(preview.page("/papers/orca.html"), good);
    preview.wait_for_log("error[unknown-key]");
    preview.wait_for_log("the last good site is shown");

    folder.write(ORCA, paper("Orca", "vision", "A *whale*."));
    let (problems, before) = open.wait_for("problems");
    assert!(problems.contains("\"errors\":0"), "{problems}");
    assert!(!before.contains(&"reload".to_owned()), "{before:?}");
    preview.wait_for_log("all is well again");
}

#[test]
fn the_terminal_shows_a_problem_once() {
    let folder = site();
    let preview = Preview::start(&folder);
    folder.write(ORCA, "---\ntitle: Orca\ntagz: [x]\n---\n");
    preview.wait_for_log("orca.md changed: 1 error");
    for number in 0..3 {
        folder.write(VIT, paper("ViT", "vision", &format!("State {number}.")));
        preview.get("/");
    }
    wait_until("all changes", || {
        preview.log().matches("vit.md changed: 1 error").count() == 3
    });
    assert_eq!(
        preview.log().matches("error[unknown-key]").count(),
        1,
        "{}",
        preview.log()
    );
}

#[test]
fn a_preview_starts_with_a_site_that_has_errors() {
    let folder = site();
    folder.write(ORCA, "---\ntitle: Orca\ntagz: [x]\n---\n");
    let preview = Preview::start(&folder);
    assert_eq!(preview.get("/papers/vit.html").status, 200);
    let problems = preview.listen("/papers/vit.html").wait_for("problems").0;
    assert!(problems.contains("\"errors\":1"), "{problems}");
}

#[test]
fn a_template_that_cannot_be_read_leaves_the_last_good_site() {
    let folder = site();
    let preview = Preview::start(&folder);
    let good = preview.page("/");
    let mut open = preview.listen("/");
    folder.write("themes/default/templates/parts/footer.html", "{% if %}");
    let problems = loop {
        let problems = open.wait_for("problems").0;
        if problems.contains("bad-template") {
            break problems;
        }
    };
    assert!(problems.contains("parts/footer.html:1"), "{problems}");
    assert_eq!(preview.page("/"), good);
    folder.delete("themes");
    assert!(open.wait_for("problems").0.contains("\"errors\":0"));
}

#[test]
fn a_page_that_cannot_be_rendered_is_shown_as_it_last_was() {
    let folder = site();
    let preview = Preview::start(&folder);
    let good = preview.page("/papers/orca.html");
    let template = "themes/default/templates/parts/footer.html";
    folder.write(template, "{{ site.no.such.thing }}");
    assert_eq!(preview.page("/papers/orca.html"), good);
    let problems = preview.listen("/papers/orca.html").wait_for("problems").0;
    assert!(problems.contains("bad-template"), "{problems}");
    // This one was never seen.
    let other = preview.get("/papers/vit.html");
    assert_eq!(other.status, 500);
    assert!(other.text().contains("bad-template"), "{}", other.text());
    folder.write(template, "<footer>well</footer>");
    assert!(
        preview
            .page("/papers/vit.html")
            .contains("<footer>well</footer>")
    );
    assert_eq!(preview.get("/papers/vit.html").status, 200);
}

#[test]
fn a_theme_that_never_could_be_read_is_told_on_a_bare_page() {
    let folder = site();
    folder.write("themes/default/templates/parts/footer.html", "{% if <b> %}");
    let preview = Preview::start(&folder);
    let page = preview.get("/");
    assert_eq!(page.status, 500);
    assert!(
        page.text().contains("bad-template") && !page.text().contains("if <b>"),
        "{}",
        page.text()
    );
    let mut open = preview.listen("/");
    folder.delete("themes");
    open.wait_for("reload");
    assert_eq!(preview.get("/").status, 200);
}

#[test]
fn a_link_that_leads_nowhere_is_told_on_its_page() {
    let folder = site();
    folder.write(
        VIT,
        paper("ViT", "vision", "[x](/gone.html) [y](/papers/orca.html#no)"),
    );
    let preview = Preview::start(&folder);
    let problems = preview.listen("/papers/vit.html").wait_for("problems").0;
    assert!(
        problems.contains("`/gone.html` leads to no page"),
        "{problems}"
    );
    assert!(
        problems.contains("`#no` is no part of papers/orca.html"),
        "{problems}"
    );
    let problems = preview.listen("/papers/orca.html").wait_for("problems").0;
    assert!(problems.contains("\"errors\":0"), "{problems}");
    let check = Command::new(env!("CARGO_BIN_EXE_digest"))
        .args(["check", "--base-url", "/", "--root"])
        .arg(folder.root())
        .output()
        .expect("a check");
    // What the page says is what `check` says.
    let check = String::from_utf8_lossy(&check.stderr);
    let line = check
        .lines()
        .find(|line| line.contains("gone") && line.contains("vit.html"));
    preview.wait_for_log(line.expect("the same problem"));
}

#[test]
fn no_content_ends_a_preview() {
    let folder = site();
    let preview = Preview::start(&folder);
    let deep = format!("---\ntitle: x\n---\n{}", "> ".repeat(5_000));
    let formula = format!("---\ntitle: x\n---\n$${}$$\n", "{".repeat(5_000));
    let texts: [&[u8]; 9] = [
        b"",
        b"\xff\xfe\x00",
        b"---",
        b"---\n---\n",
        b"---\n: :\n- [\n---\n",
        b"---\ntitle: x\n---\n\0\x1b[31m",
        deep.as_bytes(),
        formula.as_bytes(),
        b"---\n&a [*a, *a]\n---\n",
    ];
    for text in texts {
        for name in [
            ORCA,
            "site.toml",
            "content/tags.yaml",
            "content/issues/x.md",
            "content/pages/é.md",
        ] {
            folder.write(name, text);
        }
        folder.write("themes/default/templates/paper.html", text);
        let answer = preview.get("/papers/orca.html");
        assert!(
            [200, 500].contains(&answer.status),
            "{text:?}\n{}",
            preview.log()
        );
    }
    for name in ["content", "themes"] {
        folder.delete(name);
        preview.get("/");
    }
    folder.write("site.toml", "");
    folder.write(ORCA, paper("Orca", "vision", "Back again."));
    assert!(
        preview.page("/papers/orca.html").contains("Back again."),
        "{}",
        preview.log()
    );
}
