//! How long each part of a scan took: wall time, and processor time of all threads.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use net_scout_model::Phase;

/// The parts so far, in the order in which they began.
#[derive(Clone, Debug)]
pub struct Phases {
    phases: Vec<Phase>,
    wall: Instant,
    cpu: Duration,
}

impl Default for Phases {
    fn default() -> Self {
        Self { phases: Vec::new(), wall: Instant::now(), cpu: process_time() }
    }
}

impl Phases {
    /// The part before there is anything to read: the database, its migrations, and the one state of it that all rules see.
    pub const OPEN: &str = "open database";

    /// What was done since the end of the part before, or since the beginning: it adds to a part of the same name.
    pub fn end(&mut self, phase: &'static str) {
        let (wall, cpu) = (Instant::now(), process_time());
        let microseconds = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let (wall_us, cpu_us) = (microseconds(wall - self.wall), microseconds(cpu.saturating_sub(self.cpu)));
        (self.wall, self.cpu) = (wall, cpu);
        self.add(Phase { phase, wall_us, cpu_us });
    }

    /// Adds the parts of something that is done now. What was done around it is in none.
    pub fn join(&mut self, parts: &Self) {
        parts.phases.iter().for_each(|phase| self.add(phase.clone()));
        (self.wall, self.cpu) = (Instant::now(), process_time());
    }

    fn add(&mut self, Phase { phase, wall_us, cpu_us }: Phase) {
        match self.phases.iter_mut().find(|known| known.phase == phase) {
            Some(known) => {
                known.wall_us += wall_us;
                known.cpu_us += cpu_us;
            }
            None => self.phases.push(Phase { phase, wall_us, cpu_us }),
        }
    }

    /// The parts, in the order in which they began.
    #[must_use]
    pub fn all(&self) -> &[Phase] {
        &self.phases
    }
}

/// Processor time of this process since it began, all its threads together.
fn process_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_may_be_resumed() {
        let mut phases = Phases::default();
        std::thread::sleep(Duration::from_millis(5));
        phases.end("open");
        phases.end("read");
        std::thread::sleep(Duration::from_millis(5));
        phases.end("open");
        let names: Vec<&str> = phases.all().iter().map(|phase| phase.phase).collect();
        assert_eq!(names, ["open", "read"]);
        assert!(phases.all()[0].wall_us >= 10_000 && phases.all()[1].wall_us < 5_000, "{phases:?}");
    }
}
