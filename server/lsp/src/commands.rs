//! The names of the commands that an editor can run.

/// Every item carries it; editors run it after inserting the whole text.
pub(crate) const ACCEPTED: &str = "housestyle.accepted";
/// Pauses completions, or lets them go on.
pub(crate) const TOGGLE: &str = "housestyle.toggle";
/// Returns what the server does and how the last requests ended.
pub(crate) const WHY: &str = "housestyle.why";
/// Says that a skill does not hold for a line; hints carry it.
pub(crate) const NOT_HERE: &str = "housestyle.notHere";

/// The commands we announce. A command that an item carries must be among them.
pub(crate) const COMMANDS: [&str; 4] = [ACCEPTED, TOGGLE, WHY, NOT_HERE];
