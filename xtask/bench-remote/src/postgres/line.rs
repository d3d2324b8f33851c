//! A line to the server on which everything is late, in each direction. It counts how often who
//! uses it waits for an answer.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, UnixStream},
    sync::mpsc::unbounded_channel,
    time::{Instant, sleep_until},
};

use crate::stage::runtime;

/// A line, for as long as the process lives.
pub(super) struct Line {
    pub(super) port: u16,
    trips: Arc<Trips>,
}

#[derive(Default)]
struct Trips {
    count: AtomicU64,
    /// Something was sent to the server since its last answer.
    is_waiting: AtomicBool,
}

impl Line {
    /// To the server with this socket, late by `each_way`.
    pub(super) fn to(socket: PathBuf, each_way: Duration) -> Result<Self> {
        let (sender, receiver) = mpsc::channel();
        let trips = Arc::<Trips>::default();
        let counted = trips.clone();
        // In a thread of its own: what a device does meanwhile must not hold it up.
        thread::spawn(move || -> Result<()> {
            runtime()?.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                sender.send(listener.local_addr()?.port())?;
                loop {
                    let (client, _) = listener.accept().await?;
                    client.set_nodelay(true)?;
                    let (server, trips) = (UnixStream::connect(&socket).await?, counted.clone());
                    tokio::spawn(async move {
                        let (from_client, to_client) = client.into_split();
                        let (from_server, to_server) = server.into_split();
                        let there = trips.clone();
                        tokio::join!(
                            pass(from_client, to_server, each_way, move || there.asked()),
                            pass(from_server, to_client, each_way, move || trips.answered()),
                        );
                    });
                }
            })
        });
        Ok(Self { port: receiver.recv().context("the line does not start")?, trips })
    }

    /// How often somebody waited since this was asked last.
    pub(super) fn trips(&self) -> u64 {
        self.trips.count.swap(0, Ordering::Relaxed)
    }
}

impl Trips {
    fn asked(&self) {
        if !self.is_waiting.swap(true, Ordering::Relaxed) {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn answered(&self) {
        self.is_waiting.store(false, Ordering::Relaxed);
    }
}

/// Passes on what comes, each part late by `length`. `seen` hears of it as it comes in.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    length: Duration,
    seen: impl Fn(),
) {
    let (sender, mut receiver) = unbounded_channel();
    let read = async move {
        let mut part = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut part).await {
            seen();
            if sender.send((Instant::now() + length, part[..count].to_vec())).is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((due, part)) = receiver.recv().await {
            sleep_until(due).await;
            if to.write_all(&part).await.is_err() {
                return;
            }
        }
        let _closed = to.shutdown().await;
    };
    tokio::join!(read, write);
}
