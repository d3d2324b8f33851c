//! The contract that `cargo xtask convex-check` holds any deployment to, held against the
//! local one through the client that people use.

use std::sync::Arc;

use async_trait::async_trait;
use driftline_convergence::{Contract, contract, scratch};
use driftline_convex::{Convex, Origin};
use driftline_convex_suite::MachineTime;
use driftline_core::{Env, Result, Schema, SecretString, TokenSource};
use driftline_deployment::{Account, Deployment, Options};
use driftline_entities as _;
use driftline_memory as _;

struct Token(String);

#[async_trait]
impl TokenSource for Token {
    async fn token(&self, _: &str) -> Result<Option<SecretString>> {
        Ok(Some(self.0.clone().into()))
    }

    async fn renew(&self, _: &str, _: &SecretString) -> Result<Option<SecretString>> {
        Ok(None)
    }
}

async fn convex(deployment: &Deployment, account: u64, env: &Arc<dyn Env>) -> Convex {
    let token = deployment.token(&Account::github(account)).await.unwrap().token;
    let origin = Origin::of_deployment(deployment.url()).unwrap();
    Convex::new(origin, env.clone(), Some(Arc::new(Token(token)))).unwrap()
}

#[tokio::test]
async fn the_local_deployment_keeps_the_contract_once_per_account() {
    let inside = Some(env!("CARGO_MANIFEST_DIR").into());
    let deployment = Deployment::start(Options { inside, ..Options::default() }).await.unwrap();
    let env: Arc<dyn Env> = Arc::new(MachineTime::start());
    let (one, other) = (convex(&deployment, 1, &env).await, convex(&deployment, 2, &env).await);
    let mut kept = Vec::new();
    let asked = || Contract {
        hubs: [&one, &other],
        schema: Schema::registered().unwrap(),
        local: scratch("memory").unwrap(),
        env: env.clone(),
        rounds: 100,
    };
    let broken = contract(&asked(), |it| kept.push(it)).await.unwrap();
    assert!(broken.is_none(), "{}", broken.unwrap());
    assert_eq!(kept.len(), 14);
    // Now there are rows, and they are left alone.
    let error = contract(&asked(), |_| ()).await.unwrap_err().to_string();
    assert!(error.contains("holds rows of github:1 already"), "{error}");
}
