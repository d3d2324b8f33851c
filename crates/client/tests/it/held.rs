//! Likely secrets in what a person wrote: held, shown without the secret, and decided about.

use driftline_client::{
    Error, Kind,
    held::{self, Choice},
};
use driftline_core::{Id, status::State};
use driftline_reading::inbox::{self, Lead, Outside, Part};

use crate::world::{Side, World};

fn key() -> String {
    format!("ghp_{}", "a1B2c3".repeat(6))
}

/// Two devices of one remote, and a session that the first has commented on with a key.
fn sides(world: &World) -> (Side, Side, Id, Id) {
    let (a, b) = (world.shared("a"), world.shared("b"));
    let session = a.add("sessions", &[("name", "Parser")]);
    let body = format!("{} use {} here", "x".repeat(90), key());
    let comment = a.add("comments", &[("session", &session.to_string()), ("body", &body)]);
    (a, b, session, comment)
}

fn choose(side: &Side, id: Id, choice: Choice) -> driftline_client::Result<()> {
    held::choose(&side.device.replica, "comments", id, choice)
}

#[test]
fn a_key_is_held_and_shown_as_what_it_is_and_no_more() {
    let world = World::new();
    let (a, b, _, comment) = sides(&world);
    assert_eq!((a.sync().sent, b.sync().received), (1, 1));
    let status = a.status();
    assert_eq!((status.state, status.held, status.waiting), (State::Synced, 1, 0));
    let rows = held::list(&a.device.replica).unwrap();
    let it = &rows[0];
    assert_eq!((rows.len(), it.id, it.kept, &*it.entity), (1, comment, false, "comments"));
    assert_eq!((&*it.found[0].field, &*it.found[0].rule), ("body", "github-token"));
    assert!(it.found[0].text.contains("use [secret: github-token] here"), "{it:?}");
    assert!(!format!("{it:?}").contains("ghp_"), "{it:?}");

    let items = inbox::list(&a.device.replica, &Outside::default(), Part::Open).unwrap();
    assert_eq!((items.len(), &*items[0].kind, &items[0].leads_to), (1, "held", &Lead::Held));
    let said = format!("{:?}", items[0]);
    assert!(said.contains("github-token") && !said.contains("ghp_"), "{said}");
    // A mark on it is a row of its own, which is sent.
    inbox::mark(&a.device.replica, &Outside::default(), items[0].id, inbox::Mark::Archive).unwrap();
    assert_eq!((a.sync().sent, b.sync().received), (1, 1));
    let items = inbox::list(&a.device.replica, &Outside::default(), Part::Open).unwrap();
    assert!(items.is_empty(), "{items:?}");
}

#[test]
fn it_is_sent_once_its_owner_says_so() {
    let world = World::new();
    let (a, b, _, comment) = sides(&world);
    choose(&a, comment, Choice::Keep).unwrap();
    assert!(held::list(&a.device.replica).unwrap()[0].kept);
    a.sync();
    let items = inbox::list(&a.device.replica, &Outside::default(), Part::Open).unwrap();
    assert!(items.is_empty(), "who keeps it is not asked again: {items:?}");
    let app = a.app();
    app.choose("comments", comment, Choice::Ask).unwrap();
    assert!(!app.held().unwrap()[0].kept);
    app.choose("comments", comment, Choice::Send).unwrap();
    assert!(app.held().unwrap().is_empty());
    a.edit("comments", comment, "author", "ana");
    assert_eq!((a.sync().sent, b.sync().received), (1, 2));
    assert!(b.value("comments", comment, "body").to_string().contains(&key()));
    let error = choose(&a, comment, Choice::Keep).unwrap_err();
    assert!(matches!(error, Error::NotHeld { .. }) && error.kind() == Kind::NotFound, "{error}");
}

#[test]
fn or_with_something_in_its_place() {
    let world = World::new();
    let (a, b, session, comment) = sides(&world);
    a.edit("sessions", session, "note", format!("{} and {}", key(), key().replace('a', "d")));
    a.sync();
    assert_eq!(a.status().held, 2);
    for (entity, id) in [("sessions", session), ("comments", comment)] {
        held::choose(&a.device.replica, entity, id, Choice::Redact).unwrap();
    }
    a.sync();
    b.sync();
    assert_eq!(a.status().held, 0);
    assert_eq!(
        b.value("sessions", session, "note"),
        "[secret: github-token] and [secret: github-token]"
    );
    assert!(
        b.value("comments", comment, "body")
            .to_string()
            .contains("use [secret: github-token] here")
    );
    assert_eq!(b.value("sessions", session, "name"), "Parser");
    let error = choose(&a, comment, Choice::Redact).unwrap_err();
    assert!(matches!(error, Error::NotHeld { .. }), "{error}");
}

#[test]
fn a_name_that_is_one_is_not_its_label() {
    let world = World::new();
    let a = world.shared("a");
    let session = a.add("sessions", &[("name", &key()), ("cwd", "/src")]);
    let row = &held::list(&a.device.replica).unwrap()[0];
    assert_eq!((row.id, row.label.as_deref()), (session, Some("[secret: github-token]")));
}
