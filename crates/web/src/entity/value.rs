//! Values as people read them.

use driftline_core::{Field, Kind, Value};
use driftline_text as text;
use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};

use crate::{
    Request,
    parts::{self, Room},
};

/// How much of a long text a list shows.
const BRIEF: usize = 120;

/// A value in a list: short, in a line.
pub(crate) fn brief(request: &Request<'_>, field: &Field, value: Option<&Value>) -> Markup {
    match value {
        None | Some(Value::Null) => html! {},
        Some(Value::Bool(it)) => html! { @if *it { "yes" } @else { "no" } },
        Some(value) if field.kind == Kind::Time => match value.as_i64() {
            Some(at) => parts::time(request, at),
            None => html! { (value) },
        },
        Some(value) => {
            let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
            let short: String = line.chars().take(BRIEF).collect();
            let shown = text::safe(&short);
            html! { span dir="auto" { (shown) @if short.len() < line.len() { "…" } } }
        }
    }
}

/// A value on the page of its row. `whole`: the file that has all of it.
pub(crate) fn in_full(
    request: &Request<'_>,
    field: &Field,
    value: Option<&Value>,
    whole: &str,
    room: &Room,
) -> Markup {
    match (field.kind, value) {
        (_, None | Some(Value::Null)) => html! { span.muted { "—" } },
        (Kind::Time, Some(value)) => match value.as_i64() {
            Some(at) => parts::day_and_time(request, at),
            None => html! { (value) },
        },
        (Kind::Json, Some(value)) => {
            let json = serde_json::to_string_pretty(value).unwrap_or_default();
            room.put(&json, whole, |it| html! { pre.code { code { (text::safe(it)) } } })
        }
        (Kind::Ref(entity), Some(value)) => {
            let id = value.as_str().unwrap_or_default();
            html! { a href={ "/e/" (entity) "/" (id) } { (id) } }
        }
        (_, Some(Value::String(said))) => {
            room.put(said, whole, |it| html! { span.text dir="auto" { (text::safe(it)) } })
        }
        (_, Some(_)) => brief(request, field, value),
    }
}

/// A value as its field of a form holds it.
pub(crate) fn as_typed(zone: &TimeZone, kind: Kind, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(value) => match kind {
            Kind::Time => value
                .as_i64()
                .and_then(|it| Timestamp::from_millisecond(it).ok())
                .map_or_else(String::new, |it| {
                    it.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()
                }),
            Kind::Json => serde_json::to_string_pretty(value).unwrap_or_default(),
            _ => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        },
    }
}
