//! A list and a conversation count alike: what a person said, what counts as a message, and
//! how many sub-agents there were.

use crate::common::World;
use driftline_conversation::{At, Content, Conversations};
use proptest::prelude::*;
use serde_json::{Value, json};

fn conversations(world: &World) -> Conversations {
    Conversations::new(world.replica.clone())
}

/// What both say of a session: messages, prompts, sub-agents.
fn counts(world: &World, session: driftline_core::Id) -> [(u64, u64, u64); 2] {
    let line = world.index.session_line(session).unwrap().unwrap();
    let facts = conversations(world).of(session).unwrap().facts();
    let number = |it: usize| u64::try_from(it).unwrap();
    [
        (line.messages, line.prompts, line.agents),
        (number(facts.messages), number(facts.prompts), number(facts.agents)),
    ]
}

#[test]
fn a_prompt_is_what_a_person_said_and_no_command() {
    let world = World::new();
    let session = world.session("Parser", 1);
    world.say(session, "user", "Look at it", 2);
    world.say(session, "user", "<bash-input>echo bang</bash-input>", 3);
    world.say(session, "user", "<bash-stdout>bang</bash-stdout>", 4);
    world.say(session, "user", "<command-name>/compact</command-name>", 5);
    world.say(session, "user", "[Request interrupted by user for tool use]", 6);
    let image = json!([{"type": "image"}]);
    world.record(session, 7, &[("role", json!("user")), ("blocks", image)]);
    world.say(session, "meta", "Be brief", 8);
    world.say(session, "system", "compacted", 9);
    world.say(session, "other", "attached", 10);
    assert_eq!(counts(&world, session), [(7, 2, 0); 2]);
    let told = |minute, text: &str, prompt: bool| {
        let text = ("text", json!(text));
        world.record(session, minute, &[("role", json!("user")), text, ("prompt", json!(prompt))]);
    };
    told(11, "<bash-stdout>pasted by a person</bash-stdout>", true);
    told(12, "The program reminds of a task", false);
    assert_eq!(counts(&world, session), [(9, 3, 0); 2]);
}

#[test]
fn a_sub_agent_counts_once_and_never_stands_above_the_first_prompt() {
    let world = World::new();
    let session = world.session("Parser", 1);
    let aside = |minute, role: &str, name: &str, parent: Option<&str>, agent: &str| {
        let mut cells: Vec<(&'static str, Value)> =
            vec![("role", json!(role)), ("agent", json!(agent)), ("text", json!(name))];
        cells.push(("external_id", json!(name)));
        cells.extend(parent.map(|it| ("parent", json!(it))));
        world.record(session, minute, &cells);
    };
    // Records that follow nothing, some older than the first prompt.
    for (minute, role) in [(1, "other"), (2, "user"), (4, "other"), (7, "system")] {
        aside(minute, role, &format!("a-{minute}"), None, "a1");
    }
    aside(5, "assistant", "a-5", Some("a-2"), "a1");
    aside(6, "assistant", "a-6", Some("gone"), "a1");
    world.say(session, "user", "First prompt", 3);
    world.say(session, "assistant", "Yes", 8);
    assert_eq!(counts(&world, session), [(5, 1, 1); 2]);
    let conversations = conversations(&world);
    let conversation = conversations.of(session).unwrap();
    let (strand, items) = conversation.range(At::Start(0)).unwrap();
    let shown = conversations.window(&conversation, strand, items).unwrap();
    assert!(matches!(shown[0].content, Content::Prompt(_)), "{shown:?}");
    assert!(matches!(shown[1].content, Content::Agent(_)), "{shown:?}");
    // Where all are called alike, each that is told something is one.
    for (minute, name) in [(10, "b-1"), (12, "b-2")] {
        aside(minute, "user", name, None, "sidechain");
        aside(minute + 1, "assistant", &format!("{name}x"), Some(name), "sidechain");
    }
    assert_eq!(counts(&world, session), [(9, 1, 3); 2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_a_session_holds_both_count_alike(
        made in prop::collection::vec(
            (0usize..6, 0usize..7, prop::option::of(0usize..12), 0usize..4, 0usize..4), 0..16,
        ),
    ) {
        let world = World::new();
        let session = world.session("Parser", 1);
        let roles = ["user", "assistant", "tool", "meta", "system", "other"];
        let texts = ["Hello", "", "<bash-input>ls</bash-input>", "<bash-stdout>x</bash-stdout>",
            "<system-reminder>a</system-reminder> b", "[Request interrupted by user]", "/x"];
        for (place, (role, text, parent, agent, prompt)) in made.into_iter().enumerate() {
            let mut cells = vec![
                ("role", json!(roles[role])),
                ("external_id", json!(place.to_string())),
                ("blocks", json!([{"type": "text", "text": texts[text]}])),
                ("text", json!(texts[text])),
            ];
            cells.extend(parent.map(|it| ("parent", json!(it.to_string()))));
            cells.extend(["a1", "sidechain"].get(agent).map(|it| ("agent", json!(it))));
            cells.extend([true, false].get(prompt).map(|it| ("prompt", json!(it))));
            world.record(session, i64::try_from(place).unwrap() + 2, &cells);
        }
        let [listed, shown] = counts(&world, session);
        prop_assert_eq!(listed, shown);
    }
}
