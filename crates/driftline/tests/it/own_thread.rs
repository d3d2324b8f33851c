//! A remote whose calls go on while nobody waits for them.

use std::{
    future::pending,
    sync::{Arc, Mutex, mpsc},
    task::{Context, Waker},
    time::Duration,
};

use async_trait::async_trait;
use driftline::{
    OwnThread, Result,
    core::{Answers, Backend, Cursor, Hub, Limits, PROTOCOL, Page, Pull, Push, Serial},
};

/// A remote that tells of each step of a call.
struct Steps(Mutex<mpsc::Sender<&'static str>>);

/// Tells that a call is over, however it ended.
struct Told(mpsc::Sender<&'static str>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.send("over");
    }
}

#[async_trait]
impl Backend for Steps {
    fn name(&self) -> String {
        "steps".into()
    }

    fn limits(&self) -> Limits {
        Hub::LIMITS
    }

    async fn pull(&self, _: Pull) -> Result<Page> {
        let told = Told(self.0.lock().unwrap().clone());
        for step in ["first", "second"] {
            told.0.send(step).unwrap();
            tokio::task::yield_now().await;
        }
        pending().await
    }

    async fn push(&self, _: Push) -> Result<Answers> {
        panic!("this remote takes nothing")
    }
}

fn remote() -> (OwnThread, mpsc::Receiver<&'static str>) {
    let (tell, told) = mpsc::channel();
    (OwnThread::of(Arc::new(Steps(Mutex::new(tell)))).unwrap(), told)
}

fn request() -> Pull {
    Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 }
}

#[test]
fn a_call_goes_on_while_its_caller_is_busy_and_ends_with_it() {
    let (remote, told) = remote();
    let mut call = remote.pull(request());
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let next = || told.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!([next(), next()], ["first", "second"], "nobody has polled it since");
    drop(call);
    assert_eq!(next(), "over");
}

#[test]
#[should_panic(expected = "this remote takes nothing")]
fn a_panic_is_passed_on() {
    let (remote, _told) = remote();
    let push = Push {
        protocol: PROTOCOL,
        account: "account".into(),
        epoch: "epoch".into(),
        device: "device".into(),
        serial: Serial::default(),
        changes: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _ = runtime.block_on(remote.push(push));
}
