//! What became of a file of the theme since a site copied it: what digest changed, what the site changed,
//! and where both did.

use std::ops::Range;

use diffy::{DiffOptions, Line, PatchFormatter};

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
    let ours = changes(base, built_in);
    let meets = |(there, _): &(Range<usize>, Range<usize>)| {
        ours.iter().any(|(range, _)| meet(range, there))
    };
    let theirs = changes(base, copy).into_iter().filter(meets);
    let both = theirs.map(|(_, lines)| {
        // Of lines that were deleted nothing is left but the line before.
        lines.start.max(usize::from(lines.is_empty())) + usize::from(!lines.is_empty())
            ..lines.end + 1
    });
    let both = both.collect();
    Drift::Moved {
        change: unified(base, built_in, ["when you copied it", "built in now"]),
        both,
    }
}

fn unified(old: &str, new: &str, [from, to]: [&'static str; 2]) -> String {
    let mut options = DiffOptions::new();
    options
        .set_original_filename(from)
        .set_modified_filename(to);
    let patch = options.create_patch(old, new);
    let formatter = PatchFormatter::new().suppress_blank_empty(false);
    formatter.fmt_patch(&patch).to_string()
}

/// Finds the lines, from 0, that one text has in the place of those of another.
fn changes(old: &str, new: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let mut options = DiffOptions::new();
    // All lines in one hunk, so that it begins with the first of both.
    options.set_context_len(old.len());
    let patch = options.create_patch(old, new);
    let (mut old, mut new, mut is_equal) = (0, 0, true);
    let mut changes: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for line in patch.hunks().iter().flat_map(|hunk| hunk.lines()) {
        let was_equal = std::mem::replace(&mut is_equal, matches!(line, Line::Context(_)));
        if was_equal && !is_equal {
            changes.push((old..old, new..new));
        }
        old += usize::from(!matches!(line, Line::Insert(_)));
        new += usize::from(!matches!(line, Line::Delete(_)));
        if let Some((there, here)) = changes.last_mut().filter(|_| !is_equal) {
            (there.end, here.end) = (old, new);
        }
    }
    changes
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
