//! Values that gave way: both sides, who wrote them, and why one of them stands. And rows
//! that several devices made, which a person may take apart.

use driftline_core::Value;
use driftline_inspect::{
    conflicts::{self, Conflict},
    folds::{self, Fold, Member},
    label::in_line,
    trail::By,
};
use maud::{Markup, html};

use crate::{
    Fragment, Request, Result,
    parts::{self, count_of, label},
};

/// How many values are shown.
const SHOWN: usize = 100;

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let history = request.query("show") == Some("history");
    let mut found = conflicts::list(request.replica, history, SHOWN)?;
    if history {
        found.retain(|it| !it.lost.conflict);
    }
    let folds = folds::list(request.replica)?;
    Ok(Fragment::new(
        "Conflicts",
        html! {
            h1 { "Conflicts" }
            p.muted { "What somebody wrote and what overruled it is kept for 30 days, and can be \
                written again." }
            nav.bar aria-label="Conflicts or history" {
                a.chip href=(request.with("show", None))
                    aria-current=[(!history).then_some("page")] { "Conflicts" }
                a.chip href=(request.with("show", Some("history")))
                    aria-current=[history.then_some("page")] { "History" }
            }
            @if found.is_empty() {
                @if history {
                    (parts::empty("Nothing was overwritten in the last 30 days.", html! {}))
                } @else {
                    (parts::empty("No value was lost in the last 30 days.", html! {}))
                }
            } @else {
                ul.list { @for it in &found { (entry(request, it)) } }
            }
            @if !folds.is_empty() {
                h2 { "Made on several devices" }
                p.muted { (count_of(folds.len() as u64, "row was", "rows were")) " made several \
                    times under one name and count as one. If two of them were never the same \
                    thing, take them apart." }
                @for it in &folds { (fold(request, it)?) }
            }
        },
    )
    .live(&["*"]))
}

/// One value that gave way, as a row of a list.
pub(super) fn entry(request: &Request<'_>, it: &Conflict) -> Markup {
    let lost = &it.lost;
    let name = it.label.clone().unwrap_or_else(|| lost.id.to_string());
    html! {
        li.row.conflict data-row data-key=(lost.log_id) {
            div.row-main {
                div {
                    strong { (label(&lost.field)) } " of "
                    a href={ "/why/" (lost.id) } data-open data-k="w" dir="auto" { (name) }
                    " " span.muted { (lost.entity) }
                }
                dl.sides {
                    (side("Stands", &lost.winner, &lost.winner_by, request))
                    (side("Gave way", &lost.lost, &lost.lost_by, request))
                }
                p.muted { (lost.rule) ". "
                    @if !it.stands { "It was changed again since. " }
                    @if let Ok(at) = i64::try_from(lost.at) { (parts::day_and_time(request, at)) }
                }
            }
            @if it.restorable {
                button.btn data-post={ "/conflicts/" (lost.log_id) "/restore" } { "Write it again" }
            }
        }
    }
}

fn side(what: &str, value: &Value, by: &By, request: &Request<'_>) -> Markup {
    html! {
        div {
            dt { (what) }
            dd { span.value dir="auto" { (in_line(value)) }
                span.muted { (by.words())
                    @if let Some(at) = by.at.and_then(|it| i64::try_from(it).ok()) {
                        ", " (parts::day_and_time(request, at))
                    }
                }
            }
        }
    }
}

fn fold(request: &Request<'_>, fold: &Fold) -> Result<Markup> {
    let entity = request.replica.schema().entity(fold.entity)?;
    let name = fold.label.clone().unwrap_or_else(|| fold.id.to_string());
    Ok(html! {
        section.box {
            h3 { a href={ "/why/" (fold.id) } dir="auto" { (name) } " " span.muted { (fold.entity) } }
            @for it in &fold.members {
                details.member {
                    summary {
                        span dir="auto" { (it.label.clone().unwrap_or_else(|| it.id.to_string())) }
                        " " span.muted { (made_by(request, it)) }
                        @if it.apart.is_some() { " " span.chip { "taken apart" } }
                    }
                    (member(entity, it))
                }
            }
        }
    })
}

fn made_by(request: &Request<'_>, it: &Member) -> Markup {
    let at = folds::made_at(it).and_then(|it| i64::try_from(it).ok());
    html! {
        @match &it.by { Some(by) => { (by.words()) } None => { "a transcript" } }
        @if let Some(at) = at { ", " (parts::day_and_time(request, at)) }
    }
}

fn member(entity: &driftline_core::EntityDescriptor, it: &Member) -> Markup {
    let path = format!("/folds/{}/{}", entity.name, it.id);
    let text = |field: &str| {
        let value = it.values.iter().find(|(name, _)| name == field).map(|(_, value)| value);
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    html! {
        dl.facts {
            @for (field, value) in &it.values {
                div { dt { (label(field)) } dd dir="auto" { (in_line(value)) } }
            }
        }
        @if let Some(apart) = it.apart {
            p { "It goes on by itself as " a href={ "/why/" (apart) } { (apart) } "." }
            button.btn data-post={ (path) "/rejoin" } { "Join it again" }
        } @else {
            form.form data-post={ (path) "/split" } {
                @for field in entity.natural_key {
                    @let id = format!("{}-{field}", it.id);
                    div.field {
                        label for=(id) { (label(field)) }
                        input id=(id) name=(field) value=(text(field)) autocomplete="off";
                        p.field-error data-error=(field) hidden {}
                    }
                }
                p.hint { "Left as it is, it gets an ending that tells it apart. What names this \
                    one follows it, except what cannot be edited." }
                @if it.imported {
                    p.hint { "This one comes from transcripts: what is imported later stays with \
                        the others. You may want to take another one apart instead." }
                }
                p.form-error data-error="" hidden {}
                button.btn { "Take it apart" }
            }
        }
    }
}
