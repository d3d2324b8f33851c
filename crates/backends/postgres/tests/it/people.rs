//! Several people in one database: each is a role, and sees nothing of the others.

use std::collections::BTreeSet;

use driftline_core::{Cursor, SetUp as _, Start, Value};

use crate::common::{
    Caller, all, change, id, open, pull,
    server::{Server, shared},
};

/// A database with another role beside its owner's.
async fn two(server: &Server) -> (String, String) {
    let owner = server.database().await;
    let other = format!("{owner}_other");
    let admin = server.client("postgres", "postgres").await;
    admin.batch_execute(&format!("CREATE ROLE {other} LOGIN")).await.unwrap();
    open(&server.address(&owner, &owner)).begin(Start::Join).await.unwrap();
    (owner, other)
}

#[tokio::test]
async fn nobody_sees_rows_of_others() {
    let server = shared();
    let (owner, other) = two(server).await;
    let remotes = [&owner, &other].map(|it| open(&server.address(it, &owner)));
    for (remote, title) in remotes.iter().zip(["mine", "yours"]) {
        let mut caller = Caller::new(remote, "laptop").await;
        // The same id and key: an import of one transcript has the same everywhere.
        let rows = vec![
            change("workspaces", id(1), 1, &[("path", Value::from("/x"))]),
            change("comments", id(2), 1, &[("body", Value::from(title))]),
        ];
        let answers = caller.push(rows).await.unwrap();
        assert_eq!(answers.head.0, 2);
        assert!(answers.recorded.is_empty());
    }
    let identities: BTreeSet<String> = [
        pull(&remotes[0], Cursor::default()).await.unwrap().identity,
        pull(&remotes[1], Cursor::default()).await.unwrap().identity,
    ]
    .into_iter()
    .flat_map(|it| [it.person, it.account, it.epoch])
    .collect();
    assert_eq!(identities.len(), 6);
    for ((remote, role), title) in remotes.iter().zip([&owner, &other]).zip(["mine", "yours"]) {
        let found = all(remote, 500, 4 << 20).await;
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].row.value("body"), Some(&Value::from(title)));
        let client = server.client(role, &owner).await;
        for (query, count) in [
            ("SELECT FROM driftline._rows", 2),
            ("SELECT FROM driftline._people", 1),
            ("SELECT FROM driftline.workspaces", 1),
            ("SELECT FROM driftline.comments", 1),
            ("DELETE FROM driftline._rows WHERE person <> current_user RETURNING id", 0),
        ] {
            assert_eq!(client.query(query, &[]).await.unwrap().len(), count, "{role}: {query}");
        }
        let stolen = "INSERT INTO driftline._people VALUES ('postgres', '')";
        assert_eq!(client.execute(stolen, &[]).await.unwrap_err().code().unwrap().code(), "42501");
    }
}

#[tokio::test]
async fn an_administrator_syncs_their_own_rows_alone() {
    let server = shared();
    let (owner, _) = two(server).await;
    let mine = open(&server.address(&owner, &owner));
    let mut caller = Caller::new(&mine, "laptop").await;
    let row = change("workspaces", id(1), 1, &[("path", Value::from("/x"))]);
    caller.push(vec![row.clone()]).await.unwrap();
    let above = open(&server.address("postgres", &owner));
    assert!(all(&above, 500, 4 << 20).await.is_empty());
    let mut caller = Caller::new(&above, "laptop").await;
    let answers = caller.push(vec![row]).await.unwrap();
    assert_eq!((answers.head.0, answers.recorded.len()), (1, 0));
    let notes = above.try_out().await.unwrap().notes;
    assert!(notes[0].contains("above row security"), "{notes:?}");
}
