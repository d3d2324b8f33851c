//! An account at a deployment that its person erased.

use crate::common::Place;
use crate::common::cloud::{deployment, join, sign_in};
use driftline_deployment::Visitor;
use serde_json::json;

#[tokio::test]
async fn an_account_that_was_erased_is_empty_there_and_whole_on_its_devices() {
    let (place, deployment) = (Place::new(), deployment().await);
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    for profile in ["a", "b", "c"] {
        join(&place, profile, &deployment);
    }
    place.ok("a", &["add", "sessions", "name=Kept here"]);
    for profile in ["a", "b"] {
        let (code, said) = sign_in(&place, profile, &["--yes"]).await;
        assert_eq!(code, 0, "{said}");
    }

    // A script has nobody to ask.
    let (_, said) = place.fails("a", &["account", "erase"]);
    assert!(said.contains("nothing was erased") && said.contains("account erase --yes"), "{said}");
    assert_eq!(place.json("b", &["sync"])["state"], "synced");

    let erased = place.json("a", &["account", "erase", "--yes"]);
    assert_eq!(
        (&erased["rows"], &erased["who"]),
        (&json!(1), &json!("github:1001 (login person-1001)"))
    );
    for profile in ["a", "b"] {
        assert!(place.ok(profile, &["list", "sessions"]).contains("Kept here"));
        let (code, said) = place.fails(profile, &["sync"]);
        assert!(code == 4 && said.contains("sign-in"), "{said}");
    }

    // The same person begins anew. A device with the former rows does not fill that account.
    let (code, said) = sign_in(&place, "c", &["--yes"]).await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(place.json("c", &["list", "sessions"]), json!([]));
    let (code, said) = sign_in(&place, "a", &["--yes"]).await;
    assert!(code != 0 && said.contains("github:1001"), "{said}");
    assert_eq!(place.json("c", &["sync"])["received"], 0);
}
