//! Rows that are sealed on the devices: the deployment has no word of them, still finds twins,
//! and whoever has not the key is refused before anything is written.

use std::{fs, path::Path, sync::Arc};

use async_trait::async_trait;
use driftline_convex::{Convex, Origin};
use driftline_convex_suite::MachineTime;
use driftline_core::{
    Env, ErrorKind, ExposeSecret as _, Replica, Result, Schema, SecretString, Secrets as _,
    SetUp as _, Start, TokenSource, Value, store::Find, view::View,
};
use driftline_deployment::{Account, Deployment, Options};
use driftline_entities as _;
use driftline_memory::MemoryStore;
use driftline_testing::MemorySecrets;

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

async fn deployment(data: &Path) -> Deployment {
    let inside = Some(env!("CARGO_MANIFEST_DIR").into());
    let options = Options { inside, data: Some(data.to_owned()), ..Options::default() };
    Deployment::start(options).await.unwrap()
}

/// A device, what it keeps, and its way to the deployment.
struct Device {
    replica: Replica,
    secrets: Arc<MemorySecrets>,
    remote: Convex,
    place: String,
}

impl Device {
    async fn at(deployment: &Deployment, wanted: Option<bool>) -> Self {
        let env: Arc<dyn Env> = Arc::new(MachineTime::start());
        let token = deployment.token(&Account::github(7)).await.unwrap().token;
        let origin = Origin::of_deployment(deployment.url()).unwrap();
        let (schema, place) = (Schema::registered().unwrap(), origin.to_string());
        let secrets = Arc::<MemorySecrets>::default();
        let remote = Convex::new(origin, env.clone(), Some(Arc::new(Token(token)))).unwrap();
        let remote = remote.sealed(wanted, schema, secrets.clone());
        let replica = Replica::open(Arc::new(MemoryStore::new(schema)), env).unwrap();
        Self { replica, secrets, remote, place }
    }

    /// Makes the place ready. Returns the words that are shown.
    async fn begin(&self) -> Option<String> {
        let begun = self.remote.begin(Start::Join).await.unwrap();
        begun.key.map(|it| it.expose_secret().to_owned())
    }

    async fn keep(&self, name: &str, words: &str) {
        self.secrets.save(&self.place, name, &words.to_owned().into()).await.unwrap();
    }

    async fn kept(&self, name: &str) -> Option<String> {
        let words = self.secrets.load(&self.place, name).await.unwrap();
        words.map(|it| it.expose_secret().to_owned())
    }

    /// A row of each kind that matters: one with a key, one that refers to it, one that belongs
    /// to that, and long.
    fn fill(&self) {
        let create = |entity: &str, values: &[(&str, Value)]| {
            let values = values.iter().map(|it| (it.0.into(), it.1.clone()));
            self.replica.create_values(entity, &values.collect()).unwrap().to_string()
        };
        let workspace = create("workspaces", &[("path", "/home/somebody".into())]);
        let session = [
            ("name", "a remarkable name".into()),
            ("workspace", workspace.into()),
            ("pinned", true.into()),
        ];
        let session = create("sessions", &session);
        let body = format!("a remarkable remark {:?}", (0..40_000).collect::<Vec<_>>());
        create("comments", &[("body", body.into()), ("session", session.into())]);
    }

    async fn sync(&self) -> Result<()> {
        self.replica.sync(&self.remote).await.map(drop)
    }

    fn shown(&self) -> Vec<Vec<View>> {
        let entities = ["workspaces", "sessions", "comments"].iter();
        entities.map(|it| self.replica.list_values(it, &Find::new()).unwrap()).collect()
    }
}

/// Every byte that the deployment keeps.
fn everything(data: &Path) -> String {
    let files = fs::read_dir(data).unwrap().map(|it| it.unwrap().path());
    let read =
        |it: std::path::PathBuf| String::from_utf8_lossy(&fs::read(it).unwrap()).into_owned();
    files.filter(|it| it.is_file()).map(read).collect()
}

#[tokio::test]
async fn no_word_of_a_row_reaches_the_deployment() {
    let words = ["somebody", "remarkable", "39998, 39999", "true"];
    // In clear, all of them are there: the test would see them.
    let folder = tempfile::tempdir().unwrap();
    let there = deployment(folder.path()).await;
    let device = Device::at(&there, None).await;
    assert_eq!(device.begin().await, None);
    device.fill();
    device.sync().await.unwrap();
    let found = everything(folder.path());
    assert!(words.iter().all(|it| found.contains(it)));

    let folder = tempfile::tempdir().unwrap();
    let there = deployment(folder.path()).await;
    let (one, other) = (Device::at(&there, Some(true)).await, Device::at(&there, None).await);
    let tried = one.remote.try_out().await.unwrap();
    assert!(!tried.is_begun && tried.lacks.is_empty() && tried.notes.len() == 1, "{tried:?}");
    let key = one.begin().await.unwrap();
    assert_eq!(one.remote.key().await.unwrap().unwrap().expose_secret(), key);
    assert_eq!((one.kept("key").await, one.kept("next-key").await), (Some(key.clone()), None));
    assert_eq!(one.begin().await, None, "they are shown once");
    one.fill();
    one.sync().await.unwrap();

    // What is there says that it is sealed.
    assert_eq!(other.remote.try_out().await.unwrap().lacks, ["key"]);
    other.keep("key", &key).await;
    assert!(other.remote.try_out().await.unwrap().lacks.is_empty());
    assert_eq!(other.begin().await, None);
    other.fill();
    other.sync().await.unwrap();
    one.sync().await.unwrap();
    let counts: Vec<_> = one.shown().iter().map(Vec::len).collect();
    assert_eq!(counts, [1, 1, 2], "twins are found by what stands for their key");
    assert_eq!(one.shown(), other.shown());
    assert_eq!(one.replica.digest().unwrap(), other.replica.digest().unwrap());

    let found = everything(folder.path());
    for word in words.into_iter().filter(|it| *it != "true").chain(key.split(' ')) {
        assert!(!found.contains(word), "{word}");
    }
    assert!(found.contains("comments"), "what it says of rows, it does say");
}

#[tokio::test]
async fn whoever_has_not_the_key_is_refused_and_writes_nothing() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (there, other) = (deployment(folder.path()).await, deployment(elsewhere.path()).await);
    let one = Device::at(&there, Some(true)).await;
    let key = one.begin().await.unwrap();
    one.fill();
    one.sync().await.unwrap();
    let before = one.replica.digest().unwrap();

    let another = Device::at(&other, Some(true)).await.begin().await.unwrap();
    let with_another = Device::at(&there, None).await;
    with_another.keep("key", &another).await;
    for (device, says) in [
        (Device::at(&there, None).await, "their key is not on this device"),
        (Device::at(&there, Some(true)).await, "their key is not on this device"),
        (Device::at(&there, Some(false)).await, "their key is not on this device"),
        (with_another, "sealed with another key"),
    ] {
        device.fill();
        let begun = device.remote.begin(Start::Join).await.unwrap_err();
        let synced = device.sync().await.unwrap_err();
        for error in [begun, synced] {
            assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
            assert!(error.to_string().contains(says), "{error}");
            assert!(error.to_string().contains("the words of"), "{error}");
        }
    }
    one.sync().await.unwrap();
    assert_eq!(one.replica.digest().unwrap(), before);

    // A device that was told the words while it ran goes on.
    let late = Device::at(&there, None).await;
    late.sync().await.unwrap_err();
    late.keep("key", &key).await;
    late.sync().await.unwrap();
    assert_eq!(late.shown(), one.shown());
}

#[tokio::test]
async fn rows_in_clear_and_sealed_ones_are_never_mixed() {
    let folder = tempfile::tempdir().unwrap();
    let there = deployment(folder.path()).await;
    let open = Device::at(&there, None).await;
    open.fill();
    open.sync().await.unwrap();
    let sealing = Device::at(&there, Some(true)).await;
    let told = sealing.remote.try_out().await.unwrap_err().to_string();
    assert!(told.contains("are not sealed"), "{told}");
    sealing.remote.begin(Start::Join).await.unwrap_err();
    assert_eq!(sealing.kept("key").await, None);
    sealing.fill();
    sealing.sync().await.unwrap_err();
    open.sync().await.unwrap();
    assert_eq!(open.shown()[1].len(), 1);

    // A deployment that lost sealed rows gets sealed ones again, from whoever has the key.
    let folder = tempfile::tempdir().unwrap();
    let there = deployment(folder.path()).await;
    let one = Device::at(&there, Some(true)).await;
    let empty = there.snapshot().await.unwrap();
    one.begin().await.unwrap();
    one.fill();
    one.sync().await.unwrap();
    let rows = one.replica.digest().unwrap();
    there.restore(&empty).await.unwrap();
    one.sync().await.unwrap();
    assert_eq!(one.replica.digest().unwrap(), rows);
    assert!(!everything(folder.path()).contains("remarkable"));
}

#[tokio::test]
async fn a_key_whose_drawing_was_stopped_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let there = deployment(folder.path()).await;
    let one = Device::at(&there, Some(true)).await;
    let key = one.begin().await.unwrap();
    // As it was between naming the account and keeping the key.
    let stopped = Device::at(&there, Some(true)).await;
    stopped.keep("next-key", &key).await;
    assert!(stopped.remote.try_out().await.unwrap().lacks.is_empty());
    assert_eq!(stopped.begin().await, Some(key.clone()), "nobody has seen it yet");
    assert_eq!(stopped.kept("key").await, Some(key));
}
