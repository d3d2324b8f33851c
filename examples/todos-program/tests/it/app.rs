//! The app shows todos, with a list, a form and a place in the navigation, without a line
//! that was written for them.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use driftline_testing::Request;

/// One request, answered.
fn ask(address: &str, method: &str, path: &str, key: &str, body: &str) -> String {
    let origin = format!("http://{address}");
    let headers = [("Host", address), ("Origin", &origin), ("x-driftline-key", key)];
    let request = Request { method, target: path, headers: &headers, body };
    let answer = request.ask(address.parse().unwrap());
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

#[test]
fn todos_have_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = Command::new(env!("CARGO_BIN_EXE_todos"))
        .env("HOME", folder.path())
        .args(["--profile", "profile", "open", "--no-browser"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(app.stdout.take().unwrap()).lines();
    let link = lines.map(Result::unwrap).find(|it| it.contains("#code=")).unwrap();
    let (address, code) =
        link.trim().strip_prefix("http://").unwrap().split_once("/#code=").unwrap();
    let key = ask(address, "POST", "/key", "", &format!("code={code}"));

    let form = ask(address, "GET", "/fragment/e/todos/new", &key, "");
    assert!(form.contains("What is to be done."), "{form}");
    let done = ask(address, "POST", "/action/e/todos", &key, "title=Water+the+plants&done=false");
    assert!(done.contains("/e/todos/"), "{done}");
    let list = ask(address, "GET", "/fragment/e/todos", &key, "");
    assert!(list.contains("Water the plants"), "{list}");
    assert!(list.contains("href=\"/e/todos\""), "it is in the navigation: {list}");
    app.kill().unwrap();
    app.wait().unwrap();
}
