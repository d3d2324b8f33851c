//! Agents' documents: one JSON text that is written anew, in whatever state it is found.

use std::{fs, path::PathBuf};

use driftline_core::Value;
use driftline_transcripts::{FileReport, Found};
use serde_json::json;
use tempfile::TempDir;

use crate::{agents::found, common::Store};

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(place.file().parent().unwrap()).unwrap();
        place
    }

    fn file(&self) -> PathBuf {
        self.0.path().join(".cline/data/sessions/1_a/1_a.messages.json")
    }

    fn found(&self) -> Found {
        found("cline", self.0.path()).remove(0)
    }

    fn write(&self, text: impl AsRef<[u8]>) {
        fs::write(self.file(), text).unwrap();
    }

    fn import(&self, store: &mut Store) -> FileReport {
        store.import_found(&self.found()).unwrap()
    }
}

fn document(messages: &[Value]) -> String {
    let mut text = json!({"sessionId": "1_a", "messages": messages}).to_string();
    text.push('\n');
    text
}

fn message(number: usize, said: &str) -> Value {
    json!({"id": format!("m{number}"), "role": "user", "ts": number, "content": said})
}

#[test]
fn a_document_that_grows_keeps_what_it_said() {
    let place = Place::new();
    let mut store = Store::default();
    let all: Vec<_> = (0..1200).map(|it| message(it, "x")).collect();
    place.write(document(&all[..700]));
    assert_eq!(place.import(&mut store).totals.messages, 700);
    let written = store.written;
    assert!(place.import(&mut store).unchanged && store.written == written);
    place.write(document(&all));
    let report = place.import(&mut store);
    assert!(!report.unchanged && report.totals.messages == 1200);
    // What the agent drops, for want of room, is kept.
    place.write(document(&all[1100..]));
    assert_eq!(place.import(&mut store).totals.messages, 100);
    assert_eq!(store.all("messages").len(), 1200);
    let mut fresh = Store::default();
    place.write(document(&all));
    place.import(&mut fresh);
    store.assert_synced(&fresh, "in three steps");
}

#[test]
fn an_unchanged_document_is_not_read_again() {
    let place = Place::new();
    let mut store = Store::default();
    let padding = "y".repeat(20_000);
    let text = document(&[message(1, &padding), message(2, "aaaa"), message(3, &padding)]);
    place.write(&text);
    let modified = || fs::metadata(place.file()).and_then(|it| it.modified()).unwrap();
    let before = modified();
    place.import(&mut store);
    // Whoever read it would see it.
    place.write(text.replace("aaaa", "bbbb"));
    let set = || {
        let file = fs::File::options().write(true).open(place.file()).unwrap();
        file.set_modified(before).unwrap();
    };
    set();
    assert!(place.import(&mut store).unchanged);
    assert_eq!(store.message("m2").value("text"), Some(&json!("aaaa")));
    place.write(text.replace("1_a", "1_b"));
    set();
    assert!(!place.import(&mut store).unchanged, "its beginning is looked at");
}

#[test]
fn a_document_cut_in_writing_is_read_next_time() {
    let place = Place::new();
    let mut store = Store::default();
    let whole = document(&[message(1, "one"), message(2, "two")]);
    for cut in 0..whole.len() - 1 {
        place.write(&whole[..cut]);
        let report = place.import(&mut store);
        assert_eq!((report.totals.messages, report.skipped.len()), (0, 1), "{cut}");
        assert!(report.skipped[0].reason.contains("broken JSON at line 1"), "{report:?}");
    }
    place.write(&whole);
    assert_eq!(place.import(&mut store).totals.messages, 2);
    place.write("");
    place.import(&mut store);
    assert_eq!(store.all("messages").len(), 2, "what was read stays");
}

#[test]
fn odd_bytes_are_repaired() {
    let place = Place::new();
    let mut store = Store::default();
    let deep = format!("{}{}", "[".repeat(40_000), "]".repeat(40_000));
    let text = document(&[message(1, "g@@d"), message(2, "lone"), message(3, "deep")])
        .replace("lone", r"\ud83d lone")
        .replace("\"deep\"", &deep);
    let mut bytes = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    bytes.iter_mut().filter(|it| **it == b'@').for_each(|it| *it = 0xff);
    place.write(bytes);
    let report = place.import(&mut store);
    assert_eq!((report.totals.messages, report.skipped.len()), (3, 0));
    assert_eq!(store.message("m1").value("text"), Some(&json!("g\u{fffd}\u{fffd}d")));
    assert_eq!(store.message("m2").value("text"), Some(&json!("\u{fffd} lone")));
}

#[test]
fn too_much_is_left_out_with_a_word() {
    let place = Place::new();
    let mut store = Store::default();
    let reason = |store: &mut Store| {
        let report = place.import(store);
        assert_eq!((report.totals.messages, report.skipped.len()), (0, 1));
        report.skipped[0].reason.clone()
    };
    let many = format!("{{\"messages\":[{}1]}}", "{},".repeat(1_000_001));
    place.write(&many);
    assert!(reason(&mut store).contains("more than 1000000 values"));
    // Commas in a text are no values.
    place.write(document(&[message(1, &",[{".repeat(1_000_000))]));
    assert_eq!(place.import(&mut store).totals.messages, 1);
    let file = fs::File::create(place.file()).unwrap();
    file.set_len((64 << 20) + 2).unwrap();
    assert!(reason(&mut store).contains("64 MiB"));
    assert!(place.import(&mut store).unchanged, "it is not read again for that");
    let odd = ["[]", "7", "null", "{}", "{\"messages\":7}", "{\"messages\":[[]]}"];
    for text in odd {
        place.write(text);
        let report = place.import(&mut store);
        assert_eq!((report.totals.messages, report.skipped.len()), (0, 0), "{text}");
    }
}
