//! The kinds of problems: each has a name to search for, a severity, and an explanation.
//!
//! This list is the one source of `digest explain` and of `docs/diagnostics.md`; the example there is
//! the case in `tests/cases/problems/`, so it says what the command truly says.

use super::Severity;

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $what:literal $more:literal)*) => {
        /// This is the kind of a problem; its name stands in the message and in the documentation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $what] $variant,)* }

        impl Code {
            /// All codes, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Returns the name that users see and search for.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// Returns how serious such a problem is unless a command says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// Returns a sentence that says what the code means.
            pub fn explanation(self) -> &'static str {
                match self { $(Code::$variant => $what,)* }
            }

            /// Returns why it matters and what to do, in a paragraph of Markdown.
            pub fn advice(self) -> &'static str {
                match self { $(Code::$variant => $more,)* }
            }

            /// Returns the case that shows the problem: files, a command, and what it says.
            pub(super) fn case(self) -> &'static str {
                match self {
                    $(Code::$variant => include_str!(
                        concat!("../../tests/cases/problems/", $name, ".txt")
                    ),)*
                }
            }
        }
    };
}

codes! {
    NotUtf8 "not-utf8" Error
        "The file is not UTF-8 text."
        "Everything is read as UTF-8, so that a name is spelt alike in every file. Save the file as UTF-8 in your editor, or convert it: `iconv -f latin1 -t utf-8 old.md > new.md`."
    MissingFrontMatter "missing-front-matter" Error
        "A content file starts with a line `---`, YAML, and a line `---`."
        "A paper needs at least a title, and its front matter is the place for it. Nothing may stand above the first `---`, not even a blank line."
    UnclosedFrontMatter "unclosed-front-matter" Error
        "The front matter has no closing line `---`."
        "Without it nobody can tell where the keys end and the abstract starts. Put a line of three hyphens behind the last key, and nothing else on that line."
    FrontMatterTooLong "front-matter-too-long" Error
        "Front matter is limited to 64 KiB, so that a hostile file cannot stop a build."
        "Front matter is for facts about a paper. Long text belongs into the body below it, and pictures into files of their own."
    BadYaml "bad-yaml" Error
        "The text is not YAML that can be read."
        "Most often a text holds a colon, a quote or a backslash and wants quotes around it: double quotes, or single ones where there is a backslash inside. Indent with spaces, never with tabs."
    DuplicateKey "duplicate-key" Error
        "A key stands twice in one mapping; YAML allows one."
        "Which of the two was meant is for you to say, so neither is chosen silently. Keep one; put several values into a list."
    UnknownKey "unknown-key" Error
        "The key is none that this kind of file knows."
        "A mistyped key would otherwise be lost without a word. Fields of your own go under `extra`, where templates find them: `extra: {rating: 5}`."
    MissingTitle "missing-title" Error
        "A paper needs a title."
        "The title is what lists, feeds and search show. Put it between quotes, for titles are full of colons: `title: \"Orca 2: Teaching Small Language Models How to Reason\"`."
    MissingDate "missing-date" Error
        "A paper needs the date of the issue in which it appears, or a folder of that name."
        "The folder `content/papers/2025-08-06/` is enough; a line `date: 2025-08-06` says the same. The day on which the paper itself came out is another key, `published`."
    WrongType "wrong-type" Error
        "The value is of another type than the key wants."
        "A list is written `[a, b]`, a text that looks like something else between quotes (`\"yes\"`, `\"1984\"`), a switch `true` or `false`. The hint shows the key as it should look."
    BadDate "bad-date" Error
        "A date is written YYYY-MM-DD and is a day of the calendar."
        "Dates written in any other way are read differently from country to country, so one way is allowed: year, month and day, with leading zeros."
    BadArxivId "bad-arxiv-id" Error
        "An arXiv identifier is written 2411.15124, or math/0309136 for papers before April 2007."
        "A version may follow (`2411.15124v2`), and an address of arXiv may stand instead. Put the identifier between quotes: YAML takes 2411.15120 for a number and drops its last zero."
    BadDoi "bad-doi" Error
        "A DOI starts with 10., a registrant and a slash."
        "Write it with or without the resolver before it: `10.48550/arXiv.2411.15124` or `https://doi.org/10.48550/arXiv.2411.15124`."
    BadUrl "bad-url" Error
        "A link's address is http, https, mailto or a path of this site."
        "Other schemes can run code in a reader's browser. Copy the address from the browser's address bar, with its `https://`."
    BadAlias "bad-alias" Error
        "An alias is an old address on this site: a path that starts with a slash and does not climb."
        "A page is put there that leads readers to the new address, so it must be a path that a file can have: no `..`, no `?`, no `#`, no host."
    BadImage "bad-image" Error
        "An image is the path of a file beside the paper."
        "Pages load nothing from other hosts, so a picture is kept with the paper that shows it. Save it in the paper's folder and write its name."
    BadFileName "bad-file-name" Error
        "A paper's address is its file name: lower-case letters, digits and single hyphens."
        "What is in the file may change without changing the address, so links from elsewhere keep working. Rename the file as the hint says; `aliases` keeps an old address alive."
    MisplacedPaper "misplaced-paper" Warning
        "The paper stands in the folder of another day than its date says."
        "The date in the file counts. Move the file to the folder of that day, or delete the line `date` and let the folder say it."
    UnknownTag "unknown-tag" Error
        "The tag is not in the vocabulary `content/tags.yaml`."
        "A vocabulary keeps one name for one thing. Correct the spelling, or add the tag to `content/tags.yaml`; the tag's name and each of its aliases may be written in any case."
    RepeatedTag "repeated-tag" Warning
        "The paper has the same tag twice."
        "It counts once, however it is written: a tag's address, its name and its aliases are the same tag. Delete one of the two."
    TooManyTags "too-many-tags" Error
        "A paper has at most 100 tags, so that a hostile file cannot stop a build."
        "Each tag has pages, and each of them shows the paper with all its tags, so a site would grow with the square of their number. Keep the tags that readers look under; a handful is enough."
    BadTag "bad-tag" Error
        "A tag in the vocabulary is not well formed."
        "A tag is a key of lower-case letters, digits and single hyphens, and a mapping with `name`, `aliases`, `description`, `broader` and `mentions`, each of them optional."
    DuplicateTag "duplicate-tag" Error
        "Two tags of the vocabulary share a slug, a name or an alias."
        "A word must mean one tag, or papers that use it could go to either. Keep the word with the tag that readers would look under."
    DuplicateSlug "duplicate-slug" Error
        "Two files have the same name, so their pages would have the same address."
        "A paper's address is made of its file name alone, whatever the folder. Rename the newer of the two."
    DuplicatePaper "duplicate-paper" Error
        "Two files hold the same paper: same arXiv id, DOI or title."
        "Keep the file whose address others may have linked, and delete the other. Two papers that share a title, such as a technical report, are told apart by their identifiers."
    IssueWithoutPapers "issue-without-papers" Warning
        "An issue's words are there, but no paper has that date."
        "A day without papers has no page, so the words would be shown nowhere. Check the name of the file, or whether the papers of that day are all drafts."
    UnsafeLink "unsafe-link" Warning
        "A link with a scheme other than http, https or mailto is shown as text."
        "Content may come from anywhere, and such a link could run code in a reader's browser. The page is published with the link's text."
    BadFormula "bad-formula" Warning
        "The formula cannot be typeset and is shown as its source."
        "The message names what was not understood. A macro that the paper defines for itself must be written out; a dollar sign that is money is written `\\$`."
    StrayDollar "stray-dollar" Warning
        "A dollar sign opens a formula that nothing closes."
        "The rest of the paragraph is shown as it is written. Close the formula in the same paragraph with its braces balanced, or write `\\$` for the sign itself."
    TooDeep "too-deep" Warning
        "The text is nested too deeply; the rest is shown as it is written."
        "No text for people has lists and quotes so many levels deep, and programs that read them come to their end. Usually a line of `>` or `*` was pasted by mistake."
    BadToml "bad-toml" Error
        "The settings file is not TOML."
        "Texts stand between double quotes, and each `key = value` on a line of its own. Nothing else is checked until the settings can be read."
    UnknownSetting "unknown-setting" Error
        "The settings file has a key that is not known."
        "A mistyped setting would otherwise do nothing. A key that belongs to a table, such as `feed_limit`, stands below the line `[build]`."
    BadSetting "bad-setting" Error
        "A setting has a value that it cannot have."
        "The message says what the setting wants, and the hint how it is written. `digest schema settings` lists every setting, for editors."
    BadTemplate "bad-template" Error
        "A template of the theme cannot be read or rendered."
        "The place is that of the template. A template of your own lies over the built-in one of the same name; delete it to see the built-in one again."
    MissingTheme "missing-theme" Error
        "The theme that the settings name is not there."
        "A theme is a folder in `themes/` with `templates/` and `static/`, and it holds only the files that differ from the built-in theme."
    BadWords "bad-words" Error
        "A table of the interface's words is not well formed."
        "A table has the keys of the English one and no others: a text with the same placeholders, a list of the same length, or the forms of a counted thing, of which `other` must be there. A site's table holds only what differs; `digest theme eject languages/en.toml` copies the English one to start from."
    MissingWords "missing-words" Warning
        "The interface has no words, or not all of them, in the language of the site."
        "What a table lacks is taken from English, so the pages are whole and half translated. A table is a file `languages/<tag>.toml` in the theme's folder, and it lies over the built-in one of the same name."
    DuplicatePath "duplicate-path" Error
        "Two sources would be published at one address, or at two that only some systems tell apart."
        "One would overwrite the other, at least on systems that do not tell case apart, or an `é` of one character from that of two. Rename one of the two; an alias or a file in `static/` counts too."
    BrokenLink "broken-link" Error
        "A link leads to an address on this site that does not exist."
        "A relative link counts from the file that it stands in, as on GitHub, and names the source: `../2025-08-05/orca.md`. A link that starts with a slash counts from the site's root."
    BrokenAnchor "broken-anchor" Error
        "A link leads to a part of a page that does not exist."
        "The part behind `#` is the id of a heading on the page. Ids in a paper start with the paper's name, since several papers share the page of an issue."
    OutsideBase "outside-base" Error
        "A link leaves the folder of the site on its own host."
        "A site at `https://user.github.io/repo/` owns what is below `/repo/` and nothing above. In a template, make addresses with the values that it is given; in Markdown, start with a slash and the site's folder is put before it."
    AddressGone "address-gone" Warning
        "An address that was published leads nowhere any more."
        "Others have linked it, and search engines know it. `content/addresses.txt` lists what was published; `digest build --ledger` keeps it. When a file was renamed, write its old address into `aliases`, and a page there leads on; when it was deleted on purpose, delete the line from the list."
    NearLimit "near-limit" Warning
        "The site comes near to what its host takes."
        "GitHub Pages takes 1 GB and ten minutes for a deployment, and many files cost more time than many bytes. The message says what takes the most. `citations = false` and `search = false` below `[build]` leave files out, a larger `papers_per_page` makes fewer pages of tags, and pictures can be made smaller. Another host has other limits: `megabytes` and `files` below `[limits]` in `site.toml`, 0 for none."
    OrphanAsset "orphan-asset" Warning
        "A file under `content/` is of a kind that is not published."
        "Pictures, videos and PDF files beside a paper are published; other kinds are left alone, so that notes do not become public. Put what must be published as it is into `static/`."
    LeftBehind "left-behind" Warning
        "A run of `digest` was stopped while it wrote, and a file of it was left."
        "It is the new text of a file beside it, or the old one. If somebody saved that file in the same moment, it is what they saved, so it is not deleted for you: look into it, then delete it. Only `digest check` says so."
    NoPapers "no-papers" Error
        "The input holds no papers that can be recognised."
        "Copy the whole page, or the list as it came by mail; `digest import --help` names the shapes that are known. `--format` names one when the guess is wrong."
    StrayBlock "stray-block" Warning
        "A part of the input is neither a title nor an abstract; it was not imported."
        "Every line of an input is accounted for, so that no paper is lost without a word. Look at the line: usually a title and its abstract are not next to each other."
    IncompleteRecord "incomplete-record" Warning
        "A record of the input cannot be read whole; it was not imported."
        "The other records are imported. Mend the record and import the list again: papers that are there already are not touched."
    MissingAbstract "missing-abstract" Warning
        "A title in the input has no abstract after it."
        "Add the abstract below the title and import the list again, or make the paper by hand: `digest new \"Title\"`."
    DuplicateRecord "duplicate-record" Warning
        "The input holds the same paper twice."
        "It is imported once, from the place where it stands first."
    ExternalImage "external-image" Warning
        "A picture on another site is shown as a link, for pages load nothing from other hosts."
        "A picture from elsewhere tells that host who reads the page, and is gone when the host is. Save it beside the paper and write its name: `![What it shows](figure.png)`."
    Untagged "untagged" Warning
        "A paper has no tags, though most papers of the site have."
        "Readers who browse by tag never meet it. Only `digest check` says so, and only where tags are the rule; `untagged = false` below `[check]` in `site.toml` switches it off."
    Unlinked "unlinked" Warning
        "A paper leads nowhere, though most papers of the site lead to their source."
        "An arXiv identifier or a DOI is enough, for links follow from them; `links` holds any other. Only `digest check` says so, and only where links are the rule; `unlinked = false` below `[check]` in `site.toml` switches it off."
    TagUsedOnce "tag-used-once" Warning
        "Only one paper has the tag, though most tags of the site have several."
        "A tag that leads to one paper does not help to find others. Merge it into a wider tag: `digest tags merge narrow wide`. Only `digest check` says so; `tag_used_once = false` below `[check]` in `site.toml` switches it off."
    SimilarTags "similar-tags" Warning
        "Two tags look like two spellings of one."
        "Papers about one thing would stand on two pages. Join them with the command in the hint. Only `digest check` says so; `similar_tags = false` below `[check]` in `site.toml` switches it off."
    SimilarTitles "similar-titles" Warning
        "Two papers have almost the same title."
        "Often they are two versions of one paper: a preprint and its publication, or a title with a slip. Identifiers that differ tell that they are two papers. Only `digest check` says so; `similar_titles = false` below `[check]` in `site.toml` switches it off."
    LeftoverTex "leftover-tex" Warning
        "A text still holds TeX outside of formulas, and readers see it."
        "The importer turns accents and common commands into text; what it does not know stays. Write it as Markdown: `*emphasis*`, `**bold**`, `[words](https://example.org/)`. Only `digest check` says so; `leftover_tex = false` below `[check]` in `site.toml` switches it off."
    DeadLink "dead-link" Error
        "A link to another site leads nowhere: its host says so, or there is no such host."
        "Only `digest check --links` asks other hosts; a build never does. Pages move, so look for the new address, or link to a copy in an archive. A link to a private network is dead for readers, and is not asked."
    MovedLink "moved-link" Warning
        "A link to another site leads to a page that has another address for good."
        "Its host sends readers on and says that it always will (a status of 301 or 308), until one day it does not. Write the address in the hint. Redirects that are not for good, such as those of a DOI, are as they should be."
    UnclearLink "unclear-link" Warning
        "Whether a link to another site leads to a page cannot be told."
        "The host is down or busy, or lets in browsers only. Only pages that answered well are remembered, so the next `digest check --links` asks again. `skip_links = [\"https://www.linkedin.com/\"]` below `[check]` in `site.toml` leaves out what never answers."
}

impl Code {
    /// The codes that `digest check` alone reports, and that a site may switch off.
    pub const EDITORIAL: [Code; 6] = [
        Code::Untagged,
        Code::Unlinked,
        Code::TagUsedOnce,
        Code::SimilarTags,
        Code::SimilarTitles,
        Code::LeftoverTex,
    ];

    /// Returns the code of a name.
    pub fn parse(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Returns the name as a setting is written: `tag_used_once`.
    pub fn setting(self) -> String {
        self.name().replace('-', "_")
    }
}
