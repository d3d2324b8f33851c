//! The file: its name, its text, and what it sets, with the line of every key.

use std::{collections::BTreeMap, fs, io::ErrorKind, path::Path};

use driftline_core::Value;
use toml_edit::{Document, Item, Key, Table};

use super::{
    check,
    given::{Given, Layer},
};
use crate::{Error, error::Result};

/// The name of the file.
pub const FILE: &str = "driftline.toml";

/// The text of the file; none if there is no file.
pub(super) fn read(file: &Path) -> Result<Option<String>> {
    let unusable = |why: &str| Error::Config(format!("the config {} {why}", file.display()));
    match fs::read(file) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(unusable("is not UTF-8 text; save it as UTF-8")),
        },
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => {
            Err(unusable(&format!("cannot be read ({error}); see that it is a file of yours")))
        }
    }
}

/// What `text`, the content of `path`, sets.
pub(super) fn layer(path: &Path, text: &str) -> Result<Layer> {
    let origin = |span: Option<std::ops::Range<usize>>| match span {
        Some(span) => format!("{}, line {}", path.display(), line_of(text, span.start)),
        None => path.display().to_string(),
    };
    let document = Document::parse(text).map_err(|error| {
        let message = error.message().replace('\n', ", ");
        Error::Config(format!("{}: this is no TOML: {message}", origin(error.span())))
    })?;
    let mut values = BTreeMap::new();
    for (table, item) in document.as_table() {
        let span = |table: &Table, name: &str| table.key(name).and_then(Key::span);
        let here = origin(span(document.as_table(), table));
        let Some(entries) = item.as_table_like() else {
            return Err(check::unknown_table(table, &here));
        };
        check::table(table, &here)?;
        for (name, item) in entries.iter() {
            let origin = origin(entries.key(name).and_then(Key::span));
            values.insert(format!("{table}.{name}"), Given { value: value(item), origin });
        }
    }
    Ok(Layer { values })
}

/// A value as JSON; null for what no key takes, such as a table or a date.
fn value(item: &Item) -> Value {
    match item.as_value() {
        Some(toml_edit::Value::String(it)) => it.value().as_str().into(),
        Some(toml_edit::Value::Integer(it)) => (*it.value()).into(),
        Some(toml_edit::Value::Float(it)) => (*it.value()).into(),
        Some(toml_edit::Value::Boolean(it)) => (*it.value()).into(),
        Some(toml_edit::Value::Array(items)) => {
            items.iter().map(|it| value(&Item::Value(it.clone()))).collect()
        }
        _ => Value::Null,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    before.iter().filter(|it| **it == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_knows_its_line() {
        let text = "# mine\n[remote]\nbackend = \"memory\"\n\n[sync]\ndebounce = \"5s\"\n";
        let layer = layer(Path::new("d.toml"), text).unwrap();
        assert_eq!(layer.values["remote.backend"].origin, "d.toml, line 3");
        assert_eq!(layer.values["sync.debounce"].origin, "d.toml, line 6");
    }

    #[test]
    fn what_is_no_toml_is_named_with_its_line() {
        let error = layer(Path::new("d.toml"), "[remote]\nbackend = \n").unwrap_err().to_string();
        assert!(error.starts_with("d.toml, line 2: this is no TOML"), "{error}");
    }
}
