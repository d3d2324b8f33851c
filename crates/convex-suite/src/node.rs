//! One local deployment and the one person who uses it.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use driftline_core::{Env, Millis, Result, SecretString, Simulated, TokenSource};
use driftline_deployment::{Account, Deployment, Options, Snapshot};

use crate::error::broken;

/// A running deployment that somebody has signed in to.
pub(crate) struct Node {
    pub(crate) person: String,
    pub(crate) deployment: Deployment,
    account: Account,
    /// The deployment without a row. Everybody is signed in.
    empty: Snapshot,
    token: Mutex<SecretString>,
    clock: AtomicU64,
}

impl Node {
    pub(crate) async fn start(person: &str, env: &Simulated) -> Result<Self> {
        let inside = Some(env!("CARGO_MANIFEST_DIR").into());
        let options = Options { inside, ..Options::default() };
        let deployment =
            Deployment::start(options).await.map_err(|it| broken("it does not start", it))?;
        let account = Account::github(person.bytes().fold(7, |sum, it| sum * 31 + u64::from(it)));
        let now = env.wall();
        set_clock(&deployment, now).await?;
        let token = sign_in(&deployment, &account).await?;
        let empty = deployment.snapshot().await.map_err(|it| broken("it makes no backup", it))?;
        Ok(Self {
            person: person.to_owned(),
            deployment,
            account,
            empty,
            token: Mutex::new(token),
            clock: AtomicU64::new(now),
        })
    }

    /// Loses every row. The next call draws another account and epoch.
    pub(crate) async fn empty(&self) -> Result<()> {
        let done = self.deployment.restore(&self.empty).await;
        done.map_err(|it| broken("it cannot be put back", it))
    }

    /// Makes the deployment's clock show `now`.
    pub(crate) async fn set_clock(&self, now: Millis) -> Result<()> {
        if self.clock.swap(now, Ordering::Relaxed) != now {
            set_clock(&self.deployment, now).await?;
        }
        Ok(())
    }
}

async fn set_clock(deployment: &Deployment, now: Millis) -> Result<()> {
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    let done = deployment.set_clock(Some(now)).await;
    done.map_err(|it| broken("its clock cannot be set", it))
}

async fn sign_in(deployment: &Deployment, account: &Account) -> Result<SecretString> {
    let tokens = deployment.token(account).await;
    Ok(tokens.map_err(|it| broken("nobody can sign in", it))?.token.into())
}

/// Tokens live for an hour, and schedules jump by days: whenever one is refused, the
/// person signs in again.
#[async_trait]
impl TokenSource for Node {
    async fn token(&self, _origin: &str) -> Result<Option<SecretString>> {
        Ok(Some(self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }

    async fn renew(&self, _origin: &str, _: &SecretString) -> Result<Option<SecretString>> {
        let token = sign_in(&self.deployment, &self.account).await?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token.clone();
        Ok(Some(token))
    }
}
