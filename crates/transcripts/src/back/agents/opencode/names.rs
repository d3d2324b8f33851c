//! Names as opencode makes them: 12 digits by which messages and parts are ordered, and 14
//! letters. Those made here come before all that the program makes.

use std::collections::HashMap;

use driftline_core::Value;

use super::{
    super::super::{Source, Target, talk},
    Stored, TOOL,
};

/// Names of one session in one directory.
pub(super) struct Names<'a> {
    source: &'a Source,
    folder: &'a str,
}

impl<'a> Names<'a> {
    pub(super) fn of(source: &'a Source, target: &Target<'a>) -> Self {
        Self { source, folder: target.folder }
    }

    /// The name of the `nth` thing of a kind.
    pub(super) fn name(&self, kind: &str, nth: usize) -> String {
        let id = talk::id(self.source, TOOL, &format!("{}:{kind}:{nth}", self.folder), 0);
        let letters = id.chars().filter(char::is_ascii_alphanumeric).rev().take(14);
        format!("{kind}_{nth:012x}{}", letters.collect::<String>())
    }

    /// Gives `session` and its messages, which are in order, other names, and returns that of
    /// the session.
    pub(super) fn copy(&self, session: &str, messages: &mut [Stored]) -> String {
        let new = self.name("ses", 1);
        let mut names = HashMap::from([(session.to_owned(), new.clone())]);
        let mut parts = 0;
        for (nth, (info, own)) in messages.iter().enumerate() {
            names.extend(id(info).map(|it| (it, self.name("msg", nth + 1))));
            for part in own {
                parts += 1;
                names.extend(id(part).map(|it| (it, self.name("prt", parts))));
            }
        }
        for (info, own) in messages {
            rename(info, &names);
            own.iter_mut().for_each(|it| rename(it, &names));
        }
        new
    }
}

fn id(row: &Value) -> Option<String> {
    Some(row.get("id")?.as_str()?.to_owned())
}

/// Names in a row stand in fields that are called after them.
fn rename(row: &mut Value, names: &HashMap<String, String>) {
    let Some(fields) = row.as_object_mut() else { return };
    for (field, value) in fields {
        let is_name = field == "id" || field.ends_with("ID") || field.ends_with("_id");
        let known = value.as_str().filter(|_| is_name).and_then(|it| names.get(it));
        if let Some(name) = known {
            *value = name.as_str().into();
        }
    }
}
