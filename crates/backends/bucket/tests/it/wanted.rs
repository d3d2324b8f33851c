//! A device that lacks an entry asks for a snapshot, and one that has read past it gives one at its
//! next sync, whether or not anything changed on it.

use driftline_core::Examine as _;
use futures_executor::block_on;

use crate::{
    common::{
        fill, objects,
        story::{ENTRIES, Story, read},
    },
    sealed::push,
};

/// The entry that is lacking.
const LACKING: u64 = 3;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Harm {
    Damaged,
    Deleted,
}

fn harmed(is_sealed: bool, harm: Harm) -> Story {
    let story = Story::new(is_sealed, 1_000);
    do_harm(&story, harm, LACKING);
    story
}

fn do_harm(story: &Story, harm: Harm, number: u64) {
    let mut all = story.all.clone();
    let ends = format!("{number:020}");
    let is_it = |name: &str| name.starts_with("entry/") && name.ends_with(&ends);
    match harm {
        Harm::Deleted => all.retain(|(name, _)| !is_it(name)),
        Harm::Damaged => {
            let (_, bytes) = all.iter_mut().find(|(name, _)| is_it(name)).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
        }
    }
    fill(&*story.given.store, &all);
}

/// How many objects there are of a kind.
fn count(story: &Story, kind: &str) -> usize {
    let all = objects(&*story.given.store);
    all.iter().filter(|(name, bytes)| name.starts_with(kind) && !bytes.is_empty()).count()
}

#[test]
fn whoever_has_read_past_it_gives_a_snapshot_to_whoever_asks() {
    for (is_sealed, harm) in [true, false]
        .into_iter()
        .flat_map(|it| [Harm::Damaged, Harm::Deleted].map(|harm| (it, harm)))
    {
        let story = harmed(is_sealed, harm);
        let device = |at: u64| &story.devices[usize::try_from(at).unwrap()].0;
        // Who has read past it notices nothing, and as long as nobody asks, does nothing.
        assert_eq!(read(device(ENTRIES)).unwrap().0, ENTRIES);
        assert_eq!((count(&story, "wanted/"), count(&story, "snapshot/")), (0, 0));
        for at in [0, 2, 0] {
            let said = read(device(at)).unwrap_err().to_string();
            assert!(said.contains("entry 3"), "{said}");
            push(device(at), 9, "waits").unwrap_err();
        }
        assert_eq!(count(&story, "wanted/"), 1, "one request is enough for all");
        // Who has not read it can give nothing; who looks only writes nothing.
        read(device(1)).unwrap_err();
        block_on(device(ENTRIES).examine());
        assert_eq!((count(&story, "wanted/"), count(&story, "snapshot/")), (1, 0));

        assert_eq!(read(device(ENTRIES)).unwrap().0, ENTRIES);
        assert_eq!((count(&story, "wanted/"), count(&story, "snapshot/")), (0, 1), "{harm:?}");
        for at in 0..=ENTRIES {
            assert_eq!(read(device(at)).unwrap().0, ENTRIES, "{is_sealed} {harm:?}: {at}");
        }
        push(device(0), 9, "waited").unwrap();
        assert_eq!(read(&story.open()).unwrap().0, ENTRIES + 1);
        assert_eq!((count(&story, "wanted/"), count(&story, "snapshot/")), (0, 1));
    }
}

#[test]
fn a_last_entry_that_is_damaged_is_stepped_off_for_whoever_asks() {
    for is_sealed in [true, false] {
        let story = Story::new(is_sealed, 1_000);
        do_harm(&story, Harm::Damaged, ENTRIES);
        let device = |at: u64| &story.devices[usize::try_from(at).unwrap()].0;
        // Nobody asks, so nothing is written.
        assert_eq!(read(device(ENTRIES)).unwrap().0, ENTRIES);
        assert_eq!((count(&story, "entry/"), count(&story, "snapshot/")), (5, 0));
        read(device(4)).unwrap_err();
        for _ in 0..2 {
            assert_eq!(read(device(ENTRIES)).unwrap().0, ENTRIES);
            assert_eq!((count(&story, "entry/"), count(&story, "snapshot/")), (6, 1));
        }
        assert_eq!(count(&story, "wanted/"), 0);
        for at in 0..=ENTRIES {
            assert_eq!(read(device(at)).unwrap().0, ENTRIES, "{is_sealed}: {at}");
        }
        push(device(0), 9, "goes on").unwrap();
        assert_eq!(read(&story.open()).unwrap().0, ENTRIES + 1);
        assert_eq!(read(device(ENTRIES)).unwrap().0, ENTRIES + 1);
    }
}

#[test]
fn looking_a_bucket_over_asks_for_nothing() {
    let story = harmed(true, Harm::Damaged);
    let looked = block_on(story.devices[0].0.examine());
    assert!(looked.findings.iter().any(|it| it.found.is_err()));
    assert_eq!(count(&story, "wanted/"), 0);
}

#[test]
fn what_others_put_down_moves_nobody() {
    for is_sealed in [true, false] {
        let (story, other) = (Story::new(is_sealed, 1_000), harmed(is_sealed, Harm::Damaged));
        read(&other.devices[0].0).unwrap_err();
        let requests = objects(&*other.given.store);
        let (name, request) =
            requests.iter().find(|(name, _)| name.starts_with("wanted/")).unwrap();
        let (folder, _) = name.rsplit_once('/').unwrap();
        // A request for another entry, no request at all, and one that was taken away.
        for bytes in [request.clone(), b"give me a snapshot".to_vec(), Vec::new()] {
            story.given.put(&format!("{folder}/{:020}", LACKING - 1), bytes);
            assert_eq!(read(&story.devices[4].0).unwrap().0, ENTRIES);
            assert_eq!(count(&story, "snapshot/"), 0, "{is_sealed}");
        }
    }
}

#[test]
fn a_request_that_came_too_late_is_taken_away() {
    let story = harmed(true, Harm::Deleted);
    let device = |at: u64| &story.devices[usize::try_from(at).unwrap()].0;
    read(device(0)).unwrap_err();
    let asked = objects(&*story.given.store);
    let (name, request) = asked.iter().find(|(name, _)| name.starts_with("wanted/")).unwrap();
    read(device(ENTRIES)).unwrap();
    let given = objects(&*story.given.store);
    story.given.put(name, request.clone());
    read(device(4)).unwrap();
    assert_eq!(objects(&*story.given.store), given, "the snapshot that is there stands for it");
}

#[test]
fn nobody_gives_what_nobody_has_read() {
    let story = Story::new(true, 1_000);
    do_harm(&story, Harm::Damaged, ENTRIES);
    read(&story.devices[4].0).unwrap_err();
    let request = objects(&*story.given.store).pop().unwrap();
    assert!(request.0.starts_with("wanted/"), "{}", request.0);
    // Somebody takes the damaged entry away: now the log ends before it.
    do_harm(&story, Harm::Deleted, ENTRIES);
    story.given.put(&request.0, request.1);
    assert_eq!(read(&story.devices[4].0).unwrap().0, ENTRIES - 1);
    assert_eq!((count(&story, "wanted/"), count(&story, "snapshot/")), (1, 0));
}
