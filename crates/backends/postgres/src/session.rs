//! One connection, and what is known of the server behind it. Both change together: a server
//! that became another one has closed its connections.

use std::{sync::Arc, time::Duration};

use driftline_core::{
    Env, ExposeSecret, Millis, Result as CoreResult, SecretString, Secrets, hub::State,
};
use driftline_sealing::Keeper;
use futures_util::{
    future::{Either, join, poll_fn, select},
    pin_mut,
};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Row, config::SslMode};

use crate::{
    address::{Address, Host},
    fault::{Fault, Result},
    seal::Sealing,
    tls::Tls,
};

/// The name of the secret that this backend asks for.
pub(crate) const PASSWORD: &str = "password";

/// The longest wait for a connection.
const CONNECT: Millis = 20_000;
/// The longest silence of the other machine while it is waited for.
const SILENCE: Duration = Duration::from_secs(60);

/// What is asked first. The settings hold for the connection: nobody waits for long for a
/// device that vanished in the middle of a push, and what was answered survives a power cut,
/// also where a server is set up otherwise. Names are never looked up where others can put
/// theirs. Nothing is compiled: that took half of a push, and what is asked is over in less. Where
/// the server can, long values are packed with LZ4, in a fraction of the time.
const HELLO: &str = "SELECT current_user::text, pg_is_in_recovery(), \
    current_setting('server_version_num')::int4, \
    current_setting('server_encoding'), \
    to_regclass('driftline._version') IS NOT NULL, \
    (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user), \
    (SELECT pg_get_userbyid(nspowner) = current_user FROM pg_namespace \
        WHERE nspname = 'driftline'), \
    set_config('search_path', 'pg_catalog', false), \
    set_config('lock_timeout', '30s', false), \
    set_config('idle_in_transaction_session_timeout', '60s', false), \
    set_config('jit', 'off', false), \
    (SELECT set_config(name, 'lz4', false) FROM pg_settings \
        WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)), \
    CASE WHEN current_setting('synchronous_commit') = 'off' \
        THEN set_config('synchronous_commit', 'on', false) END";

/// The life of a server's data: another one after a standby took over, or a backup was put
/// back and went on from there.
const TIMELINE: &str = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

/// The oldest server that is understood.
const OLDEST: i32 = 120_000;

/// What opens connections.
pub(crate) struct Door {
    pub(crate) address: Address,
    pub(crate) env: Arc<dyn Env>,
    pub(crate) secrets: Option<Arc<dyn Secrets>>,
    /// Whether rows are to be sealed; nothing if what is there decides.
    pub(crate) sealed: Option<bool>,
}

/// One connection.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) role: String,
    pub(crate) server_version: i32,
    /// There are tables of Driftline, of whatever version.
    pub(crate) has_tables: bool,
    /// Row security does not bind this role.
    pub(crate) is_above: bool,
    /// The tables are this role's.
    pub(crate) is_owner: bool,
    /// How this device would write rows.
    pub(crate) sealing: Sealing,
    timeline: String,
    /// The random name of the database, once its tables are known to be there.
    pub(crate) database: String,
    /// Tells of notices, and ends with the connection.
    pub(crate) notices: UnboundedReceiver<()>,
}

impl Door {
    /// Connects. The tables are not looked at yet.
    pub(crate) async fn connect(&self) -> Result<Session> {
        let (password, sealing) = (self.password().await?, self.sealing().await?);
        let session = within(&*self.env, CONNECT, self.open(password)).await??;
        Ok(Session { sealing, ..session })
    }

    /// Where the key is kept, if there is such a place.
    pub(crate) fn keeper(&self) -> Option<Keeper> {
        Some(Keeper::new(self.secrets.clone()?, self.address.place()))
    }

    /// The words of the key are looked at only where rows may be sealed.
    async fn sealing(&self) -> CoreResult<Sealing> {
        let held = match self.keeper().filter(|_| self.sealed != Some(false)) {
            Some(keeper) => keeper.held().await?,
            None => None,
        };
        Ok(Sealing { wanted: self.sealed, key: held.map(|it| it.key) })
    }

    async fn password(&self) -> CoreResult<Option<SecretString>> {
        match (&self.address.password, &self.secrets) {
            (Some(password), _) => Ok(Some(password.clone())),
            (None, Some(secrets)) => secrets.load(&self.address.place(), PASSWORD).await,
            (None, None) => Ok(None),
        }
    }

    async fn open(&self, password: Option<SecretString>) -> Result<Session> {
        let Address { user, host, port, database, tls, .. } = &self.address;
        let mut config = Config::new();
        config.user(user).dbname(database).port(*port).application_name("driftline");
        config.keepalives_idle(SILENCE / 2).keepalives_interval(SILENCE / 6).keepalives_retries(3);
        config.tcp_user_timeout(SILENCE);
        match host {
            Host::Machine(name) => config.host(name),
            #[cfg(unix)]
            Host::Folder(folder) => config.host_path(folder),
            #[cfg(not(unix))]
            Host::Folder(_) => {
                return Err(Fault::mend("there are no such sockets here", "name a machine"));
            }
        };
        if let Some(password) = password {
            config.password(password.expose_secret());
        }
        let (client, notices) = if *tls {
            config.ssl_mode(SslMode::Require);
            let tls = Tls::new().map_err(|it| {
                let what = format!("this machine has no certificates to check others by ({it})");
                Fault::mend(what, "install its certificates")
            })?;
            let (client, connection) = config.connect(tls).await?;
            (client, drive(connection))
        } else {
            config.ssl_mode(SslMode::Disable);
            let (client, connection) = config.connect(NoTls).await?;
            (client, drive(connection))
        };
        Session::greet(client, notices).await
    }
}

impl Session {
    async fn greet(client: Client, notices: UnboundedReceiver<()>) -> Result<Self> {
        let (hello, timeline) =
            join(client.query_typed(HELLO, &[]), client.query_typed(TIMELINE, &[])).await;
        let hello = one(hello?)?;
        if hello.try_get(1)? {
            // Its head may be behind what devices saw, and that is no loss.
            return Err(Fault::Unavailable("it is a standby: name the primary".into()));
        }
        let server_version: i32 = hello.try_get(2)?;
        if server_version < OLDEST {
            return Err(Fault::mend(
                format!("PostgreSQL {} is too old", server_version / 10_000),
                format!("update the server to PostgreSQL {} or later", OLDEST / 10_000),
            ));
        }
        if hello.try_get::<_, &str>(3)? != "UTF8" {
            return Err(Fault::mend(
                "this database cannot hold every text",
                "create one with ENCODING 'UTF8'",
            ));
        }
        // Services that only speak PostgreSQL may have no such thing.
        let timeline = match timeline {
            Ok(rows) => one(rows)?.try_get(0)?,
            Err(error) if error.code().is_some() => "0".to_owned(),
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            role: hello.try_get(0)?,
            server_version,
            has_tables: hello.try_get(4)?,
            is_above: hello.try_get::<_, Option<bool>>(5)?.unwrap_or_default(),
            is_owner: hello.try_get::<_, Option<bool>>(6)?.unwrap_or_default(),
            sealing: Sealing::default(),
            timeline,
            database: String::new(),
            client,
            notices,
        })
    }

    /// Who this is: the role and the database's own name, wherever it is reached. With rows that
    /// are sealed it is somebody else for each key, so that rows under two keys are never mixed.
    pub(crate) fn person(&self) -> String {
        let key = self.sealing.key.as_ref().map(|it| format!("#{}", it.id()));
        format!("postgres:{}@{}{}", self.role, self.database, key.unwrap_or_default())
    }

    /// The channel on which this person's devices are told of changes.
    pub(crate) fn channel(&self) -> String {
        let hash = Sha256::digest(self.person().as_bytes());
        let digits: String = hash.iter().take(16).map(|it| format!("{it:02x}")).collect();
        format!("driftline_{digits}")
    }

    /// The state that a row has as text, and how its rows are marked, as it is served on this
    /// connection.
    pub(crate) fn served(&self, row: &Row) -> Result<State> {
        self.sealing.check(row.try_get(1)?)?;
        let text = row.try_get(0)?;
        let mut state: State = serde_json::from_str(text)
            .map_err(|it| Fault::Damaged(format!("the state of this person: {it}")))?;
        state.identity.person = self.person();
        state.identity.epoch = format!("{}-{}", state.identity.epoch, self.timeline);
        Ok(state)
    }

    /// The text under which `state` is stored.
    pub(crate) fn stored(&self, mut state: State) -> Result<String> {
        let served = state.identity.epoch.len().saturating_sub(self.timeline.len() + 1);
        state.identity.epoch.truncate(served);
        serde_json::to_string(&state)
            .map_err(|it| Fault::Damaged(format!("the state of this person: {it}")))
    }
}

/// Lets a connection run beside its caller. It ends when its client is dropped.
fn drive<S, T>(mut connection: Connection<S, T>) -> UnboundedReceiver<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, receiver): (UnboundedSender<()>, _) = unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(_) = message {
                // Nobody listens on most connections.
                let _ = sender.send(());
            }
        }
    });
    receiver
}

/// The one row of an answer.
pub(crate) fn one(rows: Vec<Row>) -> Result<Row> {
    let mut rows = rows.into_iter();
    rows.next().ok_or_else(|| Fault::Damaged("a query that gives one row gave none".into()))
}

/// Waits for `job`, but not for longer than `length`.
pub(crate) async fn within<T>(
    env: &dyn Env,
    length: Millis,
    job: impl Future<Output = T>,
) -> Result<T> {
    pin_mut!(job);
    match select(job, env.sleep(length)).await {
        Either::Left((done, _)) => Ok(done),
        Either::Right(_) => {
            Err(Fault::Unavailable("the connection is too slow or stands still".into()))
        }
    }
}
