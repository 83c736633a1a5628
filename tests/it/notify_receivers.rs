//! Receivers beside webhooks: mail to a server with STARTTLS, a file, a program, each through the built program.

use std::fs;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::servers::smtp::{SmtpServer, authority};

const PASSWORD: &str = "s3cret-mail";

fn run(scene: &Scene, words: &[&str], variables: &[(&str, &str)]) -> Run {
    Run::of(scene.command(words).envs(variables.iter().copied()))
}

#[test]
fn mail_goes_over_starttls_with_a_password_of_systemd() {
    let scene = Scene::small();
    let server = SmtpServer::start().expect("a server");
    let port = server.address().port();
    scene.configure(&format!(
        "[[receiver]]\nname = 'mail'\nkind = 'mail'\nserver = '127.0.0.1'\nport = {port}\nfrom = 'Scout <scout@example.org>'\n\
         to = ['ops@example.org', 'boss@example.org']\nuser = 'scout'\npassword_credential = 'mail'\n[[route]]\nreceivers = ['mail']\n"
    ));
    let folder = scene.path("credentials");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("mail"), format!("{PASSWORD}\n")).expect("a credential");
    let (folder, authority) = (folder.display().to_string(), authority().display().to_string());
    let trusted = [("CREDENTIALS_DIRECTORY", folder.as_str()), ("SSL_CERT_FILE", authority.as_str())];
    run(&scene, &["scan"], &trusted).exited(0);
    // A server whose certificate nobody vouches for gets neither the password nor an alert.
    let untrusted = run(&scene, &["notify", "flush"], &trusted[..1]);
    assert!(untrusted.code == 3 && untrusted.stderr.contains("did not reach mail"), "{}", untrusted.stderr);
    assert!(server.letters().is_empty() && !untrusted.stderr.contains(PASSWORD));
    run(&scene, &["outbox", "retry"], &trusted).exited(0);
    run(&scene, &["notify", "flush"], &trusted).ended(0, "1 message sent, with 4 alerts");
    run(&scene, &["notify", "resend", "1"], &trusted).exited(0);
    run(&scene, &["notify", "flush"], &trusted).exited(0);
    let letters = server.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!((letters[0].from.as_str(), letters[0].to.len()), ("scout@example.org", 2));
    assert!(letters[0].text.contains("Subject: net-scout: 4 alerts (4 low)\n"), "{}", letters[0].text);
    let field = |letter: &str, name: &str| -> Vec<String> {
        let unfolded = letter.replace("\n ", " ");
        let line = unfolded.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        line.split_whitespace().map(str::to_owned).collect()
    };
    let (first, second) = (field(&letters[0].text, "References:"), field(&letters[1].text, "References:"));
    assert_eq!((first.len(), second.len()), (4, 1));
    assert!(first.contains(&second[0]), "one thread an incident: {first:?} {second:?}");
    fs::write(scene.path("credentials/mail"), "wrong-password").expect("a credential");
    let refused = run(&scene, &["notify", "test", "mail"], &trusted);
    assert!(
        refused.code == 1 && refused.stderr.contains("535") && !refused.stderr.contains("wrong-password"),
        "{}",
        refused.stderr
    );
}

#[test]
fn files_and_programs_are_handed_json() {
    let scene = Scene::small();
    let (file, got) = (scene.path("alerts.ndjson"), scene.path("got"));
    scene.configure(&format!(
        "[[receiver]]\nname = 'file'\nkind = 'file'\npath = '{}'\n\
         [[receiver]]\nname = 'page'\nkind = 'exec'\ncommand = ['/bin/sh', '-c', 'cat > \"$1\"; echo \"$NET_SCOUT_SECRET_X\" >> \"$1\"', 'sh', '{}']\n\
         [[route]]\nname = 'a'\nreceivers = ['file', 'page']\n[[route]]\nname = 'b'\nreceivers = ['page']\n",
        file.display(),
        got.display()
    ));
    let secret = [("NET_SCOUT_SECRET_X", "do-not-inherit")];
    run(&scene, &["scan"], &secret).exited(0);
    run(&scene, &["notify", "flush"], &secret).ended(0, "2 messages sent, with 8 alerts");
    let line: serde_json::Value = serde_json::from_str(fs::read_to_string(&file).expect("a file").trim()).expect("JSON");
    assert_eq!(line["data"]["total"], 4);
    let text = fs::read_to_string(&got).expect("a file");
    assert!(text.starts_with("{\"type\":\"net-scout.alerts\"") && !text.contains("do-not-inherit"), "{text}");
    // Never one of the files of the database.
    scene.configure("[[receiver]]\nname = 'file'\nkind = 'file'\npath = 'net_sentinel.db-wal'\n");
    let refused = scene.run(&["scan"]);
    assert!(refused.code == 2 && refused.stderr.contains("net-scout.toml:1: [[receiver]]: path"), "{}", refused.stderr);
}
