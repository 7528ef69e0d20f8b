//! What the command says about itself: help with examples, man pages, completions.
#![allow(clippy::disallowed_methods)]

mod support;

use support::Sandbox;

const COMMANDS: &[&str] = &[
    "init",
    "import",
    "enrich",
    "new",
    "build",
    #[cfg(feature = "serve")]
    "serve",
    "check",
    "email",
    "explain",
    "list",
    "tags",
    "theme",
    "fmt",
    "schema",
    "completions",
    "man",
];

#[test]
fn the_help_of_every_command_teaches_by_example() {
    let site = Sandbox::new();
    for command in COMMANDS {
        let ran = site.digest(&[command, "--help"]);
        assert_eq!(ran.code, 0, "{command}");
        let example = format!("digest {command} ");
        let examples = ran.stdout.split("Examples:").nth(1).unwrap_or_default();
        assert!(
            examples.contains(&example) || examples.contains(&format!("digest {command}\n")),
            "{command}"
        );
    }
}

#[test]
fn the_list_of_commands_here_is_whole() {
    let help = Sandbox::new().digest(&["--help"]).stdout;
    let section = help.split("Commands:\n").nth(1).unwrap_or_default();
    let listed = section
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    assert_eq!(listed.collect::<Vec<_>>(), COMMANDS);
}

#[test]
fn every_command_has_a_man_page() {
    let site = Sandbox::new();
    for command in COMMANDS {
        let ran = site.digest(&["man", command]);
        assert!(
            ran.stdout.contains(&format!(".TH digest-{command} 1")),
            "{}",
            ran.stdout
        );
    }
    let whole = site.digest(&["man"]);
    assert!(whole.stdout.contains(".TH digest 1"), "{}", whole.stdout);
}

#[test]
fn every_shell_completes_every_command() {
    let site = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = site.digest(&["completions", shell]);
        assert_eq!(ran.code, 0, "{shell}: {}", ran.stderr);
        for command in COMMANDS {
            assert!(ran.stdout.contains(command), "{shell}: {command}");
        }
    }
}
