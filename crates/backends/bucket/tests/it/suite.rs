//! Every promise of the engine, with buckets as remotes: several mirrors of each, used in turn,
//! over a wire that fails.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use driftline_bucket::{Bucket, Options};
use driftline_convergence::{MakeRemote, OpenRemote, Remote, Suite, TENDED, run, scratch};
use driftline_core::{
    Answers, Backend, Cursor, Env, Error, Identity, Limits, PROTOCOL, Page, Pull, Push, Result,
    Schema, Serial, SetUp, Simulated, Stale, Start,
};
use driftline_entities as _;
use driftline_memory as _;
use driftline_sqlite as _;
use futures_executor::block_on;
use object_store::{ObjectStore, local::LocalFileSystem, memory::InMemory};
use tempfile::TempDir;

use crate::{
    common::{Given, fill, objects, wire::Wire},
    service,
};

const MIRRORS: usize = 3;
const OPTIONS: Options = Options { snapshot_every: 4, keep: 1 << 40 };

/// Several mirrors behind one door. Each serves an epoch of its own, and the door one of all:
/// another one whenever one of them began anew.
struct Door {
    mirrors: Vec<Bucket>,
    turn: AtomicUsize,
    life: Mutex<(u64, BTreeMap<usize, String>)>,
}

impl Door {
    fn new(mirrors: Vec<Bucket>) -> Self {
        Self { mirrors, turn: AtomicUsize::new(0), life: Mutex::default() }
    }

    fn next(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed) % self.mirrors.len()
    }

    /// The epoch of a mirror as the door calls it.
    fn outside(&self, mirror: usize, identity: &Identity) -> Identity {
        let mut life = self.life.lock().unwrap();
        match life.1.get(&mirror) {
            Some(epoch) if *epoch == identity.epoch => {}
            Some(_) => *life = (life.0 + 1, BTreeMap::from([(mirror, identity.epoch.clone())])),
            None => {
                life.1.insert(mirror, identity.epoch.clone());
            }
        }
        Identity { epoch: format!("life {}", life.0), ..identity.clone() }
    }

    async fn pull_from(&self, mirror: usize, request: Pull) -> Result<Page> {
        let page = pull(&self.mirrors[mirror], &request).await?;
        let identity = self.outside(mirror, &page.identity);
        Ok(Page { identity, ..page })
    }
}

/// How often a call is made again. The wire loses some of its requests in every other call, so
/// only a service that is gone fails as often.
const AGAIN: u64 = 40;

/// What the wire lost is asked for again, as a device does: a fault of the wire below is none
/// that the schedule knows of.
async fn pull(bucket: &Bucket, request: &Pull) -> Result<Page> {
    let mut again = 0;
    loop {
        match bucket.pull(request.clone()).await {
            Err(Error::Unavailable { .. }) if again < AGAIN => again += 1,
            done => return done,
        }
    }
}

/// A call whose end is unknown may have been taken, so it is made again with a greater number;
/// numbers between those of the schedule are for that.
async fn push(bucket: &Bucket, request: &Push) -> Result<Answers> {
    const BETWEEN: u64 = 2 * AGAIN;
    let first = request.serial.0 * BETWEEN;
    let mut serial = first;
    loop {
        match bucket.push(Push { serial: Serial(serial), ..request.clone() }).await {
            Err(Error::Unavailable { .. }) if serial < first + AGAIN => serial += 1,
            Err(Error::Stale { remote, why: Stale::OldCall { last } }) => {
                let why = Stale::OldCall { last: Serial(last.0 / BETWEEN) };
                return Err(Error::Stale { remote, why });
            }
            done => return done,
        }
    }
}

#[async_trait]
impl Backend for Door {
    fn name(&self) -> String {
        self.mirrors[0].name()
    }

    fn limits(&self) -> Limits {
        self.mirrors[0].limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.pull_from(self.next(), request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        let mirror = self.next();
        let look = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 };
        let page = pull(&self.mirrors[mirror], &look).await?;
        let known = self.outside(mirror, &page.identity);
        if known.account != request.account || known.epoch != request.epoch {
            return Err(Error::Stale { remote: self.name(), why: Stale::Moved });
        }
        let request = Push { epoch: page.identity.epoch, ..request };
        let answers = push(&self.mirrors[mirror], &request).await?;
        let identity = self.outside(mirror, &answers.identity);
        Ok(Answers { identity, ..answers })
    }
}

/// Where the objects are.
#[derive(Clone, Copy)]
enum Where {
    Memory,
    Folder,
    /// At the service that `S3_SERVICE` names; in a folder where it names none.
    Service,
}

fn folder() -> (Arc<dyn ObjectStore>, Option<TempDir>) {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    let folder = folder.unwrap();
    (Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap()), Some(folder))
}

struct Service {
    /// The place as each mirror knows it: with its own key.
    givens: Vec<Given>,
    wire: Arc<Wire>,
    env: Arc<dyn Env>,
    is_sealed: bool,
    door: Door,
    saved: Option<Vec<(String, Vec<u8>)>>,
    _folder: Option<TempDir>,
}

impl Service {
    fn open(open: &OpenRemote<'_>, place: Where, is_sealed: bool, odds: u64) -> Result<Self> {
        let (below, folder): (Arc<dyn ObjectStore>, _) = match place {
            Where::Memory => (Arc::new(InMemory::new()), None),
            Where::Folder => folder(),
            Where::Service => match service::store(&format!("{:016x}", open.env.random())) {
                Some(store) => (store, None),
                None => folder(),
            },
        };
        let wire = Arc::new(Wire::new(below, open.env.random(), odds));
        let mut given = Given::new(wire.below.clone());
        let env: Arc<dyn Env> = Arc::new(Simulated::new(open.env.random(), 0));
        given.begin(is_sealed, &env)?;
        given.store = wire.clone();
        let mut givens = vec![given.clone()];
        givens.resize_with(MIRRORS, || given.elsewhere());
        share(&givens);
        let mirrors = givens.iter().map(|it| it.bucket(open.schema, &env, OPTIONS)).collect();
        let door = Door::new(mirrors);
        Ok(Self { givens, wire, env, is_sealed, door, saved: None, _folder: folder })
    }
}

/// A person gives everybody the words of the first one.
fn share(givens: &[Given]) {
    if let Some(words) = givens[0].words() {
        givens.iter().for_each(|it| it.keep(&words));
    }
}

impl Remote for Service {
    fn backend(&self) -> &dyn Backend {
        &self.door
    }

    fn wipe(&mut self) -> Result<()> {
        self.wire.forget();
        fill(&*self.wire.below, &[]);
        let given = Given { store: self.wire.below.clone(), ..self.givens[0].clone() };
        let set_up = given.set_up(self.is_sealed, &self.env);
        block_on(set_up.begin(Start::Refill))?;
        share(&self.givens);
        Ok(())
    }

    fn save(&mut self) -> Result<()> {
        self.saved = Some(objects(&*self.wire.below));
        Ok(())
    }

    fn put_back(&mut self) -> Result<bool> {
        let Some(saved) = &self.saved else { return Ok(false) };
        self.wire.forget();
        fill(&*self.wire.below, saved);
        Ok(true)
    }

    /// One of the devices changes the key, and the others find the new one. A bucket is not put
    /// back to before that: it would be refused.
    fn tend(&mut self, dice: u64) -> Result<bool> {
        if !self.is_sealed {
            return Ok(false);
        }
        self.saved = None;
        let mirror = usize::try_from(dice % MIRRORS as u64).unwrap();
        match block_on(self.door.mirrors[mirror].rotate(false)) {
            Ok(_) => Ok(true),
            Err(Error::Unavailable { .. }) => {
                // What is still on the way must not take effect after a copy is made.
                self.wire.forget();
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }
}

/// Plays this many schedules, or as many as `DRIFTLINE_SCHEDULES` says.
fn hold(schedules: u64, place: Where, is_sealed: bool, odds: u64) {
    let given = std::env::var("DRIFTLINE_SCHEDULES").ok();
    let schedules = given.map_or(schedules, |it| it.parse().unwrap());
    let make: MakeRemote =
        Box::new(move |open| Ok(Box::new(Service::open(open, place, is_sealed, odds)?)));
    let suite = Suite::with_remote(Schema::registered().unwrap(), scratch("memory").unwrap(), make);
    let suite = suite.unwrap();
    let outcome = run(&suite, schedules, 100, 1, &|_| ());
    let is_tended = outcome.counts.contains_key(TENDED);
    let failure = outcome.failure.map(|it| it.shrink(&suite).to_string()).unwrap_or_default();
    assert!(failure.is_empty(), "{failure}");
    assert_eq!(is_tended, is_sealed, "keys are changed");
}

#[test]
fn a_sealed_bucket_keeps_every_promise() {
    hold(100, Where::Memory, true, 0);
}

#[test]
fn a_bucket_behind_a_failing_wire_keeps_every_promise() {
    hold(100, Where::Memory, false, 12);
}

#[test]
fn a_folder_keeps_every_promise() {
    hold(30, Where::Folder, true, 12);
}

#[test]
fn a_service_keeps_every_promise() {
    hold(4, Where::Service, true, 12);
}
