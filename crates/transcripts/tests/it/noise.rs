//! What Claude Code keeps for itself among its records, and what a person said.
#![allow(clippy::unwrap_used)]

use crate::common::{SESSION, import, lines, user};
use driftline_core::Value;
use serde_json::json;

/// A record of the program's own, in the shapes that today's version writes.
fn own(kind: &str, more: &Value) -> Value {
    let mut record = json!({"type": kind, "sessionId": SESSION});
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record
}

fn attachment(number: usize, kind: &str) -> Value {
    own(
        "attachment",
        &json!({
            "attachment": {"type": kind, "content": "for the model"}, "parentUuid": "u-1",
            "uuid": format!("a-{number}"), "timestamp": "2026-01-01T00:00:02Z",
        }),
    )
}

#[test]
fn bookkeeping_is_no_message_whatever_it_looks_like() {
    let turn = json!({"role": "user", "content": "Fix the parser"});
    let records = [
        own(
            "api-request",
            &json!({"id": "r", "shapeHash": "h", "tail": [], "timestamp": "2026-01-01T00:00:01Z"}),
        ),
        own("api-request-shape", &json!({"shape": {"system": "be good"}})),
        own("api-request-blob", &json!({"hash": "h", "message": turn})),
        own("atis-latch", &json!({"value": true})),
        own("tools-used", &json!({"tools": ["Read"]})),
        own("cost-state", &json!({"totalCostUSD": 0.5})),
    ];
    let attached = [
        "prompt_snapshot",
        "skill_listing",
        "agent_listing_delta",
        "deferred_tools_delta",
        "total_tokens_reminder",
        "task_reminder",
        "remote_session_change",
        "environment",
        "model",
        "date",
        "session_context",
    ];
    let attached = attached.iter().enumerate().map(|(number, kind)| attachment(number, kind));
    let mut all: Vec<_> = records.into_iter().chain(attached).collect();
    let left_out = all.len();
    all.push(user("u-1", 1, "Fix the parser"));
    all.push(attachment(99, "queued_command"));
    all.push(attachment(98, "file"));
    let (store, report) = import(lines(&all));
    assert_eq!(store.all("messages").len(), 3);
    assert_eq!(report.totals.left_out.values().sum::<u64>(), left_out as u64);
    assert_eq!(report.totals.records, [("attachment".to_owned(), 2)].into());
    assert_eq!(report.totals.messages, 1);
}

#[test]
fn what_the_agent_says_of_a_prompt_is_kept() {
    let sourced = |uuid: &str, source: &str| {
        let mut record = user(uuid, 1, "<bash-stdout>as I typed it</bash-stdout>");
        record["promptSource"] = json!(source);
        record
    };
    let mut meta = sourced("u-5", "typed");
    meta["isMeta"] = json!(true);
    let all = [
        sourced("u-1", "typed"),
        sourced("u-2", "sdk"),
        sourced("u-3", "queued"),
        sourced("u-4", "system"),
        meta,
        user("u-6", 1, "older"),
    ];
    let (store, _) = import(lines(&all));
    let prompt = |uuid| store.message(uuid).value("prompt").cloned();
    for uuid in ["u-1", "u-2", "u-3"] {
        assert_eq!(prompt(uuid), Some(json!(true)), "{uuid}");
    }
    for uuid in ["u-4", "u-5"] {
        assert_eq!(prompt(uuid), Some(json!(false)), "{uuid}");
    }
    assert_eq!(prompt("u-6"), None);
}
