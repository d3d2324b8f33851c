//! Changing the file without losing what its owner wrote into it: comments, order and
//! blank lines stay. A change that would break the config is not made.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context as _, Result};
use driftline_core::Value;
use toml_edit::{DocumentMut, Item, Table};

use super::{Config, FILE, layers};
use crate::error::Failed;

/// Sets keys in the file of the profile in `folder`.
pub(crate) fn set(folder: &Path, pairs: &[(String, String)]) -> Result<()> {
    let file = folder.join(FILE);
    let text = layers::read(&file)?.unwrap_or_default();
    let mut document: DocumentMut = match text.parse() {
        Ok(document) => document,
        // Says where, as loading it would.
        Err(_) => return Config::of(file, Some(&text), &[]).map(drop),
    };
    for (key, value) in pairs {
        let Some((table, name)) = key.split_once('.') else {
            let message = format!("`{key}` is no key; a key is written like remote.backend");
            return Err(Failed::usage("config", message));
        };
        let value = match layers::from_here(key, value.clone())? {
            Value::Array(items) => {
                let texts = items.iter().map(super::shown);
                toml_edit::value(texts.collect::<toml_edit::Array>())
            }
            value => toml_edit::value(super::shown(&value)),
        };
        let table = document.entry(table).or_insert(Item::Table(Table::new()));
        let Some(table) = table.as_table_like_mut() else {
            return Config::of(file, Some(&text), &[]).map(drop);
        };
        table.insert(name, value);
    }
    let text = document.to_string();
    Config::of(file.clone(), Some(&text), &[])?;
    replace(folder, &file, &text)
        .with_context(|| format!("the config {} cannot be written", file.display()))
}

/// Puts the new file in the place of the old one, so that a reader sees one of the two
/// and a crash leaves one of the two.
fn replace(folder: &Path, file: &Path, text: &str) -> Result<()> {
    let mut new = tempfile::Builder::new().prefix(FILE).tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    if let Ok(old) = fs::metadata(file) {
        new.as_file().set_permissions(old.permissions())?;
    }
    new.persist(file)?;
    Ok(())
}
