//! The hybrid logical clock of a device. It moves forward with what it writes and
//! with what the hub sends, but never because some other device's clock is wrong.
//!
//! Two stamps are kept in the store, in the same transaction as the rows they belong
//! to: `seen`, the greatest that the hub sent or acknowledged, never goes back;
//! `mine` is the greatest that this device wrote.

use crate::{
    Env, Millis, Result, Stamp,
    store::{ReadMeta, WriteMeta},
};

/// How far ahead of a clock a stamp may be before it is taken for a mistake.
pub const DRIFT: Millis = 5 * 60 * 1000;

/// Wall and monotonic time agree while they differ by no more than this.
const JITTER: i64 = 2_000;

pub(crate) const MINE: &str = "clock.mine";
pub(crate) const SEEN: &str = "clock.seen";

/// When and as whom something is written.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Corrected time in milliseconds since 1970.
    pub now: Millis,
    /// Half names the device, half was drawn when it was opened, so that a copied
    /// database never repeats a stamp.
    pub node: u64,
}

impl Moment {
    /// Whether `stamp` is too far ahead to be believed.
    pub fn is_ahead(&self, stamp: Stamp) -> bool {
        stamp.is_person() && stamp.millis() > self.now + DRIFT
    }
}

/// The next stamp: greater than all that this device wrote or was sent.
pub(crate) fn tick(tx: &mut dyn WriteMeta, moment: &Moment) -> Result<Stamp> {
    let next = after(last(tx)?, moment);
    set_mine(tx, next)?;
    Ok(next)
}

/// The greatest stamp that this device wrote or was sent.
pub(crate) fn last(tx: &dyn ReadMeta) -> Result<Option<Stamp>> {
    Ok(stored(tx, MINE)?.max(stored(tx, SEEN)?))
}

/// Gives no stamp up to `last` any more.
pub(crate) fn go_on_after(tx: &mut dyn WriteMeta, last: Option<Stamp>) -> Result<()> {
    match last {
        Some(last) if Some(last) > stored(tx, MINE)? => set_mine(tx, last),
        _ => Ok(()),
    }
}

/// The first stamp of `moment` above `last`.
pub(crate) fn after(last: Option<Stamp>, moment: &Moment) -> Stamp {
    match last {
        Some(last) if last.millis() >= moment.now => last.next(moment.node),
        _ => Stamp::person(moment.now, 0, moment.node),
    }
}

/// Notes a stamp that the hub sent or acknowledged, unless it is too far ahead.
pub(crate) fn observe(tx: &mut dyn WriteMeta, stamp: Option<Stamp>) -> Result<()> {
    if stamp > seen(tx)? {
        tx.set_meta(SEEN, stamp.map(|it| it.to_string()).as_deref())?;
    }
    Ok(())
}

pub(crate) fn seen(tx: &dyn ReadMeta) -> Result<Option<Stamp>> {
    stored(tx, SEEN)
}

/// Sets the clock to the greatest stamp that this device wrote.
pub(crate) fn set_mine(tx: &mut dyn WriteMeta, stamp: Stamp) -> Result<()> {
    tx.set_meta(MINE, Some(&stamp.to_string()))
}

fn stored(tx: &dyn ReadMeta, key: &str) -> Result<Option<Stamp>> {
    tx.meta(key)?.map(|it| it.parse()).transpose()
}

/// How far this machine's wall clock is off, as last measured against a hub's.
#[derive(Clone, Copy, Debug)]
pub struct Correction {
    offset: i64,
    wall: Millis,
    monotonic: Millis,
}

impl Correction {
    /// Measures against `theirs`, which the hub read about when this is called.
    pub fn measure(env: &dyn Env, theirs: Millis) -> Self {
        let wall = env.wall();
        Self { offset: difference(theirs, wall), wall, monotonic: env.monotonic() }
    }

    /// The corrected time. The measurement counts while wall and monotonic time agree:
    /// once somebody has set the clock, it says nothing any more.
    pub fn now(correction: Option<Self>, env: &dyn Env) -> Millis {
        let wall = env.wall();
        let Some(it) = correction else { return wall };
        let drift = difference(wall, it.wall) - difference(env.monotonic(), it.monotonic);
        if drift.abs() > JITTER { wall } else { wall.saturating_add_signed(it.offset) }
    }
}

fn difference(one: Millis, other: Millis) -> i64 {
    let wide = i128::from(one) - i128::from(other);
    i64::try_from(wide).unwrap_or(if wide < 0 { i64::MIN / 4 } else { i64::MAX / 4 })
}
