use std::os::unix::fs::PermissionsExt as _;

use super::*;
use net_scout_model::Timestamp;

const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
const HOUR: i64 = 3_600_000_000;

fn with_users() -> Accounts {
    let mut accounts = Accounts::in_memory().expect("open");
    assert!(accounts.add_first_user("anna", "admin", "hash", NOW).expect("added"));
    assert!(!accounts.add_first_user("eve", "admin", "hash", NOW).expect("there is one"));
    assert!(accounts.add_user("ben", "viewer", "hash", NOW).expect("added"));
    assert!(!accounts.add_user("BEN", "admin", "other", NOW).expect("there is one"), "a name is one name in any case");
    accounts
}

#[test]
fn the_file_is_for_its_user_alone_and_a_later_one_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let state = folder.path().join("a/state");
    let accounts = Accounts::open(&state).expect("made");
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&state), mode(accounts.path())), (0o700, 0o600));
    for beside in ["web.db-wal", "web.db-shm"] {
        assert_eq!(mode(&state.join(beside)), 0o600, "{beside}");
    }
    accounts.connection.pragma_update(None, "user_version", 2).expect("set");
    drop(accounts);
    assert!(matches!(Accounts::open(&state), Err(DatabaseError::Newer { found: 2, .. })));
}

#[test]
fn a_session_ends_by_itself_by_logging_out_and_with_its_password() {
    let mut accounts = with_users();
    let ben = accounts.user("Ben").expect("read").expect("there").id;
    let found = |accounts: &Accounts, digest: &[u8], now: Timestamp| {
        accounts.session(digest, now, now.plus(-HOUR)).expect("read").map(|session| session.user)
    };
    accounts.begin_session(ben, b"one", "csrf", NOW, NOW.plus(3 * HOUR)).expect("begun");
    assert_eq!(found(&accounts, b"one", NOW).as_deref(), Some("ben"));
    assert_eq!(found(&accounts, b"two", NOW), None);
    assert_eq!(found(&accounts, b"one", NOW.plus(HOUR)), None, "it was idle for too long");
    assert!(found(&accounts, b"one", NOW.plus(HOUR / 2)).is_some());
    assert!(found(&accounts, b"one", NOW.plus(HOUR + 1)).is_some(), "the last use was noted");
    assert_eq!(found(&accounts, b"one", NOW.plus(3 * HOUR)), None, "its end is past");
    accounts.begin_session(ben, b"two", "csrf", NOW, NOW.plus(3 * HOUR)).expect("begun");
    accounts.end_session(b"two").expect("ended");
    assert_eq!(found(&accounts, b"two", NOW), None);
    assert!(accounts.set_password("ben", "new").expect("set"));
    assert_eq!(found(&accounts, b"one", NOW), None);
    assert!(!accounts.set_password("carl", "new").expect("nobody"));
}

#[test]
fn a_user_has_so_many_sessions_at_most() {
    let mut accounts = with_users();
    for number in 0..25_u8 {
        accounts.begin_session(1, &[number], "csrf", NOW.plus(number.into()), NOW.plus(HOUR)).expect("begun");
    }
    let holds = |number: u8| accounts.session(&[number], NOW.plus(30), NOW.plus(-HOUR)).expect("read").is_some();
    assert_eq!((0..25).filter(|number| holds(*number)).collect::<Vec<_>>(), (5..25).collect::<Vec<_>>());
}

#[test]
fn a_token_ends_is_revoked_and_goes_with_its_user() {
    let mut accounts = with_users();
    let new = |digest: &'static [u8], ends| NewToken { name: "grafana", digest, scopes: "read,act", ends };
    let first = accounts.add_token(2, &new(b"one", None), NOW).expect("added");
    let second = accounts.add_token(2, &new(b"two", Some(NOW.plus(HOUR))), NOW).expect("added");
    let holds = |accounts: &Accounts, digest: &[u8], now| accounts.token(digest, now).expect("read").is_some();
    assert!(holds(&accounts, b"one", NOW) && holds(&accounts, b"two", NOW) && !holds(&accounts, b"three", NOW));
    assert!(!holds(&accounts, b"two", NOW.plus(HOUR)));
    let listed = accounts.tokens().expect("listed");
    assert_eq!(listed.iter().map(|token| token.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!((listed[0].user.as_str(), listed[0].role.as_str(), listed[0].used), ("ben", "viewer", Some(NOW)));
    assert!(accounts.remove_token(first).expect("removed") && !accounts.remove_token(first).expect("gone"));
    assert!(!holds(&accounts, b"one", NOW));
    assert!(accounts.remove_user("ben").expect("removed"));
    assert_eq!(accounts.tokens().expect("listed"), []);
}
