//! TeX that is left in a text.
//!
//! Looks at the HTML, so that formulas and code, where TeX belongs, are out of sight.

/// Elements in which TeX is at home.
const SKIPPED: [&str; 3] = ["math", "code", "pre"];

/// Finds the first command (`\textbf`) or opening quote of TeX that readers would see.
pub fn find(html: &str) -> Option<String> {
    let mut rest = html;
    loop {
        let open = rest.find('<').unwrap_or(rest.len());
        if let Some(found) = find_in_text(&rest[..open]) {
            return Some(found);
        }
        rest = rest.get(open + 1..)?;
        let skipped = SKIPPED.iter().find(|name| {
            let behind = rest.strip_prefix(**name);
            behind.is_some_and(|behind| behind.starts_with(['>', ' ']))
        });
        let end = skipped.map_or(">".to_owned(), |name| format!("</{name}>"));
        let at = rest.find(&end)?;
        rest = &rest[at + end.len()..];
    }
}

fn find_in_text(text: &str) -> Option<String> {
    let quote = text.find("``").map(|at| (at, "``".to_owned()));
    let command = text.match_indices('\\').find_map(|(at, _)| {
        let name: String = text[at + 1..]
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        let before = text[..at].chars().next_back();
        // `C:\Users` is a path, and a single letter behind a backslash is more often a slip.
        let starts = !before.is_some_and(|c| c.is_alphanumeric() || c == ':' || c == '\\');
        (name.len() >= 2 && starts).then(|| (at, format!("\\{name}")))
    });
    let first = quote.into_iter().chain(command).min();
    first.map(|(_, found)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_outside_of_formulas_and_code_are_found() {
        for (html, expected) in [
            (r"<p>We use \textbf{this}.</p>", Some(r"\textbf")),
            ("<p>So-called ``models''.</p>", Some("``")),
            (
                r"<p><math><mi>x</mi><annotation>\alpha</annotation></math> is</p>",
                None,
            ),
            (
                r"<p><code>\textbf</code> <code class=x>\y</code> \cite{x}</p>",
                Some(r"\cite"),
            ),
            (r"<p>In C:\Users\me or 1\2.</p>", None),
            (r#"<p title="\alpha">x</p>"#, None),
            ("a < b", None),
        ] {
            assert_eq!(find(html).as_deref(), expected, "{html}");
        }
    }
}
