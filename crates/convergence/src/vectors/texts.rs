//! Values, names and stamps that are hard to get right in another language.

use crate::dice::Dice;

/// Values as canonical JSON. Some pairs compare otherwise as values than as texts, as
/// UTF-16 than as UTF-8, or as doubles than as digits.
pub(super) const VALUES: [&str; 44] = [
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1",
    "9",
    "10",
    "0.1",
    "1e-7",
    "1e-8",
    "-2.5",
    "123456.789",
    "9007199254740991",
    "9007199254740993",
    "-9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "\"\"",
    "\" \"",
    "\"a\"",
    "\"A\"",
    "\"aa\"",
    "\"null\"",
    "\"1\"",
    "\"\\u0000\"",
    "\"\\u001f\"",
    "\"\\\"\"",
    "\"\\\\\"",
    "\"/\"",
    "\"\\n\\t\\b\\f\\r\"",
    "\"\u{7f}\"",
    "\"\u{e9}\"",
    "\"e\u{301}\"",
    "\"\u{2028}\"",
    "\"\u{e000}\"",
    "\"\u{ffff}\"",
    "\"\u{10000}\"",
    "\"\u{1f980}\"",
    "[]",
    "{}",
    "[null,true,[0.5,\"x\"]]",
    "{\"\":null,\"__proto__\":{\"a\":9007199254740993},\"\u{ffff}\":1,\"\u{10000}\":2}",
];

/// Field names as a merge may meet them; a hub refuses most.
pub(super) const NAMES: [&str; 18] = [
    "",
    " ",
    "a",
    "ab",
    "b",
    "A",
    "_id",
    "__proto__",
    "constructor",
    "deleted_at",
    "line\nbreak",
    "nul\u{0}",
    "quote\"",
    "back\\slash",
    "\u{e9}",
    "\u{e000}",
    "\u{ffff}",
    "\u{10000}",
];

/// The text of a value: mostly from the list, else a number or a text from the dice.
pub(super) fn value(dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => number(dice),
        1 => text(dice),
        2 => deep(dice),
        _ => (*dice.pick(&VALUES).unwrap_or(&"null")).to_owned(),
    }
}

/// A number, from bits.
fn number(dice: &mut Dice) -> String {
    loop {
        let float = f64::from_bits(dice.roll());
        if float.is_finite() {
            return driftline_core::value::text(&float.into());
        }
    }
}

/// A short text of characters whose order or escape is hard.
fn text(dice: &mut Dice) -> String {
    const PARTS: [&str; 12] = [
        "a",
        "\\u0000",
        "\\\"",
        "\\\\",
        "\\n",
        "\u{7f}",
        "\u{df}",
        "\u{301}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{ffee}",
        "\u{10ffff}",
    ];
    let parts: Vec<_> = (0..dice.below(5)).filter_map(|_| dice.pick(&PARTS).copied()).collect();
    format!("\"{}\"", parts.concat())
}

/// Lists in lists.
fn deep(dice: &mut Dice) -> String {
    let depth = 1 + dice.below(60);
    let core = *dice.pick(&VALUES).unwrap_or(&"null");
    format!("{}{core}{}", "[".repeat(depth), "]".repeat(depth))
}

/// A person's stamp.
pub(super) fn person(millis: u64, count: u32, node: u64) -> String {
    format!("1{millis:012x}{count:08x}{node:016x}")
}

/// A machine's stamp. `count` is completeness and the reader's version.
pub(super) fn machine(order: u64, count: u32, content: u64) -> String {
    format!("0{order:012x}{count:08x}{content:016x}")
}

/// A stamp from a few that meet often: of both classes, and different in one part only.
pub(super) fn stamp(dice: &mut Dice) -> String {
    let time = [0, 9, 10, 1_790_000_000_000, (1 << 48) - 1][dice.below(5)];
    let count = [0, 1, 15, 16, u32::MAX][dice.below(5)];
    let node = [0, 1, 0xa, u64::MAX][dice.below(4)];
    if dice.once_in(3) { machine(time, count, node) } else { person(time, count, node) }
}

/// An id from a few dice.
pub(super) fn id(dice: &mut Dice) -> String {
    let (high, low) = (dice.roll(), dice.roll());
    let time = 1_790_000_000_000 + (high >> 40);
    format!(
        "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
        time >> 16,
        time & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}
