//! Leaving a hub for another one by choice: everything goes along and meets its twins there.

use driftline_core::{Error, Schema, SignInCause, status::State, store::Find};
use driftline_memory::MemoryStore;

use crate::common::{Device, Folder, Line, hub_of};

fn somebodys(person: &str) -> driftline_core::Hub {
    hub_of(MemoryStore::new(Schema::registered().unwrap()), person)
}

fn leave(device: &Device) {
    let left = device.replica.write(|tx| {
        tx.leave_hub()?;
        Ok(())
    });
    left.unwrap();
}

#[test]
fn everything_goes_along_and_meets_its_twins() {
    let (old, new) = (somebodys("ana"), somebodys("bucket"));
    let (here, there, third) = (Device::new(1), Device::new(2), Device::new(3));
    let folder = here.folder("/work");
    let gone = here.folder("/gone");
    here.replica.create(&Line { folder: Some(folder), text: Some("Hello".into()) }).unwrap();
    here.sync(&old).unwrap();
    here.replica.delete::<Folder>(gone).unwrap();
    here.rename(folder, "Work");
    // The other side of the move has rows of its own, one of them under the same key.
    let twin = there.folder("/work");
    there.folder("/home");
    there.sync(&new).unwrap();

    let refused = here.sync(&new).unwrap_err();
    assert!(matches!(
        refused,
        Error::SignIn { why: SignInCause::WrongAccount { ref bound }, .. } if bound == "ana"
    ));
    leave(&here);
    here.sync(&new).unwrap();
    there.sync(&new).unwrap();
    third.sync(&new).unwrap();
    for device in [&here, &there, &third] {
        device.sync(&new).unwrap();
        assert_eq!(device.replica.status(Some("new")).unwrap().state, State::Synced);
        assert_eq!(device.replica.digest().unwrap(), here.replica.digest().unwrap());
        let folders = device.replica.list::<Folder>(&Find::default()).unwrap();
        let paths: Vec<_> = folders.iter().filter_map(|it| it.value.path.as_deref()).collect();
        assert_eq!(paths.len(), 2, "{paths:?}");
        assert_eq!(device.name(folder).as_deref(), Some("Work"));
        assert_eq!(device.name(twin), device.name(folder));
        assert!(device.replica.get::<Folder>(gone).unwrap().is_none());
        assert_eq!(device.replica.list::<Line>(&Find::default()).unwrap().len(), 1);
    }
    // The old hub has what it had.
    let late = Device::new(4);
    late.sync(&old).unwrap();
    assert_eq!(late.replica.list::<Folder>(&Find::default()).unwrap().len(), 2);
}

#[test]
fn what_was_folded_stays_folded() {
    let (old, new) = (somebodys("ana"), somebodys("bucket"));
    let (here, other) = (Device::new(1), Device::new(2));
    let (one, two) = (here.folder("/work"), other.folder("/work"));
    for device in [&here, &other, &here] {
        device.sync(&old).unwrap();
    }
    assert_eq!(here.replica.list::<Folder>(&Find::default()).unwrap().len(), 1);
    leave(&here);
    here.sync(&new).unwrap();
    let fresh = Device::new(3);
    fresh.sync(&new).unwrap();
    assert_eq!(fresh.replica.list::<Folder>(&Find::default()).unwrap().len(), 1);
    let folder = |id| fresh.replica.get::<Folder>(id).unwrap().unwrap().id;
    assert_eq!(folder(one), folder(two));
}

#[test]
fn who_never_met_a_hub_has_none_to_leave() {
    let device = Device::new(1);
    device.folder("/work");
    leave(&device);
    assert_eq!(device.waiting(), 1);
}
