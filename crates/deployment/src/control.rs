//! Orders that a test gives to a running deployment.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Deployment, Error};

/// The header with the secret of one start.
const CONTROL_HEADER: &str = "x-driftline-local";

/// Somebody's account at a provider.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// `github` or `google`.
    pub provider: String,
    /// The id there. GitHub's are numbers.
    pub account_id: String,
    /// What the provider says they are called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Account {
    /// The account with that id at GitHub.
    #[must_use]
    pub fn github(id: u64) -> Self {
        Self { provider: "github".into(), account_id: id.to_string(), name: None }
    }

    /// The account with that id at Google.
    #[must_use]
    pub fn google(id: &str) -> Self {
        Self { provider: "google".into(), account_id: id.into(), name: None }
    }
}

/// What a signed-in device has. These are secrets of a test, and may be printed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// The bearer token of calls; good for an hour.
    pub token: String,
    /// What gets the next pair from `auth:signIn`.
    pub refresh_token: String,
    /// How the functions name the person: `provider:account id`.
    pub person: String,
}

/// Who uses the browsers that open a sign-in from now on.
#[derive(Clone, Debug)]
pub enum Visitor {
    /// A page asks the person.
    Ask,
    /// Somebody who refuses.
    Deny,
    /// Somebody who signs in at once, with this account id.
    Account(String),
}

/// A fault of calls to the API.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// A function such as `sync:pushChanges`, or `*` for every one.
    pub call: String,
    /// How many of these calls to leave alone first.
    pub skip: u32,
    /// How many calls have the fault.
    pub left: u32,
    /// What happens to them.
    #[serde(flatten)]
    pub effect: Effect,
}

impl Fault {
    /// The next call of `call` has the fault.
    #[must_use]
    pub fn once(call: &str, effect: Effect) -> Self {
        Self { call: call.into(), skip: 0, left: 1, effect }
    }
}

/// What happens to a call.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// The function is not run; this is the answer.
    #[serde(rename_all = "camelCase")]
    Status {
        /// Its status.
        status: u16,
        /// Its body.
        body: String,
        /// The type of the body.
        content_type: String,
    },
    /// The function is run, and this is answered instead of its result.
    #[serde(rename_all = "camelCase")]
    Body {
        /// The status of the answer.
        status: u16,
        /// Its body.
        body: String,
        /// The type of the body.
        content_type: String,
    },
    /// The function is run this much later.
    Delay {
        /// Milliseconds.
        millis: u64,
    },
    /// The answer ends after so many bytes, though more were announced.
    Cut {
        /// Bytes of the body.
        at: usize,
    },
    /// The answer ends after so many bytes, and looks complete.
    CutAfter {
        /// Bytes of the body.
        at: usize,
    },
    /// The function is run twice; the second result is answered.
    Duplicate,
    /// The connection is closed, and the function is not run.
    DropBefore,
    /// The function is run, and then the connection is closed.
    DropAfter,
}

/// Whether a deployment runs its functions. A stopped one fails every call without a name,
/// as the service does in production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It does.
    Running,
    /// Disabled: the limits of the free plan are exceeded.
    FreePlan,
    /// Disabled: the spending limit of a paid plan is exceeded.
    SpendingLimit,
    /// Disabled: a usage limit that its owner set is exceeded.
    UsageLimit,
    /// Its owner paused it.
    Paused,
    /// The service suspended it.
    Suspended,
}

/// A state to go back to. It lives as long as the process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    id: String,
}

/// What the deployment did since it started.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// By function.
    pub functions: BTreeMap<String, Calls>,
    /// Bytes of bodies of calls.
    pub bytes_in: u64,
    /// Bytes of bodies of answers.
    pub bytes_out: u64,
    /// WebSocket connections that were made.
    pub connections: u64,
    /// Calls that are not answered yet.
    pub open: u64,
    /// Processor time of the process.
    pub cpu_seconds: f64,
    /// Memory of the process.
    pub rss_bytes: u64,
}

/// Calls of one function.
#[derive(Clone, Debug, Deserialize)]
pub struct Calls {
    /// How many.
    pub calls: u64,
    /// How many of them failed.
    pub errors: u64,
    /// Attempts that were thrown away, because another mutation changed what they read.
    pub conflicts: u64,
    /// Milliseconds of all together.
    pub millis: f64,
    /// Milliseconds of the slowest.
    pub slowest: f64,
}

/// Orders to the deployment. Each fails with [`Error::NoAnswer`] if the process is gone and
/// with [`Error::Refused`] if it does not obey.
#[allow(clippy::missing_errors_doc, reason = "they are all the same, and said above")]
impl Deployment {
    /// Signs `account` in as a browser would, and returns what the device gets.
    pub async fn token(&self, account: &Account) -> Result<Tokens, Error> {
        self.order(Method::POST, "token", account).await
    }

    /// Says who uses the browsers that open a sign-in from now on.
    pub async fn set_visitor(&self, visitor: &Visitor) -> Result<(), Error> {
        let body = match visitor {
            Visitor::Ask => json!({ "visitor": "ask" }),
            Visitor::Deny => json!({ "visitor": "deny" }),
            Visitor::Account(id) => json!({ "accountId": id }),
        };
        self.order::<Value>(Method::POST, "browser", &body).await.map(drop)
    }

    /// Adds faults behind those that are not used up.
    pub async fn add_faults(&self, faults: &[Fault]) -> Result<(), Error> {
        self.order::<Value>(Method::POST, "faults", &faults).await.map(drop)
    }

    /// How many calls are still to fail.
    pub async fn faults_left(&self) -> Result<u64, Error> {
        let answer: Value = self.order(Method::GET, "faults", &()).await?;
        let open = answer["open"].as_array().into_iter().flatten();
        Ok(open.filter_map(|it| it["left"].as_u64()).sum())
    }

    /// Takes every fault back.
    pub async fn clear_faults(&self) -> Result<(), Error> {
        self.order::<Value>(Method::DELETE, "faults", &()).await.map(drop)
    }

    /// Stops the deployment's clock at `millis` since 1970, or lets it run again.
    pub async fn set_clock(&self, millis: Option<i64>) -> Result<(), Error> {
        self.order::<Value>(Method::POST, "clock", &json!({ "now": millis })).await.map(drop)
    }

    /// Remembers the present data, sessions included.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        self.order(Method::POST, "snapshot", &json!({})).await
    }

    /// Goes back to `snapshot`. Tokens from before it are good again.
    pub async fn restore(&self, snapshot: &Snapshot) -> Result<(), Error> {
        self.order::<Value>(Method::POST, "restore", snapshot).await.map(drop)
    }

    /// Removes all data, sessions included: sign in again with [`Self::token`].
    pub async fn wipe(&self) -> Result<(), Error> {
        self.order::<Value>(Method::POST, "wipe", &json!({})).await.map(drop)
    }

    /// Stops the deployment's functions, or lets them run again.
    pub async fn set_state(&self, state: State) -> Result<(), Error> {
        self.set_state_after(state, 0).await
    }

    /// Does so once `calls` calls more were answered: in the middle of an upload.
    pub async fn set_state_after(&self, state: State, calls: u32) -> Result<(), Error> {
        let body = json!({ "state": state, "after": calls });
        self.order::<Value>(Method::POST, "state", &body).await.map(drop)
    }

    /// What the deployment did since it started.
    pub async fn stats(&self) -> Result<Stats, Error> {
        self.order(Method::GET, "stats", &()).await
    }

    /// Ends the process as a person would, and waits until it is gone.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.order::<Value>(Method::POST, "stop", &json!({})).await?;
        self.ended().await.map(drop)
    }

    async fn order<T: DeserializeOwned>(
        &self,
        method: Method,
        name: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<T, Error> {
        let order = format!("{method} {name}");
        let failed = |source| Error::NoAnswer { order: order.clone(), source };
        let mut request = self
            .http
            .request(method.clone(), format!("{}/__local/{name}", self.url()))
            .header(CONTROL_HEADER, &self.ready.control);
        if method == Method::POST {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        if status.is_success() {
            return answer.json().await.map_err(failed);
        }
        let answer = answer.text().await.map_err(failed)?;
        Err(Error::Refused { order, status: status.as_u16(), answer })
    }
}
