//! Times as a person reads them, exact in the markup.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use maud::{Markup, html};

use crate::Request;

/// A moment: the time today, the day before that.
pub(crate) fn time(request: &Request<'_>, at: i64) -> Markup {
    let (now, zone) = (i64::try_from(request.now).unwrap_or(i64::MAX), request.zone);
    let Some((at, now)) = zoned(at, zone).zip(zoned(now, zone)) else {
        return html! { span { (at) } };
    };
    let text = if at.date() == now.date() {
        at.strftime("%H:%M").to_string()
    } else if at.year() == now.year() {
        at.strftime("%-d %b").to_string()
    } else {
        at.strftime("%-d %b %Y").to_string()
    };
    marked(&at, &text)
}

/// The day of a moment, as a heading.
pub(crate) fn day(request: &Request<'_>, at: i64) -> String {
    let now = i64::try_from(request.now).unwrap_or(i64::MAX);
    let Some((at, now)) = zoned(at, request.zone).zip(zoned(now, request.zone)) else {
        return "Without a date".into();
    };
    match now.date().since(at.date()).map(|it| it.get_days()) {
        Ok(0) => "Today".into(),
        Ok(1) => "Yesterday".into(),
        Ok(2..=6) => at.strftime("%A").to_string(),
        _ if at.year() == now.year() => at.strftime("%A, %-d %B").to_string(),
        _ => at.strftime("%-d %B %Y").to_string(),
    }
}

/// A moment with its day and its time.
pub(crate) fn day_and_time(request: &Request<'_>, at: i64) -> Markup {
    match zoned(at, request.zone) {
        Some(at) => marked(&at, &at.strftime("%-d %b %Y, %H:%M").to_string()),
        None => html! { span { (at) } },
    }
}

/// The time of a moment, with its day unless `before` was on the same one.
pub(crate) fn clock(request: &Request<'_>, at: i64, before: Option<i64>) -> Markup {
    let Some(at) = zoned(at, request.zone) else { return html! { span { (at) } } };
    let before = before.and_then(|it| zoned(it, request.zone));
    let format = match before {
        Some(before) if before.date() == at.date() => "%H:%M",
        _ => "%-d %b %Y, %H:%M",
    };
    marked(&at, &at.strftime(format).to_string())
}

fn zoned(at: i64, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()))
}

fn marked(at: &Zoned, text: &str) -> Markup {
    let exact = at.timestamp().to_string();
    let full = at.strftime("%A, %-d %B %Y, %H:%M:%S").to_string();
    html! { time datetime=(exact) title=(full) { (text) } }
}
