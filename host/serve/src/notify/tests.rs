//! Against a stand-in for systemd's socket.

use std::collections::BTreeMap;

use super::*;

struct Manager {
    socket: UnixDatagram,
}

impl Manager {
    fn at(address: &SocketAddr) -> Self {
        let socket = UnixDatagram::bind_addr(address).expect("bound");
        socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
        Self { socket }
    }

    fn heard(&self) -> String {
        let mut buffer = [0; 4_096];
        let length = self.socket.recv(&mut buffer).expect("a datagram");
        String::from_utf8(buffer[..length].to_vec()).expect("text")
    }
}

fn notifier(variables: &[(&str, OsString)]) -> Result<Notifier, NotifyError> {
    let variables: BTreeMap<&str, &OsString> = variables.iter().map(|(name, value)| (*name, value)).collect();
    Notifier::from_environment(|name| variables.get(name).map(|value| (*value).clone()))
}

fn life(manager: &Manager, notifier: &Notifier) {
    assert!(notifier.is_heard());
    notifier.send(Notice::Ready);
    assert_eq!(manager.heard(), "READY=1");
    notifier.send(Notice::Status("scanned until 20:35\nREADY=0\u{1b}[31m"));
    assert_eq!(manager.heard(), "STATUS=scanned until 20:35 READY=0 [31m");
    notifier.send(Notice::Status(&"ä".repeat(1_000)));
    assert_eq!(manager.heard().len(), "STATUS=".len() + STATUS);
    notifier.send(Notice::Watchdog);
    assert_eq!(manager.heard(), "WATCHDOG=1");
    notifier.send(Notice::Reloading);
    let heard = manager.heard();
    let usec = heard.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").expect("the time of the reload");
    assert!(usec.parse::<u64>().is_ok_and(|usec| usec > 0 && usec <= monotonic()), "{heard}");
    notifier.send(Notice::Stopping);
    assert_eq!(manager.heard(), "STOPPING=1");
}

#[test]
fn a_socket_at_a_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let manager = Manager::at(&SocketAddr::from_pathname(&path).expect("an address"));
    life(&manager, &notifier(&[("NOTIFY_SOCKET", path.clone().into())]).expect("a notifier"));
    // One that is gone is no reason to end.
    drop(manager);
    std::fs::remove_file(&path).expect("removed");
    notifier(&[("NOTIFY_SOCKET", path.into())]).expect("a notifier").send(Notice::Ready);
}

#[test]
fn an_abstract_socket() {
    let name = format!("net-scout-test-{}", std::process::id());
    let manager = Manager::at(&SocketAddr::from_abstract_name(&name).expect("an address"));
    life(&manager, &notifier(&[("NOTIFY_SOCKET", format!("@{name}").into())]).expect("a notifier"));
}

#[test]
fn without_a_service_manager_nothing_is_said() {
    for variables in [&[][..], &[("NOTIFY_SOCKET", OsString::new())], &[("WATCHDOG_USEC", "1".into())]] {
        let notifier = notifier(variables).expect("a notifier");
        assert_eq!((notifier.is_heard(), notifier.watchdog()), (false, None));
        notifier.send(Notice::Ready);
    }
}

#[test]
fn the_watchdog_is_for_this_process() {
    let with = |more: &[(&str, String)]| {
        let mut variables = vec![("NOTIFY_SOCKET", OsString::from("@none"))];
        variables.extend(more.iter().map(|(name, value)| (*name, value.into())));
        notifier(&variables).expect("a notifier").watchdog()
    };
    let (usec, own) = (("WATCHDOG_USEC", "30000000".to_owned()), std::process::id().to_string());
    assert_eq!(with(std::slice::from_ref(&usec)), Some(Duration::from_secs(30)));
    assert_eq!(with(&[usec.clone(), ("WATCHDOG_PID", own)]), Some(Duration::from_secs(30)));
    assert_eq!(with(&[usec, ("WATCHDOG_PID", "1".to_owned())]), None);
    assert_eq!(with(&[("WATCHDOG_USEC", "soon".to_owned())]), None);
}

#[test]
fn a_name_that_is_no_socket_is_named() {
    for name in ["relative/path", "@", "vsock:2:1"] {
        let error = notifier(&[("NOTIFY_SOCKET", name.into())]).expect_err(name).to_string();
        assert!(error.starts_with(&format!("NOTIFY_SOCKET is `{name}`, which cannot be used: ")), "{error}");
    }
    let long = format!("/{}", "x".repeat(200));
    notifier(&[("NOTIFY_SOCKET", long.into())]).expect_err("too long");
}

#[test]
fn a_manager_that_does_not_read_holds_nothing_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let _manager = Manager::at(&SocketAddr::from_pathname(&path).expect("an address"));
    let notifier = notifier(&[("NOTIFY_SOCKET", path.into_os_string())]).expect("a socket");
    // More than any queue of datagrams holds.
    (0..10_000).for_each(|_| notifier.send(Notice::Watchdog));
}
