//! What holds for every list of problems.

use paper_digest::diagnostic::{Palette, Problems};

/// Checks that each problem has its place in the text, and that showing it to a terminal shows lines
/// and nothing else: no colours, no movements of the cursor, no right-to-left marks.
pub fn check(problems: &Problems, text: &str) {
    let lines = text.matches('\n').count() + 1;
    for problem in problems.iter() {
        if let Some(place) = &problem.place {
            assert!(place.line <= lines, "line {} of {lines}", place.line);
            let length = place.excerpt.chars().count();
            assert!(length <= 160, "an excerpt of {length} characters");
            assert!(place.mark_start <= length, "a mark behind the line");
        }
        let shown = problem.render(Palette::PLAIN);
        let moves = |c: char| {
            c.is_control() && c != '\n'
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!shown.contains(moves), "{shown:?}");
    }
}
