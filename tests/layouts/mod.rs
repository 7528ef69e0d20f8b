//! Lists laid out as tools lay them out: a page, cards, a mail, a feed, by the throw of dice.

use std::fmt::Write as _;
use std::io::Read as _;

use paper_digest::date::Date;

#[derive(Clone, serde::Deserialize)]
pub struct Paper {
    pub title: String,
    #[serde(rename = "abstract")]
    pub abstract_text: String,
    pub date: String,
    pub arxiv_id: String,
    pub authors: Vec<String>,
}

/// A small generator of numbers (Knuth's constants), so that a failure can be repeated by its seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }

    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len())].clone()
    }
}

pub fn papers() -> Option<Vec<Paper>> {
    let path = std::path::Path::new("../shared/data/daily-9k.jsonl.gz");
    let Ok(file) = std::fs::File::open(path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("a text");
    let parse = |line: &str| -> Paper {
        let mut paper: Paper = serde_json::from_str(line).expect("a paper");
        paper.title = collapse(&paper.title);
        paper.abstract_text = collapse(&paper.abstract_text);
        paper
    };
    Some(text.lines().map(parse).collect())
}

pub fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Some papers, all different.
pub fn some(papers: &[Paper], dice: &mut Dice, most: usize) -> Vec<Paper> {
    let start = dice.roll(papers.len() - most * 40);
    let count = 1 + dice.roll(most);
    (0..count)
        .map(|at| papers[start + at * 37].clone())
        .collect()
}

/// Breaks a text as a window of some width does, after hyphens too.
pub fn wrap(text: &str, width: usize) -> String {
    let mut pieces: Vec<&str> = Vec::new();
    for word in text.split_inclusive(' ') {
        let mut rest = word;
        while let Some(at) = rest.find('-').filter(|&at| {
            let before = rest[..at].chars().next_back();
            let after = rest[at + 1..].chars().next();
            before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_alphabetic)
        }) {
            pieces.push(&rest[..=at]);
            rest = &rest[at + 1..];
        }
        pieces.push(rest);
    }
    let mut out = String::new();
    let mut column = 0;
    for piece in pieces {
        let length = piece.trim_end().chars().count();
        if column > 0 && column + length > width {
            out.truncate(out.trim_end().len());
            out.push('\n');
            column = 0;
        }
        out.push_str(piece);
        column += piece.chars().count();
    }
    out
}

/// Breaks a text at spaces only, as arXiv's own data is.
pub fn wrap_words(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 {
            out.push(if column + 1 + length > width {
                '\n'
            } else {
                ' '
            });
        }
        column = if out.ends_with('\n') {
            length
        } else {
            column + 1 + length
        };
        out.push_str(word);
    }
    out
}

pub struct Layout {
    width: Option<usize>,
    gap: &'static str,
}

impl Layout {
    fn of(dice: &mut Dice) -> Layout {
        Layout {
            width: dice.pick(&[
                None,
                None,
                Some(40),
                Some(60),
                Some(72),
                Some(80),
                Some(100),
                Some(120),
            ]),
            gap: dice.pick(&["\n\n", "\n\n", "\n\n\n", "\n \n", "\n\u{a0}\n\n"]),
        }
    }

    fn text(&self, text: &str) -> String {
        match self.width {
            Some(width) => wrap(text, width),
            None => text.to_owned(),
        }
    }
}

/// Byte order mark, line ends and white space, as editors and systems leave them.
pub fn weather(text: String, dice: &mut Dice) -> String {
    let text = match dice.roll(4) {
        0 => text.replace('\n', "\r\n"),
        1 => text.replace('\n', " \n"),
        _ => text,
    };
    let text = if dice.roll(5) == 0 {
        format!("\u{feff}{text}")
    } else {
        text
    };
    if dice.roll(3) == 0 {
        text.trim_end().to_owned()
    } else {
        text
    }
}

pub fn written_date(date: &str, dice: &mut Dice) -> String {
    let date = Date::parse(date).expect("a date");
    let (month, day, year) = (date.month_name(), date.day(), date.year());
    let short = &month[..3];
    match dice.roll(8) {
        0 => format!("{short} {day}, {year}"),
        1 => format!("{month} {day}"),
        2 => format!("{day} {short}"),
        3 => format!("{}, {month} {day}, {year}", date.weekday_name()),
        4 => format!("{date}"),
        _ => format!("{short} {day}"),
    }
}

pub fn banner(dice: &mut Dice) -> String {
    let all = [
        "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n",
        "new\n\nGet trending papers in your email inbox once a day!\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n",
        "Hugging Face\nModels\nDatasets\nSpaces\nCommunity\nDocs\nEnterprise\nPricing\n\nLog In\nSign Up\n\n",
        "",
    ];
    let byline = dice.pick(&[
        "byAK and the research community",
        "by AK and the research community",
        "by\nAK\nand the research community",
    ]);
    let tabs = dice.pick(&[
        "",
        "Daily\nWeekly\nMonthly\n\n",
        "Daily\n\nWeekly\n\nMonthly\n\nTrending Papers\n\n",
    ]);
    format!("{}Daily Papers\n\n{byline}\n\n{tabs}", dice.pick(&all))
}

pub fn page(papers: &[Paper], dice: &mut Dice) -> String {
    let layout = Layout::of(dice);
    let days = 1 + dice.roll(3);
    let mut text = String::new();
    for (day, group) in papers.chunks(papers.len().div_ceil(days)).enumerate() {
        if day == 0 || dice.roll(2) == 0 {
            text += &banner(dice);
        }
        text += &written_date(&group[0].date, dice);
        text += layout.gap;
        for paper in group {
            text += &layout.text(&paper.title);
            text += layout.gap;
            text += &layout.text(&paper.abstract_text);
            text += layout.gap;
        }
    }
    text + dice.pick(&["", "Previous\nAug 5\nNext\n", "\n\n"])
}

pub fn pairs(papers: &[Paper], dice: &mut Dice) -> String {
    let layout = Layout::of(dice);
    let glued = layout.width.is_none() && dice.roll(3) == 0;
    let mut text = String::new();
    for paper in papers {
        text += &layout.text(&paper.title);
        text += if glued { "\n" } else { layout.gap };
        text += &layout.text(&paper.abstract_text);
        text += if glued && dice.roll(2) == 0 {
            "\n"
        } else {
            layout.gap
        };
    }
    text
}

pub fn cards(papers: &[Paper], dice: &mut Dice) -> String {
    let gap = dice.pick(&["\n\n", "\n\n\n", "\n"]);
    let inline = dice.roll(3) == 0;
    let mut text = banner(dice) + &written_date(&papers[0].date, dice) + gap;
    for paper in papers {
        let votes = dice.roll(300).to_string();
        let votes = dice.pick(&[votes, "-".to_owned(), "1.2k".to_owned()]);
        let people = match dice.roll(3) {
            0 => dice
                .pick(&[
                    "Qwen",
                    "University of North Carolina at Chapel Hill",
                    "ByteDance Seed",
                ])
                .to_owned(),
            _ => format!(
                "{} author{}",
                paper.authors.len(),
                if paper.authors.len() == 1 { "" } else { "s" }
            ),
        };
        let date = Date::parse(&paper.date).expect("a date");
        let date = format!(
            "{} {}, {}",
            &date.month_name()[..3],
            date.day(),
            date.year()
        );
        let meta = match inline {
            true => format!("{people} · {date}"),
            false => format!("{people}\n·\n{date}"),
        };
        let comments = dice.pick(&["\n1", "", "\n12"]);
        let _ = write!(
            text,
            "{votes}{gap}{}{gap}{}{gap}{meta}{comments}{gap}",
            paper.title, paper.abstract_text
        );
    }
    text + dice.pick(&["Previous\nMar 14\nNext\n", "", "Load more\n"])
}

pub fn trending(papers: &[Paper], dice: &mut Dice) -> String {
    let mut text = "new\n\nGet trending papers in your email inbox once a day!\n\nSubscribe\n\nTrending Papers\n\nby AK and the research community\n\n".to_owned();
    let whole = dice.roll(3) == 0;
    for paper in papers {
        let people = dice.pick(&[
            "Qwen".to_owned(),
            format!("{} authors", paper.authors.len()),
            "Lychee Team".to_owned(),
        ]);
        let date = Date::parse(&paper.date).expect("a date");
        let date = format!(
            "{} {}, {}",
            &date.month_name()[..3],
            date.day(),
            date.year()
        );
        let stars = match dice.roll(3) {
            0 => format!("GitHub {}\n\n", dice.roll(3000)),
            1 => "GitHub\n\n131\n\n".to_owned(),
            _ => String::new(),
        };
        let votes = dice.roll(200);
        let body = summary(paper, whole);
        for published in ["Published on ", ""] {
            let _ = write!(
                text,
                "Submitted by\n\n{}\n\n{}\n\n{body}\n\n{people} · {published}{date}\n\nUpvote\n\n{votes}\n\n{stars}arXiv Page\n\n",
                paper.authors[0], paper.title
            );
        }
    }
    text
}

/// The abstract, or its first sentence as the one-line summary.
pub fn summary(paper: &Paper, whole: bool) -> String {
    let end = paper
        .abstract_text
        .find(". ")
        .map_or(paper.abstract_text.len(), |at| at + 1);
    if whole || end < 60 {
        paper.abstract_text.clone()
    } else {
        paper.abstract_text[..end].to_owned()
    }
}

pub fn mail(papers: &[Paper], dice: &mut Dice) -> String {
    let date = Date::parse(&papers[0].date).expect("a date");
    let (short, day) = (&date.month_name()[..3], date.day());
    let intro = dice.pick(&[
        format!("({day} {short})"),
        format!("({short} {day})"),
        format!("({day} {short} {})", date.year()),
    ]);
    let gap = dice.pick(&["\n", "\n\n"]);
    let bullet = dice.pick(&["", "", "- ", "• "]);
    let mut text = format!(
        "Daily Papers{gap}by AK and the AI research community{gap}Here is the selection of papers for today {intro}:{gap}"
    );
    for paper in papers {
        let sign = dice.pick(&[" ▲", "▲", " 🔥"]);
        let _ = write!(
            text,
            "{bullet}{} ({}{sign}){gap}",
            paper.title,
            dice.roll(300)
        );
    }
    text + "To view more checkout today's Daily Paper page.\nOnwards and upwards,\nAK and the research community\n"
}

pub fn listing(papers: &[Paper], dice: &mut Dice) -> String {
    let width = dice.pick(&[None, None, Some(80), Some(100)]);
    let fit = |text: String| width.map_or(text.clone(), |width| wrap(&text, width));
    let date = Date::parse(&papers[0].date).expect("a date");
    let mut text = format!(
        "Showing new listings for {}, {}\nTotal of {} entries\nShowing up to 2000 entries per page: fewer | more | all\nNew submissions (showing {} of {} entries)\n",
        date.weekday_name(),
        date.long(),
        papers.len(),
        papers.len(),
        papers.len()
    );
    let label = dice.pick(&["", "Authors: "]);
    for (at, paper) in papers.iter().enumerate() {
        let _ = writeln!(
            text,
            "[{}] arXiv:{} [pdf, html, other]",
            at + 1,
            paper.arxiv_id
        );
        let _ = writeln!(text, "{}", fit(format!("Title: {}", paper.title)));
        let _ = writeln!(
            text,
            "{}",
            fit(format!("{label}{}", paper.authors.join(", ")))
        );
        if dice.roll(2) == 0 {
            let _ = writeln!(text, "Comments: 11 pages, 3 figures");
        }
        let _ = writeln!(
            text,
            "Subjects: Computation and Language (cs.CL); Machine Learning (cs.LG)"
        );
        let _ = writeln!(text, "{}\n", fit(paper.abstract_text.clone()));
    }
    text
}

pub fn arxiv_mail(papers: &[Paper], dice: &mut Dice) -> String {
    let width = dice.pick(&[78, 72, 80]);
    let rule = "-".repeat(78);
    let mut text = String::new();
    if dice.roll(2) == 0 {
        text += "Submissions to:\nComputation and Language\n received from  Mon 26 May 25 18:00:00 GMT  to  Tue 27 May 25 18:00:00 GMT\n";
    }
    for paper in papers {
        let date = Date::parse(&paper.date).expect("a date");
        let day = format!(
            "{}, {} {} {}",
            &date.weekday_name()[..3],
            date.day(),
            &date.month_name()[..3],
            date.year()
        );
        let fold = |text: String| wrap(&text, width).replace('\n', "\n  ");
        let _ = write!(
            text,
            "{rule}\n\\\\\narXiv:{}\nDate: {day} 17:59:58 GMT   (2073kb)\n\n{}\n{}\nCategories: cs.CL cs.LG\n\\\\\n  {}\n\\\\ ( https://arxiv.org/abs/{} ,  2073kb)\n",
            paper.arxiv_id,
            fold(format!("Title: {}", paper.title)),
            fold(format!("Authors: {}", paper.authors.join(", "))),
            wrap(&paper.abstract_text, width),
            paper.arxiv_id
        );
    }
    text
}

pub fn api_json(papers: &[Paper], dice: &mut Dice) -> String {
    let items: Vec<serde_json::Value> = papers
        .iter()
        .map(|paper| {
            let authors: Vec<_> = paper.authors.iter().map(|name| serde_json::json!({"name": name, "hidden": false})).collect();
            serde_json::json!({"paper": {"id": paper.arxiv_id, "authors": authors, "title": paper.title,
                "summary": paper.abstract_text, "publishedAt": format!("{}T10:59:01.000Z", paper.date)}, "title": paper.title})
        })
        .collect();
    let value = match dice.roll(3) {
        0 => serde_json::json!({"date": papers[0].date, "count": papers.len(), "data": items}),
        1 => serde_json::json!({"papers": items, "next": {"page": 2}}),
        _ => serde_json::Value::Array(items),
    };
    if dice.roll(2) == 0 {
        value.to_string()
    } else {
        format!("{value:#}")
    }
}

pub fn json_lines(papers: &[Paper], dice: &mut Dice) -> String {
    let id = dice.pick(&["arxiv_id", "id", "arxivId"]);
    let (body, people) = (
        dice.pick(&["abstract", "summary"]),
        dice.pick(&["authors", "author"]),
    );
    let line = |paper: &Paper| {
        serde_json::json!({"title": paper.title, body: paper.abstract_text, id: paper.arxiv_id, people: paper.authors}).to_string()
    };
    papers.iter().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

pub fn atom(papers: &[Paper], dice: &mut Dice) -> String {
    let escape = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:arxiv=\"http://arxiv.org/schemas/atom\">\n<title>arXiv Query</title>\n".to_owned();
    for paper in papers {
        let people: String = paper
            .authors
            .iter()
            .map(|name| format!("<author><name>{}</name></author>\n", escape(name)))
            .collect();
        let body = match dice.roll(3) {
            0 => wrap_words(&escape(&paper.abstract_text), 78),
            _ => escape(&paper.abstract_text),
        };
        let _ = write!(
            text,
            "<entry>\n<id>http://arxiv.org/abs/{}v1</id>\n<updated>2025-01-01T00:00:00Z</updated>\n<published>{}T01:02:03Z</published>\n<title>{}</title>\n<summary>  {body}\n</summary>\n{people}<category term=\"cs.CL\"/></entry>\n",
            paper.arxiv_id,
            paper.date,
            escape(&paper.title)
        );
    }
    text + "</feed>\n"
}

pub fn bibtex(papers: &[Paper], dice: &mut Dice) -> String {
    let quote = |text: &str| text.replace(['{', '}'], "").replace('\\', "");
    let mut text = String::new();
    for (at, paper) in papers.iter().enumerate() {
        let kind = dice.pick(&["article", "inproceedings", "misc", "Article"]);
        let indent = dice.pick(&["  ", "", "\t"]);
        let _ = write!(
            text,
            "@{kind}{{key{at},\n{indent}title = {{{}}},\n{indent}author = {{{}}},\n{indent}year = 2025,\n{indent}eprint = {{{}}},\n{indent}abstract = {{{}}}\n}}\n\n",
            quote(&paper.title),
            paper.authors.join(" and "),
            paper.arxiv_id,
            quote(&paper.abstract_text)
        );
    }
    text
}

pub fn csv_text(papers: &[Paper], dice: &mut Dice) -> String {
    let delimiter = dice.pick(&[",", ";", "\t"]);
    let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let names = dice.pick(&[
        ["Title", "Abstract", "Authors", "arXiv ID"],
        ["title", "summary", "author", "arxiv_id"],
    ]);
    let mut text = names.join(delimiter) + "\n";
    for paper in papers {
        let body = if dice.roll(3) == 0 {
            wrap_words(&paper.abstract_text, 80)
        } else {
            paper.abstract_text.clone()
        };
        let row = [
            quote(&paper.title),
            quote(&body),
            quote(&paper.authors.join("; ")),
            paper.arxiv_id.clone(),
        ];
        text += &(row.join(delimiter) + "\n");
    }
    text
}
