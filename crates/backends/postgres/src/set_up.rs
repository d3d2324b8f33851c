//! Setting a database up: what is wrong with it is told before anything is synced.

use async_trait::async_trait;
use driftline_core::{Begun, Millis, Result, SetUp, Start, Tried};

use crate::{
    Postgres,
    fault::{self, Fault},
    migrate, pull,
    session::{PASSWORD, Session},
};

/// How often the way there and back is measured.
const MEASURED: usize = 5;

#[async_trait]
impl SetUp for Postgres {
    async fn try_out(&self) -> Result<Tried> {
        match self.tried().await {
            Err(Fault::NoPassword) => Ok(Tried { lacks: vec![PASSWORD], ..Tried::default() }),
            done => done.map_err(|it| it.error(&self.name)),
        }
    }

    async fn begin(&self, _start: Start) -> Result<Begun> {
        let begun = async {
            let session = self.connect().await?;
            let is_new = Self::begin(self, &session).await?;
            Ok(Begun { is_new, key: None })
        };
        begun.await.map_err(|it: Fault| it.error(&self.name))
    }
}

impl Postgres {
    async fn tried(&self) -> fault::Result<Tried> {
        let mut session = self.door.connect().await?;
        let mut tried = Tried { round_trip: self.round_trip(&session).await?, ..Tried::default() };
        if session.is_above {
            tried.notes.push(format!(
                "the role `{}` is above row security: it sees the rows of everybody in this \
                 database. A role of your own is safer",
                session.role
            ));
        }
        session.client.batch_execute("BEGIN").await?;
        let done = self.tried_to_write(&mut session, &mut tried).await;
        session.client.batch_execute("ROLLBACK").await?;
        match done {
            Ok(()) => Ok(tried),
            Err(fault) => Err(migrate::told(&session, fault).await),
        }
    }

    /// Everything that beginning does, in a transaction that the caller takes back.
    async fn tried_to_write(&self, session: &mut Session, tried: &mut Tried) -> fault::Result<()> {
        if !session.has_tables {
            tried.notes.push("nothing is there yet: the schema `driftline` is made".into());
        }
        if !migrate::is_ready(session).await? {
            migrate::migrate(session, &*self.door.env).await?;
        }
        tried.is_begun = pull::head(session).await?.is_some();
        Self::begin(self, session).await?;
        Ok(())
    }

    /// The time in the middle of a few.
    pub(crate) async fn round_trip(&self, session: &Session) -> fault::Result<Millis> {
        let env = &self.door.env;
        let mut took = Vec::with_capacity(MEASURED);
        for _ in 0..MEASURED {
            let start = env.monotonic();
            session.client.query_typed("SELECT 1", &[]).await?;
            took.push(env.monotonic().saturating_sub(start));
        }
        took.sort_unstable();
        Ok(took[MEASURED / 2])
    }
}
