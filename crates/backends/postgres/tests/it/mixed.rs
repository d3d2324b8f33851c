//! Rows in the open and sealed ones are two accounts, and a device goes on with those that it means.

use driftline_core::{Cursor, SetUp as _, Start};

use crate::{
    common::{Caller, all, device::Device, open, pull, server::shared},
    sealed::rows,
};

#[tokio::test]
async fn rows_in_the_open_and_sealed_ones_are_never_mixed() {
    let server = shared();
    let owner = server.database().await;
    let address = server.address(&owner, &owner);
    let open_one = open(&address);
    let tried = open_one.try_out().await.unwrap();
    assert!(tried.notes.iter().any(|it| it.contains("nothing is sealed")), "{tried:?}");
    open_one.begin(Start::Join).await.unwrap();
    // As long as there is no row, somebody may think again.
    let first = pull(&open_one, Cursor::default()).await.unwrap().identity;
    let sealing = Device::sealing(&address);
    assert!(sealing.remote.try_out().await.unwrap().lacks.is_empty());
    assert_eq!(pull(&open_one, Cursor::default()).await.unwrap().identity, first);
    sealing.begin().await.unwrap();
    let said = pull(&open_one, Cursor::default()).await.unwrap_err().to_string();
    assert!(said.contains("are sealed"), "{said}");
    let second = pull(&sealing.remote, Cursor::default()).await.unwrap().identity;
    assert!(first.person != second.person && first.account != second.account);

    let owner = server.database().await;
    let address = server.address(&owner, &owner);
    let open_one = open(&address);
    Caller::new(&open_one, "laptop").await.push(rows()).await.unwrap();
    let before = all(&open_one, 500, 4 << 20).await;
    let sealing = Device::sealing(&address);
    for said in [
        sealing.remote.try_out().await.unwrap_err(),
        sealing.remote.begin(Start::Join).await.unwrap_err(),
        pull(&sealing.remote, Cursor::default()).await.unwrap_err(),
    ] {
        assert!(said.to_string().contains("are not sealed"), "{said}");
        assert!(said.to_string().contains("another role or database"), "{said}");
    }
    assert_eq!(all(&open_one, 500, 4 << 20).await, before);
    // A config that says so goes on with them, whatever key was kept here once.
    let former = Device::at(&address);
    let elsewhere = server.database().await;
    let words = Device::sealing(&server.address(&elsewhere, &elsewhere)).begin().await.unwrap();
    former.keep("key", &words).await;
    assert!(pull(&former.remote, Cursor::default()).await.is_err());
    let former = former.remote.sealed(false);
    assert_eq!(pull(&former, Cursor::default()).await.unwrap().changes.len(), before.len());
    assert!(former.key().await.unwrap().is_none());
}
