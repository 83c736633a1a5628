//! Which process holds a lock, and whether it is still there. Nothing is opened but files of /proc.

use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, getpid, test_kill_process};

/// A process, told from every other one that there was or will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    /// The name of its machine.
    pub(super) machine: String,
    /// Which time that the machine was started.
    pub(super) boot: String,
    /// The name space of its number: containers have their own.
    pub(super) pid_space: String,
    /// Its number.
    pub(super) pid: i32,
    /// When it began, in ticks since the machine was started; 0 where that is not known.
    pub(super) started: i64,
}

impl Process {
    /// This process.
    pub(super) fn own() -> Self {
        let text = |path: &str| std::fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default();
        let pid_space = std::fs::read_link("/proc/self/ns/pid").map(|link| link.to_string_lossy().into_owned());
        let pid = getpid();
        Self {
            machine: text("/proc/sys/kernel/hostname"),
            boot: text("/proc/sys/kernel/random/boot_id"),
            pid_space: pid_space.unwrap_or_default(),
            pid: pid.as_raw_nonzero().get(),
            started: Seen::of(pid).map_or(0, |seen| seen.started),
        }
    }

    /// Whether a process has ended, as this one sees it; none where it cannot know, because that one is on another machine or in a container.
    pub(super) fn has_ended(&self, own: &Self) -> Option<bool> {
        if self.boot != own.boot {
            // systemd-nspawn gives its container a boot of its own, which some sandboxes of services lose: what has this number and began at
            // that tick is the process, whatever the boot is called. After a start of the machine that would be chance, so it is not certain.
            let is_same = |seen: Seen| self.started != 0 && seen.started == self.started && !seen.is_dead;
            let seen = Pid::from_raw(self.pid).filter(|_| self.pid_space == own.pid_space).and_then(Seen::of);
            return (self.machine == own.machine && !seen.is_some_and(is_same)).then_some(true);
        }
        if self.pid_space != own.pid_space {
            return None;
        }
        let Some(pid) = Pid::from_raw(self.pid) else { return Some(true) };
        if test_kill_process(pid) == Err(Errno::SRCH) {
            return Some(true);
        }
        // Where /proc hides what is another user's, a process of that number is taken for the one.
        let seen = Seen::of(pid);
        Some(seen.is_some_and(|seen| seen.is_dead || (self.started != 0 && seen.started != self.started)))
    }
}

/// What /proc says of a process.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// Whether it has ended, and nobody has asked how.
    is_dead: bool,
    started: i64,
}

impl Seen {
    fn of(pid: Pid) -> Option<Self> {
        let path = Path::new("/proc").join(pid.as_raw_nonzero().to_string()).join("stat");
        Self::parse(&std::fs::read_to_string(path).ok()?)
    }

    /// Of proc_pid_stat(5): the third field is the state, the 22nd the start. The name, which is the second, may hold anything.
    fn parse(stat: &str) -> Option<Self> {
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        let is_dead = matches!(fields.next()?, "Z" | "X" | "x");
        Some(Self { is_dead, started: fields.nth(18)?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let rest = "S 1 2 3 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 1";
        let seen = Seen { is_dead: false, started: 98_765 };
        assert_eq!(Seen::parse(&format!("12 (cat) {rest}")), Some(seen));
        assert_eq!(Seen::parse(&format!("12 (a) Z 1 (b)) {rest}")).map(|seen| seen.started), Some(98_765));
        assert_eq!(Seen::parse("12 (cat) S 1 2"), None);
        assert_eq!(Seen::parse(""), None);
    }

    #[test]
    fn a_process_that_was_killed_has_ended() {
        let own = Process::own();
        assert_eq!(own.has_ended(&own), Some(false));
        let mut child = Command::new("sleep").arg("60").spawn().expect("a child");
        let pid = child.id().cast_signed();
        let started = Seen::of(Pid::from_raw(pid).expect("a number")).expect("it is there").started;
        let process = Process { pid, started, ..own.clone() };
        assert_eq!(process.has_ended(&own), Some(false));
        let another = Process { started: started + 1, ..process.clone() };
        assert_eq!(another.has_ended(&own), Some(true), "its number was given to another");
        child.kill().expect("killed");
        // It is dead before anybody asks how it ended.
        let begun = std::time::Instant::now();
        while process.has_ended(&own) != Some(true) {
            assert!(begun.elapsed().as_secs() < 10, "it lives on");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        child.wait().expect("an end");
        assert_eq!(process.has_ended(&own), Some(true));
    }

    #[test]
    fn another_machine_and_another_container_cannot_be_seen() {
        let own = Process::own();
        let renamed = Process { boot: "before".to_owned(), ..own.clone() };
        assert_eq!(renamed.has_ended(&own), None, "a container may tell two boots of one");
        let earlier = Process { started: own.started + 1, ..renamed };
        assert_eq!(earlier.has_ended(&own), Some(true), "the machine was started again");
        assert_eq!(Process { machine: "elsewhere".to_owned(), ..earlier }.has_ended(&own), None);
        assert_eq!(Process { pid_space: "pid:[1]".to_owned(), ..own.clone() }.has_ended(&own), None);
        assert_eq!(Process { pid: 0, ..own.clone() }.has_ended(&own), Some(true));
    }
}
