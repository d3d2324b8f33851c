//! Everything goes into a file and comes out of it in another profile, however often, and
//! whatever somebody did to the file.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use driftline_client::{
    Error, Kind, Result, backup,
    export::{self, Joined, Written},
    runtime,
};
use driftline_core::{DELETED_AT, Digests, Id, PROTOCOL, Stamp, device::Exported, store::Find};
use driftline_testing::START;
use serde_json::{Value, json};

use crate::world::{Listener, Side, World};

fn write(side: &Side, path: &Path) -> Written {
    export::write(&side.device.replica, path, &mut |_| ()).unwrap()
}

fn try_join(side: &Side, path: &Path) -> Result<Joined> {
    export::join(&side.client, &side.device.replica, path, &mut |_| ())
}

fn join(side: &Side, path: &Path) -> Joined {
    try_join(side, path).unwrap()
}

/// A profile with something of everything.
fn full(world: &World, name: &str) -> Side {
    world.transcripts(3, 40);
    let side = world.open(name);
    side.import(world);
    let replica = &side.device.replica;
    let sessions = replica.list_values("sessions", &Find::new()).unwrap();
    side.edit("sessions", sessions[0].id, "name", "What gave way");
    side.edit("sessions", sessions[0].id, "name", "Mine");
    replica.set_deleted("sessions", sessions[1].id, true).unwrap();
    side.add("inbox", &[("title", "By hand")]);
    side.edit("workspaces", side.only("workspaces"), "here", "/srv/engine");
    side
}

#[test]
fn a_profile_comes_out_of_a_file_as_it_went_in() {
    let world = World::new();
    let side = full(&world, "a");
    for (number, name) in ["all.jsonl", "all.jsonl.zst"].into_iter().enumerate() {
        let path = world.path(name);
        let mut steps = Vec::new();
        let written =
            export::write(&side.device.replica, &path, &mut |it| steps.push((it.rows, it.of)));
        let written = written.unwrap();
        assert_eq!(written.bytes, fs::metadata(&path).unwrap().len());
        assert_eq!(steps.last(), Some(&(written.rows, written.rows)));
        let other = world.open(&format!("b{number}"));
        let joined = join(&other, &path);
        assert_eq!((joined.rows, joined.new), (written.rows, written.rows));
        assert_eq!((joined.grown, joined.same, joined.left_out), (0, 0, 0));
        assert_eq!((&joined.code, joined.kept_database), (&written.code, None));
        assert_eq!(other.digest(), side.digest());
        let again = world.path(&format!("again-{name}"));
        assert_eq!(write(&other, &again).bytes, written.bytes, "what stays on a device is in it");
        // Once more changes nothing, also where transcripts are read again.
        other.import(&world);
        let (digest, waiting) = (other.digest(), other.status().waiting);
        let joined = join(&other, &path);
        assert_eq!((joined.new, joined.grown, joined.same), (0, 0, written.rows));
        assert_eq!((other.digest(), other.status().waiting), (digest, waiting));
        assert!(joined.kept_database.is_none(), "nothing has changed");
        assert!(backup::list(other.client.profile.path()).is_empty());
    }
    let [plain, packed] = ["all.jsonl", "all.jsonl.zst"].map(|it| fs::metadata(world.path(it)));
    assert!(packed.unwrap().len() * 3 < plain.unwrap().len());
}

#[test]
fn a_profile_that_has_rows_has_those_of_both_and_syncs_them() {
    let world = World::new();
    let (a, b) = (full(&world, "a"), world.shared("b"));
    b.import(&world);
    b.sync();
    let session = b.all("sessions", "name").len();
    b.add("inbox", &[("title", "Of B")]);
    write(&a, &world.path("a.jsonl"));
    let joined = join(&b, &world.path("a.jsonl"));
    assert!(joined.new == 1 && joined.grown == 2, "{joined:?}");
    assert!(joined.kept_database.unwrap().is_file(), "what was there is kept");
    assert_eq!(b.all("inbox", "title"), ["By hand", "Of B"]);
    assert_eq!(
        usize::try_from(b.count("sessions")).unwrap(),
        session - 1,
        "what was deleted there is here"
    );
    assert!(b.all("sessions", "name").contains(&json!("Mine")));
    // A third one gets it from the remote.
    b.sync();
    assert_eq!(b.status().waiting, 0);
    let c = world.shared("c");
    c.sync();
    assert_eq!(c.digest(), b.digest());
}

#[test]
fn a_file_is_its_owners_alone_and_replaces_nothing() {
    let world = World::new();
    let side = full(&world, "a");
    let path = world.path("all.jsonl");
    write(&side, &path);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let before = fs::read(&path).unwrap();
    let error = export::write(&side.device.replica, &path, &mut |_| ()).unwrap_err();
    assert!(matches!(&error, Error::Exists(it) if *it == path), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    // What has that name by the time that the file is whole is not replaced either.
    let late = world.path("late.jsonl");
    let mut put = |_| fs::write(&late, "kept").unwrap();
    let error = export::write(&side.device.replica, &late, &mut put).unwrap_err();
    assert!(matches!(&error, Error::Exists(_)), "{error}");
    assert_eq!(fs::read_to_string(&late).unwrap(), "kept");
    let nowhere = world.path("nowhere/all.jsonl");
    let error = export::write(&side.device.replica, &nowhere, &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("nowhere/all.jsonl cannot be written"), "{error}");
    let left = fs::read_dir(world.path("")).unwrap().flatten().map(|it| it.file_name());
    let left: Vec<_> = left.filter(|it| it.to_string_lossy().starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_file_says_nothing_of_the_device_its_remote_or_what_gave_way() {
    let world = World::new();
    let (a, b) = (world.shared("a"), world.shared("b"));
    let id = a.add("workspaces", &[("name", "What gave way")]);
    a.edit("workspaces", id, "name", "What stands");
    a.sync();
    b.sync();
    write(&a, &world.path("a.jsonl"));
    let text = fs::read_to_string(world.path("a.jsonl")).unwrap();
    assert!(text.contains("What stands") && !text.contains("What gave way"));
    let identity = a.meta("link").unwrap();
    let link: Value = serde_json::from_str(&identity).unwrap();
    for part in ["account", "epoch", "person"] {
        let part = link["identity"][part].as_str().unwrap();
        assert!(!text.contains(part), "{part}");
    }
    // Who imports it stays who they are.
    let c = world.open("c");
    let device = c.meta("device");
    join(&c, &world.path("a.jsonl"));
    assert_eq!((c.meta("device"), c.meta("link")), (device, None));
    assert_eq!(c.status().waiting, 1, "all of it is owed to the next remote");
}

#[test]
fn rows_that_a_newer_program_wrote_travel_on() {
    let world = World::new();
    let path = world.path("new.jsonl");
    let (id, stamp) = (Id::imported(0, &["x"]), Stamp::person(START, 0, 9));
    let row = json!({ "glow": { "stamp": stamp, "value": { "b": [1, null], "a": 0.5 } } });
    let lines = [
        json!({ "entity": "gadgets", "id": id, "row": row, "acked": true }),
        json!({ "entity": "workspaces", "id": id, "row": row, "local": { "aura": "x" } }),
    ];
    let a = world.open("a");
    write_lines(&world, "new.jsonl", &lines.map(|it| it.to_string()));
    assert_eq!(join(&a, &path).new, 2);
    assert!(a.digest().contains_key("gadgets"));
    write(&a, &world.path("again.jsonl"));
    let again = fs::read_to_string(world.path("again.jsonl")).unwrap();
    for line in fs::read_to_string(&path).unwrap().lines().skip(1) {
        let told: Value = serde_json::from_str(line).unwrap();
        let same = |it: &str| serde_json::from_str::<Value>(it).unwrap() == told;
        assert!(told.get("end").is_some() || again.lines().any(same), "{line}\n{again}");
    }
}

/// Writes a file of these rows as an export would, with a last line that fits.
fn write_lines(world: &World, name: &str, rows: &[String]) {
    let (all, mut digests) = (rows.join("\n"), serde_json::Map::new());
    let (mut counts, mut sums) = (serde_json::Map::new(), Digests::new());
    for row in rows {
        if let Ok(it) = serde_json::from_str::<Exported>(row) {
            let sum = sums.entry(it.entity.clone()).or_default();
            *sum = sum.wrapping_add(it.hash());
            let count = counts.get(&it.entity).and_then(Value::as_u64).unwrap_or(0) + 1;
            counts.insert(it.entity, count.into());
        }
    }
    for (entity, sum) in sums {
        digests.insert(entity, format!("{sum:016x}").into());
    }
    let end = json!({ "end": { "rows": counts, "digests": digests } });
    let text = format!("{}\n{all}\n{end}\n", header());
    fs::write(world.path(name), text).unwrap();
}

fn header() -> Value {
    json!({ "driftline": "export", "version": 1, "protocol": PROTOCOL })
}

/// A row that is fine, as text.
fn fine(name: &str) -> String {
    let (id, stamp) = (Id::imported(0, &[name]), Stamp::person(START, 0, 9));
    let row = json!({ "name": { "stamp": stamp, "value": name } });
    json!({ "entity": "workspaces", "id": id, "row": row }).to_string()
}

#[test]
fn a_line_that_is_wrong_is_named_and_nothing_behind_it_is_taken() {
    let world = World::new();
    let good = fine("Fine");
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let many = format!("[{}0]", "0,".repeat(1_000_001));
    for (number, (line, says)) in [
        ("not json".to_owned(), "not written as a row"),
        (String::new(), "not written as a row"),
        ("{}".into(), "missing field"),
        (good.replace("workspaces", "Robert'); DROP"), "cannot be a name"),
        (good.replace("\"name\"", "\"../name\""), "cannot be a name"),
        (good.replace("-8", "-"), "not written as a row"),
        (good.replace("\"stamp\":\"1", "\"stamp\":\"7"), "not a stamp"),
        (good.replace("\"stamp\":\"1", "\"stamp\":\"1zz"), "not a stamp"),
        (good.replace("\"Fine\"", &deep(125)), "not written as a row"),
        (good.replace("\"Fine\"", &deep(100_000)), "not written as a row"),
        (good.replace("\"Fine\"", &many), "more than 1000000 values"),
        (good.replace("{\"entity\"", "{\"new\":1,\"entity\""), "unknown field `new`"),
        (good.replace("Fine", "\u{1}"), "not written as a row"),
        (format!("{{\"local\":{{\"x\":{}}},{}", deep(125), &good[1..]), "124 levels"),
        ("{\"end\":7}".into(), "not written as a row"),
        ("{\"end\":{\"rows\":{},\"digests\":{\"x\":\"no\"}}}".into(), "not written as a row"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = world.path("bad.jsonl");
        write_lines(&world, "bad.jsonl", &[good.clone(), line.clone(), fine("After")]);
        let side = world.open(&format!("a{number}"));
        let error = try_join(&side, &path).unwrap_err();
        let told = error.to_string();
        let start = line.get(..40).unwrap_or(&line);
        assert!(told.contains("bad.jsonl, line 3: ") && told.contains(says), "{start}: {told}");
        assert_eq!(error.kind(), Kind::Invalid);
        assert!(told.len() < 1_000, "{told}");
        assert!(side.count("workspaces") <= 1, "nothing of what follows");
    }
}

#[test]
fn what_was_cut_off_or_changed_is_told_and_can_be_done_again() {
    let world = World::new();
    let a = full(&world, "a");
    for name in ["all.jsonl", "all.jsonl.zst"] {
        let path = world.path(name);
        write(&a, &path);
        let whole = fs::read(&path).unwrap();
        let side = world.open(if name == "all.jsonl" { "b" } else { "bz" });
        for part in [whole.len() / 2, whole.len() - 3, whole.len() - 1] {
            fs::write(world.path("cut"), &whole[..part]).unwrap();
            let told = match try_join(&side, &world.path("cut")) {
                Err(error) => error.to_string(),
                // The last byte of a plain file ends a line that is whole without it.
                Ok(_) if part == whole.len() - 1 && name == "all.jsonl" => continue,
                Ok(joined) => panic!("{name} {part}: {joined:?}"),
            };
            assert!(told.contains("cut, line "), "{told}");
        }
        join(&side, &path);
        assert_eq!(side.digest(), a.digest());
    }
    let text = fs::read_to_string(world.path("all.jsonl")).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let without = [&lines[..5], &lines[6..]].concat().join("\n");
    fs::write(world.path("changed.jsonl"), without).unwrap();
    let told = try_join(&world.open("c"), &world.path("changed.jsonl")).unwrap_err().to_string();
    assert!(told.contains("the file was changed") && told.contains("rows before it are here"));
    fs::write(world.path("more.jsonl"), format!("{text}{}\n", fine("More"))).unwrap();
    let told = try_join(&world.open("d"), &world.path("more.jsonl")).unwrap_err().to_string();
    assert!(told.contains("something follows"), "{told}");
}

#[test]
fn what_is_no_export_file_or_of_another_time_is_left_alone() {
    let world = World::new();
    let side = world.open("a");
    let path = world.path("x.jsonl");
    let with = |field: &str, value: u32| {
        let mut it = header();
        it[field] = value.into();
        it.to_string()
    };
    for bytes in [&b""[..], b"{}\n", b"{\"driftline\":\"backup\"}", &[0xff; 100]] {
        fs::write(&path, bytes).unwrap();
        assert!(!export::is_export(&path).unwrap());
        let error = try_join(&side, &path).unwrap_err();
        assert!(matches!(&error, Error::NoExport(_)), "{error}");
    }
    fs::write(&path, [0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]).unwrap();
    let told = try_join(&side, &path).unwrap_err().to_string();
    assert!(told.contains("line 1: the file cannot be unpacked"), "{told}");
    for (text, says) in [
        (with("version", 2), "a newer program; update this one"),
        (with("protocol", 9), "a newer program; update this one"),
        (with("version", 0), "an older program"),
        (with("protocol", 1), "an older program"),
    ] {
        fs::write(&path, text).unwrap();
        assert!(export::is_export(&path).unwrap());
        let error = try_join(&side, &path).unwrap_err();
        assert!(matches!(&error, Error::OtherFormat { .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    assert!(side.digest().values().all(|it| *it == 0));
}

#[test]
fn a_packed_line_that_never_ends_takes_no_more_than_a_line() {
    let world = World::new();
    let file = fs::File::create(world.path("bomb.zst")).unwrap();
    let mut packed = zstd::Encoder::new(file, 1).unwrap();
    let line = format!("{}\n", header());
    let mut endless = line.as_bytes().chain(io::repeat(b' ').take(140 << 20));
    io::copy(&mut endless, &mut packed).unwrap();
    packed.finish().unwrap();
    let told = try_join(&world.open("a"), &world.path("bomb.zst")).unwrap_err().to_string();
    assert!(told.contains("line 2: ") && told.contains("longer than 134217728 bytes"), "{told}");
}

#[test]
fn values_that_no_field_can_hold_are_left_out_by_name() {
    let world = World::new();
    let pinned = json!({ "stamp": Stamp::person(START, 0, 9), "value": "yes" });
    let bad = fine("Fine").replace("\"row\":{", &format!("\"row\":{{\"pinned\":{pinned},"));
    write_lines(&world, "odd.jsonl", &[fine("Other"), bad]);
    let side = world.open("a");
    let joined = join(&side, &world.path("odd.jsonl"));
    assert_eq!((joined.new, joined.left_out), (2, 1));
    let it = &joined.left_out_at[0];
    assert_eq!((it.line, it.entity.as_str(), it.field.as_str()), (3, "workspaces", "pinned"));
    assert_eq!(side.all("workspaces", "name"), ["Fine", "Other"]);
}

#[test]
fn a_time_far_ahead_changes_no_clock() {
    let world = World::new();
    let (id, year) = (Id::imported(0, &["x"]), START + 365 * 24 * 3_600_000);
    let row = json!({ "title": { "stamp": Stamp::person(year, 0, 9), "value": "Theirs" } });
    let line = json!({ "entity": "inbox", "id": id, "row": row }).to_string();
    write_lines(&world, "ahead.jsonl", &[line]);
    let side = world.open("a");
    join(&side, &world.path("ahead.jsonl"));
    side.edit("inbox", id, "title", "Mine");
    assert_eq!(side.value("inbox", id, "title"), "Mine");
    let other = side.add("inbox", &[("title", "x")]);
    let row = side.device.replica.get_values("inbox", other).unwrap().unwrap().row;
    assert!(row.cell("title").unwrap().stamp.millis() < START + 3_600_000);
    assert!(row.cell(DELETED_AT).is_none());
}

#[test]
fn what_was_never_sent_comes_back_from_its_file() {
    let world = World::new();
    let a = world.shared("a");
    a.sync();
    let copy = backup::ask(&a.client, &a.device.replica).unwrap();
    a.add("workspaces", &[("name", "Never sent")]);
    let (listener, name) = (Listener::new(), copy.file_name().unwrap());
    let done = backup::put_back(&a.client, &a.device, name.as_ref(), &listener);
    let done = runtime().unwrap().block_on(done).unwrap();
    assert_eq!(a.count("workspaces"), 0);
    assert_eq!(join(&a, &done.until.unsent_file.unwrap()).new, 1);
    assert_eq!(a.all("workspaces", "name"), ["Never sent"]);
    a.sync();
    let b = world.shared("b");
    b.sync();
    assert_eq!(b.digest(), a.digest());
}
