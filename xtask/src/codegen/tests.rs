use std::path::PathBuf;

use super::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[test]
fn the_committed_files_are_current() {
    run(&root(), &Options { check: true }).unwrap();
}

#[test]
fn a_stale_file_is_named_with_what_to_do() {
    let place = tempfile::tempdir().unwrap();
    let files = [("one.ts", "one\n".to_owned()), ("two.ts", "two\n".to_owned())];
    fs::write(place.path().join("one.ts"), "one\n").unwrap();
    fs::write(place.path().join("two.ts"), "other\n").unwrap();
    let error = check(place.path(), &files).unwrap_err().to_string();
    assert_eq!(error, "stale: two.ts; run `cargo xtask codegen` and commit the result");
    fs::write(place.path().join("two.ts"), "two\n").unwrap();
    check(place.path(), &files).unwrap();
}

#[test]
fn the_entity_of_the_example_is_left_out() {
    let names: Vec<_> = own_entities(&root()).unwrap().iter().map(|it| it.name).collect();
    assert!(names.contains(&"sessions"), "{names:?}");
    assert!(!names.contains(&"todos"), "{names:?}");
    assert!(Schema::registered().unwrap().get("todos").is_some());
}
