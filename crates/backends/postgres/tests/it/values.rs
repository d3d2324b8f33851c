//! Whatever a row holds comes back as it was, and people can read it with SQL.

use driftline_core::{Answer, Cursor, SetUp as _, Start, Value};
use serde_json::json;

use crate::common::{Caller, all, change, id, open, pull, server::shared};

#[tokio::test]
async fn every_value_comes_back() {
    let server = shared();
    let database = server.database().await;
    let remote = open(&server.address(&database, &database));
    let mut caller = Caller::new(&remote, "lap\0top").await;
    let rows = vec![
        change("comments", id(1), 1, &[("body", json!("a\0b \\u0000 \u{1f642}"))]),
        change("comments", id(2), 1, &[("body", json!("x".repeat(9 << 20)))]),
        change("workspaces", id(3), 1, &[("path", json!("/nul\0/".to_owned() + &long()))]),
        change("comments", id(4), 1, &[("of_a_newer_version", json!([1.5, 1e300, {"a": null}]))]),
        change("of_a_newer_version", id(5), 1, &[("x", Value::Null)]),
        change("comments", id(6), 1, &[]),
    ];
    let answers = caller.push(rows.clone()).await.unwrap();
    assert!(answers.answers.iter().all(|it| matches!(it, Answer::Accepted { .. })));
    for (rows_at_once, bytes) in [(500, 4 << 20), (1, 1), (2, 1 << 10), (500, 1)] {
        let found = all(&remote, rows_at_once, bytes).await;
        assert_eq!(found.len(), rows.len());
        for (one, other) in found.iter().zip(&rows) {
            assert_eq!((&one.entity, one.id, &one.row), (&other.entity, other.id, &other.row));
        }
    }
    // A key longer than an entry of an index can be, and with a NUL, is found again.
    let twin = change("workspaces", id(7), 2, &[("path", json!("/nul\0/".to_owned() + &long()))]);
    assert_eq!(caller.push(vec![twin]).await.unwrap().recorded.len(), 1);
}

/// What no compression makes short.
fn long() -> String {
    (0..20_000_u64).map(|it| format!("{:x}", it.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect()
}

#[tokio::test]
async fn what_could_not_be_read_again_is_refused_by_itself() {
    let server = shared();
    let database = server.database().await;
    let remote = open(&server.address(&database, &database));
    let mut caller = Caller::new(&remote, "laptop").await;
    let deep = (0..200).fold(json!(1), |it, _| json!([it]));
    let rows = vec![
        change("comments", id(1), 1, &[("body", json!("one"))]),
        change("comments", id(2), 1, &[("body", deep)]),
        change("comm\0ents", id(3), 1, &[("body", json!("three"))]),
        change("comments", id(4), 1, &[("te\0xt", json!("four"))]),
        change("comments", id(5), u64::MAX, &[("body", json!("five"))]),
        change("comments", id(6), 1, &[("body", json!("six"))]),
    ];
    let answers = caller.push(rows).await.unwrap().answers;
    let kinds = answers.iter().map(|it| match it {
        Answer::Accepted { .. } => "accepted",
        Answer::Refused { .. } => "refused",
        Answer::ClockAhead { .. } => "ahead",
        Answer::NeedWhole => "part",
    });
    let kinds: Vec<_> = kinds.collect();
    assert_eq!(kinds, ["accepted", "refused", "refused", "refused", "ahead", "accepted"]);
    assert_eq!(pull(&remote, Cursor::default()).await.unwrap().changes.len(), 2);
}

#[tokio::test]
async fn views_have_typed_columns() {
    let server = shared();
    let database = server.database().await;
    let remote = open(&server.address(&database, &database));
    remote.begin(Start::Join).await.unwrap();
    let mut caller = Caller::new(&remote, "laptop").await;
    let session = id(1).to_string();
    let rows = vec![
        change(
            "comments",
            id(1),
            1,
            &[
                ("body", json!("NUL \0, and \\u0000")),
                ("session", json!(session)),
                ("deleted_at", json!(1_700_000_000_123_u64)),
            ],
        ),
        // Nothing of it is of its kind, and none of it ends a query.
        change(
            "comments",
            id(2),
            1,
            &[("body", json!({"a": 1})), ("session", json!("no id")), ("deleted_at", json!(1e300))],
        ),
    ];
    caller.push(rows).await.unwrap();
    let client = server.client(&database, &database).await;
    let columns = "SELECT column_name::text, data_type::text FROM information_schema.columns \
        WHERE table_schema = 'driftline' AND table_name = 'comments'";
    let columns: Vec<(String, String)> =
        client.query(columns, &[]).await.unwrap().iter().map(|it| (it.get(0), it.get(1))).collect();
    for (name, kind) in [
        ("id", "uuid"),
        ("body", "text"),
        ("session", "uuid"),
        ("deleted_at", "timestamp with time zone"),
    ] {
        assert!(columns.contains(&(name.into(), kind.into())), "{name}: {columns:?}");
    }
    let rows = client
        .query(
            "SELECT body, session::text, (deleted_at AT TIME ZONE 'UTC')::text
             FROM driftline.comments ORDER BY id",
            &[],
        )
        .await
        .unwrap();
    let row = |at: usize| -> [Option<String>; 3] { [0, 1, 2].map(|it| rows[at].get(it)) };
    let [body, owner, deleted] = row(0);
    assert_eq!(body.as_deref(), Some("NUL \u{fffd}, and \\u0000"));
    assert_eq!(owner, Some(session));
    assert!(deleted.unwrap().starts_with("2023-11-14 "));
    assert_eq!(row(1), [None, None, None]);
}
