//! A table of values by the hash of a word or a phrase, made once and asked often.

/// This is a table whose keys are hashes: mixed already, so their low bits say where to look.
#[derive(Debug, Clone)]
pub struct Table<V> {
    /// A place for each value at or behind that of its hash; the hash is zero where there is none.
    places: Vec<(u32, V)>,
    length: usize,
}

impl<V: Copy + Default> Table<V> {
    /// Makes a table with room for so many values.
    pub fn with_capacity(values: usize) -> Table<V> {
        Table {
            places: vec![(0, V::default()); (values * 2).next_power_of_two().max(2)],
            length: 0,
        }
    }

    /// Adds a value, or puts it in the place of another; zero is no hash and is passed over.
    pub fn insert(&mut self, hash: u32, value: V) {
        if hash == 0 {
            return;
        }
        if (self.length + 1) * 2 > self.places.len() {
            let mut larger = Table::with_capacity(self.places.len());
            self.iter()
                .for_each(|(hash, value)| larger.insert(hash, *value));
            *self = larger;
        }
        let place = self.place(hash);
        self.length += usize::from(self.places[place].0 == 0);
        self.places[place] = (hash, value);
    }

    /// Returns the value of a hash.
    #[inline]
    pub fn get(&self, hash: u32) -> Option<&V> {
        // As `place` looks, but at the value in the same step, for this is asked for every phrase of a site.
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            match self.places.get(place)? {
                (0, _) => return None,
                (found, value) if *found == hash => return Some(value),
                _ => place = (place + 1) & mask,
            }
        }
    }

    /// Returns all values with their hashes, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &V)> {
        let places = self.places.iter().filter(|(hash, _)| *hash != 0);
        places.map(|(hash, value)| (*hash, value))
    }

    /// Returns where a hash stands, or would stand.
    fn place(&self, hash: u32) -> usize {
        // Half of the places are empty, so the search ends.
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        while self.places[place].0 != hash && self.places[place].0 != 0 {
            place = (place + 1) & mask;
        }
        place
    }
}

impl<V: Copy + Default> Default for Table<V> {
    fn default() -> Table<V> {
        Table::with_capacity(0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_table_holds_what_was_put_into_it(values in prop::collection::vec((1..200u32, any::<u8>()), 0..300)) {
            let mut table = Table::default();
            values.iter().for_each(|(hash, value)| table.insert(*hash, *value));
            let expected: BTreeMap<u32, u8> = values.into_iter().collect();
            for hash in 0..250 {
                assert_eq!(table.get(hash), expected.get(&hash));
            }
            let mut found: Vec<(u32, u8)> = table.iter().map(|(hash, value)| (hash, *value)).collect();
            found.sort_unstable();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        }
    }
}
