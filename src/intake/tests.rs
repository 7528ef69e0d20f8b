//! A small invented list for each grammar, and what comes out of it.

use super::*;
use crate::date::Date;

const BODY: &str = "Readers of long lists forget how they began. We show that a list which is read twice is forgotten \
    half as often, and that a list which is written by hand is hardly ever forgotten at all by anybody.";

/// Reads a text in which `BODY` stands for an abstract, and compares the records, one a line, then
/// the problems: `line title | abstract | what else is known`.
fn check(format: Format, text: &str, expected: &str) {
    let text = text.replace("BODY", BODY);
    let today = Date::new(2026, 11, 23).expect("a day");
    let mut problems = Problems::new();
    let intake = parse(&Source::new("list.txt", text), None, today, &mut problems);
    assert_eq!(intake.format, format);
    let mut found = String::new();
    for record in &intake.records {
        let body = record.abstract_text.replace(BODY, "BODY");
        let known = [
            (!record.authors.is_empty()).then(|| record.authors.join(", ")),
            record.arxiv.as_ref().map(ToString::to_string),
            record.published.map(|date| date.to_string()),
            record.date.map(|date| format!("issue {date}")),
            record.venue.clone(),
            record.links.first().map(|link| link.url.clone()),
        ];
        let known: Vec<String> = known.into_iter().flatten().collect();
        found += &format!(
            "{} {} | {body} | {}\n",
            record.line,
            record.title,
            known.join("; ")
        );
    }
    for problem in problems.iter() {
        let line = problem.place.as_ref().map_or(0, |place| place.line);
        found += &format!("{line} {}\n", problem.code.name());
    }
    assert_eq!(found, expected);
}

#[test]
fn a_page_of_two_days_is_read() {
    check(
        Format::Page,
        "new\n\nDaily Papers\n\nbyAK and the research community\n\nAug 6\n\nA Study of Lists\n\nBODY\n\nAug 7, 2025\n\nWhy Lists?\n\nBODY\n",
        "9 A Study of Lists | BODY | issue 2026-08-06\n15 Why Lists? | BODY | issue 2025-08-07\n",
    );
}

#[test]
fn what_is_neither_title_nor_abstract_is_reported() {
    check(
        Format::Page,
        "Aug 6\n\nA Title That Lost Its Text\n\nA Study of Lists\n\nBODY\n\nBODY\n",
        "5 A Study of Lists | BODY | issue 2026-08-06\n3 missing-abstract\n9 stray-block\n",
    );
}

#[test]
fn search_cards_are_read() {
    check(
        Format::Cards,
        "Daily Papers\n\nMar 14, 2025\n\n8\n\nA Study of Lists\n\nBODY\n\n7 authors\n·\nMar 6\n1\n\n-\n\nWhy Lists?\n\nBODY\n\nSome Lab\n·\nDec 30\n",
        "7 A Study of Lists | BODY | 2025-03-06; issue 2025-03-14\n18 Why Lists? | BODY | 2024-12-30; issue 2025-03-14\n",
    );
}

#[test]
fn cards_in_markdown_give_their_ids() {
    check(
        Format::Cards,
        "# Daily Papers\n\n[8](https://huggingface.co/login?next=%2Fpapers%2F2501.00001)\n\n### [A Study of Lists](https://huggingface.co/papers/2501.00001)\n\n[BODY](https://huggingface.co/papers/2501.00001)\n\n[7 authors](https://huggingface.co/papers/2501.00001)\n\n·\n\nJan 2, 2025[6](https://huggingface.co/papers/2501.00001#community)\n",
        "5 A Study of Lists | BODY | 2501.00001; 2025-01-02\n",
    );
}

#[test]
fn a_trending_page_shows_each_paper_once() {
    let card = "Submitted by\n\nann\n\nA Study of Lists\n\nWe show that lists fade from memory.\n\nSome Lab · Published on Feb 5, 2026\n\nUpvote\n\n129\n\nGitHub 12\n\narXiv Page\n\n";
    check(
        Format::Trending,
        &card.repeat(2),
        "5 A Study of Lists | We show that lists fade from memory. | 2026-02-05\n",
    );
}

#[test]
fn a_mail_is_read_line_by_line() {
    check(
        Format::Mail,
        "Daily Papers\nHere is the selection of papers for today (2 Oct):\nA Study of Lists (58 ▲)\nWhy Lists? (And Why Not) (1 ▲)\nOnwards and upwards,\nAn unknown line\n",
        "3 A Study of Lists |  | issue 2026-10-02\n4 Why Lists? (And Why Not) |  | issue 2026-10-02\n6 stray-block\n",
    );
}

#[test]
fn pairs_without_any_chrome_are_read() {
    check(
        Format::Pairs,
        "A Study of Lists\nBODY\nWhy Lists?\nBODY\n",
        "1 A Study of Lists | BODY | \n3 Why Lists? | BODY | \n",
    );
    check(
        Format::Pairs,
        "Title: A Study of Lists\nAuthors: Ann Lee, Bo Day\nAbstract: BODY\n",
        "1 A Study of Lists | BODY | Ann Lee, Bo Day\n",
    );
}

#[test]
fn an_arxiv_listing_is_read() {
    check(
        Format::ArxivListing,
        "Showing new listings for Tuesday, 27 May 2025\n[1] arXiv:2505.00001 [pdf, html, other]\nTitle: A Study of Lists\nAnn Lee, Bo Day\nComments: 3 pages\nSubjects: Computation (cs.CL)\nBODY\n\n[2] arXiv:2505.00002 [pdf]\nSubjects: Computation (cs.CL)\n",
        "3 A Study of Lists | BODY | Ann Lee, Bo Day; 2505.00001; 2025-05-27; issue 2025-05-27\n9 incomplete-record\n",
    );
}

#[test]
fn an_arxiv_mail_is_read() {
    check(
        Format::ArxivMail,
        "------------\n\\\\\narXiv:2505.00001\nDate: Tue, 27 May 2025 17:59:58 GMT   (2kb)\n\nTitle: A Study\n  of Lists\nAuthors: Ann Lee (A Lab, B Town) and Bo Day\nJournal-ref: J. Lists 3\n\\\\\n  BODY\n\\\\ ( https://arxiv.org/abs/2505.00001 , 2kb)\n",
        "6 A Study of Lists | BODY | Ann Lee, Bo Day; 2505.00001; 2025-05-27; J. Lists 3\n",
    );
}

#[test]
fn an_atom_entry_without_an_end_is_not_mixed_with_the_next() {
    check(
        Format::ArxivAtom,
        "<feed>\n<entry><published>2025\n<title>One</title>\n</entry>\n<entry><title>Two</title></entry>\n</feed>",
        "5 Two |  | \n2 incomplete-record\n",
    );
}

#[test]
fn an_atom_feed_is_read_up_to_where_it_breaks() {
    check(
        Format::ArxivAtom,
        "<feed>\n<entry><id>http://arxiv.org/abs/2501.00001v2</id>\n<title>A Study\n of &lt;Lists&gt;</title><summary>BODY</summary><published>2025-01-02T00:00:00Z</published>\n<author><name>Ann Lee</name></author></entry>\n<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title></entry>\n<entry><title>Cut off",
        "3 A Study of <Lists> | BODY | Ann Lee; 2501.00001v2; 2025-01-02\n6 incomplete-record\n7 incomplete-record\n",
    );
}

#[test]
fn json_is_read_item_by_item() {
    check(
        Format::Json,
        "{\"date\": \"2025-01-10\", \"data\": [\n\"{'paper': {'id': '2501.00001', 'title': 'It\\\\'s a Study', 'summary': 'BODY', 'projectPage': None}}\",\n{\"title\": \"Why Lists?\", \"authors\": [{\"name\": \"Ann Lee\"}]},\n{\"abstract\": \"no title\"}]}",
        "2 It's a Study | BODY | 2501.00001; issue 2025-01-10\n3 Why Lists? |  | Ann Lee; issue 2025-01-10\n4 incomplete-record\n",
    );
}

#[test]
fn a_bad_line_of_json_lines_costs_itself_only() {
    check(
        Format::JsonLines,
        "{\"title\": \"A Study\", \"abstract\": \"BODY\", \"date\": \"2025-01-02\"}\n{\"title\": \n{\"title\": \"Why Lists?\", \"date\": \"2025-01-03\", \"published\": \"2024-01-01\"}\n",
        "1 A Study | BODY | 2025-01-02\n3 Why Lists? |  | 2024-01-01; issue 2025-01-03\n2 incomplete-record\n",
    );
}

#[test]
fn a_bibliography_is_read_entry_by_entry() {
    check(
        Format::Bibtex,
        "% mine\n@string{jl = {J. Lists}}\n@article{lee{\\'e}1,\n  title = {A {S}tudy of {L}ists},\n  author = {Lee, Ann and van der Day, Bo},\n  journal = jl, year = 2024\n}\n@misc{x,\n  author = {Nobody}\n}\n",
        "4 A Study of Lists |  | Ann Lee, Bo van der Day; J. Lists 2024\n8 incomplete-record\n",
    );
}

#[test]
fn a_table_is_read_row_by_row() {
    check(
        Format::Csv,
        "Paper Title;Summary;Authors;URL\nA Study;\"Two\nlines\";Ann Lee, Bo Day;https://arxiv.org/abs/2501.00001\nShort;row\n",
        "2 A Study | Two lines | Ann Lee, Bo Day; 2501.00001\n4 incomplete-record\n",
    );
}
