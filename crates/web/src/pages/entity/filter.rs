//! What a list of any entity is narrowed by: the values of its fields, all in the address.
//! Which fields are offered follows from what they hold.

use std::collections::BTreeSet;

use driftline_core::{EntityDescriptor, Field, Id, Kind, store::Find, view::View};
use maud::{Markup, html};

use crate::{
    Request, Result,
    entity::name_of,
    parts::{self, label},
};

/// What stands before the name of a field in the address, so that none is taken for
/// something else there.
const PREFIX: &str = "f.";
/// How many of the latest rows are looked at for values to offer.
const LOOKED_AT: usize = 100;
/// How long a text is at most that one chooses by.
const SHORT: usize = 60;
/// What else the address says of a list, which stays when it is narrowed.
const OTHERS: [&str; 2] = ["sort", "deleted"];

/// The fields that the address narrows by, each with the value.
fn chosen<'a>(
    request: &'a Request<'_>,
    entity: &EntityDescriptor,
) -> Vec<(&'static Field, &'a str)> {
    let value = |it: &Field| request.query(&format!("{PREFIX}{}", it.name));
    let of = |it: &Field| matches!(it.kind, Kind::Text | Kind::Bool | Kind::Ref(_));
    entity.fields.iter().filter(|it| of(it)).filter_map(|it| Some((it, value(it)?))).collect()
}

/// Whether the address asks for less than everything.
pub(super) fn narrows(request: &Request<'_>, entity: &EntityDescriptor) -> bool {
    !chosen(request, entity).is_empty()
}

/// Lets only rows through that have what the address asks for.
pub(super) fn apply(request: &Request<'_>, entity: &EntityDescriptor, mut find: Find) -> Find {
    for (field, value) in chosen(request, entity) {
        find = match (field.kind, value) {
            (Kind::Bool, "true") => find.equal(field.name, true),
            // What nobody has set is "no", too.
            (Kind::Bool, _) => find.unless(field.name, true),
            _ => find.equal(field.name, value.to_owned()),
        };
    }
    find
}

/// What is chosen, each a press from being given up.
pub(super) fn chips(request: &Request<'_>, entity: &EntityDescriptor) -> Result<Markup> {
    let mut chips = Vec::new();
    for (field, value) in chosen(request, entity) {
        let shown = match field.kind {
            Kind::Ref(to) => named(request, to, value)?,
            Kind::Bool => if value == "true" { "yes" } else { "no" }.to_owned(),
            _ => driftline_core::excerpt(value),
        };
        let without = request.with(&format!("{PREFIX}{}", field.name), None);
        chips.push((format!("{}: {shown}", label(field.name)), without));
    }
    Ok(html! {
        @for (name, without) in &chips {
            a.chip href=(without) aria-current="true" title="Do not narrow by it" dir="auto" { (parts::line(name)) }
        }
    })
}

/// What a row that a reference names is called.
fn named(request: &Request<'_>, entity: &str, typed: &str) -> Result<String> {
    let entity = request.replica.schema().entity(entity)?;
    let row = match typed.parse::<Id>() {
        Ok(id) => request.replica.get_values(entity.name, id)?,
        Err(_) => None,
    };
    Ok(row.map_or_else(|| driftline_core::excerpt(typed), |it| name_of(entity, &it)))
}

/// The form that writes the address.
pub(super) fn form(request: &Request<'_>, entity: &'static EntityDescriptor) -> Result<Markup> {
    let find = Find { descending: true, ..Find::new().limit(LOOKED_AT) };
    let latest = request.replica.list_values(entity.name, &find)?;
    let mut controls = Vec::new();
    for field in entity.fields {
        let typed = request.query(&format!("{PREFIX}{}", field.name));
        controls.extend(control(request, field, typed, &latest)?);
    }
    Ok(html! {
        @if !controls.is_empty() {
            form.filter action={ "/e/" (entity.name) } method="get" role="search" data-typing {
                @for name in OTHERS {
                    @if let Some(value) = request.query(name) {
                        input type="hidden" name=(name) value=(value);
                    }
                }
                @for it in &controls { (it) }
            }
        }
    })
}

/// Where one chooses a value of a field; none where there is nothing to choose.
fn control(
    request: &Request<'_>,
    field: &Field,
    typed: Option<&str>,
    latest: &[View],
) -> Result<Option<Markup>> {
    let (name, list) = (format!("{PREFIX}{}", field.name), format!("v-{}", field.name));
    let title = label(field.name);
    let options = match field.kind {
        Kind::Bool => {
            return Ok(Some(html! {
                label { span.vh { (title) }
                    select name=(name) {
                        option value="" { (title) ": any" }
                        option value="true" selected[typed == Some("true")] { (title) ": yes" }
                        option value="false" selected[typed == Some("false")] { (title) ": no" }
                    }
                }
            }));
        }
        Kind::Ref(to) => references(request, to)?,
        Kind::Text => short(field, latest).into_iter().map(|it| (it.to_owned(), None)).collect(),
        _ => Vec::new(),
    };
    Ok((!options.is_empty() || typed.is_some()).then(|| {
        html! {
            label { span.vh { (title) }
                input type="text" name=(name) value=(typed.unwrap_or_default()) list=(list)
                    autocomplete="off" spellcheck="false" placeholder={ (title) " is …" };
                datalist id=(list) {
                    @for (value, name) in &options {
                        option value=(value) { (parts::line(name.as_deref().unwrap_or(value))) }
                    }
                }
            }
        }
    }))
}

/// The latest rows that a reference can name.
fn references(request: &Request<'_>, entity: &str) -> Result<Vec<(String, Option<String>)>> {
    let entity = request.replica.schema().entity(entity)?;
    let find = Find { descending: true, ..Find::new().limit(LOOKED_AT) };
    let rows = request.replica.list_values(entity.name, &find)?;
    Ok(rows.iter().map(|it| (it.id.to_string(), Some(name_of(entity, it)))).collect())
}

/// The values of a text by which one chooses: all of them are a few words in a line. A
/// field with one long text among the latest rows is read, not chosen by.
fn short<'a>(field: &Field, latest: &'a [View]) -> BTreeSet<&'a str> {
    let texts = || latest.iter().filter_map(|it| it.value(field.name)?.as_str());
    let is_short = |it: &str| it.len() <= SHORT && !it.contains('\n');
    if texts().all(is_short) {
        texts().filter(|it| !it.is_empty()).collect()
    } else {
        BTreeSet::new()
    }
}
