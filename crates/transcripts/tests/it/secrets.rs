//! Likely secrets are replaced in every synced cell, stay in the record, and once they were
//! replaced on any device, that is what every device has.

use std::{collections::BTreeSet, fs, path::PathBuf};

use driftline_core::{Cell, Row, Stamp, Value, value};
use driftline_transcripts::{FileReport, Secrets};
use proptest::prelude::*;
use serde_json::json;

use crate::common::{Store, assistant, lines, message, transcript, user};

/// Made up from its form, so that no file of this repository holds one.
fn token(seed: u8) -> String {
    let letters = "a1B2c3D4e5F6g7H8j9K0l1M2n3P4q5R6s7T8";
    let at = usize::from(seed) % letters.len();
    format!("ghp_{}{}", &letters[at..], &letters[..at])
}

const MARK: &str = "[secret: github-token]";

struct Case {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Case {
    fn of(records: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let case = Self { path: folder.path().join("x.jsonl"), _folder: folder };
        case.write(records);
        case
    }

    fn write(&self, records: &[Value]) {
        fs::write(&self.path, lines(records)).unwrap();
    }

    fn read(&self, secrets: Secrets) -> (Store, FileReport) {
        let mut store = Store { secrets, ..Store::default() };
        let report = store.import(&self.path);
        (store, report)
    }
}

fn synced(store: &Store) -> String {
    let cell = |(field, it): (_, &Cell)| format!("{field}: {}\n", it.value);
    store.rows.values().flat_map(Row::cells).map(cell).collect()
}

fn redacted(row: &Row) -> bool {
    row.cells().all(|it| it.1.stamp.withholds())
}

/// A transcript with a secret in each place where a record can have one.
fn everywhere(secret: &str) -> Vec<Value> {
    let call = json!([
        {"type": "thinking", "thinking": format!("They said {secret}.")},
        {"type": "text", "text": "Now."},
        {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {
            "command": format!("curl -H 'Authorization: token {secret}'"),
            "deep": [{"er": format!("{{\"a\":\"x\\n{secret}\"}}")}],
        }},
    ]);
    let answer = json!([{"type": "tool_result", "tool_use_id": "toolu_1", "content": [
        {"type": "text", "text": format!("TOKEN={secret}\nok")},
    ]}]);
    let mut first = user("u-1", 1, &format!("Use {secret} please"));
    first["cwd"] = json!(format!("/home/a/{secret}/app"));
    first["gitBranch"] = json!(format!("try-{secret}"));
    let title = json!({"type": "summary", "summary": format!("On {secret}"), "leafUuid": "u-3"});
    let odd = json!({"type": "brand-new", "uuid": "u-4", "sessionId": crate::common::SESSION,
        "timestamp": "2026-01-01T00:00:09Z", "payload": {"x": secret}});
    vec![first, message("assistant", "u-2", 2, call), message("user", "u-3", 3, answer), title, odd]
}

#[test]
fn no_synced_cell_has_a_secret_and_the_record_keeps_it() {
    let secret = token(1);
    let (store, report) = Case::of(&everywhere(&secret)).read(Secrets::Redact);
    assert!(!synced(&store).contains(&secret[..12]), "{}", synced(&store));
    let raws = store.local.iter().filter(|it| it.0.1 == "raw");
    assert_eq!(raws.filter(|it| it.1.as_str().unwrap().contains(&secret)).count(), 4);
    assert!(store.local.values().any(|it| it == &json!(format!("/home/a/{secret}/app"))));
    assert_eq!(store.message("u-1").value("text"), Some(&json!(format!("Use {MARK} please"))));
    let blocks = store.message("u-2").value("blocks").unwrap();
    assert_eq!(blocks[0]["text"], json!(format!("They said {MARK}.")));
    assert_eq!(blocks[2]["hint"], json!(format!("curl -H 'Authorization: token {MARK}'")));
    assert_eq!(blocks[2]["input"]["deep"][0]["er"], json!(format!("{{\"a\":\"x\\n{MARK}\"}}")));
    assert_eq!(blocks[2]["id"], "toolu_1");
    let session = store.session();
    assert_eq!(session.value("name"), Some(&json!(format!("On {MARK}"))));
    assert_eq!(session.value("cwd"), Some(&json!(format!("/home/a/{MARK}/app"))));
    assert_eq!(session.value("git_branch"), Some(&json!(format!("try-{MARK}"))));
    let workspaces = store.all("workspaces");
    let paths: Vec<_> = workspaces.iter().filter_map(|it| it.value("path")?.as_str()).collect();
    assert!(paths.contains(&format!("/home/a/{MARK}/app").as_str()), "{paths:?}");
    // In one record, a secret counts once, wherever it stands.
    assert_eq!(json!(report.secrets), json!({"github-token": 5}));
}

#[test]
fn what_is_kept_stays_and_a_record_without_secrets_is_the_same_either_way() {
    let case = Case::of(&everywhere(&token(2)));
    let (kept, report) = case.read(Secrets::Keep);
    assert!(report.secrets.is_empty() && synced(&kept).matches(&token(2)).count() > 8);
    assert!(kept.rows.values().flat_map(Row::cells).all(|it| !it.1.stamp.withholds()));
    let case = Case::of(&transcript());
    let (plain, report) = case.read(Secrets::Redact);
    assert!(report.secrets.is_empty());
    assert_eq!(plain.rows, case.read(Secrets::Keep).0.rows);
    // As earlier versions stamped it.
    let stamp = plain.message("u-4").cells().next().unwrap().1.stamp;
    let again = Stamp::machine(stamp.millis(), 0x8001, 3, 0);
    assert_eq!(stamp.to_string()[..21], again.to_string()[..21]);
}

#[test]
fn a_reading_with_secrets_replaced_outranks_the_more_complete() {
    let records = everywhere(&token(3));
    let case = Case::of(&records);
    let (redacted_store, _) = case.read(Secrets::Redact);
    let row = redacted_store.message("u-2");
    assert!(redacted(row) && row.cell("blocks").unwrap().stamp > most(row));
    // Among such readings, the more complete one wins.
    let mut half = records;
    half[1]["message"]["stop_reason"] = Value::Null;
    let (halved, _) = Case::of(&half).read(Secrets::Redact);
    let stamp = |it: &Store| it.message("u-2").cell("blocks").unwrap().stamp;
    assert!(redacted(halved.message("u-2")) && stamp(&halved) < stamp(&redacted_store));
}

/// The greatest stamp of a reading of the same record that withholds nothing.
fn most(row: &Row) -> Stamp {
    let time = row.cells().next().unwrap().1.stamp.millis();
    Stamp::machine(time, Stamp::WITHHOLDS - 1, u16::MAX, u64::MAX)
}

#[test]
fn names_and_hints_that_were_cut_within_a_secret_have_none_of_it() {
    let secret = token(4);
    for before in 50..80 {
        let said = format!("{} {secret} and more", "x".repeat(before));
        let (store, _) = Case::of(&[user("u", 1, &said)]).read(Secrets::Redact);
        let name = store.session().value("name").unwrap().as_str().unwrap().to_owned();
        let whole = format!("{} {MARK} and more", "x".repeat(before));
        assert!(!name.contains("ghp_a") && name.len() <= whole.len(), "{name}");
        assert!(!name.contains(&secret[4..10]), "{name}");
    }
    for before in 160..200 {
        let said = format!("echo {} {secret}", "x".repeat(before));
        let title = json!({"type": "custom-title", "sessionId": crate::common::SESSION,
            "customTitle": said});
        let call = json!([{"type": "tool_use", "id": "t", "name": "Bash",
            "input": {"command": said}}]);
        let records = [user("u", 1, "Hi"), message("assistant", "v", 2, call), title];
        let (store, _) = Case::of(&records).read(Secrets::Redact);
        assert!(!synced(&store).contains(&secret[..9]), "{}", synced(&store));
    }
}

#[test]
fn a_value_may_be_a_secret_by_the_name_of_its_field() {
    let call = json!([{"type": "tool_use", "id": "t", "name": "login", "input": {
        "password": "q7Zp2Lk9Vt4Xw8Rb", "user": "q7Zp2Lk9Vt4Xw8Rb", "token": "next-page-of-it",
    }}]);
    let (store, report) = Case::of(&[message("assistant", "u", 1, call)]).read(Secrets::Redact);
    let blocks = store.message("u").value("blocks").unwrap();
    assert_eq!(blocks[0]["input"]["password"], "[secret: assigned-secret]");
    assert_eq!(blocks[0]["input"]["token"], "next-page-of-it");
    assert_eq!(blocks[0]["hint"], "[secret: assigned-secret]");
    assert_eq!(json!(report.secrets), json!({"assigned-secret": 1}));
}

#[test]
fn images_are_no_texts_and_ids_are_no_secrets() {
    let data = format!("/{}{}", "A".repeat(22), "b7Q".repeat(500));
    let content = json!([
        {"type": "image", "source": {"media_type": "image/png", "data": data}},
        {"type": "tool_use", "id": token(5), "name": "x", "input": {}},
    ]);
    let answer = json!([{"type": "tool_result", "tool_use_id": token(5), "content": "ok"}]);
    let records = [message("assistant", "u", 1, content), message("user", "v", 2, answer)];
    let (store, report) = Case::of(&records).read(Secrets::Redact);
    let blocks = |it: &str| store.message(it).value("blocks").unwrap().clone();
    assert_eq!(blocks("u")[0]["data"], json!(data));
    assert_eq!(
        (&blocks("u")[1]["id"], &blocks("v")[0]["call"]),
        (&json!(token(5)), &json!(token(5)))
    );
    assert!(report.secrets.is_empty());
}

#[test]
fn what_was_read_before_there_were_rules_is_read_again_by_itself() {
    let case = Case::of(&everywhere(&token(6)));
    let mut store = Store { secrets: Secrets::Keep, ..Store::default() };
    store.import(&case.path);
    let note = store.checkpoints[&case.path].clone();
    assert!(!note.contains("\"rules\""), "as earlier versions wrote it: {note}");
    store.secrets = Secrets::Redact;
    assert!(!store.import(&case.path).unchanged);
    assert!(!synced(&store).contains(&token(6)));
    assert!(store.import(&case.path).unchanged, "once");
    // Other rules read it again, too.
    let note = store.checkpoints[&case.path].replace("\"rules\":1", "\"rules\":7");
    store.checkpoints.insert(case.path.clone(), note);
    assert!(!store.import(&case.path).unchanged);
}

#[test]
fn keeping_after_redacting_is_of_what_is_read_from_then_on() {
    let mut records = vec![user("u-1", 1, &format!("First {}", token(7)))];
    let case = Case::of(&records);
    let (mut store, _) = case.read(Secrets::Redact);
    store.secrets = Secrets::Keep;
    assert!(store.import(&case.path).unchanged);
    records.push(assistant("u-2", 2, &format!("Second {}", token(8))));
    case.write(&records);
    store.import(&case.path);
    assert_eq!(store.message("u-1").value("text"), Some(&json!(format!("First {MARK}"))));
    assert_eq!(store.message("u-2").value("text"), Some(&json!(format!("Second {}", token(8)))));
    // And all of it is looked at when they are to be replaced again.
    store.secrets = Secrets::Redact;
    store.import(&case.path);
    assert!(!synced(&store).contains("ghp_"));
}

fn record() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        2 => Just("Nothing here".to_owned()),
        2 => any::<u8>().prop_map(|it| format!("Use {} now", token(it))),
        1 => any::<u8>().prop_map(|it| format!("{{\"k\":\"v\\n{}\"}}", token(it))),
        1 => Just(format!("It said {MARK}")),
    ];
    (0..4_u32, text, any::<bool>(), any::<bool>()).prop_map(|(at, text, of_agent, in_cwd)| {
        let uuid = format!("u-{at}");
        let mut it = if of_agent { assistant(&uuid, at, &text) } else { user(&uuid, at, &text) };
        if in_cwd {
            it["cwd"] = json!(format!("/home/{text}/x"));
        }
        it
    })
}

fn has_secret(value: &Value) -> bool {
    value::text(value).contains("ghp_")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Two devices read pieces of one transcript under changing settings, and exchange rows.
    #[test]
    fn whatever_is_read_where_what_was_replaced_once_is_replaced(
        records in proptest::collection::vec(record(), 1..6),
        steps in proptest::collection::vec((any::<bool>(), any::<bool>(), 1..6_usize), 1..6),
    ) {
        let case = Case::of(&[]);
        let mut devices = [Store::default(), Store::default()];
        let mut replaced = BTreeSet::new();
        for (second, keep, upto) in steps {
            let part = &records[..upto.min(records.len())];
            case.write(part);
            let device = &mut devices[usize::from(second)];
            device.secrets = if keep { Secrets::Keep } else { Secrets::Redact };
            device.import(&case.path);
            if !keep {
                let kept = case.read(Secrets::Keep).0;
                for (key, row) in &kept.rows {
                    let secret = row.cells().filter(|it| has_secret(&it.1.value));
                    let of = |it: &Cell| it.stamp.millis();
                    replaced.extend(secret.map(|(field, it)| (*key, field.clone(), of(it))));
                }
            }
        }
        let [mut a, mut b] = devices;
        for (key, row) in a.rows.clone() {
            b.rows.entry(key).or_default().join(row);
        }
        for (key, row) in b.rows.clone() {
            a.rows.entry(key).or_default().join(row);
        }
        prop_assert_eq!(&a.rows, &b.rows);
        for (key, field, order) in replaced {
            let now = b.rows[&key].cell(&field).unwrap();
            // Of a session, another record may tell more.
            let is_other = now.stamp.millis() != order;
            prop_assert!(is_other || !has_secret(&now.value), "{field}: {}", now.value);
        }
        // Reading once more, in the way that was chosen last, changes nothing.
        b.import(&case.path);
        let before = b.rows.clone();
        b.import(&case.path);
        prop_assert_eq!(&before, &b.rows);
    }
}
