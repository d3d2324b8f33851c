//! No path sends a held row, on every store: whatever is written, imported, deleted, decided
//! and restored, whenever programs start anew and hubs are wiped or turned back. And nothing
//! else stays: what nobody named is sent, and once all is agreed to, both sides are equal.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use driftline_core::{
    Answers, Backend, BackendPlugin, Change, Hub, Id, Limits, Page, Pull, Push, Replica, Result,
    Schema, Scratch, Simulated, Stamp, Value, Values,
    device::{Decision, Exclusions, Guard},
    store::{Deleted, Durability, Find, QueueList, Queued},
};
use driftline_entities as _;
use driftline_memory as _;
use driftline_sqlite as _;
use futures_executor::block_on;
use proptest::prelude::*;

const START: u64 = 1_790_000_000_000;
const FOLDER: &str = "/kept";

/// Names what begins with a mark.
struct Mark;

impl Guard for Mark {
    fn rule(&self, _entity: &str, _field: &str, text: &str) -> Option<String> {
        is_named(text).then(|| "mark".to_owned())
    }
}

fn is_named(text: &str) -> bool {
    text.starts_with("secret")
}

/// What of a row somebody may agree to send.
type Text = (String, String, String);

/// A hub, and what was sent to it.
struct Watched {
    hub: Hub,
    place: Box<dyn Scratch>,
    sent: Mutex<Vec<Change>>,
}

impl Watched {
    fn of(place: Box<dyn Scratch>, seed: u64) -> Self {
        let store = place.open(schema()).unwrap();
        let hub = Hub::open(store, "ana", &Simulated::new(seed, START)).unwrap();
        Self { hub, place, sent: Mutex::default() }
    }
}

#[async_trait::async_trait]
impl Backend for Watched {
    fn name(&self) -> String {
        "hub".into()
    }

    fn limits(&self) -> Limits {
        Limits { rows: 3, ..self.hub.limits() }
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.hub.pull(request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.sent.lock().unwrap().extend(request.changes.iter().cloned());
        self.hub.push(request).await
    }
}

fn schema() -> &'static Schema {
    Schema::registered().unwrap()
}

/// A device, and what its owner has agreed to send.
struct Device {
    place: Box<dyn Scratch>,
    env: Arc<Simulated>,
    replica: Replica,
    agreed: BTreeSet<Text>,
    /// A copy, and what was agreed to then.
    copy: Option<(Box<dyn Scratch>, BTreeSet<Text>)>,
}

impl Device {
    fn new(place: Box<dyn Scratch>, seed: u64) -> Self {
        let env = Arc::new(Simulated::new(seed, START));
        let replica = open(&*place, &env);
        Self { place, env, replica, agreed: BTreeSet::new(), copy: None }
    }

    /// Syncs, and looks at all that was sent.
    fn sync(&self, hub: &Watched) {
        block_on(self.replica.sync(hub)).unwrap();
        for change in hub.sent.lock().unwrap().drain(..) {
            for (field, cell) in change.row.cells().filter(|(_, it)| it.stamp.is_person()) {
                let Some(text) = cell.value.as_str().filter(|it| is_named(it)) else { continue };
                let sent = (change.entity.clone(), field.to_string(), text.to_owned());
                assert!(self.agreed.contains(&sent), "{sent:?} of {} was sent", change.id);
            }
        }
        // What is not held was sent, and what is held is so for a reason.
        let waiting = self.replica.read(|tx| tx.queue(QueueList::Waiting, Default::default(), 9));
        assert_eq!(waiting.unwrap(), []);
        for entry in self.replica.held().unwrap() {
            let texts = self.texts(&entry);
            assert!(texts.iter().any(|it| !self.agreed.contains(it)), "{entry:?} is held");
            assert_eq!(texts.len(), entry.held().unwrap().fields.len());
        }
    }

    /// What was found in a row that is held.
    fn texts(&self, entry: &Queued) -> BTreeSet<Text> {
        let row = self.replica.read(|tx| tx.get(&entry.entity, entry.id)).unwrap().unwrap().row;
        let fields = entry.held().unwrap().fields.keys();
        let text = |field| row.value(field).and_then(Value::as_str).unwrap_or_default();
        fields.map(|it| (entry.entity.clone(), it.to_string(), text(it).to_owned())).collect()
    }

    fn nth_held(&self, which: usize) -> Option<Queued> {
        let held = self.replica.held().unwrap();
        (!held.is_empty()).then(|| held[which % held.len()].clone())
    }

    fn decide(&mut self, which: usize, decision: Decision) {
        let Some(entry) = self.nth_held(which) else { return };
        let texts = self.texts(&entry);
        assert!(self.replica.decide(&entry.entity, entry.id, decision).unwrap());
        match decision {
            Decision::Send => self.agreed.extend(texts),
            _ => self.agreed.retain(|it| !texts.contains(it)),
        }
    }

    fn redact(&self, which: usize) {
        let Some(entry) = self.nth_held(which) else { return };
        let fields = entry.held().unwrap().fields.keys();
        let values: Values = fields.map(|it| (it.to_string(), "plain".into())).collect();
        self.replica.replace_held(&entry.entity, entry.id, &values).unwrap();
        let entry = self.replica.read(|tx| tx.queued(&entry.entity, entry.id)).unwrap();
        assert!(entry.is_some_and(|it| it.held().is_none()));
    }

    fn nth(&self, entity: &str, which: usize) -> Option<Id> {
        let all = Find::new().deleted(Deleted::Included);
        let rows = self.replica.list_values(entity, &all).unwrap();
        (!rows.is_empty()).then(|| rows[which % rows.len()].id)
    }

    fn import(&self, which: usize, complete: u16) {
        let entity = schema().entity("sessions").unwrap();
        let id = Id::imported(0, &["tool", &which.to_string()]);
        let stamp = Stamp::machine(1_000, complete, 1, complete.into());
        let cells = [("external_id", which.to_string()), ("name", format!("secret {complete}"))];
        let cells = cells.map(|(field, text)| (field.into(), text.into(), stamp));
        let import = |tx: &mut driftline_core::WriteTx<'_>| {
            tx.import(entity, id, cells.to_vec(), Vec::new()).map(drop)
        };
        self.replica.write_with(Durability::Normal, import).unwrap();
    }
}

fn open(place: &dyn Scratch, env: &Arc<Simulated>) -> Replica {
    Replica::open(place.open(schema()).unwrap(), env.clone()).unwrap().guarded(Arc::new(Mark))
}

#[derive(Clone, Debug)]
enum Step {
    Create(usize),
    Write(usize, &'static str, usize),
    Comment(usize, usize),
    Import(usize, u16),
    Delete(usize, bool),
    Exclude(bool),
    Decide(usize, Decision),
    Redact(usize),
    Sync,
    Restart,
    Retry,
    Copy,
    PutBack,
    WipeHub,
    TurnHubBack,
}

/// Few texts, so that they meet: half of them are named.
fn text(which: usize) -> String {
    if which.is_multiple_of(2) { format!("secret {which}") } else { format!("plain {which}") }
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let (few, texts) = (0..3_usize, 0..4_usize);
    let field = prop_oneof![Just("name"), Just("note")];
    let decision = prop_oneof![Just(Decision::Send), Just(Decision::Keep), Just(Decision::Ask)];
    let step = prop_oneof![
        2 => texts.clone().prop_map(Step::Create),
        6 => (few.clone(), field, texts.clone()).prop_map(|(a, b, c)| Step::Write(a, b, c)),
        2 => (few.clone(), texts).prop_map(|(a, b)| Step::Comment(a, b)),
        2 => (few.clone(), 0..3_u16).prop_map(|(a, b)| Step::Import(a, b)),
        2 => (few.clone(), any::<bool>()).prop_map(|(a, b)| Step::Delete(a, b)),
        1 => any::<bool>().prop_map(Step::Exclude),
        3 => (few.clone(), decision).prop_map(|(a, b)| Step::Decide(a, b)),
        1 => few.prop_map(Step::Redact),
        6 => Just(Step::Sync),
        1 => Just(Step::Restart),
        1 => Just(Step::Retry),
        1 => Just(Step::Copy),
        1 => Just(Step::PutBack),
        1 => Just(Step::WipeHub),
        1 => Just(Step::TurnHubBack),
    ];
    proptest::collection::vec((0..2_usize, step), 1..40)
}

/// One empty place after the other, of the backend at `kind` in the list.
fn place(kind: usize) -> Box<dyn Scratch> {
    let plugins = driftline_core::inventory::iter::<BackendPlugin>.into_iter();
    let all: Vec<_> = plugins.filter_map(|it| it.scratch).collect();
    assert!(all.len() >= 2, "memory and SQLite are linked");
    all[kind % all.len()]().unwrap()
}

fn play(kind: usize, steps: Vec<(usize, Step)>) {
    let mut seed = 10;
    let mut devices = [1, 2].map(|seed| Device::new(place(kind), seed));
    let mut hub = Watched::of(place(kind), seed);
    let mut before = hub.place.copy().unwrap();
    for (which, step) in steps {
        seed += 1;
        let it = &mut devices[which];
        it.env.pass(10);
        match step {
            Step::Create(text_of) => {
                let name = format!("{} {seed}", text(text_of));
                let cwd = format!("{FOLDER}/{seed}");
                let values = [("name", name), ("cwd", cwd)];
                let values = values.map(|(field, text)| (field.to_owned(), text.into()));
                it.replica.create_values("sessions", &values.into()).unwrap();
            }
            Step::Write(row, field, text_of) => {
                if let Some(id) = it.nth("sessions", row) {
                    let values = Values::from([(field.to_owned(), text(text_of).into())]);
                    it.replica.replace_held("sessions", id, &values).unwrap();
                }
            }
            Step::Comment(row, text_of) => {
                let session = it.nth("sessions", row).map(|it| it.to_string().into());
                let body = ("body".to_owned(), text(text_of).into());
                let session = session.map(|it| ("session".to_owned(), it));
                let values = Values::from_iter([body].into_iter().chain(session));
                it.replica.create_values("comments", &values).unwrap();
            }
            Step::Import(row, complete) => it.import(row, complete),
            Step::Delete(row, deleted) => {
                if let Some(id) = it.nth("sessions", row) {
                    it.replica.set_deleted("sessions", id, deleted).unwrap();
                }
            }
            Step::Exclude(on) => {
                let folders = if on { vec![FOLDER.to_owned()] } else { Vec::new() };
                it.replica.exclude(&Exclusions { folders, rows: Vec::new() }).unwrap();
            }
            Step::Decide(row, decision) => it.decide(row, decision),
            Step::Redact(row) => it.redact(row),
            Step::Sync => it.sync(&hub),
            Step::Restart => it.replica = open(&*it.place, &it.env),
            Step::Retry => _ = it.replica.retry_parked().unwrap(),
            Step::Copy => it.copy = Some((it.place.copy().unwrap(), it.agreed.clone())),
            Step::PutBack => {
                if let Some((place, agreed)) = it.copy.take() {
                    (it.place, it.agreed) = (place, agreed);
                    it.replica = open(&*it.place, &it.env);
                }
            }
            Step::WipeHub => {
                before = hub.place.copy().unwrap();
                hub = Watched::of(place(kind), seed);
            }
            Step::TurnHubBack => {
                let now = hub.place.copy().unwrap();
                hub = Watched::of(std::mem::replace(&mut before, now), seed);
            }
        }
    }
    for _ in 0..2 {
        for it in &mut devices {
            it.replica.exclude(&Exclusions::default()).unwrap();
            it.env.pass(10);
            it.sync(&hub);
            while it.nth_held(0).is_some() {
                it.decide(0, Decision::Send);
            }
            it.sync(&hub);
        }
    }
    let digests = devices.map(|it| {
        it.sync(&hub);
        it.replica.digest().unwrap()
    });
    assert_eq!(digests[0], digests[1]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_held_is_sent(kind in 0..2_usize, steps in steps()) {
        play(kind, steps);
    }
}
