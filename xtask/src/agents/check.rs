//! What becomes of an agent's session: imported, it is what the script says; resumed
//! elsewhere, the agent sends it to the model.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{
    drive::{Home, run},
    script::{Line, SCRIPT},
};

/// A profile of Driftline, and the program.
pub(super) struct Driftline {
    pub(super) program: PathBuf,
    pub(super) profile: PathBuf,
}

/// What is in the profile of an agent's one session.
#[derive(Debug, PartialEq)]
pub(super) struct Session {
    pub(super) id: String,
    /// What its agent calls it.
    pub(super) external_id: String,
    messages: Vec<Value>,
}

/// How an agent goes on with a session.
pub(super) struct Resumption {
    pub(super) folder: PathBuf,
    /// The words after the name of the agent's program.
    pub(super) again: Vec<String>,
}

impl Driftline {
    fn run(&self, home: &Home<'_>, words: &[&str]) -> Result<Value> {
        let mut command = home.command(&self.program);
        command.arg("--json").arg("--profile").arg(&self.profile).args(words);
        let what = || format!("`driftline {}`", words.join(" "));
        let printed = run(command).with_context(what)?;
        serde_json::from_str(&printed).with_context(what)
    }

    /// Imports what is in the home folder, and returns the one session of it.
    pub(super) fn import(&self, home: &Home<'_>, agent: &str) -> Result<Session> {
        let folder = home.folder.to_str().context("the name of the home folder")?;
        self.run(home, &["import", "--from", folder])?;
        let rows = self.run(home, &["list", "sessions"])?;
        let rows = rows.as_array().context("no list of sessions")?;
        ensure!(rows.len() == 1, "{} sessions were imported instead of 1", rows.len());
        let row = rows.first().context("no session")?;
        let source = row.get("source").and_then(Value::as_str).unwrap_or_default();
        ensure!(source == agent, "the session is said to be of {source}");
        let text = |field: &str| row.get(field).and_then(Value::as_str).map(str::to_owned);
        let id = text("id").context("a session without id")?;
        let external_id = text("external_id").context("a session that its agent cannot name")?;
        let messages = self.run(home, &["list", "messages"])?;
        let mut messages = messages.as_array().context("no list of messages")?.clone();
        messages.sort_by_key(|it| it.get("position").and_then(Value::as_i64));
        Ok(Session { id, external_id, messages })
    }

    /// Imports what is in the home folder, where the agent made a fork of `session`, and returns
    /// how many messages that goes on from.
    pub(super) fn fork(&self, home: &Home<'_>, session: &Session) -> Result<u64> {
        let folder = home.folder.to_str().context("the name of the home folder")?;
        self.run(home, &["import", "--from", folder])?;
        let listed = self.run(home, &["sessions"])?;
        forked(&listed, &session.id)
    }

    /// Has a session resumed in another home and folder.
    pub(super) fn resume(&self, home: &Home<'_>, id: &str, folder: &Path) -> Result<Resumption> {
        let there = folder.to_str().context("the name of the folder")?;
        let told = self.run(home, &["resume", id, "--in", there, "--print", "--yes"])?;
        let words = told.get("command").and_then(Value::as_array).context("no command")?;
        let words = words.iter().skip(1).filter_map(|it| it.as_str().map(str::to_owned));
        let folder = told.get("folder").and_then(Value::as_str).context("no folder")?;
        Ok(Resumption { folder: folder.into(), again: words.collect() })
    }
}

impl Session {
    /// Whether the first `prompts` of the script are all that was said.
    pub(super) fn compare(&self, prompts: usize) -> Result<()> {
        let played = SCRIPT.get(..prompts).unwrap_or(&SCRIPT);
        let asked: Vec<_> = played.iter().map(|(prompt, _)| *prompt).collect();
        let is_prompt = |it: &&Value| it.get("prompt").and_then(Value::as_bool) == Some(true);
        same("prompts", &asked, &texts(self.messages.iter().filter(is_prompt)))?;
        let lines = || played.iter().flat_map(|(_, lines)| lines.iter());
        let answers: Vec<_> = lines().map(|it| it.text).collect();
        same("answers", &answers, &texts(self.of("assistant")))?;
        let blocks = self.messages.iter().filter_map(|it| it.get("blocks")?.as_array()).flatten();
        let is_result = |it: &&Value| it.get("type").is_some_and(|it| it == "result");
        let outputs: Vec<_> = blocks.filter(is_result).flat_map(strings).collect();
        for (_, output) in lines().filter_map(|it: &Line| it.shell) {
            let is_there = outputs.iter().any(|it| it.contains(output));
            ensure!(is_there, "no output of a tool holds `{output}`: {outputs:?}");
        }
        Ok(())
    }

    fn of(&self, role: &str) -> impl Iterator<Item = &Value> {
        let has = move |it: &&Value| it.get("role").and_then(Value::as_str) == Some(role);
        self.messages.iter().filter(has)
    }
}

/// How many messages the one other session in a list goes on from: it must be a fork of `of`.
fn forked(listed: &Value, of: &str) -> Result<u64> {
    let lines = listed.as_array().context("no sessions")?;
    let is_other = |it: &&Value| it.get("id").is_some_and(|it| it != of);
    let others: Vec<_> = lines.iter().filter(is_other).collect();
    let [fork] = others.as_slice() else {
        bail!("{} sessions are listed beside the first instead of 1", others.len());
    };
    let fork = fork.get("fork").filter(|it| !it.is_null()).context("it is not listed as a fork")?;
    ensure!(fork.get("of").is_some_and(|it| it == of), "it is listed as another one's fork");
    let messages = fork.get("messages").and_then(Value::as_u64).unwrap_or_default();
    ensure!(messages > 0, "it is listed as a fork from the beginning on");
    Ok(messages)
}

/// The texts of messages that have one.
fn texts<'m>(messages: impl Iterator<Item = &'m Value>) -> Vec<&'m str> {
    let text = |it: &'m Value| it.get("text").and_then(Value::as_str).map(str::trim);
    messages.filter_map(text).filter(|it| !it.is_empty()).collect()
}

fn same(what: &str, said: &[&str], found: &[&str]) -> Result<()> {
    ensure!(said == found, "{what} differ: the script has {said:?}, the import {found:?}");
    Ok(())
}

/// Whether the last of `requests` with the third prompt holds all that was said before.
pub(super) fn remembered(requests: &[Value]) -> Result<()> {
    let [before @ .., (last, _)] = &SCRIPT;
    let holds = |it: &&Value| strings(it).iter().any(|it| it.contains(last));
    let request = requests.iter().rev().find(holds).context("the agent did not ask the model")?;
    let sent = strings(request);
    for (prompt, lines) in before {
        for text in [*prompt].into_iter().chain(lines.iter().map(|it| it.text)) {
            let is_there = sent.iter().any(|it| it.contains(text));
            ensure!(is_there, "the agent sent the model nothing of «{text}»");
        }
    }
    Ok(())
}

/// All texts in `value`.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        Value::Object(fields) => fields.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn session() -> Session {
        let mut messages = Vec::new();
        for (prompt, lines) in &SCRIPT {
            messages.push(json!({"role": "user", "prompt": true, "text": prompt}));
            for line in *lines {
                messages.push(json!({"role": "assistant", "text": line.text}));
                if let Some((_, output)) = line.shell {
                    let result =
                        json!({"type": "result", "output": [{"text": format!("{output}\n")}]});
                    messages.push(json!({"role": "tool", "blocks": [result]}));
                }
            }
        }
        Session { id: "s".into(), external_id: "x".into(), messages }
    }

    #[test]
    fn a_session_must_be_what_the_script_says() {
        session().compare(SCRIPT.len()).unwrap();
        for at in 0..session().messages.len() {
            let mut less = session();
            let lost = less.messages.remove(at);
            assert!(less.compare(SCRIPT.len()).is_err(), "nobody misses {lost}");
        }
    }

    #[test]
    fn a_fork_must_be_listed_as_one_of_the_session() {
        let listed = |fork: Value| json!([{"id": "s", "fork": null}, {"id": "f", "fork": fork}]);
        assert_eq!(forked(&listed(json!({"of": "s", "messages": 4})), "s").unwrap(), 4);
        for wrong in [Value::Null, json!({"of": "t", "messages": 4}), json!({"of": "s"})] {
            assert!(forked(&listed(wrong), "s").is_err());
        }
        assert!(forked(&json!([{"id": "s"}]), "s").is_err());
    }

    #[test]
    fn a_request_must_hold_what_came_before() {
        let whole = json!({"messages": session().messages});
        remembered(&[whole.clone(), json!({})]).unwrap();
        let only = json!({"messages": [SCRIPT[2].0]});
        assert!(remembered(&[whole, only]).is_err());
        assert!(remembered(&[]).is_err());
    }
}
