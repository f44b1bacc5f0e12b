//! The progress of a long task, as an interface to whatever shows it.

/// Shows the progress of one task at a time.
pub trait Progress {
    /// Begins a task of `total` bytes.
    fn begin(&mut self, label: &str, total: u64);

    /// Begins a task of `total` items.
    fn begin_items(&mut self, label: &str, total: usize);

    /// Sets how many bytes or items are done.
    fn at(&mut self, position: u64);

    /// Ends the task.
    fn end(&mut self);

    /// Shows a line that stays.
    fn message(&mut self, line: &str);
}

/// Progress that is not shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _label: &str, _total: u64) {}
    fn begin_items(&mut self, _label: &str, _total: usize) {}
    fn at(&mut self, _position: u64) {}
    fn end(&mut self) {}
    fn message(&mut self, _line: &str) {}
}
