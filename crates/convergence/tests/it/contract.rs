//! The contract over hubs that keep it, and over hubs that do not.

use std::sync::Arc;

use async_trait::async_trait;
use driftline_convergence::{Contract, contract, scratch};
use driftline_core::{
    Answer, Answers, Backend, Cursor, Error, Hub, Limits, PROTOCOL, Page, Pull, Push, Result,
    Schema, Simulated, Stale, Value,
};
use driftline_entities as _;
use driftline_memory::MemoryStore;
use futures_executor::block_on;

/// A mistake of a service.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    TakesOvertaken,
    TakesAnyAccount,
    WrongHash,
    TakesFuture,
    CutsText,
    LongPages,
    NoDigests,
    LosesRows,
}

struct Service {
    hub: Hub,
    flaw: Flaw,
}

#[async_trait]
impl Backend for Service {
    fn name(&self) -> String {
        "service".into()
    }

    fn limits(&self) -> Limits {
        self.hub.limits()
    }

    async fn pull(&self, mut request: Pull) -> Result<Page> {
        if self.flaw == Flaw::LongPages {
            request.rows = request.rows.max(200);
        }
        let mut page = self.hub.pull(request).await?;
        match self.flaw {
            Flaw::NoDigests => page.digests = None,
            Flaw::CutsText => {
                for change in &mut page.changes {
                    let cut: Vec<_> = change
                        .row
                        .cells()
                        .filter(|(_, it)| it.value.as_str().is_some_and(|it| it.len() > 1 << 20))
                        .map(|(field, it)| (field.clone(), it.stamp))
                        .collect();
                    for (field, stamp) in cut {
                        change.row.set(field, stamp, Value::Null);
                    }
                }
            }
            Flaw::LosesRows => {
                page.changes.retain(|it| it.entity == "contract" || it.row.hash("", it.id) % 4 > 0);
            }
            _ => (),
        }
        Ok(page)
    }

    async fn push(&self, mut request: Push) -> Result<Answers> {
        let identity = self
            .hub
            .pull(Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 })
            .await?;
        match self.flaw {
            Flaw::TakesAnyAccount => {
                request.account = identity.identity.account;
                request.epoch = identity.identity.epoch;
            }
            Flaw::TakesOvertaken => {
                while let Err(Error::Stale { why: Stale::OldCall { last }, .. }) =
                    self.hub.push(request.clone()).await
                {
                    request.serial = last.next();
                }
                request.serial = request.serial.next();
            }
            _ => (),
        }
        let mut answers = self.hub.push(request).await?;
        if self.flaw == Flaw::WrongHash {
            for it in &mut answers.answers {
                if let Answer::Accepted { hash, .. } = it {
                    *hash ^= 1;
                }
            }
        }
        Ok(answers)
    }
}

/// The promises that were kept, and the one that was not.
fn outcome(flaw: Flaw, with_row: bool) -> Result<(usize, Option<&'static str>)> {
    let schema = Schema::registered()?;
    let env = Arc::new(Simulated::new(5, 1_790_000_000_000));
    let hub = |person: &str| {
        let hub = Hub::open(Arc::new(MemoryStore::new(schema)), person, &*env).unwrap();
        let hub = if flaw == Flaw::TakesFuture { hub } else { hub.with_clock(env.clone()) };
        Claims { service: Service { hub, flaw }, env: env.clone() }
    };
    let (one, other) = (hub("ana"), hub("ben"));
    if with_row {
        let store: Arc<dyn driftline_core::Store> = Arc::new(MemoryStore::new(schema));
        let device = driftline_core::Replica::open(store, env.clone())?;
        device.create_values("inbox", &[("title".to_owned(), "mine".into())].into())?;
        block_on(device.sync(&other))?;
    }
    let asked =
        Contract { hubs: [&one, &other], schema, local: scratch("memory")?, env, rounds: 60 };
    let mut kept = 0;
    let broken = block_on(contract(&asked, |_| kept += 1))?;
    Ok((kept, broken.map(|it| it.promise)))
}

/// Says its time, whether or not it minds that of others.
struct Claims {
    service: Service,
    env: Arc<Simulated>,
}

#[async_trait]
impl Backend for Claims {
    fn name(&self) -> String {
        self.service.name()
    }

    fn limits(&self) -> Limits {
        self.service.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        use driftline_core::Env;
        let page = self.service.pull(request).await?;
        Ok(Page { time: Some(self.env.wall()), ..page })
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.service.push(request).await
    }
}

#[test]
fn a_hub_keeps_every_promise() {
    assert_eq!(outcome(Flaw::None, false).unwrap(), (14, None));
}

#[test]
fn each_mistake_breaks_its_promise() {
    for (flaw, promise) in [
        (Flaw::TakesOvertaken, "a call that was overtaken is refused"),
        (Flaw::TakesAnyAccount, "another account or epoch is refused"),
        (Flaw::WrongHash, "a call that is repeated changes nothing"),
        (Flaw::TakesFuture, "nothing from the future is taken"),
        (Flaw::CutsText, "long values come back whole"),
        (Flaw::LongPages, "pages have bounds, an order and an end"),
        (Flaw::NoDigests, "devices over a bad wire end equal"),
        (Flaw::LosesRows, "devices over a bad wire end equal"),
    ] {
        let outcome = outcome(flaw, false);
        let found = match &outcome {
            Ok((_, found)) => *found,
            // Some mistakes are seen by the devices themselves.
            Err(error) => {
                assert_eq!(error.code(), "not_equal", "{flaw:?}: {error}");
                Some("devices over a bad wire end equal")
            }
        };
        assert_eq!(found, Some(promise), "{flaw:?}");
    }
}

#[test]
fn an_account_with_rows_is_refused_and_nothing_is_written() {
    let error = outcome(Flaw::None, true).unwrap_err().to_string();
    assert!(error.contains("holds rows of ben already"), "{error}");
}
