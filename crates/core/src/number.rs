//! The one text of a number. It is ours and no library's: what another version of a
//! library writes must never make two devices see two values in one number.

/// From here on the text of a number has an exponent.
const LONGEST: i32 = 21;
/// The most zeroes after the point before the first digit.
const ZEROES: i32 = 6;

/// The number as an integer, if it is one from -2^63 to 2^64 - 1. Then it is that integer.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be whole and in range"
)]
pub(crate) fn integer(float: f64) -> Option<serde_json::Number> {
    const LOWEST: f64 = -9_223_372_036_854_775_808.0;
    const BEYOND: f64 = 18_446_744_073_709_551_616.0;
    if float.fract() != 0.0 || !(LOWEST..BEYOND).contains(&float) {
        return None;
    }
    Some(if float < 0.0 { (float as i64).into() } else { (float as u64).into() })
}

/// The text of a finite number, as `Number::toString` of ECMAScript defines it: the fewest
/// digits that read back the same, with an exponent from 1e21 up and below 1e-6.
pub(crate) fn text(float: f64) -> String {
    if let Some(integer) = integer(float) {
        return integer.to_string();
    }
    // Rust promises the fewest digits that read back the same, the closest of them; of two
    // that are as close ECMAScript takes the even one, as Rust does for so many digits.
    let shortest = format!("{:e}", float.abs());
    let places = shortest.bytes().take_while(|it| *it != b'e').filter(u8::is_ascii_digit).count();
    let even = format!("{:.*e}", places.saturating_sub(1), float.abs());
    let written = if even.parse() == Ok(float.abs()) { even } else { shortest };
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let digits = mantissa.replace('.', "");
    let place = exponent.parse().unwrap_or(0_i32) + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeroes = |number: i32| "0".repeat(usize::try_from(number).unwrap_or(0));
    let sign = if float < 0.0 { "-" } else { "" };
    if (count..=LONGEST).contains(&place) {
        return format!("{sign}{digits}{}", zeroes(place - count));
    }
    if (1..=LONGEST).contains(&place) {
        let (whole, part) = digits.split_at(usize::try_from(place).unwrap_or(0));
        return format!("{sign}{whole}.{part}");
    }
    if (1 - ZEROES..=0).contains(&place) {
        return format!("{sign}0.{}{digits}", zeroes(-place));
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let plus = if place > 0 { "+" } else { "" };
    format!("{sign}{first}{point}{rest}e{plus}{}", place - 1)
}
