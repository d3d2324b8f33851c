//! `sync --watch` and `import --watch`: the real program, told to stop by the system.
#![cfg(unix)]

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::common::{Place, line};
use serde_json::{Value, json};

/// The program while it watches.
struct Watch {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn start(place: &Place, profile: &str, words: &[&str]) -> Self {
        let sync = ["sync", "--watch", "--config", "sync.debounce=10ms"];
        Self::of(place, profile, &[&sync, words].concat())
    }

    fn of(place: &Place, profile: &str, words: &[&str]) -> Self {
        let mut command = place.command(profile, words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line of data that says this of itself.
    fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.lines.next().expect("it ended").unwrap();
            let value = serde_json::from_str(&line).unwrap();
            if is_it(&value) {
                return value;
            }
        }
    }

    fn event(&mut self, name: &str) -> Value {
        self.until(|it| it["event"] == name)
    }

    fn stop(self, signal: &str) -> (i32, Vec<String>, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let rest = self.lines.map(Result::unwrap).collect();
        let output = self.child.wait_with_output().unwrap();
        (output.status.code().unwrap(), rest, String::from_utf8(output.stderr).unwrap())
    }
}

#[test]
fn it_sends_what_others_write_and_stops_when_told_to() {
    let place = Place::new();
    place.share("A");
    place.share("B");
    place.ok("A", &["add", "inbox", "title=before"]);
    let mut watch = Watch::start(&place, "A", &["--json"]);
    let connected = watch.event("connected");
    assert!(connected["remote"].as_str().unwrap().contains("shared.db"), "{connected}");
    let synced = watch.event("synced");
    assert_eq!((&synced["sent"], &synced["received"]), (&json!(1), &json!(0)), "{synced}");
    // Another process of this profile writes; another profile gets it.
    place.ok("A", &["add", "inbox", "title=meanwhile"]);
    watch.until(|it| it["sent"] == 1);
    place.ok("B", &["sync"]);
    assert_eq!(place.json("B", &["list", "inbox"]).as_array().unwrap().len(), 2);
    let (code, rest, said) = watch.stop("-TERM");
    assert_eq!((code, rest.len()), (0, 0), "{rest:?} {said}");
}

#[test]
fn it_follows_the_config() {
    let place = Place::new();
    let (code, said) = place.fails("A", &["sync", "--watch"]);
    assert!(code == 2 && said.contains("no remote is set up"), "{said}");
    place.share("A");
    let mut watch = Watch::start(&place, "A", &["--json"]);
    watch.event("synced");
    place.ok("A", &["config", "set", "remote.backend", "none"]);
    watch.until(|it| it["event"] == "connected" && it["remote"].is_null());
    place.ok("A", &["add", "inbox", "title=kept here"]);
    std::fs::write(place.path("A/driftline.toml"), "[remote]\nbackend = \"nonsense\"\n").unwrap();
    let failed = watch.event("failed");
    assert!(failed["error"]["message"].as_str().unwrap().contains("nonsense"), "{failed}");
    std::fs::write(place.path("A/driftline.toml"), "").unwrap();
    place.share("A");
    assert_eq!(watch.event("synced")["sent"], 1);
    assert_eq!(watch.stop("-INT").0, 0);
}

#[test]
fn people_read_a_line_for_each_thing() {
    let place = Place::new();
    place.share("A");
    let mut watch = Watch::start(&place, "A", &[]);
    let mut next = || {
        let line = watch.lines.next().unwrap().unwrap();
        line.split_once("Z  ").unwrap().1.to_owned()
    };
    assert!(next().starts_with("Watching; in step with"));
    assert_eq!(next(), "✓ Synced: nothing new.");
    place.ok("A", &["add", "inbox", "title=a"]);
    assert_eq!(next(), "✓ Synced: received 0, sent 1, 0 parked.");
    let (code, rest, said) = watch.stop("-INT");
    assert_eq!((code, rest.len()), (0, 0), "{rest:?}");
    assert!(said.contains("Stopped."), "{said}");
}

#[test]
fn it_goes_on_importing_what_agents_write() {
    let place = Place::new();
    place.transcript("a.jsonl", &line(0, 0));
    let mut watch = Watch::of(&place, "A", &["import", "--watch", "--json"]);
    let first = watch.event("imported");
    assert_eq!((&first["totals"]["messages"], &first["totals"]["files"]), (&json!(1), &json!(1)));
    assert!(first["time"].is_string() && first["files"][0]["tool"] == "claude-code", "{first}");
    place.transcript("a.jsonl", &[line(0, 0), line(0, 1)].concat());
    assert_eq!(watch.event("imported")["totals"]["new"], 1);
    place.transcript("b.jsonl", &line(1, 0));
    // The session, and its message.
    assert_eq!(watch.event("imported")["totals"]["new"], 2);
    assert_eq!(place.json("A", &["list", "messages"]).as_array().unwrap().len(), 3);
    let (code, rest, said) = watch.stop("-TERM");
    assert_eq!((code, rest.len()), (0, 0), "{rest:?} {said}");
}

#[test]
fn it_imports_of_one_agent_and_tells_people_a_line() {
    let place = Place::new();
    place.transcripts(1, 2);
    let folder = place.path("home/.pi/agent/sessions/x");
    std::fs::create_dir_all(&folder).unwrap();
    let begins = json!({ "type": "session", "id": "s", "timestamp": "2026-01-01T00:00:00Z" });
    let file = folder.join("1_s.jsonl");
    std::fs::write(&file, format!("{begins}\n")).unwrap();
    let mut watch = Watch::of(&place, "A", &["import", "--watch", "--agent", "pi"]);
    let mut next = || {
        let line = watch.lines.next().unwrap().unwrap();
        line.split_once("Z  ").unwrap().1.to_owned()
    };
    assert!(next().starts_with("1 file read: "));
    let message = json!({
        "type": "message", "id": "m", "parentId": null, "timestamp": "2026-01-01T00:00:01Z",
        "message": { "role": "user", "content": [{ "type": "text", "text": "hello" }] },
    });
    std::fs::write(&file, format!("{begins}\n{message}\n")).unwrap();
    let told = next();
    assert!(told.starts_with("1 file read: ") && !told.contains(" 0 rows new"), "{told}");
    let (code, _, said) = watch.stop("-INT");
    assert!(
        code == 0 && said.contains("Watching 1 folder.") && said.contains("Stopped."),
        "{said}"
    );
    assert!(place.ok("A", &["list", "messages"]).contains("hello"));
    assert_eq!(place.json("A", &["agents"])[0]["imported"], 0, "nothing of another agent");
}
