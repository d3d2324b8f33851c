//! A server on loopback that answers what a test tells it to, and what a device needs
//! to talk to it.
#![allow(dead_code, unreachable_pub, reason = "test support")]

pub mod deployment;
pub mod log;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use driftline_convex::{Convex, Origin};
use driftline_core::{
    Change, Cursor, Id, Millis, PROTOCOL, Pull, Push, Replica, Result, Row, Schema, SecretString,
    Serial, Simulated, Stamp, TokenSource, Value,
};
use driftline_derive::SyncEntity;
use driftline_memory::MemoryStore;
pub use driftline_testing::Clock;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

/// What must never be seen outside of a call.
pub const SECRET: &str = "the-content-of-a-row";
pub const TOKEN: &str = "eyJ.secret-token";
pub const NOW: Millis = 1_790_000_000_000;

/// Something to sync.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "notes")]
pub struct Note {
    /// What it says.
    pub text: String,
    /// What else it says.
    pub more: String,
}

/// Tokio's time, so that a paused clock makes it virtual. Each one draws other names than
/// those before it.
pub fn clock() -> Arc<Clock> {
    static SEEDS: AtomicU64 = AtomicU64::new(7);
    Arc::new(Clock::running(SEEDS.fetch_add(0x1234_5678_9abc_def1, Ordering::Relaxed), NOW))
}

/// Tokens: the first, then those that it renews to.
pub struct Tokens {
    pub next: Mutex<Vec<Option<String>>>,
    pub current: Mutex<Option<String>>,
    pub origins: Mutex<Vec<String>>,
}

impl Tokens {
    pub fn new(first: Option<&str>, next: &[Option<&str>]) -> Arc<Self> {
        let next = next.iter().rev().map(|it| it.map(str::to_owned)).collect();
        let current = Mutex::new(first.map(str::to_owned));
        Arc::new(Self { next: Mutex::new(next), current, origins: Mutex::default() })
    }
}

#[async_trait]
impl TokenSource for Tokens {
    async fn token(&self, origin: &str) -> Result<Option<SecretString>> {
        self.origins.lock().unwrap().push(origin.to_owned());
        Ok(self.current.lock().unwrap().clone().map(SecretString::from))
    }

    async fn renew(&self, _: &str, _: &SecretString) -> Result<Option<SecretString>> {
        let next = self.next.lock().unwrap().pop().flatten();
        self.current.lock().unwrap().clone_from(&next);
        Ok(next.map(SecretString::from))
    }
}

/// A call that a server got.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        self.headers.lines().find_map(|it| it.strip_prefix(&prefix))
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn function(&self) -> String {
        self.json()["path"].as_str().unwrap().to_owned()
    }

    pub fn args(&self) -> Value {
        self.json()["args"].clone()
    }
}

/// What a server does about a call.
#[derive(Clone)]
pub enum Reply {
    /// Sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Sends these bytes and keeps the connection open, silent.
    Stall(Vec<u8>),
    /// Sends the first bytes at once, then one byte of the others every second.
    Trickle(Vec<u8>, Vec<u8>),
    /// Sends the first bytes, then the others again and again.
    Endless(Vec<u8>, Vec<u8>),
}

impl Reply {
    /// An answer with a status and a body.
    pub fn new(status: u16, headers: &str, body: &[u8]) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\n\r\n");
        Self::Bytes([head.as_bytes(), body].concat())
    }

    /// An answer of the service.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "Content-Type: application/json\r\n", body.to_string().as_bytes())
    }

    /// What a function returned.
    pub fn value(value: &Value) -> Self {
        Self::json(200, &json!({ "status": "success", "value": value, "logLines": ["x"] }))
    }

    /// What a function threw.
    pub fn thrown(data: &Value) -> Self {
        let message = format!("[Request ID: 5b9a] Server Error {SECRET}");
        let failed = json!({ "status": "error", "errorMessage": message, "errorData": data });
        Self::json(200, &failed)
    }

    /// A failure without a name, as a production deployment tells it.
    pub fn unnamed() -> Self {
        let message = format!("[Request ID: 5b9a] Server Error {SECRET}");
        Self::json(200, &json!({ "status": "error", "errorMessage": message }))
    }
}

type Handler = Box<dyn FnMut(&Request) -> Reply + Send>;

/// A server that answers what it is told to.
pub struct Server {
    pub url: String,
    pub requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub async fn start(handler: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let handler: Arc<Mutex<Handler>> = Arc::new(Mutex::new(Box::new(handler)));
        let log = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, handler.clone(), log.clone()));
            }
        });
        Self { url, requests }
    }

    /// Answers every call with the same.
    pub async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    /// Answers calls with these, one after the other, and the rest with the last.
    pub async fn script(replies: Vec<Reply>) -> Self {
        let mut at = 0;
        Self::start(move |_| {
            at += 1;
            replies[(at - 1).min(replies.len() - 1)].clone()
        })
        .await
    }

    pub fn calls(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub fn functions(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(Request::function).collect()
    }

    /// A client of this server, signed in.
    pub fn client(&self) -> Convex {
        self.client_with(Tokens::new(Some(TOKEN), &[]))
    }

    pub fn client_with(&self, tokens: Arc<Tokens>) -> Convex {
        Convex::new(Origin::of_deployment(&self.url).unwrap(), clock(), Some(tokens)).unwrap()
    }
}

async fn serve(
    mut stream: TcpStream,
    handler: Arc<Mutex<Handler>>,
    log: Arc<Mutex<Vec<Request>>>,
) -> Option<()> {
    let mut got = Vec::new();
    let end = loop {
        if let Some(at) = got.windows(4).position(|it| it == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut got).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(got[..end].to_vec()).ok()?;
    let (line, headers) = head.split_once("\r\n")?;
    let mut request =
        Request { line: line.into(), headers: headers.to_ascii_lowercase(), body: vec![] };
    // A token must be seen as it was sent.
    if let Some(at) = headers.to_ascii_lowercase().find("authorization: ") {
        let value = headers[at + 15..].lines().next()?;
        request.headers = format!("authorization: {value}\r\n{}", request.headers);
    }
    let length: usize = request.header("content-length")?.parse().ok()?;
    while got.len() < end + length {
        stream.read_buf(&mut got).await.ok()?;
    }
    request.body = got[end..].to_vec();
    log.lock().unwrap().push(request.clone());
    let reply = (handler.lock().unwrap())(&request);
    match reply {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
        Reply::Stall(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.read_u8().await.ok()?;
        }
        Reply::Trickle(first, rest) => {
            stream.write_all(&first).await.ok()?;
            for byte in rest {
                sleep(Duration::from_secs(1)).await;
                stream.write_all(&[byte]).await.ok()?;
            }
        }
        Reply::Endless(first, rest) => {
            stream.write_all(&first).await.ok()?;
            loop {
                stream.write_all(&rest).await.ok()?;
            }
        }
    }
    stream.shutdown().await.ok()
}

/// A device whose rows are in memory.
pub fn device() -> Replica {
    Replica::open(Arc::new(MemoryStore::new(Schema::registered().unwrap())), clock()).unwrap()
}

/// The same, but it waits for nothing before it makes a call again.
pub fn hurried() -> Replica {
    let store = Arc::new(MemoryStore::new(Schema::registered().unwrap()));
    Replica::open(store, Arc::new(Simulated::new(1, NOW))).unwrap()
}

pub fn pull(cursor: u64) -> Pull {
    Pull { protocol: PROTOCOL, cursor: Cursor(cursor), rows: 500, bytes: 3 << 19 }
}

pub fn push() -> Push {
    let row = Row::from_iter([("text", Stamp::person(NOW, 0, 1), Value::from(SECRET))]);
    let id = Id::imported(0, &["x"]);
    let change = Change { entity: "notes".into(), id, row, birth: true, whole: true };
    Push {
        protocol: PROTOCOL,
        account: "a".into(),
        epoch: "e".into(),
        device: "d".into(),
        serial: Serial(1),
        changes: vec![change],
    }
}

/// The text of a row in a page.
pub fn row_text(entity: &str, name: &str, cells: &[(&str, &str)]) -> String {
    let stamp = Stamp::person(NOW, 0, 1).to_string();
    let cells: Vec<_> = cells.iter().map(|(field, text)| json!([field, stamp, text])).collect();
    let id = Id::imported(0, &[name]).to_string();
    json!({ "entity": entity, "id": id, "whole": true, "cells": cells }).to_string()
}

/// A last page with these rows.
pub fn page(rows: &[String]) -> Value {
    json!({
        "protocol": f64::from(PROTOCOL),
        "identity": { "person": "github:1", "account": "a", "epoch": "e" },
        "head": 7.0,
        "next": 7.0,
        "changes": rows,
        "digests": null,
        "time": 1_790_000_000_123.0,
    })
}

/// Answers to one row.
pub fn accepted() -> Value {
    json!({
        "protocol": f64::from(PROTOCOL),
        "identity": { "person": "github:1", "account": "a", "epoch": "e" },
        "head": 1.0,
        "answers": [{ "kind": "accepted", "seq": 1.0, "hash": "00000000000000ff" }],
        "recorded": [],
        "digests": { "notes": "ffffffffffffffff" },
        "time": null,
    })
}
