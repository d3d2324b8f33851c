//! A SQLite database of an agent, all of its sessions in one file. Only the sessions that
//! changed are read again.

mod opened;

use std::{borrow::Cow, collections::BTreeMap, fs::File, mem, ops::ControlFlow, path::Path};

use driftline_core::BoxError;
use rusqlite::Connection;

use super::{Sink, Wanted, batches::Batches, ends, failed, taking::Taking};
use crate::{
    Checkpoint, Database, Error, FileReport, Result,
    checkpoint::{EDGE, Known, Prefix, State},
    record::readers,
    report::{Done, add},
    walk::find_below,
};

/// What `ask` finds first in the databases of the agent `tool` in its folder `store`.
pub(crate) fn look<T>(
    tool: &str,
    store: &Path,
    ask: impl Fn(&Connection) -> Result<Option<T>, BoxError>,
) -> Result<Option<T>> {
    for reader in readers().into_iter().filter(|it| it.tool == tool) {
        for found in find_below(store, reader).0 {
            let path = found.path.as_path();
            let mut state = State::of(&found).map_err(|it| failed(path, 0, it))?;
            let opened = opened::open(&found, &mut state)?;
            let wrong = |source| Error::Database { path: path.to_owned(), source };
            if let Some(it) = ask(&opened.database).map_err(wrong)? {
                return Ok(Some(it));
            }
        }
    }
    Ok(None)
}

pub(super) fn read(
    wanted: Wanted<'_>,
    database: &Database,
    mut file: File,
    mut state: State,
    checkpoint: Option<&Checkpoint>,
    sink: &mut Sink<'_>,
) -> Result<FileReport> {
    let Wanted { found, secrets } = wanted;
    let path = found.path.as_path();
    let length = file.metadata().map_err(|it| failed(path, 0, it))?.len();
    let (first, last) = ends(&mut file, length, EDGE).map_err(|it| failed(path, 0, it))?;
    let mut prefix = Prefix::default();
    prefix.between(length, first, last);
    // Closing a file releases every lock that this process has on it, SQLite's too.
    drop(file);

    let opened = opened::open(found, &mut state)?;
    let wrong = |source: BoxError| Error::Database { path: path.to_owned(), source };
    let sessions = (database.sessions)(&opened.database).map_err(wrong)?;
    let state = state.once_opened(found);
    let mut known = checkpoint.map(|it| it.sessions.clone()).unwrap_or_default();
    let (mut same, mut changed) = (BTreeMap::new(), Vec::new());
    for (name, now) in sessions {
        match known.remove(&name) {
            Some(it) if it.changed == now => _ = same.insert(name, it),
            _ => changed.push((name, now)),
        }
    }
    let unchanged = changed.is_empty();
    let mut reading = Reading {
        wanted,
        database,
        opened: &opened.database,
        batches: Batches::of(found, sink),
        checkpoint: Checkpoint {
            sessions: same,
            ..Checkpoint::of(found.reader, secrets, &prefix, 0, State::default(), None)
        },
        unread: Vec::new(),
        replaced: BTreeMap::new(),
    };
    for (name, now) in changed {
        reading.session(name, now)?;
    }
    let (done, replaced) = reading.finish(state)?;
    Ok(FileReport { secrets: replaced, ..done.report(path, found.reader, unchanged) })
}

struct Reading<'a, 'b> {
    wanted: Wanted<'a>,
    database: &'a Database,
    opened: &'a Connection,
    batches: Batches<'a, 'b>,
    /// What is handed out with the next batch.
    checkpoint: Checkpoint,
    /// What of those sessions is known that could not be read to their ends.
    unread: Vec<Done>,
    /// How many likely secrets were replaced, by rule.
    replaced: BTreeMap<String, u64>,
}

impl Reading<'_, '_> {
    fn session(&mut self, name: String, changed: i64) -> Result<()> {
        let mut taking = Taking::of(self.wanted, Some(name.clone()));
        let mut taken = Ok(());
        let records = self.database.records;
        let read = records(self.opened, &name, &mut |mut record| {
            let raw = record.raw.take().unwrap_or_default();
            taking.record(record, Cow::Owned(raw), true);
            if taking.is_full() {
                taken = self.batches.push(&mut taking, &self.checkpoint);
            }
            if taken.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        taken?;
        self.batches.push(&mut taking, &self.checkpoint)?;
        add(&mut self.replaced, &taking.replaced());
        match read {
            Ok(()) => {
                let done = taking.finish().0;
                self.checkpoint.sessions.insert(name, Known { changed, done });
            }
            // It costs this session alone, and is tried again when the database changes.
            Err(error) => {
                taking.tally.skip(1, format!("session {name}: {error}"));
                self.unread.push(taking.finish().0);
            }
        }
        Ok(())
    }

    fn finish(mut self, state: State) -> Result<(Done, BTreeMap<String, u64>)> {
        let mut all = Done::default();
        let known = self.checkpoint.sessions.values().map(|it| it.done.clone());
        known.chain(mem::take(&mut self.unread)).for_each(|it| all.add(it));
        self.checkpoint.set_state(state);
        self.checkpoint.done = all.is_brief().then(|| all.clone());
        self.batches.hand_out(all.titles.clone(), self.checkpoint)?;
        Ok((all, self.replaced))
    }
}
