//! Setting a database up: what is wrong with it is told before anything is synced.

use async_trait::async_trait;
use driftline_core::{Begun, Error, Millis, Result, SecretString, SetUp, Start, Tried};
use driftline_sealing::{KEY, Key};

use crate::{
    Postgres,
    fault::{self, Fault},
    migrate, pull,
    seal::Sealing,
    session::{PASSWORD, Session},
};

/// What a person should know of rows that are not sealed.
const OPEN: &str = "nothing is sealed: whoever administers the server can read all rows; with \
                    `sealed` as true only your devices can";

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
        self.begun().await.map_err(|it: Fault| it.error(&self.name))
    }

    async fn key(&self) -> Result<Option<SecretString>> {
        let keeper = self.door.keeper().filter(|_| self.door.sealed != Some(false));
        let Some(keeper) = keeper else { return Ok(None) };
        Ok(keeper.held().await?.map(|it| it.key.words()))
    }

    async fn rotate(&self, _lost: bool) -> Result<SecretString> {
        Err(Error::Store {
            what: format!("the key of the rows in {} cannot be changed", self.name),
            help: "connect with another role or database, which has a key of its own and takes \
                   everything over; then drop the rows of the former one"
                .into(),
            source: None,
        })
    }
}

/// Takes a person away who has no rows, so that sealed ones can begin. The lock comes first: what
/// a push wrote that had it is seen by the next statement alone.
const WITHOUT_ROWS: &str = "SELECT FROM driftline._people WHERE person = current_user::text \
    FOR UPDATE; \
    DELETE FROM driftline._people p WHERE p.person = current_user::text AND p.sealed IS NULL \
    AND NOT EXISTS (SELECT FROM driftline._rows r WHERE r.person = p.person)";

impl Postgres {
    async fn begun(&self) -> fault::Result<Begun> {
        let mut session = self.connect().await?;
        if session.sealing.wanted == Some(true) {
            let take = format!("BEGIN; {WITHOUT_ROWS}; COMMIT");
            session.client.batch_execute(&take).await?;
        }
        let mark = pull::mark(&session).await?;
        let mark = mark.as_ref().map(Option::as_deref);
        let is_drawn = session.sealing.key.is_none() && self.draw(&mut session, mark).await?;
        if let Some(mark) = mark {
            session.sealing.check(mark)?;
        }
        let is_new = Self::begin(self, &session).await?;
        // Another device may have been faster: words are shown only of the key that is there.
        pull::state(&session).await?;
        if let (Some(keeper), Some(key)) = (self.door.keeper(), &session.sealing.key) {
            keeper.keep(key).await?;
        }
        let key = session.sealing.key.filter(|_| is_drawn).map(|it| it.words());
        Ok(Begun { is_new, key })
    }

    /// Draws the key of rows that are to be sealed, or goes on with one that was drawn for them.
    /// It is kept before anything is sealed with it. Returns whether there is one.
    async fn draw(&self, session: &mut Session, mark: Option<Option<&str>>) -> fault::Result<bool> {
        session.sealing.key = match (mark, self.door.keeper()) {
            (None, Some(keeper)) if session.sealing.wanted == Some(true) => {
                Some(keeper.plan(true, &*self.door.env).await?)
            }
            (Some(Some(mark)), _) => self.own(mark).await?,
            _ => None,
        };
        Ok(session.sealing.key.is_some())
    }

    /// The key of rows that are so marked, if this device drew it and could not go on.
    async fn own(&self, mark: &str) -> fault::Result<Option<Key>> {
        let Some(keeper) = self.door.keeper() else { return Ok(None) };
        Ok(keeper.own(|it| Sealing::is_key_of(mark, it)).await?)
    }

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
        if session.sealing.wanted == Some(true) {
            session.client.batch_execute(WITHOUT_ROWS).await?;
        }
        let mark = pull::mark(session).await?;
        if session.sealing.key.is_none() {
            session.sealing.key = match &mark {
                // What is drawn for a trial is forgotten with it.
                None if session.sealing.wanted == Some(true) => Some(Key::draw(&*self.door.env)),
                Some(Some(mark)) => self.own(mark).await?,
                _ => None,
            };
        }
        match (&mark, &session.sealing.key) {
            (Some(Some(_)), None) => {
                tried.lacks.push(KEY);
                return Ok(());
            }
            (_, None) => tried.notes.push(OPEN.into()),
            _ => {}
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
