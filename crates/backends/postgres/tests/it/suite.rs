//! The database keeps every promise of the engine, whatever its devices do and suffer.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use driftline_convergence::{MakeRemote, Remote, Suite, run, scratch};
use driftline_core::{Answers, Backend, Env as _, Limits, Page, Pull, Push, Result, Schema};
use driftline_entities as _;
use driftline_memory as _;
use driftline_postgres::{Address, Postgres};
use driftline_testing::Clock;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Client;

use crate::common::server::{Server, shared};

/// How many schedules are played; `DRIFTLINE_SCHEDULES` plays another number.
const SCHEDULES: u64 = 300;

/// One database in which every person of every schedule is a role.
struct Pool {
    runtime: Runtime,
    server: &'static Server,
    database: String,
    admin: Client,
    /// Roles that no schedule uses, and how many there are.
    idle: Mutex<(Vec<String>, usize)>,
}

impl Pool {
    fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = shared();
        let (database, admin) = runtime.block_on(async {
            let database = server.database().await;
            (database.clone(), server.client("postgres", &database).await)
        });
        let pool = Self { runtime, server, database, admin, idle: Mutex::default() };
        let owner = pool.open(&pool.database, &pool.database, Arc::new(Clock::set(1, 0)));
        pool.runtime
            .block_on(driftline_core::SetUp::begin(&owner, driftline_core::Start::Join))
            .unwrap();
        pool.execute(
            "CREATE TABLE saved_rows AS SELECT * FROM driftline._rows WHERE false; \
             CREATE TABLE saved_people AS SELECT * FROM driftline._people WHERE false; \
             CREATE INDEX ON saved_rows (person)",
        );
        pool
    }

    fn execute(&self, sql: &str) {
        self.runtime.block_on(self.admin.batch_execute(sql)).unwrap();
    }

    fn open(&self, role: &str, database: &str, clock: Arc<Clock>) -> Postgres {
        let address = Address::read(&self.server.address(role, database)).unwrap();
        Postgres::new(address, Schema::registered().unwrap(), clock, None)
    }

    fn role(&self) -> String {
        let role = {
            let mut idle = self.idle.lock().unwrap();
            if let Some(role) = idle.0.pop() {
                return role;
            }
            idle.1 += 1;
            format!("{}_{}", self.database, idle.1)
        };
        self.execute(&format!("CREATE ROLE {role} LOGIN"));
        role
    }
}

/// One role in one schedule.
struct Place {
    pool: Arc<Pool>,
    role: String,
    door: Door,
    is_saved: bool,
}

impl Place {
    /// Takes the rows of this role out of `from`, and puts what `to` has of them there.
    fn move_rows(&self, to: &str, from: &str) {
        let role = &self.role;
        self.pool.execute(&format!(
            "BEGIN; DELETE FROM {to}rows WHERE person = '{role}'; \
             DELETE FROM {to}people WHERE person = '{role}'; \
             INSERT INTO {to}rows SELECT * FROM {from}rows WHERE person = '{role}'; \
             INSERT INTO {to}people SELECT * FROM {from}people WHERE person = '{role}'; COMMIT"
        ));
    }
}

impl Remote for Place {
    fn backend(&self) -> &dyn Backend {
        &self.door
    }

    fn wipe(&mut self) -> Result<()> {
        let role = &self.role;
        self.pool.execute(&format!(
            "BEGIN; DELETE FROM driftline._rows WHERE person = '{role}'; \
             DELETE FROM driftline._people WHERE person = '{role}'; COMMIT"
        ));
        Ok(())
    }

    fn save(&mut self) -> Result<()> {
        self.move_rows("saved_", "driftline._");
        self.is_saved = true;
        Ok(())
    }

    fn put_back(&mut self) -> Result<bool> {
        if self.is_saved {
            self.move_rows("driftline._", "saved_");
        }
        Ok(self.is_saved)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.wipe();
        self.pool.idle.lock().unwrap().0.push(self.role.clone());
    }
}

/// The remote as a schedule calls it: without a runtime, which its client needs.
struct Door {
    postgres: Postgres,
    pool: Arc<Pool>,
}

#[async_trait]
impl Backend for Door {
    fn name(&self) -> String {
        self.postgres.name()
    }

    fn limits(&self) -> Limits {
        self.postgres.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.pool.runtime.block_on(self.postgres.pull(request))
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.pool.runtime.block_on(self.postgres.push(request))
    }
}

#[test]
fn a_database_keeps_every_promise() {
    let pool = Arc::new(Pool::start());
    let make: MakeRemote = Box::new(move |open| {
        let role = pool.role();
        let clock = Arc::new(Clock::set(open.env.random(), open.env.wall()));
        let postgres = pool.open(&role, &pool.database, clock).with_clock(open.env.clone());
        let door = Door { postgres, pool: pool.clone() };
        Ok(Box::new(Place { pool: pool.clone(), role, door, is_saved: false }))
    });
    let schema = Schema::registered().unwrap();
    let suite = Suite::with_remote(schema, scratch("memory").unwrap(), make).unwrap();
    let given = std::env::var("DRIFTLINE_SCHEDULES").ok();
    let schedules = given.map_or(SCHEDULES, |it| it.parse().unwrap());
    let outcome = run(&suite, schedules, 100, 1, &|_| ());
    let failure = outcome.failure.map(|it| it.shrink(&suite).to_string()).unwrap_or_default();
    assert!(failure.is_empty(), "{failure}");
    assert_eq!(outcome.schedules, schedules);
}
