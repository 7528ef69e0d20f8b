//! Rows, for people and for programs.

use clap::ValueEnum;
use serde_json::{Map, Value};

use crate::console;
use crate::diagnostic::cells;

/// This is how rows are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns, for people
    #[default]
    Table,
    /// A list of objects
    Json,
    /// Lines with a header (RFC 4180)
    Csv,
}

/// Prints rows; each has a value for every column. A table shows the columns named in `shown`.
pub fn print(format: Format, columns: &[&str], shown: &[&str], rows: &[Vec<Value>]) {
    console::print(&match format {
        Format::Table => table(columns, shown, rows),
        Format::Json => json(columns, rows),
        Format::Csv => csv(columns, rows),
    });
}

fn table(columns: &[&str], shown: &[&str], rows: &[Vec<Value>]) -> String {
    let picked: Vec<usize> = (0..columns.len())
        .filter(|index| shown.contains(&columns[*index]))
        .collect();
    let texts: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            picked
                .iter()
                .map(|index| text(&row[*index], ", "))
                .collect()
        })
        .collect();
    let width = |column: usize| {
        texts
            .iter()
            .map(|row| cells(&row[column]))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..picked.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let padded = row
            .iter()
            .zip(&widths)
            .map(|(text, width)| format!("{text}{}", " ".repeat(width - cells(text))));
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    texts.iter().map(line).collect()
}

fn json(columns: &[&str], rows: &[Vec<Value>]) -> String {
    let object = |row: &Vec<Value>| {
        let mut object = Map::new();
        for (name, value) in columns.iter().zip(row) {
            object.insert((*name).to_owned(), value.clone());
        }
        Value::Object(object)
    };
    let rows: Vec<Value> = rows.iter().map(object).collect();
    format!("{:#}\n", Value::Array(rows))
}

fn csv(columns: &[&str], rows: &[Vec<Value>]) -> String {
    let mut lines = vec![columns.join(",")];
    for row in rows {
        let fields = row.iter().map(|value| quote(&text(value, ";")));
        lines.push(fields.collect::<Vec<_>>().join(","));
    }
    lines.join("\n") + "\n"
}

fn quote(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn text(value: &Value, separator: &str) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items = items.iter().map(|item| text(item, separator));
            items.collect::<Vec<_>>().join(separator)
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_are_written_in_three_ways() {
        let columns = ["title", "tags", "papers"];
        let rows = [
            vec![json!("a, \"b\""), json!(["x", "y"]), json!(3)],
            vec![json!("图像"), json!([]), Value::Null],
        ];
        assert_eq!(
            table(&columns, &["title", "tags"], &rows),
            "a, \"b\"  x, y\n图像\n"
        );
        assert_eq!(
            csv(&columns, &rows),
            "title,tags,papers\n\"a, \"\"b\"\"\",x;y,3\n图像,,\n"
        );
    }
}
