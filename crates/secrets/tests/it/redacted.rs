//! Secrets that are replaced: nothing of them stays, and what was replaced stays replaced.

use std::sync::OnceLock;

use driftline_secrets::Scanner;
use proptest::prelude::*;

use crate::formats::{Dice, FORMS, PLACES, filled};

fn redacted(scanner: &Scanner, text: &str) -> String {
    scanner.redact(text, &mut |_, _| ()).unwrap_or_else(|| text.to_owned())
}

/// `text` as a string of JSON has it, so many times over.
fn escaped(text: &str, depth: usize) -> String {
    (0..depth).fold(text.to_owned(), |it, _| {
        let quoted = serde_json::to_string(&it).unwrap();
        quoted[1..quoted.len() - 1].to_owned()
    })
}

/// What of a form was made up: runs that nobody guesses.
fn random_parts(form: &str, text: &str) -> Vec<String> {
    let fixed: Vec<String> = form
        .replace("\\n", "\n")
        .split(['{', '}'])
        .step_by(2)
        .map(str::to_owned)
        .filter(|it| !it.is_empty())
        .collect();
    let mut rest = text.to_owned();
    for part in &fixed {
        rest = rest.replacen(part, "\u{0}", 1);
    }
    rest.split('\u{0}').filter(|it| it.len() >= 16).map(str::to_owned).collect()
}

#[test]
fn nothing_stays_of_a_known_form_wherever_it_stands() {
    let scanner = Scanner::new().unwrap();
    let (mut dice, mut tried, mut left) = (Dice(11), 0, Vec::new());
    for form in FORMS.lines().filter(|it| !it.is_empty()) {
        for (before, after) in PLACES {
            for depth in [0, 1, 2] {
                let secret = filled(form, &mut dice);
                let text = escaped(&format!("{before}{secret}{after}"), depth);
                let told = redacted(&scanner, &text);
                tried += 1;
                if random_parts(form, &secret).iter().any(|it| told.contains(it.as_str())) {
                    left.push(text);
                }
            }
        }
    }
    assert!(left.len() * 100 <= tried, "{} of {tried}: {left:#?}", left.len());
}

#[test]
fn a_private_key_goes_with_all_of_its_lines() {
    let scanner = Scanner::new().unwrap();
    let mut dice = Dice(5);
    let body: Vec<String> = (0..20).map(|_| filled("{B64}", &mut dice)).collect();
    let key = |glue: &str| {
        format!(
            "-----BEGIN RSA PRIVATE KEY-----{glue}{}{glue}abcd=={glue}-----END RSA PRIVATE KEY-----",
            body.join(glue)
        )
    };
    let numbered: String =
        key("\n").lines().enumerate().map(|(at, it)| format!("{:6}→{it}\n", at + 1)).collect();
    let cut = key("\n").split_at(900).0.to_owned();
    let sealed = key("\n").replacen(
        "KEY-----\n",
        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n",
        1,
    );
    let putty = format!(
        "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 21\n{}\nabcd==\n",
        body.join("\n")
    );
    for text in [
        key("\n"),
        key("\r\n"),
        key("\\n"),
        key("\\\\n"),
        key("\n+"),
        key("\\n\" +\n  \""),
        numbered,
        cut,
        sealed,
        putty,
    ] {
        let text = format!("Before.\n{text}\nAfter.");
        let told = redacted(&scanner, &text);
        assert!(told.starts_with("Before.\n") && told.ends_with("\nAfter."), "{told}");
        assert!(told.contains("[secret: private-key]"), "{told}");
        assert!(!body.iter().any(|it| told.contains(&it[..20])), "{told}");
    }
    let two = format!("{}\nand\n{}", key("\n"), key("\n"));
    assert_eq!(redacted(&scanner, &two), "[secret: private-key]\nand\n[secret: private-key]");
}

#[test]
fn what_stands_around_a_secret_stays() {
    let scanner = Scanner::new().unwrap();
    let mut dice = Dice(9);
    let token = filled("ghp_{A36}", &mut dice);
    let text = format!("{{\"a\":\"x\\n{token}\\ny\",\"b\":\"{token}\"}}");
    let mut rules = Vec::new();
    let told = scanner.redact(&text, &mut |rule, value| rules.push((rule.id, value.to_owned())));
    let expected = "{\"a\":\"x\\n[secret: github-token]\\ny\",\"b\":\"[secret: github-token]\"}";
    assert_eq!(told.as_deref(), Some(expected));
    assert_eq!(rules, [("github-token", token.clone()), ("github-token", token)]);
    // A rule may end within a word, and what is a secret to one may be part of it to another.
    let longer = filled("AIza{W35}", &mut dice) + "tail9";
    assert_eq!(redacted(&scanner, &longer), "[secret: google-api-key]");
    let inner = format!("password = \"{}.tail-of-it\"", filled("sk_live_{A24}", &mut dice));
    assert_eq!(redacted(&scanner, &inner), "password = \"[secret: stripe-key]\"");
}

#[test]
fn only_a_mark_of_a_rule_is_left_alone() {
    let scanner = Scanner::new().unwrap();
    let token = filled("ghp_{A36}", &mut Dice(13));
    for text in [format!("[secret: {token}]"), format!("[secret: jwt {token}]")] {
        assert!(!redacted(&scanner, &text).contains(&token[4..]), "{text}");
    }
    let beside = format!("[secret: jwt] {token}");
    assert_eq!(redacted(&scanner, &beside), "[secret: jwt] [secret: github-token]");
}

fn piece() -> impl Strategy<Value = String> {
    let forms: Vec<&'static str> = FORMS.lines().filter(|it| !it.is_empty()).collect();
    let secret = (proptest::sample::select(forms), any::<u64>(), 0..3_usize)
        .prop_map(|(form, seed, depth)| escaped(&filled(form, &mut Dice(seed)), depth));
    prop_oneof![
        3 => secret,
        1 => Just("[secret: github-token]".to_owned()),
        1 => "(password|token|machine|bearer|key|=|:|\"|'|\\\\|\\\\n|/|@|://|é|-----END | ){1,4}",
        1 => "\\PC{0,6}",
    ]
}

proptest! {
    #[test]
    fn what_was_replaced_stays_as_it_is(
        pieces in proptest::collection::vec((piece(), "[ \n\"=:/]{0,1}"), 1..6),
    ) {
        static SCANNER: OnceLock<Scanner> = OnceLock::new();
        let scanner = SCANNER.get_or_init(|| Scanner::new().unwrap());
        let text: String = pieces.iter().flat_map(|(a, b)| [a.as_str(), b.as_str()]).collect();
        let once = redacted(scanner, &text);
        prop_assert_eq!(&redacted(scanner, &once), &once, "of {}", text);
    }
}
