//! A file read in pieces, or damaged, says what it says whole.

use std::fs;

use crate::common::{Store, import, lines, totals, transcript, user};
use proptest::prelude::*;

/// A transcript with a torn line, a glued one, a blank one and no end.
fn awkward() -> Vec<u8> {
    let all = transcript();
    let mut text = lines(&all[..5]);
    text += &user("u-30", 30, "torn").to_string()[..100];
    text += "\r\n\n[1]\n";
    text += &format!("{}{}\n", user("u-31", 31, "glued \u{1f600}"), user("u-32", 32, "on"));
    text += &lines(&all[5..]);
    text += &user("u-33", 33, "no end").to_string();
    text.into_bytes()
}

#[test]
fn reading_in_two_steps_is_reading_at_once() {
    let whole = awkward();
    let (once, report) = import(&whole);
    assert!(once.find("u-33").is_some());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    // Every place where lines begin and end and where a letter is torn; of the others, some.
    let around = |at: usize| &whole[at.saturating_sub(4)..whole.len().min(at + 4)];
    let is_edge = |at: usize| around(at).iter().any(|it| *it == b'\n' || !it.is_ascii());
    for cut in (0..=whole.len()).filter(|it| it % 11 == 0 || is_edge(*it)) {
        let mut store = Store::default();
        fs::write(&path, &whole[..cut]).unwrap();
        let first = store.import(&path);
        let (fresh, fresh_report) = import(&whole[..cut]);
        assert_eq!(totals(&first), totals(&fresh_report), "{cut}");
        store.assert_synced(&fresh, &format!("at {cut}"));
        fs::write(&path, &whole).unwrap();
        assert_eq!(totals(&store.import(&path)), totals(&report), "{cut}");
        store.assert_synced(&once, &format!("cut at {cut}"));
        assert_eq!(store.local, once.local, "{cut}");
        let written = store.written;
        let again = store.import(&path);
        assert!(again.unchanged && store.written <= written + 1);
        assert_eq!(totals(&again), totals(&report), "{cut}");
    }
}

#[test]
fn growing_makes_rows_of_the_new_end_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    let all: Vec<_> = (0..200).map(|it| user(&format!("u-{it}"), it, "x")).collect();
    let mut store = Store::default();
    for end in 1..=all.len() {
        fs::write(&path, lines(&all[..end])).unwrap();
        let before = store.written;
        assert_eq!(store.import(&path).totals.messages, end as u64);
        assert!(store.written - before <= 3, "at {end}: {}", store.written - before);
    }
}

#[test]
fn a_file_that_was_only_touched_is_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    let all = [user("u-1", 1, "x")];
    fs::write(&path, lines(&all)).unwrap();
    let mut store = Store::default();
    let report = store.import(&path);
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    let written = store.written;
    let again = store.import(&path);
    assert!(again.unchanged && again.opened);
    assert_eq!((totals(&again), store.written), (totals(&report), written));
}

#[cfg(unix)]
#[test]
fn a_file_that_nothing_touched_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    fs::write(&path, lines(&[user("u-1", 1, "x")])).unwrap();
    let mut store = Store::default();
    let first = store.import(&path);
    let again = store.import(&path);
    assert!(first.opened && !again.opened && again.unchanged);
    assert_eq!(totals(&again), totals(&first));

    // Written over with as many bytes, and its time set back.
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let changed = || {
        use std::os::unix::fs::MetadataExt as _;
        let data = fs::metadata(&path).unwrap();
        (data.ctime(), data.ctime_nsec())
    };
    let before = changed();
    while changed() == before {
        fs::write(&path, lines(&[user("u-2", 1, "y")])).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    }
    assert!(store.import(&path).opened);
    assert!(store.rows.values().any(|it| it.value("text") == Some(&"y".into())));
}

#[cfg(unix)]
#[test]
fn a_file_with_other_rights_is_opened_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    fs::write(&path, lines(&[user("u-1", 1, "x")])).unwrap();
    let mut store = Store::default();
    store.import(&path);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let opened = [(); 2].map(|()| {
        let report = store.import(&path);
        assert!(report.unchanged);
        report.opened
    });
    assert_eq!(opened, [true, false]);
}

#[test]
fn another_version_of_the_reader_reads_all_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    fs::write(&path, lines(&transcript())).unwrap();
    let mut store = Store::default();
    store.import(&path);
    let text = store.checkpoints.get_mut(&path).unwrap();
    assert!(text.len() < 1000, "a checkpoint is short: {text}");
    *text = text.replace("\"reader\":3,", "\"reader\":1,");
    let written = store.written;
    assert!(!store.import(&path).unchanged);
    assert_eq!(store.written, 2 * written);
}

#[test]
fn a_file_with_very_much_to_report_reports_it_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    let content = "broken\n".repeat(150) + &lines(&[user("u-1", 1, "x")]);
    fs::write(&path, content).unwrap();
    let mut store = Store::default();
    let report = store.import(&path);
    assert_eq!(report.skipped.len(), 150);
    assert!(store.checkpoints[&path].len() < 1000, "its checkpoint is short all the same");
    let again = store.import(&path);
    assert!(again.unchanged);
    assert_eq!(totals(&again), totals(&report));
}

#[test]
fn a_shorter_file_takes_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    let all = transcript();
    fs::write(&path, lines(&all)).unwrap();
    let mut store = Store::default();
    store.import(&path);
    let before = store.clone();
    fs::write(&path, lines(&all[..6])).unwrap();
    let report = store.import(&path);
    assert_eq!(totals(&report), totals(&import(lines(&all[..6])).1));
    store.assert_synced(&before, "after shrinking");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn many_steps_are_one(mut cuts in prop::collection::vec(0usize..6000, 0..8)) {
        let whole = awkward();
        let (once, report) = import(&whole);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        cuts.iter_mut().for_each(|it| *it = (*it).min(whole.len()));
        cuts.sort_unstable();
        cuts.push(whole.len());
        let mut store = Store::default();
        let mut last = None;
        for cut in cuts {
            fs::write(&path, &whole[..cut]).unwrap();
            last = Some(store.import(&path));
        }
        prop_assert_eq!(last.as_ref().map(totals), Some(totals(&report)));
        store.assert_synced(&once, "in steps");
    }

    #[test]
    fn files_unite_in_any_order(
        parts in prop::collection::vec(prop::collection::vec(0usize..15, 0..15), 2..4)
    ) {
        let all = transcript();
        let folder = tempfile::tempdir().unwrap();
        let mut paths = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let path = folder.path().join(format!("{number}.jsonl"));
            let records: Vec<_> = part.iter().map(|it| all[*it].clone()).collect();
            fs::write(&path, lines(&records)).unwrap();
            paths.push(path);
        }
        let mut stores = [Store::default(), Store::default()];
        for path in paths.iter().chain(&paths) {
            stores[0].import(path);
        }
        for path in paths.iter().rev().chain(&paths) {
            stores[1].import(path);
        }
        stores[0].assert_synced(&stores[1], "in two orders");
    }

    #[test]
    fn damage_loses_no_undamaged_line(
        damage in prop::collection::vec((0usize..20, any::<prop::sample::Index>(), any::<u8>()), 1..6),
        torn in prop::bool::ANY,
    ) {
        let records: Vec<_> = (0..20).map(|it| user(&format!("u-{it}"), it, "Some \u{e9} text"))
            .collect();
        let mut texts: Vec<_> = records.iter().map(|it| it.to_string().into_bytes()).collect();
        for (line, place, byte) in &damage {
            let text = &mut texts[*line];
            let place = place.index(text.len());
            if torn { text.truncate(place.max(1)) } else { text[place] = *byte }
        }
        let mut content = texts.join(&b'\n');
        content.push(b'\n');
        let (store, report) = import(&content);
        for number in (0..20).filter(|it| damage.iter().all(|(line, ..)| line != it)) {
            let row = store.message(&format!("u-{number}"));
            prop_assert_eq!(row.value("text").and_then(|it| it.as_str()), Some("Some \u{e9} text"));
        }
        prop_assert!(report.skipped.len() <= 12);
    }

    #[test]
    fn no_bytes_panic(content in prop::collection::vec(
        prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\"\\ud8:,\n\r\0 ".to_vec())], 0..400)) {
        import(&content);
    }
}
