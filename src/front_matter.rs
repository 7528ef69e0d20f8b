//! Front matter. (Not written yet.)

use crate::paper::Paper;

/// Writes a paper's file.
pub fn write(paper: &Paper, body: &str) -> String {
    let mut text = format!("---\ntitle: {:?}\n", paper.title);
    if let Some(date) = paper.date {
        text += &format!("date: {date}\n");
    }
    if let Some(arxiv) = &paper.arxiv {
        text += &format!("arxiv: \"{arxiv}\"\n");
    }
    if let Some(source) = &paper.source {
        text += &format!("source: {source}\n");
    }
    text + "---\n" + body + "\n"
}
