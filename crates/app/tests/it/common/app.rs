//! The app as a browser meets it: the real program, and requests written by hand, so that
//! they can be wrong in every way.
#![allow(dead_code, reason = "every test file uses a part of it, and a test ends where it fails")]

use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
};

use driftline_testing::{Answer, PATIENCE, Request};
use serde_json::Value;

/// The app while it runs.
pub(crate) struct App {
    child: Option<Child>,
    pub(crate) address: SocketAddr,
    /// The secret of the run.
    pub(crate) key: String,
    /// The code that was traded for it.
    pub(crate) code: String,
    _stdout: Option<BufReader<ChildStdout>>,
}

impl App {
    /// Starts the app with `command`, whose last words are `open --no-browser --json`.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let link = link(&mut stdout);
        let (address, code) = parts(&link);
        let mut app = Self::visit(address, &code);
        (app.child, app._stdout) = (Some(child), Some(stdout));
        app
    }

    /// One that was started, at `address`.
    pub(crate) fn of(child: Child, address: SocketAddr, code: &str) -> Self {
        let mut app = Self::visit(address, code);
        app.child = Some(child);
        app
    }

    /// Another app that this one has started.
    pub(crate) fn at(&self, address: SocketAddr, code: &str) -> Self {
        Self::visit(address, code)
    }

    fn visit(address: SocketAddr, code: &str) -> Self {
        let (child, _stdout, code) = (None, None, code.to_owned());
        let mut app = Self { child, address, key: String::new(), code, _stdout };
        let traded = app.trade(&app.code);
        assert_eq!(traded.status, 200, "{traded:?}");
        app.key = traded.body;
        app
    }

    /// Trades a code for the secret.
    pub(crate) fn trade(&self, code: &str) -> Answer {
        self.ask("POST", "/key", &[("Origin", &self.origin())], &format!("code={code}"))
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A page's contents, as the script asks for them.
    pub(crate) fn page(&self, path: &str) -> Answer {
        self.ask("GET", &format!("/fragment{path}"), &[("x-driftline-key", &self.key)], "")
    }

    /// What an action did.
    pub(crate) fn act(&self, path: &str, form: &str) -> (u16, Value) {
        let headers = [("x-driftline-key", self.key.as_str()), ("Origin", &self.origin())];
        let answer = self.ask("POST", &format!("/action{path}"), &headers, form);
        (answer.status, answer.json())
    }

    /// A request with the right `Host`.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let host = self.address.to_string();
        let headers: Vec<_> = [("Host", host.as_str())].iter().chain(headers).copied().collect();
        self.raw(method, path, &headers, body)
    }

    /// A request with exactly these headers, and the length of its body.
    pub(crate) fn raw(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        Request { method, target, headers, body }.ask(self.address)
    }

    pub(crate) fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> TcpStream {
        Request { method, target, headers, body }.send(self.address)
    }

    /// The stream of changes.
    pub(crate) fn events(&self) -> Events {
        let host = self.address.to_string();
        let headers = [("Host", host.as_str()), ("x-driftline-key", &self.key)];
        let mut lines = BufReader::new(self.send("GET", "/events", &headers, ""));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(lines.read_line(&mut head).unwrap(), 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        Events(lines)
    }

    /// Asks the program to end, as Ctrl-C does, and returns its exit code.
    pub(crate) fn interrupt(mut self) -> Option<i32> {
        self.end("-INT")
    }

    /// Sends the program a signal, and returns its exit code.
    pub(crate) fn end(&mut self, signal: &str) -> Option<i32> {
        let mut child = self.child.take().unwrap();
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || tell.send(child.wait().unwrap().code()));
        told.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            let _it_is_killed = Command::new("kill").args(["-KILL", &id]).status();
            panic!("it does not end")
        })
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _it_has_ended = child.kill();
            let _it_has_ended = child.wait();
        }
    }
}

/// What an open page is told.
pub(crate) struct Events(BufReader<TcpStream>);

impl Events {
    /// The next one that concerns `entity`.
    pub(crate) fn until(&mut self, entity: &str) -> Value {
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the stream ended");
            let Some(data) = line.strip_prefix("data:") else { continue };
            let event: Value = serde_json::from_str(data.trim()).unwrap();
            let names = event["entities"].as_array().unwrap();
            if names.iter().any(|it| it == entity || it == "*") {
                return event;
            }
        }
    }
}

/// The address with a code that the program prints.
pub(crate) fn link(stdout: &mut impl BufRead) -> String {
    let mut text = String::new();
    loop {
        assert_ne!(stdout.read_line(&mut text).unwrap(), 0, "it ended: {text}");
        if let Ok(told) = serde_json::from_str::<Value>(&text) {
            return told["link"].as_str().unwrap().to_owned();
        }
    }
}

/// Where a link leads, and its code.
pub(crate) fn parts(link: &str) -> (SocketAddr, String) {
    let rest = link.strip_prefix("http://").unwrap();
    let (address, rest) = rest.split_once('/').unwrap();
    (address.parse().unwrap(), rest.split_once("#code=").unwrap().1.to_owned())
}
