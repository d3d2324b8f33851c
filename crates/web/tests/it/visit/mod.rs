//! A server over rows in memory, and what a browser would ask of it.
#![allow(dead_code, reason = "every test file uses a part of it, and a test ends where it fails")]

use std::{
    io::{BufReader, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use driftline_client::{Client, OpenProfile, Overrides, importer::Asker, profile::Profile};
use driftline_core::{Env, Id, Replica, Schema, status::Status};
use driftline_memory::MemoryStore;
use driftline_reading::{Reading, inbox::Outside};
use driftline_testing::{Answer, Clock, Request, START};
use driftline_text::Shell;
use driftline_web::{Door, Error, Host, Options, Result, Server, Traded};
use jiff::tz::TimeZone;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    runtime::Runtime,
    sync::{mpsc::UnboundedReceiver, oneshot},
};

/// A server, and the key to it.
pub(crate) struct Visit {
    pub(crate) replica: Arc<Replica>,
    pub(crate) env: Arc<Clock>,
    pub(crate) program: Arc<Program>,
    address: SocketAddr,
    key: String,
    door: Door,
    traded: UnboundedReceiver<Traded>,
    stop: Option<oneshot::Sender<()>>,
    _runtime: Runtime,
}

impl Visit {
    pub(crate) fn new() -> Self {
        let store = MemoryStore::new(Schema::registered().unwrap());
        let env = Arc::new(Clock::still(7, START));
        let replica = Arc::new(Replica::open(Arc::new(store), env.clone()).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let program = Arc::new(Program::new(replica.clone(), env.clone()));
        let options = Options {
            reading: Reading::new(replica.clone()),
            env: env.clone(),
            host: program.clone(),
            zone: TimeZone::UTC,
            port: 0,
        };
        let mut server = runtime.block_on(Server::bind(options)).unwrap();
        let (address, door, traded) = (server.address(), server.door(), server.traded());
        let link = door.link("/");
        let (stop, stopped) = oneshot::channel::<()>();
        runtime.spawn(server.run(async { _ = stopped.await }));
        let code = link.split_once("#code=").unwrap().1;
        let answer = ask(address, "POST", "/key", "", &format!("code={code}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (key, stop, _runtime) = (answer.body, Some(stop), runtime);
        Self { replica, env, program, address, key, door, traded, stop, _runtime }
    }

    /// Ends the server, which lets what is being answered come to its end.
    pub(crate) fn stop(&mut self) {
        self.stop = None;
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A code that lets one more browser in.
    pub(crate) fn code(&self) -> String {
        self.door.link("/").split_once("#code=").unwrap().1.to_owned()
    }

    pub(crate) fn trade(&self, code: &str) -> Answer {
        ask(self.address, "POST", "/key", "", &format!("code={code}"))
    }

    /// What became of codes since this was last asked.
    pub(crate) fn told(&mut self) -> Vec<Traded> {
        std::iter::from_fn(|| self.traded.try_recv().ok()).collect()
    }

    /// What lets a browser in; no page holds it.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// A page that is there.
    pub(crate) fn page(&self, path: &str) -> String {
        let answer = self.get(&format!("/fragment{path}"));
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        ask(self.address, "GET", path, &self.key, "")
    }

    /// Asks as a browser that can unpack, and leaves the answer to be read.
    pub(crate) fn ask_packed(&self, path: &str, encodings: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {}\r\nx-driftline-key: {}\r\n\
             accept-encoding: {encodings}\r\nconnection: close\r\n\r\n",
            self.address, self.key
        )
        .unwrap();
        BufReader::new(stream)
    }

    /// What an action that works says.
    pub(crate) fn act(&self, path: &str, form: &str) -> Value {
        let answer = self.post(path, form);
        assert_eq!(answer.status, 200, "{path} {form}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    pub(crate) fn post(&self, path: &str, form: &str) -> Answer {
        ask(self.address, "POST", &format!("/action{path}"), &self.key, form)
    }
}

fn ask(address: SocketAddr, method: &str, path: &str, key: &str, body: &str) -> Answer {
    let (host, origin) = (address.to_string(), format!("http://{address}"));
    let headers = [("host", &*host), ("origin", &origin), ("x-driftline-key", key)];
    let answer = Request { method, target: path, headers: &headers, body }.ask(address);
    assert_ne!(answer.status, 0, "{answer:?}");
    assert!(!answer.head.contains("transfer-encoding: chunked"), "answers have a length");
    answer
}

/// The program around the pages, which counts how often it is asked where things stand.
pub(crate) struct Program {
    replica: Arc<Replica>,
    profile: OpenProfile,
    _folder: TempDir,
    pub(crate) asked: AtomicU64,
    pub(crate) pulse: AtomicU64,
}

impl Program {
    fn new(replica: Arc<Replica>, env: Arc<dyn Env>) -> Self {
        let _folder = tempfile::tempdir().unwrap();
        let pairs = vec!["local.backend=memory".to_owned()];
        let over = Overrides { origin: "this test".into(), pairs };
        let client = Client::new(Profile::at(_folder.path().to_owned()), env, over).unwrap();
        let device = client.device_of(replica.clone()).unwrap();
        let profile = OpenProfile::new(client, &device, Asker::idle(), None, Box::new(|_| None));
        let (asked, pulse) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { replica, profile, _folder, asked, pulse }
    }
}

impl Host for Program {
    fn profile(&self) -> &OpenProfile {
        &self.profile
    }

    fn status(&self) -> Result<Status> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.replica.status(None)?)
    }

    fn pulse(&self) -> Option<u64> {
        Some(self.pulse.load(Ordering::Relaxed))
    }

    fn outside(&self) -> Result<Outside> {
        Ok(Outside::default())
    }

    fn call(&self, command: &str) -> String {
        format!("driftline {command}")
    }

    fn opening(&self) -> String {
        "driftline open".into()
    }

    fn person(&self) -> Option<String> {
        Some("Ada <b>".into())
    }

    fn shell(&self) -> Shell {
        Shell::Posix
    }

    fn demo(&self) -> Result<String> {
        Err(Error::Host("there is no made-up data".into()))
    }
}

/// An id that nothing has.
pub(crate) fn nobody() -> Id {
    Id::imported(0, &["nobody"])
}
