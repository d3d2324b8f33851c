//! Clocks that are wrong, and what becomes of what was written by them.

use std::sync::{Arc, Mutex};

use crate::common::{DAY, Device, Folder, MINUTE, START, hub};
use async_trait::async_trait;
use driftline_core::{
    Answer, Answers, Backend, Change, Cursor, Env as _, Error, Hub, Id, Limits, Page, Pull, Push,
    Replica, Result, Schema, Simulated, Stamp,
    clock::{Correction, Moment},
    device::{Batch, CLOCK_AHEAD},
    store::{AuditKind, Find},
};

/// Fails a push, or names one that arrives before it.
type BeforePush = Box<dyn FnMut(&Push) -> Result<Option<Push>> + Send>;

/// A hub behind a wire on which something happens before each push.
struct Wire {
    hub: Hub,
    before_push: Mutex<BeforePush>,
}

impl Wire {
    fn new(hub: Hub) -> Self {
        Self { hub, before_push: Mutex::new(Box::new(|_| Ok(None))) }
    }

    fn before_push(&self, then: impl FnMut(&Push) -> Result<Option<Push>> + Send + 'static) {
        *self.before_push.lock().unwrap() = Box::new(then);
    }
}

#[async_trait]
impl Backend for Wire {
    fn name(&self) -> String {
        "hub".into()
    }

    fn limits(&self) -> Limits {
        self.hub.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.hub.pull(request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        let first = (self.before_push.lock().unwrap())(&request)?;
        if let Some(first) = first {
            self.hub.push(first).await?;
        }
        self.hub.push(request).await
    }
}

#[test]
fn a_clock_a_year_ahead_neither_wins_for_ever_nor_is_shut_out() {
    let (a, b) = (Device::new(1), Device::new(2));
    let hub = hub().with_clock(b.env.clone());
    let id = b.folder("/src");
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    a.env.jump(i64::try_from(365 * DAY).unwrap());
    a.rename(id, "Early");
    let report = a.sync(&hub).unwrap();
    assert_eq!(report.restamped.len(), 1);
    b.env.pass(MINUTE);
    b.sync(&hub).unwrap();
    assert_eq!(b.name(id).as_deref(), Some("Early"));
    b.rename(id, "Late");
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    assert_eq!(a.name(id).as_deref(), Some("Late"));
    let told = a.replica.audit(Some(AuditKind::History), 10).unwrap();
    assert!(told.iter().any(|it| it.rule == CLOCK_AHEAD));
}

#[test]
fn a_row_that_was_folded_is_one_thing_when_a_clock_is_put_right() {
    let (a, b) = (Device::new(1), Device::new(2));
    let wire = Wire::new(hub().with_clock(b.env.clone()));
    let (one, other) = (a.folder("/src"), b.folder("/src"));
    for device in [&a, &b, &a] {
        device.sync(&wire).unwrap();
    }
    a.env.jump(i64::try_from(10 * MINUTE).unwrap());
    a.rename(other, "bad");
    a.replica.delete::<Folder>(other).unwrap();
    wire.before_push(|push| {
        let bad = |it: &Change| it.row.value("name").is_some_and(|it| it == "bad");
        let failed = Error::BatchFailed { remote: "hub".into(), source: None };
        if push.changes.iter().any(bad) { Err(failed) } else { Ok(None) }
    });
    for parked in [0, 0, 1] {
        assert_eq!(a.sync(&wire).unwrap().parked, parked);
        a.env.pass(MINUTE);
        b.env.pass(MINUTE);
    }
    // The deletion was carried by a call and is set aside, and the restoration, in the
    // row of the other id, is refused without it.
    a.env.jump(i64::try_from(10 * MINUTE).unwrap());
    a.replica.restore::<Folder>(one).unwrap();
    assert_eq!(a.sync(&wire).unwrap().restamped.len(), 3);
    wire.before_push(|_| Ok(None));
    a.replica.retry_parked().unwrap();
    a.sync(&wire).unwrap();
    b.env.pass(MINUTE);
    b.sync(&wire).unwrap();
    for device in [&a, &b] {
        assert_eq!(device.replica.count("folders", &Find::new()).unwrap(), 1);
        assert_eq!(device.name(one).as_deref(), Some("bad"));
    }
}

#[test]
fn a_call_that_comes_late_is_read_before_a_clock_is_put_right() {
    let (a, b) = (Device::new(1), Device::new(2));
    let wire = Wire::new(hub().with_clock(b.env.clone()));
    let id = a.folder("/src");
    a.sync(&wire).unwrap();
    // Four minutes ahead are believed, and the call with it does not arrive yet.
    a.env.jump(i64::try_from(4 * MINUTE).unwrap());
    a.rename(id, "Early");
    let late = Arc::new(Mutex::new(None));
    let held = late.clone();
    wire.before_push(move |push| {
        *held.lock().unwrap() = Some(push.clone());
        Err(Error::Unavailable { remote: "hub".into(), retry_after: None, source: None })
    });
    a.sync(&wire).unwrap_err();
    a.env.jump(i64::try_from(10 * MINUTE).unwrap());
    a.rename(id, "Later");
    // It arrives after the device has read what the hub holds.
    wire.before_push(move |_| Ok(late.lock().unwrap().take()));
    let report = a.sync(&wire).unwrap();
    assert_eq!(report.restamped.len(), 1);
    b.sync(&wire).unwrap();
    for device in [&a, &b] {
        assert_eq!(device.name(id).as_deref(), Some("Later"));
    }
}

/// A device, of which a hub refuses the one rename that it knows of.
fn refused() -> (Device, Id, (Batch, Answers)) {
    let (a, b) = (Device::new(1), Device::new(2));
    let hub = hub();
    let id = a.folder("/one");
    a.sync(&hub).unwrap();
    let hub = hub.with_clock(b.env.clone());
    a.env.jump(i64::try_from(10 * MINUTE).unwrap());
    a.rename(id, "Early");
    let call = a.call(&hub);
    assert!(matches!(call.1.answers[..], [Answer::ClockAhead { .. }]), "{:?}", call.1.answers);
    (a, id, call)
}

/// When its stamp is not ahead any more, and would be taken.
const LATER: u64 = START + 9 * MINUTE;

#[test]
fn what_was_written_after_a_refused_stamp_is_put_right_with_it() {
    let (a, id, (batch, answers)) = refused();
    let other = a.folder("/other");
    let restamped = a.settle_at(LATER, &batch, answers).restamped;
    let rows: Vec<_> = restamped.iter().map(|it| it.id).collect();
    assert_eq!(rows, [id, other]);
    assert!(restamped.is_sorted_by(|one, other| one.now < other.now));
}

/// Who knows what became of that call?
#[test]
fn a_stamp_that_some_call_carried_stays() {
    let (a, id, (batch, answers)) = refused();
    let other = a.folder("/other");
    let stamp = || a.transact(|tx| tx.get("folders", other)).unwrap().row.latest_person();
    let before = stamp();
    assert_eq!(a.batch(9).sent.len(), 2);
    let restamped = a.settle_at(LATER, &batch, answers).restamped;
    assert_eq!(restamped.iter().map(|it| it.id).collect::<Vec<_>>(), [id]);
    assert_eq!(stamp(), before);
}

#[test]
fn a_refused_stamp_that_is_gone_is_not_put_right() {
    let (a, id, (batch, answers)) = refused();
    a.rename(id, "Later");
    assert_eq!(a.settle_at(LATER, &batch, answers).restamped, []);
}

#[test]
fn what_was_written_between_and_before_refused_stamps_keeps_its_order() {
    let (a, hub) = (Device::new(1), hub());
    let ids = ["/first", "/a", "/b", "/c", "/last"].map(|it| a.folder(it));
    a.sync(&hub).unwrap();
    a.rename(ids[0], "waits first");
    // The clock goes forward in steps. Of these writes the hub refuses the third and the last.
    a.env.jump(i64::try_from(9 * MINUTE + 20_000).unwrap());
    for (id, seconds) in [(ids[1], 0), (ids[2], 10), (ids[0], 30), (ids[3], 60), (ids[4], 120)] {
        a.env.pass(seconds * 1_000);
        a.rename(id, "written");
    }
    let row = |id| a.transact(|tx| tx.get("folders", id)).unwrap().row;
    let stamps = || ids.map(|id| row(id).cell("name").unwrap().stamp);
    let before = stamps();
    let batch = a.batch(1);
    assert_eq!(batch.sent[0].change.id, ids[0]);
    let page = crate::common::calls::page(&hub, Cursor::default(), 9);
    let ahead = vec![Answer::ClockAhead { fields: vec!["name".into()] }];
    let (identity, head, digests) = (page.identity, page.head, page.digests.unwrap());
    let answers =
        Answers { identity, answers: ahead, recorded: Vec::new(), head, digests, time: None };
    let queued = |id| a.transact(|tx| tx.queued("folders", id)).unwrap();
    let counted = queued(ids[0]).change;
    let restamped = a.settle_at(LATER, &batch, answers).restamped;
    let after = stamps();
    let moved: Vec<_> = restamped.iter().map(|it| it.id).collect();
    assert_eq!(moved, [ids[0], ids[3], ids[4]]);
    assert_eq!(after[1..3], before[1..3], "what came before the first of them stays");
    assert!(after[2] < after[0] && after[0] < after[3] && after[3] < after[4], "{after:?}");
    assert!(after[4].millis() < before[0].millis());
    let entry = queued(ids[0]);
    assert_eq!((entry.fields["name"], entry.change), (false, counted + 1));
    // The next write comes right after them, though this clock said so much.
    a.env.jump(-i64::try_from(60 * MINUTE).unwrap());
    a.rename(ids[1], "next");
    assert!(row(ids[1]).latest_person() > Some(after[4]));
    assert!(row(ids[1]).latest_person() < Some(before[0]));
}

#[test]
fn what_is_put_right_goes_above_what_a_call_carried_and_takes_along_what_lies_between() {
    let (a, hub) = (Device::new(1), hub());
    let ids = ["/carried", "/one", "/last", "/between"].map(|it| a.folder(it));
    a.sync(&hub).unwrap();
    ids[..3].iter().for_each(|id| a.rename(*id, "waits"));
    a.env.jump(i64::try_from(9 * MINUTE + 30_000).unwrap());
    for id in [ids[0], ids[1], ids[3], ids[2]] {
        a.env.pass(30_000);
        a.rename(id, "written");
    }
    let batch = a.batch(3);
    let page = crate::common::calls::page(&hub, Cursor::default(), 9);
    let ahead = || Answer::ClockAhead { fields: vec!["name".into()] };
    let answers = Answers {
        identity: page.identity,
        answers: vec![Answer::NeedWhole, ahead(), ahead()],
        recorded: Vec::new(),
        head: page.head,
        digests: page.digests.unwrap(),
        time: None,
    };
    let restamped = a.settle_at(LATER, &batch, answers).restamped;
    let moved: Vec<_> = restamped.iter().map(|it| it.id).collect();
    assert_eq!(moved, [ids[1], ids[3], ids[2]]);
    let carried = a.transact(|tx| tx.get("folders", ids[0])).unwrap().row.latest_person();
    assert!(restamped.iter().all(|it| Some(it.now) > carried));
}

#[test]
fn the_log_names_the_stamps_that_writes_have_by_now() {
    let (a, id, (batch, answers)) = refused();
    let both = |it: &mut Folder| (it.name, it.pinned) = (Some("Both".into()), true);
    a.replica.update::<Folder>(id, both).unwrap();
    a.rename(id, "Last");
    let log = || a.replica.audit(None, 20).unwrap();
    let edits = || log().into_iter().filter(|it| it.rule != CLOCK_AHEAD).collect::<Vec<_>>();
    let before = edits();
    assert_eq!(before.iter().map(|it| &it.lost).collect::<Vec<_>>(), ["Both", "Early"]);
    let refuse = |now, batch: &Batch, fields: &[&str]| {
        let fields = fields.iter().map(|it| (*it).to_owned()).collect();
        let ahead = vec![Answer::ClockAhead { fields }];
        a.settle_at(now, batch, Answers { answers: ahead, ..answers.clone() }).restamped
    };
    // The call that was refused carried an edit that is gone by now.
    assert_eq!(refuse(LATER, &batch, &["name"]), []);
    let moved = refuse(LATER, &a.batch(9), &["name", "pinned"]);
    let now = |was| moved.iter().find(|it| it.was == was).map_or(was, |it| it.now);
    for (before, after) in before.iter().zip(edits()) {
        assert_eq!(after.winner_stamp, now(before.winner_stamp));
        assert_eq!(after.lost_stamp, now(before.lost_stamp));
    }
    assert!(moved.iter().any(|it| it.was == before[0].lost_stamp), "both sides of it moved");
    // Each time is told, with the stamps of that time.
    let told = || log().into_iter().filter(|it| it.rule == CLOCK_AHEAD).collect::<Vec<_>>();
    let first = told();
    assert_eq!(first.len(), 2);
    assert_eq!(refuse(LATER + 1_000, &a.batch(9), &["name", "pinned"]).len(), 2);
    assert_eq!(told()[2..], first);
}

/// The clock that was wrong must not decide what is old in the log.
#[test]
fn what_is_said_of_a_refused_stamp_outlives_the_wrong_clock() {
    let (a, _, (batch, answers)) = refused();
    assert_eq!(a.settle_at(START, &batch, answers).restamped.len(), 1);
    a.env.jump(i64::try_from(365 * DAY).unwrap());
    for _ in 0..3 {
        Replica::open(Arc::new(a.store.clone()), a.env.clone()).unwrap();
        a.env.pass(2 * DAY);
    }
    let told = a.replica.audit(Some(AuditKind::History), 10).unwrap();
    assert!(told.iter().any(|it| it.rule == CLOCK_AHEAD), "{told:?}");
}

/// A hub whose clock is behind has taken a stamp that it is still ahead of.
#[test]
fn a_write_that_is_put_right_comes_after_what_the_hub_took_of_it() {
    let (a, b) = (Device::new(1), Device::new(2));
    let hub = hub().with_clock(b.env.clone());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    a.env.jump(i64::try_from(4 * MINUTE).unwrap());
    a.rename(id, "Early");
    a.sync(&hub).unwrap();
    a.env.jump(i64::try_from(10 * MINUTE).unwrap());
    a.rename(id, "Later");
    assert_eq!(a.sync(&hub).unwrap().restamped.len(), 1);
    b.sync(&hub).unwrap();
    for device in [&a, &b] {
        assert_eq!(device.name(id).as_deref(), Some("Later"));
    }
}

#[test]
fn without_a_hub_clock_a_far_stamp_moves_nobody_elses_clock() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let (one, other) = (a.folder("/one"), a.folder("/other"));
    a.env.jump(i64::try_from(365 * DAY).unwrap());
    a.rename(one, "Far");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    b.rename(other, "Near");
    b.rename(one, "Nearer");
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    assert_eq!(a.name(one).as_deref(), Some("Nearer"), "an edit of what one sees wins");
    let near = b.replica.get_values("folders", other).unwrap().unwrap();
    assert!(near.row.cell("name").unwrap().stamp.millis() < b.env.wall() + MINUTE);
}

#[test]
fn what_a_hub_says_of_the_time_counts_until_somebody_sets_the_clock() {
    let env = Simulated::new(1, START);
    let correction = Some(Correction::measure(&env, START - MINUTE));
    env.pass(MINUTE);
    assert_eq!(Correction::now(correction, &env), START);
    // Two clocks never agree to the millisecond.
    for (by, is_set) in [(2_000, false), (1, true)] {
        env.jump(by);
        let expected = if is_set { env.wall() } else { env.wall() - MINUTE };
        assert_eq!(Correction::now(correction, &env), expected);
    }
    assert_eq!(Correction::now(None, &env), env.wall());
}

#[test]
fn a_stamp_is_believed_up_to_five_minutes_ahead() {
    let moment = Moment { now: START, node: 1 };
    let is_ahead = |ms| moment.is_ahead(Stamp::person(START + ms, 0, 7));
    assert_eq!((is_ahead(5 * MINUTE), is_ahead(5 * MINUTE + 1)), (false, true));
    assert!(!moment.is_ahead(Stamp::machine(START + DAY, 0, 0, 0)), "that is no time");
}

#[test]
fn a_copied_database_never_repeats_a_stamp() {
    let a = Device::new(1);
    a.folder("/src");
    let scratch: &dyn driftline_core::Scratch = &a.store;
    let copy = scratch.copy().unwrap().open(Schema::registered().unwrap()).unwrap();
    let twin = Replica::open(copy, Arc::new(Simulated::new(9, START)));
    assert_ne!(twin.unwrap().moment().node, a.replica.moment().node);
    assert_eq!(a.replica.list::<Folder>(&Find::new()).unwrap().len(), 1);
}
