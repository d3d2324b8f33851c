//! What a call would change in a file, as lines that go and lines that come. Tools name
//! their arguments differently, so any call whose arguments look like an edit is one.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// The most lines on either side that are compared, those of all edits of a call together;
/// beyond it, all go and all come.
const COMPARED: usize = 2_000;
/// How many unchanged lines are shown around a change.
const AROUND: usize = 3;

/// What a call changes in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: String,
    /// The lines, with gaps where nothing changes.
    pub lines: Vec<Line>,
    /// How many lines come.
    pub added: usize,
    /// How many lines go.
    pub removed: usize,
}

/// A line of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What becomes of it.
    pub sign: Sign,
    /// What it says.
    pub text: String,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It stays.
    Same,
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// Lines that stay are left out here.
    Gap,
}

impl Sign {
    /// As it is written before a line.
    pub fn mark(self) -> char {
        match self {
            Self::Same => ' ',
            Self::Added => '+',
            Self::Removed => '-',
            Self::Gap => '⋯',
        }
    }
}

/// What a call with this `input` changes, if it looks like an edit.
pub fn change(input: &Value) -> Option<Change> {
    let text = |value: &Value, field: &str| value.get(field)?.as_str().map(str::to_owned);
    let path = ["file_path", "path", "notebook_path"].iter().find_map(|it| text(input, it))?;
    let pair = |edit: &Value| {
        let old = text(edit, "old_string").or_else(|| text(edit, "old_str"))?;
        let new = text(edit, "new_string").or_else(|| text(edit, "new_str"))?;
        Some((old, new))
    };
    let pairs: Vec<(String, String)> = match input.get("edits").and_then(Value::as_array) {
        Some(edits) => edits.iter().filter_map(pair).collect(),
        None => match pair(input) {
            Some(pair) => vec![pair],
            // A whole file.
            None => {
                vec![(String::new(), text(input, "content").or_else(|| text(input, "file_text"))?)]
            }
        },
    };
    if pairs.is_empty() {
        return None;
    }
    let mut change = Change { path, lines: Vec::new(), added: 0, removed: 0 };
    let mut left = COMPARED;
    for (place, (old, new)) in pairs.iter().enumerate() {
        if place > 0 {
            change.lines.push(Line { sign: Sign::Gap, text: String::new() });
        }
        change.compare(old, new, &mut left);
    }
    Some(change)
}

impl Change {
    fn compare(&mut self, old: &str, new: &str, left: &mut usize) {
        let lines = old.lines().count().max(new.lines().count());
        if lines > *left {
            old.lines().for_each(|it| self.line(Sign::Removed, it));
            new.lines().for_each(|it| self.line(Sign::Added, it));
            return;
        }
        *left -= lines;
        let diff = TextDiff::from_lines(old, new);
        let mut last = None;
        for group in diff.grouped_ops(AROUND) {
            let start = group.first().map(|it| it.old_range().start);
            if last.is_some() || start.is_some_and(|it| it > 0) {
                self.lines.push(Line { sign: Sign::Gap, text: String::new() });
            }
            for change in group.iter().flat_map(|it| diff.iter_changes(it)) {
                let sign = match change.tag() {
                    ChangeTag::Equal => Sign::Same,
                    ChangeTag::Insert => Sign::Added,
                    ChangeTag::Delete => Sign::Removed,
                };
                self.line(sign, change.value().trim_end_matches(['\n', '\r']));
            }
            last = group.last().map(|it| it.old_range().end);
        }
    }

    fn line(&mut self, sign: Sign, text: &str) {
        self.added += usize::from(sign == Sign::Added);
        self.removed += usize::from(sign == Sign::Removed);
        self.lines.push(Line { sign, text: text.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn drawn(change: &Change) -> Vec<String> {
        change.lines.iter().map(|it| format!("{}{}", it.sign.mark(), it.text)).collect()
    }

    #[test]
    fn an_edit_is_lines_that_go_and_come() {
        let edit = json!({"file_path": "/a.rs", "old_string": "a\nb\nc", "new_string": "a\nB\nc"});
        let found = change(&edit).unwrap();
        assert_eq!(drawn(&found), [" a", "-b", "+B", " c"]);
        assert_eq!((found.added, found.removed, found.path.as_str()), (1, 1, "/a.rs"));
        let many = json!({"path": "/a", "edits": [{"old_string": "a", "new_string": ""}, {"old_string": "", "new_string": "b"}]});
        assert_eq!(drawn(&change(&many).unwrap()), ["-a", "⋯", "+b"]);
        let whole = json!({"file_path": "/a", "content": "x\ny\n"});
        assert_eq!(drawn(&change(&whole).unwrap()), ["+x", "+y"]);
        assert_eq!(change(&json!({"file_path": "/a", "limit": 3})), None);
        assert_eq!(change(&json!({"command": "ls"})), None);
    }

    #[test]
    fn long_texts_are_not_compared_and_far_lines_left_out() {
        let (old, new) = ("a\n".repeat(COMPARED + 1), "b\n".repeat(3));
        let found = change(&json!({"path": "/a", "old_string": old, "new_string": new})).unwrap();
        assert_eq!((found.added, found.removed), (3, COMPARED + 1));
        let lines = COMPARED - COMPARED / 4;
        let edit = json!({"old_string": "a\n".repeat(lines), "new_string": "a\n".repeat(lines)});
        let twice = change(&json!({"path": "/a", "edits": [edit, edit]})).unwrap();
        assert_eq!((twice.added, twice.removed), (lines, lines), "many edits are one work");
        let old: String = (0..100).map(|it| format!("{it}\n")).collect();
        let new = old.replace("\n50\n", "\nfifty\n");
        let found = change(&json!({"path": "/a", "old_string": old, "new_string": new})).unwrap();
        assert_eq!(found.lines.len(), 1 + 3 + 2 + 3);
    }
}
