//! A form for a row of any entity, from what its fields hold.

use driftline_core::{
    EntityDescriptor, Error as CoreError, Field, Kind, Policy, Value, view::View,
};
use maud::{Markup, html};

use super::entity;
use crate::{
    Error, Fragment, Request, Result,
    entity::{as_typed, name_of},
    parts::label,
};

pub(crate) fn new(request: &Request<'_>) -> Result<Fragment> {
    let entity = entity(request)?;
    let title = format!("New in {}", entity.name.replace('_', " "));
    let action = format!("/e/{}", entity.name);
    Ok(page(request, entity, None, &title, &action, "Create"))
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
    Ok(page(request, entity, Some(&row), &title, &action, "Save"))
}

fn page(
    request: &Request<'_>,
    entity: &EntityDescriptor,
    row: Option<&View>,
    title: &str,
    action: &str,
    does: &str,
) -> Fragment {
    let back = row.map_or_else(|| format!("/e/{}", entity.name), |_| action.to_owned());
    let markup = html! {
        p.crumb { a href={ "/e/" (entity.name) } { (label(entity.name)) } }
        h1 dir="auto" { (title) }
        form.form data-post=(action) novalidate {
            p.form-error role="alert" tabindex="-1" data-error="" hidden {}
            @for field in entity.fields {
                (input(request, field, row.and_then(|it| it.value(field.name))))
            }
            div.bar {
                button.btn.btn--main type="submit" { (does) }
                a.btn href=(back) data-k="Escape" { "Cancel" }
            }
        }
    };
    Fragment::new(title, markup)
}

fn input(request: &Request<'_>, field: &Field, value: Option<&Value>) -> Markup {
    let id = format!("f-{}", field.name);
    let (doc, error) = (format!("d-{}", field.name), format!("e-{}", field.name));
    let described = format!("{doc} {error}");
    let text = as_typed(request.zone, field.kind, value);
    html! {
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
                Kind::Ref(_) => input type="text" spellcheck="false" id=(id) name=(field.name)
                    value=(text) aria-describedby=(described);,
            }
            p.hint id=(doc) { (field.doc) @if field.local { " Stays on this device." } }
            p.field-error id=(error) data-error=(field.name) hidden {}
        }
    }
}
