//! The list of sessions, and what it says of each.

use crate::common::{START, World, at, query};
use driftline_core::Timestamp;
use driftline_entities::{comments::Comment, sessions::Session, workspaces::Workspace};
use driftline_index::{
    Error,
    list::{Beside, Line, Options, Order},
};
use serde_json::json;

#[test]
fn a_session_says_what_its_messages_amount_to() {
    let world = World::new();
    let home = world.workspace("/home/ada/engine");
    let session = world.session_in("Parser", 1, Some(home));
    world.say(session, "user", "  Write a\n parser. ", 2);
    world.tool(session, "Bash", "ls", 3);
    let said = [("role", json!("assistant")), ("text", json!("ok")), ("model", json!("large"))];
    world.record(session, 4, &said);
    let child = [("role", json!("user")), ("text", json!("task")), ("agent", json!("helper"))];
    world.record(session, 5, &child);
    world.record(session, 6, &[("role", json!("system")), ("text", json!("noise"))]);
    let comment = Comment { session: Some(session), body: Some("!".into()), ..Comment::default() };
    world.replica.create(&comment).unwrap();

    let line = world.list("").lines.remove(0);
    assert_eq!(line.opening.as_deref(), Some("Write a parser."));
    let counts = (line.messages, line.prompts, line.calls, line.agents, line.comments);
    assert_eq!(counts, (4, 1, 1, 1, 1));
    assert_eq!((line.first_at, line.last_at), (Some(at(2).0), at(5).0));
    assert_eq!(line.models, ["large"]);
    assert_eq!(line.workspace.as_ref().map(|it| it.name.as_str()), Some("engine"));
    world.replica.update::<Workspace>(home, |it| it.name = Some("Analytical".into())).unwrap();
    let line = world.index.session_line(session).unwrap().unwrap();
    assert_eq!(line.workspace.map(|it| it.name).as_deref(), Some("Analytical"));
}

#[test]
fn what_a_program_put_into_a_prompt_is_not_the_persons() {
    let world = World::new();
    let session = world.session_in("", 1, None);
    world.say(session, "user", "<system-reminder>Be brief.</system-reminder>", 2);
    let wrapped = "<command-name>/review</command-name>\n<command-args>src</command-args>";
    world.say(session, "user", wrapped, 3);
    let line = world.list("").lines.remove(0);
    assert_eq!((line.opening.as_deref(), line.prompts), (Some("/review src"), 0));
    assert_eq!(world.hits("brief"), []);
    assert_eq!(world.hits("in:context brief").len(), 1);
    assert_eq!(world.hits("review").len(), 1);
}

#[test]
fn what_was_active_last_comes_first_and_pinned_ones_before_it() {
    let world = World::new();
    let old = world.session("old", 1);
    let new = world.session("new", 5);
    world.say(old, "user", "hello", 2);
    assert_eq!(world.names(""), ["new", "old"]);
    world.say(old, "user", "again", 9);
    assert_eq!(world.names(""), ["old", "new"]);
    world.replica.update::<Session>(new, |it| it.pinned = true).unwrap();
    assert_eq!(world.names(""), ["new", "old"]);
    let order = |order| {
        let options = Options { order, ..Options::at(START) };
        let listed = world.index.sessions(&query("-is:pinned").unwrap(), &options).unwrap();
        listed.lines.len()
    };
    assert_eq!(Order::ALL.map(order), [1; 4]);
    let page = Options { offset: 1, limit: 1, ..Options::at(START) };
    let page = world.index.sessions(&query("").unwrap(), &page).unwrap();
    assert_eq!((page.lines[0].name(), page.total, page.all), ("old", 2, 2));
}

#[test]
fn a_list_is_current_after_every_edit() {
    let world = World::new();
    let session = world.session("first name", 1);
    world.replica.update::<Session>(session, |it| it.name = Some("second name".into())).unwrap();
    assert_eq!(world.names(""), ["second name"]);
    world.replica.update::<Session>(session, |it| it.archived = true).unwrap();
    assert_eq!(world.names(""), [""; 0]);
    assert_eq!(world.names("is:archived"), ["second name"]);
    assert_eq!(world.names("second"), ["second name"], "who names it means it");
    world.replica.delete::<Session>(session).unwrap();
    assert_eq!(world.names("is:archived"), [""; 0]);
    assert!(world.index.session_line(session).unwrap().is_none());
}

#[test]
fn what_nobody_has_read_is_marked_unless_it_is_old() {
    let world = World::new();
    let (read, never, ancient) =
        (world.session("read", 1), world.session("never", 2), world.session("ancient", -20_000));
    for (session, minute) in [(read, 3), (never, 4), (ancient, -20_000)] {
        world.say(session, "user", "hello", minute);
    }
    world.replica.update::<Session>(read, |it| it.read_at = Some(at(10))).unwrap();
    assert_eq!(world.names("is:unread"), ["never"]);
    world.say(read, "assistant", "more", 11);
    assert_eq!(world.names("is:unread"), ["read", "never"]);
    let line = world.index.session_line(read).unwrap().unwrap();
    assert_eq!((line.unread, line.is_unread), (1, true));
    world.replica.update::<Session>(read, |it| it.read_at = Some(Timestamp(at(12).0))).unwrap();
    assert_eq!(world.names("is:unread"), ["never"]);
}

#[test]
fn a_list_is_narrowed_as_a_search_is() {
    let world = World::new();
    let (home, away) = (world.workspace("/w/home"), world.workspace("/w/away"));
    world.session_in("Café", 1, Some(home));
    let away = world.session_in("other", 2, Some(away));
    world.say(away, "user", "find the needle", 3);
    assert_eq!(world.names("cafe"), ["Café"]);
    assert_eq!(world.names("needle"), ["other"], "how it begins counts");
    assert_eq!(world.names("ws:home"), ["Café"]);
    assert_eq!(world.names("-ws:home"), ["other"]);
    assert_eq!(world.names("title:needle"), [""; 0]);
    assert_eq!(world.names("after:7d").len(), 2);
    assert_eq!(world.names("before:2020"), [""; 0]);
    let wrong = world.index.sessions(&query("tool:Bash").unwrap(), &Options::at(START));
    assert!(matches!(wrong, Err(Error::Misread(_))));
    let choices = world.index.session_choices().unwrap();
    assert_eq!(choices.workspaces, ["away", "home"]);
}

#[test]
fn the_way_through_the_list_by_its_neighbours_is_the_list() {
    let world = World::new();
    // More than one page of any list, several at the same moment.
    let all: Vec<_> = (0..250).map(|it| world.session(&format!("s{it}"), it / 3)).collect();
    for pinned in [7, 199] {
        world.replica.update::<Session>(all[pinned], |it| it.pinned = true).unwrap();
    }
    world.replica.update::<Session>(all[100], |it| it.archived = true).unwrap();
    world.replica.delete::<Session>(all[150]).unwrap();
    while world.index.catch_up().unwrap() > 0 {}
    let options = Options { limit: 1_000, ..Options::at(START) };
    let listed = world.index.sessions(&query("").unwrap(), &options).unwrap().lines;
    let listed: Vec<_> = listed.iter().map(|it| it.id).collect();
    assert_eq!(listed.len(), 248);
    for (place, id) in listed.iter().enumerate() {
        let beside = world.index.beside(*id).unwrap();
        assert_eq!(beside.above, place.checked_sub(1).map(|it| listed[it]), "{place}");
        assert_eq!(beside.below, listed.get(place + 1).copied(), "{place}");
    }
    let archived = world.index.beside(all[100]).unwrap();
    assert!(archived.above.is_some() && archived.below.is_some(), "there is a way back");
    assert_eq!(world.index.beside(all[150]).unwrap(), Beside::default());
}

#[test]
fn sessions_of_checkouts_of_one_repository_are_narrowed_to_together() {
    let world = World::new();
    let at = |path: &str, remote: Option<&str>| {
        let id = world.workspace(path);
        world.replica.update::<Workspace>(id, |it| it.git_remote = remote.map(Into::into)).unwrap();
        id
    };
    let here = at("/home/me/demo", Some("git@github.com:example/demo.git"));
    let there = at("/Users/me/Demo", Some("https://github.com/example/demo"));
    let other = at("/home/me/other", None);
    let one = world.session_in("one", 1, Some(here));
    let two = world.session_in("two", 2, Some(there));
    world.session_in("three", 3, Some(other));
    let places = |typed: &str| {
        let lines = world.list(typed).lines;
        let place = |it: &Line| it.workspace.as_ref().map(|it| (it.id, it.name.clone())).unwrap();
        lines.iter().map(|it| (it.id, place(it))).collect::<Vec<_>>()
    };
    let id = format!("workspace:{there}");
    for typed in ["workspace:\"/home/me/demo\"", "workspace:\"/Users/me/Demo\"", id.as_str()] {
        let ids: Vec<_> = places(typed).iter().map(|it| it.0).collect();
        assert_eq!(ids, [two, one], "{typed}");
    }
    world.replica.update::<Workspace>(there, |it| it.name = Some("Greeter".into())).unwrap();
    let named = (here.min(there), "Greeter".to_owned());
    assert_eq!(places("workspace:greeter"), [(two, named.clone()), (one, named)]);
    world.replica.update::<Workspace>(there, |it| it.git_remote = None).unwrap();
    assert_eq!(places("workspace:greeter"), [(two, (there, "Greeter".into()))]);
    assert_eq!(places("workspace:demo"), [(one, (here, "demo".into()))]);
}
