//! Panics in the threads that live as long as the server.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tracing::error;

/// Runs one step of a thread; a panic costs this step, not the thread. The program's panic hook counts the panic.
pub(crate) fn survive<T>(step: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(step)).ok();
    if done.is_none() {
        error!("a step of this thread panicked");
    }
    done
}
