//! Which rows a hub may fold, and which it must, checked at the moment it answers:
//! afterwards, when rows have been renamed, deleted and restored, nobody can tell.

use std::collections::BTreeSet;

use driftline_core::{
    ALIASES, Answer, Answers, Change, EntityDescriptor, Id, Push, Result, Row, alias,
    store::ReadTx,
    view::{self, View},
};

use crate::{model::Model, promise::broken};

/// What a hub did with a push.
pub(crate) struct Folds<'a> {
    hub: &'a dyn ReadTx,
    /// Rows that no hub had ever heard of: no fact named them before.
    new: &'a [(String, Id)],
    /// The rows of the push. What the hub shows of others is what it showed before.
    sent: BTreeSet<(&'a str, Id)>,
    births: BTreeSet<(&'a str, Id)>,
}

impl<'a> Folds<'a> {
    pub(crate) fn new(hub: &'a dyn ReadTx, push: &'a Push, new: &'a [(String, Id)]) -> Self {
        let names = |it: &'a Change| (it.entity.as_str(), it.id);
        let births = push.changes.iter().filter(|it| it.birth).map(names).collect();
        Self { hub, new, sent: push.changes.iter().map(names).collect(), births }
    }

    /// Checks what the hub recorded and what it left apart.
    pub(crate) fn check(&self, answers: &Answers) -> Result<()> {
        for fact in answers.recorded.iter().map(|it| &it.change) {
            let end = |name| fact.row.value(name)?.as_str();
            let id = |name| end(name)?.parse::<Id>().ok();
            if let (Some(entity), Some(low), Some(high)) = (end("entity"), id("low"), id("high"))
                && let Some(entity) = self.hub.schema().get(entity)
            {
                self.may_fold(entity, low, high)?;
            }
        }
        for (entity, id) in self.new {
            if let Some(entity) = self.hub.schema().get(entity) {
                self.must_fold(entity, *id)?;
            }
        }
        Ok(())
    }

    fn may_fold(&self, entity: &EntityDescriptor, one: Id, other: Id) -> Result<()> {
        let Some(class) = view::view(self.hub, entity, one)? else { return Ok(()) };
        if self.sent_of(entity, &class) != 1 {
            return Ok(());
        }
        for newcomer in class.members.iter().filter(|id| self.is_new(entity, **id)) {
            self.fits(entity, &class, *newcomer)?;
        }
        for id in [one, other] {
            let Some(stored) = self.hub.get(entity.name, id)? else { return Ok(()) };
            if stored.born || self.births.contains(&(entity.name, id)) {
                return Ok(());
            }
        }
        Err(broken(format!("{} {one} and {other} were folded, and neither was born", entity.name)))
    }

    fn is_new(&self, entity: &EntityDescriptor, id: Id) -> bool {
        self.new.iter().any(|(name, new)| name == entity.name && *new == id)
    }

    /// A newcomer and the row that it was folded with were both live and had one key.
    fn fits(&self, entity: &EntityDescriptor, class: &View, newcomer: Id) -> Result<()> {
        let (mut born, mut met) = (Row::default(), Row::default());
        for id in &class.members {
            let Some(stored) = self.hub.get(entity.name, *id)? else { continue };
            if *id == newcomer { &mut born } else { &mut met }.join(stored.row);
        }
        let live = !born.is_deleted() && !met.is_deleted();
        if live && entity.key_of(&born) == entity.key_of(&met) {
            return Ok(());
        }
        let found = format!("{} {newcomer} was folded with a row that it is not", entity.name);
        Err(broken(found))
    }

    fn must_fold(&self, entity: &EntityDescriptor, id: Id) -> Result<()> {
        let Some(newcomer) = view::view(self.hub, entity, id)? else { return Ok(()) };
        let key = entity.key_of(&newcomer.row);
        let (false, Some(key), 1) = (newcomer.row.is_deleted(), key, newcomer.members.len()) else {
            return Ok(());
        };
        for other in self.hub.with_key(entity.name, &key)? {
            // A class that has not come back as a whole may turn out to be deleted.
            let class = alias::class(self.hub, entity.name, other)?;
            if let Some(it) = view::view(self.hub, entity, other)?
                && it.members.len() == class.len()
                && self.sent_of(entity, &it) == 0
                && !it.row.is_deleted()
                && entity.key_of(&it.row).as_ref() == Some(&key)
            {
                return Err(broken(format!(
                    "{} {id} was born with the key of {other} and not folded",
                    entity.name
                )));
            }
        }
        Ok(())
    }

    fn sent_of(&self, entity: &EntityDescriptor, class: &View) -> usize {
        class.members.iter().filter(|id| self.sent.contains(&(entity.name, **id))).count()
    }
}

/// The rows of a push that no hub had ever taken, and that this one took.
pub(crate) fn newly_taken(model: &mut Model, push: &Push, answers: &Answers) -> Vec<(String, Id)> {
    let taken = push.changes.iter().zip(&answers.answers).filter(|(change, answer)| {
        change.entity != ALIASES.name && matches!(answer, Answer::Accepted { .. })
    });
    let names = taken.map(|(change, _)| (change.entity.clone(), change.id));
    names.filter(|it| model.hear(&it.0, it.1)).collect()
}
