//! Calls of tools and their answers. Models of today write a few lines of JavaScript that
//! call one tool; what a person looks for is that tool.

use driftline_core::Value;
use driftline_messages::block;
use serde_json::{Deserializer, json};

use super::item::content;
use crate::{
    Object,
    fields::{object, text},
    tool::{hint, verb},
};

/// The block of a call.
pub(super) fn call(kind: &str, item: &mut Object) -> Value {
    let id = text(item, "call_id").unwrap_or_default();
    let (name, input) = match kind {
        "local_shell_call" => ("shell".to_owned(), action(item)),
        "web_search_call" => ("web_search".to_owned(), action(item)),
        _ => {
            let name = text(item, "name").unwrap_or_default();
            match (text(item, "arguments"), text(item, "input")) {
                (Some(arguments), _) => {
                    let parsed = serde_json::from_str(&arguments);
                    (name, parsed.unwrap_or(Value::String(arguments)))
                }
                (None, Some(script)) if name == "exec" => {
                    inner(&script).unwrap_or((name, script.into()))
                }
                (None, Some(input)) => (name, input.into()),
                (None, None) => (name, Value::Null),
            }
        }
    };
    block::call(&id, &name, verb(&name), told(&input), input)
}

fn action(item: &mut Object) -> Value {
    object(item, "action").map(Value::Object).unwrap_or_default()
}

/// The argument that tells most. A command may be a list of words, a patch says its files.
fn told(input: &Value) -> String {
    let patch = input.as_str().or_else(|| input.get("input")?.as_str());
    let files = patch.into_iter().flat_map(str::lines).filter_map(|it| {
        let rest = it.strip_prefix("*** ")?;
        let (what, file) = rest.split_once(" File: ")?;
        ["Update", "Add", "Delete"].contains(&what).then_some(file)
    });
    let files: Vec<_> = files.take(3).collect();
    if !files.is_empty() {
        return files.join(", ");
    }
    let command = input.get("command").and_then(Value::as_array);
    let Some(words) = command else { return hint(input) };
    let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
    match words.as_slice() {
        // bash -lc COMMAND
        [_, "-lc" | "-c", command] => hint(&Value::from(*command)),
        words => hint(&Value::from(words.join(" "))),
    }
}

/// The one tool that a script calls, and with what, where that can be read off it. Of
/// several, one would stand for all.
fn inner(script: &str) -> Option<(String, Value)> {
    let mut calls =
        script.match_indices("tools.").filter_map(|(at, word)| called(script, at, word));
    let (before, name, arguments) = calls.next()?;
    if calls.next().is_some() {
        return None;
    }
    let first = |text: &str| -> Option<Value> {
        Deserializer::from_str(text).into_iter::<Value>().next()?.ok()
    };
    // Either the argument itself, or a text that the line before gave a name.
    let input = first(arguments).or_else(|| first(before.split_once(" = ")?.1))?;
    let input = if input.is_string() { json!({ "input": input }) } else { input };
    Some((name.to_owned(), input))
}

/// What precedes a call of a tool, the tool, and what follows. None: no call is there.
fn called<'a>(script: &'a str, at: usize, word: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let in_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let (before, rest) = script.split_at_checked(at)?;
    let rest = rest.strip_prefix(word)?;
    let (name, arguments) = rest.split_at_checked(rest.find(|it| !in_name(it))?)?;
    let whole = !name.is_empty() && !before.ends_with(in_name);
    Some((before, name, arguments.strip_prefix('(')?)).filter(|_| whole)
}

/// The block of an answer.
pub(super) fn output(item: &mut Object) -> Value {
    let call = text(item, "call_id").unwrap_or_default();
    let output = item.remove("output").unwrap_or_default();
    let (output, exit) = match output {
        Value::String(said) => told_apart(said),
        other => {
            let blocks = content(other);
            let exit = blocks.iter().rev().find_map(|it| exit_of(it.get("text")?.as_str()?));
            (Value::from(blocks), exit)
        }
    };
    let failed = exit.is_some_and(|it| it != 0);
    let mut block = block::result(&call, output, failed);
    if let (Some(exit), Some(block)) = (exit, block.as_object_mut()) {
        block.insert("exit".into(), exit.into());
    }
    block
}

/// What a tool printed, and how its program ended. Older programs put both into JSON.
fn told_apart(said: String) -> (Value, Option<i64>) {
    let parsed = serde_json::from_str::<Value>(&said).ok();
    if let Some(Value::Object(mut parsed)) = parsed
        && let Some(output) = text(&mut parsed, "output")
    {
        let meta = object(&mut parsed, "metadata").unwrap_or_default();
        return (output.into(), meta.get("exit_code").and_then(Value::as_i64));
    }
    let exit = exit_of(&said);
    (said.into(), exit)
}

/// The code that a program ended with, as a text tells it.
fn exit_of(said: &str) -> Option<i64> {
    let json = said.trim().strip_prefix("{\"exit_code\":").and_then(|it| it.strip_suffix('}'));
    let line = || said.lines().take(5).find_map(|it| it.strip_prefix("Process exited with code "));
    json.or_else(line)?.trim().parse().ok()
}
