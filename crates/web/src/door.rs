//! How a later start of the program gets into the one that runs: it knows the secret of
//! the door from a file that only this user can read.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, StatusCode, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{Error, Result};

/// An address is short.
const ANSWER: usize = 4096;
/// The length of a code: 256 bits as text.
const CODE: usize = 64;

/// Asks the program that runs at `address` for the address of a page, with a code that
/// lets one browser in.
///
/// # Errors
/// [`Error::Door`] if nobody answers, [`Error::Stranger`] if somebody else does.
pub async fn knock(address: SocketAddr, secret: &str, path: &str) -> Result<String> {
    let failed = |reason: String| Error::Door { address: address.to_string(), reason };
    let told = |it: &dyn std::fmt::Display| failed(it.to_string());
    if !address.ip().is_loopback() {
        return Err(Error::Stranger { address: address.to_string() });
    }
    let stream = TcpStream::connect(address).await.map_err(|it| told(&it))?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|it| told(&it))?;
    let body: String =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("path", path).finish();
    let request = Request::post("/door")
        .header("host", address.to_string())
        .header("origin", format!("http://{address}"))
        .header("x-driftline-door", secret)
        .body(Full::new(Bytes::from(body)))
        .map_err(|it| told(&it))?;
    let asked = async {
        let answer = sender.send_request(request).await.map_err(|it| told(&it))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER).collect().await;
        let text = body.map_err(|it| told(&it))?.to_bytes();
        let text = String::from_utf8_lossy(&text).into_owned();
        match status {
            StatusCode::OK if is_link(&text, address) => Ok(text),
            // What a stranger says is not worth telling.
            _ => Err(Error::Stranger { address: address.to_string() }),
        }
    };
    let mut asked = std::pin::pin!(asked);
    tokio::select! {
        answer = asked.as_mut() => answer,
        ended = connection => match ended {
            Ok(()) => asked.await,
            Err(error) => Err(told(&error)),
        },
    }
}

/// Whether `text` is the address of a page of the program at `address`, with a code.
fn is_link(text: &str, address: SocketAddr) -> bool {
    let path = text.strip_prefix(&format!("http://{address}"));
    let Some((path, code)) = path.and_then(|it| it.split_once("#code=")) else { return false };
    let is_code = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
    path.starts_with('/')
        && path.bytes().all(|it| it.is_ascii_graphic())
        && code.len() == CODE
        && code.bytes().all(is_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_this_very_program_is_one() {
        let address = SocketAddr::from(([127, 0, 0, 1], 8_080));
        let code = "0123456789abcdef".repeat(4);
        let is = |text: &str| is_link(text, address);
        for path in ["/", "/s/0193ab40?at=1"] {
            assert!(is(&format!("http://127.0.0.1:8080{path}#code={code}")), "{path}");
        }
        for text in [
            "https://evil.example/phish?x=1".to_owned(),
            format!("https://127.0.0.1:8080/#code={code}"),
            format!("http://127.0.0.1:8081/#code={code}"),
            format!("http://127.0.0.1:80800/#code={code}"),
            format!("http://127.0.0.1:8080@evil.example/#code={code}"),
            format!("http://127.0.0.1:8080.evil.example/#code={code}"),
            format!("http://127.0.0.1:8080#code={code}"),
            format!("http://127.0.0.1:8080/ --x#code={code}"),
            format!("http://127.0.0.1:8080/\n#code={code}"),
            format!("http://127.0.0.1:8080/#code={code}0"),
            format!("http://127.0.0.1:8080/#code={}", code.to_uppercase()),
            "http://127.0.0.1:8080/#code=".to_owned(),
            String::new(),
        ] {
            assert!(!is(&text), "{text}");
        }
    }
}
