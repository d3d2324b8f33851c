//! Where things stand is worked out when something of it may have changed, and not else.

use std::sync::atomic::Ordering;

use driftline_entities::{comments::Comment, inbox::InboxItem};

use crate::visit::Visit;

fn asked(visit: &Visit) -> u64 {
    visit.program.asked.load(Ordering::Relaxed)
}

#[test]
fn pages_that_show_the_same_again_count_nothing_again() {
    let visit = Visit::new();
    let page = visit.page("/help");
    let before = asked(&visit);
    for path in ["/help", "/settings", "/sync"] {
        visit.page(path);
    }
    assert_eq!(asked(&visit), before);
    assert_eq!(visit.page("/help"), page);
}

#[test]
fn a_row_that_changed_shows_on_the_next_page() {
    let visit = Visit::new();
    assert!(visit.page("/help").contains("id=\"unread\" hidden"));
    let item = InboxItem { title: Some("Look".into()), ..InboxItem::default() };
    visit.replica.create(&item).unwrap();
    assert!(visit.page("/help").contains("aria-label=\"1 unread\""));
    let before = asked(&visit);
    let comment = Comment { body: Some("Well".into()), ..Comment::default() };
    visit.replica.create(&comment).unwrap();
    visit.page("/help");
    assert_eq!(asked(&visit), before + 1);
}

#[test]
fn what_the_program_knows_and_the_time_are_heard_without_a_row() {
    let visit = Visit::new();
    visit.page("/help");
    let before = asked(&visit);
    visit.program.pulse.store(7, Ordering::Relaxed);
    visit.page("/help");
    assert_eq!(asked(&visit), before + 1, "such as a sync that began");
    visit.env.pass(59_000);
    visit.page("/help");
    assert_eq!(asked(&visit), before + 1);
    visit.env.pass(1_000);
    visit.page("/help");
    assert_eq!(asked(&visit), before + 2, "a minute is long enough");
}
