//! A database as the engine's remote: a few connections that are kept, and calls that are made
//! once more where one of those turns out to be gone.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Env, Hear, Hub, Identity, Limits, Millis, PROTOCOL, Page, Pull, Push, Result,
    Schema, Secrets, check_protocol, hub::State,
};
use futures_util::future::BoxFuture;
use tokio_postgres::types::Type;

use crate::{
    Address,
    fault::{self, Fault},
    listen, migrate, pull, push,
    session::{Door, Session, within},
    views,
};

/// Connections that are kept between calls.
const KEPT: usize = 2;
/// The longest that a call takes: as much as a slow line needs for the largest one.
const CALL: Millis = 15 * 60 * 1_000;

const BEGIN: &str = "INSERT INTO driftline._people (person, state, sealed) \
    VALUES (current_user::text, $1, $2) ON CONFLICT DO NOTHING";

/// A PostgreSQL database. It must be used on a tokio runtime with I/O and timers, and with an
/// [`Env`] whose sleep takes real time.
pub struct Postgres {
    pub(crate) door: Door,
    pub(crate) name: String,
    pub(crate) schema: Schema,
    clock: Option<Arc<dyn Env>>,
    kept: Mutex<Vec<Session>>,
    has_seen_views: AtomicBool,
}

impl Postgres {
    /// The database at an address, for these entities. It connects at the first call, with the
    /// password in the address or else the one that `secrets` keep.
    pub fn new(
        address: Address,
        schema: &Schema,
        env: Arc<dyn Env>,
        secrets: Option<Arc<dyn Secrets>>,
    ) -> Self {
        Self {
            name: address.name(),
            door: Door { address, env, secrets, sealed: None },
            schema: schema.clone(),
            clock: None,
            kept: Mutex::default(),
            has_seen_views: AtomicBool::new(false),
        }
    }

    /// The same, whose rows are sealed with a key that stays on the devices, or are not. Without
    /// this, what is there decides.
    #[must_use]
    pub fn sealed(self, sealed: bool) -> Self {
        Self { door: Door { sealed: Some(sealed), ..self.door }, ..self }
    }

    /// The same, by the wall of `clock` instead of the server's own: for schedules, whose days
    /// pass in no time.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Env>) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Connects, and makes or changes the tables if need be.
    pub(crate) async fn connect(&self) -> fault::Result<Session> {
        let env = &*self.door.env;
        let mut session = self.door.connect().await?;
        let has_changed = migrate::ready(&mut session, env).await?;
        if !self.has_seen_views.swap(true, Ordering::Relaxed) || has_changed {
            views::ready(&session, &self.schema).await?;
        }
        Ok(session)
    }

    /// Makes the state of this person. Returns whether there was none.
    pub(crate) async fn begin(&self, session: &Session) -> fault::Result<bool> {
        let (env, mark) = (&*self.door.env, session.sealing.mark()?);
        let (account, epoch) = (migrate::drawn(env), migrate::drawn(env));
        let state = State::new(Identity { person: session.person(), account, epoch });
        let state = serde_json::to_string(&state)
            .map_err(|it| Fault::Damaged(format!("a new state: {it}")))?;
        Ok(session
            .client
            .execute_typed(BEGIN, &[(&state, Type::TEXT), (&mark, Type::TEXT)])
            .await?
            > 0)
    }

    /// Makes one call on a connection that was kept, or a new one.
    async fn call<'a, T>(
        &'a self,
        job: impl Fn(&'a Self, Session) -> BoxFuture<'a, (Session, fault::Result<Option<T>>)>,
    ) -> fault::Result<T> {
        within(&*self.door.env, CALL, async {
            let kept = self.kept().pop();
            if let Some(session) = kept.filter(|it| !it.client.is_closed()) {
                match self.attempt(session, &job).await {
                    // It may have been closed long ago. If the call was taken all the same, it
                    // is taken again without harm.
                    Err(Fault::Closed(_)) => (),
                    done => return done,
                }
            }
            self.attempt(self.connect().await?, &job).await
        })
        .await?
    }

    async fn attempt<'a, T>(
        &'a self,
        mut session: Session,
        job: &impl Fn(&'a Self, Session) -> BoxFuture<'a, (Session, fault::Result<Option<T>>)>,
    ) -> fault::Result<T> {
        let mut done;
        (session, done) = job(self, session).await;
        if let Ok(None) = done {
            self.begin(&session).await?;
            (session, done) = job(self, session).await;
        }
        // After anything else that failed, it is not known how the connection stands.
        if let Err(Fault::Engine(_)) = done {
            session.client.batch_execute("ROLLBACK").await?;
        }
        if matches!(done, Ok(_) | Err(Fault::Engine(_))) {
            let mut kept = self.kept();
            if kept.len() < KEPT {
                kept.push(session);
            }
        }
        done?.ok_or_else(|| Fault::Unavailable("its rows are taken away meanwhile".into()))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Session>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time, if it is not the server's own.
    pub(crate) fn time(&self) -> Option<Millis> {
        self.clock.as_ref().map(|it| it.wall())
    }
}

#[async_trait]
impl Backend for Postgres {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn limits(&self) -> Limits {
        Hub::LIMITS
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        check_protocol(&self.name, PROTOCOL, request.protocol)?;
        let request = &request;
        let done = self.call(move |this, session| {
            let request = request.clone();
            Box::pin(async move {
                let done = pull::pull(&session, &this.schema, &request, this.time()).await;
                (session, done)
            })
        });
        done.await.map_err(|fault| {
            fault::tell(&fault, &self.name, "pull");
            fault.error(&self.name)
        })
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        check_protocol(&self.name, PROTOCOL, request.protocol)?;
        let request = Arc::new(request);
        let done = self.call(move |this, session| {
            let request = request.clone();
            Box::pin(async move {
                let (schema, name) = (&this.schema, &this.name);
                let with = (this.time(), &*this.door.env);
                let done = push::push(&session, schema, name, &request, with).await;
                (session, done)
            })
        });
        done.await.map_err(|fault| {
            fault::tell(&fault, &self.name, "push");
            fault.batch_error(&self.name)
        })
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        Some(Box::pin(async move { listen::listen(self, env, &hear).await }))
    }
}
