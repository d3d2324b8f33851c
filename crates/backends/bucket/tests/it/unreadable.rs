//! An entry that nobody can read any more. Who has read it goes on, and its next change lets a
//! snapshot stand for it; who has not stops until then, and goes on from the snapshot.

use driftline_core::Examine as _;
use futures_executor::block_on;

use crate::{
    common::{
        fill, objects,
        story::{ENTRIES, Story, read},
    },
    sealed::push,
};

fn damage(story: &Story, number: u64, change: fn(&mut Vec<u8>)) -> Vec<(String, Vec<u8>)> {
    let mut all = story.all.clone();
    let ends = format!("{number:020}");
    let is_it = |name: &str| name.starts_with("entry/") && name.ends_with(&ends);
    change(&mut all.iter_mut().find(|(name, _)| is_it(name)).unwrap().1);
    fill(&*story.given.store, &all);
    all
}

/// Without what devices have put down that lack something.
fn but_requests(all: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    all.into_iter().filter(|(name, _)| !name.starts_with("wanted/")).collect()
}

fn flip(bytes: &mut Vec<u8>) {
    let last = bytes.pop().unwrap();
    bytes.push(last ^ 1);
}

fn cut(bytes: &mut Vec<u8>) {
    bytes.truncate(bytes.len() / 2);
}

/// What a device that has read it says.
fn told(story: &Story, number: u64) -> Option<String> {
    let place = usize::try_from(number).unwrap();
    let all = block_on(story.devices[place].0.examine());
    let found = all.findings.into_iter().find(|it| it.what == "damage")?.found;
    Some(found.unwrap_err().to_string())
}

#[test]
fn whoever_has_read_it_goes_on_and_lets_a_snapshot_stand_for_it() {
    let changes = [flip, cut];
    for (is_sealed, change) in [true, false].into_iter().flat_map(|it| changes.map(|by| (it, by))) {
        for number in [1, 3, ENTRIES] {
            let story = Story::new(is_sealed, 1_000);
            let bad = damage(&story, number, change);
            // Who has read it comes first: nobody has asked for anything yet.
            for (has_read, device, epoch) in story.devices().collect::<Vec<_>>().into_iter().rev() {
                match has_read >= number {
                    true => assert_eq!(read(device).unwrap(), (ENTRIES, epoch.to_owned())),
                    false => {
                        let text = read(device).unwrap_err().to_string();
                        assert!(text.contains(&format!("entry {number} at")), "{text}");
                        push(device, 9, "waits").unwrap_err();
                    }
                }
            }
            assert_eq!(but_requests(objects(&*story.given.store)), bad, "who reads writes nothing");
            let said = told(&story, number).unwrap();
            assert!(said.contains(&format!("device row {number} wrote")), "{said}");

            // The next change of who noticed mends it.
            let (device, epoch) = &story.devices[usize::try_from(number).unwrap()];
            push(device, 6, "row 6").unwrap();
            assert_eq!(read(device).unwrap(), (ENTRIES + 1, epoch.clone()));
            assert_eq!(told(&story, number), None);
            for (has_read, device, epoch) in story.devices() {
                let (count, served) = read(device).unwrap();
                assert_eq!(count, ENTRIES + 1, "{is_sealed} {number}: {has_read}");
                // Who had read something, and goes on from a snapshot, offers everything again.
                assert_eq!(served == epoch, has_read >= number || number == 1);
            }
            assert_eq!(read(&story.open()).unwrap().0, ENTRIES + 1);
            push(&story.devices[0].0, 9, "waited").unwrap();
            assert!(story.devices().all(|(_, it, _)| read(it).unwrap().0 == ENTRIES + 2));
        }
    }
}

#[test]
fn a_snapshot_above_it_stands_for_it() {
    let story = Story::new(true, 4);
    damage(&story, 2, flip);
    for (number, device, _) in story.devices() {
        assert_eq!(read(device).unwrap().0, ENTRIES, "{number}");
    }
}

#[test]
fn what_is_put_right_again_needs_no_snapshot() {
    let story = Story::new(true, 1_000);
    damage(&story, ENTRIES, flip);
    let place = usize::try_from(ENTRIES).unwrap();
    read(&story.devices[place].0).unwrap();
    assert!(told(&story, ENTRIES).is_some());
    fill(&*story.given.store, &story.all);
    assert_eq!(told(&story, ENTRIES), None);
    push(&story.devices[place].0, 6, "row 6").unwrap();
    assert!(!objects(&*story.given.store).iter().any(|(name, _)| name.starts_with("snapshot/")));
    assert!(story.devices().all(|(_, it, _)| read(it).unwrap().0 == ENTRIES + 1));
}

#[test]
fn another_entry_in_its_place_is_another_history_all_the_same() {
    let story = Story::new(true, 1_000);
    let last = usize::try_from(ENTRIES).unwrap();
    let copy: Vec<_> =
        story.all.iter().filter(|(name, _)| !name.ends_with("05")).cloned().collect();
    fill(&*story.given.store, &copy);
    push(&story.devices[0].0, 9, "grown").unwrap();
    let (device, epoch) = &story.devices[last];
    let (count, served) = read(device).unwrap();
    assert!(count == ENTRIES && served != *epoch, "its own fifth row is offered again");
}
