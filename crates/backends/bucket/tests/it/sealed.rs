//! What a sealed bucket tells who has no key.

use std::sync::Arc;

use driftline_bucket::Options;
use driftline_core::{
    Backend, Change, Cursor, Env, Id, PROTOCOL, Page, Pull, Push, Row, Schema, Secrets as _,
    Serial, Simulated, Stamp, Value,
};
use driftline_entities as _;
use futures_executor::block_on;

use crate::common::{Given, PLACE, objects};

pub(crate) fn env(seed: u64) -> Arc<dyn Env> {
    Arc::new(Simulated::new(seed, 1_700_000_000_000))
}

pub(crate) fn schema() -> &'static Schema {
    Schema::registered().unwrap()
}

pub(crate) fn pull(bucket: &dyn Backend) -> driftline_core::Result<Page> {
    let request =
        Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1_000, bytes: 1 << 20 };
    block_on(bucket.pull(request))
}

/// Pushes a row that says `text`.
pub(crate) fn push(bucket: &dyn Backend, serial: u64, text: &str) -> driftline_core::Result<()> {
    block_on(push_later(bucket, serial, text))
}

/// The same, as somebody does who waits for it. What the row says is its name, too.
pub(crate) async fn push_later(
    bucket: &dyn Backend,
    serial: u64,
    text: &str,
) -> driftline_core::Result<()> {
    let look = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 };
    let identity = bucket.pull(look).await?.identity;
    let number = text.bytes().fold(0, |sum: u64, it| sum * 31 + u64::from(it));
    let id = Id::new(1_700_000_000_000, [number, number]);
    let stamp = Stamp::person(1_700_000_000_000 + serial, 0, 7);
    let row = Row::from_iter([("name", stamp, Value::from(text))]);
    let change = Change { entity: "sessions".into(), id, row, birth: true, whole: true };
    let push = Push {
        protocol: PROTOCOL,
        account: identity.account,
        epoch: identity.epoch,
        device: format!("device {text}"),
        serial: Serial(serial),
        changes: vec![change],
    };
    bucket.push(push).await.map(|_| ())
}

#[test]
fn no_word_of_a_row_is_in_any_object() {
    for is_sealed in [true, false] {
        let (given, env) = (Given::in_memory(), env(1));
        given.begin(is_sealed, &env).unwrap();
        let options = Options { snapshot_every: 2, ..Options::default() };
        let bucket = given.bucket(schema(), &env, options);
        for serial in 1..6 {
            push(&bucket, serial, &format!("bergamot {serial}")).unwrap();
        }
        let all = objects(&*given.store);
        assert!(all.iter().any(|(name, _)| name.starts_with("data/")), "a snapshot was written");
        let shown = all.iter().filter(|(name, _)| !name.ends_with("space.json"));
        let plain = shown.filter(|(_, bytes)| {
            zstd::decode_all(&bytes[..])
                .is_ok_and(|it| String::from_utf8_lossy(&it).contains("bergamot"))
        });
        assert_eq!(plain.count() == 0, is_sealed);
        let has_word = |(_, bytes): &(String, Vec<u8>)| {
            let text = String::from_utf8_lossy(bytes);
            ["bergamot", "sessions", "device"].iter().any(|it| text.contains(it))
        };
        assert!(!is_sealed || !all.iter().any(has_word));
    }
}

#[test]
fn another_key_is_told_before_anything_is_written() {
    let (given, env) = (Given::in_memory(), env(2));
    given.begin(true, &env).unwrap();
    let before = objects(&*given.store);
    let other = Given::in_memory();
    other.begin(true, &env).unwrap();
    let stranger = given.elsewhere();
    let set_up = stranger.set_up(true, &env);
    assert_eq!(block_on(driftline_core::SetUp::try_out(&set_up)).unwrap().lacks, ["key"]);
    let words = other.words().unwrap();
    block_on(stranger.secrets.save(PLACE, "key", &words.clone().into())).unwrap();
    for outcome in [
        stranger.begin(true, &env),
        block_on(driftline_core::SetUp::try_out(&set_up)).map(|_| ()),
        pull(&stranger.bucket(schema(), &env, Options::default())).map(|_| ()),
    ] {
        assert!(outcome.unwrap_err().to_string().contains("another key"));
    }
    let mistyped = words.replacen(' ', " b", 1);
    block_on(stranger.secrets.save(PLACE, "key", &mistyped.into())).unwrap();
    assert!(stranger.begin(true, &env).unwrap_err().to_string().contains("18 words"));
    assert_eq!(objects(&*given.store), before);
}

#[test]
fn a_device_joins_with_the_words() {
    let (given, env) = (Given::in_memory(), env(3));
    given.begin(true, &env).unwrap();
    push(&given.bucket(schema(), &env, Options::default()), 1, "bergamot").unwrap();
    let second = given.elsewhere();
    let words = given.words().unwrap().to_uppercase().replace(' ', "-");
    block_on(second.secrets.save(PLACE, "key", &words.into())).unwrap();
    second.begin(true, &env).unwrap();
    let page = pull(&second.bucket(schema(), &env, Options::default())).unwrap();
    assert_eq!(page.changes[0].row.value("name"), Some(&Value::from("bergamot")));
}
