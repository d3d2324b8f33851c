//! Files that are damaged, hostile or in motion: each gets a clear word, and the rest
//! of the work goes on.

use std::{
    fs::{self, File, OpenOptions},
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use crate::common::{self, Store, assistant, found, import, lines, transcript, user};
use driftline_transcripts::{Error, Secrets, read};
use serde_json::json;

fn good(number: u32) -> String {
    format!("{}\n", user(&format!("u-{number}"), number, "good"))
}

#[test]
fn invalid_utf8_is_replaced() {
    let mut bytes = good(1).replace("good", "g@@d").into_bytes();
    bytes.iter_mut().filter(|it| **it == b'@').for_each(|it| *it = 0xff);
    let (store, report) = import(&bytes);
    assert_eq!(store.message("u-1").value("text"), Some(&json!("g\u{fffd}\u{fffd}d")));
    assert!(report.skipped.is_empty());
}

#[test]
fn lone_surrogates_are_replaced() {
    let (store, _) = import(good(1).replace("good", r"\ud83d x \udc00 \ud83d\ude00"));
    let text = json!("\u{fffd} x \u{fffd} \u{1f600}");
    assert_eq!(store.message("u-1").value("text"), Some(&text));
}

#[test]
fn raw_nul_and_runs_of_nul_lose_no_record() {
    let content = format!("{}\0\0\0\n\0\0{}", good(1).replace("good", "a\0b"), good(2));
    let (store, report) = import(content);
    assert_eq!(store.message("u-1").value("text"), Some(&json!("a\0b")));
    assert_eq!(report.totals.messages, 2);
    assert_eq!(report.skipped.iter().map(|it| it.line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn depth_40_000_is_kept_as_text() {
    let deep = format!("{}{}", "[".repeat(40_000), "]".repeat(40_000));
    let deep_line = good(1).replace("\"good\"", &format!("[{{\"type\":\"x\",\"deep\":{deep}}}]"));
    let broken = format!("{{\"type\":\"user\",\"a\":{}\n", "{\"a\":".repeat(100_000));
    let (store, report) = import(format!("{deep_line}{broken}{}", good(2)));
    let blocks = store.message("u-1").value("blocks").unwrap().to_string();
    assert!(blocks.len() > 79_000 && blocks.contains("[\"[[["), "text within a list");
    assert_eq!(report.totals.messages, 2);
    assert_eq!(report.skipped.len(), 1);
}

#[test]
fn a_record_of_very_many_values_is_not_taken_apart() {
    let lists = format!("[{}0]", "0,".repeat(60_000));
    let objects = format!("[{}{{}}]", "{},".repeat(60_000));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = format!("\"{}\"", "x".repeat(9 << 20));
    for content in [lists, objects, deep, text] {
        let line = user("u-1", 1, "good").to_string();
        let line = line
            .replace("\"good\"", &format!("[{{\"type\":\"tool_result\",\"content\":{content}}}]"));
        let (store, report) = import(format!("{line}\n{}", good(2)));
        let row = store.message("u-1");
        let bytes = line.len();
        assert_eq!(
            row.value("blocks"),
            Some(&json!([{"type": "notice", "kind": "too_long", "details": {"bytes": bytes}}]))
        );
        assert_eq!(row.value("text"), None);
        assert_eq!(row.value("role"), Some(&json!("tool")));
        assert_eq!(row.value("created_at"), Some(&json!(1_767_225_601_000_u64)));
        let raw = store.local.iter().find(|(_, it)| it.as_str() == Some(&line));
        assert!(raw.is_some(), "its text is here");
        assert_eq!((report.totals.messages, report.skipped.len()), (2, 0));
    }
}

#[test]
fn a_line_of_100_mb_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    let mut file = File::create(&path).unwrap();
    file.write_all(good(1).as_bytes()).unwrap();
    file.write_all(b"{\"type\":\"user\",\"x\":\"").unwrap();
    (0..100).for_each(|_| file.write_all(&vec![b'x'; 1 << 20]).unwrap());
    file.write_all(b"\"}\n").unwrap();
    file.write_all(good(2).as_bytes()).unwrap();
    let mut store = Store::default();
    let report = store.import(&path);
    assert_eq!(report.totals.messages, 2);
    assert_eq!(report.skipped.len(), 1);
    assert_eq!(report.skipped[0].line, 2);
    assert!(report.skipped[0].reason.contains("64 MiB"), "{}", report.skipped[0].reason);
    file.write_all(good(3).as_bytes()).unwrap();
    let report = store.import(&path);
    assert_eq!((report.totals.messages, report.skipped.len()), (3, 1));
}

#[test]
fn utf16_is_named() {
    let text = good(1);
    let wide = |big: bool| {
        let unit = move |it: u16| if big { it.to_be_bytes() } else { it.to_le_bytes() };
        text.encode_utf16().flat_map(unit).collect::<Vec<_>>()
    };
    let files = [
        wide(false),
        wide(true),
        [vec![0xff, 0xfe], wide(false)].concat(),
        [vec![0xfe, 0xff], wide(true)].concat(),
    ];
    for file in files {
        let (store, report) = import(file);
        assert!(store.rows.is_empty());
        assert_eq!(report.skipped.len(), 1);
        assert!(report.skipped[0].reason.contains("UTF-16"));
    }
}

#[test]
fn broken_lines_are_listed_and_the_rest_is_read() {
    let all =
        format!("{}{{\"a\":tru}}\n{}not json\n{{\"a\":\"\\x\"}}\n{}", good(1), good(2), good(3));
    let (_, report) = import(all);
    assert_eq!(report.totals.messages, 3);
    let skipped: Vec<_> = report.skipped.iter().map(|it| it.line).collect();
    assert_eq!(skipped, [2, 4, 5]);
    assert!(report.skipped[0].reason.contains("column"), "{}", report.skipped[0].reason);
}

#[test]
fn very_many_broken_lines_are_counted() {
    let (_, report) = import("x\n".repeat(20_000));
    assert_eq!(report.skipped.len(), 10_001);
    assert!(report.skipped[10_000].reason.contains("10000 more"));
}

#[test]
fn empty_and_blank_files_hold_nothing() {
    for content in ["", "\n\n \r\n", "\u{feff}"] {
        let (store, report) = import(content);
        assert!(store.rows.is_empty());
        assert_eq!((report.totals.messages, report.skipped.len()), (0, 0));
    }
}

#[test]
fn odd_names_are_only_names() {
    let mut record = user("u\n1", 1, "x");
    record["sessionId"] = json!("../../etc/passwd");
    record["cwd"] = json!("/a/../b\nc/");
    let (store, _) = import(lines(&[record]));
    assert_eq!(store.session().value("cwd"), Some(&json!("/a/../b\nc")));
    assert_eq!(store.all("workspaces")[0].value("name"), Some(&json!("b\nc")));
    let many = (0..300).map(|it| json!({"type": format!("{it}{}", "k".repeat(500))}));
    let (_, report) = import(lines(&many.collect::<Vec<_>>()));
    assert!(report.totals.left_out.len() <= 101);
    assert_eq!(report.totals.left_out.values().sum::<u64>(), 300);
}

#[test]
fn a_file_that_vanished_or_is_no_file_is_an_error_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::default();
    let error = store.try_import(&folder.path().join("gone.jsonl")).unwrap_err();
    assert!(matches!(error, Error::Open { .. }));
    assert!(error.to_string().contains("gone.jsonl"));
    let error = store.try_import(folder.path()).unwrap_err();
    assert!(matches!(error, Error::NotAFile { what: "a folder", .. }), "{error}");
}

#[test]
fn a_file_that_vanishes_or_changes_while_read_is_repaired_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    let long: Vec<_> = (0..2000).map(|it| assistant(&format!("u-{it}"), it, "x")).collect();
    let after: Vec<_> = (0..10).map(|it| assistant(&format!("n-{it}"), it, "y")).collect();
    let changes: [&dyn Fn(); 4] = [
        &|| fs::remove_file(&path).unwrap(),
        &|| File::create(&path).unwrap().set_len(0).unwrap(),
        &|| OpenOptions::new().write(true).open(&path).unwrap().set_len(5000).unwrap(),
        &|| append(&path, &lines(&after)),
    ];
    for change in changes {
        fs::write(&path, lines(&long)).unwrap();
        let mut store = Store::default();
        let mut batches = 0;
        read(&found(&path), None, Secrets::Redact, &mut |batch| {
            batches += 1;
            if batches == 2 {
                change();
            }
            batch.drafts.into_iter().for_each(|it| store.take(it));
            store.checkpoints.insert(path.clone(), serde_json::to_string(&batch.checkpoint)?);
            Ok(())
        })
        .unwrap();
        fs::write(&path, lines(&after)).unwrap();
        let report = store.import(&path);
        assert_eq!(report.totals.messages, 10);
        assert!(store.find("n-9").is_some() && store.find("u-0").is_some());
    }
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_rewritten_middle_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    let all: Vec<_> = (0..100).map(|it| user(&format!("u-{it}"), it, "some text")).collect();
    fs::write(&path, lines(&all)).unwrap();
    let mut store = Store::default();
    store.import(&path);
    let place = lines(&all[..50]).len() + lines(&all[50..51]).find("u-50").unwrap();
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(place as u64)).unwrap();
    file.write_all(b"n-50").unwrap();
    append(&path, &lines(&[user("u-100", 100, "more")]));
    let report = store.import(&path);
    assert!(store.find("n-50").is_some() && store.find("u-100").is_some());
    assert_eq!((report.totals.messages, report.unchanged), (101, false));
}

#[test]
fn a_sink_that_fails_stops_there_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    let all: Vec<_> = (0..3000).map(|it| assistant(&format!("u-{it}"), it, "x")).collect();
    fs::write(&path, lines(&all)).unwrap();
    let (whole, once) = import(lines(&all));
    let mut store = Store::default();
    for fails_at in 1..6 {
        let known = store.checkpoints.get(&path).map(|it| serde_json::from_str(it).unwrap());
        let mut batches = 0;
        let error = read(&found(&path), known.as_ref(), Secrets::Redact, &mut |batch| {
            batches += 1;
            if batches == 2 {
                return Err("disk full".into());
            }
            batch.drafts.into_iter().for_each(|it| store.take(it));
            store.checkpoints.insert(path.clone(), serde_json::to_string(&batch.checkpoint)?);
            Ok(())
        })
        .unwrap_err();
        assert!(matches!(error, Error::Sink { .. }), "{fails_at}");
    }
    let report = store.import(&path);
    assert_eq!(common::totals(&report), common::totals(&once));
    store.assert_synced(&whole, "after five failures");
    let most = whole.written + 20;
    assert!(store.written < most, "each batch was stored once: {} > {most}", store.written);
}

#[test]
fn files_are_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    fs::write(&path, lines(&transcript())).unwrap();
    let mut data = fs::metadata(&path).unwrap().permissions();
    data.set_readonly(true);
    fs::set_permissions(&path, data).unwrap();
    let before = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
    Store::default().import(&path);
    let after = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
    assert_eq!(before, after);
}
