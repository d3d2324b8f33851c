//! Long uploads over a real deployment's functions: beside another device's, and with the
//! service going away in the middle.

use std::sync::Arc;

use async_trait::async_trait;
use driftline_convex::{Convex, Origin};
use driftline_convex_suite::MachineTime;
use driftline_core::{
    Answers, Backend, Env, Error, Limits, Page, Pull, Push, Replica, Result, Schema, SecretString,
    TokenSource, Values, status::State, store::Find,
};
use driftline_deployment::{Account, Deployment, Options, State as Running};
use driftline_entities as _;
use driftline_memory::MemoryStore;

/// Rows in a call, so that little makes many calls.
const ROWS: usize = 5;
const CALLS: usize = 200;

/// A client that sends few rows in a call.
struct Small(Convex);

#[async_trait]
impl Backend for Small {
    fn name(&self) -> String {
        self.0.name()
    }

    fn limits(&self) -> Limits {
        Limits { rows: ROWS, ..self.0.limits() }
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.0.pull(Pull { rows: self.0.limits().rows, ..request }).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.0.push(request).await
    }
}

struct Token(String);

#[async_trait]
impl TokenSource for Token {
    async fn token(&self, _: &str) -> Result<Option<SecretString>> {
        Ok(Some(self.0.clone().into()))
    }

    async fn renew(&self, _: &str, _: &SecretString) -> Result<Option<SecretString>> {
        Ok(None)
    }
}

async fn deployment() -> Deployment {
    let inside = Some(env!("CARGO_MANIFEST_DIR").into());
    Deployment::start(Options { inside, ..Options::default() }).await.unwrap()
}

/// A device of the one person, and its way to the deployment.
async fn device(deployment: &Deployment) -> (Replica, Small) {
    let env: Arc<dyn Env> = Arc::new(MachineTime::start());
    let token = deployment.token(&Account::github(7)).await.unwrap().token;
    let origin = Origin::of_deployment(deployment.url()).unwrap();
    let remote = Convex::new(origin, env.clone(), Some(Arc::new(Token(token)))).unwrap();
    let store = MemoryStore::new(Schema::registered().unwrap());
    (Replica::open(Arc::new(store), env).unwrap(), Small(remote))
}

fn write(replica: &Replica, rows: usize) {
    for number in 0..rows {
        let title = format!("note {number}");
        let values = Values::from([("title".into(), title.as_str().into())]);
        replica.create_values("inbox", &values).unwrap();
    }
}

fn rows(replica: &Replica) -> u64 {
    replica.count("inbox", &Find::new()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_devices_that_upload_at_once_both_finish() {
    let deployment = deployment().await;
    let ((laptop, to), (desktop, also_to)) = (device(&deployment).await, device(&deployment).await);
    let all = ROWS * CALLS;
    write(&laptop, all);
    write(&desktop, all);
    let (one, other) = tokio::join!(laptop.sync(&to), desktop.sync(&also_to));
    one.unwrap();
    other.unwrap();
    let stats = deployment.stats().await.unwrap();
    let calls = &stats.functions["sync:pushChanges"];
    assert!(calls.calls >= 2 * CALLS as u64, "{calls:?}");
    assert!(calls.conflicts > 0, "they must get in each other's way: {calls:?}");
    laptop.sync(&to).await.unwrap();
    desktop.sync(&also_to).await.unwrap();
    for replica in [&laptop, &desktop] {
        assert_eq!(rows(replica), 2 * all as u64);
        let status = replica.status(Some("hub")).unwrap();
        assert_eq!((status.waiting, status.parked), (0, 0));
    }
    assert_eq!(laptop.digest().unwrap(), desktop.digest().unwrap());
}

#[tokio::test]
async fn a_deployment_that_is_disabled_during_an_upload_costs_no_row_its_turn() {
    let deployment = deployment().await;
    let ((laptop, to), (desktop, also_to)) = (device(&deployment).await, device(&deployment).await);
    let all = ROWS * 20;
    write(&laptop, all);
    for (state, reason) in [
        (Running::FreePlan, "free plan"),
        (Running::Paused, "paused"),
        (Running::Suspended, "suspended"),
    ] {
        deployment.set_state_after(state, 5).await.unwrap();
        let error = laptop.sync(&to).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        let status = laptop.status(Some("hub")).unwrap();
        assert_eq!(status.parked, 0, "{reason}: {error}");
        assert!(status.waiting > 0);
        assert_eq!(status.state, State::Offline, "{reason}");
        assert_eq!(status.error.unwrap().code, "unavailable");
    }
    deployment.set_state(Running::Running).await.unwrap();
    laptop.sync(&to).await.unwrap();
    assert_eq!(laptop.status(Some("hub")).unwrap().state, State::Synced);
    desktop.sync(&also_to).await.unwrap();
    assert_eq!(rows(&desktop), all as u64);
}
