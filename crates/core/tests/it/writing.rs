//! What a write leaves in the store of a device besides its cells.

use driftline_core::{FieldName, Stamp, Value, device::Imported};

use crate::common::{Device, Folder, imported};

/// Lists and searches are filled from the journal alone.
#[test]
fn every_write_of_a_person_is_in_the_journal() {
    let a = Device::new(1);
    let revision = || a.replica.read(|tx| tx.journal()).unwrap().last;
    let mut before = revision();
    let id = a.folder("/src");
    let writes: [&dyn Fn(); 5] = [
        &|| (),
        &|| a.rename(id, "Engine"),
        &|| a.replica.delete::<Folder>(id).unwrap(),
        &|| a.replica.restore::<Folder>(id).unwrap(),
        &|| a.replica.purge("folders", id).map(drop).unwrap(),
    ];
    for write in writes {
        write();
        let noted = a.replica.read(|tx| tx.changed_since(before, 99)).unwrap();
        assert!(noted.iter().any(|it| (it.entity.as_str(), it.id) == ("folders", id)));
        before = revision();
    }
}

#[test]
fn what_stays_here_is_there_from_the_first_write_on() {
    let a = Device::new(1);
    let (path, here) = (Some("/src".to_owned()), Some("/mnt/src".to_owned()));
    let folder = Folder { path, here, ..Folder::default() };
    let id = a.replica.create(&folder).unwrap();
    assert_eq!(a.replica.get::<Folder>(id).unwrap().unwrap().value, folder);
}

#[test]
fn what_an_import_finds_for_this_device_alone_is_kept_and_noted_and_not_sent() {
    let (a, id) = (Device::new(1), imported("one"));
    let entity = a.replica.schema().entity("folders").unwrap();
    let import = |here: Option<&str>| {
        let path = (FieldName::from("path"), Value::from("/src"), Stamp::machine(1, 1, 1, 1));
        let local = here.map(|it| (FieldName::from("here"), Value::from(it)));
        a.replica
            .write(|tx| tx.import(entity, id, vec![path], local.into_iter().collect()))
            .unwrap()
    };
    let here = || a.replica.get::<Folder>(id).unwrap().unwrap().value.here;
    assert_eq!((import(None), here()), (Imported::New, None));
    let journal = || a.replica.read(|tx| tx.journal()).unwrap().last;
    let (before, waiting) = (journal(), a.waiting());
    assert_eq!(import(Some("/mnt/src")), Imported::Same);
    assert_eq!((here().as_deref(), a.waiting()), (Some("/mnt/src"), waiting));
    assert!(journal() > before);
    let before = journal();
    assert_eq!(import(Some("/mnt/elsewhere")), Imported::Same);
    assert_eq!((here().as_deref(), journal()), (Some("/mnt/src"), before), "it may be a person's");
}

/// What is worked out from rows takes the two for one from then on.
#[test]
fn that_two_rows_are_taken_for_one_is_in_the_journal() {
    let a = Device::new(1);
    a.folder("/src");
    let before = a.replica.read(|tx| tx.journal()).unwrap().last;
    assert!(a.import(imported("one"), 1, &[("path", "/src")]));
    let noted = a.replica.read(|tx| tx.changed_since(before, 9)).unwrap();
    let mut entities: Vec<_> = noted.iter().map(|it| it.entity.as_str()).collect();
    entities.sort_unstable();
    assert_eq!(entities, ["aliases", "folders"]);
}
