//! Which rows a query gives.

use driftline::{Id, Query};

use crate::common::{Folder, Note, Tag, note, tag};

fn texts(query: &Query<'_, Note>) -> Vec<String> {
    query.all().unwrap().into_iter().map(|it| it.value.text).collect()
}

#[test]
fn rows_are_chosen_sorted_and_counted() {
    let folder = Folder::new();
    let db = folder.open("notes.db");
    let all = ["b", "a", "c"].map(|text| db.insert(note(text)).unwrap());
    db.update(all[0], |it| it.pinned = true).unwrap();
    db.update(all[1], |it| it.pinned = true).unwrap();
    db.update(all[1], |it| it.pinned = false).unwrap();
    let notes = || db.query::<Note>();

    assert_eq!(texts(&notes().filter(Note::PINNED.eq(true))), ["b"]);
    let others = texts(&notes().filter(Note::PINNED.eq(false)).ascending(Note::TEXT));
    assert_eq!(others, ["a", "c"], "unpinned again, and never pinned");
    assert_eq!(texts(&notes().filter(Note::PINNED.ne(false))), ["b"]);
    assert_eq!(texts(&notes().filter(Note::TEXT.eq("c")).filter(Note::PINNED.eq(true))), [""; 0]);
    assert_eq!(texts(&notes().descending(Note::TEXT).offset(1).limit(1)), ["b"]);
    assert_eq!(notes().ascending(Note::TEXT).first().unwrap().unwrap().id, all[1]);
    assert_eq!(notes().limit(1).count().unwrap(), 3);

    db.delete(all[2]).unwrap();
    assert_eq!(notes().count().unwrap(), 2);
    assert_eq!(texts(&notes().deleted()), ["c"]);
}

#[test]
fn the_newest_comes_first() {
    let folder = Folder::new();
    let db = folder.open("notes.db");
    let mut ids: Vec<Id<Note>> = (0..3).map(|_| db.insert(note("same")).unwrap()).collect();
    ids.sort_by(|one, other| other.cmp(one));
    let found = db.query::<Note>().newest_first().all().unwrap();
    assert_eq!(found.into_iter().map(|it| it.id).collect::<Vec<_>>(), ids);
}

#[test]
fn references_are_looked_up_by_typed_ids() {
    let folder = Folder::new();
    let db = folder.open("notes.db");
    let (one, other) = (db.insert(note("a")).unwrap(), db.insert(note("b")).unwrap());
    for (word, note) in [("x", Some(one)), ("y", Some(other)), ("z", None)] {
        db.insert(tag(word, note)).unwrap();
    }
    let words = |query: &Query<'_, Tag>| {
        query.all().unwrap().into_iter().filter_map(|it| it.value.word).collect::<Vec<_>>()
    };
    assert_eq!(words(&db.query().filter(Tag::NOTE.eq(one))), ["x"]);
    assert_eq!(words(&db.query().filter(Tag::NOTE.is_none())), ["z"]);
    assert_eq!(words(&db.query().filter(Tag::NOTE.is_some()).ascending(Tag::WORD)), ["x", "y"]);
    db.delete(other).unwrap();
    assert_eq!(words(&db.query().filter(Tag::NOTE.is_some())), ["x"], "hidden with its owner");
}
