//! Changing the file without losing what its owner wrote into it: comments, order and
//! blank lines stay. A change that would break the config is not made.

use std::{fs, io::Write as _, path::Path};

use driftline_core::Value;
use toml_edit::{DocumentMut, Item, Table};

use super::{
    file::{self, FILE},
    given::shown,
    layers, list,
    load::Config,
    overrides::Overrides,
};
use crate::{
    Error,
    error::{Context as _, Result},
};

/// Sets keys in the file of the profile in `folder`.
pub fn set(folder: &Path, pairs: &[(String, String)]) -> Result<()> {
    change(folder, |document, faulty| {
        for (key, value) in pairs {
            let value = match layers::from_here(key, value.clone())? {
                Value::Array(items) => {
                    let texts = items.iter().map(shown);
                    toml_edit::Value::from(texts.collect::<toml_edit::Array>())
                }
                value => shown(&value).into(),
            };
            put(entry(document, faulty, key)?, value);
        }
        Ok(())
    })
}

/// Replaces what the table `name` says by `pairs`. Comments on keys that stay, stay.
pub fn set_table(folder: &Path, name: &str, pairs: &[(String, String)]) -> Result<()> {
    change(folder, |document, faulty| {
        if let Some(table) = document.get_mut(name).and_then(Item::as_table_like_mut) {
            let old: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
            for key in old.iter().filter(|key| pairs.iter().all(|(it, _)| it != *key)) {
                table.remove(key);
            }
        }
        for (key, value) in pairs {
            let key = format!("{name}.{key}");
            let value = layers::from_here(&key, value.clone())?;
            put(entry(document, faulty, &key)?, shown(&value).into());
        }
        Ok(())
    })
}

/// Puts `member` into the list at `key`, or takes it out. Comments in the list stay.
pub fn set_member(folder: &Path, key: &str, member: &str, is_there: bool) -> Result<()> {
    change(folder, |document, faulty| {
        let item = entry(document, faulty, key)?;
        // One thing alone may be written without the brackets.
        if let Some(one) = item.as_str().map(str::to_owned) {
            put(item, [one].into_iter().collect::<toml_edit::Array>().into());
        }
        if item.is_none() {
            *item = toml_edit::value(toml_edit::Array::new());
        }
        // What else it may be is found wrong when the new file is checked.
        let Some(list) = item.as_array_mut() else { return Ok(()) };
        if !is_there {
            list::remove(list, member);
        } else if !list.iter().any(|it| it.as_str() == Some(member)) {
            list::add(list, member);
        }
        Ok(())
    })
}

/// Reads the file, changes it, checks it and puts it back.
fn change(
    folder: &Path,
    edit: impl FnOnce(&mut DocumentMut, &Faulty<'_>) -> Result<()>,
) -> Result<()> {
    let file = folder.join(FILE);
    let text = file::read(&file)?.unwrap_or_default();
    let faulty = Faulty { file: &file, text: &text };
    // Says where, as loading it would.
    let mut document: DocumentMut = text.parse().map_err(|_| faulty.error())?;
    edit(&mut document, &faulty)?;
    let text = document.to_string();
    Config::of(file.clone(), Some(&text), &Overrides::default())?;
    replace(folder, &file, &text)
        .with_context(|| format!("the config {} cannot be written", file.display()))
}

/// A file that cannot be changed before it is mended.
struct Faulty<'a> {
    file: &'a Path,
    text: &'a str,
}

impl Faulty<'_> {
    /// What is wrong with it.
    fn error(&self) -> Error {
        let checked = Config::of(self.file.to_owned(), Some(self.text), &Overrides::default());
        checked
            .err()
            .unwrap_or_else(|| Error::Config(format!("{} cannot be changed", self.file.display())))
    }
}

/// The place of a key in the file; nothing is there yet if nobody has set it.
fn entry<'a>(
    document: &'a mut DocumentMut,
    faulty: &Faulty<'_>,
    key: &str,
) -> Result<&'a mut Item> {
    let Some((table, name)) = key.split_once('.') else {
        let message = format!("`{key}` is no key; a key is written like remote.backend");
        return Err(Error::Config(message));
    };
    let table = document.entry(table).or_insert(Item::Table(Table::new()));
    let table = table.as_table_like_mut().ok_or_else(|| faulty.error())?;
    Ok(table.entry(name).or_insert(Item::None))
}

/// Sets a value; a comment behind the old one stays.
fn put(item: &mut Item, mut value: toml_edit::Value) {
    if let Some(old) = item.as_value() {
        *value.decor_mut() = old.decor().clone();
    }
    *item = Item::Value(value);
}

/// Puts the new file in the place of the old one, so that a reader sees one of the two
/// and a crash leaves one of the two.
fn replace(folder: &Path, file: &Path, text: &str) -> std::io::Result<()> {
    let mut new = tempfile::Builder::new().prefix(FILE).tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    if let Ok(old) = fs::metadata(file) {
        new.as_file().set_permissions(old.permissions())?;
    }
    new.persist(file)?;
    Ok(())
}
