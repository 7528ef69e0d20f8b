//! Which of many things may be there twice.
//!
//! Nearly always none is, and a table of all of them would be the dearest way to learn that. Each thing has
//! numbers that are the same where two are the same, and seldom else: sorted, two that are equal stand side by
//! side. Only those that share one are worth comparing.

use std::hash::{BuildHasher as _, Hash};

use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::parallel;

/// Returns a number that equal things share.
pub fn mark(thing: impl Hash) -> u64 {
    FxBuildHasher.hash_one(thing)
}

/// Returns, in order, which things share a mark with another one.
pub fn suspects<T: Sync, const N: usize>(
    things: &[T],
    marks: impl Fn(&T) -> [Option<u64>; N] + Sync,
) -> Vec<usize> {
    let marks = parallel::map(things, marks);
    let mut sorted: Vec<u64> = marks.iter().flatten().flatten().copied().collect();
    parallel::sort(&mut sorted);
    let pairs = sorted.array_windows().filter(|[one, next]| one == next);
    let repeated: FxHashSet<u64> = pairs.map(|[mark, _]| *mark).collect();
    if repeated.is_empty() {
        return Vec::new();
    }
    let is_suspect = |index: &usize| {
        let mut marks = marks[*index].iter().flatten();
        marks.any(|mark| repeated.contains(mark))
    };
    (0..things.len()).filter(is_suspect).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_thing_has_no_twin_in_itself_unless_it_says_so_twice() {
        assert!(suspects(&[1, 2, 3], |n| [Some(*n)]).is_empty());
        assert!(suspects(&[1, 2, 3], |_| [None]).is_empty());
        assert!(suspects(&[] as &[u64], |n| [Some(*n)]).is_empty());
        assert_eq!(suspects(&[1, 2], |n| [Some(1), Some(*n)]), [0, 1]);
    }

    proptest! {
        #[test]
        fn all_that_share_a_mark_are_found(
            things in prop::collection::vec([prop::option::of(0..40u64), prop::option::of(50..90u64)], 0..40),
        ) {
            let shares = |index: usize| {
                let others = things.iter().enumerate().filter(|(other, _)| *other != index);
                let mut others = others.flat_map(|(_, marks)| marks).flatten();
                others.any(|mark| things[index].contains(&Some(*mark)))
            };
            let expected: Vec<usize> = (0..things.len()).filter(|&index| shares(index)).collect();
            prop_assert_eq!(suspects(&things, |marks| *marks), expected);
        }
    }
}
