//! `cargo xtask bench --convex`: messages up to a local deployment and down to another
//! device, with what that costs at either end. The client is this process, with a device
//! in a file, as the app has it.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use driftline_convex::{Convex, Origin};
use driftline_convex_suite::MachineTime;
use driftline_core::{
    Durability, Env, Replica, Schema, SecretString, SyncReport, TokenSource, Values,
};
use driftline_deployment::{Account, Deployment, Options as Start, Stats};
use driftline_sqlite::SqliteStore;
use tempfile::TempDir;

use xtask_bench::data::{self, Draft, PER_SESSION};

const MEGA: f64 = 1_048_576.0;
/// Rows in a transaction of an import.
const BATCH: u64 = 1_000;

/// Measures `rows` messages.
pub(super) fn run(root: &Path, rows: u64) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(measure(root, rows))
}

async fn measure(root: &Path, rows: u64) -> Result<()> {
    let start = Start { inside: Some(root.to_owned()), ..Start::default() };
    let deployment = Arc::new(Deployment::start(start).await?);
    let (one, other) = (Device::new(&deployment).await?, Device::new(&deployment).await?);
    one.import(rows)?;
    println!("{rows} messages of about a kilobyte, one device up and another down\n");
    let up = Leg::of("up", &one, &deployment).await?;
    ensure!(up.report.received == 0, "{} rows came back to their sender", up.report.received);
    let down = Leg::of("down", &other, &deployment).await?;
    ensure!(down.report.received == up.report.sent, "{:?} after {:?}", down.report, up.report);
    ensure!(one.replica.digest()? == other.replica.digest()?, "the devices are not equal");
    for leg in [&up, &down] {
        leg.show();
    }

    one.note("changed")?;
    let sent = Leg::sending(&one, &deployment).await?;
    let got = Leg::of("one change, there", &other, &deployment).await?;
    for leg in [&sent, &got] {
        leg.show();
    }
    let memory = memory().map(|it| it / MEGA);
    let theirs = deployment.stats().await?.rss_bytes as f64 / MEGA;
    match memory {
        Some(mine) => println!("\nmemory: client {mine:.0} MB at most, deployment {theirs:.0} MB"),
        None => println!("\nmemory: deployment {theirs:.0} MB; this system says nothing of ours"),
    }

    for leg in [&up, &down] {
        let batches = (leg.report.sent + leg.report.received).div_ceil(500);
        let calls = u64::from(leg.report.calls);
        ensure!(calls <= 2 * batches, "{}: {calls} calls for {batches} batches", leg.what);
        if let Some(share) = leg.share() {
            ensure!(share < 0.2, "{}: {:.0} % of the deployment's time", leg.what, share * 100.0);
        }
    }
    ensure!(memory.is_none_or(|it| it < 150.0), "the client took more than 150 MB");
    ensure!((sent.report.calls, got.report.calls) == (1, 1), "one change is one call each way");
    Ok(())
}

/// A sync, and what it cost.
struct Leg {
    what: &'static str,
    report: SyncReport,
    seconds: f64,
    /// Processor time of this process, if the system says it.
    mine: Option<f64>,
    before: Stats,
    after: Stats,
}

impl Leg {
    async fn of(what: &'static str, device: &Device, deployment: &Deployment) -> Result<Self> {
        Self::measure(what, device, deployment, device.replica.sync(&device.remote)).await
    }

    /// As a service sends a change whose hub said that it holds nothing new.
    async fn sending(device: &Device, deployment: &Deployment) -> Result<Self> {
        let send = device.replica.send(&device.remote);
        Self::measure("one change, here", device, deployment, send).await
    }

    async fn measure(
        what: &'static str,
        device: &Device,
        deployment: &Deployment,
        sync: impl Future<Output = driftline_core::Result<SyncReport>>,
    ) -> Result<Self> {
        let (before, idle, start) = (deployment.stats().await?, cpu(), device.env.monotonic());
        let report = sync.await?;
        let (end, spent) = (device.env.monotonic(), cpu());
        let after = deployment.stats().await?;
        let mine = idle.zip(spent).map(|(before, after)| after - before);
        let seconds = (end - start) as f64 / 1e3;
        Ok(Self { what, report, seconds, mine, before, after })
    }

    fn theirs(&self) -> f64 {
        self.after.cpu_seconds - self.before.cpu_seconds
    }

    /// The client's processor time, of the deployment's.
    fn share(&self) -> Option<f64> {
        self.mine.map(|mine| mine / self.theirs())
    }

    fn show(&self) {
        let moved = |it: fn(&Stats) -> u64| (it(&self.after) - it(&self.before)) as f64 / MEGA;
        let (sent, got) = (moved(|it| it.bytes_in), moved(|it| it.bytes_out));
        let SyncReport { sent: up, received: down, calls, .. } = self.report;
        let mine = self.mine.map_or("?".into(), |it| format!("{it:.2} s"));
        let share = self.share().map_or(String::new(), |it| format!(" ({:.0} %)", it * 100.0));
        println!(
            "{:<18} {up:>7} sent {down:>7} received {calls:>5} calls  {sent:>7.2} MB up \
             {got:>7.2} MB down  {:>6.1} s; processor: client {mine}{share}, deployment {:.2} s",
            self.what,
            self.seconds,
            self.theirs(),
        );
    }
}

/// A device in a file, signed in.
struct Device {
    replica: Replica,
    remote: Convex,
    env: Arc<MachineTime>,
    _folder: TempDir,
}

impl Device {
    async fn new(deployment: &Arc<Deployment>) -> Result<Self> {
        let env = Arc::new(MachineTime::start());
        let folder = tempfile::tempdir()?;
        let store = SqliteStore::open(&folder.path().join("rows.db"), Schema::registered()?)?;
        let replica = Replica::open(Arc::new(store), env.clone())?;
        let token = deployment.token(&account()).await?.token;
        let tokens = Tokens { deployment: deployment.clone(), token: Mutex::new(token) };
        let origin = Origin::of_deployment(deployment.url())?;
        let remote = Convex::new(origin, env.clone(), Some(Arc::new(tokens)))?;
        Ok(Self { replica, remote, env, _folder: folder })
    }

    fn import(&self, rows: u64) -> Result<()> {
        let schema = Schema::registered()?;
        let (sessions, messages) = (schema.entity("sessions")?, schema.entity("messages")?);
        let put = |entity, drafts: &[Draft]| {
            self.replica.write_with(Durability::Normal, |tx| {
                for Draft { id, row, local } in drafts {
                    let local = local.iter().map(|(field, it)| ((*field).into(), it.clone()));
                    tx.import(entity, *id, row.clone().into_cells().collect(), local.collect())?;
                }
                Ok(())
            })
        };
        let all: Vec<Draft> = (0..rows.div_ceil(PER_SESSION)).map(data::session).collect();
        put(sessions, &all)?;
        for start in (0..rows).step_by(usize::try_from(BATCH)?) {
            let drafts: Vec<_> = (start..rows.min(start + BATCH)).map(data::message).collect();
            put(messages, &drafts)?;
        }
        Ok(())
    }

    fn note(&self, note: &str) -> Result<()> {
        let values = Values::from([("note".to_owned(), note.into())]);
        Ok(self.replica.update_values("sessions", data::session(0).id, &values)?)
    }
}

fn account() -> Account {
    Account::github(1)
}

/// Whoever measures for longer than a token lives signs in again.
struct Tokens {
    deployment: Arc<Deployment>,
    token: Mutex<String>,
}

#[async_trait]
impl TokenSource for Tokens {
    async fn token(&self, _: &str) -> driftline_core::Result<Option<SecretString>> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Some(token.into()))
    }

    async fn renew(
        &self,
        origin: &str,
        _: &SecretString,
    ) -> driftline_core::Result<Option<SecretString>> {
        let Ok(new) = self.deployment.token(&account()).await else { return Ok(None) };
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = new.token;
        self.token(origin).await
    }
}

/// Seconds of a processor that this process took; Linux says so. The work is done in its
/// first thread.
fn cpu() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/schedstat").ok()?;
    Some(text.split_whitespace().next()?.parse::<f64>().ok()? / 1e9)
}

/// The most memory that this process ever took, in bytes; Linux says so.
fn memory() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? * 1024.0)
}
