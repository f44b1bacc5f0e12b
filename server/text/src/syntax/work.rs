//! Counts the work of one question in tests, so that they can bound it without a clock. In the program it costs
//! nothing.

#[cfg(test)]
thread_local! {
    static DONE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts `steps`: bytes looked at, nodes visited, or calls of the parser.
#[inline(always)]
pub(super) fn count(steps: usize) {
    #[cfg(test)]
    DONE.with(|done| done.set(done.get() + steps));
    #[cfg(not(test))]
    let _ = steps;
}

/// Returns the steps that some work takes on this thread.
#[cfg(test)]
pub(super) fn of<T>(work: impl FnOnce() -> T) -> usize {
    DONE.set(0);
    work();
    DONE.get()
}
