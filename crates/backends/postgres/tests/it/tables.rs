//! Tables of a former version are changed to those of now.

use driftline_core::{SetUp as _, Value};

use crate::common::{Caller, all, change, id, open, server::shared};

#[tokio::test]
async fn tables_of_the_first_version_are_changed_and_keep_their_rows() {
    let server = shared();
    let database = server.database().await;
    let client = server.client(&database, &database).await;
    let address = server.address(&database, &database);
    let remote = open(&address);
    let row = |it| change("comments", id(it), it, &[("body", Value::from(it))]);
    Caller::new(&remote, "laptop").await.push(vec![row(1)]).await.unwrap();
    client
        .batch_execute(
            "ALTER TABLE driftline._rows DROP COLUMN refs; \
             ALTER TABLE driftline._people DROP COLUMN sealed; \
             UPDATE driftline._version SET version = 1",
        )
        .await
        .unwrap();
    let remote = open(&address);
    assert!(remote.try_out().await.unwrap().is_begun);
    Caller::new(&remote, "phone").await.push(vec![row(2)]).await.unwrap();
    assert_eq!(all(&remote, 500, 4 << 20).await.len(), 2);
    let version = client.query_one("SELECT version FROM driftline._version", &[]).await.unwrap();
    assert_eq!(version.get::<_, i32>(0), 2);
}
