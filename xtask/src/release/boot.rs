//! The service in a Debian that is started: systemd runs its units in their sandboxes, as on a machine. `systemd-nspawn` starts it, without a
//! network; where that is missing, this is left out.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::command;

/// How long the machine runs at most, in seconds. It has no bus on which it could be asked to end: the script sends its first process the
/// signal for that, SIGRTMIN+4.
const SECONDS: &str = "90";
/// What is tried in it: the service with the database of the package, then one round with a database that root owns and its group may write,
/// as of net-sentinel. What it says comes into a file.
const SCRIPT: &str = r#"#!/bin/sh
exec > /root/boot.out 2>&1
cd /var/lib/net-scout
cp net_sentinel.db /root/fresh.db
systemctl start net-scout.service && echo "service: started"
sleep 5
runuser -u net-scout -- env NET_SCOUT_DB_PATH=/var/lib/net-scout/net_sentinel.db XDG_CACHE_HOME=/var/cache net-scout status
grep -E '^(CapEff|NoNewPrivs|Seccomp):' "/proc/$(systemctl show --property MainPID --value net-scout)/status"
systemctl stop net-scout.service
mkdir /var/lib/net-sentinel
mv /root/fresh.db /var/lib/net-sentinel/net_sentinel.db
chown -R root:net-scout /var/lib/net-sentinel
chmod -R g+rwXs /var/lib/net-sentinel
sed -i 's|^# db_path = .*|db_path = "/var/lib/net-sentinel/net_sentinel.db"|' /etc/net-scout.toml
systemctl start net-scout-once.service && echo "once: done"
echo "alerts: $(net-scout alerts --format ndjson | wc -l)"
sed -i 's|^db_path = .*|# db_path = "./net_sentinel.db"|' /etc/net-scout.toml
rm -r /var/lib/net-sentinel
sync
kill -38 1
"#;
/// When systemd runs it.
const UNIT: &str = "[Unit]\nAfter=multi-user.target\n[Service]\nExecStart=/root/boot.sh\n";

/// Starts it and looks at what its service did.
pub(super) fn with_its_service(root: &Path) -> anyhow::Result<()> {
    if command::answer("systemd-nspawn", &["--version"])?.is_none() {
        eprintln!("there is no systemd-nspawn (Debian: systemd-container): the service is not tried");
        return Ok(());
    }
    let unit = root.join("etc/systemd/system/boot-test.service");
    let wanted = root.join("etc/systemd/system/multi-user.target.wants/boot-test.service");
    let script = root.join("root/boot.sh");
    fs::write(&unit, UNIT).and_then(|()| fs::write(&script, SCRIPT)).context("failed to write the test")?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).context("failed to make the test a program")?;
    symlink("/etc/systemd/system/boot-test.service", &wanted).context("failed to enable the test")?;
    let mut nspawn = Command::new("timeout");
    nspawn.args([
        SECONDS,
        "systemd-nspawn",
        "--quiet",
        "--private-network",
        "--register=no",
        "--keep-unit",
        "--boot",
        "--directory",
    ]);
    nspawn.arg(root).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command::show(&nspawn);
    nspawn.status().with_context(|| command::start_failed(&nspawn))?;
    let said = root.join("root/boot.out");
    let text = fs::read_to_string(&said).context("the machine did not get so far as to run the test")?;
    for path in [&unit, &wanted, &script, &said] {
        fs::remove_file(path).with_context(|| format!("failed to remove {}", path.display()))?;
    }
    check(&text).with_context(|| format!("the service does not do what it should:\n{text}"))?;
    eprintln!("the service runs in its sandbox, and with a database of another user");
    Ok(())
}

fn check(text: &str) -> anyhow::Result<()> {
    for expected in ["service: started", "once: done", "CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"] {
        if !text.contains(expected) {
            bail!("`{expected}` is missing");
        }
    }
    if text.contains("none runs") || text.contains("alerts: 0") {
        bail!("`status` does not see it, or it raised no alert");
    }
    Ok(())
}
