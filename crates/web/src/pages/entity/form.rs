//! A form for a row of any entity, from what its fields hold.

use driftline_core::{
    EntityDescriptor, Error as CoreError, Field, Kind, Policy, Value, store::Find, view::View,
};
use maud::{Markup, html};

use super::entity;
use crate::{
    Error, Fragment, Request, Result,
    entity::{as_typed, name_of},
    parts::{self, label},
};

/// How many rows a reference is offered.
const OFFERED: usize = 50;

pub(crate) fn new(request: &Request<'_>) -> Result<Fragment> {
    let entity = entity(request)?;
    let title = format!("New in {}", entity.name.replace('_', " "));
    let action = format!("/e/{}", entity.name);
    page(request, entity, None, &title, &action, "Create")
}

pub(crate) fn edit(request: &Request<'_>) -> Result<Fragment> {
    let (entity, id) = (entity(request)?, request.id("id")?);
    if entity.policy == Policy::AppendOnly {
        return Err(Error::Bad(format!("{} are a record; nobody edits them", entity.name)));
    }
    let row = request.replica.get_values(entity.name, id)?;
    let row = row.ok_or_else(|| CoreError::NotFound { entity: entity.name.into(), id })?;
    let title = format!("Edit {}", name_of(entity, &row));
    let action = format!("/e/{}/{id}", entity.name);
    page(request, entity, Some(&row), &title, &action, "Save")
}

fn page(
    request: &Request<'_>,
    entity: &EntityDescriptor,
    row: Option<&View>,
    title: &str,
    action: &str,
    does: &str,
) -> Result<Fragment> {
    let back = row.map_or_else(|| format!("/e/{}", entity.name), |_| action.to_owned());
    let markup = html! {
        p.crumb { a href={ "/e/" (entity.name) } { (label(entity.name)) } }
        h1 dir="auto" { (title) }
        form.form data-post=(action) novalidate {
            p.form-error role="alert" tabindex="-1" data-error="" hidden {}
            @for field in entity.fields {
                (input(request, field, row.and_then(|it| it.value(field.name)))?)
            }
            div.bar {
                button.btn.btn--main type="submit" { (does) }
                a.btn href=(back) data-k="Escape" { "Cancel" }
            }
        }
    };
    Ok(Fragment::new(title, markup))
}

fn input(request: &Request<'_>, field: &Field, value: Option<&Value>) -> Result<Markup> {
    let id = format!("f-{}", field.name);
    let (help, error) = (format!("d-{}", field.name), format!("e-{}", field.name));
    let described = format!("{help} {error}");
    let text = as_typed(request.zone, field.kind, value);
    Ok(html! {
        div.field {
            label for=(id) { (label(field.name)) }
            @match field.kind {
                Kind::Bool => select id=(id) name=(field.name) aria-describedby=(described) {
                    option value="false" selected[text != "true"] { "No" }
                    option value="true" selected[text == "true"] { "Yes" }
                },
                Kind::Text => textarea id=(id) name=(field.name) rows="1" dir="auto"
                    aria-describedby=(described) { (text) },
                Kind::Json => textarea.mono id=(id) name=(field.name) rows="4" spellcheck="false"
                    aria-describedby=(described) { (text) },
                Kind::Time => input type="datetime-local" step="0.001" id=(id) name=(field.name)
                    value=(text) aria-describedby=(described);,
                Kind::Int | Kind::Real => input type="text" inputmode="decimal" id=(id)
                    name=(field.name) value=(text) aria-describedby=(described);,
                Kind::Ref(to) => {
                    input type="text" spellcheck="false" id=(id) name=(field.name)
                        value=(text) list={ "l-" (field.name) } aria-describedby=(described);
                    datalist id={ "l-" (field.name) } { (latest(request, to)?) }
                },
            }
            p.hint id=(help) { (parts::doc(field.doc)) @if field.local { " Stays on this device." } }
            p.field-error id=(error) data-error=(field.name) hidden {}
        }
    })
}

/// The latest rows that a reference can name, to choose from.
fn latest(request: &Request<'_>, entity: &str) -> Result<Markup> {
    let entity = request.replica.schema().entity(entity)?;
    let find = Find { descending: true, ..Find::new().limit(OFFERED) };
    let rows = request.replica.list_values(entity.name, &find)?;
    Ok(html! {
        @for row in &rows { option value=(row.id) { (name_of(entity, row)) } }
    })
}
