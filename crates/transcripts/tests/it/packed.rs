//! Files of lines that an agent packed with zstd: the same rows as of the plain lines.

use std::fs;

use driftline_core::Value;
use driftline_transcripts::Error;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    agents::{found, home, import, said},
    common::{Store, import_half},
};

const SESSION: &str = "01a225f2-751e-70a2-b07a-b07005982efe";

struct Place(TempDir);

impl Place {
    fn of(bytes: impl AsRef<[u8]>) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(place.0.path().join(".codex/archived_sessions")).unwrap();
        place.write(bytes);
        place
    }

    fn write(&self, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(".codex/archived_sessions/rollout-1.jsonl.zst"), bytes)
            .unwrap();
    }

    fn import(&self, store: &mut Store) -> Result<driftline_transcripts::FileReport, Error> {
        store.import_found(&found("codex", self.0.path())[0])
    }
}

fn line(number: usize, said: &str) -> String {
    let (kind, payload) = match number {
        0 => ("session_meta", json!({"id": "s", "cwd": "/home/me"})),
        _ => (
            "response_item",
            json!({"type": "message", "id": format!("m{number}"), "role": "assistant",
                "content": [{"type": "output_text", "text": said}]}),
        ),
    };
    let time = format!("2026-11-29T06:16:{:02}Z", number % 60);
    format!("{}\n", json!({"timestamp": time, "type": kind, "payload": payload}))
}

fn lines(numbers: impl IntoIterator<Item = usize>) -> String {
    numbers.into_iter().map(|it| line(it, &format!("said {it}"))).collect()
}

fn packed(text: &str) -> Vec<u8> {
    compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
}

#[test]
fn a_packed_session_is_the_same_session() {
    let (store, reports) = import("codex", &home("codex-packed"));
    assert_eq!((reports.len(), reports[0].totals.sessions), (1, 1));
    let plain = home("codex-0.171.0");
    let file = found("codex", &plain).into_iter().find(|it| {
        let name = it.path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        name.ends_with(&format!("{SESSION}.jsonl"))
    });
    let mut other = Store::default();
    let report = other.import_found(&file.unwrap()).unwrap();
    assert_eq!(said(&store, SESSION), said(&other, SESSION));
    assert_eq!((&store.rows, &store.local), (&other.rows, &other.local));
    assert_eq!(reports[0].totals, report.totals);
}

#[test]
fn it_is_read_again_only_when_it_is_another_file() {
    let place = Place::of(packed(&lines(0..700)));
    let mut store = Store::default();
    let report = place.import(&mut store).unwrap();
    assert_eq!((report.totals.messages, report.unchanged), (699, false));
    let written = store.written;
    assert!(place.import(&mut store).unwrap().unchanged && store.written == written);
    place.write(packed(&lines(0..800)));
    let report = place.import(&mut store).unwrap();
    assert_eq!((report.totals.messages, report.unchanged), (799, false));
    // A person unpacked it in its place, and more was said.
    place.write(lines(0..900));
    assert_eq!(place.import(&mut store).unwrap().totals.messages, 899);
    place.write(lines(0..901));
    place.import(&mut store).unwrap();
    place.write(packed(&lines(0..901)));
    place.import(&mut store).unwrap();
    let mut fresh = Store::default();
    Place::of(packed(&lines(0..901))).import(&mut fresh).unwrap();
    store.assert_synced(&fresh, "in five steps");
}

#[test]
fn what_was_read_in_part_is_read_again() {
    let place = Place::of(packed(&lines(0..1200)));
    let mut store = Store::default();
    import_half(&mut store, &found("codex", place.0.path())[0]);
    assert!((1..1199).contains(&store.all("messages").len()));
    let report = place.import(&mut store).unwrap();
    assert_eq!((report.totals.messages, report.unchanged), (1199, false));
    let mut fresh = Store::default();
    place.import(&mut fresh).unwrap();
    store.assert_synced(&fresh, "in two steps");
}

#[test]
fn several_frames_are_one_text() {
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"\x28\xb5\x2f"].concat();
    let (one, two) = (lines(0..3), lines(3..5));
    let (cut, rest) = two.split_at(7);
    let frames = [&skipped[..], &packed(&(one + cut)), &skipped, &packed(""), &packed(rest)];
    let mut store = Store::default();
    let report = Place::of(frames.concat()).import(&mut store).unwrap();
    assert_eq!((report.totals.messages, report.skipped.len()), (4, 0));
}

#[test]
fn what_is_left_of_a_damaged_file_is_kept() {
    let first = packed(&lines(0..300));
    let second = packed(&lines(300..600));
    let mut torn = second.clone();
    torn.iter_mut().skip(12).for_each(|it| *it = !*it);
    let ends = [&second[..second.len() / 2], b"no frame", &torn[..], &[0x50, 0x2a, 0x4d, 0x18, 9]];
    for end in ends {
        let place = Place::of([&first[..], end].concat());
        let mut store = Store::default();
        let error = place.import(&mut store).unwrap_err();
        assert!(matches!(error, Error::Read { line: 299.., .. }), "{error:?}");
        assert!(store.all("messages").len() >= 299, "{}", store.all("messages").len());
        assert_eq!(store.all("sessions")[0].value("external_id"), Some(&Value::from("s")));
        place.write([&first[..], &second].concat());
        assert_eq!(place.import(&mut store).unwrap().totals.messages, 599);
        let mut fresh = Store::default();
        place.import(&mut fresh).unwrap();
        store.assert_synced(&fresh, "after the damage");
    }
}

#[test]
fn a_file_that_unpacks_without_end_is_left() {
    let reason = |bytes: &[u8]| {
        let error = Place::of(bytes).import(&mut Store::default()).unwrap_err();
        let Error::Read { source, .. } = error else { panic!("{error:?}") };
        source.to_string()
    };
    // Blocks that repeat one byte 128 Ki times.
    let block = |is_last: u8| [is_last | 2, 0, 16, b'x'];
    let blocks = [block(0)].repeat(600).concat();
    let frame = [b"\x28\xb5\x2f\xfd\x00\x58", &blocks[..], &block(1)].concat();
    assert!(reason(&[packed(&lines(0..2)), frame].concat()).contains("a thousand times"));
    // It asks for two terabytes to be looked back at.
    let far = reason(b"\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00");
    assert!(far.contains("window"), "{far}");
}

#[test]
fn nothing_but_a_rollout_is_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join(".codex/sessions");
    fs::create_dir_all(&place).unwrap();
    for name in ["rollout-1.jsonl.zst.tmp", "rollout-1.zst", "notes.jsonl.zst"] {
        fs::write(place.join(name), "").unwrap();
    }
    assert!(found("codex", folder.path()).is_empty());
}
