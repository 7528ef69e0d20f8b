//! Texts that are made to cost more than their length: a name, and the text of about so many bytes.

pub type Bomb = (&'static str, fn(usize) -> String);

fn many(text: &str, bytes: usize) -> String {
    text.repeat(bytes / text.len() + 1)
}

fn each(bytes: usize, length: usize, one: impl Fn(usize) -> String) -> String {
    (0..bytes / length).map(one).collect()
}

/// Bodies of a paper, in Markdown.
pub const BODIES: &[Bomb] = &[
    ("open-brackets", |n| many("[", n)),
    ("nested-brackets", |n| {
        "[".repeat(n / 2) + "a" + &"]".repeat(n / 2)
    }),
    ("open-links", |n| many("[a](", n)),
    ("open-angles", |n| many("[a](<b", n)),
    ("open-titles", |n| many("[a](b \"", n)),
    ("open-references", |n| many("[a][", n)),
    ("nested-links", |n| {
        "[".repeat(n / 16) + "a" + &"](/papers/)".repeat(n / 16)
    }),
    ("nested-pictures", |n| {
        "![".repeat(n / 16) + "a" + &"](/papers/)".repeat(n / 16)
    }),
    ("emphasis-opens", |n| many("*a ", n)),
    ("emphasis-closes", |n| many("a* ", n)),
    ("emphasis-mixed", |n| many("*a_ ", n)),
    ("emphasis-nested", |n| many("*a **b ", n)),
    ("emphasis-runs", |n| {
        "*".repeat(n / 2) + "a" + &"*".repeat(n / 2)
    }),
    ("emphasis-of-three", |n| many("_a **b *c ", n)),
    ("strikes", |n| many("~~a ~b ", n)),
    ("quotation-marks", |n| many("\"a 'b ", n)),
    ("backticks", |n| {
        (1..n.isqrt())
            .map(|k| "e".to_owned() + &"`".repeat(k))
            .collect()
    }),
    ("open-code", |n| many("`` a `b ", n)),
    ("quotes-deep", |n| ">".repeat(n) + "a"),
    ("quotes-deep-lines", |n| {
        (">".repeat(n.isqrt()) + "a\n").repeat(n.isqrt())
    }),
    ("lists-deep", |n| {
        (0..n.isqrt()).map(|k| "  ".repeat(k) + "- a\n").collect()
    }),
    ("lists-in-a-line", |n| many("- ", n) + "a"),
    ("numbers-in-a-line", |n| many("1. ", n) + "a"),
    ("items", |n| many("- a\n", n)),
    ("open-elements", |n| many("<a ", n)),
    ("open-comments", |n| many("<!-- ", n)),
    ("open-instructions", |n| many("a <? ", n)),
    ("open-cdata", |n| many("a <![CDATA[ ", n)),
    ("attributes", |n| "<a ".to_owned() + &many("b=\"c\" ", n)),
    ("autolinks", |n| many("<http://a.b> ", n)),
    ("addresses", |n| many("http://a.b/c ", n)),
    ("glued-addresses", |n| many("http://a.b", n)),
    ("mail-addresses", |n| many("a@b.c", n)),
    ("entities", |n| many("&a&amp;", n)),
    ("escapes", |n| many("\\[", n)),
    ("wide-table", |n| {
        let k = n / 8;
        format!(
            "|{}\n|{}\n|{}\n",
            "a|".repeat(k),
            "-|".repeat(k),
            "b|".repeat(k)
        )
    }),
    ("short-rows", |n| {
        let k = n / 8;
        format!(
            "|{}\n|{}\n{}",
            "a|".repeat(k),
            "-|".repeat(k),
            "|b\n".repeat(k)
        )
    }),
    ("tables", |n| many("a|b\n-|\n", n)),
    ("footnotes", |n| {
        each(n, 18, |k| format!("a[^{k}] ")) + "\n\n" + &each(n, 18, |k| format!("[^{k}]: a\n\n"))
    }),
    ("one-footnote", |n| many("[^a] ", n) + "\n\n[^a]: b\n"),
    ("nested-footnotes", |n| {
        each(n, 14, |k| format!("[^{k}]: [^{}]\n\n", k + 1))
    }),
    ("definitions", |n| each(n, 12, |k| format!("[a{k}]: /u\n"))),
    ("one-definition", |n| {
        format!("[a]: /?{}\n\n{}", "?".repeat(n / 2), many("[a] ", 64))
    }),
    ("broken-links", |n| many("[a](b.md) ", n)),
    ("different-links", |n| {
        each(n, 14, |k| format!("[a](b{k}.md) "))
    }),
    ("pictures", |n| many("![a](b.png) ", n)),
    ("definition-links", |n| {
        many("[a]: /u\n", 80) + "\n" + &many("[a] ", n)
    }),
    ("headings", |n| many("# a\n", n)),
    ("underlined", |n| many("a\n=\n", n)),
    ("terms", |n| many("a\n: b\n\n", n)),
    ("tasks", |n| many("- [ ] a\n", n)),
    ("fences", |n| many("```rust\nfn a(){}\n```\n", n)),
    ("code-in-a-line", |n| {
        format!("```rust\n{}\n```\n", many("let a = \"b\"; ", n))
    }),
    ("code-deep", |n| {
        format!("```python\n{}\n```\n", many("([{", n))
    }),
    ("code-open", |n| format!("```js\n{}\n```\n", many("`${", n))),
    ("code-lines", |n| {
        format!("```python\n{}```\n", many("x = 1\n", n / 2))
    }),
    ("code-name", |n| format!("```{}\nb\n```\n", "a".repeat(n))),
    ("formulas", |n| many("$x^2$ ", n)),
    ("open-formulas", |n| many("$a ", n)),
    ("dollars", |n| "$".repeat(n)),
    ("formula-deep", |n| {
        format!("${}a{}$", "{".repeat(n / 2), "}".repeat(n / 2))
    }),
    ("formulas-deep", |n| {
        many(&format!("${}a{}$ ", "{".repeat(900), "}".repeat(900)), n)
    }),
    ("roots", |n| {
        many(
            &format!("${}a{}$ ", "\\sqrt{".repeat(60), "}".repeat(60)),
            n,
        )
    }),
    ("parentheses", |n| {
        many(
            &format!("${}a{}$ ", "\\left(".repeat(60), "\\right)".repeat(60)),
            n,
        )
    }),
    ("powers", |n| {
        many(&format!("${}b{}$ ", "a^{".repeat(60), "}".repeat(60)), n)
    }),
    ("fractions", |n| {
        many(
            &format!("${}a{}$ ", "\\frac{".repeat(60), "}{b}".repeat(60)),
            n,
        )
    }),
    ("matrices", |n| {
        let rows = ["a&".repeat(400), "\\\\".repeat(200)].concat();
        many(&format!("$\\begin{{matrix}}{rows}\\end{{matrix}}$ "), n)
    }),
    ("displays", |n| many("$$\na\n$$\n", n)),
    ("braces", |n| "{".repeat(n / 2) + &"}".repeat(n / 2)),
    ("a-word", |n| "a".repeat(n)),
    ("a-line", |n| many("word ", n)),
    ("paragraphs", |n| many("a\n\n", n)),
    ("returns", |n| many("a\r", n)),
    ("tabs", |n| "\t".repeat(n) + "a"),
    ("spaces", |n| format!("a{}b", " ".repeat(n))),
    ("breaks", |n| many("a \\\n", n)),
    ("nothings", |n| "\0".repeat(n)),
    ("marks", |n| "a".to_owned() + &"\u{301}".repeat(n / 2)),
    ("turned", |n| "\u{202e}".repeat(n / 3)),
    ("hyphens", |n| "a".to_owned() + &"-".repeat(n)),
    ("sentences", |n| many("A b. ", n)),
    ("different-words", |n| each(n, 7, |k| format!("w{k}x "))),
    ("phrases", |n| many("neural network model ", n)),
];

/// Front matter behind the title; it is limited to 64 KiB, so it comes in two sizes below.
pub const FRONTS: &[Bomb] = &[
    ("authors", |n| {
        format!("authors: [{}]\n", each(n, 9, |k| format!("A B{k}, ")))
    }),
    ("tags", |n| {
        format!("tags: [{}]\n", each(n, 7, |k| format!("t{k}, ")))
    }),
    ("same-tags", |n| format!("tags: [{}]\n", many("a, ", n))),
    ("aliases", |n| {
        format!("aliases: [{}]\n", each(n, 11, |k| format!("/a/b{k}, ")))
    }),
    ("links", |n| {
        let one = |k| format!("  - {{label: a, url: \"http://a.b/{k}\"}}\n");
        format!("links:\n{}", each(n, 42, one))
    }),
    ("list-deep", |n| {
        format!("extra: {}{}\n", "[".repeat(n / 2), "]".repeat(n / 2))
    }),
    ("list-open", |n| format!("extra: {}\n", "[".repeat(n))),
    ("list-of-quotes", |n| {
        format!("extra: {}\n", many("[\"]\", ", n))
    }),
    ("list-of-lines", |n| {
        format!("extra:\n  {}\n", many("[\n  ']',\n  ", n))
    }),
    ("list-of-comments", |n| {
        format!("extra:\n  {}\n", many("[ # ]\n  a, ", n))
    }),
    ("mapping-deep", |n| {
        format!("extra: {}{}\n", "{a: ".repeat(n / 5), "}".repeat(n / 5))
    }),
    ("mapping-open", |n| {
        format!("extra: {}\n", "{a: ".repeat(n / 4))
    }),
    ("block-deep", |n| {
        format!(
            "extra:\n{}",
            (1..n.isqrt())
                .map(|k| " ".repeat(k) + "a:\n")
                .collect::<String>()
        )
    }),
    ("hyphens", |n| {
        format!("extra: \n  {}\n", "- ".repeat(n / 2))
    }),
    ("anchors", |n| {
        format!("extra:\n{}", each(n, 16, |k| format!("  a{k}: &a{k} x\n")))
    }),
    ("references", |_| {
        let level = |c: char| {
            let before = char::from(c as u8 - 1);
            format!(
                "  {c}: &{c} [{}]\n",
                vec![format!("*{before}"); 9].join(", ")
            )
        };
        format!(
            "extra:\n  a: &a [x, x, x, x, x, x, x, x, x]\n{}",
            ('b'..'j').map(level).collect::<String>()
        )
    }),
    ("list-again", |n| {
        format!(
            "extra:\n  a: &a [{}]\n  b: [{}]\n",
            many("x,", n / 2),
            many("*a,", n / 2)
        )
    }),
    ("text-again", |n| {
        format!(
            "extra:\n  a: &a '{}'\n  b: [{}]\n",
            "x".repeat(n / 2),
            many("*a,", n / 2)
        )
    }),
    ("keys", |n| each(n, 9, |k| format!("k{k}: x\n"))),
    ("same-keys", |n| many("k: x\n", n)),
    ("question-marks", |n| {
        format!("extra: {}\n", "? ".repeat(n / 2))
    }),
    ("note-of-brackets", |n| {
        format!("note: 'a{}'\n", "[".repeat(n))
    }),
    ("note-of-stars", |n| {
        format!("note: 'a {}'\n", "*a ".repeat(n / 3))
    }),
    ("note-of-links", |n| {
        format!("note: 'a {}'\n", "[a](b.md) ".repeat(n / 10))
    }),
    ("note-of-lines", |n| {
        format!("note: |\n{}", many("  a\n", n))
    }),
];

/// Front matter for the command that takes lists apart.
pub const ITEMS: &[Bomb] = &[
    // To YAML it is one text of two lines.
    ("item-of-brackets", |n| {
        format!("tags:\n- a\n  - {}\n", many("[a, ", n))
    }),
];

/// Vocabularies.
pub const VOCABULARIES: &[Bomb] = &[
    ("list-open", |n| format!("a: {}", "[".repeat(n))),
    ("mapping-open", |n| format!("a: {}", "{a: ".repeat(n / 4))),
    ("list-of-quotes", |n| format!("a: {}", many("[\"]\", ", n))),
    ("list-of-lines", |n| {
        format!("a:\n  {}", many("[\n  ']',\n  ", n))
    }),
    ("list-again", |n| {
        format!(
            "a: &a [{}]\nb: [{}]\n",
            many("x,", n / 2),
            many("*a,", n / 2)
        )
    }),
    ("block-deep", |n| {
        (0..n.isqrt()).map(|k| " ".repeat(k) + "a:\n").collect()
    }),
    ("tags", |n| {
        each(n, 22, |k| format!("t{k}:\n  name: T{k}\n"))
    }),
    ("broader", |n| {
        each(n, 26, |k| format!("t{k}:\n  broader: t{}\n", k + 1))
    }),
    ("broader-in-a-circle", |n| {
        each(n, 26, |k| {
            format!("t{k}:\n  broader: t{}\n", (k + 1) % (n / 26))
        })
    }),
    ("aliases", |n| {
        format!("a:\n  aliases: [{}]\n", each(n, 8, |k| format!("x{k}, ")))
    }),
    ("same-keys", |n| many("a:\n", n)),
];

/// Lists to import, with the ending of their file's name.
pub const LISTS: &[Bomb] = &[
    ("papers.txt", |n| {
        each(n, 100, |k| {
            format!(
                "A title of paper {k} here\n\nThe abstract {k} is long enough to be one. It has words.\n\n"
            )
        })
    }),
    ("same.txt", |n| {
        many(
            "A title of a paper here\n\nThe abstract is long enough to be one, and says things.\n\n",
            n,
        )
    }),
    ("titles.txt", |n| {
        each(n, 20, |k| format!("A Title Of Paper {k}\n"))
    }),
    ("a-line.txt", |n| many("word ", n)),
    ("blank.txt", |n| "\n".repeat(n)),
    ("braces.txt", |n| {
        format!("A Title\n\n{}a{}", "{".repeat(n / 2), "}".repeat(n / 2))
    }),
    ("commands.txt", |n| {
        format!(
            "A Title\n\nWords. {}a{}",
            "\\emph{".repeat(n / 7),
            "}".repeat(n / 7)
        )
    }),
    ("dollars.txt", |n| {
        format!("A Title\n\nWords. {}", many("$a \\(", n))
    }),
    ("identifiers.txt", |n| many("arXiv:2401.00001\n", n)),
    ("entries.bib", |n| {
        each(n, 75, |k| {
            format!("@article{{a{k}, title={{T {k}}}, author={{A B}}, abstract={{words}}}}\n")
        })
    }),
    ("strings.bib", |n| {
        let strings = each(n, 60, |k| {
            format!(
                "@string{{a{}=a{k} # a{k}}}\n@article{{k{k}, title={{T {k}}}}}\n",
                k + 1
            )
        });
        format!(
            "@string{{a0=\"x\"}}\n{strings}@article{{k, title=a{}, author=a40}}\n",
            n / 60
        )
    }),
    ("circle.bib", |n| {
        format!(
            "@string{{a=b}}\n@string{{b=a}}\n@article{{k, title={{T}}, author=a # b{}}}\n",
            many(" # a", n)
        )
    }),
    ("deep.bib", |n| {
        format!(
            "@article{{a, title={{{}{}}}}}\n",
            "{".repeat(n / 2),
            "}".repeat(n / 2)
        )
    }),
    ("deep.json", |n| "[".repeat(n)),
    ("records.json", |n| {
        format!(
            "[{}{{}}]",
            each(n, 32, |k| format!(
                "{{\"title\":\"T {k}\",\"abstract\":\"w\"}},"
            ))
        )
    }),
    ("rows.csv", |n| {
        "title,abstract\n".to_owned() + &each(n, 8, |k| format!("T {k},w\n"))
    }),
    ("open.csv", |n| {
        "title,abstract\n\"".to_owned() + &"a".repeat(n)
    }),
    ("deep.xml", |n| {
        "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\">".to_owned()
            + &many("<a>", n)
    }),
    ("entities.xml", |_| {
        let entity = |k: usize| format!("<!ENTITY a{} \"&a{k};&a{k};\">", k + 1);
        let entities: String = (0..40).map(entity).collect();
        format!(
            "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY a0 \"x\">{entities}]><feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><title>&a40;</title></entry></feed>"
        )
    }),
    ("parts.eml", |n| {
        let part = |k| format!("Content-Type: multipart/mixed; boundary=b{k}\n\n--b{k}\n");
        format!("From: a@b.c\nMIME-Version: 1.0\n{}", each(n, 60, part))
    }),
    ("words.eml", |n| {
        format!("From: a@b.c\nSubject: {}\n\nx", many("=?utf-8?q?a?= ", n))
    }),
];
