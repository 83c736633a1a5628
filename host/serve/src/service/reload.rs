//! The configuration is read again. One that is wrong changes nothing.

use super::report::Ended;
use super::{Service, agenda};
use crate::notify::Notice;

impl Service<'_> {
    /// Reads it, where that makes sense.
    pub(super) fn read_again(&mut self) {
        self.around.reload.borrow_and_update();
        self.around.notifier.send(Notice::Reloading);
        match (self.around.options)() {
            Ok(options) => {
                let mut agenda = agenda(&options, self.now());
                agenda.remember(|name| self.agenda.job(name).map(|job| job.state().clone()));
                self.agenda = agenda;
                if options.scan.database.path != self.options.scan.database.path {
                    self.connection.close();
                }
                self.options = options;
                self.plugins.forget_files();
                self.misconfigured = None;
                self.around.sink.note(&"the configuration was read again");
                self.announce_lookups();
            }
            Err(reason) => {
                self.around.sink.warn(&format_args!("the configuration was read again and is not used: {reason}"));
                self.misconfigured = Some(format!("the configuration is wrong, the one before is used: {reason}"));
            }
        }
        // Whoever asks should not have to wait for the next job. A database that cannot be used is left to the jobs.
        self.publish(if self.trouble.is_some() { Ended::Locked } else { Ended::Done });
        self.around.notifier.send(Notice::Ready);
    }
}
