//! Bringing in transcripts: in one piece or in several, again, and beside what a person wrote.

use std::{fs, path::Path};

use driftline_client::{
    Error, Kind,
    import::{self, Wanted},
};
use driftline_testing::{line, message_name, session_name, snapshot};
use serde_json::json;

use crate::world::World;

#[test]
fn it_tells_of_each_file_and_of_all() {
    let world = World::new();
    world.transcripts(3, 10);
    let side = world.open("a");
    let mut steps = Vec::new();
    let home = world.path("home");
    let mut tell = |it: &import::Step| steps.push((it.done, it.files));
    let report = import::run(
        &side.device.replica,
        Wanted { from: Some(&home), ..Wanted::default() },
        &mut tell,
    )
    .unwrap();
    assert_eq!(report.files.len(), 3);
    for file in &report.files {
        let file = serde_json::to_value(file).unwrap();
        assert!(file["path"].as_str().unwrap().ends_with(".jsonl"), "{file}");
        assert_eq!((&file["tool"], &file["sessions"]), (&json!("claude-code"), &json!(1)));
        assert_eq!((&file["messages"], &file["tool_calls"]), (&json!(10), &json!(0)));
        assert_eq!(file["roles"], json!({ "user": 5, "assistant": 5 }));
        assert_eq!(file["skipped"], json!([]));
    }
    let totals = serde_json::to_value(&report.totals).unwrap();
    assert_eq!((&totals["files"], &totals["sessions"]), (&json!(3), &json!(3)));
    assert_eq!((&totals["messages"], &totals["skipped"]), (&json!(30), &json!(0)));
    assert_eq!(totals["roles"], json!({ "user": 15, "assistant": 15 }));
    // The sessions, the messages, and the folder that all of them are in.
    assert_eq!((report.totals.new, report.totals.grown), (34, 0));
    assert!(report.problems.is_empty() && !report.incomplete);
    let mut files: Vec<_> = steps.iter().map(|it| it.0).collect();
    files.dedup();
    assert_eq!(files, [0, 1, 2, 3], "each file is told of");
    assert!(steps.iter().all(|it| it.1 == 3));
}

#[test]
fn importing_again_changes_and_queues_nothing() {
    let world = World::new();
    world.transcripts(3, 10);
    let side = world.shared("a");
    side.import(&world);
    side.sync();
    let (digest, before) = (side.digest(), snapshot(&world.path("home")));
    let again = side.import(&world);
    assert_eq!((again.totals.new, again.totals.grown), (0, 0));
    let told = serde_json::to_value(&again).unwrap();
    assert_eq!(told["totals"]["messages"], 30, "counts are those of the whole files");
    assert!(told["files"].as_array().unwrap().iter().all(|it| it["unchanged"] == true));
    assert_eq!(side.status().waiting, 0);
    assert_eq!(side.digest(), digest);
    assert_eq!(snapshot(&world.path("home")), before, "an agent's files are never written");
}

#[test]
fn a_file_that_grew_gives_what_is_new() {
    let world = World::new();
    let lines: Vec<String> = (0..6).map(|it| line(0, it)).collect();
    let half = &lines[5][..40];
    world.transcript("a.jsonl", &format!("{}{half}", lines[..5].concat()));
    let side = world.open("a");
    let first = serde_json::to_value(side.import(&world)).unwrap();
    assert_eq!(first["totals"]["messages"], 5);
    assert_eq!(first["files"][0]["incomplete_tail"], true);
    world.transcript("a.jsonl", &lines.concat());
    let second = serde_json::to_value(side.import(&world)).unwrap();
    assert_eq!((&second["totals"]["new"], &second["totals"]["messages"]), (&json!(1), &json!(6)));
    let whole = world.open("b");
    whole.import(&world);
    assert_eq!(side.digest(), whole.digest(), "in pieces or whole");
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_goes_on() {
    let world = World::new();
    world.transcripts(1, 4);
    world.transcript("broken.jsonl", &format!("{}not json\n{}", line(7, 0), line(7, 1)));
    world.transcript("fine.jsonl", &line(8, 0));
    let folder = world.path("home/.claude/projects/-work-engine");
    fs::write(folder.join("bytes.jsonl"), b"\xff\xfe\x00\xc3(\n").unwrap();
    fs::create_dir(folder.join("folder.jsonl")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&folder, folder.join("loop")).unwrap();
        let pipe = folder.join("pipe.jsonl");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
    }
    let report = serde_json::to_value(world.open("a").import(&world)).unwrap();
    assert_eq!(report["totals"]["messages"], 7);
    let files = report["files"].as_array().unwrap();
    let broken = files.iter().find(|it| it["path"].as_str().unwrap().ends_with("broken.jsonl"));
    let skipped = &broken.unwrap()["skipped"];
    assert_eq!((skipped.as_array().unwrap().len(), &skipped[0]["line"]), (1, &json!(2)));
    assert!(!skipped[0]["reason"].as_str().unwrap().is_empty());
    let problems = report["problems"].to_string();
    for name in ["pipe.jsonl", "folder.jsonl", "loop"] {
        assert!(!cfg!(unix) || problems.contains(name), "{name}: {problems}");
    }
}

#[test]
fn a_name_finds_its_session_in_another_file() {
    let world = World::new();
    let summary =
        json!({ "type": "summary", "summary": "Fix the parser", "leafUuid": message_name(3, 1) });
    world.transcript("a.jsonl", &format!("{summary}\n"));
    let side = world.open("a");
    side.import(&world);
    assert_eq!(side.count("sessions"), 0);
    world.transcript("b.jsonl", &[line(3, 0), line(3, 1)].concat());
    side.import(&world);
    assert_eq!(side.all("sessions", "name"), ["Fix the parser"]);
    assert_eq!(side.all("sessions", "external_id"), [session_name(3)]);
    side.import(&world);
    let other = world.open("b");
    other.import(&world);
    assert_eq!(side.digest(), other.digest(), "in any order");
}

/// Has Kimi Code, in a home, call its one session so.
fn called(home: &Path, title: &str, second: u64) {
    let folder = home.join(".kimi-code/sessions/wd_x/session_1");
    fs::create_dir_all(folder.join("agents/main")).unwrap();
    let said = json!({"role": "user", "id": "1", "content": "Fix it"});
    let said = json!({"type": "context.append_message", "message": said, "time": 7});
    fs::write(folder.join("agents/main/wire.jsonl"), format!("{said}\n")).unwrap();
    let state = json!({"title": title, "isCustomTitle": true, "updatedAt": second * 1_000});
    fs::write(folder.join("state.json"), state.to_string()).unwrap();
}

#[test]
fn an_agents_title_shows_where_nobody_renamed() {
    let world = World::new();
    let side = world.open("a");
    for (second, title) in [(1, "The agent's"), (2, "The agent's next")] {
        called(&world.path("home"), title, second);
        side.import(&world);
        assert_eq!(side.all("sessions", "name"), [title]);
    }
    let session = side.only("sessions");
    side.edit("sessions", session, "name", "Mine");
    called(&world.path("home"), "The agent's last", 3);
    side.import(&world);
    assert_eq!(side.value("sessions", session, "name"), "Mine");
}

#[test]
fn a_persons_edits_stand_over_an_import() {
    let world = World::new();
    world.transcript("a.jsonl", &line(0, 0));
    let side = world.open("a");
    side.import(&world);
    let session = side.only("sessions");
    side.edit("sessions", session, "name", "Mine");
    side.edit("sessions", session, "pinned", true);
    side.device.replica.set_deleted("messages", side.only("messages"), true).unwrap();
    world.transcript("a.jsonl", &[line(0, 0), line(0, 1)].concat());
    assert_eq!(side.import(&world).totals.new, 1);
    assert_eq!(side.value("sessions", session, "name"), "Mine");
    assert_eq!(side.value("sessions", session, "pinned"), true);
    assert_eq!(side.count("messages"), 1);
}

#[test]
fn where_a_folder_is_on_this_device_is_its_owners_to_say() {
    let world = World::new();
    world.transcripts(1, 4);
    let side = world.open("a");
    side.import(&world);
    let workspace = side.only("workspaces");
    side.edit("workspaces", workspace, "here", "/srv/engine");
    // A new session of the same folder.
    world.transcripts(2, 4);
    side.import(&world);
    assert_eq!(side.value("workspaces", workspace, "here"), "/srv/engine");
    assert_eq!(side.count("sessions"), 2);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let world = World::new();
    let nowhere = world.path("nowhere");
    let side = world.open("a");
    let error = import::run(
        &side.device.replica,
        Wanted { from: Some(&nowhere), ..Wanted::default() },
        &mut |_| (),
    )
    .err()
    .unwrap();
    assert!(matches!(&error, Error::NoFolder(it) if *it == nowhere), "{error}");
    assert_eq!(error.kind(), Kind::Invalid);
}

#[test]
fn one_agents_transcripts_can_be_imported_alone() {
    let world = World::new();
    world.transcripts(1, 2);
    let home = world.path("home");
    let folder = home.join(".pi/agent/sessions/x");
    fs::create_dir_all(&folder).unwrap();
    let line = json!({"type": "session", "id": "s", "timestamp": "2026-01-01T00:00:00Z"});
    fs::write(folder.join("1_s.jsonl"), format!("{line}\n")).unwrap();
    let side = world.open("a");
    let run = |agent: &str| {
        let wanted = Wanted { from: Some(&home), agent: Some(agent), ..Wanted::default() };
        import::run(&side.device.replica, wanted, &mut |_| ())
    };
    assert_eq!(run("pi").unwrap().files.len(), 1);
    assert_eq!(side.count("messages"), 0, "nothing of another agent");
    for name in ["claude", "Claude Code", "claude-code"] {
        assert_eq!(run(name).unwrap().files.len(), 1, "{name}");
    }
    for name in ["c", "nobody", ""] {
        let error = run(name).err().unwrap();
        assert!(matches!(&error, Error::NoAgent { .. }), "{name}: {error}");
        assert!(error.to_string().contains("Codex"), "{error}");
    }
}

#[test]
fn an_export_is_read_where_a_person_says_it_is() {
    let world = World::new();
    world.transcripts(1, 2);
    let home = world.path("home");
    let message = json!({"uuid": "m", "sender": "human", "text": "Hello"});
    let export = json!([{"uuid": "s", "chat_messages": [message]}]);
    fs::write(home.join("conversations.json"), export.to_string()).unwrap();
    let side = world.open("a");
    let run = |agent: Option<&str>| {
        let wanted = Wanted { from: Some(&home), agent, ..Wanted::default() };
        import::run(&side.device.replica, wanted, &mut |_| ()).unwrap()
    };
    let tools: Vec<_> = run(None).files.iter().map(|it| it.tool).collect();
    assert_eq!(tools, ["claude-ai", "claude-code"]);
    assert_eq!(side.count("sessions"), 2);
    let tools = |agent: &str| run(Some(agent)).files.iter().map(|it| it.tool).collect::<Vec<_>>();
    assert_eq!(tools("claude.ai"), ["claude-ai"]);
    assert_eq!(tools("claude"), ["claude-code"], "which is more likely meant");
    assert!(!import::agents().contains(&"Claude.ai"), "it is not looked for");
}
