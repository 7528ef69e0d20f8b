//! A build after another one writes what a cold build would write, and says what that would say.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use proptest::prelude::*;

#[path = "support/edits.rs"]
mod edits;
#[path = "support/folder.rs"]
mod folder;

use edits::{Edit, day_folder, edit, paper_name, paper_text};
use folder::{Folder, paper};

const MEMO: &str = ".digest-cache/build";
const PIECES: &str = ".digest-cache/pieces";
const SPARE: &str = ".digest-cache/spare";

/// What happens between two builds.
#[derive(Debug, Clone)]
struct Turn {
    edits: Vec<Edit>,
    harm: Option<Harm>,
    /// Which of a file's many it is done to.
    at: u16,
    /// What the command line says.
    arguments: &'static [&'static str],
}

/// What somebody does to the output or to the memo.
#[derive(Debug, Clone, Copy)]
enum Harm {
    /// Other bytes, as many, into the same file.
    Scribble,
    Append,
    Delete,
    /// The file is somewhere else now.
    Link,
    /// Nobody may read it.
    Hide,
    /// One page in the place of another.
    Swap,
    NoOutput,
    NoMemo,
    CutMemo,
    BendMemo,
    NoPieces,
    CutPieces,
    BendPieces,
    /// Pieces of another program, whole for that.
    OtherPieces,
    /// Nothing is in the place of the pieces that could be a folder of them.
    FileAsPieces,
    /// Other bytes into the files of the index.
    ScribbleIndex,
    /// The memo of another folder.
    Elsewhere,
    /// The site is somewhere else now, and somebody goes on with it there.
    MovedOutput,
    NoSpare,
    /// Other bytes into a file of the older site, which may be one of the output as well.
    ScribbleSpare,
    /// Another file in the place of one of the older site.
    OtherSpare,
    /// Files, folders and links that no build made, in the older site.
    CrowdedSpare,
    /// Nobody may look into a folder of the older site.
    HiddenSpare,
    /// Only the output is there, in the place of the older site as well.
    OutputAsSpare,
    /// A build was killed while it made the site of names.
    KilledBuild,
}

const HARMS: [Harm; 25] = [
    Harm::Scribble,
    Harm::Append,
    Harm::Delete,
    Harm::Link,
    Harm::Hide,
    Harm::Swap,
    Harm::NoOutput,
    Harm::NoMemo,
    Harm::CutMemo,
    Harm::BendMemo,
    Harm::NoPieces,
    Harm::CutPieces,
    Harm::BendPieces,
    Harm::OtherPieces,
    Harm::FileAsPieces,
    Harm::ScribbleIndex,
    Harm::Elsewhere,
    Harm::MovedOutput,
    Harm::NoSpare,
    Harm::ScribbleSpare,
    Harm::OtherSpare,
    Harm::CrowdedSpare,
    Harm::HiddenSpare,
    Harm::OutputAsSpare,
    Harm::KilledBuild,
];

const ARGUMENTS: [&[&str]; 3] = [
    &[],
    &["--drafts"],
    &["--base-url", "https://example.org/x/"],
];

fn turn() -> impl Strategy<Value = Turn> {
    let harm = prop::option::weighted(0.3, prop::sample::select(&HARMS[..]));
    let arguments = prop_oneof![
        6 => Just(ARGUMENTS[0]),
        1 => Just(ARGUMENTS[1]),
        1 => Just(ARGUMENTS[2]),
    ];
    let edits = prop::collection::vec(edit(), 0..3);
    let turn = (edits, harm, any::<u16>(), arguments);
    turn.prop_map(|(edits, harm, at, arguments)| Turn {
        edits,
        harm,
        at,
        arguments,
    })
}

impl Harm {
    fn apply(self, folder: &Folder, number: u16) {
        let root = folder.root();
        let (output, memo) = (root.join("public"), root.join(MEMO));
        // Without the list of its files an output is not ours.
        let files = tree(&output).into_keys();
        let pages: Vec<String> = files.filter(|name| name != ".digest").collect();
        if pages.is_empty() || !memo.exists() {
            return;
        }
        let at = |length: usize| usize::from(number) * 31 % length;
        let page = output.join(&pages[at(pages.len())]);
        match self {
            Harm::Scribble => {
                let length = fs::read(&page).expect("a page").len();
                fs::write(&page, vec![b'x'; length]).expect("scribbled");
            }
            Harm::Append => {
                let text = [fs::read(&page).expect("a page"), b"x".to_vec()].concat();
                fs::write(&page, text).expect("appended");
            }
            Harm::Delete => fs::remove_file(&page).expect("deleted"),
            Harm::Link => {
                let other = root.join("elsewhere");
                fs::rename(&page, &other).expect("moved");
                std::os::unix::fs::symlink(&other, &page).expect("linked");
            }
            Harm::Hide => {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(&page, fs::Permissions::from_mode(0o600)).expect("hidden");
            }
            Harm::Swap => {
                let (other, aside) = (output.join(&pages[0]), root.join("aside"));
                fs::rename(&page, &aside).expect("moved");
                if other.exists() {
                    fs::rename(&other, &page).expect("moved");
                }
                fs::rename(&aside, &other).expect("moved");
            }
            Harm::NoOutput => fs::remove_dir_all(&output).expect("deleted"),
            Harm::NoMemo => fs::remove_file(&memo).expect("deleted"),
            Harm::CutMemo => {
                let bytes = fs::read(&memo).expect("a memo");
                fs::write(&memo, &bytes[..at(bytes.len())]).expect("cut");
            }
            Harm::BendMemo => {
                let mut bytes = fs::read(&memo).expect("a memo");
                let at = at(bytes.len());
                bytes[at] ^= 1;
                fs::write(&memo, bytes).expect("bent");
            }
            Harm::Elsewhere => {
                let other = root.join("other/public");
                build(folder, &["--output", &other.to_string_lossy()]);
            }
            Harm::MovedOutput => {
                let moved = root.join("moved");
                let _ = fs::remove_dir_all(&moved);
                fs::rename(&output, &moved).expect("moved");
                fs::write(moved.join(&pages[0]), "somebody's").expect("written");
            }
            Harm::NoSpare
            | Harm::ScribbleSpare
            | Harm::OtherSpare
            | Harm::CrowdedSpare
            | Harm::HiddenSpare
            | Harm::OutputAsSpare
            | Harm::KilledBuild => self.apply_to_spare(root, &pages, at(pages.len())),
            _ => self.apply_to_index(root, usize::from(number)),
        }
    }

    /// Harm to what the index is made of, and to its files, which an edit may be applied to.
    fn apply_to_index(self, root: &Path, at: usize) {
        let (pieces, files) = (root.join(PIECES), root.join("public/search"));
        let folder = match self {
            Harm::ScribbleIndex => &files,
            _ => &pieces,
        };
        for name in tree(folder).into_keys() {
            let path = folder.join(name);
            let mut bytes = fs::read(&path).expect("a file");
            let at = at * 31 % bytes.len();
            match self {
                Harm::CutPieces => bytes.truncate(at),
                Harm::OtherPieces => bytes[..16].fill(7),
                Harm::ScribbleIndex => bytes.fill(b'x'),
                _ => bytes[at] ^= 1,
            }
            fs::write(&path, bytes).expect("harmed");
        }
        if matches!(self, Harm::NoPieces | Harm::FileAsPieces) && pieces.is_dir() {
            fs::remove_dir_all(&pieces).expect("deleted");
        }
        if matches!(self, Harm::FileAsPieces) && !pieces.exists() {
            fs::write(&pieces, "a letter").expect("written");
        }
    }

    fn apply_to_spare(self, root: &Path, pages: &[String], at: usize) {
        let spare = root.join(SPARE);
        if !spare.exists() {
            return;
        }
        let page = spare.join(&pages[at]);
        match self {
            Harm::NoSpare => fs::remove_dir_all(&spare).expect("deleted"),
            // Some page may be in the output alone.
            Harm::ScribbleSpare => drop(fs::write(&page, "scribbled")),
            Harm::OtherSpare => {
                let _ = fs::remove_file(&page);
                drop(fs::write(&page, "another"));
            }
            Harm::CrowdedSpare => {
                fs::write(spare.join("letter.txt"), "dear reader").expect("written");
                fs::create_dir_all(spare.join("x/y/z")).expect("a folder");
                let _ = fs::remove_file(&page);
                let _ = fs::create_dir(&page);
                let _ = fs::remove_dir_all(spare.join("papers"));
                let linked = std::os::unix::fs::symlink(root.join("content"), spare.join("papers"));
                linked.expect("linked");
            }
            Harm::HiddenSpare => {
                use std::os::unix::fs::PermissionsExt as _;
                let folder = page.parent().expect("a folder");
                if folder.is_dir() {
                    let hidden = fs::Permissions::from_mode(0o700);
                    fs::set_permissions(folder, hidden).expect("hidden");
                }
            }
            Harm::OutputAsSpare => {
                fs::remove_dir_all(&spare).expect("deleted");
                fs::rename(root.join("public"), &spare).expect("moved");
            }
            _ => {
                let staging = root.join(".public.staging");
                fs::rename(&spare, &staging).expect("moved");
                let _ = fs::remove_file(staging.join(&pages[at]));
            }
        }
    }
}

/// This is what a build came to: its code, what it said of problems, and how many files it took over.
struct Built {
    code: Option<i32>,
    said: String,
    kept: usize,
}

fn build(folder: &Folder, arguments: &[&str]) -> Built {
    let built = Command::new(env!("CARGO_BIN_EXE_digest"))
        .args(["build", "--timings", "--root"])
        .arg(folder.root())
        .args(arguments)
        .output()
        .expect("a build");
    let said = String::from_utf8(built.stderr).expect("text");
    // How long it took, and where it went, is another thing each time.
    let problems = said.lines().take_while(|line| !line.starts_with("built "));
    let problems = problems.filter(|line| !line.contains("public"));
    let kept = said.lines().find_map(|line| {
        let words = line.trim().strip_prefix("kept ")?;
        words.split(' ').next()?.parse().ok()
    });
    Built {
        code: built.status.code(),
        said: problems.collect::<Vec<_>>().join("\n"),
        kept: kept.unwrap_or(0),
    }
}

/// The files below a folder; a link is none.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else {
            continue;
        };
        for entry in entries {
            let entry = entry.expect("an entry");
            let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let name = path.strip_prefix(folder).expect("below");
                let name = name.to_str().expect("text").to_owned();
                files.insert(name, fs::read(path).expect("a file"));
            }
        }
    }
    files
}

/// Builds over what is there, and from nothing; returns how many files were taken over.
fn check(folder: &Folder, arguments: &[&str], state: &str) -> usize {
    let warm = build(folder, arguments);
    let memo = fs::read(folder.root().join(MEMO)).ok();
    let (spare, aside) = (folder.root().join(SPARE), folder.root().join("spare-aside"));
    let has_spare = fs::rename(&spare, &aside).is_ok();
    let sources = tree(&folder.root().join("content"));
    let parent = tempfile::tempdir().expect("a folder");
    let output = parent.path().join("public");
    let place = output.to_string_lossy();
    let cold = build(
        folder,
        &[&["--cold", "--output", &place], arguments].concat(),
    );
    assert_eq!(cold.kept, 0, "{state}");
    assert_eq!(
        warm.code, cold.code,
        "{state}\n{}\n{}",
        warm.said, cold.said
    );
    assert_eq!(warm.said, cold.said, "{state}");
    if warm.code == Some(0) {
        let (ours, theirs) = (tree(&folder.root().join("public")), tree(&output));
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&ours), names(&theirs), "{state}");
        for (name, bytes) in &ours {
            let theirs = &theirs[name];
            let show = String::from_utf8_lossy;
            let texts = || format!("warm: {}\ncold: {}", show(bytes), show(theirs));
            assert!(bytes == theirs, "{name}: {state}\n{}", texts());
        }
    }
    assert_eq!(sources, tree(&folder.root().join("content")), "{state}");
    assert!(!spare.exists(), "a cold build keeps no names: {state}");
    // The next build finds what this one left, not what the cold one did.
    if let Some(memo) = memo {
        folder.write(MEMO, memo);
    }
    if has_spare {
        fs::rename(&aside, &spare).expect("moved back");
    }
    warm.kept
}

fn start() -> Folder {
    let folder = Folder::with(&[
        ("site.toml", ""),
        (&paper_name(0, 0), &paper_text(0, 0, 1, 1)),
    ]);
    folder.write(&format!("{}/fig.png", day_folder(0)), "png");
    folder
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_warm_build_writes_what_a_cold_one_writes(turns in prop::collection::vec(turn(), 1..10)) {
        let folder = start();
        for (number, turn) in turns.iter().enumerate() {
            for edit in &turn.edits {
                edit.apply(&folder);
            }
            if let Some(harm) = turn.harm {
                harm.apply(&folder, turn.at);
            }
            check(&folder, turn.arguments, &format!("after turn {number} of {turns:#?}"));
        }
    }
}

/// A site of some papers, all older than any clock's step.
fn many() -> Folder {
    let folder = start();
    for number in 0..60 {
        let name = format!("{}/many-{number}.md", day_folder(number % 4));
        let body = "A replay buffer mitigates catastrophic forgetting.";
        folder.write(
            &name,
            paper(&format!("Many {number}"), "vision, bulk", body),
        );
    }
    check(&folder, &[], "at first");
    std::thread::sleep(Duration::from_millis(50));
    check(&folder, &[], "once more");
    folder
}

#[test]
fn a_build_after_an_edit_takes_most_pages_over() {
    let folder = many();
    let all = tree(&folder.root().join("public")).len();
    let name = format!("{}/many-7.md", day_folder(3));
    folder.write(&name, paper("Many 7", "vision, bulk", "Something else."));
    let kept = check(&folder, &[], "after an edit of a body");
    assert!(kept > all / 2, "{kept} of {all} files were taken over");
    let kept = check(&folder, &["--drafts"], "with drafts");
    assert_eq!(kept, 0, "other settings are another site");
}

/// Each edit changes what pages show that are made of other files than the one that was edited.
#[test]
fn a_page_is_rendered_when_something_else_changes_that_it_shows() {
    let folder = many();
    let day = day_folder(1);
    let date = day.rsplit('/').next().expect("a day");
    let related = |number: u8, phrase: &str| {
        // Not on one day, for papers that stand beside each other name each other anyway.
        let name = format!("{}/related-{number}.md", day_folder(number));
        let body = format!("{phrase} for sparse spectral wavelets.");
        (
            name,
            paper(&format!("Related {number}"), "vision, agents", &body),
        )
    };
    let renamed = |number: u8, title: &str| {
        let (name, text) = related(number, "Quantised teapots");
        (name, text.replace(&format!("Related {number}"), title))
    };
    let words = |title: &str| {
        let text = format!("---\ntitle: '{title}'\n---\nRead this.\n");
        (format!("content/issues/{date}.md"), text)
    };
    let vocabulary = |vision: &str| {
        let text = format!("vision: {vision}\nagents: {{}}\nbulk: {{}}\n");
        ("content/tags.yaml".to_owned(), text)
    };
    let plain = |number: u8, title: &str, tags: &str| {
        let name = format!("{}/many-{number}.md", day_folder(number % 4));
        (name, paper(title, tags, "Nothing in common."))
    };
    let edits = [
        ("papers that are related", related(1, "Quantised teapots")),
        ("one more", related(2, "Quantised teapots")),
        ("the title of a related one", renamed(1, "Kin")),
        (
            "one that is not related any more",
            related(2, "Other kettles"),
        ),
        ("a vocabulary", vocabulary("{}")),
        ("a tag's name", vocabulary("{name: Seeing}")),
        ("another name", vocabulary("{name: Looking}")),
        (
            "a tag's description",
            vocabulary("{name: Looking, description: With *eyes*.}"),
        ),
        ("an issue's headline", words("First")),
        ("another headline", words("Second")),
        ("a title", plain(7, "Another title", "vision, bulk")),
        ("a tag less", plain(7, "Another title", "vision")),
        ("a tag more", plain(7, "Another title", "agents, vision")),
    ];
    for (what, (name, text)) in edits {
        std::thread::sleep(Duration::from_millis(12));
        let is_new = !folder.root().join(&name).exists();
        folder.write(&name, text);
        let kept = check(&folder, &[], what);
        let is_other_site = is_new && name.starts_with("content/papers");
        assert!(kept > 0 || is_other_site, "nothing was taken over: {what}");
        // Once more, so that most files are older than the last step of the clock.
        std::thread::sleep(Duration::from_millis(12));
        check(&folder, &[], what);
    }
}

/// What a paper and its neighbour have in common, and few others, depends on the others' files.
#[test]
fn a_page_is_rendered_when_others_get_what_it_shares_with_a_neighbour() {
    let folder = many();
    for number in [1, 2] {
        let name = format!("{}/pair-{number}.md", day_folder(number));
        let body = "Quantised teapots for sparse spectral wavelets.";
        let title = format!("Pair {number}");
        folder.write(&name, paper(&title, "vision, agents", body));
    }
    check(&folder, &[], "two papers of one thing");
    std::thread::sleep(Duration::from_millis(50));
    check(&folder, &[], "once more");
    let in_common = || {
        let page = folder.root().join("public/papers/pair-1.html");
        let page = fs::read_to_string(page).expect("a page");
        let (_, related) = page.split_once("id=\"related\"").expect("a neighbour");
        let (related, _) = related.split_once("</section>").expect("an end");
        assert!(related.contains("Pair 2"), "{related}");
        ["teapots", "wavelets"].map(|word| related.contains(word))
    };
    assert_eq!(in_common(), [true, true]);
    // Not those that stand beside the paper, whose page leads to them.
    for number in (0..60).filter(|number| number % 4 > 1) {
        let name = format!("{}/many-{number}.md", day_folder(number % 4));
        let body = "Quantised teapots mitigate catastrophic forgetting.";
        let title = format!("Many {number}");
        folder.write(&name, paper(&title, "vision, bulk", body));
    }
    let kept = check(&folder, &[], "after edits of others");
    assert!(kept > 0, "nothing was taken over");
    assert_eq!(in_common(), [false, true]);
}

#[test]
fn a_file_that_was_taken_over_is_not_written_to() {
    let folder = many();
    let page = folder.root().join("public/papers/many-7.html");
    let copy = folder.root().join("copy");
    fs::hard_link(&page, &copy).expect("a copy of the site that shares its files");
    let before = fs::read(&copy).expect("a page");
    let name = format!("{}/many-7.md", day_folder(3));
    folder.write(&name, paper("Many 7", "vision", "Something else."));
    check(&folder, &[], "after an edit");
    assert_eq!(fs::read(&copy).expect("a page"), before);
    assert_ne!(fs::read(&page).expect("a page"), before);
}

/// A third build begins with the names of the first one's site.
#[test]
fn names_of_an_older_site_are_those_of_the_same_files() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = many();
    let (output, spare) = (folder.root().join("public"), folder.root().join(SPARE));
    let number = |path: &Path| fs::metadata(path).map(|about| about.ino()).ok();
    let changed = "papers/many-7.html";
    let name = format!("{}/many-7.md", day_folder(3));
    for text in ["One.", "Two.", "Three."] {
        folder.write(&name, paper("Many 7", "vision, bulk", text));
        let kept = check(&folder, &[], text);
        let pages = tree(&output);
        assert!(kept > pages.len() / 2, "{kept} files were taken over");
        let same = |page: &&String| number(&output.join(page)) == number(&spare.join(page));
        let same = pages.keys().filter(same).count();
        assert!(same >= kept, "{same} of {kept}");
        assert_ne!(number(&output.join(changed)), number(&spare.join(changed)));
        std::thread::sleep(Duration::from_millis(50));
        check(&folder, &[], "once more");
    }
    // What somebody took away is theirs.
    let moved = folder.root().join("moved");
    fs::rename(&output, &moved).expect("moved");
    let before = tree(&moved);
    folder.write(&name, paper("Many 7", "vision, bulk", "Four."));
    check(&folder, &[], "with the output moved away");
    assert!(!spare.exists(), "there is no older site");
    assert!(
        before == tree(&moved),
        "the site that was moved is as it was"
    );
}

#[test]
fn harm_to_the_output_and_to_the_memo_is_mended() {
    let folder = start();
    for harm in HARMS {
        for at in 0..3 {
            check(&folder, &[], "before harm");
            // What was written in this step of the clock is not taken over.
            std::thread::sleep(Duration::from_millis(12));
            check(&folder, &[], "before harm, once more");
            harm.apply(&folder, at * 7);
            if at > 0 {
                // What nobody needs is not looked at.
                folder.write(&paper_name(0, 0), paper_text(0, 0, 1, at as u8));
            }
            check(&folder, &[], &format!("after {harm:?} to {at}"));
        }
    }
}

/// Pieces of the index lie beside the memo, and no build leaves those that its own memo does not name.
#[test]
fn pieces_that_nobody_needs_are_gone() {
    let folder = many();
    let pieces = || {
        let names = tree(&folder.root().join(PIECES)).into_keys();
        names.collect::<Vec<_>>()
    };
    let mut before = pieces();
    assert_eq!(before.len(), 1);
    let name = format!("{}/many-7.md", day_folder(3));
    for text in ["One.", "Two."] {
        folder.write(&name, paper("Many 7", "vision, bulk", text));
        build(&folder, &[]);
        let after = pieces();
        assert_eq!(after.len(), 1);
        assert_ne!(after, before);
        before = after;
    }
    folder.write(&name, "---\ntitle: [\n---\n");
    assert_eq!(build(&folder, &[]).code, Some(1));
    assert_eq!(
        pieces(),
        before,
        "a build that fails leaves what the memo names"
    );
    build(&folder, &["--cold"]);
    assert_eq!(pieces(), before);
}

/// A page leads to a part of another one, which goes while the first stays as it is.
#[test]
fn a_part_of_a_page_that_goes_is_missed_by_pages_that_stay() {
    let folder = start();
    folder.write(
        "content/pages/far.md",
        "---\ntitle: Far\n---\n# Part\n\nText.\n",
    );
    folder.write(
        "content/pages/near.md",
        "---\ntitle: Near\n---\n[part](far.md#part)\n",
    );
    check(&folder, &[], "with the part");
    std::thread::sleep(Duration::from_millis(50));
    check(&folder, &[], "with the part again");
    folder.write(
        "content/pages/far.md",
        "---\ntitle: Far\n---\n# Other\n\nText.\n",
    );
    let kept = check(&folder, &[], "without the part");
    let said = build(&folder, &[]).said;
    assert!(said.contains("#part"), "{kept} kept\n{said}");
}

/// A file of all papers takes what it says of most from the old one, but nothing that somebody else wrote there.
#[test]
fn a_file_of_all_papers_is_copied_only_as_it_was_written() {
    let folder = many();
    for file in ["papers.bib", "papers.csl.json", "papers.json"] {
        let path = folder.root().join("public").join(file);
        let text = fs::read_to_string(&path).expect("a file");
        let time = fs::metadata(&path).and_then(|about| about.modified());
        // As long as before, and as old.
        let other = text.replace("Many 9", "Mani 9");
        assert_ne!(other, text, "{file}");
        fs::write(&path, other).expect("written");
        let opened = fs::File::options().write(true).open(&path);
        let opened = opened.expect("a file");
        opened.set_modified(time.expect("a time")).expect("aged");
        let name = format!("{}/many-7.md", day_folder(3));
        folder.write(&name, paper("Many 7", "vision, bulk", file));
        check(&folder, &[], file);
        std::thread::sleep(Duration::from_millis(50));
        check(&folder, &[], "once more");
    }
}
