//! The argument of a call that tells most, in a line.

use driftline_core::Value;

/// The most characters of a hint.
const LONGEST: usize = 200;

/// Arguments that tell what a call is about, the more telling ones first.
const TELLING: &[&str] = &[
    "command",
    "cmd",
    "file_path",
    "notebook_path",
    "path",
    "pattern",
    "query",
    "url",
    "description",
    "skill",
    "subject",
    "prompt",
    "question",
    "content",
];

/// The argument of `input` that tells most, in a line. Empty: none is text.
pub(super) fn hint(input: &Value) -> String {
    let text = |it: &Value| it.as_str().filter(|it| !it.trim().is_empty()).map(line);
    match input {
        Value::String(input) => line(input),
        Value::Object(fields) => {
            let told = TELLING.iter().find_map(|it| text(fields.get(*it)?));
            let told = told.or_else(|| fields.values().find_map(text));
            told.or_else(|| fields.iter().find_map(counted)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The first line that says something, cut.
fn line(text: &str) -> String {
    let line = text.lines().find(|it| !it.trim().is_empty()).unwrap_or_default().trim();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

fn counted((name, value): (&String, &Value)) -> Option<String> {
    let all = value.as_array()?;
    Some(format!("{} {name}", all.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_most_telling_argument_is_shown_in_a_line() {
        let bash = json!({"description": "List", "command": "\n  ls -l\nrm x"});
        assert_eq!(hint(&bash), "ls -l");
        assert_eq!(hint(&json!({"limit": 3, "file_path": "/a b"})), "/a b");
        assert_eq!(hint(&json!({"odd": "one", "n": 1})), "one");
        assert_eq!(hint(&json!({"todos": [1, 2]})), "2 todos");
        assert_eq!(hint(&json!("*** Begin Patch")), "*** Begin Patch");
        assert_eq!(hint(&json!([1])), "");
        assert_eq!(hint(&json!({"command": "é".repeat(300)})).chars().count(), LONGEST + 1);
    }
}
