//! The command that goes on with a session where its agent has it.

use std::collections::BTreeSet;

use driftline_transcripts::{
    back::{again, writers},
    readers,
};

use super::{plan, real, sources};

#[test]
fn it_is_known_of_agents_with_a_way_back_and_of_some_without() {
    let command = |tool: &str| {
        let again = again(tool)?;
        Some(format!("{} {}", again.program, again.arguments("4f0c").join(" ")))
    };
    for (tool, expected) in [
        ("claude-code", "claude --resume 4f0c"),
        ("copilot", "copilot --resume 4f0c"),
        ("kilo", "kilo --session 4f0c"),
        ("kimi-code", "kimi -S 4f0c"),
    ] {
        assert_eq!(command(tool).as_deref(), Some(expected));
    }
    assert_eq!(command("unheard-of"), None);
    let tools: BTreeSet<_> = readers().iter().map(|it| it.tool).collect();
    for writer in writers() {
        let again = again(writer.again.tool).unwrap();
        assert!(tools.contains(again.tool), "{} is no agent's name", again.tool);
        // They are pasted into a shell as they are.
        let is_plain = |it: &str| it.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
        assert!([again.program].iter().chain(again.words).all(|it| is_plain(it)), "{again:?}");
    }
}

#[test]
fn a_plan_ends_with_it() {
    for (tool, (store, _home)) in real() {
        let home = tempfile::tempdir().unwrap();
        let plan = plan(&sources(&store)[0], tool, home.path());
        assert_eq!(plan.resume, again(tool).unwrap().arguments(&plan.session), "{tool}");
    }
}
