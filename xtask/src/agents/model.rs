//! A model on this machine's loopback. It plays the script to whoever asks, and keeps what
//! it was asked.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{
    script,
    wire::{Reply, Wire},
};

/// The most that a request may hold, in bytes.
const LONGEST: u64 = 64 << 20;

/// A model that runs until this program ends.
pub(super) struct Model {
    /// Where it is asked, without a slash at the end.
    pub(super) url: String,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl Model {
    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port for a model")?;
        let url = format!("http://{}", listener.local_addr()?);
        let requests = Arc::default();
        let kept = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                // An agent that hangs up is seen by what it does next.
                thread::spawn(move || answer(stream, &kept));
            }
        });
        Ok(Self { url, requests })
    }

    /// What was asked since the last call of this, oldest first.
    pub(super) fn take(&self) -> Vec<Value> {
        std::mem::take(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Answers the one request of a connection.
fn answer(mut stream: TcpStream, kept: &Mutex<Vec<Value>>) -> Result<()> {
    let (path, body) = read(&stream)?;
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (status, kind, body) = reply(&path, &request, kept);
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}");
    write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}")?;
    Ok(())
}

/// The number of the next reply.
static NUMBER: AtomicU64 = AtomicU64::new(1);

fn reply(path: &str, request: &Value, kept: &Mutex<Vec<Value>>) -> (u16, &'static str, String) {
    const JSON: &str = "application/json";
    let Some(wire) = Wire::of(path) else {
        // Agents get by without a list of models, and without a count of tokens.
        return (
            404,
            JSON,
            json!({"error": {"message": "the script has no such path"}}).to_string(),
        );
    };
    let asked = wire.read(request);
    let line = script::next(&asked);
    let named = request.get("model").and_then(Value::as_str);
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let reply = Reply {
        number: NUMBER.fetch_add(1, Ordering::Relaxed),
        model: named.unwrap_or("scripted"),
        thinking: line.thinking,
        text: line.text,
        call: line.shell.and_then(|(command, _)| script::shell(&asked.tools, command)),
    };
    let streams = request.get("stream").and_then(Value::as_bool) != Some(false);
    match wire.whole(&reply).filter(|_| !streams || path.contains(":generateContent")) {
        Some(whole) => (200, JSON, whole.to_string()),
        None => (200, "text/event-stream", wire.stream(request, &reply)),
    }
}

/// The path and the body of a request.
fn read(stream: &TcpStream) -> Result<(String, Vec<u8>)> {
    let mut lines = BufReader::new(stream.take(LONGEST));
    let mut next = || -> Result<String> {
        let mut line = String::new();
        lines.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    };
    let first = next()?;
    let path = first.split(' ').nth(1).context("no request of HTTP")?.to_owned();
    let (mut length, mut in_chunks) = (0, false);
    loop {
        let line = next()?;
        let Some((name, value)) = line.split_once(':') else { break };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", it) => length = it.parse().context("the length of a request")?,
            ("transfer-encoding", it) => in_chunks = it.eq_ignore_ascii_case("chunked"),
            ("content-encoding", it) if it != "identity" => bail!("a request is packed as {it}"),
            _ => (),
        }
    }
    let mut body = Vec::new();
    if !in_chunks {
        lines.take(length).read_to_end(&mut body)?;
        return Ok((path, body));
    }
    loop {
        let mut line = String::new();
        lines.read_line(&mut line)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).context("the length of a chunk")?;
        (&mut lines).take(size).read_to_end(&mut body)?;
        // The end of the line after it.
        lines.read_line(&mut line)?;
        if size == 0 {
            return Ok((path, body));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(model: &Model, request: &str) -> String {
        let mut stream = TcpStream::connect(model.url.trim_start_matches("http://")).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn requests_are_answered_and_kept() {
        let model = Model::start().unwrap();
        let body = r#"{"model":"m","messages":[]}"#;
        let head = "POST /v1/chat/completions HTTP/1.1\r\n";
        let length = body.len();
        let answer = ask(&model, &format!("{head}Content-Length: {length}\r\n\r\n{body}"));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with("data: [DONE]\n\n"), "{answer}");
        let (one, two) = body.split_at(9);
        let chunks = format!("9\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n", two.len());
        ask(&model, &format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}"));
        let body: Value = body.parse().unwrap();
        assert_eq!(model.take(), [body.clone(), body]);
        assert_eq!(model.take(), [] as [Value; 0]);
    }

    #[test]
    fn other_paths_are_not_there() {
        let model = Model::start().unwrap();
        assert!(ask(&model, "GET /v1/models HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
    }
}
