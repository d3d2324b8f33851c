//! Everything that a web page or another program of the machine can send to the listener:
//! each is answered, and the browser that comes after them is still heard.

use std::sync::Arc;

use driftline_auth::{Callback, Error, Loopback};
use driftline_core::{ExposeSecret, Simulated};
use driftline_testing::Clock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Time stands still: what has to come by itself comes, and nothing is cut off by a clock.
fn still() -> Arc<Clock> {
    Arc::new(Clock::still(3, 1))
}

async fn send(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    // A listener that has heard enough may close before it was told everything.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

fn get(target: &str, host: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes()
}

/// What is sent, and the status of the answer; none where none is owed.
fn hostile(port: u16, state: &str) -> Vec<(Vec<u8>, Option<u16>)> {
    let host = format!("127.0.0.1:{port}");
    let right = format!("/callback?state={state}&code=12345678");
    let wrong = "A".repeat(43);
    let mut all: Vec<(Vec<u8>, Option<u16>)> = [
        "/".to_owned(),
        "/favicon.ico".into(),
        "/callback".into(),
        "/callback?".into(),
        "/callback?code=12345678".into(),
        "/callback?state=".into(),
        "/callback?state=&code=12345678".into(),
        format!("/callback?state={wrong}&code=12345678"),
        format!("/callback?state={wrong}"),
        format!("/callback?state={}&code=12345678", &state[..42]),
        format!("/callback?state={state}A&code=12345678"),
        format!("/callback?state={state}&code="),
        format!("/callback?state={state}&code=1234567"),
        format!("/callback?state={state}&code=123456789"),
        format!("/callback?state={state}&code=1234567a"),
        format!("/callback?state={state}&code=12345678&code=87654321"),
        format!("/callback?code=12345678&state={state}"),
        format!("/callback?state={state}&error=access_denied"),
        format!("/callback?state={state}&"),
        format!("/callback/?state={state}&code=12345678"),
        format!("//callback?state={state}&code=12345678"),
        format!("/./callback?state={state}&code=12345678"),
        format!("/CALLBACK?state={state}&code=12345678"),
        format!("/%63allback?state={state}&code=12345678"),
        format!("/callback?STATE={state}&code=12345678"),
        format!("/callback#state={state}&code=12345678"),
        format!("/callback?state={state}%00&code=12345678"),
        format!("http://{host}/callback?state={state}&code=12345678"),
        "/../../etc/passwd".into(),
        "*".into(),
    ]
    .iter()
    .map(|it| (get(it, &host), Some(404)))
    .collect();
    for other in ["localhost", "evil.example", "127.0.0.1", "[::1]:80", "127.0.0.1:1", ""] {
        all.push((get(&right, other), Some(421)));
    }
    let head = |method: &str| format!("{method} {right} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    for method in ["POST", "HEAD", "OPTIONS", "PUT", "DELETE", "CONNECT", "get"] {
        all.push((head(method).into_bytes(), Some(405)));
    }
    let doubled = format!("GET {right} HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n");
    all.push((doubled.into_bytes(), Some(421)));
    all.push((format!("GET {right} HTTP/1.1\r\n\r\n").into_bytes(), Some(421)));
    all.push((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc".to_vec(), Some(400)));
    all.push((b"GET / HTTP/9.9\r\n\r\n".to_vec(), Some(400)));
    all.push((b"\0\0\0\0\r\n\r\n".to_vec(), Some(400)));
    all.push((get(&"/x".repeat(20_000), &host), Some(431)));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(100));
    all.push((many.into_bytes(), Some(400)));
    all.push((b"".to_vec(), None));
    all.push((b"GET /callb".to_vec(), None));
    all
}

#[tokio::test]
async fn hostile_callbacks_are_answered_and_change_nothing() {
    let env = still();
    let listener = Loopback::open(&*env).await.unwrap();
    let redirect = url::Url::parse(&listener.redirect_to("laptop")).unwrap();
    let port = redirect.port().unwrap();
    let state = redirect.query().unwrap().strip_prefix("state=").unwrap().to_owned();
    assert_eq!((state.len(), redirect.path()), (43, "/callback"));
    let waiting = tokio::spawn(async move { listener.wait(&*env).await });

    let kinds = hostile(port, &state);
    assert!(kinds.len() >= 40);
    for (bytes, status) in kinds {
        let answer = send(port, &bytes).await;
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
        let met = answer.split(' ').nth(1).and_then(|it| it.parse().ok());
        // A request too long for its buffers may be cut off without an answer.
        assert!(met == status || (status == Some(431) && met.is_none()), "{shown}: {answer}");
        assert!(!answer.contains(&state) && !answer.contains("12345678"), "{answer}");
        if status.is_some() && met.is_some() {
            for header in ["default-src 'none'", "no-store", "no-referrer", "nosniff", "DENY"] {
                assert!(answer.contains(header), "{header}: {answer}");
            }
        }
        assert!(!waiting.is_finished(), "{shown}");
    }

    // More connections that say nothing than it holds open at once.
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    let target = format!("/callback?state={state}&code=12345678");
    let answer = send(port, &get(&target, &format!("127.0.0.1:{port}"))).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("close this tab"), "{answer}");
    let Ok(Callback::Code(code)) = waiting.await.unwrap() else { panic!("it was right") };
    assert_eq!(code.expose_secret(), "12345678");

    // Twice, or late: nobody listens.
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn no_code_is_a_refusal() {
    let env = still();
    let listener = Loopback::open(&*env).await.unwrap();
    let redirect = url::Url::parse(&listener.redirect_to("laptop")).unwrap();
    let waiting = tokio::spawn(async move { listener.wait(&*env).await });
    let target = format!("/callback?{}", redirect.query().unwrap());
    let host = redirect.authority().to_owned();
    let answer = send(redirect.port().unwrap(), &get(&target, &host)).await;
    assert!(answer.contains("Not signed in"), "{answer}");
    assert!(matches!(waiting.await.unwrap(), Ok(Callback::Denied)));
}

#[tokio::test]
async fn nobody_is_waited_for_without_end() {
    // Its time passes as soon as somebody waits.
    let env = Simulated::new(3, 1);
    let listener = Loopback::open(&env).await.unwrap();
    let port = url::Url::parse(&listener.redirect_to("laptop")).unwrap().port().unwrap();
    assert!(matches!(listener.wait(&env).await, Err(Error::TimedOut { minutes: 5 })));
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}
