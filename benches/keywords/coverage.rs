//! Which frequent labels the starter vocabulary has a tag for.

use std::collections::BTreeMap;

use paper_digest::tags::Vocabulary;
use paper_digest::tags::discover::Cover;

use super::papers::Row;

/// What came less often may be a paper's own word.
const LEAST: usize = 6;
/// How many labels without a tag are shown.
const SHOWN: usize = 60;

/// Prints how many of the frequent labels a tag covers, or the end of, and the most frequent others.
pub fn show(rows: &[Row]) {
    let mut labels: BTreeMap<String, usize> = BTreeMap::new();
    for label in rows.iter().flat_map(|row| &row.keywords) {
        // An abbreviation in brackets says the same again.
        let label = label.split('(').next().unwrap_or(label).trim();
        *labels.entry(label.to_lowercase()).or_default() += 1;
    }
    labels.retain(|_, count| *count >= LEAST);
    let (all, times) = (labels.len(), labels.values().sum::<usize>());
    labels.retain(|label, _| Vocabulary::starter().cover(label) == Cover::None);
    let bare: usize = labels.values().sum();
    println!(
        "{all} labels came {LEAST} times or more, {times} times together; the starter vocabulary's {} tags \
         cover {} of them, {:.3} of the times",
        Vocabulary::starter().iter().count(),
        all - labels.len(),
        1.0 - bare as f64 / times as f64,
    );
    let mut labels: Vec<(String, usize)> = labels.into_iter().collect();
    labels.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let labels = labels.iter().take(SHOWN);
    let labels: Vec<String> = labels
        .map(|(label, count)| format!("{label} {count}"))
        .collect();
    println!("not covered: {}", labels.join(", "));
}
