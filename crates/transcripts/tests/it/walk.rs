//! What is found below a home folder, and what is reported and passed by.

use std::{fs, path::Path};

use crate::common::{SESSION, Store, found, user};
use driftline_transcripts::{Error, find, find_below};

fn good(number: u32) -> String {
    format!("{}\n", user(&format!("u-{number}"), number, "good"))
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_reported_and_passed_by() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join(".claude/projects");
    let folder = root.join("-home-a");
    fs::create_dir_all(folder.join("dir.jsonl")).unwrap();
    fs::write(folder.join("b\n$(x)..%2f.jsonl"), good(1)).unwrap();
    fs::write(folder.join("a.jsonl"), good(2)).unwrap();
    fs::write(folder.join("note.txt"), "no transcript").unwrap();
    symlink(&root, folder.join("loop")).unwrap();
    symlink(folder.join("a.jsonl"), folder.join("link.jsonl")).unwrap();
    let _socket = UnixListener::bind(folder.join("s.jsonl")).unwrap();
    let pipe = folder.join("p.jsonl");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());

    let (found_files, problems) = find(home.path());
    let names: Vec<_> = found_files.iter().map(|it| it.path.file_name().unwrap()).collect();
    assert_eq!(names, ["a.jsonl", "b\n$(x)..%2f.jsonl"]);
    let said = |name: &str, what: &str| {
        problems.iter().any(|it| it.path.ends_with(name) && it.reason.contains(what))
    };
    assert!(
        said("dir.jsonl", "a folder") && said("loop", "a link") && said("link.jsonl", "a link")
    );
    assert!(said("s.jsonl", "a socket") && said("p.jsonl", "a pipe"));
    assert_eq!(problems.len(), 5);
    let error = Store::default().try_import(&pipe).unwrap_err();
    assert!(matches!(error, Error::NotAFile { what: "a pipe", .. }));
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join(".claude/projects");
    let closed = root.join("closed");
    fs::create_dir_all(&closed).unwrap();
    fs::write(root.join("a.jsonl"), good(1)).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read_dir(&closed).is_err() {
        let (found_files, problems) = find(home.path());
        assert_eq!((found_files.len(), problems.len()), (1, 1));
    }
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_home_without_transcripts_is_no_problem() {
    let home = tempfile::tempdir().unwrap();
    let (files, problems) = find(home.path());
    assert!(files.is_empty() && problems.is_empty());
    fs::write(home.path().join("x"), SESSION).unwrap();
    let reader = found(Path::new("x")).reader;
    let (files, problems) = find_below(&home.path().join("x"), reader);
    assert!(files.is_empty());
    assert_eq!(problems.len(), 1);
}
