//! One hit, read from its row: so that nothing is shown that is not there any more.

use driftline_core::{
    Id, Kind, Result, Schema, SyncEntity,
    store::ReadTx,
    view::{self, View},
};
use driftline_entities::messages::Message;

use super::snippet::{Marks, Snippet};
use crate::{Scope, fill::Document, query::Query};

/// A row that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// The message that it is, or is about.
    pub message: Option<Id>,
    /// When it was written, in milliseconds since 1970; 0 if it does not say.
    pub time: i64,
    /// What of it was found.
    pub scope: Scope,
    /// Who says it, such as `user`; messages only.
    pub role: Option<String>,
    /// The tools that are called in it.
    pub tools: Vec<String>,
    /// The sub-agent that it belongs to.
    pub agent: Option<String>,
    /// The words around it.
    pub snippet: Snippet,
}

/// Reads a row that was found, unless it is not shown any more.
pub(super) fn read(
    tx: &dyn ReadTx,
    schema: &Schema,
    entity: &str,
    id: Id,
    query: &Query,
    marks: &Marks,
) -> Result<Option<Hit>> {
    let Some(entity) = schema.get(entity) else { return Ok(None) };
    let Some(view) = view::view(tx, entity, id)? else { return Ok(None) };
    if !view::is_visible(tx, entity, &view.row)? {
        return Ok(None);
    }
    let document = Document::of(entity, &view);
    let (scope, snippet) = snippet(&document, query, marks);
    let about = entity.fields.iter().find(|it| it.kind == Kind::Ref(Message::NAME));
    let message = match entity.name {
        Message::NAME => Some(view.id),
        _ => about.and_then(|it| text(&view, it.name)).and_then(|it| it.parse().ok()),
    };
    let told = |field: &str| text(&view, field).filter(|_| entity.name == Message::NAME);
    Ok(Some(Hit {
        entity: entity.name.to_owned(),
        id: view.id,
        message,
        time: document.time,
        scope,
        role: told("role"),
        tools: document.tools.iter().map(|it| (*it).to_owned()).collect(),
        agent: told("agent"),
        snippet,
    }))
}

/// The scope in which most of the words are, and the words around them.
fn snippet(document: &Document<'_>, query: &Query, marks: &Marks) -> (Scope, Snippet) {
    let mut best: Option<(usize, Scope, Snippet)> = None;
    let asked = query.scopes();
    let titled = Scope::ALL.iter().filter(|it| asked.contains(it) || **it == Scope::Title);
    for scope in titled {
        let Some(text) = document.text(*scope) else { continue };
        let (hits, terms) = marks.find(&text, *scope);
        if best.as_ref().is_none_or(|(most, ..)| terms > *most) {
            best = Some((terms, *scope, Snippet::of(&text, &hits)));
        }
    }
    best.map_or((Scope::Other, Snippet::default()), |(_, scope, snippet)| (scope, snippet))
}

fn text(view: &View, field: &str) -> Option<String> {
    view.value(field)?.as_str().map(str::to_owned)
}
