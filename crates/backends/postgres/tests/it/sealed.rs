//! Rows that are sealed on the devices: the database has no word of them, and whoever has not the
//! key is refused before anything is written.

use driftline_core::{
    Cursor, ErrorKind, Examine as _, ExposeSecret as _, Id, PURGED, Secrets as _, SetUp as _,
    Start, Value,
};
use tokio_postgres::Client;

use crate::common::{Caller, all, change, device::Device, id, pull, server::shared};

/// Everything that the tables hold, to the byte.
async fn everything(client: &Client) -> Vec<Vec<u8>> {
    let columns = "SELECT c.relname::text, a.attname::text, a.atttypid = 'bytea'::regtype \
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
        WHERE n.nspname = 'driftline' AND c.relkind IN ('r', 'v') ORDER BY 1, 2";
    let mut found = Vec::new();
    for row in client.query(columns, &[]).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        let bytes = match row.get(2) {
            true => format!("\"{column}\""),
            false => format!("convert_to(\"{column}\"::text, 'UTF8')"),
        };
        let all = format!("SELECT {bytes} FROM driftline.\"{table}\"");
        let all = client.query(&all, &[]).await.unwrap();
        found.extend(all.iter().filter_map(|it| it.get::<_, Option<Vec<u8>>>(0)));
    }
    found
}

fn holds(all: &[Vec<u8>], word: &str) -> bool {
    all.iter().any(|it| it.windows(word.len()).any(|it| it == word.as_bytes()))
}

/// Two rows that are one, and one that belongs to a session.
pub(crate) fn rows() -> Vec<driftline_core::Change> {
    let session = id(9).to_string();
    vec![
        change("workspaces", id(1), 1, &[("path", Value::from("/home/somebody"))]),
        change("workspaces", id(2), 2, &[("path", Value::from("/home/somebody"))]),
        change(
            "comments",
            id(3),
            3,
            &[("body", Value::from("a remarkable remark")), ("session", Value::from(session))],
        ),
        change("of_a_newer_version", id(4), 4, &[("unheard", Value::from("novelty"))]),
    ]
}

#[tokio::test]
async fn no_word_of_a_row_is_in_any_table() {
    let server = shared();
    let owner = server.database().await;
    let address = server.address(&owner, &owner);
    let words =
        ["somebody", "remarkable", "novelty", "body", "unheard", "path", &id(9).to_string()]
            .map(str::to_owned);
    let client = server.client(&owner, &owner).await;
    // In the open, all of them are there: the test would see them.
    let device = Device::at(&address);
    assert_eq!(device.begin().await, None);
    let mut caller = Caller::new(&device.remote, "laptop").await;
    caller.push(rows()).await.unwrap();
    let found = everything(&client).await;
    assert!(words.iter().all(|it| holds(&found, it)));

    client.batch_execute("DROP SCHEMA driftline CASCADE").await.unwrap();
    let device = Device::sealing(&address);
    let key = device.begin().await.unwrap();
    let mut caller = Caller::new(&device.remote, "laptop").await;
    let answers = caller.push(rows()).await.unwrap();
    assert_eq!(answers.recorded.len(), 1, "twins are found by what stands for their key");
    let found = everything(&client).await;
    for word in words.iter().map(String::as_str).chain(key.split(' ')) {
        assert!(!holds(&found, word), "{word}");
    }
    // What it says of itself, it does say.
    assert!(holds(&found, "comments") && holds(&found, "laptop"));
    assert_eq!(all(&device.remote, 500, 4 << 20).await.len(), 5);
    let shown = "SELECT id::text, body FROM driftline.comments";
    let shown = client.query(shown, &[]).await.unwrap();
    assert_eq!(shown[0].get::<_, String>(0), id(3).to_string());
    assert_eq!(shown[0].get::<_, Option<String>>(1), None);
}

#[tokio::test]
async fn another_device_needs_the_words() {
    let server = shared();
    let owner = server.database().await;
    let address = server.address(&owner, &owner);
    let one = Device::sealing(&address);
    let tried = one.remote.try_out().await.unwrap();
    assert!(!tried.is_begun && tried.lacks.is_empty() && tried.notes.len() == 1, "{tried:?}");
    let words = one.begin().await.unwrap();
    assert_eq!(one.remote.key().await.unwrap().unwrap().expose_secret(), words);
    assert_eq!((one.kept("key").await, one.kept("next-key").await), (Some(words.clone()), None));
    assert_eq!(one.begin().await, None, "they are shown once");
    Caller::new(&one.remote, "laptop").await.push(rows()).await.unwrap();

    // What is there says that it is sealed.
    let other = Device::at(&address);
    assert_eq!(other.remote.try_out().await.unwrap().lacks, ["key"]);
    other.keep("key", &words).await;
    assert!(other.remote.try_out().await.unwrap().is_begun);
    assert_eq!(other.begin().await, None);
    assert_eq!(all(&other.remote, 500, 4 << 20).await, all(&one.remote, 500, 4 << 20).await);
    let identity = pull(&other.remote, Cursor::default()).await.unwrap().identity;
    let looked = other.remote.examine().await;
    assert_eq!(looked.identity.as_ref(), Some(&identity));
    let key = looked.findings.iter().find(|it| it.what == "key").unwrap().found.as_ref().unwrap();
    let named = identity.person.split_once('#').unwrap().1;
    assert!(key.contains(named), "{key}");
    assert!(!words.split(' ').any(|it| key.contains(it)));
    assert!(one.remote.rotate(false).await.unwrap_err().to_string().contains("cannot be changed"));
}

#[tokio::test]
async fn whoever_has_not_the_key_is_refused_and_writes_nothing() {
    let server = shared();
    let owner = server.database().await;
    let address = server.address(&owner, &owner);
    let one = Device::sealing(&address);
    one.begin().await.unwrap();
    let mut caller = Caller::new(&one.remote, "laptop").await;
    caller.push(rows()).await.unwrap();
    let client = server.client(&owner, &owner).await;
    let before = everything(&client).await;

    // A key of another place.
    let elsewhere = server.database().await;
    let words = Device::sealing(&server.address(&elsewhere, &elsewhere)).begin().await.unwrap();
    let with_another = Device::at(&address);
    with_another.keep("key", &words).await;
    for (device, says) in [
        (Device::at(&address), "their key is not on this device"),
        (Device::sealing(&address), "their key is not on this device"),
        (with_another, "sealed with another key"),
    ] {
        let error = pull(&device.remote, Cursor::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage, "{error}");
        let begun = device.remote.begin(Start::Join).await.unwrap_err();
        // With the name of the account, as if it had been heard.
        let pushed = caller.push_to(&device.remote, rows()).await.unwrap_err();
        let examined = device.remote.examine().await;
        let changes = examined.findings.into_iter().find(|it| it.what == "changes").unwrap();
        for error in [error, begun, pushed, changes.found.unwrap_err()] {
            assert!(error.to_string().contains(says), "{error}");
            assert!(error.to_string().contains("the words of"), "{error}");
        }
        assert_eq!(everything(&client).await, before);
    }
    let tried = Device::at(&address).remote.try_out().await.unwrap();
    assert_eq!(tried.lacks, ["key"]);
}

#[tokio::test]
async fn a_device_that_is_stopped_while_it_begins_goes_on_with_the_key_that_it_drew() {
    let server = shared();
    let owner = server.database().await;
    let address = server.address(&owner, &owner);
    let one = Device::sealing(&address);
    let words = one.begin().await.unwrap();
    // It was kept under this name until the database had it.
    one.secrets.remove(&one.place, "key").await.unwrap();
    one.keep("next-key", &words).await;
    assert!(one.remote.try_out().await.unwrap().lacks.is_empty());
    assert_eq!(one.begin().await.as_ref(), Some(&words));
    assert_eq!((one.kept("key").await, one.kept("next-key").await), (Some(words), None));
}

#[tokio::test]
async fn what_a_purged_row_owns_is_found_and_purged() {
    let server = shared();
    for is_sealed in [false, true] {
        let owner = server.database().await;
        let device = Device::at(&server.address(&owner, &owner));
        let remote = device.remote.sealed(is_sealed);
        remote.begin(Start::Join).await.unwrap();
        let mut caller = Caller::new(&remote, "laptop").await;
        let of = |session| [("session", Value::from(id(session).to_string()))];
        let mut rows: Vec<_> = (20..23).map(|it| change("comments", id(it), 1, &of(9))).collect();
        rows.push(change("comments", id(30), 1, &of(8)));
        rows.push(change("sessions", id(9), 1, &[("name", Value::from("nine"))]));
        caller.push(rows).await.unwrap();
        let mark = change("sessions", id(9), 5, &[(PURGED, Value::from("person"))]);
        caller.push(vec![mark]).await.unwrap();
        let purged: Vec<_> = all(&remote, 500, 4 << 20)
            .await
            .into_iter()
            .filter(|it| it.row.is_purged())
            .map(|it| it.id)
            .collect();
        assert_eq!(purged, [9, 20, 21, 22].map(id), "sealed: {is_sealed}");
    }
}

#[tokio::test]
async fn a_row_that_was_moved_or_changed_is_told() {
    let server = shared();
    let owner = server.database().await;
    let address = server.address(&owner, &owner);
    let one = Device::sealing(&address);
    one.begin().await.unwrap();
    let two = vec![
        change("comments", id(1), 1, &[("body", Value::from("one"))]),
        change("comments", id(2), 1, &[("body", Value::from("two"))]),
    ];
    Caller::new(&one.remote, "laptop").await.push(two).await.unwrap();
    let client = server.client(&owner, &owner).await;
    for how in [
        "UPDATE driftline._rows r SET cells = o.cells FROM driftline._rows o WHERE o.id <> r.id",
        "UPDATE driftline._rows SET cells = set_byte(cells, 40, get_byte(cells, 40) # 1)",
        "UPDATE driftline._rows SET cells = convert_to('{\"values\":{}}', 'UTF8')",
    ] {
        let rows: Vec<(Id, Vec<u8>)> = client
            .query("SELECT id, cells FROM driftline._rows", &[])
            .await
            .unwrap()
            .iter()
            .map(|it| (Id::from_bytes(it.get::<_, uuid::Uuid>(0).into_bytes()), it.get(1)))
            .collect();
        client.batch_execute(how).await.unwrap();
        let error = pull(&one.remote, Cursor::default()).await.unwrap_err().to_string();
        assert!(error.contains("comments") && error.contains("it "), "{error}");
        for (id, cells) in rows {
            let back = "UPDATE driftline._rows SET cells = $2 WHERE id = $1";
            client.execute(back, &[&uuid::Uuid::from_bytes(id.to_bytes()), &cells]).await.unwrap();
        }
        assert_eq!(all(&one.remote, 500, 4 << 20).await.len(), 2);
    }
}
