//! A list of sessions, which a service wrote when a person asked for everything. It can be
//! of any length; one session of it at a time is in memory. Whoever gets another export reads
//! all of it; what is here already stays as it is.

mod elements;
mod source;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read},
};

use self::{
    elements::{Element, Elements},
    source::Source,
};
use super::{Sink, Wanted, batches::Batches, ends, failed, json, taking::Taking};
use crate::{
    Checkpoint, FileReport, List, Object, Result,
    checkpoint::{EDGE, Prefix, State},
    report::{Done, Tally, add},
};
use driftline_core::Value;

/// The longest session that is read, in bytes, and the most values in it.
const LONGEST: usize = 64 << 20;
const MOST: usize = 1_000_000;

pub(super) fn read(
    wanted: Wanted<'_>,
    list: &List,
    mut file: File,
    state: State,
    sink: &mut Sink<'_>,
) -> Result<FileReport> {
    let Wanted { found, secrets } = wanted;
    let path = found.path.as_path();
    let (first, last) = ends(&mut file, state.length, EDGE).map_err(|it| failed(path, 0, it))?;
    let mut prefix = Prefix::default();
    prefix.between(state.length, first, last);
    let checkpoint = Checkpoint::of(found.reader, secrets, &prefix, 0, state, None);
    let mut reading = Reading {
        wanted,
        replaced: BTreeMap::new(),
        list,
        batches: Batches::of(found, sink),
        // Not done: whoever goes on from there reads all of it.
        half: Checkpoint { length: 0, ..checkpoint.clone() },
        done: Done::default(),
        skipped: Tally::default(),
        number: 0,
    };
    let source = Source::of(file, list).map_err(|it| failed(path, 0, it))?;
    let read = source.each(state.length, |text| reading.list(text).map_err(Stop::Told));
    let number = reading.number;
    match read {
        Ok(()) => {
            let (done, secrets) = reading.finish(checkpoint)?;
            Ok(FileReport { secrets, ..done.report(path, found.reader, false) })
        }
        Err(stop) => {
            let half = reading.half.clone();
            reading.batches.hand_out(Vec::new(), half)?;
            Err(match stop {
                Stop::Told(error) => error,
                Stop::Read(error) => failed(path, number, error),
            })
        }
    }
}

/// Why a list is not read to its end.
enum Stop {
    Told(crate::Error),
    Read(std::io::Error),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error)
    }
}

struct Reading<'a, 'b> {
    wanted: Wanted<'a>,
    /// How many likely secrets were replaced, by rule.
    replaced: BTreeMap<String, u64>,
    list: &'a List,
    batches: Batches<'a, 'b>,
    half: Checkpoint,
    done: Done,
    /// What of the lists could not be read.
    skipped: Tally,
    /// How many sessions there were.
    number: u64,
}

impl Reading<'_, '_> {
    /// Takes the sessions of one list.
    fn list(&mut self, text: &mut dyn Read) -> Result<()> {
        let mut elements = Elements::of(BufReader::with_capacity(1 << 18, text), LONGEST);
        let before = self.number;
        loop {
            let next =
                elements.next().map_err(|it| failed(&self.wanted.found.path, self.number, it))?;
            let Some(element) = next else { return Ok(()) };
            self.number = before + element.number;
            match parse(&element) {
                Ok(session) => self.session(session)?,
                Err(reason) => {
                    self.skipped.skip(self.number, format!("session {}: {reason}", self.number));
                }
            }
        }
    }

    fn session(&mut self, session: Object) -> Result<()> {
        let records = (self.list.records)(session);
        // What names no session is another service's, and nothing was said in some.
        let name = records.iter().find_map(|it| it.session.clone());
        let Some(name) = name.filter(|_| records.iter().any(|it| it.kept.is_some())) else {
            return Ok(());
        };
        let mut taking = Taking::of(self.wanted, Some(name));
        for mut record in records {
            let raw = record.raw.take().unwrap_or_default();
            taking.record(record, Cow::Owned(raw), true);
            if taking.is_full() {
                self.batches.push(&mut taking, &self.half)?;
            }
        }
        self.batches.push(&mut taking, &self.half)?;
        add(&mut self.replaced, &taking.replaced());
        self.done.add(taking.finish().0);
        Ok(())
    }

    fn finish(mut self, checkpoint: Checkpoint) -> Result<(Done, BTreeMap<String, u64>)> {
        self.done.add(self.skipped.finish(None, Vec::new()));
        let done = self.done.is_brief().then(|| self.done.clone());
        let checkpoint = Checkpoint { done, ..checkpoint };
        self.batches.hand_out(self.done.titles.clone(), checkpoint)?;
        Ok((self.done, self.replaced))
    }
}

/// The session, or why there is none.
fn parse(element: &Element<'_>) -> Result<Object, String> {
    if element.too_long {
        return Err("longer than 64 MiB; left out".into());
    }
    if !element.ended {
        return Err("the file breaks off in it; get the export again".into());
    }
    match json(&String::from_utf8_lossy(element.bytes), MOST)? {
        Value::Object(session) => Ok(session),
        _ => Err("it is no JSON object".into()),
    }
}
