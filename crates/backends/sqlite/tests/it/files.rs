//! Files that cannot be used: each is one clear error that names the file and says
//! what to do, and nothing that was there is lost.

use std::{fs, path::Path, sync::Arc};

use crate::common::{self, get, id, note, open, put, schema};
use driftline_core::{Error, Replica, Simulated, Store, Values};
use driftline_sqlite::SqliteStore;
use serde_json::json;

fn refused(path: &Path, words: &[&str]) -> String {
    let error = SqliteStore::open(path, schema()).unwrap_err();
    assert!(matches!(error, Error::Store { .. }), "{error:?}");
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "no `{word}` in: {text}");
    }
    text
}

#[test]
fn a_file_that_is_no_database_is_moved_aside_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("driftline.db");
    for number in 1..=2 {
        let content = format!("these are notes, not a database ({number})").repeat(100);
        fs::write(&path, &content).unwrap();
        fs::write(folder.path().join("driftline.db-wal"), "log").unwrap();
        let name = format!("driftline.db.damaged-{number}");
        refused(&path, &["driftline.db is damaged", &name, "backup"]);
        assert!(!path.exists());
        assert_eq!(fs::read_to_string(folder.path().join(&name)).unwrap(), content);
        assert!(folder.path().join(format!("{name}-wal")).exists());
    }
    put(&open(&path), "notes", &note(1, &[]));
    assert!(get(&open(&path), "notes", id(1)).is_some(), "it goes on with a new file");
}

#[test]
fn a_file_that_was_cut_off_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("driftline.db");
    let store = open(&path);
    for number in 0..50 {
        put(&store, "notes", &note(number, &[("title", json!("x".repeat(2_000)))]));
    }
    drop(store);
    let length = fs::metadata(&path).unwrap().len();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    refused(&path, &["damaged-1"]);
    let kept = fs::metadata(folder.path().join("driftline.db.damaged-1")).unwrap().len();
    assert_eq!(kept, length / 2);
}

#[test]
fn a_log_without_its_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("driftline.db");
    let store = open(&path);
    put(&store, "notes", &note(1, &[]));
    let log = fs::read(folder.path().join("driftline.db-wal")).unwrap();
    drop(store);
    fs::remove_file(&path).unwrap();
    fs::write(folder.path().join("driftline.db-wal"), &log).unwrap();
    refused(&path, &["driftline.db is damaged", "driftline.db.damaged-1"]);
    assert_eq!(fs::read(folder.path().join("driftline.db.damaged-1-wal")).unwrap(), log);
    open(&path);
}

#[test]
fn damage_met_later_is_reported_and_the_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("driftline.db");
    let store = open(&path);
    for number in 0..200 {
        put(&store, "notes", &note(number, &[("title", json!("x".repeat(2_000)))]));
    }
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[length / 2..].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    let store = open(&path);
    let error = (&store as &dyn Store).view(|tx| tx.scan("notes", None, 1_000)).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("driftline.db"), "{error}");
    assert!(path.exists() && !folder.path().join("driftline.db.damaged-1").exists());
}

#[test]
fn a_file_of_a_newer_program_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("driftline.db");
    drop(open(&path));
    common::sql(&path).pragma_update(None, "user_version", 99).unwrap();
    let before = fs::read(&path).unwrap();
    refused(&path, &["newer version", "update this program", "driftline.db"]);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_of_another_program_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("places.sqlite");
    common::sql(&path).execute_batch("CREATE TABLE bookmarks (url)").unwrap();
    let before = fs::read(&path).unwrap();
    refused(&path, &["another program", "places.sqlite"]);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn places_where_no_file_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    refused(&file.join("driftline.db"), &["a file", "cannot be"]);
    refused(&file.join("deep/driftline.db"), &["a file", "cannot be"]);
    refused(folder.path(), &["not an ordinary file"]);
    refused(&folder.path().join(".."), &["not an ordinary file"]);
    #[cfg(target_os = "linux")]
    {
        refused(Path::new("/proc/driftline/driftline.db"), &["/proc/driftline", "path"]);
        refused(Path::new("/dev/null"), &["not an ordinary file"]);
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        refused(&pipe, &["not an ordinary file"]);
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/deep/driftline.db");
    let store = open(&path);
    put(&store, "notes", &note(1, &[]));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&folder.path().join("new")), 0o700);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
    // Permissions do not bind every user who runs tests.
    if fs::write(closed.join("probe"), "").is_err() {
        refused(&closed.join("driftline.db"), &["closed", "writable"]);
    } else {
        open(&closed.join("driftline.db"));
    }
    // Here nobody may make a folder, not even they.
    #[cfg(target_os = "linux")]
    refused(Path::new("/sys/driftline/driftline.db"), &["/sys/driftline", "writable"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_to_a_folder_and_never_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    fs::create_dir(&real).unwrap();
    let path = real.join("a.db");
    put(&open(&path), "notes", &note(1, &[]));
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let store = open(&link.join("a.db"));
    assert!(get(&store, "notes", id(1)).is_some());
    assert_eq!(store.path(), fs::canonicalize(&path).unwrap());
    let notes = folder.path().join("notes.txt");
    fs::write(&notes, "kept").unwrap();
    let link = folder.path().join("link.db");
    for target in [&path, &notes, &folder.path().join("none.db")] {
        let _there_is_none = fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).unwrap();
        refused(&link, &["link.db is a link", "leads to"]);
    }
    assert_eq!(fs::read_to_string(&notes).unwrap(), "kept");
    assert!(!folder.path().join("none.db").exists());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_write_is_refused_and_one_that_they_can_read_is_closed() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hub.db");
    drop(open(&path));
    let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o666, 0o620, 0o602] {
        set(mode);
        refused(&path, &["hub.db can be written by other users", "chmod go-w"]);
    }
    set(0o644);
    drop(open(&path));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    if std::os::unix::fs::chown(&path, Some(65_534), None).is_ok() {
        refused(&path, &["hub.db belongs to another user", "sudo chown -R"]);
    }
}

/// Whatever runs or reads by itself, put into a file of ours by somebody else.
#[test]
fn a_file_with_what_this_program_never_makes_is_refused_wherever_it_comes_in() {
    let folder = tempfile::tempdir().unwrap();
    let (path, own) = (folder.path().join("evil.db"), folder.path().join("own.db"));
    let store = open(&own);
    put(&store, "notes", &note(1, &[]));
    for (sql, name) in [
        (
            "CREATE TRIGGER t AFTER INSERT ON notes BEGIN UPDATE notes SET title = 'owned'; END",
            "`t`",
        ),
        ("CREATE TRIGGER t INSTEAD OF INSERT ON notes_sync BEGIN SELECT 1; END", "`t`"),
        ("CREATE TABLE extra (a)", "table `extra`"),
        ("CREATE VIRTUAL TABLE extra USING fts5 (a)", "`extra"),
        ("CREATE VIEW extra AS SELECT 1", "view `extra`"),
        ("DROP VIEW notes_sync; CREATE TABLE notes_sync (a)", "table `notes_sync`"),
    ] {
        let _there_is_none = fs::remove_file(&path);
        store.copy_to(&path).unwrap();
        common::sql(&path).execute_batch(sql).unwrap();
        let before = fs::read(&path).unwrap();
        refused(&path, &["evil.db holds the ", name]);
        assert_eq!(fs::read(&path).unwrap(), before);
        for error in [
            store.restore(&path).unwrap_err(),
            store.read_copy(&path, Box::new(|_| Ok(()))).unwrap_err(),
        ] {
            assert!(error.to_string().contains("evil.db holds the "), "{error}");
        }
        assert!(get(&store, "notes", id(1)).is_some());
    }
    // An index of somebody who looks at their rows with SQL runs nothing.
    fs::remove_file(&path).unwrap();
    store.copy_to(&path).unwrap();
    common::sql(&path).execute_batch("CREATE INDEX mine ON notes (title)").unwrap();
    open(&path);
}

#[test]
fn what_somebody_else_wrote_is_read_row_by_row_and_nothing_is_left_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("own.db"));
    let theirs = folder.path().join("theirs.db");
    put(&open(&theirs), "notes", &note(7, &[]));
    let before = fs::read(&theirs).unwrap();
    let mut met = Vec::new();
    let read = store.read_copy(
        &theirs,
        Box::new(|tx| {
            met = tx.scan("notes", None, 10)?;
            Ok(())
        }),
    );
    read.unwrap();
    assert_eq!(met.iter().map(|it| it.id).collect::<Vec<_>>(), [id(7)]);
    assert_eq!(fs::read(&theirs).unwrap(), before);
    let names = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name());
    assert!(names.into_iter().all(|it| !it.to_string_lossy().contains(".read-")));
}

#[test]
fn everything_can_be_taken_away_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = (folder.path().join("a.db"), open(&folder.path().join("a.db")));
    put(&store, "notes", &note(1, &[]));
    put(&store, "unheard_of", &note(2, &[]));
    let followed = (&store as &dyn Store).view(|tx| tx.journal()).unwrap().last;
    let clear = |tx: &mut dyn driftline_core::store::StoreTx| {
        tx.set_meta("stays", Some("1"))?;
        tx.set_meta("goes", Some("1"))?;
        tx.clear(&["stays"])
    };
    (&store as &dyn Store).transact(driftline_core::Durability::Full, clear).unwrap();
    let look = |tx: &dyn driftline_core::store::ReadTx| {
        Ok((tx.stored_entities()?, tx.meta("stays")?, tx.meta("goes")?, tx.journal()?))
    };
    let (entities, stays, goes, journal) = (&store as &dyn Store).view(look).unwrap();
    assert!(entities.is_empty() && stays.is_some() && goes.is_none());
    assert!(!journal.reaches(followed));
    drop(store);
    put(&open(&path), "notes", &note(3, &[]));
}

#[test]
fn a_backup_is_whole_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("driftline.db"));
    for number in 0..100 {
        put(&store, "notes", &note(number, &[("title", json!("x".repeat(500)))]));
    }
    let copy = folder.path().join("backups/one.db");
    store.copy_to(&copy).unwrap();
    put(&store, "notes", &note(100, &[]));
    let error = store.copy_to(&copy).unwrap_err();
    assert!(error.to_string().contains("exists already"), "{error}");
    let names: Vec<_> = fs::read_dir(copy.parent().unwrap()).unwrap().collect();
    assert_eq!(names.len(), 1, "a copy is one file: {names:?}");
    let restored = open(&copy);
    let rows = |store: &dyn Store| store.view(|tx| tx.scan("notes", None, 1_000)).unwrap();
    assert_eq!(rows(&restored), rows(&store)[..100]);
}

#[test]
fn a_backup_can_be_put_back_while_the_store_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("driftline.db");
    let (store, other) = (open(&path), open(&path));
    for number in 0..100 {
        put(&store, "notes", &note(number, &[("title", json!("x".repeat(500)))]));
    }
    let copy = folder.path().join("one.db");
    assert!(store.backup(&copy).unwrap());
    let rows = |store: &dyn Store| store.view(|tx| tx.scan("notes", None, 1_000)).unwrap();
    let before = rows(&other);
    put(&store, "notes", &note(7, &[("title", json!("changed"))]));
    put(&other, "notes", &note(500, &[]));

    let followed = (&other as &dyn Store).view(|tx| tx.journal()).unwrap().last;
    store.restore(&copy).unwrap();
    let reaches = || (&other as &dyn Store).view(|tx| tx.journal()).unwrap().reaches(followed);
    assert!(!reaches());
    for _ in 0..200 {
        put(&store, "notes", &note(1, &[]));
        assert!(!reaches(), "who followed what was replaced never goes on as if it were there");
    }
    store.restore(&copy).unwrap();
    assert_eq!(rows(&store), before);
    assert_eq!(rows(&other), before);
    put(&other, "notes", &note(501, &[]));
    assert!(get(&store, "notes", id(501)).is_some());
    drop((store, other));
    assert_eq!(rows(&open(&path)).len(), 101);
    assert_eq!(rows(&open(&copy)), before, "the backup stays as it was");
}

#[test]
fn no_stamp_is_given_twice_when_a_backup_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder.path().join("driftline.db")));
    // Its clock stands still.
    let env = Arc::new(Simulated::new(1, 1_790_000_000_000));
    let replica = Replica::open(store, env).unwrap();
    let create = |title: &str| {
        let values = Values::from([("title".to_owned(), json!(title))]);
        let id = replica.create_values("notes", &values).unwrap();
        let row = replica.read(|tx| tx.get("notes", id)).unwrap().unwrap().row;
        row.cell("title").unwrap().stamp
    };
    create("before");
    let copy = folder.path().join("copy.db");
    assert!(replica.backup(&copy).unwrap());
    let sent = create("sent, then taken back");
    replica.put_back(&copy).unwrap();
    assert!(create("after") > sent);
}

#[test]
fn what_is_no_backup_is_not_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("driftline.db");
    let store = open(&path);
    put(&store, "notes", &note(1, &[("title", json!("x".repeat(5_000)))]));
    let copy = folder.path().join("one.db");
    store.copy_to(&copy).unwrap();
    let whole = fs::read(&copy).unwrap();
    let bad = folder.path().join("bad.db");
    let mut torn = whole.clone();
    torn[whole.len() / 2..].fill(0x5a);
    for content in [Vec::new(), b"no database at all".to_vec(), torn, whole[..8_192].to_vec()] {
        fs::write(&bad, &content).unwrap();
        let error = store.restore(&bad).unwrap_err().to_string();
        assert!(error.contains("bad.db"), "{error}");
        assert!(get(&store, "notes", id(1)).is_some());
    }
    assert!(store.restore(&folder.path().join("none.db")).is_err());
}

#[cfg(unix)]
#[test]
fn a_file_that_is_taken_away_while_it_is_open_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, away) = (folder.path().join("driftline.db"), folder.path().join("away.db"));
    let store = open(&path);
    put(&store, "notes", &note(1, &[]));
    let write = || (&store as &dyn Store).transact(driftline_core::Durability::Normal, |_| Ok(()));
    let read = || (&store as &dyn Store).view(|tx| tx.get("notes", id(1)));
    fs::rename(&path, &away).unwrap();
    for error in [write().unwrap_err(), read().unwrap_err()] {
        assert!(error.to_string().contains("driftline.db was moved, deleted"), "{error}");
    }
    // Another file of that name is not the one that is open.
    fs::copy(&away, &path).unwrap();
    assert!(write().is_err());
    fs::rename(&away, &path).unwrap();
    write().unwrap();
    assert!(read().unwrap().is_some(), "once it is back, nothing was lost");
}
