//! Each thing that can be wrong with a server is one error that says what to do, and no error
//! has a password in it.

use std::sync::Arc;

use driftline_core::{
    Backend as _, Cursor, Error, ErrorKind, Secrets as _, SetUp as _, Stale, Start, Value,
};
use driftline_postgres::Postgres;
use driftline_testing::MemorySecrets;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::common::{
    Caller, all, change, id, open,
    proxy::Proxy,
    pull,
    server::{Server, shared},
    with_secrets,
};

/// What pulling fails with, as a person reads it.
async fn refused(remote: &Postgres) -> String {
    let error = pull(remote, Cursor::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
    error.to_string()
}

#[tokio::test]
async fn what_a_person_has_to_mend_is_said() {
    let server = shared();
    let database = server.database().await;
    let admin = server.client("postgres", &database).await;
    let guest = format!("{database}_guest");
    admin.batch_execute(&format!("CREATE ROLE {guest} LOGIN")).await.unwrap();

    let said = refused(&open(&server.address(&database, "nowhere"))).await;
    assert!(said.contains("no such database"), "{said}");
    let said = refused(&open(&server.address("nobody_here", &database))).await;
    assert!(said.contains("this role may not connect"), "{said}");

    // Before the owner connected once, nobody else may make anything there.
    let said = refused(&open(&server.address(&guest, &database))).await;
    assert!(said.contains("may not make the schema"), "{said}");
    assert!(said.contains(&format!("let `{database}` run: GRANT CREATE")), "{said}");

    let owner = open(&server.address(&database, &database));
    owner.begin(Start::Join).await.unwrap();
    assert!(!open(&server.address(&guest, &database)).try_out().await.unwrap().is_begun);
    pull(&open(&server.address(&guest, &database)), Cursor::default()).await.unwrap();

    // A role cannot change what it does not own, and is told who can.
    admin.batch_execute("UPDATE driftline._version SET version = 0").await.unwrap();
    let remote = open(&server.address(&guest, &database));
    let tried = remote.try_out().await.unwrap_err().to_string();
    for said in [refused(&remote).await, tried] {
        assert!(said.contains(&format!("let `{database}`, who owns them")), "{said}");
    }

    admin.batch_execute("UPDATE driftline._version SET version = 9").await.unwrap();
    let said = refused(&open(&server.address(&database, &database))).await;
    assert!(said.contains("of version 9") && said.contains("update this program"), "{said}");
    admin.batch_execute("UPDATE driftline._version SET version = 2").await.unwrap();

    let read_only = format!("ALTER ROLE {guest} SET default_transaction_read_only = on");
    admin.batch_execute(&read_only).await.unwrap();
    let remote = open(&server.address(&guest, &database));
    let mut caller = Caller::new(&remote, "laptop").await;
    let row = change("comments", id(1), 1, &[("body", Value::from("x"))]);
    let error = caller.push(vec![row]).await.unwrap_err();
    assert!(error.to_string().contains("default_transaction_read_only"), "{error}");
    assert_eq!(error.kind(), ErrorKind::Storage);
}

#[tokio::test]
async fn a_password_is_asked_for_kept_apart_and_never_shown() {
    let server = shared();
    let database = server.database().await;
    let admin = server.client("postgres", &database).await;
    // The one role of whom this server asks for a password.
    let role = "CREATE ROLE locked LOGIN PASSWORD 'hunter2'";
    admin.batch_execute(role).await.unwrap();
    admin.batch_execute(&format!("GRANT CREATE ON DATABASE {database} TO locked")).await.unwrap();
    let address = server.address("locked", &database);

    let tried = open(&address).try_out().await.unwrap();
    assert_eq!(tried.lacks, ["password"]);
    let said = refused(&open(&address)).await;
    assert!(said.contains("asks for a password"), "{said}");

    let secrets = Arc::new(MemorySecrets::default());
    let place = driftline_postgres::Address::read(&address).unwrap().place();
    for (password, is_right) in [("hunter3", false), ("hunter2", true)] {
        secrets.save(&place, "password", &password.into()).await.unwrap();
        let kept = with_secrets(&address, Some(secrets.clone()));
        let given = open(&address.replace("locked@", &format!("locked:{password}@")));
        for remote in [kept, given] {
            assert!(!remote.name().contains("hunter"));
            match remote.try_out().await {
                Ok(tried) => assert!(is_right && tried.lacks.is_empty()),
                Err(error) => {
                    let said = error.to_string();
                    assert!(!is_right && said.contains("password of this role"), "{said}");
                    assert!(!format!("{error:?} {said}").contains("hunter"), "{error:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn trying_out_leaves_nothing_and_beginning_is_repeated_without_harm() {
    let server = shared();
    let database = server.database().await;
    let admin = server.client("postgres", &database).await;
    let remote = open(&server.address(&database, &database));
    for _ in 0..2 {
        assert!(!remote.try_out().await.unwrap().is_begun);
    }
    let schemas = "SELECT FROM pg_namespace WHERE nspname = 'driftline'";
    assert!(admin.query(schemas, &[]).await.unwrap().is_empty());
    assert!(remote.begin(Start::Join).await.unwrap().is_new);
    assert!(!remote.begin(Start::Join).await.unwrap().is_new);
    let tried = remote.try_out().await.unwrap();
    assert!(tried.is_begun && tried.notes.len() == 1, "{tried:?}");
    assert!(tried.notes[0].contains("nothing is sealed"), "{tried:?}");
}

#[tokio::test]
async fn many_begin_at_once() {
    let server = shared();
    let database = server.database().await;
    let remotes: Vec<Postgres> =
        (0..6).map(|_| open(&server.address(&database, &database))).collect();
    let pages = remotes.iter().map(|it| pull(it, Cursor::default()));
    let pages = futures_util::future::join_all(pages).await;
    let mut identities: Vec<_> = pages.into_iter().map(|it| it.unwrap().identity).collect();
    identities.dedup();
    assert_eq!(identities.len(), 1);
}

#[tokio::test]
async fn pushes_at_once_follow_each_other() {
    let server = shared();
    let database = server.database().await;
    let remotes: Vec<Postgres> =
        (0..6).map(|_| open(&server.address(&database, &database))).collect();
    pull(&remotes[0], Cursor::default()).await.unwrap();
    let devices: Vec<String> = (0..6).map(|it| format!("device{it}")).collect();
    let pushes = remotes.iter().zip(&devices).enumerate().map(async |(at, (remote, device))| {
        let mut caller = Caller::new(remote, device).await;
        let mut recorded = 0;
        for round in 0..5 {
            let number = at as u64 * 100 + round;
            let path = Value::from(format!("/{round}"));
            let row = change("workspaces", id(number), 1, &[("path", path)]);
            recorded += caller.push(vec![row]).await.unwrap().recorded.len();
        }
        recorded
    });
    let recorded: usize = futures_util::future::join_all(pushes).await.into_iter().sum();
    // Thirty births of five things.
    assert_eq!(recorded, 25);
    let found = all(&remotes[0], 7, 4 << 20).await;
    assert_eq!(found.len(), 55);
}

#[tokio::test]
async fn a_call_whose_answer_is_lost_is_made_again_without_harm() {
    let server = shared();
    let database = server.database().await;
    let proxy = Proxy::to(server.folder()).await;
    let remote = open(&proxy.address(&database, &database));
    let mut caller = Caller::new(&remote, "laptop").await;
    let row = change("workspaces", id(1), 1, &[("path", Value::from("/x"))]);
    proxy.cut_at(b"COMMIT\0");
    // The connection is made anew and the push with it, which the hub has answered before.
    let error = caller.push(vec![row.clone()]).await.unwrap_err();
    let is_old = |it: &Error| matches!(it, Error::Stale { why: Stale::OldCall { .. }, .. });
    assert!(is_old(&error), "{error}");
    let answers = caller.push(vec![row]).await.unwrap();
    assert_eq!((answers.head.0, answers.recorded.len()), (1, 0));
    assert_eq!(all(&remote, 500, 4 << 20).await.len(), 1);
}

#[tokio::test]
async fn a_server_that_restarts_is_found_again() {
    let server = Server::start();
    let database = server.database().await;
    let remote = open(&server.address(&database, &database));
    let mut caller = Caller::new(&remote, "laptop").await;
    for (number, how) in [(1, "fast"), (2, "immediate")] {
        let row = change("comments", id(number), 1, &[("body", Value::from("x"))]);
        caller.push(vec![row.clone()]).await.unwrap();
        server.restart(how);
        caller.push(vec![row]).await.unwrap();
    }
    assert_eq!(all(&remote, 500, 4 << 20).await.len(), 2);
}

#[tokio::test]
async fn a_server_that_is_gone_is_unavailable() {
    let server = Server::start();
    let address = server.address("postgres", "postgres");
    let remote = open(&address);
    let mut caller = Caller::new(&remote, "laptop").await;
    drop(server);
    let row = change("comments", id(1), 1, &[("body", Value::from("x"))]);
    let error = caller.push(vec![row]).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
}

/// What asks a server for an encrypted connection.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

#[tokio::test]
async fn nothing_is_said_without_encryption_where_it_is_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, mut said) = tokio::sync::mpsc::unbounded_channel();
    // Who knew the port as somebody else's may come, too, such as a browser of another test.
    let server = tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let sender = sender.clone();
            tokio::spawn(async move {
                let (mut asked, mut said) = ([0; 8], Vec::new());
                let read = client.read_exact(&mut asked).await;
                if read.is_ok() && asked == SSL_REQUEST {
                    client.write_all(b"N").await.unwrap();
                    client.read_to_end(&mut said).await.unwrap();
                    sender.send(said).unwrap();
                }
            });
        }
    });
    let remote = open(&format!("postgres://me:hunter2@127.0.0.1:{port}/x?sslmode=require"));
    let error = refused(&remote).await;
    assert!(error.contains("no encrypted connection"), "{error}");
    let said = said.recv().await.unwrap();
    assert!(said.is_empty(), "{said:?}");
    server.abort();
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_text_is_refused() {
    let server = shared();
    let database = server.database().await;
    let admin = server.client("postgres", "postgres").await;
    let create = format!(
        "CREATE DATABASE {database}_latin ENCODING 'LATIN1' TEMPLATE template0 \
         LC_COLLATE 'C' LC_CTYPE 'C'"
    );
    admin.batch_execute(&create).await.unwrap();
    let said = refused(&open(&server.address(&database, &format!("{database}_latin")))).await;
    assert!(said.contains("ENCODING 'UTF8'"), "{said}");
}

#[tokio::test]
async fn a_standby_is_unavailable_and_once_promoted_begins_another_epoch() {
    let server = Server::start();
    let database = server.database().await;
    let remote = open(&server.address(&database, &database));
    let mut caller = Caller::new(&remote, "laptop").await;
    let row = change("comments", id(1), 1, &[("body", Value::from("x"))]);
    caller.push(vec![row.clone()]).await.unwrap();
    let before = pull(&remote, Cursor::default()).await.unwrap().identity;

    server.become_standby();
    let error = pull(&remote, Cursor::default()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("standby"), "{error}");

    server.promote();
    let after = pull(&remote, Cursor::default()).await.unwrap().identity;
    assert_eq!((&before.person, &before.account), (&after.person, &after.account));
    assert_ne!(before.epoch, after.epoch);
    let error = caller.push(vec![row.clone()]).await.unwrap_err();
    assert!(matches!(error, Error::Stale { why: Stale::Moved, .. }), "{error}");
    let mut caller = Caller::new(&remote, "laptop").await;
    // Its serial numbers go on.
    let _ = caller.push(vec![row.clone()]).await;
    caller.push(vec![row]).await.unwrap();
    let again = pull(&remote, Cursor::default()).await.unwrap().identity;
    assert_eq!(after, again);
}
