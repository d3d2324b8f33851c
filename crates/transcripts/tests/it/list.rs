//! Lists of sessions that a service handed out: by themselves or in an archive, in whatever
//! state they are found.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use driftline_core::Value;
use driftline_transcripts::{Error, FileReport, find, find_below, readers};
use flate2::{Compression, write::DeflateEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    agents::{below, home, import_below},
    common::{Store, import_half},
};

struct Place(TempDir);

impl Place {
    fn of(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write(name, bytes);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn import(&self, store: &mut Store) -> Result<FileReport, Error> {
        store.import_found(&below("claude-ai", self.0.path())[0])
    }
}

fn conversation(session: usize, messages: usize, said: &str) -> Value {
    let message = |it| {
        json!({"uuid": format!("{session}-{it}"), "sender": "human", "text": said,
            "created_at": "2026-03-23T03:44:28Z"})
    };
    let messages: Vec<_> = (0..messages).map(message).collect();
    json!({"uuid": format!("s{session}"), "name": "a", "chat_messages": messages})
}

fn list(all: &[Value]) -> String {
    Value::from(all).to_string()
}

/// An archive of these files.
fn archive(files: &[(&str, &str)], method: CompressionMethod) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, text) in files {
        let (mut entry, config) =
            archive.new_file(*name).compression_method(method).start().unwrap();
        let descriptor = if method == CompressionMethod::DEFLATE {
            let encoder = DeflateEncoder::new(&mut entry, Compression::fast());
            let mut writer = config.wrap(encoder);
            writer.write_all(text.as_bytes()).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(text.as_bytes()).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

#[test]
fn an_archive_is_read_as_the_lists_in_it() {
    for (tool, fixture) in [("chatgpt", "chatgpt-export"), ("claude-ai", "claude-ai-export")] {
        let text = fs::read_to_string(home(fixture).join("conversations.json")).unwrap();
        let (plain, _) = import_below(tool, &home(fixture));
        for method in [CompressionMethod::STORE, CompressionMethod::DEFLATE] {
            let files = [
                ("user.json", "{\"email\":\"me@example.com\"}"),
                ("export/__MACOSX/._conversations.json", "no list"),
                ("export/conversations.json", text.as_str()),
            ];
            let place = Place::of("Export of mine.ZIP", archive(&files, method));
            let (store, reports) = import_below(tool, place.0.path());
            store.assert_synced(&plain, tool);
            assert_eq!((reports.len(), reports[0].totals.sessions), (1, 2));
            let other = if tool == "chatgpt" { "claude-ai" } else { "chatgpt" };
            assert!(below(other, place.0.path()).is_empty());
        }
    }
}

#[test]
fn several_lists_of_an_archive_are_one_export() {
    let node = |id: &str| {
        json!({"id": id, "title": id, "mapping": {"m": {"message": {"author": {"role": "user"},
            "content": {"content_type": "text", "parts": [id]}}}}})
    };
    let (one, two) = (list(&[node("a"), node("b")]), list(&[node("c")]));
    let files =
        [("conversations-001.json", two.as_str()), ("x", "["), ("conversations-000.json", &one)];
    let place = Place::of("export.zip", archive(&files, CompressionMethod::DEFLATE));
    let (store, reports) = import_below("chatgpt", place.0.path());
    assert_eq!(reports[0].sessions, ["a", "b", "c"], "in the order of their names");
    assert_eq!(store.all("messages").len(), 3, "names of messages are the session's");
    // The same, unpacked.
    let place = Place::of("conversations-000.json", &one);
    place.write("conversations-001.json", &two);
    let (plain, reports) = import_below("chatgpt", place.0.path());
    assert_eq!(reports.len(), 2);
    store.assert_synced(&plain, "unpacked");
}

#[test]
fn an_export_is_read_again_only_when_it_is_another_one() {
    let all: Vec<_> = (0..30).map(|it| conversation(it, 40, "x")).collect();
    let place = Place::of("conversations.json", list(&all));
    let mut store = Store::default();
    let report = place.import(&mut store).unwrap();
    assert_eq!((report.totals.sessions, report.totals.messages), (30, 1200));
    let before = store.clone();
    let again = place.import(&mut store).unwrap();
    assert!(again.unchanged && again.totals == report.totals);
    assert_eq!(store.written, before.written);
    // The next export has more, and not all of what was deleted there meanwhile.
    let more: Vec<_> = (1..31).map(|it| conversation(it, 41, "x")).collect();
    place.write("conversations.json", list(&more));
    let report = place.import(&mut store).unwrap();
    assert_eq!((report.totals.sessions, report.unchanged), (30, false));
    assert_eq!(store.all("sessions").len(), 31, "what is here stays");
    assert_eq!(store.all("messages").len(), 30 * 41 + 40);
}

#[test]
fn what_was_read_in_part_is_read_again() {
    let all: Vec<_> = (0..30).map(|it| conversation(it, 40, "x")).collect();
    let place = Place::of("conversations.json", list(&all));
    let mut store = Store::default();
    import_half(&mut store, &below("claude-ai", place.0.path())[0]);
    assert!((1..1200).contains(&store.all("messages").len()));
    assert_eq!(place.import(&mut store).unwrap().totals.messages, 1200);
    let mut fresh = Store::default();
    place.import(&mut fresh).unwrap();
    store.assert_synced(&fresh, "in two steps");
}

#[test]
fn what_is_broken_costs_itself_alone() {
    let good = [conversation(1, 2, "x"), conversation(2, 2, "x")].map(|it| it.to_string());
    let deep = format!("{}{}", "[".repeat(40_000), "]".repeat(40_000));
    let deep = format!("\"content\":[{{\"type\":\"x\",\"y\":{deep}}}]");
    let odd = conversation(3, 1, "x").to_string().replace("\"text\":\"x\"", &deep);
    let text = format!("[{}, {{\"uuid\": }}, 7, {odd}, {}, {{\"uuid\":\"s4\",", good[0], good[1]);
    let place = Place::of("conversations.json", text);
    let mut store = Store::default();
    let report = place.import(&mut store).unwrap();
    assert_eq!((report.totals.sessions, report.totals.messages), (3, 5));
    let skipped: Vec<_> = report.skipped.iter().map(|it| (it.line, it.reason.as_str())).collect();
    assert_eq!(
        skipped,
        [
            (2, "session 2: broken JSON at line 1, column 10"),
            (3, "session 3: it is no JSON object"),
            (6, "session 6: the file breaks off in it; get the export again"),
        ]
    );
    assert!(place.import(&mut store).unwrap().unchanged, "it is not read again for that");
}

#[test]
fn a_session_that_is_too_much_is_left_out_with_a_word() {
    let many = format!("{{\"uuid\":\"s1\",\"chat_messages\":[{}1]}}", "{},".repeat(1_000_001));
    let after = conversation(2, 1, "x");
    let place = Place::of("conversations.json", format!("[{many},{after}]"));
    let report = place.import(&mut Store::default()).unwrap();
    assert!(report.skipped[0].reason.contains("more than 1000000 values"));
    assert_eq!(report.sessions, ["s2"]);
    let long = conversation(1, 1, &"x".repeat(64 << 20));
    place.write("conversations.json", format!("[{long},{after}]"));
    let report = place.import(&mut Store::default()).unwrap();
    assert!(report.skipped[0].reason.contains("64 MiB"), "{report:?}");
    assert_eq!(report.sessions, ["s2"]);
}

#[test]
fn what_is_left_of_a_damaged_archive_is_kept() {
    let all: Vec<_> = (0..40).map(|it| conversation(it, 40, &it.to_string())).collect();
    let text = list(&all);
    let mut bytes = archive(&[("conversations.json", &text)], CompressionMethod::DEFLATE);
    let middle = bytes.len() / 2;
    bytes[middle..middle + 9].fill(0xff);
    let mut store = Store::default();
    let place = Place::of("a.zip", &bytes);
    let error = place.import(&mut store).unwrap_err();
    assert!(matches!(error, Error::Read { line: 1.., .. }), "{error:?}");
    assert!(!store.all("sessions").is_empty() && store.all("sessions").len() < 40);
    place.write("a.zip", archive(&[("conversations.json", &text)], CompressionMethod::DEFLATE));
    assert_eq!(place.import(&mut store).unwrap().totals.sessions, 40);
    let mut fresh = Store::default();
    place.import(&mut fresh).unwrap();
    store.assert_synced(&fresh, "after the damage");
}

#[test]
fn nothing_is_looked_for_where_nobody_put_it() {
    let text = list(&[conversation(1, 1, "x")]);
    let place = Place::of("conversations.json", &text);
    fs::create_dir(place.path("deeper")).unwrap();
    place.write("deeper/conversations.json", &text);
    place.write("other.json", &text);
    place.write("other.zip", "PK\x03\x04 and no archive");
    place.write("empty.zip", archive(&[("a", "b")], CompressionMethod::STORE));
    let found = below("claude-ai", place.0.path());
    let paths: Vec<_> = found.iter().map(|it| it.path.clone()).collect();
    assert_eq!(paths, [place.path("conversations.json")]);
    assert!(find(place.0.path()).0.is_empty(), "a home holds no export");
    for reader in readers().into_iter().filter(|it| !it.is_in_homes()) {
        assert_eq!(reader.places_in(Path::new("/x")), [Path::new("/x")], "{}", reader.tool);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    let place = Place::of("a.json", "");
    for name in ["conversations.json", "a.zip"] {
        let made = std::process::Command::new("mkfifo").arg(place.path(name)).status().unwrap();
        assert!(made.success());
    }
    for tool in ["chatgpt", "claude-ai"] {
        let reader = readers().into_iter().find(|it| it.tool == tool).unwrap();
        let (found, problems) = find_below(place.0.path(), reader);
        assert!(found.is_empty() && problems.is_empty());
    }
}
