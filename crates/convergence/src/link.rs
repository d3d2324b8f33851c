//! The wire between a device and its hub, and what goes wrong on it.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use driftline_core::{
    ALIASES, Answer, Answers, Backend, Change, Error, Id, Limits, PROTOCOL, Page, Pull, Push,
    Result, Stamp, Store, TakeSnapshot,
    clock::DRIFT,
    device::{Position, Unread},
};

use crate::{
    dice::Dice,
    folds::{Folds, newly_taken},
    model::Model,
    plan::Fault,
    promise::{broken, lock},
    sender::{Late, Sender},
};

pub(crate) struct Link<'a> {
    pub(crate) device: &'a dyn Sender,
    pub(crate) hub: &'a dyn Backend,
    /// Where the hub keeps its rows, if one can look into it.
    pub(crate) hub_store: Option<&'a dyn Store>,
    /// How often the hub had lost something.
    pub(crate) losses: u32,
    /// The hub of another person.
    pub(crate) other: &'a dyn Backend,
    pub(crate) model: &'a Mutex<Model>,
    pub(crate) fault: Fault,
    /// The call at which it happens.
    pub(crate) at: usize,
    pub(crate) dice: u64,
    pub(crate) rows: usize,
    /// Whether the device speaks the protocol before this one.
    pub(crate) older: bool,
    pub(crate) calls: AtomicUsize,
    pub(crate) fired: AtomicBool,
}

impl Link<'_> {
    /// Whether `fault` happens at this call.
    fn happens(&self, fault: Fault, call: usize) -> bool {
        // A wire is down for a moment, or for the rest of a sync.
        let lasts = matches!(fault, Fault::DropCall | Fault::DropAnswer) && self.dice % 2 == 1;
        let now = self.fault == fault && (self.at == call || (lasts && call > self.at));
        if now {
            self.fired.store(true, Ordering::Relaxed);
        }
        now
    }

    fn lost(&self) -> Error {
        Error::Unavailable { remote: self.hub.name(), retry_after: None, source: None }
    }

    fn edit(&self, call: usize) -> Result<()> {
        if self.happens(Fault::EditOnWire, call) {
            self.device.edit_meanwhile(self.model, &mut Dice::new(self.dice))?;
        }
        Ok(())
    }

    fn version(&self, call: usize) -> u32 {
        if self.happens(Fault::FutureProtocol, call) {
            PROTOCOL + 2
        } else if self.older {
            PROTOCOL - 1
        } else {
            PROTOCOL
        }
    }

    /// Parts of rows that the hub does not hold. Of a hub that one cannot look into: those
    /// that no hub ever heard of.
    fn strange_parts(&self, push: &Push) -> Result<BTreeSet<Id>> {
        let mut strange = BTreeSet::new();
        for change in push.changes.iter().filter(|it| !it.whole) {
            let (entity, id) = (&change.entity, change.id);
            let held = match self.hub_store {
                Some(store) => store.view(|tx| tx.get(entity, id))?.is_some(),
                None => *entity == ALIASES.name || lock(self.model).is_heard(entity, id),
            };
            if !held {
                strange.insert(change.id);
            }
        }
        Ok(strange)
    }

    /// What the hub took is neither from the future nor a part of what it lacks, and what
    /// it folded is right.
    fn check_taken(&self, push: &Push, answers: &Answers, strange: &BTreeSet<Id>) -> Result<()> {
        let latest = answers.time.map_or(u64::MAX, |it| it + DRIFT);
        for (change, answer) in push.changes.iter().zip(&answers.answers) {
            let taken = matches!(answer, Answer::Accepted { .. });
            let ahead = |it: Stamp| it.is_person() && it.millis() > latest;
            if taken && strange.contains(&change.id) {
                return Err(broken(format!("the hub took a mere part of {}", change.id)));
            }
            if taken && change.row.cells().any(|(_, cell)| ahead(cell.stamp)) {
                let found = format!("the hub took {} {} from the future", change.entity, change.id);
                return Err(broken(found));
            }
        }
        let new = newly_taken(&mut lock(self.model), push, answers);
        if new.is_empty() && answers.recorded.is_empty() {
            return Ok(());
        }
        match self.hub_store {
            Some(store) => store.view(|tx| Folds::new(tx, push, &new).check(answers)),
            None => Ok(()),
        }
    }

    /// Takes rows out of a page that cannot be read: half of them, but no facts.
    fn spoil(&self, page: &mut Page, call: usize) -> Result<()> {
        let is_bad = |it: &Change| {
            it.entity != ALIASES.name && (it.row.hash("", it.id) ^ self.dice).is_multiple_of(2)
        };
        if self.fault != Fault::Unreadable || call < self.at || !page.changes.iter().any(is_bad) {
            return Ok(());
        }
        self.fired.store(true, Ordering::Relaxed);
        let (bad, good): (Vec<_>, Vec<_>) =
            std::mem::take(&mut page.changes).into_iter().partition(is_bad);
        page.changes = good;
        for it in bad {
            let text = serde_json::to_string(&it).map_err(|it| broken(it.to_string()))?;
            let (hash, latest) = (Some(it.row.hash(&it.entity, it.id)), it.row.latest_person());
            let (entity, id, reason) = (it.entity, it.id, "of a newer program".to_owned());
            page.unread.push(Unread { entity, id, hash, latest, text, reason });
        }
        Ok(())
    }

    /// Rows that fail a whole batch, without the hub saying which: always the same ones, so
    /// that they fail again.
    fn is_poisoned(&self, push: &Push) -> bool {
        let bad = push.changes.iter().any(|it| it.row.hash("", it.id).is_multiple_of(4));
        let now = self.fault == Fault::Unnamed && bad;
        if now {
            self.fired.store(true, Ordering::Relaxed);
        }
        now
    }
}

#[async_trait]
impl Backend for Link<'_> {
    fn name(&self) -> String {
        self.hub.name()
    }

    fn limits(&self) -> Limits {
        Limits { rows: self.rows, bytes: self.rows * 2_000, row_bytes: 1 << 20 }
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.device.check_unsent()?;
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        yield_once().await;
        if self.happens(Fault::DropCall, call) {
            return Err(self.lost());
        }
        // The page may be asked for while the one before is adopted.
        let position = Position { cursor: request.cursor, ..self.device.position()? };
        // A device that never met a hub binds itself to the first one, whosever it is.
        if position.identity.is_some() && self.happens(Fault::OtherAccountPull, call) {
            return self.other.pull(request).await;
        }
        let request = Pull { protocol: self.version(call), ..request };
        let mut page = self.hub.pull(request).await?;
        self.spoil(&mut page, call)?;
        if self.happens(Fault::DelayAnswer, call) {
            self.device.delay(self.losses, Late::Page(position, page));
            return Err(self.lost());
        }
        if self.happens(Fault::DropAnswer, call) {
            return Err(self.lost());
        }
        yield_once().await;
        self.edit(call)?;
        Ok(page)
    }

    async fn snapshot(&self, store: &dyn Store, take: TakeSnapshot<'_>) -> Result<Option<u64>> {
        self.device.check_unsent()?;
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        yield_once().await;
        if self.happens(Fault::DropCall, call) {
            return Err(self.lost());
        }
        let rows = self.hub.snapshot(store, take).await?;
        if self.happens(Fault::DropAnswer, call) {
            return Err(self.lost());
        }
        yield_once().await;
        self.edit(call)?;
        Ok(rows)
    }

    async fn read_again(&self, text: &str) -> Result<Option<Change>> {
        let still = self.fault == Fault::Unreadable;
        Ok(if still { None } else { serde_json::from_str(text).ok() })
    }

    async fn push(&self, mut request: Push) -> Result<Answers> {
        self.device.check_unsent()?;
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        yield_once().await;
        request.protocol = self.version(call);
        if self.happens(Fault::DropCall, call) {
            return Err(self.lost());
        }
        if self.happens(Fault::DelayCall, call) {
            self.device.check_sent(&request)?;
            for change in &request.changes {
                lock(self.model).hear(&change.entity, change.id);
            }
            self.device.delay(self.losses, Late::Push(request));
            return Err(self.lost());
        }
        if self.happens(Fault::OtherAccountPush, call) {
            return self.other.push(request).await;
        }
        if self.is_poisoned(&request) {
            return Err(Error::BatchFailed { remote: self.hub.name(), source: None });
        }
        self.device.check_sent(&request)?;
        let batch = self.device.batch(&request)?;
        let reorder = self.happens(Fault::Reorder, call);
        if reorder {
            request.changes.reverse();
        }
        let again = self.happens(Fault::Duplicate, call).then(|| request.clone());
        let push = request.clone();
        let strange = self.strange_parts(&push)?;
        let mut answers = self.hub.push(request).await?;
        self.check_taken(&push, &answers, &strange)?;
        if let Some(request) = again {
            // Whatever it answers to the second one, nobody hears it.
            let _unheard = self.hub.push(request).await;
        }
        if reorder {
            answers.answers.reverse();
        }
        if self.happens(Fault::DelayAnswer, call) {
            self.device.delay(self.losses, Late::Answers(batch, answers));
            return Err(self.lost());
        }
        if self.happens(Fault::DropAnswer, call) {
            return Err(self.lost());
        }
        yield_once().await;
        self.edit(call)?;
        Ok(answers)
    }
}

/// Lets the other process of a device go on.
async fn yield_once() {
    let mut yielded = false;
    futures_util::future::poll_fn(|context| {
        if yielded {
            return std::task::Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}
