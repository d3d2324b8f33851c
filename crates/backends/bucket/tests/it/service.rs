//! A service that speaks S3, where `S3_SERVICE` names one: `http://HOST:PORT/BUCKET`. It may have
//! another address, `S3_SERVICE_ALSO`. Its credentials are those that `AWS_ACCESS_KEY_ID` and
//! `AWS_SECRET_ACCESS_KEY` name. Elsewhere the same is asked of a folder.

use std::sync::{Arc, OnceLock};

use driftline_core::{Error, Result, SetUp as _};
use futures_executor::block_on;
use object_store::{
    ObjectStore, RetryConfig, aws::AmazonS3Builder, client::SpawnedReqwestConnector,
    local::LocalFileSystem, prefix::PrefixStore,
};
use tempfile::TempDir;

use crate::{
    common::{Given, objects},
    sealed::{env, pull, push, schema},
};

/// How often a call is made that meets a service that is busy.
const AGAIN: u32 = 10;

/// What waits for the service while a test blocks.
pub(crate) fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    })
}

/// A folder of its own in the bucket; none if no service is named.
pub(crate) fn store(folder: &str) -> Option<Arc<dyn ObjectStore>> {
    at("S3_SERVICE", folder)
}

/// The same folder at the address that this variable names.
fn at(variable: &str, folder: &str) -> Option<Arc<dyn ObjectStore>> {
    let url = std::env::var(variable).ok()?;
    let (endpoint, bucket) = url.rsplit_once('/').expect("it is http://HOST:PORT/BUCKET");
    let store = AmazonS3Builder::from_env()
        .with_endpoint(endpoint)
        .with_bucket_name(bucket)
        .with_region(std::env::var("AWS_REGION").unwrap_or_else(|_| "us-east-1".into()))
        .with_allow_http(true)
        // It would sleep in the test's thread, which has no clock of tokio.
        .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
        .with_http_connector(SpawnedReqwestConnector::new(runtime().handle().clone()))
        .build()
        .unwrap();
    Some(Arc::new(PrefixStore::new(store, format!("test-{}-{folder}", std::process::id()))))
}

#[test]
fn one_device_wins_each_number() {
    let folder = TempDir::new().unwrap();
    let local = || Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap()) as Arc<_>;
    let given = Given::new(store("race").unwrap_or_else(local));
    let env = env(30);
    for _ in 0..5 {
        block_on(given.set_up(true, &env).try_out()).unwrap();
    }
    given.begin(true, &env).unwrap();
    assert_eq!(objects(&*given.store).len(), 1, "trials leave nothing");
    // Every other device has another way to the same bucket, if there is one.
    let other = at("S3_SERVICE_ALSO", "race").unwrap_or_else(|| given.store.clone());
    let (secrets, time) = (given.secrets.clone(), given.time.clone());
    let other = Given { store: other, secrets, time };
    // Each has a mirror of its own, as eight processes of eight profiles have.
    std::thread::scope(|scope| {
        for device in 0..8 {
            let (given, env) = (if device % 2 == 0 { &given } else { &other }, &env);
            scope.spawn(move || {
                let bucket = given.bucket(schema(), env, driftline_bucket::Options::default());
                for it in 0..5 {
                    // Forty devices, so that each has one call. Whoever is overtaken again and
                    // again is told to come back, as is who meets a service that is busy.
                    let (serial, text) = (1 + device * 5 + it, format!("{device} {it}"));
                    let call = || push(&bucket, serial, &text);
                    let is_busy = |it: &Result<()>| matches!(it, Err(Error::Unavailable { .. }));
                    let done = (0..AGAIN).map(|_| call()).find(|it| !is_busy(it));
                    done.expect("the service does not stay busy").unwrap();
                }
            });
        }
    });
    let bucket = given.bucket(schema(), &env, driftline_bucket::Options::default());
    assert_eq!(pull(&bucket).unwrap().changes.len(), 40);
    let entries = objects(&*given.store).into_iter().filter(|(it, _)| it.starts_with("entry/"));
    assert_eq!(entries.count(), 40, "no change is lost, and none is written twice");
}
