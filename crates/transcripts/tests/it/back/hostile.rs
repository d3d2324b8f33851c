//! What a session says is data: it names no place outside of the agent's store.

use std::path::Component;

use driftline_transcripts::back::{Source, Target, writers};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::{real, sources};

/// The shortest session of each agent.
fn all() -> Vec<Source> {
    let shortest = |store| sources(store).into_iter().min_by_key(|it| it.messages.len());
    real().values().filter_map(|it| shortest(&it.0)).collect()
}

fn check(source: &Source, folder: &str) -> Result<(), TestCaseError> {
    let home = tempfile::tempdir().unwrap();
    for writer in writers() {
        let store = (writer.store)(home.path());
        let target = Target { store: &store, folder, branch: None, now: 1 };
        let plan = (writer.plan)(source, &target).unwrap();
        for file in &plan.files {
            let plain = |it: Component<'_>| matches!(it, Component::Normal(_));
            prop_assert!(file.path.components().all(plain), "{:?}", file.path);
            prop_assert!(!file.path.to_string_lossy().contains('\0'), "{:?}", file.path);
            let one_line = |it: &&driftline_transcripts::back::Line| !it.text.contains('\n');
            prop_assert!(file.lines.iter().all(|it| one_line(&it)));
        }
        let word =
            |it: &String| it.chars().all(|it| it.is_ascii_alphanumeric() || "-_".contains(it));
        prop_assert!(plan.resume.iter().all(word), "{:?}", plan.resume);
        prop_assert!(plan.resume.last() == Some(&plan.session));
        prop_assert!(!plan.session.starts_with('-'));
    }
    Ok(())
}

#[test]
fn names_that_lead_elsewhere_are_not_used() {
    let names = [
        "..", "../../x", "/etc/x", "a/b", "a\\b", "a\0b", "", "-rf", "a b", "$(x)", "é", "C:x",
        "x\ny",
    ];
    for source in all() {
        for name in names {
            let mut source = source.clone();
            source.external_id = Some(name.into());
            for (_, message) in &mut source.messages {
                if message.agent.is_some() {
                    message.agent = Some(name.into());
                }
            }
            check(&source, "/home/ada/x").unwrap();
        }
    }
}

#[test]
fn a_record_that_is_no_line_is_not_written() {
    for source in all() {
        for raw in ["{}\n{}", "[1]", "{", "x\r{}"] {
            let mut source = source.clone();
            source.messages.iter_mut().for_each(|it| it.1.raw = Some(raw.into()));
            check(&source, "/home/ada/x").unwrap();
        }
    }
}

#[test]
fn whatever_the_names_are() {
    let all = all();
    let strategy = (any::<String>(), "[/a-c.\\\\: é-]{1,12}", 0..all.len());
    let mut runner = TestRunner::new(Config::with_cases(64));
    let ran = runner.run(&strategy, |(name, folder, nth)| {
        let mut source = all[nth].clone();
        source.external_id = Some(name.clone());
        for (_, message) in &mut source.messages {
            message.agent = message.agent.take().map(|_| name.clone());
        }
        check(&source, &folder)
    });
    ran.unwrap();
}
