//! What the next call carries is read while one is under way.

use std::{
    future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use crate::common::{Device, Folder, hub};
use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Hub, Id, Limits, Page, Pull, Push, Result, Store, SyncReport,
    device::Exclusions,
    store::{Find, QueueId, QueueList},
};
use futures_executor::block_on;
use futures_util::{future::BoxFuture, task::noop_waker};

/// A hub that takes one row in a call, and answers when it is let.
struct Slow {
    hub: Arc<Hub>,
    answers: AtomicBool,
    pushes: Mutex<Vec<Push>>,
    /// What happens on the device as each call comes.
    meanwhile: Mutex<Option<Meanwhile>>,
}

type Meanwhile = Box<dyn FnMut(usize) + Send>;

#[async_trait]
impl Backend for Slow {
    fn name(&self) -> String {
        "hub".into()
    }

    fn limits(&self) -> Limits {
        Limits { rows: 1, ..Hub::LIMITS }
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.hub.pull(request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.pushes.lock().unwrap().push(request.clone());
        if let Some(meanwhile) = &mut *self.meanwhile.lock().unwrap() {
            meanwhile(self.calls());
        }
        let answers = self.hub.push(request).await?;
        let may_answer = |_: &mut Context<'_>| match self.answers.load(Ordering::Relaxed) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        };
        future::poll_fn(may_answer).await;
        Ok(answers)
    }
}

impl Slow {
    fn new() -> Self {
        let answers = AtomicBool::new(false);
        Self {
            hub: Arc::new(hub()),
            answers,
            pushes: Mutex::default(),
            meanwhile: Mutex::default(),
        }
    }

    fn calls(&self) -> usize {
        self.pushes.lock().unwrap().len()
    }

    fn paths(&self) -> Vec<String> {
        let other = Device::new(9);
        other.sync(&*self.hub).unwrap();
        let all = other.replica.list::<Folder>(&Find::new()).unwrap();
        all.into_iter().map(|it| it.value.path.unwrap()).collect()
    }
}

type Sync<'a> = BoxFuture<'a, Result<SyncReport>>;

/// Goes on with a sync as far as it can.
fn go_on(sync: &mut Sync<'_>) -> Option<SyncReport> {
    let waker = noop_waker();
    for _ in 0..1_000 {
        if let Poll::Ready(it) = sync.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(it.unwrap());
        }
    }
    None
}

/// Whether each waiting row was read to be sent.
fn carried(device: &Device) -> Vec<bool> {
    let store: &dyn Store = &device.store;
    let all = store.view(|tx| tx.queue(QueueList::Waiting, QueueId::default(), 10)).unwrap();
    all.iter().map(|it| it.fields.values().all(|it| *it)).collect()
}

/// A device with three new folders, the first of which is on the wire.
fn one_of_three(slow: &Slow) -> (Device, [Id; 3]) {
    let a = Device::new(1);
    a.sync(&*slow.hub).unwrap();
    let ids = ["/one", "/two", "/three"].map(|it| a.folder(it));
    (a, ids)
}

#[test]
fn the_next_row_is_read_while_one_is_on_the_wire() {
    let slow = Slow::new();
    let (a, _) = one_of_three(&slow);
    let replica = a.replica.clone();
    let mut sync: Sync<'_> = Box::pin(replica.sync(&slow));
    assert!(go_on(&mut sync).is_none());
    assert_eq!((slow.calls(), carried(&a)), (1, vec![true, true, false]));
    slow.answers.store(true, Ordering::Relaxed);
    let report = go_on(&mut sync).unwrap();
    assert_eq!((report.sent, report.calls, a.waiting()), (3, 4, 0));
    let pushes = slow.pushes.lock().unwrap();
    assert!(pushes.is_sorted_by(|one, other| one.serial < other.serial));
    assert_eq!(slow.paths().len(), 3);
}

#[test]
fn the_next_call_does_not_wait_until_the_one_before_it_is_settled() {
    let slow = Slow::new();
    slow.answers.store(true, Ordering::Relaxed);
    let (a, _) = one_of_three(&slow);
    let waited = Arc::new(Mutex::new(Vec::new()));
    let (replica, noted) = (a.replica.clone(), Arc::clone(&waited));
    let note = move |_| noted.lock().unwrap().push(replica.status(None).unwrap().waiting);
    *slow.meanwhile.lock().unwrap() = Some(Box::new(note));
    let mut sync: Sync<'_> = Box::pin(a.replica.sync(&slow));
    assert_eq!(go_on(&mut sync).unwrap().sent, 3);
    assert_eq!(*waited.lock().unwrap(), [3, 3, 2]);
}

#[test]
fn an_early_call_counts_for_nothing_where_another_process_synced_meanwhile() {
    let slow = Slow::new();
    slow.answers.store(true, Ordering::Relaxed);
    let (a, _) = one_of_three(&slow);
    let (replica, hub) = (a.replica.clone(), Arc::clone(&slow.hub));
    let sync = move |calls| {
        if calls == 2 {
            block_on(replica.sync(&*hub)).unwrap();
        }
    };
    *slow.meanwhile.lock().unwrap() = Some(Box::new(sync));
    let mut sync: Sync<'_> = Box::pin(a.replica.sync(&slow));
    assert_eq!(go_on(&mut sync).unwrap().sent, 0, "the other process has sent them");
    assert_eq!((a.waiting(), slow.paths().len()), (0, 3));
}

#[test]
fn what_is_kept_here_meanwhile_does_not_go() {
    let slow = Slow::new();
    let (a, ids) = one_of_three(&slow);
    let replica = a.replica.clone();
    let mut sync: Sync<'_> = Box::pin(replica.sync(&slow));
    assert!(go_on(&mut sync).is_none());
    let rows = vec![("folders".to_owned(), ids[1])];
    a.replica.exclude(&Exclusions { folders: Vec::new(), rows }).unwrap();
    slow.answers.store(true, Ordering::Relaxed);
    assert_eq!(go_on(&mut sync).unwrap().sent, 2);
    let mut paths = slow.paths();
    paths.sort();
    assert_eq!(paths, ["/one", "/three"]);
}

#[test]
fn what_changes_meanwhile_goes_as_it_is_now() {
    let slow = Slow::new();
    let (a, ids) = one_of_three(&slow);
    let replica = a.replica.clone();
    let mut sync: Sync<'_> = Box::pin(replica.sync(&slow));
    assert!(go_on(&mut sync).is_none());
    a.rename(ids[1], "later");
    slow.answers.store(true, Ordering::Relaxed);
    go_on(&mut sync).unwrap();
    assert_eq!(a.waiting(), 0);
    let other = Device::new(2);
    other.sync(&*slow.hub).unwrap();
    assert_eq!(other.name(ids[1]).as_deref(), Some("later"));
}

/// As an older call of one process could once be taken for a newer edit of another.
#[test]
fn what_another_process_sent_meanwhile_ends_what_was_read() {
    let slow = Slow::new();
    let (a, ids) = one_of_three(&slow);
    let replica = a.replica.clone();
    let mut sync: Sync<'_> = Box::pin(replica.sync(&slow));
    assert!(go_on(&mut sync).is_none());
    a.sync(&*slow.hub).unwrap();
    a.rename(ids[1], "later");
    assert_eq!(a.waiting(), 1);
    let read = slow.calls();
    slow.answers.store(true, Ordering::Relaxed);
    go_on(&mut sync).unwrap();
    assert_eq!(a.waiting(), 0);
    let pushes = slow.pushes.lock().unwrap();
    assert!(
        pushes[read..].iter().flat_map(|it| &it.changes).all(|it| it.row.cell("name").is_some())
    );
    let other = Device::new(2);
    other.sync(&*slow.hub).unwrap();
    assert_eq!(other.name(ids[1]).as_deref(), Some("later"));
}
