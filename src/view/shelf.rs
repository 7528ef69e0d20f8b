//! A shelf: what was made for the papers that were shown last.

use std::convert::Infallible;
use std::sync::Mutex;

/// This keeps something of each of the papers that were shown last; pages are rendered in the order of
/// their papers, so most find what they show, and that of a whole site would be more than the rest of it.
pub struct Shelf<T>(Vec<Mutex<Option<(usize, T)>>>);

impl<T: Clone> Shelf<T> {
    /// Makes an empty shelf for some number of papers, of a site that may have fewer.
    pub fn new(places: usize, papers: usize) -> Shelf<T> {
        let places = places.min(papers).max(1);
        Shelf(
            std::iter::repeat_with(Mutex::default)
                .take(places)
                .collect(),
        )
    }

    /// Returns what is kept of a paper, by its index; makes it where there is nothing.
    pub fn get(&self, index: usize, make: impl FnOnce() -> T) -> T {
        let Ok(made) = self.try_get(index, || Ok::<T, Infallible>(make()));
        made
    }

    /// Like `get`, for what cannot always be made.
    pub fn try_get<E>(&self, index: usize, make: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let place = &self.0[index % self.0.len()];
        let hold = || place.lock().expect("nothing panics while it is held");
        if let Some((_, made)) = hold().as_ref().filter(|(kept, _)| *kept == index) {
            return Ok(made.clone());
        }
        // Two threads may make the same, which is as good as one that waits.
        let made = make()?;
        *hold() = Some((index, made.clone()));
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_kept_until_another_takes_its_place() {
        let shelf = Shelf::new(4, 100);
        assert_eq!(shelf.get(1, || "a"), "a");
        assert_eq!(shelf.get(1, || unreachable!("it is kept")), "a");
        assert_eq!(shelf.get(5, || "b"), "b");
        assert_eq!(shelf.get(1, || "c"), "c");
        assert_eq!(shelf.try_get(2, || Err::<&str, i32>(7)), Err(7));
        assert_eq!(shelf.try_get(2, || Ok::<&str, i32>("d")), Ok("d"));
        assert_eq!(Shelf::new(4, 0).get(7, || "e"), "e");
    }
}
