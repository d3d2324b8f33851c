//! What another device changes is heard at once, and again after the server was gone.

use std::sync::Mutex;

use driftline_core::{Backend as _, Heard, Seq, Value};
use driftline_postgres::Postgres;
use driftline_testing::{Clock, PATIENCE, START};

use crate::common::{
    Caller, change, id, open,
    server::{Server, shared},
};

async fn write(caller: &mut Caller<'_>, number: u64) {
    let row = change("comments", id(number), 1, &[("body", Value::from("x"))]);
    caller.push(vec![row]).await.unwrap();
}

fn head(heard: &Mutex<Vec<Heard>>) -> Option<Seq> {
    match heard.lock().unwrap().last() {
        Some(Heard::At(Some(head))) => Some(head.head),
        _ => None,
    }
}

/// Waits until it is so.
async fn until(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it is not heard");
}

/// Listens while `job` runs.
async fn listening(remote: &Postgres, job: impl AsyncFnOnce(&Mutex<Vec<Heard>>)) {
    let heard = Mutex::new(Vec::new());
    let clock = Clock::running(3, START);
    let hear = Box::new(|it| heard.lock().unwrap().push(it));
    let listen = remote.listen(&clock, hear).unwrap();
    tokio::select! {
        () = listen => panic!("nobody ends it"),
        () = job(&heard) => (),
    }
}

#[tokio::test]
async fn a_change_of_another_device_is_heard() {
    let server = shared();
    let database = server.database().await;
    let (laptop, desktop) =
        (open(&server.address(&database, &database)), open(&server.address(&database, &database)));
    let mut caller = Caller::new(&laptop, "laptop").await;
    listening(&desktop, async |heard| {
        until(|| head(heard) == Some(Seq(0))).await;
        write(&mut caller, 1).await;
        until(|| head(heard) == Some(Seq(1))).await;
        write(&mut caller, 2).await;
        until(|| head(heard) == Some(Seq(2))).await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_heard_of_another_person() {
    let server = shared();
    let database = server.database().await;
    let other = format!("{database}_other");
    let admin = server.client("postgres", "postgres").await;
    admin.batch_execute(&format!("CREATE ROLE {other} LOGIN")).await.unwrap();
    let mine = open(&server.address(&database, &database));
    let mut caller = Caller::new(&mine, "laptop").await;
    let theirs = open(&server.address(&other, &database));
    let mut their_caller = Caller::new(&theirs, "laptop").await;
    listening(&theirs, async |heard| {
        until(|| head(heard) == Some(Seq(0))).await;
        for number in 0..5 {
            write(&mut caller, number).await;
        }
        write(&mut their_caller, 1).await;
        until(|| head(heard) == Some(Seq(1))).await;
        assert_eq!(heard.lock().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn listening_goes_on_after_the_server_was_gone() {
    let server = Server::start();
    let database = server.database().await;
    let remote = open(&server.address(&database, &database));
    let mut caller = Caller::new(&remote, "laptop").await;
    listening(&remote, async |heard| {
        until(|| head(heard) == Some(Seq(0))).await;
        server.restart("immediate");
        until(|| heard.lock().unwrap().contains(&Heard::Lost)).await;
        write(&mut caller, 1).await;
        until(|| head(heard) == Some(Seq(1))).await;
    })
    .await;
}
