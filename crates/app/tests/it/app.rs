//! The app as a person runs it: what it shows, what it does while it runs, how it ends.
#![cfg(unix)]

use crate::common::{self, Place, app::App, line};
use driftline_web::routes;

/// Every page that there is, with a row of each kind in it.
fn pages(app: &App, entity: &str, id: &str) {
    // The one that stands for whatever there is not is tested below.
    let pages = routes().into_iter().filter(|it| it.path.starts_with("/fragment"));
    let pages = pages.filter(|it| it.path != "/fragment/no/such/page");
    for route in pages {
        let path = route.path.replace("{entity}", entity).replace("{id}", id);
        let path = path.replace("{message}", id);
        let answer = app.ask("GET", &path, &[("x-driftline-key", &app.key)], "");
        let known = if path.contains(id) && !id.is_empty() { [200, 400] } else { [200, 200] };
        let known = known.contains(&answer.status) || (path.contains(id) && answer.status == 404);
        assert!(known, "{path}: {answer:?}");
        if answer.head.contains("text/html") {
            assert_eq!(answer.body.matches("<h1").count(), 1, "{path}: {answer:?}");
            assert!(answer.body.contains("<title>"), "{path}");
        }
    }
}

#[test]
fn every_page_of_an_empty_and_of_a_filled_profile_answers() {
    let place = Place::new();
    let app = place.app("empty");
    for entity in ["sessions", "messages", "workspaces", "inbox", "comments"] {
        pages(&app, entity, "0193ab40-1c00-7000-8000-000000000001");
    }
    place.transcripts(3, 20);
    place.import("full");
    let app = place.app("full");
    for entity in ["sessions", "messages", "workspaces"] {
        let rows = place.json("full", &["list", entity, "--limit", "1"]);
        pages(&app, entity, rows[0]["id"].as_str().unwrap());
    }
    for path in ["/e/nothing", "/no/such/page"] {
        let answer = app.page(path);
        assert_eq!(answer.status, 404);
        assert!(answer.body.contains("<h1"), "{path}: {answer:?}");
    }
}

#[test]
fn transcripts_are_found_at_the_start_and_as_they_grow() {
    let place = Place::new();
    let path = place.transcript("s.jsonl", &line(1, 0));
    let app = place.app("A");
    let mut events = app.events();
    let shows = |text: &str| app.page("/e/messages").body.contains(text);
    while !shows("Message 0 of session 1") {
        events.until("messages");
    }
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str(&line(1, 1));
    std::fs::write(&path, text).unwrap();
    while !shows("Message 1 of session 1") {
        events.until("messages");
    }
}

#[test]
fn an_open_page_hears_of_what_other_programs_write() {
    let place = Place::new();
    let app = place.app("A");
    let mut events = app.events();
    place.ok("A", &["add", "workspaces", "path=/w"]);
    events.until("workspaces");
    assert!(app.page("/e/workspaces").body.contains("/w"));
}

#[test]
fn rows_of_any_entity_are_written_from_its_form() {
    let place = Place::new();
    let app = place.app("A");
    let form = app.page("/e/workspaces/new").body;
    for field in ["path", "name", "git_remote", "pinned", "archived", "here"] {
        assert!(form.contains(&format!("name=\"{field}\"")), "{field}: {form}");
    }
    let (status, done) = app.act("/e/workspaces", "path=%2Fw&name=One&pinned=false");
    assert_eq!(status, 200, "{done}");
    let row = done["go"].as_str().unwrap().to_owned();
    let (status, wrong) = app.act("/e/workspaces", "path=%2Fw");
    assert_eq!(status, 422);
    assert!(wrong["errors"]["path"].as_str().unwrap().contains("workspaces"), "{wrong}");
    let (status, wrong) = app.act("/e/inbox", "title=x&read_at=soon");
    assert_eq!(status, 422);
    assert!(wrong["errors"]["read_at"].as_str().unwrap().contains("2026"), "{wrong}");

    let (status, _) = app.act(&row, "path=%2Fw&name=Two&pinned=true");
    assert_eq!(status, 200);
    let shown = app.page(&row).body;
    assert!(shown.contains("Two") && shown.contains("yes"), "{shown}");

    let (_, done) = app.act(&format!("{row}/delete"), "");
    assert_eq!(done["undo"]["path"], format!("{row}/restore"));
    assert!(!app.page("/e/workspaces").body.contains("/w\""));
    assert!(app.page("/e/workspaces?deleted=only").body.contains("/w"));
    app.act(&format!("{row}/restore"), "");
    assert!(app.page("/e/workspaces").body.contains("/w"));
    // Only what was changed is an edit of this device.
    let why = place.ok("A", &["why", "workspaces", row.rsplit('/').next().unwrap()]);
    assert!(why.contains("name"), "{why}");
}

#[test]
fn records_are_not_edited() {
    let place = Place::new();
    place.transcripts(1, 2);
    place.import("A");
    let app = place.app("A");
    let rows = place.json("A", &["list", "messages", "--limit", "1"]);
    let row = format!("/e/messages/{}", rows[0]["id"].as_str().unwrap());
    assert!(!app.page(&row).body.contains("/edit"));
    assert_eq!(app.page(&format!("{row}/edit")).status, 400);
    assert_eq!(app.act(&row, "text=other").0, 400);
}

#[test]
fn profiles_run_side_by_side_and_end_when_told_to() {
    let place = Place::new();
    let (one, other) = (place.app("A"), place.app("B"));
    assert_ne!(one.address, other.address);
    let headers = [("x-driftline-key", one.key.as_str())];
    assert_eq!(other.ask("GET", "/fragment/", &headers, "").status, 401);
    let _open_page = one.events();
    assert_eq!(one.interrupt(), Some(0));
    assert!(!place.path("A/app.json").exists());
    assert_eq!(other.page("/").status, 200);
}

#[test]
fn a_job_that_never_ends_keeps_nobody_from_ending_the_program() {
    let place = Place::new();
    let mut app = place.app("A");
    // Whoever reads the config from now on waits for as long as this test likes.
    let config = place.path("A/driftline.toml");
    let _there_is_none = std::fs::remove_file(&config);
    let made = std::process::Command::new("mkfifo").arg(&config).status().unwrap();
    assert!(made.success());
    let host = app.address.to_string();
    let key = app.key.clone();
    let headers = [("Host", host.as_str()), ("x-driftline-key", &key)];
    let _asked = app.send("GET", "/fragment/settings", &headers, "");
    // Opened once somebody reads it.
    let _writer = std::fs::OpenOptions::new().write(true).open(&config).unwrap();
    assert_eq!(app.end("-TERM"), Some(0));
}

#[test]
fn without_a_command_json_is_the_overview() {
    let place = Place::new();
    assert_eq!(place.json("A", &[])["state"], "local");
}

#[test]
fn who_has_nothing_is_shown_made_up_data_beside_it() {
    let place = Place::new();
    let app = place.app("A");
    assert!(app.page("/").body.contains("/demo"));
    let (status, done) = app.act("/demo", "");
    assert_eq!(status, 200, "{done}");
    let (address, code) = common::app::parts(done["go"].as_str().unwrap());
    assert_ne!(address, app.address);
    let demo = app.at(address, &code);
    let mut events = demo.events();
    while !demo.page("/sessions").body.contains("cursor test") {
        events.until("@index");
    }
    assert_eq!(place.json("A", &[])["counts"]["sessions"], 0, "nothing of it is mixed in");
}

#[test]
fn everything_can_be_exported() {
    let place = Place::new();
    place.ok("A", &["add", "workspaces", "path=/w"]);
    let app = place.app("A");
    let (_, done) = app.act("/export", "");
    let path = done["toast"].as_str().unwrap().rsplit(' ').next().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    // With a line before it and one behind.
    assert!(text.contains("\"/w\"") && text.lines().count() == 3, "{text}");
    assert!(app.page("/settings").body.contains(path));
    place.ok("B", &["import", path]);
    assert_eq!(place.json("B", &["digest"]), place.json("A", &["digest"]));
}

#[test]
fn the_settings_tell_which_agents_are_here_and_what_of_them_is_read() {
    let place = Place::new();
    place.transcripts(2, 2);
    let cursor = place.path("home/.cursor/chats/1");
    std::fs::create_dir_all(&cursor).unwrap();
    std::fs::write(cursor.join("store.db"), "{}").unwrap();
    let app = place.app("A");
    let mut events = app.events();
    let mut page = app.page("/settings").body;
    while !page.contains("2 files, all here") {
        events.until("@status");
        page = app.page("/settings").body;
    }
    let folder = place.path("home/.claude/projects");
    for part in [
        "Claude Code",
        folder.to_str().unwrap(),
        "for 30 days",
        "Cursor",
        "1 file, not read yet",
        "Nothing was found of Cline, Codex,",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}
