//! Front matter and templates that are made to take for ever: each ends soon, or can be ended.
#![allow(clippy::disallowed_methods)]

mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::Sandbox;

#[test]
fn front_matter_has_a_length() {
    let site = Sandbox::new();
    let tags: Vec<String> = (0..10_000).map(|n| format!("tag-{n}")).collect();
    let aliases: String = ('b'..'j')
        .map(|c| {
            let before = char::from(c as u8 - 1);
            let many = vec![format!("*{before}"); 9].join(", ");
            format!("  {c}: &{c} [{many}]\n")
        })
        .collect();
    for (name, front) in [
        ("tags", format!("tags: [{}]\n", tags.join(", "))),
        (
            "aliases",
            format!("extra:\n  a: &a [x, x, x, x, x, x, x, x, x]\n{aliases}"),
        ),
        (
            "depth",
            format!("extra: {}{}\n", "[".repeat(10_000), "]".repeat(10_000)),
        ),
    ] {
        let text = format!("---\ntitle: '{name}'\n{front}---\nx\n");
        site.write(&format!("content/papers/2025-08-06/{name}.md"), &text);
    }
    let start = Instant::now();
    let ran = site.digest(&["check"]);
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("error[front-matter-too-long]"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        ran.stderr.matches("error[bad-yaml]").count(),
        2,
        "{}",
        ran.stderr
    );
}

/// A template may loop; nobody but the site's owner writes one, and Ctrl-C is the way out.
#[cfg(unix)]
#[test]
fn a_template_that_loops_can_be_interrupted() {
    let site = Sandbox::new();
    site.write(
        "content/papers/2025-08-06/a.md",
        "---\ntitle: 'A'\n---\nx\n",
    );
    assert_eq!(site.digest(&["build"]).code, 0);
    let before = site.tree("public");
    let mut template = String::new();
    for name in ["i", "j", "k", "l"] {
        template += &format!("{{% for {name} in range(end=100000) %}}");
    }
    template += &"{% endfor %}".repeat(4);
    site.write("themes/default/templates/paper.html", &template);
    for command in [["build"].as_slice(), &["serve", "--port", "0"]] {
        let mut child = site
            .command(command)
            .stderr(Stdio::null())
            .spawn()
            .expect("the command runs");
        std::thread::sleep(Duration::from_secs(2));
        assert!(child.try_wait().expect("a state").is_none() || command[0] == "serve");
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("a signal").success());
        let start = Instant::now();
        child.wait().expect("an end");
        assert!(start.elapsed() < Duration::from_secs(5), "{command:?}");
    }
    assert_eq!(site.tree("public"), before, "the old site is whole");
}
