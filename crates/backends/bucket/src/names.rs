//! The names of objects. Each has the epoch in it, so that a call of a former life of the bucket
//! that arrives late disturbs nothing. They are chosen so that what a device asks for, the
//! entries from its own on, the snapshots and the space, are one end of the list of all names.

use object_store::path::Path;

/// The space.
pub(crate) const SPACE: &str = "space.json";
/// What the names of all other objects begin with, in their order.
pub(crate) const KINDS: [&str; 4] = ["data", "entry", "snapshot", "wanted"];
/// How long the name of a pack is.
const PACK: usize = 32;
/// Where trials are made.
pub(crate) const TEST: &str = "test";

/// The entry of this number.
pub(crate) fn entry(epoch: &str, number: u64) -> Path {
    Path::from(format!("entry/{epoch}/{number:020}"))
}

/// The snapshot at this number.
pub(crate) fn snapshot(epoch: &str, number: u64) -> Path {
    Path::from(format!("snapshot/{epoch}/{number:020}"))
}

/// A part of a snapshot. It sorts before what is listed at each sync.
pub(crate) fn pack(epoch: &str, name: &str) -> Path {
    Path::from(format!("data/{epoch}/{name}"))
}

/// The keys before the one called `key`, sealed with it. A pack's name is of another length.
pub(crate) fn keys(epoch: &str, key: &str) -> Path {
    Path::from(format!("data/{epoch}/{key}"))
}

/// What a device puts down that cannot read this entry, and needs a snapshot above it. It is seen by
/// whoever lists at a sync.
pub(crate) fn wanted(epoch: &str, number: u64) -> Path {
    Path::from(format!("wanted/{epoch}/{number:020}"))
}

/// The name of a pack, if that is what is under this path.
pub(crate) fn is_pack(path: &Path) -> Option<&str> {
    let name = path.as_ref().rsplit('/').next()?;
    Some(name).filter(|it| it.len() == PACK)
}

/// The kind, epoch and number in a name; none if it is not one of ours.
pub(crate) fn read(path: &Path) -> Option<(&str, &str, u64)> {
    let (kind, rest) = path.as_ref().split_once('/')?;
    let (epoch, number) = rest.split_once('/')?;
    let is_number = number.len() == 20 && number.bytes().all(|it| it.is_ascii_digit());
    Some((kind, epoch, number.parse().ok().filter(|_| is_number)?))
}
