//! The records of one session, as they become rows and counts.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use super::{BATCH_BYTES, BATCH_RECORDS, Wanted};
use crate::{
    Draft, Found, Record, Title, beside, hash::hash64, report::Done, report::Tally, rows::Rows,
};

/// A session that is being read.
pub(super) struct Taking<'a> {
    found: &'a Found,
    /// The agent's name of it. None: no record of the file tells, and none becomes a row.
    session: Option<String>,
    pub(super) tally: Tally,
    rows: Rows,
    /// How many records without a name there were of each text.
    equal: HashMap<u64, u64>,
    drafts: Vec<Draft>,
    bytes: usize,
    position: u64,
}

impl<'a> Taking<'a> {
    pub(super) fn of(wanted: Wanted<'a>, session: Option<String>) -> Self {
        let Wanted { found, secrets } = wanted;
        let rows = Rows::of(found.reader, session.clone().unwrap_or_default(), secrets);
        Self {
            found,
            tally: Tally::default(),
            rows,
            session,
            equal: HashMap::new(),
            drafts: Vec::new(),
            bytes: 0,
            position: 0,
        }
    }

    pub(super) fn session(&self) -> Option<&String> {
        self.session.as_ref()
    }

    /// Takes one record; makes rows of it if it is `new`.
    pub(super) fn record(&mut self, mut record: Record, raw: Cow<'_, str>, new: bool) {
        match (&self.session, &mut record.kept) {
            (Some(session), Some(kept)) => {
                if kept.external_id.is_none() {
                    kept.external_id = Some(name(&mut self.equal, &record.kind, &raw));
                }
                if new {
                    beside::fill(kept, self.found.reader, &self.found.path, session);
                }
            }
            (None, kept) => *kept = None,
            (Some(_), None) => (),
        }
        self.tally.record(&record);
        let length = raw.len();
        if let Some(draft) = self.rows.record(record, raw, self.position, new) {
            self.drafts.push(draft);
            self.bytes += 2 * length;
        }
        self.position += 1;
    }

    /// How many bytes the rows take that wait to be handed out.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether there is enough for a batch.
    pub(super) fn is_full(&self) -> bool {
        self.drafts.len() >= BATCH_RECORDS || self.bytes >= BATCH_BYTES
    }

    /// The rows that wait to be handed out.
    pub(super) fn drafts(&mut self) -> Vec<Draft> {
        let mut drafts = self.rows.flush();
        drafts.append(&mut self.drafts);
        self.bytes = 0;
        drafts
    }

    /// How many likely secrets were replaced in the rows, by rule.
    pub(super) fn replaced(&self) -> BTreeMap<String, u64> {
        self.rows.replaced().iter().map(|(rule, count)| ((*rule).to_owned(), *count)).collect()
    }

    /// What the session holds, and the names in it of sessions that have some message.
    pub(super) fn finish(&mut self) -> (Done, Vec<Title>) {
        let titles = self.rows.titles();
        let tally = std::mem::take(&mut self.tally);
        (tally.finish(self.session.clone(), titles.clone()), titles)
    }
}

/// What a record without a name is called: by its text, and by how many `equal` ones
/// there were before.
fn name(equal: &mut HashMap<u64, u64>, kind: &str, raw: &str) -> String {
    let hash = hash64(&[raw]);
    let before = equal.entry(hash).or_insert(0);
    *before += 1;
    match *before {
        1 => format!("{kind}:{hash:016x}"),
        nth => format!("{kind}:{hash:016x}:{nth}"),
    }
}
