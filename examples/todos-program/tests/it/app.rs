//! The app shows todos, with a list, a form and a place in the navigation, without a line
//! that was written for them.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
};

/// One request, answered.
fn ask(address: &str, method: &str, path: &str, key: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
         x-driftline-key: {key}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len(),
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
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
