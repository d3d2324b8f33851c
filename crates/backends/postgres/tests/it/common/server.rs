//! A server, what tests do to it, and connections of their own.

use std::{
    fs,
    ops::Deref,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use driftline_testing::PostgresServer;
use tokio_postgres::{Client, NoTls};

/// A running server.
pub(crate) struct Server(PostgresServer);

/// The server that tests share.
pub(crate) fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(Server::start)
}

impl Deref for Server {
    type Target = PostgresServer;

    fn deref(&self) -> &PostgresServer {
        &self.0
    }
}

impl Server {
    /// Starts one.
    pub(crate) fn start() -> Self {
        Self(PostgresServer::start())
    }

    /// Stops it and starts it again; `how` it stops is `fast` or `immediate`.
    pub(crate) fn restart(&self, how: &str) {
        self.order(&["-m", how, "restart"]);
    }

    /// Stops it, and starts it as a standby that follows nobody.
    pub(crate) fn become_standby(&self) {
        let signal = self.folder().join("data/standby.signal");
        fs::write(&signal, "").unwrap();
        self.restart("fast");
    }

    /// Makes a standby the primary.
    pub(crate) fn promote(&self) {
        self.order(&["promote"]);
    }

    /// A connection of a test's own, as `role`.
    pub(crate) async fn client(&self, role: &str, database: &str) -> Client {
        let folder = self.folder().display();
        let config = format!("host={folder} user={role} dbname={database}");
        let (client, connection) = tokio_postgres::connect(&config, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// A database that nobody else uses, and a role that may make things in it. Both have the
    /// name that is returned.
    pub(crate) async fn database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let admin = self.client("postgres", "postgres").await;
        admin.batch_execute(&format!("CREATE ROLE {name} LOGIN")).await.unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name} OWNER {name}")).await.unwrap();
        name
    }
}
