//! Chats of VS Code, with GitHub Copilot or another agent that answers there: a document for
//! each session, in the storage of the folder that was open. Newer versions write a log of
//! changes to that document.

mod answer;
mod log;
mod part;
mod request;

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use driftline_core::Value;

use crate::{
    Form, Name, Object, Rank, Reader, Record, editors,
    fields::{is, text},
    prose, time,
};

inventory::submit! {
    Reader {
        tool: "vscode-chat",
        name: "VS Code Chat",
        doc: "Chats of VS Code and its relatives, with GitHub Copilot or another agent",
        version: 1,
        places,
        accepts,
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Document(records),
    }
}

const CHATS: &str = "chatSessions";
const WITHOUT_FOLDER: &str = "emptyWindowChatSessions";

/// How many folders of an editor are looked at: there is one for each that was ever opened.
const MOST: usize = 10_000;

/// A file that names the folder is never longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// Beside chats, extensions keep very much there: only the chats' own folders are walked.
fn places(home: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for user in editors::folders(home) {
        let folders = fs::read_dir(user.join("workspaceStorage")).into_iter().flatten().flatten();
        let chats = folders.take(MOST).map(|it| it.path().join(CHATS));
        all.extend(chats.filter(|it| it.symlink_metadata().is_ok_and(|it| it.is_dir())));
        all.push(user.join("globalStorage").join(WITHOUT_FOLDER));
    }
    all
}

fn accepts(path: &Path) -> bool {
    let is_chats =
        path.parent().is_some_and(|it| it.ends_with(CHATS) || it.ends_with(WITHOUT_FOLDER));
    is_chats && path.extension().is_some_and(|it| it == "json" || it == "jsonl")
}

fn records(file: &Path, document: Value) -> Vec<Record> {
    let session = match document {
        Value::Array(changes) => log::replay(changes),
        one => one,
    };
    let Value::Object(mut session) = session else { return Vec::new() };
    let requests = session.remove("requests");
    let mut all = facts(file, session);
    let base =
        Record { session: all.first().and_then(|it| it.session.clone()), ..Record::default() };
    if let Some(Value::Array(requests)) = requests {
        all.extend(requests.into_iter().flat_map(|it| request::records(&base, it)));
    }
    all
}

/// What the session is, but for its requests.
fn facts(file: &Path, mut session: Object) -> Vec<Record> {
    // What the person typed and has not sent yet.
    session.remove("inputState");
    let raw = Some(Value::Object(session.clone()).to_string());
    let time = |field: &str| session.get(field).and_then(Value::as_i64).map(time::clamp);
    let (created, last) = (time("creationDate"), time("lastMessageDate"));
    let imported = is(&session, "isImported");
    let title = text(&mut session, "customTitle").or_else(|| text(&mut session, "computedTitle"));
    let Some(id) = text(&mut session, "sessionId") else { return Vec::new() };
    let facts = Record {
        kind: "session".into(),
        session: Some(id),
        time: created,
        cwd: folder(file).filter(|_| !imported),
        raw,
        ..Record::default()
    };
    let name = title.and_then(|it| prose::title(&it));
    let named = name.map(|text| Record {
        kind: "title".into(),
        session: facts.session.clone(),
        time: last.or(created),
        name: Some(Name { rank: Rank::Title, text, leaf: None }),
        ..Record::default()
    });
    std::iter::once(facts).chain(named).collect()
}

/// The folder that was open. A file beside the chats alone tells.
fn folder(file: &Path) -> Option<String> {
    let beside = file.parent()?.parent()?.join("workspace.json");
    // A pipe of that name would be waited for.
    if !beside.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut said = String::new();
    File::open(beside).ok()?.take(LONGEST).read_to_string(&mut said).ok()?;
    let said: Value = serde_json::from_str(&said).ok()?;
    Some(editors::path(said.get("folder")?.as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_chats_are_taken() {
        let is = |name: &str| accepts(Path::new(name));
        assert!(is("/w/1/chatSessions/a.json") && is("/w/1/chatSessions/a.jsonl"));
        assert!(is("/g/emptyWindowChatSessions/a.jsonl"));
        assert!(!is("/w/1/workspace.json") && !is("/w/1/chatSessions/a.txt"));
    }
}
