//! Connecting with a remote: tried out before anything is written down, agreed to before
//! anything is sent, and left for another one with everything that is here.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use driftline_client::{
    Ask, Error, Question, Result, Step,
    connect::{Connected, How, Typed, connect, key},
    first_merge::Agreed,
    runtime,
};
use driftline_core::{
    Answers, Backend, BackendPlugin, Begun, Error as CoreError, ExposeSecret, Hub, Limits,
    OpenBackend, Page, Pull, Push, Schema, SecretString, Secrets, SetUp, SignInCause, Start, Tried,
    inventory,
};
use driftline_memory::MemoryStore;
use driftline_testing::START;

use crate::world::{Side, World};

/// The hubs that were begun, by the place that the config names.
static BEGUN: Mutex<BTreeMap<String, Arc<Hub>>> = Mutex::new(BTreeMap::new());

fn begun() -> MutexGuard<'static, BTreeMap<String, Arc<Hub>>> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}

inventory::submit! {
    BackendPlugin {
        name: "guarded",
        doc: "A hub that asks for a password and seals what it keeps",
        settings: &[("at", "a place")],
        secrets: &[("password", "what the hub asks for"), ("key", "the words of its key")],
        set_up: Some(|open| Ok(Arc::new(Guarded::of(open)))),
        remote: Some(|open| Ok(Arc::new(Guarded::of(open)))),
        ..BackendPlugin::NONE
    }
}

struct Guarded {
    at: String,
    secrets: Option<Arc<dyn Secrets>>,
}

impl Guarded {
    fn of(open: &OpenBackend<'_>) -> Self {
        let at = open.settings["at"].as_str().unwrap().to_owned();
        Self { at, secrets: open.secrets.clone() }
    }

    async fn password(&self) -> driftline_core::Result<Option<String>> {
        let secrets = self.secrets.as_ref().unwrap();
        let known = secrets.load(&self.at, "password").await?;
        Ok(known.map(|it| it.expose_secret().to_owned()))
    }

    async fn hub(&self) -> driftline_core::Result<Arc<Hub>> {
        if self.password().await?.as_deref() != Some("open sesame") {
            return Err(CoreError::signed_out(&self.at));
        }
        begun().get(&self.at).cloned().ok_or_else(|| CoreError::Store {
            what: format!("nothing of yours is at {}", self.at),
            help: "connect first".into(),
            source: None,
        })
    }
}

#[async_trait]
impl Backend for Guarded {
    fn name(&self) -> String {
        self.at.clone()
    }

    fn limits(&self) -> Limits {
        Hub::LIMITS
    }

    async fn pull(&self, request: Pull) -> driftline_core::Result<Page> {
        self.hub().await?.pull(request).await
    }

    async fn push(&self, request: Push) -> driftline_core::Result<Answers> {
        self.hub().await?.push(request).await
    }
}

#[async_trait]
impl SetUp for Guarded {
    async fn try_out(&self) -> driftline_core::Result<Tried> {
        let is_begun = begun().contains_key(&self.at);
        let tried = |lacks| Tried { is_begun, lacks, ..Tried::default() };
        match self.password().await?.as_deref() {
            None => Ok(tried(vec!["password"])),
            Some("open sesame") => Ok(tried(Vec::new())),
            Some(_) => Err(CoreError::Store {
                what: format!("{} does not take this password", self.at),
                help: "type it again".into(),
                source: None,
            }),
        }
    }

    async fn begin(&self, _start: Start) -> driftline_core::Result<Begun> {
        if begun().contains_key(&self.at) {
            return Ok(Begun::default());
        }
        let store = Arc::new(MemoryStore::new(Schema::registered()?));
        let env = driftline_core::Simulated::new(self.at.len() as u64 + START, START);
        let hub = Hub::open(store, &format!("person of {}", self.at), &env)?;
        begun().insert(self.at.clone(), Arc::new(hub));
        let words = SecretString::from(format!("words of {}", self.at));
        self.secrets.as_ref().unwrap().save(&self.at, "key", &words).await?;
        Ok(Begun { is_new: true, key: Some(words) })
    }

    async fn key(&self) -> driftline_core::Result<Option<SecretString>> {
        self.secrets.as_ref().unwrap().load(&self.at, "key").await
    }
}

/// Somebody who types these secrets and answers the question as they were told to.
#[derive(Default)]
struct Person {
    types: BTreeMap<&'static str, &'static str>,
    agrees: bool,
    heard: Mutex<Vec<String>>,
}

impl Person {
    fn who_types(password: &'static str) -> Self {
        Self { types: [("password", password)].into(), ..Self::default() }
    }

    fn hear(&self, what: String) {
        self.heard.lock().unwrap().push(what);
    }
}

impl Ask for Person {
    fn told(&self, step: Step<'_>) -> Result<()> {
        match step {
            Step::Key(words) => self.hear(format!("key: {words}")),
            Step::Reviewed(it) => self.hear(format!("reviewed: {}", it.rows.entities.len())),
            Step::Copied(_) => self.hear("copied".into()),
            _ => (),
        }
        Ok(())
    }

    fn agrees(&self, question: Question<'_>) -> Result<bool> {
        if let Question::Connect { remote, leaves } = question {
            self.hear(format!("asked: {remote}, leaving {}", leaves.unwrap_or("nobody")));
        }
        Ok(self.agrees)
    }

    fn secret(&self, name: &str, _what: &str) -> Result<Option<SecretString>> {
        Ok(self.types.get(name).map(|it| SecretString::from(*it)))
    }
}

fn to(backend: &str, key: &str, value: &str) -> How {
    let settings = vec![(key.to_owned(), value.to_owned())];
    let how = How { backend: Some(backend.to_owned()), settings, ..How::default() };
    How { in_file: true, ..how }
}

fn run(side: &Side, how: &How, person: &Person) -> Result<Connected> {
    let connecting = connect(&side.client, &side.device.replica, how, person);
    runtime().unwrap().block_on(connecting)
}

/// The same profile, with the config as it is now.
fn again(side: &Side) -> Side {
    let device = side.client.device_of(side.device.replica.clone()).unwrap();
    Side { client: side.client.clone(), device }
}

fn config(world: &World, name: &str) -> String {
    fs::read_to_string(world.path(name).join("driftline.toml")).unwrap_or_default()
}

#[test]
fn what_goes_wrong_before_the_place_is_ready_changes_nothing() {
    let world = World::new();
    let side = world.open("a");
    side.add("sessions", &[("name", "Here")]);
    let nobody = Person::default();
    let error = run(&side, &to("nowhere", "at", "x"), &nobody).unwrap_err();
    assert!(matches!(error, Error::NoBackend { .. }), "{error}");
    let error = run(&side, &to("guarded", "on", "x"), &nobody).unwrap_err();
    assert!(error.to_string().contains("remote.on"), "{error}");
    let error = run(&side, &to("guarded", "at", "wrong"), &nobody).unwrap_err();
    assert!(matches!(error, Error::LacksSecrets { .. }), "{error}");
    let liar = Person::who_types("canary0 wrong");
    let error = run(&side, &to("guarded", "at", "wrong"), &liar).unwrap_err();
    assert!(error.to_string().contains("does not take this password"), "{error}");
    assert!(!format!("{error:?}").contains("canary0"));
    assert_eq!(config(&world, "a"), "");
    assert!(!begun().contains_key("wrong"));
    let kept = fs::read_dir(world.path("a").join("tokens")).map_or(0, Iterator::count);
    assert_eq!(kept, 0, "a password that was not taken is not kept");
}

#[test]
fn nothing_is_sent_before_somebody_has_agreed() {
    let world = World::new();
    let side = world.open("a");
    side.add("sessions", &[("name", "Here")]);
    let how = to("guarded", "at", "agreed");

    let looks = How { merge: Agreed::No, ..how.clone() };
    let done = run(&side, &looks, &Person::who_types("open sesame")).unwrap();
    assert!(done.is_new && done.first.is_none());
    assert_eq!(config(&world, "a"), "");

    let declines = Person::who_types("open sesame");
    let done = run(&side, &how, &declines).unwrap();
    assert!(done.first.unwrap().merged.is_none());
    assert!(config(&world, "a").contains("agreed"));
    let heard = declines.heard.lock().unwrap().clone();
    assert_eq!(heard[0], "key: words of agreed");
    assert!(heard.last().unwrap().starts_with("asked: agreed, leaving nobody"), "{heard:?}");
    let unsent = again(&side).try_sync().unwrap_err();
    assert!(matches!(unsent, Error::Core(CoreError::SignIn { why: SignInCause::Unreviewed, .. })));

    // The password is kept by now, and the config says the rest.
    let agrees = Person { agrees: true, ..Person::default() };
    let go_on = How { in_file: true, ..How::default() };
    let merged = run(&again(&side), &go_on, &agrees).unwrap().first.unwrap().merged.unwrap();
    assert_eq!((merged.received, merged.sent), (0, 1));
    assert_eq!(again(&side).sync().sent, 0);
    let words = runtime().unwrap().block_on(key(&side.client)).unwrap().unwrap();
    assert_eq!(words.expose_secret(), "words of agreed");

    // Another device comes to the same rows, and no words are drawn again.
    let other = world.open("b");
    let typed = Typed::from_iter([("password".to_owned(), SecretString::from("open sesame"))]);
    let how = How { secrets: typed, merge: Agreed::Yes, ..how };
    let person = Person::default();
    run(&other, &how, &person).unwrap();
    assert_eq!(other.digest(), side.digest());
    assert!(person.heard.lock().unwrap().iter().all(|it| !it.starts_with("key")));
}

#[test]
fn a_move_takes_everything_along_and_leaves_the_old_place_as_it_was() {
    let world = World::new();
    let (one, two) = (world.text("one.db"), world.text("two.db"));
    let agrees = Person { agrees: true, ..Person::default() };
    let (here, there) = (world.open("a"), world.open("b"));
    here.add("workspaces", &[("path", "/src"), ("name", "Named on a")]);
    here.add("sessions", &[("name", "From a")]);
    run(&here, &to("sqlite", "path", &one), &agrees).unwrap();
    there.add("workspaces", &[("path", "/src")]);
    there.add("sessions", &[("name", "From b")]);
    run(&there, &to("sqlite", "path", &two), &agrees).unwrap();

    // Pointing the config elsewhere is refused; connecting moves.
    let first = again(&here);
    // Also such a place gets nothing before somebody has agreed.
    let waits = world.open("d");
    waits.add("sessions", &[("name", "From d")]);
    run(&waits, &to("sqlite", "path", &one), &Person::default()).unwrap();
    assert!(again(&waits).try_sync().is_err());
    assert_eq!(waits.count("sessions"), 1);
    world.set("a", &[("remote.path", &two)]);
    assert!(again(&here).try_sync().is_err());
    world.set("a", &[("remote.path", &one)]);
    let person = Person { agrees: true, ..Person::default() };
    let done = run(&first, &to("sqlite", "path", &two), &person).unwrap().first.unwrap();
    let counts = &done.review.rows.entities;
    assert_eq!((counts["sessions"].only_here, counts["sessions"].only_there), (1, 1));
    assert!(done.merged.unwrap().backup.unwrap().is_file());
    assert!(
        person.heard.lock().unwrap().iter().any(|it| it.contains("leaving file:")),
        "{:?}",
        person.heard
    );
    again(&there).sync();
    again(&here).sync();
    assert_eq!(here.digest(), there.digest());
    for side in [&here, &there] {
        assert_eq!(side.all("sessions", "name"), ["From a", "From b"]);
        assert_eq!(side.all("workspaces", "name"), ["Named on a"]);
    }
    let late = world.open("c");
    run(&late, &to("sqlite", "path", &one), &agrees).unwrap();
    assert_eq!(late.all("sessions", "name"), ["From a"]);
}

#[test]
fn the_table_of_the_remote_is_replaced_and_the_rest_of_the_file_stays() {
    let world = World::new();
    let agrees = Person { agrees: true, ..Person::default() };
    let text = "# mine\n[sync]\ndebounce = \"3s\" # slow\n\n[remote]\nbackend = \"convex\"\n\
                url = \"https://a.convex.cloud\"\n";
    world.write_config("a", text);
    let side = world.open("a");
    run(&side, &to("sqlite", "path", &world.text("one.db")), &agrees).unwrap();
    let written = config(&world, "a");
    assert!(written.contains("# mine") && written.contains("# slow"), "{written}");
    assert!(!written.contains("url") && written.contains("one.db"), "{written}");
    let none = How { backend: Some("none".into()), ..How::default() };
    assert!(run(&side, &none, &agrees).unwrap().remote.is_none());
    let written = config(&world, "a");
    assert!(!written.contains("one.db") && written.contains("none"), "{written}");
    assert!(again(&side).device.config.remote.is_none());
}
