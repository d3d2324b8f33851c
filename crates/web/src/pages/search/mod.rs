//! Search as you type: hits by session, newest first or the best of the newest thousand.

pub(in crate::pages) mod hits;

use driftline_index::{
    Error as IndexError,
    query::{Clock, KEYS, Query},
    search::{Facet, Found, Options, Sort},
};
use maud::{Markup, html};

use crate::{
    Fragment, Request, Result,
    parts::{self, count_of, grouped, misread},
};

/// How many values a facet offers.
const OFFERED: usize = 6;

pub(super) fn show(request: &Request<'_>) -> Result<Fragment> {
    let typed = request.query("q").unwrap_or_default();
    let sort = match request.query("sort") {
        Some("best") => Sort::Best,
        _ => Sort::Newest,
    };
    let options = Options {
        sort,
        session: request.query("session").and_then(|it| it.parse().ok()),
        before: request.query("before").and_then(|it| it.parse().ok()),
        ..Options::at(request.now)
    };
    let clock = Clock { now: request.now, zone: request.zone.clone() };
    let found =
        Query::typing(typed, &clock).map_err(IndexError::from).and_then(|query| match typed {
            "" => Ok(Found::default()),
            _ => request.reading.index()?.search(&query, &options),
        });
    let title =
        if typed.is_empty() { "Search".into() } else { format!("Search: {}", parts::line(typed)) };
    let answer = match found {
        Ok(_) if typed.is_empty() => examples(),
        Ok(found) => answer(request, &found, &options),
        Err(IndexError::Misread(wrong)) => misread(&wrong),
        Err(error @ IndexError::TooLong) => html! {
            p.box.box--warn role="alert" { (error) }
        },
        Err(error) => return Err(error.into()),
    };
    Ok(Fragment::new(
        title,
        html! {
            h1.vh { "Search" }
            form.filter action="/search" method="get" role="search" data-typing {
                label.filter-words { span.vh { "Search in messages, names and comments" }
                    input type="search" name="q" value=(typed) autocomplete="off"
                        spellcheck="false" data-start
                        placeholder="Words, \"a phrase\", -without, tool:Bash, after:7d";
                }
                label { span.vh { "Sort" }
                    select name="sort" {
                        option value="" selected[sort == Sort::Newest] { "Newest first" }
                        option value="best" selected[sort == Sort::Best] { "Best first" }
                    }
                }
            }
            (answer)
        },
    )
    .live(&["@index"]))
}

fn answer(request: &Request<'_>, found: &Found, options: &Options) -> Markup {
    let more = found.older.is_some() || options.before.is_some();
    html! {
        p.muted role="status" {
            @if found.hits > 0 {
                @if more { "The newest " }
                (count_of(found.hits as u64, "hit", "hits")) " in "
                (count_of(found.sessions as u64, "place", "places")) "."
            }
            @if options.session.is_some() {
                " " a href=(request.with("session", None)) { "Show all sessions" }
            }
        }
        (parts::catching_up(found.lag))
        @if found.hits == 0 { (nothing(request, found)) } @else { (facets(request, found)) }
        @for group in &found.groups { (hits::group(request, group)) }
        @if let Some(older) = found.older {
            nav.pager aria-label="Pages" {
                span { "There are older hits." }
                a.btn rel="next" href=(request.with("before", Some(&older.to_string()))) { "Older" }
            }
        }
    }
}

/// What could be narrowed to.
fn facets(request: &Request<'_>, found: &Found) -> Markup {
    let typed = request.query("q").unwrap_or_default();
    let facet = |name: &str, key: &str, values: &[Facet]| {
        html! {
            @if values.len() > 1 {
                div.bar role="group" aria-label=(name) {
                    span.muted { (name) ":" }
                    @for Facet { value, count } in values.iter().take(OFFERED) {
                        @let narrowed = format!("{typed} {key}:\"{}\"", value.replace('"', " "));
                        a.chip href=(request.with("q", Some(&narrowed))) {
                            (parts::line(value)) " " span.num { (grouped(*count as u64)) }
                        }
                    }
                }
            }
        }
    };
    html! {
        (facet("Workspace", "workspace", &found.facets.workspaces))
        (facet("Agent", "agent", &found.facets.agents))
        (facet("Model", "model", &found.facets.models))
    }
}

/// Nothing was found: which word is to blame, and the search without it.
fn nothing(request: &Request<'_>, found: &Found) -> Markup {
    let typed = request.query("q").unwrap_or_default();
    let without = |word: &str| {
        let others = typed.split_whitespace().filter(|it| it.trim_matches(['"', '*']) != word);
        others.collect::<Vec<_>>().join(" ")
    };
    parts::empty(
        "Nothing was found.",
        html! {
            @for word in &found.missing {
                p { "Nothing has " mark { (parts::line(word)) } ". "
                    @let rest = without(word);
                    @if !rest.is_empty() && rest != typed {
                        a href=(request.with("q", Some(&rest))) { "Search without it" }
                    }
                }
            }
            @if !typed.contains("in:") {
                p { a.btn href=(request.with("q", Some(&format!("{typed} in:all")))) {
                    "Look in tools and their output, too"
                } }
            }
        },
    )
}

/// What can be typed, before anything is.
fn examples() -> Markup {
    let examples = [
        ("flaky test", "both words, in prompts, replies, names and comments"),
        ("\"out of memory\"", "words that follow each other"),
        ("migrat* -rails", "words that begin so, without another word"),
        ("tool:Bash in:tool cargo", "what a tool was called with"),
        ("in:output error after:7d", "what tools answered, in the last week"),
        ("role:user is:unread", "prompts of sessions that nobody has read"),
    ];
    html! {
        div.empty {
            p { "Find words in every message, name and comment." }
            dl.examples {
                @for (example, what) in examples {
                    div {
                        dt { a href={ "/search?" (parts::encoded("q", example)) } {
                            code { (example) } } }
                        dd.muted { (what) }
                    }
                }
            }
            p.muted { "Keys: " @for key in KEYS { code { (key) } " " } }
        }
    }
}
