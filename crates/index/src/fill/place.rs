//! Places: rows in the order of their times, a number each.

/// How many bits of a place tell rows of one millisecond apart.
pub(super) const BITS: u32 = 20;
/// The greatest time that leaves room for them.
pub(super) const LATEST: i64 = i64::MAX >> BITS;

/// The first place of rows of this time.
pub(crate) fn place(time: i64) -> i64 {
    time.clamp(0, LATEST) << BITS
}

/// The time of the row at this place.
pub(crate) fn time_of(place: i64) -> i64 {
    place >> BITS
}
