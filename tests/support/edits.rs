//! What happens to a site's files between two looks at it, by chance.

use proptest::prelude::*;

use crate::folder::{Folder, paper};

/// What a curator, an editor or git does between two looks at the site.
#[derive(Debug, Clone)]
pub enum Edit {
    Paper {
        day: u8,
        name: u8,
        title: u8,
        tags: u8,
        body: u8,
    },
    SaveByRename {
        day: u8,
        name: u8,
        body: u8,
    },
    Body {
        paper: u8,
        body: u8,
    },
    /// One key of the front matter, and no other.
    Front {
        paper: u8,
        key: u8,
        value: u8,
    },
    Vocabulary {
        tags: u8,
    },
    Rename {
        from: u8,
        to: u8,
    },
    Delete {
        paper: u8,
    },
    DeleteDay {
        day: u8,
    },
    MoveDay {
        from: u8,
        to: u8,
    },
    Checkout {
        seed: u8,
    },
    Words {
        day: u8,
        title: u8,
    },
    Page {
        name: u8,
        body: u8,
    },
    Settings {
        title: u8,
        per_page: u8,
    },
    NoSettings,
    Template {
        text: u8,
    },
    NoTheme,
    Style {
        colour: u8,
    },
    Static {
        name: u8,
        text: u8,
    },
    NoStatics,
    Picture {
        day: u8,
        bytes: u8,
    },
    Mistake {
        day: u8,
        name: u8,
        kind: u8,
    },
}

pub fn edit() -> impl Strategy<Value = Edit> {
    let n = 0..4_u8;
    prop_oneof![
        5 => (n.clone(), n.clone(), n.clone(), n.clone(), 0..7_u8)
            .prop_map(|(day, name, title, tags, body)| Edit::Paper { day, name, title, tags, body }),
        2 => (n.clone(), n.clone(), 0..7_u8)
            .prop_map(|(day, name, body)| Edit::SaveByRename { day, name, body }),
        5 => (n.clone(), n.clone()).prop_map(|(paper, body)| Edit::Body { paper, body }),
        8 => (n.clone(), 0..8_u8, n.clone())
            .prop_map(|(paper, key, value)| Edit::Front { paper, key, value }),
        1 => n.clone().prop_map(|tags| Edit::Vocabulary { tags }),
        2 => (n.clone(), n.clone()).prop_map(|(from, to)| Edit::Rename { from, to }),
        2 => n.clone().prop_map(|paper| Edit::Delete { paper }),
        1 => n.clone().prop_map(|day| Edit::DeleteDay { day }),
        1 => (n.clone(), n.clone()).prop_map(|(from, to)| Edit::MoveDay { from, to }),
        1 => n.clone().prop_map(|seed| Edit::Checkout { seed }),
        1 => (n.clone(), n.clone()).prop_map(|(day, title)| Edit::Words { day, title }),
        1 => (n.clone(), n.clone()).prop_map(|(name, body)| Edit::Page { name, body }),
        1 => (n.clone(), 1..4_u8).prop_map(|(title, per_page)| Edit::Settings { title, per_page }),
        1 => Just(Edit::NoSettings),
        1 => n.clone().prop_map(|text| Edit::Template { text }),
        1 => Just(Edit::NoTheme),
        1 => n.clone().prop_map(|colour| Edit::Style { colour }),
        1 => (n.clone(), n.clone()).prop_map(|(name, text)| Edit::Static { name, text }),
        1 => Just(Edit::NoStatics),
        1 => (n.clone(), n.clone()).prop_map(|(day, bytes)| Edit::Picture { day, bytes }),
        2 => (n.clone(), n.clone(), n).prop_map(|(day, name, kind)| Edit::Mistake { day, name, kind }),
    ]
}

impl Edit {
    pub fn apply(&self, folder: &Folder) {
        match *self {
            Edit::Paper {
                day,
                name,
                title,
                tags,
                body,
            } => {
                folder.write(&paper_name(day, name), paper_text(name, title, tags, body));
            }
            Edit::SaveByRename { day, name, body } => {
                let target = paper_name(day, name);
                let aside = format!("{target}~");
                folder.write(&aside, paper_text(name, 0, 0, body));
                folder.rename(&aside, &target);
            }
            Edit::Body { paper, body } => {
                if let Some(name) = nth_paper(folder, paper) {
                    let path = folder.root().join(&name);
                    let text = std::fs::read_to_string(path).expect("a paper");
                    let more = [
                        "A replay buffer mitigates catastrophic forgetting.",
                        "[home](/)",
                        "![f](fig.png)",
                        "```rust\nfn x() {}\n```",
                    ];
                    folder.write(&name, format!("{text}\n{}\n", more[usize::from(body % 4)]));
                }
            }
            Edit::Front { paper, key, value } => {
                if let Some(name) = nth_paper(folder, paper) {
                    change_front(folder, &name, key, value);
                }
            }
            Edit::Vocabulary { tags } => {
                let text = [
                    "vision: {name: Seeing}\nagents: {}\nbulk: {}\n",
                    "vision: {aliases: [sight]}\nagents: {}\nbulk: {}\n",
                    "vision: {}\n",
                ];
                match text.get(usize::from(tags)) {
                    Some(text) => folder.write("content/tags.yaml", *text),
                    None => delete_if_there(folder, "content/tags.yaml"),
                }
            }
            Edit::Rename { from, to } => {
                let from = nth_paper(folder, from);
                if let Some(from) = from {
                    folder.rename(&from, &paper_name(to, to));
                }
            }
            Edit::Delete { paper } => {
                if let Some(name) = nth_paper(folder, paper) {
                    folder.delete(&name);
                }
            }
            Edit::DeleteDay { day } => delete_if_there(folder, &day_folder(day)),
            Edit::MoveDay { from, to } => {
                let (from, to) = (day_folder(from), day_folder(to));
                if from != to && folder.root().join(&from).exists() {
                    delete_if_there(folder, &to);
                    folder.rename(&from, &to);
                }
            }
            Edit::Checkout { seed } => {
                for number in 0..30 {
                    let name = format!("many-{number}");
                    let file = format!("{}/{name}.md", day_folder(number % 4));
                    folder.write(&file, paper(&format!("Many {number} {seed}"), "bulk", "x"));
                }
            }
            Edit::Words { day, title } => {
                let date = day_folder(day)
                    .rsplit('/')
                    .next()
                    .expect("a date")
                    .to_owned();
                let text = format!("---\ntitle: 'Words {title}'\n---\nRead this.\n");
                folder.write(&format!("content/issues/{date}.md"), text);
            }
            Edit::Page { name, body } => {
                let text = format!(
                    "---\ntitle: 'Page {name}'\n---\nText {body}.\n\n```rust\nfn x() {{}}\n```\n"
                );
                folder.write(&format!("content/pages/page-{name}.md"), text);
            }
            Edit::Settings { title, per_page } => {
                let text =
                    format!("title = 'Site {title}'\n[build]\npapers_per_page = {per_page}\n");
                folder.write("site.toml", text);
            }
            Edit::NoSettings => delete_if_there(folder, "site.toml"),
            Edit::Template { text } => {
                let text = format!("<footer>{text} {{{{ site.title }}}}</footer>\n");
                folder.write("themes/default/templates/parts/footer.html", text);
            }
            Edit::NoTheme => delete_if_there(folder, "themes"),
            Edit::Style { colour } => {
                let text = format!("body {{ color: #{colour}{colour}{colour} }}\n");
                folder.write("themes/default/static/style.css", text);
            }
            Edit::Static { name, text } => {
                folder.write(&format!("static/x/{name}.txt"), text.to_string());
            }
            Edit::NoStatics => delete_if_there(folder, "static"),
            Edit::Picture { day, bytes } => {
                folder.write(&format!("{}/fig.png", day_folder(day)), vec![bytes; 3]);
            }
            Edit::Mistake { day, name, kind } => {
                let text = match kind {
                    0 => "---\ntitle: [\n---\nx\n".to_owned(),
                    1 => "no front matter\n".to_owned(),
                    2 => "---\ntitle: 'x'\nbad: 1\n---\n".to_owned(),
                    _ => paper("M", "a", "[gone](gone.md)"),
                };
                folder.write(&paper_name(day, name), text);
            }
        }
    }
}

pub fn day_folder(day: u8) -> String {
    ["2025-08-05", "2025-08-06", "2025-08-31", "2026-01-01"]
        .map(|day| format!("content/papers/{day}"))[usize::from(day % 4)]
    .clone()
}

pub fn paper_name(day: u8, name: u8) -> String {
    format!(
        "{}/{}.md",
        day_folder(day),
        ["orca", "vit", "llama", "moe"][usize::from(name % 4)]
    )
}

pub fn paper_text(name: u8, title: u8, tags: u8, body: u8) -> String {
    let tags = ["", "vision", "vision, agents", "bulk"][usize::from(tags % 4)];
    // Two of them share phrases, so that a body says which papers are related; one has a mistake.
    let ends = [
        "mitigates catastrophic forgetting with replay",
        "![f](fig.png) of a replay buffer",
        "$x^2$",
        "[home](/)",
        "$\\frac{1$",
        "and a note[^1].\n\n[^1]: A note.\n\n# A heading",
        "\n\n```rust\nfn main() {}\n```\n",
    ];
    let body = format!("Text {body} {}", ends[usize::from(body) % ends.len()]);
    paper(&format!("Title {name} {title}"), tags, &body)
}

/// Puts a key into the front matter of a paper, in the place of one of that name.
fn change_front(folder: &Folder, name: &str, key: u8, value: u8) {
    let path = folder.root().join(name);
    let text = std::fs::read_to_string(path).expect("a paper");
    let number = value % 2;
    let line = match key {
        0 => format!("note: 'Note {value}, [home](/), [it](orca.md)'"),
        1 => format!("arxiv: '2501.0000{number}'"),
        2 => format!("doi: '10.1000/X{number}'"),
        3 => format!("featured: {}", number == 0),
        4 => format!("aliases: [/old/{value}/]"),
        5 => format!("authors: [Author {value}]"),
        6 => format!("title: 'Title {number}'"),
        _ => {
            let tags = ["vision", "Vision, agents", "sight, bulk", "vision, vision"];
            format!("tags: [{}]", tags[usize::from(value)])
        }
    };
    let (word, _) = line.split_once(':').expect("a key");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.retain(|line| !line.starts_with(&format!("{word}:")));
    lines.insert(1, &line);
    folder.write(name, format!("{}\n", lines.join("\n")));
}

fn nth_paper(folder: &Folder, number: u8) -> Option<String> {
    let mut names: Vec<String> = (0..4_u8)
        .flat_map(|day| (0..4).map(move |name| paper_name(day, name)))
        .filter(|name| folder.root().join(name).exists())
        .collect();
    names.sort();
    let count = names.len();
    names.into_iter().nth(usize::from(number) % count.max(1))
}

fn delete_if_there(folder: &Folder, name: &str) {
    if folder.root().join(name).exists() {
        folder.delete(name);
    }
}
