//! How well the rules do: they are run over events of which the truth is known, as an operator would run them, and what they say is held
//! against it.
//!
//! [`generate`] makes such events, [`Truth`] says what is true of them, [`simulate`] repeats the scans, [`figures`] counts; [`evaluate`] is all of it. No wall clock,
//! no network; the database that is read is never written.

mod figures;
mod folder;
pub mod generate;
mod matching;
mod mistakes;
mod run;
mod simulate;
mod truth;

pub use figures::{Figures, figures};
pub use folder::{DataFile, FileFigures, FolderError, folder_figures, read_folder};
pub use matching::{Accusation, DataSet};
pub use mistakes::{Mistake, mistakes};
pub use run::{Data, EvaluateError, EvaluateRequest, Evaluated, ImportFile, Sets, evaluate};
pub use simulate::{Plan, Simulated, SimulationError, simulate};
pub use truth::{Attack, Benign, Others, Truth, TruthError};
