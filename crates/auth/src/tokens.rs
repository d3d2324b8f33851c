//! A pair of tokens, and what is written down with it. These types cannot be printed, and
//! there is one way each into and out of the text that a vault keeps.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use driftline_core::{ExposeSecret, Millis, SecretString};
use serde::{Deserialize, Serialize};

/// A token that says it is good for longer is renewed after this.
const LONGEST_LIFE: Millis = 24 * 60 * 60 * 1_000;
/// The layout of [`Saved`].
const VERSION: u32 = 1;
/// No token of a deployment is longer.
const LONGEST: usize = 16 << 10;

/// What a deployment gives a session.
#[derive(Clone)]
pub struct Tokens {
    /// Shown with every call, for about an hour.
    pub access: SecretString,
    /// Shown once, for the next pair.
    pub refresh: SecretString,
}

/// Tokens as they are kept.
#[derive(Clone)]
pub struct Saved {
    /// None once the deployment said that the session is over.
    pub tokens: Option<Tokens>,
    /// What this machine's clock showed when they came.
    pub received: Millis,
    /// How long the access token is good for, by the deployment's own clock.
    pub life: Millis,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    version: u32,
    tokens: Option<Pair>,
    received: Millis,
    life: Millis,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pair {
    token: String,
    refresh_token: String,
}

#[derive(Deserialize)]
struct Claims {
    iat: f64,
    exp: f64,
}

impl Tokens {
    /// A pair as it came. None if it cannot be one: such a pair must not replace one that
    /// works.
    pub fn new(access: String, refresh: String) -> Option<Self> {
        let fits = |it: &str| !it.is_empty() && it.len() <= LONGEST && it.is_ascii();
        if !fits(&access) || !fits(&refresh) || !refresh.contains('|') {
            return None;
        }
        life(&access)?;
        Some(Self { access: access.into(), refresh: refresh.into() })
    }

    /// How long the access token is good for, from when it came. Both ends of that time
    /// are the deployment's, so no clock of this machine is asked.
    pub fn life(&self) -> Millis {
        life(self.access.expose_secret()).unwrap_or(0)
    }
}

/// The signature is the deployment's business: this only says when to ask for the next.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn life(token: &str) -> Option<Millis> {
    let payload = token.split('.').nth(1)?;
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let seconds = claims.exp - claims.iat;
    (seconds > 0.0).then(|| ((seconds * 1_000.0).min(LONGEST_LIFE as f64)) as Millis)
}

impl Saved {
    /// Tokens that just came.
    pub fn now(tokens: Tokens, wall: Millis) -> Self {
        Self { life: tokens.life(), tokens: Some(tokens), received: wall }
    }

    /// The end of a session.
    pub(crate) fn ended(wall: Millis) -> Self {
        Self { tokens: None, received: wall, life: 0 }
    }

    /// The text that a vault keeps.
    pub(crate) fn write(&self) -> SecretString {
        let pair = self.tokens.as_ref().map(|it| Pair {
            token: it.access.expose_secret().to_owned(),
            refresh_token: it.refresh.expose_secret().to_owned(),
        });
        let text =
            Text { version: VERSION, tokens: pair, received: self.received, life: self.life };
        // Plain fields of plain types always have a text.
        serde_json::to_string(&text).unwrap_or_default().into()
    }

    /// Reads such a text. None if it is damaged or a newer program's; the error of the
    /// parser is dropped, because it can quote what it read.
    pub(crate) fn read(text: &SecretString) -> Option<Self> {
        let text: Text = serde_json::from_str(text.expose_secret()).ok()?;
        let tokens = match text.tokens {
            Some(pair) => Some(Tokens::new(pair.token, pair.refresh_token)?),
            None => None,
        };
        let life = text.life.min(LONGEST_LIFE);
        (text.version == VERSION).then_some(Self { tokens, received: text.received, life })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn life_is_a_difference_of_the_deployments_times() {
        let token = Tokens::new(jwt(r#"{"iat":9e11,"exp":900000003600}"#), "a|b".into()).unwrap();
        assert_eq!(token.life(), 3_600_000);
        let forever = Tokens::new(jwt(r#"{"iat":0,"exp":1e300}"#), "a|b".into()).unwrap();
        assert_eq!(forever.life(), LONGEST_LIFE);
    }

    #[test]
    fn what_cannot_be_a_pair_is_none() {
        let good = jwt(r#"{"iat":1,"exp":2}"#);
        for (access, refresh) in [
            ("", "a|b"),
            ("a.b.c", "a|b"),
            ("no-dots", "a|b"),
            (&jwt("{}"), "a|b"),
            (&jwt(r#"{"iat":2,"exp":1}"#), "a|b"),
            (&jwt(r#"{"iat":"x","exp":1}"#), "a|b"),
            (&good, ""),
            (&good, "ab"),
            (&good, "a|\u{e9}"),
            (&format!("{good}{}", "x".repeat(LONGEST)), "a|b"),
        ] {
            assert!(Tokens::new(access.into(), refresh.into()).is_none());
        }
    }

    #[test]
    fn what_is_kept_reads_back_and_damage_is_none() {
        let tokens = Tokens::new(jwt(r#"{"iat":1,"exp":3601}"#), "id|session".into()).unwrap();
        let text = Saved::now(tokens, 7).write();
        let back = Saved::read(&text).unwrap();
        assert_eq!((back.received, back.life), (7, 3_600_000));
        assert_eq!(back.tokens.unwrap().refresh.expose_secret(), "id|session");
        assert!(Saved::read(&Saved::ended(1).write()).unwrap().tokens.is_none());
        let whole = text.expose_secret();
        for end in 0..whole.len() {
            assert!(Saved::read(&whole[..end].to_owned().into()).is_none());
        }
        assert!(Saved::read(&whole.replace("\"version\":1", "\"version\":2").into()).is_none());
    }
}
