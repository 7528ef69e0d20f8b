//! What is asked for titles, and what is read from answers.

use super::query::of_title;
use super::*;

const WHOLE: &str = "<feed><entry><id>http://arxiv.org/abs/2201.00001v2</id>\
    <title>A Title</title><summary>S.</summary></entry></feed>";

fn check_title(title: &str, expected: Option<&str>) {
    let query = of_title(title).map(|query| query.to_string());
    let expected = expected.map(|search| format!("title {search}"));
    assert_eq!(query, expected, "{title}");
}

#[test]
fn a_title_is_searched_for_by_the_words_that_are_spelt_alike_everywhere() {
    for (title, search) in [
        (
            "Attention Is All You Need",
            "ti:\"attention is all you need\"",
        ),
        (
            "Titans: Learning to Memorize at Test-Time",
            "ti:\"titans learning to memorize at test time\"",
        ),
        (
            "TÜLU 3: Pushing Frontiers in Training",
            "ti:\"3 pushing frontiers in training\"",
        ),
        (
            "Solving $\\ell_1$ Problems of Norms",
            "ti:\"solving\" AND ti:\"problems of norms\"",
        ),
        (
            "Language Models Don’t Lie Often",
            "ti:\"language models\" AND ti:\"lie often\"",
        ),
        ("Say \"Cheese\" (Again)", "ti:\"say cheese again\""),
        (
            "GPT-4 (or Qwen2.5) as a Test-Time Teacher: 3 Lessons",
            "ti:\"as a test time teacher 3 lessons\"",
        ),
        ("GPT-4 Technical Report", "ti:\"gpt 4 technical report\""),
        ("GPT", "ti:\"gpt\""),
        ("图像", "ti:\"图像\""),
        ("$x$", "ti:\"x\""),
    ] {
        check_title(title, Some(search));
    }
    check_title("…", None);
    check_title("", None);
}

#[test]
fn a_search_cannot_leave_its_quotes_or_its_parameter() {
    let query = of_title("A \"quoted\" & spaced%20 OR all:physics").expect("a query");
    assert_eq!(
        query.parameters(),
        "search_query=ti:%22a+quoted%22+AND+ti:%22or+all+physics%22&start=0&max_results=25"
    );
}

#[test]
fn a_query_is_read_as_it_was_written() {
    let ids = Query::Ids(vec!["2201.00001".to_owned(), "math/0309136".to_owned()]);
    for query in [ids, of_title("On $x$ and Friends").expect("a query")] {
        assert_eq!(Query::parse(&query.to_string()), Some(query));
    }
    assert_eq!(Query::parse("something"), None);
}

#[test]
fn an_identifier_is_asked_for_without_version_and_class() {
    for (written, asked) in [
        ("2201.00001v3", "2201.00001"),
        ("math.GT/0309136v1", "math/0309136"),
        ("cond-mat/9901001", "cond-mat/9901001"),
    ] {
        let id = ArxivId::parse(written).expect("an identifier");
        assert_eq!(query::canonical(&id), asked);
    }
}

#[test]
fn only_a_whole_feed_is_an_answer() {
    let title = |text| read(text).map(|records| records[0].title.clone());
    assert_eq!(title(WHOLE), Ok("A Title".to_owned()));
    assert_eq!(read("<feed></feed>"), Ok(Vec::new()));
    for cut in 1..WHOLE.len() {
        assert!(read(&WHOLE[..cut]).is_err(), "{}", &WHOLE[..cut]);
    }
    for (text, why) in [
        ("", "the answer is empty"),
        (
            "<!DOCTYPE html><html></html>",
            "the answer is a web page, not Atom",
        ),
        ("Rate exceeded.", "the answer is not Atom"),
        (
            "<feed><entry><title>x</feed>",
            "this entry cannot be read whole: the text ends inside it",
        ),
        (
            "<feed><opensearch:totalResults>7</opensearch:totalResults></feed>",
            "the answer counts papers and lists none",
        ),
    ] {
        assert_eq!(read(text), Err(Fault::Unreadable(why.to_owned())), "{text}");
    }
}

#[test]
fn an_error_in_the_form_of_an_entry_is_a_refusal() {
    let text = "<feed><entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_1</id>\
        <title>Error</title><summary>incorrect id format for 1</summary></entry></feed>";
    let why = "the answer is an error: incorrect id format for 1".to_owned();
    assert_eq!(read(text), Err(Fault::Refused(why)));
}

#[test]
fn identifiers_are_asked_for_once_and_a_hundred_at_a_time() {
    let paper = |number: usize| {
        let text = format!(
            "---\ntitle: T{number}\narxiv: \"2201.{:05}\"\n---\n",
            number % 150
        );
        known(&format!("content/papers/2025-01-01/p{number}.md"), &text)
    };
    let papers: Vec<Known> = (0..160).map(paper).collect();
    let (subjects, left) = subjects(&papers);
    assert_eq!((subjects.len(), left.len()), (160, 0));
    let sizes = |answers: &Answers| -> Vec<usize> {
        plan(&subjects, answers).iter().map(Query::size).collect()
    };
    assert_eq!(sizes(&Answers::default()), [100, 50]);
    let mut answers = Answers::default();
    answers.add(&Query::Ids(vec!["2201.00007".to_owned()]), Vec::new());
    assert_eq!(sizes(&answers), [100, 49]);
}

#[test]
fn papers_that_lack_nothing_or_cannot_be_changed_are_not_asked_about() {
    let full = "---\ntitle: T\nauthors: [A]\npublished: 2022-01-01\narxiv: \"2201.00001\"\n\
        doi: 10.1000/1\nvenue: V\n---\n";
    let papers = [
        known("full.md", full),
        known("none.md", "---\ntitle: T\narxiv:\n---\n"),
        known("broken.md", "---\ntitle: [\n---\n"),
        known(
            "doi.md",
            "---\ntitle: T\ndoi: 10.48550/arXiv.2201.00002\n---\n",
        ),
    ];
    let (subjects, left) = subjects(&papers);
    let asked: Vec<String> = subjects.iter().map(|one| one.query.to_string()).collect();
    assert_eq!(asked, ["ids 2201.00002"]);
    assert_eq!(left, ["broken.md"]);
}

fn known(path: &str, text: &str) -> Known {
    let source = Source::new(path, text);
    let (paper, _) = front_matter::parse_paper(&source, &mut Problems::new());
    let paper = paper.unwrap_or_default();
    Known {
        path: path.to_owned(),
        title: paper.title,
        arxiv: paper.arxiv,
        doi: paper.doi,
        slug: "x".to_owned(),
        text: text.into(),
    }
}
