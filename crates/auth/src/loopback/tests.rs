use driftline_core::ExposeSecret;

use super::*;

const STATE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn target(target: &str) -> Request {
    let head = Head::Of("GET".into(), target.into(), Some("127.0.0.1:5000".into()));
    judge(&head, 5000, STATE)
}

#[test]
fn there_is_one_right_request() {
    let right = format!("/callback?state={STATE}&code=12345678");
    let Request::Code(code) = target(&right) else { panic!("it is the right one") };
    assert_eq!(code.expose_secret(), "12345678");
    assert!(matches!(target(&format!("/callback?state={STATE}")), Request::Denied));
}

#[test]
fn who_was_refused_is_an_account_and_nothing_else() {
    let refused = |person: &str| target(&format!("/callback?state={STATE}&refused={person}"));
    let Request::NotInvited(person) = refused("github:1002") else { panic!("it is right") };
    assert_eq!(person, "github:1002");
    for wrong in ["", "github", ":1", "github:", "github:1&code=12345678", "GitHub:1", "a:%3Cb"] {
        assert!(matches!(refused(wrong), Request::Other(Page::Missing)), "{wrong}");
    }
}

/// A million targets that are nearly right: whatever is accepted is exactly right.
#[test]
fn a_million_targets_and_no_other_is_taken() {
    let right = format!("/callback?state={STATE}&code=12345678");
    let parts = [
        "&code=87654321",
        "&state=",
        "%26",
        "%31",
        "/",
        "//",
        "?",
        "#",
        "@",
        ":",
        "\\",
        ".",
        "..",
        "callback",
        STATE,
        "\u{0}",
        " ",
        "\t",
        "\u{e9}",
        "9",
        "A",
        "a",
        "=",
        "&",
        ";",
        "code",
        "http://127.0.0.1:5000",
        "evil.example",
        "+",
        "%00",
        "%0d%0a",
        "\u{ff11}",
    ];
    let mut seed = 7_u64;
    let mut dice = |sides: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % sides
    };
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..1_000_000 {
        let mut text = right.clone();
        for _ in 0..=dice(3) {
            let mut places = text.char_indices().map(|it| it.0).chain([text.len()]);
            let place = places.nth(dice(text.chars().count() + 1)).unwrap();
            let part = parts[dice(parts.len())];
            match dice(3) {
                0 => text.insert_str(place, part),
                1 => text.truncate(place),
                _ => {
                    let rest: String = text[place..].chars().skip(1).collect();
                    text = format!("{}{part}{rest}", &text[..place]);
                }
            }
        }
        // The rule, said another way than the code says it.
        let rest = text.strip_prefix(&format!("/callback?state={STATE}"));
        let is_code = |it: &str| {
            it.len() == 14
                && it.starts_with("&code=")
                && it[6..].chars().all(|it| it.is_ascii_digit())
        };
        match target(&text) {
            Request::Code(code) => {
                assert_eq!(text, format!("/callback?state={STATE}&code={}", code.expose_secret()));
                taken += 1;
            }
            Request::Denied => assert_eq!(rest, Some("")),
            Request::NotInvited(_) => panic!("nobody is named: {text}"),
            Request::Other(_) => {
                assert!(!rest.is_some_and(|it| it.is_empty() || is_code(it)), "{text}");
                refused += 1;
            }
        }
    }
    assert!(taken > 100 && refused > 900_000, "{taken} taken, {refused} refused");
}
