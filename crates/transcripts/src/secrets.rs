//! Likely secrets give way to `[secret: RULE]` before a record becomes cells, so that none
//! reaches what is synced, searched or shown. The record itself keeps them, on this device.
//!
//! What ties rows and blocks together stays as it is: ids of sessions, messages and calls.
//! Two of them that were replaced would be one.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use driftline_core::Value;
use driftline_secrets::{SHORTEST, Scanner, VERSION, mark, rules};

use crate::Object;

/// What becomes of likely secrets in what is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// `[secret: RULE]` stands in their place.
    #[default]
    Redact,
    /// They stay. What was replaced before stays replaced.
    Keep,
}

impl Secrets {
    /// The version of the rules that are applied; 0 for none.
    pub(crate) fn rules(self) -> u8 {
        match self {
            Self::Redact => VERSION,
            Self::Keep => 0,
        }
    }
}

/// From this many bytes on, what only has the characters of base64 is an image or another
/// file: no secret is so long, and rules find some in it by chance.
const FILE: usize = 1_024;

/// A value is looked at together with the name of its field where that has one of these.
const TELLING: [&str; 7] = ["key", "secret", "token", "passw", "pwd", "credential", "auth"];

/// No value is called a secret by its name that is longer, in bytes.
const LONGEST: usize = 200;

/// How much of a secret stands at the end of a text that was cut within it, at least.
const REST: usize = 4;

/// How many likely secrets were replaced, by rule.
pub(crate) type Replaced = BTreeMap<&'static str, u64>;

/// Replaces likely secrets in the parts of one record.
pub(crate) struct Redaction {
    /// None: they stay.
    scanner: Option<&'static Scanner>,
    /// What was replaced: the rule, and the secret.
    found: Vec<(&'static str, String)>,
}

impl Redaction {
    pub(crate) fn of(secrets: Secrets) -> Self {
        static SCANNER: OnceLock<Option<Scanner>> = OnceLock::new();
        let scanner = match secrets {
            // That the rules can be read is what their tests say.
            Secrets::Redact => SCANNER.get_or_init(|| Scanner::new().ok()).as_ref(),
            Secrets::Keep => None,
        };
        Self { scanner, found: Vec::new() }
    }

    /// Replaces what is in a text. Returns whether something was.
    pub(crate) fn text(&mut self, text: &mut String) -> bool {
        let Some(scanner) = self.scanner.filter(|_| text.len() >= SHORTEST) else { return false };
        if is_file(text) {
            return false;
        }
        let found = &mut self.found;
        let told = scanner.redact(text, &mut |rule, it| found.push((rule.id, it.to_owned())));
        put(text, told)
    }

    /// As [`Self::text`], of a text that may be borrowed.
    pub(crate) fn part<'a>(&mut self, text: &'a str) -> (Cow<'a, str>, bool) {
        let mut told = text.to_owned();
        if self.text(&mut told) { (told.into(), true) } else { (text.into(), false) }
    }

    /// As [`Self::text`], of a text that was cut out of `whole`, perhaps within a secret.
    pub(crate) fn cut(&mut self, text: &mut String, whole: &str) -> bool {
        let replaced = self.text(text);
        let Some(scanner) = self.scanner else { return replaced };
        let found = scanner.scan(whole).into_iter();
        let found = found.filter_map(|it| Some((it.rule.id, unescaped(whole.get(it.at)?))));
        let found: Vec<_> = found.collect();
        replaced | self.known(text, &found)
    }

    /// As [`Self::text`], of all blocks of a message.
    pub(crate) fn blocks(&mut self, blocks: &mut [Value]) -> bool {
        if self.scanner.is_none() {
            return false;
        }
        blocks.iter_mut().fold(false, |replaced, it| replaced | self.block(it))
    }

    fn block(&mut self, block: &mut Value) -> bool {
        let Value::Object(fields) = block else { return self.value(block) };
        let kept = match fields.get("type").and_then(Value::as_str) {
            Some("call") => "id",
            Some("result") => "call",
            _ => "",
        };
        let before = self.found.len();
        let replaced = self.fields(fields, kept);
        let Some(Value::String(hint)) = fields.get_mut("hint").filter(|_| replaced) else {
            return replaced;
        };
        // A piece of the input: what is a secret there is one here, too.
        let found = self.found.get(before..).unwrap_or_default().to_vec();
        self.known(hint, &found);
        true
    }

    /// As [`Self::text`], of every text in a value, however deep.
    fn value(&mut self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                items.iter_mut().fold(false, |replaced, it| replaced | self.value(it))
            }
            Value::Object(fields) => self.fields(fields, ""),
            _ => false,
        }
    }

    /// As [`Self::text`], of what the fields of an object hold but one.
    fn fields(&mut self, fields: &mut Object, kept: &str) -> bool {
        let mut replaced = false;
        for (name, value) in fields.iter_mut().filter(|it| it.0 != kept) {
            replaced |= match value {
                Value::String(text) => self.text(text) || self.named(name, text),
                other => self.value(other),
            };
        }
        replaced
    }

    /// Replaces a value that only the name of its field makes a likely secret.
    fn named(&mut self, name: &str, text: &mut String) -> bool {
        let Some(scanner) = self.scanner else { return false };
        let name = name.to_ascii_lowercase();
        if !(SHORTEST..=LONGEST).contains(&text.len())
            || !TELLING.iter().any(|it| name.contains(it))
        {
            return false;
        }
        let line = format!("{name}=\"{text}\"");
        let found = scanner.scan(&line).into_iter();
        let Some(found) = found.rev().find(|it| it.at.end > name.len() + 2) else { return false };
        self.found.push((found.rule.id, text.clone()));
        put(text, Some(mark(found.rule)))
    }

    /// Replaces what is known to be a secret, also where only its beginning is left at the
    /// end of `text`.
    fn known(&mut self, text: &mut String, found: &[(&'static str, String)]) -> bool {
        let mut replaced = false;
        for (id, secret) in found.iter().filter(|it| it.1.len() > REST) {
            let Some(mark) = rules().find(|it| it.id == *id).map(mark) else { continue };
            let told = text.contains(secret.as_str()).then(|| text.replace(secret.as_str(), &mark));
            let told = told.or_else(|| {
                let (stem, dots) = match text.strip_suffix('…') {
                    Some(stem) => (stem, "…"),
                    None => (text.as_str(), ""),
                };
                let longest = stem.len().min(secret.len());
                let mut rests = (REST..=longest).rev().filter_map(|it| secret.get(..it));
                let rest = rests.find(|it| stem.ends_with(it))?;
                Some(format!("{}{mark}{dots}", stem.strip_suffix(rest)?))
            });
            if put(text, told) {
                self.found.push((id, secret.clone()));
                replaced = true;
            }
        }
        replaced
    }

    /// Adds up what was replaced: in one record, the same secret counts once.
    pub(crate) fn count(self, replaced: &mut Replaced) {
        for (rule, _) in self.found.into_iter().collect::<BTreeSet<_>>() {
            *replaced.entry(rule).or_default() += 1;
        }
    }
}

fn put(text: &mut String, told: Option<String>) -> bool {
    let replaced = told.is_some();
    if let Some(told) = told {
        *text = told;
    }
    replaced
}

/// Whether a text is a file in base64, with or without what a `data:` address says of it.
fn is_file(text: &str) -> bool {
    let is_base64 = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/' | b'=');
    let data = text.strip_prefix("data:").and_then(|it| it.split_once(";base64,"));
    let data = data.map_or(text, |it| it.1);
    data.len() >= FILE && data.bytes().all(is_base64)
}

/// What is found in a JSON text, as its reader has it.
fn unescaped(found: &str) -> String {
    let plain = found.contains('\\').then(|| serde_json::from_str(&format!("\"{found}\"")).ok());
    plain.flatten().unwrap_or_else(|| found.to_owned())
}
