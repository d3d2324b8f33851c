//! Another agent is told what was said, in its own form.

use driftline_messages::block::{Block, blocks};
use driftline_transcripts::back::{Lost, Source, writers};
use serde_json::json;

use super::{carry_out, import, plan, real, sources};
use crate::common::Store;

/// The texts of one side, those of the main conversation, in order.
fn texts(source: &Source, role: &str) -> Vec<String> {
    let main = source.messages.iter().map(|it| &it.1).filter(|it| it.agent.is_none());
    let of = main.filter(|it| it.role.as_deref() == Some(role));
    of.flat_map(|it| {
        let all = blocks(it.text.as_deref(), it.blocks.as_ref()).filter_map(|it| match it {
            Block::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        });
        all.collect::<Vec<_>>()
    })
    .collect()
}

/// A session without what a summary cut off, and without what programs say.
fn plain(mut source: Source) -> Source {
    source.messages.retain(|it| it.1.role.as_deref() != Some("summary"));
    source
}

fn only(store: &Store, session: &str) -> Source {
    let mut all = sources(store).into_iter();
    let found = all.find(|it| it.external_id.as_deref() == Some(session));
    found.unwrap_or_else(|| panic!("no session {session}"))
}

#[test]
fn every_agent_is_told_what_was_said_to_every_other() {
    let mut count = 0;
    for (of, (store, _home)) in real() {
        for source in sources(&store).into_iter().map(plain) {
            for to in writers().into_iter().filter(|it| it.again.tool != of) {
                let home = tempfile::tempdir().unwrap();
                let plan = plan(&source, to.again.tool, home.path());
                carry_out(&plan, to.again.tool, home.path());
                let again = import(to.again.tool, home.path());
                let again = only(&again, &plan.session);
                let case = format!("{of} to {}: {:?}", to.again.tool, source.external_id);
                let prompts: Vec<_> = texts(&source, "user");
                let told = texts(&again, "user");
                let mut at = told.iter();
                for prompt in
                    prompts.iter().filter(|it| !it.starts_with('<') && !it.starts_with("Caveat"))
                {
                    let prompt =
                        if to.again.tool == "opencode" { prompt.trim_matches('"') } else { prompt };
                    assert!(at.any(|it| it.contains(prompt)), "{case}: {prompt} of {told:?}");
                }
                let answers = texts(&again, "assistant").join("\n");
                for answer in texts(&source, "assistant") {
                    assert!(answers.contains(&answer), "{case}: {answer}");
                }
                count += 1;
            }
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn telling_twice_is_telling_once_and_more_is_another_session() {
    for (of, (store, _home)) in real() {
        for mut source in sources(&store) {
            for to in writers().into_iter().filter(|it| it.again.tool != of) {
                let home = tempfile::tempdir().unwrap();
                let first = plan(&source, to.again.tool, home.path());
                carry_out(&first, to.again.tool, home.path());
                let again = plan(&source, to.again.tool, home.path());
                assert_eq!((&again.session, &again.files), (&first.session, &first.files));
                assert!(again.import.is_none());
                source.messages.pop();
                let less = plan(&source, to.again.tool, home.path());
                assert_ne!(less.session, first.session, "{of} to {}", to.again.tool);
                if source.messages.len() < 3 {
                    break;
                }
            }
        }
    }
}

/// A session of these messages: who, and the blocks.
fn session(messages: &[(&str, serde_json::Value)]) -> Source {
    let mut lines = Vec::new();
    for (nth, (role, content)) in messages.iter().enumerate() {
        let second = u32::try_from(nth).unwrap();
        let mut record = crate::common::message(role, &format!("u-{nth}"), second, content.clone());
        if content[0]["summary"] == json!(true) {
            record["isCompactSummary"] = json!(true);
        }
        lines.push(record);
    }
    let (store, _) = crate::common::import(crate::common::lines(&lines));
    sources(&store).remove(0)
}

#[test]
fn what_is_lost_is_said_and_the_last_summary_begins() {
    let source = session(&[
        ("user", json!([{"type": "text", "text": "Long ago"}])),
        ("assistant", json!([{"type": "text", "text": "Yes."}])),
        ("user", json!([{"type": "text", "text": "In short: long ago.", "summary": true}])),
        (
            "user",
            json!([
                {"type": "text", "text": "See this"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                {"type": "image", "source": {"type": "url", "url": "https://x"}},
            ]),
        ),
        (
            "assistant",
            json!([
                {"type": "thinking", "thinking": "Hm.", "signature": "x"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "ls -l"}},
                {"type": "tool_use", "id": "w", "name": "Odd", "input": {"a": [1]}},
            ]),
        ),
        (
            "user",
            json!([
                {"type": "tool_result", "tool_use_id": "t", "content": "a.rs", "is_error": true},
            ]),
        ),
    ]);
    for to in writers().into_iter().filter(|it| it.again.tool != "claude-code") {
        let home = tempfile::tempdir().unwrap();
        let plan = plan(&source, to.again.tool, home.path());
        let lost = [Lost::Calls(2), Lost::Thoughts(1), Lost::Images(1), Lost::Summed(2)];
        assert_eq!(plan.lost, lost, "{}", to.again.tool);
        assert!(plan.lost.iter().all(|it| !it.words().is_empty()));
        carry_out(&plan, to.again.tool, home.path());
        let again = import(to.again.tool, home.path());
        let again = only(&again, &plan.session);
        let (said, answers) = (texts(&again, "user"), texts(&again, "assistant"));
        assert_eq!(
            said,
            ["Summary of the conversation so far:\n\nIn short: long ago.", "See this"]
        );
        assert_eq!(
            answers,
            [
                "I look.\n\n[Earlier tool call: Bash]\n$ ls -l\n\n[Earlier tool call: Odd]\n{\"a\":[1]}\n\n\
              [Its result, failed]\na.rs"
            ],
            "{}",
            to.again.tool
        );
        let told = again.messages.iter().map(|it| &it.1);
        let images = told.filter_map(|it| it.blocks.as_ref()).map(ToString::to_string);
        assert!(images.collect::<String>().contains("AAAA"), "{}", to.again.tool);
    }
}
