//! What the main paths cost, in work instead of time: a change that makes one of them do
//! more fails here, whatever the machine does that day. `counts.txt` is what they cost when
//! somebody last looked.

mod statements;

use std::{fmt::Write as _, fs, path::Path, sync::Arc};

use driftline_core::{
    Backend, Durability, EntityDescriptor, Hub, Id, Replica, Schema, Simulated, Stamp, Store,
    Value, Values, store::Find,
};
use driftline_entities as _;
use driftline_sqlite::SqliteStore;
use futures_executor::block_on;
use serde_json::json;

use crate::power::disk::Disk;

/// What is counted, in the order of the columns.
const COUNTED: [&str; 5] = ["statements", "steps", "writes", "bytes", "syncs"];
/// So much more or less is no difference: one in so many, and one at least where there are
/// any. Syncs are exact.
const SLACK: u64 = 50;

/// Letters of the column of names.
const NAME: usize = 36;
/// Messages, and how many of them a session has.
const MESSAGES: u64 = 1_000;
const PER_SESSION: u64 = 100;
const START: u64 = 1_763_000_000_000;

/// What was counted.
type Counts = [u64; 5];

/// Counts what `job` does.
fn counted(disk: &Disk, job: impl FnOnce()) -> Counts {
    let (moment, [run, steps]) = (disk.moment(), statements::so_far());
    job();
    let (written, [run_then, steps_then]) = (disk.since(moment), statements::so_far());
    [run_then - run, steps_then - steps, written.writes, written.bytes, written.flushes]
}

/// A device in a folder, and what it is asked for.
struct Device {
    replica: Replica,
    env: Arc<Simulated>,
}

fn store(folder: &Path, name: &str) -> Arc<dyn Store> {
    let schema = Schema::registered().unwrap();
    Arc::new(SqliteStore::open(&folder.join(name), schema).unwrap())
}

impl Device {
    fn new(folder: &Path, name: &str, seed: u64) -> Self {
        let env = Arc::new(Simulated::new(seed, START + 1_000_000));
        Self { replica: Replica::open(store(folder, name), env.clone()).unwrap(), env }
    }

    fn import(&self, entity: &str, rows: impl Iterator<Item = (Id, Vec<(&'static str, Value)>)>) {
        let entity: &'static EntityDescriptor =
            Schema::registered().unwrap().entity(entity).unwrap();
        let import = self.replica.write_with(Durability::Normal, |tx| {
            for (number, (id, values)) in (0..).zip(rows) {
                let stamp = Stamp::machine(START + number, 0, 1, number);
                let cells = values.into_iter().map(|(field, it)| (field.into(), it, stamp));
                tx.import(entity, id, cells.collect(), Vec::new())?;
            }
            Ok(())
        });
        import.unwrap();
    }

    fn note(&self, text: &str) {
        self.env.pass(1);
        let values = Values::from([("note".to_owned(), text.into())]);
        self.replica.update_values("sessions", session(3), &values).unwrap();
    }

    fn sync(&self, hub: &dyn Backend) {
        self.env.pass(1);
        let report = block_on(self.replica.sync(hub)).unwrap();
        assert_eq!((report.parked, report.restarts), (0, 0), "{report:?}");
    }
}

fn session(number: u64) -> Id {
    Id::imported(0, &["counts", &format!("session-{number}")])
}

fn message(number: u64) -> Id {
    Id::imported(START + number * 1_000, &["counts", &format!("message-{number}")])
}

fn session_values(number: u64) -> Vec<(&'static str, Value)> {
    vec![
        ("name", format!("Session {number}").into()),
        ("cwd", "/home/me/src/project".into()),
        ("external_id", format!("session-{number}").into()),
        ("started_at", (START + number).into()),
    ]
}

/// About a kilobyte, as it is in real transcripts.
fn message_values(number: u64) -> Vec<(&'static str, Value)> {
    let said = format!("{number} is what somebody said. ").repeat(18);
    vec![
        ("session", session(number / PER_SESSION).to_string().into()),
        ("external_id", format!("message-{number}").into()),
        ("role", "user".into()),
        ("blocks", json!([{ "type": "text", "text": &said[..280] }])),
        ("text", said.into()),
        ("parent", format!("message-{}", number.saturating_sub(1)).into()),
        ("created_at", (START + number * 1_000).into()),
    ]
}

/// Every path, with what it cost.
fn paths(folder: &Path) -> Vec<(&'static str, Counts)> {
    let disk = Disk::below(folder);
    statements::count();
    let mut paths = Vec::new();
    let mut path = |name, job: &dyn Fn()| paths.push((name, counted(&disk, job)));
    let (one, other) = (Device::new(folder, "one.db", 1), Device::new(folder, "other.db", 2));
    let hub = Hub::open(store(folder, "hub.db"), "counts", &*one.env).unwrap();
    let sessions = (0..MESSAGES / PER_SESSION).map(|it| (session(it), session_values(it)));
    one.import("sessions", sessions);
    path("import 1 000 messages", &|| {
        one.import("messages", (0..MESSAGES).map(|it| (message(it), message_values(it))));
    });
    path("import them again", &|| {
        one.import("messages", (0..MESSAGES).map(|it| (message(it), message_values(it))));
    });
    one.note("the first one");
    path("one edit by a person", &|| one.note("another one"));
    path("get by id", &|| {
        assert!(one.replica.get_values("messages", message(77)).unwrap().is_some());
    });
    let newest = Find::new().descending("created_at").limit(50).refers("session", session(3));
    path("newest 50 of a session", &|| {
        assert_eq!(one.replica.list_values("messages", &newest).unwrap().len(), 50);
    });
    path("first sync up of 1 010 rows", &|| one.sync(&hub));
    path("first sync down, by snapshot", &|| other.sync(&hub));
    // A device that has a row already takes no snapshot.
    let third = Device::new(folder, "third.db", 3);
    third.import("sessions", std::iter::once((session(0), session_values(0))));
    path("first sync down, by pages", &|| third.sync(&hub));
    assert_eq!(one.replica.digest().unwrap(), other.replica.digest().unwrap());
    one.note("one that travels");
    path("one changed row, up", &|| one.sync(&hub));
    path("one changed row, down", &|| other.sync(&hub));
    path("a sync with nothing to do", &|| other.sync(&hub));
    one.import("sessions", (1_000..2_000).map(|it| (session(it), session_values(it))));
    path("newest 50, of a thousand sessions", &|| {
        assert_eq!(one.replica.list_values("messages", &newest).unwrap().len(), 50);
    });
    paths
}

fn table(paths: &[(&str, Counts)]) -> String {
    let mut text = format!("{:<NAME$}", "");
    let mut line = |name: &str, cells: [String; 5]| {
        if !name.is_empty() {
            _ = write!(text, "{name:<NAME$}");
        }
        for it in cells {
            _ = write!(text, "{it:>12}");
        }
        text.push('\n');
    };
    line("", COUNTED.map(str::to_owned));
    for (name, counts) in paths {
        line(name, counts.map(|it| it.to_string()));
    }
    text
}

fn parse(table: &str) -> Vec<(&str, Counts)> {
    let lines = table.lines().skip(1).map(|line| {
        let (name, cells) = line.split_at(NAME);
        let cells: Vec<u64> = cells.split_whitespace().map(|it| it.parse().unwrap()).collect();
        (name.trim(), cells.try_into().unwrap())
    });
    lines.collect()
}

/// Everything in which `paths` costs something else than it did.
fn differences(paths: &[(&str, Counts)], known: &[(&str, Counts)]) -> Vec<String> {
    let names = |it: &[(&str, Counts)]| it.iter().map(|it| it.0.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(paths), names(known), "other paths are counted");
    let mut differences = Vec::new();
    for ((name, counts), (_, before)) in paths.iter().zip(known) {
        for ((counted, now), before) in COUNTED.iter().zip(counts).zip(before) {
            let slack = if *counted == "syncs" || *before == 0 { 0 } else { 1 + before / SLACK };
            if now.abs_diff(*before) > slack {
                let way = if now > before { "more" } else { "less" };
                differences.push(format!("{name}: {now} {counted}, {way} than {before}"));
            }
        }
    }
    differences
}

#[test]
fn no_path_does_more_work_than_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let paths = paths(folder.path());
    let count = |path: &str, counted: usize| {
        paths.iter().find(|it| it.0 == path).map(|it| it.1[counted]).unwrap()
    };
    assert_eq!(count("one edit by a person", 4), 1, "an edit waits for the disk once");
    for path in ["get by id", "newest 50 of a session"] {
        assert_eq!((count(path, 2), count(path, 4)), (0, 0), "{path} writes something");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/counts.txt");
    let now = table(&paths);
    if std::env::var("INSTA_UPDATE").is_ok_and(|it| it == "always") {
        fs::write(&file, now).unwrap();
        return;
    }
    let known = fs::read_to_string(&file).unwrap();
    let differences = differences(&paths, &parse(&known));
    assert!(
        differences.is_empty(),
        "{}\n\n{now}\nCONTRIBUTING.md says how the counts are taken again; less work counts, too, \
         so that it stays less.",
        differences.join("\n")
    );
}

#[test]
fn a_path_that_does_more_is_named() {
    let known = [("get by id", [5, 100, 0, 0, 0]), ("edit", [9, 1_000, 10, 40_960, 1])];
    let text = table(&known);
    assert_eq!(parse(&text), known, "{text}");
    let mut now = known;
    assert_eq!(differences(&now, &known), [""; 0]);
    now[0].1 = [6, 103, 0, 0, 0];
    assert_eq!(differences(&now, &known), [""; 0], "a little is no difference");
    now[0].1[2] = 1;
    now[1].1 = [9, 900, 10, 40_960, 2];
    let found = differences(&now, &known);
    assert_eq!(
        found,
        [
            "get by id: 1 writes, more than 0",
            "edit: 900 steps, less than 1000",
            "edit: 2 syncs, more than 1"
        ]
    );
}
