//! Asks for pages as a browser does, on one connection, and looks at the clock.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
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
    /// On the wire.
    pub(super) bytes: usize,
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

    /// A page without its shell; none if there is no such page.
    pub(super) fn fragment(&mut self, path: &str) -> Result<Option<Answer>> {
        let mut answer = None;
        let seconds = super::super::seconds(|| {
            answer = Some(self.ask("GET", &format!("/fragment{path}"), "")?);
            Ok(())
        })?;
        match answer {
            Some((200, body)) => Ok(Some(Answer { seconds, bytes: body.len() })),
            Some((404, _)) | None => Ok(None),
            Some((status, body)) => {
                bail!("{path}: {status}: {}", String::from_utf8_lossy(&body))
            }
        }
    }

    /// What something that anybody may have weighs on the wire, in bytes.
    pub(super) fn weight(&mut self, path: &str) -> Result<usize> {
        let (status, body) = self.ask("GET", path, "")?;
        ensure!(status == 200, "{path}: {status}");
        Ok(body.len())
    }

    /// Listens to what changes, as an open page does.
    pub(super) fn listen(&self) -> Result<TcpStream> {
        let mut stream = connect(&self.host)?;
        stream.get_mut().write_all(self.head("GET", "/events", 0).as_bytes())?;
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
             accept-encoding: gzip\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
        )
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<(u16, Vec<u8>)> {
        let request = format!("{}{body}", self.head(method, path, body.len()));
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.with_context(|| format!("{path}: no answer: {line}"))?;
        let mut length = Some(0);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                length = None;
            }
        }
        let body = match length {
            Some(length) => self.read(length)?,
            None => self.read_chunks()?,
        };
        Ok((status, body))
    }

    fn read(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// A body whose length is told piece by piece, as that of packed answers is.
    fn read_chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16)
                .with_context(|| format!("{line:?} is no length of a piece"))?;
            body.extend(self.read(length)?);
            self.stream.read_line(&mut line)?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

fn connect(host: &str) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(host).with_context(|| format!("nobody is at {host}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}
