//! Cline: a folder for each session, with one document of its messages, one that says what
//! the session is, and one for each sub-agent.

mod content;
pub(super) mod tasks;

use std::path::{Path, PathBuf};

use driftline_core::Value;
use driftline_messages::{Usage, block};

use self::content::Said;
use crate::{
    Form, Kept, Message, Name, Object, Rank, Reader, Record, Role, anthropic,
    fields::{count, object, text},
    prose, time,
};

inventory::submit! {
    Reader {
        tool: "cline",
        name: "Cline",
        doc: "Cline's sessions, in ~/.cline/data/sessions",
        version: 1,
        places: |home| vec![home.join(".cline/data/sessions")],
        accepts,
        main_file,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Document(records),
    }
}

inventory::submit! {
    Reader {
        tool: "cline",
        name: "Cline",
        doc: "Cline's older tasks, in the folders of VS Code and its relatives",
        version: 1,
        places: |home| {
            let own = home.join(".cline/data/tasks");
            [vec![own], tasks::places(home, "saoudrizwan.claude-dev")].concat()
        },
        accepts: tasks::accepts,
        main_file: tasks::main_file,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Document(tasks::records),
    }
}

const MESSAGES: &str = ".messages.json";

/// `ID/ID.json`, and any `.messages.json`.
fn accepts(path: &Path) -> bool {
    let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name);
    name.ends_with(MESSAGES) || name.ends_with(".json") && path.file_stem() == folder
}

/// The session's own messages are in the same folder.
fn main_file(file: &Path, session: &str) -> Option<PathBuf> {
    let is_plain = !session.starts_with('.') && !session.contains(['/', '\\', '\0']);
    let main = file.parent()?.join(format!("{session}{MESSAGES}"));
    (is_plain && main != file).then_some(main)
}

fn records(_: &Path, document: Value) -> Vec<Record> {
    let Value::Object(mut document) = document else { return Vec::new() };
    match document.remove("messages") {
        Some(Value::Array(messages)) => spoken(document, messages),
        _ => facts(document),
    }
}

/// What the session is.
fn facts(mut document: Object) -> Vec<Record> {
    let raw = Some(Value::Object(document.clone()).to_string());
    let Some(session) = text(&mut document, "session_id") else { return Vec::new() };
    let time = |it: &mut Object, field: &str| text(it, field).and_then(|it| time::parse(&it));
    let started = time(&mut document, "started_at");
    let ended = time(&mut document, "ended_at");
    let mut metadata = object(&mut document, "metadata").unwrap_or_default();
    let facts = Record {
        kind: "session".into(),
        session: Some(session),
        time: started,
        cwd: text(&mut document, "cwd"),
        git_branch: object(&mut metadata, "git").and_then(|mut it| text(&mut it, "branch")),
        raw,
        ..Record::default()
    };
    let title = text(&mut metadata, "title");
    let title = title.and_then(|it| prose::title(content::typed(&it).map_or(&*it, |it| it.0)));
    let name = title.map(|text| Name { rank: Rank::Title, text, leaf: None });
    let named = name.map(|name| Record {
        kind: "title".into(),
        session: facts.session.clone(),
        time: ended.or(started),
        name: Some(name),
        ..Record::default()
    });
    std::iter::once(facts).chain(named).collect()
}

/// What was said in a session, or by a sub-agent of it.
fn spoken(mut document: Object, messages: Vec<Value>) -> Vec<Record> {
    let own = text(&mut document, "sessionId");
    let mut origin = object(&mut document, "origin").unwrap_or_default();
    let parent = text(&mut origin, "parentThreadId");
    let agent = parent.as_ref().and(text(&mut origin, "subagent").or_else(|| own.clone()));
    let session = parent.or(own);
    // A sub-agent's own sub-agents name it: SESSION__AGENT.
    let session = session.map(|it| it.split("__").next().unwrap_or_default().to_owned());
    let base = Record { session, agent, ..Record::default() };
    messages.into_iter().flat_map(|it| message(&base, it)).collect()
}

fn message(base: &Record, message: Value) -> Vec<Record> {
    let raw = message.to_string();
    let Value::Object(mut message) = message else { return Vec::new() };
    let kind = text(&mut message, "role").unwrap_or_else(|| "(no role)".into());
    let time = message.get("ts").and_then(Value::as_i64).map(time::clamp);
    let id = text(&mut message, "id");
    let base = Record { kind, time, raw: Some(raw), ..base.clone() };
    let content = message.remove("content").unwrap_or_default();
    let Said { own, added, answers } = match base.kind.as_str() {
        "user" => Said::of(content),
        "assistant" => Said { own: anthropic::blocks(content), ..Said::default() },
        kind => {
            message.insert("content".into(), content);
            let other = vec![block::other(kind, Value::Object(message))];
            return vec![row(base.clone(), kept(id, Role::Other, other))];
        }
    };
    let of_several = [&own, &added, &answers].iter().filter(|it| !it.is_empty()).count() > 1;
    // The record's own name is that of what only it can be.
    let part = |name: &str| match (&id, of_several) {
        (Some(id), true) => Some(format!("{id}:{name}")),
        _ => id.clone(),
    };
    let mut all = Vec::new();
    if !answers.is_empty() {
        all.push(row(base.clone(), kept(part("result"), Role::Tool, answers)));
    }
    if !added.is_empty() {
        let kept = kept(part("added"), Role::Meta, added);
        all.push(row(base.clone(), Kept { prompt: Some(false), ..kept }));
    }
    if base.kind == "assistant" {
        all.insert(0, assistant(base, kept(id, Role::Assistant, own), message));
    } else if !own.is_empty() {
        all.insert(0, user(base, kept(id, Role::User, own)));
    }
    all
}

fn assistant(mut base: Record, kept: Kept, mut message: Object) -> Record {
    let model = object(&mut message, "modelInfo").and_then(|mut it| text(&mut it, "id"));
    base.model.clone_from(&model);
    let metrics = object(&mut message, "metrics");
    let finished = metrics.is_some();
    let usage = metrics.map(|it| usage(&it)).unwrap_or_default();
    row(base, Kept { message: Message { model, usage, finished }, ..kept })
}

fn user(mut base: Record, mut kept: Kept) -> Record {
    let mut typed = false;
    for block in &mut kept.blocks {
        let Some(Value::String(text)) = block.get_mut("text") else { continue };
        if let Some((inner, _)) = content::typed(text) {
            *text = inner.to_owned();
            typed = true;
        }
    }
    kept.prompt = typed.then_some(true);
    let rank = if base.agent.is_some() { Rank::Task } else { Rank::Prompt };
    base.name = prose::headline(&kept.blocks).map(|text| Name { rank, text, leaf: None });
    row(base, kept)
}

/// Tokens that were at hand are counted among those that were read.
fn usage(metrics: &Object) -> Usage {
    let of = |field: &str| metrics.get(field).and_then(count).unwrap_or_default();
    let (input, cached) = (of("inputTokens"), of("cacheReadTokens"));
    Usage {
        input: input.checked_sub(cached).unwrap_or(input),
        cached,
        output: of("outputTokens"),
        reasoning: 0,
        cost: metrics.get("cost").and_then(Value::as_f64),
    }
}

fn kept(external_id: Option<String>, role: Role, blocks: Vec<Value>) -> Kept {
    let (parent, prompt, beside, message) = (None, None, Vec::new(), Message::default());
    Kept { external_id, role, blocks, parent, prompt, beside, message }
}

/// A record that says nothing is left out.
fn row(base: Record, kept: Kept) -> Record {
    let kept = (!kept.blocks.is_empty()).then(|| Box::new(kept));
    Record { kept, ..base }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_session_are_told_apart() {
        let is = |name: &str| accepts(Path::new(name));
        assert!(is("/s/1_a/1_a.json") && is("/s/1_a/1_a.messages.json"));
        assert!(is("/s/1_a/agent_2_b.messages.json"));
        assert!(!is("/s/1_a/hooks.json") && !is("/s/1_a/1_a.jsonl"));
        let main = |file: &str| main_file(Path::new(file), "1_a");
        assert_eq!(main("/s/1_a/1_a.messages.json"), None);
        let own = Some("/s/1_a/1_a.messages.json".into());
        assert_eq!(main("/s/1_a/1_a.json"), own);
        assert_eq!(main("/s/1_a/agent_2_b.messages.json"), own);
        assert_eq!(main_file(Path::new("/s/1_a/x.json"), "../1_a"), None);
    }
}
