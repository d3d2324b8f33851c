//! What is said on a connection of Convex's WebSocket protocol, as far as listening to
//! one query needs it. Whatever else is said is left alone.

use driftline_convex_client::{Thrown, Whole};
use driftline_core::{Env, ExposeSecret, Head, SecretString, Seq};
use serde::Deserialize;
use serde_json::json;

/// The only query of a connection.
const QUERY: u32 = 0;

/// The function that says where the hub is.
const FUNCTION: &str = "sync:head";

/// The first thing a client says: which session it is, and which connection of it.
pub(super) fn connect(env: &dyn Env, count: u32) -> String {
    let (a, b) = (env.random(), env.random());
    let session = format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 48 & 0xfff,
        b & 0xffff_ffff_ffff,
    );
    json!({
        "type": "Connect",
        "sessionId": session,
        "connectionCount": count,
        "lastCloseReason": "InitialConnect",
    })
    .to_string()
}

/// Shows a token; `version` counts how often that was done before.
pub(super) fn authenticate(token: &SecretString, version: u32) -> String {
    json!({
        "type": "Authenticate",
        "baseVersion": version,
        "tokenType": "User",
        "value": token.expose_secret(),
    })
    .to_string()
}

/// Asks to be told the value of the query, now and whenever it changes.
pub(super) fn subscribe() -> String {
    let query = json!({ "type": "Add", "queryId": QUERY, "udfPath": FUNCTION, "args": [{}] });
    json!({
        "type": "ModifyQuerySet",
        "baseVersion": 0,
        "newVersion": 1,
        "modifications": [query],
    })
    .to_string()
}

/// What the other side said, as far as it matters.
pub(super) enum Said {
    /// That it is alive, and no more.
    Nothing,
    /// Where the hub is.
    At(Option<Head>),
    /// That the token is not good, or not any more.
    TokenRefused,
    /// That the query failed; why, if it says so.
    Failed(Option<Thrown>),
    /// That it will not go on.
    Fatal,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Message {
    Transition {
        modifications: Vec<Modification>,
    },
    AuthError {},
    FatalError {},
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
enum Modification {
    QueryUpdated {
        query_id: u32,
        value: Option<WireHead>,
    },
    QueryFailed {
        query_id: u32,
        error_data: Option<serde_json::Value>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct WireHead {
    head: Whole,
    account: String,
    epoch: String,
}

/// Reads what was said; none if it makes no sense.
pub(super) fn read(text: &str) -> Option<Said> {
    let modifications = match serde_json::from_str(text).ok()? {
        Message::Transition { modifications } => modifications,
        Message::AuthError {} => return Some(Said::TokenRefused),
        Message::FatalError {} => return Some(Said::Fatal),
        Message::Other => return Some(Said::Nothing),
    };
    let mut said = Said::Nothing;
    for it in modifications {
        said = match it {
            Modification::QueryUpdated { query_id: QUERY, value } => {
                Said::At(value.map(WireHead::read))
            }
            Modification::QueryFailed { query_id: QUERY, error_data } => {
                let thrown = error_data.and_then(|it| serde_json::from_value::<Thrown>(it).ok());
                Said::Failed(thrown)
            }
            _ => continue,
        };
    }
    Some(said)
}

impl WireHead {
    fn read(self) -> Head {
        Head { account: self.account, epoch: self.epoch, head: Seq(self.head.0) }
    }
}

#[cfg(test)]
mod tests {
    use driftline_core::Simulated;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_said_is_read() {
        let transition = |what: &str| {
            format!(r#"{{"type":"Transition","startVersion":{{}},"modifications":[{what}]}}"#)
        };
        let value = r#"{"head":7.0,"account":"a","epoch":"e"}"#;
        let updated = format!(r#"{{"type":"QueryUpdated","queryId":0,"value":{value}}}"#);
        let other = updated.replace(r#""queryId":0"#, r#""queryId":1"#).replace("7.0", "9.0");
        for text in [updated.clone(), format!("{updated},{other}"), format!("{other},{updated}")] {
            let Some(Said::At(Some(head))) = read(&transition(&text)) else { panic!("{text}") };
            assert_eq!(head, Head { account: "a".into(), epoch: "e".into(), head: Seq(7) });
        }
        let nobody = updated.replace(value, "null");
        assert!(matches!(read(&transition(&nobody)), Some(Said::At(None))));
        let failed = r#"{"type":"QueryFailed","queryId":0,"errorMessage":"x","errorData":{"code":"unauthenticated"}}"#;
        let Some(Said::Failed(Some(thrown))) = read(&transition(failed)) else { panic!() };
        assert_eq!(thrown.code, "unauthenticated");
        let failed = r#"{"type":"QueryFailed","queryId":0,"errorMessage":"x"}"#;
        assert!(matches!(read(&transition(failed)), Some(Said::Failed(None))));
        for (text, is_it) in [
            (r#"{"type":"Ping"}"#, true),
            (
                r#"{"type":"Transition","modifications":[{"type":"QueryRemoved","queryId":0}]}"#,
                true,
            ),
            (r#"{"type":"SomethingNew","x":[1]}"#, true),
            ("{}", false),
            ("", false),
            ("[]", false),
            (r#"{"type":"Transition"}"#, false),
        ] {
            assert_eq!(matches!(read(text), Some(Said::Nothing)), is_it, "{text}");
        }
        for wrong in ["-1", "0.5", "9007199254740992", "\"7\"", "null"] {
            let text = transition(&updated.replace("7.0", wrong));
            assert!(read(&text).is_none(), "{wrong}");
        }
        let deep = "[".repeat(100_000);
        assert!(read(&deep).is_none());
    }

    #[test]
    fn a_session_has_a_name_of_its_own() {
        let env = Simulated::new(1, 0);
        let name = |it: &str| {
            let message: serde_json::Value = serde_json::from_str(it).unwrap();
            message["sessionId"].as_str().unwrap().to_owned()
        };
        let (one, other) = (name(&connect(&env, 0)), name(&connect(&env, 1)));
        assert_ne!(one, other);
        assert!(one.parse::<driftline_core::Id>().is_ok(), "{one} is no UUID");
    }

    proptest! {
        #[test]
        fn no_text_causes_a_panic(text in ".*") {
            let _ = read(&text);
            let _ = read(&format!(r#"{{"type":"Transition","modifications":[{text}]}}"#));
        }
    }
}
