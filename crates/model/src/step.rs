//! What can happen.

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A device lists, reads, prepares an entry, looks for it or checks it.
    Go(usize),
    /// A creation is answered.
    Create(usize),
    /// A creation takes effect, and nobody hears of it.
    CreateUnheard(usize),
    /// A creation fails for its device, and may take effect later.
    CreateLate(usize),
    /// A creation from before takes effect.
    Late(usize),
    /// A device stops in the middle.
    Stop(usize),
    /// A device writes a snapshot.
    Snapshot(usize),
    /// The oldest entry below the snapshot is overwritten by empty.
    Overwrite,
    /// The oldest entry below the snapshot is removed.
    Remove,
    /// The bucket is wiped.
    Wipe,
    /// A person has an empty bucket filled again by a device.
    Refill(usize),
    /// A device finds another space of its person.
    Join(usize),
    /// A copy of the bucket is made.
    Copy,
    /// The bucket is put back to the copy.
    PutBack,
    /// Somebody deletes an entry.
    Delete(usize),
    /// An entry is damaged.
    Damage(usize),
    /// A person puts back what was deleted.
    Restore,
    /// A person deletes what is behind a hole.
    Clear,
    /// A device changes the key; whoever has the one before finds the new one in the entry, or
    /// does not.
    Rotate(usize, bool),
    /// A person gives a device the words of the key.
    Unlock(usize),
    /// Somebody who has only the first key appends.
    Forge,
}
