//! Requests as bytes, so that they can be wrong in every way, and what came back.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
};

use serde_json::Value;

use crate::PATIENCE;

/// A port of this machine at which nobody answers.
pub fn closed_port() -> u16 {
    // Free again when this returns, and not given to anybody else for a while.
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A request. Nothing is in its head but what a test puts there, the length of the body, and
/// that the connection ends with it.
pub struct Request<'a> {
    /// Such as `GET`.
    pub method: &'a str,
    /// The path, or whatever stands in its place.
    pub target: &'a str,
    /// The head.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a str,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// 0 if it was no answer.
    pub status: u16,
    /// In small letters.
    pub head: String,
    /// As it is, whatever it was cut into.
    pub body: String,
}

impl Request<'_> {
    /// Sends it, and leaves the answer to be read.
    pub fn send(&self, to: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(to).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        head.push_str("Connection: close\r\n\r\n");
        // A server that does not like what it hears may hang up at once.
        let _hung_up = stream.write_all(head.as_bytes());
        let _hung_up = stream.write_all(self.body.as_bytes());
        stream
    }

    /// Sends it, and reads the answer.
    pub fn ask(&self, to: SocketAddr) -> Answer {
        let mut stream = self.send(to);
        let mut bytes = Vec::new();
        let _hung_up = stream.read_to_end(&mut bytes);
        Answer::read(&bytes)
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let body = bytes.get(end + 4..).unwrap_or_default();
        let is_cut = head.contains("transfer-encoding: chunked");
        let body = if is_cut { joined(body) } else { body.to_owned() };
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        Self { status, head, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// The body, which is JSON.
    ///
    /// # Panics
    /// When it is not; it shows the answer.
    pub fn json(&self) -> Value {
        let value = serde_json::from_str(&self.body);
        value.unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A body that came in pieces.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|it| it == b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        let piece = &rest[end + 2..];
        whole.extend(&piece[..size]);
        rest = &piece[size + 2..];
    }
    whole
}
