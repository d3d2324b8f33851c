//! The time of a service that keeps a bucket. Its answers say it, and nothing that is kept
//! there does: so it is taken from each answer on the way.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::UNIX_EPOCH,
};

use async_trait::async_trait;
use driftline_core::Millis;
use object_store::{
    ClientOptions, Result,
    client::{
        HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService,
        ReqwestConnector,
    },
};

/// What a service said last of the time; nothing where it says none, such as a folder.
#[derive(Clone, Debug, Default)]
pub struct StoreTime(Arc<AtomicU64>);

impl StoreTime {
    /// Takes note of a time, in milliseconds since 1970.
    pub fn note(&self, time: Millis) {
        self.0.store(time, Ordering::Relaxed);
    }

    /// The last one.
    pub fn last(&self) -> Option<Millis> {
        Some(self.0.load(Ordering::Relaxed)).filter(|it| *it > 0)
    }
}

/// Calls as they are always made, and notes the time of each answer.
#[derive(Debug)]
pub(crate) struct Timed {
    pub(crate) time: StoreTime,
    calls: ReqwestConnector,
}

impl Timed {
    pub(crate) fn noting(time: &StoreTime) -> Self {
        Self { time: time.clone(), calls: ReqwestConnector::default() }
    }
}

impl HttpConnector for Timed {
    fn connect(&self, options: &ClientOptions) -> Result<HttpClient> {
        let (calls, time) = (self.calls.connect(options)?, self.time.clone());
        Ok(HttpClient::new(Service { calls, time }))
    }
}

struct Service {
    calls: HttpClient,
    time: StoreTime,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> std::result::Result<HttpResponse, HttpError> {
        let answer = self.calls.execute(request).await?;
        let date = answer.headers().get("date").and_then(|it| it.to_str().ok());
        let since = date
            .and_then(|it| httpdate::parse_http_date(it).ok())
            .and_then(|it| it.duration_since(UNIX_EPOCH).ok());
        if let Some(millis) = since.and_then(|it| Millis::try_from(it.as_millis()).ok()) {
            self.time.note(millis);
        }
        Ok(answer)
    }
}
