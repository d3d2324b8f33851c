//! A remote that can only be called is held to the suite as well, and one that breaks a
//! promise is caught.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use driftline_convergence::{Fault, MakeRemote, OpenRemote, Remote, Suite, run, scratch};
use driftline_core::{
    Answers, Backend, Hub, Limits, Page, Pull, Push, Result, Schema, Scratch, Simulated,
};
use driftline_entities as _;
use driftline_memory::MemoryStore;

/// How it breaks a promise.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    None,
    /// Every seventh push is answered and forgotten.
    Forgets,
    /// The rows of a page lose a cell.
    Trims,
}

/// A service behind which nobody can look.
struct Service {
    schema: Arc<Schema>,
    person: String,
    env: Arc<Simulated>,
    flaw: Flaw,
    place: Box<dyn Scratch>,
    saved: Option<Box<dyn Scratch>>,
    door: Door,
}

struct Door {
    hub: Hub,
    flaw: Flaw,
    /// Answers for what is forgotten.
    shadow: Box<dyn Fn() -> Result<Hub> + Send + Sync>,
    pushes: AtomicUsize,
}

#[async_trait]
impl Backend for Door {
    fn name(&self) -> String {
        self.hub.name()
    }

    fn limits(&self) -> Limits {
        // Few, so that the feed takes several pages.
        Limits { rows: 7, ..self.hub.limits() }
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        let mut page = self.hub.pull(request).await?;
        if self.flaw == Flaw::Trims {
            for change in &mut page.changes {
                change.row.retain(|field| field != "pinned");
            }
        }
        Ok(page)
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        let count = self.pushes.fetch_add(1, Ordering::Relaxed);
        if self.flaw == Flaw::Forgets && count % 7 == 6 {
            return (self.shadow)()?.push(request).await;
        }
        self.hub.push(request).await
    }
}

impl Service {
    fn open(open: &OpenRemote<'_>, flaw: Flaw) -> Result<Self> {
        let OpenRemote { schema, person, env, .. } = *open;
        let place: Box<dyn Scratch> = Box::new(MemoryStore::new(schema));
        let door = serve(&*place, schema, person, env, flaw)?;
        let (schema, person, env) = (schema.clone(), person.to_owned(), env.clone());
        Ok(Self { schema, person, env, flaw, place, saved: None, door })
    }

    fn move_to(&mut self, place: Box<dyn Scratch>) -> Result<()> {
        self.door = serve(&*place, &self.schema, &self.person, &self.env, self.flaw)?;
        self.place = place;
        Ok(())
    }
}

/// It always has a clock, as a service does.
fn serve(
    place: &dyn Scratch,
    schema: &Arc<Schema>,
    person: &str,
    env: &Arc<Simulated>,
    flaw: Flaw,
) -> Result<Door> {
    let hub = Hub::open(place.open(schema)?, person, &**env)?.with_clock(env.clone());
    let copied = place.copy()?;
    let (schema, person, env) = (schema.clone(), person.to_owned(), env.clone());
    let shadow = move || Hub::open(copied.copy()?.open(&schema)?, &person, &*env);
    Ok(Door { hub, flaw, shadow: Box::new(shadow), pushes: AtomicUsize::new(0) })
}

impl Remote for Service {
    fn backend(&self) -> &dyn Backend {
        &self.door
    }

    fn wipe(&mut self) -> Result<()> {
        self.move_to(Box::new(MemoryStore::new(&self.schema)))
    }

    fn save(&mut self) -> Result<()> {
        self.saved = Some(self.place.copy()?);
        Ok(())
    }

    fn put_back(&mut self) -> Result<bool> {
        let Some(saved) = &self.saved else { return Ok(false) };
        let again = saved.copy()?;
        self.move_to(again)?;
        Ok(true)
    }
}

fn suite(flaw: Flaw) -> Suite {
    let make: MakeRemote = Box::new(move |open| Ok(Box::new(Service::open(open, flaw)?)));
    Suite::with_remote(Schema::registered().unwrap(), scratch("memory").unwrap(), make).unwrap()
}

#[test]
fn a_service_that_can_only_be_called_keeps_every_promise() {
    let suite = suite(Flaw::None);
    let outcome = run(&suite, 300, 100, 5_000_000, &|_| ());
    let failure = outcome.failure.map(|it| it.shrink(&suite).to_string()).unwrap_or_default();
    assert!(failure.is_empty(), "{failure}");
    for fault in Fault::ALL {
        assert!(outcome.counts.contains_key(&format!("{fault:?}")), "{fault:?} never happened");
    }
}

#[test]
fn what_a_service_does_wrong_is_seen_from_outside() {
    for (name, flaw) in [("forgets", Flaw::Forgets), ("trims", Flaw::Trims)] {
        let suite = suite(flaw);
        let fail = |schedules, seed| run(&suite, schedules, 60, seed, &|_| ()).failure;
        let failure = fail(20, 6_000_000).map(|it| it.shrink(&suite));
        let Some(failure) = failure else { panic!("a service that {name} was not caught") };
        let (needed, text) = (failure.steps.len(), failure.to_string());
        assert!(needed < 20, "a service that {name}: {needed} steps are not few: {text}");
        assert!(text.ends_with(&format!("--schedules 1 --seed {}", failure.seed)), "{text}");
        let again = fail(1, failure.seed).unwrap().shrink(&suite);
        assert_eq!(again.to_string(), text, "a seed is one schedule, and shrinks to one");
    }
}
