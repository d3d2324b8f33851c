//! What every agent is asked, and what the model says to it. The model is stateless: the last
//! prompt that a request holds, and how often the model has spoken since, pick the line.

use serde_json::{Value, json};

use super::wire::{Asked, Call, Input, Tool, Who};

/// One turn of the model.
pub(super) struct Line {
    pub(super) thinking: &'static str,
    pub(super) text: &'static str,
    /// What the agent's shell is to run, and what its output holds.
    pub(super) shell: Option<(&'static str, &'static str)>,
}

const fn says(text: &'static str) -> Line {
    Line { thinking: "", text, shell: None }
}

/// Prompts, each with the turns of the model that follow.
pub(super) const SCRIPT: [(&str, &[Line]); 3] = [
    (
        "Look around, and tell me what lies here: «Grüße, 世界» 👋",
        &[
            Line {
                thinking: "Somebody wants an overview.",
                text: "I look around first. 🔎",
                shell: Some(("printf 'seen-by-the-%d' 42", "seen-by-the-42")),
            },
            says("| file | what |\n|---|---|\n| `README.md` | says <b>hello</b> & no more |"),
        ],
    ),
    (
        "Now do something that fails.",
        &[
            Line {
                thinking: "A command that fails is enough.",
                text: "This fails on purpose.",
                shell: Some(("printf 'failed-on-%d' 12; exit 3", "failed-on-12")),
            },
            says("It ended with 3, as it should ✅"),
        ],
    ),
    ("What came before this?", &[says("An overview, and a failure.")]),
];

/// What answers a request that is no part of the script, such as one for a title.
const ASIDE: Line = says("A look around");

/// What the model says next.
pub(super) fn next(asked: &Asked) -> &'static Line {
    let prompts = asked.turns.iter().enumerate().filter(|(_, it)| it.who == Who::Person);
    let known = prompts.rev().find_map(|(at, turn)| {
        let mut lines = SCRIPT.iter().filter(|(prompt, _)| turn.text.contains(prompt));
        lines.next_back().map(|(_, lines)| (at, lines))
    });
    let Some((at, lines)) = known.filter(|_| !asked.tools.is_empty()) else { return &ASIDE };
    // A turn may be told in several pieces: a text, and a call.
    let since: Vec<_> = asked.turns.iter().skip(at).map(|it| it.who).collect();
    let spoken =
        since.windows(2).filter(|it| matches!(it, [was, Who::Model] if *was != Who::Model));
    lines.get(spoken.count()).unwrap_or(&ASIDE)
}

/// A call of the shell tool among `tools` that runs `command`, in the form that the tool wants.
pub(super) fn shell(tools: &[Tool], command: &str) -> Option<Call> {
    // Newer agents of OpenAI have one tool that runs JavaScript, with the others inside.
    if let Some(tool) = tools.iter().find(|it| it.name == "exec" && it.is_free_text) {
        let argument = json!({"cmd": command});
        let script = format!("const r = await tools.exec_command({argument});\ntext(r.output);");
        return Some(Call::of(tool, Input::Text(script)));
    }
    const NAMES: [&str; 6] =
        ["exec_command", "shell_command", "shell", "Bash", "bash", "run_shell_command"];
    let tool = NAMES.iter().find_map(|name| tools.iter().find(|it| it.name == *name))?;
    let wants = |name: &str| tool.schema.pointer(&format!("/properties/{name}"));
    let line = match wants("command").and_then(|it| it.get("type")).and_then(Value::as_str) {
        Some("array") => json!(["bash", "-lc", command]),
        _ => json!(command),
    };
    let mut input = serde_json::Map::new();
    input.insert(if wants("cmd").is_some() { "cmd" } else { "command" }.into(), line);
    if wants("description").is_some() {
        input.insert("description".into(), "A step of the script".into());
    }
    if wants("is_background").is_some() {
        input.insert("is_background".into(), false.into());
    }
    Some(Call::of(tool, Input::Object(input.into())))
}

#[cfg(test)]
mod tests {
    use super::{super::wire::Turn, *};

    fn asked(turns: &[(Who, &str)]) -> Asked {
        let turns = turns.iter().map(|(who, text)| Turn { who: *who, text: (*text).into() });
        let tool = json!({"name": "Bash", "input_schema": {"properties": {"command": {}}}});
        let tools = vec![Tool::from(&tool, &["input_schema"])];
        Asked { turns: turns.collect(), tools }
    }

    #[test]
    fn the_last_prompt_and_the_turns_since_pick_the_line() {
        let [(first, lines), (second, others), _] = &SCRIPT;
        let around = format!("<context>\n{first}");
        let mut turns = vec![(Who::Person, around.as_str())];
        assert_eq!(next(&asked(&turns)).text, lines[0].text);
        // Both pieces of one turn.
        turns.extend([(Who::Model, "text"), (Who::Model, ""), (Who::Tool, "output")]);
        assert_eq!(next(&asked(&turns)).text, lines[1].text);
        turns.extend([(Who::Model, "the end"), (Who::Person, second)]);
        assert_eq!(next(&asked(&turns)).text, others[0].text);
    }

    #[test]
    fn a_request_without_tools_is_no_part_of_the_script() {
        let mut asked = asked(&[(Who::Person, SCRIPT[0].0)]);
        asked.tools.clear();
        assert_eq!(next(&asked).text, ASIDE.text);
    }

    #[test]
    fn the_shell_is_called_as_it_wants_to_be() {
        let call = |tool| shell(&[Tool::from(&tool, &["parameters"])], "ls").map(|it| it.input);
        let words =
            json!({"name": "shell", "parameters": {"properties": {"command": {"type": "array"}}}});
        let Some(Input::Object(input)) = call(words) else { panic!("not called") };
        assert_eq!(input, json!({"command": ["bash", "-lc", "ls"]}));
        let script = json!({"name": "exec", "type": "custom"});
        assert!(matches!(call(script), Some(Input::Text(it)) if it.contains(r#"{"cmd":"ls"}"#)));
        assert!(call(json!({"name": "Read"})).is_none());
    }
}
