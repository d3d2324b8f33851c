//! Other users of the machine, and what they leave for the program to find.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::common::{
    Place,
    app::{self, App},
    cloud,
};
use driftline_deployment::{Visitor, browse};
use driftline_testing::until;
use reqwest::Url;
use serde_json::json;

/// Nobody's number.
const OTHER: u32 = 65_534;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn is_root(place: &Place) -> bool {
    fs::metadata(place.path("home")).unwrap().uid() == 0
}

/// A browser that does nothing but stay until it is told to go.
struct Browser {
    folder: PathBuf,
}

impl Browser {
    fn new(place: &Place) -> Self {
        let folder = place.path("browser");
        fs::create_dir(&folder).unwrap();
        let go = folder.join("go");
        assert!(Command::new("mkfifo").arg(&go).status().unwrap().success());
        let script = folder.join("xdg-open");
        fs::write(&script, format!("#!/bin/sh\nread go < {}\n", go.display())).unwrap();
        set_mode(&script, 0o700);
        Self { folder }
    }

    fn on(&self, mut command: Command) -> Command {
        command.env("PATH", format!("{}:/usr/bin:/bin", self.folder.display()));
        command
    }

    /// What every process of the machine is called with, and its environment, at a moment
    /// at which the browser runs; and the page that it was handed. This user sees at least
    /// what any other one sees, root excepted.
    fn watched(&self) -> (Vec<Vec<u8>>, PathBuf) {
        let script = self.folder.join("xdg-open");
        loop {
            let mut all = Vec::new();
            let mut page = None;
            for entry in fs::read_dir("/proc").unwrap().flatten() {
                let called = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let words: Vec<_> =
                    called.split(|it| *it == 0).map(String::from_utf8_lossy).collect();
                if let Some(at) = words.iter().position(|it| **it == *script.to_string_lossy()) {
                    page = words.get(at + 1).map(|it| PathBuf::from(&**it));
                }
                all.push(called);
                all.push(fs::read(entry.path().join("environ")).unwrap_or_default());
            }
            if let Some(page) = page {
                return (all, page);
            }
        }
    }

    fn go(&self) {
        fs::write(self.folder.join("go"), "\n").unwrap();
    }
}

fn holds(all: &[Vec<u8>], secret: &str) -> bool {
    all.iter().any(|it| it.windows(secret.len()).any(|it| it == secret.as_bytes()))
}

/// The page that the browser is handed: its owner's alone, and it leads to `to`.
fn leads(page: &Path, to: &str) {
    assert_eq!(mode(page), 0o600, "{}", page.display());
    let text = fs::read_to_string(page).unwrap();
    assert!(text.contains(&to.replace('&', "&amp;")), "{to}: {text}");
}

fn pages_of(profile: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(profile).unwrap().map(|it| it.unwrap().path());
    all.filter(|it| it.extension().is_some_and(|it| it == "html")).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn no_code_is_in_what_programs_are_called_with() {
    let place = Place::new();
    let browser = Browser::new(&place);
    for round in 0..3 {
        let mut command = browser.on(place.command("A", &["open", "--json"]));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let link = app::link(&mut BufReader::new(child.stdout.take().unwrap()));
        let (address, code) = app::parts(&link);
        let (seen, page) = browser.watched();
        assert!(!holds(&seen, &code), "round {round}");
        leads(&page, &link);
        browser.go();
        // A later start is handed a page of its own.
        let mut again = browser.on(place.command("A", &["open", "--json"]));
        let output = again.stderr(Stdio::null()).output().unwrap();
        let other = app::link(&mut BufReader::new(&output.stdout[..]));
        let (seen, later) = browser.watched();
        assert!(!holds(&seen, &app::parts(&other).1), "round {round}");
        leads(&later, &other);
        browser.go();
        let app = App::of(child, address, &code);
        until("the end of the page", || (!page.exists()).then_some(()));
        assert!(later.exists(), "its code was not used yet");
        assert_eq!(app.interrupt(), Some(0));
        assert!(pages_of(&place.path("A")).is_empty(), "round {round}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_sign_in_is_in_what_programs_are_called_with() {
    let (place, deployment) = (Place::new(), cloud::deployment().await);
    let browser = Browser::new(&place);
    cloud::join(&place, "A", &deployment);
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    for round in 0..3 {
        let words = ["sign-in", "github", "--token-file", "--yes"];
        let mut command = browser.on(place.command("A", &words));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said = lines.find(|it| it.as_ref().unwrap().trim().starts_with("http"));
        let to = said.unwrap().unwrap().trim().to_owned();
        let (seen, page) = browser.watched();
        let url = Url::parse(&to).unwrap();
        for (name, value) in url.query_pairs() {
            // How long words are that only this sign-in has.
            let secret = value.rsplit("state=").next().unwrap().split('#').next().unwrap();
            assert!(secret.len() < 16 || !holds(&seen, secret), "round {round}: {name}");
        }
        leads(&page, &to);
        browser.go();
        // It is asked which device that is, and says yes.
        let asked = browse(url.as_str()).await.unwrap();
        let yes = asked.split("id=\"go\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let told = browse(&yes.replace("&#38;", "&")).await.unwrap();
        assert!(told.contains("<title>Back to Driftline"), "{told}");
        let rest: Vec<_> = lines.map(Result::unwrap).collect();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{rest:?}");
        assert!(pages_of(&place.path("A")).is_empty(), "round {round}");
    }
}

#[test]
fn a_code_that_comes_again_is_said_aloud() {
    let place = Place::new();
    let mut command = place.command("A", &["open", "--no-browser"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
    let link = printed.find(|it| it.as_ref().unwrap().trim().starts_with("http"));
    let (address, code) = app::parts(link.unwrap().unwrap().trim());
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let app = App::of(child, address, &code);
    assert_eq!(app.trade(&code).status, 401);
    let told = said.find(|it| it.as_ref().unwrap().contains("let a browser in before"));
    assert!(told.is_some());
}

/// Asks the app as the user of this number, and returns what comes back.
fn ask_as(user: Option<u32>, app: &App, code: &str) -> String {
    let (address, body) = (app.address, format!("code={code}"));
    let request = format!(
        "POST /key HTTP/1.1\\r\\nHost: {address}\\r\\nOrigin: http://{address}\\r\\n\
         Connection: close\\r\\nContent-Length: {}\\r\\n\\r\\n{body}",
        body.len()
    );
    let script = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{} && printf '{request}' >&3 && cat <&3",
        address.port()
    );
    let mut command = match user {
        Some(user) => {
            let mut command = Command::new("setpriv");
            let (user, group) = (format!("--reuid={user}"), format!("--regid={user}"));
            command.args([&user, &group, "--clear-groups", "bash"]);
            command
        }
        None => Command::new("bash"),
    };
    let output = command.current_dir("/").args(["-c", &script]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn other_users_are_not_answered() {
    let place = Place::new();
    let app = place.app("A");
    let code = || {
        let output = place.command("A", &["open", "--no-browser", "--json"]).output().unwrap();
        app::parts(&app::link(&mut BufReader::new(&output.stdout[..]))).1
    };
    assert!(ask_as(None, &app, &code()).contains(&app.key));
    // Only root can be somebody else; others would be refused by the system.
    if is_root(&place) {
        let code = code();
        assert_eq!(ask_as(Some(OTHER), &app, &code), "");
        assert_eq!(app.trade(&code).body, app.key, "it was not used");
    }
}

/// Every file and folder in `folder` that others than its owner can do anything with.
fn open_to_others(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = vec![(folder.to_owned(), mode(folder))];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(open_to_others(&path));
        } else {
            found.push((path.clone(), mode(&path)));
        }
    }
    found.retain(|(_, mode)| mode & 0o077 != 0);
    found
}

#[test]
fn everything_in_a_profile_is_its_owners_alone_whatever_the_mask() {
    let mut place = Place::new();
    place.trace();
    place.transcripts(1, 4);
    let masked = |words: &[&str]| {
        let plain = place.command("A", words);
        let mut command = Command::new("sh");
        command.args(["-c", "umask 0; exec \"$0\" \"$@\""]).arg(plain.get_program());
        command.args(plain.get_args()).current_dir(plain.get_current_dir().unwrap());
        command.env_clear().envs(plain.get_envs().filter_map(|(name, it)| Some((name, it?))));
        command.stdin(Stdio::null());
        command
    };
    let run = |words: &[&str]| {
        let output = masked(words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {output:?}");
    };
    let set = ["config", "set", "remote.backend", "sqlite", "remote.path", "shared.db"];
    for words in [&set[..], &["import", "--from", "home"], &["backup"], &["sync"], &["sessions"]] {
        run(words);
    }
    let session = place.json("A", &["sessions"])[0]["id"].as_str().unwrap().to_owned();
    run(&["export", &session, "--output", "A/session.md"]);
    let app = App::start(masked(&["open", "--no-browser", "--json"]));
    assert_eq!(app.act("/export", "").0, 200);
    assert_eq!(app.act("/backup", "").0, 200);
    let open = open_to_others(&place.path("A"));
    assert!(open.is_empty(), "{open:?}");
    assert_eq!(mode(&place.path("shared.db")), 0o600);
}

#[test]
fn what_others_can_read_is_closed_and_what_they_can_write_is_refused() {
    let place = Place::new();
    place.share("A");
    let (profile, config) = (place.path("A"), place.path("A/driftline.toml"));
    place.ok("A", &["add", "inbox", "title=x"]);
    place.ok("A", &["sync"]);
    let hub = place.path("shared.db");
    for path in [&profile, &place.path("A/sync.lock"), &hub, &place.path("A/driftline.db")] {
        set_mode(path, if path.is_dir() { 0o755 } else { 0o644 });
    }
    place.ok("A", &["sync"]);
    place.ok("A", &["list", "inbox"]);
    let open = open_to_others(&profile);
    assert!(open.is_empty(), "{open:?}");
    for (path, open, closed) in
        [(&profile, 0o777, 0o700), (&config, 0o666, 0o600), (&hub, 0o622, 0o600)]
    {
        set_mode(path, open);
        let (code, error) = place.fails("A", &["sync"]);
        let mend = format!("chmod go-w {}", path.display());
        assert!(code != 0 && error.contains("can be written by other users"), "{error}");
        assert!(error.contains(&mend), "{mend}: {error}");
        set_mode(path, closed);
        place.ok("A", &["sync"]);
    }
    if is_root(&place) {
        for path in [&profile, &config, &hub] {
            chown(path, Some(OTHER), None).unwrap();
            let (_, error) = place.fails("A", &["sync"]);
            assert!(error.contains("belongs to another user"), "{error}");
            assert!(error.contains(&format!("sudo chown -R 0 {}", path.display())), "{error}");
            chown(path, Some(0), None).unwrap();
        }
    }
}

#[test]
fn links_in_a_profile_are_not_followed() {
    // The app ends where another program has its port.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for name in ["driftline.log", "driftline.db", "sync.lock", "app.lock"] {
        let mut place = Place::new();
        place.trace();
        fs::create_dir(place.path("A")).unwrap();
        set_mode(&place.path("A"), 0o700);
        let theirs = place.path("theirs");
        fs::write(&theirs, "kept").unwrap();
        symlink(&theirs, place.path("A").join(name)).unwrap();
        let ran = place.run("A", &["open", "--no-browser", "--port", &port]);
        assert_ne!(ran.code, 0, "{name}: {ran:?}");
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "kept", "{name}");
        assert!(place.path("A").join(name).is_symlink(), "{name}");
    }
}

#[test]
fn an_address_that_a_crash_left_leads_nobody_to_a_stranger() {
    let place = Place::new();
    place.ok("A", &["status"]);
    let browser = Browser::new(&place);
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    let left = json!({ "address": stranger.local_addr().unwrap(), "secret": "old" });
    fs::write(place.path("A/app.json"), left.to_string()).unwrap();
    let lock = File::create(place.path("A/app.lock")).unwrap();
    lock.try_lock().unwrap();
    let answers = std::thread::spawn(move || {
        let (mut stream, _) = stranger.accept().unwrap();
        let mut head = String::new();
        while !head.ends_with("path=%2F") {
            let mut bytes = [0; 1024];
            let count = stream.read(&mut bytes).unwrap();
            assert_ne!(count, 0, "{head}");
            head.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        let to = "https://evil.example/phish?x=1";
        let length = to.len();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{to}").unwrap();
    });
    let output = browser.on(place.command("A", &["open"])).output().unwrap();
    answers.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{output:?}");
    assert!(said.contains("is not the app of this profile"), "{said}");
    assert!(!said.contains("evil.example") && output.stdout.is_empty(), "{output:?}");
}
