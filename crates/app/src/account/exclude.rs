//! `[sync] exclude`: what stays on this device. A folder keeps what is known by a path in
//! it and whatever belongs to that; `ENTITY/ID` keeps one row and whatever belongs to it.

use anyhow::Result;
use driftline_core::{
    Durability, Id, Replica, Schema,
    device::{self, Kept},
    value::normal_name,
};

/// What is accepted, for an error.
pub(crate) const ACCEPTED: &str =
    "a list of folders, such as \"/home/me/secret\", and of rows, such as \"sessions/ID\"";

/// What a list of the config means; none if one of it means nothing.
pub(crate) fn parse(schema: &Schema, list: &[String]) -> Option<Kept> {
    let mut kept = Kept::default();
    for it in list {
        if let Some((entity, id)) = it.split_once('/')
            && let Some(entity) = schema.get(entity)
        {
            kept.rows.push((entity.name.to_owned(), id.parse::<Id>().ok()?));
        } else {
            kept.folders.push(folder(it)?);
        }
    }
    Some(kept)
}

/// A folder by its whole path, whatever system it is of: sessions come from other machines.
fn folder(text: &str) -> Option<String> {
    let home = || std::env::home_dir().map(|it| it.to_string_lossy().into_owned());
    let path = match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{}{rest}", home()?),
        _ => text.to_owned(),
    };
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    let is_whole = path.starts_with('/') || path.starts_with("\\\\") || has_drive;
    is_whole.then(|| normal_name(&path).into_owned())
}

/// Lets what the config names hold for `replica`, if it did not already.
pub(crate) fn apply(replica: &Replica, list: &[String]) -> Result<()> {
    // The config was checked when it was read.
    let kept = parse(replica.schema(), list).unwrap_or_default();
    if replica.store().view(device::kept)? != kept {
        replica.store().transact(Durability::Full, |tx| device::keep(tx, &kept))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_rows_are_told_apart() {
        let schema = Schema::registered().unwrap();
        let list = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|it| (*it).to_owned()).collect();
            parse(schema, &texts)
        };
        let kept = list(&[
            "/home/me/secret/",
            "C:\\src\\",
            "sessions/0193ab4e-77aa-7c3d-8e21-5f6a7b8c9d0e",
        ]);
        let kept = kept.unwrap();
        assert_eq!(kept.folders, ["/home/me/secret", "C:\\src"]);
        assert_eq!(kept.rows[0].0, "sessions");
        for wrong in ["secret", "./secret", "", "sessions/", "sessions/0193", "C:"] {
            assert!(list(&[wrong]).is_none(), "{wrong}");
        }
    }
}
