//! Devices that share a hub, each with its pages, asked as a browser's script asks them.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    thread,
};

use driftline_client::{Client, OpenProfile, Overrides, importer::Asker, profile::Profile};
use driftline_core::{
    Backend, Env, Hub, Id, Millis, Replica, Schema, Simulated, Values, status::Status,
};
use driftline_memory::MemoryStore;
use driftline_reading::{Reading, inbox::Outside};
use driftline_testing::{Clock, Request, START};
use driftline_web::{Error, Host, Options, Result, Server};
use serde_json::Value;
use tempfile::TempDir;

/// The program around the pages.
struct Around {
    replica: Arc<Replica>,
    outside: Mutex<Outside>,
    profile: OpenProfile,
    _folder: TempDir,
}

impl Around {
    fn new(replica: Arc<Replica>, env: Arc<dyn Env>) -> Self {
        let (profile, _folder) = profile(&replica, env);
        Self { replica, outside: Mutex::default(), profile, _folder }
    }
}

/// A profile whose rows are `replica`, and which syncs with nobody by itself.
fn profile(replica: &Arc<Replica>, env: Arc<dyn Env>) -> (OpenProfile, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let pairs = vec!["local.backend=memory".to_owned()];
    let over = Overrides { origin: "this test".into(), pairs };
    let client = Client::new(Profile::at(folder.path().to_owned()), env, over).unwrap();
    let device = client.device_of(replica.clone()).unwrap();
    let profile = OpenProfile::new(client, &device, Asker::idle(), None, Box::new(|_| None));
    (profile, folder)
}

impl Host for Around {
    fn profile(&self) -> &OpenProfile {
        &self.profile
    }

    fn status(&self) -> Result<Status> {
        Ok(self.replica.status(Some("the hub"))?)
    }

    fn pulse(&self) -> Option<u64> {
        None
    }

    fn call(&self, command: &str) -> String {
        format!("driftline {command}")
    }

    fn opening(&self) -> String {
        "driftline open".into()
    }

    fn outside(&self) -> Result<Outside> {
        Ok(self.outside.lock().unwrap().clone())
    }

    fn demo(&self) -> Result<String> {
        Err(Error::Host("there is no made-up data".into()))
    }
}

/// One device with its pages.
pub(crate) struct Device {
    pub(crate) replica: Arc<Replica>,
    clock: Arc<Clock>,
    around: Arc<Around>,
    address: SocketAddr,
    secret: String,
}

/// What an action answered.
pub(crate) struct Done {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Done {
    pub(crate) fn toast(&self) -> &str {
        self.body["toast"].as_str().unwrap_or_default()
    }

    /// The path that takes it back.
    pub(crate) fn undo(&self) -> String {
        self.body["undo"]["path"].as_str().unwrap().to_owned()
    }
}

impl Device {
    pub(crate) fn new(seed: u64) -> Self {
        let clock = Arc::new(Clock::set(seed, START));
        let store = Arc::new(MemoryStore::new(Schema::registered().unwrap()));
        let replica = Arc::new(Replica::open(store, clock.clone()).unwrap());
        let around = Arc::new(Around::new(replica.clone(), clock.clone()));
        let options = Options {
            reading: Reading::new(replica.clone()),
            env: clock.clone(),
            host: around.clone(),
            zone: jiff::tz::TimeZone::UTC,
            port: 0,
        };
        let (sender, receiver) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let server = Server::bind(options).await.unwrap();
                sender.send((server.address(), server.door().link("/"))).unwrap();
                server.run(std::future::pending()).await;
            });
        });
        let (address, link) = receiver.recv().unwrap();
        let code = link.split_once("#code=").unwrap().1.to_owned();
        let mut device = Self { replica, clock, around, address, secret: String::new() };
        let (status, secret) = device.ask("POST", "/key", &format!("code={code}"));
        assert_eq!(status, 200, "{secret}");
        device.secret = secret;
        device
    }

    pub(crate) fn pass(&self, length: Millis) {
        self.clock.pass(length);
    }

    pub(crate) fn see(&self, outside: Outside) {
        *self.around.outside.lock().unwrap() = outside;
    }

    pub(crate) fn sync(&self, hub: &dyn Backend) {
        self.pass(10);
        futures_executor::block_on(self.replica.sync(hub)).unwrap();
    }

    pub(crate) fn create(&self, entity: &str, values: &[(&str, &str)]) -> Id {
        self.pass(10);
        self.replica.create_values(entity, &self::values(values)).unwrap()
    }

    pub(crate) fn set(&self, entity: &str, id: Id, values: &[(&str, &str)]) {
        self.pass(10);
        self.replica.update_values(entity, id, &self::values(values)).unwrap();
    }

    /// A page, as the script fetches it.
    pub(crate) fn page(&self, path: &str) -> String {
        let (status, body) = self.ask("GET", &format!("/fragment{path}"), "");
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) fn status_of(&self, path: &str) -> u16 {
        self.ask("GET", &format!("/fragment{path}"), "").0
    }

    /// An action, as a button or a form calls it.
    pub(crate) fn act(&self, path: &str, form: &str) -> Done {
        self.pass(10);
        let (status, body) = self.ask("POST", &format!("/action{path}"), form);
        Done { status, body: serde_json::from_str(&body).unwrap_or(Value::from(body)) }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let (host, origin) = (self.address.to_string(), format!("http://{}", self.address));
        let headers = [
            ("host", &*host),
            ("origin", &origin),
            ("x-driftline-key", &self.secret),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let answer = Request { method, target: path, headers: &headers, body }.ask(self.address);
        (answer.status, answer.body)
    }
}

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(field, text)| ((*field).to_owned(), (*text).into())).collect()
}

pub(crate) fn hub() -> Hub {
    let store = Arc::new(MemoryStore::new(Schema::registered().unwrap()));
    Hub::open(store, "ana", &Simulated::new(99, START)).unwrap()
}
