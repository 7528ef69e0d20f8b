use super::*;

fn check(input: &str, expected: &str) {
    assert_eq!(clean_abstract(input), expected, "from {input:?}");
}

#[test]
fn accents_become_letters() {
    check(r#"T\"ULU 3, T\"{u}lu"#, "TÜLU 3, Tülu");
}

/// Returns a field of every record of a file of gzipped JSON lines.
#[expect(
    clippy::disallowed_methods,
    reason = "tests read the data that stand beside the repository"
)]
fn field(file: &str, key: &str) -> Vec<String> {
    use std::io::BufRead;
    let path = std::path::Path::new("../shared/data").join(file);
    let Ok(file) = std::fs::File::open(&path) else {
        println!("skipped: {} is not here", path.display());
        return Vec::new();
    };
    std::io::BufReader::new(flate2::read::GzDecoder::new(file))
        .lines()
        .map(|line| {
            let line = line.expect("the data are UTF-8");
            let record: serde_json::Value = serde_json::from_str(&line).expect("the data are JSON");
            record[key].as_str().unwrap_or_default().to_owned()
        })
        .collect()
}

#[test]
fn the_restoring_rules_change_no_undamaged_text() {
    let mut changed = Vec::new();
    for text in field("arxiv-10k.jsonl.gz", "abstract") {
        let repaired = write::plain(&pieces_of_abstract(&text, Damage::Repaired));
        let kept = write::plain(&pieces_of_abstract(&text, Damage::Kept));
        if repaired != kept {
            changed.push((kept, repaired));
        }
    }
    assert_eq!(changed, []);
}
