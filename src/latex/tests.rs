use super::*;

fn check(input: &str, expected: &str) {
    assert_eq!(clean_abstract(input), expected, "from {input:?}");
}

#[test]
fn accents_become_letters() {
    check(r#"T\"ULU 3, T\"{u}lu"#, "TÜLU 3, Tülu");
}
