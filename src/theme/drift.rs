//! What became of a file of the theme since a site copied it: what digest changed, what the site changed,
//! and where both did.

use std::ops::Range;

use text_diff::{DiffOp, DiffTag, TextDiff};

/// This is how a site's copy of a theme's file stands to the built-in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// The copy is what is built in, so it can go.
    Same,
    /// The built-in file is what it was when it was copied.
    Kept,
    /// The built-in file has changed since: how, and which lines of the copy (from 1) both have changed.
    Moved {
        /// The change, as a unified difference.
        change: String,
        /// The lines of the copy that the site has changed too.
        both: Vec<Range<usize>>,
    },
    /// Nobody knows from which version the copy was made: how it differs from what is built in.
    Unknown {
        /// The difference, as a unified one.
        change: String,
    },
}

/// Compares a copy with what is built in now, and both with what was copied.
pub fn drift(base: Option<&str>, copy: &str, built_in: &str) -> Drift {
    if copy == built_in {
        return Drift::Same;
    }
    let Some(base) = base else {
        return Drift::Unknown {
            change: unified(copy, built_in, ["your file", "built in now"]),
        };
    };
    if base == built_in {
        return Drift::Kept;
    }
    let (ours, theirs) = (
        TextDiff::from_lines(base, built_in),
        TextDiff::from_lines(base, copy),
    );
    let changed = |op: &&DiffOp| op.tag() != DiffTag::Equal;
    let ours: Vec<Range<usize>> = ours
        .ops()
        .iter()
        .filter(changed)
        .map(DiffOp::old_range)
        .collect();
    let meets = |op: &&DiffOp| ours.iter().any(|range| meet(range, &op.old_range()));
    let both = theirs
        .ops()
        .iter()
        .filter(changed)
        .filter(meets)
        .map(|op| {
            let lines = op.new_range();
            // Of lines that were deleted nothing is left but the line before.
            lines.start.max(usize::from(lines.is_empty())) + usize::from(!lines.is_empty())
                ..lines.end + 1
        })
        .collect();
    Drift::Moved {
        change: unified(base, built_in, ["when you copied it", "built in now"]),
        both,
    }
}

fn unified(old: &str, new: &str, [from, to]: [&str; 2]) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().header(from, to).to_string()
}

/// Two changes meet where they share a line; one that only adds lines meets what stands right there.
fn meet(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start <= other.end && other.start <= one.end
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "a\nb\nc\nd\ne\nf\n";

    fn both(copy: &str, built_in: &str) -> Vec<(usize, usize)> {
        match drift(Some(BASE), copy, built_in) {
            Drift::Moved { both, .. } => both.into_iter().map(|r| (r.start, r.end)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_copy_of_what_is_built_in_can_go() {
        assert_eq!(drift(Some(BASE), "x\n", "x\n"), Drift::Same);
        assert_eq!(drift(None, "x\n", "x\n"), Drift::Same);
    }

    #[test]
    fn what_did_not_change_needs_no_look() {
        assert_eq!(drift(Some(BASE), "mine\n", BASE), Drift::Kept);
    }

    #[test]
    fn changes_in_different_places_do_not_meet() {
        assert!(both("A\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\ne\nF\n").is_empty());
    }

    #[test]
    fn changes_of_one_line_meet_there() {
        assert_eq!(
            both("new\na\nb\nX\nd\ne\nf\n", "a\nb\nY\nd\ne\nf\n"),
            [(4, 5)]
        );
        assert_eq!(both("a\nb\nd\ne\nf\n", "a\nb\nY\nd\ne\nf\n"), [(2, 3)]);
    }

    #[test]
    fn a_copy_of_unknown_age_is_compared_with_what_is_built_in() {
        let Drift::Unknown { change } = drift(None, "a\nb\n", "a\nc\n") else {
            panic!("the age is unknown");
        };
        assert!(
            change.ends_with("@@ -1,2 +1,2 @@\n a\n-b\n+c\n"),
            "{change}"
        );
    }
}
