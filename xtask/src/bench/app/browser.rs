//! Asks for pages as a browser does, on one connection, and looks at the clock.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    ops::Add,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

/// How long an answer may take before something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// What asks for pages.
pub(super) struct Browser {
    host: String,
    key: String,
    stream: BufReader<TcpStream>,
}

/// What came back.
pub(super) struct Answer {
    pub(super) seconds: f64,
    pub(super) weight: Weight,
}

/// What something weighs, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Weight {
    /// As it is sent to a browser: packed.
    pub(super) sent: usize,
    /// As it is read there.
    pub(super) raw: usize,
}

impl Add for Weight {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { sent: self.sent + other.sent, raw: self.raw + other.raw }
    }
}

impl Browser {
    /// Comes in by an address that lets one browser in.
    pub(super) fn open(link: &str) -> Result<Self> {
        let rest = link.strip_prefix("http://").context("the address is not of this machine")?;
        let (host, rest) = rest.split_once('/').context("the address has no path")?;
        let (_, code) = rest.split_once("#code=").context("the address has no code")?;
        let mut browser =
            Self { host: host.to_owned(), key: String::new(), stream: connect(host)? };
        let (status, key) = browser.ask("POST", "/key", &format!("code={code}"))?;
        ensure!(status == 200, "the code was refused: {status}");
        browser.key = String::from_utf8(key)?;
        Ok(browser)
    }

    /// A page without its shell, as a browser asks for it; none if there is no such page.
    pub(super) fn fragment(&mut self, path: &str) -> Result<Option<Answer>> {
        let path = format!("/fragment{path}");
        let mut answer = None;
        let seconds = xtask_bench::seconds(|| {
            answer = Some(self.ask_packed(&path)?);
            Ok(())
        })?;
        match answer {
            Some((200, body)) => {
                let raw = self.ask("GET", &path, "")?.1.len();
                let weight = Weight { sent: body.len(), raw };
                Ok(Some(Answer { seconds, weight }))
            }
            Some((404, _)) | None => Ok(None),
            Some((status, _)) => {
                let body = self.ask("GET", &path, "")?.1;
                bail!("{path}: {status}: {}", String::from_utf8_lossy(&body))
            }
        }
    }

    /// What something that anybody may have weighs.
    pub(super) fn weight(&mut self, path: &str) -> Result<Weight> {
        let (status, raw) = self.ask("GET", path, "")?;
        ensure!(status == 200, "{path}: {status}");
        let (_, sent) = self.ask_packed(path)?;
        Ok(Weight { sent: sent.len(), raw: raw.len() })
    }

    /// Listens to what changes, as an open page does.
    pub(super) fn listen(&self) -> Result<TcpStream> {
        let mut stream = connect(&self.host)?;
        stream.get_mut().write_all(format!("{}\r\n", self.head("GET", "/events", 0)).as_bytes())?;
        let mut line = String::new();
        stream.read_line(&mut line)?;
        ensure!(line.contains(" 200 "), "the events do not come: {line}");
        Ok(stream.into_inner())
    }

    fn head(&self, method: &str, path: &str, length: usize) -> String {
        let Self { host, key, .. } = self;
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n\
             sec-fetch-site: same-origin\r\nx-driftline-key: {key}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n"
        )
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<(u16, Vec<u8>)> {
        let request = format!("{}\r\n{body}", self.head(method, path, body.len()));
        self.send(path, &request)
    }

    /// The same with what browsers say that they can unpack. It is left packed.
    fn ask_packed(&mut self, path: &str) -> Result<(u16, Vec<u8>)> {
        let head = self.head("GET", path, 0);
        self.send(path, &format!("{head}accept-encoding: gzip, deflate, br, zstd\r\n\r\n"))
    }

    fn send(&mut self, path: &str, request: &str) -> Result<(u16, Vec<u8>)> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.with_context(|| format!("{path}: no answer: {line}"))?;
        let mut length = Some(0);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            match line.trim().to_ascii_lowercase().split_once(':') {
                Some(("content-length", value)) => length = Some(value.trim().parse()?),
                Some(("transfer-encoding", _)) => length = None,
                Some(_) => (),
                None => break,
            }
        }
        let body = match length {
            Some(length) => self.take(length)?,
            None => self.chunks()?,
        };
        Ok((status, body))
    }

    /// A body whose length was not known when it began, in pieces.
    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16)?;
            body.extend(self.take(length)?);
            self.take("\r\n".len())?;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn connect(host: &str) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(host).with_context(|| format!("nobody is at {host}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}
