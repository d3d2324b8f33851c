//! Numbers as the service writes them: every one is a double, so 2 comes as `2.0`.

use serde::{Deserialize, Deserializer, de};

/// From here on doubles skip whole numbers.
const LIMIT: u64 = 1 << 53;

/// A whole number from 0 to 2^53 - 1, however it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole(pub u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Whole;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a whole number from 0 to 2^53 - 1")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Whole, E> {
                if number < LIMIT {
                    return Ok(Whole(number));
                }
                Err(E::custom("a number is too large"))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Whole, E> {
                self.visit_u64(number.try_into().map_err(|_| E::custom("a number is negative"))?)
            }

            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "checked to be whole, positive and small"
            )]
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Whole, E> {
                if number.fract() == 0.0 && (0.0..LIMIT as f64).contains(&number) {
                    return Ok(Whole(number as u64));
                }
                Err(E::custom("a number is not whole, negative or too large"))
            }
        }
        from.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_in_every_form() {
        for (text, number) in [
            ("2.0", 2),
            ("2", 2),
            ("0", 0),
            ("-0.0", 0),
            ("2e3", 2_000),
            ("9007199254740991.0", LIMIT - 1),
            ("9007199254740991", LIMIT - 1),
        ] {
            assert_eq!(serde_json::from_str::<Whole>(text).unwrap(), Whole(number), "{text}");
        }
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        for text in [
            "-1",
            "-1.0",
            "2.5",
            "9007199254740992",
            "9007199254740992.0",
            "1e300",
            "1e400",
            "18446744073709551615",
            "\"2\"",
            "null",
            "true",
            "[2]",
            "\"NaN\"",
        ] {
            assert!(serde_json::from_str::<Whole>(text).is_err(), "{text}");
        }
    }
}
