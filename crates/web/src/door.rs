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

/// Asks the program that runs at `address` for the address of a page, with a code that
/// lets one browser in.
///
/// # Errors
/// [`Error::Door`] if nobody is there, or somebody else.
pub async fn knock(address: SocketAddr, secret: &str, path: &str) -> Result<String> {
    let failed = |reason: String| Error::Door { address: address.to_string(), reason };
    let told = |it: &dyn std::fmt::Display| failed(it.to_string());
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
        if status == StatusCode::OK { Ok(text) } else { Err(failed(format!("{status}: {text}"))) }
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
