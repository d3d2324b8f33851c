//! The address of a bucket, as a config file has it, and how what is there is reached.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use driftline_core::{Error, ExposeSecret as _, Result, SecretString, excerpt};
use object_store::{
    ObjectStore, RetryConfig, aws::AmazonS3Builder, azure::MicrosoftAzureBuilder,
    gcp::GoogleCloudStorageBuilder, local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use url::Url;

use crate::{
    bucket::Connection,
    fault,
    folder::Folder,
    time::{StoreTime, Timed},
};

/// Where a bucket is.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    url: Url,
    region: Option<String>,
}

/// What proves that a person may use a bucket.
pub(crate) struct Credentials {
    pub(crate) id: Option<SecretString>,
    pub(crate) secret: Option<SecretString>,
}

impl Address {
    /// Reads it.
    pub(crate) fn read(url: &str, region: Option<&str>) -> Result<Self> {
        let takes = "an address: s3://BUCKET, gs://BUCKET, az://CONTAINER, \
                     https://ENDPOINT/BUCKET or file:///FOLDER, without a password";
        let bad = || Error::bad_value("[remote]", "url", takes);
        let mut url = Url::parse(url).map_err(|_| bad())?;
        let has_password = !url.username().is_empty() || url.password().is_some();
        if has_password || url.query().is_some() || url.fragment().is_some() {
            return Err(bad());
        }
        let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let needs_bucket = match url.scheme() {
            "s3" | "gs" | "az" => false,
            "https" => true,
            "http" if is_here => true,
            "file" if url.host_str().is_none() => url.to_file_path().is_err(),
            _ => return Err(bad()),
        };
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let has_bucket = path.len() > 1;
        if needs_bucket && !has_bucket || url.scheme() != "file" && url.host_str().is_none() {
            return Err(bad());
        }
        Ok(Self { url, region: region.map(str::to_owned) })
    }

    /// What a person calls it, and under what its secrets are kept.
    pub(crate) fn name(&self) -> String {
        self.url.to_string()
    }

    /// The objects there. Nothing is called yet.
    pub(crate) fn open(&self, credentials: &Credentials) -> Result<Connection> {
        let time = StoreTime::default();
        let store = self.store(credentials, &time)?;
        Ok(Connection { store, time })
    }

    fn store(&self, credentials: &Credentials, time: &StoreTime) -> Result<Arc<dyn ObjectStore>> {
        // What calls a bucket takes the cryptography of the process; one was chosen, or ours is.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let failed = |it| fault::failed(&self.name(), it);
        let path = self.url.path().trim_matches('/');
        let host = self.url.host_str().unwrap_or_default();
        match self.url.scheme() {
            "file" => self.folder(),
            "gs" => {
                let store = GoogleCloudStorageBuilder::from_env()
                    .with_http_connector(Timed::noting(time))
                    .with_bucket_name(host);
                Ok(within(store.build().map_err(failed)?, path))
            }
            "az" => {
                let mut store = MicrosoftAzureBuilder::from_env()
                    .with_http_connector(Timed::noting(time))
                    .with_container_name(host);
                if let Some(account) = &credentials.id {
                    store = store.with_account(account.expose_secret());
                }
                if let Some(key) = &credentials.secret {
                    store = store.with_access_key(key.expose_secret());
                }
                Ok(within(store.build().map_err(failed)?, path))
            }
            "s3" => {
                let store = self.s3(credentials, host, None);
                let store = store.with_http_connector(Timed::noting(time));
                Ok(within(store.build().map_err(failed)?, path))
            }
            scheme => {
                let port = self.url.port().map(|it| format!(":{it}")).unwrap_or_default();
                let endpoint = format!("{scheme}://{host}{port}");
                let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
                let store = self.s3(credentials, bucket, Some(endpoint));
                let store = store.with_http_connector(Timed::noting(time));
                Ok(within(store.with_allow_http(scheme == "http").build().map_err(failed)?, prefix))
            }
        }
    }

    fn s3(
        &self,
        credentials: &Credentials,
        bucket: &str,
        endpoint: Option<String>,
    ) -> AmazonS3Builder {
        // The engine tries again by itself, and a person is waiting.
        let retry = RetryConfig {
            max_retries: 3,
            retry_timeout: Duration::from_secs(30),
            ..RetryConfig::default()
        };
        let mut store = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry);
        if let Some(region) = &self.region {
            store = store.with_region(region);
        } else if endpoint.is_some() {
            store = store.with_region("auto");
        }
        if let Some(endpoint) = endpoint {
            store = store.with_endpoint(endpoint);
        }
        if let (Some(id), Some(secret)) = (&credentials.id, &credentials.secret) {
            store = store
                .with_access_key_id(id.expose_secret())
                .with_secret_access_key(secret.expose_secret());
        }
        store
    }

    fn folder(&self) -> Result<Arc<dyn ObjectStore>> {
        let name = self.name();
        let path: PathBuf = self.url.to_file_path().map_err(|()| fault::nothing_here(&name))?;
        if let Some(reason) = driftline_sqlite::not_shared(&path.join("space.json")) {
            return Err(Error::Store {
                what: format!("{} {reason}, where two devices can append at once", path.display()),
                help: "choose a folder on a local disk, or a bucket".into(),
                source: None,
            });
        }
        if !fs::metadata(&path).is_ok_and(|it| it.is_dir()) {
            return Err(Error::Store {
                what: format!("there is no folder {}", excerpt(&path.display().to_string())),
                help: "is the drive mounted? Otherwise make the folder first".into(),
                source: None,
            });
        }
        let store =
            LocalFileSystem::new_with_prefix(path).map_err(|it| fault::failed(&name, it))?;
        Ok(Arc::new(Folder::new(store.with_fsync(true))))
    }
}

fn within(store: impl ObjectStore, prefix: &str) -> Arc<dyn ObjectStore> {
    match prefix {
        "" => Arc::new(store),
        prefix => Arc::new(PrefixStore::new(store, Path::from(prefix))),
    }
}
