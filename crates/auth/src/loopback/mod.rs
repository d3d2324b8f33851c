//! Where a browser comes back to: a listener on 127.0.0.1 and a free port, for one answer
//! or five minutes. Any page the person has open and any program of this machine can
//! reach it, too; they are answered and change nothing, because they do not know the
//! state, 32 random bytes. Where the system tells whose they are, other users are not
//! answered at all.

mod page;
mod request;

use std::{collections::VecDeque, future::poll_fn, net::Ipv4Addr, pin::pin, task::Poll};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use driftline_core::{Env, Millis, SecretString};
use driftline_private::is_foreign;
use futures_util::{
    FutureExt,
    future::{BoxFuture, Either, select},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use self::{
    page::Page,
    request::{Head, Request},
};
use crate::{Error, Result};

const MINUTES: u64 = 5;
/// How long a connection may take to send its request.
const SLOWEST: Millis = 10_000;
/// Connections at once. One more pushes out the oldest, so that nobody can keep the
/// browser out by holding all of them.
const CONNECTIONS: usize = 64;
/// The longest request.
const LONGEST: usize = 16 << 10;

/// A listener for one answer.
pub struct Loopback {
    listener: TcpListener,
    port: u16,
    state: String,
}

/// What came back.
pub enum Callback {
    /// A code, to be exchanged.
    Code(SecretString),
    /// The person or the provider said no.
    Denied,
    /// The deployment is other people's: `provider:account id` of who was refused.
    NotInvited(String),
}

impl Loopback {
    /// Listens.
    ///
    /// # Errors
    /// When this machine lets no program listen.
    pub async fn open(env: &dyn Env) -> Result<Self> {
        let failed = |it: std::io::Error| Error::Listen { reason: it.to_string() };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let random: Vec<u8> = (0..4).flat_map(|_| env.random().to_le_bytes()).collect();
        Ok(Self { listener, port, state: URL_SAFE_NO_PAD.encode(random) })
    }

    /// Where a browser is to be sent, once somebody has agreed that `device` is signed in.
    /// The deployment compares it with this very form.
    pub fn redirect_to(&self, device: &str) -> String {
        let (port, state) = (self.port, &self.state);
        let device = URL_SAFE_NO_PAD.encode(device);
        format!("http://127.0.0.1:{port}/callback?state={state}#{device}")
    }

    /// Waits for the answer; then nothing listens any more.
    ///
    /// # Errors
    /// [`Error::TimedOut`] if none came.
    pub async fn wait(self, env: &dyn Env) -> Result<Callback> {
        let end = env.sleep(MINUTES * 60_000);
        match select(pin!(self.serve(env)), end).await {
            Either::Left((callback, _)) => Ok(callback),
            Either::Right(_) => Err(Error::TimedOut { minutes: MINUTES }),
        }
    }

    async fn serve(&self, env: &dyn Env) -> Callback {
        let mut open: VecDeque<BoxFuture<'_, Option<Callback>>> = VecDeque::new();
        poll_fn(|context| {
            loop {
                while let Poll::Ready(accepted) = self.listener.poll_accept(context) {
                    // One that broke before it was taken says nothing about the others;
                    // where no file is left, time and the others free some.
                    let Ok((stream, peer)) = accepted else { break };
                    if is_foreign(peer, (Ipv4Addr::LOCALHOST, self.port).into()) {
                        tracing::warn!("another user of this machine was refused");
                        continue;
                    }
                    open.push_back(self.answer(stream, env).boxed());
                    if open.len() > CONNECTIONS {
                        open.pop_front();
                    }
                }
                let mut callback = None;
                let before = open.len();
                open.retain_mut(|it| match it.poll_unpin(context) {
                    _ if callback.is_some() => false,
                    Poll::Pending => true,
                    Poll::Ready(heard) => {
                        callback = heard;
                        false
                    }
                });
                match callback {
                    Some(callback) => return Poll::Ready(callback),
                    // Room was made, which those who wait may take.
                    None if open.len() < before => (),
                    None => return Poll::Pending,
                }
            }
        })
        .await
    }

    /// Answers one connection. Something only if it is the one that was waited for.
    async fn answer(&self, mut stream: TcpStream, env: &dyn Env) -> Option<Callback> {
        let head = match select(pin!(read(&mut stream)), env.sleep(SLOWEST)).await {
            Either::Left((head, _)) => head?,
            Either::Right(_) => Head::Slow,
        };
        let request = request::judge(&head, self.port, &self.state);
        let (page, callback) = match request {
            Request::Code(code) => (Page::Done, Some(Callback::Code(code))),
            Request::Denied => (Page::Denied, Some(Callback::Denied)),
            Request::NotInvited(person) => (Page::NotInvited, Some(Callback::NotInvited(person))),
            Request::Other(page) => (page, None),
        };
        let write = async {
            // A browser that does not want the page has still brought the code.
            let _ = stream.write_all(page.response().as_bytes()).await;
            let _ = stream.shutdown().await;
        };
        select(pin!(write), env.sleep(SLOWEST)).await;
        callback
    }
}

/// Reads the head of a request; nothing if nobody wants an answer.
async fn read(stream: &mut TcpStream) -> Option<Head> {
    let mut bytes = Vec::with_capacity(2048);
    loop {
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(_) => (),
        }
        if bytes.len() > LONGEST {
            return Some(Head::Long);
        }
        if let Some(head) = Head::parse(&bytes) {
            return Some(head);
        }
    }
}
