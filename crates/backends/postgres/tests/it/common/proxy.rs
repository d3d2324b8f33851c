//! A line to the server with a latency, which counts how often a client waits for it and can
//! be cut.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream, UnixStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
        unix::{OwnedReadHalf as ServerReads, OwnedWriteHalf as ServerWrites},
    },
    time::sleep,
};

/// How long an answer is under way: longer than a client needs for what it sends at once.
const LATENCY: Duration = Duration::from_millis(40);

/// A line.
pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    trips: AtomicUsize,
    waiting: AtomicUsize,
    /// Of what the client asks, before whose answer the line is cut.
    cut_at: Mutex<Option<&'static [u8]>>,
}

impl Proxy {
    /// To the server whose socket is in `folder`.
    pub(crate) async fn to(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, state) = (listener.local_addr().unwrap().port(), Arc::<State>::default());
        let (there, shared) = (folder.join(".s.PGSQL.5432"), state.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&there).await.unwrap();
                tokio::spawn(line(client, server, shared.clone()));
            }
        });
        Self { port, state }
    }

    /// The address of `database` as `role`, over this line.
    pub(crate) fn address(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// How often clients waited, since this was asked last.
    pub(crate) fn trips(&self) -> usize {
        self.state.trips.swap(0, Ordering::SeqCst)
    }

    /// Cuts the line once, after the server was sent something that contains `text` and before
    /// its answer arrives.
    pub(crate) fn cut_at(&self, text: &'static [u8]) {
        *self.state.cut_at.lock().unwrap() = Some(text);
    }
}

impl State {
    fn is_cut_at(&self, message: &[u8]) -> bool {
        let mut cut_at = self.cut_at.lock().unwrap();
        let is_it = |text: &mut &[u8]| message.windows(text.len()).any(|it| it == *text);
        cut_at.take_if(is_it).is_some()
    }
}

async fn line(client: TcpStream, server: UnixStream, state: Arc<State>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let is_cut = AtomicBool::new(false);
    tokio::select! {
        () = there(from_client, to_server, &state, &is_cut) => (),
        () = back(from_server, to_client, &state, &is_cut) => (),
    }
}

/// Passes on what a client says. What ends with a `Sync`, or is a simple query, is answered
/// by one `ReadyForQuery`.
async fn there(mut from: OwnedReadHalf, mut to: ServerWrites, state: &State, is_cut: &AtomicBool) {
    let length = from.read_u32().await.unwrap_or(4);
    let mut start = vec![0; length as usize - 4];
    let _ = from.read_exact(&mut start).await;
    to.write_all(&[&length.to_be_bytes()[..], &start].concat()).await.unwrap();
    while let Ok((kind, message)) = message(&mut from).await {
        if matches!(kind, b'S' | b'Q') && state.waiting.fetch_add(1, Ordering::SeqCst) == 0 {
            state.trips.fetch_add(1, Ordering::SeqCst);
        }
        // Before it is sent: on a busy machine the answer may be due as soon as the cut.
        let is_last = state.is_cut_at(&message);
        is_cut.store(is_last, Ordering::SeqCst);
        to.write_all(&message).await.unwrap();
        if is_last {
            // What was sent is done, and its answer is lost.
            state.waiting.store(0, Ordering::SeqCst);
            sleep(LATENCY).await;
            return;
        }
    }
}

/// Passes answers back, each of them late.
async fn back(mut from: ServerReads, mut to: OwnedWriteHalf, state: &State, is_cut: &AtomicBool) {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let read = async {
        while let Ok(answer) = message(&mut from).await {
            let _ = sender.send((tokio::time::Instant::now() + LATENCY, answer));
        }
        drop(sender);
    };
    let write = async {
        while let Some((at, (kind, message))) = receiver.recv().await {
            tokio::time::sleep_until(at).await;
            if is_cut.load(Ordering::SeqCst) {
                continue;
            }
            if kind == b'Z' {
                let _ = state.waiting.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| {
                    Some(it.saturating_sub(1))
                });
            }
            if to.write_all(&message).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(read, write);
}

async fn message(from: &mut (impl tokio::io::AsyncRead + Unpin)) -> std::io::Result<(u8, Vec<u8>)> {
    let kind = from.read_u8().await?;
    let length = from.read_u32().await?;
    let mut message = vec![kind];
    message.extend(length.to_be_bytes());
    message.resize(length as usize + 1, 0);
    from.read_exact(&mut message[5..]).await?;
    Ok((kind, message))
}
