//! A WebSocket to the origin that calls go to as well, and to no other: its handshake is
//! an ordinary request of the same client, so the same certificates, proxy, resolver and
//! refusal of redirects hold for it. Frames are read and written by tungstenite.

use std::pin::pin;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use driftline_convex_client::Fault;
use driftline_core::{Env, Millis};
use futures_util::{
    SinkExt as _, StreamExt as _,
    future::{Either, select},
};
use reqwest::{
    Upgraded,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

use crate::call::Caller;

/// Where the service takes connections.
const PATH: &str = "/api/sync";
/// The longest message that is read, in bytes. What is asked for has some hundred.
const LONGEST: usize = 64 << 10;
/// The longest wait for a connection, and for a message to be taken, in milliseconds.
const PATIENCE: Millis = 30_000;

/// A connection.
pub(super) struct Socket<'a> {
    stream: WebSocketStream<Upgraded>,
    env: &'a dyn Env,
}

/// What came on a connection.
pub(super) enum Came {
    /// A text.
    Text(String),
    /// A sign of life.
    Life,
}

impl<'a> Socket<'a> {
    /// Connects.
    pub(super) async fn open(caller: &Caller, env: &'a dyn Env) -> Result<Self, Fault> {
        let key = [env.random().to_le_bytes(), env.random().to_le_bytes()].concat();
        let key = STANDARD.encode(key);
        let request = caller
            .request(PATH)?
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let open = async {
            let answer = request.send().await.map_err(|it| Fault::broken(&it))?;
            let status = answer.status().as_u16();
            if status != 101 {
                return Err(Fault::of_status(status, None, None));
            }
            let accepted = answer.headers().get(SEC_WEBSOCKET_ACCEPT);
            if accepted.is_none_or(|it| it != derive_accept_key(key.as_bytes()).as_str()) {
                return Err(Fault::BadAnswer("it accepts another WebSocket".into()));
            }
            let connection = answer.upgrade().await.map_err(|it| Fault::broken(&it))?;
            let config = WebSocketConfig::default()
                .read_buffer_size(4 << 10)
                .write_buffer_size(0)
                .max_write_buffer_size(LONGEST)
                .max_message_size(Some(LONGEST))
                .max_frame_size(Some(LONGEST));
            Ok(WebSocketStream::from_raw_socket(connection, Role::Client, Some(config)).await)
        };
        let stream = within(env, PATIENCE, open).await??;
        Ok(Self { stream, env })
    }

    /// Says something.
    pub(super) async fn say(&mut self, text: String) -> Result<(), Fault> {
        let sent = within(self.env, PATIENCE, self.stream.send(Message::text(text))).await?;
        sent.map_err(|it| broken(&it))
    }

    /// Waits for what comes next.
    pub(super) async fn hear(&mut self) -> Result<Came, Fault> {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => Ok(Came::Text(text.as_str().to_owned())),
            Some(Ok(Message::Binary(_))) => {
                Err(Fault::BadAnswer("it sends bytes instead of text".into()))
            }
            Some(Ok(Message::Close(_))) | None => {
                Err(Fault::unavailable("the connection was closed"))
            }
            Some(Ok(_)) => Ok(Came::Life),
            Some(Err(error)) => Err(broken(&error)),
        }
    }
}

async fn within<T>(
    env: &dyn Env,
    length: Millis,
    job: impl Future<Output = T>,
) -> Result<T, Fault> {
    match select(pin!(job), env.sleep(length)).await {
        Either::Left((done, _)) => Ok(done),
        Either::Right(_) => Err(Fault::unavailable("the connection is too slow or stands still")),
    }
}

/// What was wrong with a connection, without what was sent on it.
fn broken(error: &tokio_tungstenite::tungstenite::Error) -> Fault {
    use tokio_tungstenite::tungstenite::Error;
    match error {
        Error::Io(it) => Fault::unavailable(format!("the connection broke: {}", it.kind())),
        Error::ConnectionClosed | Error::AlreadyClosed => {
            Fault::unavailable("the connection was closed")
        }
        Error::Capacity(_) => Fault::BadAnswer(format!("it is longer than {LONGEST} bytes")),
        _ => Fault::BadAnswer("it breaks the rules of WebSockets".into()),
    }
}
