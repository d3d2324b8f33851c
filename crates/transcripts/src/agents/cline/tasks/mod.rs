//! Tasks, as Cline's extension kept them until 2026, and as those made from it do: a folder
//! for each, with a document of what the model was told and said, one of what the person saw,
//! and maybe one that says what the task is. No document says which task it is of: that is
//! the name of the folder, and nothing else is read off it.

mod answer;
mod prompt;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use driftline_core::{Millis, Value};
use driftline_messages::{Usage, block};
use serde_json::json;

use self::prompt::Prompt;
use crate::{
    Kept, Message, Name, Object, Rank, Record, Role, editors,
    fields::{count, is, object, text},
    hash::hash64,
    prose, read, time,
};

const TOLD: &str = "api_conversation_history.json";
const SEEN: &str = "ui_messages.json";
const FACTS: &str = "history_item.json";

/// The most values in a text that holds JSON.
const MOST: usize = 10_000;

/// Where an extension keeps its tasks.
pub(crate) fn places(home: &Path, extension: &str) -> Vec<PathBuf> {
    editors::storage(home, extension).into_iter().map(|it| it.join("tasks")).collect()
}

pub(crate) fn accepts(path: &Path) -> bool {
    let is_task = path.ancestors().nth(2).is_some_and(|it| it.ends_with("tasks"));
    is_task && path.file_name().is_some_and(|it| it == TOLD || it == SEEN || it == FACTS)
}

pub(crate) fn main_file(file: &Path, _: &str) -> Option<PathBuf> {
    let main = file.parent()?.join(TOLD);
    (main != file).then_some(main)
}

pub(crate) fn records(file: &Path, document: Value) -> Vec<Record> {
    let task = file.parent().and_then(Path::file_name).and_then(|it| it.to_str());
    let base = Record { session: task.map(str::to_owned), ..Record::default() };
    match document {
        Value::Array(all) if file.ends_with(SEEN) => {
            all.into_iter().filter_map(|it| seen(&base, it)).collect()
        }
        Value::Array(all) => {
            let mut told = Told { base, equal: HashMap::new(), last: None, named: false };
            all.into_iter().flat_map(|it| told.take(it)).collect()
        }
        Value::Object(facts) => vec![task_facts(base, facts)],
        _ => Vec::new(),
    }
}

/// What the task is: its folder, and the task that started it.
fn task_facts(base: Record, mut facts: Object) -> Record {
    let raw = Some(Value::Object(facts.clone()).to_string());
    let parent = text(&mut facts, "parentTaskId").map(|it| {
        let mut kept = Kept::of(Role::System, vec![block::notice("subtask", json!({ "of": it }))]);
        kept.external_id = Some("parent".into());
        Box::new(kept)
    });
    let cwd = text(&mut facts, "workspace");
    Record { kind: "task".into(), cwd, raw, kept: parent, ..base }
}

/// Of what the person saw: when it was, and what each request took.
fn seen(base: &Record, message: Value) -> Option<Record> {
    let raw = Some(message.to_string());
    let Value::Object(mut message) = message else { return None };
    let time = moment(&message)?;
    let kind = text(&mut message, "say").or_else(|| text(&mut message, "ask"))?;
    let record = Record { kind, time: Some(time), raw, ..base.clone() };
    let request = (record.kind == "api_req_started").then(|| text(&mut message, "text"));
    let request = request.flatten().and_then(|it| read::json(&it, MOST).ok());
    let usage = request.as_ref().map(usage).unwrap_or_default();
    let kept = (usage != Usage::default()).then(|| {
        let finished = usage.cost.is_some();
        let mut kept = Kept::of(Role::System, Vec::new());
        kept.external_id = Some(format!("request:{time}"));
        kept.message = Message { usage, finished, model: None };
        Box::new(kept)
    });
    Some(Record { kept, ..record })
}

/// Where it says by which interface the model was asked, all that was read is one number.
fn usage(request: &Value) -> Usage {
    let of = |field: &str| request.get(field).and_then(count).unwrap_or_default();
    let (input, cached) = (of("tokensIn"), of("cacheReads"));
    let input = match request.get("apiProtocol") {
        Some(_) => input.checked_sub(cached).unwrap_or(input),
        None => input.saturating_add(of("cacheWrites")),
    };
    let cost = request.get("cost").and_then(Value::as_f64);
    Usage { input, cached, output: of("tokensOut"), reasoning: 0, cost }
}

fn moment(message: &Object) -> Option<Millis> {
    message.get("ts").and_then(Value::as_i64).map(time::clamp)
}

/// What the model was told and said, in order.
struct Told {
    base: Record,
    /// How many messages without a time there were of each content.
    equal: HashMap<u64, u64>,
    /// The name of the one before.
    last: Option<String>,
    /// Whether a prompt names the task: with no times, none is the first by itself.
    named: bool,
}

impl Told {
    fn take(&mut self, message: Value) -> Vec<Record> {
        let raw = message.to_string();
        let Value::Object(mut message) = message else { return Vec::new() };
        let role = text(&mut message, "role");
        let time = moment(&message);
        let mut base = Record { time, raw: Some(raw), ..self.base.clone() };
        base.kind = text(&mut message, "type").or(role).unwrap_or_else(|| "(no role)".into());
        let content = message.remove("content").unwrap_or_default();
        let name = match time {
            Some(time) => format!("{}:{time}", base.kind),
            None => self.name(&base.kind, &content),
        };
        let mut all = match base.kind.as_str() {
            _ if is(&message, "isTruncationMarker") => {
                vec![row(base, Kept::of(Role::System, vec![block::notice("truncation", content)]))]
            }
            _ if is(&message, "isSummary") => {
                vec![row(base, Kept::of(Role::Summary, Prompt::of(content).all()))]
            }
            "user" => self.user(base, content),
            "assistant" | "reasoning" => vec![assistant(base, content, message)],
            kind => {
                message.insert("content".into(), content);
                let other = vec![block::other(kind, Value::Object(message))];
                vec![row(base, Kept::of(Role::Other, other))]
            }
        };
        let several = all.iter().filter(|it| it.kept.is_some()).count() > 1;
        for kept in all.iter_mut().filter_map(|it| it.kept.as_mut()) {
            let ending = match kept.role {
                Role::Tool if several => ":result",
                Role::Meta if several => ":added",
                _ => "",
            };
            kept.external_id = Some(format!("{name}{ending}"));
            // Without a time, nothing else says where it stands.
            kept.parent = self.last.clone().filter(|_| time.is_none());
        }
        if let Some(kept) = all.iter().find_map(|it| it.kept.as_ref()) {
            self.last.clone_from(&kept.external_id);
        }
        all
    }

    fn name(&mut self, kind: &str, content: &Value) -> String {
        let hash = hash64(&[kind, &content.to_string()]);
        let before = self.equal.entry(hash).or_insert(0);
        *before += 1;
        match *before {
            1 => format!("{kind}:{hash:016x}"),
            nth => format!("{kind}:{hash:016x}:{nth}"),
        }
    }

    fn user(&mut self, mut base: Record, content: Value) -> Vec<Record> {
        let Prompt { typed, added, answers, cwd, model } = Prompt::of(content);
        (base.cwd, base.model) = (cwd, model);
        let of = |role, blocks, prompt| Kept { prompt, ..Kept::of(role, blocks) };
        let mut all = Vec::new();
        if !typed.is_empty() {
            let mut record = base.clone();
            let headline = prose::headline(&typed).filter(|_| base.time.is_some() || !self.named);
            self.named |= headline.is_some();
            record.name = headline.map(|text| Name { rank: Rank::Prompt, text, leaf: None });
            all.push(row(record, of(Role::User, typed, Some(true))));
        }
        if !answers.is_empty() {
            all.push(row(base.clone(), of(Role::Tool, answers, None)));
        }
        if !added.is_empty() {
            all.push(row(base.clone(), of(Role::Meta, added, Some(false))));
        }
        // It may say nothing, and still where.
        if all.is_empty() { vec![base] } else { all }
    }
}

fn assistant(mut base: Record, content: Value, mut message: Object) -> Record {
    let info = object(&mut message, "modelInfo");
    base.model = info.and_then(|mut it| text(&mut it, "modelId"));
    let mut kept = Kept::of(Role::Assistant, answer::blocks(content, message));
    kept.message.model.clone_from(&base.model);
    row(base, kept)
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
    fn the_files_of_a_task_are_told_apart() {
        let is = |name: &str| accepts(Path::new(name));
        assert!(
            is("/x/tasks/1/api_conversation_history.json") && is("/x/tasks/1/ui_messages.json")
        );
        assert!(!is("/x/tasks/1/task_metadata.json") && !is("/x/tasks/_index.json"));
        assert!(!is("/x/1/ui_messages.json"));
        let main = |file: &str| main_file(Path::new(file), "1");
        assert_eq!(main("/x/tasks/1/api_conversation_history.json"), None);
        let own = Some("/x/tasks/1/api_conversation_history.json".into());
        assert_eq!(main("/x/tasks/1/ui_messages.json"), own);
    }

    #[test]
    fn tokens_are_counted_as_their_interface_counts_them() {
        let of = |request| usage(&request);
        let old = of(json!({"tokensIn": 10, "cacheReads": 70, "cacheWrites": 5, "tokensOut": 3}));
        assert_eq!((old.input, old.cached, old.output, old.cost), (15, 70, 3, None));
        let new =
            of(json!({"apiProtocol": "openai", "tokensIn": 85, "cacheReads": 70, "cost": 0.5}));
        assert_eq!((new.input, new.cached, new.cost), (15, 70, Some(0.5)));
    }
}
