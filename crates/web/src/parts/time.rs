//! Times as a person reads them, exact in the markup.

use driftline_core::Millis;
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

/// A moment as a file would say it, to the minute.
pub(crate) fn minute(request: &Request<'_>, at: i64) -> String {
    let at = zoned(at, request.zone).map(|it| it.strftime("%Y-%m-%d %H:%M").to_string());
    at.unwrap_or_default()
}

/// How long ago it was.
pub(crate) fn ago(then: Millis, now: Millis) -> String {
    let seconds = now.saturating_sub(then) / 1_000;
    match seconds {
        0..60 => "just now".into(),
        60..5_400 => format!("{} min ago", seconds / 60),
        5_400..172_800 => format!("{} h ago", (seconds + 1_800) / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

fn zoned(at: i64, zone: &TimeZone) -> Option<Zoned> {
    Some(Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()))
}

fn marked(at: &Zoned, text: &str) -> Markup {
    let exact = at.timestamp().to_string();
    let full = at.strftime("%A, %-d %B %Y, %H:%M:%S").to_string();
    html! { time datetime=(exact) title=(full) { (text) } }
}

#[cfg(test)]
mod tests {
    use super::ago;

    #[test]
    fn ages_are_calm() {
        assert_eq!(ago(0, 59_000), "just now");
        assert_eq!(ago(0, 61_000), "1 min ago");
        assert_eq!(ago(0, 7_200_000), "2 h ago");
        assert_eq!(ago(9, 0), "just now");
    }
}
