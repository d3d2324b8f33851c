//! The object that holds the keys before the newest one is gone, or is not what was written.

use driftline_core::SetUp as _;
use futures_executor::block_on;

use crate::{
    common::{fill, objects},
    rotation::{count, joins, keys, open, rotate, two},
    sealed::{pull, push},
};

/// What became of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    Removed,
    Emptied,
    FlippedFirst,
    FlippedLast,
    Cut,
    /// It says that another entry brought the key in.
    AnotherNumber,
    /// What is not sealed says so, which is no object of a sealed place.
    NotSealed,
}

const LOSSES: [Loss; 7] = [
    Loss::Removed,
    Loss::Emptied,
    Loss::FlippedFirst,
    Loss::FlippedLast,
    Loss::Cut,
    Loss::AnotherNumber,
    Loss::NotSealed,
];

fn lose(all: &mut Vec<(String, Vec<u8>)>, place: usize, loss: Loss) {
    let bytes = &mut all[place].1;
    let (half, end) = (bytes.len() / 2, bytes.len() - 1);
    match loss {
        Loss::Removed => drop(all.remove(place)),
        Loss::Emptied => bytes.clear(),
        Loss::FlippedFirst => bytes[0] ^= 1,
        Loss::FlippedLast => bytes[end] ^= 1,
        Loss::Cut => bytes.truncate(half),
        Loss::AnotherNumber => {
            let end = bytes.iter().position(|it| *it == b'\n').unwrap();
            let line = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let other = line.replace("\"number\":", "\"number\":1");
            assert_ne!(line, other);
            *bytes = [other.as_bytes(), &bytes[end..]].concat();
        }
        Loss::NotSealed => *bytes = zstd::encode_all(&b"{\"format\":1}\n[]"[..], 3).unwrap(),
    }
}

#[test]
fn former_keys_that_are_gone_or_damaged_are_named_and_written_again_by_who_has_one() {
    for (changes, loss) in [1, 2].into_iter().flat_map(|it| LOSSES.map(|loss| (it, loss))) {
        let (env, given, other) = two(29);
        let (one, two) = (open(&given, &env), open(&other, &env));
        push(&one, 1, "before").unwrap();
        assert_eq!(count(&two), 1);
        for _ in 0..changes {
            rotate(&one, false).unwrap();
        }
        push(&one, 2, "after").unwrap();
        let words = given.words().unwrap();
        let newest = keys(&given, "entry/").pop().unwrap();
        let mut all = objects(&*given.store);
        let place = all.iter().position(|(it, _)| it.ends_with(&newest)).unwrap();
        let (name, whole) = all[place].clone();
        lose(&mut all, place, loss);
        fill(&*given.store, &all);
        let new = joins(&given, &words);
        let tried = block_on(new.set_up(true, &env).try_out()).map(|_| ());
        let is_gone = [Loss::Removed, Loss::Emptied].contains(&loss);
        let says = if is_gone { "is gone" } else { "is damaged" };
        for outcome in [tried, pull(&open(&new, &env)).map(|_| ())] {
            let text = outcome.unwrap_err().to_string();
            assert!(text.contains(&name) && text.contains(says), "{loss:?}: {text}");
            assert!(text.contains("the words of the former key"), "{text}");
        }
        // One that was away still has the former key.
        assert_eq!(count(&two), 2, "{loss:?}");
        assert_eq!(other.words().unwrap(), words);
        assert_eq!(count(&open(&joins(&given, &words), &env)), 2, "{loss:?}: it is there again");
        let there = objects(&*given.store).into_iter().find(|(it, _)| *it == name).unwrap().1;
        assert_ne!(there, whole, "sealed anew");
    }
}

#[test]
fn former_keys_that_are_as_they_were_are_not_written_again() {
    let (env, given, other) = two(30);
    let (one, two) = (open(&given, &env), open(&other, &env));
    push(&one, 1, "before").unwrap();
    assert_eq!(count(&two), 1);
    rotate(&one, false).unwrap();
    push(&one, 2, "after").unwrap();
    let before = objects(&*given.store);
    assert_eq!(count(&two), 2);
    assert_eq!(objects(&*given.store), before);
}
