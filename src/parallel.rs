//! Work that is shared among threads: the same for many items, or two things side by side.
//!
//! Results are in the order of the items, whichever thread made them; a panic reaches the caller. Rayon's
//! iterators do the same, but are compiled anew, with all that splits and joins, wherever one is used: some ten
//! kilobytes each. Here the splitting is compiled once, and what is generic is a loop. No other module knows of
//! rayon. Knows nothing of what is done.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

/// Makes something of each item.
pub fn map<'a, T: Sync, R: Send>(items: &'a [T], make: impl Fn(&'a T) -> R + Sync) -> Vec<R> {
    map_indices(items.len(), |index| make(&items[index]))
}

/// Makes something of each index below `count`.
pub fn map_indices<R: Send>(count: usize, make: impl Fn(usize) -> R + Sync) -> Vec<R> {
    map_with(count, || (), |(), index| make(index))
}

/// Makes something of each index below `count`, with a state that one index after the other is lent.
pub fn map_with<S, R: Send>(
    count: usize,
    start: impl Fn() -> S + Sync,
    make: impl Fn(&mut S, usize) -> R + Sync,
) -> Vec<R> {
    let make = |state: &mut S, index| Ok::<R, Infallible>(make(state, index));
    let Ok(made) = try_map_with(count, start, make);
    made
}

/// Makes something of each item, or returns the first error in their order.
pub fn try_map<T: Sync, R: Send, E: Send>(
    items: &[T],
    make: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    try_map_with(items.len(), || (), |(), index| make(&items[index]))
}

/// Makes something of each index below `count`, with a state that one index after the other is lent, or returns
/// the first error in their order. What comes behind an error may be left out.
pub fn try_map_with<S, R: Send, E: Send>(
    count: usize,
    start: impl Fn() -> S + Sync,
    make: impl Fn(&mut S, usize) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let size = chunk_size(count, rayon::current_num_threads());
    let failed = AtomicUsize::new(usize::MAX);
    let fill = |number: usize| -> Result<Vec<R>, E> {
        let range = number * size..count.min((number + 1) * size);
        if failed.load(Ordering::Relaxed) < range.start {
            return Ok(Vec::new());
        }
        let mut made = Vec::with_capacity(range.len());
        let mut state = start();
        for index in range {
            match make(&mut state, index) {
                Ok(result) => made.push(result),
                Err(error) => {
                    failed.fetch_min(index, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        Ok(made)
    };
    let mut chunks: Vec<Result<Vec<R>, E>> = Vec::new();
    chunks.resize_with(count.div_ceil(size), || Ok(Vec::new()));
    let mut tasks: Vec<Task> = Vec::with_capacity(chunks.len());
    for (number, chunk) in chunks.iter_mut().enumerate() {
        let fill = &fill;
        tasks.push(Box::new(move || *chunk = fill(number)));
    }
    run(&mut tasks);
    drop(tasks);
    let mut all = Vec::with_capacity(count);
    for chunk in chunks {
        all.append(&mut chunk?);
    }
    Ok(all)
}

/// Tells whether something holds of an index below `count`.
pub fn any(count: usize, holds: impl Fn(usize) -> bool + Sync) -> bool {
    let found = AtomicBool::new(false);
    map_indices(count, |index| {
        if !found.load(Ordering::Relaxed) && holds(index) {
            found.store(true, Ordering::Relaxed);
        }
    });
    found.into_inner()
}

/// Does two things side by side.
pub fn join<A: Send, B: Send>(
    left: impl FnOnce() -> A + Send,
    right: impl FnOnce() -> B + Send,
) -> (A, B) {
    let (mut a, mut b) = (None, None);
    join_boxed(
        Box::new(|| a = Some(left())),
        Box::new(|| b = Some(right())),
    );
    let done = "what has not panicked has returned";
    (a.expect(done), b.expect(done))
}

/// Works off items, of which a thread takes the next when it is done with one; stops at an error.
///
/// Unlike with `try_map` all threads are near the same place of the list at any time.
pub fn try_in_turn<T: Send, E: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<(), E> + Send + Sync,
) -> Result<(), E> {
    items.into_iter().par_bridge().try_for_each(work)
}

/// Sorts numbers.
pub fn sort(numbers: &mut [u64]) {
    numbers.par_sort_unstable();
}

/// Chunks for each thread. One that meets dear items is helped by those that are done with theirs.
const CHUNKS: usize = 16;

type Task<'a> = Box<dyn FnMut() + Send + 'a>;
type Once<'a> = Box<dyn FnOnce() + Send + 'a>;

fn chunk_size(count: usize, threads: usize) -> usize {
    let chunks = match threads {
        1 => 1,
        _ => threads * CHUNKS,
    };
    count.div_ceil(chunks).max(1)
}

fn run(tasks: &mut [Task]) {
    match tasks {
        [] => {}
        [task] => task(),
        _ => {
            let (left, right) = tasks.split_at_mut(tasks.len() / 2);
            join_boxed(Box::new(|| run(left)), Box::new(|| run(right)));
        }
    }
}

fn join_boxed(left: Once, right: Once) {
    rayon::join(left, right);
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Mutex;
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// Calls back with pools of one thread, of few and of more than there are items.
    fn with_threads(test: impl Fn() + Sync) {
        for threads in [1, 2, 3, 64] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            pool.build().expect("a pool").install(&test);
        }
    }

    #[test]
    fn results_are_in_the_order_of_items() {
        with_threads(|| {
            for count in [0, 1, 2, 31, 32, 33, 1000] {
                let items: Vec<String> = (0..count).map(|item| item.to_string()).collect();
                assert_eq!(map(&items, String::clone), items);
                let expected: Vec<usize> = (0..count).collect();
                assert_eq!(map_indices(count, |index| index), expected);
            }
        });
    }

    #[test]
    fn an_index_is_made_once_even_where_work_is_uneven() {
        with_threads(|| {
            let met = Mutex::new(Vec::new());
            let made = map_indices(200, |index| {
                if index < 5 {
                    thread::sleep(Duration::from_millis(2));
                }
                met.lock().expect("nobody panics").push(index);
                index * 2
            });
            let mut met = met.into_inner().expect("nobody panicked");
            met.sort_unstable();
            assert_eq!(met, (0..200).collect::<Vec<_>>());
            assert_eq!(made, (0..400).step_by(2).collect::<Vec<_>>());
        });
    }

    #[test]
    fn a_thread_that_is_done_helps_the_other() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2);
        let threads = pool.build().expect("a pool").install(|| {
            // All the work is in the first half.
            map_indices(64, |index| {
                if index < 32 {
                    thread::sleep(Duration::from_millis(5));
                }
                rayon::current_thread_index()
            })
        });
        let mut dear = threads[..32].to_vec();
        dear.sort_unstable();
        dear.dedup();
        assert_eq!(dear, [Some(0), Some(1)]);
    }

    #[test]
    fn a_state_serves_one_index_after_the_other() {
        with_threads(|| {
            let states = AtomicUsize::new(0);
            let start = || {
                states.fetch_add(1, Ordering::Relaxed);
                Vec::new()
            };
            let befores = map_with(500, start, |seen: &mut Vec<usize>, index| {
                let before = seen.last().copied();
                seen.push(index);
                before
            });
            let starts = befores.iter().filter(|before| before.is_none()).count();
            assert_eq!(starts, states.into_inner());
            for (index, before) in befores.iter().enumerate() {
                assert!(before.is_none_or(|before| before + 1 == index));
            }
        });
    }

    #[test]
    fn the_first_error_in_order_is_returned() {
        with_threads(|| {
            let items: Vec<usize> = (0..1000).collect();
            let check = |bad: &[usize]| {
                try_map(&items, |item| {
                    if bad.first() == Some(item) {
                        // Later errors are met before it.
                        thread::sleep(Duration::from_millis(5));
                    }
                    match bad.contains(item) {
                        true => Err(*item),
                        false => Ok(item + 1),
                    }
                })
            };
            assert_eq!(check(&[]), Ok((1..=1000).collect()));
            assert_eq!(check(&[0, 999]), Err(0));
            assert_eq!(check(&[400, 401, 999]), Err(400));
            assert_eq!(check(&[999]), Err(999));
        });
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        with_threads(|| {
            let panics = || map_indices(100, |index| assert_ne!(index, 60, "sixty"));
            let panic = catch_unwind(AssertUnwindSafe(panics)).expect_err("it panics");
            let message = panic.downcast::<String>().expect("a text");
            assert!(message.contains("sixty"), "{message}");
            let joined = || join(|| 1, || -> usize { panic!("right") });
            let panic = catch_unwind(AssertUnwindSafe(joined)).expect_err("it panics");
            assert_eq!(panic.downcast_ref(), Some(&"right"));
        });
    }

    #[test]
    fn any_finds_what_there_is() {
        with_threads(|| {
            assert!(!any(0, |_| true));
            assert!(!any(1000, |_| false));
            assert!(any(1000, |index| index == 999));
            assert!(any(1000, |index| index == 0));
        });
    }

    #[test]
    fn two_things_return_what_they_made() {
        with_threads(|| {
            let (text, number) = join(|| "left".to_owned(), || 2);
            assert_eq!((text.as_str(), number), ("left", 2));
        });
    }

    #[test]
    fn in_turn_all_is_worked_off_or_an_error_returned() {
        with_threads(|| {
            let met = Mutex::new(Vec::new());
            let work = |item: usize| -> Result<(), usize> {
                met.lock().expect("nobody panics").push(item);
                Ok(())
            };
            assert_eq!(try_in_turn((0..300).collect(), work), Ok(()));
            let mut met = met.into_inner().expect("nobody panicked");
            met.sort_unstable();
            assert_eq!(met, (0..300).collect::<Vec<_>>());
            let fail = |item: usize| (item != 7).then_some(()).ok_or(item);
            assert_eq!(try_in_turn((0..300).collect(), fail), Err(7));
        });
    }
}
