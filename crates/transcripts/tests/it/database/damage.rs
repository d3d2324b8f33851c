//! Databases that are damaged or hostile, or another program's.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use super::{database, import, wrong};
use crate::agents::opencode;

#[test]
fn what_is_no_database_of_the_agent_says_so() {
    let home = opencode::opencode();
    let path = database(home.path()).path;
    let whole = fs::read(&path).unwrap();
    fs::write(&path, "{\"not\": \"a database\"}\n".repeat(1000)).unwrap();
    assert!(wrong(home.path()).contains("not a database"), "{}", wrong(home.path()));
    fs::write(&path, &whole[..whole.len() / 3]).unwrap();
    assert!(wrong(home.path()).contains("malformed"), "{}", wrong(home.path()));
    let others = [
        "",
        "CREATE TABLE cookies (id)",
        // Views of these names would be asked for ever.
        "CREATE TABLE session (id, parent_id, time_updated); CREATE TABLE part (id); CREATE VIEW \
         message AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS \
         id, i AS session_id, i AS time_updated FROM n",
    ];
    for other in others {
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        Connection::open(&path).unwrap().execute_batch(other).unwrap();
        assert!(wrong(home.path()).contains("no table `"), "{}", wrong(home.path()));
    }
}

#[test]
fn damage_anywhere_is_no_panic() {
    let home = opencode::opencode();
    let path = database(home.path()).path;
    let whole = fs::read(&path).unwrap();
    let mut read = 0;
    for at in (0..whole.len()).step_by(whole.len() / 150) {
        let mut bytes = whole.clone();
        let end = (at + 40).min(bytes.len());
        bytes[at..end].fill(0xff);
        fs::write(&path, bytes).unwrap();
        read += usize::from(import(home.path()).is_ok());
    }
    assert!(read > 50, "most damage costs a session or less: {read}");
}

#[test]
fn odd_rows_cost_themselves() {
    let home = opencode::opencode();
    let agent = opencode::database(home.path());
    let whole = import(home.path()).unwrap().all("messages").len();
    agent
        .execute_batch(
            "UPDATE part SET data = '{' WHERE id = 'prt_225f8a3320012ooPGlolXBZoQX';
             UPDATE part SET data = x'ff00' WHERE id = 'prt_225f9f17b001mUXYesmiiLBmCD';
             UPDATE part SET data = 7 WHERE id = 'prt_225f907a7001GHjZQxoSYigya5';
             UPDATE part SET time_updated = 'soon', time_created = x'00';
             UPDATE message SET data = '[]', time_created = -1e300
                 WHERE id = 'msg_225f8ba3c0011RKJOLimeuSnpp';
             UPDATE session SET title = 9, directory = '' WHERE parent_id IS NULL;
             UPDATE session SET parent_id = id WHERE id = 'ses_dda05aa8effeuIgqIjIneK7Du4';
             INSERT INTO session SELECT 'ring1', '', 'ring2', '', '', '', '', '', '', 0, 0;
             INSERT INTO session SELECT 'ring2', '', 'ring1', '', '', '', '', '', '', 0, 0;",
        )
        .unwrap();
    let deep = format!("{{\"type\":\"x\",\"y\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let many = format!("{{\"type\":\"x\",\"y\":[{}1]}}", "1,".repeat(200_000));
    let long = format!("{{\"type\":\"text\",\"text\":\"{}\"}}", "x".repeat(33 << 20));
    let lone = r#"{"type":"text","text":"\ud83d lone"}"#.to_owned();
    for (at, data) in [deep, many, long, lone].iter().enumerate() {
        let part = "INSERT INTO part VALUES (?1, 'msg_225f9f026001SrE0OJwkUycQA6', 's', 1, 1, ?2)";
        agent.execute(part, [&format!("prt_z{at}"), data]).unwrap();
    }
    let store = import(home.path()).unwrap();
    assert_eq!(store.all("messages").len(), whole);
    let odd = store.message("msg_225f9f026001SrE0OJwkUycQA6");
    assert_eq!(odd.value("text"), Some(&json!("\u{fffd} lone")));
    let blocks = odd.value("blocks").unwrap().as_array().unwrap();
    let long = blocks.iter().filter(|it| it["kind"] == "too_long").count();
    assert_eq!((blocks.len(), long), (5, 2), "broken, deep, many, long, lone");
}
