//! How much the anchors of a YAML text stand for, without building it.
//!
//! The library follows an alias a hundred times as often as there are values, whatever is behind it: 64 KiB in
//! which half the aliases stand for the other half's list would be a hundred million values.

use std::cell::Cell;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

/// How many values and bytes of their texts may stand in a text for each of its bytes. Without anchors it is
/// at most two and a half: a value for each byte, and three bytes for an escape of two.
const EACH: usize = 4;
/// So many more may stand in any text.
const FREE: usize = 16 * 1024;

/// Tells whether anchors make a text say much more than is written.
pub fn stand_for_too_much(text: &str) -> bool {
    if !(text.contains('&') && text.contains('*')) {
        return false;
    }
    let left = Cell::new(Some(FREE + EACH * text.len()));
    // Other mistakes are told when the values are read.
    let _ = Weight(&left).deserialize(serde_yaml::Deserializer::from_str(text));
    left.get().is_none()
}

/// This is what may still be said; `None` when it was too much.
struct Weight<'a>(&'a Cell<Option<usize>>);

impl Weight<'_> {
    /// Counts a value and the bytes of its text.
    fn take<E: Error>(&self, bytes: usize) -> Result<(), E> {
        let left = self.0.get().and_then(|left| left.checked_sub(1 + bytes));
        self.0.set(left);
        match left {
            Some(_) => Ok(()),
            None => Err(E::custom("the anchors stand for too much")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Weight<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Weight<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.take(0)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.take(0)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.take(0)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.take(0)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.take(0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.take(text.len())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.take(0)?;
        while items.next_element_seed(Weight(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        self.take(0)?;
        while entries.next_key_seed(Weight(self.0))?.is_some() {
            entries.next_value_seed(Weight(self.0))?;
        }
        Ok(())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<(), A::Error> {
        let (_, value) = tagged.variant::<IgnoredAny>()?;
        value.newtype_variant_seed(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of some length, and so many others of it.
    fn repeated(length: usize, times: usize) -> String {
        format!(
            "a: &a [{}]\nb: [{}]\n",
            vec!["x"; length].join(","),
            vec!["*a"; times].join(",")
        )
    }

    #[test]
    fn anchors_may_stand_for_some_more_than_is_written() {
        for text in [
            repeated(10, 100),
            repeated(100, 80),
            repeated(1000, 8),
            "a: &a 'it & *'\nb: *a\n".to_owned(),
            format!("a: [{}] # &a *a", vec!["x"; 100_000].join(",")),
            format!("a: [{}] # &a *a", vec!["\"\\L\\P\""; 20_000].join(",")),
            format!("a: [{}] # &a *a", "[],{},!t ~,".repeat(20_000)),
            format!("a: [{}] # &a *a", ",1,-1,1.5,true".repeat(20_000)),
            "a: *b # &b\n".to_owned(),
        ] {
            assert!(
                !stand_for_too_much(&text),
                "{}",
                &text[..text.len().min(99)]
            );
        }
    }

    #[test]
    fn what_anchors_stand_for_is_counted_whole() {
        let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(9_000), "*a,".repeat(9));
        let keys = format!(
            "a: &a {}\nb: {{{}}}\n",
            "x".repeat(9_000),
            "*a : 1,".repeat(9)
        );
        let tagged = format!(
            "a: &a !t [{}]\nb: [{}]\n",
            "!u x,".repeat(900),
            "*a,".repeat(90)
        );
        let entries = format!(
            "a: &a [{}]\nb: [{}]\n",
            "{x: y},".repeat(500),
            "*a,".repeat(90)
        );
        for text in [
            repeated(200, 100),
            repeated(100, 200),
            long,
            keys,
            tagged,
            entries,
        ] {
            assert!(stand_for_too_much(&text), "{}", &text[..99]);
        }
    }

    #[test]
    fn every_kind_of_value_counts() {
        for value in ["~", "1", "-1", "1.5", "true", "''", "[]", "{}", "!t ''"] {
            let list = |times: usize| {
                let text = [value, ","].concat().repeat(1000);
                format!("a: &a [{text}]\nb: [{}]\n", "*a,".repeat(times))
            };
            assert!(!stand_for_too_much(&list(15)), "{value}");
            assert!(stand_for_too_much(&list(60)), "{value}");
        }
    }

    #[test]
    fn a_value_counts_as_one_and_its_bytes() {
        let left = |text: &str| FREE + EACH * text.len();
        let list = |length: usize| {
            format!(
                "a: &a {}\nb: [*a,*a,*a,*a,*a,*a,*a,*a]\n",
                "x".repeat(length)
            )
        };
        // A mapping, two keys of a byte, a list, and nine texts.
        let cost = |length: usize| 1 + 2 * 2 + 1 + 9 * (1 + length);
        let length = (1..10_000)
            .rfind(|&length| cost(length) <= left(&list(length)))
            .expect("one fits");
        assert!(!stand_for_too_much(&list(length)));
        assert!(stand_for_too_much(&list(length + 1)));
    }
}
