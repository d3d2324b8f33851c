//! What holds of any conversation, however odd its messages are: nothing is lost and
//! nothing comes twice.

use std::collections::BTreeSet;

use driftline_conversation::{Content, RunStep, Shown};
use driftline_core::{Id, Timestamp, Value};
use driftline_entities::messages::Message;
use proptest::prelude::*;
use serde_json::json;

use crate::session::{Talk, call, result, text};

#[derive(Clone, Debug)]
struct Made {
    role: &'static str,
    name: Option<u8>,
    parent: Option<u8>,
    agent: Option<&'static str>,
    at: Option<i64>,
    blocks: Vec<Value>,
}

fn block() -> impl Strategy<Value = Value> {
    let id = || prop::sample::select(vec!["a", "b", "c", ""]);
    prop_oneof![
        Just(text("said")),
        Just(text("<command-name>/x</command-name>")),
        Just(json!({"type": "thinking", "text": "hm"})),
        (id(), prop::sample::select(vec!["first", "second"])).prop_map(|(id, prompt)| call(
            id,
            "Task",
            json!({ "prompt": prompt })
        )),
        Just(text("first")),
        (id(), any::<bool>()).prop_map(|(id, failed)| result(id, failed, "answer")),
        Just(json!({"type": "image", "data": "AAAA", "media_type": "image/png"})),
        Just(json!({"type": "notice", "kind": "compaction"})),
        Just(json!(7)),
    ]
}

fn made() -> impl Strategy<Value = Made> {
    let roles =
        ["user", "assistant", "assistant", "tool", "summary", "meta", "system", "other", ""];
    (
        prop::sample::select(roles.to_vec()),
        prop::option::of(0..9_u8),
        prop::option::of(0..9_u8),
        prop::sample::select(vec![None, None, Some("x"), Some("y")]),
        prop::option::of(0..6_i64),
        prop::collection::vec(block(), 0..4),
    )
        .prop_map(|(role, name, parent, agent, at, blocks)| Made {
            role,
            name,
            parent,
            agent,
            at,
            blocks,
        })
}

fn messages(shown: &[Shown]) -> impl Iterator<Item = Id> {
    shown.iter().flat_map(|it| it.messages.clone())
}

/// How many calls and how many answers are shown.
fn work(shown: &[Shown]) -> (usize, usize) {
    let steps = shown.iter().flat_map(|it| match &it.content {
        Content::Run(run) => run.steps.as_slice(),
        _ => &[],
    });
    steps.fold((0, 0), |(calls, answers), step| match step {
        RunStep::Call(call) => (calls + 1, answers + usize::from(call.answer.is_some())),
        RunStep::Aside { label, .. } => {
            (calls, answers + usize::from(label == "result without its call"))
        }
    })
}

fn strands(shown: &[Shown]) -> BTreeSet<usize> {
    let of = |it: &Shown| match &it.content {
        Content::Agent(agent) => vec![agent.strand],
        Content::Run(run) => {
            let agents = run.steps.iter().filter_map(|it| match it {
                RunStep::Call(call) => Some(call.agent.as_ref()?.strand),
                RunStep::Aside { .. } => None,
            });
            agents.collect()
        }
        _ => Vec::new(),
    };
    shown.iter().flat_map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn every_message_call_and_answer_is_shown_once(all in prop::collection::vec(made(), 0..14)) {
        let talk = Talk::new();
        let (mut ids, mut calls, mut answers) = (BTreeSet::new(), 0, 0);
        for it in &all {
            let works = matches!(it.role, "assistant" | "tool");
            let of = |kind: &str| it.blocks.iter().filter(|it| it["type"] == kind).count();
            calls += if works { of("call") } else { 0 };
            answers += if it.role == "tool" { of("result") } else { 0 };
            ids.insert(talk.put(Message {
                role: Some(it.role.into()),
                external_id: it.name.map(|it| it.to_string()),
                parent: it.parent.map(|it| it.to_string()),
                agent: it.agent.map(Into::into),
                created_at: it.at.map(Timestamp),
                blocks: Some(Value::from(it.blocks.clone())),
                ..Message::default()
            }));
        }
        let conversation = talk.conversations.of(talk.session).unwrap();
        // From the main conversation, every other one can be reached.
        let (mut open, mut seen, mut shown) = (vec![0], BTreeSet::new(), Vec::new());
        while let Some(strand) = open.pop() {
            prop_assert!(seen.insert(strand), "a strand is shown in one place");
            let of_strand = talk.all(strand);
            open.extend(strands(&of_strand));
            shown.extend(of_strand);
        }
        let listed: Vec<Id> = messages(&shown).collect();
        prop_assert_eq!(listed.len(), all.len(), "no message comes twice");
        prop_assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), ids.clone());
        let (shown_calls, shown_answers) = work(&shown);
        prop_assert_eq!(shown_calls, calls);
        prop_assert!(shown_answers >= answers, "{shown_answers} of {answers} answers");
        for id in ids {
            prop_assert!(conversation.place(id).is_some());
        }
    }
}
