//! A folder of a test's own, with a home in which an agent keeps transcripts.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde_json::json;
use tempfile::TempDir;

/// A folder with a home in it, and whatever else a test puts there. It is gone with this.
pub struct Home {
    folder: TempDir,
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Home {
    /// A home with nothing in it.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// Of something in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes transcripts of `sessions` conversations of `messages` messages each.
    pub fn transcripts(&self, sessions: usize, messages: usize) {
        for session in 0..sessions {
            let lines: String = (0..messages).map(|it| line(session, it)).collect();
            self.transcript(&format!("{}.jsonl", session_name(session)), &lines);
        }
    }

    /// Writes one transcript.
    pub fn transcript(&self, name: &str, text: &str) -> PathBuf {
        let folder = self.path("home/.claude/projects/-work-engine");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        written(&path, Duration::ZERO);
        path
    }
}

/// Lets a file look as if it was last written so long ago, by the clock that the program
/// goes by.
#[expect(clippy::disallowed_methods, reason = "the program compares with the same clock")]
pub fn written(path: &Path, ago: Duration) {
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - ago).unwrap();
}

/// What the agent calls a conversation.
pub fn session_name(session: usize) -> String {
    format!("{session:08x}-0000-4000-8000-000000000000")
}

/// What the agent calls a message of it.
pub fn message_name(session: usize, message: usize) -> String {
    format!("{session:08x}-0000-4000-9000-{message:012x}")
}

/// A record as Claude Code writes it: turns of a person and an agent.
pub fn line(session: usize, message: usize) -> String {
    let by_agent = message % 2 == 1;
    let role = if by_agent { "assistant" } else { "user" };
    let text =
        json!([{ "type": "text", "text": format!("Message {message} of session {session}") }]);
    let mut body = json!({ "role": role, "content": text });
    if by_agent {
        body["model"] = "large".into();
        body["stop_reason"] = "end_turn".into();
    }
    let parent = message.checked_sub(1).map(|it| message_name(session, it));
    let record = json!({
        "parentUuid": parent,
        "isSidechain": false,
        "userType": "external",
        "cwd": "/src/engine",
        "sessionId": session_name(session),
        "version": "2.1.0",
        "type": role,
        "message": body,
        "uuid": message_name(session, message),
        "timestamp": format!("2026-11-{:02}T10:{:02}:{:02}.000Z", 1 + session % 28, message / 60 % 60, message % 60),
    });
    format!("{record}\n")
}

/// Every file below `folder`, with its bytes and when it was last written.
pub fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>, SystemTime)> {
    let mut all = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let modified = fs::metadata(&path).unwrap().modified().unwrap();
                all.push((path.clone(), fs::read(&path).unwrap(), modified));
            }
        }
    }
    all.sort();
    all
}
