//! Promises that single calls show.

use std::{collections::BTreeSet, slice};

use driftline_core::{Answer, Change, Cursor, Digests, Error, Row, Seq, Stale, Value};

use super::{
    caller::Caller,
    check::{Checked, Fault, expect},
};

/// More than a value may have inside one call on any service.
const LONG: usize = 5 << 20;
const DAY: i64 = 24 * 60 * 60 * 1_000;

pub(super) async fn are_two(one: &Caller<'_>, other: &Caller<'_>) -> Checked {
    let (a, b) = (&one.identity, &other.identity);
    expect(a.account != b.account && a.person != b.person, || {
        format!("both sign-ins are {}; use two accounts", a.person)
    })?;
    let again = one.page(Cursor::default(), 1).await?.identity;
    expect(again == *a, || format!("it was {a:?} and is {again:?}"))
}

pub(super) async fn repeats(one: &mut Caller<'_>) -> Checked {
    let change = one.birth("once".into());
    let first = one.push(slice::from_ref(&change)).await?;
    let second = one.push(slice::from_ref(&change)).await?;
    let hash = change.row.hash(&change.entity, change.id);
    for answers in [&first, &second] {
        let is_it =
            matches!(answers.answers[..], [Answer::Accepted { hash: it, .. }] if it == hash);
        expect(is_it, || format!("a row was answered with {:?}", answers.answers))?;
    }
    expect(first.digests == second.digests, || {
        format!("the digests {:?} became {:?}", first.digests, second.digests)
    })
}

pub(super) async fn overtaken(one: &mut Caller<'_>) -> Checked {
    let (early, late) = (one.birth("early".into()), one.birth("late".into()));
    let overtaken = one.call(slice::from_ref(&early));
    one.push(&[late]).await?;
    let answer = one.hub.push(overtaken).await;
    expect(matches!(answer, Err(Error::Stale { why: Stale::OldCall { .. }, .. })), || {
        format!("it was answered {answer:?}")
    })?;
    expect(one.held(&early).await?.is_none(), || "its row was taken".into())
}

pub(super) async fn moved(one: &mut Caller<'_>) -> Checked {
    let change = one.birth("elsewhere".into());
    for is_account in [true, false] {
        let mut call = one.call(slice::from_ref(&change));
        let name = if is_account { &mut call.account } else { &mut call.epoch };
        *name = "0".repeat(name.len());
        let answer = one.hub.push(call).await;
        expect(matches!(answer, Err(Error::Stale { why: Stale::Moved, .. })), || {
            format!("it answered {answer:?}")
        })?;
    }
    expect(one.held(&change).await?.is_none(), || "its row was taken".into())
}

pub(super) async fn parts(one: &mut Caller<'_>) -> Checked {
    let part = Change { birth: false, whole: false, ..one.birth("a part".into()) };
    let answers = one.push(slice::from_ref(&part)).await?.answers;
    expect(answers == [Answer::NeedWhole], || format!("it was answered {answers:?}"))?;
    expect(one.held(&part).await?.is_none(), || "it was taken".into())
}

pub(super) async fn joins(one: &mut Caller<'_>) -> Checked {
    let born = one.birth("second".into());
    let with = |later: i64, value: &str| {
        let row = Row::from_iter([("value", one.stamp(later), Value::from(value))]);
        Change { row, birth: false, whole: false, ..born.clone() }
    };
    let (earlier, later) = (with(-DAY, "first"), with(2, "third"));
    for (change, row) in [(&born, &born), (&earlier, &born), (&later, &later), (&born, &later)] {
        let hash = one.accepted(change).await?;
        let expected = Some(row.row.hash(&born.entity, born.id));
        expect(hash == expected, || format!("after {:?} it holds {hash:x?}", change.row))?;
    }
    let held = one.held(&born).await?;
    expect(held.as_ref() == Some(&later.row), || format!("it holds {held:?}"))
}

pub(super) async fn future(one: &mut Caller<'_>) -> Checked {
    if !one.has_clock {
        return Ok(());
    }
    let mut change = one.birth(Value::Null);
    change.row = Row::from_iter([("value", one.stamp(DAY), Value::from("tomorrow"))]);
    let answers = one.push(slice::from_ref(&change)).await?.answers;
    let expected = [Answer::ClockAhead { fields: vec!["value".into()] }];
    expect(answers == expected, || format!("it was answered {answers:?}"))?;
    expect(one.held(&change).await?.is_none(), || "it was taken".into())
}

pub(super) async fn values(one: &mut Caller<'_>) -> Checked {
    let deep = format!("{}{}", "[".repeat(60), "]".repeat(60));
    let texts = [
        "null",
        "true",
        "0",
        "18446744073709551615",
        "-9223372036854775808",
        "9007199254740993",
        "1e+300",
        "-1.5",
        r#""""#,
        r#""\u0000\u001f é 漢 🦀 \\ \" ' $ %""#,
        r#"{"":1,"$a":2,"a.b":3,"_id":4,"é":5}"#,
        r#"[[],{},[null]]"#,
        &deep,
    ];
    let mut sent = Vec::new();
    for text in texts {
        let value = serde_json::from_str(text).map_err(|it| Fault::Wrong(it.to_string()))?;
        sent.push(one.birth(value));
    }
    round_trip(one, &sent).await
}

pub(super) async fn long(one: &mut Caller<'_>) -> Checked {
    let text = |length: usize, it: &str| Value::from(it.repeat(length / it.len()));
    let lengths = [65_533, 65_534, 65_535, 524_286, 524_287, LONG];
    let mut sent: Vec<_> = lengths.iter().map(|it| one.birth(text(*it, "x"))).collect();
    // A character of several bytes at every place where a long value could be cut.
    sent.push(one.birth(text(2 << 20, "漢")));
    for some in sent.chunks(2) {
        round_trip(one, some).await?;
    }
    // More than any service gives in one answer, in what is one page of rows; more than it
    // takes in one call, too.
    let sent: Vec<_> = (0..17).map(|it| one.birth(text(1 << 20, &format!("{it:08}")))).collect();
    for some in &sent {
        taken(one, slice::from_ref(some)).await?;
    }
    given(one, &sent).await
}

pub(super) async fn many(one: &mut Caller<'_>) -> Checked {
    let rows = one.hub.limits().rows;
    let sent: Vec<_> = (0..rows).map(|it| one.birth(format!("{it:01000}").into())).collect();
    round_trip(one, &sent).await
}

async fn round_trip(one: &mut Caller<'_>, sent: &[Change]) -> Checked {
    taken(one, sent).await?;
    given(one, sent).await
}

/// Whether one call takes them as they are.
async fn taken(one: &mut Caller<'_>, sent: &[Change]) -> Checked {
    let answers = one.push(sent).await?;
    for (change, answer) in sent.iter().zip(&answers.answers) {
        let hash = change.row.hash(&change.entity, change.id);
        let is_it = matches!(answer, Answer::Accepted { hash: it, .. } if *it == hash);
        expect(is_it, || format!("{} was answered with {answer:?}", shown(change)))?;
    }
    Ok(())
}

/// Whether they come back as they went.
async fn given(one: &mut Caller<'_>, sent: &[Change]) -> Checked {
    let rows = one.read_on().await?;
    for change in sent {
        let held = rows.get(&(change.entity.clone(), change.id));
        expect(held == Some(&change.row), || format!("{} came back otherwise", shown(change)))?;
    }
    Ok(())
}

fn shown(change: &Change) -> String {
    let value = change.row.value("value").map(ToString::to_string).unwrap_or_default();
    format!("a value of {} bytes ({})", value.len(), driftline_core::excerpt(&value))
}

pub(super) async fn pages(one: &mut Caller<'_>) -> Checked {
    const ROWS: usize = 97;
    let (mut cursor, mut seen) = (Cursor::default(), BTreeSet::new());
    let mut sums = Digests::new();
    loop {
        let page = one.page(cursor, ROWS).await?;
        let (next, head, got) = (page.next, page.head, page.changes.len());
        expect(got <= ROWS, || format!("a page of {ROWS} rows has {got}"))?;
        expect(next <= head && (next > cursor || next == head), || {
            format!("a page leads from {cursor} to {next} of {head}")
        })?;
        for it in page.changes {
            let sum = sums.entry(it.entity.clone()).or_default();
            *sum = sum.wrapping_add(it.row.hash(&it.entity, it.id));
            expect(seen.insert((it.entity, it.id)), || format!("{} came twice", it.id))?;
        }
        if next < head {
            expect(page.digests.is_none(), || "a page before the last has digests".into())?;
            cursor = next;
            continue;
        }
        let mut digests = page.digests.unwrap_or_default();
        digests.retain(|_, sum| *sum != 0);
        return expect(digests == sums, || format!("it says {digests:x?}, its rows {sums:x?}"));
    }
}

pub(super) async fn private(one: &mut Caller<'_>, other: &mut Caller<'_>) -> Checked {
    has_nothing(other).await?;
    let row = one.birth("mine".into());
    one.push(slice::from_ref(&row)).await?;
    has_nothing(other).await?;
    // Naming another's account does not open it.
    let mut call = other.call(slice::from_ref(&row));
    (call.account, call.epoch) = (one.identity.account.clone(), one.identity.epoch.clone());
    let answer = other.hub.push(call).await;
    expect(matches!(answer, Err(Error::Stale { why: Stale::Moved, .. })), || {
        format!("it answered {answer:?}")
    })?;
    // Nor does a row's id.
    let part = Change { birth: false, whole: false, ..row.clone() };
    let answers = other.push(&[part]).await?.answers;
    expect(answers == [Answer::NeedWhole], || format!("it was answered {answers:?}"))?;
    let held = one.held(&row).await?;
    expect(held.as_ref() == Some(&row.row), || format!("the row became {held:?}"))
}

pub(super) async fn has_nothing(other: &Caller<'_>) -> Checked {
    let page = other.page(Cursor::default(), 10).await?;
    expect(page.head == Seq::default() && page.changes.is_empty(), || {
        format!("somebody without rows sees {} of {}", page.changes.len(), page.head)
    })
}
