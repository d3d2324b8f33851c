//! Taking out of an export file what was purged since it was written: the rows go, their marks
//! stay in their places.

use std::{collections::HashMap, fs, path::Path};

use driftline_core::{Cell, Id, PURGED, Row, device::Exported};
use driftline_private as private;

use super::{
    format::Counts,
    lines::{Line, Lines},
    writer::Writer,
};
use crate::{Client, Result, error::Context as _};

/// Writes the file anew if it has rows among `marks`. Returns whether it had.
pub(crate) fn take_out(client: &Client, path: &Path, marks: &[(String, Id, Cell)]) -> Result<bool> {
    let marks: HashMap<(&str, Id), &Cell> =
        marks.iter().map(|(entity, id, mark)| ((entity.as_str(), *id), mark)).collect();
    let mut has_some = false;
    each(path, |row| {
        has_some |= !row.row.is_purged() && marks.contains_key(&(row.entity.as_str(), row.id));
        Ok(())
    })?;
    if !has_some {
        return Ok(false);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!("purging-{name}"));
    let mut to = Writer::create(&part, Counts::new(), client.env.wall())?;
    each(path, |mut row| {
        if let Some(mark) = marks.get(&(row.entity.as_str(), row.id)) {
            row.row.join(Row::from_iter([(PURGED, mark.stamp, mark.value.clone())]));
            row.local.clear();
        }
        Ok(to.row(&row)?)
    })?;
    to.finish()?;
    private::tighten(&part).with_context(|| format!("{} cannot be closed", part.display()))?;
    fs::rename(&part, path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(true)
}

fn each(path: &Path, mut job: impl FnMut(Exported) -> Result<()>) -> Result<()> {
    let mut lines = Lines::open(path)?;
    lines.first()?;
    while let Line::Row(row, _) = lines.next()? {
        job(*row)?;
    }
    Ok(())
}
