//! A deployment as the engine's remote: pages and batches, with long values fetched
//! before a page is handed over and stored before a batch is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use driftline_convex_client::{Fault, Kind, Origin};
use driftline_core::{
    Answer, Answers, Backend, Change, Cursor, Env, Hear, Identity, Limits, Page, Pull, Push,
    Result, Schema, Secrets, Seq, TokenSource,
};
use futures_util::future::BoxFuture;
use reqwest::dns::Resolve;
use serde_json::json;

use crate::{
    account::{self, Keys},
    answer::{self, WireAnswer, WireAnswers, WireIdentity, WirePage},
    call::Caller,
    chunk::Chunk,
    fault, live,
    long_values::fits_in_memory,
    row::{self, Incoming, Outgoing},
    seal::Seal,
};

/// Bytes of rows in a push: 500 rows of 1 KB fit with their stamps, and a few of these
/// in a second stay below what the service writes (4 MiB).
const PUSH: usize = 3 << 19;
/// Bytes of rows in a page.
const PULL: usize = 4 << 20;
/// Bytes in a row.
pub(crate) const ROW: usize = 64 << 20;

/// A Convex deployment with Driftline's functions. It must be used on a tokio runtime
/// with I/O and timers, and with an [`Env`] whose sleep takes real time.
pub struct Convex {
    pub(crate) caller: Caller,
    /// The keys of sealed rows, on a device that can keep one.
    pub(crate) keys: Option<Keys>,
    /// The chunks that the last push was asked for and then brought.
    pub(crate) brought: Mutex<BTreeSet<String>>,
}

impl Convex {
    /// The deployment at an origin.
    ///
    /// # Errors
    /// When other machines' certificates cannot be checked here.
    pub fn new(
        origin: Origin,
        env: Arc<dyn Env>,
        tokens: Option<Arc<dyn TokenSource>>,
    ) -> Result<Self> {
        Self::with_resolver(origin, env, tokens, None)
    }

    /// The same, with another way to find the machine behind a name.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_resolver(
        origin: Origin,
        env: Arc<dyn Env>,
        tokens: Option<Arc<dyn TokenSource>>,
        resolver: Option<Arc<dyn Resolve>>,
    ) -> Result<Self> {
        let caller = Caller::new(origin, env, tokens, resolver)?;
        Ok(Self { caller, keys: None, brought: Mutex::default() })
    }

    /// The same, where rows may be sealed with a key among `secrets`: if it is not said whether
    /// they are, what is there decides.
    #[must_use]
    pub fn sealed(self, wanted: Option<bool>, schema: &Schema, secrets: Arc<dyn Secrets>) -> Self {
        let place = self.caller.origin().to_owned();
        Self { keys: Some(Keys::new(wanted, Arc::new(schema.clone()), secrets, place)), ..self }
    }

    /// What seals the rows of `account`; none if they are in clear.
    pub(crate) async fn seal(&self, account: &str) -> Result<Option<Seal>, Fault> {
        match &self.keys {
            Some(keys) => keys.seal(account, self.caller.name()).await,
            None if account::key_of(account).is_some() => Err(account::no_key(self.caller.name())),
            None => Ok(None),
        }
    }

    /// Has an account sealed that never had a row, where this device has a key for it. Returns
    /// whether it is another one now.
    async fn begins(&self, account: &str, head: Seq) -> Result<bool, Fault> {
        let Some(keys) = self.keys.as_ref().filter(|_| head == Seq::default()) else {
            return Ok(false);
        };
        let key = keys.key(false).await?;
        match key.filter(|_| account::key_of(account).is_none()) {
            Some(key) => Ok(self.seal_account(&key.id()).await?.account != account),
            None => Ok(false),
        }
    }

    /// Has the account sealed with the key that is called so, if it never had a row.
    pub(crate) async fn seal_account(&self, key: &str) -> Result<Identity, Fault> {
        let args = json!({ "protocol": driftline_core::PROTOCOL, "key": key });
        let (identity, _): (WireIdentity, _) =
            self.caller.linked(Kind::Mutation, "users:sealAccount", &args, None).await?;
        identity.read().map_err(Fault::BadAnswer)
    }

    /// Reads the page after a cursor.
    ///
    /// A page that fails without a name may only be too much for one call, so it is
    /// asked for again with fewer rows, down to one. A page whose long values would not
    /// fit into memory is asked for again with as many rows as do.
    async fn page(&self, request: &Pull) -> Result<Page, Fault> {
        let (mut rows, mut bytes) = (request.rows.max(1), request.bytes);
        if bytes >= PUSH {
            bytes = PULL;
        }
        loop {
            let function = if request.cursor == Cursor::default() {
                "sync:getFullState"
            } else {
                "sync:getChangesSince"
            };
            let args = json!({
                "protocol": request.protocol,
                "asked": self.caller.asked(),
                "cursor": request.cursor,
                "rows": rows,
                "bytes": bytes,
            });
            let read = self.caller.linked(Kind::Query, function, &args, None).await;
            let (wire, date): (WirePage, _) = match read {
                Err(fault @ (Fault::Unnamed { .. } | Fault::TooLarge)) if rows > 1 => {
                    fault::tell(&fault, self.caller.name(), function);
                    (rows, bytes) = (rows / 8 + usize::from(rows < 8), bytes / 8);
                    continue;
                }
                other => other?,
            };
            let protocol = check_page(&wire, request.cursor, rows)?;
            let identity = wire.identity.read().map_err(Fault::BadAnswer)?;
            if self.begins(&identity.account, Seq(wire.head.0)).await? {
                continue;
            }
            // Where nothing ever was, nothing has to be opened: a first look begins nothing.
            let seal = match wire.head.0 {
                0 => None,
                _ => self.seal(&identity.account).await?,
            };
            let (mut incoming, mut unread) = (Vec::new(), Vec::new());
            for text in wire.changes {
                match Incoming::read(&text) {
                    Ok(row) if !row.is_too_long(ROW) => incoming.push((text, row)),
                    Ok(_) => unread.push(row::unread(&text, "it is too long".into())),
                    Err(reason) => unread.push(row::unread(&text, reason)),
                }
            }
            if let Some(fewer) = fits_in_memory(incoming.iter().map(|it| &it.1)) {
                rows = fewer;
                continue;
            }
            let (changes, incomplete) = self.complete(incoming, seal.as_ref()).await?;
            unread.extend(incomplete);
            return Ok(Page {
                protocol,
                identity,
                head: Seq(wire.head.0),
                next: Cursor(wire.next.0),
                changes,
                unread,
                digests: wire.digests.map(answer::digests),
                time: answer::time(wire.time, date),
            });
        }
    }

    /// Sends a batch.
    async fn batch(&self, request: Push) -> Result<Answers, Fault> {
        let seal = self.seal(&request.account).await?;
        let written: Vec<Result<Outgoing, String>> =
            request.changes.iter().map(|it| row::write(it, seal.as_ref())).collect();
        let Push { protocol, account, epoch, device, serial, .. } = request;
        let outgoing: Vec<&Outgoing> = written.iter().filter_map(|it| it.as_ref().ok()).collect();
        let chunks: BTreeMap<&str, &Chunk> =
            outgoing.iter().flat_map(|it| &it.chunks).map(|it| (it.hash.as_str(), it)).collect();
        self.bring_missing(&chunks).await?;
        let args = json!({
            "protocol": protocol,
            "account": account,
            "epoch": epoch,
            "device": device,
            "serial": serial,
            "changes": outgoing.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(),
        });
        let (wire, date): (WireAnswers, _) =
            self.caller.linked(Kind::Mutation, "sync:pushChanges", &args, Some(&device)).await?;
        if wire.answers.len() != outgoing.len() {
            let (got, sent) = (wire.answers.len(), outgoing.len());
            return Err(Fault::BadAnswer(format!("{got} answers to {sent} rows")));
        }
        let needed = wire.answers.iter().filter_map(|it| match it {
            WireAnswer::NeedChunks { hashes } => Some(hashes),
            _ => None,
        });
        let needed: BTreeSet<String> = needed.flatten().cloned().collect();
        if self.bring_needed(needed, &chunks).await? {
            // The call counts as answered, so the same rows need a greater serial
            // number, and only the engine gives those.
            return Err(Fault::OldCall { last: serial.0 });
        }
        let mut answers = wire.answers.into_iter().map(WireAnswer::read);
        let answers: Option<Vec<Answer>> = written
            .into_iter()
            .map(|it| match it {
                Ok(_) => answers.next().flatten(),
                Err(reason) => Some(Answer::Refused { reason }),
            })
            .collect();
        let seqs: Vec<Seq> = wire.recorded.iter().map(|(seq, _)| Seq(seq.0)).collect();
        // What the deployment made itself is short, and of its own making.
        let recorded = wire.recorded.into_iter().map(|(_, it)| Ok((Incoming::read(&it)?, it)));
        let recorded: Vec<_> = recorded.collect::<Result<_, _>>().map_err(Fault::BadAnswer)?;
        let recorded = recorded.into_iter().map(|(row, text)| (text, row)).collect();
        let (recorded, unread) = self.complete(recorded, None).await?;
        if let Some(it) = unread.into_iter().next() {
            return Err(Fault::BadAnswer(it.reason));
        }
        Ok(Answers {
            identity: wire.identity.read().map_err(Fault::BadAnswer)?,
            answers: answers.ok_or_else(|| Fault::BadAnswer("it asks for no chunk".into()))?,
            recorded: seqs.into_iter().zip(recorded).map(Into::into).collect(),
            head: Seq(wire.head.0),
            digests: answer::digests(wire.digests),
            time: answer::time(wire.time, date),
        })
    }
}

/// Checks that a page leads somewhere. Returns the protocol of the deployment.
fn check_page(wire: &WirePage, cursor: Cursor, rows: usize) -> Result<u32, Fault> {
    let (head, next) = (Seq(wire.head.0), Cursor(wire.next.0));
    let got = wire.changes.len();
    if got > rows {
        return Err(Fault::BadAnswer(format!("{got} rows, where {rows} were asked for")));
    }
    if next > head || (next < head && next <= cursor) {
        return Err(Fault::BadAnswer(format!("a page leads from {cursor} to {next} of {head}")));
    }
    u32::try_from(wire.protocol.0).map_err(|_| Fault::BadAnswer("a protocol too large".into()))
}

#[async_trait]
impl Backend for Convex {
    fn name(&self) -> String {
        self.caller.name().to_owned()
    }

    fn limits(&self) -> Limits {
        // Small values grow to twice their size when they are sealed.
        let is_sealed = self.keys.as_ref().is_some_and(Keys::has_key);
        Limits { rows: 500, bytes: if is_sealed { PUSH / 2 } else { PUSH }, row_bytes: ROW }
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.page(&request).await.map_err(|fault| {
            fault::tell(&fault, self.caller.name(), "pull");
            fault::error(fault, self.caller.name())
        })
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.batch(request).await.map_err(|fault| {
            fault::tell(&fault, self.caller.name(), "push");
            fault::batch_error(fault, self.caller.name())
        })
    }

    async fn read_again(&self, text: &str) -> Result<Option<Change>> {
        let Ok(row) = Incoming::read(text) else { return Ok(None) };
        if row.is_too_long(ROW) {
            return Ok(None);
        }
        let key = match &self.keys {
            Some(keys) => keys.key(false).await?.map(|it| Seal::new(it, keys.schema.clone())),
            None => None,
        };
        let completed = self.complete(vec![(text.to_owned(), row)], key.as_ref()).await;
        let (mut rows, _) = completed.map_err(|it| fault::error(it, self.caller.name()))?;
        Ok(rows.pop())
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        Some(Box::pin(async move { live::listen(&self.caller, env, &hear).await }))
    }
}
