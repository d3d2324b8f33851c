//! What was purged is in no file any more, and a purge mark is stored like any cell.

use std::{fs, path::Path, sync::Arc};

use driftline_core::{
    Durability, Hub, Id, PURGED, Replica, Schema, Simulated, Stamp, Store, Values,
    device::Imported,
    store::{AuditEntry, AuditKind, Deleted, Find, Stored},
};
use driftline_entities as _;
use driftline_sqlite::SqliteStore;
use futures_executor::block_on;
use serde_json::json;

use crate::common::{found, get, id, note, open, put, sql, stamp};

const SECRET: &str = "hunter2-secret";

/// The files in `folder` that hold the secret.
fn holding(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        if bytes.windows(SECRET.len()).any(|it| it == SECRET.as_bytes()) {
            all.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    all.sort();
    all
}

fn purged(number: u64) -> Stored {
    let mut stored = Stored::new(id(number));
    stored.row.set(PURGED, stamp(9_000), json!("person"));
    stored.hash = 5;
    stored
}

#[test]
fn a_mark_comes_back_as_it_was_and_hides_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    put(&store, "notes", &note(1, &[("title", json!("a")), ("order", json!(3))]));
    put(&store, "notes", &note(2, &[("title", json!("b"))]));
    for entity in ["notes", "an_entity_of_a_later_program"] {
        put(&store, entity, &purged(1));
        assert_eq!(get(&store, entity, id(1)).unwrap(), purged(1));
    }
    let with = |deleted| found(&store, &Find::new().deleted(deleted)).unwrap();
    assert_eq!(with(Deleted::Hidden), [id(2)]);
    assert_eq!(with(Deleted::Only), [id(1)]);
    assert_eq!(with(Deleted::Included), [id(1), id(2)]);
    let is_deleted = (&store as &dyn Store).view(|tx| tx.is_deleted("notes", id(1)));
    assert_eq!(is_deleted.unwrap(), Some(true));
    let shown: String = sql(&path)
        .query_row("SELECT sync_status FROM notes_sync WHERE deleted_at IS NOT NULL", [], |it| {
            it.get(0)
        })
        .unwrap();
    assert_eq!(shown, "synced");
}

#[test]
fn the_ids_of_what_a_row_owns_come_in_order_and_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    for number in 1..=5 {
        let owner = id(if number == 3 { 8 } else { 9 }).to_string();
        let deleted = if number == 4 { json!(7) } else { json!(null) };
        let row = note(number, &[("folder", json!(owner)), ("deleted_at", deleted)]);
        put(&store, "notes", &row);
    }
    let owned = |after, limit| {
        let owned = |tx: &dyn driftline_core::store::ReadTx| {
            tx.owned("notes", "folder", id(9), after, limit)
        };
        (&store as &dyn Store).view(owned).unwrap()
    };
    assert_eq!(owned(None, 9), [id(1), id(2), id(4), id(5)]);
    assert_eq!(owned(None, 2), [id(1), id(2)]);
    assert_eq!(owned(Some(id(2)), 2), [id(4), id(5)]);
    assert_eq!(owned(Some(id(5)), 2), []);
}

#[test]
fn no_file_holds_what_was_purged() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder.path().join("a.db")));
    let replica = Replica::open(store.clone(), Arc::new(Simulated::new(1, 1))).unwrap();
    // So long that it takes pages of its own.
    let long = SECRET.repeat(2_000);
    let values = |text: &str| Values::from([("title".to_owned(), json!(text))]);
    let row = replica.create_values("notes", &values(SECRET)).unwrap();
    replica.update_values("notes", row, &values(&long)).unwrap();
    let draft = Values::from([("draft".to_owned(), json!(SECRET))]);
    replica.update_values("notes", row, &draft).unwrap();
    assert!(!holding(folder.path()).is_empty());
    assert_eq!(replica.purge("notes", row).unwrap(), 1);
    assert!(replica.sweep_due().unwrap().here.is_some());
    replica.sweep().unwrap();
    assert_eq!(holding(folder.path()), [""; 0]);
    let due = replica.sweep_due().unwrap();
    assert_eq!(
        (due.here.is_some(), due.there.is_some(), due.beside.is_some()),
        (false, true, true)
    );
    replica.note_swept(&due).unwrap();
    assert_eq!(replica.sweep_due().unwrap(), driftline_core::device::Due::default());
}

#[test]
fn a_copy_gets_the_marks_and_stays_one_file() {
    let (folder, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Arc::new(open(&folder.path().join("a.db")));
    let replica = Replica::open(store.clone(), Arc::new(Simulated::new(1, 1))).unwrap();
    let values = |text: &str| Values::from([("title".to_owned(), json!(text))]);
    let row = replica.create_values("notes", &values(SECRET)).unwrap();
    let kept = replica.create_values("notes", &values("kept")).unwrap();
    let copy = copies.path().join("copy.db");
    assert!(replica.backup(&copy).unwrap());
    assert_eq!(holding(copies.path()), ["copy.db"]);
    replica.purge("notes", row).unwrap();
    assert_eq!(replica.sweep_copy(&copy).unwrap(), 1);
    assert_eq!(holding(copies.path()), [""; 0]);
    assert_eq!(fs::read_dir(copies.path()).unwrap().count(), 1);
    replica.put_back(&copy).unwrap();
    assert!(replica.is_purged("notes", row).unwrap());
    assert!(replica.get_values("notes", kept).unwrap().is_some());
    fs::write(&copy, "no copy").unwrap();
    assert!(replica.sweep_copy(&copy).is_err());
}

#[test]
fn what_an_earlier_program_left_in_the_file_goes_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    for number in 0..40 {
        let text = format!("{SECRET} {}", "x".repeat(3_000));
        put(&store, "notes", &note(number, &[("title", json!(text))]));
    }
    drop(store);
    let theirs = sql(&path);
    theirs.execute_batch("PRAGMA secure_delete = OFF; DELETE FROM notes;").unwrap();
    theirs.execute_batch("DELETE FROM meta WHERE key = 'sqlite.zeroed'").unwrap();
    drop(theirs);
    let store = open(&path);
    assert!(!holding(folder.path()).is_empty());
    (&store as &dyn Store).sweep().unwrap();
    assert_eq!(holding(folder.path()), [""; 0]);
}

#[test]
fn a_number_of_the_log_is_never_given_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let store: &dyn Store = &store;
    let entry = |number| AuditEntry {
        log_id: None,
        at: 1,
        kind: AuditKind::Conflict,
        entity: "notes".into(),
        id: id(number),
        field: "title".into(),
        winner: json!("a"),
        winner_stamp: stamp(2),
        lost: json!(SECRET),
        lost_stamp: stamp(1),
        rule: "the later edit stands".into(),
    };
    store
        .transact(Durability::Normal, |tx| {
            (1..=3).try_for_each(|number| tx.record(&entry(number)))?;
            tx.erase_audit("notes", id(3))?;
            tx.erase_audit("notes", id(1))
        })
        .unwrap();
    let log = || store.view(|tx| tx.audit(None, 9)).unwrap();
    assert_eq!(log().iter().map(|it| it.id).collect::<Vec<_>>(), [id(2)]);
    assert!(store.view(|tx| tx.audit_of("notes", id(3))).unwrap().is_empty());
    assert!(store.view(|tx| tx.audit(Some(AuditKind::Conflict), 9)).unwrap().len() == 1);
    store.transact(Durability::Normal, |tx| tx.record(&entry(4))).unwrap();
    assert_eq!(log()[0].log_id.map(|it| it.0), Some(4));
}

/// Files of devices and hubs.
struct World {
    folder: tempfile::TempDir,
    env: Arc<Simulated>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, env: Arc::new(Simulated::new(1, 1_790_000_000_000)) }
    }

    fn store(&self, name: &str) -> Arc<SqliteStore> {
        let path = self.folder.path().join(name);
        Arc::new(SqliteStore::open(&path, Schema::registered().unwrap()).unwrap())
    }

    fn device(&self, name: &str) -> Replica {
        Replica::open(self.store(name), self.env.clone()).unwrap()
    }
}

fn named(name: &str) -> Values {
    Values::from([("name".to_owned(), json!(name))])
}

/// Tables are copied without a look at their rows, so the hub says that there are marks.
#[test]
fn a_device_that_takes_everything_at_once_lets_nothing_purged_come_back() {
    let world = World::new();
    let hub = Hub::open(world.store("hub.db"), "ana", &*world.env).unwrap();
    let (one, other) = (world.device("one.db"), world.device("other.db"));
    let session = one.create_values("sessions", &named("A")).unwrap();
    block_on(one.sync(&hub)).unwrap();
    one.purge("sessions", session).unwrap();
    block_on(one.sync(&hub)).unwrap();
    let report = block_on(other.sync(&hub)).unwrap();
    assert_eq!((report.received, report.calls), (1, 1), "{report:?}");
    let message = |tx: &mut driftline_core::WriteTx<'_>| {
        let entity = tx.reading().schema().entity("messages")?;
        let stamp = Stamp::machine(1_000, 1, 1, 1);
        let cells = vec![("session".into(), json!(session.to_string()), stamp)];
        tx.import(entity, Id::imported(0, &["late"]), cells, Vec::new())
    };
    assert_eq!(other.write(message).unwrap(), Imported::Purged);
}

#[test]
fn the_rows_of_somebody_elses_copy_bring_nothing_purged_back() {
    let world = World::new();
    let (mine, theirs) = (world.device("mine.db"), world.device("theirs.db"));
    let (gone, kept) = (Id::imported(0, &["gone"]), Id::imported(0, &["kept"]));
    for device in [&mine, &theirs] {
        device.put_values("sessions", gone, &named("Gone")).unwrap();
    }
    theirs.put_values("sessions", kept, &named("Kept")).unwrap();
    let purged = theirs.create_values("sessions", &named("Purged there")).unwrap();
    theirs.purge("sessions", purged).unwrap();
    for name in ["Kept for now", "Kept for good"] {
        world.env.pass(10);
        theirs.update_values("sessions", kept, &named(name)).unwrap();
    }
    let copy = world.folder.path().join("copy.db");
    assert!(theirs.backup(&copy).unwrap());
    mine.purge("sessions", gone).unwrap();
    mine.create_values("sessions", &named("Mine")).unwrap();
    mine.replace_rows(&copy).unwrap();
    let shown = mine.list_values("sessions", &Find::new()).unwrap();
    let names: Vec<_> = shown.iter().map(|it| it.value("name").unwrap()).collect();
    assert_eq!(names, ["Kept for good"]);
    assert_eq!(mine.audit(None, 9).unwrap().len(), 2, "what gave way there comes along");
    assert_eq!(mine.status(None).unwrap().waiting, 3, "all of it is owed, marks as well");
}
