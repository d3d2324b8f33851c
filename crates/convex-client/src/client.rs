//! The functions of one deployment: a name and arguments go out, a value comes back.

use std::sync::Arc;

use driftline_core::{Millis, SecretString};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Body, Fault, Origin, Transport, envelope};

/// What kind of function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One that only reads.
    Query,
    /// One that writes in a transaction.
    Mutation,
    /// One that may also call other services.
    Action,
}

/// What a function returned.
pub struct Reply<T> {
    /// The value.
    pub value: T,
    /// The time of the service, in milliseconds since 1970.
    pub date: Option<Millis>,
}

/// The functions of the deployment at one origin. Tokens that it is handed go nowhere else.
#[derive(Clone)]
pub struct Client {
    origin: Origin,
    transport: Arc<dyn Transport>,
}

#[derive(Serialize)]
struct Call<'a, A: ?Sized> {
    path: &'a str,
    args: &'a A,
    format: &'static str,
}

impl Client {
    /// The functions of the deployment at `origin`.
    pub fn new(origin: Origin, transport: Arc<dyn Transport>) -> Self {
        Self { origin, transport }
    }

    /// Where calls go.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Calls `function` with `args`, as whoever `token` belongs to.
    ///
    /// # Errors
    /// When no value came back: why, by what to do about it.
    pub async fn call<A, T>(
        &self,
        kind: Kind,
        function: &str,
        args: &A,
        token: Option<&SecretString>,
    ) -> Result<Reply<T>, Fault>
    where
        A: Serialize + Sync + ?Sized,
        T: DeserializeOwned,
    {
        let path = match kind {
            Kind::Query => "/api/query",
            Kind::Mutation => "/api/mutation",
            Kind::Action => "/api/action",
        };
        let call = serde_json::to_string(&Call { path: function, args, format: "json" })
            .map_err(|it| Fault::BadCall(it.to_string()))?;
        let url = self.origin.join(path);
        let answer = self.transport.post(url, token.cloned(), Body::Json(call.into())).await?;
        let date = answer.date;
        Ok(Reply { value: envelope::read(&answer)?, date })
    }
}
