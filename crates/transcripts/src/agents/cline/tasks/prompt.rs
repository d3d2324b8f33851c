//! What the model was told: what a person typed stands in tags, beside what tools answered and
//! what the program says for itself. Before tools had an interface of their own, an answer was
//! a text behind one that names the tool.

use driftline_core::Value;
use driftline_messages::block;

use crate::{
    anthropic,
    fields::{is_type, text},
};

/// The tags in which a person's words stand.
const TYPED: &[(&str, &str)] = &[
    ("<task>", "</task>"),
    ("<user_message>", "</user_message>"),
    ("<feedback>", "</feedback>"),
    ("<answer>", "</answer>"),
];

/// Begins what the program says of the folder, open files, the time and the like.
const AROUND: &str = "<environment_details>";

/// Behind these stands the working directory, in brackets.
const FOLDERS: &[&str] = &["# Current Workspace Directory (", "# Current Working Directory ("];

/// Begins an answer of a tool that failed.
const FAILED: &[&str] =
    &["The tool execution failed", "{\"status\":\"error\"", "{\"status\":\"denied\""];

/// A message, by who says what.
#[derive(Default)]
pub(super) struct Prompt {
    pub(super) typed: Vec<Value>,
    pub(super) added: Vec<Value>,
    pub(super) answers: Vec<Value>,
    pub(super) cwd: Option<String>,
    pub(super) model: Option<String>,
}

impl Prompt {
    pub(super) fn of(content: Value) -> Self {
        let parts = match content {
            Value::Null => Vec::new(),
            Value::Array(parts) => parts,
            one => vec![one],
        };
        let mut all = Self::default();
        // What a text named of which the answer is the next one.
        let mut tool: Option<String> = None;
        for mut part in parts {
            if is_type(&part, "tool_result") {
                all.answers.push(answer(part));
                continue;
            }
            let said = match &mut part {
                Value::String(said) => Some(std::mem::take(said)),
                Value::Object(fields) if fields.get("text").is_some() => text(fields, "text"),
                _ => None,
            };
            match said {
                Some(said) => all.text(said, &mut tool),
                None if is_type(&part, "text") => (),
                // A person's images follow their words.
                None if all.typed.is_empty() => all.added.extend(anthropic::blocks(part)),
                None => all.typed.extend(anthropic::blocks(part)),
            }
        }
        all.answers.extend(tool.map(|it| block::result("", it.into(), false)));
        all
    }

    /// Everything that is said, by whomever.
    pub(super) fn all(self) -> Vec<Value> {
        [self.typed, self.answers, self.added].concat()
    }

    fn text(&mut self, said: String, tool: &mut Option<String>) {
        if said.trim_start().starts_with(AROUND) {
            self.around(&said);
        } else if let Some((before, typed, after)) =
            typed(&said).filter(|it| tool.is_none() || it.0.is_empty())
        {
            *tool = None;
            self.typed.push(block::text(typed));
            let rest = [before, after].map(str::trim).into_iter().filter(|it| !it.is_empty());
            self.added.extend(rest.map(block::text));
        } else if let Some((name, output)) = named(&said) {
            let waiting = tool.replace(name.to_owned());
            self.answers.extend(waiting.map(|it| block::result("", it.into(), false)));
            if !output.trim().is_empty() {
                self.output(output, tool);
            }
        } else if tool.is_some() {
            self.output(&said, tool);
        } else if !said.trim().is_empty() {
            self.added.push(block::text(said));
        }
    }

    fn output(&mut self, output: &str, tool: &mut Option<String>) {
        let name = tool.take().unwrap_or_default();
        let output = output.trim_start_matches('\n');
        self.answers.push(block::result("", format!("{name}\n{output}").into(), failed(output)));
    }

    fn around(&mut self, said: &str) {
        let mut folders = FOLDERS.iter().filter_map(|it| Some(said.split_once(it)?.1));
        let folder = folders.find_map(|it| Some(it.lines().next()?.rsplit_once(')')?.0));
        let folder =
            folder.filter(|it| it.starts_with('/') || it.contains(":/") || it.contains(":\\"));
        self.cwd = folder.filter(|it| !it.starts_with("Primary: ")).map(str::to_owned);
        let model = said.split_once("<model>").and_then(|it| it.1.split_once("</model>"));
        self.model = model.map(|it| it.0.to_owned()).filter(|it| !it.is_empty());
    }
}

/// What stands before, in and behind the tags of a person's words.
fn typed(said: &str) -> Option<(&str, &str, &str)> {
    let begins = |(open, close): &(&str, &'static str)| Some((said.split_once(*open)?, *close));
    let ((before, rest), close) = TYPED.iter().filter_map(begins).min_by_key(|it| it.0.0.len())?;
    let (inside, after) = rest.rsplit_once(close)?;
    Some((before.trim(), inside.trim_matches('\n'), after))
}

/// The tool that a text names, `[read_file for 'a'] Result:`, and what stands behind it.
fn named(said: &str) -> Option<(&str, &str)> {
    let (name, output) = said.trim_start().split_once("] Result:")?;
    let name = name.strip_prefix('[').filter(|it| !it.contains("\n\n"))?;
    Some((name, output))
}

fn answer(mut part: Value) -> Value {
    let said =
        part.get("content").and_then(|it| it.as_str().or_else(|| it.get(0)?.get("text")?.as_str()));
    if said.is_some_and(failed)
        && let Some(fields) = part.as_object_mut()
    {
        fields.insert("is_error".into(), true.into());
    }
    anthropic::blocks(part).pop().unwrap_or_default()
}

fn failed(said: &str) -> bool {
    FAILED.iter().any(|it| said.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_persons_words_are_told_from_the_programs() {
        assert_eq!(typed("<task>\nFix it\n</task>"), Some(("", "Fix it", "")));
        let feedback = "You seem lost:\n<feedback>\na </feedback> b\n</feedback>";
        assert_eq!(typed(feedback), Some(("You seem lost:", "a </feedback> b", "")));
        for text in ["", "<task>cut", "task", "<tasks></tasks>"] {
            assert_eq!(typed(text), None, "{text}");
        }
        let it = Prompt::of(json!([
            {"type": "text", "text": "[read_file for 'a'] Result:"},
            {"type": "text", "text": "x <task>y</task> z"},
            {"type": "text", "text": "[ask_followup_question for 'b'] Result:"},
            {"type": "text", "text": "<answer>\nYes\n</answer>"},
            {"type": "text", "text": "[execute_command for 'ls'] Result:\n\nThe tool execution failed"},
            {"type": "text", "text": "[new_task] Result:"},
            "plain", 7, {"type": "text"}, {"type": "text", "text": 7},
        ]));
        assert_eq!(it.typed[0], block::text("Yes"));
        let first = block::result("", "read_file for 'a'\nx <task>y</task> z".into(), false);
        assert_eq!(it.answers[0], first);
        assert_eq!(it.answers[1]["failed"], json!(true));
        assert_eq!(it.answers[2]["output"], json!("new_task\nplain"));
        assert_eq!((it.typed.len(), it.answers.len(), it.added.len()), (2, 3, 0));
    }

    #[test]
    fn what_is_around_says_where_and_by_which_model() {
        let around = |said: &str| {
            let it = Prompt::of(json!([{"type": "text", "text": said}]));
            assert_eq!((it.typed.len(), it.added.len()), (0, 0), "{said}");
            (it.cwd, it.model)
        };
        let said = "<environment_details>\n# Current Mode\n<model>m-1</model>\n\n# Current Workspace \
                    Directory (/home/me/demo (2)) Files\na.py\n</environment_details>";
        assert_eq!(around(said), (Some("/home/me/demo (2)".into()), Some("m-1".into())));
        let several = "<environment_details>\n# Current Working Directory (Primary: a) Files\n";
        assert_eq!(around(several), (None, None));
    }
}
