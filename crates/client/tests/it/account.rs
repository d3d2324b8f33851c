//! What an app does with an account, at the local deployment: errands, the first merge, and
//! the way back from it.

use std::{path::Path, sync::Arc};

use driftline_auth::{FileVault, Origin, Saved, Tokens, Vault as _};
use driftline_client::{
    Client, Errand, Error, Kind, OpenProfile, Overrides, Standing,
    errand::{Came, Done},
    profile::Profile,
};
use driftline_core::{Id, Stamp};
use driftline_deployment::{Account, Deployment, Options};
use driftline_testing::{Clock, START, closed_port, until};

use crate::world::{Side, World};

async fn deployment() -> Deployment {
    // For the clients of these tests; the program's own names its provider itself.
    let _by_another_test = rustls::crypto::ring::default_provider().install_default();
    let inside = Some(Path::new(env!("CARGO_MANIFEST_DIR")).to_owned());
    let deployment = Deployment::start(Options { inside, ..Options::default() }).await.unwrap();
    deployment.set_clock(Some(START.cast_signed())).await.unwrap();
    deployment
}

/// Somebody's profile, in which they are signed in.
async fn signed_in(world: &World, name: &str, deployment: &Deployment) -> (Side, Arc<Clock>) {
    let (url, site) = (deployment.url(), deployment.site_url());
    let pairs = [("remote.backend", "convex"), ("remote.url", url), ("remote.site_url", site)];
    world.set(name, &pairs);
    let tokens = deployment.token(&Account::github(1001)).await.unwrap();
    let tokens = Tokens::new(tokens.token, tokens.refresh_token).unwrap();
    let vault = FileVault::new(&world.path(name));
    vault.save(&Origin::parse(url).unwrap(), &Saved::now(tokens, START)).await.unwrap();
    let clock = Arc::new(Clock::set(3, START));
    let profile = Profile::at(world.path(name));
    let client = Client::new(profile, clock.clone(), Overrides::default()).unwrap();
    (Side::of(client), clock)
}

/// What the account is once nothing is under way.
fn settled(app: &OpenProfile) -> Standing {
    app.account().unwrap();
    until("the end of an errand", || app.errand().0.is_none().then_some(()));
    app.account().unwrap()
}

/// What an errand comes to.
fn came(app: &OpenProfile, errand: &Errand) -> Came {
    settled(app);
    app.begin(errand.clone());
    let (which, came) = settled(app).done.unwrap();
    assert_eq!(which, *errand);
    came
}

fn stamp(side: &Side, id: Id) -> Stamp {
    let row = side.device.replica.get_values("inbox", id).unwrap().unwrap().row;
    row.cell("title").unwrap().stamp
}

#[test]
fn without_a_deployment_there_is_nobody_and_nothing_to_look_at() {
    let app = World::new().open("a").app();
    let account = app.account().unwrap();
    assert!(account.remote.is_none() && account.providers.is_empty() && account.who.is_none());
    assert_eq!(app.errand(), (None, 0));
    app.begin(Errand::SignIn("github".into()));
    until("the end of an errand", || app.errand().0.is_none().then_some(()));
    assert_eq!(app.errand().1, 1, "it ended by itself");
}

#[test]
fn a_look_at_a_deployment_that_is_not_there_says_so_and_is_made_again_later() {
    let world = World::new();
    let url = format!("http://127.0.0.1:{}", closed_port());
    world.set("a", &[("remote.backend", "convex"), ("remote.url", &url)]);
    let side = world.open("a");
    let app = side.app();
    let first = app.account().unwrap();
    assert!(first.who.is_none(), "nobody waits for the network");
    assert_eq!(first.remote.as_deref(), Some("127.0.0.1"));
    let names: Vec<_> = first.providers.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(names, ["github", "google"]);
    let who = settled(&app).who.unwrap();
    // Nobody was ever signed in, which needs no deployment to be known.
    assert_eq!(who.unwrap_err().kind(), Kind::SignIn);
    assert!(matches!(&*came(&app, &Errand::Undo).unwrap_err(), Error::NothingToUndo));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_look_tells_who_is_signed_in_and_is_good_for_a_minute() {
    let (world, deployment) = (World::new(), deployment().await);
    let (side, clock) = signed_in(&world, "a", &deployment).await;
    side.add("inbox", &[("title", "waits")]);
    let app = side.app();
    let who = settled(&app).who.unwrap().unwrap();
    assert_eq!((who.person.as_str(), who.provider.as_str()), ("github:1001", "github"));
    assert_eq!((who.bound_to.as_deref(), who.unsent.waiting), (None, 1));
    assert!(who.first_merge.is_none() && who.unreachable.is_none(), "{who:?}");
    let (_, steps) = app.errand();
    side.add("inbox", &[("title", "waits, too")]);
    clock.pass(59_000);
    assert_eq!(settled(&app).who.unwrap().unwrap().unsent.waiting, 1, "what was heard is good");
    assert_eq!(app.errand(), (None, steps));
    clock.pass(1_000);
    assert_eq!(settled(&app).who.unwrap().unwrap().unsent.waiting, 2);
    assert_eq!(app.errand(), (None, steps + 1));
}

/// The same replica lives on under an app. Its clock stands still, so that nothing but what
/// it remembers tells a stamp from those that it gave before, and the copy remembers less.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_undo_goes_back_under_a_live_replica_whose_stamps_go_on() {
    let (world, deployment) = (World::new(), deployment().await);
    let (side, _clock) = signed_in(&world, "a", &deployment).await;
    let id = side.add("inbox", &[("title", "before")]);
    let error = tokio::task::block_in_place(|| side.try_sync()).unwrap_err();
    assert_eq!(error.kind(), Kind::SignIn, "nothing goes there before somebody agreed: {error}");
    let app = side.app();
    let done = came(&app, &Errand::Merge).unwrap();
    let Done::SignedIn(done) = &*done else { panic!("{done:?}") };
    let merged = done.first.as_ref().unwrap().merged.as_ref().unwrap();
    assert_eq!((merged.sent, merged.received), (1, 0));
    assert!(merged.backup.as_ref().unwrap().is_file());
    assert_eq!(settled(&app).who.unwrap().unwrap().bound_to.as_deref(), Some("github:1001"));
    for number in 1..=5 {
        side.edit("inbox", id, "title", number.to_string());
    }
    let last = stamp(&side, id);
    let undone = came(&app, &Errand::Undo).unwrap();
    let Done::Undone(undone) = &*undone else { panic!("{undone:?}") };
    assert!(undone.told, "the deployment knows that the sign-in is over");
    assert_eq!(undone.until.unsent, 1, "{undone:?}");
    assert_eq!(Some(&undone.opened), merged.backup.as_ref());
    assert_eq!(side.value("inbox", id, "title"), "before");
    side.edit("inbox", id, "title", "after");
    assert!(stamp(&side, id) > last, "{:?} {last:?}", stamp(&side, id));
    // Signed out, and there is nothing more to undo.
    assert_eq!(settled(&app).who.unwrap().unwrap_err().kind(), Kind::SignIn);
    assert!(matches!(&*came(&app, &Errand::Undo).unwrap_err(), Error::NothingToUndo));
}
