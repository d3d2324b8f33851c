//! A session in a file of lines. The first says what the session is; each other one is a
//! message. Nothing in it says which session it is of: that is the name of the file.

use std::path::Path;

use driftline_core::Value;

use super::message;
use crate::{Name, Object, Rank, Record, Records, fields::text, prose};

/// A file that is being read.
pub(super) struct Lines {
    session: Option<String>,
}

impl Lines {
    pub(super) fn of(file: &Path) -> Self {
        let stem = file.file_stem().and_then(|it| it.to_str());
        Self { session: stem.map(str::to_owned) }
    }
}

impl Records for Lines {
    fn take(&mut self, mut line: Object) -> Vec<Record> {
        let base = Record { session: self.session.clone(), ..Record::default() };
        if line.get("content").is_some_and(Value::is_array) {
            return message::records(base, line, Some(true), true);
        }
        let title = text(&mut line, "description").and_then(|it| prose::title(&it));
        let name = title.map(|text| Name { rank: Rank::Title, text, leaf: None });
        let cwd = text(&mut line, "working_dir");
        vec![Record { kind: "session".into(), cwd, name, ..base }]
    }
}
