//! Listening to a deployment that says what a test tells it to. Time passes only when a
//! test says so: nothing here waits.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use crate::common::{NOW, Reply, Server, TOKEN, Tokens};
use driftline_convex::{Convex, Origin};
use driftline_core::{Backend, Head, Heard, Millis, Seq, Simulated, Value};
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

/// The longest pause between two connections, in milliseconds.
const LONGEST: Millis = 5 * 60_000 + 100;

/// A deployment that takes WebSockets, one after the other.
struct Sockets {
    url: String,
    listener: TcpListener,
}

type Socket = WebSocketStream<TcpStream>;

impl Sockets {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { url, listener }
    }

    async fn raw(&self) -> TcpStream {
        self.listener.accept().await.unwrap().0
    }

    /// Takes a connection, and the three messages with which a client begins.
    async fn accept(&self) -> (Socket, [Value; 3]) {
        let mut socket = accept_async(self.raw().await).await.unwrap();
        let first = [said(&mut socket).await, said(&mut socket).await, said(&mut socket).await];
        (socket, first)
    }
}

/// What the client says next.
async fn said(socket: &mut Socket) -> Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

fn head(head: u64) -> Head {
    Head { account: "a".into(), epoch: "e".into(), head: Seq(head) }
}

fn at(number: u64) -> String {
    let value = json!({ "head": number, "account": "a", "epoch": "e" });
    let updated = json!({ "type": "QueryUpdated", "queryId": 0, "value": value });
    json!({ "type": "Transition", "modifications": [updated] }).to_string()
}

/// Somebody who listens.
struct Listener {
    env: Arc<Simulated>,
    heard: mpsc::UnboundedReceiver<Heard>,
    task: JoinHandle<()>,
}

impl Listener {
    fn of(url: &str, tokens: Arc<Tokens>) -> Self {
        let env = Arc::new(Simulated::new(7, NOW).patient());
        let origin = Origin::of_deployment(url).unwrap();
        let client = Convex::new(origin, env.clone(), Some(tokens)).unwrap();
        let (say, heard) = mpsc::unbounded_channel();
        let clock = env.clone();
        let task = tokio::spawn(async move {
            let hear = Box::new(move |it| drop(say.send(it)));
            client.listen(&*clock, hear).expect("it listens").await;
        });
        Self { env, heard, task }
    }

    /// Hears that the connection is lost, and lets it be made again.
    async fn loses(&mut self) {
        assert_eq!(self.next().await, Heard::Lost);
        self.env.pass(LONGEST);
    }

    /// Lets time pass on a connection that shows signs of life meanwhile.
    async fn live(&self, socket: &mut Socket, length: Millis) {
        for _ in 0..length / 30_000 {
            self.env.pass(30_000);
            socket.send(Message::Ping("x".into())).await.unwrap();
            let pong = socket.next().await;
            assert!(matches!(pong, Some(Ok(Message::Pong(_)))), "{pong:?}");
        }
    }

    async fn next(&mut self) -> Heard {
        self.heard.recv().await.expect("it goes on listening")
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn tokens() -> Arc<Tokens> {
    Tokens::new(Some(TOKEN), &[])
}

#[tokio::test]
async fn the_head_is_heard_now_and_whenever_it_moves() {
    let sockets = Sockets::new().await;
    let mut listener = Listener::of(&sockets.url, tokens());
    let (mut socket, [connect, authenticate, subscribe]) = sockets.accept().await;
    assert_eq!((&connect["type"], &connect["connectionCount"]), (&json!("Connect"), &json!(0)));
    assert_eq!(
        authenticate,
        json!({ "type": "Authenticate", "baseVersion": 0, "tokenType": "User", "value": TOKEN })
    );
    assert_eq!(
        subscribe,
        json!({
            "type": "ModifyQuerySet", "baseVersion": 0, "newVersion": 1,
            "modifications": [{ "type": "Add", "queryId": 0, "udfPath": "sync:head", "args": [{}] }],
        })
    );
    for number in [7, 8, 3] {
        socket.send(Message::text(at(number))).await.unwrap();
        assert_eq!(listener.next().await, Heard::At(Some(head(number))));
    }
    let nobody = at(7).replace(r#"{"account":"a","epoch":"e","head":7}"#, "null");
    socket.send(Message::text(nobody)).await.unwrap();
    assert_eq!(listener.next().await, Heard::At(None));
}

#[tokio::test]
async fn whatever_is_said_it_goes_on_listening() {
    let transition = |it: &str| format!(r#"{{"type":"Transition","modifications":[{it}]}}"#);
    let mut hostile: VecDeque<Message> = VecDeque::from([
        Message::text(""),
        Message::text("null"),
        Message::text("<html>"),
        Message::text("[".repeat(60_000)),
        Message::text("x".repeat(1 << 20)),
        Message::binary(vec![0; 10]),
        Message::Close(None),
        Message::text(r#"{"type":"FatalError","error":"x"}"#),
        Message::text(r#"{"type":"Transition","modifications":7}"#),
        Message::text(transition(r#"{"type":"QueryUpdated","queryId":0,"value":[]}"#)),
        Message::text(transition(
            r#"{"type":"QueryFailed","queryId":0,"errorMessage":"Could not find"}"#,
        )),
    ]);
    let wrong: Vec<String> = ["-1", "1.5", "1e300", "\"7\"", "null"]
        .map(|it| at(7).replace(":7", &format!(":{it}")))
        .into();
    hostile.extend(wrong.into_iter().map(Message::text));
    let sockets = Sockets::new().await;
    let mut listener = Listener::of(&sockets.url, tokens());
    while let Some(message) = hostile.pop_front() {
        let (mut socket, _) = sockets.accept().await;
        let shown = format!("{message:?}").chars().take(100).collect::<String>();
        socket.send(message).await.unwrap();
        assert_eq!(listener.next().await, Heard::Lost, "{shown}");
        listener.env.pass(LONGEST);
    }
    let bytes: [&[u8]; 6] = [
        // Reserved bits, an unknown kind, a masked frame, a fragment of nothing, a frame
        // of 2^63 bytes, text that is no UTF-8.
        &[0xf1, 0x01, b'x'],
        &[0x83, 0x01, b'x'],
        &[0x81, 0x81, 0, 0, 0, 0, b'x'],
        &[0x80, 0x01, b'x'],
        &[0x81, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x81, 0x02, 0xff, 0xff],
    ];
    for some in bytes {
        let (mut socket, _) = sockets.accept().await;
        socket.get_mut().write_all(some).await.unwrap();
        assert_eq!(listener.next().await, Heard::Lost, "{some:?}");
        listener.env.pass(LONGEST);
    }
    // What it does not know is none of its business.
    let (mut socket, [connect, ..]) = sockets.accept().await;
    assert_eq!(connect["connectionCount"], 11 + 5 + 6);
    for it in [r#"{"type":"Ping"}"#, r#"{"type":"New","x":1}"#, &transition("")] {
        socket.send(Message::text(it)).await.unwrap();
    }
    socket.send(Message::text(at(9))).await.unwrap();
    assert_eq!(listener.next().await, Heard::At(Some(head(9))));
}

#[tokio::test]
async fn who_answers_no_websocket_gets_no_token() {
    let elsewhere = Server::always(Reply::json(200, &json!({}))).await;
    let moved = format!("Location: {}/api/sync\r\n", elsewhere.url);
    for reply in [
        Reply::new(302, &moved, b""),
        Reply::new(307, &moved, b""),
        Reply::new(200, "Content-Type: text/html\r\n", b"<html>"),
        Reply::new(403, "", b""),
        Reply::new(404, "", b""),
        Reply::new(503, "", b"{}"),
        Reply::Bytes(b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".into()),
        Reply::Bytes(
            b"HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
              Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
                .into(),
        ),
        Reply::Bytes(b"\0\0\0\0".into()),
        Reply::Bytes(Vec::new()),
        Reply::Stall(Vec::new()),
    ] {
        let got = Arc::new(Mutex::new(Vec::new()));
        let (listener, log) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), got.clone());
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, was_asked) = oneshot::channel();
        let stalls = matches!(reply, Reply::Stall(_)).then_some(was_asked);
        let server = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            answer(stream, &reply, &log, asked).await
        });
        let mut listener = Listener::of(&url, tokens());
        if let Some(stalls) = stalls {
            // Nobody answers: it waits, but not for ever.
            stalls.await.unwrap();
            listener.env.pass(30_000);
        }
        assert_eq!(listener.next().await, Heard::Lost);
        drop(listener);
        server.abort();
        let got = String::from_utf8_lossy(&got.lock().unwrap()).into_owned();
        assert!(got.starts_with("GET /api/sync HTTP/1.1\r\n"), "{got}");
        assert!(!got.contains(TOKEN), "{got}");
    }
    assert_eq!(elsewhere.calls(), 0);
}

/// Reads what comes for as long as it comes, and answers the first of it.
async fn answer(
    mut stream: TcpStream,
    reply: &Reply,
    log: &Mutex<Vec<u8>>,
    asked: oneshot::Sender<()>,
) -> Option<()> {
    let mut got = Vec::new();
    stream.read_buf(&mut got).await.ok()?;
    log.lock().unwrap().extend_from_slice(&got);
    let _nobody_waits = asked.send(());
    if let Reply::Bytes(bytes) | Reply::Stall(bytes) = reply {
        stream.write_all(bytes).await.ok()?;
    }
    if let Reply::Bytes(_) = reply {
        stream.shutdown().await.ok()?;
    }
    while stream.read_buf(&mut got).await.ok()? > 0 {
        *log.lock().unwrap() = got.clone();
    }
    Some(())
}

#[tokio::test]
async fn silence_ends_a_connection_and_signs_of_life_keep_it() {
    let sockets = Sockets::new().await;
    let mut listener = Listener::of(&sockets.url, tokens());
    let (mut socket, _) = sockets.accept().await;
    listener.live(&mut socket, 3_600_000).await;
    socket.send(Message::text(at(1))).await.unwrap();
    assert_eq!(listener.next().await, Heard::At(Some(head(1))));
    listener.env.pass(44_000);
    socket.send(Message::text(at(2))).await.unwrap();
    assert_eq!(listener.next().await, Heard::At(Some(head(2))));
    listener.env.pass(45_000);
    assert_eq!(listener.next().await, Heard::Lost);
}

#[tokio::test]
async fn a_renewed_token_is_shown_on_the_same_connection() {
    let sockets = Sockets::new().await;
    let tokens = tokens();
    let mut listener = Listener::of(&sockets.url, tokens.clone());
    let (mut socket, _) = sockets.accept().await;
    for (version, name) in [(1, "second"), (2, "third")] {
        socket.send(Message::text(at(version))).await.unwrap();
        assert_eq!(listener.next().await, Heard::At(Some(head(version))));
        listener.live(&mut socket, 30_000).await;
        *tokens.current.lock().unwrap() = Some(name.into());
        listener.env.pass(30_000);
        assert_eq!(
            said(&mut socket).await,
            json!({
                "type": "Authenticate", "baseVersion": version, "tokenType": "User", "value": name,
            })
        );
    }
    assert!(listener.heard.try_recv().is_err(), "nothing was lost");
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_an_ended_session_shows_none() {
    let refused = r#"{"type":"AuthError","error":"Token expired","baseVersion":0}"#;
    let thrown = json!({
        "type": "Transition",
        "modifications": [{
            "type": "QueryFailed", "queryId": 0, "errorMessage": "x",
            "errorData": { "code": "unauthenticated" },
        }],
    });
    for text in [refused.to_owned(), thrown.to_string()] {
        let sockets = Sockets::new().await;
        let tokens = Tokens::new(Some(TOKEN), &[Some("second"), None]);
        let mut listener = Listener::of(&sockets.url, tokens.clone());
        for token in [TOKEN, "second"] {
            let (mut socket, [_, authenticate, _]) = sockets.accept().await;
            assert_eq!(authenticate["value"], token);
            socket.send(Message::text(text.clone())).await.unwrap();
            listener.loses().await;
        }
        // The session is over: from now on nobody is even connected to.
        for _ in 0..5 {
            listener.loses().await;
        }
        assert!(sockets.raw().now_or_never().is_none());
        // Until somebody signs in.
        *tokens.current.lock().unwrap() = Some("third".into());
        listener.env.pass(LONGEST);
        assert_eq!(sockets.accept().await.1[1]["value"], "third");
    }
}

#[tokio::test]
async fn who_signs_out_is_not_listened_for() {
    let sockets = Sockets::new().await;
    let tokens = tokens();
    let mut listener = Listener::of(&sockets.url, tokens.clone());
    let (mut socket, _) = sockets.accept().await;
    listener.live(&mut socket, 30_000).await;
    *tokens.current.lock().unwrap() = None;
    listener.env.pass(30_000);
    assert_eq!(listener.next().await, Heard::Lost);
    let gone = socket.next().await;
    assert!(matches!(gone, None | Some(Err(_) | Ok(Message::Close(_)))), "{gone:?}");
}
