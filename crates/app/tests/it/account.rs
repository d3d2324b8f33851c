//! What the commands of an account say where there is nothing to sign in to. Signing in
//! itself is tested where the local deployment is.

use crate::common::Place;

#[test]
fn a_deployment_that_is_not_there_is_not_a_lost_sign_in() {
    let place = Place::new();
    place.ok("a", &["config", "set", "remote.backend", "convex"]);
    place.ok("a", &["config", "set", "remote.url", "http://127.0.0.1:9"]);
    let ran = place.run("a", &["sign-in", "github", "--token-file"]);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains("cannot be reached"), "{ran:?}");
    let ran = place.run("a", &["account"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    let ran = place.run("a", &["doctor"]);
    assert!(ran.stdout.contains("✗ deployment"), "{ran:?}");
    assert!(place.ok("a", &["sign-out"]).contains("nobody was signed in"));
}
