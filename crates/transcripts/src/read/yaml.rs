//! A document in YAML. Only the texts at its top are taken: the language lets a short document
//! stand for one of any size, and what agents keep in it is flat.

use driftline_core::Value;
use saphyr_parser::{Event, Parser};

use crate::Object;

/// The longest document that is read, in bytes, and the most parts of one.
const LONGEST: usize = 1 << 20;
const MOST: usize = 100_000;

/// The fields at the top of the first document, as texts; or why there are none.
pub(super) fn fields(text: &str) -> Result<Value, String> {
    if text.len() > LONGEST {
        return Err("longer than 1 MiB; left out".into());
    }
    let (mut fields, mut name, mut depth) = (Object::new(), None, 0_usize);
    for (count, event) in Parser::new_from_str(text).enumerate() {
        let (event, _) =
            event.map_err(|it| format!("broken YAML at line {}", it.marker().line()))?;
        if count > MOST {
            return Err(format!("more than {MOST} parts; left out"));
        }
        let is_field = depth == 1;
        match event {
            Event::Scalar(text, ..) if is_field => match name.take() {
                Some(name) => _ = fields.insert(name, Value::String(text.into_owned())),
                None => name = Some(text.into_owned()),
            },
            Event::SequenceStart(..) if depth == 0 => break,
            // A name or a value that is more than a text is passed over.
            Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
            Event::MappingEnd | Event::SequenceEnd => {
                depth = depth.saturating_sub(1);
                if depth == 1 {
                    name = passed(name.is_some());
                }
            }
            Event::Alias(_) if is_field => name = passed(name.is_some()),
            Event::DocumentEnd => break,
            _ => (),
        }
    }
    Ok(Value::Object(fields))
}

/// What is known of a field's name behind something that is no text. Behind a name it was the
/// value. Otherwise it was a name itself, and the value that follows has none.
fn passed(is_named: bool) -> Option<String> {
    (!is_named).then(String::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_texts_at_the_top_are_taken_in_every_form() {
        let text = "# a comment\nid: 4f0c\nplain: Look at it (#1)\nsingle: 'it''s: fine'\n\
                    double: \"a \\u00e9\\n\\\"b\\\"\"\nfolded: >-\n  one\n  two\n\
                    long: begins here\n  and goes on\nyes: true\nnone:\n";
        let expected = json!({
            "id": "4f0c", "plain": "Look at it (#1)", "single": "it's: fine",
            "double": "a \u{e9}\n\"b\"", "folded": "one two", "long": "begins here and goes on",
            "yes": "true", "none": "",
        });
        assert_eq!(fields(text), Ok(expected));
    }

    #[test]
    fn what_is_more_than_a_text_is_passed_over() {
        let text = "a: &x {id: 1, b: [2, 3]}\nid: 4\n? [5, 6]\n: seven\nc: *x\nname: eight\n";
        let Ok(Value::Object(mut found)) = fields(text) else { panic!("not read") };
        assert_eq!(found.remove(""), Some("seven".into()));
        assert_eq!(Value::Object(found), json!({"id": "4", "name": "eight"}));
        for other in ["", "- a\n- b\n", "only a text"] {
            assert_eq!(fields(other), Ok(json!({})), "{other}");
        }
    }

    #[test]
    fn what_is_broken_or_endless_says_so() {
        assert!(fields("a: [1, 2\nb: }").unwrap_err().starts_with("broken YAML at line"));
        assert!(fields(&"a: 1\n".repeat(300_000)).unwrap_err().contains("1 MiB"));
        assert!(fields(&"[".repeat(200_000)).is_err());
        let much = format!("a: [{}]", "1,".repeat(200_000));
        assert!(fields(&much).unwrap_err().contains("left out"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[-:?#&*!|>'\"%@`\\[\\]{}, \t\na1é\u{0}]{0,80}") {
            let _ = fields(&text);
        }
    }
}
