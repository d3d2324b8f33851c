//! Setting a deployment up to keep sealed rows, once somebody is signed in: whether what is there
//! is sealed, and with which key, is told before anything is synced.

use async_trait::async_trait;
use driftline_convex_client::{Fault, Kind};
use driftline_core::{Begun, Error, Millis, Result, SecretString, Seq, SetUp, Start, Tried};
use driftline_sealing::{KEY, Key};
use serde_json::json;

use crate::{Convex, account, answer::WirePage, fault};

/// What a person should know before rows are sealed.
const BLIND: &str = "the deployment will not be able to read what it keeps: its tables show which \
                     rows there are and when they changed, and no values";

/// How often the way there and back is measured.
const MEASURED: usize = 3;

/// What is there, as far as it says without a key.
struct There {
    account: String,
    head: Seq,
    took: Millis,
}

#[async_trait]
impl SetUp for Convex {
    async fn try_out(&self) -> Result<Tried> {
        self.tried().await.map_err(|it| fault::error(it, self.caller.name()))
    }

    async fn begin(&self, _start: Start) -> Result<Begun> {
        self.begun().await.map_err(|it| fault::error(it, self.caller.name()))
    }

    async fn key(&self) -> Result<Option<SecretString>> {
        let Some(keeper) = self.keys.as_ref().and_then(|it| it.keeper()) else { return Ok(None) };
        Ok(keeper.held().await?.map(|it| it.key.words()))
    }

    async fn rotate(&self, _lost: bool) -> Result<SecretString> {
        Err(Error::Store {
            what: format!("the key of the rows at {} cannot be changed", self.caller.name()),
            help: "connect with another deployment, which has a key of its own and takes \
                   everything over; then erase the account at the former one"
                .into(),
            source: None,
        })
    }
}

impl Convex {
    async fn tried(&self) -> Result<Tried, Fault> {
        let mut took = Vec::with_capacity(MEASURED);
        let mut there = self.there().await?;
        for _ in 0..MEASURED {
            there = self.there().await?;
            took.push(there.took);
        }
        took.sort_unstable();
        let mut tried = Tried { round_trip: took[MEASURED / 2], ..Tried::default() };
        tried.is_begun = there.head > Seq::default();
        let Some(keys) = &self.keys else { return Ok(tried) };
        let (is_sealed, wants) =
            (account::key_of(&there.account).is_some(), keys.wanted == Some(true));
        if is_sealed && self.key_for(&there.account).await?.0.is_none() {
            tried.lacks.push(KEY);
        } else if wants && !is_sealed && tried.is_begun {
            return Err(account::in_clear(self.caller.name()));
        } else if wants && !is_sealed {
            tried.notes.push(BLIND.into());
        }
        Ok(tried)
    }

    /// A key that is drawn is kept before anything is sealed with it, and used once the deployment
    /// has named the account after it.
    async fn begun(&self) -> Result<Begun, Fault> {
        let There { mut account, head, .. } = self.there().await?;
        let (key, is_drawn) = self.key_for(&account).await?;
        if let Some(key) = &key
            && account::key_of(&account).is_none()
        {
            account = self.seal_account(&key.id()).await?.account;
        }
        let key = key.filter(|it| is_key_of(&account, &it.id()));
        if let (Some(key), Some(keys)) = (&key, &self.keys) {
            keys.keep(key).await?;
        }
        self.seal(&account).await?;
        let is_new = head == Seq::default();
        Ok(Begun { is_new, key: key.filter(|_| is_drawn).map(|it| it.words()) })
    }

    /// The key of the rows that are there or are to be there, and whether this device drew it.
    async fn key_for(&self, account: &str) -> Result<(Option<Key>, bool), Fault> {
        let Some(keys) = &self.keys else { return Ok((None, false)) };
        let Some(keeper) = keys.keeper() else { return Ok((None, false)) };
        if let Some(key) = keys.key(true).await? {
            return Ok((Some(key), false));
        }
        let own = match account::key_of(account) {
            None if keys.wanted == Some(true) => Some(keeper.plan(true, self.caller.env()).await?),
            // It was stopped after it drew one.
            _ => keeper.own(|it| is_key_of(account, &it.id())).await?,
        };
        let is_drawn = own.is_some();
        Ok((own, is_drawn))
    }

    async fn there(&self) -> Result<There, Fault> {
        let start = self.caller.env().monotonic();
        let args = json!({
            "protocol": driftline_core::PROTOCOL,
            "asked": self.caller.asked(),
            "cursor": 0,
            "rows": 1,
            "bytes": 1,
        });
        let (page, _): (WirePage, _) =
            self.caller.linked(Kind::Query, "sync:getFullState", &args, None).await?;
        let identity = page.identity.read().map_err(Fault::BadAnswer)?;
        let took = self.caller.env().monotonic().saturating_sub(start);
        Ok(There { account: identity.account, head: Seq(page.head.0), took })
    }
}

fn is_key_of(account: &str, key: &str) -> bool {
    account::key_of(account) == Some(key)
}
