//! The database keeps every promise of the engine, whatever its devices do and suffer.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use driftline_convergence::{MakeRemote, Remote, Suite, run, scratch};
use driftline_core::{
    Answers, Backend, Env, Limits, Millis, Page, Pull, Push, Result, Schema, SetUp as _, Simulated,
    Start,
};
use driftline_entities as _;
use driftline_memory as _;
use driftline_postgres::Postgres;
use driftline_testing::MemorySecrets;
use futures_util::future::BoxFuture;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Client;

use crate::common::{
    open,
    server::{Server, shared},
    with_secrets,
};

/// How many schedules are played; `DRIFTLINE_SCHEDULES` plays another number.
const SCHEDULES: u64 = 100;
/// How many with rows that are sealed.
const SEALED: u64 = 60;

/// One database in which every person of every schedule is a role.
struct Pool {
    runtime: Runtime,
    server: &'static Server,
    database: String,
    is_sealed: bool,
    admin: Client,
    /// Roles that no schedule uses, with what is open for them, and how many there are.
    idle: Mutex<(Vec<Arc<Open>>, usize)>,
}

impl Pool {
    fn start(is_sealed: bool) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = shared();
        let (database, admin) = runtime.block_on(async {
            let database = server.database().await;
            (database.clone(), server.client("postgres", &database).await)
        });
        let pool = Self { runtime, server, database, is_sealed, admin, idle: Mutex::default() };
        let owner = open(&server.address(&pool.database, &pool.database));
        pool.runtime.block_on(owner.begin(Start::Join)).unwrap();
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

    /// Takes everything of a role away.
    fn wipe(&self, role: &str) {
        self.execute(&format!(
            "BEGIN; DELETE FROM driftline._rows WHERE person = '{role}'; \
             DELETE FROM driftline._people WHERE person = '{role}'; COMMIT"
        ));
    }

    /// A role without rows. Its connections are used by one schedule after the other.
    fn role(&self, clock: &Arc<Simulated>) -> Arc<Open> {
        let number = {
            let mut idle = self.idle.lock().unwrap();
            if let Some(open) = idle.0.pop() {
                *open.clock.0.lock().unwrap() = clock.clone();
                return open;
            }
            idle.1 += 1;
            idle.1
        };
        let role = format!("{}_{number}", self.database);
        self.execute(&format!("CREATE ROLE {role} LOGIN"));
        let clock = Arc::new(Shown(Mutex::new(clock.clone())));
        let secrets = Arc::<MemorySecrets>::default();
        let address = self.server.address(&role, &self.database);
        let postgres = with_secrets(&address, Some(secrets)).with_clock(clock.clone());
        let postgres = if self.is_sealed { postgres.sealed(true) } else { postgres };
        if self.is_sealed {
            // Draws a key, with which the rows of every schedule begin.
            self.runtime.block_on(postgres.begin(Start::Join)).unwrap();
            self.wipe(&role);
        }
        Arc::new(Open { role, postgres, clock })
    }
}

/// A role, and the remote as it.
struct Open {
    role: String,
    postgres: Postgres,
    clock: Arc<Shown>,
}

/// The clock of the schedule that is played.
struct Shown(Mutex<Arc<Simulated>>);

impl Env for Shown {
    fn wall(&self) -> Millis {
        self.0.lock().unwrap().wall()
    }

    fn monotonic(&self) -> Millis {
        self.0.lock().unwrap().monotonic()
    }

    fn random(&self) -> u64 {
        self.0.lock().unwrap().random()
    }

    fn sleep(&self, length: Millis) -> BoxFuture<'static, ()> {
        self.0.lock().unwrap().sleep(length)
    }
}

/// One role in one schedule.
struct Place {
    pool: Arc<Pool>,
    open: Arc<Open>,
    door: Door,
    is_saved: bool,
}

impl Place {
    /// Takes the rows of this role out of `from`, and puts what `to` has of them there.
    fn move_rows(&self, to: &str, from: &str) {
        let role = &self.open.role;
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
        self.pool.wipe(&self.open.role);
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
        self.pool.idle.lock().unwrap().0.push(self.open.clone());
    }
}

/// The remote as a schedule calls it: without a runtime, which its client needs.
struct Door {
    open: Arc<Open>,
    pool: Arc<Pool>,
}

#[async_trait]
impl Backend for Door {
    fn name(&self) -> String {
        self.open.postgres.name()
    }

    fn limits(&self) -> Limits {
        self.open.postgres.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.pool.runtime.block_on(self.open.postgres.pull(request))
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.pool.runtime.block_on(self.open.postgres.push(request))
    }
}

fn hold(schedules: u64, is_sealed: bool) {
    let pool = Arc::new(Pool::start(is_sealed));
    let make: MakeRemote = Box::new(move |open| {
        let open = pool.role(open.env);
        let door = Door { open: open.clone(), pool: pool.clone() };
        Ok(Box::new(Place { pool: pool.clone(), open, door, is_saved: false }))
    });
    let schema = Schema::registered().unwrap();
    let suite = Suite::with_remote(schema, scratch("memory").unwrap(), make).unwrap();
    let given = std::env::var("DRIFTLINE_SCHEDULES").ok();
    let schedules = given.map_or(schedules, |it| it.parse().unwrap());
    let outcome = run(&suite, schedules, 100, 1, &|_| ());
    let failure = outcome.failure.map(|it| it.shrink(&suite).to_string()).unwrap_or_default();
    assert!(failure.is_empty(), "{failure}");
    assert_eq!(outcome.schedules, schedules);
}

#[test]
fn a_database_keeps_every_promise() {
    hold(SCHEDULES, false);
}

#[test]
fn a_database_of_sealed_rows_keeps_every_promise() {
    hold(SEALED, true);
}
