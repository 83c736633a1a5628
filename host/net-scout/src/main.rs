//! The `net-scout` program. `cli` reads the command line, `commands` does the work.

use std::process::ExitCode;

fn main() -> ExitCode {
    net_scout::cli::run()
}
