//! A text that stands for several.

/// Parts a text at lines `%%`; parts that are not there are empty.
pub fn parts<const N: usize>(text: &str) -> [&str; N] {
    let mut rest = Some(text);
    std::array::from_fn(|_| match rest {
        None => "",
        Some(text) => {
            let (part, more) = match text.find("\n%%\n") {
                Some(at) => (&text[..=at], Some(&text[at + 4..])),
                None => (text, None),
            };
            rest = more;
            part
        }
    })
}
