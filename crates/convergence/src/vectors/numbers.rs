//! Numbers and their texts: those that programs are known to write in several ways, and
//! doubles from the dice.

use std::collections::BTreeSet;

use super::{cells::hex, format::NumberCase};
use crate::dice::Dice;

/// How many doubles come from the dice.
const DRAWN: usize = 1_000;

/// The one text of a number each.
const TEXTS: [&str; 44] = [
    "0",
    "1",
    "-1",
    "2",
    "10",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740993",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709552000",
    "-9223372036854778000",
    "100000000000000000000",
    "-100000000000000000000",
    "123456789012345680000",
    "999999999999999900000",
    "1e+21",
    "-1e+21",
    "1.2345e+21",
    "1e+300",
    "1.7976931348623157e+308",
    "-1.7976931348623157e+308",
    "0.1",
    "0.5",
    "-2.5",
    "1.5",
    "123456.789",
    "4503599627370495.5",
    "0.001",
    "0.000001",
    "0.0000015",
    "-0.000001",
    "1e-7",
    "1.5e-7",
    "1e-8",
    "2.2250738585072014e-308",
    "5e-324",
    "-5e-324",
    "0.30000000000000004",
    "5e-7",
];

/// Texts that are not the one text of a number.
const REFUSED: [&str; 52] = [
    "-0",
    "-0.0",
    "0.0",
    "2.0",
    "2.50",
    "1.0",
    "01",
    "-01",
    "00",
    "+1",
    ".5",
    "5.",
    "1e2",
    "1E2",
    "1e+2",
    "1E5",
    "1e20",
    "1e+20",
    "1e21",
    "1e300",
    "1E+300",
    "1.0e+300",
    "1e308",
    "1e400",
    "-1e400",
    "1e-400",
    "0.1e1",
    "1e-1",
    "1e-6",
    "1.5e-6",
    "0.0000001",
    "0.00000015",
    "1e-07",
    "1e+021",
    "10e+20",
    "123456.7890",
    "0.10",
    "0.30000000000000005",
    "0.1000000000000000055511151231257827",
    "9007199254740993.0",
    "18446744073709551616",
    "-9223372036854775809",
    "123456789012345678901",
    "100000000000000000001",
    "1000000000000000000000",
    "5e-325",
    "NaN",
    "Infinity",
    "-Infinity",
    "0x10",
    "1_000",
    "",
];

/// Doubles at which something changes.
const EDGES: [f64; 22] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    9_007_199_254_740_991.0,
    9_007_199_254_740_992.0,
    9_007_199_254_740_994.0,
    9_223_372_036_854_775_808.0,
    -9_223_372_036_854_775_808.0,
    -9_223_372_036_854_777_856.0,
    18_446_744_073_709_549_568.0,
    18_446_744_073_709_551_616.0,
    999_999_999_999_999_900_000.0,
    1e21,
    1e-6,
    9.999_999_999_999_997e-7,
    1e-7,
    f64::MIN_POSITIVE,
    f64::MAX,
    f64::MIN,
    5e-324,
    0.1,
];

/// All cases.
pub(super) fn cases(seed: u64) -> Vec<NumberCase> {
    let mut dice = Dice::new(seed);
    let drawn = (0..DRAWN).map(|place| draw(&mut dice, place)).filter(|it| it.is_finite());
    let bits: BTreeSet<u64> = EDGES.into_iter().chain(drawn).map(f64::to_bits).collect();
    let doubles = bits.into_iter().map(|bits| NumberCase {
        name: format!("the double {}", hex(bits)),
        bits: Some(hex(bits)),
        text: driftline_core::value::text(&f64::from_bits(bits).into()),
        canonical: true,
    });
    let case = |name: String, text: &str, canonical| NumberCase {
        name,
        bits: None,
        text: text.into(),
        canonical,
    };
    let taken = TEXTS.iter().map(|it| case(format!("`{it}` is the one text"), it, true));
    let refused = REFUSED.iter().map(|it| case(format!("`{it}` is refused"), it, false));
    taken.chain(refused).chain(doubles).collect()
}

/// A double: any bits, whole numbers of every size, and numbers with few digits.
fn draw(dice: &mut Dice, place: usize) -> f64 {
    let bits = f64::from_bits(dice.roll());
    match place % 4 {
        0 | 1 => bits,
        2 => f64::from_bits(dice.roll() >> 12 | (1_023 + dice.roll() % 80) << 52).floor(),
        _ => format!("{}e{}", dice.below(100_000), dice.below(60)).parse().unwrap_or(0.0) * 1e-30,
    }
}
