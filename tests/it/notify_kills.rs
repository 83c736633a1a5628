//! The whole way of an alert, with kills: the short form of `cargo xtask soak outbox 50`.

use net_scout_tests::outbox_kills::run;

#[test]
fn a_service_that_is_killed_while_receivers_are_down_tells_everything() {
    let outcome = run(5).expect("everything is told");
    assert!(outcome.messages >= 2 && outcome.alerts >= 5, "{outcome:?}");
}
