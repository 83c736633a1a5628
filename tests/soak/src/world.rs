//! The world that the service lives in: the time, the producer that writes rows as net-sentinel does, and the process of the service, which is
//! started, waited for and killed.

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;
use net_scout_tests::harness::{DATABASE, make_database};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::SECOND;
use crate::child::{RELOAD, STOP};
use crate::traffic::Arrival;

/// The rows of the last so many microseconds are written while the service works.
const BESIDE: i64 = 3 * SECOND;
/// The rows of a batch of the producer.
const BATCH: usize = 100;

/// The rules that are loaded: the original ones, and two that look at the shape of a scan.
pub const RULES: [&str; 5] = ["high-connection-volume", "horizontal-scan", "vertical-scan", "port-scan", "port-sweep"];

/// How the producer writes instants.
#[derive(Clone, Debug)]
pub enum Stamps {
    /// In UTC.
    Utc,
    /// In the time of a zone, with its offset.
    Local(TimeZone),
}

/// The world.
pub struct World {
    folder: TempDir,
    program: PathBuf,
    database: PathBuf,
    zone: String,
    /// The time that really is.
    pub now: i64,
    /// How far the machine's clock is ahead of it.
    pub ahead: i64,
    rows: Peekable<Box<dyn Iterator<Item = Arrival>>>,
    stamps: Stamps,
    running: Option<Running>,
    order: &'static str,
}

/// A process of the service that waits, or works.
struct Running {
    child: Child,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
}

impl World {
    /// A world with an empty database and these rows to come. `program` is the one that runs the service.
    ///
    /// # Errors
    /// When a rule is not built.
    pub fn new(
        program: &Path,
        zone: &str,
        begins: i64,
        stamps: Stamps,
        rows: impl Iterator<Item = Arrival> + 'static,
    ) -> anyhow::Result<Self> {
        // In memory where that can be: weeks of simulated commits must not wait for a disk.
        let place = Some(PathBuf::from("/dev/shm")).filter(|place| place.is_dir()).unwrap_or_else(places::target);
        let folder = tempfile::Builder::new().prefix("soak").tempdir_in(place)?;
        make_database(&folder.path().join(DATABASE), Layout::V2, |_| ());
        fs::create_dir(folder.path().join("plugins"))?;
        let database = folder.path().join(DATABASE);
        let rows: Box<dyn Iterator<Item = Arrival>> = Box::new(rows);
        let world = Self {
            folder,
            program: program.to_owned(),
            database,
            zone: zone.to_owned(),
            now: begins,
            ahead: 0,
            rows: rows.peekable(),
            stamps,
            running: None,
            order: "",
        };
        for rule in RULES {
            world.add_rule(rule, &[])?;
        }
        world.configure("")?;
        Ok(world)
    }

    /// A world with a database that is there, and the components of a folder. Nobody writes rows but the caller.
    ///
    /// # Errors
    /// When no folder can be made.
    pub fn around(program: &Path, database: &Path, plugins: &Path, begins: i64) -> anyhow::Result<Self> {
        let world = Self {
            folder: tempfile::tempdir()?,
            program: program.to_owned(),
            database: database.to_owned(),
            zone: "UTC".to_owned(),
            now: begins,
            ahead: 0,
            rows: (Box::new(std::iter::empty()) as Box<dyn Iterator<Item = Arrival>>).peekable(),
            stamps: Stamps::Utc,
            running: None,
            order: "",
        };
        let text = format!("db_path = {:?}\nplugins = {:?}\n", database.display().to_string(), plugins.display().to_string());
        fs::write(world.path("net-scout.toml"), text)?;
        Ok(world)
    }

    /// Puts a rule into the folder of the plugins, as the same component with more bytes behind it.
    ///
    /// # Errors
    /// When it is not built.
    pub fn add_rule(&self, name: &str, more: &[u8]) -> anyhow::Result<()> {
        let built = places::plugins().join(format!("{name}.wasm"));
        let mut bytes = fs::read(&built).with_context(|| format!("{} is not built", built.display()))?;
        bytes.extend(more);
        Ok(fs::write(self.path("plugins").join(format!("{name}.wasm")), bytes)?)
    }

    /// Takes a rule away.
    ///
    /// # Errors
    /// When there is none.
    pub fn remove_rule(&self, name: &str) -> anyhow::Result<()> {
        Ok(fs::remove_file(self.path("plugins").join(format!("{name}.wasm")))?)
    }

    /// Writes the configuration.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn configure(&self, more: &str) -> anyhow::Result<()> {
        // One of the attacks is a single row that is counted up.
        let counted = "[rules.high_connection_volume]\ncount = \"hits\"\n";
        let text = format!("db_path = \"{DATABASE}\"\nplugins = \"plugins\"\n{counted}{more}");
        Ok(fs::write(self.path("net-scout.toml"), text)?)
    }

    /// A path in its folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A connection as another program has one.
    ///
    /// # Errors
    /// When the database is gone.
    pub fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.database)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        // The machine does not lose its power in a test.
        connection.pragma_update(None, "synchronous", "off")?;
        Ok(connection)
    }

    /// What the machine's clock shows.
    #[must_use]
    pub fn clock(&self) -> i64 {
        self.now + self.ahead
    }

    /// Whether the service works on what is due; else it waits for an answer.
    ///
    /// # Errors
    /// When /proc cannot be read.
    pub fn is_at_work(&self) -> anyhow::Result<bool> {
        let pid = self.pid().context("no service runs")?;
        // It waits in a read of its standard input.
        let waits = fs::read_dir(format!("/proc/{pid}/task"))?.any(|task| {
            let call = task.and_then(|task| fs::read_to_string(task.path().join("syscall"))).unwrap_or_default();
            call.starts_with("0 0x0 ")
        });
        Ok(!waits)
    }

    /// The number of the service's process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    /// Lets the service read its configuration again the next time that it waits.
    pub fn reload(&mut self) {
        self.order = RELOAD;
    }

    /// Starts the service.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&mut self) -> anyhow::Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(self.path("said.log"))?;
        let mut command = Command::new(&self.program);
        command.args(["serve", &self.zone]).current_dir(self.folder.path()).env_clear().stderr(log);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let to = child.stdin.take().context("no standard input")?;
        let from = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        self.running = Some(Running { child, to, from });
        self.answer()
    }

    /// Says what the time is.
    fn answer(&mut self) -> anyhow::Result<()> {
        let clock = self.clock();
        let order = std::mem::take(&mut self.order);
        let running = self.running.as_mut().context("no service runs")?;
        writeln!(running.to, "{clock} {order}").with_context(|| "the service ended".to_owned())
    }

    /// Waits until the service has done what was due. For how long it would wait now.
    ///
    /// # Errors
    /// When it ended.
    fn asked(&mut self) -> anyhow::Result<i64> {
        let running = self.running.as_mut().context("no service runs")?;
        match running.from.next().transpose()? {
            Some(line) => Ok(line.trim().parse().with_context(|| format!("the service said `{line}`"))?),
            None => bail!("the service ended: {}", self.said()),
        }
    }

    /// The last that the service said.
    #[must_use]
    pub fn said(&self) -> String {
        let said = fs::read_to_string(self.path("said.log")).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// Runs the service until an instant, and then until it has done what was due.
    ///
    /// # Errors
    /// When the service ends, or the producer cannot write.
    pub fn run_until(&mut self, ends: i64) -> anyhow::Result<()> {
        while self.now < ends {
            self.step(ends)?;
        }
        self.asked()?;
        self.answer()
    }

    /// Lets the service do what is due, and time pass until it wants to do more, but not beyond an instant. Afterwards it works.
    ///
    /// # Errors
    /// As [`Self::run_until`].
    pub fn step(&mut self, ends: i64) -> anyhow::Result<()> {
        let pause = self.asked()?.max(1);
        let to = (self.now + pause).min(ends);
        self.write_until(to - BESIDE)?;
        self.now = to;
        self.answer()?;
        // The rest comes while the service works.
        self.write_until(to)
    }

    /// Lets time pass without the service.
    ///
    /// # Errors
    /// When the producer cannot write.
    pub fn pass(&mut self, length: i64) -> anyhow::Result<()> {
        self.now += length;
        self.write_until(self.now)
    }

    /// Kills the service.
    ///
    /// # Errors
    /// When there is none.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut running = self.running.take().context("no service runs")?;
        running.child.kill()?;
        running.child.wait()?;
        Ok(())
    }

    /// Asks the service to end, and waits until it has.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.asked()?;
        self.order = STOP;
        self.answer()?;
        let mut running = self.running.take().context("no service runs")?;
        let asked = Instant::now();
        let status = running.child.wait()?;
        if !status.success() || asked.elapsed() > Duration::from_secs(60) {
            bail!("the service ended with {status} after {:?}: {}", asked.elapsed(), self.said());
        }
        Ok(())
    }

    /// Writes what comes until an instant, as the producer does: in batches, each on a connection of its own.
    fn write_until(&mut self, until: i64) -> anyhow::Result<()> {
        loop {
            let due = std::iter::from_fn(|| self.rows.next_if(|arrival| arrival.at <= until));
            let batch: Vec<Arrival> = due.take(BATCH).collect();
            if batch.is_empty() {
                return Ok(());
            }
            let mut connection = self.connect()?;
            let transaction = connection.transaction()?;
            for arrival in &batch {
                self.insert(&transaction, arrival)?;
            }
            transaction.commit()?;
            connection.close().map_err(|(_, error)| error)?;
        }
    }

    fn insert(&self, connection: &Connection, arrival: &Arrival) -> anyhow::Result<()> {
        let time = jiff::Timestamp::from_microsecond(arrival.at - arrival.delay + self.ahead)?;
        let text = match &self.stamps {
            Stamps::Utc => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            Stamps::Local(zone) => time.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        };
        let (source, destination) = (&arrival.packet.source, &arrival.packet.destination);
        connection
            .prepare_cached(
                "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, in_if, verdict, direction, timestamp, hit_count)
                 VALUES (?1, ?2, ?3, ?4, 'TCP', 'eth0', 'DROP', 'INBOUND', ?5, 1)
                 ON CONFLICT DO UPDATE SET hit_count = hit_count + 1, timestamp = excluded.timestamp",
            )?
            .execute(params![source.0, source.1, destination.0, destination.1, text])?;
        Ok(())
    }

    /// Replaces the database by a sound copy of itself, as a restored backup does.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn replace_database(&self) -> anyhow::Result<()> {
        let (path, copy) = (self.path(DATABASE), self.path("copy.db"));
        self.connect()?.execute("VACUUM INTO ?1", [copy.display().to_string()])?;
        let copied = Connection::open(&copy)?;
        copied.pragma_update(None, "journal_mode", "WAL")?;
        drop(copied);
        for suffix in ["", "-wal", "-shm"] {
            let _gone = fs::remove_file(format!("{}{suffix}", path.display()));
        }
        Ok(fs::rename(copy, path)?)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            // Nothing is to be done where it has ended already.
            let _ended = running.child.kill().and_then(|()| running.child.wait());
        }
    }
}
