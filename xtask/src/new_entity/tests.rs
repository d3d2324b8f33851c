//! An entity is added to a copy of the files that name the others.

use tempfile::TempDir;

use super::*;

/// A folder with the real files that a new entity changes, and nothing else. What is
/// added to it has names that nobody will give to a real entity.
fn copy_of_the_repository() -> TempDir {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let copy = tempfile::tempdir().unwrap();
    for file in [WORKSPACE, ALL_MANIFEST, ALL_SOURCE] {
        let target = copy.path().join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(here.join(file), target).unwrap();
    }
    copy
}

fn read(copy: &TempDir, file: &str) -> String {
    fs::read_to_string(copy.path().join(file)).unwrap()
}

/// The names behind `prefix`, in the order of the file.
fn listed(copy: &TempDir, file: &str, prefix: &str) -> Vec<String> {
    read(copy, file).lines().filter_map(|it| name_after(prefix, it).map(Into::into)).collect()
}

fn refusal(copy: &TempDir, name: &str) -> String {
    format!("{:#}", scaffold(copy.path(), name).unwrap_err())
}

#[test]
fn a_new_entity_is_one_short_file_and_three_lines() {
    let copy = copy_of_the_repository();
    let before = [WORKSPACE, ALL_MANIFEST, ALL_SOURCE].map(|it| read(&copy, it));
    let written = scaffold(copy.path(), "zebra_foals").unwrap();
    let created: Vec<_> =
        written.iter().filter(|it| it.new).map(|it| it.path.to_str().unwrap()).collect();
    assert_eq!(
        created,
        ["crates/entities/zebra_foals/Cargo.toml", "crates/entities/zebra_foals/src/lib.rs"]
    );

    let manifest = read(&copy, created[0]);
    assert!(manifest.contains("\nname = \"driftline-zebra-foals\"\n"), "{manifest}");
    let source = read(&copy, created[1]);
    assert!(
        source.contains("\n#[sync(name = \"zebra_foals\")]\npub struct ZebraFoal {\n"),
        "{source}"
    );
    assert!(source.lines().count() < 20, "{source}");

    let lines = [
        "driftline-zebra-foals = { path = \"crates/entities/zebra_foals\", version = \"0.1.0\" }\n",
        "driftline-zebra-foals.workspace = true\n",
        "pub use driftline_zebra_foals as zebra_foals;\n",
    ];
    for ((file, before), line) in
        [WORKSPACE, ALL_MANIFEST, ALL_SOURCE].iter().zip(before).zip(lines)
    {
        let after = read(&copy, file);
        assert_eq!(after.matches(line).count(), 1, "{after}");
        assert_eq!(after.replace(line, ""), before);
    }
}

#[test]
fn lists_stay_sorted_wherever_the_name_belongs() {
    let copy = copy_of_the_repository();
    for name in ["zebras", "aardvarks", "zebra_notes", "comments_of_others"] {
        scaffold(copy.path(), name).unwrap();
    }
    for (file, prefix) in [
        (WORKSPACE, "driftline-"),
        (ALL_MANIFEST, "driftline-"),
        (ALL_SOURCE, "pub use driftline_"),
    ] {
        let mut names = listed(&copy, file, prefix);
        if file == ALL_MANIFEST {
            // What the tests need is a list of its own.
            names.retain(|it| it != "core");
        }
        assert!(names.is_sorted(), "{file}: {names:?}");
        assert!(names.contains(&"zebras".into()) && names.contains(&"aardvarks".into()), "{file}");
    }
}

#[test]
fn what_exists_is_not_touched() {
    let copy = copy_of_the_repository();
    scaffold(copy.path(), "zebra_notes").unwrap();
    let source = copy.path().join("crates/entities/zebra_notes/src/lib.rs");
    fs::write(&source, "//! Mine.\n").unwrap();
    assert_eq!(
        refusal(&copy, "zebra_notes"),
        "crates/entities/zebra_notes exists already; choose another name, or edit what is there"
    );
    assert_eq!(fs::read_to_string(source).unwrap(), "//! Mine.\n");
    assert_eq!(listed(&copy, ALL_SOURCE, "pub use driftline_zebra_notes"), [""]);

    fs::create_dir_all(copy.path().join("examples/todos")).unwrap();
    assert!(refusal(&copy, "todos").starts_with("examples/todos exists already"));
}

#[test]
fn a_refused_name_leaves_no_trace() {
    let copy = copy_of_the_repository();
    let before = read(&copy, WORKSPACE);
    // The name of another crate, though its folder is not here.
    assert!(refusal(&copy, "transcripts").starts_with("cannot edit Cargo.toml: it has this line"));
    assert!(!copy.path().join("crates/entities/transcripts").exists());
    assert_eq!(read(&copy, WORKSPACE), before);
}

#[test]
fn names_are_plain_plurals_that_nobody_uses() {
    let copy = copy_of_the_repository();
    for name in ["", "Notes", "work-items", "1s", "../notes", "a b", "n\notes", "notés", "aliases"]
    {
        assert!(refusal(&copy, name).contains("cannot name an entity"), "{name}");
    }
    assert!(refusal(&copy, "note").ends_with("so name it `notes`"));
    for name in ["as", "s", "strings", "options"] {
        assert!(refusal(&copy, name).contains("means something in Rust"), "{name}");
    }
}

#[test]
fn a_struct_is_named_after_one_row() {
    for (name, ident) in [
        ("notes", "Note"),
        ("work_items", "WorkItem"),
        ("stories", "Story"),
        ("boxes", "Box"),
        ("classes", "Class"),
        ("pages", "Page"),
        ("branches", "Branch"),
    ] {
        assert_eq!(Names::of(name).unwrap().ident, ident);
    }
}

#[test]
fn a_changed_layout_is_an_error_that_names_the_line() {
    let missing = insert("[package]\n", "[dependencies]", "driftline-", "driftline-a = 1");
    assert_eq!(missing.unwrap_err().to_string(), "there is no line `[dependencies]`");
    let lonely = "[dependencies]\nserde = 1\n[dev-dependencies]\ndriftline-core = 1\n";
    let lonely = insert(lonely, "[dependencies]", "driftline-", "driftline-a = 1");
    assert_eq!(lonely.unwrap_err().to_string(), "no line starts with `driftline-`");
}
