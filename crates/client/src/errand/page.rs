//! Whom an errand asks and tells: the page that began it.

use std::{
    any::Any,
    sync::{Mutex, PoisonError},
};

use driftline_auth::ProviderPlugin;
use url::Url;

use super::Errands;
use crate::{Ask, Question, Result, Step};

/// The page in front of an errand. It was shown who is signed in when somebody agreed.
pub(super) struct Page<'a> {
    errands: &'a Errands,
    /// What led the browser to the page for signing in.
    opened: Mutex<Option<Box<dyn Any + Send>>>,
}

impl<'a> Page<'a> {
    pub(super) fn of(errands: &'a Errands) -> Self {
        Self { errands, opened: Mutex::default() }
    }

    fn leads(&self, opened: Option<Box<dyn Any + Send>>) {
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = opened;
    }

    fn shows(&self, page: Option<&Url>) {
        let mut state = self.errands.state();
        state.page = page.map(|it| it.as_str().to_owned());
        state.steps += 1;
    }
}

impl Ask for Page<'_> {
    fn told(&self, step: Step<'_>) -> Result<()> {
        match step {
            Step::Open { provider: ProviderPlugin { .. }, page } => {
                self.leads((self.errands.visit)(page));
                self.shows(Some(page));
            }
            Step::Opened => {
                self.leads(None);
                self.shows(None);
            }
            Step::Key(words) => {
                let mut state = self.errands.state();
                state.key = Some(words.into());
                state.steps += 1;
            }
            _ => (),
        }
        Ok(())
    }

    fn agrees(&self, question: Question<'_>) -> Result<bool> {
        // A page shows what a merge would do, and with whom; its button agrees to both.
        Ok(matches!(question, Question::IsYours { .. }))
    }
}
