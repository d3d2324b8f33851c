//! The committed merge vectors, replayed through the engine: what the model expects is
//! what the merge and the hub do.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use driftline_convergence::vectors::{
    CallError, Cell, HubCase, JoinCase, Kept, NumberCase, SentChange, VectorAnswer, VectorAnswers,
    VectorPush,
};
use driftline_core::{
    Answer, Answers, Backend, Change, Cursor, Digests, Env, Error, Hub, Id, PROTOCOL, Pull, Push,
    Row, Schema, Serial, Simulated, Stale, Stamp, value,
};
use driftline_entities as _;
use driftline_memory::MemoryStore;
use futures_executor::block_on;

fn read<T: serde::de::DeserializeOwned>(name: &str) -> Vec<T> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../convex/tests/vectors");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn row(cells: &[Cell]) -> Row {
    let mut row = Row::default();
    for (field, stamp, text) in cells {
        let value = value::read(text);
        assert!(value.is_some(), "the text of a value is canonical: {text}");
        row.set(field.clone(), stamp.parse::<Stamp>().unwrap(), value.unwrap());
    }
    row
}

fn cells(row: &Row) -> Vec<Cell> {
    let cells = row.cells();
    cells
        .map(|(field, it)| (field.to_string(), it.stamp.to_string(), value::text(&it.value)))
        .collect()
}

fn hex(bits: u64) -> String {
    format!("{bits:016x}")
}

#[test]
fn rows_join_as_the_model_says() {
    let cases: Vec<JoinCase> = read("joins.json");
    assert!(cases.len() >= 1_500, "{} cases", cases.len());
    for case in &cases {
        let name = &case.name;
        let id: Id = case.id.parse().unwrap();
        let rows: Vec<Row> = case.rows.iter().map(|it| row(it)).collect();
        let hashes: Vec<u64> = rows.iter().map(|it| it.hash(&case.entity, id)).collect();
        let sum = hashes.iter().fold(0_u64, |sum, it| sum.wrapping_add(*it));
        for order in [rows.clone(), rows.iter().rev().cloned().collect()] {
            let mut joined = Row::default();
            for it in order {
                joined.join(it);
            }
            assert_eq!(cells(&joined), case.joined, "{name}");
            assert_eq!(hex(joined.hash(&case.entity, id)), case.hash, "{name}");
        }
        assert_eq!(hashes.into_iter().map(hex).collect::<Vec<_>>(), case.hashes, "{name}");
        assert_eq!(hex(sum), case.digest, "{name}");
    }
}

#[test]
fn numbers_have_the_texts_of_the_vectors() {
    let cases: Vec<NumberCase> = read("numbers.json");
    assert!(cases.len() >= 1_000, "{} cases", cases.len());
    for NumberCase { name, bits, text, canonical } in &cases {
        let read = value::read(text);
        assert_eq!(read.is_some(), *canonical, "{name}");
        if let Some(bits) = bits {
            let float = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
            assert_eq!(value::text(&float.into()), *text, "{name}");
            assert_eq!(read, Some(value::real(float)), "{name}");
        }
    }
}

#[test]
fn hubs_answer_as_the_model_says() {
    let cases: Vec<HubCase> = read("hub.json");
    assert!(cases.len() >= 400, "{} cases", cases.len());
    for case in &cases {
        Replay::new().play(case);
    }
}

#[test]
fn the_stories_hold_what_a_hub_must_decide() {
    let cases: Vec<HubCase> = read("hub.json");
    let pushes = || cases.iter().flat_map(|it| &it.pushes);
    for code in ["moved", "old_call", "protocol"] {
        let failed = |it: &&VectorPush| it.error.as_ref().is_some_and(|it| it.code == code);
        let found = pushes().filter(failed).count();
        assert!(found >= 20, "{code}: {found}");
    }
    let answers = || pushes().filter_map(|it| it.answer.as_ref());
    let count = |fits: fn(&VectorAnswer) -> bool| {
        answers().flat_map(|it| &it.answers).filter(|it| fits(it)).count()
    };
    assert!(answers().flat_map(|it| &it.recorded).count() >= 200);
    assert!(count(|it| matches!(it, VectorAnswer::NeedWhole)) >= 50);
    assert!(count(|it| matches!(it, VectorAnswer::Refused)) >= 50);
    assert!(count(|it| matches!(it, VectorAnswer::ClockAhead { .. })) >= 20);
    assert!(count(|it| matches!(it, VectorAnswer::Accepted { .. })) >= 1_000);
}

struct Replay {
    env: Arc<Simulated>,
    hub: Hub,
}

impl Replay {
    fn new() -> Self {
        let env = Arc::new(Simulated::new(1, 0));
        let store = Arc::new(MemoryStore::new(Schema::registered().unwrap()));
        let hub = Hub::open(store, "ana", &*env).unwrap().with_clock(env.clone());
        Self { env, hub }
    }

    fn play(&self, case: &HubCase) {
        for (place, push) in case.pushes.iter().enumerate() {
            let name = format!("{}, push {}", case.name, place + 1);
            let ahead = i128::from(push.time) - i128::from(self.env.wall());
            self.env.jump(i64::try_from(ahead).unwrap());
            let done = block_on(self.hub.push(self.call(push)));
            match done {
                Ok(answers) => assert_eq!(Some(heard(answers)), push.answer, "{name}"),
                Err(error) => assert_eq!(Some(failed(&error)), push.error, "{name}"),
            }
            assert!(push.answer.is_some() != push.error.is_some(), "{name}: one of them");
        }
        let page = self.pull();
        assert_eq!(page.head.0, case.head, "{}", case.name);
        assert_eq!(digests(page.digests.unwrap()), case.digests, "{}", case.name);
        let held: Vec<_> =
            page.changes.iter().map(|it| (&it.entity, it.id, cells(&it.row))).collect();
        let told: Vec<_> = case
            .feed
            .iter()
            .map(|it| (&it.entity, it.id.parse::<Id>().unwrap(), it.cells.clone()))
            .collect();
        assert_eq!(held, told, "{}", case.name);
        for (change, kept) in page.changes.iter().zip(&case.feed) {
            let Kept { entity, hash, .. } = kept;
            assert_eq!(hex(change.row.hash(entity, change.id)), *hash, "{}", case.name);
        }
    }

    fn pull(&self) -> driftline_core::Page {
        let request =
            Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1_000, bytes: 1 << 30 };
        block_on(self.hub.pull(request)).unwrap()
    }

    fn call(&self, push: &VectorPush) -> Push {
        let identity = self.pull().identity;
        let wrong = push.wrong.as_deref();
        let named =
            |what: &str, right: String| if wrong == Some(what) { "other".into() } else { right };
        Push {
            protocol: push.protocol.unwrap_or(PROTOCOL),
            account: named("account", identity.account),
            epoch: named("epoch", identity.epoch),
            device: push.device.clone(),
            serial: Serial(push.serial),
            changes: push.changes.iter().map(change).collect(),
        }
    }
}

fn change(it: &SentChange) -> Change {
    Change {
        entity: it.entity.clone(),
        id: it.id.parse().unwrap(),
        row: row(&it.cells),
        birth: it.birth,
        whole: it.whole,
    }
}

fn heard(answers: Answers) -> VectorAnswers {
    let answer = |it: Answer| match it {
        Answer::Accepted { seq, hash } => VectorAnswer::Accepted { seq: seq.0, hash: hex(hash) },
        Answer::ClockAhead { fields } => VectorAnswer::ClockAhead { fields },
        Answer::NeedWhole => VectorAnswer::NeedWhole,
        Answer::Refused { .. } => VectorAnswer::Refused,
    };
    let recorded = answers.recorded.into_iter().map(|it| {
        let Change { entity, id, row, birth, whole } = it.change;
        (it.seq.0, SentChange { entity, id: id.to_string(), birth, whole, cells: cells(&row) })
    });
    VectorAnswers {
        head: answers.head.0,
        recorded: recorded.collect(),
        answers: answers.answers.into_iter().map(answer).collect(),
        digests: digests(answers.digests),
    }
}

fn digests(digests: Digests) -> BTreeMap<String, String> {
    digests.into_iter().filter(|it| it.1 != 0).map(|(entity, sum)| (entity, hex(sum))).collect()
}

fn failed(error: &Error) -> CallError {
    let (code, last) = match error {
        Error::Stale { why: Stale::Moved, .. } => ("moved", None),
        Error::Stale { why: Stale::OldCall { last }, .. } => ("old_call", Some(last.0)),
        Error::Protocol { .. } => ("protocol", None),
        other => panic!("no push of a vector ends with {other}"),
    };
    CallError { code: code.into(), last }
}
