//! Finding words in one session: the box that a key opens, and the list that fills it.

use driftline_index::{
    Error as IndexError,
    query::{Clock, Query},
    search::{Found as Hits, Hit, Options},
};
use maud::{Markup, html};

use super::{
    asked::{Found, session},
    head,
};
use crate::{
    Error, Fragment, Request, Result,
    pages::search::hits::{snippet, who},
    parts::{self, count_of, misread, time},
};

pub(crate) fn show(request: &Request<'_>) -> Result<Fragment> {
    let (id, session) = match session(request, request.id("id")?)? {
        Found::Shown(id, session) => (id, session),
        Found::Deleted(..) => {
            let what = "this session is deleted; restore it to find something in it";
            return Err(Error::NotFound(what.into()));
        }
    };
    let typed = request.query("q").unwrap_or_default();
    let clock = Clock { now: request.now, zone: request.zone.clone() };
    let options = Options { session: Some(id), ..Options::at(request.now) };
    let search = |query: Query| request.reading.index().and_then(|it| it.search(&query, &options));
    let found = match typed {
        "" => None,
        _ => Some(Query::typing(typed, &clock).map_err(IndexError::from).and_then(search)),
    };
    let answer = match found {
        None => html! { p.muted { "Words, \"a phrase\", role:user, tool:Bash, in:all" } },
        Some(Ok(found)) => answer(request, &found),
        Some(Err(IndexError::Misread(wrong))) => misread(&wrong),
        Some(Err(error)) => return Err(error.into()),
    };
    let title = format!("Find in {}", head::title(&session));
    Ok(Fragment::new(
        title.clone(),
        html! {
            p.crumb { a href={ "/s/" (id) } dir="auto" { (head::title(&session)) } }
            h1 dir="auto" { (title) }
            form.filter action={ "/s/" (id) "/find" } method="get" role="search" data-typing {
                label.filter-words { span.vh { "Find in this session" }
                    input type="search" name="q" value=(typed) autocomplete="off"
                        spellcheck="false" data-start; }
            }
            div data-found { (answer) }
        },
    )
    .live(&["@index"]))
}

/// The hits in the order of the conversation. Names and remarks about the whole are no
/// place in it.
fn answer(request: &Request<'_>, found: &Hits) -> Markup {
    let mut hits: Vec<&Hit> = found.groups.iter().flat_map(|it| &it.hits).collect();
    hits.retain(|it| it.message.is_some());
    hits.sort_by_key(|it| it.time);
    let total: usize = found.groups.iter().map(|it| it.total).sum();
    let (count, more) = (hits.len() as u64, total > hits.len() || found.older.is_some());
    html! {
        p.muted role="status" {
            @if hits.is_empty() {
                "Nothing was found. With in:all it is looked for in tools and their output, too."
            } @else {
                @if more { "The newest " }
                (count_of(count, "message", "messages"))
            }
        }
        (parts::catching_up(found.lag))
        ol.found {
            @for hit in hits {
                @if let Some((session, message)) = request.id("id").ok().zip(hit.message) {
                    li { a href={ "/s/" (session) "?at=" (message) } {
                        span.hit-facts {
                            @if hit.time > 0 { (time(request, hit.time)) " " }
                            span { (who(hit)) }
                        }
                        span.hit-text dir="auto" { (snippet(&hit.snippet)) }
                    } }
                }
            }
        }
    }
}

/// The box, for the script to open.
pub(super) fn form() -> Markup {
    html! {
        template #find-form {
            dialog.dialog.find aria-label="Find in this session" {
                form method="dialog" role="search" {
                    label { span.vh { "Find in this session" }
                        input type="search" name="q" autocomplete="off" spellcheck="false"
                            placeholder="Find in this session"; }
                }
                div data-found {}
                p.hint { kbd { "Enter" } " goes there, " kbd { "↓" } " and " kbd { "↑" }
                    " choose, " kbd { "Escape" } " closes" }
            }
        }
    }
}
