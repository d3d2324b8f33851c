//! Proof that a store creates an object only if it is absent. Stores say so that let two
//! writers win, so they are asked by a race.

use driftline_core::{Env, Result};
use futures_util::future::join_all;
use object_store::{
    Error as Cause, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload, path::Path,
};

use crate::{fault, names, space::random_name};

const ROUNDS: usize = 5;
const RACERS: usize = 6;

/// Lets several creations of one name race, some times over. Nothing of it stays where one may
/// delete.
pub(crate) async fn race(store: &dyn ObjectStore, name: &str, env: &dyn Env) -> Result<()> {
    for _ in 0..ROUNDS {
        let path = Path::from(format!("{}/{}", names::TEST, random_name(env)));
        let outcome = round(store, name, &path).await;
        let removed = remove(store, name, &path).await;
        outcome?;
        removed?;
    }
    Ok(())
}

/// Deletes what a trial wrote. Returns whether that is permitted.
pub(crate) async fn remove(store: &dyn ObjectStore, name: &str, path: &Path) -> Result<bool> {
    match store.delete(path).await {
        Ok(()) | Err(Cause::NotFound { .. }) => Ok(true),
        Err(error) if fault::is_forbidden(&error) => Ok(false),
        Err(error) => Err(fault::failed(name, error)),
    }
}

async fn round(store: &dyn ObjectStore, name: &str, path: &Path) -> Result<()> {
    let racers = (0..RACERS).map(|racer| async move {
        let payload = PutPayload::from(format!("racer {racer}").into_bytes());
        match store.put_opts(path, payload, PutMode::Create.into()).await {
            Ok(_) => Ok(Some(racer)),
            Err(Cause::AlreadyExists { .. } | Cause::Precondition { .. }) => Ok(None),
            Err(error) => Err(fault::failed_to(name, "writing", error)),
        }
    });
    let ends = join_all(racers).await.into_iter().collect::<Result<Vec<_>>>()?;
    let winners: Vec<usize> = ends.into_iter().flatten().collect();
    let got = store.get(path).await.map_err(|it| fault::failed(name, it))?;
    let bytes = got.bytes().await.map_err(|it| fault::failed(name, it))?;
    let is_winners = winners.iter().any(|it| bytes == format!("racer {it}").as_bytes());
    match winners.as_slice() {
        [_] if is_winners => Ok(()),
        _ => Err(fault::two_winners(name, winners.len())),
    }
}
