//! What every agent's reader makes of what the real agent wrote.

use std::collections::BTreeSet;

use super::{found, home, import, shown, text};

/// Readers, and the fixtures that they are held to.
const FIXTURES: &[(&str, &str)] = &[
    ("codex", "codex-0.171.0"),
    ("copilot", "copilot-1.0.102"),
    ("droid", "droid-0.215.0"),
    ("kimi-code", "kimi-code-2.1.0"),
    ("pi", "pi-0.73.1"),
    ("qwen-code", "qwen-0.24.4"),
];

#[test]
fn everything_that_was_said_is_there() {
    for (tool, fixture) in FIXTURES {
        let (store, _) = import(tool, &home(fixture));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(*tool, shown(&store));
        });
    }
}

#[test]
fn reading_again_changes_nothing() {
    for (tool, fixture) in FIXTURES {
        let (mut store, _) = import(tool, &home(fixture));
        let before = store.rows.clone();
        for found in found(tool, &home(fixture)) {
            assert!(store.import_found(&found).unwrap().unchanged, "{}", found.path.display());
        }
        assert_eq!(store.rows, before, "{tool}");
    }
}

#[test]
fn files_are_read_in_any_order() {
    for (tool, fixture) in FIXTURES {
        let (store, _) = import(tool, &home(fixture));
        let mut other = crate::common::Store::default();
        for found in found(tool, &home(fixture)).iter().rev() {
            other.import_found(found).unwrap();
        }
        other.assert_synced(&store, tool);
    }
}

#[test]
fn no_kind_of_record_is_unknown() {
    for (tool, fixture) in FIXTURES {
        let (store, _) = import(tool, &home(fixture));
        let other =
            store.all("messages").into_iter().filter(|it| text(it, "role") == Some("other"));
        let kinds: BTreeSet<_> =
            other.map(|it| it.value("blocks").unwrap()[0]["kind"].to_string()).collect();
        assert_eq!(kinds, BTreeSet::new(), "{tool}");
    }
}

#[test]
fn no_cut_of_a_file_is_too_much() {
    for (tool, fixture) in FIXTURES {
        let (whole, _) = import(tool, &home(fixture));
        for found in found(tool, &home(fixture)) {
            let bytes = std::fs::read(&found.path).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let below = found.path.strip_prefix(home(fixture)).unwrap();
            let path = folder.path().join(below);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let mut store = crate::common::Store::default();
            let found = driftline_transcripts::Found { path: path.clone(), ..found };
            for part in 1..=12 {
                std::fs::write(&path, &bytes[..bytes.len() * part / 12]).unwrap();
                store.import_found(&found).unwrap();
            }
            for (id, row) in store.rows.iter().filter(|it| it.0.0 == "messages") {
                assert_eq!(Some(row), whole.rows.get(id), "{tool}: {}", path.display());
            }
        }
    }
}
